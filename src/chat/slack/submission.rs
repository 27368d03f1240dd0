//! A form that comes back: what is wrong with it within Slack's three seconds, or what became of it.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::oneshot;

use super::acknowledge::{Acknowledgement, Turn};
use super::answer::{NOT_KNOWN_NOW, Way, note};
use super::modal::{self, Memory};
use super::{IN_THREADS, Slack, blocks, lock, word};
use crate::card::Card;
use crate::grammar::Filled;
use crate::ledger::heard::{Answer, Heard, What};

/// How long the acknowledgement waits for what is wrong with the form. Slack gives three seconds.
const WITHIN: Duration = Duration::from_millis(2_500);

impl Slack {
    pub(super) async fn submitted(&self, payload: &Json, says: oneshot::Sender<Json>, turn: Turn) {
        let view = &payload["view"];
        let memory: Option<Memory> = serde_json::from_str(word(view, "private_metadata")).ok();
        let (Some(door), Some(memory)) = (self.door(), memory) else {
            // A modal of another version, or of nobody: closed.
            let _gone = says.send(json!({}));
            return self.unread("view_submission");
        };
        let person = word(&payload["user"], "id");
        let (id, hash) = (word(view, "id"), word(view, "hash"));
        let values = modal::values(&view["state"]["values"]);
        // Slack may say the same twice; a person may send it again after mending it, or after waiting.
        let sent_back = lock(&self.sent_back).get(id).copied().unwrap_or(0);
        let digest = blocks::digest(&serde_json::to_string(&values).unwrap_or_default());
        let cause = format!("{}:view:{id}:{hash}:{digest}:{sent_back}", self.platform);
        let filled = Filled::form(&memory.form, values);
        let case = filled.named_case();
        let way = Way {
            person: person.to_owned(),
            lane: memory.lane.clone(),
            thread: memory.seen_in.clone(),
            response_url: None,
            says: Acknowledgement::default(),
        };
        let asking = async {
            // What was typed stays on the screen.
            let stays = |why: String| Answer { errors: Some([(String::new(), why)].into()), ..Answer::default() };
            let Some(from) = self.asker(person).await else { return stays(NOT_KNOWN_NOW.to_owned()) };
            let what = What::Filled(filled);
            let mut heard = Heard::live(cause.clone(), from, memory.lane.clone(), what);
            heard.thread = memory.thread.clone();
            heard.opened_from.clone_from(&memory.opened_from);
            if way.thread.is_some() {
                heard.how = IN_THREADS;
            }
            let heard = door.reception.hear(heard).await;
            drop(turn);
            match heard {
                Ok(answer) => answer,
                Err(fault) => {
                    stays(format!("It could not be recorded (reference {}). Please send it again.", fault.reference))
                }
            }
        };
        tokio::pin!(asking);
        let (answer, says) = match tokio::time::timeout(WITHIN, &mut asking).await {
            Ok(answer) => (answer, Some(says)),
            Err(_) => {
                let card = note("It is still being recorded. What became of it will stand here.");
                let waiting = modal::said("One moment", &[card], &self.map());
                let _gone = says.send(json!({ "response_action": "update", "view": waiting }));
                (asking.await, None)
            }
        };
        let repeated = !self.is_new(&cause);
        let case = case.or(answer.opened);
        let Answer { cards, form, errors, marks: _, opened: _ } = answer;
        if let Some(errors) = errors.filter(|errors| !errors.is_empty()) {
            lock(&self.sent_back).put(id.to_owned(), sent_back + 1);
            let complaints = || errors.values().cloned().collect::<Vec<String>>();
            match (says, modal::errors(&errors, view)) {
                (Some(says), Some(at)) => {
                    let _gone = says.send(json!({ "response_action": "errors", "errors": at }));
                }
                (Some(says), None) => {
                    let view = self.complaint(&complaints());
                    let _gone = says.send(json!({ "response_action": "update", "view": view }));
                }
                // The form itself is gone from the screen; what was typed comes back with the complaint.
                (None, _) => {
                    if !self.update(id, &modal::reopened(view, &complaints())).await {
                        let cards: Vec<Card> = complaints().iter().map(|it| note(it)).collect();
                        self.tell(&way, &cards).await;
                    }
                }
            }
            return;
        }
        let keeps = memory.keeps.as_ref().filter(|_| form.is_none() && !repeated);
        let kept = keeps.zip(case);
        if let Some(form) = form {
            let memory = Memory { form: form.id.clone(), ..memory.clone() };
            let next = self.view(&form, &memory);
            match says {
                Some(says) => drop(says.send(json!({ "response_action": "update", "view": next }))),
                None => drop(self.update(id, &next).await),
            }
        } else {
            match says {
                Some(says) => drop(says.send(json!({}))),
                None => {
                    let done = modal::said("Recorded", &cards, &self.map_of(&cards, None).await);
                    self.update(id, &done).await;
                }
            }
        }
        if let Some(((channel, ts), case)) = kept
            && self.is_obeyed(person).await
        {
            self.keep(channel, ts, memory.thread.as_deref(), case).await;
        }
        if !repeated {
            self.tell(&way, &cards).await;
        }
    }

    /// Whether what somebody asks for is done.
    pub(super) async fn is_obeyed(&self, account: &str) -> bool {
        let (Some(door), Some(from)) = (self.door(), self.asker(account).await) else { return false };
        door.reception.is_obeyed(&from, &self.platform)
    }

    pub(super) fn complaint(&self, complaints: &[String]) -> Json {
        let cards: Vec<Card> = complaints.iter().map(|it| note(it)).collect();
        modal::said("That can't be done", &cards, &self.map())
    }
}
