//! One try of one call over HTTP: signed, to an address that may be called, without following anybody elsewhere.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::signature::Keys;
use crate::domain::Span;
use crate::domain::policy::address;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, StatusCode, Url, header, redirect};
use serde_json::Value;

/// How long one try may take: the standard asks for 15 to 30 seconds.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Of an answer no more is read than this.
const ANSWER_BYTES: usize = 16 * 1024;
/// Of a note no more is kept than this.
const NOTE_LETTERS: usize = 500;

/// A place that can be called.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub url: Url,
    /// The policy says by name that it is inside the bot's own network.
    pub internal: bool,
    pub keys: Keys,
}

/// What one try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It answered: what was asked is done, or can't be.
    Answered(Answer),
    /// 202: it has begun, and answers later at the address that it was given.
    Begun,
    /// It is to be tried again: after this time, where it says so.
    Again { why: String, after: Option<Span> },
    /// Trying again is pointless.
    Never { why: String },
}

/// What whoever was called says of what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is done. In its own words, where it has any.
    Done(String),
    /// It can't be done as things are.
    Blocked(String),
}

impl Answer {
    /// Reads the answer to a call: `{"outcome": "done", "note": "…"}`. No JSON, or none with an outcome, is a plain 200: done. An
    /// object that can't be read, or isn't there whole, may say anything, so it is never taken for done.
    pub fn read(body: &[u8]) -> Answer {
        let begins_as_an_object = body.trim_ascii_start().starts_with(b"{");
        match serde_json::from_slice::<Value>(body) {
            Ok(answer) => Answer::outcome(&answer).unwrap_or_else(|| Answer::Done(note(&answer))),
            Err(_) if begins_as_an_object => Answer::Blocked(format!(
                "it answered with JSON that can't be read: it is broken, or longer than {} KiB",
                ANSWER_BYTES / 1024
            )),
            Err(_) => Answer::Done(String::new()),
        }
    }

    /// Reads an answer that comes later. There only what it says itself counts: `None`, where it names no outcome.
    pub fn said(body: &[u8]) -> Option<Answer> {
        Answer::outcome(&serde_json::from_slice(body).ok()?)
    }

    /// An outcome that means nothing here is never taken for done.
    fn outcome(answer: &Value) -> Option<Answer> {
        let note = note(answer);
        Some(match answer.get("outcome")?.as_str().unwrap_or_default() {
            "done" => Answer::Done(note),
            "blocked" => Answer::Blocked(note),
            other => {
                Answer::Blocked(format!("it answered with the outcome “{other}”, which means nothing here. {note}"))
            }
        })
    }
}

fn note(answer: &Value) -> String {
    let note = answer.get("note").and_then(Value::as_str).unwrap_or_default();
    note.chars().take(NOTE_LETTERS).collect()
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// The same for every try.
    pub id: &'a str,
    /// Of this try, in seconds since 1970.
    pub timestamp_s: i64,
    pub body: &'a [u8],
}

/// Calls places outside. What it takes is made by the first call, and kept for all: most bots call nobody.
#[derive(Clone, Default)]
pub struct Sender {
    outside: Arc<OnceLock<Client>>,
    anywhere: Arc<OnceLock<Client>>,
}

impl Sender {
    /// What calls: inside the bot's own network too, or outside alone.
    ///
    /// # Errors
    /// It can't be made.
    pub fn client(&self, internal: bool) -> Result<Client, reqwest::Error> {
        let kept = if internal { &self.anywhere } else { &self.outside };
        if let Some(client) = kept.get() {
            return Ok(client.clone());
        }
        // A proxy would look names up by itself, behind the back of the guard.
        let client = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(PATIENCE);
        let client = if internal { client } else { client.dns_resolver(Arc::new(Outside)) }.build()?;
        Ok(kept.get_or_init(|| client).clone())
    }

    pub async fn send(&self, to: &Endpoint, call: &Call<'_>) -> Tried {
        if let Err(why) = may_be_called(&to.url, to.internal) {
            return Tried::Never { why };
        }
        let client = match self.client(to.internal) {
            Ok(client) => client,
            Err(error) => return Tried::Again { why: chain(&error), after: None },
        };
        let request = client
            .post(to.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", call.id)
            .header("webhook-timestamp", call.timestamp_s)
            .header("webhook-signature", to.keys.sign(call.id, call.timestamp_s, call.body))
            .body(call.body.to_vec());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if leads_inside(&error) => return Tried::Never { why: chain(&error.without_url()) },
            // The address may hold a secret.
            Err(error) => return Tried::Again { why: chain(&error.without_url()), after: None },
        };
        let (status, after) = (response.status(), retry_after(response.headers()));
        match status {
            StatusCode::ACCEPTED => Tried::Begun,
            StatusCode::GONE => Tried::Never { why: "it answered 410: it takes no calls any more".to_owned() },
            _ if status.is_success() => match body(response, ANSWER_BYTES).await {
                Ok(body) => Tried::Answered(Answer::read(&body)),
                // What it answered isn't known; it recognises the call by its id.
                Err(error) => Tried::Again { why: chain(&error.without_url()), after: None },
            },
            _ if status.is_redirection() => {
                Tried::Again { why: format!("it answered {status}; redirects aren't followed"), after }
            }
            _ => Tried::Again { why: format!("it answered {status}"), after },
        }
    }
}

