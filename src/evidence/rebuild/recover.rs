//! `countersign recover`: the way out where the database is older than the signed head or disagrees with it. Never signs two
//! trees that disagree under one name: the head that was signed is kept as it is, a new log begins under a new name, and the
//! loss is an entry of the ledger.
//!
//! In this order, so that dying anywhere leaves a folder that the bot still refuses, or one that is whole: first the entry,
//! then the new log, then its first head.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::clock::Clock;
use crate::domain::bot::condition;
use crate::domain::policy::Channel;
use crate::domain::{At, Bot, Lane, Policy, PolicyHash, To};
use crate::ledger::folder::{self, Folder, FolderError};
use crate::ledger::projection::{Entry, Projection};
use crate::ledger::record::{BotRuled, Causes, Record, ToTell};
use crate::ledger::{About, AppendError, Ledger, OPERATOR, Subjects, strange_schema};
use crate::seal::{self, Checkpoint, KeyRing, NoteError};
use crate::store::{self, Commit, NoteRow, PolicyText, Reader, StoreError, Writer};

/// Why there was no recovery. Nothing was changed. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("the new head could not be signed: {0}")]
    Sign(#[from] NoteError),
    #[error(
        "nothing is wrong here: the database agrees with the head that was signed over its first {signed} entries. Nothing was changed."
    )]
    NothingWrong { signed: u64 },
    #[error(
        "no head was ever signed here, so nothing can be missing. Nothing was changed. Start `countersign serve --data {data}`."
    )]
    NeverSigned { data: String },
    #[error(
        "{loss}\nA newer backup may still have them: look for one first. To go on without them, run \
         `countersign recover --data {data} --accept-loss`. Nothing was changed."
    )]
    NotAccepted { loss: Loss, data: String },
    #[error(
        "{secret} is missing or no key. A backup of the keys may still have it: look for one first. To go on without it, run \
         `countersign recover --data {data} --accept-loss`: a new one is made. {cost} Nothing was changed.",
        cost = COST_OF_A_NEW_SECRET
    )]
    SecretLost { secret: PathBuf, data: String },
    #[error(
        "{secret} is not the secret that this ledger was written under. A backup of the keys may still have that one: look for it first. To go \
         on with the one that lies there, run `countersign recover --data {data} --accept-loss`, which records it. {cost} Nothing was \
         changed.",
        cost = COST_OF_A_NEW_SECRET
    )]
    SecretOfAnother { secret: PathBuf, data: String },
    #[error(
        "the database has no entries, so there is nothing to go on from. Restore a backup that has, or begin in a new folder."
    )]
    Empty,
    #[error(
        "the database's last entry is of schema {0}, which this version of Countersign doesn't know: recover with the newer one that was at \
         work here. Nothing was changed."
    )]
    Schema(u32),
    #[error(
        "the policy that was in force is missing from the database. Run `countersign rebuild --data {data}` first."
    )]
    NoPolicy { data: String },
}

/// What can't be had back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// From this entry on, nothing of what was signed is sure to be there.
    pub from: u64,
    /// How many entries the signed head covers; `None` where it can't be read any more.
    pub signed: Option<u64>,
    /// How many the database has.
    pub have: u64,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.signed {
            Some(signed) if signed > self.have => write!(
                f,
                "The head was signed over {signed} entries, the database has {}: entries {} to {} are lost.",
                self.have,
                self.have,
                signed - 1
            ),
            Some(signed) => write!(
                f,
                "The database's first {signed} entries are not those that were signed: from entry {} on, what was signed is lost and \
                 something else stands there.",
                self.from
            ),
            None => write!(
                f,
                "The last signed head can't be read, so nobody can say whether entries from {} on are all there.",
                self.from
            ),
        }
    }
}

/// What was done. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    pub loss: Loss,
    /// The entry that records it.
    pub entry: u64,
    /// The public key of the new log.
    pub vkey: String,
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\nThe loss is recorded in entry {}, and a new log has begun. Give its public key to your auditors:\n\n  {}\n\n\
             It also lies in keys/ledger.vkey. The old head is kept beside the new one as checkpoint.lost.*: keep it, it shows what \
             was lost. What was decided in the lost entries must be asked again, numbers of lost cases will be given again, and \
             messages that were sent since the backup may come a second time. Start the bot as usual.",
            self.loss, self.entry, self.vkey
        )
    }
}

/// What a new secret of causes costs.
const COST_OF_A_NEW_SECRET: &str = "What platforms tell again from before is not recognised as heard: a command that one of them \
                                    still repeats may count twice.";

