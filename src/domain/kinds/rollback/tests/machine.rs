//! A step that a machine does: what its answers count for.

use super::*;

fn done_says(text: &str) -> Called {
    Called::Done { text: words(text) }
}

fn no() -> Called {
    Called::Blocked { text: words("locked") }
}

fn failed() -> Called {
    Called::Failed { why: words("it answered 500"), again: Some(at(30)) }
}

impl Room {
    fn says(&mut self, minutes: i64, round: u32, called: Called) -> Result<String, Refusal> {
        self.ask_as(minutes, Actor::Engine, machine(round, called))
    }

    /// The round of the call that is wanted now.
    fn wanted(&self) -> Option<u32> {
        self.rollback().call_now(self.case()).map(|call| call.round)
    }
}

#[test]
fn called_again_it_is_the_same_call_and_an_answer_to_either_counts() {
    let mut room = Room::running();
    room.says(5, 1, failed()).unwrap();
    room.ask(6, "ravi", Command::CallAgain).unwrap();
    assert_eq!(room.wanted(), Some(1), "whoever is called knows it again");
    // The second try, which was under way meanwhile.
    room.says(6, 1, done_says("v6 serves")).unwrap();
    assert!(room.rollback().step(1).done.is_some());
    assert!(room.says(7, 1, done_says("v6 serves")).is_err(), "and it counts once");
}

#[test]
fn after_a_no_it_is_another_call_and_what_was_done_is_done_all_the_same() {
    let mut room = Room::running();
    room.says(5, 1, no()).unwrap();
    assert_eq!(room.wanted(), None, "nobody is called any more, also where the first answer is a no");
    assert!(room.says(5, 1, no()).is_err(), "a no counts once");
    room.ask(6, "ravi", Command::CallAgain).unwrap();
    assert_eq!(room.wanted(), Some(2));
    assert!(room.says(7, 1, no()).is_err(), "the no to the first call");
    assert!(room.says(7, 1, failed()).is_err());
    assert!(room.says(7, 3, done_says("x")).is_err(), "nobody was called so often");
    assert_eq!(room.wanted(), Some(2));
    room.says(8, 1, done_says("it got through after all")).unwrap();
    assert!(room.rollback().step(1).done.is_some());
}

#[test]
fn said_by_hand_that_it_cannot_be_done_and_the_machine_did_it() {
    let mut room = Room::running();
    room.ask(5, "ravi", Command::StepBlocked { step: None, reason: words("the console is down") }).unwrap();
    assert_eq!(room.wanted(), None);
    room.says(6, 1, done_says("v6 serves")).unwrap();
    assert!(room.rollback().step(1).done.is_some());
}

#[test]
fn what_is_done_by_hand_no_machine_says_anything_of() {
    let mut room = Room::running();
    room.ask(5, "ravi", done()).unwrap();
    for called in [done_says("x"), no(), Called::Begun, failed()] {
        assert!(room.says(6, 1, called).is_err());
    }
    assert!(room.rollback().step(1).blocked.is_none());
    // Nobody but the bot says what a call came to.
    let mut room = Room::running();
    assert!(room.ask(5, "ravi", machine(1, done_says("x"))).is_err());
}
