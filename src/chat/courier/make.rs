//! The making of a message: rows of the outbox, or a case's card, as they are true at the moment of sending.

use super::batch::{nonce, part_of, said_again};
use super::lane::{LaneRun, Parcel};
use crate::card::{self, Card, Speaker, Word};
use crate::digest;
use crate::domain::notice::To;
use crate::domain::{At, Case, CaseId, Lane, Notice, OutboxId, Place, Policy, Telling, bot};
use crate::grammar::How;
use crate::ledger::record::{NotTold, NotToldBecause, Record};
use crate::ledger::{self, Subjects};
use crate::store::{CardDue, OutboxDue, StoreError};

/// A message ready to go.
pub(super) struct Outgoing {
    /// What it says, case by case: together they are the message.
    pub parts: Vec<Part>,
    /// For a case's card: the ledger entry that it shows.
    pub card_shows: Option<i64>,
    /// Set: edit this message.
    pub edit: Option<String>,
    pub thread: Option<String>,
    pub nonce: String,
    /// When the oldest of what it says became true.
    pub made: At,
    pub perhaps_sent: bool,
}

/// What a message says of one case, or of none.
pub(super) struct Part {
    pub case: Option<CaseId>,
    /// The rows that it tells.
    pub outbox: Vec<OutboxId>,
    /// What they say, in order.
    pub cards: Vec<Card>,
}

impl Part {
    pub fn card(&self) -> Card {
        Card::of_parts(self.cards.iter().cloned()).unwrap_or_default()
    }
}

impl Outgoing {
    /// The whole message.
    pub fn card(&self) -> Card {
        Card::of_parts(self.parts.iter().map(Part::card)).unwrap_or_default()
    }

    pub fn rows(&self) -> Vec<OutboxId> {
        self.parts.iter().flat_map(|part| part.outbox.iter().copied()).collect()
    }
}

/// What came of making a message.
pub(super) struct Made {
    /// `None`: nothing of it is to be sent.
    pub message: Option<Outgoing>,
    /// Rows that aren't sent, each with its case.
    pub left_out: Vec<(Option<CaseId>, NotTold)>,
}

/// A row with what it is to tell, as that is true now.
pub(super) struct Current<'a> {
    pub due: &'a OutboxDue,
    pub case: Option<CaseId>,
    pub notice: Notice,
}

impl LaneRun {
    /// # Errors
    /// The database's; then nothing of the parcel is to be reported.
    pub(super) async fn make(&mut self, parcel: &Parcel) -> Result<Made, StoreError> {
        match parcel {
            Parcel::Card(due) => Ok(Made { message: self.make_card(due).await?, left_out: Vec::new() }),
            Parcel::Message(due) => self.make_message(std::slice::from_ref(due)).await,
            Parcel::Batch(dues) => self.make_message(dues).await,
        }
    }

    async fn make_card(&mut self, due: &CardDue) -> Result<Option<Outgoing>, StoreError> {
        let id = due.case;
        let Some(case) = self.case(id).await? else { return Ok(None) };
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let at_home = case.homes.iter().any(|home| Lane::channel(home) == self.lane);
        let card = match at_home {
            true => card::case_card(&self.speaker(&shown.policy), &case, &people),
            false => card::moved_away(id),
        };
        Ok(Some(Outgoing {
            parts: vec![Part { case: Some(id), outbox: Vec::new(), cards: vec![card] }],
            card_shows: Some(due.wanted),
            edit: due.message.clone(),
            thread: None,
            nonce: format!("{id}@{}", self.lane),
            made: case.opened,
            perhaps_sent: due.message.is_none() && due.sending,
        }))
    }

    async fn make_message(&mut self, dues: &[OutboxDue]) -> Result<Made, StoreError> {
        let mut rows = Vec::new();
        let mut left_out = Vec::new();
        for due in dues {
            match self.current(due).await? {
                Ok(row) => rows.push(row),
                Err(why) => left_out.push(self.not_told(due, why)),
            }
        }
        let again = said_again(&rows);
        let mut parts: Vec<Part> = Vec::new();
        let mut thread = None;
        for row in rows.iter().filter(|row| !again.contains(&row.due.id)) {
            thread = self.thread(row.case).await?;
            let case = match row.case {
                Some(id) => self.case(id).await?,
                None => None,
            };
            let card = self.render(&row.notice, case.as_ref(), self.how(thread.as_deref())).await?;
            let part = part_of(&mut parts, row.case);
            part.cards.push(card);
            part.outbox.push(row.due.id);
        }
        // The later word tells for the earlier ones, and is of the same case.
        for row in rows.iter().filter(|row| again.contains(&row.due.id)) {
            part_of(&mut parts, row.case).outbox.push(row.due.id);
        }
        let Some(made) = rows.iter().map(|row| row.due.made).min() else {
            return Ok(Made { message: None, left_out });
        };
        let mut message = Outgoing {
            parts,
            card_shows: None,
            edit: None,
            thread,
            nonce: String::new(),
            made,
            perhaps_sent: rows.iter().any(|row| row.due.sending),
        };
        message.nonce = nonce(&message.rows());
        Ok(Made { message: Some(message), left_out })
    }

