//! What may go into production or be altered now: freezes, which laws forbid altering a system, and when a way back was drilled
//! last. Asked at the moment of acting, never when something was planned.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling, stages};
use crate::domain::kinds::approval::Approval;
use crate::domain::kinds::rollback::{self, Outcome, Rollback, RollbackState, Verb};
use crate::domain::line::{Named, say};
use crate::domain::notice::To;
use crate::domain::regulation;
use crate::domain::{
    At, Body, Case, CaseId, CaseKind, ClockId, Event as Became, Opening, PersonId, Policy, Refusal, Span, Then,
    WorkflowId, WorkflowStage, text,
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Releases {
    /// Those that hold changes of a workflow.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub freezes: BTreeMap<WorkflowId, Freeze>,
    /// The incidents of a workflow whose laws forbid altering it now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub forbidding: BTreeMap<WorkflowId, BTreeMap<CaseId, Forbids>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drills: BTreeMap<WorkflowId, Drilled>,
    /// The open rollbacks of a workflow. Drills aren't among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub under_way: BTreeMap<WorkflowId, BTreeMap<CaseId, UnderWay>>,
    /// The last rollback that altered what runs on a workflow. Drills aren't among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub altered: BTreeMap<WorkflowId, Altered>,
    /// Workflows that the policy file alone put into production, and since when: nobody has agreed to that.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unagreed: BTreeMap<WorkflowId, At>,
}

/// A rollback that altered what runs, as it came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Altered {
    pub case: CaseId,
    pub at: At,
    /// Only its own people may read that there is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
}

/// How an open rollback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderWay {
    pub runs: bool,
    /// Only its own people may read that there is one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
}

/// No change of a workflow is approved that goes into production, until a moment or until somebody ends it. Going back stays possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Freeze {
    pub workflow: WorkflowId,
    /// `None`: until somebody ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// `None`: it follows from a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    pub reason: String,
    /// The rollback that it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// Since when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<At>,
    /// The approvals that go through all the same, by a decision of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<CaseId>,
}

impl Freeze {
    pub fn holds_at(&self, at: At) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}

/// The clocks of one incident that forbid altering the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forbids {
    /// Since when each of them does.
    pub clocks: BTreeMap<ClockId, At>,
    /// Only its own people may read that there is such an incident.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub restricted: bool,
}

/// When the way back of a workflow was last gone for practice, and when that is due again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drilled {
    /// Since when that counts: the policy asks for drills, or somebody held one.
    pub since: At,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<At>,
    /// The drill that is due, while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<CaseId>,
    /// When the bot said last that one is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<At>,
}

/// One that is due and was not held is asked for again after this time.
const ASKED_AGAIN_AFTER: Span = Span::days(7);

impl Drilled {
    /// When the next one is due.
    pub fn due(&self, every: Span) -> At {
        self.last.unwrap_or(self.since) + every
    }

    /// When the bot is to say so. `None`: one is open that waits to be held.
    fn to_be_said(&self, every: Span) -> Option<At> {
        let again = self.said.map(|said| said + ASKED_AGAIN_AFTER.min(every));
        self.asked.is_none().then(|| self.due(every).max(again.unwrap_or(At(i64::MIN))))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "release.")]
