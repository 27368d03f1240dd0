//! Socket Mode: events and commands over a connection that the bot opens.
//!
//! A small loop of our own in place of slack-morphism's client, which parses into types that lose fields, acknowledges
//! only after its handler is done, drops what it can't parse after acknowledging it, and knows no proxy. Here an
//! envelope is acknowledged when what was in it is kept, or after two seconds, whichever comes first. Where there is no
//! room for it, it is not acknowledged, and Slack tells an event again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::acknowledge::Taken;
use super::{PAUSES, Slack, Trouble, lock, word};
use crate::app::config::SlackMode;
use crate::domain::At;
use crate::domain::text::moment_utc;

const OPEN_WITHIN: Duration = Duration::from_secs(20);
/// After this time without a frame Slack is asked whether it is there.
const QUIET: Duration = Duration::from_secs(20);
/// After this time without a frame the connection is given up.
const GONE: Duration = Duration::from_secs(60);
/// How long an old connection is left to end by itself once its successor is up.
const LINGER: Duration = Duration::from_secs(30);
const ACKS: usize = 64;
/// The shortest time between the openings of two connections.
const SPACING: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What a connection reports to the task that keeps connections.
enum Sign {
    /// Slack said hello: events come in.
    Up(u64),
    /// Slack will close it: another is to be opened first.
    Leaving(u64),
    /// Why, and when the last frame came.
    Ended(u64, String, At),
}

#[derive(PartialEq)]
enum State {
    Opening,
    Up,
    Leaving,
}

impl Slack {
    pub(super) async fn keep_connected(self: Arc<Slack>) {
        let (signs, mut read) = mpsc::channel(16);
        // Ends every connection with it when the adapter is stopped.
        let mut tasks = tokio::task::JoinSet::new();
        let mut connections: BTreeMap<u64, State> = BTreeMap::new();
        let mut pauses = PAUSES;
        let mut number = 0;
        let mut not_before = Instant::now();
        let mut opened = not_before;
        let mut last = At(0);
        loop {
            while tasks.try_join_next().is_some() {}
            let wanted = !connections.values().any(|it| matches!(it, State::Opening | State::Up));
            tokio::select! {
                () = tokio::time::sleep_until(not_before), if wanted => match self.open_after_recording().await {
                    Ok(socket) => {
                        number += 1;
                        opened = Instant::now();
                        connections.insert(number, State::Opening);
                        tasks.spawn(self.clone().serve(number, socket, signs.clone()));
                    }
                    Err(trouble) => {
                        self.lost(&trouble.to_string(), self.now());
                        not_before = Instant::now() + pauses.grow_or(trouble.asks_to_wait());
                    }
                },
                Some(sign) = read.recv() => match sign {
                    Sign::Up(number) => {
                        connections.insert(number, State::Up);
                        pauses.reset();
                        self.connected();
                    }
                    Sign::Leaving(number) => {
                        not_before = match connections.insert(number, State::Leaving) {
                            // Slack refuses a connection too many before it says hello.
                            Some(State::Opening) => {
                                Instant::now() + pauses.grow()
                            }
                            _ => opened + SPACING,
                        };
                    }
                    Sign::Ended(number, why, heard) => {
                        let state = connections.remove(&number);
                        last = last.max(heard);
                        if connections.is_empty() {
                            self.lost(&why, last);
                        }
                        // A connection on which Slack never said hello is tried again with growing pauses.
                        if state == Some(State::Opening) {
                            not_before = Instant::now() + pauses.grow();
                        }
                    }
                },
            }
        }
    }

    fn connected(&self) {
        {
            let mut link = lock(&self.link);
            if !link.up {
                tracing::info!(platform = %self.platform, "events come in");
            }
            (link.up, link.trouble) = (true, None);
        }
        self.returned.notify_one();
    }

    /// The connection is lost. The gap begins at `since`, when the last frame came, and not when the loss is noticed.
    fn lost(&self, why: &str, since: At) {
        self.is_away(since);
        let mut link = lock(&self.link);
        if link.up || link.trouble.is_none() {
            tracing::warn!(platform = %self.platform, why, "no events come in; reconnecting");
            link.trouble = Some(format!("reconnecting since {}: {why}", moment_utc(self.now())));
        }
        link.up = false;
    }

    /// Before anything comes live, the ledger has that what was missed is read.
    async fn open_after_recording(&self) -> Result<Socket, Trouble> {
        if let Some((door, missing)) = self.door().zip(self.misses()) {
            self.fill_begins(door, missing).await;
        }
        self.open_connection().await
    }

    async fn open_connection(&self) -> Result<Socket, Trouble> {
        let SlackMode::Socket { app_token } = self.mode() else {
            return Err(Trouble::Unreached("the settings name no app-level token".to_owned()));
        };
        let opened = self.api.post_with(&app_token, "apps.connections.open", &json!({})).await?;
        let connecting = self.connect(word(&opened, "url"));
        match tokio::time::timeout(OPEN_WITHIN, connecting).await {
            Ok(Ok(socket)) => Ok(socket),
            Ok(Err(why)) => Err(Trouble::Unreached(why)),
            Err(_) => Err(Trouble::Unreached("it took too long".to_owned())),
        }
    }

