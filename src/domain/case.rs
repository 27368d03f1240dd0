//! A case: what its events say it is. Folding can't fail, and when it wants to be woken follows from what it is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::approval::Approval;
use super::event::Event;
use super::incident::{Incident, IncidentState};
use super::obligation::{Contest, Obligation, Standing, Wants};
use super::people::{People, Seat};
use super::policy::Channel;
use super::{At, CaseId, CaseKind, Duty, PersonId, PolicyDigest, RoleId, WorkflowId};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    pub workflow: WorkflowId,
    pub title: String,
    /// `None`: the bot opened it by itself.
    pub opened_by: Option<PersonId>,
    pub opened: At,
    /// When the last event came.
    pub touched: At,
    /// When it reached an end; a reopened case has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<At>,
    /// The policy in force when it was opened: all its terms are stamped from that one.
    pub policy: PolicyDigest,
    pub homes: Vec<Channel>,
    /// Only its own people see it: see [`Case::is_visible_to`].
    #[serde(default)]
    pub restricted: bool,
    /// People who were let in by name.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub invited: BTreeSet<PersonId>,
    pub obligations: Vec<Obligation>,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    Incident(Incident),
    Approval(Approval),
}

impl Case {
    /// A case begins with its first event. `None` if that event doesn't begin one.
    pub fn begin(id: CaseId, event: &Event, at: At) -> Option<Case> {
        let (workflow, title, opened_by, policy, homes, restricted, body) = match event {
            Event::IncidentOpened(it) => (
                &it.workflow,
                &it.title,
                it.by.clone(),
                &it.policy,
                &it.homes,
                it.restricted,
                Body::Incident(Incident::begin(it)),
            ),
            Event::ApprovalRequested(it) => (
                &it.workflow,
                &it.title,
                Some(it.by.clone()),
                &it.policy,
                &it.homes,
                false,
                Body::Approval(Approval::begin(it)),
            ),
            _ => return None,
        };
        Some(Case {
            id,
            workflow: workflow.clone(),
            title: title.clone(),
            opened_by,
            opened: at,
            touched: at,
            closed: None,
            policy: policy.clone(),
            homes: homes.clone(),
            restricted,
            invited: BTreeSet::new(),
            obligations: Vec::new(),
            body,
        })
    }

