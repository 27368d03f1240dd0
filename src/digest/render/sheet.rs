//! A digest as JSON, and as CSV for spreadsheets.

use super::super::{Before, Digest, Latency, Target};
use crate::csv;
use crate::domain::{At, Span};

use super::attributed;

impl Digest {
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
                "layer",
                "kind",
                "duty",
                "opened",
                "kept",
                "kept_excepted",
                "kept_paused",
                "late",
                "late_excepted",
                "late_paused",
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
                    line.kept_paused,
                    line.late,
                    line.late_excepted,
                    line.late_paused,
                    line.met_late,
                    line.open,
                    line.near_misses,
                    line.waived,
                    line.void,
                    line.latency.map_or(0, |it| it.answers),
                ];
                let mut cells = vec![iso(self.period.from), iso(self.period.to), iso(self.as_of)];
                cells.extend([of.workflow.clone(), line.layer.name().to_owned(), line.kind.clone(), line.duty.clone()]);
                cells.extend(counts.map(|count| count.to_string()));
                cells.extend([latency(|it| it.p50), latency(|it| it.p90), latency(|it| it.p99)]);
                cells.extend([target(|it| it.shortest), target(|it| it.longest), seconds(line.paused)]);
                cells.extend([line.nudges.to_string(), line.escalations.to_string(), attributed(line)]);
                let before = |of: fn(&Before) -> u64| line.before.as_ref().map_or(0, of).to_string();
                cells.extend([before(|it| it.kept), before(|it| it.late)]);
                cells.push(maybe(line.before.and_then(|it| it.latency).map(|it| it.p90)));
                csv::row(&mut table, cells);
            }
        }
        table
    }
}
