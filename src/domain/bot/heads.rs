//! Signed heads and their witnesses: who doesn't cosign ours as they should, and whose heads didn't go on from what was cosigned
//! here. A cosignature itself is no entry: it would make a new head, which wants a new cosignature.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::stamps::Stamps;
use super::{Draft, Ruling, Telling};
use crate::domain::notice::To;
use crate::domain::text::{list, moment_utc};
use crate::domain::{At, Label, LogId, Span, WitnessId};

/// Of one log nobody is told more often that it showed an older head: whoever has one may show it again and again.
const TOLD_AT_MOST_EVERY: Span = Span::days(1);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Heads {
    /// Witnesses of our heads that don't answer as they should, as the operators were told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub witnesses: BTreeMap<WitnessId, Trouble>,
    /// Logs whose heads are cosigned here and that didn't go on from what was cosigned.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub logs: BTreeMap<LogId, LogSeen>,
    /// The head that was published last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    #[serde(default, skip_serializing_if = "Stamps::is_empty")]
    pub stamps: Stamps,
}

/// A head that was published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Published {
    pub size: u64,
    pub at: At,
}

/// The graver one stands last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    Silent,
    Refused,
    Split,
}

/// How a log that is cosigned for stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogSeen {
    /// It didn't go on from what was cosigned, and hasn't since.
    pub astray: bool,
    /// It showed two histories.
    pub split: bool,
    pub told: At,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "witness.")]
pub enum Event {
    /// It has cosigned nothing since then, and can't be reached or doesn't answer so that it can be read.
    Silent { witness: WitnessId, since: At, why: String },
    /// It answers, and won't cosign.
    Refused { witness: WitnessId, why: String },
    /// It says that it saw another history of this ledger. `size` is what we have, `seen` what it cosigned, where it says so.
    Split {
        witness: WitnessId,
        size: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<u64>,
    },
    /// It cosigns again.
    Back { witness: WitnessId, size: u64 },
    /// A log that is cosigned for here signed a head that is smaller than what was cosigned.
    LogWentBack { log: LogId, size: u64, seen: u64 },
    /// It signed a head that doesn't hold what was cosigned: two histories.
    LogSplit { log: LogId, size: u64, seen: u64 },
    /// Its heads go on from what was cosigned again.
    LogBack { log: LogId, size: u64 },
}

/// Where our heads go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "head.")]
pub enum Publication {
    /// A head was published where the policy says; `by` are its witnesses.
    Published {
        size: u64,
        root: Label,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        by: Vec<Label>,
    },
    /// It couldn't be told to a machine outside, or written as a file. `to` is the webhook, or `file`.
    NotPublished { to: Label, why: String },
    /// An authority stamped a head (RFC 3161). What it answered is kept as a file, of which `stamp` is the SHA-256. `until` is
    /// when the certificate ends that it signed with, where it says so.
    Stamped {
        size: u64,
        stamp: Label,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<At>,
    },
    /// The authority gave no stamp.
    NotStamped { why: String },
    /// The certificate ends soon by which the newest stamp is checked, and no later one is to be had.
    StampsEnd { until: At },
}

/// What was seen of a witness, or of a log.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Cosigned {
        witness: WitnessId,
        size: u64,
    },
    Silent {
        witness: WitnessId,
        since: At,
        why: String,
    },
    Refused {
        witness: WitnessId,
        why: String,
    },
    Split {
        witness: WitnessId,
        size: u64,
        seen: Option<u64>,
    },
    LogCosigned {
        log: LogId,
        size: u64,
    },
    LogWentBack {
        log: LogId,
        size: u64,
        seen: u64,
    },
    LogSplit {
        log: LogId,
        size: u64,
        seen: u64,
    },
    /// It is time to publish a head.
    /// `shown` is the root as heads write it.
    Publish {
        origin: String,
        size: u64,
        root: Label,
        shown: String,
        by: Vec<Label>,
    },
    NotPublished {
        to: Label,
        why: String,
    },
    Stamped {
        size: u64,
        stamp: Label,
        until: Option<At>,
    },
    NotStamped {
        why: String,
    },
}

impl Heads {
    pub(super) fn publish(&mut self, event: &Publication, at: At) {
        match event {
            Publication::Published { size, .. } => self.published = Some(Published { size: *size, at }),
            Publication::NotPublished { .. } => {}
            Publication::Stamped { until, .. } => self.stamps.made(*until, at),
            Publication::NotStamped { .. } => self.stamps.failing = true,
            Publication::StampsEnd { .. } => self.stamps.told = Some(at),
        }
    }

    pub(super) fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Silent { witness, .. } => {
                self.witnesses.insert(witness.clone(), Trouble::Silent);
            }
            Event::Refused { witness, .. } => {
                self.witnesses.insert(witness.clone(), Trouble::Refused);
            }
            Event::Split { witness, .. } => {
                self.witnesses.insert(witness.clone(), Trouble::Split);
            }
            Event::Back { witness, .. } => {
                self.witnesses.remove(witness);
            }
            Event::LogWentBack { log, .. } => {
                let split = self.logs.get(log).is_some_and(|seen| seen.split);
                self.logs.insert(log.clone(), LogSeen { astray: true, split, told: at });
            }
            Event::LogSplit { log, .. } => {
                self.logs.insert(log.clone(), LogSeen { astray: true, split: true, told: at });
            }
            Event::LogBack { log, .. } => {
                if let Some(seen) = self.logs.get_mut(log) {
                    (seen.astray, seen.split) = (false, false);
                }
            }
        }
    }

    /// Whether what was seen is worth the desk's time: most of it is that all is well, as before.
    pub fn is_news(&self, seen: &Command, at: At) -> bool {
        let graver = |witness, trouble| self.witnesses.get(witness).is_none_or(|known| *known < trouble);
        match seen {
            Command::Cosigned { witness, .. } => self.witnesses.contains_key(witness),
            Command::Silent { witness, .. } => graver(witness, Trouble::Silent),
            Command::Refused { witness, .. } => graver(witness, Trouble::Refused),
            Command::Split { witness, .. } => graver(witness, Trouble::Split),
            Command::LogCosigned { log, .. } => self.logs.get(log).is_some_and(|seen| seen.astray),
            Command::LogWentBack { log, .. } => {
                self.logs.get(log).is_none_or(|seen| !seen.astray && at - seen.told >= TOLD_AT_MOST_EVERY)
            }
            Command::Publish { .. } | Command::NotPublished { .. } | Command::Stamped { .. } => true,
            Command::NotStamped { .. } => !self.stamps.failing || self.stamps.says_so(at),
            Command::LogSplit { log, .. } => self
                .logs
                .get(log)
                .is_none_or(|seen| !seen.split && (seen.astray || at - seen.told >= TOLD_AT_MOST_EVERY)),
        }
    }
}