pub enum Event {
    Frozen(Freeze),
    /// `by: None`: its time was over.
    Thawed {
        workflow: WorkflowId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A drill is due; the case that says so follows.
    DrillDue {
        workflow: WorkflowId,
    },
    /// One approval goes through all the same.
    FreezeOverridden {
        workflow: WorkflowId,
        case: CaseId,
        by: PersonId,
        reason: String,
    },
}

/// Which laws forbid altering a system now. What follows from an incident that only its people may know of is named to nobody: which
/// law it is says what happened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forbidding<'a> {
    named: Vec<(CaseId, &'a ClockId, At)>,
    unnamed: Vec<At>,
}

impl Forbidding<'_> {
    /// Without those that forbade it at that moment already.
    #[must_use]
    pub fn begun_after(mut self, decided: Option<At>) -> Self {
        if let Some(decided) = decided {
            self.named.retain(|(_, _, since)| *since > decided);
            self.unnamed.retain(|since| *since > decided);
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.unnamed.is_empty()
    }

    /// Those that may be named, each once.
    pub fn clocks(&self) -> Vec<ClockId> {
        let clocks: BTreeSet<&ClockId> = self.named.iter().map(|(_, clock, _)| *clock).collect();
        clocks.into_iter().cloned().collect()
    }

    pub fn has_unnamed(&self) -> bool {
        !self.unnamed.is_empty()
    }

    /// What is said of them: `dora.initial forbids`, `dora.initial and gdpr.33 forbid`.
    pub fn forbids(&self) -> String {
        let clocks = self.clocks();
        let unnamed = match (clocks.is_empty(), self.has_unnamed()) {
            (_, false) => None,
            (true, true) => Some("a law"),
            (false, true) => Some("another law"),
        };
        let verb = if clocks.len() + unnamed.iter().count() == 1 { "forbids" } else { "forbid" };
        format!("{} {verb}", text::list(clocks.iter().map(ClockId::as_str).chain(unnamed)))
    }

    /// The incidents that may be named to everybody.
    pub fn named(&self) -> Vec<CaseId> {
        let cases: BTreeSet<CaseId> = self.named.iter().map(|(case, _, _)| *case).collect();
        cases.into_iter().collect()
    }

    /// The words of the first of these laws that may be named.
    pub fn rule(&self) -> String {
        let clocks = self.clocks();
        let rule = clocks.first().and_then(regulation::clock).and_then(|(_, clock)| clock.forbids_altering.clone());
        rule.unwrap_or_default()
    }
}

impl Releases {
    pub const NONE: &'static Releases = &Releases {
        freezes: BTreeMap::new(),
        forbidding: BTreeMap::new(),
        drills: BTreeMap::new(),
        under_way: BTreeMap::new(),
        altered: BTreeMap::new(),
        unagreed: BTreeMap::new(),
    };

    /// The freeze that holds changes of a workflow at a moment.
    pub fn freeze(&self, workflow: &WorkflowId, at: At) -> Option<&Freeze> {
        self.freezes.get(workflow).filter(|freeze| freeze.holds_at(at))
    }

    /// The freezes that hold at a moment.
    pub fn standing(&self, at: At) -> impl Iterator<Item = &Freeze> {
        self.freezes.values().filter(move |freeze| freeze.holds_at(at))
    }

    /// The open rollbacks of a workflow. Drills aren't among them.
    pub fn under_way(&self, workflow: &WorkflowId) -> impl Iterator<Item = (CaseId, UnderWay)> {
        self.under_way.get(workflow).into_iter().flatten().map(|(id, stands)| (*id, *stands))
    }

    /// When the last drill was held.
    pub fn drilled(&self, workflow: &WorkflowId) -> Option<At> {
        self.drills.get(workflow)?.last
    }

