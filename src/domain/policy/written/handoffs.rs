//! Handoffs as they are written: how long each part of one takes, what has to be known, and who takes over for a party.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::{PartyId, RoleId, Span, WorkflowId};
use super::super::handoffs::Handoffs;
use super::finding::quote;
use super::resolve::Resolve;
use super::value;
use super::word::{Word, Words, kind};

/// Nobody is asked to stay reachable for longer.
const REACHABLE_AT_MOST: Span = Span::days(7);

/// How something is handed over to somebody else.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HandoffTable {
    /// How long a receiver has to accept, where no target for `accept-handoff` says so. `4h` if left out.
    accept_within: Option<Word<kind::Length>>,
    /// How long whoever handed over stays reachable after it. `30m` if left out; `0m`: not at all.
    reachable_after: Option<Word<kind::Length>>,
    /// Who leads an incident for longer is asked to hand over the seat. `12h` if left out; `0m`: nobody is asked.
    lead_at_most: Option<Word<kind::Length>>,
    /// What a receiver has to know, workflow by workflow, in your own words.
    #[serde(default)]
    knowledge: BTreeMap<Word<kind::Workflow>, Words<kind::Text>>,
    /// For each party the role that takes over what another party held.
    #[serde(default)]
    receivers: BTreeMap<Word<kind::Party>, Word<kind::Role>>,
}

impl Resolve<'_, '_> {
    pub fn handoffs(&mut self, table: &HandoffTable) {
        let mut handoffs = Handoffs::default();
        if let Some(within) = table.accept_within.as_ref().and_then(|word| self.some_time(word)) {
            handoffs.accept_within = within;
        }
        if let Some(word) = &table.reachable_after
            && let Some(after) = self.value(word, value::span)
        {
            if after > REACHABLE_AT_MOST {
                let what = format!("{} is longer than anybody stays reachable", quote(&word.text));
                self.found.add(word.at, what, "“7d” or less");
            }
            handoffs.reachable_after = after;
        }
        if let Some(most) = table.lead_at_most.as_ref().and_then(|word| self.value(word, value::span)) {
            handoffs.lead_at_most = Some(most).filter(|most| *most > Span::ZERO);
        }
        for (workflow, items) in &table.knowledge {
            let Some(id) = self.name(workflow).map(WorkflowId::from) else { continue };
            let items = items.0.iter().filter_map(|word| self.text(word)).collect();
            handoffs.knowledge.insert(id, items);
        }
        for (party, role) in &table.receivers {
            let (party, to) = (self.name(party).map(PartyId::from), self.name(role).map(RoleId::from));
            let (Some(party), Some(to)) = (party, to) else { continue };
            self.not_empty(&to, role.at, "takes over here");
            if self.policy.roles.get(&to).is_some_and(|it| it.party != party) {
                self.found.add(role.at, format!("“{to}” is not a role of {party}"), "a role of that party");
            }
            handoffs.receivers.insert(party, to);
        }
        self.policy.handoffs = handoffs;
    }
}
