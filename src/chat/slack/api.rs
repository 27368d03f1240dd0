//! Slack's Web API as this adapter uses it: bodies of our own, errors by what they mean for trying again, a time limit on
//! every call, and the proxy that the operator's environment names.
//!
//! The typed models of slack-morphism lose fields that evidence and Block Kit need, so only its client, its errors and its
//! signature check are used. Bodies of answers never reach the log: they hold people's words.

use std::pin::Pin;
use std::sync::{Arc, RwLock};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use reqwest::StatusCode;
use serde_json::Value as Json;
use slack_morphism::errors::SlackClientError;
use slack_morphism::hyper_tokio::SlackClientHyperConnector;
use slack_morphism::{SlackApiToken, SlackApiTokenValue, SlackClient};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::http::Uri;
use tower::Service;

use super::{PAUSES, SlackError};
use crate::app::config::Secret;
use crate::chat::files::{Announced, Download, TooLarge};
use crate::chat::lock as locks;
use crate::chat::retry::{Again, patiently};
use crate::domain::WhyNotKept;

/// How long an answer is waited for. Slack is faster when it is well.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The pause where Slack asks to wait and names no time.
const LIMITED: Duration = Duration::from_secs(5);
/// The same for the bytes of a file.
const FILE_TIME_LIMIT: Duration = Duration::from_secs(90);

/// How often an address may lead on to another one.
const HOPS: usize = 3;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Trouble {
    /// Slack asks for a pause.
    #[error("Slack asks to wait{}", after.map(|it| format!(" {} s", it.as_secs())).unwrap_or_default())]
    Limited { after: Option<Duration> },
    /// Slack says no, in its own word.
    #[error("Slack says “{0}”")]
    Said(String),
    /// It never left this machine.
    #[error("Slack can't be reached: {0}")]
    Unreached(String),
    /// It may have been done.
    #[error("Slack's answer didn't come: {0}")]
    Unknown(String),
}

impl Trouble {
    /// Slack's own word, where it is one of these.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        matches!(self, Trouble::Said(word) if words.contains(&word.as_str()))
    }
    /// Nobody can do anything with this token.
    pub(super) fn is_about_the_token(&self) -> bool {
        self.is(&[
            "token_revoked",
            "token_expired",
            "account_inactive",
            "invalid_auth",
            "not_authed",
            "org_login_required",
            "team_access_not_granted",
            "access_denied",
        ])
    }
}

impl Trouble {
    /// How long Slack asks to wait.
    pub(super) fn asks_to_wait(&self) -> Option<Duration> {
        match self {
            Trouble::Limited { after } => *after,
            _ => None,
        }
    }
    /// For reading, which nobody waits for: waits as often as Slack asks to.
    fn if_limited(&self) -> Again {
        match self {
            Trouble::Limited { after } => Again::Wait(after.unwrap_or(LIMITED)),
            _ => Again::Stop,
        }
    }
    /// For saying something: tries again only where it was certainly not said.
    pub(super) fn unless_it_may_be_there(&self) -> Again {
        match self {
            Trouble::Limited { after } => Again::Try(*after),
            Trouble::Unreached(_) => Again::Try(None),
            Trouble::Said(_) | Trouble::Unknown(_) => Again::Stop,
        }
    }
}

pub(super) type Called<T> = Result<T, Trouble>;

pub(super) struct Api {
    client: SlackClient<SlackClientHyperConnector<HttpsConnector<Road>>>,
    bot: RwLock<SlackApiToken>,
    /// For files, response URLs and answers whose headers count.
    pub(super) plain: reqwest::Client,
    pub(super) road: Road,
    pub(super) url: String,
    /// The server that stands in Slack's place, by scheme, host and port. It may be shown the token, too.
    place: Option<reqwest::Url>,
}

