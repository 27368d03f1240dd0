//! When people may have spoken and nobody heard it: gaps in what was heard, times without the bot, a clock that went back. As they
//! were recorded in the period, whenever they were: what was found out later isn't known at its end.

use serde::{Deserialize, Serialize};

use crate::domain::{At, Span};
use crate::ledger::missed::Missed;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unheard {
    /// Where nothing was heard in some conversation. What overlaps is one, in however many conversations it was.
    pub gaps: Stretches,
    /// Without the bot.
    pub down: Stretches,
    /// How often the machine's clock went back.
    pub clock_went_back: u64,
}

/// Stretches of time, each apart from the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretches {
    pub times: u64,
    #[serde(rename = "total_us")]
    pub total: Span,
    #[serde(rename = "longest_us")]
    pub longest: Span,
}

impl Unheard {
    pub(super) fn of(all: impl IntoIterator<Item = Missed>) -> Unheard {
        let (mut gaps, mut down, mut clock_went_back) = (Vec::new(), Vec::new(), 0);
        for missed in all {
            match missed {
                Missed::Gap { from, to, .. } => gaps.push((from, to)),
                Missed::Down { from, to } => down.push((from, to)),
                Missed::ClockWentBack { .. } => clock_went_back += 1,
                // Not unheard, but lost: the operators were told, and `verify` says it.
                Missed::Lost { .. } => {}
            }
        }
        Unheard { gaps: Stretches::of(gaps), down: Stretches::of(down), clock_went_back }
    }

    pub fn is_nothing(&self) -> bool {
        *self == Unheard::default()
    }

    /// `2 gaps in what was heard (14 min in all, 12 min at longest); one time without the bot (10 min)`. `None`: nothing is known to be missing.
    pub(super) fn words(&self) -> Option<String> {
        let clock = match self.clock_went_back {
            0 => None,
            1 => Some("the clock went back once".to_owned()),
            times => Some(format!("the clock went back {times} times")),
        };
        let gaps = self.gaps.words("a gap in what was heard", "gaps in what was heard");
        let down = self.down.words("one time without the bot", "times without the bot");
        let all: Vec<String> = gaps.into_iter().chain(down).chain(clock).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl Stretches {
    /// Those that overlap or touch are one.
    fn of(mut all: Vec<(At, At)>) -> Stretches {
        all.sort_unstable();
        let mut apart: Vec<(At, At)> = Vec::new();
        for (from, to) in all {
            match apart.last_mut() {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => apart.push((from, to)),
            }
        }
        let lengths = || apart.iter().map(|(from, to)| (*to - *from).max(Span::ZERO));
        Stretches {
            times: apart.len() as u64,
            total: lengths().fold(Span::ZERO, |sum, length| sum + length),
            longest: lengths().max().unwrap_or(Span::ZERO),
        }
    }

    fn words(&self, one: &str, more: &str) -> Option<String> {
        match self.times {
            0 => None,
            1 => Some(format!("{one} ({})", self.longest)),
            times => Some(format!("{times} {more} ({} in all, {} at longest)", self.total, self.longest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gap(lane: &str, from: i64, to: i64) -> Missed {
        Missed::Gap { lane: lane.parse().expect("a lane"), from: At(from), to: At(to), why: String::new() }
    }

    #[test]
    fn what_overlaps_counts_once_and_what_is_lost_is_nothing_unheard() {
        let minute = 60_000_000;
        let all = [
            gap("slack/C1", 0, 2 * minute),
            gap("slack/C2", minute, 12 * minute),
            gap("slack/C1", 20 * minute, 22 * minute),
            Missed::Down { from: At(0), to: At(10 * minute) },
            Missed::ClockWentBack { at: At(5), by: Span(9) },
            Missed::Lost { at: At(5), entries: 3 },
        ];
        let unheard = Unheard::of(all);
        assert_eq!(
            unheard.words().expect("words"),
            "2 gaps in what was heard (14 min in all, 12 min at longest); one time without the bot (10 min); the clock went back once"
        );
        assert_eq!(Unheard::of([]).words(), None);
    }

    proptest! {
        /// Against a count of each moment by itself.
        #[test]
        fn the_total_is_how_many_moments_lie_in_any(all in prop::collection::vec((0_i64..60, 0_i64..20), 0..12)) {
            let all: Vec<(At, At)> = all.into_iter().map(|(from, length)| (At(from), At(from + length))).collect();
            let found = Stretches::of(all.clone());
            let lies = |moment: i64| all.iter().any(|(from, to)| from.0 <= moment && moment < to.0);
            prop_assert_eq!(found.total.0, (0..100).filter(|moment| lies(*moment)).count() as i64);
            let mut longest = 0;
            let mut run = 0;
            for moment in 0..100 {
                // Two that touch are one.
                run = if lies(moment) { run + 1 } else { 0 };
                longest = longest.max(run);
            }
            prop_assert_eq!(found.longest.0, longest);
            prop_assert!(found.times <= all.len() as u64);
        }
    }
}
