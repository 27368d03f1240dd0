//! Who may rule, for how long, and how often it may be renewed.

use super::*;

#[test]
fn no_grant_is_longer_than_its_class_allows() {
    for (minutes, fits) in [(7 * DAY + 20, true), (7 * DAY + 21, false), (20, false), (0, false)] {
        let mut room = Room::raised("late-report");
        room.ask(10, "dev", Command::Triage { class: None }).unwrap();
        let ruled = room.ask(20, "arjun", Command::Grant(until(minutes)));
        assert_eq!(ruled.is_ok(), fits, "{minutes}: {ruled:?}");
        assert_eq!(in_force(room.exception(), at(20)), fits);
    }
}

#[test]
fn a_control_is_named_where_the_class_asks_for_one() {
    let mut room = Room::raised("late-report");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    let without = Wanted { control: WantedControl::default(), ..until(DAY) };
    assert!(room.ask(20, "arjun", Command::Grant(without)).is_err());
    let rarely = WantedControl { every: Some(Span::days(2)), ..until(DAY).control };
    assert!(room.ask(20, "arjun", Command::Grant(Wanted { control: rarely, ..until(DAY) })).is_err());
    let often = WantedControl { every: Some(Span::hours(6)), holder: Some("model-risk".into()), ..until(DAY).control };
    room.ask(20, "arjun", Command::Grant(Wanted { control: often, ..until(DAY) })).unwrap();
    assert_eq!(room.waiting(20, Duty::ProveControl), ["priya", "tomas", "anika"]);
    assert_eq!(room.case().owed(Duty::ProveControl).map(|it| it.terms.due), Some(at(20 + 6 * HOUR)));
}

#[test]
fn without_an_end_only_by_the_authority_that_its_class_names() {
    let open = || Wanted { until: None, control: WantedControl::default(), reason: "for good".to_owned() };
    let mut room = Room::raised("late-report");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    assert!(room.ask(20, "arjun", Command::Grant(open())).is_err(), "its class always ends");
    let mut room = Room::raised("one-reader");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    room.ask(20, "priya", recommend(Advice::Grant)).unwrap();
    assert!(room.ask(30, "greta", Command::Grant(open())).is_err(), "greta rules, and only with an end");
    room.ask(30, "henrik", Command::Grant(open())).unwrap();
    assert!(in_force(room.exception(), at(400 * DAY)));
    assert_eq!(room.case().wake(), None, "nothing is left to be said of it");
    room.ask(40, "greta", Command::Close { text: "revoked".to_owned() }).unwrap();
    assert!(!in_force(room.exception(), at(40)));
}

#[test]
fn a_renewal_is_a_ruling_of_its_own_within_the_cap_and_past_it_the_next_roles() {
    let mut room = Room::granted();
    // Whoever raised it asks; whoever rules, renews.
    assert!(room.ask(DAY, "maya", Command::Renew(until(4 * DAY))).unwrap().starts_with("asked for"));
    assert!(room.ask(DAY, "jonas", Command::Renew(until(4 * DAY))).is_err(), "asked for already");
    assert_eq!(room.waiting(DAY, Duty::RuleException), ["arjun", "sofia"]);
    assert!(room.ask(DAY, "maya", Command::Grant(until(4 * DAY))).is_err(), "the asker doesn't rule");
    room.ask(DAY, "sofia", Command::Grant(until(4 * DAY))).unwrap();
    let grants = room.exception().grants.clone();
    assert_eq!(grants.iter().map(|grant| grant.until).collect::<Vec<_>>(), [Some(at(2 * DAY)), Some(at(4 * DAY))]);
    assert_eq!(grants[1].asked, Some(p("maya")));
    assert_eq!(room.exception().stretches.len(), 1, "in force without a break");
    // The cadence goes on over the renewal.
    room.ask(DAY + 20, "dev", prove()).unwrap();
    room.ask(2 * DAY + 10, "dev", prove()).unwrap();
    // Once is the cap: the next one is governance's.
    room.ask(3 * DAY - HOUR, "maya", Command::Renew(until(6 * DAY))).unwrap();
    assert_eq!(room.waiting(3 * DAY - HOUR, Duty::RuleException), ["greta"]);
    assert!(room.ask(3 * DAY - HOUR, "arjun", Command::Grant(until(6 * DAY))).is_err());
    room.ask(3 * DAY - HOUR, "greta", Command::Grant(until(6 * DAY))).unwrap();
    assert_eq!(room.exception().renewals(), 2);
    // A class without a next role has an end.
    let mut room = Room::raised("one-reader");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    room.ask(20, "priya", recommend(Advice::Grant)).unwrap();
    let plain = || Wanted { control: WantedControl::default(), ..until(DAY) };
    room.ask(30, "greta", Command::Grant(plain())).unwrap();
    assert!(room.ask(40, "maya", Command::Renew(plain())).is_err());
}

#[test]
fn an_expired_one_is_renewed_by_a_ruling_and_never_by_asking() {
    let mut room = Room::granted();
    room.ask(DAY, "dev", prove()).unwrap();
    room.wake(2 * DAY);
    room.ask(2 * DAY + 5, "maya", Command::Renew(until(3 * DAY))).unwrap();
    assert!(room.case().owed(Duty::AnswerExpiry).is_none(), "she has answered");
    assert!(!in_force(room.exception(), at(2 * DAY + 5)));
    room.ask(2 * DAY + 10, "arjun", refuse()).unwrap();
    assert_eq!(room.waiting(2 * DAY + 10, Duty::AnswerExpiry), ["maya"], "something has to follow after all");
    room.ask(2 * DAY + 20, "arjun", Command::Renew(until(3 * DAY))).unwrap();
    let stretches = &room.exception().stretches;
    assert_eq!(stretches.last(), Some(&Stretch { from: at(2 * DAY + 20), to: None }));
    assert_eq!(stretches[0].to, Some(at(2 * DAY)), "the time between isn't made up for");
}

#[test]
fn what_is_to_be_corrected_is_owed_by_whoever_raised_it() {
    let mut room = Room::raised("late-report");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    room.ask(20, "arjun", Command::Correct { text: "make the report".to_owned() }).unwrap();
    assert!(!in_force(room.exception(), at(20)));
    assert_eq!(room.waiting(20, Duty::CorrectException), ["maya"]);
    assert!(room.ask(30, "arjun", Command::Grant(until(DAY))).is_err(), "it was ruled on");
    room.ask(30, "maya", Command::Close { text: "made".to_owned() }).unwrap();
    assert_eq!(room.case().open_obligations().count(), 0);
}

#[test]
fn a_ruling_and_a_proof_are_waived_by_nobody() {
    let mut room = Room::raised("late-report");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    room.ask(20, "arjun", Command::Grant(until(2 * DAY))).unwrap();
    let waive = |duty| Any::Waive { duty, reason: "x".to_owned() };
    assert!(room.ask(30, "greta", waive(Duty::ProveControl)).is_err());
    let mut raised = Room::raised("late-report");
    raised.ask(10, "dev", Command::Triage { class: None }).unwrap();
    assert!(raised.ask(20, "greta", waive(Duty::RuleException)).is_err());
    assert!(raised.case().owed(Duty::RuleException).is_some());
}
