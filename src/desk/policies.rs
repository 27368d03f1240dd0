//! The policies that cases go on under: each case keeps the one that it was opened under.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Desk, DeskError};
use crate::domain::{Policy, PolicyHash};

/// Every policy that an open case may have been opened under.
#[derive(Default)]
pub(super) struct Policies {
    by_hash: HashMap<PolicyHash, Arc<Policy>>,
}

impl Policies {
    pub(super) fn add(&mut self, policy: Arc<Policy>) {
        self.by_hash.insert(policy.hash.clone(), policy);
    }
    pub(super) fn get(&self, hash: &PolicyHash) -> Option<&Arc<Policy>> {
        self.by_hash.get(hash)
    }
}

impl Desk {
    /// The policy of a hash, from memory or the database.
    pub(super) async fn stamped(&mut self, hash: &PolicyHash) -> Result<Arc<Policy>, DeskError> {
        if let Some(policy) = self.policies.get(hash) {
            return Ok(policy.clone());
        }
        let text = self.writer.policy(hash.as_str()).await?;
        let text = text.ok_or_else(|| DeskError::PolicyMissing(hash.to_string()))?;
        let policy = Policy::read(&text).map_err(|errors| DeskError::PolicyUnreadable(errors.show("policy")))?;
        let policy = Arc::new(policy);
        self.policies.add(policy.clone());
        Ok(policy)
    }
}
