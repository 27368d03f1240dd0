//! What a log asks of a witness and what that one makes of it (c2sp.org/tlog-witness v1.0.0, `add-checkpoint`).
//!
//! The rules alone: who keeps what was cosigned last compares and stores in one go, and has it on the disk before it answers.

use std::fmt;

use super::checkpoint::parse_decimal;
use super::{Checkpoint, Hash, NoteError, Verifier, verify_consistency};

/// A proof has no more hashes than a tree of 2⁶³ leaves is high.
const PROOF_MAX: usize = 63;
/// Larger bodies aren't read, in bytes.
pub const BODY_MAX: usize = 16 * 1024;

/// The body of a call. Shown and read as the text that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// How many entries the head covers that the witness is believed to have cosigned last.
    pub old: u64,
    /// From that head to the new one (RFC 6962 §2.1.2).
    pub proof: Vec<Hash>,
    /// The signed note, verbatim.
    pub checkpoint: String,
}

/// Why a witness doesn't cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCosigned {
    /// It can't be read.
    #[error("the request can't be read: {0}")]
    Malformed(&'static str),
    #[error("no log of this name is known here")]
    UnknownLog,
    #[error("{0}")]
    NotSigned(NoteError),
    #[error("the old size is larger than the checkpoint's")]
    OldIsLarger,
    /// It cosigned another size last. The answer is that size alone.
    #[error("{0}")]
    OtherSize(u64),
    /// It cosigned another tree of this very size: two histories.
    #[error("another root was cosigned for this size")]
    OtherRoot,
    #[error("the proof doesn't lead from what was cosigned last to this checkpoint")]
    NoProof,
    #[error("a checkpoint of size 0 has the root of the empty tree")]
    NotEmpty,
}

impl NotCosigned {
    /// The status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            NotCosigned::Malformed(_) | NotCosigned::OldIsLarger => 400,
            NotCosigned::NotSigned(_) => 403,
            NotCosigned::UnknownLog => 404,
            NotCosigned::OtherSize(_) | NotCosigned::OtherRoot => 409,
            NotCosigned::NoProof | NotCosigned::NotEmpty => 422,
        }
    }

    /// The body of the answer.
    pub fn body(&self) -> String {
        format!("{self}\n")
    }

    /// Its type: that of a size is what tells a client how to go on.
    pub fn content_type(&self) -> &'static str {
        match self {
            NotCosigned::OtherSize(_) => SIZE_TYPE,
            NotCosigned::Malformed(_)
            | NotCosigned::UnknownLog
            | NotCosigned::NotSigned(_)
            | NotCosigned::OldIsLarger
            | NotCosigned::OtherRoot
            | NotCosigned::NoProof
            | NotCosigned::NotEmpty => "text/plain; charset=utf-8",
        }
    }
}

/// The type of an answer that is the size which was cosigned last.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// The size in such an answer.
pub fn size_in(body: &str) -> Option<u64> {
    body.strip_suffix('\n').and_then(parse_decimal)
}

