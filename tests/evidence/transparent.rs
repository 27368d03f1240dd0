//! An approval leaves as a statement in COSE with a receipt of the ledger (SCITT): what another program reads of it, what is said of one
//! that was changed, and when there is none.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use countersign::domain::{CaseId, Span};
use countersign::evidence::attest::cose::{self, Given};
use countersign::evidence::attest::{self, AttestError, statement};
use countersign::evidence::audit::{KeyFrom, Verdict};
use countersign::evidence::{bundle, keys};
use countersign::ledger::folder::{self, Folder};
use countersign::seal::{Checkpoint, Claims, Receipt, Signer, SshSigner, Statement};
use serde_json::Value as Json;

use crate::house::{House, START, copy, erase, patiently};
use crate::{key, must_say, rebuild};

fn case(id: &str) -> CaseId {
    id.parse().expect("a case")
}

/// APR-1 is approved, APR-2 is declined, INC-1 is none; a head covers all of it.
async fn approved(data: &Path) {
    let mut house = House::open(data, START).await.expect("a new folder");
    house.say("maya", "/approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7\"").await;
    house.say("priya", "/approval approve APR-1").await;
    house.say("tomas", "/approval approve APR-1").await;
    house.say("maya", "/approval request credit-scoring \"Ship v8\"").await;
    house.say("priya", "/approval decline APR-2 Not yet").await;
    house.say("maya", "/incident open credit-scoring sev3 \"Slow\"").await;
    house.stop().await;
}

async fn made(data: &Path) -> Vec<u8> {
    cose::attest(data, case("APR-1")).await.expect("a statement")
}

fn check(bytes: &[u8], given: Given<'_>) -> Verdict {
    cose::verify_bytes(bytes, "APR-1.cose", given).expect("a verdict")
}

