//! Slack as a platform: from its events, commands and forms to what the house hears, and from cards to Block Kit.
//!
//! No rule of the product lives here. What comes in takes one way, over either road: [`socket`](self) or [`Intake`] hands a
//! payload to `take`, which queues events, a queue for each channel (so that a channel keeps its order and a slow one holds up
//! nobody), and lets asks run at once. `hear` turns events into [`Heard`](crate::chat::Heard), `asks` does commands, buttons and forms,
//! and both hand them to the reception. What goes out is drawn by `blocks` and `modal` and sent by `deliver`.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use lru::LruCache;
use serde_json::{Value as Json, json};
use tokio::sync::{Notify, Semaphore, mpsc, watch};

use crate::card::Card;
use crate::chat::{Chat, Delivery, Lane, Link, Post, Receipt, Roster, Spot, Undelivered, Venue};
use crate::config::{SlackConfig, SlackMode};
use crate::domain::{At, PersonId, Platform};
use crate::reception::Door;

mod api;
mod asks;
mod backfill;
mod blocks;
mod deliver;
mod doctor;
mod hear;
mod intake;
mod manifest;
mod modal;
mod roster;
mod socket;
mod venue;
mod words;

pub use doctor::doctor;
pub use intake::{Intake, Kind, Reply};
pub use manifest::{SCOPES, Scope, manifest};

use api::{Api, Called, Trouble};

/// Events of one channel are taken one after another; so many channels may have some that wait.
const QUEUES: usize = 1_024;
/// What a queue holds. What a full one doesn't take isn't acknowledged: Slack tells it again.
const QUEUE: usize = 256;
/// Commands, buttons and forms that run at a time.
const ASKS: usize = 256;
/// Causes that were dealt with lately: what Slack tells twice is not answered twice.
const LATELY: usize = 8_192;
const PEOPLE: usize = 4_096;
/// Messages of one channel go out one a second, and a few at once after a pause.
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
    mode: SlackMode,
    api: Api,
    door: OnceLock<Door>,
    me: watch::Sender<Option<Me>>,
    places: Mutex<Places>,
    people: Mutex<LruCache<String, hear::Known>>,
    /// Causes of what was heard and answered lately.
    lately: Mutex<LruCache<String, ()>>,
    /// How often a view was sent back with errors, so that sending it again is something new.
    sent_back: Mutex<LruCache<String, u32>>,
    /// By channel; one without events isn't there.
    queues: Mutex<HashMap<String, VecDeque<hear::Queued>>>,
    /// Channels that have a queue and nobody yet who listens to it.
    unheard: mpsc::UnboundedSender<String>,
    /// Until [`Slack::run`] takes it.
    waiting: Mutex<Option<mpsc::UnboundedReceiver<String>>>,
    asks: Arc<Semaphore>,
    pace: DefaultKeyedRateLimiter<String>,
    /// Parts of messages that stand there already, by nonce; and those of which nobody knows.
    sent: Mutex<LruCache<String, deliver::Fate>>,
    furnished: Mutex<HashMap<Lane, venue::Done>>,
    newest: Mutex<HashMap<Lane, backfill::Reached>>,
    /// The roster isn't as it was.
    people_changed: Notify,
    changes: Mutex<roster::Changes>,
    /// What came meanwhile is to be read from history.
    returned: Notify,
    away: Mutex<backfill::Away>,
    /// What is to be read from history besides.
    to_fill: Mutex<Vec<backfill::ToFill>>,
    /// What was taken in and isn't dealt with: events, and asks.
    under_way: Arc<AtomicUsize>,
    /// The roster that the house has is of before something that Slack told since.
    roster_is_old: AtomicBool,
    /// The roster that the house has, and what was asked for it.
    roster_of: Mutex<Option<(roster::Asked, Roster)>>,
    link: Mutex<Link>,
    /// A trouble that only the token's owner can end.
    token_trouble: Mutex<Option<String>>,
    /// Channels that it would post to or listen in, and isn't in.
    absent: Mutex<BTreeSet<Lane>>,
    unread: AtomicU64,
}

