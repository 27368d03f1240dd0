//! Who is on a platform now, as far as the policy asks; and when an adapter has to look again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::lock::lock;
use crate::desk::DeskHandle;
use crate::domain::Platform;
use crate::domain::policy::Policy;

/// Members of groups, and people whose account is gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// The platform's id of a user group or role → accounts of its members.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Accounts of the policy that are deactivated, have left or don't exist.
    pub gone: Vec<String>,
}

/// What a policy names on a platform, so what a roster has to be about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Groups that hold roles.
    pub groups: BTreeSet<String>,
    /// Accounts of its people.
    pub accounts: BTreeSet<String>,
}

impl Named {
    pub fn by(policy: &Policy, platform: &Platform) -> Named {
        let groups = policy.roles.values().flat_map(|role| &role.groups).filter(|group| group.platform == *platform);
        let accounts = policy.people.values().filter_map(|person| person.accounts.get(platform));
        Named { groups: groups.map(|group| group.id.clone()).collect(), accounts: accounts.cloned().collect() }
    }
}

/// Whether the roster that the desk has is up to date. Before the first one it is not.
pub struct RosterWatch {
    platform: Platform,
    changed: Notify,
    is_old: AtomicBool,
    /// What the roster that the desk has is about.
    about: Mutex<Option<Named>>,
}

impl RosterWatch {
    pub fn new(platform: Platform) -> RosterWatch {
        RosterWatch { platform, changed: Notify::new(), is_old: AtomicBool::new(true), about: Mutex::default() }
    }

    /// The platform told of a change: somebody has to look.
    pub fn is_to_be_read(&self) {
        self.is_old.store(true, Ordering::SeqCst);
        self.changed.notify_one();
    }

    /// The roster is about to be read. What changes from now on makes it old again.
    pub fn begin(&self) {
        self.is_old.store(false, Ordering::SeqCst);
    }

    /// It could not be read.
    pub fn failed(&self) {
        self.is_old.store(true, Ordering::SeqCst);
    }

    /// The desk has it.
    pub fn is_read(&self, about: Named) {
        *lock(&self.about) = Some(about);
    }

    pub fn is_old(&self) -> bool {
        self.is_old.load(Ordering::SeqCst)
    }

    /// What the roster that the desk has is about. `None`: there is none yet.
    pub fn about(&self) -> Option<Named> {
        lock(&self.about).clone()
    }

    /// Whether the roster that the desk has is about what the policy names.
    pub fn fits(&self, policy: &Policy) -> bool {
        self.about().is_some_and(|about| about == Named::by(policy, &self.platform))
    }

    /// Waits until it has to be read again: for `at_most`, or until the platform tells of a change or the policy names
    /// other groups or accounts. Changes come in bunches: after one, `bunch` is waited for the others.
    pub async fn until_due(&self, desk: &DeskHandle, at_most: Duration, bunch: Duration) {
        tokio::select! {
            () = tokio::time::sleep(at_most) => {}
            () = self.changed.notified() => tokio::time::sleep(bunch).await,
            () = self.until_policy_names_others(desk) => {}
        }
    }

    /// Before the first roster there is nothing to compare with, and it never ends.
    async fn until_policy_names_others(&self, desk: &DeskHandle) {
        let mut commits = desk.watch();
        while self.about().is_none() || self.fits(&desk.shown().policy) {
            if commits.changed().await.is_err() {
                // The desk is closed.
                return std::future::pending().await;
            }
        }
    }
}
