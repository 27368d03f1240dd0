//! The check of a bundle without the database it came from: is it what was sealed, and is all of it there?

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::bag::{self, DECLARATION, MANIFEST, README, SIGNATURE, TAG_MANIFEST};
use super::delegations::Delegations;
use super::derive::{self, Kept, Sealed, Source};
use super::{AGENT, BundleError, Files, NAMESPACE};
use crate::domain::CaseId;
use crate::evidence::audit::{Verdict, sha256_of};
use crate::ledger::Subjects;
use crate::ledger::record::Record;
use crate::seal::{
    AllowedSigners, Checkpoint, Envelope, Hash, Part, Proof, Verifier, commitment, leaf_hash, verify_ssh,
};

/// Checks a bundle. `key` is the ledger's public key as text, got from elsewhere than the bundle.
///
/// # Errors
/// [`BundleError`] where nothing can be said; what is wrong with the bundle is in the verdict.
pub fn verify(dir: &Path, key: Option<&str>) -> Result<Verdict, BundleError> {
    verify_signed(dir, key, None)
}

/// As [`verify`], and it must have been signed by one of these: the text of an `allowed_signers` file, got from elsewhere.
///
/// # Errors
/// As [`verify`]; [`BundleError::Signers`].
pub fn verify_signed(dir: &Path, key: Option<&str>, signers: Option<&str>) -> Result<Verdict, BundleError> {
    let signers =
        signers.map(|text| AllowedSigners::parse(text, NAMESPACE)).transpose().map_err(BundleError::Signers)?;
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
    check.signature(signers.as_ref())?;
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
    context: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    numbers: Vec<u64>,
}

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

    /// Whether somebody signed for the bag as it is, and who.
    fn signature(&mut self, signers: Option<&AllowedSigners>) -> Result<(), BundleError> {
        let (Some(signature), Some(manifest)) = (self.text(SIGNATURE)?, self.bytes(TAG_MANIFEST)?) else {
            return Ok(());
        };
        let by = match verify_ssh(&signature, NAMESPACE, &manifest) {
            Ok(by) => by,
            Err(error) => {
                self.unsound(format!("{SIGNATURE}: {error}."));
                return Ok(());
            }
        };
        match signers.map(|signers| signers.principal(&by)) {
            Some(Some(principal)) => {
                let note = format!("The bundle was signed by {principal}, one of the signers given.");
                self.verdict.notes.push(note);
            }
            Some(None) => self.unsound(format!(
                "{SIGNATURE} is by the key {}, which is none of the signers given for bundles.",
                by.fingerprint()
            )),
            None => self.verdict.notes.push(format!(
                "The bundle was signed by the key {}. Whose that is, nobody here has said: give the allowed signers, got from elsewhere, \
                 with --signers.",
                by.fingerprint()
            )),
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
        let about = |path: &&String| {
            path.starts_with("data/") == payload && ![TAG_MANIFEST, SIGNATURE].contains(&path.as_str())
        };
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
        let context = self.entries("context", about.as_ref().map(|about| &about.context), &Subjects::default())?;
        let (context, subjects) = derive::with_names(context);
        let named = about.as_ref().map(|about| &about.entries);
        let entries = self.entries("entries", named, &subjects)?;
        if entries.is_empty() {
            self.incomplete("There is no entry in it.".to_owned());
        }
        self.chain(&entries);
        let all: Vec<&Sealed> = entries.iter().chain(&context).collect();
        let proven = self.proofs(&all, note.as_deref(), verifier.as_ref())?;
        if let Some(about) = &about {
            self.numbering(about.case, &entries);
            match derive::strange(all.into_iter()) {
                Some((seq, schema)) => self.incomplete(format!(
                    "Entry {seq} is of schema {schema}, which this version of Countersign doesn't know: the seals were checked, and what the \
                     entries say was not. The bundle says that {} made it: check it with that version.",
                    about.made_by
                )),
                None => {
                    self.context(about.case, &entries, &context);
                    self.story(about, &entries, &context, head.as_ref())?;
                }
            }
        }
        self.verdict.checked = format!(
            "Checked {} with {} entries and {} that explain them, {proven} of them proven to be in the ledger{}.",
            about.map_or_else(|| "a bundle".to_owned(), |about| format!("the bundle of {}", about.case)),
            entries.len(),
            context.len(),
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

    /// The entries of a folder, in the order of their numbers, each compared with what is said of it elsewhere in the bundle.
    fn entries(
        &mut self,
        folder: &str,
        named: Option<&Numbers>,
        subjects: &Subjects,
    ) -> Result<Vec<Sealed>, BundleError> {
        let jsonl = format!("data/{folder}.jsonl");
        let mut lines: BTreeMap<u64, JsonLine> = BTreeMap::new();
        for (line, number) in self.text(&jsonl)?.unwrap_or_default().lines().zip(1..) {
            match serde_json::from_str::<JsonLine>(line) {
                Ok(line) if lines.contains_key(&line.seq) => {
                    self.unsound(format!("{jsonl}: line {number} repeats entry {}.", line.seq))
                }
                Ok(line) => drop(lines.insert(line.seq, line)),
                Err(error) => self.unsound(format!("{jsonl}: line {number} can't be read: {error}.")),
            }
        }
        let prefix = format!("data/{folder}/");
        let inside: Vec<String> =
            self.files.keys().filter_map(|path| path.strip_prefix(&prefix)).map(str::to_owned).collect();
        let leaf = |name: &String| name.strip_suffix(".leaf").and_then(|seq| seq.parse::<u64>().ok());
        let leaves: BTreeSet<u64> = inside.iter().filter_map(leaf).collect();
        for name in &inside {
            let seq = name.rsplit_once('.').filter(|(_, part)| ["leaf", "facts", "words"].contains(part));
            if !seq.is_some_and(|(seq, _)| seq.parse().is_ok_and(|seq| leaves.contains(&seq))) {
                self.unsound(format!("{prefix}{name} belongs to no entry."));
            }
        }
        let mut entries = Vec::with_capacity(leaves.len());
        for seq in &leaves {
            let leaf = self.bytes(&format!("{prefix}{seq}.leaf"))?.unwrap_or_default();
            let line = lines.remove(seq);
            if line.is_none() {
                self.incomplete(format!("{jsonl} lacks entry {seq}, so its salts are missing."));
            }
            let line = line.as_ref();
            let facts = self.kept(*seq, &prefix, "facts", line.and_then(|line| line.facts_salt.as_deref()))?;
            let words = self.kept(*seq, &prefix, "words", line.and_then(|line| line.words_salt.as_deref()))?;
            if let Some(line) = line {
                let same = line.leaf.as_bytes() == leaf
                    && line.facts.as_deref().map(str::as_bytes) == facts.text.as_deref()
                    && line.words.as_deref().map(str::as_bytes) == words.text.as_deref();
                if !same {
                    self.unsound(format!("Entry {seq}: {jsonl} says something else than the files in data/{folder}."));
                }
            }
            self.entry(*seq, &prefix, &leaf, &facts, &words);
            entries.push(Sealed::new(leaf, facts, words, subjects));
        }
        for seq in lines.keys() {
            self.incomplete(format!("{prefix}{seq}.leaf is missing, but {jsonl} has the entry."));
        }
        if let Some(named) = named {
            let named: BTreeSet<u64> = named.numbers.iter().copied().collect();
            for seq in named.difference(&leaves) {
                self.incomplete(format!("Entry {seq} is missing: data/case.json names it."));
            }
            for seq in leaves.difference(&named) {
                self.incomplete(format!(
                    "Entry {seq} is not named in data/case.json: it was added, or the list was cut."
                ));
            }
        }
        Ok(entries)
    }

    /// A part of an entry, with the salt that its line gives.
    fn kept(&mut self, seq: u64, prefix: &str, part: &str, salt: Option<&str>) -> Result<Kept, BundleError> {
        let text = self.bytes(&format!("{prefix}{seq}.{part}"))?;
        let salt = match salt.map(hex::decode) {
            Some(Err(_)) => {
                self.unsound(format!("Entry {seq}: the salt of its {part} is not hex."));
                None
            }
            Some(Ok(salt)) => Some(salt),
            None => None,
        };
        Ok(Kept { text, salt })
    }

    fn entry(&mut self, seq: u64, prefix: &str, leaf: &[u8], facts: &Kept, words: &Kept) {
        let envelope = match Envelope::parse(leaf) {
            Ok(envelope) => envelope,
            Err(error) => return self.unsound(format!("{prefix}{seq}.leaf is not what was sealed: {error}.")),
        };
        if envelope.seq != seq {
            self.unsound(format!("{prefix}{seq}.leaf is that of entry {}.", envelope.seq));
        }
        self.part(seq, prefix, Part::Facts, Some(envelope.facts), facts);
        self.part(seq, prefix, Part::Words, envelope.words, words);
    }

    fn part(&mut self, seq: u64, prefix: &str, part: Part, sealed: Option<Hash>, kept: &Kept) {
        match (sealed, kept.salt.as_deref().map(<[u8; 32]>::try_from), kept.text.as_deref()) {
            (None, None, None) => {}
            (None, _, _) => self.unsound(format!("Entry {seq} has {part}, but its leaf commits to none: they were added.")),
            // Whether that was recorded is looked at once all entries are read.
            (Some(_), None, None) if part == Part::Words => {}
            (Some(_), None, None) => self.incomplete(format!("Entry {seq}: {prefix}{seq}.{part} is missing.")),
            (Some(sealed), Some(Ok(salt)), Some(text)) if commitment(&salt, text) == sealed => {}
            (Some(_), Some(Ok(_)), Some(_)) => self.unsound(format!(
                "Entry {seq}: {prefix}{seq}.{part} is not what the leaf commits to. The {part} or their salt were changed."
            )),
            (Some(_), Some(Err(_)), _) => self.unsound(format!("Entry {seq}: the salt of its {part} is not 32 bytes long.")),
            (Some(_), None, Some(_)) => {
                self.unsound(format!("Entry {seq} has {part} without a salt, so they can't be shown to be genuine."))
            }
            (Some(_), Some(Ok(_)), None) => self.incomplete(format!(
                "Entry {seq} has a salt for its {part}, but no {part}: {prefix}{seq}.{part} was removed."
            )),
        }
    }

    /// Whether the entries are of the case, and all of them are here: they are numbered from 1 without gaps.
    fn numbering(&mut self, case: CaseId, entries: &[Sealed]) {
        let mut due = 1;
        for entry in entries {
            let Ok(envelope) = Envelope::parse(&entry.leaf) else {
                // It may be the one that is due.
                due += 1;
                continue;
            };
            let (seq, of) = (envelope.seq, envelope.case.as_deref());
            if of != Some(case.to_string().as_str()) {
                self.unsound(format!("Entry {seq} is of {}, not of {case}.", of.unwrap_or("no case")));
                continue;
            }
            let number = envelope.case_seq.unwrap_or_default();
            match number.cmp(&due) {
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater if number == due + 1 => {
                    self.incomplete(format!("No. {due} of {case} is missing: it comes before entry {seq}."));
                }
                std::cmp::Ordering::Greater => {
                    let last = number - 1;
                    self.incomplete(format!(
                        "Nos. {due} to {last} of {case} are missing: they come before entry {seq}."
                    ));
                }
                std::cmp::Ordering::Less => {
                    self.unsound(format!("Entry {seq} says that it is no. {number} of {case}, but no. {due} was due."));
                }
            }
            due = due.max(number) + 1;
        }
    }

    /// Whether the context says of everybody who is meant, of everybody who stood in for somebody that they did, and of all words
    /// that are gone that they were erased; and nothing else.
    fn context(&mut self, case: CaseId, entries: &[Sealed], context: &[Sealed]) {
        let delegations = Delegations::of(context);
        for hole in delegations.holes(entries) {
            self.incomplete(hole);
        }
        let touching = delegations.touching(entries);
        let policies = derive::policies(case, entries, context);
        let of_the_bot =
            context.iter().filter(|entry| touching.contains(&entry.seq()) || policies.contains(&entry.seq()));
        let mentioned = derive::mentioned(entries.iter().chain(of_the_bot));
        let policy = derive::fold(case, entries).case.map(|case| case.policy);
        let loads = |entry: &Sealed| policy.as_ref().is_some_and(|policy| derive::loads(entry, policy));
        let erased: BTreeSet<u64> = context.iter().flat_map(derive::erased_by).collect();
        let gone: BTreeSet<u64> =
            entries.iter().chain(context).filter(|entry| entry.is_erased()).map(Sealed::seq).collect();
        for seq in &gone {
            match erased.contains(seq) {
                true => self.verdict.notes.push(format!(
                    "The words of entry {seq} were erased, and the ledger says why: only the commitment to them is left."
                )),
                false => self.unsound(format!(
                    "The words of entry {seq} are gone without a recorded erasure: no entry in data/context records it."
                )),
            }
        }
        let mut introduced = BTreeSet::new();
        for entry in context {
            let seq = entry.seq();
            match &entry.record {
                Some(Record::Introduced(it)) if mentioned.contains(&it.pseudonym) => {
                    introduced.insert(it.pseudonym);
                }
                Some(Record::Bot(_)) if policies.contains(&seq) || touching.contains(&seq) => {}
                Some(Record::Erased(_)) if derive::erased_by(entry).iter().any(|seq| gone.contains(seq)) => {}
                Some(_) => self.incomplete(format!("Entry {seq} in data/context explains nothing here: it was added.")),
                None => self.unsound(format!("Entry {seq} in data/context can't be read.")),
            }
        }
        if let Some(policy) = &policy
            && !context.iter().any(loads)
        {
            self.incomplete(format!("No entry in data/context loads the policy with the hash {policy}."));
        }
        let mut in_force = None;
        for (seq, (hash, replaces)) in context.iter().filter_map(|entry| Some((entry.seq(), derive::loaded(entry)?))) {
            if let (Some(before), Some(replaces)) = (in_force.replace(hash), replaces)
                && before != replaces
            {
                self.incomplete(format!(
                    "Entry {seq} replaces the policy with the hash {replaces}, which no entry in data/context loads."
                ));
            }
        }
        for pseudonym in mentioned.difference(&introduced) {
            self.incomplete(format!("No entry in data/context says who is meant by {pseudonym}."));
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
        entries: &[&Sealed],
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
    fn story(
        &mut self,
        about: &About,
        entries: &[Sealed],
        context: &[Sealed],
        head: Option<&Checkpoint>,
    ) -> Result<(), BundleError> {
        let folded = derive::fold(about.case, entries);
        for hole in folded.holes {
            self.incomplete(hole);
        }
        for (seq, file) in derive::not_kept(entries) {
            self.verdict.never_kept.push(format!("Entry {seq}: {file}."));
        }
        let loaded = folded.case.as_ref().and_then(|case| context.iter().find(|it| derive::loads(it, &case.policy)));
        let is_erased = loaded.is_some_and(Sealed::is_erased);
        let policy = match is_erased && !self.files.contains_key("data/policy.toml") {
            false => self.text("data/policy.toml")?,
            true => {
                self.verdict.notes.push(format!(
                    "The text of the policy that {} was opened under was erased, so it shows no names.",
                    about.case
                ));
                None
            }
        };
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
        let (Some(head), true) = (head, policy.is_some() || is_erased) else { return Ok(()) };
        let source = Source {
            case: about.case,
            entries,
            context,
            head,
            made_by: &about.made_by,
            policy: policy.as_deref(),
            attached: attached.iter().map(String::as_str).collect(),
        };
        let made = derive::files(&source);
        self.belongings(&made, policy.is_some(), &attached, entries.iter().chain(context));
        let payload = self.files.iter().filter(|(path, _)| path.starts_with("data/"));
        let sizes: Vec<u64> = payload.filter_map(|(_, place)| fs::metadata(place).ok()).map(|it| it.len()).collect();
        let info = self.text("bag-info.txt")?.unwrap_or_default();
        let date = info.lines().find_map(|line| line.strip_prefix("Bagging-Date: ")).filter(|date| is_date(date));
        let oxum = (sizes.iter().sum(), sizes.len());
        let tags = [
            ("bag-info.txt".to_owned(), bag::about(&about.made_by, date, about.case, head, oxum).into_bytes()),
            ("README.txt".to_owned(), README.as_bytes().to_vec()),
        ];
        for (path, bytes) in made.into_iter().chain(tags) {
            match self.bytes(&path)? {
                // Those of entries were missed one by one.
                None => self.incomplete(format!("{path} is missing.")),
                Some(found) if found == bytes => {}
                Some(_) if about.made_by == AGENT => {
                    self.unsound(format!("{path} is not what follows from the entries."));
                }
                // What another version made may differ and be right. Nobody can say so here, so it isn't good.
                Some(_) => self.unsound(format!(
                    "{path} is not what {AGENT} makes of the entries. The bundle says that {} made it: only that version can tell whether \
                     it was rewritten.",
                    about.made_by
                )),
            }
        }
        Ok(())
    }

    /// Whatever else lies in the bundle was put there.
    fn belongings<'e>(
        &mut self,
        made: &Files,
        has_policy: bool,
        attached: &BTreeSet<String>,
        entries: impl Iterator<Item = &'e Sealed>,
    ) {
        let tags = ["bagit.txt", "bag-info.txt", "README.txt", MANIFEST, TAG_MANIFEST, SIGNATURE];
        let mut belongs: BTreeSet<String> = tags.into_iter().map(str::to_owned).collect();
        belongs.extend(made.keys().cloned());
        belongs.extend(["data/checkpoint", "data/ledger.vkey"].map(str::to_owned));
        belongs.extend(has_policy.then(|| "data/policy.toml".to_owned()));
        belongs.extend(attached.iter().map(|hash| format!("data/attachments/{hash}")));
        belongs.extend(entries.map(|entry| format!("data/proofs/{}.tlog-proof", entry.seq())));
        for path in self.files.keys().filter(|path| !belongs.contains(*path)).cloned().collect::<Vec<_>>() {
            self.incomplete(format!("{path} doesn't belong in a bundle: it was added."));
        }
    }
}

/// `2026-11-23`
fn is_date(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok_and(|date| date.format("%Y-%m-%d").to_string() == text)
}