impl Api {
    pub(super) fn new(url: &str, bot: &Secret) -> Result<Api, SlackError> {
        let road = Road::from_environment();
        let https = HttpsConnectorBuilder::new().with_native_roots().map_err(SlackError::Roots)?;
        let connector = https.https_or_http().enable_all_versions().wrap_connector(road.clone());
        let connector = SlackClientHyperConnector::with_connector(connector).with_slack_api_url(url);
        let proxies = road.proxies.clone();
        let proxy = reqwest::Proxy::custom(move |url| {
            let proxy = proxied(&proxies, &url.as_str().parse().ok()?)?;
            reqwest::Url::parse(&proxy.uri().to_string()).ok()
        });
        let place = reqwest::Url::parse(url).ok();
        // The address is looked at before the first call; where it leads on is looked at as well.
        let in_its_place = place.clone();
        let redirects = reqwest::redirect::Policy::custom(move |attempt| {
            match attempt.previous().len() <= HOPS && is_slacks(attempt.url(), in_its_place.as_ref()) {
                true => attempt.follow(),
                false => attempt.stop(),
            }
        });
        let plain = reqwest::Client::builder()
            .proxy(proxy)
            .redirect(redirects)
            .timeout(TIME_LIMIT)
            .connect_timeout(Duration::from_secs(10))
            .build()
            .map_err(SlackError::Client)?;
        Ok(Api {
            client: SlackClient::new(connector),
            bot: RwLock::new(token(bot)),
            plain,
            road,
            url: url.to_owned(),
            place,
        })
    }

    /// Calls a method with a JSON body.
    pub(super) async fn post(&self, method: &str, body: &Json) -> Called<Json> {
        self.post_as(&self.bot(), method, body).await
    }

    /// Goes on with another token.
    pub(super) fn take_token(&self, bot: &Secret) {
        *locks::write(&self.bot) = token(bot);
    }

    pub(super) fn bot(&self) -> SlackApiToken {
        locks::read(&self.bot).clone()
    }

    /// Calls a method that takes a form and no token.
    pub(super) async fn anonymous(&self, method: &str, arguments: &[(&str, &str)]) -> Called<Json> {
        let mut form = reqwest::Url::parse("http://form/").expect("an address");
        form.query_pairs_mut().extend_pairs(arguments);
        let form = form.query().unwrap_or_default().to_owned();
        let asked = self.plain.post(format!("{}/{method}", self.url));
        let sent = asked.header("content-type", "application/x-www-form-urlencoded").body(form).send().await;
        let answer = sent.map_err(|error| match error.is_connect() {
            true => Trouble::Unreached(short(&error)),
            false => Trouble::Unknown(short(&error)),
        })?;
        if !answer.status().is_success() {
            return Err(turned_away(&answer));
        }
        let text = answer.text().await.map_err(|error| Trouble::Unknown(short(&error)))?;
        let said: Json =
            serde_json::from_str(&text).map_err(|_| Trouble::Unknown("the answer can't be read".to_owned()))?;
        match said["ok"].as_bool() {
            Some(true) => Ok(said),
            _ => Err(match said["error"].as_str() {
                Some("ratelimited" | "rate_limited") => Trouble::Limited { after: None },
                Some(word @ ("internal_error" | "fatal_error")) => Trouble::Unknown(format!("Slack says “{word}”")),
                word => Trouble::Said(word.unwrap_or("no reason").to_owned()),
            }),
        }
    }

    /// As somebody else: the app itself.
    pub(super) async fn post_with(&self, secret: &Secret, method: &str, body: &Json) -> Called<Json> {
        self.post_as(&token(secret), method, body).await
    }

    async fn post_as(&self, token: &SlackApiToken, method: &str, body: &Json) -> Called<Json> {
        let session = self.client.open_session(token);
        let call = session.http_session_api.http_post::<Json, Json>(method, body, None);
        finished(tokio::time::timeout(TIME_LIMIT, call).await)
    }

    /// Calls a method that takes its arguments in the address.
    pub(super) async fn get(&self, method: &str, arguments: &[(&str, String)]) -> Called<Json> {
        let arguments: Vec<(&str, Option<String>)> =
            arguments.iter().map(|(name, value)| (*name, Some(value.clone()))).collect();
        let bot = self.bot();
        let session = self.client.open_session(&bot);
        let call = session.http_session_api.http_get::<Json, _, _>(method, &arguments, None);
        finished(tokio::time::timeout(TIME_LIMIT, call).await)
    }

