//! How far each conversation was heard. After a break, history is read from there.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::lock::lock;
use crate::domain::{At, Lane};

/// The newest message of a lane that the transcript has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    /// The platform's id of it.
    pub message: String,
    /// When it was said, by the platform's clock where it tells.
    pub said: At,
}

/// The newest message of each lane.
#[derive(Debug, Default)]
pub struct Reached {
    newest: Mutex<BTreeMap<Lane, Newest>>,
}

impl Reached {
    /// What the transcript had when the bot started.
    pub fn start(&self, known: impl Iterator<Item = (Lane, Newest)>) {
        lock(&self.newest).extend(known);
    }

    pub fn of(&self, lane: &Lane) -> Option<Newest> {
        lock(&self.newest).get(lane).cloned()
    }

    pub fn all(&self) -> BTreeMap<Lane, Newest> {
        lock(&self.newest).clone()
    }

    /// A message was handed in. An older one than the newest changes nothing.
    pub fn advance(&self, lane: &Lane, to: Newest) {
        let mut newest = lock(&self.newest);
        if newest.get(lane).is_none_or(|known| known.said < to.said) {
            newest.insert(lane.clone(), to);
        }
    }

    /// A message that the bot itself posted: in a lane where nobody has spoken yet, history is read from there.
    pub fn begin(&self, lane: &Lane, at: Newest) {
        lock(&self.newest).entry(lane.clone()).or_insert(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_message_changes_nothing() {
        let (reached, lane) = (Reached::default(), "slack/C1".parse().expect("a lane"));
        let newest = |message: &str, said| Newest { message: message.to_owned(), said: At(said) };
        reached.begin(&lane, newest("a", 5));
        reached.begin(&lane, newest("b", 9));
        assert_eq!(reached.of(&lane), Some(newest("a", 5)));
        reached.advance(&lane, newest("c", 7));
        reached.advance(&lane, newest("d", 6));
        assert_eq!(reached.of(&lane), Some(newest("c", 7)));
    }
}
