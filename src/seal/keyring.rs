//! The keys that one log signed its heads with, one after the other. A key hands over to the next by a head that both signed, over the
//! entry that names both: whoever trusts the old key finds the new one by it, and nobody else can have made it.

use thiserror::Error;

use super::path::left_siblings;
use super::{Checkpoint, Hash, NoteError, Proof, ProofError, Verifier};

/// One key handed over to another, as an entry of the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChange {
    /// The entry. Heads over fewer entries than it and those before it are the old key's.
    pub seq: u64,
    pub old: Verifier,
    pub new: Verifier,
}

/// Why nothing shows that the old key agreed to a change.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// The proof is of something else.
    #[error("it is about another entry, or over another head than that of the entry itself")]
    OfAnother,
    /// The head or the path doesn't hold for one of the two keys.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The head that both signed isn't the beginning of the head that the entry is proven under.
    #[error("what both keys signed is another history than the one that is here")]
    Forked,
}

impl KeyChange {
    /// Checks what shows that both keys agreed: a proof of the change's entry under the head that ends with it. `under` is the path by
    /// which the same entry was proven under a later head, and that head's size; both must be of one history.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn was_agreed(&self, leaf: Hash, agreed: &Proof, under: (u64, &[Hash])) -> Result<(), ChangeError> {
        let by_old = agreed.verify(leaf, &self.old)?;
        let by_new = agreed.verify(leaf, &self.new)?;
        if by_old != by_new || agreed.index != self.seq || by_old.size != self.seq + 1 {
            return Err(ChangeError::OfAnother);
        }
        // Of the last leaf every sibling is a left one, and those stay the same however the tree grows.
        let (size, path) = under;
        match left_siblings(self.seq, size, path) == agreed.path {
            true => Ok(()),
            false => Err(ChangeError::Forked),
        }
    }
}

/// The keys of one log.
#[derive(Debug, Clone)]
pub struct KeyRing {
    now: Verifier,
    /// Oldest first.
    changes: Vec<KeyChange>,
    /// Keys that signed once, of which the log itself may know nothing any more: a recovery may have lost the entry.
    retired: Vec<Verifier>,
}

impl KeyRing {
    pub fn of(now: Verifier, changes: Vec<KeyChange>, retired: Vec<Verifier>) -> KeyRing {
        KeyRing { now, changes, retired }
    }

    /// The key that signs heads now.
    pub fn now(&self) -> &Verifier {
        &self.now
    }

    pub fn changes(&self) -> &[KeyChange] {
        &self.changes
    }

    /// The key that signs heads over so many entries, under the log's name of now.
    pub fn at(&self, size: u64) -> Verifier {
        match self.changes.iter().find(|change| size <= change.seq) {
            Some(change) => change.old.under(self.now.name()),
            None => self.now.clone(),
        }
    }

    /// Opens a head of this log: by the key that signed heads of its size; or, `true`, one of a log that a recovery ended, which had an
    /// earlier name, by any of its keys.
    ///
    /// # Errors
    /// Every [`NoteError`].
    pub fn open(&self, note: &str) -> Result<(Checkpoint, bool), NoteError> {
        let head = Checkpoint::unverified(note)?;
        if head.origin == self.now.name() {
            return match Checkpoint::open(note, &self.at(head.size)) {
                Ok(head) => Ok((head, false)),
                Err(error) => Err(self.outlived(note, &head).unwrap_or(error)),
            };
        }
        let now = Checkpoint::open(note, &self.now);
        match is_earlier(&head.origin, self.now.name()) {
            true => self.open_by_any(note).map(|head| (head, true)),
            false => now.map(|head| (head, false)),
        }
    }

    /// Opens a head by whichever of the keys signed it.
    ///
    /// # Errors
    /// As the key of now says.
    pub fn open_by_any(&self, note: &str) -> Result<Checkpoint, NoteError> {
        let name = note.lines().next().unwrap_or_default();
        let old = self.changes.iter().rev().map(|change| &change.old).chain(&self.retired);
        let mut opened = old.filter_map(|key| Checkpoint::open(note, &key.under(name)).ok());
        Checkpoint::open(note, &self.now.under(name)).or_else(|error| opened.next().ok_or(error))
    }

    /// The head is signed by a key, and not by that of its time.
    fn outlived(&self, note: &str, head: &Checkpoint) -> Option<NoteError> {
        let change =
            self.changes.iter().rev().find(|change| {
                change.seq < head.size && Checkpoint::open(note, &change.old.under(&head.origin)).is_ok()
            })?;
        Some(NoteError::Outlived { key: change.old.to_string(), seq: change.seq })
    }
}

