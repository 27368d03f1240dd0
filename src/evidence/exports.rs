//! Bundles that somebody asks for in chat: made beside the database, recorded before they are handed over, and fetched once. And what
//! was exported at the command line, which the bot records as soon as it sees it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::bundle::{self, BundleError, Exported, Wanted};
use crate::desk::{DeskHandle, Fault, Shown, reference};
use crate::domain::bot::readings::Event as Reading;
use crate::domain::records::Scope;
use crate::domain::text::list;
use crate::domain::{Actor, BotCommand, CaseId, Label, People, PersonId, Refusal, RoleId, WorkflowId};
use crate::ledger::folder::make_private_folder;
use crate::stamp::Authority;
use crate::store::Reader;

/// Most entries of a bundle that is made while somebody waits in a chat.
const ENTRIES_AT_MOST: u64 = 20_000;
/// How long one lies there to be fetched.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How often it is looked whether something was exported at the command line.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Where they lie in the data folder, each under the SHA-256 of the secret that it is fetched with.
const FOLDER: &str = "exports";
/// What was exported at the command line and isn't in the ledger yet: a line of JSON for each.
pub const NOTED: &str = "exported";
/// What is being recorded of it.
pub const NOTED_TAKEN: &str = "exported.taken";

/// Makes them, records them, and hands them over.
#[derive(Clone)]
pub struct Exports {
    pub data: PathBuf,
    pub desk: DeskHandle,
    pub reader: Reader,
    /// Who stamps them with the time, where somebody does.
    pub authority: Option<Authority>,
}

/// A bundle that can be fetched.
pub struct Made {
    pub exported: Exported,
    /// 64 hexadecimal digits; nothing that is kept says them.
    pub secret: String,
}

impl Exports {
    /// Makes a bundle for somebody. Whoever calls this has `recorded` recorded before it is handed over.
    ///
    /// # Errors
    /// A [`Refusal`] for whoever asked; [`Fault`]: there is no bundle.
    pub async fn make(
        &self,
        what: &str,
        workflow: Option<&WorkflowId>,
        by: &PersonId,
    ) -> Result<Result<Made, Refusal>, Fault> {
        let shown = self.desk.shown();
        let zone = shown.policy.people.get(by).map_or(chrono_tz::UTC, |person| person.zone);
        let scope = match bundle::scope(&self.data, what, workflow.map(WorkflowId::as_str), zone).await {
            Ok(scope) => scope,
            Err(error) => return refused(error),
        };
        if let Err(refusal) = self.may(&scope, by, &shown).await? {
            return Ok(Err(refusal));
        }
        // What was said up to now is in it.
        self.desk.checkpoint().await?;
        let secret = secret()?;
        let folder = self.data.join(FOLDER);
        make_private_folder(&folder).map_err(|error| fault(&error))?;
        sweep(&folder)?;
        let out = folder.join(format!("{}.zip", name_of(&secret)));
        let authority = self.authority.as_ref();
        let wanted = Wanted { at_most: ENTRIES_AT_MOST, authority, ..Wanted::of(&self.data, scope, &out) };
        match bundle::export_wanted(&wanted).await {
            Ok(exported) => Ok(Ok(Made { exported, secret })),
            Err(error) => refused(error),
        }
    }

    /// Throws away what mustn't be handed over: it couldn't be recorded.
    pub fn forget(&self, made: &Made) {
        let path = self.data.join(FOLDER).join(format!("{}.zip", name_of(&made.secret)));
        if let Err(error) = fs::remove_file(&path) {
            tracing::error!(%error, "a bundle that isn't handed over can't be removed");
        }
    }

    /// Whoever may not know of a case is told the same as of one that doesn't exist.
    async fn may(&self, scope: &Scope, by: &PersonId, shown: &Shown) -> Result<Result<(), Refusal>, Fault> {
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let may = match scope {
            Scope::Case(id) => {
                let case = self.reader.case(*id).await.map_err(|error| fault(&error))?;
                match case.filter(|case| case.is_visible_to(by, &people)) {
                    Some(case) => shown.policy.may_in(&case.workflow).export_evidence.clone(),
                    None => return Ok(Err(Refusal::NoSuchCase(*id))),
                }
            }
            Scope::Workflow(workflow) | Scope::Period { workflow: Some(workflow), .. } => {
                shown.policy.may_in(workflow).export_evidence.clone()
            }
            Scope::Period { workflow: None, .. } => {
                // It takes in every workflow.
                let person = Actor::Person(by.clone());
                for workflow in shown.policy.workflows.keys() {
                    let Some(roles) = &shown.policy.may_in(workflow).export_evidence else { continue };
                    if !people.allow(roles, &person) {
                        let what = format!("exporting evidence of {workflow}, which a period takes in,");
                        return Ok(Err(not_yours(&what, roles, &people, shown)));
                    }
                }
                shown.policy.may.export_evidence.clone()
            }
        };
        let Some(roles): Option<Vec<RoleId>> = may else {
            return Ok(Err(Refusal::missing(
                "the policy names nobody who exports evidence here: write export_evidence = [\"…\"] under [may], with the roles that \
                 do. On the machine itself, `countersign export` does it."
                    .to_owned(),
            )));
        };
        if people.allow(&roles, &Actor::Person(by.clone())) {
            return Ok(Ok(()));
        }
        Ok(Err(not_yours("exporting evidence", &roles, &people, shown)))
    }

