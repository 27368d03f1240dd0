//! What was said while nobody listened. A gap is noted where one may be, and what history still has of it follows, oldest
//! first, through the same conversion as what comes live, so that nothing counts twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::api::Called;
use super::hear::{Told, is_mine, thread_of};
use super::{Pauses, Slack, Trouble, lock, moment, timestamp, word};
use crate::chat::{Account, Belongs, Heard, Lane, What};
use crate::domain::{At, Span};
use crate::reception::Door;

/// A connection that comes back within this lost nothing that history doesn't show: Slack tells again what wasn't
/// acknowledged.
const MOMENT: Span = Span::seconds(5);
/// Replies are looked for in threads that began so long before.
const THREADS_BACK: Span = Span::days(30);
const PAGES: usize = 20;

/// The newest message of a lane.
#[derive(Clone, Debug)]
pub(super) struct Reached {
    ts: String,
    said: At,
}

impl Reached {
    pub(super) fn at(ts: &str, said: At) -> Reached {
        Reached { ts: ts.to_owned(), said }
    }
    pub(super) fn advance(&mut self, ts: &str, said: At) {
        if said > self.said {
            *self = Reached::at(ts, said);
        }
    }
}

/// Since when nothing is heard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Away {
    /// Since before this process began.
    #[default]
    Before,
    Since(At),
    Here,
}

/// A time in which something may have been missed.
struct Gap {
    from: At,
    to: At,
    why: &'static str,
    /// It is noted even if history shows nothing.
    certain: bool,
}

/// How far each lane was known when the gap began.
type Known = BTreeMap<Lane, Reached>;

impl Slack {
    pub(super) fn reached_before(&self, door: &Door) {
        let mut newest = lock(&self.newest);
        for (lane, known) in door.newest.iter().filter(|(lane, _)| lane.platform == self.platform) {
            // By Slack's clock: what the bot itself said has our own time beside it.
            if let Some(said) = moment(&known.message) {
                newest.insert(lane.clone(), Reached::at(&known.message, said));
            }
        }
    }

    /// Nothing comes in any more.
    pub(super) fn is_away(&self) {
        let mut away = lock(&self.away);
        if matches!(*away, Away::Here) {
            *away = Away::Since(self.now());
        }
    }

    /// Waits for connections to come back, and reads what came meanwhile.
    pub(super) async fn fill_gaps(self: Arc<Slack>) {
        loop {
            self.returned.notified().await;
            let _under_way = self.under_way();
            let away = std::mem::replace(&mut *lock(&self.away), Away::Here);
            let now = self.now();
            let since = match away {
                Away::Here => continue,
                Away::Before => None,
                Away::Since(since) => Some(since),
            };
            let known: Known = lock(&self.newest).iter().map(|(lane, it)| (lane.clone(), it.clone())).collect();
            let why = match since {
                Some(_) => "the connection to Slack was away",
                None => "the bot was not running",
            };
            for (lane, reached) in self.lanes_to_fill(known, since) {
                let long = since.is_some_and(|since| now - since >= MOMENT);
                let gap = Gap { from: since.unwrap_or(reached.said), to: now, why, certain: long };
                self.fill_at_last(&lane, &reached, &gap).await;
            }
        }
    }

    /// The bot was brought back into a channel: what was said meanwhile was missed.
    pub(super) async fn is_back_in(&self, lane: &Lane) {
        self.is_in(lane, true);
        let reached = lock(&self.newest).get(lane).cloned();
        let Some(reached) = reached.filter(|_| self.keeps(lane)) else { return };
        let gap = Gap { from: reached.said, to: self.now(), why: "the bot was not in the channel", certain: true };
        self.fill_at_last(lane, &reached, &gap).await;
    }

    /// Tries until it is read, or Slack says that it can't be.
    async fn fill_at_last(&self, lane: &Lane, reached: &Reached, gap: &Gap) {
        let mut pauses = Pauses::default();
        loop {
            match self.fill(lane, reached, gap).await {
                Ok(()) => return,
                Err(trouble @ Trouble::Said(_)) if !trouble.is_about_the_token() => {
                    tracing::error!(platform = %self.platform, %lane, %trouble, "what was missed can't be read");
                    return;
                }
                Err(trouble) => {
                    tracing::warn!(platform = %self.platform, %lane, %trouble, "what was missed can't be read yet");
                    tokio::time::sleep(pauses.next(&trouble)).await;
                }
            }
        }
    }