/// A folder that has lost its secret of causes is given a new one, which [`accept_cause_secret`] then records. `None`: it has one.
///
/// # Errors
/// [`RecoverError::SecretLost`] without `accept_loss`, and nothing was changed.
pub fn renew_cause_secret(data: &Path, accept_loss: bool) -> Result<Option<String>, RecoverError> {
    if let (Err(FolderError::CauseSecretLost(secret)), false) = (folder::cause_secret(data), accept_loss) {
        let data = data.display().to_string();
        return Err(RecoverError::SecretLost { secret, data });
    }
    let renewed = folder::renew_cause_secret(data)?;
    Ok(renewed.then(|| format!("A new secret of causes was made. {COST_OF_A_NEW_SECRET}")))
}

/// The secret of causes that lies in the folder is the ledger's from now on, if it wasn't. `None`: it was.
///
/// # Errors
/// [`RecoverError::SecretOfAnother`] without `accept_loss`, and nothing was changed.
pub async fn accept_cause_secret(data: &Path, accept_loss: bool) -> Result<Option<String>, RecoverError> {
    let folder = Folder::open(data, false)?;
    let (mut writer, reader) = store::open(&folder.database(), false).await?;
    let outcome = accept(&folder, &mut writer, &reader, accept_loss).await;
    reader.close().await;
    writer.close().await?;
    outcome
}

async fn accept(
    folder: &Folder,
    writer: &mut Writer,
    reader: &Reader,
    accept_loss: bool,
) -> Result<Option<String>, RecoverError> {
    let mark = Causes::new(folder.cause_secret()).mark();
    let bot = writer.bot().await?.unwrap_or_default();
    if bot.condition.causes.as_ref().is_none_or(|known| *known == mark) {
        return Ok(None);
    }
    if !accept_loss {
        let data = folder.path().display().to_string();
        return Err(RecoverError::SecretOfAnother { secret: folder::cause_secret_file(folder.path()), data });
    }
    let event = condition::Event::CausesReplaced { causes: mark };
    let record = Record::Bot(BotRuled { events: vec![event.into()], ..BotRuled::default() });
    let (seq, ..) = append_to(writer, reader, &bot, &record).await?;
    Ok(Some(format!("The secret of causes is another one from now on; entry {seq} records it. {COST_OF_A_NEW_SECRET}")))
}

/// Adds an entry of the operator's to a ledger that no bot works on, as the bot stands there.
///
/// # Errors
/// [`RecoverError`].
pub(crate) async fn append(writer: &mut Writer, reader: &Reader, record: &Record) -> Result<(), RecoverError> {
    let bot = writer.bot().await?.unwrap_or_default();
    append_to(writer, reader, &bot, record).await.map(drop)
}

/// Adds an entry of the operator's to a ledger that no bot works on. Returns its number, its moment and the ledger with it.
async fn append_to(
    writer: &mut Writer,
    reader: &Reader,
    bot: &Bot,
    record: &Record,
) -> Result<(i64, At, Ledger), RecoverError> {
    let (mut ledger, at) = taken_up(writer, reader).await?;
    let mut projection = Projection::default();
    let about = About { at, said: None, case: None, actor: None, source: OPERATOR };
    let seq = ledger.append(&mut projection.commit, &about, record)?;
    projection.fold(Entry { seq, at, said: None, case: None }, record, bot);
    projection.finish();
    writer.commit(projection.commit).await?;
    Ok((seq, at, ledger))
}

