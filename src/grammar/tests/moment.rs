//! Moments as they are typed: read whole, or asked about.

use chrono::DateTime;
use proptest::prelude::*;

use super::*;
use crate::grammar::moment::{Lean, NoMoment, day_alone, moment, moment_ahead, span};

const BERLIN: Tz = chrono_tz::Europe::Berlin;

fn at(rfc: &str) -> At {
    At(DateTime::parse_from_rfc3339(rfc).expect("the test's own moment").timestamp_micros())
}

#[track_caller]
fn reads(text: &str, lean: Lean, expected: &str) {
    assert_eq!(moment(text, NOW, KOLKATA, lean), Ok(at(expected)), "{text}");
}

#[test]
fn moments_are_read_in_the_askers_zone() {
    reads("14:05", Lean::Past, "2026-11-23T14:05:00+05:30");
    reads("23:50", Lean::Past, "2026-11-23T23:50:00+05:30"); // nine hours ahead: refused later, not bent to yesterday
    reads("14:05", Lean::Ends, "2026-11-24T14:05:00+05:30");
    reads("18:00", Lean::Ends, "2026-11-23T18:00:00+05:30");
    reads("2026-11-23 14:05", Lean::Past, "2026-11-23T14:05:00+05:30");
    reads("2026-11-23T14:05", Lean::Past, "2026-11-23T14:05:00+05:30");
    reads("tomorrow 09:00", Lean::Ends, "2026-11-24T09:00:00+05:30");
    reads("yesterday 9:00", Lean::Past, "2026-11-22T09:00:00+05:30");
    reads("fri 5pm", Lean::Ends, "2026-11-27T17:00:00+05:30");
    reads("friday at 17:00", Lean::Ends, "2026-11-27T17:00:00+05:30");
    reads("now", Lean::Past, "2026-11-23T14:30:00+05:30");
    let after_midnight = at("2026-11-23T00:10:00+05:30");
    assert_eq!(moment("23:50", after_midnight, KOLKATA, Lean::Past), Ok(at("2026-11-22T23:50:00+05:30")));
}

#[test]
fn a_time_of_day_is_written_in_many_ways() {
    for text in [
        "tomorrow at 5 pm",
        "tomorrow at 5pm",
        "tomorrow 5 p.m.",
        "Tomorrow, 5 PM",
        "tmr 17:00",
        "tue 5:00 pm",
        "5 pm tomorrow",
        "5.00 p.m. on Tuesday",
        "tues. 17:00:00",
        "24 Nov 17:00",
        "Nov 24th 2026 at 5 pm",
        "24. november 5pm",
        "１７：００ tomorrow",
        "this tuesday 17:00",
    ] {
        reads(text, Lean::Ends, "2026-11-24T17:00:00+05:30");
    }
    reads("noon", Lean::Ends, "2026-11-24T12:00:00+05:30");
    reads("tomorrow noon", Lean::Ends, "2026-11-24T12:00:00+05:30");
    reads("12 am", Lean::Past, "2026-11-23T00:00:00+05:30");
    reads("midnight", Lean::Ends, "2026-11-24T00:00:00+05:30");
    reads("midnight", Lean::Past, "2026-11-23T00:00:00+05:30");
    reads("2:05 pm", Lean::Past, "2026-11-23T14:05:00+05:30");
    reads("yesterday at 11 pm", Lean::Past, "2026-11-22T23:00:00+05:30");
    reads("monday 9:00", Lean::Ends, "2026-11-30T09:00:00+05:30");
    reads("monday 17:00", Lean::Past, "2026-11-16T17:00:00+05:30");
    reads("last monday", Lean::Past, "2026-11-16T00:00:00+05:30");
    reads("3 Jan", Lean::Begins, "2027-01-03T00:00:00+05:30");
}

