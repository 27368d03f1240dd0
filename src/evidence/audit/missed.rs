//! When something may have happened that nobody recorded: a conversation wasn't heard, the bot was down, the clock was wrong. Counted,
//! with the longest ones, so that however many there are little is kept.

use std::fmt;

use serde_json::{Value, json};

use crate::domain::text::{iso, moment_utc};
use crate::domain::{At, Span};

/// How many of a kind are named.
const NAMED: usize = 5;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// Conversations that weren't heard for a while.
    pub gaps: Stretches,
    /// The bot didn't run.
    pub down: Stretches,
    /// The machine's clock went back, each time by so much: moments in the ledger stood still.
    pub clock_back: Stretches,
}

/// Stretches of time of one kind: how many, how long together, and the longest ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stretches {
    pub count: u64,
    pub together: Span,
    /// The longest first.
    pub longest: Vec<Stretch>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The entry that says so.
    pub entry: u64,
    pub from: At,
    pub to: At,
    /// The conversation, if it is about one.
    pub lane: Option<String>,
}

impl Stretch {
    fn length(&self) -> Span {
        self.to - self.from
    }
}

impl Stretches {
    pub fn add(&mut self, stretch: Stretch) {
        self.count += 1;
        self.together = Span(self.together.0.saturating_add(stretch.length().0));
        self.keep(stretch);
    }

    fn keep(&mut self, stretch: Stretch) {
        let place = self.longest.partition_point(|it| it.length() >= stretch.length());
        if place < NAMED {
            self.longest.insert(place, stretch);
            self.longest.truncate(NAMED);
        }
    }

    /// Those of later entries.
    pub fn take(&mut self, later: Stretches) {
        self.count += later.count;
        self.together = Span(self.together.0.saturating_add(later.together.0));
        later.longest.into_iter().for_each(|stretch| self.keep(stretch));
    }

    fn json(&self) -> Value {
        let longest = self.longest.iter().map(|it| {
            json!({
                "entry": it.entry,
                "from": iso(it.from),
                "to": iso(it.to),
                "seconds": it.length().0 / 1_000_000,
                "lane": it.lane,
            })
        });
        json!({ "count": self.count, "seconds": self.together.0 / 1_000_000, "longest": longest.collect::<Vec<Value>>() })
    }

    fn show(&self, f: &mut fmt::Formatter<'_>, one: &str, more: &str) -> fmt::Result {
        match self.count {
            0 => return Ok(()),
            1 => writeln!(f, "Perhaps missed: {one}, for {}.", self.together)?,
            count => writeln!(f, "Perhaps missed: {count} {more}, for {} together.", self.together)?,
        }
        for it in &self.longest {
            let lane = it.lane.as_deref().map(|lane| format!(" in {lane}")).unwrap_or_default();
            let (from, to) = (moment_utc(it.from), moment_utc(it.to));
            writeln!(f, "  - {}{lane}, from {from} to {to}, as entry {} says.", it.length(), it.entry)?;
        }
        match self.count - self.longest.len() as u64 {
            0 => Ok(()),
            1 => writeln!(f, "  - … and one that was no longer."),
            more => writeln!(f, "  - … and {more} that were no longer."),
        }
    }
}

impl Missed {
    pub fn is_empty(&self) -> bool {
        [&self.gaps, &self.down, &self.clock_back].iter().all(|it| it.count == 0)
    }

    /// What later entries say.
    pub fn take(&mut self, later: Missed) {
        self.gaps.take(later.gaps);
        self.down.take(later.down);
        self.clock_back.take(later.clock_back);
    }

    pub(super) fn json(&self) -> Value {
        json!({ "gaps": self.gaps.json(), "down": self.down.json(), "clock_back": self.clock_back.json() })
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.gaps.show(f, "a conversation wasn't heard", "times a conversation wasn't heard")?;
        self.down.show(f, "the bot didn't run", "times the bot didn't run")?;
        self.clock_back.show(f, "the machine's clock went back", "times the machine's clock went back")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_are_kept_in_order_whatever_order_they_come_in() {
        let stretch =
            |entry: u64, minutes: i64| Stretch { entry, from: At(0), to: At(0) + Span::minutes(minutes), lane: None };
        let (mut first, mut later) = (Stretches::default(), Stretches::default());
        for (entry, minutes) in [(1, 3), (2, 9), (3, 1), (4, 7)] {
            first.add(stretch(entry, minutes));
        }
        for (entry, minutes) in [(5, 8), (6, 2), (7, 9), (8, 5)] {
            later.add(stretch(entry, minutes));
        }
        first.take(later);
        let longest: Vec<u64> = first.longest.iter().map(|it| it.entry).collect();
        assert_eq!((first.count, first.together, longest), (8, Span::minutes(44), vec![2, 7, 5, 4, 8]));
        let text = Missed { gaps: first, ..Missed::default() }.to_string();
        assert!(text.contains("8 times a conversation wasn't heard"), "{text}");
        assert!(text.contains("… and 3 that were no longer"), "{text}");
    }
}
