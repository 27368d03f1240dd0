//! How fast and how small. Prints figures; asserts only that the work was really done. `cargo bench` runs all of them,
//! `cargo bench -- desk wakes` some.
//!
//! These are figures of a machine at a moment. What they were where, and which of the goals they reach, stands in
//! `benches/README.md`.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::answers::Answers;
use countersign::app::serve::Assembly;
use countersign::blobs::Blobs;
use countersign::blobs::folder::keep_blob;
use countersign::chat::Chats;
use countersign::chat::reception::Reception;
use countersign::clock::Clock;
use countersign::desk::{DeskHandle, Handled};
use countersign::domain::mark::Words;
use countersign::domain::policy::Policy;
use countersign::domain::{At, Body, CaseId, Lane, Span};
use countersign::evidence::erasure::carry_out::Eraser;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::{Account, File, Heard, What};
use countersign::seal::{Audit, Copies, Row, SEGMENT_ENTRIES, Salted, Segment};
use countersign::store::{Reader, Scan, SearchIndex};
use countersign::web::App;
use futures_util::StreamExt as _;
use tokio::task::{JoinHandle, JoinSet};

const POLICY: &str = include_str!("policy.toml");

/// A Monday.
const START: At = At(1_795_420_800_000_000);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads");
    runtime.block_on(async {
        if wants("desk") {
            desk().await;
        }
        if wants("transcript") {
            transcript().await;
        }
        if wants("wakes") {
            wakes().await;
        }
        if wants("open") {
            million_open().await;
        }
        if wants("queue") {
            queue().await;
        }
        if wants("verify") {
            verify().await;
        }
        if wants("erasure") {
            erasure().await;
        }
        if wants("search") {
            search().await;
        }
        if wants("handoff") {
            handoff().await;
        }
        if wants("export") {
            export().await;
        }
    });
}

struct House {
    folder: tempfile::TempDir,
    desk: DeskHandle,
    answers: Answers,
    reception: Reception,
    reader: Reader,
    task: JoinHandle<Result<(), countersign::desk::DeskError>>,
    clock: Clock,
}

impl House {
    async fn new() -> House {
        House::at(tempfile::tempdir().expect("a temporary folder"), Clock::manual(START, 0)).await
    }

    async fn at(folder: tempfile::TempDir, clock: Clock) -> House {
        let data = Folder::open(folder.path(), true).expect("a data folder");
        let policy = Policy::read(POLICY).expect("the policy reads");
        let mut assembly = Assembly::of(data, policy, POLICY.to_owned()).await.expect("a database");
        assembly.clock = clock.clone();
        let assembled = assembly.assemble(|_| Chats::default()).await.expect("the desk opens");
        // No courier runs: what is measured is deciding.
        let App { reception, reader, .. } = assembled.app;
        let Reception { desk, answers, .. } = reception.clone();
        House { folder, desk, answers, reception, reader, task: tokio::spawn(assembled.desk.run()), clock }
    }

    async fn stop(self) -> tempfile::TempDir {
        self.desk.stop().await;
        self.task.await.expect("the desk ran").expect("the desk stopped well");
        self.folder
    }

    async fn command(&self, cause: String, who: &str, text: String) {
        self.hear(cause, who, What::Command { text }).await;
    }

    async fn hear(&self, cause: String, who: &str, what: What) {
        self.hear_in(cause, who, "local/room", what).await;
    }

    async fn hear_in(&self, cause: String, who: &str, lane: &str, what: What) {
        let from = Account::member(who, who);
        let lane: Lane = lane.parse().expect("a lane");
        let heard = Heard::live(cause, from, lane, what);
        let handled = self.desk.hear(heard).await.expect("the desk answers");
        if let Handled::Answer(answer) = &handled {
            assert!(answer.form.is_none() && answer.errors.is_none(), "not understood: {answer:?}");
        }
    }

    /// Fills the ledger with what people say, 256 messages in flight; `of` is who says the nth, where, and what. How many were said.
    async fn talk(self: &Arc<House>, messages: usize, of: fn(usize) -> (&'static str, &'static str, String)) -> usize {
        let (workers_count, each) = (256, messages / 256);
        let mut workers = JoinSet::new();
        for worker in 0..workers_count {
            let house = self.clone();
            workers.spawn(async move {
                for nth in worker * each..(worker + 1) * each {
                    let (who, lane, text) = of(nth);
                    let what = What::Said { message: format!("m{nth}"), text, files: Words::default() };
                    house.hear_in(format!("said/{nth}"), who, lane, what).await;
                }
            });
        }
        workers.join_all().await;
        workers_count * each
    }
}

