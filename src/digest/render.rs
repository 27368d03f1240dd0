//! A digest as a card, as text for a terminal, as JSON and as CSV. All four say the same figures; only the card leaves out
//! what is zero.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::{Count, Digest, Latency, Line, OldItem, Period, Target};
use crate::card::{Card, Field, Tone, Word};
use crate::csv;
use crate::domain::line::Sla;
use crate::domain::{At, Duty, Span};

/// What to do where something was not heard.
const UNHEARD_NEXT: &str =
    "What was agreed meanwhile may be in no evidence: ask there, and say it again where it counts.";
/// A card names at most this many old items; the others are counted.
const OLD_ON_CARD: usize = 10;

impl Digest {
    /// For a channel or for whoever asked. Mentions nobody: a digest is to be read, not to buzz. Commands that it names begin
    /// with `prefix`.
    pub fn card(&self, prefix: &str) -> Card {
        let mut card = Card {
            title: vec![Word::from(format!("SLA digest · {} ({})", self.period.words(), self.period.zone))],
            ..Card::default()
        };
        if self.quiet {
            card.lines.push(vec![Word::from(self.quiet_words())]);
        }
        card.lines.extend(self.in_time_words().map(|words| vec![Word::Strong(words)]));
        for of in &self.workflows {
            card.lines.push(vec![Word::Strong(of.workflow.clone())]);
            card.lines.extend(of.lines.iter().map(|line| vec![Word::Text(sentence(line))]));
            card.lines.extend(counts(&of.counts).map(|line| vec![Word::Text(line)]));
        }
        card.lines.extend(self.old_lines(prefix));
        let field = |name: &str, value: Vec<Word>| Field { name: name.to_owned(), value };
        card.fields.push(field("The bot itself", vec![Word::from(self.bot_words())]));
        if let Some(words) = self.bot.unheard.words() {
            card.fields.push(field("Not heard", vec![Word::Text(format!("{words}. {UNHEARD_NEXT}"))]));
        }
        let mut head =
            vec![Word::from(format!("{} entries, root ", self.ledger.entries)), Word::Code(self.ledger.root.clone())];
        match &self.ledger.signed {
            Some(signed) => {
                head.push(Word::from(format!("; signed over {} of them, root ", signed.size)));
                head.push(Word::Code(signed.root.clone()));
                head.push(Word::from(format!(", by {} at ", signed.origin)));
                head.push(Word::Time(signed.at));
                head.extend(signed.cosigned_words().map(Word::Text));
            }
            None => head.push(Word::from("; not signed yet")),
        }
        card.fields.push(field("Ledger head", head));
        card.fields.push(field("As of", vec![Word::Time(self.as_of)]));
        card.tone = Tone::Calm;
        card
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

    /// The share of the answers that came in time: those that did, of these and the deadlines that passed.
    fn in_time_words(&self) -> Option<String> {
        let share = |kept: u64, late: u64| (kept + late > 0).then(|| (kept * 100 + (kept + late) / 2) / (kept + late));
        let lines = || self.workflows.iter().flat_map(|it| &it.lines);
        let (kept, late) = lines().fold((0, 0), |(kept, late), line| (kept + line.kept, late + line.late));
        let befores = lines().filter_map(|line| line.before);
        let (kept_before, late_before) =
            befores.fold((0, 0), |(kept, late), before| (kept + before.kept, late + before.late));
        let now = share(kept, late)?;
        let before =
            share(kept_before, late_before).map_or_else(String::new, |it| format!("; {it} % in the time before"));
        let (kept_excepted, late_excepted) =
            lines().fold((0, 0), |(kept, late), line| (kept + line.kept_excepted, late + line.late_excepted));
        let (kept_without, late_without) = (kept - kept_excepted, late - late_excepted);
        let without = match (kept_excepted + late_excepted, share(kept_without, late_without)) {
            (0, _) => String::new(),
            (some, None) => format!("; {} an exception stopped the clock", of_all(some)),
            (some, Some(share)) => format!(
                "; without {some} whose clock an exception stopped, {kept_without} of {} ({share} %)",
                kept_without + late_without
            ),
        };
        Some(format!("In time: {kept} of {} ({now} %){without}{before}", kept + late))
    }

    fn old_lines(&self, prefix: &str) -> Vec<Vec<Word>> {
        if self.old.count == 0 {
            return Vec::new();
        }
        let mut lines = vec![vec![Word::Strong(format!("Late or old, and still owed: {}", self.old.count))]];
        for item in self.old.items.iter().take(OLD_ON_CARD) {
            let mut line =
                vec![Word::Case(item.case), Word::from(format!(" {}, {}, due ", noun(&item.duty), item.holder))];
            line.push(Word::Time(item.due));
            line.push(Word::from(match (item.late_by, item.paused) {
                (Some(late_by), _) => format!(", late by {late_by}"),
                (None, true) => ", paused".to_owned(),
                (None, false) => String::new(),
            }));
            lines.push(line);
        }
        let named = self.old.items.len().min(OLD_ON_CARD) as u64;
        let more = self.old.count - named;
        if more > 0 {
            lines.push(vec![
                Word::from(format!("… and {more} more; ")),
                Word::Line(Sla::Status.line().typed(prefix)),
                Word::from(" shows them."),
            ]);
        }
        lines
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

    /// For a terminal, in aligned columns; moments in `zone`.
    pub fn text(&self, zone: Tz) -> String {
        let mut text = format!("SLA digest · {} ({zone})\n", Period { zone, ..self.period }.words());
        text.push_str(&format!("as of {}\n", moment(self.as_of, zone)));
        if self.quiet {
            text.push_str(&format!("\n{}\n", self.quiet_words()));
        }
        if let Some(words) = self.in_time_words() {
            text.push_str(&format!("\n{words}\n"));
        }
        for of in &self.workflows {
            text.push_str(&format!("\n{}\n", of.workflow));
            let head = [
                "",
                "opened",
                "kept",
                "late",
                "met late",
                "open",
                "near miss",
                "waived",
                "void",
                "p50",
                "p90",
                "p99",
                "target",
                "paused",
                "nudges",
                "escalations",
                "p90 before",
            ];
            let mut table = vec![head.map(str::to_owned).to_vec()];
            table.extend(of.lines.iter().map(cells));
            text.push_str(&aligned(&table));
            for line in of.lines.iter().filter(|line| !line.attributed.is_empty()) {
                text.push_str(&format!("  late {}: {}\n", line.duty, attributed(line)));
            }
            counts(&of.counts).for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        if self.old.count > 0 {
            text.push_str(&format!("\nLate or old, and still owed: {}", self.old.count));
            text.push('\n');
            let table: Vec<Vec<String>> = self.old.items.iter().map(|item| old_cells(item, zone)).collect();
            text.push_str(&aligned(&table));
            let more = self.old.count - self.old.items.len() as u64;
            if more > 0 {
                text.push_str(&format!("  … and {more} more\n"));
            }
        }
        text.push_str(&format!("\nThe bot itself {}.\n", self.bot_words()));
        match self.bot.unheard.words() {
            Some(words) => text.push_str(&format!("Not heard: {words}. {UNHEARD_NEXT}\n")),
            None => text.push_str("Nothing is known that was not heard.\n"),
        }
        text.push_str(&format!("Ledger: {} entries, root {}\n", self.ledger.entries, self.ledger.root));
        match &self.ledger.signed {
            Some(head) => text.push_str(&format!(
                "  signed over {} of them, root {}, by {} at {}{}\n",
                head.size,
                head.root,
                head.origin,
                moment(head.at, zone),
                head.cosigned_words().unwrap_or_default()
            )),
            None => text.push_str("  not signed yet\n"),
        }
        text.push_str("Latencies run on the target's own clock, pauses left out; percentiles by nearest rank.\n");
        text
    }

    /// With a newline at its end.
    pub fn json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a digest has only string keys");
        json.push('\n');
        json
    }

    /// One row a line of the digest; spans in whole seconds.
    pub fn csv(&self) -> String {
        let mut table = String::new();
        csv::row(
            &mut table,
            [
                "from",
                "to",
                "as_of",
                "workflow",
                "kind",
                "duty",
                "opened",
                "kept",
                "kept_excepted",
                "late",
                "late_excepted",
                "met_late",
                "open",
                "near_misses",
                "waived",
                "void",
                "answers",
                "p50_s",
                "p90_s",
                "p99_s",
                "target_shortest_s",
                "target_longest_s",
                "paused_s",
                "nudges",
                "escalations",
                "attributed",
                "kept_before",
                "late_before",
                "p90_before_s",
            ],
        );
        let iso = |at: At| at.utc().map_or_else(|| at.0.to_string(), |at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
        let seconds = |span: Span| (span.0 / 1_000_000).to_string();
        let maybe = |span: Option<Span>| span.map(seconds).unwrap_or_default();
        for of in &self.workflows {
            for line in &of.lines {
                let latency = |of: fn(&Latency) -> Span| maybe(line.latency.as_ref().map(of));
                let target = |of: fn(&Target) -> Span| maybe(line.target.as_ref().map(of));
                let counts = [
                    line.opened,
                    line.kept,
                    line.kept_excepted,
                    line.late,
                    line.late_excepted,
                    line.met_late,
                    line.open,
                    line.near_misses,
                    line.waived,
                    line.void,
                    line.latency.map_or(0, |it| it.answers),
                ];
                let mut cells = vec![iso(self.period.from), iso(self.period.to), iso(self.as_of)];
                cells.extend([of.workflow.clone(), line.kind.clone(), line.duty.clone()]);
                cells.extend(counts.map(|count| count.to_string()));
                cells.extend([latency(|it| it.p50), latency(|it| it.p90), latency(|it| it.p99)]);
                cells.extend([target(|it| it.shortest), target(|it| it.longest), seconds(line.paused)]);
                cells.extend([line.nudges.to_string(), line.escalations.to_string(), attributed(line)]);
                let before = |of: fn(&super::Before) -> u64| line.before.as_ref().map_or(0, of).to_string();
                cells.extend([before(|it| it.kept), before(|it| it.late)]);
                cells.push(maybe(line.before.and_then(|it| it.latency).map(|it| it.p90)));
                csv::row(&mut table, cells);
            }
        }
        table
    }
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

/// What is counted of each kind of case beside its answers, a line each.
fn counts(counts: &[Count]) -> impl Iterator<Item = String> {
    let mut lines: Vec<(&str, Vec<String>)> = Vec::new();
    for count in counts {
        let lasted = if count.lasted > Span::ZERO { format!(" ({} in all)", count.lasted) } else { String::new() };
        let words = format!("{} {}{lasted}", count.what, count.times);
        match lines.last_mut() {
            Some((kind, words_of_it)) if *kind == count.kind => words_of_it.push(words),
            _ => lines.push((&count.kind, vec![words])),
        }
    }
    lines.into_iter().map(|(kind, words)| format!("{kind}s: {}", words.join(", ")))
}

/// What is owed, as people call it: `acknowledgement`.
fn noun(duty: &str) -> &str {
    Duty::read(duty).map_or(duty, |it| it.noun())
}

/// `of all 3`, `of the one`
fn of_all(some: u64) -> String {
    match some {
        1 => "of the one".to_owned(),
        some => format!("of all {some}"),
    }
}

/// A line in words, without what is zero.
fn sentence(line: &Line) -> String {
    let mut parts = Vec::new();
    let mut count = |count: u64, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    };
    count(line.opened, "opened");
    count(line.kept, "kept");
    let late = format!("late ({})", attributed(line));
    count(line.late, &late);
    count(line.met_late, "answered late");
    count(line.open, "still owed");
    count(line.near_misses, if line.near_misses == 1 { "near miss" } else { "near misses" });
    count(line.waived, "waived");
    count(line.void, "void");
    let mut clauses = vec![format!("{}: {}", noun(&line.duty), parts.join(", "))];
    if let Some(latency) = line.latency {
        let against = line.target.map(|it| format!(" against {}", target(it))).unwrap_or_default();
        clauses.push(format!("p50 {}, p90 {}, p99 {}{against}", latency.p50, latency.p90, latency.p99));
    }
    if let Some(latency) = line.before.and_then(|before| before.latency) {
        clauses.push(format!("p90 was {}", latency.p90));
    }
    if line.paused > Span::ZERO {
        clauses.push(format!("paused {}", line.paused));
    }
    match (line.nudges, line.escalations) {
        (0, 0) => {}
        (nudges, 0) => clauses.push(format!("{nudges} nudged")),
        (nudges, escalations) => clauses.push(format!("{nudges} nudged, {escalations} escalated")),
    }
    clauses.join(" · ")
}

fn cells(line: &Line) -> Vec<String> {
    let some = |span: Option<Span>| span.map_or_else(|| "–".to_owned(), |span| span.to_string());
    let latency = |of: fn(&Latency) -> Span| some(line.latency.as_ref().map(of));
    let counts =
        [line.opened, line.kept, line.late, line.met_late, line.open, line.near_misses, line.waived, line.void];
    let mut cells = vec![line.duty.clone()];
    cells.extend(counts.map(|count| count.to_string()));
    cells.extend([latency(|it| it.p50), latency(|it| it.p90), latency(|it| it.p99)]);
    cells.push(line.target.map_or_else(|| "–".to_owned(), target));
    cells.push(some(Some(line.paused).filter(|it| *it > Span::ZERO)));
    cells.extend([line.nudges.to_string(), line.escalations.to_string()]);
    cells.push(some(line.before.and_then(|it| it.latency).map(|it| it.p90)));
    cells
}

fn old_cells(item: &OldItem, zone: Tz) -> Vec<String> {
    let state = match (item.late_by, item.paused) {
        (Some(late_by), _) => format!("late by {late_by}"),
        (None, true) => "paused".to_owned(),
        (None, false) => "not due yet".to_owned(),
    };
    vec![
        item.case.to_string(),
        item.duty.clone(),
        item.holder.clone(),
        format!("due {}", moment(item.due, zone)),
        state,
    ]
}

/// The first column to the left, cells that begin with a digit or are a dash to the right.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in table {
        let mut line = String::from(" ");
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let figure = place > 0 && (cell == "–" || cell.starts_with(|c: char| c.is_ascii_digit()));
            match figure {
                true => line.push_str(&format!(" {cell:>width$} ")),
                false => line.push_str(&format!(" {cell:<width$} ")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
