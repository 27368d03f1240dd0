//! When an adapter looks whether the bot is in every channel that the policy names. What is said where it isn't, nobody keeps.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::desk::{DeskHandle, Shown};
use crate::domain::policy::Channel;
use crate::domain::{Platform, Policy};

/// How often it is looked, besides the start and every new policy.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

pub struct Memberships {
    platform: Platform,
    changes: watch::Receiver<Shown>,
    /// The policy whose channels were looked at last.
    last: Option<Arc<Policy>>,
}

impl Memberships {
    pub fn of(desk: &DeskHandle, platform: Platform) -> Memberships {
        Memberships { platform, changes: desk.watch(), last: None }
    }

    /// The channels to look at, once it is time: at once, when another policy is in force, and now and then.
    pub async fn next(&mut self) -> Vec<Channel> {
        if let Some(last) = &self.last {
            let changes = &mut self.changes;
            let another = async {
                while changes.changed().await.is_ok() {
                    if !Arc::ptr_eq(&changes.borrow_and_update().policy, last) {
                        return;
                    }
                }
                // The desk is gone, and soon the adapter too.
                std::future::pending().await
            };
            tokio::select! {
                () = another => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        let policy = self.changes.borrow_and_update().policy.clone();
        let channels = policy.channels().filter(|channel| channel.platform == self.platform).cloned().collect();
        self.last = Some(policy);
        channels
    }
}