/// The ledger of a folder that no bot works on, as its next entry continues it, and that entry's moment.
///
/// # Errors
/// [`RecoverError`].
pub(crate) async fn taken_up(writer: &mut Writer, reader: &Reader) -> Result<(Ledger, At), RecoverError> {
    let head = writer.head().await?;
    if let Some(schema) = head.last_leaf.as_deref().and_then(strange_schema) {
        return Err(RecoverError::Schema(schema));
    }
    // Entries of a manual clock are followed by one of the same clock: the system's may be years away from it.
    let last = reader.view().await?.last_entry().await?;
    let manual = last.is_some_and(|entry| entry.leaf.contains(r#""clock":"manual""#));
    let (clock, at) = match manual {
        true => (seal::Clock::Manual, head.last_at),
        false => (seal::Clock::Real, Clock::system().max(head.last_at)),
    };
    let subjects = Subjects::of(writer.subjects().await?);
    Ok((Ledger::new(head.frontier, head.last, head.last_at, subjects, clock), at))
}

/// Goes on from what the database has, if that isn't what was signed. Without `accept_loss` it only says what would be lost.
///
/// # Errors
/// [`RecoverError`]; it also refuses where nothing is wrong.
pub async fn recover(data: &Path, accept_loss: bool) -> Result<Recovery, RecoverError> {
    let mut folder = Folder::open(data, false)?;
    let (mut writer, reader) = store::open(&folder.database(), false).await?;
    let outcome = go_on(&mut folder, &mut writer, &reader, accept_loss).await;
    // Also where nothing is recovered: whoever puts a backup in its place next must find nobody at work on the old file.
    reader.close().await;
    writer.close().await?;
    outcome
}

async fn go_on(
    folder: &mut Folder,
    writer: &mut Writer,
    reader: &Reader,
    accept_loss: bool,
) -> Result<Recovery, RecoverError> {
    let shown = folder.path().display().to_string();
    // A change of keys that broke off is ended or undone first.
    folder.signer()?;
    let head = writer.head().await?;
    if let Some(schema) = head.last_leaf.as_deref().and_then(strange_schema) {
        return Err(RecoverError::Schema(schema));
    }
    let have = head.frontier.size();
    let (loss, old_head) = assess(folder, writer, reader, have).await?;
    if have == 0 {
        return Err(RecoverError::Empty);
    }
    if !accept_loss {
        return Err(RecoverError::NotAccepted { loss, data: shown });
    }
    let no_policy = || RecoverError::NoPolicy { data: shown.clone() };
    let bot = writer.bot().await?.unwrap_or_default();
    let hash = bot.policy.clone().ok_or_else(no_policy)?;
    // It says where operators are told. Where its text was erased or can't be read any more, they aren't; the ledger says it.
    let operators = match writer.policy(hash.as_str()).await?.ok_or_else(no_policy)? {
        PolicyText::Kept(text) => Policy::read(&text).ok().and_then(|policy| policy.operators),
        PolicyText::Erased => None,
    };

    let record = recovered(&loss, hash, &old_head, operators.as_ref());
    let (seq, at, ledger) = append_to(writer, reader, &bot, &record).await?;

    folder.begin_new_log()?;
    let signer = folder.signer()?;
    let note = Checkpoint::of(&signer, ledger.size(), ledger.frontier.root()).sign(&signer)?;
    folder.swap_checkpoint(None, &note)?;
    let row = NoteRow { size: ledger.next(), at_us: at.0, note };
    writer.commit(Commit { checkpoints: vec![row], ..Commit::default() }).await?;
    Ok(Recovery { loss, entry: seq.unsigned_abs(), vkey: signer.verifier().to_string() })
}

/// What is lost, and the signed head that says so.
async fn assess(
    folder: &Folder,
    writer: &mut Writer,
    reader: &Reader,
    have: u64,
) -> Result<(Loss, String), RecoverError> {
    let (note, signed) = match folder.last_checkpoint() {
        Ok(None) => match was_signed(folder, writer).await? {
            true => (String::new(), None),
            false => return Err(RecoverError::NeverSigned { data: folder.path().display().to_string() }),
        },
        Ok(Some((note, signed))) => (note, Some(signed)),
        Err(FolderError::Checkpoint { .. }) => (String::new(), None),
        Err(error) => return Err(error.into()),
    };
    let from = match &signed {
        Some(signed) if signed.size > have => have,
        Some(signed) if writer.frontier(signed.size).await?.root() == signed.root => {
            return Err(RecoverError::NothingWrong { signed: signed.size });
        }
        Some(_) | None => last_that_agrees(folder, writer, reader, have).await?,
    };
    Ok((Loss { from, signed: signed.map(|signed| signed.size), have }, note))
}

/// Whether a head of this log was signed, though its file is gone: the database has it, or the ledger says so.
async fn was_signed(folder: &Folder, writer: &mut Writer) -> Result<bool, RecoverError> {
    let known = writer.last_checkpoint().await?;
    let is_known = known.is_some_and(|note| note.lines().next() == Some(folder.origin()));
    Ok(is_known || writer.bot().await?.is_some_and(|bot| bot.condition.signed.is_some()))
}

/// The largest size at which a head that is kept in the database agrees with it.
async fn last_that_agrees(
    folder: &Folder,
    writer: &mut Writer,
    reader: &Reader,
    have: u64,
) -> Result<u64, RecoverError> {
    let ring = KeyRing::of(folder.signer()?.verifier().clone(), Vec::new(), folder::retired(folder.path())?);
    for row in reader.heads().await? {
        let Ok(head) = ring.open_by_any(&row.note) else { continue };
        if head.size <= have && writer.frontier(head.size).await?.root() == head.root {
            return Ok(head.size);
        }
    }
    Ok(0)
}

fn recovered(loss: &Loss, policy: PolicyHash, old_head: &str, operators: Option<&Channel>) -> Record {
    let ruling = condition::recover(loss.from, loss.signed.unwrap_or(loss.from), policy, old_head);
    let lane = operators.map(Lane::channel);
    let to_operators = ruling.notices.into_iter().filter(|notice| notice.to == To::Operators);
    let tell = to_operators.filter_map(|notice| Some(ToTell { lane: lane.clone()?, notice })).collect();
    Record::Bot(BotRuled { by: None, heard: None, events: ruling.events, tell })
}
