use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use proptest::prelude::*;

use super::*;
use crate::domain::every_case::Command as Any;
use crate::domain::kinds::approval::{self, Command as Apr};
use crate::domain::kinds::incident::{self, Command as Inc, Impact, SeatName, Which};
use crate::domain::obligation::Attribution;
use crate::domain::policy::EXAMPLE;
use crate::domain::{Duty, Severity, Span};

/// Monday, 23 November 2026, 14:30 in Kolkata.
const NOW: At = At(1_795_424_400_000_000);
const KOLKATA: Tz = chrono_tz::Asia::Kolkata;

fn policy() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(|| Policy::read(EXAMPLE).expect("the example policy has no errors"))
}

fn maya() -> &'static PersonId {
    static MAYA: std::sync::OnceLock<PersonId> = std::sync::OnceLock::new();
    MAYA.get_or_init(|| "maya".into())
}

fn context() -> Context<'static> {
    Context { by: Some(maya()), at: NOW, zone: KOLKATA, policy: policy(), here: None, workflow: None, prefix: "/" }
}

/// A form that was sent.
fn submitted(
    id: &str,
    values: &BTreeMap<String, String>,
    context: &Context<'_>,
) -> Result<Asked, BTreeMap<String, String>> {
    Filled::form(id, values.clone()).read(context).map_err(|unread| match unread {
        Unread::Fields(fields) => fields,
        Unread::Line(misread) => panic!("a form is answered field by field: {misread}"),
    })
}

fn within(case: &str) -> Context<'static> {
    Context { here: Some(id(case)), ..context() }
}

fn id(case: &str) -> CaseId {
    case.parse().expect("the test's own case")
}

#[track_caller]
fn slash(text: &str) -> Asked {
    read(text, How::Slash, &context()).expect("it reads").expect("it is a command")
}

#[track_caller]
fn said(text: &str) -> Asked {
    read(text, How::Said, &context()).expect("it reads").expect("it is a command")
}

#[track_caller]
fn wrong(text: &str) -> String {
    read(text, How::Slash, &context()).expect_err("it is misread").to_string()
}