    pub fn forbidding(&self, workflow: &WorkflowId) -> Forbidding<'_> {
        let mut all = Forbidding::default();
        for (case, forbids) in self.forbidding.get(workflow).into_iter().flatten() {
            for (clock, since) in &forbids.clocks {
                match forbids.restricted {
                    true => all.unnamed.push(*since),
                    false => all.named.push((*case, clock, *since)),
                }
            }
        }
        all
    }

    /// Another policy: these workflows are drilled from now on, and no others.
    pub(super) fn follow(&mut self, drills: &BTreeSet<WorkflowId>, at: At) {
        for workflow in drills {
            self.drills.entry(workflow.clone()).or_insert(Drilled { since: at, last: None, asked: None, said: None });
        }
    }

    pub(super) fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::DrillDue { workflow } => {
                if let Some(drilled) = self.drills.get_mut(workflow) {
                    drilled.said = Some(at);
                }
            }
            Event::Frozen(freeze) => {
                // What is held for longer was held since it began.
                let stands = self.freezes.get(&freeze.workflow).filter(|stands| stands.holds_at(at));
                let since = stands.and_then(|stands| stands.since).or(Some(at));
                self.freezes.insert(freeze.workflow.clone(), Freeze { since, ..freeze.clone() });
            }
            Event::Thawed { workflow, by: _, reason: _ } => {
                self.freezes.remove(workflow);
            }
            Event::FreezeOverridden { workflow, case, by: _, reason: _ } => {
                if let Some(freeze) = self.freezes.get_mut(workflow) {
                    freeze.overridden.push(*case);
                }
            }
        }
    }

    /// Sees at which stage a workflow is, and who agreed to that.
    pub(super) fn observe_stage(&mut self, event: &stages::Event, at: At) {
        match event {
            stages::Event::Changed(changed) => match (changed.to, changed.approval) {
                (Some(WorkflowStage::Production), None) => {
                    self.unagreed.entry(changed.workflow.clone()).or_insert(at);
                }
                (Some(WorkflowStage::Production), Some(_)) | (Some(WorkflowStage::Pilot) | None, _) => {
                    self.unagreed.remove(&changed.workflow);
                }
            },
            stages::Event::PromotionApproved { workflow, case: _ } => {
                self.unagreed.remove(workflow);
            }
        }
    }

    /// Sees what became true of a case: whether its laws forbid altering the system from now on, and whether a drill was held.
    pub(super) fn observe(&mut self, case: &Case, event: &Became, at: At) {
        match (&case.body, event) {
            (Body::Incident(_), _) => self.observe_incident(case, at),
            (Body::Rollback(rollback), Became::Rollback(event)) if rollback.is_drill() => {
                self.observe_drill(case, rollback, event, at);
            }
            (Body::Rollback(rollback), Became::Rollback(event)) if !rollback.is_drill() => {
                self.observe_rollback(case, rollback, at);
                // A machine that comes late with it has altered what runs after its rollback was over.
                if matches!(event, rollback::Event::MachineSaidLate { done: true, .. }) && case.is_closed() {
                    self.altered_by(case, at);
                }
            }
            (Body::Rollback(rollback), _) if !rollback.is_drill() => self.observe_rollback(case, rollback, at),
            (Body::Rollback(_) | Body::Approval(_) | Body::Exception(_) | Body::Handoff(_), _) => {}
        }
    }

    fn observe_drill(&mut self, case: &Case, drill: &Rollback, event: &rollback::Event, at: At) {
        let new = || Drilled { since: at, last: None, asked: None, said: None };
        let drilled = self.drills.entry(case.workflow.clone()).or_insert_with(new);
        match event {
            rollback::Event::DrillDue(_) => drilled.asked = Some(case.id),
            // Where every step was skipped, nobody went the way back; where it failed, there is none.
            rollback::Event::Confirmed {
                outcome: Outcome::Recovered | Outcome::Contained | Outcome::InMaintenance,
                ..
            } if drill.was_gone() => drilled.last = Some(at),
            rollback::Event::Confirmed { .. }
            | rollback::Event::Proposed(_)
            | rollback::Event::Planned(_)
            | rollback::Event::DrillHeld { .. }
            | rollback::Event::CriterionTicked { .. }
            | rollback::Event::WayCompared(_)
            | rollback::Event::Retargeted(_)
            | rollback::Event::GoSaid { .. }
            | rollback::Event::Authorised { .. }
            | rollback::Event::Refused { .. }
            | rollback::Event::AlteringDecided { .. }
            | rollback::Event::EvidenceSealed { .. }
            | rollback::Event::Started { .. }
            | rollback::Event::PointAgreed { .. }
            | rollback::Event::StepDone { .. }
            | rollback::Event::StepBlocked { .. }
            | rollback::Event::StepSkipped { .. }
            | rollback::Event::DownstreamConfirmed { .. }
            | rollback::Event::AnsweredNo { .. }
            | rollback::Event::FlightAnswered { .. }
            | rollback::Event::LookedBack { .. }
            | rollback::Event::LookBackAnswered { .. }
            | rollback::Event::SourceConfirmed { .. }
            | rollback::Event::GapFound { .. }
            | rollback::Event::GapClosed { .. }
            | rollback::Event::TriedAgain { .. }
            | rollback::Event::CallBegun { .. }
            | rollback::Event::CallFailed { .. }
            | rollback::Event::CalledAnew { .. }
            | rollback::Event::MachineSaidLate { .. }
            | rollback::Event::Abandoned { .. } => {}
        }
        if drilled.asked == Some(case.id) && case.is_closed() {
            drilled.asked = None;
        }
    }

    fn observe_rollback(&mut self, case: &Case, rollback: &Rollback, at: At) {
        if case.is_closed() {
            let ends_now = self.under_way.get(&case.workflow).is_some_and(|cases| cases.contains_key(&case.id));
            if ends_now && rollback.altered() {
                self.altered_by(case, at);
            }
            return forget(&mut self.under_way, case);
        }
        let stands = UnderWay { runs: rollback.state == RollbackState::Running, restricted: case.restricted };
        self.under_way.entry(case.workflow.clone()).or_default().insert(case.id, stands);
    }

    fn altered_by(&mut self, case: &Case, at: At) {
        let altered = Altered { case: case.id, at, restricted: case.restricted };
        self.altered.insert(case.workflow.clone(), altered);
    }

    fn observe_incident(&mut self, case: &Case, at: At) {
        let before = self.forbidding.get(&case.workflow).and_then(|cases| cases.get(&case.id)).map(|it| &it.clocks);
        let since = |clock: &ClockId| before.and_then(|clocks| clocks.get(clock)).copied().unwrap_or(at);
        let forbids = regulation::forbids_altering(case).into_iter().map(|it| it.clock);
        let clocks: BTreeMap<ClockId, At> = forbids.map(|clock| (clock.clone(), since(&clock))).collect();
        if clocks.is_empty() {
            return forget(&mut self.forbidding, case);
        }
        let forbids = Forbids { clocks, restricted: case.restricted };
        self.forbidding.entry(case.workflow.clone()).or_default().insert(case.id, forbids);
    }

    /// When the next freeze ends by itself, or the next drill is due.
    pub(super) fn wake(&self, policy: &Policy) -> Option<At> {
        let ends = self.freezes.values().filter_map(|freeze| freeze.until);
        let drills = drilled_by(policy).filter_map(|(workflow, every)| self.drills.get(workflow)?.to_be_said(every));
        ends.chain(drills).min()
    }

    /// The workflows whose drill was not held in time, and by when it was to be.
    pub fn overdue<'p>(&self, policy: &'p Policy, at: At) -> impl Iterator<Item = (&'p WorkflowId, At)> {
        let due = policy.rollbacks.iter().filter_map(|(workflow, rule)| {
            let due = self.drills.get(workflow)?.due(rule.drill_every?);
            Some((workflow, due + rule.drill_within))
        });
        due.filter(move |(_, due)| *due <= at)
    }
}

