//! Evidence that leaves the house: exported, checked, and the keys that it is checked with.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use countersign::app::config::{Config, Given};
use countersign::clock::Clock;
use countersign::desk::RETRY_PAUSE;
use countersign::domain::bot::readings;
use countersign::domain::{At, CaseId, Span};
use countersign::evidence::attest::{self, cose};
use countersign::evidence::audit;
use countersign::evidence::bundle::{self, BundleError, Exported, Wanted};
use countersign::evidence::exports;
use countersign::ledger::folder;
use countersign::stamp::{self, Authority};

use crate::line::{ExportLine, KeysLine, KeysVerb, VerifyLine};
use crate::{exit, say, trusted};

pub async fn export(line: &ExportLine) -> anyhow::Result<ExitCode> {
    let scope = bundle::scope(&line.data, &line.what, line.workflow.as_deref(), line.zone).await?;
    let shown = Shown::new(line.progress || std::io::stderr().is_terminal());
    let progress = |_: &str, bytes: u64| shown.tell(bytes);
    let config =
        line.config.as_deref().map(|file| Config::without_secrets(Some(file), crate::variable, Given::default()));
    let stamps = config.transpose()?.and_then(|config| config.time_stamps);
    let authority = stamps.map(|stamps| Authority::at(stamps.url, stamp::PATIENCE)).transpose()?;
    let wanted = Wanted {
        authority: authority.as_ref(),
        head: line.head,
        restricted: line.restricted,
        withheld: line.withheld,
        progress: &progress,
        ..Wanted::of(&line.data, scope, &line.out)
    };
    let exported = waited(&wanted, Duration::from_secs(line.wait)).await?;
    say(format_args!("{exported}\n"))?;
    note(&line.data, &exports::recorded(&exported));
    Ok(ExitCode::SUCCESS)
}

/// The bot of the folder records what left.
fn note(data: &Path, left: &readings::Event) {
    if let Err(error) = exports::note(data, left) {
        eprintln!("What left stands in no ledger: it can't be noted in {}: {error}", data.display());
    }
}

/// Waits where the first entries are still to be signed, and a bot is at work that does so.
async fn waited(wanted: &Wanted<'_>, wait: Duration) -> Result<Exported, BundleError> {
    let mut left = wait;
    loop {
        match bundle::export_wanted(wanted).await {
            Err(BundleError::NotSealed { .. } | BundleError::Nothing { signed: 0, .. })
                if folder::is_at_work(wanted.data) && wanted.head.is_none() && !left.is_zero() => {}
            done => return done,
        }
        if left == wait {
            let (what, seconds) = (&wanted.scope, wait.as_secs());
            eprintln!("{what} is not under a signed head yet. Waiting up to {seconds} s for the bot to sign one.");
        }
        tokio::time::sleep(RETRY_PAUSE).await;
        left = left.saturating_sub(RETRY_PAUSE);
    }
}

/// A line a second on how far an export is.
struct Shown {
    wanted: bool,
    far: Mutex<Far>,
}

struct Far {
    told: At,
    files: u64,
    bytes: u64,
}

impl Shown {
    fn new(wanted: bool) -> Shown {
        Shown { wanted, far: Mutex::new(Far { told: Clock::system(), files: 0, bytes: 0 }) }
    }

    fn tell(&self, bytes: u64) {
        let Ok(mut far) = self.far.lock() else { return };
        far.files += 1;
        far.bytes += bytes;
        if self.wanted && Clock::system() - far.told >= Span::seconds(1) {
            far.told = Clock::system();
            eprintln!("{} files, {} MB so far", far.files, far.bytes / 1_000_000);
        }
    }
}

