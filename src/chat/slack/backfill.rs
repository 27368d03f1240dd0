//! What was said while the bot didn't listen. A gap is noted where one may be. What history still has of it follows, oldest
//! first, and is read in the same way as what comes live, so that nothing counts twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use super::api::Called;
use super::hear::{FromSlack, cause_in_history, is_mine, thread_of};
use super::{PAUSES, Slack, Trouble, lock, moment, timestamp, word};
use crate::chat::reached::Resumed;
use crate::chat::reception::Door;
use crate::chat::{CONVERSATION_BACK, Newest};
use crate::domain::bot::fills::Event as Fill;
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
    why: String,
    noted: Noted,
}

/// When a gap is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Noted {
    /// Before anything is read, and even if history shows nothing.
    First,
    /// Before what history shows is kept, if it shows something.
    IfSomethingWasSaid,
    /// Once all that was said is kept. That it is noted shows a later process that it was read.
    OnceKept,
}

/// From where something may be missing that a later process couldn't tell from what is kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Missing {
    /// From what was known of each lane by now.
    SinceKnown,
    /// From this moment on, whatever was heard since.
    From(At),
    /// The same of one lane.
    In(Lane, At),
}

/// A lane to be read from where it was known.
#[derive(Debug)]
pub(super) struct ToFill {
    lane: Lane,
    reached: Newest,
    /// The message before which reading ends, if not with the newest.
    up_to: Option<String>,
    gap: Gap,
    /// An earlier process began to read it.
    resumed: Option<Resumed>,
    /// From where a later process has to read, beside what it finds known. `None`: that is enough.
    missing: Option<Missing>,
    /// It is read then, and not sooner: until then Slack holds back what is said.
    not_before: At,
}

/// How far each lane was known when the gap began.
pub(super) type Known = BTreeMap<Lane, Newest>;

/// What history has of a gap.
struct Missed {
    /// The oldest first, each with the moment of what it tells; of a deletion nobody knows it.
    events: Vec<(Option<At>, Json)>,
    /// More was said than is read. What was said before this is missing.
    cut_off: Option<At>,
}

impl Slack {
    pub(super) fn reached_before(&self, door: &mut Door) {
        // By Slack's clock: what the bot itself said has our own time beside it.
        let by_slack = |known: &mut Known| {
            known.retain(|lane, known| match newest(&known.message).filter(|_| lane.platform == self.platform) {
                Some(by_slack) => {
                    *known = by_slack;
                    true
                }
                None => false,
            });
        };
        by_slack(&mut door.newest);
        if let Some(unfilled) = &mut door.unfilled {
            by_slack(&mut unfilled.newest);
        }
        self.reached.start(door.newest.clone());
        *lock(&self.away) = Away::Before(self.reached.all());
    }

    /// What an earlier process left to be read of a lane.
    fn resumed(&self, lane: &Lane) -> Option<Resumed> {
        let door = self.door()?;
        door.unfilled.as_ref()?.resumed(lane, door.newest.get(lane), at)
    }

    /// When the reading that is under way began.
    fn began(&self) -> Option<At> {
        let shown = self.door()?.reception.desk.shown();
        shown.bot.fills.open.get(&self.platform).map(|fill| fill.since)
    }

    /// Nothing has come in since this moment.
    pub(super) fn is_away(&self, since: At) {
        let known = self.reached.all();
        let mut away = lock(&self.away);
        if matches!(*away, Away::Here) {
            *away = Away::Since(since, known);
        }
    }

    /// By the ledger, what was missed is about to be read: a process that ends before all of it is kept leaves it to the next one.
    /// Nothing that comes live may be kept before.
    pub(super) async fn fill_begins(&self, door: &Door, missing: Missing) {
        let _one_after_another = self.filling.lock().await;
        let platform = self.platform.clone();
        let event = match missing {
            Missing::SinceKnown => Fill::Began { platform, lane: None, from: None },
            Missing::From(from) => Fill::Began { platform, lane: None, from: Some(from) },
            Missing::In(lane, from) => Fill::Began { platform, lane: Some(lane), from: Some(from) },
        };
        door.reception.fill(event).await;
    }

