//! From one state to the next, and who may take the step.

use super::*;
use crate::domain::kinds::approval;
use crate::domain::text::TEXT_AT_MOST;

#[test]
fn an_incident_from_opening_to_review() {
    let (mut room, reply) = Room::try_open("maya", &wanted(Severity::Sev2)).expect("everybody may open");
    check(
        reply,
        "opened as sev2; Dev or Lena acknowledges it by 09:20. Public: everybody in the workflow's channels sees it",
    );
    check(room.heard(), "case opened, @dev opened, @lena opened");
    check(room.owed(), "acknowledge 20, contain 120, resolve 480");

    room.pass(5);
    says(room.says("maya", Command::Acknowledge), "ask Dev or Lena: the acknowledgement on INC-1 is for triage.");
    says(room.says("dev", Command::Acknowledge), "the lead seat is empty: `/incident role INC-1 lead`");
    check(room.heard(), "case state");
    let second = room.says("lena", Command::Acknowledge);
    check(second, "INC-1 is acknowledged already (Dev, 09:05). `/incident update INC-1 …` says how it stands.");

    says(room.says("maya", Command::AcceptReview { text: words("x"), drafted_from: None }), "not resolved yet");
    says(
        room.says("maya", Command::Contain { text: words("x") }),
        "ask Ravi: the containment on INC-1 is for engineering.",
    );
    check(
        room.says("ravi", Command::Contain { text: words("old model back") }),
        "contained; next is the resolution by 17:00: Arjun",
    );
    says(room.says("ravi", Command::Resolve { text: words("x") }), "the resolution on INC-1 is for command");
    check(
        room.says("arjun", Command::Resolve { text: words("fixed") }),
        "resolved; next is the review by Thu 5 Mar 09:05: Arjun",
    );
    check(room.owed(), "review 4325");
    assert!(!room.case.is_closed());

    let due = minute(3_000);
    let follow_up = Command::FollowUp { assignee: "ravi".into(), due, text: words("write a drift test") };
    says(room.says("lena", follow_up), "follow-up 1: Ravi does it by Wed 4 Mar 11:00");
    check(room.heard(), "case follow-up, @ravi follow-up");
    check(
        room.says("arjun", Command::AcceptReview { text: words("all of it"), drafted_from: None }),
        "reviewed and closed; one follow-up stays open, and its clock runs on",
    );
    assert!(room.case.is_closed());
    check(room.owed(), "follow-up “write a drift test” 3000");

    says(
        room.says("dev", Command::Update { text: words("x"), next: None }),
        "INC-1 is reviewed already (Arjun, 09:05). `/incident reopen INC-1 why`",
    );
    says(room.says("dev", Command::FollowUpDone { number: 1 }), "only Ravi (or the lead) can do that on INC-1.");
    check(room.says("ravi", Command::FollowUpDone { number: 1 }), "follow-up 1 is done");
    says(room.says("ravi", Command::FollowUpDone { number: 1 }), "was done at 09:05 already");
    says(room.says("ravi", Command::FollowUpDone { number: 2 }), "has no follow-up 2. None is open.");
    assert_eq!(room.case.wake(), None, "nothing is owed, so nothing wakes it, not even the old acknowledgement");
}

#[test]
fn an_unclear_impact_is_assessed_before_it_can_be_resolved() {
    let mut room = Room::open(&Opening { impact: Impact::Unclear, ..wanted(Severity::Sev2) });
    check(room.owed(), "acknowledge 20, assess 60, contain 120, resolve 480");
    says(room.says("arjun", Command::Resolve { text: words("x") }), "say what the impact was first");
    says(room.says("dev", Command::Assess { text: words("x") }), "ask Ravi: the impact assessment on INC-1");
    check(room.says("ravi", Command::Assess { text: words("12 customers") }), "the impact is on record");
    assert_eq!(room.incident().impact, Impact::Known);
    check(
        room.says("arjun", Command::Resolve { text: words("x") }),
        "resolved; next is the review by Thu 5 Mar 09:00: Arjun",
    );
    // Resolving takes it in hand, so the acknowledgement isn't a hole in the record.
    assert_eq!(room.count("incident.acknowledged"), 1);
}

#[test]
fn updates_follow_one_another() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.pass(25);
    let refused = room.says("maya", Command::Update { text: words("x"), next: None });
    check(
        refused,
        "ask Arjun, or write `/incident note INC-1 …`, which everybody may: the update on INC-1 is for command.",
    );
    check(
        room.says("arjun", Command::Update { text: words("half of it is back"), next: None }),
        "update told; the next one by 09:55",
    );
    room.pass(70);
    let late = room.case.owed(Duty::Update).expect("one is owed");
    assert!(late.is_late());
    room.says("arjun", Command::Update { text: words("late, sorry"), next: None });
    let updates: Vec<State> =
        room.case.obligations.iter().filter(|it| it.duty == Duty::Update).map(Obligation::state).collect();
    assert_eq!(updates, [State::Met, State::MetLate, State::Owed]);
}

#[test]
fn a_review_may_be_long_and_other_texts_may_not() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    let text = |length: usize| "é".repeat(length);
    says(room.says("dev", Any::Note { text: text(TEXT_AT_MOST + 1) }), "8001");
    says(room.says("dev", Any::Note { text: text(TEXT_AT_MOST) }), "note recorded");
    room.says("dev", Command::Acknowledge);
    room.says("arjun", Command::Resolve { text: words("fixed") });
    says(room.says("arjun", Command::AcceptReview { text: text(REVIEW_AT_MOST + 1), drafted_from: None }), "400001");
    assert!(!room.case.is_closed());
    says(
        room.says("arjun", Command::AcceptReview { text: text(REVIEW_AT_MOST), drafted_from: None }),
        "reviewed and closed",
    );
    assert!(room.case.is_closed());
}

