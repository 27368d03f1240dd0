//! The operator's settings: a file and the environment as written, and what they mean. The command line wins over the
//! environment, the environment over the file. Secrets are never taken from the command line, where everybody on the
//! machine can read them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

mod secret;
#[cfg(test)]
mod tests;

use self::secret::{Secrets, Sought};
use crate::blobs::{Place, WrittenPlace};
use crate::domain::{Platform, Span, text};
use crate::grammar::moment;

pub use self::secret::{Secret, bucket_credentials, keys_passphrase, webhook_variable};

/// As meant.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// `None`: the embedded example.
    pub policy: Option<PathBuf>,
    /// Templates of the operator's own, laid over the built-in ones.
    pub templates: Option<PathBuf>,
    pub checkpoint_every: Span,
    /// Go on after a ledger whose last moment is still to come.
    pub accept_clock: bool,
    pub heartbeat: Option<(reqwest::Url, std::time::Duration)>,
    /// The room has no passwords: it listens on loopback unless this is set.
    pub open_to_network: bool,
    /// Further names under which the room is reached.
    pub hosts: Vec<String>,
    /// Under which address the listener is reached from outside, such as through a proxy: people's calendars are read there.
    pub public_url: Option<reqwest::Url>,
    /// What slash commands begin with.
    pub prefix: String,
    pub slack: Vec<SlackConfig>,
    pub discord: Option<DiscordConfig>,
    pub log: LogAs,
    /// Files with the keys that calls to a webhook of the policy are signed with, by its name. Those in the environment go first.
    pub webhook_keys: BTreeMap<String, PathBuf>,
    /// Where other logs have their heads cosigned, apart from the room; without it on the room's own listener.
    pub witness_listen: Option<SocketAddr>,
    /// Where heads are written as files, where the policy says so.
    pub heads_dir: Option<PathBuf>,
    /// The authority that stamps heads and bundles with the time (RFC 3161).
    pub time_stamps: Option<TimeStamps>,
    /// The bucket where files are kept; `None`: the data folder.
    pub blobs: Option<Place>,
    /// Files that come with messages are encrypted from now on, wherever they lie.
    pub encrypt_files: bool,
    /// Files that secrets were read from.
    pub secret_files: Vec<PathBuf>,
}

/// A Slack workspace, each with an app of its own.
/// Where time stamps are had (RFC 3161), and how often the head is stamped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamps {
    pub url: reqwest::Url,
    pub every: Span,
}

impl TimeStamps {
    const EVERY: Span = Span::days(7);
}

#[derive(Clone, Debug, PartialEq)]
pub struct SlackConfig {
    /// `slack`, or `slack-NAME` for a further workspace: how the policy calls it.
    pub platform: Platform,
    pub mode: SlackMode,
    /// `xoxb-…`; where the app rotates its tokens, the first one, or nothing.
    pub bot_token: Secret,
    /// `None`: the bot token never runs out.
    pub rotation: Option<Rotation>,
    /// Without a slash at its end. Plain http only on loopback.
    pub api_url: String,
    /// Where HTTP mode is listened for, apart from the room; without it on the room's own listener.
    pub listen: Option<SocketAddr>,
    /// How many messages a second one channel takes. Slack takes one; a server in its place may take more.
    pub messages_per_second: std::num::NonZeroU32,
}

/// By what a bot token is renewed that runs out.
#[derive(Clone, Debug, PartialEq)]
pub struct Rotation {
    pub client_id: String,
    pub client_secret: Secret,
    /// `xoxe-…`: the first one. Each is good for one renewal, which brings the next.
    pub refresh_token: Secret,
    /// Where the newest tokens are kept.
    pub kept: PathBuf,
}

/// How events and commands come in.
#[derive(Clone, Debug, PartialEq)]
pub enum SlackMode {
    /// Over a connection that the bot opens; needs no public address. The token is `xapp-…`.
    Socket { app_token: Secret },
    /// Slack calls the bot; the secret signs each call.
    Http { signing_secret: Secret },
}

