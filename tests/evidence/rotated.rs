//! The keys of a ledger are changed: what is signed before, after and across the change, for whoever has the old key, the new one, or
//! another; and a change that breaks off anywhere.

use std::path::Path;

use countersign::desk::DeskError;
use countersign::domain::Span;
use countersign::evidence::audit;
use countersign::evidence::bundle::{self, Scope, Wanted};
use countersign::evidence::keys::{self, Rotated, Settled};
use countersign::ledger::folder::{self, Folder};
use countersign::seal::Checkpoint;
use countersign::store;
use tempfile::TempDir;

use crate::house::{House, START, copy, past, patiently, sql};
use crate::{compare, inc_1, key, must_say, recover, remake_manifests, restore, run};

async fn rotate(data: &Path) -> Rotated {
    patiently(async || keys::rotate(data).await).await.expect("other keys")
}

async fn must_be_good(data: &Path, words: &[&str]) {
    must_say(&audit::verify(data).await.expect("a verdict"), true, true, words);
}

async fn changes(data: &Path) -> usize {
    let reader = store::open_to_read(&data.join(Folder::DATABASE)).await.expect("the database");
    let changes = reader.key_changes().await.expect("the ledger").len();
    reader.close().await;
    changes
}

async fn export(data: &Path, out: &Path, head: Option<u64>) {
    let wanted = Wanted { head, ..Wanted::of(data, Scope::Case(inc_1()), out) };
    bundle::export_wanted(&wanted).await.expect("a bundle");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_key_takes_over_and_the_old_one_signs_for_it() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let at = |name: &str| out.path().join(name);
    let (data, old) = (data.path(), key(data.path()));
    let old_seed = std::fs::read(data.join("keys/ledger.seed")).expect("a seed");
    export(data, &at("before"), None).await;

    let first = rotate(data).await;
    assert_eq!((first.old.as_str(), first.new.as_str()), (old.trim(), key(data).trim()));
    assert_ne!(std::fs::read(data.join("keys/ledger.seed")).expect("a seed"), old_seed);
    must_be_good(data, &["both keys signed for it", &first.old]).await;
    assert!(compare(data).await.expect("a comparison").is_good());
    // Under the very head that both signed.
    export(data, &at("across"), None).await;
    let mut house = House::open(data, START + Span::hours(3)).await.expect("the bot goes on");
    house.say("dev", "Under the new key.").await;
    house.stop().await;
    let (_, last) = patiently(async || Folder::open(data, false))
        .await
        .expect("free")
        .last_checkpoint()
        .expect("a head")
        .expect("one");
    let note = folder::checkpoint_file(data).expect("a file").expect("a head");
    let by = |vkey: &str| Checkpoint::open(&note, &vkey.trim().parse().expect("a key")).is_ok();
    assert!(last.size > first.entry + 1 && by(&first.new) && !by(&first.old), "later heads are the new key's alone");
    export(data, &at("after"), None).await;
    let second = rotate(data).await;
    House::open(data, START + Span::hours(4)).await.expect("the bot goes on").stop().await;
    must_be_good(data, &[&second.old, &second.new]).await;
    export(data, &at("later"), None).await;
    let head = std::fs::read_to_string(at("before").join("data/checkpoint")).expect("a head");
    let size = head.lines().nth(1).and_then(|size| size.parse().ok());
    export(data, &at("again"), size).await;

    let check = |name: &str, vkey: &str, good: bool, words: &[&str]| {
        must_say(&bundle::verify(&at(name), Some(vkey)).expect("a verdict"), good, true, words);
    };
    let (k1, k2, k3) = (first.old.as_str(), first.new.as_str(), second.new.as_str());
    check("before", k1, true, &[]);
    check("before", k2, false, &["may be from before", "`countersign keys --data` lists"]);
    check(
        "across",
        k1,
        true,
        &["both keys signed for the change", &format!("signed heads until entry {}", first.entry)],
    );
    check("across", k2, true, &[]);
    check("after", k1, true, &["both keys signed for the change"]);
    check("after", k2, true, &[]);
    check("after", k3, false, &["may be from before"]);
    check("later", k1, true, &[&format!("signed heads until entry {}", second.entry)]);
    check("later", k2, true, &["both keys signed for the change"]);
    check("later", k3, true, &[]);
    // Under the older head it is the same bundle, but for who signs it now.
    check("again", k1, true, &[]);
    let (mut before, mut again) = (crate::read_all(&at("before")), crate::read_all(&at("again")));
    assert_ne!(before.remove("tagmanifest-sha256.txt.sig"), again.remove("tagmanifest-sha256.txt.sig"));
    assert!(before == again, "the same bytes");
    let stranger = countersign::seal::Signer::from_seed(last.origin.as_str(), &[7; 32]).expect("a key");
    check("later", &stranger.verifier().to_string(), false, &["is another key than the one given"]);
    // Without what both signed, nobody has to believe the new key.
    let spoiled = copy(&at("later"));
    let agreed = |seq: u64| spoiled.path().join(format!("data/keys/{seq}.tlog-proof"));
    std::fs::remove_file(agreed(first.entry)).expect("a file");
    remake_manifests(spoiled.path());
    let verdict = bundle::verify(spoiled.path(), Some(k1)).expect("a verdict");
    must_say(&verdict, false, false, &["is another key than the one given", "tlog-proof is missing"]);
    let text = std::fs::read_to_string(agreed(second.entry)).expect("a proof");
    let second_line = text.lines().rfind(|line| line.starts_with('—')).expect("the old key's");
    std::fs::write(agreed(second.entry), text.replace(&format!("{second_line}\n"), "")).expect("written");
    remake_manifests(spoiled.path());
    let verdict = bundle::verify(spoiled.path(), Some(k2)).expect("a verdict");
    must_say(&verdict, false, false, &["doesn't show that both keys agreed"]);
    signers(data, &at("before"), &at("later")).await;
}

