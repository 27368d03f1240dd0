//! Slack as a platform: from its events, commands and forms to what the bot hears, and from cards to Block Kit.
//!
//! No rule of the product lives here. What comes in comes over [`socket`](self) or [`Intake`], and takes one way:
//! `acknowledge` says what Slack is told at once. Events wait in `queue`, a queue for each channel, and `hear` turns
//! them into [`Heard`](crate::ledger::heard::Heard). Commands and buttons (`asks`), menus (`menu`) and forms (`submission`) run
//! at once. All of them hand in at the reception, and `answer` says what comes back to one person. What everybody sees
//! is drawn by `blocks` and `modal` and sent by `deliver`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use lru::LruCache;
use serde_json::{Value as Json, json};
use tokio::sync::{Notify, Semaphore, watch};

use crate::app::config::{SlackConfig, SlackMode};
use crate::card::Card;
use crate::chat::lacks::Lacks;
use crate::chat::lock::lock;
use crate::chat::quota::Accounts;
use crate::chat::reached::Reached;
use crate::chat::reception::Door;
use crate::chat::retry::Pauses;
use crate::chat::under_way::UnderWay;
use crate::chat::{CaseChannel, Chat, Delivery, Edit, GroupChange, Link, Post, Receipt, Roster, RosterWatch, Taken};
use crate::domain::{At, Lack, Lane, PersonId, Platform};
use crate::grammar::How;

mod acknowledge;
mod answer;
mod api;
mod asks;
mod backfill;
mod blocks;
mod case_channel;
mod deliver;
mod doctor;
mod files;
mod form;
mod groups;
mod hear;
mod home;
mod intake;
mod listing;
mod manifest;
mod membership;
mod menu;
mod modal;
mod people;
mod places;
mod queue;
mod roster;
mod rotation;
mod socket;
mod submission;
mod words;

pub use doctor::doctor;
pub use intake::{Intake, Kind, Reply, is_ssl_check};
pub use listing::listing;
pub use manifest::{SCOPES, Scope, manifest};

use api::{Api, Called, Trouble};

/// How a command is given in a thread: there Slack takes no slash command.
const IN_THREADS: How = How::Said;
/// How many commands, buttons and forms are handed in at a time.
const TURNS: usize = 256;
/// How many of the newest are remembered, of what Slack told and of what it was sent, so that a repetition is known for one.
const DEDUP_WINDOW: usize = 8_192;
/// How many people's profiles are remembered.
const PEOPLE: usize = 4_096;
/// The pauses between tries, where Slack doesn't say how long to wait.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(500), Duration::from_secs(30));
/// How many messages of one channel go out at once after a pause; then it is one a second.
const BURST: u32 = 3;

/// Why the adapter can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SlackError {
    #[error("the system's certificates can't be read: {0}")]
    Roots(std::io::Error),
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
}

/// One workspace, spoken to by an app of its own.
pub struct Slack {
    platform: Platform,
    /// As the operator gave them; secrets among them may be others meanwhile.
    settings: Mutex<SlackConfig>,
    /// Slack says that the bot's token has run out.
    token_refused: Notify,
    /// The settings have another secret.
    settings_changed: Notify,
    api: Api,
    door: OnceLock<Door>,
    me: watch::Sender<Option<Me>>,
    places: Mutex<places::Places>,
    people: Mutex<LruCache<String, people::Profile>>,
    /// Causes of what was heard and answered.
    seen: Mutex<LruCache<String, ()>>,
    /// How often a view was sent back with errors: what a person sends after that is another submission.
    sent_back: Mutex<LruCache<String, u32>>,
    queues: queue::Queues,
    accounts: Accounts,
    /// The commands, buttons and forms that are handed in at a time.
    turns: Arc<Semaphore>,
    /// By channel, for what everybody sees, and by account, for what is told to one person: the two don't wait for each other.
    pace: DefaultKeyedRateLimiter<String>,
    /// Parts of messages that were sent, by nonce.
    sent: Mutex<LruCache<String, deliver::Fate>>,
    /// What messages that were too long go on in, by channel and timestamp.
    parts: Mutex<LruCache<String, Vec<deliver::Part>>>,
    case_channels: Mutex<HashMap<Lane, case_channel::ChannelState>>,
    /// How far each lane was heard, by Slack's clock.
    reached: Reached,
    /// What came while nobody listened is to be read from history.
    returned: Notify,
    away: Mutex<backfill::Away>,
    /// What is to be read from history besides.
    to_fill: Mutex<Vec<backfill::ToFill>>,
    /// Events and asks that were taken in and aren't dealt with yet.
    under_way: UnderWay,
    /// Held while it is recorded that what was missed is read from now on, or is read.
    filling: tokio::sync::Mutex<()>,
    roster_watch: RosterWatch,
    /// What Slack told of people and groups since the roster was read.
    changes: Mutex<roster::Changes>,
    /// The roster that the desk has.
    roster: Mutex<Option<Roster>>,
    link: Mutex<Link>,
    /// What is wrong with the token, for the operator.
    token_trouble: Mutex<Option<String>>,
    /// What works only in part, and why.
    lacks: Lacks,
    /// Where files were shared, since Slack tells a deletion by the file alone.
    shared: Mutex<LruCache<String, files::Shared>>,
    /// Channels of the policy that the bot isn't in, since when.
    absent: Mutex<BTreeMap<Lane, At>>,
    /// Channels of the policy that go on under another id.
    moved: Mutex<BTreeSet<Lane>>,
    unread: AtomicU64,
}

