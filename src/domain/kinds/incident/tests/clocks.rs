//! The clocks of law on an incident: what starts and moves them, and what they forbid meanwhile.

use super::*;
use crate::domain::ClockId;

fn named(clock: &str) -> Lawful {
    Lawful::Clock(ClockId::from(clock))
}

fn submitted(clock: &str, reference: &str) -> Command {
    Command::Submitted { clock: clock.into(), at: None, reference: words(reference), digest: None }
}

/// `dora.initial running, ai-act-73.serious asked`: those that aren't only asked about or follow on others.
fn states(room: &Room) -> String {
    let known = room.incident().laws(room.case.opened).filter_map(|law| {
        let state = match law.state {
            LawState::NotLawYet | LawState::Unasked | LawState::Asked => return None,
            LawState::NotStarted if law.clock.follows().is_some() => return None,
            LawState::NotStarted => "not started",
            LawState::SetAside(..) => "set aside",
            LawState::Running(_) => "running",
            LawState::Submitted(_) => "submitted",
            LawState::Over(_) => "over",
        };
        Some(format!("{} {state}", law.clock.id))
    });
    known.collect::<Vec<_>>().join(", ")
}

/// What is owed to authorities, without who has to say whether more is.
fn reports(room: &Room) -> String {
    let owed = room.owed();
    owed.split(", ").filter(|it| it.starts_with("report")).collect::<Vec<_>>().join(", ")
}

#[test]
fn a_clock_runs_once_it_is_owed_and_its_moment_is_known() {
    let mut room = Room::open(&Opening { aware: Some(minute(-60)), ..wanted(Severity::Sev4) });
    check(states(&room), "");
    room.ask("maya", Command::Applies { which: named("dora.initial") }).unwrap();
    check(states(&room), "dora.initial not started");
    check(room.owed(), "say-whether-owed nis2-23 690, say-whether-owed ai-act-73 1410");
    room.now = minute(10);
    room.ask("dev", Command::SetMoment { which: Which::Classified, at: minute(5) }).unwrap();
    check(states(&room), "dora.initial running");
    check(reports(&room), "report-to-authority dora.initial 245");
    // A moment that has nothing to do with it moves nothing.
    room.ask("dev", Command::SetMoment { which: Which::Detected, at: minute(-90) }).unwrap();
    assert_eq!(room.count("incident.clock-moved"), 0);
    room.ask("dev", Command::SetMoment { which: Which::Aware, at: minute(-1_300) }).unwrap();
    check(reports(&room), "report-to-authority dora.initial 140");
    assert_eq!((room.count("incident.clock-moved"), room.count("duty.voided")), (1, 1));
    room.ask("arjun", submitted("dora.initial", "1")).unwrap();
    check(reports(&room), "report-to-authority dora.intermediate 4330");
}

#[test]
fn what_the_law_wants_at_once_is_wanted_within_the_hour() {
    let mut room = Room::open(&Opening { detected: Some(minute(-10)), ..wanted(Severity::Sev4) });
    room.ask("maya", Command::Applies { which: Lawful::Regime("ai-act-26".into()) }).unwrap();
    check(room.owed(), "report-to-authority ai-act-26.deployer 50");
    let Some(Became::Incident(Event::ClockStarted { run, .. })) =
        room.ledger.iter().rev().map(|(_, event)| event).find(|it| it.kind() == "incident.clock-started").cloned()
    else {
        panic!("no clock started");
    };
    assert_eq!(run.last, None, "the law gives no number");
}

#[test]
fn until_the_authority_was_told_the_system_may_not_be_altered() {
    let mut room = Room::open(&Opening { aware: Some(minute(-10)), ..wanted(Severity::Sev1) });
    let forbids = |room: &Room| -> String {
        let all = forbids_altering(&room.case).into_iter();
        all.map(|it| format!("{} {}", it.clock, if it.confirmed { "confirmed" } else { "asked" }))
            .collect::<Vec<_>>()
            .join(", ")
    };
    // While nobody has said that it isn't owed, it may be.
    check(forbids(&room), "ai-act-73.serious asked, ai-act-73.widespread asked, ai-act-73.death asked");
    room.ask("dev", Command::SetAside { which: named("ai-act-73.serious"), reason: words("somebody died") }).unwrap();
    room.ask("dev", Command::SetAside { which: named("ai-act-73.widespread"), reason: words("one place") }).unwrap();
    room.ask("dev", Command::Applies { which: named("ai-act-73.death") }).unwrap();
    check(forbids(&room), "ai-act-73.death confirmed");
    assert!(forbids_altering(&room.case)[0].rule.starts_with("Art. 73(6)"));
    room.ask("arjun", submitted("ai-act-73.death", "1")).unwrap();
    check(forbids(&room), "");
}

#[test]
fn alternatives_are_asked_apart_and_what_belongs_together_is_said_once() {
    let mut room = Room::open(&Opening { aware: Some(minute(-10)), ..wanted(Severity::Sev4) });
    says(room.says("maya", Command::Applies { which: Lawful::Regime("ai-act-73".into()) }), "say which report is owed");
    check(states(&room), "");
    room.ask("maya", Command::Applies { which: Lawful::Regime("nis2-23".into()) }).unwrap();
    check(states(&room), "nis2-23.early-warning running, nis2-23.notification running");
    // Setting a law aside takes all of it.
    room.ask("dev", Command::SetAside { which: Lawful::Regime("nis2-23".into()), reason: words("dora instead") })
        .unwrap();
    check(states(&room), "nis2-23.early-warning set aside, nis2-23.notification set aside, nis2-23.final set aside");
    check(room.owed(), "say-whether-owed ai-act-73 1435");
}
