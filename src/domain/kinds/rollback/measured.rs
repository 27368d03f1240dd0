//! How long it took, from being asked for to being confirmed, and what a digest counts of it. Drills and the real thing stand
//! in one series, and are told apart in every figure.

use super::{Outcome, Rollback, RollbackState};
use crate::domain::kinds::Counted;
use crate::domain::{At, Case, PersonId, Span};

/// The moments of one rollback, as far as they have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    pub asked: At,
    pub authorised: Option<At>,
    /// When the first step was done.
    pub first_effect: Option<At>,
    pub confirmed: Option<At>,
    /// From being asked for to being confirmed.
    pub target: Span,
}

impl Measured {
    /// From being asked for to being confirmed.
    pub fn took(&self) -> Option<Span> {
        self.confirmed.map(|at| at - self.asked)
    }

    pub fn is_in_time(&self) -> Option<bool> {
        self.took().map(|took| took <= self.target)
    }
}

impl Rollback {
    /// When somebody last did a step of it, or answered for a system downstream.
    pub fn worked(&self, person: &PersonId) -> Option<At> {
        let steps = self.steps.values().filter_map(|step| step.done.as_ref());
        let words = steps.chain(self.downstream.values()).chain(self.looked_at.values());
        words.filter(|word| word.by.as_ref() == Some(person)).map(|word| word.at).max()
    }

    pub fn measured(&self, case: &Case) -> Measured {
        let done = self.steps.values().filter_map(|step| step.done.as_ref()).map(|word| word.at);
        // A drill that another one took the place of came to nothing of its own, and what failed helped nobody in time.
        let helped = self.outcome.is_some_and(|outcome| outcome != Outcome::Failed);
        let confirmed = self.ended.as_ref().filter(|_| helped);
        Measured {
            asked: case.opened,
            authorised: self.authorised.as_ref().map(|word| word.at),
            first_effect: done.min(),
            confirmed: confirmed.map(|word| word.at),
            target: self.rule.times.whole,
        }
    }
}

/// What a digest counts of rollbacks: first the real ones, then the drills.
pub(super) const COUNTED: [&str; 18] = [
    "live asked for",
    "live authorised",
    "live with a first effect",
    "live recovered",
    "live contained",
    "live in maintenance",
    "live failed",
    "live abandoned",
    "live within the target",
    "drills asked for",
    "drills authorised",
    "drills with a first effect",
    "drills recovered",
    "drills contained",
    "drills in maintenance",
    "drills failed",
    "drills abandoned",
    "drills within the target",
];
/// Of each of the two.
const OF_EACH: usize = COUNTED.len() / 2;

/// What a digest counts of one rollback, of the time from one moment up to another.
pub(super) fn counted(rollback: &Rollback, case: &Case, from: At, to: At) -> Vec<Counted> {
    let within = |at: At| from <= at && at < to;
    let measured = rollback.measured(case);
    let asked = measured.asked;
    let ended = rollback.ended.as_ref().map(|word| word.at).filter(|at| within(*at));
    let since_asked = |at: Option<At>| at.filter(|at| within(*at)).map(|at| at - asked);
    let came_to = |outcome| ended.filter(|_| rollback.outcome == Some(outcome)).map(|at| at - asked);
    let in_time = measured.is_in_time() == Some(true);
    let all: [Option<Span>; OF_EACH] = [
        Some(Span::ZERO).filter(|_| within(asked)),
        since_asked(measured.authorised),
        since_asked(measured.first_effect),
        came_to(Outcome::Recovered),
        came_to(Outcome::Contained),
        came_to(Outcome::InMaintenance),
        came_to(Outcome::Failed),
        ended.filter(|_| rollback.state == RollbackState::Abandoned).map(|_| Span::ZERO),
        ended.filter(|_| in_time).map(|_| Span::ZERO),
    ];
    let begin = if rollback.is_drill() { OF_EACH } else { 0 };
    let named = COUNTED.iter().skip(begin).zip(all);
    named.filter_map(|(what, lasted)| Some(Counted { what, times: 1, lasted: lasted? })).collect()
}
