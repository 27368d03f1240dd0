//! From the outbox to the platforms, and the receipt back to the desk. Only the courier posts.
//!
//! One lane at a time has one message under way, so words keep their order; lanes don't wait for each other. What could go
//! wrong, and what then:
//! - the platform refuses for now: tried again with growing pauses and jitter, or when the platform says;
//! - it refuses for good, or for a day: given up, recorded, told to the operators; never counted as sent;
//! - what the message asks for was answered meanwhile: not sent, and recorded as not needed;
//! - the process dies between sending and receipt: the row stands as `sending`; it is sent again, marked as perhaps twice,
//!   unless the platform recognises the repetition by its nonce;
//! - the receipt can't be recorded (disk full): reported again until it can.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::task::{Id, JoinError, JoinSet};

use crate::card::{self, Card, Speaker, Word};
use crate::chat::{CaseChannel, Chat, Chats, Lane, Post, Receipt, Spot, Undelivered};
use crate::desk::{BREATH, DeskHandle, Report};
use crate::digest;
use crate::domain::notice::ClockItem;
use crate::domain::obligation::Standing;
use crate::domain::{At, Case, CaseId, Notice, Obligation, PersonId, Policy, Span, Telling, To};
use crate::record::{Housed, NotTold, NotToldBecause, Record, Told};
use crate::store::{CardDue, NOTICES_PER_ENTRY, OutboxDue, Reader, StoreError};

/// How many due messages are looked at in one round.
const ROUND: u32 = 512;
/// The first pause after a failure; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Span = Span::seconds(2);
const LONGEST_PAUSE: Span = Span::minutes(10);
/// After this long, and so many tries, a message is given up: whoever it was for has to be told in another way. Age alone
/// isn't enough: after a weekend's downtime the first refusal would be the last.
const GIVE_UP_AFTER: Span = Span::days(1);
const TRIES_AT_LEAST: u32 = 10;
/// Stands as a card's next moment while the platform's receipt is out. A moment that has come by any clock, so that a process
/// which finds it tries again.
const UNDER_WAY: At = At(-1);

pub struct Courier {
    desk: DeskHandle,
    reader: Reader,
    chats: Chats,
    /// Lanes that were asked to wait, and until when: what is said meanwhile waits behind what was said before.
    held: HashMap<String, At>,
}

/// What is to be delivered on a lane, in order.
enum Parcel {
    Card(CardDue),
    Message(OutboxDue),
    /// Nudges to one person, as one message.
    Batch(Vec<OutboxDue>),
}

impl Parcel {
    /// How long to wait before it is tried again, where the platform doesn't say.
    fn pause(&self) -> Span {
        match self {
            Parcel::Card(due) => pause(due.attempts + 1, due.wanted),
            Parcel::Message(due) => pause(due.attempts + 1, due.id),
            Parcel::Batch(dues) => dues.first().map_or(FIRST_PAUSE, |due| pause(due.attempts + 1, due.id)),
        }
    }
}

/// A message ready to go.
struct Ready {
    card: Card,
    outbox: Vec<i64>,
    card_shows: Option<i64>,
    /// Set: edit this message.
    edit: Option<String>,
    thread: Option<String>,
    case: Option<CaseId>,
    nonce: String,
    /// When what it says became true.
    made: At,
    perhaps_sent: bool,
}

/// Lanes with something under way.
#[derive(Default)]
struct UnderWay {
    runs: JoinSet<Result<Option<At>, StoreError>>,
    lanes: HashMap<Id, String>,
    /// Lanes whose name can't be read: nothing is ever sent there.
    unreadable: HashSet<String>,
}

impl UnderWay {
    fn busy(&self) -> Vec<String> {
        self.lanes.values().chain(&self.unreadable).cloned().collect()
    }
}

impl Courier {
    pub fn new(desk: DeskHandle, reader: Reader, chats: Chats) -> Courier {
        Courier { desk, reader, chats, held: HashMap::new() }
    }

