//! `countersign keys rotate`: other keys for heads and bundles, while no bot works on the folder.
//!
//! In this order: new keys are drawn and lie beside the old ones; an entry of the ledger names the old and the new one, and from then on
//! the change counts; the head over that entry is signed by both, in the file and in the database; the new keys take the old ones'
//! places, which are destroyed. A process that dies before the entry is on the disk has changed nothing, and the next start throws the
//! new keys away; after that the next start does the rest.

use std::fmt;
use std::path::Path;

use super::rebuild::{self, RecoverError};
use crate::domain::bot::keys::Event;
use crate::domain::{At, BotEvent, Label};
use crate::ledger::folder::{self, Folder, FolderError};
use crate::ledger::record::{BotRuled, Record};
use crate::ledger::{self, Subjects};
use crate::seal::{Checkpoint, KeyChange, NoteError, Signer, signature_lines, with_lines};
use crate::store::{self, Commit, EntryRead, NoteRow, Reader, StoreError, Writer};

/// Why keys weren't changed, or a change couldn't be ended. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the change could not be recorded: {0}")]
    Append(#[from] RecoverError),
    #[error("the head could not be signed: {0}")]
    Sign(#[from] NoteError),
    #[error("no head was signed here yet, so there is no key to change. Start the bot on {data} once.")]
    NeverSigned { data: String },
    #[error(
        "the database isn't the one that the last head was signed over, so no key hands it on. Run `countersign verify --data {data}` to see what \
         is wrong; restore a newer backup, or run `countersign recover --data {data}`."
    )]
    NotAsSigned { data: String },
}

/// What was done. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The entry that names both keys.
    pub entry: u64,
    pub old: String,
    pub new: String,
    /// The change had broken off before.
    pub was_begun: bool,
}

impl fmt::Display for Rotated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rotated { entry, old, new, was_begun } = self;
        let begun = if *was_begun { "A change of keys that had broken off is done now.\n" } else { "" };
        write!(
            f,
            "{begun}Heads are signed by another key from now on; entry {entry} of the ledger records it, and the head over that entry is signed by \
             both keys:\n\n  before  {old}\n  now     {new}\n\nBundles are signed by another key too. The old private keys are destroyed; delete \
             them from your backups of keys/. Give the new public keys (`countersign keys`) to your auditors, and the one of the heads to those who \
             cosign them: it replaces `vkey` under [witness.logs] there, the ledger's name stays. A bundle that is exported from now on shows \
             the change to whoever has the old key only."
        )
    }
}

/// What was found at the begin of something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// No change was under way.
    Nothing,
    /// One had broken off before it counted; the keys are the old ones.
    Undone,
    Done(Rotated),
}

/// Changes the keys. Where a change had broken off, that one is ended instead.
///
/// # Errors
/// [`RotateError`].
pub async fn rotate(data: &Path) -> Result<Rotated, RotateError> {
    let mut folder = Folder::open(data, false)?;
    if let Settled::Done(rotated) = settle(&mut folder).await? {
        return Ok(rotated);
    }
    let (mut writer, reader) = store::open(&folder.database(), false).await?;
    let outcome = change(&mut folder, &mut writer, &reader).await;
    reader.close().await;
    writer.close().await?;
    outcome
}

async fn change(folder: &mut Folder, writer: &mut Writer, reader: &Reader) -> Result<Rotated, RotateError> {
    if folder.last_checkpoint()?.is_none() {
        return Err(RotateError::NeverSigned { data: folder.path().display().to_string() });
    }
    require_as_signed(folder, writer).await?;
    let (old, bundles_old) = (folder.signer()?, folder::bundle_signer(folder.path())?);
    let next = folder.draw_next_keys()?;
    let rotated = Event::Rotated {
        old: Label::from(old.verifier().to_string()),
        new: Label::from(next.heads.verifier().to_string()),
        bundles_old: Label::from(bundles_old.key().line()),
        bundles_new: Label::from(next.bundles.key().line()),
    };
    let record = Record::Bot(BotRuled { events: vec![rotated.into()], ..BotRuled::default() });
    // Where this fails, whether it counts is seen at the next start.
    rebuild::append(writer, reader, &record).await?;
    end(folder, writer, false).await
}

