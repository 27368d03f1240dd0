//! The gateway: serenity's client on a thread and runtime of its own, and a queue of what it says, in order.
//!
//! serenity starts a task for each event. On a runtime with one thread tasks run in the order in which they were started,
//! so a message comes before its deletion; and when the runtime goes, so does every connection that it held.

use std::time::Duration;

use serenity::all::{
    Client, ClientBuilder, ConnectionStage, Context, Event, GatewayIntents, Http, HttpBuilder, RawEventHandler, ShardId,
};
use serenity::gateway::GatewayError;
use serenity::http::HttpError;
use tokio::sync::{mpsc, oneshot};

use serde_json::Value;

use crate::app::config::DiscordConfig;

/// What the bot listens for.
pub const INTENTS: GatewayIntents = GatewayIntents::GUILDS
    .union(GatewayIntents::GUILD_MESSAGES)
    .union(GatewayIntents::MESSAGE_CONTENT)
    .union(GatewayIntents::DIRECT_MESSAGES)
    .union(GatewayIntents::GUILD_MESSAGE_REACTIONS)
    .union(GatewayIntents::GUILD_MEMBERS);

/// The intents to go on with when these are refused: first without what people write, then without who the members are.
pub fn without(intents: GatewayIntents) -> Option<GatewayIntents> {
    let (content, members) = (GatewayIntents::MESSAGE_CONTENT, GatewayIntents::GUILD_MEMBERS);
    let less = [content, members, content | members].map(|refused| INTENTS - refused);
    let next = less.iter().position(|tried| *tried == intents).map_or(0, |at| at + 1);
    less.get(next).copied()
}

/// The intents that an application is allowed, as its page in the developer portal says: flags of
/// `GET /applications/@me`, one for large applications and one for those on few servers.
pub fn allowed(application: &Value) -> GatewayIntents {
    let flags = application.get("flags").and_then(Value::as_u64).unwrap_or(0);
    let privileged =
        [(GatewayIntents::GUILD_MEMBERS, 1 << 14 | 1 << 15), (GatewayIntents::MESSAGE_CONTENT, 1 << 18 | 1 << 19)];
    let refused = privileged.into_iter().filter(|(_, either)| flags & either == 0).map(|(intent, _)| intent);
    refused.fold(INTENTS, |intents, refused| intents - refused)
}

/// What is lost with these intents.
pub fn lost(intents: GatewayIntents) -> String {
    let content = (!intents.contains(GatewayIntents::MESSAGE_CONTENT)).then_some(LOST_CONTENT);
    let members = (!intents.contains(GatewayIntents::GUILD_MEMBERS)).then_some(LOST_MEMBERS);
    content.into_iter().chain(members).collect::<Vec<_>>().join("; ")
}

pub const LOST_CONTENT: &str = "the intent MESSAGE_CONTENT is not allowed, so what people write is not kept as evidence, \
     except what mentions the bot and direct messages to it";
pub const LOST_MEMBERS: &str =
    "the intent GUILD_MEMBERS is not allowed, so changes of roles are noticed late, and joining and leaving not at all";

/// How often it is looked whether the connection stands.
const LOOK: Duration = Duration::from_millis(250);

pub enum Signal {
    /// An event by Discord's name of it.
    Event { kind: String, data: Value },
    /// An event that can't be read; which one, the log says.
    Unread,
    /// The connection stands, or it doesn't.
    Up(bool),
    /// Nothing more will come from this client.
    Ended(End),
}

/// Why a client ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The token is refused.
    Unauthorized,
    /// An intent that the application isn't allowed (close code 4014).
    Intents,
    /// The application is allowed more meanwhile; these are all that it is allowed.
    Allowed(GatewayIntents),
    Other(String),
}

/// A running client. Dropping it closes the connection.
pub struct Gateway {
    pub signals: mpsc::UnboundedReceiver<Signal>,
    _stop: oneshot::Sender<()>,
}

impl Gateway {
    /// # Errors
    /// The machine has no thread to give.
    pub fn open(config: &DiscordConfig, intents: GatewayIntents) -> std::io::Result<Gateway> {
        let (tell, signals) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let http = http(config);
        let url = config.gateway_url.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("discord-gateway".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    end = run(http, url, intents, &tell) => drop(tell.send(Signal::Ended(end))),
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Gateway { signals, _stop: stop })
    }
}

fn http(config: &DiscordConfig) -> Http {
    let http = HttpBuilder::new(config.token.reveal());
    match &config.api_url {
        // With its limiter on, serenity ignores the address.
        Some(url) => http.proxy(url).ratelimiter_disabled(true).build(),
        None => http.build(),
    }
}

async fn run(http: Http, url: Option<String>, intents: GatewayIntents, tell: &mpsc::UnboundedSender<Signal>) -> End {
    let ear = Ear { tell: tell.clone() };
    let mut client: Client = match ClientBuilder::new_with_http(http, intents).raw_event_handler(ear).await {
        Ok(client) => client,
        Err(error) => return End::of(&error),
    };
    if let Some(url) = url {
        *client.ws_url.lock().await = url;
    }
    let manager = client.shard_manager.clone();
    let watch = async {
        let mut was = false;
        loop {
            tokio::time::sleep(LOOK).await;
            let stage = manager.runners.lock().await.get(&ShardId(0)).map(|runner| runner.stage);
            let up = stage == Some(ConnectionStage::Connected);
            if up != was {
                was = up;
                if tell.send(Signal::Up(up)).is_err() {
                    return;
                }
            }
        }
    };
    tokio::select! {
        ended = client.start() => match ended {
            Ok(()) => End::Other("the connection was closed".to_owned()),
            Err(error) => End::of(&error),
        },
        () = watch => End::Other("nobody listens any more".to_owned()),
    }
}

impl End {
    fn of(error: &serenity::Error) -> End {
        match error {
            serenity::Error::Gateway(GatewayError::InvalidAuthentication | GatewayError::NoAuthentication) => {
                End::Unauthorized
            }
            serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents) => End::Intents,
            serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) if response.status_code == 401 => {
                End::Unauthorized
            }
            other => End::Other(other.to_string()),
        }
    }
}

/// Hands events on, and returns at once.
struct Ear {
    tell: mpsc::UnboundedSender<Signal>,
}

#[serenity::async_trait]
impl RawEventHandler for Ear {
    async fn raw_event(&self, _: Context, event: Event) {
        // serenity keeps the type of an interaction only in what it made of it.
        let type_ = match &event {
            Event::InteractionCreate(created) => Some(u8::from(created.interaction.kind())),
            _ => None,
        };
        let signal = match serde_json::to_value(&event) {
            Ok(mut value) => {
                let kind = value.get("t").and_then(Value::as_str).unwrap_or_default().to_owned();
                let mut data = value.get_mut("d").map(Value::take).unwrap_or_default();
                if let Some(type_) = type_ {
                    data["type"] = type_.into();
                }
                Signal::Event { kind, data }
            }
            Err(error) => {
                tracing::warn!(%error, "an event from Discord can't be read");
                Signal::Unread
            }
        };
        // Nobody listens any more once the adapter is gone.
        let _gone = self.tell.send(signal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_little_as_possible_is_gone_without() {
        let mut tried = vec![INTENTS];
        while let Some(next) = without(tried[tried.len() - 1]) {
            tried.push(next);
        }
        let lost: Vec<String> = tried.iter().map(|intents| lost(*intents)).collect();
        let both = format!("{LOST_CONTENT}; {LOST_MEMBERS}");
        assert_eq!(lost, ["", LOST_CONTENT, LOST_MEMBERS, &both]);
    }
}
