//! What a request that is over says of itself, and who may take one back.

use super::*;

#[test]
fn what_has_an_outcome_says_which_whose_and_since_when() {
    let mut room = Room::asked("reasoned");
    room.ask(5, "lena", decline("no")).unwrap();
    let before = room.case().clone();
    let says = "APR-1 is declined already by lena since 10:05. Change what was asked for, then `/approval request credit …` asks anew.";
    let after = [
        approve(),
        decline("no"),
        amend("b"),
        question(),
        answer(),
        withdraw(),
        Command::Supersede { by: apr(2) },
        break_glass(),
    ];
    for command in after {
        assert_eq!(room.ask(6, "dev", command).unwrap_err().to_string(), says);
    }
    assert_eq!(
        room.ask(6, "dev", review()).unwrap_err(),
        Refusal::NothingOwed { case: apr(1), duty: Duty::ReviewBreakGlass }
    );
    assert_eq!(room.case(), &before);
}

#[test]
fn the_requester_takes_it_back_or_who_may_waive() {
    let mut room = Room::asked("two");
    assert!(matches!(room.ask(1, "dev", withdraw()).unwrap_err(), Refusal::NotYours { .. }));
    assert!(matches!(room.ask(1, "maya", Command::Withdraw { reason: " ".into() }).unwrap_err(), Refusal::Missing(_)));
    room.hush();
    room.ask(2, "maya", withdraw()).unwrap();
    assert_eq!(room.approval().word(), "withdrawn");
    assert_eq!(room.told("concluded"), [""; 0], "she has the reply");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Void);
    let mut room = Room::asked("two");
    room.hush();
    room.ask(2, "olga", withdraw()).unwrap();
    assert_eq!(room.told("concluded"), ["maya"]);
}

#[test]
fn a_request_is_superseded_by_another_approval_alone() {
    let mut room = Room::asked("two");
    let incident = CaseId { kind: CaseKind::Incident, number: 2 };
    for other in [apr(1), incident] {
        assert!(matches!(room.ask(1, "maya", Command::Supersede { by: other }).unwrap_err(), Refusal::Missing(_)));
    }
    assert!(matches!(room.ask(1, "dev", Command::Supersede { by: apr(2) }).unwrap_err(), Refusal::OnlyFor { .. }));
    room.ask(1, "maya", Command::Supersede { by: apr(2) }).unwrap();
    assert_eq!(room.approval().outcome, Some(Outcome::Superseded { by: apr(2) }));
    let says = room.ask(2, "dev", approve()).unwrap_err().to_string();
    assert!(says.ends_with("Go on with APR-2."), "{says}");
}
