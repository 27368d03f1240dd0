//! Exceptions as they are written: classes, the queue, and whether each of it can be kept at all.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::duty::Owed;
use super::super::super::kinds::CaseKind;
use super::super::super::{Duty, ExceptionClassId, RoleId, Severity, Span};
use super::super::exceptions::{AtEnd, ControlRule, ExceptionClass, Exceptions, QueueRule, RecurrenceRule, Windows};
use super::finding::{Place, quote};
use super::resolve::Resolve;
use super::value;
use super::word::{Placed, Word, Words, kind};

/// In a window shorter than this nothing can be told from chance.
const SHORTEST_WINDOW: Span = Span::minutes(5);
/// A queue has so many waiting at least, unless the policy says otherwise.
const QUEUE_AT_LEAST: u32 = 5;
/// Further back than this, nobody remembers what recurs.
const MOST_RECURRING: u32 = 100;

/// What may be excepted from, for how long, and who says so.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExceptionsTable {
    /// For how long it is shown that somebody has taken an exception. No clock follows it. `1h` if left out.
    lease: Option<Word<kind::Length>>,
    /// The role that answers for the controls which are excepted from. It hears when one runs out or is suspended, and when the
    /// same is asked again and again.
    control_owner: Option<Word<kind::Role>>,
    /// When the exceptions that wait on a workflow are a queue that gets worse, which is an incident in itself.
    queue: Option<QueueTable>,
    /// The classes of exceptions, by name.
    #[serde(default)]
    classes: BTreeMap<Word<kind::Key>, ClassTable>,
}

/// A class of exceptions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ClassTable {
    /// What belongs there, in your own words. The form shows them.
    about: Word<kind::Text>,
    /// The role that must recommend before anybody rules. Nobody need if left out.
    specialist: Option<Word<kind::Role>>,
    /// The roles that rule on it. The first owes the ruling, the others may give it as well.
    rules: Words<kind::Role>,
    /// The longest that one grant may last.
    longest: Word<kind::Length>,
    /// How many times it may be renewed. Not at all if left out.
    #[serde(default)]
    renewals: u32,
    /// The next role, which rules on renewals past that. Nobody may if left out.
    past_renewals: Option<Word<kind::Role>>,
    /// The role that may grant one without an end, until somebody revokes it. Nobody may if left out: every grant expires then.
    until_revoked: Option<Word<kind::Role>>,
    /// How long before the end its people are warned, the longest first: `["7d", "1d"]`.
    #[serde(default)]
    warn_before: Vec<Word<kind::Length>>,
    /// A grant needs a control in the place of what is excepted from: who shows that it works, and how often.
    control: Option<ControlTable>,
    /// The duties of the case that it is about whose clocks stand still while it is in force. None if left out.
    #[serde(default)]
    pauses: Vec<Placed<Duty>>,
    /// What becomes of these clocks at the end: `resume` with what was left, or `restart` with the whole target. They resume if
    /// left out.
    at_end: Option<AtEnd>,
    /// When the same is asked so often on one workflow that the rule should be looked at.
    recurrence: Option<RecurrenceTable>,
}

/// Who shows that a compensating control works, and how often.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ControlTable {
    /// The role that owes the proof.
    holder: Word<kind::Role>,
    /// How often it is owed. Whoever grants may ask for it more often.
    every: Word<kind::Length>,
}

/// More than so many of one class on one workflow within a time.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RecurrenceTable {
    /// So many are usual.
    #[schemars(range(min = 1, max = 100))]
    more_than: Placed<u32>,
    /// The time in which they are counted.
    within: Word<kind::Length>,
}

/// When a queue gets worse as a whole: more comes in than goes out in a short and in a long stretch of time, and the first
/// deadline that will be missed at this rate is near. That opens an incident (`control.latency_breach`) before it is missed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct QueueTable {
    /// The short stretch, counted in twelve steps.
    short: Word<kind::Length>,
    /// The long stretch, counted in twelve steps.
    long: Word<kind::Length>,
    /// Fewer waiting than this are no queue. `5` if left out.
    at_least: Option<Placed<u32>>,
    /// How near the first missed deadline has to be. As long as `long` if left out.
    ahead: Option<Word<kind::Length>>,
    /// How long it has to be better before it counts as well again. As long as `short` if left out.
    recovered_after: Option<Word<kind::Length>>,
    /// The severity of the incident that is opened; `sev3` if left out.
    severity: Option<Word<kind::SeverityWord>>,
}

impl Resolve<'_, '_> {
    pub fn exceptions(&mut self, table: &ExceptionsTable) {
        let lease = table.lease.as_ref().and_then(|word| self.some_time(word));
        let queue = table.queue.as_ref().and_then(|it| self.queue(it));
        let control_owner = table.control_owner.as_ref().and_then(|word| self.held(word, "owns the controls here"));
        let mut classes = BTreeMap::new();
        for (key, table) in &table.classes {
            if let Some(class) = self.exception_class(key, table) {
                classes.insert(ExceptionClassId::from(key.text.as_str()), class);
            }
        }
        let lease = lease.unwrap_or(Exceptions::LEASE);
        self.policy.exceptions = Exceptions { classes, lease, control_owner, queue };
    }

    /// A role that somebody holds.
    pub(super) fn held(&mut self, word: &Word<kind::Role>, depends: &str) -> Option<RoleId> {
        let role = self.name(word).map(RoleId::from)?;
        self.not_empty(&role, word.at, depends);
        Some(role)
    }

