//! Daily quiet hours: when a person is left alone.

use std::fmt;

use chrono::Days;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::wall::{closing, local_date, opening, wall};
use super::{CalendarError, Hours, MINUTES_OF_A_DAY};
use crate::domain::at::At;

/// The part of each day in which a person is left alone unless the policy says `urgent`; 22:00 to 07:00 crosses
/// midnight. It has no zone of its own: it goes by wherever the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Hours", into = "Hours")]
pub struct QuietHours(Hours);

impl QuietHours {
    /// Minutes of the wall clock since midnight. If `to_minute` is before `from_minute`, it is of the next day.
    ///
    /// # Errors
    /// A minute after 24:00, and hours that would be empty or the whole day: quiet for ever is no setting but a silence.
    pub fn new(from_minute: u16, to_minute: u16) -> Result<QuietHours, CalendarError> {
        let hours = Hours { from_minute, to_minute };
        let on_the_dial = from_minute.max(to_minute) <= MINUTES_OF_A_DAY;
        if on_the_dial && from_minute % MINUTES_OF_A_DAY != to_minute % MINUTES_OF_A_DAY {
            Ok(QuietHours(hours))
        } else {
            Err(CalendarError::NoQuietHours(hours))
        }
    }

    /// When the quiet that lies over `at` ends in `zone`; `None` if `at` isn't quiet. The end itself is never quiet.
    pub fn ends(self, zone: Tz, at: At) -> Option<At> {
        let QuietHours(Hours { from_minute, to_minute }) = self;
        let nights = if to_minute < from_minute { 1 } else { 0 };
        let today = local_date(zone, at)?;
        // In order, so that the quiet that ends inside the next one, in a repeated hour, is followed to the end of that.
        let end = [today - Days::new(1), today, today + Days::new(1)].into_iter().fold(at, |end, evening| {
            let morning = evening + Days::new(nights);
            let (begins, ends) = (opening(zone, wall(evening, from_minute)), closing(zone, wall(morning, to_minute)));
            if begins <= end && end < ends { ends } else { end }
        });
        (at < end).then_some(end)
    }
}

impl TryFrom<Hours> for QuietHours {
    type Error = CalendarError;
    fn try_from(hours: Hours) -> Result<QuietHours, CalendarError> {
        QuietHours::new(hours.from_minute, hours.to_minute)
    }
}

impl From<QuietHours> for Hours {
    fn from(quiet: QuietHours) -> Hours {
        quiet.0
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
