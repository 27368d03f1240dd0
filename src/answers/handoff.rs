//! The brief of a handoff as its receiver reads it before they accept: how ill each case is by now, who owes what on it, what was ruled
//! out and what nobody knows, by what people noted in the ledger; what is in force beside it, what comes again and again, when the
//! way back was last gone for practice, and what may not be altered now. Its reader is told of the cases that they may see, and no more.

use std::collections::{BTreeMap, BTreeSet};

use super::Answers;
use crate::card::{BriefOnCase, DrilledOn, HandoffBrief, Moving};
use crate::desk::Shown;
use crate::domain::kinds::handoff::{Action, Handed, Handoff, HandoffState, Idea, Illness, OnCase};
use crate::domain::kinds::{Reach, exception, incident};
use crate::domain::{At, Body, Case, CaseId, CaseKind, Event, Label, People, PersonId, WorkflowId, World, every_case};
use crate::store::StoreError;

/// So many cases are told one by one, the most ill first.
const CASES_AT_MOST: usize = 8;
/// So many things that were said of one.
const SAID_AT_MOST: usize = 3;
/// So many cases are looked at for what is to be said back, those that are due first.
const OWED_AT_MOST: u32 = 200;
/// Of so many workflows that a role serves is told what is in force there and when they were drilled.
const WORKFLOWS_AT_MOST: usize = 6;
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
        let mut held: BTreeMap<CaseId, (Vec<Label>, u32)> = BTreeMap::new();
        for item in &handoff.items {
            if let Handed::Case { case, seats, answers, of: _ } = &item.what {
                let of_it = held.entry(*case).or_default();
                of_it.0.extend(seats.iter().cloned());
                of_it.1 += answers;
            }
        }
        let ids: Vec<CaseId> = named.into_iter().chain(held.keys().copied()).collect();
        let cases: Vec<Case> = self.reader.cases(&ids).await?.into_iter().collect::<Result<_, _>>()?;
        let (mut cases, theirs_alone): (Vec<Case>, Vec<Case>) =
            cases.into_iter().partition(|it| it.is_visible_to(by, people));
        // Its number was told in the open before. A handoff that was restricted from its beginning names none.
        let restricted = theirs_alone.iter().filter(|_| !case.restricted).map(|it| it.id).collect();
        let hidden = case.restricted && cases.is_empty();
        cases.sort_by_key(|it| (Illness::of(it, now, &shown.policy), it.id));
        let world = World {
            policy: &shown.policy,
            stamped: &shown.policy,
            people: *people,
            releases: &shown.bot.releases,
            holds: &shown.bot.holds,
            retention: &shown.bot.retention,
        };
        let (mut asked, mut moves) = (Vec::new(), Vec::new());
        let mut moving: BTreeMap<CaseId, Vec<u32>> = BTreeMap::new();
        match handoff.state {
            HandoffState::Offered => {
                let mut reached = cases.clone();
                reached.extend(self.owed_since(handoff, &cases, by, people).await?);
                asked = handoff.to_say_back(&reached, &world);
                for (id, numbers) in handoff.would_move(&reached, &world) {
                    let of_it = moving.entry(id).or_default();
                    of_it.extend(numbers.into_iter().filter(|number| !of_it.contains(number)).collect::<Vec<_>>());
                }
                for it in &reached {
                    let numbers = moving.get(&it.id).map(Vec::as_slice).unwrap_or_default();
                    let actions = Action::these(it, numbers, &people.on(&it.workflow));
                    moves.extend(actions.into_iter().map(|action| Moving { case: it.id, action }));
                }
                moves.sort_by_key(|it| (it.action.due, it.case));
            }
            HandoffState::Accepted | HandoffState::Declined | HandoffState::Withdrawn | HandoffState::Taken => {}
        }
        let more = cases.len().saturating_sub(CASES_AT_MOST);
        cases.truncate(CASES_AT_MOST);
        let mut told = Vec::new();
        let mut workflows: BTreeSet<WorkflowId> = BTreeSet::from([case.workflow.clone()]);
        let served = handoff.serves(&shown.policy);
        let more_workflows = served.len().saturating_sub(WORKFLOWS_AT_MOST);
        workflows.extend(served.iter().take(WORKFLOWS_AT_MOST).cloned());
        for it in &cases {
            let (ruled_out, unknown) = self.ideas(it).await?;
            workflows.insert(it.workflow.clone());
            let (seats, answers) = held.remove(&it.id).unwrap_or_default();
            told.push(BriefOnCase {
                on: OnCase::beside(
                    it,
                    moving.get(&it.id).map(Vec::as_slice).unwrap_or_default(),
                    Illness::of(it, now, &shown.policy),
                    people,
                ),
                seats,
                answers,
                ruled_out,
                unknown,
            });
        }
        let (ruled_out, unknown) = if hidden { Default::default() } else { self.ideas(case).await? };
        let mut in_force: Vec<(CaseId, String, Option<At>)> = Vec::new();
        let mut recurs: Vec<(WorkflowId, String, usize)> = Vec::new();
        let mut drills: Vec<DrilledOn> = Vec::new();
        let mut unaltered: Vec<(WorkflowId, Vec<CaseId>)> = Vec::new();
        for workflow in workflows.iter().filter(|_| !hidden) {
            let all = self.reader.list(CaseKind::Exception, Some(workflow), false, EXCEPTIONS_AT_MOST).await?;
            for it in all.iter().filter(|it| it.is_visible_to(by, people)) {
                if let Body::Exception(exception) = &it.body
                    && exception::in_force(exception, now)
                {
                    in_force.push((it.id, it.title.clone(), exception.grant().and_then(|grant| grant.until)));
                }
            }
            let last = shown.bot.releases.drills.get(workflow);
            if let Some(rule) = shown.policy.rollbacks.get(workflow) {
                let due = last.zip(rule.drill_every).map(|(drilled, every)| drilled.due(every));
                drills.push(DrilledOn {
                    workflow: workflow.clone(),
                    last: last.and_then(|drilled| drilled.last),
                    due,
                    late: due.is_some_and(|due| due <= now),
                });
            }
            for (class, recurring) in shown.bot.recurrences.all.get(workflow).into_iter().flatten() {
                let lately = recurring.raised.iter().filter(|at| **at > now - recurring.rule.within).count();
                if lately > recurring.rule.more_than as usize {
                    recurs.push((workflow.clone(), class.to_string(), lately));
                }
            }
        }
        // What a law forbids is told of each of them, however many there are.
        let all: BTreeSet<&WorkflowId> = workflows.iter().chain(&served).filter(|_| !hidden).collect();
        for workflow in all {
            let forbidden_by = shown.bot.releases.forbidding(workflow).named();
            if !forbidden_by.is_empty() {
                unaltered.push((workflow.clone(), forbidden_by));
            }
        }
        let knowledge = (1..).zip(&handoff.brief.knowledge);
        let knowledge = knowledge
            .map(|(number, what)| (what.clone(), handoff.proven.get(&number).is_some_and(|proof| proof.on.is_some())))
            .collect();
        Ok(Some(HandoffBrief {
            case: case.id,
            title: case.title.clone(),
            hidden,
            moves,
            told,
            more,
            more_workflows,
            asked,
            restricted,
            ruled_out,
            unknown,
            in_force,
            recurs,
            drills,
            unaltered,
            knowledge,
        }))
    }

    /// What its acceptance looks at beside the cases that are told: a role's that were opened since it was offered.
    async fn owed_since(
        &self,
        handoff: &Handoff,
        told: &[Case],
        by: &PersonId,
        people: &People<'_>,
    ) -> Result<Vec<Case>, StoreError> {
        let reach = handoff.reach_to_accept().resolved(people);
        let Reach::HeldBy { people: holders, roles, workflow: _ } = &reach else { return Ok(Vec::new()) };
        let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
        let holder = holders.first().map_or("", PersonId::as_str);
        let mut owing = self.reader.owing(&roles, holder, OWED_AT_MOST).await?;
        owing.retain(|it| reach.wants(it) && it.is_visible_to(by, people) && told.iter().all(|case| case.id != it.id));
        Ok(owing)
    }

    /// What people noted on a case as ruled out, and as unknown; the last of each.
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
                    Some((Idea::RuledOut, what)) => ruled_out.push(what.to_owned()),
                    Some((Idea::Unknown, what)) => unknown.push(what.to_owned()),
                    None => {}
                }
            }
        }
        let last = |mut all: Vec<String>| all.split_off(all.len().saturating_sub(SAID_AT_MOST));
        Ok((last(ruled_out), last(unknown)))
    }
}
