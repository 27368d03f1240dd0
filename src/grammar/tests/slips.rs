//! A slip never weakens a case: what could have been meant for something else is asked about, and nothing is done.

use proptest::prelude::*;

use super::*;
use crate::domain::obligation::Attribution;

const OPEN: &str = "/incident open credit-scoring sev2";

#[track_caller]
fn restricted(rest: &str, title: &str) {
    let opened = opened(&format!("{OPEN} {rest}"));
    assert_eq!((opened.title.as_str(), opened.restricted), (title, true), "{rest}");
}

#[track_caller]
fn public(rest: &str, title: &str) {
    let opened = opened(&format!("{OPEN} {rest}"));
    assert_eq!((opened.title.as_str(), opened.restricted), (title, false), "{rest}");
}

#[track_caller]
fn asked(line: &str) -> String {
    let sentence = match read(line, How::Slash, &context()) {
        Err(misread) => misread.to_string(),
        other => panic!("{line}: {other:?}"),
    };
    assert!(sentence.contains('`') || sentence.contains("quotes"), "it says what to type: {sentence}");
    sentence
}

#[test]
fn a_bare_flag_is_taken_wherever_an_option_can_stand() {
    for rest in [
        "Salary data in the logs restricted",
        "Salary data in the logs restricted.",
        "Salary data in the logs (restricted)",
        "Salary data in the logs [restricted]",
        "Salary data in the logs, RESTRICTED!",
        "Salary data in the logs - restricted",
        "Salary data in the logs — Restricted",
        "Salary data in the logs --restricted",
        "Salary data in the logs —restricted",
        "Salary data in the logs\nrestricted",
        "Salary data in the logs *restricted*",
        "Salary data in the logs ｒｅｓｔｒｉｃｔｅｄ",
        "Salary data in the logs rest\u{200B}ricted",
        "\"Salary data in the logs\" restricted",
        "“Salary data in the logs” restricted",
        "\"Salary data in the logs\", restricted",
        "'Salary data in the logs' --restricted",
        "\"Salary data in the logs\" class=misuse restricted",
        "\"Salary data in the logs\" restricted impact=unclear",
        "Salary data in the logs restricted class=misuse",
        "Salary data in the logs restricted=yes",
        "Salary data in the logs Restricted=TRUE",
        "Salary data in the logs --restricted=on",
        "Salary data in the logs –restricted=\"yes\"",
        "--restricted Salary data in the logs",
        "(restricted) Salary data in the logs",
        "restricted - Salary data in the logs",
        "restricted=yes Salary data in the logs",
        "title=\"Salary data in the logs\" restricted",
    ] {
        restricted(rest, "Salary data in the logs");
    }
    restricted("restricted area was left restricted", "area was left restricted");
}

#[test]
fn what_may_have_been_meant_restricted_is_asked_about() {
    for rest in [
        "Leak restricted=yes since noon",
        "Leak restricted data went out",
        "access is restricted",
        "access isn’t restricted",
        "Leak restricted?",
        "Leak restricted: yes",
        "Leak restricted:yes",
        "Leak restricted = yes",
        "Leak restricted yes",
        "Leak restricted= yes",
        "Leak restricted=",
        "Leak restricted=perhaps",
        "Leak restricted＝yes",
        "Leak non-restricted",
        "Leak restricted/quiet",
        "Leak restriced",
        "Leak restrcited=yes",
        "Leak --restrictd",
        "Leak private",
        "\"Leak\" private",
        "\"Leak\" (confidential)",
        "confidential Leak of salaries",
        "Leak --private",
        "Leak private=yes",
        "Leak visibility=restricted",
        "Leak access=private",
        "\"Leak\" and more, restricted to us",
        "title=Leak of salaries restricted",
        "Leak private class=misuse",
        "restricted: Leak",
    ] {
        asked(&format!("{OPEN} {rest}"));
    }
    for rest in ["Ship v7 restricted", "\"Ship v7\" --restricted", "Ship v7 restricted=yes", "Ship v7 class=perf.drift"]
    {
        let sentence = asked(&format!("/approval request credit-scoring {rest}"));
        assert!(sentence.contains("is an option of `incident open`"), "{rest}: {sentence}");
    }
}

