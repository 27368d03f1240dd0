//! How the governance SLA was kept: figures of a period, per workflow and per kind of answer.
//!
//! A period that is over is drawn as of its end, so that its figures are the same whenever they are asked for.
//!
//! Everything is *as of* a moment: what happened later counts as if it had not, so the same as-of gives the same figures
//! whenever it is asked for. An obligation's row says how it stands now; where its case went on after the as-of, the row of
//! then is folded again from the ledger. On a clock that stands still, what happens later at the very same moment counts.
//!
//! Here is no SQL (`store::View` has it), no wording of platforms (a [`crate::card::Card`] is all they get), and nothing of
//! a restricted case: a digest is for everybody, so such a case is left out of every figure.

mod advice;
pub mod chart;
mod figures;
mod render;
#[cfg(test)]
mod tests;
mod unheard;
mod weeks;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range as Stretch;
use std::path::{Path, PathBuf};

use chrono::{Datelike, Months, NaiveDate};
use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

pub use self::advice::Advice;
use self::figures::{Key, NearMissAsked, Tally, ToldBeforeAsked};
pub use self::render::PageError;
pub use self::unheard::{Stretches, Unheard};
use self::weeks::Weeks;
pub use self::weeks::{OfWeek, Week};
use crate::clock::Clock;
pub use crate::domain::Layer;
use crate::domain::obligation::{Standing, StepAct};
use crate::domain::{At, Bot, Case, CaseId, CaseKind, Policy, Span, WorkflowId};
use crate::grammar::Range;
use crate::grammar::moment::{Lean, moment, on_the_wall};
use crate::ledger::folder::Folder;
use crate::ledger::missed::{self, Missed};
use crate::ledger::projection::{Entry, Projection};
use crate::ledger::{self, Subjects};
use crate::seal::Checkpoint;
use crate::store::{self, DutyFigures, DutyRead, Reader, StoreError, View};

/// The time that a digest is about, its end not included, and the zone in which its days are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    #[serde(rename = "from_us")]
    pub from: At,
    #[serde(rename = "to_us")]
    pub to: At,
    pub zone: Tz,
    /// The days up to the moment of asking, and none of the calendar: `week` is such, `month` isn't.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rolling: bool,
}

/// The figures. As JSON, moments are microseconds since 1970-01-01 UTC and spans are microseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digest {
    pub period: Period,
    #[serde(rename = "as_of_us")]
    pub as_of: At,
    /// Nothing was opened, answered or missed in the period.
    pub quiet: bool,
    /// How many restricted cases are counted: those that whoever asked may see. None in what everybody reads.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restricted: u64,
    /// What would help most, at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<Advice>,
    /// In the order of their names; those of which there is nothing to say are left out.
    pub workflows: Vec<OfWorkflow>,
    /// The weeks up to the period's end, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weeks: Vec<Week>,
    pub old: OldItems,
    pub bot: OfBot,
    pub ledger: OfLedger,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfWorkflow {
    pub workflow: String,
    pub lines: Vec<Line>,
    /// What is counted of cases beside their answers; without what is zero.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Count>,
}

/// How many cases of a kind something is true of, and for how long in all, where that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub kind: String,
    pub what: String,
    /// In the period; of what lasts, at its end.
    pub times: u64,
    #[serde(rename = "lasted_us", default)]
    pub lasted: Span,
}

