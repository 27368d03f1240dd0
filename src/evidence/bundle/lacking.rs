//! What a bundle doesn't hold, with count and reason: erased, never kept, lost, not heard, left out. Whatever follows from the
//! entries is counted from them; what was left out of a wider export is said by whoever made it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::derive::{self, Sealed, iso};
use super::missed::{self, Missed};
use super::table::{Cell, Table};
use crate::domain::{CaseId, Span};
use crate::ledger::record::{HeardRecord, Imported, Record};

/// Files that are named and aren't there.
pub(super) const LOST: &str = "files that were lost";

/// What isn't there, of one kind and for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lack {
    /// `None`: of the bundle as a whole.
    pub case: Option<CaseId>,
    pub what: &'static str,
    pub count: u64,
    pub because: String,
    /// The entries that say so.
    pub entries: Vec<u64>,
}

/// What was left out of an export by whoever made it. Nothing in the bundle can show that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LeftOut {
    /// Cases that only their own people may know of.
    pub restricted: u64,
    /// Entries of the period that are of no case.
    pub of_no_case: u64,
}

impl LeftOut {
    pub(super) fn lacks(self) -> Vec<Lack> {
        let whole = |what, count, because: &str| Lack {
            case: None,
            what,
            count,
            because: because.to_owned(),
            entries: Vec::new(),
        };
        let all = [
            whole(
                "restricted cases",
                self.restricted,
                "only their own people may know of them, and they weren't asked for",
            ),
            whole(
                "entries of no case",
                self.of_no_case,
                "what is said beside cases, and what concerns the bot alone, is only here where a case needs it",
            ),
        ];
        all.into_iter().filter(|lack| lack.count > 0).collect()
    }
}

/// What is lacking of one case. `context`: the entries of no case that explain it; `attached` and `policies`: the hashes of the
/// files and policies that are in the bundle.
pub(super) fn of_case(
    case: CaseId,
    entries: &[Sealed],
    context: &[&Sealed],
    attached: &BTreeSet<String>,
    policy_included: &dyn Fn(&str) -> bool,
) -> Vec<Lack> {
    let mut all = Vec::new();
    let mut lack = |what, because: String, entries: Vec<u64>| {
        if !entries.is_empty() {
            all.push(Lack { case: Some(case), what, count: entries.len() as u64, because, entries });
        }
    };
    let gone: Vec<u64> = entries.iter().filter(|entry| entry.is_without_words()).map(Sealed::seq).collect();
    let says = |of: &dyn Fn(&Sealed) -> Vec<u64>| {
        let (mut which, mut records) = (BTreeSet::new(), Vec::new());
        for entry in context.iter().copied() {
            let taken = of(entry);
            if taken.iter().any(|seq| gone.contains(seq)) {
                records.push(entry.seq());
            }
            which.extend(taken);
        }
        (which, records)
    };
    let (erased, erasures) = says(&derive::erased_by);
    let (taken, records) = says(&derive::taken_by);
    let withholding: Vec<u64> = records.into_iter().filter(|seq| !erasures.contains(seq)).collect();
    let (of_erased, others): (Vec<u64>, Vec<u64>) = gone.into_iter().partition(|seq| erased.contains(seq));
    let (withheld, unsaid): (Vec<u64>, Vec<u64>) = others.into_iter().partition(|seq| taken.contains(seq));
    lack("words of entries", format!("they were erased, as {} of the context says", numbers(&erasures)), of_erased);
    let why = "they are withheld until they may be erased";
    lack("words of entries", format!("{why}, as {} of the context says", numbers(&withholding)), withheld);
    lack("words of entries", "they are gone, and no entry records an erasure".to_owned(), unsaid);
    let nameless = context.iter().filter(|entry| entry.is_without_words());
    let nameless = nameless.filter(|entry| matches!(&entry.record, Some(Record::Introduced(_))));
    lack("names behind pseudonyms", "they were erased".to_owned(), nameless.map(|entry| entry.seq()).collect());
    let unread = context.iter().filter_map(|entry| Some((entry.seq(), derive::loaded(entry)?.0)));
    let unread = unread.filter(|(_, hash)| !policy_included(hash.as_str())).map(|(seq, _)| seq);
    lack("texts of policies", "they were erased".to_owned(), unread.collect());
    let mut never: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (seq, file) in derive::not_kept(entries) {
        never.entry(file.why.to_string()).or_default().push(seq);
    }
    for (why, entries) in never {
        lack("files that were never kept", why, entries);
    }
    let lost = derive::attachments(entries).into_iter().filter(|file| !attached.contains(&file.sha256));
    lack(
        LOST,
        "the data folder doesn't have them any more, or not as they were".to_owned(),
        lost.map(|file| file.seq).collect(),
    );
    let imported = entries.iter().chain(context.iter().copied());
    let imported = imported.filter(|entry| entry.record.as_ref().and_then(Record::heard).is_some_and(is_imported));
    lack("proof of what was imported", Imported::UNPROVEN.to_owned(), imported.map(Sealed::seq).collect());
    all.extend(unheard(case, entries, context));
    all
}

