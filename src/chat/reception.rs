//! Where adapters hand in what they heard and get the answer: the desk decides, and questions about what is are answered
//! here, from what is committed, so that reading never holds up deciding.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};

use crate::answers::Answers;
use crate::blobs::Blobs;
use crate::card::{self, Card, ExportAnswer, Speaker};
use crate::chat::retry::{Again, Pauses, patiently};
use crate::chat::{Newest, Roster, Unfilled};
use crate::desk::{DeskHandle, Fault, Handled, Word, reference};
use crate::domain::bot::fills::Event as Fill;
use crate::domain::bot::readings::Event as Reading;
use crate::domain::bot::rotas::Command as RotaCommand;
use crate::domain::line::Shift;
use crate::domain::place::CaseStands;
use crate::domain::{Actor, BotCommand, CaseId, Label, Lane, PersonId, Place, Platform, Policy, Refusal};
use crate::evidence::exports::{self, Exports, Made};
use crate::grammar::{self, Asked, Export, Form, How, Means, Query, verbs};
use crate::ledger::heard::{Account, Answer, Heard, What};

#[derive(Clone)]
pub struct Reception {
    pub desk: DeskHandle,
    pub answers: Answers,
    pub policy_file: PolicyFile,
    /// Where people's calendars are read, and bundles fetched, without a slash at its end: see [`crate::web`].
    pub calendars_at: String,
    pub exports: Exports,
}

/// Where the policy comes from, to read it again.
#[derive(Clone, Default)]
pub struct PolicyFile {
    /// `None`: the embedded example.
    pub path: Option<PathBuf>,
}

/// Why a policy file doesn't count. For people: names file, line and what to write.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFileError {
    #[error("{path} can't be read: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{path}:{line}: this is not UTF-8; save the file as UTF-8 without anything else")]
    NotUtf8 { path: String, line: usize },
    #[error("{0}")]
    Wrong(String),
}

impl PolicyFile {
    /// How the file is called in messages.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "the embedded example policy".to_owned(), |path| path.display().to_string())
    }

    /// The file as it is.
    ///
    /// # Errors
    /// [`PolicyFileError`]: it isn't there, or is no text.
    pub fn text(&self) -> Result<String, PolicyFileError> {
        let Some(path) = &self.path else { return Ok(crate::domain::policy::EXAMPLE.to_owned()) };
        let bytes =
            std::fs::read(path).map_err(|source| PolicyFileError::Io { path: path.display().to_string(), source })?;
        String::from_utf8(bytes).map_err(|error| {
            let line =
                1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|it| **it == b'\n').count();
            PolicyFileError::NotUtf8 { path: path.display().to_string(), line }
        })
    }

    /// # Errors
    /// [`PolicyFileError`], with every mistake in the file.
    pub fn read(&self) -> Result<(Policy, String), PolicyFileError> {
        let text = self.text()?;
        let policy = Policy::read(&text).map_err(|errors| PolicyFileError::Wrong(errors.show(&self.name())))?;
        Ok((policy, text))
    }
}

/// What an adapter is given when the bot opens: where to hand in what it hears, and how far it had heard before.
#[derive(Clone)]
pub struct Door {
    pub reception: Reception,
    /// Where files are kept that come with messages.
    pub blobs: Blobs,
    /// Cases' own channels: lane → the platform's id of the channel.
    pub case_channels: BTreeMap<Lane, String>,
    /// The newest message that the transcript has of each lane of the platform: what came later was missed.
    pub newest: BTreeMap<Lane, Newest>,
    /// What an earlier process didn't come to the end of: what came live since shows nothing about what came before.
    pub unfilled: Option<Unfilled>,
}

/// The pauses between tries to keep what was heard.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(250), Duration::from_secs(30));

fn unreadable(error: &dyn std::error::Error) -> Fault {
    let reference = reference();
    tracing::error!(%reference, %error, "a question could not be answered");
    Fault { reference }
}

impl Reception {
    /// Where the cases stand that these cards name, so that their names can be followed. Where that can't be read, a card goes
    /// without.
    pub async fn where_they_stand(&self, platform: &Platform, cards: &[Card]) -> BTreeMap<CaseId, CaseStands> {
        let cases: BTreeSet<CaseId> = cards.iter().flat_map(Card::cases).collect();
        self.answers.stand(platform, &cases).await.unwrap_or_else(|error| {
            tracing::warn!(%platform, %error, "where cases stand can't be read");
            BTreeMap::new()
        })
    }

