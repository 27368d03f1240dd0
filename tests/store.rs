//! What the store promises, whatever database is behind it: each contract is a function over a [`Place`] where a store is
//! opened, and holds what the store says against a slow recount. The list at the end names the places. How a database comes up
//! to this version's tables is tried in `tests/evidence/migrated.rs`.

#[path = "kit/dice.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod dice;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use countersign::domain::kinds::{Began, approval};
use countersign::domain::obligation::State;
use countersign::domain::{At, Case, CaseId, CaseKind, Duty, Event, LOCAL, Lane, OutboxId, Platform, WorkflowId};
use countersign::seal::{Frontier, Hash, leaf_hash};
use countersign::store::{
    self, CardDue, CardRow, CaseRow, Commit, CosignatureRow, Delivered, DutyFigures, DutyRow, EntryRow, HeardBefore,
    MessageChange, MessagePartRow, MessageRead, MessageRow, NoteRow, OutboxDue, OutboxRow, OutboxState, Postponed,
    Reader, StoreError, Stretch, ToldAt, WakeHolders, Writer,
};
use dice::Dice;
use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use sqlx::migrate::Migrator;
use sqlx::{ConnectOptions as _, Connection as _};

/// Where a store is opened; empty at first.
trait Place {
    fn empty() -> Self;
    /// As the one process that writes.
    async fn open(&self) -> (Writer, Reader);
    /// As somebody who only looks, beside it.
    async fn look(&self) -> Reader;
    /// Alters what lies there behind the store's back.
    async fn alter(&self, statement: &'static str);
}

struct Sqlite(tempfile::TempDir);

impl Sqlite {
    fn file(&self) -> PathBuf {
        self.0.path().join("countersign.db")
    }
}

impl Place for Sqlite {
    fn empty() -> Sqlite {
        Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    async fn open(&self) -> (Writer, Reader) {
        store::open(&self.file(), true).await.expect("it opens")
    }

    async fn look(&self) -> Reader {
        store::open_to_read(&self.file()).await.expect("it opens")
    }

    async fn alter(&self, statement: &'static str) {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.file());
        let mut db = options.connect().await.expect("the database");
        sqlx::query(statement).execute(&mut db).await.expect(statement);
        db.close().await.expect("closed");
    }
}

/// Whoever reads a database that nobody has open begins anew where somebody writes meanwhile, and only then.
#[tokio::test]
async fn a_reading_that_was_disturbed_is_begun_anew() {
    let place = Sqlite::empty();
    let write = async |size: i64| {
        let (mut writer, reader) = place.open().await;
        let row = NoteRow { size, at_us: size, note: "a head".to_owned() };
        writer.commit(Commit { checkpoints: vec![row], ..Commit::default() }).await.expect("it is written");
        reader.close().await;
        writer.close().await.expect("closed");
    };
    write(1).await;
    for writes_meanwhile in [0, 1, 2] {
        let (file, times) = (place.file(), Cell::new(0));
        let heads = store::undisturbed(&file, async || {
            assert!(store::at_rest(&place.file()).is_some(), "nobody has it open");
            let time = times.replace(times.get() + 1) + 1;
            let reader = place.look().await;
            let heads = reader.heads().await.expect("heads").len();
            reader.close().await;
            if time <= writes_meanwhile {
                write(time * 100 + writes_meanwhile).await;
            }
            (time, heads)
        });
        let there = async || place.look().await.heads().await.expect("heads").len();
        assert_eq!(heads.await, (writes_meanwhile + 1, there().await), "{writes_meanwhile} times");
    }
}

// ── Rows ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const LANES: [&str; 4] = ["local/credit", "local/claims", "slack/C1", "slack/@U1"];
const BOT: &str = "countersign";

fn id(number: u32) -> CaseId {
    format!("APR-{number}").parse().expect("a case's id")
}

fn on(lane: &str) -> Lane {
    lane.parse().expect("a lane")
}

fn case(number: u32, workflow: &str) -> Case {
    let zeros = "0".repeat(64);
    let began = Began {
        by: Some("maya".into()),
        workflow: workflow.into(),
        homes: Vec::new(),
        announced: Vec::new(),
        policy: serde_json::from_value(serde_json::Value::from(zeros.as_str())).expect("a hash"),
        title: format!("Ship v{number}"),
        restricted: false,
        converted: None,
        from: None,
    };
    let action = String::new();
    let requested = approval::Requested {
        began,
        action,
        action_sha256: zeros,
        path: "path".into(),
        promotes: false,
        records: None,
        slow_at: None,
        watch: None,
    };
    let event = Event::Approval(approval::Event::Requested(Box::new(requested)));
    Case::begin(id(number), &event, At(i64::from(number))).expect("a case begins with it")
}

fn case_row(number: u32, workflow: &str, wake_us: Option<i64>) -> CaseRow {
    let case = case(number, workflow);
    CaseRow {
        case: case.id.to_string(),
        kind: case.kind().word(),
        number,
        workflow: workflow.to_owned(),
        state: case.state(),
        restricted: false,
        opened_us: case.opened.0,
        closed_us: None,
        keep_until_us: None,
        wake_us,
        snapshot: serde_json::to_string(&case).expect("JSON"),
    }
}

fn entry(seq: i64, at_us: i64, kind: &'static str, case: Option<(u32, u64)>) -> EntryRow {
    let leaf = format!("leaf {seq}");
    EntryRow {
        seq,
        hash: leaf_hash(leaf.as_bytes()),
        leaf,
        case: case.map(|(number, _)| id(number).to_string()),
        case_seq: case.map(|(_, nth)| nth),
        kind: kind.into(),
        at_us,
        facts: format!("facts {seq}"),
        facts_salt: vec![1; 32],
        words: (seq % 3 > 0).then(|| (format!("words {seq}"), vec![2; 32])),
    }
}

fn entries(rows: Vec<EntryRow>) -> Commit {
    Commit { entries: rows, ..Commit::default() }
}

fn message_row(lane: &str, id: &str, body: &str, seq: i64) -> MessageRow {
    MessageRow {
        lane: on(lane),
        id: id.to_owned(),
        thread: None,
        author: "maya".to_owned(),
        person: Some("maya".to_owned()),
        body: body.to_owned(),
        said_us: seq * 10,
        case: None,
        seq,
    }
}

fn duty_row(number: u32, nth: u32, due_us: i64, holders: &[&str]) -> DutyRow {
    let figures = DutyFigures {
        case: id(number),
        number: nth,
        workflow: "credit".into(),
        duty: Duty::Decide,
        role: None,
        person: None,
        party: None,
        opened_us: 1,
        due_us,
        target_us: 5,
        took_us: None,
        late_us: None,
        closed_us: None,
        state: State::Owed,
        paused_us: 0,
        nudges: 0,
        escalations: 0,
        last_told_us: None,
        attributed: None,
        behind_us: 0,
        excepted: false,
    };
    DutyRow { figures, holders: strings(holders) }
}

/// Some of the lanes.
fn some_lanes(dice: &mut Dice) -> Vec<Lane> {
    LANES.iter().filter(|_| dice.below(4) == 0).map(|it| on(it)).collect()
}

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

/// All that can be seen of a small store, as one text.
async fn everything(writer: &mut Writer, reader: &Reader) -> String {
    let size = reader.size().await.expect("a size");
    let all: Vec<_> = reader.entries(0, size).try_collect().await.expect("entries");
    let mut text = format!("{all:?}\n");
    for lane in LANES {
        text += &format!("{:?}\n", reader.messages(&on(lane), Stretch::Before(None), 100).await.expect("messages"));
        text += &format!("{:?}\n", reader.card(id(1), &on(lane)).await.expect("a card"));
    }
    text += &format!("{:?}\n", reader.outbox_due(At(i64::MAX), &[], 100).await.expect("rows"));
    text += &format!("{:?}\n", reader.outbox_sending(At(i64::MAX), &[]).await.expect("rows"));
    text += &format!("{:?}\n", reader.list(CaseKind::Approval, None, true, 100).await.expect("cases"));
    text += &format!("{:?}\n", reader.owing(&strings(&["model-risk"]), "dev", 100).await.expect("cases"));
    text += &format!("{:?}\n", reader.heads().await.expect("heads"));
    text += &format!("{:?}\n", reader.cosignatures("log", 1).await.expect("cosignatures"));
    text += &format!("{:?}\n", reader.policy("p").await.expect("a policy"));
    text += &format!("{:?}\n", reader.case_channels(&Platform::from("slack")).await.expect("channels"));
    text += &format!("{:?}\n", writer.subjects().await.expect("subjects"));
    text += &format!("{:?}\n", writer.next_wake(&[]).await.expect("a moment"));
    text += &format!("{:?}\n", writer.heard_before(strings(&["k1", "k2"])).await.expect("causes"));
    text
}

/// A commit that writes to every table.
fn a_bit_of_everything(seq: i64, key: &str) -> Commit {
    let number = u32::try_from(seq).expect("small") + 1;
    let row = OutboxId { entry: seq, place: 0 };
    let (case, lane) = (id(number), LANES[2]);
    let message = format!("m{seq}");
    Commit {
        entries: vec![entry(seq, seq, "approval.requested", Some((number, 1)))],
        nodes: vec![countersign::seal::Node { height: 8, index: seq as u64, hash: Hash([3; 32]) }],
        cases: vec![case_row(number, "credit", Some(seq))],
        bot: None,
        tries: false,
        policies: vec![("p".to_owned(), Some("text".to_owned()))],
        subjects: vec![(format!("S{seq}"), format!("person {seq}"))],
        causes: vec![(key.to_owned(), seq)],
        outbox: vec![OutboxRow {
            id: row,
            case: Some(case),
            lane: on(lane),
            made_us: seq,
            not_before_us: seq,
            asks: vec![1],
        }],
        delivered: vec![Delivered::sending(row)],
        asked_anew: vec![(case, 1, seq)],
        left_as_they_are: vec![(row, seq)],
        postponed: Vec::new(),
        edits_postponed: Vec::new(),
        cards: vec![CardRow { case, lane: on(lane), wanted: seq }],
        cards_sending: vec![(case, on(lane))],
        cards_shown: vec![(case, on(lane), seq, "card".to_owned())],
        cards_postponed: Vec::new(),
        messages: vec![message_row(lane, &message, "said", seq)],
        message_parts: vec![MessagePartRow {
            lane: on(lane),
            id: message.clone(),
            part: 1,
            author: BOT.to_owned(),
            body: "more".to_owned(),
            said_us: 1,
            seq,
        }],
        message_changes: vec![MessageChange::Edited {
            lane: on(lane),
            id: message,
            body: "better".to_owned(),
            at_us: 2,
            seq,
        }],
        duties: vec![duty_row(number, 1, 9, &["role:model-risk"])],
        checkpoints: vec![NoteRow { size: seq + 1, at_us: seq, note: format!("head {seq}") }],
        cosignatures: vec![CosignatureRow {
            origin: "log".to_owned(),
            size: seq + 1,
            name: "witness".to_owned(),
            line: format!("line {seq}"),
            at_us: seq,
        }],
        purged: vec![(case, seq)],
        wake_holders: Vec::new(),
        cards_gone: Vec::new(),
        case_channels: vec![(on(&format!("slack/apr-{number}")), seq, "C9".to_owned())],
    }
}

// ── Contracts ──────────────────────────────────────────────────────────────────────────────────────────────────────

/// Whichever table refuses its row, the first that is written or the last, nothing of the commit is there, and the next one
/// goes through.
async fn a_commit_is_whole_or_not_at_all(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    writer.commit(a_bit_of_everything(0, "k1")).await.expect("a commit");
    let before = everything(&mut writer, &reader).await;
    let mut same_entry = a_bit_of_everything(1, "k2");
    same_entry.entries.push(entry(0, 0, "said.message", None));
    let same_cause = a_bit_of_everything(1, "k1");
    let mut same_outbox = a_bit_of_everything(1, "k2");
    same_outbox.outbox[0].id = OutboxId { entry: 0, place: 0 };
    let mut asks_twice = a_bit_of_everything(1, "k2");
    asks_twice.outbox[0].asks = vec![1, 1];
    for refused in [same_entry, same_cause, same_outbox, asks_twice] {
        writer.commit(refused).await.expect_err("it is refused");
        assert_eq!(everything(&mut writer, &reader).await, before);
    }
    writer.commit(a_bit_of_everything(1, "k2")).await.expect("the next one is none the worse");
    let after = everything(&mut writer, &reader).await;
    assert_ne!(after, before);
    // It is on the disk: whoever opens the place next finds it as it was left.
    reader.close().await;
    writer.close().await.expect("closed");
    let (mut writer, reader) = place.open().await;
    assert_eq!(everything(&mut writer, &reader).await, after);
}

/// Readers see a commit as soon as it is made, of this process and of another; and each view is one commit's, never a part
/// of one, however many are made meanwhile.
async fn what_is_committed_is_seen_at_once_and_only_that(place: &impl Place) {
    const COMMITS: i64 = 150;
    let (mut writer, reader) = place.open().await;
    writer.commit(a_bit_of_everything(0, "k")).await.expect("a commit");
    let watching = |reader: Reader| async move {
        let mut views = 0;
        loop {
            let mut view = reader.view().await.expect("a view");
            let last = view.last_entry().await.expect("an entry").expect("there is one").seq;
            tokio::task::yield_now().await;
            let head = view.checkpoint_at(At(i64::MAX)).await.expect("a head").expect("there is one");
            let cases = view.cases(&(1..=last as u32 + 2).map(id).collect::<Vec<_>>()).await.expect("cases");
            let mut duties = 0;
            view.each_duty(At(0), &[], |_| duties += 1).await.expect("duties");
            assert_eq!((head.size, cases.len() as i64, duties), (last + 1, last + 1, last + 1));
            views += 1;
            if last == COMMITS {
                return views;
            }
        }
    };
    let watchers = [watching(reader.clone()), watching(place.look().await)].map(tokio::spawn);
    for seq in 1..=COMMITS {
        writer.commit(a_bit_of_everything(seq, &format!("k{seq}"))).await.expect("a commit");
        assert_eq!(reader.size().await.expect("a size"), seq as u64 + 1);
        tokio::task::yield_now().await;
    }
    for watcher in watchers {
        assert!(watcher.await.expect("every view was whole") > 0);
    }
}

/// Whatever is committed after it was opened, a view says what it said.
async fn a_view_is_one_moment(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    let workflows = [WorkflowId::from("credit")];
    for seq in 0..4 {
        writer.commit(a_bit_of_everything(seq, &format!("k{seq}"))).await.expect("a commit");
    }
    let said = async |view: &mut store::View| {
        let mut duties = Vec::new();
        view.each_duty(At(0), &workflows, |it| duties.push(it)).await.expect("duties");
        let head = view.checkpoint_at(At(i64::MAX)).await.expect("a head");
        let last = view.last_entry().await.expect("an entry");
        let ruled = view.ruled_since(0).await.expect("cases");
        let size = view.size_at(At(i64::MAX)).await.expect("a size");
        let cases = view.cases(&(1..20).map(id).collect::<Vec<_>>()).await.expect("cases");
        let policy = view.policy("q").await.expect("a policy");
        format!("{duties:?} {head:?} {last:?} {ruled:?} {size} {cases:?} {policy:?}")
    };
    let mut view = reader.view().await.expect("a view");
    let before = said(&mut view).await;
    assert_eq!(said(&mut view).await, before);
    for seq in 4..8 {
        let mut commit = a_bit_of_everything(seq, &format!("k{seq}"));
        commit.policies.push(("q".to_owned(), Some("another".to_owned())));
        writer.commit(commit).await.expect("nobody who looks holds up the writer");
    }
    assert_eq!(said(&mut view).await, before);
    drop(view);
    assert_ne!(said(&mut reader.view().await.expect("a view")).await, before);
}

/// The root at every size is that over the first leaves, whatever commits they came in; the head is the tree as it stands.
async fn the_tree_is_that_of_the_entries(place: &impl Place) {
    const LEAVES: i64 = 700;
    let mut dice = Dice::thrown("the tree");
    let (mut writer, reader) = place.open().await;
    assert_eq!(writer.head().await.expect("a head").last, None);
    let (mut frontier, mut roots) = (Frontier::new(), vec![Frontier::new().root()]);
    while roots.len() as i64 <= LEAVES {
        let mut commit = Commit::default();
        for _ in 0..=dice.below(90) {
            let seq = frontier.size() as i64;
            let row = entry(seq, seq / 3, "said.message", None);
            frontier.append(row.hash, |node| commit.nodes.push(node));
            roots.push(frontier.root());
            commit.entries.push(row);
        }
        writer.commit(commit).await.expect("a commit");
        let (head, last) = (writer.head().await.expect("a head"), frontier.size() as i64 - 1);
        assert_eq!(head.frontier.root(), frontier.root());
        assert_eq!((head.last, head.last_at), (Some(entry(last, 0, "", None).hash), At(last / 3)));
    }
    let mut view = reader.view().await.expect("a view");
    for (size, root) in roots.iter().enumerate().skip(1) {
        let size = size as u64;
        if size % 256 < 3 || dice.below(12) == 0 {
            assert_eq!(reader.root(size).await.expect("a root"), *root, "of {size}");
            assert_eq!(view.root(size).await.expect("a root"), *root, "of {size}");
            assert_eq!(writer.frontier(size).await.expect("a tree").root(), *root, "of {size}");
        }
    }
    // Entries of one moment belong to it together.
    for at in [0, 1, 17, LEAVES / 3] {
        let recorded = (0..frontier.size()).filter(|seq| seq / 3 <= at as u64).count() as u64;
        assert_eq!(view.size_at(At(at)).await.expect("a size"), recorded);
    }
    let missing = writer.frontier(frontier.size() + 300).await.err();
    assert!(matches!(missing, Some(StoreError::Missing(_))), "{missing:?}");
}

/// Who has waited longest is woken first, each once; who is left out is left out; whoever can't be read stops no other.
async fn wakes_come_in_their_order(place: &impl Place) {
    let mut dice = Dice::thrown("wakes");
    let (mut writer, reader) = place.open().await;
    let mut wakes: BTreeMap<u32, Option<i64>> = BTreeMap::new();
    for _ in 0..60 {
        let mut changed = BTreeMap::new();
        for _ in 0..=dice.below(5) {
            let wake = (dice.below(4) > 0).then(|| dice.below(30) as i64);
            changed.insert(1 + dice.below(40) as u32, wake);
        }
        let rows = changed.iter().map(|(number, wake)| case_row(*number, "credit", *wake)).collect();
        writer.commit(Commit { cases: rows, ..Commit::default() }).await.expect("a commit");
        wakes.extend(changed);
        let but: BTreeSet<u32> = wakes.keys().copied().filter(|_| dice.below(6) == 0).collect();
        let left_out: Vec<String> = but.iter().map(|number| id(*number).to_string()).collect();
        let (now, at_most) = (dice.below(32) as i64, 1 + dice.below(12) as u32);
        let wanted =
            || wakes.iter().filter(|(number, _)| !but.contains(number)).filter_map(|(n, it)| Some((*n, (*it)?)));
        let mut due: Vec<i64> = wanted().map(|(_, wake)| wake).filter(|wake| *wake <= now).collect();
        due.sort_unstable();
        due.truncate(at_most as usize);
        let found = writer.due(At(now), at_most, &left_out).await.expect("cases");
        let found: Vec<u32> = found
            .iter()
            .map(|(id, case)| {
                let case = case.as_ref().expect("it can be read");
                assert_eq!(&case.id.to_string(), id);
                case.id.number
            })
            .collect();
        let in_order: Vec<i64> = found.iter().map(|number| wakes[number].expect("it wants to be woken")).collect();
        assert_eq!(in_order, due);
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), found.len(), "each once");
        assert!(found.iter().all(|number| !but.contains(number)));
        let next = wanted().map(|(_, wake)| At(wake)).min();
        assert_eq!(writer.next_wake(&left_out).await.expect("a moment"), next);
        assert_eq!(reader.oldest_wake().await.expect("a moment"), wakes.values().copied().flatten().min().map(At));
    }
    let nonsense = CaseRow { snapshot: "nonsense".to_owned(), ..case_row(99, "credit", Some(-1)) };
    writer
        .commit(Commit { cases: vec![nonsense, case_row(98, "credit", Some(0))], ..Commit::default() })
        .await
        .expect("a commit");
    let due = writer.due(At(0), 100, &[]).await.expect("cases");
    let [(first, unreadable), rest @ ..] = &due[..] else { panic!("nobody is due") };
    assert!(*first == id(99).to_string() && matches!(unreadable, Err(StoreError::Unreadable { .. })), "{unreadable:?}");
    assert!(!rest.is_empty() && rest.iter().all(|(_, case)| case.is_ok()));
}

