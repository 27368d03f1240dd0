//! A pack as it is written.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Amount, Clock, Counting, OpenDays, Pack, Start, Unit};
use crate::domain::kinds::incident::Which;
use crate::domain::{ClassId, ClockId, RegimeId};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackTable {
    regime: String,
    name: String,
    authority: String,
    source: String,
    reading: String,
    retrieved_on: NaiveDate,
    last_checked: NaiveDate,
    applies_from: NaiveDate,
    counting: Counting,
    zone: Tz,
    calendar: Option<OpenDays>,
    day_ends: Option<String>,
    #[serde(default)]
    classes: Vec<String>,
    caveat: String,
    clocks: Vec<ClockTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockTable {
    report: String,
    name: String,
    paragraph: String,
    quote: String,
    /// The moment that it begins with, or `after`: the report.
    starts: Option<Which>,
    after: Option<String>,
    /// Of several submissions of that report, the latest counts.
    #[serde(default)]
    latest: bool,
    again_until: Option<Which>,
    within: String,
    target: Option<String>,
    at_latest: Option<LatestTable>,
    applies_if: String,
    forbids_altering: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LatestTable {
    starts: Which,
    within: String,
}

/// # Errors
/// What is wrong with it, for whoever writes packs.
pub(super) fn pack(text: &str) -> Result<Pack, String> {
    let table: PackTable = toml::from_str(text).map_err(|error| error.to_string())?;
    let regime = table.regime;
    let day_ends =
        table.day_ends.map(|text| NaiveTime::parse_from_str(&text, "%H:%M").map_err(|error| error.to_string()));
    let clocks = table.clocks.into_iter().map(|clock| of(&regime, clock)).collect::<Result<Vec<_>, _>>()?;
    let unknown = clocks.iter().filter_map(Clock::follows).find(|report| clocks.iter().all(|it| it.id != **report));
    if let Some(report) = unknown {
        return Err(format!("no clock here is {report}"));
    }
    if table.calendar.is_none() && clocks.iter().any(|clock| clock.within.unit == Unit::BusinessDays) {
        return Err("business days need a calendar".to_owned());
    }
    Ok(Pack {
        regime: RegimeId::from(regime),
        name: table.name,
        authority: table.authority,
        source: table.source,
        reading: table.reading,
        retrieved_on: table.retrieved_on,
        last_checked: table.last_checked,
        applies_from: table.applies_from,
        counting: table.counting,
        zone: table.zone,
        open_days: table.calendar,
        day_ends: day_ends.transpose()?,
        classes: table.classes.into_iter().map(ClassId::from).collect(),
        caveat: table.caveat,
        clocks,
    })
}

fn of(regime: &str, clock: ClockTable) -> Result<Clock, String> {
    let id = |report: &str| ClockId::from(format!("{regime}.{report}"));
    let starts = match (clock.starts, &clock.after) {
        (Some(which), None) => Start::Moment(which),
        (None, Some(report)) => Start::Submitted { report: id(report), latest: clock.latest },
        (Some(_), Some(_)) | (None, None) => {
            return Err(format!("{} begins with a moment, or after a report", clock.report));
        }
    };
    if clock.again_until.is_some() && clock.after.is_none() {
        return Err(format!("{} is owed again and again: it begins after a report", clock.report));
    }
    let at_latest = clock.at_latest.map(|it| amount(&it.within).map(|within| (it.starts, within))).transpose()?;
    Ok(Clock {
        id: id(&clock.report),
        name: clock.name,
        paragraph: clock.paragraph,
        quote: clock.quote,
        starts,
        within: amount(&clock.within)?,
        target: clock.target.as_deref().map(amount).transpose()?,
        again_until: clock.again_until,
        at_latest,
        applies_if: clock.applies_if,
        forbids_altering: clock.forbids_altering,
    })
}

/// `72 hours`, `4 business days`, `1 month`, `at once`.
pub(super) fn amount(text: &str) -> Result<Amount, String> {
    if text == "at once" {
        return Ok(Amount { number: 0, unit: Unit::AtOnce });
    }
    let (number, unit) = text.split_once(' ').ok_or_else(|| format!("{text} is no amount such as “72 hours”"))?;
    let number = number.parse().map_err(|_| format!("{number} is no number"))?;
    let unit = match unit {
        "hour" | "hours" => Unit::Hours,
        "day" | "days" => Unit::Days,
        "business day" | "business days" | "working day" | "working days" => Unit::BusinessDays,
        "month" | "months" => Unit::Months,
        other => return Err(format!("{other} is no unit: hours, days, business days, months")),
    };
    Ok(Amount { number, unit })
}
