//! A form as a Slack modal, and what comes back from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::blocks::{self, Directory};
use super::word;
use super::words::{cut, pieces};
use crate::card::Card;
use crate::domain::every_case::OpenedFrom;
use crate::domain::{Lane, Policy};
use crate::grammar::{Field, FieldKind, Form};

/// The callback of the bot's modals.
pub(super) const CALLBACK: &str = "form";
const TITLE: usize = 24;
/// How many blocks the intro may take, so that fields have room.
const INTRO_BLOCKS: usize = 40;
const VIEW_BLOCKS: usize = 100;
const INPUT_AT_MOST: usize = 3_000;
const OPTIONS_AT_MOST: usize = 100;
const OPTION_TEXT: usize = 75;
const OPTION_VALUE: usize = 150;
const LABEL: usize = 2_000;
/// A text of more parts isn't put into a form.
const PARTS_AT_MOST: usize = 20;
/// Between a field's name and the number of its part, where a text is longer than one input holds.
const PART: char = '~';

/// What a modal remembers of where it was opened, and of which form it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    pub form: String,
    pub lane: Lane,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The thread in which the answer is seen: none where the message that begins it was pressed in the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_in: Option<String>,
    /// The message that it was opened from, to be kept as evidence itself: its conversation and its timestamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeps: Option<(String, String)>,
    /// The same message as the card of a case shows it that is opened from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_from: Option<Box<OpenedFrom>>,
}

/// The modal of a form. `complaints` stand above it: what was wrong with the last try.
pub(super) fn view(
    form: &Form,
    memory: &Memory,
    complaints: &[String],
    policy: &Policy,
    directory: &dyn Directory,
) -> Json {
    let mut drawn: Vec<Json> = Vec::new();
    if form.title.chars().count() > TITLE {
        drawn.push(words(&form.title, true));
    }
    drawn.extend(complaints.iter().map(|complaint| words(complaint, true)));
    drawn.extend(form.intro.iter().flat_map(|line| blocks::line(line, directory)).take(INTRO_BLOCKS));
    drawn.extend(form.fields.iter().flat_map(|field| inputs(field, policy)));
    drawn.truncate(VIEW_BLOCKS);
    json!({
        "type": "modal",
        "callback_id": CALLBACK,
        "title": title(&form.title),
        "submit": title(&form.submit),
        "close": title("Cancel"),
        "private_metadata": serde_json::to_string(memory).unwrap_or_default(),
        "blocks": drawn,
    })
}

/// A modal that only says something.
pub(super) fn said(heading: &str, cards: &[Card], directory: &dyn Directory) -> Json {
    let drawn = cards.iter().flat_map(|card| blocks::draw(card, directory).messages);
    // A modal is soon closed. The answer's buttons stand where it is shown for good.
    let mut drawn: Vec<Json> =
        drawn.flat_map(|message| message.blocks).filter(|block| block["type"] != "actions").collect();
    if drawn.is_empty() {
        drawn.push(words(heading, false));
    }
    drawn.truncate(VIEW_BLOCKS);
    json!({ "type": "modal", "callback_id": "said", "title": title(heading), "close": title("Close"), "blocks": drawn })
}

fn title(text: &str) -> Json {
    json!({ "type": "plain_text", "text": cut(text, TITLE), "emoji": false })
}

fn plain_text(text: &str, at_most: usize) -> Json {
    json!({ "type": "plain_text", "text": cut(text, at_most), "emoji": false })
}

fn words(text: &str, strong: bool) -> Json {
    let style = json!({ "bold": strong });
    json!({
        "type": "rich_text",
        "elements": [{ "type": "rich_text_section", "elements": [{ "type": "text", "text": text, "style": style }] }],
    })
}

