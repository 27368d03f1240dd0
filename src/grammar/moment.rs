//! Moments and spans as people type them, in their own zone: `14:05`, `tomorrow 09:00`, `in 2h`, `2h ago`, RFC 3339.
//!
//! A time of day alone is the nearest one that makes sense: behind us for what happened, ahead of us for what is due.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Weekday,
};
use chrono_tz::Tz;

use crate::domain::{At, Span};

/// Which way a time of day alone leans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lean {
    /// It happened.
    Past,
    /// It is to come; a span alone (`2h`) counts from now, and a day alone lasts to its last minute.
    Future,
}

/// The longest that is taken for a span: a hundred years. Longer ones are slips.
const LONGEST: Span = Span::days(36_525);
/// A time of day that is further ahead than this was meant for yesterday, where the thing has happened.
const SLIP: TimeDelta = TimeDelta::hours(12);
/// No moment takes more letters than this.
const LONGEST_TEXT: usize = 64;
/// The most words a moment has: `in 1 h 30 min`.
const MOST_WORDS: usize = 5;

/// Reads a span such as `90m`, `2h`, `1d`, `1h30m`, `2 h 05 min`. Only positive ones.
pub fn span(text: &str) -> Option<Span> {
    let mut total: i64 = 0;
    let mut rest = text.trim();
    let mut finest = i64::MAX;
    if rest.is_empty() || rest.len() > 40 {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest.get(..digits)?.parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match rest[..letters].to_ascii_lowercase().as_str() {
            "w" | "week" | "weeks" => Span::days(7),
            "d" | "day" | "days" => Span::days(1),
            "h" | "hr" | "hrs" | "hour" | "hours" => Span::hours(1),
            "m" | "min" | "mins" | "minute" | "minutes" => Span::minutes(1),
            "s" | "sec" | "secs" | "second" | "seconds" => Span::seconds(1),
            _ => return None,
        };
        // From coarse to fine, each once: `30m1h` is a slip.
        if unit.0 >= finest {
            return None;
        }
        finest = unit.0;
        total = total.checked_add(amount.checked_mul(unit.0)?)?;
        rest = rest[letters..].trim_start();
    }
    (total > 0 && total <= LONGEST.0).then_some(Span(total))
}

/// Reads a whole text as a moment.
pub fn moment(text: &str, now: At, zone: Tz, lean: Lean) -> Option<At> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if lower == "now" {
        return Some(now);
    }
    if let Ok(exact) = DateTime::parse_from_rfc3339(text) {
        return Some(At(exact.timestamp_micros()));
    }
    if let Some(ahead) = lower.strip_prefix("in ") {
        return span(ahead).map(|span| now + span);
    }
    if let Some(back) = lower.strip_suffix(" ago") {
        return span(back).map(|span| now - span);
    }
    if lean == Lean::Future
        && let Some(ahead) = span(&lower)
    {
        return Some(now + ahead);
    }
    let here = now.utc()?.with_timezone(&zone).naive_local();
    let (day, time) = day_and_time(&lower, here, lean)?;
    let wall = match (day, time) {
        (Some(day), Some(time)) => day.and_time(time),
        (Some(day), None) => match lean {
            Lean::Past => day.and_time(NaiveTime::MIN),
            Lean::Future => day.and_hms_opt(23, 59, 0)?,
        },
        (None, Some(time)) => {
            let today = here.date().and_time(time);
            match lean {
                Lean::Past if today - here > SLIP => today.checked_sub_days(Days::new(1))?,
                Lean::Future if today <= here => today.checked_add_days(Days::new(1))?,
                Lean::Past | Lean::Future => today,
            }
        }
        (None, None) => return None,
    };
    on_the_wall(wall, zone)
}

