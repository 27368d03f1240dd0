//! Whatever is offered, accepted, refused and taken, in whatever order: nothing is lost, nothing is held twice, no clock moves.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Offer { by: usize, to: usize, case: usize },
    Role { by: usize, to: usize },
    Leaving { who: usize, to: usize },
    Take { by: usize, case: usize },
    Accept { by: usize, which: usize, first: usize },
    Refuse { by: usize, which: usize, item: u32 },
    Decline { by: usize, which: usize },
    Withdraw { by: usize, which: usize },
}

const WHO: [&str; 8] = ["maya", "dev", "lena", "arjun", "sofia", "greta", "priya", "tomas"];

fn any_step() -> impl Strategy<Value = Step> {
    let who = 0..WHO.len();
    prop_oneof![
        5 => (who.clone(), who.clone(), 0..4usize).prop_map(|(by, to, case)| Step::Offer { by, to, case }),
        3 => (who.clone(), who.clone()).prop_map(|(by, to)| Step::Role { by, to }),
        2 => (who.clone(), who.clone()).prop_map(|(who, to)| Step::Leaving { who, to }),
        1 => (who.clone(), 0..4usize).prop_map(|(by, case)| Step::Take { by, case }),
        9 => (who.clone(), 0..4usize, 0..4usize).prop_map(|(by, which, first)| Step::Accept { by, which, first }),
        2 => (who.clone(), 0..4usize, 1..4u32).prop_map(|(by, which, item)| Step::Refuse { by, which, item }),
        1 => (who.clone(), 0..4usize).prop_map(|(by, which)| Step::Decline { by, which }),
        1 => (who, 0..4usize).prop_map(|(by, which)| Step::Withdraw { by, which }),
    ]
}

fn take_step(room: &mut Room, minutes: i64, step: &Step, cases: &[CaseId]) {
    let case = |place: usize| cases[place % cases.len()];
    let which = |room: &Room, place: usize| {
        let all: Vec<CaseId> = room.cases.keys().filter(|id| id.kind == CaseKind::Handoff).copied().collect();
        (!all.is_empty()).then(|| all[place % all.len()])
    };
    let said = || "x".to_owned();
    let _refused_or_not = match step {
        Step::Offer { by, to, case: of } => {
            room.open(minutes, WHO[*by], offer(Scope::Case(case(*of)), WHO[*to])).map(|_| String::new())
        }
        Step::Role { by, to } => {
            room.open(minutes, WHO[*by], offer(role("model-risk", Some("credit")), WHO[*to])).map(|_| String::new())
        }
        Step::Leaving { who, to } => room.open(minutes, WHO[*who], leaving(WHO[*who], WHO[*to])).map(|_| String::new()),
        Step::Take { by, case: of } => {
            let (scope, reason) = (Scope::Case(case(*of)), Some(said()));
            let opening = Opening {
                scope,
                giver: None,
                to: None,
                to_party: None,
                reason,
                takes: true,
                asked_by: None,
                cases: None,
            };
            room.open(minutes, WHO[*by], Opens::Handoff(opening)).map(|_| String::new())
        }
        Step::Accept { by, which: of, first } => match which(room, *of) {
            Some(id) => room.ask(minutes, WHO[*by], id, accept(case(*first))),
            None => return,
        },
        Step::Refuse { by, which: of, item } => match which(room, *of) {
            Some(id) => room.ask(minutes, WHO[*by], id, Command::Refuse { item: *item, reason: said(), cases: None }),
            None => return,
        },
        Step::Decline { by, which: of } => match which(room, *of) {
            Some(id) => room.ask(minutes, WHO[*by], id, Command::Decline { reason: said(), cases: None }),
            None => return,
        },
        Step::Withdraw { by, which: of } => match which(room, *of) {
            Some(id) => room.ask(minutes, WHO[*by], id, Command::Withdraw { reason: said(), cases: None }),
            None => return,
        },
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]
    #[test]
    fn nothing_is_lost_and_no_clock_moves(steps in prop::collection::vec(any_step(), 1..24)) {
        let mut room = Room::default();
        let cases = [
            led(&mut room, 0, "arjun"),
            led(&mut room, 0, "dev"),
            requested(&mut room, 0, "maya"),
            requested(&mut room, 0, "sofia"),
        ];
        let due = |room: &Room| -> Vec<(CaseId, u32, At, u32)> {
            let of = |id: &CaseId| {
                let owed = room.case(*id).open_obligations();
                owed.map(|it| (*id, it.number, it.terms.due, it.passed)).collect::<Vec<_>>()
            };
            cases.iter().flat_map(of).collect()
        };
        let before = due(&room);
        for (minutes, step) in (1..).zip(&steps) {
            take_step(&mut room, minutes, step, &cases);
            prop_assert_eq!(due(&room), before.clone(), "a handoff moves no deadline and answers nothing");
            let people = room.people(at(minutes));
            for id in cases {
                let case = room.case(id);
                for owed in case.open_obligations() {
                    let holders: Vec<PersonId> =
                        case.holders(owed, &people).into_iter().map(|seat| seat.person).collect();
                    prop_assert!(!holders.is_empty(), "{}: nobody is left who could answer {}", id, owed.duty);
                    let once: BTreeSet<&PersonId> = holders.iter().collect();
                    prop_assert_eq!(once.len(), holders.len(), "nobody holds it twice");
                    let excluded = case.excluded(owed);
                    prop_assert!(holders.iter().all(|it| !excluded.contains(it)), "nobody decides on their own");
                }
                // A seat of an incident is one person's: it is never dropped between two chairs.
                let leads = POLICY.people.keys().filter(|it| case.seats_of(it).iter().any(|it| it.as_str() == "lead"));
                prop_assert_eq!(leads.count(), usize::from(id.kind == CaseKind::Incident));
            }
        }
        // Every case is what its events say.
        for (id, case) in &room.cases {
            let mut events = room.events.iter().filter(|(of, ..)| of == id);
            let (_, first, began) = events.next().unwrap();
            let mut again = Case::begin(*id, first, *began).unwrap();
            events.for_each(|(_, event, at)| again.apply(event, *at));
            prop_assert_eq!(&again, case);
        }
    }
}
