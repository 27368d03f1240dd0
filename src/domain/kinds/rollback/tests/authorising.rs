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
    let said = room.refused(603, "ravi", go(true));
    assert!(said.contains("say why it goes along now") && said.contains("“month-end”"), "{said}");
    let after_all = Command::Go { go: true, reason: Some("the run is through".to_owned()), revision: Some(1) };
    room.ask(603, "ravi", after_all).unwrap();
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
    // A button or a form that was drawn for the old target says nothing of the new one, and who types says which they read.
    let refuse = |revision| Command::Refuse { reason: words("it is the data"), revision };
    assert_eq!(room.ask(5, "arjun", authorise(Some(1))), Err(Refusal::Changed(rbk())));
    assert_eq!(room.ask(5, "arjun", refuse(Some(1))), Err(Refusal::Changed(rbk())));
    assert_eq!(room.ask(5, "jonas", go(true)), Err(Refusal::Changed(rbk())));
    assert_eq!(room.ask(5, "ravi", go(false)), Err(Refusal::Changed(rbk())));
    let said = room.refused(5, "arjun", authorise(None));
    assert!(said.contains("/rollback authorise RBK-1 rev=2") && said.contains("goes from “v7” to “v5”"), "{said}");
    let said = room.refused(5, "jonas", Command::Go { go: true, reason: None, revision: None });
    assert!(said.contains("/rollback go RBK-1 rev=2"), "{said}");
    // What was looked at was the old target.
    let said = room.refused(5, "arjun", authorise(Some(2)));
    assert!(said.contains("/rollback tick RBK-1 1 yes"), "{said}");
    room.ask(6, "dev", tick(1)).unwrap();
    room.ask(6, "dev", tick(2)).unwrap();
    let said = room.refused(6, "arjun", authorise(Some(2)));
    assert!(said.contains("/rollback compare RBK-1 contain"), "{said}");
    room.ask(6, "dev", compare(Way::Contain)).unwrap();
    room.ask(7, "arjun", authorise(Some(2))).unwrap();
    assert!(room.ask(8, "maya", retarget("v5")).is_err(), "nothing changes by that");
    for who in ["jonas", "ravi"] {
        room.ask(8, who, Command::Go { go: true, reason: None, revision: Some(2) }).unwrap();
    }
    // Nor does the button under what was authorised before start it.
    let old = Command::Start { sealed: Seal::tried(), revision: Some(1) };
    assert_eq!(room.ask(9, "dev", old), Err(Refusal::Changed(rbk())));
    room.ask(9, "dev", start_of(2)).unwrap();
}

#[test]
fn whoever_chose_the_target_does_not_authorise_it() {
    let mut room = Room::ready();
    room.ask(4, "arjun", retarget("v3")).unwrap();
    for who in [1, 2] {
        room.ask(5, "dev", tick(who)).unwrap();
    }
    room.ask(5, "dev", compare(Way::Contain)).unwrap();
    assert!(!room.told("rollback/retargeted").contains(&words("arjun")), "nor are they asked to");
    let said = room.refused(6, "arjun", authorise(Some(2)));
    assert!(said.contains("Sofia or Greta") && !said.contains("Arjun"), "{said}");
    assert!(room.ask(6, "maya", authorise(Some(2))).is_err(), "nor does whoever proposed it");
    room.ask(6, "sofia", authorise(Some(2))).unwrap();
    for who in ["jonas", "ravi"] {
        room.ask(7, who, Command::Go { go: true, reason: None, revision: Some(2) }).unwrap();
    }
    room.ask(8, "dev", start_of(2)).unwrap();
    room.ask(9, "ravi", done()).unwrap();
    assert!(room.ask(10, "arjun", agree()).is_err(), "nor agree to what can't be taken back");
    room.ask(10, "greta", agree()).unwrap();
}

