//! The golden ledgers: `ledger-N.jsonl` beside this file, one line an entry, with every kind of record, event and telling
//! that there was when they were written. Whatever the program becomes, it reads, rebuilds, verifies and shows them.
//!
//! A new event or telling is missing in them until [`life`] reaches it, which a test demands, and a ledger is written: anew as
//! long as no released version wrote the last one, else beside it under the next number.
//!
//! ```text
//! COUNTERSIGN_WRITE_GOLDEN=tests/evidence/ledger-1.jsonl cargo test --test evidence a_life_reaches
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::blobs::folder::keep_blob;
use countersign::card::{self, Card, Speaker, Word, Wording};
use countersign::chat::Chat;
use countersign::desk::Handled;
use countersign::domain::WhyNotKept;
use countersign::domain::bot::fills::Event as Fill;
use countersign::domain::bot::heads::Command as Seen;
use countersign::domain::bot::policies;
use countersign::domain::bot::readings::Event::{Attested, ExportRefused, Exported, FileRead, SearchRefused, Searched};
use countersign::domain::bot::retention::Ending;
use countersign::domain::kinds::Drafted;
use countersign::domain::mark::Words;
use countersign::domain::records::Scope;
use countersign::domain::{
    Actor, At, BotCommand, BotEvent, Called, CaseId, CaseKind, Event, GroupSet, Label, Lack, LogId, Platform, Policy,
    Span, Telling, WitnessId,
};
use countersign::evidence::import::{self, Wanted};
use countersign::evidence::rebuild::accept_cause_secret;
use countersign::evidence::{audit, bundle};
use countersign::grammar::{self, Filled, Means};
use countersign::ledger::folder::{Folder, cause_secret_file};
use countersign::ledger::heard::{Heard, NotKept, What};
use countersign::ledger::record::{
    Erased, HeardRecord, Introduced, Kinds, NotTold, NotToldBecause, Record, ToTell, Told,
};
use countersign::ledger::{self, About, Ledger, Subjects};
use countersign::seal::{self, Audit, Checkpoint, Envelope, Frontier, Row, Salted, leaf_hash};
use countersign::store::{self, Commit, EntryRow, NoteRow};
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::erasures::{until_deferred, until_erased};
use super::export::{day as day_of, lists, said, with, zipped};
use super::house::{House, START, copy, erase, keep, patiently};
use super::platform::{Fake, Ill};
use super::{inc_1, key, must_say, recover, restore};

/// Only ever the private answer to whoever asked.
const ONLY_REPLIES: [&str; 1] = ["case/done"];
/// The kinds of events that have no line in a story: what they say stands in a line beside them.
const WITHOUT_A_LINE: [&str; 2] = ["duty.answered", "duty.answer-taken-back"];
/// Records that aren't made of events.
const OF_OTHER_RECORDS: [&str; 23] = [
    "said.message",
    "said.command",
    "said.edit",
    "said.deletion",
    "said.file-deletion",
    "said.press",
    "said.form",
    "said.options",
    "said.reaction",
    "said.joined",
    "said.left",
    "said.other",
    "capture.gap",
    "told.message",
    "told.card",
    "told.not-needed",
    "told.not-needed",
    "told.undeliverable",
    "case.channel",
    Record::INTRODUCED,
    Record::WITHHELD,
    Record::ERASED,
    Record::IMPORTED,
];
/// The place of a record in [`OF_OTHER_RECORDS`]; `None`: it is made of events. Whoever adds a kind of record is asked for it
/// here.
const fn place(record: &Record) -> Option<usize> {
    Some(match record {
        Record::Heard(heard) if heard.imported.is_some() => 22,
        Record::Heard(heard) => match &heard.what {
            What::Said { .. } => 0,
            What::Command { .. } => 1,
            What::Edited { .. } => 2,
            What::Deleted { .. } => 3,
            What::FileDeleted { .. } => 4,
            What::Pressed { .. } => 5,
            What::Filled(Filled { by: Means::Form, .. }) => 6,
            What::Filled(Filled { by: Means::Options, .. }) => 7,
            What::Reacted { .. } => 8,
            What::Joined => 9,
            What::Left => 10,
            What::Other { .. } => 11,
            What::Gap { .. } => 12,
        },
        Record::Told(Told { card_shows: None, .. }) => 13,
        Record::Told(Told { card_shows: Some(_), .. }) => 14,
        Record::NotTold(NotTold { why: NotToldBecause::Answered, .. }) => 15,
        Record::NotTold(NotTold { why: NotToldBecause::NotTheirs, .. }) => 16,
        Record::NotTold(NotTold { why: NotToldBecause::Undeliverable(_), .. }) => 17,
        Record::ChannelMade(_) => 18,
        Record::Introduced(_) => 19,
        Record::Withheld(_) => 20,
        Record::Erased(_) => 21,
        Record::Ruled(_) | Record::Bot(_) => return None,
    })
}

fn kinds_of(record: &Record) -> Kinds {
    record.kinds().expect("something became true")
}

/// The secrets of causes that golden ledgers are written under: the second one takes the first one's place.
const FIRST_SECRET: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const SECRET: &str = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f";

/// Makes a folder if there is none, and gives it this secret of causes.
async fn put_secret(data: &Path, secret: &str) {
    patiently(async || Folder::open(data, true)).await.expect("a folder");
    std::fs::write(cause_secret_file(data), secret).expect("the secret");
}

/// What the file holds that a message of the ledger came with.
const FILE: &[u8] = b"pune;0.31\nothers;0.12\n";
const HOW: &str =
    "Let `life` in tests/evidence/golden.rs reach it, and write a golden ledger as the head of that file says.";

/// An entry as a golden ledger has it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    leaf: String,
    facts: String,
    facts_salt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    words_salt: Option<String>,
}

impl Line {
    fn salts(&self) -> (Vec<u8>, Option<Vec<u8>>) {
        let bytes = |hex: &String| hex::decode(hex).expect("a salt in hexadecimal");
        (bytes(&self.facts_salt), self.words_salt.as_ref().map(bytes))
    }

    fn envelope(&self) -> Envelope<'_> {
        Envelope::parse(self.leaf.as_bytes()).unwrap_or_else(|error| panic!("{error}: {}", self.leaf))
    }
}

/// A golden ledger, read.
pub(super) struct Golden {
    name: String,
    lines: Vec<Line>,
    records: Vec<Record>,
    subjects: Subjects,
}

