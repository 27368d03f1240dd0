//! Where cases stand on a platform, for whoever follows their names.

use std::collections::{BTreeMap, BTreeSet};

use super::Answers;
use crate::domain::place::CaseStands;
use crate::domain::{CaseId, Lane, Place, Platform};
use crate::store::StoreError;

impl Answers {
    /// A case that has a channel of its own there stands in it; another in the first of its channels.
    ///
    /// # Errors
    /// The database's.
    pub async fn stand(
        &self,
        platform: &Platform,
        cases: &BTreeSet<CaseId>,
    ) -> Result<BTreeMap<CaseId, CaseStands>, StoreError> {
        let asked: Vec<CaseId> = cases.iter().copied().collect();
        let mut stand: BTreeMap<CaseId, CaseStands> = BTreeMap::new();
        if asked.is_empty() {
            return Ok(stand);
        }
        let announced: BTreeSet<Lane> = self.desk.shown().policy.announcements.iter().map(Lane::channel).collect();
        for (case, lane, message) in self.reader.cards_of(&asked).await? {
            if &lane.platform != platform || !matches!(lane.place, Place::Channel(_)) {
                continue;
            }
            // Its own channel; else where its story is told; else the line that announces it.
            let rank = |lane: &Lane| match lane.own_of() {
                Some(_) => 0,
                None if announced.contains(lane) => 2,
                None => 1,
            };
            if stand.get(&case).is_none_or(|(known, _)| rank(&lane) < rank(known)) {
                stand.insert(case, (lane, message));
            }
        }
        Ok(stand)
    }
}
