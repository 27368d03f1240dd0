//! Each number against the words that it was taken from, and how time is counted against worked examples and a slow counter.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Weekday};
use proptest::prelude::*;

use super::read::amount;
use super::*;
use crate::domain::policy::Policy;

fn at(text: &str) -> At {
    At::from(DateTime::parse_from_rfc3339(text).expect("a moment").to_utc())
}

fn counted(clock: &str, start: &str) -> Counted {
    let (pack, clock) = super::clock(&ClockId::from(clock)).expect("a clock");
    pack.count(clock, at(start), None)
}

/// Target and last moment, as the wall shows them where the law counts.
#[track_caller]
fn check(clock: &str, start: &str, target: &str, last: &str) {
    let counted = counted(clock, start);
    let zone = super::clock(&ClockId::from(clock)).expect("a clock").0.zone;
    let shown = |at: At| at.utc().expect("in range").with_timezone(&zone).format("%a %Y-%m-%d %H:%M:%S").to_string();
    assert_eq!(shown(counted.target), target, "target of {clock}");
    assert_eq!(counted.last.map(shown).as_deref(), Some(last), "last moment of {clock}");
}

/// The amounts that a text speaks of: a number in digits or words, and the unit after it.
fn amounts_in(quote: &str) -> Vec<Amount> {
    const NUMBERS: [(&str, u32); 8] = [
        ("one", 1),
        ("two", 2),
        ("four", 4),
        ("six", 6),
        ("ten", 10),
        ("fifteen", 15),
        ("twenty-four", 24),
        ("seventy-two", 72),
    ];
    let quote = quote.to_lowercase();
    let words: Vec<&str> =
        quote.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
    let number = |word: &str| {
        word.parse().ok().or_else(|| NUMBERS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number))
    };
    let mut found = Vec::new();
    for (place, word) in words.iter().enumerate() {
        if matches!(*word, "immediately" | "without delay")
            || (*word == "without" && words.get(place + 1) == Some(&"delay"))
        {
            found.push(Amount { number: 0, unit: Unit::AtOnce });
        }
        let Some(number) = number(word) else { continue };
        // “two to six hours” speaks of both.
        let after = match words.get(place + 1) {
            Some(&"to") => place + 3,
            Some(_) | None => place + 1,
        };
        let unit = match (words.get(after).copied(), words.get(after + 1).copied()) {
            (Some("hour" | "hours"), _) => Unit::Hours,
            (Some("business" | "working"), Some("day" | "days")) => Unit::BusinessDays,
            (Some("day" | "days"), _) => Unit::Days,
            (Some("month" | "months"), _) => Unit::Months,
            _ => continue,
        };
        found.push(Amount { number, unit });
    }
    found
}

#[test]
fn quotes_are_read_as_they_are_meant() {
    let hours = |number| Amount { number, unit: Unit::Hours };
    assert_eq!(amounts_in("not later than 72 hours after"), [hours(72)]);
    assert_eq!(amounts_in("within two to six hours of detection"), [hours(2), hours(6)]);
    assert_eq!(amounts_in("four business days after"), [Amount { number: 4, unit: Unit::BusinessDays }]);
    assert_eq!(amounts_in("shall also immediately inform"), [Amount { number: 0, unit: Unit::AtOnce }]);
    assert_eq!(amounts_in("paragraph 2 of 7"), []);
}

#[test]
fn every_number_stands_in_the_words_that_it_was_taken_from() {
    for pack in packs() {
        for clock in &pack.clocks {
            let said = amounts_in(&clock.quote);
            let ours = [Some(clock.within), clock.target, clock.at_latest.map(|(_, within)| within)];
            for ours in ours.into_iter().flatten() {
                assert!(said.contains(&ours), "{}: {ours} isn't in “{}”, which says {said:?}", clock.id, clock.quote);
            }
            for said in said.iter().filter(|said| said.unit != Unit::AtOnce) {
                assert!(ours.contains(&Some(*said)), "{}: the quote says {said}, and the data don't", clock.id);
            }
        }
    }
}

