//! `verify` held against a head that was kept elsewhere; its verdict for programs; and what it says was perhaps missed.

use std::path::Path;
use std::process::Command;

use countersign::domain::Span;
use countersign::evidence::audit::{self, Place, Verdict};
use countersign::evidence::bundle::{self, Given};
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::What;
use countersign::seal::{Checkpoint, Frontier, Hash, Signer};
use serde_json::Value;

use super::golden::Golden;
use super::house::{House, START, copy, past, patiently, sql};
use super::{inc_1, key, must_say};

fn checkpoint(data: &Path) -> String {
    std::fs::read_to_string(data.join("checkpoint")).expect("a head")
}

/// A head of the log over its first entries, or over whatever root is given.
async fn signed(data: &Path, size: u64, root: Option<Hash>) -> String {
    let folder = patiently(async || Folder::open(data, false)).await.expect("the folder");
    let db = rusqlite::Connection::open(folder.database()).expect("the database");
    let mut hashes = db.prepare("select hash from ledger where seq < ?1 order by seq").expect("the ledger");
    let hashes = hashes.query_map([size as i64], |row| row.get::<_, Vec<u8>>(0)).expect("hashes");
    let mut frontier = Frontier::new();
    for hash in hashes {
        frontier.append(Hash(hash.expect("a hash").try_into().expect("32 bytes")), |_| ());
    }
    let signer = folder.signer().expect("a key");
    Checkpoint::of(&signer, size, root.unwrap_or_else(|| frontier.root())).sign(&signer).expect("a head")
}

fn of_another_log(size: u64) -> String {
    let signer = Signer::from_seed("example.com/another", &[5; 32]).expect("a key");
    Checkpoint::of(&signer, size, Hash::ZERO).sign(&signer).expect("a head")
}

