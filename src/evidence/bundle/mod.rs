//! Evidence as a BagIt bag (RFC 8493) that an auditor checks without Countersign, of one case, or of all cases of a workflow or a
//! period: ledger entries to the byte, their facts, words and salts, proofs that they are in the ledger, the signed head, the policies
//! that were in force, and the same once more to read.
//!
//! ```text
//! VERIFY.md                      how to check it with ordinary tools, and what it doesn't hold
//! data/entries/12.leaf           what was sealed; 12.facts and 12.words: what it commits to
//! data/entries.jsonl             the same with salts, one entry a line
//! data/context/, context.jsonl   likewise, of no case: who is meant, which policies, who stood in for whom, what wasn't heard
//! data/proofs/12.tlog-proof      that entry 12 is in the ledger (c2sp.org/tlog-proof)
//! data/checkpoint, ledger.vkey   the signed head and the key; the key is to be had from elsewhere as well
//! data/keys/12.tlog-proof         that both keys agreed where entry 12 changed the key of the heads
//! data/policies/<sha256>.toml    the policies in force, unless they were erased; the entries name their hashes
//! data/case.json, transcript.md, .html; duties, decisions, clocks, messages, attachments and policies as .csv and .json
//! data/bundle.json, lacking      of what it is, and what it doesn't hold
//! data/attachments/<sha256>      files that came with messages
//! ```
//!
//! In a bundle of many cases each has its own in `data/cases/INC-12/`, and entries of no case and proofs lie in folders by the thousand.
//!
//! What came after the signed head is not in it. The same scope under the same head gives the same bytes, as a folder, a zip or a
//! tar.zst; an older head can be named. What is made from the entries can be made again from them, so [`verify`] does so and compares: a
//! transcript that was rewritten together with its hashes is noticed.
//!
//! Files are streamed: what is held at a time is one case's entries, and of the others their numbers.

mod bag;
mod check;
mod delegations;
mod derive;
mod draft;
mod export;
mod instructions;
mod lacking;
mod layout;
mod missed;
mod readings;
mod scope;
mod shelf;
mod sink;
mod table;
mod tables;
mod transcript;
pub(crate) mod unpack;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

pub use self::check::{Given, verify, verify_given, verify_signed};
pub use self::export::{Wanted, export, export_wanted, scope};
pub use self::scope::Scope;
use crate::blobs::BlobError;
use crate::domain::line::Named as _;
use crate::domain::text::moment_utc;
use crate::domain::{At, CaseId, every_case};
use crate::ledger::folder::{self, Folder, FolderError};
use crate::seal::{AllowedSigner, NoteError, SshError, SshKey, TimeStamp};
use crate::store::{self, StoreError};

/// Told of each file as it is written: its path and its length.
pub type Progress<'p> = &'p (dyn Fn(&str, u64) + Send + Sync);

/// Which bundles can be made again byte by byte: those of the same version.
const AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// Why there is no bundle, or why one can't be checked. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Blob(#[from] BlobError),
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
    #[error(
        "nothing of {scope} is under the last signed head, which covers {signed} entries. Write a case (INC-12), the id of a workflow, or a \
         period in which something happened (week, month, quarter, 2026-11, 2026-11-01..2026-11-30)."
    )]
    Nothing { scope: Box<Scope>, signed: u64 },
    #[error(
        "{scope} has {entries} entries, and a bundle takes {at_most}: each becomes four files. Export a shorter time, such as a month, or one \
         workflow of it with --workflow."
    )]
    TooMany { scope: Box<Scope>, entries: u64, at_most: u64 },
    #[error(
        "no head over {0} entries was signed. A bundle's bag-info.txt says which it was made under (Ledger-Head-Size); without --head it is the \
         last one."
    )]
    NoSuchHead(u64),
    #[error("{0}")]
    Scope(String),
    #[error("{0} isn't empty. Name a folder that doesn't exist yet.")]
    NotEmpty(PathBuf),
    #[error("{0} exists already. Name a file that doesn't exist yet.")]
    Exists(PathBuf),
    #[error("{0} has no name of its own. Name a folder, or a file that ends in .zip or .tar.zst.")]
    NoName(PathBuf),
    #[error("another export is writing {0}. Wait for its end, or name another place.")]
    BeingWritten(PathBuf),
    #[error(
        "{0} is not a bundle: neither a folder with a bagit.txt in it, nor a zip or tar.zst of one. Name what `countersign export` wrote; a \
         statement of `countersign attest --cose` must have a name that ends in .cose."
    )]
    NotABundle(PathBuf),
    #[error(
        "{path} was not looked into: {what}. No bundle is made like that. Ask whoever sent it for another; if you have to look into this one, \
         unpack it yourself where it can do no harm, and give `countersign verify` the folder."
    )]
    Strange { path: PathBuf, what: String },
    #[error(
        "{0} was not looked into: far more would come out of it than it is large. If you trust it, unpack it yourself where there is room, and \
         give `countersign verify` the folder."
    )]
    TooLarge(PathBuf),
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
    pub scope: Scope,
    pub out: PathBuf,
    pub cases: usize,
    pub entries: usize,
    pub files: usize,
    /// Entries of these cases that came after the signed head.
    pub later: usize,
    /// How many entries the head covers.
    pub head: u64,
    /// It has words that are withheld from everybody else.
    pub withheld: bool,
    /// That head was asked for.
    pub older: bool,
    /// What isn't in it, and why.
    pub lacking: Vec<String>,
    /// SHA-256 of its `tagmanifest-sha256.txt`, in hexadecimal: the same in every form.
    pub manifest: String,
    pub stamp: Option<TimeStamp>,
}

