//! The gateway: hello, identify, resume, heartbeats, dispatches by intent, and every way in which a connection ends.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::FakeDiscord;
use super::schema;
use super::world::{Id, World};

/// Intents, as Discord numbers them.
pub mod intent {
    pub const GUILDS: u64 = 1 << 0;
    pub const GUILD_MEMBERS: u64 = 1 << 1;
    pub const GUILD_PRESENCES: u64 = 1 << 8;
    pub const GUILD_MESSAGES: u64 = 1 << 9;
    pub const GUILD_MESSAGE_REACTIONS: u64 = 1 << 10;
    pub const DIRECT_MESSAGES: u64 = 1 << 12;
    pub const DIRECT_MESSAGE_REACTIONS: u64 = 1 << 13;
    pub const MESSAGE_CONTENT: u64 = 1 << 15;
    pub const PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;
    /// Bits 22 and 23, 26 and above mean nothing.
    pub const KNOWN: u64 = ((1 << 22) - 1) | 1 << 24 | 1 << 25;
}

/// What a connection is told to do from outside.
enum Order {
    Send(Value),
    Close(u16),
    /// Gone without a word.
    Drop,
}

struct Session {
    intents: u64,
    seq: u64,
    /// Everything dispatched, so that a resume can catch up.
    log: Vec<(u64, Value)>,
    connection: Option<(usize, UnboundedSender<Order>)>,
}

#[derive(Clone, Debug)]
pub struct Identify {
    pub intents: u64,
    pub session: String,
    pub at: Instant,
}

#[derive(Clone, Debug)]
pub struct Resume {
    pub session: String,
    pub seq: u64,
    pub accepted: bool,
    pub replayed: usize,
    /// Whether the client came to the address that READY gave for this.
    pub at_resume_url: bool,
}

pub struct Gateway {
    pub heartbeat: Duration,
    sessions: BTreeMap<String, Session>,
    pub identifies: Vec<Identify>,
    pub resumes: Vec<Resume>,
    pub heartbeats: usize,
    pub connections: usize,
    /// Close codes and drops, in the order in which the connections ended, as this side knows.
    pub ended: Vec<String>,
    pub acks: bool,
    /// The next resumes that are turned down.
    pub refuse_resumes: usize,
    /// Guilds that don't come when a session begins.
    pub withheld: BTreeSet<Id>,
    /// The next dispatches that are sent twice.
    pub duplicate: usize,
    /// The next dispatch waits for the one after it.
    pub swap: bool,
    held: Option<(String, u64, Option<Id>, Value)>,
    /// Everything that was told, and when.
    told: Vec<(Instant, String, u64, Option<Id>, Value)>,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_millis(41_250),
            sessions: BTreeMap::new(),
            identifies: Vec::new(),
            resumes: Vec::new(),
            heartbeats: 0,
            connections: 0,
            ended: Vec::new(),
            acks: true,
            refuse_resumes: 0,
            withheld: BTreeSet::new(),
            duplicate: 0,
            swap: false,
            held: None,
            told: Vec::new(),
        }
    }
}

impl Gateway {
    fn order(&self, order: impl Fn() -> Order) {
        for session in self.sessions.values() {
            if let Some((_, connection)) = &session.connection {
                // A connection that has just ended hears nothing any more, which is as it should be.
                let _ = connection.send(order());
            }
        }
    }

    pub fn drop_connections(&mut self) {
        self.order(|| Order::Drop);
    }

    pub fn close_connections(&mut self, code: u16) {
        self.order(|| Order::Close(code));
        if matches!(code, 4004 | 4007 | 4009 | 4014) {
            self.sessions.retain(|_, session| session.connection.is_none());
        }
    }

    pub fn ask_to_reconnect(&mut self) {
        self.order(|| Order::Send(json!({ "op": 7, "s": null, "t": null })));
    }

    pub fn invalidate_sessions(&mut self, resumable: bool) {
        self.order(|| Order::Send(json!({ "op": 9, "d": resumable, "s": null, "t": null })));
        if !resumable {
            self.sessions.clear();
        }
    }