    /// Every page of a list, up to a number of pages.
    pub(super) async fn pages(
        &self,
        method: &str,
        arguments: &[(&str, String)],
        list: &str,
        at_most: usize,
    ) -> Called<Vec<Json>> {
        self.first_pages(method, arguments, list, at_most).await.map(|(all, _)| all)
    }

    /// The same, and whether that is all of it.
    pub(super) async fn first_pages(
        &self,
        method: &str,
        arguments: &[(&str, String)],
        list: &str,
        at_most: usize,
    ) -> Called<(Vec<Json>, bool)> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        for _ in 0..at_most {
            let mut arguments = arguments.to_vec();
            if !cursor.is_empty() {
                arguments.push(("cursor", cursor.clone()));
            }
            let mut page = self.patiently(method, &arguments).await?;
            if let Some(Json::Array(items)) = page.get_mut(list).map(Json::take) {
                all.extend(items);
            }
            cursor = page["response_metadata"]["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                return Ok((all, true));
            }
        }
        Ok((all, false))
    }

    /// Reads, and waits as often as Slack asks to.
    pub(super) async fn patiently(&self, method: &str, arguments: &[(&str, String)]) -> Called<Json> {
        patiently(PAUSES, u32::MAX, Trouble::if_limited, || self.get(method, arguments)).await
    }

    /// What a slash command or a button may be answered with for half an hour.
    pub(super) async fn respond(&self, url: &str, body: &Json) -> Called<()> {
        let url = self.known(url).ok_or_else(|| Trouble::Said("not_a_slack_address".to_owned()))?;
        let sent = self.plain.post(url).header("content-type", "application/json").body(body.to_string()).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(turned_away(&answer)),
            Err(error) if error.is_connect() => Err(Trouble::Unreached("no connection".to_owned())),
            Err(_) => Err(Trouble::Unknown("no answer".to_owned())),
        }
    }

    /// The bytes of a private file. The token goes to nobody but Slack.
    pub(super) async fn download(&self, url: &str, announced: &Announced<'_>) -> Result<Vec<u8>, Unfetched> {
        let broken = |error: reqwest::Error| Unfetched::ForNow(Trouble::Unknown(short(&error)));
        let url = self.known(url).ok_or(Unfetched::Never(WhyNotKept::Elsewhere))?;
        let asked = self.plain.get(url).bearer_auth(self.bot().token_value.0).timeout(FILE_TIME_LIMIT);
        let mut answer = asked.send().await.map_err(broken)?;
        let status = answer.status();
        // Whom Slack doesn't let in it sends elsewhere, to sign in.
        if status.is_redirection() || status == StatusCode::FORBIDDEN || status == StatusCode::UNAUTHORIZED {
            return Err(Unfetched::Never(WhyNotKept::NotAllowed));
        }
        if !status.is_success() {
            return Err(Unfetched::of(turned_away(&answer)));
        }
        let kind = answer.headers().get("content-type").and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
        let mut bytes = Download::default();
        while let Some(chunk) = answer.chunk().await.map_err(broken)? {
            bytes.add(&chunk)?;
        }
        let bytes = bytes.finish();
        announced.require(&bytes, &kind).map_err(Unfetched::Never)?;
        Ok(bytes)
    }

    /// Sends the bytes of a file to where Slack wants them.
    pub(super) async fn upload(&self, url: &str, bytes: Vec<u8>) -> Called<()> {
        let url = self.known(url).ok_or_else(|| Trouble::Said("not_a_slack_address".to_owned()))?;
        let sent = self.plain.post(url).timeout(FILE_TIME_LIMIT).body(bytes).send().await;
        match sent {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(Trouble::Said(format!("status {}", answer.status().as_u16()))),
            Err(error) => Err(Trouble::Unreached(short(&error))),
        }
    }

    /// An address that is Slack's own, or of the server that stands in its place.
    fn known(&self, url: &str) -> Option<reqwest::Url> {
        reqwest::Url::parse(url).ok().filter(|url| is_slacks(url, self.place.as_ref()))
    }
}

