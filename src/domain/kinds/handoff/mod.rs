//! Handoffs: offered → accepted, item by item, or declined, withdrawn, taken over in an emergency. Here: what a handoff is, and
//! how that follows from what became true of it.
//!
//! Until it is accepted its giver holds everything. What is accepted moves at one moment, with all its clocks running; what is
//! refused stays with the giver, and somebody owes a place for it. A handoff opens and answers nothing on other cases itself: it
//! says what follows for them ([`HandOver`](crate::domain::every_case::HandOver)), and that is decided in the same transaction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AskedNow, Began, Counted, Drafted, Kind, Reach, Seal, Waits};
use crate::domain::every_case::wake::TimePassed;
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::obligation::{Attribution, Holder, Obligation, Receiver};
use crate::domain::policy::{Channel, Windows};
use crate::domain::scene::Scene;
use crate::domain::{
    Act, Ask, At, Call, Called, Case, CaseId, Draft, Duty, HandoffDuty, Label, PersonId, Policy, QueueId, Refusal,
    Ruling, Severity, WorkflowId, World,
};

mod accepting;
mod acts;
mod brief;
mod command;
mod ending;
mod event;
mod held;
mod ideas;
mod offering;
mod offers;
mod proving;
mod questions;
mod rules;
mod scope;
mod state;
mod taking;
mod telling;
#[cfg(test)]
mod tests;

pub use brief::{Action, Brief, Contingency, Illness, OnCase};
pub use command::{Accepting, Command, Opening, Verb};
pub use event::{Event, Offered};
pub use ideas::Idea;
pub use state::{Handed, HandoffState, Item, Kept, Place, Proof, Remark, SaidBack, Scope, Standing};
pub use telling::{Late, Telling};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handoff {
    pub state: HandoffState,
    pub giver: PersonId,
    pub to: Receiver,
    pub scope: Scope,
    pub items: Vec<Item>,
    /// What became of items; one that isn't here is as it was offered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub standing: BTreeMap<u32, Standing>,
    /// What the receiver may not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    pub brief: Brief,
    /// What of the knowledge in the brief the receiver has shown by use, by its number from 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub proven: BTreeMap<u32, Proof>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who accepted it or took it, and when everything moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Remark>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said_back: Vec<SaidBack>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reachable_until: Option<At>,
    /// The giver's word on what was said back: confirmed, or put right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Remark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<Remark>,
    /// What became of what was refused, in the order in which it was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Remark>,
    /// How it ended, where nothing moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<Remark>,
}

