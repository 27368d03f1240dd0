//! What concerns somebody now: what they owe, what they asked for, and the open cases that they may know of. The room's side
//! panel and a home on a platform show the same.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Answers, OwedOn, View, persons};
use crate::card::Button;
use crate::domain::duty::AnsweredBy;
use crate::domain::obligation::{Obligation, State};
use crate::domain::{At, Case, CaseId, CaseKind, LOCAL, Lane, People, PersonId, Place, Platform, Span, WorkflowId};
use crate::store::StoreError;

/// How many cases of a kind are looked at, the newest first.
const CASES_AT_MOST: u32 = 50;
/// How long somebody sees how it ended what they had asked for.
const ENDED_WITHIN: Span = Span::days(3);

/// What concerns somebody now.
#[derive(Debug, Serialize)]
pub struct Panel {
    /// What waits for them, by case: the most urgent case first.
    pub owed: Vec<Owed>,
    /// There is no more that they owe.
    pub owed_all: bool,
    /// What they opened: what is open, then what ended within the last days; the newest first.
    pub asked: Vec<Asked>,
    /// All open cases that they may know of, theirs too; of each kind the newest first.
    pub cases: Vec<Open>,
    /// The one that was opened last of all that they may know of, open or not.
    pub newest: Option<Called>,
    /// The open cases and the most urgent of what they owe, as they see each.
    pub views: BTreeMap<CaseId, View>,
}

/// Where a case is, and how it is called.
#[derive(Clone, Debug, Serialize)]
pub struct Called {
    pub case: CaseId,
    pub title: String,
    pub workflow: WorkflowId,
    pub state: &'static str,
    pub severity: Option<&'static str>,
    pub restricted: bool,
    /// In the local room: the channel of its card, and the card once it is posted.
    pub channel: Option<String>,
    pub message: Option<String>,
}

/// When something is due, and how that stands.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Term {
    pub due_us: Option<i64>,
    pub late: bool,
    pub paused: bool,
}

/// A person, as a key and as people call them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Somebody {
    pub id: PersonId,
    pub name: String,
}

/// What somebody owes on one case.
#[derive(Clone, Debug, Serialize)]
pub struct Owed {
    #[serde(flatten)]
    pub called: Called,
    /// Of the most urgent answer.
    #[serde(flatten)]
    pub term: Term,
    /// The most urgent first.
    pub answers: Vec<OwedAnswer>,
    /// Who else may give one of them.
    pub also: Vec<Somebody>,
    /// What gives the answers; the first stands out. A vote is never among them, since what is decided on isn't shown here.
    pub buttons: Vec<Button>,
}

/// One answer that somebody owes.
#[derive(Clone, Debug, Serialize)]
pub struct OwedAnswer {
    /// In words: `acknowledgement`, `taking a seat (comms)`.
    pub duty: String,
    #[serde(flatten)]
    pub term: Term,
    /// `1 of 2`, where several answers are needed.
    pub progress: Option<String>,
}

/// Something that somebody opened, and where it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    #[serde(flatten)]
    pub called: Called,
    /// Of the answer that is due next.
    #[serde(flatten)]
    pub term: Term,
    /// Whose answer is next.
    pub waiting_on: Vec<Somebody>,
    /// `1 of 2`, where several answers are needed.
    pub progress: Option<String>,
    /// When it ended; `state` says how.
    pub ended_us: Option<i64>,
}

/// An open case.
#[derive(Clone, Debug, Serialize)]
pub struct Open {
    #[serde(flatten)]
    pub called: Called,
    /// Of the answer that is due next.
    #[serde(flatten)]
    pub term: Term,
}

impl Answers {
    /// What concerns somebody now.
    ///
    /// # Errors
    /// The database's.
    pub async fn panel(&self, person: &PersonId) -> Result<Panel, StoreError> {
        let shown = self.desk.shown();
        let now = self.desk.clock.now();
        let people = shown.bot.people(&shown.policy, now);
        let owing = self.owed(person, &shown, now).await?;
        let Concerned { open, ended, newest } = self.concerned(person, &people).await?;
        let named = owing.found.iter().map(|it| &it.case).chain(&open).chain(&ended).chain(&newest).map(|case| case.id);
        let homes = self.homes(&named.collect()).await?;
        let urgent = owing.found.iter().take(CASES_AT_MOST as usize).map(|it| &it.case);
        let seen: BTreeMap<CaseId, &Case> = urgent.chain(&open).map(|case| (case.id, case)).collect();
        let mut views = BTreeMap::new();
        for (id, case) in seen {
            views.insert(id, self.view(&shown, case, person, BTreeSet::new()).await?);
        }
        Ok(Panel {
            owed: owing.found.iter().map(|it| owed(it, person, &people, &homes)).collect(),
            owed_all: owing.all,
            asked: opened_by(person, &open).chain(&ended).map(|case| asked(case, &people, &homes)).collect(),
            cases: open.iter().map(|case| Open { called: called(case, now, &homes), term: next(case) }).collect(),
            newest: newest.as_ref().map(|case| called(case, now, &homes)),
            views,
        })
    }

