//! Once it runs: steps in order, the point of no return, and what is left afterwards.

use super::*;

fn flight() -> Command {
    Command::InFlight { flight: Flight::Drained, text: words("41 calls") }
}

fn confirm() -> Command {
    Command::Confirm { outcome: Outcome::Recovered, text: words("scores are as before") }
}

#[test]
fn before_the_point_of_no_return_whoever_authorises_is_asked_again() {
    let mut room = Room::running();
    assert!(room.ask(5, "dev", done()).is_err(), "it is engineering's step");
    room.ask(5, "ravi", done()).unwrap();
    assert!(room.owed().contains(&Duty::AgreePoint) && !room.owed().contains(&Duty::DoStep));
    let said = room.refused(6, "dev", done());
    assert!(said.contains("/rollback agree-point RBK-1"), "{said}");
    assert!(room.ask(6, "maya", agree()).is_err(), "not by whoever proposed it");
    // However long nobody answers, it isn't agreed to.
    room.wake(600);
    assert!(room.rollback().step(2).agreed.is_none());
    room.ask(601, "greta", agree()).unwrap();
    room.ask(602, "dev", done()).unwrap();
    assert_eq!(room.rollback().next_step(), None);
}

#[test]
fn whoever_reports_a_step_twice_reports_it_once() {
    let mut room = Room::running();
    let first = || Command::StepDone { step: Some(1), text: None };
    room.ask(5, "ravi", first()).unwrap();
    let said = room.refused(5, "elena", first());
    assert!(said.contains("step 1 of RBK-1 is done already (Ravi,"), "{said}");
    room.ask(6, "greta", agree()).unwrap();
    assert!(room.rollback().step(2).done.is_none());
}

#[test]
fn an_old_form_agrees_to_no_other_step() {
    let mut room = Room::running();
    room.ask(5, "ravi", done()).unwrap();
    let of = |step| Command::AgreePoint { step: Some(step), reason: words("the copy is checked") };
    assert!(room.ask(6, "greta", of(1)).is_err());
    assert!(room.rollback().step(2).agreed.is_none());
    room.ask(6, "greta", of(2)).unwrap();
}

#[test]
fn a_law_that_begins_to_forbid_it_on_the_way_holds_the_next_step() {
    let mut room = Room::running();
    room.forbidden(5, 1, false);
    // What was done before is done.
    let said = room.ask(6, "ravi", done()).unwrap();
    assert!(said.contains("which a law forbids now"), "{said}");
    assert!(!room.owed().contains(&Duty::DoStep));
    let said = room.refused(7, "greta", agree());
    assert!(said.contains("/rollback alter-anyway RBK-1") && said.contains("INC-1"), "{said}");
    assert!(room.ask(7, "maya", anyway()).is_err(), "not by whoever proposed it");
    room.ask(8, "arjun", anyway()).unwrap();
    // There is no way back after it all the same, so that is asked for still.
    assert!(room.rollback().step(2).agreed.is_none() && !room.owed().contains(&Duty::DoStep));
    room.ask(9, "greta", agree()).unwrap();
    assert!(room.owed().contains(&Duty::DoStep));
}

#[test]
fn once_the_law_is_served_the_step_goes_on() {
    let mut room = Room::running();
    room.forbidden(5, 1, false);
    room.ask(6, "ravi", done()).unwrap();
    assert!(room.ask(7, "greta", agree()).is_err());
    room.releases = Releases::default();
    room.ask(8, "greta", agree()).unwrap();
    assert!(room.owed().contains(&Duty::DoStep));
}

#[test]
fn a_drill_that_has_begun_is_ended_by_no_other() {
    let mut room = Room::running();
    let other = CaseId { number: 2, ..rbk() };
    let before = room.events.len();
    room.ask_as(5, Actor::Engine, Command::DrillHeld { case: Some(other) }).unwrap();
    assert_eq!((room.events.len(), room.rollback().state), (before, RollbackState::Running));
}

#[test]
fn a_machine_reports_a_step_as_a_person_does() {
    let mut room = Room::running();
    room.ask_as(5, Actor::Engine, Command::StepDone { step: Some(1), text: Some(words("ok")) }).unwrap();
    assert_eq!(room.rollback().step(1).done.unwrap().by, None);
    // And agrees to nothing.
    assert!(room.ask_as(6, Actor::Engine, agree()).is_err());
    assert!(room.ask_as(6, Actor::Engine, Command::StepDone { step: Some(2), text: None }).is_err());
}

#[test]
fn steps_go_in_order_and_a_skip_says_why_and_by_whom() {
    let mut room = Room::running();
    let second = Command::StepDone { step: Some(2), text: None };
    assert!(room.ask(5, "ravi", second).is_err());
    room.ask(5, "ravi", Command::StepBlocked { step: None, reason: words("the console is down") }).unwrap();
    assert!(room.owed().contains(&Duty::DoStep), "the clock goes on");
    let skip = || Command::StepSkipped { step: None, reason: words("there is no traffic") };
    assert!(room.ask(6, "ravi", skip()).is_err());
    room.ask(6, "arjun", skip()).unwrap();
    let skipped = room.rollback().step(1).skipped.unwrap();
    assert_eq!((skipped.by, skipped.text), (Some(p("arjun")), Some(words("there is no traffic"))));
}

