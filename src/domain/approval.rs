//! Approvals: stages of people who each decide in time on exactly one action, and what becomes of a request in the end.
//!
//! An approval is bound to the digest of the raw action; a changed action is a new request in substance. The outcomes
//! stay distinct: nobody's silence is told as somebody's decline. The clock is the engine's; here is only what its passing
//! means for a request.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::command::{Command, HouseCommand, RequestApproval};
use super::engine::{self, TEXT_AT_MOST, text};
use super::event::{ApprovalRequested, Event, Outcome, Vote};
use super::notice::{Telling, To};
use super::obligation::{Climbed, Holder, Obligation, Standing, State};
use super::people::Seat;
use super::policy::{Path, PathStage, Policy, TimeIsUp};
use super::refusal::did_you_mean;
use super::ruling::persons;
use super::{
    Actor, Ask, At, Body, Case, CaseId, CaseKind, Draft, Duty, PathId, PersonId, Refusal, RoleId, Ruling, Span, Then,
    World, list,
};

/// Longest title, in characters: it stands on one line of a card.
pub const TITLE_AT_MOST: usize = 200;

/// How long a requester has for an answer where the policy has no target for it.
const ANSWER_WITHIN: Span = Span::hours(4);
/// How long a look at a broken glass may take where the policy has no target for it.
const REVIEW_WITHIN: Span = Span::hours(24);

/// The policy allows a pause for this by `question_pauses`, whatever other reasons it lists.
const WAITING_ON_REQUESTER: &str = "waiting on the requester";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    pub requester: PersonId,
    /// To the letter.
    pub action: String,
    /// SHA-256 of `action` in hexadecimal.
    pub digest: String,
    /// Counts from 1; each amendment is the next.
    pub revision: u32,
    pub path: PathId,
    /// Counts from 0.
    pub stage: u32,
    /// Those that stand: an amendment voids what was said before it.
    pub votes: Vec<Vote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concluded: Option<Conclusion>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken_glass: Option<BrokenGlass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_at: Option<At>,
    #[serde(default)]
    pub found_slow: bool,
}

/// An approver's question that waits for the requester's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    pub by: PersonId,
    pub text: String,
    /// The number of the answer that is owed.
    pub obligation: u32,
    /// It stopped the decision's clock.
    pub paused: bool,
}

/// Beside the outcome: when, by whom and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conclusion {
    pub at: At,
    /// `None`: the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From the request to its end, pauses and amendments included.
    pub took: Span,
}

/// Somebody approved alone, in an emergency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BrokenGlass {
    pub by: PersonId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_in_for: Option<PersonId>,
    pub role: RoleId,
    pub reason: String,
    /// Who looked at it afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<PersonId>,
}

impl Approval {
    pub fn begin(requested: &ApprovalRequested) -> Approval {
        Approval {
            requester: requested.by.clone(),
            action: requested.action.clone(),
            digest: requested.digest.clone(),
            revision: 1,
            path: requested.path.clone(),
            stage: 0,
            votes: Vec::new(),
            question: None,
            outcome: None,
            concluded: None,
            broken_glass: None,
            slow_at: requested.slow_at,
            found_slow: false,
        }
    }

    /// Folds one event that came at `at`. Events of other kinds of case change nothing.
    pub fn apply(&mut self, event: &Event, at: At) {
        match event {
            Event::Voted(vote) => self.votes.push(vote.clone()),
            Event::StagePassed { stage } => {
                self.stage = stage + 1;
                self.question = None;
            }
            Event::Amended { action, digest, revision, .. } => {
                self.action.clone_from(action);
                self.digest.clone_from(digest);
                self.revision = *revision;
                self.stage = 0;
                self.votes.clear();
                self.question = None;
            }
            Event::QuestionAsked { by, question, obligation, paused } => {
                self.question =
                    Some(Question { by: by.clone(), text: question.clone(), obligation: *obligation, paused: *paused });
            }
            Event::QuestionAnswered { .. } => self.question = None,
            Event::GlassBroken { by, stands_in_for, role, reason } => {
                self.broken_glass = Some(BrokenGlass {
                    by: by.clone(),
                    stands_in_for: stands_in_for.clone(),
                    role: role.clone(),
                    reason: reason.clone(),
                    reviewed: None,
                });
            }
            Event::GlassReviewed { by, .. } => {
                if let Some(glass) = &mut self.broken_glass {
                    glass.reviewed = Some(by.clone());
                }
            }
            Event::Concluded { outcome, by, reason, took } => {
                self.outcome = Some(outcome.clone());
                self.concluded = Some(Conclusion { at, by: by.clone(), reason: reason.clone(), took: *took });
                self.question = None;
            }
            Event::FoundSlow { .. } => self.found_slow = true,
            _ => {}
        }
    }

