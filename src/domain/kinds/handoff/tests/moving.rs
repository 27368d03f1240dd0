//! What moves, to whom, and what doesn't.

use super::*;

#[test]
fn everything_moves_at_one_moment_or_nothing_does() {
    let mut room = Room::default();
    let id = led(&mut room, 0, "arjun");
    let before = room.case(id).owed(Duty::Resolve).unwrap().clone();
    room.open(10, "arjun", offer(Scope::Case(id), "lena")).unwrap();
    assert_eq!(room.waiting(10, id, Duty::Resolve), ["arjun", "sofia"], "until it is accepted its giver holds it");
    assert_eq!(room.times("case.handed-over"), 0);

    let refused = room.ask(20, "lena", hof(1), Command::Accept(Accepting::default()));
    assert!(refused.is_err() && room.times("handoff.accepted") == 0, "nothing is said back, so nothing moves");

    room.ask(20, "lena", hof(1), accept(id)).unwrap();
    assert_eq!(room.waiting(20, id, Duty::Resolve), ["lena", "sofia"]);
    let after = room.case(id).owed(Duty::Resolve).unwrap();
    assert_eq!((&after.terms, after.opened, after.passed), (&before.terms, before.opened, before.passed));
    assert_eq!(room.case(id).seats_of(&p("lena")), [Label::from("lead")]);
    assert!(room.case(id).seats_of(&p("arjun")).is_empty());
    let moments: Vec<At> =
        room.events.iter().filter(|(_, it, _)| it.kind().contains("handed-over")).map(|(.., at)| *at).collect();
    assert!(moments.iter().all(|moment| *moment == at(20)) && moments.len() == 2, "{moments:?}");
    room.wake_all(21);
    assert_eq!(room.times("duty.moved"), 0, "what was handed over isn't told as moved again");
}

#[test]
fn what_the_receiver_may_not_decide_stays_with_the_giver() {
    let mut room = Room::default();
    let own = requested(&mut room, 0, "maya");
    let others = requested(&mut room, 0, "jonas");
    let to_maya = |giver: Option<&str>| match offer(role("model-risk", Some("credit")), "maya") {
        Opens::Handoff(opening) => Opens::Handoff(Opening { giver: giver.map(p), ..opening }),
        other => other,
    };
    assert!(room.open(10, "priya", to_maya(None)).is_err(), "the seat is her party's");
    room.open(10, "greta", to_maya(Some("priya"))).unwrap();
    assert_eq!(room.handoff(1).kept, [Kept { case: own, number: 1, duty: Duty::Decide }]);
    let next = Some(RoleId::from("governance"));
    let accepting = Accepting { first: Some(others), next, ..Accepting::default() };
    room.ask(20, "maya", hof(1), Command::Accept(accepting)).unwrap();
    assert_eq!(room.waiting(20, own, Duty::Decide), ["priya", "tomas", "anika"]);
    assert_eq!(room.waiting(20, others, Duty::Decide), ["maya", "tomas", "anika"]);
    // What she asks for later isn't hers to decide either, and nobody is asked in her place.
    let later = requested(&mut room, 30, "maya");
    assert_eq!(room.waiting(30, later, Duty::Decide), ["tomas", "anika"]);
}

#[test]
fn a_vote_that_was_given_stays_given() {
    let mut room = Room::default();
    let id = requested(&mut room, 0, "jonas");
    let vote = crate::domain::kinds::approval::Command::Approve { reason: None, revision: None };
    room.ask(5, "priya", id, All::Approval(vote.clone())).unwrap();
    room.open(10, "priya", offer(role("model-risk", Some("credit")), "henrik")).unwrap();
    room.ask(20, "henrik", hof(1), Command::Accept(Accepting::default())).unwrap();
    let owed = room.case(id).owed(Duty::Decide).unwrap();
    assert_eq!((owed.votes, owed.answers.as_slice()), (1, &[p("priya")][..]));
}

#[test]
fn whoever_is_refused_an_item_holds_it_and_somebody_owes_a_place_for_it() {
    let mut room = Room::default();
    let (first, second) = (led(&mut room, 0, "greta"), led(&mut room, 0, "greta"));
    room.open(10, "greta", leaving("greta", "sofia")).unwrap();
    let items: Vec<String> = room.handoff(1).items.iter().map(|item| item.what.called()).collect();
    assert_eq!(items, ["governance", "INC-1", "INC-2"]);
    assert!(room.handoff(1).items[0].only, "nobody else holds governance");
    room.ask(15, "sofia", hof(1), Command::Refuse { item: 3, reason: "mine before".to_owned(), cases: None }).unwrap();
    assert_eq!(room.waiting(15, hof(1), Duty::PlaceRefused), ["greta"]);
    room.ask(20, "sofia", hof(1), accept(first)).unwrap();
    assert_eq!(room.case(first).seats_of(&p("sofia")).len(), 1);
    assert!(room.case(second).seats_of(&p("sofia")).is_empty() && room.case(second).seats_of(&p("greta")).len() == 1);
    assert_eq!(*room.handoff(1).standing(3), Standing::Refused { by: p("sofia"), reason: "mine before".to_owned() });
}

