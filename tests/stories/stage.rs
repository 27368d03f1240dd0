//! The house in which a story plays: the real desk, store, courier, local chat and reception on a folder of its own, put
//! together as `countersign::app::serve` does, on a clock that stands still until it is moved.
//!
//! Nobody sleeps here: the stage waits for states, and each commit of the desk says that it is time to look again.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::app::health::Health;
use countersign::app::serve::{Assembled, Assembly, Tasks};
use countersign::card::Card;
use countersign::chat::reception::{PolicyFile, Reception};
use countersign::chat::{CaseChannel, Chat, Chats, Delivery, Edit, Link, Post, Receipt, Roster, Undelivered, local};
use countersign::clock::Clock;
use countersign::desk::DeskHandle;
use countersign::domain::mark::Words;
use countersign::domain::{Actor, At, BotCommand, Case, CaseId, Event, LOCAL, Lane, Place, Platform, Policy};
use countersign::evidence::erasure::carry_out::Eraser;
use countersign::grammar::How;
use countersign::ledger;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::{Answer, Heard};
use countersign::ledger::record::{Record, Told};
use countersign::store::{self, Reader};
use countersign::web::{self, Guard};
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use super::script::Trouble;
use super::workspace::{self, Adapter, Workspace};

/// A stage that isn't calm after this much of the world's time never will be.
const PATIENCE: Duration = Duration::from_secs(30);
/// More wakes than this on the way are a wake that never goes away.
const WAKES_AT_MOST: usize = 3_000;

type Troubles = Arc<Mutex<HashMap<Lane, Trouble>>>;

pub struct Stage {
    folder: tempfile::TempDir,
    now: At,
    troubles: Troubles,
    /// The policy as the story has it: with the people and channels of the local room.
    plain_policy: String,
    /// The last one that can be read.
    good_policy: String,
    /// The platforms that the story is told on; none is the local room.
    pub spaces: Vec<Workspace>,
    /// Who has an account on each of them.
    both: Vec<String>,
    running: Option<Running>,
    /// All of the ledger, as far as it was read.
    pub log: Vec<Entry>,
}

struct Running {
    clock: Clock,
    desk: DeskHandle,
    reader: Reader,
    reception: Reception,
    health: Health,
    router: axum::Router,
    tasks: Tasks,
    eraser: Eraser,
    adapters: Vec<Adapter>,
    listening: Vec<JoinHandle<()>>,
}

/// One entry of the ledger.
pub struct Entry {
    pub at: At,
    pub kind: String,
    /// The case that it is about.
    pub case: Option<String>,
    pub record: Record,
    /// The whole message that begins here: what it says of further cases stands in the entries after this one.
    whole: Option<Whole>,
}

struct Whole {
    told: Told,
    /// What it says, case by case.
    parts: Vec<Card>,
}

/// How much there is of everything that a repetition could add to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    pub entries: usize,
    pub outbox: i64,
    pub messages: i64,
}