/// Each key signs bundles in its time, for this program and for OpenSSH.
async fn signers(data: &Path, before: &Path, later: &Path) {
    let keys = bundle::keys(data).await.expect("keys");
    let text = keys.to_string();
    assert!(keys.retired.len() == 2 && text.contains("Until 2026-11-23"), "{text}");
    let lines: Vec<&str> = keys.allowed_signers.lines().collect();
    assert!(lines.len() == 3 && lines[0].contains("valid-before=") && !lines[0].contains("valid-after="), "{lines:?}");
    assert!(
        lines[1].contains("valid-after=") && lines[1].contains("valid-before=") && !lines[2].contains("valid-before=")
    );
    let check = |bag: &Path, signers: &str, good: bool, words: &str| {
        let verdict = bundle::verify_signed(bag, None, Some(signers)).expect("a verdict");
        must_say(&verdict, good, true, &[words]);
    };
    check(before, &keys.allowed_signers, true, "with a key that counted until 2026112");
    check(later, &keys.allowed_signers, true, "one of the signers given.");
    check(later, lines[0], false, "ask for what `countersign keys --allowed-signers` prints now");
    // A bundle that says it is of a day on which its key counted no more.
    let until = lines[0].split("valid-before=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a moment");
    check(
        before,
        &lines[0].replace(until, "20261101000000Z"),
        false,
        "which the signers given let sign from ever to 20261101000000Z",
    );
    if !run(before, "command -v ssh-keygen").0 {
        println!("skipped: ssh-keygen is not installed");
        return;
    }
    for bag in [before, later] {
        std::fs::write(bag.join("../allowed_signers"), format!("{}\n", keys.allowed_signers)).expect("written");
        let how = std::fs::read_to_string(bag.join("VERIFY.md")).expect("a file");
        let line = how.lines().find(|line| line.starts_with("ssh-keygen -Y verify")).expect("a command");
        let option = how.split('`').find(|code| code.starts_with("-O verify-time=")).expect("an option");
        let of_its_time = line.replace("-Y verify", &format!("-Y verify {option}"));
        assert_eq!(run(bag, line).0, bag == later, "the key of now");
        if bag == before {
            let (good, said) = run(bag, &of_its_time);
            assert!(good, "{of_its_time}: {said}");
        }
    }
}

/// A folder in the state that a process left which died within a change, made of the folder from before and the one from after.
struct Died {
    before: TempDir,
    after: TempDir,
    size: u64,
}

