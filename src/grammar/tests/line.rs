//! Which verb and which case a line means, whichever way it is said.

use super::*;

#[test]
fn an_unknown_verb_never_becomes_a_title() {
    assert!(wrong("/incident opne credit-scoring sev2 x").contains("Did you mean `/incident open`"));
    assert!(wrong("/incident credit-scoring is down").contains("I don't know “credit-scoring”"));
    assert!(wrong("/incident scores drift").contains("`/incident help`"));
    let (form_id, given) =
        form_of(read("/incident close", How::Slash, &within("INC-2")).expect("it reads").expect("a command"));
    assert_eq!((form_id.as_str(), given.len()), ("incident.resolve:INC-2", 0));
    assert!(wrong("/incident close").contains("Which incident?"));
    assert!(wrong("/incident approve APR-1").contains("`/approval approve APR-1`"));
    assert!(wrong("/incidnet open x").contains("Did you mean `/incident`"));
    assert!(wrong("/ack INC-1").contains("Did you mean `/incident ack`"));
    assert!(wrong("/incident ack APR-1").contains("APR-1 is an approval"));
}

#[test]
fn a_slip_in_a_name_gets_the_nearest_one() {
    assert!(wrong("/incident open credit-scorng sev2 Scores drift").contains("Did you mean `credit-scoring`"));
    assert!(wrong("/incident open credit-scoring sev9 Scores drift").contains("sev1 (the most serious) to sev4"));
    assert!(wrong("/incident open credit-scoring sev2 x class=perf.drft").contains("Did you mean `perf.drift`"));
    assert!(wrong("/incident escalate INC-1 model-rsk now").contains("Did you mean `model-risk`"));
    assert!(wrong("/incident followup INC-1 @mya tomorrow x").contains("Did you mean `maya`"));
    assert!(wrong("/incident ack INC-007").contains("is not a case"));
    assert!(wrong("/incident moment INC-1 detected 25:00").contains("is not a time"));
    assert!(wrong("/incident waive INC-1 duty=updat x").contains("Did you mean `update`"));
    assert!(wrong("/incident resume INC-1 and more").contains("has no place there"));
    assert!(wrong("/incident pause INC-1 duty=update duty=update x").contains("said twice"));
}

#[test]
fn the_case_may_stand_anywhere_or_be_the_threads() {
    let ack = |case: &str| Asked::Case { id: id(case), command: Inc::Acknowledge.into() };
    for line in [
        "/incident ack INC-1",
        "/incident INC-1 ack",
        "/incident ack inc-1:",
        "/incident ACK INC-1 on it!",
        "/incident ack! INC-1",
    ] {
        assert_eq!(slash(line), ack("INC-1"), "{line}");
    }
    assert_eq!(read("/incident ack", How::Slash, &within("INC-9")), Ok(Some(ack("INC-9"))));
    assert_eq!(read("/incident ack INC-1", How::Slash, &within("INC-9")), Ok(Some(ack("INC-1"))));
    assert!(read("/incident ack", How::Slash, &within("APR-9")).is_err(), "an approval's thread is no incident's");
    assert_eq!(slash("/incident INC-4"), Asked::Query(Query::Status(id("INC-4"))));
    // Shared verbs go where the id points.
    check("/incident note APR-2 waits for us", "APR-2", Any::Note { text: "waits for us".to_owned() });
}

#[test]
fn only_a_message_that_begins_with_the_mention_is_a_command() {
    for text in [
        "thanks @countersign approve APR-1",
        "> @countersign approve APR-1",
        "```\n@countersign approve APR-1\n```",
        "`@countersign approve APR-1`",
        "hello\n@countersign approve APR-1",
        "@countersigned approve APR-1",
        "@countersign's approve APR-1",
        "/incident open credit-scoring sev1 x",
        "countersign approve APR-1",
        "*@countersign approve*",
        "\"@countersign approve APR-1\"",
        "",
        "@",
        "@counter",
        "@dev approve APR-1",
    ] {
        assert_eq!(read(text, How::Said, &context()), Ok(None), "{text}");
    }
    for text in ["etc", "/etc/hosts is wrong", "//", "/ incident open", "/3 of them", "incident open x", ""] {
        assert_eq!(read(text, How::Slash, &context()), Ok(None), "{text}");
    }
    let other = Context { prefix: "/cs-", ..context() };
    assert!(matches!(read("/cs-incident ack INC-1", How::Slash, &other), Ok(Some(_))));
    assert_eq!(read("/incident ack INC-1", How::Slash, &other), Ok(None), "another app's command");
}

#[test]
fn without_a_root_the_case_says_whose_verb_it_is() {
    assert_eq!(said("@countersign"), Asked::Query(Query::Menu { case: None, kind: None, among_people: true }));
    assert_eq!(said("@countersign status"), Asked::Query(Query::SlaStatus));
    assert_eq!(
        read("@countersign status", How::Said, &within("INC-2")),
        Ok(Some(Asked::Query(Query::Status(id("INC-2")))))
    );
    assert_eq!(said("@countersign list"), Asked::Query(Query::List { kind: None, filter: Filter::default() }));
    let here = read("@countersign list", How::Said, &within("APR-1"));
    assert_eq!(here, Ok(Some(Asked::Query(Query::List { kind: Some(CaseKind::Approval), filter: Filter::default() }))));
    assert_eq!(said("@countersign mine"), Asked::Query(Query::Mine));
    let which = read("@countersign note it is late", How::Said, &context()).expect_err("of which case?").to_string();
    assert!(which.contains("Which case?"), "{which}");
    let of_what = read("@countersign new x", How::Said, &context()).expect_err("of what?").to_string();
    assert!(of_what.contains("`@countersign incident open` or `@countersign approval request`"), "{of_what}");
    let thanks = read("@countersign thanks a lot", How::Said, &context()).expect_err("that is no verb").to_string();
    assert!(thanks.contains("`@countersign help`"), "{thanks}");
}

