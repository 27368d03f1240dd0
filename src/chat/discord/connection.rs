//! The connection to the gateway: opened again whenever it ends; what it tells is handed on, and what may have been
//! missed in a break is looked for.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use serenity::all::GatewayIntents;

use super::backfill::Missed;
use super::gateway::{self, End, Gateway, INTENTS, Signal};
use super::places::person_of;
use super::wire::{Guild, Id};
use super::workers::{Task, Workers};
use super::{Discord, LONGEST_PAUSE, PAUSES, TOKEN_REFUSED, lock};
use crate::chat::retry::Pauses;
use crate::domain::{At, Lack, Span};

/// A connection that stood this long was a good one: the next pause is short again.
const GOOD: Duration = Duration::from_secs(60);
/// How late a break is noticed at most: Discord has a heartbeat every 41 s, and that one wasn't answered shows at the next.
const NOTICED_LATE: Span = Span::seconds(90);

/// How often it is looked whether an intent that was refused is allowed meanwhile.
const LOOK_AT_INTENTS: Span = Span::minutes(5);
/// However fast the clock runs, Discord isn't asked more often.
const LOOK_AT_MOST: Duration = Duration::from_secs(1);

/// How the connection is.
#[derive(Default)]
pub struct State {
    pub up: bool,
    /// Since when it is down. `None`: it is up, or never was.
    pub down_since: Option<At>,
    /// When the last event came.
    pub last_event: Option<At>,
    /// When the last break may have begun: what was said since then may be missing.
    pub break_began: Option<At>,
    /// There was a session before this one.
    pub had_session: bool,
    /// What keeps the gateway from working.
    pub gateway: Option<String>,
    pub unread: u64,
}

impl Discord {
    /// The gateway, opened again whenever it ends.
    pub(super) async fn listen(self: &Arc<Self>) {
        let mut pauses = PAUSES;
        let mut intents = INTENTS;
        let mut workers = Workers::default();
        loop {
            let began = std::time::Instant::now();
            let end = match Gateway::open(&self.settings(), intents) {
                Ok(gateway) => self.follow(gateway, intents, &mut workers).await,
                Err(error) => End::Other(error.to_string()),
            };
            self.is_up(false);
            if began.elapsed() > GOOD {
                pauses.reset();
            }
            let why = match &end {
                End::Unauthorized => TOKEN_REFUSED.to_owned(),
                End::Intents => {
                    let Some(next) = gateway::without(intents) else {
                        self.refused_intents().await;
                        intents = INTENTS;
                        continue;
                    };
                    let lost = gateway::lost(next);
                    tracing::warn!(lost, "Discord refuses an intent; going on without it");
                    self.lacks(Lack::Intents, Some(lost));
                    intents = next;
                    continue;
                }
                // Whoever allows an intent needs to start nothing anew.
                End::Allowed(all) => {
                    intents = *all;
                    continue;
                }
                End::Other(why) => why.clone(),
            };
            tracing::warn!(why, "the connection to Discord ended; opening it again");
            lock(&self.state).gateway = Some(why);
            self.pause(&mut pauses).await;
        }
    }

    /// Waits before the next try; not where there is a new token to try with.
    pub(super) async fn pause(&self, pauses: &mut Pauses) {
        tokio::select! {
            () = tokio::time::sleep(pauses.grow()) => {}
            () = self.token_changed.notified() => pauses.reset(),
        }
    }

    /// Until the application is allowed more than these intents. What Discord refuses although the application's page allows it
    /// is not asked for again before that page changes.
    async fn more_than(&self, intents: GatewayIntents) -> GatewayIntents {
        let Some(door) = self.door().filter(|_| intents != INTENTS) else { return std::future::pending().await };
        let clock = &door.reception.desk.clock;
        let mut before = None;
        loop {
            match self.api.get("/applications/@me").await {
                Ok(application) => {
                    let allowed = gateway::allowed(&application);
                    let changed = before.replace(allowed).is_some_and(|before| before != allowed);
                    if changed && !(allowed - intents).is_empty() {
                        return allowed;
                    }
                }
                Err(trouble) => tracing::debug!(%trouble, "which intents are allowed can't be read"),
            }
            let again = clock.now() + LOOK_AT_INTENTS;
            while clock.now() < again {
                clock.wait_until(Some(again)).await;
            }
            tokio::time::sleep(LOOK_AT_MOST).await;
        }
    }

    /// Not even the ordinary intents are allowed: nothing can be heard until the operator looks. It is tried again then.
    pub(super) async fn refused_intents(&self) {
        let why = "Discord refuses every intent (close code 4014); look at the bot's page in the developer portal";
        tracing::error!(why);
        lock(&self.state).gateway = Some(why.to_owned());
        tokio::time::sleep(LONGEST_PAUSE).await;
    }

    /// Hands on what one client says, until it ends.
    pub(super) async fn follow(
        self: &Arc<Self>,
        mut gateway: Gateway,
        intents: GatewayIntents,
        workers: &mut Workers,
    ) -> End {
        let more = self.more_than(intents);
        tokio::pin!(more);
        loop {
            // What was heard is handed on before the connection is dropped.
            let signal = tokio::select! {
                biased;
                signal = gateway.signals.recv() => signal,
                allowed = &mut more => return End::Allowed(allowed),
            };
            let Some(signal) = signal else { return End::Other("the connection's thread is gone".to_owned()) };
            match signal {
                Signal::Event { kind, data } => {
                    let under_way = self.under_way.begin();
                    if kind == "READY" {
                        self.session_begins();
                        self.fill_begins().await;
                    }
                    // A server that is out of order says later what it has.
                    if kind == "GUILD_DELETE"
                        && data.get("unavailable") != Some(&Value::Bool(true))
                        && let Some(server) = data.get("id").and_then(Value::as_str).and_then(Id::read)
                    {
                        self.filling.knows(server);
                    }
                    self.take(kind, data, workers);
                    self.filling.changed();
                    drop(under_way);
                    lock(&self.state).last_event = self.now();
                    self.taken.fetch_add(1, Ordering::SeqCst);
                }
                Signal::Unread => lock(&self.state).unread += 1,
                Signal::Up(up) => {
                    self.is_up(up);
                    if up {
                        self.lacks(Lack::Intents, (intents != INTENTS).then(|| gateway::lost(intents)));
                    }
                }
                Signal::Ended(end) => return end,
            }
        }
    }

