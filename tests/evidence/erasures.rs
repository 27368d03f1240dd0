//! Erasures end to end: asked for and approved in chat, kept by a hold, carried out while the bot works, and still gone after a restored
//! backup and after a process that died on the way.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use countersign::blobs::Blobs;
use countersign::domain::policy::EXAMPLE;
use countersign::domain::records::Scope;
use countersign::domain::{Body, CaseId, Span};
use countersign::evidence::bundle::Wanted;
use countersign::evidence::erasure::carry_out::{Completed, Eraser, complete};
use countersign::evidence::{audit, bundle};
use countersign::ledger::folder::{Folder, FolderError};
use countersign::store::SearchIndex;

use crate::house::{House, START, copy, keep, patiently};
use crate::{compare, key, must_say, read_all, recover, restore};

/// What Pavel typed and is called; nothing else has these letters.
const PAVELS: &[&str] = &[
    "pavel",
    "Pavel",
    "Nowak",
    "Lublin",
    "quarterly override",
    "kestrel",
    "half a million",
    "lublin;0.44",
    "rates of lublin",
];

/// The example with somebody more, who leaves later.
fn with_pavel() -> String {
    let pavel =
        "[people.pavel]\nname = \"Pavel Nowak\"\nparty = \"client\"\nzone = \"Europe/Berlin\"\n\n[people.jonas]";
    let policy = EXAMPLE.replacen("[people.jonas]", pavel, 1);
    assert_ne!(policy, EXAMPLE);
    policy
}

/// A folder in which Pavel has said much, and is gone since.
async fn pavels_past(data: &Path) {
    let mut house = House::open_with(data, START, &with_pavel(), None).await.expect("a new folder");
    let opened = house.say("pavel", "/incident open credit-scoring sev3 \"Decline rate in Lublin doubled\"").await;
    assert!(opened.contains("INC-1"), "{opened}");
    let thread = house.thread("INC-1").await;
    house.say_in("pavel", Some(&thread), "The quarterly override did it.", Vec::new()).await;
    let first = house.last_message();
    house.edit("pavel", &thread, &first, "The kestrel job did it.").await;
    house.say_in("pavel", Some(&thread), "It cost half a million.", Vec::new()).await;
    let second = house.last_message();
    // Somebody else takes it away: what stood there stays in the ledger.
    house.delete("dev", &thread, &second).await;
    let file = keep(data, b"lublin;0.44\n", "rates of lublin.csv");
    house.say_in("pavel", Some(&thread), "The numbers.", vec![file]).await;
    house.say("dev", "/incident ack INC-1").await;
    let note = house.say("pavel", "/incident note INC-1 kestrel runs at night").await;
    assert!(!note.contains("isn't"), "{note}");
    let refused = house.say("pavel", "/incident severity INC-1 sev1 because of Lublin").await;
    assert!(!refused.is_empty());
    house.advance(Span::minutes(50)).await;
    house.say_in("dev", Some(&thread), "Thank you, I look at the batch.", Vec::new()).await;
    let closed = house.say("lena", "/incident withdraw INC-1 nothing was wrong").await;
    assert!(closed.contains("withdrawn"), "{closed}");
    house.desk.checkpoint().await.expect("a head");
    house.stop().await;
    // He leaves.
    let mut house = House::open_with(data, START + Span::hours(2), EXAMPLE, None).await.expect("without him");
    house.say("dev", "Good morning.").await;
    house.stop().await;
}

