//! From raised to ruled: whose it is at each step, and that taking it is shown and never the clock.

use super::*;

fn take() -> Command {
    Command::Take
}

#[test]
fn each_step_is_owed_by_those_who_must_work_on_it() {
    let mut room = Room::raised("one-reader");
    assert_eq!(room.waiting(0, Duty::TriageException), ["dev", "lena"]);
    assert!(room.ask(5, "priya", Command::Triage { class: None }).is_err());
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    assert_eq!(room.exception().state, ExceptionState::WithSpecialist, "its class asks for one");
    assert_eq!(room.waiting(10, Duty::Recommend), ["priya", "tomas", "anika"]);
    assert!(room.ask(11, "greta", Command::Grant(until(DAY))).is_err(), "nobody has recommended");
    room.ask(20, "tomas", recommend(Advice::Refuse)).unwrap();
    assert_eq!(room.waiting(20, Duty::RuleException), ["greta", "henrik", "ines"]);
    // A recommendation rules on nothing: whoever rules may see it otherwise.
    let plain = Wanted { control: WantedControl::default(), ..until(DAY) };
    room.ask(30, "henrik", Command::Grant(plain)).unwrap();
    assert!(in_force(room.exception(), at(30)));
    assert!(room.case().open_obligations().next().is_none());
}

#[test]
fn taking_it_is_shown_ends_by_itself_and_moves_no_clock() {
    let mut room = Room::raised("late-report");
    let due = room.case().owed(Duty::TriageException).map(|it| it.terms.due);
    assert!(room.ask(5, "arjun", take()).is_err(), "only those whose answer it is");
    room.ask(5, "dev", take()).unwrap();
    assert_eq!(room.exception().taken_by(at(64)).map(|lease| lease.by.as_str()), Some("dev"));
    assert_eq!(room.exception().taken_by(at(65)), None, "an hour, and no longer");
    assert_eq!(room.case().owed(Duty::TriageException).map(|it| it.terms.due), due);
    // Taken over, and whoever had it hears of it.
    room.hush();
    room.ask(10, "lena", take()).unwrap();
    assert_eq!(room.told("exception/taken"), ["dev"]);
    assert!(room.ask(11, "dev", Command::HandBack { reason: None }).is_err(), "it is lena's now");
    room.ask(12, "lena", Command::HandBack { reason: None }).unwrap();
    assert_eq!(room.exception().lease, None);
    room.ask(20, "dev", take()).unwrap();
    room.wake(80);
    assert_eq!(room.exception().lease, None, "the time has passed");
    assert!(room.case().owed(Duty::TriageException).is_some_and(Obligation::is_late), "and the clock went on");
}

#[test]
fn what_comes_back_is_for_those_who_must_work_on_it_and_not_for_whoever_sent_it() {
    let mut room = Room::raised("late-report");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    room.ask(20, "arjun", take()).unwrap();
    let role = Some(RoleId::from("model-risk"));
    room.ask(25, "arjun", Command::AskSpecialist { role, question: None }).unwrap();
    assert_eq!(room.exception().lease, None, "he has nothing to do with it now");
    room.ask(30, "priya", Command::SendBack { reason: "not ours".to_owned() }).unwrap();
    assert_eq!(room.waiting(30, Duty::RuleException), ["arjun", "sofia"]);
    assert_eq!(room.exception().lease, None, "and no claim on it");
    room.ask(31, "sofia", Command::Grant(until(DAY))).unwrap();
}

#[test]
fn whoever_raised_or_recommended_does_not_rule() {
    // Arjun rules on such; here he has raised one himself.
    let mut room = Room::raised("late-report");
    let crate::domain::Body::Exception(exception) = &mut room.case.as_mut().unwrap().body else { panic!() };
    exception.raised_by = p("arjun");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    assert_eq!(room.waiting(10, Duty::RuleException), ["sofia"]);
    assert!(room.ask(20, "arjun", Command::Grant(until(DAY))).is_err());
    assert!(room.ask(20, "arjun", refuse()).is_err());
    // Sofia recommends, so nobody of command is left but the asker; a duty is never owed by nobody it could be told to.
    let role = Some(RoleId::from("command"));
    room.ask(30, "sofia", Command::AskSpecialist { role, question: None }).unwrap();
    room.ask(40, "sofia", recommend(Advice::Grant)).unwrap();
    assert!(room.ask(50, "sofia", Command::Grant(until(DAY))).is_err());
    assert!(room.ask(50, "arjun", Command::Grant(until(DAY))).is_err());
    assert!(!in_force(room.exception(), at(50)));
}
