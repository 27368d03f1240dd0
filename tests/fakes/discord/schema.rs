//! What Discord publishes about its own shapes: every request, frame and interaction is held against it. Knows no limits that
//! the documents leave out; those stand in `limits`.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// One place where something is wrong: the path in the body, and what.
#[derive(Clone, Debug, PartialEq)]
pub struct Wrong {
    pub path: Vec<String>,
    pub code: &'static str,
    pub message: String,
}

impl Wrong {
    pub fn new(path: &[&str], code: &'static str, message: impl Into<String>) -> Self {
        Self { path: path.iter().map(|part| (*part).to_owned()).collect(), code, message: message.into() }
    }

    /// The same, seen from further up in the body.
    pub fn under(mut self, prefix: &[String]) -> Self {
        self.path.splice(0..0, prefix.iter().cloned());
        self
    }
}

struct Document {
    name: &'static str,
    draft: &'static str,
    /// Where the named shapes lie: `definitions` or `components/schemas`.
    home: &'static str,
    root: Value,
}

/// Where real clients and the published shapes part ways, and the real Discord sides with the client. Each mends the copy that
/// is checked, never the request itself.
const EXCEPTIONS: &[Exception] = &[
    Exception {
        shape: "commands",
        why: "the age restriction of a command is documented and accepted, but missing from the OpenAPI document",
        mend: |body| {
            each_command(body, &mut |command| {
                command.remove("nsfw");
            });
        },
    },
    Exception {
        shape: "commands",
        why: "serenity writes every attribute of an option, empty ones too, whichever kind the option is; Discord ignores them",
        mend: |body| {
            each_command(body, &mut |command| {
                if let Some(options) = command.get_mut("options") {
                    forget_empty_attributes(options);
                }
            });
        },
    },
    Exception {
        shape: "commands",
        why: "permission sets are documented as decimal strings, since they outgrow what JavaScript can count",
        mend: |body| {
            each_command(body, &mut |command| number_from_text(command, "default_member_permissions"));
        },
    },
    Exception {
        shape: "overwrites",
        why: "permission sets are documented as decimal strings, since they outgrow what JavaScript can count",
        mend: |body| {
            for overwrite in body.get_mut("permission_overwrites").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(overwrite) = overwrite.as_object_mut() {
                    number_from_text(overwrite, "allow");
                    number_from_text(overwrite, "deny");
                }
            }
        },
    },
    Exception {
        shape: "overwrite",
        why: "serenity repeats the target of a single overwrite in its body, where only the path counts",
        mend: |body| {
            if let Some(body) = body.as_object_mut() {
                body.remove("id");
                number_from_text(body, "allow");
                number_from_text(body, "deny");
            }
        },
    },
    Exception {
        shape: "message",
        why: "a new file's placeholder is documented as an index into the uploads, and clients send it as a number",
        mend: |body| {
            let at = if body.get("data").is_some() { "/data/attachments" } else { "/attachments" };
            for attachment in body.pointer_mut(at).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(number) = attachment.get("id").and_then(Value::as_u64) {
                    attachment["id"] = json!(number.to_string());
                }
            }
        },
    },
    Exception {
        shape: "identify",
        why: "serenity writes the idle moment of its presence as seconds and nanoseconds; Discord ignores it unless idle",
        mend: |frame| {
            for at in ["/d/presence/since", "/d/since"] {
                if let Some(since) = frame.pointer_mut(at).filter(|since| since.is_object()) {
                    *since = Value::Null;
                }
            }
        },
    },
    Exception {
        shape: "RESUMED",
        why: "the real event carries its trace, and serenity refuses the event without a body",
        mend: |frame| {
            if let Some(frame) = frame.as_object_mut() {
                frame.remove("d");
            }
        },
    },
];

struct Exception {
    shape: &'static str,
    /// For the reader only.
    #[allow(dead_code)]
    why: &'static str,
    mend: fn(&mut Value),
}

