//! What is picked up from the entries on the way, besides what the seal checks.

use std::collections::{BTreeMap, BTreeSet};

use super::missed::{Missed, Stretch};
use super::verdict::LISTED;
use crate::domain::bot::condition;
use crate::domain::bot::heads::Publication;
use crate::domain::{At, BotEvent, CaseId, Label};
use crate::ledger::heard::{NotKept, What};
use crate::ledger::record::{BotRuled, Erased, Record, Withheld};
use crate::ledger::{self, Subjects};
use crate::seal::Numbers;
use crate::store::Raw;

/// What is picked up on the way, besides what the seal checks.
#[derive(Default)]
pub(super) struct Seen {
    pub manual: u64,
    /// Hash → the entry that names it first, and the name. Only of the entries that were looked at just now: each stretch's are
    /// checked when it is joined.
    pub files: BTreeMap<String, (i64, String)>,
    pub recoveries: Vec<(i64, u64)>,
    /// Entries whose words were erased, as the ledger says.
    pub erased: Numbers,
    /// Those whose words are withheld, as the ledger says, the ones included that were erased later.
    pub withheld: Numbers,
    /// Those of both that have their words all the same.
    pub still_there: Vec<u64>,
    pub not_kept: NotThere,
    pub missed: Missed,
    /// The last entry that says how many entries a signed head covered, and how many; none where a new log began since.
    pub signed: Option<(i64, u64)>,
    /// The last entry that has the mark of the secret of causes, and the mark.
    pub causes: Option<(i64, Label)>,
    /// The moments of the first and the last entry that were made by the machine's clock.
    pub first_and_last: Option<(At, At)>,
    /// Time stamps of heads, as the ledger names them.
    pub stamps: Vec<Stamped>,
    /// Entries that can't be read as a record of this version.
    pub unread: u64,
    /// Entries of a schema that this version doesn't know, and the first such schema.
    pub strange: u64,
    pub strange_schema: Option<u32>,
}

/// A time stamp of a head, as an entry names it.
pub(super) struct Stamped {
    pub seq: u64,
    pub size: u64,
    pub stamp: Label,
}

/// Files that were never kept, by case and entry, those of no case first: how many, and the first of them.
#[derive(Default)]
pub(super) struct NotThere {
    pub count: u64,
    pub first: BTreeSet<(Option<CaseId>, i64, String)>,
}

impl NotThere {
    fn add(&mut self, case: Option<CaseId>, seq: i64, file: &NotKept) {
        self.count += 1;
        self.keep((case, seq, file.to_string()));
    }

    fn keep(&mut self, file: (Option<CaseId>, i64, String)) {
        self.first.insert(file);
        if self.first.len() > LISTED {
            self.first.pop_last();
        }
    }

    fn take(&mut self, later: NotThere) {
        self.count += later.count;
        later.first.into_iter().for_each(|file| self.keep(file));
    }
}

