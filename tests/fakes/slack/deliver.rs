//! From something that happened to a frame on its way to the bot, and what the bot acknowledged.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::faults::Disturbance;
use super::http_events::{Addresses, Tamper};
use super::socket::Out;
use super::world::{APP, BOT_USER, TEAM};
use super::{FakeSlack, State, schema};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Event,
    Command,
    Interaction,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Via {
    Socket,
    Http,
}

/// The bot took something.
#[derive(Clone, Debug)]
pub struct Ack {
    pub kind: Kind,
    pub via: Via,
    /// Event id or trigger id.
    pub id: String,
    /// An event's own type, a command, or an interaction's type.
    pub what: String,
    /// From the sending of this frame to its acknowledgement.
    pub took: Duration,
    /// 0 for the first delivery.
    pub attempt: u32,
    /// What came with it: a message, what becomes of a modal.
    pub payload: Option<Value>,
    /// Over HTTP.
    pub status: Option<u16>,
}

pub struct Delivery {
    pub kind: Kind,
    pub payload: Value,
    pub id: String,
    pub attempt: u32,
    pub reason: &'static str,
    /// Whoever waits for the acknowledgement of a command or an interaction.
    pub answer: Option<oneshot::Sender<Ack>>,
}

impl Delivery {
    pub fn what(&self) -> String {
        let what = match self.kind {
            Kind::Event => &self.payload["event"]["type"],
            Kind::Command => &self.payload["command"],
            Kind::Interaction => &self.payload["type"],
        };
        what.as_str().unwrap_or_default().to_owned()
    }

    /// The same once more; nobody waits for the copy.
    pub fn again(&self, attempt: u32, reason: &'static str) -> Delivery {
        Delivery { kind: self.kind, payload: self.payload.clone(), id: self.id.clone(), attempt, reason, answer: None }
    }
}

/// An envelope that was sent over a socket.
pub struct Sent {
    pub delivery: Delivery,
    pub connection: u64,
    pub at: Instant,
    pub acknowledged: bool,
    /// It was told again under another envelope.
    pub superseded: bool,
}

pub struct Connection {
    pub id: u64,
    pub out: mpsc::UnboundedSender<Out>,
    /// It was told to go, and gets nothing new while there is another.
    pub leaving: bool,
}

#[derive(Default)]
pub struct PostOffice {
    pub http: Option<Addresses>,
    pub connections: Vec<Connection>,
    pub opened: u64,
    pub tickets: BTreeMap<String, Instant>,
    pub next: usize,
    pub waiting: VecDeque<Delivery>,
    pub sent: BTreeMap<String, Sent>,
    pub acks: Vec<Ack>,
    pub disturb: VecDeque<(Option<Kind>, Disturbance)>,
    pub overtaken: Option<Delivery>,
    pub tamper: Option<Tamper>,
    pub events_out: Option<mpsc::UnboundedSender<Delivery>>,
    pub pongs: u64,
    /// How many events were handed over for the first time.
    pub events: u64,
}

impl FakeSlack {
    /// What happens to the next deliveries, in order; of one kind only, if one is named.
    pub fn disturb(&self, kind: Option<Kind>, disturbance: Disturbance) {
        self.state().post.disturb.push_back((kind, disturbance));
    }

    pub fn acks(&self) -> Vec<Ack> {
        self.state().post.acks.clone()
    }

    /// The acknowledgements, over a socket, of what told of one message.
    pub fn acks_of(&self, ts: &str) -> Vec<Ack> {
        let state = self.state();
        let tells = |sent: &&Sent| sent.delivery.payload["event"]["ts"] == ts;
        let ids: Vec<&String> = state.post.sent.values().filter(tells).map(|sent| &sent.delivery.id).collect();
        state.post.acks.iter().filter(|ack| ids.contains(&&ack.id)).cloned().collect()
    }

    /// An event of the test's own making, as it stands; only its schema is checked.
    pub fn emit(&self, event: Value) {
        self.state().event(event);
        self.sound();
    }

    /// An event that Slack doesn't have: bots meet new ones in the field.
    pub fn emit_unknown(&self, event: Value) {
        self.state().unchecked_event(event);
    }

    /// Tells an acknowledged or unacknowledged event again, under a fresh envelope.
    pub fn tell_again(&self, event_id: &str) {
        let mut state = self.state();
        let sent = state.post.sent.values().find(|sent| sent.delivery.id == event_id);
        let again = sent.expect("an event that was sent over a socket").delivery.again(1, "timeout");
        state.dispatch(again);
    }

