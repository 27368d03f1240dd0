//! The signed head: over how much of the ledger, where it is kept, and when the next one is due. That goes by the system's
//! clock: a room whose time stands still is sealed all the same.

use super::handle::{Shown, reference};
use super::{Desk, DeskError};
use crate::clock::Clock;
use crate::domain::kinds::Seal;
use crate::domain::{At, Label, Span};
use crate::ledger::Ledger;
use crate::ledger::folder::{Folder, FolderError};
use crate::seal::{Checkpoint, Signer};
use crate::store::{Commit, NoteRow, Writer};

/// After a head that could not be signed or kept.
const TRIED_AGAIN_AFTER: Span = Span::seconds(5);

pub(super) struct SignedHead {
    folder: Folder,
    signer: Signer,
    /// How often a head is signed while the ledger grows, and a tenth as often when it is idle.
    every: Span,
    /// The text of the last one, and its size.
    last: Option<(String, u64)>,
    /// When that was, by the system's clock.
    at: At,
    /// The last one stands in its file, but it isn't sure that the disk has it.
    is_unsure: bool,
    /// The last try failed: the database may lack a head that the file has.
    has_failed: bool,
    /// A head could neither be signed nor its state be known: no more are signed by this process.
    is_stopped: bool,
}

impl SignedHead {
    /// Takes up the head that was signed last, where the ledger in the database is the one that it was signed over.
    /// `was_signed`: the ledger itself says that there was one. `named`: the key that it says heads are signed with.
    pub(super) async fn open(
        folder: Folder,
        writer: &mut Writer,
        size: u64,
        every: Span,
        was_signed: bool,
        named: Option<&Label>,
    ) -> Result<SignedHead, DeskError> {
        let signer = folder.signer()?;
        let data = folder.path().display().to_string();
        // The ledger names another key than the one that lies here.
        let other = named.filter(|named| named.as_str() != signer.verifier().to_string());
        let other = other.map(|key| DeskError::OtherKey { key: key.clone(), data: data.clone() });
        let signed = match (folder.last_checkpoint(), other) {
            (Err(FolderError::Checkpoint { .. }), Some(other)) => return Err(other),
            (signed, other) => {
                let signed = signed?;
                if let Some((_, checkpoint)) = &signed {
                    check_against(writer, size, checkpoint, &data).await?;
                }
                other.map_or(Ok(signed), Err)?
            }
        };
        // Signing on without the last head could sign a second tree under one name.
        if signed.is_none() {
            let known = writer.last_checkpoint().await?;
            if was_signed || known.is_some_and(|note| note.lines().next() == Some(folder.origin())) {
                return Err(DeskError::HeadMissing { data });
            }
        }
        let last = signed.map(|(text, checkpoint)| (text, checkpoint.size));
        // The first is due at once: a bot that never runs for as long as it takes to the next would never sign.
        let at = Clock::system() - every;
        Ok(SignedHead { folder, signer, every, last, at, is_unsure: false, has_failed: false, is_stopped: false })
    }

    /// How many entries the last one covers.
    pub(super) fn covers(&self) -> Option<u64> {
        self.last.as_ref().map(|(_, size)| *size)
    }

    fn is_behind(&self, size: u64) -> bool {
        self.is_unsure || self.has_failed || size > self.covers().unwrap_or(0)
    }

    /// When the next one is due by the system's clock, of a ledger of this size. `None`: none is signed any more.
    pub(super) fn next(&self, size: u64) -> Option<At> {
        let every = match (self.has_failed, self.is_behind(size)) {
            (true, _) => self.every.min(TRIED_AGAIN_AFTER),
            (false, true) => self.every,
            (false, false) => Span(self.every.0 * 10),
        };
        (!self.is_stopped).then(|| self.at + every)
    }

    /// Whether one is to be signed: it is time, or it is `wanted` now.
    fn is_due(&mut self, size: u64, wanted: bool) -> bool {
        let now = Clock::system();
        // The clock may have gone back behind it; heads are signed on all the same.
        self.at = self.at.min(now);
        size > 0 && self.next(size).is_some_and(|next| wanted || now >= next)
    }

    /// First the entries are on the disk, then the head is signed, then the file is swapped, then the database has it too.
    /// Dying anywhere in between leaves a file that is a head of this very ledger.
    async fn sign(&mut self, ledger: &Ledger, writer: &mut Writer, now: At) -> Result<(), DeskError> {
        self.at = Clock::system();
        let size = ledger.size();
        let checkpoint = Checkpoint::of(&self.signer, size, ledger.frontier.root());
        let text = checkpoint.sign(&self.signer)?;
        let known = self.last.as_ref().map(|(text, _)| text.as_str());
        if known != Some(text.as_str()) || self.is_unsure {
            let swapped = self.folder.swap_checkpoint(known, &text);
            // Where only the last step failed, the new head stands there already: it is the one to go on from, and to be
            // written again, since it may not outlive a power cut.
            self.is_unsure = swapped.is_err() && self.folder.holds_checkpoint(&text);
            if swapped.is_ok() || self.is_unsure {
                self.last = Some((text.clone(), size));
            }
            self.is_stopped |= matches!(swapped, Err(FolderError::CheckpointMoved(_)));
            swapped?;
        }
        let row = NoteRow { size: size as i64, at_us: now.0, note: text };
        Ok(writer.commit(Commit { checkpoints: vec![row], ..Commit::default() }).await?)
    }
}

/// Compares the database with the head that was signed over it.
async fn check_against(writer: &mut Writer, have: u64, signed: &Checkpoint, data: &str) -> Result<(), DeskError> {
    if signed.size > have {
        return Err(DeskError::Older { signed: signed.size, have, data: data.to_owned() });
    }
    if writer.frontier(signed.size).await?.root() != signed.root {
        return Err(DeskError::Disagrees { signed: signed.size, data: data.to_owned() });
    }
    Ok(())
}

impl Desk {
    /// Signs a head over everything that is committed, so that nothing of it can be altered unseen from now on.
    pub(super) async fn seal_evidence(&mut self) -> Seal {
        self.sign_if_due(true).await;
        let size = self.ledger.size();
        match self.head.covers() == Some(size) && !self.head.is_behind(size) {
            true => Seal::Signed { size, root: Label::from(self.ledger.frontier.root().to_string()) },
            false => {
                let unsigned = self.shown.borrow().unsigned.clone();
                Seal::Failed { reference: unsigned.unwrap_or_else(|| "the last error".to_owned()) }
            }
        }
    }

    /// Signs a head if the ledger grew and it is time, or if it is wanted now.
    pub(super) async fn sign_if_due(&mut self, wanted: bool) {
        if !self.head.is_due(self.ledger.size(), wanted) {
            return;
        }
        let now = self.clock.now();
        let signed = self.head.sign(&self.ledger, &mut self.writer, now).await;
        self.head.has_failed = signed.is_err();
        let unsigned = match signed {
            Ok(()) => None,
            Err(error) => {
                let reference = reference();
                tracing::error!(%reference, %error, "no head was signed");
                Some(reference)
            }
        };
        // Where the database lacks it, nobody is shown it yet.
        let covers = self.head.covers().filter(|_| unsigned.is_none());
        let differs = |shown: &mut Shown| {
            let covers = covers.or(shown.signed);
            let grown = std::mem::replace(&mut shown.signed, covers) != covers;
            std::mem::replace(&mut shown.unsigned, unsigned.clone()) != unsigned || grown
        };
        self.shown.send_if_modified(differs);
    }
}
