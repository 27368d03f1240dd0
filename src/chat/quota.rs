//! What one account may have of the bot at a time, so that nobody holds it up for the others: a few asks under way, some
//! answers to what it said in the open, and, for whoever the policy turns away, an answer once in a while.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::lock::lock;

/// How many asks (commands, presses, forms) of one account are under way at a time, from when they are taken until they are
/// answered. The platform tells the person that another didn't work. More than anybody does at once: after a break a platform
/// tells some of them again, all together.
pub const ASKS_OF_ONE: u32 = 32;
/// How many messages of one account wait for their answer at a time. All of them are kept and obeyed.
pub const ANSWERS_OF_ONE: u32 = 64;
/// How many answers somebody who is turned away gets at once. Then it is one a minute.
pub const REFUSALS_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);
/// How much one person types into the room within a minute, in bytes. All of it is kept.
pub const WORDS_A_MINUTE: NonZeroU32 = NonZeroU32::new(8 * 1_024 * 1_024).unwrap();
/// How much one person hands in as files within a minute, in bytes.
pub const FILES_A_MINUTE: NonZeroU32 = NonZeroU32::new(256 * 1_024 * 1_024).unwrap();
/// How many accounts that were turned away are remembered before those that may be answered again are forgotten.
const REMEMBERED: usize = 1_024;

/// What the accounts of a platform have under way.
pub struct Accounts {
    pub asks: UnderWay,
    pub answers: UnderWay,
    turned_away: DefaultKeyedRateLimiter<String>,
}

/// How much each account has under way, and how much it may have.
pub struct UnderWay {
    /// By account. One that has nothing under way isn't there.
    counts: Arc<Mutex<HashMap<String, u32>>>,
    at_most: u32,
}

/// One thing of an account's that is under way for as long as this lives.
pub struct Share {
    counts: Arc<Mutex<HashMap<String, u32>>>,
    account: String,
}

/// How much each person brings, where no platform limits it.
pub struct Amounts {
    words: DefaultKeyedRateLimiter<String>,
    files: DefaultKeyedRateLimiter<String>,
}

impl Default for Amounts {
    fn default() -> Amounts {
        let a_minute = |bytes| RateLimiter::keyed(Quota::per_minute(bytes));
        Amounts { words: a_minute(WORDS_A_MINUTE), files: a_minute(FILES_A_MINUTE) }
    }
}

impl Amounts {
    /// Whether so many bytes of words are taken from somebody now.
    pub fn takes_words(&self, person: &str, bytes: usize) -> bool {
        takes(&self.words, person, bytes)
    }

    /// Whether so many bytes of files are taken from somebody now.
    pub fn takes_files(&self, person: &str, bytes: usize) -> bool {
        takes(&self.files, person, bytes)
    }
}

fn takes(limiter: &DefaultKeyedRateLimiter<String>, person: &str, bytes: usize) -> bool {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    let Some(bytes) = NonZeroU32::new(bytes) else { return true };
    matches!(limiter.check_key_n(&person.to_owned(), bytes), Ok(Ok(())))
}

impl Default for Accounts {
    fn default() -> Accounts {
        let once_in_a_while = Quota::per_minute(NonZeroU32::MIN).allow_burst(REFUSALS_AT_ONCE);
        Accounts {
            asks: UnderWay::at_most(ASKS_OF_ONE),
            answers: UnderWay::at_most(ANSWERS_OF_ONE),
            turned_away: RateLimiter::keyed(once_in_a_while),
        }
    }
}

impl Accounts {
    /// Whether somebody who is turned away is told so this time.
    pub fn may_be_told_why(&self, account: &str) -> bool {
        if self.turned_away.len() > REMEMBERED {
            self.turned_away.retain_recent();
        }
        self.turned_away.check_key(&account.to_owned()).is_ok()
    }
}

impl UnderWay {
    pub fn at_most(at_most: u32) -> UnderWay {
        UnderWay { counts: Arc::default(), at_most }
    }

    /// `None`: the account has as much under way as it may have.
    pub fn begin(&self, account: &str) -> Option<Share> {
        let mut counts = lock(&self.counts);
        let count = counts.entry(account.to_owned()).or_default();
        if *count >= self.at_most {
            tracing::debug!(account, "an account asks for more at a time than it may");
            return None;
        }
        *count += 1;
        Some(Share { counts: self.counts.clone(), account: account.to_owned() })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.account);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_a_few_asks_at_a_time_and_holds_up_nobody_else() {
        let asks = Accounts::default().asks;
        let mut mine: Vec<Share> = (0..ASKS_OF_ONE).map(|_| asks.begin("U1").expect("room")).collect();
        assert!(asks.begin("U1").is_none());
        assert!(asks.begin("U2").is_some());
        mine.pop();
        assert!(asks.begin("U1").is_some(), "one was answered");
        drop(mine);
        let answers = Accounts::default().answers;
        let waiting: Vec<Share> = (0..ANSWERS_OF_ONE).map(|_| answers.begin("U1").expect("room")).collect();
        assert!(answers.begin("U1").is_none() && answers.begin("U2").is_some());
        drop(waiting);
        assert!(lock(&asks.counts).is_empty(), "nothing is kept of those who wait for nothing");
    }

    #[test]
    fn a_person_brings_so_much_a_minute_and_holds_up_nobody_else() {
        let amounts = Amounts::default();
        let message = 200_000;
        let taken = (0..1_000).filter(|_| amounts.takes_words("maya", message)).count();
        assert!((40..60).contains(&taken), "{taken}");
        assert!(amounts.takes_words("jonas", message));
        assert!(amounts.takes_files("maya", 25 * 1_024 * 1_024));
        assert!(!amounts.takes_files("maya", 256 * 1_024 * 1_024), "more than there is, whoever brings it");
        assert!(amounts.takes_words("maya", 0));
    }

    #[test]
    fn whoever_is_turned_away_is_told_so_a_few_times_and_then_once_in_a_while() {
        let accounts = Accounts::default();
        let told = (0..1_000).filter(|_| accounts.may_be_told_why("U1")).count();
        assert!((3..10).contains(&told), "{told}");
        assert!(accounts.may_be_told_why("U2"));
    }
}
