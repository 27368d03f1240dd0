//! Who really holds what: found from what happened, and told to the operators once.
//!
//! What can be seen in the policy alone is a red flag of the policy ([`crate::domain::policy::redflag`]) and isn't found again here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Bot, Draft, Ruling, Telling};
use crate::domain::every_case;
use crate::domain::kinds::DutyEvent;
use crate::domain::kinds::incident::{self, SeatName};
use crate::domain::notice::To;
use crate::domain::obligation::{Change, Receiver};
use crate::domain::policy::RedFlag;
use crate::domain::{At, Body, Case, CaseId, Event as CaseEvent, PersonId, Policy, RoleId, Span, WorkflowId, text};

/// Who hasn't answered for so long isn't there for the role.
const ACTED_WITHIN: Span = Span::days(90);
/// From as many answers on, it says something that all of them were one person's.
const ENOUGH: u32 = 5;

/// What happened, as far as it says who holds what, and what was told of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ownership {
    /// Who answered for each role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub acted: BTreeMap<RoleId, BTreeMap<PersonId, Acted>>,
    /// Who leads an incident that isn't over, and since when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leads: Vec<Lead>,
    /// What the operators were told and still holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Finding>,
}

/// That somebody answered for a role. Kept by the day, so that the bot isn't another one with each answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acted {
    /// The day of their last answer, counted from 1970.
    pub day: i64,
    /// How many answers there were; from five on it stays at that.
    pub times: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    pub case: CaseId,
    pub person: PersonId,
    pub since: At,
    /// They were asked to hand it over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asked: bool,
}

/// Something about who holds what that somebody has to see to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Somebody's account is gone, and the policy has them in roles.
    AccountGone { person: PersonId, roles: Vec<RoleId> },
    /// The groups of a role are empty, and nobody else holds it.
    EmptyRole { role: RoleId },
    /// The groups of a role have one person, and nobody else holds it.
    OneHolder { role: RoleId, person: PersonId },
    /// Seats of a role were handed over until one person had all of them.
    OneLeft {
        role: RoleId,
        person: PersonId,
        /// `None`: on all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowId>,
    },
    /// A seat went to somebody of another party than the role's.
    OutOfParty {
        role: RoleId,
        person: PersonId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<WorkflowId>,
    },
    /// All answers of a role were one person's.
    OneActs { role: RoleId, person: PersonId },
    /// Somebody who stands in is away in that time.
    DeputyAway { from: PersonId, to: PersonId, starts: At, ends: At },
    /// Somebody leads an incident for too long.
    LeadsTooLong { case: CaseId, person: PersonId, since: At },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "ownership.")]
pub enum Event {
    /// What was found anew, and what doesn't hold any more.
    Found {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        found: Vec<Finding>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mended: Vec<Finding>,
    },
    /// Somebody has led an incident for too long, and is asked to hand over the seat.
    ReliefAsked { case: CaseId, person: PersonId },
}

