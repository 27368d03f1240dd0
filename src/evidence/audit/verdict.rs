//! What a check of evidence found, in two verdicts: for people as text, for programs as JSON.

use std::fmt;

use serde_json::{Map, Value, json};

use super::missed::Missed;
use crate::seal::{Checkpoint, Verifier};
use crate::store::{KEPT_BESIDE, UNTOLD};

/// How many faults of a kind are listed; all are counted.
pub(super) const LISTED: usize = 100;

/// What was found. Shown as text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What was checked, in a sentence.
    pub checked: String,
    /// What isn't as it was recorded.
    pub integrity: Found,
    /// What isn't there, or is there without belonging.
    pub completeness: Found,
    /// What was asked for and can't be shown from what is here, each with the command that shows it.
    pub not_shown: Vec<String>,
    /// When something may have happened that nobody recorded, and the ledger says so: no fault of what is here.
    pub missed: Missed,
    /// What was never there to be kept, and the ledger says so: a gap of what was captured, no fault of what is here.
    pub never_kept: Vec<String>,
    /// How many more there were of those.
    pub never_kept_more: u64,
    /// What to know that is no fault.
    pub notes: Vec<String>,
    /// The newest head that was checked against.
    pub head: Option<Checkpoint>,
    /// The key that it was checked with, and where that one came from.
    pub key: Option<Key>,
    /// How much was looked at, each by its name.
    pub counts: Vec<(&'static str, u64)>,
}

/// The key that signatures were checked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub vkey: String,
    pub from: KeyFrom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFrom {
    /// Whoever asked had it from elsewhere.
    Given,
    /// It lies with what was checked, and whoever made that chose it.
    Beside,
}

impl Key {
    pub fn new(key: &Verifier, from: KeyFrom) -> Key {
        Key { vkey: key.to_string(), from }
    }
}

/// Where a fault is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Entry(u64),
    /// Rows of a table, each by its key.
    Table {
        table: String,
        rows: Vec<String>,
    },
    /// A file of the data folder or of the bundle.
    File(String),
    /// The signed head over so many entries.
    Head(u64),
    /// What whoever asked gave to compare with.
    Given,
    /// All of it.
    Whole,
}

impl From<&str> for Place {
    fn from(path: &str) -> Place {
        Place::File(path.to_owned())
    }
}

impl From<&String> for Place {
    fn from(path: &String) -> Place {
        Place::File(path.clone())
    }
}

impl From<u64> for Place {
    fn from(seq: u64) -> Place {
        Place::Entry(seq)
    }
}

/// A fault: where it is, and a sentence that names the place too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    pub says: String,
}

impl Fault {
    fn json(&self) -> Value {
        let mut all = Map::new();
        match &self.place {
            Place::Entry(seq) => drop(all.insert("entry".to_owned(), json!(seq))),
            Place::Table { table, rows } => {
                all.insert("table".to_owned(), json!(table));
                all.insert("rows".to_owned(), json!(rows));
            }
            Place::File(path) => drop(all.insert("file".to_owned(), json!(path))),
            Place::Head(size) => drop(all.insert("head".to_owned(), json!(size))),
            Place::Given => drop(all.insert("given".to_owned(), json!(true))),
            Place::Whole => {}
        }
        all.insert("says".to_owned(), json!(self.says));
        Value::Object(all)
    }
}

/// Faults, each with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    listed: Vec<Fault>,
    total: u64,
}

impl Found {
    pub fn add(&mut self, place: impl Into<Place>, says: impl Into<String>) {
        self.total += 1;
        if self.listed.len() < LISTED {
            // Whatever was put into a row, it stays within its line.
            let says = says.into().replace(char::is_control, "\u{FFFD}");
            self.listed.push(Fault { place: place.into(), says });
        }
    }

    /// The first hundred.
    pub fn listed(&self) -> &[Fault] {
        &self.listed
    }

    /// How many there are, listed or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    fn json(&self) -> Value {
        let listed: Vec<Value> = self.listed.iter().map(Fault::json).collect();
        json!({ "good": self.total == 0, "faults": self.total, "listed": listed })
    }
}

impl Verdict {
    /// Nothing is wrong, and all that was asked for could be shown.
    pub fn is_good(&self) -> bool {
        self.integrity.total == 0 && self.completeness.total == 0 && self.not_shown.is_empty()
    }

    /// A file that was never kept.
    pub fn never_kept(&mut self, file: String) {
        match self.never_kept.len() < LISTED {
            true => self.never_kept.push(file),
            false => self.never_kept_more += 1,
        }
    }

    /// The same for programs, as docs/verify.md describes it. Fields are added to it, and none is renamed or taken away.
    pub fn json(&self) -> Value {
        let head = self
            .head
            .as_ref()
            .map(|head| json!({ "origin": head.origin, "size": head.size, "root": hex::encode(head.root.0) }));
        let key = self.key.as_ref().map(|key| {
            let from = match key.from {
                KeyFrom::Given => "given",
                KeyFrom::Beside => "beside",
            };
            json!({ "vkey": key.vkey, "from": from })
        });
        let counts: Map<String, Value> =
            self.counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
        let untold = UNTOLD.iter().map(|it| json!({ "table": it.table, "column": it.column, "why": it.why }));
        let beside = KEPT_BESIDE.iter().map(|it| json!({ "table": it.table, "why": it.why }));
        json!({
            "format": "countersign-verify/1",
            "checked": self.checked,
            "good": self.is_good(),
            "integrity": self.integrity.json(),
            "completeness": self.completeness.json(),
            "not_shown": self.not_shown,
            "head": head,
            "key": key,
            "counts": counts,
            "missed": self.missed.json(),
            "never_kept": { "count": self.never_kept.len() as u64 + self.never_kept_more, "listed": self.never_kept },
            "notes": self.notes,
            "not_compared": untold.chain(beside).collect::<Vec<Value>>(),
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checked)?;
        let complete = match self.never_kept.is_empty() && self.missed.is_empty() {
            true => "everything is there",
            false => "everything that was kept is there",
        };
        let parts = [
            ("Integrity", "everything is as it was recorded", &self.integrity),
            ("Completeness", complete, &self.completeness),
        ];
        for (name, good, found) in parts {
            match found.total {
                0 => writeln!(f, "{name}: good, {good}.")?,
                1 => writeln!(f, "{name}: BROKEN, one fault.")?,
                more => writeln!(f, "{name}: BROKEN, {more} faults.")?,
            }
            for fault in &found.listed {
                writeln!(f, "  - {}", fault.says)?;
            }
            let more = found.total - found.listed.len() as u64;
            if more > 0 {
                writeln!(f, "  - … and {more} more.")?;
            }
        }
        self.not_shown.iter().try_for_each(|what| writeln!(f, "Not shown: {what}"))?;
        write!(f, "{}", self.missed)?;
        self.never_kept.iter().try_for_each(|gap| writeln!(f, "Never kept: {gap}"))?;
        if self.never_kept_more > 0 {
            writeln!(f, "Never kept: … and {} more.", self.never_kept_more)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "Note: {note}"))
    }
}
