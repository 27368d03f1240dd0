//! Shifts: who was told that they are on, what people arranged among themselves, and what time is wanted or offered.
//!
//! Who *is* on follows from the policy and what was arranged ([`crate::domain::rota`]); here is what was said of it. `shifts`
//! tells who is on now and asks them to say that they are; `arranged` is for overrides and for taking a shift, `offered` for
//! swaps and cover, `ahead` for the gaps to come.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling};
use crate::domain::rota::{Gap, Instead, Rota, Shifts};
use crate::domain::{At, Label, PersonId, Policy, Refusal, RoleId, RotaId, Span, text};

mod ahead;
mod arranged;
mod offered;
mod shifts;

pub(super) use ahead::next_look;

/// What is over is known for so long: who was on before is asked as well.
const KEPT_FOR: Span = Span::days(1);

/// What people arranged about their shifts, and what they were told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rotas {
    /// Who is on instead of somebody else, now or later; in the order in which it was arranged.
    pub instead: Vec<Instead>,
    /// Swaps that the other one hasn't answered yet.
    pub swaps: Vec<Swap>,
    /// Cover that is wanted and that nobody has taken yet.
    pub covers: Vec<Cover>,
    /// The highest number ever given to one of these.
    pub last: u32,
    /// Each rota of the policy, as people were told of it.
    pub told: BTreeMap<RotaId, Told>,
    /// Under which address somebody's calendar is read.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calendars: BTreeMap<PersonId, Feed>,
}

/// How a rota stands, as people were told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Who was told that they are on.
    pub on: Option<PersonId>,
    pub since: At,
    /// Up to here every change of shifts was dealt with.
    pub seen: At,
    /// When whoever is on said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<At>,
    /// It was told that they didn't.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gap: bool,
    /// When the gaps ahead were looked for last.
    pub looked: At,
}

/// The address of somebody's calendar, as far as it is kept: who knows this doesn't know the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// SHA-256 of the secret part of the address, in hexadecimal.
    pub hash: Label,
    pub since: At,
}

/// Somebody's shift against somebody else's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Swap {
    pub number: u32,
    pub rota: RotaId,
    pub by: PersonId,
    pub with: PersonId,
    /// The shift of whoever asks.
    pub mine: Time,
    pub theirs: Time,
}

/// From a moment up to, not including, another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    pub starts: At,
    pub ends: At,
}

/// Somebody else is wanted for a time. The others of the rota are asked one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    pub number: u32,
    pub rota: RotaId,
    pub by: PersonId,
    /// Whose time it is. `None`: nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<PersonId>,
    pub time: Time,
    pub reason: String,
    /// Who is asked in turn: the first of them now.
    pub asked: Vec<PersonId>,
    /// Since when the first of them is asked.
    pub since: At,
    /// Who was asked before and didn't take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past: Vec<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "rota.")]
pub enum Event {
    /// Somebody else is on now than before, or nobody.
    Began {
        rota: RotaId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PersonId>,
    },
    /// Others were on while the bot was down, and whoever was told last is on again.
    Passed {
        rota: RotaId,
    },
    /// Whoever is on said so.
    Acknowledged {
        rota: RotaId,
        by: PersonId,
    },
    /// Whoever is on didn't say so in time.
    Unacknowledged {
        rota: RotaId,
        person: PersonId,
    },
    /// Somebody is on instead of whoever the rota names; more than one where two swapped.
    Arranged {
        instead: Vec<Instead>,
    },
    /// What was arranged, offered or wanted under a number holds no longer.
    Ended {
        number: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    SwapOffered(Swap),
    CoverWanted(Cover),
    /// The next of the others is asked; nobody is left where that was the last one.
    CoverPassed {
        number: u32,
        /// `None`: their time was up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
    },
    /// Somebody got an address for their calendar; an earlier one leads nowhere from now on.
    CalendarGiven {
        person: PersonId,
        hash: Label,
    },
    /// The gaps ahead were looked for.
    LookedAhead {
        rota: RotaId,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gaps: Vec<Gap>,
    },
}

/// Which of somebody's shifts is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// Their next one.
    Next,
    /// The one that this moment lies in.
    At(At),
    /// The one that begins on a day: what has begun the evening before is the day before's.
    Day {
        /// The moment that the day alone stands for.
        at: At,
        starts: At,
        ends: At,
    },
}

