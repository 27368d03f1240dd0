//! Whatever people do, in whatever order, the rules hold.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn any_command() -> impl Strategy<Value = All> {
    let wanted = (0..200i64, any::<bool>()).prop_map(|(hours, open)| Wanted {
        until: Some(at(hours * HOUR)).filter(|_| !open),
        control: WantedControl {
            text: Some("a control".to_owned()),
            holder: Some("triage".into()),
            every: Some(Span::hours(20)),
        },
        reason: "so".to_owned(),
    });
    let advice = prop::sample::select(vec![Advice::Grant, Advice::Refuse, Advice::Correct]);
    let said = || "x".to_owned();
    let own = prop_oneof![
        6 => Just(Command::Triage { class: None }),
        3 => Just(Command::Take),
        2 => Just(Command::HandBack { reason: None }),
        2 => Just(Command::AskSpecialist { role: Some("model-risk".into()), question: None }),
        4 => advice.prop_map(recommend),
        1 => Just(Command::SendBack { reason: said() }),
        8 => wanted.clone().prop_map(Command::Grant),
        6 => wanted.prop_map(Command::Renew),
        1 => Just(refuse()),
        1 => Just(Command::Correct { text: said() }),
        4 => Just(prove()),
        1 => Just(Command::Suspend { reason: said() }),
        3 => Just(Command::Lift { reason: said() }),
        1 => Just(Command::Close { text: said() }),
        1 => Just(Command::Withdraw { reason: said() }),
    ];
    let of_any = prop_oneof![
        Just(Any::Note { text: said() }),
        Just(Any::Waive { duty: Duty::AnswerExpiry, reason: said() }),
        Just(Any::Waive { duty: Duty::RuleException, reason: said() }),
    ];
    prop_oneof![20 => own.prop_map(All::from), 1 => of_any.prop_map(All::from)]
}

fn anybody() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["maya", "dev", "lena", "arjun", "sofia", "greta", "priya", "tomas", "henrik", "ines"])
}

fn sound(room: &Room, now: i64) {
    let (case, exception, now) = (room.case(), room.exception(), at(now));
    let numbers: BTreeSet<u32> = case.obligations.iter().map(|it| it.number).collect();
    assert_eq!(numbers.len(), case.obligations.len(), "numbers are unique");
    let waits = exception.state.awaits_ruling() || exception.renewal.is_some();
    assert_eq!(exception.waits(case).is_some(), waits);
    let on_the_way = case.open_obligations().filter(|it| super::super::review::ON_THE_WAY.contains(&it.duty)).count();
    assert_eq!(on_the_way, usize::from(waits), "what waits is owed by somebody, once: {:?}", exception.state);
    for grant in &exception.grants {
        assert_ne!(grant.by, exception.raised_by, "nobody rules on their own");
        assert_ne!(grant.asked.as_ref(), Some(&grant.by), "nor on what they asked for");
        assert!(grant.until.is_none_or(|until| grant.from < until));
        let recommended = exception.recommendations.iter().filter(|it| it.at <= grant.from);
        assert!(recommended.clone().all(|it| it.by != grant.by), "nor on what they recommended on");
    }
    let open = exception.stretches.iter().filter(|stretch| stretch.to.is_none()).count();
    assert_eq!(open, usize::from(exception.state == ExceptionState::Granted), "in force is one stretch at a time");
    assert!(exception.stretches.windows(2).all(|two| two[0].to.is_some_and(|to| to <= two[1].from)));
    if in_force(exception, now) {
        assert_eq!(case.state_at(now), "granted");
        let missing = case.owed(Duty::ProveControl).is_some_and(Obligation::is_late);
        assert!(!missing, "in force while the proof of its control is missing");
    }
    if case.is_closed() {
        assert_eq!(case.open_obligations().count(), 0);
    }
    assert!(case.wake().is_none_or(|wake| wake > now), "nothing that was due is left");
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
        class in prop::sample::select(vec!["late-report", "one-reader", "waiting"]),
        steps in prop::collection::vec((prop_oneof![4 => 0..90i64, 1 => 0..4_000i64], anybody(), any_command()), 1..40),
    ) {
        let mut room = Room::raised(class);
        let mut now = 0;
        for (minutes, by, command) in steps {
            now += minutes;
            room.wake(now);
            let before = room.case().clone();
            let grants = room.exception().grants.clone();
            if room.ask(now, by, command).is_err() {
                prop_assert_eq!(room.case(), &before, "who is turned down changes nothing");
            }
            prop_assert!(room.exception().grants.starts_with(&grants), "what was granted is never written anew");
            room.wake(now);
            sound(&room, now);
        }
    }
}