/// Until a case has come so far.
async fn until(
    house: &House,
    case: &str,
    what: &str,
    fits: impl Fn(&countersign::domain::kinds::approval::Approval) -> bool,
) {
    let id: CaseId = case.parse().expect("a case");
    for _ in 0..1_500 {
        let found = house.reader.case(id).await.expect("the database").expect("the case");
        let Body::Approval(approval) = &found.body else { panic!("{case} is no approval") };
        if fits(approval) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{case} doesn't come to this: {what}");
}

pub async fn until_erased(house: &House, case: &str) {
    until(house, case, "the words are erased", |it| it.records.as_ref().is_some_and(|it| it.carried_out.is_some()))
        .await;
    house.calm().await;
}

pub async fn until_deferred(house: &House, case: &str) {
    until(house, case, "it is deferred", |it| it.records.as_ref().is_some_and(|it| it.deferred.is_some())).await;
    house.calm().await;
}

pub async fn until_withheld(house: &House, case: &str) {
    until(house, case, "it is withheld", |it| it.records.as_ref().is_some_and(|it| it.withheld.is_some())).await;
    house.calm().await;
}

/// Words that are to be erased, and that a hold keeps.
pub async fn withhold(house: &mut House) {
    let case = house.asks("maya", "/incident open claims sev4 \"A claimant is named\"").await;
    let withdraw = format!("/incident withdraw {case} It was a test");
    let hold = format!("/evidence hold {case} 2026-18 because The regulator asks");
    house.all(&[("arjun", &withdraw), ("dev", &hold)]).await;
    let erasure = house.asks("maya", &format!("/evidence erase {case} because A claimant is named in it")).await;
    house.all(&[("henrik", &format!("/approval approve {erasure}"))]).await;
    until_withheld(house, &erasure).await;
}

/// Every place in the folder where one of these stands, keys left out.
fn places(data: &Path, words: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, bytes) in read_all(data) {
        for word in words {
            let there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            if there || path.contains(word) {
                found.entry(path.clone()).or_default().push((*word).to_owned());
            }
        }
    }
    found
}

/// Entries whose words hold one of these.
async fn entries(data: &Path, words: &[&str]) -> Vec<(i64, String, String)> {
    use sqlx::{ConnectOptions, Row};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    let mut db = options.connect().await.expect("the database");
    let rows = sqlx::query("select seq, kind, words from ledger where words is not null").fetch_all(&mut db).await;
    let rows = rows
        .expect("rows")
        .into_iter()
        .map(|row| (row.get::<i64, _>(0), row.get::<String, _>(1), row.get::<String, _>(2)));
    let found = rows.filter(|(_, _, text)| words.iter().any(|word| text.contains(word))).collect();
    sqlx::Connection::close(db).await.expect("the database");
    found
}

