//! The SLA engine: somebody owes an answer by a moment, and if it doesn't come, the ladder escalates to the next role.
//!
//! Nothing else in the product has a clock. An obligation knows no kind of case, no table and no platform; the terms are
//! stamped when it opens, so that a later policy moves no deadline that was announced.

mod change;
mod handed;
mod terms;

use serde::{Deserialize, Serialize};

use super::calendar::Running;
use super::policy::AtEnd;
use super::text::quoted;
use super::{At, CaseId, Duty, Label, PartyId, PersonId, RoleId, Span};

pub use self::change::{Change, Opened, Passed};
pub use self::handed::{HandedOn, Receiver};
pub use self::terms::{Step, StepAct, Terms};

/// The bot says so when it tells something later than this after the moment it was for.
pub const NOTICEABLE: Span = Span::seconds(60);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Obligation {
    /// Counts from 1 within the case.
    pub number: u32,
    pub duty: Duty,
    /// Which one, where a case owes several of a kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    pub holder: Holder,
    /// The holder's party by the policy that the case was opened under: breaches and figures are told by party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// Who was last told that they hold it.
    pub held_by: Vec<PersonId>,
    pub opened: At,
    pub terms: Terms,
    pub standing: Standing,
    /// How many of `terms.steps` have passed.
    pub passed: u32,
    /// How many times it was repeated after the last step.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeated: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_told: Option<At>,
    /// All pauses together on the target's own clock, the running one left out.
    #[serde(default, skip_serializing_if = "Span::is_zero")]
    pub paused: Span,
    /// How long the answer took on the target's own clock, pauses left out; once it is met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<Span>,
    /// The bot's own worst lateness in telling about it.
    #[serde(default, skip_serializing_if = "Span::is_zero")]
    pub told_late: Span,
    /// Set once, when the deadline passed unanswered; never taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breach: Option<Breach>,
    /// An exception in force stopped its clock at some time: figures are told with these answers and without them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub excepted: bool,
    /// How many of the needed answers are there.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub votes: u32,
    /// Who has answered so far, and whose seat they kept while doing so: neither is asked again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<PersonId>,
    /// Whose place in its role was handed to whom, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<HandedOn>,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

/// Which of several obligations of one duty this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// By a name that rules compare: a seat, a stage's role.
    Named(Label),
    /// In people's own words: the beginning of a follow-up's text, the reason of a page.
    Words(String),
}

impl About {
    pub fn named(name: impl Into<Label>) -> About {
        About::Named(name.into())
    }

    pub fn is(&self, name: &str) -> bool {
        matches!(self, About::Named(label) if label.as_str() == name)
    }

    pub fn text(&self) -> &str {
        match self {
            About::Named(label) => label.as_str(),
            About::Words(words) => words,
        }
    }
}

/// For a sentence: what people typed stands in quotation marks.
impl std::fmt::Display for About {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            About::Named(label) => f.write_str(label.as_str()),
            About::Words(words) => f.write_str(&quoted(words)),
        }
    }
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Owed,
    Paused {
        since: At,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        /// When the policy's cap on pauses ends it.
        ends: At,
        /// It stands still because an exception is in force.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        under: Option<Under>,
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

/// The exception that stops a clock, and what becomes of that when it is in force no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Under {
    pub exception: CaseId,
    pub at_end: AtEnd,
}

/// The state in the words of the specification, derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::EnumString)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
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

/// What an obligation wants to be woken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants {
    /// The next step of the ladder.
    Step,
    /// The cap on pauses is reached.
    Resume,
    /// The acknowledgement has expired.
    AskStillWorking,
}

