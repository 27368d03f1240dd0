//! A digest for its readers: as a card, as text for a terminal, as a page, as Markdown, as JSON and as CSV. All say the same figures;
//! only the card leaves out what is zero. What several of them say in words stands here.

mod card;
mod page;
mod sheet;
mod text;

pub use page::PageError;

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::{Count, Digest, Latency, Layer, Line, OfWorkflow, OldItem, Period, Target};
use crate::domain::{At, Duty, Span};
use crate::grammar::capital;

/// What to do where something was not heard.
const UNHEARD_NEXT: &str =
    "What was agreed meanwhile may be in no evidence: ask there, and say it again where it counts.";
const HOW_COUNTED: &str = "How long answers took runs on the target's own clock, without pauses. 90 % is the answer that nine of ten did not exceed.";

impl Digest {
    fn title(&self, zone: Tz) -> String {
        format!("SLA digest · {} ({zone})", Period { zone, ..self.period }.words())
    }

    fn quiet_words(&self) -> String {
        if self.ledger.entries == 0 {
            return "The ledger begins later: nothing is known of this time.".to_owned();
        }
        let quiet = match (self.period.to - self.period.from).0 {
            length if length == Span::days(7).0 => "A quiet week",
            length if length == Span::days(1).0 => "A quiet day",
            _ => "A quiet time",
        };
        match self.old.count {
            0 => format!("{quiet}: nothing was opened, answered or missed, and nothing is late."),
            _ => format!("{quiet}: nothing was opened, answered or missed. What follows is older."),
        }
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.workflows.iter().flat_map(|it| &it.lines)
    }

    /// The share of the answers that came in time: those that did, of these and the deadlines that passed.
    fn in_time_words(&self) -> Option<String> {
        let now = Share::of(self.lines());
        let befores = self.lines().filter_map(|line| line.before);
        let before = befores.fold(Share::default(), |sum, it| sum.and(it.kept, it.late));
        let before = before.percent().map_or_else(String::new, |it| format!("; {it} % in the time before"));
        now.percent().map(|_| format!("In time: {now}{before}"))
    }

    /// The same share without what stopped clocks, and with what was let go: a line each, where there was any.
    fn with_and_without(&self) -> Vec<String> {
        let all = Share::of(self.lines());
        let sum = |of: fn(&Line) -> (u64, u64)| {
            self.lines().map(of).fold(Share::default(), |sum, (kept, late)| sum.and(kept, late))
        };
        let excepted = sum(|line| (line.kept_excepted, line.late_excepted));
        let paused = sum(|line| (line.kept_paused, line.late_paused));
        let waived: u64 = self.lines().map(|line| line.waived).sum();
        let without = |those: Share, whose: &str| {
            let rest = Share { kept: all.kept - those.kept, late: all.late - those.late };
            match (those.all(), rest.all()) {
                (0, _) => None,
                (some, 0) => Some(format!("Of {} {whose} stopped the clock.", of_all(some))),
                (some, _) => Some(format!("In time without {some} whose clock {whose} stopped: {rest}")),
            }
        };
        let waived = (waived > 0).then(|| {
            let counted = all.and(0, waived);
            format!(
                "In time with {waived} that {} waived counted as late: {counted}",
                if waived == 1 { "was" } else { "were" }
            )
        });
        [without(excepted, "an exception"), without(paused, "a pause"), waived].into_iter().flatten().collect()
    }

    /// That restricted cases are among the figures.
    fn restricted_words(&self) -> Option<String> {
        match self.restricted {
            0 => None,
            1 => Some(
                "One restricted case that you may see is counted here; a digest for everybody leaves it out."
                    .to_owned(),
            ),
            some => Some(format!(
                "{some} restricted cases that you may see are counted here; a digest for everybody leaves them out."
            )),
        }
    }

