//! The policies that cases go on under: each case keeps the one that it was opened under.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Desk, DeskError};
use crate::domain::{Policy, PolicyHash};

/// Every policy that an open case may have been opened under.
#[derive(Default)]
pub(super) struct Policies {
    by_digest: HashMap<PolicyHash, Arc<Policy>>,
}

impl Policies {
    pub(super) fn add(&mut self, policy: Arc<Policy>) {
        self.by_digest.insert(policy.digest.clone(), policy);
    }
    pub(super) fn get(&self, digest: &PolicyHash) -> Option<&Arc<Policy>> {
        self.by_digest.get(digest)
    }
}

impl Desk {
    /// The policy of a digest, from memory or the database.
    pub(super) async fn stamped(&mut self, digest: &PolicyHash) -> Result<Arc<Policy>, DeskError> {
        if let Some(policy) = self.policies.get(digest) {
            return Ok(policy.clone());
        }
        let text = self.writer.policy(digest.as_str()).await?;
        let text = text.ok_or_else(|| DeskError::PolicyMissing(digest.to_string()))?;
        let policy = Policy::read(&text).map_err(|errors| DeskError::PolicyUnreadable(errors.show("policy")))?;
        let policy = Arc::new(policy);
        self.policies.add(policy.clone());
        Ok(policy)
    }
}
