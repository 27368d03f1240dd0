//! Messages as the bot hears them: said, edited, deleted, or kept with a case because somebody asked for it.

use serde_json::Value;

use super::Discord;
use super::commands;
use super::directory::platform;
use super::files::Kept;
use super::hear::id;
use super::people::nobody;
use super::wire::{self, Id, Message};
use crate::card::{Card, Tone};
use crate::chat::Newest;
use crate::domain::CaseId;
use crate::domain::mark::Words;
use crate::grammar::{BOT, How, Word};
use crate::ledger::heard::{Account, Answer, Heard, What};

/// Written by people and bots; all other kinds are said by Discord itself.
const WRITTEN: [u64; 4] = [0, 19, 20, 23];
/// The copy of a message with which a thread begins.
const STARTER: u64 = 21;

pub fn cause_of_message(message: Id) -> String {
    format!("discord:msg:{message}")
}

/// How a message comes to the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The gateway tells it.
    Live,
    /// From history: it was said while the bot didn't listen.
    Missed,
    /// From history: it was said before the channel was a case's own. Nothing of it is answered: what was said to the bot was
    /// heard then.
    Before,
    /// Of wherever: somebody asked to have it kept with a case.
    Kept(CaseId),
}

impl Discord {
    pub(super) async fn message(&self, message: Message, raw: Value, told: Told) {
        let (backfilled, about) = match told {
            Told::Live => (false, None),
            Told::Missed | Told::Before => (true, None),
            Told::Kept(case) => (true, Some(case)),
        };
        let Some(author) = message.author.clone() else { return };
        if self.is_me(author.id) || message.kind == Some(STARTER) {
            return;
        }
        let Some(said) = self.said_by(message.channel_id, message.guild_id, author.id).await else { return };
        let mentions = message.mentions.clone().unwrap_or_default();
        let is_to_me = mentions.iter().any(|user| self.is_me(user.id));
        let text = self.read_words(message.content.as_deref().unwrap_or_default(), &mentions);
        if about.is_none() && !self.keeps(&said.lane) && !is_to_me && !text.trim_start().starts_with(&format!("@{BOT}"))
        {
            return;
        }
        let mut raw = raw;
        if says_nothing(&message) {
            let path = format!("/channels/{}/messages/{}", message.channel_id, message.id);
            if let Ok(whole) = self.api.get(&path).await {
                raw = whole;
            }
        }
        let Kept { files, not_kept } = self.files(&message).await;
        let is_written = message.kind.is_none_or(|kind| WRITTEN.contains(&kind));
        // What Discord says itself (somebody joined, something was pinned) is only in its own words.
        let raw = match is_written && not_kept.is_empty() {
            true => beyond_text(&raw),
            false => Some(raw.to_string()),
        };
        let from = Discord::account(&author, message.member.as_ref(), message.webhook_id.is_some());
        let (is_bot, heard_from) = (from.bot, from.clone());
        let instead = self.command_to_pick(&text).filter(|_| !backfilled);
        let heard = Heard {
            cause: cause_of_message(message.id),
            from,
            lane: said.lane.clone(),
            thread: said.thread,
            said: Some(message.id.at()),
            what: What::Said { message: message.id.to_string(), text, files: Words::of(files) },
            not_kept,
            how: How::Said,
            backfilled,
            about,
            opened_from: None,
            draft: None,
            preview: None,
            raw,
        };
        let lane = heard.lane.clone();
        let Some(answer) = self.hand_in(heard).await else { return };
        if about.is_some() {
            return;
        }
        self.reached.advance(&lane, newest(message.id));
        if told == Told::Before {
            return;
        }
        let answer = match instead {
            // To whoever isn't obeyed it would be no help.
            Some(instead) if answer == Answer::default() && self.is_obeyed(&heard_from) => instead,
            _ => answer,
        };
        if !is_bot && answer != Answer::default() {
            self.answer_later(&heard_from, message.channel_id, message.id, answer);
        }
    }

    /// What to do instead, where somebody sent a command as words: Discord takes none that wasn't picked from its list.
    fn command_to_pick(&self, text: &str) -> Option<Answer> {
        let line = text.trim().lines().next()?;
        commands::of_line(line, self.door()?.reception.desk.prefix())?;
        let title = vec![
            Word::from("That was sent as words, so nothing was done. Pick the command: "),
            Word::Line(line.to_owned()),
        ];
        Some(Answer::card(Card { tone: Tone::Private, title, ..Card::default() }))
    }

