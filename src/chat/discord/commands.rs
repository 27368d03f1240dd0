//! Application commands, made from the table of verbs, and registered where they differ from what is registered.
//!
//! A text can be left out, also where the verb needs one: then its form opens, which has room for more than a line.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::{Call, Trouble};
use super::directory::Me;
use super::wire::Id;
use super::words::{Command, cut};
use super::{Discord, LONGEST_PAUSE};
use crate::domain::Lack;
use crate::grammar::verbs::Group;
use crate::grammar::{self, Arg, Kind, Needed, PREFIX, Verb, verbs};

/// How many options, choices and subcommands stand on one level, and how many values are offered while somebody types.
pub const A_LEVEL: usize = 25;
const DESCRIPTION: usize = 100;

/// How a line to type is called here: `/incident role INC-1 lead` is `incident people role`, with `INC-1 lead` given to it.
/// `None`: no command does what it says.
pub(super) fn of_line(line: &str, prefix: &str) -> Option<Command> {
    let rest = line.strip_prefix(prefix)?;
    let (root, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let verb = verbs::root(root)?.verbs.iter().find(|it| it.verb == verb)?;
    let group = groups_of(root).find(|(_, _, names)| names.contains(&verb.verb));
    let group = group.map(|(name, _, _)| format!("{name} ")).unwrap_or_default();
    Some(Command { path: format!("{} {group}{}", name_of(root, prefix), verb.verb), id: None, rest: rest.to_owned() })
}

/// Types of options.
const SUBCOMMAND: u8 = 1;
pub(super) const GROUP: u8 = 2;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
const BOOLEAN: u8 = 5;

/// What a command is called here: the prefix without its slash, and the root.
pub(super) fn name_of(root: &str, prefix: &str) -> String {
    format!("{}{root}", prefix.strip_prefix(PREFIX).unwrap_or(prefix))
}

/// Everything that is to be registered.
pub fn registration(prefix: &str) -> Vec<Value> {
    let roots = verbs::roots().map(|root| {
        json!({
            "type": 1,
            "name": name_of(root.word, prefix),
            "description": root.about,
            "options": subcommands(root.word),
            "contexts": [0, 1],
            "integration_types": [0],
        })
    });
    let on_messages = grammar::on_message()
        .map(|entry| json!({ "type": 3, "name": entry.label, "contexts": [0, 1], "integration_types": [0] }));
    roots.chain(on_messages).collect()
}

/// Discord takes 25 subcommands on a level, and a root may know more verbs: the groups that it needs, `/incident clock pause`, are as
/// few as it takes. The line that is read stays `/incident pause`.
fn groups_of(root: &str) -> impl Iterator<Item = &'static Group> {
    let verbs: Vec<&'static str> =
        verbs::root(root).into_iter().flat_map(|root| root.verbs).map(|verb| verb.verb).collect();
    let holds = |(_, _, names): &&Group| names.iter().any(|name| verbs.contains(name));
    let held: Vec<&'static Group> = verbs::GROUPS.iter().filter(holds).collect();
    let alone = |groups: usize| {
        let grouped = |verb: &&str| held[..groups].iter().any(|(_, _, names)| names.contains(verb));
        verbs.iter().filter(|verb| !grouped(verb)).count()
    };
    let needed = (0..=held.len()).find(|groups| alone(*groups) + groups <= A_LEVEL).unwrap_or(held.len());
    held.into_iter().take(needed)
}

fn subcommands(root: &str) -> Vec<Value> {
    let verbs: Vec<&'static Verb> = verbs::root(root).into_iter().flat_map(|root| root.verbs).collect();
    let needed: Vec<&Group> = groups_of(root).collect();
    let is_grouped = |verb: &&&Verb| needed.iter().any(|(_, _, names)| names.contains(&verb.verb));
    let alone = verbs.iter().filter(|verb| !is_grouped(verb)).map(|verb| subcommand(verb));
    let groups = needed.iter().map(|(name, about, names)| {
        let of_group = verbs.iter().filter(|verb| names.contains(&verb.verb)).map(|verb| subcommand(verb));
        json!({ "type": GROUP, "name": name, "description": about, "options": of_group.collect::<Vec<_>>() })
    });
    alone.chain(groups).collect()
}

fn subcommand(verb: &'static Verb) -> Value {
    let case = verb.case.then(|| {
        let example = verb.example_case();
        json!({
            "type": STRING, "name": "case", "description": format!("{example}; left out in its own channel"),
            "autocomplete": true, "max_length": 40,
        })
    });
    let (required, rest): (Vec<Value>, Vec<Value>) =
        options_of(verb).map(option).partition(|option| option.get("required").is_some());
    json!({
        "type": SUBCOMMAND,
        "name": verb.verb,
        "description": cut(verb.about, DESCRIPTION),
        "options": required.into_iter().chain(case).chain(rest).collect::<Vec<_>>(),
    })
}

