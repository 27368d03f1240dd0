//! What becomes of records: what an erasure would take, and which holds stand.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::private;
use crate::card::{Card, Speaker, samples};
use crate::domain::bot::holds::Hold;
use crate::domain::bot::retention::Ending;
use crate::domain::records::{HoldScope, Preview, Whose, numbers};
use crate::domain::{CaseId, CaseKind};

/// How many cases, and entries that stay, are named.
const NAMED_AT_MOST: usize = 12;

/// How many reasons why something isn't in a bundle are shown.
const LACKING_NAMED: usize = 5;

/// What an erasure would take, for somebody who may ask for one.
pub struct ErasureAnswer<'a> {
    pub whose: &'a Whose,
    pub preview: &'a Preview,
    /// How many entries of each case that the reader may know of.
    pub by_case: BTreeMap<CaseId, u64>,
    /// How many are of no case.
    pub of_none: u64,
    /// How many are of cases that the reader may not know of.
    pub unseen: u64,
    /// Those of the cases that are open: what is said there is kept until they are closed.
    pub open: Vec<CaseId>,
    /// The holds over any of it.
    pub holds: Vec<u32>,
}

/// What an erasure would take.
pub fn erasure(speaker: &Speaker<'_>, answer: &ErasureAnswer<'_>) -> Card {
    private(speaker, "answer/erasure.txt", erasure_facts(answer))
}

fn erasure_facts(answer: &ErasureAnswer<'_>) -> Json {
    let preview = answer.preview;
    let named = answer.by_case.iter().take(NAMED_AT_MOST);
    let cases = named.map(|(case, count)| json!({ "case": case.to_string(), "count": count }));
    let mentions = &preview.mentions[..preview.mentions.len().min(NAMED_AT_MOST)];
    json!({
        "whose": answer.whose,
        "typed": answer.whose.to_string(),
        "entries": preview.entries.len(),
        "size": preview.size,
        "files": preview.files,
        "shared": preview.shared,
        "cases": cases.collect::<Vec<_>>(),
        "more": answer.by_case.len().saturating_sub(NAMED_AT_MOST),
        "of_none": answer.of_none,
        "unseen": answer.unseen,
        "mentions": preview.mentions.len(),
        "mentioned": numbers(mentions),
        "more_mentions": preview.mentions.len() - mentions.len(),
        "open": answer.open.iter().take(NAMED_AT_MOST).map(ToString::to_string).collect::<Vec<_>>(),
        "holds": answer.holds,
    })
}

/// Closed cases whose time is over, or soon is, for somebody who may ask for a purge.
#[derive(Default)]
pub struct EndingAnswer {
    pub over: Vec<EndingRow>,
    pub soon: Vec<EndingRow>,
    /// How many the reader may not know of.
    pub unseen: u32,
    /// How many a purge would take now.
    pub purged: u32,
}

#[derive(Serialize)]
pub struct EndingRow {
    #[serde(flatten)]
    pub ending: Ending,
    /// It stands on the newest calendar.
    pub is_shown: bool,
    /// The holds over it.
    pub holds: Vec<u32>,
}

/// What need not be kept any longer, or soon.
pub fn ending(speaker: &Speaker<'_>, answer: &EndingAnswer) -> Card {
    private(speaker, "answer/ending.txt", ending_facts(answer))
}

fn ending_facts(answer: &EndingAnswer) -> Json {
    let EndingAnswer { over, soon, unseen, purged } = answer;
    let named = |all: &[EndingRow]| json!(all.iter().take(NAMED_AT_MOST).collect::<Vec<_>>());
    json!({
        "over": named(over),
        "more_over": over.len().saturating_sub(NAMED_AT_MOST),
        "soon": named(soon),
        "more_soon": soon.len().saturating_sub(NAMED_AT_MOST),
        "unseen": unseen,
        "purged": purged,
    })
}

/// The legal holds that stand.
pub fn holds(speaker: &Speaker<'_>, holds: &[Hold]) -> Card {
    private(speaker, "answer/holds.txt", json!({ "holds": holds }))
}

/// A bundle that was made for whoever asked.
pub struct ExportAnswer {
    /// What it is of, in words.
    pub what: String,
    pub address: String,
    pub entries: usize,
    pub files: usize,
    /// What isn't in it, and why.
    pub lacking: Vec<String>,
}

/// Where a bundle can be fetched, told to whoever asked, alone.
pub fn export(speaker: &Speaker<'_>, answer: &ExportAnswer) -> Card {
    private(speaker, "answer/export.txt", export_facts(answer))
}

fn export_facts(answer: &ExportAnswer) -> Json {
    let ExportAnswer { what, address, entries, files, lacking } = answer;
    let named = &lacking[..lacking.len().min(LACKING_NAMED)];
    json!({
        "what": what,
        "address": address,
        "entries": entries,
        "files": files,
        "lacking": named,
        "more": lacking.len() - named.len(),
    })
}

pub(super) fn samples() -> Vec<(&'static str, Json)> {
    let case = |number| CaseId { kind: CaseKind::Incident, number };
    let preview = Preview {
        size: 900,
        entries: vec![3, 4, 9],
        files: 1,
        shared: 1,
        mentions: vec![12, 13],
        ..Preview::default()
    };
    let answer = |whose, preview, open, holds| ErasureAnswer {
        whose,
        preview,
        by_case: (1..20).map(|number| (case(number), 2)).collect(),
        of_none: 1,
        unseen: 4,
        open,
        holds,
    };
    let (person, entries) = (Whose::Person(samples::maya()), Whose::Entries(vec![3, 4, 9]));
    let held = [
        HoldScope::Everything,
        HoldScope::Case(case(4)),
        HoldScope::Person(samples::dev()),
        HoldScope::Workflow("credit-scoring".into()),
    ];
    let rows = |numbers: std::ops::Range<u32>| {
        let row = |number| EndingRow { ending: samples::ending(number), is_shown: number != 2, holds: vec![number; 1] };
        numbers.map(row).collect()
    };
    let ending = EndingAnswer { over: rows(1..20), soon: rows(20..22), unseen: 1, purged: 3 };
    let export = |entries, files, lacking| ExportAnswer {
        what: "INC-4".to_owned(),
        address: format!("https://bot.example.org/evidence/{}.zip", "7f".repeat(32)),
        entries,
        files,
        lacking: (0..lacking).map(|it| format!("{it} entries whose words were erased")).collect(),
    };
    let held: Vec<Hold> = held.into_iter().map(samples::hold).collect();
    vec![
        ("answer/erasure.txt", erasure_facts(&answer(&person, &preview, vec![case(4)], vec![2]))),
        ("answer/erasure.txt", erasure_facts(&answer(&entries, &Preview::default(), Vec::new(), Vec::new()))),
        ("answer/ending.txt", ending_facts(&EndingAnswer::default())),
        ("answer/ending.txt", ending_facts(&EndingAnswer { unseen: 2, ..EndingAnswer::default() })),
        ("answer/ending.txt", ending_facts(&ending)),
        ("answer/export.txt", export_facts(&export(12, 0, 0))),
        ("answer/export.txt", export_facts(&export(1, 1, 9))),
        ("answer/holds.txt", json!({ "holds": held })),
        ("answer/holds.txt", json!({ "holds": Vec::<Hold>::new() })),
    ]
}
