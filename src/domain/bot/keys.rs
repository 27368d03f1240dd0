//! The keys of the ledger: the one that signs its heads, and the one that signs bundles. Here are only their public halves, and when
//! they were changed.

use serde::{Deserialize, Serialize};

use crate::domain::Label;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Keys {
    /// The key that the ledger itself says heads are signed with. `None`: it was never changed, or a recovery began a new log since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<Label>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "key.")]
pub enum Event {
    /// Later heads are signed by the new key alone, later bundles by the new one of those. The head over this very entry is signed
    /// by both keys of the ledger.
    #[serde(rename_all = "snake_case")]
    Rotated {
        /// As c2sp.org/signed-note writes them.
        old: Label,
        new: Label,
        /// As OpenSSH writes them.
        bundles_old: Label,
        bundles_new: Label,
    },
}

impl Keys {
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Rotated { new, .. } => self.named = Some(new.clone()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_none()
    }

    /// A new log has begun: whoever checks it is given its key anew.
    pub(super) fn forget(&mut self) {
        self.named = None;
    }
}
