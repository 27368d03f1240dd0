//! Stories on a manual clock: each rule with something that must not happen beside it; then properties over random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::bot::slow_paths::SlowPath;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::kinds::incident::{self, SeatName};
use crate::domain::notice::Notice;
use crate::domain::notice::To;
use crate::domain::obligation::Attribution;
use crate::domain::obligation::{About, Holder, State};
use crate::domain::people::{Delegation, People};
use crate::domain::policy::{
    Bottleneck, Channel, Climb, Ladder, May, Party, PathStage, PauseRule, Person, Policy, Repeat, Role, Target,
    TargetTerms, TimeIsUp, Workflow,
};
use crate::domain::{
    Actor, BotCommand, CaseKind, Command as All, LadderId, PartyId, Platform, PolicyHash, RoleId, Severity, Then,
    WorkflowId, WorkflowStage, World, text::TEXT_AT_MOST,
};

/// Monday 2 March 2026, 09:00 UTC.
pub const NINE: At = At(1_772_442_000_000_000);

pub fn at(minutes: i64) -> At {
    NINE + Span::minutes(minutes)
}

pub fn p(name: &str) -> PersonId {
    PersonId::from(name)
}

pub fn r(name: &str) -> RoleId {
    RoleId::from(name)
}

fn terms(within: Span) -> TargetTerms {
    TargetTerms {
        within,
        calendar: None,
        ladder: LadderId::from("slow"),
        urgent: false,
        pause: PauseRule { reasons: vec!["a regulator's hold".to_owned()], at_most: Span::hours(3) },
        expires_after: None,
    }
}

fn stage(role: &str, alternatives: &[&str], quorum: u32) -> PathStage {
    let alternatives = alternatives.iter().map(|it| r(it)).collect();
    PathStage { role: r(role), alternatives, quorum, terms: terms(Span::hours(2)) }
}

fn path(stages: Vec<PathStage>, when_time_is_up: TimeIsUp) -> Path {
    Path {
        name: "a path".to_owned(),
        stages,
        when_time_is_up,
        reason_on_approve: false,
        break_glass: Vec::new(),
        question_pauses: false,
        bottleneck: None,
        line: 1,
    }
}

pub fn channel(id: &str) -> Channel {
    Channel { platform: Platform::from("local"), id: id.to_owned() }
}

/// Maya asks. Model-risk is Dev, Lena and Maya herself; legal is Nia and Lena; Omar backs up, Olga heads it all. Tess
/// holds nothing. Each decision is owed within two hours, nudged at 50 and 80 %, and the head hears an hour after.
pub fn policy() -> Policy {
    let people = [
        ("maya", "vendor"),
        ("dev", "client"),
        ("lena", "client"),
        ("nia", "client"),
        ("omar", "client"),
        ("olga", "client"),
        ("tess", "vendor"),
    ];
    let roles = [
        ("model-risk", &["dev", "lena", "maya"][..]),
        ("legal", &["nia", "lena"]),
        ("backup", &["omar"]),
        ("head", &["olga"]),
        ("engineers", &["maya", "tess", "dev"]),
    ];
    let two = Path {
        break_glass: vec![r("head")],
        question_pauses: true,
        bottleneck: Some(Bottleneck {
            pending_over: Some(Span::hours(8)),
            p90_over: Some(Span::hours(3)),
            severity: Severity::Sev3,
        }),
        ..path(vec![stage("model-risk", &[], 2), stage("legal", &["head"], 1)], TimeIsUp::Hold)
    };
    let one = || vec![stage("model-risk", &[], 1)];
    let paths = [
        ("two", two),
        ("reasoned", Path { reason_on_approve: true, ..path(one(), TimeIsUp::Hold) }),
        ("lapsing", path(vec![stage("model-risk", &[], 2)], TimeIsUp::Lapse)),
        ("widening", path(one(), TimeIsUp::Widen(r("backup")))),
        ("silent", path(one(), TimeIsUp::Approve)),
        ("wide", path(vec![stage("model-risk", &[], 3)], TimeIsUp::Hold)),
    ];
    let workflow = |path: Option<&str>| Workflow {
        name: "A workflow".to_owned(),
        stage: WorkflowStage::Production,
        tier: None,
        channels: vec![channel("credit-ai")],
        parties: Vec::new(),
        path: path.map(PathId::from),
        evidence_days: None,
        own_channels: crate::domain::policy::OwnChannels::default(),
    };
    Policy {
        refuse: Vec::new(),
        digest: PolicyHash::from("p1"),
        name: "test".to_owned(),
        operators: Some(channel("ops")),
        parties: ["vendor", "client"].map(|it| (PartyId::from(it), Party { name: it.to_owned() })).into(),
        people: people
            .map(|(name, party)| {
                let zone = chrono_tz::Europe::Berlin;
                let party = PartyId::from(party);
                (p(name), Person { name: name.to_owned(), party, zone, quiet: None, accounts: BTreeMap::new() })
            })
            .into(),
        roles: roles
            .map(|(name, members)| {
                let members = members.iter().map(|it| p(it)).collect();
                (r(name), Role { name: name.to_owned(), party: PartyId::from("client"), members, groups: Vec::new() })
            })
            .into(),
        calendars: BTreeMap::new(),
        ladders: [(
            LadderId::from("slow"),
            Ladder {
                nudge_at_percent: vec![50, 80],
                climb: vec![Climb { after: Span::hours(1), tell: r("head") }],
                repeat: Some(Repeat { every: Span::hours(6), at_most: 2 }),
            },
        )]
        .into(),
        severities: BTreeMap::new(),
        classes: BTreeMap::new(),
        workflows: [("credit", workflow(Some("two"))), ("bare", workflow(None))]
            .map(|(name, it)| (WorkflowId::from(name), it))
            .into(),
        targets: Vec::new(),
        paths: paths.map(|(name, it)| (PathId::from(name), it)).into(),
        may: May { request_approval: vec![r("engineers")], waive_duty: vec![r("head")], ..May::default() },
        batch_within: Span::ZERO,
        digests: Vec::new(),
    }
}

pub fn away(number: u32, from: &str, to: Option<&str>, ends: i64) -> Delegation {
    Delegation {
        number,
        from: p(from),
        to: to.map(p),
        roles: Vec::new(),
        starts: NINE - Span::days(1),
        ends: at(ends),
        reason: "a holiday".to_owned(),
        by: p(from),
    }
}

