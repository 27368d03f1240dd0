//! The making of a message: rows of the outbox, or a case's card, as they are true at the moment of sending.

use super::batch::{nonce, part_of, said_again};
use super::lane::{LaneRun, Parcel};
use crate::card::{self, Asking, Button, Card, OwedCase, Speaker, Word};
use crate::digest;
use crate::domain::notice::{Stands, To};
use crate::domain::obligation::{Holder, Obligation};
use crate::domain::policy::Channel;
use crate::domain::{
    At, Case, CaseId, Lane, Notice, OutboxId, People, PersonId, Place, Policy, RoleId, Span, Telling, bot,
};
use crate::grammar::How;
use crate::ledger::record::{NotTold, NotToldBecause, Record};
use crate::ledger::{self, Subjects};
use crate::store::{CardDue, OutboxDue, StoreError};

/// How many cases are looked at for what somebody takes over.
const TAKEN_OVER_AT_MOST: u32 = 200;
/// A digest that is posted so long after its hour says so.
const DIGEST_IS_LATE: Span = Span::minutes(15);

/// A message ready to go.
pub(super) struct Outgoing {
    /// What it says, case by case: together they are the message.
    pub parts: Vec<Part>,
    /// For a case's card: the ledger entry that it shows.
    pub card_shows: Option<i64>,
    /// Set: edit this message.
    pub edit: Option<String>,
    pub thread: Option<String>,
    /// Of an edit: the platform's channel that the message stands in, where the case has left that one.
    pub left: Option<String>,
    pub nonce: String,
    /// When the oldest of what it says became true.
    pub made: At,
    pub perhaps_sent: bool,
}

/// What a message says of one case, or of none.
#[derive(Default)]
pub(super) struct Part {
    pub case: Option<CaseId>,
    /// The rows that it tells.
    pub outbox: Vec<OutboxId>,
    /// The ledger entry up to which it says how the answers stand that it asks for, if it asks for any.
    pub asked_shows: Option<i64>,
    /// What they say, in order.
    pub cards: Vec<Card>,
}