async fn completed(data: &Path) -> Completed {
    let folder = patiently(async || Folder::open(data, false)).await.expect("the folder");
    let completed = complete(&folder).await.expect("what was left undone is done");
    drop(folder);
    completed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_erased_from_every_file_and_every_older_proof_still_holds() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    assert!(!places(data.path(), PAVELS).is_empty());
    let out = tempfile::tempdir().expect("a folder");
    let older = out.path().join("older");
    bundle::export(data.path(), "INC-1".parse().expect("a case"), &older).await.expect("a bundle");

    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    let preview = house.ask("lena", "/evidence preview @pavel").await;
    assert!(preview.contains("INC-1") && preview.contains("1 file"), "{preview}");
    assert!(
        preview.contains("entries in which others name them") || preview.contains("entry in which others name them"),
        "{preview}"
    );
    let refused = house.ask("dev", "/evidence preview @pavel").await;
    assert!(refused.contains("is for governance-lead and chief-risk") && !refused.contains("INC-1"), "{refused}");
    let asked = house.say("lena", "/evidence erase @pavel because Pavel left and asks for it").await;
    assert!(asked.contains("APR-1") && asked.contains("Henrik"), "{asked}");
    // One person alone erases nothing.
    let own = house.say("lena", "/approval approve APR-1").await;
    assert!(own.contains("You asked for this yourself, so somebody else decides"), "{own}");
    house.advance(Span::hours(1)).await;
    assert!(entries(data.path(), &["kestrel"]).await.len() > 1);
    house.say("henrik", "/approval approve APR-1").await;
    until_erased(&house, "APR-1").await;
    // The policy that named him is the operator's text: it is named in the preview, and asked for by its number.
    let left = entries(data.path(), PAVELS).await;
    let kinds: Vec<&str> = left.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["policy.loaded"], "{:?}", left.iter().skip(1).collect::<Vec<_>>());
    let asked = house.say("lena", &format!("/evidence erase {} because The old policy names them", left[0].0)).await;
    assert!(asked.contains("APR-2"), "{asked}");
    house.say("henrik", "/approval approve APR-2").await;
    until_erased(&house, "APR-2").await;
    // While the bot works, too.
    assert_eq!(places(data.path(), PAVELS), BTreeMap::new());
    // It goes on.
    let listed = house.ask("dev", "/incident list").await;
    assert!(!listed.contains("Lublin"), "{listed}");
    house.say("dev", "Here we are.").await;
    house.stop().await;
    assert_eq!(places(data.path(), PAVELS), BTreeMap::new());

    must_say(
        &audit::verify(data.path()).await.expect("a verdict"),
        true,
        true,
        &["were erased", "the ledger says why"],
    );
    let report = compare(data.path()).await.expect("a report");
    assert!(report.is_good(), "{report}");
    must_say(&bundle::verify(&older, Some(&key(data.path()))).expect("a verdict"), true, true, &[]);
    let newer = out.path().join("newer");
    bundle::export(data.path(), "INC-1".parse().expect("a case"), &newer).await.expect("a bundle");
    must_say(&bundle::verify(&newer, Some(&key(data.path()))).expect("a verdict"), true, true, &["were erased"]);
    assert_eq!(places(&newer, PAVELS), BTreeMap::new());
    // Who it was stays apart from everybody else, by a pseudonym alone.
    assert!(places(&newer, &["erased-"]).keys().any(|path| path.ends_with(".html")), "the transcript shows where");
    // The next start finds nothing to do.
    assert_eq!(completed(data.path()).await, Completed::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_beats_an_erasure_in_both_orders_and_ends_by_somebody_elses_word() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    let placed = house.say("lena", "/evidence hold INC-1 2026-17 because The regulator asks").await;
    assert!(placed.contains("Hold 1 is over INC-1"), "{placed}");
    let asked = house.say("lena", "/evidence erase @pavel because He asks for it").await;
    assert!(asked.contains("kept for now by hold 1"), "{asked}");
    // A hold over somebody of whom it takes nothing holds nothing of it; one that comes before the vote does.
    house.say("anika", "/evidence hold @maya 2026-18 because Another inquiry").await;
    house.say("anika", "/evidence hold @pavel 2026-19 because The same").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_withheld(&house, "APR-1").await;
    must_be_withheld(data.path(), &mut house).await;
    let why = house.say("lena", "/approval carry-out APR-1").await;
    assert!(why.contains("hold 1 and hold 3"), "{why}");
    let shown = house.ask("lena", "/evidence holds").await;
    assert!(shown.contains("3 holds") && shown.contains("2026-17"), "{shown}");
    for (hold, case) in [(1, "APR-2"), (3, "APR-3")] {
        let asked = house.say("anika", &format!("/evidence release {hold} because It is settled")).await;
        assert!(asked.contains(case), "{asked}");
        let own = house.say("anika", &format!("/approval approve {case}")).await;
        assert!(!own.contains("approved by"), "{own}");
        let standing = house.ask("lena", "/evidence holds").await;
        assert!(standing.contains(&format!("Hold {hold}")) || standing.contains("over INC-1"), "{standing}");
        house.say("henrik", &format!("/approval approve {case}")).await;
        house.calm().await;
    }
    until_erased(&house, "APR-1").await;
    house.stop().await;
    assert_eq!(entries(data.path(), &["kestrel", "Lublin"]).await, []);
    assert_eq!(in_table(data.path(), "withheld", &[""]).await, [] as [i64; 0]);
    let left: Vec<String> =
        places(data.path(), &["quarterly override", "kestrel", "lublin;0.44"]).into_keys().collect();
    assert_eq!(left, Vec::<String>::new(), "and no file of it");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    assert!(compare(data.path()).await.expect("a report").is_good());
}

