//! Breaking the glass: one person approves alone, in an emergency; loud on purpose, and looked at afterwards by somebody else.

use super::outcome::conclude;
use super::stages::stage_roles;
use super::{Approval, Event, Outcome, Telling, Verb};
use crate::domain::line::Named;
use crate::domain::notice::To;
use crate::domain::obligation::Holder;
use crate::domain::people::Seat;
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::{Duty, Refusal, RoleId, Ruling, Span, text};

/// How long a look at a broken glass may take where the policy has no target for it.
const REVIEW_WITHIN: Span = Span::hours(24);

impl Approval {
    /// One person approves alone, in an emergency. Loud on purpose, and looked at afterwards by somebody else.
    pub(super) fn break_glass(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let (by, path) = (scene.person()?, self.path_of(scene)?);
        let requester = &self.requester;
        self.only_actions(scene, "be approved by one person alone")?;
        if path.break_glass.is_empty() {
            let waiting =
                scene.owed(Duty::Decide).map_or_else(|_| "nobody".to_owned(), |it| scene.names(&scene.waiting_on(it)));
            return Err(Refusal::missing(format!(
                "path {} allows nobody to break the glass. Waiting on {waiting}.",
                self.path
            )));
        }
        // Not even in an emergency: one person would ask and allow.
        let served = std::slice::from_ref(requester);
        let seat = |role: &RoleId| {
            let seats = scene.world.people.seats(std::slice::from_ref(role), served);
            seats.into_iter().find(|seat| &seat.person == by)
        };
        if by == requester {
            let others = persons(scene.world.people.seats(&path.break_glass, served));
            return Err(Refusal::OwnRequest(scene.names(&others)));
        }
        let Some((role, Seat { stands_in_for, .. })) =
            path.break_glass.iter().find_map(|role| Some((role, seat(role)?)))
        else {
            let people = persons(scene.world.people.seats(&path.break_glass, served));
            let people: Vec<String> = people.iter().map(|it| scene.name(it)).collect();
            let what = format!("breaking the glass on {}", scene.case.id);
            return Err(Refusal::not_yours(what, text::list(path.break_glass.iter()), &people));
        };
        if reason.trim().is_empty() {
            let example = Verb::Breakglass.on(scene.case.id).with("the model is leaking data, nobody answers");
            return Err(Refusal::ReasonNeeded(example));
        }
        let reason = text::text("the reason", reason)?;
        self.is_not_held(scene)?;

        let mut draft = scene.draft();
        draft.push(Event::GlassBroken {
            by: by.clone(),
            stands_in_for: stands_in_for.clone(),
            role: role.clone(),
            reason: reason.clone(),
        });
        conclude(&mut draft, Outcome::Approved, Some(by.clone()), Some(reason.clone()), "broken glass");
        let first = path.stages.first().map_or_else(|| role.clone(), |stage| stage.role.clone());
        let number = draft.owe_by_policy(Duty::ReviewBreakGlass, None, None, None).unwrap_or_else(|| {
            draft.owe_anyway(Duty::ReviewBreakGlass, None, Holder::Roles(vec![first]), None, REVIEW_WITHIN)
        });
        let due = draft.case.obligation(number).map(|it| it.terms.due);
        let reviewers = draft.waiting_on(number);
        let roles: Vec<RoleId> =
            path.stages.iter().flat_map(stage_roles).chain(path.break_glass.iter().cloned()).collect();
        let mut people = persons(scene.world.people.seats(&roles, &[]));
        for person in reviewers.iter().chain([requester]) {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        people.retain(|person| person != by);
        let telling = Telling::GlassBroken {
            by: by.clone(),
            stands_in_for,
            role: role.clone(),
            reason,
            people: reviewers.clone(),
            due,
        };
        draft.tell_news(&people, telling.clone(), vec![number], true);
        draft.tell_while(To::Operators, telling, Vec::new(), None);
        let names = scene.names(&reviewers);
        Ok(draft
            .done(format!("approved by you alone. Everybody on the path was told, and {names} reviews it afterwards")))
    }

    pub(super) fn review_break_glass(&self, scene: &Scene<'_>, words: &str) -> Result<Ruling, Refusal> {
        let by = scene.person()?;
        let duty = Duty::ReviewBreakGlass;
        let owed = scene.case.owed(duty).ok_or(Refusal::NothingOwed { case: scene.case.id, duty })?;
        if !scene.may_answer(owed, by) {
            return Err(match self.broke_glass().contains(by) {
                true => Refusal::OnlyFor { case: scene.case.id, who: scene.names(&scene.waiting_on(owed)) },
                false => scene.not_yours(owed),
            });
        }
        let words = text::text("the review", words)?;
        let number = owed.number;
        let mut draft = scene.draft();
        draft.push(Event::GlassReviewed { by: by.clone(), text: words.clone() });
        draft.meet(|it| it.number == number);
        draft.tell_said("break-glass review", by.clone(), words);
        Ok(draft.done("your review is recorded"))
    }
}
