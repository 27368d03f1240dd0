//! What somebody can do now: asked of the rules themselves, for a case as it is committed.

use super::Answers;
use crate::desk::Shown;
use crate::domain::act::{Act, possible};
use crate::domain::{Actor, Ask, At, Case, CaseKind, PersonId, Scene, World, can_open};
use crate::store::StoreError;

impl Answers {
    /// What the rules would accept of somebody now.
    pub(super) async fn acts(
        &self,
        case: &Case,
        by: &PersonId,
        shown: &Shown,
        now: At,
    ) -> Result<Vec<Act>, StoreError> {
        let stamped = self.stamped(shown, case).await?;
        let world = World {
            policy: &shown.policy,
            stamped: &stamped,
            people: shown.bot.people(&shown.policy, now),
            releases: &shown.bot.releases,
            holds: &shown.bot.holds,
            retention: &shown.bot.retention,
        };
        let ask = Ask { by: Actor::Person(by.clone()), at: now };
        Ok(possible(&Scene { case, ask: &ask, world: &world }))
    }
}

/// The kinds of case that somebody may open.
pub(super) fn may_open(shown: &Shown, by: &PersonId, now: At) -> Vec<CaseKind> {
    let people = shown.bot.people(&shown.policy, now);
    let world = World {
        policy: &shown.policy,
        stamped: &shown.policy,
        people,
        releases: &shown.bot.releases,
        holds: &shown.bot.holds,
        retention: &shown.bot.retention,
    };
    let ask = Ask { by: Actor::Person(by.clone()), at: now };
    CaseKind::ALL.into_iter().filter(|kind| can_open(*kind, &ask, &world)).collect()
}
