use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use serde_json::json;

use super::*;
use crate::domain::every_case::Telling as Any;
use crate::domain::kinds::DutyEvent;
use crate::domain::kinds::incident::Impact;
use crate::domain::kinds::{approval, incident};
use crate::domain::notice::{CaseTitle, ClockItem};
use crate::domain::obligation::{Attribution, Breach, Change, Holder, Passed};
use crate::domain::policy::EXAMPLE;
use crate::domain::{
    Actor, Ask, Case, CaseKind, Command, Duty, Event, Opening, People, PersonId, Refusal, Severity, Span, Telling,
    World, bot,
};
use crate::grammar::{Context, pressed, read};

const KOLKATA: Tz = chrono_tz::Asia::Kolkata;
/// Monday, 23 November 2026, 10:36 in Kolkata.
const NOW: At = At(1_795_410_360_000_000);
const DUE: At = At(NOW.0 + 24 * 60_000_000);

fn policy() -> &'static Policy {
    static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
    POLICY.get_or_init(|| Policy::read(EXAMPLE).expect("the example policy has no errors"))
}

fn wording() -> &'static Wording {
    static WORDING: std::sync::OnceLock<Wording> = std::sync::OnceLock::new();
    WORDING.get_or_init(Wording::embedded)
}

fn speaker() -> Speaker<'static> {
    Speaker::new(wording(), policy())
}

fn case(id: &str) -> CaseId {
    id.parse().expect("the test's own case")
}

/// Something told of a case called “Ship v7”.
fn told(id: &str, telling: impl Into<Telling>) -> Card {
    titled(id, "Ship v7", telling)
}

fn titled(id: &str, title: &str, telling: impl Into<Telling>) -> Card {
    tell(&speaker(), Some(&CaseTitle { case: case(id), title: title.to_owned() }), &telling.into())
}

fn shown(card: &Card) -> String {
    card.plain(KOLKATA, NOW)
}

fn first_line(card: &Card) -> String {
    shown(card).lines().next().unwrap_or_default().to_owned()
}

fn clock(duty: Duty, passed: Passed, now: At, called: &[&str]) -> ClockItem {
    ClockItem {
        number: 1,
        duty,
        about: None,
        holder: Holder::Roles(vec!["model-risk".into()]),
        waiting_on: vec!["priya".into(), "tomas".into()],
        due: DUE,
        now,
        have: 0,
        need: if duty == Duty::Decide { 2 } else { 1 },
        passed,
        called_people: called.iter().map(|&id| id.into()).collect(),
        revision: None,
    }
}

fn nudged() -> Passed {
    Passed { through: 1, nudge: Some(80), breach: None, called: Vec::new(), repeat: None, scheduled: NOW, behind: None }
}

fn breached(called: &[&str], behind: Option<Span>) -> Passed {
    let breach = Breach { since: DUE, attributed: Attribution::ThirdParty, reason: None, contested: None };
    let called = called.iter().map(|&id| id.into()).collect();
    Passed { nudge: None, breach: Some(breach), called, scheduled: DUE, behind, ..nudged() }
}

fn one(id: &str, item: ClockItem) -> Card {
    told(id, Any::Clock { items: vec![item] })
}

// Every telling, every template.

#[test]
fn every_telling_has_its_template_and_every_template_its_telling() {
    let names: BTreeSet<&str> = Telling::templates().collect();
    let of_cases = ["card", "story"];
    let files: BTreeSet<&str> = Wording::names()
        .filter_map(|name| name.strip_suffix(".txt"))
        .filter(|name| !name.starts_with("answer/") && !of_cases.iter().any(|it| name.ends_with(&format!("/{it}"))))
        .collect();
    assert_eq!(files, names);
    let samples: BTreeSet<&str> = samples::tellings().iter().map(|(_, telling)| telling.template()).collect();
    assert_eq!(samples, names, "there is a sample of each");
}

