//! Who asks what of which case, under which policy: what every rulebook looks at, and the questions that each asks of it.

use super::obligation::{Holder, Obligation};
use super::people::Seat;
use super::policy::May;
use super::ruling::persons;
use super::{Ask, At, Case, Draft, Duty, PersonId, Refusal, RoleId, World, text};

/// One ask of one case.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub case: &'a Case,
    pub ask: &'a Ask,
    pub world: &'a World<'a>,
}

impl<'a> Scene<'a> {
    pub fn draft(&self) -> Draft<'a> {
        Draft::new(self.case, self.ask, self.world)
    }

    /// The person of the policy who asks. Every event has a person's name under it, so the engine and the operator can't take
    /// the steps that need one.
    ///
    /// # Errors
    /// [`Refusal::Stranger`].
    pub fn asker(&self) -> Result<PersonId, Refusal> {
        self.world.asker(self.ask)
    }

    /// The person who asks, whether or not the policy knows them still.
    ///
    /// # Errors
    /// [`Refusal::Stranger`].
    pub fn person(&self) -> Result<&'a PersonId, Refusal> {
        self.ask.by.person().ok_or(Refusal::Stranger)
    }

    pub fn name(&self, person: &PersonId) -> String {
        self.world.policy.name_of(person)
    }

    /// `Dev Shah or Lena Vogt`, for sentences.
    pub fn names(&self, people: &[PersonId]) -> String {
        self.world.names(people)
    }

    /// Who may do what with a case of this workflow.
    pub fn may(&self) -> &'a May {
        self.world.policy.may_in(&self.case.workflow)
    }

    /// As [`World::require`], of the asker.
    ///
    /// # Errors
    /// [`Refusal::NotYours`].
    pub fn require(&self, what: &str, roles: &[RoleId]) -> Result<(), Refusal> {
        self.world.require(what, roles, &self.ask.by)
    }

    /// A moment as the person who asks reads it.
    pub fn moment(&self, at: At) -> String {
        self.world.moment(at, self.ask)
    }

    /// The open obligation of a duty.
    ///
    /// # Errors
    /// [`Refusal::NothingOwed`].
    pub fn owed(&self, duty: Duty) -> Result<&'a Obligation, Refusal> {
        self.case.owed(duty).ok_or(Refusal::NothingOwed { case: self.case.id, duty })
    }

    pub fn waiting_on(&self, obligation: &Obligation) -> Vec<PersonId> {
        persons(self.case.waiting_on(obligation, &self.world.people))
    }

    pub fn may_answer(&self, obligation: &Obligation, person: &PersonId) -> bool {
        self.case.may_answer(obligation, person, &self.world.people).is_some()
    }

    /// The asker's seat, when it must be somebody who may answer this obligation.
    ///
    /// # Errors
    /// [`Refusal::NotYours`] with the people who can.
    pub fn answering(&self, obligation: &Obligation) -> Result<Seat, Refusal> {
        let person = self.ask.by.person().ok_or(Refusal::Stranger)?;
        let seat = self.case.may_answer(obligation, person, &self.world.people);
        seat.ok_or_else(|| self.not_yours(obligation))
    }

    /// Whose answer it is instead.
    pub fn not_yours(&self, obligation: &Obligation) -> Refusal {
        let roles = match &obligation.holder {
            Holder::Roles(roles) => text::list(roles.iter()),
            Holder::Person(person) => self.name(person),
        };
        let people: Vec<String> = self.waiting_on(obligation).iter().map(|it| self.name(it)).collect();
        Refusal::not_yours(format!("{} on {}", obligation.duty.the(), self.case.id), roles, &people)
    }
}
