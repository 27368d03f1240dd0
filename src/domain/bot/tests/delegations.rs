//! Standing in for somebody, and being away.

use super::*;
use crate::domain::people::Delegation;

#[test]
fn a_delegation_from_now_moves_the_seats_at_once() {
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "dev", ("dev", Some("tess")), &[], (0, DAY)).unwrap();
    assert_eq!(
        reply,
        "Delegation no. 1: tess stands in for dev, everything they hold. End it with `/approval undelegate 1`."
    );
    assert_eq!(hall.kinds(), ["delegation.set", "delegation.began"]);
    assert_eq!(hall.told(), [("delegated", "tess".to_owned())], "Dev has the reply");
    assert_eq!(hall.last.then, wake_holders(&["engineers", "model-risk"], &["dev"]));
    assert_eq!(hall.sits(1, "model-risk"), ["tess", "lena", "maya"]);
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(DAY)));
    hall.wake(DAY);
    assert_eq!(hall.kinds(), ["delegation.ended"]);
    assert_eq!(hall.told(), [("delegation-ended", "dev".to_owned()), ("delegation-ended", "tess".to_owned())]);
    assert_eq!(hall.last.then, wake_holders(&["engineers", "model-risk"], &["dev"]));
    assert!(hall.bot.delegations.all.is_empty());
    hall.delegate(DAY, "dev", ("dev", Some("tess")), &[], (DAY, 2 * DAY)).unwrap();
    assert_eq!(hall.bot.delegations.all[0].number, 2, "a number is given once");
}

#[test]
fn a_delegation_to_come_begins_when_its_time_has_come() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (60, DAY)).unwrap();
    assert_eq!(hall.kinds(), ["delegation.set"]);
    assert!(hall.last.then.is_empty(), "nothing moves yet");
    assert_eq!(hall.bot.wake(&hall.policy), Some(at(60)));
    hall.wake(60);
    assert_eq!(hall.kinds(), ["delegation.began"]);
    assert_eq!(hall.last.then, wake_holders(&["model-risk"], &["dev"]));
    assert_eq!(hall.told().len(), 2);
    hall.wake(61);
    assert!(hall.last.events.is_empty(), "once");
}

#[test]
fn a_delegation_that_came_and_went_during_downtime_has_ended() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &[], (60, 120)).unwrap();
    hall.wake(180);
    assert_eq!(hall.kinds(), ["delegation.ended"], "one true thing instead of two stale ones");
}

#[test]
fn an_absence_leaves_the_duties_to_the_others() {
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "dev", ("dev", None), &[], (0, DAY)).unwrap();
    assert!(reply.contains("dev is away; the other holders remain"), "{reply}");
    assert!(hall.told().is_empty());
    assert_eq!(hall.sits(1, "model-risk"), ["lena", "maya"]);
}

#[test]
fn the_seats_that_were_handed_to_the_giver_move_on_with_theirs() {
    let mut hall = Hall::new();
    hall.delegate(0, "nia", ("nia", Some("dev")), &[], (0, DAY)).unwrap();
    hall.delegate(1, "dev", ("dev", Some("tess")), &[], (1, DAY)).unwrap();
    assert_eq!(hall.last.then, wake_holders(&["engineers", "legal", "model-risk"], &["dev", "nia"]));
    assert_eq!(hall.sits(2, "legal"), ["tess", "lena"]);
}

#[test]
fn a_deputy_with_a_seat_of_their_own_counts_once() {
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "dev", ("dev", Some("lena")), &[], (0, DAY)).unwrap();
    assert!(
        reply.ends_with(
            "lena answers for model-risk already, where more than one person must: their answer counts once."
        ),
        "{reply}"
    );
    let mut hall = Hall::new();
    let reply = hall.delegate(0, "nia", ("nia", Some("lena")), &[], (0, DAY)).unwrap();
    assert!(!reply.contains("counts once"), "legal needs one answer: {reply}");
}