    pub fn ask_for_heartbeat(&mut self) {
        self.order(|| Order::Send(json!({ "op": 1, "s": null, "t": null })));
    }

    /// How many events the newest session was told. `None`: nobody listens to it.
    pub fn dispatched(&self) -> Option<u64> {
        let session = self.sessions.get(&self.identifies.last()?.session)?;
        session.connection.as_ref().map(|_| session.seq)
    }

    pub fn connected(&self) -> usize {
        self.sessions.values().filter(|session| session.connection.is_some()).count()
    }
}

impl World {
    /// Sends an event to every session that asked for it and may see the channel. Any bit of `needs` suffices; none is needed
    /// where it is zero.
    pub fn emit(&mut self, event: &str, needs: u64, channel: Option<Id>, data: Value) {
        if std::mem::take(&mut self.gateway.swap) {
            self.gateway.held = Some((event.to_owned(), needs, channel, data));
            return;
        }
        self.gateway.told.push((Instant::now(), event.to_owned(), needs, channel, data.clone()));
        self.emit_now(event, needs, channel, &data);
        if self.gateway.duplicate > 0 {
            self.gateway.duplicate -= 1;
            self.emit_now(event, needs, channel, &data);
        }
        if let Some((event, needs, channel, data)) = self.gateway.held.take() {
            self.emit_now(&event, needs, channel, &data);
        }
    }

    /// What happened since then is told once more: interactions, or everything else.
    pub fn tell_again_since(&mut self, since: Instant, interactions: bool) {
        let told = self.gateway.told.iter().filter(|(at, event, ..)| {
            *at >= since
                && (event == "INTERACTION_CREATE") == interactions
                && !matches!(event.as_str(), "READY" | "GUILD_CREATE")
                // They have neither an id nor a moment, so nobody can tell one from the next.
                && !event.starts_with("MESSAGE_REACTION_")
        });
        for (_, event, needs, channel, data) in told.cloned().collect::<Vec<_>>() {
            self.emit_now(&event, needs, channel, &data);
        }
    }

    fn emit_now(&mut self, event: &str, needs: u64, channel: Option<Id>, data: &Value) {
        if channel.is_some_and(|channel| !self.can_view(self.bot, channel)) {
            return;
        }
        let bare = self.without_content(event, data);
        let mut wrong = Vec::new();
        for session in self.gateway.sessions.values_mut() {
            if needs != 0 && session.intents & needs == 0 {
                continue;
            }
            let open = session.intents & intent::MESSAGE_CONTENT != 0;
            let data = bare.as_ref().filter(|_| !open).unwrap_or(data);
            session.seq += 1;
            let frame = json!({ "op": 0, "t": event, "s": session.seq, "d": data });
            // The schema takes the parts of a forwarded message for objects, which they aren't.
            let is_forwarded = |path: &[String]| path.iter().any(|part| part == "message_snapshots");
            for found in schema::frame(&frame).into_iter().filter(|found| !is_forwarded(&found.path)) {
                wrong.push(format!("own frame {event}: /{}: {}", found.path.join("/"), found.message));
            }
            session.log.push((session.seq, frame.clone()));
            if let Some((_, connection)) = &session.connection {
                let _ = connection.send(Order::Send(frame));
            }
        }
        self.broken.extend(wrong);
    }

    /// The event as an application without the content intent gets it, where that differs.
    fn without_content(&self, event: &str, data: &Value) -> Option<Value> {
        if !matches!(event, "MESSAGE_CREATE" | "MESSAGE_UPDATE") {
            return None;
        }
        let mut bare = data.clone();
        self.strip_content(&mut bare);
        Some(bare)
    }