#[derive(Clone, Debug, PartialEq)]
pub struct DiscordConfig {
    pub token: Secret,
    /// Another server in place of Discord's, for tests; plain http only on loopback.
    pub api_url: Option<String>,
    pub gateway_url: Option<String>,
    /// How many requests in all. Discord takes 50 a second; a server in its place may take more.
    pub requests_per_second: std::num::NonZeroU32,
}

/// Below Discord's 50 a second, so that interactions find room.
pub const DISCORD_REQUESTS: std::num::NonZeroU32 = std::num::NonZeroU32::new(45).expect("45 is not zero");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogAs {
    #[default]
    Text,
    Json,
}

/// What the command line said.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub data: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub policy: Option<PathBuf>,
    pub templates: Option<PathBuf>,
    pub open_to_network: bool,
    pub accept_clock: bool,
    pub log: Option<LogAs>,
}

/// What is wrong with the settings, and what to write instead.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path} can't be read: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("{path}:{line}: {what}")]
    Wrong { path: PathBuf, line: usize, what: String },
    #[error("{name}={value}: {what}")]
    Environment { name: &'static str, value: String, what: String },
    #[error("{path}:{line}: {platform} needs its {what}: set {variable}, or `{key}` to a file that holds it")]
    NoSecret { path: PathBuf, line: usize, platform: String, what: &'static str, variable: String, key: &'static str },
    #[error("{path}:{line}: {platform} has a client secret and no client id: set {variable}, or `client_id`")]
    NoClientId { path: PathBuf, line: usize, platform: String, variable: String },
    #[error("{path}: the {what} in it doesn't begin with “{begins}”. {hint}")]
    WrongSecret { path: String, what: &'static str, begins: &'static str, hint: &'static str },
    #[error(
        "{0} can be reached from other machines, and the room has no passwords: whoever reaches it can speak as anybody. \
         Listen on 127.0.0.1, or say `--open-to-network` if that is what you want."
    )]
    OpenToNetwork(SocketAddr),
}

