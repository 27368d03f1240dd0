//! What a policy makes use of on a platform. For what it doesn't, the bot asks for no right there: manifests, invitations and
//! `doctor` go by it.

use std::collections::BTreeSet;

use crate::domain::policy::{Group, Workflow};
use crate::domain::{Platform, Policy};

/// What a right is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, strum::VariantArray)]
pub enum Use {
    /// Being spoken to at all.
    Always,
    /// Channels of workflows, operators or digests, which are kept.
    Channels,
    /// Some of these channels are private. A policy doesn't say so.
    PrivateChannels,
    /// The bot comes into these channels by itself.
    Joining,
    /// A channel of its own for each incident.
    IncidentChannels,
    /// Restricted incidents, whose channels only some people see.
    RestrictedIncidents,
    /// Approvals, whose actions are shown to the letter.
    Approvals,
    /// Reactions that keep a message with a case.
    Reactions,
    /// Groups whose members hold a role.
    Groups,
    /// Groups that are kept to whoever holds a role.
    Mirrors,
}

impl Use {
    /// As a table says it behind “asked for”.
    pub fn when(self) -> &'static str {
        match self {
            Use::Always => "always",
            Use::Channels => "where the policy names channels",
            Use::PrivateChannels => "where channels of the policy are private",
            Use::Joining => "unless somebody invites it",
            Use::IncidentChannels => "with `incident_channels`",
            Use::RestrictedIncidents => "unless `restricted_incidents = false`",
            Use::Approvals => "where there are approval paths",
            Use::Reactions => "unless `reactions` are off",
            Use::Groups => "with `groups` of a role",
            Use::Mirrors => "with `mirrors` of a role",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uses(BTreeSet<Use>);

impl Uses {
    /// A policy that names no channel of the platform yet is taken as if its workflows lived there: an app is made before the
    /// ids of its channels are known.
    pub fn of(policy: &Policy, platform: &Platform) -> Uses {
        let is_there = policy.channels().any(|channel| channel.platform == *platform);
        let lives_there =
            |flow: &&Workflow| !is_there || flow.channels.iter().any(|channel| channel.platform == *platform);
        let workflows: Vec<_> = policy.workflows.values().filter(lives_there).collect();
        let group = |groups: &[Group]| groups.iter().any(|group| group.platform == *platform);
        let found = [
            (Use::Always, true),
            (Use::Channels, is_there || !workflows.is_empty()),
            (Use::Joining, is_there || !workflows.is_empty()),
            (Use::IncidentChannels, workflows.iter().any(|flow| flow.own_channels.incidents)),
            (Use::RestrictedIncidents, workflows.iter().any(|flow| flow.own_channels.restricted)),
            (Use::Approvals, !workflows.is_empty() && !policy.paths.is_empty()),
            (Use::Reactions, !workflows.is_empty() && !policy.reactions.is_off()),
            (Use::Groups, policy.roles.values().any(|role| group(&role.groups))),
            (Use::Mirrors, policy.roles.values().any(|role| group(&role.mirrors))),
        ];
        Uses(found.into_iter().filter(|(_, used)| *used).map(|(used, _)| used).collect())
    }

    #[must_use]
    pub fn and(mut self, used: Use) -> Uses {
        self.0.insert(used);
        self
    }

    #[must_use]
    pub fn without(mut self, used: Use) -> Uses {
        self.0.remove(&used);
        self
    }

    /// Whether one of these is made use of.
    pub fn any(&self, of: &[Use]) -> bool {
        of.iter().any(|used| self.0.contains(used))
    }
}

/// When a right is asked for, in words.
pub fn when(of: &[Use]) -> String {
    of.iter().map(|used| used.when()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;
    use crate::domain::policy::EXAMPLE;

    fn uses(text: &str) -> Uses {
        Uses::of(&Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("p"))), &"slack".into())
    }

    #[test]
    fn a_policy_uses_what_its_workflows_there_use() {
        use Use::{Always, Channels, Groups, IncidentChannels, Joining, Mirrors, PrivateChannels, RestrictedIncidents};
        let all_but = |not: &[Use]| {
            let used = Use::VARIANTS.iter().filter(|it| !not.contains(it));
            Uses(used.copied().collect())
        };
        // Nothing of Slack's is named yet, so it is taken as if it were all there.
        assert_eq!(uses(EXAMPLE), all_but(&[PrivateChannels, IncidentChannels, Groups, Mirrors]));
        let flows = ["[workflows.credit-scoring]\n", "[workflows.claims-triage]\n"];
        let with = |what: &str| {
            flows.iter().fold(EXAMPLE.to_owned(), |text, flow| text.replacen(flow, &format!("{flow}{what}\n"), 1))
        };
        assert!(uses(&with("incident_channels = true")).any(&[IncidentChannels]));
        assert!(!uses(&with("restricted_incidents = false")).any(&[RestrictedIncidents]));
        let role = "[roles.model-risk]\n";
        let group = |key: &str| EXAMPLE.replacen(role, &format!("{role}{key} = [\"slack:S0614TZR7\"]\n"), 1);
        assert!(uses(&group("groups")).any(&[Groups]) && !uses(&group("groups")).any(&[Mirrors]));
        assert!(uses(&group("mirrors")).any(&[Mirrors]) && !uses(&group("mirrors")).any(&[Groups]));
        // Once one channel is there, what lives elsewhere doesn't count.
        let ops = EXAMPLE.replacen("operators_channel = \"countersign-ops\"", "operators_channel = \"slack:C0OPS\"", 1);
        assert_ne!(ops, EXAMPLE);
        assert_eq!(uses(&ops), Uses([Always, Channels, Joining].into()));
    }
}
