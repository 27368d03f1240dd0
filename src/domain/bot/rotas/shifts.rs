//! Shifts begin and end, and whoever is on says so.

use super::super::{Draft, Ruling, Telling};
use super::{Event, Told};
use crate::domain::line::{Shift, say};
use crate::domain::notice::To;
use crate::domain::rota::{Rota, Shifts};
use crate::domain::ruling::Then;
use crate::domain::{At, Refusal, RotaId, text};

/// When somebody else is on than was told.
pub(super) fn next_change(told: &Told, shifts: &Shifts<'_>) -> Option<At> {
    match shifts.on(told.seen) == told.on.as_ref() {
        true => shifts.next_change(told.seen),
        false => Some(told.seen),
    }
}

/// By when whoever is on has to say so.
pub(super) fn answer_due(told: &Told, rota: &Rota) -> Option<At> {
    let is_owed = told.on.is_some() && told.acknowledged.is_none() && !told.gap;
    rota.acknowledge_within.filter(|_| is_owed).map(|within| told.since + within)
}

impl Draft<'_> {
    /// Tells who is on now, where that is somebody else than was told. After downtime only the shift that is now. Whether there
    /// was something to say.
    pub(super) fn shift_begins(&mut self, id: &RotaId) -> bool {
        let now = self.ask.at;
        let Some(told) = self.bot.rotas.told.get(id).cloned() else { return false };
        let Some(shifts) = self.bot.rotas.shifts(self.policy, id) else { return false };
        let shift = shifts.ahead(now).next();
        let (on, ends) = shift.map_or((None, None), |shift| (shift.on.cloned(), shift.ends));
        if on == told.on {
            let others_were_on = next_change(&told, &shifts).is_some_and(|change| change <= now);
            if others_were_on {
                self.push(Event::Passed { rota: id.clone() });
            }
            return others_were_on;
        }
        let within = shifts.rota.acknowledge_within;
        let roles = self.policy.roles_of_rota(id);
        self.push(Event::Began { rota: id.clone(), person: on.clone(), from: told.on.clone() });
        if let Some(person) = &on {
            // Who takes it themselves has said so.
            let says_so = self.ask.by.person() == Some(person);
            if says_so {
                self.push(Event::Acknowledged { rota: id.clone(), by: person.clone() });
            }
            let answer_by = within.filter(|_| !says_so).map(|within| now + within);
            let telling = Telling::ShiftBegan {
                rota: id.clone(),
                person: person.clone(),
                from: told.on.clone(),
                roles: roles.clone(),
                starts: now,
                ends,
                answer_by,
            };
            // Whoever is on is told in their quiet hours too.
            self.tell(To::Person(person.clone()), telling, None);
        }
        if let Some(person) = told.on {
            let telling = Telling::ShiftEnded { rota: id.clone(), to: on, roles: roles.clone() };
            self.tell_person(&person, telling);
        }
        if !roles.is_empty() {
            self.ruling.then.push(Then::WakeHolders { roles, people: Vec::new() });
        }
        true
    }

    /// A shift that nobody said they took up is a gap: told to whoever is on, to who can close it, and to the operators.
    pub(super) fn nobody_took_up(&mut self, id: &RotaId) -> bool {
        let Some(told) = self.bot.rotas.told.get(id).cloned() else { return false };
        let Some(rota) = self.policy.rotas.get(id) else { return false };
        let is_due = answer_due(&told, rota).is_some_and(|due| due <= self.ask.at);
        let Some(person) = told.on.filter(|_| is_due) else { return false };
        self.push(Event::Unacknowledged { rota: id.clone(), person: person.clone() });
        let telling = Telling::ShiftNotTakenUp { rota: id.clone(), person: person.clone(), since: told.since };
        let mut people = vec![person];
        people.extend(self.called(&rota.gaps_to).into_iter().filter(|it| !people.contains(it)).collect::<Vec<_>>());
        for person in people {
            self.tell(To::Person(person), telling.clone(), None);
        }
        self.tell(To::Operators, telling, None);
        true
    }

    pub(super) fn acknowledge_shift(mut self, id: &RotaId) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        self.known_rota(id)?;
        let told = self.bot.rotas.told.get(id).cloned();
        let on = told.as_ref().and_then(|told| told.on.clone());
        if on.as_ref() != Some(&by) {
            let who = on.map_or_else(|| "nobody is".to_owned(), |on| format!("{} is", self.name(&on)));
            let take = Shift::Take.line().with(id);
            return Err(Refusal::missing(say![
                format!("you aren't on {id} now: {who}. To be on from now on, type "),
                take,
                "."
            ]));
        }
        if told.is_some_and(|told| told.acknowledged.is_some()) {
            return Ok(self.reply(format!("You are on {id}; that is recorded already.")));
        }
        self.push(Event::Acknowledged { rota: id.clone(), by });
        let ends = self.bot.rotas.shifts(self.policy, id).and_then(|shifts| shifts.ahead(self.ask.at).next()?.ends);
        let until = ends.map_or_else(String::new, |ends| format!(" until {}", self.moment(ends)));
        let roles = match self.policy.roles_of_rota(id).as_slice() {
            [] => String::new(),
            roles => format!(" You answer for {}.", text::list(roles.iter())),
        };
        Ok(self.reply(format!("You are on {id}{until}.{roles}")))
    }
}