#[test]
fn every_kind_of_case_has_its_card_and_its_story() {
    let names: BTreeSet<&str> = Wording::names().collect();
    for kind in CaseKind::ALL {
        for of_its_own in ["card", "story"] {
            assert!(names.contains(format!("{kind}/{of_its_own}.txt").as_str()), "templates/{kind}/{of_its_own}.txt");
        }
    }
}

#[test]
fn every_template_of_an_answer_is_used() {
    let source = include_str!("answer.rs");
    for name in Wording::names().filter(|name| name.starts_with("answer/")) {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn every_telling_is_said_by_its_own_template() {
    for (about, telling) in samples::tellings() {
        let card = tell(&speaker(), about.as_ref(), &telling);
        let plain = card.plain(KOLKATA, NOW);
        assert!(!card.title.is_empty(), "{telling:?}");
        // What a failed template leaves behind is its facts.
        assert!(!plain.contains("\"prefix\"") && !plain.contains("none") && !plain.contains("undefined"), "{plain}");
        assert!(!plain.contains("  ") && !plain.contains(" ·\n") && !plain.ends_with(" ·"), "{plain:?}");
        assert!(!plain.chars().any(clean::is_hidden), "{plain:?}");
    }
}

#[test]
fn every_button_does_what_a_line_would() {
    let maya: PersonId = "maya".into();
    let context =
        Context { by: Some(&maya), at: NOW, zone: KOLKATA, policy: policy(), here: None, workflow: None, prefix: "/" };
    let mut buttons: Vec<Button> =
        samples::tellings().iter().flat_map(|(about, it)| tell(&speaker(), about.as_ref(), it).buttons).collect();
    for duty in Duty::ALL {
        let id = CaseId { kind: duty.row().kind, number: 1 };
        assert!(!answers(id, duty, None, None).is_empty(), "{duty} can be answered by a press");
        buttons.extend(answers(id, duty, None, None));
        // `…` is where people's own words come.
        let line = tell::command(id, duty, None, "/").replace('…', if duty == Duty::FollowUp { "1" } else { "x" });
        let asked = read(&line, crate::grammar::How::Slash, &context);
        assert!(matches!(asked, Ok(Some(_))), "{line}: {asked:?}");
    }
    for button in buttons {
        assert!(button.action.len() <= 100 && !button.label.is_empty());
        assert!(pressed(&button.action, &context).is_ok(), "{button:?}");
    }
}

// What is said.

#[test]
fn a_nudge_says_what_is_left_and_who_is_waited_for() {
    let telling = one("APR-1", clock(Duty::Decide, nudged(), NOW, &[]));
    assert_eq!(
        shown(&telling),
        "APR-1 is due at 11:00, 24 min left · 0 of 2\n“Ship v7” · waiting on @priya and @tomas\n/approval approve APR-1"
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
    assert_eq!(first_line(&late), "APR-1 is late · now also @lena (governance-lead) · 0 of 2");
    let card = late;
    assert_eq!(card.tone, Tone::Late);
    assert!(card.title.contains(&Word::Person { id: "lena".into(), name: "Lena Hoffmann".to_owned() }));
    let again = Passed { repeat: Some(2), ..nudged() };
    let repeated = one("INC-1", clock(Duty::Contain, again, At(DUE.0 + Span::minutes(125).0), &[]));
    assert_eq!(first_line(&repeated), "INC-1 · containment is still late, 2 h 05 min over");
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
        "INC-1 · 2 answers are owed on “Drift”\nAcknowledgement is late, due 11:00 · waiting on @priya and @tomas\n\
         Update is due at 11:00, 24 min left · waiting on @priya and @tomas"
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
        "APR-1 · Maya Krishnan asks model-risk (0 of 2) to decide on “Ship v7” by 11:00"
    );
}

#[test]
fn a_vote_is_bound_to_the_revision_that_was_shown() {
    let amended = approval::Telling::Amended { by: "maya".into(), revision: 3, people: vec!["priya".into()], due: DUE };
    let actions: Vec<String> = told("APR-1", amended).buttons.into_iter().map(|button| button.action).collect();
    assert_eq!(actions, ["approve:APR-1:3", "form:decline:APR-1:3", "form:ask:APR-1"]);
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
        }],
        due_us: None,
    };
    let expected = json!({
        "tone": "nudge",
        "title": [{"text": "a"}, {"time": NOW.0}, {"person": {"id": "lena", "name": "Lena Vogt"}}],
        "lines": [[{"case": "INC-1"}, {"code": "x"}, {"strong": "y"}]],
        "fields": [{"name": "Severity", "value": [{"text": "sev1"}]}],
        "buttons": [{"action": "approve:APR-1:1", "label": "Approve", "style": "primary"}],
        "due_us": null,
    });
    assert_eq!(serde_json::to_value(&card).expect("plain data"), expected);
    assert_eq!(serde_json::from_str::<Card>(&expected.to_string()).expect("it reads back"), card);
}

