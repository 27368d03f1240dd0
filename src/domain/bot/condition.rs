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
}

impl Condition {
    pub(super) fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Started { .. } => self.started = Some(at),
            Event::FellBehind { .. } => self.behind = true,
            Event::CaughtUp {} => self.behind = false,
            Event::Stopped {} | Event::ClockWentBack { .. } | Event::GaveUp { .. } | Event::Recovered { .. } => {}
        }
    }
}

impl Draft<'_> {
    pub(super) fn start(mut self, version: &str, clock: &str, was_down: Option<Span>) -> Ruling {
        let was_down = was_down.filter(|&span| span > NOTICEABLE);
        self.push(Event::Started { version: Label::from(version), clock: Label::from(clock), was_down });
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
        not_before: None,
    };
    let event = Event::Recovered { lost_from, signed_size, policy, head: Label::from(head) };
    Ruling { events: vec![event.into()], notices: vec![notice], ..Ruling::default() }
}