/// What the desk does: wakes first, decides, folds, and keeps what was recorded and said.
pub struct Room {
    pub policy: Policy,
    pub delegations: Vec<Delegation>,
    pub case: Option<Case>,
    pub events: Vec<(crate::domain::Event, At)>,
    pub notices: Vec<Notice>,
    pub then: Vec<Then>,
}

impl Room {
    fn new() -> Room {
        let (delegations, events, notices, then) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Room { policy: policy(), delegations, case: None, events, notices, then }
    }

    /// With Maya's request on a path, at 09:00.
    fn asked(path: &str) -> Room {
        let mut room = Room::new();
        room.request("maya", path).unwrap();
        room
    }

    fn request(&mut self, by: &str, path: &str) -> Result<String, Refusal> {
        let path = Some(path).filter(|it| !it.is_empty()).map(PathId::from);
        let wanted = Opening {
            workflow: WorkflowId::from("credit"),
            title: "Ship v7".to_owned(),
            action: "deploy v7 ".to_owned(),
            path,
        };
        self.open(by, &wanted)
    }

    /// The private reply, in words.
    fn open(&mut self, by: &str, wanted: &Opening) -> Result<String, Refusal> {
        let ask = Ask { by: Actor::Person(p(by)), at: at(0) };
        let opening = crate::domain::Opening::Approval(wanted.clone());
        let ruling = crate::domain::open(apr(1), &opening, &ask, &self.world(ask.at))?;
        Ok(self.done(ruling, ask.at))
    }

    /// The private reply, in words.
    fn ask(&mut self, minutes: i64, by: &str, command: impl Into<All>) -> Result<String, Refusal> {
        self.wake(minutes);
        let ask = Ask { by: Actor::Person(p(by)), at: at(minutes) };
        let ruling = crate::domain::decide(self.case(), &command.into(), &ask, &self.world(ask.at))?;
        Ok(self.done(ruling, ask.at))
    }

    fn done(&mut self, ruling: Ruling, at: At) -> String {
        self.take(&ruling, at);
        match ruling.reply.expect("every accepted command has a reply").telling {
            crate::domain::Telling::Case(every_case::Telling::Done { what }) => what.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn world(&self, at: At) -> World<'_> {
        let people = People { policy: &self.policy, delegations: &self.delegations, at };
        World { policy: &self.policy, stamped: &self.policy, people }
    }

    fn take(&mut self, ruling: &Ruling, at: At) {
        for event in &ruling.events {
            match &mut self.case {
                None => self.case = Case::begin("APR-1".parse().unwrap(), event, at),
                Some(case) => case.apply(event, at),
            }
            self.events.push((event.clone(), at));
        }
        self.notices.extend(ruling.notices.iter().cloned());
        self.then.extend(ruling.then.iter().cloned());
    }

    /// Everything that was due by then, each at its own moment.
    fn wake(&mut self, minutes: i64) {
        while let Some(due) = self.case.as_ref().and_then(Case::wake).filter(|&due| due <= at(minutes)) {
            self.wake_at(due);
        }
    }

    fn wake_at(&mut self, at: At) {
        let ask = Ask { by: Actor::Engine, at };
        let ruling = crate::domain::decide(self.case(), &Any::Wake.into(), &ask, &self.world(at)).unwrap();
        assert!(!ruling.events.is_empty(), "woken at {at:?} for nothing");
        self.take(&ruling, at);
    }

    fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }

    fn approval(&self) -> &Approval {
        match &self.case().body {
            crate::domain::Body::Approval(approval) => approval,
            crate::domain::Body::Incident(_) => unreachable!("these are approvals"),
        }
    }

    /// What people hear from now on.
    fn hush(&mut self) {
        self.notices.clear();
    }

    /// Who was told something by direct message, by the template's name.
    fn told(&self, template: &str) -> Vec<String> {
        let fits = self.notices.iter().filter(|it| it.telling.template().rsplit('/').next() == Some(template));
        fits.filter_map(|it| match &it.to {
            To::Person(person) => Some(person.to_string()),
            To::Case | To::Channel(_) | To::Operators => None,
        })
        .collect()
    }

    fn told_case(&self, template: &str) -> usize {
        self.notices
            .iter()
            .filter(|it| it.to == To::Case && it.telling.template().rsplit('/').next() == Some(template))
            .count()
    }

    fn told_operators(&self, template: &str) -> bool {
        self.notices
            .iter()
            .any(|it| it.to == To::Operators && it.telling.template().rsplit('/').next() == Some(template))
    }

    fn waiting(&self, minutes: i64) -> Vec<String> {
        let people = People { policy: &self.policy, delegations: &self.delegations, at: at(minutes) };
        let owed = self.case().owed(Duty::Decide);
        owed.into_iter()
            .flat_map(|it| self.case().waiting_on(it, &people))
            .map(|seat| seat.person.to_string())
            .collect()
    }
}

fn approve() -> Command {
    Command::Approve { reason: None, revision: None }
}

fn decline(reason: &str) -> Command {
    Command::Decline { reason: reason.to_owned(), revision: None }
}

fn amend(action: &str) -> Command {
    Command::Amend { action: action.to_owned() }
}

fn question() -> Command {
    Command::AskRequester { question: "Which data?".to_owned() }
}

fn answer() -> Command {
    Command::AnswerQuestion { text: "The new set.".to_owned() }
}

fn withdraw() -> Command {
    Command::Withdraw { reason: "not needed".to_owned() }
}

fn break_glass() -> Command {
    Command::BreakGlass { reason: "it leaks".to_owned() }
}

fn review() -> Command {
    Command::ReviewBreakGlass { text: "it was right".to_owned() }
}

fn apr(number: u32) -> CaseId {
    CaseId { kind: CaseKind::Approval, number }
}

// Requesting.