/// One kind of answer. Response (acknowledge), resolution and the others have a line each, so that a breach of one doesn't
/// hide behind another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Of which layer of governance.
    #[serde(default)]
    pub layer: Layer,
    /// Of which kind of case: `incident`, `approval`.
    pub kind: String,
    pub duty: String,
    /// In the period.
    pub opened: u64,
    /// Answered in the period, in time.
    pub kept: u64,
    /// Of those, the ones whose clock an exception had stopped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub kept_excepted: u64,
    /// Of those, the ones whose clock a pause had stopped, and no exception.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub kept_paused: u64,
    /// Deadlines of the period that passed unanswered, whether or not the answer has come since.
    pub late: u64,
    /// Of those, the ones whose clock an exception had stopped.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late_excepted: u64,
    /// Of those, the ones whose clock a pause had stopped, and no exception.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub late_paused: u64,
    /// Answered in the period, late.
    pub met_late: u64,
    /// Still owed at the as-of, whatever their age.
    pub open: u64,
    /// Kept, but only after the last nudge that the ladder has.
    pub near_misses: u64,
    pub waived: u64,
    pub void: u64,
    /// Of the answers of the period.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latency: Option<Latency>,
    /// What was promised: the shortest and the longest target among this line's obligations.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub target: Option<Target>,
    /// All pauses of this line's obligations together, a running one left out.
    #[serde(rename = "paused_us")]
    pub paused: Span,
    /// Of the period, whenever the obligation opened.
    pub nudges: u64,
    /// Roles that the ladder called in, in the period.
    pub escalations: u64,
    /// Whose slowness the late ones were: a party, `requester`, `third-party`, or `open` while that isn't recorded.
    pub attributed: BTreeMap<String, u64>,
    /// The period before, equally long, as it is known at the as-of.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub before: Option<Before>,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// How long answers took on the target's own clock, pauses left out. Percentiles by nearest rank: the smallest value that
/// this share of the answers doesn't exceed, always one that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    pub answers: u64,
    #[serde(rename = "p50_us")]
    pub p50: Span,
    #[serde(rename = "p90_us")]
    pub p90: Span,
    #[serde(rename = "p99_us")]
    pub p99: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    #[serde(rename = "shortest_us")]
    pub shortest: Span,
    #[serde(rename = "longest_us")]
    pub longest: Span,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    pub kept: u64,
    pub late: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub latency: Option<Latency>,
}

/// What is late now or was opened before the period, and is still owed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OldItems {
    pub count: u64,
    /// How many of them are late.
    #[serde(default)]
    pub late: u64,
    /// The longest overdue first; [`OldItems::NAMED`] at most.
    pub items: Vec<OldItem>,
}

impl OldItems {
    /// At most this many are named; the others are counted.
    pub const NAMED: usize = 200;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OldItem {
    pub case: CaseId,
    pub duty: String,
    /// The role that owes it, or `@person`.
    pub holder: String,
    #[serde(rename = "due_us")]
    pub due: At,
    /// Absent while it is paused or not due yet.
    #[serde(rename = "late_by_us", skip_serializing_if = "Option::is_none", default)]
    pub late_by: Option<Span>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

/// How the bot itself did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfBot {
    /// Of the obligations of this digest, those about which it spoke later than it should have.
    pub told_late: u64,
    #[serde(rename = "worst_us")]
    pub worst: Span,
    /// Messages of the period that it could not deliver and gave up.
    pub undelivered: u64,
    /// Of the period.
    #[serde(default)]
    pub unheard: Unheard,
}

/// Where the ledger stood at the as-of. Posted in a channel, the head has witnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfLedger {
    pub entries: u64,
    /// The tree's root over them, in base64.
    pub root: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signed: Option<SignedHead>,
}

/// The last head that was signed by then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// The log's name.
    pub origin: String,
    pub size: u64,
    pub root: String,
    #[serde(rename = "at_us")]
    pub at: At,
    /// Who had cosigned by then, and up to how many entries.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub cosigned: Vec<CosignedBy>,
}

/// A witness of the ledger's heads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CosignedBy {
    /// Of its key.
    pub witness: String,
    pub size: u64,
}

impl SignedHead {
    /// `; cosigned by client.example/witness up to 4180`. `None`: by nobody.
    fn cosigned_words(&self) -> Option<String> {
        let by: Vec<String> = self.cosigned.iter().map(|by| format!("{} up to {}", by.witness, by.size)).collect();
        (!by.is_empty()).then(|| format!("; cosigned by {}", by.join(", ")))
    }
}