    /// Folds one event that came at `at`. Events of numbers that the case doesn't have change nothing.
    pub fn apply(&mut self, event: &Event, at: At) {
        self.touched = at;
        match event {
            Event::Owed(obligation) => self.obligations.push((**obligation).clone()),
            Event::Climbed(climbed) => self.on(climbed.number, |it| {
                it.climbed = climbed.through;
                it.last_told = Some(at);
                it.repeated = climbed.repeat.unwrap_or(it.repeated);
                if it.breach.is_none() {
                    it.breach = climbed.breach.clone();
                }
            }),
            Event::Answered { number, by, stands_in_for } => self.on(*number, |it| {
                it.votes += 1;
                it.answers.push(by.clone());
                if let Some(giver) = stands_in_for {
                    it.answers.push(giver.clone());
                }
            }),
            Event::Met { number, by } => self.on(*number, |it| {
                let expires = it.terms.expires_after.map(|span| at + span);
                it.standing = Standing::Met { at, by: by.clone(), expires };
            }),
            Event::AskedStillWorking { number } => self.on(*number, |it| {
                if let Standing::Met { expires, .. } = &mut it.standing {
                    *expires = None;
                }
            }),
            Event::Believed { number, expires: until } => self.on(*number, |it| {
                if let Standing::Met { expires, .. } = &mut it.standing {
                    *expires = Some(*until);
                }
            }),
            Event::Paused { number, reason, by, ends } => self.on(*number, |it| {
                it.standing = Standing::Paused { since: at, reason: reason.clone(), by: Some(by.clone()), ends: *ends };
            }),
            Event::Resumed { number, paused, terms, .. } => self.on(*number, |it| {
                it.standing = Standing::Owed;
                it.paused = it.paused + *paused;
                it.terms = (**terms).clone();
            }),
            Event::Waived { number, by, reason } => self.on(*number, |it| {
                it.standing = Standing::Waived { at, by: by.clone(), reason: reason.clone() };
            }),
            Event::Voided { number, reason } => self.on(*number, |it| {
                it.standing = Standing::Void { at, reason: reason.clone() };
            }),
            Event::Contested { number, contest } => self.on(*number, |it| {
                if let Some(breach) = &mut it.breach {
                    breach.contested = Some(contest.clone());
                }
            }),
            Event::Settled { number, to, reason, .. } => self.on(*number, |it| {
                if let Some(breach) = &mut it.breach {
                    breach.attributed = to.clone();
                    breach.reason = Some(reason.clone());
                    breach.contested = None::<Contest>;
                }
            }),
            Event::Moved { number, to, .. } => self.on(*number, |it| it.held_by.clone_from(to)),
            Event::Widened { number, to } => self.on(*number, |it| {
                if let super::obligation::Holder::Roles(roles) = &mut it.holder
                    && !roles.contains(to)
                {
                    roles.push(to.clone());
                }
            }),
            Event::Invited { person, .. } => {
                self.invited.insert(person.clone());
            }
            Event::Noted { .. } | Event::Linked { .. } => {}
            other => {
                match &mut self.body {
                    Body::Incident(incident) => incident.apply(other, at),
                    Body::Approval(approval) => approval.apply(other, at),
                }
                self.closed = match self.body.is_closed() {
                    true => self.closed.or(Some(at)),
                    false => None,
                };
            }
        }
    }

    fn on(&mut self, number: u32, change: impl FnOnce(&mut Obligation)) {
        if let Some(obligation) = self.obligations.iter_mut().find(|it| it.number == number) {
            change(obligation);
        }
    }

    /// When this case next wants to be woken. A function of state, so no timer can leak.
    pub fn wake(&self) -> Option<At> {
        let slow_at = match &self.body {
            Body::Approval(approval) => approval.slow_at(),
            Body::Incident(_) => None,
        };
        let wanted = |it: &Obligation| match it.next()? {
            (_, Wants::AskStillWorking) if !self.stands_on(it) => None,
            (at, Wants::AskStillWorking | Wants::Climb | Wants::Resume) => Some(at),
        };
        self.obligations.iter().filter_map(wanted).chain(slow_at).min()
    }

    /// Whether an incident stands on this acknowledgement now. Only then does it grow old: not once the incident is
    /// contained or closed, and not when a later acknowledgement took its place.
    pub fn stands_on(&self, acknowledgement: &Obligation) -> bool {
        let Body::Incident(incident) = &self.body else { return false };
        let last = self.obligations.iter().rfind(|it| it.duty == Duty::Acknowledge);
        incident.state == IncidentState::Acknowledged && last.is_some_and(|it| it.number == acknowledgement.number)
    }

    /// Which wording of an approval's action stands now.
    pub fn revision(&self) -> Option<u32> {
        match &self.body {
            Body::Approval(approval) => Some(approval.revision),
            Body::Incident(_) => None,
        }
    }

    pub fn kind(&self) -> CaseKind {
        self.id.kind
    }

    pub fn is_closed(&self) -> bool {
        self.body.is_closed()
    }

