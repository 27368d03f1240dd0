//! From a ledger record to the rows of every other table. The desk runs this while it fills a commit, and `countersign
//! rebuild` runs the same over the whole ledger: that they agree is what makes the ledger the truth.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::bot::policies;
use crate::domain::kinds::DutyEvent;
use crate::domain::mark::ERASED;
use crate::domain::obligation::Holder;
use crate::domain::policy::Channel;
use crate::domain::{At, Bot, BotEvent, Case, CaseId, Event, Lane, Obligation, OutboxId};
use crate::ledger::heard::{File, What};
use crate::ledger::record::{BotRuled, HeardRecord, Introduced, NotTold, NotToldBecause, Record, Ruled, ToTell, Told};
use crate::store::{
    CardRow, CaseRow, Commit, Delivered, DutyFigures, DutyRow, MessageChange, MessagePartRow, MessageRow, OutboxRow,
    OutboxState, ToldAt, person_holder, role_holder,
};

/// A commit in the making: what was folded, and which rows follow from it.
#[derive(Default)]
pub struct Projection {
    pub commit: Commit,
    /// Cases as they have become.
    pub cases: HashMap<CaseId, Case>,
    /// The bot as it has become; `None` while nothing changed it.
    pub bot: Option<Bot>,
    touched: BTreeSet<CaseId>,
    duties: BTreeSet<(CaseId, u32)>,
    cards: BTreeMap<(CaseId, Lane), i64>,
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
    pub fn fold(&mut self, entry: Entry, record: &Record, bot: &Bot) {
        match record {
            Record::Heard(heard) => self.heard(entry, heard),
            Record::Ruled(ruled) => self.ruled(entry, ruled, bot),
            Record::Bot(ruled) => self.bot_ruled(entry, ruled, bot),
            Record::Told(told) => self.told(entry, told),
            Record::NotTold(not_told) => self.not_told(not_told),
            Record::ChannelMade(made) => {
                self.commit.case_channels.push((made.lane.clone(), entry.seq, made.channel.clone()));
            }
            // Nobody is meant by a pseudonym whose subject was erased.
            Record::Introduced(Introduced { pseudonym, subject }) if subject != ERASED => {
                self.commit.subjects.push((pseudonym.to_string(), subject.clone()));
            }
            Record::Introduced(_) | Record::Withheld(_) | Record::Erased(_) => {}
        }
    }

    fn heard(&mut self, entry: Entry, heard: &HeardRecord) {
        // Chatter and questions have no answer to keep, but they too were heard: told again, they count no second time.
        self.commit.causes.push((heard.key.clone(), entry.seq));
        let lane = heard.lane.clone();
        match &heard.what {
            What::Said { message, text, .. } => self.commit.messages.push(MessageRow {
                lane,
                id: message.clone(),
                thread: heard.thread.clone(),
                author: heard.author(),
                person: heard.who.person().map(|person| person.to_string()),
                body: Body { text: Some(text), files: heard.what.files(), card: None }.json(),
                said_us: entry.said.unwrap_or(entry.at).0,
                case: entry.case,
                seq: entry.seq,
            }),
            What::Edited { message, text } => {
                // Only the words are edited; the files that came with them stay.
                let files = heard.was.as_deref().map(files_in).unwrap_or_default();
                self.commit.message_changes.push(MessageChange::Edited {
                    lane,
                    id: message.clone(),
                    body: Body { text: Some(text), files: &files, card: None }.json(),
                    at_us: entry.at.0,
                    seq: entry.seq,
                });
            }
            What::Deleted { message } => self.commit.message_changes.push(MessageChange::Deleted {
                lane,
                id: message.clone(),
                at_us: entry.at.0,
                seq: entry.seq,
            }),
            // The ledger keeps these; in the room's view of a channel they are no messages.
            What::Command { .. }
            | What::Pressed { .. }
            | What::Filled(_)
            | What::FileDeleted { .. }
            | What::Reacted { .. }
            | What::Joined
            | What::Left
            | What::Other { .. }
            | What::Gap { .. } => {}
        }
    }