impl Golden {
    /// All that there are, oldest first.
    pub(super) fn all() -> Vec<Golden> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence");
        let files = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|it| it == "jsonl")).collect();
        files.sort();
        assert!(!files.is_empty(), "there is no golden ledger. {HOW}");
        files.iter().map(|path| Golden::read(path)).collect()
    }

    fn read(path: &Path) -> Golden {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Golden::of(name, &std::fs::read_to_string(path).expect("a golden ledger"))
    }

    fn of(name: String, text: &str) -> Golden {
        assert!(text.len() < 1_600_000, "{name} has {} bytes", text.len());
        let lines: Vec<Line> = text
            .lines()
            .enumerate()
            .map(|(at, line)| serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}, line {at}: {error}")))
            .collect();
        let (mut subjects, mut records) = (Subjects::default(), Vec::new());
        for (seq, line) in lines.iter().enumerate() {
            let record = ledger::read(&line.leaf, &line.facts, line.words.as_deref(), &subjects);
            let record = record.unwrap_or_else(|error| panic!("{name}, entry {seq}: {error}\n{}", line.facts));
            if let (Record::Introduced(Introduced { pseudonym, subject }), Some(_)) = (&record, &line.words) {
                subjects.add(*pseudonym, subject);
            }
            records.push(record);
        }
        Golden { name, lines, records, subjects }
    }

    /// The policies, in the order in which they took force.
    pub(super) fn policies(&self) -> Vec<&str> {
        let events = self.records.iter().filter_map(|record| match record {
            Record::Bot(ruled) => Some(&ruled.events),
            _ => None,
        });
        let texts = events.flatten().filter_map(|event| match event {
            BotEvent::Policy(policies::Event::Loaded { text, .. }) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    fn told(&self) -> impl Iterator<Item = &ToTell> {
        let told = self.records.iter().map(|record| match record {
            Record::Ruled(ruled) => ruled.tell.as_slice(),
            Record::Bot(ruled) => ruled.tell.as_slice(),
            _ => &[],
        });
        told.flatten()
    }

    /// A data folder with this ledger in it, and nothing that follows from it but the tree and a signed head.
    pub(super) async fn settle(&self, data: &Path) {
        put_secret(data, SECRET).await;
        let folder = patiently(async || Folder::open(data, true)).await.expect("a folder");
        assert_eq!(keep_blob(data, FILE).expect("a blob").len(), 64);
        let (mut writer, reader) = store::open(&folder.database(), true).await.expect("a database");
        let (mut commit, mut frontier) = (Commit::default(), Frontier::new());
        for (line, record) in self.lines.iter().zip(&self.records) {
            let envelope = line.envelope();
            let hash = leaf_hash(line.leaf.as_bytes());
            frontier.append(hash, |node| commit.nodes.push(node));
            let (facts_salt, words_salt) = line.salts();
            commit.entries.push(EntryRow {
                seq: envelope.seq as i64,
                leaf: line.leaf.clone(),
                hash,
                case: envelope.case.as_deref().map(str::to_owned),
                case_seq: envelope.case_seq,
                kind: kinds_of(record).kind.into(),
                at_us: envelope.at_us,
                facts: line.facts.clone(),
                facts_salt,
                words: line.words.clone().zip(words_salt),
            });
        }
        writer.commit(commit).await.expect("the ledger is written");
        let signer = folder.signer().expect("a key");
        let note = Checkpoint::of(&signer, frontier.size(), frontier.root()).sign(&signer).expect("a head");
        folder.swap_checkpoint(None, &note).expect("the head is kept");
        let row = NoteRow { size: frontier.size() as i64, at_us: self.end().0, note };
        writer.commit(Commit { checkpoints: vec![row], ..Commit::default() }).await.expect("the head is written");
        reader.close().await;
        writer.close().await.expect("closed");
    }

    pub(super) fn end(&self) -> At {
        At(self.lines.last().expect("entries").envelope().at_us)
    }
}

#[test]
fn golden_ledgers_hold() {
    for golden in Golden::all() {
        let mut audit = Audit::against(Vec::new());
        let mut segment = audit.segment(0);
        for line in &golden.lines {
            let (facts_salt, words_salt) = line.salts();
            segment.check(&Row {
                leaf: line.leaf.as_bytes(),
                facts: Salted { text: Some(line.facts.as_bytes()), salt: Some(&facts_salt) },
                words: Salted { text: line.words.as_deref().map(str::as_bytes), salt: words_salt.as_deref() },
                copies: None,
            });
        }
        audit.join(segment);
        let report = audit.finish();
        assert!(report.is_intact(), "{}: {:#?}", golden.name, report.faults);
        assert_eq!((report.entries, report.size), (golden.lines.len() as u64, golden.lines.len() as u64));
        let erased = golden.records.iter().filter_map(|record| match record {
            Record::Erased(Erased { entries, .. }) => Some(entries),
            _ => None,
        });
        let erased: BTreeSet<u64> = erased.flatten().copied().collect();
        assert!(!erased.is_empty(), "{}: words were erased", golden.name);
        assert_eq!(
            report.gone.iter().collect::<BTreeSet<_>>(),
            erased,
            "{}: what was erased is gone, and nothing else",
            golden.name
        );
    }
}

/// Where an entry came from: what a person asked for, from the platform where they did, with the entry of that word.
fn must_say_where_each_entry_came_from(golden: &Golden) {
    let Golden { name, lines, records, .. } = golden;
    for (seq, (line, record)) in lines.iter().zip(records).enumerate() {
        let (envelope, at) = (line.envelope(), format!("{name}, entry {seq}"));
        let must_be = |source: &str| assert_eq!(envelope.source, source, "{at}");
        let (by, heard) = match record {
            Record::Ruled(ruled) => (&ruled.by, ruled.heard),
            Record::Bot(ruled) => (&ruled.by, ruled.heard),
            Record::Heard(heard) => {
                let operator = heard.imported.is_some().then_some(ledger::OPERATOR);
                must_be(operator.unwrap_or(heard.lane.platform.as_str()));
                continue;
            }
            Record::Told(told) => {
                must_be(told.lane.platform.as_str());
                continue;
            }
            Record::NotTold(not_told) => {
                must_be(not_told.lane.platform.as_str());
                continue;
            }
            Record::ChannelMade(made) => {
                must_be(made.lane.platform.as_str());
                continue;
            }
            Record::Introduced(_) => {
                must_be(ledger::ENGINE);
                continue;
            }
            // With an approval the bot does it.
            Record::Withheld(_) | Record::Erased(_) => {
                must_be(if envelope.case.is_some() { ledger::ENGINE } else { ledger::OPERATOR });
                continue;
            }
        };
        let word = heard.map(|heard| &lines[heard as usize]);
        match by {
            Some(_) => {
                let word = word.unwrap_or_else(|| panic!("{at} names no word")).envelope();
                assert!(word.kind.starts_with("said."), "{at} came of {}", word.kind);
                assert_eq!((word.actor, &word.source), (envelope.actor, &envelope.source), "{at}");
            }
            None => {
                let by_the_operator = [
                    "bot.started",
                    "bot.stopped",
                    "bot.recovered",
                    "bot.causes-replaced",
                    "policy.loaded",
                    "key.rotated",
                ];
                let source = match by_the_operator.contains(&&*envelope.kind) {
                    true => ledger::OPERATOR,
                    false => ledger::ENGINE,
                };
                assert_eq!((envelope.actor, &*envelope.source), (seal::Actor::Bot, source), "{at}");
            }
        }
    }
}

#[test]
fn golden_ledgers_say_where_each_entry_came_from() {
    Golden::all().iter().for_each(must_say_where_each_entry_came_from);
}

#[test]
fn records_of_golden_ledgers_are_read_and_written_again() {
    for Golden { name, lines, records, subjects } in Golden::all() {
        let (at, clock) = (At(0), seal::Clock::Manual);
        let mut ledger = Ledger::new(Frontier::new(), None, at, subjects, clock);
        for (seq, (line, record)) in lines.iter().zip(&records).enumerate() {
            let (envelope, kinds) = (line.envelope(), kinds_of(record));
            assert_eq!(envelope.seq, seq as u64);
            let sealed = [&envelope.kind].into_iter().chain(&envelope.also).map(|kind| &**kind);
            assert!(sealed.eq([kinds.kind].into_iter().chain(kinds.also)), "{name}, the kinds of entry {seq}");
            let mut commit = Commit::default();
            let about = About { at, said: None, case: None, actor: None, source: "test" };
            ledger.append(&mut commit, &about, record).expect("it is written");
            let [again] = &commit.entries[..] else { panic!("{name}, entry {seq} introduces somebody") };
            assert_eq!(again.facts, line.facts, "{name}, the facts of entry {seq}");
            let words = again.words.as_ref().map(|(words, _)| words);
            match &line.words {
                // Erased ones are read as erased.
                None => assert_eq!(words.is_some(), envelope.words.is_some(), "{name}, the words of entry {seq}"),
                Some(_) => assert_eq!(words, line.words.as_ref(), "{name}, the words of entry {seq}"),
            }
        }
    }
}

/// What stands in ledgers and what the code lists is the same.
fn must_be_the_same<'a>(whose: &str, what: &str, found: &BTreeSet<&'a str>, listed: &BTreeSet<&'a str>) {
    let missing: Vec<_> = listed.difference(found).collect();
    assert!(missing.is_empty(), "{whose} lacks the {what} {missing:?}. {HOW}");
    let unknown: Vec<_> = found.difference(listed).collect();
    assert!(unknown.is_empty(), "{whose} has the {what} {unknown:?}, and the code doesn't list it.");
}

#[test]
fn golden_ledgers_have_every_kind_and_every_telling() {
    must_be_complete("What golden ledgers hold", &Golden::all());
}

/// These ledgers together have every kind of record, event and telling, in every form.
fn must_be_complete(whose: &str, all: &[Golden]) {
    let lines: Vec<Envelope<'_>> = all.iter().flat_map(|it| &it.lines).map(Line::envelope).collect();
    let kinds = lines.iter().flat_map(|it| it.also.iter().chain([&it.kind])).map(|kind| &**kind).collect();
    // A change of keys is of one folder, which a golden ledger doesn't have: `rotated.rs` is about it. So are the files that stamps lie
    // in: `stamped.rs`.
    let listed = Event::kinds().chain(BotEvent::kinds()).chain(OF_OTHER_RECORDS);
    let listed = listed.filter(|kind| !["key.rotated", "head.stamped", "head.stamps-end"].contains(kind)).collect();
    must_be_the_same(whose, "kind", &kinds, &listed);
    let told = all.iter().flat_map(Golden::told).map(|it| it.notice.telling.template()).collect();
    let listed = Telling::templates().filter(|it| !ONLY_REPLIES.contains(it)).collect();
    must_be_the_same(whose, "telling", &told, &listed);
    let records: Vec<&Record> = all.iter().flat_map(|it| &it.records).collect();
    for record in &records {
        assert!(place(record).is_none_or(|place| OF_OTHER_RECORDS[place] == kinds_of(record).kind), "{record:?}");
    }
    // The forms that one kind of record takes.
    let heard = |has: fn(&HeardRecord) -> bool| {
        records.iter().any(|record| matches!(record, Record::Heard(heard) if has(heard)))
    };
    let told = |has: fn(&Told) -> bool| records.iter().any(|record| matches!(record, Record::Told(told) if has(told)));
    for (form, found) in [
        ("was heard in a thread", heard(|it| it.thread.is_some())),
        ("was heard in direct messages", heard(|it| it.lane.as_channel().is_none())),
        ("was found later", heard(|it| it.backfilled)),
        ("was heard with the platform's own words", heard(|it| it.raw.is_some())),
        ("was heard and answered", heard(|it| it.answer.is_some())),
        ("was heard of a stranger", heard(|it| it.who.person().is_none())),
        ("was heard with a file", heard(|it| !it.what.files().is_empty())),
        ("was told in a thread", told(|it| it.thread.is_some())),
        ("was told of several cases at once", told(|it| it.part > 0)),
        ("was edited", told(|it| it.edit)),
        ("was told perhaps twice", told(|it| it.perhaps_twice)),
    ] {
        assert!(found, "{whose} lacks something that {form}. {HOW}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn golden_ledgers_are_rebuilt_verified_answered_and_exported() {
    for golden in Golden::all() {
        let data = tempfile::tempdir().expect("a folder");
        golden.settle(data.path()).await;
        let rebuilt = super::rebuild(data.path()).await.expect("a rebuild");
        assert!(rebuilt.is_good() && rebuilt.entries == golden.lines.len() as u64, "{rebuilt}");
        let compared = super::compare(data.path()).await.expect("a comparison");
        assert!(compared.differences.is_empty(), "{compared}");
        let verdict = audit::verify(data.path()).await.expect("a verdict");
        must_say(&verdict, true, true, &["Integrity: good", "erased", "manual clock", "one file."]);

        let out = data.path().join("bundle");
        let exported = bundle::export(data.path(), inc_1(), &out).await.expect("a bundle");
        assert!(exported.files == 1 && exported.lacking.iter().all(|it| !it.contains("is not there")), "{exported}");
        must_say(&bundle::verify(&out, Some(&key(data.path()))).expect("a verdict"), true, true, &["INC-1"]);

        let policies = golden.policies();
        let policy = policies.last().expect("a policy");
        let mut house =
            House::open_with(data.path(), golden.end(), policy, Some(slack())).await.expect("the bot goes on");
        for (line, words) in [
            ("/incident list all", &["INC-1", "INC-2", "Cards are blocked"][..]),
            ("/approval list all", &["APR-1", "APR-2"]),
            ("/incident status INC-1", &["INC-1", "Cards are blocked", "sev1"]),
            ("/incident timeline INC-1", &["The work goes on", "Ravi contested the breach"]),
            ("/approval timeline APR-1", &["Priya approved"]),
            ("/sla status", &["credit"]),
            ("/sla digest 2026-11-23..2026-11-24", &["Acknowledgement"]),
        ] {
            let answer = house.ask("greta", line).await;
            assert!(!answer.starts_with('{'), "{line} has no words: {answer}");
            words.iter().for_each(|it| assert!(answer.contains(it), "{line}: “{it}” is not in\n{answer}"));
        }
        house.stop().await;
        must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    }
}

fn plain(words: &[Word]) -> String {
    card::plain(words, chrono_tz::UTC, START)
}

/// A card whose template is missing or fails shows the bare facts.
fn must_be_worded(what: &str, card: &Card) {
    let title = plain(&card.title);
    assert!(!title.is_empty() && !title.starts_with('{'), "{what} has no words: {title}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_golden_ledgers_say_has_words() {
    let wording = Wording::embedded();
    for golden in Golden::all() {
        let data = tempfile::tempdir().expect("a folder");
        golden.settle(data.path()).await;
        super::rebuild(data.path()).await.expect("a rebuild");
        let policy = Policy::read(golden.policies().last().expect("a policy"));
        let policy = policy.unwrap_or_else(|errors| panic!("{}", errors.show("the golden policy")));
        let speaker = Speaker::new(&wording, &policy);
        for ToTell { notice, .. } in golden.told() {
            let card = card::tell(&speaker, notice.about.as_ref(), &notice.telling, None);
            must_be_worded(notice.telling.template(), &card);
        }
        let reader = store::open_to_read(&data.path().join(Folder::DATABASE)).await.expect("the database");
        let mut cases = BTreeMap::new();
        for (line, record) in golden.lines.iter().zip(&golden.records) {
            let Record::Ruled(ruled) = record else { continue };
            let envelope = line.envelope();
            let id: CaseId = envelope.case.as_deref().expect("a ruling is of a case").parse().expect("a case");
            if let std::collections::btree_map::Entry::Vacant(empty) = cases.entry(id) {
                empty.insert(reader.case(id).await.expect("the database").expect("the case is rebuilt"));
            }
            for event in &ruled.events {
                let (kind, said) = (event.kind(), card::story(&speaker, &cases[&id], event, At(envelope.at_us)));
                let said = said.as_deref().map(plain);
                assert_eq!(said.is_none(), WITHOUT_A_LINE.contains(&kind), "the line of {kind}: {said:?}");
                let said = said.unwrap_or_else(|| "none".to_owned());
                // A story's last resort is the kind itself.
                assert!(!said.starts_with('{') && said != kind, "{kind} has no words: {said}");
            }
        }
        for case in cases.values() {
            let at = golden.end();
            let people = countersign::domain::People {
                policy: &policy,
                delegations: &[],
                rotas: countersign::domain::bot::rotas::Rotas::NONE,
                handed: countersign::domain::people::Handed::NONE,
                at,
            };
            must_be_worded(&case.id.to_string(), &card::case_card(&speaker, case, &people));
        }
        reader.close().await;
    }
}

/// A workspace that has everything but one channel, and never knows whether a message stands there already.
pub(super) fn slack() -> Arc<dyn Chat> {
    let slack = Fake::new(START);
    slack.falls_ill("slack/CGONE", Ill::Never);
    for lane in ["slack/C0FRAUD", "slack/inc-3"] {
        slack.falls_ill(lane, Ill::Unsure);
    }
    Arc::new(slack)
}

/// The bank of the stories, with what they add one by one: a second platform, groups, channels for cases, a digest.
fn bank() -> String {
    let mut text = include_str!("../stories/bank.toml").to_owned();
    for (from, to) in [
        ("batch_within = \"0m\"", "batch_within = \"2m\""),
        ("channel = \"claims\"", "channels = [\"claims\", \"slack:CGONE\"]"),
        ("party = \"vendor\", members", "party = \"vendor\", groups = [\"slack:S0VENDOR\"], members"),
        ("\"arjun\", \"sofia\"", "\"arjun\""),
        ("\"henrik\", \"ines\"", "\"henrik\""),
        ("\"ravi\", \"elena\"", "\"ravi\""),
        ("\"priya\", \"tomas\", \"anika\"", "\"priya\", \"tomas\""),
        ("drill_every = \"90d\"", "drill_every = \"2d\""),
        ("name = \"Elena\"", "slack = \"U0ELENA\", name = \"Elena\""),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let text: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    text.join("\n")
        + r#"
[workflows.fraud]
name = "Fraud"
stage = "pilot"
channel = "slack:C0FRAUD"
incident_channels = true
approval_path = "go-live"
keep_evidence_days = 365

[[retention]]
class = "model-decisions"
days = 2555
workflow = "credit"
erasure_waits = false

[regulation.credit]
regimes = ["gdpr-33", "dora", "ai-act-73"]
early = ["ai-act-73"]
holder = "command"
set_aside = ["governance"]

[[digests]]
name = "Daily"
cron = "0 0 18 * * *"
zone = "UTC"
channel = "credit"

[witness.witnesses.client]
vkey = "witness.example.com/w1+886a0481+BCFS+NGbeR0kRTJC4V8uq2y3z/p7al7TAJeWDgaYgdsS"
url = "https://countersign.client.example/witness"

[witness.logs.vendor]
vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
"#
}

pub(super) const CREDIT: &str = "local/credit";

impl House {
    /// All of these lines are typed at the same moment, in this order. Prints the answers: a golden ledger wants lines that
    /// do something.
    pub(super) async fn all(&mut self, lines: &[(&str, &str)]) {
        let mut heard = Vec::new();
        for (who, line) in lines {
            heard.push(self.heard(CREDIT, who, What::Command { text: (*line).to_owned() }));
        }
        let answers = join_all(heard.into_iter().map(|heard| self.hand_in(heard))).await;
        for ((who, line), answer) in lines.iter().zip(answers) {
            println!("{who}> {line}\n    {answer}");
        }
    }

    /// The case that a line opens.
    pub(super) async fn asks(&mut self, who: &str, line: &str) -> String {
        let heard = self.heard(CREDIT, who, What::Command { text: line.to_owned() });
        let answer = self.hand_in(heard).await;
        let case = answer.split_whitespace().find(|word| word.starts_with("APR-") || word.starts_with("INC-"));
        case.unwrap_or_else(|| panic!("{line}: {answer}")).trim_end_matches(|c: char| !c.is_ascii_digit()).to_owned()
    }

    async fn minutes(&self, minutes: i64) {
        self.advance(Span::minutes(minutes)).await;
    }

    async fn commands(&self, command: BotCommand) {
        self.desk.ask_bot(command, Actor::Engine, None).await.expect("the desk decides").expect("it isn't refused");
    }

    /// The policy file is read again because somebody says so.
    async fn reloads(&mut self, who: &str, text: String) {
        let heard = self.heard(CREDIT, who, What::Command { text: "/sla reload".to_owned() });
        let handled = self.desk.hear(heard).await.expect("the desk answers");
        let Handled::ReloadPolicy { by, word } = handled else { panic!("{handled:?}") };
        let load = BotCommand::LoadPolicy { policy: Box::new(Policy::read(&text).expect("a policy")), text };
        let loaded = self.desk.ask_bot(load, Actor::Person(by), Some(word)).await;
        loaded.expect("the desk decides").expect("it isn't refused");
    }
}

/// Everything that can become true, in as few entries as it takes: a message is delivered only where the delivery matters.
async fn life(data: &Path) {
    let (policy, slack) = (bank(), slack());
    let open = async |at: At| House::open_with(data, at, &policy, Some(slack.clone())).await.expect("the bot lives");
    put_secret(data, FIRST_SECRET).await;
    let mut house = open(START).await;
    what_is_delivered(&mut house).await;
    house.stop().await;
    // A backup is restored, and what was said since is lost.
    let backup = copy(data);
    let mut house = open(START + Span::minutes(4)).await;
    house.all(&[("dev", "/incident note INC-1 This will be lost")]).await;
    house.stop().await;
    restore(backup.path(), data);
    recover(data, true).await.expect("a recovery");
    put_secret(data, SECRET).await;
    patiently(async || accept_cause_secret(data, true).await)
        .await
        .expect("it is recorded")
        .expect("it was another one");
    // Somebody's name stood in the policy, and another takes force.
    assert_eq!(erase(data, "kind = 'policy.loaded'").await, 1);
    super::rebuild(data).await.expect("a rebuild");
    let policy = policy.replacen("name = \"Fraud\"", "name = \"Fraud desk\"", 1);
    let at = START + Span::minutes(9);
    let mut house = House::open_with(data, at, &policy, Some(slack)).await.expect("the bot lives");
    house.deliver_no_more().await;
    what_is_heard(&mut house, data).await;
    incidents(&mut house).await;
    approvals(&mut house).await;
    of_the_bot(&mut house, &policy).await;
    exceptions(&mut house).await;
    handoffs(&mut house, &policy).await;
    rollbacks(&mut house).await;
    machines(&mut house).await;
    of_evidence(&mut house).await;
    witnesses(&mut house).await;
    history(&mut house).await;
    house.stop().await;
    of_an_export(data).await;
    // Of a message, of a ruling, of what was told, and whom a pseudonym stands for.
    let last = |kind: &str| format!("(select max(seq) from ledger where kind = '{kind}')");
    let which = ["said.deletion", "case.linked", "told.message", Record::INTRODUCED].map(last);
    assert_eq!(erase(data, &format!("seq in ({})", which.join(", "))).await, which.len());
}

/// Cards and messages: in a channel, to a person, for two cases at once, edited, not needed any more, undeliverable; and a
/// channel of a case's own.
async fn what_is_delivered(house: &mut House) {
    let opens = "/incident open credit sev1 \"Cards are blocked\" impact=unclear class=output.bias aware=08:50";
    house.all(&[("maya", opens)]).await;
    house.minutes(1).await;
    house
        .all(&[
            ("dev", "/incident ack INC-1"),
            ("jonas", "/incident open claims sev4 \"Perhaps nothing\""),
            ("jonas", "/incident open fraud sev4 \"Scores look odd\""),
            ("maya", "/approval request credit \"Ship v7\" action=\"deploy v7\""),
            ("jonas", "/approval request credit \"Ship v8\""),
        ])
        .await;
    house.minutes(1).await;
    house.all(&[("jonas", "/incident withdraw INC-2 It was the load test")]).await;
    house.minutes(1).await;
}

async fn what_is_heard(house: &mut House, data: &Path) {
    let thread = house.thread_in("INC-1", CREDIT).await;
    let said = |message: &str, text: &str, files| What::Said {
        message: message.into(),
        text: text.into(),
        files: Words::of(files),
    };
    let message = || "m-1".to_owned();
    let text = |text: &str| BTreeMap::from([("text".to_owned(), text.to_owned())]);
    let file = keep(data, FILE, "rates.csv");
    let from_dev = [
        said("m-1", "Looking at last night's batch", Vec::new()),
        said("m-2", "The rates", vec![file]),
        What::Edited { message: message(), text: "Looking at the batch".to_owned() },
        What::Reacted { message: message(), reaction: "eyes".to_owned(), on: true },
        What::Deleted { message: message() },
        What::Joined,
        What::Left,
        What::Pressed { message: thread.clone(), action: "working:INC-1".to_owned() },
        What::Filled(Filled::form("incident.note:INC-1", text("From the form"))),
        What::Filled(Filled::options(grammar::find("incident", "note").expect("the verb"), text("From an option"))),
        What::Gap { from: START, to: house.now(), why: "the connection was lost".to_owned() },
    ];
    for what in from_dev {
        let heard = house.heard(CREDIT, "dev", what);
        house.hand_in(Heard { thread: Some(thread.clone()), said: Some(START), ..heard }).await;
    }
    let heard = house.heard(CREDIT, "dev", What::Other { kind: "pin".to_owned() });
    house.hand_in(Heard { thread: Some(thread.clone()), raw: Some(r#"{"type":"pin"}"#.to_owned()), ..heard }).await;
    let not_kept =
        NotKept { file: "F1".to_owned(), name: "screen.png".to_owned(), bytes: Some(72), why: WhyNotKept::NotAllowed };
    let heard = house.heard(CREDIT, "dev", said("m-5", "What the screen shows", Vec::new()));
    house.hand_in(Heard { thread: Some(thread.clone()), not_kept: vec![not_kept], ..heard }).await;
    let gone = What::FileDeleted { message: "m-2".to_owned(), file: "F0".to_owned(), name: "rates.csv".to_owned() };
    let heard = house.heard(CREDIT, "dev", gone);
    house.hand_in(Heard { thread: Some(thread.clone()), ..heard }).await;
    let heard = house.heard(CREDIT, "passer-by", said("m-3", "What is this?", Vec::new()));
    house.hand_in(Heard { thread: Some(thread), backfilled: true, ..heard }).await;
    let heard = house.heard("local/@maya", "maya", said("m-4", "sla mine", Vec::new()));
    house.hand_in(heard).await;
}

async fn incidents(house: &mut House) {
    house
        .all(&[
            ("priya", "/approval ask APR-2 Which data?"),
            ("jonas", "/approval answer APR-2 The hold-out set"),
            ("jonas", "/approval amend APR-2 `deploy v8 --canary 5`"),
            ("priya", "/approval decline APR-2 rev=2 The report is missing"),
            ("priya", "/approval approve APR-1 Looks right"),
            ("priya", "/approval take-back APR-1"),
            ("priya", "/approval approve APR-1 Looks right after all"),
            ("tomas", "/approval approve APR-1"),
            ("maya", "/incident note INC-1 A customer called"),
            ("maya", "/incident link INC-1 https://wiki.example/runbook Runbook"),
            ("anika", "/incident join INC-1"),
            ("maya", "/incident invite INC-1 @henrik"),
            ("maya", "/incident uninvite INC-1 @henrik"),
            ("dev", "/incident decision INC-1 We keep the old model"),
            ("maya", "/incident classify INC-1 harm=near-miss technical=2"),
            ("maya", "/incident moment INC-1 detected 08:55"),
            ("arjun", "/incident role INC-1 lead"),
            ("arjun", "/incident role INC-1 lead none"),
            ("dev", "/incident escalate INC-1 governance Nobody else may stop it"),
            ("greta", "/incident here INC-1"),
            ("arjun", "/incident update INC-1 The vendor looks at it"),
            ("dev", "/incident followup INC-1 @dev 3d Add an alarm"),
            ("dev", "/incident done INC-1 1"),
            ("priya", "/incident assess INC-1 Forty customers"),
            ("arjun", "/incident pause INC-1 duty=resolve waiting on the vendor: logs"),
        ])
        .await;
    house.minutes(10).await;
    house
        .all(&[
            ("arjun", "/incident resume INC-1 duty=resolve"),
            ("arjun", "/incident pause INC-1 duty=resolve regulator's hold"),
            ("greta", "/incident waive INC-1 duty=update Nobody is touched any more"),
            ("maya", "/incident open credit sev3 \"Scores drift\""),
            ("dev", "/incident severity INC-4 sev2 Customers see it"),
            ("jonas", "/incident merge INC-3 into INC-4"),
            ("maya", "/incident moment INC-4 aware 08:50"),
            ("dev", "/incident applies INC-4 gdpr-33"),
            ("dev", "/incident moment INC-4 aware 08:40"),
            ("arjun", "/incident submitted INC-4 gdpr-33.notification DPA-77 digest=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
            ("greta", "/incident set-aside INC-4 dora Nothing of it is major"),
        ])
        .await;
    // The acknowledgement of INC-4 is late after an hour; a second role is called in then, a third 15 minutes later, and an
    // hour after that it is said again. Meanwhile the pause of INC-1 ends by itself, its containment gets late, and nobody
    // says that the work on it goes on.
    for minutes in [31, 30, 15, 60] {
        house.minutes(minutes).await;
    }
    house
        .all(&[
            ("ravi", "/incident contest INC-1 duty=contain says=third-party The cloud was down"),
            ("greta", "/incident settle INC-1 duty=contain to=third-party Agreed"),
            ("lena", "/incident ack INC-4"),
        ])
        .await;
    house.minutes(31).await;
    house
        .all(&[
            ("lena", "/incident ack INC-1"),
            ("ravi", "/incident contain INC-1 Switched to v6"),
            ("arjun", "/incident resolve INC-1 Rolled back"),
            ("arjun", "/incident resolve INC-4 Retrained"),
            ("maya", "/incident reopen INC-4 It is back"),
            ("arjun", "/incident update INC-4 next=20m The vendor looks at it again"),
            ("arjun", "/incident snooze INC-4 5m"),
            ("maya", "/incident restrict INC-4 Names are among it"),
            ("henrik", "/incident request-access INC-4 I keep the minutes"),
            ("maya", "/incident unrestrict INC-4 It was a drill"),
        ])
        .await;
    let again = What::Said { message: "m-6".to_owned(), text: "It is back".to_owned(), files: Words::default() };
    let heard = house.heard(CREDIT, "dev", again);
    house.hand_in(Heard { about: "INC-4".parse().ok(), ..heard }).await;
    let pinned = What::Reacted { message: "m-6".to_owned(), reaction: "📌".to_owned(), on: true };
    let heard = house.heard(CREDIT, "lena", pinned);
    println!("{}", house.hand_in(heard).await);
    let accept = What::Command { text: "/incident review INC-1 accept".to_owned() };
    let heard = house.heard(CREDIT, "greta", accept);
    let draft = Drafted { text: "Rolled back; what follows is an alarm.".to_owned(), entries: 20 };
    println!("{}", house.hand_in(Heard { draft: Some(draft), ..heard }).await);
}

async fn approvals(house: &mut House) {
    house
        .all(&[
            ("maya", "/approval request credit \"Ship v9\""),
            ("maya", "/approval request credit \"Ship v9.1\""),
            ("maya", "/approval supersede APR-3 by APR-4"),
            ("arjun", "/approval breakglass APR-4 Customers are refused"),
            ("henrik", "/approval glass-review APR-4 Justified"),
            ("maya", "/approval request credit \"Widened\" path=widening"),
        ])
        .await;
    house.minutes(61).await;
    house
        .all(&[
            ("maya", "/approval request claims \"Go live\" path=go-live"),
            ("maya", "/approval request credit \"Slow\" path=watched"),
            ("priya", "/approval approve APR-6 Tested"),
            ("tomas", "/approval approve APR-6 Tested"),
        ])
        .await;
    // The second stage of the one lapses; the other is so slow that the bot opens an incident about its path.
    house.minutes(245).await;
    house.all(&[("henrik", "/approval approve APR-5")]).await;
}

async fn exceptions(house: &mut House) {
    house
        .all(&[
            ("maya", "/exception raise credit late-report \"October's report\""),
            ("maya", "/exception raise credit late-report \"November's report\""),
            // More than is usual, and then more than are ruled on: the bot opens an incident about the queue.
            ("jonas", "/exception raise credit late-report \"December's report\""),
            ("jonas", "/exception raise credit one-reader \"Hold on INC-4\" on=INC-4 reason=\"an audit\""),
            ("dev", "/exception take EXC-1"),
            ("dev", "/exception hand-back EXC-1 called away"),
            ("dev", "/exception triage EXC-1"),
            ("dev", "/exception triage EXC-2"),
            ("dev", "/exception triage EXC-3"),
            ("lena", "/exception triage EXC-4"),
            ("arjun", "/exception specialist EXC-2 role=engineering Is the format yours?"),
            ("ravi", "/exception send-back EXC-2 Not ours"),
            ("priya", "/exception recommend EXC-4 grant The regulator asks"),
            ("arjun", "/exception grant EXC-1 until 4h control=\"a second reader\" every=90m It is on its way"),
            ("greta", "/exception grant EXC-4 until 2h The regulator asks"),
            ("arjun", "/exception correct EXC-2 Run it again"),
            ("arjun", "/exception refuse EXC-3 It can be made today"),
            ("dev", "/exception proof EXC-1 20 read, none wrong"),
            ("maya", "/exception raise credit waiting One"),
            ("maya", "/exception raise credit waiting Two"),
            ("jonas", "/exception raise credit waiting Three"),
            ("jonas", "/exception raise credit waiting Four"),
            ("maya", "/exception withdraw EXC-5 No need"),
            ("jonas", "/exception withdraw EXC-7 No need"),
            ("dev", "/exception take EXC-8"),
        ])
        .await;
    // Nobody works on EXC-8 after all, and the queue has recovered.
    house.minutes(61).await;
    house
        .all(&[
            ("maya", "/exception renew EXC-1 until 5h Longer"),
            ("arjun", "/exception refuse EXC-1 Not yet"),
            ("maya", "/exception renew EXC-1 until 5h Longer"),
            ("arjun", "/exception renew EXC-1 until 6h The vendor needs it"),
        ])
        .await;
    // The proof for EXC-1 is missing, and EXC-4 has run out: the clock that it had stopped starts anew.
    house.minutes(60).await;
    house.all(&[("dev", "/exception proof EXC-1 20 read"), ("arjun", "/exception lift EXC-1 It works")]).await;
    house.minutes(190).await;
    house.all(&[("maya", "/exception close EXC-1 The report is there")]).await;
    // Two more come. Once the incident about the queue is resolved, it is looked at by itself while a deadline is near.
    house
        .all(&[("maya", "/exception raise credit waiting Five"), ("jonas", "/exception raise credit waiting Six")])
        .await;
    let about = house.desk.shown().bot.queues.incidents.values().next().expect("an incident about the queue").case;
    let resolve = format!("/incident resolve {about} Two more people rule");
    house.all(&[("arjun", resolve.as_str())]).await;
    house.minutes(1).await;
    house.all(&[("maya", "/exception withdraw EXC-9 No need"), ("jonas", "/exception withdraw EXC-10 No need")]).await;
}

async fn rollbacks(house: &mut House) {
    house
        .all(&[
            ("maya", "/rollback propose credit from=v8 to=v7 \"Scores drift again\" on=INC-4 to-digest=sha256:0a"),
            ("dev", "/rollback tick RBK-1 1 yes Forty of them"),
            ("dev", "/rollback tick RBK-1 2 no"),
            ("dev", "/rollback compare RBK-1 contain decides=command takes=20m undone=\"a backlog\" Too slow"),
            ("jonas", "/rollback no-go RBK-1 The month-end run is on"),
            ("jonas", "/rollback go RBK-1"),
            ("arjun", "/rollback authorise RBK-1 v7 is known to be good"),
            ("maya", "/rollback retarget RBK-1 to=v6 v7 drifts too"),
            ("dev", "/rollback tick RBK-1 1 yes Forty of them"),
            ("dev", "/rollback tick RBK-1 2 yes"),
            ("dev", "/rollback compare RBK-1 contain Too slow"),
            ("jonas", "/rollback go RBK-1 rev=2"),
            ("ravi", "/rollback go RBK-1 rev=2"),
            ("greta", "/rollback authorise RBK-1 rev=2 v6 is known to be good"),
            ("arjun", "/rollback alter-anyway RBK-1 People are being refused"),
            ("dev", "/rollback start RBK-1 rev=2"),
            ("ravi", "/rollback blocked RBK-1 The console is down"),
            ("ravi", "/rollback done RBK-1 All traffic is on v6"),
            ("greta", "/rollback agree-point RBK-1 The copy is checked"),
            ("arjun", "/rollback skip RBK-1 The cache is empty"),
            ("dev", "/rollback in-flight RBK-1 drained 41 calls"),
            ("maya", "/rollback downstream RBK-1 no The ledger takes none of them"),
            ("dev", "/rollback source RBK-1 no The pipeline pins v8"),
            ("maya", "/rollback downstream RBK-1 yes Ten postings read"),
            ("ravi", "/rollback downstream RBK-1 yes Letters are right"),
            ("dev", "/rollback look-back RBK-1 from=08:00 to=08:30 count=12 Table decisions, model = v8"),
            ("maya", "/rollback looked-at RBK-1 Scored again"),
            ("ravi", "/rollback looked-at RBK-1 Written again"),
            ("dev", "/rollback source RBK-1 yes The alias is v6"),
            ("dev", "/rollback confirm RBK-1 recovered Scores are as before"),
            ("jonas", "/approval request credit \"The fix\""),
            ("arjun", "/rollback override credit APR-9 It is the fix"),
            ("greta", "/rollback thaw credit The cause is known"),
            ("jonas", "/rollback drill credit from=v8 to=v6 \"Quarterly drill\" scenario=\"scores drift\" announced"),
            ("arjun", "/rollback deny RBK-2 Next week"),
            ("jonas", "/rollback drill credit from=v8 to=v6 \"Quarterly drill\""),
            ("jonas", "/rollback abandon RBK-3 Half of them are away"),
            ("dev", "/rollback gap RBK-1 @ravi 2d Nobody could reach the console"),
            ("ravi", "/rollback gap-closed RBK-1 1 There is a second way in"),
            ("dev", "/rollback again RBK-1 yes Twenty minutes"),
        ])
        .await;
    // A drill is due; another one is called and held meanwhile. A second one that is due is planned.
    house.minutes(60 * 40).await;
    house
        .all(&[
            ("jonas", "/rollback drill credit from=v8 to=v6 \"Quarterly drill\" way=contain"),
            ("dev", "/rollback tick RBK-5 1 yes"),
            ("dev", "/rollback tick RBK-5 2 yes"),
            ("dev", "/rollback compare RBK-5 roll-back Another time"),
            ("maya", "/rollback go RBK-5"),
            ("ravi", "/rollback go RBK-5"),
            ("arjun", "/rollback authorise RBK-5 Go ahead"),
            ("arjun", "/rollback alter-anyway RBK-5 It is a copy"),
            ("dev", "/rollback start RBK-5"),
            ("dev", "/rollback done RBK-5"),
            ("dev", "/rollback done RBK-5 step=2"),
            ("dev", "/rollback in-flight RBK-5 stopped Nothing was"),
            ("maya", "/rollback downstream RBK-5 yes Fine"),
            ("ravi", "/rollback downstream RBK-5 yes Fine"),
            ("dev", "/rollback look-back RBK-5 from=02:00 to=04:00 count=0 None"),
            ("dev", "/rollback source RBK-5 yes Nothing leads back"),
            ("dev", "/rollback confirm RBK-5 contained As planned"),
        ])
        .await;
    house.minutes(60 * 50).await;
    house.all(&[("dev", "/rollback plan RBK-6 from=v8 to=v6 scenario=\"scores drift\" announced")]).await;
}

/// A step that a machine does: not reached, begun, called anew, given up, and done.
async fn machines(house: &mut House) {
    house
        .all(&[
            ("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray\""),
            ("arjun", "/rollback authorise RBK-7 v2 is known to be good"),
            ("arjun", "/rollback start RBK-7"),
        ])
        .await;
    let case = "RBK-7".parse().expect("a case");
    let say = async |house: &House, round: u32, called: Called| {
        let command = CaseKind::Rollback.called(1, round, &called).expect("rollbacks call machines");
        house.desk.called(case, command).await.expect("the desk answers").expect("it is waited for");
    };
    let failed = |again| Called::Failed { why: "it answered 503 Service Unavailable".to_owned(), again };
    say(house, 1, failed(Some(house.desk.clock.now() + Span::seconds(5)))).await;
    say(house, 1, Called::Begun).await;
    house.all(&[("ravi", "/rollback call RBK-7")]).await;
    say(house, 1, failed(None)).await;
    house.all(&[("ravi", "/rollback call RBK-7")]).await;
    say(house, 1, Called::Blocked { text: "the release is locked".to_owned() }).await;
    house.all(&[("arjun", "/rollback call RBK-7")]).await;
    say(house, 2, Called::Done { text: "v2 serves".to_owned() }).await;
    house.all(&[("arjun", "/rollback abandon RBK-7 It was the wrong pilot")]).await;
    // Another one answers when nobody waits for it any more.
    house
        .all(&[
            ("maya", "/rollback propose claims from=v3 to=v2 \"Claims go astray again\""),
            ("arjun", "/rollback authorise RBK-8 v2 is known to be good"),
            ("arjun", "/rollback start RBK-8"),
        ])
        .await;
    let case = "RBK-8".parse().expect("a case");
    let say = async |house: &House, called: Called| {
        let command = CaseKind::Rollback.called(1, 1, &called).expect("rollbacks call machines");
        house.desk.called(case, command).await.expect("the desk answers").expect("it is kept");
    };
    say(house, Called::Begun).await;
    house.all(&[("arjun", "/rollback abandon RBK-8 The next one, too")]).await;
    say(house, Called::Done { text: "v2 serves".to_owned() }).await;
}

/// Of a witness of ours that falls silent, refuses, saw another history and is back; and of a log that is cosigned for.
async fn witnesses(house: &mut House) {
    let (client, vendor) = (|| WitnessId::from("client"), || LogId::from("vendor"));
    let (since, why) = (house.desk.clock.now() - Span::days(2), || "it answered 503 Service Unavailable".to_owned());
    for seen in [
        Seen::Silent { witness: client(), since, why: why() },
        Seen::Refused { witness: client(), why: why() },
        Seen::Split { witness: client(), size: 90, seen: Some(120) },
        Seen::Cosigned { witness: client(), size: 91 },
        Seen::LogWentBack { log: vendor(), size: 60, seen: 80 },
        Seen::LogSplit { log: vendor(), size: 81, seen: 80 },
        Seen::LogCosigned { log: vendor(), size: 82 },
        Seen::Publish {
            origin: "countersign.local/golden".to_owned(),
            size: 91,
            root: Label::from("ab".repeat(32)),
            shown: "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=".to_owned(),
            by: vec![Label::from("witness.example.com/w1")],
        },
        Seen::NotPublished { to: Label::from("file"), why: "the settings have no `heads_dir`".to_owned() },
        Seen::NotStamped { why: "it answered 503 Service Unavailable".to_owned() },
    ] {
        house.commands(BotCommand::Heads(seen)).await;
    }
}

async fn of_the_bot(house: &mut House, policy: &str) {
    house
        .all(&[
            ("priya", "/approval delegate @ines until 1d Conference"),
            ("tomas", "/approval away until 1h Training"),
            ("ines", "/approval undelegate 1"),
        ])
        .await;
    let watch = |late| BotCommand::Watch { oldest_wake_late: None, oldest_notice_late: late };
    house.commands(watch(Some(Span::minutes(5)))).await;
    house.commands(watch(None)).await;
    let slack = Platform::from("slack");
    let cut_off = BTreeMap::from([(slack.clone(), "the token was revoked".to_owned())]);
    house.commands(BotCommand::Links { cut_off }).await;
    house.commands(BotCommand::Links { cut_off: BTreeMap::new() }).await;
    for why in [Some("the bot isn't in slack/C0FRAUD: invite it"), None] {
        let channel = Lack::Channel("slack/C0FRAUD".parse().expect("a channel"));
        let all = why.map(|why| (channel, why.to_owned())).into_iter().collect();
        house.commands(BotCommand::Lacks { lacks: BTreeMap::from([(slack.clone(), all)]) }).await;
    }
    let groups = BTreeMap::from([("S0VENDOR".to_owned(), vec!["elena".into()])]);
    house.commands(BotCommand::Roster { platform: slack.clone(), groups, gone: vec!["elena".into()] }).await;
    house
        .commands(BotCommand::GroupSet(GroupSet {
            platform: slack,
            group: "S0RISK".to_owned(),
            role: "model-risk".into(),
            members: vec!["priya".into()],
            strangers_out: 2,
        }))
        .await;
    house.commands(BotCommand::ClockWentBack { by: Span::seconds(90) }).await;
    let case = "APR-7".parse().expect("a case");
    house.commands(BotCommand::NotePromotion { workflow: "claims".into(), case }).await;
    let text = policy.replacen("\"priya\", \"tomas\"", "\"priya\", \"anika\"", 1);
    let text = text.replacen("stage = \"pilot\"", "stage = \"production\"", 1);
    house.reloads("greta", text).await;
    house.minutes(65).await;
    house.all(&[("greta", "/approval withdraw APR-7 Nobody wants it")]).await;
    of_shifts(house, policy).await;
}

/// In Honolulu, where it is Monday, a quarter past eight: two who take turns and hand over at half past eight.
const SHIFTS: &str = r#"
[roles.desk]
name = "The desk"
party = "risk"
rota = "desk"

[rotas.desk]
name = "The desk"
zone = "Pacific/Honolulu"
members = ["ines", "henrik"]
every = "1d"
handoff = "08:30"
starts = 2026-11-22
hours = { mon-sun = "00:00-20:00" }
gaps_to = "governance"
acknowledge_within = "5m"
cover_within = "5m"
"#;

async fn of_shifts(house: &mut House, policy: &str) {
    house.reloads("greta", format!("{policy}{SHIFTS}")).await;
    house.minutes(1).await;
    house
        .all(&[
            ("ines", "/rota start desk"),
            ("ines", "/rota swap desk @henrik"),
            ("henrik", "/rota pass 1"),
            ("greta", "/rota override desk @tomas to=10m because Ines is at lunch"),
            ("greta", "/rota end 2"),
            ("ines", "/rota cover desk from=2d to=3d because Travelling"),
        ])
        .await;
    // For two minutes of the five that nobody looks.
    house.all(&[("greta", "/rota override desk @tomas from=2m to=4m because Ines is at lunch")]).await;
    house.minutes(5).await;
    let heard = house.heard(CREDIT, "ines", What::Command { text: "/rota calendar".to_owned() });
    let handled = house.desk.hear(heard).await.expect("the desk answers");
    let Handled::Calendar { by, word, .. } = handled else { panic!("{handled:?}") };
    let hash = "ab".repeat(32).as_str().into();
    let calendar = BotCommand::Rota(countersign::domain::bot::rotas::Command::GiveCalendar { hash });
    let given = house.desk.ask_bot(calendar, Actor::Person(by), Some(word)).await;
    given.expect("the desk decides").expect("it isn't refused");
    house.commands(BotCommand::LookAtOwnership { restricted: Vec::new() }).await;
    // They hand over, nobody says that they are on, nobody takes what is to be covered, and it gets nine.
    house.minutes(45).await;
}

/// A role that its receiver holds from then on, but for a request of their own; a case, once accepted and once declined; a case
/// that is taken; and a policy that names the receiver.
async fn handoffs(house: &mut House, policy: &str) {
    let heard = house.heard(CREDIT, "maya", What::Command { text: "/incident open credit sev2 Rates".to_owned() });
    let opened = house.hand_in(heard).await;
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let number = opened.split_once("INC-").map(|(_, rest)| digits(rest)).expect("its number");
    let of_it = |line: &str| line.replace("INC-N", &format!("INC-{number}"));
    let lines = [
        ("dev", "/incident role INC-N lead"),
        ("jonas", "/approval request credit \"Ship v10\""),
        ("greta", "/handoff offer role=model-risk to=@jonas from=@priya reason=\"on leave\""),
        ("jonas", "/handoff accept HOF-1 first=INC-N next=command unaltered=credit condition=\"until March\""),
        ("priya", "/handoff correct HOF-1 The decisions run out first"),
        ("dev", "/handoff offer INC-N to @lena"),
        ("lena", "/handoff refuse HOF-2 1 I am away"),
        ("greta", "/handoff place HOF-2 Dev goes on"),
        ("dev", "/handoff offer INC-N to @lena"),
        ("lena", "/handoff decline HOF-3 I am away"),
        ("dev", "/handoff offer INC-N to @lena"),
        ("dev", "/handoff withdraw HOF-4 I stay"),
        ("arjun", "/handoff take INC-N Dev doesn't answer"),
        ("greta", "/handoff take-review HOF-5 It was right"),
        ("arjun", "/handoff offer INC-N to @lena"),
        ("lena", "/handoff prove HOF-6 1 Set them on the test system"),
        ("lena", "/handoff accept HOF-6 first=INC-N next=command unaltered=credit"),
        ("arjun", "/handoff confirm HOF-6"),
    ];
    let lines: Vec<(&str, String)> = lines.into_iter().map(|(who, line)| (who, of_it(line))).collect();
    let lines: Vec<(&str, &str)> = lines.iter().map(|(who, line)| (*who, line.as_str())).collect();
    house.all(&lines).await;
    let text = policy.replacen("\"priya\", \"tomas\"", "\"jonas\", \"tomas\"", 1);
    house.reloads("greta", format!("{text}{SHIFTS}")).await;
    // Whoever leads is tired by then.
    house.minutes(12 * 60 + 1).await;
}

/// A message is pinned, and the pin is taken off again.
async fn of_evidence(house: &mut House) {
    house
        .all(&[
            ("dev", "/evidence pin m-2 because The rates are in it"),
            ("lena", "/evidence unpin m-2 because They are others"),
            ("dev", "/evidence hold everything 2026-17 because The regulator asks"),
        ])
        .await;
    // A hold keeps what is to be erased; it ends, and the words go.
    let beside = house.reader.beside_cases().await.expect("the database");
    let entry = beside.iter().find(|entry| entry.kind.starts_with("delegation.")).expect("one of no case").seq;
    let erasure = house.asks("maya", &format!("/evidence erase {entry} because A customer is named in it")).await;
    house.all(&[("henrik", &format!("/approval approve {erasure}"))]).await;
    until_deferred(house, &erasure).await;
    let release = house.asks("dev", "/evidence release 1 because It is settled").await;
    house.all(&[("henrik", &format!("/approval approve {release}"))]).await;
    until_erased(house, &erasure).await;
    // All of a case goes.
    let case = house.asks("maya", "/incident open claims sev4 \"A claimant is named\"").await;
    house.all(&[("arjun", &format!("/incident withdraw {case} It was a test"))]).await;
    let erasure = house.asks("maya", &format!("/evidence erase {case} because A claimant is named in it")).await;
    house.all(&[("henrik", &format!("/approval approve {erasure}"))]).await;
    until_erased(house, &erasure).await;
    let ending = Ending { case: "INC-1".parse().expect("a case"), class: "model-decisions".into(), until: house.now() };
    house.commands(BotCommand::ShowCalendar { ending: vec![ending], upto: house.now() + Span::days(30) }).await;
    // What was searched for, and that somebody may not.
    let query = || "rates".to_owned();
    let case = Some("INC-1".parse().expect("a case"));
    let exported = Exported {
        scope: Scope::Period { from: house.now() - Span::days(30), to: house.now(), workflow: Some("credit".into()) },
        cases: 2,
        entries: 90,
        files: 1,
        head: 91,
        manifest: Label::from("ab".repeat(32)),
        withheld: true,
    };
    let refused = ExportRefused { what: "INC-1".to_owned() };
    let fetched = FileRead { file: "cd".repeat(32), case };
    let attested = Attested { case: "APR-1".parse().expect("a case"), statement: Label::from("ef".repeat(32)) };
    for event in [
        exported,
        attested,
        refused,
        fetched,
        Searched { query: query(), case, found: 1, more: true },
        SearchRefused { query: query() },
    ] {
        let heard = house.heard(CREDIT, "dev", What::Command { text: "/evidence search rates".to_owned() });
        let handled = house.desk.hear(heard).await.expect("the desk answers");
        let Handled::Query { word, .. } = handled else { panic!("{handled:?}") };
        let read = house.desk.ask_bot(BotCommand::Read(event), Actor::Person("dev".into()), word).await;
        read.expect("the desk decides").expect("it isn't refused");
    }
}

/// What was missed on a platform is read from its history.
async fn history(house: &mut House) {
    let (platform, lane) = (Platform::from("slack"), Some("slack/C1".parse().expect("a lane")));
    let began = Fill::Began { platform: platform.clone(), lane, from: Some(START) };
    for event in [began, Fill::Ended { platform }] {
        let ruled = house.desk.ask_bot(BotCommand::Fill(event), Actor::Engine, None).await;
        ruled.expect("the desk decides").expect("it isn't refused");
    }
}

/// What was said before the bot was there.
async fn of_an_export(data: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let edited = json!({ "edited": { "user": "U0MAYA", "ts": "1452800060.000000" } });
    let day = [with(said("U0MAYA", "1452800000.000001", "the batch is late"), &edited)];
    let files: Vec<_> = lists().into_iter().chain([day_of("credit-ai/2016-01-14.json", &day)]).collect();
    let archive = zipped(folder.path(), "export.zip", &files);
    let (platform, workflow) = (Platform::from("slack"), "credit".into());
    let wanted = Wanted { data, archive: &archive, platform, workflow, private: false };
    let outcome = patiently(async || import::slack(&wanted).await).await.expect("it is imported");
    assert_eq!(outcome.kept, 1, "{outcome}");
}

/// The next golden ledger could be written at any time; it is where `COUNTERSIGN_WRITE_GOLDEN` says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_life_reaches_every_kind_and_every_telling() {
    let data = tempfile::tempdir().expect("a folder");
    life(data.path()).await;
    let reader = store::open_to_read(&data.path().join(Folder::DATABASE)).await.expect("the database");
    let size = reader.size().await.expect("the database");
    let lines = reader.entries(0, size).map_ok(|entry| Line {
        leaf: entry.leaf,
        facts: entry.facts,
        facts_salt: hex::encode(entry.facts_salt),
        words: entry.words,
        words_salt: entry.words_salt.map(hex::encode),
    });
    let lines: Vec<Line> = lines.try_collect().await.expect("the ledger");
    reader.close().await;
    let text: String = lines.iter().map(|line| serde_json::to_string(line).expect("JSON") + "\n").collect();
    let golden = Golden::of("a life".to_owned(), &text);
    must_say_where_each_entry_came_from(&golden);
    must_be_complete("A life", &[golden]);
    let Some(path) = std::env::var_os("COUNTERSIGN_WRITE_GOLDEN") else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::write(&path, text).expect("the golden ledger");
    println!("{} has {} entries", path.display(), lines.len());
}
