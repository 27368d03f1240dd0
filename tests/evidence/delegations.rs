//! Who stood in for whom belongs to no case, and to the evidence of those that it bears on.

use std::path::Path;

use countersign::domain::{CaseId, Span};
use countersign::evidence::bundle;
use serde_json::Value;

use super::house::{House, START, copy};
use super::{compare, key, must_say, read_all, take_out};

/// The entries of delegations in a bundle: their number in the ledger and their kind.
fn of_delegations(bag: &Path) -> Vec<(u64, String)> {
    let lines = std::fs::read_to_string(bag.join("data/context.jsonl")).expect("a file");
    let leaves = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["leaf"].clone());
    let leaves = leaves.map(|leaf| serde_json::from_str::<Value>(leaf.as_str().expect("text")).expect("JSON"));
    let seen =
        leaves.map(|leaf| (leaf["seq"].as_u64().expect("a number"), leaf["kind"].as_str().expect("a kind").to_owned()));
    seen.filter(|(_, kind)| kind.starts_with("delegation.")).collect()
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
        let there = of_delegations(&bag);
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
