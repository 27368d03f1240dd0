//! What the sealed entries say: read, folded to a case, and which entries of no case explain it. From nothing but the entries,
//! so that whoever checks a bundle comes to the same.

use std::collections::{BTreeMap, BTreeSet};

use super::super::keys::{self, Changed};
use super::delegations::Delegations;
use super::missed;
use crate::domain::bot::policies;
use crate::domain::kinds::DutyEvent;
use crate::domain::mark::ERASED;
use crate::domain::obligation::Change;
pub(super) use crate::domain::text::iso;
use crate::domain::{At, BotEvent, Case, CaseId, Event, PolicyHash};
use crate::ledger::heard::NotKept;
use crate::ledger::record::{Erased, Introduced, NotTold, Record, Told, Withheld};
use crate::ledger::{self, Subjects, parts};
use crate::seal::{Actor, Clock, Envelope, Pseudonym};

/// An entry of the ledger, and what could be read of it.
pub(super) struct Sealed {
    pub leaf: Vec<u8>,
    pub facts: Kept,
    pub words: Kept,
    pub envelope: Option<OwnedEnvelope>,
    /// Absent if it can't be read.
    pub record: Option<Record>,
}

/// Facts or words, with the salt of the commitment to them.
#[derive(Clone, Default)]
pub(super) struct Kept {
    pub text: Option<Vec<u8>>,
    pub salt: Option<Vec<u8>>,
}

/// An envelope, kept.
pub(super) struct OwnedEnvelope {
    pub seq: u64,
    pub at: At,
    pub said: Option<At>,
    pub manual: bool,
    pub actor: Actor,
    pub kind: String,
    pub source: String,
    pub has_words: bool,
}

/// A file that a message came with.
pub(super) struct Attachment {
    pub seq: u64,
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// A case as its entries make it, and what they show to be missing.
#[derive(Default)]
pub(super) struct Folded {
    pub case: Option<Case>,
    pub holes: Vec<String>,
}

impl Sealed {
    pub(super) fn new(leaf: Vec<u8>, facts: Kept, words: Kept, subjects: &Subjects) -> Sealed {
        let envelope = Envelope::parse(&leaf).ok().map(|envelope| OwnedEnvelope {
            seq: envelope.seq,
            at: At(envelope.at_us),
            said: envelope.said_us.map(At),
            manual: envelope.clock == Clock::Manual,
            actor: envelope.actor,
            has_words: envelope.words.is_some(),
            kind: envelope.kind.into_owned(),
            source: envelope.source.into_owned(),
        });
        let text = |kept: &Kept| kept.text.as_ref().and_then(|text| String::from_utf8(text.clone()).ok());
        let read = |leaf, facts: &str| ledger::read(leaf, facts, text(&words).as_deref(), subjects).ok();
        let record = str::from_utf8(&leaf).ok().zip(text(&facts)).and_then(|(leaf, facts)| read(leaf, &facts));
        Sealed { leaf, facts, words, envelope, record }
    }

    pub(super) fn seq(&self) -> u64 {
        self.envelope.as_ref().map_or(u64::MAX, |envelope| envelope.seq)
    }

    /// It had words, and they aren't there: erased, or withheld.
    pub(super) fn is_without_words(&self) -> bool {
        self.words.text.is_none() && self.envelope.as_ref().is_some_and(|envelope| envelope.has_words)
    }
}

/// The first of these entries that is of a schema that this program doesn't know, and that schema.
pub(super) fn strange<'e>(mut entries: impl Iterator<Item = &'e Sealed>) -> Option<(u64, u32)> {
    entries.find_map(|entry| Some((entry.seq(), ledger::strange_schema(str::from_utf8(&entry.leaf).ok()?)?)))
}

/// Whom the pseudonyms stand for that these entries introduce.
fn subjects(context: &[Sealed]) -> Subjects {
    let mut subjects = Subjects::default();
    for entry in context {
        if let Some(Record::Introduced(Introduced { pseudonym, subject })) = &entry.record
            && subject != ERASED
        {
            subjects.add(*pseudonym, subject);
        }
    }
    subjects
}

/// Entries of no case, read again with the names that they introduce.
pub(super) fn with_names(beside: Vec<Sealed>) -> (Vec<Sealed>, Subjects) {
    let subjects = subjects(&beside);
    let named = beside.into_iter().map(|it| Sealed::new(it.leaf, it.facts, it.words, &subjects)).collect();
    (named, subjects)
}

/// The pseudonyms that entries mention, in facts or as the one who caused them.
pub(super) fn mentioned<'e>(entries: impl Iterator<Item = &'e Sealed>) -> BTreeSet<Pseudonym> {
    let mut all = BTreeSet::new();
    for entry in entries {
        if let Some(OwnedEnvelope { actor: Actor::Person(pseudonym), .. }) = &entry.envelope {
            all.insert(*pseudonym);
        }
        let facts = entry.facts.text.as_deref().and_then(|facts| str::from_utf8(facts).ok());
        all.extend(facts.into_iter().flat_map(parts::mentions));
    }
    all
}

