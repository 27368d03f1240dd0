//! From a ledger record to the rows of every other table. The desk runs this while it fills a commit, and `countersign
//! rebuild` runs the same over the whole ledger: that they agree is what makes the ledger the truth.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::obligation::{Holder, Standing};
use crate::domain::{At, Case, CaseId, Event, House, HouseEvent, Obligation, OutboxId, Policy, PolicyDigest, Span};
use crate::record::{HeardRecord, HouseRuled, NotTold, NotToldBecause, Record, Ruled, ToTell, Told, WhatRecord};
use crate::store::{
    CardRow, CaseRow, Commit, DutyRow, MessageChange, MessagePartRow, MessageRow, OutboxRow, OutboxState,
    person_holder, role_holder,
};

/// Every policy that an open case may have been opened under.
#[derive(Clone, Default)]
pub struct Policies {
    by_digest: HashMap<PolicyDigest, Arc<Policy>>,
}

impl Policies {
    pub fn add(&mut self, policy: Arc<Policy>) {
        self.by_digest.insert(policy.digest.clone(), policy);
    }
    pub fn get(&self, digest: &PolicyDigest) -> Option<&Arc<Policy>> {
        self.by_digest.get(digest)
    }
}

/// A commit in the making: what was folded, and which rows follow from it.
#[derive(Default)]
pub struct Projection {
    pub commit: Commit,
    /// Cases as they have become.
    pub cases: HashMap<CaseId, Case>,
    /// The house as it has become; `None` while nothing changed it.
    pub house: Option<House>,
    touched: BTreeSet<CaseId>,
    duties: BTreeMap<(CaseId, u32), Counted>,
    cards: BTreeMap<(CaseId, String), i64>,
}

/// What can't be read off an obligation afterwards: it is counted as the events pass.
#[derive(Clone, Copy, Default)]
struct Counted {
    behind: Span,
}

/// Where an entry stands, for its projection.
#[derive(Clone, Copy)]
pub struct Entry {
    pub seq: i64,
    pub at: At,
    pub said: Option<At>,
    pub case: Option<CaseId>,
}

impl Projection {
    /// Folds one record. `case` must hold the case of a [`Record::Ruled`] in `self.cases` unless its first event begins it.
    pub fn fold(&mut self, entry: Entry, record: &Record, house: &House) {
        match record {
            Record::Heard(heard) => self.heard(entry, heard),
            Record::Ruled(ruled) => self.ruled(entry, ruled, house),
            Record::House(ruled) => self.house_ruled(entry, ruled, house),
            Record::Told(told) => self.told(entry, told),
            Record::NotTold(not_told) => self.not_told(not_told),
            Record::Housed(housed) => self.commit.venues.push((housed.lane.to_string(), housed.channel.clone())),
        }
    }

    fn heard(&mut self, entry: Entry, heard: &HeardRecord) {
        // Chatter and questions have no answer to keep, but they too were heard: told again, they count no second time.
        self.commit.causes.push((heard.cause.clone(), entry.seq));
        let lane = heard.lane.to_string();
        match &heard.what {
            WhatRecord::Message { message, text, files } => self.commit.messages.push(MessageRow {
                lane,
                id: message.clone(),
                thread: heard.thread.clone(),
                author: heard.from.name.clone(),
                person: heard.person.as_ref().map(|person| person.to_string()),
                body: Body { text: Some(text), files, card: None }.json(),
                said_us: entry.said.unwrap_or(entry.at).0,
                case: entry.case.map(|case| case.to_string()),
                seq: entry.seq,
            }),
            WhatRecord::Edit { message, text, was } => {
                // Only the words are edited; the files that came with them stay.
                let files = was.as_deref().map(files_in).unwrap_or_default();
                self.commit.message_changes.push(MessageChange::Edited {
                    lane,
                    id: message.clone(),
                    body: Body { text: Some(text), files: &files, card: None }.json(),
                    at_us: entry.at.0,
                    seq: entry.seq,
                });
            }
            WhatRecord::Deletion { message, .. } => self.commit.message_changes.push(MessageChange::Deleted {
                lane,
                id: message.clone(),
                at_us: entry.at.0,
                seq: entry.seq,
            }),
            // The ledger keeps these; in the room's view of a channel they are no messages.
            WhatRecord::Command { .. }
            | WhatRecord::Press { .. }
            | WhatRecord::Form { .. }
            | WhatRecord::Reaction { .. }
            | WhatRecord::Joined
            | WhatRecord::Left
            | WhatRecord::Other { .. }
            | WhatRecord::Gap { .. } => {}
        }
    }

