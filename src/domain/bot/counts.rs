//! Counts by steps of time: they take the same room however many they count.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{At, Span};

/// A window is counted in so many steps.
const STEPS: i64 = 12;
/// A spread of moments is kept in so many steps at most; where they lie further apart, the steps are longer.
const SPREAD_AT_MOST: usize = 64;
/// The shortest of these steps.
const FINEST: Span = Span::minutes(1);

/// What came into a queue and left it, by steps of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    steps: BTreeMap<i64, Passed>,
}

/// How many came and how many left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    #[serde(default, skip_serializing_if = "is_zero")]
    pub came: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left: u32,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Flow {
    fn step(window: Span) -> i64 {
        (window.0 / STEPS).max(1)
    }

    pub(super) fn count(&mut self, window: Span, at: At, count: impl FnOnce(&mut Passed)) {
        let now = at.0.div_euclid(Flow::step(window));
        self.steps.retain(|step, _| *step > now - STEPS);
        count(self.steps.entry(now).or_default());
    }

    /// What passed in the window up to a moment.
    pub fn within(&self, window: Span, at: At) -> Passed {
        let now = at.0.div_euclid(Flow::step(window));
        let steps = self.steps.range(now - STEPS + 1..=now).map(|(_, passed)| passed);
        steps.fold(Passed::default(), |sum, it| Passed { came: sum.came + it.came, left: sum.left + it.left })
    }
}

/// How many of something lie at which moments, in steps that are as fine as their number allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    step: Span,
    counts: BTreeMap<i64, u32>,
}

impl Default for Spread {
    fn default() -> Spread {
        Spread { step: FINEST, counts: BTreeMap::new() }
    }
}

impl Spread {
    pub(super) fn add(&mut self, at: At) {
        *self.counts.entry(at.0.div_euclid(self.step.0)).or_default() += 1;
        while self.counts.len() > SPREAD_AT_MOST {
            self.step = self.step + self.step;
            let finer = std::mem::take(&mut self.counts);
            for (step, count) in finer {
                *self.counts.entry(step.div_euclid(2)).or_default() += count;
            }
        }
    }

    pub(super) fn remove(&mut self, at: At) {
        let step = at.0.div_euclid(self.step.0);
        if let Some(count) = self.counts.get_mut(&step) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&step);
            }
        }
        if self.counts.is_empty() {
            self.step = FINEST;
        }
    }

    pub fn count(&self) -> u32 {
        self.counts.values().sum()
    }

    /// The first of them, at most a step too early.
    pub fn first(&self) -> Option<At> {
        self.counts.keys().next().map(|step| At(step * self.step.0))
    }

    /// The moments and how many lie there, in order; each at most a step too early.
    pub(super) fn ascending(&self) -> impl Iterator<Item = (At, u32)> {
        self.counts.iter().map(|(step, count)| (At(step * self.step.0), *count))
    }
}