    fn is_obeyed(&self, from: &Account) -> bool {
        self.door().is_some_and(|door| door.reception.is_obeyed(from, &platform()))
    }

    pub(super) async fn update(&self, data: Value) {
        let mut message = match serde_json::from_value::<Message>(data.clone()) {
            Ok(message) => message,
            Err(error) => return self.unreadable("MESSAGE_UPDATE", &error),
        };
        // Without it only Discord changed something: a link was unfolded, a message was pinned.
        let Some(edited) = message.edited_timestamp.clone() else { return };
        if message.author.is_none() || message.content.is_none() {
            let path = format!("/channels/{}/messages/{}", message.channel_id, message.id);
            match self.api.read::<Message>(&path).await {
                Ok(whole) => message = Message { guild_id: message.guild_id, ..whole },
                Err(_) => return,
            }
        }
        let Some(author) = message.author.clone().filter(|author| !self.is_me(author.id)) else { return };
        let Some(said) = self.said_by(message.channel_id, message.guild_id, author.id).await else { return };
        if !self.keeps(&said.lane) {
            return;
        }
        let mentions = message.mentions.clone().unwrap_or_default();
        let text = self.read_words(message.content.as_deref().unwrap_or_default(), &mentions);
        let at = wire::moment(&edited);
        let mut beyond = parts_beyond_text(&data);
        let mut not_kept = Vec::new();
        if let Some((files, lost)) = self.files_after(&message).await {
            not_kept = lost;
            beyond.insert("attachments".to_owned(), files);
        }
        let raw = (!beyond.is_empty()).then(|| Value::Object(beyond).to_string());
        // The same edit is written with and without fractions.
        let mark = at.map_or_else(|| edited.clone(), |at| (at.0 / 1_000).to_string());
        let heard = Heard {
            cause: format!("discord:edit:{}:{mark}", message.id),
            from: Discord::account(&author, message.member.as_ref(), message.webhook_id.is_some()),
            lane: said.lane,
            thread: said.thread,
            said: at,
            what: What::Edited { message: message.id.to_string(), text },
            not_kept,
            how: How::Said,
            backfilled: false,
            about: None,
            opened_from: None,
            draft: None,
            preview: None,
            raw,
        };
        self.hand_in(heard).await;
    }

    /// Discord doesn't say who deleted it, nor what it said; the transcript has that.
    pub(super) async fn deleted(&self, data: &Value, message: Id) {
        let Some(channel) = id(data, "channel_id") else { return };
        let Some(said) = self.said_somewhere(channel).await.filter(|said| self.keeps(&said.lane)) else { return };
        let what = What::Deleted { message: message.to_string() };
        let mut heard = Heard::live(format!("discord:del:{message}"), nobody(), said.lane, what);
        (heard.thread, heard.said) = (said.thread, self.now());
        self.hand_in(heard).await;
    }

    /// Hands in what was heard, until it is kept. `None`: the bot has stopped.
    pub(super) async fn hand_in(&self, heard: Heard) -> Option<Answer> {
        self.door()?.reception.hear_until_kept(heard).await
    }
}

/// A message as the newest of its lane.
pub fn newest(message: Id) -> Newest {
    Newest { message: message.to_string(), said: message.at() }
}

/// Messages of bots can be built of components alone, and serenity's types know nothing of those: they come empty.
fn says_nothing(message: &Message) -> bool {
    let is_bots =
        message.webhook_id.is_some() || message.author.as_ref().is_some_and(|author| author.bot == Some(true));
    let has_files = message.attachments.as_ref().is_some_and(|files| !files.is_empty());
    let has_embeds = message.embeds.as_ref().is_some_and(|embeds| !embeds.is_empty());
    is_bots && !has_files && !has_embeds && message.content.as_deref().unwrap_or_default().is_empty()
}

/// What a message says beside its text and files, as Discord has it.
fn beyond_text(raw: &Value) -> Option<String> {
    let parts = parts_beyond_text(raw);
    (!parts.is_empty()).then(|| Value::Object(parts).to_string())
}

fn parts_beyond_text(raw: &Value) -> serde_json::Map<String, Value> {
    const PARTS: [&str; 7] =
        ["embeds", "components", "sticker_items", "poll", "message_snapshots", "message_reference", "activity"];
    let has = |part: &&&str| match raw.get(**part) {
        None | Some(Value::Null) => false,
        Some(Value::Array(items)) => !items.is_empty(),
        Some(_) => true,
    };
    PARTS.iter().filter(has).map(|part| ((*part).to_owned(), raw[*part].clone())).collect()
}