    /// Tells everything of these kinds that was sent over a socket since a moment once more, as it was, in the same order. How
    /// many that were.
    pub fn tell_again_since(&self, since: Instant, kinds: &[Kind]) -> usize {
        let mut state = self.state();
        let sent = state.post.sent.values();
        let mut all: Vec<(Instant, Delivery)> = sent
            .filter(|sent| sent.at >= since && sent.delivery.attempt == 0 && kinds.contains(&sent.delivery.kind))
            .map(|sent| (sent.at, sent.delivery.again(1, "timeout")))
            .collect();
        all.sort_by_key(|(at, _)| *at);
        let count = all.len();
        for (_, again) in all {
            state.dispatch(again);
        }
        count
    }

    /// Nothing waits to be sent, and nothing that was sent over a socket lacks its acknowledgement.
    pub fn quiet(&self) -> bool {
        let state = self.state();
        state.post.waiting.is_empty() && state.post.sent.values().all(|sent| sent.acknowledged || sent.superseded)
    }
}

impl State {
    /// Sends an event; one that Slack would not send is the fake's own mistake.
    pub fn event(&mut self, event: Value) {
        for wrong in schema::event(&event) {
            self.own.push(format!("the fake would send a wrong event: {wrong}: {event}"));
        }
        self.unchecked_event(event);
    }

    pub fn unchecked_event(&mut self, event: Value) {
        let id = self.world.next_id("Ev");
        let channel = event["channel"].as_str().or(event["item"]["channel"].as_str()).unwrap_or_default().to_owned();
        let shared = self.world.channel(&channel).is_some_and(|channel| channel.shared);
        let context = format!("4-{}-{TEAM}-{channel}", event["type"].as_str().unwrap_or_default());
        let payload = json!({
            "token": "verification-token", "team_id": TEAM, "context_team_id": TEAM, "context_enterprise_id": null,
            "api_app_id": APP, "event": event, "type": "event_callback", "event_id": id, "event_time": self.world.now_s(),
            "authorizations": [{
                "enterprise_id": null, "team_id": TEAM, "user_id": BOT_USER, "is_bot": true, "is_enterprise_install": false
            }],
            "is_ext_shared_channel": shared, "event_context": context
        });
        self.post.events += 1;
        self.deliver(Delivery { kind: Kind::Event, payload, id, attempt: 0, reason: "", answer: None });
    }

    /// A command or an interaction, and where its acknowledgement will come. Nobody listening ends the wait at once, as
    /// Slack tells the person at once.
    pub fn ask(&mut self, kind: Kind, payload: Value) -> oneshot::Receiver<Ack> {
        let id = payload["trigger_id"].as_str().or(payload["view"]["id"].as_str()).unwrap_or_default().to_owned();
        let (answer, acknowledged) = oneshot::channel();
        self.deliver(Delivery { kind, payload, id, attempt: 0, reason: "", answer: Some(answer) });
        acknowledged
    }

    fn deliver(&mut self, delivery: Delivery) {
        let next = self.post.disturb.iter().position(|(only, _)| only.is_none_or(|only| only == delivery.kind));
        match next.and_then(|at| self.post.disturb.remove(at)).map(|(_, disturbance)| disturbance) {
            Some(Disturbance::Lost) => {}
            Some(Disturbance::Overtaken) => {
                if let Some(held) = self.post.overtaken.replace(delivery) {
                    self.dispatch(held);
                }
            }
            Some(Disturbance::Slow(by)) => {
                let Some(fake) = self.fake() else { return };
                tokio::spawn(async move {
                    tokio::time::sleep(by).await;
                    fake.state().dispatch(delivery);
                });
            }
            Some(Disturbance::Duplicate) => {
                let again = delivery.again(delivery.attempt, delivery.reason);
                self.dispatch(delivery);
                self.dispatch(again);
            }
            None => {
                self.dispatch(delivery);
                if let Some(held) = self.post.overtaken.take() {
                    self.dispatch(held);
                }
            }
        }
    }

    pub fn dispatch(&mut self, delivery: Delivery) {
        if let Some(addresses) = self.post.http.clone() {
            self.post_over_http(addresses, delivery);
        } else if delivery.kind == Kind::Event || !self.post.connections.is_empty() {
            self.post.waiting.push_back(delivery);
            self.flush();
        }
        // Otherwise the answer's sender is dropped, and the person hears that the app doesn't respond.
    }

    /// Sends what waits, each to one of the connections in turn.
    pub fn flush(&mut self) {
        while !self.post.waiting.is_empty() {
            let staying = self.post.connections.iter().any(|connection| !connection.leaving);
            let open: Vec<usize> =
                (0..self.post.connections.len()).filter(|at| !staying || !self.post.connections[*at].leaving).collect();
            if open.is_empty() {
                return;
            }
            self.post.next += 1;
            let connection = &self.post.connections[open[self.post.next % open.len()]];
            let (id, out) = (connection.id, connection.out.clone());
            let Some(delivery) = self.post.waiting.pop_front() else { return };
            self.send(id, &out, delivery);
        }
    }