fn mended(shape: &str, value: &Value) -> Value {
    let mut copy = value.clone();
    for exception in EXCEPTIONS.iter().filter(|exception| exception.shape == shape) {
        (exception.mend)(&mut copy);
    }
    copy
}

fn each_command(body: &mut Value, act: &mut dyn FnMut(&mut Map<String, Value>)) {
    match body {
        Value::Array(commands) => commands.iter_mut().filter_map(Value::as_object_mut).for_each(act),
        Value::Object(command) => act(command),
        _ => {}
    }
}

/// Drops what says nothing from options, and from theirs.
pub fn forget_empty_attributes(options: &mut Value) {
    for option in options.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        option.retain(|name, value| match name.as_str() {
            "choices" | "options" | "channel_types" => value.as_array().is_none_or(|list| !list.is_empty()),
            "min_value" | "max_value" | "min_length" | "max_length" => !value.is_null(),
            "autocomplete" | "required" => *value != Value::Bool(false),
            _ => true,
        });
        if let Some(options) = option.get_mut("options") {
            forget_empty_attributes(options);
        }
    }
}

fn number_from_text(object: &mut Map<String, Value>, name: &str) {
    if let Some(number) = object.get(name).and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok()) {
        object.insert(name.to_owned(), json!(number));
    }
}

/// Where the published shapes lie; they are not part of the repository.
fn folder() -> PathBuf {
    let shared = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")));
    shared.join("schemas/discord")
}

fn read(name: &'static str, draft: &'static str, home: &'static str, close: bool) -> Option<Document> {
    let path = folder().join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no shared data, so nothing is held against {name}");
        return None;
    };
    let mut root: Value = serde_json::from_str(&text).expect("published schemas are JSON");
    if close {
        close_objects(&mut root);
    }
    // One more exception, for all sets of bits: those with a single published bit became an enumeration, which has no empty set.
    for (name, shape) in root.get_mut("definitions").and_then(Value::as_object_mut).into_iter().flatten() {
        if name.ends_with("Flags") {
            *shape = json!({ "type": "integer", "minimum": 0 });
        }
    }
    Some(Document { name, draft, home, root })
}

static REST: LazyLock<Option<Document>> =
    LazyLock::new(|| read("openapi.json", "https://json-schema.org/draft/2020-12/schema", "components/schemas", true));
/// The same, open as published: what this server answers may grow.
static ANSWERS: LazyLock<Option<Document>> =
    LazyLock::new(|| read("openapi.json", "https://json-schema.org/draft/2020-12/schema", "components/schemas", false));
static RECEIVE: LazyLock<Option<Document>> = LazyLock::new(|| {
    read("GatewayReceivePayload.schema.json", "http://json-schema.org/draft-07/schema#", "definitions", false)
});
static SEND: LazyLock<Option<Document>> = LazyLock::new(|| {
    read("GatewaySendPayload.schema.json", "http://json-schema.org/draft-07/schema#", "definitions", false)
});
static INTERACTION: LazyLock<Option<Document>> = LazyLock::new(|| {
    read("APIInteraction.schema.json", "http://json-schema.org/draft-07/schema#", "definitions", false)
});

/// Whether the published shapes are at hand; without them only the limits bite.
pub fn at_hand() -> bool {
    REST.is_some() && RECEIVE.is_some() && SEND.is_some() && INTERACTION.is_some()
}

/// The document leaves its objects open; a misspelt field would slip through. Its `allOf` only join enumerations, so closing
/// every object that lists its properties is safe.
fn close_objects(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("properties").is_some_and(Value::is_object) && !object.contains_key("additionalProperties") {
                object.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            object.values_mut().for_each(close_objects);
        }
        Value::Array(list) => list.iter_mut().for_each(close_objects),
        _ => {}
    }
}

