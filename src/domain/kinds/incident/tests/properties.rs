//! The invariants under random asks.

use proptest::prelude::*;

use super::*;
use crate::domain::obligation::Attribution;
use crate::domain::{ClockId, RoleId};

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
    let which = proptest::sample::select(&[Which::Aware, Which::Classified][..]);
    let clocks =
        ["dora.initial", "dora.intermediate", "nis2-23.early-warning", "nis2-23.notification", "ai-act-73.death"];
    let clock = proptest::sample::select(clocks.to_vec()).prop_map(ClockId::from);
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
        3 => Just(all(Command::Update { text: words("news"), next: None })),
        1 => Just(all(Command::Decision { text: words("so be it") })),
        1 => (person(), 1..3_000_i64).prop_map(|(assignee, due)| all(Command::FollowUp { assignee, due: minute(due), text: words("later") })),
        1 => (0..4_u32).prop_map(|number| all(Command::FollowUpDone { number })),
        1 => role.prop_map(|role| all(Command::Page { role, reason: words("come") })),
        1 => Just(all(Command::AnswerPage)),
        1 => Just(all(Command::Join)),
        3 => severity.prop_map(|to| all(Command::ChangeSeverity { to, reason: words("judged anew") })),
        2 => (which, 0..3_000_i64).prop_map(|(which, at)| all(Command::SetMoment { which, at: minute(at) })),
        2 => clock.clone().prop_map(|clock| all(Command::Applies { which: Lawful::Clock(clock) })),
        1 => clock.clone().prop_map(|clock| all(Command::SetAside { which: Lawful::Clock(clock), reason: words("no") })),
        2 => clock.prop_map(|clock| all(Command::Submitted { clock, at: None, reference: words("1"), digest: None })),
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
            Duty::FollowUp | Duty::ReportToAuthority => true,
            // What may have to be reported isn't over with the incident.
            Duty::SayWhetherOwed => !matches!(incident.state, IncidentState::Withdrawn | IncidentState::Merged { .. }),
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
    for law in incident.laws(case.opened) {
        let owed =
            case.open_obligations().find(|it| it.duty == Duty::ReportToAuthority && it.is_about(law.clock.id.as_str()));
        match law.state {
            LawState::Running(run) => {
                let owed = owed.expect("a clock that runs is somebody's duty");
                assert_eq!((owed.number, owed.terms.due), (run.obligation, run.due));
                assert!(run.last.is_none_or(|last| run.due <= last) && run.start <= run.due);
                let known = law.clock.moment().is_none_or(|which| incident.moments[&which].at == run.start);
                assert!(known, "{} runs from a moment that was corrected", law.clock.id);
            }
            LawState::NotLawYet
            | LawState::Unasked
            | LawState::Asked
            | LawState::SetAside(..)
            | LawState::NotStarted
            | LawState::Submitted(_)
            | LawState::Over(_) => assert_eq!(owed, None, "{} is owed, and its clock doesn't run", law.clock.id),
        }
    }
    assert_eq!(case.closed.is_some(), incident.state.is_closed());
    assert_eq!(case.is_closed(), incident.state.is_closed());
    let people = People {
        policy: &room.policy,
        delegations: &room.delegations,
        rotas: crate::domain::bot::rotas::Rotas::NONE,
        handed: crate::domain::people::Handed::NONE,
        at: room.now,
    };
    let company = case.company(&people);
    assert!(company.iter().all(|person| case.is_visible_to(person, &people)), "somebody is let in who may not see it");
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
