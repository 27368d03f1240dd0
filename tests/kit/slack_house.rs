//! A house that speaks to a fake Slack: the real desk, store, courier, reception and adapter, on a folder that outlives it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::chat::{Chat, Chats, local};
use countersign::config::{Secret, SlackConfig, SlackMode};
use countersign::desk::{DeskError, DeskHandle};
use countersign::domain::Platform;
use countersign::domain::policy::Policy;
use countersign::folder::Folder;
use countersign::reception::PolicyFile;
use countersign::serve::{Assembly, Tasks};
use countersign::slack::Slack;
use countersign::store::{MessageRead, Reader, Stretch};
use countersign::web::App;
use tokio::task::JoinHandle;

use crate::fakes::slack::{APP_TOKEN, BOT_TOKEN, FakeSlack, SIGNING_SECRET};
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
        let policy_path: PathBuf = folder.join("policy.toml");
        std::fs::write(&policy_path, policy).expect("the policy is written");
        let data = folder.join("data");
        let opened = Folder::open(&data, true).expect("the folder opens");
        let read = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let slack = Slack::new(&config(fake, mode)).expect("the adapter");
        let mut assembly = Assembly::of(opened, read, policy.to_owned()).await.expect("the database opens");
        assembly.policy_file = PolicyFile { path: Some(policy_path) };
        assembly.platforms.push(Platform::from("slack"));
        let chats =
            |desk: &DeskHandle| Chats::default().with(Arc::new(local::Local::new(desk.watch()))).with(slack.clone());
        let assembled = assembly.assemble(chats).await.expect("the desk opens");
        let door = assembled.door(&Platform::from("slack")).await.expect("the store is read");
        let (App { reception, reader, .. }, Tasks { desk, courier }) = assembled.run();
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
            let rows = self.reader.messages(lane, Stretch::Before(None), 1_000).await.expect("a transcript");
            if so(&rows) {
                return rows;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "it never came: {what}\n{rows:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