    /// Records what was exported at the command line, until the desk is gone.
    pub async fn follow(self) {
        let mut changes = self.desk.watch();
        loop {
            // What nobody fetched in time.
            if sweep(&self.data.join(FOLDER)).is_err() {
                tracing::warn!("bundles that nobody fetched can't be removed yet; trying again");
            }
            if let Err(error) = self.record_noted().await {
                tracing::error!(%error, "what was exported at the command line can't be recorded yet; trying again");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = async { while changes.changed().await.is_ok() {} } => return,
            }
        }
    }

    /// # Errors
    /// The file's, or the desk's: then it is tried again. What was recorded already is recorded once more.
    pub async fn record_noted(&self) -> io::Result<()> {
        let (noted, taken) = (self.data.join(NOTED), self.data.join(NOTED_TAKEN));
        if !taken.exists() {
            match fs::rename(&noted, &taken) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                done => done?,
            }
        }
        for line in fs::read_to_string(&taken)?.lines() {
            let reading: Reading = match serde_json::from_str(line) {
                Ok(reading) => reading,
                Err(error) => {
                    tracing::error!(%error, "a line of the file `exported` isn't one of an export, and is passed over");
                    continue;
                }
            };
            let recorded = self.desk.ask_bot(BotCommand::Read(reading), Actor::Engine, None).await;
            match recorded.map_err(|fault| io::Error::other(fault.to_string()))? {
                Ok(_) => {}
                Err(refusal) => tracing::error!(refusal = refusal.code(), "an export can't be recorded"),
            }
        }
        fs::remove_file(&taken)
    }
}

fn not_yours(what: &str, roles: &[RoleId], people: &People<'_>, shown: &Shown) -> Refusal {
    let who: Vec<String> = people.seats(roles, &[]).iter().map(|it| shown.policy.name_of(&it.person)).collect();
    Refusal::not_yours(what, list(roles.iter()), &who)
}

/// As the ledger has it. `exported`: by somebody, or at the command line.
pub fn recorded(exported: &Exported) -> Reading {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Reading::Exported {
        scope: exported.scope.clone(),
        cases: count(exported.cases),
        entries: count(exported.entries),
        files: count(exported.files),
        head: exported.head,
        manifest: Label::from(exported.manifest.as_str()),
        withheld: exported.withheld,
    }
}

/// The same of a statement that an approval leaves as.
pub fn attested(case: CaseId, statement: &[u8]) -> Reading {
    Reading::Attested { case, statement: Label::from(hex::encode(Sha256::digest(statement))) }
}

/// Notes what left at the command line for the bot of the data folder to record.
///
/// # Errors
/// The file's: no ledger will know of it then.
pub fn note(data: &Path, left: &Reading) -> io::Result<()> {
    let line = serde_json::to_string(left).map_err(io::Error::other)? + "\n";
    let mut file = fs::OpenOptions::new().create(true).append(true).open(data.join(NOTED))?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// The bundle that a secret stands for, which it stands for no more after this.
///
/// # Errors
/// The file's. `NotFound`: it was fetched, or lay there for too long.
pub fn take(data: &Path, secret: &str) -> io::Result<fs::File> {
    let folder = data.join(FOLDER);
    sweep(&folder).map_err(|fault| io::Error::other(fault.to_string()))?;
    let path = folder.join(format!("{}.zip", name_of(secret)));
    let taken = path.with_extension("taken");
    // Of two who fetch it at once one alone renames it.
    fs::rename(&path, &taken)?;
    let file = fs::File::open(&taken)?;
    fs::remove_file(&taken)?;
    Ok(file)
}

/// Removes every bundle that waits to be fetched: it may hold what is erased.
///
/// # Errors
/// The folder's.
pub fn forget_all(data: &Path) -> io::Result<()> {
    match fs::remove_dir_all(data.join(FOLDER)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes what nobody fetched in time.
fn sweep(folder: &Path) -> Result<(), Fault> {
    let old = || -> io::Result<()> {
        let files = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            files => files?,
        };
        for file in files {
            let file = file?;
            if file.metadata()?.modified()?.elapsed().is_ok_and(|age| age > KEPT_FOR) {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    };
    old().map_err(|error| fault(&error))
}

fn name_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

fn secret() -> Result<String, Fault> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| fault(&error))?;
    Ok(hex::encode(secret))
}

/// What whoever asked can mend is a refusal; the rest is a fault.
fn refused(error: BundleError) -> Result<Result<Made, Refusal>, Fault> {
    match error {
        BundleError::NoSuchCase(case) => Ok(Err(Refusal::NoSuchCase(case))),
        BundleError::Scope(_)
        | BundleError::NotSealed { .. }
        | BundleError::Nothing { .. }
        | BundleError::TooMany { .. } => Ok(Err(Refusal::missing(error.to_string()))),
        error => Err(fault(&error)),
    }
}

fn fault(error: &dyn std::fmt::Display) -> Fault {
    let reference = reference();
    tracing::error!(%reference, %error, "a bundle can't be made");
    Fault { reference }
}