    /// What may have been missed that nobody has begun to read.
    pub(super) fn misses(&self) -> Option<Missing> {
        match &*lock(&self.away) {
            Away::Here => None,
            Away::Before(_) => Some(Missing::SinceKnown),
            Away::Since(since, _) => Some(Missing::From(*since)),
        }
    }

    /// All of it is read, unless more was missed meanwhile.
    async fn fill_ends(&self) {
        let Some(door) = self.door() else { return };
        let _one_after_another = self.filling.lock().await;
        if self.misses().is_none() && lock(&self.to_fill).is_empty() {
            door.reception.fill(Fill::Ended { platform: self.platform.clone() }).await;
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
                    let all = std::mem::take(&mut *lock(&self.to_fill));
                    let mut missing: Vec<Missing> = all.iter().filter_map(|it| it.missing.clone()).collect();
                    missing.dedup();
                    for missing in missing {
                        if let Some(door) = self.door() {
                            self.fill_begins(door, missing).await;
                        }
                    }
                    for to_fill in all {
                        let (slack, turns, under_way) = (self.clone(), turns.clone(), self.under_way.begin());
                        tasks.spawn(async move {
                            slack.fill_at_last(&to_fill, &turns).await;
                            under_way
                        });
                    }
                    if tasks.is_empty() {
                        self.fill_ends().await;
                    }
                    drop(under_way);
                }
                Some(ended) = tasks.join_next() => {
                    let under_way = ended.map_err(|error| {
                        tracing::error!(platform = %self.platform, %error, "the reading of what was missed broke off");
                    });
                    if tasks.is_empty() {
                        self.fill_ends().await;
                    }
                    drop(under_way);
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
        let unfilled = self.door().and_then(|door| door.unfilled.as_ref()).filter(|_| since.is_none());
        // A process that takes it up again names the same end, and so claims the same gap.
        let to = self.began().filter(|began| unfilled.is_none() && since.is_none_or(|since| *began >= since));
        let why = match since {
            Some(_) => "the connection to Slack was away",
            None => "the bot was not running",
        };
        let noted = match since {
            Some(since) if now - since >= MOMENT => Noted::First,
            Some(_) | None => Noted::IfSomethingWasSaid,
        };
        let mut to_fill = lock(&self.to_fill);
        let missing_from = since.or(unfilled.and_then(|unfilled| unfilled.fill.from));
        for (lane, known) in self.lanes_to_fill(known, missing_from) {
            let resumed = unfilled.and_then(|_| self.resumed(&lane));
            let reached = resumed.as_ref().map_or(known, |resumed| resumed.reached.clone());
            let from = since.unwrap_or(reached.said);
            let gap = Gap { from, to: to.unwrap_or(now).max(from), why: why.to_owned(), noted };
            let missing = since.map(Missing::From);
            to_fill.push(ToFill { lane, reached, up_to: None, gap, resumed, missing, not_before: now });
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
        let why = "the bot was not in the channel".to_owned();
        let gap = Gap { from: reached.said, to: now, why, noted: Noted::First };
        let (lane, missing) = (lane.clone(), Some(Missing::In(lane.clone(), reached.said)));
        lock(&self.to_fill).push(ToFill { lane, reached, up_to: None, gap, resumed: None, missing, not_before: now });
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
            let why = "Slack held events back".to_owned();
            let gap = Gap { from: minute, to: not_before, why, noted: Noted::IfSomethingWasSaid };
            let missing = Some(Missing::From(minute));
            lock(&self.to_fill).push(ToFill { lane, reached, up_to: None, gap, resumed: None, missing, not_before });
        }
        self.returned.notify_one();
    }

    /// Tries until it is read, or Slack says that it can't be.
    async fn fill_at_last(self: &Arc<Slack>, to_fill: &ToFill, turns: &Semaphore) {
        let ToFill { lane, not_before, .. } = to_fill;
        let wait = (*not_before - self.now()).0.clamp(0, 60_000_000);
        tokio::time::sleep(Duration::from_micros(wait.unsigned_abs())).await;
        let mut pauses = PAUSES;
        loop {
            let filled = {
                let _turn = turns.acquire().await;
                self.fill(to_fill).await
            };
            match filled {
                Ok(()) => break,
                Err(trouble) if is_final(&trouble) => {
                    tracing::error!(platform = %self.platform, %lane, %trouble, "what was missed can't be read");
                    break;
                }
                Err(trouble) => {
                    tracing::warn!(platform = %self.platform, %lane, %trouble, "what was missed can't be read yet");
                    tokio::time::sleep(pauses.grow_or(trouble.asks_to_wait())).await;
                }
            }
        }
        if to_fill.up_to.is_some() {
            lock(&self.places).has_read(lane);
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

    async fn fill(self: &Arc<Slack>, to_fill: &ToFill) -> Called<()> {
        let ToFill { lane, reached, up_to, gap, resumed, missing: _, not_before: _ } = to_fill;
        let Ok(channel) = self.channel_of(lane).await else { return Ok(()) };
        let cause = self.cause_of(&channel, gap);
        if gap.noted == Noted::First {
            self.note_gap(lane, cause.clone(), gap).await?;
        }
        let missed = match self.missed(lane, &channel, reached, up_to.as_deref()).await {
            Ok(missed) => missed,
            Err(trouble) => {
                if is_final(&trouble) {
                    let why = format!("{}, and history can't be read: {trouble}", gap.why);
                    let unread = Gap { why, ..gap.clone() };
                    self.note_gap(lane, format!("{cause}:unread"), &unread).await?;
                }
                return Err(trouble);
            }
        };
        let something_was_said = !missed.events.is_empty();
        let found = self.not_kept_yet(&channel, missed.events).await;
        if gap.noted == Noted::IfSomethingWasSaid && !found.is_empty() {
            match resumed {
                None => self.note_gap(lane, cause, gap).await?,
                Some(resumed) => {
                    let times = resumed.times(found.iter().map(|(at, _)| at.unwrap_or(gap.to)), gap.to);
                    for (from, to) in times.earlier.into_iter().chain(times.later) {
                        let gap = Gap { from, to, ..gap.clone() };
                        self.note_gap(lane, self.cause_of(&channel, &gap), &gap).await?;
                    }
                }
            }
        }
        if let Some(to) = missed.cut_off {
            let why = "more was said than is read from history".to_owned();
            let beyond = Gap { from: reached.said, to, why, noted: Noted::First };
            self.note_gap(lane, self.cause_of(&channel, &beyond), &beyond).await?;
        }
        for (_, event) in found {
            self.take_in(&FromSlack { event: &event, id: "", backfilled: true }).await;
        }
        if gap.noted == Noted::OnceKept && something_was_said {
            self.note_gap(lane, self.cause_of_conversation(lane, &channel), gap).await?;
        }
        Ok(())
    }

    /// What the ledger lacks of it: an earlier process may have kept some.
    async fn not_kept_yet(&self, channel: &str, events: Vec<(Option<At>, Json)>) -> Vec<(Option<At>, Json)> {
        let Some(door) = self.door() else { return Vec::new() };
        let mut lacking = Vec::new();
        for (at, event) in events {
            let Some(cause) = cause_in_history(channel, &event) else { continue };
            match door.reception.answers.is_heard(&format!("{}:{cause}", self.platform)).await {
                Ok(true) => continue,
                Ok(false) => {}
                // Keeping it twice is keeping it once.
                Err(error) => {
                    tracing::warn!(platform = %self.platform, %error, "whether a message is kept can't be told")
                }
            }
            lacking.push((at, event));
        }
        lacking
    }

    fn cause_of(&self, channel: &str, gap: &Gap) -> String {
        format!("{}:gap:{channel}:{}:{}", self.platform, gap.from.0, gap.to.0)
    }

    /// It names no moment: the card may stand there anew in another one.
    fn cause_of_conversation(&self, lane: &Lane, channel: &str) -> String {
        format!("{}:conversation:{channel}:{lane}", self.platform)
    }

    /// Keeps the conversation that was held in a channel before it became a case's own and the case's card stood there: it was
    /// heard by nobody then. A process that ends before all of it is kept leaves it to the next one. Whether it is read or kept.
    pub(super) async fn read_conversation(&self, lane: &Lane, channel: &str, card: &str) -> bool {
        let (Some(door), Some(until)) = (self.door(), moment(card)) else { return false };
        match door.reception.answers.is_heard(&self.cause_of_conversation(lane, channel)).await {
            Ok(true) => return true,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(platform = %self.platform, %lane, %error, "whether a conversation was read can't be told yet");
                return false;
            }
        }
        let reached = at(until - CONVERSATION_BACK);
        let why = "the channel became the case's own only then".to_owned();
        let gap = Gap { from: reached.said, to: until, why, noted: Noted::OnceKept };
        lock(&self.places).begins_to_read(lane);
        let (lane, up_to) = (lane.clone(), Some(card.to_owned()));
        // Whether it was read, its own gap says.
        let not_before = self.now();
        lock(&self.to_fill).push(ToFill { lane, reached, up_to, gap, resumed: None, missing: None, not_before });
        self.returned.notify_one();
        true
    }

    /// What was said in a lane until now isn't the case's.
    pub(super) fn counts_from_now(&self, lane: &Lane) {
        self.reached.advance(lane, at(self.now()));
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

    async fn note_gap(&self, lane: &Lane, cause: String, gap: &Gap) -> Called<()> {
        let Some(door) = self.door() else { return Ok(()) };
        let what = What::Gap { from: gap.from, to: gap.to, why: gap.why.clone() };
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
    /// Those before the message `up_to`, where it ends there.
    async fn missed(&self, lane: &Lane, channel: &str, reached: &Newest, up_to: Option<&str>) -> Called<Missed> {
        let Some(me) = self.me() else { return Ok(Missed { events: Vec::new(), cut_off: None }) };
        let is_new = |ts: &str| moment(ts).is_some_and(|at| at > reached.said) && ts != reached.message;
        let end = up_to.and_then(moment);
        let is_missed = |ts: &str| is_new(ts) && end.is_none_or(|end| moment(ts).is_some_and(|at| at < end));
        let latest = up_to.map(|ts| ("latest", ts.to_owned()));
        let since = [("channel", channel.to_owned()), ("oldest", reached.message.clone()), ("limit", "200".to_owned())];
        let since: Vec<(&str, String)> = since.into_iter().chain(latest.clone()).collect();
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
            } else if is_missed(ts) {
                events.insert(ts.to_owned(), as_event(message, channel));
            } else if is_missed(edited) {
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
                let arguments: Vec<(&str, String)> = arguments.into_iter().chain(latest.clone()).collect();
                let replies = self.api.pages("conversations.replies", &arguments, "messages", PAGES).await?;
                replies.iter().filter(|reply| thread_of(reply).is_some()).for_each(&mut found);
            } else if thread_of(message).is_some() {
                found(message);
            }
        }
        let said = events.into_iter().map(|(ts, event)| (moment(&ts), event));
        Ok(Missed { events: said.chain(stones.into_iter().map(|stone| (None, stone))).collect(), cut_off })
    }
}

/// Asking again wouldn't help.
fn is_final(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Said(_)) && !trouble.is_about_the_token()
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
