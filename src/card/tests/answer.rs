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
    assert!(said.title.contains(&Word::Line("@countersign incident list".to_owned())), "{:?}", said.title);
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
        "I don't know “opne”.\nFor example: /incident open x\n/incident help shows every command"
    );
    let fault = fault(&speaker(), "7f3a");
    assert!(fault.plain(KOLKATA, NOW).contains("7f3a"));
}

#[test]
fn what_somebody_owes_is_said_with_the_time_left() {
    use crate::domain::obligation::State;
    let owed = |duty, state, due: At| OwedDuty { duty, about: None, due, state, have: 0, need: 2, bound: None };
    let on = |id: &str, also: &[&str], duties: Vec<OwedDuty>| OwedCase {
        case: case(id),
        title: "Ship v7".to_owned(),
        also: also.iter().map(|&person| person.into()).collect(),
        duties,
    };
    let decide = owed(Duty::Decide, State::Owed, DUE);
    let answer = owed(Duty::AnswerQuestion, State::Late, At(NOW.0 - Span::minutes(5).0));
    let acknowledge = OwedDuty { need: 1, ..owed(Duty::Acknowledge, State::Owed, DUE) };
    let cases = [
        on("APR-1", &["dev"], vec![decide.clone(), answer]),
        on("INC-1", &["dev", "maya"], vec![acknowledge]),
        on("APR-2", &[], vec![decide]),
    ];
    let card = mine(&speaker(), &cases, NOW, true);
    let plain = card.plain(KOLKATA, NOW);
    assert_eq!(
        plain,
        "You owe 4 answers\n\
         APR-1 · “Ship v7” · also Dev Malhotra\n\
         – decision by 11:00, 24 min left · 0 of 2 · /approval approve APR-1\n\
         – answer to the question is late, due 10:31, 5 min over · 0 of 2 · /approval answer APR-1 …\n\
         INC-1 · acknowledgement on “Ship v7” by 11:00, 24 min left · /incident ack INC-1 · also Dev Malhotra or Maya Krishnan\n\
         APR-2 · decision on “Ship v7” by 11:00, 24 min left · 0 of 2 · /approval approve APR-2"
    );
    // One press for each of the first cases, with the case in its name; where there is one case, all that it waits for.
    let labels = |card: &Card| card.buttons.iter().map(|button| button.label.clone()).collect::<Vec<_>>();
    assert_eq!(labels(&card), ["Read and decide APR-1", "Acknowledge INC-1", "Read and decide APR-2"]);
    assert_eq!(labels(&mine(&speaker(), &cases[..1], NOW, true)), ["Read and decide", "Answer"]);
    let many: Vec<OwedCase> = (0..40).map(|_| cases[1].clone()).collect();
    let card = mine(&speaker(), &many, NOW, true);
    assert_eq!(card.buttons.len(), 5, "as many as fit in one row everywhere");
    assert!(card.plain(KOLKATA, NOW).ends_with("\n15 more"));
    assert!(mine(&speaker(), &cases, NOW, false).plain(KOLKATA, NOW).starts_with("You owe at least 4 answers"));
    assert_eq!(mine(&speaker(), &[], NOW, true).plain(KOLKATA, NOW), "You owe nothing");
}

#[test]
fn the_reader_of_a_card_is_told_what_it_is_to_them() {
    use crate::domain::obligation::State;
    let approval = approval_case("x").0;
    let waits = |duty, state| Waits { duty, about: None, due: DUE, state };
    let said = |it: &ForReader| {
        let lines = for_reader(&speaker(), &approval, it);
        lines.iter().map(|line| plain(line, KOLKATA, NOW)).collect::<Vec<_>>()
    };
    let asked = ForReader { asked: true, ..ForReader::default() };
    let refusal = Refusal::OwnRequest("Priya Iyer".to_owned());
    assert_eq!(said(&ForReader { why: Some(refusal.clone()), ..asked }), ["You asked for this"]);
    let why = ForReader { why: Some(refusal), ..ForReader::default() };
    assert_eq!(said(&why), ["You asked for this yourself, so somebody else decides. Waiting on Priya Iyer."]);
    let both = ForReader {
        waits: vec![waits(Duty::Decide, State::Owed), waits(Duty::AnswerQuestion, State::Late)],
        answered: vec![(Duty::Decide, Some(NOW))],
        ..ForReader::default()
    };
    assert_eq!(
        said(&both),
        [
            "Waiting on you: decision by 11:00",
            "Waiting on you: answer to the question late, due 11:00",
            "You approved at 10:36"
        ]
    );
    assert!(said(&ForReader::default()).is_empty());
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
    let card = list(&speaker(), Some(CaseKind::Incident), &filter, std::slice::from_ref(&row), true, &[]);
    assert_eq!(
        card.plain(KOLKATA, NOW),
        "1 incident · open\nINC-1 sev1 “Drift” · credit-scoring, open · perf.drift · acknowledgement late, due 11:00 · Dev Malhotra"
    );
    let many = vec![row; 40];
    assert!(
        list(&speaker(), None, &filter, &many, true, &[])
            .plain(KOLKATA, NOW)
            .ends_with("15 more. Name a workflow or a severity to see fewer")
    );
    assert_eq!(list(&speaker(), None, &filter, &[], true, &[]).plain(KOLKATA, NOW), "No cases · open");
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
        witnesses: Vec::new(),
        open_cases: 2,
        ledger_size: 30,
        ledger_head: "ab".repeat(32),
        checkpoint_at: None,
        policy: "cd".repeat(32),
        clock: None,
    };
    let plain = health(&speaker(), &well).plain(KOLKATA, NOW);
    assert!(
        plain.starts_with(
            "I am behind · up since 10:36\nNo case is waiting for me\nThe oldest message has waited 3 min"
        ),
        "{plain}"
    );
    assert!(
        plain.contains("1 message could not be delivered") && plain.contains("Last checkpoint: none yet"),
        "{plain}"
    );
    let cut_off = Health {
        oldest_notice_late: None,
        witnesses: vec![WitnessStatus { witness: "client".into(), size: Some(4_180), at: Some(NOW), trouble: None }],
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
    assert!(plain.contains("\nslack: connected · the bot isn't in #credit-ai\ndiscord: not connected\ndiscord: 2 events could not be read\nWitness client: cosigned 4180 entries at 10:36\n"), "{plain}");
    let row = WorkflowStatus {
        workflow: "credit-scoring".into(),
        open: vec![(CaseKind::Incident, 1), (CaseKind::Approval, 2)],
        owed: 3,
        late: 1,
        next_due: Some(DUE),
    };
    let plain = sla_status(&speaker(), std::slice::from_ref(&row), true, &[]).plain(KOLKATA, NOW);
    assert_eq!(
        plain,
        "3 answers owed, 1 late\ncredit-scoring · 1 incident, 2 approvals open · 3 owed, 1 late · next by 11:00"
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
    assert!(!red_flags(&speaker(), &flags, &[], &[]).title.is_empty());
    let line = StoryLine { at: NOW, words: vec![Word::from("it began")] };
    assert_eq!(
        timeline(&speaker(), case("INC-1"), "Drift", &[line], 0).plain(KOLKATA, NOW),
        "INC-1 · “Drift”\n10:36 it began"
    );
    let asked = vec![vec![Word::from("You opened this")]];
    let status = status(&speaker(), &incident_case(), &people(), asked.clone(), Vec::new());
    assert_eq!((status.tone, &status.lines[..1], status.buttons), (Tone::Private, &asked[..], Vec::new()));
}
