//! The same statement as SCITT has it (RFC 9943): signed in COSE, with a receipt of the entry by which the approval was given (RFC 9942).
//!
//! SCITT's log holds statements; this one holds entries. So the receipt is of the entry, whose leaf stands in the statement: the statement
//! says what was approved and names the entry, the receipt shows that this entry is in the ledger, and the entry says that the case was
//! approved. The receipt is made over the last signed head, and says no more than that head does.

use std::path::Path;

use serde_json::Value as Json;

use super::{APPROVED, AttestError, PAYLOAD, PREDICATE, STATEMENT, is_approved, stated};
use crate::domain::CaseId;
use crate::evidence::audit::{Key, KeyFrom, Place, Verdict};
use crate::evidence::bundle::NAMESPACE;
use crate::ledger::folder::{self, Folder};
use crate::seal::{
    AllowedSigners, Checkpoint, Claims, Envelope, Hash, Plan, Receipt, Signer, Statement, Verifier, leaf_hash,
    verify_inclusion,
};
use crate::store::{self, EntryRead};

/// How a file of this kind is called at its end.
pub const EXTENSION: &str = "cose";

/// An approval as a transparent statement.
///
/// # Errors
/// [`AttestError`].
pub async fn attest(data: &Path, case: CaseId) -> Result<Vec<u8>, AttestError> {
    store::undisturbed(&data.join(Folder::DATABASE), || made(data, case)).await
}

async fn made(data: &Path, case: CaseId) -> Result<Vec<u8>, AttestError> {
    let (issuer, log) = (folder::bundle_signer(data)?, folder::receipt_signer(data)?);
    // The file before the database: a head is signed only over what is on the disk already.
    let note = folder::checkpoint_file(data)?;
    let (statement, approved) = stated(data, case, log.verifier().name()).await?;
    let (Some(note), Some(approved)) = (note, approved) else { return Err(AttestError::NotSealed { case }) };
    let head = Checkpoint::open(&note, log.verifier())
        .map_err(|why| AttestError::Head { why, data: data.display().to_string() })?;
    if approved.seq.unsigned_abs() >= head.size {
        return Err(AttestError::NotSealed { case });
    }
    let receipt = receipt(data, &head, &approved, &case.to_string(), &log).await?;
    let claims = Claims { issuer: head.origin, subject: case.to_string() };
    Ok(Statement::sign(&claims, PAYLOAD, statement.as_bytes(), &issuer, receipt))
}

/// Only of what is under the signed head: the path is followed before anything is signed.
async fn receipt(
    data: &Path,
    head: &Checkpoint,
    entry: &EntryRead,
    subject: &str,
    log: &Signer,
) -> Result<Vec<u8>, AttestError> {
    let none = |why: String| AttestError::NoReceipt { seq: entry.seq, why, data: data.display().to_string() };
    let index = entry.seq.unsigned_abs();
    let plan = Plan::inclusion(index, head.size).map_err(|why| none(why.to_string()))?;
    let reader = store::open_to_read(&data.join(Folder::DATABASE)).await?;
    let fetched = reader.hashes(&plan).await;
    reader.close().await;
    let path = plan.build(&fetched?).map_err(|why| none(why.to_string()))?;
    let leaf = leaf_hash(entry.leaf.as_bytes());
    verify_inclusion(leaf, index, head.size, &path, head.root).map_err(|why| none(why.to_string()))?;
    Ok(Receipt::sign(head, index, &path, subject, log))
}

/// What whoever checks has from elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The ledger's public key.
    pub key: Option<&'a str>,
    /// Who may sign statements: the text of an `allowed_signers` file.
    pub signers: Option<&'a str>,
}

/// Checks a transparent statement: by whom it is, whether the log has the entry, and whether the entry is the approval that it speaks of.
///
/// # Errors
/// [`AttestError`] where nothing can be said; what is wrong with the statement is in the verdict.
pub fn verify(path: &Path, given: Given<'_>) -> Result<Verdict, AttestError> {
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| AttestError::Unreadable { path: name(), source })?;
    verify_bytes(&bytes, &name(), given)
}

