//! Whether the bot sees every channel that the policy names: what is said where it doesn't, nobody keeps.

use std::sync::Arc;

use super::Discord;
use super::api::Trouble;
use super::deliver::code;
use super::directory::platform;
use super::wire::{Channel, Id};
use crate::chat::membership::Memberships;
use crate::domain::{Lack, Lane};

impl Discord {
    pub(super) async fn keep_memberships(self: Arc<Discord>) {
        let Some(door) = self.door() else { return };
        let mut memberships = Memberships::of(&door.reception.desk, platform());
        loop {
            for channel in memberships.next().await {
                self.look_into(&Lane::channel(&channel), &channel.id).await;
            }
        }
    }

    async fn look_into(&self, lane: &Lane, id: &str) {
        let Some(channel) = Id::read(id) else { return };
        let what = Lack::Sight(lane.clone());
        match self.api.read::<Channel>(&format!("/channels/{channel}")).await {
            Ok(_) => self.lacks(what, None),
            Err(Trouble::Refused { code: code::MISSING_ACCESS | code::UNKNOWN_CHANNEL, .. }) => {
                let why = format!(
                    "the bot sees no channel {lane}, so what is said there is not kept and nothing can be told there: put the bot on \
                     that server and let it see the channel, or write the right id in the policy"
                );
                self.lacks(what, Some(why));
            }
            Err(trouble) => tracing::debug!(%lane, %trouble, "it isn't known whether the bot sees a channel"),
        }
    }
}