/// Ends a change of keys that broke off, or undoes it: before anything else is done with the folder.
///
/// # Errors
/// [`RotateError`].
pub async fn settle(folder: &mut Folder) -> Result<Settled, RotateError> {
    if !folder.keys_are_changing() {
        return Ok(Settled::Nothing);
    }
    let (mut writer, reader) = store::open(&folder.database(), false).await?;
    let outcome = settled(folder, &mut writer).await;
    reader.close().await;
    writer.close().await?;
    outcome
}

async fn settled(folder: &mut Folder, writer: &mut Writer) -> Result<Settled, RotateError> {
    let next = folder.next_signer()?.verifier().to_string();
    let named = writer.bot().await?.and_then(|bot| bot.keys.named);
    match named.is_some_and(|named| named.as_str() == next) {
        true => end(folder, writer, true).await.map(Settled::Done),
        false => {
            folder.drop_next_keys()?;
            Ok(Settled::Undone)
        }
    }
}

/// As [`settle`], for a folder whose database may have lost what was signed: then the old keys go on, and the recovery says the rest.
///
/// # Errors
/// [`RotateError`].
pub async fn settle_to_recover(data: &Path) -> Result<Settled, RotateError> {
    let mut folder = Folder::open(data, false)?;
    match settle(&mut folder).await {
        Err(RotateError::NotAsSigned { .. }) => {
            folder.drop_next_keys()?;
            Ok(Settled::Undone)
        }
        settled => settled,
    }
}

/// The head over the change's entry, by both keys; then the new ones take the old ones' places.
async fn end(folder: &mut Folder, writer: &mut Writer, was_begun: bool) -> Result<Rotated, RotateError> {
    require_as_signed(folder, writer).await?;
    let head = writer.head().await?;
    let (size, root) = (head.frontier.size(), head.frontier.root());
    let (old, new) = (folder.own_signer()?, folder.next_signer()?);
    let note = signed_by_both(&Checkpoint::of(&new, size, root), &new, &old)?;
    let known = folder.last_checkpoint()?.map(|(text, _)| text);
    if known.as_ref() != Some(&note) {
        folder.swap_checkpoint(known.as_deref(), &note)?;
    }
    let row = NoteRow { size: size as i64, at_us: head.last_at.0, note };
    writer.commit(Commit { checkpoints: vec![row], ..Commit::default() }).await?;
    folder.take_next_keys()?;
    Ok(Rotated {
        entry: size.saturating_sub(1),
        old: old.verifier().to_string(),
        new: new.verifier().to_string(),
        was_begun,
    })
}

/// The new key's line first: it is that of the log's present key.
fn signed_by_both(head: &Checkpoint, new: &Signer, old: &Signer) -> Result<String, NoteError> {
    let (by_new, by_old) = (head.sign(new)?, head.sign(old)?);
    let lines = by_old.rsplit_once("\n\n").and_then(|(_, lines)| signature_lines(lines));
    Ok(with_lines(&by_new, lines.unwrap_or_default()))
}

/// Only a database that holds what was signed last is handed on.
async fn require_as_signed(folder: &Folder, writer: &mut Writer) -> Result<(), RotateError> {
    let Some((_, signed)) = folder.last_checkpoint()? else { return Ok(()) };
    let have = writer.head().await?.frontier.size();
    let is_there = signed.size <= have && writer.frontier(signed.size).await?.root() == signed.root;
    let data = || folder.path().display().to_string();
    if is_there { Ok(()) } else { Err(RotateError::NotAsSigned { data: data() }) }
}

/// The change of keys that an entry records.
pub(super) fn change_in(seq: u64, record: &Record) -> Option<Changed> {
    let Record::Bot(BotRuled { events, .. }) = record else { return None };
    events.iter().find_map(|event| {
        let BotEvent::Key(Event::Rotated { old, new, bundles_old, bundles_new }) = event else { return None };
        let heads = KeyChange { seq, old: old.as_str().parse().ok()?, new: new.as_str().parse().ok()? };
        let bundles = (bundles_old.to_string(), bundles_new.to_string());
        Some(Changed { heads, bundles })
    })
}

/// A change of keys.
pub(super) struct Changed {
    pub heads: KeyChange,
    /// The keys that signed bundles before and after, as OpenSSH writes them.
    pub bundles: (String, String),
}

/// All changes of keys that these entries record, each with its moment.
pub(super) fn changes(entries: Vec<EntryRead>) -> Vec<(At, Changed)> {
    let read = |entry: EntryRead| {
        let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &Subjects::default()).ok()?;
        Some((At(entry.at_us), change_in(entry.seq.unsigned_abs(), &record)?))
    };
    entries.into_iter().filter_map(read).collect()
}
