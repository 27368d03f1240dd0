//! How ill a case is, by its clocks alone.

use super::*;

/// The illness of an incident with one answer owed, so many minutes after it was opened.
#[test]
fn a_case_is_as_ill_as_the_worst_of_its_clocks() {
    let mut room = Room::default();
    // Resolved within ten hours: nudged at five and at eight, late at ten.
    let id = led(&mut room, 0, "arjun");
    room.ask(0, "dev", id, All::Incident(incident::Command::Acknowledge)).unwrap();
    for (minutes, expected) in [
        (0, Illness::Watch),
        (7 * HOUR + 59, Illness::Watch),
        (8 * HOUR, Illness::Watch),
        (8 * HOUR + 1, Illness::Unstable),
        (10 * HOUR - 1, Illness::Unstable),
        (10 * HOUR, Illness::Unstable),
        (20 * HOUR, Illness::Unstable),
    ] {
        assert_eq!(Illness::of(room.case(id), at(minutes), &POLICY), expected, "after {minutes} minutes");
    }
}

#[test]
fn what_is_owed_later_than_in_the_next_shift_is_stable() {
    let mut room = Room::default();
    let id = led(&mut room, 0, "arjun");
    room.ask(0, "dev", id, All::Incident(incident::Command::Acknowledge)).unwrap();
    let resolve = incident::Command::Resolve { text: "done".to_owned() };
    room.ask(10, "arjun", id, All::Incident(resolve)).unwrap();
    // The review has a day: nudged at twelve hours.
    assert_eq!(Illness::of(room.case(id), at(9), &POLICY), Illness::Stable);
    assert_eq!(Illness::of(room.case(id), at(11), &POLICY), Illness::Watch);
}
