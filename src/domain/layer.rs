//! The layers of governance by which digests are read. Each kind of answer belongs to one.

use serde::{Deserialize, Serialize};

use super::{CaseKind, Duty};

/// A layer of governance, in the order in which they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    #[default]
    Incidents,
    Exceptions,
    Rollbacks,
    Approvals,
    Evidence,
    Handoffs,
}

impl Layer {
    pub const ALL: [Layer; 6] =
        [Layer::Incidents, Layer::Exceptions, Layer::Rollbacks, Layer::Approvals, Layer::Evidence, Layer::Handoffs];

    pub fn of(duty: Duty) -> Layer {
        // What is asked about records is an approval; that it is carried out is about evidence.
        if duty == Duty::Erase {
            return Layer::Evidence;
        }
        match duty.row().kind {
            CaseKind::Incident => Layer::Incidents,
            CaseKind::Exception => Layer::Exceptions,
            CaseKind::Rollback => Layer::Rollbacks,
            CaseKind::Approval => Layer::Approvals,
            CaseKind::Handoff => Layer::Handoffs,
        }
    }

    /// As headings call it.
    pub const fn name(self) -> &'static str {
        match self {
            Layer::Incidents => "Incident response",
            Layer::Exceptions => "Exceptions",
            Layer::Rollbacks => "Rollbacks",
            Layer::Approvals => "Approvals",
            Layer::Evidence => "Evidence",
            Layer::Handoffs => "Ownership handoffs",
        }
    }
}
