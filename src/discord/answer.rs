//! Interactions: a command, a button, a form, a beginning of a word. Each is answered or deferred at once; Discord waits for
//! three seconds, and a form opens as the first response or not at all.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::api::{Call, Trouble};
use super::atlas::platform;
use super::commands;
use super::deliver::{code, nonce};
use super::embed::{self, Draft, For};
use super::form::{Forms, Sent};
use super::hear::Said;
use super::wire::{DIRECT, Id, Interaction, Message, User};
use super::words;
use super::{Discord, lock};
use crate::card::{self, Card, Speaker, Style, Tone};
use crate::chat::{Answer, Heard, Lane, What};
use crate::domain::CaseId;
use crate::grammar::{self, Form, Word};

/// Only the person who asked sees it.
const EPHEMERAL: u64 = 1 << 6;
/// Types of first responses.
const DEFERRED: u8 = 5;
const MESSAGE: u8 = 4;
const OFFERS: u8 = 8;
const MODAL: u8 = 9;
/// How long a form waits for what has to be read for it; then it opens without.
const DRAFT_WITHIN: Duration = Duration::from_millis(1_500);
/// How often an answer is sent while its outcome isn't known.
const TRIES: u32 = 4;

/// Types of interactions.
const COMMAND: u64 = 2;
const COMPONENT: u64 = 3;
const AUTOCOMPLETE: u64 = 4;
const SUBMIT: u64 = 5;

impl Discord {
    pub(super) async fn interaction(self: Arc<Self>, data: Value) {
        let interaction = match serde_json::from_value::<Interaction>(data) {
            Ok(interaction) => interaction,
            Err(error) => {
                tracing::warn!(%error, "an interaction can't be read");
                lock(&self.state).unread += 1;
                return;
            }
        };
        match interaction.kind {
            COMMAND => self.used(&interaction).await,
            COMPONENT => self.pressed(&interaction).await,
            AUTOCOMPLETE => self.typing(&interaction).await,
            SUBMIT => self.submitted(&interaction).await,
            _ => {}
        }
    }

    async fn used(&self, interaction: &Interaction) {
        let Some(door) = self.door() else { return };
        let name = interaction.data.get("name").and_then(Value::as_str).unwrap_or_default();
        if name == commands::OPEN_INCIDENT || name == commands::KEEP_AS_EVIDENCE {
            return self.used_on_message(interaction, name).await;
        }
        let read = |text: &str| self.words_of(interaction, text);
        let Some(text) = commands::line(&interaction.data, door.reception.desk.prefix(), &read) else {
            let text = "I don't know that command any more. Discord may still show an old one; try again in a minute.";
            return self.respond(interaction, MESSAGE, ephemeral(&said(text))).await;
        };
        self.asked(interaction, What::Command { text }).await;
    }

    fn words_of(&self, interaction: &Interaction, text: &str) -> String {
        let users = interaction.data.pointer("/resolved/users").and_then(Value::as_object);
        let users = users.into_iter().flat_map(|users| users.values());
        let users: Vec<User> = users.filter_map(|user| serde_json::from_value(user.clone()).ok()).collect();
        self.read_words(text, &users)
    }

    async fn pressed(&self, interaction: &Interaction) {
        let Some(action) = interaction.data.get("custom_id").and_then(Value::as_str) else { return };
        let again = lock(&self.forms).asked_again(action);
        match again {
            Some(Some((form, message))) => {
                let modal = lock(&self.forms).open_with(&form, message);
                self.respond(interaction, MODAL, modal).await;
            }
            Some(None) => {
                let text = "I was started again meanwhile, or it was too long ago: what you had typed is gone. Please use the command again.";
                self.respond(interaction, MESSAGE, ephemeral(&said(text))).await;
            }
            None => {
                let message = interaction.message.as_ref().and_then(|message| message.get("id"));
                let message = message.and_then(Value::as_str).unwrap_or_default().to_owned();
                self.asked(interaction, What::Pressed { message, action: action.to_owned() }).await;
            }
        }
    }

