//! Whether it is in force: never in doubt, and the same wherever it is asked.

use super::*;

/// A minute's part: what happens just before and just after a moment.
const LITTLE: Span = Span(1);

#[test]
fn only_what_is_granted_is_in_force_and_only_until_its_end() {
    let room = Room::granted();
    let granted = room.exception();
    let (from, end) = (at(20), at(2 * DAY));
    for (moment, expected) in [
        (from - LITTLE, false),
        (from, true),
        (from + LITTLE, true),
        (end - LITTLE, true),
        (end, false),
        (end + LITTLE, false),
        (At(i64::MIN), false),
        (At(i64::MAX), false),
    ] {
        assert_eq!(in_force(granted, moment), expected, "{moment:?}");
        for state in ExceptionState::ALL.into_iter().filter(|state| *state != ExceptionState::Granted) {
            let other = Exception { state, ..granted.clone() };
            assert!(!in_force(&other, moment), "{state:?}");
        }
    }
    assert!(!in_force(&Exception { grants: Vec::new(), ..granted.clone() }, from), "granted by nobody");
    let mut open = granted.clone();
    open.grants[0].until = None;
    assert!(in_force(&open, At(i64::MAX)) && !in_force(&open, from - LITTLE));
}

/// The bot may come late with saying so; whoever asks meanwhile hears how it is.
#[test]
fn what_has_run_out_is_shown_as_expired_before_the_bot_has_said_so() {
    let room = Room::granted();
    let (exception, end) = (room.exception(), at(2 * DAY));
    for (moment, state, word) in
        [(end - LITTLE, "granted", true), (end, "expired", false), (end + LITTLE, "expired", false)]
    {
        assert_eq!(room.case().state_at(moment), state);
        assert_eq!(exception.nature(moment).contains(&"in force".to_owned()), word);
        let counted = exception.counted(room.case(), at(0), moment + LITTLE);
        let stands = counted.iter().find(|it| it.what == "in force").map(|it| it.times);
        assert_eq!(stands, Some(u64::from(word)), "the digest as of {moment:?}");
        assert_eq!(in_force(exception, moment), word);
    }
}

#[test]
fn at_its_end_it_is_out_of_force_and_somebody_owes_what_follows() {
    let mut room = Room::granted();
    room.ask(DAY, "dev", prove()).unwrap();
    room.wake(2 * DAY - 1);
    assert_eq!(room.exception().state, ExceptionState::Granted);
    room.hush();
    // The bot was down, and comes an hour late: it ended when that was agreed.
    room.wake_at(at(2 * DAY + HOUR));
    let exception = room.exception();
    assert_eq!(exception.state, ExceptionState::Expired);
    assert_eq!(exception.stretches, [Stretch { from: at(20), to: Some(at(2 * DAY)) }]);
    assert_eq!(exception.grants[0].until, Some(at(2 * DAY)), "what was agreed stands");
    assert_eq!(room.told("exception/expired"), ["maya", "dev", "lena", "greta"]);
    assert_eq!(room.waiting(2 * DAY + HOUR, Duty::AnswerExpiry), ["maya"]);
    assert!(room.case().owed(Duty::ProveControl).is_none());
    // What nobody answers is not in force by that.
    room.wake(5 * DAY);
    assert!(!in_force(room.exception(), at(5 * DAY)));
}

#[test]
fn of_its_end_people_are_warned_whenever_it_is_due_and_not_yet_said() {
    let mut room = Room::granted();
    room.wake(DAY - 1);
    assert!(room.told("exception/expiry-near").is_empty());
    room.wake(DAY);
    assert_eq!(room.told("exception/expiry-near"), ["maya", "dev", "lena", "greta"]);
    room.hush();
    room.wake(2 * DAY - 2 * HOUR);
    assert_eq!(room.told("exception/expiry-near").len(), 4, "the second warning");
    // After downtime one warning and not two, and none of what has passed.
    let mut late = Room::granted();
    late.wake_at(at(2 * DAY - HOUR));
    assert_eq!(late.told("exception/expiry-near").len(), 4);
    assert_eq!(late.exception().warned, 2);
    let mut too_late = Room::granted();
    too_late.wake_at(at(2 * DAY));
    assert!(too_late.told("exception/expiry-near").is_empty(), "it is over, and nothing is ahead");
}

#[test]
fn a_control_that_nobody_shows_takes_it_out_of_force_and_only_a_ruling_brings_it_back() {
    let mut room = Room::granted();
    room.ask(DAY, "dev", prove()).unwrap();
    assert!(room.case().owed(Duty::ProveControl).is_none(), "the next proof would be due when it has ended");
    let mut room = Room::raised("late-report");
    room.ask(10, "dev", Command::Triage { class: None }).unwrap();
    room.ask(20, "arjun", Command::Grant(until(5 * DAY))).unwrap();
    assert_eq!(room.waiting(20, Duty::ProveControl), ["dev", "lena"]);
    room.ask(20 + DAY / 2, "lena", prove()).unwrap();
    let next = room.case().owed(Duty::ProveControl).map(|it| it.terms.due);
    assert_eq!(next, Some(at(20 + DAY / 2 + DAY)), "two proofs are never further apart than that");
    room.hush();
    room.wake(20 + DAY / 2 + DAY);
    assert_eq!(room.exception().state, ExceptionState::Suspended);
    assert!(!in_force(room.exception(), at(20 + DAY / 2 + DAY)));
    assert_eq!(room.told("exception/suspended"), ["maya", "arjun", "sofia", "dev", "lena", "greta"]);
    let lift = || Command::Lift { reason: "it works".to_owned() };
    assert!(room.ask(3 * DAY, "arjun", lift()).is_err(), "the proof is still missing");
    room.ask(3 * DAY, "dev", prove()).unwrap();
    assert!(!in_force(room.exception(), at(3 * DAY)), "a proof lifts nothing");
    assert!(room.ask(3 * DAY, "maya", lift()).is_err(), "lifting is a ruling");
    room.ask(3 * DAY + 1, "sofia", lift()).unwrap();
    assert!(in_force(room.exception(), at(3 * DAY + 1)));
    let gap = [Stretch { from: at(20), to: Some(at(20 + DAY / 2 + DAY)) }, Stretch { from: at(3 * DAY + 1), to: None }];
    assert_eq!(room.exception().stretches, gap);
    let counted = room.exception().counted(room.case(), at(0), at(4 * DAY));
    let lasted = counted.iter().find(|it| it.what == "in force").map(|it| it.lasted);
    assert_eq!(lasted, Some(Span::minutes(DAY / 2 + DAY + DAY - 1)), "the gap doesn't count");
}