    fn ruled(&mut self, entry: Entry, ruled: &Ruled, bot: &Bot) {
        let Some(id) = entry.case else { return };
        for event in &ruled.events {
            let waited = self.cases.get(&id).and_then(Case::waits);
            match self.cases.get_mut(&id) {
                Some(case) => case.apply(event, entry.at),
                None => {
                    let Some(case) = Case::begin(id, event, entry.at) else { continue };
                    let own = |channel: &Channel| Lane::channel(&Channel::own(&channel.platform, id));
                    let converted = case.converted.iter().map(|channel| (own(channel), entry.seq, channel.id.clone()));
                    self.commit.case_channels.extend(converted);
                    self.cases.insert(id, case);
                }
            }
            let case = &self.cases[&id];
            self.commit.purged.extend(case.purged_by(event).into_iter().map(|purged| (purged, entry.seq)));
            self.bot.get_or_insert_with(|| bot.clone()).observe(case, event, waited, entry.at);
            if let Event::Duty(DutyEvent { number, change }) = event {
                self.duties.insert((id, *number));
                if change.is_seen_where_it_is_asked() {
                    self.commit.asked_anew.push((id, *number, entry.seq));
                }
            }
            // Whoever sees it no more is shown nothing of it where they were asked.
            if event.changes_who_sees() && (case.restricted || event.moves_from().is_some()) {
                self.commit.asked_anew.extend(case.open_obligations().map(|it| (id, it.number, entry.seq)));
            }
        }
        self.touch(id);
        // The card where it isn't at home any more is edited once more, so that it says nothing of it.
        let left = ruled.events.iter().filter_map(Event::moves_from).flatten();
        let case = &self.cases[&id];
        let homes: Vec<Lane> = case.homes.iter().chain(&case.announced).chain(left).map(Lane::channel).collect();
        for lane in homes {
            self.cards.insert((id, lane), entry.seq);
        }
        self.enqueue(entry, &ruled.tell);
    }

    /// A case's row is written again even where nothing became true: its wake is derived anew.
    pub fn touch(&mut self, case: CaseId) {
        self.touched.insert(case);
    }

    fn bot_ruled(&mut self, entry: Entry, ruled: &BotRuled, before: &Bot) {
        let bot = self.bot.get_or_insert_with(|| before.clone());
        for event in &ruled.events {
            bot.apply(event, entry.at);
            if let BotEvent::Policy(policies::Event::Loaded { hash, text, .. }) = event {
                self.commit.policies.push((hash.to_string(), Some(text.clone()).filter(|text| text != ERASED)));
            }
        }
        self.enqueue(entry, &ruled.tell);
    }

    fn enqueue(&mut self, entry: Entry, tell: &[ToTell]) {
        for (place, to_tell) in (0..).zip(tell) {
            self.commit.outbox.push(OutboxRow {
                id: OutboxId { entry: entry.seq, place },
                case: entry.case,
                lane: to_tell.lane.clone(),
                made_us: entry.at.0,
                // At once is at once by any clock, also by one that went back behind the ledger's moments.
                not_before_us: to_tell.notice.not_before.map_or(0, |at| at.0),
                asks: match entry.case {
                    Some(_) => to_tell.notice.while_owed.clone(),
                    None => Vec::new(),
                },
            });
        }
    }