impl Ownership {
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Found { found, mended } => {
                self.told.retain(|it| !mended.contains(it));
                self.told.extend(found.iter().cloned());
            }
            Event::ReliefAsked { case, person } => {
                let theirs = |lead: &&mut Lead| lead.case == *case && lead.person == *person;
                self.leads.iter_mut().filter(theirs).for_each(|lead| lead.asked = true);
            }
        }
    }

    /// Sees what became true of a case: who answered for a role, and who leads.
    pub fn observe(&mut self, case: &Case, event: &CaseEvent) {
        if let CaseEvent::Duty(DutyEvent { number, change }) = event {
            let by = match change {
                // What takes several answers was counted as they came.
                Change::Met { by, .. } => by.as_ref().filter(|_| is_first(case, *number)),
                Change::Answered { by, .. } => Some(by),
                Change::Opened(_)
                | Change::Nudged(_)
                | Change::Late(_)
                | Change::Escalated(_)
                | Change::Repeated(_)
                | Change::AnswerTakenBack { .. }
                | Change::AskedStillWorking {}
                | Change::Extended { .. }
                | Change::Paused { .. }
                | Change::Resumed { .. }
                | Change::Excepted { .. }
                | Change::Restarted { .. }
                | Change::Waived { .. }
                | Change::Voided { .. }
                | Change::Contested { .. }
                | Change::Settled { .. }
                | Change::Moved { .. }
                | Change::Widened { .. }
                | Change::HandedOver { .. }
                | Change::Kept { .. } => None,
            };
            let role = case.obligation(*number).and_then(|it| it.holder.role());
            if let (Some(by), Some(role)) = (by, role) {
                self.acts(role, by, case.touched);
            }
        }
        if let (Body::Incident(_), CaseEvent::Incident(event)) = (&case.body, event) {
            self.observe_lead(case, event);
        }
        if let CaseEvent::Case(every_case::Event::HandedOver { to: Receiver::Person(to), seats, .. }) = event
            && seats.iter().any(|seat| seat.as_str() == SeatName::Lead.word())
        {
            self.leads.retain(|it| it.case != case.id);
            self.leads.push(Lead { case: case.id, person: to.clone(), since: case.touched, asked: false });
        }
    }

    fn acts(&mut self, role: &RoleId, person: &PersonId, at: At) {
        let day = at.0.div_euclid(Span::days(1).0);
        let acted = self.acted.entry(role.clone()).or_default().entry(person.clone());
        let acted = acted.or_insert(Acted { day, times: 0 });
        acted.day = day;
        acted.times = (acted.times + 1).min(ENOUGH);
    }

    fn observe_lead(&mut self, case: &Case, event: &incident::Event) {
        use incident::Event as E;
        match event {
            E::SeatTaken { seat: SeatName::Lead, person, .. } => {
                self.leads.retain(|it| it.case != case.id);
                self.leads.push(Lead { case: case.id, person: person.clone(), since: case.touched, asked: false });
            }
            E::SeatLeft { seat: SeatName::Lead, .. }
            | E::Resolved { .. }
            | E::Reviewed { .. }
            | E::Withdrawn { .. }
            | E::Merged { .. } => self.leads.retain(|it| it.case != case.id),
            E::Opened(_)
            | E::Acknowledged { .. }
            | E::AcknowledgementLapsed {}
            | E::Assessed { .. }
            | E::Contained { .. }
            | E::Absorbed { .. }
            | E::Updated { .. }
            | E::Decided { .. }
            | E::FollowUpPromised { .. }
            | E::FollowUpDone { .. }
            | E::Paged { .. }
            | E::SeverityChanged { .. }
            | E::MomentSet { .. }
            | E::Classified { .. }
            | E::Reopened { .. }
            | E::SeatTaken { .. }
            | E::SeatLeft { .. }
            | E::ClockApplies { .. }
            | E::ClockSetAside { .. }
            | E::ClockStarted { .. }
            | E::ClockMoved { .. }
            | E::ReportSubmitted { .. } => {}
        }
    }
}

fn is_first(case: &Case, number: u32) -> bool {
    case.obligation(number).is_some_and(|it| it.answers.is_empty())
}

impl Bot {
    /// What somebody has to see to about who holds what, as it is at a moment. `policy`: with the members of its groups.
    pub fn findings(&self, policy: &Policy, at: At) -> Vec<Finding> {
        let mut found = Vec::new();
        for person in policy.people.keys().filter(|person| self.is_gone_everywhere(person, policy)) {
            let holds = policy.roles.keys().filter(|role| policy.may_hold(role).contains(&person));
            let roles: Vec<RoleId> = holds.cloned().collect();
            if !roles.is_empty() {
                found.push(Finding::AccountGone { person: person.clone(), roles });
            }
        }
        for (role, written) in &policy.roles {
            let holders = policy.may_hold(role);
            // Who is in a group is known only while the bot runs; the rest is a red flag of the policy.
            let of_groups = !written.groups.is_empty() && written.groups.iter().all(|it| self.platforms.knows(it));
            match holders.as_slice() {
                [] if of_groups => found.push(Finding::EmptyRole { role: role.clone() }),
                [only] if of_groups => {
                    found.push(Finding::OneHolder { role: role.clone(), person: (*only).clone() });
                }
                [] | [_] => {}
                several => found.extend(self.one_acts(role, several, at)),
            }
        }
        found.extend(self.handed_seats(policy, at));
        found.extend(self.deputies_away(at));
        let most = policy.handoffs.lead_at_most;
        let long = |lead: &&Lead| most.is_some_and(|most| at - lead.since >= most);
        found.extend(self.ownership.leads.iter().filter(long).map(|lead| Finding::LeadsTooLong {
            case: lead.case,
            person: lead.person.clone(),
            since: lead.since,
        }));
        found
    }