#[track_caller]
fn opened(text: &str) -> incident::Opening {
    match slash(text) {
        Asked::New(Opening::Incident(opened)) => opened,
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn requested(text: &str) -> approval::Opening {
    match slash(text) {
        Asked::New(Opening::Approval(requested)) => requested,
        other => panic!("{text}: {other:?}"),
    }
}

#[track_caller]
fn check(text: &str, case: &str, command: impl Into<Command>) {
    assert_eq!(slash(text), Asked::Case { id: id(case), command: command.into() }, "{text}");
}

#[track_caller]
fn form_of(asked: Asked) -> (String, BTreeMap<String, String>) {
    match asked {
        Asked::Form { verb, case, given } => (form(verb, case, &given, &context()).id, given),
        other => panic!("not a form: {other:?}"),
    }
}

// The table.

#[test]
fn the_moment_of_these_tests_is_what_it_says() {
    assert_eq!(
        NOW.utc().map(|at| at.with_timezone(&KOLKATA).to_rfc3339()),
        Some("2026-11-23T14:30:00+05:30".to_owned())
    );
}

#[test]
fn no_two_words_of_a_root_mean_different_verbs() {
    for root in verbs::roots() {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for verb in root.verbs {
            for word in std::iter::once(verb.verb).chain(verb.aliases.iter().copied()) {
                assert_eq!(word, word.to_lowercase(), "words of the table are lower case");
                let before = seen.insert(word, verb.verb);
                assert_eq!(
                    before,
                    None,
                    "/{} {word} means {} and {}",
                    root.word,
                    before.unwrap_or_default(),
                    verb.verb
                );
            }
        }
    }
}

#[test]
fn every_example_reads_as_its_own_verb() {
    for verb in verbs::all() {
        let line = verb.example("/");
        let asked = read(&line, How::Slash, &context());
        assert!(matches!(asked, Ok(Some(ref asked)) if !matches!(asked, Asked::Form { .. })), "{line}: {asked:?}");
        let spoken = read(&verb.example("@countersign "), How::Said, &context());
        assert_eq!(asked, spoken, "{line} means the same in a mention");
        for alias in verb.aliases {
            let by_alias = line.replacen(&format!(" {}", verb.verb), &format!(" {alias}"), 1);
            assert_eq!(read(&by_alias, How::Slash, &context()), asked, "{by_alias}");
        }
    }
}

#[test]
fn every_root_of_a_verb_is_listed_and_its_arguments_have_names_of_their_own() {
    for verb in verbs::all() {
        assert!(verbs::root(verb.root).is_some(), "{verb:?}");
        for (at, arg) in verb.args.iter().enumerate() {
            assert!(verb.args[..at].iter().all(|other| other.name != arg.name), "{verb:?} has {} twice", arg.name);
            assert!(arg.name != "case" && arg.name != "revision", "{verb:?}: forms use that name themselves");
        }
        let placed: Vec<&Arg> = verb.args.iter().filter(|arg| !arg.named && arg.kind != Kind::Flag).collect();
        let rest = placed.iter().position(|arg| arg.kind.is_rest());
        assert!(rest.is_none_or(|at| at + 1 == placed.len()), "{verb:?}: nothing can stand behind a text");
    }
}

#[test]
fn the_table_of_the_readme_has_every_verb_once() {
    let table = markdown_table();
    for verb in verbs::all() {
        let begin = table.find(&format!("#### `/{}`", verb.root)).expect("the root has a heading");
        assert!(table[begin..].contains(&format!("| `{}", verb.verb)), "{verb:?}");
    }
    assert_eq!(table.lines().filter(|line| line.starts_with("| `")).count(), verbs::all().count());
    assert!(
        table
            .lines()
            .filter(|line| line.starts_with('|'))
            .all(|line| line.replace("\\|", "").matches('|').count() == 4)
    );
}

#[test]
fn completion_holds_the_names_of_the_policy() {
    let json = completion("/", policy());
    let verbs = json["verbs"].as_array().expect("a list");
    assert_eq!(verbs.len(), verbs::all().count());
    let open = &verbs[0];
    assert_eq!(open["root"], "incident");
    assert_eq!(open["args"][0]["kind"], "workflow");
    assert_eq!(open["args"][0]["choices"], serde_json::json!(["claims-triage", "credit-scoring"]));
    let ack = verbs.iter().find(|verb| verb["verb"] == "ack").expect("it is there");
    assert_eq!(
        ack["args"][0],
        serde_json::json!({"name": "case", "hint": "left out in its own thread", "kind": "case", "required": false, "named": false})
    );
    for arg in verbs.iter().flat_map(|verb| verb["args"].as_array().expect("a list")) {
        let kind = arg["kind"].as_str().expect("a word");
        assert!(
            ["word", "rest", "choice", "workflow", "person", "role", "case", "moment", "span", "flag"].contains(&kind)
        );
    }
}

// Lines.

#[test]
fn an_incident_in_one_line() {
    let full = opened(
        "/incident open credit-scoring sev2 class=perf.drift impact=unclear detected=14:05 technical=3 restricted Scores drift = bad",
    );
    assert_eq!(full.workflow.as_str(), "credit-scoring");
    assert_eq!(full.severity, Severity::Sev2);
    assert_eq!(full.title, "Scores drift = bad");
    assert_eq!(full.class, Some("perf.drift".into()));
    assert_eq!(full.impact, Impact::Unclear);
    assert_eq!(full.technical, Some(3));
    assert!(full.restricted);
    assert_eq!(full.detected, Some(NOW - Span::minutes(25)));
    assert_eq!(full.occurred, None);
}

#[test]
fn workflow_and_severity_come_in_any_order_and_values_after_the_title() {
    let a = opened("/incident declare SEV-1 credit-scoring Scores drift class=perf.drift aware=\"2h ago\"");
    assert_eq!((a.severity, a.title.as_str()), (Severity::Sev1, "Scores drift"));
    assert_eq!(a.class, Some("perf.drift".into()));
    assert_eq!(a.aware, Some(NOW - Span::hours(2)));
    let b = opened("/incident new credit-scoring sev4 “Scores drift” restricted=yes");
    assert_eq!((b.title.as_str(), b.restricted), ("Scores drift", true));
    let c = opened("/INCIDENT Open credit-scoring sev4 a=b is no key, class= neither");
    assert_eq!(c.title, "a=b is no key, class= neither");
    let d = opened(
        "/incident open credit-scoring sev4 class=perf.drift in the middle stays words class=perf.drift here too",
    );
    assert_eq!(d.title, "in the middle stays words class=perf.drift here too");
    let e = opened("/incident open credit-scoring sev3 access is restricted");
    assert!(!e.restricted, "a word of the title is no flag");
    let g = opened("/incident open credit-scoring sev3 about class=a and more class=perf.drift impact=unclear");
    assert_eq!((g.title.as_str(), g.impact), ("about class=a and more", Impact::Unclear));
    let f = opened("/incident open \"Credit scoring\" sev3 By its name");
    assert_eq!((f.workflow.as_str(), f.title.as_str()), ("credit-scoring", "By its name"));
}

#[test]
fn what_is_missing_opens_the_form_with_what_was_said() {
    let (form_id, given) = form_of(slash("/incident open"));
    assert_eq!((form_id.as_str(), given.len()), ("incident.open", 0));
    let (_, given) = form_of(slash("/incident open sev2 Scores drift class=perf.drift"));
    assert_eq!(given.get("title").map(String::as_str), Some("Scores drift"));
    assert_eq!(given.get("severity").map(String::as_str), Some("sev2"));
    assert_eq!(given.get("class").map(String::as_str), Some("perf.drift"));
    let (form_id, _) = form_of(slash("/incident resolve INC-7"));
    assert_eq!(form_id, "incident.resolve:INC-7");
    // A mention can't open a form, so it says what to type.
    let spoken =
        read("@countersign incident open Scores drift", How::Said, &context()).expect_err("something is missing");
    assert!(spoken.to_string().contains("“workflow” is missing"), "{spoken}");
    assert!(spoken.to_string().contains("`@countersign incident open credit-scoring"), "{spoken}");
}

#[test]
fn in_a_workflows_own_channel_it_need_not_be_named() {
    let flow: WorkflowId = "claims-triage".into();
    let there = Context { workflow: Some(&flow), ..context() };
    let Ok(Some(Asked::New(Opening::Incident(opened)))) = read("/incident open sev3 Odd answers", How::Slash, &there)
    else {
        panic!("it reads");
    };
    assert_eq!(opened.workflow, flow);
    let Ok(Some(Asked::New(Opening::Incident(opened)))) =
        read("/incident open credit-scoring sev3 Odd", How::Slash, &there)
    else {
        panic!("it reads");
    };
    assert_eq!(opened.workflow.as_str(), "credit-scoring", "what is said counts before what goes without saying");
}

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
    assert!(wrong("/incident open credit-scoring sev9 Scores drift").contains("sev1 (the gravest) to sev4"));
    assert!(wrong("/incident open credit-scoring sev2 x class=perf.drft").contains("Did you mean `perf.drift`"));
    assert!(wrong("/incident escalate INC-1 model-rsk now").contains("Did you mean `model-risk`"));
    assert!(wrong("/incident followup INC-1 @mya tomorrow x").contains("Did you mean `maya`"));
    assert!(wrong("/incident ack INC-007").contains("is not a case"));
    assert!(wrong("/incident moment INC-1 detected 25:00").contains("is not a moment"));
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
fn merge_knows_which_one_stays() {
    let merge = Inc::Merge { into: id("INC-1") };
    for line in [
        "/incident merge INC-3 into INC-1",
        "/incident merge INC-3 INC-1",
        "/incident INC-3 merge into INC-1",
        "/incident merge INC-3 into=INC-1",
    ] {
        check(line, "INC-3", merge.clone());
    }
    for line in ["/incident merge into INC-1", "/incident merge INC-1"] {
        let asked = read(line, How::Slash, &within("INC-3"));
        assert_eq!(asked, Ok(Some(Asked::Case { id: id("INC-3"), command: merge.clone().into() })), "{line}");
    }
    check("/approval supersede APR-2 by APR-3", "APR-2", Apr::Supersede { by: id("APR-3") });
}

#[test]
fn what_an_incident_is_told() {
    check("/incident note INC-1 “quoted”", "INC-1", Any::Note { text: "quoted".to_owned() });
    check("/incident update INC-1 one\ntwo  three ", "INC-1", Inc::Update { text: "one\ntwo  three".to_owned() });
    check("/incident update INC-1 he said \"yes\"", "INC-1", Inc::Update { text: "he said \"yes\"".to_owned() });
    check("/incident timeline INC-1 vendor called", "INC-1", Any::Note { text: "vendor called".to_owned() });
    check("/incident still working INC-1", "INC-1", Inc::StillWorking);
    check("/incident join INC-1", "INC-1", Inc::AnswerPage);
    check(
        "/incident sev INC-1 1 minors",
        "INC-1",
        Inc::ChangeSeverity { to: Severity::Sev1, reason: "minors".to_owned() },
    );
    check("/incident done INC-1 #2", "INC-1", Inc::FollowUpDone { number: 2 });
    check(
        "/incident when INC-1 detected yesterday 23:10",
        "INC-1",
        Inc::SetMoment { which: Which::Detected, at: NOW - Span::minutes(15 * 60 + 20) },
    );
    check("/incident role INC-1 lead", "INC-1", Inc::TakeSeat { seat: SeatName::Lead, person: Some("maya".into()) });
    check(
        "/incident assign INC-1 comms @Dev Malhotra",
        "INC-1",
        Inc::TakeSeat { seat: SeatName::Comms, person: Some("dev".into()) },
    );
    check("/incident seat INC-1 scribe none", "INC-1", Inc::TakeSeat { seat: SeatName::Scribe, person: None });
    check(
        "/incident link INC-1 <https://a.example/b> Runbook",
        "INC-1",
        Any::Link { url: "https://a.example/b".to_owned(), text: "Runbook".to_owned() },
    );
    check(
        "/incident todo INC-1 @dev due tomorrow 17:00 Add an alarm",
        "INC-1",
        Inc::FollowUp {
            assignee: "dev".into(),
            due: NOW + Span::minutes(26 * 60 + 30),
            text: "Add an alarm".to_owned(),
        },
    );
    check("/incident review INC-1 accept", "INC-1", Inc::AcceptReview { text: String::new(), drafted_from: None });
    check(
        "/incident review INC-1 accept All well",
        "INC-1",
        Inc::AcceptReview { text: "All well".to_owned(), drafted_from: None },
    );
    assert_eq!(slash("/incident review INC-1"), Asked::Query(Query::ReviewDraft(id("INC-1"))));
    assert_eq!(slash("/incident timeline INC-1"), Asked::Query(Query::Timeline(id("INC-1"))));
}

#[test]
fn a_follow_up_without_a_day_keeps_its_words() {
    let (_, given) = form_of(slash("/incident followup INC-1 @dev Add an alarm"));
    assert_eq!(given.get("text").map(String::as_str), Some("Add an alarm"));
    assert_eq!(given.get("person").map(String::as_str), Some("@dev"));
    assert!(!given.contains_key("due"));
}

#[test]
fn clocks_are_paused_waived_and_contested() {
    check(
        "/incident pause INC-1 duty=resolve waiting on the requester: logs",
        "INC-1",
        Any::Pause { duty: Some(Duty::Resolve), reason: "waiting on the requester: logs".to_owned() },
    );
    check("/approval resume APR-1", "APR-1", Any::Resume { duty: None });
    check(
        "/approval waive APR-1 duty=\"answer question\" By telephone",
        "APR-1",
        Any::Waive { duty: Duty::AnswerQuestion, reason: "By telephone".to_owned() },
    );
    check(
        "/incident contest INC-1 says=Third-Party down until noon",
        "INC-1",
        Any::Contest { duty: None, says: Attribution::ThirdParty, reason: "down until noon".to_owned() },
    );
    check(
        "/incident settle INC-1 to=vendor agreed",
        "INC-1",
        Any::Settle { duty: None, to: Attribution::Holder("vendor".into()), reason: "agreed".to_owned() },
    );
    assert!(wrong("/incident contest INC-1 says=vendr x").contains("Did you mean `vendor`"));
}

#[test]
fn the_action_is_taken_to_the_letter() {
    assert_eq!(requested("/approval request credit-scoring Ship v7").action, "Ship v7");
    let deploy = "deploy scoring:v7 --all";
    for line in [
        "/approval request credit-scoring \"Ship v7\" action=\"deploy scoring:v7 --all\"",
        "/approval request credit-scoring Ship v7 action=deploy scoring:v7 --all",
        "/approval request credit-scoring Ship v7 `deploy scoring:v7 --all`",
        "/approval request credit-scoring “Ship v7” ‘deploy scoring:v7 --all’",
        "/approval request credit-scoring Ship v7\n```\ndeploy scoring:v7 --all\n```",
        "/approval request credit-scoring Ship v7 ```sh\ndeploy scoring:v7 --all\n```",
    ] {
        let request = requested(line);
        assert_eq!((request.title.as_str(), request.action.as_str()), ("Ship v7", deploy), "{line}");
    }
    let sql = requested("/approval request credit-scoring Purge\n```sql\ndelete from t\n  where a = \"b\";\n```");
    assert_eq!(sql.action, "delete from t\n  where a = \"b\";");
    let json = requested("/approval request credit-scoring \"Set it\" action=\"{\"a\": \"b\"}\"");
    assert_eq!(json.action, "{\"a\": \"b\"}");
    let title = requested("/approval request credit-scoring Ship `v7` now");
    assert_eq!(
        (title.title.as_str(), title.action.as_str()),
        ("Ship `v7` now", "Ship `v7` now"),
        "code in the middle is words"
    );
    let path = policy().paths.keys().next().expect("the example has a path").clone();
    let named = requested(&format!("/approval request credit-scoring Ship v7 path={path} `x`"));
    assert_eq!((named.path, named.action.as_str()), (Some(path), "x"));
    check("/approval amend APR-1 `a  b`", "APR-1", Apr::Amend { action: "a  b".to_owned() });
    check("/approval amend APR-1 a \u{202E}b", "APR-1", Apr::Amend { action: "a \u{202E}b".to_owned() });
}

#[test]
fn votes_in_words() {
    let approve = |reason: Option<&str>| Asked::Case {
        id: id("APR-41"),
        command: Apr::Approve { reason: reason.map(str::to_owned), revision: None }.into(),
    };
    assert_eq!(said("@countersign approve APR-41 looks right"), approve(Some("looks right")));
    assert_eq!(said("@Countersign: ok APR-41"), approve(None));
    assert_eq!(said("@countersign /approval approve APR-41"), approve(None));
    assert_eq!(said("@countersign APR-41 yes"), approve(None));
    assert_eq!(read("@countersign approve", How::Said, &within("APR-41")), Ok(Some(approve(None))));
    assert_eq!(
        read("@countersign withdraw not needed", How::Said, &within("APR-41")),
        Ok(Some(Asked::Case { id: id("APR-41"), command: Apr::Withdraw { reason: "not needed".to_owned() }.into() }))
    );
    let decline = read("@countersign no", How::Said, &within("APR-41")).expect_err("a reason is missing").to_string();
    assert!(decline.contains("“reason” is missing") && decline.contains("`@countersign approval decline"), "{decline}");
    check("/approval reject APR-1 too old", "APR-1", Apr::Decline { reason: "too old".to_owned(), revision: None });
    check("/approval break glass APR-1 now", "APR-1", Apr::BreakGlass { reason: "now".to_owned() });
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
    assert_eq!(said("@countersign"), Asked::Query(Query::Help { root: None, verb: None }));
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
fn delegations() {
    let ends = NOW + Span::minutes(4 * 24 * 60 + 150);
    let delegate = |to: Option<&str>, roles: &[&str], from: &str, starts| {
        Asked::Bot(BotCommand::Delegate {
            from: from.into(),
            to: to.map(Into::into),
            roles: roles.iter().map(|&role| role.into()).collect(),
            starts,
            ends,
            reason: "Holiday".to_owned(),
        })
    };
    assert_eq!(slash("/approval delegate @lena until friday 17:00 Holiday"), delegate(Some("lena"), &[], "maya", None));
    assert_eq!(
        slash("/approval delegate @lena friday 17:00 roles=model-risk,triage for=@dev from=tomorrow Holiday"),
        delegate(Some("lena"), &["model-risk", "triage"], "dev", Some(NOW + Span::minutes(33 * 60 + 29)))
    );
    assert_eq!(slash("/approval away until fri 17:00 Holiday"), delegate(None, &[], "maya", None));
    assert_eq!(slash("/approval undelegate 3"), Asked::Bot(BotCommand::EndDelegation { number: 3 }));
    let nobody = Context { by: None, ..context() };
    assert!(
        read("/incident role INC-1 lead", How::Slash, &nobody)
            .is_ok_and(|asked| matches!(asked, Some(Asked::Form { .. })))
    );
}

#[test]
fn questions_about_the_sla() {
    let digest = |range, workflow: Option<&str>, as_of| {
        Asked::Query(Query::Digest { range, workflow: workflow.map(Into::into), as_of })
    };
    assert_eq!(slash("/sla digest"), digest(Range::Week, None, None));
    assert_eq!(slash("/sla digest month credit-scoring"), digest(Range::Month, Some("credit-scoring"), None));
    assert_eq!(
        slash("/sla digest credit-scoring quarter as-of 14:00"),
        digest(Range::Quarter, Some("credit-scoring"), Some(NOW - Span::minutes(30)))
    );
    // The last day belongs to it: midnight to midnight in the asker's zone.
    let from = At(NOW.0 - Span::minutes(14 * 60 + 30).0 - Span::days(22).0);
    assert_eq!(
        slash("/sla digest 2026-11-01..2026-11-07 as_of=2026-11-20"),
        digest(
            Range::Between { from, to: from + Span::days(7) },
            None,
            Some(At(NOW.0 - Span::minutes(14 * 60 + 30).0 - Span::days(3).0)),
        )
    );
    assert!(wrong("/sla digest 2026-11-07..2026-11-01").contains("has no place there"));
    assert!(wrong("/sla digest credit-scorng").contains("Did you mean"));
    assert_eq!(slash("/sla"), Asked::Query(Query::Help { root: Some("sla"), verb: None }));
    assert_eq!(slash("/sla reload"), Asked::ReloadPolicy);
    assert_eq!(slash("/sla red-flags"), Asked::Query(Query::RedFlags));
    let filter =
        Filter { mine: true, workflow: Some("credit-scoring".into()), severity: Some(Severity::Sev1), all: false };
    assert_eq!(
        slash("/incident list sev1 mine credit-scoring"),
        Asked::Query(Query::List { kind: Some(CaseKind::Incident), filter })
    );
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

// Buttons and forms.

#[test]
fn buttons_come_back_as_what_they_were_made_for() {
    let verb = |root, name| find(root, name).expect("it is in the table");
    let approve = action(verb("approval", "approve"), Some(id("APR-1")), Some("2"));
    assert_eq!(approve, "approve:APR-1:2");
    assert_eq!(
        pressed(&approve, &context()),
        Ok(Asked::Case { id: id("APR-1"), command: Apr::Approve { reason: None, revision: Some(2) }.into() })
    );
    let lead = action(verb("incident", "role"), Some(id("INC-1")), Some("lead"));
    assert_eq!(
        pressed(&lead, &context()),
        Ok(Asked::Case {
            id: id("INC-1"),
            command: Inc::TakeSeat { seat: SeatName::Lead, person: Some("maya".into()) }.into(),
        })
    );
    assert_eq!(
        pressed("done:INC-1:2", &context()),
        Ok(Asked::Case { id: id("INC-1"), command: Inc::FollowUpDone { number: 2 }.into() })
    );
    assert_eq!(
        pressed("resume:INC-1:resolve", &context()),
        Ok(Asked::Case { id: id("INC-1"), command: Any::Resume { duty: Some(Duty::Resolve) }.into() })
    );
    assert_eq!(pressed("sla.mine", &context()), Ok(Asked::Query(Query::Mine)));
    assert_eq!(pressed("review:INC-1", &context()), Ok(Asked::Query(Query::ReviewDraft(id("INC-1")))));
    let decline = form_action(verb("approval", "decline"), Some(id("APR-1")), Some("2"));
    let Ok(Asked::Form { verb, case, given }) = pressed(&decline, &context()) else { panic!("a form") };
    let form = form(verb, case, &given, &context());
    assert_eq!(form.id, "approval.decline:APR-1:2");
    let values = BTreeMap::from([("reason".to_owned(), "too old".to_owned())]);
    assert_eq!(
        submitted(&form.id, &values, &context()),
        Ok(Asked::Case {
            id: id("APR-1"),
            command: Apr::Decline { reason: "too old".to_owned(), revision: Some(2) }.into(),
        })
    );
    for nonsense in [
        "",
        ":",
        "form:",
        "approve",
        "approve:",
        "approve:INC-1",
        "ack:APR-1",
        "x:INC-1",
        "approve:APR-1:x",
        "approve:APR-0:1",
        &"a".repeat(300),
    ] {
        assert!(pressed(nonsense, &context()).is_err(), "{nonsense}");
    }
}

#[test]
fn a_form_is_the_table_with_the_policys_own_words() {
    let given = BTreeMap::from([
        ("detected".to_owned(), "14:05".to_owned()),
        ("workflow".to_owned(), "Credit-Scoring".to_owned()),
    ]);
    let open = form(find("incident", "open").expect("it is there"), None, &given, &context());
    assert_eq!((open.id.as_str(), open.submit.as_str()), ("incident.open", "Open incident"));
    assert_eq!(open.intro.len(), policy().severities.len());
    let field = |name: &str| open.fields.iter().find(|field| field.name == name).expect("it is asked");
    assert_eq!(field("detected").value.as_deref(), Some("2026-11-23T14:05:00+05:30"));
    assert_eq!(field("workflow").value.as_deref(), Some("credit-scoring"));
    assert!(field("severity").required && field("workflow").required && !field("class").required);
    assert_eq!(field("class").choices.len(), policy().classes.len());
    assert!(field("class").choices.iter().any(|choice| choice.label.starts_with("perf.drift · ")));
    assert_eq!(field("restricted").kind, FieldKind::Flag);
    let json = serde_json::to_value(field("restricted")).expect("plain data");
    assert_eq!(json["kind"], "flag");
}

#[test]
fn a_form_names_every_field_that_is_wrong() {
    let sent =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let good: BTreeMap<String, String> = sent(&[
        ("workflow", "credit-scoring"),
        ("severity", "sev2"),
        ("title", "Scores drift"),
        ("restricted", "true"),
        ("occurred", "2026-11-23T11:00:00+05:30"),
        ("class", ""),
    ]);
    let Ok(Asked::New(Opening::Incident(opened))) = submitted("incident.open", &good, &context()) else {
        panic!("it opens")
    };
    assert!(opened.restricted);
    assert_eq!(opened.occurred, Some(NOW - Span::minutes(210)));
    let bad = sent(&[("workflow", "nope"), ("severity", ""), ("title", " \u{200B} ")]);
    let wrongs = submitted("incident.open", &bad, &context()).expect_err("three things are wrong");
    let fields: Vec<&str> = wrongs.keys().map(String::as_str).collect();
    assert_eq!(fields, ["severity", "title", "workflow"]);
    assert!(submitted("nothing.here", &good, &context()).is_err());
    let with_case = sent(&[("case", "INC-5"), ("text", "done")]);
    assert_eq!(
        submitted("incident.resolve", &with_case, &context()),
        Ok(Asked::Case { id: id("INC-5"), command: Inc::Resolve { text: "done".to_owned() }.into() })
    );
    assert!(submitted("incident.resolve", &sent(&[("case", "APR-5"), ("text", "x")]), &context()).is_err());
}

#[test]
fn every_form_takes_its_own_answers() {
    let (case_inc, case_apr) = (id("INC-1"), id("APR-1"));
    for verb in verbs::all() {
        let case =
            verb.kind().filter(|_| verb.case).map(|kind| if kind == CaseKind::Incident { case_inc } else { case_apr });
        let form = form(verb, case, &BTreeMap::new(), &context());
        let answers: BTreeMap<String, String> = form
            .fields
            .iter()
            .map(|field| {
                let value = match field.kind {
                    FieldKind::Choice => field.choices.first().map(|choice| choice.value.clone()).unwrap_or_default(),
                    FieldKind::Person => "dev".to_owned(),
                    FieldKind::Moment => "2026-11-23T14:05:00+05:30".to_owned(),
                    FieldKind::Flag => "false".to_owned(),
                    FieldKind::Long => "words".to_owned(),
                    FieldKind::Text => match field.name.as_str() {
                        "number" => "2".to_owned(),
                        "into" | "by" => format!("{}-9", verb.kind().map_or("INC", CaseKind::prefix)),
                        "roles" => "triage".to_owned(),
                        "range" => "month".to_owned(),
                        "url" => "https://a.example".to_owned(),
                        _ => "words".to_owned(),
                    },
                };
                (field.name.clone(), value)
            })
            .collect();
        assert!(
            submitted(&form.id, &answers, &context()).is_ok(),
            "{verb:?}: {:?}",
            submitted(&form.id, &answers, &context())
        );
    }
}

// Anything.

#[test]
fn hidden_characters_are_taken_out_of_titles() {
    let opened = opened("/incident open credit-scoring sev2 \u{202E}Scores\u{200B} drift\u{7}\nin \u{E000}production");
    assert_eq!(opened.title, "Scores drift in production");
    assert!(read("/incident open credit-scoring sev2 \u{200B}\u{202E}", How::Slash, &context()).is_err());
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
    assert_eq!(requested("/approval request credit-scoring Ship action=\"run pth=a\"").action, "run pth=a");
    let text = "set severty=1 in the file";
    check(&format!("/incident note INC-1 {text}"), "INC-1", Any::Note { text: text.to_owned() });
    check("/incident note INC-1 tixt=1", "INC-1", Any::Note { text: "tixt=1".to_owned() });
}

#[test]
fn harm_and_cause_are_said_by_name() {
    use crate::domain::kinds::incident::{Entity, Harm, HarmType, Intent, Nature, Timing};
    let nature = Nature {
        harm: Some(Harm::NearMiss),
        harm_type: Some(HarmType::Rights),
        entity: Some(Entity::Ai),
        intent: Some(Intent::Unintentional),
        timing: Some(Timing::After),
    };
    let typed = "harm=near-miss harm_type=rights entity=ai intent=unintentional timing=post-deployment";
    assert_eq!(opened(&format!("/incident open credit-scoring sev2 Scores drift {typed}")).nature, nature);
    let classify = Inc::Classify { class: Some("output.bias".into()), technical: Some(2), nature };
    check(&format!("/incident classify INC-1 class=output.bias technical=2 {typed}"), "INC-1", classify);
    let (id, _) = form_of(slash("/incident classify INC-1"));
    assert_eq!(id, "incident.classify:INC-1");
    assert!(wrong("/incident classify INC-1 harm=nearmis").contains("near-miss"));
    // The form of an opening asks for none of it, and forgets none of it.
    let fields = |line: &str| match slash(line) {
        Asked::Form { verb, case, given } => {
            let form = form(verb, case, &given, &context());
            form.fields.into_iter().map(|field| field.name).collect::<Vec<_>>()
        }
        other => panic!("not a form: {other:?}"),
    };
    let harm = "harm".to_owned();
    assert!(!fields("/incident open credit-scoring").contains(&harm));
    assert!(fields("/incident open credit-scoring harm=event").contains(&harm));
}

#[test]
fn four_times_the_text_takes_four_times_as_long() {
    for piece in [
        "a ",
        "\"",
        "\" \"",
        "“x ",
        "'",
        "path=a ",
        "path=\"a ",
        "action=\"a ",
        "`",
        "` `",
        "```",
        "class=",
        "@maya ",
        "INC-1 ",
        "\n",
        "é",
        "‘a b ",
        "key=value ",
        "\u{202E}",
        "2h ",
        "@Dev Malhotra ",
        "=",
        "x=\"",
        "restricted ",
        "credit-scoring ",
        "sev1 ",
        "path=a x ",
        "occurred=1 x ",
        "class=a technical=1 impact=known x ",
        "``` x ",
    ] {
        for head in [
            "/incident open credit-scoring sev2 ",
            "/incident ",
            "/approval request credit-scoring ",
            "/approval request credit-scoring \"t\" ",
            "/approval request credit-scoring action=\"x\" Ship ",
            "/incident note INC-1 ",
            "/incident followup INC-1 ",
            "/approval delegate ",
            "/sla digest ",
            "/",
            "",
            "/incident help ",
        ] {
            assert_linear(head, piece);
        }
    }
}

/// Four times the text may take ten times as long, and not sixteen. Both are measured together, and the least of as many tries
/// as fit into half a minute counts, so that a busy machine doesn't matter; what takes no time at all isn't judged.
#[track_caller]
fn assert_linear(head: &str, piece: &str) {
    let takes = |bytes: usize| {
        let tail = piece.repeat(bytes / piece.len());
        let (line, said) = (format!("{head}{tail}"), format!("@countersign {tail}"));
        let begun = Instant::now();
        let _ = read(&line, How::Slash, &context());
        let _ = read(&said, How::Said, &context());
        begun.elapsed()
    };
    let (mut short, mut long) = (Duration::MAX, Duration::MAX);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        (short, long) = (short.min(takes(25_000)), long.min(takes(100_000)));
        if long <= 10 * short.max(Duration::from_millis(5)) {
            return;
        }
    }
    panic!("{head}{piece}… takes {short:?}, and four times as much of it {long:?}");
}

fn pieces() -> impl Strategy<Value = String> {
    let fixed = vec![
        "/",
        "/incident",
        "/approval",
        "/sla",
        "@countersign",
        "@maya",
        "@",
        "INC-1",
        "APR-2",
        "INC-0",
        "INC-99999999999",
        "credit-scoring",
        "sev1",
        "sev9",
        "\"",
        "“",
        "”",
        "‘",
        "’",
        "'",
        "`",
        "```",
        "```sh\n",
        "> ",
        "\n",
        "\t",
        "  ",
        "=",
        "class=perf.drift",
        "class=",
        "duty=resolve",
        "action=\"x",
        "path=",
        "restricted",
        "restricted=yes",
        "14:05",
        "in 2h",
        "tomorrow",
        "2026-11-23",
        "..",
        "2026-11-01..2026-11-30",
        "as-of",
        "friday",
        "1h30m",
        "until",
        "into",
        "by",
        "to",
        "from=",
        "for=@dev",
        "roles=model-risk,",
        "lead",
        "none",
        "accept",
        "#2",
        "-1",
        "0",
        "18446744073709551616",
        "https://a.example",
        "😀",
        "👩‍👩‍👧",
        "\u{202E}",
        "\u{200B}",
        "\u{FEFF}",
        "\u{E000}",
        "\u{0}",
        "İ",
        "ß",
        "ﬀ",
        "क्‍ष",
        "<!channel>",
        "@everyone",
        "*b*",
        "{{ 7 * 7 }}",
        "Dev Malhotra",
        "@Dev Malhotra",
        "\u{2028}",
    ];
    let verb = (0..verbs::all().count()).prop_map(|at| verbs::all().nth(at).expect("it is there").verb.to_owned());
    prop_oneof![
        4 => proptest::sample::select(fixed).prop_map(str::to_owned),
        2 => verb,
        1 => any::<String>(),
        1 => "[a-z]{1,9}",
        1 => ("[a-zA-Z_-]{1,6}", any::<String>()).prop_map(|(key, value)| format!("{key}={value}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is typed: no panic, and what is read again from its own form's id is the same verb.
    #[test]
    fn no_line_breaks_it(words in proptest::collection::vec(pieces(), 0..12), glue in prop_oneof![Just(" "), Just("")], here in any::<bool>(), start in 0..5usize) {
        let start = ["/incident ", "/approval ", "/sla ", "@countersign ", ""][start];
        let text = format!("{start}{}", words.join(glue));
        let context = if here { within("INC-7") } else { context() };
        for how in [How::Slash, How::Said] {
            match read(&text, how, &context) {
                Ok(Some(Asked::Form { verb, case, given })) => {
                    prop_assert_eq!(how, How::Slash, "a mention opens no form");
                    let form = form(verb, case, &given, &context);
                    prop_assert!(form.id.len() <= 100);
                    let _ = submitted(&form.id, &given, &context);
                }
                Ok(Some(Asked::New(Opening::Incident(opened)))) => {
                    prop_assert!(!opened.title.is_empty());
                    prop_assert!(!opened.title.chars().any(clean::is_hidden), "{:?}", opened.title);
                }
                Ok(_) => {}
                Err(misread) => {
                    let sentence = misread.to_string();
                    prop_assert!(!sentence.is_empty() && sentence.len() < 2_000);
                    prop_assert!(!sentence.chars().any(clean::is_hidden), "{sentence:?}");
                }
            }
        }
        let _ = pressed(&text, &context);
        let _ = submitted(&text, &BTreeMap::from([("title".to_owned(), text.clone()), ("text".to_owned(), text.clone())]), &context);
    }
}