pub async fn verify(line: &VerifyLine) -> anyhow::Result<ExitCode> {
    let read =
        |file: &Path| std::fs::read_to_string(file).map_err(|error| anyhow::anyhow!("{}: {error}", file.display()));
    if let Some(path) = line.bundle.as_deref().filter(|path| path.extension().is_some_and(|it| it == cose::EXTENSION)) {
        return statement(line, path, line.signers.as_deref().map(read).transpose()?.as_deref());
    }
    let kept = line.against.as_deref().map(read).transpose()?;
    let (verdict, note) = match &line.data {
        Some(data) => {
            let given = audit::Given { key: line.key.as_deref(), head: kept.as_deref() };
            let verdict = audit::verify_given(data, given).await?;
            // Where no witness answered yet, the head alone.
            (verdict, folder::cosigned_file(data)?.or(folder::checkpoint_file(data)?))
        }
        None => {
            let signers = line.signers.as_deref().map(read).transpose()?;
            let path = line.bundle.clone().unwrap_or_default();
            let given = bundle::Given { key: line.key.as_deref(), signers: signers.as_deref(), head: kept.as_deref() };
            bundle::verify_given(&path, given)?
        }
    };
    let note = || -> anyhow::Result<String> { Ok(note.unwrap_or_default()) };
    if !line.json {
        say(format_args!("{verdict}\n"))?;
        let is_trusted = trusted(line.policy.as_deref(), note)?;
        return Ok(exit(verdict.is_good() && is_trusted));
    }
    let mut json = verdict.json();
    let mut is_good = verdict.is_good();
    if let Some(policy) = &line.policy {
        let judged = countersign::witness::judge(&read(policy)?, &note()?);
        let met = judged.as_ref().is_ok_and(|trusted| trusted.judged.holds);
        let says = judged.map_or_else(|why| why, |trusted| trusted.to_string());
        json["witnesses"] = serde_json::json!({ "good": met, "says": says });
        is_good &= met;
    }
    json["good"] = is_good.into();
    say(format_args!("{json:#}\n"))?;
    Ok(exit(is_good))
}

/// A statement with its receipt. It has no signed head in it that others could have cosigned, or that another could go on from.
fn statement(line: &VerifyLine, path: &Path, signers: Option<&str>) -> anyhow::Result<ExitCode> {
    let asked = [("--against", line.against.is_some()), ("--policy", line.policy.is_some())];
    if let Some((option, _)) = asked.into_iter().find(|(_, given)| *given) {
        anyhow::bail!(
            "{option} is about a ledger or a bundle, and {} is a statement, which has no signed head in it: check it with --key and --signers, and \
             the ledger with `countersign verify --data DIR {option} FILE`.",
            path.display()
        );
    }
    let verdict = cose::verify(path, cose::Given { key: line.key.as_deref(), signers })?;
    match line.json {
        true => say(format_args!("{:#}\n", verdict.json()))?,
        false => say(format_args!("{verdict}\n"))?,
    }
    Ok(exit(verdict.is_good()))
}

pub async fn attest(data: &Path, case: CaseId, in_cose: bool) -> anyhow::Result<ExitCode> {
    if !in_cose {
        let made = attest::attest(data, case).await?;
        note(data, &exports::attested(case, made.as_bytes()));
        say(format_args!("{made}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = std::io::stdout().lock();
    if out.is_terminal() {
        anyhow::bail!(
            "a statement in COSE is no text: write it into a file, `countersign attest {case} --cose > {case}.cose`."
        );
    }
    let made = cose::attest(data, case).await?;
    // Before it leaves: whoever reads a part of it has read it.
    note(data, &exports::attested(case, &made));
    match out.write_all(&made).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => Ok(written.map(|()| ExitCode::SUCCESS)?),
    }
}

fn sealed(data: &Path, sealed: bool) -> anyhow::Result<ExitCode> {
    let how = if sealed { "sealed" } else { "unsealed" };
    match folder::seal_keys(data, sealed)? {
        0 => say(format_args!("All keys were {how} already. Nothing was changed.\n"))?,
        1 => say(format_args!("One key is {how} now.\n"))?,
        n => say(format_args!("{n} keys are {how} now.\n"))?,
    }
    Ok(ExitCode::SUCCESS)
}

pub async fn keys(line: &KeysLine) -> anyhow::Result<ExitCode> {
    let KeysLine { verb, data, allowed_signers, pem } = line;
    match verb {
        None => {}
        Some(KeysVerb::Rotate { data }) => {
            say(format_args!("{}\n", countersign::evidence::keys::rotate(data).await?))?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(KeysVerb::Seal { data }) => return sealed(data, true),
        Some(KeysVerb::Unseal { data }) => return sealed(data, false),
    }
    if *pem {
        say(format_args!("{}", folder::bundle_signer(data)?.key().pem()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let keys = bundle::keys(data).await?;
    if *allowed_signers {
        say(format_args!("{}\n", keys.allowed_signers))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("{keys}\n"))?;
    if let Some(cosigner) = folder::cosigner(data)? {
        say(format_args!(
            "\nHeads of other ledgers are cosigned by this one, for the vkey of a witness in their policy:\n\n{}\n",
            cosigner.key()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
