//! Whether all that was missed is read: by the ledger it is about to be before anything comes live on a new connection, and over once
//! every server has said which channels it has and each of them was read. A process that ends in between leaves it to the next one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use super::directory::platform;
use super::wire::Id;
use super::{Discord, lock};
use crate::chat::Newest;
use crate::chat::reached::Resumed;
use crate::chat::reception::Door;
use crate::domain::bot::fills::Event as Fill;
use crate::domain::{At, Lane};

#[derive(Default)]
pub struct Filling {
    awaited: Mutex<Awaited>,
    /// What an earlier process didn't come to the end of, until it is taken up.
    left: Mutex<BTreeMap<Lane, Resumed>>,
    changed: Notify,
    /// Held while it is recorded.
    recording: tokio::sync::Mutex<()>,
}

/// What there is still to come.
#[derive(Default)]
struct Awaited {
    is_open: bool,
    /// Which servers there are isn't known yet.
    is_new: bool,
    servers: BTreeSet<Id>,
    lanes: usize,
}

impl Filling {
    /// The connection has begun: these servers say what channels they have.
    pub fn expects(&self, servers: &[Id]) {
        let mut awaited = lock(&self.awaited);
        awaited.is_new = false;
        awaited.servers = servers.iter().copied().collect();
    }

    /// What an earlier process left to be read.
    pub fn goes_on(&self, door: &Door) {
        let Some(unfilled) = &door.unfilled else { return };
        let at = |at| Newest { message: Id::of(at).to_string(), said: at };
        let lanes =
            unfilled.newest.keys().chain(door.newest.keys()).chain(unfilled.fill.lanes.iter().map(|(lane, _)| lane));
        let resumed = lanes.filter_map(|lane| Some((lane.clone(), unfilled.resumed(lane, door.newest.get(lane), at)?)));
        lock(&self.left).extend(resumed);
    }

    /// From where the lanes are to be read that an earlier process left.
    pub fn left_to_read(&self) -> BTreeMap<Lane, Newest> {
        lock(&self.left).iter().map(|(lane, resumed)| (lane.clone(), resumed.reached.clone())).collect()
    }

    /// A lane is to be read. What an earlier process left of it is read with it.
    pub fn takes_up(&self, lane: &Lane) -> Option<Resumed> {
        lock(&self.awaited).lanes += 1;
        lock(&self.left).remove(lane)
    }

    /// A lane was read, as far as it can be.
    pub fn has_read_a_lane(&self) {
        {
            let mut awaited = lock(&self.awaited);
            awaited.lanes = awaited.lanes.saturating_sub(1);
        }
        self.changed();
    }

    /// Perhaps nothing is to come any more.
    pub fn changed(&self) {
        self.changed.notify_one();
    }

    /// A server has said which channels it has, or the bot is on it no more.
    pub fn knows(&self, server: Id) {
        lock(&self.awaited).servers.remove(&server);
    }
}

impl Discord {
    /// When the reading that is under way began.
    pub(super) fn fill_began(&self) -> Option<At> {
        let shown = self.door()?.reception.desk.shown();
        shown.bot.fills.open.get(&platform()).map(|fill| fill.since)
    }

    pub(super) async fn fill_begins(&self) {
        let Some(door) = self.door() else { return };
        let _one_after_another = self.filling.recording.lock().await;
        {
            let mut awaited = lock(&self.filling.awaited);
            (awaited.is_open, awaited.is_new) = (true, true);
        }
        let from = self.break_began();
        door.reception.fill(Fill::Began { platform: platform(), lane: None, from }).await;
    }

    /// Records that all is read, whenever it is. Nothing that comes live waits for that.
    pub(super) async fn keep_fills(self: Arc<Self>) {
        loop {
            self.filling.changed.notified().await;
            self.fill_ends().await;
        }
    }

    /// Recorded once nothing is to come any more.
    async fn fill_ends(&self) {
        let Some(door) = self.door() else { return };
        let _one_after_another = self.filling.recording.lock().await;
        let is_over = {
            let mut awaited = lock(&self.filling.awaited);
            let is_over = awaited.is_open && !awaited.is_new && awaited.servers.is_empty() && awaited.lanes == 0;
            awaited.is_open &= !is_over;
            is_over
        };
        if is_over {
            door.reception.fill(Fill::Ended { platform: platform() }).await;
        }
    }
}