/// Others have their words in entries that name him, and a hold over them is over those.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_over_somebody_keeps_what_they_said_of_others() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence hold @dev 2026-18 because Another inquiry").await;
    let asked = house.say("lena", "/evidence erase @pavel because He asks for it").await;
    assert!(asked.contains("kept for now by hold 1"), "{asked}");
    house.say("henrik", "/approval approve APR-1").await;
    until_withheld(&house, "APR-1").await;
    house.stop().await;
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &["they are withheld"]);
}

/// While words wait, others are erased, and what is said of the same later waits with them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_withheld_is_nobody_elses_to_take() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence hold INC-1 2026-17 because The regulator asks").await;
    for (nth, whose) in [(1, "@pavel"), (2, "INC-1")] {
        house.say("lena", &format!("/evidence erase {whose} because He asks for it")).await;
        house.say("henrik", &format!("/approval approve APR-{nth}")).await;
        until_deferred(&house, &format!("APR-{nth}")).await;
    }
    until_withheld(&house, "APR-1").await;
    let withheld = in_table(data.path(), "withheld", &[""]).await;
    // Somebody else has the same file in another message, and that one goes.
    let file = keep(data.path(), b"lublin;0.44\n", "marmalade.csv");
    house.say_in("dev", None, "The marmalade numbers.", vec![file]).await;
    let (seq, ..) = entries(data.path(), &["marmalade numbers"]).await.swap_remove(0);
    house.say("lena", &format!("/evidence erase {seq} because A slip")).await;
    house.say("henrik", "/approval approve APR-3").await;
    until_erased(&house, "APR-3").await;
    assert_eq!(entries(data.path(), &["marmalade"]).await, []);
    assert_eq!(in_table(data.path(), "withheld", &[""]).await, withheld, "they wait as before");
    let kept = places(data.path(), &["lublin;0.44"]);
    assert!(kept.keys().any(|path| path.starts_with("blobs/")), "an entry that waits names the file: {kept:?}");
    house.stop().await;
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &["they are withheld", "were erased"]);
    assert!(compare(data.path()).await.expect("a report").is_good());
    // The hold ends: both are carried out, and nothing is left of either.
    let mut house = House::open(data.path(), START + Span::hours(5)).await.expect("the bot");
    house.say("anika", "/evidence release 1 because It is settled").await;
    house.say("henrik", "/approval approve APR-4").await;
    for case in ["APR-1", "APR-2"] {
        until_erased(&house, case).await;
    }
    house.stop().await;
    assert_eq!(in_table(data.path(), "withheld", &[""]).await, [] as [i64; 0]);
    let left: Vec<String> =
        places(data.path(), &["quarterly override", "kestrel", "lublin;0.44"]).into_keys().collect();
    assert_eq!(left, Vec::<String>::new());
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    assert!(compare(data.path()).await.expect("a report").is_good());
}

