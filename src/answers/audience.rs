//! Who may read what stands in a lane or belongs to a case, asked again and again for one answer: each case is looked up once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::desk::DeskHandle;
use crate::domain::{Audience, Case, CaseId, Lane, People, PersonId};
use crate::store::{Reader, StoreError};

/// Whom a lane is for, with the case that it names: kept by whoever tells many people of a change.
#[derive(Clone)]
pub enum Listeners {
    Everybody,
    InLane(Arc<(Lane, Audience, Option<Case>)>),
    /// Who may hear of a case.
    Of(Arc<Case>),
}

impl Listeners {
    /// # Errors
    /// The database's.
    pub async fn in_lane(lane: &Lane, desk: &DeskHandle, reader: &Reader) -> Result<Listeners, StoreError> {
        let shown = desk.shown();
        let audience = Audience::of(lane, &shown.bot.people(&shown.policy, desk.clock.now()));
        let case = match audience {
            Audience::Of(id) => reader.case(id).await?,
            Audience::Known | Audience::Account(_) | Audience::Nobody => None,
        };
        Ok(Listeners::InLane(Arc::new((lane.clone(), audience, case))))
    }

    pub fn include(&self, person: &PersonId, desk: &DeskHandle) -> bool {
        let shown = desk.shown();
        let people = shown.bot.people(&shown.policy, desk.clock.now());
        match self {
            Listeners::Everybody => true,
            Listeners::InLane(it) => it.1.includes(person, &it.0, it.2.as_ref(), &people),
            Listeners::Of(case) => case.is_visible_to(person, &people),
        }
    }
}

/// What one person may read now.
pub(super) struct Sight<'a> {
    pub people: People<'a>,
    pub by: &'a PersonId,
    reader: &'a Reader,
    cases: HashMap<CaseId, Option<Case>>,
}

impl<'a> Sight<'a> {
    pub fn of(by: &'a PersonId, people: People<'a>, reader: &'a Reader) -> Sight<'a> {
        Sight { people, by, reader, cases: HashMap::new() }
    }

    /// A case that they see; `None`: there is none for them.
    pub async fn case(&mut self, id: CaseId) -> Result<Option<&Case>, StoreError> {
        self.look_up(id).await?;
        let case = self.cases.get(&id).and_then(Option::as_ref);
        Ok(case.filter(|case| case.is_visible_to(self.by, &self.people)))
    }

    pub async fn may_read(&mut self, lane: &Lane) -> Result<bool, StoreError> {
        let audience = Audience::of(lane, &self.people);
        if let Audience::Of(id) = audience {
            self.look_up(id).await?;
        }
        let case = lane.own_of().and_then(|id| self.cases.get(&id)).and_then(Option::as_ref);
        Ok(audience.includes(self.by, lane, case, &self.people))
    }

    async fn look_up(&mut self, id: CaseId) -> Result<(), StoreError> {
        if !self.cases.contains_key(&id) {
            let case = self.reader.case(id).await?;
            self.cases.insert(id, case);
        }
        Ok(())
    }
}
