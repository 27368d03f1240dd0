//! Who is on shift at a moment, and when that changes: people who take turns, by the clock on a wall.
//!
//! A rota is made of *layers*, and a later one covers an earlier one in its hours. In a layer people take turns: the first is on
//! from the start day, and at each handoff the next takes over. Handoffs are times on the wall of the rota's zone, so one at 09:00
//! stays at 09:00 when the clocks change, and the shift around it is an hour longer or shorter. A handoff in the hour that clocks
//! skip is the first moment after the gap, and one in the hour that they repeat is its first pass: as in
//! [`super::calendar`]. What people arranged among themselves ([`Instead`]) covers all layers.
//!
//! Nothing here is kept in step: who is on follows from the policy, from what was arranged, and from the moment that is asked
//! about.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::{self, Calendar};
use super::{At, PersonId, RoleId, RotaId, Span};

mod gaps;
#[cfg(test)]
mod tests;

pub use gaps::{Gap, Why};

/// A shift that is longer than this has no end that anybody plans with.
const LONGEST: Span = Span::days(400);

/// People who take turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Rota {
    pub name: String,
    /// Its handoffs and hours are times on the wall of this zone.
    pub zone: Tz,
    /// Not empty. A later one covers an earlier one in its hours.
    pub layers: Vec<Layer>,
    /// When somebody must be on. `None`: day and night.
    pub covers: Option<Calendar>,
    /// The role that can close a gap, and hears of it.
    pub gaps_to: RoleId,
    /// How long somebody has to say that they are on. `None`: nobody has to.
    pub acknowledge_within: Option<Span>,
    /// How long each who is asked for cover has to answer.
    pub cover_within: Span,
    /// What becomes of an incident that somebody acknowledged whose shift ends.
    pub acknowledged: Acknowledged,
}

/// What becomes at the end of a shift of what was acknowledged in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Acknowledged {
    /// It stays with whoever acknowledged it, until they are asked whether they are still working on it.
    #[default]
    Stays,
    /// It comes back: whoever is on now must acknowledge it.
    Returns,
}

/// One layer of a rota.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// In the order of their turns. Not empty.
    pub members: Vec<PersonId>,
    pub turns: Turns,
    /// `None`: day and night.
    pub hours: Option<Calendar>,
}

/// When people take over from each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turns {
    /// When the first of them begins, on the wall.
    starts: NaiveDateTime,
    /// A handoff at or before the start, from which all others are counted.
    anchor: NaiveDateTime,
    /// Between two handoffs, on the wall. A whole number of seconds above zero.
    every: Span,
}

impl Turns {
    /// Turns of this length from a start on; `anchor` is a handoff at or before the start, not longer ago than one turn. `None`
    /// where the three don't fit.
    pub fn new(starts: NaiveDateTime, anchor: NaiveDateTime, every: Span) -> Option<Turns> {
        let first = starts.signed_duration_since(anchor).num_seconds();
        let seconds = every.0 / Span::seconds(1).0;
        let fits = seconds > 0 && (0..seconds).contains(&first) && Span::seconds(seconds) == every;
        fits.then_some(Turns { starts, anchor, every })
    }

    fn seconds(&self) -> i64 {
        self.every.0 / Span::seconds(1).0
    }

    /// When the turn of this number begins, counted from the anchor's.
    fn handoff(&self, zone: Tz, turn: i64) -> At {
        let after = TimeDelta::seconds(turn.saturating_mul(self.seconds()));
        let wall = self.anchor.checked_add_signed(after).unwrap_or(NaiveDateTime::MAX);
        calendar::opening(zone, wall.max(self.starts))
    }

    /// The number of the turn that a moment lies in. `None` before the start.
    fn turn(&self, zone: Tz, at: At) -> Option<i64> {
        if at < calendar::opening(zone, self.starts) {
            return None;
        }
        let shown = calendar::shown(zone, at)?;
        let mut turn = shown.signed_duration_since(self.anchor).num_seconds().div_euclid(self.seconds());
        // A clock that was put back shows again what lies before a handoff that has come.
        while self.handoff(zone, turn + 1) <= at {
            turn += 1;
        }
        Some(turn)
    }
}

impl Layer {
    fn on(&self, zone: Tz, at: At) -> Option<&PersonId> {
        if self.hours.as_ref().is_some_and(|hours| !hours.is_open(at)) {
            return None;
        }
        let turn = self.turns.turn(zone, at)?;
        let count = i64::try_from(self.members.len()).ok().filter(|count| *count > 0)?;
        self.members.get(usize::try_from(turn.rem_euclid(count)).ok()?)
    }

    /// The first moment after `after` at which somebody else may be on.
    fn next_change(&self, zone: Tz, after: At) -> Option<At> {
        let handoff = match self.turns.turn(zone, after) {
            None => Some(calendar::opening(zone, self.turns.starts)).filter(|&at| at > after),
            // Who has no others hands over to nobody.
            Some(_) if self.members.len() < 2 => None,
            Some(turn) => (turn + 1..).map(|turn| self.turns.handoff(zone, turn)).find(|&at| at > after),
        };
        let hours = self.hours.as_ref().and_then(|hours| hours.next_change(after));
        handoff.into_iter().chain(hours).min()
    }
}

impl Rota {
    /// Who would be on, had people arranged nothing among themselves.
    fn on(&self, at: At) -> Option<&PersonId> {
        self.layers.iter().rev().find_map(|layer| layer.on(self.zone, at))
    }

    /// When the turn ends that somebody has at a moment: it is over, or a layer over it begins.
    fn turn_ends(&self, at: At) -> Option<At> {
        let by = self.layers.iter().rposition(|layer| layer.on(self.zone, at).is_some())?;
        self.layers.iter().skip(by).filter_map(|layer| layer.next_change(self.zone, at)).min()
    }

