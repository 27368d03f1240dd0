//! What happened of late, counted from what is committed, for the red flags of it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::happened::{Happened, LOOKED_AT};
use crate::domain::obligation::State;
use crate::domain::{At, Body, Case, CaseId, Duty, PartyId, PersonId, WorkflowId};
use crate::store::{DutyFigures, DutyRead, Reader, StoreError};

/// What happened in the time before `now` that is looked at. What a restricted case has to do with it is left out: the answer is
/// for everybody.
///
/// # Errors
/// The database's.
pub(super) async fn happened(reader: &Reader, now: At) -> Result<Happened, StoreError> {
    let since = now - LOOKED_AT;
    let mut view = reader.view().await?;
    let mut happened = Happened::default();
    let mut decided: BTreeSet<CaseId> = BTreeSet::new();
    view.each_duty(since, &[], |row| count(&mut happened, &mut decided, &row, since)).await?;
    let decided: Vec<CaseId> = decided.into_iter().collect();
    for case in view.cases(&decided).await? {
        count_votes(&mut happened, &case);
    }
    let before = view.size_at(since).await?;
    happened.gaps = view.gaps_since(before).await?;
    Ok(happened)
}

fn count(happened: &mut Happened, decided: &mut BTreeSet<CaseId>, row: &DutyRead, since: At) {
    let of = &row.figures;
    if row.restricted {
        return;
    }
    let is_late = of.late_us.is_some_and(|at| at >= since.0);
    if is_late {
        let late = happened.late.entry(of.workflow.clone()).or_default();
        late.breaches += 1;
        if let Some(party) = &of.attributed {
            *late.by.entry(PartyId::from(party.as_str())).or_default() += 1;
        }
    }
    if of.duty == Duty::Decide && matches!(of.state, State::Met | State::MetLate) {
        decided.insert(of.case);
    }
    // Nobody said in time that the work goes on.
    if of.duty == Duty::StillWorking && is_late {
        one_more(&mut happened.lapsed, of);
    }
    // Still offered, or withdrawn with no answer.
    let unanswered = !matches!(of.state, State::Met | State::MetLate);
    if of.duty == Duty::AcceptHandoff && is_late && unanswered {
        one_more(&mut happened.unaccepted, of);
    }
}

fn one_more(counted: &mut BTreeMap<WorkflowId, (u32, CaseId)>, of: &DutyFigures) {
    let (count, last) = counted.entry(of.workflow.clone()).or_insert((0, of.case));
    *count += 1;
    *last = (*last).max(of.case);
}

fn count_votes(happened: &mut Happened, case: &Case) {
    let Body::Approval(approval) = &case.body else { return };
    if approval.votes.is_empty() {
        return;
    }
    let decided = happened.paths.entry(approval.path.clone()).or_default();
    decided.requests += 1;
    let voted: BTreeSet<&PersonId> = approval.votes.iter().map(|vote| &vote.by).collect();
    for person in voted {
        *decided.by.entry(person.clone()).or_default() += 1;
    }
}
