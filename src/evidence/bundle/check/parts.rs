//! The entries of a bundle one by one: is each what was sealed, are its facts and words what it commits to, is it proven to be in the
//! ledger, and does each fit those beside it?

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Check, Frame};
use crate::domain::CaseId;
use crate::evidence::bundle::derive::{Kept, Sealed};
use crate::evidence::bundle::readings::Numbers;
use crate::evidence::bundle::{BundleError, layout, readings};
use crate::ledger::Subjects;
use crate::seal::{Envelope, Hash, Part, Proof, commitment, leaf_hash};

/// A line of entries.jsonl or context.jsonl.
#[derive(Deserialize)]
struct JsonLine {
    seq: u64,
    leaf: String,
    facts: Option<String>,
    facts_salt: Option<String>,
    words: Option<String>,
    words_salt: Option<String>,
}

impl Check {
    /// The entries of a folder, in the order of their numbers, each compared with what is said of it elsewhere in the bundle: in the
    /// lines beside the folder, and in the list of numbers, which stands in the file `list`.
    pub(super) fn entries(
        &mut self,
        folder: &str,
        list: &str,
        place: &dyn Fn(u64) -> String,
        named: Option<&Numbers>,
        subjects: &Subjects,
    ) -> Result<Vec<Sealed>, BundleError> {
        let jsonl = format!("{folder}.jsonl");
        let mut lines: BTreeMap<u64, JsonLine> = BTreeMap::new();
        let text = self.text(&jsonl)?;
        for (line, number) in text.as_deref().unwrap_or_default().lines().zip(1..) {
            match serde_json::from_str::<JsonLine>(line) {
                Ok(line) if lines.contains_key(&line.seq) => {
                    self.unsound(&jsonl, format!("{jsonl}: line {number} repeats entry {}.", line.seq))
                }
                Ok(line) => drop(lines.insert(line.seq, line)),
                Err(error) => self.unsound(&jsonl, format!("{jsonl}: line {number} can't be read: {error}.")),
            }
        }
        let prefix = format!("{folder}/");
        let inside: Vec<String> = self.shelf.below(&prefix).map(str::to_owned).collect();
        let number = |path: &str, end: &str| {
            let seq = path.rsplit('/').next()?.strip_suffix(end)?.parse::<u64>().ok()?;
            (format!("{}{end}", place(seq)) == path).then_some(seq)
        };
        let leaves: BTreeSet<u64> = inside.iter().filter_map(|path| number(path, ".leaf")).collect();
        for path in &inside {
            self.claim(path);
            let seq = [".leaf", ".facts", ".words"].iter().find_map(|end| number(path, end));
            if !seq.is_some_and(|seq| leaves.contains(&seq)) {
                self.unsound(path, format!("{path} belongs to no entry."));
            }
        }
        let mut entries: Vec<Sealed> = Vec::with_capacity(leaves.len());
        // Whether the lines say what the files say; then they are also written as they were.
        let mut again = Some(String::new());
        for seq in &leaves {
            let place = place(*seq);
            let leaf = self.shelf.bytes(&format!("{place}.leaf"))?.unwrap_or_default();
            let line = lines.remove(seq);
            if line.is_none() {
                again = None;
                self.incomplete(&jsonl, format!("{jsonl} lacks entry {seq}, so its salts are missing."));
            }
            let line = line.as_ref();
            let facts = self.kept(*seq, &place, "facts", line.and_then(|line| line.facts_salt.as_deref()))?;
            let words = self.kept(*seq, &place, "words", line.and_then(|line| line.words_salt.as_deref()))?;
            if let Some(line) = line {
                let same = line.leaf.as_bytes() == leaf
                    && line.facts.as_deref().map(str::as_bytes) == facts.text.as_deref()
                    && line.words.as_deref().map(str::as_bytes) == words.text.as_deref();
                if !same {
                    again = None;
                    self.unsound(*seq, format!("Entry {seq}: {jsonl} says something else than the files in {folder}."));
                }
            }
            self.entry(*seq, &place, &leaf, &facts, &words);
            let entry = Sealed::new(leaf, facts, words, subjects);
            if let Some(again) = &mut again {
                again.push_str(&readings::line(&entry));
            }
            entries.push(entry);
        }
        if !lines.is_empty() {
            again = None;
        }
        for seq in lines.keys() {
            self.incomplete(
                &format!("{}.leaf", place(*seq)),
                format!("{}.leaf is missing, but {jsonl} has the entry.", place(*seq)),
            );
        }
        if text.zip(again).is_some_and(|(text, again)| text != again) {
            self.unsound(&jsonl, format!("{jsonl} is not what follows from the entries."));
        }
        if let Some(named) = named {
            let named: BTreeSet<u64> = named.numbers.iter().copied().collect();
            for seq in named.difference(&leaves) {
                self.incomplete(*seq, format!("Entry {seq} is missing: {list} names it."));
            }
            for seq in leaves.difference(&named) {
                self.incomplete(
                    *seq,
                    format!("Entry {seq} is not named in {list}: it was added, or the list was cut."),
                );
            }
        }
        Ok(entries)
    }

    /// A part of an entry, with the salt that its line gives.
    fn kept(&mut self, seq: u64, place: &str, part: &str, salt: Option<&str>) -> Result<Kept, BundleError> {
        let text = self.shelf.bytes(&format!("{place}.{part}"))?;
        let salt = match salt.map(hex::decode) {
            Some(Err(_)) => {
                self.unsound(seq, format!("Entry {seq}: the salt of its {part} is not hex."));
                None
            }
            Some(Ok(salt)) => Some(salt),
            None => None,
        };
        Ok(Kept { text, salt })
    }

