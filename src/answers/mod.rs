//! Answers to questions about what is: lists, statuses, what I owe, figures. Read from what is committed; nothing is decided
//! here. A restricted case doesn't exist for people who aren't its own, in every one of them.

pub mod audience;
mod calendar;
mod catch_up;
mod handoff;
mod happened;
mod menu;
mod panel;
mod places;
mod queue;
mod records;
mod regulator;
mod review;
pub mod search;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;

use crate::app::health::Health;
use crate::card::{self, Card, ListRow, OwedCase, ReviewDraft, Speaker, StoryLine, Word, WorkflowStatus};
use crate::desk::{DeskHandle, Shown};
use crate::digest;
use crate::domain::bot::ownership::Finding;
use crate::domain::bot::releases::Freeze;
use crate::domain::happened::findings;
use crate::domain::obligation::Obligation;
use crate::domain::policy::{RedFlag, redflag};
use crate::domain::regulation;
use crate::domain::{At, Case, CaseId, CaseKind, People, PersonId, Refusal, RoleId, WorkflowId};
use crate::grammar::{Filter, How, Query};
use crate::ledger;
use crate::ledger::record::Record;
use crate::seal::Checkpoint;
use crate::store::{Reader, StoreError};

/// How many cases of a kind are looked at for one answer, the newest first; where there are more, the answer says so.
const CASES_AT_MOST: u32 = 500;
/// How many lines of a timeline are shown.
const LINES_AT_MOST: usize = 60;

use self::menu::may_open;
pub use self::panel::{Asked, Called, Open, Owed, OwedAnswer, Panel, Somebody, Term};
use self::queue::path_queues;
use self::search::Search;
pub use self::view::View;

#[derive(Clone)]
pub struct Answers {
    desk: DeskHandle,
    reader: Reader,
    health: Health,
    policies: view::Policies,
    search: Search,
}

/// What was found where not more than [`CASES_AT_MOST`] cases of a kind are looked at.
struct Looked<T> {
    found: Vec<T>,
    /// There were no more.
    all: bool,
}

impl Looked<Case> {
    /// Of cases that were read with one more than the most, if there is one.
    fn up_to_the_most(mut found: Vec<Case>) -> Looked<Case> {
        let all = found.len() <= CASES_AT_MOST as usize;
        found.truncate(CASES_AT_MOST as usize);
        Looked { found, all }
    }
}

impl Answers {
    pub fn new(desk: DeskHandle, reader: Reader, health: Health, search: Search) -> Answers {
        Answers { desk, reader, health, policies: view::Policies::default(), search }
    }

    /// Somebody's own page, on a platform that has one: what they owe, what they asked for and where it stands, what is open, and
    /// what they may open.
    ///
    /// # Errors
    /// The database's.
    pub async fn home(&self, by: &PersonId) -> Result<Vec<Card>, StoreError> {
        let shown = self.desk.shown();
        let now = self.desk.clock.now();
        let speaker = Speaker::new(&self.desk.wording, &shown.policy);
        let people = shown.bot.people(&shown.policy, now);
        let Looked { found, all } = self.owed(by, &shown, now).await?;
        let owed: Vec<OwedCase> = found.iter().map(|owed| owed.as_said(by, &people)).collect();
        let asked = self.asked(by, &people).await?;
        let (rows, all_rows) = self.rows(&people, None, &Filter::default(), by).await?;
        let may_open = may_open(&shown, by, now);
        Ok(card::home(
            &speaker,
            &card::Home { now, owed: &owed, owed_all: all, asked: &asked, open: (&rows, all_rows), may_open },
        ))
    }

