//! Which path is slow as a whole, and the one incident about it.

use super::*;
use crate::domain::bot::slow_paths::LATENCIES_KEPT;
use crate::domain::kinds::Began;
use crate::domain::kinds::approval::{self, Ended, Outcome, Requested};
use crate::domain::kinds::incident::{self, Impact, Nature, Opened};
use crate::domain::{Body, CaseId, CaseKind, Opening, QueueId};

fn request(number: u32, path: &str) -> Case {
    let requested = Requested {
        began: began(Some("maya"), "Ship"),
        action: "a".to_owned(),
        action_sha256: "d".to_owned(),
        path: PathId::from(path),
        promotes: false,
        records: None,
        slow_at: None,
        watch: None,
    };
    let id = CaseId { kind: CaseKind::Approval, number };
    Case::begin(id, &Event::from(approval::Event::Requested(Box::new(requested))), at(0)).unwrap()
}

fn began(by: Option<&str>, title: &str) -> Began {
    Began {
        by: by.map(p),
        workflow: WorkflowId::from("credit"),
        homes: Vec::new(),
        announced: Vec::new(),
        policy: PolicyHash::from("p1"),
        title: title.to_owned(),
        restricted: false,
        converted: None,
        from: None,
    }
}

fn concluded(outcome: Outcome, took: i64) -> Event {
    let ended = Ended { by: Some(p("dev")), reason: None, took: Span::minutes(took) };
    Event::from(match outcome {
        Outcome::Approved => approval::Event::Approved(ended),
        Outcome::Declined => approval::Event::Declined(ended),
        Outcome::Lapsed => approval::Event::Lapsed(ended),
        Outcome::Withdrawn => approval::Event::Withdrawn(ended),
        Outcome::Superseded { by } => approval::Event::Superseded { by_case: by, ended },
    })
}

pub(super) fn incident(number: u32, slow_path: Option<&str>) -> (Case, Event) {
    let opened = Opened {
        began: began(None, "slow"),
        severity: Severity::Sev3,
        technical: None,
        class: None,
        nature: Nature::default(),
        impact: Impact::Known,
        moments: Vec::new(),
        because: None,
        queue: slow_path.map(|path| QueueId::Path(path.into())),
        stamps_end: None,
        regimes: Vec::new(),
    };
    let event = Event::from(incident::Event::Opened(Box::new(opened)));
    (Case::begin(inc(number), &event, at(0)).unwrap(), event)
}

fn inc(number: u32) -> CaseId {
    CaseId { kind: CaseKind::Incident, number }
}

#[test]
fn five_answers_of_which_the_slowest_tenth_is_over_the_limit_make_a_path_slow() {
    let (mut bot, policy, case) = (Bot::default(), policy(), request(1, "two"));
    let answer = |bot: &mut Bot, outcome: Outcome, took| {
        let event = concluded(outcome, took);
        bot.slow_paths.observe(&case, &event);
        bot.slow_paths.found_slow(&case, &[event], &policy)
    };
    for _ in 0..4 {
        assert_eq!(answer(&mut bot, Outcome::Approved, 181), None, "too few to judge by");
    }
    assert_eq!(answer(&mut bot, Outcome::Lapsed, 600), None, "a lapse is no answer");
    assert_eq!(answer(&mut bot, Outcome::Withdrawn, 600), None);
    let Some(SlowPath { path, because, .. }) = answer(&mut bot, Outcome::Declined, 5) else { panic!() };
    assert_eq!(path.as_str(), "two");
    assert_eq!(
        because,
        "90 % of the last 5 answers on path two took up to 3 h 01 min; the policy's limit is 3 h. The last one was APR-1."
    );
    // Twenty quick ones push the slow ones out; one slow one in twenty isn't a tenth.
    for _ in 0..19 {
        answer(&mut bot, Outcome::Approved, 5);
    }
    assert_eq!(answer(&mut bot, Outcome::Approved, 600), None);
    assert_eq!(bot.slow_paths.latencies["two"].len(), LATENCIES_KEPT);
}

#[test]
fn a_broken_glass_does_not_make_a_path_look_quick() {
    let mut bot = Bot::default();
    let mut case = request(1, "two");
    let broken =
        approval::Event::GlassBroken { by: p("olga"), stands_in_for: None, role: r("head"), reason: "x".to_owned() };
    let Body::Approval(approval) = &mut case.body else { panic!() };
    approval.apply(&broken, at(1));
    bot.slow_paths.observe(&case, &concluded(Outcome::Approved, 1));
    assert!(bot.slow_paths.latencies.is_empty());
}

#[test]
fn one_incident_about_a_path_is_open_at_a_time() {
    let mut hall = Hall::new();
    let note = |path: &str| {
        BotCommand::NoteSlowPath(SlowPath {
            path: PathId::from(path),
            workflow: WorkflowId::from("credit"),
            severity: Severity::Sev2,
            because: "APR-1 has been pending for 9 h.".to_owned(),
        })
    };
    hall.engine(1, note("two"));
    let [Then::Open(Opening::Incident(wanted))] = hall.last.then.as_slice() else { panic!("{:?}", hall.last.then) };
    assert_eq!(wanted.title, "Approvals on path two are slow");
    assert_eq!(wanted.class.as_ref().map(|it| it.as_str()), Some("control.latency_breach"));
    assert_eq!(
        (wanted.severity, wanted.impact, &wanted.queue),
        (Severity::Sev2, Impact::Known, &Some(QueueId::Path(PathId::from("two"))))
    );

    let (case, opened) = incident(4, Some("two"));
    hall.bot.observe(&case, &opened, None, at(3));
    hall.engine(2, note("two"));
    assert!(hall.last.then.is_empty(), "INC-4 is about it already");
    hall.engine(2, note("silent"));
    assert_eq!(hall.last.then.len(), 1, "another path");
    // Merged: the incident that stays is about it.
    hall.bot.observe(&case, &incident::Event::Merged { by: p("dev"), into: inc(5) }.into(), None, at(3));
    hall.engine(3, note("two"));
    assert!(hall.last.then.is_empty());
    for took in [600; 5] {
        hall.bot.observe(&request(1, "two"), &concluded(Outcome::Approved, took), None, at(3));
    }
    let (other, opened) = incident(9, None);
    hall.bot.observe(&other, &opened, None, at(3));
    hall.bot.observe(&other, &incident::Event::Resolved { by: p("dev"), text: "done".to_owned() }.into(), None, at(3));
    assert_eq!(hall.bot.queues.incidents.len(), 1, "another incident's end means nothing");
    let (case, _) = incident(5, None);
    hall.bot.observe(
        &case,
        &incident::Event::Resolved { by: p("dev"), text: "more people".to_owned() }.into(),
        None,
        at(3),
    );
    assert!(hall.bot.queues.incidents.is_empty());
    assert_eq!(hall.bot.slow_paths.slow_by_p90(&hall.policy, &PathId::from("two")), None, "judged afresh");
    hall.engine(4, note("two"));
    assert_eq!(hall.last.then.len(), 1);
}
