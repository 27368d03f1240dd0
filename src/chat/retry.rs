//! Trying again: pauses that grow, and calls that are repeated until they work or it is pointless.

use std::time::Duration;

/// What is added to a pause that a platform asked for.
const A_LITTLE: Duration = Duration::from_millis(250);

/// The pauses between tries: each is twice as long as the one before, up to a longest one.
#[derive(Clone, Debug)]
pub struct Pauses {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pauses {
    pub const fn new(first: Duration, longest: Duration) -> Pauses {
        Pauses { first, longest, next: first }
    }

    /// The next pause, with up to a quarter more by chance: many callers that failed together don't come back together.
    pub fn grow(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        pause + by_chance(pause / 4)
    }

    /// As long as the platform asks to wait, and a little more; the next pause where it names no time.
    pub fn grow_or(&mut self, asked: Option<Duration>) -> Duration {
        let grown = self.grow();
        asked.map_or(grown, politely)
    }

    /// It worked: the next pause is the first one again.
    pub fn reset(&mut self) {
        self.next = self.first;
    }
}

/// What a failed try means for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Don't try again: it is pointless, or might do the same thing twice.
    Stop,
    /// Try again after the next pause, or after as long as the platform asks to wait.
    Try(Option<Duration>),
    /// The platform asks to wait this long. Such a wait isn't counted as a try.
    Wait(Duration),
}

/// Calls until it works, at most `tries` times. `again` says what an error means for the next try.
///
/// # Errors
/// The error of the last try.
pub async fn patiently<T, E, F>(
    mut pauses: Pauses,
    tries: u32,
    again: impl Fn(&E) -> Again,
    mut call: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut failed = 0;
    loop {
        let error = match call().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let pause = match again(&error) {
            Again::Stop => return Err(error),
            Again::Wait(asked) => politely(asked),
            Again::Try(asked) => {
                failed += 1;
                if failed >= tries {
                    return Err(error);
                }
                pauses.grow_or(asked)
            }
        };
        tokio::time::sleep(pause).await;
    }
}

fn politely(asked: Duration) -> Duration {
    asked + by_chance(A_LITTLE)
}

/// Something between nothing and `most`.
fn by_chance(most: Duration) -> Duration {
    let mut byte = [0];
    // Without randomness there is no jitter, which does no harm.
    let _none = getrandom::fill(&mut byte);
    most * u32::from(byte[0]) / 255
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const FIRST: Duration = Duration::from_millis(1);

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_again() {
        let mut pauses = Pauses::new(Duration::from_secs(1), Duration::from_secs(5));
        for seconds in [1, 2, 4, 5, 5] {
            let (least, pause) = (Duration::from_secs(seconds), pauses.grow());
            assert!(pause >= least && pause <= least * 5 / 4, "{pause:?} for {seconds} s");
        }
        let asked = pauses.grow_or(Some(Duration::from_secs(30)));
        assert!(asked >= Duration::from_secs(30) && asked <= Duration::from_secs(30) + A_LITTLE, "{asked:?}");
        pauses.reset();
        assert!(pauses.grow() < Duration::from_secs(2));
    }

    #[tokio::test]
    async fn waits_are_not_counted_and_tries_are() {
        let calls = Cell::new(0);
        let outcome = |means: Again| {
            calls.set(0);
            let call = || {
                calls.set(calls.get() + 1);
                // Works at the tenth call.
                std::future::ready(if calls.get() < 10 { Err("no") } else { Ok(()) })
            };
            patiently(Pauses::new(FIRST, FIRST), 3, move |_: &&str| means, call)
        };
        assert_eq!((outcome(Again::Stop).await, calls.get()), (Err("no"), 1));
        assert_eq!((outcome(Again::Try(None)).await, calls.get()), (Err("no"), 3));
        assert_eq!((outcome(Again::Try(Some(FIRST))).await, calls.get()), (Err("no"), 3));
        assert_eq!((outcome(Again::Wait(FIRST)).await, calls.get()), (Ok(()), 10));
    }
}
