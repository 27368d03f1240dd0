//! Incidents as stories on a clock that counts minutes from the opening, and the invariants under random asks.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::kinds::approval;
use crate::domain::obligation::{Attribution, State};
use crate::domain::people::{Delegation, People};
use crate::domain::{
    Actor, Body, CaseKind, Command as All, Event as Became, Notice, Policy, Reply, Then, To, decide as decide_case,
    open as open_case, text::TEXT_AT_MOST,
};

/// 2026-03-02T09:00:00Z, a Monday.
const NINE: At = At(1_772_442_000_000_000);

const POLICY: &str = r#"
[policy]
name = "test"
ladder = "plain"

[parties]
ops = { name = "Operations" }
vendor = { name = "Vendor" }

[people]
dev = { name = "Dev", party = "ops", zone = "UTC" }
lena = { name = "Lena", party = "ops", zone = "UTC" }
arjun = { name = "Arjun", party = "ops", zone = "UTC" }
ravi = { name = "Ravi", party = "vendor", zone = "UTC" }
maya = { name = "Maya", party = "ops", zone = "UTC", quiet_hours = "08:00-18:00" }

[roles]
triage = { name = "Triage", party = "ops", members = ["dev", "lena"] }
command = { name = "Command", party = "ops", members = ["arjun"] }
engineering = { name = "Engineering", party = "vendor", members = ["ravi"] }
nobody = { name = "Nobody", party = "ops", members = [] }

[ladders.plain]
nudge_at_percent = [50]
climb = [{ after = "10m", tell = "command" }]
repeat = { every = "1h", at_most = 2 }

[workflows]
credit = { name = "Credit", stage = "production", channels = ["credit", "slack:C1234", "slack:C5678"] }
pilot = { name = "Pilot", stage = "pilot", channel = "pilot" }

[[targets]]
duty = "acknowledge"
stage = "production"
severity = "sev1"
holder = "triage"
within = "10m"
expires_after = "1h"
urgent = true
[[targets]]
duty = "acknowledge"
stage = "production"
severity = ["sev2", "sev3"]
holder = "triage"
within = "20m"
expires_after = "2h"
[[targets]]
duty = "assess"
stage = "production"
holder = "engineering"
within = "60m"
[[targets]]
duty = "contain"
stage = "production"
severity = ["sev1", "sev2"]
holder = "engineering"
within = "2h"
[[targets]]
duty = "update"
stage = "production"
severity = "sev1"
holder = "command"
within = "30m"
[[targets]]
duty = "resolve"
stage = "production"
severity = "sev1"
holder = "command"
within = "4h"
pause = { reasons = ["regulator's hold"], at_most = "5h" }
[[targets]]
duty = "resolve"
stage = "production"
severity = ["sev2", "sev3"]
holder = "command"
within = "8h"
pause = { reasons = ["regulator's hold"], at_most = "5h" }
[[targets]]
duty = "review"
stage = "production"
severity = ["sev1", "sev2"]
holder = "command"
within = "3d"
[[targets]]
duty = "fill-seat"
stage = "production"
severity = "sev1"
holder = "command"
within = "20m"

[may]
close_incident = "command"
change_severity = ["triage", "command"]
"#;

static TERMS: LazyLock<Policy> = LazyLock::new(|| Policy::read(POLICY).unwrap_or_else(|errors| panic!("{errors}")));

const ID: CaseId = CaseId { kind: CaseKind::Incident, number: 1 };

fn minute(minutes: i64) -> At {
    NINE + Span::minutes(minutes)
}

fn wanted(severity: Severity) -> Opening {
    Opening {
        workflow: "credit".into(),
        title: "Scores drift".to_owned(),
        severity,
        technical: None,
        class: None,
        nature: Nature::default(),
        impact: Impact::Known,
        restricted: false,
        occurred: None,
        detected: None,
        aware: None,
        because: None,
        slow_path: None,
    }
}

fn by(person: &str) -> Actor {
    match person {
        "engine" => Actor::Engine,
        person => Actor::Person(person.into()),
    }
}

/// One incident, and everything that became true of it.
struct Room {
    policy: Policy,
    delegations: Vec<Delegation>,
    case: Case,
    ledger: Vec<(At, Became)>,
    now: At,
    /// What the last accepted ask told.
    told: Vec<Notice>,
    then: Vec<Then>,
}

impl Room {
    fn open(wanted: &Opening) -> Room {
        Room::try_open("maya", wanted).map(|(room, _)| room).unwrap_or_else(|refusal| panic!("{refusal}"))
    }

    fn try_open(person: &str, wanted: &Opening) -> Result<(Room, String), Refusal> {
        let (ask, opening) = (Ask { by: by(person), at: NINE }, crate::domain::Opening::Incident(wanted.clone()));
        let people = People { policy: &TERMS, delegations: &[], at: NINE };
        let ruling = open_case(ID, &opening, &ask, &World { policy: &TERMS, stamped: &TERMS, people })?;
        let case = Case::begin(ID, &ruling.events[0], NINE).expect("the first event begins the case");
        let mut room = Room {
            policy: TERMS.clone(),
            delegations: Vec::new(),
            case,
            ledger: vec![(NINE, ruling.events[0].clone())],
            now: NINE,
            told: Vec::new(),
            then: Vec::new(),
        };
        let first = Ruling { events: ruling.events[1..].to_vec(), ..ruling };
        let reply = room.take(first);
        Ok((room, reply))
    }

