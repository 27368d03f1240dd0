//! The text file that shows one entry to be in the ledger (c2sp.org/tlog-proof): its index, the path to the root, and the
//! checkpoint that signs the root. With the log's public key it can be checked offline.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::checkpoint::parse_decimal;
use super::{Checkpoint, Hash, NoteError, PathError, Verifier, verify_inclusion};

/// The first line, which names the format and its version.
const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An inclusion proof with its checkpoint. Shown and parsed as the text file, which should be named `*.tlog-proof`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Anything that belongs to the proof in the application. Not authenticated: never trust it without another check.
    pub extra: Option<Vec<u8>>,
    /// The entry's sequence number.
    pub index: u64,
    /// From the leaf's sibling to the root's child, as [`super::Plan::inclusion`] builds it.
    pub path: Vec<Hash>,
    /// The signed note, verbatim.
    pub checkpoint: String,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProofError {
    /// Not in the format; holds what is wrong.
    #[error("it is not a tlog-proof: {0}")]
    Malformed(&'static str),
    /// The checkpoint in it cannot be trusted.
    #[error("the proof's checkpoint does not hold: {0}")]
    Checkpoint(#[from] NoteError),
    /// The path does not lead from the entry to the checkpoint's root.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl Proof {
    /// Checks that the log of this key sealed the leaf with this hash at the proof's index, and gives the checkpoint that
    /// says so.
    ///
    /// # Errors
    /// [`ProofError::Checkpoint`] and [`ProofError::Path`].
    pub fn verify(&self, leaf: Hash, verifier: &Verifier) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, verifier)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, checkpoint.root)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Proof, ProofError> {
        let wrong = ProofError::Malformed;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(wrong("no empty line separates the path from the checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(wrong("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = lines
            .next_if(|line| line.starts_with("extra "))
            .map(|line| STANDARD.decode(&line["extra ".len()..]).map_err(|_| wrong("its extra data is not base64")))
            .transpose()?;
        let index = lines
            .next()
            .and_then(|line| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or(wrong("it has no `index` line with a plain decimal number"))?;
        let path = lines
            .map(|line| Hash::from_base64(line).ok_or(wrong("a line of its path is not 32 bytes in base64")))
            .collect::<Result<_, _>>()?;
        Ok(Proof { extra, index, path, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::Shelf;
    use super::super::{Plan, Signer};
    use super::*;
    use proptest::prelude::*;

    fn signer() -> Signer {
        Signer::from_seed("example.com/log", &[1; 32]).unwrap()
    }

    fn proof(index: u64, size: u64) -> (Proof, Hash) {
        let shelf = Shelf::of(0..size);
        let plan = Plan::inclusion(index, size).unwrap();
        let path = plan.build(&plan.needs().iter().map(|run| shelf.fetch(run)).collect::<Vec<_>>()).unwrap();
        let checkpoint = Checkpoint::of(&signer(), size, shelf.frontier.root()).sign(&signer()).unwrap();
        (Proof { extra: None, index, path, checkpoint }, shelf.leaves[index as usize])
    }

    #[test]
    fn the_file_looks_as_the_standard_shows_it() {
        let (proof, leaf) = proof(1, 3);
        let proof = Proof { extra: Some(b"hi".to_vec()), ..proof };
        let [first, second] = [0, 1].map(|level| proof.path[level].to_base64());
        let expected =
            format!("c2sp.org/tlog-proof@v1\nextra aGk=\nindex 1\n{first}\n{second}\n\n{}", proof.checkpoint);
        assert_eq!(proof.to_string(), expected);
        assert_eq!(proof.verify(leaf, signer().verifier()).unwrap().size, 3);
        assert_eq!(proof.verify(Hash::ZERO, signer().verifier()), Err(ProofError::Path(PathError::Root)));
        let stranger = Signer::from_seed("example.com/log", &[2; 32]).unwrap();
        assert!(matches!(proof.verify(leaf, stranger.verifier()), Err(ProofError::Checkpoint(NoteError::Unsigned(_)))));
    }

    #[test]
    fn malformed_files_are_refused() {
        let good = proof(1, 3).0.to_string();
        let check = |other: String, expected: &str| {
            assert_ne!(other, good, "the case changes nothing");
            let error = other.parse::<Proof>().expect_err(&other);
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(good.replace("@v1", "@v2"), "first line");
        check(good.replace("index 1", "index 01"), "index");
        check(good.replace("index 1\n", ""), "index");
        check(good.replace("index 1", "extra !\nindex 1"), "extra data");
        check(good.replace("index 1", "index 1\nextra AAAA"), "path");
        check(good.replace("index 1\n", "index 1\nAAAA\n"), "path");
        check(good.replace("\n\n", "\n"), "empty line");
        assert!(good.replace("\nindex", "\nextra \nindex").parse::<Proof>().unwrap().extra == Some(Vec::new()));
    }

    proptest! {
        #[test]
        fn a_proof_reads_back_and_no_bit_of_it_can_be_flipped(
            size in 1..40u64, of in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0..8,
        ) {
            let (proof, leaf) = proof(of.index(size as usize) as u64, size);
            let text = proof.to_string();
            prop_assert_eq!(&text.parse::<Proof>().unwrap(), &proof);
            prop_assert!(proof.verify(leaf, signer().verifier()).is_ok());
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1u8 << bit;
            if let Some(Ok(other)) = String::from_utf8(bytes).ok().map(|text| text.parse::<Proof>()) {
                prop_assert!(other.verify(leaf, signer().verifier()).is_err(), "{}", other);
            }
        }
    }
}