    fn bot_words(&self) -> String {
        let told = match self.bot.told_late {
            0 => "told everything on time".to_owned(),
            1 => format!("spoke late about one obligation, by {}", self.bot.worst),
            more => format!("spoke late about {more} obligations, by {} at worst", self.bot.worst),
        };
        match self.bot.undelivered {
            0 => told,
            1 => format!("{told}; one message could not be delivered"),
            more => format!("{told}; {more} messages could not be delivered"),
        }
    }

    /// `626 entries, root …`, and what is signed of it.
    fn head_words(&self, zone: Tz) -> (String, String) {
        let entries = format!("{} entries, root {}", self.ledger.entries, self.ledger.root);
        let signed = match &self.ledger.signed {
            Some(head) => format!(
                "signed over {} of them, root {}, by {} at {}{}",
                head.size,
                head.root,
                head.origin,
                moment(head.at, zone),
                head.cosigned_words().unwrap_or_default()
            ),
            None => "not signed yet".to_owned(),
        };
        (entries, signed)
    }
}

/// How many were in time, of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    kept: u64,
    late: u64,
}

impl Share {
    fn of<'a>(lines: impl IntoIterator<Item = &'a Line>) -> Share {
        lines.into_iter().fold(Share::default(), |sum, line| sum.and(line.kept, line.late))
    }

    fn and(self, kept: u64, late: u64) -> Share {
        Share { kept: self.kept + kept, late: self.late + late }
    }

    fn all(self) -> u64 {
        self.kept + self.late
    }

    /// Rounded to the nearest; all of it only where nothing was late. `None`: of nothing.
    fn percent(self) -> Option<u64> {
        let nearest = (self.kept * 100 + self.all() / 2).checked_div(self.all())?;
        Some(if self.late > 0 { nearest.min(99) } else { nearest })
    }
}

/// `41 of 45 (91 %)`
impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.kept, self.all())?;
        self.percent().map_or(Ok(()), |percent| write!(f, " ({percent} %)"))
    }
}

/// A layer of a workflow, with the kinds of answer in it.
struct OfLayer<'a> {
    layer: Layer,
    lines: &'a [Line],
}

impl OfLayer<'_> {
    /// `Approvals: 3 of 4 (75 %) in time`
    fn words(&self) -> String {
        let share = Share::of(self.lines);
        let open: u64 = self.lines.iter().map(|line| line.open).sum();
        match (share.all(), open) {
            (0, 0) => format!("{}: nothing was answered or missed", self.layer.name()),
            (0, open) => format!("{}: {open} still owed", self.layer.name()),
            (_, 0) => format!("{}: {share} in time", self.layer.name()),
            (_, open) => format!("{}: {share} in time, {open} still owed", self.layer.name()),
        }
    }
}

impl OfWorkflow {
    /// Its lines, layer by layer.
    fn layers(&self) -> impl Iterator<Item = OfLayer<'_>> {
        self.lines
            .chunk_by(|one, other| one.layer == other.layer)
            .filter_map(|lines| lines.first().map(|first| OfLayer { layer: first.layer, lines }))
    }

    /// What is counted of each kind of case beside its answers, a line each.
    fn count_lines(&self) -> impl Iterator<Item = String> {
        let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
        for count in &self.counts {
            let Count { kind, what, times, lasted } = count;
            let lasted = if *lasted > Span::ZERO { format!(" ({lasted} in all)") } else { String::new() };
            let words = format!("{what} {times}{lasted}");
            match lines.last_mut() {
                Some((of, words_of_it)) if *of == kind.as_str() => words_of_it.push(words),
                _ => lines.push((kind, vec![words])),
            }
        }
        lines.into_iter().map(|(kind, words)| format!("{kind}s: {}", words.join(", ")))
    }
}

/// What the columns of a report say, in words that need no legend.
const COLUMNS: [&str; 8] =
    ["", "in time", "half within", "90 % within", "99 % within", "promised", "time before", "also"];

