//! Who may open what, and whom it asks first.

use super::*;

#[test]
fn what_an_opening_needs() {
    let sev2 = || wanted(Severity::Sev2);
    let refused = |person, wanted: Opening| {
        Room::try_open(person, &wanted).err().map_or_else(|| "opened".to_owned(), |refusal| refusal.to_string())
    };
    says(refused("eve", sev2()), "I don't know you");
    says(
        refused("dev", Opening { workflow: "credits".into(), ..sev2() }),
        "no workflow “credits” in the policy. Did you mean “credit”?",
    );
    says(refused("dev", Opening { workflow: "x".into(), ..sev2() }), "There are credit and pilot.");
    says(refused("dev", Opening { title: " \n".to_owned(), ..sev2() }), "the title is missing");
    says(refused("dev", Opening { title: "x".repeat(201), ..sev2() }), "too long, 201");
    says(refused("dev", Opening { class: Some("output.biass".into()), ..sev2() }), "Did you mean “output.bias”?");
    says(refused("dev", Opening { technical: Some(6), ..sev2() }), "from 1 (the worst) to 5");
    says(refused("dev", Opening { technical: Some(0), ..sev2() }), "from 1 (the worst) to 5");
    says(refused("dev", Opening { aware: Some(minute(1)), ..sev2() }), "this one is in the future");

    let lines = Opening {
        title: " two\n\tlines ".to_owned(),
        aware: Some(minute(-5)),
        class: Some("output.bias".into()),
        ..sev2()
    };
    let room = Room::open(&lines);
    check(&room.case.title, "two lines");
    let moment = Moment { at: minute(-5), said_by: Some("maya".into()) };
    assert_eq!(room.incident().moments.get(&Which::Aware), Some(&moment));
}

#[test]
fn the_bot_opens_incidents_too() {
    let because = Some(words("APR-4 is pending for 3 h"));
    let (room, _) =
        Room::try_open("engine", &Opening { because, ..wanted(Severity::Sev3) }).expect("the engine always may");
    assert_eq!(room.case.opened_by, None);
    check(room.owed(), "acknowledge 20, resolve 480");
}

#[test]
fn a_pilot_without_targets_can_be_worked_on_by_anybody() {
    let pilot = Opening { workflow: "pilot".into(), ..wanted(Severity::Sev2) };
    let (mut room, reply) = Room::try_open("maya", &pilot).expect("opened");
    check(
        reply,
        "opened as sev2; this policy asks nobody to acknowledge it. Public: everybody in the workflow's channels sees it",
    );
    check(room.heard(), "");
    says(room.says("maya", Command::Acknowledge), "you acknowledged it");
    check(room.says("ravi", Command::Update { text: words("looking"), next: None }), "update told");
    check(room.says("maya", Command::Contain { text: words("off") }), "contained");
    says(
        room.says("maya", Command::Resolve { text: words("off") }),
        "ask Arjun: the resolution on INC-1 is for command.",
    );
    check(
        room.says("arjun", Command::Resolve { text: words("off") }),
        "resolved; `/incident review INC-1 …` closes it",
    );
    says(
        room.says("maya", Command::AcceptReview { text: words("fine"), drafted_from: None }),
        "ask Arjun: accepting the review is for command.",
    );
    check(room.says("arjun", Command::AcceptReview { text: words("fine"), drafted_from: None }), "reviewed and closed");
}

#[test]
fn an_empty_role_is_said_at_once() {
    let mut policy = TERMS.clone();
    policy.roles.get_mut("triage").expect("a role").members.clear();
    let (ask, opening) = (Ask { by: by("maya"), at: NINE }, crate::domain::Opening::Incident(wanted(Severity::Sev1)));
    let people = People {
        policy: &policy,
        delegations: &[],
        rotas: crate::domain::bot::rotas::Rotas::NONE,
        handed: crate::domain::people::Handed::NONE,
        at: NINE,
    };
    let ruling = open_case(
        ID,
        &opening,
        &ask,
        &World {
            policy: &policy,
            stamped: &policy,
            people,
            releases: crate::domain::Releases::NONE,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        },
    )
    .expect("it is opened all the same");
    let Some(Reply { telling: crate::domain::Telling::Case(every_case::Telling::Done { what }), .. }) = ruling.reply
    else {
        panic!("a reply")
    };
    says(what.to_string(), "nobody holds triage now");
    assert!(ruling.notices.iter().all(|notice| notice.to == To::Case));
}