impl Meant {
    /// The moment that was said. `None`: none was.
    fn moment(self) -> Option<At> {
        match self {
            Meant::Next => None,
            Meant::At(at) | Meant::Day { at, .. } => Some(at),
        }
    }
}

/// Asked about shifts.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Whoever is on says so.
    Acknowledge { rota: RotaId },
    /// Whoever asks is on from now on, until a moment or until the shift that is now ends.
    Take { rota: RotaId, until: Option<At> },
    /// Somebody is on from a moment (now, where there is none) to a moment.
    Override { rota: RotaId, person: PersonId, starts: Option<At>, ends: At, reason: String },
    /// One of whoever asks's own shifts against one of somebody else's.
    OfferSwap { rota: RotaId, with: PersonId, mine: Meant, theirs: Meant },
    /// Somebody else is wanted for a time; without an end, for this shift of whoever asks.
    WantCover { rota: RotaId, starts: Meant, ends: Option<At>, reason: String },
    /// Yes to a swap or to cover that is wanted.
    Agree { number: u32 },
    /// No to it.
    Refuse { number: u32 },
    /// What was arranged, offered or wanted is taken back.
    End { number: u32 },
    /// Whoever asks gets an address for their calendar, whose secret part has this hash.
    GiveCalendar { hash: Label },
}

