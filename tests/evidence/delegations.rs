//! Who stood in for whom, and which policy was in force, belongs to no case, and to the evidence of those that it bears on.

use std::path::Path;

use countersign::domain::policy::EXAMPLE;
use countersign::domain::{Actor, BotCommand, CaseId, Policy, Span};
use countersign::evidence::bundle;
use serde_json::Value;

use super::house::{House, START, copy};
use super::{compare, key, must_say, read_all, take_out};

/// The entries in a bundle's context of kinds that begin so: their number in the ledger and their kind.
fn of_kind(bag: &Path, begins: &str) -> Vec<(u64, String)> {
    let lines = std::fs::read_to_string(bag.join("data/context.jsonl")).expect("a file");
    let leaves = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["leaf"].clone());
    let leaves = leaves.map(|leaf| serde_json::from_str::<Value>(leaf.as_str().expect("text")).expect("JSON"));
    let seen =
        leaves.map(|leaf| (leaf["seq"].as_u64().expect("a number"), leaf["kind"].as_str().expect("a kind").to_owned()));
    seen.filter(|(_, kind)| kind.starts_with(begins)).collect()
}

fn says(bag: &Path, word: &str) -> bool {
    read_all(bag).values().any(|bytes| String::from_utf8_lossy(bytes).contains(word))
}

/// A case, the reasons in its bundle, and the kind of each entry of a delegation with what is said where it is left out.
type Case<'a> = (&'a str, &'a [&'a str], &'a [(&'a str, &'a str)]);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stood_in_for_whom_is_in_the_bundle_and_missed_where_it_was_left_out() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    // Nos. 1 to 4. The second is no matter of the approval, the last one of no case; those two end at the same moment.
    house.say("tomas", "/approval delegate @henrik until 1d Dentist").await;
    house.say("lena", "/approval away until 30m Training").await;
    house.say("anika", "/approval away until 1d Surgery").await;
    house.say("ravi", "/approval delegate @elena until 30m Moving house").await;
    let asked = house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    assert!(asked.contains("APR-1"), "{asked}");
    let opened = house.say("maya", "/incident open credit-scoring sev3 \"Reports come late\"").await;
    assert!(opened.contains("INC-1"), "{opened}");
    let approved = house.say("henrik", "/approval approve APR-1 Read it").await;
    assert!(approved.contains("1 of 2"), "{approved}");
    // Back early: the third, who is owed the second answer, is Tomas no more.
    house.say("tomas", "/approval undelegate 1").await;
    house.advance(Span::minutes(40)).await;
    house.say("lena", "/incident ack INC-1").await;
    let approved = house.say("priya", "/approval approve APR-1 So did I").await;
    assert!(approved.contains("approved"), "{approved}");
    house.stop().await;
    assert!(compare(data.path()).await.expect("a comparison").is_good());

    let out = tempfile::tempdir().expect("a folder");
    let verify = |bag: &Path| bundle::verify(bag, Some(&key(data.path()))).expect("a verdict");
    // What is said where an entry of a delegation was left out, in their order.
    let table: [Case<'_>; 2] = [
        (
            "APR-1",
            &["Dentist", "Surgery"],
            &[
                ("delegation.began", "henrik answers in the seat of tomas"),
                ("delegation.began", "by delegation no. 3, which no entry in data/context sets"),
                ("delegation.ended", "tomas holds something again without delegation no. 1"),
            ],
        ),
        (
            "INC-1",
            &["Training"],
            &[
                ("delegation.began", "Entry 4 is of delegation no. 2, but no entry in data/context says whose it is"),
                ("delegation.ended", "Delegation no. 2 was over before entry"),
            ],
        ),
    ];
    for (case, why, missed) in table {
        let bag = out.path().join(case);
        bundle::export(data.path(), case.parse::<CaseId>().expect("a case"), &bag).await.expect("a bundle");
        must_say(&verify(&bag), true, true, &[]);
        for reason in ["Dentist", "Training", "Surgery", "Moving house"] {
            assert_eq!(says(&bag, reason), why.contains(&reason), "{case}: {reason}");
        }
        let there = of_kind(&bag, "delegation.");
        let kinds: Vec<&str> = there.iter().map(|(_, kind)| kind.as_str()).collect();
        assert_eq!(kinds, missed.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), "{case}: {there:?}");
        for ((seq, kind), (_, sentence)) in there.iter().zip(missed) {
            let spoiled = copy(&bag);
            take_out(spoiled.path(), "context", *seq);
            let found = verify(spoiled.path());
            let sentence = sentence.split_once(" is of ").map_or(*sentence, |(_, of)| of);
            assert!(found.to_string().contains(sentence), "{case} without {kind} {seq}:\n{found}");
            assert!(found.completeness.total() > 0, "{case} without {kind} {seq}:\n{found}");
        }
    }
}

/// Who may decide follows from the policy in force, so each that took force while a case went on is in its bundle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn policies_that_took_force_meanwhile_are_in_the_bundle_and_missed_where_one_was_left_out() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let takes_force = async |house: &House, name: &str| {
        let text = format!("{EXAMPLE}\n# {name}\n");
        let policy = Policy::read(&text).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        let load = BotCommand::LoadPolicy { policy: Box::new(policy), text };
        house.desk.ask_bot(load, Actor::Engine, None).await.expect("the desk decides").expect("it isn't refused");
    };
    takes_force(&house, "before").await;
    house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    takes_force(&house, "the second").await;
    takes_force(&house, "the third").await;
    let approved = house.say("priya", "/approval approve APR-1 Read it").await;
    assert!(approved.contains("1 of 2"), "{approved}");
    // Until all of it is told.
    house.advance(Span::minutes(1)).await;
    takes_force(&house, "afterwards").await;
    house.stop().await;

    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("APR-1");
    bundle::export(data.path(), "APR-1".parse::<CaseId>().expect("a case"), &bag).await.expect("a bundle");
    let verify = |bag: &Path| bundle::verify(bag, Some(&key(data.path()))).expect("a verdict");
    must_say(&verify(&bag), true, true, &[]);
    for (name, is_there) in [("before", true), ("the second", true), ("the third", true), ("afterwards", false)] {
        assert_eq!(says(&bag, &format!("# {name}")), is_there, "{name}");
    }
    let loaded: Vec<u64> = of_kind(&bag, "policy.").into_iter().map(|(seq, _)| seq).collect();
    let [_, second, _] = loaded[..] else { panic!("{loaded:?}") };
    let thinned = copy(&bag);
    take_out(thinned.path(), "context", second);
    must_say(&verify(thinned.path()), false, false, &["replaces the policy with the hash"]);
}