    /// Runs until the desk is gone.
    pub async fn run(mut self) {
        let mut changes = self.desk.watch();
        self.held = loop {
            match self.reader.lanes_held(self.desk.clock.now()).await {
                Ok(held) => break held.into_iter().collect(),
                Err(error) => self.rest("the outbox can't be read", &error).await,
            }
        };
        let mut under_way = UnderWay::default();
        loop {
            changes.mark_unchanged();
            if let Err(error) = self.round(&mut under_way).await {
                self.rest("the outbox can't be read", &error).await;
                continue;
            }
            let next = self.reader.outbox_next(&under_way.busy()).await.unwrap_or_default();
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
                () = self.desk.clock.wait_until(next) => {}
            }
        }
    }

    async fn rest(&self, what: &str, error: &StoreError) {
        tracing::error!(%error, "{what}; trying again");
        tokio::time::sleep(BREATH).await;
    }

    /// Sends a run to each lane that has something due and nothing under way.
    async fn round(&mut self, under_way: &mut UnderWay) -> Result<(), StoreError> {
        let now = self.desk.clock.now();
        self.held.retain(|_, until| *until > now);
        let busy = under_way.busy();
        // Sending, with nothing under way on its lane: a process, or a run, died between sending and receipt.
        let orphans = self.reader.outbox_sending(&busy).await?;
        let messages = self.reader.outbox_due(now, &busy, ROUND).await?;
        // Read last: a message that is committed has its case's card in the same commit, so none is seen without it.
        let cards = self.reader.cards_due(now, &busy, ROUND).await?;
        let mut lanes: BTreeMap<String, Vec<Parcel>> = BTreeMap::new();
        // A case's card begins its thread, so it goes first.
        for card in cards {
            lanes.entry(card.lane.clone()).or_default().push(Parcel::Card(card));
        }
        for message in orphans.into_iter().chain(messages) {
            lanes.entry(message.lane.clone()).or_default().push(Parcel::Message(message));
        }
        for (name, parcels) in lanes {
            let Ok(lane) = name.parse::<Lane>() else {
                tracing::error!(lane = name, "the outbox names a lane that can't be read");
                under_way.unreadable.insert(name);
                continue;
            };
            let run = LaneRun {
                desk: self.desk.clone(),
                reader: self.reader.clone(),
                chat: self.chats.get(&lane.platform).cloned(),
                lane,
                cases: HashMap::new(),
                looked_for: HashSet::new(),
                roots: HashMap::new(),
                reports: Vec::new(),
            };
            let started = under_way.runs.spawn(run.deliver(parcels, self.held.get(&name).copied()));
            under_way.lanes.insert(started.id(), name);
        }
        Ok(())
    }

    async fn came_back(
        &mut self,
        under_way: &mut UnderWay,
        done: Result<(Id, Result<Option<At>, StoreError>), JoinError>,
    ) {
        let (id, outcome) = match done {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => {
                tracing::error!(%error, "a lane's delivery broke off");
                under_way.lanes.remove(&error.id());
                return tokio::time::sleep(BREATH).await;
            }
        };
        let lane = under_way.lanes.remove(&id).unwrap_or_default();
        match outcome {
            Ok(Some(until)) => drop(self.held.insert(lane, until)),
            Ok(None) => {}
            Err(error) => self.rest("a lane stopped", &error).await,
        }
    }
}

/// One lane's share of a round.
struct LaneRun {
    desk: DeskHandle,
    reader: Reader,
    chat: Option<Arc<dyn Chat>>,
    lane: Lane,
    cases: HashMap<CaseId, Option<Case>>,
    /// Cases whose card was looked for in this round, whether or not it could be posted.
    looked_for: HashSet<String>,
    /// Cards that this round posted: the roots of their cases' threads, before the receipt is read back.
    roots: HashMap<CaseId, String>,
    /// What this round has to report; reported together, and before the next round reads the outbox again.
    reports: Vec<Report>,
}

impl LaneRun {
    /// Delivers in order. Returns until when the lane wants to be left alone, if it does.
    async fn deliver(mut self, parcels: Vec<Parcel>, held: Option<At>) -> Result<Option<At>, StoreError> {
        let outcome = self.deliver_all(parcels, held).await;
        // What was sent was sent, also where the next message could not even be made.
        self.flush().await?;
        outcome
    }

