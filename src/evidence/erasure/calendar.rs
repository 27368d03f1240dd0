//! The calendar of what need not be kept any longer soon: looked for now and then, and shown where records are decided about.

use super::carry_out::ErasureError;
use crate::desk::DeskHandle;
use crate::domain::bot::retention::{AHEAD, Ending};
use crate::domain::{Actor, At, BotCommand, Span};
use crate::store::Reader;

/// Where nothing ended soon, it is looked again after this.
const LOOKED_AGAIN_AFTER: Span = Span::hours(6);

/// How many cases one calendar has. Those that end first come first, and the next one has the rest.
const SHOWN_AT_MOST: u32 = 500;

/// When it was looked last.
#[derive(Default)]
pub(super) struct Calendar {
    looked: Option<At>,
}

impl Calendar {
    /// Shows what ends soon, where that is due. Returns when it is to be looked again.
    pub(super) async fn look(&mut self, desk: &DeskHandle, reader: &Reader) -> Result<Option<At>, ErasureError> {
        let now = desk.clock.now();
        let next = |looked: Option<At>| {
            let shown = desk.shown();
            let due = shown.bot.retention.shown_next(&shown.policy)?;
            Some(looked.map_or(due, |looked| due.max(looked + LOOKED_AGAIN_AFTER)))
        };
        if next(self.looked).is_none_or(|due| due > now) {
            return Ok(next(self.looked));
        }
        self.looked = Some(now);
        let ending = ending(desk, reader, now).await?;
        if !ending.is_empty() {
            let upto = now + AHEAD;
            let shown = desk.ask_bot(BotCommand::ShowCalendar { ending, upto }, Actor::Engine, None).await?;
            if let Err(refusal) = shown {
                tracing::warn!(refusal = refusal.code(), "the calendar of what ends can't be shown");
            }
        }
        Ok(next(self.looked))
    }
}

/// Whether nothing is to be shown now.
pub(super) async fn is_shown(desk: &DeskHandle, reader: &Reader) -> Result<bool, ErasureError> {
    let (shown, now) = (desk.shown(), desk.clock.now());
    let is_due = shown.bot.retention.shown_next(&shown.policy).is_some_and(|due| due <= now);
    Ok(!is_due || ending(desk, reader, now).await?.is_empty())
}

/// What ends within the time that a calendar shows, those that end first first.
async fn ending(desk: &DeskHandle, reader: &Reader, now: At) -> Result<Vec<Ending>, ErasureError> {
    let cases = reader.ending(now + AHEAD, SHOWN_AT_MOST).await?;
    let retention = &desk.shown().bot.retention;
    let mut ending: Vec<Ending> = cases.iter().filter_map(|case| case.ending(retention)).collect();
    ending.retain(|ending| ending.until <= now + AHEAD);
    ending.sort_by_key(|ending| (ending.until, ending.case));
    Ok(ending)
}
