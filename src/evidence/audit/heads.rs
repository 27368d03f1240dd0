//! The signed heads that lie in a folder: whether each signature holds, what witnesses said of them, and whether any was taken away.

use std::collections::BTreeSet;
use std::collections::HashMap;

use super::seen::Seen;
use super::{Place, Verdict};
use crate::domain::{Policy, Span};
use crate::seal::{Checkpoint, Cosigned, CosignerKey, KeyRing, signature_lines, with_lines};
use crate::store::{Beside, CosignatureKept};

/// A bot that works has signed a head by then.
const SIGNED_WITHIN: Span = Span::minutes(1);

/// A signed head whose signature holds, and where it lies.
pub(super) struct SignedHead {
    pub checkpoint: Checkpoint,
    pub place: String,
    /// Of a log that a recovery ended: it may speak of entries that were lost.
    pub earlier: bool,
    /// Whoever asked had it from elsewhere.
    pub given: bool,
}

/// All heads whose signatures hold; those that don't are faults.
pub(super) fn heads(
    ring: &KeyRing,
    beside: &Beside,
    file: Option<&str>,
    given: Option<&str>,
    verdict: &mut Verdict,
) -> Vec<SignedHead> {
    let mut heads = Vec::new();
    let mut known = BTreeSet::new();
    let rows = beside.notes.iter().map(|row| {
        (row.note.as_str(), format!("The head kept in the database for {} entries", row.size), Some(row.size))
    });
    let file = file.map(|note| (note, "The head in the file `checkpoint`".to_owned(), None));
    if file.is_none() && !beside.notes.is_empty() {
        verdict.completeness.add(
            "checkpoint",
            "The file `checkpoint` is missing: the last signed head is kept there, apart from the database, so that an older \
             database would be noticed. Restore it from a backup.",
        );
    }
    // First the entries, then the file, then the row: the file may be ahead of the rows, and else says what one of them does.
    if let Some((note, place, _)) = &file
        && let Ok(head) = Checkpoint::unverified(note)
        && beside.notes.iter().all(|row| row.note != *note)
        && beside.notes.iter().any(|row| {
            row.note.lines().next() == Some(&head.origin) && u64::try_from(row.size).is_ok_and(|size| size >= head.size)
        })
    {
        verdict.integrity.add("checkpoint", format!(
            "{place} is none of those that the database has, and no newer one: it was changed, or is another folder's. Find out who writes \
             there; a backup has it as it was."
        ));
    }
    let of = |size: Option<i64>| size.map_or(Place::from("checkpoint"), |size| Place::Head(size.unsigned_abs()));
    for (note, place, size) in rows.chain(file) {
        match ring.open(note) {
            Err(error) => verdict.integrity.add(of(size), format!("{place} doesn't hold: {error}.")),
            Ok((checkpoint, _)) if size.is_some_and(|size| u64::try_from(size) != Ok(checkpoint.size)) => {
                verdict.integrity.add(of(size), format!("{place} speaks of {} entries.", checkpoint.size));
            }
            Ok((checkpoint, earlier)) => {
                // The same head was often signed again while the ledger was idle.
                if known.insert((checkpoint.size, checkpoint.root, checkpoint.origin.clone())) {
                    heads.push(SignedHead { checkpoint, place, earlier, given: false });
                }
            }
        }
    }
    match given.map(|note| open_given(note, ring, "ledger")) {
        Some(Ok((checkpoint, earlier))) => {
            let place = "The head given".to_owned();
            heads.push(SignedHead { checkpoint, place, earlier, given: true });
        }
        Some(Err(why)) => verdict.integrity.add(Place::Given, why),
        None => {}
    }
    heads
}

/// Opens a head that whoever asks had from elsewhere, of this log or of one that a recovery ended. Where it can't be compared with
/// `what` is checked, the reason in a sentence.
pub(crate) fn open_given(note: &str, ring: &KeyRing, what: &str) -> Result<(Checkpoint, bool), String> {
    let now = ring.now().name();
    ring.open(note).map_err(|error| match Checkpoint::unverified(note) {
        Ok(head) if head.origin != now => format!(
            "The head given is of the log {}, and this {what} is of {}: it says nothing of this one. Give a head of this log.",
            head.origin, now
        ),
        Ok(_) | Err(_) => format!(
            "The head given isn't one that the key of this {what} signed: {error}. Give the text of a signed head (C2SP checkpoint), as it \
             stands in a file `checkpoint`, in a bundle or in a digest."
        ),
    })
}