#[test]
fn delegations_that_cannot_be_say_why() {
    let known = |name: &str| format!("I don't know “{name}” in this policy.");
    type Case = (&'static str, (&'static str, Option<&'static str>), &'static [&'static str], (i64, i64));
    let table: [(Case, String); 10] = [
        (("dev", ("dev", Some("dev")), &[], (0, 60)), "dev can't stand in for themselves.".to_owned()),
        (("dev", ("dev", Some("zoe")), &[], (0, 60)), known("zoe")),
        (
            ("dev", ("dev", Some("tess")), &["legal"], (0, 60)),
            "you don't hold legal, so you can't hand it on.".to_owned(),
        ),
        (
            ("olga", ("dev", Some("tess")), &["legal"], (0, 60)),
            "dev doesn't hold legal, so it can't be handed on.".to_owned(),
        ),
        (("dev", ("dev", Some("tess")), &[], (0, 0)), "the end must come after now.".to_owned()),
        (("dev", ("dev", Some("tess")), &[], (60, 60)), "the end must come after the start.".to_owned()),
        (("dev", ("dev", Some("tess")), &[], (-6, 60)), "the start must come after now.".to_owned()),
        (
            ("nia", ("dev", Some("tess")), &[], (0, 60)),
            "ask olga: setting a delegation for somebody else is for head.".to_owned(),
        ),
        (
            ("olga", ("dev", Some("olga")), &[], (0, 60)),
            "ask dev, or a third person who may set delegations: you can't hand dev's duties to yourself.".to_owned(),
        ),
        (("zoe", ("zoe", Some("dev")), &[], (0, 60)), Refusal::Stranger.to_string()),
    ];
    for ((by, who, roles, when), says) in table {
        let mut hall = Hall::new();
        let refusal = hall.delegate(0, by, who, roles, when).unwrap_err().to_string();
        assert!(refusal.starts_with(&says), "{refusal}");
        assert!(hall.bot.delegations.all.is_empty());
    }
    let mut hall = Hall::new();
    let silent = BotCommand::Delegate {
        from: p("dev"),
        to: Some(p("tess")),
        roles: Vec::new(),
        starts: None,
        ends: at(9),
        reason: " ".to_owned(),
    };
    assert!(hall.ask(0, Actor::Person(p("dev")), silent).is_err(), "a reason is part of it");
    assert!(hall.delegate(0, "olga", ("dev", Some("tess")), &[], (-5, 60)).is_ok(), "a moment ago is now");
    assert_eq!(hall.bot.delegations.all[0].starts, at(0));
    assert_eq!(hall.told(), [("delegated", "dev".to_owned()), ("delegated", "tess".to_owned())]);
}

#[test]
fn one_giver_has_one_deputy_for_a_role_at_a_time() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (60, 120)).unwrap();
    let twice = Refusal::DelegatedAlready { from: p("dev"), number: 1 };
    assert_eq!(hall.delegate(1, "dev", ("dev", Some("omar")), &[], (90, 180)).unwrap_err(), twice);
    assert_eq!(hall.delegate(1, "dev", ("dev", None), &["model-risk"], (1, 61)).unwrap_err(), twice);
    assert!(hall.delegate(1, "dev", ("dev", Some("omar")), &["engineers"], (90, 180)).is_ok(), "another role");
    assert!(hall.delegate(1, "dev", ("dev", Some("omar")), &["model-risk"], (120, 180)).is_ok(), "another time");
}

#[test]
fn duties_are_not_sent_round_in_a_circle() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("lena")), &[], (0, 120)).unwrap();
    hall.delegate(0, "lena", ("lena", Some("nia")), &[], (60, 180)).unwrap();
    let round = hall.delegate(0, "nia", ("nia", Some("dev")), &[], (30, 200)).unwrap_err();
    assert_eq!(round, Refusal::Circle("nia → dev → lena → nia".to_owned()));
    assert!(hall.delegate(0, "nia", ("nia", Some("dev")), &[], (120, 200)).is_ok(), "Dev is back by then");
    // Each for another role is no circle: every seat has somebody in it.
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, 120)).unwrap();
    assert!(hall.delegate(0, "tess", ("tess", Some("dev")), &["engineers"], (0, 120)).is_ok());
    assert_eq!(
        (hall.sits(1, "model-risk"), hall.sits(1, "engineers")),
        (vec!["tess".to_owned(), "lena".to_owned(), "maya".to_owned()], vec!["maya".to_owned(), "dev".to_owned()])
    );
}

#[test]
fn a_delegation_is_ended_by_its_two_people_or_who_may() {
    for (by, ends) in [("dev", true), ("tess", true), ("olga", true), ("lena", false)] {
        let mut hall = Hall::new();
        hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, DAY)).unwrap();
        let ended = hall.ask(5, Actor::Person(p(by)), BotCommand::EndDelegation { number: 1 });
        assert_eq!(ended.is_ok(), ends, "{by}");
        assert_eq!(hall.bot.delegations.all.is_empty(), ends);
        if ends {
            assert_eq!(hall.last.then, wake_holders(&["model-risk"], &["dev"]));
            assert!(!hall.told().contains(&("delegation-ended", by.to_owned())), "the asker has the reply");
            let again = hall.ask(6, Actor::Person(p(by)), BotCommand::EndDelegation { number: 1 });
            assert_eq!(again.unwrap_err(), Refusal::NoDelegation(1));
        }
    }
}