    fn told(&mut self, entry: Entry, told: &Told) {
        let lane = told.lane.clone();
        for id in &told.outbox {
            let (message, part, shown) = (told.message.clone(), told.part, told.asked_shows);
            let at = Some(ToldAt { lane: lane.clone(), message, part, shown });
            self.commit.delivered.push(Delivered { id: *id, state: OutboxState::Sent, at, why: None });
        }
        if let (Some(shows), Some(case)) = (told.card_shows, entry.case) {
            self.commit.cards_shown.push((case, lane.clone(), shows, told.message.clone()));
        }
        let card = told.card.get();
        let body = Body { text: card.is_none().then_some(ERASED), files: &[], card }.json();
        let (id, at_us, seq) = (told.message.clone(), entry.at.0, entry.seq);
        if told.edit && told.part == 0 {
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
                case: entry.case,
                seq,
            });
        }
    }

    fn not_told(&mut self, not_told: &NotTold) {
        let (state, why) = match &not_told.why {
            NotToldBecause::Answered | NotToldBecause::NotTheirs => (OutboxState::Dropped, None),
            NotToldBecause::Undeliverable(why) => (OutboxState::GivenUp, Some(why.clone())),
        };
        self.commit.delivered.push(Delivered { id: not_told.outbox, state, at: None, why });
    }

    /// The rows that follow from what the cases have become, each once however often it changed.
    pub fn finish(&mut self) {
        for id in std::mem::take(&mut self.touched) {
            self.commit.cases.push(case_row(&self.cases[&id]));
        }
        for (id, number) in std::mem::take(&mut self.duties) {
            let case = &self.cases[&id];
            self.commit.duties.extend(case.obligation(number).map(|obligation| duty_row(case, obligation)));
        }
        for ((id, lane), wanted) in std::mem::take(&mut self.cards) {
            self.commit.cards.push(CardRow { case: id, lane, wanted });
        }
        if let Some(bot) = &self.bot {
            self.commit.bot = Some(serde_json::to_string(bot).expect("the bot’s state has only string keys"));
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
    files: &'a [File],
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<&'a crate::card::Card>,
}

/// The files of a message as it stood.
fn files_in(body: &str) -> Vec<File> {
    #[derive(serde::Deserialize)]
    struct Stood {
        #[serde(default)]
        files: Vec<File>,
    }
    serde_json::from_str(body).map(|stood: Stood| stood.files).unwrap_or_default()
}

/// The words that people said in a message. `None`: it is a card of the bot's.
pub fn text_in(body: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Stood {
        text: Option<String>,
        #[serde(default)]
        card: Option<serde::de::IgnoredAny>,
    }
    let stood: Stood = serde_json::from_str(body).ok()?;
    stood.text.filter(|_| stood.card.is_none())
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
        keep_until_us: case.retained.as_ref().filter(|_| case.is_closed()).map(|retained| retained.until.0),
        wake_us: case.wake().map(|at| at.0),
        snapshot: serde_json::to_string(case).expect("a case has only string keys"),
    }
}

fn duty_row(case: &Case, obligation: &Obligation) -> DutyRow {
    let (role, person) = match &obligation.holder {
        Holder::Roles(roles) => (roles.first().map(|role| role.to_string()), None),
        Holder::Person(person) => (None, Some(person.to_string())),
    };
    let holders = match &obligation.holder {
        Holder::Roles(roles) => roles.iter().map(|role| role_holder(role.as_str())).collect(),
        Holder::Person(person) => vec![person_holder(person.as_str())],
    };
    let figures = DutyFigures {
        case: case.id,
        number: obligation.number,
        workflow: case.workflow.clone(),
        duty: obligation.duty,
        role,
        person,
        party: obligation.party.as_ref().map(|party| party.to_string()),
        opened_us: obligation.opened.0,
        due_us: obligation.terms.due.0,
        target_us: obligation.terms.target.0,
        took_us: obligation.took.map(|took| took.0),
        late_us: obligation.breach.as_ref().map(|breach| breach.since.0),
        closed_us: obligation.closed().map(|at| at.0),
        state: obligation.state(),
        paused_us: obligation.paused.0,
        nudges: obligation.nudges_told(),
        escalations: obligation.called().count() as u32,
        last_told_us: obligation.last_told.map(|at| at.0),
        attributed: obligation.breach.as_ref().map(|breach| breach.attributed.to_string()),
        behind_us: obligation.told_late.0,
        excepted: obligation.excepted,
    };
    DutyRow { figures, holders }
}