/// Reads a moment from the beginning of a text, as many words as belong to it. Returns how many bytes it took.
pub fn moment_ahead(text: &str, now: At, zone: Tz, lean: Lean) -> Option<(At, usize)> {
    let longest = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
    let line = text[..longest].lines().next().unwrap_or_default();
    let mut ends: Vec<usize> = Vec::with_capacity(MOST_WORDS);
    let mut at = 0;
    for word in line.split_whitespace().take(MOST_WORDS) {
        at += line[at..].find(word)? + word.len();
        ends.push(at);
    }
    ends.into_iter().rev().find_map(|end| moment(&line[..end], now, zone, lean).map(|found| (found, end)))
}

/// What a wall clock in the zone shows is this moment. In the hour that doesn't exist (clocks go forward) it is as long
/// after the change as it was meant to be; of an hour that comes twice, the first.
pub fn on_the_wall(wall: NaiveDateTime, zone: Tz) -> Option<At> {
    match zone.from_local_datetime(&wall) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(At(at.timestamp_micros())),
        LocalResult::None => {
            let before = zone.from_local_datetime(&wall.checked_sub_signed(TimeDelta::hours(3))?).earliest()?;
            Some(At(before.timestamp_micros()) + Span::hours(3))
        }
    }
}

fn day_and_time(lower: &str, here: NaiveDateTime, lean: Lean) -> Option<(Option<NaiveDate>, Option<NaiveTime>)> {
    let iso = lower.replacen('t', " ", usize::from(lower.len() > 10 && lower.as_bytes()[10] == b't'));
    let words: Vec<&str> = iso.split_whitespace().filter(|word| *word != "at").collect();
    match words.as_slice() {
        [one] => match time_of_day(one) {
            Some(time) => Some((None, Some(time))),
            None => Some((Some(day(one, here, lean)?), None)),
        },
        [first, second] => match time_of_day(second) {
            Some(time) => Some((Some(day(first, here, lean)?), Some(time))),
            None => Some((Some(day(second, here, lean)?), Some(time_of_day(first)?))),
        },
        _ => None,
    }
}

