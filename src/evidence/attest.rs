//! An approval as others read it: an in-toto Statement v1 about the SHA-256 of what was approved, in a DSSE envelope. Whoever lets something
//! through by it needs neither the bot nor its ledger: the digest of what they are about to do, and a public key.
//!
//! Sources: github.com/in-toto/attestation, `spec/v1/statement.md`; github.com/secure-systems-lab/dsse, `protocol.md` and `envelope.md`.

pub mod cose;

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use crate::domain::kinds::approval::{Approval, Outcome, Vote};
use crate::domain::mark::ERASED;
use crate::domain::{Body, Case, CaseId};
use crate::ledger::folder::{self, Folder, FolderError};
use crate::seal::{CoseError, Envelope, KeyError, NoteError, SshError, SshSigner, leaf_hash};
use crate::store::{self, EntryRead, StoreError};

/// What kind of statement it is.
pub const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// What the predicate says, and in which version.
pub const PREDICATE: &str = "https://github.com/countersign/countersign/approval/v1";
/// The kind of the entry by which an approval is given.
const APPROVED: &str = "approval.approved";
/// The type of what is signed.
pub const PAYLOAD: &str = "application/vnd.in-toto+json";

/// Why nothing is attested. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no {0} in this data folder")]
    NoSuchCase(CaseId),
    #[error("{0} is no approval: name one, such as APR-3")]
    NoApproval(CaseId),
    #[error("{case} is {state}: only what was approved is attested")]
    NotApproved { case: CaseId, state: &'static str },
    #[error(
        "what {case} approved was erased, so nobody can tell any more what was let through by it: nothing is attested. Ask for a new approval, or use \
         a statement that was made before."
    )]
    Erased { case: CaseId },
    #[error(
        "the entry by which {case} was approved is not under a signed head yet, so there is no receipt of it. A working bot signs when it starts \
         and every minute: wait for that, or stop the bot, which signs at the end; then try again."
    )]
    NotSealed { case: CaseId },
    #[error(
        "no receipt can be made for entry {seq}: {why}. Run `countersign verify --data {data}` to see what is wrong with the ledger."
    )]
    NoReceipt { seq: i64, why: String, data: String },
    #[error(
        "the last signed head can't be used: {why}. Run `countersign verify --data {data}` to see what is wrong with it."
    )]
    Head { why: NoteError, data: String },
    #[error("{path} can't be read: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error(
        "{path}: {source}. Give a file that `countersign attest APR-3 --cose > APR-3.cose` wrote, as it was written."
    )]
    NoStatement { path: String, source: CoseError },
    #[error(
        "the key given isn't one: {0}. Give the text of the ledger's keys/ledger.vkey, as it was when it was handed to you."
    )]
    Key(#[from] KeyError),
    #[error("{0}. Give what `countersign keys --allowed-signers` prints.")]
    Signers(SshError),
}

/// The statement about an approval that was given. The same ledger makes the same bytes.
///
/// # Errors
/// [`AttestError`].
pub async fn statement(data: &Path, case: CaseId) -> Result<String, AttestError> {
    let origin = folder::verifier(data)?.name().to_owned();
    stated(data, case, &origin).await.map(|(statement, _)| statement)
}

/// With the entry by which it was approved.
async fn stated(data: &Path, case: CaseId, origin: &str) -> Result<(String, Option<EntryRead>), AttestError> {
    let database = data.join(Folder::DATABASE);
    let reader = store::open_to_read(&database).await?;
    let found = reader.case(case).await?;
    let entries = reader.entries_of(case).await?;
    reader.close().await;
    let found = found.ok_or(AttestError::NoSuchCase(case))?;
    let approved = entries.into_iter().rev().find(|entry| is_approved(entry.leaf.as_bytes()));
    // The leaf itself, which holds no name and no word: so its place in the ledger can be shown by a receipt or a proof alone.
    let leaf = approved.as_ref().map(|entry| {
        let hash = leaf_hash(entry.leaf.as_bytes());
        json!({ "entry": entry.seq, "leaf": entry.leaf, "leaf_sha256": hex::encode(hash.0) })
    });
    Ok((serde_json::to_string(&said(&found, origin, leaf)?).unwrap_or_default(), approved))
}

/// Whether the entry of this leaf is one by which an approval was given.
fn is_approved(leaf: &[u8]) -> bool {
    let read = Envelope::parse(leaf);
    read.is_ok_and(|leaf| leaf.kind == APPROVED || leaf.also.iter().any(|kind| kind == APPROVED))
}