#[test]
fn a_pack_says_where_it_is_from_and_when_somebody_looked() {
    for pack in packs() {
        let regime = &pack.regime;
        for said in [&pack.name, &pack.authority, &pack.source, &pack.reading, &pack.caveat] {
            assert!(!said.trim().is_empty(), "{regime}");
        }
        assert!(pack.retrieved_on <= pack.last_checked || pack.retrieved_on == pack.last_checked, "{regime}");
        assert!(!pack.clocks.is_empty(), "{regime}");
        assert!(crate::domain::policy::is_key(regime.as_str()), "{regime}");
        for clock in &pack.clocks {
            // What a button carries.
            assert!(clock.id.as_str().len() <= 40, "{}", clock.id);
            for said in [&clock.name, &clock.paragraph, &clock.quote, &clock.applies_if] {
                assert!(!said.trim().is_empty(), "{}", clock.id);
            }
            assert!(!clock.applies_if.ends_with('.'), "{}", clock.id);
        }
        let named = SOURCES.iter().any(|(file, _)| *file == format!("{regime}.toml"));
        assert!(named, "{regime} stands in a file of its own name");
    }
    let mut names: Vec<_> = packs().iter().map(|pack| &pack.regime).collect();
    names.dedup();
    assert_eq!(names.len(), SOURCES.len());
}

#[test]
fn classes_that_a_pack_names_are_classes() {
    let policy = Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
    for pack in packs() {
        assert!(pack.classes.iter().all(|class| policy.classes.contains_key(class)), "{}", pack.regime);
    }
}

#[test]
fn what_is_owed_again_says_until_when() {
    let again: Vec<_> =
        packs().iter().flat_map(|pack| &pack.clocks).filter(|clock| clock.again_until.is_some()).collect();
    assert_eq!(again.len(), 3);
    assert!(again.iter().all(|clock| clock.follows().is_some()));
    let text = SOURCES.iter().find(|(file, _)| *file == "fedramp-iec.toml").expect("a pack").1;
    let alone = text.replacen("starts = \"determined\"", "starts = \"determined\"\nagain_until = \"fixed\"", 1);
    let refused = super::read::pack(&alone).expect_err("it begins with no report");
    assert!(refused.contains("initial-high is owed again and again"), "{refused}");
}

#[test]
fn hours_are_hours() {
    check(
        "us-bank-36h.notification",
        "2026-11-23T09:40:00-05:00",
        "Tue 2026-11-24 21:40:00",
        "Tue 2026-11-24 21:40:00",
    );
    // By Regulation 1182/71 the hour of the event isn't counted.
    check("gdpr-33.notification", "2026-11-23T09:40:00+01:00", "Thu 2026-11-26 09:40:00", "Thu 2026-11-26 10:00:00");
    check("gdpr-33.notification", "2026-11-23T10:00:00+01:00", "Thu 2026-11-26 10:00:00", "Thu 2026-11-26 11:00:00");
    // A clock that is put back or forward takes nothing from 72 hours.
    check("gdpr-33.notification", "2026-10-24T09:40:00+02:00", "Tue 2026-10-27 08:40:00", "Tue 2026-10-27 09:00:00");
    check("gdpr-33.notification", "2027-03-27T09:40:00+01:00", "Tue 2027-03-30 10:40:00", "Tue 2027-03-30 11:00:00");
    // The shorter of two times is the target.
    check("in-rbi.incident", "2026-11-23T09:40:00+05:30", "Mon 2026-11-23 11:40:00", "Mon 2026-11-23 15:40:00");
}

#[test]
fn days_end_with_the_last_of_them() {
    check("ca-sb53.incident", "2026-12-01T09:40:00-08:00", "Wed 2026-12-16 09:40:00", "Thu 2026-12-17 00:00:00");
    // Fifteen days after a Friday end on a Saturday, so on the Monday.
    check("ai-act-73.serious", "2027-12-03T09:40:00+01:00", "Sat 2027-12-18 09:40:00", "Tue 2027-12-21 00:00:00");
    // Two days from a Friday on have two working days in them.
    check("ai-act-73.widespread", "2027-12-03T09:40:00+01:00", "Sun 2027-12-05 09:40:00", "Wed 2027-12-08 00:00:00");
    check("ai-act-73.widespread", "2027-12-06T09:40:00+01:00", "Wed 2027-12-08 09:40:00", "Thu 2027-12-09 00:00:00");
    // Where clocks go forward on the way, 24 hours a day would end after the last day.
    check("ca-sb53.incident", "2027-02-27T23:30:00-08:00", "Mon 2027-03-15 00:00:00", "Mon 2027-03-15 00:00:00");
    check("ca-sb53.incident", "2027-02-28T23:30:00-08:00", "Tue 2027-03-16 00:00:00", "Tue 2027-03-16 00:00:00");
}

