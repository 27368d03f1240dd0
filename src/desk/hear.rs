//! From something heard to an answer: whose word it is, what it asks, and the entry that keeps the word itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::handle::{Handled, Item, Word};
use super::rule::Work;
use super::turn::{Answered, Turn};
use super::{Desk, DeskError};
use crate::card;
use crate::domain::every_case::{KeptMessage, OpenedFrom};
use crate::domain::kinds::Drafted;
use crate::domain::mark::Words;
use crate::domain::records::Preview;
use crate::domain::{
    AccountId, Actor, At, BotCommand, CaseId, Command, LOCAL, Lane, PersonId, Place, Refusal, WhyNotKept, text,
};
use crate::grammar::{self, Asked, Context, Filled, How, Means, Unread};
use crate::ledger;
use crate::ledger::heard::{Answer, Heard, What};
use crate::ledger::projection::text_in;
use crate::ledger::record::{HeardRecord, Record, Who};
use crate::store::{HeardBefore, MessageChange, StoredMessage};

/// What a word asks for, once read.
enum Read {
    /// Chatter.
    Nothing,
    Asked(Asked),
    /// Not understood, in words for the person.
    Answer(Answer),
}

/// What was heard, if the room's own keys stand for it. What a platform tells again is the same as before by its id.
fn chosen(lane: &Lane, what: &What) -> Option<What> {
    (lane.platform.as_str() == LOCAL).then(|| what.clone())
}

/// As if the bot's name stood before it.
fn to_bot(text: &str) -> String {
    format!("@{} {text}", grammar::BOT)
}

