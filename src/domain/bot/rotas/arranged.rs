//! Somebody is on instead of whoever the rota names: they take it themselves, or somebody who may arranges it.

use super::super::delegations::JUST_NOW;
use super::super::{Draft, Ruling, Telling};
use super::Event;
use crate::domain::line::{Shift, say};
use crate::domain::notice::To;
use crate::domain::rota::{How, Instead};
use crate::domain::{At, CaseId, PersonId, Refusal, RotaId, Span, text};

/// Who is on for ever takes a shift for this long, unless they say until when.
const A_SHIFT: Span = Span::hours(12);
/// Nobody arranges further ahead.
const FURTHEST: Span = Span::days(366);

impl Draft<'_> {
    /// Now, and for the shift that is now: whoever was on is told, and so is who can close gaps, since it goes without their word.
    pub(super) fn take_shift(mut self, id: &RotaId, until: Option<At>) -> Result<Ruling, Refusal> {
        let (by, now) = (self.asker()?, self.ask.at);
        let rota = self.known_rota(id)?;
        if !Draft::takes_turns(&rota, &by) {
            return Err(self.not_of(id, &rota.members().into_iter().cloned().collect::<Vec<_>>(), "taking its shift"));
        }
        let shift = self.bot.rotas.shifts(self.policy, id).map(|shifts| {
            // The shift that is now, and not what whoever has it is on for next.
            (shifts.on(now).cloned(), shifts.turn_ends(now))
        });
        let (on, ends) = shift.unwrap_or_default();
        let ends = match (until, &on) {
            (Some(until), _) => until,
            (None, Some(_)) => ends.unwrap_or(now + A_SHIFT),
            // Of the time in which somebody must be on, and never for weeks: nobody has to be on before a rota begins.
            (None, None) => {
                let gaps = self.bot.gaps(self.policy, id, (now, now + A_SHIFT));
                gaps.first()
                    .filter(|gap| gap.starts <= now)
                    .map(|gap| gap.ends)
                    .ok_or_else(|| self.nobody_has_to_be_on(id))?
            }
        };
        if ends <= now {
            return Err(Refusal::NotAfter("the end", "now"));
        }
        if on.as_ref() == Some(&by) {
            return Err(Refusal::missing(format!("you are on {id} already, so there is nothing to take.")));
        }
        let instead = Instead {
            number: self.next_number(),
            rota: id.clone(),
            person: by.clone(),
            starts: now,
            ends,
            reason: String::new(),
            by: by.clone(),
            how: How::Taken,
        };
        let number = instead.number;
        let telling = Telling::Instead { it: instead.clone(), of: on.clone() };
        self.arrange(vec![instead]);
        for person in self.called(&rota.gaps_to).into_iter().filter(|it| *it != by && on.as_ref() != Some(it)) {
            self.tell(To::Person(person), telling.clone(), None);
        }
        let from = on.map_or_else(String::new, |on| format!(" {} has been told.", self.name(&on)));
        let ends = self.moment(ends);
        let end = Shift::End.line().with(number);
        Ok(self.reply(say![format!("You are on {id} now, until {ends}.{from} "), end, " gives it back."]))
    }

    fn nobody_has_to_be_on(&self, id: &RotaId) -> Refusal {
        let now = self.ask.at;
        let shifts = self.bot.rotas.shifts(self.policy, id);
        let next = shifts.and_then(|shifts| {
            let mut ahead = shifts.ahead(now).take_while(|shift| shift.starts <= now + FURTHEST);
            ahead.find_map(|shift| Some((self.name(shift.on?), shift.starts)))
        });
        let next = next.map(|(name, starts)| format!(" {name} is on next, from {}.", self.moment(starts)));
        Refusal::missing(say![
            "say until when you are on: ",
            Shift::Take.line().with(id).with("until=…"),
            format!(". Nobody has to be on {id} now.{}", next.unwrap_or_default())
        ])
    }

    /// Whoever takes turns may put on one of them; somebody else only who closes the rota's gaps, and not themselves: else it
    /// would be a right to everybody's seat.
    pub(super) fn override_shift(
        mut self,
        id: &RotaId,
        person: &PersonId,
        (starts, ends): (Option<At>, At),
        reason: &str,
    ) -> Result<Ruling, Refusal> {
        let (by, now) = (self.asker()?, self.ask.at);
        let rota = self.known_rota(id)?;
        let members: Vec<PersonId> = rota.members().into_iter().cloned().collect();
        if !self.policy.people.contains_key(person) {
            let hint = text::did_you_mean(person.as_str(), self.policy.people.keys().map(|it| it.as_str()));
            return Err(Refusal::missing(format!(
                "I don't know {} in this policy.{hint}",
                text::quoted(person.as_str())
            )));
        }
        let closes_gaps = self.closes_gaps(&rota);
        if !members.contains(&by) && !closes_gaps {
            return Err(self.not_of(id, &members, "overriding a shift"));
        }
        if !members.contains(person) && (!closes_gaps || *person == by) {
            let name = self.name(person);
            return Err(Refusal::missing(format!(
                "{name} doesn't take turns in {id}. {} can be on; anybody else only by the word of {} for another person.",
                text::or(members.iter().map(|it| self.name(it))),
                rota.gaps_to
            )));
        }
        let reason = text::text("the reason", reason)?;
        let starts = self.time_ahead(starts, ends)?;
        let outside = match members.contains(person) {
            true => String::new(),
            false => format!(" {} doesn't take turns in {id}; you put them on all the same.", self.name(person)),
        };
        let covered = self.arranged_over(id, (starts, ends));
        let instead = Instead {
            number: self.next_number(),
            rota: id.clone(),
            person: person.clone(),
            starts,
            ends,
            reason,
            by,
            how: How::Override,
        };
        let number = instead.number;
        self.arrange(vec![instead]);
        let from = if starts <= now { "now".to_owned() } else { self.moment(starts) };
        let (name, ends) = (self.name(person), self.moment(ends));
        let end = Shift::End.line().with(number);
        Ok(self.reply(say![
            format!("No. {number}: {name} is on {id} from {from} until {ends}.{outside}{covered} "),
            end,
            " takes it back."
        ]))
    }

    /// What was arranged of a time already, and counts no longer where something else is arranged over it.
    fn arranged_over(&self, id: &RotaId, (starts, ends): (At, At)) -> String {
        let over = |it: &&Instead| it.rota == *id && it.starts < ends && starts < it.ends;
        let over = self.bot.rotas.instead.iter().filter(over).map(|it| {
            let (name, from, to) = (self.name(&it.person), self.moment(it.starts), self.moment(it.ends));
            format!("no. {}, {name} from {from} until {to}", it.number)
        });
        match text::list(over).as_str() {
            "" => String::new(),
            over => format!(" In that time it counts before {over}."),
        }
    }

    /// By a handoff that its receiver accepted.
    pub(in crate::domain::bot) fn hand_shift(
        mut self,
        rota: &RotaId,
        (person, by): (&PersonId, &PersonId),
        (starts, ends): (At, At),
        handoff: CaseId,
    ) -> Ruling {
        let instead = Instead {
            number: self.next_number(),
            rota: rota.clone(),
            person: person.clone(),
            starts,
            ends,
            reason: handoff.to_string(),
            by: by.clone(),
            how: How::Handoff,
        };
        // Nobody is put on a shift that was over before it was accepted.
        if self.policy.rotas.contains_key(rota) && starts < ends {
            self.arrange(vec![instead]);
        }
        self.ruling
    }

    /// What was arranged, by those whose time it is and who closes gaps; what was offered or wanted, by who asked.
    pub(super) fn end_arranged(mut self, number: u32) -> Result<Ruling, Refusal> {
        let (by, now) = (self.asker()?, self.ask.at);
        let rotas = &self.bot.rotas;
        let instead: Vec<Instead> =
            rotas.instead.iter().filter(|it| it.number == number && it.ends > now).cloned().collect();
        let swap = rotas.swaps.iter().find(|it| it.number == number).cloned();
        let cover = rotas.covers.iter().find(|it| it.number == number).cloned();
        let (rota, concerned) = match (instead.first(), &swap, &cover) {
            (Some(first), _, _) => {
                let people = instead.iter().flat_map(|it| [it.person.clone(), it.by.clone()]);
                (first.rota.clone(), people.collect())
            }
            (None, Some(swap), _) => (swap.rota.clone(), vec![swap.by.clone()]),
            (None, None, Some(cover)) => (cover.rota.clone(), vec![cover.by.clone()]),
            (None, None, None) => {
                let list = Shift::On.line();
                return Err(Refusal::missing(say![
                    format!("nothing that was arranged about shifts has the number {number}. See "),
                    list,
                    "."
                ]));
            }
        };
        let known = self.known_rota(&rota)?;
        if !concerned.contains(&by) && !self.closes_gaps(&known) {
            let people: Vec<String> = concerned.iter().map(|it| self.name(it)).collect();
            return Err(Refusal::not_yours("taking that back", known.gaps_to.to_string(), &people));
        }
        self.push(Event::Ended { number, by: Some(by.clone()) });
        let mut told: Vec<PersonId> = Vec::new();
        let others = instead.iter().map(|it| &it.person).chain(swap.iter().map(|it| &it.with));
        for person in others.chain(cover.iter().filter_map(|it| it.asked.first())) {
            if *person != by && !told.contains(person) {
                told.push(person.clone());
            }
        }
        for person in told {
            self.tell(
                To::Person(person),
                Telling::ArrangementEnded { number, rota: rota.clone(), by: Some(by.clone()) },
                None,
            );
        }
        self.shift_begins(&rota);
        let on = self.on(&rota, now).map_or_else(|| "nobody".to_owned(), |on| self.name(&on));
        Ok(self.reply(format!("No. {number} is taken back. On {rota} now: {on}.")))
    }

    /// When something begins that ends at `ends`: a moment to come, or now.
    pub(super) fn time_ahead(&self, starts: Option<At>, ends: At) -> Result<At, Refusal> {
        let now = self.ask.at;
        let starts = starts.unwrap_or(now);
        if starts < now - JUST_NOW {
            return Err(Refusal::NotAfter("the start", "now"));
        }
        let starts = starts.max(now);
        if ends <= now {
            return Err(Refusal::NotAfter("the end", "now"));
        }
        if ends <= starts {
            return Err(Refusal::NotAfter("the end", "the start"));
        }
        if ends > now + FURTHEST {
            return Err(Refusal::missing("nobody arranges shifts more than a year ahead: name an earlier end."));
        }
        Ok(starts)
    }

    fn not_of(&self, id: &RotaId, members: &[PersonId], what: &str) -> Refusal {
        let people: Vec<String> = members.iter().map(|it| self.name(it)).collect();
        Refusal::not_yours(what, format!("who takes turns in {id}"), &people)
    }
}
