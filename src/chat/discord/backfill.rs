//! What was said while the bot didn't listen: first that there was a gap, then what history still has of it, the oldest
//! first.

use std::collections::BTreeMap;

use serde_json::Value;

use super::api::Trouble;
use super::deliver::code;
use super::messages::{Told, cause_of_message};
use super::people::nobody;
use super::places::person_of;
use super::wire::{self, Channel, Id, Message};
use super::{Discord, lock};
use crate::chat::reached::{Resumed, Times};
use crate::chat::{CONVERSATION_BACK, Newest};
use crate::domain::{At, Lane, Span};
use crate::ledger::heard::{Heard, What};

/// A break shorter than this isn't noted as a gap if nothing was said in it.
const BREAK: Span = Span::seconds(15);
/// How many messages Discord gives at once.
const PAGE: usize = 100;
/// How many pages are read at most. More would be a channel's whole history rather than a gap.
const PAGES: usize = 500;

/// A lane in which something may have been said meanwhile.
pub struct Missed {
    pub lane: Lane,
    /// `None`: somebody's direct messages.
    pub channel: Option<Id>,
    /// The newest message that was kept when the break was noticed.
    pub newest: Newest,
    /// The newest message when the connection began. What is newer comes live, and is obeyed.
    pub until: Option<Id>,
    /// When the bot stopped listening; `None`: before it started.
    pub from: Option<At>,
    /// An earlier process began to read it.
    pub resumed: Option<Resumed>,
}

impl Missed {
    /// Since when something may be missing: not before the newest message that is kept.
    fn began(&self) -> At {
        self.from.unwrap_or(self.newest.said).max(self.newest.said)
    }
}

/// What history has of it.
#[derive(Default)]
struct Found {
    /// By id, and so by time.
    said: BTreeMap<Id, Value>,
    /// What can't be read, and why.
    unread: Option<String>,
}

impl Discord {
    pub(super) async fn catch_up(&self, missed: Missed) {
        let Some(now) = self.now() else { return };
        let Some(after) = Id::read(&missed.newest.message) else { return };
        let from = missed.began();
        let mut found = match self.said_meanwhile(&missed, after).await {
            Ok(found) => found,
            Err(trouble) => {
                tracing::warn!(%trouble, lane = %missed.lane, "history can't be read");
                let why = format!("the bot was not listening, and history can't be read: {trouble}");
                return self.gap(&missed, ":unread", (from, now), &why).await;
            }
        };
        self.leave_what_is_missed(&mut found).await;
        let times = match &missed.resumed {
            Some(resumed) => resumed.times(found.said.keys().map(|id| id.at()), now),
            // From when the reading of all lanes began, the bot was listening.
            None => {
                let to = self.fill_began().filter(|began| *began >= from).unwrap_or(now);
                Times { earlier: None, later: (!found.said.is_empty() || to - from >= BREAK).then_some((from, to)) }
            }
        };
        // Edits and deletions of what is known already aren't in history.
        let heard_until = missed.resumed.as_ref().map(|resumed| resumed.heard_until);
        let unheard = heard_until.map(|until| (until, now)).filter(|(until, now)| *now - *until >= BREAK);
        for time in times.earlier.into_iter().chain(times.later.or(unheard)) {
            self.gap(&missed, "", time, "the bot was not listening").await;
        }
        if let Some(unread) = &found.unread {
            let why = format!("the bot was not listening, and {unread}");
            self.gap(&missed, ":unread", (from, now), &why).await;
        }
        self.keep_found(found.said, &missed.lane, Told::Missed).await;
    }

    /// The bot missed nothing of what it said itself, and an earlier process may have kept some.
    async fn leave_what_is_missed(&self, found: &mut Found) {
        let Some(door) = self.door() else { return };
        let author = |raw: &Value| raw.pointer("/author/id").and_then(Value::as_str).and_then(Id::read);
        found.said.retain(|_, raw| !author(raw).is_some_and(|author| self.is_me(author)));
        let mut kept = Vec::new();
        for id in found.said.keys() {
            match door.reception.answers.is_heard(&cause_of_message(*id)).await {
                Ok(true) => kept.push(*id),
                Ok(false) => {}
                // Keeping it twice is keeping it once.
                Err(error) => tracing::warn!(%error, message = %id, "whether a message is kept can't be told"),
            }
        }
        for id in kept {
            found.said.remove(&id);
        }
    }

    async fn keep_found(&self, said: BTreeMap<Id, Value>, lane: &Lane, told: Told) {
        for (_, raw) in said {
            match serde_json::from_value::<Message>(raw.clone()) {
                Ok(message) => self.message(message, raw, told).await,
                Err(error) => {
                    tracing::warn!(%error, %lane, "a message of history can't be read");
                    lock(&self.state).unread += 1;
                }
            }
        }
    }

    /// Keeps the conversation that was held in a channel before the card of the case whose own it became. What it is kept of is the
    /// same whenever it is read, so that reading it again adds nothing.
    pub(super) async fn read_conversation(&self, lane: &Lane, channel: Id, card: Id) {
        let said = card.at() - CONVERSATION_BACK;
        let after = Id::of(said);
        let newest = Newest { message: after.to_string(), said };
        let missed =
            Missed { lane: lane.clone(), channel: Some(channel), newest, until: Some(card), from: None, resumed: None };
        let mut found = Found::default();
        let read = async {
            self.read_after(channel, after, missed.until, &mut found).await?;
            // How far threads have come is known when the connection begins, and only then.
            for (thread, _) in self.threads_since(channel, said, &mut found).await? {
                self.read_after(thread, after, missed.until, &mut found).await?;
            }
            Ok::<(), Trouble>(())
        };
        if let Err(trouble) = read.await {
            tracing::warn!(%trouble, %lane, "what was said before in the channel can't be read");
            found.unread = Some(format!("what was said before can't be read: {trouble}"));
        }
        if let Some(unread) = &found.unread {
            self.gap(&missed, "", (missed.began(), card.at()), unread).await;
        }
        self.keep_found(found.said, lane, Told::Before).await;
    }