    /// `requested`, or how it ended.
    pub fn word(&self) -> &'static str {
        self.outcome.as_ref().map_or("requested", Outcome::word)
    }

    /// When being pending becomes a risk in itself. `None` once that was found, or once there is an outcome.
    pub fn slow_at(&self) -> Option<At> {
        self.slow_at.filter(|_| !self.found_slow && self.outcome.is_none())
    }

    /// Who may not decide now: the requester, who spoke in an earlier stage, and whose seat was kept there.
    pub fn excluded(&self) -> Vec<PersonId> {
        let mut out = vec![self.requester.clone()];
        for vote in self.votes.iter().filter(|vote| vote.stage < self.stage) {
            for person in [Some(&vote.by), vote.stands_in_for.as_ref()].into_iter().flatten() {
                if !out.contains(person) {
                    out.push(person.clone());
                }
            }
        }
        out
    }

    /// Who may not look at a broken glass afterwards: who broke it, in whose seat, and who was served by it.
    pub fn broke_glass(&self) -> Vec<PersonId> {
        let broke = self.broken_glass.iter().flat_map(|glass| [Some(&glass.by), glass.stands_in_for.as_ref()]);
        broke.flatten().chain([&self.requester]).cloned().collect()
    }
}

/// SHA-256 of exactly these bytes, in hexadecimal.
fn digest_of(action: &str) -> String {
    hex::encode(Sha256::digest(action.as_bytes()))
}

/// Opens a request with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn request(id: CaseId, wanted: &RequestApproval, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let by = ask.by.person().cloned().ok_or(Refusal::Stranger)?;
    if !world.policy.people.contains_key(&by) {
        return Err(Refusal::Stranger);
    }
    world.require("asking for an approval", &world.policy.may.request_approval, &ask.by)?;
    let Some(workflow) = world.policy.workflows.get(&wanted.workflow) else {
        let known = world.policy.workflows.keys().map(|it| it.as_str());
        let hint = did_you_mean(wanted.workflow.as_str(), known);
        return Err(Refusal::NoSuchWorkflow(wanted.workflow.to_string(), hint));
    };
    let named = wanted.path.as_ref().or(workflow.path.as_ref());
    let named = named.ok_or_else(|| Refusal::NoPath(wanted.workflow.to_string()))?;
    let Some(path) = world.stamped.paths.get(named).filter(|path| !path.stages.is_empty()) else {
        let known = world.stamped.paths.keys().map(|it| it.as_str());
        let hint = did_you_mean(named.as_str(), known);
        return Err(Refusal::Missing(format!("there is no approval path “{named}” in the policy.{hint}")));
    };
    let title = title(&wanted.title)?;
    let action = action(&wanted.action)?;

    let requested = ApprovalRequested {
        by: by.clone(),
        workflow: wanted.workflow.clone(),
        homes: workflow.channels.clone(),
        policy: world.policy.digest.clone(),
        title,
        digest: digest_of(&action),
        action,
        path: named.clone(),
        slow_at: path.bottleneck.and_then(|it| it.pending_over).map(|pending| ask.at + pending),
    };
    let mut draft = Draft::begin(id, Event::ApprovalRequested(Box::new(requested)), ask, world)
        .expect("a case begins with its request");
    let number = open_stage(&mut draft, path, 0);
    tell_asked(&mut draft, path, number);
    // Nobody is turned away for it: who answers may change while the request is open. But it is said at once.
    let short =
        (0..path.stages.len()).filter_map(|stage| short_handed(&draft, path, stage)).collect::<Vec<_>>().join(" ");
    if !short.is_empty() {
        say_short(&mut draft, &short);
    }
    let due = draft.case.obligation(number).map_or(ask.at, |it| it.terms.due);
    let names = world.names(&draft.waiting_on(number));
    let when = when(due, &by, world.policy);
    let short = if short.is_empty() { short } else { format!(". {short}") };
    Ok(draft.done(format!("requested; {names} decides by {when}{short}")))
}

/// Decides what an ask means for a request.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub fn decide(approval: &Approval, case: &Case, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let at_hand = AtHand { approval, case, ask, world };
    match (&approval.outcome, &ask.command) {
        (_, Command::ReviewBreakGlass { text }) => at_hand.review_break_glass(text),

        (None, Command::Approve { reason, revision }) => at_hand.approve(reason.as_deref(), *revision),
        (None, Command::Decline { reason, revision }) => at_hand.decline(reason, *revision),
        (None, Command::Amend { action }) => at_hand.amend(action),
        (None, Command::AskRequester { question }) => at_hand.ask_requester(question),
        (None, Command::AnswerQuestion { text }) => at_hand.answer_question(text),
        (None, Command::Withdraw { reason }) => at_hand.withdraw(reason),
        (None, Command::Supersede { by }) => at_hand.supersede(*by),
        (None, Command::BreakGlass { reason }) => at_hand.break_glass(reason),

        (
            Some(outcome),
            Command::Approve { .. }
            | Command::Decline { .. }
            | Command::Amend { .. }
            | Command::AskRequester { .. }
            | Command::AnswerQuestion { .. }
            | Command::Withdraw { .. }
            | Command::Supersede { .. }
            | Command::BreakGlass { .. },
        ) => Err(at_hand.ended(outcome)),

        (
            _,
            Command::Acknowledge
            | Command::StillWorking
            | Command::Assess { .. }
            | Command::Contain { .. }
            | Command::Resolve { .. }
            | Command::AcceptReview { .. }
            | Command::Reopen { .. }
            | Command::Merge { .. }
            | Command::Absorb { .. }
            | Command::Update { .. }
            | Command::Decision { .. }
            | Command::FollowUp { .. }
            | Command::FollowUpDone { .. }
            | Command::Page { .. }
            | Command::AnswerPage
            | Command::ChangeSeverity { .. }
            | Command::SetMoment { .. }
            | Command::Classify { .. }
            | Command::TakeSeat { .. },
        ) => Err(Refusal::WrongKind { case: case.id, what: "an approval", needs: "an incident" }),

        (_, Command::OpenIncident(_) | Command::RequestApproval(_)) => {
            Err(Refusal::Missing("that opens a case of its own; leave the case's number out.".to_owned()))
        }

        // The engine's, which has answered them before a rulebook is asked.
        (
            _,
            Command::Wake
            | Command::Note { .. }
            | Command::Link { .. }
            | Command::Invite { .. }
            | Command::Pause { .. }
            | Command::Resume { .. }
            | Command::Waive { .. }
            | Command::Contest { .. }
            | Command::Settle { .. },
        ) => engine::decide(case, ask, world).unwrap_or_else(|| Ok(Ruling::nothing())),
    }
}