impl Died {
    async fn at(&self, step: usize) -> TempDir {
        let (data, after) = (copy(self.before.path()), self.after.path());
        let keys = data.path().join("keys");
        let from_after = |from: &str, to: &str| {
            std::fs::copy(after.join(from), data.path().join(to)).expect(from);
        };
        from_after("keys/bundles.seed", "keys/bundles.next");
        if step > 0 {
            from_after("keys/ledger.seed", "keys/ledger.next");
        }
        if step > 1 {
            restore(after, data.path());
        }
        if step > 2 {
            from_after("checkpoint", "checkpoint");
        }
        if (2..4).contains(&step) {
            sql(data.path(), &format!("delete from checkpoint where size = {}", self.size)).await;
        }
        if step > 4 {
            from_after("keys/retired", "keys/retired");
        }
        if step > 5 {
            std::fs::rename(keys.join("bundles.next"), keys.join("bundles.seed")).expect("it takes its place");
        }
        if step > 6 {
            from_after("keys/ledger.vkey", "keys/ledger.vkey");
        }
        data
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_keys_that_dies_anywhere_is_done_or_undone() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let before = copy(data.path());
    let rotated = rotate(data.path()).await;
    let died = Died { before, after: copy(data.path()), size: rotated.entry + 1 };
    for step in 0..=7 {
        let counts = step >= 2;
        for again in [false, true] {
            let data = died.at(step).await;
            let data = data.path();
            if step > 0 {
                let verdict = audit::verify(data).await.expect("a verdict").to_string();
                assert_eq!(verdict.contains("isn't done to its end"), (2..7).contains(&step), "step {step}: {verdict}");
                let error = recover(data, true).await.expect_err("not before the change is settled");
                assert!(error.to_string().contains("broke off. Start the bot"), "{error}");
            }
            // The operator asks again, or the bot is started.
            if again {
                let done = rotate(data).await;
                assert_eq!(done.was_begun, counts, "step {step}");
                assert_eq!(done.new == rotated.new, counts, "step {step}: one that counted isn't changed again");
            } else {
                let mut folder = patiently(async || Folder::open(data, false)).await.expect("free");
                let settled = keys::settle(&mut folder).await.expect("it is settled");
                drop(folder);
                match (&settled, step) {
                    (Settled::Nothing, 0) | (Settled::Undone, 1) => {}
                    (Settled::Done(done), 2..) => assert_eq!(done.new, rotated.new),
                    other => panic!("step {step}: {other:?}"),
                }
                let now = if counts { &rotated.new } else { &rotated.old };
                assert_eq!(key(data).trim(), now, "step {step}");
            }
            assert_eq!(changes(data).await, usize::from(counts || again), "step {step}");
            for left in ["ledger.next", "bundles.next"] {
                assert!(!data.join("keys").join(left).exists(), "step {step}: {left}");
            }
            must_be_good(data, &[]).await;
            let mut house = House::open(data, START + Span::hours(3)).await.expect("the bot goes on");
            house.say("dev", "It goes on.").await;
            house.stop().await;
            must_be_good(data, &[]).await;
        }
    }
}

/// Keys and ledgers of different times, and keys of somebody else.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_from_before_a_change_are_refused() {
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    let before = copy(data.path());
    let working = patiently(async || Folder::open(data.path(), false)).await.expect("free");
    let refused = keys::rotate(data.path()).await.expect_err("somebody is at work");
    assert!(refused.to_string().contains("Stop that one first"), "{refused}");
    drop(working);
    let rotated = rotate(data.path()).await;
    let right = copy(data.path());
    let put_keys_back = |data: &Path| {
        for name in ["ledger.seed", "ledger.vkey", "bundles.seed"] {
            std::fs::copy(before.path().join("keys").join(name), data.join("keys").join(name)).expect(name);
        }
    };
    let refused = async |data: &Path| match House::open(data, START + Span::hours(3)).await {
        Ok(_) => panic!("it was taken"),
        Err(error) => error,
    };
    // The keys alone are from before; the last head is the one that both signed, or a later one.
    let copied = copy(right.path());
    for later in [false, true] {
        if later {
            std::fs::copy(right.path().join("keys/ledger.seed"), copied.path().join("keys/ledger.seed"))
                .expect("a seed");
            std::fs::copy(right.path().join("keys/ledger.vkey"), copied.path().join("keys/ledger.vkey"))
                .expect("a key");
            House::open(copied.path(), START + Span::hours(3)).await.expect("the bot goes on").stop().await;
        }
        put_keys_back(copied.path());
        let error = refused(copied.path()).await;
        assert!(
            matches!(&error, DeskError::OtherKey { .. }) && error.to_string().contains("from before the keys were"),
            "{error}"
        );
        let verdict = audit::verify(copied.path()).await.expect("a verdict");
        must_say(&verdict, false, true, &["is from before that, or of another ledger"]);
    }
    // The database is from before: older than what was signed. Going on from it begins another log, and old heads still count.
    restore(before.path(), data.path());
    let error = refused(data.path()).await;
    assert!(matches!(&error, DeskError::Older { .. }), "{error}");
    recover(data.path(), true).await.expect("a recovery");
    must_be_good(data.path(), &[]).await;
    House::open(data.path(), START + Span::hours(4)).await.expect("the bot goes on").stop().await;
    rotate(data.path()).await;
    must_be_good(data.path(), &[]).await;
    // What both signed is gone.
    let lacking = copy(right.path());
    sql(lacking.path(), &format!("delete from checkpoint where size = {}", rotated.entry + 1)).await;
    let verdict = audit::verify(lacking.path()).await.expect("a verdict");
    must_say(&verdict, true, false, &["nothing shows that the key before"]);
    // A head that the old key signed after it had been handed on.
    let forged = copy(right.path());
    let old = copy(before.path());
    let signer = patiently(async || Folder::open(old.path(), false)).await.expect("free").own_signer().expect("a key");
    let note = Checkpoint::of(&signer, rotated.entry + 9, countersign::seal::Hash::ZERO).sign(&signer).expect("a note");
    let insert = format!("insert into checkpoint values ({}, 1, '{note}')", rotated.entry + 9);
    sql(forged.path(), &insert).await;
    let verdict = audit::verify(forged.path()).await.expect("a verdict");
    must_say(&verdict, false, true, &["a key that had been replaced at entry"]);
    // The public key of somebody else.
    let swapped = copy(right.path());
    let stranger = countersign::seal::Signer::from_seed(signer.verifier().name(), &[7; 32]).expect("a key");
    std::fs::write(swapped.path().join("keys/ledger.vkey"), stranger.verifier().to_string()).expect("written");
    let error = patiently(async || Folder::open(swapped.path(), false)).await.err().expect("it is refused");
    assert!(error.to_string().contains("of different ledgers"), "{error}");
    let verdict = audit::verify(swapped.path()).await.expect("a verdict");
    must_say(&verdict, false, true, &["or of another ledger"]);
}