/// What was kept of a case by its workflow is kept no more.
fn forget<T>(kept: &mut BTreeMap<WorkflowId, BTreeMap<CaseId, T>>, case: &Case) {
    if let Some(cases) = kept.get_mut(&case.workflow) {
        cases.remove(&case.id);
        if cases.is_empty() {
            kept.remove(&case.workflow);
        }
    }
}

/// An approval that waits for its decision.
fn waiting(case: &Case) -> Option<&Approval> {
    match &case.body {
        Body::Approval(approval) => Some(approval).filter(|_| !case.is_closed()),
        Body::Incident(_) | Body::Exception(_) | Body::Handoff(_) | Body::Rollback(_) => None,
    }
}

/// The workflows whose way back is drilled, and how often.
fn drilled_by(policy: &Policy) -> impl Iterator<Item = (&WorkflowId, Span)> {
    policy.rollbacks.iter().filter_map(|(workflow, rule)| Some((workflow, rule.drill_every?)))
}

impl Draft<'_> {
    pub(super) fn freeze(
        mut self,
        workflow: &WorkflowId,
        until: Option<At>,
        reason: &str,
        case: Option<CaseId>,
    ) -> Result<Ruling, Refusal> {
        let by = self.ask.by.person().cloned();
        self.may_freeze(workflow, "holding changes")?;
        if until.is_some_and(|until| until <= self.ask.at) {
            return Err(Refusal::NotAfter("the end of the freeze", "now"));
        }
        let reason = text::text("the reason", reason)?;
        // Neither what follows from a rollback shortens a freeze, nor somebody who may not know of it.
        let stands = self.bot.releases.freeze(workflow, self.ask.at).cloned();
        let longer = |freeze: &&Freeze| freeze.until.is_none_or(|have| until.is_some_and(|until| have >= until));
        if let Some(freeze) = stands.as_ref().filter(longer) {
            return match by {
                None => Ok(self.ruling),
                Some(_) => Err(self.is_held_for_longer(freeze)),
            };
        }
        // What was let through goes on being let through for longer, but not past what a rollback has shown since.
        let overridden = stands.filter(|_| by.is_some()).map(|freeze| freeze.overridden).unwrap_or_default();
        let freeze = Freeze { workflow: workflow.clone(), until, by, reason, case, since: None, overridden };
        self.push(Event::Frozen(freeze.clone()));
        let ends = match until {
            Some(until) => format!("until {}", self.moment(until)),
            None => "until somebody ends it".to_owned(),
        };
        self.tell_workflow(workflow, Telling::Frozen(freeze));
        let thaw = Verb::Thaw.of(CaseKind::Rollback).with(workflow).with("why");
        Ok(self.reply(say![
            format!("Changes of {workflow} are held {ends}; going back stays possible. "),
            thaw,
            " ends it."
        ]))
    }

    /// With the cases of the workflow on which something is owed: whoever waits for what is held doesn't end that.
    pub(super) fn thaw(mut self, workflow: &WorkflowId, reason: &str, cases: &[Case]) -> Result<Ruling, Refusal> {
        let by = self.ask.by.person().cloned();
        self.may_freeze(workflow, "ending a freeze")?;
        let overridden = self.known_freeze(workflow)?.overridden.clone();
        let waits = |case: &&Case| {
            let approval =
                waiting(case).filter(|it| it.is_held(workflow, self.policy) && !overridden.contains(&case.id));
            approval.is_some_and(|it| Some(&it.requester) == by.as_ref())
        };
        if let Some(case) = cases.iter().find(waits) {
            return Err(self.of_your_own(workflow, case.id));
        }
        let reason = text::text("the reason", reason)?;
        self.push(Event::Thawed { workflow: workflow.clone(), by: by.clone(), reason: Some(reason.clone()) });
        self.tell_workflow(workflow, Telling::Thawed { workflow: workflow.clone(), by, reason: Some(reason) });
        Ok(self.reply(format!("Changes of {workflow} are possible again.")))
    }

    pub(super) fn override_freeze(
        mut self,
        workflow: &WorkflowId,
        case: CaseId,
        reason: &str,
        cases: &[Case],
    ) -> Result<Ruling, Refusal> {
        let by = self.ask.by.person().cloned().ok_or(Refusal::Stranger)?;
        self.may_freeze(workflow, "letting something through a freeze")?;
        self.known_freeze(workflow)?;
        if case.kind != CaseKind::Approval {
            return Err(Refusal::missing(format!("name an approval: a freeze holds changes, and {case} is none.")));
        }
        let found = cases.iter().find(|it| it.id == case).ok_or(Refusal::NoSuchCase(case))?;
        if found.workflow != *workflow {
            let of = &found.workflow;
            return Err(Refusal::missing(format!("name an approval of {workflow}: {case} is one of {of}.")));
        }
        let Some(approval) = waiting(found) else {
            let state = found.state();
            return Err(Refusal::missing(format!("nothing is to be let through: {case} is {state} already.")));
        };
        if !approval.is_held(workflow, self.policy) {
            return Err(Refusal::missing(format!(
                "go on with {case}: the freeze doesn't hold it, since it brings nothing into production."
            )));
        }
        if approval.requester == by {
            return Err(self.of_your_own(workflow, case));
        }
        let reason = text::text("the reason", reason)?;
        let told = (by.clone(), reason.clone());
        self.push(Event::FreezeOverridden { workflow: workflow.clone(), case, by, reason });
        let telling = Telling::FreezeOverridden { workflow: workflow.clone(), case, by: told.0, reason: told.1 };
        self.tell_workflow(workflow, telling);
        Ok(self.reply(format!("Recorded: {case} may be approved although changes of {workflow} are held.")))
    }

    fn may_freeze(&self, workflow: &WorkflowId, what: &str) -> Result<(), Refusal> {
        if self.ask.by.person().is_some_and(|by| !self.policy.people.contains_key(by)) {
            return Err(Refusal::Stranger);
        }
        let workflows = &self.policy.workflows;
        if !workflows.contains_key(workflow) {
            let hint = text::did_you_mean(workflow.as_str(), workflows.keys().map(|name| name.as_str()));
            return Err(Refusal::NoSuchWorkflow(workflow.to_string(), hint));
        }
        self.require(what, &self.policy.may_in(workflow).freeze_promotions)
    }

    fn known_freeze(&self, workflow: &WorkflowId) -> Result<&Freeze, Refusal> {
        self.bot.releases.freeze(workflow, self.ask.at).ok_or_else(|| {
            let freeze = Verb::Freeze.of(CaseKind::Rollback).with(workflow).with("1d").with("why");
            Refusal::missing(say![format!("changes of {workflow} aren't held now. "), freeze, " holds them."])
        })
    }

    fn is_held_for_longer(&self, freeze: &Freeze) -> Refusal {
        let ends = match freeze.until {
            Some(until) => format!("until {}", self.moment(until)),
            None => "until somebody ends it".to_owned(),
        };
        let who = freeze.by.as_ref().map(|by| format!(" by {}", self.name(by))).unwrap_or_default();
        Refusal::missing(say![
            "end the freeze that stands first: ",
            Verb::Thaw.of(CaseKind::Rollback).with(&freeze.workflow).with("why"),
            format!(
                ". Changes of {} are held already{who}, {ends}: {}.",
                freeze.workflow,
                text::quoted(&freeze.reason)
            )
        ])
    }

    /// Nobody lets through what they asked for themselves.
    fn of_your_own(&self, workflow: &WorkflowId, case: CaseId) -> Refusal {
        let own: Vec<PersonId> = self.ask.by.person().cloned().into_iter().collect();
        let others = self.people().seats(&self.policy.may_in(workflow).freeze_promotions, &own);
        let names: Vec<String> = others.iter().map(|seat| self.name(&seat.person)).collect();
        let ask = match names.is_empty() {
            true => "somebody else has to".to_owned(),
            false => format!("ask {}", text::or(names.iter())),
        };
        Refusal::missing(format!("{ask}: you asked for {case} yourself, and this freeze holds it."))
    }

    fn tell_workflow(&mut self, workflow: &WorkflowId, telling: Telling) {
        let channels = self.policy.workflows.get(workflow).map(|flow| flow.channels.clone()).unwrap_or_default();
        for channel in channels {
            self.tell(To::Channel(channel), telling.clone(), None);
        }
    }

    /// The first freeze whose time is over. Whether there was one.
    pub(super) fn wake_freeze(&mut self) -> bool {
        let now = self.ask.at;
        let over = self.bot.releases.freezes.values().find(|freeze| !freeze.holds_at(now));
        let Some(workflow) = over.map(|freeze| freeze.workflow.clone()) else { return false };
        self.push(Event::Thawed { workflow: workflow.clone(), by: None, reason: None });
        self.tell_workflow(&workflow, Telling::Thawed { workflow: workflow.clone(), by: None, reason: None });
        true
    }

    /// The first drill that is due: a case of its own says so, and somebody owes it from then on. Whether there was one.
    pub(super) fn wake_drill(&mut self) -> bool {
        let now = self.ask.at;
        let releases = &self.bot.releases;
        let is_due = |workflow: &WorkflowId, every: Span| {
            let said = releases.drills.get(workflow).and_then(|drilled| drilled.to_be_said(every));
            said.is_some_and(|at| at <= now)
        };
        let due = drilled_by(self.policy).find(|(workflow, every)| is_due(workflow, *every));
        let Some(workflow) = due.map(|(workflow, _)| workflow.clone()) else { return false };
        let last = releases.drills.get(&workflow).and_then(|drilled| drilled.last);
        self.push(Event::DrillDue { workflow: workflow.clone() });
        let opening = rollback::Opening::due(workflow, last);
        self.ruling.then.push(Then::Open(Opening::Rollback(opening)));
        true
    }
}