#[test]
fn months_end_on_the_same_day_or_the_last() {
    // DORA counts from the submission.
    check("dora.final", "2027-01-31T09:40:00+01:00", "Sun 2027-02-28 09:40:00", "Mon 2027-03-01 00:00:00");
    check("dora.final", "2028-01-31T09:40:00+01:00", "Tue 2028-02-29 09:40:00", "Wed 2028-03-01 00:00:00");
    check("dora.final", "2026-12-15T09:40:00+01:00", "Fri 2027-01-15 09:40:00", "Sat 2027-01-16 00:00:00");
    // NIS2: the end of a month on a Sunday is that of the Monday after it.
    check("nis2-23.final", "2027-01-28T09:40:00+01:00", "Sun 2027-02-28 09:40:00", "Tue 2027-03-02 00:00:00");
    // At a time that the wall doesn't show on that day, right after the gap.
    check("dora.final", "2027-02-28T02:30:00+01:00", "Sun 2027-03-28 03:00:00", "Mon 2027-03-29 00:00:00");
}

#[test]
fn business_days_pass_over_thanksgiving() {
    // Tuesday before Thanksgiving (2026-11-26): Wednesday, Friday, Monday, Tuesday; EDGAR closes at 17:30.
    check("sec-8k.disclosure", "2026-11-24T10:00:00-05:00", "Tue 2026-12-01 10:00:00", "Tue 2026-12-01 17:30:00");
    check("sec-8k.disclosure", "2026-11-24T19:00:00-05:00", "Tue 2026-12-01 17:30:00", "Tue 2026-12-01 17:30:00");
    // On a Saturday it begins with the Monday, and includes it.
    check("sec-8k.disclosure", "2026-11-28T10:00:00-05:00", "Thu 2026-12-03 17:30:00", "Thu 2026-12-03 17:30:00");
    // Independence Day 2026 is a Saturday, kept on the Friday.
    check("sec-8k.disclosure", "2026-07-01T10:00:00-04:00", "Wed 2026-07-08 10:00:00", "Wed 2026-07-08 17:30:00");
    // New Year's Day 2028 is a Saturday, kept on the last day of 2027.
    check("sec-8k.disclosure", "2027-12-29T10:00:00-05:00", "Wed 2028-01-05 10:00:00", "Wed 2028-01-05 17:30:00");
    check("apra-cps234.weakness", "2026-12-21T10:00:00+11:00", "Mon 2027-01-04 10:00:00", "Tue 2027-01-05 00:00:00");
    // Christmas, Boxing Day (kept on Monday 28), New Year's Day, Good Friday and Easter Monday.
    check("uk-fca.final", "2026-12-01T10:00:00+00:00", "Fri 2027-01-15 10:00:00", "Sat 2027-01-16 00:00:00");
    check("uk-fca.final", "2027-03-18T10:00:00+00:00", "Tue 2027-05-04 10:00:00", "Wed 2027-05-05 00:00:00");
}

#[test]
fn holidays_are_those_of_the_years() {
    let all = |days: OpenDays, year: i32| -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
        let closed = first
            .iter_days()
            .take_while(|day| day.year() == year)
            .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !days.is_open(*day));
        closed.map(|day| day.format("%m-%d").to_string()).collect()
    };
    // opm.gov/policy-data-oversight/pay-leave/federal-holidays
    let federal = ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"];
    assert_eq!(all(OpenDays::UsFederal, 2026), federal);
    let federal =
        ["01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11", "11-25", "12-24", "12-31"];
    assert_eq!(all(OpenDays::UsFederal, 2027), federal);
    // gov.uk/bank-holidays
    let england = ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"];
    assert_eq!(all(OpenDays::England, 2026), england);
    let england = ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"];
    assert_eq!(all(OpenDays::England, 2027), england);
    let england = ["01-03", "04-14", "04-17", "05-01", "05-29", "08-28", "12-25", "12-26"];
    assert_eq!(all(OpenDays::England, 2028), england);
}

#[test]
fn a_second_limit_holds_only_while_it_is_ahead() {
    let (pack, clock) = super::clock(&ClockId::from("dora.initial")).expect("a clock");
    let due = |classified: &str, aware: Option<&str>| {
        pack.count(clock, at(classified), aware.map(at)).last.expect("a number").utc().expect("in range").to_rfc3339()
    };
    assert_eq!(due("2026-11-23T10:00:00Z", None), "2026-11-23T14:00:00+00:00");
    assert_eq!(due("2026-11-23T10:00:00Z", Some("2026-11-23T08:00:00Z")), "2026-11-23T14:00:00+00:00");
    assert_eq!(due("2026-11-23T10:00:00Z", Some("2026-11-22T11:00:00Z")), "2026-11-23T11:00:00+00:00");
    // Classified after 24 hours: four hours from then.
    assert_eq!(due("2026-11-23T10:00:00Z", Some("2026-11-22T09:00:00Z")), "2026-11-23T14:00:00+00:00");
}

