//! What the desk gives to a rule beside its own case, which a command or a notice asks for: other cases, a sealed head of the
//! ledger, a drafted document, whose answer still matters.

use super::super::obligation::{Holder, Obligation};
use super::super::{At, Body, Case, CaseId, Label, People, PersonId, RoleId, To, WorkflowId};
use super::handoff::HandoffState;

/// Cases beside a rule's own that it must see. They are read by the desk, in the turn in which it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Case(CaseId),
    /// These, as far as the desk keeps them at hand.
    These(Vec<CaseId>),
    /// Each of these, whether it is open or over.
    Each(Vec<CaseId>),
    /// Handoffs that nobody has answered yet.
    Offers,
    /// These, and the offers beside them.
    WithOffers(Box<Reach>),
    /// Open ones in which these people have a seat or owe something in person, or one of these roles owes something.
    HeldBy {
        people: Vec<PersonId>,
        roles: Vec<RoleId>,
        workflow: Option<WorkflowId>,
    },
    /// Those of a workflow that are open, or on which something is owed.
    On {
        workflow: WorkflowId,
    },
    /// Open ones in which these people hold anything, in person or in a role.
    AllOf {
        people: Vec<PersonId>,
    },
}

impl Reach {
    /// With the roles of its people by name.
    #[must_use]
    pub fn resolved(self, of: &People<'_>) -> Reach {
        match self {
            Reach::AllOf { people } => {
                let roles = people.iter().flat_map(|person| of.roles_of(person)).cloned().collect();
                Reach::HeldBy { people, roles, workflow: None }
            }
            Reach::WithOffers(of_it) => Reach::WithOffers(Box::new(of_it.resolved(of))),
            Reach::Case(_)
            | Reach::These(_)
            | Reach::Each(_)
            | Reach::Offers
            | Reach::On { .. }
            | Reach::HeldBy { .. } => self,
        }
    }

    /// Whether a case is one of them, once the roles are named.
    pub fn wants(&self, case: &Case) -> bool {
        match self {
            Reach::Case(id) => case.id == *id,
            Reach::These(ids) | Reach::Each(ids) => ids.contains(&case.id),
            Reach::Offers => matches!(&case.body, Body::Handoff(it) if it.state == HandoffState::Offered),
            Reach::WithOffers(of_it) => of_it.wants(case) || Reach::Offers.wants(case),
            Reach::AllOf { .. } => false,
            Reach::On { workflow } => {
                case.workflow == *workflow && (!case.is_closed() || case.open_obligations().next().is_some())
            }
            Reach::HeldBy { people, roles, workflow } => {
                let held = |it: &Obligation| match &it.holder {
                    Holder::Person(person) => people.contains(person),
                    Holder::Roles(holders) => holders.iter().any(|role| roles.contains(role)),
                };
                // What follows a case that is over, such as a review, is owed as well; its seats are empty words then.
                let sits = || !case.is_closed() && people.iter().any(|it| !case.seats_of(it).is_empty());
                workflow.as_ref().is_none_or(|workflow| case.workflow == *workflow)
                    && (case.open_obligations().any(held) || sits())
            }
        }
    }
}

/// Whether the evidence is sealed before something is altered. The desk signs a head of the ledger, and has it decided then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seal {
    /// Not tried yet.
    Wanted,
    /// Over so many entries, with this root in hexadecimal.
    Signed { size: u64, root: Label },
    /// The operator's log has the reason under this.
    Failed { reference: String },
}

impl Seal {
    /// In the place of the head that is to be signed, to see whether everything else is in order.
    pub fn tried() -> Seal {
        Seal::Signed { size: 0, root: Label::from("") }
    }
}

/// A document that the bot drafted from a case's entries in the ledger, such as the review of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafted {
    pub text: String,
    /// It was made of the case's entries 1 to this one.
    pub entries: u32,
}

/// What a notice asks for, at the moment when it is told.
pub struct AskedNow<'a> {
    pub to: &'a To,
    pub case: &'a Case,
    /// The obligations that it asks an answer for.
    pub owed: Vec<&'a Obligation>,
    pub people: &'a People<'a>,
}

impl AskedNow<'_> {
    /// Whose answer still matters.
    pub fn waiting_on(&self, owed: &Obligation) -> Vec<PersonId> {
        self.case.waiting_on(owed, self.people).into_iter().map(|seat| seat.person).collect()
    }

    /// Of whom the one answer is wanted that it asks for, and by when. `None`: it asks for several or for none, or nobody who
    /// could give it is left.
    pub fn of_whom_by_when(&self) -> Option<(Vec<PersonId>, At)> {
        let [owed] = self.owed[..] else { return None };
        let people = self.waiting_on(owed);
        (owed.is_open() && !people.is_empty()).then_some((people, owed.terms.due))
    }
}
