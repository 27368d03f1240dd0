//! What recurs is said once in the time in which it is counted.

use super::*;
use crate::domain::bot::recurrence::{Event as Noted, Recurrences};
use crate::domain::kinds::Began;
use crate::domain::kinds::exception::{self, Raised};
use crate::domain::policy::RecurrenceRule;
use crate::domain::{CaseId, CaseKind};

const RULE: RecurrenceRule = RecurrenceRule { more_than: 2, within: Span::days(7) };

/// Raised at an hour; whether that is worth a word.
fn raise(recurrences: &mut Recurrences, class: &str, hours: i64) -> bool {
    let began = Began {
        by: Some(p("maya")),
        workflow: "credit".into(),
        homes: Vec::new(),
        announced: Vec::new(),
        policy: "p1".into(),
        title: "Late".to_owned(),
        restricted: false,
        converted: None,
        from: None,
    };
    let (reason, until, on, watch) = (None, None, None, None);
    let raised = Raised { began, class: class.into(), reason, until, on, watch, usual: Some(RULE) };
    let event = Event::from(exception::Event::Raised(Box::new(raised)));
    let (id, at) = (CaseId { kind: CaseKind::Exception, number: 1 }, at(hours * 60));
    let case = Case::begin(id, &event, at).unwrap();
    recurrences.observe(&case, &event, at);
    let found = recurrences.found(&case, std::slice::from_ref(&event), at);
    if let Some(class) = &found {
        recurrences.apply(&Noted::Noted { workflow: "credit".into(), class: class.clone() }, at);
    }
    found.is_some()
}

#[test]
fn more_than_usual_is_said_once_in_the_time() {
    let mut all = Recurrences::default();
    let said: Vec<bool> = [0, 24, 48, 72, 96].map(|hours| raise(&mut all, "late", hours)).to_vec();
    assert_eq!(said, [false, false, true, false, false]);
    assert!(!raise(&mut all, "other", 97), "another class has a count of its own");
    // A week after it was said it may be said again, if it still recurs.
    assert!(!raise(&mut all, "late", 48 + 7 * 24 - 1));
    assert!(!raise(&mut all, "late", 48 + 14 * 24), "two in the last week are usual");
    assert!(raise(&mut all, "late", 48 + 14 * 24 + 1) || raise(&mut all, "late", 48 + 14 * 24 + 2));
}
