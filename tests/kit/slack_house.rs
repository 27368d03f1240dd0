//! A house that speaks to a fake Slack: the real desk, store, courier, reception and adapter, on a folder that outlives it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::answers::Answers;
use countersign::card::Wording;
use countersign::chat::{Chat, Chats, local};
use countersign::clock::Clock;
use countersign::config::{Secret, SlackConfig, SlackMode};
use countersign::courier::Courier;
use countersign::desk::{Desk, DeskHandle, Setup};
use countersign::domain::policy::Policy;
use countersign::domain::{Platform, Span};
use countersign::folder::Folder;
use countersign::health::Health;
use countersign::reception::{PolicyFile, Reception};
use countersign::serve;
use countersign::slack::Slack;
use countersign::store::{self, MessageRead, Reader, Stretch};
use tokio::task::JoinHandle;

use crate::fakes::slack::{APP_TOKEN, BOT_TOKEN, FakeSlack, SIGNING_SECRET};
use crate::kit::bot::until;
use crate::kit::written::Written;

pub struct SlackHouse {
    pub desk: DeskHandle,
    pub reader: Reader,
    pub slack: Arc<Slack>,
    tasks: Vec<JoinHandle<()>>,
    desk_task: JoinHandle<()>,
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
        let (writer, reader) = store::open(&opened.database(), true).await.expect("the database opens");
        let read = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let setup = Setup {
            clock: Clock::real(),
            policy: Arc::new(read),
            policy_text: policy.to_owned(),
            wording: Arc::new(Wording::embedded()),
            platforms: vec![Platform::from(local::PLATFORM), Platform::from("slack")],
            checkpoint_every: Span::minutes(1),
        };
        let (desk, handle) = Desk::open(opened, writer, setup).await.expect("the desk opens");
        let slack = Slack::new(&config(fake, mode)).expect("the adapter");
        let chats = Chats::default().with(Arc::new(local::Local::new(handle.watch()))).with(slack.clone());
        let health = Health::new(handle.clone(), reader.clone(), chats.clone());
        let courier = Courier::new(handle.clone(), reader.clone(), chats);
        let answers = Answers::new(handle.clone(), reader.clone(), health);
        let policy_file = PolicyFile { path: Some(policy_path) };
        let reception = Reception { desk: handle.clone(), answers, policy_file };
        let desk_task = tokio::spawn(async move { desk.run().await.expect("the desk runs") });
        let platform = Platform::from("slack");
        let door = serve::door(&reception, &reader, &data, &platform).await.expect("the store is read");
        let tasks = vec![tokio::spawn(courier.run()), tokio::spawn(slack.clone().run(door))];
        SlackHouse { desk: handle, reader, slack, tasks, desk_task }
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
        self.desk_task.await.expect("the desk stopped well");
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