/// Undoes percent signs.
pub fn decoded(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        let pair = (byte == b'%').then(|| [rest.next(), rest.next()]);
        match pair {
            Some([Some(high), Some(low)]) => {
                let hex = [high, low];
                let hex = std::str::from_utf8(&hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
                bytes.extend(hex);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("names of shapes are UTF-8")
}

impl Document {
    fn shapes(&self) -> &Map<String, Value> {
        self.root.pointer(&format!("/{}", self.home)).and_then(Value::as_object).expect("a document has shapes")
    }

    /// The shape with only what it refers to: compiling the whole document for each would take seconds.
    fn slice(&self, start: &Value) -> Value {
        let mut wanted = BTreeSet::new();
        let mut queue = vec![start];
        while let Some(value) = queue.pop() {
            match value {
                Value::Object(object) => {
                    if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                        let name = target.strip_prefix("#/").and_then(|rest| rest.strip_prefix(self.home));
                        let name = name.and_then(|rest| rest.strip_prefix('/')).map(decoded);
                        let name =
                            name.unwrap_or_else(|| panic!("{}: a reference out of the document: {target}", self.name));
                        if !wanted.contains(&name) {
                            queue.push(&self.shapes()[&name]);
                            wanted.insert(name);
                        }
                    }
                    queue.extend(object.values());
                }
                Value::Array(list) => queue.extend(list),
                _ => {}
            }
        }
        let shapes: Map<_, _> = wanted.into_iter().map(|name| (name.clone(), self.shapes()[&name].clone())).collect();
        let mut home = Value::Object(shapes);
        for part in self.home.rsplit('/') {
            home = json!({ part: home });
        }
        home["$schema"] = json!(self.draft);
        home["allOf"] = json!([start]);
        home
    }

    fn validator(&self, key: &str, start: impl FnOnce() -> Option<Value>) -> Option<Arc<Validator>> {
        static COMPILED: LazyLock<Mutex<HashMap<String, Option<Arc<Validator>>>>> = LazyLock::new(Mutex::default);
        let key = format!("{} {key}", self.name);
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let slice = self.slice(&start()?);
            Some(Arc::new(jsonschema::validator_for(&slice).unwrap_or_else(|error| panic!("{}: {error}", self.name))))
        };
        compiled.entry(key).or_insert_with(compile).clone()
    }

    /// A shape by its name, or what is wrong with the value.
    fn check(&self, shape: &str, value: &Value) -> Vec<Wrong> {
        let reference = || {
            assert!(self.shapes().contains_key(shape), "{} has no shape {shape}", self.name);
            Some(json!({ "$ref": format!("#/{}/{}", self.home, shape) }))
        };
        let validator = self.validator(shape, reference).expect("a named shape compiles");
        wrongs(&validator, value)
    }
}

fn wrongs(validator: &Validator, value: &Value) -> Vec<Wrong> {
    let wrong = |error: jsonschema::ValidationError<'_>| {
        let path = error.instance_path().to_string();
        let path = path.split('/').skip(1).map(str::to_owned).collect();
        let message: String = error.to_string().chars().take(400).collect();
        Wrong { path, code: "BASE_TYPE_BAD", message }
    };
    validator.iter_errors(value).map(wrong).collect()
}

/// Holds the body of a request against its route. `shape` names the part of a union that the route's own logic chose.
pub fn request(method: &str, route: &str, shape: Option<&str>, body: &Value) -> Vec<Wrong> {
    let Some(document) = REST.as_ref() else { return Vec::new() };
    let kind = match route {
        _ if route.contains("/commands") => "commands",
        "/channels/{channel_id}" | "/guilds/{guild_id}/channels" => "overwrites",
        _ if route.contains("/permissions/") => "overwrite",
        _ => "message",
    };
    let body = mended(kind, body);
    if let Some(shape) = shape {
        return document.check(shape, &body);
    }
    let find = || {
        let at = ["paths", route, &method.to_ascii_lowercase(), "requestBody", "content", "application/json", "schema"];
        at.iter().try_fold(&document.root, |value, part| value.get(part)).cloned()
    };
    document
        .validator(&format!("{method} {route}"), find)
        .map(|validator| wrongs(&validator, &body))
        .unwrap_or_default()
}