impl Desk {
    /// Looks up at once what the batch will need one by one.
    pub(super) async fn prefetch(&mut self, turn: &mut Turn, items: &VecDeque<Item>) -> Result<(), DeskError> {
        let heard = || {
            items.iter().filter_map(|item| match item {
                Item::Hear(heard, _) => Some(&**heard),
                Item::Bot(..) | Item::Report(..) | Item::Called(..) | Item::Erase(..) => None,
                Item::Checkpoint(_) | Item::TakeOver(..) | Item::Forget(_) | Item::Stop(_) => None,
            })
        };
        let keys: Vec<String> = heard().map(|heard| self.causes.key_of(&heard.cause)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        for HeardBefore { key, entry, leaf, facts, words } in self.writer.heard_before(keys).await? {
            // An answer that was erased or can't be read any more is still an answer: silence, not a second ruling.
            let record = ledger::read(&leaf, &facts, words.as_deref(), &self.ledger.subjects).ok();
            let heard = record.as_ref().and_then(Record::heard);
            let what = heard.filter(|_| words.is_some()).and_then(|heard| chosen(&heard.lane, &heard.what));
            let answer = heard.and_then(|heard| heard.answer.as_ref());
            let answer = answer.map(|answer| answer.get().cloned().unwrap_or_default());
            turn.answered.insert(key, Answered { entry, answer, what });
        }
        let named: Vec<CaseId> = heard()
            .filter_map(|heard| named(&heard.what))
            .filter(|id| !self.cases.contains(id) && !turn.projection.cases.contains_key(id))
            .collect();
        if !named.is_empty() {
            for case in self.writer.cases(named.clone()).await? {
                turn.prefetched.insert(case.id, case);
            }
            self.look_up_case_seqs(turn, &named).await?;
        }
        Ok(())
    }

    pub(super) async fn handle(&mut self, turn: &mut Turn, heard: Heard) -> Result<Handled, DeskError> {
        let here = match heard.about {
            Some(case) => Some(case),
            None => self.here(turn, &heard).await?,
        };
        let person = self.accounts.person(&heard.from.id, &heard.lane.platform).cloned();
        let key = self.causes.key_of(&heard.cause);
        if let Some(Answered { entry, answer, what }) = turn.answered.get(&key).cloned() {
            if what.is_some_and(|what| what != heard.what) {
                let refused = card::refused(&self.speaker(heard.how), &Refusal::KeyTaken);
                return Ok(Handled::Answer(Answer::card(refused)));
            }
            return Ok(match answer {
                Some(answer) => Handled::Answer(answer),
                // Figures weren't kept, since they would be out of date: they are read again.
                None => match (self.read(turn, &heard, person.as_ref(), here), person) {
                    (Read::Asked(Asked::Query(query)), Some(by)) => Handled::Query { query, by, word: None },
                    // It was heard, but what it asked for may have failed, or died with the process, before it was done.
                    (Read::Asked(Asked::ReloadPolicy), Some(by)) => {
                        Handled::ReloadPolicy { by, word: Word { entry, said_on: heard.lane.platform } }
                    }
                    // What was made once isn't made again.
                    (Read::Asked(Asked::Calendar { renew: _ }), Some(by)) => {
                        Handled::Calendar { by, renew: false, word: Word { entry, said_on: heard.lane.platform } }
                    }
                    (Read::Asked(Asked::Export(wanted)), Some(by)) => Handled::Export { wanted, by, word: None },
                    (Read::Asked(Asked::New(_) | Asked::Case { .. } | Asked::Bot(_) | Asked::Form { .. }), _)
                    | (Read::Asked(Asked::Pin(_)), _)
                    | (Read::Asked(Asked::Query(_) | Asked::ReloadPolicy | Asked::Calendar { .. }), None)
                    | (Read::Asked(Asked::Export(_)), None)
                    | (Read::Nothing | Read::Answer(_), _) => Handled::Heard,
                },
            });
        }
        let how = heard.how;
        let read = match self.kept_by_a_reaction(turn, &heard, person.as_ref()).await? {
            Some(asked) => Read::Asked(asked),
            None => self.read(turn, &heard, person.as_ref(), here),
        };
        let read = match (read, &person) {
            (Read::Asked(Asked::Pin(pin)), Some(by)) => match self.pinned(turn, &heard.lane, by, here, pin).await? {
                Ok(asked) => Read::Asked(asked),
                Err(refusal) => Read::Answer(self.refused(turn, &heard, by, here, &refusal)),
            },
            (read, _) => read,
        };
        // Who tried what and was refused is part of a case's evidence, wherever they tried it.
        let tried = match &read {
            Read::Asked(Asked::Case { id, .. }) => Some(*id),
            Read::Asked(Asked::New(_) | Asked::Bot(_) | Asked::Form { .. } | Asked::Query(_))
            | Read::Asked(Asked::Pin(_) | Asked::ReloadPolicy | Asked::Calendar { .. } | Asked::Export(_))
            | Read::Nothing
            | Read::Answer(_) => None,
        };
        let mut prepared = None;
        let mut of_the_bot = None;
        let mut reloads = None;
        let mut wants_calendar = None;
        let handled = match (read, &person) {
            (Read::Nothing, _) => Handled::Heard,
            // Whatever was wrong with it: to them the policy's names are no hint.
            (Read::Asked(_) | Read::Answer(_), None) => {
                let unknown = Refusal::unknown(&heard.lane.platform, &heard.from.id);
                Handled::Answer(Answer::card(card::refused(&self.speaker(how), &unknown)))
            }
            (Read::Asked(_) | Read::Answer(_), Some(_)) if heard.from.belongs.is_refused(&self.policy_now(turn)) => {
                Handled::Answer(Answer::card(card::refused(&self.speaker(how), &Refusal::NotAtHome)))
            }
            // They left, and may still be able to press what stands somewhere.
            (Read::Asked(_) | Read::Answer(_), Some(person))
                if self.bot_now(turn).is_gone(person, &heard.lane.platform) =>
            {
                Handled::Answer(Answer::card(card::refused(&self.speaker(how), &Refusal::AccountGone)))
            }
            (Read::Answer(answer), Some(_)) => Handled::Answer(answer),
            (Read::Asked(asked), Some(person)) => {
                let by = Actor::Person(person.clone());
                let of_outsiders = matches!(&asked, Asked::Case { command, .. } if command.is_of_outsiders());
                let work = match asked {
                    Asked::New(opening) => {
                        let opening = match (opening.erases().cloned(), &heard.preview) {
                            (None, _) => opening,
                            (Some(_), Some(preview)) => opening.with_preview(preview),
                            // The whole ledger is looked through for it: only where everything else is in order.
                            (Some(whose), None) => {
                                let tried = opening.clone().with_preview(&Preview::tried());
                                if self.prepare(turn, Work::Open(tried), &by).await?.is_ok() {
                                    return Ok(Handled::NeedsPreview { whose });
                                }
                                opening
                            }
                        };
                        Ok(Work::Open(match self.quoted(turn, &heard).await? {
                            Some(message) => opening.from_message(message),
                            None => opening,
                        }))
                    }
                    Asked::Case { id, command } => match with_draft(command, heard.draft.as_ref()) {
                        Some(command) => Ok(Work::Case(id, command)),
                        None => return Ok(Handled::NeedsDraft { case: id, by: person.clone() }),
                    },
                    Asked::Bot(command) => Err(Handled::Answer(match self.prepare_bot(turn, command, &by).await? {
                        Ok(ready) => {
                            let cards = ready.reply.iter().map(|reply| self.card(reply, how)).collect();
                            of_the_bot = Some(ready);
                            Answer { cards, ..Answer::default() }
                        }
                        Err(refusal) => Answer::card(card::refused(&self.speaker(how), &refusal)),
                    })),
                    Asked::Query(query) => Err(Handled::Query { query, by: person.clone(), word: None }),
                    Asked::Export(wanted) => Err(Handled::Export { wanted, by: person.clone(), word: None }),
                    // Which message and which case it is was looked up above.
                    Asked::Pin(_) => Err(Handled::Heard),
                    Asked::ReloadPolicy => {
                        reloads = Some(person.clone());
                        Err(Handled::Heard)
                    }
                    Asked::Calendar { renew } => {
                        wants_calendar = Some((person.clone(), renew));
                        Err(Handled::Heard)
                    }
                    Asked::Form { verb, case, given } => {
                        let context = self.context(turn, &heard.lane, Some(person), here);
                        let form = grammar::form(verb, case, &given, &context);
                        Err(Handled::Answer(Answer { form: Some(form), ..Answer::default() }))
                    }
                };
                match work {
                    Err(handled) => handled,
                    Ok(work) => match self.prepare(turn, work, &by).await? {
                        // The same words, whether there is such a case or not.
                        Err(Refusal::NoSuchCase(id)) if of_outsiders => {
                            Handled::Answer(self.refused(turn, &heard, person, here, &Refusal::PerhapsAsked(id)))
                        }
                        Ok(ready) if of_outsiders => {
                            let perhaps = Refusal::PerhapsAsked(ready.case);
                            let answer = self.refused(turn, &heard, person, here, &perhaps);
                            prepared = Some(ready);
                            Handled::Answer(answer)
                        }
                        Ok(ready) => {
                            let cards = ready.reply.iter().map(|telling| self.card(telling, how)).collect();
                            let opened = ready.number;
                            prepared = Some(ready);
                            let marks = heard.what.reacted_to().map(str::to_owned);
                            Handled::Answer(Answer { cards, marks, opened, ..Answer::default() })
                        }
                        Err(refusal) => Handled::Answer(self.refused(turn, &heard, person, here, &refusal)),
                    },
                }
            }
        };
        let mut about = prepared.as_ref().map(|prepared| prepared.case).or(here);
        if let (None, Some(tried)) = (about, tried)
            && self.load(turn, tried).await?.is_some()
        {
            about = Some(tried);
        }
        let (said, said_on) = (heard.said, heard.lane.platform.clone());
        let (was, case) = self.stood_before(turn, &heard.lane, &heard.what, about).await?;
        let answer = match &handled {
            Handled::Answer(answer) => Some(answer.clone()),
            Handled::Query { .. } | Handled::ReloadPolicy { .. } | Handled::Heard | Handled::Calendar { .. } => None,
            Handled::NeedsDraft { .. } | Handled::NeedsPreview { .. } | Handled::Export { .. } => None,
        };
        let who = match person {
            Some(person) => Who::Person(person),
            None => Who::Stranger(AccountId::on(&heard.lane.platform, &heard.from.id)),
        };
        let what = chosen(&heard.lane, &heard.what);
        let whys: BTreeSet<WhyNotKept> = heard.not_kept.iter().map(|file| file.why).collect();
        let record = Record::Heard(Box::new(HeardRecord {
            key: key.clone(),
            who: who.clone(),
            from: Words::of(heard.from),
            lane: heard.lane,
            thread: heard.thread,
            what: heard.what,
            not_kept: heard.not_kept,
            was,
            backfilled: heard.backfilled,
            imported: None,
            raw: heard.raw,
            answer: answer.clone().map(Words::of),
        }));
        let entry = self.record(turn, case, Some(who.subject()), said, said_on.as_str(), &record).await?;
        turn.answered.insert(key, Answered { entry, answer, what });
        let word = Word { entry, said_on };
        if let Some(prepared) = prepared {
            self.write(turn, prepared, Some(&word)).await?;
        }
        if let Some(prepared) = of_the_bot {
            self.write_bot(turn, prepared, Some(&word)).await?;
        }
        if !whys.is_empty() {
            let command = BotCommand::FilesNotKept { platform: word.said_on.clone(), whys };
            let _known_already = self.rule_bot(turn, command, &Actor::Engine, None).await?;
        }
        Ok(match (reloads, wants_calendar) {
            (Some(by), _) => Handled::ReloadPolicy { by, word },
            (None, Some((by, renew))) => Handled::Calendar { by, renew, word },
            (None, None) => match handled {
                Handled::Query { query, by, word: _ } => Handled::Query { query, by, word: Some(word) },
                Handled::Export { wanted, by, word: _ } => Handled::Export { wanted, by, word: Some(word) },
                handled => handled,
            },
        })
    }

    /// A refusal in words; where a button was pressed and only a reason is missing, the form that asks for it.
    fn refused(&self, turn: &Turn, heard: &Heard, by: &PersonId, here: Option<CaseId>, refusal: &Refusal) -> Answer {
        if let (Refusal::ReasonNeeded(_), What::Pressed { action, .. }) = (refusal, &heard.what) {
            let context = self.context(turn, &heard.lane, Some(by), here);
            if let Ok(Asked::Form { verb, case, given }) = grammar::pressed(&format!("form:{action}"), &context) {
                return Answer { form: Some(grammar::form(verb, case, &given, &context)), ..Answer::default() };
            }
        }
        let card = card::refused(&self.speaker(heard.how), refusal);
        match &heard.what {
            // The form stays open, so that nothing that was typed is lost.
            What::Filled(Filled { by: Means::Form, .. }) => {
                let sentence = card.plain(chrono_tz::UTC, turn.at);
                Answer { errors: Some(BTreeMap::from([(String::new(), sentence)])), ..Answer::default() }
            }
            What::Filled(Filled { by: Means::Options, .. }) => Answer::card(card),
            What::Said { .. } | What::Command { .. } | What::Pressed { .. } => Answer::card(card),
            What::Edited { .. } | What::Deleted { .. } | What::FileDeleted { .. } => Answer::card(card),
            // Nobody asked in words: what does nothing gets no mark.
            What::Reacted { .. } => Answer::default(),
            What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => Answer::card(card),
        }
    }

    /// The message that a case is opened from, if its card may show it: not what was said to the bot alone, or among the people
    /// of a case that others don't see.
    async fn quoted(&mut self, turn: &mut Turn, heard: &Heard) -> Result<Option<OpenedFrom>, DeskError> {
        let Some(opened_from) = heard.opened_from.as_deref() else { return Ok(None) };
        let lane = &opened_from.message.lane;
        let is_apart = match (&lane.place, lane.own_of()) {
            (Place::Direct(_), _) => true,
            (Place::Channel(_), Some(case)) => self.load(turn, case).await?.is_some_and(|case| case.is_apart()),
            (Place::Channel(_), None) => false,
        };
        Ok((!is_apart).then(|| opened_from.clone()))
    }

    /// What a reaction asks for: that the message under it be kept with the case that it is of. Of somebody who isn't obeyed it
    /// asks for nothing, and without a word: nobody meant the bot by it.
    async fn kept_by_a_reaction(
        &mut self,
        turn: &Turn,
        heard: &Heard,
        by: Option<&PersonId>,
    ) -> Result<Option<Asked>, DeskError> {
        let What::Reacted { message, reaction, on: true } = &heard.what else { return Ok(None) };
        let policy = self.policy_now(turn);
        let Some(what) = policy.reactions.keeps(reaction).filter(|_| !heard.backfilled && !heard.from.bot) else {
            return Ok(None);
        };
        let obeyed = |by: &&PersonId| {
            !heard.from.belongs.is_refused(&policy) && !self.bot_now(turn).is_gone(by, &heard.lane.platform)
        };
        if by.filter(obeyed).is_none() {
            return Ok(None);
        }
        let Some(said) = self.stood(turn, &heard.lane, message).await?.filter(|said| !said.deleted) else {
            return Ok(None);
        };
        let (Some(id), Some(text)) = (said.case, said.body.as_deref().and_then(text_in)) else { return Ok(None) };
        let (lane, message) = (heard.lane.clone(), message.clone());
        let message = KeptMessage { lane, message, person: said.person, author: said.author, said: said.said, text };
        Ok(id.kind.keeping(what, message).map(|command| Asked::Case { id, command }))
    }

    /// The case in whose thread or channel something was heard.
    async fn here(&mut self, turn: &mut Turn, heard: &Heard) -> Result<Option<CaseId>, DeskError> {
        if let Place::Channel(channel) = &heard.lane.place
            && let Ok(id) = channel.parse::<CaseId>()
            && let Some(case) = self.load(turn, id).await?
            && case.homes.iter().any(|home| Lane::channel(home) == heard.lane)
        {
            return Ok(Some(id));
        }
        let Some(thread) = &heard.thread else { return Ok(None) };
        let key = (heard.lane.clone(), thread.clone());
        if let Some(id) = self.threads.get(&key) {
            return Ok(Some(*id));
        }
        let found = self.writer.case_of_card(&key.0, &key.1).await?;
        if let Some(id) = found {
            self.threads.put(key, id);
        }
        Ok(found)
    }

    fn context<'a>(
        &'a self,
        turn: &'a Turn,
        lane: &'a Lane,
        by: Option<&'a PersonId>,
        here: Option<CaseId>,
    ) -> Context<'a> {
        let policy = turn.policy.as_deref().unwrap_or(&self.policy);
        let zone = by.and_then(|person| policy.people.get(person)).map_or(chrono_tz::UTC, |person| person.zone);
        let prefix = self.wording.prefix();
        Context { by, at: turn.at, zone, policy, here, lane: None, workflow: None, prefix }.in_lane(lane)
    }

    fn read(&self, turn: &Turn, heard: &Heard, by: Option<&PersonId>, here: Option<CaseId>) -> Read {
        let how = heard.how;
        let context = self.context(turn, &heard.lane, by, here);
        let read = match &heard.what {
            // Another bot is heard, never obeyed.
            _ if heard.from.bot => return Read::Nothing,
            // What history still had was said to nobody who could answer then.
            What::Said { text, .. } if heard.backfilled => {
                // Before the channel was the case's, nobody waited for the bot there.
                let opened = here.and_then(|id| self.known(turn, id)).map(|case| case.opened);
                let was_before = heard.said.is_some_and(|said| opened.is_some_and(|opened| said < opened));
                return if was_before { Read::Nothing } else { self.read_late(heard, text, &context) };
            }
            _ if heard.backfilled => return Read::Nothing,
            // Whatever is said to the bot alone is meant for it, with its name before it or not.
            What::Said { text, .. } if matches!(heard.lane.place, Place::Direct(_)) && !text.trim().is_empty() => {
                match grammar::read(text, How::Said, &context) {
                    Ok(None) => grammar::read(&to_bot(text), How::Said, &context),
                    read => read,
                }
            }
            What::Said { text, .. } => grammar::read(text, How::Said, &context),
            What::Command { text } => grammar::read(text, How::Slash, &context),
            What::Pressed { action, .. } => grammar::pressed(action, &context).map(Some),
            What::Filled(filled) => match filled.read(&context) {
                Ok(asked) => Ok(Some(asked)),
                Err(Unread::Line(misread)) => Err(misread),
                Err(Unread::Fields(errors)) => {
                    return Read::Answer(Answer { errors: Some(errors), ..Answer::default() });
                }
            },
            What::Edited { .. }
            | What::Deleted { .. }
            | What::FileDeleted { .. }
            | What::Reacted { .. }
            | What::Joined
            | What::Left
            | What::Other { .. }
            | What::Gap { .. } => return Read::Nothing,
        };
        match read {
            Ok(None) => Read::Nothing,
            Ok(Some(asked)) => Read::Asked(asked),
            Err(misread) => Read::Answer(Answer::card(card::misread(&self.speaker(how), &misread))),
        }
    }

    /// A command that was said while nobody listened isn't acted on, and its author is told so.
    fn read_late(&self, heard: &Heard, said: &str, context: &Context<'_>) -> Read {
        let to_the_bot = match &heard.lane.place {
            Place::Channel(_) => !matches!(grammar::read(said, How::Said, context), Ok(None)),
            Place::Direct(_) => matches!(grammar::read(&to_bot(said), How::Said, context), Ok(Some(_))),
        };
        // Somebody had it kept with a case: it was answered in its time.
        if !to_the_bot || heard.about.is_some() || context.by.is_none() {
            return Read::Nothing;
        }
        let at = text::moment(heard.said.unwrap_or(context.at), context.at, context.zone);
        let refusal = Refusal::HeardLate { text: text::short(said), at };
        Read::Answer(Answer::card(card::refused(&self.speaker(heard.how), &refusal)))
    }

    /// What stood in the message that it changes, and the case that it belongs to.
    async fn stood_before(
        &mut self,
        turn: &Turn,
        lane: &Lane,
        what: &What,
        about: Option<CaseId>,
    ) -> Result<(Option<String>, Option<CaseId>), DeskError> {
        Ok(match what {
            What::Edited { message, .. } | What::Deleted { message } => {
                let stood = self.stood(turn, lane, message).await?;
                let case = stood.as_ref().and_then(|it| it.case).or(about);
                (stood.and_then(|it| it.body), case)
            }
            What::Reacted { message, .. } | What::FileDeleted { message, .. } => {
                (None, self.stood(turn, lane, message).await?.and_then(|it| it.case).or(about))
            }
            What::Said { .. } | What::Command { .. } | What::Pressed { .. } | What::Filled(_) => (None, about),
            What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => (None, about),
        })
    }

    /// A message as it stands now, also where this turn brought it or changed it. One of several cases has no words that one entry
    /// could hold: they stand in the entries of its parts.
    pub(super) async fn stood(
        &mut self,
        turn: &Turn,
        lane: &Lane,
        message: &str,
    ) -> Result<Option<StoredMessage>, DeskError> {
        let pending = &turn.projection.commit;
        let brought = pending.messages.iter().rfind(|it| it.lane == *lane && it.id == message);
        let mut stands = match brought {
            Some(said) => Some(StoredMessage {
                body: Some(said.body.clone()),
                case: said.case,
                author: said.author.clone(),
                person: said.person.as_deref().map(PersonId::from),
                said: At(said.said_us),
                deleted: false,
            }),
            None => self.writer.message(lane, message).await?,
        };
        if pending.message_parts.iter().any(|it| it.lane == *lane && it.id == message) {
            stands.iter_mut().for_each(|it| (it.body, it.case) = (None, None));
        }
        for change in &pending.message_changes {
            match change {
                MessageChange::Edited { lane: on, id, body, .. } if on == lane && id == message => {
                    stands.iter_mut().filter_map(|it| it.body.as_mut()).for_each(|it| it.clone_from(body));
                }
                // The words stay as they stood.
                MessageChange::Deleted { lane: on, id, .. } if on == lane && id == message => {
                    stands.iter_mut().for_each(|it| it.deleted = true);
                }
                MessageChange::Edited { .. } | MessageChange::Deleted { .. } => {}
            }
        }
        Ok(stands)
    }
}

/// The command, with the draft in it where it accepts one; `None`: that draft has to be read first.
fn with_draft(command: Command, draft: Option<&Drafted>) -> Option<Command> {
    match (command.with_draft(draft.unwrap_or(&Drafted::default())), draft) {
        (None, _) => Some(command),
        (Some(with_draft), Some(_)) => Some(with_draft),
        (Some(_), None) => None,
    }
}

/// The first case that is named, so that the batch's cases can be read together. A guess: what isn't found here is looked
/// up when it is needed.
fn named(what: &What) -> Option<CaseId> {
    let text = match what {
        What::Said { text, .. } | What::Command { text } => text,
        What::Pressed { action, .. } => action,
        What::Filled(filled) => return filled.named_case(),
        What::Edited { .. } | What::Deleted { .. } => return None,
        What::FileDeleted { .. } | What::Reacted { .. } => return None,
        What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => return None,
    };
    let words = text.split(|c: char| c.is_whitespace() || c == ':').take(12);
    words.filter(|word| word.len() < 16).find_map(|word| word.parse().ok())
}