/// Called when the ladder of one of the case's obligations was climbed; `before` is the obligation as it was. What a missed
/// deadline means for the request is the path's to say.
pub fn climbed(draft: &mut Draft<'_>, before: &Obligation, climbed: &Climbed) {
    let Body::Approval(approval) = &draft.case.body else {
        return;
    };
    if before.duty != Duty::Decide || climbed.breach.is_none() || approval.outcome.is_some() {
        return;
    }
    let (requester, stage) = (approval.requester.clone(), approval.stage);
    let Some(path) = draft.world.stamped.paths.get(&approval.path) else {
        return;
    };
    match &path.when_time_is_up {
        TimeIsUp::Hold => {}
        TimeIsUp::Lapse => {
            let by_when = before.terms.due.utc().map(|it| it.format(" by %-d %b %Y %H:%M UTC").to_string());
            let who = match before.votes {
                0 => "nobody had answered".to_owned(),
                have => format!("only {have} of {} had answered", before.terms.quorum),
            };
            let reason = format!("{who}{}", by_when.unwrap_or_default());
            conclude(draft, Outcome::Lapsed, None, Some(reason), "lapsed");
            tell_concluded(draft, &[requester], false);
        }
        TimeIsUp::Widen(role) => widen(draft, before, role),
        TimeIsUp::Approve => {
            let silent = draft.waiting_on(before.number);
            let reason = match before.votes {
                0 => "nobody answered in time, and the policy says that silence approves",
                _ => "not enough people answered in time, and the policy says that silence approves",
            };
            if path.stages.len() > stage as usize + 1 {
                // Silence answers for those who were silent, not for the people of the stages after them.
                draft.void(reason, |it| matches!(it.duty, Duty::Decide | Duty::AnswerQuestion));
                draft.push(Event::StagePassed { stage });
                let number = open_stage(draft, path, stage + 1);
                tell_asked(draft, path, number);
                return;
            }
            let reason = reason.to_owned();
            conclude(draft, Outcome::Approved, None, Some(reason), "silence approved it");
            let mut people = vec![requester];
            people.extend(silent);
            tell_concluded(draft, &people, true);
        }
    }
}

fn widen(draft: &mut Draft<'_>, before: &Obligation, role: &RoleId) {
    let number = before.number;
    if matches!(&before.holder, Holder::Roles(roles) if roles.contains(role)) {
        return;
    }
    draft.push(Event::Widened { number, to: role.clone() });
    let Some(wider) = draft.case.obligation(number).cloned() else {
        return;
    };
    let excluded = draft.case.excluded(&wider);
    // They are told here, so they are not to be told again as people whom the duty has moved to.
    let now = persons(draft.world.people.holders(&wider.holder, &excluded));
    let people: Vec<PersonId> = now.iter().filter(|it| !wider.held_by.contains(it)).cloned().collect();
    if now != wider.held_by {
        draft.push(Event::Moved { number, from: wider.held_by.clone(), to: now });
    }
    let (case, title) = named(draft);
    let telling = Telling::Widened {
        case,
        title,
        revision: draft.case.revision().unwrap_or(1),
        role: role.clone(),
        people: people.clone(),
    };
    draft.tell_case_and(&people, telling, vec![number], wider.terms.urgent);
}

/// Called at each wake: a request that is pending too long is a risk in itself, told once.
pub fn look_for_slowness(draft: &mut Draft<'_>) {
    let Body::Approval(approval) = &draft.case.body else {
        return;
    };
    if approval.slow_at().is_none_or(|at| at > draft.at) {
        return;
    }
    let path = approval.path.clone();
    let pending = draft.at - draft.case.opened;
    draft.push(Event::FoundSlow { pending });
    let (case, title) = named(draft);
    draft.tell_case(Telling::Slow { case, title, pending });
    let rule = draft.world.stamped.paths.get(&path).and_then(|path| path.bottleneck);
    if let Some((rule, limit)) = rule.and_then(|rule| Some((rule, rule.pending_over?))) {
        let because = format!("{case} has been pending for {pending}; the policy's limit on path {path} is {limit}.");
        let workflow = draft.case.workflow.clone();
        draft.then(Then::House(HouseCommand::NoteSlowPath { path, workflow, severity: rule.severity, because }));
    }
}