/// The pseudonym that an entry introduces.
pub(super) fn introduces(entry: &Sealed) -> Option<Pseudonym> {
    if let Some(Record::Introduced(it)) = &entry.record { Some(it.pseudonym) } else { None }
}

/// The policy that an entry loaded, and the one that was in force before.
pub(super) fn loaded(entry: &Sealed) -> Option<(&PolicyHash, Option<&PolicyHash>)> {
    let Some(Record::Bot(ruled)) = &entry.record else { return None };
    ruled.events.iter().find_map(|event| {
        let BotEvent::Policy(policies::Event::Loaded { hash, replaces, .. }) = event else { return None };
        Some((hash, replaces.as_ref()))
    })
}

/// The changes of keys that these entries record, oldest first.
pub(super) fn key_changes(beside: &[Sealed]) -> Vec<Changed> {
    let change = |entry: &Sealed| keys::change_in(entry.seq(), entry.record.as_ref()?);
    beside.iter().filter_map(change).collect()
}

/// Whether the entry loaded the policy with this hash.
pub(super) fn loads(entry: &Sealed, policy: &PolicyHash) -> bool {
    loaded(entry).is_some_and(|(hash, _)| hash == policy)
}

/// The entries among these, by number, that loaded the policies a case went on under: the one that it was opened under, and
/// each that took force before its last entry. Who has which role follows from the one in force.
pub(super) fn policies(case: CaseId, entries: &[Sealed], beside: &[Sealed]) -> BTreeSet<u64> {
    let opened_under = fold(case, entries).case.map(|case| case.policy);
    let first = entries.iter().map(Sealed::seq).min().unwrap_or_default();
    let last = entries.iter().map(Sealed::seq).max().unwrap_or_default();
    let of_opening = beside.iter().filter(|entry| entry.seq() < first);
    let of_opening = opened_under.and_then(|it| of_opening.filter(|entry| loads(entry, &it)).map(Sealed::seq).max());
    let later = beside.iter().filter(|entry| (first..last).contains(&entry.seq()) && loaded(entry).is_some());
    of_opening.into_iter().chain(later.map(Sealed::seq)).collect()
}

/// The entries of no case that a bundle needs, as one case after the other asks for them.
pub(super) struct Explained<'e> {
    beside: &'e [Sealed],
    told: Delegations<'e>,
    needed: BTreeSet<u64>,
    delegations: BTreeSet<u32>,
    last: u64,
}

