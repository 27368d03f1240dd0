//! Who leads an incident for too long is asked, once, to hand over the seat.

use super::ownership::{Event, Ownership};
use super::{At, Draft, Policy};
use crate::domain::Label;
use crate::domain::every_case;
use crate::domain::kinds::incident::SeatName;
use crate::domain::ruling::Then;

impl Ownership {
    /// When the next of them has led for too long.
    pub(super) fn wake(&self, policy: &Policy) -> Option<At> {
        let most = policy.handoffs.lead_at_most?;
        self.leads.iter().filter(|lead| !lead.asked).map(|lead| lead.since + most).min()
    }
}

impl Draft<'_> {
    /// The first of them who has led for too long by now. Whether there was one.
    pub(super) fn wake_leads(&mut self) -> bool {
        let Some(most) = self.policy.handoffs.lead_at_most else { return false };
        let long = |lead: &&super::ownership::Lead| !lead.asked && lead.since + most <= self.ask.at;
        let Some(lead) = self.bot.ownership.leads.iter().find(long).cloned() else { return false };
        self.push(Event::ReliefAsked { case: lead.case, person: lead.person.clone() });
        let (seat, person, since) = (Label::from(SeatName::Lead.word()), lead.person, lead.since);
        let relieve = every_case::Command::Relieve { seat, person, since };
        self.ruling.then.push(Then::Case(lead.case, relieve.into()));
        true
    }
}
