//! A worker for each channel: what happens in one is handed in in order, and a slow one holds up no other.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Discord;
use super::backfill::Missed;
use super::wire::Id;
use crate::chat::under_way::Going;

/// What a channel's worker is to do.
pub enum Task {
    Event {
        kind: String,
        data: Value,
    },
    /// Read what was said while the bot didn't listen.
    Missed(Missed),
}

#[derive(Default)]
pub struct Workers {
    by_channel: HashMap<Id, Worker>,
    running: JoinSet<()>,
    pub interactions: JoinSet<()>,
}

#[derive(Clone)]
pub struct Worker {
    tasks: mpsc::UnboundedSender<(Task, Going)>,
    discord: Arc<Discord>,
}

impl Worker {
    pub fn push(&self, task: Task) {
        // The worker ends only with this adapter.
        let _gone = self.tasks.send((task, self.discord.under_way.begin()));
    }
}

impl Workers {
    pub fn of(&mut self, channel: Id, discord: &Arc<Discord>) -> &Worker {
        let Workers { by_channel, running, .. } = self;
        by_channel.entry(channel).or_insert_with(|| {
            let (tell, mut tasks) = mpsc::unbounded_channel();
            let worker = Worker { tasks: tell, discord: discord.clone() };
            let discord = discord.clone();
            running.spawn(async move {
                while let Some((task, _under_way)) = tasks.recv().await {
                    match task {
                        Task::Event { kind, data } => discord.event(&kind, data).await,
                        Task::Missed(missed) => {
                            discord.catch_up(missed).await;
                            discord.filling.has_read_a_lane();
                        }
                    }
                }
            });
            worker
        })
    }
}
