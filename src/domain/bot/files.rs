//! People's files that couldn't be kept, as the operators hear of them: which platform, why, and what to do. Never which file, in
//! which channel or of which case, since a case may be one that they mustn't know of; `countersign verify --data` names all that.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling};
use crate::domain::notice::To;
use crate::domain::{At, Platform, Span};

/// A reason is told once; where it goes on, again after this long. Somebody on call has a night's sleep in it, and no shift of
/// theirs passes without it.
const SILENT_FOR: Span = Span::hours(12);

/// Why a file isn't kept.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::VariantNames,
    thiserror::Error,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum WhyNotKept {
    #[error("the platform gave a page to sign in: the bot may not read files")]
    NotAllowed,
    #[error("what the platform gave isn't the file that it announced")]
    OtherBytes,
    #[error("the platform has no such file any more")]
    Gone,
    #[error("the platform hides it: the workspace's plan has run out of room")]
    Hidden,
    #[error("it lies outside the platform")]
    Elsewhere,
    #[error("it is too large")]
    TooLarge,
    #[error("the platform didn't give it in time")]
    Unreachable,
    #[error("it couldn't be written to the disk")]
    Unwritten,
    #[error("an export has only its name")]
    NotExported,
}

impl WhyNotKept {
    /// What somebody can do about it.
    fn to_do(self) -> &'static str {
        match self {
            WhyNotKept::NotAllowed => {
                "Look whether the bot may read files there (on Slack the app needs the scope files:read), and install it again."
            }
            WhyNotKept::OtherBytes => "Where it happens again, look for a proxy on the way that changes what passes.",
            WhyNotKept::Gone => "Whoever shared it may still have it.",
            WhyNotKept::Hidden => "It is kept if it is shared again once the workspace has room.",
            WhyNotKept::Elsewhere => {
                "A link to another service is no evidence of what stood there: a copy has to be shared."
            }
            WhyNotKept::TooLarge => "It is kept if it is shared in smaller parts.",
            WhyNotKept::Unreachable => "Look at the network between the bot and the platform.",
            WhyNotKept::Unwritten => {
                "Look whether the disk is full, and whether blobs/ in the data folder can be written to."
            }
            WhyNotKept::NotExported => "Whoever shared it may still have it on the platform.",
        }
    }
}

/// What the operators heard last of each reason, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Files {
    pub told: BTreeMap<Platform, BTreeMap<WhyNotKept, At>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "files.")]
pub enum Event {
    /// Files that people share on a platform aren't kept, and the operators were told why. Each file stands in the entry of the
    /// word that it came with.
    NotKept { platform: Platform, why: WhyNotKept },
}

impl Files {
    pub(super) fn apply(&mut self, event: &Event, at: At) {
        let Event::NotKept { platform, why } = event;
        self.told.entry(platform.clone()).or_default().insert(*why, at);
    }

    fn was_told(&self, platform: &Platform, why: WhyNotKept, now: At) -> bool {
        let last = self.told.get(platform).and_then(|told| told.get(&why));
        last.is_some_and(|last| now < *last + SILENT_FOR)
    }
}

impl Draft<'_> {
    /// Recorded and told where the operators don't know of it yet.
    pub(super) fn files_not_kept(mut self, platform: &Platform, whys: &BTreeSet<WhyNotKept>) -> Ruling {
        for why in whys {
            if self.bot.files.was_told(platform, *why, self.ask.at) {
                continue;
            }
            self.push(Event::NotKept { platform: platform.clone(), why: *why });
            let text = format!(
                "A file that somebody shared on {platform} is not kept as evidence: {why}. {} `countersign verify --data` names each such \
                 file. If it goes on, I say so again in {SILENT_FOR}.",
                why.to_do()
            );
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        self.ruling
    }
}