    async fn deliver_all(&mut self, parcels: Vec<Parcel>, held: Option<At>) -> Result<Option<At>, StoreError> {
        let mut parcels = VecDeque::from(batched(self.with_company(parcels).await?, &self.lane));
        if let Some(until) = held {
            parcels.iter().for_each(|parcel| self.put_off(parcel, "what was said before it waits too", until));
            return Ok(Some(until));
        }
        let Some(chat) = self.chat.clone() else {
            let why = format!("this bot isn't connected to {}", self.lane.platform);
            let until = self.desk.clock.now() + Span::hours(1);
            parcels.iter().for_each(|parcel| self.put_off(parcel, &why, until));
            return Ok(Some(until));
        };
        // A case's own channel is there, and open, before anything is said in it, and as the case wants it afterwards.
        let own = self.lane.own_of().filter(|_| !parcels.is_empty());
        if let Some(case) = own
            && let Err(undelivered) = self.furnish(&*chat, case, false).await?
        {
            let mut until = None;
            for parcel in std::mem::take(&mut parcels) {
                until = self.undelivered(&parcel, undelivered.clone()).or(until);
            }
            return Ok(until);
        }
        while let Some(parcel) = parcels.pop_front() {
            if let Some(card) = self.card_first(&parcel).await? {
                parcels.push_front(parcel);
                parcels.push_front(Parcel::Card(card));
                continue;
            }
            let ready = match self.prepare(&parcel).await {
                Ok(Some(ready)) => ready,
                Ok(None) => continue,
                Err(error) => {
                    // One message that can't be made must not hold up the lane.
                    let why = format!("it can't be made: {error}");
                    self.put_off(&parcel, &why, self.desk.clock.now() + parcel.pause());
                    continue;
                }
            };
            if !chat.is_idempotent() && ready.edit.is_none() {
                match &parcel {
                    Parcel::Card(due) => self.card_later(due, due.attempts, UNDER_WAY),
                    Parcel::Message(_) | Parcel::Batch(_) => self.reports.push(Report::Sending(ready.outbox.clone())),
                }
                self.flush().await?;
            }
            match self.send(&*chat, &ready).await {
                Ok(receipt) => self.told(ready, receipt),
                Err(Undelivered::Gone { .. }) if matches!(&parcel, Parcel::Card(_)) => {
                    // Somebody deleted the card. It is posted again, and begins the thread again, before more is said.
                    if let Parcel::Card(due) = &parcel {
                        self.card_gone(due);
                    }
                    return Ok(None);
                }
                // Each has a place of its own to be told in instead.
                Err(Undelivered::Closed { .. }) if matches!(&parcel, Parcel::Batch(dues) if dues.len() > 1) => {
                    let Parcel::Batch(dues) = parcel else { continue };
                    dues.into_iter().rev().for_each(|due| parcels.push_front(Parcel::Message(due)));
                }
                Err(Undelivered::Closed { why }) => {
                    let Some(until) = self.deliver_elsewhere(&parcel, ready, why).await? else { continue };
                    parcels.iter().for_each(|parcel| self.put_off(parcel, "what was said before it waits too", until));
                    return Ok(Some(until));
                }
                Err(undelivered) => {
                    let why = undelivered.to_string();
                    let Some(until) = self.undelivered(&parcel, undelivered) else { continue };
                    // The words after it wait too, so that they keep their order; other lanes go on.
                    parcels.iter().for_each(|parcel| self.put_off(parcel, &why, until));
                    return Ok(Some(until));
                }
            }
        }
        if let Some(case) = own
            && let Err(undelivered) = self.furnish(&*chat, case, true).await?
        {
            // What was to be said is said; the next word tries again.
            tracing::warn!(%case, lane = %self.lane, %undelivered, "the case's channel isn't as it should be");
        }
        Ok(None)
    }

    /// It did not get through. Until when the lane waits, if trying again is sensible.
    fn undelivered(&mut self, parcel: &Parcel, undelivered: Undelivered) -> Option<At> {
        match undelivered {
            Undelivered::Later { why, after } => {
                let until = self.desk.clock.now() + after.unwrap_or_else(|| parcel.pause());
                self.put_off(parcel, &why, until);
                Some(until)
            }
            Undelivered::Never { why } | Undelivered::Closed { why } | Undelivered::Gone { why } => {
                self.give_up(parcel, why);
                None
            }
        }
    }