/// What a rule looks at.
#[derive(Clone, Copy)]
struct AtHand<'a> {
    approval: &'a Approval,
    case: &'a Case,
    ask: &'a Ask,
    world: &'a World<'a>,
}

impl<'a> AtHand<'a> {
    fn draft(&self) -> Draft<'a> {
        Draft::new(self.case, self.ask, self.world)
    }

    fn person(&self) -> Result<&'a PersonId, Refusal> {
        self.ask.by.person().ok_or(Refusal::Stranger)
    }

    fn name(&self, person: &PersonId) -> String {
        self.world.policy.name_of(person)
    }

    /// The path as it was when the request was made.
    fn path(&self) -> Result<&'a Path, Refusal> {
        let lost = || {
            Refusal::Missing(format!(
                "the policy that {0} was asked under has been lost, and with it path {1}. `/approval withdraw {0}`, then ask again.",
                self.case.id, self.approval.path
            ))
        };
        self.world.stamped.paths.get(&self.approval.path).ok_or_else(lost)
    }

    fn decision(&self) -> Result<&'a Obligation, Refusal> {
        let duty = Duty::Decide;
        self.case.owed(duty).ok_or(Refusal::NothingOwed { case: self.case.id, duty })
    }

    fn waiting_on(&self, obligation: &Obligation) -> String {
        self.world.names(&persons(self.case.waiting_on(obligation, &self.world.people)))
    }

    /// The asker's seat in the decision. Whose seat has answered has no second answer, whoever keeps it by now.
    fn seat(&self, revision: Option<u32>) -> Result<(&'a Obligation, Seat), Refusal> {
        let (person, decision, id) = (self.person()?, self.decision()?, self.case.id);
        if person == &self.approval.requester {
            return Err(Refusal::OwnRequest(self.waiting_on(decision)));
        }
        if revision.is_some_and(|seen| seen != self.approval.revision) {
            return Err(Refusal::Changed(id));
        }
        for vote in &self.approval.votes {
            if &vote.by == person {
                return Err(match vote.stage < self.approval.stage {
                    true => Refusal::EarlierStage(id, self.waiting_on(decision)),
                    false => Refusal::AnsweredAlready(id),
                });
            }
            if vote.stands_in_for.as_ref() == Some(person) {
                return Err(Refusal::Missing(format!(
                    "{} answered {id} in your seat while standing in for you. That answer stands.",
                    self.name(&vote.by)
                )));
            }
        }
        let mut out = self.case.excluded(decision);
        out.extend(decision.answers.iter().cloned());
        let called: Vec<RoleId> = decision.called().cloned().collect();
        let people = &self.world.people;
        let seats = people.holders(&decision.holder, &out).into_iter().chain(people.called(&called, &out));
        let seat = seats.into_iter().find(|seat| &seat.person == person);
        seat.map(|seat| (decision, seat)).ok_or_else(|| self.not_yours(decision))
    }

    fn not_yours(&self, obligation: &Obligation) -> Refusal {
        let roles = match &obligation.holder {
            Holder::Roles(roles) => list(roles.iter()),
            Holder::Person(person) => self.name(person),
        };
        let what = format!("“{}” on {}", obligation.duty, self.case.id);
        Refusal::NotYours { what, roles, people: self.waiting_on(obligation) }
    }

    fn vote(&self, seat: &Seat, approves: bool, reason: Option<String>) -> Vote {
        Vote {
            by: seat.person.clone(),
            stands_in_for: seat.stands_in_for.clone(),
            stage: self.approval.stage,
            approves,
            reason,
            revision: self.approval.revision,
            digest: self.approval.digest.clone(),
        }
    }

    fn approve(&self, reason: Option<&str>, revision: Option<u32>) -> Result<Ruling, Refusal> {
        let (decision, seat) = self.seat(revision)?;
        let path = self.path()?;
        let reason = match reason.map(str::trim) {
            None | Some("") if path.reason_on_approve => {
                return Err(Refusal::ReasonNeeded(format!(
                    "/approval approve {} the risk is covered by …",
                    self.case.id
                )));
            }
            None | Some("") => None,
            Some(words) => Some(text("the reason", words)?),
        };
        let (number, need) = (decision.number, decision.terms.quorum);
        let (by, stands_in_for) = (seat.person.clone(), seat.stands_in_for.clone());
        let mut draft = self.draft();
        draft.push(Event::Voted(self.vote(&seat, true, reason.clone())));
        draft.push(Event::Answered { number, by: by.clone(), stands_in_for: stands_in_for.clone() });
        let have = draft.case.obligation(number).map_or(need, |it| it.votes);
        let (case, title) = named(&draft);
        let voted = |waiting_on| Telling::Voted {
            case,
            title,
            by: by.clone(),
            stands_in_for,
            reason: reason.clone(),
            have,
            need,
            waiting_on,
        };
        if have < need {
            let waiting_on = draft.waiting_on(number);
            let names = self.world.names(&waiting_on);
            draft.tell_case(voted(waiting_on));
            return Ok(draft.done(format!("your approval is recorded, {have} of {need}; waiting on {names}")));
        }
        draft.meet(|it| it.number == number);
        let next = self.approval.stage + 1;
        if let Some(stage) = path.stages.get(next as usize) {
            draft.void("the stage was decided", |it| it.duty == Duty::AnswerQuestion);
            draft.push(Event::StagePassed { stage: self.approval.stage });
            draft.tell_case(voted(Vec::new()));
            let number = open_stage(&mut draft, path, next);
            tell_asked(&mut draft, path, number);
            if let Some(short) = short_handed(&draft, path, next as usize) {
                say_short(&mut draft, &short);
            }
            let names = self.world.names(&draft.waiting_on(number));
            return Ok(draft.done(format!("your approval is recorded; next is {}: {names}", stage.role)));
        }
        conclude(&mut draft, Outcome::Approved, Some(by), reason, "approved");
        tell_concluded(&mut draft, std::slice::from_ref(&self.approval.requester), false);
        Ok(draft.done("approved"))
    }

    /// One decline ends it, whatever the quorum: there is nothing left to wait for.
    fn decline(&self, reason: &str, revision: Option<u32>) -> Result<Ruling, Refusal> {
        let (decision, seat) = self.seat(revision)?;
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonNeeded(format!("/approval decline {} the test set is too old", self.case.id)));
        }
        let reason = text("the reason", reason)?;
        let number = decision.number;
        let mut draft = self.draft();
        draft.push(Event::Voted(self.vote(&seat, false, Some(reason.clone()))));
        draft.push(Event::Answered { number, by: seat.person.clone(), stands_in_for: seat.stands_in_for.clone() });
        draft.meet(|it| it.number == number);
        conclude(&mut draft, Outcome::Declined, Some(seat.person), Some(reason), "declined");
        tell_concluded(&mut draft, std::slice::from_ref(&self.approval.requester), false);
        Ok(draft.done("declined"))
    }

    /// A changed action is a new request in substance: what was said about the old one counts no more, and the clock
    /// starts afresh. A breach that was recorded stays recorded.
    fn amend(&self, changed: &str) -> Result<Ruling, Refusal> {
        let by = self.person()?;
        self.only_requester(by)?;
        let changed = action(changed)?;
        let digest = digest_of(&changed);
        if digest == self.approval.digest {
            return Err(Refusal::Missing(format!(
                "that is the action of {} as it stands; nothing changed.",
                self.case.id
            )));
        }
        let path = self.path()?;
        let mut told: Vec<PersonId> = self.approval.votes.iter().map(|vote| vote.by.clone()).collect();
        told.extend(self.case.owed(Duty::Decide).into_iter().flat_map(|it| it.held_by.clone()));

        let mut draft = self.draft();
        draft.void("the action was changed", |it| matches!(it.duty, Duty::Decide | Duty::AnswerQuestion));
        let revision = self.approval.revision + 1;
        draft.push(Event::Amended { by: by.clone(), action: changed, digest, revision });
        let number = open_stage(&mut draft, path, 0);
        let people = draft.waiting_on(number);
        told.extend(people.iter().cloned());
        let mut once: Vec<PersonId> = Vec::new();
        for person in told {
            if &person != by && !once.contains(&person) {
                once.push(person);
            }
        }
        let (case, title) = named(&draft);
        let (due, urgent) =
            draft.case.obligation(number).map_or((self.ask.at, false), |it| (it.terms.due, it.terms.urgent));
        let telling = Telling::Amended { case, title, by: by.clone(), revision, people, due };
        draft.tell_case_and(&once, telling, vec![number], urgent);
        Ok(draft
            .done(format!("the action is changed, revision {revision}; it is decided on from the first stage again")))
    }

    fn only_requester(&self, person: &PersonId) -> Result<(), Refusal> {
        match person == &self.approval.requester {
            true => Ok(()),
            false => Err(Refusal::OnlyFor { case: self.case.id, who: self.name(&self.approval.requester) }),
        }
    }

    fn ask_requester(&self, question: &str) -> Result<Ruling, Refusal> {
        let (by, decision) = (self.person()?, self.decision()?);
        let requester = &self.approval.requester;
        if by == requester {
            return Err(Refusal::OwnRequest(self.waiting_on(decision)));
        }
        if self.case.may_answer(decision, by, &self.world.people).is_none() {
            return Err(self.not_yours(decision));
        }
        if self.approval.question.is_some() {
            return Err(Refusal::QuestionOpen(self.case.id));
        }
        let question = text("the question", question)?;
        let path = self.path()?;
        let left = decision.pause_left();
        let paused = path.question_pauses && decision.state() == State::Owed && left > Span::ZERO;

        let mut draft = self.draft();
        let holder = Holder::Person(requester.clone());
        let obligation = draft.owe_anyway(Duty::AnswerQuestion, None, holder, None, ANSWER_WITHIN);
        draft.push(Event::QuestionAsked { by: by.clone(), question: question.clone(), obligation, paused });
        if paused {
            let (number, ends) = (decision.number, self.ask.at + left);
            draft.push(Event::Paused { number, reason: WAITING_ON_REQUESTER.to_owned(), by: by.clone(), ends });
        }
        let (due, urgent) =
            draft.case.obligation(obligation).map_or((self.ask.at, false), |it| (it.terms.due, it.terms.urgent));
        let people = draft.waiting_on(obligation);
        let (case, title) = named(&draft);
        let telling =
            Telling::Question { case, title, by: by.clone(), requester: requester.clone(), question, due, paused };
        draft.tell_case_and(&people, telling, vec![obligation], urgent);
        let clock = if paused { "; your clock is paused meanwhile" } else { "; your clock goes on" };
        Ok(draft.done(format!("{} is asked{clock}", self.name(requester))))
    }

    fn answer_question(&self, words: &str) -> Result<Ruling, Refusal> {
        let by = self.person()?;
        let question = self.approval.question.as_ref().ok_or(Refusal::NoQuestion(self.case.id))?;
        // Whoever stands in for the requester is the one who is nudged for it, so they may answer it as well.
        let owed = self.case.obligation(question.obligation);
        if owed.is_none_or(|it| self.case.may_answer(it, by, &self.world.people).is_none()) {
            self.only_requester(by)?;
        }
        let words = text("the answer", words)?;
        let mut draft = self.draft();
        draft.push(Event::QuestionAnswered { by: by.clone(), text: words.clone() });
        draft.meet(|it| it.number == question.obligation);
        let mut people = Vec::new();
        let mut urgent = false;
        if let Some(decision) = self.case.owed(Duty::Decide) {
            // A pause for another reason is not the question's to end.
            let ours = |it: &Standing| matches!(it, Standing::Paused { reason, .. } if reason == WAITING_ON_REQUESTER);
            if question.paused && ours(&decision.standing) {
                draft.resume(decision.number);
            }
            people = draft.waiting_on(decision.number);
            urgent = decision.terms.urgent;
        }
        if !people.contains(&question.by) {
            people.push(question.by.clone());
        }
        let while_owed = self.case.owed(Duty::Decide).map(|it| it.number).into_iter().collect();
        let (case, title) = named(&draft);
        let telling = Telling::QuestionAnswered {
            case,
            title,
            revision: self.approval.revision,
            by: by.clone(),
            text: words,
            people: people.clone(),
        };
        draft.tell_case_and(&people, telling, while_owed, urgent);
        Ok(draft.done(format!("your answer is with {}", self.name(&question.by))))
    }

    fn withdraw(&self, reason: &str) -> Result<Ruling, Refusal> {
        let by = self.person()?;
        if by != &self.approval.requester {
            self.world.require(
                "withdrawing somebody else's request",
                &self.world.policy.may.waive_duty,
                &self.ask.by,
            )?;
        }
        let reason = text("the reason", reason)?;
        let mut draft = self.draft();
        conclude(&mut draft, Outcome::Withdrawn, Some(by.clone()), Some(reason), "the request was withdrawn");
        tell_concluded(&mut draft, std::slice::from_ref(&self.approval.requester), false);
        Ok(draft.done("withdrawn"))
    }

    fn supersede(&self, other: CaseId) -> Result<Ruling, Refusal> {
        let by = self.person()?;
        self.only_requester(by)?;
        if other.kind != CaseKind::Approval || other == self.case.id {
            let id = self.case.id;
            return Err(Refusal::Missing(format!(
                "name the approval that takes its place: `/approval supersede {id} APR-…`. {other} can't be it."
            )));
        }
        let mut draft = self.draft();
        let reason = format!("{other} takes its place");
        conclude(&mut draft, Outcome::Superseded { by: other }, Some(by.clone()), Some(reason.clone()), &reason);
        tell_concluded(&mut draft, std::slice::from_ref(&self.approval.requester), false);
        Ok(draft.done(format!("superseded by {other}")))
    }

    /// One person approves alone, in an emergency. Loud on purpose, and looked at afterwards by somebody else.
    fn break_glass(&self, reason: &str) -> Result<Ruling, Refusal> {
        let (by, path) = (self.person()?, self.path()?);
        let requester = &self.approval.requester;
        if path.break_glass.is_empty() {
            let waiting = self.decision().map_or_else(|_| "nobody".to_owned(), |it| self.waiting_on(it));
            return Err(Refusal::Missing(format!(
                "path {} allows nobody to break the glass. Waiting on {waiting}.",
                self.approval.path
            )));
        }
        // Not even in an emergency: one person would ask and allow.
        let served = std::slice::from_ref(requester);
        let seat = |role: &RoleId| {
            let seats = self.world.people.seats(std::slice::from_ref(role), served);
            seats.into_iter().find(|seat| &seat.person == by)
        };
        if by == requester {
            let others = persons(self.world.people.seats(&path.break_glass, served));
            return Err(Refusal::OwnRequest(self.world.names(&others)));
        }
        let Some((role, Seat { stands_in_for, .. })) =
            path.break_glass.iter().find_map(|role| Some((role, seat(role)?)))
        else {
            let people = persons(self.world.people.seats(&path.break_glass, served));
            return Err(Refusal::NotYours {
                what: format!("breaking the glass on {}", self.case.id),
                roles: list(path.break_glass.iter()),
                people: self.world.names(&people),
            });
        };
        if reason.trim().is_empty() {
            return Err(Refusal::ReasonNeeded(format!(
                "/approval break-glass {} the model is leaking data, nobody answers",
                self.case.id
            )));
        }
        let reason = text("the reason", reason)?;

        let mut draft = self.draft();
        draft.push(Event::GlassBroken {
            by: by.clone(),
            stands_in_for: stands_in_for.clone(),
            role: role.clone(),
            reason: reason.clone(),
        });
        conclude(&mut draft, Outcome::Approved, Some(by.clone()), Some(reason.clone()), "broken glass");
        let first = path.stages.first().map_or_else(|| role.clone(), |stage| stage.role.clone());
        let number = draft.owe_by_policy(Duty::ReviewBreakGlass, None, None, None).unwrap_or_else(|| {
            draft.owe_anyway(Duty::ReviewBreakGlass, None, Holder::Roles(vec![first]), None, REVIEW_WITHIN)
        });
        let due = draft.case.obligation(number).map(|it| it.terms.due);
        let reviewers = draft.waiting_on(number);
        let roles: Vec<RoleId> =
            path.stages.iter().flat_map(stage_roles).chain(path.break_glass.iter().cloned()).collect();
        let mut people = persons(self.world.people.seats(&roles, &[]));
        for person in reviewers.iter().chain([requester]) {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        people.retain(|person| person != by);
        let (case, title) = named(&draft);
        let telling = Telling::GlassBroken {
            case,
            title,
            by: by.clone(),
            stands_in_for,
            role: role.clone(),
            reason,
            people: reviewers.clone(),
            due,
        };
        draft.tell_case_and(&people, telling.clone(), Vec::new(), true);
        draft.tell_while(To::Operators, telling, Vec::new(), None);
        let names = self.world.names(&reviewers);
        Ok(draft
            .done(format!("approved by you alone. Everybody on the path was told, and {names} looks at it afterwards")))
    }

    fn review_break_glass(&self, words: &str) -> Result<Ruling, Refusal> {
        let by = self.person()?;
        let duty = Duty::ReviewBreakGlass;
        let owed = self.case.owed(duty).ok_or(Refusal::NothingOwed { case: self.case.id, duty })?;
        if self.case.may_answer(owed, by, &self.world.people).is_none() {
            return Err(match self.approval.broke_glass().contains(by) {
                true => Refusal::OnlyFor { case: self.case.id, who: self.waiting_on(owed) },
                false => self.not_yours(owed),
            });
        }
        let words = text("the review", words)?;
        let number = owed.number;
        let mut draft = self.draft();
        draft.push(Event::GlassReviewed { by: by.clone(), text: words.clone() });
        draft.meet(|it| it.number == number);
        let (case, title) = named(&draft);
        let what = "break-glass review".to_owned();
        draft.tell_case(Telling::Said { case, title, what, by: by.clone(), text: words });
        Ok(draft.done("your review is recorded"))
    }

    /// It has an outcome: which, whose, since when, and what can be done instead.
    fn ended(&self, outcome: &Outcome) -> Refusal {
        let since = match &self.approval.concluded {
            None => String::new(),
            Some(end) => {
                let when = match self.ask.by.person() {
                    Some(reader) => when(end.at, reader, self.world.policy),
                    None => when_utc(end.at),
                };
                match &end.by {
                    Some(by) => format!(" by {} since {when}", self.name(by)),
                    None => format!(" since {when}"),
                }
            }
        };
        let again = format!("`/approval request {} …` asks anew", self.case.workflow);
        let instead = match outcome {
            Outcome::Approved => {
                "Nothing more is needed. If it must not happen after all, open an incident.".to_owned()
            }
            Outcome::Declined => format!("Change what was asked for, then {again}."),
            Outcome::Lapsed | Outcome::Withdrawn => format!("{again}."),
            Outcome::Superseded { by } => format!("Go on with {by}."),
        };
        Refusal::WrongState { case: self.case.id, state: outcome.word().to_owned(), since, instead }
    }
}

