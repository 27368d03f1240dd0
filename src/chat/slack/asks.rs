//! Commands and buttons. Slack gives three seconds to open a form, so a form that will be wanted opens while the desk is
//! asked; the answer follows, however long it takes.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::acknowledge::{Acknowledgement, Turn};
use super::answer::{NOT_KNOWN_NOW, Way, note};
use super::modal::{self, Memory};
use super::{IN_THREADS, Slack, moment, word, words};
use crate::card::Card;
use crate::chat::mention_of_stranger;
use crate::grammar::Form;
use crate::ledger::heard::{Account, Answer, Heard, What};

/// How long a form waits for names.
pub(super) const NAMES_WITHIN: Duration = Duration::from_millis(800);

impl Slack {
    pub(super) async fn command(&self, payload: &Json, says: Acknowledgement, turn: Turn) {
        let person = word(payload, "user_id");
        let lane = self.lane_of_ask(word(payload, "channel_id"), person);
        let cause = format!("{}:cmd:{}", self.platform, word(payload, "trigger_id"));
        if !self.is_new(&cause) {
            return;
        }
        let text = self.seen_soon(word(payload, "text")).await;
        let typed = format!("{} {text}", word(payload, "command")).trim_end().to_owned();
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            thread: None,
            response_url: payload["response_url"].as_str().map(str::to_owned),
            says: says.clone(),
        };
        let heard = Heard::live(cause, unnamed(payload, person), lane, What::Command { text: typed });
        self.ask(heard, way, word(payload, "trigger_id"), turn).await;
        says.leave();
    }

    pub(super) async fn pressed(&self, payload: &Json, says: Acknowledgement, turn: Turn) {
        let person = word(&payload["user"], "id");
        let container = &payload["container"];
        if word(container, "type") == "view" && word(&payload["view"], "type") == "modal" {
            return;
        }
        let Some(action) = payload["actions"].as_array().into_iter().flatten().find(|it| it["value"].is_string())
        else {
            return;
        };
        let message = word(container, "message_ts");
        let at = word(action, "action_ts");
        let cause = format!("{}:press:{person}:{message}:{at}:{}", self.platform, word(payload, "trigger_id"));
        if !self.is_new(&cause) {
            return;
        }
        let channel = match word(container, "channel_id") {
            "" => word(&payload["channel"], "id"),
            channel => channel,
        };
        let lane = self.lane_of_ask(channel, person);
        let root = [&payload["message"]["thread_ts"], &container["thread_ts"]].into_iter().find_map(Json::as_str);
        let ephemeral = container["is_ephemeral"].as_bool() == Some(true);
        let thread = root.or((!message.is_empty() && !ephemeral).then_some(message)).map(str::to_owned);
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            // Whoever presses in the channel doesn't see what is shown in the thread.
            thread: root.filter(|root| *root != message).map(str::to_owned),
            // A button's address would replace the message that the button stands on.
            response_url: None,
            says,
        };
        let what = What::Pressed { message: message.to_owned(), action: word(action, "value").to_owned() };
        let mut heard = Heard::live(cause, unnamed(&payload["user"], person), lane, what);
        heard.thread = thread;
        if way.thread.is_some() {
            heard.how = IN_THREADS;
        }
        heard.said = moment(at);
        self.ask(heard, way, word(payload, "trigger_id"), turn).await;
        if word(&payload["view"], "type") == "home" {
            // What was pressed there may not be owed any more.
            self.show_home(&json!({ "user": person })).await;
        }
    }

    /// Opens the form that it will be answered with, if there is one, while the desk is asked.
    pub(super) async fn ask(&self, heard: Heard, way: Way, trigger: &str, turn: Turn) {
        let Some(door) = self.door() else { return };
        let memory = |form: &Form| Memory {
            form: form.id.clone(),
            lane: way.lane.clone(),
            thread: heard.thread.clone(),
            seen_in: way.thread.clone(),
            keeps: None,
            opened_from: None,
        };
        let opening = async {
            let form = door.reception.peek(&heard)?;
            // It would show the policy's workflows to somebody whom it refuses.
            if self.is_refused(&heard.from.id).await {
                return None;
            }
            way.says.leave();
            Some(self.open(form.clone(), &memory(&form), trigger).await)
        };
        let asking = async {
            let answer = match self.asker(&heard.from.id).await {
                None => Answer::card(note(NOT_KNOWN_NOW)),
                Some(from) => match door.reception.hear(Heard { from, ..heard.clone() }).await {
                    Ok(answer) => answer,
                    Err(fault) => Answer::card(self.fault(&fault.reference)),
                },
            };
            way.says.is_kept();
            drop(turn);
            answer
        };
        let (opened, answer) = tokio::join!(opening, asking);
        let Answer { cards, form, errors, marks: _, opened: _ } = answer;
        match (opened, form) {
            (Some(Ok(opened)), Some(form)) => {
                if form != opened.form {
                    let view = self.view(&form, &memory(&form));
                    self.update(&opened.id, &view).await;
                }
            }
            (Some(Ok(opened)), None) => {
                // It was opened on the guess that it would be wanted; the answer takes its place.
                let view = modal::said("Countersign", &cards, &self.map_of(&cards, None).await);
                if self.update(&opened.id, &view).await && cards.iter().all(|card| card.buttons.is_empty()) {
                    return;
                }
            }
            (None, Some(form)) => {
                if let Err(trouble) = self.open(form.clone(), &memory(&form), trigger).await {
                    self.tell(&way, &[self.form_lost(&trouble)]).await;
                }
            }
            (Some(Err(trouble)), Some(_)) => self.tell(&way, &[self.form_lost(&trouble)]).await,
            (_, None) => {}
        }
        let errors = errors.into_iter().flatten().map(|(_, sentence)| note(&sentence));
        let cards: Vec<Card> = cards.into_iter().chain(errors).collect();
        self.tell(&way, &cards).await;
    }

    /// A text as people see it. A form waits for it, so a name that doesn't come in time is left as the account's id.
    pub(super) async fn seen_soon(&self, text: &str) -> String {
        match tokio::time::timeout(NAMES_WITHIN, self.as_seen(text)).await {
            Ok(seen) => seen,
            Err(_) => words::plain(text, &self.me().map(|me| me.user).unwrap_or_default(), &mention_of_stranger),
        }
    }
}

/// Somebody of whom Slack wasn't asked yet: enough to find their form.
pub(super) fn unnamed(payload: &Json, id: &str) -> Account {
    let name = ["user_name", "username", "name"].into_iter().find_map(|it| payload[it].as_str()).unwrap_or(id);
    Account::member(id, name)
}
