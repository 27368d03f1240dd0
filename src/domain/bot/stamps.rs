//! Time stamps of heads: when the next one is due, and that they are renewed before the authority's certificate ends. A stamp is an
//! entry itself, so each newer stamp covers the older ones: one that lasts longer carries all of them on (as RFC 4998 §4.2 does with a
//! chain of archive time stamps).

use serde::{Deserialize, Serialize};

use super::heads::Publication;
use super::{Draft, Ruling, Telling};
use crate::domain::notice::To;
use crate::domain::text::moment_utc;
use crate::domain::{At, Label, Span};

/// So long before the certificate ends a stamp that lasts longer is asked for each day.
const RENEWED_AHEAD: Span = Span::days(60);
const RENEWED_EVERY: Span = Span::days(1);
/// How often the operators hear that none is to be had.
const TOLD_EVERY: Span = Span::days(7);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stamps {
    /// When the newest was had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<At>,
    /// When the certificate ends that the newest was signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// When the operators were told that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<At>,
    /// The authority gave none when it was asked last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failing: bool,
}

impl Stamps {
    pub(super) fn is_empty(&self) -> bool {
        *self == Stamps::default()
    }

    /// When the next one is due. `None`: at once.
    pub fn due(&self, every: Span) -> Option<At> {
        let last = self.last?;
        let renewed = self.until.map(|until| (until - RENEWED_AHEAD).max(last + RENEWED_EVERY));
        renewed.into_iter().chain([last + every]).min()
    }

    pub(super) fn made(&mut self, until: Option<At>, at: At) {
        let told = self.told;
        *self = Stamps { last: Some(at), until, told: None, failing: false };
        self.told = told.filter(|_| self.ends_soon(at).is_some());
    }

    fn ends_soon(&self, at: At) -> Option<At> {
        self.until.filter(|until| *until - RENEWED_AHEAD <= at)
    }
}

impl Draft<'_> {
    /// Recorded each time; told where it mends something, and where the certificate ends soon all the same.
    pub(super) fn stamped(mut self, size: u64, stamp: Label, until: Option<At>) -> Ruling {
        let (before, at) = (self.bot.heads.stamps.clone(), self.ask.at);
        self.push(Publication::Stamped { size, stamp, until });
        let mut now = before.clone();
        now.made(until, at);
        let again = "The authority stamps this ledger's heads again";
        let good_until = |until: At| format!("a certificate that is good until {}", moment_utc(until));
        let text = match (now.ends_soon(at), until) {
            (Some(until), _) if before.told.is_none_or(|told| at - told >= TOLD_EVERY) => {
                self.push(Publication::StampsEnd { until });
                Some(format!(
                    "The time stamps of this ledger's heads can be checked until {}: then the authority's certificate ends, and it gives none \
                     that lasts longer. Ask whoever runs it for a new certificate, or name another authority under `[time_stamps]` of the \
                     settings. The next stamp then covers all older ones; I ask every day.",
                    moment_utc(until)
                ))
            }
            (None, Some(until)) if before.told.is_some() => Some(format!(
                "The head over {size} entries has a time stamp by {}. It covers all older ones.",
                good_until(until)
            )),
            (None, Some(until)) if before.failing => {
                Some(format!("{again}: the last one covers {size} entries, by {}.", good_until(until)))
            }
            (_, _) if before.failing => Some(format!("{again}: the last one covers {size} entries.")),
            (_, _) => None,
        };
        if let Some(text) = text {
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        self.ruling
    }
}
