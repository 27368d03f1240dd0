//! The clocks of law on an incident: which reports may be owed, which are, since when and until when. How long each is, the packs
//! say ([`crate::domain::regulation`]); which laws concern the workflow and who owes the reports, the policy.
//!
//! A clock runs once two things are known: that the report is owed at all, which somebody says, and the moment that it begins with.
//! A report that follows on another is owed once that one was submitted. What was announced moves only when such a moment is
//! corrected, and then it is said what it was before.

use serde::{Deserialize, Serialize};

use super::{Event, Incident, IncidentState, Lawful, Remark, Run, Telling, Verb, Which};
use crate::domain::line::{Named, Sentence, say};
use crate::domain::obligation::{About, Holder, Obligation, Terms};
use crate::domain::policy::{PauseRule, TargetTerms};
use crate::domain::regulation::{self, Clock, Pack, Start};
use crate::domain::scene::Scene;
use crate::domain::text::{did_you_mean, moment_utc, quoted};
use crate::domain::{
    At, Body, Case, ClockId, Draft, Duty, PersonId, Refusal, RegimeId, RoleId, Ruling, Span, WorkflowId, World, text,
};

/// Whoever has to say whether a report is owed has at least so long.
const SAY_WITHIN_AT_LEAST: Span = Span::minutes(15);

/// Longest reference, in characters.
const REFERENCE_AT_MOST: usize = 200;

/// A law that may ask for a report, as the policy had it when the incident was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    pub regime: RegimeId,
    /// It is counted although it isn't law yet.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub early: bool,
}

/// What is known of one report that a law asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Held {
    /// Who said that it is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<Remark>,
    /// Who said that it isn't, by the authority of which role, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<(Remark, RoleId)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// The reports that were submitted, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub submitted: Vec<Submission>,
}

