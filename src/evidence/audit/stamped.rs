//! The time stamps of heads that lie in the data folder: is each there that the ledger names, and of the head that it is said to be of?
//! Whether the authority's signature holds, `openssl ts -verify` tells with a certificate that was got from the authority.

use std::path::Path;

use super::seen::Stamped;
use super::{AuditError, Verdict};
use crate::ledger::folder::FolderError;
use crate::seal::timestamp;
use crate::stamp::kept;
use crate::store::Beside;

/// # Errors
/// The disk's.
pub(super) fn stamps(data: &Path, named: &[Stamped], beside: &Beside, verdict: &mut Verdict) -> Result<(), AuditError> {
    for Stamped { seq, size, stamp } in named {
        let place = kept::place(*size, stamp.as_str());
        let path = format!("{place}.tsr");
        let found = kept::read(data, *size, stamp.as_str())
            .map_err(|source| FolderError::Io { path: data.join(&path), source })?;
        let Some(kept) = found else {
            verdict.completeness.add(path.as_str(), format!(
                "{path} or {place}.checkpoint is missing: the time stamp that entry {seq} names, of the head over {size} entries. Restore \
                 {}/ from a backup.",
                kept::FOLDER
            ));
            continue;
        };
        if kept::name_of(&kept.reply) != stamp.as_str() {
            verdict.integrity.add(path.as_str(), format!("{path} is not the time stamp that entry {seq} names."));
        } else if let Err(error) = timestamp::read(&kept.reply, &kept::imprint(&kept.note), None) {
            let head = format!("{place}.checkpoint");
            verdict.integrity.add(head.as_str(), format!("{head} is not the head that {path} was given for: {error}."));
        } else if !beside.notes.iter().any(|row| u64::try_from(row.size) == Ok(*size) && row.note == kept.note) {
            let head = format!("{place}.checkpoint");
            verdict
                .integrity
                .add(head.as_str(), format!("{head} is a head over {size} entries that this ledger never signed so."));
        }
    }
    if let Some(newest) = named.last() {
        verdict.notes.push(format!(
            "The head over {} entries has a time stamp: `openssl ts -verify -in {place}.tsr -data {place}.checkpoint -CAfile authority.pem` checks \
             it with the authority's certificate, got from elsewhere.",
            newest.size,
            place = kept::place(newest.size, newest.stamp.as_str())
        ));
    }
    Ok(())
}
