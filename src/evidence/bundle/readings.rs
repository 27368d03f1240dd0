//! What a bundle says beside the evidence itself: made from the sealed entries and the policies, and from nothing else, so that
//! whoever checks a bundle can make it again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::derive::{self, Sealed};
use super::lacking::{self, Lack, LeftOut};
use super::scope::Scope;
use super::table::{Cell, Table};
use super::transcript::{self, Teller};
use super::{layout, tables};
use crate::card::Wording;
use crate::domain::{Case, CaseId, Policy};
use crate::seal::Checkpoint;

/// The form of a bundle. Not the program's version: what both mean the same by.
pub(super) const FORMAT: &str = "countersign-bundle/2";

/// One case of a bundle, and what it is told with.
pub(super) struct OfCase<'a> {
    pub case: CaseId,
    pub entries: &'a [Sealed],
    /// The entries of no case that explain this one.
    pub context: &'a [&'a Sealed],
    pub head: &'a Checkpoint,
    /// The texts of policies that are in the bundle, by hash.
    pub policies: &'a BTreeMap<String, String>,
    /// Hashes of the attachments that are in the bundle.
    pub attached: &'a BTreeSet<String>,
}

/// What a case adds to what is said of the bundle as a whole.
pub(super) struct Told {
    pub lacks: Vec<Lack>,
    /// Its row in the list of cases.
    pub row: Vec<Cell>,
}

/// What bundle.json says.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct About {
    pub format: String,
    /// The program and its version.
    pub made_by: String,
    pub scope: Scope,
    pub cases: Vec<CaseId>,
    /// The entries of no case.
    pub context: Numbers,
    pub left_out: LeftOut,
    pub ledger: OfLedger,
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Numbers {
    pub count: usize,
    pub numbers: Vec<u64>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct OfLedger {
    pub origin: String,
    pub size: u64,
    pub root: String,
}

impl Numbers {
    pub(super) fn of(numbers: Vec<u64>) -> Numbers {
        Numbers { count: numbers.len(), numbers }
    }
}

impl About {
    pub(super) fn with_context(&self, context: Numbers) -> About {
        About { context, ..self.clone() }
    }

    pub(super) fn text(&self) -> String {
        serde_json::to_string_pretty(self).map_or_else(|error| error.to_string(), |text| format!("{text}\n"))
    }
}

impl OfLedger {
    pub(super) fn of(head: &Checkpoint) -> OfLedger {
        OfLedger { origin: head.origin.clone(), size: head.size, root: head.root.to_base64() }
    }
}

/// A file of the bag and what stands in it.
type Put<'p, E> = &'p mut dyn FnMut(String, Vec<u8>) -> Result<(), E>;

/// The files of a folder of entries: of each what was sealed, its facts and its words, and all of them with their salts.
pub(super) fn entries<E>(
    folder: &str,
    place: &dyn Fn(u64) -> String,
    entries: &[&Sealed],
    put: Put<'_, E>,
) -> Result<(), E> {
    let mut lines = String::new();
    for entry in entries {
        lines.push_str(&line(entry));
        let place = place(entry.seq());
        put(format!("{place}.leaf"), entry.leaf.clone())?;
        for (part, kept) in [("facts", &entry.facts), ("words", &entry.words)] {
            if let Some(text) = &kept.text {
                put(format!("{place}.{part}"), text.clone())?;
            }
        }
    }
    put(format!("{folder}.jsonl"), lines.into_bytes())
}

/// An entry with its salts, as one line of JSON.
pub(super) fn line(entry: &Sealed) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let line = json!({
        "seq": entry.seq(),
        "leaf": text(&entry.leaf),
        "facts": entry.facts.text.as_deref().map(text),
        "facts_salt": entry.facts.salt.as_deref().map(hex::encode),
        "words": entry.words.text.as_deref().map(text),
        "words_salt": entry.words.salt.as_deref().map(hex::encode),
    });
    format!("{line}\n")
}