impl Rotas {
    /// Nobody arranged anything, and nobody was told.
    pub const NONE: &'static Rotas = &Rotas {
        instead: Vec::new(),
        swaps: Vec::new(),
        covers: Vec::new(),
        last: 0,
        told: BTreeMap::new(),
        calendars: BTreeMap::new(),
    };

    pub(super) fn apply(&mut self, event: &Event, at: At) {
        // Whatever is arranged now changes nothing of what has been.
        for rota in self.rotas_of(event) {
            if let Some(told) = self.told.get_mut(&rota) {
                told.seen = at;
            }
        }
        match event {
            Event::Began { rota, person, from: _ } => {
                let looked = self.told.get(rota).map_or(at, |told| told.looked);
                let on = person.clone();
                let told = Told { on, since: at, seen: at, acknowledged: None, gap: false, looked };
                self.told.insert(rota.clone(), told);
                self.instead.retain(|it| &it.rota != rota || it.ends + KEPT_FOR > at);
            }
            Event::Passed { rota: _ } => {}
            Event::Acknowledged { rota, by: _ } => {
                if let Some(told) = self.told.get_mut(rota) {
                    told.acknowledged = Some(at);
                }
            }
            Event::Unacknowledged { rota, person: _ } => {
                if let Some(told) = self.told.get_mut(rota) {
                    told.gap = true;
                }
            }
            Event::Arranged { instead } => {
                self.last = instead.iter().map(|it| it.number).fold(self.last, u32::max);
                // What was offered or wanted under the number has come about.
                let done = |number: u32| instead.iter().any(|it| it.number == number);
                self.swaps.retain(|it| !done(it.number));
                self.covers.retain(|it| !done(it.number));
                self.instead.extend(instead.iter().cloned());
            }
            Event::Ended { number, by: _ } => {
                self.instead.retain(|it| it.number != *number);
                self.swaps.retain(|it| it.number != *number);
                self.covers.retain(|it| it.number != *number);
            }
            Event::SwapOffered(swap) => {
                self.last = self.last.max(swap.number);
                self.swaps.push(swap.clone());
            }
            Event::CoverWanted(cover) => {
                self.last = self.last.max(cover.number);
                self.covers.push(cover.clone());
            }
            Event::CoverPassed { number, by: _ } => {
                if let Some(cover) = self.covers.iter_mut().find(|it| it.number == *number)
                    && !cover.asked.is_empty()
                {
                    cover.past.push(cover.asked.remove(0));
                    cover.since = at;
                }
                self.covers.retain(|it| !it.asked.is_empty());
            }
            Event::CalendarGiven { person, hash } => {
                self.calendars.insert(person.clone(), Feed { hash: hash.clone(), since: at });
            }
            Event::LookedAhead { rota, gaps: _ } => {
                if let Some(told) = self.told.get_mut(rota) {
                    told.looked = at;
                }
            }
        }
    }

    fn rotas_of(&self, event: &Event) -> Vec<RotaId> {
        match event {
            Event::Began { rota, .. }
            | Event::Passed { rota }
            | Event::Acknowledged { rota, .. }
            | Event::Unacknowledged { rota, .. }
            | Event::LookedAhead { rota, .. } => vec![rota.clone()],
            Event::Arranged { instead } => instead.iter().map(|it| it.rota.clone()).collect(),
            Event::Ended { number, .. } => {
                self.instead.iter().filter(|it| it.number == *number).map(|it| it.rota.clone()).collect()
            }
            Event::SwapOffered(_) | Event::CoverWanted(_) | Event::CoverPassed { .. } | Event::CalendarGiven { .. } => {
                Vec::new()
            }
        }
    }

    /// Another policy: its rotas begin to count now.
    pub(super) fn follow(&mut self, rotas: &BTreeSet<RotaId>, at: At) {
        self.told.retain(|rota, _| rotas.contains(rota));
        for rota in rotas {
            let new = Told { on: None, since: at, seen: at, acknowledged: None, gap: false, looked: at };
            self.told.entry(rota.clone()).or_insert(new).seen = at;
        }
        self.instead.retain(|it| rotas.contains(&it.rota));
        self.swaps.retain(|it| rotas.contains(&it.rota));
        self.covers.retain(|it| rotas.contains(&it.rota));
    }

    /// Whose calendar is read under an address whose secret part has this hash.
    pub fn calendar_of(&self, hash: &str) -> Option<&PersonId> {
        self.calendars.iter().find(|(_, feed)| feed.hash.as_str() == hash).map(|(person, _)| person)
    }

    pub fn shifts<'a>(&'a self, policy: &'a Policy, id: &'a RotaId) -> Option<Shifts<'a>> {
        Some(Shifts { id, rota: policy.rotas.get(id)?, instead: &self.instead })
    }

    /// When something is due next.
    pub(super) fn wake(&self, policy: &Policy) -> Option<At> {
        let each = policy.rotas.keys().filter_map(|id| {
            let told = self.told.get(id)?;
            let shifts = self.shifts(policy, id)?;
            let shift = shifts::next_change(told, &shifts);
            let answer = shifts::answer_due(told, shifts.rota);
            let look = next_look(told, shifts.rota);
            shift.into_iter().chain(answer).chain(look).min()
        });
        let swaps = self.swaps.iter().map(Swap::lapses);
        let covers = self.covers.iter().filter_map(|cover| Some(cover.passes(policy.rotas.get(&cover.rota)?)));
        each.chain(swaps).chain(covers).min()
    }
}