#[test]
fn at_once_is_an_hour_and_has_no_last_moment() {
    let counted = counted("ai-act-26.deployer", "2027-12-03T09:40:00+01:00");
    assert_eq!(counted, Counted { target: at("2027-12-03T10:40:00+01:00"), last: None });
}

#[test]
fn a_law_begins_with_its_day_there() {
    let pack = pack(&RegimeId::from("ny-raise")).expect("a pack");
    assert!(!pack.is_law_at(at("2027-01-01T04:59:59Z")));
    assert!(pack.is_law_at(at("2027-01-01T05:00:00Z")));
}

#[test]
fn amounts_read_back() {
    for text in ["at once", "1 hour", "72 hours", "15 days", "4 business days", "1 month"] {
        assert_eq!(amount(text).expect("an amount").to_string(), text);
    }
    for text in ["", "72", "x hours", "2 weeks", "72hours"] {
        assert!(amount(text).is_err(), "{text}");
    }
}

#[test]
fn a_pack_that_is_wrong_says_why() {
    let (_, text) = SOURCES.iter().find(|(file, _)| *file == "dora.toml").expect("the pack");
    for (from, to, why) in [
        ("after = \"initial\"", "after = \"first\"", "no clock here is dora.first"),
        ("starts = \"classified\"\nwithin", "within", "initial begins with a moment, or after a report"),
        ("\"4 hours\"", "\"4 business days\"", "business days need a calendar"),
        ("\"4 hours\"", "\"4 weeks\"", "weeks is no unit"),
        ("counting", "countng", "unknown field `countng`"),
    ] {
        assert!(text.contains(from), "{from}");
        let error = read::pack(&text.replacen(from, to, 1)).expect_err(why);
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_pack_that_nobody_looked_at_for_long_is_a_red_flag() {
    let policy = Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
    let stale = |at: At| flags(&policy, at).iter().filter(|flag| flag.id == "stale-regulation").count();
    assert_eq!(stale(at("2027-05-27T12:00:00Z")), 0);
    assert!(stale(at("2027-05-28T12:00:00Z")) > 0, "181 days after 2026-11-28");
}

/// Hour by hour, looking at the wall: the end of the day on which the open days after the first one are used up.
fn slowly(pack: &Pack, start: At, number: u32, open: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    let wall = |at: At| at.utc().expect("in range").with_timezone(&pack.zone).date_naive();
    let mut now = start;
    let mut day = wall(start);
    let mut left = number;
    while left > 0 {
        now = now + Span::minutes(30);
        let today = wall(now);
        if today != day {
            day = today;
            if open(day) {
                left -= 1;
            }
        }
    }
    day
}

proptest! {
    #[test]
    fn days_are_those_of_a_slow_counter(minutes in 0..2_000_000i64, which in 0..6usize) {
        let clock = ["sec-8k.disclosure", "uk-fca.final", "apra-cps234.weakness", "fedramp-iec.initial-low", "ca-sb53.incident",
            "nydfs-500.explanation"][which];
        let (pack, clock) = super::clock(&ClockId::from(clock)).expect("a clock");
        let start = at("2026-01-01T00:00:00Z") + Span::minutes(minutes);
        let counted = pack.count(clock, start, None);
        let business = clock.within.unit == Unit::BusinessDays;
        let open = |day| !business || pack.open_days.is_some_and(|days| days.is_open(day));
        let day = slowly(pack, start, clock.within.number, open);
        let last = counted.last.expect("a number").utc().expect("in range").with_timezone(&pack.zone);
        // The day that it is the end of.
        prop_assert_eq!((last - TimeDelta::microseconds(1)).date_naive(), day);
        prop_assert!(counted.target <= counted.last.expect("a number"));
        prop_assert!(counted.target > start);
    }

    /// Whatever the law: what began later runs out no earlier, and the target is never after the last moment.
    #[test]
    fn later_is_no_earlier(minutes in 0..2_000_000i64, more in 0..10_000i64) {
        let start = at("2026-01-01T00:00:00Z") + Span::minutes(minutes);
        for pack in packs() {
            for clock in &pack.clocks {
                let (one, other) = (pack.count(clock, start, None), pack.count(clock, start + Span::minutes(more), None));
                // The last day of a short month is the target of several days, each at its own time of day.
                let months = clock.within.unit == Unit::Months;
                prop_assert!(one.last <= other.last && (months || one.target <= other.target), "{}", clock.id);
                prop_assert!(one.last.is_none_or(|last| one.target <= last), "{}", clock.id);
                prop_assert!(one.target > start, "{}", clock.id);
            }
        }
    }
}