/// A report as it was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    pub by: PersonId,
    pub at: At,
    pub reference: String,
    /// SHA-256 of what was submitted, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// One report that a law may ask for, and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Law<'a> {
    pub pack: &'static Pack,
    pub clock: &'static Clock,
    pub state: LawState<'a>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LawState<'a> {
    /// It isn't law yet, and the policy doesn't count it early.
    NotLawYet,
    /// Nobody has said whether it is owed, and the incident's class doesn't ask.
    Unasked,
    /// Nobody has said whether it is owed.
    Asked,
    SetAside(&'a Remark, &'a RoleId),
    /// It is owed once the moment that it begins with is known.
    NotStarted,
    Running(&'a Run),
    Submitted(&'a Submission),
    /// It was owed until this happened, and never submitted before.
    Over(Which),
}

/// A law that forbids altering the system until its authority was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altering {
    pub clock: ClockId,
    /// The words that say so, with where they stand.
    pub rule: &'static str,
    /// Somebody said that the report is owed; otherwise nobody has said that it isn't.
    pub confirmed: bool,
}

/// The laws that may ask for a report on a workflow's incidents, by the policy in force.
pub(super) fn watched(world: &World<'_>, workflow: &WorkflowId) -> Vec<Watched> {
    let regulation = world.policy.regulation.get(workflow);
    let watched = regulation.into_iter().flat_map(|it| {
        it.regimes.iter().map(|regime| Watched { regime: regime.clone(), early: it.early.contains(regime) })
    });
    watched.collect()
}

impl Incident {
    pub(super) fn hold(&mut self, clock: &ClockId) -> &mut Held {
        self.clocks.entry(clock.clone()).or_default()
    }

    /// Every report that a law may ask for, in the order of the policy and of the packs. `opened` is when the incident was.
    pub fn laws(&self, opened: At) -> impl Iterator<Item = Law<'_>> {
        let packs = self.regimes.iter().filter_map(|it| Some((it, regulation::pack(&it.regime)?)));
        packs.flat_map(move |(watched, pack)| {
            let clocks = pack.clocks.iter();
            clocks.map(move |clock| Law { pack, clock, state: self.law_state(watched, pack, clock, opened) })
        })
    }

    fn law_state(&self, watched: &Watched, pack: &'static Pack, clock: &'static Clock, opened: At) -> LawState<'_> {
        let held = self.clocks.get(&clock.id);
        let over = clock.again_until.filter(|which| self.is_over_by(*which));
        let is_owed_again = clock.again_until.is_some() && over.is_none();
        if let Some(submitted) = held.and_then(|held| held.submitted.last()).filter(|_| !is_owed_again) {
            return LawState::Submitted(submitted);
        }
        if let Some((remark, role)) = held.and_then(|held| held.set_aside.as_ref()) {
            return LawState::SetAside(remark, role);
        }
        if let Some(which) = over.filter(|_| self.begins(clock).is_some()) {
            return LawState::Over(which);
        }
        if let Some(run) = held.and_then(|held| held.run.as_ref()) {
            return LawState::Running(run);
        }
        if !watched.early && !pack.is_law_at(self.start_of(clock).unwrap_or(opened)) {
            return LawState::NotLawYet;
        }
        match clock.starts {
            Start::Submitted { .. } => LawState::NotStarted,
            Start::Moment(_) if held.is_some_and(|held| held.applies.is_some()) => LawState::NotStarted,
            Start::Moment(_) if pack.concerns(self.class.as_ref()) => LawState::Asked,
            Start::Moment(_) => LawState::Unasked,
        }
    }

    /// What is owed again and again isn't any more: this is recorded, and the incident wasn't reopened after it.
    fn is_over_by(&self, which: Which) -> bool {
        self.moments.get(&which).is_some_and(|it| self.reopened.is_none_or(|reopened| reopened < it.at))
    }

    /// What was over by then runs anew once it is reopened.
    pub(super) fn forget_what_is_owed_again(&mut self) {
        let over: Vec<ClockId> = self.clocks.keys().filter(|id| self.was_owed_until(id)).cloned().collect();
        for id in over {
            self.hold(&id).run = None;
        }
    }

    fn was_owed_until(&self, id: &ClockId) -> bool {
        let until = regulation::clock(id).and_then(|(_, clock)| clock.again_until);
        until.is_some_and(|which| self.is_over_by(which))
    }

    /// When a clock begins; `None`: that isn't known. One that is owed again begins anew with each submission.
    fn start_of(&self, clock: &Clock) -> Option<At> {
        let begins = self.begins(clock)?;
        let again = self.clocks.get(&clock.id).filter(|_| clock.again_until.is_some());
        let latest = again.and_then(|held| held.submitted.iter().map(|it| it.at).max());
        Some(latest.map_or(begins, |latest| latest.max(begins)))
    }

    /// When a clock begins for the first time.
    fn begins(&self, clock: &Clock) -> Option<At> {
        match &clock.starts {
            Start::Moment(which) => Some(self.moments.get(which)?.at),
            Start::Submitted { report, latest } => {
                // They may have been said in another order than they were submitted.
                let submitted = self.clocks.get(report)?.submitted.iter().map(|it| it.at);
                if *latest { submitted.max() } else { submitted.min() }
            }
        }
    }

    /// When the first report of a law would be due of which nobody has said whether it is owed. `None`: that is said, or its moment
    /// isn't known.
    fn would_be_due(&self, regime: &RegimeId, opened: At) -> Option<At> {
        let first = || self.laws(opened).filter(|law| law.pack.regime == *regime && law.clock.moment().is_some());
        // One of several was named: the others are owed in other cases.
        let is_named = |law: &Law<'_>| match law.state {
            LawState::NotStarted | LawState::Running(_) | LawState::Submitted(_) | LawState::Over(_) => true,
            LawState::Asked | LawState::Unasked | LawState::NotLawYet | LawState::SetAside(..) => false,
        };
        if self.is_over_for_good() || first().any(|law| is_named(&law)) {
            return None;
        }
        let asked = first().filter(|law| law.state == LawState::Asked);
        asked.filter_map(|law| Some(law.pack.count(law.clock, self.start_of(law.clock)?, None).target)).min()
    }

    /// It was no incident, or goes on as another.
    const fn is_over_for_good(&self) -> bool {
        match self.state {
            IncidentState::Withdrawn | IncidentState::Merged { .. } => true,
            IncidentState::Open
            | IncidentState::Acknowledged
            | IncidentState::Contained
            | IncidentState::Resolved
            | IncidentState::Reviewed => false,
        }
    }

    /// Which laws forbid altering the system now: those whose authority wasn't told, and of which nobody has said that they don't
    /// apply. Once the incident is over, those that somebody said do apply.
    pub fn forbids_altering(&self, opened: At) -> Vec<Altering> {
        if self.is_over_for_good() {
            return Vec::new();
        }
        let is_over = !self.state.is_live();
        let altering = self.laws(opened).filter_map(|law| {
            let rule = law.clock.forbids_altering.as_deref()?;
            let confirmed = match law.state {
                LawState::NotStarted | LawState::Running(_) => true,
                LawState::Asked if !is_over => false,
                LawState::Asked
                | LawState::NotLawYet
                | LawState::Unasked
                | LawState::SetAside(..)
                | LawState::Submitted(_)
                | LawState::Over(_) => return None,
            };
            Some(Altering { clock: law.clock.id.clone(), rule, confirmed })
        });
        altering.collect()
    }

    pub(super) fn applies(&self, scene: &Scene<'_>, which: &Lawful) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let named = self.named(scene, which)?;
        self.are_owed_together(scene, &named)?;
        let mut draft = scene.draft();
        let mut confirmed = Vec::new();
        for law in &named {
            let id = &law.clock.id;
            match &law.state {
                LawState::NotLawYet => {
                    let (from, regime) = (law.pack.applies_from, &law.pack.regime);
                    return Err(Refusal::missing(format!(
                        "`{id}` is law from {from} on, so nothing is counted. An operator can have it counted before: `early = \
                         [\"{regime}\"]` in [regulation.{}].",
                        scene.case.workflow
                    )));
                }
                LawState::Asked | LawState::Unasked => confirmed.push(id.clone()),
                LawState::SetAside(..) => confirmed.push(id.clone()),
                LawState::NotStarted | LawState::Running(_) | LawState::Submitted(_) | LawState::Over(_) => {}
            }
        }
        confirmed.extend(self.owed_with(scene, &confirmed));
        if confirmed.is_empty() {
            let all = text::list(named.iter().map(|law| &law.clock.id));
            return Err(Refusal::missing(say![
                format!("`{all}`: that it is owed is on record already, or follows on another report. "),
                Verb::Clocks.on(scene.case.id),
                " shows how each clock stands."
            ]));
        }
        for clock in &confirmed {
            draft.push(Event::ClockApplies { by: by.clone(), clock: clock.clone() });
        }
        draft.tell_said("report owed", by, text::list(confirmed.iter()));
        let clocks = follow_the_law(&mut draft);
        let words = in_words(scene, &draft, &clocks);
        let waiting = waiting_for(&draft, &confirmed);
        Ok(draft.done(say![format!("on record: {} applies{words}", text::list(confirmed.iter())), waiting]))
    }

    pub(super) fn set_aside(&self, scene: &Scene<'_>, which: &Lawful, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let roles = scene.world.policy.regulation.get(&scene.case.workflow).map_or(&[][..], |it| &it.set_aside);
        let named = self.named(scene, which)?;
        let what = format!("setting {} aside", text::list(named.iter().map(|law| &law.clock.id)));
        if roles.is_empty() {
            return Err(Refusal::not_yours(what, "nobody by this policy".to_owned(), &[]));
        }
        scene.require(&what, roles)?;
        let role = roles.iter().find(|role| scene.world.allows(std::slice::from_ref(*role), &scene.ask.by));
        let role = role.cloned().unwrap_or_else(|| roles[0].clone());
        let reason = text::text("the reason", reason)?;
        let open: Vec<&Law<'_>> = named
            .iter()
            .filter(|law| match law.state {
                LawState::Asked | LawState::Unasked | LawState::NotStarted | LawState::Running(_) => true,
                LawState::NotLawYet | LawState::SetAside(..) | LawState::Submitted(_) | LawState::Over(_) => false,
            })
            .collect();
        if open.is_empty() {
            let all = text::list(named.iter().map(|law| &law.clock.id));
            return Err(Refusal::missing(say![
                format!("`{all}`: there is nothing to set aside. "),
                Verb::Clocks.on(scene.case.id),
                " shows how each clock stands."
            ]));
        }
        let all = text::list(open.iter().map(|law| &law.clock.id));
        let mut draft = scene.draft();
        for law in open {
            let clock = law.clock.id.clone();
            let (by, role, reason) = (by.clone(), role.clone(), reason.clone());
            draft.push(Event::ClockSetAside { by, clock, role, reason });
            draft.void("set aside", |it| it.duty == Duty::ReportToAuthority && it.is_about(law.clock.id.as_str()));
        }
        ask_whether_owed(&mut draft);
        draft.tell_all("clock set aside", by, format!("{all} ({role}): {reason}"));
        Ok(draft.done(format!("set aside by the authority of {role}, and kept on record: {all}")))
    }

    pub(super) fn report_submitted(
        &self,
        scene: &Scene<'_>,
        id: &ClockId,
        at: Option<At>,
        reference: &str,
        digest: Option<&str>,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let law = self.named(scene, &Lawful::Clock(id.clone()))?.remove(0);
        let owed = scene.case.open_obligations().find(|it| is_report(it.duty) && it.is_about(id.as_str()));
        match owed {
            Some(_) if self.leads(&by) => {}
            Some(owed) => drop(scene.answering(owed)?),
            None => {
                let holder = scene.world.policy.regulation.get(&scene.case.workflow).map(|it| it.holder.clone());
                let holder = holder.into_iter().collect::<Vec<_>>();
                if !self.leads(&by) {
                    scene.require(&format!("recording a report on {}", scene.case.id), &holder)?;
                }
            }
        }
        if let LawState::SetAside(remark, _) = &law.state {
            return Err(Refusal::missing(say![
                format!("`{id}` was set aside at {} by {}. ", scene.moment(remark.at), scene.name(&remark.by)),
                Verb::Applies.on(scene.case.id).with(id),
                " says that it is owed after all."
            ]));
        }
        if let Some(future) = at.filter(|at| *at > scene.ask.at) {
            return Err(Refusal::Future(future));
        }
        if let (Some(at), Some(start)) = (at, self.begins(law.clock))
            && at < start
        {
            return Err(Refusal::missing(say![
                format!(
                    "{} is before its clock began, at {}. Say when it was submitted, or correct the beginning: ",
                    scene.moment(at),
                    scene.moment(start)
                ),
                Verb::Clocks.on(scene.case.id),
                " shows what each clock begins with."
            ]));
        }
        let reference = text::text_up_to(REFERENCE_AT_MOST, "the reference", reference)?;
        let digest = digest.map(|digest| digest.trim().to_ascii_lowercase());
        if let Some(digest) = &digest
            && (digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(Refusal::missing(format!(
                "a digest is the SHA-256 of the file, 64 hexadecimal digits, as `sha256sum` prints it; {} isn't.",
                quoted(digest)
            )));
        }
        let mut draft = scene.draft();
        let at = at.unwrap_or(scene.ask.at);
        let said = reference.clone();
        let told = digest.as_ref().map(|digest| format!(", digest {digest}")).unwrap_or_default();
        draft.push(Event::ReportSubmitted { by: by.clone(), clock: id.clone(), at, text: reference, digest });
        let start = self.start_of(law.clock);
        draft.meet(|it| is_report(it.duty) && it.is_about(id.as_str()) && start.is_none_or(|start| at >= start));
        draft.tell_all("report submitted", by, format!("{id}: {said}{told}"));
        let clocks = follow_the_law(&mut draft);
        let words = in_words(scene, &draft, &clocks);
        Ok(draft.done(format!("recorded: {id} was submitted at {}{words}", scene.moment(at))))
    }

    /// What is owed by the same words of its law as a report that somebody says is owed: nobody has to name each of them.
    fn owed_with(&self, scene: &Scene<'_>, confirmed: &[ClockId]) -> Vec<ClockId> {
        let named: Vec<Law<'_>> =
            self.laws(scene.case.opened).filter(|law| confirmed.contains(&law.clock.id)).collect();
        let by_the_same = |law: &Law<'_>| {
            law.clock.moment().is_some()
                && matches!(law.state, LawState::Asked | LawState::Unasked)
                && !confirmed.contains(&law.clock.id)
                && named
                    .iter()
                    .any(|it| it.pack.regime == law.pack.regime && it.clock.applies_if == law.clock.applies_if)
        };
        self.laws(scene.case.opened).filter(by_the_same).map(|law| law.clock.id.clone()).collect()
    }

    /// Of the reports of one law, some are owed instead of others: then one of them must be named.
    fn are_owed_together(&self, scene: &Scene<'_>, named: &[Law<'_>]) -> Result<(), Refusal> {
        let mut first = named.iter().filter(|law| law.clock.follows().is_none()).map(|law| law.clock);
        let Some(one) = first.next() else { return Ok(()) };
        let Some(other) = first.find(|clock| clock.applies_if != one.applies_if) else { return Ok(()) };
        let line = |clock: &Clock| Verb::Applies.on(scene.case.id).with(&clock.id);
        Err(Refusal::missing(say![
            "say which report is owed: ",
            line(one),
            format!(" if {}, ", one.applies_if),
            line(other),
            format!(" if {}. ", other.applies_if),
            Verb::Clocks.on(scene.case.id),
            " shows all of them."
        ]))
    }

    /// What somebody names of the laws that are watched here.
    fn named(&self, scene: &Scene<'_>, which: &Lawful) -> Result<Vec<Law<'_>>, Refusal> {
        let laws = || self.laws(scene.case.opened);
        let named: Vec<Law<'_>> = match which {
            Lawful::Regime(regime) => laws().filter(|law| law.pack.regime == *regime).collect(),
            Lawful::Clock(clock) => laws().filter(|law| law.clock.id == *clock).collect(),
        };
        if !named.is_empty() {
            return Ok(named);
        }
        let word = match which {
            Lawful::Regime(regime) => regime.as_str(),
            Lawful::Clock(clock) => clock.as_str(),
        };
        let known: Vec<&str> = laws().map(|law| law.clock.id.as_str()).collect();
        let what = match known.is_empty() {
            true => format!(
                "no law is watched on {}: [regulation.{}] of the policy names none, or named none when it was opened.",
                scene.case.id, scene.case.workflow
            ),
            false => format!(
                "no law that is watched on {} asks for {}.{}",
                scene.case.id,
                quoted(word),
                did_you_mean(word, known.into_iter())
            ),
        };
        Err(Refusal::missing(what))
    }

    /// What somebody must report can't be put out of sight with the incident.
    pub(super) fn no_report_is_owed(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        if let Some(asked) = scene.case.owed(Duty::SayWhetherOwed) {
            let regime = asked.about.as_ref().map_or("…", About::text);
            return Err(Refusal::missing(say![
                format!("`{regime}` may ask for a report, and nobody has said whether it does. "),
                Verb::Applies.on(scene.case.id).with(regime),
                " says that it does, ",
                Verb::SetAside.on(scene.case.id).with(regime).with("why"),
                " that it doesn't."
            ]));
        }
        let owed = |law: &Law<'_>| match law.state {
            LawState::Running(run) => Some(format!(" by {}", scene.moment(run.due))),
            LawState::NotStarted if law.clock.follows().is_none() => Some(String::new()),
            LawState::NotStarted
            | LawState::NotLawYet
            | LawState::Unasked
            | LawState::Asked
            | LawState::SetAside(..)
            | LawState::Submitted(_)
            | LawState::Over(_) => None,
        };
        let mut laws = self.laws(scene.case.opened).filter_map(|law| Some((&law.clock.id, owed(&law)?)));
        let Some((clock, by)) = laws.next() else { return Ok(()) };
        Err(Refusal::missing(say![
            format!("`{clock}` is still owed{by}. "),
            Verb::Submitted.on(scene.case.id).with(clock).with("…"),
            " says that it was reported, ",
            Verb::SetAside.on(scene.case.id).with(clock).with("why"),
            " that it need not be."
        ]))
    }
}

