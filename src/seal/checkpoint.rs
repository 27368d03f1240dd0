//! The signed head of the ledger (c2sp.org/tlog-checkpoint): how many entries there are, and the root over them.

use std::fmt;

use super::{Hash, NoteError, Signer, Verifier, note};

/// A tree head. Shown as the text that is signed: origin, size, root and extensions, one a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's own name, the same as its key's.
    pub origin: String,
    /// How many entries the root covers.
    pub size: u64,
    /// The Merkle tree hash over them (RFC 6962 §2.1).
    pub root: Hash,
    /// Further lines, opaque. The standard advises against writing any; those that somebody wrote are kept.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// The head of the log that this key speaks for.
    pub fn of(signer: &Signer, size: u64, root: Hash) -> Checkpoint {
        Checkpoint { origin: signer.verifier().name().to_owned(), size, root, extensions: Vec::new() }
    }

    /// The checkpoint as a signed note. Never sign two that disagree: that is the caller's to ensure, before he calls.
    ///
    /// # Errors
    /// [`NoteError::OtherLog`] if the origin is not the key's name; [`NoteError::Malformed`] or
    /// [`NoteError::NotACheckpoint`] if an extension is empty or has a control character in it.
    pub fn sign(&self, signer: &Signer) -> Result<String, NoteError> {
        self.require_origin(signer.verifier())?;
        let text = self.to_string();
        if Checkpoint::parse(&text)? != *self {
            return Err(NoteError::NotACheckpoint("an extension is more than one line"));
        }
        signer.sign(&text)
    }

    /// The checkpoint in a note, if the key signed it and it is of the key's own log.
    ///
    /// # Errors
    /// Every [`NoteError`].
    pub fn open(note: &str, verifier: &Verifier) -> Result<Checkpoint, NoteError> {
        let checkpoint = Checkpoint::parse(verifier.open(note)?)?;
        checkpoint.require_origin(verifier)?;
        Ok(checkpoint)
    }

    /// What a note says, whoever signed it: to show it. It proves nothing: see [`Checkpoint::open`].
    ///
    /// # Errors
    /// Every [`NoteError`] but those about signatures that are there.
    pub fn unverified(note: &str) -> Result<Checkpoint, NoteError> {
        Checkpoint::parse(note::unverified(note)?)
    }

    /// Reads the text of a checkpoint. It proves nothing without its signature: see [`Checkpoint::open`].
    ///
    /// # Errors
    /// [`NoteError::NotACheckpoint`].
    pub fn parse(text: &str) -> Result<Checkpoint, NoteError> {
        let wrong = NoteError::NotACheckpoint;
        let body = text.strip_suffix('\n').ok_or(wrong("the text does not end in a newline"))?;
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(wrong("it has fewer than three lines"));
        };
        if origin.is_empty() {
            return Err(wrong("its origin is empty"));
        }
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(wrong("an extension line is empty"));
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size: parse_decimal(size).ok_or(wrong("its size is not a plain decimal number"))?,
            root: Hash::from_base64(root).ok_or(wrong("its root is not 32 bytes in base64"))?,
            extensions,
        })
    }

    fn require_origin(&self, verifier: &Verifier) -> Result<(), NoteError> {
        if self.origin == verifier.name() {
            return Ok(());
        }
        Err(NoteError::OtherLog { origin: self.origin.clone(), name: verifier.name().to_owned() })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// ASCII decimal as checkpoints and proofs write it: no sign, no leading zero unless it is `0`.
pub(super) fn parse_decimal(digits: &str) -> Option<u64> {
    let plain = digits == "0" || (!digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit()));
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signer() -> Signer {
        Signer::from_seed("example.com/log", &[1; 32]).unwrap()
    }

    /// A head of the Go checksum database, as it was served: signed by a real log, under an origin that is not its name.
    #[test]
    fn a_checkpoint_of_a_real_log_opens() {
        let key: Verifier = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8".parse().unwrap();
        let note = "go.sum database tree\n63512409\nF7eHRPqN/cqPtqti14NKdGGaI1Giw8coWP3KxihFZbg=\n\n\
                    — sum.golang.org Az3gri1OBHKT87Xj8UXU8zjoHGy/X+7Nl94f8TZkELVaasolmGApUsWqwVG9vE6hgqYb/ph/w2vdkLIVRH7bMB/FPQ4=\n";
        let checkpoint = Checkpoint::parse(key.open(note).unwrap()).unwrap();
        assert_eq!((&checkpoint.origin[..], checkpoint.size), ("go.sum database tree", 63_512_409));
        assert_eq!(
            Checkpoint::open(note, &key),
            Err(NoteError::OtherLog { origin: "go.sum database tree".into(), name: "sum.golang.org".into() })
        );
    }

    #[test]
    fn the_text_is_three_lines() {
        let checkpoint = Checkpoint::of(&signer(), 0, Hash::ZERO);
        assert_eq!(checkpoint.to_string(), "example.com/log\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    }

    #[test]
    fn bodies_that_are_no_checkpoint_are_refused() {
        let root = Hash::ZERO.to_base64();
        let check = |text: &str, expected: &str| {
            let error = Checkpoint::open(&signer().sign(text).unwrap(), signer().verifier()).expect_err(text);
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(&format!("example.com/log\n{root}\n"), "fewer than three");
        check(&format!("\n5\n{root}\n"), "origin is empty");
        for size in ["05", "+5", "-5", "5.0", "", " 5", "18446744073709551616"] {
            check(&format!("example.com/log\n{size}\n{root}\n"), "plain decimal");
        }
        check("example.com/log\n5\nAAAA\n", "root is not 32 bytes");
        check(&format!("example.com/log\n5\n{root}\n\nmore\n"), "extension line is empty");
        check(&format!("example.com/other\n5\n{root}\n"), "the log `example.com/other`");
    }

    #[test]
    fn what_would_not_read_back_is_not_signed() {
        let check = |change: fn(&mut Checkpoint)| {
            let mut checkpoint = Checkpoint::of(&signer(), 5, Hash::ZERO);
            change(&mut checkpoint);
            assert!(checkpoint.sign(&signer()).is_err(), "{checkpoint:?}");
        };
        check(|checkpoint| checkpoint.origin = "example.com/other".into());
        check(|checkpoint| checkpoint.extensions = vec!["".into()]);
        check(|checkpoint| checkpoint.extensions = vec!["two\nlines".into()]);
        check(|checkpoint| checkpoint.extensions = vec!["a\ttab".into()]);
    }

    proptest! {
        #[test]
        fn a_signed_checkpoint_opens_as_it_was(
            size in any::<u64>(), root in any::<[u8; 32]>(), extensions in prop::collection::vec("\\PC{1,20}", 0..3),
        ) {
            let checkpoint = Checkpoint { extensions, ..Checkpoint::of(&signer(), size, Hash(root)) };
            let note = checkpoint.sign(&signer()).unwrap();
            prop_assert_eq!(Checkpoint::open(&note, signer().verifier()), Ok(checkpoint));
        }
    }
}
