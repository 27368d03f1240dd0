//! Who holds the Discord roles that the policy names, and who is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::api::Trouble;
use super::atlas::platform;
use super::deliver::code;
use super::wire::{Id, Member};
use super::{Discord, FIRST_PAUSE, LONGEST_PAUSE, jittered, lock};
use crate::chat::Roster;
use crate::domain::Policy;

/// How often it is looked, whatever was told meanwhile.
const EVERY: Duration = Duration::from_secs(600);
/// Changes come in bunches, and one look sees all of them.
const BUNCH: Duration = Duration::from_secs(2);

/// What a roster is about: the roles and accounts that a policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    groups: BTreeSet<String>,
    accounts: BTreeSet<String>,
}

impl Asked {
    fn of(policy: &Policy) -> Asked {
        let groups = policy.roles.values().flat_map(|role| &role.groups).filter(|group| group.platform == platform());
        let accounts = policy.people.values().filter_map(|person| person.accounts.get(&platform()));
        Asked { groups: groups.map(|group| group.id.clone()).collect(), accounts: accounts.cloned().collect() }
    }
}

/// Why the roster isn't known.
#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error("{0}")]
    Trouble(#[from] Trouble),
    /// Whoever is only there would look gone.
    #[error("one of the bot's servers is out of order")]
    Absent,
    #[error("it can't be kept (reference {reference})")]
    Unkept { reference: String },
}

impl Discord {
    pub(super) async fn keep_roster(self: Arc<Self>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let looking = self.under_way();
            self.roster_is_old.store(false, Ordering::SeqCst);
            let knows_no_server = self.atlas().servers.is_empty();
            let looked = self.look_around().await;
            // Before the first server is known nothing was seen, and whoever is told of it looks at once.
            if knows_no_server || looked.is_err() {
                self.roster_is_old.store(true, Ordering::SeqCst);
            }
            drop(looking);
            let next = match looked {
                Ok(()) => {
                    self.lacks("roster", None);
                    pause = FIRST_PAUSE;
                    EVERY
                }
                Err(why) => {
                    tracing::warn!(%why, "who holds which role can't be read");
                    self.lacks("roster", Some(format!("who holds which Discord role can't be read: {why}")));
                    let next = jittered(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    next
                }
            };
            tokio::select! {
                () = tokio::time::sleep(next) => {}
                () = self.members_changed.notified() => tokio::time::sleep(BUNCH).await,
                () = self.policy_asks_for_others() => {}
            }
        }
    }

    /// Waits until the policy names roles or accounts that weren't asked for. Before the first look there is nothing to
    /// compare with, and the servers call for that look.
    async fn policy_asks_for_others(&self) {
        let Some(door) = self.door() else { return std::future::pending().await };
        let mut commits = door.reception.desk.watch();
        loop {
            let asked = lock(&self.roster_of).clone();
            if asked.is_some_and(|asked| asked != Asked::of(&door.reception.desk.shown().policy)) {
                return;
            }
            if commits.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    async fn look_around(&self) -> Result<(), Unknown> {
        let Some(door) = self.door() else { return Ok(()) };
        if self.atlas().servers.is_empty() {
            // Nothing has come yet. What comes calls for a look.
            return Ok(());
        }
        let servers = self.atlas().all_servers().ok_or(Unknown::Absent)?;
        let asked = Asked::of(&door.reception.desk.shown().policy);
        let roster = self.roster(&asked, &servers).await?;
        if self.atlas().all_servers().as_ref() != Some(&servers) {
            // One came or went meanwhile, which calls for another look.
            return Ok(());
        }
        let kept = door.reception.roster(&platform(), &roster).await;
        kept.map_err(|fault| Unknown::Unkept { reference: fault.reference })?;
        *lock(&self.roster_of) = Some(asked);
        Ok(())
    }

    /// Asks for each person of the policy: servers may have many members, and the policy few.
    async fn roster(&self, asked: &Asked, servers: &[Id]) -> Result<Roster, Trouble> {
        let mut groups: BTreeMap<String, Vec<String>> =
            asked.groups.iter().map(|group| (group.clone(), Vec::new())).collect();
        let mut gone = Vec::new();
        for account in &asked.accounts {
            let Some(id) = Id::read(account) else {
                gone.push(account.clone());
                continue;
            };
            let mut is_there = false;
            for server in servers {
                let member = match self.member_of(*server, id).await {
                    // The bot was put out of it, and hasn't heard so yet.
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

    /// A member of a server. `None`: they aren't one.
    pub(super) async fn member_of(&self, server: Id, user: Id) -> Result<Option<Member>, Trouble> {
        match self.api.read(&format!("/guilds/{server}/members/{user}")).await {
            Ok(member) => Ok(Some(member)),
            Err(Trouble::Refused { code: code::UNKNOWN_MEMBER | code::UNKNOWN_USER, .. }) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }
}
