//! The check of a bundle without the database it came from: is it what was sealed, and is all of it there?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::bag::{self, DECLARATION, MANIFEST, TAG_MANIFEST};
use super::derive::{self, Sealed, Source};
use super::{AGENT, BundleError};
use crate::audit::{Verdict, sha256_of};
use crate::domain::CaseId;
use crate::seal::{Checkpoint, Envelope, Hash, Proof, Verifier, commitment, leaf_hash};

/// Checks a bundle. `key` is the ledger's public key as text, got from elsewhere than the bundle.
///
/// # Errors
/// [`BundleError`] where nothing can be said; what is wrong with the bundle is in the verdict.
pub fn verify(dir: &Path, key: Option<&str>) -> Result<Verdict, BundleError> {
    if !dir.join("bagit.txt").is_file() {
        return Err(BundleError::NotABundle(dir.to_owned()));
    }
    let pinned = key.map(|key| key.trim().parse::<Verifier>()).transpose()?;
    let (files, strange) = bag::walk(dir)?;
    let mut check = Check { files, verdict: Verdict::default() };
    for path in strange {
        check.unsound(format!("{path} is neither a file nor a folder."));
    }
    check.bag()?;
    check.evidence(pinned)?;
    Ok(check.verdict)
}

struct Check {
    files: BTreeMap<String, PathBuf>,
    verdict: Verdict,
}

/// What case.json says, as far as it is compared.
#[derive(Deserialize)]
struct About {
    made_by: String,
    case: CaseId,
    entries: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<u64>,
}

/// A line of entries.jsonl.
#[derive(Deserialize)]
struct JsonLine {
    seq: u64,
    leaf: String,
    salt: Option<String>,
    content: Option<String>,
}

impl Check {
    fn unsound(&mut self, fault: String) {
        self.verdict.integrity.add(fault);
    }

