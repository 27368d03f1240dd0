//! What a case's own channel leaves to be done that no card waits for: it is done beside, and with patience.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::wire::Id;
use super::{Discord, lock};
use crate::chat::under_way::Going;
use crate::domain::{CaseId, Lane};

pub(super) enum Errand {
    /// Keep the conversation that was held in a channel before the card of the case whose own it became.
    Conversation { case: CaseId, lane: Lane, channel: Id, card: Id },
    /// Clear the topic of a channel that its case has left, where it ends in the bot's `sign`.
    Topic { case: CaseId, channel: Id, sign: String },
}

/// The way from who orders it to who does it.
pub(super) struct Errands {
    begun: mpsc::UnboundedSender<(Errand, Going)>,
    /// The other end, until [`Discord::run_errands`] takes it.
    to_take: Mutex<Option<mpsc::UnboundedReceiver<(Errand, Going)>>>,
    /// Of which cases and channels a conversation was asked for, since the start.
    conversations: Mutex<BTreeSet<(CaseId, Id)>>,
    /// Of which a topic was asked to be cleared.
    topics: Mutex<BTreeSet<(CaseId, Id)>>,
}

impl Default for Errands {
    fn default() -> Errands {
        let (begun, to_take) = mpsc::unbounded_channel();
        let to_take = Mutex::new(Some(to_take));
        Errands { begun, to_take, conversations: Mutex::default(), topics: Mutex::default() }
    }
}

impl Discord {
    pub(super) fn order(&self, errand: Errand) {
        // The other end goes only with the adapter.
        let _gone = self.errands.begun.send((errand, self.under_way.begin()));
    }

    /// As [`Discord::order`], unless it was ordered before. After a start it is ordered once more, which changes nothing.
    pub(super) fn order_once(&self, errand: Errand) {
        let is_new = match &errand {
            Errand::Conversation { case, channel, .. } => lock(&self.errands.conversations).insert((*case, *channel)),
            Errand::Topic { case, channel, .. } => lock(&self.errands.topics).insert((*case, *channel)),
        };
        if is_new {
            self.order(errand);
        }
    }

    /// Does what is ordered until it is aborted.
    pub(super) async fn run_errands(self: Arc<Self>) {
        let Some(mut begun) = lock(&self.errands.to_take).take() else { return };
        let mut running = JoinSet::new();
        while let Some((errand, under_way)) = begun.recv().await {
            while running.try_join_next().is_some() {}
            let discord = self.clone();
            running.spawn(async move {
                match errand {
                    Errand::Conversation { case: _, lane, channel, card } => {
                        discord.read_conversation(&lane, channel, card).await;
                    }
                    Errand::Topic { case, channel, sign } => {
                        if let Err(trouble) = discord.clear_topic(case, channel, &sign).await {
                            tracing::warn!(%trouble, %case, %channel, "the topic of a channel that a case has left can't be cleared");
                            // The next look at the case's channel orders it again.
                            lock(&discord.errands.topics).remove(&(case, channel));
                        }
                    }
                }
                drop(under_way);
            });
        }
    }
}
