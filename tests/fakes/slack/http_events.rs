//! The other way to the bot: signed requests to addresses that it listens on, with Slack's retries.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::mpsc;

use super::deliver::{Ack, Delivery, Kind, Via};
use super::{FakeSlack, SIGNING_SECRET, State};

/// Where the bot listens.
#[derive(Clone, Debug)]
pub struct Addresses {
    pub commands: String,
    pub interactions: String,
    pub events: String,
}

/// What is wrong with a request that the bot must turn away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tamper {
    WrongSignature,
    NoSignature,
    /// Signed properly, ten minutes ago.
    OldTimestamp,
    /// Signed properly, then changed on its way.
    ChangedBody,
}

/// Slack's v0 signature: HMAC-SHA256 over `v0:timestamp:body`.
pub fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key of any length");
    mac.update(format!("v0:{timestamp}:{body}").as_bytes());
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

impl FakeSlack {
    /// From now on everything goes over HTTP.
    pub fn use_http(&self, addresses: Addresses) {
        self.state().post.http = Some(addresses);
    }

    /// The next request is tampered with. The acknowledgement says what the bot made of it.
    pub fn tamper(&self, how: Tamper) {
        self.state().post.tamper = Some(how);
    }

    /// Slack's question whether an address is the bot's: the status, and whether the challenge came back.
    pub async fn verify_address(&self, address: &str) -> (u16, bool) {
        let body =
            json!({ "token": "verification-token", "challenge": "3eZbrw1aBm2rZgRNFdxV", "type": "url_verification" });
        let (status, text) =
            self.post(address, "application/json", &body.to_string(), None, &[]).await.expect("an answer");
        let plain = text == "3eZbrw1aBm2rZgRNFdxV";
        let wrapped =
            serde_json::from_str::<Value>(&text).is_ok_and(|json| json["challenge"] == "3eZbrw1aBm2rZgRNFdxV");
        (status, plain || wrapped)
    }

    async fn post(
        &self,
        address: &str,
        kind: &str,
        body: &str,
        tamper: Option<Tamper>,
        more: &[(&str, String)],
    ) -> Result<(u16, String), reqwest::Error> {
        let now = self.state().world.now_s();
        let timestamp = if tamper == Some(Tamper::OldTimestamp) { now - 600 } else { now }.to_string();
        let secret = if tamper == Some(Tamper::WrongSignature) { "another secret" } else { SIGNING_SECRET };
        let signature = sign(secret, &timestamp, body);
        let sent = if tamper == Some(Tamper::ChangedBody) { body.replacen("U0", "U1", 1) } else { body.to_owned() };
        let mut request = self.inner.http.post(address).header("content-type", kind).body(sent);
        request = request.header("x-slack-request-timestamp", timestamp).header("user-agent", "Slackbot 1.0");
        if tamper != Some(Tamper::NoSignature) {
            request = request.header("x-slack-signature", signature);
        }
        for (name, value) in more {
            request = request.header(*name, value);
        }
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    /// One delivery, once. The answer counts whenever it comes; events have a limit after which they are told again.
    async fn deliver_over_http(&self, addresses: &Addresses, mut delivery: Delivery) {
        let (address, kind, body) = match delivery.kind {
            Kind::Event => (&addresses.events, "application/json", delivery.payload.to_string()),
            Kind::Command => (&addresses.commands, FORM, form(&delivery.payload)),
            Kind::Interaction => {
                let wrapped = json!({ "payload": delivery.payload.to_string() });
                (&addresses.interactions, FORM, form(&wrapped))
            }
        };
        let mut more = Vec::new();
        if delivery.attempt > 0 {
            more.push(("x-slack-retry-num", delivery.attempt.to_string()));
            more.push(("x-slack-retry-reason", delivery.reason.to_owned()));
        }
        let (tamper, limit) = {
            let mut state = self.state();
            (state.post.tamper.take(), state.settings.redeliver_after)
        };
        let begun = Instant::now();
        let limit = if delivery.kind == Kind::Event { limit } else { super::PATIENCE };
        let heard = tokio::time::timeout(limit, self.post(address, kind, &body, tamper, &more)).await;
        let reason = match &heard {
            Ok(Ok((200..=299, _))) => None,
            Ok(Ok(_)) => Some("http_error"),
            Ok(Err(_)) => Some("connection_failed"),
            Err(_) => Some("http_timeout"),
        };
        if let Ok(Ok((status, text))) = heard {
            let payload = match serde_json::from_str::<Value>(&text) {
                Ok(json) if json.as_object().is_some_and(|object| !object.is_empty()) => Some(json),
                _ if text.trim().is_empty() || text.trim() == "{}" => None,
                // A plain body to a command is what the person reads.
                _ if delivery.kind == Kind::Command && status == 200 => Some(json!({ "text": text })),
                _ => None,
            };
            let ack = Ack {
                kind: delivery.kind,
                via: Via::Http,
                id: delivery.id.clone(),
                what: delivery.what(),
                took: begun.elapsed(),
                attempt: delivery.attempt,
                payload,
                status: Some(status),
            };
            self.state().post.acks.push(ack.clone());
            if let Some(answer) = delivery.answer.take() {
                // Whoever asked may have given up waiting.
                let _heard = answer.send(ack);
            }
        }
        if let (Kind::Event, Some(reason)) = (delivery.kind, reason)
            && delivery.attempt < self.state().settings.retries
        {
            let again = delivery.again(delivery.attempt + 1, reason);
            let fake = self.clone();
            // At once the first time; a minute and five are shortened to what a test can wait for.
            let pause = Duration::from_millis(100 * u64::from(delivery.attempt));
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                fake.state().dispatch(again);
            });
        }
    }
}

impl State {
    pub fn post_over_http(&mut self, addresses: Addresses, delivery: Delivery) {
        let Some(fake) = self.fake() else { return };
        if delivery.kind != Kind::Event {
            tokio::spawn(async move { fake.deliver_over_http(&addresses, delivery).await });
            return;
        }
        // Events go one after another, so that a test that doesn't ask for disorder gets none.
        let line = self.post.events_out.get_or_insert_with(|| {
            let (line, mut waiting) = mpsc::unbounded_channel::<Delivery>();
            tokio::spawn(async move {
                while let Some(next) = waiting.recv().await {
                    let Some(addresses) = fake.state().post.http.clone() else { return };
                    fake.deliver_over_http(&addresses, next).await;
                }
            });
            line
        });
        let _going = line.send(delivery);
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// An object's fields as a form.
fn form(fields: &Value) -> String {
    let mut written = String::new();
    for (name, value) in fields.as_object().expect("fields") {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !written.is_empty() {
            written.push('&');
        }
        written += &format!("{name}={}", escaped(&value));
    }
    written
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out += &format!("%{byte:02X}"),
        }
    }
    out
}