    /// Somebody takes no direct messages: what is for them is said in the case's own place on the same platform, with a
    /// mention. Until when the lane waits, if that can't be said now.
    async fn deliver_elsewhere(
        &mut self,
        parcel: &Parcel,
        mut ready: Ready,
        why: String,
    ) -> Result<Option<At>, StoreError> {
        let case = match ready.case {
            Some(id) => self.case(id).await?,
            None => None,
        };
        let home = case.as_ref().and_then(|case| case.told_in().find(|home| home.platform == self.lane.platform));
        let (Some(case), Some(home), Some(chat)) = (&case, home.map(Lane::channel), self.chat.clone()) else {
            self.give_up(parcel, why);
            return Ok(None);
        };
        let shown = self.desk.shown();
        let (platform, account) = match &self.lane.place {
            Spot::Direct(account) => (&self.lane.platform, account),
            Spot::Channel(_) => return Ok(self.undelivered(parcel, Undelivered::Never { why })),
        };
        if let Some(person) = self.desk.person(account, platform) {
            let name = shown.policy.name_of(&person);
            ready.card.lines.insert(
                0,
                vec![
                    Word::from("For "),
                    Word::Person { id: person, name },
                    Word::from(", whose direct messages are closed."),
                ],
            );
        }
        let card = self.reader.card(&case.id.to_string(), &home.to_string()).await?;
        let Some(thread) = card.and_then(|card| card.message) else {
            // The card begins the thread; it is on its way.
            return Ok(self.undelivered(parcel, Undelivered::Later { why, after: None }));
        };
        let post = Post {
            nonce: ready.nonce.clone(),
            lane: &home,
            thread: Some(&thread),
            card: &ready.card,
            made: ready.made,
            perhaps_sent: ready.perhaps_sent,
        };
        match chat.post(post).await {
            Ok(receipt) => {
                ready.thread = Some(thread);
                self.told_in(home, ready, receipt);
                Ok(None)
            }
            Err(undelivered) => Ok(self.undelivered(parcel, undelivered)),
        }
    }

    /// Makes a case's own channel as the case wants it now; before everything is `said` it isn't archived. Which channel it
    /// is is recorded once.
    async fn furnish(
        &mut self,
        chat: &dyn Chat,
        id: CaseId,
        said: bool,
    ) -> Result<Result<(), Undelivered>, StoreError> {
        let Some(case) = self.case(id).await? else { return Ok(Ok(())) };
        let lane = self.lane.to_string();
        let known = self.reader.venue(&lane).await?;
        let pinned = match self.roots.get(&id) {
            Some(card) => Some(card.clone()),
            None => self.reader.card(&id.to_string(), &lane).await?.and_then(|card| card.message),
        };
        let shown = self.desk.shown();
        let people = shown.house.people(&shown.policy, self.desk.clock.now());
        let workflow = shown.policy.workflows.get(&case.workflow);
        let here = |person: &PersonId| {
            let account = shown.policy.people.get(person)?.accounts.get(&self.lane.platform)?;
            (!shown.house.is_gone(person, &self.lane.platform)).then(|| account.clone())
        };
        let venue = CaseChannel {
            case: id,
            lane: self.lane.clone(),
            channel: known.clone(),
            near: workflow.and_then(|flow| {
                let near = flow.channels.iter().find(|channel| channel.platform == self.lane.platform);
                near.map(|channel| channel.id.clone())
            }),
            name: channel_name(id, &case.title),
            topic: format!("{id} · {} · {}", case.state(), case.title),
            private: case.restricted,
            people: case.company(&people).iter().filter_map(here).collect(),
            barred: match case.restricted {
                true => {
                    let barred = shown.policy.people.iter().filter(|(person, _)| !case.is_visible_to(person, &people));
                    barred.filter_map(|(_, known)| known.accounts.get(&self.lane.platform).cloned()).collect()
                }
                false => Vec::new(),
            },
            pinned,
            archived: said && case.closed.is_some() && workflow.is_some_and(|flow| flow.own_channels.archived),
        };
        let channel = match chat.ensure_channel(&venue).await {
            Ok(channel) => channel,
            Err(undelivered) => return Ok(Err(undelivered)),
        };
        if known.as_ref() != Some(&channel) {
            let housed = Housed { lane: self.lane.clone(), channel };
            self.reports.push(Report::Housed { case: id, housed });
            self.flush().await?;
        }
        Ok(Ok(()))
    }

