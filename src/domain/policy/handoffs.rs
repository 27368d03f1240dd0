//! How something is handed over: the part of the policy that handoffs stand on.

use std::collections::BTreeMap;

use super::super::{PartyId, RoleId, Span, WorkflowId};

/// How things are handed over.
#[derive(Clone, Debug, PartialEq)]
pub struct Handoffs {
    /// How long a receiver has, where no target says so.
    pub accept_within: Span,
    /// How long whoever handed over stays reachable after it. Zero: not at all.
    pub reachable_after: Span,
    /// Who leads an incident for longer is asked to hand over. `None`: nobody is.
    pub lead_at_most: Option<Span>,
    /// What a receiver has to know of a workflow, in the policy's own words.
    pub knowledge: BTreeMap<WorkflowId, Vec<String>>,
    /// The role of a party that takes over what another party held.
    pub receivers: BTreeMap<PartyId, RoleId>,
}

impl Handoffs {
    pub const ACCEPT_WITHIN: Span = Span::hours(4);
    pub const REACHABLE_AFTER: Span = Span::minutes(30);
    pub const LEAD_AT_MOST: Span = Span::hours(12);
}

impl Default for Handoffs {
    fn default() -> Handoffs {
        Handoffs {
            accept_within: Handoffs::ACCEPT_WITHIN,
            reachable_after: Handoffs::REACHABLE_AFTER,
            lead_at_most: Some(Handoffs::LEAD_AT_MOST),
            knowledge: BTreeMap::new(),
            receivers: BTreeMap::new(),
        }
    }
}
