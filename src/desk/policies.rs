//! The policies that cases go on under: each case keeps the one that it was opened under, unless that one's text was erased.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Desk, DeskError};
use crate::domain::{Policy, PolicyHash};
use crate::store::PolicyText;

/// Every policy that an open case may have been opened under.
#[derive(Default)]
pub(super) struct Policies {
    by_hash: HashMap<PolicyHash, Arc<Policy>>,
}

impl Policies {
    pub(super) fn add(&mut self, policy: Arc<Policy>) {
        self.by_hash.insert(policy.hash.clone(), policy);
    }
    /// Forgets all but the one in force, so that they are read again: the text of one may be erased.
    pub(super) fn keep_only(&mut self, in_force: &PolicyHash) {
        self.by_hash.retain(|hash, _| hash == in_force);
    }
    pub(super) fn get(&self, hash: &PolicyHash) -> Option<&Arc<Policy>> {
        self.by_hash.get(hash)
    }
}

impl Desk {
    /// The policy of a hash, from memory or the database; `None` where its text was erased.
    pub(super) async fn stamped(&mut self, hash: &PolicyHash) -> Result<Option<Arc<Policy>>, DeskError> {
        if let Some(policy) = self.policies.get(hash) {
            return Ok(Some(policy.clone()));
        }
        let text = match self.writer.policy(hash.as_str()).await? {
            Some(PolicyText::Kept(text)) => text,
            Some(PolicyText::Erased) => return Ok(None),
            None => return Err(DeskError::PolicyMissing(hash.clone())),
        };
        let policy = Policy::read(&text).map_err(|errors| DeskError::PolicyUnreadable(errors.show("policy")))?;
        let policy = Arc::new(policy);
        self.policies.add(policy.clone());
        Ok(Some(policy))
    }
}
