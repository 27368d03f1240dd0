//! Evidence that somebody read: what they searched for, and how much they found; a file; a bundle. Who reads evidence is evidence, too.

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling};
use crate::domain::records::Scope;
use crate::domain::{CaseId, Label, Refusal};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "evidence.")]
pub enum Event {
    /// Somebody was shown what they searched for.
    Searched {
        /// What they searched for, in their words.
        query: String,
        /// In one case alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
        /// How many they were shown.
        found: u32,
        /// They were told that there are older ones.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
    },
    /// Somebody wanted to search and may not.
    SearchRefused { query: String },
    /// Somebody fetched a file that had come with a message of the room's.
    FileRead {
        /// Its SHA-256 in hexadecimal: words, since what a file lies encrypted under is made of it.
        file: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<CaseId>,
    },
    /// A bundle left: by whoever asked for it in chat, or at the command line.
    Exported {
        scope: Scope,
        cases: u32,
        entries: u32,
        /// That came with messages.
        files: u32,
        /// How many entries the head covers that it was made under.
        head: u64,
        /// SHA-256 of its `tagmanifest-sha256.txt`, in hexadecimal.
        manifest: Label,
        /// It has words that are withheld from everybody else.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        withheld: bool,
    },
    /// A statement of what an approval let through left, at the command line.
    Attested {
        case: CaseId,
        /// SHA-256 of its bytes, in hexadecimal.
        statement: Label,
    },
    /// Somebody wanted to export and may not. `what`: in their words.
    ExportRefused { what: String },
}

impl Draft<'_> {
    /// Only who reads can have read. At the command line nobody is known by name.
    pub(super) fn reading(self, event: &Event) -> Result<Ruling, Refusal> {
        let is_of_somebody = match event {
            Event::Searched { .. }
            | Event::SearchRefused { .. }
            | Event::FileRead { .. }
            | Event::ExportRefused { .. } => true,
            Event::Exported { .. } | Event::Attested { .. } => false,
        };
        if is_of_somebody && self.ask.by.person().is_none() {
            return Err(Refusal::Stranger);
        }
        Ok(self.record(event.clone()))
    }
}
