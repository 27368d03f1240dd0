//! What a ledger entry says: something heard, a ruling, what became of a message, who somebody is, what was erased. Kept as
//! facts and words beside the leaf that commits to them; every table but the ledger can be rebuilt from the facts alone.

use serde::{Deserialize, Serialize};

use crate::card::Card;
use crate::domain::mark::{self, Words};
use crate::domain::{AccountId, BotEvent, Event, Label, Lane, Notice, OutboxId, PersonId, WorkflowId};
use crate::ledger::heard::{Account, Answer, NotKept, What};
use crate::seal::{Pseudonym, commitment};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "most records are of what was told, and few are held at a time")]
pub enum Record {
    Heard(Box<HeardRecord>),
    Ruled(Ruled),
    Bot(BotRuled),
    Told(Told),
    NotTold(NotTold),
    ChannelMade(ChannelMade),
    Introduced(Introduced),
    Withheld(Withheld),
    Erased(Erased),
}

/// What somebody said or did in chat, whether or not it was a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeardRecord {
    /// [`Causes::key_of`] its cause.
    #[serde(serialize_with = "mark::fact")]
    pub key: String,
    pub who: Who,
    /// The account as its platform shows it.
    pub from: Words<Account>,
    pub lane: Lane,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "mark::maybe_id")]
    pub thread: Option<String>,
    pub what: What,
    /// Files that came with it and couldn't be kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_kept: Vec<NotKept>,
    /// What stood in the message until it was edited or deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Found in the platform's history after a gap, rather than heard live.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backfilled: bool,
    /// Taken from an export, rather than heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The platform's own words, where text and files don't carry all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// What they were answered, in private. Answers that only show figures aren't kept: they would be out of date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Words<Answer>>,
}

impl HeardRecord {
    /// Whose word it is, as everybody is shown it: what an export says is nobody's word but its own.
    pub fn author(&self) -> String {
        let name = self.from.get().map_or_else(|| mark::ERASED.to_owned(), |from| from.name.clone());
        match self.imported {
            Some(_) => format!("{name} (imported)"),
            None => name,
        }
    }
}

/// From which export an entry is, and what it was imported for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// The SHA-256 of the file, in hexadecimal.
    pub archive: Label,
    pub workflow: WorkflowId,
    /// It had been edited before the export, which has only what it says since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edited: bool,
}

impl Imported {
    /// What such an entry doesn't prove, whatever its seal.
    pub const UNPROVEN: &str = "nobody signed the export, so who said something, when and in which order is its word alone; of edited \
        messages it has only the last version, and of deleted ones nothing; files are not in it, only their names";
}

/// Who said something. It stays known when the words are gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// A person of the policy.
    Person(PersonId),
    /// An account that the policy doesn't know.
    Stranger(AccountId),
}

impl Who {
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Who::Person(person) => Some(person),
            Who::Stranger(_) => None,
        }
    }

    /// As the ledger calls them.
    pub fn subject(&self) -> &str {
        match self {
            Who::Person(person) => person.as_str(),
            Who::Stranger(account) => account.as_str(),
        }
    }
}

/// Makes the ids by which a repetition is recognised. They are facts, and what they are made of names people and moments: under
/// a secret of the data folder, whoever has a list of accounts can't find out by trying whose word it was.
#[derive(Clone)]
pub struct Causes([u8; 32]);

impl Causes {
    pub fn new(secret: [u8; 32]) -> Causes {
        Causes(secret)
    }

    /// The key of what has this cause: the first 16 bytes of HMAC-SHA-256 of the platform's own id of what happened, in
    /// hexadecimal. The id itself isn't kept.
    pub fn key_of(&self, cause: &str) -> String {
        hex::encode(&commitment(&self.0, cause.as_bytes()).0[..16])
    }

    /// By which the secret is recognised. It is made as keys are, so it says no more of the secret than they do; no platform has
    /// such an id, so it is nothing's key.
    pub fn mark(&self) -> Label {
        Label::from(self.key_of("\0the secret of causes"))
    }

