//! When a clock of law runs out.
//!
//! Two moments come of it. The *target* is what people are held to: it never leans on a rule that gives more time, so a day is 24
//! hours, and a business day ends at the time of day at which it began. The *last moment* is how the law itself counts.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::{AT_ONCE, Amount, Clock, Counting, OpenDays, Pack, Unit};
use crate::domain::calendar::wall;
use crate::domain::{At, Span};

const HOUR: i64 = Span::hours(1).0;

/// When a clock runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What people are held to; never later than the last moment.
    pub target: At,
    /// `None`: the law gives no number.
    pub last: Option<At>,
}

impl Pack {
    /// When `clock`, which is one of this pack's, runs out that began at `start`. `latest` is the moment that
    /// [`Clock::at_latest`] counts from, where it is known.
    pub fn count(&self, clock: &Clock, start: At, latest: Option<At>) -> Counted {
        let mut counted = self.amount(clock.within, start);
        if let Some(target) = clock.target {
            counted.target = counted.target.min(self.amount(target, start).target);
        }
        let Some(((_, within), latest)) = clock.at_latest.zip(latest) else { return counted };
        let cap = self.amount(within, latest);
        // What began after that limit had passed runs its own time.
        if cap.target < start {
            return counted;
        }
        Counted {
            target: counted.target.min(cap.target),
            last: counted.last.zip(cap.last).map(|(own, cap)| own.min(cap)),
        }
    }

    fn amount(&self, Amount { number, unit }: Amount, start: At) -> Counted {
        let n = i64::from(number);
        let (target, last) = match unit {
            Unit::AtOnce => return Counted { target: start + AT_ONCE, last: None },
            Unit::Hours => {
                let target = start + Span::hours(n);
                let last = match self.counting {
                    Counting::Plain => target,
                    Counting::Eu => At(start.0.div_euclid(HOUR) * HOUR + HOUR) + Span::hours(n),
                };
                (target, Some(last))
            }
            Unit::Days => (start + Span::days(n), self.local(start).map(|from| self.end_of_days(from.date(), number))),
            Unit::BusinessDays => match self.local(start) {
                None => (start + Span::days(n), None),
                Some(from) => {
                    let day = self.open_days.unwrap_or(OpenDays::Weekdays).after(from.date(), number);
                    // What began on a closed day has the whole of its last day.
                    let time = match self.open_days.is_some_and(|days| days.is_open(from.date())) {
                        true => wall::opening(self.zone, day.and_time(from.time())),
                        false => self.end_of(day),
                    };
                    (time, Some(self.end_of(day)))
                }
            },
            Unit::Months => match self.local(start) {
                None => (start + Span::days(28 * n), None),
                Some(from) => {
                    let day = from.date().checked_add_months(Months::new(number)).unwrap_or(from.date());
                    (wall::opening(self.zone, day.and_time(from.time())), Some(self.end_of(self.relieved(day))))
                }
            },
        };
        Counted { target: last.map_or(target, |last| target.min(last)), last }
    }

    /// What the wall shows where the days of this law are counted.
    fn local(&self, at: At) -> Option<NaiveDateTime> {
        Some(at.utc()?.with_timezone(&self.zone).naive_local())
    }

    /// The end of a number of days after a date.
    fn end_of_days(&self, from: NaiveDate, number: u32) -> At {
        let mut day = from + Days::new(u64::from(number));
        if self.counting == Counting::Eu && number >= 2 {
            let working = |last: NaiveDate| {
                from.iter_days().skip(1).take_while(|day| *day <= last).filter(|day| !is_weekend(*day)).take(2).count()
            };
            while working(day) < 2 {
                day = day + Days::new(1);
            }
        }
        self.end_of(self.relieved(day))
    }

    /// The day on which it ends that would end on this one.
    fn relieved(&self, mut day: NaiveDate) -> NaiveDate {
        while self.counting == Counting::Eu && is_weekend(day) {
            day = day + Days::new(1);
        }
        day
    }

    fn end_of(&self, day: NaiveDate) -> At {
        let end = match self.day_ends {
            Some(time) => day.and_time(time),
            None => (day + Days::new(1)).and_time(NaiveTime::MIN),
        };
        wall::closing(self.zone, end)
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}