fn day(word: &str, here: NaiveDateTime, lean: Lean) -> Option<NaiveDate> {
    let today = here.date();
    match word {
        "today" | "tonight" => return Some(today),
        "tomorrow" => return today.succ_opt(),
        "yesterday" => return today.pred_opt(),
        _ => {}
    }
    if let Ok(date) = NaiveDate::parse_from_str(word, "%Y-%m-%d") {
        return (1970..=2200).contains(&date.year()).then_some(date);
    }
    let named: Weekday = Some(word).filter(|word| word.len() >= 3)?.parse().ok()?;
    let ahead = u64::from((7 + named.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7);
    match lean {
        Lean::Future => today.checked_add_days(Days::new(ahead)),
        Lean::Past => today.checked_sub_days(Days::new((7 - ahead) % 7)),
    }
}

/// `14:05`, `14:05:30`, `9:00`, `2pm`, `2:30pm`.
fn time_of_day(word: &str) -> Option<NaiveTime> {
    let (digits, twelve) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        (None, None) => (word, None),
    };
    let mut parts = digits.split(':').map(|part| {
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| fits)
    });
    let hour = parts.next()??;
    let minute = match parts.next() {
        Some(minute) => minute?,
        None if twelve.is_some() => 0,
        None => return None,
    };
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() {
        return None;
    }
    let hour = match twelve {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(noon) => hour % 12 + noon,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KOLKATA: Tz = chrono_tz::Asia::Kolkata;
    const BERLIN: Tz = chrono_tz::Europe::Berlin;

    fn at(rfc: &str) -> At {
        At(DateTime::parse_from_rfc3339(rfc).expect("the test's own moment").timestamp_micros())
    }

    /// A Monday.
    fn now() -> At {
        at("2026-11-23T14:30:00+05:30")
    }

    #[track_caller]
    fn check(text: &str, lean: Lean, expected: &str) {
        assert_eq!(moment(text, now(), KOLKATA, lean), Some(at(expected)), "{text}");
    }

    #[test]
    fn moments_are_read_in_the_askers_zone() {
        check("14:05", Lean::Past, "2026-11-23T14:05:00+05:30");
        check("23:50", Lean::Past, "2026-11-23T23:50:00+05:30"); // nine hours ahead: refused later, not bent to yesterday
        check("14:05", Lean::Future, "2026-11-24T14:05:00+05:30");
        check("18:00", Lean::Future, "2026-11-23T18:00:00+05:30");
        check("2026-11-23 14:05", Lean::Past, "2026-11-23T14:05:00+05:30");
        check("2026-11-23T14:05", Lean::Past, "2026-11-23T14:05:00+05:30");
        check("2026-11-23T14:05:09Z", Lean::Past, "2026-11-23T14:05:09Z");
        check("2026-11-23T14:05:09+01:00", Lean::Future, "2026-11-23T13:05:09Z");
        check("in 2h", Lean::Future, "2026-11-23T16:30:00+05:30");
        check("In 1 h 30 min", Lean::Future, "2026-11-23T16:00:00+05:30");
        check("90m", Lean::Future, "2026-11-23T16:00:00+05:30");
        check("2h ago", Lean::Past, "2026-11-23T12:30:00+05:30");
        check("tomorrow 09:00", Lean::Future, "2026-11-24T09:00:00+05:30");
        check("yesterday 9:00", Lean::Past, "2026-11-22T09:00:00+05:30");
        check("tomorrow", Lean::Future, "2026-11-24T23:59:00+05:30");
        check("2026-11-20", Lean::Past, "2026-11-20T00:00:00+05:30");
        check("fri 5pm", Lean::Future, "2026-11-27T17:00:00+05:30");
        check("friday at 17:00", Lean::Future, "2026-11-27T17:00:00+05:30");
        check("friday", Lean::Past, "2026-11-20T00:00:00+05:30");
        check("now", Lean::Past, "2026-11-23T14:30:00+05:30");
    }

    #[test]
    fn a_time_just_after_midnight_can_mean_yesterday() {
        let after_midnight = at("2026-11-23T00:10:00+05:30");
        assert_eq!(moment("23:50", after_midnight, KOLKATA, Lean::Past), Some(at("2026-11-22T23:50:00+05:30")));
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in
            ["", "soon", "25:00", "12:60", "13pm", "2026-13-01", "14", "in", "ago", "2h", "in -2h", "m", "1:2:3:4"]
        {
            assert_eq!(moment(text, now(), KOLKATA, Lean::Past), None, "{text}");
        }
        assert_eq!(moment("in 99999999999d", now(), KOLKATA, Lean::Future), None);
        assert_eq!(moment("14:05", At(i64::MAX), KOLKATA, Lean::Future), None);
    }

    #[test]
    fn the_hours_of_a_clock_change() {
        // 2027-03-28 02:00 → 03:00 in Berlin; 2026-10-25 03:00 → 02:00.
        assert_eq!(moment("2027-03-28 02:30", now(), BERLIN, Lean::Future), Some(at("2027-03-28T03:30:00+02:00")));
        assert_eq!(moment("2026-10-25 02:30", now(), BERLIN, Lean::Past), Some(at("2026-10-25T02:30:00+02:00")));
    }

    #[test]
    fn spans_go_from_coarse_to_fine() {
        assert_eq!(span("90m"), Some(Span::minutes(90)));
        assert_eq!(span("1h30m"), Some(Span::minutes(90)));
        assert_eq!(span("1 d 2 hours"), Some(Span::hours(26)));
        for text in ["", "30m1h", "1h1h", "h", "1", "0m", "1x", "99999999999999999999d", "1h 30"] {
            assert_eq!(span(text), None, "{text}");
        }
    }

    #[test]
    fn a_moment_takes_its_words_and_leaves_the_rest() {
        let take = |text| moment_ahead(text, now(), KOLKATA, Lean::Future).map(|(_, end)| end);
        assert_eq!(take("tomorrow 09:00 Send the report"), Some(14));
        assert_eq!(take("in 2h Send it"), Some(5));
        assert_eq!(take("2 h 05 min later"), Some(10));
        assert_eq!(take("friday Send it"), Some(6));
        assert_eq!(take("Send it friday"), None);
    }
}