impl Stage {
    /// # Errors
    /// What the operator would be told.
    pub async fn open(policy: &Path, start: At, spaces: Vec<Workspace>, both: Vec<String>) -> Result<Stage, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let plain_policy = std::fs::read_to_string(policy).map_err(|error| format!("{}: {error}", policy.display()))?;
        let mut stage = Stage {
            folder,
            now: start,
            troubles: Troubles::default(),
            good_policy: plain_policy.clone(),
            plain_policy,
            spaces,
            both,
            running: None,
            log: Vec::new(),
        };
        stage.write_policy()?;
        stage.begin().await?;
        Ok(stage)
    }

    pub fn now(&self) -> At {
        self.now
    }

    pub fn is_up(&self) -> bool {
        self.running.is_some()
    }

    fn policy_file(&self) -> PathBuf {
        self.folder.path().join("policy.toml")
    }

    /// The file on the disk is another one.
    ///
    /// # Errors
    /// The change doesn't fit, or the disk's.
    pub fn change_policy(&mut self, change: impl FnOnce(&str) -> Result<String, String>) -> Result<(), String> {
        self.plain_policy = change(&self.plain_policy)?;
        self.write_policy()?;
        if (PolicyFile { path: Some(self.policy_file()) }).read().is_ok() {
            self.good_policy.clone_from(&self.plain_policy);
        }
        Ok(())
    }

    /// Puts the last policy back that can be read: no bot starts with another.
    ///
    /// # Errors
    /// The disk's.
    pub fn mend_policy(&mut self) -> Result<(), String> {
        self.plain_policy.clone_from(&self.good_policy);
        self.write_policy()
    }

    fn write_policy(&self) -> Result<(), String> {
        let text = workspace::translated(&self.spaces, &self.both, &self.plain_policy);
        std::fs::write(self.policy_file(), text).map_err(|error| error.to_string())
    }

    /// `#credit`, `@dev`, and where there are several platforms `slack-vendor#credit`.
    pub fn lane(&self, name: &str) -> Option<Lane> {
        let at = name.find(['#', '@'])?;
        let (platform, place) = name.split_at(at);
        let is_there = |space: &&Workspace| match platform {
            "" => place.strip_prefix('@').is_none_or(|who| space.has(who)),
            platform => space.platform().as_str() == platform,
        };
        match self.spaces.iter().find(is_there).or(self.spaces.first()) {
            Some(space) => Some(space.lane(place)),
            None => lane(place),
        }
    }

    /// A lane as a story writes it.
    pub fn place_of(&self, lane: &Lane) -> String {
        match self.space_of(&lane.platform) {
            Some(space) if self.spaces.len() > 1 => format!("{}{}", space.platform(), space.place_of(lane)),
            Some(space) => space.place_of(lane),
            None => lane.to_string().replacen("local/@", "@", 1).replacen("local/", "#", 1),
        }
    }

    /// The platform of a lane, if it isn't the local room.
    pub fn space_of(&self, platform: &Platform) -> Option<&Workspace> {
        self.spaces.iter().find(|space| space.platform() == *platform)
    }

    /// A platform's id of a lane's channel.
    ///
    /// # Errors
    /// The case's own channel isn't made.
    pub async fn conversation(&self, lane: &Lane) -> Result<String, String> {
        let space = self.space_of(&lane.platform).ok_or_else(|| format!("{lane} is on no platform here"))?;
        match &lane.place {
            Place::Direct(account) => Ok(space.direct(account)),
            Place::Channel(_) if lane.own_of().is_some() => {
                let known = self.running()?.reader.case_channel(lane).await.map_err(|error| error.to_string())?;
                known.ok_or_else(|| format!("{lane} isn't made"))
            }
            Place::Channel(id) => Ok(id.clone()),
        }
    }

    /// The policy in force.
    ///
    /// # Errors
    /// The bot is down.
    pub fn policy(&self) -> Result<Arc<Policy>, String> {
        Ok(self.running()?.desk.shown().policy.clone())
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn running(&self) -> Result<&Running, String> {
        self.running.as_ref().ok_or_else(|| "the bot is down".to_owned())
    }

    /// Starts the bot.
    ///
    /// # Errors
    /// What the operator would be told.
    pub async fn begin(&mut self) -> Result<(), String> {
        let policy_file = PolicyFile { path: Some(self.policy_file()) };
        let (policy, policy_text) = policy_file.read().map_err(|error| error.to_string())?;
        let folder = Folder::open(&self.data(), true).map_err(|error| error.to_string())?;
        self.follow_the_clock();
        let clock = Clock::manual(self.now, 0);
        let text = |error: &dyn std::error::Error| error.to_string();
        let mut assembly = Assembly::of(folder, policy, policy_text).await.map_err(|error| text(&error))?;
        (assembly.clock, assembly.policy_file) = (clock.clone(), policy_file);
        assembly.platforms.splice(0..0, self.spaces.iter().map(Workspace::platform));
        let adapters = self.spaces.iter().map(Workspace::adapter).collect::<Result<Vec<_>, _>>()?;
        let chats = |desk: &DeskHandle| {
            let room = Room { room: local::Local::new(desk.watch()), troubles: self.troubles.clone() };
            adapters.iter().fold(Chats::default().with(Arc::new(room)), |chats, adapter| chats.with(adapter.chat()))
        };
        let assembled = assembly.assemble(chats).await.map_err(|error| text(&error))?;
        let mut listening = Vec::new();
        for adapter in &adapters {
            let door = assembled.door(&adapter.chat().platform()).await.map_err(|error| text(&error))?;
            listening.push(tokio::spawn(adapter.clone().run(door)));
        }
        let (eraser, erasing) = (assembled.eraser(), tokio::spawn(assembled.eraser().run()));
        let Assembled { app, desk, courier } = assembled;
        let desk = tokio::spawn(desk.run());
        let router = web::router(app.clone(), Guard::new(([127, 0, 0, 1], 7311).into(), &[]), axum::Router::new());
        // What goes out before the platform has said who the bot is waits two seconds, which here is until the story moves the clock.
        let up = async {
            while !adapters.iter().all(Adapter::is_at_rest) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, up).await.map_err(|_| "the platform doesn't answer".to_owned())?;
        self.running = Some(Running {
            clock,
            desk: app.reception.desk.clone(),
            reader: app.reader,
            reception: app.reception,
            health: app.health,
            router,
            tasks: Tasks { desk, courier: tokio::spawn(courier.run()), eraser: erasing },
            eraser,
            adapters,
            listening,
        });
        self.calm().await.map(drop)
    }

    /// Stops the bot in good order.
    ///
    /// # Errors
    /// The last commit's.
    pub async fn stop(&mut self) -> Result<(), String> {
        self.read_log().await?;
        let Some(running) = self.running.take() else { return Err("the bot is down already".to_owned()) };
        silence(running.listening).await;
        running.desk.stop().await;
        running.tasks.courier.abort();
        running.tasks.eraser.abort();
        drop(running.tasks.courier.await);
        let ended = running.tasks.desk.await;
        running.reader.close().await;
        match ended {
            Ok(ended) => ended.map_err(|error| error.to_string()),
            Err(error) => Err(format!("the desk broke off: {error}")),
        }
    }

    /// Ends the bot as a power cut does: nothing is decided, told or signed any more.
    ///
    /// # Errors
    /// The desk had broken off before.
    pub async fn kill(&mut self) -> Result<(), String> {
        let Some(running) = self.running.take() else { return Err("the bot is down already".to_owned()) };
        silence(running.listening).await;
        running.tasks.desk.abort();
        running.tasks.courier.abort();
        running.tasks.eraser.abort();
        drop(running.tasks.courier.await);
        let ended = running.tasks.desk.await;
        running.reader.close().await;
        match ended {
            Err(error) if error.is_cancelled() => Ok(()),
            other => Err(format!("the desk had ended before: {other:?}")),
        }
    }

    /// Moves the time, through every wake on the way, each at its own moment.
    ///
    /// # Errors
    /// The time can't go there, or a wake doesn't go away.
    pub async fn advance(&mut self, to: At) -> Result<(), String> {
        if to < self.now {
            return Err("time doesn't go back here; name the day if it is another one".to_owned());
        }
        if self.running.is_some() {
            let mut wakes = 0;
            while let Some(next) = self.calm().await?.filter(|&next| next <= to) {
                wakes += 1;
                if wakes > WAKES_AT_MOST {
                    return Err(format!("{WAKES_AT_MOST} wakes, and still one at {}", next.0));
                }
                let running = self.running()?;
                running.clock.move_to(next);
                self.now = next;
                self.follow_the_clock();
            }
            self.running()?.clock.move_to(to);
            self.now = to;
            self.follow_the_clock();
            self.calm().await?;
        }
        self.now = to;
        self.follow_the_clock();
        Ok(())
    }

    fn follow_the_clock(&self) {
        self.spaces.iter().for_each(|space| space.set_time(self.now));
    }

    /// Waits until nothing is due any more and all that could be told is told. Returns when something wants to happen next.
    ///
    /// # Errors
    /// It never becomes calm.
    pub async fn calm(&mut self) -> Result<Option<At>, String> {
        let running = self.running()?;
        let mut commits = running.desk.watch();
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                commits.mark_unchanged();
                let heard = || self.spaces.iter().zip(&running.adapters).all(|(space, adapter)| space.is_calm(adapter));
                // Before the platforms have told what they have, there is nothing to be seen in the database.
                let mut pause = Duration::from_millis(2);
                if heard() {
                    let (size, now) = (running.desk.shown().size, running.clock.now());
                    // The cheapest question first: most looks end with it.
                    let all_told = running.reader.is_told(size, now).await.map_err(|error| error.to_string())?;
                    let next = match all_told {
                        true => running.next().await?,
                        false => Some(now),
                    };
                    let none_due = next.is_none_or(|next| next > now);
                    // Once nothing is to be erased, that brings up nothing any more.
                    let at_rest = none_due && running.eraser.is_at_rest().await.map_err(|error| error.to_string())?;
                    // A commit stands in the database a moment before the desk shows it.
                    let same = running.reader.size().await.map_err(|error| error.to_string())? == size;
                    // Whatever changed between the looks was a commit. What platforms still have to tell, they have told before.
                    let heard = heard();
                    if heard && at_rest && same {
                        return Ok::<Option<At>, String>(next);
                    }
                    if heard && at_rest == none_due {
                        pause = PATIENCE;
                    }
                }
                if let Ok(Err(_)) = tokio::time::timeout(pause, commits.changed()).await {
                    return Err("the desk is gone".to_owned());
                }
            }
        });
        let next = waited.await.map_err(|_| format!("the bot isn't calm after {PATIENCE:?}; at {}", self.now.0))??;
        let since = self.log.len();
        self.read_log().await?;
        self.stands_there(since).await?;
        Ok(next)
    }

    /// # Errors
    /// The bot is at fault.
    pub async fn hear(&mut self, heard: Heard) -> Result<Answer, String> {
        let answer = self.running()?.reception.hear(heard).await.map_err(|fault| fault.to_string())?;
        self.calm().await?;
        Ok(answer)
    }

    /// Several at the same time. The answers are in the order of what was heard.
    ///
    /// # Errors
    /// The bot is at fault.
    pub async fn hear_all(&mut self, heard: Vec<Heard>) -> Result<Vec<Answer>, String> {
        let reception = self.running()?.reception.clone();
        let asked = heard.into_iter().map(|heard| {
            let reception = reception.clone();
            async move { reception.hear(heard).await.map_err(|fault| fault.to_string()) }
        });
        let answers =
            futures_util::future::join_all(asked).await.into_iter().collect::<Result<Vec<Answer>, String>>()?;
        self.calm().await?;
        Ok(answers)
    }

    /// As SIGHUP does.
    ///
    /// # Errors
    /// The bot is at fault.
    pub async fn reload(&mut self) -> Result<Card, String> {
        let card = self.running()?.reception.reload(Actor::Operator, None).await.map_err(|fault| fault.to_string())?;
        self.calm().await?;
        Ok(card)
    }

    /// One look of the watchdog, which the running bot takes every few seconds.
    ///
    /// # Errors
    /// The bot is at fault.
    pub async fn watchdog_looks(&mut self) -> Result<(), String> {
        let running = self.running()?;
        let report = running.health.look().await;
        let looks = [report.watch(), BotCommand::Links { cut_off: report.cut_off() }];
        let owners = running.health.ownership().await;
        for command in looks.into_iter().chain(owners) {
            let ruled = running.desk.ask_bot(command, Actor::Engine, None).await.map_err(|fault| fault.to_string())?;
            ruled.map_err(|refusal| refusal.to_string())?;
        }
        self.calm().await.map(drop)
    }

    /// A platform says who is there.
    ///
    /// # Errors
    /// The bot's.
    pub async fn roster(&mut self, platform: &str, roster: &Roster) -> Result<(), String> {
        let reception = &self.running()?.reception;
        reception.roster(&Platform::from(platform), roster).await.map_err(|fault| fault.to_string())?;
        self.calm().await.map(drop)
    }

    /// Holds what was told since an entry against what people see on the platform.
    async fn stands_there(&self, since: usize) -> Result<(), String> {
        let mut last: HashMap<(&Lane, &str), (&Told, At)> = HashMap::new();
        for entry in &self.log[since..] {
            if let Some(told) = entry.told() {
                last.insert((&told.lane, &told.message), (told, entry.at));
            }
        }
        for ((lane, message), (told, at)) in last {
            if let Some(space) = self.space_of(&lane.platform) {
                let left =
                    self.running()?.reader.left_channel(lane, message).await.map_err(|error| error.to_string())?;
                let conversation = match left {
                    Some(left) => left,
                    None => self.conversation(lane).await?,
                };
                // What was erased since is compared with nothing.
                let Some(card) = told.card.get() else { continue };
                space.shows(&conversation, message, card, at)?;
            }
        }
        Ok(())
    }

    pub fn set_trouble(&mut self, channel: &str, trouble: Option<Trouble>) {
        if let Some(space) = self.spaces.first() {
            return space.trouble(channel, trouble);
        }
        let mut troubles = self.troubles.lock().expect("nobody panics while holding it");
        let lane = lane(&format!("#{channel}")).expect("a channel is a lane");
        match trouble {
            Some(trouble) => troubles.insert(lane, trouble),
            None => troubles.remove(&lane),
        };
    }

    /// # Errors
    /// The database's.
    pub async fn case(&self, id: &str) -> Result<Case, String> {
        let id: CaseId = id.parse().map_err(|_| format!("{id} is no case's id"))?;
        let case = self.running()?.reader.case(id).await.map_err(|error| error.to_string())?;
        case.ok_or_else(|| format!("there is no {id}"))
    }

    /// The lane of the case's card, the first or that on a platform, and the message that it is: the root of the case's thread.
    ///
    /// # Errors
    /// There is none.
    pub async fn card_of(&self, id: &str, platform: Option<&str>) -> Result<(Lane, String), String> {
        let id: CaseId = id.parse().map_err(|_| format!("{id} is no case's id"))?;
        let cards = self.running()?.reader.cards_of(&[id]).await.map_err(|error| error.to_string())?;
        let cards = cards.into_iter().filter_map(|(_, lane, message)| Some((lane, message?)));
        let mut cards = cards.filter(|(lane, _)| platform.is_none_or(|platform| lane.platform.as_str() == platform));
        cards.next().ok_or_else(|| format!("{id} has no card"))
    }

    /// What stands in a lane now: people's words and the bot's cards.
    ///
    /// # Errors
    /// The database's.
    pub async fn transcript(&self, lane: &Lane) -> Result<Vec<String>, String> {
        let messages = self
            .running()?
            .reader
            .messages(lane, store::Stretch::Before(None), 10_000)
            .await
            .map_err(|error| error.to_string())?;
        let stands = messages.iter().filter(|message| message.deleted_us.is_none());
        Ok(stands.flat_map(|message| message.bodies().map(str::to_owned)).collect())
    }

    /// Whether the room shows a channel to somebody.
    ///
    /// # Errors
    /// The room answered with something else than yes or no.
    pub async fn sees(&self, who: &str, channel: &str) -> Result<bool, String> {
        if let Some(space) = self.spaces.first() {
            let made = self.conversation(&space.lane(&format!("#{channel}"))).await;
            return Ok(made.is_ok_and(|id| space.sees(who, &id)));
        }
        use tower::ServiceExt;
        let request = axum::http::Request::get(format!("/room/api/messages?as={who}&channel={channel}"))
            .header("host", "127.0.0.1:7311")
            .body(axum::body::Body::empty())
            .map_err(|error| error.to_string())?;
        let response = self.running()?.router.clone().oneshot(request).await.map_err(|error| error.to_string())?;
        match response.status().as_u16() {
            200 => Ok(true),
            404 => Ok(false),
            other => Err(format!("the room answered {other}")),
        }
    }

    /// The outbox: lane, state, attempts, and not before when.
    ///
    /// # Errors
    /// The database's.
    pub async fn outbox(&self) -> Result<Vec<(String, String, i64, At)>, String> {
        let sql = "select lane, state, attempts, not_before_us from outbox order by entry, place";
        let mut connection = self.connection().await?;
        let rows: Vec<(String, String, i64, i64)> =
            sqlx::query_as(sql).fetch_all(&mut connection).await.map_err(|error| error.to_string())?;
        Ok(rows
            .into_iter()
            .map(|(lane, state, attempts, not_before)| (lane, state, attempts, At(not_before)))
            .collect())
    }

    /// # Errors
    /// The database's.
    pub async fn extent(&self) -> Result<Extent, String> {
        Ok(Extent {
            entries: self.log.len(),
            outbox: self.count("select count(*) from outbox").await?,
            messages: self.count("select count(*) from message").await?,
        })
    }

    async fn count(&self, sql: &'static str) -> Result<i64, String> {
        let mut connection = self.connection().await?;
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.map_err(|error| error.to_string())
    }

    /// A look past the product's own eyes.
    async fn connection(&self) -> Result<sqlx::SqliteConnection, String> {
        use sqlx::ConnectOptions;
        let file = self.data().join(Folder::DATABASE);
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).read_only(true);
        options.connect().await.map_err(|error| error.to_string())
    }

    /// Reads what the ledger has beyond what is known here.
    async fn read_log(&mut self) -> Result<(), String> {
        let reader = self.running()?.reader.clone();
        let mut entries = reader.entries(self.log.len() as u64, u64::MAX >> 1);
        while let Some(entry) = entries.next().await {
            let entry = entry.map_err(|error| error.to_string())?;
            let subjects = ledger::subjects_in(&reader, [&*entry.facts]).await.map_err(|error| error.to_string())?;
            let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects)
                .map_err(|error| format!("entry {}: {error}", entry.seq))?;
            let whole = match &record {
                Record::Told(told) if told.part > 0 => {
                    let mut begun = self.log.iter_mut().rev().filter_map(|entry| entry.whole.as_mut());
                    let is_it = |it: &&mut Whole| (&it.told.lane, &it.told.message) == (&told.lane, &told.message);
                    let whole =
                        begun.find(is_it).ok_or_else(|| format!("entry {} goes on with no message", entry.seq))?;
                    whole.parts.extend(told.card.get().cloned());
                    whole.told.card = Words::of(Card::of_parts(whole.parts.iter().cloned()).unwrap_or_default());
                    whole.told.outbox.extend(&told.outbox);
                    None
                }
                Record::Told(told) => {
                    Some(Whole { told: told.clone(), parts: told.card.get().cloned().into_iter().collect() })
                }
                _ => None,
            };
            self.log.push(Entry { at: At(entry.at_us), kind: entry.kind, case: entry.case_id, record, whole });
        }
        Ok(())
    }

    /// Stops the bot and has everything that it leaves behind checked: the whole ledger, and that every other table
    /// follows from it.
    ///
    /// # Errors
    /// What is wrong with the evidence.
    pub async fn verify(&mut self) -> Result<(), String> {
        self.stop().await?;
        let verdict = countersign::evidence::audit::verify(&self.data()).await.map_err(|error| error.to_string())?;
        if !verdict.is_good() {
            return Err(format!("the ledger doesn't verify: {verdict}"));
        }
        let rebuilt = countersign::evidence::rebuild::compare(&self.data()).await.map_err(|error| error.to_string())?;
        match rebuilt.is_good() {
            true => Ok(()),
            false => Err(rebuilt.to_string()),
        }
    }
}