/// Who the bot is here.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Me {
    user: String,
    bot: String,
    team: String,
    /// `https://acme.slack.com/`
    url: String,
}

/// Which lane is which conversation.
#[derive(Default)]
struct Places {
    /// The symbolic lanes of cases' own channels.
    own: HashMap<String, Lane>,
    channel_of: HashMap<Lane, String>,
    /// Conversations of two → the person.
    direct: HashMap<String, String>,
}

impl Slack {
    /// Touches no network.
    ///
    /// # Errors
    /// [`SlackError`].
    pub fn new(config: &SlackConfig) -> Result<Arc<Slack>, SlackError> {
        let (unheard, waiting) = mpsc::unbounded_channel();
        let burst = NonZeroU32::new(BURST).unwrap_or(NonZeroU32::MIN).max(config.messages_per_second);
        Ok(Arc::new(Slack {
            platform: config.platform.clone(),
            mode: config.mode.clone(),
            api: Api::new(&config.api_url, &config.bot_token)?,
            door: OnceLock::new(),
            me: watch::Sender::new(None),
            places: Mutex::default(),
            people: lru(PEOPLE),
            lately: lru(LATELY),
            sent_back: lru(LATELY),
            queues: Mutex::default(),
            unheard,
            waiting: Mutex::new(Some(waiting)),
            asks: Arc::new(Semaphore::new(ASKS)),
            pace: RateLimiter::keyed(Quota::per_second(config.messages_per_second).allow_burst(burst)),
            sent: lru(LATELY),
            furnished: Mutex::default(),
            newest: Mutex::default(),
            people_changed: Notify::new(),
            changes: Mutex::default(),
            returned: Notify::new(),
            away: Mutex::default(),
            to_fill: Mutex::default(),
            under_way: Arc::default(),
            roster_is_old: AtomicBool::new(true),
            roster_of: Mutex::default(),
            link: Mutex::default(),
            token_trouble: Mutex::default(),
            absent: Mutex::default(),
            unread: AtomicU64::new(0),
        }))
    }

    /// Where HTTP mode hands its requests in; `None` in socket mode.
    pub fn intake(self: &Arc<Slack>) -> Option<Intake> {
        match &self.mode {
            SlackMode::Http { signing_secret } => Some(Intake::new(self.clone(), signing_secret)),
            SlackMode::Socket { .. } => None,
        }
    }