    /// An id for what somebody says under a key of their own: the same key is the same id, and one person's aren't another's.
    pub fn id_of(&self, who: &str, key: &str) -> String {
        hex::encode(&commitment(&self.0, format!("{who}\0{key}").as_bytes()).0[..10])
    }
}

/// What became true of a case, and what is to be told because of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ruled {
    /// Absent: the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The entry of the word that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<i64>,
    pub events: Vec<Event>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<ToTell>,
}

/// What became true of the bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BotRuled {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// The entry of the word that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard: Option<i64>,
    pub events: Vec<BotEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tell: Vec<ToTell>,
}

/// A notice on its way to one lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToTell {
    pub lane: Lane,
    pub notice: Notice,
}

/// A platform took a message of the bot's. An entry is of one case: a message that tells a person of several cases is as
/// many entries, each with its own case's part of it, all with the same lane and message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The outbox rows that it tells; several where nudges to one person were batched. Empty for a case's card.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbox: Vec<OutboxId>,
    /// For a case's card: the ledger entry that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card_shows: Option<i64>,
    /// For a message that asks for answers: the ledger entry up to which it says how they stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_shows: Option<i64>,
    pub lane: Lane,
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "mark::maybe_id")]
    pub thread: Option<String>,
    #[serde(serialize_with = "mark::id")]
    pub message: String,
    /// Which part of the message this is, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub part: u32,
    /// What this part says.
    pub card: Words<Card>,
    /// An edit of a message that stood already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub edit: bool,
    /// The process died between an earlier sending and its receipt, so people may have it twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub perhaps_twice: bool,
}

fn is_first(part: &u32) -> bool {
    *part == 0
}

/// A message that will not be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotTold {
    pub outbox: OutboxId,
    pub lane: Lane,
    pub why: NotToldBecause,
}

/// A platform made a case's own channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelMade {
    /// The bot's name of it, such as `slack/inc-12`.
    pub lane: Lane,
    /// The platform's id of it.
    #[serde(serialize_with = "mark::id")]
    pub channel: String,
}

/// A person or an account is mentioned for the first time, and gets a pseudonym. Comes right before the entry that mentions it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Introduced {
    #[serde(serialize_with = "mark::fact")]
    pub pseudonym: Pseudonym,
    pub subject: String,
}

/// Nobody can read the words of earlier entries any more, though they are kept until they may be erased. The entry is of the case of the
/// approval that asked for it; of none where a start did it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Withheld {
    /// Their numbers.
    pub entries: Vec<u64>,
    pub why: String,
}

/// The words of earlier entries were erased, and their salts with them. Where an approval asked for it, the entry is of that case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Erased {
    /// Their numbers.
    pub entries: Vec<u64>,
    pub why: String,
}

/// What an envelope calls its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds {
    pub kind: &'static str,
    /// The others, distinct, in their order.
    pub also: Vec<&'static str>,
}

impl Kinds {
    pub(super) fn one(kind: &'static str) -> Kinds {
        Kinds { kind, also: Vec::new() }
    }