/// Whether an address is Slack's own, or of the server that stands in its `place`.
fn is_slacks(url: &reqwest::Url, place: Option<&reqwest::Url>) -> bool {
    let slacks = ["slack.com", "slack-files.com", "slack-gov.com"];
    let is_host = |host: &str| {
        slacks.iter().any(|it| host == *it || host.strip_suffix(it).is_some_and(|rest| rest.ends_with('.')))
    };
    url.scheme() == "https" && url.host_str().is_some_and(is_host)
        || place.is_some_and(|place| place.origin() == url.origin())
}

/// Why a file isn't here.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfetched {
    #[error("{0}")]
    Never(WhyNotKept),
    /// Trying again is sensible.
    #[error("{0}")]
    ForNow(Trouble),
}

impl From<TooLarge> for Unfetched {
    fn from(TooLarge: TooLarge) -> Unfetched {
        Unfetched::Never(WhyNotKept::TooLarge)
    }
}

/// What an answer's status means for trying again.
fn turned_away(answer: &reqwest::Response) -> Trouble {
    let status = answer.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        let after = answer.headers().get("retry-after").and_then(|it| it.to_str().ok()?.parse().ok());
        return Trouble::Limited { after: after.map(Duration::from_secs) };
    }
    match status.is_server_error() {
        true => Trouble::Unknown(format!("status {}", status.as_u16())),
        false => Trouble::Said(format!("status {}", status.as_u16())),
    }
}

fn token(secret: &Secret) -> SlackApiToken {
    SlackApiToken::new(SlackApiTokenValue(secret.reveal().to_owned()))
}

fn short(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    };
    what.to_owned()
}

fn finished(outcome: Result<Result<Json, SlackClientError>, tokio::time::error::Elapsed>) -> Called<Json> {
    let error = match outcome {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(error)) => error,
        Err(_) => return Err(Trouble::Unknown("it took too long".to_owned())),
    };
    Err(match error {
        SlackClientError::RateLimitError(limit) => Trouble::Limited { after: limit.retry_after },
        SlackClientError::ApiError(said) => match said.code.as_str() {
            "ratelimited" | "rate_limited" => Trouble::Limited { after: None },
            // Slack's own words on these two: some of it may have been done.
            "internal_error" | "fatal_error" => Trouble::Unknown(format!("Slack says “{}”", said.code)),
            _ => Trouble::Said(said.code),
        },
        SlackClientError::HttpError(error) if error.status_code.is_client_error() => {
            Trouble::Said(format!("status {}", error.status_code.as_u16()))
        }
        SlackClientError::HttpError(error) => Trouble::Unknown(format!("status {}", error.status_code.as_u16())),
        SlackClientError::HttpProtocolError(error) => {
            let cause = error.cause.as_deref();
            let connecting = cause
                .and_then(|cause| cause.downcast_ref::<hyper_util::client::legacy::Error>())
                .is_some_and(hyper_util::client::legacy::Error::is_connect);
            match connecting {
                true => Trouble::Unreached(root_of(cause)),
                false => Trouble::Unknown("the connection broke off".to_owned()),
            }
        }
        // Its own words may quote the body.
        SlackClientError::ProtocolError(_) => Trouble::Unknown("the answer can't be read".to_owned()),
        _ => Trouble::Unknown("the connection broke off".to_owned()),
    })
}