impl Draft<'_> {
    /// Recorded and told once when it begins, once when it gets worse, and once when it is over.
    pub(super) fn heads(mut self, seen: &Command) -> Ruling {
        if !self.bot.heads.is_news(seen, self.ask.at) {
            return self.ruling;
        }
        let (event, text) = match seen.clone() {
            Command::Publish { origin, size, root, shown, by } => {
                return self.publish_head((&origin, &shown), size, root, by);
            }
            Command::NotPublished { to, why } => {
                let text = format!(
                    "The head of this ledger could not be published to {to}: {why}. The next one is tried when its time comes."
                );
                self.push(Publication::NotPublished { to, why });
                self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
                return self.ruling;
            }
            Command::Stamped { size, stamp, until } => return self.stamped(size, stamp, until),
            Command::NotStamped { why } => return self.not_stamped(why),
            Command::Cosigned { witness, size } => {
                let text = format!(
                    "The witness {witness} cosigns this ledger's heads again: the last one covers {size} entries."
                );
                (Event::Back { witness, size }, text)
            }
            Command::Silent { witness, since, why } => {
                let text = format!(
                    "The witness {witness} has cosigned no head of this ledger since {}: {why}. Ask whoever runs it. I go on asking; until \
                     it answers, only we ourselves can say that this ledger wasn't written anew.",
                    moment_utc(since)
                );
                (Event::Silent { witness, since, why }, text)
            }
            Command::Refused { witness, why } => {
                let text = format!("The witness {witness} doesn't cosign this ledger's heads: {why}.");
                (Event::Refused { witness, why }, text)
            }
            Command::Split { witness, size, seen } => {
                let saw = match seen {
                    Some(seen) if seen > size => {
                        format!("it cosigned a head over {seen} entries, and this ledger has {size}")
                    }
                    _ => format!("what it cosigned isn't the beginning of the {size} entries that this ledger has"),
                };
                let text = format!(
                    "**The witness {witness} says that it saw another history of this ledger**: {saw}. Either an older copy of the data \
                     folder was started, or entries were written anew or taken away. Act now: keep the data folder as it is, run \
                     `countersign verify --data DIR`, and compare with the head that {witness} has. I ask it again from time to time."
                );
                (Event::Split { witness, size, seen }, text)
            }
            Command::LogCosigned { log, size } => {
                let text =
                    format!("The heads of {log} go on again from what I cosigned; the last one covers {size} entries.");
                (Event::LogBack { log, size }, text)
            }
            Command::LogWentBack { log, size, seen } => {
                let text = format!(
                    "I was shown a head of {log} over {size} entries, signed by it, and have cosigned one over {seen}. I didn't cosign it. \
                     If nobody just sent an old head again, an older copy of that ledger was started: tell {log}."
                );
                (Event::LogWentBack { log, size, seen }, text)
            }
            Command::LogSplit { log, size, seen } => {
                let text = format!(
                    "**{log} showed me a head over {size} entries that doesn't go on from the {seen} that I cosigned.** I didn't cosign it. \
                     Unless somebody sent it with a proof of their own making, that ledger was written anew: keep `witness/` in my data folder, \
                     which has what I cosigned, and tell {log}."
                );
                (Event::LogSplit { log, size, seen }, text)
            }
        };
        let is_loud = matches!(event, Event::Split { .. } | Event::LogSplit { .. });
        self.push(event);
        let tell = |text: &str| Telling::Sentence { text: text.to_owned().into() };
        self.tell(To::Operators, tell(&text), None);
        if is_loud {
            let operators = self.policy.operators.clone();
            for channel in self.policy.announcements.iter().filter(|channel| operators.as_ref() != Some(*channel)) {
                self.tell(To::Channel(channel.clone()), tell(&text), None);
            }
        }
        self.ruling
    }

    /// Recorded, and posted where the policy says: short enough to be read, and long enough to be compared.
    fn publish_head(mut self, (origin, shown): (&str, &str), size: u64, root: Label, by: Vec<Label>) -> Ruling {
        let channel = self.policy.heads.as_ref().and_then(|rule| rule.channel.clone());
        let witnesses = match by.is_empty() {
            true => "nobody else has signed it".to_owned(),
            false => format!("cosigned by {}", list(by.iter())),
        };
        let text = format!(
            "Head of this ledger, to be kept elsewhere: `{origin}`, {size} entries, root `{shown}`; {witnesses}."
        );
        self.push(Publication::Published { size, root, by });
        if let Some(channel) = channel {
            self.tell(To::Channel(channel), Telling::Sentence { text: text.into() }, None);
        }
        self.ruling
    }
}
