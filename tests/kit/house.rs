//! A desk and a courier in this process, on a manual clock, with whatever platforms a test brings.

use std::path::{Path, PathBuf};

use countersign::app::health::Health;
use countersign::app::serve::{Assembly, Tasks};
use countersign::chat::Chats;
use countersign::clock::Clock;
use countersign::desk::{DeskError, DeskHandle, Fault, Handled};
use countersign::domain::policy::Policy;
use countersign::domain::{At, Lane};
use countersign::ledger::folder::{self, Folder};
use countersign::ledger::heard::{Account, Answer, Heard, What};
use countersign::store::Reader;
use countersign::web::App;
use tokio::task::JoinHandle;

use super::bot::until;

/// A Monday morning, 09:00 UTC.
pub const MONDAY: At = At(1_795_424_400_000_000);

pub struct House {
    pub desk: DeskHandle,
    pub reader: Reader,
    pub clock: Clock,
    pub health: Health,
    data: PathBuf,
    task: JoinHandle<Result<(), DeskError>>,
    /// Gone once it died.
    courier: Option<JoinHandle<()>>,
}

impl House {
    pub async fn open(data: &Path, policy: &str, clock: Clock, chats: Chats) -> House {
        House::try_open(data, policy, clock, |_| chats).await.expect("the desk opens")
    }

    /// `chats` is handed the desk, for platforms that look at what is committed.
    pub async fn try_open(
        data: &Path,
        policy: &str,
        clock: Clock,
        chats: impl FnOnce(&DeskHandle) -> Chats,
    ) -> Result<House, DeskError> {
        let folder = Folder::open(data, true)?;
        let read = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let mut platforms: Vec<_> = platforms_of(&read);
        platforms.sort();
        platforms.dedup();
        let mut assembly = Assembly::of(folder, read, policy.to_owned()).await?;
        assembly.checkpoint_every = countersign::domain::Span::seconds(1);
        (assembly.clock, assembly.platforms) = (clock.clone(), platforms);
        let assembled = assembly.assemble(chats).await?;
        let (App { reception, reader, health, .. }, Tasks { desk: task, courier, .. }) = assembled.run();
        Ok(House { desk: reception.desk, reader, clock, health, data: data.to_owned(), task, courier: Some(courier) })
    }

    /// Waits until nothing is left to be decided or told now.
    pub async fn quiet(&self) {
        until("quiet", async || {
            let now = self.clock.now();
            let woken = self.desk.shown().next_wake.is_none_or(|at| at > now);
            let told = self.reader.outbox_next(&[]).await.expect("a moment").is_none_or(|at| at > now);
            let under_way = self.reader.outbox_sending(now, &[]).await.expect("rows");
            woken && told && under_way.is_empty()
        })
        .await;
    }

    /// The courier dies where it stands.
    pub async fn lose_courier(&mut self) {
        if let Some(courier) = self.courier.take() {
            courier.abort();
            let _aborted = courier.await;
        }
    }

    /// Ends as a power cut does: nothing is decided, told or signed any more.
    pub async fn die(mut self) {
        self.task.abort();
        self.lose_courier().await;
        assert!(self.task.await.is_err_and(|error| error.is_cancelled()), "the desk had ended before");
        left(&self.data).await;
    }

    pub async fn stop(mut self) {
        self.lose_courier().await;
        self.desk.stop().await;
        self.task.await.expect("the desk ran").expect("the desk stopped well");
        left(&self.data).await;
    }

    pub async fn hear(&self, cause: &str, who: &str, lane: &str, what: What) -> Result<Handled, Fault> {
        let from = Account::member(who, who);
        let lane: Lane = lane.parse().expect("a lane");
        self.desk.hear(Heard::live(cause.to_owned(), from, lane, what)).await
    }

    /// A command that is understood.
    pub async fn command(&self, cause: &str, who: &str, text: &str) -> Answer {
        let handled = self.hear(cause, who, "local/room", What::Command { text: text.to_owned() }).await;
        match handled.expect("the desk answers") {
            Handled::Answer(answer) => answer,
            other => panic!("no answer to {text:?}: {other:?}"),
        }
    }
}

/// A program that another test starts at this moment holds what this process had open, the folder's lock too, until it has begun.
async fn left(data: &Path) {
    until("the folder is free", async || !folder::is_at_work(data)).await;
}

fn platforms_of(policy: &Policy) -> Vec<countersign::domain::Platform> {
    let channels = policy.workflows.values().flat_map(|flow| &flow.channels).chain(&policy.operators);
    let local = countersign::domain::Platform::from("local");
    channels.map(|channel| channel.platform.clone()).chain([local]).collect()
}