/// `stem` and `stem/r2` come before `stem/r3`.
fn is_earlier(name: &str, now: &str) -> bool {
    let generation = |name: &str| match name.rsplit_once("/r") {
        Some((stem, number)) if number.bytes().all(|b| b.is_ascii_digit()) => {
            (stem.to_owned(), number.parse().unwrap_or(1_u32))
        }
        _ => (name.to_owned(), 1),
    };
    let ((stem, earlier), (same, current)) = (generation(name), generation(now));
    stem == same && earlier < current
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Frontier, Signer, leaf_hash, signature_lines, with_lines};

    const NAME: &str = "countersign.local/ab";

    fn signer(name: &str, seed: u8) -> Signer {
        Signer::from_seed(name, &[seed; 32]).unwrap()
    }

    fn note(by: &Signer, size: u64) -> String {
        Checkpoint::of(by, size, Hash::ZERO).sign(by).unwrap()
    }

    fn change(seq: u64, old: u8, new: u8) -> KeyChange {
        KeyChange { seq, old: signer(NAME, old).verifier().clone(), new: signer(NAME, new).verifier().clone() }
    }

    #[test]
    fn heads_of_earlier_logs_open_with_the_same_key() {
        // Among these there are keys with a `+` in their base64.
        for seed in 0..40 {
            let ring = |name| KeyRing::of(signer(name, seed).verifier().clone(), Vec::new(), Vec::new());
            let now = ring("countersign.local/ab/r3");
            let check = |name| now.open(&note(&signer(name, seed), 3)).map(|(_, earlier)| earlier).ok();
            assert_eq!(check("countersign.local/ab/r3"), Some(false));
            assert_eq!(check("countersign.local/ab/r2"), Some(true));
            assert_eq!(check("countersign.local/ab"), Some(true));
            assert_eq!(check("countersign.local/ab/r4"), None, "a later log than the one there is");
            assert_eq!(check("countersign.local/cd/r2"), None, "another ledger");
            assert!(now.open(&note(&signer(NAME, 99), 3)).is_err(), "the same name under another key");
        }
    }

    #[test]
    fn each_head_is_opened_by_the_key_of_its_time_alone() {
        let ring = KeyRing::of(signer(NAME, 3).verifier().clone(), vec![change(5, 1, 2), change(9, 2, 3)], Vec::new());
        for (size, of_its_time) in [(1, 1), (5, 1), (6, 2), (9, 2), (10, 3), (40, 3)] {
            for seed in 1..=4 {
                let opened = ring.open(&note(&signer(NAME, seed), size));
                assert_eq!(opened.is_ok(), seed == of_its_time, "size {size} by key {seed}");
                let outlived = matches!(&opened, Err(NoteError::Outlived { .. }));
                assert_eq!(outlived, seed < of_its_time, "size {size} by key {seed}");
            }
            assert!(ring.open_by_any(&note(&signer(NAME, 1), size)).is_ok());
            assert!(ring.open_by_any(&note(&signer(NAME, 4), size)).is_err());
        }
        // Of a log that a recovery ended, by whichever key.
        let renamed = KeyRing::of(
            signer("countersign.local/ab/r2", 3).verifier().clone(),
            Vec::new(),
            vec![signer(NAME, 1).verifier().clone()],
        );
        assert!(matches!(renamed.open(&note(&signer(NAME, 1), 40)), Ok((_, true))));
        assert!(renamed.open(&note(&signer(NAME, 2), 40)).is_err());
        assert!(renamed.open(&note(&signer("countersign.local/ab/r2", 1), 40)).is_err(), "not under the name of now");
    }

    /// Trees of every size up to 40 that end with a change, seen from every larger one.
    #[test]
    fn a_change_counts_where_both_keys_signed_the_history_that_is_here() {
        let leaves: Vec<Hash> = (0..40_u8).map(|n| leaf_hash(&[n])).collect();
        let (old, new) = (signer(NAME, 1), signer(NAME, 2));
        for seq in 0..20_u64 {
            let upto = seq as usize + 1;
            let head = Checkpoint::of(&new, seq + 1, root(&leaves[..upto]));
            let (by_new, by_old) = (head.sign(&new).unwrap(), head.sign(&old).unwrap());
            let lines = by_old.split_once("\n\n").unwrap().1;
            let both = with_lines(&by_new, signature_lines(lines).unwrap());
            let change = change(seq, 1, 2);
            let agreed = |checkpoint: &str| Proof {
                extra: None,
                index: seq,
                path: inclusion(seq as usize, &leaves[..upto]),
                checkpoint: checkpoint.into(),
            };
            for size in upto..=40 {
                let under = inclusion(seq as usize, &leaves[..size]);
                let leaf = leaves[seq as usize];
                let check = |proof: &Proof, under: &[Hash]| change.was_agreed(leaf, proof, (size as u64, under));
                assert_eq!(check(&agreed(&both), &under), Ok(()), "{seq} of {size}");
                assert!(check(&agreed(&by_new), &under).is_err(), "the new key alone");
                assert!(check(&agreed(&by_old), &under).is_err(), "the old key alone");
                let mut other = leaves.clone();
                other[0] = leaf_hash(b"another history");
                if seq > 0 {
                    let forked = inclusion(seq as usize, &other[..size]);
                    assert_eq!(check(&agreed(&both), &forked), Err(ChangeError::Forked), "{seq} of {size}");
                }
            }
        }
    }

    fn root(leaves: &[Hash]) -> Hash {
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.append(*leaf, |_| {}));
        tree.root()
    }

    /// The audit path of RFC 6962 §2.1.1, as it is defined there.
    fn inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = leaves.len().next_power_of_two() / 2;
        let (left, right) = leaves.split_at(k);
        let (mut path, sibling) = match index < k {
            true => (inclusion(index, left), root(right)),
            false => (inclusion(index - k, right), root(left)),
        };
        path.push(sibling);
        path
    }
}