/// Where who holds what may have changed, the open cases of those holders are woken at once, and no others.
async fn holders_are_woken_where_they_owe(place: &impl Place) {
    let (mut writer, _reader) = place.open().await;
    let mut closed = duty_row(3, 1, 9, &["role:lead"]);
    closed.figures.closed_us = Some(3);
    let first = Commit {
        cases: (1..=4).map(|number| case_row(number, "credit", Some(1_000))).collect(),
        duties: vec![
            duty_row(1, 1, 9, &["role:model-risk", "role:lead"]),
            duty_row(2, 1, 9, &["person:dev"]),
            duty_row(3, 1, 9, &["role:lead"]),
            duty_row(4, 1, 9, &["role:claims-risk"]),
        ],
        ..Commit::default()
    };
    writer.commit(first).await.expect("a commit");
    let woken = WakeHolders { roles: strings(&["lead"]), people: strings(&["dev"]), now_us: 5 };
    writer
        .commit(Commit { duties: vec![closed], wake_holders: vec![woken], ..Commit::default() })
        .await
        .expect("a commit");
    let woken = writer.due(At(5), 100, &[]).await.expect("cases");
    let woken: BTreeSet<&str> = woken.iter().map(|(case, _)| case.as_str()).collect();
    assert_eq!(woken, BTreeSet::from(["APR-1", "APR-2"]));
}

