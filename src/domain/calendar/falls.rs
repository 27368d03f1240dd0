//! When a schedule falls. It is written as in a crontab and read on the wall of its zone: the hour that clocks skip falls right
//! after the gap, and the hour that they repeat falls once.

use std::str::FromStr;

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::wall;
use crate::domain::at::At;

/// The places of the two days among six or seven fields.
const DAY_OF_THE_MONTH: usize = 3;
const DAY_OF_THE_WEEK: usize = 5;

/// Longer than any hour that clocks repeat.
const REPEATED_AT_MOST: TimeDelta = TimeDelta::hours(3);

/// A schedule: second, minute, hour, day, month, day of the week and, if wanted, the year; or the five fields of a crontab,
/// which begin with the minute. Where both the day of the month and the day of the week are restricted, one of them is
/// enough (POSIX, `crontab`); a field that begins with `*` restricts nothing in this sense, as Vixie's cron has it.
#[derive(Clone, Debug)]
pub struct Falls {
    /// Two where either of two days is enough: the `cron` crate wants all fields to fit.
    on_the_wall: Vec<cron::Schedule>,
}

impl Falls {
    /// # Errors
    /// What the `cron` crate says of it.
    pub fn read(text: &str) -> Result<Falls, cron::error::Error> {
        let mut fields: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        if fields.len() == 5 {
            fields.insert(0, "0".to_owned());
        }
        if let Some(days) = fields.get_mut(DAY_OF_THE_WEEK) {
            *days = days_of_the_week(days);
        }
        let whole = cron::Schedule::from_str(&fields.join(" "))?;
        let is_restricted = |field: usize| fields.get(field).is_some_and(|it| !it.starts_with(['*', '?']));
        if !(is_restricted(DAY_OF_THE_MONTH) && is_restricted(DAY_OF_THE_WEEK)) {
            return Ok(Falls { on_the_wall: vec![whole] });
        }
        let either = [DAY_OF_THE_MONTH, DAY_OF_THE_WEEK].map(|free| {
            let mut fields = fields.clone();
            fields[free] = "*".to_owned();
            cron::Schedule::from_str(&fields.join(" "))
        });
        either.into_iter().collect::<Result<_, _>>().map(|on_the_wall| Falls { on_the_wall })
    }

    /// The first moment after a moment.
    pub fn next(&self, zone: Tz, after: At) -> Option<At> {
        self.upcoming(zone, after).next()
    }

    /// The moments after a moment, in order.
    pub fn upcoming(&self, zone: Tz, after: At) -> impl Iterator<Item = At> {
        // All that the wall has shown by then has fallen. In a repeated hour, so has some of what it will show again.
        let from = on_the_wall(zone, after);
        let mut each: Vec<_> = from
            .into_iter()
            .flat_map(|from| self.on_the_wall.iter().map(move |it| it.after(&from).peekable()))
            .collect();
        let shown = std::iter::from_fn(move || {
            let each = each.iter_mut().filter_map(|it| Some((*it.peek()?, it)));
            let (_, first) = each.min_by_key(|(shown, _)| *shown)?;
            first.next().map(|shown| shown.naive_utc())
        });
        let mut last = after;
        // Two times in one gap fall together, and that is once.
        shown.map(move |shown| wall::opening(zone, shown)).filter(move |&at| {
            let later = at > last;
            last = last.max(at);
            later
        })
    }

    /// The last moment up to one, it included.
    pub fn newest(&self, zone: Tz, up_to: At) -> Option<At> {
        let shown = on_the_wall(zone, up_to)?;
        // The second time that it shows this, the rest of the repeated hour has been as well.
        let repeated = matches!(zone.offset_from_local_datetime(&shown.naive_utc()), LocalResult::Ambiguous(..));
        let from = if repeated { shown + REPEATED_AT_MOST } else { shown };
        let newest = self.on_the_wall.iter().filter_map(|it| {
            let before = it.after(&(from + TimeDelta::seconds(1))).rev();
            before.map(|shown| wall::opening(zone, shown.naive_utc())).find(|&at| at <= up_to)
        });
        newest.max()
    }

    /// The last moment of all, where there is one; a schedule without a year has none for as long as anybody plans.
    pub fn last(&self, zone: Tz) -> Option<At> {
        let far = NaiveDateTime::parse_from_str("2090-01-01 00:00:00", "%Y-%m-%d %H:%M:%S").ok()?.and_utc();
        if self.on_the_wall.iter().any(|it| it.after(&far).next().is_some()) {
            return None;
        }
        let last = self.on_the_wall.iter().filter_map(|it| it.after(&far).next_back());
        last.map(|shown| wall::opening(zone, shown.naive_utc())).max()
    }
}

/// What the wall shows, in whole seconds, as if it were UTC.
fn on_the_wall(zone: Tz, at: At) -> Option<DateTime<Utc>> {
    Some(at.utc()?.with_timezone(&zone).naive_local().with_nanosecond(0)?.and_utc())
}