/// A message as people write them.
fn ordinary(nth: usize) -> String {
    format!("message {nth}: the batch of last night looks odd, see the dashboard for region {}", nth % 256)
}

/// Durable commands through desk, store and ledger: a round is a request, a note on it, and an approval.
async fn desk() {
    for in_flight in [1, 64, 256] {
        let house = Arc::new(House::new().await);
        let rounds = if in_flight == 1 { 1_500 } else { 20_000 };
        let share = rounds / in_flight;
        let (begun, spent) = (Instant::now(), processor_time());
        let mut workers = JoinSet::new();
        for worker in 0..in_flight {
            let house = house.clone();
            workers.spawn(async move {
                let mut took = Vec::with_capacity(share * 3);
                for round in 0..share {
                    // Numbers are given in order of arrival, so each worker asks about a case that surely exists by then.
                    let case = round * in_flight / 2 + 1;
                    let texts = [
                        ("maya", format!("/approval request lending \"Ship model {worker}-{round}\"")),
                        ("maya", format!("/approval note APR-{case} looked at the drift report")),
                        ("dev", format!("/approval approve APR-{} fine by me", round * in_flight + worker + 1)),
                    ];
                    for (step, (who, text)) in texts.into_iter().enumerate() {
                        let asked = Instant::now();
                        house.command(format!("{worker}/{round}/{step}"), who, text).await;
                        took.push(asked.elapsed());
                    }
                }
                took
            });
        }
        let mut took: Vec<Duration> = workers.join_all().await.into_iter().flatten().collect();
        let (elapsed, spent) = (begun.elapsed(), processor_time() - spent);
        took.sort();
        let entries = house.reader.size().await.expect("a size");
        assert!(entries as usize > took.len(), "every command leaves at least the word itself in the ledger");
        print("desk", &format!("{in_flight} in flight"), took.len(), elapsed);
        println!("    p50 {:?}  p99 {:?}  entries {entries}", at(&took, 50), at(&took, 99));
        println!("    {:?} of processor a command, all threads", spent / took.len() as u32);
        Arc::into_inner(house).expect("nobody else").stop().await;
    }
}

/// Messages of ordinary talk, sealed.
async fn transcript() {
    let house = Arc::new(House::new().await);
    let begun = Instant::now();
    let said = house.talk(256 * 400, |nth| ("maya", "local/room", ordinary(nth))).await;
    print("transcript", "256 in flight", said, begun.elapsed());
    Arc::into_inner(house).expect("nobody else").stop().await;
}

