//! Discord as a platform: from its events, commands and forms to what the house hears, and from cards to embeds.
//!
//! Events come over the gateway into one queue. Each channel has a worker of its own that hands them in, in order, so that a
//! file that loads slowly holds up nobody else; interactions are answered at once, beside it. No rule of the product lives
//! here.

mod answer;
mod api;
mod backfill;
mod case_channel;
mod commands;
mod completion;
mod deliver;
mod directory;
mod doctor;
mod embed;
mod files;
mod form;
mod gateway;
mod hear;
mod interaction;
mod line;
mod menu;
mod messages;
mod people;
mod places;
mod roster;
mod wire;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::api::{Api, Trouble};
use self::backfill::Missed;
use self::directory::{Directory, Me};
use self::files::Files;
use self::form::Forms;
use self::gateway::{End, Gateway, INTENTS, Signal};
use self::wire::{Guild, Id, User};
use crate::card::Card;
use crate::chat::lock::{self as locks, lock};
use crate::chat::reached::Reached;
use crate::chat::retry::Pauses;
use crate::chat::under_way::{Going, UnderWay};
use crate::chat::{CaseChannel, Chat, Delivery, Lane, Link, Post, Receipt, RosterWatch};
use crate::config::DiscordConfig;
use crate::domain::{At, Platform, Span};
use crate::reception::Door;

pub use self::directory::platform;
pub use self::doctor::{PERMISSIONS, doctor, permissions};

const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// The pauses between tries, where Discord doesn't say how long to wait.
const PAUSES: Pauses = Pauses::new(Duration::from_secs(1), LONGEST_PAUSE);
/// A connection that stood this long was a good one: the next pause is short again.
const GOOD: Duration = Duration::from_secs(60);

/// How late a break may be noticed: Discord has a heartbeat every 41 s, and that one wasn't answered shows at the next.
const NOTICED_LATE: Span = Span::seconds(90);

/// Why there is no adapter.
#[derive(Debug, thiserror::Error)]
pub enum DiscordError {
    #[error("Discord needs an HTTP client, and there is none: {0}")]
    Client(#[from] reqwest::Error),
}

pub struct Discord {
    config: DiscordConfig,
    api: Api,
    door: OnceLock<Door>,
    directory: RwLock<Directory>,
    /// How far each lane was heard.
    reached: Reached,
    forms: Mutex<Forms>,
    sent: Mutex<deliver::Sent>,
    files: Files,
    state: Mutex<State>,
    roster_watch: RosterWatch,
    /// What came in and isn't dealt with yet.
    under_way: UnderWay,
    /// How many events came in.
    taken: AtomicU64,
}

/// How the connection is.
#[derive(Default)]
struct State {
    up: bool,
    /// Since when it isn't, once it was.
    down_since: Option<At>,
    /// When the last event came.
    last_event: Option<At>,
    /// When the last break may have begun, for what was missed in it.
    break_began: Option<At>,
    /// There was a session before this one.
    had_session: bool,
    /// What keeps the gateway from working.
    gateway: Option<String>,
    /// What works only in part: an intent that isn't allowed, a channel that can't be written to.
    lacks: BTreeMap<String, String>,
    unread: u64,
}

/// What a channel's worker is to do.
enum Task {
    Event {
        kind: String,
        data: Value,
    },
    /// Look what was said while nobody listened.
    Missed(Missed),
}

impl Discord {
    /// Touches no network yet.
    ///
    /// # Errors
    /// [`DiscordError`].
    pub fn new(config: &DiscordConfig) -> Result<Arc<Discord>, DiscordError> {
        Ok(Arc::new(Discord {
            config: config.clone(),
            api: Api::new(config)?,
            door: OnceLock::new(),
            directory: RwLock::default(),
            reached: Reached::default(),
            forms: Mutex::default(),
            sent: Mutex::default(),
            files: Files::default(),
            state: Mutex::default(),
            roster_watch: RosterWatch::new(platform()),
            under_way: UnderWay::default(),
            taken: AtomicU64::new(0),
        }))
    }

    /// Listens and answers until it is aborted; then nothing of it goes on.
    pub async fn run(self: Arc<Self>, door: Door) {
        {
            let mut directory = self.directory_mut();
            for (lane, channel) in &door.case_channels {
                if let Some(channel) = Id::read(channel).filter(|_| lane.platform == platform()) {
                    directory.learn_case_channel(lane, channel);
                }
            }
        }
        self.reached.start(door.newest.iter().map(|(lane, newest)| (lane.clone(), newest.clone())));
        // A second run of the same adapter goes on with the first one's door.
        let _kept = self.door.set(door);
        let mut beside = JoinSet::new();
        let me = self.who().await;
        tracing::info!(name = me.name, user = %me.user, "connected to Discord's API");
        let registering = self.under_way.begin();
        let commands = self.clone().keep_commands(me);
        beside.spawn(async move {
            commands.await;
            drop(registering);
        });
        beside.spawn(self.clone().keep_roster());
        self.listen().await;
    }

