//! How far each conversation was heard. After a break, history is read from there.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::lock::lock;
use crate::domain::bot::fills::Fill;
use crate::domain::{At, Lane};

/// The newest message of a lane that the transcript has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
    /// The platform's id of it.
    pub message: String,
    /// When it was said, by the platform's clock where it tells.
    pub said: At,
}

/// What an earlier process didn't come to the end of reading.
#[derive(Clone, Debug)]
pub struct Unfilled {
    pub fill: Fill,
    /// The newest message of each lane that was known before it began.
    pub newest: BTreeMap<Lane, Newest>,
}

/// The reading of a lane that an earlier process didn't come to the end of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resumed {
    /// Where it is read from.
    pub reached: Newest,
    /// What that process was to read was said between these two.
    pub from: At,
    pub to: At,
    /// What was said since is missed by this process.
    pub heard_until: At,
}

/// When something was said that nobody heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Before the reading began that was cut short.
    pub earlier: Option<(At, At)>,
    /// After the process that began it ended.
    pub later: Option<(At, At)>,
}

impl Unfilled {
    /// How a lane's reading goes on, where it was known then or something is missing from a moment on. `newest` is what is known of it
    /// now; `at` makes a message of a moment, as the platform's history is asked for it.
    pub fn resumed(&self, lane: &Lane, newest: Option<&Newest>, at: impl Fn(At) -> Newest) -> Option<Resumed> {
        let (known, missing) = (self.newest.get(lane).cloned(), self.fill.missing_from(lane));
        let from = missing.or(known.as_ref().map(|known| known.said))?;
        let reached = known.into_iter().chain(missing.map(at)).min_by_key(|it| it.said)?;
        let to = self.fill.since;
        Some(Resumed { reached, from, to, heard_until: newest.map_or(to, |newest| newest.said.max(to)) })
    }
}

impl Resumed {
    /// When it was said what history has and the ledger hasn't.
    pub fn times(&self, found: impl Iterator<Item = At>, now: At) -> Times {
        let mut times = Times::default();
        for said in found {
            match said <= self.heard_until {
                true => {
                    let to = times.earlier.map_or(self.to, |(_, to)| to).max(said);
                    times.earlier = Some((self.from.min(to), to));
                }
                false => times.later = Some((self.heard_until, now)),
            }
        }
        times
    }
}

/// The newest message of each lane.
#[derive(Debug, Default)]
pub struct Reached {
    newest: Mutex<BTreeMap<Lane, Newest>>,
}

impl Reached {
    /// What the transcript had when the bot started.
    pub fn start(&self, known: impl IntoIterator<Item = (Lane, Newest)>) {
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
    use crate::domain::Platform;
    use crate::domain::bot::Bot;
    use crate::domain::bot::fills::Event;

    fn newest(message: &str, said: i64) -> Newest {
        Newest { message: message.to_owned(), said: At(said) }
    }

    /// What is left of a fill that began at a moment, of a lane that was known until then.
    fn unfilled(began: i64, from: Option<i64>, known: Option<i64>) -> (Lane, Unfilled) {
        let (platform, lane): (Platform, Lane) = (Platform::from("slack"), "slack/C1".parse().expect("a lane"));
        let mut bot = Bot::default();
        bot.apply(&Event::Began { platform: platform.clone(), lane: None, from: from.map(At) }.into(), At(began));
        let newest = known.map(|said| (lane.clone(), newest("known", said))).into_iter().collect();
        (lane, Unfilled { fill: bot.fills.open[&platform].clone(), newest })
    }

    #[test]
    fn a_reading_goes_on_where_it_began_and_claims_what_was_missed_and_no_more() {
        let at = |at: At| newest("a moment", at.0);
        let (lane, left) = unfilled(100, None, Some(50));
        let live = newest("live", 120);
        let resumed = left.resumed(&lane, Some(&live), at).expect("it goes on");
        assert_eq!(resumed.reached, newest("known", 50));
        let times = |found: &[i64]| resumed.times(found.iter().copied().map(At), At(200));
        assert_eq!(times(&[]), Times::default());
        // As the earlier process claimed it: from what it knew to when it listened again.
        assert_eq!(times(&[60, 70]), Times { earlier: Some((At(50), At(100))), later: None });
        // Slack's clock goes a little before ours.
        assert_eq!(times(&[60, 110]), Times { earlier: Some((At(50), At(110))), later: None });
        assert_eq!(times(&[150]), Times { earlier: None, later: Some((At(120), At(200))) });
        assert_eq!(times(&[60, 150]).later, Some((At(120), At(200))));
    }

    #[test]
    fn what_is_missing_from_a_moment_on_is_read_from_there_whatever_was_heard() {
        let at = |at: At| newest("a moment", at.0);
        let (lane, left) = unfilled(100, Some(80), None);
        assert_eq!(left.resumed(&lane, None, at).expect("it goes on").reached, newest("a moment", 80));
        let (_, left) = unfilled(100, Some(80), Some(90));
        assert_eq!(left.resumed(&lane, None, at).expect("it goes on").reached, newest("a moment", 80));
        // Nobody knows of anything in this lane.
        let (_, left) = unfilled(100, None, None);
        assert_eq!(left.resumed(&lane, Some(&newest("live", 120)), at), None);
    }

    #[test]
    fn an_older_message_changes_nothing() {
        let (reached, lane) = (Reached::default(), "slack/C1".parse().expect("a lane"));
        reached.begin(&lane, newest("a", 5));
        reached.begin(&lane, newest("b", 9));
        assert_eq!(reached.of(&lane), Some(newest("a", 5)));
        reached.advance(&lane, newest("c", 7));
        reached.advance(&lane, newest("d", 6));
        assert_eq!(reached.of(&lane), Some(newest("c", 7)));
    }
}
