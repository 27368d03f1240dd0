//! The side panel of a room: what somebody owes, and the open cases that they can see.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Answers, owed_row};
use crate::card::{self, Button};
use crate::domain::duty::AnsweredBy;
use crate::domain::obligation::{Obligation, State};
use crate::domain::{CaseId, CaseKind, LOCAL, Lane, PersonId, Place, Platform, WorkflowId};
use crate::store::StoreError;

/// How many open cases of a kind the panel shows.
const PANEL_CASES_AT_MOST: u32 = 50;

/// The side panel of a room: what somebody owes, and the open cases that they can see.
#[derive(Serialize)]
pub struct Panel {
    pub owed: Vec<PanelOwed>,
    pub cases: Vec<PanelCase>,
}

#[derive(Serialize)]
pub struct PanelOwed {
    pub case: CaseId,
    pub title: String,
    /// In words: `acknowledgement`, `empty seat (comms)`.
    pub duty: String,
    pub workflow: WorkflowId,
    pub due_us: i64,
    pub late: bool,
    pub paused: bool,
    pub progress: String,
    pub buttons: Vec<Button>,
    pub channel: Option<String>,
    pub message: Option<String>,
}

#[derive(Serialize)]
pub struct PanelCase {
    pub case: CaseId,
    pub title: String,
    pub workflow: WorkflowId,
    pub state: &'static str,
    pub severity: Option<&'static str>,
    pub restricted: bool,
    pub due_us: Option<i64>,
    pub late: bool,
    pub paused: bool,
    pub channel: Option<String>,
    pub message: Option<String>,
}

impl Answers {
    /// The panel of the room's page.
    ///
    /// # Errors
    /// The database's.
    pub async fn panel(&self, person: &PersonId) -> Result<Panel, StoreError> {
        let shown = self.desk.shown();
        let now = self.desk.clock.now();
        let people = shown.bot.people(&shown.policy, now);
        let owing = self.owed(person, &shown, now).await?.found;
        let mut open = Vec::new();
        for kind in CaseKind::ALL {
            let listed = self.reader.list(kind, None, false, PANEL_CASES_AT_MOST).await?;
            open.extend(listed.into_iter().filter(|case| case.is_visible_to(person, &people)));
        }
        let named = owing.iter().map(|(case, _)| case.id).chain(open.iter().map(|case| case.id));
        let homes = self.homes(&named.collect()).await?;
        let home = |case: CaseId| homes.get(&case).cloned().map_or((None, None), |(channel, at)| (Some(channel), at));
        let mut owed = Vec::new();
        for (case, obligation) in owing {
            let (channel, message) = home(case.id);
            let row = owed_row(&case, &obligation);
            owed.push(PanelOwed {
                case: case.id,
                duty: match (&obligation.about, obligation.duty.row().answer) {
                    (Some(about), AnsweredBy::Press | AnsweredBy::Draft | AnsweredBy::Seat | AnsweredBy::Words) => {
                        format!("{} ({about})", obligation.duty.noun())
                    }
                    (Some(_), AnsweredBy::Vote) | (None, _) => obligation.duty.noun().to_owned(),
                },
                workflow: case.workflow.clone(),
                due_us: obligation.terms.due.0,
                late: obligation.is_late(),
                paused: row.state == State::Paused,
                progress: if row.need > 1 { format!("{} of {}", row.have, row.need) } else { String::new() },
                buttons: card::answers_unseen(case.id, obligation.duty, obligation.about.as_ref()),
                title: case.title,
                channel,
                message,
            });
        }
        let mut cases = Vec::new();
        for case in open {
            let (channel, message) = home(case.id);
            let open = || case.open_obligations();
            cases.push(PanelCase {
                case: case.id,
                state: case.state(),
                severity: case.severity().map(|severity| severity.word()),
                restricted: case.restricted,
                due_us: case.next_due().map(|it| it.terms.due.0),
                late: open().any(Obligation::is_late),
                paused: open().count() > 0 && open().all(|it| it.state() == State::Paused),
                title: case.title.clone(),
                workflow: case.workflow.clone(),
                channel,
                message,
            });
        }
        Ok(Panel { owed, cases })
    }

    /// Where cases' cards stand in the local room: the channel, and the message once it is posted.
    async fn homes(&self, cases: &BTreeSet<CaseId>) -> Result<BTreeMap<CaseId, (String, Option<String>)>, StoreError> {
        let stand = self.stand(&Platform::from(LOCAL), cases).await?;
        let channel = |(case, (lane, message)): (CaseId, (Lane, Option<String>))| match lane.place {
            Place::Channel(channel) => Some((case, (channel, message))),
            Place::Direct(_) => None,
        };
        Ok(stand.into_iter().filter_map(channel).collect())
    }
}