    /// The card that begins the thread which a message belongs to, where it is due and was no part of this round: of very many
    /// that are due at once, a round looks at the first.
    async fn card_first(&mut self, parcel: &Parcel) -> Result<Option<CardDue>, StoreError> {
        let (Parcel::Message(due), Spot::Channel(_)) = (parcel, &self.lane.place) else { return Ok(None) };
        let Some(case) = &due.case_id else { return Ok(None) };
        if case.parse().is_ok_and(|id| self.roots.contains_key(&id)) || !self.looked_for.insert(case.clone()) {
            return Ok(None);
        }
        let card = self.reader.card(case, &self.lane.to_string()).await?;
        Ok(card.filter(|card| card.message.is_none() && card.not_before_us <= self.desk.clock.now().0))
    }

    /// What is due to a person takes along what would follow within the policy's `batch_within`: one buzz instead of two.
    async fn with_company(&self, mut parcels: Vec<Parcel>) -> Result<Vec<Parcel>, StoreError> {
        if matches!(self.lane.place, Spot::Channel(_)) || !parcels.iter().any(|it| matches!(it, Parcel::Message(_))) {
            return Ok(parcels);
        }
        let now = self.desk.clock.now();
        let until = now + self.desk.shown().policy.batch_within;
        let known: HashSet<i64> = parcels
            .iter()
            .filter_map(|parcel| match parcel {
                Parcel::Message(due) => Some(due.id),
                Parcel::Card(_) | Parcel::Batch(_) => None,
            })
            .collect();
        let company = self.reader.outbox_of_lane(&self.lane.to_string(), until, ROUND).await?;
        // Only what waits for company: what was put off after a failure, or made later, keeps its own moment.
        let rides = |due: &OutboxDue| due.attempts == 0 && At(due.made_us) <= now && !known.contains(&due.id);
        parcels.extend(company.into_iter().filter(rides).map(Parcel::Message));
        Ok(parcels)
    }

    /// Renders a parcel from what is true now. `None`: it need not be sent.
    async fn prepare(&mut self, parcel: &Parcel) -> Result<Option<Ready>, StoreError> {
        match parcel {
            Parcel::Card(due) => self.prepare_card(due).await,
            Parcel::Message(due) => self.prepare_message(due).await,
            Parcel::Batch(dues) => {
                let overtaken = overtaken(dues);
                let mut ready: Option<Ready> = None;
                for due in dues.iter().filter(|due| !overtaken.contains(&due.id)) {
                    let Some(one) = self.prepare_message(due).await? else { continue };
                    match &mut ready {
                        None => ready = Some(one),
                        Some(all) => {
                            all.card = std::mem::take(&mut all.card).joined(one.card);
                            all.outbox.extend(one.outbox);
                            all.made = all.made.min(one.made);
                            all.perhaps_sent |= one.perhaps_sent;
                            all.case = all.case.filter(|case| Some(*case) == one.case);
                        }
                    }
                }
                match &mut ready {
                    // One true thing instead of several stale ones: the later word tells for the earlier ones.
                    Some(all) => {
                        all.outbox.extend(overtaken);
                        // The same rows are the same message; with one more of them it is another.
                        all.nonce = batch_nonce(&all.outbox);
                    }
                    None => dues.iter().filter(|due| overtaken.contains(&due.id)).for_each(|due| self.not_needed(due)),
                }
                Ok(ready)
            }
        }
    }

    async fn prepare_card(&mut self, due: &CardDue) -> Result<Option<Ready>, StoreError> {
        let Ok(id) = due.case_id.parse::<CaseId>() else { return Ok(None) };
        let Some(case) = self.case(id).await? else { return Ok(None) };
        let shown = self.desk.shown();
        let people = shown.house.people(&shown.policy, self.desk.clock.now());
        let card = card::case_card(&self.speaker(&shown.policy), &case, &people);
        Ok(Some(Ready {
            card,
            outbox: Vec::new(),
            card_shows: Some(due.wanted),
            edit: due.message.clone(),
            thread: None,
            case: Some(id),
            nonce: format!("{id}@{}", self.lane),
            made: case.opened,
            perhaps_sent: due.message.is_none() && due.not_before_us == UNDER_WAY.0,
        }))
    }

