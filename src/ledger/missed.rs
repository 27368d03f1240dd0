//! What an entry says may have been missed: a conversation was not heard for a while, the bot was down, its clock went back, entries
//! were lost.

use crate::domain::bot::condition::Event;
use crate::domain::{At, BotEvent, Lane, Span};
use crate::ledger::heard::What;
use crate::ledger::record::Record;

#[derive(Clone, Debug, PartialEq)]
pub enum Missed {
    /// Nothing was heard there.
    Gap { lane: Lane, from: At, to: At, why: String },
    /// The bot didn't run.
    Down { from: At, to: At },
    /// The machine's clock was wrong.
    ClockWentBack { at: At, by: Span },
    /// A backup was restored.
    Lost { at: At, entries: u64 },
}

/// `at` is when the record was written.
pub fn in_record(record: &Record, at: At) -> Vec<Missed> {
    if let Record::Heard(heard) = record {
        let What::Gap { from, to, why } = &heard.what else { return Vec::new() };
        return vec![Missed::Gap { lane: heard.lane.clone(), from: *from, to: *to, why: why.clone() }];
    }
    let Record::Bot(ruled) = record else { return Vec::new() };
    let missed = |event: &BotEvent| {
        let BotEvent::Bot(event) = event else { return None };
        match event {
            Event::Started { was_down, .. } => was_down.map(|span| Missed::Down { from: at - span, to: at }),
            Event::ClockWentBack { by } => Some(Missed::ClockWentBack { at, by: *by }),
            Event::Recovered { lost_from, signed_size, .. } => {
                Some(Missed::Lost { at, entries: signed_size.saturating_sub(*lost_from) })
            }
            Event::Stopped {} | Event::FellBehind { .. } | Event::CaughtUp {} => None,
            Event::GaveUp { .. } | Event::CausesReplaced { .. } => None,
        }
    };
    ruled.events.iter().filter_map(missed).collect()
}
