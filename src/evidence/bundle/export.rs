//! Writing a bundle: which cases are in it, what explains them, and every file of it in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Seek, Write};
use std::ops::Range;
use std::path::Path;

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use super::derive::{self, Explained, Kept, Sealed};
use super::draft::Draft;
use super::instructions::{self, Example};
use super::lacking::{Lack, LeftOut};
use super::readings::{self, About, FORMAT, Numbers, OfCase, OfLedger};
use super::scope::Scope;
use super::sink::Sink;
use super::table::Cell;
use super::{AGENT, BundleError, Exported, NAMESPACE, Progress, bag, layout};
use crate::blobs::{Blobs, Checked};
use crate::clock::Clock;
use crate::domain::{At, CaseId};
use crate::evidence::keys;
use crate::ledger::Subjects;
use crate::ledger::folder::{self, Folder};
use crate::seal::{Checkpoint, Envelope, Hash, KeyChange, KeyRing, Paths, Proof, SshSigner, Verifier, leaf_hash};
use crate::stamp::Authority;
use crate::store::{self, EntryRead, Reader};

/// What is to be exported, and how.
pub struct Wanted<'w> {
    /// The data folder.
    pub data: &'w Path,
    pub scope: Scope,
    /// A folder, or a file that ends in `.zip` or `.tar.zst`. It must not exist; a folder may be empty.
    pub out: &'w Path,
    /// The size of the head that it is made under. `None`: the last one.
    pub head: Option<u64>,
    /// Cases that only their own people may know of are in a wider export too. One that is named alone is exported anyway.
    pub restricted: bool,
    /// Words that are withheld, too.
    pub withheld: bool,
    /// Most entries.
    pub at_most: u64,
    pub progress: Progress<'w>,
    /// Who stamps the bundle with the time (RFC 3161), where somebody does.
    pub authority: Option<&'w Authority>,
}

impl<'w> Wanted<'w> {
    /// Each entry becomes four files: more is more than people can handle.
    pub const AT_MOST: u64 = 250_000;

    pub fn of(data: &'w Path, scope: Scope, out: &'w Path) -> Wanted<'w> {
        Wanted {
            data,
            scope,
            out,
            head: None,
            restricted: false,
            withheld: false,
            at_most: Self::AT_MOST,
            progress: &|_, _| {},
            authority: None,
        }
    }
}

