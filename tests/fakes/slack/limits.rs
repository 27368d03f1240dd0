//! What Slack limits and its schemas don't say. Each finding carries the error that Slack would answer with.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::schema;

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Slack's word for it; none where Slack would take it and only people lose.
    pub error: Option<&'static str>,
    pub what: String,
}

const MESSAGE_BLOCKS: usize = 50;
const VIEW_BLOCKS: usize = 100;
/// Undocumented; beyond it Slack says `msg_blocks_too_long`.
const ALL_BLOCKS: usize = 13_200;
const TEXT: usize = 40_000;

/// A message in the arguments of chat.postMessage and its relatives, or in an answer to a response URL.
pub fn message(args: &Map<String, Value>) -> Vec<Finding> {
    let mut found = Vec::new();
    let text = args.get("text").and_then(Value::as_str).unwrap_or_default();
    if text.chars().count() > TEXT {
        found.push(Finding { error: Some("msg_too_long"), what: format!("text is over {TEXT} characters") });
    }
    if let Some(blocks) = args.get("blocks") {
        found.extend(of_blocks(blocks, MESSAGE_BLOCKS));
        let empty = blocks.as_array().is_some_and(Vec::is_empty);
        if text.trim().is_empty() && !empty {
            found
                .push(Finding { error: None, what: "blocks without text beside them: notifications are empty".into() });
        }
    }
    if let Some(metadata) = args.get("metadata") {
        let named = metadata["event_type"].as_str().is_some_and(|name| !name.is_empty() && name.len() <= 255);
        if !named || !metadata["event_payload"].is_object() {
            found.push(Finding {
                error: Some("invalid_metadata_format"),
                what: format!("metadata needs an event_type and an event_payload: {metadata}"),
            });
        }
        if metadata.to_string().len() > 16_000 {
            found.push(Finding { error: Some("metadata_too_large"), what: "metadata is over 16,000 bytes".into() });
        }
    }
    found
}

/// A modal or a home tab.
pub fn view(view: &Value) -> Vec<Finding> {
    let mut wrong = schema::view(view);
    let mut look = Look::default();
    look.blocks(&view["blocks"], VIEW_BLOCKS);
    for part in ["title", "submit", "close"] {
        look.text(&view[part], 24, part);
    }
    look.string(&view["private_metadata"], 3000, "private_metadata");
    look.string(&view["callback_id"], 255, "callback_id");
    look.string(&view["external_id"], 255, "external_id");
    let inputs = view["blocks"].as_array().is_some_and(|blocks| blocks.iter().any(|block| block["type"] == "input"));
    if view["type"] == "modal" && inputs && view["submit"].is_null() {
        look.wrong.push("a modal with inputs needs submit".into());
    }
    wrong.extend(look.wrong);
    wrong.into_iter().map(|what| Finding { error: Some("invalid_arguments"), what }).collect()
}

fn of_blocks(blocks: &Value, most: usize) -> Vec<Finding> {
    let mut wrong = schema::blocks(blocks);
    let mut look = Look::default();
    look.blocks(blocks, most);
    wrong.extend(look.wrong);
    let mut found: Vec<Finding> =
        wrong.into_iter().map(|what| Finding { error: Some("invalid_blocks"), what }).collect();
    if look.characters > ALL_BLOCKS {
        let what = format!("the blocks have {} characters together, Slack takes about {ALL_BLOCKS}", look.characters);
        found.push(Finding { error: Some("msg_blocks_too_long"), what });
    }
    found
}

#[derive(Default)]
struct Look {
    wrong: Vec<String>,
    characters: usize,
    block_ids: BTreeSet<String>,
    action_ids: BTreeSet<String>,
}

impl Look {
    fn blocks(&mut self, blocks: &Value, most: usize) {
        let Some(blocks) = blocks.as_array() else { return };
        if blocks.len() > most {
            self.wrong.push(format!("{} blocks, {most} are allowed", blocks.len()));
        }
        for block in blocks {
            self.block(block);
        }
        self.characters += blocks.iter().map(written).sum::<usize>();
    }

