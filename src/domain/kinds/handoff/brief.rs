//! What a receiver has to know, drafted from how the cases stand: how ill each is, what it is, who owes what by when, what
//! happens if they don't, and what nobody knows yet.
//!
//! What was said on a case, such as ideas that were ruled out, isn't here: it is read from the ledger by whoever is shown the brief.
//! And whoever is shown it reads how the cases stand then, as far as they may see them: a case can be restricted after it was offered.

use serde::{Deserialize, Serialize};

use crate::domain::obligation::{About, Obligation, Standing, State, StepAct};
use crate::domain::ruling::persons;
use crate::domain::{At, Case, CaseId, Duty, Label, People, PersonId, Policy, RoleId, Severity, Span, World};

/// So many cases are told one by one, the most ill first; the others are counted.
const CASES_AT_MOST: usize = 40;
/// A step of a ladder that is nearer than this is one to watch for.
const A_SHIFT: Span = Span::hours(12);
/// With less than this of the target left, in hundredths, it won't be answered by itself.
const LITTLE_LEFT_PERCENT: u32 = 20;

/// How ill a case is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Illness {
    /// An answer is late, or little is left of its time.
    Unstable,
    /// Somebody hears of it before the shift is over.
    Watch,
    Stable,
}

impl Illness {
    pub const fn word(self) -> &'static str {
        match self {
            Illness::Unstable => "unstable",
            Illness::Watch => "watch",
            Illness::Stable => "stable",
        }
    }

    /// By its clocks.
    pub fn of(case: &Case, now: At, policy: &Policy) -> Illness {
        let owed = || case.open_obligations().filter(|it| matches!(it.standing, Standing::Owed));
        let unstable = |it: &Obligation| {
            let running = policy.running(it.terms.calendar.as_ref());
            it.is_late() || it.terms.due <= now || {
                let left = running.between(now, it.terms.due);
                left < it.terms.target.percent(LITTLE_LEFT_PERCENT)
            }
        };
        if owed().any(unstable) {
            return Illness::Unstable;
        }
        let soon = |it: &Obligation| it.next().is_some_and(|(at, _)| at <= now + A_SHIFT);
        if owed().any(soon) { Illness::Watch } else { Illness::Stable }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<OnCase>,
    /// So many more, none of them more ill than these.
    #[serde(default)]
    pub more: u32,
    /// What has to be known of the workflow, as the policy has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub knowledge: Vec<String>,
}

/// How one case stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OnCase {
    pub case: CaseId,
    pub title: String,
    pub illness: Illness,
    pub state: Label,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Nobody can say yet what it did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
}

/// Somebody owes something by a moment, and it goes to somebody else if it doesn't come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    pub duty: Duty,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    pub waiting_on: Vec<PersonId>,
    pub due: At,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Contingency>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contingency {
    pub at: At,
    pub to: RoleId,
}

/// Who hears next if the answer doesn't come, and when.
pub(super) fn next_rung(owed: &Obligation) -> Option<Contingency> {
    let ahead = owed.terms.steps.iter().skip(owed.passed as usize);
    let mut rungs = ahead.filter_map(|step| match &step.act {
        StepAct::Escalate { to } => Some(Contingency { at: step.at, to: to.clone() }),
        StepAct::Nudge { .. } | StepAct::Late {} => None,
    });
    rungs.next()
}

impl Brief {
    /// Of these cases, none of which is restricted.
    pub(super) fn of(cases: &[&Case], now: At, world: &World<'_>) -> Brief {
        let mut ill: Vec<(Illness, Option<At>, &Case)> = cases
            .iter()
            .map(|case| (Illness::of(case, now, world.stamped), case.next_due().map(|it| it.terms.due), *case))
            .collect();
        ill.sort_by_key(|(illness, due, case)| (*illness, due.unwrap_or(At(i64::MAX)), case.id));
        let told = ill.iter().take(CASES_AT_MOST);
        Brief {
            cases: told.map(|(illness, _, case)| OnCase::of(case, *illness, &world.people)).collect(),
            more: u32::try_from(ill.len().saturating_sub(CASES_AT_MOST)).unwrap_or(u32::MAX),
            knowledge: Vec::new(),
        }
    }
}

impl Action {
    /// As it stands at the moment of these people.
    fn of(owed: &Obligation, case: &Case, people: &People<'_>) -> Action {
        Action {
            duty: owed.duty,
            about: owed.about.clone(),
            waiting_on: persons(case.waiting_on(owed, people)),
            due: owed.terms.due,
            late: owed.is_late(),
            then: next_rung(owed).filter(|_| owed.state() != State::Paused),
        }
    }

    /// Those of one case with these numbers.
    pub fn these(case: &Case, numbers: &[u32], people: &People<'_>) -> Vec<Action> {
        let owed = case.open_obligations().filter(|it| numbers.contains(&it.number));
        in_order(owed).into_iter().map(|it| Action::of(it, case, people)).collect()
    }
}

/// What runs is more urgent than what waits.
fn in_order<'c>(owed: impl Iterator<Item = &'c Obligation>) -> Vec<&'c Obligation> {
    let mut owed: Vec<&Obligation> = owed.collect();
    owed.sort_by_key(|it| (it.state() == State::Paused, it.terms.due));
    owed
}

impl OnCase {
    /// As it stands at the moment of these people.
    pub fn of(case: &Case, illness: Illness, people: &People<'_>) -> OnCase {
        OnCase::beside(case, &[], illness, people)
    }

    /// The same without the answers of these numbers, which are told apart.
    pub fn beside(case: &Case, told: &[u32], illness: Illness, people: &People<'_>) -> OnCase {
        let owed = in_order(case.open_obligations().filter(|it| !told.contains(&it.number)));
        OnCase {
            case: case.id,
            title: case.title.clone(),
            illness,
            state: Label::from(case.state_at(people.at)),
            severity: case.severity(),
            actions: owed.into_iter().map(|it| Action::of(it, case, people)).collect(),
            unknown: case.owed(Duty::Assess).is_some(),
        }
    }
}
