//! Discord as a platform: from its events, commands and forms to what the bot hears, and from cards to embeds.
//!
//! Events come over the gateway into one queue. Each channel has a worker of its own that hands them in, in order, so
//! that a file that loads slowly holds up nobody else; interactions are answered at once, beside it. No rule of the
//! product lives here.

mod answer;
mod api;
mod backfill;
mod case_channel;
mod commands;
mod completion;
mod connection;
mod deliver;
mod directory;
mod doctor;
mod embed;
mod errands;
mod files;
mod filling;
mod form;
mod gateway;
mod groups;
mod hear;
mod interaction;
mod listing;
mod membership;
mod menu;
mod messages;
mod options;
mod people;
mod places;
mod roster;
mod wire;
mod words;
mod workers;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use self::answer::Answering;
use self::api::{Api, Trouble};
use self::connection::State;
use self::directory::{Directory, Me};
use self::errands::Errands;
use self::files::Files;
use self::filling::Filling;
use self::form::Forms;
use self::wire::{Id, User};
use crate::app::config::DiscordConfig;
use crate::chat::lacks::Lacks;
use crate::chat::lock::{self as locks, lock};
use crate::chat::quota::Accounts;
use crate::chat::reached::Reached;
use crate::chat::reception::Door;
use crate::chat::retry::Pauses;
use crate::chat::under_way::UnderWay;
use crate::chat::{CaseChannel, Chat, Delivery, Edit, GroupChange, Link, Post, Receipt, RosterWatch, Taken};
use crate::domain::text::moment_utc;
use crate::domain::{At, Lack, Lane, Platform};
use crate::grammar::How;

pub use self::directory::platform;
pub use self::doctor::{PERMISSIONS, Permission, doctor, permissions};
pub use self::listing::listings;

const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// The pauses between tries, where Discord doesn't say how long to wait.
const PAUSES: Pauses = Pauses::new(Duration::from_secs(1), LONGEST_PAUSE);

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
    accounts: Accounts,
    lacks: Lacks,
    answering: Answering,
    errands: Errands,
    /// The settings have another token.
    token_changed: Notify,
    /// What came in and isn't dealt with yet.
    under_way: UnderWay,
    filling: Filling,
    /// How many events came in.
    taken: AtomicU64,
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
            accounts: Accounts::default(),
            lacks: Lacks::on(directory::platform()),
            answering: Answering::default(),
            errands: Errands::default(),
            token_changed: Notify::new(),
            under_way: UnderWay::default(),
            filling: Filling::default(),
            taken: AtomicU64::new(0),
        }))
    }

    /// Listens and answers until it is aborted. No task of it outlives that.
    pub async fn run(self: Arc<Self>, door: Door) {
        {
            let mut directory = self.directory_mut();
            let mut known: Vec<_> = door.case_channels.iter().collect();
            // The latest last: one channel may have been several cases' own, one after another.
            known.sort_by_key(|(lane, _)| lane.own_of());
            for (lane, channel) in known {
                if let Some(channel) = Id::read(channel).filter(|_| lane.platform == platform()) {
                    directory.learn_case_channel(lane, channel);
                }
            }
        }
        self.reached.start(door.newest.iter().map(|(lane, known)| (lane.clone(), known.clone())));
        self.filling.goes_on(&door);
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
        beside.spawn(self.clone().answer_all());
        beside.spawn(self.clone().run_errands());
        beside.spawn(self.clone().keep_memberships());
        beside.spawn(self.clone().keep_fills());
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
                    self.pause(&mut pauses).await;
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

    /// Whatever came is dealt with and answered, the commands are registered, and it is known who is there.
    pub fn is_at_rest(&self) -> bool {
        self.link().up && self.under_way.is_idle() && !self.roster_watch.is_old()
    }

    /// How many events the gateway has told so far.
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }

    /// The settings, with the token that counts now.
    fn settings(&self) -> DiscordConfig {
        DiscordConfig { token: self.api.token(), ..self.config.clone() }
    }

    /// Goes on with the token of these settings. Returns what was taken, and what only a start takes. A connection that stands
    /// goes on; Discord ends it where its token counts no more, and the next one has the new token.
    pub fn take_settings(&self, new: &DiscordConfig) -> Taken {
        let old = self.settings();
        let mut taken = Taken::default();
        let elsewhere = (&old.api_url, &old.gateway_url) != (&new.api_url, &new.gateway_url);
        taken.at_a_start.extend(elsewhere.then_some("api_url or gateway_url"));
        if !elsewhere && old.token != new.token {
            self.api.take_token(&new.token);
            self.token_changed.notify_one();
            taken.now.push("the bot token");
        }
        taken
    }

    fn door(&self) -> Option<&Door> {
        self.door.get()
    }

    /// The bot's time; `None` before the bot is open.
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
    fn lacks(&self, what: Lack, why: Option<String>) {
        match why {
            Some(why) => self.lacks.set(what, why),
            None => self.lacks.clear(&what),
        }
    }
}

const TOKEN_REFUSED: &str = "the token is refused; make a new one in the developer portal under “Bot”";

impl Chat for Discord {
    fn platform(&self) -> Platform {
        platform()
    }

    fn is_idempotent(&self) -> bool {
        // Discord does, but only for a few minutes.
        false
    }

    fn in_threads(&self) -> How {
        How::Slash
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        Box::pin(self.deliver(post))
    }

    fn edit<'a>(&'a self, edit: Edit<'a>) -> Delivery<'a, ()> {
        Box::pin(self.redraw(edit))
    }

    /// Direct messages have no threads.
    fn replies_to_one(&self) -> bool {
        false
    }

    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String> {
        Box::pin(self.ensure_case_channel(wanted))
    }

    fn fill_group<'a>(&'a self, group: &'a str, accounts: &'a BTreeSet<String>) -> Delivery<'a, GroupChange> {
        Box::pin(self.fill_role(group, accounts))
    }

    fn group_lacks(&self, group: &str, why: Option<String>) {
        self.lacks(Lack::Group(group.to_owned()), why);
    }

    fn link(&self) -> Link {
        let state = lock(&self.state);
        let since = state.down_since.map(moment_utc);
        let gateway = match (&state.gateway, since) {
            (Some(why), Some(since)) => Some(format!("reconnecting since {since}: {why}")),
            (None, Some(since)) if !state.up => Some(format!("reconnecting since {since}")),
            (Some(why), None) => Some(why.clone()),
            _ => None,
        };
        let policy = self.door().map(|door| door.reception.desk.shown().policy);
        let lacks = policy.map(|policy| self.lacks.of_operators(&policy)).unwrap_or_default();
        let all: Vec<&str> = gateway.iter().chain(lacks.values()).map(String::as_str).collect();
        Link { up: state.up, trouble: (!all.is_empty()).then(|| all.join("; ")), lacks, unread: state.unread }
    }
}
