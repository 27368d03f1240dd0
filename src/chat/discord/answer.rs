//! What the bot says to one person: as the response to an interaction, after it, or in direct messages.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::api::{Call, Trouble};
use super::deliver::{code, nonce};
use super::directory::platform;
use super::embed::{self, Draft, For};
use super::form::Forms;
use super::messages::newest;
use super::wire::{Id, Interaction};
use super::words;
use super::{Discord, lock};
use crate::card::{Card, Style, Tone};
use crate::chat::quota::Share;
use crate::chat::retry::{Pauses, patiently};
use crate::chat::under_way::Going;
use crate::domain::Lane;
use crate::grammar::{self, Word};
use crate::ledger::heard::{Account, Answer};

/// Only the person who asked sees it.
pub(super) const EPHEMERAL: u64 = 1 << 6;
/// Types of first responses.
pub(super) const MESSAGE: u8 = 4;
pub(super) const DEFERRED: u8 = 5;
pub(super) const OFFERS: u8 = 8;
pub(super) const MODAL: u8 = 9;
/// How often an answer is sent while its outcome isn't known.
const TRIES: u32 = 4;
/// Pauses between the tries of a first response, which Discord takes within three seconds.
const AT_ONCE: Pauses = Pauses::new(Duration::from_millis(150), Duration::from_secs(1));
/// Pauses between the tries of what follows it.
const SOON: Pauses = Pauses::new(Duration::from_millis(300), Duration::from_secs(2));

/// A message whose author is to be answered.
pub(super) struct ToAnswer {
    author: Id,
    channel: Id,
    message: Id,
    answer: Answer,
    share: Share,
    under_way: Going,
}

/// The way from what was heard to who answers it.
pub(super) struct Answering {
    begun: mpsc::UnboundedSender<ToAnswer>,
    /// The other end, until [`Discord::answer_all`] takes it.
    to_take: Mutex<Option<mpsc::UnboundedReceiver<ToAnswer>>>,
}

impl Default for Answering {
    fn default() -> Answering {
        let (begun, to_take) = mpsc::unbounded_channel();
        Answering { begun, to_take: Mutex::new(Some(to_take)) }
    }
}

impl Answering {
    fn begin(&self, next: ToAnswer) {
        // The other end goes only with the adapter.
        let _gone = self.begun.send(next);
    }

    fn to_take(&self) -> Option<mpsc::UnboundedReceiver<ToAnswer>> {
        lock(&self.to_take).take()
    }
}

impl Discord {
    /// The first response.
    pub(super) async fn respond(&self, interaction: &Interaction, kind: u8, data: Value) {
        let path = format!("/interactions/{}/{}/callback", interaction.id, interaction.token);
        let body = json!({ "type": kind, "data": data });
        let call = Call::with(Method::POST, &path, &body);
        match patiently(AT_ONCE, TRIES, Trouble::unless_refused, || self.api.call(&call)).await {
            Ok(_) | Err(Trouble::Refused { code: code::ALREADY_ACKNOWLEDGED, .. }) => {}
            Err(trouble) => tracing::warn!(%trouble, "an interaction could not be answered"),
        }
    }

    /// What the bot answered, for this person alone: in place of “thinking…”, and what has no room there after it.
    pub(super) async fn tell(&self, interaction: &Interaction, answer: Answer, mark: Option<&str>) {
        let Some(drafts) = self.drafts_of(answer, mark).await else { return };
        let Some(me) = self.directory().me.clone() else { return };
        let base = format!("/webhooks/{}/{}", me.application, interaction.token);
        for (at, draft) in drafts.iter().enumerate() {
            let sent = match at {
                // It is for one person alone since it was deferred so.
                0 => self.follow_up(Method::PATCH, &format!("{base}/messages/@original"), draft).await,
                _ => self.follow_up(Method::POST, &base, &for_one(draft)).await,
            };
            if let Err(trouble) = sent {
                tracing::warn!(%trouble, "an answer could not be given where it was asked for");
                if let Some(user) = interaction.by() {
                    // It was decided, so it is told: the interaction is gone, the person isn't.
                    self.tell_directly(user.id, &drafts[at..], interaction.id).await;
                }
                return;
            }
        }
    }

