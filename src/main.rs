//! The command line.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};

use countersign::app::adapters;
use countersign::app::config::{Config, Given, LogAs};
use countersign::app::serve::Time;
use countersign::clock::Mode;
use countersign::desk::RETRY_PAUSE;
use countersign::evidence::bundle::{self, BundleError, Exported};
use countersign::evidence::rebuild::{self, RecoverError};
use countersign::ledger::folder;

/// Keeps the clock on every answer that somebody owes: incidents and approvals for AI systems in production, in chat, with
/// evidence that an auditor can check.
///
/// Without a command it serves the local room.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Line {
    #[command(subcommand)]
    command: Option<Verb>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the bot and the local room (the default).
    Serve(Serve),
    /// Run the room in a folder of its own and play a short story into it.
    Demo(Demo),
    /// Work with the policy file.
    #[command(subcommand)]
    Policy(PolicyVerb),
    /// Look whether platforms, settings and policy fit together, and say what is missing.
    Doctor {
        /// The governance SLA [default: an embedded example].
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
        /// Settings.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Print what a platform needs to know of the bot.
    #[command(subcommand)]
    Manifest(ManifestVerb),
    /// Check a ledger or an exported bundle, and say what is wrong where.
    Verify {
        /// A data folder.
        #[arg(long, value_name = "DIR", conflicts_with = "bundle", required_unless_present = "bundle")]
        data: Option<PathBuf>,
        /// An exported bundle.
        bundle: Option<PathBuf>,
        /// The public key that the bundle's checkpoint must carry (the text of ledger.vkey), got from elsewhere than the bundle.
        #[arg(long, requires = "bundle")]
        key: Option<String>,
    },
    /// Export the evidence of one case as a BagIt bag.
    Export {
        /// Such as INC-12.
        case: countersign::domain::CaseId,
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
        /// A folder that doesn't exist yet.
        #[arg(short, long, value_name = "DIR")]
        out: PathBuf,
        /// How long to wait for a head that covers the case, where a bot is at work that will sign one.
        #[arg(long, value_name = "SECONDS", default_value = "90")]
        wait: u64,
    },
    /// Copy a data folder, also while the bot works there, so that `verify` and `serve` take the copy.
    Backup {
        /// A folder that doesn't exist yet.
        out: PathBuf,
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
    },
    /// Print how the governance SLA was kept.
    Digest(DigestLine),
    /// Build every table again from the ledger.
    Rebuild {
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
        /// Only compare, and list what differs.
        #[arg(long)]
        compare: bool,
    },
    /// Go on after a backup was restored: begins a new log and records what was lost.
    Recover {
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
        /// The entries that the signed head speaks of and the database lacks are lost. Say that you accept it.
        #[arg(long)]
        accept_loss: bool,
    },
}

#[derive(Args, Clone)]
struct Serve {
    /// Where the database, the keys and files lie [default: countersign-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address of the room and the API [default: 127.0.0.1:7311].
    #[arg(long, value_name = "ADDR")]
    listen: Option<std::net::SocketAddr>,
    /// The governance SLA [default: an embedded example].
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Templates to lay over the built-in ones.
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
    /// `manual`: the room's time stands still until you move it.
    #[arg(long, value_enum, default_value = "real")]
    clock: Mode,
    /// How many times as fast as the world the time runs.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    speed: Option<u32>,
    /// Let other machines reach the room, which has no passwords.
    #[arg(long)]
    open_to_network: bool,
    /// Go on where the ledger's last entry is of a moment still to come, since the machine's clock was wrong. It is recorded.
    #[arg(long)]
    accept_clock: bool,
    /// How the log is written.
    #[arg(long, value_enum)]
    log: Option<LogAs>,
}

#[derive(Args)]
struct Demo {
    #[arg(long, value_name = "DIR", default_value = "countersign-demo")]
    data: PathBuf,
    #[arg(long, value_name = "ADDR", default_value = Config::LISTEN)]
    listen: std::net::SocketAddr,
    /// Seconds between two steps.
    #[arg(long, value_name = "SECONDS", default_value = "1.5")]
    pace: f64,
    /// Stop when the story is told.
    #[arg(long)]
    once: bool,
}

