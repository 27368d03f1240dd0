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
//! | `note` | signed notes and their keys | c2sp.org/signed-note |
//! | `checkpoint` | a signed tree head | c2sp.org/tlog-checkpoint |
//! | `sshsig` | signatures that OpenSSH checks, and whose count | PROTOCOL.sshsig, ssh-keygen(1) |
//! | `proof` | the text file that shows one entry to be in the ledger | c2sp.org/tlog-proof |
//! | `verify` | the audit of a whole ledger, in segments that can be checked side by side | |
//! | `fault` | what an audit found, as sentences | |
//!
//! What the seal cannot do: a chain proves nothing about its own end. Whoever holds the database *and* the signing key
//! can write another history, so the last checkpoint is kept apart and leaves the building. That is the caller's part,
//! and so is never signing two trees that disagree.

mod checkpoint;
mod fault;
mod hash;
mod leaf;
mod note;
mod path;
mod proof;
mod sshsig;
mod tree;
mod verify;

pub use checkpoint::Checkpoint;
pub use fault::{Column, Fault, Faults, HeadFault, Part, What};
pub use hash::Hash;
pub use leaf::{Actor, Clock, Envelope, LEAF_MAX_BYTES, LeafError, Pseudonym, V1, commitment, leaf_hash};
pub use note::{KeyError, NoteError, Signer, Verifier};
pub use path::{PathError, Plan, PlanError, Run, verify_consistency, verify_inclusion};
pub use proof::{Proof, ProofError};
pub use sshsig::{AllowedSigners, SshError, SshKey, SshSigner, allowed_signer, verify as verify_ssh};
pub use tree::{Frontier, Node, node_hash};
pub use verify::{Audit, Copies, Head, Report, Row, SEGMENT_ENTRIES, Salted, Segment};