impl Period {
    /// The time that was asked for, seen from a moment: `week` is the seven days up to it (it included), `month` and
    /// `quarter` are the last ones of the calendar that are over.
    pub fn of(range: Range, as_of: At, zone: Tz) -> Period {
        let week = Period { from: as_of - Span::days(7) + Span(1), to: as_of + Span(1), zone, rolling: true };
        let calendar = |months: u32| {
            let today = as_of.utc()?.with_timezone(&zone).date_naive();
            let month0 = today.month0() - today.month0() % months;
            let end = NaiveDate::from_ymd_opt(today.year(), month0 + 1, 1)?;
            let begin = end.checked_sub_months(Months::new(months))?;
            let at = |day: NaiveDate| on_the_wall(day.and_hms_opt(0, 0, 0)?, zone);
            Some(Period { from: at(begin)?, to: at(end)?, zone, rolling: false })
        };
        match range {
            Range::Week => week,
            Range::Month => calendar(1).unwrap_or(week),
            Range::Quarter => calendar(3).unwrap_or(week),
            Range::Between { from, to } => Period { from, to, zone, rolling: false },
        }
    }

    /// As [`Period::of`], from the words that people type: `week`, `month`, `quarter`; a week, a month or a day by its name
    /// (`2026-W48`, `2026-11`, `2026-11-23`); `2026-11-01..2026-11-30` with both days in it.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn read(text: &str, as_of: At, zone: Tz) -> Result<Period, String> {
        let range = match text {
            "week" => Some(Range::Week),
            "month" => Some(Range::Month),
            "quarter" => Some(Range::Quarter),
            _ => days(text).and_then(|(first, last)| {
                let midnight = |day: NaiveDate| on_the_wall(day.and_hms_opt(0, 0, 0)?, zone);
                let (from, to) = (midnight(first)?, midnight(last.succ_opt()?)?);
                (from < to).then_some(Range::Between { from, to })
            }),
        };
        let range = range.ok_or_else(|| {
            format!(
                "“{text}” is no period: write week, month, quarter, a week such as 2026-W48, a month such as 2026-11, a day, or two days \
                 such as 2026-11-01..2026-11-30."
            )
        })?;
        Ok(Period::of(range, as_of, zone))
    }

    /// The equally long time before it.
    fn before(&self) -> Period {
        Period { from: self.from - (self.to - self.from), to: self.from, ..*self }
    }

    fn holds(&self, at: i64) -> bool {
        (self.from.0..self.to.0).contains(&at)
    }
}

/// The first and the last day of a time that is named.
fn days(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let day = |word: &str| NaiveDate::parse_from_str(word, "%Y-%m-%d").ok();
    if let Some((from, to)) = text.split_once("..") {
        return Some((day(from)?, day(to)?));
    }
    if let Some((year, week)) = text.split_once("-W") {
        let monday = NaiveDate::from_isoywd_opt(year.parse().ok()?, week.parse().ok()?, chrono::Weekday::Mon)?;
        return Some((monday, monday.checked_add_days(chrono::Days::new(6))?));
    }
    if let Some(first) = day(text) {
        return Some((first, first));
    }
    let first = day(&format!("{text}-01"))?;
    Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
}

/// How a digest is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// Columns to read.
    Text,
    /// A page that needs nothing beside it, with the chart.
    Html,
    /// Markdown.
    Md,
    /// For spreadsheets.
    Csv,
    Json,
}

/// Why no digest can be printed. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "{0} is not a countersign data folder. Name the right one with --data, or start `countersign serve --data` there once."
    )]
    NotAFolder(PathBuf),
    #[error(transparent)]
    Page(#[from] PageError),
    #[error("{0}")]
    Period(String),
    #[error("“{0}” is no time: write for example 2026-11-23T09:00:00Z, or `2026-11-23 09:00`.")]
    Moment(String),
    #[error("No workflow is called “{name}” in the policy in force. {known}")]
    Workflow { name: String, known: String },
    #[error(
        "the database has no policy that can be read, so nobody can say whether there is such a workflow: ask without --workflow. Where \
         the policy's text was not erased, `countersign rebuild --data {0}` puts it back."
    )]
    NoPolicy(PathBuf),
}