    /// Lanes with something known; after a lost connection also those of which nothing is known yet.
    fn lanes_to_fill(&self, mut known: Known, since: Option<At>) -> Known {
        if let (Some(since), Some(door)) = (since, self.door()) {
            let policy = door.reception.desk.shown().policy;
            let channels = policy.channels().filter(|channel| channel.platform == self.platform);
            let own: Vec<Lane> = lock(&self.places).own.values().cloned().collect();
            for lane in channels.map(Lane::channel).chain(own) {
                known.entry(lane).or_insert_with(|| Reached::at(&timestamp(since), since));
            }
        }
        known.retain(|lane, _| self.keeps(lane));
        known
    }

    async fn fill(&self, lane: &Lane, reached: &Reached, gap: &Gap) -> Called<()> {
        let Ok(channel) = self.channel_of(lane).await else { return Ok(()) };
        let missed = self.missed(&channel, reached).await;
        // Something may be missing that history doesn't show, such as what was said and deleted.
        let any = missed.as_ref().map_or(true, |missed| !missed.is_empty());
        if gap.certain || any {
            let what = What::Gap { from: gap.from, to: gap.to, why: gap.why.to_owned() };
            let cause = format!("{}:gap:{channel}:{}", self.platform, gap.from.0);
            let me = self.me().map(|me| me.user).unwrap_or_default();
            let from = Account { id: me, name: "Countersign".to_owned(), bot: true, belongs: Belongs::Member };
            if let Some(door) = self.door()
                && let Err(fault) = door.reception.hear(Heard::live(cause, from, lane.clone(), what)).await
            {
                return Err(Trouble::Unreached(format!("the gap can't be noted (reference {})", fault.reference)));
            }
        }
        for event in missed? {
            self.take_in(&Told { event: &event, id: "", backfilled: true }).await;
        }
        Ok(())
    }

    /// Messages since the newest that is known, with replies to older threads and edits of older messages; oldest first.
    async fn missed(&self, channel: &str, reached: &Reached) -> Called<Vec<Json>> {
        let Some(me) = self.me() else { return Ok(Vec::new()) };
        let arguments = [
            ("channel", channel.to_owned()),
            ("oldest", timestamp(reached.said - THREADS_BACK)),
            ("limit", "200".to_owned()),
        ];
        let is_new = |ts: &str| moment(ts).is_some_and(|at| at > reached.said) && ts != reached.ts;
        let history = self.api.pages("conversations.history", &arguments, "messages", PAGES).await?;
        let mut events: BTreeMap<String, Json> = BTreeMap::new();
        let mut stones: Vec<Json> = Vec::new();
        let mut found = |message: &Json| {
            let ts = word(message, "ts");
            if is_mine(message, &me)
                || self.is_known(&format!("{}:msg:{channel}:{ts}", self.platform))
                    && !is_new(word(&message["edited"], "ts"))
            {
                return;
            }
            let edited = word(&message["edited"], "ts");
            if word(message, "subtype") == "tombstone" {
                // When it was deleted nobody says; told again, it has the same cause.
                if !self.is_known(&format!("{}:del:{channel}:{ts}", self.platform)) {
                    stones.push(as_stone(message, channel));
                }
            } else if is_new(ts) {
                events.insert(ts.to_owned(), as_event(message, channel));
            } else if is_new(edited) {
                events.insert(edited.to_owned(), as_edit(message, channel));
            }
        };
        for message in &history {
            if thread_of(message).is_none() {
                found(message);
            }
            if is_new(word(message, "latest_reply")) {
                let arguments = [
                    ("channel", channel.to_owned()),
                    ("ts", word(message, "ts").to_owned()),
                    ("oldest", reached.ts.clone()),
                    ("limit", "200".to_owned()),
                ];
                let replies = self.api.pages("conversations.replies", &arguments, "messages", PAGES).await?;
                replies.iter().filter(|reply| thread_of(reply).is_some()).for_each(&mut found);
            } else if thread_of(message).is_some() {
                found(message);
            }
        }
        Ok(events.into_values().chain(stones).collect())
    }
}

fn as_event(message: &Json, channel: &str) -> Json {
    let mut event = message.clone();
    event["type"] = "message".into();
    event["channel"] = channel.into();
    event
}

fn as_stone(message: &Json, channel: &str) -> Json {
    json!({
        "type": "message",
        "subtype": "message_deleted",
        "channel": channel,
        "deleted_ts": message["ts"],
        "previous_message": { "ts": message["ts"], "thread_ts": message["thread_ts"] },
    })
}

fn as_edit(message: &Json, channel: &str) -> Json {
    json!({
        "type": "message",
        "subtype": "message_changed",
        "channel": channel,
        "event_ts": message["edited"]["ts"],
        "message": message,
        "previous_message": { "ts": message["ts"] },
    })
}