#[test]
fn the_zone_that_is_named_counts() {
    for text in
        ["17:00 UTC", "17:00Z", "17:00 z", "17:00 GMT", "5 pm UTC", "17:00 +00:00", "22:30 IST", "22:30 Asia/Kolkata"]
    {
        reads(text, Lean::Ends, "2026-11-23T17:00:00Z");
    }
    reads("14:05 UTC", Lean::Past, "2026-11-23T14:05:00Z");
    reads("2026-11-23T14:05:09Z", Lean::Past, "2026-11-23T14:05:09Z");
    reads("2026-11-23T14:05Z", Lean::Past, "2026-11-23T14:05:00Z");
    reads("2026-11-23T14:05:09+01:00", Lean::Ends, "2026-11-23T13:05:09Z");
    reads("17:00 europe/berlin", Lean::Ends, "2026-11-23T16:00:00Z");
    reads("17:00 CET", Lean::Ends, "2026-11-23T16:00:00Z");
    reads("tomorrow 17:00+02:00", Lean::Ends, "2026-11-24T15:00:00Z");
    reads("17:00 UTC+2", Lean::Ends, "2026-11-23T15:00:00Z");
    reads("2026-11-23T14:05-05:00", Lean::Ends, "2026-11-23T19:05:00Z");
    reads("17:00 cet", Lean::Ends, "2026-11-23T16:00:00Z");
    reads("17:00 +0530", Lean::Ends, "2026-11-23T11:30:00Z");
    reads("2026-07-01 17:00 \u{2212}05:00", Lean::Ends, "2026-07-01T22:00:00Z");
    // In July Berlin has CEST, and EST is several zones.
    for text in ["2027-07-01 17:00 CET", "17:00 EST", "17:00 CST", "17:00 BST"] {
        assert!(matches!(moment(text, NOW, KOLKATA, Lean::Ends), Err(NoMoment::Unclear(_))), "{text}");
    }
    // Of the hour that comes twice, the abbreviation says which.
    let berlin = |text| moment(text, NOW, BERLIN, Lean::Past);
    assert_eq!(berlin("2026-10-25 02:30 CEST"), Ok(at("2026-10-25T00:30:00Z")));
    assert_eq!(berlin("2026-10-25 02:30 CET"), Ok(at("2026-10-25T01:30:00Z")));
}

#[test]
fn a_day_alone_begins_and_ends_with_the_day() {
    reads("tomorrow", Lean::Ends, "2026-11-25T00:00:00+05:30");
    reads("tomorrow", Lean::Due, "2026-11-24T23:59:00+05:30");
    reads("tomorrow", Lean::Begins, "2026-11-24T00:00:00+05:30");
    reads("today", Lean::Begins, "2026-11-23T14:30:00+05:30");
    reads("today", Lean::Ends, "2026-11-24T00:00:00+05:30");
    reads("2026-11-20", Lean::Past, "2026-11-20T00:00:00+05:30");
    reads("friday", Lean::Past, "2026-11-20T00:00:00+05:30");
    assert_eq!(day_alone("yesterday", NOW, KOLKATA).map(|day| day.to_string()).as_deref(), Some("2026-11-22"));
    assert_eq!(day_alone("yesterday 9:00", NOW, KOLKATA), None);
    // Days that begin or end in the hour of a clock change: Beirut skips midnight, Havana has it twice.
    let in_zone = |text, zone, lean| moment(text, NOW, zone, lean);
    assert_eq!(in_zone("2027-03-28", Tz::Asia__Beirut, Lean::Begins), Ok(at("2027-03-28T01:00:00+03:00")));
    assert_eq!(in_zone("2027-03-27", Tz::Asia__Beirut, Lean::Ends), Ok(at("2027-03-28T01:00:00+03:00")));
    assert_eq!(in_zone("2027-03-27", Tz::Asia__Beirut, Lean::Due), Ok(at("2027-03-27T23:59:00+02:00")));
    assert_eq!(in_zone("2026-11-01", Tz::America__Havana, Lean::Ends), Ok(at("2026-11-02T00:00:00-05:00")));
    assert_eq!(in_zone("2026-11-01", Tz::America__Havana, Lean::Past), Ok(at("2026-11-01T00:00:00-04:00")));
}

#[test]
fn the_hours_of_a_clock_change() {
    // 2027-03-28 02:00 → 03:00 in Berlin; 2026-10-25 03:00 → 02:00.
    assert_eq!(moment("2027-03-28 02:30", NOW, BERLIN, Lean::Ends), Ok(at("2027-03-28T03:30:00+02:00")));
    assert_eq!(moment("2026-10-25 02:30", NOW, BERLIN, Lean::Past), Ok(at("2026-10-25T02:30:00+02:00")));
}

