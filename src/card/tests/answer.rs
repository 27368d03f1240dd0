//! Answers to what people ask and to what can't be done.

use super::*;
use crate::domain::CaseKind;
use crate::domain::Refusal;

#[test]
fn refusals_and_misreadings_are_sentences_with_code() {
    let refused = refused(&speaker(), &Refusal::NoSuchCase(case("INC-9")));
    assert_eq!(refused.tone, Tone::Private);
    assert_eq!(
        refused.title,
        [
            Word::from("I can't find INC-9. "),
            Word::Line("/incident list".to_owned()),
            Word::from(" shows what is open."),
        ]
    );
    let other = Wording::embedded().with_prefix("/cs-");
    let speaker_there = Speaker::new(&other, policy());
    let there = super::refused(&speaker_there, &Refusal::NoSuchCase(case("INC-9")));
    assert!(there.title.contains(&Word::Line("/cs-incident list".to_owned())), "{:?}", there.title);
    // Where it was said in a message, as in a Slack thread, it can be said again in one.
    let said = super::refused(&speaker_there.to(crate::grammar::How::Said), &Refusal::NoSuchCase(case("INC-9")));
    assert!(said.title.contains(&Word::Code("@countersign incident list".to_owned())), "{:?}", said.title);
    let misread = misread(
        &speaker(),
        &grammar::Misread {
            sentence: "I don't know “opne”.".to_owned(),
            example: Some("/incident open x".to_owned()),
            root: Some("incident"),
        },
    );
    assert_eq!(
        misread.plain(KOLKATA, NOW),
        "I don't know “opne”.\nFor example: /incident open x\n/incident help shows what can be typed"
    );
    let fault = fault(&speaker(), "7f3a");
    assert!(fault.plain(KOLKATA, NOW).contains("7f3a"));
}

#[test]
fn what_somebody_owes_is_said_with_the_time_left() {
    let row = |duty, state, due: At| OwedRow {
        case: case("APR-1"),
        title: "Ship v7".to_owned(),
        duty,
        about: None,
        due,
        state,
        have: 0,
        need: 2,
    };
    use crate::domain::obligation::State;
    let rows =
        [row(Duty::Decide, State::Owed, DUE), row(Duty::AnswerQuestion, State::Late, At(NOW.0 - Span::minutes(5).0))];
    let card = mine(&speaker(), &rows, NOW, true);
    let plain = card.plain(KOLKATA, NOW);
    assert_eq!(
        plain,
        "You owe 2 answers\nAPR-1 · decision on “Ship v7” by 11:00, 24 min left · 0 of 2 · /approval approve APR-1\n\
         APR-1 · answer to the question on “Ship v7” is late, due 10:31, 5 min over · 0 of 2 · /approval answer APR-1 …"
    );
    assert!(mine(&speaker(), &rows, NOW, false).plain(KOLKATA, NOW).starts_with("You owe at least 2 answers"));
    assert_eq!(mine(&speaker(), &[], NOW, true).plain(KOLKATA, NOW), "You owe nothing");
}