fn is_report(duty: Duty) -> bool {
    duty == Duty::ReportToAuthority
}

/// Starts what can be counted now, moves what began at another moment than was thought, and has it said whether a law asks for a
/// report at all where its time runs. Returns the clocks that it did so to.
pub(super) fn follow_the_law(draft: &mut Draft<'_>) -> Vec<ClockId> {
    ask_whether_owed(draft);
    let mut followed = Vec::new();
    let Body::Incident(incident) = draft.case.body.clone() else { return followed };
    for law in incident.laws(draft.case.opened) {
        let before = match law.state {
            LawState::NotStarted => None,
            LawState::Running(run) => Some(run.clone()),
            // What is owed again and again ends with what it is owed until.
            LawState::Submitted(_) | LawState::Over(_) => {
                if let Some(until) = law.clock.again_until {
                    let why = format!("owed until {}, and that is recorded", until.word());
                    draft.void(&why, |it| is_report(it.duty) && it.is_about(law.clock.id.as_str()));
                }
                continue;
            }
            LawState::NotLawYet | LawState::Unasked | LawState::Asked | LawState::SetAside(..) => continue,
        };
        let Some(start) = incident.start_of(law.clock) else { continue };
        let latest = law.clock.at_latest.and_then(|(which, _)| Some(incident.moments.get(&which)?.at));
        let as_before = |run: &Run| run.start == start && run.latest == latest;
        if !before.as_ref().is_some_and(as_before) && run(draft, law.pack, law.clock, start, latest, before) {
            followed.push(law.clock.id.clone());
        }
    }
    followed
}

