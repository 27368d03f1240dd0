//! The evidence and its checks, end to end: a house with a past is spoiled in every way, and each fault is named; bundles are
//! checked with the tools that an auditor has; tables are rebuilt; a restored backup is recovered from.

#[path = "evidence/against.rs"]
mod against;
#[path = "evidence/attested.rs"]
mod attested;
#[path = "evidence/bags.rs"]
mod bags;
#[path = "evidence/delegations.rs"]
mod delegations;
#[path = "evidence/erasures.rs"]
mod erasures;
#[path = "kit/export.rs"]
mod export;
#[path = "evidence/golden.rs"]
mod golden;
#[path = "evidence/house.rs"]
mod house;
#[path = "evidence/imports.rs"]
mod imports;
#[path = "evidence/judges.rs"]
mod judges;
#[path = "evidence/migrated.rs"]
mod migrated;
#[path = "evidence/mutated_bags.rs"]
mod mutated_bags;
#[path = "evidence/mutations.rs"]
mod mutations;
#[path = "evidence/passphrase.rs"]
mod passphrase;
#[path = "evidence/pinned.rs"]
mod pinned;
#[path = "kit/platform.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod platform;
#[path = "evidence/rotated.rs"]
mod rotated;
#[path = "evidence/search.rs"]
mod search;
#[path = "evidence/stamped.rs"]
mod stamped;
#[path = "evidence/transparent.rs"]
mod transparent;
#[path = "evidence/unheard.rs"]
mod unheard;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use countersign::desk::DeskError;
use countersign::digest::{self, Form, Period};
use countersign::domain::bot::condition::Event;
use countersign::domain::mark::Words;
use countersign::domain::policy::EXAMPLE;
use countersign::domain::{At, Bot, CaseId, Lane, OutboxId, Span, WhyNotKept};
use countersign::evidence::audit::{self, Verdict};
use countersign::evidence::backup;
use countersign::evidence::bundle::{self, BundleError};
use countersign::evidence::rebuild::{self, Before, RebuildError, RecoverError, accept_cause_secret};
use countersign::ledger::folder::{Folder, cause_secret_file};
use countersign::ledger::heard::{Heard, NotKept, What};
use countersign::ledger::projection::{Entry, Projection};
use countersign::ledger::record::{BotRuled, ChannelMade, Record, Told};
use countersign::ledger::{self, About, Ledger, Subjects};
use countersign::seal::{self, Checkpoint, SshSigner};
use countersign::store::{self, Commit, EntryRead, NoteRow, Stretch};
use futures_util::TryStreamExt as _;
use sha2::{Digest, Sha256};

use self::house::{House, NASTY, START, copy, erase, past, patiently, sql};

fn inc_1() -> CaseId {
    "INC-1".parse().expect("a case")
}

fn key(data: &Path) -> String {
    std::fs::read_to_string(data.join("keys/ledger.vkey")).expect("the key")
}

async fn compare(data: &Path) -> Result<rebuild::Report, RebuildError> {
    patiently(async || rebuild::compare(data).await).await
}

async fn rebuild(data: &Path) -> Result<rebuild::Report, RebuildError> {
    patiently(async || rebuild::rebuild(data).await).await
}

async fn recover(data: &Path, accept_loss: bool) -> Result<rebuild::Recovery, RecoverError> {
    patiently(async || rebuild::recover(data, accept_loss).await).await
}