    fn block(&mut self, block: &Value) {
        self.string(&block["block_id"], 255, "block_id");
        if let Some(id) = block["block_id"].as_str()
            && !self.block_ids.insert(id.to_owned())
        {
            self.wrong.push(format!("block_id {id:?} twice"));
        }
        match block["type"].as_str().unwrap_or_default() {
            "section" => {
                self.text(&block["text"], 3000, "section text");
                self.count(&block["fields"], 1, 10, "fields");
                for field in list(&block["fields"]) {
                    self.text(field, 2000, "field");
                }
                if !block["accessory"].is_null() {
                    self.element(&block["accessory"]);
                }
            }
            "header" => self.text(&block["text"], 150, "header"),
            "context" => {
                self.count(&block["elements"], 1, 10, "context elements");
                for element in list(&block["elements"]) {
                    if element["type"] != "image" {
                        self.text(element, 3000, "context text");
                    }
                }
            }
            "actions" => {
                self.count(&block["elements"], 1, 25, "actions elements");
                for element in list(&block["elements"]) {
                    self.element(element);
                }
            }
            "input" => {
                self.text(&block["label"], 2000, "input label");
                self.text(&block["hint"], 2000, "input hint");
                self.element(&block["element"]);
            }
            "image" => {
                self.text(&block["title"], 2000, "image title");
                self.string(&block["alt_text"], 2000, "alt_text");
                self.string(&block["image_url"], 3000, "image_url");
            }
            "markdown" => self.string(&block["text"], 12_000, "markdown text"),
            _ => {}
        }
    }

    fn element(&mut self, element: &Value) {
        self.string(&element["action_id"], 255, "action_id");
        if let Some(id) = element["action_id"].as_str()
            && !self.action_ids.insert(id.to_owned())
        {
            self.wrong.push(format!("action_id {id:?} twice"));
        }
        self.text(&element["placeholder"], 150, "placeholder");
        if !element["confirm"].is_null() {
            for (part, most) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
                self.text(&element["confirm"][part], most, part);
            }
        }
        match element["type"].as_str().unwrap_or_default() {
            "button" => {
                self.text(&element["text"], 75, "button text");
                self.string(&element["value"], 2000, "button value");
                self.string(&element["url"], 3000, "button url");
            }
            "static_select" | "multi_static_select" => self.options(element, 100),
            "overflow" => self.options(element, 5),
            "radio_buttons" | "checkboxes" => self.options(element, 10),
            "plain_text_input" => {
                self.string(&element["initial_value"], 3000, "initial_value");
                for part in ["min_length", "max_length"] {
                    if element[part].as_u64().is_some_and(|length| length > 3000) {
                        self.wrong.push(format!("{part} is over 3000"));
                    }
                }
            }
            _ => {}
        }
    }

    fn options(&mut self, element: &Value, most: usize) {
        if element["options"].is_null() == element["option_groups"].is_null() {
            self.wrong.push("either options or option_groups".into());
        }
        self.count(&element["options"], 1, most, "options");
        self.count(&element["option_groups"], 1, 100, "option_groups");
        let mut all: Vec<&Value> = list(&element["options"]).iter().collect();
        for group in list(&element["option_groups"]) {
            self.text(&group["label"], 75, "group label");
            self.count(&group["options"], 1, 100, "options of a group");
            all.extend(list(&group["options"]));
        }
        for option in &all {
            self.text(&option["text"], 75, "option text");
            self.text(&option["description"], 75, "option description");
            self.string(&option["value"], 150, "option value");
        }
        let chosen = list(&element["initial_options"]).iter().chain(element.get("initial_option"));
        for chosen in chosen {
            if !all.contains(&chosen) {
                self.wrong.push(format!("the initial option {} is none of the options", chosen["value"]));
            }
        }
    }

    fn count(&mut self, of: &Value, least: usize, most: usize, what: &str) {
        if let Some(of) = of.as_array()
            && !(least..=most).contains(&of.len())
        {
            self.wrong.push(format!("{} {what}, {least} to {most} are allowed", of.len()));
        }
    }

    /// A text object that is there.
    fn text(&mut self, text: &Value, most: usize, what: &str) {
        self.string(&text["text"], most, what);
        if text["text"].as_str().is_some_and(str::is_empty) {
            self.wrong.push(format!("{what} is empty"));
        }
    }

    fn string(&mut self, text: &Value, most: usize, what: &str) {
        let length = text.as_str().map_or(0, |text| text.chars().count());
        if length > most {
            self.wrong.push(format!("{what} has {length} characters, {most} are allowed"));
        }
    }
}

/// The characters that people would read in a block.
fn written(value: &Value) -> usize {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(name, inner)| match inner.as_str() {
                Some(text) if name == "text" => text.chars().count(),
                Some(_) => 0,
                None => written(inner),
            })
            .sum(),
        Value::Array(list) => list.iter().map(written).sum(),
        _ => 0,
    }
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
