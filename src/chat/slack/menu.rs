//! Slack's own menus, called shortcuts: what is offered on a message, and what is offered without one.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::acknowledge::{Acknowledgement, Turn};
use super::answer::Way;
use super::asks::{NAMES_WITHIN, unnamed};
use super::modal::Memory;
use super::{Slack, moment, word, words};
use crate::chat::message_menu::{Quoted, fill_in, offer};
use crate::grammar::{self, Context, OnMessage};
use crate::ledger::heard::{Heard, What};

/// One of Slack's shortcuts.
pub(super) struct Shortcut {
    pub entry: &'static OnMessage,
    /// In a message's own menu; else in the one beside the composer.
    pub on_message: bool,
    pub about: &'static str,
    /// As the manifest names it, and Slack when it is used.
    pub callback: String,
}

/// All of them, as the manifest has them.
pub(super) fn shortcuts() -> impl Iterator<Item = Shortcut> {
    grammar::on_message().flat_map(|entry| {
        let name = entry.label.to_lowercase().replace(' ', "_");
        let from_message = if entry.alone.is_some() { format!("{name}_from_message") } else { name.clone() };
        let alone = entry.alone.map(|about| Shortcut { entry, on_message: false, about, callback: name });
        let on_message = Shortcut { entry, on_message: true, about: entry.about, callback: from_message };
        alone.into_iter().chain([on_message])
    })
}

impl Slack {
    pub(super) async fn shortcut(&self, payload: &Json, turn: Turn) {
        let Some(door) = self.door() else { return };
        let person = word(&payload["user"], "id");
        let trigger = word(payload, "trigger_id");
        let callback = word(payload, "callback_id");
        let Some(Shortcut { entry, .. }) = shortcuts().find(|shortcut| shortcut.callback == callback) else {
            return self.unread(callback);
        };
        let Some(verb) = entry.verb() else { return };
        let channel = word(&payload["channel"], "id");
        let lane = self.lane_of_ask(channel, person);
        let message = &payload["message"];
        let ts = word(message, "ts");
        let thread = message["thread_ts"].as_str().or((!ts.is_empty()).then_some(ts)).map(str::to_owned);
        let seen_in = message["thread_ts"].as_str().filter(|thread| *thread != ts).map(str::to_owned);
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            thread: seen_in.clone(),
            response_url: payload["response_url"].as_str().map(str::to_owned),
            says: Acknowledgement::default(),
        };
        let desk = &door.reception.desk;
        let by = match desk.person(person, &self.platform) {
            // A form would show the policy's workflows to somebody whom it refuses.
            Some(by) if !self.is_refused(person).await => Some(by),
            _ => None,
        };
        let Some(by) = by else {
            // Strangers, and whom the policy refuses, get the same answer as for typing it.
            let text = format!("{}{} {}", desk.prefix(), verb.root, verb.verb);
            let cause = format!("{}:shortcut:{trigger}", self.platform);
            let heard = Heard::live(cause, unnamed(&payload["user"], person), lane, What::Command { text });
            return self.ask(heard, way, trigger, turn).await;
        };
        drop(turn);
        let shown = desk.shown();
        let at = desk.clock.now();
        let context = Context::of(&shown.policy, &by, at, lane.own_of(), desk.prefix()).in_lane(&lane);
        let mut form = grammar::form(verb, None, &BTreeMap::new(), &context);
        let mut opened_from = None;
        if !ts.is_empty() {
            let text = self.seen_soon(word(message, "text")).await;
            let author = self.author_of(message).await;
            let link = self.permalink_in(channel, ts, thread.as_deref());
            let quoted = Quoted { author: &author, said: moment(ts), text: &text, link: &link };
            fill_in(entry, &mut form, &quoted, words::cut);
            // What is said among a few isn't shown to many.
            let among_few = ["privategroup", "directmessage"].contains(&word(&payload["channel"], "name"))
                || word(&payload["channel"], "name").starts_with("mpdm-");
            if entry.opens() && !among_few {
                let person = desk.person(word(message, "user"), &self.platform);
                opened_from = quoted.opened_from(lane.clone(), ts, person).map(Box::new);
            }
            // Where the cases can't be read, the number is typed.
            let cases = door.reception.answers.cases(verb.kind(), &by).await.unwrap_or_default();
            offer(entry, &mut form, &cases);
        }
        let keeps = (!ts.is_empty()).then(|| (channel.to_owned(), ts.to_owned()));
        let memory = Memory { form: form.id.clone(), lane, thread, seen_in, keeps, opened_from };
        if let Err(trouble) = self.open(form, &memory, trigger).await {
            self.tell(&way, &[self.form_lost(&trouble)]).await;
        }
    }

    /// How the author of a message is called. The form waits for it.
    async fn author_of(&self, message: &Json) -> String {
        match message["user"].as_str() {
            Some(user) => {
                let name = tokio::time::timeout(NAMES_WITHIN, self.name_of(user)).await;
                name.unwrap_or_else(|_| user.to_owned())
            }
            None => word(message, "username").to_owned(),
        }
    }
}
