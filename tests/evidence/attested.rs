//! An approval leaves as an in-toto statement, and OpenSSL knows by whom.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::evidence::attest::{AttestError, PAYLOAD, attest, pae};
use countersign::ledger::folder;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::house::{House, START};
use crate::run;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_leaves_as_a_statement_that_openssl_checks() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7\"").await;
    let open = attest(data.path(), "APR-1".parse().expect("a case")).await.expect_err("not decided yet");
    assert!(
        matches!(open, AttestError::NotApproved { .. }) && open.to_string().contains("APR-1 is requested"),
        "{open}"
    );
    house.say("priya", "/approval approve APR-1").await;
    house.say("tomas", "/approval approve APR-1").await;
    house.say("maya", "/approval request credit-scoring \"Ship v8\"").await;
    house.say("priya", "/approval decline APR-2 Not yet").await;
    house.say("maya", "/incident open credit-scoring sev3 \"Slow\"").await;
    for (case, why) in
        [("APR-2", "only what was approved"), ("APR-9", "there is no APR-9"), ("INC-1", "INC-1 is no approval")]
    {
        let error = attest(data.path(), case.parse().expect("a case")).await.expect_err(case);
        assert!(error.to_string().contains(why), "{error}");
    }
    let made = attest(data.path(), "APR-1".parse().expect("a case")).await.expect("a statement");
    assert_eq!(attest(data.path(), "APR-1".parse().expect("a case")).await.expect("again"), made, "the same bytes");
    house.stop().await;

    let envelope: Json = serde_json::from_str(&made).expect("JSON");
    let payload = STANDARD.decode(envelope["payload"].as_str().expect("a payload")).expect("base64");
    let statement: Json = serde_json::from_slice(&payload).expect("JSON");
    let action = hex::encode(Sha256::digest("deploy scoring:v7"));
    assert_eq!(statement["subject"][0]["digest"]["sha256"], action.as_str());
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    let predicate = &statement["predicate"];
    let by: Vec<&str> =
        predicate["approvals"].as_array().expect("votes").iter().filter_map(|vote| vote["by"].as_str()).collect();
    assert_eq!((by, predicate["requested_by"].as_str()), (vec!["priya", "tomas"], Some("maya")));
    assert!(predicate["ledger"]["approved"]["entry"].is_u64(), "{predicate}");

    let out = tempfile::tempdir().expect("a folder");
    let key = folder::bundle_signer(data.path()).expect("the key").key();
    let signature = STANDARD.decode(envelope["signatures"][0]["sig"].as_str().expect("a signature")).expect("base64");
    for (name, bytes) in [
        ("key.pem", key.pem().into_bytes()),
        ("sig", signature),
        ("signed", pae(PAYLOAD, &payload)),
        ("other", pae(PAYLOAD, b"{}")),
    ] {
        std::fs::write(out.path().join(name), bytes).expect(name);
    }
    let check = |file: &str| {
        run(out.path(), &format!("openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in {file} -sigfile sig"))
    };
    let (good, said) = check("signed");
    assert!(good, "{said}");
    let (good, said) = check("other");
    assert!(!good, "{said}");
}
