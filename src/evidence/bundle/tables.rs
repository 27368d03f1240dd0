//! The tables of a case: what was owed, what was decided, how clocks ran, what was said, which files came with it, which policies
//! were in force. One row is one thing that an entry says, and names that entry.

use std::collections::BTreeSet;

use serde_json::json;

use super::derive::{self, Attachment, OwnedEnvelope, Sealed, iso};
use super::table::{Cell, Table};
use super::transcript::Teller;
use crate::domain::kinds::{DutyEvent, incident};
use crate::domain::obligation::{Change, Holder, Obligation, Standing};
use crate::domain::{At, Case, Duty, Event, PersonId, Span, text};
use crate::ledger::heard::{NotKept, What};
use crate::ledger::record::{NotToldBecause, Record, Ruled};

fn seconds(span: Span) -> Cell {
    Cell::Number(span.0 / 1_000_000)
}

fn moment(at: At) -> Cell {
    Cell::Text(iso(at))
}

/// What is owed, and how it stood in the end.
pub(super) fn duties(case: Option<&Case>, teller: &Teller<'_>) -> Table {
    let mut table = Table::of(&[
        "case",
        "number",
        "duty",
        "about",
        "holder",
        "people",
        "opened",
        "due",
        "target_s",
        "calendar",
        "quorum",
        "state",
        "closed",
        "closed_by",
        "reason",
        "late_since",
        "attributed",
        "attributed_because",
        "contested",
        "paused_s",
        "nudges",
        "escalations",
        "last_told",
    ]);
    if let Some(case) = case {
        table.rows.extend(case.obligations.iter().map(|obligation| duty(case, obligation, teller)));
    }
    table
}

fn duty(case: &Case, it: &Obligation, teller: &Teller<'_>) -> Vec<Cell> {
    let name = |id: &PersonId| teller.name(id);
    let holder = match &it.holder {
        Holder::Roles(roles) => text::list(roles.iter()),
        Holder::Person(person) => name(person),
    };
    let (closed_by, reason) = match &it.standing {
        Standing::Met { by, .. } => (by.as_ref().map(name), None),
        Standing::Waived { by, reason, .. } => (Some(name(by)), Some(reason.clone())),
        Standing::Void { reason, .. } => (None, Some(reason.clone())),
        Standing::Paused { by, reason, .. } => (by.as_ref().map(name), Some(reason.clone())),
        Standing::Owed => (None, None),
    };
    let breach = it.breach.as_ref();
    let contested = breach.and_then(|breach| breach.contested.as_ref());
    vec![
        case.id.to_string().into(),
        u64::from(it.number).into(),
        it.duty.to_string().into(),
        Cell::of(it.about.as_ref().map(ToString::to_string)),
        holder.into(),
        it.held_by.iter().map(name).collect::<Vec<_>>().join(", ").into(),
        moment(it.opened),
        moment(it.terms.due),
        seconds(it.terms.target),
        Cell::of(it.terms.calendar.as_ref().map(ToString::to_string)),
        u64::from(it.terms.quorum).into(),
        it.state().word().into(),
        Cell::of(it.closed().map(iso)),
        Cell::of(closed_by),
        Cell::of(reason),
        Cell::of(breach.map(|breach| iso(breach.since))),
        Cell::of(breach.map(|breach| breach.attributed.to_string())),
        Cell::of(breach.and_then(|breach| breach.reason.clone())),
        Cell::of(contested.map(|it| format!("{} says {}: {}", name(&it.by), it.says, it.reason))),
        seconds(it.paused),
        u64::from(it.nudges_told()).into(),
        (it.called().count() as u64).into(),
        Cell::of(it.last_told.map(iso)),
    ]
}

/// What was ruled in a case, event by event, with who asked for it.
fn ruled(entries: &[Sealed]) -> impl Iterator<Item = (&OwnedEnvelope, &Ruled, &Event)> {
    entries.iter().flat_map(|entry| {
        let ruled = entry.envelope.as_ref().zip(entry.record.as_ref().and_then(Record::ruled));
        ruled.into_iter().flat_map(|(envelope, ruled)| ruled.events.iter().map(move |event| (envelope, ruled, event)))
    })
}

/// Which duty a number means, also before all of the case is known.
fn duty_of(case: Option<&Case>, number: u32) -> Option<Duty> {
    case.and_then(|case| case.obligation(number)).map(|it| it.duty)
}