    async fn prepare_message(&mut self, due: &OutboxDue) -> Result<Option<Ready>, StoreError> {
        let Some(mut notice) = notice(due) else {
            self.give_up_one(due, "its words can't be read any more".to_owned());
            return Ok(None);
        };
        let case = due.case_id.as_ref().and_then(|id| id.parse::<CaseId>().ok());
        let mut thread = None;
        if let Some(id) = case {
            if !notice.while_owed.is_empty() && !self.still_owed(id, &notice.while_owed).await? {
                self.not_needed(due);
                return Ok(None);
            }
            if let Telling::Clock { items, .. } = &mut notice.telling {
                self.bring_up_to_date(id, items).await?;
                if items.is_empty() {
                    self.not_needed(due);
                    return Ok(None);
                }
            }
            if let (Telling::Asked { have, people, due: by, .. }, [number]) =
                (&mut notice.telling, &notice.while_owed[..])
                && let Some(case) = self.case(id).await?
                && let Some(owed) = case.obligation(*number)
            {
                (*have, *by) = (owed.votes, owed.terms.due);
                *people = self.waiting_on(&case, owed);
                // Somebody who has answered, or whose answer isn't waited for any more, is asked nothing.
                if matches!(&notice.to, To::Person(person) if !people.contains(person)) {
                    self.not_needed(due);
                    return Ok(None);
                }
            }
            if matches!(self.lane.place, Spot::Channel(_)) {
                thread = match self.roots.get(&id) {
                    Some(root) => Some(root.clone()),
                    None => {
                        self.reader.card(&id.to_string(), &self.lane.to_string()).await?.and_then(|card| card.message)
                    }
                };
            }
        }
        let shown = self.desk.shown();
        let card = match &notice.telling {
            Telling::Digest { schedule, from, to } => {
                let workflows = shown.policy.digests.iter().find(|it| &it.name == schedule);
                let workflows = workflows.map(|it| it.workflows.clone()).unwrap_or_default();
                let zone =
                    shown.policy.digests.iter().find(|it| &it.name == schedule).map_or(chrono_tz::UTC, |it| it.zone);
                let period = digest::Period { from: *from, to: *to, zone };
                digest::draw(&self.reader, &shown.policy, &period, &workflows, *to).await?.card()
            }
            telling => card::tell(&self.speaker(&shown.policy), telling),
        };
        Ok(Some(Ready {
            card,
            outbox: vec![due.id],
            card_shows: None,
            edit: None,
            thread,
            case,
            nonce: due.id.to_string(),
            made: At(due.made_us),
            perhaps_sent: due.state == "sending",
        }))
    }

    /// It may have waited for a morning, or for other words to the same person: what is told is true when it is told.
    async fn bring_up_to_date(&mut self, id: CaseId, items: &mut Vec<ClockItem>) -> Result<(), StoreError> {
        let Some(case) = self.case(id).await? else { return Ok(()) };
        let now = self.desk.clock.now();
        items.retain_mut(|item| {
            let owed = case.obligation(item.climbed.number).filter(|it| matches!(it.standing, Standing::Owed));
            let Some(owed) = owed else { return false };
            (item.now, item.due, item.have) = (now, owed.terms.due, owed.votes);
            item.waiting_on = self.waiting_on(&case, owed);
            true
        });
        Ok(())
    }

    fn waiting_on(&self, case: &Case, owed: &Obligation) -> Vec<PersonId> {
        let shown = self.desk.shown();
        let people = shown.house.people(&shown.policy, self.desk.clock.now());
        case.waiting_on(owed, &people).into_iter().map(|seat| seat.person).collect()
    }

    fn not_needed(&mut self, due: &OutboxDue) {
        let case = due.case_id.as_ref().and_then(|id| id.parse().ok());
        let not_told = NotTold { outbox: vec![due.id], lane: self.lane.clone(), why: NotToldBecause::Answered };
        self.reports.push(Report::NotTold { case, not_told });
    }