/// What is meant by the words that people type: see [`Scope::read`]. Of a folder that was made on a manual clock, `week` ends with
/// its last entry.
///
/// # Errors
/// [`BundleError::Scope`], and those of the database.
pub async fn scope(data: &Path, text: &str, workflow: Option<&str>, zone: Tz) -> Result<Scope, BundleError> {
    let _is_a_folder = folder::verifier(data)?;
    store::undisturbed(&data.join(Folder::DATABASE), || async {
        let reader = store::open_to_read(&data.join(Folder::DATABASE)).await?;
        let last = reader.view().await?.last_entry().await?;
        reader.close().await;
        let manual = last.as_ref().is_some_and(|entry| entry.leaf.contains(r#""clock":"manual""#));
        let last = last.map_or(At(0), |entry| At(entry.at_us));
        let now = if manual { last } else { Clock::system().max(last) };
        Scope::read(text, workflow, now, zone).map_err(BundleError::Scope)
    })
    .await
}

/// Exports a case of a data folder up to the last signed head, also while a bot works there. `out` must not exist, or be an
/// empty folder.
///
/// # Errors
/// [`BundleError`].
pub async fn export(data: &Path, case: CaseId, out: &Path) -> Result<Exported, BundleError> {
    export_wanted(&Wanted::of(data, Scope::Case(case), out)).await
}

/// As [`export`], of whatever is wanted. The folder is only read.
///
/// # Errors
/// [`BundleError`]; then there is nothing at `out` that wasn't there before.
pub async fn export_wanted(wanted: &Wanted<'_>) -> Result<Exported, BundleError> {
    let (exported, draft) = store::undisturbed(&wanted.data.join(Folder::DATABASE), || write(wanted)).await?;
    draft.keep()?;
    Ok(exported)
}

async fn write(wanted: &Wanted<'_>) -> Result<(Exported, Draft), BundleError> {
    let source = Source::open(wanted).await?;
    let signer = folder::bundle_signer(wanted.data)?;
    let cases = source.cases().await?;
    let draft = Draft::begin(wanted.out)?;
    let mut sink = Sink::new(draft, &wanted.scope.name(), wanted.progress)?;
    // First of all, so that what is left of an export that broke off is known for one.
    sink.tag("bagit.txt", bag::DECLARATION.as_bytes())?;
    let beside = source.beside(&cases.stretch).await?;
    let exported = Writing::new(&source, &beside).all(cases, sink, &signer).await;
    source.reader.close().await;
    exported
}

/// What is read from.
struct Source<'w> {
    wanted: &'w Wanted<'w>,
    blobs: Blobs,
    verifier: Verifier,
    reader: Reader,
    /// The signed head as text, and as meant.
    note: String,
    head: Checkpoint,
    /// The heads that both keys signed where the key was changed, those that are there.
    agreed: Vec<(KeyChange, String)>,
    /// When it was signed: the bag's date, since the day of the export would make every copy another one.
    signed_at: Option<At>,
}

/// The cases that are exported.
struct Cases {
    cases: Vec<CaseId>,
    left_out: LeftOut,
    /// From the first entry of any to the last.
    stretch: Range<u64>,
}

impl<'w> Source<'w> {
    async fn open(wanted: &'w Wanted<'w>) -> Result<Source<'w>, BundleError> {
        let now = folder::verifier(wanted.data)?;
        // The file before the database: a head is signed only over what is on the disk already.
        let last = folder::checkpoint_file(wanted.data)?;
        let reader = store::open_to_read(&wanted.data.join(Folder::DATABASE)).await?;
        if let Scope::Case(case) = wanted.scope {
            reader.case(case).await?.ok_or(BundleError::NoSuchCase(case))?;
        }
        let heads = reader.heads().await?;
        let changes: Vec<KeyChange> =
            keys::changes(reader.key_changes().await?).into_iter().map(|(_, changed)| changed.heads).collect();
        let ring = KeyRing::of(now, changes, Vec::new());
        let note = match wanted.head {
            None => last.ok_or_else(|| not_sealed(&wanted.scope, 0))?,
            Some(size) => {
                let of_size = heads.iter().filter(|row| row.size.unsigned_abs() == size);
                let verifier = ring.at(size);
                let ours = of_size.filter(|row| Checkpoint::open(&row.note, &verifier).is_ok());
                ours.map(|row| row.note.clone()).next().ok_or(BundleError::NoSuchHead(size))?
            }
        };
        // Between the entry of a change and its first head, the old key is the one that signed.
        let verifier = ring.at(Checkpoint::unverified(&note)?.size);
        let head = Checkpoint::open(&note, &verifier)?;
        let agreed = ring.changes().iter().filter(|change| change.seq < head.size).filter_map(|change| {
            let both =
                |note: &str| Checkpoint::open(note, &change.old).is_ok() && Checkpoint::open(note, &change.new).is_ok();
            let of_it = heads.iter().find(|row| row.size.unsigned_abs() == change.seq + 1 && both(&row.note))?;
            Some((change.clone(), of_it.note.clone()))
        });
        let agreed = agreed.collect();
        let signed_at = heads.into_iter().filter(|row| row.note == note).map(|row| At(row.at_us)).min();
        let note = reader.with_cosignatures(&note).await?;
        Ok(Source { wanted, blobs: Blobs::of(wanted.data)?, verifier, reader, note, head, agreed, signed_at })
    }

    /// Which cases, before anything is written.
    async fn cases(&self) -> Result<Cases, BundleError> {
        let Wanted { scope, at_most, .. } = self.wanted;
        let found = scope.cases(&self.reader, self.head.size).await?;
        let mut left_out = LeftOut { restricted: 0, of_no_case: found.of_none };
        let (mut cases, mut entries) = (Vec::new(), 0);
        let mut stretch: Option<Range<u64>> = None;
        for id in found.cases {
            let Some((count, within)) = self.reader.stretch_of(id, self.head.size).await? else { continue };
            let Some(case) = self.reader.case(id).await? else { continue };
            if scope.workflow().is_some_and(|workflow| *workflow != case.workflow) {
                continue;
            }
            if case.restricted && !self.wanted.restricted && !scope.is_case() {
                left_out.restricted += 1;
                continue;
            }
            entries += count;
            stretch = Some(match stretch {
                Some(so_far) => so_far.start.min(within.start)..so_far.end.max(within.end),
                None => within,
            });
            cases.push(id);
        }
        if entries > *at_most {
            return Err(BundleError::TooMany { scope: Box::new(scope.clone()), entries, at_most: *at_most });
        }
        // Those that only some may know of are no reason to say that there is something.
        match stretch {
            None => Err(not_sealed(scope, self.head.size)),
            Some(stretch) => Ok(Cases { cases, left_out, stretch }),
        }
    }

    /// The entries of no case that the head covers, with the names that they bring.
    async fn beside(&self, stretch: &Range<u64>) -> Result<(Vec<Sealed>, Subjects), BundleError> {
        let mut rows = self.reader.beside_cases().await?;
        let unseen = self.reader.unseen(stretch, self.head.size).await?;
        rows.extend(unseen.into_iter().filter(|row| row.case_id.is_none()));
        rows.retain(|row| row.seq.unsigned_abs() < self.head.size);
        rows.sort_by_key(|row| row.seq);
        let rows = self.with_withheld(rows).await?;
        let read = rows.into_iter().map(|row| of_row(row, &Subjects::default())).collect();
        Ok(derive::with_names(read))
    }

    /// With the words that are withheld, where they are wanted.
    async fn with_withheld(&self, rows: Vec<EntryRead>) -> Result<Vec<EntryRead>, BundleError> {
        match self.wanted.withheld {
            true => Ok(self.reader.with_withheld(rows).await?),
            false => Ok(rows),
        }
    }

    /// The entries of a case that the head covers, and how many it doesn't.
    async fn entries(&self, case: CaseId, subjects: &Subjects) -> Result<(Vec<Sealed>, usize), BundleError> {
        let rows = self.with_withheld(self.reader.entries_of(case).await?).await?;
        let all = rows.len();
        let covered = rows.into_iter().filter(|row| row.seq.unsigned_abs() < self.head.size);
        let read = |row: EntryRead| {
            // What can't be read is no evidence of this ledger's.
            let (seq, sound) = (row.seq.unsigned_abs(), Envelope::parse(row.leaf.as_bytes()).map(drop));
            sound.map_err(|error| BundleError::NoProof { seq, why: error.to_string() })?;
            Ok(of_row(row, subjects))
        };
        let entries: Vec<Sealed> = covered.map(read).collect::<Result<_, BundleError>>()?;
        let later = all - entries.len();
        Ok((entries, later))
    }
}

