//! An acknowledgement expires unless somebody says that the work goes on.

use super::*;

#[test]
fn nobody_answers_still_working_and_the_acknowledgement_lapses() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.pass(5);
    room.says("dev", Command::Acknowledge);
    room.pass(64);
    assert!(room.case.owed(Duty::StillWorking).is_none());
    room.pass(65);
    assert_eq!(room.case.owed(Duty::StillWorking).map(|it| it.terms.due), Some(minute(95)));
    room.pass(94);
    check(room.case.state(), "acknowledged");
    room.now = minute(95);
    room.wake();
    check(room.case.state(), "open");
    // Triage, and the first role of the ladder with it: both can answer now.
    says(
        room.heard(),
        "case acknowledgement-lapsed, @dev acknowledgement-lapsed, @lena acknowledgement-lapsed, @arjun acknowledgement-lapsed",
    );
    let asked = room.case.obligations.iter().find(|it| it.duty == Duty::StillWorking).expect("it was asked");
    assert_eq!((asked.state(), asked.breach.is_some()), (State::Void, true), "the breach stays on record");
    assert_eq!(room.case.owed(Duty::Acknowledge).map(|it| it.terms.due), Some(minute(105)));
    says(
        room.says("dev", Command::StillWorking),
        "acknowledge it first: `/incident ack INC-1`. INC-1 isn't acknowledged now.",
    );
    says(room.says("arjun", Command::Acknowledge), "you acknowledged it");
    assert_eq!(room.incident().acknowledged_by(), Some(&"arjun".into()));
}

#[test]
fn a_sign_of_life_extends_the_acknowledgement() {
    let alive: [(&str, Command); 4] = [
        ("dev", Command::Update { text: words("looking"), next: None }),
        ("dev", Command::Decision { text: words("no rollback yet") }),
        ("dev", Command::StillWorking),
        ("maya", Command::Update { text: words("I lead"), next: None }),
    ];
    for (person, command) in alive {
        let mut room = Room::open(&wanted(Severity::Sev1));
        room.says("dev", Command::Acknowledge);
        room.says("maya", Command::TakeSeat { seat: SeatName::Lead, person: Some("maya".into()) });
        // Before it is asked …
        room.pass(50);
        room.ask(person, command.clone()).expect("a part in it");
        room.pass(109);
        assert!(room.case.owed(Duty::StillWorking).is_none(), "{person} {command:?}");
        // … and after.
        room.pass(110);
        assert!(room.case.owed(Duty::StillWorking).is_some(), "{person} {command:?}");
        room.ask(person, command.clone()).expect("a part in it");
        assert!(room.case.owed(Duty::StillWorking).is_none(), "{person} {command:?}");
        room.pass(169);
        check(room.case.state(), "acknowledged");
    }
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.says("dev", Command::Acknowledge);
    room.pass(60);
    check(room.says("lena", Command::StillWorking), "only Dev can do that on INC-1.");
    room.says("arjun", Command::Decision { text: words("somebody else's") });
    assert!(room.case.owed(Duty::StillWorking).is_some(), "only those who have it in hand may confirm it");
    room.says("ravi", Command::Contain { text: words("off") });
    assert!(room.case.owed(Duty::StillWorking).is_none(), "what is contained needs no asking");
    let asked = room.case.wake();
    room.pass(600);
    assert!(asked.is_some() && room.count("duty.asked-still-working") == 1);
}

#[test]
fn a_deputy_is_asked_and_answers() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.says("dev", Command::Acknowledge);
    room.delegations.push(Delegation {
        number: 1,
        from: "dev".into(),
        to: Some("maya".into()),
        roles: Vec::new(),
        starts: minute(10),
        ends: minute(600),
        reason: words("leave"),
        by: "dev".into(),
    });
    room.now = minute(60);
    room.wake();
    says(room.heard(), "case still-working, @maya still-working");
    check(room.says("maya", Command::StillWorking), "thank you; I ask again at 11:00");
}

#[test]
fn after_a_night_of_downtime_one_thing_is_said() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.says("dev", Command::Acknowledge);
    room.now = minute(800);
    room.wake();
    // The acknowledgement expired hours ago: it is asked once, with the full time to answer.
    assert_eq!(room.case.owed(Duty::StillWorking).map(|it| it.terms.due), Some(minute(830)));
    assert_eq!(room.count("duty.asked-still-working"), 1);
    assert!(room.case.wake() > Some(room.now));
}
