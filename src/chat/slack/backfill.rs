//! What was said while the bot didn't listen. A gap is noted where one may be. What history still has of it follows, oldest
//! first, and is read in the same way as what comes live, so that nothing counts twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use super::api::Called;
use super::hear::{FromSlack, is_mine, thread_of};
use super::{PAUSES, Slack, Trouble, lock, moment, timestamp, word};
use crate::chat::reception::Door;
use crate::chat::{CONVERSATION_BACK, Newest};
use crate::domain::{At, CaseId, Lane, Place, Span};
use crate::ledger::heard::{Account, Belongs, Heard, What};

/// After a break shorter than this, history shows everything: Slack tells again what wasn't acknowledged.
const MOMENT: Span = Span::seconds(5);
/// Replies are looked for in threads that began at most this long before the gap.
const THREADS_BACK: Span = Span::days(30);
const PAGES: usize = 20;
/// How far back threads and edits are looked for, at most.
const PAGES_BACK: usize = 5;
/// How many lanes are read at a time.
const AT_ONCE: usize = 4;

/// Since when nothing is heard, and how far each lane was heard until then. That is kept apart from what is heard now,
/// because Slack tells events late and again: a newer one doesn't show that the gap before it is filled.
#[derive(Debug)]
pub(super) enum Away {
    /// Since before this process began.
    Before(Known),
    Since(At, Known),
    Here,
}

impl Default for Away {
    fn default() -> Away {
        Away::Before(Known::new())
    }
}

/// A time in which something may have been missed.
#[derive(Clone, Debug)]
struct Gap {
    from: At,
    to: At,
    why: &'static str,
    /// It is noted even if history shows nothing.
    certain: bool,
}

/// A lane to be read from where it was known.
#[derive(Debug)]
pub(super) struct ToFill {
    lane: Lane,
    reached: Newest,
    gap: Gap,
    /// It is read then, and not sooner: until then Slack holds back what is said.
    not_before: At,
}

/// How far each lane was known when the gap began.
pub(super) type Known = BTreeMap<Lane, Newest>;

/// What history has of a gap.
struct Missed {
    events: Vec<Json>,
    /// More was said than is read. What was said before this is missing.
    cut_off: Option<At>,
}

impl Slack {
    pub(super) fn reached_before(&self, door: &Door) {
        let known = door.newest.iter().filter(|(lane, _)| lane.platform == self.platform);
        // By Slack's clock: what the bot itself said has our own time beside it.
        self.reached.start(known.filter_map(|(lane, known)| Some((lane.clone(), newest(&known.message)?))));
        *lock(&self.away) = Away::Before(self.reached.all());
    }

    /// Nothing has come in since this moment.
    pub(super) fn is_away(&self, since: At) {
        let known = self.reached.all();
        let mut away = lock(&self.away);
        if matches!(*away, Away::Here) {
            *away = Away::Since(since, known);
        }
    }