/// A row of the outbox, as the contract has it.
struct ToTell {
    case: Option<CaseId>,
    lane: &'static str,
    state: OutboxState,
    made: i64,
    free: i64,
    not_before: i64,
    attempts: u32,
}

/// What is due, in which order, on which lanes; what is being sent; what was put off; since when the oldest waits.
async fn the_outbox_keeps_order_and_lanes_apart(place: &impl Place) {
    let mut dice = Dice::thrown("the outbox");
    let (mut writer, reader) = place.open().await;
    let mut rows: BTreeMap<OutboxId, ToTell> = BTreeMap::new();
    let mut moment = 100;
    for seq in 0..90 {
        moment += dice.below(4) as i64;
        let mut commit = entries(vec![entry(seq, moment, "approval.requested", None)]);
        for id in rows.iter().filter(|(_, it)| is_open(it.state)).map(|(id, _)| *id).collect::<Vec<_>>() {
            let row = rows.get_mut(&id).expect("it is there");
            match dice.below(24) {
                0..4 => {
                    row.attempts += 1;
                    row.not_before = moment + dice.below(20) as i64;
                    let perhaps_sent = dice.below(2) == 0;
                    row.state = if perhaps_sent { OutboxState::Sending } else { OutboxState::Waiting };
                    let (attempts, not_before) = (row.attempts, At(row.not_before));
                    commit.postponed.push(Postponed { of: id, attempts, not_before, perhaps_sent });
                    continue;
                }
                4..7 => {
                    row.state = OutboxState::Sending;
                    row.attempts += 1;
                }
                7..10 => row.state = OutboxState::Sent,
                10 => row.state = OutboxState::Dropped,
                11 => row.state = OutboxState::GivenUp,
                _ => continue,
            }
            commit.delivered.push(Delivered { id, state: row.state, at: None, why: None });
        }
        for place in 0..dice.below(4) as u32 {
            let (id, lane) = (OutboxId { entry: seq, place }, *dice.one_of(&LANES));
            let case = (dice.below(2) == 0).then(|| self::id(1 + dice.below(9) as u32));
            let not_before =
                if dice.below(3) == 0 { moment + dice.below(15) as i64 } else { dice.below(moment as u64) as i64 };
            let free = moment.max(not_before);
            let state = OutboxState::Waiting;
            rows.insert(id, ToTell { case, lane, state, made: moment, free, not_before, attempts: 0 });
            let row =
                OutboxRow { id, case, lane: on(lane), made_us: moment, not_before_us: not_before, asks: Vec::new() };
            commit.outbox.push(row);
        }
        writer.commit(commit).await.expect("a commit");

        // Also by a clock that has gone back behind the last entry.
        let now = moment - 10 + dice.below(25) as i64;
        let (but, at_most) = (some_lanes(&mut dice), 1 + dice.below(20) as u32);
        let on_others = |row: &ToTell| !but.contains(&on(row.lane));
        let in_state = |state: OutboxState| rows.iter().filter(move |(_, row)| row.state == state);
        let waiting = || in_state(OutboxState::Waiting);
        let mut due: Vec<_> = waiting().filter(|(_, row)| on_others(row) && row.not_before <= now).collect();
        due.sort_by_key(|(id, row)| (row.made.max(row.not_before), **id));
        due.truncate(at_most as usize);
        let due: Vec<OutboxId> = due.into_iter().map(|(id, _)| *id).collect();
        let found = readable(reader.outbox_due(At(now), &but, at_most).await.expect("rows"));
        assert_eq!(ids(&found), due, "the longest waiting first");
        let mut sending: Vec<_> = in_state(OutboxState::Sending).filter(|(_, row)| on_others(row)).collect();
        sending.retain(|(_, row)| row.not_before <= now);
        let sending: Vec<OutboxId> = sending.into_iter().map(|(id, _)| *id).collect();
        let begun = readable(reader.outbox_sending(At(now), &but).await.expect("rows"));
        assert_eq!(ids(&begun), sending, "those that may be tried again, in the order in which they were made");
        for it in found.iter().chain(&begun) {
            let (row, wrote) = (&rows[&it.id], entry(it.id.entry, 0, "", None));
            assert_eq!(
                (it.case, &it.lane, it.made, it.attempts, it.sending),
                (row.case, &on(row.lane), At(row.made), row.attempts, row.state == OutboxState::Sending)
            );
            assert_eq!(
                (it.facts.as_ref(), it.words.as_ref()),
                (Some(&wrote.facts), wrote.words.as_ref().map(|(words, _)| words))
            );
        }
        let mut oldest: Vec<i64> = waiting().filter(|(_, row)| row.free <= now).map(|(_, row)| row.free).collect();
        oldest.extend(in_state(OutboxState::Sending).map(|(_, row)| row.free));
        let age = (oldest.len() as i64, oldest.iter().min().copied().map(At));
        assert_eq!(
            reader.outbox_age(At(now)).await.expect("an age"),
            age,
            "counted from when it could first have gone out"
        );
        let undelivered = || waiting().chain(in_state(OutboxState::Sending));
        let next = undelivered().filter(|(_, row)| on_others(row)).map(|(_, row)| At(row.not_before)).min();
        assert_eq!(reader.outbox_next(&but).await.expect("a moment"), next);
        assert_eq!(reader.outbox_given_up().await.expect("a number"), in_state(OutboxState::GivenUp).count() as i64);
        let mut postponed: BTreeMap<Lane, At> = BTreeMap::new();
        for (_, row) in undelivered().filter(|(_, row)| row.not_before > row.free.max(now)) {
            let until = postponed.entry(on(row.lane)).or_insert(At(row.not_before));
            *until = (*until).max(At(row.not_before));
        }
        let found: BTreeMap<Lane, At> = reader.lanes_postponed(At(now)).await.expect("lanes").into_iter().collect();
        assert_eq!(found, postponed);
        for lane in LANES {
            let mut of_lane: Vec<OutboxId> =
                waiting().filter(|(_, row)| row.lane == lane && row.not_before <= now).map(|(id, _)| *id).collect();
            of_lane.truncate(at_most as usize);
            let found = readable(reader.outbox_of_lane(&on(lane), At(now), at_most).await.expect("rows"));
            assert_eq!(ids(&found), of_lane, "in the order in which they were made");
        }
        let size = dice.below(seq as u64 + 2);
        let wanted = |id: &OutboxId| (id.entry as u64) < size;
        let untold = undelivered().any(|(id, row)| wanted(id) && row.not_before <= now);
        assert_eq!(reader.is_told(size, At(now)).await.expect("an answer"), !untold);
    }
}