    /// The bot's own messages, direct ones and those that mention it keep their content.
    pub fn strip_content(&self, message: &mut Value) {
        let bot = self.bot.to_string();
        let mentioned =
            message["mentions"].as_array().is_some_and(|all| all.iter().any(|user| user["id"] == bot.as_str()));
        let channel = message["channel_id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0);
        if message["author"]["id"] == bot.as_str() || mentioned || self.guild_of(channel).is_none() {
            return;
        }
        message["content"] = json!("");
        for list in ["embeds", "attachments", "components"] {
            message[list] = json!([]);
        }
        if message["referenced_message"].is_object() {
            let mut referenced = message["referenced_message"].take();
            self.strip_content(&mut referenced);
            message["referenced_message"] = referenced;
        }
    }
}

/// One connection from its hello to its end.
pub async fn serve(fake: FakeDiscord, mut socket: WebSocket, at_resume_url: bool, version: Option<String>) {
    let (connection, orders) = unbounded_channel();
    let (number, heartbeat) = fake.with(|world| {
        world.gateway.connections += 1;
        if version.as_deref() != Some("10") {
            world.violations.push(format!("gateway: version {version:?} was asked for, not 10"));
        }
        (world.gateway.connections, world.gateway.heartbeat)
    });
    let hello = json!({ "op": 10, "s": null, "t": null, "d": { "heartbeat_interval": heartbeat.as_millis() as u64 } });
    if send(&fake, &mut socket, &hello, false).await.is_err() {
        return;
    }
    let mut talk =
        Talk { fake: fake.clone(), number, connection, session: None, at_resume_url, compress: false, heartbeat };
    let ended = talk.run(&mut socket, orders).await;
    fake.with(|world| {
        for session in world.gateway.sessions.values_mut() {
            if session.connection.as_ref().is_some_and(|(connection, _)| *connection == number) {
                session.connection = None;
            }
        }
        world.gateway.ended.push(match ended {
            End::Close(code) => code.to_string(),
            End::Drop => "dropped".to_owned(),
            End::Client => "by the client".to_owned(),
        });
    });
    fake.changed();
    if let End::Close(code) = ended {
        let close = CloseFrame { code, reason: "".into() };
        if socket.send(Frame::Close(Some(close))).await.is_ok() {
            // The client answers the close; whoever leaves first would cut off the code.
            while let Ok(Some(Ok(_))) = tokio::time::timeout(Duration::from_secs(5), socket.recv()).await {}
        }
    }
}

enum End {
    Close(u16),
    Drop,
    Client,
}

struct Talk {
    fake: FakeDiscord,
    number: usize,
    connection: UnboundedSender<Order>,
    session: Option<String>,
    at_resume_url: bool,
    /// Whether the client asked for large payloads in zlib.
    compress: bool,
    heartbeat: Duration,
}

impl Talk {
    async fn run(&mut self, socket: &mut WebSocket, mut orders: UnboundedReceiver<Order>) -> End {
        let mut silent_until = tokio::time::Instant::now() + self.patience();
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Send(frame)) => {
                        if send(&self.fake, socket, &frame, self.compress).await.is_err() {
                            return End::Client;
                        }
                    }
                    Some(Order::Close(code)) => return End::Close(code),
                    Some(Order::Drop) | None => return End::Drop,
                },
                heard = socket.recv() => {
                    let text = match heard {
                        Some(Ok(Frame::Text(text))) => text.to_string(),
                        Some(Ok(Frame::Ping(_) | Frame::Pong(_))) => continue,
                        Some(Ok(Frame::Binary(_))) => return End::Close(4002),
                        Some(Ok(Frame::Close(_)) | Err(_)) | None => return End::Client,
                    };
                    let Ok(frame) = serde_json::from_str::<Value>(&text) else { return End::Close(4002) };
                    if frame["op"] == 1 {
                        silent_until = tokio::time::Instant::now() + self.patience();
                    }
                    match self.hear(&frame) {
                        Err(end) => return end,
                        Ok(answers) => for answer in answers {
                            if send(&self.fake, socket, &answer, self.compress).await.is_err() {
                                return End::Client;
                            }
                        },
                    }
                }
                () = tokio::time::sleep_until(silent_until) => {
                    // The client has missed its heartbeats: its session is over.
                    self.fake.with(|world| {
                        world.violations.push("gateway: the client stopped its heartbeats".to_owned());
                        world.gateway.sessions.retain(|id, _| Some(id) != self.session.as_ref());
                    });
                    return End::Close(4009);
                }
            }
        }
    }

    fn patience(&self) -> Duration {
        self.heartbeat * 2 + Duration::from_secs(5)
    }

    /// The frames to send at once, or how it ends.
    fn hear(&mut self, frame: &Value) -> Result<Vec<Value>, End> {
        let fake = self.fake.clone();
        let answers = fake.with(|world| {
            for wrong in schema::client_frame(frame) {
                world.violations.push(format!("gateway frame /{}: {}", wrong.path.join("/"), wrong.message));
            }
            match frame["op"].as_u64() {
                Some(1) => {
                    world.gateway.heartbeats += 1;
                    let ack = json!({ "op": 11, "s": null, "t": null });
                    Ok(if world.gateway.acks { vec![ack] } else { Vec::new() })
                }
                Some(2) if self.session.is_some() => Err(End::Close(4005)),
                Some(2) => self.identify(world, &frame["d"]),
                Some(6) => self.resume(world, &frame["d"]),
                Some(3 | 4 | 8) if self.session.is_none() => Err(End::Close(4003)),
                Some(3 | 4) => Ok(Vec::new()),
                Some(8) => {
                    members_chunk(world, &frame["d"]);
                    Ok(Vec::new())
                }
                _ => Err(End::Close(4001)),
            }
        });
        fake.changed();
        answers
    }

    fn identify(&mut self, world: &mut World, d: &Value) -> Result<Vec<Value>, End> {
        if d["token"] != world.token.as_str() && d["token"] != format!("Bot {}", world.token) {
            return Err(End::Close(4004));
        }
        let intents = d["intents"].as_u64().unwrap_or(0);
        if intents & !intent::KNOWN != 0 {
            return Err(End::Close(4013));
        }
        if intents & intent::PRIVILEGED & !world.privileged != 0 {
            return Err(End::Close(4014));
        }
        self.compress = d["compress"] == true;
        let id = format!("session-{:x}", world.snowflake());
        self.session = Some(id.clone());
        world.gateway.identifies.push(Identify { intents, session: id.clone(), at: Instant::now() });
        let session =
            Session { intents, seq: 0, log: Vec::new(), connection: Some((self.number, self.connection.clone())) };
        // Its own dispatches only: other sessions know all this.
        let others = std::mem::take(&mut world.gateway.sessions);
        world.gateway.sessions.insert(id.clone(), session);
        let guilds: Vec<_> =
            world.guilds.keys().copied().filter(|g| world.guilds[g].members.contains_key(&world.bot)).collect();
        let mut ready = json!({
            "v": 10,
            "user": world.own_user_json(),
            "guilds": guilds.iter().map(|id| json!({ "id": id.to_string(), "unavailable": true })).collect::<Vec<_>>(),
            "session_id": id,
            "resume_gateway_url": format!("ws://{}/resume", world.address),
            "application": { "id": world.application.to_string(), "flags": world.flags(), "flags_new": world.flags().to_string() },
        });
        if d["shard"].is_array() {
            ready["shard"] = d["shard"].clone();
        }
        let (swap, duplicate) = (std::mem::take(&mut world.gateway.swap), std::mem::take(&mut world.gateway.duplicate));
        world.emit("READY", 0, None, ready);
        for guild in guilds {
            if world.gateway.withheld.contains(&guild) {
                continue;
            }
            let data = world.guild_event(guild, intents & intent::GUILD_PRESENCES != 0);
            world.emit("GUILD_CREATE", intent::GUILDS, None, data);
        }
        (world.gateway.swap, world.gateway.duplicate) = (swap, duplicate);
        world.gateway.sessions.extend(others);
        Ok(Vec::new())
    }

    fn resume(&mut self, world: &mut World, d: &Value) -> Result<Vec<Value>, End> {
        if d["token"] != world.token.as_str() && d["token"] != format!("Bot {}", world.token) {
            return Err(End::Close(4004));
        }
        let id = d["session_id"].as_str().unwrap_or_default().to_owned();
        let seq = d["seq"].as_u64().unwrap_or(0);
        let refused = world.gateway.refuse_resumes > 0;
        world.gateway.refuse_resumes = world.gateway.refuse_resumes.saturating_sub(1);
        let at_resume_url = self.at_resume_url;
        if refused {
            world.gateway.sessions.remove(&id);
        }
        if world.gateway.sessions.get(&id).is_some_and(|session| seq > session.seq) {
            return Err(End::Close(4007));
        }
        let Some(session) = world.gateway.sessions.get_mut(&id) else {
            let resume = Resume { session: id, seq, accepted: false, replayed: 0, at_resume_url };
            world.gateway.resumes.push(resume);
            return Ok(vec![json!({ "op": 9, "d": false, "s": null, "t": null })]);
        };
        if let Some((_, older)) = session.connection.replace((self.number, self.connection.clone())) {
            let _ = older.send(Order::Drop);
        }
        let mut missed: Vec<_> =
            session.log.iter().filter(|(at, _)| *at > seq).map(|(_, frame)| frame.clone()).collect();
        let replayed = missed.len();
        session.seq += 1;
        let resumed = json!({ "op": 0, "t": "RESUMED", "s": session.seq, "d": { "_trace": ["fake"] } });
        session.log.push((session.seq, resumed.clone()));
        missed.push(resumed);
        self.session = Some(id.clone());
        world.gateway.resumes.push(Resume { session: id, seq, accepted: true, replayed, at_resume_url });
        Ok(missed)
    }
}