#[test]
fn reopening_begins_again() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    for (person, command) in [
        ("dev", Command::Acknowledge),
        ("arjun", Command::TakeSeat { seat: SeatName::Lead, person: Some("arjun".into()) }),
        ("arjun", Command::Resolve { text: words("done") }),
    ] {
        room.ask(person, command).expect("fine");
    }
    check(room.owed(), "review 4320");
    says(room.says("arjun", Command::Withdraw { reason: words("x") }), "INC-1 is resolved already (Arjun, 09:00)");
    room.pass(60);
    check(
        room.says("ravi", Command::Reopen { reason: words("again") }),
        "reopened; next is the acknowledgement by 10:10: Dev or Lena",
    );
    check(room.heard(), "case state, @dev state, @lena state");
    check(room.owed(), "acknowledge 70, contain 180, update 90, resolve 300, fill-seat comms 80, fill-seat scribe 80");
    check(room.case.state(), "open");
    assert_eq!(room.incident().acknowledged_by(), None);
    // The acknowledgement of the first round expires meanwhile, and nobody is asked about it.
    room.pass(62);
    assert_eq!(room.count("duty.asked-still-working"), 0);
    says(
        room.says("ravi", Command::Reopen { reason: words("again") }),
        "INC-1 is open already (Ravi, 10:00). `/incident update INC-1 …` says what is new.",
    );
}

#[test]
fn merging_withdrawing_and_what_is_left() {
    let merge = |into: CaseId| Command::Merge { into };
    let inc = |number| CaseId { kind: CaseKind::Incident, number };
    let mut room = Room::open(&wanted(Severity::Sev2));
    let follow_up = Command::FollowUp { assignee: "dev".into(), due: minute(900), text: words("tidy up") };
    room.ask("maya", follow_up).expect("fine");
    says(room.says("maya", merge(ID)), "can't be merged into itself");
    let approval = CaseId { kind: CaseKind::Approval, number: 7 };
    check(room.says("maya", merge(approval)), "APR-7 is an approval; that needs an incident.");
    says(room.says("dev", merge(inc(2))), "ask Arjun: merging this incident is for command.");
    check(room.says("maya", merge(inc(2))), "merged; it goes on in INC-2");
    assert_eq!(room.then, [Then::Case(inc(2), Command::Absorb { other: ID }.into())]);
    check(room.owed(), "follow-up “tidy up” 900");
    says(room.says("maya", Command::Reopen { reason: words("x") }), "Type the command with INC-2: it goes on there.");
    says(room.says("engine", Command::Absorb { other: inc(3) }), "INC-1 is merged already (Maya, 09:00)");

    let mut stays = Room::open(&wanted(Severity::Sev2));
    stays.ask("engine", Command::Absorb { other: inc(3) }).expect("it stays");
    assert_eq!(stays.incident().absorbed, [inc(3)]);
    says(stays.says("maya", Command::Absorb { other: inc(3) }), "`/incident merge INC-3 INC-1` merges the two.");
    says(
        stays.says("dev", Command::Withdraw { reason: words("x") }),
        "withdrawing somebody else's incident is for command",
    );
    check(
        stays.says("maya", Command::Withdraw { reason: words("a test") }),
        "withdrawn; nobody owes anything on it any more",
    );
    check(stays.owed(), "");
    says(stays.says("maya", Command::Reopen { reason: words("x") }), "open a new one with `/incident open credit …`");
    assert_eq!(stays.case.wake(), None);
}

#[test]
fn moments_have_happened_and_follow_ups_have_not() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(10);
    says(room.says("dev", Command::SetMoment { which: Which::Aware, at: minute(11) }), "this one is in the future");
    check(
        room.says("dev", Command::SetMoment { which: Which::Aware, at: minute(10) }),
        "recorded: aware at 09:10, as you say",
    );
    let moment = Moment { at: minute(10), said_by: Some("dev".into()) };
    assert_eq!(room.incident().moments.get(&Which::Aware), Some(&moment));
    let past = Command::FollowUp { assignee: "dev".into(), due: minute(10), text: words("x") };
    check(room.says("dev", past), "the date of a follow-up must come after now.");
    let stranger = Command::FollowUp { assignee: "eve".into(), due: minute(20), text: words("x") };
    says(room.says("dev", stranger), "I don't know “eve”.");
    check(
        room.says("dev", approval::Command::Approve { reason: None, revision: None }),
        "INC-1 is an incident; that needs an approval.",
    );
    says(room.says("engine", Command::Acknowledge), "I don't know you");
}

#[test]
fn no_length_of_words_tells_whether_there_is_something_to_be_let_in_to() {
    let wanted = Opening { restricted: true, ..wanted(Severity::Sev2) };
    let (mut room, _) = Room::try_open("dev", &wanted).expect("everybody may open");
    let long = every_case::Command::AskIn { text: "x".repeat(2 * TEXT_AT_MOST) };
    room.ask("maya", long).expect("it is taken, as where there is no such case");
    let asked_in = |event: &_| match event {
        crate::domain::Event::Case(every_case::Event::AskedIn { text, .. }) => Some(text.len()),
        _ => None,
    };
    let Some((_, last)) = room.ledger.last() else { panic!("it is recorded") };
    assert_eq!(asked_in(last), Some(TEXT_AT_MOST), "{last:?}");
}