    fn take(&mut self, ruling: Ruling) -> String {
        for event in ruling.events {
            self.case.apply(&event, self.now);
            self.ledger.push((self.now, event));
        }
        (self.told, self.then) = (ruling.notices, ruling.then);
        match ruling.reply {
            Some(Reply { telling: crate::domain::Telling::Case(every_case::Telling::Done { what }), .. }) => {
                what.to_string()
            }
            Some(other) => format!("{other:?}"),
            None => String::new(),
        }
    }

    fn ask(&mut self, person: &str, command: impl Into<All>) -> Result<String, Refusal> {
        let ask = Ask { by: by(person), at: self.now };
        let people = People { policy: &self.policy, delegations: &self.delegations, at: self.now };
        let ruling =
            decide_case(&self.case, &command.into(), &ask, &World { policy: &self.policy, stamped: &TERMS, people })?;
        Ok(self.take(ruling))
    }

    /// The answer in words, be it a reply or a refusal.
    fn says(&mut self, person: &str, command: impl Into<All>) -> String {
        self.ask(person, command).unwrap_or_else(|refusal| refusal.to_string())
    }

    /// As the desk does: whenever the case wants to be woken, until the minute has come.
    fn pass(&mut self, until: i64) {
        while let Some(at) = self.case.wake().filter(|&at| at <= minute(until)) {
            self.now = self.now.max(at);
            self.wake();
        }
        self.now = minute(until);
    }

    fn wake(&mut self) {
        self.ask("engine", Any::Wake).expect("a wake is never refused");
    }

    fn incident(&self) -> &Incident {
        match &self.case.body {
            Body::Incident(incident) => incident,
            Body::Approval(_) => panic!("not an incident"),
        }
    }

    /// `acknowledge 20, contain 120`: what is open, and the minute when it is due.
    fn owed(&self) -> String {
        let one = |it: &Obligation| {
            let about = it.about.as_ref().map(|about| format!(" {about}")).unwrap_or_default();
            let due = (it.terms.due - NINE).in_minutes();
            let state = if it.state() == State::Owed { String::new() } else { format!(" {}", it.state().word()) };
            format!("{}{about} {due}{state}", it.duty)
        };
        self.case.open_obligations().map(one).collect::<Vec<_>>().join(", ")
    }