/// The digest of a data folder, for the command line, also while a process works there. Without `as_of` it is computed
/// as of now; of a folder that was made on a manual clock, as of its last entry. Days and moments are read and shown in `zone`.
///
/// # Errors
/// [`DigestError`].
pub async fn print(
    data: &Path,
    period: &str,
    workflow: Option<&str>,
    as_of: Option<&str>,
    zone: Tz,
    form: Form,
) -> Result<String, DigestError> {
    let database = data.join(Folder::DATABASE);
    if !database.exists() {
        return Err(DigestError::NotAFolder(data.to_owned()));
    }
    store::undisturbed(&database, || printed(data, period, workflow, as_of, zone, form)).await
}

async fn printed(
    data: &Path,
    period: &str,
    workflow: Option<&str>,
    as_of: Option<&str>,
    zone: Tz,
    form: Form,
) -> Result<String, DigestError> {
    let reader = store::open_to_read(&data.join(Folder::DATABASE)).await?;
    let mut view = reader.view().await?;
    let (last, manual) = match view.last_entry().await? {
        Some(entry) => (At(entry.at_us), entry.leaf.contains(r#""clock":"manual""#)),
        None => (At(0), false),
    };
    let now = if manual { last } else { Clock::system().max(last) };
    let as_of = match as_of {
        None => now,
        Some(text) => moment(text, now, zone, Lean::Past).map_err(|_| DigestError::Moment(text.to_owned()))?,
    };
    let period = Period::read(period, as_of, zone).map_err(DigestError::Period)?;
    let workflows = match workflow {
        None => Vec::new(),
        Some(name) => {
            let no_policy = || DigestError::NoPolicy(data.to_owned());
            let in_force = view.policy_in_force().await?.ok_or_else(no_policy)?;
            let text = view.policy(&in_force).await?.ok_or_else(no_policy)?;
            let policy = Policy::read(&text).map_err(|_| no_policy())?;
            if !policy.workflows.contains_key(name) {
                let known: Vec<&str> = policy.workflows.keys().map(WorkflowId::as_str).collect();
                let known = format!("It knows {}.", known.join(", "));
                return Err(DigestError::Workflow { name: name.to_owned(), known });
            }
            vec![WorkflowId::from(name)]
        }
    };
    drop(view);
    let digest = compute(&reader, &period, &workflows, as_of).await?;
    Ok(match form {
        Form::Text => digest.text(zone),
        Form::Html => digest.html(zone)?,
        Form::Md => digest.markdown(zone)?,
        Form::Csv => digest.csv(),
        Form::Json => digest.json(),
    })
}

/// The figures of a period as of a moment, of some workflows or, if none is named, of all, as everybody may read them: of a
/// restricted case not even a number. The ledger alone says what they are: no policy is needed, and none that was changed since
/// can alter them.
///
/// # Errors
/// The database's; a ledger with a hole has no root to print.
pub fn compute<'a>(
    reader: &'a Reader,
    period: &'a Period,
    workflows: &'a [WorkflowId],
    as_of: At,
) -> BoxFuture<'a, Result<Digest, StoreError>> {
    // Boxed, because it is large: awaited as it is, it would be compiled anew for every caller.
    Box::pin(compute_unboxed(reader, period, workflows, as_of, None))
}

/// As [`compute`], for somebody alone: the restricted cases of which `may_see` says so are counted as well.
///
/// # Errors
/// As [`compute`].
pub fn compute_for<'a>(
    reader: &'a Reader,
    period: &'a Period,
    workflows: &'a [WorkflowId],
    as_of: At,
    may_see: &'a (dyn Fn(&Case) -> bool + Sync),
) -> BoxFuture<'a, Result<Digest, StoreError>> {
    Box::pin(compute_unboxed(reader, period, workflows, as_of, Some(may_see)))
}

