//! Messages that were sent and ask for answers: brought up to date when one of those is given, or isn't owed any more.

use super::batch::said_again;
use super::lane::LaneRun;
use super::make::{Above, Current, Outgoing, Part, card_in, notice};
use crate::card;
use crate::desk::Report;
use crate::domain::At;
use crate::ledger;
use crate::store::{EditDue, Postponed, StoreError};

impl LaneRun {
    /// What the message is to say now. `None`: it stays as it is.
    pub(super) async fn make_edit(&mut self, due: &EditDue) -> Result<Option<Outgoing>, StoreError> {
        let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
        for row in &due.rows {
            let subjects = ledger::subjects_in(&self.reader, row.facts.as_deref()).await?;
            match notice(row, &subjects) {
                Some(notice) => rows.push(Current { due: row, case: row.case, notice }),
                None => unreadable.push(row),
            }
        }
        if rows.is_empty() {
            tracing::info!(lane = %self.lane, message = due.message, "its words can't be read any more, so it stays");
            self.leave_as_it_is(due);
            return Ok(None);
        }
        let again = said_again(&rows);
        // Each stays in the part in which it was told: parts are kept, and erased, case by case.
        let mut parts: Vec<Part> = Vec::new();
        for row in &due.rows {
            let place = row.part as usize;
            while parts.len() <= place {
                parts.push(Part { case: row.case, ..Part::default() });
            }
            parts[place].tell(row);
        }
        let mut left = None;
        for row in rows.iter().filter(|row| !again.contains(&row.due.id)) {
            let above = self.above(row.case, &row.notice, Some(&due.message)).await?;
            let card = self.draw(row.case, &row.notice, &above, due.thread.as_deref()).await?;
            parts[row.due.part as usize].cards.push(card);
            if let Above::Left { channel } = above {
                left = Some(channel);
            }
        }
        for row in unreadable {
            let part = &mut parts[row.part as usize];
            if part.cards.is_empty() {
                part.cards.push(card::unreadable(row.case));
            }
        }
        if self.says(&due.message, &parts).await? {
            self.leave_as_it_is(due);
            return Ok(None);
        }
        let Some(made) = due.rows.iter().map(|row| row.made).min() else { return Ok(None) };
        Ok(Some(Outgoing {
            parts,
            card_shows: None,
            edit: Some(due.message.clone()),
            thread: due.thread.clone(),
            left,
            nonce: String::new(),
            made,
            perhaps_sent: false,
        }))
    }

    /// Whether that is what the message says already.
    async fn says(&self, message: &str, parts: &[Part]) -> Result<bool, StoreError> {
        let Some(stands) = self.reader.message(&self.lane, message).await? else { return Ok(false) };
        let bodies = std::iter::once(&stands.body).chain(&stands.more);
        Ok(bodies.map(|body| card_in(body)).eq(parts.iter().map(|part| Some(part.card()))))
    }

    /// It is tried again at `not_before`. What waits behind something else wasn't tried.
    pub(super) fn edit_later(&mut self, due: &EditDue, not_before: At, tries: u32) {
        let attempts = due.rows.iter().map(|row| row.attempts).max().unwrap_or_default() + tries;
        let of = (self.lane.clone(), due.message.clone());
        self.reports.push(Report::EditPostponed(Postponed { of, attempts, not_before, perhaps_sent: false }));
    }

    pub(super) fn leave_as_it_is(&mut self, due: &EditDue) {
        let rows = due.rows.iter().filter_map(|row| Some((row.id, row.wanted?)));
        self.reports.push(Report::LeftAsItIs(rows.collect()));
    }
}