/// The last of the causes: `Connection refused`.
fn root_of(error: Option<&(dyn std::error::Error + Send + Sync + 'static)>) -> String {
    let mut error: Option<&(dyn std::error::Error + 'static)> = error.map(|it| it as _);
    let mut last = "no connection".to_owned();
    while let Some(it) = error {
        last = it.to_string();
        error = it.source();
    }
    last
}

/// How a TCP connection is made: straight, or through the proxy that the environment names. Loopback is never proxied.
#[derive(Clone)]
pub(super) struct Road {
    http: HttpConnector,
    proxies: Arc<Matcher>,
}

fn proxied(proxies: &Matcher, to: &Uri) -> Option<hyper_util::client::proxy::matcher::Intercept> {
    let host = to.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if here { None } else { proxies.intercept(to) }
}

impl Road {
    fn from_environment() -> Road {
        Road::through(Matcher::from_env())
    }

    fn through(proxies: Matcher) -> Road {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_connect_timeout(Some(Duration::from_secs(10)));
        http.set_nodelay(true);
        Road { http, proxies: Arc::new(proxies) }
    }

    /// A connection for a WebSocket, whose scheme proxies don't know.
    pub(super) async fn connect(&mut self, to: &Uri) -> Result<TcpStream, String> {
        let scheme = if to.scheme_str() == Some("ws") { "http" } else { "https" };
        let authority = to.authority().ok_or("the address has no host")?;
        let as_http = format!("{scheme}://{authority}/").parse::<Uri>().map_err(|error| error.to_string())?;
        // With no port named, the proxy's scheme would decide which one is meant.
        let stream = self.call(as_http).await.map_err(|error| root_of(Some(&*error)))?;
        Ok(stream.into_inner())
    }
}

impl Service<Uri> for Road {
    type Response = TokioIo<TcpStream>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.http.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        match proxied(&self.proxies, &to) {
            None => {
                let connecting = self.http.call(to);
                Box::pin(async move { connecting.await.map_err(Into::into) })
            }
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), self.http.clone());
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                let connecting = tunnel.call(to);
                Box::pin(async move { connecting.await.map_err(Into::into) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_connection_goes_through_the_proxy_and_loopback_does_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let proxy = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("somebody comes");
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(stream.read_u8().await.expect("a request"));
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("an answer");
            assert_eq!(stream.read_u8().await.expect("a word"), b'?');
            stream.write_all(b"beyond").await.expect("an answer");
            String::from_utf8(asked).expect("text")
        });
        let proxies = Matcher::builder().all(format!("http://me:word@{address}")).build();
        let mut road = Road::through(proxies);
        let to = "wss://wss-primary.slack.com/link?ticket=1".parse().expect("an address");
        let mut stream = road.connect(&to).await.expect("through the proxy");
        stream.write_all(b"?").await.expect("a word");
        let mut beyond = [0; 6];
        stream.read_exact(&mut beyond).await.expect("what lies beyond");
        assert_eq!(&beyond, b"beyond");
        let asked = proxy.await.expect("the proxy ran");
        assert!(asked.starts_with("CONNECT wss-primary.slack.com:443 HTTP/1.1\r\n"), "{asked}");
        assert!(asked.to_lowercase().contains("proxy-authorization: basic bwu6d29yza=="), "{asked}");
        let here = "http://127.0.0.1:9/".parse().expect("an address");
        assert!(proxied(&road.proxies, &here).is_none());
    }

    #[test]
    fn the_token_goes_to_nobody_but_slack() {
        let _again = rustls::crypto::ring::default_provider().install_default();
        let api = Api::new("http://127.0.0.1:1/api", &Secret::new("xoxb-1")).expect("an API");
        for url in ["https://files.slack.com/x", "https://hooks.slack.com/commands/1", "http://127.0.0.1:1/file"] {
            assert!(api.known(url).is_some(), "{url}");
        }
        for url in [
            "https://evil.example/x",
            "https://evilslack.com/x",
            "http://files.slack.com/x",
            "file:///etc/x",
            "http://127.0.0.1:2/file",
            "https://127.0.0.1:1/file",
        ] {
            assert!(api.known(url).is_none(), "{url}");
        }
    }

    #[tokio::test]
    async fn an_address_that_leads_on_for_ever_is_left_after_a_few() {
        let _again = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let place = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let again = axum::Router::new().fallback({
            let asked = asked.clone();
            async move || {
                let at = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                axum::response::Redirect::temporary(&format!("/{at}"))
            }
        });
        let server = tokio::spawn(async move { axum::serve(listener, again).await });
        let api = Api::new(&place, &Secret::new("xoxb-1")).expect("an API");
        let file = Announced { bytes: None, kind: "" };
        let fetched = api.download(&format!("{place}/file"), &file).await;
        assert!(matches!(fetched, Err(Unfetched::Never(WhyNotKept::NotAllowed))), "{fetched:?}");
        assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), HOPS + 1);
        server.abort();
    }
}