    fn ruled(&mut self, entry: Entry, ruled: &Ruled, house: &House) {
        let Some(id) = entry.case else { return };
        for event in &ruled.events {
            match self.cases.get_mut(&id) {
                Some(case) => case.apply(event, entry.at),
                None => {
                    let Some(case) = Case::begin(id, event, entry.at) else { continue };
                    self.cases.insert(id, case);
                }
            }
            let case = &self.cases[&id];
            self.house.get_or_insert_with(|| house.clone()).observe(case, event);
            if let Some(number) = obligations_of(event) {
                let counted = self.duties.entry((id, number)).or_default();
                if let Event::Climbed(climbed) = event {
                    counted.behind = counted.behind.max(climbed.behind.unwrap_or_default());
                }
            }
        }
        self.touch(id);
        let homes: Vec<String> =
            self.cases[&id].homes.iter().map(|home| crate::chat::Lane::channel(home).to_string()).collect();
        for lane in homes {
            self.cards.insert((id, lane), entry.seq);
        }
        self.enqueue(entry, &ruled.tell);
    }

    /// A case's row is written again even where nothing became true: its wake is derived anew.
    pub fn touch(&mut self, case: CaseId) {
        self.touched.insert(case);
    }

    fn house_ruled(&mut self, entry: Entry, ruled: &HouseRuled, before: &House) {
        let house = self.house.get_or_insert_with(|| before.clone());
        for event in &ruled.events {
            house.apply(event, entry.at);
            if let HouseEvent::PolicyLoaded { digest, text, .. } = event {
                self.commit.policies.push((digest.to_string(), text.clone()));
            }
        }
        self.enqueue(entry, &ruled.tell);
    }

    fn enqueue(&mut self, entry: Entry, tell: &[ToTell]) {
        for (place, to_tell) in (0..).zip(tell) {
            self.commit.outbox.push(OutboxRow {
                id: OutboxId { entry: entry.seq, place },
                case: entry.case.map(|case| case.to_string()),
                lane: to_tell.lane.to_string(),
                made_us: entry.at.0,
                // At once is at once by any clock, also by one that went back behind the ledger's moments.
                not_before_us: to_tell.notice.not_before.map_or(0, |at| at.0),
            });
        }
    }

    fn told(&mut self, entry: Entry, told: &Told) {
        let lane = told.lane.to_string();
        for id in &told.outbox {
            self.commit.delivered.push((*id, OutboxState::Sent, Some(told.message.clone()), None));
        }
        if let (Some(shows), Some(case)) = (told.card_shows, entry.case) {
            self.commit.cards_shown.push((case.to_string(), lane.clone(), shows, told.message.clone()));
        }
        let body = Body { text: None, files: &[], card: Some(&told.card) }.json();
        let (id, at_us, seq) = (told.message.clone(), entry.at.0, entry.seq);
        if told.edit {
            self.commit.message_changes.push(MessageChange::Edited { lane, id, body, at_us, seq });
        } else if told.part > 0 {
            let (part, author) = (told.part, BOT.to_owned());
            self.commit.message_parts.push(MessagePartRow { lane, id, part, author, body, said_us: at_us, seq });
        } else {
            self.commit.messages.push(MessageRow {
                lane,
                id,
                thread: told.thread.clone(),
                author: BOT.to_owned(),
                person: None,
                body,
                said_us: at_us,
                case: entry.case.map(|case| case.to_string()),
                seq,
            });
        }
    }

    fn not_told(&mut self, not_told: &NotTold) {
        let (state, why) = match &not_told.why {
            NotToldBecause::Answered => (OutboxState::Dropped, None),
            NotToldBecause::Undeliverable(why) => (OutboxState::GivenUp, Some(why.clone())),
        };
        self.commit.delivered.push((not_told.outbox, state, None, why));
    }

    /// The rows that follow from what the cases have become, each once however often it changed.
    pub fn finish(&mut self, policies: &Policies) {
        for id in std::mem::take(&mut self.touched) {
            self.commit.cases.push(case_row(&self.cases[&id]));
        }
        for ((id, number), counted) in std::mem::take(&mut self.duties) {
            let case = &self.cases[&id];
            if let Some(obligation) = case.obligation(number) {
                self.commit.duties.push(duty_row(
                    case,
                    obligation,
                    counted,
                    policies.get(&case.policy).map(Arc::as_ref),
                ));
            }
        }
        for ((id, lane), wanted) in std::mem::take(&mut self.cards) {
            self.commit.cards.push(CardRow { case: id.to_string(), lane, wanted });
        }
        if let Some(house) = &self.house {
            self.commit.house = Some(serde_json::to_string(house).expect("a house has only string keys"));
        }
    }
}