#[test]
fn a_request_asks_the_first_stage_and_keeps_the_action_to_the_letter() {
    let mut room = Room::new();
    let reply = room.request("maya", "").unwrap();
    assert_eq!(reply, "requested; dev or lena decides by 2 Mar 2026 12:00");
    let approval = room.approval();
    assert_eq!((approval.action.as_str(), approval.revision, approval.stage), ("deploy v7 ", 1, 0));
    // printf 'deploy v7 ' | sha256sum
    assert_eq!(approval.digest, "cea8a7a1c807d91de5c5c66a07cc98d15927a48155eaa7e4f16d97a7dba19ebb");
    assert_eq!(
        room.case().owed(Duty::Decide).unwrap().about.as_ref().map(About::text),
        Some("stage 1 of 2: model-risk")
    );
    assert_eq!(room.case().owed(Duty::Decide).unwrap().terms.quorum, 2);
    assert_eq!(room.told("asked"), ["dev", "lena"], "and not Maya, who sits in the role but asked herself");
    assert_eq!(room.told_case("asked"), 1);
    assert_eq!(room.case().wake(), Some(at(60)), "the first nudge");
    assert!(room.notices.iter().all(|it| it.while_owed == [1]), "dropped unsent once it is decided");
}

#[test]
fn requests_that_cannot_be_taken_say_what_to_write() {
    let wanted = |workflow: &str, title: &str, action: &str, path: Option<&str>| Opening {
        workflow: WorkflowId::from(workflow),
        title: title.to_owned(),
        action: action.to_owned(),
        path: path.map(PathId::from),
    };
    let long = "ü".repeat(201);
    let endless = "x".repeat(TEXT_AT_MOST + 1);
    let table = [
        ("maya", wanted("credt", "t", "a", None), "there is no workflow “credt” in the policy. Did you mean “credit”?"),
        (
            "maya",
            wanted("bare", "t", "a", None),
            "workflow bare has no approval path. Name one: `path=…`, or add `approval_path` to the policy.",
        ),
        (
            "maya",
            wanted("credit", "t", "a", Some("too")),
            "there is no approval path “too” in the policy. Did you mean “two”?",
        ),
        ("maya", wanted("credit", " ", "a", None), "the title is missing: say in one line what is to be approved."),
        ("maya", wanted("credit", "\n", "a", None), "the title is missing: say in one line what is to be approved."),
        (
            "maya",
            wanted("credit", &long, "a", None),
            "the title is too long: 201 characters, and 200 are possible. Put the rest in a file or a second message.",
        ),
        ("maya", wanted("credit", "t", " \n", None), "the action is missing: write exactly what is to be done."),
        (
            "maya",
            wanted("credit", "t", &endless, None),
            "the action is too long: 8001 characters, and 8000 are possible. Put the rest in a file or a second message.",
        ),
        ("olga", wanted("credit", "t", "a", None), "asking for an approval is for engineers. Ask maya, tess or dev."),
        (
            "zoe",
            wanted("credit", "t", "a", None),
            "I don't know you in this policy yet. Ask an operator to add your account to [people]; until then your words are kept, but not acted on.",
        ),
    ];
    for (by, command, says) in table {
        let mut room = Room::new();
        assert_eq!(room.open(by, &command).unwrap_err().to_string(), says, "{command:?}");
        assert!(room.case.is_none());
    }
    let mut room = Room::new();
    room.open("maya", &wanted("credit", "a\nb", "a", None)).expect("a pasted line break is a blank");
    assert_eq!(room.case().title, "a b");
    let mut room = Room::new();
    assert!(room.open("maya", &wanted("credit", &long[2..], "a", None)).is_ok(), "exactly 200 are possible");
}

#[test]
fn a_request_that_too_few_can_answer_is_taken_and_says_so() {
    let mut room = Room::new();
    let reply = room.request("maya", "wide").unwrap();
    assert!(
        reply.contains("model-risk can't be passed yet: 3 answers are needed and only 2 people can give one now"),
        "{reply}"
    );
    assert_eq!(room.told_case("state"), 1, "the thread hears it too");
    assert_eq!(room.told("state"), [""; 0]);
    let enough = Room::asked("two");
    assert_eq!(enough.told_case("state"), 0);
}

// Approving.

#[test]
fn two_stages_are_passed_by_different_people() {
    let mut room = Room::asked("two");
    room.hush();
    assert_eq!(room.ask(5, "dev", approve()).unwrap(), "your approval is recorded, 1 of 2; waiting on lena");
    assert_eq!((room.told_case("voted"), room.notices.len()), (1, 1), "progress stays in the thread");
    assert_eq!(room.waiting(5), ["lena"]);
    assert_eq!(room.ask(9, "lena", approve()).unwrap(), "your approval is recorded; next is legal: nia or olga");
    assert_eq!(room.approval().stage, 1);
    assert_eq!(room.told("asked"), ["nia", "olga"], "Lena sits in legal too, but has spoken in stage 1");
    let second = room.case().owed(Duty::Decide).unwrap();
    assert_eq!((second.number, second.terms.due), (2, at(9 + 120)));
    let again = room.ask(10, "lena", approve()).unwrap_err();
    assert_eq!(again, Refusal::EarlierStage(apr(1), "nia or olga".to_owned()));
    assert_eq!(room.approval().word(), "requested");
    room.hush();
    assert_eq!(room.ask(20, "nia", approve()).unwrap(), "approved");
    assert_eq!(room.approval().outcome, Some(Outcome::Approved));
    assert_eq!(room.approval().concluded.as_ref().unwrap().ended.took, Span::minutes(20));
    assert_eq!(room.told("concluded"), ["maya"]);
    assert!(!room.told_operators("concluded"));
    assert_eq!(room.case().wake(), None);
    assert!(room.case().is_closed());
}

#[test]
fn who_may_not_approve_hears_why() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    let before = room.case().clone();
    let own = Refusal::OwnRequest("lena".to_owned());
    assert_eq!(room.ask(2, "maya", approve()).unwrap_err(), own, "though she sits in the role");
    assert_eq!(room.ask(2, "maya", decline("no")).unwrap_err(), own);
    assert_eq!(room.ask(2, "dev", approve()).unwrap_err(), Refusal::AnsweredAlready(apr(1)));
    assert_eq!(
        room.ask(2, "dev", decline("no")).unwrap_err(),
        Refusal::AnsweredAlready(apr(1)),
        "nor the other way round"
    );
    let stale = Command::Approve { reason: None, revision: Some(2) };
    assert_eq!(room.ask(2, "lena", stale).unwrap_err(), Refusal::Changed(apr(1)));
    assert_eq!(
        room.ask(2, "nia", approve()).unwrap_err().to_string(),
        "“decide” on APR-1 is for model-risk. Ask lena.",
        "her stage comes later"
    );
    assert_eq!(room.case(), &before);
}