fn must_say(verdict: &Verdict, sound: bool, complete: bool, words: &[&str]) {
    let text = verdict.to_string();
    let found = (verdict.integrity.total() == 0, verdict.completeness.total() == 0);
    assert_eq!(found, (sound, complete), "(integrity, completeness) of\n{text}");
    for words in words {
        assert!(text.contains(words), "“{words}” is not in\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_in_order_is_found_in_order() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let verdict = audit::verify(data.path()).await.expect("a verdict");
    must_say(&verdict, true, true, &["Integrity: good", "Completeness: good", "manual clock", "and one file."]);
    let compared = compare(data.path()).await.expect("a comparison");
    assert!(compared.is_good() && compared.entries > 256, "{compared}");
    assert!(!data.path().join("countersign.db.compared").exists(), "the draft is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_spoiling_is_named() {
    let good = tempfile::tempdir().expect("a folder");
    past(good.path()).await;
    let blob = {
        let bytes: &[u8] = b"pune;0.31\nothers;0.12\n";
        countersign::blobs::folder::blob_path(Path::new(""), &hex::encode(Sha256::digest(bytes)))
    };
    /// SQL, sound, complete, what must be said.
    type Spoiling<'a> = (&'a str, bool, bool, &'a [&'a str]);
    let spoilings: &[Spoiling<'_>] = &[
        (
            "update ledger set leaf = replace(leaf, '\"v\":1', '\"v\":2') where seq = 30",
            false,
            true,
            &["Entry 30 cannot be read"],
        ),
        ("update ledger set leaf = leaf || char(10) where seq = 30", false, true, &["Entry 30 cannot be read"]),
        (
            "update ledger set leaf = replace(leaf, '\"source\":\"local\"', '\"source\":\"lokal\"') where seq = 30",
            false,
            true,
            &["leaf hash kept beside entry 30", "Entry 31 names"],
        ),
        ("update ledger set hash = zeroblob(32) where seq = 30", false, true, &["leaf hash kept beside entry 30"]),
        (
            "update ledger set hash = cast(hash || x'00' as blob) where seq = 30",
            false,
            true,
            &["leaf hash kept beside entry 30"],
        ),
        ("update ledger set case_id = 'INC-2' where seq = 30", false, true, &["case kept beside entry 30 is `INC-2`"]),
        ("update ledger set case_id = '' where seq = 30", false, true, &["case kept beside entry 30 is ``"]),
        (
            "update ledger set case_seq = 7000 where seq = 30",
            false,
            true,
            &["number within the case kept beside entry 30 is `7000`"],
        ),
        (
            "update ledger set case_seq = 'x' where seq = 30",
            false,
            true,
            &["number within the case kept beside entry 30 is `0`"],
        ),
        ("update ledger set kind = 'said.edit' where seq = 200", false, true, &["kind kept beside entry 200"]),
        (
            "update ledger set at_us = at_us + 1 where seq = 30",
            false,
            true,
            &["time of recording kept beside entry 30"],
        ),
        ("update ledger set at_us = 'noon' where seq = 30", false, true, &["time of recording kept beside entry 30"]),
        // A byte moved from one row to the next: packed together, the two would look right.
        (
            "update ledger set hash = (select cast(substr(hash, 32) as blob) from ledger where seq = 30) || hash where seq = 31; \
             update ledger set hash = substr(hash, 1, 31) where seq = 30",
            false,
            true,
            &["leaf hash kept beside entry 30", "leaf hash kept beside entry 31"],
        ),
        (
            "update ledger set facts_salt = zeroblob(32) where seq = 30",
            false,
            true,
            &["facts of entry 30 are not what"],
        ),
        ("update ledger set facts_salt = zeroblob(31) where seq = 30", false, true, &["facts of entry 30 is 31 bytes"]),
        (
            "update ledger set words_salt = zeroblob(32) where seq = 200",
            false,
            true,
            &["words of entry 200 are not what"],
        ),
        (
            "update ledger set words_salt = zeroblob(31) where seq = 200",
            false,
            true,
            &["words of entry 200 is 31 bytes"],
        ),
        (
            "update ledger set words = replace(words, 'chatter', 'flatter') where seq = 200",
            false,
            true,
            &["words of entry 200 are not what"],
        ),
        (
            "update ledger set words = words || char(10) where seq = 200",
            false,
            true,
            &["words of entry 200 are not what"],
        ),
        (
            "update ledger set facts = facts || char(10) where seq = 200",
            false,
            true,
            &["facts of entry 200 are not what"],
        ),
        (
            "update ledger set facts = replace(facts, 'local', 'lokal') where seq = 200",
            false,
            true,
            &["facts of entry 200 are not what"],
        ),
        ("update ledger set words = '' where seq = 200", false, true, &["words of entry 200 are not what"]),
        (
            "update ledger set words = '[\"more\"]', words_salt = zeroblob(32) where kind = 'told.not-needed' or kind = 'bot.stopped'",
            false,
            true,
            &["none were sealed with it"],
        ),
        (
            "update ledger set words = null, words_salt = null where seq = 200",
            false,
            true,
            &["The words of entry 200 are gone without a recorded erasure"],
        ),
        ("update ledger set seq = 100000 where seq = 200", false, false, &["Entry 200 is missing", "One row"]),
        (
            "update ledger set seq = -1 where seq = 200",
            false,
            false,
            &["Entry 200 is missing", "One row", "no entry can have"],
        ),
        ("delete from ledger where seq = 200", true, false, &["Entry 200 is missing"]),
        ("delete from ledger where seq > 100", false, false, &["the ledger has only 101", "A tree node is kept"]),
        ("update tree_node set hash = zeroblob(32)", false, true, &["tree node kept at height 8"]),
        ("update tree_node set hash = zeroblob(7)", false, false, &["it is 7 bytes long"]),
        ("delete from tree_node", true, false, &["tree node at height 8 above entry 0 is not kept"]),
        ("insert into tree_node values (8, 9, zeroblob(32))", false, true, &["A tree node is kept at height 8"]),
        (
            "update checkpoint set note = replace(note, char(10), char(10) || '1') where size = (select max(size) from checkpoint)",
            false,
            true,
            &["head kept in the database", "doesn't hold"],
        ),
        (
            "update checkpoint set size = size - 1 where size = (select max(size) from checkpoint)",
            false,
            true,
            &["speaks of"],
        ),
    ];
    for (statement, sound, complete, words) in spoilings {
        let spoiled = copy(good.path());
        sql(spoiled.path(), statement).await;
        let verdict = audit::verify(spoiled.path()).await.expect("a verdict");
        println!("{statement}\n{verdict}");
        must_say(&verdict, *sound, *complete, words);
    }
    // The files beside the database.
    let spoil = |path: PathBuf, change: fn(&mut Vec<u8>)| {
        let spoiled = copy(good.path());
        let path = spoiled.path().join(path);
        let mut bytes = std::fs::read(&path).expect("the file");
        change(&mut bytes);
        std::fs::write(&path, bytes).expect("the file");
        spoiled
    };
    let spoiled = spoil(blob.clone(), |bytes| bytes[0] ^= 1);
    must_say(&audit::verify(spoiled.path()).await.expect("a verdict"), false, true, &["rates", "was changed"]);
    let spoiled = spoil("checkpoint".into(), |bytes| bytes[40] ^= 1);
    must_say(
        &audit::verify(spoiled.path()).await.expect("a verdict"),
        false,
        true,
        &["the file `checkpoint` doesn't hold"],
    );
    let spoiled = copy(good.path());
    std::fs::remove_file(spoiled.path().join(&blob)).expect("the blob");
    must_say(&audit::verify(spoiled.path()).await.expect("a verdict"), true, false, &["rates", "is missing"]);
    let spoiled = copy(good.path());
    std::fs::remove_file(spoiled.path().join("checkpoint")).expect("the head");
    must_say(
        &audit::verify(spoiled.path()).await.expect("a verdict"),
        true,
        false,
        &["The file `checkpoint` is missing"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_that_disagree_with_the_ledger_are_named_and_put_right() {
    let good = tempfile::tempdir().expect("a folder");
    past(good.path()).await;
    for (statement, table, row) in [
        ("update ledger set kind = 'said.edit' where seq = 200", "ledger: 1 row", "seq 200 differs"),
        ("delete from tree_node where height = 8", "tree_node: 1 row", "height 8, idx 0 is missing"),
        (
            "update case_file set state = 'resolved' where case_id = 'INC-1'",
            "case_file: 1 row",
            "case_id INC-1 differs",
        ),
        (
            "update case_file set wake_us = wake_us + 1 where case_id = 'APR-1'",
            "case_file (wake_us): 1 row",
            "case_id APR-1 differs",
        ),
        ("update bot set snapshot = '{}'", "bot: 1 row", "id 1 differs"),
        ("update policy set body = body || ' '", "policy: 1 row", "differs"),
        ("delete from cause where key = (select min(key) from cause)", "cause: 1 row", "is missing"),
        ("delete from subject where subject = 'dev'", "subject: 1 row", "is missing"),
        (
            "update outbox set state = 'waiting' where (entry, place) = \
             (select entry, place from outbox where state = 'sent' order by entry, place limit 1)",
            "outbox: 1 row",
            ", place 0 differs",
        ),
        (
            "update card set message = 'b0' where case_id = 'INC-1' and lane = 'local/credit-ai'",
            "card: 1 row",
            "case_id INC-1, lane local/credit-ai differs",
        ),
        (
            "update message set body = '{}' where first = (select max(first) from message)",
            "message: 1 row",
            "lane local/credit-ai, id m",
        ),
        (
            "update duty set late_us = null where case_id = 'INC-1' and number = 1",
            "duty: 1 row",
            "case_id INC-1, number 1 differs",
        ),
        (
            "insert into duty select 'INC-9', number, workflow, duty, role, person, party, opened_us, due_us, target_us, took_us, \
          late_us, closed_us, state, paused_us, nudges, escalations, last_told_us, attributed, behind_us, excepted from duty limit 1",
            "duty: 1 row",
            "case_id INC-9, number 1 doesn't follow from the ledger",
        ),
    ] {
        let spoiled = copy(good.path());
        sql(spoiled.path(), statement).await;
        let verdict = audit::verify(spoiled.path()).await.expect("a verdict");
        let name = table.split(':').next().unwrap_or_default();
        assert!(verdict.integrity.total() + verdict.completeness.total() > 0, "{statement}\n{verdict}");
        if !["ledger", "tree_node"].contains(&name) {
            must_say(&verdict, false, true, &[&format!("Tables: {name} says something else"), row]);
        }
        let compared = compare(spoiled.path()).await.expect("a comparison");
        let text = compared.to_string();
        assert!(!compared.is_good() && text.contains(table) && text.contains(row), "{statement}\n{text}");
        let rebuilt = rebuild(spoiled.path()).await.expect("a rebuild");
        assert!(rebuilt.is_good() && rebuilt.differences == compared.differences, "{rebuilt}");
        assert!(spoiled.path().join("countersign.db.before-rebuild").exists());
        let again = compare(spoiled.path()).await.expect("a comparison");
        assert!(again.differences.is_empty(), "{statement}\n{again}");
        must_say(&audit::verify(spoiled.path()).await.expect("a verdict"), true, true, &[]);
    }
    // What was on its way stays on its way, and a second rebuild keeps the first one's past too.
    let spoiled = copy(good.path());
    sql(spoiled.path(), "update outbox set attempts = 3 where state = 'sent'").await;
    assert!(compare(spoiled.path()).await.expect("a comparison").is_good());
    for _ in 0..2 {
        rebuild(spoiled.path()).await.expect("a rebuild");
    }
    assert!(spoiled.path().join("countersign.db.before-rebuild.2").exists());
    let house = House::open(spoiled.path(), START + Span::days(1)).await.expect("the bot goes on from it");
    house.stop().await;

    // A card that was deleted on its platform is to be posted again. That no entry says so yet is no fault, whoever looks.
    let spoiled = copy(good.path());
    sql(spoiled.path(), "update card set message = null, shown = null where case_id = 'INC-1'").await;
    must_say(&audit::verify(spoiled.path()).await.expect("a verdict"), true, true, &[]);
    let compared = compare(spoiled.path()).await.expect("a comparison");
    assert!(compared.is_good(), "{compared}");
    let rebuilt = rebuild(spoiled.path()).await.expect("a rebuild");
    assert!(rebuilt.differences.is_empty(), "{rebuilt}");
    let still = "update card set attempts = 0 where case_id = 'INC-1' and message is null and shown is null";
    sql(spoiled.path(), still).await;

    // A ledger that isn't the one that was signed isn't made into a database that looks right.
    let spoiled = copy(good.path());
    sql(spoiled.path(), "delete from ledger where seq > 250").await;
    let error = rebuild(spoiled.path()).await.expect_err("too short");
    assert!(matches!(error, RebuildError::NotAsSigned { .. }), "{error}");
    let spoiled = copy(good.path());
    sql(
        spoiled.path(),
        "update ledger set leaf = replace(leaf, '\"source\":\"local\"', '\"source\":\"lokal\"') where seq = 30",
    )
    .await;
    let error = rebuild(spoiled.path()).await.expect_err("altered");
    assert!(matches!(error, RebuildError::NotAsSigned { .. }), "{error}");
    assert!(!spoiled.path().join("countersign.db.before-rebuild").exists());
}

/// Lets go of the database, so that it holds all that was written to the log beside it.
async fn rest(data: &Path) {
    let (writer, reader) = store::open(&data.join(Folder::DATABASE), false).await.expect("the database");
    reader.close().await;
    writer.close().await.expect("closed");
    assert!(store::at_rest(&data.join(Folder::DATABASE)).is_some(), "somebody else has it open");
}

/// A bit of an index is flipped: nothing is wrong with any row, and yet a look-up by it finds other rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_index_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    rest(data.path()).await;
    let database = data.path().join(Folder::DATABASE);
    let mut bytes = std::fs::read(&database).expect("the database");
    // A page of an index begins with this byte; one that is full of the case is one by cases.
    let named = |page: &[u8]| page.windows(5).filter(|it| it == b"INC-1").count();
    let pages = bytes.chunks(4096).enumerate().filter(|(_, page)| page[0] == 0x0a);
    let (page, _) = pages.max_by_key(|(_, page)| named(page)).expect("an index");
    let within = bytes[page * 4096..(page + 1) * 4096].windows(5).rposition(|it| it == b"INC-1").expect("a case");
    bytes[page * 4096 + within + 4] ^= 2;
    std::fs::write(&database, bytes).expect("written");
    must_say(
        &audit::verify(data.path()).await.expect("a verdict"),
        false,
        true,
        &["SQLite's own check", "index ledger_by"],
    );
}

/// What is only read is as it was: nothing is left beside it, and a medium that can't be written to will do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_only_reads_writes_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    rest(data.path()).await;
    let before = read_all(data.path());
    assert!(!before.contains_key("countersign.db-wal"));
    let out = tempfile::tempdir().expect("a folder");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    bundle::export(data.path(), inc_1(), &out.path().join("bag")).await.expect("a bundle");
    digest::print(data.path(), "week", None, None, chrono_tz::UTC, Form::Text).await.expect("a digest");
    backup::backup(data.path(), &out.path().join("copy")).await.expect("a copy");
    let after = read_all(data.path());
    assert!(before == after, "{:?} became {:?}", before.keys(), after.keys());
}

/// Copied while people speak: the copy is whole, is taken by the bot, and agrees with the head in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_working_bot_is_whole() {
    let data = tempfile::tempdir().expect("a folder");
    let out = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    let file = self::house::keep(data.path(), b"pune;0.31", "rates.csv");
    house.say_in("dev", None, "The rates.", vec![file]).await;
    let mut sizes = Vec::new();
    for nth in 0..6 {
        let copy = out.path().join(nth.to_string());
        let desk = house.desk.clone();
        let signs = tokio::spawn(async move {
            for _ in 0..20 {
                desk.checkpoint().await.expect("a head");
            }
        });
        let from = data.path().to_owned();
        let copies = tokio::spawn(async move { backup::backup(&from, &copy).await.map(|_| copy) });
        for word in 0..20 {
            house.say("lena", &format!("chatter no. {nth}-{word}")).await;
        }
        signs.await.expect("signed");
        let copy = copies.await.expect("copied").expect("a backup");
        must_say(&audit::verify(&copy).await.expect("a verdict"), true, true, &["and one file"]);
        let mut restored = House::open(&copy, START + Span::days(1)).await.expect("the bot goes on from it");
        let told = restored.ask("maya", "/incident status INC-1").await;
        assert!(told.contains("Pune"), "{told}");
        restored.stop().await;
        must_say(&audit::verify(&copy).await.expect("a verdict"), true, true, &[]);
        sizes.push(std::fs::metadata(copy.join(Folder::DATABASE)).expect("a database").len());
    }
    println!("{sizes:?}");
    house.stop().await;
}

/// What no bot misses and nobody can make anew is in the copy too; and nothing is copied of a folder that isn't whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_has_what_recoveries_left_and_wants_a_whole_folder() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let older = copy(data.path());
    let house = House::open(data.path(), START + Span::hours(2)).await.expect("the bot goes on");
    house.stop().await;
    let lost = std::fs::read(data.path().join("checkpoint")).expect("a head");
    restore(older.path(), data.path());
    recover(data.path(), true).await.expect("a recovery");

    // What an erasure couldn't remove yet, and what was exported and isn't recorded.
    for noted in ["erased-files", "exported", "exported.taken"] {
        std::fs::write(data.path().join(noted), noted).expect("written");
    }
    let out = tempfile::tempdir().expect("a folder");
    let whole = backup::backup(data.path(), &out.path().join("whole")).await.expect("a backup");
    for noted in ["erased-files", "exported", "exported.taken"] {
        assert_eq!(std::fs::read_to_string(whole.out.join(noted)).expect("it is there"), noted);
        std::fs::remove_file(whole.out.join(noted)).expect("removed");
    }
    assert_eq!(whole.lost_heads, 1, "{whole}");
    assert!(whole.to_string().contains("the log that a recovery ended"), "{whole}");
    assert_eq!(std::fs::read(whole.out.join("checkpoint.lost.1")).expect("it is there"), lost);
    must_say(&audit::verify(&whole.out).await.expect("a verdict"), true, true, &[]);

    std::fs::remove_dir_all(data.path().join("blobs")).expect("it goes");
    let nowhere = out.path().join("nowhere");
    let error = backup::backup(data.path(), &nowhere).await.expect_err("files are missing");
    assert!(error.to_string().contains("blobs is missing") && error.to_string().contains("mkdir"), "{error}");
    assert!(!nowhere.exists(), "nothing was copied");
}