    /// Who the bot is. Asks until it is told.
    async fn who(&self) -> Me {
        let mut pauses = PAUSES;
        loop {
            match self.ask_who().await {
                Ok(me) => {
                    lock(&self.state).gateway = None;
                    self.directory_mut().me = Some(me.clone());
                    return me;
                }
                Err(trouble) => {
                    let why = match trouble.is_unauthorized() {
                        true => TOKEN_REFUSED.to_owned(),
                        false => trouble.to_string(),
                    };
                    tracing::warn!(why, "Discord doesn't answer; trying again");
                    lock(&self.state).gateway = Some(why);
                    tokio::time::sleep(pauses.grow()).await;
                }
            }
        }
    }

    async fn ask_who(&self) -> Result<Me, Trouble> {
        let user: User = self.api.read("/users/@me").await?;
        let application = self.api.get("/applications/@me").await?;
        let application = application.get("id").and_then(Value::as_str).and_then(Id::read).unwrap_or(user.id);
        Ok(Me { user: user.id, application, name: user.shown().to_owned() })
    }

    /// The gateway, opened again whenever it ends.
    async fn listen(self: &Arc<Self>) {
        let mut pauses = PAUSES;
        let mut intents = INTENTS;
        let mut workers = Workers::default();
        loop {
            let began = std::time::Instant::now();
            let end = match Gateway::open(&self.config, intents) {
                Ok(gateway) => self.follow(gateway, &mut workers).await,
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
                        break self.refused_intents().await;
                    };
                    let lost = gateway::lost(next);
                    tracing::warn!(lost, "Discord refuses an intent; going on without it");
                    lock(&self.state).lacks.insert("intents".to_owned(), lost);
                    intents = next;
                    continue;
                }
                End::Other(why) => why.clone(),
            };
            tracing::warn!(why, "the connection to Discord ended; opening it again");
            lock(&self.state).gateway = Some(why);
            tokio::time::sleep(pauses.grow()).await;
        }
    }

    /// Not even the ordinary intents are allowed: nothing can be heard until the operator looks.
    async fn refused_intents(&self) {
        let why = "Discord refuses every intent (close code 4014); look at the bot's page in the developer portal";
        tracing::error!(why);
        lock(&self.state).gateway = Some(why.to_owned());
        std::future::pending().await
    }

    /// Hands on what one client says, until it ends.
    async fn follow(self: &Arc<Self>, mut gateway: Gateway, workers: &mut Workers) -> End {
        while let Some(signal) = gateway.signals.recv().await {
            match signal {
                Signal::Event { kind, data } => {
                    self.take(kind, data, workers);
                    lock(&self.state).last_event = self.now();
                    self.taken.fetch_add(1, Ordering::SeqCst);
                }
                Signal::Unread => lock(&self.state).unread += 1,
                Signal::Up(up) => self.is_up(up),
                Signal::Ended(end) => return end,
            }
        }
        End::Other("the connection's thread is gone".to_owned())
    }

    fn is_up(&self, up: bool) {
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
    fn take(self: &Arc<Self>, kind: String, data: Value, workers: &mut Workers) {
        match kind.as_str() {
            "READY" => self.ready(&data, workers),
            "GUILD_CREATE" => self.guild(data, workers),
            "INTERACTION_CREATE" => {
                while workers.interactions.try_join_next().is_some() {}
                let (under_way, discord) = (self.under_way.begin(), self.clone());
                workers.interactions.spawn(async move {
                    discord.interaction(data).await;
                    drop(under_way);
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

    fn ready(self: &Arc<Self>, data: &Value, workers: &mut Workers) {
        let now = self.now();
        {
            let mut state = lock(&self.state);
            // A session that was lost in the blink of an eye: nobody saw the break.
            if state.had_session && state.up {
                state.break_began = now.map(|now| began(now, state.last_event));
            }
            state.had_session = true;
        }
        self.is_up(true);
        let servers = data.get("guilds").and_then(Value::as_array).into_iter().flatten();
        let servers: Vec<Id> = servers.filter_map(|server| server.get("id")?.as_str().and_then(Id::read)).collect();
        self.directory_mut().expect(&servers);
        let from = self.break_began();
        let until = now.map(Id::of);
        // Direct messages belong to no server, so nobody tells what was said in them meanwhile.
        for (lane, newest) in self.reached.all() {
            if lane.as_channel().is_some() {
                continue;
            }
            let person = places::person_of(&lane);
            let key = person.and_then(|person| self.directory().direct(person)).or(person).unwrap_or(Id(0));
            workers.of(key, self).push(Task::Missed(Missed { lane, channel: None, newest, until, from }));
        }
        tracing::info!(session = data.get("session_id").is_some(), "the gateway is ready");
    }

    fn guild(self: &Arc<Self>, data: Value, workers: &mut Workers) {
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
            let newest = self.reached.of(&lane);
            if let Some(newest) = newest.filter(|_| self.keeps(&lane)) {
                let missed = Missed { lane, channel: Some(id), newest, until, from };
                workers.of(id, self).push(Task::Missed(missed));
            }
        }
        self.roster_watch.is_to_be_read();
    }

    /// Whatever came is dealt with and answered, the commands are registered, and it is known who is there.
    pub fn is_at_rest(&self) -> bool {
        self.link().up && self.under_way.is_idle() && !self.roster_watch.is_old()
    }

    /// How many events the gateway has told so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    /// When the bot stopped listening, if it did since it started.
    fn break_began(&self) -> Option<At> {
        lock(&self.state).break_began
    }

    fn door(&self) -> Option<&Door> {
        self.door.get()
    }

    /// The house's time; `None` before the house is open.
    fn now(&self) -> Option<At> {
        self.door().map(|door| door.reception.desk.clock.now())
    }

    fn keeps(&self, lane: &Lane) -> bool {
        self.door().is_some_and(|door| door.reception.keeps(lane))
    }

    fn directory(&self) -> RwLockReadGuard<'_, Directory> {
        locks::read(&self.directory)
    }

    fn directory_mut(&self) -> RwLockWriteGuard<'_, Directory> {
        locks::write(&self.directory)
    }

    /// Remembers what works only in part, or that it works again.
    fn lacks(&self, what: &str, why: Option<String>) {
        let mut state = lock(&self.state);
        match why {
            Some(why) => drop(state.lacks.insert(what.to_owned(), why)),
            None => drop(state.lacks.remove(what)),
        }
    }
}

const TOKEN_REFUSED: &str = "the token is refused; make a new one in the developer portal under “Bot”";

/// A worker for each channel: what happens in one is handed in in order, and holds up no other.
#[derive(Default)]
struct Workers {
    by_channel: HashMap<Id, Worker>,
    running: JoinSet<()>,
    interactions: JoinSet<()>,
}

#[derive(Clone)]
struct Worker {
    tasks: mpsc::UnboundedSender<(Task, Going)>,
    discord: Arc<Discord>,
}

impl Worker {
    fn push(&self, task: Task) {
        // The worker ends only with this adapter.
        let _gone = self.tasks.send((task, self.discord.under_way.begin()));
    }
}

impl Workers {
    fn of(&mut self, channel: Id, discord: &Arc<Discord>) -> &Worker {
        let Workers { by_channel, running, .. } = self;
        by_channel.entry(channel).or_insert_with(|| {
            let (tell, mut tasks) = mpsc::unbounded_channel();
            let worker = Worker { tasks: tell, discord: discord.clone() };
            let discord = discord.clone();
            running.spawn(async move {
                while let Some((task, _under_way)) = tasks.recv().await {
                    match task {
                        Task::Event { kind, data } => discord.event(&kind, data).await,
                        Task::Missed(missed) => discord.catch_up(missed).await,
                    }
                }
            });
            worker
        })
    }
}

/// When a break may have begun that is noticed now. Silence proves nothing; an event does.
fn began(noticed: At, last_event: Option<At>) -> At {
    let earliest = noticed - NOTICED_LATE;
    last_event.map_or(earliest, |last| last.max(earliest))
}

impl Chat for Discord {
    fn platform(&self) -> Platform {
        platform()
    }

    fn is_idempotent(&self) -> bool {
        // Discord does, but only for a few minutes.
        false
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        Box::pin(self.deliver(post))
    }

    fn edit<'a>(&'a self, lane: &'a Lane, message: &'a str, card: &'a Card) -> Delivery<'a, ()> {
        Box::pin(self.redraw(lane, message, card))
    }

    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String> {
        Box::pin(self.ensure_case_channel(wanted))
    }

    fn link(&self) -> Link {
        let state = lock(&self.state);
        let since = state.down_since.and_then(At::utc).map(|at| at.format("%H:%M").to_string());
        let gateway = match (&state.gateway, since) {
            (Some(why), Some(since)) => Some(format!("reconnecting since {since}: {why}")),
            (None, Some(since)) if !state.up => Some(format!("reconnecting since {since}")),
            (Some(why), None) => Some(why.clone()),
            _ => None,
        };
        let all: Vec<&str> = gateway.iter().chain(state.lacks.values()).map(String::as_str).collect();
        Link { up: state.up, trouble: (!all.is_empty()).then(|| all.join("; ")), unread: state.unread }
    }
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
