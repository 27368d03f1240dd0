//! Application commands, made from the table of verbs: what is registered, how its options become the line that people
//! would have typed, and what is offered while they type.
//!
//! A text can be left out, also where the verb needs one: then its form opens, which has room for more than a line.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::{Call, Trouble};
use super::atlas::Me;
use super::words::cut;
use super::{Discord, LONGEST_PAUSE};
use crate::domain::policy::Policy;
use crate::domain::{CaseKind, PersonId};
use crate::grammar::{Arg, Kind, Needed, PREFIX, Verb, find, verbs};

/// Of options, choices and subcommands on one level, and of what is offered while somebody types.
pub const A_LEVEL: usize = 25;
const DESCRIPTION: usize = 100;
const OFFERED: usize = 100;

/// Message commands: a message becomes an incident, or part of one's story.
pub const OPEN_INCIDENT: &str = "Open incident";
pub const KEEP_AS_EVIDENCE: &str = "Keep as evidence";

/// Discord takes 25 subcommands on a level, and a root may know more verbs. Those of a kind then stand in a group:
/// `/incident clock pause`. The line that is read stays `/incident pause`.
const GROUPS: &[(&str, &str, &[&str])] = &[
    ("clock", "Pause, waive and argue about clocks", &["pause", "resume", "waive", "contest", "settle"]),
    ("people", "Seats, pages and invitations", &["role", "invite", "escalate", "here"]),
];

/// Types of options.
const SUBCOMMAND: u8 = 1;
const GROUP: u8 = 2;
const STRING: u8 = 3;
const INTEGER: u8 = 4;
const BOOLEAN: u8 = 5;

/// What a command is called here: the prefix without its slash, and the root.
fn name_of(root: &str, prefix: &str) -> String {
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
    let on_messages = [OPEN_INCIDENT, KEEP_AS_EVIDENCE]
        .into_iter()
        .map(|name| json!({ "type": 3, "name": name, "contexts": [0, 1], "integration_types": [0] }));
    roots.chain(on_messages).collect()
}

fn subcommands(root: &str) -> Vec<Value> {
    let verbs: Vec<&'static Verb> = verbs::root(root).into_iter().flat_map(|root| root.verbs).collect();
    if verbs.len() <= A_LEVEL {
        return verbs.into_iter().map(subcommand).collect();
    }
    let grouped = |verb: &&Verb| GROUPS.iter().any(|(_, _, names)| names.contains(&verb.verb));
    let alone = verbs.iter().filter(|verb| !grouped(verb)).map(|verb| subcommand(verb));
    let groups = GROUPS.iter().map(|(name, about, names)| {
        let of_group = verbs.iter().filter(|verb| names.contains(&verb.verb)).map(|verb| subcommand(verb));
        json!({ "type": GROUP, "name": name, "description": about, "options": of_group.collect::<Vec<_>>() })
    });
    alone.chain(groups).collect()
}

