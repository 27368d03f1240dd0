//! What is typed about approvals.

use super::*;

#[test]
fn the_action_is_taken_to_the_letter() {
    assert_eq!(asked_for(&requested("/approval request credit-scoring Ship v7")), ("Ship v7", None));
    let deploy = "deploy scoring:v7 --all";
    for line in [
        "/approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7 --all\"",
        "/approval request credit-scoring Ship v7 action=deploy scoring:v7 --all",
        "/approval request credit-scoring Ship v7 `deploy scoring:v7 --all`",
        "/approval request credit-scoring “Ship v7” ‘deploy scoring:v7 --all’",
        "/approval request credit-scoring Ship v7\n```\ndeploy scoring:v7 --all\n```",
        "/approval request credit-scoring Ship v7 ```sh\ndeploy scoring:v7 --all\n```",
    ] {
        let request = requested(line);
        assert_eq!((request.title.as_str(), asked_for(&request).0), ("Ship v7", deploy), "{line}");
    }
    let sql = requested("/approval request credit-scoring Purge\n```sql\ndelete from t\n  where a = \"b\";\n```");
    assert_eq!(asked_for(&sql).0, "delete from t\n  where a = \"b\";");
    let json = requested("/approval request credit-scoring \"Set it\" action=\"{\"a\": \"b\"}\"");
    assert_eq!(asked_for(&json).0, "{\"a\": \"b\"}");
    let title = requested("/approval request credit-scoring Ship `v7` now");
    assert_eq!(
        (title.title.as_str(), asked_for(&title).0),
        ("Ship `v7` now", "Ship `v7` now"),
        "code in the middle is words"
    );
    let path = policy().paths.keys().next().expect("the example has a path").clone();
    let named = requested(&format!("/approval request credit-scoring Ship v7 path={path} `x`"));
    assert_eq!(asked_for(&named), ("x", Some(&path)));
    let promotion = requested("/approval promote claims-triage Eight weeks without a sev1");
    assert_eq!(
        (promotion.title.as_str(), promotion.wanted),
        ("Eight weeks without a sev1", approval::Wanted::Promotion)
    );
    check("/approval amend APR-1 `a  b`", "APR-1", Apr::Amend { action: "a  b".to_owned() });
    check("/approval amend APR-1 a \u{202E}b", "APR-1", Apr::Amend { action: "a \u{202E}b".to_owned() });
}

#[test]
fn votes_in_words() {
    let approve = |reason: Option<&str>| Asked::Case {
        id: id("APR-41"),
        command: Apr::Approve { reason: reason.map(str::to_owned), revision: None }.into(),
    };
    assert_eq!(said("@countersign approve APR-41 looks right"), approve(Some("looks right")));
    assert_eq!(said("@Countersign: ok APR-41"), approve(None));
    assert_eq!(said("@countersign /approval approve APR-41"), approve(None));
    assert_eq!(said("@countersign APR-41 yes"), approve(None));
    assert_eq!(read("@countersign approve", How::Said, &within("APR-41")), Ok(Some(approve(None))));
    assert_eq!(
        read("@countersign withdraw not needed", How::Said, &within("APR-41")),
        Ok(Some(Asked::Case { id: id("APR-41"), command: Apr::Withdraw { reason: "not needed".to_owned() }.into() }))
    );
    let decline = read("@countersign no", How::Said, &within("APR-41")).expect_err("a reason is missing").to_string();
    assert!(decline.contains("“reason” is missing") && decline.contains("`@countersign approval decline"), "{decline}");
    check("/approval reject APR-1 too old", "APR-1", Apr::Decline { reason: "too old".to_owned(), revision: None });
    check("/approval break glass APR-1 now", "APR-1", Apr::BreakGlass { reason: "now".to_owned() });
}