/// The role and those that may answer in its stead.
fn stage_roles(stage: &PathStage) -> Vec<RoleId> {
    [&stage.role].into_iter().chain(&stage.alternatives).cloned().collect()
}

/// Opens the decision of a stage (counted from 0) on the terms that the path gives it. Returns its number.
fn open_stage(draft: &mut Draft<'_>, path: &Path, stage: u32) -> u32 {
    let written = &path.stages[stage as usize];
    let about = match path.stages.len() {
        1 => written.role.to_string(),
        stages => format!("stage {} of {stages}: {}", stage + 1, written.role),
    };
    let terms = draft.stamp(&written.terms, written.quorum);
    draft.owe(Duty::Decide, Holder::Roles(stage_roles(written)), terms, Some(about))
}

/// Tells the case and each of the people that they are asked to decide.
fn tell_asked(draft: &mut Draft<'_>, path: &Path, number: u32) {
    let people = draft.waiting_on(number);
    let (Some(obligation), Body::Approval(approval)) = (draft.case.obligation(number), &draft.case.body) else {
        return;
    };
    let Some(role) = obligation.holder.role().cloned() else {
        return;
    };
    let (case, title) = named(draft);
    let telling = Telling::Asked {
        case,
        title,
        requester: approval.requester.clone(),
        revision: approval.revision,
        people: people.clone(),
        role,
        have: obligation.votes,
        need: obligation.terms.quorum,
        due: obligation.terms.due,
        stage: approval.stage + 1,
        stages: path.stages.len() as u32,
    };
    let urgent = obligation.terms.urgent;
    draft.tell_case_and(&people, telling, vec![number], urgent);
}

