//! Where something was said, in the bot's words.

use super::Discord;
use super::directory::{KnownChannel, platform};
use super::wire::{Channel, Id};
use crate::domain::{Lane, Place};

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub lane: Lane,
    pub thread: Option<String>,
}

/// The person whose direct messages a lane is.
pub fn person_of(lane: &Lane) -> Option<Id> {
    match &lane.place {
        Place::Direct(account) => Id::read(account),
        Place::Channel(_) => None,
    }
}

impl Discord {
    /// What is known of a channel. Asks Discord where nothing is.
    pub(super) async fn place(&self, channel: Id) -> Option<KnownChannel> {
        if let Some(place) = self.directory().place(channel) {
            return Some(place.clone());
        }
        let found: Channel = self.api.read(&format!("/channels/{channel}")).await.ok()?;
        self.directory_mut().learn(&found, None);
        self.directory().place(channel).cloned()
    }

    /// How the bot calls the place of a channel of a server.
    pub(super) async fn said_in(&self, channel: Id) -> Option<Said> {
        let place = self.place(channel).await?;
        let lane = |id: Id| self.directory().lane(id);
        Some(match place.parent.filter(|_| place.is_thread()) {
            Some(parent) => Said { lane: lane(parent), thread: Some(channel.to_string()) },
            None => Said { lane: lane(channel), thread: None },
        })
    }

    /// A person's direct messages, or a channel of a server.
    pub(super) async fn said_by(&self, channel: Id, guild: Option<Id>, user: Id) -> Option<Said> {
        if guild.is_some() || self.directory().place(channel).is_some_and(|place| place.guild.is_some()) {
            return self.said_in(channel).await;
        }
        self.directory_mut().learn_direct(user, channel);
        Some(Said { lane: Lane::direct(&platform(), &user.to_string()), thread: None })
    }

    /// Where a channel is, also if it is somebody's direct messages.
    pub(super) async fn said_somewhere(&self, channel: Id) -> Option<Said> {
        if let Some(person) = self.directory().person_of(channel) {
            return Some(Said { lane: Lane::direct(&platform(), &person.to_string()), thread: None });
        }
        self.said_in(channel).await
    }

    /// The first channel of a server that the policy names.
    pub(super) fn first_lane_of(&self, guild: Id) -> Option<Lane> {
        let policy = self.door()?.reception.desk.shown().policy;
        let directory = self.directory();
        let channels = policy.channels().filter(|channel| channel.platform == platform());
        let mut here = channels.filter(|channel| {
            let place = Id::read(&channel.id).and_then(|id| directory.place(id));
            place.is_some_and(|place| place.guild == Some(guild))
        });
        here.next().map(Lane::channel)
    }
}