    /// Boxed, because it is large: awaited as it is, it would be compiled anew for every caller.
    ///
    /// # Errors
    /// [`Fault`]: nothing of it happened.
    pub fn hear(&self, heard: Heard) -> BoxFuture<'_, Result<Answer, Fault>> {
        Box::pin(self.take(heard))
    }

    async fn take(&self, heard: Heard) -> Result<Answer, Fault> {
        let mut handled = self.desk.hear(heard.clone()).await?;
        if let Handled::NeedsDraft { case, by } = &handled {
            let draft = self.answers.review_draft(*case, by).await.map_err(|error| unreadable(&error))?;
            // Of a case that doesn't exist for them there is no draft, and the desk says so.
            handled = self.desk.hear(Heard { draft: Some(draft.unwrap_or_default()), ..heard.clone() }).await?;
        }
        if let Handled::NeedsPreview { whose } = &handled {
            let plan = self.answers.erasure(whose).await.map_err(|error| unreadable(&error))?;
            handled = self.desk.hear(Heard { preview: Some(plan.preview), ..heard.clone() }).await?;
        }
        match handled {
            Handled::Answer(answer) => self.fill_in(answer, &heard).await,
            Handled::Heard | Handled::NeedsDraft { .. } | Handled::NeedsPreview { .. } => Ok(Answer::default()),
            Handled::Export { wanted, by, word } => self.export(wanted, by, word).await.map(Answer::card),
            Handled::Calendar { by, renew, word } => self.calendar(by, renew, word).await.map(Answer::card),
            Handled::ReloadPolicy { by, word } => self.reload(Actor::Person(by), Some(word)).await.map(Answer::card),
            Handled::Query { query: Query::Search(asked), by, word } => {
                let found = self.answers.search_card(&asked, &by, heard.how).await;
                let (card, reading) = found.map_err(|error| unreadable(&error))?;
                // Told again, it was recorded already.
                if let (Some(reading), Some(_)) = (reading, &word) {
                    self.record_reading(reading, by, word).await?;
                }
                Ok(Answer::card(card))
            }
            Handled::Query { query, by, word: _ } => match self.answers.answer(&query, &by, heard.how).await {
                Ok(cards) => Ok(Answer { cards, ..Answer::default() }),
                Err(error) => Err(unreadable(&error)),
            },
        }
    }

    /// Records what somebody read, before they are shown it.
    ///
    /// # Errors
    /// [`Fault`]: then they mustn't see it.
    pub async fn record_reading(&self, reading: Reading, by: PersonId, word: Option<Word>) -> Result<(), Fault> {
        if let Err(refusal) = self.desk.ask_bot(BotCommand::Read(reading), Actor::Person(by), word).await? {
            let reference = reference();
            tracing::error!(%reference, "what somebody read couldn't be recorded, so it isn't shown: {refusal}");
            return Err(Fault { reference });
        }
        Ok(())
    }

    /// As [`Reception::hear`], repeated while the bot is at fault: the platform had its acknowledgement and tells
    /// nothing again, and what is newer waits behind this, so that the newest message in the transcript never stands
    /// after one that is missing. `None`: the bot is stopped.
    pub async fn hear_until_kept(&self, heard: Heard) -> Option<Answer> {
        let again = |fault: &Fault| {
            if fault.is_stopped() {
                return Again::Stop;
            }
            let (cause, reference) = (&heard.cause, &fault.reference);
            tracing::error!(cause, reference, "what was heard can't be kept yet; trying again");
            Again::Try(None)
        };
        patiently(PAUSES, u32::MAX, again, || self.hear(heard.clone())).await.ok()
    }

    /// The form that a word, a button or a shortcut will be answered with, if it will be, without any work: platforms open
    /// a form at once or not at all. What has to be read for it (a draft) comes with the answer of [`Reception::hear`].
    pub fn peek(&self, heard: &Heard) -> Option<Form> {
        let shown = self.desk.shown();
        let by = self.desk.person(&heard.from.id, &heard.lane.platform)?;
        if heard.from.belongs.is_refused(&shown.policy) {
            return None;
        }
        let (at, here) = (self.desk.clock.now(), heard.lane.own_of());
        let context = grammar::Context::of(&shown.policy, &by, at, here, self.desk.prefix()).in_lane(&heard.lane);
        let asked = match &heard.what {
            What::Command { text } => grammar::read(text, How::Slash, &context).ok()??,
            What::Pressed { action, .. } => grammar::pressed(action, &context).ok()?,
            What::Filled(filled) if filled.by == Means::Options => filled.read(&context).ok()?,
            // A form that is sent opens no other; and who said something may not see one.
            What::Filled(_) | What::Said { .. } | What::Edited { .. } | What::Deleted { .. } => return None,
            What::FileDeleted { .. } | What::Reacted { .. } => return None,
            What::Joined | What::Left | What::Other { .. } | What::Gap { .. } => return None,
        };
        match asked {
            Asked::Form { verb, case, given } => Some(grammar::form(verb, case, &given, &context)),
            Asked::New(_) | Asked::Case { .. } | Asked::Bot(_) | Asked::Query(_) => None,
            Asked::Pin(_) | Asked::ReloadPolicy | Asked::Calendar { .. } | Asked::Export(_) => None,
        }
    }

    /// Whether what an account asks for is done: whoever is turned away is so with a word, and not with an error.
    pub fn is_obeyed(&self, from: &Account, platform: &Platform) -> bool {
        let shown = self.desk.shown();
        let person = self.desk.person(&from.id, platform);
        person.is_some_and(|person| !shown.bot.is_gone(&person, platform)) && !from.belongs.is_refused(&shown.policy)
    }

    /// What somebody owes, for a place that shows it unasked. Reading leaves no trace.
    ///
    /// # Errors
    /// [`Fault`]: it can't be read now.
    pub async fn home_of(&self, from: &Account, platform: &Platform) -> Result<Vec<Card>, Fault> {
        let shown = self.desk.shown();
        let refused = |refusal| {
            let speaker = Speaker::new(&self.desk.wording, &shown.policy);
            Ok(vec![card::refused(&speaker, &refusal)])
        };
        let Some(by) = self.desk.person(&from.id, platform) else {
            return refused(Refusal::unknown(platform, &from.id));
        };
        if from.belongs.is_refused(&shown.policy) {
            return refused(Refusal::NotAtHome);
        }
        self.answers.home(&by).await.map_err(|error| unreadable(&error))
    }

    /// Whether what is said in a lane is evidence: in channels that the policy names, in a case's own, and in direct
    /// messages to the bot. Elsewhere the bot listens only to what is said to it.
    pub fn keeps(&self, lane: &Lane) -> bool {
        match &lane.place {
            Place::Direct(_) => true,
            Place::Channel(_) if lane.own_of().is_some() => true,
            Place::Channel(_) => self.desk.shown().policy.channels().any(|channel| Lane::channel(channel) == *lane),
        }
    }

    /// Records that what was missed on a platform is about to be read, or that it is read. Repeated until it is kept: before a
    /// reading has begun by the ledger, nothing that comes live may be in it.
    pub async fn fill(&self, event: Fill) {
        let again = |fault: &Fault| {
            if fault.is_stopped() {
                return Again::Stop;
            }
            tracing::error!(reference = fault.reference, "that history is read can't be recorded yet; trying again");
            Again::Try(None)
        };
        let ask = || self.desk.ask_bot(BotCommand::Fill(event.clone()), Actor::Engine, None);
        let _stopped = patiently(PAUSES, u32::MAX, again, ask).await;
    }

    /// Takes in who is on a platform now.
    ///
    /// # Errors
    /// [`Fault`]: nothing of it is kept; say it again.
    pub async fn roster(&self, platform: &Platform, roster: &Roster) -> Result<(), Fault> {
        let person = |account: &String| self.desk.person(account, platform);
        let groups = roster
            .groups
            .iter()
            .map(|(group, members)| (group.clone(), members.iter().filter_map(person).collect()))
            .collect();
        let gone = roster.gone.iter().filter_map(person).collect();
        let command = BotCommand::Roster { platform: platform.clone(), groups, gone };
        if let Err(refusal) = self.desk.ask_bot(command, Actor::Engine, None).await? {
            tracing::error!(refusal = refusal.code(), "the roster was refused");
        }
        Ok(())
    }

    /// Fields that are drafted open with the draft in them.
    async fn fill_in(&self, mut answer: Answer, heard: &Heard) -> Result<Answer, Fault> {
        let Some(form) = &mut answer.form else { return Ok(answer) };
        let Some((verb, case)) = form.id.split_once(':') else { return Ok(answer) };
        let drafted: Vec<&str> = verbs::all()
            .filter(|it| it.id() == verb)
            .flat_map(|it| it.args)
            .filter(|arg| arg.drafted)
            .map(|arg| arg.name)
            .collect();
        let Ok(case) = case.parse::<CaseId>() else { return Ok(answer) };
        if drafted.is_empty() {
            return Ok(answer);
        }
        let Some(by) = self.desk.person(&heard.from.id, &heard.lane.platform) else { return Ok(answer) };
        let draft = self.answers.review_draft(case, &by).await.map_err(|error| unreadable(&error))?;
        let text = draft.map(|draft| draft.text);
        for field in form.fields.iter_mut().filter(|field| drafted.contains(&field.name.as_str())) {
            field.value.clone_from(&text);
        }
        Ok(answer)
    }

    /// A bundle, and the address that it can be fetched at once: told to whoever asked, alone.
    async fn export(&self, wanted: Export, by: PersonId, word: Option<Word>) -> Result<Card, Fault> {
        let Some(word) = word else {
            return Ok(crate::answers::said("That bundle was made when you asked first. Ask once more for another."));
        };
        let made = match self.exports.make(&wanted.what, wanted.workflow.as_ref(), &by).await? {
            Ok(made) => made,
            Err(refusal) => {
                if refusal.is_for_others() {
                    self.record_reading(Reading::ExportRefused { what: wanted.what }, by, Some(word)).await?;
                }
                let policy = self.desk.shown().policy;
                return Ok(card::refused(&Speaker::new(&self.desk.wording, &policy), &refusal));
            }
        };
        if let Err(fault) = self.record_reading(exports::recorded(&made.exported), by, Some(word)).await {
            self.exports.forget(&made);
            return Err(fault);
        }
        let Made { exported, secret } = made;
        let policy = self.desk.shown().policy;
        let answer = ExportAnswer {
            what: exported.scope.to_string(),
            address: format!("{}/evidence/{secret}.zip", self.calendars_at),
            entries: exported.entries,
            files: exported.files,
            lacking: exported.lacking,
        };
        Ok(card::export(&Speaker::new(&self.desk.wording, &policy), &answer))
    }

    /// An address for somebody's calendar, told to them alone: the ledger has its hash, so nobody can read it there.
    async fn calendar(&self, by: PersonId, renew: bool, word: Word) -> Result<Card, Fault> {
        let shown = self.desk.shown();
        let speaker = Speaker::new(&self.desk.wording, &shown.policy);
        let renews = Shift::Calendar.line().with("renew").typed(self.desk.prefix());
        if let Some(feed) = shown.bot.rotas.calendars.get(&by).filter(|_| !renew) {
            let zone = shown.policy.people.get(&by).map_or(chrono_tz::UTC, |it| it.zone);
            let since = card::wall(feed.since, zone, self.desk.clock.now());
            return Ok(crate::answers::said(&format!(
                "You have an address since {since}. I keep no copy of it and can't show it again.\n{renews} makes another one, and the old one leads nowhere then."
            )));
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| {
            let reference = reference();
            tracing::error!(%reference, %error, "the system gives no random numbers");
            Fault { reference }
        })?;
        let secret = hex::encode(secret);
        let hash = Label::from(hex::encode(Sha256::digest(&secret)));
        let command = BotCommand::Rota(RotaCommand::GiveCalendar { hash });
        if let Err(refusal) = self.desk.ask_bot(command, Actor::Person(by), Some(word)).await? {
            return Ok(card::refused(&speaker, &refusal));
        }
        let mut card = crate::answers::said("Your shifts and deadlines, for your calendar to subscribe to:");
        card.lines.push(vec![crate::card::Word::Code(format!("{}/calendar/{secret}.ics", self.calendars_at))]);
        card.lines.push(vec![crate::card::Word::from(
            "Whoever knows the address can read them, so keep it to yourself. It isn't shown again.",
        )]);
        Ok(card)
    }

    /// Reads the policy file again. Refused as a whole if it has errors; then the one in force stays. `word` is the one that asked
    /// for it, where there was one.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reload(&self, by: Actor, word: Option<Word>) -> Result<Card, Fault> {
        let (policy, text) = match self.policy_file.read() {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "the policy was not reloaded; the one in force stays");
                let text = format!("The policy was not reloaded; the one in force stays.\n{error}");
                return Ok(crate::answers::said(&text));
            }
        };
        let load = BotCommand::LoadPolicy { policy: Box::new(policy), text };
        let asked_by = by.person().cloned();
        let ruled = self.desk.ask_bot(load, by, word).await?;
        let shown = self.desk.shown();
        let speaker = Speaker::new(&self.desk.wording, &shown.policy);
        Ok(match ruled {
            Ok(Some(reply)) => {
                let mut card = card::tell(&speaker, reply.about.as_ref(), &reply.telling, None);
                // It is in force already, whatever can be read now.
                card.lines.extend(self.answers.waiting_on_nobody(asked_by.as_ref()).await.unwrap_or_else(|error| {
                    let reference = crate::desk::reference();
                    tracing::error!(%reference, %error, "who waits on nobody can't be read");
                    let text =
                        format!("Which answers nobody is left to give can't be read now (reference {reference}).");
                    vec![vec![crate::card::Word::from(&*text)]]
                }));
                card
            }
            Ok(None) => crate::answers::said("The policy is in force."),
            Err(refusal) => card::refused(&speaker, &refusal),
        })
    }
}
