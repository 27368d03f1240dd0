//! One lane's run: what is due there, delivered in order, and what came of it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::batch::batched;
use super::make::{Made, Outgoing, closed_to};
use super::retry;
use crate::card::Button;
use crate::chat::{Chat, Edit, Post, Receipt, Undelivered};
use crate::desk::{DeskHandle, RETRY_PAUSE, Report};
use crate::domain::mark::Words;
use crate::domain::{At, Case, CaseId, Lane, OutboxId, Place, Span};
use crate::ledger::record::{NotToldBecause, Told};
use crate::store::{CardDue, EditDue, OutboxDue, Postponed, Reader, StoreError};

/// What is to be delivered on a lane, in order.
pub(super) enum Parcel {
    Card(CardDue),
    Message(OutboxDue),
    /// Nudges to one person, as one message.
    Batch(Vec<OutboxDue>),
    /// A message that stands, to be brought up to date.
    Edit(EditDue),
}

impl Parcel {
    /// How long to wait before it is tried again, where the platform doesn't say.
    fn pause(&self) -> Span {
        let of_row = |due: &OutboxDue| {
            let OutboxId { entry, place } = due.id;
            retry::pause(due.attempts + 1, &[entry, i64::from(place)])
        };
        match self {
            Parcel::Card(due) => retry::pause(due.attempts + 1, &[due.wanted]),
            Parcel::Message(due) => of_row(due),
            Parcel::Batch(dues) => dues.first().map_or(retry::pause(1, &[]), of_row),
            Parcel::Edit(due) => due.rows.first().map_or(retry::pause(1, &[]), of_row),
        }
    }

    /// Without a row that isn't sent. What is recorded of it must not be undone by what becomes of the others.
    fn leave_out(&mut self, row: OutboxId) {
        if let Parcel::Batch(dues) = self {
            dues.retain(|due| due.id != row);
        }
    }
}

/// A lane that waits: what is said meanwhile waits behind what was refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    pub until: At,
    /// Whether the next message is tried all the same: only one was refused so far, and it may be refused by itself.
    pub one_may_try: bool,
}

impl Hold {
    /// Nothing is tried before `until`.
    pub fn all(until: At) -> Hold {
        Hold { until, one_may_try: false }
    }
}

/// One lane's share of a round.
pub(super) struct LaneRun {
    pub desk: DeskHandle,
    pub reader: Reader,
    pub lane: Lane,
    /// `None`: this bot isn't connected to the lane's platform.
    pub chat: Option<Arc<dyn Chat>>,
    /// Cases as they were when this run first looked.
    cases: HashMap<CaseId, Option<Case>>,
    /// What the cards of these cases offer.
    pub card_buttons: HashMap<CaseId, Vec<Button>>,
    /// Cases whose card was looked for in this round, whether or not it could be posted.
    looked_for: HashSet<CaseId>,
    /// Cases whose card was refused in this round, and until when it waits.
    card_refused: HashMap<CaseId, At>,
    /// Cards that this round posted: the roots of their cases' threads, before the receipt is read back.
    pub roots: HashMap<CaseId, String>,
    /// What this round has to report; reported together, and before the next round reads the outbox again.
    pub reports: Vec<Report>,
}

impl LaneRun {
    pub fn new(desk: DeskHandle, reader: Reader, chat: Option<Arc<dyn Chat>>, lane: Lane) -> LaneRun {
        LaneRun {
            desk,
            reader,
            lane,
            chat,
            cases: HashMap::new(),
            card_buttons: HashMap::new(),
            looked_for: HashSet::new(),
            card_refused: HashMap::new(),
            roots: HashMap::new(),
            reports: Vec::new(),
        }
    }

    /// Delivers in order, or puts everything off where the lane is on `hold` already. Returns whether the lane is to be left
    /// alone.
    ///
    /// A message that is refused for now may be the only one, so the next is tried too. If that one is taken, the lane goes
    /// on without the first; if not, the lane waits, and its words keep their order.
    pub async fn deliver(mut self, parcels: Vec<Parcel>, hold: Option<Hold>) -> Result<Option<Hold>, StoreError> {
        let outcome = self.deliver_all(parcels, hold).await;
        // What was sent was sent, also where the next message could not even be made.
        self.flush().await?;
        outcome
    }