    async fn submitted(&self, interaction: &Interaction) {
        let sent = lock(&self.forms).sent(&interaction.data);
        match sent {
            Some(Sent::Whole { mark, form, values, message }) => {
                // A case's number stands in the form's name where it was known, else somebody typed it.
                let case = form.split_once(':').map(|(_, case)| case).or(values.get("case").map(String::as_str));
                let case = case.and_then(|case| case.trim().parse::<CaseId>().ok());
                let deferred = self.respond(interaction, DEFERRED, json!({ "flags": EPHEMERAL }));
                let heeded = async {
                    let heard = self.heard(interaction, What::Submitted { form, values }).await?;
                    Some(self.heed(heard).await)
                };
                let ((), answer) = tokio::join!(deferred, heeded);
                let Some(answer) = answer else { return };
                let is_kept = answer.errors.is_none() && self.is_of_the_policy(interaction);
                self.tell(interaction, answer, Some(&mark)).await;
                if let (Some(message), Some(case), true) = (message, case, is_kept) {
                    self.keep_with(message, case).await;
                }
            }
            Some(Sent::Forgotten { .. }) => {
                let text = "I was started again while the form was open, and what you gave with the command is gone. Nothing was changed. Please use the command again.";
                self.respond(interaction, MESSAGE, ephemeral(&said(text))).await;
            }
            None => {}
        }
    }

    /// Whether somebody may ask for anything at all: the policy knows them, and they haven't left.
    fn is_of_the_policy(&self, interaction: &Interaction) -> bool {
        let person = |door: &crate::reception::Door, by: &User| {
            let desk = &door.reception.desk;
            let person = desk.person(&by.id.to_string(), &platform())?;
            (!desk.shown().bot.is_gone(&person, &platform())).then_some(())
        };
        self.door().zip(interaction.by()).and_then(|(door, by)| person(door, by)).is_some()
    }

    /// Keeps a message with a case, as it is: its author, its words, its files.
    async fn keep_with(&self, raw: Value, case: CaseId) {
        match serde_json::from_value::<Message>(raw.clone()) {
            Ok(message) => self.kept(message, raw, case).await,
            Err(error) => tracing::warn!(%error, %case, "a message to be kept can't be read"),
        }
    }

    async fn typing(&self, interaction: &Interaction) {
        let by = interaction.by().map(|user| user.id.to_string());
        let person = self.door().zip(by).and_then(|(door, by)| door.reception.desk.person(&by, &platform()));
        let offered = match person {
            Some(person) => self.offered(&interaction.data, &person).await,
            None => Vec::new(),
        };
        self.respond(interaction, OFFERS, json!({ "choices": offered })).await;
    }

    /// A command of a message's own menu: a form, filled in with what it says.
    async fn used_on_message(&self, interaction: &Interaction, name: &str) {
        let target = interaction.data.get("target_id").and_then(Value::as_str).unwrap_or_default();
        let mut raw = interaction.data.pointer(&format!("/resolved/messages/{target}")).cloned().unwrap_or_default();
        if let (Some(guild), true) = (interaction.guild_id, raw.is_object()) {
            raw["guild_id"] = json!(guild);
        }
        let message = serde_json::from_value::<Message>(raw.clone()).ok();
        let verb = if name == commands::OPEN_INCIDENT { "open" } else { "note" };
        let (Some(message), Some(verb)) = (message, grammar::find("incident", verb)) else { return };
        let what = What::Pressed { message: target.to_owned(), action: grammar::form_action(verb, None, None) };
        let Some(heard) = self.heard(interaction, what).await else { return };
        let form = self.door().and_then(|door| door.reception.peek(&heard));
        let Some(mut form) = form else {
            // A stranger, who is told so as ever.
            self.respond(interaction, DEFERRED, json!({ "flags": EPHEMERAL })).await;
            let answer = self.heed(heard).await;
            return self.tell(interaction, answer, None).await;
        };
        let mentions = message.mentions.clone().unwrap_or_default();
        let text = self.read_words(message.content.as_deref().unwrap_or_default(), &mentions);
        let author = message.author.as_ref().map(|author| author.shown().to_owned()).unwrap_or_default();
        let at = message.id.at().utc();
        let server = interaction.guild_id.map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
        let link = format!("https://discord.com/channels/{server}/{}/{}", message.channel_id, message.id);
        for field in &mut form.fields {
            let said = match (verb.verb, field.name.as_str()) {
                ("open", "title") => Some(grammar::clean::line(&text)),
                ("open", "detected") => at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
                ("note", "text") => {
                    let when = at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default();
                    Some(format!("{author} wrote on {when}: “{text}” ({link})"))
                }
                _ => None,
            };
            let most = field.max.unwrap_or(usize::MAX);
            if let Some(said) = said.filter(|said| !said.is_empty()) {
                field.value = Some(words::cut(&said, most));
            }
        }
        let modal = lock(&self.forms).open_with(&form, (verb.verb == "note").then_some(raw));
        self.respond(interaction, MODAL, modal).await;
        // That it was asked for is kept, though the answer is the form that is open already.
        self.hand_in(heard).await;
    }

