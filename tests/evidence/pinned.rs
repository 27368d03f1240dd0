//! `verify --data --key`: whether a folder is the one of the key that whoever checks was given. Whoever holds the disk can put other keys
//! into it and sign all heads anew, and then everything in it agrees; the key from elsewhere is what tells.

use std::path::Path;
use std::process::Command;

use countersign::domain::Span;
use countersign::evidence::audit::{self, AuditError, Given, Place, Verdict};
use countersign::evidence::keys;
use countersign::ledger::folder::Folder;
use countersign::seal::{Checkpoint, Signer, Verifier};
use serde_json::Value;

use crate::house::{House, START, copy, past, patiently, sql};
use crate::{key, must_say, recover, restore};

async fn with(data: &Path, key: &str) -> Verdict {
    audit::verify_given(data, Given { key: Some(key), head: None }).await.expect("a verdict")
}

fn must_be_of_another(verdict: &Verdict, given: &str, has: &str) {
    let words = ["which is not the key given", given.trim(), has.trim(), "swapped its keys", "restore a backup"];
    let of_keys = |place: &Place| *place == Place::File("keys/ledger.vkey".to_owned());
    assert!(verdict.integrity.listed().iter().any(|fault| of_keys(&fault.place)), "{verdict}");
    words.iter().for_each(|words| assert!(verdict.to_string().contains(words), "“{words}” is not in\n{verdict}"));
}

/// What whoever holds the disk can do: another key, and every head signed with it as if it had been so from the begin.
async fn swap(data: &Path, seed: u8) -> String {
    let own: Verifier = key(data).trim().parse().expect("a key");
    let other = Signer::from_seed(own.name(), &[seed; 32]).expect("a key");
    let again = |note: &str| Checkpoint::unverified(note).expect("a head").sign(&other).expect("a note");
    let database = rusqlite::Connection::open(data.join(Folder::DATABASE)).expect("the database");
    let mut notes = database.prepare("select note from checkpoint").expect("heads");
    let notes = notes.query_map([], |row| row.get(0)).expect("heads");
    let notes: Vec<String> = notes.map(|note| note.expect("a head")).collect();
    assert!(notes.len() > 1, "more than one head was signed");
    for note in notes {
        database.execute("update checkpoint set note = ?2 where note = ?1", (&note, again(&note))).expect("written");
    }
    let file = data.join("checkpoint");
    let note = std::fs::read_to_string(&file).expect("a head");
    std::fs::write(file, again(&note)).expect("written");
    std::fs::write(data.join("keys/ledger.seed"), hex::encode([seed; 32])).expect("written");
    std::fs::write(data.join("keys/ledger.vkey"), other.verifier().to_string()).expect("written");
    other.verifier().to_string()
}

