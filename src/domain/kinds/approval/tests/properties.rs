//! Whatever people do, in whatever order, the rules hold.

use proptest::prelude::*;

use super::*;

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
        assert_eq!((&vote.action_sha256, vote.revision), (&approval.action_sha256, approval.revision));
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
                    let people = People { policy: &room.policy, delegations: &room.delegations, rotas: crate::domain::bot::rotas::Rotas::NONE, handed: crate::domain::people::Handed::NONE, at: at(now) };
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
