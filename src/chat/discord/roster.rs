//! Who holds the Discord roles that the policy names, and who is gone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::api::Trouble;
use super::deliver::code;
use super::directory::platform;
use super::wire::{Id, Member};
use super::{Discord, PAUSES};
use crate::chat::Roster;
use crate::chat::roster::Named;
use crate::domain::Lack;

/// How often it is looked at least.
const EVERY: Duration = Duration::from_secs(600);
/// Changes come in bunches, and one look sees all of them.
const BUNCH: Duration = Duration::from_secs(2);

/// Why the roster isn't known.
#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error("{0}")]
    Trouble(#[from] Trouble),
    /// People who are only on that server would look as if they had left.
    #[error("one of the bot's servers is out of order")]
    Absent,
    #[error("it can't be kept (reference {reference})")]
    Unkept { reference: String },
}

impl Discord {
    pub(super) async fn keep_roster(self: Arc<Self>) {
        let Some(door) = self.door() else { return };
        let mut pauses = PAUSES;
        loop {
            let looking = self.under_way.begin();
            self.roster_watch.begin();
            let knows_no_server = self.directory().servers.is_empty();
            let looked = self.look_around().await;
            // Before the first server is known nobody was seen. The event that tells of it calls for another look at once.
            if knows_no_server || looked.is_err() {
                self.roster_watch.failed();
            }
            drop(looking);
            let next = match looked {
                Ok(()) => {
                    self.lacks(Lack::Roster, None);
                    pauses.reset();
                    EVERY
                }
                Err(why) => {
                    tracing::warn!(%why, "who holds which role can't be read");
                    self.lacks(Lack::Roster, Some(format!("who holds which Discord role can't be read: {why}")));
                    pauses.grow()
                }
            };
            self.roster_watch.until_due(&door.reception.desk, next, BUNCH).await;
        }
    }

    async fn look_around(&self) -> Result<(), Unknown> {
        let Some(door) = self.door() else { return Ok(()) };
        if self.directory().servers.is_empty() {
            // No server has come yet. The event that tells of the first one calls for a look.
            return Ok(());
        }
        let servers = self.directory().all_servers().ok_or(Unknown::Absent)?;
        let named = Named::by(&door.reception.desk.shown().policy, &platform());
        let roster = self.roster(&named, &servers).await?;
        if self.directory().all_servers().as_ref() != Some(&servers) {
            // A server came or went meanwhile, and that event calls for another look.
            return Ok(());
        }
        let kept = door.reception.roster(&platform(), &roster).await;
        kept.map_err(|fault| Unknown::Unkept { reference: fault.reference })?;
        self.roster_watch.is_read(named);
        Ok(())
    }

    /// Asks for each person of the policy, since a server may have many more members than the policy has people.
    async fn roster(&self, named: &Named, servers: &[Id]) -> Result<Roster, Trouble> {
        let mut groups: BTreeMap<String, Vec<String>> =
            named.groups.iter().map(|group| (group.clone(), Vec::new())).collect();
        let mut gone = Vec::new();
        for account in &named.accounts {
            let Some(id) = Id::read(account) else {
                gone.push(account.clone());
                continue;
            };
            let mut is_there = false;
            for server in servers {
                let member = match self.member_of(*server, id).await {
                    // The bot was removed from this server, and the event hasn't come yet.
                    Err(Trouble::Refused { code: code::UNKNOWN_SERVER | code::MISSING_ACCESS, .. }) => None,
                    found => found?,
                };
                let Some(member) = member else { continue };
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

    /// Somebody as a member of a server. `None`: they are not a member.
    pub(super) async fn member_of(&self, server: Id, user: Id) -> Result<Option<Member>, Trouble> {
        match self.api.read(&format!("/guilds/{server}/members/{user}")).await {
            Ok(member) => Ok(Some(member)),
            Err(Trouble::Refused { code: code::UNKNOWN_MEMBER | code::UNKNOWN_USER, .. }) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}
