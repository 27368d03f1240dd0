//! Whether an exception is in force is said alike on everything that shows one, up to its very end.

use proptest::prelude::*;

use super::*;
use crate::domain::Event;
use crate::domain::kinds::Began;
use crate::domain::kinds::exception::{Event as OfException, Exception, Grant, Raised, in_force};

/// Granted at [`NOW`], until then.
fn granted(until: Option<At>) -> Case {
    let began = Began {
        by: Some("maya".into()),
        workflow: "credit-scoring".into(),
        homes: Vec::new(),
        announced: Vec::new(),
        policy: policy().hash.clone(),
        title: "The report comes late".to_owned(),
        restricted: false,
        converted: None,
        from: None,
    };
    let (class, reason, on, watch, usual) = ("late-report".into(), None, None, None, None);
    let raised = Raised { began, class, reason, until: None, on, watch, usual };
    let first = Event::from(OfException::Raised(Box::new(raised)));
    let mut exception = Case::begin(case("EXC-1"), &first, NOW).expect("it begins");
    let grant = Grant {
        by: "lena".into(),
        stands_in_for: None,
        asked: None,
        from: NOW,
        until,
        reason: "it is on its way".to_owned(),
        control: None,
        warn: Vec::new(),
    };
    exception.apply(&OfException::Granted(Box::new(grant)).into(), NOW);
    exception
}

fn of(case: &Case) -> &Exception {
    let crate::domain::Body::Exception(exception) = &case.body else { panic!("no exception") };
    exception
}

/// Everything that shows it at a moment, and whether each says that it is in force.
fn said(case: &Case, at: At) -> Vec<(&'static str, bool)> {
    let people = People { at, ..super::people() };
    let yes = |card: Card| card.plain(KOLKATA, at).contains("In force: yes");
    let happened = Happened::default();
    vec![
        ("card", yes(case_card(&speaker(), case, &people))),
        ("status", yes(status(&speaker(), case, &people, Vec::new(), Vec::new()))),
        ("brief", yes(brief(&speaker(), case, &people, &happened))),
        ("list", case.body.nature(at).contains(&"in force".to_owned())),
        ("state", case.state_at(at) == "granted"),
        ("menu", menu(&speaker(), case, &people, &[]).plain(KOLKATA, at).contains("· granted")),
        ("digest", case.body.counted(case, NOW, at + Span(1)).iter().any(|it| it.what == "in force" && it.times == 1)),
    ]
}

proptest! {
    #[test]
    fn everything_that_shows_it_says_the_same_up_to_its_end(lasts in 1..90 * 86_400_000_000i64, within in 0..100u32) {
        let until = NOW + Span(lasts);
        let exception = granted(Some(until));
        let between = NOW + Span(lasts).percent(within);
        for (at, expected) in
            [(NOW, true), (between, true), (until - Span(1), true), (until, false), (until + Span(1), false)]
        {
            prop_assert_eq!(in_force(of(&exception), at), expected);
            for (what, says) in said(&exception, at) {
                prop_assert_eq!(says, expected, "{} at {:?}, until {:?}", what, at, until);
            }
        }
    }
}

#[test]
fn without_an_end_it_is_in_force_until_somebody_ends_it() {
    let mut open = granted(None);
    let later = NOW + Span::days(400);
    assert!(said(&open, later).iter().all(|(_, says)| *says), "{:?}", said(&open, later));
    open.apply(&OfException::Closed { by: "lena".into(), text: "revoked".to_owned() }.into(), later);
    assert!(said(&open, later + Span(1)).iter().all(|(_, says)| !says), "{:?}", said(&open, later + Span(1)));
}