/// The sentence that a stage can't be passed by the people there are now, if that is so.
fn short_handed(draft: &Draft<'_>, path: &Path, stage: usize) -> Option<String> {
    let Body::Approval(approval) = &draft.case.body else {
        return None;
    };
    let stage = path.stages.get(stage)?;
    let holder = Holder::Roles(stage_roles(stage));
    let people = persons(draft.world.people.holders(&holder, &approval.excluded()));
    if people.len() >= stage.quorum as usize {
        return None;
    }
    let can = match people.as_slice() {
        [] => "nobody now can give one".to_owned(),
        [one] => format!("only {} can give one now", draft.world.policy.name_of(one)),
        several => format!("only {} people can give one now", several.len()),
    };
    let needed = match stage.quorum {
        1 => "one answer is".to_owned(),
        quorum => format!("{quorum} answers are"),
    };
    Some(format!(
        "{} can't be passed yet: {needed} needed and {can}, since nobody decides on their own request or twice. Add somebody \
         to the role, or set a deputy.",
        stage.role
    ))
}

fn say_short(draft: &mut Draft<'_>, short: &str) {
    let (case, title) = named(draft);
    draft.tell_case(Telling::State { case, title, state: "requested".to_owned(), by: None, text: short.to_owned() });
}

/// Ends the request. What nobody will answer any more is void, for `void`.
fn conclude(draft: &mut Draft<'_>, outcome: Outcome, by: Option<PersonId>, reason: Option<String>, void: &str) {
    draft.void(void, |it| matches!(it.duty, Duty::Decide | Duty::AnswerQuestion));
    let took = draft.at - draft.case.opened;
    draft.push(Event::Concluded { outcome, by, reason, took });
}