    /// Something that somebody asks: a form at once if there will be one; else deferred at once, then the answer.
    async fn asked(&self, interaction: &Interaction, what: What) {
        let Some(heard) = self.heard(interaction, what).await else { return };
        let Some(door) = self.door() else { return };
        if let Some(form) = door.reception.peek(&heard) {
            let answer = tokio::time::timeout(DRAFT_WITHIN, door.reception.hear(heard.clone())).await;
            let is_late = answer.is_err();
            let filled = answer.ok().and_then(Result::ok).and_then(|answer| answer.form);
            self.open(interaction, &filled.unwrap_or(form)).await;
            if is_late {
                self.hand_in(heard).await;
            }
            return;
        }
        let deferred = self.respond(interaction, DEFERRED, json!({ "flags": EPHEMERAL }));
        let (answer, ()) = tokio::join!(self.heed(heard), deferred);
        self.tell(interaction, answer, None).await;
    }

    /// What the house says, also when it is at fault.
    async fn heed(&self, heard: Heard) -> Answer {
        let Some(door) = self.door() else { return Answer::default() };
        match door.reception.hear(heard).await {
            Ok(answer) => answer,
            Err(fault) => {
                let shown = door.reception.desk.shown();
                let speaker = Speaker { wording: &door.reception.desk.wording, policy: &shown.policy };
                Answer::card(card::fault(&speaker, &fault.reference))
            }
        }
    }

    async fn heard(&self, interaction: &Interaction, what: What) -> Option<Heard> {
        let user = interaction.by()?;
        let said = self.said_at(interaction, user.id).await?;
        let from = Discord::account(user, interaction.member.as_ref(), false);
        let mut heard = Heard::live(format!("discord:int:{}", interaction.id), from, said.lane, what);
        (heard.thread, heard.said) = (said.thread, Some(interaction.id.at()));
        Some(heard)
    }

    /// Where an interaction happened. It carries enough, so that nobody has to be asked.
    async fn said_at(&self, interaction: &Interaction, user: Id) -> Option<Said> {
        let channel = interaction.channel_id.or(interaction.channel.as_ref().and_then(|channel| channel.id))?;
        let is_direct = interaction.channel.as_ref().is_some_and(|channel| channel.kind == DIRECT);
        if interaction.guild_id.is_none() || is_direct {
            self.atlas_mut().learn_direct(user, channel);
            return Some(Said { lane: Lane::direct(&platform(), &user.to_string()), thread: None });
        }
        if let Some(carried) = &interaction.channel {
            let is_known = self.atlas().place(channel).is_some();
            if !is_known && (carried.parent_id.is_some() || !carried.is_thread()) {
                self.atlas_mut()
                    .learn(&super::wire::Channel { id: Some(channel), ..carried.clone() }, interaction.guild_id);
            }
        }
        self.said_in(channel).await
    }

    async fn open(&self, interaction: &Interaction, form: &Form) {
        let modal = lock(&self.forms).open(form);
        self.respond(interaction, MODAL, modal).await;
    }

    /// The first response.
    async fn respond(&self, interaction: &Interaction, kind: u8, data: Value) {
        let path = format!("/interactions/{}/{}/callback", interaction.id, interaction.token);
        let body = json!({ "type": kind, "data": data });
        let mut tries = 0;
        loop {
            match self.api.call(&Call::with(Method::POST, &path, &body)).await {
                Ok(_) | Err(Trouble::Refused { code: code::ALREADY_ACKNOWLEDGED, .. }) => return,
                Err(trouble @ (Trouble::Unknown { .. } | Trouble::Unreached { .. } | Trouble::Limited { .. })) => {
                    tries += 1;
                    if tries == TRIES {
                        return tracing::warn!(%trouble, "an interaction could not be answered");
                    }
                    tokio::time::sleep(Duration::from_millis(150) * tries).await;
                }
                Err(trouble) => return tracing::warn!(%trouble, "an interaction could not be answered"),
            }
        }
    }