/// Whether the rows of heads, and of what witnesses said of them, are what they were written as. Who the witnesses are, the policies of
/// the ledger say.
pub(super) fn cosignatures(beside: &Beside, verdict: &mut Verdict) {
    let policies = beside.policies.iter().filter_map(|text| Policy::read(text).ok());
    let vkeys = policies.flat_map(|policy| policy.witnessing.witnesses.into_values().map(|witness| witness.vkey));
    let keys: Vec<CosignerKey> = vkeys.filter_map(|vkey| vkey.parse().ok()).collect();
    let of_another_form = "isn't of the form in which it is written: the row was changed.";
    for row in beside.notes.iter().filter(|row| !row.as_written) {
        let says = format!("The head kept in the database for {} entries {of_another_form}", row.size);
        verdict.integrity.add(Place::Head(row.size.unsigned_abs()), says);
    }
    let mut strangers = 0;
    let origin_of = |note: &'_ str| note.lines().next().unwrap_or_default().to_owned();
    let kept: HashMap<(String, i64), &str> =
        beside.notes.iter().map(|head| ((origin_of(&head.note), head.size), head.note.as_str())).collect();
    for row in &beside.cosignatures {
        let CosignatureKept { origin, size, name, line, as_written } = row;
        let place = format!("The cosignature kept in the database for {size} entries by {name}");
        let row_of = |row: &CosignatureKept| Place::Table {
            table: "cosignature".to_owned(),
            rows: vec![format!("origin {}, size {}, name {}", row.origin, row.size, row.name)],
        };
        if !as_written {
            verdict.integrity.add(row_of(row), format!("{place} {of_another_form}"));
        }
        let Some(head) = kept.get(&(origin.clone(), *size)) else {
            verdict.integrity.add(row_of(row), format!("{place} is of a head of {origin} that isn't kept."));
            continue;
        };
        if signature_lines(&format!("{line}\n")).is_none_or(|lines| lines.len() != 1)
            || !line.starts_with(&format!("— {name} "))
        {
            verdict.integrity.add(row_of(row), format!("{place} is no signature line in that name."));
            continue;
        }
        let note = with_lines(head, [line.as_str()]);
        let said: Vec<Cosigned> =
            keys.iter().filter(|key| key.name() == name).filter_map(|key| key.of(&note).ok()).collect();
        let is_its_own = |said: &Cosigned| match said {
            Cosigned::At { .. } => true,
            Cosigned::Not | Cosigned::Forged | Cosigned::Unread => false,
        };
        if said.is_empty() || said.contains(&Cosigned::Unread) {
            strangers += 1;
        } else if !said.iter().any(is_its_own) {
            verdict.integrity.add(
                row_of(row),
                format!("{place} isn't what that witness signed: it was changed, or is of another head."),
            );
        }
    }
    if strangers > 0 {
        verdict.notes.push(format!(
            "Cosignatures that were not checked: {strangers}. No policy that is there has the key of their witness, or it signs in a way that \
             isn't checked here."
        ));
    }
}

/// Whether the heads are there of which the ledger itself shows that they were signed. A bot records at its start how much of
/// the ledger was signed until then; and one that works signs when it starts and every minute, whatever else it does.
pub(super) fn vouched_for(heads: &[SignedHead], seen: &Seen, verdict: &mut Verdict) {
    let newest = heads.iter().filter(|head| !head.earlier && !head.given).map(|head| head.checkpoint.size).max();
    if let Some((seq, signed)) = seen.signed
        && newest.is_none_or(|size| size < signed)
    {
        let there =
            newest.map_or_else(|| "none is there".to_owned(), |size| format!("the last one here covers {size}"));
        verdict.completeness.add(Place::Head(signed), format!(
            "A head over {signed} entries was signed before entry {seq}, which says so, but {there}: heads were taken away. Without them \
             nothing shows that the ledger wasn't cut off or written anew. Restore the file `checkpoint` from where you keep it."
        ));
        return;
    }
    let worked = seen.first_and_last.map_or(Span::ZERO, |(first, last)| last - first);
    if newest.is_none() && worked > SIGNED_WITHIN {
        verdict.completeness.add(Place::Whole, format!(
            "No head was ever signed, or all were taken away, though the ledger was written over {worked} and a bot signs one when it \
             starts: nothing vouches for the order of the entries, nor for their being all. If heads can't be signed, `/healthz` and the \
             log say why; else restore the file `checkpoint` from where you keep it."
        ));
    }
}
