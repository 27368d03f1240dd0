//! What a bundle is compared with beside itself, and what of its time was perhaps missed.

use std::cmp::Ordering;

use super::{Check, Frame};
use crate::evidence::audit::{Place, Stretch, open_given};
use crate::evidence::bundle::derive::{self, Sealed};
use crate::evidence::bundle::missed::{self, Missed};
use crate::evidence::bundle::{BundleError, layout};
use crate::seal::{Hash, KeyRing, Proof, Verifier, leaf_hash, root_up_to};

impl Check {
    /// Whether the bundle's head goes on from one that was kept. A bundle proves each of its entries, and not that one head follows
    /// another; but the proof of the last entry that the kept head covers says what its root was.
    pub(super) fn goes_on(&mut self, frame: &Frame, context: &[Sealed], kept: &str) -> Result<(), BundleError> {
        let (Some(head), Some(verifier)) = (&frame.head, &frame.verifier) else { return Ok(()) };
        let changes = derive::key_changes(context).into_iter().map(|changed| changed.heads).collect();
        let ring = KeyRing::of(verifier.clone(), changes, Vec::new());
        let (kept, earlier) = match open_given(kept, &ring, "bundle") {
            Ok(kept) => kept,
            Err(why) => {
                self.unsound(Place::Given, why);
                return Ok(());
            }
        };
        let (size, ours) = (kept.size, head.size);
        let root = match size.cmp(&ours) {
            _ if earlier => None,
            Ordering::Equal => Some(head.root),
            Ordering::Less => self.root_at(frame, verifier, size)?,
            Ordering::Greater => None,
        };
        let ask = "whoever has the ledger shows it with `countersign verify --data DIR --against FILE`";
        match root {
            Some(root) if root == kept.root => {
                let note = format!("The bundle's head goes on from the head given: its first {size} entries are those that it was signed over.");
                self.verdict.notes.push(note);
            }
            Some(root) => self.unsound(
                Place::Given,
                format!(
                    "Over its first {size} entries the bundle's log has the root {root}, and the head given was signed over {}: the log was shown in \
                     two versions.",
                    kept.root
                ),
            ),
            None if earlier => self.verdict.not_shown.push(format!(
                "The head given is of {}, which a recovery ended. Whether {} goes on from it, a bundle can't show: {ask}.",
                kept.origin, head.origin
            )),
            None if size > ours => self.verdict.not_shown.push(format!(
                "The head given covers {size} entries, and the bundle was made under one over {ours}: it is the older one of the two. That the log grew \
                 from one to the other, a bundle can't show: {ask}, with the bundle's data/checkpoint as FILE and with the head given."
            )),
            None => self.verdict.not_shown.push(format!(
                "That the bundle's head over {ours} entries goes on from the head given, over {size}, a bundle can't show, unless it has entry {}: {ask}.",
                size.saturating_sub(1)
            )),
        }
        Ok(())
    }

    /// The root over the first entries, if the proof of the last of them is here.
    fn root_at(&self, frame: &Frame, verifier: &Verifier, size: u64) -> Result<Option<Hash>, BundleError> {
        let Some(seq) = size.checked_sub(1) else { return Ok(None) };
        let mut places: Vec<String> = vec![layout::context(&frame.scope, seq)];
        places.extend(frame.cases.iter().map(|case| layout::entry(&frame.scope, *case, seq)));
        let proof = self.shelf.bytes(&layout::proof(&frame.scope, seq))?;
        let proof = proof.and_then(|text| String::from_utf8(text).ok()).and_then(|text| text.parse::<Proof>().ok());
        let Some(proof) = proof.filter(|proof| proof.index == seq) else { return Ok(None) };
        for place in places {
            let Some(leaf) = self.shelf.bytes(&format!("{place}.leaf"))? else { continue };
            let leaf = leaf_hash(&leaf);
            if let Ok(head) = proof.verify(leaf, verifier) {
                return Ok(Some(root_up_to(leaf, seq, head.size, &proof.path)));
            }
        }
        Ok(None)
    }

    /// When something may have happened that nobody recorded, as the entries of no case say.
    pub(super) fn missed(&mut self, context: &[Sealed]) {
        for entry in context {
            let stretch = |from, to, lane| Stretch { entry: entry.seq(), from, to, lane };
            for it in missed::of(entry) {
                let missed = &mut self.verdict.missed;
                match it {
                    Missed::Gap { lane, from, to, why: _ } => {
                        missed.gaps.add(stretch(from, to, Some(lane.to_string())))
                    }
                    Missed::Down { from, to } => missed.down.add(stretch(from, to, None)),
                    Missed::ClockWentBack { at, by } => missed.clock_back.add(stretch(at, at + by, None)),
                    // What was lost is a recovery, and the head says of which log it is.
                    Missed::Lost { .. } => {}
                }
            }
        }
    }
}
