//! Socket Mode: tickets for one connection each, greetings, pings, farewells, and lines that break.

use std::time::{Duration, Instant};

use axum::extract::ws::{Message as Frame, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::deliver::Connection;
use super::wire::Line;
use super::world::APP;
use super::{FakeSlack, State};

const MOST_CONNECTIONS: usize = 10;
const TICKET_LIFE: Duration = Duration::from_secs(30);
const PING_EVERY: Duration = Duration::from_secs(5);

pub enum Out {
    Text(String),
    Ping,
    Close,
    /// The line breaks: no close frame, no word.
    Cut,
}

impl FakeSlack {
    pub fn sockets(&self) -> usize {
        self.state().post.connections.len()
    }

    /// How many connections were ever greeted.
    pub fn sockets_opened(&self) -> u64 {
        self.state().post.opened
    }

    /// `warning`, `refresh_requested` or `link_disabled`, to every connection. After the last two Slack closes them: at once
    /// when the link is disabled, otherwise as soon as a new one is there.
    pub fn disconnect(&self, reason: &str) {
        let mut state = self.state();
        let frame = farewell(reason, state.post.connections.len());
        for connection in &mut state.post.connections {
            let _going = connection.out.send(Out::Text(frame.clone()));
            match reason {
                "refresh_requested" => connection.leaving = true,
                "link_disabled" => {
                    let _going = connection.out.send(Out::Close);
                }
                _ => {}
            }
        }
    }

    /// Every line breaks without a close frame.
    pub fn drop_sockets(&self) {
        for connection in &self.state().post.connections {
            let _going = connection.out.send(Out::Cut);
        }
    }

    /// New connections are turned away with 503 until it is taken back; those that are open stay.
    pub fn refuse_sockets(&self, refuse: bool) {
        self.state().settings.refuse_connections = refuse;
    }

    /// Pings every connection, and waits until each has answered.
    pub async fn ping(&self) {
        let before = {
            let state = self.state();
            for connection in &state.post.connections {
                let _going = connection.out.send(Out::Ping);
            }
            state.post.pongs + u64::try_from(state.post.connections.len()).expect("few")
        };
        self.wait_for("a pong from every connection", |fake| fake.state().post.pongs >= before).await;
    }

    /// A frame as it stands, to one connection: what a bot must survive.
    pub fn raw_frame(&self, text: &str) {
        let state = self.state();
        let connection = state.post.connections.first().expect("a connection");
        let _going = connection.out.send(Out::Text(text.to_owned()));
    }
}

impl State {
    pub fn new_ticket(&mut self) -> String {
        let ticket = self.world.next_token();
        self.post.tickets.insert(ticket.clone(), Instant::now());
        format!("{}/link/{ticket}?app_id={APP}", self.base.replacen("http", "ws", 1))
    }
}

fn farewell(reason: &str, connections: usize) -> String {
    json!({
        "type": "disconnect", "reason": reason, "num_connections": connections, "debug_info": { "host": "applink-fake" },
        "connection_info": { "app_id": APP }
    })
    .to_string()
}

pub async fn serve(
    Shared(fake): Shared<FakeSlack>,
    Path(ticket): Path<String>,
    ConnectInfo(line): ConnectInfo<Line>,
    upgrade: WebSocketUpgrade,
) -> Response {
    {
        let mut state = fake.state();
        if state.settings.refuse_connections {
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let Some(born) = state.post.tickets.remove(&ticket) else {
            state.violation("a Socket Mode address was used twice, or made up".into());
            return StatusCode::FORBIDDEN.into_response();
        };
        if born.elapsed() > TICKET_LIFE {
            return StatusCode::GONE.into_response();
        }
    }
    // A clone keeps the state alive only as long as the connection is.
    upgrade.on_upgrade(move |socket| talk(fake, socket, line))
}

async fn talk(fake: FakeSlack, mut socket: WebSocket, line: Line) {
    let (out, mut waiting) = mpsc::unbounded_channel();
    let greeting = {
        let mut state = fake.state();
        let open = state.post.connections.len();
        state.post.opened += 1;
        let hello = json!({
            "type": "hello", "num_connections": open + 1, "connection_info": { "app_id": APP },
            "debug_info": { "host": "applink-fake", "build_number": 10, "approximate_connection_time": 18060 }
        });
        (open < MOST_CONNECTIONS)
            .then(|| (state.post.opened, hello.to_string()))
            .ok_or(farewell("too_many_websockets", open))
    };
    let (id, greeting) = match greeting {
        Ok(greeting) => greeting,
        Err(farewell) => {
            let _gone = socket.send(Frame::Text(farewell.into())).await;
            return;
        }
    };
    if socket.send(Frame::Text(greeting.into())).await.is_err() {
        return;
    }
    {
        let mut state = fake.state();
        for old in state.post.connections.iter().filter(|old| old.leaving) {
            let _going = old.out.send(Out::Close);
        }
        state.post.connections.push(Connection { id, out, leaving: false });
        state.flush();
    }
    let mut pings = tokio::time::interval(PING_EVERY);
    loop {
        tokio::select! {
            next = waiting.recv() => {
                let sent = match next {
                    Some(Out::Text(text)) => socket.send(Frame::Text(text.into())).await,
                    Some(Out::Ping) => socket.send(Frame::Ping("Ping from applink-fake".into())).await,
                    Some(Out::Close) => socket.send(Frame::Close(None)).await,
                    Some(Out::Cut) => {
                        line.cut();
                        break;
                    }
                    None => break,
                };
                if sent.is_err() {
                    break;
                }
            }
            _tick = pings.tick() => {
                if socket.send(Frame::Ping("Ping from applink-fake".into())).await.is_err() {
                    break;
                }
            }
            heard = socket.recv() => match heard {
                Some(Ok(Frame::Text(text))) => fake.state().heard(text.as_str()),
                Some(Ok(Frame::Pong(_))) => fake.state().post.pongs += 1,
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    fake.state().connection_ended(id);
}

/// What apps.connections.open answers.
pub fn opened(state: &mut State) -> Value {
    json!({ "ok": true, "url": state.new_ticket() })
}