    /// Several things became true at once: the last turn of state gives the name, or without one what came first.
    /// Each is its name, and whether it is such a turn. `None` if nothing did.
    fn of(all: impl Iterator<Item = (&'static str, bool)> + Clone) -> Option<Kinds> {
        let turns = all.clone().filter(|(_, is_turn)| *is_turn);
        let (kind, _) = turns.last().or_else(|| all.clone().next())?;
        let mut also = Vec::new();
        for (other, _) in all {
            if other != kind && !also.contains(&other) {
                also.push(other);
            }
        }
        Some(Kinds { kind, also })
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotToldBecause {
    /// What it asked for was answered before it went out.
    Answered,
    /// Whom it was meant for may not see the case any more.
    NotTheirs,
    /// It could not be delivered; never counted as sent.
    Undeliverable(String),
}

impl Record {
    /// What the envelope calls it. `None` for a ruling by which nothing became true: such a one is never written.
    pub fn kinds(&self) -> Option<Kinds> {
        Some(match self {
            Record::Heard(heard) if heard.imported.is_some() => Kinds::one(Self::IMPORTED),
            Record::Heard(heard) => Kinds::one(heard.what.kind()),
            Record::Ruled(ruled) => {
                return Kinds::of(ruled.events.iter().map(|event| (event.kind(), event.is_turn())));
            }
            Record::Bot(ruled) => return Kinds::of(ruled.events.iter().map(|event| (event.kind(), true))),
            Record::Told(Told { card_shows: Some(_), .. }) => Kinds::one("told.card"),
            Record::Told(_) => Kinds::one("told.message"),
            Record::NotTold(NotTold { why: NotToldBecause::Answered | NotToldBecause::NotTheirs, .. }) => {
                Kinds::one("told.not-needed")
            }
            Record::NotTold(NotTold { why: NotToldBecause::Undeliverable(_), .. }) => Kinds::one("told.undeliverable"),
            Record::ChannelMade(_) => Kinds::one("case.channel"),
            Record::Introduced(_) => Kinds::one(Self::INTRODUCED),
            Record::Withheld(_) => Kinds::one(Self::WITHHELD),
            Record::Erased(_) => Kinds::one(Self::ERASED),
        })
    }

    /// What somebody said or did, if it is that.
    pub fn heard(&self) -> Option<&HeardRecord> {
        match self {
            Record::Heard(heard) => Some(heard),
            Record::Ruled(_)
            | Record::Bot(_)
            | Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Withheld(_)
            | Record::Erased(_) => None,
        }
    }

    /// What became true of a case, if it is that.
    pub fn ruled(&self) -> Option<&Ruled> {
        match self {
            Record::Ruled(ruled) => Some(ruled),
            Record::Heard(_)
            | Record::Bot(_)
            | Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Withheld(_)
            | Record::Erased(_) => None,
        }
    }

    /// What somebody said in an ordinary message, if it is that.
    pub fn said_by(&self, person: &PersonId) -> Option<&str> {
        let heard = self.heard().filter(|heard| heard.who.person() == Some(person))?;
        if let What::Said { text, .. } = &heard.what { Some(text) } else { None }
    }

    pub const IMPORTED: &str = "said.imported";
    pub const INTRODUCED: &str = "person.introduced";
    pub const WITHHELD: &str = "words.withheld";
    pub const ERASED: &str = "words.erased";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_turn_of_state_names_an_entry() {
        let check = |all: &[&'static str], kind, also: &[&'static str]| {
            let named = all.iter().map(|kind| (*kind, !kind.starts_with("duty.")));
            assert_eq!(Kinds::of(named), Some(Kinds { kind, also: also.to_vec() }));
        };
        assert_eq!(Kinds::of(std::iter::empty()), None);
        check(&["incident.opened", "duty.opened", "duty.opened"], "incident.opened", &["duty.opened"]);
        check(
            &["incident.acknowledged", "duty.met", "incident.resolved", "duty.met", "duty.opened"],
            "incident.resolved",
            &["incident.acknowledged", "duty.met", "duty.opened"],
        );
        check(&["duty.late", "duty.nudged", "duty.late"], "duty.late", &["duty.nudged"]);
    }

    #[test]
    fn a_key_says_nothing_of_its_cause_to_whoever_lacks_the_secret() {
        let causes = Causes::new([7; 32]);
        // printf slack:msg:1 | openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf '07%.0s' {1..32}) | head -c 32
        assert_eq!(causes.key_of("slack:msg:1"), "962fe7b6cef4e485e3578ecacdbfa9c4");
        assert_ne!(causes.key_of("slack:msg:1"), Causes::new([8; 32]).key_of("slack:msg:1"));
        let ids = [("maya", "1"), ("maya", "2"), ("dev", "1")].map(|(who, key)| causes.id_of(who, key));
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        assert_eq!(ids[0], causes.id_of("maya", "1"));
        assert_ne!(ids[0], Causes::new([8; 32]).id_of("maya", "1"));
        // printf '\0the secret of causes' | openssl dgst …
        assert_eq!(causes.mark().as_str(), "24e90b59f0186af4087bb530e2a0062f");
        assert_ne!(causes.mark(), Causes::new([8; 32]).mark());
    }
}
