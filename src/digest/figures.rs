//! From rows of obligations to the figures of a digest: arithmetic, no database.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Before, Count, Digest, Latency, Layer, Line, OfBot, OfLedger, OfWorkflow, OldItem, OldItems, Period, Target,
    Unheard, Weeks, advice,
};
use crate::domain::obligation::State;
use crate::domain::{At, Case, CaseId, CaseKind, Duty, Span, WorkflowId};
use crate::store::{DutyFigures, DutyRead};

/// Which line: workflow, kind of case, duty. Kinds and duties in the order of their tables, as a case lives through them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    workflow: WorkflowId,
    kind: CaseKind,
    duty: Duty,
}

impl Key {
    fn of(row: &DutyFigures) -> Key {
        Key { workflow: row.workflow.clone(), kind: row.case.kind, duty: row.duty }
    }
}

/// A kept obligation that was nudged: whether that was the last nudge, only its stamped terms say.
#[derive(Clone, Debug)]
pub(super) struct NearMissAsked {
    pub(super) key: Key,
    pub(super) case: CaseId,
    pub(super) number: u32,
    pub(super) nudges: u32,
}

/// An obligation from before the period that was told about in it: how much of its nudges and escalations came before, only
/// its row of then says.
#[derive(Clone, Debug)]
pub(super) struct ToldBeforeAsked {
    pub(super) key: Key,
    pub(super) case: CaseId,
    pub(super) number: u32,
}

/// A line in the making.
#[derive(Default)]
struct Counting {
    line: Line,
    took: Vec<i64>,
    before: Before,
    took_before: Vec<i64>,
}

/// How an obligation stood at the as-of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stood {
    Open { paused: bool },
    Met,
    Waived,
    Void,
}

/// What is counted of cases beside their answers: by workflow, kind, and its place among what is counted of that kind.
type Counts = BTreeMap<(WorkflowId, CaseKind, usize), (u64, Span)>;

pub(super) struct Tally {
    period: Period,
    before: Period,
    as_of: At,
    lines: BTreeMap<Key, Counting>,
    asked: Vec<NearMissAsked>,
    told_before: Vec<ToldBeforeAsked>,
    counts: Counts,
    old: OldItems,
    bot: OfBot,
    weeks: Weeks,
    /// The restricted cases that whoever asks may see.
    seen: BTreeSet<CaseId>,
    /// Those of them of which something is counted.
    restricted: BTreeSet<CaseId>,
}

impl Tally {
    /// `seen`: the restricted cases that whoever asks may see. None, where everybody reads it.
    pub(super) fn new(period: Period, as_of: At, seen: BTreeSet<CaseId>) -> Tally {
        Tally {
            weeks: Weeks::until(period.to),
            seen,
            restricted: BTreeSet::new(),
            period,
            before: period.before(),
            as_of,
            lines: BTreeMap::new(),
            asked: Vec::new(),
            told_before: Vec::new(),
            counts: Counts::new(),
            old: OldItems::default(),
            bot: OfBot::default(),
        }
    }

