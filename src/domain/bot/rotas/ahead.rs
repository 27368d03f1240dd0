//! Gaps ahead: looked for once a week, and told to whoever can close them.

use super::super::{Draft, Telling};
use super::{Event, Told};
use crate::domain::calendar::Falls;
use crate::domain::notice::To;
use crate::domain::rota::{Gap, Rota, Why};
use crate::domain::{At, PersonId, RotaId, Span};

/// Mondays at nine, in the rota's zone.
const WEEKLY: &str = "0 0 9 * * Mon";
const AHEAD: Span = Span::days(30);

/// When the gaps ahead are looked for next.
pub(in crate::domain::bot) fn next_look(told: &Told, rota: &Rota) -> Option<At> {
    Falls::read(WEEKLY).ok()?.next(rota.zone, told.looked)
}

impl Draft<'_> {
    pub(super) fn looks_ahead(&mut self, id: &RotaId) -> bool {
        let now = self.ask.at;
        let Some(rota) = self.policy.rotas.get(id) else { return false };
        let is_due = |told: &Told| next_look(told, rota).is_some_and(|due| due <= now);
        if !self.bot.rotas.told.get(id).is_some_and(is_due) {
            return false;
        }
        let gaps = self.gaps_ahead(id, now);
        self.push(Event::LookedAhead { rota: id.clone(), gaps: gaps.clone() });
        if gaps.is_empty() {
            return true;
        }
        let telling = Telling::GapsAhead { rota: id.clone(), gaps };
        match self.called(&rota.gaps_to).as_slice() {
            [] => self.tell(To::Operators, telling, None),
            people => {
                for person in people {
                    self.tell_person(person, telling.clone());
                }
            }
        }
        true
    }

    fn gaps_ahead(&self, id: &RotaId, from: At) -> Vec<Gap> {
        self.bot.gaps(self.policy, id, (from, from + AHEAD))
    }
}

impl super::super::Bot {
    /// The time in which nobody will answer for a rota, as far as is known now.
    pub fn gaps(&self, policy: &crate::domain::Policy, id: &RotaId, time: (At, At)) -> Vec<Gap> {
        let Some(shifts) = self.rotas.shifts(policy, id) else { return Vec::new() };
        let roles = policy.roles_of_rota(id);
        let changes: Vec<At> = self.delegations.all.iter().flat_map(|it| [it.starts, it.ends]).collect();
        let why_not = |person: &PersonId, at: At| {
            if !self.people(policy, at).answers_for(person, &roles) {
                return Some(Why::Away(person.clone()));
            }
            self.is_gone_everywhere(person, policy).then(|| Why::Gone(person.clone()))
        };
        shifts.gaps(time, &changes, why_not)
    }
}