/// Usually one; several where what is filled in already is longer than one input holds.
fn inputs(field: &Field, policy: &Policy) -> Vec<Json> {
    if matches!(field.kind, FieldKind::Text | FieldKind::Long) {
        let value = field.value.as_deref().unwrap_or_default();
        let parts = pieces(value, INPUT_AT_MOST);
        let count = parts.len();
        if count > PARTS_AT_MOST {
            // A part of it would be taken for the whole text when the form is sent.
            let hint = "What stands there is too long to be shown here; what you write takes its place.";
            return inputs(&Field { value: None, hint: Some(hint.to_owned()), ..field.clone() }, policy);
        }
        return parts
            .into_iter()
            .enumerate()
            .map(|(at, part)| {
                // An input may trim a line break or a blank at the end. The block's name remembers which one it was.
                let (part, end) = match part.strip_suffix('\n').filter(|_| at + 1 < count) {
                    Some(part) => (part, 'n'),
                    None => match part.strip_suffix(' ').filter(|_| at + 1 < count) {
                        Some(part) => (part, 's'),
                        None => (part, 'h'),
                    },
                };
                let (name, label) = match at {
                    0 if count == 1 => (field.name.clone(), field.label.clone()),
                    _ => (format!("{}{PART}{at}{end}", field.name), format!("{} ({} of {count})", field.label, at + 1)),
                };
                let max = field.max.unwrap_or(INPUT_AT_MOST).min(INPUT_AT_MOST);
                let mut element = json!({
                    "type": "plain_text_input",
                    "action_id": name,
                    "multiline": field.kind == FieldKind::Long,
                    "max_length": max,
                });
                if !part.is_empty() {
                    element["initial_value"] = cut(part, max).into();
                }
                input(field, &name, &label, element, field.required && at == 0)
            })
            .collect();
    }
    let element = match field.kind {
        FieldKind::Moment => {
            let mut element = json!({ "type": "datetimepicker", "action_id": field.name });
            if let Some(at) = field.value.as_deref().and_then(|it| it.parse::<chrono::DateTime<chrono::Utc>>().ok()) {
                element["initial_date_time"] = at.timestamp().into();
            }
            element
        }
        FieldKind::Flag => {
            let option = json!({ "text": plain_text(&field.label, OPTION_TEXT), "value": "true" });
            let mut element = json!({ "type": "checkboxes", "action_id": field.name, "options": [option] });
            if field.value.as_deref() == Some("true") {
                element["initial_options"] = json!([option]);
            }
            element
        }
        _ => select(field, policy),
    };
    vec![input(field, &field.name, &field.label, element, field.required)]
}

fn input(field: &Field, name: &str, label: &str, element: Json, required: bool) -> Json {
    let mut block = json!({
        "type": "input",
        "block_id": name,
        "label": plain_text(label, LABEL),
        "element": element,
        "optional": !required,
    });
    let cut = field.kind == FieldKind::Long && field.max.is_none_or(|max| max > INPUT_AT_MOST);
    let limit = cut.then(|| format!("Slack takes {INPUT_AT_MOST} characters here."));
    let hints: Vec<String> = field.hint.iter().cloned().chain(limit).collect();
    if !hints.is_empty() {
        block["hint"] = plain_text(&hints.join(" "), LABEL);
    }
    block
}

fn select(field: &Field, policy: &Policy) -> Json {
    let mut choices: Vec<(String, String)> = match field.kind {
        FieldKind::Person if field.choices.is_empty() => {
            policy.people.iter().map(|(id, person)| (id.to_string(), person.name.clone())).collect()
        }
        _ => field.choices.iter().map(|choice| (choice.value.clone(), choice.label.clone())).collect(),
    };
    if field.kind == FieldKind::Person {
        choices.sort_by(|a, b| a.1.cmp(&b.1));
    }
    let option = |(value, label): &(String, String)| {
        let label = if label.trim().is_empty() { value } else { label };
        json!({ "text": plain_text(label, OPTION_TEXT), "value": cut(value, OPTION_VALUE) })
    };
    if choices.is_empty() {
        // A select must have something to choose.
        let element = json!({ "type": "plain_text_input", "action_id": field.name });
        return match field.value.as_deref() {
            Some(value) if !value.is_empty() => {
                let mut element = element;
                element["initial_value"] = value.into();
                element
            }
            _ => element,
        };
    }
    let mut element = json!({ "type": "static_select", "action_id": field.name });
    match choices.len() {
        ..=OPTIONS_AT_MOST => element["options"] = choices.iter().map(option).collect(),
        _ => {
            let letter = |it: &(String, String)| it.1.chars().next().map(|c| c.to_uppercase().to_string());
            let groups = choices.chunks(OPTIONS_AT_MOST).map(|chunk| {
                let ends = [chunk.first(), chunk.last()].map(|it| it.and_then(letter).unwrap_or_default());
                let options: Vec<Json> = chunk.iter().map(option).collect();
                json!({ "label": plain_text(&ends.join("–"), OPTION_TEXT), "options": options })
            });
            element["option_groups"] = groups.collect();
        }
    }
    let given = choices.iter().find(|(value, _)| Some(value.as_str()) == field.value.as_deref());
    if let Some(given) = given {
        element["initial_option"] = option(given);
    }
    element
}