/// Every turn of the case and every answer: votes, rulings, waivers, and what was said of whose breach it was.
pub(super) fn decisions(entries: &[Sealed], case: Option<&Case>, teller: &Teller<'_>) -> Table {
    let mut table =
        Table::of(&["entry", "at", "kind", "by", "by_name", "in_seat_of", "duty_number", "duty", "says", "facts"]);
    for (envelope, ruled, event) in ruled(entries).filter(|(_, _, event)| decides(event)) {
        let number = if let Event::Duty(DutyEvent { number, .. }) = event { Some(*number) } else { None };
        table.rows.push(vec![
            envelope.seq.into(),
            moment(envelope.at),
            event.kind().into(),
            Cell::of(ruled.by.as_ref().map(ToString::to_string)),
            Cell::of(ruled.by.as_ref().map(|by| teller.name(by))),
            Cell::of(seat(event).map(ToString::to_string)),
            number.map_or(Cell::Nothing, |number| u64::from(number).into()),
            Cell::of(number.and_then(|number| duty_of(case, number)).map(|duty| duty.to_string())),
            Cell::of(teller.story(event, envelope.at)),
            serde_json::to_value(event).map_or(Cell::Nothing, Cell::Parts),
        ]);
    }
    table
}

fn decides(event: &Event) -> bool {
    let Event::Duty(DutyEvent { change, .. }) = event else { return true };
    match change {
        Change::Answered { .. } | Change::AnswerTakenBack { .. } | Change::Met { .. } => true,
        Change::Waived { .. } | Change::Voided { .. } | Change::Contested { .. } | Change::Settled { .. } => true,
        Change::Opened(_) | Change::Nudged(_) | Change::Late(_) | Change::Escalated(_) | Change::Repeated(_) => false,
        Change::AskedStillWorking {} | Change::Extended { .. } | Change::Paused { .. } | Change::Excepted { .. } => {
            false
        }
        Change::Resumed { .. } | Change::Restarted { .. } | Change::Moved { .. } | Change::Widened { .. } => false,
        Change::HandedOver { .. } | Change::Kept { .. } => false,
    }
}

/// Whose seat an answer was given in.
fn seat(event: &Event) -> Option<&PersonId> {
    let Event::Duty(DutyEvent { change, .. }) = event else { return None };
    if let Change::Answered { stands_in_for, .. } | Change::AnswerTakenBack { stands_in_for, .. } = change {
        return stands_in_for.as_ref();
    }
    None
}

/// How each clock ran, of the policy and of law: begun, paused and why, going on, started anew, moved, passed, ended.
pub(super) fn clocks(entries: &[Sealed], case: Option<&Case>, teller: &Teller<'_>) -> Table {
    let mut table = Table::of(&[
        "entry",
        "at",
        "clock",
        "duty_number",
        "what",
        "due",
        "legal_last_moment",
        "until",
        "paused_s",
        "by",
        "because",
    ]);
    for (envelope, ruled, event) in ruled(entries) {
        let Some(turn) = duty_turn(event, case).or_else(|| law_turn(event)) else { continue };
        table.rows.push(vec![
            envelope.seq.into(),
            moment(envelope.at),
            turn.clock.into(),
            turn.number.map_or(Cell::Nothing, |number| u64::from(number).into()),
            turn.what.into(),
            Cell::of(turn.due.map(iso)),
            Cell::of(turn.last.map(iso)),
            Cell::of(turn.until.map(iso)),
            turn.paused.map_or(Cell::Nothing, seconds),
            Cell::of(ruled.by.as_ref().map(|by| teller.name(by))),
            Cell::of(turn.because),
        ]);
    }
    table
}

/// What became of a clock.
#[derive(Default)]
struct Turn {
    clock: String,
    number: Option<u32>,
    what: &'static str,
    due: Option<At>,
    /// The last moment by the law.
    last: Option<At>,
    until: Option<At>,
    paused: Option<Span>,
    because: Option<String>,
}