fn must_be_at(verdict: &Verdict, place: &Place) {
    let all = verdict.integrity.listed().iter().chain(verdict.completeness.listed());
    assert!(all.into_iter().all(|fault| fault.place == *place), "{verdict}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_goes_on_from_a_head_that_was_kept_or_it_is_told_how_it_does_not() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let before = copy(data.path());
    let old = checkpoint(data.path());
    let mut house = House::open(data.path(), START + Span::days(1)).await.expect("it goes on");
    house.say("lena", "one more").await;
    house.stop().await;
    let new = checkpoint(data.path());
    let size = Checkpoint::unverified(&new).expect("a head").size;

    let against = async |data: &Path, head: &str| {
        let given = audit::Given { key: None, head: Some(head) };
        audit::verify_given(data, given).await.expect("a verdict")
    };
    must_say(&against(data.path(), &old).await, true, true, &["The ledger goes on from the head given"]);
    must_say(&against(data.path(), &new).await, true, true, &[&format!("its first {size} entries")]);
    // The older copy is sound, and shorter than what was signed: nothing in it shows that.
    must_say(&audit::verify(before.path()).await.expect("a verdict"), true, true, &[]);
    let cut = against(before.path(), &new).await;
    must_say(&cut, true, false, &[&format!("The head given covers {size} entries, and the ledger has only")]);
    must_be_at(&cut, &Place::Given);
    for size in [size, 100, 1] {
        let forked = against(data.path(), &signed(data.path(), size, Some(Hash([7; 32]))).await).await;
        must_say(&forked, false, true, &[&format!("Over its first {size} entries the ledger has the root")]);
        must_be_at(&forked, &Place::Given);
    }
    let other = against(data.path(), &of_another_log(3)).await;
    must_say(&other, false, true, &["The head given is of the log example.com/another"]);
    must_be_at(&other, &Place::Given);
    for broken in [old.replacen("\n1", "\n2", 1).replacen("\n3", "\n4", 1), "hello\n".to_owned(), String::new()] {
        let broken = against(data.path(), &broken).await;
        must_say(&broken, false, true, &["The head given isn't one that the key of this ledger signed"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_says_whether_it_goes_on_from_a_head_that_was_kept_or_who_can() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("bag");
    bundle::export(data.path(), inc_1(), &bag).await.expect("a bundle");
    let vkey = key(data.path());
    let against = |head: &str| {
        let given = Given { key: Some(&vkey), signers: None, head: Some(head) };
        bundle::verify_given(&bag, given).expect("a verdict").0
    };
    let head = std::fs::read_to_string(bag.join("data/checkpoint")).expect("the head");
    let size = Checkpoint::unverified(&head).expect("a head").size;
    let goes_on = "The bundle's head goes on from the head given";
    must_say(&against(&head), true, true, &[goes_on]);
    // The proof of the last entry that a smaller head covers shows its root.
    let first = std::fs::read_dir(bag.join("data/entries")).expect("entries");
    let numbers = first.filter_map(|it| it.ok()?.file_name().to_str()?.strip_suffix(".leaf")?.parse::<u64>().ok());
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    for seq in [numbers[0], numbers[numbers.len() / 2], numbers[numbers.len() - 1]] {
        must_say(&against(&signed(data.path(), seq + 1, None).await), true, true, &[goes_on]);
        let forked = against(&signed(data.path(), seq + 1, Some(Hash::ZERO)).await);
        must_say(&forked, false, true, &["the log was shown in two versions"]);
        must_be_at(&forked, &Place::Given);
    }
    must_say(&against(&signed(data.path(), size, Some(Hash::ZERO)).await), false, true, &["in two versions"]);
    must_say(&against(&of_another_log(3)), false, true, &["The head given is of the log example.com/another"]);
    // What a bundle can't show is no fault, and not shown is not good.
    let proven = |seq: &u64| bag.join(format!("data/proofs/{seq}.tlog-proof")).exists();
    let between = (1..size).find(|seq| !proven(seq)).expect("an entry of no case") + 1;
    for (size, words) in [(between, "goes on from the head given, over"), (size + 10, "the older one of the two")] {
        let unknown = against(&signed(data.path(), size, None).await);
        must_say(&unknown, true, true, &["Not shown: ", words, "countersign verify --data DIR --against FILE"]);
        assert!(!unknown.is_good(), "{unknown}");
    }
}

fn run(args: &[&std::ffi::OsStr]) -> (Option<i32>, Value) {
    let done = Command::new(env!("CARGO_BIN_EXE_countersign")).arg("verify").args(args).output().expect("it runs");
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}{done:?}"));
    (done.status.code(), json)
}

/// What `docs/verify.md` says of the JSON is so, and nothing is in it that isn't said there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_are_told_the_same_in_the_form_that_is_documented() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("bag");
    bundle::export(data.path(), inc_1(), &bag).await.expect("a bundle");
    let (of_data, json) = ("--data".as_ref(), "--json".as_ref());
    let (code, good) = run(&[of_data, data.path().as_os_str(), json]);
    assert_eq!((code, &good["good"], &good["format"]), (Some(0), &true.into(), &"countersign-verify/1".into()));
    assert_eq!(good["key"], serde_json::json!({ "vkey": key(data.path()).trim(), "from": "beside" }));
    let head = Checkpoint::unverified(&checkpoint(data.path())).expect("a head");
    assert_eq!((&good["head"]["origin"], &good["head"]["size"]), (&head.origin.clone().into(), &head.size.into()));
    assert_eq!((&good["counts"]["entries"], &good["counts"]["files"]), (&head.size.into(), &1.into()));
    assert!(good["not_compared"].as_array().is_some_and(|all| all.iter().all(|it| it["why"].is_string())), "{good}");

    let kept = out.path().join("kept");
    std::fs::write(&kept, checkpoint(data.path())).expect("written");
    let (code, against) = run(&[bag.as_os_str(), "--against".as_ref(), kept.as_os_str(), json]);
    assert_eq!((code, &against["good"], &against["integrity"]["faults"]), (Some(0), &true.into(), &0.into()));

    // Each fault with its place.
    let spoiled = copy(data.path());
    sql(spoiled.path(), "update duty set late_us = null where case_id = 'INC-1' and number = 1").await;
    let (code, bad) = run(&[of_data, spoiled.path().as_os_str(), json]);
    assert_eq!((code, &bad["good"], &bad["integrity"]["faults"]), (Some(1), &false.into(), &1.into()), "{bad:#}");
    let fault = &bad["integrity"]["listed"][0];
    assert_eq!((&fault["table"], &fault["rows"][0]), (&"duty".into(), &"case_id INC-1, number 1 differs".into()));
    sql(spoiled.path(), "delete from ledger where seq = 200").await;
    let (_, bad) = run(&[of_data, spoiled.path().as_os_str(), json]);
    assert_eq!(
        (&bad["completeness"]["good"], &bad["completeness"]["listed"][0]["entry"]),
        (&false.into(), &200.into())
    );
    std::fs::write(bag.join("data/transcript.md"), "nothing happened").expect("written");
    let (code, bad) = run(&[bag.as_os_str(), json]);
    assert_eq!((code, &bad["integrity"]["listed"][0]["file"]), (Some(1), &"data/transcript.md".into()), "{bad:#}");

    let said = include_str!("../../docs/verify.md");
    let fields =
        [&good, &good["counts"], &against["counts"], &good["integrity"], &good["missed"]["gaps"], &good["head"]];
    for name in fields.iter().flat_map(|it| it.as_object().expect("fields").keys()) {
        assert!(said.contains(&format!("`{name}`")), "docs/verify.md doesn't say what `{name}` is");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_perhaps_missed_is_counted_and_the_longest_named() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    for minutes in [3, 40, 7] {
        let (to, why) = (house.now(), "the connection broke".to_owned());
        let gap = house.heard("local/credit-ai", "maya", What::Gap { from: to - Span::minutes(minutes), to, why });
        house.hand_in(gap).await;
    }
    house.stop().await;
    let mut house = House::open(data.path(), START + Span::hours(30)).await.expect("it goes on");
    house.say("dev", "/incident ack INC-1").await;
    house.stop().await;
    let verdict = audit::verify(data.path()).await.expect("a verdict");
    let words = [
        "Perhaps missed: 3 times a conversation wasn't heard, for 50 min together.",
        "  - 40 min in local/credit-ai, from ",
    ];
    must_say(&verdict, true, true, &words);
    must_say(
        &verdict,
        true,
        true,
        &["everything that was kept is there", "Perhaps missed: the bot didn't run, for 1 d 6 h."],
    );
    let json = verdict.json();
    assert_eq!(
        (&json["missed"]["gaps"]["count"], &json["missed"]["gaps"]["longest"][0]["seconds"]),
        (&3.into(), &2400.into())
    );
    assert_eq!(json["missed"]["clock_back"]["count"], 0);

    // A bundle says what was missed of its own time and conversations.
    let bag = data.path().join("bag");
    bundle::export(data.path(), inc_1(), &bag).await.expect("a bundle");
    let verdict = bundle::verify(&bag, Some(&key(data.path()))).expect("a verdict");
    must_say(&verdict, true, true, &["Perhaps missed: the bot didn't run", "40 min in local/credit-ai"]);

    let golden = tempfile::tempdir().expect("a folder");
    Golden::all().pop().expect("a golden ledger").settle(golden.path()).await;
    let verdict = audit::verify(golden.path()).await.expect("a verdict");
    assert_eq!((verdict.missed.gaps.count, verdict.missed.clock_back.count), (1, 1), "{verdict}");
}