    /// Counts an obligation as it stood at the as-of.
    pub(super) fn count(&mut self, of: &DutyRead) {
        let row = &of.figures;
        if row.opened_us > self.as_of.0 {
            return;
        }
        // A restricted case is its own people's: in what everybody reads, not even a number of it is told.
        if of.restricted && !self.seen.contains(&row.case) {
            return;
        }
        let closed = row.closed_us.filter(|&at| at <= self.as_of.0);
        let stood = match (closed, row.state) {
            (None, state) => Stood::Open { paused: state == State::Paused },
            (Some(_), State::Waived) => Stood::Waived,
            (Some(_), State::Void) => Stood::Void,
            (Some(_), State::Owed | State::Paused | State::Late | State::Met | State::MetLate) => Stood::Met,
        };
        // A deadline that passed is missed from that moment on, even if the bot was down and recorded it later.
        let missed = match stood {
            Stood::Open { paused: false } => row.late_us.or(Some(row.due_us)),
            Stood::Open { paused: true } | Stood::Met | Stood::Waived | Stood::Void => row.late_us,
        };
        let missed = missed.filter(|&at| at <= self.as_of.0);
        let counting = self.lines.entry(Key::of(row)).or_default();
        if let Some(at) = closed.filter(|&at| self.before.holds(at))
            && stood == Stood::Met
        {
            counting.before.kept += u64::from(row.late_us.is_none());
            counting.took_before.extend(row.took_us.filter(|_| at <= self.as_of.0));
        }
        counting.before.late += u64::from(missed.is_some_and(|at| self.before.holds(at)));

        let closed_in = closed.filter(|&at| self.period.holds(at));
        let opened_in = self.period.holds(row.opened_us);
        let missed_in = missed.filter(|&at| self.period.holds(at));
        let open = matches!(stood, Stood::Open { .. });
        let kept_at = closed.filter(|_| stood == Stood::Met && row.late_us.is_none());
        let answered = closed.filter(|_| stood == Stood::Met).zip(row.took_us);
        self.weeks.count(Layer::of(row.duty), kept_at, missed, answered.map(|(at, took)| (at, took, row.target_us)));
        if !(open || opened_in || closed_in.is_some() || missed_in.is_some()) {
            return;
        }
        if of.restricted {
            self.restricted.insert(row.case);
        }
        let line = &mut counting.line;
        line.opened += u64::from(opened_in);
        line.open += u64::from(open);
        if missed_in.is_some() {
            line.late += 1;
            line.late_excepted += u64::from(row.excepted);
            line.late_paused += u64::from(!row.excepted && row.paused_us > 0);
            let whose = row.attributed.clone().unwrap_or_else(|| "open".to_owned());
            *line.attributed.entry(whose).or_default() += 1;
        }
        if closed_in.is_some() {
            match stood {
                Stood::Met if row.late_us.is_some() => line.met_late += 1,
                Stood::Met => {
                    line.kept += 1;
                    line.kept_excepted += u64::from(row.excepted);
                    line.kept_paused += u64::from(!row.excepted && row.paused_us > 0);
                    if row.nudges > 0 {
                        self.asked.push(NearMissAsked {
                            key: Key::of(row),
                            case: row.case,
                            number: row.number,
                            nudges: row.nudges,
                        });
                    }
                }
                Stood::Waived => line.waived += 1,
                Stood::Void => line.void += 1,
                Stood::Open { .. } => {}
            }
            if stood == Stood::Met {
                counting.took.extend(row.took_us);
            }
        }
        let target = Span(row.target_us);
        line.target = Some(line.target.map_or(Target { shortest: target, longest: target }, |so_far| Target {
            shortest: so_far.shortest.min(target),
            longest: so_far.longest.max(target),
        }));
        line.paused = line.paused + Span(row.paused_us);
        let told_in = opened_in || row.last_told_us.is_some_and(|at| at >= self.period.from.0);
        if told_in {
            line.nudges += u64::from(row.nudges);
            line.escalations += u64::from(row.escalations);
        }
        if told_in && !opened_in && row.nudges + row.escalations > 0 {
            self.told_before.push(ToldBeforeAsked { key: Key::of(row), case: row.case, number: row.number });
        }
        if row.behind_us > 0 {
            self.bot.told_late += 1;
            self.bot.worst = self.bot.worst.max(Span(row.behind_us));
        }
        if open && (missed.is_some() || row.opened_us < self.period.from.0) {
            self.remember(row, missed);
        }
    }

    /// Counts a case as it stood at the as-of.
    pub(super) fn count_case(&mut self, case: &Case) {
        // As with its answers: not even a number of a restricted case is told.
        if case.opened > self.as_of || case.restricted && !self.seen.contains(&case.id) {
            return;
        }
        let to = self.period.to.min(self.as_of + Span(1));
        for counted in case.body.counted(case, self.period.from, to) {
            let place = case.kind().counted().iter().position(|what| *what == counted.what).unwrap_or(usize::MAX);
            let (times, lasted) = self.counts.entry((case.workflow.clone(), case.kind(), place)).or_default();
            (*times, *lasted) = (*times + counted.times, *lasted + counted.lasted);
        }
    }