/// From how crontabs count days, 0 and 7 being Sunday, to their names: the `cron` crate counts from 1, which is Sunday. What
/// is no day stays as it is, for the crate to complain about.
fn days_of_the_week(field: &str) -> String {
    let parts = field.split(',').map(|part| days_of_one(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join(",")
}

fn days_of_one(part: &str) -> Option<String> {
    let (days, step) = match part.split_once('/') {
        Some((days, step)) => (days, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
        None => (part, None),
    };
    let (first, last) = match (days.split_once('-'), step) {
        (Some((first, last)), _) => (day(first)?, day(last)?),
        (None, None) => (day(days)?, day(days)?),
        (None, Some(_)) if days == "*" => (0, 6),
        (None, Some(_)) => (day(days)?, 6),
    };
    // Sunday ends a week as well as it begins one.
    let last = if last < first && last == 0 { 7 } else { last };
    let named: Vec<&str> =
        (first..=last).step_by(step.unwrap_or(1)).filter_map(|day| DAYS.get(day % 7).copied()).collect();
    (!named.is_empty()).then(|| named.join(","))
}

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

fn day(text: &str) -> Option<usize> {
    let named =
        || DAYS.iter().position(|day| text.len() >= 3 && text.is_ascii() && day.eq_ignore_ascii_case(&text[..3]));
    text.parse().ok().filter(|number| *number <= 7).or_else(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(utc: &str) -> At {
        At::from(DateTime::parse_from_rfc3339(utc).expect("the test's own moment").with_timezone(&Utc))
    }

    fn falls(cron: &str) -> Falls {
        Falls::read(cron).unwrap_or_else(|error| panic!("{cron}: {error}"))
    }

    #[test]
    fn days_count_as_crontabs_do() {
        let check = |days: &str, expected: &str| assert_eq!(days_of_the_week(days), expected, "{days}");
        check("1", "Mon");
        check("0", "Sun");
        check("7", "Sun");
        check("1-5", "Mon,Tue,Wed,Thu,Fri");
        check("5-7", "Fri,Sat,Sun");
        check("fri-sun", "Fri,Sat,Sun");
        check("Mon,3", "Mon,Wed");
        check("1-5/2", "Mon,Wed,Fri");
        check("*/2", "Sun,Tue,Thu,Sat");
        check("*", "*");
        check("8", "8");
        check("Funday", "Funday");
        // The seventh of December 2026 is a Monday.
        for cron in ["0 9 * * 1", "0 0 9 * * 1", "0 0 9 * * Mon", "0 9 * * monday"] {
            assert_eq!(
                falls(cron).next(Tz::UTC, at("2026-12-01T00:00:00Z")),
                Some(at("2026-12-07T09:00:00Z")),
                "{cron}"
            );
        }
        for wrong in ["0 9 * * 8", "0 9 * * 5-1", "0 9 * *", "0 25 * * 1", "0 9 * * 1/0", "0 9 * * Funday"] {
            assert!(Falls::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn of_a_day_of_the_month_and_one_of_the_week_one_is_enough() {
        let december = |cron: &str| -> Vec<u32> {
            let falls = falls(cron);
            let moments = falls.upcoming(Tz::UTC, at("2026-12-01T00:00:00Z"));
            let moments = moments.take_while(|moment| *moment < at("2027-01-01T00:00:00Z"));
            moments.map(|moment| chrono::Datelike::day(&moment.utc().expect("in range"))).collect()
        };
        // The first of December 2026 is a Tuesday.
        assert_eq!(december("0 9 1,15 * Mon"), [1, 7, 14, 15, 21, 28]);
        assert_eq!(december("0 0 9 1,15 * 1"), [1, 7, 14, 15, 21, 28]);
        assert_eq!(december("0 9 7 * Mon"), [7, 14, 21, 28], "a day that both fit is one");
        assert_eq!(december("0 9 1,15 * *"), [1, 15]);
        assert_eq!(december("0 9 1,15 * ?"), [1, 15]);
        assert_eq!(december("0 9 * * Mon"), [7, 14, 21, 28]);
        assert_eq!(december("0 9 */14 * Tue"), [1, 15, 29], "a step from the star restricts nothing, so both must fit");
        let both = falls("0 9 15 * Mon");
        assert_eq!(both.newest(Tz::UTC, at("2026-12-20T00:00:00Z")), Some(at("2026-12-15T09:00:00Z")));
        assert_eq!(both.newest(Tz::UTC, at("2026-12-15T08:59:59Z")), Some(at("2026-12-14T09:00:00Z")));
        assert_eq!(both.last(Tz::UTC), None);
        assert_eq!(falls("0 0 9 1 1 Mon 2020").last(Tz::UTC), Some(at("2020-01-27T09:00:00Z")));
        for wrong in ["0 9 32 * Mon", "0 9 1 * Funday", "0 9 0 * Mon"] {
            assert!(Falls::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_clocks_skip_falls_right_after_the_gap() {
        let zone = chrono_tz::America::New_York;
        let sundays = falls("0 30 2 * * Sun");
        let three: Vec<At> = sundays.upcoming(zone, at("2025-03-02T12:00:00Z")).take(3).collect();
        assert_eq!(three, [at("2025-03-09T07:00:00Z"), at("2025-03-16T06:30:00Z"), at("2025-03-23T06:30:00Z")]);
        assert_eq!(sundays.newest(zone, at("2025-03-09T07:00:00Z")), Some(three[0]));
        assert_eq!(sundays.newest(zone, at("2025-03-09T06:59:59Z")), Some(at("2025-03-02T07:30:00Z")));
        // Several times in one gap are one moment.
        let often = falls("0 0/20 2 * * *");
        let three: Vec<At> = often.upcoming(zone, at("2025-03-09T06:00:00Z")).take(2).collect();
        assert_eq!(three, [at("2025-03-09T07:00:00Z"), at("2025-03-10T06:00:00Z")]);
    }

    #[test]
    fn what_clocks_repeat_falls_once() {
        let zone = chrono_tz::America::New_York;
        let nightly = falls("0 30 1 * * *");
        let two: Vec<At> = nightly.upcoming(zone, at("2025-11-01T12:00:00Z")).take(2).collect();
        assert_eq!(two, [at("2025-11-02T05:30:00Z"), at("2025-11-03T06:30:00Z")]);
        assert_eq!(nightly.next(zone, at("2025-11-02T06:10:00Z")), Some(two[1]), "while the wall shows 01:10 again");
        assert_eq!(nightly.newest(zone, at("2025-11-02T06:10:00Z")), Some(two[0]));
    }

    #[test]
    fn a_schedule_ends_only_with_its_years() {
        assert_eq!(falls("0 0 9 * * Mon").last(Tz::UTC), None);
        assert_eq!(falls("0 0 9 29 2 *").last(Tz::UTC), None);
        assert_eq!(falls("0 0 9 1 1 * 2020").last(Tz::UTC), Some(at("2020-01-01T09:00:00Z")));
        assert_eq!(falls("0 0 9 30 2 *").next(Tz::UTC, at("2026-12-01T00:00:00Z")), None);
    }

    proptest::proptest! {
        /// Against each day of two months and its weekday, looked at one by one.
        #[test]
        fn days_are_those_that_a_crontab_has(
            of_month in proptest::collection::btree_set(1..29u32, 0..4), of_week in proptest::collection::btree_set(0..7u32, 0..3),
        ) {
            use chrono::Datelike;
            let field = |days: &std::collections::BTreeSet<u32>| match days.is_empty() {
                true => "*".to_owned(),
                false => days.iter().map(u32::to_string).collect::<Vec<_>>().join(","),
            };
            let schedule = falls(&format!("0 9 {} * {}", field(&of_month), field(&of_week)));
            let first = at("2026-11-01T09:00:00Z");
            let days = (0..61i64).map(|days| At(first.0 + days * 24 * 3_600_000_000));
            let fits = |moment: &At| {
                let day = moment.utc().expect("in range");
                let (month, week) = (of_month.contains(&day.day()), of_week.contains(&day.weekday().num_days_from_sunday()));
                match (of_month.is_empty(), of_week.is_empty()) {
                    (true, true) => true,
                    (false, true) => month,
                    (true, false) => week,
                    (false, false) => month || week,
                }
            };
            let expected: Vec<At> = days.filter(fits).collect();
            let fallen = schedule.upcoming(Tz::UTC, At(first.0 - 1)).take(expected.len());
            proptest::prop_assert_eq!(fallen.collect::<Vec<_>>(), expected.clone());
            let end = At(first.0 + 60 * 24 * 3_600_000_000);
            proptest::prop_assert_eq!(schedule.newest(Tz::UTC, end), expected.last().copied());
        }

        /// Against every moment of three weeks around a clock change, looked at one by one.
        #[test]
        fn falls_are_those_of_a_wall_that_is_watched(hour in 0..24u32, minute in 0..60u32, spring: bool, start in 0..20_000i64, zone in 0..3usize) {
            let zone = [chrono_tz::America::New_York, chrono_tz::Europe::Berlin, chrono_tz::Australia::Lord_Howe][zone];
            let first = at(if spring { "2025-03-01T00:00:00Z" } else { "2025-10-20T00:00:00Z" });
            let moment = |minutes: i64| At(first.0 + minutes * 60_000_000);
            let schedule = falls(&format!("{minute} {hour} * * *"));
            // The first minute of each day at which the wall shows the time or a later one.
            let shown = |minutes: i64| moment(minutes).utc().expect("in range").with_timezone(&zone).naive_local();
            let mut watched: Vec<At> = Vec::new();
            let mut done = None;
            for minutes in -4_500..32_000 {
                let wall = shown(minutes);
                if wall.time() >= chrono::NaiveTime::from_hms_opt(hour, minute, 0).expect("a time") && Some(wall.date()) > done {
                    done = Some(wall.date());
                    watched.push(moment(minutes));
                }
            }
            watched.remove(0);
            let after = moment(start);
            let expected = watched.iter().copied().find(|&at| at > after);
            proptest::prop_assert_eq!(schedule.next(zone, after), expected);
            proptest::prop_assert_eq!(schedule.newest(zone, after), watched.iter().copied().rfind(|&at| at <= after));
        }
    }
}
