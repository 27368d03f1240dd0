//! When a message is tried again, and when it is given up.

use crate::domain::{At, Span};

/// The first pause after a failure; it doubles up to [`LONGEST_PAUSE`]: whoever lets the bot into a channel doesn't wait long for
/// what it has to say there.
const FIRST_PAUSE: Span = Span::seconds(2);
const LONGEST_PAUSE: Span = Span::minutes(1);
/// A message is given up when it is older than this and was tried [`TRIES_AT_LEAST`] times: whoever it was for has to be told
/// in another way. Age alone isn't enough: after a weekend's downtime the first refusal would be the last.
const GIVE_UP_AFTER: Span = Span::days(1);
const TRIES_AT_LEAST: u32 = 10;

/// Whether a message that was made then, and has been refused as often as `attempts`, is tried no more.
pub(super) fn is_over(made: At, attempts: u32, now: At) -> bool {
    now - made > GIVE_UP_AFTER && attempts >= TRIES_AT_LEAST
}

/// How long to wait after the nth failure. Up to a quarter of jitter is added, so that many lanes don't come back at the same
/// moment; it differs by the row's numbers.
pub(super) fn pause(attempts: u32, row: &[i64]) -> Span {
    let whole = FIRST_PAUSE.0.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_PAUSE.0);
    let jitter = mixed(row.iter().copied().chain([i64::from(attempts)])) >> 32;
    Span(whole + (jitter % (whole as u64 / 4).max(1)) as i64)
}

/// What numbers add up to in their order, spread over all 64 bits. The same in every process and version.
pub(super) fn mixed(numbers: impl IntoIterator<Item = i64>) -> u64 {
    numbers.into_iter().fold(0, |mixed, number| (mixed ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute_with_a_quarter_of_jitter() {
        for attempts in 1..40 {
            let whole = Span::seconds(2 << (attempts - 1).min(20)).min(LONGEST_PAUSE);
            let pauses: Vec<Span> = (0..200).map(|entry| pause(attempts, &[entry, 0])).collect();
            assert!(pauses.iter().all(|it| *it >= whole && it.0 < whole.0 + whole.0 / 4), "{attempts}: {pauses:?}");
            let spread = pauses.iter().map(|it| it.0).collect::<std::collections::BTreeSet<_>>();
            assert!(spread.len() > 150, "lanes come back at moments of their own: {}", spread.len());
        }
    }

    #[test]
    fn neither_age_nor_tries_alone_are_enough_to_give_up() {
        let day = GIVE_UP_AFTER + Span::seconds(1);
        assert!(is_over(At(0), TRIES_AT_LEAST, At(0) + day));
        assert!(!is_over(At(0), TRIES_AT_LEAST - 1, At(0) + day), "after a weekend's downtime");
        assert!(!is_over(At(0), TRIES_AT_LEAST * 50, At(0) + GIVE_UP_AFTER));
    }
}