/// The secret by which repetitions are recognised is the ledger's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_of_causes_of_another_ledger_is_noticed() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let secret = cause_secret_file(data.path());
    let own = std::fs::read(&secret).expect("a secret");
    std::fs::write(&secret, "5a".repeat(32)).expect("another one");
    let verify = async || audit::verify(data.path()).await.expect("a verdict");
    must_say(&verify().await, false, true, &["causes.secret is not the secret", "Restore it", "countersign recover"]);
    let at = START + Span::hours(2);
    let error = House::open(data.path(), at).await.err().expect("it is refused");
    assert!(matches!(error, DeskError::OtherCauses { .. }) && error.to_string().contains("--accept-loss"), "{error}");

    std::fs::remove_file(&secret).expect("it goes");
    must_say(&verify().await, true, true, &["causes.secret is not there or no key, so it was not compared"]);
    std::fs::write(&secret, &own).expect("its own again");
    must_say(&verify().await, true, true, &[]);

    // The one that lies there is accepted, and is the ledger's from then on.
    std::fs::write(&secret, "5a".repeat(32)).expect("another one");
    let accept = async |accept| patiently(async || accept_cause_secret(data.path(), accept).await).await;
    let error = accept(false).await.expect_err("it was not accepted");
    assert!(
        matches!(error, RecoverError::SecretOfAnother { .. }) && error.to_string().contains("count twice"),
        "{error}"
    );
    assert!(accept(true).await.expect("it is recorded").is_some());
    assert!(accept(true).await.expect("it is known").is_none());
    must_say(&verify().await, true, true, &["One entry came after the last signed head"]);
    House::open(data.path(), at).await.expect("the bot goes on").stop().await;
    must_say(&verify().await, true, true, &[]);
    assert!(compare(data.path()).await.expect("a comparison").is_good());
    std::fs::write(&secret, own).expect("the first one");
    must_say(&verify().await, false, true, &["causes.secret is not the secret"]);
}

/// Heads that the ledger shows to have been signed are missed, in the file and in the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_that_were_taken_away_are_missed() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let older = std::fs::read(data.path().join("checkpoint")).expect("a head");
    let size = |note: &[u8]| String::from_utf8_lossy(note).lines().nth(1).expect("a size").to_owned();
    for hours in [2, 3] {
        House::open(data.path(), START + Span::hours(hours)).await.expect("the bot goes on").stop().await;
    }
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);

    // All but an older one.
    let spoiled = copy(data.path());
    sql(spoiled.path(), &format!("delete from checkpoint where size > {}", size(&older))).await;
    std::fs::write(spoiled.path().join("checkpoint"), &older).expect("a head");
    let covers = format!("but the last one here covers {}", size(&older));
    let verdict = audit::verify(spoiled.path()).await.expect("a verdict");
    must_say(&verdict, true, false, &["heads were taken away", &covers]);

    // All.
    sql(data.path(), "delete from checkpoint").await;
    std::fs::remove_file(data.path().join("checkpoint")).expect("it goes");
    let verdict = audit::verify(data.path()).await.expect("a verdict");
    must_say(&verdict, true, false, &["but none is there: heads were taken away", "the file `checkpoint`"]);
    let at = START + Span::hours(4);
    let error = House::open(data.path(), at).await.err().expect("it is refused");
    assert!(matches!(error, DeskError::HeadMissing { .. }), "{error}");
    let error = recover(data.path(), false).await.expect_err("the loss was not accepted");
    assert!(matches!(&error, RecoverError::NotAccepted { loss, .. } if loss.signed.is_none()), "{error}");
    recover(data.path(), true).await.expect("a recovery");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    House::open(data.path(), at).await.expect("the bot goes on").stop().await;
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
}

/// A ledger that no head was ever signed over is good for as long as it takes to sign the first, by the machine's clock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_without_heads_is_good_for_a_moment_only() {
    for (clock, later, good) in [
        (seal::Clock::Real, Span::seconds(60), true),
        (seal::Clock::Real, Span::seconds(61), false),
        (seal::Clock::Manual, Span::days(1), true),
    ] {
        let data = tempfile::tempdir().expect("a folder");
        let folder = patiently(async || Folder::open(data.path(), true)).await.expect("a folder");
        let (mut writer, reader) = store::open(&folder.database(), true).await.expect("a database");
        let mut ledger = Ledger::new(seal::Frontier::new(), None, At(0), Subjects::default(), clock);
        let (mut projection, bot) = (Projection::default(), Bot::default());
        for at in [START, START + later] {
            let record = Record::Bot(BotRuled { events: vec![Event::CaughtUp {}.into()], ..BotRuled::default() });
            let about = About { at, said: None, case: None, actor: None, source: ledger::ENGINE };
            let seq = ledger.append(&mut projection.commit, &about, &record).expect("an entry");
            projection.fold(Entry { seq, at, said: None, case: None }, &record, &bot);
        }
        projection.finish();
        writer.commit(projection.commit).await.expect("it is written");
        reader.close().await;
        writer.close().await.expect("closed");
        let verdict = audit::verify(data.path()).await.expect("a verdict");
        must_say(&verdict, true, good, &["No head is there, so nothing vouches for the order of the entries"]);
        assert_eq!(verdict.to_string().contains("No head was ever signed"), !good, "{verdict}");
    }
}

/// Files that were never kept are named by case; operators hear why, and nothing by which a restricted case could be known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_were_never_kept_are_named_and_told() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev3 \"Insider at the cards desk\" restricted=yes").await;
    house.say("maya", "/incident open credit-scoring sev3 \"Reports come late\"").await;
    let shared = [
        (Some("INC-2"), "late.csv", WhyNotKept::TooLarge),
        (Some("INC-1"), "insider.png", WhyNotKept::Unwritten),
        (None, "lunch.png", WhyNotKept::Unwritten),
    ];
    for (case, name, why) in shared {
        let what = What::Said { message: name.to_owned(), text: "See here".to_owned(), files: Words::default() };
        let not_kept = vec![NotKept { file: format!("F-{name}"), name: name.to_owned(), bytes: Some(72), why }];
        let heard = house.heard("local/credit-ai", "maya", what);
        let about = case.map(|case| case.parse().expect("a case"));
        house.hand_in(Heard { about, not_kept, ..heard }).await;
    }
    house.advance(Span::minutes(3)).await;
    let operators: Lane = "local/countersign-ops".parse().expect("a lane");
    let told = house.reader.messages(&operators, Stretch::Before(None), 100).await.expect("a transcript");
    let told: Vec<&str> = told.iter().flat_map(|message| message.bodies()).collect();
    let of = |why: WhyNotKept| told.iter().filter(|body| body.contains(&why.to_string())).count();
    assert_eq!((of(WhyNotKept::TooLarge), of(WhyNotKept::Unwritten)), (1, 1), "{told:#?}");
    for body in told.iter().filter(|body| body.contains("not kept")) {
        let known = ["INC-1", "INC-2", "credit", "insider", "Insider", "late.csv", "lunch", "maya", "Maya"];
        assert!(known.iter().all(|word| !body.contains(word)), "{body}");
    }
    house.stop().await;
    let verdict = audit::verify(data.path()).await.expect("a verdict");
    must_say(&verdict, true, true, &["everything that was kept is there"]);
    let named: Vec<&str> = verdict.never_kept.iter().map(|gap| gap.split(", entry").next().expect("a case")).collect();
    assert_eq!(named, ["Of no case", "INC-1", "INC-2"], "{verdict}");
    let line = "file insider.png (72 bytes), never kept: it couldn't be written to the disk.";
    assert!(verdict.never_kept[1].ends_with(line), "{verdict}");
    assert!(compare(data.path()).await.expect("a comparison").is_good());
}

/// The same bytes are handed in by many at once, and again when they were damaged.
#[test]
fn a_file_is_kept_whole_whoever_else_keeps_it() {
    let data = tempfile::tempdir().expect("a folder");
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    let hash = hex::encode(Sha256::digest(&bytes));
    let path = countersign::blobs::folder::blob_path(data.path(), &hash);
    let keep = || countersign::blobs::folder::keep_blob(data.path(), &bytes).expect("it is kept");
    for _ in 0..20 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    assert_eq!(keep(), hash);
                    assert!(std::fs::read(&path).expect("it is there") == bytes, "acknowledged, and not whole");
                });
            }
        });
        std::fs::remove_file(&path).expect("it goes");
    }
    for damaged in [&b""[..], &bytes[..500_000], &[7; 1_000_000]] {
        std::fs::write(&path, damaged).expect("damaged");
        keep();
        assert!(std::fs::read(&path).expect("it is there") == bytes, "{} bytes stayed", damaged.len());
    }
    let beside = || std::fs::read_dir(path.parent().expect("a folder")).expect("a folder").count();
    assert_eq!(beside(), 1, "no drafts are left");
    // A folder of that name can't be replaced: the upload fails, and leaves nothing behind.
    std::fs::remove_file(&path).expect("it goes");
    std::fs::create_dir_all(path.join("in the way")).expect("a folder");
    countersign::blobs::folder::keep_blob(data.path(), &bytes).expect_err("it can't be kept");
    assert_eq!(beside(), 1, "no drafts are left");
    std::fs::remove_dir_all(&path).expect("it goes");

    // A process that died while it wrote leaves a draft to the next one.
    std::fs::write(path.with_extension("00ff.new"), "half").expect("a draft");
    Folder::open(data.path(), true).expect("a new folder");
    assert_eq!(beside(), 0, "it is swept away");
}

/// Keys of two ledgers in one folder are noticed before anything is signed with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_key_of_another_ledger_is_refused() {
    let (data, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    House::open(data.path(), START).await.expect("a new folder").stop().await;
    House::open(other.path(), START).await.expect("a new folder").stop().await;
    std::fs::write(data.path().join("keys/ledger.vkey"), key(other.path())).expect("another key");
    let error = patiently(async || Folder::open(data.path(), false)).await.err().expect("it is refused");
    assert!(error.to_string().contains("of different ledgers"), "{error}");
    std::fs::remove_file(data.path().join("keys/ledger.vkey")).expect("gone");
    patiently(async || Folder::open(data.path(), false)).await.expect("it follows from the seed");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
}