    /// The state in one word: `open`, `acknowledged`, `requested`, `approved` …
    pub fn state(&self) -> &'static str {
        match &self.body {
            Body::Incident(incident) => incident.state.word(),
            Body::Approval(approval) => approval.word(),
        }
    }

    pub fn open_obligations(&self) -> impl Iterator<Item = &Obligation> {
        self.obligations.iter().filter(|it| it.is_open())
    }

    pub fn owed(&self, duty: Duty) -> Option<&Obligation> {
        self.open_obligations().find(|it| it.duty == duty)
    }

    pub fn obligation(&self, number: u32) -> Option<&Obligation> {
        self.obligations.iter().find(|it| it.number == number)
    }

    pub fn next_number(&self) -> u32 {
        self.obligations.last().map_or(1, |it| it.number + 1)
    }

    /// The next moment that somebody owes something, for the card.
    pub fn next_due(&self) -> Option<&Obligation> {
        self.open_obligations().filter(|it| matches!(it.standing, Standing::Owed)).min_by_key(|it| it.terms.due)
    }

    /// People who may not answer an obligation: separation of duties.
    pub fn excluded(&self, obligation: &Obligation) -> Vec<PersonId> {
        match &self.body {
            Body::Approval(approval) if obligation.duty == Duty::Decide => approval.excluded(),
            Body::Approval(approval) if obligation.duty == Duty::ReviewBreakGlass => approval.broke_glass(),
            _ => Vec::new(),
        }
    }

    /// Whose answer an obligation still waits for, in the order of the policy. A seat that has answered is not asked again,
    /// whoever keeps it now.
    pub fn waiting_on(&self, obligation: &Obligation, people: &People<'_>) -> Vec<Seat> {
        let mut out = self.excluded(obligation);
        out.extend(obligation.answers.iter().cloned());
        people.holders(&obligation.holder, &out)
    }

    /// Who may answer: the holders, and everybody in a role that the ladder has called in.
    pub fn may_answer(&self, obligation: &Obligation, person: &PersonId, people: &People<'_>) -> Option<Seat> {
        let excluded = self.excluded(obligation);
        let called: Vec<RoleId> = obligation.called().cloned().collect();
        let holders = people.holders(&obligation.holder, &excluded);
        holders.into_iter().chain(people.called(&called, &excluded)).find(|seat| &seat.person == person)
    }

    /// The homes in which its story is told. On a platform where it has a channel of its own, it is told there, and other
    /// channels only show its card.
    pub fn told_in(&self) -> impl Iterator<Item = &Channel> {
        let own = |platform| self.homes.iter().any(|home| &home.platform == platform && home.own_of().is_some());
        self.homes.iter().filter(move |home| home.own_of().is_some() || !own(&home.platform))
    }

    /// Who belongs into its own channel: whoever opened it, sits in its seats, was let in by name, or owes an answer now or was
    /// called to one.
    pub fn company(&self, people: &People<'_>) -> Vec<PersonId> {
        let mut company: Vec<PersonId> = self.opened_by.iter().chain(&self.invited).cloned().collect();
        if let Body::Incident(incident) = &self.body {
            company.extend(incident.seated().cloned());
        }
        for obligation in self.open_obligations() {
            company.extend(self.waiting_on(obligation, people).into_iter().map(|seat| seat.person));
            let called: Vec<RoleId> = obligation.called().cloned().collect();
            company.extend(people.called(&called, &[]).into_iter().map(|seat| seat.person));
        }
        let mut seen = BTreeSet::new();
        company.retain(|person| seen.insert(person.clone()));
        company
    }

    /// A restricted case is visible to its own people alone, everywhere: who opened it, sits in its seats, was let in, or
    /// holds or was called to one of its duties.
    pub fn is_visible_to(&self, person: &PersonId, people: &People<'_>) -> bool {
        if !self.restricted || self.opened_by.as_ref() == Some(person) || self.invited.contains(person) {
            return true;
        }
        let seated = match &self.body {
            Body::Incident(incident) => incident.sits(person),
            Body::Approval(_) => false,
        };
        seated
            || self
                .obligations
                .iter()
                .any(|it| it.held_by.contains(person) || self.may_answer(it, person, people).is_some())
    }
}

impl Body {
    pub fn is_closed(&self) -> bool {
        match self {
            Body::Incident(incident) => incident.state.is_closed(),
            Body::Approval(approval) => approval.outcome.is_some(),
        }
    }
}
