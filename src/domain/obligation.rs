//! The SLA engine: somebody owes an answer by a moment, and if it doesn't come, word goes up a ladder.
//!
//! Nothing else in the product has a clock. An obligation knows no case kind, no table and no platform; the terms are
//! stamped when it opens, so that a later policy moves no deadline that was announced.

use serde::{Deserialize, Serialize};

use super::calendar::Running;
use super::policy::{PauseRule, Policy, Repeat, TargetTerms};
use super::{At, CalendarId, Duty, PartyId, PersonId, RoleId, Span};

/// The bot says so when it tells something later than this after the moment it was for.
pub const NOTICEABLE: Span = Span::seconds(60);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Obligation {
    /// Counts from 1 within the case.
    pub number: u32,
    pub duty: Duty,
    /// Which one, where a case owes several of a kind: the seat, the follow-up's text, the stage's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    pub holder: Holder,
    /// Who was last told that they hold it.
    pub held_by: Vec<PersonId>,
    pub opened: At,
    pub terms: Terms,
    pub standing: Standing,
    /// How many of `terms.rungs` lie behind.
    pub climbed: u32,
    /// How often it was repeated after the last rung.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeated: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_told: Option<At>,
    /// All pauses together, the running one left out.
    #[serde(default, skip_serializing_if = "Span::is_zero")]
    pub paused: Span,
    /// Set once, when the deadline passed unanswered; never taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
    /// How many of the needed answers are there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub votes: u32,
    /// Who has answered so far, and whose seat they kept while doing so: neither is asked again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<PersonId>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Duties are owed by roles; by a person only where that person took it on (a follow-up, an answer to a question).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The first role owes it; the others may answer in its stead.
    Roles(Vec<RoleId>),
    Person(PersonId),
}

impl Holder {
    pub fn role(&self) -> Option<&RoleId> {
        match self {
            Holder::Roles(roles) => roles.first(),
            Holder::Person(_) => None,
        }
    }
}

/// What was promised, fixed at opening. Only a pause moves `due` and the rungs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    pub target: Span,
    /// `None` is calendar time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarId>,
    pub due: At,
    /// Ascending.
    pub rungs: Vec<Rung>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    pub pause: PauseRule,
    #[serde(default)]
    pub urgent: bool,
    /// How many different people must answer.
    pub quorum: u32,
    /// For an acknowledgement: how long it is believed without a sign of life.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<Span>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rung {
    pub at: At,
    #[serde(flatten)]
    pub act: RungAct,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum RungAct {
    Nudge {
        percent: u32,
    },
    /// The deadline itself.
    Late,
    /// Tell the next role as well; its people may answer from then on.
    Climb {
        to: RoleId,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "kebab-case")]
pub enum Standing {
    Owed,
    Paused {
        since: At,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        /// When the policy's cap on pauses ends it.
        ends: At,
    },
    Met {
        at: At,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        /// When to ask “still working on it?”.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<At>,
    },
    /// Somebody with the right to do so let it go, with a reason.
    Waived {
        at: At,
        by: PersonId,
        reason: String,
    },
    /// It lost its object: the case was withdrawn, merged, or the duty replaced by a tighter one.
    Void {
        at: At,
        reason: String,
    },
}

/// The state in the words of the specification, derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    Owed,
    Paused,
    Late,
    Met,
    MetLate,
    Waived,
    Void,
}

impl State {
    pub const fn word(self) -> &'static str {
        match self {
            State::Owed => "owed",
            State::Paused => "paused",
            State::Late => "late",
            State::Met => "met",
            State::MetLate => "met-late",
            State::Waived => "waived",
            State::Void => "void",
        }
    }
}

/// A deadline that passed unanswered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// The deadline.
    pub since: At,
    pub attributed: Attribution,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contested: Option<Contest>,
}

/// Whose slowness it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribution {
    Holder(PartyId),
    Requester,
    ThirdParty,
}

impl std::fmt::Display for Attribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Attribution::Holder(party) => party.fmt(f),
            Attribution::Requester => f.write_str("requester"),
            Attribution::ThirdParty => f.write_str("third-party"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    pub by: PersonId,
    pub says: Attribution,
    pub reason: String,
}