impl Kind for Handoff {
    type Opening = Opening;
    type Command = Command;
    type Event = Event;
    const COUNTED: &'static [&'static str] = &ending::COUNTED;
    type Telling = Telling;

    fn open(id: CaseId, opening: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
        match opening.takes {
            true => taking::take(id, opening, ask, world),
            false => offering::offer(id, opening, ask, world),
        }
    }

    fn opened_from(_opening: &mut Opening, _message: OpenedFrom) {}

    fn converts(_opening: &Opening) -> Option<&Channel> {
        None
    }

    /// Whoever offers a case must see it; that is the rules' to say, since a restricted one can be handed over as well.
    fn about(_opening: &Opening) -> Option<CaseId> {
        None
    }

    fn begin(event: &Event) -> Option<(Began, Handoff)> {
        match event {
            Event::Offered(offered) => Some((offered.began.clone(), Handoff::offered(offered))),
            Event::Taken(taken) => {
                let state = HandoffState::Taken;
                Some((taken.began.clone(), Handoff { state, ..Handoff::offered(taken) }))
            }
            Event::Accepted { .. }
            | Event::Proven { .. }
            | Event::ItemRefused { .. }
            | Event::Declined { .. }
            | Event::Withdrawn { .. }
            | Event::Confirmed { .. }
            | Event::Corrected { .. }
            | Event::Placed { .. }
            | Event::TakeReviewed { .. } => None,
        }
    }

    fn apply(&mut self, event: &Event, at: At) {
        let said = |by: &PersonId, text: &str| Some(Remark { by: by.clone(), at, text: Some(text.to_owned()) });
        match event {
            Event::Offered(_) | Event::Taken(_) => {}
            Event::Accepted { by, items, said_back, kept, text, reachable_until, stands_in_for: _ } => {
                self.state = HandoffState::Accepted;
                self.standing.extend(items.iter().map(|item| (*item, Standing::Accepted)));
                self.said_back.clone_from(said_back);
                self.kept.clone_from(kept);
                self.moved = Some(Remark { by: by.clone(), at, text: text.clone() });
                self.reachable_until = *reachable_until;
            }
            Event::Proven { by, item, on, text } => {
                self.proven.insert(*item, Proof { by: by.clone(), at, on: *on, text: text.clone() });
            }
            Event::ItemRefused { by, item, reason } => {
                let (by, reason) = (by.clone(), reason.clone());
                self.standing.insert(*item, Standing::Refused { by, reason });
                if self.open_items().next().is_none() {
                    self.state = HandoffState::Declined;
                }
            }
            Event::Declined { by, reason } => {
                self.state = HandoffState::Declined;
                self.turned = said(by, reason);
            }
            Event::Withdrawn { by, reason } => {
                self.state = HandoffState::Withdrawn;
                self.turned = said(by, reason);
            }
            Event::Confirmed { by, text } => {
                self.answered = Some(Remark { by: by.clone(), at, text: text.clone() });
            }
            Event::Corrected { by, text } => {
                (self.answered, self.corrected) = (said(by, text), said(by, text));
            }
            Event::Placed { by, item, text } => {
                self.places.push(Place { item: *item, by: by.clone(), at, text: text.clone() });
            }
            Event::TakeReviewed { by, text } => self.reviewed = said(by, text),
        }
    }

    fn state(&self) -> &'static str {
        self.state.word()
    }

    fn state_at(&self, _at: At) -> &'static str {
        self.state.word()
    }

    /// What follows it, such as a review, is owed on a handoff that is over.
    fn is_closed(&self) -> bool {
        self.state != HandoffState::Offered
    }

    fn severity(&self) -> Option<Severity> {
        None
    }

    fn bound_to(&self, _duty: Duty) -> Option<u32> {
        None
    }

    fn nature(&self, _at: At) -> Vec<String> {
        Vec::new()
    }

    fn queue(&self, _case: &Case) -> Option<(QueueId, Windows)> {
        None
    }

    fn waits(&self, _case: &Case) -> Option<Waits> {
        None
    }

    fn counted(&self, case: &Case, from: At, to: At) -> Vec<Counted> {
        ending::counted(self, case, from, to)
    }

    fn insiders(&self) -> Vec<PersonId> {
        let receiver = match &self.to {
            Receiver::Person(person) => Some(person.clone()),
            Receiver::Role(_) => None,
        };
        [Some(self.giver.clone()), receiver].into_iter().flatten().collect()
    }

    /// Nothing of it is a seat: what it hands over are others' seats.
    fn seats_of(&self, _person: &PersonId) -> Vec<Label> {
        Vec::new()
    }

    fn pass_seats(&mut self, _seats: &[Label], _to: &PersonId, _at: At) {}

    fn reach_of_opening(opening: &Opening) -> Option<Reach> {
        let reach = scope::reach(&opening.scope, opening.giver.as_ref());
        Some(if opening.takes { reach } else { Reach::WithOffers(Box::new(reach)) })
    }

    fn reached_by_opening(opening: &mut Opening, cases: Vec<Case>) {
        opening.cases = Some(cases);
    }

    fn reach(&self, command: &Command) -> Option<Reach> {
        match command {
            Command::Accept(_) => Some(self.reach_to_accept()),
            Command::Prove { on, .. } => on.map(Reach::Case),
            Command::Refuse { .. } | Command::Decline { .. } | Command::Withdraw { .. } => {
                Some(Reach::These(self.cases().collect()))
            }
            Command::Confirm { .. } | Command::Correct { .. } | Command::Place { .. } | Command::ReviewTake { .. } => {
                None
            }
        }
    }

    fn reached_by(command: &mut Command, cases: Vec<Case>) {
        match command {
            Command::Accept(accepting) => accepting.cases = Some(cases),
            Command::Prove { cases: read, .. }
            | Command::Refuse { cases: read, .. }
            | Command::Decline { cases: read, .. }
            | Command::Withdraw { cases: read, .. } => *read = Some(cases),
            Command::Confirm { .. } | Command::Correct { .. } | Command::Place { .. } | Command::ReviewTake { .. } => {}
        }
    }

    fn changes_who_sees(_event: &Event) -> bool {
        false
    }

    fn excluded(&self, owed: &Obligation) -> Vec<PersonId> {
        match owed.duty.of_handoff() {
            // Nobody takes over from themselves, in nobody's place.
            Some(HandoffDuty::AcceptHandoff) => vec![self.giver.clone()],
            // Somebody else looks at it, and one of the two only where it is owed by them: there is nobody else.
            Some(HandoffDuty::ReviewTake) => {
                let giver = Some(self.giver.clone()).filter(|giver| owed.holder != Holder::Person(giver.clone()));
                self.taker().into_iter().chain(giver).collect()
            }
            Some(HandoffDuty::StayReachable | HandoffDuty::PlaceRefused) | None => Vec::new(),
        }
    }

    fn attributed(&self, _owed: &Obligation, _scene: &Scene<'_>) -> Option<Attribution> {
        None
    }

    fn relies_on(&self, _acknowledgement: &Obligation, _case: &Case) -> bool {
        false
    }

    fn with_seal(_command: &Command, _seal: &Seal) -> Option<Command> {
        None
    }

    fn restrict(_opening: &mut Opening) -> bool {
        false
    }

    fn with_draft(_command: &Command, _draft: &Drafted) -> Option<Command> {
        None
    }

    fn other_case(_command: &Command) -> Option<CaseId> {
        None
    }

    fn wakes_at(&self) -> Option<At> {
        None
    }

    fn call(&self, _case: &Case) -> Option<Call> {
        None
    }

    fn called(_number: u32, _round: u32, _called: &Called) -> Option<Command> {
        None
    }

    fn decide(&self, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
        rules::decide(self, command, scene)
    }

    fn acts(&self, scene: &Scene<'_>) -> Vec<Act> {
        acts::acts(self, scene)
    }

    fn follow_up_on(_message: KeptMessage) -> Option<Command> {
        None
    }

    fn example(_workflow: &WorkflowId, _policy: &Policy) -> Opening {
        acts::example()
    }

    fn time_passed(_draft: &mut Draft<'_>, _passed: &[TimePassed]) {}

    /// Handoffs have no channel of their own but restricted ones: what is told is for all who read it.
    fn is_for_all(_telling: &Telling) -> bool {
        true
    }

    fn up_to_date(telling: Telling, asked: &AskedNow<'_>) -> Option<Telling> {
        telling.up_to_date(asked)
    }
}

