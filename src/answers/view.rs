//! Open cases as one reader sees them: what waits for them, what they have answered, and which buttons would be turned down
//! because of who they are. The rules themselves are asked: each button is tried on the case as it stands, and nothing is kept
//! of it.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use lru::LruCache;
use serde::Serialize;

use super::Answers;
use crate::card::{self, Button, ForReader, Speaker, Waits, Word};
use crate::desk::Shown;
use crate::domain::bot::releases::Freeze;
use crate::domain::kinds::approval::held_by;
use crate::domain::kinds::{Drafted, DutyEvent};
use crate::domain::obligation::{Change, Obligation};
use crate::domain::{
    Actor, Ask, At, Case, CaseId, Command, Event, PersonId, Policy, PolicyHash, Refusal, World, decide,
};
use crate::grammar::{self, Asked, Context, Filled};
use crate::ledger;
use crate::ledger::record::Record;
use crate::store::StoreError;

/// How many policies that cases go on under are kept as read.
const POLICIES: NonZeroUsize = NonZeroUsize::new(8).unwrap();

/// A case as one reader sees it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct View {
    /// What they are told besides what everybody reads.
    pub lines: Vec<Vec<Word>>,
    /// The actions of buttons that are others' to press.
    pub not_theirs: BTreeSet<String>,
    /// What they can press on the case's own card, the most likely first.
    pub buttons: Vec<Button>,
}

/// Policies that were in force, as read.
#[derive(Clone)]
pub(super) struct Policies(Arc<Mutex<LruCache<PolicyHash, Arc<Policy>>>>);

impl Default for Policies {
    fn default() -> Policies {
        Policies(Arc::new(Mutex::new(LruCache::new(POLICIES))))
    }
}

impl Policies {
    fn known(&self, hash: &PolicyHash) -> Option<Arc<Policy>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(hash).cloned()
    }

    fn keep(&self, policy: &Arc<Policy>) {
        let mut kept = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        kept.put(policy.hash.clone(), policy.clone());
    }
}

impl Answers {
    /// Those of these cases that are open and that the person may know of, as they see them. `pressed`: the actions of buttons
    /// that stand somewhere, besides those that the case's own card has now.
    ///
    /// # Errors
    /// The database's.
    pub async fn views(
        &self,
        person: &PersonId,
        pressed: &BTreeMap<CaseId, BTreeSet<String>>,
    ) -> Result<BTreeMap<CaseId, View>, StoreError> {
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let wanted: Vec<CaseId> = pressed.keys().copied().collect();
        let mut views = BTreeMap::new();
        // One that can't be read takes nothing from the others.
        for case in self.reader.cases(&wanted).await?.into_iter().flatten().filter(|case| case.closed.is_none()) {
            if case.is_visible_to(person, &people) {
                let more = pressed.get(&case.id).cloned().unwrap_or_default();
                views.insert(case.id, self.view(&shown, &case, person, more).await?);
            }
        }
        Ok(views)
    }