fn is_open(state: OutboxState) -> bool {
    match state {
        OutboxState::Waiting | OutboxState::Sending => true,
        OutboxState::Sent | OutboxState::Dropped | OutboxState::GivenUp => false,
    }
}

fn readable<Row>(rows: Vec<Result<Row, StoreError>>) -> Vec<Row> {
    rows.into_iter().map(|row| row.expect("it can be read")).collect()
}

fn ids(rows: &[OutboxDue]) -> Vec<OutboxId> {
    rows.iter().map(|row| row.id).collect()
}

/// A card is due while it shows less than is wanted of it, wherever it stands.
async fn a_card_shows_what_is_wanted_of_it(place: &impl Place) {
    let mut dice = Dice::thrown("cards");
    let (mut writer, reader) = place.open().await;
    let mut cards: BTreeMap<(u32, &str), CardDue> = BTreeMap::new();
    let now = At(50);
    for seq in 0..150 {
        let (number, lane) = (1 + dice.below(5) as u32, *dice.one_of(&LANES));
        let (case, on_it) = (id(number), on(lane));
        let mut commit = Commit::default();
        let known = cards.get_mut(&(number, lane));
        match (dice.below(6), known) {
            (0, _) | (_, None) => {
                let new = CardDue {
                    case,
                    lane: on_it.clone(),
                    wanted: seq,
                    shown: None,
                    message: None,
                    sending: false,
                    attempts: 0,
                    not_before: At(0),
                };
                cards.entry((number, lane)).or_insert(new).wanted = seq;
                commit.cards.push(CardRow { case, lane: on_it, wanted: seq });
            }
            (1, Some(card)) => {
                (card.sending, card.not_before) = (true, At(0));
                commit.cards_sending.push((case, on_it));
            }
            (2, Some(card)) => {
                card.attempts += 1;
                (card.sending, card.not_before) = (dice.below(2) == 0, At(dice.below(100) as i64));
                commit.cards_postponed.push(Postponed {
                    of: (case, on_it),
                    attempts: card.attempts,
                    not_before: card.not_before,
                    perhaps_sent: card.sending,
                });
            }
            (3, Some(card)) => {
                *card = CardDue {
                    shown: None,
                    message: None,
                    sending: false,
                    attempts: 0,
                    not_before: At(0),
                    ..card.clone()
                };
                commit.cards_gone.push((case, on_it));
            }
            (_, Some(card)) => {
                // What was wanted when it was made; meanwhile more may be.
                let (shown, message) = (card.wanted - dice.below(2) as i64, format!("card {seq}"));
                *card = CardDue {
                    shown: Some(shown),
                    message: Some(message.clone()),
                    sending: false,
                    attempts: 0,
                    not_before: At(0),
                    ..card.clone()
                };
                commit.cards_shown.push((case, on_it, shown, message));
            }
        }
        writer.commit(commit).await.expect("a commit");
        let (but, at_most) = (some_lanes(&mut dice), 1 + dice.below(12) as u32);
        let behind = |card: &&CardDue| card.shown.is_none_or(|shown| shown < card.wanted);
        let on_others = |card: &&CardDue| !but.contains(&card.lane);
        let mut due: Vec<&CardDue> =
            cards.values().filter(behind).filter(on_others).filter(|card| card.not_before <= now).collect();
        due.sort_by_key(|card| (card.not_before, card.wanted));
        due.truncate(at_most as usize);
        let found = readable(reader.cards_due(now, &but, at_most).await.expect("cards"));
        assert_eq!(format!("{found:?}"), format!("{due:?}"), "those that were wanted first come first");
        let next = cards.values().filter(behind).filter(on_others).map(|card| card.not_before).min();
        assert_eq!(reader.outbox_next(&but).await.expect("a moment"), next);
        let untold = cards.values().filter(behind).any(|card| card.wanted < seq && card.not_before <= now);
        assert_eq!(reader.is_told(seq as u64, now).await.expect("an answer"), !untold);
        let mut everywhere = Vec::new();
        for ((number, lane), card) in &cards {
            let found = reader.card(id(*number), &on(lane)).await.expect("a card").expect("there is one");
            assert_eq!(format!("{found:?}"), format!("{card:?}"));
            if let Some(message) = &card.message {
                assert_eq!(writer.case_of_card(&on(lane), message).await.expect("a case"), Some(id(*number)));
            }
            everywhere.push((card.case, card.lane.clone(), card.message.clone()));
        }
        assert_eq!(reader.cards_of(&(1..=5).map(id).collect::<Vec<_>>()).await.expect("cards"), everywhere);
    }
}