/// What passing time did to an obligation, as one thing: after downtime several rungs may lie behind at once, and only
/// what is true now is worth telling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Climbed {
    pub number: u32,
    /// How many rungs lie behind now.
    pub through: u32,
    /// The highest nudge passed, in per cent of the target; `None` when the deadline was passed as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nudge: Option<u32>,
    /// The deadline was passed: recorded once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
    /// Roles called in by this climb.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub called: Vec<RoleId>,
    /// The how-manieth repetition after the last rung.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<u32>,
    /// The moment that the thing told was for.
    pub scheduled: At,
    /// The bot's own lateness, where it is [`NOTICEABLE`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Span>,
}

/// What an obligation wants to be woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    Climb,
    /// The cap on pauses is reached.
    Resume,
    /// The acknowledgement is too old to be believed.
    AskStillWorking,
}

impl Span {
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Terms {
    /// Stamps what the policy says into terms that start at `from`.
    ///
    /// Where a calendar has no open time left in its future (all holidays), calendar time is used: it can only be earlier.
    pub fn stamp(written: &TargetTerms, quorum: u32, from: At, policy: &Policy) -> Terms {
        let running = policy.running(written.calendar.as_ref());
        let add = |span: Span| running.add(from, span).unwrap_or(from + span);
        let ladder = policy.ladders.get(&written.ladder);
        let nudges = ladder.map_or(&[][..], |ladder| &ladder.nudge_at_percent);
        let climb = ladder.map_or(&[][..], |ladder| &ladder.climb);
        let due = add(written.within);
        let rungs = nudges
            .iter()
            .map(|&percent| Rung { at: add(written.within.percent(percent)), act: RungAct::Nudge { percent } })
            .chain([Rung { at: due, act: RungAct::Late }])
            .chain(climb.iter().map(|climb| Rung {
                at: add(written.within + climb.after),
                act: RungAct::Climb { to: climb.tell.clone() },
            }))
            .collect();
        Terms {
            target: written.within,
            calendar: written.calendar.clone(),
            due,
            rungs,
            repeat: ladder.and_then(|ladder| ladder.repeat),
            pause: written.pause.clone(),
            urgent: written.urgent,
            quorum,
            expires_after: written.expires_after,
        }
    }

    /// Terms for a promise with a date of its own, such as a follow-up: nudges at 50 % and 80 % of the way, then late.
    pub fn until(due: At, from: At) -> Terms {
        let whole = due - from;
        let nudge = |percent| Rung { at: from + whole.percent(percent), act: RungAct::Nudge { percent } };
        Terms {
            target: whole,
            calendar: None,
            due,
            rungs: vec![nudge(50), nudge(80), Rung { at: due, act: RungAct::Late }],
            repeat: Some(Repeat { every: Span::days(1), at_most: 3 }),
            pause: PauseRule::default(),
            urgent: false,
            quorum: 1,
            expires_after: None,
        }
    }
}

impl Obligation {
    pub fn new(
        number: u32,
        duty: Duty,
        holder: Holder,
        held_by: Vec<PersonId>,
        opened: At,
        terms: Terms,
    ) -> Obligation {
        Obligation {
            number,
            duty,
            about: None,
            holder,
            held_by,
            opened,
            terms,
            standing: Standing::Owed,
            climbed: 0,
            repeated: 0,
            last_told: None,
            paused: Span::ZERO,
            breach: None,
            votes: 0,
            answers: Vec::new(),
        }
    }

    pub fn about(mut self, what: impl Into<String>) -> Obligation {
        self.about = Some(what.into());
        self
    }

    pub fn state(&self) -> State {
        match (&self.standing, &self.breach) {
            (Standing::Owed, None) => State::Owed,
            (Standing::Owed, Some(_)) => State::Late,
            (Standing::Paused { .. }, _) => State::Paused,
            (Standing::Met { .. }, None) => State::Met,
            (Standing::Met { .. }, Some(_)) => State::MetLate,
            (Standing::Waived { .. }, _) => State::Waived,
            (Standing::Void { .. }, _) => State::Void,
        }
    }