#[test]
fn what_is_plainly_words_stays_words() {
    public("\"access is restricted\"", "access is restricted");
    public("“restricted data went out, restricted=yes”", "restricted data went out, restricted=yes");
    public("Leak of restricted data restricted=no", "Leak of restricted data");
    public("restricted=no Leak of restricted data", "Leak of restricted data");
    public("Leaked private keys were used", "Leaked private keys were used");
    public("AUC=0.61 after the deploy", "AUC=0.61 after the deploy");
    public("Scores drift: 0.7 - too low", "Scores drift: 0.7 - too low");
    public("\"Approve\" button is dead class=perf.drift", "\"Approve\" button is dead");
    let command = requested("/approval request credit-scoring kubectl rollout restart --namespace prod");
    assert_eq!(command.title, "kubectl rollout restart --namespace prod");
}

#[test]
fn an_option_may_have_any_dash_and_is_never_a_word_of_the_title() {
    for dash in ["", "-", "--", "—", "–", "‐", "−", "－"] {
        let opened = opened(&format!("{OPEN} Drift {dash}class=perf.drift"));
        assert_eq!((opened.title.as_str(), opened.class), ("Drift", Some("perf.drift".into())), "{dash}");
    }
    for rest in [
        "Drift class = perf.drift",
        "Drift class: perf.drift",
        "Drift Class:perf.drift",
        "Drift --class perf.drift",
        "Drift —clas perf.drift",
        "Drift clss=perf.drift",
        "Drift class=perf.drift since noon",
        "Drift (class=perf.drift)",
        "Drift class=",
        "Drift severity: sev1",
        "Drift class=perf.drift class=misuse",
        "title=Drift class=perf.drift",
    ] {
        asked(&format!("{OPEN} {rest}"));
    }
    asked("/approval request credit-scoring Ship v7 action: deploy");
    asked("/approval request credit-scoring Ship v7 action=deploy v7 path=change");
}

#[test]
fn an_option_after_a_reason_counts_too() {
    let reason = "waiting on the requester: logs";
    let pause = Any::Pause { duty: Some(Duty::Resolve), reason: reason.to_owned() };
    for line in [
        "duty=resolve waiting on the requester: logs",
        "waiting on the requester: logs duty=resolve",
        "waiting on the requester: logs\nduty=resolve",
        "waiting on the requester: logs --duty=resolve",
        "“waiting on the requester: logs” duty=resolve",
    ] {
        check(&format!("/incident pause INC-1 {line}"), "INC-1", pause.clone());
    }
    for line in [
        "waiting on the requester duty=resolve until noon",
        "waiting on the requester duty=resolve\nLogs were asked for",
        "waiting on the requester duty: resolve",
        "waiting on the requester duty = resolve",
        "waiting on the requester duty=resolve duty=update",
        "waiting on the requester duy=resolve",
        "waiting on the requester --duty resolve",
    ] {
        asked(&format!("/incident pause INC-1 {line}"));
    }
    let due = NOW + Span::minutes(26 * 60 + 30);
    let follow_up = Inc::FollowUp { assignee: "dev".into(), due, text: "Send it".to_owned() };
    check("/incident followup INC-1 @dev Send it due=tomorrow 17:00", "INC-1", follow_up);
    let away = |from: &str, starts| {
        let reason = "Sick".to_owned();
        let (from, roles) = (from.into(), Vec::new());
        Asked::Bot(BotCommand::Delegate {
            from,
            to: None,
            roles,
            starts,
            ends: NOW + Span::minutes(4 * 24 * 60 + 570),
            reason,
        })
    };
    let starts = Some(NOW + Span::minutes(9 * 60 + 30));
    assert_eq!(slash("/approval away until friday from tomorrow for @dev Sick"), away("dev", starts));
    assert_eq!(slash("/approval away until friday Sick from=tomorrow for=@dev"), away("dev", starts));
    asked("/approval away until friday from next tuesday Sick");
    let party = Attribution::Holder("vendor".into());
    check(
        "/incident settle INC-1 to vendor agreed",
        "INC-1",
        Any::Settle { duty: None, to: party, reason: "agreed".to_owned() },
    );
    let Asked::Bot(BotCommand::Delegate { roles, reason, .. }) =
        slash("/approval delegate @lena friday roles model-risk Sick")
    else {
        panic!("a delegation");
    };
    assert_eq!((roles, reason.as_str()), (vec!["model-risk".into()], "Sick"));
    // A text with no options beside it is kept to the letter.
    let note = "duty=resolve is what they typed, restricted: yes";
    check(&format!("/incident note INC-1 {note}"), "INC-1", Any::Note { text: note.to_owned() });
}

