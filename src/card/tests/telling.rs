//! What is said of a case, to whom and by when.

use super::*;
use crate::domain::obligation::{Attribution, Breach};

fn breached(called: &[&str], behind: Option<Span>) -> Passed {
    let breach = Breach { since: DUE, attributed: Attribution::ThirdParty, reason: None, contested: None };
    let called = called.iter().map(|&id| id.into()).collect();
    Passed { nudge: None, breach: Some(breach), called, scheduled: DUE, behind, ..nudged() }
}

fn one(id: &str, item: ClockItem) -> Card {
    told(id, Any::Clock { items: vec![item] })
}

#[test]
fn a_nudge_says_what_is_left_and_who_is_waited_for() {
    let telling = one("APR-1", clock(Duty::Decide, nudged(), NOW, &[]));
    assert_eq!(
        shown(&telling),
        "APR-1 · decision is due at 11:00, 24 min left · 0 of 2\n“Ship v7” · waiting on @priya and @tomas · 80 % of the time is gone\n/approval approve APR-1"
    );
    let card = telling;
    assert_eq!((card.tone, card.due_us), (Tone::Nudge, Some(DUE.0)));
    let labels: Vec<&str> = card.buttons.iter().map(|button| button.label.as_str()).collect();
    assert_eq!(labels, ["Approve", "Decline", "Ask a question"]);
    let other = one("INC-1", clock(Duty::Acknowledge, nudged(), NOW, &[]));
    assert_eq!(first_line(&other), "INC-1 · acknowledgement is due at 11:00, 24 min left");
}

#[test]
fn lateness_names_who_was_called_in() {
    let late = one("APR-1", clock(Duty::Decide, breached(&["governance-lead"], None), DUE, &["lena"]));
    assert_eq!(
        first_line(&late),
        "APR-1 · decision is late, due 11:00 · escalated to @lena (governance-lead) · 0 of 2"
    );
    let card = late;
    assert_eq!(card.tone, Tone::Late);
    assert!(card.title.contains(&Word::Person { id: "lena".into(), name: "Lena Hoffmann".to_owned() }));
    let again = Passed { repeat: Some(2), ..nudged() };
    let repeated = one("INC-1", clock(Duty::Contain, again, At(DUE.0 + Span::minutes(125).0), &[]));
    assert_eq!(first_line(&repeated), "INC-1 · containment is still late, due 11:00, 2 h 05 min over");
}

#[test]
fn the_bots_own_lateness_is_said() {
    let told = At(DUE.0 + Span::minutes(47).0);
    let late = one("INC-1", clock(Duty::Acknowledge, breached(&[], Some(Span::minutes(47))), told, &[]));
    assert!(shown(&late).ends_with("\nDue 11:00, told 11:47, 47 min late: the bot was down"), "{}", shown(&late));
    let on_time = one("INC-1", clock(Duty::Acknowledge, breached(&[], None), DUE, &[]));
    assert!(!shown(&on_time).contains("the bot was down"));
}

#[test]
fn several_things_at_once_are_one_message() {
    let items = vec![clock(Duty::Acknowledge, breached(&[], None), DUE, &[]), clock(Duty::Update, nudged(), NOW, &[])];
    let card = titled("INC-1", "Drift", Any::Clock { items });
    let plain = card.plain(KOLKATA, NOW);
    assert_eq!(
        plain,
        "INC-1 · 2 answers are owed, the first is late, due 11:00 · “Drift”\nAcknowledgement is late, due 11:00 · waiting on @priya or @tomas\n\
         Update is due at 11:00, 24 min left · waiting on @priya or @tomas"
    );
    assert_eq!(card.buttons.iter().filter(|button| button.style == Style::Primary).count(), 1);
}

#[test]
fn an_approval_is_asked_for_by_name_number_and_hour() {
    let asked = approval::Telling::Asked {
        requester: "maya".into(),
        revision: 1,
        people: vec!["priya".into(), "tomas".into()],
        role: "model-risk".into(),
        have: 0,
        need: 2,
        due: DUE,
        stage: 1,
        stages: 1,
    };
    assert_eq!(
        first_line(&told("APR-1", asked)),
        "APR-1 · Maya Krishnan asks model-risk to decide by 11:00 on “Ship v7”"
    );
}

