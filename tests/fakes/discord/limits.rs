//! The limits that Discord enforces and its published shapes leave out, plus one rule of the house: every send says whom it may
//! ping. Pure: bodies in, wrongs out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::Wrong;

/// The flag of messages laid out in components alone.
pub const IS_COMPONENTS_V2: u64 = 1 << 15;
/// The flag of messages that one person sees.
pub const EPHEMERAL: u64 = 1 << 6;

/// What a message body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It can ping, so it must say whom.
    Send,
    /// It changes what stands there; nobody is pinged.
    Edit,
}

fn length(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

struct Findings(Vec<Wrong>);

impl Findings {
    fn at_most(&mut self, path: &[&str], value: &Value, most: usize) {
        if length(value) > most {
            let message = format!("Must be {most} or fewer in length.");
            self.0.push(Wrong::new(path, "BASE_TYPE_MAX_LENGTH", message));
        }
    }

    fn count(&mut self, path: &[&str], items: usize, least: usize, most: usize) {
        if items < least || items > most {
            let message = format!("Must be between {least} and {most} in length.");
            self.0.push(Wrong::new(path, "BASE_TYPE_BAD_LENGTH", message));
        }
    }

    fn say(&mut self, path: &[&str], code: &'static str, message: &str) {
        self.0.push(Wrong::new(path, code, message));
    }
}

/// A message as it is created or edited, over REST, as a callback's data or as a follow-up.
pub fn message(body: &Value, purpose: Purpose, files: usize) -> Vec<Wrong> {
    let mut found = Findings(Vec::new());
    found.at_most(&["content"], &body["content"], 2000);
    if purpose == Purpose::Send && !body["allowed_mentions"].is_object() {
        found.say(&["allowed_mentions"], "BASE_TYPE_REQUIRED", "This send doesn't say whom it may ping.");
    }
    mentions(&mut found, &body["allowed_mentions"]);

    let embeds = list(&body["embeds"]);
    found.count(&["embeds"], embeds.len(), 0, 10);
    let mut all = 0;
    for (index, embed) in embeds.iter().enumerate() {
        let index = index.to_string();
        all += one_embed(&mut found, &["embeds", &index], embed);
    }
    if all > 6000 {
        found.say(&["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000.");
    }

    let flags = body["flags"].as_u64().unwrap_or(0);
    if flags & IS_COMPONENTS_V2 != 0 {
        for other in ["content", "embeds", "poll", "sticker_ids"] {
            let empty = match &body[other] {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(items) => items.is_empty(),
                _ => false,
            };
            if !empty {
                let message = "The field cannot be used when the message is laid out in components (IS_COMPONENTS_V2).";
                found.say(&[other], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
            }
        }
    } else {
        let rows = list(&body["components"]);
        found.count(&["components"], rows.len(), 0, 5);
        for (index, row) in rows.iter().enumerate() {
            if row["type"] != 1 {
                let message = "Only action rows can stand at the top unless the message is laid out in components.";
                found.say(&["components", &index.to_string(), "type"], "UNION_TYPE_CHOICES", message);
            }
        }
    }
    components(&mut found, &["components"], &body["components"], &mut BTreeSet::new());

    if length(&body["nonce"]) > 25 {
        found.say(&["nonce"], "NONCE_TYPE_TOO_LONG", "Must be 25 or fewer in length.");
    }
    if body["enforce_nonce"] == true && body["nonce"].is_null() {
        found.say(&["nonce"], "BASE_TYPE_REQUIRED", "A nonce must be given for it to be enforced.");
    }
    found.count(&["attachments"], list(&body["attachments"]).len(), 0, 10);
    found.count(&["files"], files, 0, 10);
    found.0
}

fn mentions(found: &mut Findings, allowed: &Value) {
    let parse: Vec<_> = list(&allowed["parse"]).iter().filter_map(Value::as_str).collect();
    for kind in ["users", "roles"] {
        if parse.contains(&kind) && !list(&allowed[kind]).is_empty() {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            found.say(&["allowed_mentions"], "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &message);
        }
        found.count(&["allowed_mentions", kind], list(&allowed[kind]).len(), 0, 100);
    }
}

/// Returns how many characters count towards the 6000 of the message.
fn one_embed(found: &mut Findings, at: &[&str], embed: &Value) -> usize {
    let path = |more: &[&'static str]| at.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    found.at_most(&path(&["title"]), &embed["title"], 256);
    found.at_most(&path(&["description"]), &embed["description"], 4096);
    found.at_most(&path(&["footer", "text"]), &embed["footer"]["text"], 2048);
    found.at_most(&path(&["author", "name"]), &embed["author"]["name"], 256);
    let fields = list(&embed["fields"]);
    found.count(&path(&["fields"]), fields.len(), 0, 25);
    let mut all = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]]
        .map(length)
        .iter()
        .sum();
    for (index, field) in fields.iter().enumerate() {
        let index = index.to_string();
        for (name, most) in [("name", 256), ("value", 1024)] {
            let path: Vec<_> = at.iter().copied().chain(["fields", index.as_str(), name]).collect();
            found.at_most(&path, &field[name], most);
            if length(&field[name]) == 0 {
                found.say(&path, "BASE_TYPE_REQUIRED", "This field is required");
            }
            all += length(&field[name]);
        }
    }
    all
}

/// Walks components of messages and forms alike; identifiers must be unique across all of them.
fn components(found: &mut Findings, at: &[&str], value: &Value, seen: &mut BTreeSet<String>) {
    for (index, component) in list(value).iter().enumerate() {
        let index = index.to_string();
        let here: Vec<_> = at.iter().copied().chain([index.as_str()]).collect();
        let path = |more: &'static str| here.iter().copied().chain([more]).collect::<Vec<_>>();
        if let Some(id) = component["custom_id"].as_str() {
            found.at_most(&path("custom_id"), &component["custom_id"], 100);
            if !seen.insert(id.to_owned()) {
                let message = "Component custom id cannot be duplicated";
                found.say(&path("custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
            }
        }
        let inner = list(&component["components"]);
        match component["type"].as_u64() {
            Some(1) => {
                found.count(&path("components"), inner.len(), 1, 5);
                let wide = inner.iter().any(|inner| inner["type"] != 2);
                if wide && inner.len() > 1 {
                    found.say(&path("components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The row is too wide.");
                }
            }
            Some(2) => {
                found.at_most(&path("label"), &component["label"], 80);
                let link = component["style"] == 5;
                if link != component["url"].is_string() {
                    found.say(&path("url"), "BASE_TYPE_BAD", "A link has a url, and nothing else has.");
                }
                if component["style"] != 6 && link == component["custom_id"].is_string() {
                    found.say(&path("custom_id"), "BASE_TYPE_REQUIRED", "Either a url or a custom_id, not both.");
                }
                if component["label"].is_null() && component["emoji"].is_null() && component["style"] != 6 {
                    found.say(&path("label"), "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI", "A button has a label.");
                }
            }
            Some(3) => {
                let options = list(&component["options"]);
                found.count(&path("options"), options.len(), 1, 25);
                let values: BTreeSet<_> = options.iter().map(|option| option["value"].as_str()).collect();
                if values.len() < options.len() {
                    let message = "The specified option value is already used";
                    found.say(&path("options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
                }
                for option in options {
                    for name in ["label", "value", "description"] {
                        found.at_most(&path("options"), &option[name], 100);
                    }
                }
                let most = component["max_values"].as_u64().unwrap_or(1);
                if most > options.len() as u64 || component["min_values"].as_u64().unwrap_or(1) > most {
                    found.say(&path("max_values"), "BASE_TYPE_MAX_LENGTH", "More values than options.");
                }
            }
            Some(4) => {
                found.at_most(&path("label"), &component["label"], 45);
                found.at_most(&path("value"), &component["value"], 4000);
                found.at_most(&path("placeholder"), &component["placeholder"], 100);
                if component["label"].is_null() && at.first() == Some(&"components") && at.last() == Some(&"components")
                {
                    found.say(&path("label"), "BASE_TYPE_REQUIRED", "This field is required");
                }
                let (least, most) = (component["min_length"].as_u64(), component["max_length"].as_u64());
                if least.zip(most).is_some_and(|(least, most)| least > most) {
                    found.say(&path("min_length"), "BASE_TYPE_BAD", "The least is more than the most.");
                }
                let value = length(&component["value"]) as u64;
                if value > 0 && (most.is_some_and(|most| value > most) || least.is_some_and(|least| value < least)) {
                    found.say(&path("value"), "BASE_TYPE_BAD_LENGTH", "The value given doesn't fit its own bounds.");
                }
            }
            _ => {}
        }
        let below: Vec<_> = here.iter().copied().chain(["components"]).collect();
        components(found, &below, &component["components"], seen);
        for inner in ["component", "accessory"] {
            let id = component[inner]["custom_id"].as_str();
            if id.is_some_and(|id| !seen.insert(id.to_owned())) {
                let message = "Component custom id cannot be duplicated";
                found.say(&path(inner), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
            }
        }
    }
}

/// The data of a callback that opens a form.
pub fn modal(data: &Value) -> Vec<Wrong> {
    let mut found = Findings(Vec::new());
    found.at_most(&["title"], &data["title"], 45);
    if length(&data["title"]) == 0 {
        found.say(&["title"], "BASE_TYPE_REQUIRED", "This field is required");
    }
    found.at_most(&["custom_id"], &data["custom_id"], 100);
    let rows = list(&data["components"]);
    found.count(&["components"], rows.len(), 1, 5);
    for (index, row) in rows.iter().enumerate() {
        let index = index.to_string();
        if row["type"] == 1 {
            found.count(&["components", &index, "components"], list(&row["components"]).len(), 1, 1);
        }
    }
    components(&mut found, &["components"], &data["components"], &mut BTreeSet::new());
    found.0
}

/// The data of a callback that answers a person who is still typing.
pub fn suggestions(data: &Value) -> Vec<Wrong> {
    let mut found = Findings(Vec::new());
    choices(&mut found, &["choices"], &data["choices"]);
    found.0
}

fn choices(found: &mut Findings, at: &[&str], value: &Value) {
    found.count(at, list(value).len(), 0, 25);
    let mut names = BTreeSet::new();
    for (index, choice) in list(value).iter().enumerate() {
        let index = index.to_string();
        for name in ["name", "value"] {
            let path: Vec<_> = at.iter().copied().chain([index.as_str(), name]).collect();
            found.at_most(&path, &choice[name], 100);
            if choice[name].as_str() == Some("") {
                found.say(&path, "BASE_TYPE_REQUIRED", "This field is required");
            }
        }
        if !names.insert(choice["name"].as_str()) {
            let path: Vec<_> = at.iter().copied().chain([index.as_str(), "name"]).collect();
            found.say(&path, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE", "Choice names must be unique");
        }
    }
}

/// Commands as they are registered, one or all at once.
pub fn commands(body: &Value) -> Vec<Wrong> {
    let mut found = Findings(Vec::new());
    match body {
        Value::Array(commands) => {
            for kind in 1..=3 {
                let of_kind: Vec<_> =
                    commands.iter().filter(|command| command["type"].as_u64().unwrap_or(1) == kind).collect();
                let most = if kind == 1 { 100 } else { 15 };
                found.count(&[], of_kind.len(), 0, most);
                let names: BTreeSet<_> = of_kind.iter().map(|command| command["name"].as_str()).collect();
                if names.len() < of_kind.len() {
                    let message = "Application command names must be unique";
                    found.say(&["name"], "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
                }
            }
            for (index, command) in commands.iter().enumerate() {
                let prefix = [index.to_string()];
                found.0.extend(one_command(command).into_iter().map(|wrong| wrong.under(&prefix)));
            }
        }
        command => found.0.extend(one_command(command)),
    }
    found.0
}

/// Letters in the lower case where their script has one, digits, and a few joints.
fn fit_for_a_name(name: &str) -> bool {
    let fits = |letter: char| (letter.is_alphanumeric() && !letter.is_uppercase()) || "-_'".contains(letter);
    (1..=32).contains(&name.chars().count()) && name.chars().all(fits)
}

fn one_command(command: &Value) -> Vec<Wrong> {
    let mut found = Findings(Vec::new());
    let name = command["name"].as_str().unwrap_or_default();
    if command["type"].as_u64().unwrap_or(1) == 1 {
        if !fit_for_a_name(name) {
            found.say(&["name"], "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
        if !(1..=100).contains(&length(&command["description"])) {
            found.say(&["description"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.");
        }
    } else {
        if !(1..=32).contains(&name.chars().count()) {
            found.say(&["name"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.");
        }
        if length(&command["description"]) > 0 || !list(&command["options"]).is_empty() {
            let message = "Context menu commands cannot have a description or options";
            found.say(&["description"], "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", message);
        }
    }
    options(&mut found, &["options"], &command["options"], 0);
    let all = command_length(command);
    if all > 8000 {
        let message = format!("Command exceeds maximum size (8000), it has {all}");
        found.say(&[], "APPLICATION_COMMAND_TOO_LARGE", &message);
    }
    found.0
}

fn options(found: &mut Findings, at: &[&str], value: &Value, depth: usize) {
    let all = list(value);
    found.count(at, all.len(), 0, 25);
    let mut names = BTreeSet::new();
    let mut optional_seen = false;
    let nested = |option: &Value| matches!(option["type"].as_u64(), Some(1 | 2));
    if all.iter().any(nested) && !all.iter().all(nested) {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        found.say(at, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (index, option) in all.iter().enumerate() {
        let index = index.to_string();
        let here: Vec<_> = at.iter().copied().chain([index.as_str()]).collect();
        let path = |more: &'static str| here.iter().copied().chain([more]).collect::<Vec<_>>();
        let name = option["name"].as_str().unwrap_or_default();
        if !fit_for_a_name(name) {
            found.say(&path("name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
        if !names.insert(name) {
            let message = "Option names must be unique";
            found.say(&path("name"), "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATE", message);
        }
        if !(1..=100).contains(&length(&option["description"])) {
            found.say(&path("description"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.");
        }
        let required = option["required"] == true;
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            found.say(&path("required"), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= !required && !nested(option);
        if option["autocomplete"] == true {
            if !list(&option["choices"]).is_empty() {
                let message = "Autocomplete cannot be set when choices are given";
                found.say(&path("autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", message);
            }
            if !matches!(option["type"].as_u64(), Some(3 | 4 | 10)) {
                let message = "Only text and numbers can be completed";
                found.say(&path("autocomplete"), "APPLICATION_COMMAND_AUTOCOMPLETE_INVALID_OPTION_TYPE", message);
            }
        }
        choices(found, &path("choices"), &option["choices"]);
        match option["type"].as_u64() {
            Some(1) if depth > 1 => found.say(&path("type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Too deep"),
            Some(2) if depth > 0 => found.say(&path("type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Too deep"),
            _ => {}
        }
        let below: Vec<_> = here.iter().copied().chain(["options"]).collect();
        options(found, &below, &option["options"], depth + 1);
    }
}

/// Names, descriptions and values of a command, its options and their choices together.
pub fn command_length(command: &Value) -> usize {
    let own = length(&command["name"]) + length(&command["description"]);
    let choices = list(&command["choices"]).iter();
    let choices: usize = choices.map(|choice| length(&choice["name"]) + length(&choice["value"])).sum();
    own + choices + list(&command["options"]).iter().map(command_length).sum::<usize>()
}
