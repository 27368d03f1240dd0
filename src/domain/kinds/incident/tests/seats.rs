//! Who leads, who writes, who is called in.

use super::*;

#[test]
fn seats_are_taken_given_and_left() {
    let lead = SeatName::Lead;
    let seat = |person: Option<&str>| Command::TakeSeat { seat: lead, person: person.map(PersonId::from) };
    let mut room = Room::open(&wanted(Severity::Sev1));
    says(room.owed(), "fill-seat lead 20, fill-seat comms 20, fill-seat scribe 20");
    check(room.says("maya", seat(None)), "the lead seat of INC-1 is empty already.");
    says(room.says("maya", seat(Some("mayo"))), "I don't know “mayo”. Did you mean “maya”?");
    check(room.says("maya", seat(Some("ravi"))), "Ravi has the lead seat now");
    check(room.heard(), "case seat-taken, @ravi seat-taken");
    assert!(!room.owed().contains("fill-seat lead"));
    says(
        room.says("maya", seat(Some("maya"))),
        "ask Ravi: changing the lead seat of INC-1 is for whoever sits in it, and for the lead.",
    );
    check(room.says("ravi", seat(Some("ravi"))), "you have the lead seat of INC-1 already.");
    check(room.says("ravi", seat(Some("maya"))), "Maya has the lead seat now");
    check(room.says("arjun", seat(Some("arjun"))), "the lead seat is yours");
    room.pass(10);
    check(room.says("arjun", seat(None)), "the lead seat is empty now");
    says(room.owed(), "fill-seat lead 30");
}

#[test]
fn the_lead_may_take_every_step_but_acknowledge() {
    let mut room = Room::open(&Opening { impact: Impact::Unclear, ..wanted(Severity::Sev1) });
    room.says("maya", Command::TakeSeat { seat: SeatName::Lead, person: Some("maya".into()) });
    says(room.says("maya", Command::Acknowledge), "is for triage");
    for command in [
        Command::Assess { text: words("x") },
        Command::Update { text: words("x"), next: None },
        Command::Contain { text: words("x") },
        Command::Resolve { text: words("x") },
    ] {
        room.ask("maya", command).expect("the lead may");
    }
    says(room.says("maya", Command::AcceptReview { text: words("x"), drafted_from: None }), "is for command");
}

#[test]
fn a_page_calls_a_role_in_now() {
    let page = |role: &str| Command::Page { role: role.into(), reason: words("need the weights") };
    let mut room = Room::open(&wanted(Severity::Sev2));
    says(room.says("maya", page("enginering")), "Did you mean “engineering”?");
    says(room.says("maya", page("nobody")), "nobody holds nobody now");
    check(room.says("maya", page("engineering")), "paged Ravi, who answers by 09:15");
    check(room.heard(), "case paged, @ravi paged");
    assert!(room.told.iter().all(|notice| notice.not_before.is_none()), "a page waits for nothing");
    says(room.says("dev", Command::AnswerPage), "ask Ravi: the answer to the page on INC-1 is for engineering.");
    check(room.says("ravi", Command::AnswerPage), "your answer to the page is told");
    says(room.says("ravi", Command::AnswerPage), "nobody owes the answer to the page on INC-1 now");
    // Acknowledging answers a page as well.
    room.says("maya", page("triage"));
    room.says("dev", Command::Acknowledge);
    assert!(room.case.owed(Duty::AnswerPage).is_none());
}
