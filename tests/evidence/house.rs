//! A house with a short past: an incident and an approval, chatter, an edit, a deletion, a file, a nudge and a breach, on a
//! manual clock. Made by the real desk and courier.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign::answers::Answers;
use countersign::app::serve::{Assembly, Tasks};
use countersign::chat::reception::Reception;
use countersign::chat::{Chat, Chats, local};
use countersign::clock::Clock;
use countersign::desk::{DeskError, DeskHandle, Handled};
use countersign::domain::mark::Words;
use countersign::domain::policy::EXAMPLE;
use countersign::domain::{At, Lane, PersonId, Policy, Span};
use countersign::evidence::keys;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::{Account, File, Heard, What};
use countersign::store::{self, Reader};
use countersign::web::App;
use tokio::task::JoinHandle;

/// Monday, 23 November 2026, 09:00 UTC.
pub const START: At = At(1_795_424_400_000_000);

pub struct House {
    pub desk: DeskHandle,
    answers: Answers,
    pub reader: Reader,
    clock: Clock,
    cause: u32,
    task: JoinHandle<Result<(), DeskError>>,
    /// Gone where nothing is delivered any more.
    courier: Option<JoinHandle<()>>,
    eraser: JoinHandle<()>,
}

impl House {
    pub async fn open(data: &Path, at: At) -> Result<House, DeskError> {
        House::open_with(data, at, EXAMPLE, None).await
    }

    /// A house under a policy of its own, with another platform beside the local room if one is given.
    pub async fn open_with(
        data: &Path,
        at: At,
        policy: &str,
        beside: Option<Arc<dyn Chat>>,
    ) -> Result<House, DeskError> {
        let mut folder = patiently(async || Folder::open(data, true)).await?;
        keys::settle(&mut folder).await.expect("a change of keys ends as at every start");
        let clock = Clock::manual(at, 0);
        let read = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let mut assembly = Assembly::of(folder, read, policy.to_owned()).await?;
        (assembly.clock, assembly.checkpoint_every) = (clock.clone(), Span::hours(1));
        assembly.platforms.extend(beside.iter().map(|chat| chat.platform()));
        let room = |desk: &DeskHandle| {
            let room = Chats::default().with(Arc::new(local::Local::new(desk.watch())));
            beside.into_iter().fold(room, Chats::with)
        };
        let (App { reception, reader, .. }, Tasks { desk: task, courier, eraser }) =
            assembly.assemble(room).await?.run();
        let cause = u32::try_from(reader.size().await?).unwrap_or(0) * 1_000;
        let Reception { desk, answers, .. } = reception;
        let house = House { desk, answers, reader, clock, cause, task, courier: Some(courier), eraser };
        house.calm().await;
        Ok(house)
    }

    pub fn answers(&self) -> &Answers {
        &self.answers
    }

    /// Whoever the policy names first for a role.
    pub fn holder_of(&self, role: &str) -> PersonId {
        let policy = self.desk.shown().policy;
        policy.may_hold(&role.into()).first().copied().expect("somebody holds it").clone()
    }

    pub fn now(&self) -> At {
        self.clock.now()
    }

    async fn hear(&mut self, who: &str, thread: Option<&str>, what: What) -> String {
        self.hear_in("local/credit-ai", who, thread, what).await
    }

    async fn hear_in(&mut self, lane: &str, who: &str, thread: Option<&str>, what: What) -> String {
        let heard = self.heard(lane, who, what);
        self.hand_in(Heard { thread: thread.map(str::to_owned), ..heard }).await
    }

    /// Something that is heard next.
    pub fn heard(&mut self, lane: &str, who: &str, what: What) -> Heard {
        self.cause += 1;
        let lane = lane.parse().expect("a lane");
        Heard::live(format!("test:{}", self.cause), Account::member(who, who), lane, what)
    }

    /// Returns what was answered in private.
    pub async fn hand_in(&self, heard: Heard) -> String {
        let mut handled = self.desk.hear(heard.clone()).await.expect("the desk answers");
        if let Handled::NeedsPreview { whose } = &handled {
            let plan = self.answers.erasure(whose).await.expect("what it would take");
            let heard = Heard { preview: Some(plan.preview), ..heard };
            handled = self.desk.hear(heard).await.expect("the desk answers");
        }
        match handled {
            Handled::Answer(answer) => answer
                .cards
                .iter()
                .map(|card| card.plain(chrono_tz::UTC, self.clock.now()))
                .collect::<Vec<_>>()
                .join("\n"),
            _ => String::new(),
        }
    }