/// To the case, to the people who should hear it whether or not they look there, and where it is `loud` to the operators
/// and at any hour.
fn tell_concluded(draft: &mut Draft<'_>, people: &[PersonId], loud: bool) {
    let Body::Approval(approval) = &draft.case.body else {
        return;
    };
    let Some(end) = &approval.concluded else { return };
    let (case, title) = named(draft);
    let telling = Telling::Concluded {
        case,
        title,
        outcome: approval.word().to_owned(),
        by: end.by.clone(),
        reason: end.reason.clone(),
        requester: approval.requester.clone(),
        took: end.took,
    };
    // Whoever asked for this has the private reply.
    let others: Vec<PersonId> = people.iter().filter(|it| draft.by != Actor::Person((*it).clone())).cloned().collect();
    draft.tell_case_and(&others, telling.clone(), Vec::new(), loud);
    if loud {
        draft.tell_while(To::Operators, telling, Vec::new(), None);
    }
}

/// What every telling about the case begins with.
fn named(draft: &Draft<'_>) -> (CaseId, String) {
    (draft.case.id, draft.case.title.clone())
}

fn title(words: &str) -> Result<String, Refusal> {
    let words = words.trim();
    let have = words.chars().count();
    if words.is_empty() {
        return Err(Refusal::Missing("the title is missing: say in one line what is to be approved.".to_owned()));
    }
    if words.contains(['\n', '\r']) {
        return Err(Refusal::Missing("the title is one line; the rest belongs in the action.".to_owned()));
    }
    if have > TITLE_AT_MOST {
        return Err(Refusal::TooLong { what: "the title", have, most: TITLE_AT_MOST });
    }
    Ok(words.to_owned())
}

/// The raw action, kept to the letter: blanks at its ends are part of what is approved.
fn action(raw: &str) -> Result<String, Refusal> {
    if raw.trim().is_empty() {
        return Err(Refusal::Missing("the action is missing: write exactly what is to be done.".to_owned()));
    }
    let have = raw.chars().count();
    if have > TEXT_AT_MOST {
        return Err(Refusal::TooLong { what: "the action", have, most: TEXT_AT_MOST });
    }
    Ok(raw.to_owned())
}

/// A moment in the reader's own zone, for a sentence.
fn when(at: At, reader: &PersonId, policy: &Policy) -> String {
    match (policy.people.get(reader), at.utc()) {
        (Some(person), Some(utc)) => utc.with_timezone(&person.zone).format("%-d %b %Y %H:%M").to_string(),
        _ => when_utc(at),
    }
}

fn when_utc(at: At) -> String {
    at.utc().map_or_else(|| "long ago".to_owned(), |utc| utc.format("%-d %b %Y %H:%M UTC").to_string())
}

#[cfg(test)]
pub(in crate::domain) mod tests;
