//! What a bundle says about a case besides the evidence itself: made from the sealed entries and the policy, and from
//! nothing else, so that whoever checks a bundle can make it again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::delegations::Delegations;
use super::{Files, transcript};
use crate::csv;
use crate::domain::bot::policies;
use crate::domain::kinds::DutyEvent;
use crate::domain::mark::ERASED;
use crate::domain::obligation::{Change, Holder, Obligation, Standing};
use crate::domain::{At, BotEvent, Case, CaseId, Event, Policy, PolicyHash, Span};
use crate::ledger::heard::NotKept;
use crate::ledger::record::{Erased, Introduced, NotTold, Record, Told};
use crate::ledger::{self, Subjects, parts};
use crate::seal::{Actor, Checkpoint, Clock, Envelope, Pseudonym};

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

pub(super) struct Source<'a> {
    pub case: CaseId,
    pub entries: &'a [Sealed],
    /// Entries that belong to no case and say who is meant by a pseudonym, which policy the case was opened under, who stood
    /// in for whom, or whose words were erased.
    pub context: &'a [Sealed],
    pub head: &'a Checkpoint,
    /// The program and its version.
    pub made_by: &'a str,
    /// The policy's text, unless it was erased.
    pub policy: Option<&'a str>,
    /// Hashes of the attachments that are in the bundle.
    pub attached: BTreeSet<&'a str>,
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

    /// It had words, and they are gone.
    pub(super) fn is_erased(&self) -> bool {
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

/// The policy that an entry loaded, and the one that was in force before.
pub(super) fn loaded(entry: &Sealed) -> Option<(&PolicyHash, Option<&PolicyHash>)> {
    let Some(Record::Bot(ruled)) = &entry.record else { return None };
    ruled.events.iter().find_map(|event| {
        let BotEvent::Policy(policies::Event::Loaded { hash, replaces, .. }) = event else { return None };
        Some((hash, replaces.as_ref()))
    })
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

/// The entries among these that a case's evidence needs: who is meant in it, what brought in the policies that it was opened
/// under and went on under, who stood in for whom when something was ruled in it, and what erased words of it or of those.
pub(super) fn context(case: CaseId, entries: &[Sealed], beside: Vec<Sealed>) -> Vec<Sealed> {
    let touching = Delegations::of(&beside).touching(entries);
    let policies = policies(case, entries, &beside);
    let of_the_bot = beside.iter().filter(|entry| touching.contains(&entry.seq()) || policies.contains(&entry.seq()));
    let mentioned = mentioned(entries.iter().chain(of_the_bot));
    let explains = |entry: &Sealed| {
        policies.contains(&entry.seq())
            || touching.contains(&entry.seq())
            || matches!(&entry.record, Some(Record::Introduced(it)) if mentioned.contains(&it.pseudonym))
    };
    let mut gone: BTreeSet<u64> = entries
        .iter()
        .chain(beside.iter().filter(|entry| explains(entry)))
        .filter(|it| it.is_erased())
        .map(Sealed::seq)
        .collect();
    let mut needed = Vec::new();
    for entry in beside {
        if explains(&entry) || erased_by(&entry).iter().any(|seq| gone.contains(seq)) {
            // What records an erasure may have been erased too, by one that comes later.
            if entry.is_erased() {
                gone.insert(entry.seq());
            }
            needed.push(entry);
        }
    }
    needed
}

/// The earlier entries whose erasure an entry records.
pub(super) fn erased_by(entry: &Sealed) -> Vec<u64> {
    let Some(Record::Erased(Erased { entries, .. })) = &entry.record else { return Vec::new() };
    entries.iter().copied().filter(|seq| *seq < entry.seq()).collect()
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

/// Everything in `data/` but proofs, head, key, policy and attachments.
pub(super) fn files(source: &Source<'_>) -> Files {
    let mut files = Files::new();
    for (folder, entries) in [("entries", source.entries), ("context", source.context)] {
        let mut lines = String::new();
        for entry in entries {
            let seq = entry.seq();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let line = json!({
                "seq": seq,
                "leaf": text(&entry.leaf),
                "facts": entry.facts.text.as_deref().map(text),
                "facts_salt": entry.facts.salt.as_deref().map(hex::encode),
                "words": entry.words.text.as_deref().map(text),
                "words_salt": entry.words.salt.as_deref().map(hex::encode),
            });
            lines.push_str(&format!("{line}\n"));
            files.insert(format!("data/{folder}/{seq}.leaf"), entry.leaf.clone());
            for (part, kept) in [("facts", &entry.facts), ("words", &entry.words)] {
                if let Some(text) = &kept.text {
                    files.insert(format!("data/{folder}/{seq}.{part}"), text.clone());
                }
            }
        }
        files.insert(format!("data/{folder}.jsonl"), lines.into_bytes());
    }
    let policy = source.policy.and_then(|text| Policy::read(text).ok());
    let folded = fold(source.case, source.entries);
    let attachments = attachments(source.entries);
    files.insert("data/case.json".to_owned(), case_json(source, folded.case.as_ref(), &attachments).into_bytes());
    if let Some(case) = &folded.case {
        files.insert("data/duties.csv".to_owned(), duties(case, policy.as_ref()).into_bytes());
    }
    if !attachments.is_empty() || not_kept(source.entries).next().is_some() {
        files.insert("data/attachments.csv".to_owned(), names(source, &attachments).into_bytes());
    }
    let story = transcript::items(source, folded.case.as_ref(), policy.as_ref());
    let title =
        folded.case.as_ref().map_or_else(|| source.case.to_string(), |case| format!("{}: {}", source.case, case.title));
    files.insert("data/transcript.html".to_owned(), transcript::html(&title, source, &story).into_bytes());
    files.insert("data/transcript.md".to_owned(), transcript::markdown(&title, source, &story).into_bytes());
    files
}

fn case_json(source: &Source<'_>, case: Option<&Case>, attachments: &[Attachment]) -> String {
    let seqs: Vec<u64> = source.entries.iter().map(Sealed::seq).collect();
    let context: Vec<u64> = source.context.iter().map(Sealed::seq).collect();
    let erased: Vec<u64> =
        source.entries.iter().chain(source.context).filter(|entry| entry.is_erased()).map(Sealed::seq).collect();
    let attached = attachments.iter().filter(|it| source.attached.contains(it.sha256.as_str())).count();
    // Beyond its last entry the bundle knows nothing; an exception may have run out since.
    let envelopes = source.entries.iter().chain(source.context).filter_map(|entry| entry.envelope.as_ref());
    let as_of = envelopes.map(|envelope| envelope.at).max();
    let about = json!({
        "format": "countersign-bundle/1",
        "made_by": source.made_by,
        "case": source.case,
        "kind": source.case.kind,
        "title": case.map(|case| &case.title),
        "workflow": case.map(|case| &case.workflow),
        "state": case.zip(as_of).map(|(case, as_of)| case.state_at(as_of)),
        "state_as_of_us": as_of,
        "restricted": case.map(|case| case.restricted),
        "opened_us": case.map(|case| case.opened),
        "closed_us": case.and_then(|case| case.closed),
        "policy": case.map(|case| &case.policy),
        "policy_included": source.policy.is_some(),
        "ledger": {
            "origin": source.head.origin,
            "size": source.head.size,
            "root": source.head.root.to_base64(),
        },
        "entries": { "count": seqs.len(), "numbers": seqs },
        "context": { "count": context.len(), "numbers": context },
        "erased": erased,
        "attachments": { "named": attachments.len(), "included": attached, "never_kept": not_kept(source.entries).count() },
    });
    format!("{about:#}\n")
}

/// `2026-11-23T09:00:00.000000Z`
pub(super) fn iso(at: At) -> String {
    at.utc().map_or_else(|| format!("{} µs", at.0), |at| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

fn duties(case: &Case, policy: Option<&Policy>) -> String {
    let mut table = String::new();
    csv::row(
        &mut table,
        [
            "case",
            "number",
            "duty",
            "about",
            "holder",
            "people",
            "opened",
            "due",
            "target_s",
            "calendar",
            "quorum",
            "state",
            "closed",
            "closed_by",
            "reason",
            "late_since",
            "attributed",
            "attributed_because",
            "contested",
            "paused_s",
            "nudges",
            "escalations",
            "last_told",
        ],
    );
    for obligation in &case.obligations {
        csv::row(&mut table, duty(case, obligation, policy));
    }
    table
}

fn duty(case: &Case, it: &Obligation, policy: Option<&Policy>) -> Vec<String> {
    let seconds = |span: Span| (span.0 / 1_000_000).to_string();
    let name = |id| policy.map_or_else(|| format!("{id}"), |policy| policy.name_of(id));
    let holder = match &it.holder {
        Holder::Roles(roles) => crate::domain::text::list(roles.iter()),
        Holder::Person(person) => name(person),
    };
    let (closed_by, reason) = match &it.standing {
        Standing::Met { by, .. } => (by.as_ref().map(name), None),
        Standing::Waived { by, reason, .. } => (Some(name(by)), Some(reason.clone())),
        Standing::Void { reason, .. } => (None, Some(reason.clone())),
        Standing::Paused { by, reason, .. } => (by.as_ref().map(name), Some(reason.clone())),
        Standing::Owed => (None, None),
    };
    let breach = it.breach.as_ref();
    let contested = breach.and_then(|breach| breach.contested.as_ref());
    vec![
        case.id.to_string(),
        it.number.to_string(),
        it.duty.to_string(),
        it.about.as_ref().map(ToString::to_string).unwrap_or_default(),
        holder,
        it.held_by.iter().map(name).collect::<Vec<_>>().join(", "),
        iso(it.opened),
        iso(it.terms.due),
        seconds(it.terms.target),
        it.terms.calendar.as_ref().map(ToString::to_string).unwrap_or_default(),
        it.terms.quorum.to_string(),
        it.state().word().to_owned(),
        it.closed().map(iso).unwrap_or_default(),
        closed_by.unwrap_or_default(),
        reason.unwrap_or_default(),
        breach.map(|breach| iso(breach.since)).unwrap_or_default(),
        breach.map(|breach| breach.attributed.to_string()).unwrap_or_default(),
        breach.and_then(|breach| breach.reason.clone()).unwrap_or_default(),
        contested.map(|it| format!("{} says {}: {}", name(&it.by), it.says, it.reason)).unwrap_or_default(),
        seconds(it.paused),
        it.nudges_told().to_string(),
        it.called().count().to_string(),
        it.last_told.map(iso).unwrap_or_default(),
    ]
}

fn names(source: &Source<'_>, attachments: &[Attachment]) -> String {
    let mut table = String::new();
    csv::row(&mut table, ["sha256", "name", "bytes", "entry", "included", "never_kept_because"]);
    for Attachment { seq, name, bytes, sha256 } in attachments {
        let included = if source.attached.contains(sha256.as_str()) { "yes" } else { "no" };
        csv::row(&mut table, [sha256.as_str(), name, &bytes.to_string(), &seq.to_string(), included, ""]);
    }
    for (seq, NotKept { name, bytes, why, file: _ }) in not_kept(source.entries) {
        let bytes = bytes.map_or_else(String::new, |bytes| bytes.to_string());
        csv::row(&mut table, ["", name.as_str(), &bytes, &seq.to_string(), "no", &why.to_string()]);
    }
    table
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
            Record::Heard(_) | Record::Bot(_) | Record::ChannelMade(_) | Record::Introduced(_) | Record::Erased(_) => {}
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