async fn compute_unboxed(
    reader: &Reader,
    period: &Period,
    workflows: &[WorkflowId],
    as_of: At,
    may_see: Option<&(dyn Fn(&Case) -> bool + Sync)>,
) -> Result<Digest, StoreError> {
    let as_of = as_of.min(period.to - Span(1));
    let mut view = reader.view().await?;
    let size = view.size_at(as_of).await?;
    let mut then = Then::of(&mut view, size).await?;
    let since = period.before().from.min(Weeks::until(period.to).from());
    let seen = match may_see {
        Some(may_see) => {
            let restricted = view.restricted_since(since).await?.into_iter();
            restricted.filter(|case| may_see(case)).map(|case| case.id).collect()
        }
        None => BTreeSet::new(),
    };
    let mut tally = Tally::new(*period, as_of, seen);
    let wanted = |row: &DutyFigures| workflows.is_empty() || workflows.contains(&row.workflow);
    view.each_duty(since, workflows, |duty| {
        if !then.changed.contains(&duty.figures.case) {
            tally.count(&duty);
        }
    })
    .await?;
    for duty in then.duties.drain(..) {
        if wanted(&duty.figures) {
            tally.count(&duty);
        }
    }
    let counted: Vec<&str> =
        CaseKind::ALL.iter().filter(|kind| !kind.counted().is_empty()).map(|it| it.word()).collect();
    view.each_case(&counted, period.from, workflows, |case| {
        if !then.changed.contains(&case.id) {
            tally.count_case(&case);
        }
    })
    .await?;
    for case in then.cases.drain(..).filter(|case| workflows.is_empty() || workflows.contains(&case.workflow)) {
        tally.count_case(&case);
    }
    let asked = tally.near_misses_asked();
    let near_misses = near_misses(&mut view, &then.nudges, asked).await?;
    let ledger = of_ledger(&mut view, size, as_of).await?;
    let first = view.size_at(period.from - Span(1)).await?;
    leave_out_what_came_before(&mut view, &mut tally, first).await?;
    let end = view.size_at((period.to - Span(1)).min(as_of)).await?;
    let undelivered = view.undeliverable(first..end).await?;
    let unheard = unheard(&mut view, first..end).await?;
    Ok(tally.digest(&near_misses, (undelivered, unheard), ledger))
}

/// What a stretch of the ledger says may have been missed. Of a restricted case's own channel not even that is counted.
async fn unheard(view: &mut View, stretch: Stretch<u64>) -> Result<Unheard, StoreError> {
    let entries = view.unseen(&stretch).await?;
    let mentioned = ledger::mentioned(entries.iter().map(|entry| &*entry.facts));
    let subjects = Subjects::of(view.subjects(&mentioned).await?);
    let mut all = Vec::new();
    for entry in &entries {
        let Ok(record) = ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects) else { continue };
        all.extend(missed::in_record(&record, At(entry.at_us)));
    }
    let own = |missed: &Missed| match missed {
        Missed::Gap { lane, .. } => lane.own_of(),
        Missed::Down { .. } | Missed::ClockWentBack { .. } | Missed::Lost { .. } => None,
    };
    let cases: Vec<CaseId> = all.iter().filter_map(own).collect::<BTreeSet<_>>().into_iter().collect();
    let restricted: BTreeSet<CaseId> =
        view.cases(&cases).await?.into_iter().filter(|case| case.restricted).map(|case| case.id).collect();
    Ok(Unheard::of(all.into_iter().filter(|missed| own(missed).is_none_or(|case| !restricted.contains(&case)))))
}

/// Nudges and escalations count by their own moments: those of the first `size` entries were before the period.
async fn leave_out_what_came_before(view: &mut View, tally: &mut Tally, size: u64) -> Result<(), StoreError> {
    let mut by_case: BTreeMap<CaseId, Vec<ToldBeforeAsked>> = BTreeMap::new();
    for one in tally.told_before_asked() {
        by_case.entry(one.case).or_default().push(one);
    }
    for (case, asked) in by_case {
        let Some(before) = fold(view, case, size).await? else { continue };
        for one in asked {
            let row = before.commit.duties.iter().find(|row| row.figures.number == one.number);
            row.into_iter().for_each(|row| tally.leave_out(&one.key, &row.figures));
        }
    }
    Ok(())
}

async fn of_ledger(view: &mut View, size: u64, as_of: At) -> Result<OfLedger, StoreError> {
    let signed = match view.checkpoint_at(as_of).await? {
        // Only the text above the signature is shown; `countersign verify` checks the signature.
        Some(row) => match Checkpoint::unverified(&row.note) {
            Ok(head) => {
                let cosigned = view.cosigned_at(&head.origin, as_of).await?.into_iter();
                let cosigned =
                    cosigned.map(|(witness, size)| CosignedBy { witness, size: size.unsigned_abs() }).collect();
                let (root, at) = (head.root.to_base64(), At(row.at_us));
                Some(SignedHead { origin: head.origin, size: head.size, root, at, cosigned })
            }
            Err(_) => None,
        },
        None => None,
    };
    Ok(OfLedger { entries: size, root: view.root(size).await?.to_base64(), signed })
}

