//! Another policy takes force.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling};
use crate::domain::notice::To;
use crate::domain::ruling::Then;
use crate::domain::{Label, PersonId, Policy, PolicyHash, Refusal, RoleId, RotaId, WorkflowId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "policy.")]
pub enum Event {
    /// `schedules`: name and schedule of every digest that it wants, since one is due from the moment it is known.
    Loaded {
        hash: PolicyHash,
        /// The one that was in force before: so none between two of them can be left out unseen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<PolicyHash>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<PersonId>,
        text: String,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        schedules: BTreeMap<String, Label>,
        /// Its rotas, since somebody is on shift from the moment it is known.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        rotas: BTreeSet<RotaId>,
        /// The workflows whose way back is drilled, since the first drill is due from the moment it is known.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        drills: BTreeSet<WorkflowId>,
        /// How many days each class of closed cases is kept, since a longer one counts for those that are closed already.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        retention: BTreeMap<Label, u32>,
    },
}

impl Draft<'_> {
    /// The old policy says who may bring in the new one.
    pub(super) fn load_policy(mut self, new: &Policy, body: &str) -> Result<Ruling, Refusal> {
        if self.bot.policy.as_ref() == Some(&new.hash) {
            return Ok(self.reply("That policy is in force already; nothing changed."));
        }
        self.require("reloading the policy", &self.policy.may.reload_policy)?;
        let first = self.bot.policy.is_none();
        let (hash, by) = (new.hash.clone(), self.ask.by.person().cloned());
        let schedules = new.digests.iter().map(|it| (it.name.clone(), it.schedule())).collect();
        let rotas = new.rotas.keys().cloned().collect();
        let drilled = new.rollbacks.iter().filter(|(_, rule)| rule.drill_every.is_some());
        let drills = drilled.map(|(workflow, _)| workflow.clone()).collect();
        let retention = new.days_of_classes();
        let replaces = self.bot.policy.clone();
        let text = body.to_owned();
        self.push(Event::Loaded {
            hash: hash.clone(),
            replaces,
            by: by.clone(),
            text,
            schedules,
            rotas,
            drills,
            retention,
        });
        if !first {
            self.settle_seats(new);
            self.wake_holders(new);
            self.note_stages(new);
        }
        self.tell(To::Operators, Telling::PolicyLoaded { hash, by }, None);
        Ok(self.reply(format!(
            "Policy “{}” is in force. Deadlines that were announced stay as they are; new cases run on it.",
            new.name
        )))
    }

    /// Members changed, or people came and went: whoever holds something may be somebody else now.
    pub(super) fn wake_holders(&mut self, new: &Policy) {
        let old = self.policy;
        let changed = |role: &RoleId| {
            let members = |policy: &Policy| policy.roles.get(role).map(|it| (it.members.clone(), it.rota.clone()));
            members(old) != members(new)
        };
        let mut roles: BTreeSet<RoleId> =
            old.roles.keys().chain(new.roles.keys()).filter(|it| changed(it)).cloned().collect();
        let mut people: BTreeSet<PersonId> =
            old.people.keys().filter(|it| !new.people.contains_key(*it)).cloned().collect();
        people.extend(new.people.keys().filter(|it| !old.people.contains_key(*it)).cloned());
        // A deputy who came or went moves the seats of those they stand in for.
        for delegation in
            self.bot.delegations.all.iter().filter(|it| it.to.as_ref().is_some_and(|to| people.contains(to)))
        {
            if let Then::WakeHolders { roles: moved, .. } =
                self.bot.delegations.moved_by(delegation, new, &self.bot.rotas)
            {
                roles.extend(moved);
            }
        }
        let givers = self.bot.delegations.all.iter().filter(|it| it.to.as_ref().is_some_and(|to| people.contains(to)));
        let givers: Vec<PersonId> = givers.map(|it| it.from.clone()).collect();
        people.extend(givers);
        if !roles.is_empty() || !people.is_empty() {
            let (roles, people) = (roles.into_iter().collect(), people.into_iter().collect());
            self.ruling.then.push(Then::WakeHolders { roles, people });
        }
    }
}