    /// What the house answered, for this person alone: in place of “thinking…”, and what has no room there after it.
    async fn tell(&self, interaction: &Interaction, answer: Answer, mark: Option<&str>) {
        let Some(drafts) = self.drafts_of(answer, mark) else { return };
        let Some(me) = self.atlas().me.clone() else { return };
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

    async fn follow_up(&self, method: Method, path: &str, draft: &Draft) -> Result<(), Trouble> {
        let mut tries = 0;
        loop {
            let call = Call { files: &draft.files, ..Call::with(method.clone(), path, &draft.body) };
            match self.api.call(&call).await {
                Ok(_) => return Ok(()),
                Err(Trouble::Limited { after }) => tokio::time::sleep(after).await,
                Err(trouble @ (Trouble::Unknown { .. } | Trouble::Unreached { .. })) => {
                    tries += 1;
                    if tries == TRIES {
                        return Err(trouble);
                    }
                    tokio::time::sleep(Duration::from_millis(300) * tries).await;
                }
                Err(trouble) => return Err(trouble),
            }
        }
    }

    /// An answer as messages. With errors or a form that could not be opened, a button opens it again.
    fn drafts_of(&self, answer: Answer, mark: Option<&str>) -> Option<Vec<Draft>> {
        let map = self.map()?;
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
        let mut drafts: Vec<Draft> = cards.iter().flat_map(|card| embed::drafts(card, &map, For::One)).collect();
        if let (Some(again), Some(first)) = (again, drafts.first_mut()) {
            let button = embed::button(&again, "Open again", Style::Primary);
            first.body["components"] = json!([{ "type": 1, "components": [button] }]);
        }
        Some(drafts)
    }

    /// The answer to a message, which everybody sees: told to its author alone.
    pub(super) async fn answer_in_private(&self, author: Id, channel: Id, message: Id, answer: Answer) {
        if answer == Answer::default() {
            return;
        }
        let Some(drafts) = self.drafts_of(answer, None) else { return };
        if !self.tell_directly(author, &drafts, message).await {
            let text = "I can't write to you directly. Allow direct messages from members of this server, or use the slash command.";
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
    async fn tell_directly(&self, person: Id, drafts: &[Draft], of: Id) -> bool {
        let opened = self.patiently(|| self.direct(person)).await;
        let said = async {
            let channel = opened?;
            for (part, draft) in drafts.iter().enumerate() {
                let id = self.say(channel, draft, &nonce(&of.to_string(), part)).await?;
                if part == 0 {
                    self.is_oldest(&Lane::direct(&platform(), &person.to_string()), id);
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

    /// Says something in a channel once, however often that takes.
    async fn say(&self, channel: Id, draft: &Draft, nonce: &str) -> Result<Id, Trouble> {
        self.patiently(|| async { self.send(&mut channel.clone(), channel, draft, nonce, None).await }).await
    }

    /// Somebody waits for it, and nobody comes again with it: limits are waited for.
    async fn patiently<T, F: Future<Output = Result<T, Trouble>>>(
        &self,
        mut ask: impl FnMut() -> F,
    ) -> Result<T, Trouble> {
        let mut tries = 0;
        loop {
            match ask().await {
                Err(Trouble::Limited { after }) => tokio::time::sleep(after).await,
                Err(Trouble::Unknown { .. } | Trouble::Unreached { .. }) if tries + 1 < TRIES => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(300) * tries).await;
                }
                done => return done,
            }
        }
    }
}

fn said(text: &str) -> Card {
    Card { tone: Tone::Private, title: vec![Word::from(text)], ..Card::default() }
}

fn for_one(draft: &Draft) -> Draft {
    let mut draft = draft.clone();
    draft.body["flags"] = json!(EPHEMERAL);
    draft
}

/// A message of the adapter's own, for one person.
fn ephemeral(card: &Card) -> Value {
    let text = words::plain(&card.title).unwrap_or_default();
    json!({ "content": text, "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } })
}