    fn send(&mut self, connection: u64, out: &mpsc::UnboundedSender<Out>, delivery: Delivery) {
        let envelope = self.world.next_uuid();
        let answers = matches!(delivery.kind, Kind::Command) || takes_payload(&delivery.payload);
        let mut frame =
            json!({ "envelope_id": envelope, "payload": delivery.payload, "accepts_response_payload": answers });
        frame["type"] = json!(match delivery.kind {
            Kind::Event => "events_api",
            Kind::Command => "slash_commands",
            Kind::Interaction => "interactive",
        });
        if delivery.kind == Kind::Event {
            frame["retry_attempt"] = json!(delivery.attempt);
            frame["retry_reason"] = json!(delivery.reason);
            self.watch(&envelope);
        }
        if out.send(Out::Text(frame.to_string())).is_err() {
            // The connection is going; its end gives the rest back too.
            self.post.waiting.push_front(delivery);
            self.post.connections.retain(|open| open.id != connection);
            return;
        }
        let sent = Sent { delivery, connection, at: Instant::now(), acknowledged: false, superseded: false };
        self.post.sent.insert(envelope, sent);
    }

    /// Tells an event again when it isn't acknowledged in time.
    fn watch(&self, envelope: &str) {
        let (Some(fake), after, envelope) = (self.fake(), self.settings.redeliver_after, envelope.to_owned()) else {
            return;
        };
        let fake = std::sync::Arc::downgrade(&fake.inner);
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            if let Some(inner) = fake.upgrade() {
                FakeSlack { inner }.state().retry(&envelope, "timeout");
            }
        });
    }

    fn retry(&mut self, envelope: &str, reason: &'static str) {
        let most = self.settings.retries;
        let Some(sent) = self.post.sent.get_mut(envelope) else { return };
        if sent.acknowledged || sent.superseded || sent.delivery.attempt >= most {
            return;
        }
        sent.superseded = true;
        let again = sent.delivery.again(sent.delivery.attempt + 1, reason);
        self.post.waiting.push_back(again);
        self.flush();
    }

    /// A connection is gone: events that it had not acknowledged are told again, people hear that the app doesn't respond.
    pub fn connection_ended(&mut self, connection: u64) {
        self.post.connections.retain(|open| open.id != connection);
        let unheard = |sent: &Sent| sent.connection == connection && !sent.acknowledged && !sent.superseded;
        let open: Vec<String> =
            self.post.sent.iter().filter(|(_, sent)| unheard(sent)).map(|(envelope, _)| envelope.clone()).collect();
        for envelope in open {
            let Some(sent) = self.post.sent.get_mut(&envelope) else { continue };
            if sent.delivery.kind == Kind::Event {
                self.retry(&envelope, "connection_closed");
            } else {
                sent.superseded = true;
                sent.delivery.answer = None;
            }
        }
    }

    /// What the bot sent over a socket.
    pub fn heard(&mut self, text: &str) {
        let Ok(frame) = serde_json::from_str::<Value>(text) else {
            return self.violation(format!("the bot sent over the socket what is no JSON: {text}"));
        };
        let Some(envelope) = frame["envelope_id"].as_str() else {
            return self.violation(format!("the bot sent over the socket what acknowledges nothing: {text}"));
        };
        let Some(sent) = self.post.sent.get_mut(envelope) else {
            return self.violation(format!("an envelope was acknowledged that was never sent: {text}"));
        };
        if std::mem::replace(&mut sent.acknowledged, true) {
            return self.violation(format!("an envelope was acknowledged twice: {text}"));
        }
        let payload = frame.get("payload").filter(|payload| !is_empty(payload)).cloned();
        let delivery = &mut sent.delivery;
        let ack = Ack {
            kind: delivery.kind,
            via: Via::Socket,
            id: delivery.id.clone(),
            what: delivery.what(),
            took: sent.at.elapsed(),
            attempt: delivery.attempt,
            payload,
            status: None,
        };
        let refused = ack.payload.is_some() && delivery.kind != Kind::Command && !takes_payload(&delivery.payload);
        let answer = delivery.answer.take();
        self.post.acks.push(ack.clone());
        if refused {
            self.violation(format!("an acknowledgement carried a payload that Slack doesn't take: {text}"));
        }
        if let Some(answer) = answer {
            // Whoever asked may have given up waiting.
            let _heard = answer.send(ack);
        }
    }
}

fn is_empty(payload: &Value) -> bool {
    payload.is_null() || payload == "" || payload.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Only the submission of a modal is answered in its acknowledgement.
fn takes_payload(payload: &Value) -> bool {
    payload["type"] == "view_submission" || payload["type"] == "block_suggestion"
}