    async fn deliver_all(&mut self, parcels: Vec<Parcel>, hold: Option<Hold>) -> Result<Option<Hold>, StoreError> {
        let mut parcels = VecDeque::from(batched(self.with_those_due_soon(parcels).await?, &self.lane));
        if let Some(hold) = hold.filter(|hold| !hold.one_may_try) {
            return Ok(Some(self.wait_behind(&parcels, hold.until)));
        }
        let Some(chat) = self.chat.clone() else {
            let why = format!("this bot isn't connected to {}", self.lane.platform);
            let until = self.desk.clock.now() + Span::hours(1);
            parcels.iter().for_each(|parcel| self.put_off(parcel, &why, until, false));
            return Ok(Some(Hold::all(until)));
        };
        // A case's own channel is there, and open, before anything is said in it, and as the case wants it afterwards.
        let own = self.lane.own_of().filter(|_| !parcels.is_empty());
        if let Some(case) = own
            && let Err(undelivered) = self.ensure_channel(&*chat, case, false).await?
        {
            // Each of them needs the channel, so it was tried for each.
            let mut until = None;
            for parcel in parcels {
                until = self.undelivered(&parcel, undelivered.clone(), until).or(until);
            }
            return Ok(until.map(Hold::all));
        }
        // Until when a refused message waits, while it isn't known whether the lane takes another.
        let mut refused = hold.map(|hold| hold.until);
        while let Some(mut parcel) = parcels.pop_front() {
            if let Some(until) = self.waits_for_its_card(&parcel, hold).await? {
                self.put_off(&parcel, "its case's card isn't taken yet", until, false);
                continue;
            }
            if let Some(card) = self.card_first(&parcel).await? {
                parcels.push_front(parcel);
                parcels.push_front(Parcel::Card(card));
                continue;
            }
            let message = match self.make(&parcel).await {
                Ok(Made { message, left_out }) => {
                    for (case, not_told) in left_out {
                        parcel.leave_out(not_told.outbox);
                        self.reports.push(Report::NotTold { case, not_told });
                    }
                    message
                }
                Err(error) => {
                    // One message that can't be made must not hold up the lane.
                    let why = format!("it can't be made: {error}");
                    self.put_off(&parcel, &why, self.desk.clock.now() + parcel.pause(), false);
                    continue;
                }
            };
            let Some(message) = message else { continue };
            if !chat.is_idempotent() && message.edit.is_none() {
                self.about_to_send(&parcel, &message);
                self.flush().await?;
            }
            match self.send(&*chat, &message).await {
                Ok(receipt) => {
                    self.told(self.lane.clone(), message, receipt);
                    refused = None;
                    // What stands beneath it is drawn by what it says now.
                    if matches!(&parcel, Parcel::Edit(_)) {
                        self.flush().await?;
                    }
                }
                // Somebody deleted it, or the platform lets it not be changed any more: it asks nobody anything now.
                Err(Undelivered::Gone { why } | Undelivered::Never { why } | Undelivered::Closed { why })
                    if matches!(&parcel, Parcel::Edit(_)) =>
                {
                    tracing::info!(lane = %self.lane, why, "a message can't be edited, so it stays as it is");
                    if let Parcel::Edit(due) = &parcel {
                        self.leave_as_it_is(due);
                    }
                }
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
                    let Some(until) = self.deliver_elsewhere(&parcel, message, why).await? else { continue };
                    return Ok(Some(self.wait_behind(&parcels, until)));
                }
                Err(undelivered) => {
                    // Where the platform says how long to wait, or may have taken it, that is no refusal of this message.
                    let refuses = matches!(undelivered, Undelivered::Later { after: None, perhaps_sent: false, .. });
                    let Some(until) = self.undelivered(&parcel, undelivered, refused) else { continue };
                    if !refuses || refused.is_some() {
                        return Ok(Some(self.wait_behind(&parcels, until)));
                    }
                    if let Parcel::Card(CardDue { case, message: None, .. }) = &parcel {
                        self.card_refused.insert(*case, until);
                        self.looked_for.insert(*case);
                    }
                    refused = Some(until);
                }
            }
        }
        if let Some(case) = own
            && let Err(undelivered) = self.ensure_channel(&*chat, case, true).await?
        {
            // What was to be said is said; the next word tries again.
            tracing::warn!(%case, lane = %self.lane, %undelivered, "the case's channel isn't as it should be");
        }
        Ok(refused.map(|until| Hold { until, one_may_try: true }))
    }

    /// Until when a message waits for the card that it belongs under: that was refused, in this round or before the lane was
    /// put on `hold`. Both are tried again together.
    async fn waits_for_its_card(&self, parcel: &Parcel, hold: Option<Hold>) -> Result<Option<At>, StoreError> {
        let (Parcel::Message(due), Place::Channel(_)) = (parcel, &self.lane.place) else { return Ok(None) };
        let Some(case) = due.case.filter(|case| !self.roots.contains_key(case)) else { return Ok(None) };
        if let Some(until) = self.card_refused.get(&case) {
            return Ok(Some(*until));
        }
        let Some(hold) = hold else { return Ok(None) };
        let card = self.reader.card(case, &self.lane).await?;
        let waits = card.is_some_and(|card| card.message.is_none() && card.not_before > self.desk.clock.now());
        Ok(waits.then_some(hold.until))
    }

    /// The card that begins the thread which a message belongs to, where it is due and was no part of this round: of very many
    /// that are due at once, a round looks at the first.
    async fn card_first(&mut self, parcel: &Parcel) -> Result<Option<CardDue>, StoreError> {
        let (Parcel::Message(due), Place::Channel(_)) = (parcel, &self.lane.place) else { return Ok(None) };
        let Some(case) = due.case else { return Ok(None) };
        if self.roots.contains_key(&case) || !self.looked_for.insert(case) {
            return Ok(None);
        }
        let card = self.reader.card(case, &self.lane).await?;
        // What is wanted of it is newer than the case may be that this run has.
        self.cases.remove(&case);
        self.card_buttons.remove(&case);
        Ok(card.filter(|card| card.message.is_none() && card.not_before <= self.desk.clock.now()))
    }

    /// A case as it was when this run first looked.
    pub async fn case(&mut self, id: CaseId) -> Result<Option<Case>, StoreError> {
        if !self.cases.contains_key(&id) {
            let case = self.reader.case(id).await?;
            self.cases.insert(id, case);
        }
        Ok(self.cases.get(&id).cloned().flatten())
    }

    /// The platform can't recognise a repetition, so whoever finds this after the process died knows that it may stand there.
    fn about_to_send(&mut self, parcel: &Parcel, message: &Outgoing) {
        match parcel {
            Parcel::Card(due) => {
                self.reports.push(Report::CardSending { case: due.case, lane: self.lane.clone() });
            }
            Parcel::Message(_) | Parcel::Batch(_) => self.reports.push(Report::Sending(message.rows())),
            // An edit can be made again.
            Parcel::Edit(_) => {}
        }
    }

    async fn send(&self, chat: &dyn Chat, message: &Outgoing) -> Result<Receipt, Undelivered> {
        let card = message.card();
        if let Some(standing) = &message.edit {
            let (thread, left) = (message.thread.as_deref(), message.left.as_deref());
            chat.edit(Edit { lane: &self.lane, message: standing, thread, left, card: &card }).await?;
            return Ok(Receipt::once(standing.clone()));
        }
        let post = Post {
            nonce: message.nonce.clone(),
            lane: &self.lane,
            thread: message.thread.as_deref(),
            card: &card,
            made: message.made,
            perhaps_sent: message.perhaps_sent,
        };
        chat.post(post).await
    }

    /// Somebody takes no direct messages: what is for them is said in the case's own place on the same platform, with a
    /// mention. Until when the lane waits, if that can't be said now. The message is of one row.
    async fn deliver_elsewhere(
        &mut self,
        parcel: &Parcel,
        mut message: Outgoing,
        why: String,
    ) -> Result<Option<At>, StoreError> {
        let case = match message.parts.first().and_then(|part| part.case) {
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
            Place::Direct(account) => (&self.lane.platform, account),
            Place::Channel(_) => return Ok(self.undelivered(parcel, Undelivered::Never { why }, None)),
        };
        if let Some(person) = self.desk.person(account, platform)
            && let Some(card) = message.parts.first_mut().and_then(|part| part.cards.first_mut())
        {
            card.lines.insert(0, closed_to(&person, &shown.policy));
        }
        let root = self.reader.card(case.id, &home).await?;
        let Some(thread) = root.and_then(|card| card.message) else {
            // The card begins the thread; it is on its way.
            return Ok(self.undelivered(parcel, Undelivered::later(why, None), None));
        };
        let card = message.card();
        let post = Post {
            nonce: message.nonce.clone(),
            lane: &home,
            thread: Some(&thread),
            card: &card,
            made: message.made,
            perhaps_sent: message.perhaps_sent,
        };
        match chat.post(post).await {
            Ok(receipt) => {
                message.thread = Some(thread);
                self.told(home, message, receipt);
                Ok(None)
            }
            Err(undelivered) => Ok(self.undelivered(parcel, undelivered, None)),
        }
    }

    fn told(&mut self, lane: Lane, message: Outgoing, receipt: Receipt) {
        let shown = message.parts.first().and_then(|part| part.case).filter(|_| message.card_shows.is_some());
        if let Some(case) = shown {
            self.roots.insert(case, receipt.message.clone());
        }
        let told = (0..).zip(&message.parts).map(|(place, part)| {
            let told = Told {
                outbox: part.outbox.clone(),
                card_shows: message.card_shows,
                asked_shows: part.asked_shows,
                lane: lane.clone(),
                thread: message.thread.clone(),
                message: receipt.message.clone(),
                part: place,
                card: Words::of(part.card()),
                edit: message.edit.is_some(),
                perhaps_twice: receipt.perhaps_twice,
            };
            (part.case, told)
        });
        self.reports.push(Report::Told(told.collect()));
    }

    /// It did not get through. Until when it waits, if trying again is sensible: together with what waits already until
    /// `refused`, so that they keep their order.
    fn undelivered(&mut self, parcel: &Parcel, undelivered: Undelivered, refused: Option<At>) -> Option<At> {
        match undelivered {
            Undelivered::Later { why, after, perhaps_sent } => {
                let now = self.desk.clock.now();
                let until = match (refused, after) {
                    (Some(refused), Some(after)) => refused.max(now + after),
                    (Some(refused), None) => refused,
                    (None, after) => now + after.unwrap_or_else(|| parcel.pause()),
                };
                self.put_off(parcel, &why, until, perhaps_sent);
                Some(until)
            }
            Undelivered::Never { why } | Undelivered::Closed { why } | Undelivered::Gone { why } => {
                self.give_up(parcel, why);
                None
            }
        }
    }

    /// It was tried, and is tried again at `until`. What an earlier try may have sent is still perhaps sent then, whatever
    /// became of this one.
    fn put_off(&mut self, parcel: &Parcel, why: &str, until: At, perhaps_sent: bool) {
        let now = self.desk.clock.now();
        let dues = match parcel {
            Parcel::Card(due) => {
                tracing::warn!(case = %due.case, lane = %self.lane, why, "a card is not taken; it is tried again");
                return self.card_later(due, until, perhaps_sent);
            }
            Parcel::Edit(due) => {
                let message = due.message.as_str();
                let attempts = due.rows.iter().map(|row| row.attempts).max().unwrap_or_default() + 1;
                if retry::is_over(due.since, attempts, now) {
                    tracing::warn!(lane = %self.lane, message, why, "an edit is not taken for a day; the message stays as it is");
                    return self.leave_as_it_is(due);
                }
                tracing::warn!(lane = %self.lane, message, why, "an edit is not taken; it is tried again");
                return self.edit_later(due, until, 1);
            }
            Parcel::Message(due) => std::slice::from_ref(due),
            Parcel::Batch(dues) => dues,
        };
        for due in dues {
            let attempts = due.attempts + 1;
            if retry::is_over(due.made, attempts, now) {
                self.give_up_row(due, why.to_owned());
                continue;
            }
            let case = due.case.map(|case| case.to_string());
            tracing::warn!(case, outbox = %due.id, lane = %self.lane, why, "a message is not taken; it is tried again");
            let perhaps_sent = perhaps_sent || due.sending;
            self.reports.push(Report::Postponed(Postponed { of: due.id, attempts, not_before: until, perhaps_sent }));
        }
    }

    /// What waits behind something that was refused wasn't tried, so this counts as no try of its own.
    fn wait_behind(&mut self, parcels: &VecDeque<Parcel>, until: At) -> Hold {
        for parcel in parcels {
            let dues = match parcel {
                Parcel::Card(due) => {
                    let of = (due.case, self.lane.clone());
                    let (attempts, perhaps_sent) = (due.attempts, due.sending);
                    let postponed = Postponed { of, attempts, not_before: until, perhaps_sent };
                    self.reports.push(Report::CardPostponed(postponed));
                    continue;
                }
                Parcel::Edit(due) => {
                    self.edit_later(due, until, 0);
                    continue;
                }
                Parcel::Message(due) => std::slice::from_ref(due),
                Parcel::Batch(dues) => dues,
            };
            for due in dues {
                tracing::debug!(outbox = %due.id, lane = %self.lane, "what was said before it waits too");
                let (attempts, perhaps_sent) = (due.attempts, due.sending);
                let postponed = Postponed { of: due.id, attempts, not_before: until, perhaps_sent };
                self.reports.push(Report::Postponed(postponed));
            }
        }
        Hold::all(until)
    }

    fn card_gone(&mut self, due: &CardDue) {
        tracing::warn!(case = %due.case, lane = %self.lane, "somebody deleted the card; posting it again");
        self.roots.remove(&due.case);
        self.reports.push(Report::CardGone { case: due.case, lane: self.lane.clone() });
    }

    fn card_later(&mut self, due: &CardDue, not_before: At, perhaps_sent: bool) {
        let (of, attempts) = ((due.case, self.lane.clone()), due.attempts + 1);
        let perhaps_sent = perhaps_sent || due.sending;
        self.reports.push(Report::CardPostponed(Postponed { of, attempts, not_before, perhaps_sent }));
    }

    fn give_up(&mut self, parcel: &Parcel, why: String) {
        match parcel {
            Parcel::Card(due) => {
                tracing::warn!(case = %due.case, lane = %self.lane, why, "a card can't be shown; trying again in an hour");
                self.card_later(due, self.desk.clock.now() + Span::hours(1), false);
            }
            Parcel::Edit(due) => self.leave_as_it_is(due),
            Parcel::Message(due) => self.give_up_row(due, why),
            Parcel::Batch(dues) => dues.iter().for_each(|due| self.give_up_row(due, why.clone())),
        }
    }

    fn give_up_row(&mut self, due: &OutboxDue, why: String) {
        let (case, not_told) = self.not_told(due, NotToldBecause::Undeliverable(why));
        self.reports.push(Report::NotTold { case, not_told });
    }

    /// Records what happened. What can't be recorded is reported again: it did happen.
    pub async fn flush(&mut self) -> Result<(), StoreError> {
        let reports = std::mem::take(&mut self.reports);
        while !reports.is_empty() {
            match self.desk.report(reports.clone()).await {
                Ok(()) => return Ok(()),
                Err(fault) if fault.is_stopped() => return Ok(()),
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
        Ok(())
    }
}