impl AddCheckpoint {
    /// Reads a body.
    ///
    /// # Errors
    /// [`NotCosigned::Malformed`].
    pub fn read(body: &[u8]) -> Result<AddCheckpoint, NotCosigned> {
        let wrong = NotCosigned::Malformed;
        if body.len() > BODY_MAX {
            return Err(wrong("it is larger than 16 KiB"));
        }
        let text = std::str::from_utf8(body).map_err(|_| wrong("it is not UTF-8"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(wrong("no empty line separates the proof from the checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| line.strip_prefix("old "))
            .and_then(parse_decimal)
            .ok_or(wrong("its first line is not `old` and a plain decimal number"))?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == PROOF_MAX {
                return Err(wrong("its proof has more than 63 lines"));
            }
            proof.push(Hash::from_base64(line).ok_or(wrong("a line of its proof is not 32 bytes in base64"))?);
        }
        Ok(AddCheckpoint { old, proof, checkpoint: checkpoint.to_owned() })
    }

    /// The log that it says it is of; nothing is proven by it.
    ///
    /// # Errors
    /// [`NotCosigned::Malformed`].
    pub fn origin(&self) -> Result<String, NotCosigned> {
        let read = Checkpoint::unverified(&self.checkpoint);
        Ok(read.map_err(|_| NotCosigned::Malformed("what follows the empty line is no checkpoint"))?.origin)
    }

    /// Whether the head is to be cosigned, by whom the log is known by `log` and who cosigned `last` before. In the order of the
    /// standard, which settles what is answered where several things are wrong.
    ///
    /// # Errors
    /// [`NotCosigned`].
    pub fn judge(&self, log: &Verifier, last: Option<(u64, Hash)>) -> Result<Checkpoint, NotCosigned> {
        let new = Checkpoint::open(&self.checkpoint, log).map_err(NotCosigned::NotSigned)?;
        if self.old > new.size {
            return Err(NotCosigned::OldIsLarger);
        }
        let empty = super::Frontier::default().root();
        if new.size == 0 && new.root != empty {
            return Err(NotCosigned::NotEmpty);
        }
        let (size, root) = last.unwrap_or((0, empty));
        if self.old != size {
            return Err(NotCosigned::OtherSize(size));
        }
        if size == new.size && root != new.root {
            return Err(NotCosigned::OtherRoot);
        }
        verify_consistency(size, new.size, &self.proof, root, new.root).map_err(|_| NotCosigned::NoProof)?;
        Ok(new)
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::tests::Shelf;
    use super::super::{Frontier, Plan, Signer};
    use super::*;
    use proptest::prelude::*;

    fn log() -> Signer {
        Signer::from_seed("example.com/log", &[1; 32]).unwrap()
    }

    fn root(size: u64) -> Hash {
        Shelf::of(0..size).frontier.root()
    }

    fn ask(old: u64, new: u64) -> AddCheckpoint {
        let shelf = Shelf::of(0..new);
        let plan = Plan::consistency(old, new).unwrap();
        let proof = plan.build(&plan.needs().iter().map(|run| shelf.fetch(run)).collect::<Vec<_>>()).unwrap();
        let checkpoint = Checkpoint::of(&log(), new, shelf.frontier.root()).sign(&log()).unwrap();
        AddCheckpoint { old, proof, checkpoint }
    }

    /// The example of the standard, to the letter.
    #[test]
    fn the_example_of_the_standard_is_read_and_written() {
        let body = "old 20852014\n\
            PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\
            jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n\
            5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n\
            /6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n\
            \n\
            example.com/behind-the-sofa\n\
            20852163\n\
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\
            \n\
            — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
            — example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=\n";
        let read = AddCheckpoint::read(body.as_bytes()).unwrap();
        assert_eq!(
            (read.old, read.proof.len(), read.origin()),
            (20_852_014, 4, Ok("example.com/behind-the-sofa".into()))
        );
        assert_eq!(read.to_string(), body);
    }

    #[test]
    fn a_head_is_cosigned_where_it_goes_on_from_the_last() {
        let last = |size: u64| (size > 0).then(|| (size, root(size)));
        let (key, empty) = (log(), Frontier::default().root());
        for old in 0..9 {
            for new in old..9 {
                assert!(ask(old, new).judge(key.verifier(), last(old)).is_ok(), "{old} {new}");
            }
        }
        assert!(ask(0, 0).judge(key.verifier(), Some((0, empty))).is_ok());
    }

    /// What is wrong is answered in the order of the standard: who isn't trusted learns nothing of what was cosigned.
    #[test]
    fn what_is_wrong_is_answered_as_the_standard_says() {
        let check = |ask: &AddCheckpoint, last: Option<(u64, Hash)>, status: u16, body: &str| {
            let refused = ask.judge(log().verifier(), last).expect_err(body);
            assert_eq!((refused.status(), refused.body().contains(body)), (status, true), "{refused}");
        };
        let last = Some((5, root(5)));
        let other = Signer::from_seed("example.com/log", &[2; 32]).unwrap();
        let by = |signer: &Signer, size, root| Checkpoint::of(signer, size, root).sign(signer).unwrap();
        // 403 before everything else.
        let unsigned = AddCheckpoint { old: 99, checkpoint: by(&other, 7, root(7)), ..ask(5, 7) };
        check(&unsigned, last, 403, "no signature");
        let changed = ask(5, 7).checkpoint.replace("\n7\n", "\n8\n");
        check(&AddCheckpoint { checkpoint: changed, ..ask(5, 7) }, last, 403, "changed");
        // 400 before 409.
        check(&AddCheckpoint { old: 8, ..ask(5, 7) }, last, 400, "larger");
        // 409 with the size before 422.
        for old in [0, 3, 6] {
            let ask = AddCheckpoint { old, ..ask(5, 7) };
            check(&ask, last, 409, "5\n");
            assert_eq!(ask.judge(log().verifier(), last).unwrap_err().content_type(), SIZE_TYPE);
        }
        check(&ask(3, 4), last, 409, "5\n");
        check(&ask(2, 7), None, 409, "0\n");
        // Two roots of one size, never.
        let split = AddCheckpoint { old: 5, proof: vec![], checkpoint: by(&log(), 5, Hash([9; 32])) };
        check(&split, last, 409, "another root");
        assert_ne!(split.judge(log().verifier(), last).unwrap_err().content_type(), SIZE_TYPE);
        // 422.
        check(&AddCheckpoint { checkpoint: by(&log(), 7, Hash([9; 32])), ..ask(5, 7) }, last, 422, "proof");
        check(&AddCheckpoint { proof: vec![], ..ask(5, 7) }, last, 422, "proof");
        check(&AddCheckpoint { proof: vec![Hash::ZERO], ..ask(5, 5) }, last, 422, "proof");
        check(&AddCheckpoint { proof: vec![Hash::ZERO], ..ask(0, 5) }, None, 422, "proof");
        check(&AddCheckpoint { checkpoint: by(&log(), 0, Hash([9; 32])), ..ask(0, 0) }, None, 422, "empty");
    }

    #[test]
    fn bodies_that_are_none_are_told_why() {
        let good = ask(5, 7).to_string();
        let check = |body: &str, holds: &str| {
            let error = AddCheckpoint::read(body.as_bytes()).expect_err(body);
            assert!(error.to_string().contains(holds) && error.status() == 400, "{body}: {error}");
        };
        check("", "empty line");
        check("old 5\n", "empty line");
        for first in ["old", "old  5", "old 05", "old -5", "Old 5", "old 5 ", "old 5\r"] {
            check(&good.replacen("old 5", first, 1), "first line");
        }
        let line = Hash::ZERO.to_base64();
        check(&good.replacen("old 5\n", "old 5\nAAAA\n", 1), "32 bytes");
        // Bits that a reader would drop: it is another text for the same hash.
        check(&good.replacen("old 5\n", &format!("old 5\n{}\n", line.replace("A=", "B=")), 1), "32 bytes");
        check(&format!("old 5\n{}\n{}", format!("{line}\n").repeat(64), ask(5, 7).checkpoint), "more than 63");
        assert!(
            AddCheckpoint::read(
                format!("old 5\n{}\n{}", format!("{line}\n").repeat(63), ask(5, 7).checkpoint).as_bytes()
            )
            .is_ok()
        );
        check(&format!("{good}{}", "a".repeat(BODY_MAX)), "16 KiB");
        assert!(AddCheckpoint::read(b"old 5\n\n\xff").is_err());
        assert_eq!(AddCheckpoint::read(b"old 5\n\nrubbish").unwrap().origin().unwrap_err().status(), 400);
    }

    #[test]
    fn a_size_is_read_only_where_it_is_one() {
        let table = [
            ("0\n", Some(0)),
            ("50\n", Some(50)),
            ("", None),
            ("50", None),
            ("050\n", None),
            ("5\n0\n", None),
            ("-1\n", None),
        ];
        for (body, size) in table {
            assert_eq!(size_in(body), size, "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_stumble(body in prop::collection::vec(any::<u8>(), 0..300), text in "(old [0-9]{0,3}\n)?([A-Za-z=]{44}\n){0,2}\n?[a-z\n0-9—= ]{0,80}") {
            for body in [&body[..], text.as_bytes()] {
                if let Ok(read) = AddCheckpoint::read(body) {
                    let written = read.to_string();
                    prop_assert_eq!(written.as_bytes(), body);
                    let _judged = read.judge(log().verifier(), Some((3, Hash::ZERO)));
                }
            }
        }

        /// Whatever is asked in whatever order: two roots of one size are never cosigned, and nothing goes back.
        #[test]
        fn a_witness_never_goes_back(asks in prop::collection::vec((0..6u64, 0..6u64, any::<bool>()), 1..30)) {
            let mut last: Option<(u64, Hash)> = None;
            let mut cosigned = std::collections::BTreeMap::new();
            for (old, new, forked) in asks {
                if old > new { continue }
                let mut ask = ask(old, new);
                if forked {
                    ask.checkpoint = Checkpoint::of(&log(), new, Hash([7; 32])).sign(&log()).unwrap();
                }
                if let Ok(head) = ask.judge(log().verifier(), last) {
                    prop_assert!(last.is_none_or(|(size, _)| size <= head.size));
                    prop_assert_eq!(*cosigned.entry(head.size).or_insert(head.root), head.root);
                    last = Some((head.size, head.root));
                }
            }
        }
    }
}
