//! The rules, pure: no database, no network, no clock. A rule is handed the time, the policy and the people as data.
//!
//! [`open`] and [`decide`] are the two signatures to know: an [`Ask`] comes in, a [`Ruling`] or a [`Refusal`] goes out.
//! [`kinds`] holds one rulebook for each kind of case, [`every_case`] what is the same for all of them, [`bot`] what concerns
//! no single case.

pub mod act;
pub mod at;
pub mod audience;
pub mod bot;
pub mod calendar;
pub mod call;
pub mod case;
pub mod duty;
pub mod every_case;
pub mod happened;
pub mod kinds;
pub mod layer;
pub mod line;
pub mod mark;
pub mod names;
pub mod notice;
pub mod obligation;
pub mod people;
pub mod place;
pub mod policy;
pub mod records;
pub mod refusal;
pub mod regulation;
pub mod rota;
pub mod ruling;
pub mod scene;
pub mod text;

pub use act::Act;
pub use at::{At, Span};
pub use audience::Audience;
pub use bot::files::WhyNotKept;
pub use bot::holds::Holds;
pub use bot::platforms::{GroupSet, Lack};
pub use bot::queues::QueueId;
pub use bot::releases::Releases;
pub use bot::retention::Retention;
pub use bot::{Bot, Command as BotCommand, Event as BotEvent};
pub use call::{Call, Called};
pub use case::Case;
pub use duty::{ApprovalDuty, Duty, ExceptionDuty, HandoffDuty, IncidentDuty, RollbackDuty};
pub use kinds::{Body, CaseKind, Command, Event, Opening, Telling};
pub use layer::Layer;
pub use names::*;
pub use notice::{Notice, OutboxId, Reply, To};
pub use obligation::Obligation;
pub use people::People;
pub use place::{LOCAL, Lane, NotALane, Place};
pub use policy::Policy;
pub use refusal::Refusal;
pub use ruling::{Draft, Ruling, Then};
pub use scene::Scene;

/// Who asks for something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub by: Actor,
    pub at: At,
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
    /// The policy that the case goes on under, [`Case::stamped_from`]: targets, ladders, calendars, paths. For a new case, the one
    /// in force.
    pub stamped: &'a Policy,
    /// Who holds what now.
    pub people: People<'a>,
    /// What may go into production or be altered now.
    pub releases: &'a Releases,
    /// What may not be destroyed now.
    pub holds: &'a Holds,
    /// How long closed cases are kept, where a class was longer before.
    pub retention: &'a Retention,
}

impl World<'_> {
    /// When a direct message may go out, by batching and the person's quiet hours. `None`: at once.
    pub fn may_disturb(&self, person: &PersonId, at: At, urgent: bool) -> Option<At> {
        if urgent {
            return None;
        }
        self.policy.people.get(person)?;
        let batched = Some(at + self.policy.batch_within).filter(|&until| until > at);
        self.quiet_until(person, at).max(batched)
    }

    /// When a person's quiet hours that lie over `at` end. `None`: there are none.
    pub fn quiet_until(&self, person: &PersonId, at: At) -> Option<At> {
        let person = self.policy.people.get(person)?;
        person.quiet.as_ref().and_then(|quiet| quiet.ends(person.zone, at))
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
        let people: Vec<String> = people.iter().map(|it| self.policy.name_of(it)).collect();
        Err(Refusal::not_yours(what, text::list(roles.iter()), &people))
    }

    /// The person of the policy who asks.
    ///
    /// # Errors
    /// [`Refusal::Stranger`].
    pub fn asker(&self, ask: &Ask) -> Result<PersonId, Refusal> {
        let known = ask.by.person().filter(|person| self.policy.people.contains_key(*person));
        known.cloned().ok_or(Refusal::Stranger)
    }

    /// A workflow of the policy in force.
    ///
    /// # Errors
    /// [`Refusal::NoSuchWorkflow`] with the nearest name.
    pub fn workflow(&self, id: &WorkflowId) -> Result<&policy::Workflow, Refusal> {
        let workflows = &self.policy.workflows;
        workflows.get(id).ok_or_else(|| {
            let hint = text::did_you_mean(id.as_str(), workflows.keys().map(|name| name.as_str()));
            Refusal::NoSuchWorkflow(id.to_string(), hint)
        })
    }

    /// A moment as the person who asks reads it: `15:04`, with the day where that isn't today.
    pub fn moment(&self, at: At, ask: &Ask) -> String {
        self.moment_for(at, ask.at, ask.by.person())
    }

    /// As [`World::moment`], for any reader.
    pub fn moment_for(&self, at: At, now: At, reader: Option<&PersonId>) -> String {
        text::moment(at, now, self.zone_of(reader).unwrap_or(chrono_tz::UTC))
    }

    fn zone_of(&self, reader: Option<&PersonId>) -> Option<chrono_tz::Tz> {
        Some(self.policy.people.get(reader?)?.zone)
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

/// Opens a case with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn open(id: CaseId, opening: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let ruling = opening.open(id, ask, world)?;
    let begun = ruling.events.split_first().and_then(|(first, rest)| Some((Case::begin(id, first, ask.at)?, rest)));
    Ok(match begun {
        None => ruling,
        Some((mut after, rest)) => {
            rest.iter().for_each(|event| after.apply(event, ask.at));
            ruling.retaining(None, &after, ask, world)
        }
    })
}

/// Whether somebody may open a case of this kind, in one workflow at least.
pub fn can_open(kind: CaseKind, ask: &Ask, world: &World<'_>) -> bool {
    let id = CaseId { kind, number: 1 };
    world.policy.workflows.keys().any(|workflow| kind.example(workflow, world.policy).open(id, ask, world).is_ok())
}

/// Decides what a command means for a case. Nothing is changed: the ruling holds the events.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn decide(case: &Case, command: &Command, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    if let Actor::Person(person) = &ask.by
        && !case.is_visible_to(person, &world.people)
    {
        // A restricted case doesn't exist for others: the same answer as for a number that was never given.
        if !command.is_of_outsiders() {
            return Err(Refusal::NoSuchCase(case.id));
        }
    }
    let ruling = case.body.decide(command, &Scene { case, ask, world })?;
    debug_assert!(ruling.tells_only_what_became_true(), "{command:?} is told and not recorded");
    if case.is_closed() || ruling.events.is_empty() {
        return Ok(ruling);
    }
    let mut after = case.clone();
    ruling.events.iter().for_each(|event| after.apply(event, ask.at));
    Ok(ruling.retaining(Some(case), &after, ask, world))
}
