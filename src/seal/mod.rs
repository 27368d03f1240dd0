//! The seal: what makes the ledger evidence. Exact leaf bytes, one Merkle tree over them, signed heads, proofs, and the
//! check of it all.
//!
//! Nothing here reads a file, a table or a clock, draws a random number or starts a thread: bytes come in, bytes and
//! verdicts go out. So the same code seals in the bot and verifies on an auditor's machine, and it can be held against
//! the standards in plain tests.
//!
//! | file | noun | standard |
//! |---|---|---|
//! | `hash` | a SHA-256 value, in hex or base64 | |
//! | `leaf` | the envelope of an entry, commitments to its facts and words, pseudonyms | RFC 8785, RFC 2104 |
//! | `tree` | the right edge of the tree, and the nodes that a store keeps | RFC 6962 §2.1 |
//! | `path` | plan, build and verify inclusion and consistency proofs | RFC 6962 §2.1.1–2, RFC 9162 §2.1.3–4 |
//! | `paths` | inclusion proofs of many leaves of one tree, what neighbours share computed once | |
//! | `note` | signed notes and their keys | c2sp.org/signed-note |
//! | `keyring` | the keys of one log, one after the other | |
//! | `checkpoint` | a signed tree head | c2sp.org/tlog-checkpoint |
//! | `sshsig` | signatures that OpenSSH checks, and whose count | PROTOCOL.sshsig, ssh-keygen(1) |
//! | `timestamp` | what a time-stamping authority is asked, and what it says | RFC 3161 |
//! | `cosignature` | what a witness says of a head, and whose word it is | c2sp.org/tlog-cosignature |
//! | `quorum` | which logs and witnesses count, and how many of them | c2sp.org/tlog-policy |
//! | `witnessing` | what a log asks of a witness, and when that one cosigns | c2sp.org/tlog-witness |
//! | `proof` | the text file that shows one entry to be in the ledger | c2sp.org/tlog-proof |
//! | `cose` | a signed statement with the receipt of an entry | RFC 9052, RFC 9942, RFC 9943 |
//! | `verify` | the audit of a whole ledger, in segments that can be checked side by side | |
//! | `fault` | what an audit found, as sentences | |
//!
//! What the seal cannot do: a chain proves nothing about its own end. Whoever holds the database *and* the signing key
//! can write another history, so the last checkpoint is kept apart and leaves the building. That is the caller's part,
//! and so is never signing two trees that disagree.

mod checkpoint;
mod cose;
mod cosignature;
mod fault;
mod hash;
mod keyring;
mod leaf;
mod note;
mod numbers;
mod path;
mod paths;
mod proof;
mod quorum;
mod sshsig;
pub mod timestamp;
mod tree;
#[cfg(test)]
mod vectors;
mod verify;
mod witnessing;

pub use checkpoint::Checkpoint;
pub use cose::{Claims, CoseError, Receipt, Statement};
pub use cosignature::{Cosigned, Cosigner, CosignerKey, CosignerKeyError, signature_lines, with_lines};
pub use fault::{Column, Fault, Faults, HeadFault, Part, What};
pub use hash::Hash;
pub use keyring::{ChangeError, KeyChange, KeyRing};
#[cfg(test)]
pub(crate) use leaf::tests::of_kind;
pub use leaf::{Actor, Clock, Envelope, LEAF_MAX_BYTES, LeafError, Pseudonym, V1, commitment, leaf_hash};
pub use note::{KeyError, NoteError, Signer, Verifier};
pub use numbers::Numbers;
pub use path::{PathError, Plan, PlanError, Run, root_up_to, verify_consistency, verify_inclusion};
pub use paths::Paths;
pub use proof::{Proof, ProofError};
pub use quorum::{Judgement, PolicyLineError, Quorum, TrustPolicy, TrustedLog, TrustedWitness, WitnessGroup};
pub use sshsig::{AllowedSigner, AllowedSigners, SshError, SshKey, SshSigner, allowed_signer, verify as verify_ssh};
pub use timestamp::{StampError, TimeStamp};
pub use tree::{Frontier, Node, node_hash};
pub use verify::{Audit, Copies, Head, Report, Row, SEGMENT_ENTRIES, Salted, Segment};
pub use witnessing::{AddCheckpoint, BODY_MAX, NotCosigned, SIZE_TYPE, size_in};
