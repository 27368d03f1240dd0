//! Whether the bot is in every channel that the policy names: what is said where it isn't, nobody keeps.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{Slack, lock};
use crate::domain::Lane;

/// How often it is looked, besides the start and every new policy.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

impl Slack {
    /// Looks at the start, when another policy comes into force, and now and then.
    pub(super) async fn keep_memberships(self: Arc<Slack>) {
        let Some(door) = self.door() else { return };
        let mut changes = door.reception.desk.watch();
        loop {
            let policy = changes.borrow_and_update().policy.clone();
            for channel in policy.channels().filter(|channel| channel.platform == self.platform) {
                self.look_into(&Lane::channel(channel)).await;
            }
            let another = async {
                while changes.changed().await.is_ok() {
                    if !Arc::ptr_eq(&changes.borrow_and_update().policy, &policy) {
                        return;
                    }
                }
                std::future::pending().await
            };
            tokio::select! {
                () = another => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Joins a public channel, and says of another one that the bot isn't in it.
    async fn look_into(&self, lane: &Lane) {
        let Ok(channel) = self.channel_of(lane).await else { return };
        let asked = match self.api.patiently("conversations.info", &[("channel", channel.clone())]).await {
            Ok(asked) => asked,
            Err(trouble) => {
                // Of a private channel that it isn't in, Slack says that there is none.
                if trouble.is(&["channel_not_found"]) {
                    self.is_not_in(lane);
                }
                return;
            }
        };
        let is = |what: &str| asked["channel"][what].as_bool() == Some(true);
        if is("is_member") {
            if lock(&self.absent).contains_key(lane) {
                self.is_back_in(lane);
            }
            return;
        }
        self.is_not_in(lane);
        let joined = !is("is_private")
            && !is("is_archived")
            && self.call("conversations.join", &json!({ "channel": channel })).await.is_ok();
        if joined {
            self.is_back_in(lane);
        }
    }

    /// The bot isn't in a channel where it should be.
    pub(super) fn is_not_in(&self, lane: &Lane) {
        lock(&self.absent).entry(lane.clone()).or_insert(self.now());
        let has_new_id = lock(&self.lacks).get(lane).is_some_and(|why| why.contains(NEW_ID));
        if !has_new_id {
            let why = format!(
                "the bot isn't in {lane}, so what is said there is not kept and nothing can be told there: invite it, with /invite in that channel"
            );
            self.lacks(lane, Some(why));
        }
    }

    /// A channel goes on under another id, as when a private one is shared with another company.
    pub(super) fn has_new_id(&self, old: &str, new: &str) {
        let lane = self.lane_of(old);
        if self.keeps(&lane) && lane.own_of().is_none() {
            let new = self.lane_of(new);
            self.lacks(&lane, Some(format!("{lane} {NEW_ID} {new}: write that in the policy")));
        }
    }
}

const NEW_ID: &str = "has another id on Slack now, and what is said there is not kept until the policy names it:";
