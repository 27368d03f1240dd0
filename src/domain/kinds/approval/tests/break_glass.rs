//! Glass is broken loudly, and looked at by somebody else.

use super::*;

#[test]
fn broken_glass_is_loud_and_looked_at_by_somebody_else() {
    let mut room = Room::asked("two");
    room.hush();
    let reply = room.ask(3, "olga", break_glass()).unwrap();
    assert_eq!(reply, "approved by you alone. Everybody on the path was told, and dev or lena reviews it afterwards");
    assert_eq!(room.approval().word(), "approved");
    assert!(room.told_operators("glass-broken"));
    assert_eq!(room.told_case("glass-broken"), 1);
    assert_eq!(room.told("glass-broken"), ["dev", "lena", "maya", "nia"]);
    assert!(room.notices.iter().all(|it| it.not_before.is_none()), "at any hour");
    assert_eq!(room.case().obligation(1).unwrap().state(), State::Void);
    let owed = room.case().owed(Duty::ReviewBreakGlass).unwrap();
    assert_eq!(owed.terms.due, at(3 + 24 * 60));
    assert!(room.case().is_closed(), "and yet a duty is open");
    assert!(matches!(room.ask(4, "olga", review()).unwrap_err(), Refusal::OnlyFor { .. }));
    assert!(matches!(room.ask(4, "maya", review()).unwrap_err(), Refusal::OnlyFor { .. }), "she was served by it");
    assert!(matches!(room.ask(4, "tess", review()).unwrap_err(), Refusal::NotYours { .. }));
    room.ask(5, "dev", review()).unwrap();
    assert_eq!(room.approval().broken_glass.as_ref().unwrap().reviewed, Some(p("dev")));
    assert_eq!(room.case().open_obligations().count(), 0);
    assert!(matches!(room.ask(6, "lena", review()).unwrap_err(), Refusal::NothingOwed { .. }), "once is enough");
}

#[test]
fn the_policy_says_who_looks_at_a_broken_glass() {
    let mut room = Room::new();
    room.policy = policy_with("[[targets]]\nduty = \"review-break-glass\"\nholder = \"legal\"\nwithin = \"1h\"\n");
    room.request("maya", "two").unwrap();
    room.ask(3, "olga", break_glass()).unwrap();
    let owed = room.case().owed(Duty::ReviewBreakGlass).unwrap();
    assert_eq!((owed.holder.role(), owed.terms.due), (Some(&r("legal")), at(63)));
}

#[test]
fn glass_is_broken_only_by_the_roles_of_the_path_with_a_reason_and_never_by_the_requester() {
    let mut room = Room::asked("two");
    let before = room.case().clone();
    assert!(matches!(room.ask(1, "dev", break_glass()).unwrap_err(), Refusal::NotYours { .. }));
    assert!(matches!(
        room.ask(1, "olga", Command::BreakGlass { reason: " ".into() }).unwrap_err(),
        Refusal::ReasonNeeded(_)
    ));
    assert_eq!(room.case(), &before);
    let mut none = Room::asked("reasoned");
    let says = none.ask(1, "olga", break_glass()).unwrap_err().to_string();
    assert_eq!(says, "path reasoned allows nobody to break the glass. Waiting on dev or lena.");
    // Maya holds the role, by herself or through a deputy of hers.
    let mut room = Room::new();
    room.policy.roles.get_mut("head").unwrap().members = vec![p("maya"), p("olga")];
    room.request("maya", "two").unwrap();
    assert_eq!(room.ask(1, "maya", break_glass()).unwrap_err(), Refusal::OwnRequest("olga".to_owned()));
    room.delegations = vec![away(1, "maya", Some("tess"), 600)];
    assert!(matches!(room.ask(1, "tess", break_glass()).unwrap_err(), Refusal::NotYours { .. }));
    assert_eq!(room.approval().word(), "requested");
}

/// The menu offers it to those alone who may, and while there is something to approve.
#[test]
fn breaking_the_glass_is_offered_to_those_who_may() {
    let offered = |room: &Room, minutes: i64, person: &str| {
        let ask = Ask { by: Actor::Person(p(person)), at: at(minutes) };
        let world = room.world(ask.at);
        let acts = crate::domain::act::possible(&crate::domain::Scene { case: room.case(), ask: &ask, world: &world });
        acts.iter().any(|act| act.verb == "breakglass")
    };
    let mut room = Room::asked("two");
    for (person, may) in [("olga", true), ("dev", false), ("maya", false), ("tess", false)] {
        assert_eq!(offered(&room, 1, person), may, "{person}");
    }
    assert!(!offered(&Room::asked("reasoned"), 1, "olga"), "its path allows it to nobody");
    room.ask(2, "olga", break_glass()).unwrap();
    assert!(!offered(&room, 3, "olga"), "it is over");
}