fn not_sealed(scope: &Scope, signed: u64) -> BundleError {
    match scope {
        Scope::Case(case) => BundleError::NotSealed { case: *case, signed },
        scope => BundleError::Nothing { scope: Box::new(scope.clone()), signed },
    }
}

/// A bundle that is being written, and what is known of it so far.
struct Writing<'s> {
    source: &'s Source<'s>,
    beside: &'s [Sealed],
    subjects: &'s Subjects,
    explained: Explained<'s>,
    /// The leaf of each entry that is in it.
    leaves: BTreeMap<u64, Hash>,
    /// By hash.
    policies: BTreeMap<String, String>,
    attached: Attached<'s>,
    lacks: Vec<Lack>,
    rows: Vec<Vec<Cell>>,
    example: Option<Example>,
    entries: usize,
    later: usize,
}

impl<'s> Writing<'s> {
    fn new(source: &'s Source<'s>, (beside, subjects): &'s (Vec<Sealed>, Subjects)) -> Writing<'s> {
        Writing {
            source,
            beside,
            subjects,
            explained: Explained::by(beside),
            leaves: BTreeMap::new(),
            policies: BTreeMap::new(),
            attached: Attached {
                blobs: &source.blobs,
                looked: BTreeSet::new(),
                good: BTreeSet::new(),
                lost: Vec::new(),
            },
            lacks: Vec::new(),
            rows: Vec::new(),
            example: None,
            entries: 0,
            later: 0,
        }
    }

    async fn all(
        mut self,
        cases: Cases,
        mut sink: Sink<'_>,
        signer: &SshSigner,
    ) -> Result<(Exported, Draft), BundleError> {
        let Source { wanted, head, note, verifier, .. } = self.source;
        let scope = &wanted.scope;
        for case in &cases.cases {
            self.case(*case, &mut sink).await?;
        }
        let (Some(example), false) = (self.example, self.leaves.is_empty()) else {
            return Err(not_sealed(scope, head.size));
        };
        let context = self.context(&mut sink)?;
        self.proofs(&mut sink).await?;
        self.agreed(&mut sink).await?;
        for (hash, text) in &self.policies {
            sink.put(&layout::policy(hash), text.as_bytes())?;
        }
        self.attached.write(&mut sink).await?;
        self.lacks.extend(cases.left_out.lacks());
        readings::of_all(scope, std::mem::take(&mut self.rows), &self.lacks, &mut |path, bytes| {
            sink.put(&path, &bytes)
        })?;
        sink.put("data/checkpoint", note.as_bytes())?;
        sink.put("data/ledger.vkey", format!("{verifier}\n").as_bytes())?;
        let (count, files) = (cases.cases.len(), self.attached.good.len());
        let about = About {
            format: FORMAT.to_owned(),
            made_by: AGENT.to_owned(),
            scope: scope.clone(),
            cases: cases.cases,
            context: Numbers::of(context),
            left_out: cases.left_out,
            ledger: OfLedger::of(head),
        };
        sink.put("data/bundle.json", about.text().as_bytes())?;
        let date = self.source.signed_at.and_then(At::utc).map(|at| at.format("%Y-%m-%d").to_string());
        let info = bag::about(AGENT, date.as_deref(), scope, head, (sink.bytes, sink.files));
        sink.tag("bag-info.txt", info.as_bytes())?;
        sink.tag(instructions::NAME, instructions::text(scope, head, example, count, &self.lacks).as_bytes())?;
        sink.manifest(bag::MANIFEST)?;
        // The signature comes last: a bag without it broke off.
        let lines = sink.tag_lines();
        sink.tag(bag::TAG_MANIFEST, lines.as_bytes())?;
        let stamped = match wanted.authority {
            Some(authority) => Some(authority.stamp(Sha256::digest(lines.as_bytes()).into()).await),
            None => None,
        };
        if let Some(Ok(stamped)) = &stamped {
            sink.tag(bag::STAMP, &stamped.reply)?;
        }
        sink.tag(bag::SIGNATURE, signer.sign(NAMESPACE, lines.as_bytes()).as_bytes())?;
        let draft = sink.finish()?;
        let lost = std::mem::take(&mut self.attached.lost);
        let unstamped = stamped.as_ref().and_then(|stamped| stamped.as_ref().err());
        let unstamped = unstamped.map(|why| {
            format!("a time stamp: of the authority of [time_stamps], {why}. The bundle is good without; export again for one.")
        });
        let besides = self.lacks.iter().filter(|lack| lost.is_empty() || lack.what != super::lacking::LOST);
        let exported = Exported {
            scope: scope.clone(),
            out: wanted.out.to_owned(),
            cases: count,
            entries: self.entries,
            files,
            later: self.later,
            head: head.size,
            withheld: wanted.withheld,
            older: wanted.head.is_some(),
            manifest: hex::encode(Sha256::digest(lines.as_bytes())),
            lacking: lost.iter().cloned().chain(besides.map(ToString::to_string)).chain(unstamped).collect(),
            stamp: stamped.and_then(Result::ok).map(|stamped| stamped.says),
        };
        Ok((exported, draft))
    }

    async fn case(&mut self, case: CaseId, sink: &mut Sink<'_>) -> Result<(), BundleError> {
        let Source { wanted, head, reader, .. } = self.source;
        let (entries, later) = self.source.entries(case, self.subjects).await?;
        if entries.is_empty() {
            return Err(not_sealed(&wanted.scope, head.size));
        }
        let own = self.explained.add(case, &entries);
        let context: Vec<&Sealed> = self.beside.iter().filter(|entry| own.contains(&entry.seq())).collect();
        if let Some((seq, schema)) = derive::strange(entries.iter().chain(context.iter().copied())) {
            return Err(BundleError::Schema { seq, schema });
        }
        for (hash, _) in context.iter().copied().filter_map(derive::loaded) {
            // Without its text the bundle shows no names and no parties of the policy; the case's own evidence is all there.
            if !self.policies.contains_key(hash.as_str())
                && let Some(text) = reader.policy(hash.as_str()).await?
            {
                self.policies.insert(hash.to_string(), text);
            }
        }
        self.attached.look(&entries).await?;
        let shown: Vec<&Sealed> = entries.iter().collect();
        let place = |seq| layout::entry(&wanted.scope, case, seq);
        let folder = format!("{}entries", layout::of_case(&wanted.scope, case));
        let put = &mut |path: String, bytes: Vec<u8>| sink.put(&path, &bytes);
        readings::entries(&folder, &place, &shown, put)?;
        let of = OfCase {
            case,
            entries: &entries,
            context: &context,
            head,
            policies: &self.policies,
            attached: &self.attached.good,
        };
        let told = readings::of_case(&of, &wanted.scope, put)?;
        self.lacks.extend(told.lacks);
        self.rows.push(told.row);
        self.example = example(self.example, case, &entries);
        self.leaves.extend(entries.iter().map(|entry| (entry.seq(), leaf_hash(&entry.leaf))));
        self.entries += entries.len();
        self.later += later;
        Ok(())
    }

    /// Writes the entries of no case. Returns their numbers.
    fn context(&mut self, sink: &mut Sink<'_>) -> Result<Vec<u64>, BundleError> {
        let explained = std::mem::replace(&mut self.explained, Explained::by(&[]));
        let needed = explained.all();
        let context: Vec<&Sealed> = self.beside.iter().filter(|entry| needed.contains(&entry.seq())).collect();
        if let Some((seq, schema)) = derive::strange(context.iter().copied()) {
            return Err(BundleError::Schema { seq, schema });
        }
        let place = |seq| layout::context(&self.source.wanted.scope, seq);
        readings::entries("data/context", &place, &context, &mut |path, bytes| sink.put(&path, &bytes))?;
        self.leaves.extend(context.iter().map(|entry| (entry.seq(), leaf_hash(&entry.leaf))));
        Ok(context.iter().map(|entry| entry.seq()).collect())
    }

    /// The proof of each entry that it is under the head, already checked. In one pass along the ledger.
    async fn proofs(&self, sink: &mut Sink<'_>) -> Result<(), BundleError> {
        let Source { head, note, verifier, reader, wanted, .. } = self.source;
        let mut paths = Paths::of(head.size);
        for (&seq, &leaf) in &self.leaves {
            let no_proof = |why: String| BundleError::NoProof { seq, why };
            let plan = paths.plan(seq).map_err(|error| no_proof(error.to_string()))?;
            let fetched = if plan.needs().is_empty() { Vec::new() } else { reader.hashes(&plan).await? };
            let path = paths.path(seq, &plan, fetched).map_err(|error| no_proof(error.to_string()))?;
            let proof = Proof { extra: None, index: seq, path, checkpoint: note.clone() };
            proof.verify(leaf, verifier).map_err(|error| no_proof(error.to_string()))?;
            sink.put(&layout::proof(&wanted.scope, seq), proof.to_string().as_bytes())?;
        }
        Ok(())
    }
}

/// What shows that one key handed on to the next.
impl Writing<'_> {
    async fn agreed(&self, sink: &mut Sink<'_>) -> Result<(), BundleError> {
        let Source { agreed, reader, .. } = self.source;
        for (KeyChange { seq, .. }, note) in agreed {
            let no_proof = |why: String| BundleError::NoProof { seq: *seq, why };
            let mut paths = Paths::of(seq + 1);
            let plan = paths.plan(*seq).map_err(|error| no_proof(error.to_string()))?;
            let fetched = if plan.needs().is_empty() { Vec::new() } else { reader.hashes(&plan).await? };
            let path = paths.path(*seq, &plan, fetched).map_err(|error| no_proof(error.to_string()))?;
            let proof = Proof { extra: None, index: *seq, path, checkpoint: note.clone() };
            sink.put(&layout::agreed(*seq), proof.to_string().as_bytes())?;
        }
        Ok(())
    }
}