// People's words stay words.

const HOSTILE: &[&str] = &[
    "<!channel> <@U123> <https://evil|click>",
    "@everyone @here @maya",
    "*bold* _it_ `code` [a](https://b) # head\n> quote",
    "{{ 7 * 7 }} {% raw %} {{ title|who }}",
    "\u{E000}plena\u{E001}",
    "\u{E000}cINC-9\u{E001}\u{E000}t0\u{E001}",
    "\u{E000}fSeverity\u{E001}sev4",
    "=HYPERLINK(\"x\")",
    "<script>alert(1)</script>",
    "\u{202E}gpj.exe\u{202C}\u{0}\u{1b}[31m",
    "first\nINC-9 is approved\n\n\n\nlast",
];

#[test]
fn words_of_people_never_become_structure() {
    for words in HOSTILE {
        let said = Any::Said { what: "note".to_owned(), by: "dev".into(), text: (*words).to_owned() };
        let card = titled("INC-1", words, said);
        let all = || card.title.iter().chain(card.lines.iter().flatten());
        assert!(card.lines.iter().flatten().all(|word| matches!(word, Word::Text(_))), "{words:?}: {:?}", card.lines);
        assert_eq!(all().filter(|word| matches!(word, Word::Case(_))).count(), 1, "only the case itself");
        assert!(card.fields.is_empty(), "{words:?}: {:?}", card.fields);
        let text: String = card.plain(KOLKATA, NOW);
        assert!(!text.chars().any(clean::is_hidden), "{text:?}");
        assert_eq!(first_line(&card), "INC-1 · note by Dev Malhotra", "no word of theirs reaches the title");
    }
    let markup = bot::Telling::Sentence { text: HOSTILE[2].to_owned() };
    assert_eq!(
        shown(&tell(&speaker(), None, &markup.into())),
        "*bold* _it_ `code` [a](https://b) # head > quote",
        "nothing is taken away from it either"
    );
}

#[test]
fn a_title_is_one_line_whatever_is_in_it() {
    for words in HOSTILE {
        let items = vec![clock(Duty::Decide, nudged(), NOW, &[])];
        let card = titled("APR-1", words, Any::Clock { items });
        let mentions: Vec<&Word> =
            card.lines.iter().flatten().filter(|word| matches!(word, Word::Person { .. })).collect();
        assert_eq!(mentions.len(), 2, "{words:?}: only those who are waited for");
        assert!(card.title.iter().all(|word| !matches!(word, Word::Text(text) if text.contains('\n'))));
    }
}

#[test]
fn line_breaks_of_people_are_kept_in_lines() {
    let text = "first\n\n\nsecond".to_owned();
    let said = Any::Said { what: "note".to_owned(), by: "dev".into(), text };
    let lines = told("INC-1", said).lines;
    assert_eq!(lines, [vec![Word::from("first")], vec![], vec![Word::from("second")]]);
}