/// The obligations of cases that went on after the as-of, as they stood then.
#[derive(Default)]
struct Then {
    changed: BTreeSet<CaseId>,
    duties: Vec<DutyRead>,
    cases: Vec<Case>,
    /// How many nudges the ladder of each has.
    nudges: HashMap<(CaseId, u32), usize>,
}

impl Then {
    async fn of(view: &mut View, size: u64) -> Result<Then, StoreError> {
        let mut then = Then::default();
        for case in view.ruled_since(size).await? {
            let Some(projection) = fold(view, case, size).await? else { continue };
            for (id, folded) in &projection.cases {
                for obligation in &folded.obligations {
                    let nudges = obligation.terms.steps.iter();
                    let nudges = nudges.filter(|step| matches!(step.act, StepAct::Nudge { .. })).count();
                    then.nudges.insert((*id, obligation.number), nudges);
                }
            }
            let restricted = projection.commit.cases.first().is_some_and(|row| row.restricted);
            then.cases.extend(projection.cases.into_values().filter(|case| !case.kind().counted().is_empty()));
            let rows = projection.commit.duties.iter();
            then.duties.extend(rows.map(|row| DutyRead { figures: row.figures.clone(), restricted }));
            then.changed.insert(case);
        }
        Ok(then)
    }
}

/// Folds what became true of a case in the first `size` entries. `None` where some of it can't be read: then the row of now has
/// to do.
async fn fold(view: &mut View, case: CaseId, size: u64) -> Result<Option<Projection>, StoreError> {
    let mut projection = Projection::default();
    let bot = Bot::default();
    let rows = view.rulings_of(case, size).await?;
    let mentioned = ledger::mentioned(rows.iter().map(|row| &*row.facts));
    let subjects = Subjects::of(view.subjects(&mentioned).await?);
    for row in rows {
        let Ok(record) = ledger::read(&row.leaf, &row.facts, row.words.as_deref(), &subjects) else { return Ok(None) };
        let entry = Entry { seq: row.seq, at: At(row.at_us), said: None, case: Some(case) };
        projection.fold(entry, &record, &bot);
    }
    projection.finish();
    Ok(Some(projection))
}

/// Which of the obligations that were answered after a nudge were answered after the last one. How many nudges a ladder has
/// stands in the terms that were stamped.
async fn near_misses(
    view: &mut View,
    known: &HashMap<(CaseId, u32), usize>,
    asked: Vec<NearMissAsked>,
) -> Result<BTreeMap<Key, u64>, StoreError> {
    let mut found: BTreeMap<Key, u64> = BTreeMap::new();
    let mut unknown: BTreeMap<CaseId, Vec<NearMissAsked>> = BTreeMap::new();
    for one in asked {
        match known.get(&(one.case, one.number)) {
            Some(&nudges) if nudges == one.nudges as usize => *found.entry(one.key).or_default() += 1,
            Some(_) => {}
            None => unknown.entry(one.case).or_default().push(one),
        }
    }
    let ids: Vec<CaseId> = unknown.keys().copied().collect();
    /// Cases held in memory at a time.
    const AT_A_TIME: usize = 500;
    for ids in ids.chunks(AT_A_TIME) {
        for case in view.cases(ids).await? {
            for one in unknown.remove(&case.id).unwrap_or_default() {
                let Some(obligation) = case.obligation(one.number) else { continue };
                let steps = obligation.terms.steps.iter();
                let nudges = steps.filter(|step| matches!(step.act, StepAct::Nudge { .. })).count();
                if nudges == one.nudges as usize && matches!(obligation.standing, Standing::Met { .. }) {
                    *found.entry(one.key).or_default() += 1;
                }
            }
        }
    }
    Ok(found)
}