    /// `case said, @dev paged`: what the last ask told to whom.
    fn heard(&self) -> String {
        let name = |notice: &Notice| notice.telling.template().rsplit('/').next().unwrap_or_default().to_owned();
        let one = |notice: &Notice| match &notice.to {
            To::Case => format!("case {}", name(notice)),
            To::Person(person) => format!("@{person} {}", name(notice)),
            other => format!("{other:?}"),
        };
        self.told.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn count(&self, kind: &str) -> usize {
        self.ledger.iter().filter(|(_, event)| event.kind() == kind).count()
    }
}

fn words(text: &str) -> String {
    text.to_owned()
}

#[track_caller]
fn check(got: impl AsRef<str>, expected: &str) {
    assert_eq!(got.as_ref(), expected);
}

#[track_caller]
fn says(got: impl AsRef<str>, part: &str) {
    assert!(got.as_ref().contains(part), "“{}” should contain “{part}”", got.as_ref());
}

#[test]
fn an_incident_from_opening_to_review() {
    let (mut room, reply) = Room::try_open("maya", &wanted(Severity::Sev2)).expect("everybody may open");
    check(reply, "opened as sev2; Dev or Lena acknowledges it by 09:20");
    check(room.heard(), "case opened, @dev opened, @lena opened");
    check(room.owed(), "acknowledge 20, contain 120, resolve 480");

    room.pass(5);
    says(room.says("maya", Command::Acknowledge), "“acknowledge” on INC-1 is for triage. Ask Dev or Lena.");
    says(room.says("dev", Command::Acknowledge), "the lead seat is empty: `/incident role INC-1 lead`");
    check(room.heard(), "case state");
    let second = room.says("lena", Command::Acknowledge);
    check(second, "INC-1 is acknowledged already (Dev, 09:05). `/incident update INC-1 …` says how it stands.");

    says(room.says("maya", Command::AcceptReview { text: words("x"), drafted_from: None }), "not resolved yet");
    says(room.says("maya", Command::Contain { text: words("x") }), "“contain” on INC-1 is for engineering. Ask Ravi.");
    check(
        room.says("ravi", Command::Contain { text: words("old model back") }),
        "contained; next is “resolve” by 17:00: Arjun",
    );
    says(room.says("ravi", Command::Resolve { text: words("x") }), "“resolve” on INC-1 is for command");
    check(
        room.says("arjun", Command::Resolve { text: words("fixed") }),
        "resolved; next is “review” by 5 Mar 09:05: Arjun",
    );
    check(room.owed(), "review 4325");
    assert!(!room.case.is_closed());

    let due = minute(3_000);
    let follow_up = Command::FollowUp { assignee: "ravi".into(), due, text: words("write a drift test") };
    says(room.says("lena", follow_up), "follow-up 1: Ravi does it by 4 Mar 11:00");
    check(room.heard(), "case follow-up, @ravi follow-up");
    check(
        room.says("arjun", Command::AcceptReview { text: words("all of it"), drafted_from: None }),
        "reviewed and closed; one follow-up stays open, and I keep its clock",
    );
    assert!(room.case.is_closed());
    check(room.owed(), "follow-up write a drift test 3000");

    says(
        room.says("dev", Command::Update { text: words("x") }),
        "INC-1 is reviewed already (Arjun, 09:05). `/incident reopen INC-1 why`",
    );
    says(room.says("dev", Command::FollowUpDone { number: 1 }), "only Ravi (or the lead) can do that on INC-1.");
    check(room.says("ravi", Command::FollowUpDone { number: 1 }), "follow-up 1 is done");
    says(room.says("ravi", Command::FollowUpDone { number: 1 }), "was done at 09:05 already");
    says(room.says("ravi", Command::FollowUpDone { number: 2 }), "has no follow-up 2. None is open.");
    assert_eq!(room.case.wake(), None, "nothing is owed, so nothing wakes it, not even the old acknowledgement");
}

#[test]
fn what_an_opening_needs() {
    let sev2 = || wanted(Severity::Sev2);
    let refused = |person, wanted: Opening| {
        Room::try_open(person, &wanted).err().map_or_else(|| "opened".to_owned(), |refusal| refusal.to_string())
    };
    says(refused("eve", sev2()), "I don't know you");
    says(
        refused("dev", Opening { workflow: "credits".into(), ..sev2() }),
        "no workflow “credits” in the policy. Did you mean “credit”?",
    );
    says(refused("dev", Opening { workflow: "x".into(), ..sev2() }), "There are credit and pilot.");
    says(refused("dev", Opening { title: " \n".to_owned(), ..sev2() }), "the title is missing");
    says(refused("dev", Opening { title: "x".repeat(201), ..sev2() }), "too long: 201");
    says(refused("dev", Opening { class: Some("output.biass".into()), ..sev2() }), "Did you mean “output.bias”?");
    says(refused("dev", Opening { technical: Some(6), ..sev2() }), "from 1 (the worst) to 5");
    says(refused("dev", Opening { technical: Some(0), ..sev2() }), "from 1 (the worst) to 5");
    says(refused("dev", Opening { aware: Some(minute(1)), ..sev2() }), "lies in the future");

    let lines = Opening {
        title: " two\n\tlines ".to_owned(),
        aware: Some(minute(-5)),
        class: Some("output.bias".into()),
        ..sev2()
    };
    let room = Room::open(&lines);
    check(&room.case.title, "two lines");
    let moment = Moment { at: minute(-5), said_by: Some("maya".into()) };
    assert_eq!(room.incident().moments.get(&Which::Aware), Some(&moment));
}

#[test]
fn the_bot_opens_incidents_too() {
    let because = Some(words("APR-4 is pending for 3 h"));
    let (room, _) =
        Room::try_open("engine", &Opening { because, ..wanted(Severity::Sev3) }).expect("the engine always may");
    assert_eq!(room.case.opened_by, None);
    check(room.owed(), "acknowledge 20, resolve 480");
}

#[test]
fn a_pilot_without_targets_can_be_worked_on_by_anybody() {
    let pilot = Opening { workflow: "pilot".into(), ..wanted(Severity::Sev2) };
    let (mut room, reply) = Room::try_open("maya", &pilot).expect("opened");
    check(reply, "opened as sev2; this policy asks nobody to acknowledge it");
    check(room.heard(), "");
    says(room.says("maya", Command::Acknowledge), "you have it in hand");
    check(room.says("ravi", Command::Update { text: words("looking") }), "update told");
    check(room.says("maya", Command::Contain { text: words("off") }), "contained");
    says(room.says("maya", Command::Resolve { text: words("off") }), "is for command. Ask Arjun.");
    check(
        room.says("arjun", Command::Resolve { text: words("off") }),
        "resolved; `/incident review INC-1 …` closes it",
    );
    says(
        room.says("maya", Command::AcceptReview { text: words("fine"), drafted_from: None }),
        "is for command. Ask Arjun.",
    );
    check(room.says("arjun", Command::AcceptReview { text: words("fine"), drafted_from: None }), "reviewed and closed");
}

#[test]
fn an_empty_role_is_said_at_once() {
    let mut policy = TERMS.clone();
    policy.roles.get_mut("triage").expect("a role").members.clear();
    let (ask, opening) = (Ask { by: by("maya"), at: NINE }, crate::domain::Opening::Incident(wanted(Severity::Sev1)));
    let people = People { policy: &policy, delegations: &[], at: NINE };
    let ruling = open_case(ID, &opening, &ask, &World { policy: &policy, stamped: &policy, people })
        .expect("it is opened all the same");
    let Some(Reply { telling: crate::domain::Telling::Case(every_case::Telling::Done { what }), .. }) = ruling.reply
    else {
        panic!("a reply")
    };
    says(what.to_string(), "nobody holds triage now");
    assert!(ruling.notices.iter().all(|notice| notice.to == To::Case));
}

#[test]
fn an_unclear_impact_is_assessed_before_it_can_be_resolved() {
    let mut room = Room::open(&Opening { impact: Impact::Unclear, ..wanted(Severity::Sev2) });
    check(room.owed(), "acknowledge 20, assess 60, contain 120, resolve 480");
    says(room.says("arjun", Command::Resolve { text: words("x") }), "say what the impact was first");
    says(room.says("dev", Command::Assess { text: words("x") }), "Ask Ravi");
    check(room.says("ravi", Command::Assess { text: words("12 customers") }), "the impact is on record");
    assert_eq!(room.incident().impact, Impact::Known);
    check(
        room.says("arjun", Command::Resolve { text: words("x") }),
        "resolved; next is “review” by 5 Mar 09:00: Arjun",
    );
    // Resolving takes it in hand, so the acknowledgement isn't a hole in the record.
    assert_eq!(room.count("incident.acknowledged"), 1);
}

#[test]
fn nobody_answers_still_working_and_the_acknowledgement_lapses() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.pass(5);
    room.says("dev", Command::Acknowledge);
    room.pass(64);
    assert!(room.case.owed(Duty::StillWorking).is_none());
    room.pass(65);
    assert_eq!(room.case.owed(Duty::StillWorking).map(|it| it.terms.due), Some(minute(95)));
    room.pass(94);
    check(room.case.state(), "acknowledged");
    room.now = minute(95);
    room.wake();
    check(room.case.state(), "open");
    // Triage, and the first role of the ladder with it: both can answer now.
    says(
        room.heard(),
        "case acknowledgement-lapsed, @dev acknowledgement-lapsed, @lena acknowledgement-lapsed, @arjun acknowledgement-lapsed",
    );
    let asked = room.case.obligations.iter().find(|it| it.duty == Duty::StillWorking).expect("it was asked");
    assert_eq!((asked.state(), asked.breach.is_some()), (State::Void, true), "the breach stays on record");
    assert_eq!(room.case.owed(Duty::Acknowledge).map(|it| it.terms.due), Some(minute(105)));
    says(
        room.says("dev", Command::StillWorking),
        "INC-1 isn't acknowledged now. `/incident ack INC-1` takes it in hand.",
    );
    says(room.says("arjun", Command::Acknowledge), "you have it in hand");
    assert_eq!(room.incident().acknowledged_by(), Some(&"arjun".into()));
}

