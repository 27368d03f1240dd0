//! From the outbox to the platforms, and the receipt back to the desk. Only the courier posts.
//!
//! One lane at a time has one message under way, so words keep their order; lanes don't wait for each other. What could go
//! wrong, and what then:
//! - the platform refuses for now: tried again with growing pauses and jitter, or when the platform says. What follows on
//!   the lane waits, unless the platform takes the next message: then only the refused one waits;
//! - it isn't known whether the platform took it: tried again, marked as perhaps sent until a receipt says otherwise;
//! - it refuses for good, or for a day: given up, recorded, told to the operators; never counted as sent;
//! - what the message asks for was answered meanwhile: not sent, and recorded as not needed; answered later, it is edited,
//!   so that no message goes on asking for what nobody owes;
//! - the process dies between sending and receipt: the row stands as `sending`; it is sent again, marked as perhaps twice,
//!   unless the platform recognises the repetition by its nonce;
//! - the receipt can't be recorded (disk full): reported again until it can. What a message says of several cases is
//!   recorded in one commit, so there is never a part without the others.

mod batch;
mod case_channel;
mod edit;
mod groups;
mod lane;
mod make;
mod retry;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tokio::task::{Id, JoinError, JoinSet};

use self::groups::Groups;
use self::lane::{Hold, LaneRun, Parcel};
use crate::chat::Chats;
use crate::desk::{DeskHandle, RETRY_PAUSE};
use crate::domain::{At, Bot, Lane};
use crate::store::{Reader, StoreError};

/// How many due messages are looked at in one round.
const ROUND: u32 = 512;

pub struct Courier {
    desk: DeskHandle,
    reader: Reader,
    chats: Chats,
    /// Lanes where a message was put off.
    postponed: HashMap<Lane, Hold>,
    /// Rows that can't be read, by what was said of them: each is named in the log once.
    unreadable: HashSet<String>,
    /// Delegations, groups and the policy as they were when it was last looked who may see restricted cases.
    bot: Option<Arc<Bot>>,
    /// Cases' own channels in which there may be somebody who may not see the case any more, or somebody missing.
    members: BTreeSet<Lane>,
}

/// Lanes that a run is delivering on.
#[derive(Default)]
struct UnderWay {
    runs: JoinSet<Result<Option<Hold>, StoreError>>,
    lanes: HashMap<Id, Lane>,
}

impl UnderWay {
    fn busy(&self) -> Vec<Lane> {
        self.lanes.values().cloned().collect()
    }
}

impl Courier {
    pub fn new(desk: DeskHandle, reader: Reader, chats: Chats) -> Courier {
        Courier {
            desk,
            reader,
            chats,
            postponed: HashMap::new(),
            unreadable: HashSet::new(),
            bot: None,
            members: BTreeSet::new(),
        }
    }

    /// Runs until the desk is gone.
    pub async fn run(self) {
        let groups = Groups::new(self.desk.clone(), self.chats.clone());
        tokio::join!(self.deliver(), groups.run());
    }

    async fn deliver(mut self) {
        let mut changes = self.desk.watch();
        self.postponed = loop {
            match self.reader.lanes_postponed(self.desk.clock.now()).await {
                Ok(postponed) => {
                    break postponed.into_iter().map(|(lane, until)| (lane, Hold::all(until))).collect();
                }
                Err(error) => self.retry_later("the outbox can't be read", &error).await,
            }
        };
        let mut under_way = UnderWay::default();
        loop {
            changes.mark_unchanged();
            if let Err(error) = self.round(&mut under_way).await {
                self.retry_later("the outbox can't be read", &error).await;
                continue;
            }
            let next = self.reader.outbox_next(&under_way.busy()).await.unwrap_or_default();
            let again = self.members.iter().filter_map(|lane| self.postponed.get(lane)).map(|hold| hold.until);
            let next = next.into_iter().chain(again).min();
            tokio::select! {
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                Some(done) = under_way.runs.join_next_with_id() => {
                    self.came_back(&mut under_way, done).await;
                    while let Some(done) = under_way.runs.try_join_next_with_id() {
                        self.came_back(&mut under_way, done).await;
                    }
                }
                () = self.until_due(next) => {}
            }
        }
    }

