//! Where cases stand on a platform, for whoever follows their names.

use std::collections::{BTreeMap, BTreeSet};

use super::Answers;
use crate::domain::place::CaseStands;
use crate::domain::policy::Channel;
use crate::domain::{CaseId, Lane, Platform};
use crate::store::StoreError;

impl Answers {
    /// Whether something with this cause was heard already.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_heard(&self, cause: &str) -> Result<bool, StoreError> {
        self.reader.is_heard(&self.desk.causes.key_of(cause)).await
    }

    /// A case that has a channel of its own there stands in it; another in the first of its channels; else where it is announced.
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
        let mut homes: BTreeMap<CaseId, Vec<Lane>> = BTreeMap::new();
        for case in self.reader.cases(&asked).await?.into_iter().flatten() {
            // Its own channel; else where its story is told; else the line that announces it. Nowhere that it has left.
            let (own, told): (Vec<&Channel>, Vec<&Channel>) =
                case.homes.iter().partition(|home| home.own_of().is_some());
            homes.insert(case.id, own.into_iter().chain(told).chain(&case.announced).map(Lane::channel).collect());
        }
        let mut ranks: BTreeMap<CaseId, usize> = BTreeMap::new();
        for (case, lane, message) in self.reader.cards_of(&asked).await? {
            let rank = homes.get(&case).and_then(|homes| homes.iter().position(|home| *home == lane));
            let Some(rank) = rank.filter(|_| &lane.platform == platform) else { continue };
            if ranks.get(&case).is_none_or(|known| rank < *known) {
                ranks.insert(case, rank);
                stand.insert(case, (lane, message));
            }
        }
        Ok(stand)
    }
}