impl<'e> Explained<'e> {
    /// `beside`: entries of no case, oldest first.
    pub(super) fn by(beside: &'e [Sealed]) -> Explained<'e> {
        let told = Delegations::of(beside);
        Explained { beside, told, needed: BTreeSet::new(), delegations: BTreeSet::new(), last: 0 }
    }

    /// Those that one case's evidence needs, by number: who is meant in it, what brought in the policies that it was opened under
    /// and went on under, who stood in for whom when something was ruled in it, when something of it may have been missed, by which
    /// key heads were signed when, and what erased words of it or of those.
    pub(super) fn add(&mut self, case: CaseId, entries: &[Sealed]) -> BTreeSet<u64> {
        let delegations = self.told.touching(entries);
        let last = entries.iter().map(Sealed::seq).max().unwrap_or_default();
        let mut of_the_bot = self.told.entries_of(&delegations, last);
        of_the_bot.extend(policies(case, entries, self.beside));
        of_the_bot.extend(missed::touching(entries, self.beside));
        of_the_bot.extend(key_changes(self.beside).iter().map(|changed| changed.heads.seq));
        let own = explain(entries, &of_the_bot, self.beside);
        self.needed.extend(&own);
        self.delegations.extend(delegations);
        self.last = self.last.max(last);
        own
    }

    /// Those that all of them together need: what became of a delegation later than one case's end, too, since to another case
    /// it would seem to be in force still.
    pub(super) fn all(mut self) -> BTreeSet<u64> {
        let told = self.told.entries_of(&self.delegations, self.last);
        self.needed.extend(explain(&[], &told, self.beside));
        self.needed
    }
}

/// These entries of the bot's, who is meant in them and in a case's, and what erased words of any of them.
fn explain(entries: &[Sealed], of_the_bot: &BTreeSet<u64>, beside: &[Sealed]) -> BTreeSet<u64> {
    let named = beside.iter().filter(|entry| of_the_bot.contains(&entry.seq()));
    let mentioned = mentioned(entries.iter().chain(named));
    let explains = |entry: &Sealed| {
        of_the_bot.contains(&entry.seq())
            || matches!(&entry.record, Some(Record::Introduced(it)) if mentioned.contains(&it.pseudonym))
    };
    let explaining = beside.iter().filter(|entry| explains(entry));
    let mut gone: BTreeSet<u64> =
        entries.iter().chain(explaining).filter(|it| it.is_without_words()).map(Sealed::seq).collect();
    let mut needed = BTreeSet::new();
    for entry in beside {
        if explains(entry) || taken_by(entry).iter().any(|seq| gone.contains(seq)) {
            // What records an erasure may have been erased too, by one that comes later.
            if entry.is_without_words() {
                gone.insert(entry.seq());
            }
            needed.insert(entry.seq());
        }
    }
    needed
}

/// The earlier entries whose erasure an entry records.
pub(super) fn erased_by(entry: &Sealed) -> Vec<u64> {
    let Some(Record::Erased(Erased { entries, .. })) = &entry.record else { return Vec::new() };
    earlier(entries, entry)
}

/// The earlier entries of which an entry records that nobody reads them any more: they are erased, or withheld.
pub(super) fn taken_by(entry: &Sealed) -> Vec<u64> {
    match &entry.record {
        Some(Record::Erased(Erased { entries, .. }) | Record::Withheld(Withheld { entries, .. })) => {
            earlier(entries, entry)
        }
        Some(
            Record::Heard(_)
            | Record::Ruled(_)
            | Record::Bot(_)
            | Record::Told(_)
            | Record::NotTold(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_),
        )
        | None => Vec::new(),
    }
}

fn earlier(entries: &[u64], than: &Sealed) -> Vec<u64> {
    entries.iter().copied().filter(|seq| *seq < than.seq()).collect()
}

/// The files that messages came with, once under each name that they had.
pub(super) fn attachments(entries: &[Sealed]) -> Vec<Attachment> {
    let mut known = BTreeSet::new();
    let mut all = Vec::new();
    for entry in entries {
        if let Some(Record::Heard(heard)) = &entry.record {
            for file in heard.what.files().iter().filter(|file| is_hash(&file.sha256)) {
                if known.insert((file.sha256.clone(), file.name.clone())) {
                    let (name, sha256) = (file.name.clone(), file.sha256.clone());
                    all.push(Attachment { seq: entry.seq(), name, bytes: file.bytes, sha256 });
                }
            }
        }
    }
    all
}

/// The files that messages came with and that couldn't be kept, each with its entry.
pub(super) fn not_kept(entries: &[Sealed]) -> impl Iterator<Item = (u64, &NotKept)> {
    entries.iter().flat_map(|entry| {
        let heard = entry.record.as_ref().and_then(Record::heard);
        heard.into_iter().flat_map(|heard| &heard.not_kept).map(|file| (entry.seq(), file))
    })
}

/// Only what is a hash may become part of a path.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Folds the case, and notices what its own entries say is missing: they refer to each other.
pub(super) fn fold(id: CaseId, entries: &[Sealed]) -> Folded {
    let mut folded = Folded::default();
    let numbers: BTreeSet<u64> = entries.iter().map(Sealed::seq).collect();
    for entry in entries {
        let (Some(record), Some(envelope)) = (&entry.record, &entry.envelope) else { continue };
        match record {
            Record::Ruled(ruled) => {
                for event in &ruled.events {
                    folded.apply(id, event, envelope);
                }
            }
            Record::Told(Told { outbox, card_shows, asked_shows, .. }) => {
                let shown = card_shows.iter().chain(asked_shows).copied();
                folded.require(&numbers, outbox.iter().map(|id| id.entry).chain(shown), envelope.seq);
            }
            Record::NotTold(NotTold { outbox, .. }) => {
                folded.require(&numbers, [outbox.entry].into_iter(), envelope.seq);
            }
            Record::Heard(_)
            | Record::Bot(_)
            | Record::ChannelMade(_)
            | Record::Introduced(_)
            | Record::Withheld(_)
            | Record::Erased(_) => {}
        }
    }
    if folded.case.is_none() {
        folded.holes.push(format!("No entry begins {id}."));
    }
    folded
}

impl Folded {
    fn apply(&mut self, id: CaseId, event: &Event, envelope: &OwnedEnvelope) {
        let Some(case) = &mut self.case else {
            self.case = Case::begin(id, event, envelope.at);
            if let Some(case) = &mut self.case {
                case.apply(event, envelope.at);
            } else {
                self.holes.push(format!("Entry {} goes on with {id}, but no entry before it begins it.", envelope.seq));
            }
            return;
        };
        if let Event::Duty(DutyEvent { number, change }) = event {
            let (opens, next) = (matches!(change, Change::Opened(_)), case.next_number());
            if opens && *number != next {
                self.holes.push(format!(
                    "Entry {} opens duty no. {number} of {id}, but the one before it is no. {}: an entry between them is missing.",
                    envelope.seq,
                    next - 1
                ));
            }
            if !opens && case.obligation(*number).is_none() {
                self.holes
                    .push(format!("Entry {} is about duty no. {number} of {id}, which no entry opened.", envelope.seq));
            }
        }
        case.apply(event, envelope.at);
    }

    fn require(&mut self, numbers: &BTreeSet<u64>, named: impl Iterator<Item = i64>, by: u64) {
        let missing: BTreeMap<u64, ()> =
            named.map(i64::unsigned_abs).filter(|seq| !numbers.contains(seq)).map(|seq| (seq, ())).collect();
        for seq in missing.keys() {
            self.holes.push(format!("Entry {by} says that entry {seq} was told, but entry {seq} is not here."));
        }
    }
}
