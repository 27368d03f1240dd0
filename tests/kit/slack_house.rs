//! A house that speaks to a fake Slack: the real desk, store, courier, reception and adapter, on a folder that outlives it;
//! and a workspace with a few people in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::app::config::{Secret, SlackConfig, SlackMode};
use countersign::app::serve::{Assembly, Tasks};
use countersign::chat::reception::PolicyFile;
use countersign::chat::slack::Slack;
use countersign::chat::{Chat, Chats, local};
use countersign::desk::{DeskError, DeskHandle};
use countersign::domain::Platform;
use countersign::domain::policy::Policy;
use countersign::ledger::folder::Folder;
use countersign::ledger::record::HeardRecord;
use countersign::store::{MessageRead, Reader, Stretch};
use countersign::web::App;
use sqlx::Connection as _;
use tokio::task::JoinHandle;

use crate::fakes::slack::{
    APP_TOKEN, BOT_TOKEN, BOT_USER, FakeSlack, Message, OpenView, SIGNING_SECRET, Shown, Sort, User,
};
use crate::kit::bot::until;
use crate::kit::written::Written;

pub struct SlackHouse {
    pub desk: DeskHandle,
    pub reader: Reader,
    pub slack: Arc<Slack>,
    tasks: Vec<JoinHandle<()>>,
    desk_task: JoinHandle<Result<(), DeskError>>,
}

pub fn config(fake: &FakeSlack, mode: SlackMode) -> SlackConfig {
    SlackConfig {
        platform: Platform::from("slack"),
        mode,
        bot_token: Secret::new(BOT_TOKEN),
        rotation: None,
        api_url: fake.api_url(),
        listen: None,
        messages_per_second: std::num::NonZeroU32::MIN,
    }
}

pub fn socket() -> SlackMode {
    SlackMode::Socket { app_token: Secret::new(APP_TOKEN) }
}

pub fn http() -> SlackMode {
    SlackMode::Http { signing_secret: Secret::new(SIGNING_SECRET) }
}

impl SlackHouse {
    /// Opens and waits until events come in.
    pub async fn open(fake: &FakeSlack, folder: &Path, policy: &str) -> SlackHouse {
        let house = SlackHouse::start(fake, folder, policy, socket()).await;
        house.up().await;
        house
    }

    pub async fn start(fake: &FakeSlack, folder: &Path, policy: &str, mode: SlackMode) -> SlackHouse {
        SlackHouse::start_as(&config(fake, mode), folder, policy).await
    }

    pub async fn start_as(config: &SlackConfig, folder: &Path, policy: &str) -> SlackHouse {
        let policy_path: PathBuf = folder.join("policy.toml");
        std::fs::write(&policy_path, policy).expect("the policy is written");
        let data = folder.join("data");
        let opened = Folder::open(&data, true).expect("the folder opens");
        let read = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let slack = Slack::new(config).expect("the adapter");
        let mut assembly = Assembly::of(opened, read, policy.to_owned()).await.expect("the database opens");
        assembly.policy_file = PolicyFile { path: Some(policy_path) };
        assembly.platforms.push(Platform::from("slack"));
        let chats =
            |desk: &DeskHandle| Chats::default().with(Arc::new(local::Local::new(desk.watch()))).with(slack.clone());
        let assembled = assembly.assemble(chats).await.expect("the desk opens");
        let door = assembled.door(&Platform::from("slack")).await.expect("the store is read");
        let (App { reception, reader, .. }, Tasks { desk, courier, .. }) = assembled.run();
        let tasks = vec![courier, tokio::spawn(slack.clone().run(door))];
        SlackHouse { desk: reception.desk, reader, slack, tasks, desk_task: desk }
    }

    pub async fn up(&self) {
        until("events come in from Slack", || async { self.slack.link().up }).await;
    }

    /// Ends in good order, but for the adapter, which is cut off.
    pub async fn stop(self) {
        for task in self.tasks {
            task.abort();
            let _aborted = task.await;
        }
        self.desk.stop().await;
        self.desk_task.await.expect("the desk ran").expect("the desk stopped well");
        drop(self.slack);
        self.reader.close().await;
    }

    pub async fn written(&self) -> Written {
        Written::of(&self.reader).await
    }

