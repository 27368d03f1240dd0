//! A policy takes force.

use super::*;

#[test]
fn a_policy_that_is_in_force_is_not_loaded_twice() {
    let mut hall = Hall::new();
    assert_eq!(hall.bot.policy, Some(policy().hash));
    let reply = hall.load(1, Actor::Operator, policy()).unwrap();
    assert_eq!(reply, "That policy is in force already; nothing changed.");
    assert!(hall.last.events.is_empty() && hall.last.notices.is_empty());
}

#[test]
fn a_new_policy_takes_force_and_moves_what_its_members_hold() {
    let mut hall = Hall::new();
    let mut new = policy();
    new.hash = PolicyHash::from("p2");
    new.roles.get_mut("legal").unwrap().members = vec![p("nia"), p("omar")];
    new.may.reload_policy = vec![r("engineers")];
    // It is the old one that says who may.
    let refused = hall.load(5, Actor::Person(p("maya")), new.clone()).unwrap_err();
    assert!(matches!(refused, Refusal::NotYours { .. }));
    assert_eq!(hall.bot.policy, Some(policy().hash));
    hall.load(5, Actor::Person(p("olga")), new.clone()).unwrap();
    assert_eq!(hall.bot.policy, Some(new.hash));
    assert_eq!(hall.last.then, wake_holders(&["legal"], &[]), "and no other role");
    assert_eq!(hall.told(), [("policy-loaded", "operators".to_owned())]);
}

#[test]
fn a_deputy_who_leaves_the_policy_gives_the_seats_back() {
    let mut hall = Hall::new();
    hall.delegate(0, "dev", ("dev", Some("tess")), &["model-risk"], (0, DAY)).unwrap();
    let mut new = policy();
    new.hash = PolicyHash::from("p2");
    new.people.remove("tess");
    hall.load(5, Actor::Operator, new).unwrap();
    let [Then::WakeHolders { roles, people }] = hall.last.then.as_slice() else { panic!("{:?}", hall.last.then) };
    assert!(roles.contains(&r("model-risk")) && people.contains(&p("dev")));
    assert_eq!(hall.sits(6, "model-risk"), ["dev", "lena", "maya"]);
}