/// Puts an older database in a folder's place, as somebody does who restores a backup.
fn restore(backup: &Path, data: &Path) {
    for tail in ["", "-wal", "-shm"] {
        let name = format!("{}{tail}", Folder::DATABASE);
        let (from, to) = (backup.join(&name), data.join(&name));
        if to.exists() {
            std::fs::remove_file(&to).expect("the newer file");
        }
        if from.exists() {
            std::fs::copy(from, to).expect("the backup");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_is_recovered_from() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let backup = copy(data.path());
    let mut house = House::open(data.path(), START + Span::hours(2)).await.expect("the bot goes on");
    house.say("dev", "This will be lost.").await;
    house.stop().await;
    let error = recover(data.path(), true).await.expect_err("nothing is wrong");
    assert!(matches!(error, RecoverError::NothingWrong { .. }), "{error}");

    restore(backup.path(), data.path());
    let error = House::open(data.path(), START + Span::hours(3)).await.err().expect("older than what was signed");
    assert!(matches!(error, DeskError::Older { .. }), "{error}");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, false, &["covers"]);
    let error = recover(data.path(), false).await.expect_err("the loss was not accepted");
    assert!(matches!(&error, RecoverError::NotAccepted { loss, .. } if loss.signed > Some(loss.have)), "{error}");
    assert!(error.to_string().contains("--accept-loss"), "{error}");

    let before = key(data.path());
    let recovery = recover(data.path(), true).await.expect("a recovery");
    assert_ne!(before, key(data.path()), "a new log has a new name");
    assert!(recovery.to_string().contains(key(data.path()).trim()), "{recovery}");
    let verdict = audit::verify(data.path()).await.expect("a verdict");
    must_say(
        &verdict,
        true,
        true,
        &[&format!("Entry {} records that entries from {} on were lost", recovery.entry, recovery.loss.from)],
    );
    let error = recover(data.path(), true).await.expect_err("nothing is wrong any more");
    assert!(matches!(error, RecoverError::NothingWrong { .. }), "{error}");
    let house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot goes on");
    house.stop().await;
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    assert!(compare(data.path()).await.expect("a comparison").is_good());

    // Altered instead of older, and with a head that can't be read.
    let altered = copy(backup.path());
    sql(altered.path(), "update ledger set hash = zeroblob(32) where seq = 280").await;
    let error = recover(altered.path(), false).await.expect_err("the loss was not accepted");
    assert!(
        matches!(&error, RecoverError::NotAccepted { loss, .. } if loss.signed <= Some(loss.have) && loss.from <= 280),
        "{error}"
    );
    let unread = copy(backup.path());
    std::fs::write(unread.path().join("checkpoint"), "nonsense").expect("the head");
    let error = recover(unread.path(), false).await.expect_err("the loss was not accepted");
    assert!(matches!(&error, RecoverError::NotAccepted { loss, .. } if loss.signed.is_none()), "{error}");
    recover(unread.path(), true).await.expect("a recovery");
    must_say(&audit::verify(unread.path()).await.expect("a verdict"), true, true, &[]);
}

/// Every file of a bundle.
fn read_all(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).expect("inside").to_string_lossy().into_owned();
                all.insert(name, std::fs::read(path).expect("a file"));
            }
        }
    }
    all
}

/// Rewrites the manifests and what is said of the payload, as somebody would who wants a changed bag to validate.
fn remake_manifests(dir: &Path) {
    let files = read_all(dir);
    let payload: Vec<&Vec<u8>> =
        files.iter().filter(|(path, _)| path.starts_with("data/")).map(|(_, bytes)| bytes).collect();
    let oxum = format!("Payload-Oxum: {}.{}", payload.iter().map(|bytes| bytes.len()).sum::<usize>(), payload.len());
    let info = String::from_utf8(files["bag-info.txt"].clone()).expect("text");
    let info: String = info
        .lines()
        .map(|line| if line.starts_with("Payload-Oxum") { format!("{oxum}\n") } else { format!("{line}\n") })
        .collect();
    std::fs::write(dir.join("bag-info.txt"), info).expect("a file");
    sign_manifests(dir);
}

/// Rewrites the manifests alone. Whoever remakes them signs them, too.
fn sign_manifests(dir: &Path) {
    let sums = |files: &BTreeMap<String, Vec<u8>>, data: bool| -> String {
        let wanted = files
            .iter()
            .filter(|(path, _)| path.starts_with("data/") == data && !path.starts_with("tagmanifest-sha256.txt"));
        wanted.map(|(path, bytes)| format!("{}  {path}\n", hex::encode(Sha256::digest(bytes)))).collect()
    };
    std::fs::write(dir.join("manifest-sha256.txt"), sums(&read_all(dir), true)).expect("a file");
    let tags = sums(&read_all(dir), false);
    std::fs::write(dir.join("tagmanifest-sha256.txt"), &tags).expect("a file");
    let signature = SshSigner::from_seed(&[9; 32]).sign(bundle::NAMESPACE, tags.as_bytes());
    std::fs::write(dir.join("tagmanifest-sha256.txt.sig"), signature).expect("a file");
}

fn run(dir: &Path, command: &str) -> (bool, String) {
    let done = Command::new("sh").arg("-c").arg(command).current_dir(dir).output().expect("a shell");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    (done.status.success(), text)
}

/// Whoever has OpenSSH and the line that they were given knows whose bundle it is, and so does `verify`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_signed_and_openssh_knows_by_whom() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let good = out.path().join("good");
    bundle::export(data.path(), inc_1(), &good).await.expect("a bundle");
    let keys = bundle::keys(data.path()).await.expect("keys");
    let principal = keys.allowed_signers.split(' ').next().expect("a name").to_owned();
    let by =
        |dir: &Path, signers: &str| bundle::verify_signed(dir, Some(&keys.ledger), Some(signers)).expect("a verdict");
    must_say(&by(&good, &keys.allowed_signers), true, true, &[&format!("signed by {principal}")]);
    let other = SshSigner::from_seed(&[9; 32]).key();
    let others = countersign::seal::allowed_signer(&principal, bundle::NAMESPACE, &other);
    must_say(&by(&good, &others), false, true, &["which is none of the signers given"]);
    must_say(&by(&good, ""), false, true, &["which is none of the signers given"]);
    let refused = bundle::verify_signed(&good, None, Some("* ssh-ed25519 AAAA"));
    assert!(matches!(refused, Err(BundleError::Signers(_))), "{refused:?}");

    // A key that is lost is made anew by a start, and said before.
    let lost = copy(data.path());
    std::fs::remove_file(lost.path().join("keys/bundles.seed")).expect("a file");
    let refused = bundle::export(lost.path(), inc_1(), &out.path().join("unsigned")).await.expect_err("no key");
    assert!(
        refused.to_string().contains("bundles.seed is missing") && !out.path().join("unsigned").exists(),
        "{refused}"
    );

    // Remade by somebody else it holds together, and is not by whom it was.
    let remade = copy(&good);
    remake_manifests(remade.path());
    must_say(&by(remade.path(), &keys.allowed_signers), false, true, &["which is none of the signers given"]);
    must_say(&by(remade.path(), &others), true, true, &[]);
    let unsigned = copy(&good);
    std::fs::remove_file(unsigned.path().join("tagmanifest-sha256.txt.sig")).expect("a file");
    must_say(&by(unsigned.path(), &keys.allowed_signers), true, false, &["tagmanifest-sha256.txt.sig is missing"]);

    if !run(&good, "command -v ssh-keygen").0 {
        println!("skipped: ssh-keygen is not installed");
        return;
    }
    let how = std::fs::read_to_string(good.join("VERIFY.md")).expect("a file");
    let line = how.lines().find(|line| line.starts_with("ssh-keygen -Y verify")).expect("a command");
    let signers = out.path().join("signers");
    std::fs::write(&signers, format!("{}\n", keys.allowed_signers)).expect("written");
    let line = line.replace("../allowed_signers", &signers.display().to_string());
    let (holds, said) = run(&good, &line);
    let fingerprint = by_fingerprint(&by(&good, &others).to_string());
    assert!(holds && said.contains(&fingerprint), "{said}");
    for spoiled in [remade.path(), unsigned.path()] {
        assert!(!run(spoiled, &line).0, "{}", spoiled.display());
    }
    // And what OpenSSH signs, we know.
    let own = out.path().join("own");
    let (made, said) = run(&good, &format!("ssh-keygen -q -t ed25519 -N '' -f {}", own.display()));
    assert!(made, "{said}");
    let signs = format!("ssh-keygen -q -Y sign -f {} -n {} tagmanifest-sha256.txt", own.display(), bundle::NAMESPACE);
    let resigned = copy(&good);
    std::fs::remove_file(resigned.path().join("tagmanifest-sha256.txt.sig")).expect("a file");
    let (signed, said) = run(resigned.path(), &signs);
    assert!(signed, "{said}");
    let public = std::fs::read_to_string(own.with_extension("pub")).expect("a key");
    must_say(&by(resigned.path(), &format!("auditor {public}")), true, true, &["signed by auditor"]);
}