    /// When the first of its layers begins.
    pub fn starts(&self) -> Option<At> {
        self.layers.iter().map(|layer| calendar::opening(self.zone, layer.turns.starts)).min()
    }

    /// Everybody who takes turns, each once, in the order of the layers.
    pub fn members(&self) -> Vec<&PersonId> {
        let mut members: Vec<&PersonId> = Vec::new();
        for member in self.layers.iter().flat_map(|layer| &layer.members) {
            if !members.contains(&member) {
                members.push(member);
            }
        }
        members
    }
}

/// Somebody is on instead of whoever the rota names, from a moment to a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instead {
    /// Counts from 1, in one series with swaps and covers. The two halves of a swap have the same.
    pub number: u32,
    pub rota: RotaId,
    pub person: PersonId,
    pub starts: At,
    pub ends: At,
    pub reason: String,
    pub by: PersonId,
    pub how: How,
}

/// How it came that somebody is on instead of somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Somebody who may arranged it.
    Override,
    /// They took it themselves.
    Taken,
    /// Two swapped.
    Swap,
    /// Cover was wanted, and they agreed.
    Cover,
    /// It was handed over to them.
    Handoff,
}

impl Instead {
    pub fn holds_at(&self, at: At) -> bool {
        self.starts <= at && at < self.ends
    }
}

/// One person's time on, or time in which nobody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift<'a> {
    pub on: Option<&'a PersonId>,
    pub starts: At,
    /// `None`: there is no end that anybody plans with.
    pub ends: Option<At>,
}

/// A rota with what people arranged among themselves.
#[derive(Clone, Copy, Debug)]
pub struct Shifts<'a> {
    pub id: &'a RotaId,
    pub rota: &'a Rota,
    /// Also of other rotas, in the order in which they were arranged.
    pub instead: &'a [Instead],
}

impl<'a> Shifts<'a> {
    /// Who is on at a moment. Of two arrangements the later one counts.
    pub fn on(&self, at: At) -> Option<&'a PersonId> {
        let arranged = self.own().rev().find(|it| it.holds_at(at));
        arranged.map(|it| &it.person).or_else(|| self.rota.on(at))
    }

    /// The first moment after `after` at which somebody else is on than at `after`.
    pub fn next_change(&self, after: At) -> Option<At> {
        self.ahead(after).next()?.ends
    }

    /// When that ends by which somebody is on at a moment: a turn of the rota, or what people arranged. The same person may be on next.
    pub fn turn_ends(&self, at: At) -> Option<At> {
        let arranged: Vec<&Instead> = self.own().collect();
        let by = arranged.iter().rposition(|it| it.holds_at(at));
        let ends = match by.and_then(|by| arranged.get(by)) {
            Some(instead) => Some(instead.ends),
            None => self.rota.turn_ends(at),
        };
        // Of two arrangements the later one counts.
        let later = arranged.iter().skip(by.map_or(0, |by| by + 1)).map(|it| it.starts).filter(|starts| *starts > at);
        ends.into_iter().chain(later).min()
    }

    /// Who is on from a moment on, one after the other; the first is cut off at that moment.
    pub fn ahead(&self, from: At) -> impl Iterator<Item = Shift<'a>> + use<'a> {
        let shifts = *self;
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let starts = next?;
            let on = shifts.on(starts);
            let mut changes = std::iter::successors(shifts.boundary(starts), |&at| shifts.boundary(at));
            let ends = changes.by_ref().take_while(|&at| at <= starts + LONGEST).find(|&at| shifts.on(at) != on);
            next = ends;
            Some(Shift { on, starts, ends })
        })
    }

    /// The shifts that begin before `to`, from `from` on; what reaches over `to` is whole.
    pub fn between(&self, from: At, to: At) -> Vec<Shift<'a>> {
        self.ahead(from).take_while(|shift| shift.starts < to).collect()
    }

    /// The shift that a moment lies in, as it looks at `now`: what of it is over by then is cut off.
    pub fn shift_at(&self, now: At, at: At) -> Option<Shift<'a>> {
        let ahead = self.ahead(now).take_while(|shift| shift.starts <= at);
        ahead.last().filter(|shift| shift.ends.is_none_or(|ends| at < ends))
    }

    /// The first of somebody's shifts that isn't over at a moment, from that moment on, if one begins within 400 days.
    pub fn next_of(&self, person: &PersonId, from: At) -> Option<Shift<'a>> {
        self.ahead(from).take_while(|shift| shift.starts <= from + LONGEST).find(|shift| shift.on == Some(person))
    }

    /// Who is on at a moment; where nobody is, who is on next, and where nobody ever is, who takes turns first. A duty is never
    /// owed by nobody.
    pub fn on_or_next(&self, at: At) -> Option<&'a PersonId> {
        let ahead = self.ahead(at).take_while(|shift| shift.starts <= at + LONGEST);
        ahead.filter_map(|shift| shift.on).next().or_else(|| self.rota.members().first().copied())
    }

    fn boundary(&self, after: At) -> Option<At> {
        let layers = self.rota.layers.iter().filter_map(|layer| layer.next_change(self.rota.zone, after));
        let arranged = self.own().flat_map(|it| [it.starts, it.ends]).filter(|&at| at > after);
        layers.chain(arranged).min()
    }

    fn own(&self) -> impl DoubleEndedIterator<Item = &'a Instead> + use<'a> {
        let id = self.id;
        self.instead.iter().filter(move |it| it.rota == *id)
    }
}
