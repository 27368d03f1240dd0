//! From what a clock on the wall shows to moments: gaps, repeated hours, and the first and last moment of a time.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{GapInfo, Tz};

use crate::domain::at::{At, Span};

/// The years in which a search may start: those that people write with four digits, far from chrono's own limits.
pub(super) const YEARS: RangeInclusive<i32> = 1..=9999;

/// What the wall shows at `at`. `None` outside [`YEARS`].
pub(in crate::domain) fn shown(zone: Tz, at: At) -> Option<NaiveDateTime> {
    let utc = at.utc().filter(|utc| YEARS.contains(&utc.year()))?;
    Some(utc.with_timezone(&zone).naive_local())
}

/// The date on the wall at `at`. `None` outside [`YEARS`].
pub(super) fn local_date(zone: Tz, at: At) -> Option<NaiveDate> {
    shown(zone, at).map(|shown| shown.date())
}

/// What the wall clock shows `minute` minutes into `date`, 1440 being midnight of the next.
pub(super) fn wall(date: NaiveDate, minute: u16) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minute))
}

/// The first moment at which the wall clock shows `wall` or later.
pub(in crate::domain) fn opening(zone: Tz, wall: NaiveDateTime) -> At {
    match zone.offset_from_local_datetime(&wall).earliest() {
        Some(offset) => moment(wall, offset),
        None => end_of_gap(zone, wall),
    }
}

/// The moment after the last one at which the wall clock shows a time before `wall`. Asking for the microsecond before
/// `wall`, rather than for `wall`, is what tells a closing at the start of a repeated hour from one inside it.
pub(in crate::domain) fn closing(zone: Tz, wall: NaiveDateTime) -> At {
    let last = wall - TimeDelta::microseconds(1);
    match zone.offset_from_local_datetime(&last).latest() {
        Some(offset) => moment(wall, offset),
        None => end_of_gap(zone, last),
    }
}

/// The moment at which the clock was put forward past `wall`, a time that it never showed.
fn end_of_gap(zone: Tz, wall: NaiveDateTime) -> At {
    let (begins, offset) = GapInfo::new(&wall, &zone)
        .and_then(|gap| gap.begin)
        .expect("a wall time without an offset lies in a gap, and before each gap there is an offset");
    moment(begins, offset)
}

fn moment(wall: NaiveDateTime, offset: impl Offset) -> At {
    At::from(wall.and_utc()) - Span::seconds(i64::from(offset.fix().local_minus_utc()))
}
