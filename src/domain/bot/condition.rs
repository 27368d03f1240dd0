//! How the bot itself is: started and stopped, behind or not, its clock, what it could not deliver, what it lost.

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling};
use crate::domain::notice::{Notice, To};
use crate::domain::obligation::NOTICEABLE;
use crate::domain::{At, Label, OutboxId, PolicyHash, Span};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub started: Option<At>,
    /// The operators were told that the bot is behind with what is due.
    pub behind: bool,
    /// How many entries the signed head covered that was there at the last start. A new log has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<u64>,
    /// By which the secret of causes is recognised that the ledger is written under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causes: Option<Label>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "bot.")]
pub enum Event {
    Started {
        version: Label,
        clock: Label,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was_down: Option<Span>,
        /// How many entries the last signed head covered: whoever takes all heads away can't take this away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signed: Option<u64>,
        /// The mark of the secret of causes: `crate::ledger::record::Causes::mark`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        causes: Option<Label>,
    },
    Stopped {},
    FellBehind {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_wake_late: Option<Span>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        oldest_notice_late: Option<Span>,
    },
    CaughtUp {},
    ClockWentBack {
        by: Span,
    },
    GaveUp {
        outbox: OutboxId,
        why: String,
    },
    /// A backup was restored, and the loss of what was signed after it accepted.
    Recovered {
        lost_from: u64,
        signed_size: u64,
        policy: PolicyHash,
        head: Label,
    },
    /// The secret of causes is another one from now on, and the operator accepted what that costs.
    CausesReplaced {
        causes: Label,
    },
}

/// What is recorded when a process takes over the data folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    pub version: Label,
    pub clock: Label,
    /// How long after the last one was last seen.
    pub was_down: Option<Span>,
    /// How many entries the signed head covers that is there.
    pub signed: Option<u64>,
    /// The mark of the secret of causes.
    pub causes: Label,
}

impl Condition {
    pub(super) fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Started { version: _, clock: _, was_down: _, signed, causes } => {
                self.started = Some(at);
                self.signed = *signed;
                self.causes = causes.clone().or(self.causes.take());
            }
            Event::FellBehind { .. } => self.behind = true,
            Event::CaughtUp {} => self.behind = false,
            Event::Recovered { .. } => self.signed = None,
            Event::CausesReplaced { causes } => self.causes = Some(causes.clone()),
            Event::Stopped {} | Event::ClockWentBack { .. } | Event::GaveUp { .. } => {}
        }
    }
}

impl Draft<'_> {
    pub(super) fn start(mut self, start: &Start) -> Ruling {
        let Start { version, clock, was_down, signed, causes } = start.clone();
        let was_down = was_down.filter(|&span| span > NOTICEABLE);
        self.push(Event::Started { version, clock, was_down, signed, causes: Some(causes) });
        if let Some(was_down) = was_down {
            self.tell(To::Operators, Telling::WasDown { was_down }, None);
        }
        self.ruling
    }

    /// Told once when it falls behind and once when it has caught up.
    pub(super) fn watch(self, oldest_wake_late: Option<Span>, oldest_notice_late: Option<Span>) -> Ruling {
        let noticeable = |late: Option<Span>| late.is_some_and(|span| span > NOTICEABLE);
        let late = noticeable(oldest_wake_late) || noticeable(oldest_notice_late);
        match (self.bot.condition.behind, late) {
            (false, true) => self.alarm(
                Event::FellBehind { oldest_wake_late, oldest_notice_late },
                Telling::FellBehind { oldest_wake_late, oldest_notice_late },
            ),
            (true, false) => self.alarm(Event::CaughtUp {}, Telling::CaughtUp {}),
            (true, true) | (false, false) => self.ruling,
        }
    }

    pub(super) fn give_up(self, outbox: OutboxId, why: &str, to_operators: bool) -> Ruling {
        let event = Event::GaveUp { outbox, why: why.to_owned() };
        match to_operators {
            // That very channel can't be reached; the ledger and the health page still say so.
            true => self.record(event),
            false => self.alarm(event, Telling::Undeliverable { outbox, why: why.to_owned() }),
        }
    }
}

/// The operator accepted the loss of entries after restoring a backup. No policy has a say in it, since the text of the one in
/// force may have been erased.
pub fn recover(lost_from: u64, signed_size: u64, policy: PolicyHash, head: &str) -> Ruling {
    let lost = signed_size.saturating_sub(lost_from);
    let told = format!(
        "The database was restored from a backup. {lost} ledger entries that were signed, from no. {lost_from} on, are \
         gone; the loss was accepted and is recorded. What was decided in them must be asked again."
    );
    let notice = Notice {
        to: To::Operators,
        about: None,
        telling: Telling::Sentence { text: told.into() }.into(),
        while_owed: Vec::new(),
        is_news: false,
        not_before: None,
    };
    let event = Event::Recovered { lost_from, signed_size, policy, head: Label::from(head) };
    Ruling { events: vec![event.into()], notices: vec![notice], ..Ruling::default() }
}