/// A message that asks for an answer is to be edited when that answer stands otherwise than the message says, until it is, or
/// can't be.
async fn a_message_is_edited_until_it_says_how_its_answers_stand(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    let lane = on(LANES[0]);
    let edits = async |now: i64| {
        let found = reader.edits_due(At(now), &[], 10).await.expect("a look");
        let found = found.into_iter().map(|it| it.expect("a row"));
        found
            .map(|it| (it.message, it.thread, it.rows.iter().map(|row| (row.id.place, row.part)).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    let row = |place, asks| OutboxRow {
        id: OutboxId { entry: 0, place },
        case: Some(id(1)),
        lane: lane.clone(),
        made_us: 1,
        not_before_us: 0,
        asks,
    };
    let told = |place, part, shown| {
        let at = Some(ToldAt { lane: lane.clone(), message: "m".to_owned(), part, shown });
        Delivered { id: OutboxId { entry: 0, place }, state: OutboxState::Sent, at, why: None }
    };
    let mut commit = entries(vec![entry(0, 1, "approval.requested", None)]);
    commit.outbox = vec![row(0, vec![1, 2]), row(1, Vec::new())];
    writer.commit(commit).await.expect("a commit");
    // What isn't sent yet is drawn when it is.
    writer
        .commit(Commit { asked_anew: vec![(id(1), 1, 1)], ..entries(vec![entry(1, 1, "approval.voted", None)]) })
        .await
        .unwrap();
    assert_eq!(edits(9).await, []);
    let mut commit = entries(vec![entry(2, 1, "told.message", None)]);
    commit.delivered = vec![told(0, 0, Some(0)), told(1, 1, None)];
    commit.messages = vec![MessageRow { thread: Some("root".to_owned()), ..message_row(LANES[0], "m", "said", 2) }];
    writer.commit(commit).await.expect("a commit");
    // It was drawn before the vote came.
    let all = ("m".to_owned(), Some("root".to_owned()), vec![(0, 0), (1, 1)]);
    assert_eq!(edits(9).await, std::slice::from_ref(&all));
    assert!(!reader.is_told(3, At(9)).await.expect("a look"));
    let later = Postponed { of: (lane.clone(), "m".to_owned()), attempts: 1, not_before: At(20), perhaps_sent: false };
    writer.commit(Commit { edits_postponed: vec![later], ..Commit::default() }).await.expect("a commit");
    assert_eq!((edits(19).await, edits(20).await), (Vec::new(), vec![all.clone()]));
    assert_eq!(reader.outbox_next(&[]).await.expect("a look"), Some(At(20)));
    let edited = Commit {
        delivered: vec![told(0, 0, Some(1)), told(1, 1, None)],
        ..entries(vec![entry(3, 1, "told.message", None)])
    };
    writer.commit(edited).await.expect("a commit");
    assert_eq!(edits(99).await, []);
    // Another answer that it doesn't ask for changes nothing; one that it does, does.
    writer
        .commit(Commit {
            asked_anew: vec![(id(1), 3, 4), (id(2), 1, 4)],
            ..entries(vec![entry(4, 1, "approval.voted", None)])
        })
        .await
        .unwrap();
    assert_eq!(edits(99).await, []);
    writer
        .commit(Commit { asked_anew: vec![(id(1), 2, 5)], ..entries(vec![entry(5, 1, "approval.voted", None)]) })
        .await
        .unwrap();
    assert_eq!(edits(99).await, [all]);
    let left = vec![(OutboxId { entry: 0, place: 0 }, 5)];
    writer.commit(Commit { left_as_they_are: left, ..Commit::default() }).await.expect("a commit");
    assert_eq!(edits(99).await, []);
    assert_eq!(reader.first_asked(&lane, id(1), &[2]).await.expect("a look").as_deref(), Some("m"));
    // It has no button for the other one.
    assert_eq!(reader.first_asked(&lane, id(1), &[2, 7]).await.expect("a look"), None);
    assert_eq!(reader.first_asked(&lane, id(1), &[7]).await.expect("a look"), None);
    assert_eq!(reader.first_asked(&lane, id(1), &[]).await.expect("a look"), None);
}

/// A case that went on in another channel: its lane is the new one, and what was said before that stands in the old one.
async fn a_lane_is_the_newest_of_its_channels(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    let lane = on("slack/inc-1");
    let made = |seq, channel: &str| Commit {
        case_channels: vec![(lane.clone(), seq, channel.to_owned())],
        ..entries(vec![entry(seq, 1, "told.channel", None)])
    };
    let said = |seq, message: &str| Commit {
        messages: vec![message_row("slack/inc-1", message, "said", seq)],
        ..entries(vec![entry(seq, 1, "told.message", None)])
    };
    let stands_in = async |message: &str| reader.left_channel(&lane, message).await.expect("a look");
    assert_eq!(reader.case_channel(&lane).await.expect("a look"), None);
    for commit in [made(0, "C1"), said(1, "m1")] {
        writer.commit(commit).await.expect("a commit");
    }
    assert_eq!((stands_in("m1").await, stands_in("none").await), (None, None));
    for commit in [made(2, "C2"), said(3, "m3"), made(4, "C3"), said(5, "m5")] {
        writer.commit(commit).await.expect("a commit");
    }
    let stands = [stands_in("m1").await, stands_in("m3").await, stands_in("m5").await];
    assert_eq!(stands.each_ref().map(Option::as_deref), [Some("C1"), Some("C2"), None]);
    assert_eq!(reader.case_channel(&lane).await.expect("a look").as_deref(), Some("C3"));
    let all = reader.case_channels(&Platform::from("slack")).await.expect("a look");
    assert_eq!(all, [(lane.clone(), "C3".to_owned())]);
}

/// A row that can't be read is an error of its own, which names it; those before it and behind it are given.
async fn a_row_that_cant_be_read_hides_no_other(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    let mut commit = entries(vec![entry(0, 1, "approval.requested", None)]);
    for place in 0..8 {
        let (id, case, lane) = (OutboxId { entry: 0, place }, Some(id(1)), on(LANES[0]));
        commit.outbox.push(OutboxRow { id, case, lane, made_us: 1, not_before_us: 1, asks: Vec::new() });
        if place >= 4 {
            commit.delivered.push(Delivered::sending(id));
        }
    }
    for number in 1..=4 {
        commit.cards.push(CardRow { case: id(number), lane: on(LANES[0]), wanted: i64::from(number) });
    }
    writer.commit(commit).await.expect("a commit");
    place.alter("update outbox set case_id = 'nobody' where place in (1, 5)").await;
    place.alter("update outbox set lane = 'nowhere' where place in (2, 6)").await;
    place.alter("update card set case_id = 'nobody' where wanted = 2").await;
    place.alter("update card set lane = 'nowhere' where wanted = 3").await;
    let message = |row: &OutboxDue| row.id.to_string();
    let due = reader.outbox_due(At(1), &[], 9).await.expect("rows");
    assert_eq!(said(due, message), ["0.0", "not 0.1 of the outbox", "not 0.2 of the outbox", "0.3"]);
    let sending = reader.outbox_sending(At(1), &[]).await.expect("rows");
    assert_eq!(said(sending, message), ["0.4", "not 0.5 of the outbox", "not 0.6 of the outbox", "0.7"]);
    let of_lane = reader.outbox_of_lane(&on(LANES[0]), At(1), 9).await.expect("rows");
    assert_eq!(said(of_lane, message), ["0.0", "not 0.1 of the outbox", "0.3"]);
    let cards = reader.cards_due(At(1), &[], 9).await.expect("cards");
    let unread = ["not nobody, local/credit of the cards", "not APR-3, nowhere of the cards"];
    assert_eq!(said(cards, |card: &CardDue| card.case.to_string()), ["APR-1", unread[0], unread[1], "APR-4"]);
}

/// Neither does a message of the transcript or an obligation stand for something else than it is: which row it was is said.
async fn a_row_that_cant_be_read_is_named(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    let mut commit = entries(vec![entry(0, 1, "approval.requested", Some((1, 1)))]);
    commit.cases.push(case_row(1, "credit", None));
    commit.duties.push(duty_row(1, 1, 9, &[]));
    commit.messages.push(message_row(LANES[0], "m1", "{}", 0));
    writer.commit(commit).await.expect("a commit");
    let lane = on(LANES[0]);
    for (alter, name) in [
        ("update message set case_id = 'nobody'", "row local/credit, m1 of the messages"),
        ("update duty set duty = 'juggle'", "row APR-1, 1 of the duties"),
        ("update duty set duty = 'decide', state = 'lost'", "row APR-1, 1 of the duties"),
        ("update duty set case_id = 'APR-x'; update case_file set case_id = 'APR-x'", "row APR-x, 1 of the duties"),
        ("update ledger set case_id = 'nobody'", "row nobody of the ledger"),
    ] {
        place.alter(alter).await;
        let mut view = reader.view().await.expect("a view");
        let read = match alter.split_whitespace().nth(1) {
            Some("message") => reader.message(&lane, "m1").await.map(drop),
            Some("duty") => view.each_duty(At(0), &[], |_| {}).await,
            _ => view.ruled_since(0).await.map(drop),
        };
        let error = read.expect_err(alter).to_string();
        assert!(error.starts_with(name), "{alter}: {error}");
    }
}

/// What each row says of itself, or which can't be read.
fn said<Row>(rows: Vec<Result<Row, StoreError>>, name: impl Fn(&Row) -> String) -> Vec<String> {
    let said = |row: Result<Row, StoreError>| match row {
        Ok(row) => name(&row),
        Err(StoreError::Unreadable { what, .. }) => format!("not {what}"),
        Err(other) => panic!("{other}"),
    };
    rows.into_iter().map(said).collect()
}

/// A cause has one answer, the entry's in which it was heard; no second entry can have it.
async fn a_cause_has_one_answer(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    let mut heard = entries((0..6).map(|seq| entry(seq, seq, "said.command", None)).collect());
    heard.causes = (0..6).map(|seq| (format!("k{seq}"), seq)).collect();
    writer.commit(heard).await.expect("a commit");
    let mut again = entries(vec![entry(6, 6, "said.command", None)]);
    again.causes.push(("k3".to_owned(), 6));
    writer.commit(again).await.expect_err("it was answered");
    assert_eq!(reader.size().await.expect("a size"), 6);
    assert_eq!(writer.heard_before(vec![]).await.expect("causes"), []);
    let mut found = writer.heard_before(strings(&["k3", "never", "k4", "k3"])).await.expect("causes");
    found.sort();
    let answer = |seq: i64| {
        let EntryRow { leaf, facts, words, .. } = entry(seq, seq, "said.command", None);
        HeardBefore { key: format!("k{seq}"), entry: seq, leaf, facts, words: words.map(|(words, _)| words) }
    };
    assert_eq!(found, [answer(3), answer(4)]);
}

/// What stands in the channels, whatever the order in which a message, its edits and its deletion are heard; and whoever
/// reads on from the last change that he saw misses none.
async fn the_transcript_is_what_stands_there_now(place: &impl Place) {
    let mut dice = Dice::thrown("messages");
    let (mut writer, reader) = place.open().await;
    let mut standing: BTreeMap<(&str, String), MessageRead> = BTreeMap::new();
    let mut said = BTreeSet::new();
    // What somebody knows who reads on a page at a time, and only now and then.
    let mut followed: BTreeMap<(&str, String), MessageRead> = BTreeMap::new();
    let mut seen = BTreeMap::from(LANES.map(|lane| (lane, -1)));
    for seq in 0..220 {
        let (lane, nth) = (*dice.one_of(&LANES), dice.below(25));
        let key = (lane, format!("{lane} {nth}"));
        let (message, at_us, body) = (key.1.clone(), seq * 10, format!("body {seq}"));
        let begun = |author: &str, body: &str| MessageRead {
            lane: on(lane),
            id: message.clone(),
            thread: None,
            author: author.to_owned(),
            person: None,
            body: body.to_owned(),
            said_us: at_us,
            edited_us: None,
            deleted_us: None,
            case: None,
            first: seq,
            last: seq,
            parts: 1,
            more: Vec::new(),
        };
        let mut commit = Commit::default();
        match dice.below(8) {
            0 | 1 => {
                let it = standing.entry(key).or_insert_with(|| begun("", &body));
                (it.body, it.edited_us, it.last) = (body.clone(), Some(at_us), seq);
                commit.message_changes.push(MessageChange::Edited {
                    lane: on(lane),
                    id: message.clone(),
                    body,
                    at_us,
                    seq,
                });
            }
            2 => {
                let it = standing.entry(key).or_insert_with(|| begun("", "{}"));
                (it.deleted_us, it.last) = (Some(at_us), seq);
                commit.message_changes.push(MessageChange::Deleted { lane: on(lane), id: message.clone(), at_us, seq });
            }
            3 => {
                let it = standing.entry(key).or_insert_with(|| begun(BOT, "{}"));
                (it.case, it.last, it.parts) = (None, seq, it.parts + 1);
                it.more.push(body.clone());
                let part = it.parts - 1;
                commit.message_parts.push(MessagePartRow {
                    lane: on(lane),
                    id: message.clone(),
                    part,
                    author: BOT.to_owned(),
                    body,
                    said_us: at_us,
                    seq,
                });
            }
            _ if said.insert(key.clone()) => {
                let author = if dice.below(3) == 0 { BOT } else { "maya" };
                let thread = (dice.below(2) == 0).then(|| "root".to_owned());
                let of_case = (dice.below(2) == 0).then(|| id(1));
                let it = standing.entry(key).or_insert_with(|| begun(author, &body));
                if it.edited_us.is_none() && it.deleted_us.is_none() {
                    it.body.clone_from(&body);
                }
                (it.thread, it.person) = (thread.clone(), Some("maya".to_owned()));
                (it.author, it.case) = (author.to_owned(), of_case);
                (it.said_us, it.first, it.last) = (at_us, seq, seq);
                let row = message_row(lane, &message, &body, seq);
                commit.messages.push(MessageRow {
                    thread,
                    author: author.to_owned(),
                    case: of_case,
                    said_us: at_us,
                    ..row
                });
            }
            _ => continue,
        }
        writer.commit(commit).await.expect("a commit");

        let of_lane: Vec<&MessageRead> = standing.values().filter(|it| it.lane == on(lane)).collect();
        let (edge, at_most) = (dice.below(seq as u64 + 2) as i64, 1 + dice.below(30) as u32);
        for stretch in [Stretch::Before(None), Stretch::Before(Some(edge)), Stretch::After(edge)] {
            let mut all = of_lane.clone();
            all.sort_by_key(|it| it.last);
            match stretch {
                Stretch::Before(edge) => {
                    all.retain(|it| edge.is_none_or(|edge| it.last < edge));
                    all.reverse();
                }
                Stretch::After(edge) => all.retain(|it| it.last > edge),
            }
            all.truncate(at_most as usize);
            all.sort_by_key(|it| it.first);
            let found = reader.messages(&on(lane), stretch, at_most).await.expect("messages");
            assert_eq!(found.iter().collect::<Vec<_>>(), all, "{stretch:?}, {at_most} at most");
        }
        let it = &standing[&(lane, message.clone())];
        assert_eq!(reader.message(&on(lane), &message).await.expect("a message").as_ref(), Some(it));
        let local = reader.local_message(&message).await.expect("a message");
        assert_eq!(local.as_ref(), Some(it).filter(|it| it.lane.platform.as_str() == LOCAL));
        let known = writer.message(&on(lane), &message).await.expect("a message").expect("there is one");
        assert_eq!(known.body.as_ref(), Some(&it.body).filter(|_| it.parts == 1));
        assert_eq!(known.case, it.case);
        if dice.below(5) == 0 {
            read_on(&reader, &mut seen, &mut followed, lane, 3).await;
        }
    }
    for lane in LANES {
        while read_on(&reader, &mut seen, &mut followed, lane, 3).await {}
    }
    assert_eq!(followed, standing);
    for platform in ["local", "slack"] {
        let mut newest = Vec::new();
        for lane in LANES.iter().filter(|lane| lane.starts_with(&format!("{platform}/"))) {
            let all = || standing.values().filter(|it| it.lane == on(lane));
            let of_people = all().filter(|it| it.author != BOT).map(|it| it.said_us).max();
            let last = of_people.or_else(|| all().map(|it| it.said_us).max());
            newest.extend(
                all().filter(|it| Some(it.said_us) == last).map(|it| (it.lane.clone(), it.id.clone(), it.said_us)),
            );
        }
        newest.sort_by_cached_key(|(lane, id, _)| (lane.to_string(), id.clone()));
        let newest: Vec<_> = newest.into_iter().map(|(lane, id, said)| (lane, id, At(said))).collect();
        assert_eq!(reader.newest(&Platform::from(platform), BOT, None).await.expect("messages"), newest);
    }
}

/// Reads the next page of a lane. Whether there was anything in it.
async fn read_on<'a>(
    reader: &Reader,
    seen: &mut BTreeMap<&'a str, i64>,
    followed: &mut BTreeMap<(&'a str, String), MessageRead>,
    lane: &'a str,
    at_most: u32,
) -> bool {
    let page = reader.messages(&on(lane), Stretch::After(seen[lane]), at_most).await.expect("messages");
    let Some(last) = page.iter().map(|it| it.last).max() else { return false };
    seen.insert(lane, last);
    followed.extend(page.into_iter().map(|it| ((lane, it.id.clone()), it)));
    true
}

/// Who owes what now, the one due first first; and what was owed in a time, whatever became of it.
async fn duties_are_counted_and_owed_until_they_are_closed(place: &impl Place) {
    let mut dice = Dice::thrown("duties");
    let (mut writer, reader) = place.open().await;
    let holders = ["role:model-risk", "role:lead", "person:dev", "person:lena"];
    let workflows = ["credit", "claims", "fraud"];
    let of_case = |number: u32| workflows[number as usize % 3];
    let cases = (1..=12).map(|number| case_row(number, of_case(number), None)).collect();
    writer.commit(Commit { cases, ..Commit::default() }).await.expect("a commit");
    // With its holders.
    let mut duties: BTreeMap<(u32, u32), (DutyFigures, Vec<&str>)> = BTreeMap::new();
    for step in 0..80 {
        let (number, nth) = (1 + dice.below(12) as u32, 1 + dice.below(3) as u32);
        // Every duty is due at a moment of its own, so that the order is one.
        let due_us = dice.below(1_000) as i64 * 100 + step;
        let behind_us = dice.below(50) as i64;
        let closed_us = (dice.below(3) == 0).then(|| dice.below(100) as i64);
        let before = duties.get(&(number, nth));
        let held: Vec<&str> = match before {
            Some((_, held)) => held.clone(),
            None => holders.iter().copied().filter(|_| dice.below(2) == 0).collect(),
        };
        let mut row = duty_row(number, nth, due_us, &held);
        row.figures = DutyFigures { workflow: of_case(number).into(), behind_us, closed_us, ..row.figures };
        // The bot's worst lateness is never forgotten.
        let behind_us = before.map_or(behind_us, |(before, _)| before.behind_us.max(behind_us));
        let read = DutyFigures { behind_us, ..row.figures.clone() };
        writer.commit(Commit { duties: vec![row], ..Commit::default() }).await.expect("a commit");
        duties.insert((number, nth), (read, held));

        let since = dice.below(100) as i64;
        let asked: Vec<&str> = workflows.iter().copied().filter(|_| dice.below(2) == 0).collect();
        let counts = |it: &DutyFigures| {
            it.closed_us.is_none_or(|at| at >= since) && (asked.is_empty() || asked.contains(&it.workflow.as_str()))
        };
        let mut found = Vec::new();
        let flows: Vec<WorkflowId> = asked.iter().map(|it| WorkflowId::from(*it)).collect();
        let mut view = reader.view().await.expect("a view");
        view.each_duty(At(since), &flows, |it| found.push(it.figures)).await.expect("duties");
        drop(view);
        found.sort_by_key(|it| (it.case.number, it.number));
        let counted: Vec<DutyFigures> = duties.values().map(|(it, _)| it.clone()).filter(|it| counts(it)).collect();
        assert_eq!(found, counted);

        let owes = ["role:model-risk", "person:dev"];
        let open = || duties.iter().filter(|(_, (it, _))| it.closed_us.is_none());
        let owing: BTreeSet<u32> = open()
            .filter(|(_, (_, held))| held.iter().any(|it| owes.contains(it)))
            .map(|((number, _), _)| *number)
            .collect();
        let first_due =
            |case: &u32| open().filter(|((number, _), _)| number == case).map(|(_, (it, _))| it.due_us).min();
        let mut owing: Vec<u32> = owing.into_iter().collect();
        owing.sort_by_key(first_due);
        let at_most = 1 + dice.below(12) as u32;
        owing.truncate(at_most as usize);
        let found = reader.owing(&strings(&["model-risk"]), "dev", at_most).await.expect("cases");
        assert_eq!(found.iter().map(|case| case.id.number).collect::<Vec<_>>(), owing);
    }
}

/// Cases are found by number, kind and workflow, the closed ones only where they are asked for; what a case was last told is
/// numbered within it.
async fn cases_are_listed_and_numbered(place: &impl Place) {
    let (mut writer, reader) = place.open().await;
    assert_eq!(writer.highest_number(CaseKind::Approval).await.expect("a number"), 0);
    let mut commit = Commit::default();
    for number in [3, 1, 7, 4] {
        let workflow = if number > 3 { "credit" } else { "claims" };
        let closed_us = (number == 4).then_some(9);
        commit.cases.push(CaseRow { closed_us, ..case_row(number, workflow, None) });
    }
    commit.entries = vec![entry(0, 0, "approval.requested", Some((7, 1))), entry(1, 1, "said.message", Some((7, 2)))];
    commit.entries.push(entry(2, 2, "told.message", Some((3, 1))));
    writer.commit(commit).await.expect("a commit");
    assert_eq!(writer.highest_number(CaseKind::Approval).await.expect("a number"), 7);
    assert_eq!(writer.highest_number(CaseKind::Incident).await.expect("a number"), 0);
    assert_eq!(writer.last_case_seqs(vec![id(4), id(7)]).await.expect("numbers"), [(id(7), 2)]);
    assert_eq!(reader.open_cases().await.expect("a number"), 3);
    let credit = WorkflowId::from("credit");
    for (workflow, closed, at_most, listed) in [
        (None, false, 9, &[7, 3, 1][..]),
        (None, true, 9, &[7, 4, 3, 1]),
        (None, true, 2, &[7, 4]),
        (Some(&credit), false, 9, &[7]),
    ] {
        let found = reader.list(CaseKind::Approval, workflow, closed, at_most).await.expect("cases");
        assert_eq!(found.iter().map(|case| case.id.number).collect::<Vec<_>>(), listed);
    }
    assert_eq!(reader.case(id(4)).await.expect("a case"), Some(case(4, "credit")));
    assert_eq!(reader.case(id(5)).await.expect("a case"), None);
    assert_eq!(writer.cases(vec![id(5), id(1)]).await.expect("cases"), [case(1, "claims")]);
    let story = reader.entries_of(id(7)).await.expect("entries");
    assert_eq!(story.iter().map(|it| it.case_seq).collect::<Vec<_>>(), [Some(1), Some(2)]);
    let mut view = reader.view().await.expect("a view");
    assert_eq!(view.ruled_since(0).await.expect("cases"), [id(7)], "what was only said or told is no ruling");
    assert_eq!(view.ruled_since(1).await.expect("cases"), Vec::<CaseId>::new());
    assert_eq!(view.rulings_of(id(7), 9).await.expect("entries").len(), 1);
    assert_eq!(view.rulings_of(id(7), 0).await.expect("entries").len(), 0);
}

// ── Where they hold ────────────────────────────────────────────────────────────────────────────────────────────────

macro_rules! contracts {
    ($name:ident, $place:ident: $($contract:ident),+ $(,)?) => {
        mod $name {
            use super::Place as _;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $contract() {
                    super::$contract(&super::$place::empty()).await;
                }
            )+
        }
    };
}

contracts! { sqlite, Sqlite:
    a_commit_is_whole_or_not_at_all,
    what_is_committed_is_seen_at_once_and_only_that,
    a_view_is_one_moment,
    the_tree_is_that_of_the_entries,
    wakes_come_in_their_order,
    holders_are_woken_where_they_owe,
    the_outbox_keeps_order_and_lanes_apart,
    a_card_shows_what_is_wanted_of_it,
    a_message_is_edited_until_it_says_how_its_answers_stand,
    a_lane_is_the_newest_of_its_channels,
    a_row_that_cant_be_read_hides_no_other,
    a_row_that_cant_be_read_is_named,
    a_cause_has_one_answer,
    the_transcript_is_what_stands_there_now,
    duties_are_counted_and_owed_until_they_are_closed,
    cases_are_listed_and_numbered,
}

// ── Of SQLite's files ──────────────────────────────────────────────────────────────────────────────────────────────

fn hash_of(file: &Path) -> String {
    hex::encode(Sha256::digest(std::fs::read(file).expect("a file")))
}

/// What lies beside one another there; SQLite's own scratch counts only if there is something in it.
fn names_in(folder: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let counts = |it: &std::fs::DirEntry| it.metadata().expect("a file").len() > 0;
    let names = files.filter(counts).map(|it| it.file_name().to_string_lossy().into_owned());
    names.filter(|name| !name.ends_with("-shm")).collect()
}

/// A database with something in it, closed well.
async fn a_database() -> Sqlite {
    let place = Sqlite::empty();
    let (mut writer, reader) = place.open().await;
    writer.commit(a_bit_of_everything(0, "k")).await.expect("a commit");
    reader.close().await;
    writer.close().await.expect("closed");
    place
}

#[tokio::test]
async fn what_is_not_ours_is_refused_and_left_as_it_is() {
    let newer = a_database().await;
    newer
        .alter(
            "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
             values (9999, 'from the future', '2099-01-01', true, zeroblob(48), 1)",
        )
        .await;
    let altered = a_database().await;
    altered.alter("update _sqlx_migrations set checksum = zeroblob(48)").await;
    let other = Sqlite::empty();
    std::fs::write(other.file(), b"no database at all, but long enough to look at. ".repeat(99)).expect("written");
    type Is = fn(&StoreError) -> bool;
    let cases: [(&Sqlite, Is); 3] = [
        (&newer, |error| matches!(error, StoreError::Newer { version: 9999, .. })),
        (&altered, |error| matches!(error, StoreError::Unreleased { version: 1, .. })),
        (&other, |error| matches!(error, StoreError::Open { .. })),
    ];
    for (place, is) in cases {
        let before = hash_of(&place.file());
        let refused = store::open(&place.file(), true).await.err().expect("it is refused");
        assert!(is(&refused), "{refused:?}");
        assert_eq!(hash_of(&place.file()), before);
    }
    let nowhere = Sqlite::empty();
    assert!(matches!(store::open(&nowhere.file(), false).await, Err(StoreError::Open { .. })));
    assert!(matches!(store::open_to_read(&nowhere.file()).await, Err(StoreError::Open { .. })));
    assert_eq!(names_in(nowhere.0.path()), BTreeSet::new(), "nothing was made");
}

#[tokio::test]
async fn a_database_that_is_read_is_never_written() {
    let place = a_database().await;
    let (before, names) = (hash_of(&place.file()), names_in(place.0.path()));
    let reader = place.look().await;
    assert_eq!(reader.size().await.expect("a size"), 1);
    let mut view = reader.view().await.expect("a view");
    assert!(view.last_entry().await.expect("an entry").is_some());
    drop(view);
    reader.close().await;
    assert_eq!((hash_of(&place.file()), names_in(place.0.path())), (before, names));
}

/// Number, name and hash of each migration are those that sqlx reads from the folder: a database that was made by sqlx itself
/// is opened, and one that was made here is known to it.
#[tokio::test]
async fn migrations_are_those_of_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let migrator = Migrator::new(folder).await.expect("the folder is read");
    let there: Vec<(i64, String, Vec<u8>)> =
        migrator.iter().map(|it| (it.version, it.description.to_string(), it.checksum.to_vec())).collect();
    let made_before = Sqlite::empty();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(made_before.file()).create_if_missing(true);
    let mut db = options.connect().await.expect("a database");
    migrator.run(&mut db).await.expect("it migrates");
    db.close().await.expect("closed");
    for place in [made_before, a_database().await] {
        let (writer, reader) = place.open().await;
        reader.close().await;
        writer.close().await.expect("closed");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.file());
        let mut db = options.connect().await.expect("a database");
        let sql = "select version, description, checksum from _sqlx_migrations order by version";
        let known: Vec<(i64, String, Vec<u8>)> = sqlx::query_as(sql).fetch_all(&mut db).await.expect("rows");
        assert_eq!(known, there);
        migrator.run(&mut db).await.expect("there is nothing to do");
        db.close().await.expect("closed");
    }
}