    fn remember(&mut self, row: &DutyFigures, missed: Option<i64>) {
        self.old.count += 1;
        self.old.late += u64::from(missed.is_some());
        let holder = match (&row.role, &row.person) {
            (Some(role), _) => role.clone(),
            (None, Some(person)) => format!("@{person}"),
            (None, None) => "nobody".to_owned(),
        };
        self.old.items.push(OldItem {
            case: row.case,
            duty: row.duty.word().to_owned(),
            holder,
            due: At(row.due_us),
            late_by: missed.map(|at| self.as_of - At(at)),
            paused: row.state == State::Paused,
        });
        // Memory follows what is shown, not what is owed.
        if self.old.items.len() > 4 * OldItems::NAMED {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        let order =
            |item: &OldItem| (Reverse(item.late_by), item.due, item.case, item.duty.clone(), item.holder.clone());
        self.old.items.sort_by_cached_key(order);
        self.old.items.truncate(OldItems::NAMED);
    }

    pub(super) fn near_misses_asked(&mut self) -> Vec<NearMissAsked> {
        std::mem::take(&mut self.asked)
    }

    pub(super) fn told_before_asked(&mut self) -> Vec<ToldBeforeAsked> {
        std::mem::take(&mut self.told_before)
    }

    /// Of an obligation's nudges and escalations these came before the period.
    pub(super) fn leave_out(&mut self, key: &Key, before: &DutyFigures) {
        if let Some(counting) = self.lines.get_mut(key) {
            let line = &mut counting.line;
            line.nudges = line.nudges.saturating_sub(u64::from(before.nudges));
            line.escalations = line.escalations.saturating_sub(u64::from(before.escalations));
        }
    }

    pub(super) fn digest(
        mut self,
        near_misses: &BTreeMap<Key, u64>,
        (undelivered, unheard): (u64, Unheard),
        ledger: OfLedger,
    ) -> Digest {
        self.shorten();
        (self.bot.undelivered, self.bot.unheard) = (undelivered, unheard);
        let mut workflows: Vec<OfWorkflow> = Vec::new();
        for (key, mut counting) in self.lines {
            let mut line = counting.line;
            let nothing = line == Line::default();
            if nothing {
                continue;
            }
            (line.layer, line.kind) = (Layer::of(key.duty), key.kind.word().to_owned());
            line.duty = key.duty.word().to_owned();
            line.near_misses = near_misses.get(&key).copied().unwrap_or_default();
            line.latency = Latency::of(&mut counting.took);
            counting.before.latency = Latency::of(&mut counting.took_before);
            line.before = Some(counting.before).filter(|before| *before != Before::default());
            match workflows.last_mut() {
                Some(last) if last.workflow == key.workflow.as_str() => last.lines.push(line),
                _ => workflows.push(OfWorkflow {
                    workflow: key.workflow.to_string(),
                    lines: vec![line],
                    counts: Vec::new(),
                }),
            }
        }
        for ((workflow, kind, place), (times, lasted)) in self.counts {
            let what = kind.counted().get(place).copied().unwrap_or_default().to_owned();
            let count = Count { kind: kind.word().to_owned(), what, times, lasted };
            match workflows.iter_mut().find(|it| it.workflow == workflow.as_str()) {
                Some(of) => of.counts.push(count),
                None => {
                    let workflow = workflow.to_string();
                    workflows.push(OfWorkflow { workflow, lines: Vec::new(), counts: vec![count] });
                }
            }
        }
        workflows.sort_by(|one, other| one.workflow.cmp(&other.workflow));
        workflows.iter_mut().for_each(|of| of.lines.sort_by_key(|line| line.layer));
        let happened = |line: &Line| line.opened + line.kept + line.late + line.met_late + line.waived + line.void > 0;
        let mut digest = Digest {
            period: self.period,
            as_of: self.as_of,
            quiet: !workflows.iter().flat_map(|it| &it.lines).any(happened),
            restricted: self.restricted.len() as u64,
            next: Vec::new(),
            workflows,
            weeks: self.weeks.done(),
            old: self.old,
            bot: self.bot,
            ledger,
        };
        digest.next = advice::of(&digest);
        digest
    }
}

impl Latency {
    /// `None` where nothing was measured. Sorts what it is given.
    pub(super) fn of(took_us: &mut [i64]) -> Option<Latency> {
        took_us.sort_unstable();
        Some(Latency {
            answers: took_us.len() as u64,
            p50: Span(nearest_rank(took_us, 50)?),
            p90: Span(nearest_rank(took_us, 90)?),
            p99: Span(nearest_rank(took_us, 99)?),
        })
    }
}

/// The smallest value that at least `percent` per cent of them don't exceed.
pub(super) fn nearest_rank<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}
