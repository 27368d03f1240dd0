//! The weeks up to the end of a period, layer by layer: what was kept, what was late, and how long answers took of what was promised.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Layer;
use super::figures::nearest_rank;
use crate::domain::{At, Span};

/// As many weeks stand side by side.
pub(super) const WEEKS: usize = 8;

/// Seven times 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Week {
    #[serde(rename = "from_us")]
    pub from: At,
    #[serde(rename = "to_us")]
    pub to: At,
    /// Those of which there is something to say.
    pub layers: Vec<OfWeek>,
}

/// One layer in one week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfWeek {
    pub layer: Layer,
    /// Answered in the week, in time.
    pub kept: u64,
    /// Deadlines of the week that passed unanswered.
    pub late: u64,
    /// Answers whose time was measured.
    pub answers: u64,
    /// 90 % of them took no more than this share of what was promised, in thousandths: 1000 is all of it. By nearest rank.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p90_permille: Option<u64>,
}

#[derive(Default)]
struct Counting {
    kept: u64,
    late: u64,
    permille: Vec<u64>,
}

/// The weeks in the making.
pub(super) struct Weeks {
    to: At,
    all: BTreeMap<(usize, Layer), Counting>,
}

impl Weeks {
    pub(super) fn until(to: At) -> Weeks {
        Weeks { to, all: BTreeMap::new() }
    }

    /// Since when there is something to count.
    pub(super) fn from(&self) -> At {
        self.to - Span::days(7 * WEEKS as i64)
    }

    /// Of one obligation: when it was kept and when its deadline passed unanswered, and when it was answered, how long that took, and
    /// how long was promised; all in microseconds.
    pub(super) fn count(
        &mut self,
        layer: Layer,
        kept: Option<i64>,
        missed: Option<i64>,
        answered: Option<(i64, i64, i64)>,
    ) {
        if let Some(week) = kept.and_then(|at| self.place(at)) {
            self.all.entry((week, layer)).or_default().kept += 1;
        }
        if let Some(week) = missed.and_then(|at| self.place(at)) {
            self.all.entry((week, layer)).or_default().late += 1;
        }
        if let Some((at, took, target)) = answered
            && let Some(week) = self.place(at)
            && target > 0
        {
            let permille = u64::try_from(i128::from(took.max(0)) * 1000 / i128::from(target)).unwrap_or(u64::MAX);
            self.all.entry((week, layer)).or_default().permille.push(permille);
        }
    }

    /// 0 is the oldest.
    fn place(&self, at: i64) -> Option<usize> {
        let since = usize::try_from((At(at) - self.from()).0.div_euclid(Span::days(7).0)).ok()?;
        (since < WEEKS).then_some(since)
    }

    pub(super) fn done(mut self) -> Vec<Week> {
        let first = self.from();
        let begins = |week: usize| first + Span::days(7 * week as i64);
        let mut weeks: Vec<Week> =
            (0..WEEKS).map(|week| Week { from: begins(week), to: begins(week + 1), layers: Vec::new() }).collect();
        for ((week, layer), counting) in &mut self.all {
            counting.permille.sort_unstable();
            let answers = counting.permille.len() as u64;
            let p90_permille = nearest_rank(&counting.permille, 90);
            let of = OfWeek { layer: *layer, kept: counting.kept, late: counting.late, answers, p90_permille };
            weeks[*week].layers.push(of);
        }
        weeks
    }
}
