//! A whole bot in this process that speaks to a fake Discord: the real desk, store, courier, reception and adapter.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::app::config::{DISCORD_REQUESTS, DiscordConfig, Secret};
use countersign::app::serve::{Assembly, Tasks};
use countersign::chat::discord::Discord;
use countersign::chat::reception::{Door, PolicyFile};
use countersign::chat::{Chat, Chats, Newest};
use countersign::clock::Clock;
use countersign::desk::{DeskError, DeskHandle};
use countersign::domain::policy::Policy;
use countersign::domain::{Lane, Platform};
use countersign::ledger;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::What;
use countersign::ledger::record::{HeardRecord, Record};
use countersign::store::{EntryRead, Reader};
use countersign::web::App;
use futures_util::StreamExt;
use tokio::task::JoinHandle;

use crate::fakes::discord::{FakeDiscord, TOKEN};

pub struct DiscordHouse {
    pub fake: FakeDiscord,
    pub data: PathBuf,
    pub discord: Arc<Discord>,
    pub desk: DeskHandle,
    pub reader: Reader,
    tasks: Vec<JoinHandle<()>>,
    desk_task: JoinHandle<Result<(), DeskError>>,
}

pub fn config(fake: &FakeDiscord) -> DiscordConfig {
    DiscordConfig {
        token: Secret::new(TOKEN),
        api_url: Some(fake.rest_url()),
        gateway_url: Some(fake.gateway_url()),
        requests_per_second: DISCORD_REQUESTS,
    }
}

impl DiscordHouse {
    /// `newest` is what was heard of some lanes before, beside what the transcript has of them.
    pub async fn open(fake: &FakeDiscord, data: &Path, policy: &str, newest: BTreeMap<Lane, Newest>) -> DiscordHouse {
        // Two crates bring a provider each; a process has to choose. Another test of this process may have chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        // Two cores are shared by many tests.
        fake.set_answer_within(std::time::Duration::from_secs(20));
        let policy_path = data.join("policy.toml");
        std::fs::write(&policy_path, policy).expect("the policy can be written");
        let data = data.join("data");
        let folder = Folder::open(&data, true).expect("the folder opens");
        let read = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let discord = Discord::new(&config(fake)).expect("there is an HTTP client");
        let mut assembly = Assembly::of(folder, read, policy.to_owned()).await.expect("the database opens");
        // As fast as the world's, and a test can move it.
        assembly.clock = Clock::manual(Clock::system(), 1);
        assembly.policy_file = PolicyFile { path: Some(policy_path) };
        assembly.platforms.push(Platform::from("discord"));
        let chats = |_: &DeskHandle| Chats::default().with(discord.clone());
        let assembled = assembly.assemble(chats).await.expect("the desk opens");
        let door = assembled.door(&Platform::from("discord")).await.expect("the store is read");
        let newest = door.newest.iter().map(|(lane, known)| (lane.clone(), known.clone())).chain(newest).collect();
        let door = Door { newest, ..door };
        let (App { reception, reader, .. }, Tasks { desk: desk_task, courier, .. }) = assembled.run();
        let tasks = vec![tokio::spawn(discord.clone().run(door)), courier];
        DiscordHouse { fake: fake.clone(), data, discord, desk: reception.desk, reader, tasks, desk_task }
    }

    /// Until the gateway stands and the commands are registered.
    pub async fn ready(self) -> DiscordHouse {
        let discord = self.discord.clone();
        self.fake
            .wait_for("the bot to be ready", |fake| {
                // Members are asked for once the first server is known.
                let knows = !fake.calls_to("GET /guilds/{guild_id}/members/{user_id}").is_empty();
                let is_ready = discord.link().up && fake.connected() && knows && !fake.registered(None).is_empty();
                is_ready.then_some(())
            })
            .await;
        self
    }

    pub async fn records(&self) -> Vec<Record> {
        let size = self.reader.size().await.expect("the ledger has a size");
        let entries: Vec<EntryRead> =
            self.reader.entries(0, size).map(|entry| entry.expect("an entry")).collect().await;
        let facts = entries.iter().map(|entry| &*entry.facts);
        let subjects = ledger::subjects_in(&self.reader, facts).await.expect("subjects");
        let read = |entry: &EntryRead| ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects).ok();
        entries.iter().filter_map(read).collect()
    }

    pub async fn heard(&self) -> Vec<HeardRecord> {
        let records = self.records().await.into_iter();
        records
            .filter_map(|record| match record {
                Record::Heard(heard) => Some(*heard),
                _ => None,
            })
            .collect()
    }

    /// Waits until something was heard.
    pub async fn heard_that(&self, what: &str, is_it: impl Fn(&HeardRecord) -> bool) -> HeardRecord {
        let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(40);
        let mut commits = self.desk.watch();
        loop {
            commits.mark_unchanged();
            let heard = self.heard().await;
            if let Some(found) = heard.iter().find(|heard| is_it(heard)) {
                return found.clone();
            }
            if tokio::time::timeout_at(deadline, commits.changed()).await.is_err() {
                let all: Vec<String> = heard.iter().map(|it| format!("{} {:?}", it.key, it.what)).collect();
                panic!("waited in vain to hear {what}; heard: {all:#?}; link: {:?}", self.discord.link());
            }
        }
    }

    /// Waits until a message with this text was heard.
    pub async fn heard_text(&self, wanted: &str) -> HeardRecord {
        self.heard_that(wanted, |heard| matches!(&heard.what, What::Said { text, .. } if text == wanted)).await
    }

    /// The platform goes, as when the process dies; the house stays.
    pub async fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            let _aborted = task.await;
        }
        self.desk.stop().await;
        self.desk_task.await.expect("the desk ran").expect("the desk stops well");
    }
}
