//! A message's own menu, as a command of Discord's.

use serde_json::{Value, json};

use super::answer::{DEFERRED, EPHEMERAL, MODAL};
use super::directory::platform;
use super::form::About;
use super::messages::Told;
use super::wire::{Id, Interaction, Message};
use super::{Discord, lock, words};
use crate::chat::message_menu::{Quoted, fill_in, name};
use crate::domain::{CaseId, Lane, Place};
use crate::grammar::{self, OnMessage};
use crate::ledger::heard::What;

impl Discord {
    /// A command of a message's own menu: a form, filled in with what it says.
    pub(super) async fn used_on_message(&self, interaction: &Interaction, entry: &'static OnMessage) {
        let target = interaction.data.get("target_id").and_then(Value::as_str).unwrap_or_default();
        let mut raw = interaction.data.pointer(&format!("/resolved/messages/{target}")).cloned().unwrap_or_default();
        if let (Some(guild), true) = (interaction.guild_id, raw.is_object()) {
            raw["guild_id"] = json!(guild);
        }
        let message = serde_json::from_value::<Message>(raw.clone()).ok();
        let (Some(message), Some(verb)) = (message, entry.verb()) else { return };
        let what = What::Pressed { message: target.to_owned(), action: grammar::form_action(verb, None, None) };
        let Some(heard) = self.heard(interaction, what).await else { return };
        let form = self.door().and_then(|door| door.reception.peek(&heard));
        let Some(mut form) = form else {
            // A stranger, who is told so as ever.
            self.respond(interaction, DEFERRED, json!({ "flags": EPHEMERAL })).await;
            let answer = self.answer_to(heard).await;
            return self.tell(interaction, answer, None).await;
        };
        let mentions = message.mentions.clone().unwrap_or_default();
        let text = self.read_words(message.content.as_deref().unwrap_or_default(), &mentions);
        let author = message.author.as_ref().map(|author| author.shown().to_owned()).unwrap_or_default();
        let server = interaction.guild_id.map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
        let link = format!("https://discord.com/channels/{server}/{}/{}", message.channel_id, message.id);
        let quoted = Quoted { author: &author, said: Some(message.id.at()), text: &text, link: &link };
        fill_in(entry, &mut form, &quoted, words::cut);
        // Where the cases can't be read, none is named.
        if let Some(door) = self.door()
            && let Some(person) = door.reception.desk.person(&heard.from.id, &heard.lane.platform)
        {
            let cases = door.reception.answers.cases(verb.kind(), &person).await.unwrap_or_default();
            name(entry, &mut form, &cases);
        }
        let opened_from = match entry.opens() && !self.is_among_few(message.channel_id, &heard.lane) {
            true => {
                let by = message.author.as_ref().map(|author| author.id.to_string()).unwrap_or_default();
                let person = self.door().and_then(|door| door.reception.desk.person(&by, &platform()));
                quoted.opened_from(heard.lane.clone(), target, person).map(Box::new)
            }
            false => None,
        };
        let modal = lock(&self.forms).open_with(&form, Some(About { raw, opened_from }));
        self.respond(interaction, MODAL, modal).await;
        // That it was asked for is kept, though the answer is the form that is open already.
        self.hand_in(heard).await;
    }

    /// Whether others than a few people can't read what is said in a channel, as far as the gateway told.
    /// Discord isn't asked: it takes the form within seconds or not at all.
    fn is_among_few(&self, channel: Id, lane: &Lane) -> bool {
        matches!(lane.place, Place::Direct(_)) || !self.directory().is_open(channel)
    }

    /// Keeps a message with a case, as it is: its author, its words, its files.
    pub(super) async fn keep_with(&self, raw: Value, case: CaseId) {
        match serde_json::from_value::<Message>(raw.clone()) {
            Ok(message) => self.message(message, raw, Told::Kept(case)).await,
            Err(error) => tracing::warn!(%error, %case, "a message to be kept can't be read"),
        }
    }
}