#[test]
fn a_sign_of_life_keeps_the_acknowledgement_believed() {
    let alive: [(&str, Command); 4] = [
        ("dev", Command::Update { text: words("looking") }),
        ("dev", Command::Decision { text: words("no rollback yet") }),
        ("dev", Command::StillWorking),
        ("maya", Command::Update { text: words("I lead") }),
    ];
    for (person, command) in alive {
        let mut room = Room::open(&wanted(Severity::Sev1));
        room.says("dev", Command::Acknowledge);
        room.says("maya", Command::TakeSeat { seat: SeatName::Lead, person: Some("maya".into()) });
        // Before it is asked …
        room.pass(50);
        room.ask(person, command.clone()).expect("a part in it");
        room.pass(109);
        assert!(room.case.owed(Duty::StillWorking).is_none(), "{person} {command:?}");
        // … and after.
        room.pass(110);
        assert!(room.case.owed(Duty::StillWorking).is_some(), "{person} {command:?}");
        room.ask(person, command.clone()).expect("a part in it");
        assert!(room.case.owed(Duty::StillWorking).is_none(), "{person} {command:?}");
        room.pass(169);
        check(room.case.state(), "acknowledged");
    }
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.says("dev", Command::Acknowledge);
    room.pass(60);
    check(room.says("lena", Command::StillWorking), "only Dev can do that on INC-1.");
    room.says("arjun", Command::Decision { text: words("somebody else's") });
    assert!(room.case.owed(Duty::StillWorking).is_some(), "only those who have it in hand can vouch for it");
    room.says("ravi", Command::Contain { text: words("off") });
    assert!(room.case.owed(Duty::StillWorking).is_none(), "what is contained needs no asking");
    let asked = room.case.wake();
    room.pass(600);
    assert!(asked.is_some() && room.count("duty.asked-still-working") == 1);
}

#[test]
fn a_deputy_is_asked_and_answers() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.says("dev", Command::Acknowledge);
    room.delegations.push(Delegation {
        number: 1,
        from: "dev".into(),
        to: Some("maya".into()),
        roles: Vec::new(),
        starts: minute(10),
        ends: minute(600),
        reason: words("leave"),
        by: "dev".into(),
    });
    room.now = minute(60);
    room.wake();
    says(room.heard(), "case still-working, @maya still-working");
    check(room.says("maya", Command::StillWorking), "thank you; I ask again at 11:00");
}

#[test]
fn updates_follow_one_another() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.pass(25);
    let refused = room.says("maya", Command::Update { text: words("x") });
    check(
        refused,
        "“update” on INC-1 is for command. Ask Arjun, or write `/incident note INC-1 …`, which everybody may.",
    );
    check(
        room.says("arjun", Command::Update { text: words("half of it is back") }),
        "update told; the next one is due by 09:55",
    );
    room.pass(70);
    let late = room.case.owed(Duty::Update).expect("one is owed");
    assert!(late.is_late());
    room.says("arjun", Command::Update { text: words("late, sorry") });
    let updates: Vec<State> =
        room.case.obligations.iter().filter(|it| it.duty == Duty::Update).map(Obligation::state).collect();
    assert_eq!(updates, [State::Met, State::MetLate, State::Owed]);
}