impl Part {
    /// It tells this row.
    pub fn tell(&mut self, row: &OutboxDue) {
        self.outbox.push(row.id);
        self.asked_shows = self.asked_shows.max(row.wanted);
    }

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
            Parcel::Edit(due) => Ok(Made { message: self.make_edit(due).await?, left_out: Vec::new() }),
        }
    }

    async fn make_card(&mut self, due: &CardDue) -> Result<Option<Outgoing>, StoreError> {
        let id = due.case;
        let Some(case) = self.case(id).await? else { return Ok(None) };
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let speaker = self.speaker(&shown.policy);
        let is_here = |channel: &Channel| Lane::channel(channel) == self.lane;
        let card = match (case.homes.iter().any(is_here), case.announced.iter().any(is_here)) {
            (true, _) => card::case_card(&speaker, &case, &people),
            (false, true) => card::announcement(&speaker, &case, &people),
            (false, false) => card::moved_away(id),
        };
        Ok(Some(Outgoing {
            parts: vec![Part { case: Some(id), cards: vec![card], ..Part::default() }],
            card_shows: Some(due.wanted),
            edit: due.message.clone(),
            thread: None,
            left: None,
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
        let said: Vec<&Current<'_>> = rows.iter().filter(|row| !again.contains(&row.due.id)).collect();
        let mut aboves = Vec::new();
        for row in &said {
            aboves.push(self.above(row.case, &row.notice, None).await?);
        }
        let mut threads: Vec<Option<&str>> = aboves.iter().map(Above::thread).collect();
        threads.dedup();
        // What is said of several has no one place.
        let thread = <[Option<&str>; 1]>::try_from(threads).ok().and_then(|[thread]| thread).map(str::to_owned);
        for (row, above) in said.into_iter().zip(&aboves) {
            let card = self.draw(row.case, &row.notice, above, thread.as_deref()).await?;
            let part = part_of(&mut parts, row.case);
            part.cards.push(card);
            part.tell(row.due);
        }
        // The later word tells for the earlier ones, and is of the same case.
        for row in rows.iter().filter(|row| again.contains(&row.due.id)) {
            part_of(&mut parts, row.case).tell(row.due);
        }
        let Some(made) = rows.iter().map(|row| row.due.made).min() else {
            return Ok(Made { message: None, left_out });
        };
        let mut message = Outgoing {
            parts,
            card_shows: None,
            edit: None,
            thread,
            left: None,
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
                let may_not = matches!(&notice.to, To::Person(person) if !case.is_visible_to(person, &people));
                if may_not || self.is_told_elsewhere(&notice, &case) {
                    return Ok(Err(NotToldBecause::NotTheirs));
                }
                match notice.is_put_off(&case, &people) {
                    true => None,
                    false => notice.up_to_date(&case, &people),
                }
            }
            None => Some(notice).filter(|notice| notice.while_owed.is_empty()),
        };
        Ok(notice.map(|notice| Current { due, case: Some(id), notice }).ok_or(NotToldBecause::Answered))
    }

    /// A notice as a message that stands in this thread.
    pub(super) async fn draw(
        &mut self,
        id: Option<CaseId>,
        notice: &Notice,
        above: &Above,
        thread: Option<&str>,
    ) -> Result<Card, StoreError> {
        let case = match id {
            Some(id) => self.case(id).await?,
            None => None,
        };
        let shown = self.desk.shown();
        let speaker = self.speaker(&shown.policy).to(self.how(thread));
        if let Telling::Bot(bot::Telling::Digest { schedule, from, to, zone, workflows }) = &notice.telling {
            let period = digest::Period { from: *from, to: *to, zone: *zone, rolling: false };
            let mut card = digest::compute(&self.reader, &period, workflows, *to).await?.card(speaker.prefix);
            // Two teams may have theirs in one channel.
            card.title.insert(0, Word::from(format!("{schedule} · ").as_str()));
            if self.desk.clock.now() - *to > DIGEST_IS_LATE {
                let due = ["This digest was due at ", "; it comes late, and once for all that was missed meanwhile."];
                let line = vec![Word::from(due[0]), Word::Time(*to), Word::from(due[1])];
                card.lines.insert(0, line);
            }
            return Ok(card);
        }
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let stands = case.as_ref().map(|case| self.stands(notice, case, &people, above));
        let asks = stands.as_ref().is_some_and(Stands::is_asked);
        let asking = case.as_ref().zip(stands).map(|(case, stands)| Asking { case, people: &people, stands });
        let mut card = card::notice(&speaker, notice, asking, above.what());
        if let (To::Person(_), true) = (&notice.to, asks) {
            card.buttons.extend(card::remind_later(&speaker, &notice.telling, case.as_ref()));
        }
        if let Telling::Bot(bot::Telling::ShiftBegan { person, roles, .. }) = &notice.telling {
            let (cases, all) = self.taken_over(person, roles, &people).await?;
            card = card::taken_over(&speaker, card, &cases, people.at, all);
        }
        if let (To::Person(person), Place::Channel(_)) = (&notice.to, &self.lane.place) {
            card.lines.insert(0, closed_to(person, &shown.policy));
        }
        Ok(card)
    }

    /// What these roles owe now that somebody answers for, and whether that is all of it.
    async fn taken_over(
        &self,
        person: &PersonId,
        roles: &[RoleId],
        people: &People<'_>,
    ) -> Result<(Vec<OwedCase>, bool), StoreError> {
        let names: Vec<String> = roles.iter().map(RoleId::to_string).collect();
        let found = self.reader.owing(&names, person.as_str(), TAKEN_OVER_AT_MOST + 1).await?;
        let all = found.len() <= TAKEN_OVER_AT_MOST as usize;
        let mut owed: Vec<(At, OwedCase)> = Vec::new();
        for case in found {
            let of_roles = |it: &&Obligation| match &it.holder {
                Holder::Roles(holders) => holders.iter().any(|role| roles.contains(role)),
                Holder::Person(_) => false,
            };
            let is_theirs = |it: &&Obligation| case.waiting_on(it, people).iter().any(|seat| seat.person == *person);
            let mut duties: Vec<Obligation> =
                case.open_obligations().filter(of_roles).filter(is_theirs).cloned().collect();
            duties.sort_by_key(|it| (it.terms.due, it.number));
            if let Some(first) = duties.first() {
                owed.push((first.terms.due, OwedCase::of(&case, &duties, Vec::new())));
            }
        }
        owed.sort_by_key(|(due, it)| (*due, it.case));
        Ok((owed.into_iter().map(|(_, it)| it).collect(), all))
    }

    /// How what a notice asks for stands, for whoever reads it in this lane.
    pub(super) fn stands(&self, notice: &Notice, case: &Case, people: &People<'_>, above: &Above) -> Stands {
        let has_left = case.restricted && matches!(above, Above::Left { .. });
        match has_left || self.is_told_elsewhere(notice, case) {
            true => Stands::Hidden,
            false => notice.stands(case, people),
        }
    }

    /// The case was made restricted since, and goes on elsewhere: also what was for one person, and told here because their direct
    /// messages are closed.
    fn is_told_elsewhere(&self, notice: &Notice, case: &Case) -> bool {
        let is_of_the_case = match notice.to {
            To::Case | To::Person(_) => true,
            To::Channel(_) | To::Operators => false,
        };
        let is_home = || case.homes.iter().any(|home| Lane::channel(home) == self.lane);
        case.restricted && is_of_the_case && matches!(self.lane.place, Place::Channel(_)) && !is_home()
    }

    /// What stands above a message, and is not to be said twice. `itself` is the message, where it stands already.
    pub(super) async fn above(
        &mut self,
        case: Option<CaseId>,
        notice: &Notice,
        itself: Option<&str>,
    ) -> Result<Above, StoreError> {
        let Some(id) = case else { return Ok(Above::Nothing) };
        if let (Some(itself), Some(_)) = (itself, self.lane.own_of())
            && let Some(channel) = self.reader.left_channel(&self.lane, itself).await?
        {
            return Ok(Above::Left { channel });
        }
        if matches!(self.lane.place, Place::Channel(_)) {
            // In its own channel the card is pinned, and what all should hear is said beside it, not beneath.
            if self.lane.own_of().is_some() && notice.telling.is_for_all() {
                return Ok(Above::Nothing);
            }
            let Some(root) = self.thread(Some(id)).await? else { return Ok(Above::Nothing) };
            let Some(case) = self.case(id).await? else { return Ok(Above::Nothing) };
            return Ok(Above::Card { root, buttons: self.buttons_of_card(&case) });
        }
        let case = self.case(id).await?;
        let is_open = |number: &u32| case.as_ref().and_then(|it| it.obligation(*number)).is_some_and(|it| it.is_open());
        let (open, over): (Vec<u32>, Vec<u32>) = notice.while_owed.iter().copied().partition(is_open);
        let first = self.reader.first_asked(&self.lane, id, if open.is_empty() { &over } else { &open }).await?;
        let Some(first) = first.filter(|first| Some(first.as_str()) != itself) else { return Ok(Above::Nothing) };
        let stands = self.reader.message(&self.lane, &first).await?;
        let bodies = stands.iter().flat_map(|stands| [&stands.body].into_iter().chain(&stands.more));
        let buttons = bodies.filter_map(|body| card_in(body)).flat_map(|card| card.buttons).collect();
        let replies = self.chat.as_ref().is_some_and(|chat| chat.replies_to_one());
        Ok(Above::Request { thread: replies.then_some(first), buttons })
    }

    /// What a case's card offers.
    fn buttons_of_card(&mut self, case: &Case) -> Vec<Button> {
        if let Some(known) = self.card_buttons.get(&case.id) {
            return known.clone();
        }
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let buttons = card::case_card(&self.speaker(&shown.policy), case, &people).buttons;
        self.card_buttons.insert(case.id, buttons.clone());
        buttons
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

/// Stands above what is said to one person in a case's channel.
pub(super) fn closed_to(person: &PersonId, policy: &Policy) -> Vec<Word> {
    let whom = Word::Person { id: person.clone(), name: policy.name_of(person) };
    vec![Word::from("For "), whom, Word::from(", whose direct messages are closed.")]
}

/// What stands above a message to be.
pub(super) enum Above {
    Nothing,
    /// A message that stands already, in a channel that its case has left for another.
    Left {
        channel: String,
    },
    /// Its case's card, which begins the thread.
    Card {
        root: String,
        buttons: Vec<Button>,
    },
    /// To one person: the message that asked them first. The reminder goes into its thread, where the platform has one that rings.
    Request {
        thread: Option<String>,
        buttons: Vec<Button>,
    },
}

impl Above {
    pub fn thread(&self) -> Option<&str> {
        match self {
            Above::Nothing | Above::Left { .. } => None,
            Above::Card { root, .. } => Some(root),
            Above::Request { thread, .. } => thread.as_deref(),
        }
    }

    fn what(&self) -> card::Above<'_> {
        match self {
            Above::Nothing | Above::Left { .. } => card::Above::Nothing,
            Above::Card { buttons, .. } => card::Above::Card(buttons),
            Above::Request { buttons, .. } => card::Above::Request(buttons),
        }
    }
}

/// What a row is to tell: the ledger entry that made it true holds the words.
pub(super) fn notice(due: &OutboxDue, subjects: &Subjects) -> Option<Notice> {
    let (leaf, facts) = (due.leaf.as_deref()?, due.facts.as_deref()?);
    let tell = match ledger::read(leaf, facts, due.words.as_deref(), subjects).ok()? {
        Record::Ruled(ruled) => ruled.tell,
        Record::Bot(ruled) => ruled.tell,
        Record::Heard(_)
        | Record::Told(_)
        | Record::NotTold(_)
        | Record::ChannelMade(_)
        | Record::Introduced(_)
        | Record::Withheld(_)
        | Record::Erased(_) => return None,
    };
    let place = usize::try_from(due.id.place).ok()?;
    tell.into_iter().nth(place).map(|to_tell| to_tell.notice)
}

/// The card that stands in the body of a message of the transcript.
pub(super) fn card_in(body: &str) -> Option<Card> {
    #[derive(serde::Deserialize)]
    struct Stands {
        card: Option<Card>,
    }
    serde_json::from_str::<Stands>(body).ok()?.card
}