impl Draft<'_> {
    pub(super) fn rota(self, command: &Command) -> Result<Ruling, Refusal> {
        match command {
            Command::Acknowledge { rota } => self.acknowledge_shift(rota),
            Command::Take { rota, until } => self.take_shift(rota, *until),
            Command::Override { rota, person, starts, ends, reason } => {
                self.override_shift(rota, person, (*starts, *ends), reason)
            }
            Command::OfferSwap { rota, with, mine, theirs } => self.offer_swap(rota, with, (*mine, *theirs)),
            Command::WantCover { rota, starts, ends, reason } => self.want_cover(rota, (*starts, *ends), reason),
            Command::Agree { number } => self.agree(*number),
            Command::Refuse { number } => self.refuse(*number),
            Command::End { number } => self.end_arranged(*number),
            Command::GiveCalendar { hash } => self.give_calendar(hash),
        }
    }

    /// The first thing about shifts that is due now. Whether there was one.
    pub(super) fn wake_rota(&mut self) -> bool {
        let ids: Vec<RotaId> = self.policy.rotas.keys().cloned().collect();
        ids.iter().any(|id| self.shift_begins(id) || self.nobody_took_up(id) || self.looks_ahead(id))
            || self.swap_lapses()
            || self.cover_passes()
    }

    fn give_calendar(mut self, hash: &Label) -> Result<Ruling, Refusal> {
        let person = self.asker()?;
        self.push(Event::CalendarGiven { person, hash: hash.clone() });
        Ok(self.ruling)
    }

    /// A rota of the policy.
    fn known_rota(&self, id: &RotaId) -> Result<Rota, Refusal> {
        self.policy.rotas.get(id).cloned().ok_or_else(|| {
            let hint = text::did_you_mean(id.as_str(), self.policy.rotas.keys().map(|it| it.as_str()));
            Refusal::missing(format!("I don't know the rota {} in this policy.{hint}", text::quoted(id.as_str())))
        })
    }

    /// The person of the policy who asks.
    fn asker(&self) -> Result<PersonId, Refusal> {
        let known = self.ask.by.person().filter(|it| self.policy.people.contains_key(*it));
        known.cloned().ok_or(Refusal::Stranger)
    }

    /// A moment as whoever asks reads it.
    pub(in crate::domain::bot) fn moment(&self, at: At) -> String {
        let reader = self.ask.by.person().and_then(|it| self.policy.people.get(it));
        text::moment(at, self.ask.at, reader.map_or(chrono_tz::UTC, |it| it.zone))
    }

    /// Whether somebody takes turns in a rota.
    fn takes_turns(rota: &Rota, person: &PersonId) -> bool {
        rota.members().contains(&person)
    }

    /// Whether the asker holds the role that closes a rota's gaps.
    fn closes_gaps(&self, rota: &Rota) -> bool {
        self.people().allow(std::slice::from_ref(&rota.gaps_to), &self.ask.by)
    }

    /// Who holds a role now, for telling them.
    fn called(&self, role: &RoleId) -> Vec<PersonId> {
        let seats = self.people().called(std::slice::from_ref(role), &[]);
        seats.into_iter().map(|seat| seat.person).collect()
    }

    fn on(&self, id: &RotaId, at: At) -> Option<PersonId> {
        self.bot.rotas.shifts(self.policy, id)?.on(at).cloned()
    }

    /// Somebody is on instead of others from now on or later, and everybody hears whose time it is.
    fn arrange(&mut self, instead: Vec<Instead>) {
        let rotas: BTreeSet<RotaId> = instead.iter().map(|it| it.rota.clone()).collect();
        let by = self.ask.by.person().cloned();
        let mut told: Vec<(PersonId, super::Telling)> = Vec::new();
        for it in &instead {
            let of = self.on(&it.rota, it.starts).filter(|of| *of != it.person);
            let telling = super::Telling::Instead { it: it.clone(), of: of.clone() };
            let people =
                [Some(it.person.clone()), of].into_iter().flatten().filter(|person| by.as_ref() != Some(person));
            told.extend(people.map(|person| (person, telling.clone())));
        }
        self.push(Event::Arranged { instead });
        for (person, telling) in told {
            self.tell(crate::domain::notice::To::Person(person), telling, None);
        }
        for rota in &rotas {
            self.shift_begins(rota);
        }
    }

    fn next_number(&self) -> u32 {
        self.bot.rotas.last + 1
    }
}