#[test]
fn a_reason_is_needed_where_the_path_says_so() {
    let mut room = Room::asked("reasoned");
    for reason in [None, Some("  ".to_owned())] {
        let command = Command::Approve { reason, revision: Some(1) };
        assert!(matches!(room.ask(1, "dev", command).unwrap_err(), Refusal::ReasonNeeded(_)));
    }
    let command = Command::Approve { reason: Some(" looks right ".to_owned()), revision: Some(1) };
    room.ask(1, "dev", command).unwrap();
    assert_eq!(room.approval().votes[0].reason.as_deref(), Some("looks right"));
    assert_eq!(room.approval().votes[0].digest, room.approval().digest);
}

#[test]
fn roles_that_the_ladder_called_in_may_answer_from_then_on() {
    let mut room = Room::asked("two");
    assert!(matches!(room.ask(179, "olga", approve()).unwrap_err(), Refusal::NotYours { .. }));
    room.ask(180, "olga", approve()).unwrap();
    assert_eq!(room.approval().votes.len(), 1);
}

#[test]
fn a_decline_needs_a_reason_and_ends_it_at_once() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    assert!(matches!(room.ask(2, "lena", decline(" ")).unwrap_err(), Refusal::ReasonNeeded(_)));
    room.hush();
    room.ask(2, "lena", decline("the test set is too old")).unwrap();
    assert_eq!(room.approval().word(), "declined");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Met, "an answer all the same");
    assert_eq!(room.told("concluded"), ["maya"]);
    assert_eq!(room.case().wake(), None);
}

#[test]
fn a_late_answer_is_late() {
    let mut room = Room::asked("two");
    room.ask(121, "lena", decline("no")).unwrap();
    let decision = room.case().obligation(1).unwrap();
    assert_eq!(decision.state(), State::MetLate);
    assert_eq!(decision.breach.as_ref().unwrap().attributed, Attribution::Holder(PartyId::from("client")));
    assert_eq!(room.approval().word(), "declined", "a decline that came late is no lapse");
}

#[test]
fn what_has_an_outcome_says_which_whose_and_since_when() {
    let mut room = Room::asked("reasoned");
    room.ask(5, "lena", decline("no")).unwrap();
    let before = room.case().clone();
    let says = "APR-1 is declined already by lena since 2 Mar 2026 10:05. Change what was asked for, then `/approval request credit …` asks anew.";
    let after = [
        approve(),
        decline("no"),
        amend("b"),
        question(),
        answer(),
        withdraw(),
        Command::Supersede { by: apr(2) },
        break_glass(),
    ];
    for command in after {
        assert_eq!(room.ask(6, "dev", command).unwrap_err().to_string(), says);
    }
    assert_eq!(
        room.ask(6, "dev", review()).unwrap_err(),
        Refusal::NothingOwed { case: apr(1), duty: Duty::ReviewBreakGlass }
    );
    assert_eq!(room.case(), &before);
}

#[test]
fn commands_of_incidents_are_told_apart() {
    let mut room = Room::asked("two");
    let text = || "x".to_owned();
    let wrong = [
        incident::Command::Acknowledge,
        incident::Command::StillWorking,
        incident::Command::Assess { text: text() },
        incident::Command::Contain { text: text() },
        incident::Command::Resolve { text: text() },
        incident::Command::AcceptReview { text: text(), drafted_from: None },
        incident::Command::Reopen { reason: text() },
        incident::Command::Merge { into: apr(2) },
        incident::Command::Update { text: text() },
        incident::Command::Decision { text: text() },
        incident::Command::FollowUp { assignee: p("dev"), due: at(9), text: text() },
        incident::Command::FollowUpDone { number: 1 },
        incident::Command::Page { role: r("head"), reason: text() },
        incident::Command::AnswerPage,
        incident::Command::ChangeSeverity { to: Severity::Sev1, reason: text() },
        incident::Command::TakeSeat { seat: SeatName::Lead, person: None },
    ];
    for command in wrong {
        assert_eq!(
            room.ask(1, "dev", command).unwrap_err().to_string(),
            "APR-1 is an approval; that needs an incident."
        );
    }
    assert!(room.ask(1, "dev", Any::Note { text: text() }).is_ok());
}

// Deputies.

#[test]
fn a_deputy_answers_in_the_givers_seat_and_that_seat_answers_once() {
    let mut room = Room::new();
    room.delegations = vec![away(1, "dev", Some("tess"), 60)];
    room.request("maya", "two").unwrap();
    assert_eq!(room.told("asked"), ["tess", "lena"]);
    room.ask(5, "tess", approve()).unwrap();
    assert_eq!(room.approval().votes[0].stands_in_for, Some(p("dev")));
    // Dev is back, and would be the second answer from one seat.
    room.delegations.clear();
    let twice = room.ask(61, "dev", approve()).unwrap_err();
    assert_eq!(twice.to_string(), "tess answered APR-1 in your seat while standing in for you. That answer stands.");
    assert_eq!(room.waiting(61), ["lena"]);
}

#[test]
fn a_seat_that_answered_is_not_handed_on() {
    let mut room = Room::asked("two");
    room.ask(5, "dev", approve()).unwrap();
    room.delegations = vec![away(1, "dev", Some("tess"), 600)];
    assert!(matches!(room.ask(6, "tess", approve()).unwrap_err(), Refusal::NotYours { .. }));
    assert_eq!(room.waiting(6), ["lena"]);
}

#[test]
fn a_deputy_hears_of_what_is_open_unless_the_seat_has_answered() {
    let mut room = Room::asked("two");
    room.delegations = vec![away(1, "dev", Some("tess"), 600)];
    room.wake_at(at(1));
    assert_eq!(room.told("moved"), ["tess"]);
    assert_eq!(room.case().owed(Duty::Decide).unwrap().held_by, ["tess", "lena"].map(p));
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    room.delegations = vec![away(1, "dev", Some("tess"), 600)];
    room.wake_at(at(2));
    assert_eq!(room.told("moved"), [""; 0]);
}

