//! Every telling has its template, every template its telling, and every button its line.

use std::collections::BTreeSet;

use super::*;
use crate::domain::{CaseKind, Event, PersonId};
use crate::grammar::{Context, pressed};

#[test]
fn every_telling_has_its_template_and_every_template_its_telling() {
    let names: BTreeSet<&str> = Telling::templates().collect();
    let of_cases = ["announced", "brief", "card", "since", "story"];
    let files: BTreeSet<&str> = Wording::names()
        .filter_map(|name| name.strip_suffix(".txt"))
        .filter(|name| !name.starts_with("answer/") && !of_cases.iter().any(|it| name.ends_with(&format!("/{it}"))))
        .collect();
    assert_eq!(files, names);
    let samples: BTreeSet<&str> = samples::tellings().iter().map(|(_, telling)| telling.template()).collect();
    assert_eq!(samples, names, "there is a sample of each");
}

#[test]
fn every_kind_of_case_has_its_card_its_brief_and_its_story() {
    let names: BTreeSet<&str> = Wording::names().collect();
    for kind in CaseKind::ALL {
        for of_its_own in ["brief", "card", "story"] {
            assert!(names.contains(format!("{kind}/{of_its_own}.txt").as_str()), "templates/{kind}/{of_its_own}.txt");
        }
    }
}

#[test]
fn every_template_of_an_answer_is_used() {
    let sources =
        [include_str!("../answer.rs"), include_str!("../answer/records.rs"), include_str!("../view.rs")].concat();
    for name in Wording::names().filter(|name| name.starts_with("answer/")) {
        assert!(sources.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn every_telling_is_said_by_its_own_template() {
    for (about, telling) in samples::tellings() {
        let card = tell(&speaker(), about.as_ref(), &telling, Some(&approval_case("x").0));
        let plain = card.plain(KOLKATA, NOW);
        assert!(!card.title.is_empty(), "{telling:?}");
        // What a failed template leaves behind is its facts.
        assert!(!plain.contains("\"prefix\"") && !plain.contains("none") && !plain.contains("undefined"), "{plain}");
        assert!(!plain.contains("  ") && !plain.contains(" ·\n") && !plain.ends_with(" ·"), "{plain:?}");
        assert!(!plain.chars().any(clean::is_hidden), "{plain:?}");
    }
}

/// The action, as a word of its own, where a card has a button that approves it.
fn approves_what_it_shows(card: &Card, action: &str) -> bool {
    let approves = |button: &Button| button.action.trim_start_matches("form:").starts_with("approve:");
    let shown = Word::Code(clean::visible(action));
    let seen = card.lines.iter().flatten().any(|word| *word == shown);
    assert!(seen || !card.buttons.iter().any(approves), "{card:?}");
    card.buttons.iter().any(approves)
}

#[test]
fn nobody_is_given_a_button_that_approves_what_the_card_doesnt_show() {
    const ACTION: &str = "rm -rf \u{202E}/tmp\n  `next`";
    let (approval, people) = approval_case(ACTION);
    let told = samples::tellings()
        .into_iter()
        .filter(|(about, _)| about.as_ref().is_some_and(|about| about.case.kind == CaseKind::Approval));
    let told = told.map(|(about, telling)| tell(&speaker(), about.as_ref(), &telling, Some(&approval)));
    let approving = told.filter(|card| approves_what_it_shows(card, ACTION)).count();
    assert!(approving >= 6, "a decision is asked for in more ways than {approving}");
    assert!(approves_what_it_shows(&case_card(&speaker(), &approval, &people), ACTION));
    let owed = |duty| OwedCase {
        case: approval.id,
        title: "Ship v7".to_owned(),
        also: Vec::new(),
        duties: vec![OwedDuty {
            duty,
            about: None,
            due: DUE,
            state: crate::domain::obligation::State::Owed,
            have: 0,
            need: 2,
            bound: None,
        }],
    };
    let owed = Duty::ALL.map(|duty| mine(&speaker(), &[owed(duty)], NOW, true));
    for card in &owed {
        approves_what_it_shows(card, ACTION);
    }
    let labels = owed.iter().flat_map(|card| &card.buttons).map(|button| button.label.as_str());
    assert!(labels.collect::<Vec<_>>().contains(&"Read and decide"));
}

#[test]
fn every_template_is_tried_with_everything_that_it_will_see() {
    for name in Wording::names() {
        assert!(samples::of(name).count() > 0, "{name} has samples");
    }
    let told: BTreeSet<&str> = CaseKind::ALL.into_iter().flat_map(samples::events).map(|event| event.kind()).collect();
    assert_eq!(told, Event::kinds().collect(), "and each event has one");
    let mistakes = Wording::mistakes();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_button_does_what_a_line_would() {
    let maya: PersonId = "maya".into();
    let context = Context {
        by: Some(&maya),
        at: NOW,
        zone: KOLKATA,
        policy: policy(),
        here: None,
        lane: None,
        workflow: None,
        prefix: "/",
    };
    let mut buttons: Vec<Button> = samples::tellings()
        .iter()
        .flat_map(|(about, it)| tell(&speaker(), about.as_ref(), it, Some(&approval_case("x").0)).buttons)
        .collect();
    for duty in Duty::ALL {
        let id = CaseId { kind: duty.row().kind, number: 1 };
        assert!(!tell::answers(id, duty, None, None).is_empty(), "{duty} can be answered by a press");
        buttons.extend(tell::answers(id, duty, None, None));
        buttons.extend(answers_unseen(id, duty, None, None));
        // `…` is where people's own words come.
        let line = tell::command(id, duty, None).typed("/");
        let line = line.replace("first=…", "first=INC-1").replace("next=…", "next=governance-lead").replace(
            '…',
            match duty {
                Duty::FollowUp | Duty::CloseGap => "1",
                Duty::ReportToAuthority => "gdpr-33.notification",
                Duty::SayWhetherOwed => "gdpr-33",
                Duty::HandOverLead => "lead",
                _ => "x",
            },
        );
        let asked = read(&line, crate::grammar::How::Slash, &context);
        assert!(matches!(asked, Ok(Some(_))), "{line}: {asked:?}");
    }
    for button in buttons {
        assert!(button.action.len() <= 100 && !button.label.is_empty());
        assert!(pressed(&button.action, &context).is_ok(), "{button:?}");
    }
}