/// How the bot is named as an author in the transcript.
pub const BOT: &str = "countersign";

/// What stands in a message: people's words and files, or a card of the bot's.
#[derive(serde::Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    files: &'a [crate::chat::File],
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<&'a crate::card::Card>,
}

/// The files of a message as it stood.
fn files_in(body: &str) -> Vec<crate::chat::File> {
    #[derive(serde::Deserialize)]
    struct Stood {
        #[serde(default)]
        files: Vec<crate::chat::File>,
    }
    serde_json::from_str(body).map(|stood: Stood| stood.files).unwrap_or_default()
}

impl Body<'_> {
    fn json(&self) -> String {
        serde_json::to_string(self).expect("a body has only string keys")
    }
}

fn case_row(case: &Case) -> CaseRow {
    CaseRow {
        case: case.id.to_string(),
        kind: case.id.kind.word(),
        number: case.id.number,
        workflow: case.workflow.to_string(),
        state: case.state(),
        restricted: case.restricted,
        opened_us: case.opened.0,
        closed_us: case.closed.map(|at| at.0),
        wake_us: case.wake().map(|at| at.0),
        snapshot: serde_json::to_string(case).expect("a case has only string keys"),
    }
}

fn duty_row(case: &Case, obligation: &Obligation, counted: Counted, policy: Option<&Policy>) -> DutyRow {
    let (role, person) = match &obligation.holder {
        Holder::Roles(roles) => (roles.first().map(|role| role.to_string()), None),
        Holder::Person(person) => (None, Some(person.to_string())),
    };
    let party = policy.and_then(|policy| match &obligation.holder {
        Holder::Roles(roles) => {
            roles.first().and_then(|role| policy.roles.get(role)).map(|role| role.party.to_string())
        }
        Holder::Person(person) => policy.people.get(person).map(|person| person.party.to_string()),
    });
    let took = obligation.closed().and_then(|closed| match obligation.standing {
        Standing::Met { .. } => {
            let running = policy?.running(obligation.terms.calendar.as_ref());
            // Pauses moved the deadline by what they took on the target's clock, so what is left to it tells what was used.
            let used = match closed <= obligation.terms.due {
                true => obligation.terms.target - running.between(closed, obligation.terms.due),
                false => obligation.terms.target + running.between(obligation.terms.due, closed),
            };
            Some(used.max(Span::ZERO).0)
        }
        _ => None,
    });
    DutyRow {
        case: case.id.to_string(),
        number: obligation.number,
        workflow: case.workflow.to_string(),
        kind: case.id.kind.word(),
        duty: obligation.duty.word(),
        holders: match &obligation.holder {
            Holder::Roles(roles) => roles.iter().map(|role| role_holder(role.as_str())).collect(),
            Holder::Person(person) => vec![person_holder(person.as_str())],
        },
        role,
        person,
        party,
        opened_us: obligation.opened.0,
        due_us: obligation.terms.due.0,
        target_us: obligation.terms.target.0,
        took_us: took,
        late_us: obligation.breach.as_ref().map(|breach| breach.since.0),
        closed_us: obligation.closed().map(|at| at.0),
        state: obligation.state().word(),
        paused_us: obligation.paused.0,
        nudges: obligation.nudges_told(),
        climbs: obligation.called().count() as u32,
        last_told_us: obligation.last_told.map(|at| at.0),
        attributed: obligation.breach.as_ref().map(|breach| breach.attributed.to_string()),
        behind_us: counted.behind.0,
    }
}

/// The obligations that an event changes.
fn obligations_of(event: &Event) -> Option<u32> {
    match event {
        Event::Owed(obligation) => Some(obligation.number),
        Event::Climbed(climbed) => Some(climbed.number),
        Event::Answered { number, .. }
        | Event::Met { number, .. }
        | Event::AskedStillWorking { number }
        | Event::Believed { number, .. }
        | Event::Paused { number, .. }
        | Event::Resumed { number, .. }
        | Event::Waived { number, .. }
        | Event::Voided { number, .. }
        | Event::Contested { number, .. }
        | Event::Settled { number, .. }
        | Event::Moved { number, .. }
        | Event::Widened { number, .. } => Some(*number),
        _ => None,
    }
}