#[test]
fn raising_the_severity_tightens_and_lowering_moves_nothing() {
    let mut room = Room::open(&wanted(Severity::Sev3));
    check(room.owed(), "acknowledge 20, resolve 480");
    room.pass(5);
    says(
        room.says("maya", Command::ChangeSeverity { to: Severity::Sev1, reason: words("x") }),
        "changing the severity is for triage and command",
    );
    says(
        room.says("dev", Command::ChangeSeverity { to: Severity::Sev3, reason: words("x") }),
        "INC-1 is sev3 already. Nothing had to be changed.",
    );
    let raised = room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("customers are hit") });
    check(
        raised,
        "sev1 now; tighter: acknowledge by 09:15, contain by 11:05, update by 09:35, resolve by 13:05, \
                   fill-seat (lead) by 09:25, fill-seat (comms) by 09:25 and fill-seat (scribe) by 09:25",
    );
    check(
        room.owed(),
        "acknowledge 15, contain 125, update 35, resolve 245, fill-seat lead 25, fill-seat comms 25, fill-seat scribe 25",
    );
    check(
        room.heard(),
        "case severity-changed, @dev severity-changed, @lena severity-changed, @ravi severity-changed, @arjun severity-changed",
    );
    let before = room.owed();
    check(
        room.says("dev", Command::ChangeSeverity { to: Severity::Sev3, reason: words("not so bad") }),
        "sev3 now; deadlines that were announced stay",
    );
    check(room.owed(), &before);
}

#[test]
fn raising_the_severity_leaves_alone_what_is_late_met_or_sooner() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.says("dev", Command::Acknowledge);
    room.pass(130);
    // Contain is late since 120; resolve would be due at 480 and is due at 370 under sev1.
    room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("worse") });
    check(
        room.owed(),
        "contain 120 late, still-working 150, update 160, resolve 370, fill-seat lead 150, fill-seat comms 150, fill-seat scribe 150",
    );

    // The same terms again are no tighter.
    let mut room = Room::open(&wanted(Severity::Sev3));
    let same = Command::ChangeSeverity { to: Severity::Sev2, reason: words("worse") };
    check(room.says("dev", same), "sev2 now; tighter: contain by 11:00");

    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(300);
    room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("worse") });
    says(room.owed(), "acknowledge 20 late");
    says(room.owed(), "resolve 480");
}

#[test]
fn a_paused_duty_is_replaced_only_by_an_earlier_one() {
    let pause = || Any::Pause { duty: Some(Duty::Resolve), reason: words("regulator's hold") };
    let raise = || Command::ChangeSeverity { to: Severity::Sev1, reason: words("worse") };
    // 470 min are left when it is paused, so at sev1 (240 min) it is sooner.
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(10);
    room.ask("arjun", pause()).expect("a reason of the policy");
    room.pass(60);
    room.says("dev", raise());
    says(room.owed(), "resolve 300");
    // The clock stands still at 480 while 280 min are left; at 300 that is 580, and sev1 says 540.
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(200);
    room.ask("arjun", pause()).expect("a reason of the policy");
    room.pass(300);
    room.says("dev", raise());
    says(room.owed(), "resolve 540");
    // 80 min are left: later than that is no help.
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(400);
    room.ask("arjun", pause()).expect("a reason of the policy");
    room.pass(450);
    room.says("dev", raise());
    says(room.owed(), "resolve 480 paused");
}

#[test]
fn seats_are_taken_given_and_left() {
    let lead = SeatName::Lead;
    let seat = |person: Option<&str>| Command::TakeSeat { seat: lead, person: person.map(PersonId::from) };
    let mut room = Room::open(&wanted(Severity::Sev1));
    says(room.owed(), "fill-seat lead 20, fill-seat comms 20, fill-seat scribe 20");
    check(room.says("maya", seat(None)), "the lead seat of INC-1 is empty already.");
    says(room.says("maya", seat(Some("mayo"))), "I don't know “mayo”. Did you mean “maya”?");
    check(room.says("maya", seat(Some("ravi"))), "Ravi has the lead seat now");
    check(room.heard(), "case seat-taken, @ravi seat-taken");
    assert!(!room.owed().contains("fill-seat lead"));
    says(
        room.says("maya", seat(Some("maya"))),
        "changing the lead seat of INC-1 is for whoever sits in it, and for the lead. Ask Ravi.",
    );
    check(room.says("ravi", seat(Some("ravi"))), "you have the lead seat of INC-1 already.");
    check(room.says("ravi", seat(Some("maya"))), "Maya has the lead seat now");
    check(room.says("arjun", seat(Some("arjun"))), "the lead seat is yours");
    room.pass(10);
    check(room.says("arjun", seat(None)), "the lead seat is empty now");
    says(room.owed(), "fill-seat lead 30");
}

#[test]
fn the_lead_may_take_every_step_but_acknowledge() {
    let mut room = Room::open(&Opening { impact: Impact::Unclear, ..wanted(Severity::Sev1) });
    room.says("maya", Command::TakeSeat { seat: SeatName::Lead, person: Some("maya".into()) });
    says(room.says("maya", Command::Acknowledge), "is for triage");
    for command in [
        Command::Assess { text: words("x") },
        Command::Update { text: words("x") },
        Command::Contain { text: words("x") },
        Command::Resolve { text: words("x") },
    ] {
        room.ask("maya", command).expect("the lead may");
    }
    says(room.says("maya", Command::AcceptReview { text: words("x"), drafted_from: None }), "is for command");
}

