//! Slack's own types as JSON Schemas: what the bot sends is held against them, and so is every event that the fake sends.
//! Where the schemas are absent, only the limits are left, and that is said once.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use jsonschema::error::{ValidationError, ValidationErrorKind};
use serde_json::{Map, Value, json};

/// Arguments that Slack takes though the schema made from its TypeScript types doesn't know them: method, argument, why.
const ALSO_TAKEN: &[(&str, &str, &str)] = &[
    (
        "conversations.open",
        "return_im",
        "documented beside `users`; the union of the types has it on both branches only by luck",
    ),
    (
        "files.getUploadURLExternal",
        "alt_txt",
        "documented under that name (docs.slack.dev/reference/methods/files.getUploadURLExternal); the types call it alt_text",
    ),
    (
        "conversations.members",
        "include_locale",
        "clients that page users and members by one request type send it; ignored",
    ),
];

/// The folder that holds the schemas, unless it is absent.
pub fn shared() -> Option<PathBuf> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let data = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
            let data = data.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")));
            let found = Some(data).filter(|folder| folder.join("schemas/slack").is_dir());
            if found.is_none() {
                eprintln!("SKIPPED: no shared data, so Slack's schemas are not checked");
            }
            found
        })
        .clone()
}

/// The arguments of a method; blocks and view are looked at apart, so that what is wrong in them is said precisely.
pub fn arguments(method: &str, args: &Map<String, Value>) -> Vec<String> {
    let mut plain = args.clone();
    plain.retain(|name, _| !ALSO_TAKEN.iter().any(|(of, also, _)| *of == method && also == name) && name != "token");
    if plain.contains_key("blocks") {
        plain.insert("blocks".into(), json!([{ "type": "divider" }]));
    }
    if let Some(view) = plain.get_mut("view") {
        let title = json!({ "type": "plain_text", "text": "x" });
        *view = if view["type"] == "home" {
            json!({ "type": "home", "blocks": [] })
        } else {
            json!({ "type": "modal", "title": title, "blocks": [] })
        };
    }
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let name: String = method.split('.').map(capital).collect();
    check(&format!("{name}Arguments"), None, &Value::Object(plain))
}

/// Blocks, each against the definition of its own type.
pub fn blocks(blocks: &Value) -> Vec<String> {
    let Some(list) = blocks.as_array() else { return vec!["blocks is no list".into()] };
    let mut wrong = Vec::new();
    for (number, block) in list.iter().enumerate() {
        let kind = block["type"].as_str().unwrap_or_default();
        let found = match definition_of("KnownBlock", kind) {
            Definition::NoSchemas => Vec::new(),
            Definition::Unknown => vec![format!("there is no block of type {kind:?}")],
            Definition::Named(name) => check("KnownBlock", Some(&name), block),
        };
        wrong.extend(found.into_iter().map(|what| format!("blocks[{number}] ({kind}): {what}")));
    }
    wrong
}

/// A modal or a home tab. Its blocks are looked at one by one.
pub fn view(view: &Value) -> Vec<String> {
    let mut wrong = blocks(&view["blocks"]);
    let mut frame = view.clone();
    frame["blocks"] = json!([]);
    let name = match view["type"].as_str() {
        Some("modal") => "ModalView",
        Some("home") => "HomeView",
        other => return vec![format!("there is no view of type {other:?}")],
    };
    wrong.extend(check("View", Some(name), &frame));
    wrong
}

/// What an event that the fake is about to send lacks.
///
/// The types want `channel`, `channel_type` and `event_ts` in the message inside of message_changed and message_deleted too.
/// Slack sends them outside only, so they are lent to the inner messages for the check alone. They have no `tombstone` either,
/// which is what a deleted message with replies becomes.
pub fn event(event: &Value) -> Vec<String> {
    let mut lent = event.clone();
    for inner in ["message", "previous_message"] {
        if event[inner].is_object() {
            for outside in ["channel", "channel_type", "event_ts"] {
                lent[inner][outside] = event[outside].clone();
            }
            if event[inner]["subtype"] == "tombstone" {
                let message = lent[inner].as_object_mut().expect("it is one");
                message.retain(|name, _| name != "subtype" && name != "hidden");
            }
        }
    }
    check("SlackEvent", None, &lent)
}

enum Definition {
    Named(String),
    Unknown,
    NoSchemas,
}

fn definition_of(file: &str, kind: &str) -> Definition {
    let Some(schema) = read(file) else { return Definition::NoSchemas };
    let allowed = schema["definitions"][file]["anyOf"].as_array().cloned().unwrap_or_default();
    let names = allowed.iter().filter_map(|one| one["$ref"].as_str()?.strip_prefix("#/definitions/"));
    for name in names {
        if schema["definitions"][name]["properties"]["type"]["const"] == kind {
            return Definition::Named(name.to_owned());
        }
    }
    Definition::Unknown
}

fn read(file: &str) -> Option<Arc<Value>> {
    static READ: Mutex<BTreeMap<String, Option<Arc<Value>>>> = Mutex::new(BTreeMap::new());
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.entry(file.to_owned())
        .or_insert_with(|| {
            let path = shared()?.join(format!("schemas/slack/{file}.schema.json"));
            let text = std::fs::read_to_string(path).ok()?;
            Some(Arc::new(serde_json::from_str(&text).expect("a schema is JSON")))
        })
        .clone()
}

/// Each schema is compiled once for the whole test binary.
fn check(file: &str, definition: Option<&str>, value: &Value) -> Vec<String> {
    static COMPILED: Mutex<BTreeMap<String, Option<Arc<Validator>>>> = Mutex::new(BTreeMap::new());
    let key = format!("{file}#{}", definition.unwrap_or_default());
    let validator = COMPILED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(key)
        .or_insert_with(|| {
            let mut schema = (*read(file)?).clone();
            if let Some(name) = definition {
                schema["$ref"] = json!(format!("#/definitions/{name}"));
            }
            Some(Arc::new(jsonschema::validator_for(&schema).expect("a schema of the shared data compiles")))
        })
        .clone();
    let Some(validator) = validator else { return Vec::new() };
    validator.iter_errors(value).map(|error| explain(&error)).collect()
}

/// A union fails with all its branches at once: say what is wrong with the one that was meant.
fn explain(error: &ValidationError<'_>) -> String {
    if let ValidationErrorKind::AnyOf { context } = error.kind() {
        let missed = |branch: &[ValidationError<'_>]| {
            let other = |e: &&ValidationError<'_>| matches!(e.kind(), ValidationErrorKind::Constant { .. });
            (branch.iter().filter(other).count(), branch.len())
        };
        if let Some(meant) = context.iter().min_by_key(|branch| missed(branch)) {
            return meant.iter().map(|inner| explain(inner)).collect::<Vec<_>>().join("; ");
        }
    }
    let mut said = error.to_string();
    if said.chars().count() > 300 {
        said = said.chars().take(300).chain(['…']).collect();
    }
    format!("{} at {:?}", said, error.instance_path().as_str())
}