#[test]
fn nobody_decides_from_the_requesters_seat() {
    let mut room = Room::new();
    room.delegations = vec![Delegation { roles: vec![r("model-risk")], ..away(1, "maya", Some("tess"), 600) }];
    room.request("maya", "two").unwrap();
    assert_eq!(room.waiting(0), ["dev", "lena"], "Tess would sit there for Maya");
    assert!(matches!(room.ask(1, "tess", approve()).unwrap_err(), Refusal::NotYours { .. }));
    assert!(room.approval().votes.is_empty());
}

#[test]
fn who_spoke_through_a_deputy_does_not_speak_again_in_the_next_stage() {
    let mut room = Room::new();
    // Lena sits in both stages; Omar keeps her seat in the first.
    room.delegations = vec![away(1, "lena", Some("omar"), 30)];
    room.request("maya", "two").unwrap();
    room.ask(1, "dev", approve()).unwrap();
    room.ask(2, "omar", approve()).unwrap();
    room.delegations.clear();
    assert_eq!(room.waiting(40), ["nia", "olga"]);
    assert!(room.ask(40, "lena", approve()).is_err());
    assert!(room.ask(40, "omar", approve()).is_err());
    assert_eq!(room.approval().word(), "requested");
}

#[test]
fn a_deputy_who_has_a_seat_of_their_own_answers_once() {
    let mut room = Room::new();
    room.delegations = vec![away(1, "dev", Some("lena"), 600)];
    room.request("maya", "two").unwrap();
    room.ask(1, "lena", approve()).unwrap();
    assert_eq!(room.ask(2, "lena", approve()).unwrap_err(), Refusal::AnsweredAlready(apr(1)));
    assert_eq!(room.approval().word(), "requested");
    assert_eq!(room.waiting(2), ["dev"], "the seat goes back to its giver rather than be nobody's");
}

// Amending.

#[test]
fn a_changed_action_voids_what_was_said_before_and_starts_the_clock_afresh() {
    let mut room = Room::asked("two");
    room.ask(121, "dev", approve()).unwrap();
    room.ask(122, "lena", approve()).unwrap();
    room.ask(123, "nia", question()).unwrap();
    let old = room.approval().digest.clone();
    room.hush();
    let reply = room.ask(130, "maya", amend("deploy v8")).unwrap();
    assert_eq!(reply, "the action is changed, revision 2; it is decided on from the first stage again");
    let approval = room.approval();
    assert_eq!((approval.revision, approval.stage, approval.votes.len()), (2, 0, 0));
    assert_eq!(approval.question, None);
    assert_ne!(approval.digest, old);
    let owed: Vec<_> = room.case().open_obligations().map(|it| (it.duty, it.terms.due)).collect();
    assert_eq!(owed, [(Duty::Decide, at(130 + 120))], "one decision, and no question any more");
    assert!(room.case().obligation(1).unwrap().breach.is_some(), "the old breach stays recorded");
    let told: BTreeSet<_> = room.told("amended").into_iter().collect();
    assert_eq!(told, ["dev", "lena", "nia", "olga"].map(str::to_owned).into(), "all who were asked or had spoken");
    let stale = Command::Approve { reason: None, revision: Some(1) };
    assert_eq!(room.ask(131, "dev", stale).unwrap_err(), Refusal::Changed(apr(1)));
    room.ask(131, "dev", Command::Approve { reason: None, revision: Some(2) }).unwrap();
    assert_eq!(room.approval().votes[0].revision, 2);
    assert_eq!(room.waiting(131), ["lena"]);
}

#[test]
fn only_the_requester_changes_the_action_and_only_to_another() {
    let mut room = Room::asked("two");
    let before = room.case().clone();
    let only = Refusal::OnlyFor { case: apr(1), who: "maya".to_owned() };
    assert_eq!(room.ask(1, "dev", amend("deploy v8")).unwrap_err(), only);
    assert!(matches!(room.ask(1, "maya", amend("deploy v7 ")).unwrap_err(), Refusal::Missing(_)));
    assert!(matches!(room.ask(1, "maya", amend("  ")).unwrap_err(), Refusal::Missing(_)));
    assert_eq!(room.case(), &before);
    assert!(room.ask(1, "maya", amend("deploy v7")).is_ok(), "a blank less is another action");
}

// Questions.

#[test]
fn a_question_pauses_the_clock_and_the_requester_is_the_one_nudged() {
    let mut room = Room::asked("two");
    room.hush();
    let reply = room.ask(30, "dev", question()).unwrap();
    assert_eq!(reply, "maya is asked; your clock is paused meanwhile");
    assert_eq!(room.told("question"), ["maya"]);
    assert_eq!(room.told_case("question"), 1);
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Paused);
    assert_eq!(room.ask(31, "lena", question()).unwrap_err(), Refusal::QuestionOpen(apr(1)));
    let other = Refusal::OnlyFor { case: apr(1), who: "maya".to_owned() };
    assert_eq!(room.ask(31, "lena", answer()).unwrap_err(), other);
    room.hush();
    assert_eq!(room.ask(90, "maya", answer()).unwrap(), "your answer is with dev");
    assert_eq!(room.told("question-answered"), ["dev", "lena"]);
    let decision = room.case().obligation(1).unwrap();
    assert_eq!((decision.state(), decision.paused, decision.terms.due), (State::Owed, Span::hours(1), at(180)));
    assert_eq!(room.case().obligation(2).unwrap().state(), State::Met);
    assert_eq!(room.ask(91, "maya", answer()).unwrap_err(), Refusal::NoQuestion(apr(1)));
}

#[test]
fn who_may_not_decide_may_not_ask() {
    let mut room = Room::asked("two");
    assert_eq!(room.ask(1, "maya", question()).unwrap_err(), Refusal::OwnRequest("dev or lena".to_owned()));
    assert!(matches!(room.ask(1, "tess", question()).unwrap_err(), Refusal::NotYours { .. }));
    let empty = Command::AskRequester { question: " ".to_owned() };
    assert!(matches!(room.ask(1, "dev", empty).unwrap_err(), Refusal::Missing(_)));
    assert!(room.case().owed(Duty::AnswerQuestion).is_none());
}