#[test]
fn a_page_calls_a_role_in_now() {
    let page = |role: &str| Command::Page { role: role.into(), reason: words("need the weights") };
    let mut room = Room::open(&wanted(Severity::Sev2));
    says(room.says("maya", page("enginering")), "Did you mean “engineering”?");
    says(room.says("maya", page("nobody")), "nobody holds nobody now");
    check(room.says("maya", page("engineering")), "paged Ravi; an answer is owed by 09:15");
    check(room.heard(), "case paged, @ravi paged");
    assert!(room.told.iter().all(|notice| notice.not_before.is_none()), "a page waits for nothing");
    says(room.says("dev", Command::AnswerPage), "“answer-page” on INC-1 is for engineering. Ask Ravi.");
    check(room.says("ravi", Command::AnswerPage), "your answer to the page is told");
    says(room.says("ravi", Command::AnswerPage), "nobody owes “answer-page” on INC-1 now");
    // Acknowledging answers a page as well.
    room.says("maya", page("triage"));
    room.says("dev", Command::Acknowledge);
    assert!(room.case.owed(Duty::AnswerPage).is_none());
}

#[test]
fn a_review_may_be_long_and_other_texts_may_not() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    let text = |length: usize| "é".repeat(length);
    says(room.says("dev", Any::Note { text: text(TEXT_AT_MOST + 1) }), "8001");
    says(room.says("dev", Any::Note { text: text(TEXT_AT_MOST) }), "note recorded");
    room.says("dev", Command::Acknowledge);
    room.says("arjun", Command::Resolve { text: words("fixed") });
    says(room.says("arjun", Command::AcceptReview { text: text(REVIEW_AT_MOST + 1), drafted_from: None }), "400001");
    assert!(!room.case.is_closed());
    says(
        room.says("arjun", Command::AcceptReview { text: text(REVIEW_AT_MOST), drafted_from: None }),
        "reviewed and closed",
    );
    assert!(room.case.is_closed());
}

#[test]
fn reopening_begins_again() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    for (person, command) in [
        ("dev", Command::Acknowledge),
        ("arjun", Command::TakeSeat { seat: SeatName::Lead, person: Some("arjun".into()) }),
        ("arjun", Command::Resolve { text: words("done") }),
    ] {
        room.ask(person, command).expect("fine");
    }
    check(room.owed(), "review 4320");
    says(room.says("arjun", Command::Withdraw { reason: words("x") }), "INC-1 is resolved already (Arjun, 09:00)");
    room.pass(60);
    check(
        room.says("ravi", Command::Reopen { reason: words("again") }),
        "reopened; next is “acknowledge” by 10:10: Dev or Lena",
    );
    check(room.heard(), "case state, @dev state, @lena state");
    check(room.owed(), "acknowledge 70, contain 180, update 90, resolve 300, fill-seat comms 80, fill-seat scribe 80");
    check(room.case.state(), "open");
    assert_eq!(room.incident().acknowledged_by(), None);
    // The acknowledgement of the first round expires meanwhile, and nobody is asked about it.
    room.pass(62);
    assert_eq!(room.count("duty.asked-still-working"), 0);
    says(room.says("ravi", Command::Reopen { reason: words("again") }), "There is nothing to reopen");
}

#[test]
fn merging_withdrawing_and_what_is_left() {
    let merge = |into: CaseId| Command::Merge { into };
    let inc = |number| CaseId { kind: CaseKind::Incident, number };
    let mut room = Room::open(&wanted(Severity::Sev2));
    let follow_up = Command::FollowUp { assignee: "dev".into(), due: minute(900), text: words("tidy up") };
    room.ask("maya", follow_up).expect("fine");
    says(room.says("maya", merge(ID)), "can't be merged into itself");
    let approval = CaseId { kind: CaseKind::Approval, number: 7 };
    check(room.says("maya", merge(approval)), "APR-7 is an approval; that needs an incident.");
    says(room.says("dev", merge(inc(2))), "merging this incident is for command. Ask Arjun.");
    check(room.says("maya", merge(inc(2))), "merged; it goes on in INC-2");
    assert_eq!(room.then, [Then::Case(inc(2), Command::Absorb { other: ID }.into())]);
    check(room.owed(), "follow-up tidy up 900");
    says(
        room.says("maya", Command::Reopen { reason: words("x") }),
        "It goes on in INC-2: type the command with that number.",
    );
    says(room.says("engine", Command::Absorb { other: inc(3) }), "INC-1 is merged already (Maya, 09:00)");

    let mut stays = Room::open(&wanted(Severity::Sev2));
    stays.ask("engine", Command::Absorb { other: inc(3) }).expect("it stays");
    assert_eq!(stays.incident().absorbed, [inc(3)]);
    says(stays.says("maya", Command::Absorb { other: inc(3) }), "`/incident merge INC-3 INC-1` merges the two.");
    says(
        stays.says("dev", Command::Withdraw { reason: words("x") }),
        "withdrawing somebody else's incident is for command",
    );
    check(
        stays.says("maya", Command::Withdraw { reason: words("a test") }),
        "withdrawn; nobody owes anything on it any more",
    );
    check(stays.owed(), "");
    says(stays.says("maya", Command::Reopen { reason: words("x") }), "open a new one with `/incident open credit …`");
    assert_eq!(stays.case.wake(), None);
}