    /// Listens until it is aborted: finds out who it is, takes events in, keeps rosters, reads what was missed.
    pub async fn run(self: Arc<Slack>, door: Door) {
        {
            let mut places = lock(&self.places);
            for (lane, channel) in door.venues.iter().filter(|(lane, _)| lane.platform == self.platform) {
                places.is_own(lane, channel);
            }
        }
        self.reached_before(&door);
        if self.door.set(door).is_err() {
            tracing::error!(platform = %self.platform, "the adapter runs already");
            return;
        }
        self.find_out_who_i_am().await;
        let mut tasks = tokio::task::JoinSet::new();
        let waiting = lock(&self.waiting).take();
        if let Some(unheard) = waiting {
            tasks.spawn(self.clone().keep_listening(unheard));
        }
        tasks.spawn(self.clone().keep_rosters());
        tasks.spawn(self.clone().fill_gaps());
        match &self.mode {
            SlackMode::Socket { app_token } => {
                let app_token = app_token.clone();
                tasks.spawn(self.clone().keep_connected(app_token));
            }
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

    /// Events come in, and whatever came is dealt with and answered; what was missed is read, and who is there.
    pub fn is_at_rest(&self) -> bool {
        self.link().up
            && matches!(*lock(&self.away), backfill::Away::Here)
            && lock(&self.to_fill).is_empty()
            && self.under_way.load(Ordering::SeqCst) == 0
            && !self.roster_is_old.load(Ordering::SeqCst)
            && !self.roster_is_of_another_policy()
    }

    fn under_way(&self) -> UnderWay {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        UnderWay(self.under_way.clone())
    }

    /// Asks until Slack says who the bot is.
    async fn find_out_who_i_am(&self) {
        let mut pauses = Pauses::default();
        loop {
            match self.api.post("auth.test", &json!({})).await {
                Ok(said) => {
                    let word = |name: &str| said[name].as_str().unwrap_or_default().to_owned();
                    let me = Me { user: word("user_id"), bot: word("bot_id"), team: word("team_id"), url: word("url") };
                    tracing::info!(platform = %self.platform, user = me.user, team = me.team, "Slack knows the bot");
                    self.me.send_replace(Some(me));
                    self.mended();
                    return;
                }
                Err(trouble) => {
                    let pause = pauses.next(&trouble);
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

    /// The account that a person can be mentioned by: one of the policy's that isn't gone.
    fn account_of(&self, person: &PersonId) -> Option<String> {
        let shown = self.door()?.reception.desk.shown();
        if shown.bot.is_gone(person, &self.platform) {
            return None;
        }
        shown.policy.people.get(person)?.accounts.get(&self.platform).cloned()
    }

    fn draw(&self, card: &Card) -> blocks::Drawn {
        blocks::draw(card, &|person| self.account_of(person))
    }

    /// Slack may not be asked like this for now; the operator hears of it.
    fn troubled(&self, trouble: &Trouble, what: &str) {
        let mut said = lock(&self.token_trouble);
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

    /// A call of the bot's, which says how the token is.
    async fn call(&self, method: &str, body: &Json) -> Called<Json> {
        let called = self.api.post(method, body).await;
        match &called {
            Ok(_) => self.mended(),
            Err(trouble) if trouble.is_about_the_token() => self.troubled(trouble, "a call was refused"),
            Err(_) => {}
        }
        called
    }

    fn is_in(&self, lane: &Lane, here: bool) {
        let mut absent = lock(&self.absent);
        let changed = if here { absent.remove(lane) } else { absent.insert(lane.clone()) };
        if changed && !here {
            tracing::error!(platform = %self.platform, %lane, "the bot isn't in a channel that it should be in");
        }
    }

    fn unread(&self, kind: &str) {
        self.unread.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(platform = %self.platform, kind, "something from Slack can't be read");
    }

    /// Whether it wasn't dealt with before.
    fn is_new(&self, cause: &str) -> bool {
        lock(&self.lately).put(cause.to_owned(), ()).is_none()
    }

    /// The lane of a conversation, if it can be told without asking.
    fn lane_of(&self, channel: &str) -> Lane {
        let places = lock(&self.places);
        if let Some(lane) = places.own.get(channel) {
            return lane.clone();
        }
        let place = match places.direct.get(channel) {
            Some(person) => Spot::Direct(person.clone()),
            None => Spot::Channel(channel.to_owned()),
        };
        Lane { platform: self.platform.clone(), place }
    }

    /// Where an ask came from. Whatever is said in a conversation of two is between the bot and that person.
    fn lane_of_ask(&self, channel: &str, person: &str) -> Lane {
        if channel.is_empty() || channel.starts_with('D') {
            return Lane::direct(&self.platform, person);
        }
        self.lane_of(channel)
    }
}

impl Places {
    fn is_own(&mut self, lane: &Lane, channel: &str) {
        self.own.insert(channel.to_owned(), lane.clone());
        self.channel_of.insert(lane.clone(), channel.to_owned());
    }
    fn is_direct(&mut self, lane: &Lane, channel: &str, person: &str) {
        self.direct.insert(channel.to_owned(), person.to_owned());
        self.channel_of.insert(lane.clone(), channel.to_owned());
    }
}

impl Chat for Slack {
    fn platform(&self) -> Platform {
        self.platform.clone()
    }

    /// Slack has no idempotency key for sends; a send whose outcome is unknown is looked up by its metadata.
    fn recognises_repetition(&self) -> bool {
        false
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        Box::pin(self.deliver(post))
    }

    fn edit<'a>(&'a self, lane: &'a Lane, message: &'a str, card: &'a Card) -> Delivery<'a, ()> {
        Box::pin(self.change(lane, message, card))
    }

    fn furnish<'a>(&'a self, venue: &'a Venue) -> Delivery<'a, String> {
        Box::pin(self.make_venue(venue))
    }

    fn link(&self) -> Link {
        let link = lock(&self.link).clone();
        let absent = || {
            let lane = lock(&self.absent).first()?.clone();
            Some(format!("the bot isn't in {lane}: invite it there"))
        };
        let token = lock(&self.token_trouble).clone();
        // Events may still come in on a token that nobody may speak with.
        let up = link.up && token.is_none() && self.me().is_some();
        let trouble = token.or(link.trouble).or_else(absent);
        Link { up, trouble, unread: self.unread.load(Ordering::Relaxed) }
    }
}

/// Something that was taken in, until it is dealt with.
struct UnderWay(Arc<AtomicUsize>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Why a message isn't there, for the courier.
fn later(why: impl std::fmt::Display, after: Option<Duration>) -> Undelivered {
    let after = after.map(|it| crate::domain::Span::seconds(i64::try_from(it.as_secs() + 1).unwrap_or(60)));
    Undelivered::Later { why: why.to_string(), after }
}

fn never(why: impl std::fmt::Display) -> Undelivered {
    Undelivered::Never { why: why.to_string() }
}

/// Growing pauses with jitter.
#[derive(Default)]
struct Pauses {
    tries: u32,
}

impl Pauses {
    fn next(&mut self, trouble: &Trouble) -> Duration {
        self.tries = (self.tries + 1).min(7);
        let grown = Duration::from_millis(250) * 2_u32.pow(self.tries);
        match trouble {
            Trouble::Limited { after: Some(after) } => *after + jitter(),
            _ => grown.min(Duration::from_secs(30)) + jitter(),
        }
    }
    fn reset(&mut self) {
        self.tries = 0;
    }
}

/// Up to a quarter of a second, so that not everybody comes back at once.
fn jitter() -> Duration {
    let mut byte = [0; 1];
    let _even_without = getrandom::fill(&mut byte);
    Duration::from_millis(u64::from(byte[0]))
}

/// Nobody leaves these half written.
fn lock<T: ?Sized>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn a_full_queue_takes_nothing_and_another_channels_goes_on() {
        let _again = rustls::crypto::ring::default_provider().install_default();
        let slack = Slack::new(&SlackConfig {
            platform: Platform::from("slack"),
            mode: SlackMode::Socket { app_token: crate::config::Secret::new("xapp-1") },
            bot_token: crate::config::Secret::new("xoxb-1"),
            api_url: "http://127.0.0.1:1/api".to_owned(),
            listen: None,
            messages_per_second: NonZeroU32::MIN,
        })
        .expect("an adapter");
        let event = |channel: &str| json!({ "event": { "type": "message", "channel": channel } });
        let yes = |taken| matches!(taken, asks::Taken::Says(..));
        assert!((0..QUEUE).all(|_| yes(slack.take_event(event("C1")))));
        assert!(matches!(slack.take_event(event("C1")), asks::Taken::NoRoom), "Slack is to tell it again");
        assert!(yes(slack.take_event(event("C2"))));
        assert!((3..=QUEUES).all(|at| yes(slack.take_event(event(&format!("C{at}"))))));
        assert!(matches!(slack.take_event(event("C0")), asks::Taken::NoRoom), "so many channels at a time");
        assert!(matches!(slack.take_command(json!({})), asks::Taken::NoRoom), "nobody could answer it yet");
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