/// The fingerprint that a verdict names.
fn by_fingerprint(verdict: &str) -> String {
    let from = verdict.find("SHA256:").expect("a fingerprint");
    verdict[from..].split(',').next().expect("its end").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_checked_with_the_tools_that_an_auditor_has() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let (one, other) = (out.path().join("one"), out.path().join("other"));
    let exported = bundle::export(data.path(), inc_1(), &one).await.expect("a bundle");
    assert!(exported.lacking.is_empty() && exported.files == 1 && exported.entries > 10, "{exported}");
    bundle::export(data.path(), inc_1(), &other).await.expect("a bundle");
    let files = read_all(&one);
    assert_eq!(files, read_all(&other), "the same head gives the same bytes");

    must_say(
        &bundle::verify(&one, Some(&key(data.path()))).expect("a verdict"),
        true,
        true,
        &["Integrity: good", "INC-1"],
    );
    must_say(&bundle::verify(&one, None).expect("a verdict"), true, true, &["--key"]);
    let other_key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    must_say(
        &bundle::verify(&one, Some(other_key)).expect("a verdict"),
        false,
        true,
        &["another key", "data/checkpoint"],
    );
    assert!(matches!(bundle::verify(&one, Some("a key")), Err(BundleError::Key(_))));
    assert!(matches!(bundle::verify(out.path(), None), Err(BundleError::NotABundle(_))));

    for command in ["sha256sum -c manifest-sha256.txt", "sha256sum -c tagmanifest-sha256.txt"] {
        let (good, said) = run(&one, command);
        assert!(good, "{command}\n{said}");
    }
    match run(&one, "command -v bagit.py").0 {
        true => {
            let (good, said) = run(&one, "bagit.py --validate .");
            assert!(good, "{said}");
        }
        false => println!("skipped: bagit.py is not installed"),
    }
    // What VERIFY.md says about openssl and about leaf hashes, for every entry.
    let mut with_words = 0;
    for folder in ["entries", "context"] {
        let lines = String::from_utf8(files[&format!("data/{folder}.jsonl")].clone()).expect("text");
        assert!(lines.lines().count() > 2, "{folder}: {lines}");
        let mut before: Option<(u64, String)> = None;
        for line in lines.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let seq = entry["seq"].as_u64().expect("a number");
            let leaf: serde_json::Value =
                serde_json::from_slice(&files[&format!("data/{folder}/{seq}.leaf")]).expect("a leaf");
            for part in ["facts", "words"] {
                let Some(commitment) = leaf[part].as_str() else {
                    assert!(part == "words" && entry["words"].is_null() && entry["words_salt"].is_null(), "{line}");
                    continue;
                };
                with_words += u32::from(part == "words");
                let salt = entry[format!("{part}_salt")].as_str().expect("a salt");
                let command =
                    format!("openssl dgst -sha256 -mac HMAC -macopt hexkey:{salt} data/{folder}/{seq}.{part}");
                let (good, said) = run(&one, &command);
                assert!(good && said.trim().ends_with(commitment), "entry {seq}: {said} is not {commitment}");
            }
            if let Some((last, hash)) = before.filter(|(last, _)| last + 1 == seq) {
                assert_eq!(leaf["prev"].as_str(), Some(hash.as_str()), "after entry {last}");
            }
            let (_, said) = run(&one, &format!("(printf '\\000'; cat data/{folder}/{seq}.leaf) | sha256sum"));
            before = Some((seq, said.split_whitespace().next().expect("a hash").to_owned()));
        }
    }
    assert!(with_words > 10, "{with_words} entries have words");

    let text = |path: &str| String::from_utf8(files[path].clone()).expect("text");
    let html = text("data/transcript.html");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !html.contains("<script"), "{html}");
    assert!(
        html.contains("⟨U+202E⟩evil")
            && html.contains("Looking at last night&#39;s batch.")
            && html.contains("never mind")
    );
    let markdown = text("data/transcript.md");
    let fenced = format!("`````text\n{}\n`````", NASTY.replace('\u{202E}', "⟨U+202E⟩"));
    assert!(markdown.contains(&fenced), "{markdown}");
    assert!(markdown.contains("edited message") && markdown.contains("Looking at the batch of the night before."));
    assert!(text("data/attachments.csv").contains("rates"));
    let duties = text("data/duties.csv");
    assert!(duties.lines().any(|line| line.contains(",acknowledge,") && line.contains(",met-late,")), "{duties}");
    assert_eq!(text(&policy_file(EXAMPLE)), EXAMPLE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_a_bundle_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let good = out.path().join("good");
    bundle::export(data.path(), inc_1(), &good).await.expect("a bundle");
    let key = key(data.path());
    let verdict = |dir: &Path| bundle::verify(dir, Some(&key)).expect("a verdict");
    // The first and the last of each kind of file, and what there is once; `mutated_bags` goes through all of them.
    let all: Vec<_> = read_all(&good).into_iter().filter(|(path, _)| path != "bagit.txt").collect();
    let kind = |path: &str| {
        (Path::new(path).parent().map(Path::to_owned), Path::new(path).extension().map(|it| it.to_owned()))
    };
    let mut of_a_kind: BTreeMap<_, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (path, bytes) in all {
        of_a_kind.entry(kind(&path)).or_default().push((path, bytes));
    }
    let ends = |mut of: Vec<(String, Vec<u8>)>| match of.len() {
        0..=2 => of,
        more => vec![of.swap_remove(more - 1), of.swap_remove(0)],
    };
    for (path, bytes) in of_a_kind.into_values().flat_map(ends) {
        // A flipped bit.
        let spoiled = copy(&good);
        let mut changed = bytes.clone();
        let at = changed.len() / 2;
        changed[at] ^= 1;
        std::fs::write(spoiled.path().join(&path), &changed).expect("a file");
        let found = verdict(spoiled.path());
        assert!(!found.is_good() && found.to_string().contains(&path), "{path} was changed:\n{found}");
        // The same with manifests that fit: only the seal can tell now.
        if path.starts_with("data/") {
            remake_manifests(spoiled.path());
            assert!(run(spoiled.path(), "sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt").0);
            let found = verdict(spoiled.path());
            let stem = path.rsplit('/').next().expect("a name");
            let place = stem.split('.').next().expect("a name");
            assert!(
                found.integrity.total() > 0 && found.to_string().contains(place),
                "{path} was changed consistently:\n{found}"
            );
        }
        // Every such change must be seen by what can't be made to fit.
        if path.starts_with("data/entries/") || path.starts_with("data/context/") {
            let words = if path.ends_with(".leaf") { "doesn't prove" } else { "is not what the leaf commits to" };
            let found = verdict(spoiled.path()).to_string();
            assert!(found.contains(words) || found.contains("is not what was sealed"), "{path} was changed:\n{found}");
        }
        // Gone.
        let spoiled = copy(&good);
        std::fs::remove_file(spoiled.path().join(&path)).expect("a file");
        let found = verdict(spoiled.path());
        assert!(found.completeness.total() > 0 && found.to_string().contains(&path), "{path} was removed:\n{found}");
    }
    for extra in ["data/extra.txt", "extra.txt", "data/entries/7000.leaf", "data/attachments/00"] {
        let spoiled = copy(&good);
        std::fs::write(spoiled.path().join(extra), "more").expect("a file");
        let found = verdict(spoiled.path());
        assert!(found.completeness.total() > 0 && found.to_string().contains(extra), "{extra}:\n{found}");
    }
}

/// Where a policy lies in a bundle.
fn policy_file(text: &str) -> String {
    format!("data/policies/{}.toml", hex::encode(Sha256::digest(text)))
}

/// What VERIFY.md says to type, block by block.
fn commands(bag: &Path) -> Vec<String> {
    let how = std::fs::read_to_string(bag.join("VERIFY.md")).expect("a file");
    let blocks = how.split("\n```sh\n").skip(1);
    blocks.map(|block| block.split_once("\n```\n").expect("its end").0.to_owned() + "\n").collect()
}

/// What VERIFY.md says to type is typed, as it stands there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_of_a_bundle_can_be_followed_to_the_letter() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let good = out.path().join("good");
    bundle::export(data.path(), inc_1(), &good).await.expect("a bundle");
    let commands = commands(&good);
    let with = |what: &str| commands.iter().find(|block| block.contains(what)).expect("a command");
    let (signature, inclusion) = (with("openssl pkeyutl"), with("python3"));
    let (holds, said) = run(&good, signature);
    assert!(holds && said.contains("Verified Successfully"), "{said}");
    let (holds, said) = run(&good, inclusion);
    assert!(holds && said.starts_with("All ") && said.trim().ends_with(" are proven."), "{said}");

    let first = |tail: &str| {
        let mut all = read_all(&good).into_keys();
        all.find(|path| path.starts_with("data/entries/") && path.ends_with(tail)).expect("an entry")
    };
    for (path, by_signature) in [
        ("data/checkpoint".to_owned(), true),
        ("data/ledger.vkey".to_owned(), true),
        (first(".leaf"), false),
        (first(".facts"), false),
        (first(".words"), false),
    ] {
        let spoiled = copy(&good);
        let mut bytes = std::fs::read(spoiled.path().join(&path)).expect("a file");
        // In the root, in the key, in a text.
        let third_line = bytes.split(|byte| *byte == b'\n').take(2).map(|line| line.len() + 1).sum::<usize>() + 5;
        let at = if path == "data/checkpoint" { third_line } else { bytes.len() / 2 };
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        std::fs::write(spoiled.path().join(&path), bytes).expect("written");
        let (holds, said) = run(spoiled.path(), if by_signature { signature } else { inclusion });
        assert!(!holds, "{path} was changed: {said}");
    }
}

/// What whoever makes a bundle could say of it, with manifests that fit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_not_taken_at_its_word() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let good = out.path().join("good");
    bundle::export(data.path(), inc_1(), &good).await.expect("a bundle");
    let key = key(data.path());
    let verdict = |dir: &Path| {
        remake_manifests(dir);
        bundle::verify(dir, Some(&key)).expect("a verdict")
    };
    let edit = |path: std::path::PathBuf, from: &str, to: &str| {
        let text = std::fs::read_to_string(&path).expect("text");
        assert!(text.contains(from), "{from} stands in {}", path.display());
        std::fs::write(path, text.replace(from, to)).expect("written");
    };

    // The policy is left out, and said to have been erased.
    let spoiled = copy(&good);
    let policy = policy_file(EXAMPLE);
    std::fs::remove_file(spoiled.path().join(&policy)).expect("a file");
    edit(spoiled.path().join("data/case.json"), "\"policy_included\": true", "\"policy_included\": false");
    let found = verdict(spoiled.path());
    assert!(found.completeness.total() > 0 && found.to_string().contains(&format!("{policy} is missing")), "{found}");

    // The entry that loaded it is left out too.
    let loaded = read_all(&good).into_iter().find(|(path, bytes)| {
        path.starts_with("data/context/") && String::from_utf8_lossy(bytes).contains("\"kind\":\"policy.loaded\"")
    });
    let (leaf, _) = loaded.expect("it is in the context");
    let seq = leaf.trim_start_matches("data/context/").trim_end_matches(".leaf").to_owned();
    let context = spoiled.path().join("data/context");
    for part in ["leaf", "facts", "words"] {
        std::fs::remove_file(context.join(format!("{seq}.{part}"))).expect("a file");
    }
    let lines = spoiled.path().join("data/context.jsonl");
    let text = std::fs::read_to_string(&lines).expect("text");
    let kept: String =
        text.lines().filter(|line| !line.contains("policy.loaded")).map(|line| format!("{line}\n")).collect();
    std::fs::write(&lines, kept).expect("written");
    let found = verdict(spoiled.path());
    assert!(found.to_string().contains("No entry in data/context loads the policy"), "{found}");

    // The transcript is rewritten, and another program is said to have made it.
    let spoiled = copy(&good);
    let agent = concat!("countersign/", env!("CARGO_PKG_VERSION"));
    edit(spoiled.path().join("data/bundle.json"), agent, "countersign/9.9.9");
    let found = verdict(spoiled.path());
    let told = found.to_string();
    assert!(!found.is_good() && told.contains("bag-info.txt") && told.contains("made it: only that version"), "{told}");
    edit(spoiled.path().join("bag-info.txt"), agent, "countersign/9.9.9");
    let found = verdict(spoiled.path());
    assert!(found.is_good(), "what another version makes may be the same:\n{found}");
    edit(spoiled.path().join("data/transcript.md"), "Maya", "Mallory");
    let found = verdict(spoiled.path());
    assert!(found.integrity.total() > 0 && found.to_string().contains("data/transcript.md is not what"), "{found}");

    // What stands beside the evidence is rewritten, in a way that means the same to a program.
    let rewritten: [(&str, &str, &str); 5] = [
        ("VERIFY.md", "Don't trust", "Do trust"),
        ("bag-info.txt", "External-Identifier: INC-1", "External-Identifier: INC-2"),
        ("bag-info.txt", "Bagging-Date: ", "Bagging-Date: on "),
        ("data/entries.jsonl", "\"seq\":", "\"seq\": "),
        ("data/context.jsonl", "\"seq\":", "\"seq\": "),
    ];
    for (path, from, to) in rewritten {
        let spoiled = copy(&good);
        edit(spoiled.path().join(path), from, to);
        let found = verdict(spoiled.path());
        assert!(!found.is_good() && found.to_string().contains(path), "{path}:\n{found}");
    }
    // Something was put beside it.
    for path in ["data/x.txt", "x.txt", "data/policies/old.toml", "data/proofs/x", "data/entries/x.txt"] {
        let spoiled = copy(&good);
        std::fs::write(spoiled.path().join(path), "planted").expect("written");
        let found = verdict(spoiled.path());
        assert!(!found.is_good() && found.to_string().contains(path), "{path}:\n{found}");
    }
}

