//! What becomes of records: what an erasure would take, and which holds stand. Only for those who may ask for the one or place the other.

use std::collections::{BTreeMap, BTreeSet};

use super::Answers;
use crate::card::{self, Card, EndingAnswer, EndingRow, ErasureAnswer, Speaker};
use crate::desk::Shown;
use crate::domain::bot::retention::AHEAD;
use crate::domain::records::{ENTRIES_AT_MOST, Extent, Whose};
use crate::domain::{Actor, At, Case, CaseId, People, PersonId, Refusal, RoleId};
use crate::evidence::erasure::plan::{Plan, PlanError, plan};
use crate::store::StoreError;

/// How many cases are looked at. Those that end first come first; more than stand on a calendar don't go at once.
const LOOKED_AT: u32 = 5_000;

impl Answers {
    /// What an erasure would take now.
    ///
    /// # Errors
    /// [`PlanError`].
    pub async fn erasure(&self, whose: &Whose) -> Result<Plan, PlanError> {
        let shown = self.desk.shown();
        match whose {
            Whose::Ended(_) => {
                let over = self.over(&shown).await?;
                if over.is_empty() {
                    return Ok(Plan::default());
                }
                let whole = plan(&self.reader, &shown.policy, &Whose::Ended(over.iter().copied().collect())).await?;
                if whole.preview.entries.len() <= ENTRIES_AT_MOST {
                    return Ok(whole);
                }
                // One purge takes those whose time ended first, and the next one the others.
                let mut entries = 0;
                let first = over.into_iter().take_while(|case| {
                    entries += whole.by_case.get(&Some(*case)).copied().unwrap_or(0);
                    entries <= ENTRIES_AT_MOST as u64
                });
                match first.collect::<BTreeSet<CaseId>>() {
                    none if none.is_empty() => Ok(whole),
                    first => plan(&self.reader, &shown.policy, &Whose::Ended(first)).await,
                }
            }
            whose => plan(&self.reader, &shown.policy, whose).await,
        }
    }

    /// The cases that a purge would take now: those whose time is over, which stood on a calendar, and which no hold covers. Those whose
    /// time ended first come first.
    async fn over(&self, shown: &Shown) -> Result<Vec<CaseId>, StoreError> {
        let now = self.desk.clock.now();
        let cases = self.reader.ending(now, LOOKED_AT).await?;
        Ok(cases.into_iter().filter(|case| may_be_purged(case, shown, now)).map(|case| case.id).collect())
    }

    pub(super) async fn ending(
        &self,
        by: &PersonId,
        shown: &Shown,
        people: &People<'_>,
        speaker: &Speaker<'_>,
    ) -> Result<Card, StoreError> {
        let may = &shown.policy.may.request_erasure;
        if let Some(card) = refused("seeing what need not be kept", may, by, people, speaker) {
            return Ok(card);
        }
        let now = self.desk.clock.now();
        let mut answer = EndingAnswer::default();
        for case in self.reader.ending(now + AHEAD, LOOKED_AT).await? {
            let Some(ending) = case.ending(&shown.bot.retention).filter(|ending| ending.until <= now + AHEAD) else {
                continue;
            };
            let is_shown = shown.bot.retention.is_shown(case.id);
            let holds = held(&case, shown);
            answer.purged += u32::from(may_be_purged(&case, shown, now));
            if !case.is_visible_to(by, people) {
                answer.unseen += 1;
                continue;
            }
            let list = if ending.until <= now { &mut answer.over } else { &mut answer.soon };
            list.push(EndingRow { ending, is_shown, holds });
        }
        Ok(card::ending(speaker, &answer))
    }

    pub(super) async fn previewed(
        &self,
        whose: &Whose,
        by: &PersonId,
        shown: &Shown,
        people: &People<'_>,
        speaker: &Speaker<'_>,
    ) -> Result<Card, StoreError> {
        let may = &shown.policy.may.request_erasure;
        if let Some(card) = refused("seeing what an erasure would take", may, by, people, speaker) {
            return Ok(card);
        }
        let plan = self.erasure(whose).await.map_err(|error| match error {
            PlanError::Store(error) => error,
            error @ (PlanError::Entry { .. } | PlanError::Needles(_)) => {
                StoreError::Unreadable { what: "of the ledger".to_owned(), source: Box::new(error) }
            }
        })?;
        let named: Vec<CaseId> = plan.by_case.keys().copied().flatten().collect();
        let seen = self.reader.cases(&named).await?.into_iter().flatten();
        let seen: BTreeMap<CaseId, bool> =
            seen.filter(|case| case.is_visible_to(by, people)).map(|case| (case.id, !case.is_closed())).collect();
        let of = |case: &Option<CaseId>| case.is_none_or(|case| seen.contains_key(&case));
        let unseen = plan.by_case.iter().filter(|(case, _)| !of(case)).map(|(_, count)| count).sum();
        let by_case = plan.by_case.iter().filter_map(|(case, count)| Some(((*case)?, *count)));
        let answer = ErasureAnswer {
            whose,
            by_case: by_case.filter(|(case, _)| seen.contains_key(case)).collect(),
            of_none: plan.by_case.get(&None).copied().unwrap_or(0),
            unseen,
            open: seen.iter().filter(|(_, open)| **open).map(|(case, _)| *case).collect(),
            holds: shown.bot.holds.over(&plan.preview.extent),
            preview: &plan.preview,
        };
        Ok(card::erasure(speaker, &answer))
    }

    pub(super) fn holds(&self, by: &PersonId, shown: &Shown, people: &People<'_>, speaker: &Speaker<'_>) -> Card {
        let refused = refused("seeing the holds", &shown.policy.may.place_hold, by, people, speaker);
        refused.unwrap_or_else(|| card::holds(speaker, &shown.bot.holds.all))
    }
}

/// Whether a purge takes a case: its time is over, it stands on a calendar, and no hold covers it.
fn may_be_purged(case: &Case, shown: &Shown, now: At) -> bool {
    let retention = &shown.bot.retention;
    let is_over = case.kept_until(retention).is_some_and(|until| until <= now);
    is_over && retention.is_shown(case.id) && held(case, shown).is_empty()
}

/// The holds over a closed case, by their numbers.
fn held(case: &Case, shown: &Shown) -> Vec<u32> {
    let extent = Extent {
        cases: BTreeSet::from([case.id]),
        workflows: BTreeSet::from([case.workflow.clone()]),
        people: case.opened_by.iter().cloned().collect(),
    };
    shown.bot.holds.over(&extent)
}

fn refused(what: &str, roles: &[RoleId], by: &PersonId, people: &People<'_>, speaker: &Speaker<'_>) -> Option<Card> {
    if people.allow(roles, &Actor::Person(by.clone())) {
        return None;
    }
    let who: Vec<String> = people.seats(roles, &[]).iter().map(|seat| people.policy.name_of(&seat.person)).collect();
    let refusal = Refusal::not_yours(what, crate::domain::text::list(roles.iter()), &who);
    Some(card::refused(speaker, &refusal))
}
