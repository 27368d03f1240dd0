//! The bot as a process of its own, and somebody who speaks to it over HTTP.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any machine needs.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Bot {
    child: Child,
    pub room: Room,
    log: Arc<Mutex<String>>,
}

/// A process that ended instead of getting ready.
#[derive(Debug)]
pub struct NotReady {
    pub status: ExitStatus,
    pub log: String,
}

pub fn countersign(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(args);
    for name in ["COUNTERSIGN_DATA", "COUNTERSIGN_LISTEN", "COUNTERSIGN_POLICY", "COUNTERSIGN_HEARTBEAT_URL"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command of the command line to its end.
pub fn run(args: &[&str]) -> Output {
    countersign(args).output().expect("the binary runs")
}

/// What it printed, for a person to read.
pub fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Bot {
    /// Starts on a manual clock, on a free port.
    pub fn start(data: &Path) -> Bot {
        Bot::try_start(data, &["--clock", "manual"])
            .unwrap_or_else(|not_ready| panic!("it did not start: {not_ready:?}"))
    }

    pub fn try_start(data: &Path, more: &[&str]) -> Result<Bot, NotReady> {
        let data = data.to_str().expect("a temporary folder's name is text");
        let mut command = countersign(&["--data", data, "--listen", "127.0.0.1:0"]);
        command.args(more);
        Bot::from(command)
    }

    /// Waits until a process says that it is ready, or ends.
    pub fn from(mut command: Command) -> Result<Bot, NotReady> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (mut errors, kept) = (BufReader::new(child.stderr.take().expect("a pipe")), log.clone());
        let reading = std::thread::spawn(move || {
            let mut line = Vec::new();
            while errors.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                kept.lock().expect("nobody panics with it").push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        // Blocks until it greets or ends: whoever hangs here hangs in the test's name.
        lines.read_line(&mut line).expect("text");
        let Some(base) = line.trim().strip_prefix("Countersign is ready: ") else {
            let status = child.wait().expect("it ended");
            reading.join().expect("the log ended");
            let log = log.lock().expect("nobody panics with it").clone();
            return Err(NotReady { status, log: format!("{line}{log}") });
        };
        let room = Room::at(base);
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Ok(Bot { child, room, log })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Asks it to stop, and waits for it. What it logged.
    pub fn stop(mut self) -> (ExitStatus, String) {
        signal(self.id(), "TERM");
        let status = self.child.wait().expect("it ends");
        (status, self.logged())
    }

    /// What it logged so far.
    pub fn logged(&self) -> String {
        self.log.lock().expect("nobody panics with it").clone()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().expect("kill runs");
    assert!(sent.success(), "process {process} could not be sent {name}");
}

/// A room, from outside.
#[derive(Clone)]
pub struct Room {
    client: reqwest::Client,
    pub base: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub kind: String,
    pub body: Value,
    pub text: String,
}

impl Reply {
    /// The body of an answer that went well.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body
    }

    /// A failure in the room's own form: its code.
    #[track_caller]
    pub fn failed(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.text);
        let sentence = self.body["sentence"].as_str().unwrap_or_else(|| panic!("no sentence: {self:?}"));
        assert!(!sentence.is_empty(), "an empty sentence: {self:?}");
        self.body["code"].as_str().unwrap_or_else(|| panic!("no code: {self:?}"))
    }

    /// Everything that the bot answered, as one text.
    pub fn words(&self) -> String {
        self.body["answers"].to_string()
    }
}

impl Room {
    pub fn at(base: &str) -> Room {
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Room { client, base: base.to_owned() }
    }

    pub async fn post(&self, path: &str, body: &Value) -> Result<Reply, reqwest::Error> {
        let request = self.client.post(format!("{}/room/api/{path}", self.base));
        read(request.header("content-type", "application/json").body(body.to_string())).await
    }

    pub async fn get(&self, path: &str) -> Result<Reply, reqwest::Error> {
        read(self.client.get(format!("{}{path}", self.base))).await
    }

    pub async fn say(&self, who: &str, channel: &str, text: &str) -> Reply {
        let body = serde_json::json!({ "as": who, "channel": channel, "text": text });
        self.post("say", &body).await.expect("an answer")
    }

    pub async fn healthz(&self) -> Reply {
        self.get("/healthz").await.expect("an answer")
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let kind =
        response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Ok(Reply { status, kind, body, text })
}

/// Waits until something is so. The limit only ends a test that would hang.
pub async fn until<F: Future<Output = bool>>(what: &str, mut so: impl FnMut() -> F) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < PATIENCE, "it never came: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