/// What Pavel said is kept where nobody reads it, and it is whole.
async fn must_be_withheld(data: &Path, house: &mut House) {
    // All that he typed; his name, and what the policy and the request say of him, stay for now.
    const TYPED: &[&str] = &["quarterly override", "kestrel", "half a million", "lublin;0.44", "rates of lublin"];
    assert_eq!(entries(data, TYPED).await, []);
    assert_ne!(in_table(data, "withheld", TYPED).await, [] as [i64; 0], "kept");
    let verdict = audit::verify(data).await.expect("a verdict");
    must_say(&verdict, true, true, &["have words that nobody can read: they are withheld until they may be erased"]);
    let count = |what: &str| verdict.counts.iter().find(|(name, _)| *name == what).map_or(0, |(_, count)| *count);
    assert!(count("withheld") > 5 && count("erased") == 0 && count("files") == 1, "{:?}", verdict.counts);
    // Nowhere but there, and in the file itself.
    let without_database = |path: &String| !path.starts_with(Folder::DATABASE) && !path.starts_with("blobs/");
    let there = places(data, TYPED);
    assert_eq!(there.keys().filter(|path| without_database(path)).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(there.keys().any(|path| path.starts_with("blobs/")), "the file is kept: {there:?}");
    for words in ["quarterly", "runs"] {
        let found = house.ask("lena", &format!("/evidence search {words}")).await;
        assert!(!found.contains("runs at night") && !found.contains("did it"), "{found}");
    }
    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("bag");
    bundle::export(data, "INC-1".parse().expect("a case"), &bag).await.expect("a bundle");
    must_say(&bundle::verify(&bag, Some(&key(data))).expect("a verdict"), true, true, &["or are withheld"]);
    assert_eq!(places(&bag, TYPED), BTreeMap::new());
    let lacking = std::fs::read_to_string(bag.join("data/lacking.csv")).expect("what is lacking");
    assert!(lacking.contains("they are withheld until they may be erased, as entry "), "{lacking}");
    // Whoever a hold is for has them by the operator's hand.
    let whole = out.path().join("whole");
    let scope = Scope::Case("INC-1".parse().expect("a case"));
    let wanted = Wanted { withheld: true, ..Wanted::of(data, scope, &whole) };
    let exported = bundle::export_wanted(&wanted).await.expect("a bundle");
    assert!(exported.to_string().contains("words that are withheld from everybody else"), "{exported}");
    must_say(&bundle::verify(&whole, Some(&key(data))).expect("a verdict"), true, true, &[]);
    let there = places(&whole, TYPED);
    assert!(
        there.contains_key("data/transcript.md") && there.keys().any(|it| it.starts_with("data/attachments/")),
        "{there:?}"
    );
}

/// Entries of a table whose words hold one of these.
async fn in_table(data: &Path, table: &str, words: &[&str]) -> Vec<i64> {
    use sqlx::{ConnectOptions, Row};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    let mut db = options.connect().await.expect("the database");
    let sql = format!("select seq, words from {table} where words is not null");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows");
    let rows = rows.into_iter().map(|row| (row.get::<i64, _>(0), row.get::<String, _>(1)));
    let found = rows.filter(|(_, text)| words.iter().any(|word| text.contains(word))).map(|(seq, _)| seq).collect();
    sqlx::Connection::close(db).await.expect("the database");
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_withholds_again_and_so_does_a_start_after_a_power_cut() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let backup = copy(data.path());
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence hold INC-1 2026-17 because The regulator asks").await;
    house.say("lena", "/evidence erase @pavel because He asks for it").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_withheld(&house, "APR-1").await;
    house.stop().await;
    // As after a power cut between the commit that says so and the database that takes over.
    let (seq, ..) = entries(backup.path(), &["kestrel runs at night"]).await.swap_remove(0);
    let older = backup.path().join(Folder::DATABASE).display().to_string();
    let readable = format!(
        "update ledger set words = o.words, words_salt = o.words_salt from old.ledger o where o.seq = {seq} and ledger.seq = {seq}"
    );
    attached(data.path(), &older, &readable).await;
    let says = format!("The words of entry {seq} are named as withheld and are still there");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), false, true, &[&says]);
    assert_eq!(completed(data.path()).await, Completed { left: 1, again: 0 });
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &["they are withheld"]);
    // The database from before, in the folder of today.
    restore(backup.path(), data.path());
    recover(data.path(), true).await.expect("a new log");
    let done = completed(data.path()).await;
    assert!(done.again > 5 && done.left == 0, "{done:?}");
    assert_eq!(entries(data.path(), &["kestrel", "quarterly override"]).await, []);
    assert_ne!(in_table(data.path(), "withheld", &["kestrel"]).await, [] as [i64; 0], "kept");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &["they are withheld"]);
    assert!(compare(data.path()).await.expect("a report").is_good());
    assert_eq!(completed(data.path()).await, Completed::default(), "once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_brings_nobody_back() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let backup = copy(data.path());
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence erase @pavel because He asks for it").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_erased(&house, "APR-1").await;
    house.stop().await;
    // A backup knows what must not come back.
    let out = tempfile::tempdir().expect("a folder");
    countersign::evidence::backup::backup(data.path(), out.path()).await.expect("a backup");
    let journal = |data: &Path| std::fs::read(data.join("erasures")).expect("the journal");
    assert_eq!(journal(out.path()), journal(data.path()));
    // The database from before, in the folder of today: older than the head, so it has to be recovered from.
    restore(backup.path(), data.path());
    assert!(!entries(data.path(), &["kestrel"]).await.is_empty());
    recover(data.path(), true).await.expect("a new log");
    let done = completed(data.path()).await;
    assert!(done.again > 5 && done.left == 0, "{done:?}");
    let left = entries(data.path(), PAVELS).await;
    assert!(left.iter().all(|(_, kind, _)| kind == "policy.loaded"), "{left:?}");
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &["were erased"]);
    assert!(compare(data.path()).await.expect("a report").is_good());
    assert_eq!(completed(data.path()).await, Completed::default(), "once");
    // Numbers that were given again are other entries: a line of the journal takes only what it means.
    let house = House::open(data.path(), START + Span::hours(4)).await.expect("the bot goes on");
    house.stop().await;
    assert_eq!(completed(data.path()).await, Completed::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_was_cut_short_is_named_and_done_at_the_next_start() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let backup = copy(data.path());
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence erase @pavel because He asks for it").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_erased(&house, "APR-1").await;
    house.stop().await;
    // As after a power cut between the commit that says so and the database that takes over.
    let (seq, ..) = entries(backup.path(), &["kestrel runs at night"]).await.swap_remove(0);
    let older = backup.path().join(Folder::DATABASE).display().to_string();
    let restore = format!(
        "update ledger set words = o.words, words_salt = o.words_salt from old.ledger o where o.seq = {seq} and ledger.seq = {seq}"
    );
    attached(data.path(), &older, &restore).await;
    must_say(
        &audit::verify(data.path()).await.expect("a verdict"),
        false,
        true,
        &[&format!("The words of entry {seq} are named as erased and are still there")],
    );
    assert_eq!(completed(data.path()).await, Completed { left: 1, again: 0 });
    assert_eq!(entries(data.path(), &["kestrel"]).await, []);
    assert_eq!(places(data.path(), &["kestrel"]), BTreeMap::new());
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
}

