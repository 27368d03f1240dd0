//! A question to the requester, and whose clock runs meanwhile.

use super::*;

#[test]
fn a_question_pauses_the_clock_and_the_requester_is_the_one_nudged() {
    let mut room = Room::asked("two");
    room.hush();
    let reply = room.ask(30, "dev", question()).unwrap();
    assert_eq!(reply, "maya is asked; your clock is paused meanwhile");
    assert_eq!(room.told("question"), ["maya"]);
    assert_eq!(room.told_case("question"), 1);
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Paused);
    assert_eq!(room.ask(31, "lena", question()).unwrap_err(), Refusal::QuestionOpen(apr(1)));
    let other = Refusal::OnlyFor { case: apr(1), who: "maya".to_owned() };
    assert_eq!(room.ask(31, "lena", answer()).unwrap_err(), other);
    room.hush();
    assert_eq!(room.ask(90, "maya", answer()).unwrap(), "your answer is with dev");
    assert_eq!(room.told("question-answered"), ["dev", "lena"]);
    let decision = room.case().obligation(1).unwrap();
    assert_eq!((decision.state(), decision.paused, decision.terms.due), (State::Owed, Span::hours(1), at(180)));
    assert_eq!(room.case().obligation(2).unwrap().state(), State::Met);
    assert_eq!(room.ask(91, "maya", answer()).unwrap_err(), Refusal::NoQuestion(apr(1)));
}

#[test]
fn who_may_not_decide_may_not_ask() {
    let mut room = Room::asked("two");
    assert_eq!(room.ask(1, "maya", question()).unwrap_err(), Refusal::OwnRequest("dev or lena".to_owned()));
    assert!(matches!(room.ask(1, "tess", question()).unwrap_err(), Refusal::NotYours { .. }));
    let empty = Command::AskRequester { question: " ".to_owned() };
    assert!(matches!(room.ask(1, "dev", empty).unwrap_err(), Refusal::Missing(_)));
    assert!(room.case().owed(Duty::AnswerQuestion).is_none());
}

#[test]
fn a_question_that_the_path_gives_no_pause_for_lets_the_clock_go_on() {
    let mut room = Room::asked("reasoned");
    room.ask(30, "dev", question()).unwrap();
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Owed);
    // Nor where the pauses are used up, or the deadline has passed.
    let mut room = Room::asked("two");
    room.ask(121, "dev", question()).unwrap();
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Late);
    assert!(!room.approval().question.as_ref().unwrap().paused);
}

#[test]
fn who_has_answered_may_still_ask_and_is_not_moved_out_of_the_role() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    assert!(room.ask(2, "dev", question()).is_ok());
    room.ask(3, "maya", answer()).unwrap();
    assert_eq!(room.told("question-answered"), ["lena", "dev"]);
    room.wake(70);
    assert_eq!(room.case().owed(Duty::Decide).unwrap().held_by, ["dev", "lena"].map(p));
    assert_eq!(room.told_case("moved"), 0);
}

#[test]
fn only_the_decisions_deadline_ends_a_request() {
    let mut room = Room::new();
    let duty = Duty::AnswerQuestion;
    room.policy = policy_with("[[targets]]\nduty = \"answer-question\"\nwithin = \"30m\"\n");
    room.request("maya", "lapsing").unwrap();
    room.ask(0, "dev", question()).unwrap();
    assert_eq!(room.case().owed(duty).unwrap().holder, Holder::Person(p("maya")));
    room.wake(40);
    assert!(room.case().owed(duty).unwrap().is_late());
    assert_eq!(room.approval().word(), "requested");
}

#[test]
fn a_pause_for_another_reason_is_not_ended_by_the_answer() {
    let mut room = Room::asked("two");
    let hold = Any::Pause { duty: Some(Duty::Decide), reason: "a regulator's hold".to_owned() };
    room.ask(5, "dev", hold).unwrap();
    room.ask(6, "dev", question()).unwrap();
    room.ask(7, "maya", answer()).unwrap();
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Paused);
}

#[test]
fn an_answer_that_comes_late_is_the_requesters_lateness() {
    let mut room = Room::asked("two");
    room.ask(0, "dev", question()).unwrap();
    room.wake(4 * 60);
    let owed = room.case().owed(Duty::AnswerQuestion).unwrap();
    assert_eq!(owed.breach.as_ref().unwrap().attributed, Attribution::Requester, "and not their party's");
    assert_eq!(room.approval().word(), "requested");
}

#[test]
fn who_stands_in_for_the_requester_may_answer_the_question() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", question()).unwrap();
    room.delegations = vec![away(1, "maya", Some("tess"), 600)];
    room.ask(2, "tess", answer()).unwrap();
    assert_eq!(room.approval().question, None);
    assert!(room.ask(3, "tess", approve()).is_err(), "but decides nothing from there");
}

#[test]
fn a_decision_during_a_question_ends_both() {
    let mut room = Room::asked("reasoned");
    room.ask(1, "dev", question()).unwrap();
    room.ask(9, "lena", decline("no")).unwrap();
    assert_eq!(room.approval().question, None);
    assert_eq!(room.case().open_obligations().count(), 0);
    assert_eq!(room.case().obligation(2).unwrap().state(), State::Void);
}