#[test]
fn a_restricted_incident_is_for_its_own_people() {
    let mut room = Room::open(&Opening { restricted: true, ..wanted(Severity::Sev2) });
    let homes: Vec<String> = room.case.homes.iter().map(|it| format!("{}:{}", it.platform, it.id)).collect();
    assert_eq!(homes, ["local:inc-1", "slack:inc-1"]);
    let other = CaseId { kind: CaseKind::Incident, number: 2 };
    says(room.says("maya", Command::Merge { into: other }), "a restricted incident can't be merged");
    says(room.says("engine", Command::Absorb { other }), "I can't find INC-1");
    room.case.obligations.retain(|it| it.duty == Duty::Acknowledge);
    says(room.says("ravi", Any::Note { text: words("x") }), "I can't find INC-1");
    room.ask("maya", Command::Page { role: "engineering".into(), reason: words("look") }).expect("fine");
    room.ask("ravi", Any::Note { text: words("x") }).expect("who is called in sees it");
}

/// Nobody sees it for what they were once: a role that was left, somebody stood in for, a duty of a case that is closed.
#[test]
fn a_restricted_incident_is_seen_for_a_reason_that_lasts() {
    let mut room = Room::open(&Opening { restricted: true, ..wanted(Severity::Sev2) });
    let sees = |room: &Room, policy: &Policy, delegations: &[Delegation]| {
        let people = People {
            policy,
            delegations,
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: room.now,
        };
        let everybody = ["maya", "dev", "lena", "arjun", "ravi"].map(PersonId::from);
        everybody
            .into_iter()
            .filter(|it| room.case.is_visible_to(it, &people))
            .map(|it| it.to_string())
            .collect::<Vec<_>>()
    };
    let deputy = [Delegation {
        number: 1,
        from: "dev".into(),
        to: Some("ravi".into()),
        roles: Vec::new(),
        starts: NINE,
        ends: minute(60),
        reason: words("away"),
        by: "dev".into(),
    }];
    room.case.obligations.retain(|it| it.duty == Duty::Acknowledge);
    assert_eq!(sees(&room, &TERMS, &deputy), ["maya", "dev", "lena", "ravi"]);
    assert_eq!(sees(&room, &TERMS, &[]), ["maya", "dev", "lena"]);
    room.ask("lena", Command::Acknowledge).expect("fine");
    room.ask("maya", Any::Invite { person: "ravi".into() }).expect("fine");
    assert_eq!(sees(&room, &TERMS, &[]), ["maya", "dev", "lena", "ravi"]);
    room.ask("maya", Any::Uninvite { person: "ravi".into() }).expect("fine");
    says(room.says("maya", Any::Uninvite { person: "ravi".into() }), "was not invited");
    let newcomer = POLICY.replace(r#"members = ["dev", "lena"]"#, r#"members = ["lena", "ravi"]"#);
    let newcomer = Policy::read(&newcomer).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(sees(&room, &newcomer, &[]), ["maya", "lena", "ravi"]);
    room.ask("maya", Command::Withdraw { reason: words("a drill") }).expect("fine");
    assert!(room.case.is_closed());
    assert_eq!(sees(&room, &newcomer, &[]), ["maya", "lena"], "only who had answered");
    let without = POLICY.replace(r#"members = ["dev", "lena"]"#, r#"members = ["dev"]"#);
    let without = Policy::read(&without).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(sees(&room, &without, &[]), ["maya"]);
}

/// Those that nobody in particular was asked for come from a state, or no incident would ever owe them.
#[test]
fn every_duty_with_a_holder_follows_from_a_state() {
    let room = Room::open(&wanted(Severity::Sev1));
    let by_state = room.incident().by_state().map(|(duty, _)| duty);
    let owed =
        |duty: &Duty| duty.row().kind == CaseKind::Incident && duty.row().owed == crate::domain::duty::Owed::ByHolder;
    for duty in Duty::ALL.into_iter().filter(owed) {
        assert!(by_state.contains(&duty), "no state calls for {duty}");
    }
}

/// Restricted, it goes on elsewhere, and people's own channel is told no more than that.
#[test]
fn a_channel_that_is_converted_is_the_incidents_own() {
    let channel = |id: &str| Channel { platform: "slack".into(), id: id.to_owned() };
    let here = |id: &str| Opening { converts: Some(channel(id)), ..wanted(Severity::Sev2) };
    let homes = |room: &Room| -> Vec<String> { room.case.homes.iter().map(Channel::written).collect() };
    let mut room = Room::open(&here("C0ROOM"));
    assert_eq!(homes(&room)[0], "slack:inc-1");
    assert!(homes(&room).len() > 1 && !homes(&room).contains(&"slack:C0ROOM".to_owned()), "{:?}", homes(&room));
    assert_eq!(room.case.converted, Some(channel("C0ROOM")));
    room.ask("maya", Command::Restrict { reason: words("names") }).expect("fine");
    assert_eq!(homes(&room), ["slack:inc-1", "inc-1"]);
    assert!(room.told.iter().any(|notice| notice.to == To::Channel(channel("C0ROOM"))), "{:?}", room.told);
    let refused =
        |person, wanted: Opening| Room::try_open(person, &wanted).err().map_or_else(String::new, |it| it.to_string());
    says(refused("dev", Opening { restricted: true, ..here("C0ROOM") }), "everybody in this channel would see it");
    says(refused("dev", here("inc-7")), "this channel is INC-7's own");
    let policys = TERMS.channels().find(|channel| channel.platform.as_str() == "slack").expect("a channel").id.clone();
    says(refused("dev", here(&policys)), "one of the policy's");
}

/// New stamps are due a week before the old ones can't be checked any more, however soon the policy wants other incidents resolved;
/// nothing is to be contained.
#[test]
fn an_incident_about_stamps_that_end_is_resolved_a_week_before_by_whoever_resolves_others() {
    let day = |days: i64| days * 24 * 60;
    let about = |severity, ends: i64| Opening { stamps_end: Some(minute(ends)), ..wanted(severity) };
    let (mut room, reply) = Room::try_open("engine", &about(Severity::Sev3, day(60))).expect("the bot may");
    says(reply, "Dev or Lena acknowledges it by 09:20");
    check(room.owed(), &format!("acknowledge 20, resolve {}", day(53)));
    let nudges = |room: &Room| room.case.owed(Duty::Resolve).map(|it| it.terms.steps.len());
    assert_eq!(nudges(&room), Some(3), "half of the time, late, and the next role ten minutes later");
    says(room.says("dev", Command::Acknowledge), "you acknowledged it");
    says(room.says("dev", Command::ChangeSeverity { to: Severity::Sev1, reason: words("an audit") }), "sev1 now");
    check(room.owed(), &format!("resolve {}", day(53)));
    says(room.says("arjun", Command::Resolve { text: words("a new certificate") }), "resolved");
    // The review closes it, as it closes others.
    says(room.owed(), "review");
    // Reopened, it has its own date again.
    says(room.says("maya", Command::Reopen { reason: words("it was the wrong one") }), "open");
    says(room.owed(), &format!("resolve {}", day(53)));

    // They ended: a day for whoever sees to it.
    let (room, _) = Room::try_open("engine", &about(Severity::Sev3, -day(1))).expect("the bot may");
    check(room.owed(), &format!("acknowledge 20, resolve {}", day(1)));
    // The policy asks nothing at this severity: whoever resolves graver ones.
    let (room, _) = Room::try_open("engine", &about(Severity::Sev4, day(60))).expect("the bot may");
    check(room.owed(), &format!("resolve {}", day(53)));
}