#[test]
fn lists_help_and_health_have_their_words() {
    let row = ListRow {
        case: case("INC-1"),
        title: "Drift".to_owned(),
        workflow: "credit-scoring".into(),
        state: "open".to_owned(),
        severity: Some(Severity::Sev1),
        nature: vec!["perf.drift".to_owned()],
        next: Some((Duty::Acknowledge, DUE)),
        late: true,
        waiting_on: vec!["dev".into()],
    };
    let filter = grammar::Filter::default();
    let card = list(&speaker(), Some(CaseKind::Incident), &filter, std::slice::from_ref(&row), true);
    assert_eq!(
        card.plain(KOLKATA, NOW),
        "1 incident · open\nINC-1 sev1 “Drift” · credit-scoring, open · perf.drift · acknowledgement late, due 11:00 · Dev Malhotra"
    );
    let many = vec![row; 40];
    assert!(
        list(&speaker(), None, &filter, &many, true)
            .plain(KOLKATA, NOW)
            .ends_with("15 more; name a workflow or a severity to see fewer")
    );
    assert_eq!(list(&speaker(), None, &filter, &[], true).plain(KOLKATA, NOW), "No cases · open");
    let all = help(&speaker(), None, None).plain(KOLKATA, NOW);
    for verb in grammar::verbs::all() {
        assert!(all.contains(&format!(" {}", verb.verb)), "{verb:?}");
        let root = help(&speaker(), Some(verb.root), None);
        assert!(root.lines.iter().any(|line| line.first() == Some(&Word::Code(verb.usage("/")))), "{verb:?}");
        assert!(help(&speaker(), Some(verb.root), Some(verb)).plain(KOLKATA, NOW).contains(&verb.example("/")));
    }
    let well = Health {
        started: NOW,
        version: "0.1.0".to_owned(),
        oldest_wake_late: None,
        oldest_notice_late: Some(Span::minutes(3)),
        undeliverable: 1,
        waiting: 2,
        links: Vec::new(),
        open_cases: 2,
        ledger_size: 30,
        ledger_head: "ab".repeat(32),
        checkpoint_at: None,
        policy: "cd".repeat(32),
        clock: None,
    };
    let plain = health(&speaker(), &well).plain(KOLKATA, NOW);
    assert!(
        plain.starts_with("I am behind · up since 10:36\nNo wake is overdue\nThe oldest message waits for 3 min"),
        "{plain}"
    );
    assert!(
        plain.contains("1 message could not be delivered") && plain.contains("Last checkpoint: none yet"),
        "{plain}"
    );
    let cut_off = Health {
        oldest_notice_late: None,
        links: vec![
            LinkStatus {
                platform: "slack".to_owned(),
                up: true,
                trouble: Some("the bot isn't in\n#credit-ai".to_owned()),
                unread: 0,
            },
            LinkStatus { platform: "discord".to_owned(), up: false, trouble: None, unread: 2 },
        ],
        ..well
    };
    let plain = health(&speaker(), &cut_off).plain(KOLKATA, NOW);
    assert!(plain.starts_with("I am cut off from a platform · up since 10:36\n"), "{plain}");
    assert!(plain.contains("\nslack: connected · the bot isn't in #credit-ai\ndiscord: not connected\ndiscord: 2 events could not be read\n"), "{plain}");
    let row = WorkflowStatus {
        workflow: "credit-scoring".into(),
        open: vec![(CaseKind::Incident, 1), (CaseKind::Approval, 2)],
        owed: 3,
        late: 1,
        next_due: Some(DUE),
    };
    let plain = sla_status(&speaker(), std::slice::from_ref(&row), true).plain(KOLKATA, NOW);
    assert_eq!(
        plain,
        "3 answers owed, 1 late\ncredit-scoring · 1 incident, 2 approvals open · 3 owed, 1 late · next 11:00"
    );
    let draft = ReviewDraft {
        case: case("INC-1"),
        title: "Drift".to_owned(),
        text: "# What\nhappened".to_owned(),
        settled: false,
    };
    let card = review_draft(&speaker(), &draft);
    let actions: Vec<&str> = card.buttons.iter().map(|button| button.action.as_str()).collect();
    assert_eq!(actions, ["review:INC-1:accept", "form:review:INC-1"]);
    let flags = crate::domain::policy::redflag::flags(policy(), Some(EXAMPLE));
    assert!(!red_flags(&speaker(), &flags).title.is_empty());
    let line = StoryLine { at: NOW, words: vec![Word::from("it began")] };
    assert_eq!(
        timeline(&speaker(), case("INC-1"), "Drift", &[line], 0).plain(KOLKATA, NOW),
        "INC-1 · “Drift”\n10:36 it began"
    );
    let status = status(&speaker(), &incident_case(), &people());
    assert_eq!(status.tone, Tone::Private);
}
