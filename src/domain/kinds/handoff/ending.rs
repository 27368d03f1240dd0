//! What follows a handoff: the giver's word on what was said back, a place for what was refused, a look at what was taken over;
//! and what of it a digest counts.

use super::{Event, Handoff, HandoffState, Standing, Telling};
use crate::domain::kinds::Counted;
use crate::domain::scene::Scene;
use crate::domain::{At, Case, Duty, Label, Refusal, Ruling, Span, text};

const OFFERED: &str = "offered";
const ACCEPTED: &str = "accepted";
const REFUSED: &str = "items refused";
const DECLINED: &str = "declined";
const WITHDRAWN: &str = "withdrawn";
const TAKEN: &str = "taken over";
const OVERDUE: &str = "not accepted in time";
const OPEN: &str = "open at the end";

/// What a digest counts of handoffs.
pub(super) const COUNTED: [&str; 8] = [OFFERED, ACCEPTED, REFUSED, DECLINED, WITHDRAWN, TAKEN, OVERDUE, OPEN];

impl Handoff {
    pub(super) fn confirm(&self, scene: &Scene<'_>, words: Option<&str>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::StayReachable)?)?;
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        let text = words.map(|words| text::text("what you say", words)).transpose()?;
        let mut draft = scene.draft();
        draft.push(Event::Confirmed { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::StayReachable);
        draft.tell_case(Telling::Over { state: Label::from("confirmed"), by, reason: text });
        Ok(draft.done("confirmed: the handoff is complete"))
    }

    pub(super) fn correct(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::StayReachable)?)?;
        let text = text::text("what is so", words)?;
        let mut draft = scene.draft();
        draft.push(Event::Corrected { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::StayReachable);
        let receiver: Vec<_> = self.moved.iter().map(|moved| moved.by.clone()).collect();
        let telling = Telling::Over { state: Label::from("corrected"), by, reason: Some(text) };
        draft.tell_case_and(&receiver, telling, Vec::new(), false);
        Ok(draft.done("put right: the receiver hears it"))
    }

    pub(super) fn place(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::PlaceRefused)?)?;
        let text = text::text("what becomes of it", words)?;
        let mut draft = scene.draft();
        draft.push(Event::Placed { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::PlaceRefused);
        let telling = Telling::Over { state: Label::from("placed"), by, reason: Some(text) };
        draft.tell_case_and(std::slice::from_ref(&self.giver), telling, Vec::new(), false);
        Ok(draft.done("recorded: what was refused has a place"))
    }

    pub(super) fn review_take(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::ReviewTake)?)?;
        let text = text::text("what you find", words)?;
        let mut draft = scene.draft();
        draft.push(Event::TakeReviewed { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::ReviewTake);
        let mut people = vec![self.giver.clone()];
        people.extend(self.taker());
        let telling = Telling::Over { state: Label::from("reviewed"), by, reason: Some(text) };
        draft.tell_case_and(&people, telling, Vec::new(), false);
        Ok(draft.done("recorded: the takeover is reviewed"))
    }
}

/// What a digest counts of it, of the time from one moment up to another.
pub(super) fn counted(handoff: &Handoff, case: &Case, from: At, to: At) -> Vec<Counted> {
    let within = |at: At| from <= at && at < to;
    let once = |what, counts: bool| Counted { what, times: u64::from(counts), lasted: Span::ZERO };
    let offered = handoff.state != HandoffState::Taken;
    let ended = |state| handoff.state == state && case.closed.is_some_and(within);
    let moved = handoff.moved.as_ref().is_some_and(|moved| within(moved.at));
    let refused = handoff.standing.values().filter(|it| matches!(it, Standing::Refused { .. })).count();
    let late = case.obligations.iter().filter(|it| it.duty == Duty::AcceptHandoff);
    let late = late.filter_map(|it| it.breach.as_ref()).any(|breach| within(breach.since));
    let all = [
        once(OFFERED, offered && within(case.opened)),
        once(ACCEPTED, offered && moved),
        Counted { what: REFUSED, times: if within(case.opened) { refused as u64 } else { 0 }, lasted: Span::ZERO },
        once(DECLINED, ended(HandoffState::Declined)),
        once(WITHDRAWN, ended(HandoffState::Withdrawn)),
        once(TAKEN, !offered && within(case.opened)),
        once(OVERDUE, late),
        once(OPEN, case.opened < to && case.closed.is_none_or(|closed| closed >= to)),
    ];
    all.into_iter().filter(|it| it.times > 0).collect()
}