#[test]
fn an_action_is_shown_to_the_letter() {
    let (opened, people) = approval_case("rm -rf \u{202E}/tmp\n  \u{200B}next `x` </code>");
    let card = case_card(&speaker(), &opened, &people);
    assert!(
        card.lines.contains(&vec![Word::Code("rm -rf ⟨U+202E⟩/tmp\n  ⟨U+200B⟩next `x` </code>".to_owned())]),
        "{:?}",
        card.lines
    );
}

// Cases.

fn people() -> People<'static> {
    People { policy: policy(), delegations: &[], at: NOW }
}

fn world() -> World<'static> {
    World { policy: policy(), stamped: policy(), people: people() }
}

fn open_case(id: &str, opening: &Opening) -> Case {
    let ask = Ask { by: Actor::Person("maya".into()), at: NOW };
    let ruling = crate::domain::open(case(id), opening, &ask, &world()).expect("it opens");
    let mut events = ruling.events.iter();
    let mut opened = Case::begin(case(id), events.next().expect("a first event"), NOW).expect("it begins a case");
    events.for_each(|event| opened.apply(event, NOW));
    opened
}

fn on(case: &mut Case, by: &str, at: At, command: impl Into<Command>) {
    let ask = Ask { by: Actor::Person(by.into()), at };
    let world = World { people: People { at, ..people() }, ..world() };
    let ruling = crate::domain::decide(case, &command.into(), &ask, &world).expect("it is allowed");
    for event in &ruling.events {
        case.apply(event, at);
        assert!(story(&speaker(), case, event, at).is_none_or(|words| !words.is_empty()));
    }
}

fn approval_case(action: &str) -> (Case, People<'static>) {
    let request = approval::Opening {
        workflow: "credit-scoring".into(),
        title: "Ship v7".to_owned(),
        action: action.to_owned(),
        path: None,
    };
    (open_case("APR-1", &Opening::Approval(request)), people())
}

fn incident_case() -> Case {
    open_case(
        "INC-1",
        &Opening::Incident(incident::Opening {
            workflow: "credit-scoring".into(),
            title: "Scores drift".to_owned(),
            severity: Severity::Sev2,
            nature: incident::Nature::default(),
            technical: Some(3),
            class: Some("perf.drift".into()),
            impact: Impact::Unclear,
            restricted: false,
            occurred: None,
            detected: Some(At(NOW.0 - Span::minutes(30).0)),
            aware: None,
            because: None,
            slow_path: None,
        }),
    )
}

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
    assert_eq!(plain(&card.title, KOLKATA, NOW), "INC-1 · Scores drift");
    assert_eq!(value(&card, "Severity"), "sev2 · technical 3");
    assert_eq!(value(&card, "State"), "open");
    assert_eq!(value(&card, "Impact"), "unclear");
    assert_eq!(value(&card, "Moments"), "detected 10:06 (Maya Krishnan)");
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
    assert!(plain.contains("\nFollow-up 1: Add an alarm · Lena Hoffmann, due 11:00"), "{plain}");
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
    assert_eq!((card.tone, card.due_us), (Tone::Done, None));
    assert!(value(&card, "State").starts_with("withdrawn"), "{}", value(&card, "State"));
    assert_eq!(value(&card, "Reason"), "not this week");
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
    let opened = incident::Event::Updated { by: "dev".into(), text: "half\ndone".to_owned() }.into();
    let words = story(&speaker(), &incident, &opened, NOW).expect("it is said");
    assert_eq!(plain(&words, KOLKATA, NOW), "Update by Dev Malhotra: half done");
    let change = Change::Answered { by: "dev".into(), stands_in_for: None };
    let answered = DutyEvent { number: 1, change }.into();
    assert_eq!(story(&speaker(), &incident, &answered, NOW), None);
    let set = incident::Event::MomentSet { by: "dev".into(), which: incident::Which::Aware, at: DUE }.into();
    let words = story(&speaker(), &incident, &set, NOW).expect("it is said");
    assert_eq!(
        plain(&words, KOLKATA, NOW),
        "Dev Malhotra: aware 11:00",
        "the moment that was set, not the one of setting it"
    );
}