    /// What a row is to tell, brought up to date: it may have waited for a morning, or for other words to the same person.
    /// Inside, why it isn't told.
    async fn current<'a>(&mut self, due: &'a OutboxDue) -> Result<Result<Current<'a>, NotToldBecause>, StoreError> {
        let subjects = ledger::subjects_in(&self.reader, due.facts.as_deref()).await?;
        let Some(notice) = notice(due, &subjects) else {
            return Ok(Err(NotToldBecause::Undeliverable("its words can't be read any more".to_owned())));
        };
        let Some(id) = due.case else { return Ok(Ok(Current { due, case: None, notice })) };
        let notice = match self.case(id).await? {
            Some(case) => {
                let shown = self.desk.shown();
                let people = shown.bot.people(&shown.policy, self.desk.clock.now());
                if let To::Person(person) = &notice.to
                    && !case.is_visible_to(person, &people)
                {
                    return Ok(Err(NotToldBecause::NotTheirs));
                }
                notice.up_to_date(&case, &people)
            }
            None => Some(notice).filter(|notice| notice.while_owed.is_empty()),
        };
        Ok(notice.map(|notice| Current { due, case: Some(id), notice }).ok_or(NotToldBecause::Answered))
    }

    async fn render(&self, notice: &Notice, case: Option<&Case>, how: How) -> Result<Card, StoreError> {
        let shown = self.desk.shown();
        let speaker = self.speaker(&shown.policy).to(how);
        let Telling::Bot(bot::Telling::Digest { schedule, from, to, zone, workflows }) = &notice.telling else {
            let mut card = card::tell(&speaker, notice.about.as_ref(), &notice.telling, case);
            if let To::Person(_) = notice.to {
                card.buttons.extend(card::remind_later(&speaker, &notice.telling, case));
            }
            return Ok(card);
        };
        let period = digest::Period { from: *from, to: *to, zone: *zone, rolling: false };
        let mut card = digest::compute(&self.reader, &period, workflows, *to).await?.card(speaker.prefix);
        // Two teams may have theirs in one channel.
        card.title.insert(0, Word::from(format!("{schedule} · ").as_str()));
        Ok(card)
    }

    /// The thread of this lane in which a case's words stand: it begins with the case's card.
    async fn thread(&self, case: Option<CaseId>) -> Result<Option<String>, StoreError> {
        let (Some(id), Place::Channel(_)) = (case, &self.lane.place) else { return Ok(None) };
        match self.roots.get(&id) {
            Some(root) => Ok(Some(root.clone())),
            None => Ok(self.reader.card(id, &self.lane).await?.and_then(|card| card.message)),
        }
    }

    /// How a command can be given where a message will stand.
    fn how(&self, thread: Option<&str>) -> How {
        self.chat.as_ref().filter(|_| thread.is_some()).map_or(How::Slash, |chat| chat.in_threads())
    }

    fn speaker<'a>(&'a self, policy: &'a Policy) -> Speaker<'a> {
        Speaker::new(&self.desk.wording, policy)
    }

    pub(super) fn not_told(&self, due: &OutboxDue, why: NotToldBecause) -> (Option<CaseId>, NotTold) {
        (due.case, NotTold { outbox: due.id, lane: self.lane.clone(), why })
    }
}

/// What a row is to tell: the ledger entry that made it true holds the words.
fn notice(due: &OutboxDue, subjects: &Subjects) -> Option<Notice> {
    let (leaf, facts) = (due.leaf.as_deref()?, due.facts.as_deref()?);
    let tell = match ledger::read(leaf, facts, due.words.as_deref(), subjects).ok()? {
        Record::Ruled(ruled) => ruled.tell,
        Record::Bot(ruled) => ruled.tell,
        Record::Heard(_)
        | Record::Told(_)
        | Record::NotTold(_)
        | Record::ChannelMade(_)
        | Record::Introduced(_)
        | Record::Erased(_) => return None,
    };
    let place = usize::try_from(due.id.place).ok()?;
    tell.into_iter().nth(place).map(|to_tell| to_tell.notice)
}