fn duty_turn(event: &Event, case: Option<&Case>) -> Option<Turn> {
    let Event::Duty(DutyEvent { number, change }) = event else { return None };
    let clock = duty_of(case, *number).map_or_else(String::new, |duty| duty.to_string());
    let turn = |what: &'static str| Turn { clock: clock.clone(), number: Some(*number), what, ..Turn::default() };
    Some(match change {
        Change::Opened(opened) => Turn { due: Some(opened.terms.due), ..turn("began") },
        Change::Paused { reason, ends, .. } => {
            Turn { until: Some(*ends), because: Some(reason.clone()), ..turn("paused") }
        }
        Change::Excepted { under, ends, .. } => {
            let because = Some(format!("{} is in force", under.exception));
            Turn { until: Some(*ends), because, ..turn("paused") }
        }
        Change::Resumed { paused, terms, .. } => {
            Turn { due: Some(terms.due), paused: Some(*paused), ..turn("went on") }
        }
        Change::Restarted { paused, terms, .. } => {
            Turn { due: Some(terms.due), paused: Some(*paused), ..turn("began anew") }
        }
        Change::Late(passed) => {
            let breach = passed.breach.as_ref();
            Turn { due: breach.map(|breach| breach.since), ..turn("ran out") }
        }
        Change::Extended { expires } => Turn { until: Some(*expires), ..turn("acknowledgement goes on") },
        Change::Met { .. } => turn("answered"),
        Change::Waived { reason, .. } => Turn { because: Some(reason.clone()), ..turn("waived") },
        Change::Voided { reason } => Turn { because: Some(reason.clone()), ..turn("void") },
        Change::Nudged(_) | Change::Escalated(_) | Change::Repeated(_) | Change::AskedStillWorking {} => return None,
        Change::Answered { .. } | Change::AnswerTakenBack { .. } | Change::Contested { .. } => return None,
        Change::Settled { .. } | Change::Moved { .. } | Change::Widened { .. } => return None,
        Change::HandedOver { .. } | Change::Kept { .. } => return None,
    })
}

/// The clocks of law run on incidents.
fn law_turn(event: &Event) -> Option<Turn> {
    use incident::Event as Of;
    let Event::Incident(event) = event else { return None };
    let turn = |clock: &crate::domain::ClockId, what| Turn { clock: clock.to_string(), what, ..Turn::default() };
    let runs = |clock, run: &incident::Run, what| Turn {
        number: Some(run.obligation),
        due: Some(run.due),
        last: run.last,
        ..turn(clock, what)
    };
    match event {
        Of::ClockApplies { clock, .. } => Some(turn(clock, "applies")),
        Of::ClockSetAside { clock, reason, .. } => {
            Some(Turn { because: Some(reason.clone()), ..turn(clock, "set aside") })
        }
        Of::ClockStarted { clock, run } => Some(runs(clock, run, "began")),
        Of::ClockMoved { clock, run, .. } => Some(runs(clock, run, "moved")),
        Of::ReportSubmitted { clock, text, at, .. } => {
            let because = Some(format!("at {}: {text}", iso(*at)));
            Some(Turn { because, ..turn(clock, "report submitted") })
        }
        Of::Opened(_) | Of::Acknowledged { .. } | Of::AcknowledgementLapsed {} | Of::Assessed { .. } => None,
        Of::Contained { .. } | Of::Resolved { .. } | Of::Reviewed { .. } | Of::Reopened { .. } | Of::Merged { .. } => {
            None
        }
        Of::Absorbed { .. } | Of::Withdrawn { .. } | Of::Updated { .. } | Of::Decided { .. } | Of::Paged { .. } => None,
        Of::FollowUpPromised { .. } | Of::FollowUpDone { .. } | Of::SeverityChanged { .. } | Of::MomentSet { .. } => {
            None
        }
        Of::Classified { .. } | Of::SeatTaken { .. } | Of::SeatLeft { .. } => None,
    }
}

/// Everything that was heard and told, an entry a row: of an edit and of a deletion also what stood there before.
pub(super) fn messages(entries: &[Sealed], teller: &Teller<'_>) -> Table {
    let mut table = Table::of(&[
        "entry",
        "at",
        "said_at",
        "kind",
        "lane",
        "thread",
        "message",
        "who",
        "text",
        "was",
        "files",
        "from_history",
        "imported",
        "words_gone",
    ]);
    for entry in entries {
        let (Some(envelope), Some(record)) = (&entry.envelope, &entry.record) else { continue };
        let Some(said) = said(record, teller) else { continue };
        table.rows.push(vec![
            envelope.seq.into(),
            moment(envelope.at),
            Cell::of(envelope.said.map(iso)),
            envelope.kind.as_str().into(),
            said.lane.into(),
            Cell::of(said.thread),
            Cell::of(said.message),
            said.who.into(),
            Cell::of(said.text),
            Cell::of(said.was),
            Cell::of(said.files),
            said.backfilled.into(),
            said.imported.into(),
            entry.is_without_words().into(),
        ]);
    }
    table
}

/// A row of the table of messages.
#[derive(Default)]
struct Said {
    lane: String,
    thread: Option<String>,
    message: Option<String>,
    who: String,
    text: Option<String>,
    was: Option<String>,
    files: Option<String>,
    backfilled: bool,
    imported: bool,
}