    /// What became of roles by seats that were handed over.
    fn handed_seats(&self, policy: &Policy, at: At) -> Vec<Finding> {
        let people = self.people(policy, at);
        let mut found: Vec<Finding> = Vec::new();
        for seat in &self.handed.all {
            let Some(role) = policy.roles.get(&seat.role) else { continue };
            let workflow = seat.workflow.as_ref();
            let there = workflow.map_or(people.anywhere(), |workflow| people.on(workflow));
            let members = there.members(&seat.role);
            let several = policy.may_hold(&seat.role).len() > 1;
            if let ([only], true, None) = (members.as_slice(), several, &role.rota) {
                let (role, person) = (seat.role.clone(), (*only).clone());
                found.push(Finding::OneLeft { role, person, workflow: seat.workflow.clone() });
            }
            let Receiver::Person(person) = &seat.to else { continue };
            let is_theirs = policy.people.get(person).is_some_and(|it| it.party == role.party);
            if !is_theirs && members.contains(&person) {
                let (role, person) = (seat.role.clone(), person.clone());
                found.push(Finding::OutOfParty { role, person, workflow: seat.workflow.clone() });
            }
        }
        let mut once: Vec<Finding> = Vec::new();
        for finding in found {
            if !once.contains(&finding) {
                once.push(finding);
            }
        }
        once
    }

    fn one_acts(&self, role: &RoleId, holders: &[&PersonId], at: At) -> Option<Finding> {
        let since = (at - ACTED_WITHIN).0.div_euclid(Span::days(1).0);
        let acted = self.ownership.acted.get(role)?;
        let mut lately = holders.iter().filter(|person| acted.get(**person).is_some_and(|it| it.day >= since));
        let (only, another) = (lately.next()?, lately.next());
        let enough = acted.get(*only).is_some_and(|it| it.times >= ENOUGH);
        (another.is_none() && enough).then(|| Finding::OneActs { role: role.clone(), person: (*only).clone() })
    }

    fn deputies_away(&self, at: At) -> impl Iterator<Item = Finding> + use<'_> {
        let all = &self.delegations.all;
        all.iter().filter(move |it| it.ends > at).filter_map(move |it| {
            let to = it.to.as_ref()?;
            let shares = |roles: &[RoleId]| {
                roles.is_empty() || it.roles.is_empty() || roles.iter().any(|role| it.roles.contains(role))
            };
            let away = all.iter().find(|other| {
                &other.from == to
                    && other.to.is_none()
                    && other.overlaps(it.starts.max(at), it.ends)
                    && shares(&other.roles)
            })?;
            let (starts, ends) = (away.starts.max(it.starts), away.ends.min(it.ends));
            Some(Finding::DeputyAway { from: it.from.clone(), to: to.clone(), starts, ends })
        })
    }
}