#[test]
fn nobody_accepts_for_the_receiver_or_hands_over_what_is_others() {
    let mut room = Room::default();
    let id = led(&mut room, 0, "arjun");
    let foreign = Opens::Handoff(Opening {
        giver: Some(p("arjun")),
        ..match offer(Scope::Case(id), "lena") {
            Opens::Handoff(opening) => opening,
            _ => unreachable!("it is a handoff"),
        }
    });
    assert!(room.open(5, "dev", foreign.clone()).is_err(), "it isn't theirs");
    room.open(5, "greta", foreign).unwrap();
    for other in ["arjun", "greta", "sofia", "dev"] {
        assert!(room.ask(10, other, hof(1), accept(id)).is_err(), "{other}");
    }
    assert!(room.open(10, "arjun", offer(Scope::Case(id), "arjun")).is_err(), "to themselves");
    assert!(room.open(10, "tomas", offer(Scope::Case(id), "lena")).is_err(), "who holds nothing");
    assert!(room.open(10, "lena", offer(role("model-risk", None), "dev")).is_err(), "who isn't of the role");
}

#[test]
fn everybody_concerned_hears_once() {
    let mut room = Room::default();
    let id = led(&mut room, 0, "arjun");
    room.open(10, "arjun", offer(Scope::Case(id), "lena")).unwrap();
    room.notices.clear();
    room.ask(20, "lena", hof(1), accept(id)).unwrap();
    // Its giver, whoever opened it, who else holds it; not whoever accepted.
    let mut told = room.told("handoff/moved");
    told.sort();
    assert_eq!(told, ["arjun", "maya", "sofia"]);
}

#[test]
fn a_restricted_case_goes_by_a_handoff_of_its_own() {
    let mut room = Room::default();
    let mut opening = Incidents::example(&"credit".into(), &POLICY);
    (opening.severity, opening.title, opening.restricted) = (Severity::Sev2, "Insider".to_owned(), true);
    let hidden = room.open(0, "arjun", Opens::Incident(opening)).unwrap();
    let seat = incident::Command::TakeSeat { seat: incident::SeatName::Lead, person: Some(p("arjun")) };
    room.ask(0, "arjun", hidden, All::Incident(seat)).unwrap();
    let open = led(&mut room, 0, "arjun");
    assert!(room.open(10, "arjun", leaving("arjun", "elena")).is_err(), "his seat is his party's");
    room.open(10, "greta", leaving("arjun", "elena")).unwrap();
    let all = &room.handoff(1).items;
    assert!(all.iter().all(|item| item.what.called() != hidden.to_string()), "{all:?}");
    assert!(room.handoff(1).brief.cases.iter().all(|it| it.case != hidden));
    assert!(!room.case(hof(1)).restricted && room.case(hof(2)).restricted);
    assert_eq!(room.case(hof(2)).title, "A restricted case");
    let people = |room: &Room| room.case(hidden).is_visible_to(&p("elena"), &room.people(at(15)));
    assert!(!people(&room), "not before it is accepted");
    assert!(!room.case(hof(2)).is_visible_to(&p("maya"), &room.people(at(15))));
    room.ask(20, "elena", hof(1), accept(open)).unwrap();
    assert!(room.case(hidden).seats_of(&p("elena")).is_empty(), "it goes by its own");
    room.ask(20, "elena", hof(2), Command::Accept(Accepting::default())).unwrap();
    assert!(people(&room));
    let named = room.events.iter().filter(|(id, ..)| *id == hof(1));
    let text: String = named.map(|(_, event, _)| serde_json::to_string(event).unwrap()).collect();
    assert!(!text.contains(&hidden.to_string()) && !text.contains("Insider"), "{text}");
}

#[test]
fn it_is_taken_by_those_who_may_and_somebody_else_reviews_it() {
    let mut room = Room::default();
    let id = led(&mut room, 0, "dev");
    let take = |by: &str| {
        let scope = Scope::Case(id);
        let reason = Some(format!("{by} is needed"));
        Opens::Handoff(Opening {
            scope,
            giver: None,
            to: None,
            to_party: None,
            reason,
            takes: true,
            asked_by: None,
            cases: None,
        })
    };
    assert!(room.open(5, "maya", take("maya")).is_err(), "no right to it");
    room.open(5, "greta", take("greta")).unwrap();
    assert_eq!(room.handoff(1).state, HandoffState::Taken);
    assert_eq!(room.case(id).seats_of(&p("greta")), [Label::from("lead")]);
    let review = || Command::ReviewTake { text: "it was right".to_owned() };
    assert!(room.ask(6, "greta", hof(1), review()).is_err(), "not by whoever took it");
    assert!(room.told("handoff/taken").contains(&"dev".to_owned()));
}