/// Many cases due at the same moment.
async fn wakes() {
    let cases = 100_000;
    let house = Arc::new(House::new().await);
    open_cases(&house, cases).await;
    let wake = house.desk.shown().next_wake.expect("the cases want to be woken");
    let before = house.reader.outbox_age(At(i64::MAX)).await.expect("a count").0;
    let begun = Instant::now();
    house.clock.move_to(wake);
    loop {
        let oldest = house.reader.oldest_wake().await.expect("a moment");
        if oldest.is_none_or(|oldest| oldest > wake) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let elapsed = begun.elapsed();
    let told = house.reader.outbox_age(At(i64::MAX)).await.expect("a count").0 - before;
    assert!(told >= cases as i64, "each case is told at least once");
    print("wakes", "due at one moment", cases, elapsed);
    println!("    {told} messages written to the outbox, resident {} MB", resident_mb());
    Arc::into_inner(house).expect("nobody else").stop().await;
}

/// A million open cases, 500 of them due each second.
async fn million_open() {
    let cases: usize = std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = {
        // Opened a little apart, so that they fall due a little apart: 500 a second.
        let house = Arc::new(House::new().await);
        let begun = Instant::now();
        for batch in 0..cases / 5_000 {
            open_some(&house, batch * 5_000, 5_000, 500, request).await;
        }
        print("open", "cases opened", cases, begun.elapsed());
        Arc::into_inner(house).expect("nobody else").stop().await
    };
    let size = std::fs::metadata(folder.path().join(Folder::DATABASE)).map_or(0, |file| file.len());
    let first = START + Span::minutes(60);
    let begun = Instant::now();
    let house = House::at(folder, Clock::manual(first - Span::seconds(2), 1)).await;
    println!("    database {} MB, started in {:?}", size / 1_000_000, begun.elapsed());
    let before = house.reader.size().await.expect("a size");
    tokio::time::sleep(Duration::from_secs(20)).await;
    let mut late = delays(&house.reader, before).await;
    late.sort_unstable();
    assert!(late.len() > 5_000, "500 a second were told");
    let p = |percent: usize| Duration::from_micros(late[(late.len() - 1) * percent / 100].unsigned_abs());
    println!("open: {} wakes at 500 a second: lateness p50 {:?} p99 {:?} max {:?}", late.len(), p(50), p(99), p(100));
    println!("    resident {} MB", resident_mb());
    house.stop().await;
}

/// What one wake costs in a queue that is watched, however many wait in it.
async fn queue() {
    let most: usize = std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    for cases in [1_000, most] {
        let house = Arc::new(House::new().await);
        let begun = Instant::now();
        let raise = |nth| format!("/exception raise lending waiver \"Exception {nth}\"");
        // The first ones a second apart, so that each of them wakes alone, and all others behind them.
        let alone = 500;
        for nth in 0..alone {
            house.clock.move_to(START + Span::seconds(nth as i64));
            house.command(format!("o{nth}"), "maya", raise(nth)).await;
        }
        open_some(&house, alone, cases - alone, 0, raise).await;
        print("queue", "exceptions raised", cases, begun.elapsed());
        let shown = house.desk.shown();
        let waiting = shown.bot.queues.figures.values().map(|it| it.since.count()).sum::<u32>();
        assert_eq!(waiting as usize, cases, "all of them are counted");
        let mut took = Vec::new();
        let before = house.reader.size().await.expect("a size");
        while took.len() < alone {
            let wake = house.desk.shown().next_wake.expect("the exceptions want to be woken");
            let begun = Instant::now();
            house.clock.move_to(wake);
            while house.desk.shown().next_wake == Some(wake) {
                tokio::task::yield_now().await;
            }
            took.push(begun.elapsed());
        }
        took.sort();
        let woken = house.reader.size().await.expect("a size") - before;
        assert!(woken >= took.len() as u64, "each wake leaves an entry");
        let kept = serde_json::to_string(&shown.bot.queues).expect("JSON").len();
        println!(
            "queue: a wake among {cases}: p50 {:?} p99 {:?}, {kept} bytes of figures",
            at(&took, 50),
            at(&took, 99)
        );
        println!("    resident {} MB", resident_mb());
        Arc::into_inner(house).expect("nobody else").stop().await;
    }
}

/// Everything that somebody owes goes to somebody else in one transaction.
async fn handoff() {
    let most: usize = std::env::var("CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    for cases in [1_000, most] {
        let house = Arc::new(House::new().await);
        open_cases(&house, cases).await;
        let (before, small) = (house.reader.size().await.expect("a size"), resident_mb());
        let begun = Instant::now();
        house.command("offer".to_owned(), "dev", "/handoff offer role=model-risk to=@noor".to_owned()).await;
        let offered = begun.elapsed();
        let (begun, spent) = (Instant::now(), processor_time());
        house.command("accept".to_owned(), "noor", "/handoff accept HOF-1 first=APR-1 next=lead".to_owned()).await;
        let (took, spent) = (begun.elapsed(), processor_time() - spent);
        let entries = house.reader.size().await.expect("a size") - before;
        assert!(entries as usize > cases, "each case has an entry of it: {entries}");
        for nth in [1, cases / 2, cases] {
            let case = house.reader.case(format!("APR-{nth}").parse().expect("a case")).await.expect("the database");
            let held = case.and_then(|case| Some(case.obligations.first()?.held_by.clone())).unwrap_or_default();
            assert!(held.iter().any(|person| person.as_str() == "noor"), "APR-{nth} is held by {held:?}");
        }
        print("handoff", "open answers moved in one transaction", cases, took);
        println!("    offered in {offered:.2?}, {spent:?} of processor, {entries} entries");
        println!("    resident {} MB, {small} MB before", resident_mb());
        Arc::into_inner(house).expect("nobody else").stop().await;
    }
}

/// A case with a gibibyte of attachments, exported by a process of its own in each form, and checked.
async fn export() {
    const FILES: usize = 64;
    const EACH: usize = 16 << 20;
    let house = House::new().await;
    house.command("open".to_owned(), "maya", request(1)).await;
    let case: CaseId = "APR-1".parse().expect("a case");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for nth in 0..FILES {
        let bytes: Vec<u8> = (0..EACH / 8)
            .flat_map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state.to_le_bytes()
            })
            .collect();
        let sha256 = keep_blob(house.folder.path(), &bytes).expect("a blob");
        let file = File { name: format!("recording-{nth}.bin"), bytes: EACH as u64, sha256 };
        let what =
            What::Said { message: format!("m{nth}"), text: "the recording".to_owned(), files: Words::of(vec![file]) };
        let lane: Lane = "local/room".parse().expect("a lane");
        let heard = Heard::live(format!("file/{nth}"), Account::member("maya", "maya"), lane, what);
        house.desk.hear(Heard { about: Some(case), ..heard }).await.expect("the desk answers");
    }
    let folder = house.stop().await;
    let out = tempfile::tempdir().expect("a temporary folder");
    for form in ["bag", "bag.zip", "bag.tar.zst"] {
        let path = out.path().join(form);
        let words = ["export", "APR-1", "--data", "--out"].map(std::ffi::OsStr::new);
        let exports = [words[0], words[1], words[2], folder.path().as_os_str(), words[3], path.as_os_str()];
        let (took, peak) = run(&exports);
        print("export", &format!("MB of attachments, as {form}"), FILES * EACH / 1_000_000, took);
        println!("    at most {peak} MB resident");
        let (took, peak) = run(&[std::ffi::OsStr::new("verify"), path.as_os_str()]);
        print("export", &format!("MB of attachments checked in {form}"), FILES * EACH / 1_000_000, took);
        println!("    at most {peak} MB resident");
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        gone.expect("it is gone");
    }
}