    /// Is one of the obligations still open? What was answered meanwhile would not be true any more.
    async fn still_owed(&mut self, id: CaseId, numbers: &[u32]) -> Result<bool, StoreError> {
        let case = self.case(id).await?;
        Ok(case.is_some_and(|case| case.open_obligations().any(|it| numbers.contains(&it.number))))
    }

    async fn case(&mut self, id: CaseId) -> Result<Option<Case>, StoreError> {
        if !self.cases.contains_key(&id) {
            let case = self.reader.case(id).await?;
            self.cases.insert(id, case);
        }
        Ok(self.cases.get(&id).cloned().flatten())
    }

    fn speaker<'a>(&'a self, policy: &'a Policy) -> Speaker<'a> {
        Speaker { wording: &self.desk.wording, policy }
    }

    async fn send(&self, chat: &dyn Chat, ready: &Ready) -> Result<Receipt, Undelivered> {
        if let Some(message) = &ready.edit {
            chat.edit(&self.lane, message, &ready.card).await?;
            return Ok(Receipt::once(message.clone()));
        }
        let post = Post {
            nonce: ready.nonce.clone(),
            lane: &self.lane,
            thread: ready.thread.as_deref(),
            card: &ready.card,
            made: ready.made,
            perhaps_sent: ready.perhaps_sent,
        };
        chat.post(post).await
    }

    fn told(&mut self, ready: Ready, receipt: Receipt) {
        self.told_in(self.lane.clone(), ready, receipt);
    }

    fn told_in(&mut self, lane: Lane, ready: Ready, receipt: Receipt) {
        let Receipt { message, perhaps_twice } = receipt;
        if let (Some(_), Some(case)) = (ready.card_shows, ready.case) {
            self.roots.insert(case, message.clone());
        }
        let told = Told {
            outbox: ready.outbox,
            card_shows: ready.card_shows,
            lane,
            thread: ready.thread,
            message,
            card: ready.card,
            edit: ready.edit.is_some(),
            perhaps_twice,
        };
        self.reports.push(Report::Told { case: ready.case, told });
    }

    /// It is tried again at `until`, and so is what waits behind it without having been tried.
    fn put_off(&mut self, parcel: &Parcel, why: &str, until: At) {
        let now = self.desk.clock.now();
        let dues = match parcel {
            Parcel::Card(due) => return self.card_later(due, due.attempts + 1, until),
            Parcel::Message(due) => std::slice::from_ref(due),
            Parcel::Batch(dues) => dues,
        };
        for due in dues {
            let attempts = due.attempts + 1;
            if now - At(due.made_us) > GIVE_UP_AFTER && attempts >= TRIES_AT_LEAST {
                self.give_up_one(due, why.to_owned());
                continue;
            }
            tracing::info!(case = due.case_id, outbox = due.id, lane = %self.lane, why, "put off");
            self.reports.push(Report::Postponed { outbox: due.id, attempts, not_before: until });
        }
    }

    fn card_gone(&mut self, due: &CardDue) {
        let Ok(case) = due.case_id.parse() else { return };
        tracing::warn!(case = due.case_id, lane = %self.lane, "somebody deleted the card; posting it again");
        self.roots.remove(&case);
        self.reports.push(Report::CardGone { case, lane: self.lane.clone() });
    }

    fn card_later(&mut self, due: &CardDue, attempts: u32, not_before: At) {
        let Ok(case) = due.case_id.parse() else { return };
        self.reports.push(Report::CardPostponed { case, lane: self.lane.clone(), attempts, not_before });
    }

    fn give_up(&mut self, parcel: &Parcel, why: String) {
        match parcel {
            Parcel::Card(due) => {
                tracing::warn!(case = due.case_id, lane = %self.lane, why, "a card can't be shown; trying again in an hour");
                self.card_later(due, due.attempts + 1, self.desk.clock.now() + Span::hours(1));
            }
            Parcel::Message(due) => self.give_up_one(due, why),
            Parcel::Batch(dues) => {
                for due in dues {
                    self.give_up_one(due, why.clone());
                }
            }
        }
    }