impl Span {
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Obligation {
    /// The obligation that opens with this number at `at`.
    pub fn open(number: u32, opened: Opened, at: At) -> Obligation {
        let Opened { duty, about, holder, party, held_by, delegations: _, terms } = opened;
        Obligation {
            number,
            duty,
            about,
            holder,
            party,
            held_by,
            opened: at,
            terms,
            standing: Standing::Owed,
            passed: 0,
            repeated: 0,
            last_told: None,
            paused: Span::ZERO,
            took: None,
            told_late: Span::ZERO,
            breach: None,
            excepted: false,
            votes: 0,
            answers: Vec::new(),
            handed: Vec::new(),
        }
    }

    /// Whether the person gave an answer to it, or the one that met it.
    pub fn is_answered_by(&self, person: &PersonId) -> bool {
        let met = matches!(&self.standing, Standing::Met { by: Some(by), .. } if by == person);
        met || self.answers.contains(person)
    }

    /// Folds one change that came at `at`.
    pub fn apply(&mut self, change: &Change, at: At) {
        match change {
            // It is what the obligation was made from: see `open`.
            Change::Opened(_) => {}
            Change::Nudged(passed) | Change::Late(passed) | Change::Escalated(passed) | Change::Repeated(passed) => {
                self.passed = passed.through;
                self.last_told = Some(at);
                self.repeated = passed.repeat.unwrap_or(self.repeated);
                self.told_late = self.told_late.max(passed.behind.unwrap_or_default());
                if self.breach.is_none() {
                    self.breach.clone_from(&passed.breach);
                }
            }
            Change::Answered { by, stands_in_for } => {
                self.votes += 1;
                self.answers.push(by.clone());
                self.answers.extend(stands_in_for.clone());
            }
            Change::AnswerTakenBack { by, stands_in_for } => {
                self.votes = self.votes.saturating_sub(1);
                self.answers.retain(|it| it != by && Some(it) != stands_in_for.as_ref());
            }
            Change::Met { by, took } => {
                let expires = self.terms.expires_after.map(|span| at + span);
                self.standing = Standing::Met { at, by: by.clone(), expires };
                self.took = Some(*took);
            }
            Change::AskedStillWorking {} => self.expire(None),
            Change::Extended { expires } => self.expire(Some(*expires)),
            Change::Paused { reason, by, ends } => {
                let (reason, by) = (reason.clone(), Some(by.clone()));
                self.standing = Standing::Paused { since: at, reason, by, ends: *ends, under: None };
            }
            Change::Excepted { under, by, ends } => {
                self.excepted = true;
                let (reason, by) = (format!("{} is in force", under.exception), by.clone());
                self.standing = Standing::Paused { since: at, reason, by, ends: *ends, under: Some(*under) };
            }
            Change::Resumed { by: _, paused, terms, under: _ } => {
                self.standing = Standing::Owed;
                self.paused = self.paused + *paused;
                self.terms = (**terms).clone();
            }
            Change::Restarted { by: _, paused, terms } => {
                self.standing = Standing::Owed;
                self.paused = self.paused + *paused;
                self.terms = (**terms).clone();
                self.passed = 0;
            }
            Change::Waived { by, reason } => {
                self.standing = Standing::Waived { at, by: by.clone(), reason: reason.clone() };
            }
            Change::Voided { reason } => self.standing = Standing::Void { at, reason: reason.clone() },
            Change::Contested { contest } => {
                if let Some(breach) = &mut self.breach {
                    breach.contested = Some(contest.clone());
                }
            }
            Change::Settled { by: _, to, reason } => {
                if let Some(breach) = &mut self.breach {
                    breach.attributed = to.clone();
                    breach.reason = Some(reason.clone());
                    breach.contested = None;
                }
            }
            Change::Moved { from: _, to, delegations: _ } => self.held_by.clone_from(to),
            Change::Widened { to } => {
                if let Holder::Roles(roles) = &mut self.holder
                    && !roles.contains(to)
                {
                    roles.push(to.clone());
                }
            }
            Change::HandedOver { handoff: _, from, to, held_by } => {
                self.hand(from.as_ref(), to);
                self.held_by.clone_from(held_by);
            }
            Change::Kept { handoff: _, by, instead_of, held_by } => {
                self.hand(Some(instead_of), &Receiver::Person(by.clone()));
                self.held_by.clone_from(held_by);
            }
        }
    }

    fn expire(&mut self, when: Option<At>) {
        if let Standing::Met { expires, .. } = &mut self.standing {
            *expires = when;
        }
    }

    pub fn is_about(&self, name: &str) -> bool {
        self.about.as_ref().is_some_and(|about| about.is(name))
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

    /// Whether somebody may put off being reminded of it: not once it is late, and not of what the policy calls urgent.
    pub fn may_be_put_off(&self, at: At) -> bool {
        !self.terms.urgent && at < self.terms.due
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
        self.terms.steps.iter().take(self.passed as usize).filter_map(|step| match &step.act {
            StepAct::Escalate { to } => Some(to),
            StepAct::Nudge { .. } | StepAct::Late {} => None,
        })
    }

    /// How many nudges before the deadline have passed.
    pub fn nudges_told(&self) -> u32 {
        let passed = self.terms.steps.iter().take(self.passed as usize);
        passed.filter(|step| matches!(step.act, StepAct::Nudge { .. })).count() as u32
    }

    /// When it next wants to be woken, and what for.
    pub fn next(&self) -> Option<(At, Wants)> {
        match &self.standing {
            Standing::Owed => self.next_step().map(|at| (at, Wants::Step)),
            Standing::Paused { ends, .. } => Some((*ends, Wants::Resume)),
            Standing::Met { expires, .. } => expires.map(|at| (at, Wants::AskStillWorking)),
            Standing::Waived { .. } | Standing::Void { .. } => None,
        }
    }

    fn next_step(&self) -> Option<At> {
        match self.terms.steps.get(self.passed as usize) {
            Some(step) => Some(step.at),
            None => {
                let repeat = self.terms.repeat.filter(|repeat| self.repeated < repeat.at_most)?;
                Some(self.last_told.unwrap_or(self.terms.due) + repeat.every)
            }
        }
    }

    /// What there is to say at `now`, all passed steps folded into one. `None`: nothing is due.
    /// `attributed` is whose breach it would be.
    pub fn step(&self, now: At, attributed: impl FnOnce() -> Attribution) -> Option<Passed> {
        if self.standing != Standing::Owed || self.next_step()? > now {
            return None;
        }
        let behind = |scheduled: At| Some(now - scheduled).filter(|&behind| behind > NOTICEABLE);
        let passed: Vec<&Step> =
            self.terms.steps.iter().skip(self.passed as usize).take_while(|step| step.at <= now).collect();
        let Some(last) = passed.last() else {
            let scheduled = self.next_step()?;
            return Some(Passed {
                through: self.passed,
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
            .filter_map(|step| match &step.act {
                StepAct::Escalate { to } => Some(to.clone()),
                StepAct::Nudge { .. } | StepAct::Late {} => None,
            })
            .collect();
        let breaches = passed.iter().any(|step| step.act == StepAct::Late {});
        // The gravest thing passed is what the message is about, so its own moment is what we are late for.
        let scheduled = if breaches {
            self.terms.due
        } else {
            passed.iter().find(|step| matches!(step.act, StepAct::Escalate { .. })).map_or(last.at, |step| step.at)
        };
        Some(Passed {
            through: self.passed + passed.len() as u32,
            nudge: match last.act {
                StepAct::Nudge { percent } => Some(percent),
                StepAct::Late {} | StepAct::Escalate { .. } => None,
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

    /// How many of the needed answers are there. Standing in for somebody is one answer, not two.
    pub fn have(&self) -> u32 {
        match self.standing {
            Standing::Met { .. } => self.terms.quorum,
            Standing::Owed | Standing::Paused { .. } | Standing::Waived { .. } | Standing::Void { .. } => self.votes,
        }
    }

    /// How long an answer at `now` took on the target's own clock. Pauses moved the deadline by what they took on that
    /// clock, so what is left to it tells what was used.
    pub fn used(&self, now: At, running: Running<'_>) -> Span {
        let due = self.terms.due;
        let used = match now <= due {
            true => self.terms.target - running.between(now, due),
            false => self.terms.target + running.between(due, now),
        };
        used.max(Span::ZERO)
    }

    /// How much pause the policy still allows, on the target's own clock as the pauses themselves.
    pub fn pause_left(&self) -> Span {
        Span((self.terms.pause.at_most - self.paused).0.max(0))
    }

    /// When a pause that begins at `now` has used up what the policy allows. A closed night uses up nothing of it.
    pub fn pause_ends(&self, now: At, running: Running<'_>) -> At {
        let left = self.pause_left();
        running.add(now, left).unwrap_or(now + left)
    }

    /// The exception that stops its clock.
    pub fn under(&self) -> Option<Under> {
        match self.standing {
            Standing::Paused { under, .. } => under,
            Standing::Owed | Standing::Met { .. } | Standing::Waived { .. } | Standing::Void { .. } => None,
        }
    }

    /// The terms with the whole target once more, from `now`.
    pub fn restarted(&self, now: At, running: Running<'_>) -> Terms {
        let add = |span: Span| running.add(now, span).unwrap_or(now + span);
        let mut terms = self.terms.clone();
        for step in &mut terms.steps {
            step.at = match step.act {
                StepAct::Nudge { percent } => add(terms.target.percent(percent)),
                StepAct::Late {} => add(terms.target),
                StepAct::Escalate { .. } => add(terms.target + running.between(self.terms.due, step.at)),
            };
        }
        terms.due = add(terms.target);
        terms
    }

    /// The terms after a pause from `since` to `now`: what was left on each step is left again, on the target's own clock.
    pub fn resumed(&self, since: At, now: At, running: Running<'_>) -> Terms {
        let shift = |at: At| {
            let left = running.between(since, at);
            running.add(now, left).unwrap_or(now + left)
        };
        let mut terms = self.terms.clone();
        for step in terms.steps.iter_mut().skip(self.passed as usize) {
            step.at = shift(step.at);
        }
        terms.due = shift(terms.due);
        terms
    }
}