/// Nobody's silence means that no report is owed: while a law may ask for one whose moment is known, somebody has to say whether it
/// does, half of the time before that report would be due.
fn ask_whether_owed(draft: &mut Draft<'_>) {
    let Body::Incident(incident) = draft.case.body.clone() else { return };
    for watched in &incident.regimes {
        let regime = watched.regime.as_str();
        let is_asked = |it: &Obligation| it.duty == Duty::SayWhetherOwed && it.is_about(regime);
        match incident.would_be_due(&watched.regime, draft.case.opened) {
            Some(would_be_due) if !draft.case.open_obligations().any(is_asked) => {
                owe_word(draft, &watched.regime, would_be_due);
            }
            Some(_) => {}
            None => draft.meet(is_asked),
        }
    }
}

fn owe_word(draft: &mut Draft<'_>, regime: &RegimeId, would_be_due: At) {
    let Some(regulation) = draft.world.stamped.regulation.get(&draft.case.workflow) else { return };
    let within = Span((would_be_due - draft.at).0 / 2).max(SAY_WITHIN_AT_LEAST);
    let written = TargetTerms {
        within,
        calendar: None,
        ladder: regulation.ladder.clone(),
        urgent: regulation.urgent,
        pause: PauseRule::default(),
        expires_after: None,
    };
    let terms = Terms::stamp(&written, 1, draft.at, draft.world.stamped);
    let (holder, urgent) = (Holder::Roles(vec![regulation.holder.clone()]), regulation.urgent);
    let obligation = draft.owe(Duty::SayWhetherOwed, holder, terms, Some(About::named(regime.as_str())));
    let (people, due) = (draft.waiting_on(obligation), draft.due_of(obligation));
    let telling = Telling::WhetherOwed { regime: regime.clone(), people: people.clone(), due, would_be_due };
    draft.tell_news(&people, telling, vec![obligation], urgent);
}