    fn give_up_one(&mut self, due: &OutboxDue, why: String) {
        let case = due.case_id.as_ref().and_then(|id| id.parse().ok());
        let why = NotToldBecause::Undeliverable(why);
        self.reports
            .push(Report::NotTold { case, not_told: NotTold { outbox: vec![due.id], lane: self.lane.clone(), why } });
    }

    /// Records what happened. What can't be recorded is reported again: it did happen.
    async fn flush(&mut self) -> Result<(), StoreError> {
        let reports = std::mem::take(&mut self.reports);
        while !reports.is_empty() {
            match self.desk.report(reports.clone()).await {
                Ok(()) => return Ok(()),
                Err(fault) if fault.is_stopped() => return Ok(()),
                Err(_) => tokio::time::sleep(BREATH).await,
            }
        }
        Ok(())
    }
}

/// Direct messages that are due to one person go out as one: several buzzes in a row are one buzz.
fn batched(parcels: Vec<Parcel>, lane: &Lane) -> Vec<Parcel> {
    if matches!(lane.place, Spot::Channel(_)) {
        return parcels;
    }
    /// More than this in one message nobody reads; the rest follows in a second one.
    const AT_MOST: usize = 10;
    let mut out = Vec::new();
    let mut batch = Vec::new();
    let mut seen = HashSet::new();
    for parcel in parcels {
        match parcel {
            Parcel::Message(due) if seen.insert(due.id) => {
                // What may stand there already stays by itself, so that it is found there.
                let with = |last: &OutboxDue| last.state == due.state;
                if !batch.last().is_none_or(with) {
                    out.push(Parcel::Batch(std::mem::take(&mut batch)));
                }
                batch.push(due);
                if batch.len() == AT_MOST {
                    out.push(Parcel::Batch(std::mem::take(&mut batch)));
                }
            }
            Parcel::Message(_) => {}
            other => out.push(other),
        }
    }
    if !batch.is_empty() {
        out.push(Parcel::Batch(batch));
    }
    out
}

/// What a row is to tell: the ledger entry that made it true holds the words.
fn notice(due: &OutboxDue) -> Option<Notice> {
    let tell = match serde_json::from_str(due.content.as_deref()?).ok()? {
        Record::Ruled(ruled) => ruled.tell,
        Record::House(ruled) => ruled.tell,
        Record::Heard(_) | Record::Told(_) | Record::NotTold(_) | Record::Housed(_) => return None,
    };
    let place = usize::try_from(due.id % NOTICES_PER_ENTRY).ok()?;
    tell.into_iter().nth(place).map(|to_tell| to_tell.notice)
}

/// Rows whose every word on a clock a later row of the same batch says again.
fn overtaken(dues: &[OutboxDue]) -> Vec<i64> {
    let mut said: HashSet<(CaseId, u32)> = HashSet::new();
    let mut overtaken = Vec::new();
    for due in dues.iter().rev() {
        let Some(Notice { telling: Telling::Clock { case, items, .. }, .. }) = notice(due) else {
            continue;
        };
        let mut again = true;
        for item in items {
            again &= !said.insert((case, item.climbed.number));
        }
        if again {
            overtaken.push(due.id);
        }
    }
    overtaken
}

/// One row is its own number; several are named by the first, how many there are, and what they add up to.
fn batch_nonce(rows: &[i64]) -> String {
    match rows {
        [one] => one.to_string(),
        rows => {
            let mixed = rows.iter().fold(0_u64, |mixed, row| (mixed ^ *row as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
            format!("{}+{}-{mixed:x}", rows.first().copied().unwrap_or_default(), rows.len())
        }
    }
}

/// `inc-12-scores-drift`: what every platform takes as a channel's name.
fn channel_name(case: CaseId, title: &str) -> String {
    let mut name = case.to_string().to_lowercase();
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        if name.len() + 1 + word.len() > 60 {
            break;
        }
        name.push('-');
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

/// Growing pauses with up to a quarter of jitter, so that many lanes don't come back at the same moment.
fn pause(attempts: u32, seed: i64) -> Span {
    let whole = FIRST_PAUSE.0.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_PAUSE.0);
    let mixed = (seed as u64 ^ u64::from(attempts)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    Span(whole + (mixed % (whole as u64 / 4).max(1)) as i64)
}
