//! The evidence of one case as a BagIt bag (RFC 8493) that an auditor checks without Countersign: its ledger entries to the
//! byte, their facts, words and salts, proofs that they are in the ledger, the signed head, the policy that was in force, and
//! the same once more to read.
//!
//! ```text
//! README.txt                     how to check it with ordinary tools
//! data/entries/12.leaf           what was sealed; 12.facts and 12.words: what it commits to
//! data/entries.jsonl             the same with salts, one entry a line
//! data/context/, context.jsonl   likewise, of no case: who is meant, which policy, who stood in for whom, whose words were erased
//! data/proofs/12.tlog-proof      that entry 12 is in the ledger (c2sp.org/tlog-proof)
//! data/checkpoint, ledger.vkey   the signed head and the key; the key is to be had from elsewhere as well
//! data/policy.toml               the policy in force, unless it was erased; the case names its hash
//! data/transcript.md, .html, duties.csv, attachments.csv, case.json     made from the entries
//! data/attachments/<sha256>      files that came with messages
//! ```
//!
//! What came after the signed head is not in it; case.json and the transcript say how many entries that head covers.
//! The same ledger head gives the same bytes. What is made from the entries can be made again from them, so
//! [`verify`] does so and compares: a transcript that was rewritten together with its hashes is noticed.
//! Not here yet: a signature over the tag manifest.

mod bag;
mod check;
mod delegations;
mod derive;
mod transcript;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use self::check::{verify, verify_signed};
use self::derive::{Kept, Sealed, Source};
use crate::domain::line::Named as _;
use crate::domain::{CaseId, every_case};
use crate::ledger::Subjects;
use crate::ledger::folder::{self, Folder, FolderError, blob_path};
use crate::seal::{self, Checkpoint, Envelope, NoteError, Plan, Proof, SshError, leaf_hash};
use crate::store::{self, EntryRead, Reader, StoreError};

/// A file of the bag by its path in it, which uses `/`.
type Files = BTreeMap<String, Vec<u8>>;

/// Which bundles can be made again byte by byte: those of the same version.
const AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Why there is no bundle, or why one can't be checked. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "{0} doesn't exist in this ledger. `{list}` shows those that there are.",
        list = every_case::Verb::List.of(.0.kind).with("all").typed("/")
    )]
    NoSuchCase(CaseId),
    #[error(
        "no entry of {case} is under the last signed head, which covers {signed} entries, so none can be proven yet. A working bot signs \
         when it starts and every minute: wait for that, or stop the bot, which signs at the end; then export again."
    )]
    NotSealed { case: CaseId, signed: u64 },
    #[error(
        "the signed head can't be trusted: {0}. Run `countersign verify --data` on the folder to see what is wrong."
    )]
    Head(#[from] NoteError),
    #[error("entry {seq} can't be proven: {why}. Run `countersign verify --data` on the folder to see what is wrong.")]
    NoProof { seq: u64, why: String },
    #[error(
        "entry {seq} is of schema {schema}, which this version of Countersign doesn't know: export with the version that wrote it."
    )]
    Schema { seq: u64, schema: u32 },
    #[error("{0} isn't empty. Name a folder that doesn't exist yet.")]
    NotEmpty(PathBuf),
    #[error("{0} is not a folder with a bundle in it: it has no bagit.txt.")]
    NotABundle(PathBuf),
    #[error("the key given isn't one: {0}. Give the text of the ledger's ledger.vkey.")]
    Key(#[from] crate::seal::KeyError),
    #[error("the allowed signers given can't be used: {0}. `countersign keys --data` prints the line for a ledger.")]
    Signers(SshError),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// What was exported. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    pub case: CaseId,
    pub out: PathBuf,
    pub entries: usize,
    pub files: usize,
    /// Entries of the case that came after the signed head.
    pub later: usize,
    /// Files that messages name and that aren't there any more, or aren't what they were.
    pub lacking: Vec<String>,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exported { case, out, entries, files, later, lacking } = self;
        write!(
            f,
            "{case}: {entries} entries and {files} attachments in {}.\nCheck it with `countersign verify {}`, or as README.txt in it says.",
            out.display(),
            out.display()
        )?;
        if *later > 0 {
            let are = if *later == 1 { "entry of the case is" } else { "entries of the case are" };
            write!(
                f,
                "\n{later} later {are} not in it: no signed head covers them yet. Export again after the next one."
            )?;
        }
        lacking.iter().try_for_each(|lacking| write!(f, "\nNot in it: {lacking}"))
    }
}

/// What a bundle's signature is for, so that no other signature by the same key is taken for one.
pub const NAMESPACE: &str = "evidence-bundle";

/// What whoever checks bundles is given, by another way than the bundles.
///
/// # Errors
/// [`BundleError::Folder`].
pub fn keys(data: &Path) -> Result<Keys, BundleError> {
    let verifier = folder::verifier(data)?;
    let allowed_signer = seal::allowed_signer(verifier.name(), NAMESPACE, &folder::bundle_signer(data)?.key());
    Ok(Keys { ledger: verifier.to_string(), allowed_signer })
}

/// The public keys of a data folder. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the heads, as c2sp.org/signed-note writes it: for `verify --key`.
    pub ledger: String,
    /// Of the bundles, as a line of OpenSSH's `allowed_signers`.
    pub allowed_signer: String,
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Heads are signed by this key, for `verify --key`:\n\n{}\n\nBundles are signed by this one, a line for `verify --signers` and for \
             OpenSSH's allowed_signers:\n\n{}\n\nGive both to whoever checks your evidence, by another way than the evidence.",
            self.ledger, self.allowed_signer
        )
    }
}