impl Running {
    /// When a case or the house wants to be woken next, or something is to be told again.
    async fn next(&self) -> Result<Option<At>, String> {
        let case = self.reader.oldest_wake().await.map_err(|error| error.to_string())?;
        let told = self.reader.outbox_next(&[]).await.map_err(|error| error.to_string())?;
        let shown = self.desk.shown();
        Ok(case.into_iter().chain(told).chain(shown.bot.wake(&shown.policy)).min())
    }
}

impl Entry {
    /// The kinds of what became true in it, or of what it records.
    pub fn kinds(&self) -> Vec<&str> {
        match &self.record {
            Record::Ruled(ruled) => ruled.events.iter().map(Event::kind).collect(),
            Record::Bot(ruled) => ruled.events.iter().map(|event| event.kind()).collect(),
            Record::Heard(_)
            | Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Withheld(_)
            | Record::Erased(_) => vec![&self.kind],
        }
    }

    /// The message that was sent, whole, where it begins here.
    pub fn told(&self) -> Option<&Told> {
        self.whole.as_ref().map(|whole| &whole.told)
    }
}

/// Ends what listens to the platforms.
async fn silence(listening: Vec<JoinHandle<()>>) {
    for task in listening {
        task.abort();
        drop(task.await);
    }
}

/// `#credit`, `@dev`, in the local room.
fn lane(name: &str) -> Option<Lane> {
    let place = match name.strip_prefix('#') {
        Some(channel) => channel.to_owned(),
        None => format!("@{}", name.strip_prefix('@')?),
    };
    format!("{}/{place}", LOCAL).parse().ok()
}

