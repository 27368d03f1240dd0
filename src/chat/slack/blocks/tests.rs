//! Cards as Slack shows them.

use proptest::prelude::*;

use super::*;
use crate::card::{Button, Field};
use crate::domain::CaseKind;

const AT: At = At(1_795_429_800_000_000);

struct Lena;

impl Directory for Lena {
    fn account(&self, person: &PersonId) -> Option<String> {
        (person.as_str() == "lena").then(|| "U1".to_owned())
    }
    fn address(&self, case: CaseId) -> Option<String> {
        (case.number == 7).then(|| "https://acme.slack.com/archives/C1/p1".to_owned())
    }
    fn is_elsewhere(&self, case: CaseId) -> bool {
        self.address(case).is_some()
    }
}

fn drawn(card: &Card) -> Drawn {
    draw(card, &Lena)
}

fn card(title: &str, lines: Vec<Vec<Word>>) -> Card {
    Card { title: vec![Word::from(title)], lines, ..Card::default() }
}

fn full() -> Card {
    let button =
        |at: usize| Button { action: format!("do:{at}"), label: "L".repeat(90), style: Style::Danger, confirm: None };
    Card {
        tone: Tone::Late,
        title: vec![Word::Case(CaseId { kind: CaseKind::Incident, number: 1 }), Word::from(" <!channel> & *bold*")],
        lines: vec![
            vec![
                Word::Person { id: "lena".into(), name: "Lena".to_owned() },
                Word::Person { id: "eve".into(), name: "<@U1>".to_owned() },
                Word::Time(AT),
                Word::Strong("_x_".to_owned()),
            ],
            vec![Word::Code("one".to_owned()), Word::Code("two\n```\nthree".to_owned()), Word::from(" after")],
            vec![],
        ],
        fields: vec![Field { name: "Due".to_owned(), value: vec![Word::Time(AT)] }],
        buttons: (0..30).map(button).collect(),
        due_us: None,
        files: Vec::new(),
        more: Vec::new(),
        picture: None,
    }
}

/// All the words that stand in blocks.
fn words(blocks: &[Json]) -> String {
    fn collect(json: &Json, into: &mut String) {
        match json {
            Json::Object(object) => {
                if object.get("type").is_some_and(|it| it == "text" || it == "plain_text") {
                    into.push_str(object["text"].as_str().unwrap_or_default());
                }
                object.values().for_each(|inner| collect(inner, into));
            }
            Json::Array(list) => list.iter().for_each(|inner| collect(inner, into)),
            _ => {}
        }
    }
    let mut all = String::new();
    blocks.iter().for_each(|block| collect(block, &mut all));
    all
}

fn characters(blocks: &[Json]) -> usize {
    blocks.iter().map(|block| words(std::slice::from_ref(block)).chars().count()).sum()
}