#[test]
fn a_vote_is_bound_to_the_revision_that_was_shown() {
    let (mut approval, _) = approval_case("deploy v7");
    on(&mut approval, "maya", NOW, approval::Command::Amend { action: "deploy v8".to_owned() });
    let about = CaseTitle { case: approval.id, title: approval.title.clone() };
    let amended =
        |revision| approval::Telling::Amended { by: "maya".into(), revision, people: vec!["priya".into()], due: DUE };
    let told = |revision, now| tell(&speaker(), Some(&about), &amended(revision).into(), now);
    let actions = |card: &Card| card.buttons.iter().map(|button| button.action.clone()).collect::<Vec<_>>();
    let asked = told(2, Some(&approval));
    assert_eq!(actions(&asked), ["approve:APR-1:2", "form:decline:APR-1:2", "form:ask:APR-1"]);
    assert_eq!(asked.buttons[0].confirm.as_deref(), Some("Approve APR-1, revision 2?"), "no slip of the thumb");
    assert!(asked.lines.contains(&vec![Word::Code("deploy v8".to_owned())]), "it stands above the button: {asked:?}");
    // Where it isn't shown, nobody can decide on it with a press.
    for card in [told(1, Some(&approval)), told(2, None)] {
        assert_eq!(actions(&card), ["status:APR-1"], "{card:?}");
        assert!(
            !card.lines.iter().flatten().any(|word| matches!(word, Word::Code(code) if code.starts_with("deploy")))
        );
    }
}

#[test]
fn times_of_another_day_say_the_day() {
    assert_eq!(wall(DUE, KOLKATA, NOW), "11:00");
    assert_eq!(wall(At(DUE.0 + Span::days(1).0), KOLKATA, NOW), "Tue 24 Nov 11:00");
    assert_eq!(wall(At(DUE.0 + Span::days(40).0), KOLKATA, NOW), "Sat 2 Jan 2027 11:00");
    // Half past midnight there is still the day before in Berlin.
    assert_eq!(wall(At(NOW.0 - Span::hours(10).0), chrono_tz::Europe::Berlin, NOW), "Sun 22 Nov 20:06");
    assert_eq!(wall(At(i64::MAX), KOLKATA, NOW), format!("{} µs", i64::MAX));
}

#[test]
fn a_card_is_the_json_that_pages_read() {
    let card = Card {
        tone: Tone::Nudge,
        title: vec![Word::from("a"), Word::Time(NOW), Word::Person { id: "lena".into(), name: "Lena Vogt".to_owned() }],
        lines: vec![vec![Word::Case(case("INC-1")), Word::Code("x".to_owned()), Word::Strong("y".to_owned())]],
        fields: vec![Field { name: "Severity".to_owned(), value: vec![Word::from("sev1")] }],
        buttons: vec![Button {
            action: "approve:APR-1:1".to_owned(),
            label: "Approve".to_owned(),
            style: Style::Primary,
            confirm: None,
        }],
        due_us: None,
        files: Vec::new(),
        more: Vec::new(),
        picture: None,
    };
    let expected = json!({
        "tone": "nudge",
        "title": [{"text": "a"}, {"time": NOW.0}, {"person": {"id": "lena", "name": "Lena Vogt"}}],
        "lines": [[{"case": "INC-1"}, {"code": "x"}, {"strong": "y"}]],
        "fields": [{"name": "Severity", "value": [{"text": "sev1"}]}],
        "buttons": [{"action": "approve:APR-1:1", "label": "Approve", "style": "primary"}],
    });
    assert_eq!(serde_json::to_value(&card).expect("plain data"), expected);
    assert_eq!(serde_json::from_str::<Card>(&expected.to_string()).expect("it reads back"), card);
}
