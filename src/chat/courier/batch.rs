//! Several messages to one person as one: which rows go together, and what they are together.

use std::collections::HashSet;

use super::ROUND;
use super::lane::{LaneRun, Parcel};
use super::make::{Current, Part};
use super::retry::mixed;
use crate::domain::{CaseId, Lane, OutboxId, Place, Telling, every_case};
use crate::store::{OutboxDue, StoreError};

/// More than this in one message nobody reads; the rest follows in a second one.
const ROWS_AT_MOST: usize = 10;

/// Direct messages that are due to one person go out as one: several buzzes in a row are one buzz.
pub(super) fn batched(parcels: Vec<Parcel>, lane: &Lane) -> Vec<Parcel> {
    if matches!(lane.place, Place::Channel(_)) {
        return parcels;
    }
    let mut out = Vec::new();
    let mut batch = Vec::new();
    let mut rest = Vec::new();
    let mut seen = HashSet::new();
    for parcel in parcels {
        match parcel {
            Parcel::Message(due) if seen.insert(due.id) => {
                // What may stand there already stays by itself, so that it is found there.
                let with = |last: &OutboxDue| last.sending == due.sending;
                if !batch.last().is_none_or(with) {
                    out.push(Parcel::Batch(std::mem::take(&mut batch)));
                }
                batch.push(due);
                if batch.len() == ROWS_AT_MOST {
                    out.push(Parcel::Batch(std::mem::take(&mut batch)));
                }
            }
            Parcel::Message(_) => {}
            other => rest.push(other),
        }
    }
    if !batch.is_empty() {
        out.push(Parcel::Batch(batch));
    }
    out.extend(rest);
    out
}

impl LaneRun {
    /// What is due to a person takes along what would follow within the policy's `batch_within`: one buzz instead of two.
    pub(super) async fn with_those_due_soon(&self, mut parcels: Vec<Parcel>) -> Result<Vec<Parcel>, StoreError> {
        if matches!(self.lane.place, Place::Channel(_)) || !parcels.iter().any(|it| matches!(it, Parcel::Message(_))) {
            return Ok(parcels);
        }
        let now = self.desk.clock.now();
        let until = now + self.desk.shown().policy.batch_within;
        let due: HashSet<OutboxId> = parcels
            .iter()
            .filter_map(|parcel| match parcel {
                Parcel::Message(due) => Some(due.id),
                Parcel::Card(_) | Parcel::Batch(_) | Parcel::Edit(_) => None,
            })
            .collect();
        let soon = self.reader.outbox_of_lane(&self.lane, until, ROUND).await?;
        // What was put off after a failure, or made later, keeps its own moment.
        let goes_along = |it: &OutboxDue| it.attempts == 0 && it.made <= now && !due.contains(&it.id);
        // What can't be read is named where it is due.
        parcels.extend(soon.into_iter().flatten().filter(goes_along).map(Parcel::Message));
        Ok(parcels)
    }
}

/// Rows whose every word on a clock a later row says again: one true thing instead of several stale ones.
pub(super) fn said_again(rows: &[Current<'_>]) -> HashSet<OutboxId> {
    let mut said: HashSet<(CaseId, u32)> = HashSet::new();
    let mut again = HashSet::new();
    for row in rows.iter().rev() {
        let (Some(case), Telling::Case(every_case::Telling::Clock { items })) = (row.case, &row.notice.telling) else {
            continue;
        };
        let mut every = true;
        for item in items {
            every &= !said.insert((case, item.number));
        }
        if every {
            again.insert(row.due.id);
        }
    }
    again
}

/// The part of a message that is of this case; a new one at its end where there is none. What one case has to say stands
/// together, and cases stand in the order in which each is first named.
pub(super) fn part_of(parts: &mut Vec<Part>, case: Option<CaseId>) -> &mut Part {
    let place = parts.iter().position(|part| part.case == case).unwrap_or_else(|| {
        parts.push(Part { case, ..Part::default() });
        parts.len() - 1
    });
    &mut parts[place]
}

/// The same rows are the same message; with one more of them it is another. One row is called by its own id; several are
/// called by the first, how many there are, and what they add up to.
pub(super) fn nonce(rows: &[OutboxId]) -> String {
    match rows {
        [one] => one.to_string(),
        rows => {
            let mixed = mixed(rows.iter().flat_map(|row| [row.entry, i64::from(row.place)]));
            let first = rows.first().map(OutboxId::to_string).unwrap_or_default();
            format!("{first}+{}-{mixed:x}", rows.len())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Card;
    use crate::domain::At;
    use crate::grammar::Word;

    fn card(title: &str) -> Card {
        Card { title: vec![Word::from(title)], ..Card::default() }
    }

    #[test]
    fn what_one_case_has_to_say_stands_together() {
        let [one, two] = ["APR-1", "APR-2"].map(|id| id.parse::<CaseId>().ok());
        let mut parts = Vec::new();
        for (case, title) in [(one, "a"), (None, "b"), (two, "c"), (one, "d"), (None, "e")] {
            part_of(&mut parts, case).cards.push(card(title));
        }
        let told: Vec<_> = parts.iter().map(|part| (part.case, part.card().plain(chrono_tz::UTC, At(0)))).collect();
        assert_eq!(told, [(one, "a\nd".to_owned()), (None, "b\ne".to_owned()), (two, "c".to_owned())]);
    }

    #[test]
    fn the_same_rows_have_the_same_nonce_and_no_others() {
        let row = |entry, place| OutboxId { entry, place };
        assert_eq!(nonce(&[row(12, 0)]), "12.0");
        let pair = nonce(&[row(12, 0), row(13, 1)]);
        assert!(pair.starts_with("12.0+2-"), "{pair}");
        assert_eq!(pair, nonce(&[row(12, 0), row(13, 1)]));
        let others =
            [vec![row(12, 0), row(13, 2)], vec![row(12, 0), row(1, 13)], vec![row(12, 0), row(13, 1), row(14, 0)]];
        assert!(others.iter().all(|rows| nonce(rows) != pair));
    }
}