/// The local room, with troubles of a story's making.
struct Room {
    room: local::Local,
    troubles: Troubles,
}

impl Room {
    fn pass(&self, lane: &Lane) -> Result<(), Undelivered> {
        match self.troubles.lock().expect("nobody panics while holding it").get(lane) {
            None => Ok(()),
            Some(Trouble::Gone) => Err(Undelivered::Never { why: format!("{lane} is gone") }),
            Some(Trouble::Unreachable) => Err(Undelivered::later(format!("{lane} can't be reached"), None)),
        }
    }
}

impl Chat for Room {
    fn platform(&self) -> Platform {
        self.room.platform()
    }

    fn is_idempotent(&self) -> bool {
        self.room.is_idempotent()
    }

    fn in_threads(&self) -> How {
        self.room.in_threads()
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        match self.pass(post.lane) {
            Ok(()) => self.room.post(post),
            Err(undelivered) => Box::pin(async { Err(undelivered) }),
        }
    }

    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String> {
        self.room.ensure_channel(wanted)
    }

    fn link(&self) -> Link {
        self.room.link()
    }

    fn replies_to_one(&self) -> bool {
        self.room.replies_to_one()
    }

    fn edit<'a>(&'a self, edit: Edit<'a>) -> Delivery<'a, ()> {
        match self.pass(edit.lane) {
            Ok(()) => self.room.edit(edit),
            Err(undelivered) => Box::pin(async { Err(undelivered) }),
        }
    }
}
