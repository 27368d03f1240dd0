//! The key of the heads, handed on from each to the next.

use std::path::Path;

use super::heads::SignedHead;
use super::seen::Seen;
use super::{AuditError, Verdict};
use crate::evidence::keys;
use crate::ledger::{self, Subjects, folder};
use crate::seal::{Checkpoint, KeyChange, KeyRing, Verifier};
use crate::store::Beside;

/// The changes of keys that the ledger records, as far as they can be read; the seal is checked later.
pub(super) fn key_changes(beside: &Beside) -> Vec<KeyChange> {
    let read = |(seq, leaf, facts): &(i64, String, String)| {
        let record = ledger::read(leaf, facts, None, &Subjects::default()).ok()?;
        keys::change_in(seq.unsigned_abs(), &record).map(|changed| changed.heads)
    };
    beside.key_changes.iter().filter_map(read).collect()
}

/// Whether each key was handed on by the one before it, down to the one that lies in the folder.
pub(super) fn handed_on(
    data: &Path,
    ring: &KeyRing,
    beside: &Beside,
    seen: &Seen,
    verdict: &mut Verdict,
) -> Result<(), AuditError> {
    // What came before a recovery was the key of another log.
    let begun = seen.recoveries.iter().map(|(seq, _)| seq.unsigned_abs()).max();
    let mut before: Option<&KeyChange> = None;
    for change in ring.changes() {
        let KeyChange { seq, old, new } = change;
        if let Some(KeyChange { seq: earlier, new: other, .. }) = before
            && other.key() != old.key()
            && begun.is_none_or(|begun| !(*earlier..*seq).contains(&begun))
        {
            verdict.integrity.add(*seq, format!(
                "Entry {seq} hands the key of the heads on from {old}, but entry {earlier} had handed it on to another one, {other}."
            ));
        }
        before = Some(change);
        let is_under_way = folder::is_changing_keys(data) && ring.now() == old;
        match (is_agreed(change, beside), is_under_way) {
            (_, true) => verdict.notes.push(format!(
                "Entry {seq} changes the key of the heads, and that isn't done to its end: start the bot, which does the rest."
            )),
            (true, false) => verdict
                .notes
                .push(format!("The key of the heads was changed in entry {seq}, and both keys signed for it: from {old} to {new}.")),
            (false, false) => verdict.completeness.add(*seq, format!(
                "Entry {seq} changes the key of the heads, but the head over it that both keys signed is not there: nothing shows that the key \
                 before, {old}, agreed. Restore the table `checkpoint` from a backup."
            )),
        }
    }
    let Some(KeyChange { seq, old, new }) = before.filter(|last| begun.is_none_or(|begun| begun < last.seq)) else {
        return Ok(());
    };
    if new != ring.now() && !(folder::is_changing_keys(data) && old == ring.now()) {
        verdict.integrity.add("keys/ledger.vkey", format!(
            "keys/ledger.vkey is {}, but entry {seq} handed the key of the heads on to {new}: the key in the folder is from before that, or \
             of another ledger. Restore keys/ from a backup that was made after it.",
            ring.now()
        ));
    }
    Ok(())
}

/// The head over a change's entry is there, and both keys signed it.
fn is_agreed(KeyChange { seq, old, new }: &KeyChange, beside: &Beside) -> bool {
    let size = i64::try_from(seq + 1).unwrap_or(i64::MAX);
    let both = |note: &str| Checkpoint::open(note, old).is_ok() && Checkpoint::open(note, new).is_ok();
    beside.notes.iter().any(|row| row.size == size && both(&row.note))
}

/// Whether the heads are signed by the key that was given, or by one that it was handed on to. Whoever holds the folder can put another
/// key into it and sign all heads anew: the old key's signature under a change is what they can't make.
pub(super) fn is_of(pinned: &Verifier, ring: &KeyRing, beside: &Beside, heads: &[SignedHead], verdict: &mut Verdict) {
    let now = ring.now();
    // A recovery gives the log another name, and the key stays.
    let (mut key, mut until) = (pinned.key(), None);
    for change in ring.changes() {
        if change.old.key() == key && is_agreed(change, beside) {
            key = change.new.key();
            until.get_or_insert(change.seq);
        }
    }
    if key != now.key() {
        verdict.integrity.add("keys/ledger.vkey", format!(
            "The heads of this folder are signed by {now}, which is not the key given, {pinned}, and no head that both signed leads from one to the \
             other: this is another ledger, or whoever holds the folder swapped its keys and signed it anew. If `countersign keys rotate` was never \
             run here, trust nothing in it, and restore a backup that `countersign verify` finds good with the key given."
        ));
        return;
    }
    if !heads.iter().any(|head| !head.earlier && !head.given) {
        verdict.not_shown.push(
            "No head that could be checked is there, so nothing in this folder is signed with the key given. Start the bot on it, which signs one, and \
             run `countersign verify --data DIR --key VKEY` again."
                .to_owned(),
        );
        return;
    }
    verdict.notes.push(match until {
        None => format!("The heads are signed by the key given, {pinned}."),
        Some(seq) => format!(
            "The key given, {pinned}, signed heads until entry {seq}; both keys signed for each change since, and the key of now is {now}."
        ),
    });
}
