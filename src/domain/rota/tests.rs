//! Tables over both changes of the clocks, and a rota against somebody who counts each minute.

use chrono::{NaiveDate, NaiveTime};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::Hours;

const MINUTE: Span = Span::minutes(1);

fn utc(text: &str) -> At {
    let utc = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment");
    At::from(utc.and_utc())
}

fn wall(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a time on a wall")
}

fn people(names: &[&str]) -> Vec<PersonId> {
    names.iter().map(|name| PersonId::from(*name)).collect()
}

fn layer(members: &[&str], starts: &str, every: Span) -> Layer {
    let turns = Turns::new(wall(starts), wall(starts), every).expect("turns");
    Layer { members: people(members), turns, hours: None }
}

fn rota(zone: Tz, layers: Vec<Layer>) -> Rota {
    Rota {
        name: "Night".to_owned(),
        zone,
        layers,
        covers: None,
        gaps_to: RoleId::from("lead"),
        acknowledge_within: None,
        cover_within: Span::minutes(30),
        acknowledged: Acknowledged::Stays,
    }
}

fn week(from: u16, to: u16) -> [Vec<Hours>; 7] {
    std::array::from_fn(|_| vec![Hours { from_minute: from, to_minute: to }])
}

/// Who is on from a moment on, and when each begins.
#[track_caller]
fn check(rota: &Rota, instead: &[Instead], from: &str, expected: &[(&str, &str)]) {
    let id = RotaId::from("night");
    let shifts = Shifts { id: &id, rota, instead };
    let found: Vec<(String, At)> = shifts
        .ahead(utc(from))
        .take(expected.len())
        .map(|shift| (shift.on.map_or_else(|| "nobody".to_owned(), PersonId::to_string), shift.starts))
        .collect();
    let expected: Vec<(String, At)> = expected.iter().map(|(who, at)| ((*who).to_owned(), utc(at))).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_handoff_stays_at_its_hour_when_the_clocks_change() {
    let weekly = |zone, starts| rota(zone, vec![layer(&["ann", "ben", "cleo"], starts, Span::days(7))]);
    // Berlin: 29 March and 25 October 2026. Nine o'clock is 08:00 UTC in winter and 07:00 UTC in summer.
    check(
        &weekly(chrono_tz::Europe::Berlin, "2026-03-23 09:00"),
        &[],
        "2026-03-23 08:00",
        &[("ann", "2026-03-23 08:00"), ("ben", "2026-03-30 07:00"), ("cleo", "2026-04-06 07:00")],
    );
    check(
        &weekly(chrono_tz::Europe::Berlin, "2026-10-19 09:00"),
        &[],
        "2026-10-19 07:00",
        &[("ann", "2026-10-19 07:00"), ("ben", "2026-10-26 08:00")],
    );
    // New York: 8 March and 1 November 2026.
    check(
        &weekly(chrono_tz::America::New_York, "2026-03-02 09:00"),
        &[],
        "2026-03-02 14:00",
        &[("ann", "2026-03-02 14:00"), ("ben", "2026-03-09 13:00")],
    );
    check(
        &weekly(chrono_tz::America::New_York, "2026-10-26 09:00"),
        &[],
        "2026-10-26 13:00",
        &[("ann", "2026-10-26 13:00"), ("ben", "2026-11-02 14:00")],
    );
    // Sydney, where summer is the other way round: 5 April and 4 October 2026.
    check(
        &weekly(chrono_tz::Australia::Sydney, "2026-03-30 09:00"),
        &[],
        "2026-03-29 22:00",
        &[("ann", "2026-03-29 22:00"), ("ben", "2026-04-05 23:00")],
    );
    // Kolkata never changes.
    check(
        &weekly(chrono_tz::Asia::Kolkata, "2026-03-23 09:00"),
        &[],
        "2026-03-23 03:30",
        &[("ann", "2026-03-23 03:30"), ("ben", "2026-03-30 03:30")],
    );
}

#[test]
fn a_handoff_at_an_hour_that_is_not_there_or_there_twice_is_one_moment() {
    let daily = |zone, starts| rota(zone, vec![layer(&["ann", "ben"], starts, Span::days(1))]);
    // 02:30 isn't there on 29 March: the first moment after the gap is 03:00, 01:00 UTC.
    check(
        &daily(chrono_tz::Europe::Berlin, "2026-03-28 02:30"),
        &[],
        "2026-03-28 01:30",
        &[("ann", "2026-03-28 01:30"), ("ben", "2026-03-29 01:00"), ("ann", "2026-03-30 00:30")],
    );
    // 02:30 is there twice on 25 October: the first pass is 00:30 UTC.
    check(
        &daily(chrono_tz::Europe::Berlin, "2026-10-24 02:30"),
        &[],
        "2026-10-24 00:30",
        &[("ann", "2026-10-24 00:30"), ("ben", "2026-10-25 00:30"), ("ann", "2026-10-26 01:30")],
    );
    // Lord Howe Island moves its clocks by half an hour: 02:00 to 02:30 isn't there on 4 October.
    check(
        &daily(chrono_tz::Australia::Lord_Howe, "2026-10-03 02:15"),
        &[],
        "2026-10-02 15:45",
        &[("ann", "2026-10-02 15:45"), ("ben", "2026-10-03 15:30"), ("ann", "2026-10-04 15:15")],
    );
    // Hour by hour, two handoffs lie in the same gap, and whose turn would be between them is passed over.
    let hourly =
        rota(chrono_tz::Europe::Berlin, vec![layer(&["ann", "ben", "cleo"], "2026-03-29 01:15", Span::minutes(30))]);
    check(
        &hourly,
        &[],
        "2026-03-29 00:15",
        &[
            ("ann", "2026-03-29 00:15"),
            ("ben", "2026-03-29 00:45"),
            ("ann", "2026-03-29 01:00"),
            ("ben", "2026-03-29 01:15"),
        ],
    );
}

#[test]
fn a_first_turn_is_cut_by_the_next_handoff() {
    // It starts on a Wednesday; they hand over on Mondays.
    let turns = Turns::new(wall("2026-11-25 09:00"), wall("2026-11-23 09:00"), Span::days(7)).expect("turns");
    let cut = rota(chrono_tz::UTC, vec![Layer { members: people(&["ann", "ben"]), turns, hours: None }]);
    check(
        &cut,
        &[],
        "2026-11-20 09:00",
        &[("nobody", "2026-11-20 09:00"), ("ann", "2026-11-25 09:00"), ("ben", "2026-11-30 09:00")],
    );
    let fits = |starts: &str, anchor: &str, every| Turns::new(wall(starts), wall(anchor), every).is_some();
    assert!(!fits("2026-11-30 09:00", "2026-11-23 09:00", Span::days(7)), "the anchor is a whole turn ago");
    assert!(!fits("2026-11-23 09:00", "2026-11-24 09:00", Span::days(7)), "the anchor is ahead");
    assert!(!fits("2026-11-23 09:00", "2026-11-23 09:00", Span::ZERO), "a turn of nothing never ends");
}

#[test]
fn a_later_layer_covers_an_earlier_one_in_its_hours() {
    let nights = Calendar::new(chrono_tz::UTC, week(0, 6 * 60), []).expect("hours");
    let mut layers = vec![
        layer(&["ann", "ben"], "2026-11-23 09:00", Span::days(7)),
        layer(&["olga"], "2026-11-24 00:00", Span::days(1)),
    ];
    layers[1].hours = Some(nights);
    check(
        &rota(chrono_tz::UTC, layers),
        &[],
        "2026-11-29 12:00",
        &[
            ("ann", "2026-11-29 12:00"),
            ("olga", "2026-11-30 00:00"),
            ("ann", "2026-11-30 06:00"),
            ("ben", "2026-11-30 09:00"),
            ("olga", "2026-12-01 00:00"),
        ],
    );
}

#[test]
fn outside_of_its_hours_nobody_is_on_and_whoever_is_next_answers() {
    let mut office = layer(&["ann", "ben"], "2026-11-23 09:00", Span::days(1));
    office.hours = Some(Calendar::new(chrono_tz::UTC, week(9 * 60, 17 * 60), []).expect("hours"));
    let office = rota(chrono_tz::UTC, vec![office]);
    check(
        &office,
        &[],
        "2026-11-23 10:00",
        &[("ann", "2026-11-23 10:00"), ("nobody", "2026-11-23 17:00"), ("ben", "2026-11-24 09:00")],
    );
    let id = RotaId::from("night");
    let shifts = Shifts { id: &id, rota: &office, instead: &[] };
    assert_eq!(shifts.on_or_next(utc("2026-11-23 20:00")), Some(&PersonId::from("ben")));
    assert_eq!(shifts.on_or_next(utc("2026-11-23 12:00")), Some(&PersonId::from("ann")));
}

#[test]
fn what_was_arranged_last_counts_and_ends_where_it_ends() {
    let daily = rota(chrono_tz::UTC, vec![layer(&["ann", "ben"], "2026-11-23 09:00", Span::days(1))]);
    let instead = |number, rota: &str, person: &str, starts, ends| Instead {
        number,
        rota: RotaId::from(rota),
        person: PersonId::from(person),
        starts: utc(starts),
        ends: utc(ends),
        reason: String::new(),
        by: PersonId::from("ann"),
        how: How::Override,
    };
    let arranged = [
        instead(1, "night", "cleo", "2026-11-23 12:00", "2026-11-24 12:00"),
        instead(2, "night", "ben", "2026-11-23 20:00", "2026-11-23 22:00"),
        instead(3, "day", "olga", "2026-11-23 09:00", "2026-11-30 09:00"),
    ];
    check(
        &daily,
        &arranged,
        "2026-11-23 09:00",
        &[
            ("ann", "2026-11-23 09:00"),
            ("cleo", "2026-11-23 12:00"),
            ("ben", "2026-11-23 20:00"),
            ("cleo", "2026-11-23 22:00"),
            ("ben", "2026-11-24 12:00"),
        ],
    );
}

#[test]
fn who_never_hands_over_is_on_without_an_end() {
    let alone = rota(chrono_tz::Europe::Berlin, vec![layer(&["ann"], "2026-01-05 09:00", Span::days(1))]);
    let id = RotaId::from("night");
    let shifts = Shifts { id: &id, rota: &alone, instead: &[] };
    assert_eq!(shifts.next_change(utc("2026-11-23 09:00")), None);
    assert_eq!(shifts.next_change(utc("2026-01-01 09:00")), Some(utc("2026-01-05 08:00")));
    assert_eq!(shifts.next_of(&PersonId::from("ben"), utc("2026-11-23 09:00")), None);
}

#[test]
fn gaps_are_hours_that_nobody_covers_and_shifts_of_who_is_not_there() {
    let mut office = layer(&["ann", "ben"], "2026-11-23 09:00", Span::days(1));
    office.hours = Some(Calendar::new(chrono_tz::UTC, week(9 * 60, 17 * 60), []).expect("hours"));
    let mut promised = rota(chrono_tz::UTC, vec![office]);
    promised.covers = Some(Calendar::new(chrono_tz::UTC, week(9 * 60, 18 * 60), []).expect("hours"));
    let id = RotaId::from("night");
    let gaps = |rota: &Rota, from: &str, to: &str, away: (&str, &str)| {
        let changes = [utc(away.0), utc(away.1)];
        let why_not = |person: &PersonId, at: At| {
            let away = person.as_str() == "ben" && changes[0] <= at && at < changes[1];
            away.then(|| Why::Away(person.clone()))
        };
        let shifts = Shifts { id: &id, rota, instead: &[] };
        let gaps = shifts.gaps((utc(from), utc(to)), &changes, why_not);
        gaps.into_iter().map(|gap| (gap.starts, gap.ends, gap.why)).collect::<Vec<_>>()
    };
    let hour = |day: &str| (utc(&format!("{day} 17:00")), utc(&format!("{day} 18:00")), Why::Uncovered);
    let ben = Why::Away(PersonId::from("ben"));
    assert_eq!(
        gaps(&promised, "2026-11-23 09:00", "2026-11-25 09:00", ("2026-11-24 12:00", "2026-11-24 15:00")),
        [hour("2026-11-23"), (utc("2026-11-24 12:00"), utc("2026-11-24 15:00"), ben), hour("2026-11-24")]
    );
    promised.covers = None;
    let never = ("2020-01-01 00:00", "2020-01-01 00:00");
    assert_eq!(
        gaps(&promised, "2026-11-23 09:00", "2026-11-24 12:00", never),
        [(utc("2026-11-23 17:00"), utc("2026-11-24 09:00"), Why::Uncovered)]
    );
    // What hasn't begun has no gaps.
    assert_eq!(gaps(&promised, "2026-11-01 09:00", "2026-11-23 17:00", never), []);
}

/// Counts handoffs minute by minute: one has come as soon as the wall has shown its time, or a later one.
struct Counter<'a> {
    zone: Tz,
    layer: &'a Layer,
    turn: i64,
    /// The wall has shown the start.
    begun: bool,
}

