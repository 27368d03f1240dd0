//! HTTP mode: Slack calls the bot. The signature is checked over the raw body before anything of it is read.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use slack_morphism::SlackSigningSecret;
use slack_morphism::signature_verifier::SlackEventSignatureVerifier;

use super::acknowledge::Taken;
use super::{Slack, lock, word};
use crate::app::config::SlackMode;
use crate::domain::Platform;

/// Which address was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Commands,
    Interactions,
    Events,
}

/// What to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

impl Reply {
    fn empty(status: u16) -> Reply {
        Reply { status, content_type: "text/plain; charset=utf-8", body: String::new() }
    }
    fn json(body: &Json) -> Reply {
        Reply { status: 200, content_type: "application/json; charset=utf-8", body: body.to_string() }
    }
}

/// Takes in what Slack sends over HTTP.
#[derive(Clone)]
pub struct Intake {
    slack: Arc<Slack>,
    unsigned: Arc<Unsigned>,
}

/// Calls that Slack didn't sign. Anybody can make many of them, so the log has a line a minute.
#[derive(Default)]
struct Unsigned(Mutex<(u64, Option<Instant>)>);

impl Unsigned {
    fn turned_away(&self, platform: &Platform) {
        if let Some(calls) = self.count(Instant::now()) {
            tracing::warn!(%platform, calls, "requests that Slack didn't sign, or that are too old, were turned away");
        }
    }

    /// Counts one. How many are to be told of now.
    fn count(&self, now: Instant) -> Option<u64> {
        let mut counted = lock(&self.0);
        let (calls, told) = &mut *counted;
        *calls += 1;
        let is_time = told.is_none_or(|told| now - told >= A_MINUTE);
        is_time.then(|| {
            *told = Some(now);
            std::mem::take(calls)
        })
    }
}

const A_MINUTE: Duration = Duration::from_secs(60);

impl Intake {
    pub(super) fn new(slack: Arc<Slack>) -> Intake {
        Intake { slack, unsigned: Arc::default() }
    }

    /// Whether Slack signed it. What is dated more than five minutes before or after now is refused too.
    fn is_signed(&self, signature: &str, body: &str, timestamp: &str) -> bool {
        let SlackMode::Http { signing_secret } = self.slack.mode() else { return false };
        let secret = SlackSigningSecret(signing_secret.reveal().to_owned());
        SlackEventSignatureVerifier::new(&secret).verify(signature, body, timestamp).is_ok()
    }

    /// Answers within Slack's three seconds. `headers` is asked by name, in small letters.
    pub async fn receive(&self, kind: Kind, headers: impl Fn(&str) -> Option<String>, body: &[u8]) -> Reply {
        let header = |name| headers(name).unwrap_or_default();
        let signature = header(SlackEventSignatureVerifier::SLACK_SIGNED_HASH_HEADER);
        let timestamp = header(SlackEventSignatureVerifier::SLACK_SIGNED_TIMESTAMP);
        let Ok(body) = std::str::from_utf8(body) else { return Reply::empty(400) };
        // Slack looks now and then whether somebody is there, and signs that or doesn't. It is told nothing else.
        if is_ssl_check(body) {
            return Reply::empty(200);
        }
        if !self.is_signed(&signature, body, &timestamp) {
            self.unsigned.turned_away(&self.slack.platform);
            return Reply::empty(401);
        }
        let Some(payload) = read(kind, body) else {
            self.slack.unread("request that can't be read");
            return Reply::empty(400);
        };
        if kind == Kind::Events && word(&payload, "type") == "url_verification" {
            return Reply::json(&json!({ "challenge": payload["challenge"] }));
        }
        let taken = match kind {
            Kind::Events => self.slack.take_event(payload),
            Kind::Commands => self.slack.take_command(payload),
            Kind::Interactions => self.slack.take_interaction(payload),
        };
        match taken {
            Taken::Yes => Reply::empty(200),
            // Slack tells an event again. After a command or a press it tells the person that it didn't work.
            Taken::NoRoom => Reply::empty(503),
            Taken::Says(said, within) => match tokio::time::timeout(within, said).await {
                Ok(Ok(says)) if says.as_object().is_some_and(|it| !it.is_empty()) => Reply::json(&says),
                _ => Reply::empty(200),
            },
        }
    }
}