#[derive(Subcommand)]
enum ManifestVerb {
    /// The manifest of the Slack app, to paste at <https://api.slack.com/apps>.
    Slack {
        /// How the app is called there.
        #[arg(long, default_value = "Countersign")]
        name: String,
        /// The bot's public address, such as <https://bot.example.org>: for HTTP mode. Without it the app uses Socket Mode.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// The workspace's name in the settings, where it is a further one.
        #[arg(long, value_name = "NAME", requires = "url")]
        workspace: Option<String>,
        /// Settings, for the prefix of commands.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
enum PolicyVerb {
    /// Read a policy and say what is wrong with it, and what is unwise.
    Check {
        /// The file; without it the embedded example.
        file: Option<PathBuf>,
        /// How findings are printed.
        #[arg(long = "as", value_name = "FORM", default_value = "text")]
        form: Findings,
    },
    /// Print the JSON Schema, for editors.
    Schema,
    /// Print the embedded example, to start your own from.
    Example,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Findings {
    /// For people, and for editors that read `file:line: what`.
    Text,
    /// For pipelines.
    Json,
}

#[derive(Args)]
struct DigestLine {
    #[arg(long, value_name = "DIR", default_value = Config::DATA)]
    data: PathBuf,
    /// `week`: the last seven days; `month`, `quarter`: the last whole one; or FROM..TO as dates.
    #[arg(default_value = "week")]
    period: String,
    /// Only this workflow.
    #[arg(long)]
    workflow: Option<String>,
    /// As it was known at this moment.
    #[arg(long, value_name = "MOMENT")]
    as_of: Option<String>,
    /// Where its days begin, such as `Europe/Berlin`.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: chrono_tz::Tz,
    #[arg(long = "as", value_enum, default_value = "text")]
    form: countersign::digest::Form,
}

impl Serve {
    fn config(&self) -> anyhow::Result<Config> {
        let given = Given {
            data: self.data.clone(),
            listen: self.listen,
            policy: self.policy.clone(),
            templates: self.templates.clone(),
            open_to_network: self.open_to_network,
            accept_clock: self.accept_clock,
            log: self.log,
        };
        Ok(Config::read(self.config.as_deref(), |name| std::env::var(name).ok(), given)?)
    }

    /// A manual clock stands still unless a speed is named; the real one runs as the world does.
    fn time(&self) -> Time {
        let speed = match self.clock {
            Mode::Real => self.speed.unwrap_or(1),
            Mode::Manual => self.speed.unwrap_or(0),
        };
        Time { mode: self.clock, speed }
    }
}

fn main() -> ExitCode {
    let line = Line::parse();
    countersign::app::process::prepare();
    // Two TLS providers in one program need to be told which one counts. Fails only if one was chosen already.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("countersign: the system gives no threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    // Boxed: `block_on` would be compiled with all of the program in it once for each kind of runtime.
    let program: Pin<Box<dyn Future<Output = anyhow::Result<ExitCode>>>> = Box::pin(run(line));
    match runtime.block_on(program) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("countersign: {}", told_once(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with what it came of. Many an error says its cause in its own sentence; nothing is said a second time.
fn told_once(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

async fn run(line: Line) -> anyhow::Result<ExitCode> {
    match line.command.unwrap_or(Verb::Serve(line.serve)) {
        Verb::Serve(serve) => {
            let config = serve.config()?;
            log_to_stderr(config.log);
            let running = countersign::app::serve::start(&config, serve.time()).await?;
            greet(&running, &config, serve.time())?;
            running.until_stopped().await?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Demo(demo) => {
            let given = Given { data: Some(demo.data), listen: Some(demo.listen), ..Given::default() };
            let config = Config::read(None, |_| None, given)?;
            log_to_stderr(config.log);
            let time = Time { mode: Mode::Manual, speed: 0 };
            let running = countersign::app::serve::start(&config, time).await?;
            greet(&running, &config, time)?;
            let pace = std::time::Duration::from_secs_f64(demo.pace.clamp(0.0, 60.0));
            countersign::app::demo::play(&running, &config.data, pace).await?;
            match demo.once {
                true => running.stop().await?,
                false => running.until_stopped().await?,
            }
            Ok(ExitCode::SUCCESS)
        }
        Verb::Policy(verb) => policy(verb),
        Verb::Doctor { policy, config } => {
            let given = Given { policy, ..Given::default() };
            let config = Config::read(config.as_deref(), |name| std::env::var(name).ok(), given)?;
            doctor(&config).await
        }
        Verb::Manifest(ManifestVerb::Slack { name, url, workspace, config }) => {
            let prefix = Config::prefix(config.as_deref())?;
            let platform = workspace.map_or_else(|| "slack".to_owned(), |name| format!("slack-{name}"));
            let url = url.map(|url| format!("{}/{platform}", url.trim_end_matches('/')));
            println!("{:#}", adapters::slack_manifest(&prefix, &name, url.as_deref())?);
            Ok(ExitCode::SUCCESS)
        }
        Verb::Verify { data: Some(data), .. } => {
            let verdict = countersign::evidence::audit::verify(&data).await?;
            say(format_args!("{verdict}\n"))?;
            Ok(exit(verdict.is_good()))
        }
        Verb::Verify { bundle, key, .. } => {
            let verdict = countersign::evidence::bundle::verify(&bundle.unwrap_or_default(), key.as_deref())?;
            say(format_args!("{verdict}\n"))?;
            Ok(exit(verdict.is_good()))
        }
        Verb::Backup { out, data } => {
            let copied = countersign::evidence::backup::backup(&data, &out).await?;
            say(format_args!("{copied}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Export { case, data, out, wait } => {
            let exported = export(case, &data, &out, std::time::Duration::from_secs(wait)).await?;
            say(format_args!("{exported}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Digest(wanted) => {
            let text = countersign::digest::print(
                &wanted.data,
                &wanted.period,
                wanted.workflow.as_deref(),
                wanted.as_of.as_deref(),
                wanted.zone,
                wanted.form,
            )
            .await?;
            say(format_args!("{text}"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Rebuild { data, compare } => {
            let report = match compare {
                true => rebuild::compare(&data).await?,
                false => rebuild::rebuild(&data).await?,
            };
            say(format_args!("{report}\n"))?;
            Ok(exit(report.is_good()))
        }
        Verb::Recover { data, accept_loss } => {
            // Nothing can be opened without a secret; which one it is, is recorded on what was recovered.
            let made = rebuild::renew_cause_secret(&data, accept_loss)?;
            let recovered = match rebuild::recover(&data, accept_loss).await {
                Err(error @ (RecoverError::NothingWrong { .. } | RecoverError::NeverSigned { .. })) => Err(error),
                recovered => Ok(recovered?),
            };
            let accepted = rebuild::accept_cause_secret(&data, accept_loss).await?;
            let secret = made.into_iter().chain(accepted).last();
            if let Some(secret) = &secret {
                say(format_args!("{secret}\n"))?;
            }
            match recovered {
                // The secret was all that was lost.
                Err(_) if secret.is_some() => {}
                recovered => say(format_args!("{}\n", recovered?))?,
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Waits where the case's first entries are still to be signed, and a bot is at work that does so.
async fn export(
    case: countersign::domain::CaseId,
    data: &std::path::Path,
    out: &std::path::Path,
    wait: std::time::Duration,
) -> Result<Exported, BundleError> {
    let mut left = wait;
    loop {
        match bundle::export(data, case, out).await {
            Err(BundleError::NotSealed { .. }) if folder::is_at_work(data) && !left.is_zero() => {}
            done => return done,
        }
        if left == wait {
            let seconds = wait.as_secs();
            eprintln!("{case} is not under a signed head yet. Waiting up to {seconds} s for the bot to sign one.");
        }
        tokio::time::sleep(RETRY_PAUSE).await;
        left = left.saturating_sub(RETRY_PAUSE);
    }
}

/// What was looked at, what is good in one line each, and what is missing in full.
async fn doctor(config: &Config) -> anyhow::Result<ExitCode> {
    let source = countersign::chat::reception::PolicyFile { path: config.policy.clone() };
    let (policy, _) = source.read()?;
    println!("✓ {}: no errors", source.name());
    let mut findings = Vec::new();
    let now = countersign::clock::Clock::real().now();
    let adapters = adapters::of(config)?;
    for adapter in &adapters {
        findings.extend(adapter.doctor(&policy, now).await);
    }
    if adapters.is_empty() {
        println!(
            "· no platform is set up (COUNTERSIGN_SLACK_BOT_TOKEN, COUNTERSIGN_DISCORD_TOKEN); there is the local room"
        );
    }
    for finding in &findings {
        println!("{} {}", if finding.ok { "✓" } else { "✗" }, finding.text);
    }
    let missing = findings.iter().filter(|finding| !finding.ok).count();
    match missing {
        0 => println!("All is well."),
        1 => println!("One thing is missing."),
        n => println!("{n} things are missing."),
    }
    Ok(exit(missing == 0))
}

fn policy(verb: PolicyVerb) -> anyhow::Result<ExitCode> {
    match verb {
        PolicyVerb::Check { file, form } => {
            return check_policy(&countersign::chat::reception::PolicyFile { path: file }, form);
        }
        PolicyVerb::Schema => say(format_args!("{:#}\n", countersign::domain::policy::schema()))?,
        PolicyVerb::Example => say(format_args!("{}", countersign::domain::policy::EXAMPLE))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is found is what was asked for, so it goes to stdout, mistakes as well.
fn check_policy(source: &countersign::chat::reception::PolicyFile, form: Findings) -> anyhow::Result<ExitCode> {
    use countersign::domain::policy::{Policy, redflag};
    let text = source.text()?;
    let read = Policy::read(&text);
    let (errors, flags) = match &read {
        Ok(policy) => (&[][..], redflag::flags(policy, Some(&text))),
        Err(errors) => (&errors.errors[..], Vec::new()),
    };
    let falls = read.as_ref().map(|policy| falls(policy, countersign::clock::Clock::real().now())).unwrap_or_default();
    match (form, &read) {
        (Findings::Json, _) => {
            let errors: Vec<_> = errors
                .iter()
                .map(|it| serde_json::json!({ "line": it.line, "column": it.column, "what": it.what, "write": it.write }))
                .collect();
            let unlisted = read.as_ref().err().map_or(0, |errors| errors.unlisted);
            let found = serde_json::json!({
                "file": source.name(), "errors": errors, "unlisted": unlisted, "red_flags": flags, "digests": falls,
            });
            say(format_args!("{found:#}\n"))?;
        }
        (Findings::Text, Err(errors)) => say(format_args!("{}\n", errors.show(&source.name())))?,
        (Findings::Text, Ok(_)) => {
            for flag in &flags {
                say(format_args!("{}\n\n", flag.show(&source.name())))?;
            }
            for (name, falls) in &falls {
                let falls = if falls.is_empty() { "never".to_owned() } else { falls.join(", ") };
                say(format_args!("The digest “{name}” falls next: {falls}\n"))?;
            }
            let red = match flags.len() {
                0 => "no red flags".to_owned(),
                1 => "1 red flag".to_owned(),
                n => format!("{n} red flags"),
            };
            say(format_args!("{}: no errors, {red}.\n", source.name()))?;
        }
    }
    Ok(exit(read.is_ok()))
}

/// The next three moments of each scheduled digest, on the wall of its zone.
fn falls(
    policy: &countersign::domain::Policy,
    now: countersign::domain::At,
) -> std::collections::BTreeMap<String, Vec<String>> {
    let next = |it: &countersign::domain::policy::DigestSchedule| {
        let falls = countersign::domain::calendar::Falls::read(&it.cron).ok();
        let moments = falls.iter().flat_map(|falls| falls.upcoming(it.zone, now)).take(3);
        let shown = moments.filter_map(|at| Some(at.utc()?.with_timezone(&it.zone)));
        shown.map(|at| format!("{} ({})", at.format("%a %-d %b %Y %H:%M"), it.zone)).collect()
    };
    policy.digests.iter().map(|it| (it.name.clone(), next(it))).collect()
}

fn exit(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whoever reads may stop reading (`| head`): that is no fault, and what was done stands. A full disk is one.
fn say(words: std::fmt::Arguments<'_>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_fmt(words).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        said => said,
    }
}

fn greet(running: &countersign::app::serve::Running, config: &Config, time: Time) -> std::io::Result<()> {
    let time = match (time.mode, time.speed) {
        (Mode::Real, 1) => String::new(),
        (Mode::Manual, 0) => "  time    stands still until you move it in the room\n".to_owned(),
        (_, speed) => format!("  time    runs {speed} times as fast as the world\n"),
    };
    let (data, policy) = (config.data.display(), running.app.reception.policy_file.name());
    say(format_args!(
        "Countersign is ready: http://{}\n  data    {data}\n  policy  {policy}\n{time}Stop with Ctrl-C.\n",
        running.address
    ))
}

/// What is logged unless `COUNTERSIGN_LOG` says otherwise. serenity writes events that it can't read into the log to the word,
/// and people's words don't belong there.
const LOGGED: &str = "warn,countersign=info,serenity::gateway::ws=off";

fn log_to_stderr(log: LogAs) {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let wanted = std::env::var("COUNTERSIGN_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let logged = tracing_subscriber::registry().with(without_secrets(wanted.unwrap_or_else(logged)));
    // A log that can't be written (a full disk, a reader that went away) is no reason to end.
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    match log {
        LogAs::Json => logged.with(lines.json()).init(),
        LogAs::Text => logged.with(lines.with_ansi(std::io::stderr().is_terminal())).init(),
    }
}

/// Whatever is asked for: below warnings these write whole frames, and in them lie tokens and people's words; serenity does so
/// in warnings too.
fn without_secrets(wanted: Targets) -> Targets {
    const FRAMES: [&str; 3] = ["tungstenite", "tokio_tungstenite", "serenity::gateway::ws"];
    let rest = wanted.default_level().unwrap_or(LevelFilter::OFF);
    let others = wanted.into_iter().filter(|(target, _)| !FRAMES.iter().any(|frames| target.starts_with(frames)));
    Targets::new()
        .with_default(rest)
        .with_targets(others)
        .with_targets(FRAMES.map(|frames| (frames, LevelFilter::WARN)))
        .with_target("serenity::gateway::ws", LevelFilter::OFF)
}

/// What [`LOGGED`] says.
fn logged() -> Targets {
    LOGGED.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use countersign::ledger::folder::FolderError;

    use super::*;

    #[test]
    fn no_level_of_detail_shows_tokens() {
        use tracing::Level;
        for wanted in ["trace", "tungstenite=trace,serenity::gateway::ws=trace", "tungstenite::protocol=trace"] {
            let logged = without_secrets(wanted.parse().expect("targets"));
            for target in ["tungstenite", "tungstenite::protocol::frame", "serenity::gateway::ws", "tokio_tungstenite"]
            {
                assert!(!logged.would_enable(target, &Level::DEBUG), "{wanted}: {target}");
            }
        }
    }

    #[test]
    fn an_error_says_each_cause_once() {
        let gone = || std::io::Error::from_raw_os_error(2);
        let path = PathBuf::from("keys/origin");
        let says_its_own = anyhow::Error::from(FolderError::Io { path, source: gone() });
        assert_eq!(told_once(&says_its_own), "keys/origin: No such file or directory (os error 2)");
        let says_none = anyhow::Error::from(gone()).context("the bag can't be read");
        assert_eq!(told_once(&says_none), "the bag can't be read: No such file or directory (os error 2)");
    }

    #[test]
    fn peoples_words_do_not_reach_the_log() {
        use tracing::Level;
        let logged = logged();
        assert!(logged.would_enable("countersign::desk", &Level::INFO) && !logged.would_enable("hyper", &Level::INFO));
        assert!(
            logged.would_enable("hyper", &Level::WARN) && !logged.would_enable("serenity::gateway::ws", &Level::ERROR)
        );
    }

    /// Whoever copies a line out of the README shouldn't be told that it can't be read.
    #[test]
    fn every_command_of_the_readme_can_be_read() {
        let readme = include_str!("../README.md");
        let typed = readme.lines().map(str::trim_start).filter(|line| line.starts_with("countersign "));
        let named = readme.split('`').skip(1).step_by(2).filter(|code| code.starts_with("countersign "));
        let mut read = 0;
        for line in typed.chain(named) {
            let line = line.split([';', '>', '#', '|']).next().unwrap_or_default();
            // What the shell puts there is one word.
            let line = line.replace("\"$(cat countersign-data/keys/ledger.vkey)\"", "KEY");
            if let Err(error) = Line::try_parse_from(line.split_whitespace())
                && error.exit_code() != 0
            {
                panic!("`{line}`: {error}");
            }
            read += 1;
        }
        assert!(read > 15, "the README was read: {read}");
    }
}