impl fmt::Display for Exported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exported { scope, out, cases, entries, files, later, head, withheld, older, lacking, manifest: _, stamp } =
            self;
        let cases = match (scope, cases) {
            (Scope::Case(_), _) => String::new(),
            (_, 1) => "1 case, ".to_owned(),
            (_, n) => format!("{n} cases, "),
        };
        write!(
            f,
            "{scope}: {cases}{entries} entries and {files} attachments in {}.\nCheck it with `countersign verify {}`, or as VERIFY.md in it says.",
            out.display(),
            out.display()
        )?;
        if *later > 0 {
            let are = if *later == 1 { "entry is" } else { "entries are" };
            match older {
                true => write!(
                    f,
                    "\n{later} later {are} not in it: the head that was asked for covers {head} entries of the ledger."
                )?,
                false => write!(
                    f,
                    "\n{later} later {are} not in it: no signed head covers them yet. Export again after the next one."
                )?,
            }
        }
        if let Some(stamp) = stamp {
            write!(f, "\n{}.", in_words(stamp))?;
        }
        const LISTED: usize = 20;
        if *withheld {
            write!(
                f,
                "\nIt has the words that are withheld from everybody else, where there are any: give it to nobody but those whom a hold is for."
            )?;
        }
        lacking.iter().take(LISTED).try_for_each(|lacking| write!(f, "\nNot in it: {lacking}"))?;
        match lacking.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "\nNot in it: … and {more} lines more, in data/lacking.csv."),
        }
    }
}

/// What a stamp says, without the stop at the end.
fn in_words(stamp: &TimeStamp) -> String {
    let moment = |seconds: i64| moment_utc(At(seconds.saturating_mul(1_000_000)));
    let ends = stamp.certificate_ends_s.map(|ends| {
        format!(
            "; its certificate ends on {}: have the bundle stamped again, or exported again, before then",
            moment(ends)
        )
    });
    let ends = ends.unwrap_or_default();
    format!("It was time-stamped at {} by an authority, under its policy {}{ends}", moment(stamp.at_s), stamp.policy)
}

/// What a bundle's signature is for, so that no other signature by the same key is taken for one.
pub const NAMESPACE: &str = "evidence-bundle";

/// What whoever checks bundles is given, by another way than the bundles.
///
/// # Errors
/// [`BundleError::Folder`], and those of the database.
pub async fn keys(data: &Path) -> Result<Keys, BundleError> {
    let (verifier, signer) = (folder::verifier(data)?, folder::bundle_signer(data)?);
    let database = data.join(Folder::DATABASE);
    let entries = store::undisturbed(&database, || async {
        let reader = store::open_to_read(&database).await?;
        let entries = reader.key_changes().await;
        reader.close().await;
        entries
    });
    let (mut retired, mut signers, mut since) = (Vec::new(), Vec::new(), None);
    let allowed = |key, valid_after, valid_before| AllowedSigner {
        principal: verifier.name().to_owned(),
        key,
        valid_after,
        valid_before,
    };
    for (at, changed) in super::keys::changes(entries.await?) {
        retired.push((changed.heads.old.to_string(), at));
        if let Some(old) = SshKey::of_line(&changed.bundles.0) {
            signers.push(allowed(old, since.take(), Some(check::stamp(at))));
        }
        since = Some(check::stamp(at));
    }
    signers.push(allowed(signer.key(), since, None));
    let lines: Vec<String> = signers.iter().map(|signer| signer.line(NAMESPACE)).collect();
    Ok(Keys { ledger: verifier.to_string(), retired, allowed_signers: lines.join("\n") })
}

/// The public keys of a data folder. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Of the heads, as c2sp.org/signed-note writes it: for `verify --key`.
    pub ledger: String,
    /// Those that signed heads before, oldest first, each with the moment until which it did.
    pub retired: Vec<(String, At)>,
    /// Of the bundles, as lines of OpenSSH's `allowed_signers`; those of earlier keys first, each with its time.
    pub allowed_signers: String,
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Keys { ledger, retired, allowed_signers } = self;
        write!(f, "Heads are signed by this key, for `verify --key`:\n\n{ledger}\n\n")?;
        for (key, until) in retired {
            write!(f, "Until {} they were signed by this one:\n\n{key}\n\n", moment_utc(*until))?;
        }
        let these = match retired.is_empty() {
            true => "this one, a line",
            false => "these, each in its time, as lines",
        };
        write!(
            f,
            "Bundles are signed by {these} for `verify --signers` and for OpenSSH's allowed_signers:\n\n{allowed_signers}\n\n\
             Give all of them to whoever checks your evidence, by another way than the evidence."
        )
    }
}