    pub(super) fn is_up(&self, up: bool) {
        let now = self.now();
        let mut state = lock(&self.state);
        if up {
            (state.up, state.down_since, state.gateway) = (true, None, None);
        } else if state.up {
            let began = now.map(|now| began(now, state.last_event));
            (state.up, state.down_since, state.break_began) = (false, now, began);
        }
    }

    /// One event: what changes the directory is taken in here, in order; what is to be heard goes to its channel's worker.
    pub(super) fn take(self: &Arc<Self>, kind: String, data: Value, workers: &mut Workers) {
        match kind.as_str() {
            "READY" => self.ready(&data, workers),
            "GUILD_CREATE" => self.guild(data, workers),
            "INTERACTION_CREATE" => {
                while workers.interactions.try_join_next().is_some() {}
                let account = ["/member/user/id", "/user/id"].into_iter().find_map(|at| data.pointer(at)?.as_str());
                let account = account.unwrap_or_default();
                // Discord tells the person that it didn't work.
                let Some(share) = self.accounts.asks.begin(account) else { return };
                let (under_way, discord) = (self.under_way.begin(), self.clone());
                workers.interactions.spawn(async move {
                    discord.interaction(data).await;
                    drop((share, under_way));
                });
            }
            _ => {
                self.note_servers(&kind, &data);
                if let Some(channel) = self.heard_in(&kind, &data) {
                    workers.of(channel, self).push(Task::Event { kind, data });
                }
            }
        }
    }

    /// A session that isn't a resumed one: what happened before it is told by nobody.
    fn session_begins(&self) {
        let now = self.now();
        let mut state = lock(&self.state);
        // A session was lost so briefly that the connection never showed as down.
        if state.had_session && state.up {
            state.break_began = now.map(|now| began(now, state.last_event));
        }
        state.had_session = true;
    }

    pub(super) fn ready(self: &Arc<Self>, data: &Value, workers: &mut Workers) {
        let now = self.now();
        self.is_up(true);
        let servers = data.get("guilds").and_then(Value::as_array).into_iter().flatten();
        let servers: Vec<Id> = servers.filter_map(|server| server.get("id")?.as_str().and_then(Id::read)).collect();
        self.directory_mut().expect(&servers);
        self.filling.expects(&servers);
        let from = self.break_began();
        let until = now.map(Id::of);
        // Direct messages belong to no server, so no event tells that something was said in them meanwhile.
        let mut directs = self.reached.all();
        directs.extend(self.filling.left_to_read());
        for (lane, newest) in directs {
            if lane.as_channel().is_some() {
                continue;
            }
            let person = person_of(&lane);
            let key = person.and_then(|person| self.directory().direct(person)).or(person).unwrap_or(Id(0));
            let resumed = self.filling.takes_up(&lane);
            workers.of(key, self).push(Task::Missed(Missed { lane, channel: None, newest, until, from, resumed }));
        }
        tracing::info!(session = data.get("session_id").is_some(), "the gateway is ready");
    }

    pub(super) fn guild(self: &Arc<Self>, data: Value, workers: &mut Workers) {
        let Ok(guild) = serde_json::from_value::<Guild>(data) else {
            lock(&self.state).unread += 1;
            return;
        };
        self.directory_mut().enter(&guild);
        let from = self.break_began();
        for channel in guild.channels.0.iter().filter_map(|channel| Some((channel.id?, channel.last_message_id))) {
            let (id, until) = channel;
            let lane = self.directory().lane(id);
            // As it is now: what comes from now on is newer than what was missed.
            let left = self.filling.left_to_read().remove(&lane);
            let newest = left.or_else(|| self.reached.of(&lane));
            if let Some(newest) = newest.filter(|_| self.keeps(&lane)) {
                let resumed = self.filling.takes_up(&lane);
                let missed = Missed { lane, channel: Some(id), newest, until, from, resumed };
                workers.of(id, self).push(Task::Missed(missed));
            }
        }
        self.filling.knows(guild.id);
        self.roster_watch.is_to_be_read();
    }

    /// When the bot stopped listening, if it did since it started.
    pub(super) fn break_began(&self) -> Option<At> {
        lock(&self.state).break_began
    }
}

/// When a break that is noticed now may have begun: not before the last event, and at most [`NOTICED_LATE`] ago.
fn began(noticed: At, last_event: Option<At>) -> At {
    let earliest = noticed - NOTICED_LATE;
    last_event.map_or(earliest, |last| last.max(earliest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_begins_where_nothing_shows_that_the_bot_listened() {
        let noticed = At(1_795_000_000_000_000);
        assert_eq!(began(noticed, Some(noticed - Span::seconds(2))), noticed - Span::seconds(2));
        assert_eq!(began(noticed, Some(noticed - Span::hours(2))), noticed - NOTICED_LATE);
        assert_eq!(began(noticed, None), noticed - NOTICED_LATE);
        // An unanswered heartbeat shows when the next one is due.
        assert!(NOTICED_LATE > Span::seconds(2 * 42));
    }
}
