//! Business time: when a team is open, how much open time lies between two moments, and when a span of it has passed.
//! Daily quiet hours lie beside it, since they meet the same changes of the clock.
//!
//! Pure arithmetic on moments. It does not read the clock, does not know where holidays come from, and has no half
//! holidays: a day on the list is closed from midnight to midnight of its zone.
//!
//! # Which moments are open
//! A calendar's week is made of *pieces*: Monday 09:00 to 12:00, say. On a date that is no holiday, a piece runs from
//! the first moment to the last at which the wall clock shows a time inside it, and is never interrupted. So
//!
//! - an opening that falls into a spring gap is the first moment after the gap, and so is a closing there;
//! - a piece that spans the repeated hour of autumn is an hour longer in real time, and a span uses that hour up;
//! - a piece that opens inside the repeated hour opens on its first pass, one that closes inside it closes on its
//!   second: nobody is sent home at 02:30 and called back at 02:00;
//! - one that closes exactly when the repeated hour begins closes then, not an hour later.
//!
//! Should two pieces meet inside a repeated hour, the moments that both cover count once.
//!
//! A search that starts outside the years 1 to 9999 finds nothing open. Zones follow the tz database that is compiled
//! into chrono-tz; its rules run to the end of 2099, after which a zone keeps its last offset.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::at::{At, Span};

mod falls;
mod quiet;
#[cfg(test)]
mod tests;
pub(in crate::domain) mod wall;

pub use falls::Falls;
pub use quiet::QuietHours;
use wall::{YEARS, closing, local_date, wall};
pub(in crate::domain) use wall::{opening, shown};

/// How far past its start a search for open time looks: ten years. A deadline beyond it is a mistake in the policy, and
/// a bounded search keeps such a mistake from costing more than a few milliseconds.
const SEARCH: Span = Span::days(3_653);

const MINUTES_OF_A_DAY: u16 = 24 * 60;

/// A team's open hours: a time zone, the hours of each weekday, and the dates on which it stays closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
    /// Monday first; each day's hours sorted, and apart from one another.
    week: [Vec<Hours>; 7],
    holidays: BTreeSet<NaiveDate>,
}

/// A stretch of one day, in minutes of the wall clock since midnight: the first minute that is inside, and the first
/// that is no longer. 1440 is the midnight at the end. Whether the two fit is checked where they are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub from_minute: u16,
    pub to_minute: u16,
}

/// Why hours make no calendar, told to whoever writes the policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("{day} {hours} ends after 24:00; give the rest to the next day, from 00:00")]
    PastMidnight { day: Weekday, hours: Hours },
    #[error(
        "{day} {hours} ends before it has begun; split a night shift at midnight, into 24:00 and 00:00 of the next day"
    )]
    Backwards { day: Weekday, hours: Hours },
    #[error("{day} {first} and {second} overlap; join them")]
    Overlap { day: Weekday, first: Hours, second: Hours },
    #[error("no day of the week has any hours; give at least one day some")]
    NeverOpen,
    #[error("quiet hours {0} must lie between 00:00 and 24:00 and leave part of the day")]
    NoQuietHours(Hours),
}

impl Calendar {
    /// A calendar of `zone`; `week` begins on Monday. Hours may come in any order, and those that adjoin are joined.
    ///
    /// # Errors
    /// Hours that end before they begin or after 24:00, hours that overlap, and a week without any.
    pub fn new(
        zone: Tz,
        week: [Vec<Hours>; 7],
        holidays: impl IntoIterator<Item = NaiveDate>,
    ) -> Result<Calendar, CalendarError> {
        let mut tidy: [Vec<Hours>; 7] = Default::default();
        for (day, (given, kept)) in WEEKDAYS.into_iter().zip(week.into_iter().zip(&mut tidy)) {
            *kept = joined(day, given)?;
        }
        if tidy.iter().all(Vec::is_empty) {
            return Err(CalendarError::NeverOpen);
        }
        Ok(Calendar { zone, week: tidy, holidays: holidays.into_iter().collect() })
    }

    /// Whether it is open on every day of the year that its week is.
    pub fn has_no_holidays(&self) -> bool {
        self.holidays.is_empty()
    }

    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The moment at which `span` of open time has passed since `from`.
    ///
    /// A span that is used up exactly at closing time ends there, and not at the next opening: "by the end of the day"
    /// is 17:00 today. A span of nothing has passed at the first moment that anybody could have worked, which is `from`
    /// itself when open, otherwise the next opening; a negative span counts as nothing.
    ///
    /// `None` if the time is not found in hours that open within ten years of `from`.
    pub fn add(&self, from: At, span: Span) -> Option<At> {
        let mut left = span.max(Span::ZERO);
        for (opens, closes) in self.pieces(from).take_while(|(opens, _)| *opens <= from + SEARCH) {
            let open = closes - opens;
            if left <= open {
                return Some(opens + left);
            }
            left = left - open;
        }
        None
    }

