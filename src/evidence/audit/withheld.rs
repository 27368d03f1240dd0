//! Words that are withheld: they lie beside the ledger, under the same commitments, and nobody reads them.

use std::path::Path;

use super::seen::Seen;
use super::verdict::Verdict;
use super::{AuditError, Files, Place};
use crate::blobs::Blobs;
use crate::ledger::record::Record;
use crate::seal::{Envelope, Numbers, Report, commitment};
use crate::store::{Raw, Scan, Withheld};

/// Checks them, and the files that they name. Returns how many entries' words are withheld.
pub(super) async fn withheld(
    database: &Path,
    blobs: Option<&Blobs>,
    report: &Report,
    seen: &Seen,
    files: &mut Files,
    verdict: &mut Verdict,
) -> Result<u64, AuditError> {
    let (mut there, mut count) = (Numbers::default(), 0);
    let mut named = Seen::default();
    let mut scan = Scan::open(database).await?;
    scan.withheld(|row| {
        let seq = row.seq.unsigned_abs();
        // Whatever is wrong with it, it isn't lost.
        if row.leaf.is_some() {
            there.insert(seq);
        }
        if let Some(fault) = fault(row, report, seen) {
            match row.leaf {
                Some(_) => verdict.integrity.add(seq, fault),
                None => {
                    let (table, rows) = ("withheld".to_owned(), vec![format!("seq {}", row.seq)]);
                    verdict.integrity.add(Place::Table { table, rows }, fault);
                }
            }
            return;
        }
        count += 1;
        named.look(&Raw {
            seq: row.seq,
            leaf: row.leaf.unwrap_or_default().as_bytes(),
            hash: &[],
            case: row.case,
            case_seq: None,
            kind: row.kind,
            at_us: 0,
            facts: row.facts.map(str::as_bytes),
            facts_salt: None,
            words: Some(row.words),
            words_salt: Some(row.words_salt),
        });
    })
    .await?;
    scan.close().await?;
    files.check(blobs, &named, verdict).await?;
    let left = |seq: &u64| {
        seen.strange == 0 && report.gone.contains(*seq) && !seen.erased.contains(*seq) && !there.contains(*seq)
    };
    for seq in seen.withheld.iter().filter(left) {
        verdict.integrity.add(
            seq,
            format!(
                "The words of entry {seq} were withheld, and they are gone without a recorded erasure: no entry of the kind {} names it.",
                Record::ERASED
            ),
        );
    }
    Ok(count)
}

/// What is wrong with words that are withheld.
fn fault(row: &Withheld<'_>, report: &Report, seen: &Seen) -> Option<String> {
    let seq = row.seq.unsigned_abs();
    let Some(leaf) = row.leaf.filter(|_| row.seq >= 0) else {
        return Some(format!("Words are withheld of entry {}, which the ledger doesn't have.", row.seq));
    };
    if seen.erased.contains(seq) {
        return Some(format!(
            "The words of entry {seq} are named as erased and are still withheld: the erasure wasn't carried out to its end. Start the bot, which does \
             that before anything else."
        ));
    }
    if !seen.withheld.contains(seq) && seen.strange == 0 {
        return Some(format!(
            "The words of entry {seq} are withheld, and no entry of the kind {} names it.",
            Record::WITHHELD
        ));
    }
    if !report.gone.contains(seq) {
        return Some(format!("The words of entry {seq} are withheld, and the ledger has them too."));
    }
    let sealed = Envelope::parse(leaf.as_bytes()).ok().and_then(|envelope| envelope.words);
    let made = <&[u8; 32]>::try_from(row.words_salt).ok().map(|salt| commitment(salt, row.words));
    (!row.as_written || made.is_none() || sealed != made)
        .then(|| format!("The words of entry {seq} that are withheld were changed: the leaf commits to others."))
}