#[test]
fn nobody_confirms_before_everything_is_answered() {
    let mut room = Room::running();
    room.ask(5, "ravi", done()).unwrap();
    room.ask(5, "greta", agree()).unwrap();
    room.ask(5, "dev", done()).unwrap();
    let said = room.refused(6, "dev", confirm());
    assert!(said.contains("look-back") && said.contains("source of truth"), "{said}");
    room.ask(6, "dev", flight()).unwrap();
    room.ask(7, "maya", Command::Downstream { system: None, goes_on: true, text: words("ten postings read") }).unwrap();
    assert!(
        room.ask(7, "maya", Command::Downstream { system: Some("letters".into()), goes_on: true, text: words("x") })
            .is_err()
    );
    room.ask(7, "ravi", Command::Downstream { system: None, goes_on: true, text: words("letters are right") }).unwrap();
    room.ask(8, "dev", Command::ConfirmSource { clean: true, text: words("alias is v6") }).unwrap();
    let look_back = |count| Command::LookBack { from: at(-60), to: at(0), count, text: words("model = v7") };
    room.ask(9, "dev", look_back(12)).unwrap();
    assert!(room.ask(10, "dev", confirm()).is_err(), "each of them says what they do about them");
    room.ask(11, "maya", Command::LookedAt { system: None, text: words("scored again") }).unwrap();
    room.ask(12, "ravi", Command::LookedAt { system: None, text: words("written again") }).unwrap();
    assert_eq!(room.owed(), [Duty::ConfirmRollback]);
    room.ask(13, "dev", confirm()).unwrap();
    assert_eq!((room.rollback().state, room.rollback().outcome), (RollbackState::Confirmed, Some(Outcome::Recovered)));
    let measured = room.rollback().measured(room.case());
    assert_eq!(measured.authorised, Some(at(2)));
    assert_eq!(measured.first_effect, Some(at(5)));
    assert_eq!((measured.took(), measured.is_in_time()), (Some(Span::minutes(13)), Some(true)));
    assert!(matches!(room.then.as_slice(), [Then::Bot(crate::domain::BotCommand::Freeze { .. })]));
}

#[test]
fn a_drill_holds_nothing_and_says_that_it_is_one() {
    let room = Room::proposed(true);
    assert!(room.case().title.starts_with("DRILL: "));
    assert_eq!(room.rollback().state, RollbackState::Proposed);
    assert_eq!(room.case().body.nature(at(0)), ["drill", "roll-back"]);
}

#[test]
fn abandoned_on_the_way_by_whoever_authorises_alone() {
    let mut room = Room::running();
    let abandon = || Command::Abandon { reason: words("it is the data") };
    assert!(room.ask(5, "maya", abandon()).is_err());
    room.ask(5, "arjun", abandon()).unwrap();
    assert_eq!(room.rollback().state, RollbackState::Abandoned);
    assert_eq!(room.rollback().outcome, None);
    assert_eq!(room.owed(), []);
}

/// A drill of which everything but its confirmation is answered; with its steps done, or skipped.
fn nearly_over(steps_are_done: bool) -> Room {
    let mut room = Room::proposed(true);
    for command in [tick(1), tick(2), compare(Way::Contain)] {
        room.ask(1, "dev", command).unwrap();
    }
    room.ask(2, "arjun", authorise(None)).unwrap();
    room.ask(3, "jonas", go(true)).unwrap();
    room.ask(3, "ravi", go(true)).unwrap();
    room.ask(4, "dev", start()).unwrap();
    let skip = || Command::StepSkipped { step: None, reason: words("not today") };
    match steps_are_done {
        true => {
            room.ask(5, "ravi", done()).unwrap();
            room.ask(5, "greta", agree()).unwrap();
            room.ask(5, "dev", done()).unwrap();
        }
        false => {
            room.ask(5, "arjun", skip()).unwrap();
            room.ask(5, "arjun", skip()).unwrap();
        }
    }
    room.ask(6, "dev", flight()).unwrap();
    for who in ["maya", "ravi"] {
        room.ask(7, who, Command::Downstream { system: None, goes_on: true, text: words("fine") }).unwrap();
    }
    room.ask(8, "dev", Command::ConfirmSource { clean: true, text: words("alias is v6") }).unwrap();
    let look_back = Command::LookBack { from: at(-60), to: at(0), count: 0, text: words("none") };
    room.ask(9, "dev", look_back).unwrap();
    let asked = Some(CaseId { number: 9, ..rbk() });
    let drilled = crate::domain::bot::releases::Drilled { since: at(-600), last: None, asked, said: None };
    room.releases.drills.insert("credit".into(), drilled);
    room
}

#[test]
fn a_drill_stands_for_the_one_that_was_due_and_a_restricted_one_is_not_named_there() {
    for restricted in [false, true] {
        let mut room = nearly_over(true);
        room.case.as_mut().unwrap().restricted = restricted;
        room.ask(10, "dev", confirm()).unwrap();
        let case = (!restricted).then(rbk);
        let held = Then::Case(CaseId { number: 9, ..rbk() }, Command::DrillHeld { case }.into());
        assert!(room.then.contains(&held), "{:?}", room.then);
    }
    // Where every step was skipped, the one that is due is still to be held.
    let mut room = nearly_over(false);
    room.ask(10, "dev", confirm()).unwrap();
    assert!(room.then.is_empty(), "{:?}", room.then);
}