#[test]
fn a_question_that_the_path_gives_no_pause_for_lets_the_clock_go_on() {
    let mut room = Room::asked("reasoned");
    room.ask(30, "dev", question()).unwrap();
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Owed);
    // Nor where the pauses are used up, or the deadline has passed.
    let mut room = Room::asked("two");
    room.ask(121, "dev", question()).unwrap();
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Late);
    assert!(!room.approval().question.as_ref().unwrap().paused);
}

#[test]
fn who_has_answered_may_still_ask_and_is_not_moved_out_of_the_role() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", approve()).unwrap();
    assert!(room.ask(2, "dev", question()).is_ok());
    room.ask(3, "maya", answer()).unwrap();
    assert_eq!(room.told("question-answered"), ["lena", "dev"]);
    room.wake(70);
    assert_eq!(room.case().owed(Duty::Decide).unwrap().held_by, ["dev", "lena"].map(p));
    assert_eq!(room.told_case("moved"), 0);
}

#[test]
fn only_the_decisions_deadline_ends_a_request() {
    let mut room = Room::new();
    let duty = Duty::AnswerQuestion;
    let (workflows, severities) = (Vec::new(), Vec::new());
    let terms = terms(Span::minutes(30));
    // The target's own holder doesn't matter: it is the requester who was asked.
    let target =
        Target { duty, workflows, severities, stage: None, tier: None, holder: Some(r("head")), terms, line: 1 };
    room.policy.targets = vec![target];
    room.request("maya", "lapsing").unwrap();
    room.ask(0, "dev", question()).unwrap();
    assert_eq!(room.case().owed(duty).unwrap().holder, Holder::Person(p("maya")));
    room.wake(40);
    assert!(room.case().owed(duty).unwrap().is_late());
    assert_eq!(room.approval().word(), "requested");
}

#[test]
fn a_pause_for_another_reason_is_not_ended_by_the_answer() {
    let mut room = Room::asked("two");
    let hold = Any::Pause { duty: Some(Duty::Decide), reason: "a regulator's hold".to_owned() };
    room.ask(5, "dev", hold).unwrap();
    room.ask(6, "dev", question()).unwrap();
    room.ask(7, "maya", answer()).unwrap();
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Paused);
}

#[test]
fn an_answer_that_comes_late_is_the_requesters_lateness() {
    let mut room = Room::asked("two");
    room.ask(0, "dev", question()).unwrap();
    room.wake(4 * 60);
    let owed = room.case().owed(Duty::AnswerQuestion).unwrap();
    assert_eq!(owed.breach.as_ref().unwrap().attributed, Attribution::Requester, "and not their party's");
    assert_eq!(room.approval().word(), "requested");
}

#[test]
fn who_stands_in_for_the_requester_may_answer_the_question() {
    let mut room = Room::asked("two");
    room.ask(1, "dev", question()).unwrap();
    room.delegations = vec![away(1, "maya", Some("tess"), 600)];
    room.ask(2, "tess", answer()).unwrap();
    assert_eq!(room.approval().question, None);
    assert!(room.ask(3, "tess", approve()).is_err(), "but decides nothing from there");
}

#[test]
fn a_decision_during_a_question_ends_both() {
    let mut room = Room::asked("reasoned");
    room.ask(1, "dev", question()).unwrap();
    room.ask(9, "lena", decline("no")).unwrap();
    assert_eq!(room.approval().question, None);
    assert_eq!(room.case().open_obligations().count(), 0);
    assert_eq!(room.case().obligation(2).unwrap().state(), State::Void);
}

// Withdrawing, superseding.

#[test]
fn the_requester_takes_it_back_or_who_may_waive() {
    let mut room = Room::asked("two");
    assert!(matches!(room.ask(1, "dev", withdraw()).unwrap_err(), Refusal::NotYours { .. }));
    assert!(matches!(room.ask(1, "maya", Command::Withdraw { reason: " ".into() }).unwrap_err(), Refusal::Missing(_)));
    room.hush();
    room.ask(2, "maya", withdraw()).unwrap();
    assert_eq!(room.approval().word(), "withdrawn");
    assert_eq!(room.told("concluded"), [""; 0], "she has the reply");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Void);
    let mut room = Room::asked("two");
    room.hush();
    room.ask(2, "olga", withdraw()).unwrap();
    assert_eq!(room.told("concluded"), ["maya"]);
}

#[test]
fn a_request_is_superseded_by_another_approval_alone() {
    let mut room = Room::asked("two");
    let incident = CaseId { kind: CaseKind::Incident, number: 2 };
    for other in [apr(1), incident] {
        assert!(matches!(room.ask(1, "maya", Command::Supersede { by: other }).unwrap_err(), Refusal::Missing(_)));
    }
    assert!(matches!(room.ask(1, "dev", Command::Supersede { by: apr(2) }).unwrap_err(), Refusal::OnlyFor { .. }));
    room.ask(1, "maya", Command::Supersede { by: apr(2) }).unwrap();
    assert_eq!(room.approval().outcome, Some(Outcome::Superseded { by: apr(2) }));
    let says = room.ask(2, "dev", approve()).unwrap_err().to_string();
    assert!(says.ends_with("Go on with APR-2."), "{says}");
}

// Breaking glass.

#[test]
fn broken_glass_is_loud_and_looked_at_by_somebody_else() {
    let mut room = Room::asked("two");
    room.hush();
    let reply = room.ask(3, "olga", break_glass()).unwrap();
    assert_eq!(reply, "approved by you alone. Everybody on the path was told, and dev or lena looks at it afterwards");
    assert_eq!(room.approval().word(), "approved");
    assert!(room.told_operators("glass-broken"));
    assert_eq!(room.told_case("glass-broken"), 1);
    assert_eq!(room.told("glass-broken"), ["dev", "lena", "maya", "nia"]);
    assert!(room.notices.iter().all(|it| it.not_before.is_none()), "at any hour");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Void);
    let owed = room.case().owed(Duty::ReviewBreakGlass).unwrap();
    assert_eq!(owed.terms.due, at(3 + 24 * 60));
    assert!(room.case().is_closed(), "and yet a duty is open");
    assert!(matches!(room.ask(4, "olga", review()).unwrap_err(), Refusal::OnlyFor { .. }));
    assert!(matches!(room.ask(4, "maya", review()).unwrap_err(), Refusal::OnlyFor { .. }), "she was served by it");
    assert!(matches!(room.ask(4, "tess", review()).unwrap_err(), Refusal::NotYours { .. }));
    room.ask(5, "dev", review()).unwrap();
    assert_eq!(room.approval().broken_glass.as_ref().unwrap().reviewed, Some(p("dev")));
    assert_eq!(room.case().open_obligations().count(), 0);
    assert!(matches!(room.ask(6, "lena", review()).unwrap_err(), Refusal::NothingOwed { .. }), "once is enough");
}