/// Whether it is a call by which Slack looks at the certificate, and no command.
pub fn is_ssl_check(form: &str) -> bool {
    let fields = fields(form);
    fields.iter().any(|(name, value)| name == "ssl_check" && value == "1")
        && fields.iter().all(|(name, _)| name != "command")
}

/// Commands come as a form, interactions as JSON in a form, events as JSON.
fn read(kind: Kind, body: &str) -> Option<Json> {
    match kind {
        Kind::Events => serde_json::from_str(body).ok(),
        Kind::Commands => {
            let fields = fields(body);
            let command = fields.iter().any(|(name, _)| name == "command");
            command.then(|| fields.into_iter().map(|(name, value)| (name, Json::from(value))).collect())
        }
        Kind::Interactions => {
            let (_, payload) = fields(body).into_iter().find(|(name, _)| name == "payload")?;
            serde_json::from_str(&payload).ok()
        }
    }
}

/// The fields of a form, as browsers and Slack write it.
fn fields(body: &str) -> Vec<(String, String)> {
    // A query is written the same way.
    let url = reqwest::Url::parse(&format!("http://form/?{body}"));
    url.map(|url| url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use slack_morphism::signature_verifier::SlackEventSignatureVerifierError as Error;

    use super::*;

    #[test]
    fn signatures_are_those_of_the_vectors() {
        let folder = std::env::var("COUNTERSIGN_SHARED").unwrap_or_else(|_| "../shared/data".to_owned());
        let Ok(text) = std::fs::read_to_string(format!("{folder}/signature_vectors.json")) else {
            return eprintln!("SKIPPED: no shared data");
        };
        let vectors: Json = serde_json::from_str(&text).expect("vectors");
        for vector in vectors["slack"].as_array().expect("vectors") {
            let of = |name: &str| vector[name].as_str().expect("a text");
            let verifier = SlackEventSignatureVerifier::new(&SlackSigningSecret(of("secret").to_owned()));
            // They are of 2018: right, and too old.
            let right = verifier.verify(of("signature"), of("body"), of("timestamp"));
            assert!(matches!(right, Err(Error::IncorrectOrExpiredTimestampError(_))), "{}: {right:?}", of("name"));
            let forged = verifier.verify(of("signature"), &format!("{} ", of("body")), of("timestamp"));
            assert!(matches!(forged, Err(Error::WrongSignatureError(_))), "{}: {forged:?}", of("name"));
        }
    }

    #[test]
    fn unsigned_calls_are_told_of_once_a_minute() {
        let (unsigned, start) = (Unsigned::default(), Instant::now());
        let told = |second| unsigned.count(start + Duration::from_secs(second));
        assert_eq!((told(0), told(1), told(59)), (Some(1), None, None));
        assert_eq!((told(60), told(61), told(130)), (Some(3), None, Some(2)));
    }

    #[test]
    fn forms_are_read_as_slack_writes_them() {
        let command = read(Kind::Commands, "command=%2Fincident&text=open+a%26b+%3C%40U1%3E&x=").expect("a command");
        assert_eq!((word(&command, "command"), word(&command, "text")), ("/incident", "open a&b <@U1>"));
        let pressed = read(Kind::Interactions, "payload=%7B%22type%22%3A%22block_actions%22%7D").expect("a payload");
        assert_eq!(word(&pressed, "type"), "block_actions");
        assert_eq!(read(Kind::Commands, "nothing=here"), None);
        assert_eq!(read(Kind::Interactions, "payload=%7B"), None);
        assert_eq!(read(Kind::Events, "{"), None);
    }
}