/// One message told Dev of a restricted incident and of an open one. Each case's evidence has its own part of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_tells_of_several_cases_is_evidence_of_each_by_itself() {
    let lane: Lane = "local/@dev".parse().expect("a lane");
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let secret = "Insider at the cards desk";
    house.say("maya", &format!("/incident open credit-scoring sev3 \"{secret}\" restricted=yes")).await;
    let open = house.say("maya", "/incident open credit-scoring sev3 \"Reports come late\"").await;
    assert!(open.contains("INC-2"), "{open}");
    // Direct messages wait two minutes for others to the same person.
    house.advance(Span::minutes(3)).await;
    let cases: [CaseId; 2] = [inc_1(), "INC-2".parse().expect("a case")];

    // Two entries, each of one case, with its own rows and its own words; one message.
    let mut parts = Vec::new();
    for case in cases {
        for entry in house.reader.entries_of(case).await.expect("entries") {
            let subjects = ledger::subjects_in(&house.reader, [&*entry.facts]).await.expect("subjects");
            let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects).expect("a record");
            if let Record::Told(told) = record
                && told.lane == lane
            {
                parts.push((entry.seq, case, told));
            }
        }
    }
    let [(first, _, of_1), (second, _, of_2)] = &parts[..] else { panic!("one entry for each case: {parts:#?}") };
    assert_eq!((&of_1.message, of_1.part, of_2.part, second - first), (&of_2.message, 0, 1, 1));
    let plain = |told: &Told| told.card.get().expect("its words").plain(chrono_tz::UTC, START);
    assert!(plain(of_1).contains(secret) && !plain(of_1).contains("Reports come late"), "{}", plain(of_1));
    assert!(plain(of_2).contains("Reports come late") && !plain(of_2).contains("INC-1"), "{}", plain(of_2));
    for (told, case) in [(of_1, inc_1()), (of_2, cases[1])] {
        let of_case = house.reader.entries_of(case).await.expect("entries");
        let asks_for = |row: &OutboxId| of_case.iter().any(|entry| entry.seq == row.entry);
        assert!(!told.outbox.is_empty() && told.outbox.iter().all(asks_for), "rows of its own case: {told:#?}");
    }
    // The transcript shows the message once, and whole; it is of neither case.
    let standing = house.reader.messages(&lane, Stretch::Before(None), 100).await.expect("a transcript");
    let [message] = &standing[..] else { panic!("one message: {standing:#?}") };
    assert_eq!((message.parts, message.case, message.first, message.last), (2, None, *first, *second));
    let bodies: Vec<&str> = message.bodies().collect();
    assert!(bodies.len() == 2 && bodies[0].contains(secret) && bodies[1].contains("Reports come late"), "{bodies:#?}");

    // Somebody deletes it on their platform: that is an entry of no case, so no case's words are written into it.
    house.delete_in("dev", "local/@dev", &message.id).await;
    let all = house.reader.size().await.expect("a size");
    let last: Vec<EntryRead> = house.reader.entries(all - 1, all).try_collect().await.expect("the last entry");
    assert_eq!((&*last[0].kind, last[0].case_id.as_deref()), ("said.deletion", None));
    let said = format!("{} {:?}", last[0].facts, last[0].words);
    assert!(!said.contains(secret) && !said.contains("Reports"), "{said}");

    let standing = house.reader.messages(&lane, Stretch::Before(None), 100).await.expect("a transcript");
    house.stop().await;
    let out = tempfile::tempdir().expect("a folder");
    for case in cases {
        let bag = out.path().join(case.to_string());
        bundle::export(data.path(), case, &bag).await.expect("a bundle");
        must_say(&bundle::verify(&bag, None).expect("a verdict"), true, true, &[]);
    }
    for (path, bytes) in read_all(&out.path().join("INC-2")) {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("Insider") && !text.contains("INC-1"), "{path} speaks of the restricted case:\n{text}");
    }
    let restricted = read_all(&out.path().join("INC-1"));
    let words = String::from_utf8_lossy(&restricted[&format!("data/entries/{first}.words")]).into_owned();
    assert!(words.contains(secret) && !words.contains("Reports come late"), "{words}");
    assert!(!restricted.contains_key(&format!("data/entries/{second}.facts")), "the other part is the other case's");

    // A rebuild gives the same rows.
    let compared = compare(data.path()).await.expect("a comparison");
    assert!(compared.is_good(), "{compared}");
    rebuild(data.path()).await.expect("a rebuild");
    let reader = store::open_to_read(&data.path().join(Folder::DATABASE)).await.expect("the database");
    let again = reader.messages(&lane, Stretch::Before(None), 100).await.expect("a transcript");
    assert_eq!(again, standing);
    reader.close().await;

    // Without the words of one part, the other part stands.
    sql(data.path(), &format!("update ledger set words_salt = null, words = null where seq = {first}")).await;
    rebuild(data.path()).await.expect("a rebuild");
    let reader = store::open_to_read(&data.path().join(Folder::DATABASE)).await.expect("the database");
    let again = reader.message(&lane, &standing[0].id).await.expect("a transcript").expect("the message");
    let bodies: Vec<&str> = again.bodies().collect();
    assert!(
        bodies.len() == 2 && bodies[0] == r#"{"text":"⟨erased⟩"}"# && bodies[1].contains("Reports come late"),
        "{bodies:#?}"
    );
    reader.close().await;
}

/// Who was refused is evidence of the case that they named, wherever they said it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_try_made_elsewhere_is_in_the_bundle() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let asked = house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    assert!(asked.contains("APR-1"), "{asked}");
    let refused = house.say("maya", "/approval approve APR-1 my own is fine").await;
    house.say("maya", "/approval approve APR-77 there is none").await;
    house.stop().await;
    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("APR-1");
    bundle::export(data.path(), "APR-1".parse().expect("a case"), &bag).await.expect("a bundle");
    must_say(&bundle::verify(&bag, Some(&key(data.path()))).expect("a verdict"), true, true, &[]);
    let told = std::fs::read_to_string(bag.join("data/transcript.md")).expect("a file");
    assert!(told.contains("my own is fine") && !told.contains("there is none"), "{refused}\n{told}");
    assert!(compare(data.path()).await.expect("a comparison").is_good());
}

/// Takes an entry out of a bundle so well that every file still fits every other: only the other entries can tell.
fn take_out(dir: &Path, folder: &str, seq: u64) {
    for path in [
        format!("data/{folder}/{seq}.leaf"),
        format!("data/{folder}/{seq}.facts"),
        format!("data/{folder}/{seq}.words"),
        format!("data/proofs/{seq}.tlog-proof"),
    ] {
        match std::fs::remove_file(dir.join(&path)) {
            Err(_) if path.ends_with(".words") => {}
            removed => removed.expect("a file"),
        }
    }
    let jsonl = dir.join(format!("data/{folder}.jsonl"));
    let lines = std::fs::read_to_string(&jsonl).expect("a file");
    let rest: String = lines
        .lines()
        .filter(|line| !line.contains(&format!("\"seq\":{seq},")) && !line.ends_with(&format!("\"seq\":{seq}}}")))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(rest.lines().count() + 1, lines.lines().count());
    std::fs::write(jsonl, rest).expect("a file");
    for list in ["data/case.json", "data/bundle.json"] {
        let about = std::fs::read_to_string(dir.join(list)).expect("a file");
        let mut about: serde_json::Value = serde_json::from_str(&about).expect("JSON");
        if let Some(numbers) = about[folder]["numbers"].as_array_mut() {
            numbers.retain(|it| it.as_u64() != Some(seq));
        }
        std::fs::write(dir.join(list), about.to_string()).expect("a file");
    }
    remake_manifests(dir);
}

