//! Votes: who may give one, what each counts for, and what it takes to change what was asked.

use super::outcome::{conclude, tell_concluded};
use super::stages::{open_stage, say_short, short_handed, tell_asked};
use super::{Approval, Event, Outcome, Telling, Verb, Vote, action, sha256_of};
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Change, Obligation};
use crate::domain::people::Seat;
use crate::domain::scene::Scene;
use crate::domain::{Duty, PersonId, Refusal, RoleId, Ruling, text};

impl Approval {
    /// The asker's seat in the decision. Whose seat has answered has no second answer, whoever keeps it by now.
    fn seat<'a>(&self, scene: &Scene<'a>, revision: Option<u32>) -> Result<(&'a Obligation, Seat), Refusal> {
        let (person, decision, id) = (scene.person()?, scene.owed(Duty::Decide)?, scene.case.id);
        if person == &self.requester {
            return Err(Refusal::OwnRequest(scene.names(&scene.waiting_on(decision))));
        }
        match revision {
            Some(seen) if seen != self.revision => return Err(Refusal::Changed(id)),
            Some(_) => {}
            // What was asked at first is all that they can have read.
            None if self.revision == 1 => {}
            None => return Err(Refusal::WhichRevision { case: id, now: self.revision }),
        }
        for vote in &self.votes {
            if &vote.by == person {
                return Err(match vote.stage < self.stage {
                    true => Refusal::EarlierStage(id, scene.names(&scene.waiting_on(decision))),
                    false => Refusal::AnsweredAlready(id),
                });
            }
            if vote.stands_in_for.as_ref() == Some(person) {
                return Err(Refusal::missing(format!(
                    "{} answered {id} in your seat while standing in for you. That answer stands.",
                    scene.name(&vote.by)
                )));
            }
        }
        let mut out = scene.case.excluded(decision);
        out.extend(decision.answers.iter().cloned());
        let called: Vec<RoleId> = decision.called().cloned().collect();
        let people = &scene.world.people;
        let seats = scene.case.waiting_on(decision, people).into_iter().chain(people.called(&called, &out));
        let seat = seats.into_iter().find(|seat| &seat.person == person);
        seat.map(|seat| (decision, seat)).ok_or_else(|| scene.not_yours(decision))
    }

    /// So that whoever votes can see on what.
    fn what_was_voted_on(&self) -> String {
        format!("revision {}, SHA-256 {}", self.revision, self.action_sha256)
    }

    fn vote(&self, seat: &Seat, approves: bool, reason: Option<String>) -> Vote {
        Vote {
            by: seat.person.clone(),
            stands_in_for: seat.stands_in_for.clone(),
            stage: self.stage,
            approves,
            reason,
            revision: self.revision,
            action_sha256: self.action_sha256.clone(),
        }
    }

    pub(super) fn approve(
        &self,
        scene: &Scene<'_>,
        reason: Option<&str>,
        revision: Option<u32>,
    ) -> Result<Ruling, Refusal> {
        let (decision, seat) = self.seat(scene, revision)?;
        let path = self.path_of(scene)?;
        self.is_ready(scene)?;
        let reason = match reason.map(str::trim) {
            None | Some("") if path.reason_on_approve => {
                let example = Verb::Approve.on(scene.case.id).with("the risk is covered by …");
                return Err(Refusal::ReasonNeeded(example));
            }
            None | Some("") => None,
            Some(words) => Some(text::text("the reason", words)?),
        };
        let (number, need) = (decision.number, decision.terms.quorum);
        let (by, stands_in_for) = (seat.person.clone(), seat.stands_in_for.clone());
        let mut draft = scene.draft();
        draft.push(Event::Voted(self.vote(&seat, true, reason.clone())));
        draft.change(number, Change::Answered { by: by.clone(), stands_in_for: stands_in_for.clone() });
        let have = draft.case.obligation(number).map_or(need, |it| it.votes);
        let voted = |waiting_on| Telling::Voted {
            by: by.clone(),
            stands_in_for,
            reason: reason.clone(),
            have,
            need,
            waiting_on,
        };
        if have < need {
            let waiting_on = draft.waiting_on(number);
            let names = scene.names(&waiting_on);
            draft.tell_case(voted(waiting_on));
            let what = self.what_was_voted_on();
            let held = self.said_of_a_freeze(scene.case, scene.world, scene.ask.at, |at| scene.moment(at));
            return Ok(draft.done(format!(
                "your approval is recorded, {have} of {need}; waiting on {names}. {held}It is for {what}"
            )));
        }
        draft.meet(|it| it.number == number);
        let next = self.stage + 1;
        if let Some(stage) = path.stages.get(next as usize) {
            draft.void("the stage was decided", |it| it.duty == Duty::AnswerQuestion);
            draft.push(Event::StagePassed { stage: self.stage });
            draft.tell_case(voted(Vec::new()));
            let number = open_stage(&mut draft, path, next);
            tell_asked(&mut draft, path, number);
            if let Some(short) = short_handed(&draft, path, next as usize) {
                say_short(&mut draft, &short);
            }
            let names = scene.names(&draft.waiting_on(number));
            let what = self.what_was_voted_on();
            return Ok(
                draft.done(format!("your approval is recorded; next is {}: {names}. It is for {what}", stage.role))
            );
        }
        self.is_not_held(scene)?;
        conclude(&mut draft, Outcome::Approved, Some(by), reason, "approved");
        tell_concluded(&mut draft, std::slice::from_ref(&self.requester), false);
        Ok(draft.done("approved"))
    }

    /// A slip of the thumb isn't for ever: as long as its stage is open, an approval can be taken back by whoever gave it.
    pub(super) fn take_back(&self, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        let (person, decision, id) = (scene.person()?, scene.owed(Duty::Decide)?, scene.case.id);
        let given = self.votes.iter().rfind(|vote| &vote.by == person);
        let Some(vote) = given else {
            return Err(Refusal::missing(format!(
                "you have given no approval on {id}, so there is none to take back."
            )));
        };
        if vote.stage < self.stage {
            let names = scene.names(&scene.waiting_on(decision));
            return Err(Refusal::missing(say![
                format!("tell {names}, or ask with "),
                Verb::Ask.on(id).with("…"),
                format!(": the stage of {id} that you approved is passed, so they decide now.")
            ]));
        }
        let (number, need) = (decision.number, decision.terms.quorum);
        let (by, stands_in_for) = (person.clone(), vote.stands_in_for.clone());
        let mut draft = scene.draft();
        draft.push(Event::VoteTakenBack { by: by.clone(), stage: self.stage });
        draft.change(number, Change::AnswerTakenBack { by: by.clone(), stands_in_for });
        let have = draft.case.obligation(number).map_or(0, |it| it.votes);
        let waiting_on = draft.waiting_on(number);
        let names = scene.names(&waiting_on);
        draft.tell_case(Telling::VoteTakenBack { by, have, need, waiting_on });
        Ok(draft.done(format!("your approval is taken back, {have} of {need}; waiting on {names}")))
    }

    /// One decline ends it, whatever the quorum: there is nothing left to wait for.
    pub(super) fn decline(&self, scene: &Scene<'_>, reason: &str, revision: Option<u32>) -> Result<Ruling, Refusal> {
        let (decision, seat) = self.seat(scene, revision)?;
        if reason.trim().is_empty() {
            let example = Verb::Decline.on(scene.case.id).with("the test set is too old");
            return Err(Refusal::ReasonNeeded(example));
        }
        let reason = text::text("the reason", reason)?;
        let number = decision.number;
        let mut draft = scene.draft();
        draft.push(Event::Voted(self.vote(&seat, false, Some(reason.clone()))));
        draft.change(number, Change::Answered { by: seat.person.clone(), stands_in_for: seat.stands_in_for.clone() });
        draft.meet(|it| it.number == number);
        conclude(&mut draft, Outcome::Declined, Some(seat.person), Some(reason), "declined");
        tell_concluded(&mut draft, std::slice::from_ref(&self.requester), false);
        Ok(draft.done("declined"))
    }

    /// A changed action is a new request in substance: what was said about the old one counts no more, and the clock
    /// starts afresh. A breach that was recorded stays recorded.
    pub(super) fn amend(&self, scene: &Scene<'_>, changed: &str) -> Result<Ruling, Refusal> {
        let by = scene.person()?;
        self.only_requester(scene, by)?;
        self.only_actions(scene, "be amended")?;
        let changed = action(changed)?;
        let action_sha256 = sha256_of(&changed);
        if action_sha256 == self.action_sha256 {
            return Err(Refusal::missing(format!(
                "that is the action of {} as it stands; nothing changed.",
                scene.case.id
            )));
        }
        let path = self.path_of(scene)?;
        let mut told: Vec<PersonId> = self.votes.iter().map(|vote| vote.by.clone()).collect();
        told.extend(scene.case.owed(Duty::Decide).into_iter().flat_map(|it| it.held_by.clone()));

        let mut draft = scene.draft();
        draft.void("the action was changed", |it| matches!(it.duty, Duty::Decide | Duty::AnswerQuestion));
        let revision = self.revision + 1;
        draft.push(Event::Amended { by: by.clone(), action: changed, action_sha256, revision });
        let number = open_stage(&mut draft, path, 0);
        let people = draft.waiting_on(number);
        told.extend(people.iter().cloned());
        let mut once: Vec<PersonId> = Vec::new();
        for person in told {
            if &person != by && !once.contains(&person) {
                once.push(person);
            }
        }
        let (due, urgent) =
            draft.case.obligation(number).map_or((scene.ask.at, false), |it| (it.terms.due, it.terms.urgent));
        let telling = Telling::Amended { by: by.clone(), revision, people, due };
        draft.tell_case_and(&once, telling, vec![number], urgent);
        Ok(draft.done(format!("the action is changed, revision {revision}; it begins again with the first stage")))
    }
}
