//! Messages that were sent and ask for answers: brought up to date when one of those is given, or isn't owed any more.

use super::batch::said_again;
use super::lane::LaneRun;
use super::make::{Above, Current, Outgoing, Part, notice};
use crate::desk::Report;
use crate::domain::notice::Stands;
use crate::domain::{At, Case, Span};
use crate::ledger;
use crate::store::{EditDue, Postponed, StoreError};

impl LaneRun {
    /// What the message is to say now. `None` where words of it can't be read any more: then it stays as it is.
    pub(super) async fn make_edit(&mut self, due: &EditDue) -> Result<Option<Outgoing>, StoreError> {
        let mut rows = Vec::new();
        for row in &due.rows {
            let subjects = ledger::subjects_in(&self.reader, row.facts.as_deref()).await?;
            let Some(notice) = notice(row, &subjects) else {
                tracing::info!(lane = %self.lane, message = due.message, "its words can't be read any more, so it stays");
                self.leave_as_it_is(due);
                return Ok(None);
            };
            rows.push(Current { due: row, case: row.case, notice });
        }
        let mut goes_on = true;
        for row in &rows {
            let beneath = !matches!(self.above(row.case, &row.notice, Some(&due.message)).await?, Above::Nothing);
            let asking = match row.case {
                Some(id) => self.case(id).await?,
                None => None,
            };
            let shown = self.desk.shown();
            let people = shown.bot.people(&shown.policy, self.desk.clock.now());
            // A deadline that moved with a pause is told anew.
            let still = |case: &Case| {
                let mut asked = row.notice.while_owed.iter().filter_map(|number| case.obligation(*number));
                asked.all(|it| it.paused == Span::ZERO)
            };
            let stands = asking.as_ref().map(|case| (self.stands(&row.notice, case, &people), still(case)));
            goes_on &= stands.is_none_or(|(stands, still)| match stands {
                Stands::Told => true,
                Stands::Asked => beneath && still,
                Stands::Paused { .. } | Stands::WithOthers { .. } | Stands::Ended(_) | Stands::Hidden => false,
            });
        }
        if goes_on {
            // What stands above it tells how far it is.
            self.leave_as_it_is(due);
            return Ok(None);
        }
        let again = said_again(&rows);
        let mut parts: Vec<Part> = Vec::new();
        for row in &rows {
            // Each stays in the part in which it was told: parts are kept, and erased, case by case.
            let place = row.due.part as usize;
            while parts.len() <= place {
                parts.push(Part { case: row.case, ..Part::default() });
            }
            parts[place].tell(row.due);
            if !again.contains(&row.due.id) {
                let above = self.above(row.case, &row.notice, Some(&due.message)).await?;
                let card = self.draw(row.case, &row.notice, &above, due.thread.as_deref()).await?;
                parts[place].cards.push(card);
            }
        }
        let Some(made) = due.rows.iter().map(|row| row.made).min() else { return Ok(None) };
        Ok(Some(Outgoing {
            parts,
            card_shows: None,
            edit: Some(due.message.clone()),
            thread: due.thread.clone(),
            nonce: String::new(),
            made,
            perhaps_sent: false,
        }))
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
