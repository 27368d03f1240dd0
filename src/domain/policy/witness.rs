//! Witnesses: who confirms to others that the ledger only grows, and for whose ledgers this bot does so.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::{LogId, Span, WitnessId};

/// Who cosigns heads, of ours and of others.
#[derive(Clone, Debug, PartialEq)]
pub struct Witnessing {
    /// How many of the witnesses have to cosign a head, so that it counts for whoever checks it.
    pub quorum: WitnessQuorum,
    /// How often each is asked while the ledger doesn't grow.
    pub every: Span,
    /// Of this bot's own heads.
    pub witnesses: BTreeMap<WitnessId, Witness>,
    /// Whose heads are cosigned here: the public key of each.
    pub logs: BTreeMap<LogId, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessQuorum {
    All,
    AtLeast(u32),
    /// The ledger's own signature is enough.
    Nobody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its public key, as a witness's `vkey` of c2sp.org/signed-note.
    pub vkey: String,
    /// What `/add-checkpoint` is put after.
    pub url: String,
    /// Its address is inside the bot's own network.
    pub internal: bool,
    /// The operators are told when it has cosigned nothing for so long.
    pub silent_after: Span,
}

impl Witnessing {
    pub const EVERY: Span = Span::hours(1);
    pub const SILENT_AFTER: Span = Span::days(1);
}

impl Default for Witnessing {
    fn default() -> Witnessing {
        Witnessing {
            quorum: WitnessQuorum::All,
            every: Witnessing::EVERY,
            witnesses: BTreeMap::new(),
            logs: BTreeMap::new(),
        }
    }
}

/// The type of the key in a `vkey` (1: a log's, 4: a witness's), if name, id and key in it belong together. What signs with it
/// reads it again, and more closely.
pub(super) fn type_of_vkey(vkey: &str) -> Option<u8> {
    let mut parts = vkey.splitn(3, '+');
    let (name, id, key) = (parts.next()?, parts.next()?, STANDARD.decode(parts.next()?).ok()?);
    let digest = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&key).finalize();
    let fits = !name.is_empty() && !name.contains(char::is_whitespace) && hex::encode(&digest[..4]) == id;
    key.first().copied().filter(|kind| fits && (!matches!(kind, 1 | 4) || key.len() == 33))
}