    /// That it can't be read is noted beside that it was missed, which an earlier process may have noted.
    async fn gap(&self, missed: &Missed, suffix: &str, (from, to): (At, At), why: &str) {
        let what = What::Gap { from, to, why: why.to_owned() };
        let cause = format!("discord:gap:{}:{}:{}{suffix}", missed.lane, missed.newest.message, from.0);
        self.hand_in(Heard { backfilled: true, ..Heard::live(cause, nobody(), missed.lane.clone(), what) }).await;
    }

    /// Everything after a message in a channel and its threads.
    async fn said_meanwhile(&self, missed: &Missed, after: Id) -> Result<Found, Trouble> {
        let mut found = Found::default();
        let channel = match (missed.channel, person_of(&missed.lane)) {
            (Some(channel), _) => channel,
            (None, Some(person)) => self.direct(person).await?,
            (None, None) => return Ok(found),
        };
        if missed.until.is_none_or(|until| until > after) {
            self.read_after(channel, after, missed.until, &mut found).await?;
        }
        if missed.channel.is_none() {
            return Ok(found);
        }
        for (thread, last) in self.threads_since(channel, missed.newest.said, &mut found).await? {
            if last.is_some_and(|last| last > after) {
                self.read_after(thread, after, last, &mut found).await?;
            }
        }
        Ok(found)
    }

    /// The threads of a channel that are open, or were archived since a moment; each with its newest message, as far as that is
    /// known.
    async fn threads_since(
        &self,
        channel: Id,
        since: At,
        found: &mut Found,
    ) -> Result<BTreeMap<Id, Option<Id>>, Trouble> {
        let mut threads: BTreeMap<Id, Option<Id>> = self.directory().threads_of(channel).into_iter().collect();
        for kind in ["public", "private"] {
            let archived = match self.archived_since(channel, kind, since).await {
                Ok(archived) => archived,
                // The bot may not see them, so it can't say that nothing was said in them.
                Err(trouble @ Trouble::Refused { .. }) => {
                    tracing::warn!(%trouble, %channel, kind, "archived threads can't be read");
                    found.unread = Some(format!("its archived {kind} threads can't be read: {trouble}"));
                    continue;
                }
                Err(trouble) => return Err(trouble),
            };
            for thread in archived {
                self.directory_mut().learn(&thread, None);
                if let Some(id) = thread.id {
                    threads.entry(id).or_insert(thread.last_message_id);
                }
            }
        }
        Ok(threads)
    }

    async fn read_after(&self, channel: Id, after: Id, until: Option<Id>, found: &mut Found) -> Result<(), Trouble> {
        let mut after = after;
        for _ in 0..PAGES {
            let page = self.api.get(&format!("/channels/{channel}/messages?limit={PAGE}&after={after}")).await?;
            let page = page.as_array().cloned().unwrap_or_default();
            let count = page.len();
            let ids = page.into_iter().filter_map(|raw| Some((raw.get("id")?.as_str().and_then(Id::read)?, raw)));
            for (id, raw) in ids {
                after = after.max(id);
                if until.is_none_or(|until| id <= until) {
                    found.said.insert(id, raw);
                }
            }
            if count < PAGE || until.is_some_and(|until| after >= until) {
                return Ok(());
            }
        }
        tracing::warn!(%channel, "more was said than is read back");
        found.unread = Some(format!("more was said than the {} messages that are read back", PAGE * PAGES));
        Ok(())
    }

    /// Threads of a channel, `public` or `private`, that were archived after a moment, so that somebody may have spoken in
    /// them since.
    async fn archived_since(&self, channel: Id, kind: &str, since: At) -> Result<Vec<Channel>, Trouble> {
        let mut archived = Vec::new();
        let mut before = String::new();
        for _ in 0..PAGES {
            let path = format!("/channels/{channel}/threads/archived/{kind}?limit={PAGE}{before}");
            let page = match self.api.get(&path).await {
                Ok(page) => page,
                // Not every channel has threads.
                Err(Trouble::Refused { code: code::OTHER_KIND_OF_CHANNEL, .. }) => return Ok(archived),
                Err(trouble) => return Err(trouble),
            };
            let threads: Vec<Channel> = page
                .get("threads")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|thread| serde_json::from_value(thread.clone()).ok())
                .collect();
            let when = |thread: &Channel| thread.thread_metadata.as_ref()?.archive_timestamp.clone();
            let oldest = threads.iter().filter_map(when).min();
            let is_new = |thread: &Channel| when(thread).and_then(|at| wire::moment(&at)).is_none_or(|at| at >= since);
            let count = threads.len();
            archived.extend(threads.into_iter().filter(is_new));
            let is_over = oldest.as_deref().and_then(wire::moment).is_none_or(|oldest| oldest < since);
            let has_more = page.get("has_more").and_then(Value::as_bool).unwrap_or(false);
            match oldest.filter(|_| has_more && count > 0 && !is_over) {
                Some(oldest) => before = format!("&before={}", oldest.replace('+', "%2B").replace(':', "%3A")),
                None => return Ok(archived),
            }
        }
        Ok(archived)
    }
}