    /// The transcript of a lane, once it is so.
    pub async fn transcript(&self, lane: &str, what: &str, so: impl Fn(&[MessageRead]) -> bool) -> Vec<MessageRead> {
        let begun = Instant::now();
        loop {
            let rows = self
                .reader
                .messages(&lane.parse().expect("a lane"), Stretch::Before(None), 1_000)
                .await
                .expect("a transcript");
            if so(&rows) {
                return rows;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "it never came: {what}\n{rows:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub const POLICY: &str = r#"
[policy]
name = "Slack bank"
operators_channel = "slack:C0OPS"
batch_within = "0m"
ladder = "plain"
refuse = ["guests"]

[parties.bank]
name = "Bank"

[people.maya]
name = "Maya"
party = "bank"
zone = "Europe/Berlin"
slack = "U0MAYA"

[people.dev]
name = "Dev"
party = "bank"
zone = "UTC"
slack = "U0DEV"

[people.gwen]
name = "Gwen"
party = "bank"
zone = "UTC"
slack = "U0GUEST"

[roles.triage]
name = "Triage"
party = "bank"
members = ["dev"]

[roles.risk]
name = "Model risk"
party = "bank"
members = ["dev"]

[roles.seniors]
name = "Seniors"
party = "bank"
members = ["maya"]
groups = ["slack:S0SENIORS"]

[ladders.plain]
nudge_at_percent = [50]

[severities.sev1]
about = "Everything"

[severities.sev2]
about = "Some of it"

[workflows.credit]
name = "Credit scoring"
stage = "production"
channel = "slack:C0CREDIT"
approval_path = "change"

[workflows.claims]
name = "Claims"
stage = "pilot"
channel = "slack:C0CLAIMS"
approval_path = "change"

[[targets]]
duty = "acknowledge"
holder = "triage"
within = "2h"
urgent = true

[paths.change]
name = "Change"
stages = [{ role = "risk", within = "2h" }]
"#;

pub async fn workspace() -> FakeSlack {
    let fake = FakeSlack::start().await;
    fake.add_user(User::new("U0MAYA", "maya.b", "Maya Brandt", "Europe/Berlin"));
    fake.add_user(User::new("U0DEV", "dev", "Dev Rao", "UTC"));
    fake.add_user(User::new("U0GUEST", "gwen", "Gwen Guest", "UTC").guest(false));
    fake.add_user(User::new("U0EVE", "eve", "<!channel> *Eve*", "UTC"));
    fake.add_user(User::new("U0OTHERBOT", "otherbot", "Other bot", "UTC").bot());
    let all = ["U0MAYA", "U0DEV", "U0GUEST", "U0EVE", "U0OTHERBOT", BOT_USER];
    for (id, name) in [("C0CREDIT", "credit-ai"), ("C0CLAIMS", "claims-ai"), ("C0OPS", "ops"), ("C0LOUNGE", "lounge")] {
        fake.add_channel(id, name, Sort::Public, &all);
    }
    fake.add_group("S0SENIORS", "seniors", &["U0MAYA", "U0DEV"]);
    // A slow machine is no slow person.
    fake.trigger_life(Duration::from_secs(20));
    fake
}

/// The bot in that workspace.
pub struct Scene {
    pub fake: FakeSlack,
    pub folder: tempfile::TempDir,
    pub house: SlackHouse,
}

/// The workspace and the data folder, while no bot runs.
pub struct Stopped {
    pub fake: FakeSlack,
    pub folder: tempfile::TempDir,
}

impl Stopped {
    pub async fn new() -> Stopped {
        Stopped { fake: workspace().await, folder: tempfile::tempdir().expect("a folder") }
    }

    pub async fn start(self) -> Scene {
        self.start_under(POLICY).await
    }

    pub async fn start_under(self, policy: &str) -> Scene {
        let house = SlackHouse::open(&self.fake, self.folder.path(), policy).await;
        Scene { fake: self.fake, folder: self.folder, house }
    }
}

/// See [`Scene::hold_the_database`].
pub struct HeldDatabase(sqlx::SqliteConnection);

impl HeldDatabase {
    pub async fn let_go(mut self) {
        sqlx::query("rollback").execute(&mut self.0).await.expect("it is let go");
    }
}

/// What happens to the bot in the workspace, from its start to its end in good order.
pub async fn in_slack(happens: impl AsyncFnOnce(&Scene, &FakeSlack)) {
    let scene = Stopped::new().await.start().await;
    happens(&scene, &scene.fake).await;
    scene.end().await;
}

impl Scene {
    pub async fn heard(&self, what: &str, so: impl Fn(&HeardRecord) -> bool) -> HeardRecord {
        let begun = std::time::Instant::now();
        loop {
            let written = self.house.written().await;
            if let Some(heard) = written.heard().find(|heard| so(heard)) {
                return heard.clone();
            }
            let all: Vec<&HeardRecord> = written.heard().collect();
            assert!(begun.elapsed() < Duration::from_secs(60), "never heard: {what}\n{all:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn shown(&self, user: &str, words: &str) -> Shown {
        self.fake
            .find(words, |fake| {
                fake.private(user)
                    .into_iter()
                    .find(|it| self.read(&it.blocks).contains(words) || it.text.contains(words))
            })
            .await
    }

    pub fn read(&self, blocks: &[serde_json::Value]) -> String {
        self.fake.render(blocks, chrono_tz::UTC)
    }

    /// The case's card in a channel, once it stands there.
    pub async fn card(&self, channel: &str, words: &str) -> Message {
        self.fake
            .find(words, |fake| {
                fake.messages(channel)
                    .into_iter()
                    .find(|it| it.by_bot && it.thread_ts.is_none() && self.read(&it.blocks).contains(words))
            })
            .await
    }

    /// The incident that Maya opens in the workflow's channel, as its card stands there.
    pub async fn incident(&self, words: &str) -> Message {
        self.fake.slash("U0MAYA", "C0CREDIT", "/incident", &format!("open {words}")).await;
        self.card("C0CREDIT", "INC-1").await
    }

    /// The form that somebody has before them.
    pub async fn form(&self, user: &str) -> OpenView {
        self.fake.find("the form", |fake| fake.views(user).pop()).await
    }

    pub async fn open_cases(&self) -> i64 {
        self.house.reader.open_cases().await.expect("a count")
    }

    /// Whatever came in is done with.
    pub async fn rest(&self) {
        until("it is done with", || async { self.fake.quiet() && self.house.slack.is_at_rest() }).await;
    }

    /// Somebody else writes to the database, until it is let go.
    pub async fn hold_the_database(&self) -> HeldDatabase {
        let database = self.folder.path().join("data").join(Folder::DATABASE);
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
        let mut other = sqlx::SqliteConnection::connect_with(&options).await.expect("the database");
        sqlx::query("begin immediate").execute(&mut other).await.expect("it is held");
        HeldDatabase(other)
    }

    /// What is left when the bot stops.
    pub async fn stop(self) -> Stopped {
        self.house.stop().await;
        Stopped { fake: self.fake, folder: self.folder }
    }

    /// The workspace has seen nothing that breaks its rules.
    pub async fn end(self) {
        self.fake.assert_clean();
        self.house.stop().await;
    }
}
