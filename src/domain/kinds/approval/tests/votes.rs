//! Who may answer, on which action, and what counts.

use super::*;
use crate::domain::kinds::incident::SeatName;

#[test]
fn who_may_not_approve_hears_why() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    let before = room.case().clone();
    let own = Refusal::OwnRequest("lena".to_owned());
    assert_eq!(room.ask(2, "maya", approve()).unwrap_err(), own, "though she sits in the role");
    assert_eq!(room.ask(2, "maya", decline("no")).unwrap_err(), own);
    assert_eq!(room.ask(2, "dev", approve()).unwrap_err(), Refusal::AnsweredAlready(apr(1)));
    assert_eq!(
        room.ask(2, "dev", decline("no")).unwrap_err(),
        Refusal::AnsweredAlready(apr(1)),
        "nor the other way round"
    );
    let stale = Command::Approve { reason: None, revision: Some(2) };
    assert_eq!(room.ask(2, "lena", stale).unwrap_err(), Refusal::Changed(apr(1)));
    assert_eq!(
        room.ask(2, "nia", approve()).unwrap_err().to_string(),
        "ask lena: the decision on APR-1 is for model-risk.",
        "her stage comes later"
    );
    assert_eq!(room.case(), &before);
}

#[test]
fn a_reason_is_needed_where_the_path_says_so() {
    let mut room = Room::asked("reasoned");
    for reason in [None, Some("  ".to_owned())] {
        let command = Command::Approve { reason, revision: Some(1) };
        assert!(matches!(room.ask(1, "dev", command).unwrap_err(), Refusal::ReasonNeeded(_)));
    }
    let command = Command::Approve { reason: Some(" looks right ".to_owned()), revision: Some(1) };
    room.ask(1, "dev", command).unwrap();
    assert_eq!(room.approval().votes[0].reason.as_deref(), Some("looks right"));
    assert_eq!(room.approval().votes[0].action_sha256, room.approval().action_sha256);
}

#[test]
fn a_decline_needs_a_reason_and_ends_it_at_once() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    assert!(matches!(room.ask(2, "lena", decline(" ")).unwrap_err(), Refusal::ReasonNeeded(_)));
    room.hush();
    room.ask(2, "lena", decline("the test set is too old")).unwrap();
    assert_eq!(room.approval().word(), "declined");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Met, "an answer all the same");
    assert_eq!(room.told("concluded"), ["maya"]);
    assert_eq!(room.case().wake(), None);
}

#[test]
fn a_late_answer_is_late() {
    let mut room = Room::asked("two");
    room.ask(121, "lena", decline("no")).unwrap();
    let decision = room.case().obligation(1).unwrap();
    assert_eq!(decision.state(), State::MetLate);
    assert_eq!(decision.breach.as_ref().unwrap().attributed, Attribution::Holder(PartyId::from("client")));
    assert_eq!(room.approval().word(), "declined", "a decline that came late is no lapse");
}

#[test]
fn commands_of_incidents_are_told_apart() {
    let mut room = Room::asked("two");
    let text = || "x".to_owned();
    let wrong = [
        incident::Command::Acknowledge,
        incident::Command::StillWorking,
        incident::Command::Assess { text: text() },
        incident::Command::Contain { text: text() },
        incident::Command::Resolve { text: text() },
        incident::Command::AcceptReview { text: text(), drafted_from: None },
        incident::Command::Reopen { reason: text() },
        incident::Command::Merge { into: apr(2) },
        incident::Command::Update { text: text(), next: None },
        incident::Command::Decision { text: text() },
        incident::Command::FollowUp { assignee: p("dev"), due: at(9), text: text() },
        incident::Command::FollowUpDone { number: 1 },
        incident::Command::Page { role: r("head"), reason: text() },
        incident::Command::AnswerPage,
        incident::Command::ChangeSeverity { to: Severity::Sev1, reason: text() },
        incident::Command::TakeSeat { seat: SeatName::Lead, person: None },
    ];
    for command in wrong {
        assert_eq!(
            room.ask(1, "dev", command).unwrap_err().to_string(),
            "APR-1 is an approval; that needs an incident."
        );
    }
    assert!(room.ask(1, "dev", Any::Note { text: text() }).is_ok());
}

#[test]
fn a_changed_action_voids_what_was_said_before_and_starts_the_clock_afresh() {
    let mut room = Room::asked("two");
    room.ask(121, "dev", approve()).unwrap();
    room.ask(122, "lena", approve()).unwrap();
    room.ask(123, "nia", question()).unwrap();
    let old = room.approval().action_sha256.clone();
    room.hush();
    let reply = room.ask(130, "maya", amend("deploy v8")).unwrap();
    assert_eq!(reply, "the action is changed, revision 2; it begins again with the first stage");
    let approval = room.approval();
    assert_eq!((approval.revision, approval.stage, approval.votes.len()), (2, 0, 0));
    assert_eq!(approval.question, None);
    assert_ne!(approval.action_sha256, old);
    let owed: Vec<_> = room.case().open_obligations().map(|it| (it.duty, it.terms.due)).collect();
    assert_eq!(owed, [(Duty::Decide, at(130 + 120))], "one decision, and no question any more");
    assert!(room.case().obligation(1).unwrap().breach.is_some(), "the old breach stays recorded");
    let told: BTreeSet<_> = room.told("amended").into_iter().collect();
    assert_eq!(told, ["dev", "lena", "nia", "olga"].map(str::to_owned).into(), "all who were asked or had spoken");
    let stale = Command::Approve { reason: None, revision: Some(1) };
    assert_eq!(room.ask(131, "dev", stale).unwrap_err(), Refusal::Changed(apr(1)));
    room.ask(131, "dev", Command::Approve { reason: None, revision: Some(2) }).unwrap();
    assert_eq!(room.approval().votes[0].revision, 2);
    assert_eq!(room.waiting(131), ["lena"]);
}

#[test]
fn only_the_requester_changes_the_action_and_only_to_another() {
    let mut room = Room::asked("two");
    let before = room.case().clone();
    let only = Refusal::OnlyFor { case: apr(1), who: "maya".to_owned() };
    assert_eq!(room.ask(1, "dev", amend("deploy v8")).unwrap_err(), only);
    assert!(matches!(room.ask(1, "maya", amend("deploy v7 ")).unwrap_err(), Refusal::Missing(_)));
    assert!(matches!(room.ask(1, "maya", amend("  ")).unwrap_err(), Refusal::Missing(_)));
    assert_eq!(room.case(), &before);
    assert!(room.ask(1, "maya", amend("deploy v7")).is_ok(), "a blank less is another action");
}
