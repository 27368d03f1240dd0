//! What a receiver is asked to say back: what the ledger can check. Where no clock runs and no law forbids anything, that is nothing.

use std::collections::BTreeSet;

use super::super::Reach;
use super::brief::next_rung;
use super::scope::{self, Part, parts};
use super::{Accepting, Handed, Handoff, Item, SaidBack, Verb};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Obligation, State};
use crate::domain::{At, Case, CaseId, Label, Refusal, RoleId, WorkflowId, World, text};

/// What the ledger can check of what a receiver says back.
pub(super) struct Questions {
    /// The cases on which a clock runs out first.
    first: Vec<CaseId>,
    next: Option<RoleId>,
    /// The workflows of it that a law forbids altering now, as far as everybody may know.
    unaltered: Vec<WorkflowId>,
}

impl Handoff {
    /// The cases that its acceptance looks at.
    pub fn reach_to_accept(&self) -> Reach {
        scope::reach(&self.scope, Some(&self.giver))
    }

    /// What would go to the receiver as these cases stand now, if they accepted all that is offered: the open answers of each, by number.
    pub fn would_move(&self, cases: &[Case], world: &World<'_>) -> Vec<(CaseId, Vec<u32>)> {
        self.parts_now(cases, world).into_iter().map(|part| (part.case.id, part.moves.duties)).collect()
    }

    fn parts_now<'c>(&self, cases: &'c [Case], world: &World<'_>) -> Vec<Part<'c>> {
        let numbers: Vec<u32> = self.open_items().map(|item| item.number).collect();
        parts(&self.scope, self.from(), (&self.to, &self.to), &self.items, &numbers, cases, world)
    }

    /// What its receiver is asked to say back, as these cases stand now.
    pub fn to_say_back(&self, cases: &[Case], world: &World<'_>) -> Vec<Label> {
        let parts = self.parts_now(cases, world);
        let told: Vec<&Part<'_>> = parts.iter().filter(|part| !part.case.restricted).collect();
        Questions::of(&told, self.open_items(), world).asked()
    }
}

impl Questions {
    pub(super) fn of<'i>(told: &[&Part<'_>], held: impl Iterator<Item = &'i Item>, world: &World<'_>) -> Questions {
        // Whoever receives nothing but a seat, such as the lead, has every clock of the case to watch.
        let mut with_answers: BTreeSet<CaseId> = BTreeSet::new();
        let mut with_seats: BTreeSet<CaseId> = BTreeSet::new();
        for part in told {
            with_answers.extend(Some(part.case.id).filter(|_| !part.moves.duties.is_empty()));
            with_seats.extend(Some(part.case.id).filter(|_| !part.moves.seats.is_empty()));
        }
        let running = |part: &&&Part<'_>| -> Option<(At, CaseId, Option<RoleId>)> {
            let case: &Case = part.case;
            let is_seat_alone = with_seats.contains(&case.id) && !with_answers.contains(&case.id);
            let owed = case.open_obligations().filter(|it| is_seat_alone || part.moves.duties.contains(&it.number));
            let runs = owed.filter(|it| matches!(it.state(), State::Owed | State::Late));
            let first: &Obligation = runs.min_by_key(|it| it.terms.due)?;
            Some((first.terms.due, case.id, next_rung(first).map(|rung| rung.to)))
        };
        let mut all: Vec<_> = told.iter().filter_map(|part| running(&part)).collect();
        all.sort();
        let due = all.first().map(|(due, ..)| *due);
        let mut first: Vec<CaseId> = all.iter().filter(|(at, ..)| Some(*at) == due).map(|(_, case, _)| *case).collect();
        first.dedup();
        // Where several run out at once, who hears next isn't one answer.
        let next = all.first().and_then(|(.., next)| next.clone()).filter(|_| first.len() == 1);
        let of_roles = held.filter_map(|item| match &item.what {
            Handed::Role { workflow, .. } => workflow.as_ref(),
            Handed::Case { .. } | Handed::Shift { .. } => None,
        });
        let workflows: BTreeSet<&WorkflowId> = told.iter().map(|part| &part.case.workflow).chain(of_roles).collect();
        let forbidden = |workflow: &&WorkflowId| !world.releases.forbidding(workflow).named().is_empty();
        let unaltered = workflows.into_iter().filter(forbidden).cloned().collect();
        Questions { first, next, unaltered }
    }

    /// By the names under which they are answered.
    pub(super) fn asked(&self) -> Vec<Label> {
        let all = [
            ("first", !self.first.is_empty()),
            ("next", self.next.is_some()),
            ("unaltered", !self.unaltered.is_empty()),
        ];
        all.into_iter().filter(|(_, is_asked)| *is_asked).map(|(name, _)| Label::from(name)).collect()
    }

    pub(super) fn answered(&self, accepting: &Accepting, handoff: CaseId) -> Result<Vec<SaidBack>, Refusal> {
        let mut answers = Vec::new();
        if let Some(first) = self.first.first() {
            let answer = accepting.first.ok_or_else(|| self.ask(handoff))?;
            let so = if self.first.contains(&answer) { answer } else { *first };
            answers.push(SaidBack::First { answer, so });
        }
        if let Some(so) = &self.next {
            let answer = accepting.next.clone().ok_or_else(|| self.ask(handoff))?;
            answers.push(SaidBack::Next { answer, so: so.clone() });
        }
        if let Some(first) = self.unaltered.first() {
            let answer = accepting.unaltered.clone().ok_or_else(|| self.ask(handoff))?;
            let so = if self.unaltered.contains(&answer) { answer.clone() } else { first.clone() };
            answers.push(SaidBack::Unaltered { answer, so });
        }
        Ok(answers)
    }

    /// What was said back and nobody asks: it was checked against nothing, and who said it is told so.
    pub(super) fn unasked(&self, accepting: &Accepting) -> String {
        let nobody_next = match self.first.as_slice() {
            [] => "no clock of it runs",
            [_] => "nobody else hears if no answer comes",
            [_, _, ..] => "several clocks run out at once",
        };
        let said = [
            ("first", accepting.first.is_some() && self.first.is_empty(), "no clock of it runs"),
            ("next", accepting.next.is_some() && self.next.is_none(), nobody_next),
            (
                "unaltered",
                accepting.unaltered.is_some() && self.unaltered.is_empty(),
                "no law forbids altering any of it",
            ),
        ];
        let said = said.into_iter().filter(|(_, is_said, _)| *is_said);
        said.map(|(name, _, why)| format!(". `{name}=` isn't kept: {why}")).collect()
    }

    fn ask(&self, handoff: CaseId) -> Refusal {
        let asked = [
            (!self.first.is_empty(), "first=…", "on which case a clock runs out first"),
            (self.next.is_some(), "next=…", "which role hears next if no answer comes there"),
            (!self.unaltered.is_empty(), "unaltered=…", "which workflow a law forbids altering now"),
        ];
        let asked = || asked.iter().filter(|(is_asked, ..)| *is_asked);
        let line = asked().fold(Verb::Accept.on(handoff), |line, (_, option, _)| line.with(option));
        let what = text::list(asked().map(|(.., what)| what));
        Refusal::missing(say![format!("say back {what}: "), line, ". ", Verb::Briefing.on(handoff), " shows it."])
    }
}