    /// Waits for connections to come back, and reads what came meanwhile: some lanes at a time, and one that can't be read
    /// holds up neither the others nor the next gap.
    pub(super) async fn fill_gaps(self: Arc<Slack>) {
        let mut tasks = tokio::task::JoinSet::new();
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            tokio::select! {
                () = self.returned.notified() => {
                    let under_way = self.under_way.begin();
                    self.find_gaps();
                    for to_fill in std::mem::take(&mut *lock(&self.to_fill)) {
                        let (slack, turns, under_way) = (self.clone(), turns.clone(), self.under_way.begin());
                        tasks.spawn(async move {
                            slack.fill_at_last(&to_fill, &turns).await;
                            drop(under_way);
                        });
                    }
                    drop(under_way);
                }
                Some(ended) = tasks.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(platform = %self.platform, %error, "the reading of what was missed broke off");
                    }
                }
            }
        }
    }

    /// What is to be read now that the connection is back.
    fn find_gaps(&self) {
        let mut away = lock(&self.away);
        let now = self.now();
        let (since, known) = match std::mem::replace(&mut *away, Away::Here) {
            Away::Here => return,
            Away::Before(known) => (None, known),
            Away::Since(since, known) => (Some(since), known),
        };
        let why = match since {
            Some(_) => "the connection to Slack was away",
            None => "the bot was not running",
        };
        let certain = since.is_some_and(|since| now - since >= MOMENT);
        let mut to_fill = lock(&self.to_fill);
        for (lane, reached) in self.lanes_to_fill(known, since) {
            let gap = Gap { from: since.unwrap_or(reached.said), to: now, why, certain };
            to_fill.push(ToFill { lane, reached, gap, not_before: now });
        }
        // Direct messages are many, and mostly silent: they come last.
        to_fill.sort_by_key(|it| matches!(it.lane.place, Place::Direct(_)));
    }

    /// The bot was brought back into a channel: what was said meanwhile was missed.
    pub(super) fn is_back_in(&self, lane: &Lane) {
        self.lacks(lane, None);
        // Where nothing was heard yet, since it showed that the bot wasn't there.
        let absent = lock(&self.absent).remove(lane);
        let reached = self.reached.of(lane).or(absent.map(at));
        let Some(reached) = reached.filter(|_| self.keeps(lane)) else { return };
        let now = self.now();
        let gap = Gap { from: reached.said, to: now, why: "the bot was not in the channel", certain: true };
        lock(&self.to_fill).push(ToFill { lane: lane.clone(), reached, gap, not_before: now });
        self.returned.notify_one();
    }

    /// Slack held events back: there were too many in that minute.
    pub(super) fn was_limited(&self, payload: &Json) {
        let now = self.now();
        let minute = payload["minute_rate_limited"].as_i64().and_then(|it| it.checked_mul(1_000_000)).map_or(now, At);
        tracing::warn!(platform = %self.platform, "Slack held events back: there were too many in a minute");
        let not_before = minute + Span::minutes(1);
        for (lane, reached) in self.lanes_to_fill(self.reached.all(), Some(minute)) {
            // Some of that minute may have been heard. That doesn't show that all of it was.
            let reached = if reached.said > minute { at(minute) } else { reached };
            let gap = Gap { from: minute, to: not_before, why: "Slack held events back", certain: false };
            lock(&self.to_fill).push(ToFill { lane, reached, gap, not_before });
        }
        self.returned.notify_one();
    }

    /// Tries until it is read, or Slack says that it can't be. A gap that is certain is noted before anything is read.
    async fn fill_at_last(self: &Arc<Slack>, to_fill: &ToFill, turns: &Semaphore) {
        let ToFill { lane, reached, gap, not_before } = to_fill;
        let wait = (*not_before - self.now()).0.clamp(0, 60_000_000);
        tokio::time::sleep(Duration::from_micros(wait.unsigned_abs())).await;
        let mut pauses = PAUSES;
        loop {
            let filled = {
                let _turn = turns.acquire().await;
                self.fill(lane, reached, gap).await
            };
            match filled {
                Ok(()) => return,
                Err(trouble @ Trouble::Said(_)) if !trouble.is_about_the_token() => {
                    tracing::error!(platform = %self.platform, %lane, %trouble, "what was missed can't be read");
                    return;
                }
                Err(trouble) => {
                    tracing::warn!(platform = %self.platform, %lane, %trouble, "what was missed can't be read yet");
                    tokio::time::sleep(pauses.grow_or(trouble.asks_to_wait())).await;
                }
            }
        }
    }

    /// The lanes in which something is known; after a lost connection also the others that are listened to.
    fn lanes_to_fill(&self, mut known: Known, since: Option<At>) -> Known {
        if let (Some(since), Some(door)) = (since, self.door()) {
            let policy = door.reception.desk.shown().policy;
            let channels = policy.channels().filter(|channel| channel.platform == self.platform);
            let own: Vec<Lane> = lock(&self.places).own.values().cloned().collect();
            for lane in channels.map(Lane::channel).chain(own) {
                known.entry(lane).or_insert_with(|| at(since));
            }
        }
        known.retain(|lane, _| self.keeps(lane));
        known
    }

    async fn fill(self: &Arc<Slack>, lane: &Lane, reached: &Newest, gap: &Gap) -> Called<()> {
        let Ok(channel) = self.channel_of(lane).await else { return Ok(()) };
        if gap.certain {
            self.note_gap(lane, &channel, gap).await?;
        }
        let missed = self.missed(lane, &channel, reached).await;
        // Where history can't be read, something may have been missed.
        if !gap.certain && missed.as_ref().map_or(true, |missed| !missed.events.is_empty()) {
            self.note_gap(lane, &channel, gap).await?;
        }
        let missed = missed?;
        if let Some(to) = missed.cut_off {
            let why = "more was said than is read from history";
            self.note_gap(lane, &channel, &Gap { from: reached.said, to, why, certain: true }).await?;
        }
        for event in missed.events {
            self.take_in(&FromSlack { event: &event, id: "", backfilled: true }).await;
        }
        Ok(())
    }

    /// Keeps the conversation that was held in a channel before it became a case's own: it was heard by nobody then.
    pub(super) fn read_conversation(&self, lane: &Lane) {
        let now = self.now();
        let reached = at(now - CONVERSATION_BACK);
        let why = "the channel became the case's own only then";
        let gap = Gap { from: reached.said, to: now, why, certain: false };
        lock(&self.to_fill).push(ToFill { lane: lane.clone(), reached, gap, not_before: now });
        self.returned.notify_one();
    }

    /// Keeps a message with a case, as it stands in history, with its files: somebody asked for it, wherever it was said.
    pub(super) async fn keep(&self, channel: &str, ts: &str, thread: Option<&str>, case: CaseId) {
        let mut arguments = vec![
            ("channel", channel.to_owned()),
            ("oldest", ts.to_owned()),
            ("latest", ts.to_owned()),
            ("inclusive", "true".to_owned()),
        ];
        let method = match thread.filter(|thread| *thread != ts) {
            Some(thread) => {
                arguments.push(("ts", thread.to_owned()));
                "conversations.replies"
            }
            None => "conversations.history",
        };
        let messages = match self.api.pages(method, &arguments, "messages", 1).await {
            Ok(messages) => messages,
            Err(trouble) => {
                return tracing::warn!(platform = %self.platform, %case, %trouble, "a message that is to be kept can't be read; its words are in the note");
            }
        };
        for message in messages.iter().filter(|message| word(message, "ts") == ts) {
            let event = as_event(message, channel);
            let source = FromSlack { event: &event, id: "", backfilled: true };
            let lane = self.lane_with(&event, channel, &event).await;
            let mut heard = self.said(&source, channel, lane).await;
            heard.about = Some(case);
            self.hand_in(heard).await;
        }
    }

    async fn note_gap(&self, lane: &Lane, channel: &str, gap: &Gap) -> Called<()> {
        let Some(door) = self.door() else { return Ok(()) };
        let what = What::Gap { from: gap.from, to: gap.to, why: gap.why.to_owned() };
        let cause = format!("{}:gap:{channel}:{}:{}", self.platform, gap.from.0, gap.to.0);
        let me = self.me().map(|me| me.user).unwrap_or_default();
        let from = Account { id: me, name: "Countersign".to_owned(), bot: true, belongs: Belongs::Member };
        match door.reception.hear(Heard::live(cause, from, lane.clone(), what)).await {
            Err(fault) if !fault.is_stopped() => {
                Err(Trouble::Unreached(format!("the gap can't be noted (reference {})", fault.reference)))
            }
            _ => Ok(()),
        }
    }

    /// Messages since the newest that is known, with replies to older threads and edits of older messages; oldest first.
    async fn missed(&self, lane: &Lane, channel: &str, reached: &Newest) -> Called<Missed> {
        let Some(me) = self.me() else { return Ok(Missed { events: Vec::new(), cut_off: None }) };
        let is_new = |ts: &str| moment(ts).is_some_and(|at| at > reached.said) && ts != reached.message;
        let since = [("channel", channel.to_owned()), ("oldest", reached.message.clone()), ("limit", "200".to_owned())];
        let (mut history, whole) = self.api.first_pages("conversations.history", &since, "messages", PAGES).await?;
        let oldest = history.last().and_then(|message| moment(word(message, "ts")));
        let cut_off = oldest.filter(|_| !whole);
        // Where the other person said nothing in the conversation since, they hardly went on in an older thread.
        let silent = matches!(lane.place, Place::Direct(_)) && history.iter().all(|message| is_mine(message, &me));
        if whole && !silent {
            let before = [
                ("channel", channel.to_owned()),
                ("oldest", timestamp(reached.said - THREADS_BACK)),
                ("latest", reached.message.clone()),
                ("inclusive", "true".to_owned()),
                ("limit", "200".to_owned()),
            ];
            history.extend(self.api.first_pages("conversations.history", &before, "messages", PAGES_BACK).await?.0);
        }
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
                // Nobody says when it was deleted. Its cause names no moment, so it counts once however often it is found.
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
                    ("oldest", reached.message.clone()),
                    ("limit", "200".to_owned()),
                ];
                let replies = self.api.pages("conversations.replies", &arguments, "messages", PAGES).await?;
                replies.iter().filter(|reply| thread_of(reply).is_some()).for_each(&mut found);
            } else if thread_of(message).is_some() {
                found(message);
            }
        }
        Ok(Missed { events: events.into_values().chain(stones).collect(), cut_off })
    }
}

/// A message as the newest of its lane. `None`: it is no timestamp of Slack's.
pub(super) fn newest(ts: &str) -> Option<Newest> {
    Some(Newest { message: ts.to_owned(), said: moment(ts)? })
}

/// A moment in the place of a message: history is read from there.
fn at(moment: At) -> Newest {
    Newest { message: timestamp(moment), said: moment }
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