    /// An answer as messages. With errors or a form that could not be opened, a button opens it again.
    pub(super) async fn drafts_of(&self, answer: Answer, mark: Option<&str>) -> Option<Vec<Draft>> {
        let mut cards = answer.cards;
        let mut again = None;
        if let Some(errors) = answer.errors {
            let lines = errors.iter().map(|(field, sentence)| match field.is_empty() {
                true => grammar::word::sentence(sentence),
                false => {
                    let mut line = vec![Word::Strong(field.clone()), Word::from(": ")];
                    line.extend(grammar::word::sentence(sentence));
                    line
                }
            });
            let title = vec![Word::from("That can't be taken as it stands. Nothing was changed.")];
            cards.insert(0, Card { tone: Tone::Private, title, lines: lines.collect(), ..Card::default() });
            again = mark.map(Forms::again);
        } else if let Some(form) = answer.form {
            cards.insert(0, said("There is something to fill in."));
            again = Some(lock(&self.forms).offer(&form));
        }
        if cards.is_empty() {
            cards.push(said("Noted."));
        }
        let map = self.map(&cards).await?;
        let mut drafts: Vec<Draft> = cards.iter().flat_map(|card| embed::drafts(card, &map, For::One)).collect();
        if let (Some(again), Some(first)) = (again, drafts.first_mut()) {
            let button = embed::button(&again, "Open again", Style::Primary);
            first.body["components"] = json!([{ "type": 1, "components": [button] }]);
        }
        Some(drafts)
    }

    /// The answer to a message, which everybody sees: told to its author alone, while the next message is heard. Whoever is
    /// turned away is told so once in a while.
    pub(super) fn answer_later(&self, from: &Account, channel: Id, message: Id, answer: Answer) {
        let Some((author, door)) = Id::read(&from.id).zip(self.door()) else { return };
        if !door.reception.is_obeyed(from, &platform()) && !self.accounts.may_be_told_why(&from.id) {
            return tracing::debug!(account = from.id, "turned away without a word");
        }
        let Some(share) = self.accounts.answers.begin(&from.id) else { return };
        self.answering.begin(ToAnswer { author, channel, message, answer, share, under_way: self.under_way.begin() });
    }

    /// Answers messages until it is aborted.
    pub(super) async fn answer_all(self: Arc<Self>) {
        let Some(mut begun) = self.answering.to_take() else { return };
        let mut answers = JoinSet::new();
        while let Some(next) = begun.recv().await {
            while answers.try_join_next().is_some() {}
            let discord = self.clone();
            answers.spawn(async move {
                let ToAnswer { author, channel, message, answer, share, under_way } = next;
                discord.answer_in_private(author, channel, message, answer).await;
                drop((share, under_way));
            });
        }
    }

    async fn answer_in_private(&self, author: Id, channel: Id, message: Id, answer: Answer) {
        let Some(drafts) = self.drafts_of(answer, None).await else { return };
        if !self.tell_directly(author, &drafts, message).await {
            let text = "Allow direct messages from members of this server, or use the slash command: I can't write to you directly.";
            let body = json!({
                "content": format!("<@{author}> {text}"),
                "allowed_mentions": { "parse": [], "users": [author] },
            });
            let draft = Draft { body, files: Vec::new() };
            if let Err(trouble) = self.say(channel, &draft, &nonce(&format!("{message}!"), 0)).await {
                tracing::warn!(%trouble, "an answer could not be given at all");
            }
        }
    }

    /// Whether all of it could be said in direct messages. `of` is what it answers: the same answer isn't said twice.
    pub(super) async fn tell_directly(&self, person: Id, drafts: &[Draft], of: Id) -> bool {
        let opened = patiently(SOON, TRIES, Trouble::until_it_is_known, || self.direct(person)).await;
        let said = async {
            let channel = opened?;
            for (part, draft) in drafts.iter().enumerate() {
                let id = self.say(channel, draft, &nonce(&of.to_string(), part)).await?;
                if part == 0 {
                    self.reached.begin(&Lane::direct(&platform(), &person.to_string()), newest(id));
                }
            }
            Ok::<(), Trouble>(())
        };
        match said.await {
            Ok(()) => true,
            Err(trouble) => {
                tracing::warn!(%trouble, "a person can't be written to directly");
                false
            }
        }
    }

    /// Says something in a channel, and tries until it stands there once.
    pub(super) async fn say(&self, channel: Id, draft: &Draft, nonce: &str) -> Result<Id, Trouble> {
        let send = || async { self.send(&mut channel.clone(), channel, draft, nonce, None).await };
        patiently(SOON, TRIES, Trouble::until_it_is_known, send).await
    }

    async fn follow_up(&self, method: Method, path: &str, draft: &Draft) -> Result<(), Trouble> {
        let call = Call { files: &draft.files, ..Call::with(method, path, &draft.body) };
        patiently(SOON, TRIES, Trouble::until_it_is_known, || self.api.call(&call)).await.map(drop)
    }
}

pub(super) fn said(text: &str) -> Card {
    Card { tone: Tone::Private, title: vec![Word::from(text)], ..Card::default() }
}

fn for_one(draft: &Draft) -> Draft {
    let mut draft = draft.clone();
    draft.body["flags"] = json!(EPHEMERAL);
    draft
}

/// A message of the adapter's own, for one person.
pub(super) fn ephemeral(card: &Card) -> Value {
    let text = words::plain(&card.title).unwrap_or_default();
    json!({ "content": text, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } })
}