#[test]
fn the_policy_says_who_looks_at_a_broken_glass() {
    let mut room = Room::new();
    let duty = Duty::ReviewBreakGlass;
    let (workflows, severities) = (Vec::new(), Vec::new());
    let terms = terms(Span::hours(1));
    let target =
        Target { duty, workflows, severities, stage: None, tier: None, holder: Some(r("legal")), terms, line: 1 };
    room.policy.targets = vec![target];
    room.request("maya", "two").unwrap();
    room.ask(3, "olga", break_glass()).unwrap();
    let owed = room.case().owed(duty).unwrap();
    assert_eq!((owed.holder.role(), owed.terms.due), (Some(&r("legal")), at(63)));
}

#[test]
fn glass_is_broken_only_by_the_roles_of_the_path_with_a_reason_and_never_by_the_requester() {
    let mut room = Room::asked("two");
    let before = room.case().clone();
    assert!(matches!(room.ask(1, "dev", break_glass()).unwrap_err(), Refusal::NotYours { .. }));
    assert!(matches!(
        room.ask(1, "olga", Command::BreakGlass { reason: " ".into() }).unwrap_err(),
        Refusal::ReasonNeeded(_)
    ));
    assert_eq!(room.case(), &before);
    let mut none = Room::asked("reasoned");
    let says = none.ask(1, "olga", break_glass()).unwrap_err().to_string();
    assert_eq!(says, "path reasoned allows nobody to break the glass. Waiting on dev or lena.");
    // Maya holds the role, by herself or through a deputy of hers.
    let mut room = Room::new();
    room.policy.roles.get_mut("head").unwrap().members = vec![p("maya"), p("olga")];
    room.request("maya", "two").unwrap();
    assert_eq!(room.ask(1, "maya", break_glass()).unwrap_err(), Refusal::OwnRequest("olga".to_owned()));
    room.delegations = vec![away(1, "maya", Some("tess"), 600)];
    assert!(matches!(room.ask(1, "tess", break_glass()).unwrap_err(), Refusal::NotYours { .. }));
    assert_eq!(room.approval().word(), "requested");
}

// When the time is up.

#[test]
fn time_up_holds() {
    let mut room = Room::asked("two");
    room.wake(24 * 60);
    assert_eq!(room.approval().word(), "requested");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Late);
}

#[test]
fn time_up_lapses_and_is_nobodys_decline() {
    let mut room = Room::asked("lapsing");
    room.ask(5, "dev", approve()).unwrap();
    room.wake(119);
    assert_eq!(room.approval().word(), "requested");
    room.hush();
    room.wake(120);
    assert_eq!(room.approval().word(), "lapsed");
    let end = room.approval().concluded.clone().unwrap().ended;
    assert_eq!((end.by, end.reason.as_deref()), (None, Some("only 1 of 2 had answered by 2 Mar 2026 11:00 UTC")));
    let decision = room.case().obligation(1).unwrap();
    assert_eq!(decision.state(), State::Void);
    assert!(decision.breach.is_some(), "late all the same");
    assert_eq!(room.told("concluded"), ["maya"]);
    assert_eq!(room.told_case("clock"), 0, "nobody is nudged for what is over");
    assert_eq!(room.case().wake(), None);
    assert!(matches!(room.ask(121, "lena", approve()).unwrap_err(), Refusal::WrongState { .. }));
}

#[test]
fn time_up_widens_to_the_fallback_role() {
    let mut room = Room::asked("widening");
    assert!(matches!(room.ask(119, "omar", approve()).unwrap_err(), Refusal::NotYours { .. }));
    room.hush();
    room.wake(120);
    assert_eq!(room.told("widened"), ["omar"]);
    assert_eq!(room.told_case("widened"), 1);
    room.wake(12 * 60);
    assert_eq!(room.told_case("widened"), 1, "once");
    assert_eq!(room.told_case("moved"), 0);
    room.ask(12 * 60, "omar", approve()).unwrap();
    assert_eq!(room.approval().word(), "approved");
}

#[test]
fn silence_approves_only_where_the_policy_says_so_and_loudly() {
    let mut room = Room::asked("silent");
    room.wake(119);
    assert_eq!(room.approval().word(), "requested");
    room.hush();
    room.wake(120);
    assert_eq!(room.approval().word(), "approved");
    assert_eq!(room.approval().concluded.as_ref().unwrap().ended.by, None);
    assert!(room.approval().votes.is_empty(), "nobody's word is made up");
    assert!(room.told_operators("concluded"));
    assert_eq!(room.told("concluded"), ["maya", "dev", "lena"]);
    assert!(room.case().obligation(1).unwrap().breach.is_some());
}

// Slowness.

#[test]
fn a_request_that_pends_too_long_is_a_risk_told_once() {
    let mut room = Room::asked("two");
    room.wake(8 * 60 - 1);
    assert!(room.then.is_empty());
    room.wake(48 * 60);
    assert_eq!(room.told_case("slow"), 1);
    let [Then::Bot(BotCommand::NoteSlowPath(SlowPath { path, workflow, severity, because }))] = room.then.as_slice()
    else {
        panic!("{:?}", room.then)
    };
    assert_eq!((path.as_str(), workflow.as_str(), *severity), ("two", "credit", Severity::Sev3));
    assert_eq!(because, "APR-1 has been pending for 8 h; the policy's limit on path two is 8 h.");
    // One that is answered in time is not slow.
    let mut room = Room::asked("two");
    room.ask(5, "dev", decline("no")).unwrap();
    room.wake(48 * 60);
    assert_eq!(room.told_case("slow"), 0);
}

#[test]
fn one_wake_after_downtime_says_one_thing() {
    let mut room = Room::asked("two");
    room.hush();
    room.wake_at(at(9 * 60));
    assert_eq!((room.told_case("clock"), room.told_case("slow")), (1, 1));
    assert!(room.case().wake().unwrap() > at(9 * 60));
}