    /// What somebody asked for, and where it stands.
    pub(super) async fn asked(&self, person: &PersonId, people: &People<'_>) -> Result<Vec<Asked>, StoreError> {
        let Concerned { open, ended, newest: _ } = self.concerned(person, people).await?;
        let theirs: Vec<&Case> = opened_by(person, &open).chain(&ended).collect();
        let homes = self.homes(&theirs.iter().map(|case| case.id).collect()).await?;
        Ok(theirs.into_iter().map(|case| asked(case, people, &homes)).collect())
    }

    async fn concerned(&self, person: &PersonId, people: &People<'_>) -> Result<Concerned, StoreError> {
        let (mut open, mut ended, mut newest) = (Vec::new(), Vec::new(), None);
        for kind in CaseKind::ALL {
            let listed = self.reader.list(kind, None, false, CASES_AT_MOST).await?;
            open.extend(listed.into_iter().filter(|case| case.is_visible_to(person, people)));
            let mut last = self.reader.list(kind, None, true, CASES_AT_MOST).await?;
            last.retain(|case| case.is_visible_to(person, people));
            newest = newest.into_iter().chain(last.first().cloned()).max_by_key(|case: &Case| case.opened);
            last.retain(|case| case.opened_by.as_ref() == Some(person));
            ended.extend(last.into_iter().filter(|case| case.closed.is_some_and(|at| at + ENDED_WITHIN > people.at)));
        }
        ended.sort_by_key(|case| std::cmp::Reverse(case.closed));
        Ok(Concerned { open, ended, newest })
    }

    /// Where cases' cards stand in the local room: the channel, and the message once it is posted.
    async fn homes(&self, cases: &BTreeSet<CaseId>) -> Result<Homes, StoreError> {
        let stand = self.stand(&Platform::from(LOCAL), cases).await?;
        let channel = |(case, (lane, message)): (CaseId, (Lane, Option<String>))| match lane.place {
            Place::Channel(channel) => Some((case, (channel, message))),
            Place::Direct(_) => None,
        };
        Ok(stand.into_iter().filter_map(channel).collect())
    }
}

/// Cases that somebody may know of.
struct Concerned {
    open: Vec<Case>,
    /// What they opened and ended within the last days, the latest first.
    ended: Vec<Case>,
    newest: Option<Case>,
}

fn opened_by<'c>(person: &PersonId, cases: &'c [Case]) -> impl Iterator<Item = &'c Case> {
    cases.iter().filter(move |case| case.opened_by.as_ref() == Some(person))
}

type Homes = BTreeMap<CaseId, (String, Option<String>)>;

fn called(case: &Case, at: At, homes: &Homes) -> Called {
    let (channel, message) = homes.get(&case.id).cloned().map_or((None, None), |(channel, at)| (Some(channel), at));
    Called {
        case: case.id,
        title: case.title.clone(),
        workflow: case.workflow.clone(),
        state: case.state_at(at),
        severity: case.severity().map(|severity| severity.word()),
        restricted: case.restricted,
        channel,
        message,
    }
}

fn term(it: &Obligation) -> Term {
    Term { due_us: Some(it.terms.due.0), late: it.is_late(), paused: it.state() == State::Paused }
}

/// Of the answer that is due next on a case; of one whose clocks all stand still, that they do.
fn next(case: &Case) -> Term {
    let open = || case.open_obligations();
    Term {
        due_us: case.next_due().map(|it| it.terms.due.0),
        late: open().any(Obligation::is_late),
        paused: open().count() > 0 && open().all(|it| it.state() == State::Paused),
    }
}

fn progress(it: &Obligation) -> Option<String> {
    (it.terms.quorum > 1).then(|| format!("{} of {}", it.have(), it.terms.quorum))
}

fn somebody(persons: Vec<PersonId>, people: &People<'_>) -> Vec<Somebody> {
    persons.into_iter().map(|id| Somebody { name: people.policy.name_of(&id), id }).collect()
}

fn owed(it: &OwedOn, person: &PersonId, people: &People<'_>, homes: &Homes) -> Owed {
    let said = it.as_said(person, people);
    let answers = it.duties.iter().map(|duty| OwedAnswer {
        duty: match (&duty.about, duty.duty.row().answer) {
            (
                Some(about),
                AnsweredBy::Press
                | AnsweredBy::Draft
                | AnsweredBy::Seat
                | AnsweredBy::Words
                | AnsweredBy::Named
                | AnsweredBy::Either,
            ) => {
                format!("{} ({about})", duty.duty.noun())
            }
            (Some(_), AnsweredBy::Vote) | (None, _) => duty.duty.noun().to_owned(),
        },
        term: term(duty),
        progress: progress(duty),
    });
    let running = it.duties.iter().find(|duty| duty.state() != State::Paused).or(it.duties.first());
    Owed {
        called: called(&it.case, people.at, homes),
        term: running.map(term).unwrap_or_default(),
        answers: answers.collect(),
        buttons: said.buttons(),
        also: somebody(said.also, people),
    }
}

fn asked(case: &Case, people: &People<'_>, homes: &Homes) -> Asked {
    let due = case.next_due();
    Asked {
        called: called(case, people.at, homes),
        term: next(case),
        waiting_on: due.map(|it| somebody(persons(case, it, people), people)).unwrap_or_default(),
        progress: due.and_then(progress),
        ended_us: case.closed.map(|At(at)| at),
    }
}