/// How long a call of the program took, and the most that it held in memory of its own, in MB.
fn run(arguments: &[&std::ffi::OsStr]) -> (Duration, u64) {
    let begun = Instant::now();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut peak = 0;
    loop {
        // Without the pages of files that are mapped: they are the system's cache.
        peak = peak.max(memory_of(&child.id().to_string(), "RssAnon:"));
        if let Some(ended) = child.try_wait().expect("a child") {
            assert!(ended.success(), "{ended}");
            return (begun.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// How long after their moment the nudges since an entry were decided, in microseconds. The commit follows within the same
/// batch.
async fn delays(reader: &Reader, since: u64) -> Vec<i64> {
    let end = reader.size().await.expect("a size");
    let mut entries = std::pin::pin!(reader.entries(since, end));
    let mut delays = Vec::new();
    while let Some(entry) = entries.next().await {
        let entry = entry.expect("an entry");
        if entry.kind == "duty.nudged" {
            let facts: serde_json::Value = serde_json::from_str(&entry.facts).expect("JSON");
            delays.push(entry.at_us - facts["events"][0]["duty"]["nudged"]["scheduled"].as_i64().expect("a moment"));
        }
    }
    delays
}

/// The whole ledger checked from the outside: its seal alone, on all cores, and with everything, by a process of its own.
async fn verify() {
    let entries: usize = std::env::var("ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let house = Arc::new(House::new().await);
    house.talk(entries, |nth| ("maya", "local/room", ordinary(nth))).await;
    let folder = Arc::into_inner(house).expect("nobody else").stop().await;
    let begun = Instant::now();
    let checked = seal_alone(folder.path()).await;
    print("verify", "entries, the seal alone", usize::try_from(checked).expect("a count"), begun.elapsed());
    let words = ["verify", "--data"].map(std::ffi::OsStr::new);
    let (took, peak) = run(&[words[0], words[1], folder.path().as_os_str()]);
    print("verify", "entries, with every table", entries, took);
    println!("    at most {peak} MB resident");
    start(folder.path()).await;
}

/// Every leaf, commitment and hash, and the root over them.
async fn seal_alone(data: &Path) -> u64 {
    let database = data.join(Folder::DATABASE);
    let mut scan = Scan::open(&database).await.expect("the database");
    let readable = scan.beside().await.expect("a size").size;
    let mut audit = Audit::against(Vec::new());
    let segments: Vec<Segment> = (0..readable.div_ceil(SEGMENT_ENTRIES)).map(|nth| audit.segment(nth)).collect();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let mut checked = futures_util::stream::iter(segments)
        .map(|mut segment| {
            let database = database.clone();
            tokio::spawn(async move {
                let mut scan = Scan::open(&database).await.expect("the database");
                let seqs = segment.seqs();
                let all = scan.each(seqs.start..seqs.end.min(readable), |raw| {
                    let copies = Copies {
                        seq: raw.seq.unsigned_abs(),
                        case: raw.case,
                        case_seq: raw.case_seq,
                        kind: raw.kind,
                        at_us: raw.at_us,
                        leaf_hash: raw.hash,
                    };
                    let facts = Salted { text: raw.facts, salt: raw.facts_salt };
                    let words = Salted { text: raw.words, salt: raw.words_salt };
                    segment.check(&Row { leaf: raw.leaf, facts, words, copies: Some(copies) });
                });
                all.await.expect("rows");
                segment
            })
        })
        .buffered(cores);
    while let Some(segment) = checked.next().await {
        audit.join(segment.expect("a thread"));
    }
    let report = audit.finish();
    assert!(report.is_intact(), "{:?}", report.faults);
    report.entries
}

/// Somebody's words are erased from a ledger of a million entries of which a hundredth are theirs, while somebody else goes on talking.
async fn erasure() {
    let entries: usize = std::env::var("ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let house = Arc::new(House::new().await);
    let of = |nth: usize| {
        // One of a hundred is theirs.
        let (who, lane) = if nth.is_multiple_of(100) { ("U0PAVEL", "slack/C1") } else { ("maya", "local/room") };
        (who, lane, ordinary(nth))
    };
    house.talk(entries, of).await;
    let eraser = Eraser {
        desk: house.desk.clone(),
        reader: house.reader.clone(),
        data: house.folder.path().to_owned(),
        blobs: Blobs::of(house.folder.path()).expect("a folder"),
        index: SearchIndex::at(house.folder.path().join(Folder::SEARCH)),
    };
    let eraser = tokio::spawn(eraser.run());
    let begun = Instant::now();
    let what = What::Command { text: "/evidence erase slack/U0PAVEL because He left".to_owned() };
    let lane: Lane = "local/room".parse().expect("a lane");
    let heard = Heard::live("erase".to_owned(), Account::member("maya", "maya"), lane, what);
    let answer = house.reception.hear_until_kept(heard).await.expect("an answer");
    assert!(answer.errors.is_none() && answer.form.is_none(), "not understood: {answer:?}");
    print("erasure", "entries looked through for a request", entries, begun.elapsed());
    let id: CaseId = "APR-1".parse().expect("a case");
    house.command("approve".to_owned(), "dev", "/approval approve APR-1".to_owned()).await;
    let begun = Instant::now();
    let (mut waited, mut nth) = (Vec::new(), 0);
    loop {
        let said = Instant::now();
        let what = What::Said { message: format!("w{nth}"), text: "we go on".to_owned(), files: Words::default() };
        house.hear(format!("w{nth}"), "maya", what).await;
        waited.push(said.elapsed());
        nth += 1;
        let case = house.reader.case(id).await.expect("the database").expect("the case");
        let Body::Approval(approval) = &case.body else { panic!("{id} is no approval") };
        if let Some(done) = approval.records.as_ref().and_then(|records| records.carried_out.as_ref()) {
            assert!(done.entries as usize >= entries / 100, "{done:?}");
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(1_800), "{approval:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    print("erasure", "entries in the ledger that is made anew", entries, begun.elapsed());
    waited.sort();
    println!(
        "    a message waits meanwhile: p50 {:.2?} p99 {:.2?} longest {:.2?}",
        at(&waited, 50),
        at(&waited, 99),
        at(&waited, 100)
    );
    println!("    resident {} MB", resident_mb());
    eraser.abort();
    let _ = eraser.await;
    Arc::into_inner(house).expect("nobody else").stop().await;
}

/// Words of a million messages found again: a common one, a rare one, the beginnings of both, and one that is everywhere but where the
/// asker may look.
async fn search() {
    let messages: usize = std::env::var("MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let house = Arc::new(House::new().await);
    let of = |nth: usize| {
        // Nine of ten are said to the bot alone, by somebody else than who searches.
        let (who, lane) = if nth.is_multiple_of(10) { ("maya", "local/room") } else { ("dev", "local/@dev") };
        (who, lane, format!("{}, ticket T{nth}", ordinary(nth)))
    };
    house.talk(messages, of).await;
    let begun = Instant::now();
    let by = "maya".into();
    let ask = |words: &str| countersign::grammar::Search { words: words.to_owned(), ..Default::default() };
    while house.answers.search(&ask("batch"), &by).await.expect("an answer").expect("they may").missing > 0 {}
    println!("search: {messages} messages, all in the index {:.2?} after the last", begun.elapsed());
    let size = std::fs::metadata(house.folder.path().join(Folder::SEARCH)).map_or(0, |file| file.len());
    println!("    index {} MB, resident {} MB", size / 1_000_000, resident_mb());
    for (what, tries, words) in [
        ("a common word", 300, &(|_| "batch".to_owned()) as &dyn Fn(usize) -> String),
        ("three common words", 300, &|_| "batch night odd".to_owned()),
        ("the beginning of a common word", 300, &|_| "dash*".to_owned()),
        ("a rare word", 300, &|nth| format!("T{}", nth * 10)),
        ("a common and a rare word", 300, &|nth| format!("batch T{}", nth * 10)),
        ("a word that only others may see", 300, &|nth| format!("T{}", nth * 10 + 1)),
        ("a word that is nowhere", 300, &|nth| format!("nowhere{nth}")),
    ] {
        let mut took = Vec::new();
        for nth in 0..tries {
            let asked = ask(&words(nth));
            let begun = Instant::now();
            let found = house.answers.search(&asked, &by).await.expect("an answer").expect("they may");
            took.push(begun.elapsed());
            let is_there = !what.contains("only others") && !what.contains("nowhere");
            assert_eq!(found.count() > 0, is_there, "{what}: {found:?}");
        }
        took.sort();
        println!("search: {what}: p50 {:.2?} p99 {:.2?} longest {:.2?}", at(&took, 50), at(&took, 99), at(&took, 100));
    }
    Arc::into_inner(house).expect("nobody else").stop().await;
}

/// A start over a long ledger, as its own process, and what it holds when idle.
async fn start(data: &Path) {
    let begun = Instant::now();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["--listen", "127.0.0.1:0", "--clock", "manual", "--data"])
        .arg(data)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut out, &mut line).expect("it greets");
    println!("idle: ready in {:?} over all of them: {}", begun.elapsed(), line.trim());
    tokio::time::sleep(Duration::from_secs(3)).await;
    println!("    resident {} MB", resident_of(&child.id().to_string()));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}

async fn open_cases(house: &Arc<House>, cases: usize) {
    open_some(house, 0, cases, 0, request).await;
}

fn request(nth: usize) -> String {
    format!("/approval request lending \"Ship model {nth}\"")
}

/// Opens cases, each by its line; `per_second`: how many of them the clock gives a second. 0: it stands still.
async fn open_some(house: &Arc<House>, first: usize, cases: usize, per_second: usize, line: fn(usize) -> String) {
    let mut workers = JoinSet::new();
    let lanes = 256;
    for lane in 0..lanes {
        let house = house.clone();
        workers.spawn(async move {
            let mut nth = first + lane;
            while nth < first + cases {
                if let Some(moment) = (nth * 1_000_000).checked_div(per_second) {
                    house.clock.move_to(START + Span(moment as i64));
                }
                house.command(format!("o{nth}"), "maya", line(nth)).await;
                nth += lanes;
            }
        });
    }
    workers.join_all().await;
}

fn print(what: &str, how: &str, count: usize, elapsed: Duration) {
    println!("{what}: {count} {how} in {elapsed:.2?}: {:.0}/s", count as f64 / elapsed.as_secs_f64());
}

fn at(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() - 1) * percent / 100]
}

fn resident_mb() -> u64 {
    resident_of("self")
}

/// What all threads of this process have used of the processor, from Linux' /proc; 0 elsewhere. Unlike the wall's time it
/// hardly depends on what else the machine does.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    // Hundredths of a second in the program and in the kernel for it.
    let hundredths: u64 = fields.skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    Duration::from_millis(hundredths * 10)
}

/// Resident memory of a process in MB, from Linux' /proc; 0 elsewhere.
fn resident_of(process: &str) -> u64 {
    memory_of(process, "VmRSS:")
}

fn memory_of(process: &str, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(which));
    line.and_then(|kb| kb.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1_000
}