/// The ledger says that the words are gone, and they can't be destroyed yet: `verify` tells that they are there still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_can_t_be_noted_outside_is_tried_again() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let journal = data.path().join("erasures");
    std::fs::create_dir(&journal).expect("a folder in its place");
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence erase @pavel because He asks for it").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_erased(&house, "APR-1").await;
    let goes_on = house.say("dev", "/incident open credit-scoring sev3 \"Another matter\"").await;
    assert!(goes_on.contains("INC-2"), "{goes_on}");
    // What failed is tried again while the bot works, and comes to its end once the way is free.
    let eraser = Eraser {
        desk: house.desk.clone(),
        reader: house.reader.clone(),
        data: data.path().to_owned(),
        blobs: Blobs::of(data.path()).expect("files"),
        index: SearchIndex::at(data.path().join(Folder::SEARCH)),
    };
    assert!(eraser.finish_undone().await.is_err());
    assert_ne!(entries(data.path(), &["kestrel"]).await, []);
    std::fs::remove_dir(&journal).expect("out of the way");
    eraser.finish_undone().await.expect("nothing is in its way");
    assert_eq!(entries(data.path(), &["kestrel"]).await, []);
    let goes_on = house.say("dev", "/incident open credit-scoring sev3 \"A third matter\"").await;
    assert!(goes_on.contains("INC-3"), "{goes_on}");
    house.stop().await;
    assert!(std::fs::read_to_string(&journal).expect("the journal").lines().count() > 0, "a backup brings nobody back");
    assert_eq!(completed(data.path()).await, Completed::default());
    assert_eq!(places(data.path(), &["kestrel"]), BTreeMap::new());
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
}

