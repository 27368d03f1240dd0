//! Packs that nobody has compared with the law for long.

use chrono::NaiveDate;

use super::pack;
use crate::domain::At;
use crate::domain::policy::{Policy, RedFlag};

/// A pack that nobody has compared with the law for longer than this is a red flag.
pub const STALE_AFTER_DAYS: i64 = 180;

/// The red flags as of a moment.
pub fn flags(policy: &Policy, at: At) -> Vec<RedFlag> {
    let today = at.utc().map(|utc| utc.date_naive());
    let mut regimes: Vec<_> = policy.regulation.values().flat_map(|it| &it.regimes).collect();
    regimes.sort_unstable();
    regimes.dedup();
    let packs = regimes.into_iter().filter_map(|regime| pack(regime));
    let old =
        |checked: NaiveDate| today.map(|today| (today - checked).num_days()).filter(|days| *days > STALE_AFTER_DAYS);
    let stale = packs.filter_map(|pack| {
        let days = old(pack.last_checked)?;
        Some(RedFlag {
            id: "stale-regulation",
            workflow: None,
            line: None,
            what: format!("{} was last compared with the law on {}, {days} days ago", pack.regime, pack.last_checked),
            why: "Laws change, and a clock that counts yesterday's number is late without knowing it.",
            write: format!("a newer version of Countersign, or have counsel confirm {}", pack.regime),
        })
    });
    stale.collect()
}