/// Opens the duty of a clock that began at `start`, in the place of the one that it had before. `false`: nobody is named who owes it,
/// or nothing is different from before.
fn run(
    draft: &mut Draft<'_>,
    pack: &'static Pack,
    clock: &'static Clock,
    start: At,
    latest: Option<At>,
    before: Option<Run>,
) -> bool {
    // The case goes on under the policy that it was opened under.
    let Some(regulation) = draft.world.stamped.regulation.get(&draft.case.workflow) else { return false };
    let counted = pack.count(clock, start, latest);
    let own = regulation.within.get(&clock.id).map(|own| start + *own);
    let due = own.map_or(counted.target, |own| own.min(counted.target));
    // A limit that was corrected and moves nothing is nobody's news.
    if before.as_ref().is_some_and(|it| (it.start, it.due, it.last) == (start, due, counted.last)) {
        return false;
    }
    let written = TargetTerms {
        within: due - start,
        calendar: None,
        ladder: regulation.ladder.clone(),
        urgent: regulation.urgent,
        // What a law counts, nobody can pause.
        pause: PauseRule::default(),
        expires_after: None,
    };
    let terms = Terms::stamp(&written, 1, start, draft.world.stamped);
    let holder = Holder::Roles(vec![regulation.holder.clone()]);
    let about = Some(About::named(clock.id.as_str()));
    if let Some(before) = &before {
        let why = format!("its clock began at {} and not at {}", moment_utc(start), moment_utc(before.start));
        draft.void(&why, |it| it.number == before.obligation);
    }
    let obligation = draft.owe(Duty::ReportToAuthority, holder, terms, about);
    let run = Run { start, latest, due, last: counted.last, obligation };
    let people = draft.waiting_on(obligation);
    let (id, last, urgent) = (clock.id.clone(), counted.last, regulation.urgent);
    let telling = match before {
        None => {
            draft.push(Event::ClockStarted { clock: id.clone(), run });
            Telling::ClockStarted { clock: id, people: people.clone(), due, last, start }
        }
        Some(before) => {
            let (started_before, due_before) = (before.start, before.due);
            draft.push(Event::ClockMoved { clock: id.clone(), before, run });
            Telling::ClockMoved { clock: id, people: people.clone(), due, last, start, started_before, due_before }
        }
    };
    draft.tell_news(&people, telling, vec![obligation], urgent);
    true
}

