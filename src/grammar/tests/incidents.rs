//! What is typed about incidents.

use super::*;
use crate::domain::kinds::incident::Impact;

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
    let c = opened("/INCIDENT Open credit-scoring sev4 a=b is no key, AUC = low");
    assert_eq!(c.title, "a=b is no key, AUC = low");
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
    check(
        "/incident update INC-1 one\ntwo  three ",
        "INC-1",
        Inc::Update { text: "one\ntwo  three".to_owned(), next: None },
    );
    check(
        "/incident update INC-1 he said \"yes\"",
        "INC-1",
        Inc::Update { text: "he said \"yes\"".to_owned(), next: None },
    );
    check("/incident timeline INC-1 vendor called", "INC-1", Any::Note { text: "vendor called".to_owned() });
    check("/incident still working INC-1", "INC-1", Inc::StillWorking);
    check("/incident join INC-1", "INC-1", Inc::Join);
    check("/incident on-it INC-1", "INC-1", Inc::AnswerPage);
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
fn hidden_characters_are_taken_out_of_titles() {
    let opened = opened("/incident open credit-scoring sev2 \u{202E}Scores\u{200B} drift\u{7}\nin \u{E000}production");
    assert_eq!(opened.title, "Scores drift in production");
    assert!(read("/incident open credit-scoring sev2 \u{200B}\u{202E}", How::Slash, &context()).is_err());
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