#[test]
fn a_command_alone_asks_what_can_be_done_where_it_is_said() {
    let incident = Some(CaseKind::Incident);
    let menu = |case: Option<&str>, kind| Asked::Query(Query::Menu { case: case.map(id), kind, among_people: true });
    assert_eq!(slash("/incident"), menu(None, incident));
    assert_eq!(slash("/incident menu"), menu(None, incident));
    assert_eq!(slash("/incident menu INC-3"), menu(Some("INC-3"), incident));
    assert_eq!(slash("/incident INC-3 menu"), menu(Some("INC-3"), incident));
    let here = |text, case| read(text, How::Slash, &within(case)).expect("it is read").expect("a command");
    assert_eq!(here("/incident", "INC-2"), menu(Some("INC-2"), incident));
    assert_eq!(here("/incident menu", "INC-2"), menu(Some("INC-2"), incident));
    assert_eq!(here("/incident", "APR-2"), menu(None, incident));
    assert_eq!(read("@countersign", How::Said, &within("APR-2")), Ok(Some(menu(Some("APR-2"), None))));
}

#[test]
fn help_is_found_from_everywhere() {
    let open = find("incident", "open");
    assert_eq!(slash("/incident help declare"), Asked::Query(Query::Help { root: Some("incident"), verb: open }));
    assert_eq!(
        said("@countersign help approve"),
        Asked::Query(Query::Help { root: Some("approval"), verb: find("approval", "approve") })
    );
    assert_eq!(said("@countersign help approval"), Asked::Query(Query::Help { root: Some("approval"), verb: None }));
    assert_eq!(
        said("@countersign help incident open"),
        Asked::Query(Query::Help { root: Some("incident"), verb: open })
    );
    assert_eq!(slash("/incident ?"), Asked::Query(Query::Help { root: Some("incident"), verb: None }));
    assert_eq!(slash("/incident help nonsense"), Asked::Query(Query::Help { root: Some("incident"), verb: None }));
}

#[test]
fn what_is_nearly_a_vote_is_none() {
    let asked = |text: &str, here: Option<&str>| {
        let context = here.map_or_else(context, within);
        read(text, How::Said, &context).expect_err("it is no vote").to_string()
    };
    for word in ["approved", "Approved!", "lgtm", "LGTM", "👍", "👍🏽", ":+1:", "+1", "✅"] {
        let sentence = asked(&format!("@countersign {word}"), Some("APR-1"));
        assert!(
            sentence.contains("is no vote") && sentence.contains("`@countersign approval approve`"),
            "{word}: {sentence}"
        );
    }
    for word in ["denied", "declined", "rejected", "nack", "👎"] {
        let sentence = asked(&format!("@countersign {word} too risky"), Some("APR-1"));
        assert!(sentence.contains("`@countersign approval decline`"), "{word}: {sentence}");
    }
    assert!(asked("@countersign lgtm", None).contains("`@countersign approval approve`"));
    // In a case's thread its own verbs are meant.
    assert!(asked("@countersign aproved", Some("APR-1")).contains("approval approve"));
    assert!(
        asked("@countersign can we go", Some("APR-1")).contains("approval"),
        "{}",
        asked("@countersign can we go", Some("APR-1"))
    );
    assert!(asked("@countersign resolvd", Some("INC-1")).contains("incident resolve"));
    assert!(!asked("@countersign approved", Some("INC-1")).contains("is no vote"), "an incident has none");
}

#[test]
fn a_key_that_is_nearly_right_is_no_title() {
    let sentence = wrong("/incident open credit-scoring Scores drift sevrity=sev1");
    assert!(sentence.contains("I don't know “sevrity=”. Did you mean `severity=…`?"), "{sentence}");
    let sentence = wrong("/incident open credit-scoring sev2 \"Scores drift\" clas=perf.drift");
    assert!(sentence.contains("`class=…`"), "{sentence}");
    let sentence = wrong("/incident open credit-scoring sev2 Scores hram=event drift class=perf.drift");
    assert!(sentence.contains("`harm=…`"), "{sentence}");
    let sentence = wrong("/incident waive INC-1 dutty=update Nobody is touched");
    assert!(sentence.contains("`duty=…`"), "{sentence}");
    let sentence = wrong("/approval delegate @dev friday 17:00 rols=model-risk Holiday");
    assert!(sentence.contains("`roles=…`"), "{sentence}");
    // What is nothing like a key, stands between quotes, or is an action to the letter is what it was before.
    assert_eq!(
        opened("/incident open credit-scoring sev2 Scores drift x=1 key=value").title,
        "Scores drift x=1 key=value"
    );
    assert_eq!(opened("/incident open credit-scoring sev2 \"sevrity=sev1 is typed\"").title, "sevrity=sev1 is typed");
    let request = requested("/approval request credit-scoring Ship action=\"run pth=a\"");
    assert_eq!(asked_for(&request).0, "run pth=a");
    let text = "set severty=1 in the file";
    check(&format!("/incident note INC-1 {text}"), "INC-1", Any::Note { text: text.to_owned() });
    check("/incident note INC-1 tixt=1", "INC-1", Any::Note { text: "tixt=1".to_owned() });
}