/// What is made of one case: case.json, the tables and the transcript.
pub(super) fn of_case<E>(of: &OfCase<'_>, scope: &Scope, put: Put<'_, E>) -> Result<Told, E> {
    let folder = layout::of_case(scope, of.case);
    let case = derive::fold(of.case, of.entries).case;
    let policy = case.as_ref().and_then(|case| of.policies.get(case.policy.as_str()));
    let policy = policy.and_then(|text| Policy::read(text).ok());
    let wording = Wording::embedded();
    let teller = Teller::new(&wording, case.as_ref(), policy.as_ref());
    let included = |hash: &str| of.policies.contains_key(hash);
    let lacks = lacking::of_case(of.case, of.entries, of.context, of.attached, &included);
    let about = case_json(of, case.as_ref());
    put(format!("{folder}case.json"), format!("{about:#}\n").into_bytes())?;
    let all = [
        ("duties", tables::duties(case.as_ref(), &teller)),
        ("decisions", tables::decisions(of.entries, case.as_ref(), &teller)),
        ("clocks", tables::clocks(of.entries, case.as_ref(), &teller)),
        ("messages", tables::messages(of.entries, &teller)),
        ("attachments", tables::attachments(of.entries, of.attached)),
        ("policies", tables::policies(of.context, case.as_ref(), &included)),
    ];
    for (name, table) in all {
        both(&format!("{folder}{name}"), &table, put)?;
    }
    let story: Vec<transcript::Item> = of.entries.iter().map(|entry| teller.item(entry)).collect();
    let title = case.as_ref().map_or_else(|| of.case.to_string(), |case| format!("{}: {}", of.case, case.title));
    put(format!("{folder}transcript.html"), transcript::html(&title, of, &lacks, &story).into_bytes())?;
    put(format!("{folder}transcript.md"), transcript::markdown(&title, of, &lacks, &story).into_bytes())?;
    let text = |key: &str| Cell::of(about[key].as_str());
    let moment = |key: &str| Cell::of(about[key].as_i64().map(|at| derive::iso(crate::domain::At(at))));
    let row = vec![
        of.case.to_string().into(),
        text("kind"),
        text("title"),
        text("workflow"),
        text("state"),
        about["restricted"].as_bool().map_or(Cell::Nothing, Cell::from),
        moment("opened_us"),
        moment("closed_us"),
        (of.entries.len() as u64).into(),
    ];
    Ok(Told { lacks, row })
}

/// What is made of the bundle as a whole, but for bundle.json.
pub(super) fn of_all<E>(scope: &Scope, rows: Vec<Vec<Cell>>, lacks: &[Lack], put: Put<'_, E>) -> Result<(), E> {
    if !scope.is_case() {
        let mut cases =
            Table::of(&["case", "kind", "title", "workflow", "state", "restricted", "opened", "closed", "entries"]);
        cases.rows = rows;
        both("data/cases", &cases, put)?;
    }
    both("data/lacking", &lacking::table(lacks), put)
}

fn both<E>(name: &str, table: &Table, put: Put<'_, E>) -> Result<(), E> {
    put(format!("{name}.csv"), table.csv().into_bytes())?;
    put(format!("{name}.json"), table.json().into_bytes())
}

fn case_json(of: &OfCase<'_>, case: Option<&Case>) -> serde_json::Value {
    let seqs: Vec<u64> = of.entries.iter().map(Sealed::seq).collect();
    let all = || of.entries.iter().chain(of.context.iter().copied());
    let without_words: Vec<u64> = all().filter(|entry| entry.is_without_words()).map(Sealed::seq).collect();
    let attachments = derive::attachments(of.entries);
    let attached = attachments.iter().filter(|it| of.attached.contains(&it.sha256)).count();
    // Beyond its last entry the bundle knows nothing; an exception may have run out since.
    let envelopes = all().filter_map(|entry| entry.envelope.as_ref());
    let as_of = envelopes.map(|envelope| envelope.at).max();
    let mut about = json!({
        "case": of.case,
        "kind": of.case.kind,
        "policy_included": case.is_some_and(|case| of.policies.contains_key(case.policy.as_str())),
        "entries": Numbers::of(seqs),
        "context": Numbers::of(of.context.iter().map(|entry| entry.seq()).collect()),
        "without_words": without_words,
        "attachments": {
            "named": attachments.len(),
            "included": attached,
            "never_kept": derive::not_kept(of.entries).count(),
        },
    });
    if let (Some(about), serde_json::Value::Object(more)) = (about.as_object_mut(), tables::about(case, as_of)) {
        about.extend(more);
    }
    about
}
