//! The program: what each of its subcommands does.

#[path = "main/bundle.rs"]
mod bundle;
#[path = "main/line.rs"]
mod line;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::pin::Pin;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::filter::{LevelFilter, Targets};

use countersign::app::adapters;
use countersign::app::config::{Config, Given, LogAs};
use countersign::app::demo::{self, Story};
use countersign::app::people::{Beside, replace, with_accounts, with_channels};
use countersign::app::serve::{self, Time};
use countersign::chat::reception::PolicyFile;
use countersign::chat::rights::{Use, Uses};
use countersign::clock::{Clock, Mode};
use countersign::evidence::import;
use countersign::evidence::rebuild::{self, RecoverError};
use countersign::ledger::folder::{self, Passphrase};

use line::{Findings, Line, ManifestVerb, People, PolicyVerb, Stage, Verb, WebhookVerb, WitnessVerb};

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
    if let Some(passphrase) = countersign::app::config::keys_passphrase(variable)? {
        folder::give_passphrase(Passphrase::new(passphrase.reveal().to_owned()));
    }
    if let Some(credentials) = countersign::app::config::bucket_credentials(variable)? {
        countersign::blobs::give_credentials(credentials);
    }
    match line.command.unwrap_or(Verb::Serve(line.serve)) {
        Verb::Serve(serve) => {
            let config = serve.config()?;
            log_to_stderr(config.log, LOGGED);
            let running = countersign::app::serve::start(&config, serve.time()).await?;
            greet(&running, &config, serve.time())?;
            running.until_stopped(|| serve.config()).await?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Demo(wanted) => {
            let data = wanted.data.unwrap_or_else(|| demo::free(Path::new("countersign-demo")));
            let given = Given { data: Some(data), listen: Some(wanted.listen), ..Given::default() };
            let config = Config::read(None, |_| None, given)?;
            // What is told stands on the same terminal.
            log_to_stderr(config.log, "warn");
            let now = Clock::system();
            let running = serve::start_at(&config, demo::begins(now).unwrap_or(now)).await?;
            greet(&running, &config, Time { mode: Mode::Manual, speed: 0 })?;
            let pace = std::time::Duration::from_secs_f64(wanted.pace.clamp(0.0, 60.0));
            let story = Story::of(&running, &config.data, pace).told();
            let told = async {
                story.await?;
                if wanted.once { Ok(()) } else { std::future::pending().await }
            };
            running.until(told, || Ok(config.clone())).await?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Policy(verb) => policy(verb),
        Verb::Webhook(verb) => webhook(verb),
        Verb::Witness(WitnessVerb::Policy { known, data }) => {
            let given = Given { data, ..known.given() };
            let config = Config::without_secrets(known.config.as_deref(), variable, given)?;
            let (policy, _) = PolicyFile { path: config.policy.clone() }.read()?;
            let log = folder::verifier(&config.data)?;
            let trusted = countersign::witness::trust_policy(&policy.witnessing, &log).map_err(anyhow::Error::msg)?;
            say(format_args!("{trusted}"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Doctor { known, data } => {
            let given = Given { data, ..known.given() };
            doctor(&Config::read(known.config.as_deref(), variable, given)?).await
        }
        Verb::Manifest(ManifestVerb::Slack { name, url, workspace, private_channels, by_invitation, known }) => {
            let config = Config::without_secrets(known.config.as_deref(), variable, known.given())?;
            let (policy, _) = PolicyFile { path: config.policy.clone() }.read()?;
            let platform = workspace.map_or_else(|| "slack".to_owned(), |name| format!("slack-{name}"));
            let url = url.map(|url| format!("{}/{platform}", url.trim_end_matches('/')));
            let mut uses = Uses::of(&policy, &platform.as_str().into());
            if private_channels {
                uses = uses.and(Use::PrivateChannels);
            }
            if by_invitation {
                uses = uses.without(Use::Joining);
            }
            say(format_args!("{:#}\n", adapters::slack_manifest(&uses, &config.prefix, &name, url.as_deref())?))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::People(wanted) => people(&wanted).await,
        Verb::Verify(wanted) => bundle::verify(&wanted).await,
        Verb::Keys(wanted) => bundle::keys(&wanted).await,
        Verb::Attest { case, data, cose } => bundle::attest(&data, case, cose).await,
        Verb::Backup { out, data } => {
            let copied = countersign::evidence::backup::backup(&data, &out).await?;
            say(format_args!("{copied}\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Verb::Export(wanted) => bundle::export(&wanted).await,
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
        Verb::Import(line) => {
            let wanted = import::Wanted {
                data: &line.data,
                archive: &line.slack_export,
                platform: line.platform,
                workflow: line.workflow,
                private: line.private,
            };
            let outcome = import::slack(&wanted).await?;
            say(format_args!("{outcome}\n"))?;
            // What is broken isn't imported, however often it is tried.
            Ok(exit(outcome.broken.is_empty()))
        }
        Verb::Recover { data, accept_loss } => {
            // Nothing can be opened without a secret; which one it is, is recorded on what was recovered.
            let made = rebuild::renew_cause_secret(&data, accept_loss)?;
            countersign::evidence::keys::settle_to_recover(&data).await?;
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

fn webhook(verb: WebhookVerb) -> anyhow::Result<ExitCode> {
    match verb {
        WebhookVerb::Key => {
            let (own, public) = countersign::webhook::signature::new_pair()?;
            say(format_args!("{own}\n"))?;
            eprintln!("Keep it as a secret, in the environment or in a file. Whoever is called checks with: {public}");
            Ok(ExitCode::SUCCESS)
        }
        WebhookVerb::List { known } => {
            let config = Config::without_secrets(known.config.as_deref(), variable, known.given())?;
            let (policy, _) = PolicyFile { path: config.policy.clone() }.read()?;
            let mut good = true;
            if policy.webhooks.is_empty() {
                say(format_args!("The policy has no [webhooks]: nothing is called.\n"))?;
            }
            for (id, webhook) in &policy.webhooks {
                match countersign::app::webhooks::keys_of(id, variable, &config.webhook_keys) {
                    Ok(keys) => {
                        let public = keys.public();
                        let checked =
                            if public.is_empty() { "the shared secret alone".to_owned() } else { public.join(" ") };
                        say(format_args!("✓ {id}  {}  checked with {checked}\n", webhook.url))?;
                    }
                    Err(why) => {
                        good = false;
                        say(format_args!("✗ {id}  {}  {why}\n", webhook.url))?;
                    }
                }
            }
            Ok(exit(good))
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What was looked at, what is good in one line each, and what is missing in full.
async fn doctor(config: &Config) -> anyhow::Result<ExitCode> {
    let source = PolicyFile { path: config.policy.clone() };
    let (policy, _) = source.read()?;
    say(format_args!("✓ {}: no errors\n", source.name()))?;
    let mut findings = countersign::app::doctor::machine(&config.data, &config.secret_files);
    let now = countersign::clock::Clock::real().now();
    let adapters = adapters::of(config)?;
    for adapter in &adapters {
        findings.extend(adapter.doctor(&policy, now).await);
    }
    if adapters.is_empty() {
        say(format_args!(
            "· no platform is set up (COUNTERSIGN_SLACK_BOT_TOKEN, COUNTERSIGN_DISCORD_TOKEN); there is the local room\n"
        ))?;
    }
    for finding in &findings {
        say(format_args!("{} {}\n", if finding.ok { "✓" } else { "✗" }, finding.text))?;
    }
    let missing = findings.iter().filter(|finding| !finding.ok).count();
    match missing {
        0 => say(format_args!("All is well.\n"))?,
        1 => say(format_args!("One thing is missing.\n"))?,
        n => say(format_args!("{n} things are missing.\n"))?,
    }
    Ok(exit(missing == 0))
}

/// Lines for the policy; with `--write`, those that are certain are in it afterwards.
async fn people(wanted: &People) -> anyhow::Result<ExitCode> {
    let given = Given { data: wanted.data.clone(), ..wanted.known.given() };
    let config = Config::read(wanted.known.config.as_deref(), variable, given)?;
    let source = PolicyFile { path: config.policy.clone() };
    let (policy, text) = source.read()?;
    let adapters = adapters::of(&config)?;
    let platform = &wanted.platform;
    let Some(adapter) = adapters.iter().find(|adapter| adapter.platform() == *platform) else {
        let there: Vec<String> = adapters.iter().map(|adapter| adapter.platform().to_string()).collect();
        let there = if there.is_empty() { "nothing".to_owned() } else { there.join(", ") };
        anyhow::bail!("{platform} isn't set up in the settings or the environment; what is: {there}");
    };
    let now = countersign::clock::Clock::real().now();
    let listings = adapter.listings(wanted.guild.as_deref(), now).await.map_err(|why| anyhow::anyhow!("{why}"))?;
    let besides = || listings.iter().map(|listing| Beside { policy: &policy, platform, listing });
    let printed: Vec<String> = besides().map(|beside| beside.print(&wanted.words)).collect();
    say(format_args!("{}", printed.join("\n")))?;
    if wanted.write {
        let Some(path) = &source.path else {
            anyhow::bail!("the embedded example can't be written to; name a --policy")
        };
        let people: Vec<_> = besides().flat_map(|beside| beside.certain()).collect();
        let channels: Vec<_> = besides().flat_map(|beside| beside.certain_channels()).collect();
        let (text, nobodys) = with_accounts(&text, platform, &people);
        let (text, nowhere) = with_channels(&text, platform, &channels);
        replace(path, &text)?;
        let people = people.iter().map(|(key, id)| (key.as_str(), *id, nobodys.contains(key)));
        let channels = channels.iter().map(|(key, id)| (key.as_str(), *id, nowhere.contains(key)));
        for (key, id, is_placeless) in people.chain(channels) {
            match is_placeless {
                true => eprintln!("{key}: no place for {id} was found in {}; paste it yourself", path.display()),
                false => eprintln!("{key}: {id} is in {} now", path.display()),
            }
        }
    }
    let whole = listings.iter().all(|listing| listing.unread.is_empty());
    Ok(exit(whole))
}

/// Whether enough witnesses cosigned a head, where somebody asks; said as well.
fn trusted(policy: Option<&Path>, note: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<bool> {
    let Some(policy) = policy else { return Ok(true) };
    let text = std::fs::read_to_string(policy).map_err(|error| anyhow::anyhow!("{}: {error}", policy.display()))?;
    match countersign::witness::judge(&text, &note()?) {
        Ok(trusted) => {
            say(format_args!("{trusted}\n"))?;
            Ok(trusted.judged.holds)
        }
        Err(why) => {
            say(format_args!("Witnesses: {why}.\n"))?;
            Ok(false)
        }
    }
}

fn policy(verb: PolicyVerb) -> anyhow::Result<ExitCode> {
    match verb {
        PolicyVerb::Check { file, stage, workflow, form } => {
            let staged = stage.map(|stage| (stage, workflow.as_deref()));
            return check_policy(&PolicyFile { path: file }, staged, form);
        }
        PolicyVerb::Schema => say(format_args!("{:#}\n", countersign::domain::policy::schema()))?,
        PolicyVerb::Example => say(format_args!("{}", countersign::domain::policy::EXAMPLE))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is found is what was asked for, so it goes to stdout, mistakes as well.
fn check_policy(
    source: &PolicyFile,
    staged: Option<(Stage, Option<&str>)>,
    form: Findings,
) -> anyhow::Result<ExitCode> {
    use countersign::domain::policy::{Policy, redflag};
    use countersign::domain::regulation;
    let text = source.text()?;
    let mut read = Policy::read(&text);
    if let (Ok(policy), Some((stage, only))) = (&mut read, staged) {
        if let Some(only) = only.filter(|only| !policy.workflows.contains_key(*only)) {
            let known: Vec<&str> = policy.workflows.keys().map(|id| id.as_str()).collect();
            anyhow::bail!("{} has no workflow {only}; it has {}", source.name(), known.join(", "));
        }
        for (_, workflow) in policy.workflows.iter_mut().filter(|(id, _)| only.is_none_or(|only| id.as_str() == only)) {
            workflow.stage = stage.into();
        }
    }
    let now = countersign::clock::Clock::real().now();
    let (errors, flags) = match &read {
        Ok(policy) => {
            let mut flags = redflag::flags(policy, Some(&text));
            flags.extend(regulation::flags(policy, now));
            let only = staged.and_then(|(_, only)| only);
            let concerns = |it: &redflag::RedFlag| {
                it.workflow.as_ref().is_none_or(|id| only.is_none_or(|only| id.as_str() == only))
            };
            flags.retain(concerns);
            (&[][..], flags)
        }
        Err(errors) => (&errors.errors[..], Vec::new()),
    };
    let falls = read.as_ref().map(|policy| falls(policy, now)).unwrap_or_default();
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
            let staged = match staged {
                Some((Stage::Pilot, _)) => " for a pilot",
                Some((Stage::Production, _)) => " for production",
                None => "",
            };
            say(format_args!("{}: no errors, {red}{staged}.\n", source.name()))?;
        }
    }
    // Whoever names a stage asks whether the policy is enough for it.
    Ok(exit(read.is_ok() && (staged.is_none() || flags.is_empty())))
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

fn log_to_stderr(log: LogAs, otherwise: &str) {
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;
    let wanted = std::env::var("COUNTERSIGN_LOG").ok().and_then(|wanted| wanted.parse::<Targets>().ok());
    let wanted = wanted.or_else(|| otherwise.parse().ok()).unwrap_or_default();
    let logged = tracing_subscriber::registry().with(without_secrets(wanted));
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
        let path = std::path::PathBuf::from("keys/origin");
        let says_its_own = anyhow::Error::from(FolderError::Io { path, source: gone() });
        assert_eq!(told_once(&says_its_own), "keys/origin: No such file or directory (os error 2)");
        let says_none = anyhow::Error::from(gone()).context("the bag can't be read");
        assert_eq!(told_once(&says_none), "the bag can't be read: No such file or directory (os error 2)");
    }

    #[test]
    fn peoples_words_do_not_reach_the_log() {
        use tracing::Level;
        let logged: Targets = LOGGED.parse().expect("targets");
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
            let mut line = line.to_owned();
            while let Some(begin) = line.find("\"$(") {
                let length = line[begin..].find(")\"").expect("a `)\"` after each `\"$(`");
                line.replace_range(begin..begin + length + 2, "KEY");
            }
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
