//! Who is in the workspace now, as far as the policy asks: members of user groups, and accounts that are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::api::Called;
use super::{Pauses, Slack, Trouble, lock, word};
use crate::domain::policy::Policy;

/// The groups and accounts that a roster is about.
pub(super) type Asked = (BTreeSet<String>, BTreeSet<String>);

/// What Slack told of people and groups since the last reading.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Account → whether it is gone.
    accounts: BTreeMap<String, bool>,
    groups: BTreeSet<String>,
}

/// How often everything is read; in between, events say what changed.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// Events about people come in swarms.
const SETTLE: Duration = Duration::from_millis(200);

impl Slack {
    pub(super) async fn keep_rosters(self: Arc<Slack>) {
        let mut pauses = Pauses::default();
        let mut whole = Instant::now();
        loop {
            let under_way = self.under_way();
            // What changes while it is read is read again.
            self.roster_is_old.store(false, Ordering::SeqCst);
            let changes = std::mem::take(&mut *lock(&self.changes));
            let all = Instant::now() >= whole || self.roster_is_of_another_policy();
            match self.read_roster(all, changes).await {
                Ok(()) => {
                    pauses.reset();
                    if all {
                        whole = Instant::now() + EVERY;
                    }
                }
                Err(trouble) => {
                    // What changed is in it when everything is read.
                    whole = Instant::now();
                    self.roster_is_old.store(true, Ordering::SeqCst);
                    tracing::warn!(platform = %self.platform, %trouble, "it can't be read who is in the workspace");
                    tokio::time::sleep(pauses.next(&trouble)).await;
                    continue;
                }
            }
            drop(under_way);
            tokio::select! {
                () = tokio::time::sleep_until(whole) => {}
                () = self.people_changed.notified() => tokio::time::sleep(SETTLE).await,
                () = self.policy_asks_for_others() => {}
            }
        }
    }

    /// Waits until the policy names groups or accounts that weren't asked for, or no longer those that were.
    async fn policy_asks_for_others(&self) {
        let Some(door) = self.door() else { return std::future::pending().await };
        let mut commits = door.reception.desk.watch();
        while !self.roster_is_of_another_policy() {
            if commits.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    pub(super) fn roster_is_of_another_policy(&self) -> bool {
        let Some(door) = self.door() else { return false };
        let asked_now = asked(&door.reception.desk.shown().policy, self.platform.as_str());
        lock(&self.roster_of).as_ref().is_none_or(|(asked, _)| *asked != asked_now)
    }

    /// Slack told something of a person. Most are none of the policy's, and of no consequence.
    pub(super) fn has_changed(&self, user: &Json) {
        let id = word(user, "id");
        if id.is_empty() {
            return;
        }
        let ours = lock(&self.roster_of).as_ref().is_none_or(|(asked, _)| asked.1.contains(id));
        if user["profile"].is_null() {
            lock(&self.people).pop(id);
        } else if ours || lock(&self.people).contains(id) {
            self.remember(user);
        }
        if let Some(gone) = user["deleted"].as_bool().filter(|_| ours) {
            lock(&self.changes).accounts.insert(id.to_owned(), gone);
            self.roster_is_old.store(true, Ordering::SeqCst);
            self.people_changed.notify_one();
        }
    }

    /// A user group isn't as it was.
    pub(super) fn group_has_changed(&self, group: &str) {
        if lock(&self.roster_of).as_ref().is_none_or(|(asked, _)| asked.0.contains(group)) {
            lock(&self.changes).groups.insert(group.to_owned());
            self.roster_is_old.store(true, Ordering::SeqCst);
            self.people_changed.notify_one();
        }
    }

    /// Reads everything, or only what changed.
    async fn read_roster(&self, all: bool, changes: Changes) -> Called<()> {
        let Some(door) = self.door() else { return Ok(()) };
        let policy = door.reception.desk.shown().policy;
        let of = asked(&policy, self.platform.as_str());
        let known = lock(&self.roster_of).clone().filter(|_| !all);
        let (groups, accounts) = match known {
            Some(_) => (&changes.groups, &BTreeSet::new()),
            None => (&of.0, &of.1),
        };
        let before = known.as_ref().map(|(_, roster)| roster.clone());
        let mut roster = before.clone().unwrap_or_default();
        for group in groups.iter().cloned() {
            let asked = self.api.patiently("usergroups.users.list", &[("usergroup", group.clone())]).await;
            let members = match asked {
                Ok(answer) => answer["users"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|it| it.as_str())
                    .map(str::to_owned)
                    .collect(),
                // A group that isn't there, or was switched off, has nobody in it.
                Err(trouble) if trouble.is(&["no_such_subteam", "subteam_disabled"]) => {
                    tracing::warn!(platform = %self.platform, group, "the policy names a user group that isn't there");
                    Vec::new()
                }
                Err(trouble @ Trouble::Said(_)) if trouble.is(&["missing_scope", "paid_teams_only"]) => {
                    tracing::error!(platform = %self.platform, group, %trouble, "a user group can't be read");
                    continue;
                }
                Err(trouble) => return Err(trouble),
            };
            roster.groups.insert(group, members);
        }
        for account in accounts.iter().cloned() {
            match self.api.patiently("users.info", &[("user", account.clone())]).await {
                Ok(answer) if answer["user"]["deleted"].as_bool() == Some(true) => roster.gone.push(account),
                Ok(answer) => drop(self.remember(&answer["user"])),
                Err(trouble) if trouble.is(&["user_not_found", "user_not_visible"]) => roster.gone.push(account),
                Err(trouble) => return Err(trouble),
            }
        }
        for (account, gone) in changes.accounts {
            roster.gone.retain(|it| *it != account);
            if gone {
                roster.gone.push(account);
            }
        }
        if before.as_ref() == Some(&roster) {
            return Ok(());
        }
        if let Err(fault) = door.reception.roster(&self.platform, &roster).await {
            return Err(Trouble::Unreached(format!("it could not be kept (reference {})", fault.reference)));
        }
        *lock(&self.roster_of) = Some((of, roster));
        Ok(())
    }
}

/// The user groups that roles of the policy are held by.
fn asked(policy: &Policy, platform: &str) -> Asked {
    (groups(policy, platform), accounts(policy, platform))
}

pub(super) fn groups(policy: &Policy, platform: &str) -> BTreeSet<String> {
    let all = policy.roles.values().flat_map(|role| &role.groups);
    all.filter(|group| group.platform.as_str() == platform).map(|group| group.id.clone()).collect()
}

/// The accounts that people of the policy have here.
pub(super) fn accounts(policy: &Policy, platform: &str) -> BTreeSet<String> {
    let accounts = policy.people.values().map(|person| &person.accounts);
    accounts.filter_map(|accounts: &BTreeMap<_, String>| accounts.get(platform).cloned()).collect()
}
