//! A seat answers once, whoever sits in it.

use super::*;

#[test]
fn a_deputy_answers_in_the_givers_seat_and_that_seat_answers_once() {
    let mut room = Room::new();
    room.delegations = vec![away(1, "dev", Some("tess"), 60)];
    room.request("maya", "two").unwrap();
    assert_eq!(room.told("asked"), ["tess", "lena"]);
    room.ask(5, "tess", approve()).unwrap();
    assert_eq!(room.approval().votes[0].stands_in_for, Some(p("dev")));
    // Dev is back, and would be the second answer from one seat.
    room.delegations.clear();
    let twice = room.ask(61, "dev", approve()).unwrap_err();
    assert_eq!(twice.to_string(), "tess answered APR-1 in your seat while standing in for you. That answer stands.");
    assert_eq!(room.waiting(61), ["lena"]);
}

#[test]
fn a_seat_that_answered_is_not_handed_on() {
    let mut room = Room::asked("two");
    room.ask(5, "dev", approve()).unwrap();
    room.delegations = vec![away(1, "dev", Some("tess"), 600)];
    assert!(matches!(room.ask(6, "tess", approve()).unwrap_err(), Refusal::NotYours { .. }));
    assert_eq!(room.waiting(6), ["lena"]);
}

#[test]
fn a_deputy_hears_of_what_is_open_unless_the_seat_has_answered() {
    let mut room = Room::asked("two");
    room.delegations = vec![away(1, "dev", Some("tess"), 600)];
    room.wake_at(at(1));
    assert_eq!(room.told("moved"), ["tess"]);
    assert_eq!(room.case().owed(Duty::Decide).unwrap().held_by, ["tess", "lena"].map(p));
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    room.delegations = vec![away(1, "dev", Some("tess"), 600)];
    room.wake_at(at(2));
    assert_eq!(room.told("moved"), [""; 0]);
}

#[test]
fn nobody_decides_from_the_requesters_seat() {
    let mut room = Room::new();
    room.delegations = vec![Delegation { roles: vec![r("model-risk")], ..away(1, "maya", Some("tess"), 600) }];
    room.request("maya", "two").unwrap();
    assert_eq!(room.waiting(0), ["dev", "lena"], "Tess would sit there for Maya");
    assert!(matches!(room.ask(1, "tess", approve()).unwrap_err(), Refusal::NotYours { .. }));
    assert!(room.approval().votes.is_empty());
}

#[test]
fn who_spoke_through_a_deputy_does_not_speak_again_in_the_next_stage() {
    let mut room = Room::new();
    // Lena sits in both stages; Omar keeps her seat in the first.
    room.delegations = vec![away(1, "lena", Some("omar"), 30)];
    room.request("maya", "two").unwrap();
    room.ask(1, "dev", approve()).unwrap();
    room.ask(2, "omar", approve()).unwrap();
    room.delegations.clear();
    assert_eq!(room.waiting(40), ["nia", "olga"]);
    assert!(room.ask(40, "lena", approve()).is_err());
    assert!(room.ask(40, "omar", approve()).is_err());
    assert_eq!(room.approval().word(), "requested");
}

#[test]
fn a_deputy_who_has_a_seat_of_their_own_answers_once() {
    let mut room = Room::new();
    room.delegations = vec![away(1, "dev", Some("lena"), 600)];
    room.request("maya", "two").unwrap();
    room.ask(1, "lena", approve()).unwrap();
    assert_eq!(room.ask(2, "lena", approve()).unwrap_err(), Refusal::AnsweredAlready(apr(1)));
    assert_eq!(room.approval().word(), "requested");
    assert_eq!(room.waiting(2), ["dev"], "the seat goes back to its giver rather than be nobody's");
}