    async fn connect(&self, url: &str) -> Result<Socket, String> {
        let to: Uri = url.parse().map_err(|_| "Slack's address for the connection can't be read".to_owned())?;
        let stream = self.api.road.clone().connect(&to).await?;
        let (socket, _) = tokio_tungstenite::client_async_tls(to, stream).await.map_err(|error| error.to_string())?;
        Ok(socket)
    }

    /// One connection, from its hello to its end.
    async fn serve(self: Arc<Slack>, number: u64, socket: Socket, signs: mpsc::Sender<Sign>) {
        let (mut out, mut into) = socket.split();
        let (acks, mut acked) = mpsc::channel::<Json>(ACKS);
        let mut heard = Instant::now();
        let mut last = self.now();
        let (begun, mut greeted) = (heard, false);
        let mut asked = heard;
        let mut until: Option<Instant> = None;
        let why = loop {
            tokio::select! {
                frame = into.next() => {
                    heard = Instant::now();
                    if matches!(frame, Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_)))) {
                        last = self.now();
                    }
                    match frame {
                        Some(Ok(Message::Text(text))) => match self.frame(&text, number, &acks, &signs).await {
                            Step::Ack(ack) => if let Err(error) = out.send(text_of(&ack)).await { break error.to_string() },
                            Step::Leave => until = until.or(Some(heard + LINGER)),
                            Step::Greeted => greeted = true,
                            Step::On => {}
                        },
                        Some(Ok(Message::Ping(bytes))) => {
                            if let Err(error) = out.send(Message::Pong(bytes)).await { break error.to_string() }
                        }
                        Some(Ok(Message::Close(_))) | None => break "Slack closed the connection".to_owned(),
                        Some(Ok(Message::Binary(_))) => self.unread("binary frame"),
                        Some(Ok(_)) => {}
                        Some(Err(error)) => break error.to_string(),
                    }
                }
                Some(ack) = acked.recv() => {
                    if let Err(error) = out.send(text_of(&ack)).await { break error.to_string() }
                }
                () = tokio::time::sleep_until(heard.max(asked) + QUIET) => {
                    if heard.elapsed() > GONE { break "nothing came for a minute".to_owned() }
                    asked = Instant::now();
                    if let Err(error) = out.send(Message::Ping(Vec::new().into())).await { break error.to_string() }
                }
                () = tokio::time::sleep_until(begun + OPEN_WITHIN), if !greeted => {
                    break "Slack said no hello".to_owned();
                }
                () = tokio::time::sleep_until(until.unwrap_or(heard + GONE)), if until.is_some() => {
                    let _gone = out.send(Message::Close(None)).await;
                    break "its successor is up".to_owned();
                }
            }
        };
        let _gone = signs.send(Sign::Ended(number, why, last)).await;
    }

    async fn frame(
        self: &Arc<Slack>,
        text: &str,
        number: u64,
        acks: &mpsc::Sender<Json>,
        signs: &mpsc::Sender<Sign>,
    ) -> Step {
        let Ok(mut envelope) = serde_json::from_str::<Json>(text) else {
            self.unread("frame that isn't JSON");
            return Step::On;
        };
        let id = word(&envelope, "envelope_id").to_owned();
        let payload = envelope["payload"].take();
        let taken = match word(&envelope, "type") {
            "hello" => {
                let _gone = signs.send(Sign::Up(number)).await;
                return Step::Greeted;
            }
            "disconnect" => {
                let reason = word(&envelope, "reason");
                tracing::info!(platform = %self.platform, reason, "Slack will close the connection");
                if reason == "link_disabled" {
                    lock(&self.link).trouble = Some("Socket Mode is switched off in the app's settings".to_owned());
                }
                let _gone = signs.send(Sign::Leaving(number)).await;
                return Step::Leave;
            }
            "events_api" => self.take_event(payload),
            "slash_commands" => self.take_command(payload),
            "interactive" => self.take_interaction(payload),
            kind => {
                self.unread(kind);
                Taken::Yes
            }
        };
        if id.is_empty() {
            return Step::On;
        }
        match taken {
            Taken::Yes => Step::Ack(json!({ "envelope_id": id })),
            Taken::NoRoom => {
                tracing::warn!(platform = %self.platform, "too much at once; Slack is to tell it again");
                Step::On
            }
            Taken::Says(said, within) => {
                let acks = acks.clone();
                tokio::spawn(async move {
                    let mut ack = json!({ "envelope_id": id });
                    if let Ok(Ok(payload)) = tokio::time::timeout(within, said).await
                        && payload.as_object().is_some_and(|it| !it.is_empty())
                    {
                        ack["payload"] = payload;
                    }
                    let _gone = acks.send(ack).await;
                });
                Step::On
            }
        }
    }
}

/// What a frame leads to.
enum Step {
    On,
    /// Slack said hello.
    Greeted,
    Ack(Json),
    Leave,
}

fn text_of(json: &Json) -> Message {
    Message::Text(Utf8Bytes::from(json.to_string()))
}
