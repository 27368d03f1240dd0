//! When a call that didn't get through is tried again: the schedule that Standard Webhooks 1.0.0 recommends.

use crate::domain::Span;

/// How long to wait after each try that failed. After the last of them nothing is tried again by itself.
pub const PAUSES: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

/// How long to wait after so many tries; `None`: that was the last. `asked` is what the place itself asks for, and isn't
/// undercut. Up to a tenth is added by `chance`, so that what failed together doesn't come back together.
pub fn pause(tries: u32, asked: Option<Span>, chance: u64) -> Option<Span> {
    let whole = *PAUSES.get(usize::try_from(tries.checked_sub(1)?).ok()?)?;
    let jitter = (chance % (whole.0 as u64 / 10).max(1)) as i64;
    Some(Span(whole.0 + jitter).max(asked.unwrap_or(Span::ZERO).min(PAUSES[8])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tries_over_three_days_and_the_place_may_ask_for_more_time() {
        let pauses: Vec<Option<Span>> = (0..=10).map(|tries| pause(tries, None, 0)).collect();
        let mut expected: Vec<Option<Span>> = PAUSES.into_iter().map(Some).collect();
        expected.insert(0, None);
        expected.push(None);
        assert_eq!(pauses, expected);
        assert_eq!(pause(1, Some(Span::seconds(90)), 0), Some(Span::seconds(90)));
        assert_eq!(pause(2, Some(Span::seconds(90)), 0), Some(Span::minutes(5)));
        assert_eq!(pause(1, Some(Span::days(30)), 0), Some(Span::hours(24)), "nobody puts it off for a month");
        for chance in [1, u64::MAX / 3, u64::MAX] {
            let paused = pause(3, None, chance).expect("the third");
            assert!(paused >= Span::minutes(30) && paused < Span::minutes(33), "{paused}");
        }
    }
}