impl Handoff {
    fn offered(offered: &Offered) -> Handoff {
        Handoff {
            state: HandoffState::Offered,
            giver: offered.giver.clone(),
            to: offered.to.clone(),
            scope: offered.scope.clone(),
            items: offered.items.clone(),
            standing: BTreeMap::new(),
            kept: offered.kept.clone(),
            brief: offered.brief.clone(),
            proven: BTreeMap::new(),
            reason: offered.reason.clone(),
            moved: None,
            said_back: Vec::new(),
            reachable_until: None,
            answered: None,
            corrected: None,
            places: Vec::new(),
            reviewed: None,
            turned: None,
        }
    }

    /// How an item stands.
    pub fn standing(&self, item: u32) -> &Standing {
        const TAKEN: &Standing = &Standing::Accepted;
        const OFFERED: &Standing = &Standing::Offered;
        let otherwise = if self.state == HandoffState::Taken { TAKEN } else { OFFERED };
        self.standing.get(&item).unwrap_or(otherwise)
    }

    /// What nobody has refused yet.
    pub fn open_items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| *self.standing(item.number) == Standing::Offered)
    }

    /// The cases of which something is an item of it.
    fn cases(&self) -> impl Iterator<Item = CaseId> {
        self.items.iter().filter_map(|item| match &item.what {
            Handed::Case { case, .. } => Some(*case),
            Handed::Role { .. } | Handed::Shift { .. } => None,
        })
    }

    /// From whom it goes: a party hands over whatever its roles hold, whoever that is.
    pub(super) fn from(&self) -> Option<&PersonId> {
        match self.scope {
            Scope::Workflow { .. } => None,
            Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => Some(&self.giver),
        }
    }

    /// Who answers questions about it afterwards: its giver. For somebody who leaves it is whoever offered it for them: the one
    /// who left may have no account any more.
    pub fn stays_reachable<'c>(&'c self, case: &'c Case) -> &'c PersonId {
        match (&self.scope, &case.opened_by) {
            (Scope::Leaving {}, Some(by)) => by,
            (
                Scope::Leaving {} | Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Workflow { .. },
                _,
            ) => &self.giver,
        }
    }

    /// What of the knowledge has not been shown, by its number. Between parties the receiver's own words show nothing: nobody is
    /// there to ask afterwards.
    pub fn unproven(&self) -> impl Iterator<Item = u32> {
        let known = u32::try_from(self.brief.knowledge.len()).unwrap_or(u32::MAX);
        let words_do = !self.is_between_parties();
        (1..=known).filter(move |item| !self.proven.get(item).is_some_and(|proof| words_do || proof.on.is_some()))
    }

    pub fn is_between_parties(&self) -> bool {
        match self.scope {
            Scope::Workflow { .. } => true,
            Scope::Case(_) | Scope::Role { .. } | Scope::Shift { .. } | Scope::Leaving {} => false,
        }
    }

    /// Who took it over in an emergency.
    fn taker(&self) -> Option<PersonId> {
        match (self.state, &self.to) {
            (HandoffState::Taken, Receiver::Person(person)) => Some(person.clone()),
            (_, _) => None,
        }
    }
}
