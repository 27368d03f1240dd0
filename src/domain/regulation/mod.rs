//! The clocks of law: which report is owed to an authority, from which moment it counts, and until when. What the law says is
//! data, a *pack* for each regime in the folder `packs`; here is what the data mean.
//!
//! A pack is no legal advice. Each number stands beside the words that it was taken from, and a test holds the two together. Not
//! here: which regimes concern a workflow, which is the policy's, and which clocks run on an incident, which is the incident's.

use std::sync::OnceLock;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::kinds::incident::Which;
use super::{At, ClassId, ClockId, RegimeId, Span};

mod count;
mod field_set;
mod open_days;
mod read;
mod stale;
mod table;
#[cfg(test)]
mod tests;

pub use count::Counted;
pub use field_set::{Answer, FieldRow, FieldSet};
pub use open_days::OpenDays;
pub use stale::{STALE_AFTER_DAYS, flags};
pub use table::markdown;

pub use super::kinds::incident::{Altering, forbids_altering};

/// What stands under everything that is taken from a pack.
pub const CAVEAT: &str = "No legal advice; confirm with counsel.";

/// What “at once” and “immediately” are counted as, where the law gives no number: the target that people are held to.
pub const AT_ONCE: Span = Span::hours(1);

/// What one law asks to be reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// As policies and commands name it: `gdpr-33`.
    pub regime: RegimeId,
    /// As people call it: `GDPR Art. 33`.
    pub name: String,
    /// To whom is reported.
    pub authority: String,
    /// The text that the quotes are from, and where it is found.
    pub source: String,
    /// How the quotes were read: in the official text, or in somebody else's.
    pub reading: String,
    pub retrieved_on: NaiveDate,
    pub last_checked: NaiveDate,
    /// The first day on which it is law.
    pub applies_from: NaiveDate,
    pub counting: Counting,
    /// Where its days begin and end.
    pub zone: Tz,
    /// The days that count as business days.
    pub open_days: Option<OpenDays>,
    /// When the authority's day ends, where that isn't midnight.
    pub day_ends: Option<NaiveTime>,
    /// It is asked about only for incidents of these classes. Empty: for all.
    pub classes: Vec<ClassId>,
    /// What the numbers don't say.
    pub caveat: String,
    pub clocks: Vec<Clock>,
}

/// By which rules hours, days and months are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Counting {
    /// From moment to moment; a day or month ends with its last day.
    Plain,
    /// Regulation (EEC, Euratom) No 1182/71: the hour or day of the event isn't counted, what ends on a Saturday or Sunday ends on
    /// the next working day, and two days or more have two working days in them. Public holidays of Member States aren't known here,
    /// so that the last moment can only be earlier than the law's.
    Eu,
}

/// One report that is owed.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    /// As policies and commands name it: `dora.initial`.
    pub id: ClockId,
    /// What is owed, in words.
    pub name: String,
    pub paragraph: String,
    /// The words of the law that say how long.
    pub quote: String,
    pub starts: Start,
    pub within: Amount,
    /// An earlier moment that people are held to.
    pub target: Option<Amount>,
    /// It is owed anew after each submission, from that moment on, until this happens.
    pub again_until: Option<Which>,
    /// Whatever its own beginning says, no later than this after another moment.
    pub at_latest: Option<(Which, Amount)>,
    /// When it is owed at all.
    pub applies_if: String,
    /// Until the authority was told, the system may not be altered so that a later evaluation is spoilt: which words say so.
    pub forbids_altering: Option<String>,
}

/// What a clock begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    Moment(Which),
    /// The submission of another report: the first, or the latest of several.
    Submitted {
        report: ClockId,
        latest: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    pub number: u32,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The law gives no number.
    AtOnce,
    Hours,
    Days,
    BusinessDays,
    Months,
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = self.number;
        let unit = match self.unit {
            Unit::AtOnce => return f.write_str("at once"),
            Unit::Hours => "hour",
            Unit::Days => "day",
            Unit::BusinessDays => "business day",
            Unit::Months => "month",
        };
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

impl Clock {
    /// The moment that it begins with. `None`: the submission of another report.
    pub fn moment(&self) -> Option<Which> {
        match self.starts {
            Start::Moment(which) => Some(which),
            Start::Submitted { .. } => None,
        }
    }

    /// The report whose submission it begins with.
    pub fn follows(&self) -> Option<&ClockId> {
        match &self.starts {
            Start::Submitted { report, .. } => Some(report),
            Start::Moment(_) => None,
        }
    }
}

impl Pack {
    /// Whether it was law at a moment, where its days begin.
    pub fn is_law_at(&self, at: At) -> bool {
        at.utc().is_some_and(|utc| utc.with_timezone(&self.zone).date_naive() >= self.applies_from)
    }

    /// Whether it is asked about for incidents of a class.
    pub fn concerns(&self, class: Option<&ClassId>) -> bool {
        self.classes.is_empty() || class.is_some_and(|class| self.classes.contains(class))
    }

    /// The clocks that don't follow on another.
    pub fn first(&self) -> impl Iterator<Item = &Clock> {
        self.clocks.iter().filter(|clock| clock.follows().is_none())
    }
}

/// Every pack that the program comes with, by name.
pub fn packs() -> &'static [Pack] {
    static PACKS: OnceLock<Vec<Pack>> = OnceLock::new();
    PACKS.get_or_init(|| {
        let read = SOURCES.iter().map(|(file, text)| read::pack(text).map_err(|error| format!("{file}: {error}")));
        read.collect::<Result<_, _>>().expect("a test reads every pack")
    })
}

/// A pack by the name of its regime.
pub fn pack(regime: &RegimeId) -> Option<&'static Pack> {
    packs().iter().find(|pack| pack.regime == *regime)
}

/// A clock with the pack that it is in.
pub fn clock(id: &ClockId) -> Option<(&'static Pack, &'static Clock)> {
    packs().iter().find_map(|pack| Some((pack, pack.clocks.iter().find(|clock| clock.id == *id)?)))
}

macro_rules! packs {
    ($($file:literal,)*) => {
        /// The files of the folder `packs`, with their text.
        const SOURCES: &[(&str, &str)] = &[$((
            concat!($file, ".toml"),
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/packs/", $file, ".toml")),
        ),)*];
    };
}

packs! {
    "ai-act-26",
    "ai-act-73",
    "apra-cps230",
    "apra-cps234",
    "ca-sb53",
    "cra-14",
    "dora",
    "fedramp-iec",
    "gdpr-33",
    "in-cert",
    "in-dpdp",
    "in-rbi",
    "in-sebi",
    "nis2-23",
    "ny-raise",
    "nydfs-500",
    "sec-8k",
    "sg-mas",
    "uk-fca",
    "us-bank-36h",
}
