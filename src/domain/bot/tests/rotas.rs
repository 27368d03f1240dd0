//! Whatever people arrange about their shifts: the bot never busies itself, is what its events say, and no duty is owed by nobody.

use proptest::prelude::*;

use super::*;
use crate::domain::RotaId;
use crate::domain::bot::rotas::{Command as Asks, Meant};
use crate::domain::obligation::Holder;
use crate::domain::rota::{Acknowledged, Layer, Rota, Turns};

/// Three who take turns day by day from Monday 09:00 UTC on; `hours`: only in these.
fn with_rota(hours: Option<crate::domain::calendar::Calendar>) -> Policy {
    let mut policy = policy();
    let starts = at(0).utc().expect("a moment").naive_utc();
    let members = vec![p("nia"), p("omar"), p("tess")];
    let turns = Turns::new(starts, starts, Span::days(1)).expect("turns");
    let rota = Rota {
        name: "Night".to_owned(),
        zone: chrono_tz::UTC,
        layers: vec![Layer { members, turns, hours }],
        covers: None,
        gaps_to: r("head"),
        acknowledge_within: Some(Span::minutes(15)),
        cover_within: Span::minutes(30),
        acknowledged: Acknowledged::Stays,
    };
    policy.rotas.insert(RotaId::from("night"), rota);
    let legal = policy.roles.get_mut("legal").expect("a role");
    (legal.members, legal.rota) = (Vec::new(), Some(RotaId::from("night")));
    policy.hash = PolicyHash::from("with a rota");
    policy
}

fn hall(policy: Policy) -> Hall {
    let mut hall = Hall::new();
    hall.load(0, Actor::Operator, policy).unwrap();
    hall.wake_all(0);
    hall
}

fn asks(hall: &mut Hall, minutes: i64, by: &str, command: Asks) -> Result<String, Refusal> {
    hall.ask(minutes, Actor::Person(p(by)), BotCommand::Rota(command))
}

fn night() -> RotaId {
    RotaId::from("night")
}

fn cover(starts: i64, ends: i64) -> Asks {
    Asks::WantCover { rota: night(), starts: Meant::At(at(starts)), ends: Some(at(ends)), reason: String::new() }
}

#[test]
fn who_is_on_holds_the_role_and_its_cases_are_woken() {
    let mut hall = hall(with_rota(None));
    assert_eq!(hall.sits(0, "legal"), ["nia"]);
    hall.wake(DAY);
    assert_eq!(hall.kinds(), ["rota.began"]);
    assert_eq!(hall.last.then, wake_holders(&["legal"], &[]));
    assert_eq!(hall.told(), [("shift-began", "omar".to_owned()), ("shift-ended", "nia".to_owned())]);
    assert_eq!(hall.sits(DAY, "legal"), ["omar"]);
}

#[test]
fn whoever_takes_a_shift_has_said_that_they_are_on() {
    let mut hall = hall(with_rota(None));
    asks(&mut hall, 5, "tess", Asks::Take { rota: night(), until: None }).unwrap();
    assert_eq!(hall.kinds(), ["rota.arranged", "rota.began", "rota.acknowledged"]);
    assert_eq!(hall.sits(5, "legal"), ["tess"]);
    hall.wake_all(60);
    assert!(hall.events.iter().all(|(event, _)| event.kind() != "rota.unacknowledged"), "a quarter of an hour later");
    hall.wake(DAY);
    assert_eq!(hall.sits(DAY, "legal"), ["omar"], "only for the shift that was then");
}

#[test]
fn ending_one_of_two_arrangements_leaves_the_other_and_nothing_is_due() {
    let mut hall = hall(with_rota(None));
    let put = |person: &str, starts: i64, ends: i64| Asks::Override {
        rota: night(),
        person: p(person),
        starts: Some(at(starts)),
        ends: at(ends),
        reason: "a reason".to_owned(),
    };
    asks(&mut hall, 1, "nia", put("omar", 1, 600)).unwrap();
    asks(&mut hall, 2, "nia", put("omar", 60, 120)).unwrap();
    hall.wake_all(90);
    asks(&mut hall, 90, "nia", Asks::End { number: 1 }).unwrap();
    assert_eq!(hall.sits(90, "legal"), ["omar"]);
    assert!(hall.bot.wake(&hall.policy).is_some_and(|due| due > at(90)));
    hall.wake_all(120);
    assert_eq!(hall.sits(120, "legal"), ["nia"]);
}

/// The bot was down over a whole arrangement: there is nothing to say, and nothing stays due.
#[test]
fn who_was_told_and_is_on_again_hears_nothing() {
    let mut hall = hall(with_rota(None));
    asks(&mut hall, 1, "nia", Asks::Acknowledge { rota: night() }).unwrap();
    let (starts, ends, reason) = (Some(at(60)), at(120), "a reason".to_owned());
    asks(&mut hall, 2, "nia", Asks::Override { rota: night(), person: p("omar"), starts, ends, reason }).unwrap();
    hall.wake(180);
    assert_eq!(hall.kinds(), ["rota.passed"]);
    assert_eq!(hall.told(), []);
    assert!(hall.bot.wake(&hall.policy).is_some_and(|due| due > at(180)));
}