/// What was filled in, by field. Moments are RFC 3339, flags `true` or `false`.
pub(super) fn values(state: &Json) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    let mut parts: BTreeMap<String, BTreeMap<u32, (char, String)>> = BTreeMap::new();
    for (block, actions) in state.as_object().into_iter().flatten() {
        let Some(input) = actions.as_object().and_then(|it| it.values().next()) else { continue };
        let Some(value) = value(input) else { continue };
        match block.split_once(PART) {
            None => drop(values.insert(block.clone(), value)),
            Some((name, part)) => {
                let end = part.chars().last().unwrap_or('h');
                let number = part.trim_end_matches(char::is_alphabetic).parse().unwrap_or(0);
                parts.entry(name.to_owned()).or_default().insert(number, (end, value));
            }
        }
    }
    for (name, parts) in parts {
        let last = parts.keys().next_back().copied();
        let mut whole = String::new();
        for (number, (end, part)) in parts {
            whole.push_str(&part);
            match end {
                'n' if Some(number) != last => whole.push('\n'),
                's' if Some(number) != last => whole.push(' '),
                _ => {}
            }
        }
        values.insert(name, whole);
    }
    values
}

fn value(input: &Json) -> Option<String> {
    match input["type"].as_str()? {
        "plain_text_input" => input["value"].as_str().map(str::to_owned),
        "static_select" | "external_select" => input["selected_option"]["value"].as_str().map(str::to_owned),
        "datetimepicker" => {
            let at = chrono::DateTime::from_timestamp(input["selected_date_time"].as_i64()?, 0)?;
            Some(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
        }
        "checkboxes" => {
            let chosen = input["selected_options"].as_array().is_some_and(|it| !it.is_empty());
            Some(chosen.to_string())
        }
        _ => None,
    }
}

/// The form as it was sent, under what was wrong with it.
pub(super) fn reopened(view: &Json, complaints: &[String]) -> Json {
    let values = &view["state"]["values"];
    let mut drawn: Vec<Json> = complaints
        .iter()
        .map(|it| {
            let text = json!({ "type": "text", "text": it, "style": { "bold": true } });
            json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [text] }] })
        })
        .collect();
    for block in view["blocks"].as_array().into_iter().flatten() {
        let mut block = block.clone();
        let nothing = Json::Null;
        let input = values[word(&block, "block_id")].as_object().and_then(|it| it.values().next()).unwrap_or(&nothing);
        for (from, to) in [
            ("value", "initial_value"),
            ("selected_option", "initial_option"),
            ("selected_date_time", "initial_date_time"),
            ("selected_options", "initial_options"),
        ] {
            let filled = !input[from].is_null() && input[from].as_array().is_none_or(|it| !it.is_empty());
            if block["type"] == "input" && filled {
                block["element"][to] = input[from].clone();
            }
        }
        drawn.push(block);
    }
    drawn.truncate(100);
    let mut again = json!({ "type": "modal", "blocks": drawn });
    for name in ["callback_id", "title", "submit", "close", "private_metadata"] {
        if !view[name].is_null() {
            again[name] = view[name].clone();
        }
    }
    again
}

