//! Who holds the Discord roles that the policy names, and who is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Discord;
use super::api::Trouble;
use super::atlas::platform;
use super::deliver::code;
use super::wire::{Id, Member};
use crate::chat::Roster;
use crate::domain::Policy;

/// How often it is looked, whatever was told meanwhile.
const EVERY: Duration = Duration::from_secs(600);
/// Changes come in bunches, and one look sees all of them.
const BUNCH: Duration = Duration::from_secs(2);

impl Discord {
    pub(super) async fn keep_roster(self: Arc<Self>) {
        loop {
            let looking = self.under_way();
            self.roster_is_old.store(false, Ordering::SeqCst);
            let knows_no_server = self.atlas().servers.is_empty();
            match self.look_around().await {
                // Before the first server is known nothing was seen, and whoever is told of it looks at once.
                Ok(()) if knows_no_server => {
                    self.roster_is_old.store(true, Ordering::SeqCst);
                    drop(looking);
                    self.members_changed.notified().await;
                    continue;
                }
                Ok(()) => self.lacks("roster", None),
                Err(trouble) => {
                    tracing::warn!(%trouble, "who holds which role can't be read");
                    self.lacks("roster", Some(format!("who holds which Discord role can't be read: {trouble}")));
                }
            }
            drop(looking);
            let changed = async {
                self.members_changed.notified().await;
                tokio::time::sleep(BUNCH).await;
            };
            // Either is reason enough.
            let _looked = tokio::time::timeout(EVERY, changed).await;
        }
    }

    async fn look_around(&self) -> Result<(), Trouble> {
        let Some(door) = self.door() else { return Ok(()) };
        let servers: Vec<Id> = self.atlas().servers.keys().copied().collect();
        if servers.is_empty() {
            // Before the first server is known, everybody would look gone.
            return Ok(());
        }
        let policy = door.reception.desk.shown().policy;
        let roster = self.roster(&policy, &servers).await?;
        if let Err(fault) = door.reception.roster(&platform(), &roster).await {
            tracing::warn!(%fault, "the roster could not be handed in");
        }
        Ok(())
    }

    /// Asks for each person of the policy: servers may have many members, and the policy few.
    pub(super) async fn roster(&self, policy: &Policy, servers: &[Id]) -> Result<Roster, Trouble> {
        let groups = policy.roles.values().flat_map(|role| &role.groups).filter(|group| group.platform == platform());
        let mut groups: BTreeMap<String, Vec<String>> = groups.map(|group| (group.id.clone(), Vec::new())).collect();
        let accounts: BTreeSet<&String> =
            policy.people.values().filter_map(|person| person.accounts.get(&platform())).collect();
        let mut gone = Vec::new();
        for account in accounts {
            let Some(id) = Id::read(account) else {
                gone.push(account.clone());
                continue;
            };
            let mut is_there = false;
            for server in servers {
                let Some(member) = self.member_of(*server, id).await? else { continue };
                is_there = true;
                for role in member.roles {
                    if let Some(members) = groups.get_mut(&role.to_string()) {
                        members.push(account.clone());
                    }
                }
            }
            if !is_there {
                gone.push(account.clone());
            }
        }
        Ok(Roster { groups, gone })
    }

    /// A member of a server. `None`: they aren't one.
    pub(super) async fn member_of(&self, server: Id, user: Id) -> Result<Option<Member>, Trouble> {
        match self.api.read(&format!("/guilds/{server}/members/{user}")).await {
            Ok(member) => Ok(Some(member)),
            Err(Trouble::Refused { code: code::UNKNOWN_MEMBER | code::UNKNOWN_USER, .. }) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}
