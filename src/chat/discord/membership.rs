//! Whether the bot sees every channel that the policy names: what is said where it doesn't, nobody keeps.

use std::sync::Arc;
use std::time::Duration;

use super::api::Trouble;
use super::deliver::code;
use super::directory::platform;
use super::wire::{Channel, Id};
use super::{Discord, lock};
use crate::domain::Lane;

/// How often it is looked, besides the start and every new policy.
const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

impl Discord {
    pub(super) async fn keep_memberships(self: Arc<Discord>) {
        let Some(door) = self.door() else { return };
        let mut changes = door.reception.desk.watch();
        loop {
            let policy = changes.borrow_and_update().policy.clone();
            for channel in policy.channels().filter(|channel| channel.platform == platform()) {
                self.look_into(&Lane::channel(channel), &channel.id).await;
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

    async fn look_into(&self, lane: &Lane, id: &str) {
        let Some(channel) = Id::read(id) else { return };
        let what = format!("sight of {lane}");
        match self.api.read::<Channel>(&format!("/channels/{channel}")).await {
            Ok(_) => self.lacks(&what, None),
            Err(Trouble::Refused { code: code::MISSING_ACCESS | code::UNKNOWN_CHANNEL, .. }) => {
                let why = format!(
                    "the bot sees no channel {lane}, so what is said there is not kept and nothing can be told there: put the bot on \
                     that server and let it see the channel, or write the right id in the policy"
                );
                if lock(&self.state).lacks.get(&what) != Some(&why) {
                    tracing::error!(%lane, "the bot doesn't see a channel of the policy");
                }
                self.lacks(&what, Some(why));
            }
            Err(trouble) => tracing::debug!(%lane, %trouble, "it isn't known whether the bot sees a channel"),
        }
    }
}
