//! From stage to stage, and what becomes of one whose time is up.

use super::*;
use crate::domain::BotCommand;
use crate::domain::bot::slow_paths::SlowPath;

/// A reply to a vote without the revision and the digest that it names.
fn without_action(reply: &str) -> String {
    let (before, digest) = reply.split_once(". It is for revision 1, SHA-256 ").expect("what was voted on");
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{reply}");
    before.to_owned()
}

#[test]
fn two_stages_are_passed_by_different_people() {
    let mut room = Room::asked("two");
    room.hush();
    assert_eq!(
        without_action(&room.ask(5, "dev", approve()).unwrap()),
        "your approval is recorded, 1 of 2; waiting on lena"
    );
    assert_eq!((room.told_case("voted"), room.notices.len()), (1, 1), "progress stays in the thread");
    assert_eq!(room.waiting(5), ["lena"]);
    assert_eq!(
        without_action(&room.ask(9, "lena", approve()).unwrap()),
        "your approval is recorded; next is legal: nia or olga"
    );
    assert_eq!(room.approval().stage, 1);
    assert_eq!(room.told("asked"), ["nia", "olga"], "Lena sits in legal too, but has spoken in stage 1");
    let second = room.case().owed(Duty::Decide).unwrap();
    assert_eq!((second.number, second.terms.due), (2, at(9 + 120)));
    let again = room.ask(10, "lena", approve()).unwrap_err();
    assert_eq!(again, Refusal::EarlierStage(apr(1), "nia or olga".to_owned()));
    assert_eq!(room.approval().word(), "requested");
    room.hush();
    assert_eq!(room.ask(20, "nia", approve()).unwrap(), "approved");
    assert_eq!(room.approval().outcome, Some(Outcome::Approved));
    assert_eq!(room.approval().concluded.as_ref().unwrap().ended.took, Span::minutes(20));
    assert_eq!(room.told("concluded"), ["maya"]);
    assert!(!room.told_operators("concluded"));
    assert_eq!(room.case().wake(), None);
    assert!(room.case().is_closed());
}

#[test]
fn roles_that_the_ladder_called_in_may_answer_from_then_on() {
    let mut room = Room::asked("two");
    assert!(matches!(room.ask(179, "olga", approve()).unwrap_err(), Refusal::NotYours { .. }));
    room.ask(180, "olga", approve()).unwrap();
    assert_eq!(room.approval().votes.len(), 1);
}

#[test]
fn time_up_holds() {
    let mut room = Room::asked("two");
    room.wake(24 * 60);
    assert_eq!(room.approval().word(), "requested");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Late);
}

#[test]
fn time_up_lapses_and_is_nobodys_decline() {
    let mut room = Room::asked("lapsing");
    room.ask(5, "dev", approve()).unwrap();
    room.wake(119);
    assert_eq!(room.approval().word(), "requested");
    room.hush();
    room.wake(120);
    assert_eq!(room.approval().word(), "lapsed");
    let end = room.approval().concluded.clone().unwrap().ended;
    assert_eq!((end.by, end.reason.as_deref()), (None, Some("only 1 of 2 had answered by 2026-03-02 11:00 UTC")));
    let decision = room.case().obligation(1).unwrap();
    assert_eq!(decision.state(), State::Void);
    assert!(decision.breach.is_some(), "late all the same");
    assert_eq!(room.told("concluded"), ["maya"]);
    assert_eq!(room.told_case("clock"), 0, "nobody is nudged for what is over");
    assert_eq!(room.case().wake(), None);
    assert!(matches!(room.ask(121, "lena", approve()).unwrap_err(), Refusal::WrongState { .. }));
}

#[test]
fn time_up_widens_to_the_fallback_role() {
    let mut room = Room::asked("widening");
    assert!(matches!(room.ask(119, "omar", approve()).unwrap_err(), Refusal::NotYours { .. }));
    room.hush();
    room.wake(120);
    assert_eq!(room.told("widened"), ["omar"]);
    assert_eq!(room.told_case("widened"), 1);
    room.wake(12 * 60);
    assert_eq!(room.told_case("widened"), 1, "once");
    assert_eq!(room.told_case("moved"), 0);
    room.ask(12 * 60, "omar", approve()).unwrap();
    assert_eq!(room.approval().word(), "approved");
}

#[test]
fn silence_approves_only_where_the_policy_says_so_and_loudly() {
    let mut room = Room::asked("silent");
    room.wake(119);
    assert_eq!(room.approval().word(), "requested");
    room.hush();
    room.wake(120);
    assert_eq!(room.approval().word(), "approved");
    assert_eq!(room.approval().concluded.as_ref().unwrap().ended.by, None);
    assert!(room.approval().votes.is_empty(), "nobody's word is made up");
    assert!(room.told_operators("concluded"));
    assert_eq!(room.told("concluded"), ["maya", "dev", "lena"]);
    assert!(room.case().obligation(1).unwrap().breach.is_some());
}

#[test]
fn a_request_that_pends_too_long_is_a_risk_told_once() {
    let mut room = Room::asked("two");
    room.wake(8 * 60 - 1);
    assert!(room.then.is_empty());
    room.wake(48 * 60);
    assert_eq!(room.told_case("slow"), 1);
    let [Then::Bot(BotCommand::NoteSlowPath(SlowPath { path, workflow, severity, because }))] = room.then.as_slice()
    else {
        panic!("{:?}", room.then)
    };
    assert_eq!((path.as_str(), workflow.as_str(), *severity), ("two", "credit", Severity::Sev3));
    assert_eq!(because, "APR-1 has been pending for 8 h; the policy's limit on path two is 8 h.");
    // One that is answered in time is not slow.
    let mut room = Room::asked("two");
    room.ask(5, "dev", decline("no")).unwrap();
    room.wake(48 * 60);
    assert_eq!(room.told_case("slow"), 0);
}

#[test]
fn one_wake_after_downtime_says_one_thing() {
    let mut room = Room::asked("two");
    room.hush();
    room.wake_at(at(9 * 60));
    assert_eq!((room.told_case("clock"), room.told_case("slow")), (1, 1));
    assert!(room.case().wake().unwrap() > at(9 * 60));
}
