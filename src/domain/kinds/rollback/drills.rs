//! Drills: one that is due, what it is of, the gaps that it shows, and the same failure tried again. A rollback that was real shows
//! gaps as well.

use super::authorising::ask_to_authorise;
use super::rules::{are_versions, has_steps};
use super::{Drill, DrillDue, Due, Event, Plan, Planned, Rollback, RollbackState, Telling, Verb};
use crate::domain::kinds::Began;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{About, Holder, Terms};
use crate::domain::policy::{RollbackRule, Workflow};
use crate::domain::ruling::Then;
use crate::domain::scene::Scene;
use crate::domain::{Actor, Ask, At, CaseId, Draft, Duty, PersonId, Refusal, Ruling, WorkflowId, World, text};

/// The bot says that a drill is due: whoever runs it owes it from now on.
pub(super) fn open_due(
    id: CaseId,
    due: Due,
    (name, workflow): (&WorkflowId, &Workflow),
    rule: &RollbackRule,
    (ask, world): (&Ask, &World<'_>),
) -> Result<Ruling, Refusal> {
    if ask.by != Actor::Engine {
        return Err(Refusal::missing("that is the bot's own business.".to_owned()));
    }
    let began = Began {
        by: None,
        workflow: name.clone(),
        homes: workflow.channels.clone(),
        announced: Vec::new(),
        policy: world.policy.hash.clone(),
        title: format!("{}the way back of {name}", super::rules::DRILL),
        restricted: false,
        converted: None,
        from: None,
    };
    let first = Event::DrillDue(Box::new(DrillDue { began, last: due.last, rule: rule.clone() }));
    let mut draft = Draft::begin(id, first.into(), ask, world).expect("a drill that is due begins with DrillDue");
    let terms = draft.stamp(&rule.terms(rule.drill_within), 1);
    let number = draft.owe(Duty::HoldDrill, Holder::Roles(vec![rule.run_by.clone()]), terms, None);
    let (people, by) = (draft.waiting_on(number), draft.due_of(number));
    let telling = Telling::DrillDue { workflow: name.clone(), last: due.last, people: people.clone(), due: by };
    draft.tell_case_and(&people, telling, vec![number], false);
    Ok(draft.ruling)
}

impl Rollback {
    /// Somebody says what is drilled; from there it goes as any other.
    pub(super) fn plan(&self, scene: &Scene<'_>, plan: &Plan) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let may = &scene.may().propose_rollback;
        if !scene.case.owed(Duty::HoldDrill).is_some_and(|owed| scene.may_answer(owed, &by)) {
            scene.require(&format!("planning {}", scene.case.id), may)?;
        }
        are_versions(&plan.from, &plan.to)?;
        has_steps(&self.rule, plan.way, &scene.case.workflow)?;
        let reason = plan.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        let reason = reason.map_or_else(|| Ok("it is due".to_owned()), |reason| text::text("why", reason))?;
        let scenario = plan.drill.text.as_deref().map(|words| text::text("the scenario", words)).transpose()?;
        let drill = Drill { text: scenario, announced: plan.drill.announced };
        let (way, from, to) = (plan.way, plan.from.clone(), plan.to.clone());
        let mut draft = scene.draft();
        draft.push(Event::Planned(Box::new(Planned { by, drill, way, from, to, reason })));
        let number = ask_to_authorise(&mut draft);
        let (names, due) = (scene.names(&draft.waiting_on(number)), scene.moment(draft.due_of(number)));
        Ok(draft.done(format!("planned; {names} authorises by {due}")))
    }

    /// Another drill was held while this one waited for somebody to say of what.
    pub(super) fn drill_held(&self, scene: &Scene<'_>, case: Option<CaseId>) -> Result<Ruling, Refusal> {
        if scene.ask.by != Actor::Engine {
            return Err(Refusal::missing("that is the bot's own business.".to_owned()));
        }
        let mut draft = scene.draft();
        draft.push(Event::DrillHeld { into: case });
        draft.meet(|it| it.duty == Duty::HoldDrill);
        Ok(draft.ruling)
    }

    /// One that is due and that nobody has begun is discharged by this drill, if that was gone. Everybody sees the one that was due,
    /// and perhaps not this one.
    pub(super) fn discharge_due_drill(&self, draft: &mut Draft<'_>) {
        let this = draft.case.id;
        let waits = draft.world.releases.drills.get(&draft.case.workflow).and_then(|drilled| drilled.asked);
        if let Some(other) = waits.filter(|other| self.is_drill() && self.was_gone() && *other != this) {
            let case = Some(this).filter(|_| !draft.case.restricted);
            draft.then(Then::Case(other, super::Command::DrillHeld { case }.into()));
        }
    }

    pub(super) fn gap(&self, scene: &Scene<'_>, assignee: &PersonId, due: At, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        self.require_part(scene, "finding gaps")?;
        if !scene.world.policy.people.contains_key(assignee) {
            let people = scene.world.policy.people.keys().map(|it| it.as_str());
            let hint = text::did_you_mean(assignee.as_str(), people);
            let known = text::quoted(assignee.as_str());
            return Err(Refusal::missing(format!("I don't know {known} in this policy.{hint}")));
        }
        if due <= scene.ask.at {
            return Err(Refusal::NotAfter("the date of a gap", "now"));
        }
        let words = text::text("what is missing", words)?;
        let number = self.gaps.len() as u32 + 1;
        let mut draft = scene.draft();
        let about = Some(About::Words(text::short(&words)));
        let terms = Terms::until(due, scene.ask.at);
        let obligation = draft.owe(Duty::CloseGap, Holder::Person(assignee.clone()), terms, about);
        let found = (assignee.clone(), words.clone());
        draft.push(Event::GapFound { number, by: by.clone(), assignee: found.0, due, text: found.1, obligation });
        let telling = Telling::Gap { drill: self.is_drill(), number, by, assignee: assignee.clone(), due, text: words };
        let people = draft.waiting_on(obligation);
        draft.tell_news(&people, telling, vec![obligation], false);
        let closed = Verb::GapClosed.on(scene.case.id).with(number).with("…");
        let (name, due) = (scene.name(assignee), scene.moment(due));
        Ok(draft.done(say![format!("gap {number}: {name} closes it by {due}. "), closed, " says how"]))
    }

    pub(super) fn gap_closed(&self, scene: &Scene<'_>, number: u32, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let open = || text::list(self.gaps.iter().filter(|gap| gap.closed.is_none()).map(|gap| gap.number));
        let Some(gap) = self.gaps.iter().find(|gap| gap.number == number && gap.closed.is_none()) else {
            let open = open();
            let hint = if open.is_empty() { "none is".to_owned() } else { format!("open: {open}") };
            return Err(Refusal::missing(format!("{} has no open gap {number}; {hint}.", scene.case.id)));
        };
        let owed = scene.case.obligation(gap.obligation).filter(|it| it.is_open());
        if !owed.is_some_and(|it| scene.may_answer(it, &by)) {
            scene.require(&format!("closing somebody else's gap on {}", scene.case.id), &self.rule.authorise)?;
        }
        let words = text::text("how it was closed", words)?;
        let (obligation, gap) = (gap.obligation, gap.text.clone());
        let mut draft = scene.draft();
        draft.push(Event::GapClosed { number, by: by.clone(), text: words });
        draft.meet(|it| it.number == obligation);
        draft.tell_said(if self.is_drill() { "DRILL: gap closed" } else { "gap closed" }, by, gap);
        Ok(draft.done(format!("gap {number} is closed")))
    }

    pub(super) fn try_again(&self, scene: &Scene<'_>, held: bool, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        self.require_part(scene, "trying it again")?;
        if let Some(open) = self.gaps.iter().find(|gap| gap.closed.is_none()) {
            return Err(Refusal::missing(say![
                "close what was found missing first: ",
                Verb::GapClosed.on(scene.case.id).with(open.number).with("…"),
                format!(". Gap {} is {}'s, and open.", open.number, scene.name(&open.assignee))
            ]));
        }
        let words = text::text("what came of it", words)?;
        let mut draft = scene.draft();
        draft.push(Event::TriedAgain { by: by.clone(), held, text: words.clone() });
        let what = if self.is_drill() { "DRILL: same failure tried again" } else { "same failure tried again" };
        draft.tell_said(what, by, words);
        Ok(draft.done(match held {
            true => "kept: the same failure was tried again, and it held",
            false => "kept: the same failure was tried again, and it did not hold",
        }))
    }

    /// Whether it waits for somebody to say what is drilled.
    pub fn is_due(&self) -> bool {
        self.state == RollbackState::Due
    }
}