#[test]
fn nobody_comes_into_a_vote_by_a_case() {
    let mut room = Room::default();
    let id = requested(&mut room, 0, "jonas");
    let take = Opens::Handoff(Opening {
        giver: Some(p("priya")),
        takes: true,
        to: None,
        reason: Some("nobody answers".to_owned()),
        ..match offer(Scope::Case(id), "arjun") {
            Opens::Handoff(opening) => opening,
            _ => unreachable!("it is a handoff"),
        }
    });
    assert!(room.open(5, "arjun", take).is_err(), "it is no role of theirs");
    assert!(room.open(5, "priya", offer(Scope::Case(id), "lena")).is_err(), "nor by an offer");
    assert_eq!(room.waiting(5, id, Duty::Decide), ["priya", "tomas", "anika"]);
    room.open(5, "priya", offer(Scope::Case(id), "tomas")).unwrap();
    room.ask(
        6,
        "tomas",
        hof(1),
        Command::Accept(Accepting { first: Some(id), next: Some("governance".into()), ..Accepting::default() }),
    )
    .unwrap();
    assert_eq!(room.waiting(6, id, Duty::Decide), ["tomas", "anika"]);
}

#[test]
fn a_party_hands_over_its_seats_once_the_other_has_shown_that_it_knows() {
    let mut room = Room::default();
    let mut opening = Incidents::example(&"credit".into(), &POLICY);
    (opening.severity, opening.title) = (Severity::Sev1, "Wrong limits".to_owned());
    let id = room.open(0, "maya", Opens::Incident(opening.clone())).unwrap();
    assert_eq!(room.waiting(0, id, Duty::Contain), ["ravi", "elena"]);
    let due = room.case(id).owed(Duty::Contain).unwrap().terms.due;
    let lead = incident::Command::TakeSeat { seat: incident::SeatName::Lead, person: Some(p("ravi")) };
    room.ask(0, "ravi", id, All::Incident(lead)).unwrap();
    let exit = |by: &str, to_party: &str| {
        let scope = Scope::Workflow { workflow: "credit".into(), party: "vendor".into() };
        let (giver, to_party) = (Some(p(by)), Some(to_party.to_owned()));
        let (to, reason, takes, asked_by, cases) = (None, None, false, None, None);
        Opens::Handoff(Opening { scope, giver, to, to_party, reason, takes, asked_by, cases })
    };
    assert!(room.open(5, "jonas", exit("jonas", "client")).is_err(), "the vendor's seats aren't the client's to give");
    assert!(room.open(5, "ravi", exit("ravi", "client")).is_err(), "a party's seats are no single member's to give");
    assert!(room.open(5, "greta", exit("ravi", "regulator")).is_err(), "nobody takes over for a party without a role");
    assert!(room.open(5, "greta", exit("ravi", "vendor")).is_err(), "nor does the party itself");
    let Opens::Handoff(to_one) = exit("ravi", "client") else { unreachable!("it is a handoff") };
    let to_one = Opening { to: Some(Receiver::Person(p("elena"))), to_party: None, ..to_one };
    assert!(room.open(5, "greta", Opens::Handoff(to_one)).is_err(), "what a whole party holds is no single person's");
    room.open(5, "greta", exit("ravi", "client")).unwrap();
    let accept = || Command::Accept(Accepting { first: Some(id), ..Accepting::default() });
    assert!(room.ask(10, "jonas", hof(1), accept()).is_err(), "nothing was shown by use");
    let prove = |item, on| Command::Prove { item, on, text: "did it".to_owned(), cases: None };
    assert!(room.ask(10, "jonas", hof(1), prove(1, None)).is_err(), "words alone show nothing");
    assert!(room.ask(10, "jonas", hof(1), prove(1, Some(id))).is_err(), "they did nothing there");
    let page = incident::Command::Page { role: "product".into(), reason: "look at it".to_owned() };
    room.ask(10, "dev", id, All::Incident(page)).unwrap();
    assert!(room.ask(10, "jonas", hof(1), prove(1, Some(id))).is_err(), "nobody answered it yet");
    room.ask(11, "jonas", id, All::Incident(incident::Command::AnswerPage)).unwrap();
    assert!(room.ask(11, "maya", hof(1), prove(1, Some(id))).is_err(), "another one of them answered it");
    for item in [1, 2] {
        room.ask(12, "jonas", hof(1), prove(item, Some(id))).unwrap();
    }
    assert!(room.ask(12, "jonas", hof(1), prove(3, Some(id))).is_err());
    room.ask(20, "jonas", hof(1), accept()).unwrap();
    assert_eq!(room.waiting(20, id, Duty::Contain), ["maya", "jonas"]);
    assert!(room.case(id).seats_of(&p("ravi")).is_empty(), "what its people hold themselves goes along");
    assert_eq!(room.case(id).seats_of(&p("jonas")), [Label::from("lead")]);
    assert_eq!(room.case(id).owed(Duty::Contain).unwrap().terms.due, due);
    let later = room.open(30, "maya", Opens::Incident(opening)).unwrap();
    assert_eq!(room.waiting(30, later, Duty::Contain), ["maya", "jonas"]);
}