fn is_imported(heard: &HeardRecord) -> bool {
    heard.imported.is_some()
}

/// When something may have been missed.
fn unheard(case: CaseId, entries: &[Sealed], context: &[&Sealed]) -> Vec<Lack> {
    let mut gaps: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut down: (Vec<u64>, Span) = (Vec::new(), Span::ZERO);
    let mut clock: Vec<u64> = Vec::new();
    let mut lost: (u64, Vec<u64>) = (0, Vec::new());
    for entry in entries.iter().chain(context.iter().copied()) {
        for missed in missed::of(entry) {
            match missed {
                Missed::Gap { lane, from, to, why } => {
                    let because = format!("nothing was heard in {lane} from {} to {}: {why}", iso(from), iso(to));
                    gaps.entry(because).or_default().push(entry.seq());
                }
                Missed::Down { from, to } => {
                    down.0.push(entry.seq());
                    down.1 = down.1 + (to - from);
                }
                Missed::ClockWentBack { .. } => clock.push(entry.seq()),
                Missed::Lost { entries, .. } => {
                    lost.0 += entries;
                    lost.1.push(entry.seq());
                }
            }
        }
    }
    let mut all = Vec::new();
    let mut lack = |what, count, because: String, entries: Vec<u64>| {
        if count > 0 {
            all.push(Lack { case: Some(case), what, count, because, entries });
        }
    };
    for (because, entries) in gaps {
        lack("gaps in what was heard", entries.len() as u64, because, entries);
    }
    let because =
        format!("the bot was down, for {} s in all; what platforms still had was fetched later", down.1.0 / 1_000_000);
    lack("times without the bot", down.0.len() as u64, because, down.0);
    let because = "the machine's clock was wrong, so moments around these entries are uncertain".to_owned();
    lack("times of a wrong clock", clock.len() as u64, because, clock);
    let because = "a backup was restored, and what was signed after it is lost".to_owned();
    lack("entries that were lost", lost.0, because, lost.1);
    all
}

/// For people: one line each.
impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(case) = self.case {
            write!(f, "{case}: ")?;
        }
        write!(f, "{} ({}): {}", self.what, self.count, self.because)?;
        if !self.entries.is_empty() {
            write!(f, " ({})", numbers(&self.entries))?;
        }
        f.write_str(".")
    }
}

/// `entries 4, 7`, the first few.
pub(super) fn numbers(entries: &[u64]) -> String {
    const NAMED: usize = 12;
    let listed = entries.iter().take(NAMED).map(u64::to_string).collect::<Vec<_>>().join(", ");
    let more = if entries.len() > NAMED { format!(" and {} more", entries.len() - NAMED) } else { String::new() };
    let word = if entries.len() == 1 { "entry" } else { "entries" };
    format!("{word} {listed}{more}")
}

pub(super) fn table(lacks: &[Lack]) -> Table {
    let mut table = Table::of(&["case", "what", "count", "because", "entries"]);
    for Lack { case, what, count, because, entries } in lacks {
        let entries = if entries.is_empty() { Cell::Nothing } else { Cell::Parts(serde_json::json!(entries)) };
        table.rows.push(vec![
            Cell::of(case.map(|case| case.to_string())),
            (*what).into(),
            (*count).into(),
            because.as_str().into(),
            entries,
        ]);
    }
    table
}