    /// Boxed, because it is large: awaited as it is, it would be compiled anew for every caller.
    ///
    /// # Errors
    /// The database's.
    pub fn answer<'a>(
        &'a self,
        query: &'a Query,
        by: &'a PersonId,
        how: How,
    ) -> BoxFuture<'a, Result<Vec<Card>, StoreError>> {
        Box::pin(self.read(query, by, how))
    }

    async fn read(&self, query: &Query, by: &PersonId, how: How) -> Result<Vec<Card>, StoreError> {
        let shown = self.desk.shown();
        let now = self.desk.clock.now();
        let speaker = Speaker::new(&self.desk.wording, &shown.policy).to(how);
        let people = shown.bot.people(&shown.policy, now);
        Ok(match query {
            Query::List { kind, filter } => {
                let (rows, all) = self.rows(&people, *kind, filter, by).await?;
                let about_changes = match kind {
                    None | Some(CaseKind::Approval | CaseKind::Rollback) => true,
                    Some(CaseKind::Incident | CaseKind::Exception | CaseKind::Handoff) => false,
                };
                let of = |it: &&Freeze| filter.workflow.as_ref().is_none_or(|workflow| it.workflow == *workflow);
                let freezes: Vec<&Freeze> = shown.bot.releases.standing(now).filter(of).collect();
                vec![card::list(&speaker, *kind, filter, &rows, all, if about_changes { &freezes } else { &[] })]
            }
            Query::Menu { case: Some(id), .. } => vec![match self.visible(*id, by, &people).await? {
                Ok(case) => card::menu(&speaker, &case, &people, &self.acts(&case, by, &shown, now).await?),
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::Menu { case: None, kind, among_people } => {
                let (rows, all) = self.rows(&people, *kind, &Filter::default(), by).await?;
                vec![card::start(&speaker, *kind, &rows, all, &may_open(&shown, by, now), *among_people)]
            }
            Query::CatchUp { case, since } => vec![match self.visible(*case, by, &people).await? {
                Ok(case) => {
                    let happened = self.happened(&speaker, &case, by, *since).await?;
                    card::brief(&speaker, &case, &people, &happened)
                }
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::Status(id) => vec![match self.visible(*id, by, &people).await? {
                Ok(case) => {
                    let view = self.view(&shown, &case, by, BTreeSet::new()).await?;
                    card::status(&speaker, &case, &people, view.lines, view.buttons)
                }
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::Timeline(id) => vec![match self.visible(*id, by, &people).await? {
                Ok(case) => {
                    let (mut lines, _) = self.story(&speaker, &case).await?;
                    let more = lines.len().saturating_sub(LINES_AT_MOST);
                    lines.drain(..more);
                    card::timeline(&speaker, case.id, &case.title, &lines, more)
                }
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::ReviewDraft(id) => vec![match self.visible(*id, by, &people).await? {
                Ok(case) => {
                    let settled = case.state() != "resolved";
                    let text = self.draft(&speaker, &case).await?.text;
                    card::review_draft(
                        &speaker,
                        &ReviewDraft { case: case.id, title: case.title.clone(), text, settled },
                    )
                }
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::Clocks(id) => vec![match self.visible(*id, by, &people).await? {
                Ok(case) => card::clocks(&speaker, &case),
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::Draft { case, form } => vec![match self.visible(*case, by, &people).await? {
                Ok(case) => match self.regulator_draft(&speaker, &case, *form, now).await? {
                    Some(draft) => card::regulator_draft(&speaker, &draft),
                    None => card::refused(&speaker, &Refusal::NoSuchCase(case.id)),
                },
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::HandoffBrief(id) => vec![match self.visible(*id, by, &people).await? {
                Ok(case) => match self.handoff_brief(&shown, &case, by, &people, now).await? {
                    Some(brief) => card::handoff_brief(&speaker, &brief),
                    None => card::refused(&speaker, &Refusal::NoSuchCase(case.id)),
                },
                Err(refusal) => card::refused(&speaker, &refusal),
            }],
            Query::Queue { workflow } => {
                vec![card::queue(&speaker, &self.queues(&shown, workflow.as_ref(), now).await?)]
            }
            Query::PathQueues => {
                let rows: Vec<_> = path_queues(&shown, &people).collect();
                vec![card::path_queues(&speaker, &rows)]
            }
            Query::Mine => {
                let Looked { found, all } = self.owed(by, &shown, now).await?;
                let cases: Vec<OwedCase> = found.iter().map(|owed| owed.as_said(by, &people)).collect();
                let asked = self.asked(by, &people).await?;
                let asked = (!asked.is_empty()).then(|| card::asked(&speaker, &asked));
                [card::mine(&speaker, &cases, now, all)].into_iter().chain(asked).collect()
            }
            Query::SlaStatus => {
                let Looked { found, all } = self.statuses(by, &people).await?;
                let freezes: Vec<&Freeze> = shown.bot.releases.standing(now).collect();
                vec![card::sla_status(&speaker, &found, all, &freezes)]
            }
            Query::Health => vec![card::health(&speaker, &self.look(&shown, by, &people).await?)],
            Query::Digest { range, workflow, as_of } => {
                let may_see = |case: &Case| case.is_visible_to(by, &people);
                let as_of = as_of.unwrap_or(now);
                let zone = shown.policy.people.get(by).map_or(chrono_tz::UTC, |person| person.zone);
                let period = digest::Period::of(*range, as_of, zone);
                let workflows: Vec<WorkflowId> = workflow.iter().cloned().collect();
                let computed = digest::compute_for(&self.reader, &period, &workflows, as_of, &may_see).await?;
                vec![computed.card(speaker.prefix)]
            }
            // What was read is recorded first, by whoever gives the answer.
            Query::Search(asked) => vec![self.search_card(asked, by, how).await?.0],
            Query::Rota { rota } => vec![card::rotas(&speaker, &shown.bot, rota.as_ref(), by, now)],
            Query::Erasure(whose) => vec![self.previewed(whose, by, &shown, &people, &speaker).await?],
            Query::Holds => vec![self.holds(by, &shown, &people, &speaker)],
            Query::Ending => vec![self.ending(by, &shown, &people, &speaker).await?],
            Query::RedFlags => {
                let mut happened = happened::happened(&self.reader, now).await?;
                let overdue = shown.bot.releases.overdue(&shown.policy, now);
                happened.undrilled = overdue.map(|(workflow, due)| (workflow.clone(), due)).collect();
                happened.unagreed = shown.bot.releases.unagreed.clone();
                let found = findings(&happened, &shown.policy);
                let mut flags = redflag::flags(&shown.policy, None);
                flags.extend(regulation::flags(&shown.policy, now));
                let held = self.held(&shown, by, &people).await?;
                vec![card::red_flags(&speaker, &flags, &held, &found)]
            }
            Query::Help { root, verb } => vec![card::help(&speaker, *root, *verb)],
        })
    }

    /// What was found about who holds what.
    async fn held(&self, shown: &Shown, by: &PersonId, people: &People<'_>) -> Result<Vec<RedFlag>, StoreError> {
        let mut flags = Vec::new();
        for finding in shown.bot.findings(&shown.policy, people.at) {
            if let Finding::LeadsTooLong { case, .. } = &finding
                && self.visible(*case, by, people).await?.is_err()
            {
                continue;
            }
            flags.push(finding.flag(&shown.policy));
        }
        Ok(flags)
    }

    /// A case, if the person may know of it.
    async fn visible(
        &self,
        id: CaseId,
        by: &PersonId,
        people: &People<'_>,
    ) -> Result<Result<Case, Refusal>, StoreError> {
        let case = self.reader.case(id).await?.filter(|case| case.is_visible_to(by, people));
        Ok(case.ok_or(Refusal::NoSuchCase(id)))
    }

    /// The open cases that somebody may know of, for a choice among them.
    ///
    /// # Errors
    /// They can't be read now.
    pub async fn cases(&self, kind: Option<CaseKind>, by: &PersonId) -> Result<Vec<ListRow>, StoreError> {
        let (shown, now) = (self.desk.shown(), self.desk.clock.now());
        let people = shown.bot.people(&shown.policy, now);
        Ok(self.rows(&people, kind, &Filter::default(), by).await?.0)
    }

    /// The rows of a list, and whether these are all.
    async fn rows(
        &self,
        people: &People<'_>,
        kind: Option<CaseKind>,
        filter: &Filter,
        by: &PersonId,
    ) -> Result<(Vec<ListRow>, bool), StoreError> {
        let kinds = kind.map_or_else(|| CaseKind::ALL.to_vec(), |kind| vec![kind]);
        let mut rows = Vec::new();
        let mut all = true;
        for kind in kinds {
            let looked = self.newest(kind, filter.workflow.as_ref(), filter.all).await?;
            all &= looked.all;
            for case in looked.found {
                let severity = case.severity();
                let mine = || {
                    case.opened_by.as_ref() == Some(by)
                        || case.open_obligations().any(|it| waits_for(&case, it, by, people))
                        || case.is_insider(by)
                };
                if !case.is_visible_to(by, people)
                    || filter.severity.is_some_and(|wanted| severity != Some(wanted))
                    || (filter.mine && !mine())
                {
                    continue;
                }
                let next = case.next_due();
                rows.push(ListRow {
                    case: case.id,
                    title: case.title.clone(),
                    workflow: case.workflow.clone(),
                    state: case.state_at(people.at).to_owned(),
                    severity,
                    nature: case.body.nature(people.at),
                    next: next.map(|it| (it.duty, it.terms.due)),
                    late: case.obligations.iter().any(Obligation::is_late),
                    waiting_on: next.map(|it| persons(&case, it, people)).unwrap_or_default(),
                });
            }
        }
        Ok((rows, all))
    }

    async fn newest(
        &self,
        kind: CaseKind,
        workflow: Option<&WorkflowId>,
        closed: bool,
    ) -> Result<Looked<Case>, StoreError> {
        Ok(Looked::up_to_the_most(self.reader.list(kind, workflow, closed, CASES_AT_MOST + 1).await?))
    }

    /// What somebody owes, by case: the most urgent case first, and in it the most urgent answer.
    async fn owed(&self, person: &PersonId, shown: &Shown, now: At) -> Result<Looked<OwedOn>, StoreError> {
        let people = shown.bot.people(&shown.policy, now);
        let roles = roles_that_reach(&people, person);
        let mut owed = Vec::new();
        let looked = Looked::up_to_the_most(self.reader.owing(&roles, person.as_str(), CASES_AT_MOST + 1).await?);
        for case in looked.found {
            let theirs = case.open_obligations().filter(|it| waits_for(&case, it, person, &people));
            let mut duties: Vec<Obligation> = theirs.cloned().collect();
            duties.sort_by_key(|it| (it.terms.due, it.number));
            if !duties.is_empty() {
                owed.push(OwedOn { case, duties });
            }
        }
        owed.sort_by_key(|it| (it.duties.first().map(|duty| duty.terms.due), it.case.id));
        Ok(Looked { found: owed, all: looked.all })
    }

    async fn statuses(&self, by: &PersonId, people: &People<'_>) -> Result<Looked<WorkflowStatus>, StoreError> {
        let mut all = true;
        let mut statuses: BTreeMap<WorkflowId, WorkflowStatus> = BTreeMap::new();
        for workflow in people.policy.workflows.keys() {
            let empty = WorkflowStatus {
                workflow: workflow.clone(),
                open: CaseKind::ALL.map(|kind| (kind, 0)).to_vec(),
                owed: 0,
                late: 0,
                next_due: None,
            };
            statuses.insert(workflow.clone(), empty);
        }
        for kind in CaseKind::ALL {
            let looked = self.newest(kind, None, false).await?;
            all &= looked.all;
            for case in looked.found {
                let Some(status) = statuses.get_mut(&case.workflow) else { continue };
                if !case.is_visible_to(by, people) {
                    continue;
                }
                status.open.iter_mut().filter(|(of, _)| *of == kind).for_each(|(_, count)| *count += 1);
                status.owed += case.open_obligations().count() as u32;
                status.late += case.obligations.iter().filter(|it| it.is_late()).count() as u32;
                let due = case.next_due().map(|it| it.terms.due);
                status.next_due = status.next_due.into_iter().chain(due).min();
            }
        }
        let found = statuses.into_values().map(|mut status| {
            status.open.retain(|(_, count)| *count > 0);
            status
        });
        Ok(Looked { found: found.collect(), all })
    }

    /// Open answers that nobody is left to give, a line for each case; those of restricted cases for their own people only.
    ///
    /// # Errors
    /// The database's.
    pub async fn waiting_on_nobody(&self, by: Option<&PersonId>) -> Result<Vec<Vec<Word>>, StoreError> {
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let mut lines = Vec::new();
        for kind in CaseKind::ALL {
            for case in self.newest(kind, None, false).await?.found {
                if case.restricted && !by.is_some_and(|person| case.is_visible_to(person, &people)) {
                    continue;
                }
                let alone = case.open_obligations().filter(|it| case.waiting_on(it, &people).is_empty());
                let nouns: Vec<&str> = alone.map(|it| it.duty.noun()).collect();
                if !nouns.is_empty() {
                    let waits = format!(" waits on nobody: {}", crate::domain::text::list(nouns.iter()));
                    lines.push(vec![Word::Case(case.id), Word::from(waits.as_str())]);
                }
            }
        }
        Ok(lines)
    }

    async fn look(&self, shown: &Shown, by: &PersonId, people: &People<'_>) -> Result<card::Health, StoreError> {
        let report = self.health.look().await;
        let signed = self.reader.last_checkpoint().await?;
        let head = signed.as_ref().and_then(|(_, _, note)| Checkpoint::unverified(note).ok());
        let mode = self.desk.clock.mode();
        // A count that rises would tell of a restricted case whoever isn't to know of it.
        let restricted = self.reader.open_and_restricted().await?.into_iter().collect::<Result<Vec<Case>, _>>()?;
        let hidden = restricted.iter().filter(|case| !case.is_visible_to(by, people)).count();
        let clock = (mode != crate::clock::Mode::Real).then(|| match self.desk.clock.speed() {
            0 => "stands still until it is moved".to_owned(),
            speed => format!("runs {speed} times as fast as the world"),
        });
        Ok(card::Health {
            started: shown.bot.condition.started.unwrap_or_default(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            oldest_wake_late: report.oldest_wake_late,
            oldest_notice_late: report.oldest_notice_late,
            undeliverable: report.given_up.unsigned_abs(),
            waiting: report.waiting.unsigned_abs(),
            links: report
                .links
                .into_iter()
                .map(|(platform, link)| card::LinkStatus {
                    platform: platform.to_string(),
                    up: link.up,
                    trouble: link.trouble,
                    unread: link.unread,
                })
                .collect(),
            witnesses: report
                .witnesses
                .into_iter()
                .map(|(witness, standing)| card::WitnessStatus {
                    witness: witness.to_string(),
                    size: standing.last.map(|(size, _)| size),
                    at: standing.last.map(|(_, at)| at),
                    trouble: standing.trouble,
                })
                .collect(),
            open_cases: self.reader.open_cases().await?.unsigned_abs().saturating_sub(hidden as u64),
            ledger_size: report.entries,
            ledger_head: head.map(|head| head.root.to_string()).unwrap_or_default(),
            checkpoint_at: signed.map(|(_, at, _)| At(at)),
            policy: shown.policy.hash.to_string(),
            clock,
        })
    }

    /// What happened on a case, line by line, and how many entries that was read from.
    async fn story(&self, speaker: &Speaker<'_>, case: &Case) -> Result<(Vec<StoryLine>, u32), StoreError> {
        let mut lines = Vec::new();
        let records = self.records(case).await?;
        let entries = records.len() as u32;
        for (at, record) in records {
            match record {
                Ok(record) => {
                    let events = record.ruled().into_iter().flat_map(|ruled| &ruled.events);
                    let said = events.filter_map(|event| card::story(speaker, case, event, at));
                    lines.extend(said.map(|words| StoryLine { at, words }));
                }
                Err(gap) => lines.push(StoryLine { at, words: gap }),
            }
        }
        Ok((lines, entries))
    }

    /// What the ledger has of a case. Where an entry can't be read, words in its place: a story with a gap must not look whole.
    async fn records(&self, case: &Case) -> Result<Vec<(At, Result<Record, Vec<Word>>)>, StoreError> {
        let entries = self.reader.entries_of(case.id).await?;
        let subjects = ledger::subjects_in(&self.reader, entries.iter().map(|entry| &*entry.facts)).await?;
        let records = entries.iter().map(|entry| {
            let record = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects);
            let gap = |_| vec![Word::Text(format!("entry {} of the ledger can't be read", entry.seq))];
            (At(entry.at_us), record.map_err(gap))
        });
        Ok(records.collect())
    }
}

/// What somebody owes on one case.
struct OwedOn {
    case: Case,
    duties: Vec<Obligation>,
}

impl OwedOn {
    /// Who else may give one of the answers, in the order of the policy.
    fn also(&self, person: &PersonId, people: &People<'_>) -> Vec<PersonId> {
        let mut also: Vec<PersonId> = Vec::new();
        for other in self.duties.iter().flat_map(|duty| persons(&self.case, duty, people)) {
            if other != *person && !also.contains(&other) {
                also.push(other);
            }
        }
        also
    }

    fn as_said(&self, person: &PersonId, people: &People<'_>) -> OwedCase {
        OwedCase::of(&self.case, &self.duties, self.also(person, people))
    }
}

fn waits_for(case: &Case, obligation: &Obligation, person: &PersonId, people: &People<'_>) -> bool {
    case.waiting_on(obligation, people).iter().any(|seat| &seat.person == person)
}

fn persons(case: &Case, obligation: &Obligation, people: &People<'_>) -> Vec<PersonId> {
    case.waiting_on(obligation, people).into_iter().map(|seat| seat.person).collect()
}

/// Every role that may make the person owe something: their own, and those of people they stand in for. A superset; who
/// really holds what is asked of each case.
fn roles_that_reach(people: &People<'_>, person: &PersonId) -> Vec<String> {
    let mut reaches = vec![person.clone()];
    let mut next = 0;
    while let Some(deputy) = reaches.get(next).cloned() {
        for giver in people.delegations.iter().filter(|it| it.to.as_ref() == Some(&deputy)).map(|it| &it.from) {
            if !reaches.contains(giver) {
                reaches.push(giver.clone());
            }
        }
        next += 1;
    }
    let roles: BTreeSet<&RoleId> = reaches.iter().flat_map(|it| people.roles_of(it)).collect();
    roles.into_iter().map(RoleId::to_string).collect()
}

/// A card that says one thing.
pub fn said(text: &str) -> Card {
    let mut lines = text.lines().map(|line| vec![Word::Text(crate::grammar::clean::line(line))]);
    let title = lines.next().unwrap_or_default();
    Card { tone: card::Tone::Private, title, lines: lines.collect(), ..Card::default() }
}