#[test]
fn the_role_that_takes_over_for_a_party_hands_over_for_it_too() {
    let mut policy = POLICY.clone();
    policy.handoffs.receivers.insert("vendor".into(), "engineering".into());
    let mut room = Room { policy: Some(policy), ..Room::default() };
    let scope = Scope::Workflow { workflow: "credit".into(), party: "vendor".into() };
    let Opens::Handoff(opening) = offer(scope, "maya") else { unreachable!("it is a handoff") };
    let opening = Opening { giver: Some(p("ravi")), to: None, to_party: Some("client".to_owned()), ..opening };
    assert!(room.open(5, "jonas", Opens::Handoff(opening.clone())).is_err(), "not for another party");
    room.open(5, "ravi", Opens::Handoff(opening)).unwrap();
}

#[test]
fn a_right_on_one_workflow_hands_over_nothing_of_another() {
    let mut policy = POLICY.clone();
    policy.workflows.get_mut(&WorkflowId::from("claims")).unwrap().may.hand_over =
        Some(vec!["triage".into(), "governance".into()]);
    let mut room = Room { policy: Some(policy), ..Room::default() };
    let on_credit = led(&mut room, 0, "maya");
    let mut opening = Incidents::example(&"claims".into(), &POLICY);
    (opening.severity, opening.title) = (Severity::Sev2, "Wrong triage".to_owned());
    let on_claims = room.open(0, "maya", Opens::Incident(opening)).unwrap();
    let seat = incident::Command::TakeSeat { seat: incident::SeatName::Lead, person: Some(p("maya")) };
    room.ask(0, "maya", on_claims, All::Incident(seat)).unwrap();
    let of_maya = |scope: Scope| match offer(scope, "lena") {
        Opens::Handoff(opening) => Opens::Handoff(Opening { giver: Some(p("maya")), ..opening }),
        other => other,
    };
    // She leads a case on another workflow, and her role counts everywhere.
    assert!(room.open(5, "dev", leaving("maya", "lena")).is_err());
    assert!(room.open(5, "dev", of_maya(Scope::Case(on_credit))).is_err());
    assert!(room.open(5, "dev", of_maya(role("product", None))).is_err());
    assert!(room.open(5, "dev", of_maya(role("product", Some("credit")))).is_err());
    room.open(5, "dev", of_maya(Scope::Case(on_claims))).unwrap();
    room.open(5, "dev", of_maya(role("product", Some("claims")))).unwrap();
    room.open(5, "greta", leaving("maya", "lena")).unwrap();
}

#[test]
fn a_seat_that_was_held_for_too_long_is_asked_for_once_and_handing_over_answers_it() {
    let mut room = Room::default();
    let id = led(&mut room, 0, "arjun");
    let relieve = || {
        let (seat, person, since) = (Label::from("lead"), p("arjun"), at(0));
        All::from(Any::Relieve { seat, person, since })
    };
    assert!(room.ask(12 * HOUR, "arjun", id, relieve()).is_err(), "only the bot asks that");
    room.ask_by(12 * HOUR, Actor::Engine, id, relieve()).unwrap();
    room.ask_by(12 * HOUR, Actor::Engine, id, relieve()).unwrap();
    assert_eq!(room.case(id).open_obligations().filter(|it| it.duty == Duty::HandOverLead).count(), 1);
    room.open(12 * HOUR, "arjun", offer(Scope::Case(id), "sofia")).unwrap();
    room.ask(12 * HOUR, "sofia", hof(1), accept(id)).unwrap();
    assert!(room.case(id).owed(Duty::HandOverLead).is_none(), "it isn't handed over, it is answered");
    room.ask_by(13 * HOUR, Actor::Engine, id, relieve()).unwrap();
    assert!(room.case(id).owed(Duty::HandOverLead).is_none(), "they don't sit there any more");
}
