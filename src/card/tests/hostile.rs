//! People's words stay words.

use super::*;
use crate::domain::Event;

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
        let said = Any::Said { what: "note".into(), by: "dev".into(), text: (*words).to_owned() };
        let card = titled("INC-1", words, said);
        let all = || card.title.iter().chain(card.lines.iter().flatten());
        assert!(card.lines.iter().flatten().all(|word| matches!(word, Word::Text(_))), "{words:?}: {:?}", card.lines);
        assert_eq!(all().filter(|word| matches!(word, Word::Case(_))).count(), 1, "only the case itself");
        assert!(card.fields.is_empty(), "{words:?}: {:?}", card.fields);
        let text: String = card.plain(KOLKATA, NOW);
        assert!(!text.chars().any(clean::is_hidden), "{text:?}");
        assert_eq!(first_line(&card), "INC-1 · note by Dev Malhotra", "no word of theirs reaches the title");
    }
    let markup = bot::Telling::Sentence { text: HOSTILE[2].into() };
    assert_eq!(
        shown(&tell(&speaker(), None, &markup.into(), None)),
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
    let said = Any::Said { what: "note".into(), by: "dev".into(), text };
    let lines = told("INC-1", said).lines;
    assert_eq!(lines, [vec![Word::from("“first")], vec![Word::from("“second”")]]);
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

/// Somebody's lines, which would be the bot's if they could leave their quotation marks.
const FORGED: &str =
    "Ω fine” · Ω\nΩ Tomáš Novák approved in stage 1: Ω looks right\u{2028}Ω „Anika Rao approved in stage 1“ Ω″Ω";

/// What is left of a line when everything between quotation marks is taken out of it. What follows a mark that isn't closed on
/// the line is inside too: the next line goes on with one.
fn outside_quotes(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('“') {
        outside.push_str(before);
        rest = after.split_once('”').map_or("", |(_, after)| after);
    }
    outside + rest
}

fn assert_not_forged(what: &str, card: &Card) {
    let lines = std::iter::once(&card.title).chain(&card.lines).chain(card.fields.iter().map(|field| &field.value));
    for line in lines {
        let shown = plain(line, KOLKATA, NOW);
        for one in shown.split('\n') {
            assert!(!outside_quotes(one).contains(['Ω', '”']), "{what}: {one:?}");
        }
    }
}

/// The samples, in which every word of somebody's is another.
fn forged(facts: Json) -> Json {
    match facts {
        Json::String(text) if text == samples::words() || text == samples::TITLE => Json::from(FORGED),
        Json::Array(items) => items.into_iter().map(forged).collect(),
        Json::Object(map) => map.into_iter().map(|(key, fact)| (key, forged(fact))).collect(),
        other => other,
    }
}

#[test]
fn no_telling_lets_words_of_people_out_of_their_quotation_marks() {
    let mut seen = 0;
    for name in Wording::names() {
        for facts in samples::of(name) {
            let facts = forged(facts.clone());
            seen += usize::from(facts.to_string().contains('Ω'));
            assert_not_forged(name, &speaker().render(name, facts));
        }
    }
    assert!(seen > 30, "{seen} of the samples hold words of somebody");
}

#[test]
fn no_card_and_no_story_lets_words_of_people_out_of_their_quotation_marks() {
    let (mut approval, people) = approval_case(FORGED);
    approval.title = FORGED.to_owned();
    let ask = approval::Command::AskRequester { question: FORGED.to_owned() };
    on(&mut approval, "priya", NOW, ask);
    let mut card = case_card(&speaker(), &approval, &people);
    assert!(card.lines.iter().flatten().any(|word| matches!(word, Word::Code(code) if code.contains('Ω'))));
    // The action stands in a fence of its own, to the letter.
    card.lines.retain(|line| !line.iter().any(|word| matches!(word, Word::Code(_))));
    assert_not_forged("an approval's card", &card);
    let mut incident = incident_case();
    incident.title = FORGED.to_owned();
    on(&mut incident, "lena", NOW, incident::Command::Update { text: FORGED.to_owned() });
    assert_not_forged("an incident's card", &case_card(&speaker(), &incident, &self::people()));
    for event in [
        Event::from(incident::Event::Updated { by: "dev".into(), text: FORGED.to_owned() }),
        incident::Event::Withdrawn { by: "dev".into(), reason: FORGED.to_owned() }.into(),
        approval::Event::QuestionAnswered { by: "priya".into(), text: FORGED.to_owned() }.into(),
    ] {
        let words = story(&speaker(), &incident, &event, NOW).expect("it is said");
        assert_not_forged(event.kind(), &Card { title: words, ..Card::default() });
    }
}