fn said(case: &Case, origin: &str, entry: Option<Json>) -> Result<Json, AttestError> {
    let id = case.id;
    let Body::Approval(approval) = &case.body else { return Err(AttestError::NoApproval(id)) };
    match &approval.outcome {
        Some(Outcome::Approved) => {}
        Some(Outcome::Declined | Outcome::Lapsed | Outcome::Withdrawn | Outcome::Superseded { .. }) | None => {
            return Err(AttestError::NotApproved { case: id, state: approval.word() });
        }
    }
    if approval.action_sha256 == ERASED {
        return Err(AttestError::Erased { case: id });
    }
    Ok(json!({
        "_type": STATEMENT,
        "subject": [{ "name": id.to_string(), "digest": { "sha256": approval.action_sha256 } }],
        "predicateType": PREDICATE,
        "predicate": predicate(case, approval, origin, entry),
    }))
}

fn predicate(case: &Case, approval: &Approval, origin: &str, entry: Option<Json>) -> Json {
    let votes = approval.votes.iter().filter(|vote| vote.approves).map(|vote: &Vote| {
        json!({ "by": vote.by.as_str(), "for": vote.stands_in_for.as_ref().map(|it| it.as_str()), "stage": vote.stage + 1 })
    });
    let glass = approval.broken_glass.as_ref().map(|glass| {
        json!({
            "by": glass.by.as_str(), "role": glass.role.as_str(), "reviewed_by": glass.reviewed.as_ref().map(|it| it.as_str()),
        })
    });
    let ended = approval.concluded.as_ref();
    json!({
        "outcome": approval.word(),
        "workflow": case.workflow.as_str(),
        "path": approval.path.as_str(),
        "policy_sha256": case.policy.as_str(),
        "revision": approval.revision,
        "requested_by": approval.requester.as_str(),
        "requested_us": case.opened.0,
        "approved_us": ended.map(|it| it.at.0),
        // Nobody: the policy says that silence approves.
        "approved_by": ended.and_then(|it| it.ended.by.as_ref()).map(|it| it.as_str()),
        "approvals": votes.collect::<Vec<_>>(),
        "break_glass": glass,
        "ledger": { "origin": origin, "approved": entry },
    })
}

/// What is signed: the pre-authentication encoding of DSSE.
pub fn pae(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut signed = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    signed.extend_from_slice(payload);
    signed
}

/// A statement in its envelope, signed with the key that bundles are signed with: a line of JSON.
pub fn envelope(statement: &str, signer: &SshSigner) -> String {
    let signature = signer.sign_bare(&pae(PAYLOAD, statement.as_bytes()));
    let envelope = json!({
        "payloadType": PAYLOAD,
        "payload": STANDARD.encode(statement),
        "signatures": [{ "keyid": signer.key().fingerprint(), "sig": STANDARD.encode(signature) }],
    });
    format!("{envelope}\n")
}

/// An approval in its envelope.
///
/// # Errors
/// [`AttestError`].
pub async fn attest(data: &Path, case: CaseId) -> Result<String, AttestError> {
    let statement = statement(data, case).await?;
    Ok(envelope(&statement, &folder::bundle_signer(data)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::of_kind;

    /// The example of DSSE's own protocol.md.
    #[test]
    fn what_is_signed_is_encoded_as_dsse_says() {
        let encoded = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn an_envelope_holds_the_statement_to_the_byte() {
        let signer = SshSigner::from_seed(&[7; 32]);
        let envelope: Json = serde_json::from_str(&envelope("{\"a\":1}", &signer)).unwrap();
        let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
        assert_eq!(payload, b"{\"a\":1}");
        let signature = STANDARD.decode(envelope["signatures"][0]["sig"].as_str().unwrap()).unwrap();
        assert!(signer.key().verifies_bare(&pae(PAYLOAD, &payload), &signature));
        assert!(!signer.key().verifies_bare(&pae(PAYLOAD, b"{\"a\":2}"), &signature));
        assert!(!signer.key().verifies_bare(&pae("text/plain", &payload), &signature));
        assert_eq!(envelope["signatures"][0]["keyid"], signer.key().fingerprint());
    }

    /// Whichever turn of the case an entry is named after: the approval may stand beside another one in it.
    #[test]
    fn the_entry_of_an_approval_is_found_by_any_of_its_kinds() {
        let leaf = |kind: &'static str, also: &[&'static str]| {
            let also = also.iter().map(|kind| (*kind).into()).collect();
            Envelope { also, ..of_kind(kind) }.encode().unwrap()
        };
        assert!(is_approved(&leaf(APPROVED, &[])) && is_approved(&leaf("case.retained", &["duty.met", APPROVED])));
        assert!(!is_approved(&leaf("approval.voted", &["duty.met"])) && !is_approved(b"{}"));
    }
}
