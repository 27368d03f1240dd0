//! Events that wait: a queue for each channel, so that a channel keeps its order and a slow one holds up no other.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};

use super::hear::{FromSlack, channel_of};
use super::{Slack, lock, word};
use crate::chat::under_way::Going;

/// How many channels may have a queue at a time.
pub(super) const CHANNELS: usize = 1_024;
/// How many events a queue holds. An event that finds its queue full isn't acknowledged, so Slack tells it again.
pub(super) const EVENTS: usize = 256;

/// An event in its queue. Slack gets its acknowledgement when this is dropped.
pub(super) struct Queued {
    pub payload: Json,
    pub under_way: Going,
    pub kept: oneshot::Sender<Json>,
}

/// The queues of all channels.
pub(super) struct Queues {
    /// By channel. One without events isn't there.
    by_channel: Mutex<HashMap<String, VecDeque<Queued>>>,
    /// Channels that have a queue and no task yet that takes from it.
    begun: mpsc::UnboundedSender<String>,
    /// The other end of `begun`, until [`Slack::run`] takes it.
    to_take: Mutex<Option<mpsc::UnboundedReceiver<String>>>,
}

impl Queues {
    pub fn new() -> Queues {
        let (begun, to_take) = mpsc::unbounded_channel();
        Queues { by_channel: Mutex::default(), begun, to_take: Mutex::new(Some(to_take)) }
    }

    /// Whether there was room for it.
    pub fn add(&self, queued: Queued) -> bool {
        let channel = channel_of(&queued.payload["event"]).to_owned();
        let mut queues = lock(&self.by_channel);
        if let Some(queue) = queues.get_mut(&channel) {
            let room = queue.len() < EVENTS;
            if room {
                queue.push_back(queued);
            }
            return room;
        }
        if queues.len() >= CHANNELS || self.begun.send(channel.clone()).is_err() {
            return false;
        }
        queues.insert(channel, VecDeque::from([queued]));
        true
    }

    fn next_of(&self, channel: &str) -> Option<Queued> {
        let mut queues = lock(&self.by_channel);
        let next = queues.get_mut(channel)?.pop_front();
        if next.is_none() {
            queues.remove(channel);
        }
        next
    }
}

impl Slack {
    /// Starts a task for every channel that gets a queue, and a new one where a task broke off.
    pub(super) async fn empty_queues(self: Arc<Slack>) {
        let Some(mut begun) = lock(&self.queues.to_take).take() else { return };
        let mut tasks = tokio::task::JoinSet::new();
        let mut channels: HashMap<tokio::task::Id, String> = HashMap::new();
        loop {
            let channel = tokio::select! {
                Some(channel) = begun.recv() => channel,
                Some(ended) = tasks.join_next_with_id() => match ended {
                    Ok((id, ())) => {
                        channels.remove(&id);
                        continue;
                    }
                    Err(error) => {
                        tracing::error!(platform = %self.platform, %error, "an event could not be dealt with");
                        let Some(channel) = channels.remove(&error.id()) else { continue };
                        channel
                    }
                },
            };
            let started = tasks.spawn(self.clone().empty_queue(channel.clone()));
            channels.insert(started.id(), channel);
        }
    }

    /// Takes events off a channel's queue, one after another, until there are none.
    async fn empty_queue(self: Arc<Slack>, channel: String) {
        while let Some(queued) = self.queues.next_of(&channel) {
            let event = &queued.payload["event"];
            self.hear_event(&FromSlack { event, id: word(&queued.payload, "event_id"), backfilled: false }).await;
            drop((queued.kept, queued.under_way));
        }
    }
}