/// Who the bot is here.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Me {
    user: String,
    bot: String,
    team: String,
    /// The app's own id; empty where Slack doesn't say it.
    app: String,
    /// `https://acme.slack.com/`
    url: String,
}

impl Slack {
    /// Touches no network.
    ///
    /// # Errors
    /// [`SlackError`].
    pub fn new(config: &SlackConfig) -> Result<Arc<Slack>, SlackError> {
        let api = Api::new(&config.api_url, &config.bot_token)?;
        rotation::begin(config, &api);
        let burst = NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN).max(config.messages_per_second);
        Ok(Arc::new(Slack {
            platform: config.platform.clone(),
            settings: Mutex::new(config.clone()),
            token_refused: Notify::new(),
            settings_changed: Notify::new(),
            api,
            door: OnceLock::new(),
            me: watch::Sender::new(None),
            places: Mutex::default(),
            people: lru(PEOPLE),
            seen: lru(DEDUP_WINDOW),
            sent_back: lru(DEDUP_WINDOW),
            queues: queue::Queues::new(),
            accounts: Accounts::default(),
            turns: Arc::new(Semaphore::new(TURNS)),
            pace: RateLimiter::keyed(Quota::per_second(config.messages_per_second).allow_burst(burst)),
            sent: lru(DEDUP_WINDOW),
            parts: lru(DEDUP_WINDOW),
            case_channels: Mutex::default(),
            reached: Reached::default(),
            returned: Notify::new(),
            away: Mutex::default(),
            to_fill: Mutex::default(),
            under_way: UnderWay::default(),
            filling: tokio::sync::Mutex::default(),
            roster_watch: RosterWatch::new(config.platform.clone()),
            changes: Mutex::default(),
            roster: Mutex::default(),
            link: Mutex::default(),
            token_trouble: Mutex::default(),
            lacks: Lacks::on(config.platform.clone()),
            shared: lru(DEDUP_WINDOW),
            absent: Mutex::default(),
            moved: Mutex::default(),
            unread: AtomicU64::new(0),
        }))
    }

    /// Where HTTP mode hands its requests in; `None` in socket mode.
    pub fn intake(self: &Arc<Slack>) -> Option<Intake> {
        match self.mode() {
            SlackMode::Http { .. } => Some(Intake::new(self.clone())),
            SlackMode::Socket { .. } => None,
        }
    }

    fn mode(&self) -> SlackMode {
        lock(&self.settings).mode.clone()
    }

    /// Goes on with the secrets of these settings. Returns what was taken, and what only a start takes.
    pub fn take_settings(&self, new: &SlackConfig) -> Taken {
        let mut settings = lock(&self.settings);
        let mut taken = Taken::default();
        match (&settings.mode, &new.mode) {
            (SlackMode::Socket { app_token: old }, SlackMode::Socket { app_token }) if old != app_token => {
                taken.now.push("the app-level token");
            }
            (SlackMode::Http { signing_secret: old }, SlackMode::Http { signing_secret }) if old != signing_secret => {
                taken.now.push("the signing secret");
            }
            (SlackMode::Socket { .. }, SlackMode::Socket { .. }) | (SlackMode::Http { .. }, SlackMode::Http { .. }) => {
            }
            (SlackMode::Socket { .. }, SlackMode::Http { .. }) | (SlackMode::Http { .. }, SlackMode::Socket { .. }) => {
                taken.at_a_start.push("mode");
            }
        }
        if settings.rotation.is_some() != new.rotation.is_some() {
            taken.at_a_start.push("token rotation");
        }
        taken.at_a_start.extend((settings.api_url != new.api_url).then_some("api_url"));
        taken.at_a_start.extend((settings.listen != new.listen).then_some("listen"));
        if !taken.at_a_start.is_empty() {
            // Half of them may fit nothing that stands.
            taken.now.clear();
            return taken;
        }
        taken.now.extend((settings.rotation != new.rotation).then_some("what renews the bot token"));
        if settings.bot_token != new.bot_token {
            taken.now.push("the bot token");
            if new.rotation.is_none() {
                self.api.take_token(&new.bot_token);
            }
        }
        if !taken.now.is_empty() {
            let renews_otherwise = settings.rotation != new.rotation;
            *settings = new.clone();
            if renews_otherwise {
                self.settings_changed.notify_one();
                self.token_refused.notify_one();
            }
        }
        taken
    }

    /// Listens until it is aborted: finds out who it is, takes events in, keeps rosters, reads what was missed.
    pub async fn run(self: Arc<Slack>, mut door: Door) {
        {
            let mut places = lock(&self.places);
            for (lane, channel) in door.case_channels.iter().filter(|(lane, _)| lane.platform == self.platform) {
                places.is_own(lane, channel);
            }
        }
        self.reached_before(&mut door);
        self.fill_begins(&door, backfill::Missing::SinceKnown).await;
        if self.door.set(door).is_err() {
            tracing::error!(platform = %self.platform, "the adapter runs already");
            return;
        }
        let mut tasks = tokio::task::JoinSet::new();
        // Nobody can be asked anything without a token.
        tasks.spawn(self.clone().keep_token());
        self.find_out_who_i_am().await;
        tasks.spawn(self.clone().empty_queues());
        tasks.spawn(self.clone().keep_rosters());
        tasks.spawn(self.clone().fill_gaps());
        tasks.spawn(self.clone().keep_memberships());
        match self.mode() {
            SlackMode::Socket { .. } => drop(tasks.spawn(self.clone().keep_connected())),
            SlackMode::Http { .. } => {
                lock(&self.link).up = true;
                self.returned.notify_one();
            }
        }
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(platform = %self.platform, %error, "a part of the adapter broke off");
            }
        }
    }

    /// Whether events come in, all that came is dealt with, history is read, and the roster is up to date.
    pub fn is_at_rest(&self) -> bool {
        self.link().up
            && matches!(*lock(&self.away), backfill::Away::Here)
            && lock(&self.to_fill).is_empty()
            && self.under_way.is_idle()
            && !self.roster_watch.is_old()
            && self.door().is_none_or(|door| self.roster_watch.fits(&door.reception.desk.shown().policy))
    }

    /// Asks until Slack says who the bot is.
    async fn find_out_who_i_am(&self) {
        let mut pauses = PAUSES;
        loop {
            match self.api.post("auth.test", &json!({})).await {
                Ok(said) => {
                    let word = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
                    let me = Me {
                        user: word("user_id"),
                        bot: word("bot_id"),
                        team: word("team_id"),
                        app: word("app_id"),
                        url: word("url"),
                    };
                    tracing::info!(platform = %self.platform, user = me.user, team = me.team, "Slack knows the bot");
                    self.me.send_replace(Some(me));
                    self.mended();
                    return;
                }
                Err(trouble) => {
                    let pause = pauses.grow_or(trouble.asks_to_wait());
                    self.troubled(&trouble, "it can't be asked who the bot is");
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    fn me(&self) -> Option<Me> {
        self.me.borrow().clone()
    }

    /// `None` before [`Slack::run`].
    fn door(&self) -> Option<&Door> {
        self.door.get()
    }

    fn now(&self) -> At {
        self.door().map_or(At(0), |door| door.reception.desk.clock.now())
    }

    /// The account that a person can be mentioned by. `None`: the policy names none, or it is gone.
    fn account_of(&self, person: &PersonId) -> Option<String> {
        let shown = self.door()?.reception.desk.shown();
        if shown.bot.is_gone(person, &self.platform) {
            return None;
        }
        shown.policy.people.get(person)?.accounts.get(&self.platform).cloned()
    }

    /// A card for whoever reads it `here`, if that is a channel or a conversation.
    async fn draw(&self, card: &Card, here: Option<&Lane>) -> blocks::Drawn {
        blocks::draw(card, &self.map_of(std::slice::from_ref(card), here).await)
    }

    /// A call failed in a way that the operator has to know of.
    fn troubled(&self, trouble: &Trouble, what: &str) {
        let mut said = lock(&self.token_trouble);
        if trouble.is(&["token_expired"]) {
            self.token_refused.notify_one();
        }
        let words = match trouble {
            Trouble::Said(word) if trouble.is_about_the_token() => {
                format!("Slack refuses the token ({word}): install the app again and give me the new one")
            }
            trouble => format!("{what}: {trouble}"),
        };
        if said.as_ref() != Some(&words) {
            tracing::error!(platform = %self.platform, %trouble, "{what}");
        }
        *said = Some(words);
    }

    fn mended(&self) {
        if lock(&self.token_trouble).take().is_some() {
            tracing::info!(platform = %self.platform, "Slack answers again");
        }
    }

    /// A call with the bot's token. Its outcome shows whether the token still counts.
    async fn call(&self, method: &str, body: &Json) -> Called<Json> {
        let called = self.api.post(method, body).await;
        match &called {
            Ok(_) => self.mended(),
            Err(trouble) if trouble.is_about_the_token() => self.troubled(trouble, "a call was refused"),
            Err(_) => {}
        }
        called
    }

    /// Remembers why the bot can't speak in a channel, or that it can again.
    fn lacks(&self, lane: &Lane, why: Option<String>) {
        let what = Lack::Channel(lane.clone());
        match why {
            Some(why) => self.lacks.set(what, why),
            None => self.lacks.clear(&what),
        }
    }

    fn unread(&self, kind: &str) {
        self.unread.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(platform = %self.platform, kind, "something from Slack can't be read");
    }

    /// Whether a cause comes for the first time.
    fn is_new(&self, cause: &str) -> bool {
        lock(&self.seen).put(cause.to_owned(), ()).is_none()
    }
}

impl Chat for Slack {
    fn platform(&self) -> Platform {
        self.platform.clone()
    }

    /// Slack has no idempotency key for sends; a send whose outcome is unknown is looked up by its metadata.
    fn is_idempotent(&self) -> bool {
        false
    }

    fn in_threads(&self) -> How {
        IN_THREADS
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        Box::pin(self.deliver(post))
    }

    fn edit<'a>(&'a self, edit: Edit<'a>) -> Delivery<'a, ()> {
        Box::pin(self.change(edit))
    }

    /// In a thread that is shown in the conversation as well.
    fn replies_to_one(&self) -> bool {
        true
    }

    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String> {
        Box::pin(self.ensure_case_channel(wanted))
    }

    fn fill_group<'a>(&'a self, group: &'a str, accounts: &'a BTreeSet<String>) -> Delivery<'a, GroupChange> {
        Box::pin(self.fill_user_group(group, accounts))
    }

    fn group_lacks(&self, group: &str, why: Option<String>) {
        let what = Lack::Group(group.to_owned());
        match why {
            Some(why) => self.lacks.set(what, why),
            None => self.lacks.clear(&what),
        }
    }

    fn link(&self) -> Link {
        let link = lock(&self.link).clone();
        let policy = self.door().map(|door| door.reception.desk.shown().policy);
        let lacks = policy.map(|policy| self.lacks.of_operators(&policy)).unwrap_or_default();
        let token = lock(&self.token_trouble).clone();
        // Events may still come in although the bot's token is refused.
        let up = link.up && token.is_none() && self.me().is_some();
        let trouble = token.or(link.trouble).or_else(|| lacks.values().next().cloned());
        Link { up, trouble, lacks, unread: self.unread.load(Ordering::Relaxed) }
    }
}

fn lru<K: std::hash::Hash + Eq, V>(size: usize) -> Mutex<LruCache<K, V>> {
    Mutex::new(LruCache::new(NonZeroUsize::new(size).unwrap_or(NonZeroUsize::MIN)))
}

/// A moment as Slack writes it, `1610241741.000200`: to the microsecond.
fn moment(ts: &str) -> Option<At> {
    let (seconds, rest) = ts.split_once('.').unwrap_or((ts, "0"));
    let micros: i64 = format!("{rest:0<6}").get(..6)?.parse().ok()?;
    Some(At(seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)?))
}