/// The files that came with messages.
struct Attached<'s> {
    blobs: &'s Blobs,
    looked: BTreeSet<String>,
    /// The hashes of those that are there as they were.
    good: BTreeSet<String>,
    /// Sentences about the others.
    lost: Vec<String>,
}

impl Attached<'_> {
    /// Looks at a case's files. They are read once more when they are written: which are there, the tables before them say.
    async fn look(&mut self, entries: &[Sealed]) -> Result<(), BundleError> {
        for named in derive::attachments(entries) {
            if !self.looked.insert(named.sha256.clone()) {
                continue;
            }
            match self.blobs.check(&named.sha256).await? {
                Checked::Good => drop(self.good.insert(named.sha256)),
                Checked::Changed(_) | Checked::NotOpened => {
                    self.lost.push(format!("“{}” of entry {}: its bytes were changed.", named.name, named.seq));
                }
                Checked::Missing => self.lost.push(format!(
                    "“{}” of entry {}: {} is not there.",
                    named.name,
                    named.seq,
                    self.blobs.place(&named.sha256)
                )),
            }
        }
        Ok(())
    }

    async fn write(&self, sink: &mut Sink<'_>) -> Result<(), BundleError> {
        for sha256 in &self.good {
            let failed = |source| BundleError::Io { path: self.blobs.place(sha256).into(), source };
            let other = || failed(io::Error::other("it was changed while it was exported. Export again"));
            let content = self.blobs.open(sha256).await?.ok_or_else(other)?;
            let length = content.bytes()?;
            let mut file = match content.into_file() {
                Ok(file) => file,
                // Archives are written in one go: what comes over the network, or is opened, is put down beside the bundle first.
                Err(mut content) => {
                    let mut file = sink.put_down()?;
                    while let Some(chunk) = content.chunk().await? {
                        file.write_all(chunk).map_err(failed)?;
                    }
                    file.rewind().map_err(failed)?;
                    file
                }
            };
            let written = sink.payload(&layout::attachment(sha256), length, &mut file)?;
            if written != *sha256 {
                return Err(other());
            }
        }
        Ok(())
    }
}

/// The entry to show the checks with, after one more case: the first with words, or else the first.
pub(super) fn example(before: Option<Example>, case: CaseId, entries: &[Sealed]) -> Option<Example> {
    if before.is_some_and(|example| example.has_words) {
        return before;
    }
    let example = |entry: &Sealed, has_words| Example { case, seq: entry.seq(), has_words };
    let with_words = entries.iter().find(|entry| entry.words.text.is_some()).map(|entry| example(entry, true));
    with_words.or(before).or_else(|| entries.first().map(|entry| example(entry, false)))
}

fn of_row(row: EntryRead, subjects: &Subjects) -> Sealed {
    let facts = Kept { text: Some(row.facts.into_bytes()), salt: Some(row.facts_salt) };
    let words = Kept { text: row.words.map(String::into_bytes), salt: row.words_salt };
    Sealed::new(row.leaf.into_bytes(), facts, words, subjects)
}
