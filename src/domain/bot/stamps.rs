//! Time stamps of heads: when the next one is due, and that they are renewed before the authority's certificate ends. A stamp is an
//! entry itself, so each newer stamp covers the older ones: one that lasts longer carries all of them on (as RFC 4998 §4.2 does with a
//! chain of archive time stamps).

use serde::{Deserialize, Serialize};

use super::heads::Publication;
use super::{Draft, Ruling, Telling};
use crate::domain::kinds::incident::{self, Impact, Nature};
use crate::domain::kinds::{Event as Became, Opening};
use crate::domain::notice::To;
use crate::domain::ruling::Then;
use crate::domain::text::moment_utc;
use crate::domain::{At, Body, Case, CaseId, ClassId, Label, Severity, Span, WorkflowId, every_case};

/// So long before the certificate ends a stamp that lasts longer is asked for each day.
const RENEWED_AHEAD: Span = Span::days(60);
const RENEWED_EVERY: Span = Span::days(1);
/// How often the operators hear that none is to be had.
const TOLD_EVERY: Span = Span::days(7);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stamps {
    /// When the newest was had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<At>,
    /// When the certificate ends that the newest was signed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<At>,
    /// When the operators were told that it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<At>,
    /// The authority gave none when it was asked last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failing: bool,
    /// The open incident about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<CaseId>,
}

impl Stamps {
    pub(super) fn is_empty(&self) -> bool {
        *self == Stamps::default()
    }

    /// When the next one is due. `None`: at once.
    pub fn due(&self, every: Span) -> Option<At> {
        let last = self.last?;
        let renewed = self.until.map(|until| (until - RENEWED_AHEAD).max(last + RENEWED_EVERY));
        renewed.into_iter().chain([last + every]).min()
    }

    pub(super) fn made(&mut self, until: Option<At>, at: At) {
        let (told, incident) = (self.told, self.incident);
        *self = Stamps { last: Some(at), until, told: None, failing: false, incident };
        self.told = told.filter(|_| self.ends_soon(at).is_some());
    }

    fn ends_soon(&self, at: At) -> Option<At> {
        self.until.filter(|until| *until - RENEWED_AHEAD <= at)
    }

    /// Whether it is time to say that they end.
    pub(super) fn says_so(&self, at: At) -> bool {
        self.ends_soon(at).is_some() && self.told.is_none_or(|told| at - told >= TOLD_EVERY)
    }
}

impl Stamps {
    /// Sees what became true of a case: whether an incident is open about these stamps.
    pub(super) fn observe(&mut self, case: &Case, event: &Became) {
        let (incident, event) = match (&case.body, event) {
            (Body::Incident(incident), Became::Incident(event)) => (incident, event),
            (Body::Incident(_) | Body::Approval(_) | Body::Exception(_) | Body::Handoff(_) | Body::Rollback(_), _) => {
                return;
            }
        };
        let is_it = self.incident == Some(case.id);
        match event {
            incident::Event::Opened(opened) => {
                if opened.stamps_end.is_some() {
                    self.incident = Some(case.id);
                }
            }
            // Reopened, it is about them again, unless another one has been opened meanwhile.
            incident::Event::Reopened { .. } => {
                if incident.stamps_end.is_some() && self.incident.is_none() {
                    self.incident = Some(case.id);
                }
            }
            // Merged, its date is lost: another one is opened, unless there are new stamps by then.
            incident::Event::Merged { .. }
            | incident::Event::Resolved { .. }
            | incident::Event::Reviewed { .. }
            | incident::Event::Withdrawn { .. }
                if is_it =>
            {
                self.incident = None;
            }
            incident::Event::Merged { .. }
            | incident::Event::Resolved { .. }
            | incident::Event::Reviewed { .. }
            | incident::Event::Withdrawn { .. }
            | incident::Event::Acknowledged { .. }
            | incident::Event::AcknowledgementLapsed {}
            | incident::Event::Assessed { .. }
            | incident::Event::Contained { .. }
            | incident::Event::Absorbed { .. }
            | incident::Event::Updated { .. }
            | incident::Event::Decided { .. }
            | incident::Event::FollowUpPromised { .. }
            | incident::Event::FollowUpDone { .. }
            | incident::Event::Paged { .. }
            | incident::Event::SeverityChanged { .. }
            | incident::Event::MomentSet { .. }
            | incident::Event::Classified { .. }
            | incident::Event::SeatTaken { .. }
            | incident::Event::SeatLeft { .. }
            | incident::Event::ClockApplies { .. }
            | incident::Event::ClockSetAside { .. }
            | incident::Event::ClockStarted { .. }
            | incident::Event::ClockMoved { .. }
            | incident::Event::ReportSubmitted { .. } => {}
        }
    }
}