impl Counter<'_> {
    fn look(&mut self, at: At) -> Option<&PersonId> {
        let shown = at.utc().expect("a year that people write").with_timezone(&self.zone).naive_local();
        let Turns { starts, anchor, every } = &self.layer.turns;
        self.begun |= shown >= *starts;
        let handoff =
            |turn: i64| *anchor + TimeDelta::seconds(every.0 / 1_000_000) * i32::try_from(turn).expect("few turns");
        while shown >= handoff(self.turn + 1) {
            self.turn += 1;
        }
        let members = &self.layer.members;
        self.begun.then(|| &members[usize::try_from(self.turn).expect("not negative") % members.len()])
    }
}

fn any_rota() -> impl Strategy<Value = (Rota, At)> {
    // Each some days before a change of the clocks there, or just anywhere.
    let places = vec![
        (chrono_tz::Europe::Berlin, "2026-03-26"),
        (chrono_tz::Europe::Berlin, "2026-10-22"),
        (chrono_tz::America::New_York, "2026-03-05"),
        (chrono_tz::America::New_York, "2026-10-29"),
        (chrono_tz::Australia::Lord_Howe, "2026-04-02"),
        (chrono_tz::Australia::Lord_Howe, "2026-10-01"),
        (chrono_tz::America::St_Johns, "2026-10-29"),
        (chrono_tz::Asia::Kolkata, "2026-06-01"),
    ];
    let every = vec![30, 60, 5 * 60, 8 * 60, 12 * 60, 24 * 60, 2 * 24 * 60, 7 * 24 * 60];
    (prop::sample::select(places), prop::sample::select(every), 1..5usize, 0..24 * 60i64, 0..3i64, 0..4 * 24 * 60i64)
        .prop_map(|((zone, day), every, count, minute, back, later)| {
            let date: NaiveDate = day.parse().expect("a date");
            let starts = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
            let anchor = starts - TimeDelta::minutes((back * 24 * 60) % every);
            let turns = Turns::new(starts, anchor, Span::minutes(every)).expect("turns");
            let members = ["ann", "ben", "cleo", "dan"][..count.min(4)].iter().map(|it| PersonId::from(*it)).collect();
            let made = rota(zone, vec![Layer { members, turns, hours: None }]);
            let from = At::from(date.and_time(NaiveTime::MIN).and_utc()) - Span::days(1) + Span::minutes(later);
            (made, from)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn who_is_on_is_who_somebody_finds_that_counts_each_minute((rota, from) in any_rota()) {
        let id = RotaId::from("night");
        let shifts = Shifts { id: &id, rota: &rota, instead: &[] };
        let mut counter = Counter { zone: rota.zone, layer: &rota.layers[0], turn: 0, begun: false };
        // From before it begins, since whoever counts must have seen each handoff.
        let mut at = utc("2026-01-01 00:00").max(from - Span::days(8));
        let mut ahead = shifts.ahead(from).peekable();
        while at < from + Span::days(9) {
            let counted = counter.look(at).cloned();
            if at >= from {
                prop_assert_eq!(shifts.on(at), counted.as_ref(), "at {:?}", at.utc());
                while ahead.peek().is_some_and(|shift| shift.ends.is_some_and(|ends| ends <= at)) {
                    ahead.next();
                }
                let shift = ahead.peek().expect("time goes on");
                prop_assert!(shift.starts <= at);
                prop_assert_eq!(shift.on, counted.as_ref(), "the shift at {:?}", at.utc());
            }
            at = at + MINUTE;
        }
    }

    /// Asked about any moment at once, the same comes out as by going from shift to shift.
    #[test]
    fn a_shift_ends_where_the_next_one_begins((rota, from) in any_rota()) {
        let id = RotaId::from("night");
        let shifts = Shifts { id: &id, rota: &rota, instead: &[] };
        let all: Vec<Shift<'_>> = shifts.ahead(from).take(12).collect();
        for pair in all.windows(2) {
            prop_assert_eq!(pair[0].ends, Some(pair[1].starts));
            prop_assert!(pair[0].on != pair[1].on);
            prop_assert_eq!(shifts.on(pair[1].starts - Span(1)), pair[0].on);
            prop_assert_eq!(shifts.next_change(pair[0].starts), Some(pair[1].starts));
        }
    }
}