/// As [`verify`], of the bytes of a file that is called so.
///
/// # Errors
/// As [`verify`].
pub fn verify_bytes(bytes: &[u8], name: &str, given: Given<'_>) -> Result<Verdict, AttestError> {
    let pinned = given.key.map(|key| key.trim().parse::<Verifier>()).transpose()?;
    let signers = given.signers.map(|text| AllowedSigners::parse(text, NAMESPACE)).transpose();
    let signers = signers.map_err(AttestError::Signers)?;
    let statement =
        Statement::read(bytes).map_err(|source| AttestError::NoStatement { path: name.to_owned(), source })?;
    let mut verdict = Verdict::default();
    signed(&statement, signers.as_ref(), &mut verdict);
    let leaf = approval(&statement, &mut verdict);
    let (receipt, key) = (&statement.receipt, pinned.as_ref().unwrap_or(&statement.receipt.key));
    let from = if pinned.is_some() { KeyFrom::Given } else { KeyFrom::Beside };
    verdict.key = Some(Key::new(key, from));
    if *key != receipt.key {
        verdict.integrity.add(Place::Given, format!(
            "The receipt says that it is signed by {}, and the key given is {key}. If the key of the ledger was changed, check with the key of the \
             receipt's time, which `countersign keys --data DIR` lists, got from elsewhere than this file; or ask for a statement of now.",
            receipt.key
        ));
    } else if pinned.is_none() {
        verdict.notes.push(format!(
            "The receipt was checked with the key that it names itself, {key}: give the ledger's with --key, got from elsewhere than this file."
        ));
    }
    let root = leaf.and_then(|leaf| match receipt.verify(leaf, key) {
        Ok(root) => Some(root),
        Err(why) => {
            let says = format!("The receipt doesn't show that the ledger has entry {}: {why}.", receipt.index);
            verdict.integrity.add(receipt.index, says);
            None
        }
    });
    let origin = receipt.claims.issuer.clone();
    verdict.head = root.map(|root| Checkpoint { origin, size: receipt.size, root, extensions: Vec::new() });
    verdict.counts = vec![("receipts", 1)];
    verdict.checked = format!(
        "Checked the statement of {} that {} was approved, and the receipt of entry {} under its head over {} entries.",
        statement.claims.issuer, statement.claims.subject, receipt.index, receipt.size
    );
    Ok(verdict)
}

/// Whose signature the statement has.
fn signed(statement: &Statement, signers: Option<&AllowedSigners>, verdict: &mut Verdict) {
    if let Err(why) = statement.verify() {
        verdict.integrity.add(Place::Whole, format!("The statement was changed: {why}."));
    }
    let by = statement.key.fingerprint();
    let Some(signers) = signers else {
        verdict.notes.push(format!(
            "The statement is signed by {by}, the key that it names itself: whose that is, --signers tells, with a file that you got from \
             elsewhere (`countersign keys --allowed-signers`)."
        ));
        return;
    };
    match signers.of(&statement.key).next() {
        Some(signer) => {
            let until = signer.valid_before.as_ref().map(|until| format!(", whose key counted until {until}Z"));
            verdict.notes.push(format!(
                "The statement was signed by {}, one of the signers given{}.",
                signer.principal,
                until.unwrap_or_default()
            ));
        }
        None => verdict.integrity.add(Place::Given, format!(
            "The statement is signed by {by}, which is none of the signers given. Where the keys of the ledger were changed since you got them, ask \
             for what `countersign keys --allowed-signers` prints now."
        )),
    }
}

/// Whether the payload says what headers and receipt say, of an entry that is an approval. The hash of that entry's leaf.
fn approval(statement: &Statement, verdict: &mut Verdict) -> Option<Hash> {
    let (claims, receipt) = (&statement.claims, &statement.receipt);
    let said: Json = serde_json::from_slice(&statement.payload).unwrap_or_default();
    let entry = &said["predicate"]["ledger"]["approved"];
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let mut differ = |what: &str, has: &str, expected: &str| {
        if has != expected {
            verdict.integrity.add(Place::Whole, format!("{what} is “{has}”, and should be “{expected}”."));
        }
    };
    differ("The type of the payload", &statement.content_type, PAYLOAD);
    differ("The form of the statement", &text(&said["_type"]), STATEMENT);
    differ("The predicate of the statement", &text(&said["predicateType"]), PREDICATE);
    differ("What the statement is about", &text(&said["subject"][0]["name"]), &claims.subject);
    differ("What the receipt is about", &receipt.claims.subject, &claims.subject);
    differ("The ledger of the statement", &text(&said["predicate"]["ledger"]["origin"]), &claims.issuer);
    differ("The ledger of the receipt", &receipt.claims.issuer, &claims.issuer);
    differ("The name of the receipt's key", receipt.key.name(), &claims.issuer);
    let leaf = text(&entry["leaf"]);
    let hash = leaf_hash(leaf.as_bytes());
    differ("The hash of the entry's leaf", &text(&entry["leaf_sha256"]), &hash.to_string());
    differ("The entry of the statement", &entry["entry"].to_string(), &receipt.index.to_string());
    match Envelope::parse(leaf.as_bytes()) {
        Err(why) => {
            verdict.integrity.add(receipt.index, format!("The entry in the statement is none: {why}."));
            return None;
        }
        Ok(read) => {
            let case = read.case.as_deref().unwrap_or("none");
            if read.seq != receipt.index || case != claims.subject || !is_approved(leaf.as_bytes()) {
                verdict.integrity.add(receipt.index, format!(
                    "The entry in the statement is entry {} of the kind {} of the case {case}, and not entry {} by which {} was approved ({APPROVED}).",
                    read.seq, read.kind, receipt.index, claims.subject
                ));
            }
        }
    }
    Some(hash)
}