    /// A case that the person may know of, as they see it.
    pub(super) async fn view(
        &self,
        shown: &Shown,
        case: &Case,
        person: &PersonId,
        more: BTreeSet<String>,
    ) -> Result<View, StoreError> {
        let stamped = self.stamped(shown, case).await?;
        let now = self.desk.clock.now();
        let people = shown.bot.people(&shown.policy, now);
        let world = World {
            policy: &shown.policy,
            stamped: &stamped,
            people,
            releases: &shown.bot.releases,
            holds: &shown.bot.holds,
            retention: &shown.bot.retention,
        };
        let ask = Ask { by: Actor::Person(person.clone()), at: now };
        let speaker = Speaker::new(&self.desk.wording, &shown.policy);
        let context = Context::of(&shown.policy, person, now, None, speaker.prefix);
        let turned_down = |action: &str| {
            let command = command_of(action, case.id, &context)?;
            decide(case, &command, &ask, &world).err().filter(Refusal::is_for_others)
        };
        let can_be_undone = |button: &Button| {
            let command = command_of(&button.action, case.id, &context);
            command.is_some_and(|command| decide(case, &command, &ask, &world).is_ok())
        };
        let waits = case.open_obligations().filter(|it| super::waits_for(case, it, person, &people));
        let mut waits: Vec<Waits> = waits
            .map(|it| Waits { duty: it.duty, about: it.about.clone(), due: it.terms.due, state: it.state() })
            .collect();
        waits.sort_by_key(|it| it.due);
        let mut why = None;
        let mut not_theirs = BTreeSet::new();
        let everything =
            card::offered(&speaker, case, false, |_| true, |_| false).into_iter().chain(card::asking(case));
        for action in everything.map(|button| button.action).chain(more) {
            if let Some(refusal) = turned_down(&action) {
                why.get_or_insert(refusal);
                not_theirs.insert(action);
            }
        }
        let is_theirs = |button: &Button| turned_down(&button.action).is_none();
        let buttons = card::offered(&speaker, case, !waits.is_empty(), is_theirs, can_be_undone);
        let theirs: Vec<&Obligation> = case.open_obligations().filter(|it| it.answers.contains(person)).collect();
        let at = match theirs.as_slice() {
            [] => BTreeMap::new(),
            _ => self.answered_at(case, person).await?,
        };
        let answered = theirs.into_iter().map(|it| (it.duty, at.get(&it.number).copied())).collect();
        let it = ForReader { waits, answered, asked: case.opened_by.as_ref() == Some(person), why };
        let mut lines = card::for_reader(&speaker, case, &it);
        let held: Vec<&Freeze> = held_by(case, &world, now).into_iter().collect();
        lines.extend(card::held(&speaker, &held, Some(case.id)));
        Ok(View { lines, not_theirs, buttons })
    }

    /// When somebody last answered each duty, by the ledger.
    async fn answered_at(&self, case: &Case, person: &PersonId) -> Result<BTreeMap<u32, At>, StoreError> {
        let entries = self.reader.entries_of(case.id).await?;
        let subjects = ledger::subjects_in(&self.reader, entries.iter().map(|entry| &*entry.facts)).await?;
        let mut answered = BTreeMap::new();
        for entry in &entries {
            let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects);
            let events = record.iter().filter_map(Record::ruled).flat_map(|ruled| &ruled.events);
            for event in events {
                if let Event::Duty(DutyEvent { number, change: Change::Answered { by, .. } }) = event
                    && by == person
                {
                    answered.insert(*number, At(entry.at_us));
                }
            }
        }
        Ok(answered)
    }

    /// The policy that a case goes on under; where its text was erased, the one in force.
    pub(super) async fn stamped(&self, shown: &Shown, case: &Case) -> Result<Arc<Policy>, StoreError> {
        let hash = case.stamped_from();
        if *hash == shown.policy.hash {
            return Ok(shown.policy.clone());
        }
        if let Some(policy) = self.policies.known(hash) {
            return Ok(policy);
        }
        let text = self.reader.policy(hash.as_str()).await?;
        let Some(policy) = text.and_then(|text| Policy::read(&text).ok()) else { return Ok(shown.policy.clone()) };
        let policy = Arc::new(policy);
        self.policies.keep(&policy);
        Ok(policy)
    }
}

/// What a press asks of its case; of a form, what it would ask once it is filled in. `None`: nothing that the rules decide on
/// this case alone.
fn command_of(action: &str, of: CaseId, context: &Context<'_>) -> Option<Command> {
    let asked = match grammar::pressed(action, context).ok()? {
        Asked::Form { verb, case: Some(id), given } => Filled::somehow(verb, id, &given).read(context).ok()?,
        asked => asked,
    };
    let command = match asked {
        Asked::Case { id, command } if id == of => command,
        Asked::Case { .. }
        | Asked::New(_)
        | Asked::Bot(_)
        | Asked::Query(_)
        | Asked::Form { .. }
        | Asked::Pin(_)
        | Asked::ReloadPolicy
        | Asked::Calendar { .. }
        | Asked::Export(_) => return None,
    };
    let of_it_alone = command.other_case().is_none() && command.with_draft(&Drafted::default()).is_none();
    of_it_alone.then_some(command)
}
