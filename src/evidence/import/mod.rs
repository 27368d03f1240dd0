//! `countersign import`: what was said on a platform before the bot was there, from an export of it. It is read without trust, kept once
//! however often it is read, and marked for what it is: the word of whoever made the export. Nothing in it is obeyed, and nobody in it is
//! a person of the policy, whatever they are called.
//!
//! Each file of a day is kept whole or not at all, so a run that was cut short is run again.

mod slack;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use self::slack::{Conversation, Export, Said};
use crate::domain::mark::Words;
use crate::domain::policy::Channel;
use crate::domain::{AccountId, At, Bot, Lane, Platform, Policy, WorkflowId};
use crate::evidence::audit::sha256_of;
use crate::evidence::bundle::BundleError;
use crate::evidence::bundle::unpack::unpack_all;
use crate::evidence::rebuild::{self, RecoverError};
use crate::ledger::folder::{Folder, FolderError};
use crate::ledger::projection::{Entry, Projection};
use crate::ledger::record::{Causes, HeardRecord, Imported, Record, Who};
use crate::ledger::{About, AppendError, Ledger, OPERATOR};
use crate::store::{self, PolicyText, Reader, StoreError, Writer};

/// What is to be imported.
pub struct Wanted<'a> {
    pub data: &'a Path,
    /// The zip that Slack gave.
    pub archive: &'a Path,
    /// The workspace as the settings call it.
    pub platform: Platform,
    /// What it is kept for.
    pub workflow: WorkflowId,
    /// Private channels and direct messages too, where the export has them.
    pub private: bool,
}

/// What came of it. Shown as text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub archive: PathBuf,
    pub sha256: String,
    pub workflow: String,
    /// Messages that are entries now, and of how many conversations.
    pub kept: u64,
    pub conversations: u64,
    /// Of those, the ones that were edited before the export, and the files that came with them.
    pub edited: u64,
    pub files: u64,
    /// Messages that were in the ledger already.
    pub known: u64,
    /// Conversations that were left out as private.
    pub private: u64,
    /// Folders that the export's lists don't name.
    pub unlisted: u64,
    /// Messages that don't look like any of Slack's.
    pub unread: u64,
    /// Files of the export that are no list of messages, and why.
    pub broken: Vec<String>,
}

/// Why nothing more was imported. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Ledger(RecoverError),
    #[error(
        "{0} was not looked into: {1}. No export of Slack's is made like that. Have it made anew, and take it from Slack yourself."
    )]
    Strange(PathBuf, String),
    #[error(
        "{0} was not looked into: far more would come out of it than it is large. Have it exported for shorter times, and import each."
    )]
    TooLarge(PathBuf),
    #[error(
        "{0} is no export of Slack's: a zip with a channels.json and a folder for each channel. Name the file that Slack gave."
    )]
    NotAnExport(PathBuf),
    #[error("{0}")]
    Archive(String),
    #[error(
        "No workflow is called “{workflow}” in the policy in force. It knows {known}. Name one of them with --workflow."
    )]
    Workflow { workflow: String, known: String },
    #[error(
        "the policy in force can't be read here, so nobody can say whether there is such a workflow. Run `countersign rebuild --data {0}` first."
    )]
    NoPolicy(PathBuf),
    #[error("the export can't be read: {0}")]
    Io(io::Error),
}

/// Reads an export of Slack's into the ledger of a folder in which no bot is at work.
///
/// # Errors
/// [`ImportError`]. What was kept before is kept, and isn't again.
pub async fn slack(wanted: &Wanted<'_>) -> Result<Outcome, ImportError> {
    let folder = Folder::open(wanted.data, false)?;
    let unpacked = unpack_all(wanted.archive).map_err(|error| unreadable(wanted.archive, error))?;
    let export = Export::open(&unpacked.bundle, wanted.archive)?;
    let (mut writer, reader) = store::open(&folder.database(), false).await?;
    let outcome = keep(wanted, &folder, &export, &mut writer, &reader).await;
    reader.close().await;
    writer.close().await?;
    outcome
}