impl Finding {
    /// As it stands among the red flags.
    pub fn flag(&self, policy: &Policy) -> RedFlag {
        let name = |person: &PersonId| policy.name_of(person);
        let of_it = |workflow: Option<&WorkflowId>| workflow.map_or(String::new(), |it| format!(" of {it}"));
        let (id, what, why, write) = match self {
            Finding::AccountGone { person, roles } => (
                "account-gone",
                format!("{}'s accounts are gone, and they hold {}", name(person), text::list(roles.iter())),
                "What is asked of them reaches nobody.",
                "somebody else in their place".to_owned(),
            ),
            Finding::EmptyRole { role } => (
                "empty-groups",
                format!("the groups of {role} are empty, so nobody holds it"),
                "What it owes reaches nobody.",
                format!("members = [\"…\"] in [roles.{role}], or people into its groups"),
            ),
            Finding::OneHolder { role, person } => (
                "one-in-its-groups",
                format!("{role} stands on {} alone", name(person)),
                "One holiday, illness or notice, and its answers stop.",
                "a second person into its groups".to_owned(),
            ),
            Finding::OneLeft { role, person, workflow } => (
                "one-left",
                format!(
                    "{role}{} stands on {} alone since seats of it were handed over",
                    of_it(workflow.as_ref()),
                    name(person)
                ),
                "One holiday, illness or notice, and its answers stop.",
                format!("a second person in [roles.{role}], or a seat that goes back by a handoff"),
            ),
            Finding::OutOfParty { role, person, workflow } => (
                "seat-out-of-party",
                format!("{} has a seat of {role}{} and isn't of its party", name(person), of_it(workflow.as_ref())),
                "Who asks for something may come to decide on it.",
                format!("somebody of its party in [roles.{role}], or the seat handed back"),
            ),
            Finding::OneActs { role, person } => (
                "one-acts",
                format!("all answers of {role} in 90 days were {}'s; the others never acted", name(person)),
                "Who has never done it isn't there when it counts.",
                "turns: a rota, or another person's answers".to_owned(),
            ),
            Finding::DeputyAway { from, to, starts, ends } => (
                "deputy-away",
                format!(
                    "{} stands in for {} and is away themselves from {} to {}",
                    name(to),
                    name(from),
                    text::moment_utc(*starts),
                    text::moment_utc(*ends)
                ),
                "In that time nobody answers for either of them.",
                "another deputy".to_owned(),
            ),
            Finding::LeadsTooLong { case, person, since } => (
                "leads-too-long",
                format!("{} leads {case} since {}", name(person), text::moment_utc(*since)),
                "Whoever leads for so long is tired, and decides so.",
                "a handover of the lead seat".to_owned(),
            ),
        };
        RedFlag { id, workflow: None, line: None, what, why, write }
    }

    /// Whether the operators hear of it elsewhere already: when a platform says who is there.
    fn is_told_elsewhere(&self) -> bool {
        match self {
            Finding::AccountGone { .. } | Finding::EmptyRole { .. } => true,
            Finding::OneHolder { .. }
            | Finding::OneLeft { .. }
            | Finding::OutOfParty { .. }
            | Finding::OneActs { .. }
            | Finding::DeputyAway { .. }
            | Finding::LeadsTooLong { .. } => false,
        }
    }
}

impl Draft<'_> {
    /// Recorded where it changed, and each told once. `restricted`: cases that the operators' channel mustn't name.
    pub(super) fn look_at_ownership(mut self, restricted: &[CaseId]) -> Ruling {
        let now = self.bot.findings(self.policy, self.ask.at);
        let told = self.bot.ownership.told.clone();
        let hidden = |it: &Finding| matches!(it, Finding::LeadsTooLong { case, .. } if restricted.contains(case));
        let found: Vec<Finding> = now.iter().filter(|it| !told.contains(it) && !hidden(it)).cloned().collect();
        let mended: Vec<Finding> = told.into_iter().filter(|it| !now.contains(it)).collect();
        if found.is_empty() && mended.is_empty() {
            return self.ruling;
        }
        self.push(Event::Found { found: found.clone(), mended });
        for finding in found.iter().filter(|it| !it.is_told_elsewhere()) {
            let RedFlag { what, why, write, .. } = finding.flag(self.policy);
            let text = format!("Somebody has to see to it: {what}. {why} What helps: {write}.");
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        self.ruling
    }
}