    /// Open time between two moments, zero if `to` is not after `from`. It undoes [`Calendar::add`]:
    /// `between(from, add(from, span)) == span` for any span that isn't negative. The cost grows with the days
    /// between the two.
    pub fn between(&self, from: At, to: At) -> Span {
        self.pieces(from)
            .take_while(|(opens, _)| *opens < to)
            .fold(Span::ZERO, |sum, (opens, closes)| sum + (closes.min(to) - opens))
    }

    /// Whether `at` is open. The closing moment itself is not.
    pub fn is_open(&self, at: At) -> bool {
        self.next_open(at) == Some(at)
    }

    /// The first open moment that is not before `at`, so `at` itself when open. `None` if there is none for ten years.
    pub fn next_open(&self, at: At) -> Option<At> {
        self.add(at, Span::ZERO)
    }

    /// The first moment after `after` at which it opens or closes. One that closes as the next piece opens counts too.
    pub fn next_change(&self, after: At) -> Option<At> {
        self.pieces(after).flat_map(|(opens, closes)| [opens, closes]).find(|&change| change > after)
    }

    /// What is open from `from` on, as (opens, closes): in order and disjoint, none of them empty. One may
    /// begin as another ends, at a midnight.
    fn pieces(&self, from: At) -> impl Iterator<Item = (At, At)> {
        // Where a repeated hour reaches over midnight, yesterday's pieces can still run at a moment of today.
        let yesterday = local_date(self.zone, from).map(|today| today - Days::new(1));
        let mut done_until = from;
        yesterday
            .into_iter()
            .flat_map(|yesterday| yesterday.iter_days())
            .take_while(|date| date.year() <= *YEARS.end())
            .filter(|date| !self.holidays.contains(date))
            .flat_map(|date| self.hours_on(date.weekday()).iter().map(move |hours| (date, hours)))
            .filter_map(move |(date, hours)| {
                let closes = closing(self.zone, wall(date, hours.to_minute));
                if closes <= done_until {
                    return None;
                }
                let opens = opening(self.zone, wall(date, hours.from_minute)).max(done_until);
                done_until = closes;
                (opens < closes).then_some((opens, closes))
            })
    }

    fn hours_on(&self, day: Weekday) -> &[Hours] {
        &self.week[day.num_days_from_monday() as usize]
    }
}

const WEEKDAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// One day's hours, sorted, with those that adjoin made one.
fn joined(day: Weekday, mut given: Vec<Hours>) -> Result<Vec<Hours>, CalendarError> {
    given.sort_unstable();
    let mut kept: Vec<Hours> = Vec::with_capacity(given.len());
    for hours in given {
        if hours.to_minute > MINUTES_OF_A_DAY {
            return Err(CalendarError::PastMidnight { day, hours });
        }
        if hours.from_minute >= hours.to_minute {
            return Err(CalendarError::Backwards { day, hours });
        }
        match kept.last_mut() {
            Some(first) if hours.from_minute < first.to_minute => {
                return Err(CalendarError::Overlap { day, first: *first, second: hours });
            }
            Some(first) if hours.from_minute == first.to_minute => first.to_minute = hours.to_minute,
            _ => kept.push(hours),
        }
    }
    Ok(kept)
}

/// How the clock of a target runs: all the time, or within a calendar's open hours.
#[derive(Clone, Copy, Debug)]
pub enum Running<'a> {
    Always,
    Within(&'a Calendar),
}

impl Running<'_> {
    /// The moment at which `span` of this clock's time has passed since `from`, by the rules of [`Calendar::add`].
    pub fn add(self, from: At, span: Span) -> Option<At> {
        match self {
            Running::Always => Some(from + span.max(Span::ZERO)),
            Running::Within(calendar) => calendar.add(from, span),
        }
    }

    /// This clock's time between two moments, zero if `to` is not after `from`.
    pub fn between(self, from: At, to: At) -> Span {
        match self {
            Running::Always => (to - from).max(Span::ZERO),
            Running::Within(calendar) => calendar.between(from, to),
        }
    }
}

/// As people write it: `09:00–17:30`.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from_minute, self.to_minute);
        write!(f, "{:02}:{:02}–{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}