#[test]
fn a_restricted_incident_is_for_its_own_people() {
    let mut room = Room::open(&Opening { restricted: true, ..wanted(Severity::Sev2) });
    let homes: Vec<String> = room.case.homes.iter().map(|it| format!("{}:{}", it.platform, it.id)).collect();
    assert_eq!(homes, ["local:inc-1", "slack:inc-1"]);
    let other = CaseId { kind: CaseKind::Incident, number: 2 };
    says(room.says("maya", Command::Merge { into: other }), "a restricted incident can't be merged");
    says(room.says("engine", Command::Absorb { other }), "I can't find INC-1");
    room.case.obligations.retain(|it| it.duty == Duty::Acknowledge);
    says(room.says("ravi", Any::Note { text: words("x") }), "I can't find INC-1");
    room.ask("maya", Command::Page { role: "engineering".into(), reason: words("look") }).expect("fine");
    room.ask("ravi", Any::Note { text: words("x") }).expect("who is called in sees it");
}

#[test]
fn moments_have_happened_and_follow_ups_have_not() {
    let mut room = Room::open(&wanted(Severity::Sev2));
    room.pass(10);
    says(room.says("dev", Command::SetMoment { which: Which::Aware, at: minute(11) }), "lies in the future");
    check(room.says("dev", Command::SetMoment { which: Which::Aware, at: minute(10) }), "aware at 09:10, by your word");
    let moment = Moment { at: minute(10), said_by: Some("dev".into()) };
    assert_eq!(room.incident().moments.get(&Which::Aware), Some(&moment));
    let past = Command::FollowUp { assignee: "dev".into(), due: minute(10), text: words("x") };
    check(room.says("dev", past), "the date of a follow-up must come after the present moment.");
    let stranger = Command::FollowUp { assignee: "eve".into(), due: minute(20), text: words("x") };
    says(room.says("dev", stranger), "I don't know “eve”.");
    check(
        room.says("dev", approval::Command::Approve { reason: None, revision: None }),
        "INC-1 is an incident; that needs an approval.",
    );
    says(room.says("engine", Command::Acknowledge), "I don't know you");
}

#[test]
fn after_a_night_of_downtime_one_thing_is_said() {
    let mut room = Room::open(&wanted(Severity::Sev1));
    room.says("dev", Command::Acknowledge);
    room.now = minute(800);
    room.wake();
    // The acknowledgement expired hours ago: it is asked once, with the full time to answer.
    assert_eq!(room.case.owed(Duty::StillWorking).map(|it| it.terms.due), Some(minute(830)));
    assert_eq!(room.count("duty.asked-still-working"), 1);
    assert!(room.case.wake() > Some(room.now));
}

// ── Under random asks ───────────────────────────────────────────────────────────────────────────────────────────────

const PEOPLE: [&str; 6] = ["dev", "lena", "arjun", "ravi", "maya", "eve"];

#[derive(Clone, Debug)]
enum Step {
    /// The wakes that fall due in these minutes are handled in time …
    Pass(i64),
    /// … or all at once, after the bot was down.
    Down(i64),
    /// Time passes, and the next ask is faster than the wake.
    Race(i64),
    Ask(&'static str, Box<All>),
}

fn all(command: impl Into<All>) -> All {
    command.into()
}

fn command() -> impl Strategy<Value = All> {
    let person = || proptest::sample::select(&PEOPLE[..]).prop_map(PersonId::from);
    let severity = proptest::sample::select(&Severity::ALL[..]);
    let seat = proptest::sample::select(&SeatName::ALL[..]);
    let duty = proptest::sample::select(&Duty::ALL[..]);
    let role = proptest::sample::select(&["triage", "command", "engineering", "nobody"][..]).prop_map(RoleId::from);
    let other = CaseId { kind: CaseKind::Incident, number: 2 };
    prop_oneof![
        4 => Just(all(Command::Acknowledge)),
        2 => Just(all(Command::StillWorking)),
        2 => Just(all(Command::Assess { text: words("known") })),
        1 => Just(all(Command::Contain { text: words("held") })),
        2 => Just(all(Command::Resolve { text: words("done") })),
        1 => Just(all(Command::AcceptReview { text: words("reviewed"), drafted_from: None })),
        3 => Just(all(Command::Reopen { reason: words("again") })),
        1 => Just(all(Command::Merge { into: other })),
        1 => Just(all(Command::Absorb { other })),
        1 => Just(all(Command::Withdraw { reason: words("nothing") })),
        3 => Just(all(Command::Update { text: words("news") })),
        1 => Just(all(Command::Decision { text: words("so be it") })),
        1 => (person(), 1..3_000_i64).prop_map(|(assignee, due)| all(Command::FollowUp { assignee, due: minute(due), text: words("later") })),
        1 => (0..4_u32).prop_map(|number| all(Command::FollowUpDone { number })),
        1 => role.prop_map(|role| all(Command::Page { role, reason: words("come") })),
        1 => Just(all(Command::AnswerPage)),
        3 => severity.prop_map(|to| all(Command::ChangeSeverity { to, reason: words("judged anew") })),
        1 => (0..3_000_i64).prop_map(|at| all(Command::SetMoment { which: Which::Aware, at: minute(at) })),
        2 => (seat, proptest::option::of(person())).prop_map(|(seat, person)| all(Command::TakeSeat { seat, person })),
        1 => Just(all(Any::Pause { duty: Some(Duty::Resolve), reason: words("regulator's hold") })),
        1 => Just(all(Any::Resume { duty: None })),
        1 => duty.prop_map(|duty| all(Any::Waive { duty, reason: words("let go") })),
        1 => Just(all(Any::Contest { duty: None, says: Attribution::ThirdParty, reason: words("not us") })),
        1 => Just(all(Any::Note { text: words("noted") })),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..200_i64).prop_map(Step::Pass),
        1 => (0..2_000_i64).prop_map(Step::Down),
        1 => (0..200_i64).prop_map(Step::Race),
        6 => (proptest::sample::select(&PEOPLE[..]), command())
            .prop_map(|(person, command)| Step::Ask(person, Box::new(command))),
        1 => Just(Step::Ask("engine", Box::new(all(Command::Absorb { other: CaseId { kind: CaseKind::Incident, number: 3 } })))),
    ]
}