impl Draft<'_> {
    /// Recorded each time; told where it mends something, and where the certificate ends soon all the same.
    pub(super) fn stamped(mut self, size: u64, stamp: Label, until: Option<At>) -> Ruling {
        let (before, at) = (self.bot.heads.stamps.clone(), self.ask.at);
        self.push(Publication::Stamped { size, stamp, until });
        if self.bot.heads.stamps.ends_soon(at).is_some() {
            self.say_that_stamps_end();
            return self.ruling;
        }
        let again = "The authority stamps this ledger's heads again";
        let by = until.map(|until| format!("by a certificate that is good until {}", moment_utc(until)));
        let text = match by {
            Some(by) if before.told.is_some() => {
                let renewed = format!("The head over {size} entries has a time stamp {by}. It covers all older ones.");
                if let Some(incident) = before.incident {
                    let seen = format!("{renewed} The time stamps are renewed.");
                    self.ruling.then.push(Then::Case(incident, every_case::Command::Observe { seen }.into()));
                }
                renewed
            }
            Some(by) if before.failing => format!("{again}: the last one covers {size} entries, {by}."),
            None if before.failing => format!("{again}: the last one covers {size} entries."),
            Some(_) | None => return self.ruling,
        };
        self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        self.ruling
    }

    /// Told once while it lasts, and where the certificate of the newest stamp ends soon.
    pub(super) fn not_stamped(mut self, why: String) -> Ruling {
        if !self.bot.heads.stamps.failing {
            let text = format!(
                "The head of this ledger was not time-stamped: {why}. I ask again every hour. Look at `[time_stamps]` of the settings, or \
                 ask whoever runs the authority; until then nobody else says when these entries were there."
            );
            self.push(Publication::NotStamped { why });
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        self.say_that_stamps_end();
        self.ruling
    }

    /// The certificate ends soon by which the newest stamp is checked, and no later one is to be had: the operators hear it once a week,
    /// and one incident at a time is open about it, on the workflow that keeps the records. Its resolution is the duty to
    /// renew them.
    fn say_that_stamps_end(&mut self) {
        let at = self.ask.at;
        let stamps = self.bot.heads.stamps.clone();
        let Some(until) = stamps.ends_soon(at).filter(|_| stamps.says_so(at)) else { return };
        self.push(Publication::StampsEnd { until });
        let ends = moment_utc(until);
        let (ended, then) = match until <= at {
            true => (format!("could be checked until {ends}"), "the authority's certificate ended, and it has given"),
            false => (format!("can be checked until {ends}"), "the authority's certificate ends, and it gives"),
        };
        let because = format!(
            "The time stamps of this ledger's heads {ended}: then {then} none that lasts longer. Ask whoever runs it for a new certificate, or \
             name another authority under `[time_stamps]` of the settings. The next stamp then covers all older ones; I ask every day."
        );
        let who = match (stamps.incident, &self.policy.records) {
            (Some(incident), _) => format!(" {incident} is about it."),
            (None, Some(records)) => {
                let opening =
                    about(records.workflow.clone(), until, format!("The time stamps {ended}"), because.clone());
                self.ruling.then.push(Then::Open(Opening::Incident(opening)));
                format!(" I open an incident about it on {}.", records.workflow)
            }
            (None, None) => {
                " Nobody owes it by name: the policy has no `[records]` with the workflow that this belongs to."
                    .to_owned()
            }
        };
        self.tell(To::Operators, Telling::Sentence { text: format!("{because}{who}").into() }, None);
    }
}

/// The incident about stamps that can't be checked for long any more.
fn about(workflow: WorkflowId, until: At, title: String, because: String) -> incident::Opening {
    incident::Opening {
        workflow,
        title,
        severity: Severity::Sev3,
        technical: None,
        class: Some(ClassId::from("control.evidence_gap")),
        nature: Nature::default(),
        impact: Impact::Known,
        restricted: false,
        occurred: None,
        detected: None,
        aware: None,
        because: Some(because),
        queue: None,
        stamps_end: Some(until),
        converts: None,
        from: None,
    }
}