/// What can be given with a verb as an option. An argument called `words` is only for people who type a line.
pub(super) fn options_of(verb: &'static Verb) -> impl Iterator<Item = &'static Arg> {
    verb.args.iter().filter(|arg| arg.name != "words")
}

pub(super) fn is_text(kind: Kind) -> bool {
    matches!(kind, Kind::Title | Kind::Rest | Kind::Action)
}

fn option(arg: &'static Arg) -> Value {
    let about = if arg.hint.is_empty() { arg.label } else { arg.hint };
    let mut option = json!({ "name": arg.name, "description": cut(about, DESCRIPTION), "type": STRING });
    match arg.kind {
        Kind::Number => {
            option["type"] = json!(INTEGER);
            option["min_value"] = json!(1);
        }
        Kind::Flag => option["type"] = json!(BOOLEAN),
        Kind::Choice(words) => option["choices"] = words.iter().map(|word| json!({ "name": word, "value": word })).collect(),
        Kind::Workflow
        | Kind::Case
        | Kind::Role
        | Kind::Roles
        | Kind::Class
        | Kind::ExceptionClass
        | Kind::Path
        | Kind::Law
        | Kind::Report
        | Kind::Attribution
        // No user option, because some of the policy's people may have no account here.
        | Kind::Person | Kind::PersonOrNone | Kind::Severity | Kind::Duty | Kind::Range | Kind::Rota => {
            option["autocomplete"] = json!(true);
        }
        Kind::Word | Kind::Url | Kind::Moment | Kind::Start | Kind::Until | Kind::Due => {}
        Kind::Title | Kind::Rest | Kind::Action => {}
    }
    if arg.needed == Needed::Yes && !is_text(arg.kind) {
        option["required"] = json!(true);
    }
    option
}

/// What counts when two registrations are compared: what Discord fills in by itself is left out.
fn canonical(command: &Value) -> Value {
    const KEYS: [&str; 14] = [
        "type",
        "name",
        "description",
        "options",
        "choices",
        "value",
        "required",
        "autocomplete",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "contexts",
        "integration_types",
    ];
    match command {
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| KEYS.contains(&key.as_str()));
            let kept = kept.filter(|(key, value)| {
                let is_default = match value {
                    Value::Null | Value::Bool(false) => true,
                    Value::Array(items) => items.is_empty(),
                    Value::String(text) => text.is_empty() && key.as_str() == "description",
                    _ => false,
                };
                !is_default
            });
            let mut map: Map<String, Value> = kept.map(|(key, value)| (key.clone(), canonical(value))).collect();
            map.entry("type").or_insert_with(|| json!(1));
            if map.contains_key("value") {
                map.remove("type");
            }
            Value::Object(map)
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

/// Whether what is registered is what there is to register.
fn is_registered(registered: &[Value], wanted: &[Value]) -> bool {
    let table = |commands: &[Value]| {
        let mut all: Vec<(String, Value)> = commands
            .iter()
            .map(|command| {
                (command.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(), canonical(command))
            })
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    table(registered) == table(wanted)
}

impl Discord {
    /// Registers the commands where they differ from what is registered.
    pub(super) async fn keep_commands(self: Arc<Self>, me: Me) {
        let Some(door) = self.door() else { return };
        let wanted = registration(door.reception.desk.prefix());
        loop {
            match self.register(&me, &wanted).await {
                Ok(()) => return self.lacks(Lack::Commands, None),
                Err(trouble) => {
                    tracing::error!(%trouble, "the commands could not be registered");
                    self.lacks(Lack::Commands, Some(format!("the commands could not be registered: {trouble}")));
                    tokio::time::sleep(LONGEST_PAUSE).await;
                }
            }
        }
    }

    async fn register(&self, me: &Me, wanted: &[Value]) -> Result<(), Trouble> {
        let path = format!("/applications/{}/commands", me.application);
        let registered = self.api.get(&path).await?;
        if is_registered(registered.as_array().map_or(&[][..], Vec::as_slice), wanted) {
            self.learn_commands(&registered);
            return Ok(());
        }
        let registered = self.api.patient(&Call::with(Method::PUT, &path, &json!(wanted))).await?;
        self.learn_commands(&registered);
        tracing::info!(commands = wanted.len(), "the commands are registered");
        Ok(())
    }

    fn learn_commands(&self, registered: &Value) {
        let ids = registered.as_array().into_iter().flatten().filter_map(|command| {
            let text = |key: &str| command.get(key).and_then(Value::as_str);
            Some((text("name")?.to_owned(), Id::read(text("id")?)?))
        });
        self.directory_mut().commands = ids.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::verbs;

    /// Characters of names, descriptions and values, as Discord counts them together.
    fn characters(command: &Value) -> usize {
        match command {
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| match (key.as_str(), value) {
                    ("name" | "description" | "value", Value::String(text)) => text.chars().count(),
                    ("options" | "choices", value) => characters(value),
                    _ => 0,
                })
                .sum(),
            Value::Array(items) => items.iter().map(characters).sum(),
            _ => 0,
        }
    }

    fn check(option: &Value) {
        let name = option["name"].as_str().expect("a name");
        let about = option["description"].as_str().expect("a description");
        assert!((1..=32).contains(&name.chars().count()), "{name}");
        assert!(name.chars().all(|c| c.is_lowercase() || c.is_ascii_digit() || c == '-' || c == '_'), "{name}");
        assert!((1..=DESCRIPTION).contains(&about.chars().count()), "{name}: {about}");
        for (key, of) in [("options", "options"), ("choices", "choices")] {
            let items = option[key].as_array().cloned().unwrap_or_default();
            assert!(items.len() <= A_LEVEL, "{name} has {} {of}", items.len());
            if key == "options" {
                let optional = items.iter().skip_while(|item| item["required"] == true);
                assert_eq!(
                    optional.filter(|item| item["required"] == true).count(),
                    0,
                    "{name}: required ones come first"
                );
                let names: std::collections::BTreeSet<&str> =
                    items.iter().filter_map(|it| it["name"].as_str()).collect();
                assert_eq!(names.len(), items.len(), "{name}: every option once");
                items.iter().for_each(check);
            }
        }
    }

    #[test]
    fn commands_are_within_discords_limits() {
        for prefix in ["/", "/cs-", "/averylong-"] {
            let commands = registration(prefix);
            assert!(commands.len() <= 100);
            for command in commands.iter().filter(|command| command["type"] == 1) {
                check(command);
                let all = characters(command);
                assert!(all <= 8_000, "{} has {all} characters", command["name"]);
            }
        }
        assert_eq!(registration("/cs-")[0]["name"], "cs-incident");
    }

    #[test]
    fn a_line_that_people_are_told_to_type_is_registered_as_it_is_called_here() {
        let mut registered = std::collections::BTreeSet::new();
        for command in registration("/").iter().filter(|command| command["type"] == 1) {
            let root = command["name"].as_str().expect("a name");
            for option in command["options"].as_array().into_iter().flatten() {
                let name = option["name"].as_str().expect("a name");
                registered.insert(format!("{root} {name}"));
                for inner in option["options"].as_array().into_iter().flatten().filter(|_| option["type"] == GROUP) {
                    registered.insert(format!("{root} {name} {}", inner["name"].as_str().expect("a name")));
                }
            }
        }
        for verb in verbs::all() {
            let command = of_line(&format!("/{} {} INC-1 more", verb.root, verb.verb), "/").expect("a command");
            assert!(registered.contains(&command.path), "{}", command.path);
            assert_eq!(command.rest, "INC-1 more");
        }
        assert_eq!(of_line("@countersign incident ack", "/"), None);
        assert_eq!(of_line("/incident nonsense", "/"), None);
    }

    #[test]
    fn every_verb_can_be_used() {
        for verb in verbs::all() {
            let found = registration("/").iter().any(|command| {
                command["name"] == verb.root
                    && command["options"].as_array().into_iter().flatten().any(|option| {
                        let inside = option["options"].as_array().into_iter().flatten();
                        option["name"] == verb.verb
                            || option["type"] == GROUP && inside.clone().any(|it| it["name"] == verb.verb)
                    })
            });
            assert!(found, "{} has no command", verb.id());
        }
    }

    #[test]
    fn commands_have_the_shape_that_discord_publishes() {
        let shared = std::env::var_os("COUNTERSIGN_SHARED").map_or_else(
            || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
            std::path::PathBuf::from,
        );
        let Ok(text) = std::fs::read_to_string(shared.join("schemas/discord/openapi.json")) else {
            return eprintln!("SKIPPED: no shared data");
        };
        let mut api: Value = serde_json::from_str(&text).expect("JSON");
        api["$ref"] = json!("#/components/schemas/ApplicationCommandUpdateRequest");
        let schema = jsonschema::draft202012::new(&api).expect("a schema");
        for command in registration("/") {
            let errors: Vec<String> = schema.iter_errors(&command).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", command["name"]);
        }
        // The schema does refuse.
        assert!(!schema.is_valid(&json!({ "name": "", "type": 1, "description": "x" })));
    }

    #[test]
    fn what_discord_fills_in_is_no_difference() {
        let wanted = registration("/");
        let mut registered = wanted.clone();
        for command in &mut registered {
            command["id"] = json!("1");
            command["version"] = json!("2");
            command["name_localizations"] = Value::Null;
            command["default_member_permissions"] = Value::Null;
            if command["type"] == 3 {
                command["description"] = json!("");
            }
            for option in command["options"].as_array_mut().into_iter().flatten() {
                option["required"] = json!(false);
            }
        }
        registered.reverse();
        assert!(is_registered(&registered, &wanted));
        registered[0]["name"] = json!("Other");
        assert!(!is_registered(&registered, &wanted));
        let mut changed = wanted.clone();
        changed[0]["options"][0]["options"][0]["description"] = json!("changed");
        assert!(!is_registered(&changed, &wanted));
        assert!(!is_registered(&wanted[1..], &wanted));
    }
}
