//! Tables of what people expect, and a slow counter that looks at the wall minute by minute.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Timelike};
use chrono_tz::TZ_VARIANTS;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::*;

const MINUTE: Span = Span::minutes(1);

/// Hours as people write them: `"09:00–12:00 13:00–17:00"`; nothing for a closed day.
fn hours(text: &str) -> Vec<Hours> {
    let minute = |clock: &str| {
        let (hour, minute) = clock.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    let piece = |(from, to)| Hours { from_minute: minute(from), to_minute: minute(to) };
    text.split_whitespace().map(|piece| piece.split_once('–').unwrap()).map(piece).collect()
}

fn holidays(text: &str) -> Vec<NaiveDate> {
    text.split_whitespace().map(|date| date.parse().unwrap()).collect()
}

fn office(zone: Tz, weekday: &str, closed_on: &str) -> Calendar {
    let (day, off) = (hours(weekday), Vec::new());
    let week = [day.clone(), day.clone(), day.clone(), day.clone(), day, off.clone(), off];
    Calendar::new(zone, week, holidays(closed_on)).unwrap()
}

fn every_day(zone: Tz, day: &str) -> Calendar {
    Calendar::new(zone, [(); 7].map(|()| hours(day)), []).unwrap()
}

/// Minutes written with their offset, so that no case leans on the code that it tests: `2026-03-29 03:00 +02:00`.
fn at(text: &str) -> At {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M %z").unwrap().to_utc().into()
}

fn told(zone: Tz, at: At) -> String {
    at.utc().unwrap().with_timezone(&zone).format("%Y-%m-%d %H:%M %:z").to_string()
}

#[test]
fn named_cases() {
    use chrono_tz::{Africa, America, Asia, Australia, Europe, Pacific};

    #[track_caller]
    fn check(calendar: &Calendar, from: &str, minutes: i64, want: &str) {
        let span = Span::minutes(minutes);
        let end = calendar.add(at(from), span).unwrap();
        assert_eq!(told(calendar.zone, end), want, "{minutes} min from {from}");
        assert_eq!(calendar.between(at(from), end), span, "{from} to {want}");
    }

    let bangalore = office(Asia::Kolkata, "09:30–18:00", "2026-11-09");
    // Diwali 2026 is observed on Monday: what is asked on Friday evening comes due on Tuesday.
    check(&bangalore, "2026-11-06 17:00 +05:30", 120, "2026-11-10 10:30 +05:30");
    check(&bangalore, "2026-11-09 12:00 +05:30", 60, "2026-11-10 10:30 +05:30");
    check(&bangalore, "2026-11-09 12:00 +05:30", 0, "2026-11-10 09:30 +05:30");

    let berlin = office(Europe::Berlin, "09:00–12:00 13:00–17:00", "");
    // By the end of the day, and a minute more; the same at noon.
    check(&berlin, "2026-01-05 13:00 +01:00", 240, "2026-01-05 17:00 +01:00");
    check(&berlin, "2026-01-05 13:00 +01:00", 241, "2026-01-06 09:01 +01:00");
    check(&berlin, "2026-01-05 11:00 +01:00", 60, "2026-01-05 12:00 +01:00");
    check(&berlin, "2026-01-05 11:00 +01:00", 61, "2026-01-05 13:01 +01:00");
    // Asked at closing time and out of hours.
    check(&berlin, "2026-01-05 17:00 +01:00", 0, "2026-01-06 09:00 +01:00");
    check(&berlin, "2026-01-05 17:00 +01:00", 30, "2026-01-06 09:30 +01:00");
    check(&berlin, "2026-01-10 03:00 +01:00", 30, "2026-01-12 09:30 +01:00");
    // Nothing has passed at once when open.
    check(&berlin, "2026-01-05 10:10 +01:00", 0, "2026-01-05 10:10 +01:00");
    // A weekend in which the clock changes costs no office hour.
    check(&berlin, "2026-03-27 16:00 +01:00", 120, "2026-03-30 10:00 +02:00");
    check(&berlin, "2026-10-23 16:00 +02:00", 120, "2026-10-26 10:00 +01:00");

    let nights = every_day(Europe::Berlin, "00:00–06:00 22:00–24:00");
    // Spring, 02:00 to 03:00 missing: seven hours of a night of eight.
    check(&nights, "2026-03-28 22:00 +01:00", 420, "2026-03-29 06:00 +02:00");
    check(&nights, "2026-03-28 22:00 +01:00", 241, "2026-03-29 03:01 +02:00");
    // Autumn, 02:00 to 03:00 twice: nine hours.
    check(&nights, "2026-10-24 22:00 +02:00", 540, "2026-10-25 06:00 +01:00");
    check(&nights, "2026-10-24 22:00 +02:00", 299, "2026-10-25 02:59 +02:00");
    check(&nights, "2026-10-24 22:00 +02:00", 301, "2026-10-25 02:01 +01:00");

    // An edge in the gap is the first moment after it, and hours in it are gone for that day.
    check(&every_day(Europe::Berlin, "02:30–04:00"), "2026-03-29 00:00 +01:00", 60, "2026-03-29 04:00 +02:00");
    check(&every_day(Europe::Berlin, "01:00–02:30"), "2026-03-29 00:00 +01:00", 60, "2026-03-29 03:00 +02:00");
    check(&every_day(Europe::Berlin, "02:10–02:50"), "2026-03-29 00:00 +01:00", 1, "2026-03-30 02:11 +02:00");
    // An edge in the repeated hour: opens on the first pass, closes on the second, is not interrupted.
    check(&every_day(Europe::Berlin, "02:30–04:00"), "2026-10-25 00:00 +02:00", 150, "2026-10-25 04:00 +01:00");
    check(&every_day(Europe::Berlin, "01:00–02:30"), "2026-10-25 00:00 +02:00", 150, "2026-10-25 02:30 +01:00");
    // Closing as the repeated hour begins, opening as it ends: it is not theirs.
    check(&every_day(Europe::Berlin, "01:00–02:00"), "2026-10-25 00:00 +02:00", 61, "2026-10-26 01:01 +01:00");
    check(&every_day(Europe::Berlin, "03:00–04:00"), "2026-10-25 00:00 +02:00", 60, "2026-10-25 04:00 +01:00");
    // A break inside the repeated hour is worked through, and counted once.
    let a_break = every_day(Europe::Berlin, "00:00–02:15 02:45–04:00");
    check(&a_break, "2026-10-25 00:00 +02:00", 300, "2026-10-25 04:00 +01:00");

    check(&every_day(America::New_York, "00:00–08:00"), "2026-03-08 00:00 -05:00", 420, "2026-03-08 08:00 -04:00");
    check(&every_day(America::New_York, "00:00–08:00"), "2026-11-01 00:00 -04:00", 540, "2026-11-01 08:00 -05:00");
    // Half an hour of daylight saving.
    let island = every_day(Australia::Lord_Howe, "00:00–08:00");
    check(&island, "2026-10-04 00:00 +10:30", 450, "2026-10-04 08:00 +11:00");
    check(&island, "2026-04-05 00:00 +11:00", 510, "2026-04-05 08:00 +10:30");
    // A midnight that was skipped, and one that came twice.
    let rio = every_day(America::Sao_Paulo, "00:00–24:00");
    check(&rio, "2018-11-03 12:00 -03:00", 23 * 60, "2018-11-04 12:00 -02:00");
    check(&rio, "2018-02-17 12:00 -02:00", 25 * 60, "2018-02-18 12:00 -03:00");
    check(&every_day(America::Havana, "00:30–24:00"), "2026-03-07 23:59 -05:00", 2, "2026-03-08 01:01 -04:00");
    // Newfoundland had a minute of Sunday, then an hour of Saturday again: Saturday evening runs through that minute.
    let evening = every_day(America::St_Johns, "20:00–24:00");
    check(&evening, "2010-11-07 00:00 -02:30", 60, "2010-11-07 00:00 -03:30");
    // Samoa went from Thursday the 29th to Saturday the 31st.
    check(&office(Pacific::Apia, "09:00–17:00", ""), "2011-12-29 16:00 -10:00", 61, "2012-01-02 09:01 +14:00");
    check(&every_day(Pacific::Apia, "09:00–17:00"), "2011-12-29 16:00 -10:00", 61, "2011-12-31 09:01 +14:00");
    // Ramadan: Morocco's clock changes twice within six weeks.
    check(&every_day(Africa::Casablanca, "01:00–09:00"), "2026-02-15 00:00 +01:00", 540, "2026-02-15 09:00 +00:00");
}

#[test]
fn opening_and_closing_moments() {
    let berlin = office(chrono_tz::Europe::Berlin, "09:00–17:00", "2026-01-06");
    let open = |text| berlin.is_open(at(text));
    assert!(!open("2026-01-05 08:59 +01:00") && open("2026-01-05 09:00 +01:00"));
    assert!(open("2026-01-05 16:59 +01:00") && !open("2026-01-05 17:00 +01:00"));
    assert!(!open("2026-01-06 12:00 +01:00"), "a holiday");
    assert_eq!(berlin.next_open(at("2026-01-05 17:00 +01:00")), Some(at("2026-01-07 09:00 +01:00")));
    assert_eq!(berlin.next_open(at("2026-01-07 12:34 +01:00")), Some(at("2026-01-07 12:34 +01:00")));

    // Nothing and less than nothing has passed by the next moment of work.
    assert_eq!(berlin.add(at("2026-01-05 17:00 +01:00"), Span::minutes(-1)), Some(at("2026-01-07 09:00 +01:00")));
    // Backwards there is no time.
    assert_eq!(berlin.between(at("2026-01-05 12:00 +01:00"), at("2026-01-05 10:00 +01:00")), Span::ZERO);
}

#[test]
fn far_years() {
    let zone = chrono_tz::Europe::Berlin;
    let days = |from: &str, n| from.parse::<NaiveDate>().unwrap().iter_days().take(n);
    let mondays = [hours("09:00–17:00"), vec![], vec![], vec![], vec![], vec![], vec![]];
    let closed_for = |years: usize| Calendar::new(zone, mondays.clone(), days("2026-01-01", years * 366)).unwrap();
    let new_year = at("2026-01-01 00:00 +01:00");
    let opens = closed_for(9).next_open(new_year).unwrap();
    assert_eq!(told(zone, opens), "2035-01-08 09:00 +01:00");
    assert_eq!(closed_for(11).next_open(new_year), None, "closed for more than ten years");
    assert_eq!(closed_for(11).between(new_year, at("2037-12-31 00:00 +01:00")), Span::hours(8 * 51));

    // 522 Mondays in ten years.
    let mondays = Calendar::new(zone, mondays.clone(), holidays("1066-10-14 9999-12-31")).unwrap();
    assert!(mondays.add(new_year, Span::hours(8 * 521)).is_some());
    assert_eq!(mondays.add(new_year, Span::hours(8 * 523)), None);
    assert_eq!(mondays.add(new_year, Span(i64::MAX)), None);

    // Where the years end, answers do too; nothing panics.
    let always = every_day(zone, "00:00–24:00");
    let (first, last) = (at("0001-01-01 00:00 +00:00"), at("9999-12-31 23:00 +00:00"));
    for calendar in [&mondays, &always] {
        for outside in [At(i64::MIN), At(i64::MAX), first - MINUTE, last + Span::hours(2)] {
            assert_eq!(calendar.add(outside, MINUTE), None);
            assert_eq!(calendar.between(outside, At(i64::MAX)), Span::ZERO);
            assert!(!calendar.is_open(outside));
        }
    }
    assert_eq!(always.add(first, MINUTE), Some(first + MINUTE));
    assert_eq!(always.add(last - MINUTE, MINUTE), Some(last));
    assert_eq!(always.add(last - Span::days(1), Span::days(2)), None);
    assert_eq!(always.between(At(0), at("2026-01-01 00:00 +00:00")), at("2026-01-01 00:00 +00:00") - At(0));
}

#[test]
fn a_calendar_that_never_closes_counts_every_moment_in_every_zone() {
    // The second year has the Kwajalein atoll skip a day; the last changes of most zones fall in the first.
    for (from, to) in
        [("2025-12-25 07:31 +00:00", "2027-01-03 21:17 +00:00"), ("1993-02-01 00:00 +00:00", "1994-01-01 00:00 +00:00")]
    {
        for zone in TZ_VARIANTS {
            let calendar = every_day(zone, "00:00–24:00");
            assert_eq!(calendar.between(at(from), at(to)), at(to) - at(from), "{zone}");
            assert_eq!(calendar.add(at(from), at(to) - at(from)), Some(at(to)), "{zone}");
        }
    }
}

#[test]
fn what_the_policy_writer_hears() {
    let monday = |text| {
        let week = [hours(text), vec![], vec![], vec![], vec![], vec![], vec![]];
        Calendar::new(Tz::UTC, week, []).map(|calendar| calendar.week[0].clone()).map_err(|error| error.to_string())
    };
    let err = |text: &str| Err(text.to_owned());
    assert_eq!(monday("13:00–17:00 09:00–12:00"), Ok(hours("09:00–12:00 13:00–17:00")));
    assert_eq!(monday("12:00–17:00 17:00–24:00 09:00–12:00"), Ok(hours("09:00–24:00")));
    assert_eq!(monday(""), err("no day of the week has any hours; give at least one day some"));
    assert_eq!(monday("09:00–13:00 12:00–17:00"), err("Mon 09:00–13:00 and 12:00–17:00 overlap; join them"));
    assert_eq!(monday("09:00–17:00 10:00–11:00"), err("Mon 09:00–17:00 and 10:00–11:00 overlap; join them"));
    assert_eq!(
        monday("22:00–06:00"),
        err(
            "Mon 22:00–06:00 ends before it has begun; split a night shift at midnight, into 24:00 and 00:00 of the next day"
        )
    );
    assert!(monday("09:00–09:00").is_err());
    assert_eq!(
        monday("22:00–30:00"),
        err("Mon 22:00–30:00 ends after 24:00; give the rest to the next day, from 00:00")
    );

    assert_eq!(
        QuietHours::new(420, 420).unwrap_err().to_string(),
        "quiet hours 07:00–07:00 must lie between 00:00 and 24:00 and leave part of the day"
    );
    assert!(QuietHours::new(0, 1440).is_err());
    assert!(QuietHours::new(1320, 1441).is_err());
    let night = QuietHours::new(1320, 420).unwrap();
    let written = r#"{"from_minute":1320,"to_minute":420}"#;
    assert_eq!(serde_json::to_string(&night).unwrap(), written);
    assert_eq!(serde_json::from_str::<QuietHours>(written).unwrap(), night);
    assert!(serde_json::from_str::<QuietHours>(r#"{"from_minute":420,"to_minute":420}"#).is_err());
}

#[test]
fn quiet_nights() {
    use chrono_tz::{Asia, Europe};

    #[track_caller]
    fn check(zone: Tz, quiet: &str, moment: &str, want: Option<&str>) {
        let [quiet] = hours(quiet)[..] else { panic!("one stretch") };
        let end = QuietHours::try_from(quiet).unwrap().ends(zone, at(moment));
        assert_eq!(end.map(|end| told(zone, end)).as_deref(), want, "{quiet} at {moment}");
    }

    let morning = Some("2026-01-06 07:00 +01:00");
    check(Europe::Berlin, "22:00–07:00", "2026-01-05 21:59 +01:00", None);
    check(Europe::Berlin, "22:00–07:00", "2026-01-05 22:00 +01:00", morning);
    check(Europe::Berlin, "22:00–07:00", "2026-01-06 00:00 +01:00", morning);
    check(Europe::Berlin, "22:00–07:00", "2026-01-06 06:59 +01:00", morning);
    check(Europe::Berlin, "22:00–07:00", "2026-01-06 07:00 +01:00", None);
    // It is 22:30 in Kolkata.
    check(Asia::Kolkata, "22:00–07:00", "2026-01-05 18:00 +01:00", Some("2026-01-06 07:00 +05:30"));
    check(Europe::Berlin, "12:00–13:00", "2026-01-05 12:30 +01:00", Some("2026-01-05 13:00 +01:00"));
    check(Europe::Berlin, "12:00–13:00", "2026-01-05 00:30 +01:00", None);
    check(Europe::Berlin, "22:00–24:00", "2026-01-05 22:30 +01:00", Some("2026-01-06 00:00 +01:00"));
    check(Europe::Berlin, "22:00–00:00", "2026-01-05 22:30 +01:00", Some("2026-01-06 00:00 +01:00"));
    check(Europe::Berlin, "24:00–05:00", "2026-01-05 02:30 +01:00", Some("2026-01-05 05:00 +01:00"));
    // Until a time that doesn't exist, or exists twice.
    check(Europe::Berlin, "22:00–02:30", "2026-03-28 23:00 +01:00", Some("2026-03-29 03:00 +02:00"));
    check(Europe::Berlin, "22:00–02:30", "2026-10-24 23:00 +02:00", Some("2026-10-25 02:30 +01:00"));
    // The next quiet begins before the last has ended: no moment in between is free.
    check(Europe::Berlin, "02:40–02:20", "2026-10-25 01:00 +02:00", Some("2026-10-26 02:20 +01:00"));
}

#[test]
fn a_target_runs_always_or_within_hours() {
    let berlin = office(chrono_tz::Europe::Berlin, "09:00–17:00", "");
    let (friday, monday) = (at("2026-03-27 16:00 +01:00"), at("2026-03-30 10:00 +02:00"));
    assert_eq!(Running::Within(&berlin).add(friday, Span::hours(2)), Some(monday));
    assert_eq!(Running::Within(&berlin).between(friday, monday), Span::hours(2));
    assert_eq!(Running::Always.add(friday, Span::hours(65)), Some(monday));
    assert_eq!(Running::Always.between(friday, monday), Span::hours(65));
    assert_eq!(Running::Always.between(monday, friday), Span::ZERO);
    assert_eq!(Running::Always.add(friday, Span::minutes(-1)), Some(friday));
}

// The slow counter: it turns one moment after the other into local time, never the reverse, and looks at the wall.

/// One UTC minute after the other, with what the wall clock shows at its start.
fn wall_clock(zone: Tz, from: At, to: At) -> impl Iterator<Item = (At, NaiveDate, u16)> {
    (from.0..to.0).step_by(MINUTE.0 as usize).map(move |us| {
        let local = At(us).utc().unwrap().with_timezone(&zone);
        (At(us), local.date_naive(), (local.hour() * 60 + local.minute()) as u16)
    })
}

fn is_open_by_the_wall(calendar: &Calendar, date: NaiveDate, minute: u16) -> Option<Hours> {
    let day = &calendar.week[date.weekday().num_days_from_monday() as usize];
    let piece = day.iter().find(|hours| (hours.from_minute..hours.to_minute).contains(&minute));
    piece.filter(|_| !calendar.holidays.contains(&date)).copied()
}

/// Each minute from `from` to `to`, and whether it is open by the rule of this module: from the first minute of a
/// piece to the last. Two days on either side are looked at too, so that no piece is seen in part.
fn minutes(calendar: &Calendar, from: At, to: At) -> Vec<(At, bool)> {
    let around = (from - Span::days(2), to + Span::days(2));
    let mut pieces: BTreeMap<(NaiveDate, Hours), (At, At)> = BTreeMap::new();
    for (at, date, minute) in wall_clock(calendar.zone, around.0, around.1) {
        if let Some(hours) = is_open_by_the_wall(calendar, date, minute) {
            pieces.entry((date, hours)).or_insert((at, at)).1 = at;
        }
    }
    let mut counted: Vec<(At, bool)> = (from.0..to.0).step_by(MINUTE.0 as usize).map(|us| (At(us), false)).collect();
    for (first, last) in pieces.into_values() {
        let index = |at: At| ((at - from).0 / MINUTE.0).clamp(0, counted.len() as i64) as usize;
        let (first, end) = (index(first), index(last + MINUTE));
        counted[first..end].iter_mut().for_each(|(_, open)| *open = true);
    }
    counted
}

fn open_minutes(counted: &[(At, bool)]) -> Span {
    Span::minutes(counted.iter().filter(|(_, open)| *open).count() as i64)
}

/// Moments at which a clock somewhere was put forward or back, and one place whose clock stays as it is.
const CHANGES: [(Tz, &str); 18] = [
    (Tz::Europe__Berlin, "2026-03-29 01:00 +00:00"),
    (Tz::Europe__Berlin, "2026-10-25 01:00 +00:00"),
    (Tz::America__New_York, "2026-03-08 07:00 +00:00"),
    (Tz::America__New_York, "2026-11-01 06:00 +00:00"),
    (Tz::Australia__Lord_Howe, "2026-04-04 15:00 +00:00"),
    (Tz::Australia__Lord_Howe, "2026-10-03 15:30 +00:00"),
    (Tz::Asia__Kolkata, "2026-11-08 18:30 +00:00"),
    (Tz::Africa__Casablanca, "2026-02-15 02:00 +00:00"),
    // At midnight: skipped, repeated, and repeated up to midnight.
    (Tz::America__Havana, "2026-03-08 05:00 +00:00"),
    (Tz::America__Havana, "2026-11-01 05:00 +00:00"),
    (Tz::America__Sao_Paulo, "2018-11-04 03:00 +00:00"),
    (Tz::America__Sao_Paulo, "2018-02-18 02:00 +00:00"),
    // A minute past midnight: the new day begins, then the old one once more.
    (Tz::America__St_Johns, "2010-03-14 03:31 +00:00"),
    (Tz::America__St_Johns, "2010-11-07 02:31 +00:00"),
    // Two hours at once, and a whole day.
    (Tz::Antarctica__Troll, "2026-10-25 01:00 +00:00"),
    (Tz::Pacific__Apia, "2011-12-30 10:00 +00:00"),
    (Tz::Pacific__Kwajalein, "1993-08-21 12:00 +00:00"),
    (Tz::Asia__Pyongyang, "2018-05-04 15:00 +00:00"),
];

fn change() -> impl Strategy<Value = (Tz, At)> {
    proptest::sample::select(&CHANGES[..]).prop_map(|(zone, change)| (zone, at(change)))
}

/// Any minute of the day, more often one of the night or at the half hour, where clocks change.
fn any_minute() -> impl Strategy<Value = u16> {
    prop_oneof![Just(0), Just(1440), (0u16..=8).prop_map(|half| half * 30), 0u16..=240, 1380u16..=1440, 0u16..=1440]
}

/// A minute that no change above repeats, or only begins to: they lie before 03:00, or after 23:00. The exception
/// is St. John's, where midnight itself came twice.
fn any_minute_of_the_day_shift() -> impl Strategy<Value = u16> {
    prop_oneof![Just(0), 180u16..=1380]
}

/// A calendar at a place shortly before or after its clock changes, and a moment there.
fn calendar_and_moment(minute: impl Strategy<Value = u16>) -> impl Strategy<Value = (Calendar, At)> {
    let week = vec(btree_set(minute, 0..=6), 7);
    let closed = btree_set(-5i64..=5, 0..=3);
    let minutes = prop_oneof![-180i64..180, (-96i64..96).prop_map(|half| half * 30), -4 * 1440i64..4 * 1440];
    (change(), week, closed, minutes).prop_map(|((zone, change), week, closed, minutes)| {
        let mut week: Vec<Vec<Hours>> = week
            .into_iter()
            .map(|edges| edges.into_iter().collect::<Vec<u16>>())
            .map(|edges| edges.chunks_exact(2).map(|edge| Hours { from_minute: edge[0], to_minute: edge[1] }).collect())
            .collect();
        // A day's work in a week at least, so that the spans below are found within the ten years.
        let open = |hours: &Hours| hours.to_minute - hours.from_minute;
        if week.iter().flatten().map(open).sum::<u16>() < 480 {
            week[2] = hours("09:00–17:00");
        }
        let day_of_change = change.utc().unwrap().date_naive();
        let closed = closed.into_iter().map(|days| day_of_change + TimeDelta::days(days));
        let calendar = Calendar::new(zone, week.try_into().unwrap(), closed).unwrap();
        (calendar, change + Span::minutes(minutes))
    })
}

proptest! {
    #[test]
    fn between_counts_what_the_slow_counter_counts(
        (calendar, from) in calendar_and_moment(any_minute()),
        length in 0i64..6 * 1440,
    ) {
        let to = from + Span::minutes(length);
        prop_assert_eq!(calendar.between(from, to), open_minutes(&minutes(&calendar, from, to)));
    }

    /// Where no edge of a piece lies in a repeated hour, the rule is the wall clock's, minute by minute.
    #[test]
    fn between_is_what_the_wall_clock_says(
        (calendar, from) in calendar_and_moment(any_minute_of_the_day_shift()),
        length in 0i64..6 * 1440,
    ) {
        if calendar.zone == Tz::America__St_Johns {
            return Ok(());
        }
        let to = from + Span::minutes(length);
        let open = wall_clock(calendar.zone, from, to)
            .filter(|(_, date, minute)| is_open_by_the_wall(&calendar, *date, *minute).is_some());
        prop_assert_eq!(calendar.between(from, to), Span::minutes(open.count() as i64));
    }

    #[test]
    fn add_ends_where_the_slow_counter_is_full(
        (calendar, from) in calendar_and_moment(any_minute()),
        span in prop_oneof![Just(0i64), (0i64..48).prop_map(|half| half * 30), 1i64..600, 1i64..6000],
    ) {
        let horizon = from + Span::days(9);
        let counted = minutes(&calendar, from, horizon);
        let mut open = counted.iter().filter(|(_, open)| *open).map(|(at, _)| *at);
        let slow = match span {
            0 => open.next(),
            span => open.nth(span as usize - 1).map(|last| last + MINUTE),
        };
        let fast = calendar.add(from, Span::minutes(span));
        match slow {
            Some(end) => prop_assert_eq!(fast, Some(end)),
            None => prop_assert!(fast.is_none_or(|end| end >= horizon)),
        }
    }

    #[test]
    fn open_now_and_next(
        (calendar, moment) in calendar_and_moment(any_minute()),
        seconds in 0i64..60,
    ) {
        let counted = minutes(&calendar, moment, moment + Span::days(9));
        let moment = moment + Span::seconds(seconds);
        prop_assert_eq!(calendar.is_open(moment), counted[0].1);
        let next = counted.iter().find(|(_, open)| *open).map(|(at, _)| moment.max(*at));
        if next.is_some() {
            prop_assert_eq!(calendar.next_open(moment), next);
        }
    }

    /// To the microsecond: what is added can be taken back, in one piece or in two, and more is never earlier.
    #[test]
    fn adding_is_undone_by_between(
        (calendar, from) in calendar_and_moment(any_minute()),
        us in 0i64..60_000_000,
        one in 1i64..200_000_000_000,
        two in 1i64..200_000_000_000,
    ) {
        let (from, one, two) = (from + Span(us), Span(one), Span(two));
        let middle = calendar.add(from, one).unwrap();
        let end = calendar.add(middle, two).unwrap();
        prop_assert!(from < middle && middle < end);
        prop_assert_eq!(calendar.between(from, middle), one);
        prop_assert_eq!(calendar.between(middle, end), two);
        prop_assert_eq!(calendar.add(from, one + two), Some(end));
        prop_assert_eq!(calendar.between(from, end), one + two);
        // At the last moment counted it was open: a deadline never slips past closing time.
        prop_assert!(calendar.is_open(end - Span(1)));
    }

    #[test]
    fn quiet_ends_at_the_first_minute_outside(
        (zone, change) in change(),
        from_minute in any_minute(),
        to_minute in any_minute(),
        minutes in -2 * 1440i64..2 * 1440,
    ) {
        let Ok(quiet) = QuietHours::new(from_minute, to_minute) else { return Ok(()) };
        let moment = change + Span::minutes(minutes);
        let (first, last) = (moment - Span::days(3), moment + Span::days(5));
        // Each night by the date of its evening: from its first minute to its last.
        let mut nights: BTreeMap<NaiveDate, (At, At)> = BTreeMap::new();
        for (at, date, minute) in wall_clock(zone, first, last) {
            let from_minute = from_minute % MINUTES_OF_A_DAY;
            let night = match from_minute < to_minute {
                true => (from_minute..to_minute).contains(&minute).then_some(date),
                false if minute >= from_minute => Some(date),
                false => (minute < to_minute).then(|| date - Days::new(1)),
            };
            if let Some(night) = night {
                nights.entry(night).or_insert((at, at)).1 = at;
            }
        }
        let is_quiet = |at: At| nights.values().any(|(first, last)| (*first..=*last).contains(&at));
        let free = (moment.0..last.0).step_by(MINUTE.0 as usize).map(At).find(|at| !is_quiet(*at)).unwrap();
        prop_assert_eq!(quiet.ends(zone, moment), (moment < free).then_some(free));
    }
}
