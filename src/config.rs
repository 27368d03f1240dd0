//! The operator's settings: a file and the environment as written, and what they mean. The command line wins over the
//! environment, the environment over the file. Secrets are never taken from the command line, where everybody on the
//! machine can read them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::domain::Span;
use crate::grammar::moment;

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
    pub heartbeat: Option<(reqwest::Url, std::time::Duration)>,
    /// The room has no passwords: it listens on loopback unless this is said in so many words.
    pub open_to_network: bool,
    /// Further names under which the room is reached.
    pub hosts: Vec<String>,
    pub log: LogAs,
}

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
    policy: Option<PathBuf>,
    templates: Option<PathBuf>,
    checkpoint_every: Option<toml::Spanned<String>>,
    heartbeat: Option<WrittenHeartbeat>,
    #[serde(default)]
    room: WrittenRoom,
    log: Option<LogAs>,
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

const KEYS: [&str; 12] = [
    "data",
    "listen",
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
];

impl Config {
    pub const DATA: &'static str = "countersign-data";
    pub const LISTEN: &'static str = "127.0.0.1:7311";

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
        let config = Config {
            data: given
                .data
                .or_else(|| from_environment("COUNTERSIGN_DATA"))
                .or(written.data)
                .unwrap_or_else(|| Config::DATA.into()),
            listen,
            policy: given.policy.or_else(|| from_environment("COUNTERSIGN_POLICY")).or(written.policy),
            templates: given.templates.or(written.templates),
            checkpoint_every: written.checkpoint_every.as_ref().map(span_of).transpose()?.unwrap_or(Span::minutes(1)),
            heartbeat: heartbeat.map(|url| (url, every)),
            open_to_network: given.open_to_network || written.room.open_to_network,
            hosts: written.room.hosts,
            log: given.log.or(written.log).unwrap_or_default(),
        };
        if !crate::web::guard::is_loopback(config.listen.ip()) && !config.open_to_network {
            return Err(ConfigError::OpenToNetwork(config.listen));
        }
        Ok(config)
    }
}

/// The parser's message, with the nearest known key where it is about an unknown one.
fn nearest(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    match unknown.and_then(|key| crate::grammar::nearest(key, KEYS.into_iter())) {
        Some(near) => format!("{message}. Did you mean `{near}`?"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, given: Given) -> Result<Config, String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("it can be written");
        let path = file.path().display().to_string();
        Config::read(Some(file.path()), |_| None, given).map_err(|error| error.to_string().replace(&path, "c.toml"))
    }

    #[test]
    fn mistakes_name_the_line_and_what_to_write() {
        let cases = [
            ("listen = \"127.0.0.1:1\"\nlisten_on = 3\n", "c.toml:2: unknown field `listen_on`"),
            ("\nlisen = \"127.0.0.1:1\"\n", "Did you mean `listen`?"),
            ("listen = \"here\"\n", "c.toml:1: “here” is not an address; write one such as \"127.0.0.1:7311\""),
            ("\n\ncheckpoint_every = \"soon\"\n", "c.toml:3: “soon” is not a span; write one such as \"1m\""),
            ("[heartbeat]\nurl = \"ftp://x\"\n", "c.toml:2: `url` must be an http or https address"),
            ("listen = \"0.0.0.0:7311\"\n", "whoever reaches it can speak as anybody"),
            ("listen = ", "c.toml:1: "),
        ];
        for (text, expected) in cases {
            let error = read(text, Given::default()).expect_err(text);
            assert!(error.contains(expected), "{text:?} gave {error:?}, expected {expected:?}");
        }
    }

    #[test]
    fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), "data = \"from-file\"\nlisten = \"127.0.0.1:1\"\n").expect("it can be written");
        let environment = |name: &str| (name == "COUNTERSIGN_DATA").then(|| "from-environment".to_owned());
        let read = |given| Config::read(Some(file.path()), environment, given).expect("it is right");
        assert_eq!(read(Given::default()).data, Path::new("from-environment"));
        assert_eq!(read(Given::default()).listen.port(), 1);
        let given = Given { data: Some("from-line".into()), ..Given::default() };
        assert_eq!(read(given).data, Path::new("from-line"));
    }

    #[test]
    fn the_network_is_opened_only_in_so_many_words() {
        let given = Given { open_to_network: true, ..Given::default() };
        assert!(read("listen = \"0.0.0.0:7311\"\n", given).is_ok());
        assert!(read("listen = \"0.0.0.0:7311\"\n[room]\nopen_to_network = true\n", Given::default()).is_ok());
    }
}