/// Errors at the inputs that they are about; what is about the form as a whole, or about something that it doesn't show,
/// stands at the first input. `None`: there is no input to show them at.
pub(super) fn errors(errors: &BTreeMap<String, String>, view: &Json) -> Option<Json> {
    let blocks: Vec<&str> = view["blocks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|block| block["type"] == "input")
        .filter_map(|block| block["block_id"].as_str())
        .collect();
    let first = blocks.first()?;
    let mut at: BTreeMap<&str, String> = BTreeMap::new();
    for (field, sentence) in errors {
        let own = blocks.iter().find(|block| block.split(PART).next() == Some(field.as_str())).unwrap_or(first);
        let said = at.entry(own).or_default();
        if !said.is_empty() {
            said.push(' ');
        }
        said.push_str(sentence);
    }
    Some(json!(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::domain::{CaseId, PersonId};

    struct Nobody;

    impl Directory for Nobody {
        fn account(&self, _: &PersonId) -> Option<String> {
            None
        }
        fn address(&self, _: CaseId) -> Option<String> {
            None
        }
        fn is_elsewhere(&self, _: CaseId) -> bool {
            false
        }
    }

    use crate::grammar::form::Choice;

    fn field(name: &str, kind: FieldKind, value: Option<&str>) -> Field {
        Field {
            name: name.to_owned(),
            label: name.to_owned(),
            kind,
            required: true,
            choices: Vec::new(),
            hint: None,
            value: value.map(str::to_owned),
            max: None,
        }
    }

    /// What Slack sends when somebody presses the button without touching anything.
    fn untouched(view: &Json) -> Json {
        let mut state = serde_json::Map::new();
        for block in view["blocks"].as_array().expect("blocks").iter().filter(|it| it["type"] == "input") {
            let element = &block["element"];
            let kind = element["type"].as_str().expect("a type");
            let value = match kind {
                "plain_text_input" => json!({ "type": kind, "value": element["initial_value"] }),
                "static_select" => json!({ "type": kind, "selected_option": element["initial_option"] }),
                "datetimepicker" => json!({ "type": kind, "selected_date_time": element["initial_date_time"] }),
                _ => json!({ "type": kind, "selected_options": element.get("initial_options").unwrap_or(&json!([])) }),
            };
            state.insert(block["block_id"].as_str().expect("a name").to_owned(), json!({ "value": value }));
        }
        Json::Object(state)
    }

    fn drawn(fields: Vec<Field>) -> Json {
        let form = Form {
            id: "incident.open".to_owned(),
            title: "A title that is longer than a modal's title may be".to_owned(),
            submit: "Open incident".to_owned(),
            intro: Vec::new(),
            fields,
        };
        let memory = Memory {
            form: form.id.clone(),
            lane: "slack/C1".parse().expect("a lane"),
            thread: None,
            seen_in: None,
            keeps: None,
            opened_from: None,
        };
        let policy = Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
        view(&form, &memory, &[], &policy, &Nobody)
    }

    #[test]
    fn what_is_filled_in_comes_back_as_it_was() {
        let long: String = (0..900).map(|at| format!("line {at} of it\n")).collect();
        let choice = |value: &str| Choice { value: value.to_owned(), label: format!("{value} and {}", "x".repeat(90)) };
        let many = (0..250).map(|at| choice(&format!("choice-{at}"))).collect();
        let view = drawn(vec![
            field("text", FieldKind::Long, Some(long.trim_end())),
            field("title", FieldKind::Text, Some("words & <markup>")),
            field("at", FieldKind::Moment, Some("2026-11-24T10:00:00+01:00")),
            field("flag", FieldKind::Flag, Some("true")),
            field("off", FieldKind::Flag, None),
            Field { choices: many, ..field("one", FieldKind::Choice, Some("choice-199")) },
            field("nobody", FieldKind::Person, Some("nobody-here")),
        ]);
        assert!(view["title"]["text"].as_str().expect("a title").chars().count() <= 24);
        let values = values(&untouched(&view));
        assert_eq!(values["text"], long.trim_end());
        assert_eq!(values["title"], "words & <markup>");
        assert_eq!(values["at"], "2026-11-24T09:00:00Z");
        assert_eq!((values["flag"].as_str(), values["off"].as_str()), ("true", "false"));
        assert_eq!(values["one"], "choice-199");
        assert!(!values.contains_key("nobody"));
        let memory: Memory = serde_json::from_str(view["private_metadata"].as_str().expect("text")).expect("a memory");
        assert_eq!(memory.form, "incident.open");
    }

    #[test]
    fn a_field_says_how_much_slack_takes() {
        let hint = |field: Field| {
            drawn(vec![field])["blocks"].as_array().expect("blocks").last().expect("an input")["hint"].clone()
        };
        let long = Field { max: Some(8_000), ..field("text", FieldKind::Long, None) };
        assert!(hint(long.clone())["text"].as_str().is_some_and(|it| it.contains("3000 characters")));
        assert!(hint(Field { max: Some(300), ..long }).is_null());
        assert!(hint(field("title", FieldKind::Text, None)).is_null());
    }

    #[test]
    fn errors_stand_at_an_input() {
        let view = drawn(vec![field("title", FieldKind::Text, None), field("severity", FieldKind::Text, None)]);
        let wrong = [("severity", "Not a severity."), ("", "An old form."), ("gone", "No such thing.")];
        let wrong = wrong.map(|(name, sentence)| (name.to_owned(), sentence.to_owned())).into();
        let errors = errors(&wrong, &view).expect("inputs");
        assert_eq!(errors["severity"], "Not a severity.");
        assert_eq!(errors["title"], "An old form. No such thing.");
        assert!(super::errors(&wrong, &json!({ "blocks": [] })).is_none());
    }
}