#[test]
fn one_day_away_begins_and_ends_with_the_day() {
    let asked = slash("/approval away 2026-12-05 from=2026-12-05 Training");
    let Asked::Bot(BotCommand::Delegate { starts: Some(starts), ends, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(ends - starts, Span::days(1));
}

#[test]
fn a_moment_with_its_zone_is_read_whole() {
    let at = |text: &str| opened(&format!("{OPEN} {text}"));
    let utc = NOW - Span::minutes(9 * 60) + Span::minutes(5 * 60);
    for text in
        ["Drift occurred=10:30 IST", "Drift occurred=05:00 UTC", "occurred=05:00Z Drift", "Drift occurred=5 a.m. UTC"]
    {
        let opened = at(text);
        assert_eq!((opened.title.as_str(), opened.occurred), ("Drift", Some(utc)), "{text}");
    }
    let opened = at("Drift occurred=yesterday at 11 pm aware=2:05 pm");
    assert_eq!(opened.occurred, Some(NOW - Span::minutes(15 * 60 + 30)));
    assert_eq!(opened.aware, Some(NOW - Span::minutes(25)));
    for text in [
        "Drift occurred=14:05 EST",
        "occurred=14:05 EST Drift",
        "Drift occurred=yesterday at 11",
        "Drift occurred=14:05 or so",
    ] {
        asked(&format!("{OPEN} {text}"));
    }
    let due = |line: &str| match slash(&format!("/incident followup INC-1 @dev {line}")) {
        Asked::Case { command: Command::Incident(Inc::FollowUp { due, text, .. }), .. } => (due - NOW, text),
        other => panic!("{line}: {other:?}"),
    };
    assert_eq!(due("17:00 UTC Send it"), (Span::minutes(8 * 60), "Send it".to_owned()));
    assert_eq!(due("tomorrow at 5 pm Send it"), (Span::minutes(26 * 60 + 30), "Send it".to_owned()));
    assert_eq!(due("in 1 d 2 h 30 min Send it"), (Span::minutes(26 * 60 + 30), "Send it".to_owned()));
    asked("/incident followup INC-1 @dev tomorrow at 8 Send it");
    asked("/incident followup INC-1 @dev next friday Send it");
}

#[test]
fn another_command_in_a_message_is_never_lost() {
    for line in [
        "/incident update INC-1 first line\n/incident resolve INC-1 all fixed",
        "/incident update INC-1 first line\n\n  /INCIDENT resolve INC-1 all fixed",
        "/incident update INC-1 first line\n- /incident resolve INC-1 all fixed",
        "/incident update INC-1 first line\n/incidnet resolve INC-1 all fixed",
        "/incident update INC-1 first line\n@countersign resolve INC-1 all fixed",
        "/incident update INC-1 first line\nresolve INC-1 all fixed",
        "/incident update INC-1 first line\nincident resolve INC-1 all fixed",
        "/incident update INC-1 first line\nINC-1 resolve all fixed",
        "/incident update INC-1 text=first line\n/incident resolve INC-1 all fixed",
        "/incident open credit-scoring sev2 Drift\n/incident ack INC-1",
        "/incident ack INC-1\n/incident resolve INC-1 all fixed",
        "/incident ack INC-1\nresolve all fixed",
        "/incident ack INC-1 /incident resolve INC-1 all fixed",
        "/incident ack INC-1 on it @countersign resolve INC-1 fixed",
        "/incident ack INC-1; resolve INC-1 all fixed",
        "/incident ack INC-1 and resolve INC-1 all fixed",
        "/incident ack INC-1 and resolve it",
        "/incident ack INC-1, INC-2",
        "/incident ack INC-1 and INC-2",
        "/incident resolve INC-1 INC-2",
        "/approval approve APR-1 APR-2",
        "/approval approve APR-1 and APR-2 look right",
        "/approval decline APR-1, APR-2 the report is missing",
        "/approval approve APR-1\n@countersign approve APR-2",
        "/incident status INC-1\n/incident resolve INC-1 all fixed",
    ] {
        asked(line);
    }
    let sentence = asked("/incident update INC-1 first line\n/incident resolve INC-1 all fixed");
    assert!(
        sentence.contains("“/incident resolve INC-1 all fixed”") && sentence.contains("nothing was done"),
        "{sentence}"
    );
    // A quotation, code, and what stands between quotes are the text's own; so are more lines of it.
    for text in [
        "they wrote\n> /incident resolve INC-1 x",
        "they typed\n```\n/incident resolve INC-1 x\n```",
        "see\n`/incident resolve INC-1 x`",
        "one\ntwo\nresolve the rest tomorrow",
        "type /incident resolve when it is over",
        "INC-2 is the same",
        "/etc/hosts is wrong",
    ] {
        check(&format!("/incident note INC-1 {text}"), "INC-1", Any::Note { text: text.to_owned() });
    }
    let quoted = "\"first line\n/incident resolve INC-1 x\"";
    check(
        &format!("/incident update INC-1 {quoted}"),
        "INC-1",
        Inc::Update { text: "first line\n/incident resolve INC-1 x".to_owned(), next: None },
    );
    check("/incident ack INC-1 on it, working!", "INC-1", Inc::Acknowledge);
    check("/incident ack INC-1 and thanks", "INC-1", Inc::Acknowledge);
}

#[test]
fn a_question_is_never_an_answer() {
    let there = |text: &str| read(text, How::Said, &within("APR-1"));
    for text in [
        "@countersign approve?",
        "@countersign approve? who asked for this",
        "@countersign approve ?",
        "@countersign approve ? who asked for this",
        "@countersign approve …?",
        "@countersign approve ...?",
        "@countersign approve APR-1?",
        "@countersign APR-1? approve",
        "@countersign approve APR-1 ?",
        "@countersign approve APR-1? who asked",
        "@countersign approve who asked for this?",
        "@countersign approve? Yes.",
        "@countersign ok?",
        "@countersign yes??",
        "@countersign approve？",
        "@countersign approve?!",
        "@countersign approve (really?)",
        "@countersign decline? too risky",
        "@countersign decline why now?",
        "@countersign break glass? now",
        "@countersign breakglass what is this?",
    ] {
        let sentence = there(text).expect_err(text).to_string();
        assert!(sentence.contains("nothing was done"), "{text}: {sentence}");
    }
    for text in [
        "/incident ack? INC-1",
        "/incident ack INC-1?",
        "/incident ack INC-1 who has it?",
        "/incident resolve? INC-1 fixed",
    ] {
        assert!(asked(text).contains("nothing was done"), "{text}");
    }
    // Questions about what is are answered, a question that is asked is one, and a reason may hold one between quotes.
    assert_eq!(there("@countersign status?"), Ok(Some(Asked::Query(Query::Status(id("APR-1"))))));
    assert_eq!(there("@countersign status ?"), Ok(Some(Asked::Query(Query::Status(id("APR-1"))))));
    let question = "Which data was it tested on?".to_owned();
    check(&format!("/approval ask APR-1 {question}"), "APR-1", Apr::AskRequester { question });
    let reason = Some("Who else? Nobody.".to_owned());
    check("/approval approve APR-1 \"Who else? Nobody.\"", "APR-1", Apr::Approve { reason, revision: None });
}

#[test]
fn a_name_is_found_in_any_form() {
    let text = EXAMPLE
        .replace("[people.dev]", "[people.\"josé\"]")
        .replace("Dev Malhotra", "José Ángel Núñez")
        .replace("\"dev\"", "\"josé\"");
    let policy = Policy::read(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let context = Context { policy: &policy, ..context() };
    for typed in [
        "@josé",
        "@jose\u{301}",
        "@JOSÉ",
        "@José Ángel Núñez",
        "@Jose\u{301} A\u{301}ngel Nu\u{301}n\u{303}ez",
        "@José",
    ] {
        let asked = read(&format!("/incident followup INC-1 {typed} friday Send it"), How::Slash, &context);
        let Ok(Some(Asked::Case { command: Command::Incident(Inc::FollowUp { assignee, text, .. }), .. })) = asked
        else {
            panic!("{typed}: {asked:?}");
        };
        assert_eq!((assignee.as_str(), text.as_str()), ("josé", "Send it"), "{typed}");
    }
}

fn titles() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => prop::sample::select(vec![
            "restricted", "Restricted", "RESTRICTED!", "(restricted)", "restricted.", "restricted,", "restricted?", "restricted:",
            "--restricted", "—restricted", "restricted=yes", "restricted=no", "restricted=", "=restricted", "restricted=\"yes\"",
            "un-restricted", "rest\u{200B}ricted", "ｒｅｓｔｒｉｃｔｅｄ", "restricted/x", "\"restricted\"", "`restricted`", "restricted;x",
        ])
        .prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            "Leak", "is", "of", "\"", "“", "”", "'", "=", ":", "class=misuse", "class=", "impact=unclear", "yes", "\n", "—", "-",
            "title=x", "action=x", "`x`", "harm=none", "occurred=14:05", "occurred=14:05 EST", "\"Vendor copied rows\"", "sev1",
        ])
        .prop_map(str::to_owned),
        1 => "[a-z]{1,6}",
        1 => "\\PC{1,4}",
    ];
    prop::collection::vec(word, 1..8).prop_map(|words| words.join(" "))
}