    /// Asks a question about what is. Returns the answer.
    pub async fn ask(&mut self, who: &str, line: &str) -> String {
        self.cause += 1;
        let lane = "local/credit-ai".parse().expect("a lane");
        let what = What::Command { text: line.to_owned() };
        let heard = Heard::live(format!("test:{}", self.cause), Account::member(who, who), lane, what);
        let cards = match self.desk.hear(heard).await.expect("the desk answers") {
            Handled::Query { query, by, .. } => {
                let answers = self.answers.clone();
                answers.answer(&query, &by, countersign::grammar::How::Slash).await.expect("an answer")
            }
            Handled::Answer(answer) => answer.cards,
            other => panic!("{line} is no question: {other:?}"),
        };
        cards.iter().map(|card| card.plain(chrono_tz::UTC, self.clock.now())).collect::<Vec<_>>().join("\n")
    }

    /// Says something in the channel. Returns what was answered in private.
    pub async fn say(&mut self, who: &str, text: &str) -> String {
        match text.starts_with('/') {
            true => self.hear(who, None, What::Command { text: text.to_owned() }).await,
            false => self.say_in(who, None, text, Vec::new()).await,
        }
    }

    pub async fn say_in(&mut self, who: &str, thread: Option<&str>, text: &str, files: Vec<File>) -> String {
        let message = format!("m{}", self.cause + 1);
        self.hear(who, thread, What::Said { message, text: text.to_owned(), files: Words::of(files) }).await
    }

    pub async fn edit(&mut self, who: &str, thread: &str, message: &str, text: &str) {
        let what = What::Edited { message: message.to_owned(), text: text.to_owned() };
        self.hear(who, Some(thread), what).await;
    }

    pub async fn delete(&mut self, who: &str, thread: &str, message: &str) {
        self.hear(who, Some(thread), What::Deleted { message: message.to_owned() }).await;
    }

    /// A message of somebody's direct messages is deleted.
    pub async fn delete_in(&mut self, who: &str, lane: &str, message: &str) {
        self.hear_in(lane, who, None, What::Deleted { message: message.to_owned() }).await;
    }

    /// The id of the message that was said last.
    pub fn last_message(&self) -> String {
        format!("m{}", self.cause)
    }

    /// Where a case's thread begins.
    pub async fn thread(&self, case: &str) -> String {
        self.thread_in(case, "local/credit-ai").await
    }

    pub async fn thread_in(&self, case: &str, lane: &str) -> String {
        self.calm().await;
        let lane: Lane = lane.parse().expect("a lane");
        let case = case.parse().expect("a case");
        let card = self.reader.card(case, &lane).await.expect("the database");
        card.and_then(|card| card.message).expect("the case has a card")
    }

    /// Moves the clock; what falls due on the way is told.
    pub async fn advance(&self, span: Span) {
        self.calm().await;
        self.clock.move_to(self.clock.now() + span);
        self.calm().await;
    }

    /// From here on everything is decided and nothing is delivered.
    pub async fn deliver_no_more(&mut self) {
        if let Some(courier) = self.courier.take() {
            courier.abort();
            let _stopped = courier.await;
        }
    }