/// The head that `/sla health` shows is one that was signed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_shows_the_signed_head() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("the bot");
    house.say("maya", "/approval request credit-scoring \"Ship v1\"").await;
    let signed = async |house: &House| house.reader.last_checkpoint().await.expect("the database");
    // The first is signed at once.
    let first = tokio::time::timeout(std::time::Duration::from_secs(30), async {
        while signed(&house).await.is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    first.await.expect("a head is signed");
    let mut heads = vec![signed(&house).await];
    let shown = house.ask("maya", "/sla health").await;
    heads.push(signed(&house).await);
    let is_shown = |(_, _, note): (_, _, String)| {
        let root = note.lines().nth(2).expect("a root").to_owned();
        let root = countersign::seal::Hash::from_base64(&root).expect("a hash").to_string();
        shown.contains(&format!("head {}", &root[..16]))
    };
    assert!(heads.into_iter().flatten().any(is_shown), "{shown}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_was_left_out_is_missed_by_the_others() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let good = out.path().join("good");
    bundle::export(data.path(), inc_1(), &good).await.expect("a bundle");
    let seqs: Vec<u64> = read_all(&good)
        .keys()
        .filter_map(|path| path.strip_prefix("data/entries/")?.strip_suffix(".leaf")?.parse().ok())
        .collect();
    let last = *seqs.iter().max().expect("entries");
    for seq in seqs {
        let spoiled = copy(&good);
        take_out(spoiled.path(), "entries", seq);
        let found = bundle::verify(spoiled.path(), Some(&key(data.path()))).expect("a verdict");
        println!("without {seq}:\n{found}");
        // Every entry names the one before it by its number. Only what nothing follows can be missing unseen, unless another
        // entry speaks of it.
        assert!(seq == last || found.to_string().contains("No. "), "without {seq}:\n{found}");
        assert!(seq == last || found.completeness.total() > 0, "without {seq}:\n{found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_exported_says_what_to_do() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    house.calm().await;
    let out = tempfile::tempdir().expect("a folder");
    // The head that was signed when the bot began covers nothing of it.
    let error = bundle::export(data.path(), inc_1(), &out.path().join("bag")).await.expect_err("not signed yet");
    assert!(matches!(error, BundleError::NotSealed { .. }) && error.to_string().contains("stop the bot"), "{error}");
    let error = bundle::export(data.path(), "INC-7".parse().expect("a case"), &out.path().join("bag"))
        .await
        .expect_err("no such case");
    assert!(matches!(error, BundleError::NoSuchCase(_)), "{error}");
    house.desk.checkpoint().await.expect("a head");
    bundle::export(data.path(), inc_1(), &out.path().join("bag")).await.expect("a bundle, beside the working bot");
    let error = bundle::export(data.path(), inc_1(), &out.path().join("bag")).await.expect_err("not empty");
    assert!(matches!(error, BundleError::NotEmpty(_)), "{error}");
    must_say(&audit::verify(data.path()).await.expect("a verdict, beside the working bot"), true, true, &[]);
    house.say("dev", "/incident ack INC-1").await;
    // A busy case is exported up to the head.
    let later = out.path().join("later");
    let exported = bundle::export(data.path(), inc_1(), &later).await.expect("a bundle");
    assert!(exported.later > 0 && exported.to_string().contains("no signed head covers them yet"), "{exported}");
    must_say(&bundle::verify(&later, None).expect("a verdict"), true, true, &[]);
    house.stop().await;

    // Words that are gone: the leaf is proven all the same, but who took them?
    let of_the_case = "kind = 'said.command' and case_id = 'INC-1'";
    let taken = copy(data.path());
    sql(taken.path(), &format!("update ledger set words = null, words_salt = null where {of_the_case}")).await;
    let out_of_it = out.path().join("taken");
    bundle::export(taken.path(), inc_1(), &out_of_it).await.expect("a bundle");
    let verdict = bundle::verify(&out_of_it, None).expect("a verdict");
    must_say(&verdict, false, true, &["gone without a recorded erasure"]);
    must_say(&audit::verify(taken.path()).await.expect("a verdict"), false, true, &["gone without a recorded erasure"]);
    // Erased as it should be.
    erase(data.path(), of_the_case).await;
    let erased = out.path().join("erased");
    bundle::export(data.path(), inc_1(), &erased).await.expect("a bundle");
    must_say(&bundle::verify(&erased, None).expect("a verdict"), true, true, &["were erased", "the ledger says why"]);
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &["were erased"]);
}

/// What was typed and what people are called, in a house with a past; nothing else has these letters.
const TYPED: &[&str] = &[
    "Pune",
    "Looking at",
    "alert(1)",
    "never mind",
    "The rates.",
    "1+1.csv",
    "release 41",
    "chatter no.",
    "maya",
    "Maya",
    "lena",
    "Lena",
    "Malhotra",
    "\"dev\"",
    "@dev",
    "local/dev",
    "tomas",
    "Novák",
    "priya",
];

fn must_not_say(what: &str, bytes: &[u8]) {
    for typed in TYPED {
        let found = bytes.windows(typed.len()).position(|window| window == typed.as_bytes());
        if let Some(at) = found {
            let around =
                String::from_utf8_lossy(&bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())]).into_owned();
            panic!("“{typed}” is still in {what}: {around}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_word_erased_everything_verifies_lists_and_exports() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    past(data).await;
    let before = read_all(data).into_values().collect::<Vec<_>>().concat();
    for typed in TYPED {
        assert!(before.windows(typed.len()).any(|window| window == typed.as_bytes()), "“{typed}” never stood there");
    }
    // As long as nothing is erased, the database as it was is kept.
    let kept = data.join(format!("{}.before-rebuild", Folder::DATABASE));
    let rebuilt = rebuild(data).await.expect("a rebuild");
    assert_eq!(rebuilt.before, Some(Before::Kept(kept.clone())));
    let erased = erase(data, "true").await;
    assert!(erased > 300, "{erased} entries had words");
    let rebuilt = rebuild(data).await.expect("a rebuild");
    assert!(rebuilt.to_string().contains(&format!("Delete {}", kept.display())), "{rebuilt}");
    assert_eq!(rebuilt.before, Some(Before::Gone { earlier: vec![kept.clone()] }));
    std::fs::remove_file(kept).expect("it is deleted, as the report says");
    assert_eq!((rebuilt.erased, compare(data).await.expect("a comparison").differences), (erased as u64, Vec::new()));
    // Nothing of it is in any file: neither in a row nor in what rows left behind.
    for (path, bytes) in read_all(data) {
        must_not_say(&path, &bytes);
    }
    let verdict = audit::verify(data).await.expect("a verdict");
    must_say(&verdict, true, true, &[&format!("{erased} entries have no words any more")]);

    let out = tempfile::tempdir().expect("a folder");
    for case in ["INC-1", "APR-1"] {
        let bag = out.path().join(case);
        bundle::export(data, case.parse().expect("a case"), &bag).await.expect("a bundle");
        for (path, bytes) in read_all(&bag) {
            must_not_say(&path, &bytes);
        }
        let verdict = bundle::verify(&bag, Some(&key(data))).expect("a verdict");
        must_say(&verdict, true, true, &["were erased", "policy"]);
        let shown = std::fs::read_to_string(bag.join("data/transcript.md")).expect("the transcript");
        assert!(shown.contains("⟨erased⟩") && shown.contains("its words are gone"), "{shown}");
    }

    // The bot goes on from it, and whoever asks is shown what is left.
    let mut house = House::open(data, START + Span::days(1)).await.expect("the bot goes on");
    let (list, story) =
        (house.ask("maya", "/incident list").await, house.ask("maya", "/incident timeline INC-1").await);
    assert!(list.contains("INC-1") && list.contains("⟨erased⟩"), "{list}");
    assert!(story.contains("⟨erased⟩") && story.contains("erased-"), "{story}");
    let status = house.ask("maya", "/incident status INC-1").await;
    assert!(status.contains("INC-1") && status.contains("⟨erased⟩") && status.contains("acknowledged"), "{status}");
    let approvals = house.ask("maya", "/approval list").await;
    assert!(approvals.contains("APR-1") && approvals.contains("⟨erased⟩"), "{approvals}");
    house.say("maya", "/incident note INC-1 \"said afterwards\"").await;
    let story = house.ask("maya", "/incident timeline INC-1").await;
    assert!(story.contains("said afterwards"), "{story}");
    house.stop().await;
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
    // Whose party a duty is and how long it took stand in the events, so even a rebuild without the policy's text has them.
    assert_eq!(rebuild(data).await.expect("a rebuild").differences, []);
    assert_eq!(compare(data).await.expect("a comparison").differences, []);
}

/// An entry is added as a later version could write one, with a signed head over it.
async fn add_of_schema_2(data: &Path) {
    let folder = patiently(async || Folder::open(data, false)).await.expect("the folder");
    let (mut writer, reader) = store::open(&folder.database(), false).await.expect("the database");
    let number = reader.entries_of(inc_1()).await.expect("entries").len() as u64 + 1;
    let mut head = writer.head().await.expect("a head");
    let mut ledger =
        Ledger::new(head.frontier.clone(), head.last, head.last_at, Subjects::default(), seal::Clock::Manual);
    let about =
        About { at: head.last_at, said: None, case: Some((inc_1(), number)), actor: None, source: ledger::ENGINE };
    let record =
        Record::ChannelMade(ChannelMade { lane: "local/inc-1".parse().expect("a lane"), channel: "inc-1".to_owned() });
    let mut written = Commit::default();
    ledger.append(&mut written, &about, &record).expect("an entry");
    let mut entry = written.entries.remove(0);
    entry.leaf = entry.leaf.replacen("\"schema\":1", "\"schema\":2", 1);
    entry.hash = seal::leaf_hash(entry.leaf.as_bytes());
    let mut commit = Commit::default();
    head.frontier.append(entry.hash, |node| commit.nodes.push(node));
    let (size, at_us) = (head.frontier.size(), entry.at_us);
    commit.entries.push(entry);
    let signer = folder.signer().expect("a key");
    let note = Checkpoint::of(&signer, size, head.frontier.root()).sign(&signer).expect("a note");
    let known = folder.last_checkpoint().expect("a head").map(|(text, _)| text);
    commit.checkpoints.push(NoteRow { size: size as i64, at_us, note: note.clone() });
    writer.commit(commit).await.expect("it is written");
    folder.swap_checkpoint(known.as_deref(), &note).expect("a new head");
    reader.close().await;
    writer.close().await.expect("closed");
}

/// What a later version wrote is not read as if this one knew it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_is_not_known_is_refused_by_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    past(data).await;
    let bag = tempfile::tempdir().expect("a folder");
    let bag = bag.path().join("INC-1");
    bundle::export(data, inc_1(), &bag).await.expect("a bundle");
    let backup = copy(data);
    add_of_schema_2(data).await;

    let must_refuse = |error: &dyn std::fmt::Display| {
        let error = error.to_string();
        assert!(error.contains("schema 2") || error.contains("schema is 2"), "{error}");
    };
    let error = House::open(data, START + Span::days(1)).await.err().expect("the bot doesn't go on");
    must_refuse(&error);
    must_refuse(&rebuild(data).await.expect_err("no rebuild"));
    must_refuse(&bundle::export(data, inc_1(), &bag.with_extension("2")).await.expect_err("no bundle"));
    must_say(&audit::verify(data).await.expect("a verdict"), true, false, &["one entry is of a schema", "schema 2"]);
    // A restored backup doesn't hide it where the ledger goes on in a newer schema than this program knows.
    std::fs::copy(data.join("checkpoint"), backup.path().join("checkpoint")).expect("a newer head");
    recover(backup.path(), true).await.expect("all entries that are there can be read");
    std::fs::copy(backup.path().join("checkpoint"), data.join("checkpoint")).expect("another head");
    must_refuse(&recover(data, true).await.expect_err("no recovery"));

    let mut leaves =
        read_all(&bag).into_iter().filter(|(path, _)| path.starts_with("data/entries/") && path.ends_with(".leaf"));
    let (path, leaf) = leaves.next_back().expect("a leaf");
    let leaf = String::from_utf8(leaf).expect("text").replacen("\"schema\":1", "\"schema\":2", 1);
    std::fs::write(bag.join(path), leaf).expect("a leaf");
    let verdict = bundle::verify(&bag, Some(&key(data))).expect("a verdict").to_string();
    assert!(verdict.contains("is of schema 2") && !verdict.contains("is not what follows"), "{verdict}");
}

/// Names of people stand in policies too, so shredding somebody erases the texts of old ones.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_go_on_after_the_text_of_their_policy_was_erased() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let mut house = House::open(data, START).await.expect("a new folder");
    let opened = house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    assert!(opened.contains("INC-1"), "{opened}");
    house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    house.stop().await;
    assert_eq!(erase(data, "kind = 'policy.loaded'").await, 1);
    rebuild(data).await.expect("a rebuild");

    // A backup is restored before anybody has loaded another policy.
    let backup = copy(data);
    House::open(data, START + Span::minutes(1)).await.expect("the bot goes on").stop().await;
    restore(backup.path(), data);
    recover(data, true).await.expect("a recovery");

    // The policy file was edited meanwhile.
    let policy = format!("{EXAMPLE}\n# edited\n");
    let mut house = House::open_with(data, START + Span::minutes(2), &policy, None).await.expect("the bot goes on");
    house.advance(Span::minutes(40)).await;
    let acknowledged = house.say("dev", "/incident ack INC-1").await;
    assert!(acknowledged.contains("you acknowledged it"), "{acknowledged}");
    let story = house.ask("maya", "/incident timeline INC-1").await;
    assert!(story.contains("is late"), "its clock ran: {story}");
    let said = "The text of the policy that it was opened under was erased";
    assert_eq!(story.matches(said).count(), 1, "{story}");
    let approved = house.say("priya", "/approval approve APR-1 Looks right").await;
    assert!(approved.contains("It is for revision 1, SHA-256 "), "{approved}");
    house.stop().await;
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
    assert_eq!(compare(data).await.expect("a comparison").differences, []);
    // It stays so under a later policy.
    let mut house = House::open(data, START + Span::hours(1)).await.expect("the bot goes on");
    house.say("dev", "/incident note INC-1 \"said afterwards\"").await;
    let story = house.ask("maya", "/incident timeline INC-1").await;
    assert!(story.contains("said afterwards") && story.matches(said).count() == 1, "{story}");
    house.stop().await;
}

/// A channel of the local room may have letters of any script; what stands there is found again by its facts alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_is_found_again_after_an_erasure_whatever_its_channel_is_called() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let policy = EXAMPLE.replace("\"claims-pilot\"", "\"prüfung\"");
    let open = async |at: At| House::open_with(data, at, &policy, None).await.expect("the bot lives");
    let mut house = open(START).await;
    let opened = house.say("maya", "/incident open claims-triage sev2 \"Claims are stuck\"").await;
    assert!(opened.contains("INC-1"), "{opened}");
    let card = house.thread_in("INC-1", "local/prüfung").await;
    house.stop().await;
    erase(data, "true").await;
    rebuild(data).await.expect("a rebuild");
    assert_eq!(compare(data).await.expect("a comparison").differences, []);
    let mut house = open(START + Span::minutes(1)).await;
    house.say("maya", "/incident note INC-1 \"said afterwards\"").await;
    assert_eq!(house.thread_in("INC-1", "local/prüfung").await, card);
    let entries: Vec<EntryRead> = house.reader.entries(0, 1_000).try_collect().await.expect("the ledger is read");
    let cards = entries.iter().filter(|entry| entry.kind == "told.card").map(|entry| &*entry.facts);
    let cards = cards.filter(|facts| facts.contains("prüfung"));
    let (edited, posted): (Vec<&str>, Vec<&str>) = cards.partition(|facts| facts.contains("\"edit\":true"));
    assert!(!edited.is_empty() && posted.len() == 1, "{posted:#?}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_is_shredded_without_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    past(data).await;
    let one = "kind = 'person.introduced' and words in ('[\"dev\"]', '[\"local/dev\"]')";
    assert_eq!(erase(data, one).await, 2, "the person and their direct messages");
    rebuild(data).await.expect("a rebuild");
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &["2 entries have no words any more"]);
    let bag = tempfile::tempdir().expect("a folder");
    let bag = bag.path().join("INC-1");
    bundle::export(data, inc_1(), &bag).await.expect("a bundle");
    must_say(&bundle::verify(&bag, Some(&key(data))).expect("a verdict"), true, true, &["were erased"]);
    let about = std::fs::read_to_string(bag.join("data/case.json")).expect("a file");
    let about: serde_json::Value = serde_json::from_str(&about).expect("JSON");
    assert_eq!(about["without_words"].as_array().map(Vec::len), Some(2), "both are mentioned by the case");
    let duties = std::fs::read_to_string(bag.join("data/duties.csv")).expect("a file");
    let answered = duties.lines().find(|line| line.contains(",acknowledge,")).expect("it was acknowledged");
    assert!(answered.contains("erased-") && !answered.contains("Dev"), "{answered}");
    assert!(std::fs::read_to_string(bag.join("data/transcript.md")).expect("a file").contains("Maya Krishnan"));

    // Spoken of again, they are somebody new to the ledger.
    let mut house = House::open(data, START + Span::days(1)).await.expect("the bot goes on");
    house.say("dev", "/incident note INC-1 \"back again\"").await;
    let story = house.ask("maya", "/incident timeline INC-1").await;
    assert!(story.contains("back again"), "{story}");
    house.stop().await;
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
    assert!(compare(data).await.expect("a comparison").is_good());
}

/// One message told somebody of two cases. The words of one are erased; the other goes on being true where it stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_erased_of_one_case_keeps_no_other_from_being_true() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    let open = async |at: At| House::open(data, at).await.expect("the bot lives");
    let mut house = open(START).await;
    for title in ["Ship v7", "Ship v8"] {
        house.say("maya", &format!("/approval request credit-scoring \"{title}\"")).await;
    }
    house.advance(Span::minutes(3)).await;
    let lane = "local/@priya".parse::<Lane>().expect("a lane");
    let said = async |house: &House| {
        let rows = house.reader.messages(&lane, Stretch::Before(None), 10).await.expect("the transcript");
        let [one] = &rows[..] else { panic!("one message to Priya: {rows:#?}") };
        [&one.body].into_iter().chain(&one.more).cloned().collect::<Vec<String>>().join("\n")
    };
    let before = said(&house).await;
    assert!(before.contains("Ship v7") && before.contains("Ship v8"), "{before}");
    house.stop().await;
    erase(data, "case_id = 'APR-1'").await;
    rebuild(data).await.expect("a rebuild");
    let mut house = open(START + Span::minutes(4)).await;
    house.say("tomas", "/approval decline APR-2 \"the test set is too old\"").await;
    house.calm().await;
    let after = said(&house).await;
    assert!(after.contains("⟨erased⟩") && !after.contains("Ship v7"), "{after}");
    assert!(after.contains("declined") && after.contains("Ship v8"), "{after}");
    house.stop().await;
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, &[]);
    assert_eq!(compare(data).await.expect("a comparison").differences, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_as_of_gives_the_same_bytes() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let computed = async |reader: &store::Reader, as_of: At| {
        let period = Period {
            from: START - Span::days(1),
            to: START + Span::days(6),
            zone: chrono_tz::Asia::Kolkata,
            rolling: false,
        };
        let digest = digest::compute(reader, &period, &[], as_of).await.expect("a digest");
        let card = serde_json::to_string(&digest.card("/")).expect("JSON");
        format!("{}\n{}\n{}\n{card}", digest.text(chrono_tz::UTC), digest.json(), digest.csv())
    };
    let quiet = computed(&house.reader, START + Span::minutes(1)).await;
    assert!(quiet.contains("A quiet week"), "{quiet}");
    house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    let mut known = Vec::new();
    let steps: [&[(&str, &str)]; 6] = [
        &[],
        &[("dev", "/incident ack INC-1")],
        &[("tomas", "/approval approve APR-1 looks right")],
        &[],
        &[("arjun", "/incident resolve INC-1 \"rolled back\""), ("priya", "/approval approve APR-1 fine")],
        &[("maya", "/incident open claims-triage sev3 \"Another\"")],
    ];
    for lines in steps {
        for (who, line) in lines {
            house.say(who, line).await;
        }
        house.advance(Span::minutes(17)).await;
        known.push((house.now(), computed(&house.reader, house.now()).await));
        // So that nothing more happens at that very moment.
        house.advance(Span(1)).await;
        house.advance(Span::minutes(25)).await;
    }
    assert!(known.windows(2).all(|pair| pair[0].1 != pair[1].1), "each moment has something new");
    for (as_of, expected) in &known {
        let again = computed(&house.reader, *as_of).await;
        assert_eq!(&again, expected, "as of {as_of:?}");
    }
    house.stop().await;
    let last = digest::print(data.path(), "week", None, None, chrono_tz::UTC, Form::Text).await.expect("a digest");
    assert!(last.contains("Acknowledgement") && last.contains("signed over"), "{last}");
    let error = digest::print(data.path(), "week", Some("credit"), None, chrono_tz::UTC, Form::Json)
        .await
        .expect_err("no such workflow");
    assert!(error.to_string().contains("credit-scoring"), "{error}");
    println!("{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_after_the_last_nudge_is_a_near_miss() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    // Thirty minutes to acknowledge, nudges after 15 and 24.
    for (case, minutes) in [("INC-1", 10), ("INC-2", 20), ("INC-3", 25), ("INC-4", 40)] {
        house.say("maya", "/incident open credit-scoring sev2 \"Decline rate doubled\"").await;
        house.advance(Span::minutes(minutes)).await;
        house.say("dev", &format!("/incident ack {case}")).await;
    }
    let period = Period { from: START, to: START + Span::days(1), zone: chrono_tz::UTC, rolling: false };
    // Receipts come at the same moment, and count in the ledger.
    house.calm().await;
    let (as_of, reader) = (house.now(), house.reader.clone());
    let computed = async || digest::compute(&reader, &period, &[], as_of).await.expect("a digest");
    let digest = computed().await;
    let line = &digest.workflows[0].lines[0];
    assert_eq!(line.duty, "acknowledge");
    assert_eq!((line.opened, line.kept, line.near_misses, line.late, line.met_late), (4, 3, 1, 1, 1), "{digest:#?}");
    let latency = line.latency.expect("answers");
    assert_eq!((latency.p50, latency.p90), (Span::minutes(20), Span::minutes(40)));
    // The same from the ledger, once the cases have gone on.
    house.advance(Span::minutes(1)).await;
    for case in 1..=4 {
        house.say("arjun", &format!("/incident resolve INC-{case} \"rolled back\"")).await;
    }
    assert_eq!(computed().await, digest);
    house.stop().await;
}

/// Whatever comes later, a period that is over stays as it was; and the figures of its parts add up to its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_period_keeps_its_figures() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let reader = house.reader.clone();
    let computed = async |from: i64, to: i64, as_of: At| {
        let period = Period {
            from: START + Span::minutes(from),
            to: START + Span::minutes(to),
            zone: chrono_tz::UTC,
            rolling: false,
        };
        digest::compute(&reader, &period, &[], as_of).await.expect("a digest")
    };
    // Thirty minutes to acknowledge, nudges after 15 and 24.
    let cuts = [0, 20, 45, 100, 400];
    let mut known = Vec::new();
    for part in cuts.windows(2) {
        house.say("maya", "/incident open credit-scoring sev2 \"Decline rate doubled\"").await;
        if part[0] == 45 {
            house.say("dev", "/incident ack INC-1").await;
        }
        house.advance(Span::minutes(part[1] - part[0])).await;
        known.push(computed(part[0], part[1], house.now()).await);
    }
    house.say("arjun", "/incident resolve INC-1 \"rolled back\"").await;
    house.advance(Span::days(1)).await;
    for (part, known) in cuts.windows(2).zip(&known) {
        assert_eq!(&computed(part[0], part[1], house.now()).await, known, "{part:?}");
    }
    let figures = |digest: &digest::Digest| {
        let mut sums = [0; 6];
        for line in digest.workflows.iter().flat_map(|it| &it.lines) {
            let of = [line.opened, line.kept, line.late, line.met_late, line.nudges, line.escalations];
            sums.iter_mut().zip(of).for_each(|(sum, figure)| *sum += figure);
        }
        sums
    };
    let mut sums = [0; 6];
    known.iter().map(figures).for_each(|of| sums.iter_mut().zip(of).for_each(|(sum, figure)| *sum += figure));
    let whole = figures(&computed(0, 400, house.now()).await);
    assert_eq!(sums, whole);
    assert!(whole[2] > 2 && whole[4] > 4 && whole[5] > 1, "{whole:?}");
    house.stop().await;
}