// Answers.

#[test]
fn refusals_and_misreadings_are_sentences_with_code() {
    let refused = refused(&speaker(), &Refusal::NoSuchCase(case("INC-9")));
    assert_eq!(refused.tone, Tone::Private);
    assert_eq!(
        refused.title,
        [
            Word::from("I can't find INC-9. "),
            Word::Code("/incident list".to_owned()),
            Word::from(" and "),
            Word::Code("/approval list".to_owned()),
            Word::from(" show what is open."),
        ]
    );
    let other = Wording::embedded().with_prefix("/cs-");
    let speaker_there = Speaker::new(&other, policy());
    let there = super::refused(&speaker_there, &Refusal::NoSuchCase(case("INC-9")));
    assert!(there.title.contains(&Word::Code("/cs-incident list".to_owned())), "{:?}", there.title);
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
        revision: None,
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
        "1 incident · open\nINC-1 sev1 Drift · credit-scoring, open · perf.drift · acknowledgement late, due 11:00 · Dev Malhotra"
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
    let standing = WorkflowStanding {
        workflow: "credit-scoring".into(),
        open: vec![(CaseKind::Incident, 1), (CaseKind::Approval, 2)],
        owed: 3,
        late: 1,
        next_due: Some(DUE),
    };
    let plain = sla_status(&speaker(), std::slice::from_ref(&standing), true).plain(KOLKATA, NOW);
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
        "INC-1 · Drift\n10:36 it began"
    );
    let status = status(&speaker(), &incident_case(), &people());
    assert_eq!(status.tone, Tone::Private);
}

// An operator's own words.

struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Folder {
        let folder = std::env::temp_dir().join(format!("countersign-wording-{}-{name}", std::process::id()));
        for (path, text) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a temporary folder can be made");
            std::fs::write(path, text).expect("a temporary file can be written");
        }
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_operator_can_lay_other_words_over_them() {
    let folder = Folder::with(
        "good",
        &[("bot/caught-up.txt", "Wieder da\n{{ prefix }}sla health"), ("bot/README.md", "ignored")],
    );
    let wording = Wording::with_overlay(&folder.0).expect("it is right");
    let speaker = Speaker::new(&wording, policy());
    assert_eq!(tell(&speaker, None, &bot::Telling::CaughtUp {}.into()).plain(KOLKATA, NOW), "Wieder da\n/sla health");
    let sentence = bot::Telling::Sentence { text: "x".to_owned() }.into();
    assert_eq!(tell(&speaker, None, &sentence).plain(KOLKATA, NOW), "x", "the others stay");
}

#[test]
fn an_operators_mistake_is_named_with_file_and_line() {
    let check = |name: &str, path: &str, text: &str, expected: &str| {
        let folder = Folder::with(name, &[(path, text)]);
        let error = Wording::with_overlay(&folder.0).expect_err("it is wrong").to_string();
        assert!(error.contains(path) && error.contains(expected), "{error}");
    };
    check("syntax", "bot/sentence.txt", "ok\n{{ text", ".txt:2: ");
    check("filter", "bot/sentence.txt", "ok\nok\n{{ text|nothing }}", ".txt:3: ");
    check("field", "bot/sentence.txt", "{{ txet }}", ".txt:1: ");
    check("kind", "case/said.txt", "{{ case|case }}\n{{ case|time }}", ".txt:2: ");
    check("place", "sentence.txt", "x", "is no template that I use");
    check("name", "bot/sentense.txt", "x", "Did you mean bot/sentence.txt?");
    let missing =
        Wording::with_overlay(Path::new("/nonexistent/folder")).expect_err("there is no such folder").to_string();
    assert!(missing.contains("/nonexistent/folder"), "{missing}");
}