fn said(record: &Record, teller: &Teller<'_>) -> Option<Said> {
    const BOT: &str = "countersign";
    match record {
        Record::Heard(heard) => {
            let (message, text) = match &heard.what {
                What::Said { message, text, .. } | What::Edited { message, text } => {
                    (Some(message), Some(text.clone()))
                }
                What::Command { text } => (None, Some(text.clone())),
                What::Deleted { message } => (Some(message), None),
                What::Pressed { message, action } => (Some(message), Some(action.clone())),
                What::Filled(filled) => (None, Some(super::transcript::filled(filled))),
                What::FileDeleted { message, name, .. } => (Some(message), Some(name.clone())),
                What::Reacted { message, reaction, .. } => (Some(message), Some(reaction.clone())),
                What::Joined | What::Left => (None, None),
                What::Other { kind } => (None, Some(kind.clone())),
                What::Gap { from, to, why } => (None, Some(format!("{} to {}: {why}", iso(*from), iso(*to)))),
            };
            let files = heard.what.files().iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join(", ");
            Some(Said {
                lane: heard.lane.to_string(),
                thread: heard.thread.clone(),
                message: message.cloned(),
                who: teller.who(&heard.who, heard.from.get()),
                text,
                was: heard.was.as_deref().map(super::transcript::stood),
                files: (!files.is_empty()).then_some(files),
                backfilled: heard.backfilled,
                imported: heard.imported.is_some(),
            })
        }
        Record::Told(told) => Some(Said {
            lane: told.lane.to_string(),
            thread: told.thread.clone(),
            message: Some(told.message.clone()),
            who: BOT.to_owned(),
            text: Some(super::transcript::told(told)),
            ..Said::default()
        }),
        Record::NotTold(not_told) => {
            let text = match &not_told.why {
                NotToldBecause::Answered => "not sent: it was answered meanwhile".to_owned(),
                NotToldBecause::NotTheirs => "not sent: they may not see the case any more".to_owned(),
                NotToldBecause::Undeliverable(why) => format!("not delivered: {why}"),
            };
            Some(Said { lane: not_told.lane.to_string(), who: BOT.to_owned(), text: Some(text), ..Said::default() })
        }
        Record::Ruled(_)
        | Record::Bot(_)
        | Record::ChannelMade(_)
        | Record::Introduced(_)
        | Record::Withheld(_)
        | Record::Erased(_) => None,
    }
}

/// The files that came with messages, and those that couldn't be kept.
pub(super) fn attachments(entries: &[Sealed], attached: &BTreeSet<String>) -> Table {
    let mut table = Table::of(&["sha256", "name", "bytes", "entry", "included", "never_kept_because"]);
    for Attachment { seq, name, bytes, sha256 } in derive::attachments(entries) {
        let included = attached.contains(&sha256);
        table.rows.push(vec![sha256.into(), name.into(), bytes.into(), seq.into(), included.into(), Cell::Nothing]);
    }
    for (seq, NotKept { name, bytes, why, file: _ }) in derive::not_kept(entries) {
        let bytes = bytes.map_or(Cell::Nothing, Cell::from);
        let because = Cell::Text(why.to_string());
        table.rows.push(vec![Cell::Nothing, name.as_str().into(), bytes, seq.into(), false.into(), because]);
    }
    table
}

/// The policies that were in force from the case's opening to its last entry, each from when.
pub(super) fn policies(context: &[&Sealed], case: Option<&Case>, included: &dyn Fn(&str) -> bool) -> Table {
    let mut table = Table::of(&["entry", "in_force_from", "sha256", "opened_under", "included"]);
    for entry in context {
        let (Some(envelope), Some((hash, _))) = (&entry.envelope, derive::loaded(entry)) else { continue };
        let opened_under = case.is_some_and(|case| &case.policy == hash);
        table.rows.push(vec![
            envelope.seq.into(),
            moment(envelope.at),
            hash.to_string().into(),
            opened_under.into(),
            included(hash.as_str()).into(),
        ]);
    }
    table
}

/// What case.json says of the case itself.
pub(super) fn about(case: Option<&Case>, as_of: Option<At>) -> serde_json::Value {
    json!({
        "title": case.map(|case| &case.title),
        "workflow": case.map(|case| &case.workflow),
        "state": case.zip(as_of).map(|(case, as_of)| case.state_at(as_of)),
        "state_as_of_us": as_of,
        "restricted": case.map(|case| case.restricted),
        "opened_us": case.map(|case| case.opened),
        "closed_us": case.and_then(|case| case.closed),
        "policy": case.map(|case| &case.policy),
    })
}