fn unreadable(archive: &Path, error: BundleError) -> ImportError {
    let archive = archive.to_owned();
    match error {
        BundleError::Strange { what, .. } => ImportError::Strange(archive, what),
        BundleError::TooLarge(_) => ImportError::TooLarge(archive),
        BundleError::NotABundle(_) => ImportError::NotAnExport(archive),
        other => ImportError::Archive(other.to_string()),
    }
}

async fn keep(
    wanted: &Wanted<'_>,
    folder: &Folder,
    export: &Export,
    writer: &mut Writer,
    reader: &Reader,
) -> Result<Outcome, ImportError> {
    let bot = writer.bot().await?.unwrap_or_default();
    must_know(wanted, &bot, writer).await?;
    let mut outcome = Outcome {
        archive: wanted.archive.to_owned(),
        sha256: sha256_of(wanted.archive).map_err(ImportError::Io)?,
        workflow: wanted.workflow.to_string(),
        private: export.conversations.iter().filter(|it| it.private && !wanted.private).count() as u64,
        unlisted: export.unlisted as u64,
        ..Outcome::default()
    };
    let (ledger, at) = rebuild::taken_up(writer, reader).await.map_err(ImportError::Ledger)?;
    // Of the channels that were a case's own one after another, the last counts.
    let mut own: Vec<(Lane, String)> = reader.case_channels(&wanted.platform).await?;
    own.sort_by_key(|(lane, _)| lane.own_of());
    let mut keeper = Keeper {
        wanted,
        imported: Imported {
            archive: outcome.sha256.as_str().into(),
            workflow: wanted.workflow.clone(),
            edited: false,
        },
        own: own.into_iter().map(|(lane, channel)| (channel, lane)).collect(),
        causes: Causes::new(folder.cause_secret()),
        ledger,
        at,
        bot,
    };
    for conversation in export.conversations.iter().filter(|it| !it.private || wanted.private) {
        outcome.unread += conversation.strange as u64;
        let before = outcome.kept;
        for day in &conversation.days {
            match slack::read(day) {
                Ok(messages) => {
                    let said = messages.iter().map(|message| export.said(&conversation.id, message));
                    keeper.keep_day(conversation, said.collect(), writer, reader, &mut outcome).await?;
                }
                Err(why) => outcome.broken.push(format!("{}: {why}", shown(day))),
            }
        }
        outcome.conversations += u64::from(outcome.kept > before);
    }
    Ok(outcome)
}

/// The workflow must be one of the policy's.
async fn must_know(wanted: &Wanted<'_>, bot: &Bot, writer: &mut Writer) -> Result<(), ImportError> {
    let no_policy = || ImportError::NoPolicy(wanted.data.to_owned());
    let hash = bot.policy.as_ref().ok_or_else(no_policy)?;
    let text = match writer.policy(hash.as_str()).await?.ok_or_else(no_policy)? {
        PolicyText::Kept(text) => text,
        PolicyText::Erased => return Err(no_policy()),
    };
    let policy = Policy::read(&text).map_err(|_| no_policy())?;
    if policy.workflows.contains_key(&wanted.workflow) {
        return Ok(());
    }
    let known = policy.workflows.keys().map(WorkflowId::as_str).collect::<Vec<_>>().join(", ");
    Err(ImportError::Workflow { workflow: wanted.workflow.to_string(), known })
}

/// Where a file lies in the export, to be shown.
fn shown(day: &Path) -> String {
    let names = day.iter().rev().take(2).collect::<Vec<_>>();
    let path: PathBuf = names.into_iter().rev().collect();
    path.display().to_string().chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

struct Keeper<'a> {
    wanted: &'a Wanted<'a>,
    imported: Imported,
    /// Channels that are a case's own: the platform's id → the lane.
    own: BTreeMap<String, Lane>,
    causes: Causes,
    ledger: Ledger,
    at: At,
    bot: Bot,
}

