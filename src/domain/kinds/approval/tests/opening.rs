//! What a request needs, and whom it asks first.

use super::*;
use crate::domain::obligation::About;
use crate::domain::text::TEXT_AT_MOST;

#[test]
fn a_request_asks_the_first_stage_and_keeps_the_action_to_the_letter() {
    let mut room = Room::new();
    let reply = room.request("maya", "").unwrap();
    assert_eq!(reply, "requested; dev or lena decides by 12:00. Public: everybody in the workflow's channels sees it");
    let approval = room.approval();
    assert_eq!((approval.action.as_str(), approval.revision, approval.stage), ("deploy v7 ", 1, 0));
    // printf 'deploy v7 ' | sha256sum
    assert_eq!(approval.action_sha256, "cea8a7a1c807d91de5c5c66a07cc98d15927a48155eaa7e4f16d97a7dba19ebb");
    assert_eq!(
        room.case().owed(Duty::Decide).unwrap().about.as_ref().map(About::text),
        Some("stage 1 of 2: model-risk")
    );
    assert_eq!(room.case().owed(Duty::Decide).unwrap().terms.quorum, 2);
    assert_eq!(room.told("asked"), ["dev", "lena"], "and not Maya, who sits in the role but asked herself");
    assert_eq!(room.told_case("asked"), 1);
    assert_eq!(room.case().wake(), Some(at(60)), "the first nudge");
    assert!(room.notices.iter().all(|it| it.while_owed == [1]), "dropped unsent once it is decided");
}

#[test]
fn requests_that_cannot_be_taken_say_what_to_write() {
    let wanted = |workflow: &str, title: &str, action: &str, path: Option<&str>| Opening {
        workflow: WorkflowId::from(workflow),
        title: title.to_owned(),
        wanted: Wanted::Action { action: action.to_owned(), path: path.map(PathId::from) },
    };
    let long = "ü".repeat(201);
    let endless = "x".repeat(TEXT_AT_MOST + 1);
    let table = [
        ("maya", wanted("credt", "t", "a", None), "there is no workflow “credt” in the policy. Did you mean “credit”?"),
        (
            "maya",
            wanted("bare", "t", "a", None),
            "name an approval path with `path=…`, or add `approval_path` to the policy: workflow bare has none.",
        ),
        (
            "maya",
            wanted("credit", "t", "a", Some("too")),
            "there is no approval path “too” in the policy. Did you mean “two”?",
        ),
        ("maya", wanted("credit", " ", "a", None), "say in one line what is to be approved: the title is missing."),
        ("maya", wanted("credit", "\n", "a", None), "say in one line what is to be approved: the title is missing."),
        (
            "maya",
            wanted("credit", &long, "a", None),
            "put the rest in a file or a second message: the title is too long, 201 characters where 200 are possible.",
        ),
        ("maya", wanted("credit", "t", " \n", None), "write exactly what is to be done: the action is missing."),
        (
            "maya",
            wanted("credit", "t", &endless, None),
            "put the rest in a file or a second message: the action is too long, 8001 characters where 8000 are possible.",
        ),
        ("olga", wanted("credit", "t", "a", None), "ask maya, tess or dev: asking for an approval is for engineers."),
        (
            "zoe",
            wanted("credit", "t", "a", None),
            "ask an operator to add your account to [people]: I don't know you in this policy yet. Until then your words are kept, but not acted on.",
        ),
    ];
    for (by, command, says) in table {
        let mut room = Room::new();
        assert_eq!(room.open(by, &command).unwrap_err().to_string(), says, "{command:?}");
        assert!(room.case.is_none());
    }
    let mut room = Room::new();
    room.open("maya", &wanted("credit", "a\nb", "a", None)).expect("a pasted line break is a blank");
    assert_eq!(room.case().title, "a b");
    let mut room = Room::new();
    assert!(room.open("maya", &wanted("credit", &long[2..], "a", None)).is_ok(), "exactly 200 are possible");
}

#[test]
fn a_request_that_too_few_can_answer_is_taken_and_says_so() {
    let mut room = Room::new();
    let reply = room.request("maya", "wide").unwrap();
    assert!(
        reply.contains(
            "Add somebody to model-risk, or set a deputy: 3 answers are needed and only 2 people can give one now"
        ),
        "{reply}"
    );
    assert_eq!(room.told_case("state"), 1, "the thread hears it too");
    assert_eq!(room.told("state"), [""; 0]);
    let enough = Room::asked("two");
    assert_eq!(enough.told_case("state"), 0);
}
