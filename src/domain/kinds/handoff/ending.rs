//! What follows a handoff: the giver's word on what was said back, a place for what was refused, a look at what was taken over;
//! and what of it a digest counts.

use super::{Event, Handoff, HandoffState, Standing, Telling, Verb};
use crate::domain::kinds::Counted;
use crate::domain::line::{Named, say};
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

/// What an obligation to find a place is called by.
pub(super) fn one_item(number: u32) -> String {
    format!("item {number}")
}

impl Handoff {
    pub(super) fn confirm(&self, scene: &Scene<'_>, words: Option<&str>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::StayReachable)?)?;
        let words = words.map(str::trim).filter(|words| !words.is_empty());
        let text = words.map(|words| text::text("what you say", words)).transpose()?;
        let mut draft = scene.draft();
        draft.push(Event::Confirmed { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::StayReachable);
        draft.tell_case(Telling::Over { state: Label::from("confirmed"), by, item: None, reason: text });
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
        let telling = Telling::Over { state: Label::from("corrected"), by, item: None, reason: Some(text) };
        draft.tell_case_and(&receiver, telling, Vec::new(), false);
        Ok(draft.done("put right: the receiver hears it"))
    }

    /// What waits for a place, by the number of the obligation and of the item. No item: all of it was declined.
    pub fn to_place(&self, case: &Case) -> impl Iterator<Item = (u32, Option<u32>)> {
        let open = case.open_obligations().filter(|it| it.duty == Duty::PlaceRefused);
        open.map(|owed| {
            let item = self.items.iter().find(|item| owed.is_about(&one_item(item.number)));
            (owed.number, item.map(|item| item.number))
        })
    }

    /// Each item finds a place of its own: what is said of one says nothing of the others.
    pub(super) fn place(&self, scene: &Scene<'_>, item: Option<u32>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.owed(Duty::PlaceRefused)?;
        let open: Vec<(u32, Option<u32>)> = self.to_place(scene.case).collect();
        let meant = match (item, open.as_slice()) {
            (None, [only]) => Some(only),
            (item, open) => open.iter().find(|(_, of)| *of == item),
        };
        let Some((number, item)) = meant.copied() else {
            let items = open.iter().filter_map(|(_, item)| *item);
            let (waits, first) = (text::list(items.clone()), items.min());
            let all = || Verb::Place.on(scene.case.id);
            let line = first.map_or_else(all, |item| all().with(format_args!("item={item}"))).with("…");
            return Err(Refusal::missing(match first {
                Some(_) => say![format!("name the item that finds a place, of {waits}, as in "), line, "."],
                None => say!["no single item waits for a place, all of it does: ", line, "."],
            }));
        };
        let owed = scene
            .case
            .obligation(number)
            .ok_or(Refusal::NothingOwed { case: scene.case.id, duty: Duty::PlaceRefused })?;
        scene.answering(owed)?;
        let text = text::text("what becomes of it", words)?;
        let mut draft = scene.draft();
        draft.push(Event::Placed { by: by.clone(), item, text: text.clone() });
        draft.meet(|it| it.number == number);
        let telling = Telling::Over { state: Label::from("placed"), by, item, reason: Some(text) };
        draft.tell_case_and(std::slice::from_ref(&self.giver), telling, Vec::new(), false);
        let what = item.map_or_else(|| "what was refused".to_owned(), one_item);
        let left = open.len() - 1;
        let more = if left == 0 { String::new() } else { format!("; {left} more to place") };
        Ok(draft.done(format!("recorded: {what} has a place{more}")))
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
        let telling = Telling::Over { state: Label::from("reviewed"), by, item: None, reason: Some(text) };
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
