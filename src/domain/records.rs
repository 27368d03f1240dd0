//! What becomes of records: whose words an erasure takes, how far it reaches, and what a legal hold covers. One question is asked
//! everywhere, when something is asked for and again when it is carried out: [`Holds::over`](super::bot::holds::Holds::over).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::text::{counted, list, moment_utc};
use super::{AccountId, At, CaseId, Label, PersonId, WorkflowId};

/// How many entries one erasure takes at most: people look at what they approve, and it is carried out as a whole.
pub const ENTRIES_AT_MOST: usize = 50_000;

/// Whose words are to be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// What a person said, and that it was they.
    Person(PersonId),
    /// The same of an account that the policy doesn't know.
    Account(AccountId),
    /// All that was said in a case.
    Case(CaseId),
    /// The words of these entries, by their numbers.
    Entries(Vec<u64>),
    /// All that was said in cases that need not be kept any longer: a purge.
    Ended(BTreeSet<CaseId>),
}

impl Whose {
    /// The subject whose name goes with the words.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Whose::Person(person) => Some(person.as_str()),
            Whose::Account(account) => Some(account.as_str()),
            Whose::Case(_) | Whose::Entries(_) | Whose::Ended(_) => None,
        }
    }
}

/// As it is typed, and shown.
impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whose::Person(person) => write!(f, "@{person}"),
            Whose::Account(account) => write!(f, "{account}"),
            Whose::Case(case) => write!(f, "{case}"),
            Whose::Entries(entries) => f.write_str(&numbers(entries)),
            Whose::Ended(cases) => {
                f.write_str(&counted(cases.len() as u64, "case whose time is over", "cases whose time is over"))
            }
        }
    }
}

/// Numbers as people write them: `3-5, 9`.
pub fn numbers(all: &[u64]) -> String {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for number in all {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => spans.push((*number, *number)),
        }
    }
    let spans = spans.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    spans.collect::<Vec<_>>().join(", ")
}

/// What the words touch: a hold over any of it holds all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cases: BTreeSet<CaseId>,
    /// Of those cases, and of the channels in which something was said.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub workflows: BTreeSet<WorkflowId>,
    /// Who said it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub people: BTreeSet<PersonId>,
}

/// What an erasure would take, as it was shown to whoever asked. That is what is approved, with what is said and repeated of the same until
/// it is carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// How many entries the ledger had when it was looked through.
    pub size: u64,
    /// The numbers of those that lose their words, ascending.
    pub entries: Vec<u64>,
    /// Files that no other entry names.
    pub files: u32,
    /// Of the entries, those in which others have their words too: they go with them.
    pub shared: u32,
    /// Entries that name the person in the words of others: they stay.
    pub mentions: Vec<u64>,
    pub extent: Extent,
}

impl Preview {
    /// In the place of what is looked for yet, to see whether everything else is in order.
    pub fn tried() -> Preview {
        Preview { entries: vec![0], ..Preview::default() }
    }

    /// SHA-256 of the numbers, in hexadecimal: each on a line of its own.
    pub fn digest(&self) -> Label {
        let mut hash = Sha256::new();
        for entry in &self.entries {
            hash.update(format!("{entry}\n"));
        }
        Label::from(hex::encode(hash.finalize()))
    }

    /// What is approved, to the letter. It names nobody: it stays when the words are gone.
    pub fn action(&self) -> String {
        format!(
            "erase the words of {} of the ledger (SHA-256 of their numbers: {}), and what is said and repeated of the same until it is done",
            self.counted(),
            self.digest()
        )
    }

    /// `one entry`, `12 entries`.
    pub fn counted(&self) -> String {
        counted(self.entries.len() as u64, "entry", "entries")
    }
}

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    Case(CaseId),
    /// Every case of it.
    Workflow(WorkflowId),
    /// Every case, whole, of which an entry is of this time, its end not included.
    Period {
        #[serde(rename = "from_us")]
        from: At,
        #[serde(rename = "to_us")]
        to: At,
        /// Only those of this workflow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowId>,
    },
}

/// What a legal hold covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldScope {
    Case(CaseId),
    Workflow(WorkflowId),
    Person(PersonId),
    Everything,
}

impl HoldScope {
    pub fn covers(&self, extent: &Extent) -> bool {
        match self {
            HoldScope::Case(case) => extent.cases.contains(case),
            HoldScope::Workflow(workflow) => extent.workflows.contains(workflow),
            HoldScope::Person(person) => extent.people.contains(person),
            HoldScope::Everything => true,
        }
    }
}

impl fmt::Display for HoldScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HoldScope::Case(case) => write!(f, "{case}"),
            HoldScope::Workflow(workflow) => write!(f, "{workflow}"),
            HoldScope::Person(person) => write!(f, "@{person}"),
            HoldScope::Everything => f.write_str("everything"),
        }
    }
}

/// What keeps words from being erased for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keeps {
    /// Legal holds, by their numbers.
    Holds(Vec<u32>),
    /// Cases that are open: what is said in them is still needed.
    OpenCases(Vec<CaseId>),
    /// Closed cases of a class that an erasure waits for, and when the last of them need not be kept any longer.
    Retention { cases: Vec<CaseId>, until: At },
}

impl fmt::Display for Keeps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Keeps::Holds(holds) => f.write_str(&list(holds.iter().map(|hold| format!("hold {hold}")))),
            Keeps::OpenCases(cases) => {
                write!(f, "{}, still open", list(cases.iter()))
            }
            Keeps::Retention { cases, until } => {
                let cases = counted(cases.len() as u64, "closed case", "closed cases");
                write!(f, "the retention of {cases}, until {}", moment_utc(*until))
            }
        }
    }
}

/// What is to be done with records once it is approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordsAct {
    Erase {
        whose: Whose,
        preview: Preview,
        /// In the words of whoever asked.
        reason: String,
    },
    /// A legal hold ends.
    Release { hold: u32, reason: String },
}

impl RecordsAct {
    /// With what whoever asked gives as the reason.
    #[must_use]
    pub fn because(mut self, why: &str) -> RecordsAct {
        match &mut self {
            RecordsAct::Erase { reason, .. } | RecordsAct::Release { reason, .. } => why.clone_into(reason),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!(numbers(&[]), "");
        assert_eq!(numbers(&[3, 4, 5, 9, 11, 12]), "3-5, 9, 11-12");
    }

    /// printf '3\n4\n' | sha256sum
    #[test]
    fn whoever_has_the_numbers_can_check_what_was_approved() {
        let preview = Preview { entries: vec![3, 4], ..Preview::default() };
        assert_eq!(preview.digest().as_str(), "1ddb914da9135a2d6dfcc0ff179d68d23e7fd1e5364c088c183234d04a41bece");
    }
}