fn subcommand(verb: &'static Verb) -> Value {
    let case = verb.case.then(|| {
        let prefix = verb.kind().map_or("INC", CaseKind::prefix);
        json!({
            "type": STRING, "name": "case", "description": format!("such as {prefix}-1; left out in its own channel or thread"),
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

/// What can be given with a verb; words beside an answer that takes none are only for those who type.
fn options_of(verb: &'static Verb) -> impl Iterator<Item = &'static Arg> {
    verb.args.iter().filter(|arg| arg.name != "words")
}

fn is_text(kind: Kind) -> bool {
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
        Kind::Workflow | Kind::Case | Kind::Role | Kind::Roles | Kind::Class | Kind::Path | Kind::Attribution
        // People of the policy, of whom some may have no account here: so no user option.
        | Kind::Person | Kind::PersonOrNone | Kind::Severity | Kind::Duty | Kind::Range => {
            option["autocomplete"] = json!(true);
        }
        Kind::Word | Kind::Url | Kind::Moment | Kind::Until | Kind::Title | Kind::Rest | Kind::Action => {}
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

/// A command that was used, as the line that would have been typed. `None`: it is none of ours.
pub fn line(data: &Value, prefix: &str, read: &dyn Fn(&str) -> String) -> Option<String> {
    let name = data.get("name")?.as_str()?;
    let root = verbs::roots().map(|root| root.word).find(|root| name_of(root, prefix) == name)?;
    let (verb, given) = used(root, data)?;
    let value = |name: &str| {
        let option = given.iter().find(|option| option.get("name").and_then(Value::as_str) == Some(name))?;
        match option.get("value")? {
            Value::String(text) => Some(read(text)).filter(|text| !text.trim().is_empty()),
            Value::Bool(flag) => Some(if *flag { "yes" } else { "no" }.to_owned()),
            other => Some(other.to_string()),
        }
    };
    let mut line = format!("{prefix}{root} {}", verb.verb);
    if let Some(case) = value("case").filter(|_| verb.case) {
        line.push_str(&format!(" {}", case.trim()));
    }
    let mut to_the_letter = None;
    for arg in options_of(verb) {
        let Some(value) = value(arg.name) else { continue };
        if let Some(quoted) = quoted(&value, !is_text(arg.kind)) {
            line.push_str(&format!(" {}={quoted}", arg.name));
        } else if !arg.named {
            to_the_letter = Some(value);
        } else {
            // Every kind of quote is in it: those that end it early are the ones to lose.
            line.push_str(&format!(" {}=«{}»", arg.name, value.replace('»', "›")));
        }
    }
    if let Some(text) = to_the_letter {
        line.push_str(&format!(" {text}"));
    }
    Some(line)
}

/// The verb that was used, and what was given with it.
fn used<'d>(root: &str, data: &'d Value) -> Option<(&'static Verb, &'d [Value])> {
    let mut level = data.get("options")?.as_array()?.first()?;
    if level.get("type").and_then(Value::as_u64) == Some(u64::from(GROUP)) {
        level = level.get("options")?.as_array()?.first()?;
    }
    let verb = find(root, level.get("name")?.as_str()?)?;
    let given = level.get("options").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    Some((verb, given))
}

/// A value that ends where it is to end. `None`: it holds every kind of quote.
fn quoted(value: &str, may_be_bare: bool) -> Option<String> {
    let is_bare = |c: char| c.is_alphanumeric() || "-_.@:/+".contains(c);
    if may_be_bare && value.chars().all(is_bare) {
        return Some(value.to_owned());
    }
    let pairs = [('"', '"', "\"”"), ('“', '”', "”“\""), ('‘', '’', "’‘"), ('«', '»', "»"), ('\'', '\'', "'’")];
    let free = pairs.into_iter().find(|(_, _, closers)| !value.contains(|c| closers.contains(c)));
    free.map(|(open, close, _)| format!("{open}{value}{close}"))
}

/// What somebody is typing: the option, and the beginning.
pub struct Typing<'d> {
    pub verb: &'static Verb,
    pub option: &'d str,
    pub begun: &'d str,
}

pub fn typing<'d>(data: &'d Value, prefix: &str) -> Option<Typing<'d>> {
    let name = data.get("name")?.as_str()?;
    let root = verbs::roots().map(|root| root.word).find(|root| name_of(root, prefix) == name)?;
    let (verb, given) = used(root, data)?;
    let focused = given.iter().find(|option| option.get("focused") == Some(&json!(true)))?;
    Some(Typing {
        verb,
        option: focused.get("name")?.as_str()?,
        begun: focused.get("value").and_then(Value::as_str).unwrap_or_default(),
    })
}

/// Those of the policy's words that fit what was begun.
pub fn offers(kind: Kind, policy: &Policy, begun: &str) -> Vec<Value> {
    let all = kind.choices(policy).into_iter().map(|(value, about)| {
        let about = about.filter(|about| *about != value);
        (about.map_or_else(|| value.clone(), |about| format!("{value} · {about}")), value)
    });
    // Of several roles with commas between them, the last is the one that is being typed.
    let (before, begun) = match (kind, begun.rsplit_once(',')) {
        (Kind::Roles, Some((before, last))) => (format!("{before},"), last.trim_start()),
        _ => (String::new(), begun),
    };
    fitting(all, begun.trim_start_matches('@'))
        .into_iter()
        .map(|(label, value)| offer(&format!("{before}{label}"), &format!("{before}{value}")))
        .collect()
}

fn fitting(all: impl Iterator<Item = (String, String)>, begun: &str) -> Vec<(String, String)> {
    let begun = begun.to_lowercase();
    let mut fits: Vec<(bool, String, String)> = all
        .filter(|(label, value)| label.to_lowercase().contains(&begun) || value.to_lowercase().contains(&begun))
        .map(|(label, value)| (!value.to_lowercase().starts_with(&begun), label, value))
        .collect();
    fits.sort_by_key(|(inside, ..)| *inside);
    fits.into_iter().take(A_LEVEL).map(|(_, label, value)| (label, value)).collect()
}

fn offer(label: &str, value: &str) -> Value {
    json!({ "name": cut(label, OFFERED), "value": cut(value, OFFERED) })
}

impl Discord {
    /// Registers the commands where they differ from what is registered.
    pub(super) async fn keep_commands(self: std::sync::Arc<Self>, me: Me) {
        let Some(door) = self.door() else { return };
        let wanted = registration(door.reception.desk.prefix());
        loop {
            match self.register(&me, &wanted).await {
                Ok(()) => return self.lacks("commands", None),
                Err(trouble) => {
                    tracing::error!(%trouble, "the commands could not be registered");
                    self.lacks("commands", Some(format!("the commands could not be registered: {trouble}")));
                    tokio::time::sleep(LONGEST_PAUSE).await;
                }
            }
        }
    }

    async fn register(&self, me: &Me, wanted: &[Value]) -> Result<(), Trouble> {
        let path = format!("/applications/{}/commands", me.application);
        let registered = self.api.get(&path).await?;
        if is_registered(registered.as_array().map_or(&[][..], Vec::as_slice), wanted) {
            return Ok(());
        }
        self.api.patient(&Call::with(Method::PUT, &path, &json!(wanted))).await?;
        tracing::info!(commands = wanted.len(), "the commands are registered");
        Ok(())
    }

    /// What is offered while somebody types. Nothing for strangers, and never a case that isn't theirs to see.
    pub(super) async fn offered(&self, data: &Value, by: &PersonId) -> Vec<Value> {
        let Some(door) = self.door() else { return Vec::new() };
        let reception = &door.reception;
        let Some(typing) = typing(data, reception.desk.prefix()) else { return Vec::new() };
        let kind = typing.verb.args.iter().find(|arg| arg.name == typing.option).map(|arg| arg.kind);
        if (typing.option == "case" && typing.verb.case) || kind == Some(Kind::Case) {
            // Without an answer nothing is offered, and what is typed counts all the same.
            let cases = reception.answers.cases(typing.verb.kind(), by).await.unwrap_or_default().into_iter();
            let rows = cases.map(|row| (format!("{} · {} · {}", row.case, row.title, row.state), row.case.to_string()));
            return fitting(rows, typing.begun).iter().map(|(label, value)| offer(label, value)).collect();
        }
        match kind {
            Some(kind) => offers(kind, &reception.desk.shown().policy, typing.begun),
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Command;
    use crate::domain::every_case::Command as Any;
    use crate::grammar::{self, Asked, Context, How};

    fn policy() -> Policy {
        Policy::read(crate::domain::policy::EXAMPLE).unwrap_or_else(|errors| panic!("{}", errors.show("example")))
    }

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

    fn command(root: &str, group: Option<&str>, verb: &str, options: &[(&str, Value)]) -> Value {
        let options: Vec<Value> =
            options.iter().map(|(name, value)| json!({ "name": name, "value": value, "type": 3 })).collect();
        let sub = json!({ "type": 1, "name": verb, "options": options });
        let top = match group {
            Some(group) => json!({ "type": 2, "name": group, "options": [sub] }),
            None => sub,
        };
        json!({ "name": root, "options": [top] })
    }

    fn read(line: &str) -> Asked {
        let policy = policy();
        let by = PersonId::from("maya");
        let context = Context::of(&policy, &by, crate::domain::At(1_795_424_400_000_000), None, "/");
        grammar::read(line, How::Slash, &context)
            .unwrap_or_else(|misread| panic!("{line}: {misread}"))
            .expect("a command")
    }

    fn as_typed(data: &Value) -> String {
        line(data, "/", &|text| text.to_owned()).expect("one of ours")
    }

    #[test]
    fn options_become_the_line_that_people_would_have_typed() {
        let data =
            command("incident", Some("clock"), "pause", &[("case", json!("INC-1")), ("reason", json!("waiting"))]);
        assert_eq!(as_typed(&data), "/incident pause INC-1 reason=\"waiting\"");
        let data = command("incident", None, "done", &[("case", json!("INC-1")), ("number", json!(2))]);
        assert_eq!(as_typed(&data), "/incident done INC-1 number=2");
        let data =
            command("incident", None, "open", &[("restricted", json!(true)), ("workflow", json!("credit-scoring"))]);
        assert_eq!(as_typed(&data), "/incident open workflow=credit-scoring restricted=yes");
        assert_eq!(line(&command("other", None, "open", &[]), "/", &|text| text.to_owned()), None);
        assert_eq!(line(&command("incident", None, "open", &[]), "/cs-", &|text| text.to_owned()), None);
    }

    /// Whatever people write into a text arrives as they wrote it.
    #[test]
    fn hostile_texts_arrive_to_the_letter() {
        let texts = [
            "plain",
            "INC-3 is related, duty=resolve",
            "he said \"no\" and left",
            "text=\"x\" duty=update",
            "“curly” and \"straight\" quotes",
            "ends with a quote\"",
            "\"begins and ends\"",
            "it's 'quoted' twice",
            "line one\nline two",
            "```\ncode\n```",
            "«all» “of” ‘them’ \"at\" 'once'",
            "@maya until friday",
            "-- ; drop table",
        ];
        for text in texts {
            let data = command("incident", None, "note", &[("case", json!("INC-1")), ("text", json!(text))]);
            let line = as_typed(&data);
            match read(&line) {
                Asked::Case { command: Command::Any(Any::Note { text: arrived }), .. } => {
                    assert_eq!(arrived, text, "{line}")
                }
                other => panic!("{line}: {other:?}"),
            }
        }
    }

    #[test]
    fn offers_fit_what_was_begun_and_are_never_too_many() {
        let policy = policy();
        let values = |kind, begun| -> Vec<String> {
            let offers = offers(kind, &policy, begun);
            assert!(offers.len() <= A_LEVEL);
            offers.iter().map(|offer| offer["value"].as_str().expect("text").to_owned()).collect()
        };
        assert!(values(Kind::Workflow, "").len() >= 2);
        assert_eq!(values(Kind::Workflow, "credit-sc"), ["credit-scoring"]);
        assert_eq!(values(Kind::Person, "@may"), ["maya"]);
        assert!(values(Kind::Class, "no such class").is_empty());
        let roles = values(Kind::Roles, "model-risk, gov");
        assert!(roles.iter().all(|value| value.starts_with("model-risk,")), "{roles:?}");
    }
}