/// `; dora.initial is due by 13:40`, for each clock that began or moved.
pub(super) fn in_words(scene: &Scene<'_>, draft: &Draft<'_>, clocks: &[ClockId]) -> String {
    let due = clocks.iter().filter_map(|clock| {
        let owed = draft.case.open_obligations().find(|it| is_report(it.duty) && it.is_about(clock.as_str()))?;
        Some(format!("; {clock} is due by {}", scene.moment(owed.terms.due)))
    });
    due.collect()
}

/// What is missing before the clocks run that were just said to apply.
fn waiting_for(draft: &Draft<'_>, confirmed: &[ClockId]) -> Sentence {
    let Body::Incident(incident) = &draft.case.body else { return Sentence::default() };
    let waiting = incident.laws(draft.case.opened).filter(|law| {
        law.state == LawState::NotStarted && law.clock.moment().is_some() && confirmed.contains(&law.clock.id)
    });
    let mut moments: Vec<_> = waiting.filter_map(|law| law.clock.moment()).collect();
    moments.sort_unstable();
    moments.dedup();
    moments.into_iter().fold(Sentence::default(), |sentence, which| {
        let line = Verb::Moment.on(draft.case.id).with(which.word()).with("…");
        sentence.and(say![format!(". Not started: when it was {} isn't recorded: ", which.word()), line])
    })
}

/// Whether a case's laws forbid altering the system now.
pub fn forbids_altering(case: &Case) -> Vec<Altering> {
    let Body::Incident(incident) = &case.body else { return Vec::new() };
    incident.forbids_altering(case.opened)
}