#[test]
fn another_way_out_is_compared_with_going_back() {
    let mut room = Room::looked_at();
    let way = Some(Way::Contain);
    let (from, to) = (Change::default(), Change::default());
    room.ask(2, "maya", Command::Retarget { way, from, to, reason: words("v6 is gone") }).unwrap();
    for who in [1, 2] {
        room.ask(3, "dev", tick(who)).unwrap();
    }
    let said = room.refused(4, "arjun", authorise(Some(2)));
    assert!(said.contains("/rollback compare RBK-1 roll-back"), "{said}");
    room.ask(5, "dev", compare(Way::RollBack)).unwrap();
    room.ask(6, "arjun", authorise(Some(2))).unwrap();
}

#[test]
fn a_way_out_without_steps_is_none() {
    let mut room = Room::looked_at();
    let forward = |to: &str| Command::Retarget {
        way: Some(Way::FixForward),
        from: Change::default(),
        to: Change { name: Some(to.to_owned()), digest: None },
        reason: words("v8 is there"),
    };
    let said = room.refused(2, "maya", forward("v8"));
    assert!(
        said.contains("another way out (roll-back or contain)") && said.contains("rollback.credit.steps"),
        "{said}"
    );
    assert_eq!(room.rollback().revision, 1);
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
    room.forbidden(4, 1, false);
    let said = room.refused(4, "dev", start());
    assert!(said.contains("/rollback alter-anyway RBK-1") && said.contains("INC-1"), "{said}");
    assert!(room.ask(5, "maya", anyway()).is_err(), "not by whoever proposed it");
    assert!(room.ask(5, "dev", anyway()).is_err(), "not by whoever runs it");
    room.ask(5, "arjun", anyway()).unwrap();
    // They couldn't decide on what began after that, even if it is of the same law.
    room.forbidden(6, 9, false);
    let said = room.refused(7, "dev", start());
    assert!(said.contains("INC-9") && !said.contains("INC-1 "), "{said}");
    room.ask(8, "sofia", anyway()).unwrap();
    room.ask(9, "dev", start()).unwrap();
    assert!(room.rollback().altering.is_some());
}

#[test]
fn a_restricted_incident_is_not_named_to_whoever_starts() {
    let mut room = Room::ready();
    room.forbidden(4, 1, true);
    let said = room.refused(4, "dev", start());
    assert!(!said.contains("INC-1") && said.contains("a law forbids altering"), "{said}");
    // Which law it is says what happened.
    let named = |text: &str| text.contains("ai-act") || text.contains("Art. 73");
    assert!(!named(&said), "{said}");
    let said = room.ask(5, "arjun", anyway()).unwrap();
    assert!(!named(&said), "{said}");
    let written = serde_json::to_string(&room.events).unwrap();
    assert!(!named(&written) && !written.contains("INC-1"), "{written}");
    assert!(!named(&serde_json::to_string(&room.notices).unwrap()));
    room.ask(6, "dev", start()).unwrap();
}

#[test]
fn without_a_seal_nothing_starts() {
    let mut room = Room::ready();
    let failed = Seal::Failed { reference: words("R-1") };
    let said = room.refused(4, "dev", Command::Start { sealed: failed, revision: None });
    assert!(said.contains("R-1"), "{said}");
    assert!(room.ask(4, "dev", Command::Start { sealed: Seal::Wanted, revision: None }).is_err());
    assert!(room.rollback().sealed.is_none());
    room.ask(5, "dev", start()).unwrap();
    assert_eq!(room.rollback().sealed.as_ref().map(|it| it.size), Some(41));
}

#[test]
fn refused_it_is_over() {
    let mut room = Room::looked_at();
    room.ask(2, "arjun", Command::Refuse { reason: words("it is the data"), revision: None }).unwrap();
    assert!(room.case().is_closed());
    assert_eq!(room.owed(), []);
    assert!(room.told("rollback/ended").contains(&words("maya")));
    assert!(room.ask(3, "arjun", authorise(None)).is_err());
}
