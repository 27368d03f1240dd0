//! The bot never busies itself, and is what its events say.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::bot::delegations;

fn any_person() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["maya", "dev", "lena", "nia", "omar", "olga", "tess"])
}

#[derive(Clone, Debug)]
enum Step {
    Delegate(&'static str, &'static str, Option<&'static str>, Vec<&'static str>, (i64, i64)),
    End(&'static str, u32),
    Load(Vec<&'static str>),
    Wake,
}

fn any_step() -> impl Strategy<Value = (i64, Step)> {
    let roles = prop::sample::subsequence(vec!["model-risk", "legal", "engineers"], 0..3);
    let when = (-10..500i64, 0..900i64);
    let crons = vec!["0 0 8 * * Mon *", "0 30 2 * * * *", "0 0 0 1 * * *", "*/7 * * * * * *", "0 0 0 30 2 * *"];
    let step = prop_oneof![
        6 => (any_person(), any_person(), prop::option::of(any_person()), roles, when)
            .prop_map(|(by, from, to, roles, (after, long))| Step::Delegate(by, from, to, roles, (after, long))),
        2 => (any_person(), 1..6u32).prop_map(|(by, number)| Step::End(by, number)),
        1 => prop::sample::subsequence(crons, 0..3).prop_map(Step::Load),
        3 => Just(Step::Wake),
    ];
    (prop_oneof![4 => 0..300i64, 1 => 0..20_000i64], step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn the_bot_never_busies_itself_and_is_what_its_events_say(
        // Anywhere in the year, so that both nights of clock changes come up.
        start in 0..300 * DAY,
        steps in prop::collection::vec(any_step(), 1..25),
    ) {
        let mut hall = Hall::new();
        let (mut now, mut loaded) = (start, 1);
        for (minutes, step) in steps {
            now += minutes;
            hall.wake_all(now);
            prop_assert!(hall.bot.wake(&hall.policy).is_none_or(|due| due > at(now)), "what was due is dealt with");
            let before = hall.bot.clone();
            let turned_down = match step {
                Step::Delegate(by, from, to, roles, (after, long)) => {
                    hall.delegate(now, by, (from, to), &roles, (now + after, now + after + long)).is_err()
                }
                Step::End(by, number) => {
                    hall.ask(now, Actor::Person(p(by)), BotCommand::EndDelegation { number }).is_err()
                }
                Step::Load(crons) => {
                    loaded += 1;
                    let mut new = policy();
                    new.hash = PolicyHash::from(format!("p{loaded}"));
                    new.digests = crons.iter().map(|cron| schedule(cron, cron)).collect();
                    hall.load(now, Actor::Operator, new).is_err()
                }
                Step::Wake => false,
            };
            if turned_down {
                prop_assert_eq!(&hall.bot, &before);
            }
            prop_assert!(hall.bot.wake(&hall.policy).is_none_or(|due| due > at(now)), "nothing asked is due at once");
            for role in ["model-risk", "legal", "engineers", "head"] {
                let seats = hall.bot.people(&hall.policy, at(now)).seats(&[r(role)], &[]);
                for seat in &seats {
                    prop_assert!(seats.iter().filter(|it| it.person == seat.person).count() == 1);
                }
            }
            let mut again = Bot::default();
            hall.events.iter().for_each(|(event, at)| again.apply(event, *at));
            prop_assert_eq!(&again, &hall.bot);
            let json = serde_json::to_string(&hall.bot).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Bot>(&json).unwrap(), &hall.bot);
        }
        let numbers: BTreeSet<u32> = hall.events.iter().filter_map(|(event, _)| match event {
            BotEvent::Delegation(delegations::Event::Set(delegation)) => Some(delegation.number),
            _ => None,
        }).collect();
        prop_assert_eq!(numbers.len(), hall.bot.delegations.last as usize);
    }
}