/// Exports a case of a data folder up to the last signed head, also while a bot works there. `out` must not exist, or be
/// empty.
///
/// # Errors
/// [`BundleError`].
pub async fn export(data: &Path, case: CaseId, out: &Path) -> Result<Exported, BundleError> {
    bag::require_empty(out)?;
    let gathered = store::undisturbed(&data.join(Folder::DATABASE), || gather(data, case)).await?;
    let Gathered { files, head, signed_at, entries, attachments, later, lacking } = gathered;
    bag::write(out, files, &bag::Info { case, head: &head, signed_at }, &folder::bundle_signer(data)?)?;
    Ok(Exported { case, out: out.to_owned(), entries, files: attachments, later, lacking })
}

/// What a bundle is made of.
struct Gathered {
    files: Files,
    head: Checkpoint,
    signed_at: Option<i64>,
    entries: usize,
    attachments: usize,
    later: usize,
    lacking: Vec<String>,
}

async fn gather(data: &Path, case: CaseId) -> Result<Gathered, BundleError> {
    let verifier = folder::verifier(data)?;
    // The file before the database: a head is signed only over what is on the disk already.
    let note = folder::checkpoint_file(data)?;
    let reader = store::open_to_read(&data.join(Folder::DATABASE)).await?;
    reader.case(case).await?.ok_or(BundleError::NoSuchCase(case))?;
    let not_sealed = |signed| BundleError::NotSealed { case, signed };
    let note = note.ok_or(not_sealed(0))?;
    let head = Checkpoint::open(&note, &verifier)?;
    let mut later = 0;
    let mut sealed = |rows: Vec<EntryRead>, subjects: &Subjects| -> Vec<Sealed> {
        let all = rows.len();
        let covered = rows.into_iter().filter(|row| row.seq.unsigned_abs() < head.size);
        let sealed: Vec<Sealed> = covered.map(|row| of_row(row, subjects)).collect();
        later = all - sealed.len();
        sealed
    };
    let rows = reader.entries_of(case).await?;
    let (beside, subjects) = derive::with_names(sealed(reader.beside_cases().await?, &Subjects::default()));
    let entries = sealed(rows, &subjects);
    if entries.is_empty() {
        return Err(not_sealed(head.size));
    }
    let context = derive::context(case, &entries, beside);
    if let Some((seq, schema)) = derive::strange(entries.iter().chain(&context)) {
        return Err(BundleError::Schema { seq, schema });
    }
    let known = derive::fold(case, &entries).case;
    // Without its text the bundle shows no names and no parties of the policy; the case's own evidence is all there.
    let policy = match known {
        Some(known) => reader.policy(known.policy.as_str()).await?,
        None => None,
    };
    let signed_at = reader.heads().await?.into_iter().filter(|row| row.note == note).map(|row| row.at_us).min();

    let mut proofs = Files::new();
    for entry in entries.iter().chain(&context) {
        let seq = entry.seq();
        let proof = prove(&reader, seq, &entry.leaf, &head, &note, &verifier).await?;
        proofs.insert(format!("data/proofs/{seq}.tlog-proof"), proof.to_string().into_bytes());
    }
    let mut attachments = BTreeMap::new();
    let mut lacking = Vec::new();
    for named in derive::attachments(&entries) {
        let path = blob_path(data, &named.sha256);
        match std::fs::read(&path) {
            Ok(bytes) if bag::sha256(&bytes) == named.sha256 => drop(attachments.insert(named.sha256, bytes)),
            Ok(_) => lacking.push(format!("“{}” of entry {}: its bytes were changed.", named.name, named.seq)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                lacking.push(format!("“{}” of entry {}: {} is not there.", named.name, named.seq, path.display()));
            }
            Err(source) => return Err(BundleError::Io { path, source }),
        }
    }
    let source = Source {
        case,
        entries: &entries,
        context: &context,
        head: &head,
        made_by: AGENT,
        policy: policy.as_deref(),
        attached: attachments.keys().map(String::as_str).collect(),
    };
    let mut files = derive::files(&source);
    files.extend(proofs);
    files.insert("data/checkpoint".to_owned(), note.into_bytes());
    files.insert("data/ledger.vkey".to_owned(), format!("{verifier}\n").into_bytes());
    files.extend(policy.as_ref().map(|policy| ("data/policy.toml".to_owned(), policy.clone().into_bytes())));
    let kept = attachments.len();
    files.extend(attachments.into_iter().map(|(hash, bytes)| (format!("data/attachments/{hash}"), bytes)));
    Ok(Gathered { files, head, signed_at, entries: entries.len(), attachments: kept, later, lacking })
}

fn of_row(row: EntryRead, subjects: &Subjects) -> Sealed {
    let facts = Kept { text: Some(row.facts.into_bytes()), salt: Some(row.facts_salt) };
    let words = Kept { text: row.words.map(String::into_bytes), salt: row.words_salt };
    Sealed::new(row.leaf.into_bytes(), facts, words, subjects)
}

/// The proof that an entry is under the head, already checked.
async fn prove(
    reader: &Reader,
    seq: u64,
    leaf: &[u8],
    head: &Checkpoint,
    note: &str,
    verifier: &crate::seal::Verifier,
) -> Result<Proof, BundleError> {
    let no_proof = |why: String| BundleError::NoProof { seq, why };
    // What can't be read is no evidence of this ledger's.
    Envelope::parse(leaf).map_err(|error| no_proof(error.to_string()))?;
    let plan = Plan::inclusion(seq, head.size).map_err(|error| no_proof(error.to_string()))?;
    let path = plan.build(&reader.hashes(&plan).await?).map_err(|error| no_proof(error.to_string()))?;
    let proof = Proof { extra: None, index: seq, path, checkpoint: note.to_owned() };
    proof.verify(leaf_hash(leaf), verifier).map_err(|error| no_proof(error.to_string()))?;
    Ok(proof)
}