fn run(data: &Path, key: &str) -> (Option<i32>, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(["verify", "--json", "--key", key, "--data"])
        .arg(data)
        .output()
        .expect("it runs");
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_whose_keys_were_swapped_is_noticed_by_whoever_has_the_key() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let own = key(data.path());
    must_say(&with(data.path(), &own).await, true, true, &["The heads are signed by the key given"]);
    let (code, said) = run(data.path(), own.trim());
    let json: Value = serde_json::from_str(&said).expect(&said);
    assert_eq!((code, &json["good"]), (Some(0), &true.into()), "{said}");
    assert_eq!(json["key"], serde_json::json!({ "vkey": own.trim(), "from": "given" }));

    let swapped = copy(data.path());
    let other = swap(swapped.path(), 7).await;
    // Everything in it agrees: without a key from elsewhere nobody can tell.
    must_say(&audit::verify(swapped.path()).await.expect("a verdict"), true, true, &[]);
    must_say(&with(swapped.path(), &other).await, true, true, &["The heads are signed by the key given"]);
    let verdict = with(swapped.path(), &own).await;
    must_say(&verdict, false, true, &[]);
    must_be_of_another(&verdict, &own, &other);
    let (code, said) = run(swapped.path(), own.trim());
    let json: Value = serde_json::from_str(&said).expect(&said);
    assert_eq!((code, &json["good"], &json["integrity"]["faults"]), (Some(1), &false.into(), &1.into()), "{said}");
    assert_eq!(json["integrity"]["listed"][0]["file"], "keys/ledger.vkey", "{said}");
    // The public key put back alone doesn't hide it.
    std::fs::write(swapped.path().join("keys/ledger.vkey"), &own).expect("written");
    assert!(with(swapped.path(), &own).await.integrity.total() > 1, "no head is signed with it");

    for broken in ["", "hello", &own.replace("countersign.local", "countersign.example"), &own[..own.len() / 2]] {
        let given = Given { key: Some(broken), head: None };
        let error = audit::verify_given(data.path(), given).await.expect_err(broken);
        assert!(matches!(error, AuditError::Key(_)) && error.to_string().contains("keys/ledger.vkey"), "{error}");
        let (code, said) = run(data.path(), broken);
        assert!(code == Some(1) && said.contains("the key given isn't one"), "{said}");
    }
    // A folder in which nothing was signed yet shows nothing of a key.
    sql(data.path(), "delete from checkpoint").await;
    std::fs::remove_file(data.path().join("checkpoint")).expect("a file");
    let verdict = with(data.path(), &own).await;
    assert!(
        !verdict.is_good() && verdict.to_string().contains("Not shown: No head that could be checked"),
        "{verdict}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_handed_on_is_followed_and_one_that_was_not_is_not() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let (data, before, first) = (data.path(), copy(data.path()), key(data.path()));
    let rotate = async |data: &Path| patiently(async || keys::rotate(data).await).await.expect("other keys");
    let change = rotate(data).await;
    let second = key(data);
    House::open(data, START + Span::hours(3)).await.expect("the bot goes on").stop().await;
    rotate(data).await;
    let third = key(data);
    let of_first = format!("signed heads until entry {};", change.entry);
    for (given, words) in [
        (&first, [&*of_first, "both keys signed for each change since"]),
        (&second, ["signed heads until entry ", "both keys signed for each change since"]),
        (&third, ["by the key given", third.trim()]),
    ] {
        must_say(&with(data, given).await, true, true, &words);
    }
    // Whoever has a later key than the folder is told so, and whoever has any other.
    must_be_of_another(&with(before.path(), &second).await, &second, &first);
    let stranger = Signer::from_seed(first.split('+').next().expect("a name"), &[9; 32]).expect("a key");
    let stranger = stranger.verifier().to_string();
    must_be_of_another(&with(data, &stranger).await, &stranger, &third);
    // Without what both signed, nothing leads from one to the other.
    let lacking = copy(data);
    sql(lacking.path(), &format!("delete from checkpoint where size = {}", change.entry + 1)).await;
    must_be_of_another(&with(lacking.path(), &first).await, &first, &third);
    // Keys that were swapped first, and changed with all signatures then: the chain begins elsewhere.
    let swapped = copy(before.path());
    let other = swap(swapped.path(), 7).await;
    rotate(swapped.path()).await;
    let handed_on = key(swapped.path());
    must_say(&audit::verify(swapped.path()).await.expect("a verdict"), true, true, &[]);
    must_say(&with(swapped.path(), &other).await, true, true, &["both keys signed for each change since"]);
    must_be_of_another(&with(swapped.path(), &first).await, &first, &handed_on);

    // A recovery gives the log another name, and the key stays the one that auditors have.
    restore(before.path(), data);
    recover(data, true).await.expect("a recovery");
    House::open(data, START + Span::hours(5)).await.expect("the bot goes on").stop().await;
    let renamed = key(data);
    assert_ne!(renamed, third);
    must_say(&with(data, &third).await, true, true, &["The heads are signed by the key given"]);
    must_say(&with(data, &renamed).await, true, true, &["The heads are signed by the key given"]);
}