// Properties.

fn all(command: impl Into<All>) -> All {
    command.into()
}

fn any_command() -> impl Strategy<Value = All> {
    let revision = prop_oneof![3 => Just(None), 1 => (1..3u32).prop_map(Some)];
    prop_oneof![
        8 => revision.clone().prop_map(|revision| all(Command::Approve { reason: Some("right".to_owned()), revision })),
        1 => revision.prop_map(|revision| all(Command::Decline { reason: "wrong".to_owned(), revision })),
        2 => "[ab]{0,2}".prop_map(|action| all(amend(&action))),
        3 => Just(all(question())),
        3 => Just(all(answer())),
        1 => Just(all(withdraw())),
        1 => Just(all(Command::Supersede { by: apr(2) })),
        1 => Just(all(break_glass())),
        2 => Just(all(review())),
        1 => Just(all(Any::Pause { duty: None, reason: "a regulator's hold".to_owned() })),
        1 => Just(all(Any::Resume { duty: None })),
        1 => Just(all(Any::Waive { duty: Duty::ReviewBreakGlass, reason: "x".to_owned() })),
        1 => Just(all(Any::Note { text: "x".to_owned() })),
        1 => Just(all(incident::Command::Resolve { text: "x".to_owned() })),
    ]
}

fn anybody() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["maya", "dev", "lena", "nia", "omar", "olga", "tess"])
}

#[derive(Clone, Debug)]
enum Step {
    Ask(&'static str, All),
    /// Somebody goes away, perhaps with a deputy.
    Away(&'static str, Option<&'static str>),
    Back,
    /// The engine comes late.
    Sleep,
}

fn any_step() -> impl Strategy<Value = (i64, Step)> {
    let step = prop_oneof![
        10 => (anybody(), any_command()).prop_map(|(by, command)| Step::Ask(by, command)),
        1 => (anybody(), prop::option::of(anybody())).prop_map(|(from, to)| Step::Away(from, to)),
        1 => Just(Step::Back),
        1 => Just(Step::Sleep),
    ];
    (prop_oneof![4 => 0..20i64, 1 => 0..400i64], step)
}

fn sound(room: &Room, now: i64) {
    let (case, approval) = (room.case(), room.approval());
    let numbers: BTreeSet<u32> = case.obligations.iter().map(|it| it.number).collect();
    assert_eq!(numbers.len(), case.obligations.len(), "numbers are unique");
    assert!(case.open_obligations().filter(|it| it.duty == Duty::Decide).count() <= 1);
    if approval.outcome.is_some() {
        assert!(case.owed(Duty::Decide).is_none() && case.owed(Duty::AnswerQuestion).is_none());
        assert!(case.closed.is_some());
    } else {
        assert!(case.owed(Duty::Decide).is_some(), "somebody always owes the decision");
        assert!(case.owed(Duty::ReviewBreakGlass).is_none());
    }
    assert_eq!(approval.question.is_some(), case.owed(Duty::AnswerQuestion).is_some());
    let mut seats = BTreeSet::new();
    for vote in &approval.votes {
        assert_ne!(vote.by, approval.requester);
        assert_ne!(vote.stands_in_for.as_ref(), Some(&approval.requester));
        assert_eq!((&vote.digest, vote.revision), (&approval.digest, approval.revision));
        assert!(seats.insert(vote.stands_in_for.clone().unwrap_or_else(|| vote.by.clone())), "each seat speaks once");
    }
    let voters: BTreeSet<&PersonId> = approval.votes.iter().map(|vote| &vote.by).collect();
    assert_eq!(voters.len(), approval.votes.len(), "each person speaks once");
    let path = &room.policy.paths[&approval.path];
    let silence = path.when_time_is_up == TimeIsUp::Approve
        && approval.concluded.as_ref().is_some_and(|it| it.ended.by.is_none());
    if approval.outcome == Some(Outcome::Approved) && approval.broken_glass.is_none() && !silence {
        for (number, stage) in path.stages.iter().enumerate() {
            let yes = approval.votes.iter().filter(|vote| vote.approves && vote.stage as usize == number).count();
            assert!(yes >= stage.quorum as usize, "{yes} of {} in stage {number}", stage.quorum);
        }
    }
    if let Some(glass) = &approval.broken_glass {
        assert_ne!(glass.by, approval.requester);
        assert_ne!(glass.reviewed.as_ref(), Some(&glass.by));
    }
    assert!(case.wake().is_none_or(|wake| wake > at(now)), "nothing that was due is left");
    let (first, began) = &room.events[0];
    let mut again = Case::begin(case.id, first, *began).unwrap();
    room.events[1..].iter().for_each(|(event, at)| again.apply(event, *at));
    assert_eq!(&again, case, "the case is what its events say");
    let json = serde_json::to_string(case).unwrap();
    assert_eq!(&serde_json::from_str::<Case>(&json).unwrap(), case);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_do_the_rules_hold(
        path in prop::sample::select(vec!["two", "reasoned", "lapsing", "widening", "silent", "wide"]),
        steps in prop::collection::vec(any_step(), 1..30),
    ) {
        let mut room = Room::asked(path);
        let mut now = 0;
        for (minutes, step) in steps {
            now += minutes;
            match step {
                Step::Ask(by, command) => {
                    room.wake(now);
                    let before = room.case().clone();
                    let events = room.events.len();
                    if room.ask(now, by, command).is_err() {
                        prop_assert_eq!(room.case(), &before, "who is turned down changes nothing");
                        prop_assert_eq!(room.events.len(), events);
                    }
                }
                Step::Away(from, to) => {
                    let delegation = away(room.delegations.len() as u32 + 1, from, to, now + 300);
                    let people = People { policy: &room.policy, delegations: &room.delegations, at: at(now) };
                    if to != Some(from) && people.circle(&delegation).is_none() {
                        room.delegations.push(delegation);
                    }
                }
                Step::Back => room.delegations.clear(),
                Step::Sleep => {
                    if room.case().wake().is_some_and(|due| due <= at(now)) {
                        room.wake_at(at(now));
                    }
                }
            }
            room.wake(now);
            sound(&room, now);
        }
    }
}