    fn incomplete(&mut self, fault: String) {
        self.verdict.completeness.add(fault);
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, BundleError> {
        let Some(place) = self.files.get(path) else { return Ok(None) };
        fs::read(place).map(Some).map_err(|source| BundleError::Io { path: place.clone(), source })
    }

    /// A file that must be there and be text.
    fn text(&mut self, path: &str) -> Result<Option<String>, BundleError> {
        match self.bytes(path)?.map(String::from_utf8) {
            Some(Ok(text)) => return Ok(Some(text)),
            Some(Err(_)) => self.unsound(format!("{path} is not text.")),
            None => self.incomplete(format!("{path} is missing.")),
        }
        Ok(None)
    }

    /// Whether the bag is the one that was written (RFC 8493 §3).
    fn bag(&mut self) -> Result<(), BundleError> {
        if self.text("bagit.txt")?.is_some_and(|text| text != DECLARATION) {
            self.unsound("bagit.txt doesn't say BagIt 1.0 in UTF-8.".to_owned());
        }
        let payload = self.manifest(MANIFEST, true)?;
        self.manifest(TAG_MANIFEST, false)?;
        if let Some(info) = self.text("bag-info.txt")? {
            let count = payload.len();
            let bytes: u64 =
                payload.iter().filter_map(|path| fs::metadata(self.files.get(path)?).ok()).map(|it| it.len()).sum();
            let said = info.lines().find_map(|line| line.strip_prefix("Payload-Oxum: "));
            if said.is_some_and(|said| said.trim() != format!("{bytes}.{count}")) {
                self.incomplete(format!("bag-info.txt speaks of another payload than {count} files of {bytes} bytes."));
            }
        }
        Ok(())
    }

    /// Compares a manifest with the files it is about. Returns the paths that it names.
    fn manifest(&mut self, name: &str, payload: bool) -> Result<BTreeSet<String>, BundleError> {
        let Some(text) = self.text(name)? else { return Ok(BTreeSet::new()) };
        let (listed, wrong) = bag::read_manifest(&text);
        for wrong in wrong {
            self.unsound(format!("{name}: {wrong}."));
        }
        for (path, hash) in &listed {
            match self.files.get(path) {
                None => self.incomplete(format!("{path} is missing, but {name} names it.")),
                Some(place) => {
                    let found = sha256_of(place).map_err(|source| BundleError::Io { path: place.clone(), source })?;
                    if found != *hash {
                        self.unsound(format!("{path} was changed: its hash is {found}, {name} says {hash}."));
                    }
                }
            }
        }
        let about = |path: &&String| path.starts_with("data/") == payload && path.as_str() != TAG_MANIFEST;
        let extra: Vec<String> =
            self.files.keys().filter(about).filter(|path| !listed.contains_key(*path)).cloned().collect();
        for path in extra {
            self.incomplete(format!("{path} is not named in {name}: it was added."));
        }
        Ok(listed.into_keys().collect())
    }

    /// Whether what is in the bag was in the ledger. Doesn't rely on the bag's hashes.
    fn evidence(&mut self, pinned: Option<Verifier>) -> Result<(), BundleError> {
        let verifier = self.key(pinned)?;
        let note = self.text("data/checkpoint")?;
        let head = match (&note, &verifier) {
            (Some(note), Some(verifier)) => match Checkpoint::open(note, verifier) {
                Ok(head) => Some(head),
                Err(error) => {
                    self.unsound(format!("data/checkpoint: {error}."));
                    None
                }
            },
            _ => None,
        };
        let about = match self.text("data/case.json")?.map(|text| serde_json::from_str::<About>(&text)) {
            Some(Ok(about)) => Some(about),
            Some(Err(error)) => {
                self.unsound(format!("data/case.json can't be read: {error}."));
                None
            }
            None => None,
        };
        let entries = self.entries(about.as_ref())?;
        self.chain(&entries);
        let proven = self.proofs(&entries, note.as_deref(), verifier.as_ref())?;
        if let Some(about) = &about {
            self.story(about, &entries, head.as_ref())?;
        }
        self.verdict.checked = format!(
            "Checked {} with {} entries, {proven} of them proven to be in the ledger{}.",
            about.map_or_else(|| "a bundle".to_owned(), |about| format!("the bundle of {}", about.case)),
            entries.len(),
            head.map(|head| format!(" {} under its head over {} entries", head.origin, head.size)).unwrap_or_default()
        );
        Ok(())
    }

    fn key(&mut self, pinned: Option<Verifier>) -> Result<Option<Verifier>, BundleError> {
        let own = match self.text("data/ledger.vkey")?.map(|text| text.trim().parse::<Verifier>()) {
            Some(Ok(own)) => Some(own),
            Some(Err(error)) => {
                self.unsound(format!("data/ledger.vkey is no key: {error}."));
                None
            }
            None => None,
        };
        match (pinned, own) {
            (Some(pinned), own) => {
                if own.is_some_and(|own| own != pinned) {
                    self.unsound(format!("data/ledger.vkey is another key than the one given, {pinned}."));
                }
                Ok(Some(pinned))
            }
            (None, own) => {
                self.verdict.notes.push(
                    "Checked with the key that lies in the bundle itself, which whoever made the bundle chose. Give the ledger's key, \
                     got from elsewhere, with --key."
                        .to_owned(),
                );
                Ok(own)
            }
        }
    }

    /// The entries, in the order of their numbers, each compared with what is said of it elsewhere in the bundle.
    fn entries(&mut self, about: Option<&About>) -> Result<Vec<Sealed>, BundleError> {
        let mut lines: BTreeMap<u64, JsonLine> = BTreeMap::new();
        for (line, number) in self.text("data/entries.jsonl")?.unwrap_or_default().lines().zip(1..) {
            match serde_json::from_str::<JsonLine>(line) {
                Ok(line) if lines.contains_key(&line.seq) => {
                    self.unsound(format!("data/entries.jsonl: line {number} repeats entry {}.", line.seq))
                }
                Ok(line) => drop(lines.insert(line.seq, line)),
                Err(error) => self.unsound(format!("data/entries.jsonl: line {number} can't be read: {error}.")),
            }
        }
        let place = |path: &String| path.strip_prefix("data/entries/")?.strip_suffix(".leaf").map(str::parse::<u64>);
        let leaves: BTreeSet<u64> = self.files.keys().filter_map(place).flatten().collect();
        let contents =
            self.files.keys().filter_map(|path| path.strip_prefix("data/entries/")?.strip_suffix(".content"));
        let orphans: Vec<String> =
            contents.filter(|seq| !seq.parse().is_ok_and(|seq| leaves.contains(&seq))).map(str::to_owned).collect();
        for seq in orphans {
            self.unsound(format!("data/entries/{seq}.content belongs to no entry."));
        }
        let mut entries = Vec::with_capacity(leaves.len());
        for seq in &leaves {
            let leaf = self.bytes(&format!("data/entries/{seq}.leaf"))?.unwrap_or_default();
            let content = self.bytes(&format!("data/entries/{seq}.content"))?;
            let line = lines.remove(seq);
            if line.is_none() {
                self.incomplete(format!("data/entries.jsonl lacks entry {seq}, so its salt is missing."));
            }
            let salt = line.as_ref().and_then(|line| line.salt.as_deref()).map(hex::decode);
            let salt = match salt {
                Some(Err(_)) => {
                    self.unsound(format!("Entry {seq}: its salt in data/entries.jsonl is not hex."));
                    None
                }
                Some(Ok(salt)) => Some(salt),
                None => None,
            };
            if let Some(line) = &line {
                let same =
                    line.leaf.as_bytes() == leaf && line.content.as_deref().map(str::as_bytes) == content.as_deref();
                if !same {
                    self.unsound(format!(
                        "Entry {seq}: data/entries.jsonl says something else than the files in data/entries."
                    ));
                }
            }
            self.entry(*seq, &leaf, salt.as_deref(), content.as_deref(), about);
            entries.push(Sealed::new(leaf, salt, content));
        }
        for seq in lines.keys() {
            self.incomplete(format!("data/entries/{seq}.leaf is missing, but data/entries.jsonl has the entry."));
        }
        if let Some(about) = about {
            let named: BTreeSet<u64> = about.entries.numbers.iter().copied().collect();
            for seq in named.difference(&leaves) {
                self.incomplete(format!("Entry {seq} is missing: data/case.json names it."));
            }
            for seq in leaves.difference(&named) {
                self.incomplete(format!(
                    "Entry {seq} is not named in data/case.json: it was added, or the list was cut."
                ));
            }
        }
        if leaves.is_empty() {
            self.incomplete("There is no entry in it.".to_owned());
        }
        Ok(entries)
    }

    fn entry(&mut self, seq: u64, leaf: &[u8], salt: Option<&[u8]>, content: Option<&[u8]>, about: Option<&About>) {
        let envelope = match Envelope::parse(leaf) {
            Ok(envelope) => envelope,
            Err(error) => return self.unsound(format!("data/entries/{seq}.leaf is not what was sealed: {error}.")),
        };
        if envelope.seq != seq {
            self.unsound(format!("data/entries/{seq}.leaf is that of entry {}.", envelope.seq));
        }
        if let Some(about) = about
            && envelope.case.as_deref() != Some(about.case.to_string().as_str())
        {
            self.unsound(format!(
                "Entry {seq} is of {}, not of {}.",
                envelope.case.as_deref().unwrap_or("no case"),
                about.case
            ));
        }
        match (salt.map(<[u8; 32]>::try_from), content) {
            (None, None) => self.verdict.notes.push(format!("Entry {seq} was erased: only its commitment is left.")),
            (Some(Ok(salt)), Some(content)) if commitment(&salt, content) == envelope.commit => {}
            (Some(Ok(_)), Some(_)) => self.unsound(format!(
                "Entry {seq}: data/entries/{seq}.content is not what the leaf commits to. The content or its salt was changed."
            )),
            (Some(Err(_)), _) => self.unsound(format!("Entry {seq}: its salt is not 32 bytes long.")),
            (None, Some(_)) => self.unsound(format!("Entry {seq} has a content without salt, so it can't be shown to be genuine.")),
            (Some(_), None) => self.incomplete(format!("Entry {seq} has a salt but no content: data/entries/{seq}.content was removed.")),
        }
    }

    /// Entries next to each other in the ledger name each other; moments never go back.
    fn chain(&mut self, entries: &[Sealed]) {
        let mut before: Option<(u64, Hash, i64)> = None;
        for entry in entries {
            let Ok(envelope) = Envelope::parse(&entry.leaf) else {
                before = None;
                continue;
            };
            if let Some((seq, hash, at_us)) = before {
                if seq + 1 == envelope.seq && hash != envelope.prev {
                    self.unsound(format!(
                        "Entry {} doesn't name entry {seq} as the one before it: one of the two was changed.",
                        envelope.seq
                    ));
                }
                if envelope.at_us < at_us {
                    self.unsound(format!("Entry {} is older than entry {seq}, which comes before it.", envelope.seq));
                }
            }
            before = Some((envelope.seq, leaf_hash(&entry.leaf), envelope.at_us));
        }
    }

    fn proofs(
        &mut self,
        entries: &[Sealed],
        note: Option<&str>,
        verifier: Option<&Verifier>,
    ) -> Result<usize, BundleError> {
        let mut proven = 0;
        let (Some(note), Some(verifier)) = (note, verifier) else { return Ok(0) };
        let mut expected = BTreeSet::new();
        for entry in entries.iter().filter(|entry| entry.envelope.is_some()) {
            let seq = entry.seq();
            let path = format!("data/proofs/{seq}.tlog-proof");
            expected.insert(path.clone());
            let Some(text) = self.text(&path)? else { continue };
            match text.parse::<Proof>() {
                Err(error) => self.unsound(format!("{path}: {error}.")),
                Ok(proof) if proof.index != seq => self.unsound(format!("{path} is about entry {}.", proof.index)),
                Ok(proof) if proof.checkpoint != note => {
                    self.unsound(format!("{path} carries another head than data/checkpoint."))
                }
                Ok(proof) => match proof.verify(leaf_hash(&entry.leaf), verifier) {
                    Ok(_) => proven += 1,
                    Err(error) => self.unsound(format!("{path} doesn't prove entry {seq}: {error}.")),
                },
            }
        }
        let surplus = self.files.keys().filter(|path| path.starts_with("data/proofs/") && !expected.contains(*path));
        for path in surplus.cloned().collect::<Vec<_>>() {
            self.incomplete(format!("{path} is a proof of no entry that is here."));
        }
        Ok(proven)
    }

    /// What was made from the entries is made again and compared; what the entries name must be there.
    fn story(&mut self, about: &About, entries: &[Sealed], head: Option<&Checkpoint>) -> Result<(), BundleError> {
        let folded = derive::fold(about.case, entries);
        for hole in folded.holes {
            self.incomplete(hole);
        }
        let policy = self.text("data/policy.toml")?;
        if let (Some(case), Some(policy)) = (&folded.case, &policy)
            && bag::sha256(policy.as_bytes()) != case.policy.as_str()
        {
            self.unsound(format!(
                "data/policy.toml is not the policy that {} was opened under: that one has the hash {}.",
                case.id, case.policy
            ));
        }
        let attached: BTreeSet<String> =
            self.files.keys().filter_map(|path| path.strip_prefix("data/attachments/")).map(str::to_owned).collect();
        let named = derive::attachments(entries);
        for file in &named {
            let path = format!("data/attachments/{}", file.sha256);
            match self.bytes(&path)? {
                None => {
                    self.incomplete(format!("The file “{}” of entry {} is not in the bundle.", file.name, file.seq))
                }
                Some(bytes) if bag::sha256(&bytes) == file.sha256 => {}
                Some(_) => {
                    self.unsound(format!("{path}, the file “{}” of entry {}, is not what it was.", file.name, file.seq))
                }
            }
        }
        for hash in attached.iter().filter(|hash| !named.iter().any(|file| &file.sha256 == *hash)) {
            self.incomplete(format!("data/attachments/{hash} is named by no entry: it was added."));
        }
        let (Some(policy), Some(head)) = (policy, head) else { return Ok(()) };
        if about.made_by != AGENT {
            self.verdict.notes.push(format!(
                "The bundle was made by {}, this is {AGENT}: what is made from the entries (transcript, tables, case.json) was not \
                 made again to compare. Use that version to compare them too.",
                about.made_by
            ));
            return Ok(());
        }
        let source = Source {
            case: about.case,
            entries,
            head,
            policy: &policy,
            attached: attached.iter().map(String::as_str).collect(),
        };
        for (path, bytes) in derive::files(&source) {
            // These are the entries themselves; they were looked at one by one.
            if path.starts_with("data/entries") {
                continue;
            }
            match self.bytes(&path)? {
                None => self.incomplete(format!("{path} is missing.")),
                Some(found) if found == bytes => {}
                Some(_) => self.unsound(format!("{path} is not what follows from the entries.")),
            }
        }
        Ok(())
    }
}