#[test]
fn cover_is_asked_of_the_others_in_turn_until_nobody_is_left() {
    let mut hall = hall(with_rota(None));
    asks(&mut hall, 1, "nia", Asks::Acknowledge { rota: night() }).unwrap();
    asks(&mut hall, 1, "nia", cover(300, 400)).unwrap();
    assert_eq!(hall.told(), [("cover-asked", "omar".to_owned())]);
    hall.wake(31);
    assert_eq!(hall.told(), [("cover-asked", "tess".to_owned())]);
    hall.wake(61);
    let told = hall.told();
    assert!(told.iter().all(|(what, _)| *what == "cover-not-taken"), "{told:?}");
    assert!(
        told.contains(&("cover-not-taken", "nia".to_owned()))
            && told.contains(&("cover-not-taken", "operators".to_owned()))
    );
    assert!(asks(&mut hall, 62, "omar", Asks::Agree { number: 1 }).is_err(), "it is over");
    assert_eq!(hall.sits(350, "legal"), ["nia"]);
}

#[derive(Clone, Debug)]
enum Step {
    Take(Option<i64>),
    Put(&'static str, i64, i64),
    Swap(&'static str),
    Cover(i64, i64),
    Agree(u32),
    Refuse(u32),
    End(u32),
    Start,
    Away(&'static str, i64),
    Wake,
}

fn any_person() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["nia", "omar", "tess", "olga", "dev"])
}

fn any_step() -> impl Strategy<Value = (i64, &'static str, Step)> {
    let step = prop_oneof![
        prop::option::of(1..3_000i64).prop_map(Step::Take),
        (any_person(), 0..3_000i64, 1..3_000i64).prop_map(|(who, starts, long)| Step::Put(who, starts, long)),
        any_person().prop_map(Step::Swap),
        (0..3_000i64, 1..3_000i64).prop_map(|(starts, long)| Step::Cover(starts, long)),
        (1..6u32).prop_map(Step::Agree),
        (1..6u32).prop_map(Step::Refuse),
        (1..6u32).prop_map(Step::End),
        Just(Step::Start),
        (any_person(), 1..3_000i64).prop_map(|(who, long)| Step::Away(who, long)),
        Just(Step::Wake),
    ];
    (prop_oneof![4 => 0..200i64, 1 => 0..5_000i64], any_person(), step)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_arranged_somebody_answers_and_nothing_waits(
        by_day in any::<bool>(),
        steps in prop::collection::vec(any_step(), 1..20),
    ) {
        let hours = crate::domain::calendar::Hours { from_minute: 9 * 60, to_minute: 17 * 60 };
        let office = crate::domain::calendar::Calendar::new(chrono_tz::UTC, std::array::from_fn(|_| vec![hours]), []);
        let mut hall = hall(with_rota(by_day.then(|| office.expect("hours"))));
        let mut now = 0;
        for (minutes, by, step) in steps {
            now += minutes;
            hall.wake_all(now);
            let before = hall.bot.clone();
            let asked = match step {
                Step::Take(until) => {
                    asks(&mut hall, now, by, Asks::Take { rota: night(), until: until.map(|it| at(now + it)) })
                }
                Step::Put(who, starts, long) => {
                    let (starts, ends) = (Some(at(now + starts)), at(now + starts + long));
                    let reason = "a reason".to_owned();
                    asks(&mut hall, now, by, Asks::Override { rota: night(), person: p(who), starts, ends, reason })
                }
                Step::Swap(with) => {
                    asks(&mut hall, now, by, Asks::OfferSwap { rota: night(), with: p(with), mine: Meant::Next, theirs: Meant::Next })
                }
                Step::Cover(starts, long) => asks(&mut hall, now, by, cover(now + starts, now + starts + long)),
                Step::Agree(number) => asks(&mut hall, now, by, Asks::Agree { number }),
                Step::Refuse(number) => asks(&mut hall, now, by, Asks::Refuse { number }),
                Step::End(number) => asks(&mut hall, now, by, Asks::End { number }),
                Step::Start => asks(&mut hall, now, by, Asks::Acknowledge { rota: night() }),
                Step::Away(who, long) => hall.delegate(now, who, (who, None), &[], (now, now + long)),
                Step::Wake => Ok(String::new()),
            };
            if asked.is_err() {
                prop_assert_eq!(&hall.bot, &before);
            }
            prop_assert!(hall.bot.wake(&hall.policy).is_none_or(|due| due > at(now)), "nothing asked is due at once");
            let id = night();
            let shifts = hall.bot.rotas.shifts(&hall.policy, &id).expect("the rota");
            let told = hall.bot.rotas.told.get(&id).expect("it was told");
            prop_assert_eq!(shifts.on(at(now)), told.on.as_ref(), "who is on was told");
            let people = hall.bot.people(&hall.policy, at(now));
            prop_assert_eq!(people.holders(&Holder::Roles(vec![r("legal")]), &[]).len(), 1, "one answers for it");
            let mut again = Bot::default();
            hall.events.iter().for_each(|(event, at)| again.apply(event, *at));
            prop_assert_eq!(&again, &hall.bot);
        }
    }
}