    fn entry(&mut self, seq: u64, place: &str, leaf: &[u8], facts: &Kept, words: &Kept) {
        let envelope = match Envelope::parse(leaf) {
            Ok(envelope) => envelope,
            Err(error) => return self.unsound(seq, format!("{place}.leaf is not what was sealed: {error}.")),
        };
        if envelope.seq != seq {
            self.unsound(seq, format!("{place}.leaf is that of entry {}.", envelope.seq));
        }
        self.part(seq, place, Part::Facts, Some(envelope.facts), facts);
        self.part(seq, place, Part::Words, envelope.words, words);
    }

    fn part(&mut self, seq: u64, place: &str, part: Part, sealed: Option<Hash>, kept: &Kept) {
        match (sealed, kept.salt.as_deref().map(<[u8; 32]>::try_from), kept.text.as_deref()) {
            (None, None, None) => {}
            (None, _, _) => {
                self.unsound(seq, format!("Entry {seq} has {part}, but its leaf commits to none: they were added."))
            }
            // Whether that was recorded is looked at once all entries are read.
            (Some(_), None, None) if part == Part::Words => {}
            (Some(_), None, None) => self.incomplete(seq, format!("Entry {seq}: {place}.{part} is missing.")),
            (Some(sealed), Some(Ok(salt)), Some(text)) if commitment(&salt, text) == sealed => {}
            (Some(_), Some(Ok(_)), Some(_)) => self.unsound(seq, format!(
                "Entry {seq}: {place}.{part} is not what the leaf commits to. The {part} or their salt were changed."
            )),
            (Some(_), Some(Err(_)), _) => {
                self.unsound(seq, format!("Entry {seq}: the salt of its {part} is not 32 bytes long."))
            }
            (Some(_), None, Some(_)) => {
                self.unsound(seq, format!("Entry {seq} has {part} without a salt, so they can't be shown to be genuine."))
            }
            (Some(_), Some(Ok(_)), None) => self.incomplete(seq, format!(
                "Entry {seq} has a salt for its {part}, but no {part}: {place}.{part} was removed."
            )),
        }
    }

    /// Whether the entries are of the case, and all of them are here: they are numbered from 1 without gaps.
    pub(super) fn numbering(&mut self, case: CaseId, entries: &[Sealed]) {
        let mut due = 1;
        for entry in entries {
            let Ok(envelope) = Envelope::parse(&entry.leaf) else {
                // It may be the one that is due.
                due += 1;
                continue;
            };
            let (seq, of) = (envelope.seq, envelope.case.as_deref());
            if of != Some(case.to_string().as_str()) {
                self.unsound(seq, format!("Entry {seq} is of {}, not of {case}.", of.unwrap_or("no case")));
                continue;
            }
            let number = envelope.case_seq.unwrap_or_default();
            match number.cmp(&due) {
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater if number == due + 1 => {
                    self.incomplete(seq, format!("No. {due} of {case} is missing: it comes before entry {seq}."));
                }
                std::cmp::Ordering::Greater => {
                    let last = number - 1;
                    self.incomplete(
                        seq,
                        format!("Nos. {due} to {last} of {case} are missing: they come before entry {seq}."),
                    );
                }
                std::cmp::Ordering::Less => {
                    self.unsound(
                        seq,
                        format!("Entry {seq} says that it is no. {number} of {case}, but no. {due} was due."),
                    );
                }
            }
            due = due.max(number) + 1;
        }
    }

    /// Entries next to each other in the ledger name each other; moments never go back.
    pub(super) fn chain(&mut self, entries: &[Sealed]) {
        let mut before: Option<(u64, Hash, i64)> = None;
        for entry in entries {
            let Ok(envelope) = Envelope::parse(&entry.leaf) else {
                before = None;
                continue;
            };
            if let Some((seq, hash, at_us)) = before {
                if seq + 1 == envelope.seq && hash != envelope.prev {
                    self.unsound(
                        envelope.seq,
                        format!(
                            "Entry {} doesn't name entry {seq} as the one before it: one of the two was changed.",
                            envelope.seq
                        ),
                    );
                }
                if envelope.at_us < at_us {
                    self.unsound(
                        envelope.seq,
                        format!("Entry {} is older than entry {seq}, which comes before it.", envelope.seq),
                    );
                }
            }
            before = Some((envelope.seq, leaf_hash(&entry.leaf), envelope.at_us));
        }
    }

    /// Each entry is under the head. Returns how many are.
    pub(super) fn proofs(&mut self, frame: &Frame, entries: &[Sealed]) -> Result<usize, BundleError> {
        let mut proven = 0;
        for entry in entries.iter().filter(|entry| entry.envelope.is_some()) {
            let seq = entry.seq();
            let path = layout::proof(&frame.scope, seq);
            self.claim(&path);
            let (Some(note), Some(verifier)) = (&frame.note, &frame.verifier) else { continue };
            let Some(text) = self.text(&path)? else { continue };
            match text.parse::<Proof>() {
                Err(error) => self.unsound(&path, format!("{path}: {error}.")),
                Ok(proof) if proof.index != seq => {
                    self.unsound(&path, format!("{path} is about entry {}.", proof.index))
                }
                Ok(proof) if proof.checkpoint != *note => {
                    self.unsound(&path, format!("{path} carries another head than data/checkpoint."))
                }
                Ok(proof) => match proof.verify(leaf_hash(&entry.leaf), verifier) {
                    Ok(_) => proven += 1,
                    Err(error) => self.unsound(&path, format!("{path} doesn't prove entry {seq}: {error}.")),
                },
            }
        }
        Ok(proven)
    }
}
