//! Chat accounts → persons, looked up at every word, so kept as a table and made anew with each policy.

use std::collections::HashMap;

use crate::domain::{LOCAL, PersonId, Platform, Policy};

pub(super) struct Accounts {
    by_account: HashMap<String, HashMap<Platform, PersonId>>,
}

impl Accounts {
    pub(super) fn of(policy: &Policy) -> Accounts {
        let mut by_account: HashMap<String, HashMap<Platform, PersonId>> = HashMap::new();
        let mut add = |account: &str, platform: Platform, person: &PersonId| {
            by_account.entry(account.to_owned()).or_default().insert(platform, person.clone());
        };
        for (id, person) in &policy.people {
            // In the local room a person's key is their account.
            add(id.as_str(), Platform::from(LOCAL), id);
            for (platform, account) in &person.accounts {
                add(account, platform.clone(), id);
            }
        }
        Accounts { by_account }
    }

    pub(super) fn person(&self, account: &str, platform: &Platform) -> Option<&PersonId> {
        self.by_account.get(account)?.get(platform)
    }
}
