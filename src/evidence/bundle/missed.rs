//! When something may have been missed. Such entries belong to no case. Those that fall into the life of a case, and into a conversation that it has a part
//! in, are in its context.

use std::collections::BTreeSet;

use super::derive::Sealed;
use crate::domain::{At, Lane};
pub(super) use crate::ledger::missed::Missed;
use crate::ledger::missed::in_record;
use crate::ledger::record::Record;

fn overlaps(missed: &Missed, from: At, to: At) -> bool {
    match missed {
        Missed::Gap { from: begun, to: ended, .. } | Missed::Down { from: begun, to: ended } => {
            *begun <= to && *ended >= from
        }
        Missed::ClockWentBack { at, .. } | Missed::Lost { at, .. } => from <= *at && *at <= to,
    }
}

pub(super) fn of(entry: &Sealed) -> Vec<Missed> {
    let (Some(record), Some(envelope)) = (&entry.record, &entry.envelope) else { return Vec::new() };
    in_record(record, envelope.at)
}

/// The entries among those of no case, by number, that say what of a case may have been missed.
pub(super) fn touching(entries: &[Sealed], beside: &[Sealed]) -> BTreeSet<u64> {
    let moments = || entries.iter().filter_map(|entry| entry.envelope.as_ref()).map(|envelope| envelope.at);
    let (Some(from), Some(to)) = (moments().min(), moments().max()) else { return BTreeSet::new() };
    let lanes: BTreeSet<&Lane> = entries.iter().filter_map(|entry| entry.record.as_ref()).flat_map(lanes).collect();
    let concerns = |missed: &Missed| match missed {
        Missed::Gap { lane, .. } => lanes.contains(lane) && overlaps(missed, from, to),
        Missed::Down { .. } | Missed::ClockWentBack { .. } | Missed::Lost { .. } => overlaps(missed, from, to),
    };
    beside.iter().filter(|entry| of(entry).iter().any(concerns)).map(Sealed::seq).collect()
}

/// The conversations that an entry speaks of.
fn lanes(record: &Record) -> Vec<&Lane> {
    match record {
        Record::Heard(heard) => vec![&heard.lane],
        Record::Told(told) => vec![&told.lane],
        Record::NotTold(not_told) => vec![&not_told.lane],
        Record::ChannelMade(made) => vec![&made.lane],
        Record::Ruled(ruled) => ruled.tell.iter().map(|it| &it.lane).collect(),
        Record::Bot(_) | Record::Introduced(_) | Record::Withheld(_) | Record::Erased(_) => Vec::new(),
    }
}
