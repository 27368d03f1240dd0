//! How a receiver shows that they know what they take over. Where a party leaves, it takes something that they did and that the ledger
//! has: a step of a rollback or of a drill, an answer to a system downstream, or a page that they answered. Elsewhere their own words do.
//!
//! Not here: whether a bundle was opened or a link was read. The ledger knows nothing of that, so it shows nothing.

use super::accepting::receiver;
use super::{Event, Handoff, Scope, Telling, Verb};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Obligation, Standing};
use crate::domain::scene::Scene;
use crate::domain::{At, Body, Case, CaseId, Duty, PersonId, Refusal, Ruling, Span, text};

/// What somebody did longer ago shows nothing any more.
const SHOWS_FOR: Span = Span::days(90);

impl Handoff {
    pub(super) fn prove(
        &self,
        scene: &Scene<'_>,
        item: u32,
        (on, cases): (Option<CaseId>, Option<&[Case]>),
        words: &str,
    ) -> Result<Ruling, Refusal> {
        let by = receiver(scene)?.person;
        if self.brief.knowledge.get(item.wrapping_sub(1) as usize).is_none() {
            let most = self.brief.knowledge.len();
            return Err(Refusal::missing(format!("name what is to be known by its number, from 1 to {most}.")));
        }
        match (on, cases) {
            (Some(on), Some(cases)) => self.looks_up(scene, &by, item, on, cases)?,
            // Tried only to see whether somebody could.
            (Some(_), None) => {}
            (None, _) if self.is_between_parties() => return Err(self.not_shown(scene, item)),
            (None, _) => {}
        }
        let text = text::text("what you did", words)?;
        let mut draft = scene.draft();
        draft.push(Event::Proven { by: by.clone(), item, on, text: text.clone() });
        let left = self.unproven().filter(|other| *other != item).count();
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        draft.tell_case(Telling::Proven { by, item, on, text, left });
        Ok(draft.done(match left {
            0 => say!["recorded; nothing is left to show. ", Verb::Accept.on(scene.case.id), " takes it over"],
            left => format!("recorded; {left} more to show").into(),
        }))
    }

    /// What is to be done for something that hasn't been shown.
    pub(super) fn not_shown(&self, scene: &Scene<'_>, item: u32) -> Refusal {
        let what = self.brief.knowledge.get(item.wrapping_sub(1) as usize);
        let what = what.map(|it| text::quoted(it)).unwrap_or_default();
        Refusal::missing(say![
            format!(
                "show by use that you know {what}, with the drill in which you did a step, or the incident in which you \
                 answered a page: "
            ),
            Verb::Prove.on(scene.case.id).with(item).with("on=RBK-…").with("…"),
            "."
        ])
    }

    /// Whether the ledger has it that they did something in this case.
    fn looks_up(&self, scene: &Scene<'_>, by: &PersonId, item: u32, on: CaseId, cases: &[Case]) -> Result<(), Refusal> {
        let seen = |case: &&Case| case.is_visible_to(by, &scene.world.people);
        let case = cases.iter().find(|case| case.id == on).filter(seen).ok_or(Refusal::NoSuchCase(on))?;
        if case.restricted && !scene.case.restricted {
            return Err(Refusal::AboutRestricted(on));
        }
        let of_it = match &self.scope {
            Scope::Workflow { workflow, .. } => case.workflow == *workflow,
            Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => true,
        };
        let lately = |at: &At| *at + SHOWS_FOR > scene.ask.at;
        if of_it && did(case, by).filter(lately).is_some() {
            return Ok(());
        }
        let line = Verb::Prove.on(scene.case.id).with(item).with("on=RBK-…").with("…");
        let workflow = &scene.case.workflow;
        Err(Refusal::missing(say![
            "name another case, as in ",
            line,
            format!(": in {on} you did no step and answered no page of {workflow} in the last {SHOWS_FOR}.")
        ]))
    }
}

/// When somebody last did something in a case that only who knows its workflow can do.
fn did(case: &Case, by: &PersonId) -> Option<At> {
    match &case.body {
        Body::Rollback(rollback) => rollback.worked(by),
        Body::Incident(_) => {
            let pages = case.obligations.iter().filter(|it| it.duty == Duty::AnswerPage && it.is_answered_by(by));
            pages.filter_map(met).max()
        }
        Body::Approval(_) | Body::Exception(_) | Body::Handoff(_) => None,
    }
}

fn met(owed: &Obligation) -> Option<At> {
    match owed.standing {
        Standing::Met { at, .. } => Some(at),
        Standing::Owed | Standing::Paused { .. } | Standing::Waived { .. } | Standing::Void { .. } => None,
    }
}
