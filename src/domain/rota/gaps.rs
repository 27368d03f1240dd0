//! Time ahead in which nobody will answer: hours that no layer covers, and shifts of somebody who is away or gone.

use serde::{Deserialize, Serialize};

use super::Shifts;
use crate::domain::{At, PersonId};

/// Time in which nobody will answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    pub starts: At,
    pub ends: At,
    pub why: Why,
}

/// Why nobody will answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Nobody is on.
    Uncovered,
    /// Whoever is on is away, and nobody stands in.
    Away(PersonId),
    /// The account of whoever is on is gone.
    Gone(PersonId),
}

impl Shifts<'_> {
    /// The gaps of a time, in order. `why_not` says why somebody who is on at a moment won't answer then; it may change at
    /// `changes`.
    pub fn gaps(
        &self,
        (from, to): (At, At),
        changes: &[At],
        why_not: impl Fn(&PersonId, At) -> Option<Why>,
    ) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        // What hasn't begun has no gaps.
        let from = self.rota.starts().map_or(from, |starts| starts.max(from));
        for shift in self.between(from, to) {
            let ends = shift.ends.map_or(to, |ends| ends.min(to));
            let covers = self.rota.covers.as_ref().filter(|_| shift.on.is_none());
            let hours =
                std::iter::successors(Some(shift.starts), |&at| covers?.next_change(at)).take_while(|&at| at < ends);
            let mut cuts: Vec<At> = changes.iter().copied().filter(|&at| shift.starts < at && at < ends).collect();
            cuts.extend(hours);
            cuts.extend([shift.starts, ends]);
            cuts.sort_unstable();
            for part in cuts.windows(2) {
                let &[starts, ends] = part else { continue };
                let why = match shift.on {
                    None => covers.is_none_or(|hours| hours.is_open(starts)).then_some(Why::Uncovered),
                    Some(person) => why_not(person, starts),
                };
                match (why, gaps.last_mut()) {
                    (Some(why), Some(last)) if last.ends == starts && last.why == why => last.ends = ends,
                    (Some(why), _) if starts < ends => gaps.push(Gap { starts, ends, why }),
                    (Some(_) | None, _) => {}
                }
            }
        }
        gaps
    }
}