/// What the program in tests/judges says, which is written with cbor2 and cryptography. None where they aren't installed.
fn judge(file: &Path, vkey: &str, pem: &Path) -> Option<(bool, String)> {
    let has = Command::new("python3").args(["-c", "import cbor2, cryptography"]).stderr(Stdio::null()).status();
    if !has.is_ok_and(|status| status.success()) {
        return None;
    }
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/cose.py");
    let done = Command::new("python3").arg(judge).arg(file).arg(vkey.trim()).arg(pem).output().expect("Python runs");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Some((done.status.success(), text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_reads_the_statement_and_follows_its_receipt() {
    let (data, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    approved(data.path()).await;
    let bytes = made(data.path()).await;
    assert_eq!(made(data.path()).await, bytes, "the same bytes");
    let issuer = folder::bundle_signer(data.path()).expect("the key").key();
    let (file, pem) = (out.path().join("APR-1.cose"), out.path().join("key.pem"));
    std::fs::write(&file, &bytes).expect("written");
    std::fs::write(&pem, issuer.pem()).expect("written");
    let vkey = key(data.path());
    let Some((good, said)) = judge(&file, &vkey, &pem) else {
        // Past the harness, which keeps what a passing test prints to itself.
        let words = b"\nSKIPPED: python3 with cbor2 and cryptography (PyPI) is not installed; no other program read the statement\n";
        std::io::stderr().write_all(words).expect("stderr");
        return;
    };
    assert!(good, "{said}");
    let read: Json = serde_json::from_str(&said).expect(&said);
    let origin = vkey.split('+').next().expect("a name");
    let claims = serde_json::json!({ "1": origin, "2": "APR-1" });
    assert_eq!((&read["claims"], &read["receipt_claims"]), (&claims, &claims));
    assert_eq!(read["content_type"], "application/vnd.in-toto+json");
    assert_eq!((read["kid"].as_str(), read["receipt_kid"].as_str()), (Some(&*issuer.line()), Some(vkey.trim())));
    // It is the statement that the DSSE envelope has, and the head that was signed.
    let same: Json = serde_json::from_str(&statement(data.path(), case("APR-1")).await.expect("one")).expect("JSON");
    assert_eq!(read["statement"], same);
    let note = folder::checkpoint_file(data.path()).expect("a file").expect("a head");
    let head = Checkpoint::unverified(&note).expect("a head");
    assert_eq!((&read["size"], &read["tree_size"]), (&head.size.into(), &head.size.into()));
    assert_eq!(read["root"], head.root.to_string().as_str());
    let entry = &read["entry"];
    assert_eq!((&entry["case"], &entry["seq"]), (&"APR-1".into(), &read["index"]), "{entry}");
    // A byte of the statement, of the receipt's signature, and the key of another.
    let stranger = Signer::from_seed(origin, &[9; 32]).expect("a key").verifier().to_string();
    assert!(!judge(&file, &stranger, &pem).expect("installed").0, "another ledger's key");
    for at in [bytes.len() - 1, bytes.len() / 2, 200] {
        let mut other = bytes.clone();
        other[at] ^= 1;
        std::fs::write(&file, other).expect("written");
        assert!(!judge(&file, &vkey, &pem).expect("installed").0, "byte {at}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_holds_for_its_keys_and_no_byte_of_it_can_be_changed() {
    let data = tempfile::tempdir().expect("a folder");
    approved(data.path()).await;
    let (bytes, vkey) = (made(data.path()).await, key(data.path()));
    let signers = bundle::keys(data.path()).await.expect("keys").allowed_signers;
    let given = Given { key: Some(&vkey), signers: Some(&signers) };
    let verdict = check(&bytes, given);
    must_say(&verdict, true, true, &["that APR-1 was approved", "one of the signers given"]);
    assert!(verdict.is_good() && verdict.key.as_ref().is_some_and(|key| key.from == KeyFrom::Given), "{verdict}");
    let note = folder::checkpoint_file(data.path()).expect("a file").expect("a head");
    assert_eq!(verdict.head.as_ref().map(|head| head.root), Checkpoint::unverified(&note).ok().map(|head| head.root));
    // Without them it says so.
    let alone = check(&bytes, Given::default());
    must_say(&alone, true, true, &["the key that it names itself", "give the ledger's with --key"]);

    // Each byte, by whoever has the keys, and by whoever has none. Each bit of a smaller one is flipped in src/seal/cose.rs.
    for at in 0..bytes.len() {
        for (given, flipped) in [(given, 1 << (at % 8)), (Given::default(), 0xff)] {
            let mut other = bytes.clone();
            other[at] ^= flipped;
            let verdict = cose::verify_bytes(&other, "APR-1.cose", given);
            assert!(verdict.is_err() || verdict.is_ok_and(|it| !it.is_good()), "{flipped:08b} of byte {at}");
        }
    }

    let origin = vkey.split('+').next().expect("a name");
    let stranger = Signer::from_seed(origin, &[9; 32]).expect("a key");
    let other_key = stranger.verifier().to_string();
    let verdict = check(&bytes, Given { key: Some(&other_key), signers: None });
    must_say(&verdict, false, true, &["and the key given is", "countersign keys --data DIR"]);
    let other_signers = signers.replace(&key_of(&signers), &SshSigner::from_seed(&[9; 32]).key().line());
    let verdict = check(&bytes, Given { key: None, signers: Some(&other_signers) });
    must_say(&verdict, false, true, &["none of the signers given"]);

    // Whoever has the issuer's key and not the log's, or the log's and not the issuer's.
    let read = Statement::read(&bytes).expect("a statement");
    let issuer = folder::bundle_signer(data.path()).expect("the key");
    let log = patiently(async || Folder::open(data.path(), false)).await.expect("free").own_signer().expect("a key");
    let sign = |payload: &str, subject: &str, issuer: &SshSigner, log: &Signer, index: u64, size: u64| {
        let head = verdict_head(&read, &bytes, &vkey);
        let head = Checkpoint { size, ..head };
        let receipt = Receipt::sign(&head, index, &read.receipt.path, subject, log);
        let claims = Claims { issuer: origin.to_owned(), subject: subject.to_owned() };
        Statement::sign(&claims, "application/vnd.in-toto+json", payload.as_bytes(), issuer, receipt)
    };
    let payload = String::from_utf8(read.payload.clone()).expect("text");
    let (index, size) = (read.receipt.index, read.receipt.size);
    assert_eq!(sign(&payload, "APR-1", &issuer, &log, index, size), bytes);
    let refused = |made: Vec<u8>, words: &str| must_say(&check(&made, given), false, true, &[words]);
    refused(sign(&payload, "APR-1", &issuer, &stranger, index, size), "The receipt says that it is signed by");
    refused(sign(&payload, "APR-1", &SshSigner::from_seed(&[9; 32]), &log, index, size), "none of the signers given");
    refused(sign(&payload, "APR-2", &issuer, &log, index, size), "should be “APR-2”");
    let of_another = payload.replace("\"name\":\"APR-1\"", "\"name\":\"APR-2\"");
    refused(sign(&of_another, "APR-2", &issuer, &log, index, size), "and not entry");
    refused(sign(&payload, "APR-1", &issuer, &log, index - 1, size), "The entry of the statement");
    refused(sign("{}", "APR-1", &issuer, &log, index, size), "The entry in the statement is none");
    let other_leaf = payload.replace("approval.approved", "approval.declined");
    refused(sign(&other_leaf, "APR-1", &issuer, &log, index, size), "The hash of the entry's leaf");
    refused(sign(&payload.replace(origin, "example.com/a"), "APR-1", &issuer, &log, index, size), "The ledger of");

    // Beside a bot at work, over the head that it signed last.
    let mut house = House::open(data.path(), START + Span::hours(1)).await.expect("the bot goes on");
    house.say("maya", "/approval request credit-scoring \"Ship v9\"").await;
    let later = made(data.path()).await;
    must_say(&check(&later, given), true, true, &["that APR-1 was approved"]);
    assert_eq!(Statement::read(&later).expect("a statement").payload, read.payload, "the statement is the same");
    house.stop().await;
    // What was approved is gone: a digest of nothing is no statement.
    erase(data.path(), "case_id = 'APR-1'").await;
    rebuild(data.path()).await.expect("a rebuild");
    let error = cose::attest(data.path(), case("APR-1")).await.expect_err("erased");
    assert!(matches!(error, AttestError::Erased { .. }), "{error}");
    let error = attest::attest(data.path(), case("APR-1")).await.expect_err("erased");
    assert!(error.to_string().contains("Ask for a new approval"), "{error}");
    must_say(&check(&later, given), true, true, &["that APR-1 was approved"]);
}

fn key_of(signers: &str) -> String {
    let at = signers.find("ssh-ed25519").expect("a key");
    signers[at..].lines().next().expect("a line").trim().to_owned()
}

/// The head that the receipt is made over.
fn verdict_head(read: &Statement, bytes: &[u8], vkey: &str) -> Checkpoint {
    let head = check(bytes, Given { key: Some(vkey), signers: None }).head.expect("a head");
    assert_eq!(head.size, read.receipt.size);
    head
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_attested_or_checked_says_what_to_do() {
    let data = tempfile::tempdir().expect("a folder");
    approved(data.path()).await;
    let data = data.path();
    for (id, why) in [
        ("APR-2", "only what was approved is attested"),
        ("APR-9", "there is no APR-9"),
        ("INC-1", "INC-1 is no approval"),
    ] {
        let error = cose::attest(data, case(id)).await.expect_err(id);
        assert!(error.to_string().contains(why), "{error}");
    }
    let refused = async |data: &Path, words: &str| {
        let error = cose::attest(data, case("APR-1")).await.expect_err(words);
        assert!(error.to_string().contains(words), "{error}");
    };
    // No head, one over too little, one of another key, one over another tree; a key that isn't the public one's.
    let note = std::fs::read_to_string(data.join("checkpoint")).expect("a head");
    let head = Checkpoint::unverified(&note).expect("a head");
    let log = patiently(async || Folder::open(data, false)).await.expect("free").own_signer().expect("a key");
    let with = |note: Option<String>| {
        let spoiled = copy(data);
        match note {
            Some(note) => std::fs::write(spoiled.path().join("checkpoint"), note).expect("written"),
            None => std::fs::remove_file(spoiled.path().join("checkpoint")).expect("a file"),
        }
        spoiled
    };
    refused(with(None).path(), "not under a signed head yet").await;
    let small = Checkpoint { size: 2, ..head.clone() }.sign(&log).expect("a note");
    refused(with(Some(small)).path(), "not under a signed head yet").await;
    let stranger = Signer::from_seed(&head.origin, &[9; 32]).expect("a key");
    refused(with(Some(head.sign(&stranger).expect("a note"))).path(), "can't be used").await;
    let forked = Checkpoint { root: countersign::seal::Hash::ZERO, ..head.clone() }.sign(&log).expect("a note");
    refused(with(Some(forked)).path(), "no receipt can be made for entry").await;
    let swapped = copy(data);
    std::fs::write(swapped.path().join("keys/ledger.vkey"), stranger.verifier().to_string()).expect("written");
    refused(swapped.path(), "not the public key of the ledger.seed").await;
    let changing = copy(data);
    std::fs::copy(data.join("keys/ledger.seed"), changing.path().join("keys/ledger.next")).expect("a copy");
    refused(changing.path(), "countersign keys rotate").await;
    // After a change of keys the receipt is the new key's, and an older one is checked with the key of its time.
    let (before, old) = (made(data).await, key(data));
    patiently(async || keys::rotate(data).await).await.expect("other keys");
    let (after, new) = (made(data).await, key(data));
    let good = |bytes: &[u8], key: &str| check(bytes, Given { key: Some(key), signers: None }).is_good();
    assert_eq!(
        (good(&before, &old), good(&before, &new), good(&after, &old), good(&after, &new)),
        (true, false, false, true)
    );
    let signers = bundle::keys(data).await.expect("keys").allowed_signers;
    let verdict = check(&before, Given { key: Some(&old), signers: Some(&signers) });
    must_say(&verdict, true, true, &["whose key counted until"]);

    // On the command line.
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("APR-1.cose");
    let run = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_countersign")).args(args).output().expect("it runs");
        (done.status.code(), done.stdout, String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (data, path) = (data.to_str().expect("a path"), file.to_str().expect("a path"));
    let (code, written, said) = run(&["attest", "APR-1", "--cose", "--data", data]);
    assert_eq!((code, written == after), (Some(0), true), "{said}");
    std::fs::write(&file, &after).expect("written");
    let (code, said, _) = run(&["verify", path, "--key", new.trim(), "--json"]);
    let json: Json = serde_json::from_slice(&said).expect("JSON");
    assert_eq!((code, &json["good"], &json["counts"]["receipts"]), (Some(0), &true.into(), &1.into()), "{json:#}");
    let (code, said, _) = run(&["verify", path, "--key", old.trim()]);
    assert!(code == Some(1) && String::from_utf8_lossy(&said).contains("Integrity: BROKEN"), "another key");
    for (args, words) in [
        (&["verify", path, "--key", "hello"][..], "the key given isn't one"),
        (&["verify", path, "--against", path], "--against is about a ledger or a bundle"),
        (&["verify", "nothing-there.cose"], "can't be read"),
    ] {
        let (code, _, said) = run(args);
        assert!(code == Some(1) && said.contains(words), "{args:?}: {said}");
    }
    std::fs::write(&file, "no COSE").expect("written");
    let (code, _, said) = run(&["verify", path]);
    assert!(code == Some(1) && said.contains("countersign attest APR-3 --cose > APR-3.cose"), "{said}");
    assert!(matches!(cose::verify(&file, Given::default()), Err(AttestError::NoStatement { .. })));
}