/// One kind of answer, as the columns of a report say it.
fn cells(line: &Line) -> [String; COLUMNS.len()] {
    let dash = || "–".to_owned();
    let took = |of: fn(&Latency) -> Span| line.latency.as_ref().map_or_else(dash, |it| of(it).to_string());
    let share = Share::of([line]);
    let before = line.before.map_or_else(dash, |it| {
        let share = Share { kept: it.kept, late: it.late };
        let p90 = it.latency.map_or_else(String::new, |latency| format!(", 90 % {}", latency.p90));
        format!("{} of {}{p90}", share.kept, share.all())
    });
    [
        capital(noun(&line.duty)),
        if share.all() == 0 { dash() } else { format!("{} of {}", share.kept, share.all()) },
        took(|it| it.p50),
        took(|it| it.p90),
        took(|it| it.p99),
        line.target.map_or_else(dash, target),
        before,
        also(line),
    ]
}

/// What else there is to say of a line, without what is zero.
fn also(line: &Line) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut count = |count: u64, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    count(line.open, "still owed");
    count(line.met_late, "answered after the deadline");
    count(line.near_misses, "only after the last nudge");
    count(line.waived, "waived");
    count(line.void, "no longer needed");
    count(line.nudges, if line.nudges == 1 { "nudge" } else { "nudges" });
    count(line.escalations, if line.escalations == 1 { "escalation" } else { "escalations" });
    if line.paused > Span::ZERO {
        parts.push(format!("paused {}", line.paused));
    }
    if !line.attributed.is_empty() {
        parts.push(format!("late by {}", attributed(line)));
    }
    parts.join(", ")
}

impl Period {
    /// `Mon 16 – Sun 22 Nov 2026` for whole days, else with the hours.
    fn words(&self) -> String {
        match self.rolling {
            true => format!("last {} days, {}", (self.to - self.from).0 / Span::days(1).0, self.days()),
            false => self.days(),
        }
    }

    fn days(&self) -> String {
        let local = |at: At| at.utc().map(|at| at.with_timezone(&self.zone));
        let (Some(from), Some(to)) = (local(self.from), local(self.to)) else {
            return format!("{}..{} µs", self.from.0, self.to.0);
        };
        let midnight = |at: &DateTime<Tz>| at.num_seconds_from_midnight() == 0 && at.timestamp_subsec_micros() == 0;
        if !(midnight(&from) && midnight(&to)) {
            return format!("{} – {}", moment(self.from, self.zone), moment(self.to, self.zone));
        }
        let last = to.date_naive().pred_opt().unwrap_or(to.date_naive());
        let shape = if from.year() == last.year() { "%a %-d %b" } else { "%a %-d %b %Y" };
        format!("{} – {}", from.format(shape), last.format("%a %-d %b %Y"))
    }
}

fn moment(at: At, zone: Tz) -> String {
    match at.utc() {
        Some(at) => at.with_timezone(&zone).format("%a %-d %b %Y %H:%M").to_string(),
        None => format!("{} µs", at.0),
    }
}

fn target(target: Target) -> String {
    match target.shortest == target.longest {
        true => target.longest.to_string(),
        false => format!("{} – {}", target.shortest, target.longest),
    }
}

fn attributed(line: &Line) -> String {
    let each = line.attributed.iter().map(|(whose, count)| match whose.as_str() {
        "open" => format!("not attributed yet {count}"),
        whose => format!("{whose} {count}"),
    });
    each.collect::<Vec<_>>().join(", ")
}

/// What is owed, as people call it: `acknowledgement`.
fn noun(duty: &str) -> &str {
    Duty::read(duty).map_or(duty, |it| it.noun())
}

/// `late by 2 h`, `paused`, `not due yet`
fn how_it_stands(item: &OldItem) -> String {
    match (item.late_by, item.paused) {
        (Some(late_by), _) => format!("late by {late_by}"),
        (None, true) => "paused".to_owned(),
        (None, false) => "not due yet".to_owned(),
    }
}

/// `all 3`, `the one`
fn of_all(some: u64) -> String {
    match some {
        1 => "the one".to_owned(),
        some => format!("all {some}"),
    }
}