impl Seen {
    pub fn look(&mut self, raw: &Raw<'_>) {
        let leaf = str::from_utf8(raw.leaf).unwrap_or_default();
        // In a canonical leaf no value can hold these bytes: its quotes would be escaped.
        let is_manual = leaf.contains(r#""clock":"manual""#);
        self.manual += u64::from(is_manual);
        if !is_manual {
            let at = At(raw.at_us);
            self.first_and_last = Some((self.first_and_last.map_or(at, |(first, _)| first), at));
        }
        if let Some(schema) = ledger::strange_schema(leaf) {
            self.strange += 1;
            self.strange_schema.get_or_insert(schema);
            return;
        }
        // Only these entries are read as records: most are not, since that would take longer than checking them.
        let facts = raw.facts.and_then(|facts| str::from_utf8(facts).ok()).unwrap_or_default();
        let words = raw.words.and_then(|words| str::from_utf8(words).ok());
        let has_files = raw.kind == "said.message" && words.is_some() && facts.contains(r#""files":{"#);
        let lacks_files = raw.kind.starts_with("said.") && facts.contains(r#""not_kept":["#);
        let is_read = [
            "bot.started",
            "bot.recovered",
            "bot.causes-replaced",
            "bot.clock-went-back",
            "capture.gap",
            "head.stamped",
            // Of the entry that says both.
            "head.stamps-end",
            Record::WITHHELD,
            Record::ERASED,
        ]
        .contains(&raw.kind);
        if !has_files && !lacks_files && !is_read {
            return;
        }
        match ledger::read(leaf, facts, words, &Subjects::default()) {
            Ok(Record::Heard(heard)) => {
                let case = raw.case.and_then(|case| case.parse().ok());
                heard.not_kept.iter().for_each(|file| self.not_kept.add(case, raw.seq, file));
                if let What::Gap { from, to, why: _ } = heard.what {
                    let lane = Some(heard.lane.to_string());
                    self.missed.gaps.add(Stretch { entry: raw.seq.unsigned_abs(), from, to, lane });
                }
                for file in heard.what.files() {
                    self.files.entry(file.sha256.clone()).or_insert_with(|| (raw.seq, file.name.clone()));
                }
            }
            Ok(Record::Bot(BotRuled { events, .. })) => {
                for event in &events {
                    if let BotEvent::Bot(event) = event {
                        self.of_the_bot(raw.seq, At(raw.at_us), event);
                    }
                    if let BotEvent::Head(Publication::Stamped { size, stamp, until: _ }) = event {
                        self.stamps.push(Stamped { seq: raw.seq.unsigned_abs(), size: *size, stamp: stamp.clone() });
                    }
                }
            }
            // Nothing is erased in advance.
            Ok(Record::Erased(Erased { entries, .. })) => {
                self.erased.extend(entries.into_iter().filter(|seq| *seq < raw.seq.unsigned_abs()));
            }
            Ok(Record::Withheld(Withheld { entries, .. })) => {
                self.withheld.extend(entries.into_iter().filter(|seq| *seq < raw.seq.unsigned_abs()));
            }
            Ok(
                Record::Ruled(_)
                | Record::Told(_)
                | Record::NotTold(_)
                | Record::ChannelMade(_)
                | Record::Introduced(_),
            )
            | Err(_) => self.unread += 1,
        }
    }

    fn of_the_bot(&mut self, seq: i64, at: At, event: &condition::Event) {
        let stretch = |from, to| Stretch { entry: seq.unsigned_abs(), from, to, lane: None };
        match event {
            condition::Event::Started { version: _, clock: _, was_down, signed, causes } => {
                if let Some(down) = was_down {
                    self.missed.down.add(stretch(at - *down, at));
                }
                self.signed = signed.map(|size| (seq, size)).or(self.signed);
                self.causes = causes.clone().map(|mark| (seq, mark)).or(self.causes.take());
            }
            condition::Event::Recovered { lost_from, .. } => {
                self.recoveries.push((seq, *lost_from));
                self.signed = None;
            }
            condition::Event::CausesReplaced { causes } => self.causes = Some((seq, causes.clone())),
            condition::Event::ClockWentBack { by } => self.missed.clock_back.add(stretch(at, at + *by)),
            condition::Event::Stopped {}
            | condition::Event::FellBehind { .. }
            | condition::Event::CaughtUp {}
            | condition::Event::GaveUp { .. } => {}
        }
    }

    /// What later entries say. Their files are checked by whoever has them.
    pub fn take(&mut self, later: Seen) {
        self.manual += later.manual;
        self.not_kept.take(later.not_kept);
        self.missed.take(later.missed);
        self.signed = match later.recoveries.is_empty() {
            true => later.signed.or(self.signed),
            false => later.signed,
        };
        self.causes = later.causes.or(self.causes.take());
        self.first_and_last = match (self.first_and_last, later.first_and_last) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (earlier, later) => earlier.or(later),
        };
        self.unread += later.unread;
        self.strange += later.strange;
        self.strange_schema = self.strange_schema.or(later.strange_schema);
        self.erased.extend(later.erased.iter());
        self.withheld.extend(later.withheld.iter());
        self.recoveries.extend(later.recoveries);
        self.stamps.extend(later.stamps);
    }
}