    /// Is an answer still awaited, now or after a pause?
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Owed | Standing::Paused { .. })
    }

    pub fn is_late(&self) -> bool {
        self.state() == State::Late
    }

    /// When the answer came or was no longer owed.
    pub fn closed(&self) -> Option<At> {
        match self.standing {
            Standing::Owed | Standing::Paused { .. } => None,
            Standing::Met { at, .. } | Standing::Waived { at, .. } | Standing::Void { at, .. } => Some(at),
        }
    }

    /// The roles called in so far by the ladder.
    pub fn called(&self) -> impl Iterator<Item = &RoleId> {
        self.terms.rungs.iter().take(self.climbed as usize).filter_map(|rung| match &rung.act {
            RungAct::Climb { to } => Some(to),
            RungAct::Nudge { .. } | RungAct::Late => None,
        })
    }

    /// How many nudges before the deadline lie behind.
    pub fn nudges_told(&self) -> u32 {
        let passed = self.terms.rungs.iter().take(self.climbed as usize);
        passed.filter(|rung| matches!(rung.act, RungAct::Nudge { .. })).count() as u32
    }

    /// When it next wants to be woken, and what for.
    pub fn next(&self) -> Option<(At, Wants)> {
        match &self.standing {
            Standing::Owed => self.next_rung().map(|at| (at, Wants::Climb)),
            Standing::Paused { ends, .. } => Some((*ends, Wants::Resume)),
            Standing::Met { expires, .. } => expires.map(|at| (at, Wants::AskStillWorking)),
            Standing::Waived { .. } | Standing::Void { .. } => None,
        }
    }

    fn next_rung(&self) -> Option<At> {
        match self.terms.rungs.get(self.climbed as usize) {
            Some(rung) => Some(rung.at),
            None => {
                let repeat = self.terms.repeat.filter(|repeat| self.repeated < repeat.at_most)?;
                Some(self.last_told.unwrap_or(self.terms.due) + repeat.every)
            }
        }
    }

    /// What there is to say at `now`, all passed rungs folded into one. `None`: nothing is due.
    /// `attributed` is whose breach it would be.
    pub fn climb(&self, now: At, attributed: impl FnOnce() -> Attribution) -> Option<Climbed> {
        if self.standing != Standing::Owed || self.next_rung()? > now {
            return None;
        }
        let behind = |scheduled: At| Some(now - scheduled).filter(|&behind| behind > NOTICEABLE);
        let passed: Vec<&Rung> =
            self.terms.rungs.iter().skip(self.climbed as usize).take_while(|rung| rung.at <= now).collect();
        let Some(last) = passed.last() else {
            let scheduled = self.next_rung()?;
            return Some(Climbed {
                number: self.number,
                through: self.climbed,
                nudge: None,
                breach: None,
                called: Vec::new(),
                repeat: Some(self.repeated + 1),
                scheduled,
                behind: behind(scheduled),
            });
        };
        let called: Vec<RoleId> = passed
            .iter()
            .filter_map(|rung| match &rung.act {
                RungAct::Climb { to } => Some(to.clone()),
                RungAct::Nudge { .. } | RungAct::Late => None,
            })
            .collect();
        let breaches = passed.iter().any(|rung| rung.act == RungAct::Late);
        // The gravest thing passed is what the message is about, so its own moment is what we are late for.
        let scheduled = if breaches {
            self.terms.due
        } else {
            passed.iter().find(|rung| matches!(rung.act, RungAct::Climb { .. })).map_or(last.at, |rung| rung.at)
        };
        Some(Climbed {
            number: self.number,
            through: self.climbed + passed.len() as u32,
            nudge: match last.act {
                RungAct::Nudge { percent } => Some(percent),
                RungAct::Late | RungAct::Climb { .. } => None,
            },
            breach: breaches.then(|| Breach {
                since: self.terms.due,
                attributed: attributed(),
                reason: None,
                contested: None,
            }),
            called,
            repeat: None,
            scheduled,
            behind: behind(scheduled),
        })
    }

    /// How much pause the policy still allows.
    pub fn pause_left(&self) -> Span {
        Span((self.terms.pause.at_most - self.paused).0.max(0))
    }

    /// The terms after a pause from `since` to `now`: what was left on each rung is left again, on the target's own clock.
    pub fn resumed(&self, since: At, now: At, running: Running<'_>) -> Terms {
        let shift = |at: At| {
            let left = running.between(since, at);
            running.add(now, left).unwrap_or(now + left)
        };
        let mut terms = self.terms.clone();
        for rung in terms.rungs.iter_mut().skip(self.climbed as usize) {
            rung.at = shift(rung.at);
        }
        terms.due = shift(terms.due);
        terms
    }
}
