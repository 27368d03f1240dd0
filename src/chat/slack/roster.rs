//! Who is in the workspace now, as far as the policy asks: members of user groups, and accounts that are gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::api::Called;
use super::{PAUSES, Slack, Trouble, lock, word};
use crate::chat::roster::Named;

/// What Slack told of people and groups since the last reading.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Account → whether it is gone.
    accounts: BTreeMap<String, bool>,
    groups: BTreeSet<String>,
}

/// How often everything is read; in between, events say what changed.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// Events about people come in bunches, and one reading sees all of them.
const BUNCH: Duration = Duration::from_millis(200);

impl Slack {
    pub(super) async fn keep_rosters(self: Arc<Slack>) {
        let Some(door) = self.door() else { return };
        let desk = &door.reception.desk;
        let mut pauses = PAUSES;
        let mut whole = Instant::now();
        loop {
            let under_way = self.under_way.begin();
            // What changes while it is read is read again.
            self.roster_watch.begin();
            let changes = std::mem::take(&mut *lock(&self.changes));
            let all = Instant::now() >= whole || !self.roster_watch.fits(&desk.shown().policy);
            match self.read_roster(all, changes).await {
                Ok(()) => {
                    pauses.reset();
                    if all {
                        whole = Instant::now() + EVERY;
                    }
                }
                Err(trouble) => {
                    // Everything is read next, and what changed is part of that.
                    whole = Instant::now();
                    self.roster_watch.failed();
                    tracing::warn!(platform = %self.platform, %trouble, "it can't be read who is in the workspace");
                    tokio::time::sleep(pauses.grow_or(trouble.asks_to_wait())).await;
                    continue;
                }
            }
            drop(under_way);
            self.roster_watch.until_due(desk, whole.saturating_duration_since(Instant::now()), BUNCH).await;
        }
    }

    /// Slack told something of a person. Most aren't people of the policy, and change nothing.
    pub(super) fn has_changed(&self, user: &Json) {
        let id = word(user, "id");
        if id.is_empty() {
            return;
        }
        let ours = self.roster_watch.about().is_none_or(|about| about.accounts.contains(id));
        if user["profile"].is_null() {
            lock(&self.people).pop(id);
        } else if ours || lock(&self.people).contains(id) {
            self.remember(user);
        }
        if let Some(gone) = user["deleted"].as_bool().filter(|_| ours) {
            lock(&self.changes).accounts.insert(id.to_owned(), gone);
            self.roster_watch.is_to_be_read();
        }
    }

    /// A user group has changed.
    pub(super) fn group_has_changed(&self, group: &str) {
        if self.roster_watch.about().is_none_or(|about| about.groups.contains(group)) {
            lock(&self.changes).groups.insert(group.to_owned());
            self.roster_watch.is_to_be_read();
        }
    }

    /// Reads everything, or only what changed.
    async fn read_roster(&self, all: bool, changes: Changes) -> Called<()> {
        let Some(door) = self.door() else { return Ok(()) };
        let policy = door.reception.desk.shown().policy;
        let named = Named::by(&policy, &self.platform);
        let before = lock(&self.roster).clone().filter(|_| !all);
        let (groups, accounts) = match before {
            Some(_) => (&changes.groups, &BTreeSet::new()),
            None => (&named.groups, &named.accounts),
        };
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
                // A group that doesn't exist or was switched off has no members.
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
        *lock(&self.roster) = Some(roster);
        self.roster_watch.is_read(named);
        Ok(())
    }
}