fn hold(room: &Room) {
    let case = &room.case;
    let incident = room.incident();
    let mut numbers: Vec<u32> = case.obligations.iter().map(|it| it.number).collect();
    numbers.dedup();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]) && numbers.len() == case.obligations.len());
    for owed in case.open_obligations() {
        let awaited = match owed.duty {
            Duty::FollowUp => true,
            Duty::AnswerPage => !incident.state.is_closed(),
            Duty::StillWorking => incident.state == IncidentState::Acknowledged,
            duty => incident.awaits(duty),
        };
        assert!(awaited, "{} is open while it is {:?}", owed.duty, incident.state);
        let twins = case.open_obligations().filter(|it| it.duty == owed.duty && it.about == owed.about).count();
        assert!(twins == 1 || matches!(owed.duty, Duty::FollowUp | Duty::AnswerPage), "two of {}", owed.duty);
        if owed.duty == Duty::FillSeat {
            let seated = incident.seats.keys().any(|seat| owed.is_about(seat.word()));
            assert!(!seated, "a seat that is taken isn't nagged about");
        }
    }
    assert_eq!(case.closed.is_some(), incident.state.is_closed());
    assert_eq!(case.is_closed(), incident.state.is_closed());
    let in_hand = matches!(incident.state, IncidentState::Acknowledged | IncidentState::Contained);
    assert!(!in_hand || incident.acknowledged.is_some());
}

/// A reader of the ledger comes to the same case, from the bytes that are stored.
fn replays(room: &Room) {
    let mut replayed: Option<Case> = None;
    for (at, event) in &room.ledger {
        let stored = serde_json::to_vec(event).expect("an event is JSON");
        let event: Became = serde_json::from_slice(&stored).expect("an event reads back");
        match &mut replayed {
            None => replayed = Case::begin(ID, &event, *at),
            Some(case) => case.apply(&event, *at),
        }
    }
    assert_eq!(replayed.as_ref(), Some(&room.case));
    let kept = serde_json::to_vec(&room.case).expect("a case is JSON");
    assert_eq!(serde_json::from_slice::<Case>(&kept).ok().as_ref(), Some(&room.case));
}

/// Handles wakes at `now`, and checks that the case doesn't want to be woken for the same thing for ever. Twice is fine: a
/// pause that ends may leave a step to be taken at that very moment.
fn wake_and_check(room: &mut Room) {
    for _ in 0..2 {
        let before = room.ledger.len();
        room.wake();
        assert!(room.ledger.len() > before, "a wake that changes nothing would come again for ever");
        if room.case.wake().is_none_or(|at| at > room.now) {
            return;
        }
    }
    panic!("woken at {:?}, and wants {:?} still", room.now, room.case.wake());
}

proptest! {
    #[test]
    fn invariants_hold_under_random_asks(
        severity in proptest::sample::select(&Severity::ALL[..]),
        unclear in any::<bool>(),
        restricted in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let impact = if unclear { Impact::Unclear } else { Impact::Known };
        let mut room = Room::open(&Opening { impact, restricted, ..wanted(severity) });
        hold(&room);
        for step in steps {
            match step {
                Step::Pass(minutes) => {
                    let until = room.now + Span::minutes(minutes);
                    while let Some(at) = room.case.wake().filter(|&at| at <= until) {
                        room.now = room.now.max(at);
                        wake_and_check(&mut room);
                        hold(&room);
                    }
                    room.now = until;
                }
                Step::Down(minutes) => {
                    room.now = room.now + Span::minutes(minutes);
                    if room.case.wake().is_some_and(|at| at <= room.now) {
                        wake_and_check(&mut room);
                    }
                }
                Step::Race(minutes) => room.now = room.now + Span::minutes(minutes),
                Step::Ask(person, command) => {
                    let before = (room.case.clone(), room.ledger.len());
                    match room.ask(person, *command.clone()) {
                        Ok(reply) => {
                            let silent = matches!(*command, All::Incident(Command::Absorb { .. }));
                            prop_assert!(silent || !reply.is_empty(), "{command:?} has no answer");
                            let said = room.told.iter().any(|notice| notice.to == To::Case);
                            prop_assert!(said || room.ledger.len() == before.1, "{command:?} was kept from the thread");
                        }
                        Err(refusal) => {
                            prop_assert!(!refusal.to_string().is_empty());
                            prop_assert_eq!(&before.0, &room.case);
                        }
                    }
                }
            }
            hold(&room);
        }
        replays(&room);
    }
}