    /// Until the next row may go out. One that can't be read is due for ever.
    async fn until_due(&self, next: Option<At>) {
        self.desk.clock.wait_until(next).await;
        if !self.unreadable.is_empty() {
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    async fn retry_later(&self, what: &str, error: &StoreError) {
        tracing::error!(%error, "{what}; trying again");
        tokio::time::sleep(RETRY_PAUSE).await;
    }

    /// Starts a run on each lane that has something due and no run yet.
    async fn round(&mut self, under_way: &mut UnderWay) -> Result<(), StoreError> {
        let now = self.desk.clock.now();
        self.postponed.retain(|_, hold| hold.until > now);
        let busy = under_way.busy();
        // Sending, with no run on its lane: a process, or a run, died between sending and receipt.
        let orphans = self.reader.outbox_sending(now, &busy).await?;
        let messages = self.reader.outbox_due(now, &busy, ROUND).await?;
        // Read last: a message that is committed has its case's card in the same commit, so none is seen without it.
        let cards = self.reader.cards_due(now, &busy, ROUND).await?;
        let edits = self.reader.edits_due(now, &busy, ROUND).await?;
        let mut lanes: BTreeMap<Lane, Vec<Parcel>> = BTreeMap::new();
        // A case's card begins its thread, so it goes first.
        for card in self.readable(cards) {
            lanes.entry(card.lane.clone()).or_default().push(Parcel::Card(card));
        }
        for message in self.readable(orphans.into_iter().chain(messages)) {
            lanes.entry(message.lane.clone()).or_default().push(Parcel::Message(message));
        }
        // What is new goes before what is mended.
        for edit in self.readable(edits) {
            lanes.entry(edit.lane.clone()).or_default().push(Parcel::Edit(edit));
        }
        for (lane, parcels) in lanes {
            // A channel is as it should be before anything is said in it.
            self.members.remove(&lane);
            let run = self.run_on(&lane);
            let started = under_way.runs.spawn(run.deliver(parcels, self.postponed.get(&lane).copied()));
            under_way.lanes.insert(started.id(), lane);
        }
        self.who_may_see().await?;
        let busy = under_way.busy();
        let waits = |lane: &Lane| busy.contains(lane) || self.postponed.contains_key(lane);
        let (later, now): (BTreeSet<Lane>, BTreeSet<Lane>) = self.members.iter().cloned().partition(waits);
        self.members = later;
        for lane in now {
            let started = under_way.runs.spawn(self.run_on(&lane).see_to_members());
            under_way.lanes.insert(started.id(), lane);
        }
        Ok(())
    }

    fn run_on(&self, lane: &Lane) -> LaneRun {
        let chat = self.chats.get(&lane.platform).cloned();
        LaneRun::new(self.desk.clone(), self.reader.clone(), chat, lane.clone())
    }

    /// Who may see a restricted case changes with a delegation, a group or the policy, and nothing need be said on the case.
    async fn who_may_see(&mut self) -> Result<(), StoreError> {
        let bot = self.desk.shown().bot;
        if self.bot.as_ref().is_some_and(|looked_at| Arc::ptr_eq(looked_at, &bot)) {
            return Ok(());
        }
        let restricted = self.reader.open_and_restricted().await?;
        for case in self.readable(restricted) {
            let own = case.homes.iter().filter(|home| home.own_of().is_some());
            self.members.extend(own.map(Lane::channel));
        }
        self.bot = Some(bot);
        Ok(())
    }

    /// One row that can't be read must not hold up the others: it is named in the log, and stays for the operator.
    fn readable<T>(&mut self, rows: impl IntoIterator<Item = Result<T, StoreError>>) -> Vec<T> {
        let mut readable = Vec::new();
        for row in rows {
            match row {
                Ok(row) => readable.push(row),
                Err(error) => {
                    if self.unreadable.insert(error.to_string()) {
                        tracing::error!(%error, "this is not delivered; the others go on");
                    }
                }
            }
        }
        readable
    }

    async fn came_back(
        &mut self,
        under_way: &mut UnderWay,
        done: Result<(Id, Result<Option<Hold>, StoreError>), JoinError>,
    ) {
        let (id, outcome) = match done {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => {
                tracing::error!(%error, "a lane's delivery broke off");
                let lane = under_way.lanes.remove(&error.id());
                self.members.extend(lane.filter(|lane| lane.own_of().is_some()));
                return tokio::time::sleep(RETRY_PAUSE).await;
            }
        };
        let Some(lane) = under_way.lanes.remove(&id) else { return };
        match outcome {
            Ok(Some(hold)) => {
                if lane.own_of().is_some() {
                    self.members.insert(lane.clone());
                }
                self.postponed.insert(lane, hold);
            }
            Ok(None) => drop(self.postponed.remove(&lane)),
            Err(error) => {
                self.members.extend(Some(lane).filter(|lane| lane.own_of().is_some()));
                self.retry_later("a lane stopped", &error).await;
            }
        }
    }
}
