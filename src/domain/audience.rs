//! Who may read what stands in a lane: one rule for the room's page, for pins and for searches.

use super::people::People;
use super::{Case, CaseId, LOCAL, Lane, PersonId, Place};

/// Whom a lane is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Whoever the policy knows on its platform: the policy names the channel.
    Known,
    /// One account of its platform.
    Account(String),
    /// Whoever sees this case, as long as the lane is a home of it.
    Of(CaseId),
    /// It is no lane that the bot keeps.
    Nobody,
}

impl Audience {
    pub fn of(lane: &Lane, people: &People<'_>) -> Audience {
        let id = match &lane.place {
            Place::Direct(account) => return Audience::Account(account.clone()),
            Place::Channel(id) => id,
        };
        if people.policy.channels().any(|channel| channel.platform == lane.platform && channel.id == *id) {
            return Audience::Known;
        }
        match lane.own_of() {
            Some(case) => Audience::Of(case),
            None => Audience::Nobody,
        }
    }

    /// Whether somebody belongs to it; `case` is the one that it names, if there is such a case.
    pub fn includes(&self, person: &PersonId, lane: &Lane, case: Option<&Case>, people: &People<'_>) -> bool {
        let account = || {
            let known = people.policy.people.get(person)?;
            match lane.platform.as_str() {
                LOCAL => Some(person.as_str()),
                _ => known.accounts.get(&lane.platform).map(String::as_str),
            }
        };
        match self {
            Audience::Known => account().is_some(),
            Audience::Account(of) => account() == Some(of),
            Audience::Of(id) => case.is_some_and(|case| {
                // By its own name only: `inc-1`, not `INC-1`, or two channels would pass for one.
                let is_home = case.id == *id && case.homes.iter().any(|home| Lane::channel(home) == *lane);
                is_home && case.is_visible_to(person, people)
            }),
            Audience::Nobody => false,
        }
    }
}
