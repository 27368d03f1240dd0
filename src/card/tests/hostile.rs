//! People's words stay words.

use super::*;

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
    let said = Any::Said { what: "note".into(), by: "dev".into(), text };
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
