//! Moments and spans, as plain numbers. Nothing here reads a clock: `crate::clock` does.

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct At(pub i64);

/// A length of time in microseconds. Negative spans are allowed: they are how "late by" is computed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    pub const ZERO: Span = Span(0);

    pub const fn seconds(n: i64) -> Span {
        Span(n * 1_000_000)
    }
    pub const fn minutes(n: i64) -> Span {
        Span::seconds(n * 60)
    }
    pub const fn hours(n: i64) -> Span {
        Span::minutes(n * 60)
    }
    pub const fn days(n: i64) -> Span {
        Span::hours(n * 24)
    }
    /// Whole minutes, rounded towards zero.
    pub const fn in_minutes(self) -> i64 {
        self.0 / 60_000_000
    }
    /// This many hundredths of the span; used for "nudge at 80 %".
    pub fn percent(self, percent: u32) -> Span {
        Span((i128::from(self.0) * i128::from(percent) / 100) as i64)
    }
}

impl At {
    /// `None` only outside the years that chrono can represent.
    /// `2026-11-23T09:00:00Z` (RFC 3339), for machines. What lies too far off for a date is microseconds.
    pub fn rfc3339(self) -> String {
        self.utc().map_or_else(|| self.0.to_string(), |utc| utc.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }
    pub fn utc(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
    pub fn saturating_sub(self, other: At) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl From<DateTime<Utc>> for At {
    fn from(moment: DateTime<Utc>) -> At {
        At(moment.timestamp_micros())
    }
}

impl Add<Span> for At {
    type Output = At;
    fn add(self, span: Span) -> At {
        At(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for At {
    type Output = At;
    fn sub(self, span: Span) -> At {
        At(self.0.saturating_sub(span.0))
    }
}

impl Sub for At {
    type Output = Span;
    fn sub(self, other: At) -> Span {
        self.saturating_sub(other)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// The largest two units, as people say them: `24 min`, `2 h 05 min`, `3 d 4 h`. The sign is dropped.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = (self.0.unsigned_abs() + 500_000) / 1_000_000;
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
        if seconds < 60 {
            write!(f, "{seconds} s")
        } else if minutes < 60 {
            write!(f, "{minutes} min")
        } else if hours < 24 {
            match minutes % 60 {
                0 => write!(f, "{hours} h"),
                rest => write!(f, "{hours} h {rest:02} min"),
            }
        } else {
            match hours % 24 {
                0 => write!(f, "{days} d"),
                rest => write!(f, "{days} d {rest} h"),
            }
        }
    }
}