#[test]
fn spans_go_from_coarse_to_fine() {
    assert_eq!(span("90m"), Some(Span::minutes(90)));
    assert_eq!(span("90 minutes"), Some(Span::minutes(90)));
    assert_eq!(span("1h30m"), Some(Span::minutes(90)));
    assert_eq!(span("2 hours and 30 minutes"), Some(Span::minutes(150)));
    assert_eq!(span("1 d 2 hours"), Some(Span::hours(26)));
    for text in
        ["", "30m1h", "1h1h", "h", "1", "0m", "1x", "99999999999999999999d", "1h 30", "1.5h", "and 1h", "1h and"]
    {
        assert_eq!(span(text), None, "{text}");
    }
    reads("in 2h", Lean::Ends, "2026-11-23T16:30:00+05:30");
    reads("In 1 h 30 min", Lean::Ends, "2026-11-23T16:00:00+05:30");
    reads("90m", Lean::Begins, "2026-11-23T16:00:00+05:30");
    reads("2h ago", Lean::Past, "2026-11-23T12:30:00+05:30");
    reads("1 day, 2 hours and 5 minutes ago", Lean::Past, "2026-11-22T12:25:00+05:30");
}

#[test]
fn what_is_no_moment_is_none() {
    for text in [
        "",
        "soon",
        "25:00",
        "12:60",
        "13pm",
        "2026-13-01",
        "14",
        "in",
        "ago",
        "2h",
        "in -2h",
        "m",
        "1:2:3:4",
        "at",
        "utc",
        "17:00 at",
        "17:00 17:00",
        "friday saturday",
        "17:00 UTC CET",
        "2026-11-23 UTC",
        "30 feb",
        "09:00-10:00",
        "17:00-18:00",
        "+05:30",
        "1h ago ago",
        "pm",
    ] {
        assert_eq!(moment(text, NOW, KOLKATA, Lean::Past), Err(NoMoment::Other), "{text}");
    }
    assert_eq!(moment("in 99999999999d", NOW, KOLKATA, Lean::Ends), Err(NoMoment::Other));
    assert_eq!(moment("14:05", At(i64::MAX), KOLKATA, Lean::Ends), Err(NoMoment::Other));
    for text in ["next friday", "next friday 17:00", "11/12/2026", "11.12.2026 14:00", "friday midnight"] {
        assert!(matches!(moment(text, NOW, KOLKATA, Lean::Ends), Err(NoMoment::Unclear(_))), "{text}");
    }
}

#[test]
fn a_moment_takes_its_words_and_leaves_the_rest() {
    let take = |text| moment_ahead(text, NOW, KOLKATA, Lean::Ends).expect("it is clear").map(|(_, end)| end);
    assert_eq!(take("tomorrow 09:00 Send the report"), Some(14));
    assert_eq!(take("in 2h Send it"), Some(5));
    assert_eq!(take("2 h 05 min later"), Some(10));
    assert_eq!(take("friday Send it"), Some(6));
    assert_eq!(take("friday, send it"), Some(7));
    assert_eq!(take("1 week 2 days 3 hours 4 min 5 s Send it"), Some(31));
    assert_eq!(take("17:00 UTC Send it"), Some(9));
    assert_eq!(take("17:00 Send it at 18:00"), Some(5));
    assert_eq!(take("friday, 2 reports"), Some(7));
    assert_eq!(take("17:00 2 reports"), Some(5));
    assert_eq!(take("17:00. Send it"), Some(6));
    assert_eq!(take("17:00 (UTC) Send it"), Some(11));
    assert_eq!(take("17:00 eat with them"), Some(5));
    assert_eq!(take("friday at the latest"), Some(6));
    assert_eq!(take("Send it friday"), None);
}

#[test]
fn a_moment_that_goes_on_is_asked_about() {
    for text in [
        "tomorrow at 8 Send it",
        "tomorrow, at 8 Send it",
        "tomorrow 8 Send it",
        "tomorrow 0800 Send it",
        "monday or tuesday Send it",
        "monday - wednesday Send it",
        "17:00 est Send it",
        "17:00 (EST) Send it",
        "17:00 Berlin time Send it",
        "17:00 Berlin Send it",
        "17:00 local time Send it",
        "17:00 -18:00 Call",
        "17:00 –18:00 Call",
        "17:00 hrs Send it",
        "tomorrow eod Send it",
        "17:00 EST Send it",
        "tomorrow morning Send it",
        "14:05 o'clock",
        "friday 30 min call",
        "17:00 - 18:00 Call",
        "17:00 or 18:00",
        "tomorrow midnight Send it",
        "next friday Send it",
        "friday 11/12/2026 Send it",
        "3d 25 min 10 h later",
        "17:00 tomorrow friday",
    ] {
        let asked = moment_ahead(text, NOW, KOLKATA, Lean::Ends);
        assert!(asked.as_ref().is_err_and(|sentence| sentence.contains('`')), "{text}: {asked:?}");
    }
}