    /// Waits until nothing is due.
    pub async fn calm(&self) {
        for _ in 0..3_000 {
            let now = self.clock.now();
            let wake = self.reader.oldest_wake().await.expect("the database");
            let (waiting, _) = self.reader.outbox_age(now).await.expect("the database");
            let cards = self.reader.cards_due(now, &[], 1).await.expect("the database");
            let edits = self.reader.edits_due(now, &[], 1).await.expect("the database");
            let delivered = self.courier.is_none() || (waiting == 0 && cards.is_empty() && edits.is_empty());
            if wake.is_none_or(|wake| wake > now) && delivered {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the house does not come to rest");
    }

    pub async fn stop(self) {
        self.calm().await;
        // It reads the database, which others open next.
        self.eraser.abort();
        let _stopped = self.eraser.await;
        self.desk.stop().await;
        self.task.await.expect("the desk").expect("the desk ends in good order");
        if let Some(courier) = self.courier {
            courier.abort();
            let _stopped = courier.await;
        }
        self.reader.close().await;
    }
}

/// Tries again while the folder is in use: another test's child process holds every open file of this one, locks included,
/// from its fork to its exec.
pub async fn patiently<T, E: std::fmt::Display>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    let mut outcome = attempt().await;
    for _ in 0..200 {
        match &outcome {
            Err(error) if error.to_string().contains("is in use by another") => {}
            _ => break,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        outcome = attempt().await;
    }
    outcome
}

/// What is to be found in the transcript exactly as it was said.
pub const NASTY: &str = "<script>alert(1)</script> ```` & \u{202E}evil [x](javascript:y) *b*";

/// A folder with a past of more than 256 entries, stopped in good order. Its case INC-1 has everything.
pub async fn past(data: &Path) {
    let mut house = House::open(data, START).await.expect("a new folder");
    let opened = house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    assert!(opened.contains("INC-1"), "{opened}");
    let thread = house.thread("INC-1").await;
    house.say_in("dev", Some(&thread), "Looking at last night's batch.", Vec::new()).await;
    let first = house.last_message();
    house.edit("dev", &thread, &first, "Looking at the batch of the night before.").await;
    house.say_in("maya", Some(&thread), NASTY, Vec::new()).await;
    house.say_in("maya", Some(&thread), "never mind", Vec::new()).await;
    let second = house.last_message();
    house.delete("maya", &thread, &second).await;
    let file = keep(data, b"pune;0.31\nothers;0.12\n", "rates \u{202E}=1+1.csv");
    house.say_in("dev", Some(&thread), "The rates.", vec![file]).await;
    // Past the deadline of the acknowledgement.
    house.advance(Span::minutes(40)).await;
    house.say("dev", "/incident ack INC-1").await;
    let asked = house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    assert!(asked.contains("APR-1"), "{asked}");
    for n in 0..280 {
        house.say("lena", &format!("chatter no. {n}")).await;
        if n % 40 == 0 {
            house.advance(Span::minutes(3)).await;
        }
    }
    house.stop().await;
}

pub fn keep(data: &Path, bytes: &[u8], name: &str) -> File {
    use sha2::{Digest, Sha256};
    let sha256 = hex::encode(Sha256::digest(bytes));
    let path = countersign::blobs::folder::blob_path(data, &sha256);
    std::fs::create_dir_all(path.parent().expect("blobs lie in folders")).expect("a folder for blobs");
    std::fs::write(&path, bytes).expect("a blob");
    File { name: name.to_owned(), bytes: bytes.len() as u64, sha256 }
}

/// A copy of a folder, to be spoiled.
pub fn copy(from: &Path) -> tempfile::TempDir {
    let to = tempfile::tempdir().expect("a folder");
    copy_into(from, to.path());
    to
}

fn copy_into(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy_into(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

/// Changes a stopped folder's database behind the bot's back.
pub async fn sql(data: &Path, statement: &str) {
    use sqlx::ConnectOptions;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    let mut db = options.connect().await.expect("the database");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut db).await;
    assert!(done.expect(statement).rows_affected() > 0, "{statement} changed nothing");
    sqlx::Connection::close(db).await.expect("the database");
}

/// Erases the words of entries as it is to be done, while no bot runs: first the ledger says so, then the words and their salts
/// go. Signs a new head. Returns how many entries it were; the tables still have what follows from the words.
pub async fn erase(data: &Path, which: &str) -> usize {
    use countersign::ledger::record::{Erased, Record};
    use countersign::ledger::{About, Ledger, Subjects};
    use countersign::seal::{self, Checkpoint};
    use countersign::store::Commit;
    use sqlx::{ConnectOptions, Connection};

    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    let mut db = options.connect().await.expect("the database");
    let named = format!("select seq from ledger where words is not null and ({which}) order by seq");
    let named: Vec<i64> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(named)).fetch_all(&mut db).await.expect("the ledger is read");
    db.close().await.expect("closed");

    let folder = patiently(async || Folder::open(data, false)).await.expect("the folder");
    let (mut writer, reader) = store::open(&folder.database(), false).await.expect("the database");
    let head = writer.head().await.expect("a head");
    let subjects = Subjects::of(writer.subjects().await.expect("subjects"));
    let mut ledger = Ledger::new(head.frontier, head.last, head.last_at, subjects, seal::Clock::Manual);
    let entries: Vec<u64> = named.iter().map(|seq| seq.unsigned_abs()).collect();
    let record = Record::Erased(Erased { entries, why: "asked for by whom it is about".to_owned() });
    let mut commit = Commit::default();
    let about = About { at: head.last_at, said: None, case: None, actor: None, source: "operator" };
    ledger.append(&mut commit, &about, &record).expect("it is recorded");
    writer.commit(commit).await.expect("a commit");
    let signer = folder.signer().expect("a key");
    let known = folder.last_checkpoint().expect("a head").map(|(text, _)| text);
    let note = Checkpoint::of(&signer, ledger.size(), ledger.frontier.root()).sign(&signer).expect("a note");
    folder.swap_checkpoint(known.as_deref(), &note).expect("a new head");
    reader.close().await;
    writer.close().await.expect("closed");
    drop(folder);

    let list = named.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
    sql(data, &format!("update ledger set words = null, words_salt = null where seq in ({list})")).await;
    named.len()
}
