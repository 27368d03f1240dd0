//! Whether the key of the heads was changed as the bundle says, and whether the key that was given is one of this ledger.

use super::{Check, Frame};
use crate::evidence::bundle::derive::{self, Sealed};
use crate::evidence::bundle::{BundleError, layout};
use crate::seal::{KeyChange, Proof, Verifier, leaf_hash};

impl Check {
    /// Each change of keys was signed for by both; the key that was given is the bundle's, or was handed on to it.
    pub(super) fn handed_on(&mut self, frame: &Frame, context: &[Sealed]) -> Result<(), BundleError> {
        let mut agreed = Vec::new();
        for change in derive::key_changes(context).into_iter().map(|changed| changed.heads) {
            let path = layout::agreed(change.seq);
            let entry = context.iter().find(|entry| entry.seq() == change.seq);
            let (Some(text), Some(entry)) = (self.text(&path)?, entry) else { continue };
            // How the entry is proven under the bundle's own head was looked at before.
            let proven = self.shelf.bytes(&layout::proof(&frame.scope, change.seq))?;
            let proven = proven.and_then(|text| String::from_utf8(text).ok()?.parse::<Proof>().ok());
            let (Some(proven), Some(head)) = (proven, &frame.head) else { continue };
            let agrees = text.parse::<Proof>().map_err(Into::into).and_then(|proof| {
                change.was_agreed(leaf_hash(&entry.leaf), &proof, (head.size, proven.path.as_slice()))
            });
            match agrees {
                Ok(()) => agreed.push(change),
                Err(error) => self.unsound(
                    &path,
                    format!(
                        "{path} doesn't show that both keys agreed to the change in entry {}: {error}.",
                        change.seq
                    ),
                ),
            }
        }
        self.given(frame, &agreed);
        Ok(())
    }

    /// What the key that was given is to this bundle.
    fn given(&mut self, frame: &Frame, agreed: &[KeyChange]) {
        let (Some(pinned), Some(used)) = (&frame.pinned, &frame.verifier) else { return };
        let own = self.shelf.bytes("data/ledger.vkey").ok().flatten();
        let own = own.and_then(|own| String::from_utf8(own).ok()?.trim().parse::<Verifier>().ok());
        if own.as_ref().is_none_or(|own| own == pinned) {
            return;
        }
        let mut now = pinned;
        let mut last = None;
        for change in agreed {
            if change.old == *now {
                (now, last) = (&change.new, Some(change.seq));
            }
        }
        let unsigned = if used == pinned { "" } else { ", which did not sign data/checkpoint" };
        match last {
            Some(seq) if own.as_ref() == Some(now) => self.verdict.notes.push(format!(
                "The key given, {pinned}, signed heads until entry {seq}; both keys signed for the change, and the bundle was checked with the key of \
                 now, {now}."
            )),
            _ if pinned.name() == used.name() => self.unsound("data/ledger.vkey", format!(
                "data/ledger.vkey is another key than the one given, {pinned}{unsigned}. If the key of this ledger was changed, the bundle may be from before \
                 that, and then nothing in it can show it: check it with the key of its time, which `countersign keys --data` lists, got from \
                 elsewhere than the bundle; or ask for a bundle that was exported since."
            )),
            _ => self.unsound("data/ledger.vkey", format!("data/ledger.vkey is another key than the one given, {pinned}{unsigned}.")),
        }
    }
}
