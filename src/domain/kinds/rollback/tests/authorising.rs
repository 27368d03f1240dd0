//! Before it runs: criteria, ways out, go, and whoever authorises.

use super::*;

#[test]
fn nobody_authorises_what_they_proposed_or_what_nobody_looked_at() {
    let mut room = Room::proposed(false);
    let said = room.refused(1, "arjun", authorise(None));
    assert!(said.contains("/rollback tick RBK-1 1 yes"), "{said}");
    room.ask(1, "dev", tick(1)).unwrap();
    room.ask(1, "dev", tick(2)).unwrap();
    let said = room.refused(1, "arjun", authorise(None));
    assert!(said.contains("/rollback compare RBK-1 contain"), "{said}");
    room.ask(1, "dev", compare(Way::Contain)).unwrap();
    assert!(room.ask(1, "maya", authorise(None)).is_err());
    assert!(room.ask(1, "dev", authorise(None)).is_err(), "whoever runs it doesn't authorise it");
    room.ask(2, "greta", authorise(Some(1))).unwrap();
    assert_eq!(room.rollback().state, RollbackState::Authorised);
}

#[test]
fn silence_is_never_go() {
    let mut room = Room::authorised();
    let said = room.refused(3, "dev", start());
    assert!(said.contains("silence is never go"), "{said}");
    // Late, escalated and told again: still no go.
    let said = room.refused(600, "dev", start());
    assert!(said.contains("the go of product and engineering is missing"), "{said}");
    room.ask(601, "maya", go(true)).unwrap();
    room.ask(601, "elena", go(false)).unwrap();
    let said = room.refused(602, "dev", start());
    assert!(said.contains("engineering says no-go: “month-end”"), "{said}");
    // They may change their mind; nobody else does it for them.
    assert!(room.ask(603, "dev", go(true)).is_err());
    room.ask(603, "ravi", go(true)).unwrap();
    room.ask(604, "dev", start()).unwrap();
    assert_eq!(room.rollback().state, RollbackState::Running);
}

#[test]
fn another_target_voids_everything_that_was_said() {
    let mut room = Room::ready();
    let said = room.ask(4, "maya", retarget("v5")).unwrap();
    assert!(said.contains("the authorisation is void"), "{said}");
    assert_eq!(room.rollback().state, RollbackState::Proposed);
    assert_eq!(room.rollback().without_go().len(), 2);
    assert!(room.ask(5, "dev", start()).is_err());
    // A button that was drawn for the old target authorises nothing.
    assert_eq!(room.ask(5, "arjun", authorise(Some(1))), Err(Refusal::Changed(rbk())));
    room.ask(5, "arjun", authorise(Some(2))).unwrap();
    assert!(room.ask(6, "maya", retarget("v5")).is_err(), "nothing changes by that");
}

#[test]
fn a_digest_alone_is_another_target_too() {
    let mut room = Room::authorised();
    let to = Change { name: None, digest: Some("sha256:1".to_owned()) };
    let command = Command::Retarget { way: None, from: Change::default(), to, reason: words("rebuilt") };
    room.ask(3, "maya", command).unwrap();
    assert_eq!(room.rollback().to, Version { name: words("v6"), digest: Some(words("sha256:1")) });
    assert!(room.rollback().authorised.is_none());
}

#[test]
fn what_a_law_forbids_needs_a_decision_of_its_own() {
    let mut room = Room::ready();
    room.forbidden();
    let said = room.refused(4, "dev", start());
    assert!(said.contains("/rollback alter-anyway RBK-1") && said.contains("INC-1"), "{said}");
    let anyway = || Command::AlterAnyway { reason: words("people are being harmed") };
    assert!(room.ask(5, "maya", anyway()).is_err(), "not by whoever proposed it");
    assert!(room.ask(5, "dev", anyway()).is_err(), "not by whoever runs it");
    room.ask(5, "arjun", anyway()).unwrap();
    room.ask(6, "dev", start()).unwrap();
    assert!(room.rollback().altering.is_some());
}

#[test]
fn a_restricted_incident_is_not_named_to_whoever_starts() {
    let mut room = Room::ready();
    let forbids = Forbids { clocks: vec!["ai-act-73.serious".into()], restricted: true };
    room.releases.forbidding.entry("credit".into()).or_default().insert(inc(), forbids);
    let said = room.refused(4, "dev", start());
    assert!(!said.contains("INC-1"), "{said}");
}

#[test]
fn without_a_seal_nothing_starts() {
    let mut room = Room::ready();
    let failed = Seal::Failed { reference: words("R-1") };
    let said = room.refused(4, "dev", Command::Start { sealed: failed });
    assert!(said.contains("R-1"), "{said}");
    assert!(room.ask(4, "dev", Command::Start { sealed: Seal::Wanted }).is_err());
    assert!(room.rollback().sealed.is_none());
    room.ask(5, "dev", start()).unwrap();
    assert_eq!(room.rollback().sealed.as_ref().map(|it| it.size), Some(41));
}

#[test]
fn refused_it_is_over() {
    let mut room = Room::looked_at();
    room.ask(2, "arjun", Command::Refuse { reason: words("it is the data") }).unwrap();
    assert!(room.case().is_closed());
    assert_eq!(room.owed(), []);
    assert!(room.told("rollback/ended").contains(&words("maya")));
    assert!(room.ask(3, "arjun", authorise(None)).is_err());
}
