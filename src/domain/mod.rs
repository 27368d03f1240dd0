//! The rules, pure: no database, no network, no clock. A rule is handed the time, the policy and the people as data.
//!
//! [`open`] and [`decide`] are the two signatures to know: an [`Ask`] comes in, a [`Ruling`] or a [`Refusal`] goes out.
//! [`engine`] holds what is the same for every kind of case; [`incident`] and [`approval`] hold one rulebook each.

pub mod approval;
pub mod at;
pub mod calendar;
pub mod case;
pub mod command;
pub mod engine;
pub mod event;
pub mod house;
pub mod incident;
pub mod names;
pub mod nature;
pub mod notice;
pub mod obligation;
pub mod people;
pub mod policy;
pub mod refusal;
pub mod ruling;

pub use at::{At, Span};
pub use case::{Body, Case};
pub use command::Command;
pub use event::{Event, HouseEvent};
pub use house::House;
pub use names::*;
pub use nature::Nature;
pub use notice::{Notice, OutboxId, Telling, To};
pub use obligation::Obligation;
pub use people::People;
pub use policy::Policy;
pub use refusal::Refusal;
pub use ruling::{Draft, Ruling, Then};

/// Somebody asks for something at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub by: Actor,
    pub at: At,
    pub command: Command,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Person(PersonId),
    /// Time passed, or another case's ruling has a consequence here.
    Engine,
    /// The operator, at the command line.
    Operator,
}

impl Actor {
    pub fn person(&self) -> Option<&PersonId> {
        match self {
            Actor::Person(person) => Some(person),
            Actor::Engine | Actor::Operator => None,
        }
    }
}

/// What a rule may look at besides the case.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The policy in force: people, roles, channels, who may do what.
    pub policy: &'a Policy,
    /// The policy that the case was opened under: targets, ladders, calendars, paths. For a new case, the one in force.
    pub stamped: &'a Policy,
    /// Who holds what now.
    pub people: People<'a>,
}

impl World<'_> {
    /// When a direct message may go out, by batching and the person's quiet hours. `None`: at once.
    pub fn may_disturb(&self, person: &PersonId, at: At, urgent: bool) -> Option<At> {
        if urgent {
            return None;
        }
        let person = self.policy.people.get(person)?;
        let quiet_until = person.quiet.as_ref().and_then(|quiet| quiet.ends(person.zone, at));
        let batched = Some(at + self.policy.batch_within).filter(|&until| until > at);
        quiet_until.max(batched)
    }

    /// Whether a right that the policy gives to `roles` is the asker's: see [`People::allow`].
    pub fn allows(&self, roles: &[RoleId], asker: &Actor) -> bool {
        self.people.allow(roles, asker)
    }

    /// As [`World::allows`], with the refusal that names who can.
    ///
    /// # Errors
    /// [`Refusal::NotYours`].
    pub fn require(&self, what: &str, roles: &[RoleId], actor: &Actor) -> Result<(), Refusal> {
        if self.allows(roles, actor) {
            return Ok(());
        }
        let people = ruling::persons(self.people.seats(roles, &[]));
        Err(Refusal::NotYours { what: what.to_owned(), roles: list(roles.iter()), people: self.names(&people) })
    }

    /// `Dev Shah or Lena Vogt`, for sentences.
    pub fn names(&self, people: &[PersonId]) -> String {
        match people {
            [] => "nobody".to_owned(),
            [one] => self.policy.name_of(one),
            [rest @ .., last] => {
                let rest: Vec<String> = rest.iter().map(|it| self.policy.name_of(it)).collect();
                format!("{} or {}", rest.join(", "), self.policy.name_of(last))
            }
        }
    }
}

/// `a, b and c`, for sentences.
pub fn list(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let mut words: Vec<String> = items.map(|it| it.to_string()).collect();
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

/// Opens a case with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn open(id: CaseId, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    match &ask.command {
        Command::OpenIncident(wanted) => incident::open(id, wanted, ask, world),
        Command::RequestApproval(wanted) => approval::request(id, wanted, ask, world),
        _ => Err(Refusal::Missing("name the case, for example INC-1.".to_owned())),
    }
}

/// Decides what an ask means for a case. Nothing is changed: the ruling holds the events.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn decide(case: &Case, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    if let Actor::Person(person) = &ask.by
        && !case.is_visible_to(person, &world.people)
    {
        // A restricted case doesn't exist for others: the same answer as for a number that was never given.
        return Err(Refusal::NoSuchCase(case.id));
    }
    if let Some(ruling) = engine::decide(case, ask, world) {
        return ruling;
    }
    match &case.body {
        Body::Incident(incident) => incident::decide(incident, case, ask, world),
        Body::Approval(approval) => approval::decide(approval, case, ask, world),
    }
}
