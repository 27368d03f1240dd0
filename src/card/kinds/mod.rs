//! What each kind of case shows: the facts of its card, what can be pressed on it, and how its tellings look.

use serde_json::Value as Json;

use super::tell::Look;
use super::{Button, Speaker};
use crate::domain::notice::CaseTitle;
use crate::domain::{Body, Case, CaseKind, Telling};

pub(super) mod approval;
pub(super) mod incident;

/// What the template of the case's card sees, beside what every card does.
pub(super) fn facts(speaker: &Speaker<'_>, case: &Case) -> Json {
    match &case.body {
        Body::Incident(incident) => incident::facts(case, incident),
        Body::Approval(approval) => approval::facts(speaker, case, approval),
    }
}

/// What can be pressed on the case's card, the most likely first.
pub(super) fn buttons(speaker: &Speaker<'_>, case: &Case) -> Vec<Button> {
    match &case.body {
        Body::Incident(incident) => incident::buttons(case, incident),
        Body::Approval(approval) => approval::buttons(speaker, case, approval),
    }
}

/// One telling of every kind that is told of such a case, for trying templates.
pub(super) fn samples(kind: CaseKind) -> Vec<Telling> {
    match kind {
        CaseKind::Incident => incident::samples().into_iter().map(Telling::from).collect(),
        CaseKind::Approval => approval::samples().into_iter().map(Telling::from).collect(),
    }
}

/// How a kind's telling looks. `about` is the case that it is told of.
pub(super) trait Looks {
    fn look(&self, about: &CaseTitle) -> Look;
}