fn members_chunk(world: &mut World, d: &Value) {
    let Some(guild) = d["guild_id"].as_str().and_then(|id| id.parse().ok()).filter(|id| world.guilds.contains_key(id))
    else {
        return;
    };
    let wanted: Vec<&str> = match &d["user_ids"] {
        Value::Array(ids) => ids.iter().filter_map(Value::as_str).collect(),
        Value::String(id) => vec![id],
        _ => Vec::new(),
    };
    let query = d["query"].as_str().map(str::to_lowercase);
    let limit = d["limit"].as_u64().filter(|limit| *limit > 0).unwrap_or(u64::MAX) as usize;
    let fits = |id: &&Id| match &query {
        Some(query) => world.users[*id].name.to_lowercase().starts_with(query),
        None => wanted.contains(&id.to_string().as_str()),
    };
    let found: Vec<_> = world.guilds[&guild].members.keys().filter(fits).take(limit).copied().collect();
    let members: Vec<_> = found.iter().map(|id| world.member_json(guild, *id, true)).collect();
    let mut data = json!({ "guild_id": guild.to_string(), "members": members, "chunk_index": 0, "chunk_count": 1 });
    if let Some(nonce) = d["nonce"].as_str() {
        data["nonce"] = json!(nonce);
    }
    world.emit("GUILD_MEMBERS_CHUNK", 0, None, data);
}

/// Sends a frame; the two that are large travel in zlib where the client asked for it, as the real ones do.
async fn send(fake: &FakeDiscord, socket: &mut WebSocket, frame: &Value, compress: bool) -> Result<(), axum::Error> {
    if frame["op"] != 0 {
        let wrong = schema::frame(frame);
        if !wrong.is_empty() {
            fake.with(|world| world.broken.push(format!("own frame {frame}: {wrong:?}")));
        }
    }
    let text = frame.to_string();
    let large = matches!(frame["t"].as_str(), Some("READY" | "GUILD_CREATE"));
    let message =
        if compress && large { Frame::Binary(stored_zlib(text.as_bytes()).into()) } else { Frame::Text(text.into()) };
    socket.send(message).await
}

/// RFC 1950 and 1951 with stored blocks: valid zlib that shrinks nothing, which is all that a client's reader needs.
fn stored_zlib(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}
