//! What a bundle is of: a case, all cases of a workflow, or all cases in which something happened in a period.

use std::fmt;
use std::str::FromStr as _;

use chrono_tz::Tz;

use super::BundleError;
use crate::digest::Period;
pub use crate::domain::records::Scope;
use crate::domain::{At, CaseId, Span, WorkflowId};
use crate::store::Reader;

/// The cases of a scope under a head, by kind and number.
pub(super) struct Found {
    pub cases: Vec<CaseId>,
    /// Entries of the period that are of no case.
    pub of_none: u64,
}

impl Scope {
    /// From the words that people type: `INC-12`, a period as `countersign digest` takes it, or the id of a workflow. `now` is
    /// the moment that periods such as `week` end at, and `zone` where days begin.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn read(text: &str, workflow: Option<&str>, now: At, zone: Tz) -> Result<Scope, String> {
        let only = workflow.map(WorkflowId::from);
        if let Ok(case) = CaseId::from_str(text) {
            return match only {
                None => Ok(Scope::Case(case)),
                Some(_) => Err(format!("{text} is one case: export it without --workflow.")),
            };
        }
        match Period::read(text, now, zone) {
            Ok(Period { from, to, .. }) => Ok(Scope::Period { from, to, workflow: only }),
            // Whoever writes two dots, or begins with a year, means a period.
            Err(why) if text.contains("..") || text.starts_with("20") => Err(why),
            Err(_) if only.is_some() => Err(format!("“{text}” is no period, and --workflow goes with a period.")),
            Err(_) => Ok(Scope::Workflow(WorkflowId::from(text))),
        }
    }

    /// Of one case alone, whose files lie where one looks for them first.
    pub(super) fn is_case(&self) -> bool {
        matches!(self, Scope::Case(_))
    }

    /// The name of the folder in an archive, and of the bag.
    pub(super) fn name(&self) -> String {
        let day = |at: &At| at.utc().map_or_else(|| at.0.to_string(), |at| at.format("%Y-%m-%d").to_string());
        match self {
            Scope::Case(case) => case.to_string(),
            Scope::Workflow(workflow) => plain(workflow.as_str()),
            Scope::Period { from, to, workflow } => {
                let of = workflow.as_ref().map(|it| format!("-{}", plain(it.as_str()))).unwrap_or_default();
                format!("{}_{}{of}", day(from), day(&(*to - Span(1))))
            }
        }
    }

    /// The cases that belong to it among the first `size` entries of the ledger. That one is of another workflow shows when it
    /// is read.
    pub(super) async fn cases(&self, reader: &Reader, size: u64) -> Result<Found, BundleError> {
        let mut found = match self {
            Scope::Case(case) => Found { cases: vec![*case], of_none: 0 },
            Scope::Workflow(workflow) => Found { cases: reader.cases_of(workflow).await?, of_none: 0 },
            Scope::Period { from, to, .. } => {
                let mut view = reader.view().await?;
                let first = view.size_at(*from - Span(1)).await?;
                let end = view.size_at(*to - Span(1)).await?.min(size);
                drop(view);
                let (cases, of_none) = reader.cases_between(first, end.max(first)).await?;
                Found { cases, of_none }
            }
        };
        found.cases.sort();
        Ok(found)
    }

    /// The workflow that its cases are of, if it says so.
    pub(super) fn workflow(&self) -> Option<&WorkflowId> {
        match self {
            Scope::Case(_) => None,
            Scope::Workflow(workflow) => Some(workflow),
            Scope::Period { workflow, .. } => workflow.as_ref(),
        }
    }

    /// Whether something of a case is of its time, by the moments of the case's entries.
    pub(super) fn reaches(&self, mut moments: impl Iterator<Item = At>) -> bool {
        match self {
            Scope::Case(_) | Scope::Workflow(_) => true,
            Scope::Period { from, to, .. } => moments.any(|at| *from <= at && at < *to),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::Case(case) => write!(f, "{case}"),
            Scope::Workflow(workflow) => write!(f, "workflow {workflow}"),
            Scope::Period { from, to, workflow } => {
                write!(f, "{} to {}", super::derive::iso(*from), super::derive::iso(*to))?;
                workflow.as_ref().map_or(Ok(()), |workflow| write!(f, ", workflow {workflow}"))
            }
        }
    }
}

/// For the name of a folder.
fn plain(id: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    id.chars().take(60).map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_case_a_period_or_a_workflow() {
        let at = |text: &str| At::from(text.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment"));
        let now = at("2026-12-10T12:00:00Z");
        let read = |text: &str, workflow: Option<&str>| Scope::read(text, workflow, now, Tz::UTC);
        let period = |from: &str, to: &str| {
            let midnight = |day: &str| at(&format!("{day}T00:00:00Z"));
            Ok(Scope::Period { from: midnight(from), to: midnight(to), workflow: None })
        };
        assert_eq!(read("INC-12", None), Ok(Scope::Case("INC-12".parse().expect("a case"))));
        assert_eq!(read("credit-scoring", None), Ok(Scope::Workflow("credit-scoring".into())));
        assert_eq!(read("2026-W48", None), period("2026-11-23", "2026-11-30"));
        assert_eq!(read("2026-11", None), period("2026-11-01", "2026-12-01"));
        assert_eq!(read("2026-12", None), period("2026-12-01", "2027-01-01"));
        assert_eq!(read("2026-11-23", None), period("2026-11-23", "2026-11-24"));
        assert_eq!(read("2026-11-01..2026-11-30", None), period("2026-11-01", "2026-12-01"));
        assert_eq!(read("month", None), period("2026-11-01", "2026-12-01"));
        assert!(read("INC-12", Some("credit-scoring")).is_err_and(|why| why.contains("without --workflow")));
        assert!(read("fraud", Some("credit-scoring")).is_err_and(|why| why.contains("goes with a period")));
        for wrong in ["2026-13", "2026-W54", "2026-11-31", "2026-11-30..2026-11-01", "2026"] {
            assert!(read(wrong, None).is_err_and(|why| why.contains("2026-11-01..2026-11-30")), "{wrong}");
        }
        assert_eq!(read("2026-11", None).expect("a scope").name(), "2026-11-01_2026-11-30");
        assert_eq!(Scope::Workflow("../a workflow/of Ü".into()).name(), "---a-workflow-of--");
    }
}