/// Whether an address may be called at all, as far as that shows before its name is looked up.
///
/// # Errors
/// Why not, and what to write in the policy.
pub fn may_be_called(url: &Url, internal: bool) -> Result<(), String> {
    let literal = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    let inside = literal.and_then(address::inside);
    match (url.scheme(), internal, inside) {
        (_, false, Some(what)) => Err(inside_says(what)),
        ("https", _, _) | ("http", true, _) => Ok(()),
        ("http", false, _) => Err("only https is called outside; plain http needs internal = true".to_owned()),
        (scheme, _, _) => Err(format!("{scheme} can't be called: write an https address")),
    }
}

fn inside_says(what: &str) -> String {
    format!("its address is inside ({what}), and the policy doesn't say internal = true for it")
}

/// A name was looked up, and what was found is inside. Trying it again is no use before the policy says something else.
#[derive(Debug, thiserror::Error)]
#[error("{}", inside_says(.0))]
struct LeadsInside(&'static str);

pub fn leads_inside(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| error.is::<LeadsInside>())
}

/// Looks names up, and finds nothing inside. What was looked up is what is connected to: no second look can say otherwise.
struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            match found.iter().find_map(|it| address::inside(it.ip())) {
                Some(what) => Err(LeadsInside(what).into()),
                None => Ok(Box::new(found.into_iter()) as Addrs),
            }
        })
    }
}

/// No more of an answer than `at_most` bytes.
///
/// # Errors
/// It broke off.
pub async fn body(mut response: reqwest::Response, at_most: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() >= at_most {
            body.truncate(at_most);
            break;
        }
    }
    Ok(body)
}

/// `retry-after` in seconds (RFC 9110). A date there is rare, and the schedule does as well.
pub fn retry_after(headers: &header::HeaderMap) -> Option<Span> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse::<u32>().ok()?;
    Some(Span::seconds(seconds.into()))
}

/// What went wrong, with what it came from.
pub fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_call_makes_is_there_for_the_next() {
        // Fails only where one was chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let sender = Sender::default();
        sender.clone().client(true).expect("a client");
        assert!(sender.anywhere.get().is_some() && sender.outside.get().is_none());
    }

    #[test]
    fn an_answer_that_was_cut_is_not_taken_for_done() {
        let whole = format!(r#"{{"log": "{}", "outcome": "blocked"}}"#, "x".repeat(2 * ANSWER_BYTES));
        for body in [&whole.as_bytes()[..ANSWER_BYTES], b" {\"outcome\": \"blo", b"{'outcome': 'blocked'}"] {
            assert!(matches!(Answer::read(body), Answer::Blocked(why) if why.contains("can't be read")));
            assert_eq!(Answer::said(body), None);
        }
        assert_eq!(Answer::read(&[b'x'; ANSWER_BYTES]), Answer::Done(String::new()), "a log is a plain 200");
    }

    #[test]
    fn later_only_an_outcome_that_is_named_counts() {
        for body in ["", "OK", "outcome=done", r#"{"status": "failed"}"#, r#"["outcome"]"#, r#""done""#] {
            assert_eq!(Answer::said(body.as_bytes()), None, "{body}");
        }
        assert_eq!(Answer::said(br#"{"outcome": "done"}"#), Some(Answer::Done(String::new())));
        let failed = Answer::said(br#"{"outcome": "failed"}"#);
        assert!(matches!(failed, Some(Answer::Blocked(_))), "{failed:?}");
    }

    #[test]
    fn an_answer_that_means_nothing_here_is_not_taken_for_done() {
        let table = [
            ("", Answer::Done(String::new())),
            ("OK", Answer::Done(String::new())),
            (r#"{"status": "queued"}"#, Answer::Done(String::new())),
            (r#"{"outcome": "done", "note": "v6 serves"}"#, Answer::Done("v6 serves".into())),
            (r#"{"outcome": "blocked", "note": "locked"}"#, Answer::Blocked("locked".into())),
            (
                r#"{"outcome": "failed", "note": "no disk"}"#,
                Answer::Blocked("it answered with the outcome “failed”, which means nothing here. no disk".into()),
            ),
            (
                r#"{"outcome": null}"#,
                Answer::Blocked("it answered with the outcome “”, which means nothing here. ".into()),
            ),
        ];
        for (body, expected) in table {
            assert_eq!(Answer::read(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn addresses_inside_and_plain_http_need_the_policys_word() {
        let table = [
            ("https://deploy.example.com/hook", false, true),
            ("https://10.0.0.8/hook", false, false),
            ("https://10.0.0.8/hook", true, true),
            ("https://[::1]:8443/hook", false, false),
            ("https://[::ffff:169.254.169.254]/hook", false, false),
            // Other ways to write an address are the same address.
            ("https://2130706433/hook", false, false),
            ("https://0x7f.1/hook", false, false),
            ("http://deploy.example.com/hook", false, false),
            ("http://deploy.inside/hook", true, true),
            ("ftp://deploy.example.com/hook", true, false),
        ];
        for (url, internal, fine) in table {
            let url = Url::parse(url).expect(url);
            assert_eq!(may_be_called(&url, internal).is_ok(), fine, "{url} {internal}");
        }
    }
}
