//! The brief of a handoff as its receiver reads it before they accept: how ill each case is by now, what was ruled out on it and what
//! nobody knows, by what people said of it in the ledger; what is in force beside it, and what comes again and again.
//!
//! Here stands the place for the last drill of a workflow, once drills are kept.

use std::collections::BTreeSet;

use super::Answers;
use crate::card::{BriefOnCase, HandoffBrief};
use crate::desk::Shown;
use crate::domain::kinds::handoff::{Handed, Idea, Illness};
use crate::domain::kinds::{exception, incident};
use crate::domain::{At, Body, Case, CaseId, CaseKind, Event, People, PersonId, WorkflowId, every_case};
use crate::store::StoreError;

/// So many cases are told one by one, the most ill first.
const CASES_AT_MOST: usize = 8;
/// So many things that were said of one.
const SAID_AT_MOST: usize = 3;
/// So many exceptions of a workflow are looked at.
const EXCEPTIONS_AT_MOST: u32 = 200;

impl Answers {
    /// What somebody who may see a handoff reads of what is handed over.
    pub(super) async fn handoff_brief(
        &self,
        shown: &Shown,
        case: &Case,
        by: &PersonId,
        people: &People<'_>,
        now: At,
    ) -> Result<Option<HandoffBrief>, StoreError> {
        let Body::Handoff(handoff) = &case.body else { return Ok(None) };
        let named: BTreeSet<CaseId> = handoff.brief.cases.iter().map(|it| it.case).collect();
        let of_items = handoff.items.iter().filter_map(|item| match &item.what {
            Handed::Case { case, .. } => Some(*case),
            Handed::Role { .. } | Handed::Shift { .. } => None,
        });
        let ids: Vec<CaseId> = named.into_iter().chain(of_items).collect();
        let mut cases: Vec<Case> = self.reader.cases(&ids).await?.into_iter().collect::<Result<_, _>>()?;
        cases.retain(|it| it.is_visible_to(by, people));
        let hidden = case.restricted && cases.is_empty();
        cases.sort_by_key(|it| (Illness::of(it, now, &shown.policy), it.id));
        let more = cases.len().saturating_sub(CASES_AT_MOST);
        cases.truncate(CASES_AT_MOST);
        let mut told = Vec::new();
        let mut workflows: BTreeSet<WorkflowId> = BTreeSet::from([case.workflow.clone()]);
        for it in &cases {
            let (ruled_out, unknown) = self.ideas(it).await?;
            workflows.insert(it.workflow.clone());
            told.push(BriefOnCase {
                case: it.id,
                title: it.title.clone(),
                illness: Illness::of(it, now, &shown.policy).word(),
                state: it.state_at(now).to_owned(),
                ruled_out,
                unknown,
            });
        }
        let mut in_force: Vec<(CaseId, String, Option<At>)> = Vec::new();
        let mut recurs: Vec<(WorkflowId, String, usize)> = Vec::new();
        for workflow in workflows.iter().filter(|_| !hidden) {
            let all = self.reader.list(CaseKind::Exception, Some(workflow), false, EXCEPTIONS_AT_MOST).await?;
            for it in all.iter().filter(|it| it.is_visible_to(by, people)) {
                if let Body::Exception(exception) = &it.body
                    && exception::in_force(exception, now)
                {
                    in_force.push((it.id, it.title.clone(), exception.grant().and_then(|grant| grant.until)));
                }
            }
            for (class, recurring) in shown.bot.recurrences.all.get(workflow).into_iter().flatten() {
                let lately = recurring.raised.iter().filter(|at| **at > now - recurring.rule.within).count();
                if lately > recurring.rule.more_than as usize {
                    recurs.push((workflow.clone(), class.to_string(), lately));
                }
            }
        }
        let knowledge = (1..).zip(&handoff.brief.knowledge);
        let knowledge = knowledge.map(|(number, what)| (what.clone(), handoff.proven.contains_key(&number))).collect();
        Ok(Some(HandoffBrief {
            case: case.id,
            title: case.title.clone(),
            hidden,
            told,
            more,
            in_force,
            recurs,
            knowledge,
        }))
    }

    /// What people said was ruled out on a case, and what they said nobody knows; the last of each.
    async fn ideas(&self, case: &Case) -> Result<(Vec<String>, Vec<String>), StoreError> {
        let (mut ruled_out, mut unknown) = (Vec::new(), Vec::new());
        for (_, record) in self.records(case).await? {
            let Ok(record) = record else { continue };
            for event in record.ruled().into_iter().flat_map(|ruled| &ruled.events) {
                let said = if let Event::Case(every_case::Event::Noted { text, .. }) = event {
                    text
                } else if let Event::Incident(incident::Event::Decided { text, .. }) = event {
                    text
                } else {
                    continue;
                };
                match Idea::of(said) {
                    Some(Idea::RuledOut) => ruled_out.push(said.clone()),
                    Some(Idea::Unknown) => unknown.push(said.clone()),
                    None => {}
                }
            }
        }
        let last = |mut all: Vec<String>| all.split_off(all.len().saturating_sub(SAID_AT_MOST));
        Ok((last(ruled_out), last(unknown)))
    }
}