/// What can't be read is named where it stands: a story with a gap doesn't look whole.
#[tokio::test]
async fn a_timeline_names_the_entry_that_cant_be_read() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev3 \"Reports come late\"").await;
    house.say("maya", "/incident note INC-1 The vendor was called").await;
    house.stop().await;
    sql(data.path(), "update ledger set facts = 'x' where kind = 'incident.opened'").await;
    let mut house = House::open(data.path(), START + Span::hours(1)).await.expect("it goes on");
    let told = house.ask("maya", "/incident timeline INC-1").await;
    assert!(told.contains("of the ledger can't be read") && told.contains("vendor"), "{told}");
    house.stop().await;
}

#[tokio::test]
async fn a_folder_that_is_none_is_left_alone() {
    let nothing = tempfile::tempdir().expect("a folder");
    let data = nothing.path();
    for error in [
        audit::verify(data).await.expect_err("no folder").to_string(),
        rebuild(data).await.expect_err("no folder").to_string(),
        compare(data).await.expect_err("no folder").to_string(),
        recover(data, true).await.expect_err("no folder").to_string(),
        bundle::export(data, inc_1(), &data.join("out")).await.expect_err("no folder").to_string(),
        digest::print(data, "week", None, None, chrono_tz::UTC, Form::Text).await.expect_err("no folder").to_string(),
    ] {
        assert!(error.contains("is not a countersign data folder"), "{error}");
    }
    assert_eq!(std::fs::read_dir(data).expect("a folder").count(), 0, "nothing was made");
}