/// The same where the bot is stopped before it is tried again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_can_t_be_noted_is_done_at_the_next_start() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let journal = data.path().join("erasures");
    std::fs::create_dir(&journal).expect("a folder in its place");
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    house.say("lena", "/evidence erase @pavel because He asks for it").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_erased(&house, "APR-1").await;
    house.stop().await;
    assert_ne!(entries(data.path(), &["kestrel"]).await, []);
    must_say(
        &audit::verify(data.path()).await.expect("a verdict"),
        false,
        true,
        &["are named as erased and are still there"],
    );
    std::fs::remove_dir(&journal).expect("out of the way");
    let Completed { left, again } = completed(data.path()).await;
    assert!(left > 5 && again == 0, "{left} {again}");
    assert!(std::fs::read_to_string(&journal).expect("the journal").lines().count() > 0, "a backup brings nobody back");
    assert_eq!(entries(data.path(), &["kestrel"]).await, []);
    assert_eq!(places(data.path(), &["kestrel"]), BTreeMap::new());
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
}

/// Changes a stopped folder's database behind the bot's back, with another within reach.
async fn attached(data: &Path, other: &str, statement: &str) {
    use sqlx::ConnectOptions;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join(Folder::DATABASE));
    let mut db = options.connect().await.expect("the database");
    sqlx::query("attach database $1 as old").bind(other).execute(&mut db).await.expect("the other");
    let done = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut db).await;
    assert_eq!(done.expect("a change").rows_affected(), 1);
    sqlx::Connection::close(db).await.expect("the database");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_t_be_erased_says_what_to_do() {
    let data = tempfile::tempdir().expect("a folder");
    pavels_past(data.path()).await;
    let mut house = House::open(data.path(), START + Span::hours(3)).await.expect("the bot");
    for (line, words) in [
        ("/evidence erase @dev because He asks for it", "take them out of the file"),
        ("/evidence erase @nobody because It was asked", "nothing to erase"),
        ("/evidence erase INC-99 because It was asked", "nothing to erase"),
        ("/evidence erase 9000-9001 because It was asked", "nothing to erase"),
        ("/evidence erase 9-3 because It was asked", "are no numbers of entries"),
        ("/evidence erase !! because It was asked", "nobody whose words could be meant"),
        ("/evidence release 7 because It is over", "There is no hold 7"),
        ("/evidence hold lublin-flow 2026-1 because It was asked", "nothing that a hold can be over"),
    ] {
        let answer = house.say("lena", line).await;
        assert!(answer.contains(words), "{line}: {answer}");
    }
    let refused = house.say("dev", "/evidence erase @pavel because I want it").await;
    assert!(refused.contains("is for governance-lead and chief-risk"), "{refused}");
    // What is said in an open case is still needed there.
    house.say("dev", "/incident open credit-scoring sev3 \"Queue is slow\"").await;
    house.say("lena", "/evidence erase INC-2 because A customer's name is in it").await;
    house.say("henrik", "/approval approve APR-1").await;
    until_deferred(&house, "APR-1").await;
    let closed = house.say("lena", "/incident withdraw INC-2 nothing was wrong").await;
    assert!(closed.contains("withdrawn"), "{closed}");
    until_erased(&house, "APR-1").await;
    house.stop().await;
    assert_eq!(entries(data.path(), &["Queue is slow"]).await, []);
    must_say(&audit::verify(data.path()).await.expect("a verdict"), true, true, &[]);
    // A folder in use is left alone.
    let folder = patiently(async || Folder::open(data.path(), false)).await.expect("the folder");
    assert!(matches!(Folder::open(data.path(), false), Err(FolderError::InUse(_))));
    drop(folder);
}
