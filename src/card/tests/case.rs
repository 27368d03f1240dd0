//! The card of a case, and its story.

use super::*;
use crate::domain::Event;
use crate::domain::kinds::DutyEvent;
use crate::domain::obligation::Change;

fn field<'c>(card: &'c Card, name: &str) -> Option<&'c Field> {
    card.fields.iter().find(|field| field.name == name)
}

fn value(card: &Card, name: &str) -> String {
    field(card, name).map_or_else(String::new, |field| plain(&field.value, KOLKATA, NOW))
}

#[test]
fn an_incidents_card_says_who_acts_next() {
    let mut incident = incident_case();
    let card = case_card(&speaker(), &incident, &people());
    assert_eq!(plain(&card.title, KOLKATA, NOW), "INC-1 · “Scores drift”");
    assert_eq!(value(&card, "Severity"), "sev2 · technical 3");
    assert_eq!(value(&card, "State"), "open");
    assert_eq!(value(&card, "Impact"), "unclear");
    assert_eq!(value(&card, "Times"), "detected 10:06 (Maya Krishnan)");
    // The most urgent of what is owed comes first, and each says who may answer.
    let next = "taking a seat (lead, comms and scribe) by 10:56 · Arjun Nair or Lena Hoffmann";
    assert_eq!(value(&card, "Next"), next, "all the seats are one line");
    let then: Vec<&Field> = card.fields.iter().filter(|field| field.name == "Then").collect();
    assert!(then.iter().all(|field| !plain(&field.value, KOLKATA, NOW).contains("seat")), "{then:?}");
    let owed: Vec<String> = card.fields.iter().map(|field| plain(&field.value, KOLKATA, NOW)).collect();
    let acknowledgement = owed.iter().find(|value| value.starts_with("acknowledgement by ")).expect("it is owed");
    assert!(acknowledgement.ends_with(" · Dev Malhotra or Lena Hoffmann"), "{acknowledgement}");
    assert_eq!(card.buttons.first().map(|button| button.action.as_str()), Some("ack:INC-1"));
    assert!(card.buttons.len() <= 5);
    assert_eq!(card.buttons.iter().filter(|button| button.style == Style::Primary).count(), 1, "{:?}", card.buttons);
    assert_eq!(card.due_us, incident.next_due().map(|it| it.terms.due.0));

    on(&mut incident, "dev", At(NOW.0 + 1), incident::Command::Acknowledge);
    let card = case_card(&speaker(), &incident, &people());
    assert!(value(&card, "State").starts_with("acknowledged · 10:36, Dev Malhotra"), "{}", value(&card, "State"));
    assert!(card.buttons.iter().all(|button| button.action != "ack:INC-1"), "it is acknowledged");
    on(
        &mut incident,
        "dev",
        At(NOW.0 + 2),
        incident::Command::FollowUp { assignee: "lena".into(), due: DUE, text: "Add an alarm".to_owned() },
    );
    let plain = case_card(&speaker(), &incident, &people()).plain(KOLKATA, NOW);
    assert!(plain.contains("\nFollow-up 1: “Add an alarm” · Lena Hoffmann by 11:00"), "{plain}");
}

#[test]
fn an_incident_that_is_over_offers_what_comes_after() {
    let mut incident = incident_case();
    for (by, command) in [
        ("dev", incident::Command::Acknowledge),
        ("priya", incident::Command::Assess { text: "forty applicants".to_owned() }),
        ("elena", incident::Command::Contain { text: "previous model".to_owned() }),
        ("arjun", incident::Command::Resolve { text: "pipeline fixed".to_owned() }),
    ] {
        let at = At(incident.touched.0 + 1);
        on(&mut incident, by, at, command);
    }
    let card = case_card(&speaker(), &incident, &people());
    let labels: Vec<&str> = card.buttons.iter().map(|button| button.label.as_str()).collect();
    assert_eq!(labels, ["See the review", "Reopen", "Timeline"]);
}

#[test]
fn an_approvals_card_shows_progress_and_binds_its_buttons() {
    let (mut approval, people) = approval_case("deploy scoring:v7");
    let card = case_card(&speaker(), &approval, &people);
    assert!(card.lines.contains(&vec![Word::Code("deploy scoring:v7".to_owned())]));
    assert_eq!(value(&card, "State"), "requested");
    assert!(value(&card, "Action").starts_with("revision 1 · SHA-256 "));
    assert!(card.buttons.iter().any(|button| button.action.ends_with("approve:APR-1:1")), "{:?}", card.buttons);
    let stage = card
        .fields
        .iter()
        .find(|field| field.name.starts_with("Stage 1") || field.name == "Decides")
        .expect("its first stage");
    assert!(plain(&stage.value, KOLKATA, NOW).contains(" · 0 of "), "{stage:?}");

    on(&mut approval, "maya", At(NOW.0 + 1), approval::Command::Amend { action: "deploy scoring:v8".to_owned() });
    let card = case_card(&speaker(), &approval, &people);
    assert!(card.buttons.iter().any(|button| button.action.ends_with("approve:APR-1:2")), "{:?}", card.buttons);
    on(&mut approval, "maya", At(NOW.0 + 2), approval::Command::Withdraw { reason: "not this week".to_owned() });
    let card = case_card(&speaker(), &approval, &people);
    assert_eq!((card.tone, card.due_us), (Tone::Withdrawn, None));
    assert!(value(&card, "State").starts_with("withdrawn"), "{}", value(&card, "State"));
    assert_eq!(value(&card, "Reason"), "“not this week”");
    assert!(card.buttons.iter().all(|button| !button.action.contains("approve")), "nothing is left to approve");
}

#[test]
fn a_story_says_each_event_in_its_own_words() {
    let incident = incident_case();
    for kind in Event::kinds() {
        let room = match kind.split_once('.') {
            Some(("duty" | "case", _)) => "case",
            Some((room, _)) => room,
            None => unreachable!("a kind names its room"),
        };
        let template = std::fs::read_to_string(format!("templates/{room}/story.txt")).expect("each room has one");
        assert!(template.contains(&format!("\"{kind}\"")), "{kind} has words");
    }
    let opened = incident::Event::Updated { by: "dev".into(), text: "half\ndone".to_owned(), next: None }.into();
    let words = story(&speaker(), &incident, &opened, NOW).expect("it is said");
    assert_eq!(plain(&words, KOLKATA, NOW), "Update by Dev Malhotra: “half done”");
    let change = Change::Answered { by: "dev".into(), stands_in_for: None };
    let answered = DutyEvent { number: 1, change }.into();
    assert_eq!(story(&speaker(), &incident, &answered, NOW), None);
    let set =
        incident::Event::MomentSet { by: "dev".into(), which: incident::Which::Aware, at: DUE, before: None }.into();
    let words = story(&speaker(), &incident, &set, NOW).expect("it is said");
    assert_eq!(
        plain(&words, KOLKATA, NOW),
        "Dev Malhotra set a time: aware 11:00",
        "the moment that was set, not the one of setting it"
    );
}