/// A moment, written in one of the ways that say all of it.
fn written(at: At, zone: Tz, way: (usize, usize, usize)) -> String {
    let utc = at.utc().expect("a moment of this century");
    let local = utc.with_timezone(&zone);
    let (shown, suffix) = match way.0 {
        0 => (local.naive_local(), String::new()),
        1 => (utc.naive_utc(), " UTC".to_owned()),
        2 => (utc.naive_utc(), "Z".to_owned()),
        3 => (local.naive_local(), local.format(" %:z").to_string()),
        _ => (local.naive_local(), format!(" {zone}")),
    };
    let time = match (way.1, suffix.as_str()) {
        (1, suffix) if suffix != "Z" => shown.format("%-I:%M:%S %p").to_string(),
        (2, suffix) if suffix != "Z" => {
            shown.format("%-I:%M:%S p.m.").to_string().replace("p.m.", &shown.format("%P").to_string())
        }
        _ => shown.format("%H:%M:%S").to_string(),
    };
    match way.2 {
        0 => format!("{} {time}{suffix}", shown.format("%Y-%m-%d")),
        1 => format!("{} at {time}{suffix}", shown.format("%-d %b %Y")),
        2 => format!("{}, {time}{suffix}", shown.format("%B %-d %Y")),
        _ => format!("{time}{suffix} {}", shown.format("%Y-%m-%d")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// However a moment is written in full, it is read as itself, whole, and what follows it is left.
    #[test]
    fn what_is_written_reads_back(seconds in 1_795_500_000_i64..2_500_000_000, way in (0..5_usize, 0..3_usize, 0..4_usize), zone in 0..4_usize) {
        let zone = [KOLKATA, BERLIN, chrono_tz::America::New_York, Tz::Australia__Lord_Howe][zone];
        let meant = At(seconds * 1_000_000);
        // Of an hour that comes twice, a wall clock without its zone says only the first.
        let twice = {
            let local = meant.utc().expect("this century").with_timezone(&zone).naive_local();
            crate::grammar::moment::on_the_wall(local, zone) != Some(meant)
        };
        prop_assume!(!twice || matches!(way.0, 1..=3));
        let text = written(meant, zone, way);
        for lean in [Lean::Past, Lean::Begins, Lean::Ends, Lean::Due] {
            prop_assert_eq!(moment(&text, NOW, zone, lean), Ok(meant), "{}", &text);
            let ahead = moment_ahead(&format!("{text} Send the report"), NOW, zone, lean);
            prop_assert_eq!(ahead, Ok(Some((meant, text.len()))), "{}", &text);
        }
    }

    /// Where a day begins is never after where it ends, and both lie in it, in every zone.
    #[test]
    fn a_day_holds_its_beginning_and_its_end(days in 0..20_000_i64, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
        let zone = chrono_tz::TZ_VARIANTS[zone];
        let day = chrono::NaiveDate::from_ymd_opt(2027, 1, 1).and_then(|day| day.checked_add_signed(chrono::TimeDelta::days(days))).expect("a day");
        let read = |lean| moment(&day.to_string(), NOW, zone, lean).expect("a day");
        let date = |at: At| at.utc().expect("a moment").with_timezone(&zone).date_naive();
        let (first, last) = (read(Lean::Begins), read(Lean::Due));
        prop_assert!(first < last, "{} {}", zone, day);
        prop_assert_eq!((date(first), date(last)), (day, day), "{}", zone);
        prop_assert_eq!(read(Lean::Past), first);
        // What lasts for a day ends where the next one begins.
        let next = day.succ_opt().expect("a day");
        prop_assert_eq!(read(Lean::Ends), moment(&next.to_string(), NOW, zone, Lean::Begins).expect("a day"), "{}", zone);
    }
}
