//! Interactions: a command, a button, a form, a beginning of a word. Each is answered or deferred at once; Discord waits
//! for three seconds, and a form opens as the first response or not at all.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{DEFERRED, EPHEMERAL, MESSAGE, MODAL, OFFERS, ephemeral, said};
use super::directory::platform;
use super::form::Sent;
use super::options::filled;
use super::places::Said;
use super::wire::{Channel, DIRECT, Id, Interaction, User};
use super::{Discord, lock};
use crate::card::{self, Speaker};
use crate::domain::Lane;
use crate::grammar::{self, Filled, Form};
use crate::ledger::heard::{Answer, Heard, What};

/// How long a form waits for what has to be read for it; then it opens without.
const DRAFT_WITHIN: Duration = Duration::from_millis(1_500);

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
        if let Some(entry) = grammar::on_message().find(|entry| entry.label == name) {
            return self.used_on_message(interaction, entry).await;
        }
        let read = |text: &str| self.words_of(interaction, text);
        let Some(filled) = filled(&interaction.data, door.reception.desk.prefix(), &read) else {
            let text = "I don't know that command any more. Discord may still show an old one; try again in a minute.";
            return self.respond(interaction, MESSAGE, ephemeral(&said(text))).await;
        };
        self.asked(interaction, What::Filled(filled)).await;
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
                let text = "Please use the command again: I was started again meanwhile, or it was too long ago, and what you had typed is gone.";
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
                let filled = Filled::form(&form, values);
                let case = filled.named_case();
                let deferred = self.respond(interaction, DEFERRED, json!({ "flags": EPHEMERAL }));
                let answer = async {
                    let mut heard = self.heard(interaction, What::Filled(filled)).await?;
                    heard.opened_from = message.as_ref().and_then(|message| message.opened_from.clone());
                    Some(self.answer_to(heard).await)
                };
                let ((), answer) = tokio::join!(deferred, answer);
                let Some(answer) = answer else { return };
                let case = case.or(answer.opened);
                let is_kept = answer.errors.is_none() && self.is_of_the_policy(interaction);
                self.tell(interaction, answer, Some(&mark)).await;
                if let (Some(message), Some(case), true) = (message, case, is_kept) {
                    self.keep_with(message.raw, case).await;
                }
            }
            Some(Sent::Forgotten { .. }) => {
                let text = "Please use the command again: I was started again while the form was open, and what you gave with the command is gone. Nothing was changed.";
                self.respond(interaction, MESSAGE, ephemeral(&said(text))).await;
            }
            None => {}
        }
    }

    /// Whether somebody may ask for anything at all: the policy knows them, and they haven't left.
    fn is_of_the_policy(&self, interaction: &Interaction) -> bool {
        let from = interaction.by().map(|user| Discord::account(user, interaction.member.as_ref(), false));
        self.door().zip(from).is_some_and(|(door, from)| door.reception.is_obeyed(&from, &platform()))
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
        let (answer, ()) = tokio::join!(self.answer_to(heard), deferred);
        self.tell(interaction, answer, None).await;
    }

    /// What the bot says, also when it is at fault.
    pub(super) async fn answer_to(&self, heard: Heard) -> Answer {
        let Some(door) = self.door() else { return Answer::default() };
        match door.reception.hear(heard).await {
            Ok(answer) => answer,
            Err(fault) => {
                let shown = door.reception.desk.shown();
                let speaker = Speaker::new(&door.reception.desk.wording, &shown.policy);
                Answer::card(card::fault(&speaker, &fault.reference))
            }
        }
    }

    pub(super) async fn heard(&self, interaction: &Interaction, what: What) -> Option<Heard> {
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
            self.directory_mut().learn_direct(user, channel);
            return Some(Said { lane: Lane::direct(&platform(), &user.to_string()), thread: None });
        }
        if let Some(carried) = &interaction.channel {
            let is_known = self.directory().place(channel).is_some();
            if !is_known && (carried.parent_id.is_some() || !carried.is_thread()) {
                self.directory_mut().learn(&Channel { id: Some(channel), ..carried.clone() }, interaction.guild_id);
            }
        }
        self.said_in(channel).await
    }

    async fn open(&self, interaction: &Interaction, form: &Form) {
        let modal = lock(&self.forms).open(form);
        self.respond(interaction, MODAL, modal).await;
    }
}
