//! Swaps, to which both agree, and cover that is wanted, for which the others are asked in turn.

use super::super::{Draft, Ruling, Telling};
use super::{Cover, Event, Meant, Swap, Time};
use crate::domain::line::{Shift, say};
use crate::domain::notice::To;
use crate::domain::rota::{How, Instead, Rota, Shift as ShiftOn};
use crate::domain::{At, PersonId, Refusal, RotaId, Span, text};

impl Swap {
    /// When it is too late to answer: as the first of the two shifts ends or the second begins. Of one that has begun, what is left
    /// can be swapped.
    pub(super) fn lapses(&self) -> At {
        let (first, second) = match self.mine.starts < self.theirs.starts {
            true => (self.mine, self.theirs),
            false => (self.theirs, self.mine),
        };
        first.ends.min(second.starts)
    }
}

impl Cover {
    /// When the one who is asked now is passed over.
    pub(super) fn passes(&self, rota: &Rota) -> At {
        (self.since + rota.cover_within).min(self.time.ends)
    }
}

impl Draft<'_> {
    pub(super) fn offer_swap(
        mut self,
        id: &RotaId,
        with: &PersonId,
        (mine, theirs): (Meant, Meant),
    ) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        self.known_rota(id)?;
        if *with == by {
            return Err(Refusal::missing("a swap takes two: name somebody else who takes turns."));
        }
        let mine = self.shift_of(id, &by, mine)?;
        let theirs = self.shift_of(id, with, theirs)?;
        let swap =
            Swap { number: self.next_number(), rota: id.clone(), by: by.clone(), with: with.clone(), mine, theirs };
        let answer_by = swap.lapses();
        self.push(Event::SwapOffered(swap.clone()));
        self.tell(To::Person(with.clone()), Telling::SwapOffered { swap: swap.clone(), answer_by }, None);
        let (name, mine, theirs) = (self.name(with), self.time(mine), self.time(theirs));
        let end = Shift::End.line().with(swap.number);
        Ok(self.reply(say![
            format!(
                "No. {}: {name} is asked to be on {id} {mine} for you, and you {theirs} for them. Until they agree, nothing changes. ",
                swap.number
            ),
            end,
            " takes it back."
        ]))
    }

    pub(super) fn want_cover(
        mut self,
        id: &RotaId,
        (starts, ends): (Meant, Option<At>),
        reason: &str,
    ) -> Result<Ruling, Refusal> {
        let (by, now) = (self.asker()?, self.ask.at);
        let rota = self.known_rota(id)?;
        let time = match (starts, ends) {
            (starts, Some(ends)) => Time { starts: self.time_ahead(starts.moment(), ends)?, ends },
            (starts, None) => self.shift_of(id, &by, starts)?,
        };
        let on = self.on(id, time.starts);
        // Hours that nobody covers are everybody's to find somebody for.
        if on.as_ref().is_some_and(|on| *on != by) && !self.closes_gaps(&rota) {
            let who = on.map(|on| self.name(&on)).unwrap_or_default();
            return Err(Refusal::missing(format!(
                "that is {who}'s time on {id}, so it is theirs to find cover for, or for {}.",
                rota.gaps_to
            )));
        }
        let reason = match reason.trim() {
            "" => String::new(),
            reason => text::text("the reason", reason)?,
        };
        let asked = self.others(&rota, &by, time);
        let Some(first) = asked.first().cloned() else {
            return Err(Refusal::missing(format!(
                "nobody else who takes turns in {id} is there then. {} can put somebody else on.",
                rota.gaps_to
            )));
        };
        let number = self.next_number();
        let cover = Cover { number, rota: id.clone(), by, of: on, time, reason, asked, since: now, past: Vec::new() };
        self.push(Event::CoverWanted(cover));
        self.ask_next(number);
        let (time, first) = (self.time(time), self.name(&first));
        let end = Shift::End.line().with(number);
        Ok(self.reply(say![
            format!("No. {number}: cover is wanted for {id} {time}. {first} is asked first. Until somebody takes it, it stays as it is. "),
            end,
            " takes it back."
        ]))
    }

    pub(super) fn agree(mut self, number: u32) -> Result<Ruling, Refusal> {
        let (by, now) = (self.asker()?, self.ask.at);
        if let Some(swap) = self.bot.rotas.swaps.iter().find(|it| it.number == number).cloned() {
            if swap.with != by {
                return Err(Refusal::not_yours(
                    "agreeing to that swap",
                    swap.rota.to_string(),
                    &[self.name(&swap.with)],
                ));
            }
            let (mine, theirs) = (swap.mine.left_at(now), swap.theirs.left_at(now));
            let still = |person: &PersonId, time: Time| self.on(&swap.rota, time.starts).as_ref() == Some(person);
            if !still(&swap.by, mine) || !still(&swap.with, theirs) {
                return Err(Refusal::missing(
                    "somebody else is on at one of these times by now. Ask for another swap.",
                ));
            }
            let half = |person: &PersonId, time: Time| Instead {
                number,
                rota: swap.rota.clone(),
                person: person.clone(),
                starts: time.starts,
                ends: time.ends,
                reason: String::new(),
                by: swap.by.clone(),
                how: How::Swap,
            };
            self.arrange(vec![half(&swap.with, mine), half(&swap.by, theirs)]);
            let (rota, mine, theirs) = (&swap.rota, self.time(mine), self.time(theirs));
            let name = self.name(&swap.by);
            return Ok(self.reply(format!("Swapped: you are on {rota} {mine}, and {name} {theirs}.")));
        }
        let Some(cover) = self.bot.rotas.covers.iter().find(|it| it.number == number).cloned() else {
            return Err(self.nothing_to_answer(number));
        };
        let rota = self.known_rota(&cover.rota)?;
        // Whoever of them comes first: somebody who was passed over may have seen it since.
        if !Draft::takes_turns(&rota, &by) || by == cover.by {
            let people: Vec<String> = cover.asked.iter().take(1).map(|it| self.name(it)).collect();
            return Err(Refusal::not_yours("covering that", cover.rota.to_string(), &people));
        }
        let time = cover.time.left_at(now);
        let on = self.on(&cover.rota, time.starts);
        // Whoever has the time by now didn't ask for cover.
        let whose = cover.of.as_ref().unwrap_or(&cover.by);
        if let Some(on) = on.as_ref().filter(|on| *on != whose) {
            let (name, asked) = (self.name(on), self.name(&cover.by));
            let end = Shift::End.line().with(number);
            return Err(Refusal::missing(say![
                format!("leave it to {name}, who is on {} then by now. {asked} takes it back with ", cover.rota),
                end,
                "."
            ]));
        }
        let instead = Instead {
            number,
            rota: cover.rota.clone(),
            person: by.clone(),
            starts: time.starts,
            ends: time.ends,
            reason: cover.reason.clone(),
            by: cover.by.clone(),
            how: How::Cover,
        };
        self.arrange(vec![instead.clone()]);
        if on.as_ref() != Some(&cover.by) {
            self.tell(To::Person(cover.by.clone()), Telling::Instead { it: instead, of: None }, None);
        }
        let (id, time, name) = (cover.rota.clone(), self.time(time), self.name(&cover.by));
        Ok(self.reply(format!("You are on {id} {time}. {name} has been told; thank you.")))
    }

    pub(super) fn refuse(mut self, number: u32) -> Result<Ruling, Refusal> {
        let by = self.asker()?;
        if let Some(swap) = self.bot.rotas.swaps.iter().find(|it| it.number == number).cloned() {
            if swap.with != by {
                return Err(Refusal::not_yours("answering that swap", swap.rota.to_string(), &[self.name(&swap.with)]));
            }
            self.push(Event::Ended { number, by: Some(by.clone()) });
            let asker = swap.by.clone();
            self.tell(To::Person(asker), Telling::SwapNotAgreed { swap, by: Some(by) }, None);
            return Ok(self.reply(format!("No. {number} is refused; everybody keeps their shifts.")));
        }
        let Some(cover) = self.bot.rotas.covers.iter().find(|it| it.number == number).cloned() else {
            return Err(self.nothing_to_answer(number));
        };
        if cover.asked.first() != Some(&by) {
            let people: Vec<String> = cover.asked.iter().take(1).map(|it| self.name(it)).collect();
            return Err(Refusal::not_yours("answering that now", cover.rota.to_string(), &people));
        }
        self.pass_on(&cover, Some(by));
        Ok(self.reply(format!("No. {number}: somebody else is asked.")))
    }

    /// A swap that wasn't answered before it was too late. Whether there was one.
    pub(super) fn swap_lapses(&mut self) -> bool {
        let now = self.ask.at;
        let Some(swap) = self.bot.rotas.swaps.iter().find(|it| it.lapses() <= now).cloned() else { return false };
        self.push(Event::Ended { number: swap.number, by: None });
        let asker = swap.by.clone();
        self.tell(To::Person(asker), Telling::SwapNotAgreed { swap, by: None }, None);
        true
    }

    /// Somebody was asked for cover and hasn't answered in time. Whether there was one.
    pub(super) fn cover_passes(&mut self) -> bool {
        let now = self.ask.at;
        let is_due = |cover: &&Cover| self.policy.rotas.get(&cover.rota).is_some_and(|rota| cover.passes(rota) <= now);
        let Some(cover) = self.bot.rotas.covers.iter().find(is_due).cloned() else { return false };
        self.pass_on(&cover, None);
        true
    }

    /// The next one is asked; where nobody is left or the time is over, whoever wants it hears so, and so do those who can help.
    fn pass_on(&mut self, cover: &Cover, by: Option<PersonId>) {
        let number = cover.number;
        self.push(Event::CoverPassed { number, by });
        let is_over = cover.time.ends <= self.ask.at;
        if self.bot.rotas.covers.iter().any(|it| it.number == number) && !is_over {
            return self.ask_next(number);
        }
        if is_over && self.bot.rotas.covers.iter().any(|it| it.number == number) {
            self.push(Event::Ended { number, by: None });
        }
        let mut asked = cover.past.clone();
        asked.extend(cover.asked.first().cloned());
        let telling =
            Telling::CoverNotTaken { number, rota: cover.rota.clone(), by: cover.by.clone(), time: cover.time, asked };
        let mut people = vec![cover.by.clone()];
        if let Some(rota) = self.policy.rotas.get(&cover.rota) {
            people.extend(self.called(&rota.gaps_to).into_iter().filter(|it| *it != cover.by));
        }
        for person in people {
            self.tell(To::Person(person), telling.clone(), None);
        }
        self.tell(To::Operators, telling, None);
    }

    fn ask_next(&mut self, number: u32) {
        let Some(cover) = self.bot.rotas.covers.iter().find(|it| it.number == number).cloned() else { return };
        let (Some(person), Some(rota)) = (cover.asked.first().cloned(), self.policy.rotas.get(&cover.rota)) else {
            return;
        };
        let Cover { number, rota: id, by, time, reason, .. } = cover.clone();
        let answer_by = cover.passes(rota);
        self.tell(To::Person(person), Telling::CoverAsked { number, rota: id, by, time, reason, answer_by }, None);
    }

    /// Who else takes turns and is there at a time, beginning with whoever comes after the asker.
    fn others(&self, rota: &Rota, by: &PersonId, time: Time) -> Vec<PersonId> {
        let members = rota.members();
        let after = members.iter().position(|it| *it == by).map_or(0, |at| at + 1);
        let in_turn = members.iter().cycle().skip(after).take(members.len());
        let people = self.bot.people(self.policy, time.starts);
        let is_there = |person: &PersonId| {
            people.delegations.iter().all(|it| it.from != *person || !it.overlaps(time.starts, time.ends))
                && !self.bot.is_gone_everywhere(person, self.policy)
        };
        in_turn.filter(|it| **it != by && is_there(it)).map(|it| (*it).clone()).collect()
    }

    /// One of somebody's shifts.
    fn shift_of(&self, id: &RotaId, person: &PersonId, meant: Meant) -> Result<Time, Refusal> {
        let now = self.ask.at;
        let shifts = self.bot.rotas.shifts(self.policy, id);
        let shift = shifts.and_then(|shifts| match meant {
            Meant::Next => shifts.next_of(person, now),
            Meant::At(at) => shifts.shift_at(now, at.max(now)).filter(|shift| shift.on == Some(person)),
            Meant::Day { starts, ends, .. } => {
                let mut theirs = shifts.between(now, ends);
                theirs.retain(|shift| shift.on == Some(person));
                let begins = theirs.iter().find(|it| it.starts > now && it.starts >= starts && it.starts < ends);
                // One that lasts for days is on all of them.
                let all_day = |it: &&ShiftOn<'_>| it.starts <= starts.max(now) && it.ends.is_none_or(|it| it >= ends);
                let today = theirs.first().filter(|it| it.starts == now && starts <= now);
                let began_before = today.is_some() && shifts.on(starts - Span::seconds(1)) == Some(person);
                begins.or_else(|| theirs.iter().find(all_day)).or(today.filter(|_| !began_before)).copied()
            }
        });
        let name = self.name(person);
        let Some(shift) = shift else {
            let next = shifts.and_then(|shifts| shifts.next_of(person, now));
            let next =
                next.map(|shift| format!(" Their next begins {}.", self.moment(shift.starts))).unwrap_or_default();
            return Err(Refusal::missing(match meant {
                Meant::At(at) => format!("{name} isn't on {id} at {}.{next}", self.moment(at)),
                Meant::Day { .. } => format!("no shift of {id} of {name}'s begins on that day.{next}"),
                Meant::Next => format!("{name} has no shift of {id} ahead."),
            }));
        };
        let Some(ends) = shift.ends else {
            return Err(Refusal::missing(format!(
                "{name}'s shift of {id} has no end: name the time with from and to."
            )));
        };
        Ok(Time { starts: shift.starts, ends })
    }

    fn time(&self, time: Time) -> String {
        format!("from {} until {}", self.moment(time.starts), self.moment(time.ends))
    }

    fn nothing_to_answer(&self, number: u32) -> Refusal {
        let last = self.bot.rotas.last;
        let why = match number {
            _ if last == 0 => format!("no. {number} was never given: nothing about shifts was offered yet. See "),
            _ if number > last => format!("no. {number} was never given: the last is no. {last}. See "),
            _ => format!("no. {number} waits for no answer: it was answered, taken back, or its time is over. See "),
        };
        Refusal::missing(say![why, Shift::On.line(), "."])
    }
}

impl Time {
    /// What is left of it.
    fn left_at(self, now: At) -> Time {
        Time { starts: self.starts.max(now), ends: self.ends }
    }
}