/// The other way round.
fn timestamp(at: At) -> String {
    format!("{}.{:06}", at.0.div_euclid(1_000_000), at.0.rem_euclid(1_000_000))
}

/// A field as text; empty where there is none.
fn word<'a>(json: &'a Json, name: &str) -> &'a str {
    json[name].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An adapter that reaches nobody.
    fn adapter() -> Arc<Slack> {
        let _again = rustls::crypto::ring::default_provider().install_default();
        Slack::new(&SlackConfig {
            platform: Platform::from("slack"),
            mode: SlackMode::Socket { app_token: crate::app::config::Secret::new("xapp-1") },
            bot_token: crate::app::config::Secret::new("xoxb-1"),
            rotation: None,
            api_url: "http://127.0.0.1:1/api".to_owned(),
            listen: None,
            messages_per_second: NonZeroU32::MIN,
        })
        .expect("an adapter")
    }

    #[test]
    fn what_names_another_workspace_or_app_is_acknowledged_and_left() {
        use acknowledge::Taken;
        let slack = adapter();
        let [user, bot, team, app] = ["U0", "B0", "T1", "A1"].map(str::to_owned);
        slack.me.send_replace(Some(Me { user, bot, team, app, url: String::new() }));
        let others = [
            json!({ "team_id": "T2" }),
            json!({ "team_id": "T1", "api_app_id": "A2" }),
            json!({ "team": { "id": "T2" }, "api_app_id": "A1" }),
            json!({ "team_id": "T2", "authorizations": [{ "team_id": "T3" }] }),
        ];
        let own = [
            json!({ "team_id": "T1", "api_app_id": "A1" }),
            json!({ "team": { "id": "T1" } }),
            // Of a channel that two companies share.
            json!({ "team_id": "T2", "context_team_id": "T2", "authorizations": [{ "team_id": "T1" }] }),
            json!({ "team": { "id": "T2" }, "view": { "app_installed_team_id": "T1" } }),
        ];
        let takes = |payload: &Json| {
            let mut event = payload.clone();
            event["event"] = json!({ "type": "message", "channel": "C1" });
            [slack.take_event(event), slack.take_command(payload.clone()), slack.take_interaction(payload.clone())]
        };
        for payload in others {
            assert!(takes(&payload).iter().all(|taken| matches!(taken, Taken::Yes)), "{payload}");
        }
        assert_eq!(slack.unread.load(Ordering::Relaxed), 12, "and counted");
        for payload in own {
            // Nobody could answer the command yet.
            let [event, command, _] = takes(&payload);
            assert!(matches!((event, command), (Taken::Says(..), Taken::NoRoom)), "{payload}");
        }
    }

    #[test]
    fn a_full_queue_takes_nothing_and_another_channels_goes_on() {
        let slack = adapter();
        let event = |channel: &str| json!({ "event": { "type": "message", "channel": channel } });
        let yes = |taken| matches!(taken, acknowledge::Taken::Says(..));
        assert!((0..queue::EVENTS).all(|_| yes(slack.take_event(event("C1")))));
        assert!(matches!(slack.take_event(event("C1")), acknowledge::Taken::NoRoom), "Slack is to tell it again");
        assert!(yes(slack.take_event(event("C2"))));
        assert!((3..=queue::CHANNELS).all(|at| yes(slack.take_event(event(&format!("C{at}"))))));
        assert!(
            matches!(slack.take_event(event("C0")), acknowledge::Taken::NoRoom),
            "more channels than can wait at a time"
        );
        assert!(matches!(slack.take_command(json!({})), acknowledge::Taken::NoRoom), "nobody could answer it yet");
        assert!(slack.intake().is_none());
    }

    #[test]
    fn moments_are_read_to_the_microsecond() {
        assert_eq!(moment("1610241741.000200"), Some(At(1_610_241_741_000_200)));
        assert_eq!(moment("1610241741"), Some(At(1_610_241_741_000_000)));
        assert_eq!(timestamp(At(1_610_241_741_000_200)), "1610241741.000200");
        for wrong in ["", "x", "1.x", "99999999999999999999.0"] {
            assert_eq!(moment(wrong), None, "{wrong:?}");
        }
    }
}