/// Holds an answer of this server against its route.
pub fn answer(method: &str, route: &str, status: u16, body: &Value) -> Vec<Wrong> {
    let Some(document) = ANSWERS.as_ref() else { return Vec::new() };
    let find = || {
        let (method, status) = (method.to_ascii_lowercase(), status.to_string());
        let at = ["paths", route, &method, "responses", &status, "content", "application/json", "schema"];
        at.iter().try_fold(&document.root, |value, part| value.get(part)).cloned()
    };
    let key = format!("{method} {route} {status}");
    document.validator(&key, find).map(|validator| wrongs(&validator, body)).unwrap_or_default()
}

/// Holds a frame that this server is about to send against what clients may expect.
pub fn frame(frame: &Value) -> Vec<Wrong> {
    static BY_EVENT: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
        let shapes = RECEIVE.as_ref().map(Document::shapes).into_iter().flatten();
        let named = shapes.filter_map(|(name, shape)| {
            let event = shape.pointer("/properties/t/const").and_then(Value::as_str)?;
            Some((event.to_owned(), name.clone()))
        });
        named.collect()
    });
    let Some(document) = RECEIVE.as_ref() else { return Vec::new() };
    let shape = match frame["op"].as_u64() {
        Some(0) => BY_EVENT.get(frame["t"].as_str().unwrap_or_default()).map(String::as_str),
        Some(1) => Some("GatewayHeartbeatRequest"),
        Some(7) => Some("GatewayReconnect"),
        Some(9) => Some("GatewayInvalidSession"),
        Some(10) => Some("GatewayHello"),
        Some(11) => Some("GatewayHeartbeatAck"),
        _ => None,
    };
    let Some(shape) = shape else { return vec![Wrong::new(&["t"], "UNKNOWN_EVENT", "no such event is published")] };
    // Names of generic shapes hold characters that a reference must encode.
    let encoded = shape.replace('<', "%3C").replace('>', "%3E").replace(',', "%2C").replace('"', "%22");
    let start = || Some(json!({ "$ref": format!("#/{}/{encoded}", document.home) }));
    let validator = document.validator(shape, start).expect("a named shape compiles");
    wrongs(&validator, &mended(frame["t"].as_str().unwrap_or_default(), frame))
}

/// Holds a frame of the client against what the gateway accepts.
pub fn client_frame(frame: &Value) -> Vec<Wrong> {
    let Some(document) = SEND.as_ref() else { return Vec::new() };
    let shape = match frame["op"].as_u64() {
        Some(1) => "GatewayHeartbeat",
        Some(2) => "GatewayIdentify",
        Some(3) => "GatewayUpdatePresence",
        Some(4) => "GatewayVoiceStateUpdate",
        Some(6) => "GatewayResume",
        Some(8) => "GatewayRequestGuildMembers",
        _ => return vec![Wrong::new(&["op"], "UNKNOWN_OPCODE", "no such opcode")],
    };
    document.check(shape, &mended("identify", frame))
}

/// Holds an interaction that this server is about to send against its published shape.
pub fn interaction(interaction: &Value) -> Vec<Wrong> {
    let Some(document) = INTERACTION.as_ref() else { return Vec::new() };
    let shape = match interaction["type"].as_u64() {
        Some(2) => "APIApplicationCommandInteraction",
        Some(3) => "APIMessageComponentInteraction",
        Some(4) => "APIApplicationCommandAutocompleteInteraction",
        Some(5) => "APIModalSubmitInteraction",
        _ => return vec![Wrong::new(&["type"], "UNKNOWN_TYPE", "no such interaction")],
    };
    document.check(shape, interaction)
}
