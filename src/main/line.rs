//! What can be typed after the program’s name.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use countersign::app::config::{Config, Given, LogAs};
use countersign::app::serve::Time;
use countersign::clock::Mode;
use countersign::domain::CaseId;

/// Keeps the clock on every answer that somebody owes: incidents, exceptions, rollbacks, approvals and handoffs of AI systems in
/// production, in chat, with evidence that an auditor can check.
///
/// Without a command it serves the local room.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub struct Line {
    #[command(subcommand)]
    pub command: Option<Verb>,
    #[command(flatten)]
    pub serve: Serve,
}

#[derive(Subcommand)]
pub enum WebhookVerb {
    /// Make a new Ed25519 key to sign calls with, and print it with the public key that is for whoever is called. It isn't kept.
    Key,
    /// List the webhooks of the policy: where each is called, and the public keys that its calls are checked with.
    List {
        #[command(flatten)]
        known: Known,
    },
}

#[derive(Subcommand)]
pub enum WitnessVerb {
    /// Print the ledger's key, its witnesses and their quorum as a trust policy (c2sp.org/tlog-policy), for whoever checks heads.
    Policy {
        #[command(flatten)]
        known: Known,
        /// Where the database, the keys and files lie [default: countersign-data].
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub enum Verb {
    /// Run the bot and the local room (the default).
    Serve(Serve),
    /// Run the room in a folder of its own and play a short story into it.
    Demo(Demo),
    /// Work with the policy file.
    #[command(subcommand)]
    Policy(PolicyVerb),
    /// Look whether platforms, settings, policy and data folder fit together, and say what is missing.
    Doctor {
        #[command(flatten)]
        known: Known,
        /// Where the database, the keys and files lie [default: countersign-data].
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Print what a platform needs to know of the bot.
    #[command(subcommand)]
    Manifest(ManifestVerb),
    /// Print who and what there is on a platform, as lines to paste into the policy.
    People(People),
    /// Look at the machines that the policy lets the bot call.
    #[command(subcommand)]
    Webhook(WebhookVerb),
    /// Look at who cosigns the heads of this ledger.
    #[command(subcommand)]
    Witness(WitnessVerb),
    /// Check a ledger, an exported bundle or a statement with its receipt, and say what is wrong where.
    Verify(VerifyLine),
    /// Print the public keys that whoever checks the evidence is given.
    Keys(KeysLine),
    /// Print an approval that was given as an in-toto statement, signed: for whoever lets something through by it.
    Attest {
        /// Such as APR-3.
        case: CaseId,
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
        /// The statement in COSE, with a receipt of the ledger: a transparent statement, as SCITT has it. To be written into a file.
        #[arg(long)]
        cose: bool,
    },
    /// Export evidence as a BagIt bag: of a case, of a workflow, or of a period.
    Export(ExportLine),
    /// Keep what was said on a platform before the bot was there, from an export of it. The bot must be stopped.
    Import(ImportLine),
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

/// Where it is written what the bot is to know.
#[derive(Args, Clone)]
pub struct Known {
    /// The governance SLA [default: an embedded example].
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Settings.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Args)]
pub struct People {
    /// `slack`, `slack-NAME` for a further workspace, or `discord`.
    pub platform: countersign::domain::Platform,
    /// Of people whom the policy doesn't know, and of channels, only those with one of these in their name.
    pub words: Vec<String>,
    /// Only this server of Discord's, by its id or its name.
    #[arg(long, value_name = "SERVER")]
    pub guild: Option<String>,
    /// Write into the policy file who is called just as somebody of the policy is, and channels that are called as the room's.
    #[arg(long)]
    pub write: bool,
    #[command(flatten)]
    pub known: Known,
    /// Where the database, the keys and files lie, and with them tokens that run out [default: countersign-data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

#[derive(Args, Clone)]
pub struct Serve {
    /// Where the database, the keys and files lie [default: countersign-data].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The address of the room and the API [default: 127.0.0.1:7311].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<std::net::SocketAddr>,
    /// The governance SLA [default: an embedded example].
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Settings.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Templates to lay over the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub templates: Option<PathBuf>,
    /// `manual`: the room's time stands still until you move it.
    #[arg(long, value_enum, default_value = "real")]
    pub clock: Mode,
    /// How many times as fast as the world the time runs.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub speed: Option<u32>,
    /// Let other machines reach the room, which has no passwords.
    #[arg(long)]
    pub open_to_network: bool,
    /// Go on where the ledger's last entry is of a moment still to come, since the machine's clock was wrong. It is recorded.
    #[arg(long)]
    pub accept_clock: bool,
    /// How the log is written.
    #[arg(long, value_enum)]
    pub log: Option<LogAs>,
}

#[derive(Args)]
pub struct Demo {
    /// Where it is told; a folder with a story opens as it was left [default: countersign-demo, or the next that is free].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[arg(long, value_name = "ADDR", default_value = Config::LISTEN)]
    pub listen: std::net::SocketAddr,
    /// Seconds between two steps.
    #[arg(long, value_name = "SECONDS", default_value = "2.5")]
    pub pace: f64,
    /// Stop when the story is told.
    #[arg(long)]
    pub once: bool,
}

#[derive(Subcommand)]
pub enum ManifestVerb {
    /// The manifest of the Slack app, to paste at <https://api.slack.com/apps>.
    Slack {
        /// How the app is called there.
        #[arg(long, default_value = "Countersign")]
        name: String,
        /// The bot's public address, such as <https://bot.example.org>: for HTTP mode. Without it the app uses Socket Mode.
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// The workspace's name in the settings, where it is a further one.
        #[arg(long, value_name = "NAME")]
        workspace: Option<String>,
        /// Some of the policy's channels are private: asks for the rights to keep them.
        #[arg(long)]
        private_channels: bool,
        /// Somebody invites the bot to its channels: asks for no right to come into public ones by itself.
        #[arg(long)]
        by_invitation: bool,
        /// What the app asks for follows from the policy; the prefix of its commands from the settings.
        #[command(flatten)]
        known: Known,
    },
}

#[derive(Subcommand)]
pub enum PolicyVerb {
    /// Read a policy and say what is wrong with it, and what is unwise.
    Check {
        /// The file; without it the embedded example.
        file: Option<PathBuf>,
        /// Look at every workflow, or at the one that --workflow names, as if it were at this stage. What is missing there is an
        /// error then, and not only unwise.
        #[arg(long, value_name = "STAGE")]
        stage: Option<Stage>,
        /// The workflow that --stage is about.
        #[arg(long, value_name = "WORKFLOW", requires = "stage")]
        workflow: Option<String>,
        /// How findings are printed.
        #[arg(long = "as", value_name = "FORM", default_value = "text")]
        form: Findings,
    },
    /// Print the JSON Schema, for editors.
    Schema,
    /// Print the embedded example, to start your own from.
    Example,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Stage {
    Pilot,
    Production,
}

impl From<Stage> for countersign::domain::WorkflowStage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Pilot => Self::Pilot,
            Stage::Production => Self::Production,
        }
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Findings {
    /// For people, and for editors that read `file:line: what`.
    Text,
    /// For pipelines.
    Json,
}

#[derive(Args)]
pub struct VerifyLine {
    /// A data folder.
    #[arg(long, value_name = "DIR", conflicts_with = "bundle", required_unless_present = "bundle")]
    pub data: Option<PathBuf>,
    /// An exported bundle: a folder, a .zip or a .tar.zst. Or a statement with its receipt: a .cose.
    pub bundle: Option<PathBuf>,
    /// The ledger's public key (the text of ledger.vkey), got from elsewhere than what is checked: its heads must be signed by it, or by one
    /// that it was handed on to.
    #[arg(long, value_name = "VKEY")]
    pub key: Option<String>,
    /// A file of those who may sign bundles and statements, as OpenSSH's `allowed_signers`, got from elsewhere than what is checked.
    #[arg(long, requires = "bundle", value_name = "FILE")]
    pub signers: Option<PathBuf>,
    /// A trust policy (c2sp.org/tlog-policy): whether enough witnesses cosigned the head.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// A signed head of this ledger that was kept (a C2SP checkpoint): whether the ledger goes on from it.
    #[arg(long, value_name = "OLD-CHECKPOINT")]
    pub against: Option<PathBuf>,
    /// The verdict as JSON, for programs: its fields stand in docs/verify.md.
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct KeysLine {
    #[command(subcommand)]
    pub verb: Option<KeysVerb>,
    #[arg(long, value_name = "DIR", default_value = Config::DATA)]
    pub data: PathBuf,
    /// Only the lines for OpenSSH's `allowed_signers`.
    #[arg(long)]
    pub allowed_signers: bool,
    /// Only the key of bundles and statements, in PEM, as OpenSSL reads it.
    #[arg(long, conflicts_with = "allowed_signers")]
    pub pem: bool,
}

#[derive(Subcommand)]
pub enum KeysVerb {
    /// Sign heads and bundles with other keys from now on, while the bot is stopped. The old key signs for the new one, and is destroyed.
    Rotate {
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
    },
    /// Seal the secret keys with the passphrase in COUNTERSIGN_KEYS_PASSPHRASE, or in the file that COUNTERSIGN_KEYS_PASSPHRASE_FILE names.
    Seal {
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
    },
    /// Undo that; the same passphrase is needed.
    Unseal {
        #[arg(long, value_name = "DIR", default_value = Config::DATA)]
        data: PathBuf,
    },
}

#[derive(Args)]
pub struct ExportLine {
    /// A case such as INC-12; a period as `digest` takes it, such as 2026-W48, 2026-11 or 2026-11-01..2026-11-30: every case, whole, in
    /// which something happened in it; or the id of a workflow: every case of it.
    #[arg(value_name = "CASE|PERIOD|WORKFLOW")]
    pub what: String,
    #[arg(long, value_name = "DIR", default_value = Config::DATA)]
    pub data: PathBuf,
    /// A folder, or a file that ends in .zip or .tar.zst, that doesn't exist yet.
    #[arg(short, long, value_name = "PATH")]
    pub out: PathBuf,
    /// Of a period, only the cases of this workflow.
    #[arg(long)]
    pub workflow: Option<String>,
    /// Restricted cases too. Otherwise those of a period or a workflow are only counted; one that is named alone is exported anyway.
    #[arg(long)]
    pub restricted: bool,
    /// The words, too, that nobody may read while they wait to be erased: for those for whom a legal hold keeps them.
    #[arg(long)]
    pub withheld: bool,
    /// As the ledger was under the head over so many entries, which an older bundle names (Ledger-Head-Size): the same bytes again.
    #[arg(long, value_name = "SIZE")]
    pub head: Option<u64>,
    /// Where the days of a period begin, such as `Europe/Berlin`.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: chrono_tz::Tz,
    /// Say once a second how far it is, also where nobody looks at a terminal.
    #[arg(long)]
    pub progress: bool,
    /// Settings: whom the bundle is time-stamped by, `[time_stamps]`.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How long to wait for a head that covers the case, where a bot is at work that will sign one.
    #[arg(long, value_name = "SECONDS", default_value = "90")]
    pub wait: u64,
}

#[derive(Args)]
pub struct ImportLine {
    /// The zip that Slack gave.
    #[arg(long, value_name = "FILE.zip")]
    pub slack_export: PathBuf,
    /// The workflow that it is kept for.
    #[arg(long)]
    pub workflow: countersign::domain::WorkflowId,
    #[arg(long, value_name = "DIR", default_value = Config::DATA)]
    pub data: PathBuf,
    /// The workspace that it is of: `slack`, or `slack-NAME` for a further one.
    #[arg(long, default_value = "slack")]
    pub platform: countersign::domain::Platform,
    /// Private channels and direct messages too, where the export has them.
    #[arg(long)]
    pub private: bool,
}

#[derive(Args)]
pub struct DigestLine {
    #[arg(long, value_name = "DIR", default_value = Config::DATA)]
    pub data: PathBuf,
    /// `week`: the last seven days; `month`, `quarter`: the last whole one; a week (2026-W48), a month (2026-11) or a day by its name;
    /// or FROM..TO as dates.
    #[arg(default_value = "week")]
    pub period: String,
    /// Only this workflow.
    #[arg(long)]
    pub workflow: Option<String>,
    /// As it was known at this moment.
    #[arg(long, value_name = "MOMENT")]
    pub as_of: Option<String>,
    /// Where its days begin, such as `Europe/Berlin`.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: chrono_tz::Tz,
    #[arg(long = "as", value_enum, default_value = "text")]
    pub form: countersign::digest::Form,
}

impl Serve {
    pub fn config(&self) -> anyhow::Result<Config> {
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
    pub fn time(&self) -> Time {
        let speed = match self.clock {
            Mode::Real => self.speed.unwrap_or(1),
            Mode::Manual => self.speed.unwrap_or(0),
        };
        Time { mode: self.clock, speed }
    }
}

impl Known {
    pub fn given(&self) -> Given {
        Given { policy: self.policy.clone(), ..Given::default() }
    }
}
