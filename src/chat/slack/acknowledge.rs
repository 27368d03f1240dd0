//! What Slack is told within its three seconds. An acknowledgement waits until the bot has what was taken in, so that
//! Slack tells it again if the bot dies before, or tells the person that it didn't work. Where there is time, the answer
//! goes along.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::queue::Queued;
use super::{Slack, lock, word};

/// How long an acknowledgement waits until what was taken in is kept.
const KEPT_WITHIN: Duration = Duration::from_secs(2);
/// How long that of a form waits. The form itself gives up sooner.
const FORM_WITHIN: Duration = Duration::from_secs(3);

/// What became of something that was handed in.
pub(super) enum Taken {
    /// An empty acknowledgement.
    Yes,
    /// The acknowledgement waits, at most for this time, for what it is to say. It leaves empty when the sender is dropped.
    Says(oneshot::Receiver<Json>, Duration),
    /// There is no room: Slack is to tell an event again.
    NoRoom,
}

/// An acknowledgement that can still carry the answer. It leaves empty when its time is over, or when a form opens instead.
#[derive(Clone, Debug, Default)]
pub(super) struct Acknowledgement {
    says: Arc<Mutex<Option<oneshot::Sender<Json>>>>,
    /// A button's acknowledgement has no room for words.
    empty: bool,
}

impl Acknowledgement {
    pub(super) fn waiting(says: oneshot::Sender<Json>, empty: bool) -> Acknowledgement {
        Acknowledgement { says: Arc::new(Mutex::new(Some(says))), empty }
    }

    /// Leaves now, empty, unless it has left already.
    pub(super) fn leave(&self) {
        drop(lock(&self.says).take());
    }

    /// The bot has what it acknowledges.
    pub(super) fn is_kept(&self) {
        if self.empty {
            self.leave();
        }
    }

    /// Whether it took the answer along.
    pub(super) fn take_along(&self, body: &Json) -> bool {
        if self.empty {
            return false;
        }
        let says = lock(&self.says).take();
        says.is_some_and(|says| says.send(body.clone()).is_ok())
    }
}

/// One of the asks that are handed in at a time. It ends when the bot has the word: what is told to one person afterwards keeps
/// nobody out.
pub(super) struct Turn(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Slack {
    /// Takes a payload in. Returns at once.
    pub(super) fn take_event(&self, payload: Json) -> Taken {
        if self.is_of_others(&payload) {
            return Taken::Yes;
        }
        if word(&payload, "type") == "app_rate_limited" {
            self.was_limited(&payload);
            return Taken::Yes;
        }
        let (kept, said) = oneshot::channel();
        match self.queues.add(Queued { payload, under_way: self.under_way.begin(), kept }) {
            true => Taken::Says(said, KEPT_WITHIN),
            false => Taken::NoRoom,
        }
    }

    pub(super) fn take_command(self: &Arc<Slack>, payload: Json) -> Taken {
        if self.is_of_others(&payload) {
            return Taken::Yes;
        }
        let (says, said) = oneshot::channel();
        let says = Acknowledgement::waiting(says, false);
        let account = word(&payload, "user_id").to_owned();
        match self.take_ask(&account, |slack, turn| async move { slack.command(&payload, says, turn).await }) {
            Taken::Yes => Taken::Says(said, KEPT_WITHIN),
            other => other,
        }
    }

    pub(super) fn take_interaction(self: &Arc<Slack>, payload: Json) -> Taken {
        if self.is_of_others(&payload) {
            return Taken::Yes;
        }
        let account = word(&payload["user"], "id").to_owned();
        match word(&payload, "type") {
            "block_actions" => {
                let (says, said) = oneshot::channel();
                let says = Acknowledgement::waiting(says, true);
                match self.take_ask(&account, |slack, turn| async move { slack.pressed(&payload, says, turn).await }) {
                    Taken::Yes => Taken::Says(said, KEPT_WITHIN),
                    other => other,
                }
            }
            "shortcut" | "message_action" => {
                self.take_ask(&account, |slack, turn| async move { slack.shortcut(&payload, turn).await })
            }
            "view_submission" => {
                let (says, said) = oneshot::channel();
                match self.take_ask(&account, |slack, turn| async move { slack.submitted(&payload, says, turn).await })
                {
                    Taken::Yes => Taken::Says(said, FORM_WITHIN),
                    other => other,
                }
            }
            "view_closed" | "block_suggestion" => Taken::Yes,
            kind => {
                self.unread(kind);
                Taken::Yes
            }
        }
    }

    /// Whether a payload names another app, or workspaces of which none is the bot's. An account's id says nothing without its
    /// workspace. Those who are in a channel that two companies share come with the bot's own workspace in one of these places.
    fn is_of_others(&self, payload: &Json) -> bool {
        let Some(me) = self.me() else { return false };
        let named = [
            &payload["team_id"],
            &payload["context_team_id"],
            &payload["team"]["id"],
            &payload["view"]["app_installed_team_id"],
            &payload["message"]["team"],
        ];
        let authorized = payload["authorizations"].as_array().into_iter().flatten().map(|it| &it["team_id"]);
        let mut teams = named.into_iter().chain(authorized).filter_map(Json::as_str).peekable();
        let is_other = !me.team.is_empty() && teams.peek().is_some() && teams.all(|team| team != me.team);
        let app = word(payload, "api_app_id");
        let is_of_another_app = !me.app.is_empty() && !app.is_empty() && app != me.app;
        if is_other || is_of_another_app {
            self.unread("something of another workspace or app");
        }
        is_other || is_of_another_app
    }

    fn take_ask<F>(self: &Arc<Slack>, account: &str, ask: impl FnOnce(Arc<Slack>, Turn) -> F) -> Taken
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Ok(turn) = self.turns.clone().try_acquire_owned() else { return Taken::NoRoom };
        let Some(share) = self.accounts.asks.begin(account) else { return Taken::NoRoom };
        if self.door().is_none() {
            return Taken::NoRoom;
        }
        let (running, under_way) = (ask(self.clone(), Turn(turn)), self.under_way.begin());
        tokio::spawn(async move {
            running.await;
            drop((share, under_way));
        });
        Taken::Yes
    }
}
