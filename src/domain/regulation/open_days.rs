//! The days that a law counts as business days. Holidays follow from rules, so that no list runs out.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OpenDays {
    /// Monday to Friday without federal holidays of the United States (5 U.S.C. 6103; Executive Order 11582 for what falls on a
    /// weekend).
    UsFederal,
    /// Monday to Friday without bank holidays of England and Wales (Banking and Financial Dealings Act 1971, and New Year's and
    /// May Day by proclamation every year). One that is proclaimed for a single year isn't known.
    England,
    /// Monday to Friday: where holidays differ from state to state, the last moment can only be earlier than the law's.
    Weekdays,
}

impl OpenDays {
    pub fn is_open(self, day: NaiveDate) -> bool {
        let weekday = !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        weekday
            && match self {
                OpenDays::UsFederal => !is_federal_holiday(day),
                OpenDays::England => !is_bank_holiday(day),
                OpenDays::Weekdays => true,
            }
    }

    /// The open day with this number after a date, which itself isn't counted. Number nought is the date itself.
    pub fn after(self, from: NaiveDate, number: u32) -> NaiveDate {
        let mut open = from.iter_days().skip(1).filter(|day| self.is_open(*day));
        number.checked_sub(1).and_then(|before| open.nth(before as usize)).unwrap_or(from)
    }
}

fn is_federal_holiday(day: NaiveDate) -> bool {
    let (month, nth) = (day.month(), day.day0() / 7 + 1);
    let by_week = match (month, day.weekday()) {
        // Martin Luther King; Washington; Memorial; Labor; Columbus; Thanksgiving.
        (1 | 2, Weekday::Mon) => nth == 3,
        (5, Weekday::Mon) => is_last(day),
        (9, Weekday::Mon) => nth == 1,
        (10, Weekday::Mon) => nth == 2,
        (11, Weekday::Thu) => nth == 4,
        _ => false,
    };
    // Juneteenth has been one since 2021.
    let fixed = |day: NaiveDate| match (day.month(), day.day()) {
        (1, 1) | (7, 4) | (11, 11) | (12, 25) => true,
        (6, 19) => day.year() >= 2021,
        _ => false,
    };
    // What falls on a Saturday is kept on the Friday before, what falls on a Sunday on the Monday after.
    let kept = match day.weekday() {
        Weekday::Fri => fixed(day + Days::new(1)),
        Weekday::Mon => fixed(day - Days::new(1)),
        Weekday::Tue | Weekday::Wed | Weekday::Thu | Weekday::Sat | Weekday::Sun => false,
    };
    by_week || fixed(day) || kept
}

fn is_bank_holiday(day: NaiveDate) -> bool {
    let easter = easter_sunday(day.year());
    if easter.is_some_and(|easter| day == easter - Days::new(2) || day == easter + Days::new(1)) {
        return true;
    }
    let monday = day.weekday() == Weekday::Mon;
    let tuesday = day.weekday() == Weekday::Tue;
    match (day.month(), day.day()) {
        (1, 1) | (12, 25 | 26) => true,
        // What falls on a weekend is kept on the days after it.
        (1, 2 | 3) => monday,
        (12, 27) => monday || tuesday,
        (12, 28) => monday || tuesday,
        (5, 1..=7) => monday,
        (5 | 8, 25..=31) => monday,
        _ => false,
    }
}

/// Whether no such weekday comes after it in its month.
fn is_last(day: NaiveDate) -> bool {
    (day + Days::new(7)).month() != day.month()
}

/// By the anonymous Gregorian computus (Nature, 20 April 1876).
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let a = year % 19;
    let (b, c) = (year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    NaiveDate::from_ymd_opt(year, month as u32, day as u32)
}