impl Keeper<'_> {
    /// Keeps what isn't known of a day, in one commit.
    async fn keep_day(
        &mut self,
        conversation: &Conversation,
        said: Vec<Option<Said>>,
        writer: &mut Writer,
        reader: &Reader,
        outcome: &mut Outcome,
    ) -> Result<(), ImportError> {
        let platform = &self.wanted.platform;
        let channel = Channel { platform: platform.clone(), id: conversation.id.clone() };
        let lane = self.own.get(&conversation.id).cloned().unwrap_or_else(|| Lane::channel(&channel));
        outcome.unread += said.iter().filter(|said| said.is_none()).count() as u64;
        let mut said: Vec<Said> = said.into_iter().flatten().collect();
        said.sort_by_key(|said| said.at);
        let mut ledger = self.ledger.clone();
        let mut projection = Projection::default();
        let mut seen = BTreeSet::new();
        let (mut kept, mut edited, mut files) = (0, 0, 0);
        for said in said {
            let key = self.causes.key_of(&format!("{platform}:{}", said.cause));
            let is_known = reader.is_heard(&key).await?
                // The bot's own messages were told, and not heard.
                || reader.message(&lane, &said.ts).await?.is_some();
            if is_known || !seen.insert(key.clone()) {
                outcome.known += 1;
                continue;
            }
            (kept, edited, files) = (kept + 1, edited + u64::from(said.edited), files + said.not_kept.len() as u64);
            let who = Who::Stranger(AccountId::on(platform, &said.from.id));
            let about =
                About { at: self.at, said: Some(said.at), case: None, actor: Some(who.subject()), source: OPERATOR };
            let record = Record::Heard(Box::new(HeardRecord {
                key,
                who: who.clone(),
                from: Words::of(said.from),
                lane: lane.clone(),
                thread: said.thread,
                what: said.what,
                not_kept: said.not_kept,
                was: None,
                backfilled: false,
                imported: Some(Imported { edited: said.edited, ..self.imported.clone() }),
                raw: said.raw,
                answer: None,
            }));
            let seq = ledger.append(&mut projection.commit, &about, &record)?;
            projection.fold(Entry { seq, at: self.at, said: Some(said.at), case: None }, &record, &self.bot);
        }
        if kept == 0 {
            return Ok(());
        }
        projection.finish();
        writer.commit(projection.commit).await?;
        self.ledger = ledger;
        (outcome.kept, outcome.edited) = (outcome.kept + kept, outcome.edited + edited);
        outcome.files += files;
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcome { archive, sha256, workflow, kept, conversations, edited, files, known, .. } = self;
        let (archive, messages) = (archive.display(), |count: u64| match count {
            1 => "1 message".to_owned(),
            count => format!("{count} messages"),
        });
        match kept {
            0 => write!(f, "Nothing new in {archive}: {} known already.", messages(*known))?,
            _ => {
                write!(
                    f,
                    "{} of {conversations} conversations imported for {workflow} from {archive}",
                    messages(*kept)
                )?;
                write!(f, " (SHA-256 {sha256}), each an entry that says so. {} known already.", messages(*known))?;
            }
        }
        for (count, what) in [
            (self.private, "private conversations; with --private they are imported too"),
            (self.unlisted, "folders that the export's own lists don't name"),
            (self.unread, "messages or files that don't look like Slack's"),
            (self.broken.len() as u64, "files that are broken, each whole:"),
        ] {
            if count > 0 {
                write!(f, "\nLeft out: {count} {what}")?;
            }
        }
        for broken in &self.broken {
            write!(f, "\n  {broken}")?;
        }
        if *kept > 0 {
            write!(f, "\nWhat this doesn't prove: {}.", Imported::UNPROVEN)?;
            write!(f, " Here that concerns {edited} edited messages and {files} files.")?;
            write!(
                f,
                "\nNothing in it was obeyed, and nobody in it is a person of the policy. Start the bot as usual: it signs what was added."
            )?;
        }
        Ok(())
    }
}