/// The word in any form, with the characters that nobody sees left out.
fn says_restricted(text: &str) -> bool {
    clean::folded(&clean::line(text)).split(|c: char| !c.is_alphanumeric()).any(|word| word == "restricted")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever writes `restricted` and doesn't put it between quotes never opens a public incident, unless they say so by name.
    #[test]
    fn no_incident_that_may_be_meant_restricted_is_opened_in_public(title in titles(), said in any::<bool>()) {
        let line = if said { format!("@countersign incident open credit-scoring sev2 {title}") } else { format!("{OPEN} {title}") };
        let how = if said { How::Said } else { How::Slash };
        if let Ok(Some(Asked::New(Opening::Incident(opened)))) = read(&line, how, &context()) {
            let lower = title.to_lowercase();
            let before = lower.find("restricted").unwrap_or(lower.len());
            let in_quotes = lower[..before].contains(['"', '“', '”', '\'', '«', '‘', '„', '‚', '’']);
            // Between quotes it is a word of the title, to be seen there and nowhere else.
            let seen = clean::folded(&opened.title).matches("restricted").count();
            let typed = clean::folded(&clean::line(&title)).matches("restricted").count();
            prop_assert!(
                opened.restricted || title.contains("restricted=no") || !says_restricted(&title) || (in_quotes && seen == typed),
                "{title}: {opened:?}"
            );
        }
    }
}