#[test]
fn blocks_are_what_slack_takes() {
    let folder = std::env::var("COUNTERSIGN_SHARED").unwrap_or_else(|_| "../shared/data".to_owned());
    let Ok(text) = std::fs::read_to_string(format!("{folder}/schemas/slack/KnownBlock.schema.json")) else {
        return eprintln!("SKIPPED: no shared data");
    };
    let schema = serde_json::from_str(&text).expect("a schema");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for block in drawn(&full()).messages.iter().flat_map(|message| &message.blocks) {
        let wrong: Vec<String> = schema.iter_errors(block).map(|it| it.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {block}");
    }
}

#[test]
fn nobodys_words_become_markup() {
    let message = &drawn(&full()).messages[0];
    let text = json!(message.blocks).to_string();
    assert!(!text.contains("mrkdwn") && !text.contains("\"link\"") && !text.contains("broadcast"), "{text}");
    assert!(words(&message.blocks).contains(" <!channel> & *bold*"));
    assert_eq!(text.matches("\"user_id\"").count(), 1, "the forged mention stays text: {text}");
    let text_beside = message.text.replace("<@U1>", "").replace("<!date^", "");
    assert!(text_beside.contains("&lt;!channel&gt; &amp;") && !text_beside.contains('<'), "{text_beside}");
    assert!(text.contains("\"fallback\":\"") && text.contains(" UTC\""), "{text}");
    let rows: Vec<usize> = message
        .blocks
        .iter()
        .filter(|block| block["type"] == "actions")
        .map(|block| block["elements"].as_array().expect("buttons").len())
        .collect();
    assert_eq!(rows, [25, 5]);
}

fn kinds(card: &Card) -> Vec<String> {
    let blocks = drawn(card).messages.into_iter().flat_map(|message| message.blocks);
    blocks.map(|block| block["type"].as_str().expect("a type").to_owned()).collect()
}

#[test]
fn a_table_has_its_name_on_top_and_short_fields_side_by_side() {
    let field = |name: &str, value: Word| Field { name: name.to_owned(), value: vec![value] };
    let case = |number| Word::Case(CaseId { kind: CaseKind::Incident, number });
    let table = |title: Word| Card {
        tone: Tone::Late,
        title: vec![title, Word::from(" · “Drift”")],
        lines: vec![vec![Word::from("since noon")]],
        fields: vec![
            field("Severity", Word::Strong("sev2".to_owned())),
            field("Due", Word::Time(AT)),
            field("Lead", Word::Person { id: "lena".into(), name: "Lena".to_owned() }),
            field("Next", Word::from("a word ".repeat(12))),
            field("State", Word::from("open")),
            field("Action", Word::Code("ab".repeat(32))),
            field("Name", Word::Code("*b*".to_owned())),
        ],
        ..Card::default()
    };
    assert_eq!(kinds(&table(case(1))), ["header", "rich_text", "section", "rich_text", "context", "rich_text"]);
    let blocks = drawn(&table(case(1))).messages.remove(0).blocks;
    assert_eq!(blocks[0]["text"]["text"], "⏰ INC-1 · “Drift”");
    let columns: Vec<&str> =
        blocks[2]["fields"].as_array().expect("columns").iter().filter_map(|it| it["text"].as_str()).collect();
    assert_eq!(columns[0], "*Severity*\n*sev2*");
    assert!(columns[1].starts_with("*Due*\n<!date^") && columns[2] == "*Lead*\n<@U1>", "{columns:?}");
    // What leads somewhere is a link, which no header holds.
    assert_eq!(kinds(&table(case(7))), ["rich_text", "rich_text", "section", "rich_text", "context", "rich_text"]);
    assert_eq!(
        kinds(&table(Word::from("x".repeat(200)))),
        ["rich_text", "rich_text", "section", "rich_text", "context", "rich_text"]
    );
}

#[test]
fn what_stands_below_a_heading_is_a_block_of_its_own() {
    let strong = || vec![Word::Strong("credit".to_owned())];
    let lines = vec![vec![Word::from("in time")], strong(), vec![Word::from("acknowledge: 1")], strong()];
    assert_eq!(kinds(&card("Digest", lines)), ["rich_text"; 4]);
}

#[test]
fn what_can_be_typed_is_small_print_under_a_notice() {
    let mut notice = card("INC-1 is open", vec![vec![Word::Line("/incident ack INC-1".to_owned())]]);
    assert_eq!(kinds(&notice), ["rich_text", "context"]);
    notice.lines[0] = vec![Word::Line("/incident note `x` <!here>".to_owned())];
    assert_eq!(kinds(&notice), ["rich_text", "rich_text"]);
    notice.lines[0] = vec![Word::Line("/incident note <!here>".to_owned())];
    let small = json!(drawn(&notice).messages[0].blocks[1]);
    assert_eq!(small["elements"][0]["text"], "`/incident note &lt;!here&gt;`");
}

#[test]
fn what_is_long_goes_on_and_what_is_code_goes_along() {
    let long = "word ".repeat(9_000);
    let all = drawn(&card("Long", vec![vec![Word::from(long.as_str())]]));
    assert!(all.messages.len() > 1);
    let said: String = all.messages.iter().map(|message| words(&message.blocks)).collect();
    assert_eq!(said.matches("word ").count(), 9_000);
    let code = "line\n".repeat(1_000);
    let with_code = drawn(&card("Code", vec![vec![Word::Code(code.clone())]]));
    assert_eq!(with_code.files.len(), 1);
    assert_eq!(with_code.files[0].bytes, code.as_bytes());
    assert!(words(&with_code.messages[0].blocks).contains(&with_code.files[0].name));
}

proptest! {
    /// Whoever wrote it.
    #[test]
    fn columns_hold_no_markup_but_the_bots(
        values in prop::collection::vec("(\\PC|[*_~`<>&:@#|!]){0,30}", 2..12),
        strong in any::<bool>(),
    ) {
        let word = |text: &String| if strong { Word::Strong(text.clone()) } else { Word::Text(text.clone()) };
        let nobody = |name: &String| Word::Person { id: "eve".into(), name: name.clone() };
        let mut fields: Vec<Field> = Vec::new();
        for value in &values {
            fields.push(Field { name: "Class".to_owned(), value: vec![word(value)] });
            fields.push(Field { name: value.clone(), value: vec![nobody(value)] });
        }
        let card = Card { fields, ..card("a", Vec::new()) };
        for block in drawn(&card).messages.iter().flat_map(|message| &message.blocks) {
            for column in block["fields"].as_array().into_iter().flatten() {
                let text = column["text"].as_str().expect("words");
                let (name, value) = text.split_once('\n').expect("a name and a value");
                for part in [name, value] {
                    let inside = part.strip_prefix('*').and_then(|it| it.strip_suffix('*')).unwrap_or(part);
                    prop_assert!(!inside.contains(['*', '_', '~', '`', '<', '>', '&', ':', '@', '#']), "{}", text);
                }
            }
        }
    }

    #[test]
    fn every_card_stays_within_slacks_limits(
        title in "\\PC{0,200}",
        lines in prop::collection::vec(("\\PC{0,4000}", "[a-z<>&`\\n]{0,4000}"), 0..12),
    ) {
        let lines = lines.into_iter().map(|(text, code)| vec![Word::from(text), Word::Code(code)]).collect();
        let drawn = drawn(&card(&title, lines));
        prop_assert!(!drawn.messages.is_empty());
        for message in &drawn.messages {
            prop_assert!(message.blocks.len() <= 50);
            prop_assert!(characters(&message.blocks) <= 13_000);
            prop_assert!(message.text.chars().count() <= 4_000);
        }
    }
}

#[test]
fn a_button_that_wants_a_second_press_asks_its_question() {
    let button = |confirm: Option<&str>| Button {
        action: "approve:APR-1:2".to_owned(),
        label: "Approve".to_owned(),
        style: Style::Primary,
        confirm: confirm.map(str::to_owned),
    };
    let asks = Card { buttons: vec![button(Some("Approve APR-1, revision 2?")), button(None)], ..card("a", vec![]) };
    let drawn = drawn(&asks);
    let mut blocks = drawn.messages.iter().flat_map(|message| &message.blocks);
    let row = blocks.find(|block| block["type"] == "actions").expect("a row of buttons");
    let confirm = &row["elements"][0]["confirm"];
    assert_eq!(confirm["text"]["text"], "Approve APR-1, revision 2?");
    assert_eq!((&confirm["confirm"]["text"], &confirm["deny"]["text"]), (&json!("Approve"), &json!("Not now")));
    assert!(row["elements"][1].get("confirm").is_none(), "{row}");
}

#[test]
fn files_of_a_card_go_with_it() {
    let files = vec![crate::card::Attached { name: "INC-1-dora.json".to_owned(), text: "{}".to_owned() }];
    let drawn = drawn(&Card { title: vec![Word::from("INC-1")], files, ..Card::default() });
    assert_eq!(drawn.files, [NewFile::text("INC-1-dora.json".to_owned(), "{}")]);
}