/// Whoever may arrange absences doesn't come into a seat by it, through however many colleagues who named them their deputy.
#[test]
fn nobody_comes_into_a_seat_that_they_arranged() {
    let mut hall = Hall::new();
    hall.delegate(0, "tess", ("tess", Some("olga")), &[], (0, DAY)).unwrap();
    let refusal = hall.delegate(0, "olga", ("dev", Some("tess")), &[], (0, DAY)).unwrap_err().to_string();
    assert!(
        refusal.ends_with(": you can't hand dev's duties to yourself (tess would pass them on to you)."),
        "{refusal}"
    );
    // Where the chain is closed later, by somebody who may do that, the one who gave the seat away keeps it.
    let mut hall = Hall::new();
    hall.delegate(0, "olga", ("dev", Some("tess")), &["model-risk"], (0, DAY)).unwrap();
    assert_eq!(hall.sits(1, "model-risk"), ["tess", "lena", "maya"]);
    hall.delegate(1, "tess", ("tess", Some("olga")), &[], (1, DAY)).unwrap();
    assert_eq!(hall.sits(2, "model-risk"), ["dev", "lena", "maya"]);
    // Arranged by a third person, the same chain counts.
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, DAY)).unwrap();
    hall.delegate(1, "tess", ("tess", Some("olga")), &[], (1, DAY)).unwrap();
    assert_eq!(hall.sits(2, "model-risk"), ["olga", "lena", "maya"]);
}

/// Any delegations that there could ever be, also those that are refused when they are set.
fn any_delegations() -> impl proptest::strategy::Strategy<Value = Vec<Delegation>> {
    use proptest::prelude::*;
    let person = || prop::sample::select(vec!["maya", "dev", "lena", "nia", "omar", "olga", "tess"]).prop_map(p);
    let one = (person(), prop::option::weighted(0.9, person()), person(), prop::bool::ANY, prop::bool::ANY);
    let one = one.prop_map(|(from, to, by, own, all)| Delegation {
        number: 0,
        by: if own { from.clone() } else { by },
        from,
        to,
        roles: if all { Vec::new() } else { vec![r("model-risk")] },
        starts: at(0),
        ends: at(DAY),
        reason: "a holiday".to_owned(),
    });
    prop::collection::vec(one, 0..8)
}

/// Every way from a member to somebody, over delegations none of which that somebody set for another.
fn may_sit_for(all: &[Delegation], member: &PersonId, person: &PersonId) -> bool {
    fn walk(all: &[Delegation], at: &PersonId, person: &PersonId, left: usize) -> bool {
        if at == person {
            return true;
        }
        left > 0
            && all
                .iter()
                .filter(|it| &it.from == at && (&it.by != person || it.by == it.from))
                .any(|it| it.to.as_ref().is_some_and(|to| walk(all, to, person, left - 1)))
    }
    walk(all, member, person, all.len())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 2_000, ..Default::default() })]

    /// Whatever absences there are, and whoever may not decide: nobody has two seats, nobody sits for somebody who may not, and
    /// nobody sits for somebody by what they arranged for others themselves.
    #[test]
    fn no_chain_of_deputies_gives_anybody_more_than_their_seat(
        all in any_delegations(),
        out in proptest::sample::subsequence(vec!["maya", "dev", "lena", "olga"], 0..3),
    ) {
        let policy = policy();
        let excluded: Vec<PersonId> = out.into_iter().map(p).collect();
        let people = People { policy: &policy, delegations: &all, rotas: crate::domain::bot::rotas::Rotas::NONE, handed: crate::domain::people::Handed::NONE, at: at(1) };
        let seats = people.seats(&[r("model-risk")], &excluded);
        for (place, seat) in seats.iter().enumerate() {
            proptest::prop_assert!(!excluded.contains(&seat.person), "{seat:?}");
            proptest::prop_assert!(seats[..place].iter().all(|it| it.person != seat.person), "{seats:?}");
            if let Some(member) = &seat.stands_in_for {
                proptest::prop_assert!(!excluded.contains(member), "{seat:?}");
                proptest::prop_assert!(may_sit_for(&all, member, &seat.person), "{seat:?} of {all:#?}");
            }
        }
    }
}