    fn exception_class(&mut self, key: &Word<kind::Key>, table: &ClassTable) -> Option<ExceptionClass> {
        self.value(key, value::key);
        let about = self.text(&table.about);
        let specialist = table.specialist.as_ref().and_then(|word| self.held(word, "recommends here"));
        self.distinct(&table.rules.0);
        let rules: Vec<RoleId> = table.rules.0.iter().filter_map(|word| self.held(word, "rules here")).collect();
        if table.rules.0.is_empty() {
            let what = format!("nobody rules on exceptions of the class {}", key.text);
            self.found.add(key.at, what, "rules = [\"…\"], with a role that does");
        }
        if let (Some(word), [only]) = (&table.specialist, table.rules.0.as_slice())
            && word.text == only.text
        {
            let what = format!("“{}” would recommend and rule, and those are two acts by two people", word.text);
            self.found.add(word.at, what, "another role, or no `specialist`");
        }
        let longest = self.some_time(&table.longest);
        let past_renewals = table.past_renewals.as_ref().and_then(|word| {
            let role = self.held(word, "rules on renewals past the cap")?;
            if rules.contains(&role) {
                let what = format!("“{role}” rules on every grant already, so it is no next role");
                self.found.add(word.at, what, "a role above it");
            }
            Some(role)
        });
        let until_revoked = table.until_revoked.as_ref().and_then(|word| self.held(word, "may grant without an end"));
        let mut warn_before: Vec<Span> = Vec::new();
        for word in &table.warn_before {
            let Some(span) = self.some_time(word) else { continue };
            if warn_before.last().is_some_and(|last| *last <= span) {
                self.found.add(word.at, "warnings get nearer to the end", "the longest first: [\"7d\", \"1d\"]");
            }
            if longest.is_some_and(|longest| span >= longest) {
                let what = format!("{} before the end is before the longest grant begins", quote(&word.text));
                self.found.add(word.at, what, "a shorter span");
            }
            warn_before.push(span);
        }
        let control = table.control.as_ref().and_then(|table| {
            let holder = self.held(&table.holder, "shows that the control works");
            let every = self.some_time(&table.every);
            Some(ControlRule { holder: holder?, every: every? })
        });
        let pauses =
            table.pauses.iter().filter_map(|Placed { value: duty, at }| self.paused_duty(*duty, *at)).collect();
        let recurrence = table.recurrence.as_ref().and_then(|table| {
            let Placed { value: more_than, at } = table.more_than;
            if !(1..=MOST_RECURRING).contains(&more_than) {
                self.found.add(at, "what recurs is counted from one to a hundred", "a number from 1 to 100");
            }
            Some(RecurrenceRule { more_than, within: self.some_time(&table.within)? })
        });
        Some(ExceptionClass {
            about: about?,
            specialist,
            rules,
            longest: longest?,
            renewals: table.renewals,
            past_renewals,
            until_revoked,
            warn_before,
            control,
            pauses,
            at_end: table.at_end.unwrap_or(AtEnd::Resume),
            recurrence,
            line: self.found.line(key.at),
        })
    }

    fn paused_duty(&mut self, duty: Duty, at: Place) -> Option<Duty> {
        let row = duty.row();
        let why = match (row.kind, row.owed) {
            (CaseKind::Exception, _) => "belongs to exceptions, and an exception stops the clocks of other cases",
            (_, Owed::ByLaw) => "is counted by a law, which no exception of yours stops",
            (CaseKind::Rollback, _) => "belongs to a rollback, which waits for no exception",
            (CaseKind::Handoff, _) => "belongs to a handoff: until somebody has accepted, its giver holds it",
            (CaseKind::Incident | CaseKind::Approval, _) => return Some(duty),
        };
        self.found.add(at, format!("“{duty}” {why}"), "a duty of an incident or an approval that the policy sets");
        None
    }

    pub fn queue(&mut self, table: &QueueTable) -> Option<QueueRule> {
        let short = self.some_time(&table.short);
        let long = self.some_time(&table.long);
        if let Some(short) = short.filter(|short| *short < SHORTEST_WINDOW) {
            let what = format!("in {short} nothing can be told from chance");
            self.found.add(table.short.at, what, "“5m” or longer");
        }
        if let (Some(short), Some(long)) = (short, long)
            && long <= short
        {
            let what = format!("the long stretch is not longer than the short one ({short})");
            self.found.add(table.long.at, what, "a longer span");
        }
        let at_least = table.at_least.map_or(QUEUE_AT_LEAST, |Placed { value, at }| {
            if value == 0 {
                self.found.add(at, "nobody waiting is no queue", "1 or more");
            }
            value
        });
        let mut some = |word: &Option<Word<kind::Length>>| word.as_ref().map(|word| self.some_time(word));
        let (ahead, recovered_after) = (some(&table.ahead), some(&table.recovered_after));
        let severity = match &table.severity {
            Some(word) => self.value(word, value::severity)?,
            None => Severity::Sev3,
        };
        let (short, long) = (short?, long?);
        Some(QueueRule {
            windows: Windows { short, long },
            at_least,
            ahead: ahead.unwrap_or(Some(long))?,
            recovered_after: recovered_after.unwrap_or(Some(short))?,
            severity,
        })
    }
}
