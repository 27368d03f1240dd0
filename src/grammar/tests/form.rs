//! Buttons and forms come back as what they were made for.

use super::*;
use crate::grammar::filled::VerbId;

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
    let request = form_action(verb("approval", "request"), None, Some("credit-scoring"));
    assert_eq!(request, "form:approval.request::credit-scoring");
    let given = BTreeMap::from([("workflow".to_owned(), "credit-scoring".to_owned())]);
    let verb_of = verb("approval", "request");
    assert_eq!(pressed(&request, &context()), Ok(Asked::Form { verb: verb_of, case: None, given }));
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

/// A record keeps the verb by its own name, however it was called.
#[test]
fn what_is_handed_in_is_for_a_verb_by_its_own_id() {
    for called in ["incident.review", "incident.REVIEW", "incident.postmortem", "incident.PostMortem"] {
        assert_eq!(Filled::form(called, BTreeMap::new()).verb, VerbId::Known("incident.review".into()), "{called}");
    }
}

#[test]
fn every_form_takes_its_own_answers() {
    for verb in verbs::all() {
        let case = verb.kind().filter(|_| verb.case).map(|kind| CaseId { kind, number: 1 });
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
                        "number" | "item" | "hold" => "2".to_owned(),
                        "into" | "by" | "of" | "on" | "in" | "first" => {
                            format!("{}-9", verb.kind().map_or("INC", CaseKind::prefix))
                        }
                        "roles" => "triage".to_owned(),
                        "range" => "month".to_owned(),
                        "every" | "takes" => "7d".to_owned(),
                        "count" | "criterion" | "step" => "2".to_owned(),
                        "over" => "everything".to_owned(),
                        "approval" => "APR-9".to_owned(),
                        "url" | "link" => "https://a.example".to_owned(),
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
