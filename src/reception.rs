//! Where adapters hand in what they heard and get the answer: the desk decides, and questions about what is are answered
//! here, from what is committed, so that reading never holds up deciding.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::answers::Answers;
use crate::card::{self, Card, Speaker};
use crate::chat::{Answer, Heard, What};
use crate::desk::{DeskHandle, Fault, Heeded, reference};
use crate::domain::command::HouseCommand;
use crate::domain::{Actor, CaseId, PersonId, Policy};
use crate::store::StoreError;

#[derive(Clone)]
pub struct Reception {
    pub desk: DeskHandle,
    pub answers: Answers,
    pub policy_file: PolicyFile,
}

/// Where the policy comes from, to read it again.
#[derive(Clone, Default)]
pub struct PolicyFile {
    /// `None`: the embedded example.
    pub path: Option<PathBuf>,
}

/// Why a policy file doesn't count. For people: names file, line and what to write.
#[derive(Debug, thiserror::Error)]
pub enum PolicyFileError {
    #[error("{path} can't be read: {source}")]
    Io { path: String, source: std::io::Error },
    #[error("{0}")]
    Wrong(String),
}

impl PolicyFile {
    /// How the file is called in messages.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| "the embedded example policy".to_owned(), |path| path.display().to_string())
    }

    /// # Errors
    /// [`PolicyFileError`], with every mistake in the file.
    pub fn read(&self) -> Result<(Policy, String), PolicyFileError> {
        let text = match &self.path {
            None => crate::domain::policy::EXAMPLE.to_owned(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| PolicyFileError::Io { path: path.display().to_string(), source })?,
        };
        let policy = Policy::read(&text).map_err(|errors| PolicyFileError::Wrong(errors.show(&self.name())))?;
        Ok((policy, text))
    }
}

/// The form that accepts a review.
const REVIEW: &str = "incident.review";

fn unreadable(error: &StoreError) -> Fault {
    let reference = reference();
    tracing::error!(%reference, %error, "a question could not be answered");
    Fault { reference }
}

impl Reception {
    /// # Errors
    /// [`Fault`]: nothing of it happened.
    pub async fn hear(&self, heard: Heard) -> Result<Answer, Fault> {
        match self.desk.hear(heard.clone()).await? {
            Heeded::Answer(answer) => self.fill_in(answer, &heard).await,
            Heeded::Heard => Ok(Answer::default()),
            Heeded::AcceptDraft { case, by } => self.accept_draft(heard, case, &by).await,
            Heeded::ReloadPolicy { by } => self.reload(Actor::Person(by)).await.map(Answer::card),
            Heeded::Query { query, by } => match self.answers.answer(&query, &by).await {
                Ok(cards) => Ok(Answer { cards, ..Answer::default() }),
                Err(error) => Err(unreadable(&error)),
            },
        }
    }

    /// Accepts a review as it is drafted: the draft is read from the ledger, and handed in as if it had been typed.
    async fn accept_draft(&self, heard: Heard, case: CaseId, by: &PersonId) -> Result<Answer, Fault> {
        let draft = self.answers.review_draft(case, by).await.map_err(|error| unreadable(&error))?;
        let values = BTreeMap::from([("text".to_owned(), draft.unwrap_or_default())]);
        let what = What::Submitted { form: format!("{REVIEW}:{case}"), values };
        let handed_in = Heard { cause: format!("{}:draft", heard.cause), what, ..heard };
        match self.desk.hear(handed_in).await? {
            Heeded::Answer(answer) => Ok(answer),
            _ => Ok(Answer::default()),
        }
    }

    /// A review's form opens with the draft in it.
    async fn fill_in(&self, mut answer: Answer, heard: &Heard) -> Result<Answer, Fault> {
        let Some(form) = &mut answer.form else { return Ok(answer) };
        let Some(case) = form.id.strip_prefix(REVIEW).and_then(|rest| rest.strip_prefix(':')) else {
            return Ok(answer);
        };
        let Ok(case) = case.parse::<CaseId>() else { return Ok(answer) };
        let Some(by) = self.desk.person(&heard.from.id, &heard.lane.platform) else { return Ok(answer) };
        let draft = self.answers.review_draft(case, &by).await.map_err(|error| unreadable(&error))?;
        for field in form.fields.iter_mut().filter(|field| field.name == "text") {
            field.value.clone_from(&draft);
        }
        Ok(answer)
    }

    /// Reads the policy file again. Refused as a whole if it has errors; then the one in force stays.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reload(&self, by: Actor) -> Result<Card, Fault> {
        let (policy, text) = match self.policy_file.read() {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(%error, "the policy was not reloaded; the one in force stays");
                let text = format!("The policy was not reloaded; the one in force stays.\n{error}");
                return Ok(crate::answers::said(&text));
            }
        };
        let ruled = self.desk.house(HouseCommand::LoadPolicy { policy: Box::new(policy), text }, by).await?;
        let shown = self.desk.shown();
        let speaker = Speaker { wording: &self.desk.wording, policy: &shown.policy };
        Ok(match ruled {
            Ok(Some(telling)) => card::tell(&speaker, &telling),
            Ok(None) => crate::answers::said("The policy is in force."),
            Err(refusal) => card::refused(&speaker, &refusal),
        })
    }
}