/// As written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    data: Option<PathBuf>,
    listen: Option<toml::Spanned<String>>,
    public_url: Option<toml::Spanned<String>>,
    policy: Option<PathBuf>,
    templates: Option<PathBuf>,
    checkpoint_every: Option<toml::Spanned<String>>,
    heartbeat: Option<WrittenHeartbeat>,
    #[serde(default)]
    room: WrittenRoom,
    prefix: Option<toml::Spanned<String>>,
    slack: Option<toml::Spanned<WrittenSlack>>,
    /// Further Slack workspaces, by name.
    #[serde(default)]
    workspaces: BTreeMap<toml::Spanned<String>, toml::Spanned<WrittenSlack>>,
    discord: Option<toml::Spanned<WrittenDiscord>>,
    log: Option<LogAs>,
    /// What calls to the policy's webhooks are signed with, by their names.
    #[serde(default)]
    webhooks: BTreeMap<String, WrittenWebhook>,
    #[serde(default)]
    witness: WrittenWitness,
    heads_dir: Option<PathBuf>,
    time_stamps: Option<WrittenTimeStamps>,
    blobs: Option<toml::Spanned<WrittenPlace>>,
    #[serde(default)]
    encrypt_files: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTimeStamps {
    url: toml::Spanned<String>,
    every: Option<toml::Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWitness {
    listen: Option<toml::Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWebhook {
    keys_file: PathBuf,
}

/// Tokens come from the environment, or from files that only the bot may read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSlack {
    mode: Option<WrittenMode>,
    bot_token_file: Option<PathBuf>,
    app_token_file: Option<PathBuf>,
    signing_secret_file: Option<PathBuf>,
    /// Where the app rotates its tokens.
    client_id: Option<String>,
    client_secret_file: Option<PathBuf>,
    refresh_token_file: Option<PathBuf>,
    api_url: Option<toml::Spanned<String>>,
    listen: Option<toml::Spanned<String>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrittenMode {
    #[default]
    Socket,
    Http,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDiscord {
    token_file: Option<PathBuf>,
    api_url: Option<toml::Spanned<String>>,
    gateway_url: Option<toml::Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenHeartbeat {
    url: toml::Spanned<String>,
    every: Option<toml::Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRoom {
    #[serde(default)]
    open_to_network: bool,
    #[serde(default)]
    hosts: Vec<String>,
}

const KEYS: [&str; 40] = [
    "data",
    "listen",
    "public_url",
    "policy",
    "templates",
    "checkpoint_every",
    "heartbeat",
    "room",
    "log",
    "url",
    "every",
    "open_to_network",
    "hosts",
    "prefix",
    "slack",
    "workspaces",
    "discord",
    "mode",
    "bot_token_file",
    "app_token_file",
    "signing_secret_file",
    "client_id",
    "client_secret_file",
    "refresh_token_file",
    "api_url",
    "gateway_url",
    "token_file",
    "name",
    "webhooks",
    "keys_file",
    "witness",
    "heads_dir",
    "time_stamps",
    "blobs",
    "encrypt_files",
    "endpoint",
    "region",
    "allow_http",
    "lock",
    "lock_days",
];

impl Config {
    pub const DATA: &'static str = "countersign-data";
    pub const LISTEN: &'static str = "127.0.0.1:7311";

    /// The settings where no secret is needed, and none may be here: other words stand in the place of each.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn without_secrets(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        given: Given,
    ) -> Result<Config, ConfigError> {
        let instead = |name: &str| match name {
            _ if name.ends_with("_BOT_TOKEN") => Some("xoxb-".to_owned()),
            _ if name.ends_with("_APP_TOKEN") => Some("xapp-".to_owned()),
            _ if name.ends_with("_REFRESH_TOKEN") => Some("xoxe-".to_owned()),
            _ if ["_TOKEN", "_SECRET", "_CLIENT_ID"].iter().any(|end| name.ends_with(end)) => Some("-".to_owned()),
            _ => environment(name),
        };
        Config::read(file, instead, given)
    }

    /// # Errors
    /// [`ConfigError`], with file, line and what to write.
    pub fn read(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
        given: Given,
    ) -> Result<Config, ConfigError> {
        let text = match file {
            Some(path) => {
                std::fs::read_to_string(path).map_err(|source| ConfigError::Io { path: path.to_owned(), source })?
            }
            None => String::new(),
        };
        let path = file.unwrap_or(Path::new("countersign.toml"));
        let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let wrong = |at: usize, what: String| ConfigError::Wrong { path: path.to_owned(), line: line(at), what };
        let written: Written = toml::from_str(&text)
            .map_err(|error| wrong(error.span().map_or(0, |span| span.start), nearest(error.message())))?;
        let address = |text: &str| {
            text.parse::<SocketAddr>()
                .map_err(|_| format!("“{text}” is not an address; write one such as \"{}\"", Config::LISTEN))
        };
        let span_of = |it: &toml::Spanned<String>| {
            let span = moment::span(it.get_ref()).filter(|span| *span > Span::ZERO);
            span.ok_or_else(|| {
                wrong(it.span().start, format!("“{}” is not a span; write one such as \"1m\"", it.get_ref()))
            })
        };
        let listen = match (given.listen, environment("COUNTERSIGN_LISTEN"), &written.listen) {
            (Some(listen), _, _) => listen,
            (None, Some(value), _) => {
                address(&value).map_err(|what| ConfigError::Environment { name: "COUNTERSIGN_LISTEN", value, what })?
            }
            (None, None, Some(listen)) => address(listen.get_ref()).map_err(|what| wrong(listen.span().start, what))?,
            (None, None, None) => Config::LISTEN.parse().expect("the default is an address"),
        };
        let from_environment = |name| environment(name).map(PathBuf::from);
        let url = |text: &str| reqwest::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let every = written.heartbeat.as_ref().and_then(|it| it.every.as_ref()).map(span_of).transpose()?;
        let every = std::time::Duration::from_micros(every.unwrap_or(Span::minutes(1)).0.unsigned_abs());
        let heartbeat = match (environment("COUNTERSIGN_HEARTBEAT_URL"), &written.heartbeat) {
            (Some(value), _) => Some(url(&value).ok_or_else(|| ConfigError::Environment {
                name: "COUNTERSIGN_HEARTBEAT_URL",
                // The address may hold a secret.
                value: "…".to_owned(),
                what: "this is not an http or https address".to_owned(),
            })?),
            (None, Some(heartbeat)) => Some(url(heartbeat.url.get_ref()).ok_or_else(|| {
                wrong(heartbeat.url.span().start, "`url` must be an http or https address".to_owned())
            })?),
            (None, None) => None,
        };
        let public_url = written.public_url.as_ref().map(|written| {
            let wrong = || wrong(written.span().start, "`public_url` must be an http or https address".to_owned());
            url(written.get_ref()).ok_or_else(wrong)
        });
        let public_url = public_url.transpose()?;
        let time_stamps = written.time_stamps.as_ref().map(|table| {
            let wrong = || wrong(table.url.span().start, "`url` must be an http or https address".to_owned());
            let url = url(table.url.get_ref()).ok_or_else(wrong)?;
            let every = table.every.as_ref().map(span_of).transpose()?.unwrap_or(TimeStamps::EVERY);
            Ok(TimeStamps { url, every })
        });
        let time_stamps = time_stamps.transpose()?;
        let blobs = written.blobs.as_ref().map(|table| {
            let wrong = |what| wrong(table.span().start, what);
            table.get_ref().place().map_err(wrong)
        });
        let blobs = blobs.transpose()?;
        let prefix = written.prefix.as_ref().map(|prefix| match is_prefix(prefix.get_ref()) {
            true => Ok(prefix.get_ref().clone()),
            false => Err(wrong(prefix.span().start, PREFIX_SHAPE.to_owned())),
        });
        let prefix = prefix.transpose()?;
        let data = given
            .data
            .or_else(|| from_environment("COUNTERSIGN_DATA"))
            .or(written.data)
            .unwrap_or_else(|| Config::DATA.into());
        let secrets = Secrets { path, line: &line, environment: &environment, data: &data, files: RefCell::default() };
        let mut slack = Vec::new();
        // Tokens in the environment are enough; the table is for what differs from the ordinary.
        let one = written.slack.as_ref().map(|table| (table.get_ref(), table.span().start));
        let nothing = WrittenSlack::default();
        let named = ["COUNTERSIGN_SLACK_BOT_TOKEN", "COUNTERSIGN_SLACK_REFRESH_TOKEN"];
        let implied = named.iter().any(|name| environment(name).is_some()).then_some((&nothing, 0));
        if let Some((table, at)) = one.or(implied) {
            slack.push(slack_config("slack", table, at, &secrets, &wrong)?);
        }
        for (name, table) in &written.workspaces {
            let platform = format!("slack-{}", name.get_ref());
            if !is_name(name.get_ref()) {
                return Err(wrong(
                    name.span().start,
                    "a workspace's name is small letters, digits and hyphens".to_owned(),
                ));
            }
            slack.push(slack_config(&platform, table.get_ref(), table.span().start, &secrets, &wrong)?);
        }
        let one = written.discord.as_ref().map(|table| (table.get_ref(), table.span().start));
        let nothing = WrittenDiscord::default();
        let implied = environment("COUNTERSIGN_DISCORD_TOKEN").is_some().then_some((&nothing, 0));
        let discord = one.or(implied).map(|(table, at)| discord_config(table, at, &secrets, &wrong)).transpose()?;
        let webhook_keys: BTreeMap<String, PathBuf> =
            written.webhooks.into_iter().map(|(name, table)| (name, table.keys_file)).collect();
        let witness_listen = written
            .witness
            .listen
            .as_ref()
            .map(|listen| address(listen.get_ref()).map_err(|what| wrong(listen.span().start, what)));
        let witness_listen = witness_listen.transpose()?;
        let mut secret_files = secrets.files.take();
        secret_files.extend(webhook_keys.values().cloned());
        secret_files.extend(secret::bucket_files(&environment));
        let config = Config {
            data,
            listen,
            policy: given.policy.or_else(|| from_environment("COUNTERSIGN_POLICY")).or(written.policy),
            templates: given.templates.or(written.templates),
            checkpoint_every: written.checkpoint_every.as_ref().map(span_of).transpose()?.unwrap_or(Span::minutes(1)),
            accept_clock: given.accept_clock,
            heartbeat: heartbeat.map(|url| (url, every)),
            open_to_network: given.open_to_network || written.room.open_to_network,
            hosts: written.room.hosts,
            public_url,
            prefix: prefix.unwrap_or_else(|| crate::grammar::PREFIX.to_owned()),
            slack,
            discord,
            log: given.log.or(written.log).unwrap_or_default(),
            webhook_keys,
            witness_listen,
            heads_dir: written.heads_dir,
            time_stamps,
            blobs,
            encrypt_files: written.encrypt_files,
            secret_files,
        };
        if !crate::web::guard::is_loopback(config.listen.ip()) && !config.open_to_network {
            return Err(ConfigError::OpenToNetwork(config.listen));
        }
        Ok(config)
    }
}

const PREFIX_SHAPE: &str = "`prefix` is a slash and at most ten small letters, digits and hyphens: \"/\" or \"/cs-\"";

fn is_prefix(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.is_empty() || is_name(rest) && rest.len() <= 10)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn slack_config(
    platform: &str,
    written: &WrittenSlack,
    at: usize,
    secrets: &Secrets<'_>,
    wrong: &dyn Fn(usize, String) -> ConfigError,
) -> Result<SlackConfig, ConfigError> {
    let sought = |what, ending, file, key, begins, hint| Sought { platform, what, ending, file, key, begins, hint, at };
    let rotation = rotation(platform, written, at, secrets)?;
    let is_given = |ending, file: &Option<PathBuf>| {
        file.is_some() || (secrets.environment)(&Secrets::variable(platform, ending)).is_some()
    };
    let bot_token = match rotation.is_some() && !is_given("BOT_TOKEN", &written.bot_token_file) {
        // The first renewal brings one.
        true => Secret::new(""),
        false => secrets.find(&sought(
            "bot token",
            "BOT_TOKEN",
            written.bot_token_file.as_deref(),
            "bot_token_file",
            if rotation.is_some() { "xox" } else { "xoxb-" },
            "It is the “Bot User OAuth Token” under “OAuth & Permissions”. One that begins with “xoxe.” runs out after twelve \
             hours: give the client id, the client secret and the refresh token as well.",
        ))?,
    };
    let mode = match written.mode.unwrap_or_default() {
        WrittenMode::Socket => SlackMode::Socket {
            app_token: secrets.find(&sought(
                "app-level token",
                "APP_TOKEN",
                written.app_token_file.as_deref(),
                "app_token_file",
                "xapp-",
                "Make it under “Basic Information”, “App-Level Tokens”, with the scope connections:write.",
            ))?,
        },
        WrittenMode::Http => SlackMode::Http {
            signing_secret: secrets.find(&sought(
                "signing secret",
                "SIGNING_SECRET",
                written.signing_secret_file.as_deref(),
                "signing_secret_file",
                "",
                "It stands under “Basic Information”, “App Credentials”.",
            ))?,
        },
    };
    let api_url = match &written.api_url {
        None => "https://slack.com/api".to_owned(),
        Some(url) => server(url, "http", wrong)?,
    };
    let listen = written.listen.as_ref().map(|listen| {
        let read = listen.get_ref().parse::<SocketAddr>();
        read.map_err(|_| {
            wrong(listen.span().start, format!("“{}” is not an address such as \"0.0.0.0:7312\"", listen.get_ref()))
        })
    });
    Ok(SlackConfig {
        platform: Platform::from(platform),
        mode,
        bot_token,
        rotation,
        api_url,
        listen: listen.transpose()?,
        messages_per_second: std::num::NonZeroU32::MIN,
    })
}

/// What renews the bot token, where there is a client secret.
fn rotation(
    platform: &str,
    written: &WrittenSlack,
    at: usize,
    secrets: &Secrets<'_>,
) -> Result<Option<Rotation>, ConfigError> {
    let variable = |ending| Secrets::variable(platform, ending);
    let given = |ending| (secrets.environment)(&variable(ending));
    if written.client_secret_file.is_none() && given("CLIENT_SECRET").is_none() {
        return Ok(None);
    }
    let sought = |what, ending, file, key, begins, hint| Sought { platform, what, ending, file, key, begins, hint, at };
    let client_secret = secrets.find(&sought(
        "client secret",
        "CLIENT_SECRET",
        written.client_secret_file.as_deref(),
        "client_secret_file",
        "",
        "It stands under “Basic Information”, “App Credentials”.",
    ))?;
    let refresh_token = secrets.find(&sought(
        "refresh token",
        "REFRESH_TOKEN",
        written.refresh_token_file.as_deref(),
        "refresh_token_file",
        "xoxe-",
        "It stands beside the bot token under “OAuth & Permissions”, where token rotation is on.",
    ))?;
    let client_id = given("CLIENT_ID").or_else(|| written.client_id.clone());
    let client_id = client_id.ok_or_else(|| ConfigError::NoClientId {
        path: secrets.path.to_owned(),
        line: (secrets.line)(at),
        platform: platform.to_owned(),
        variable: variable("CLIENT_ID"),
    })?;
    let kept = secrets.data.join("tokens").join(format!("{platform}.json"));
    Ok(Some(Rotation { client_id: client_id.trim().to_owned(), client_secret, refresh_token, kept }))
}

fn discord_config(
    written: &WrittenDiscord,
    at: usize,
    secrets: &Secrets<'_>,
    wrong: &dyn Fn(usize, String) -> ConfigError,
) -> Result<DiscordConfig, ConfigError> {
    let token = secrets.find(&Sought {
        platform: "discord",
        what: "bot token",
        ending: "TOKEN",
        file: written.token_file.as_deref(),
        key: "token_file",
        begins: "",
        hint: "It stands in the developer portal under “Bot”.",
        at,
    })?;
    let api_url = written.api_url.as_ref().map(|url| server(url, "http", wrong)).transpose()?;
    let gateway_url = written.gateway_url.as_ref().map(|url| server(url, "ws", wrong)).transpose()?;
    Ok(DiscordConfig { token, api_url, gateway_url, requests_per_second: DISCORD_REQUESTS })
}

/// The address of another server in a platform's place: encrypted, or on this machine.
fn server(
    written: &toml::Spanned<String>,
    scheme: &str,
    wrong: &dyn Fn(usize, String) -> ConfigError,
) -> Result<String, ConfigError> {
    let text = written.get_ref().trim_end_matches('/');
    let url = reqwest::Url::parse(text).ok();
    let on_loopback = |url: &reqwest::Url| match url.host_str() {
        Some("localhost") => true,
        Some(host) => {
            let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
            ip.is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
    };
    match url {
        Some(url) if url.scheme() == format!("{scheme}s") || url.scheme() == scheme && on_loopback(&url) => {
            Ok(text.to_owned())
        }
        _ => Err(wrong(
            written.span().start,
            format!(
                "“{text}” is not a {scheme}s address; plain {scheme} is taken on this machine only, as in \"{scheme}://127.0.0.1:8080\""
            ),
        )),
    }
}

/// The parser's message, with the nearest known key where it is about an unknown one.
fn nearest(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match unknown.and_then(|key| text::nearest(key, KEYS)) {
        Some(near) => format!("{message}. Did you mean `{near}`?"),
        None => message.to_owned(),
    }
}
