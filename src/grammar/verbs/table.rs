//! The table of verbs as others read it: the room's completion, the README.

use serde_json::{Value as Json, json};

use super::{Arg, Kind, Needed, WORDS, all, roots};
use crate::domain::policy::Policy;

/// What the room's completion reads: the table, with the names of the policy filled in.
pub fn completion(prefix: &str, policy: &Policy) -> Json {
    let verbs: Vec<Json> = all()
        .map(|verb| {
            let case = json!({ "name": "case", "hint": "left out in its own thread", "kind": "case", "required": false, "named": false });
            let args = verb.args.iter().filter(|arg| arg.name != WORDS.name).map(|arg| arg_json(arg, policy));
            let args: Vec<Json> = verb.case.then_some(case).into_iter().chain(args).collect();
            json!({ "root": verb.root, "verb": verb.verb, "aliases": verb.aliases, "about": verb.about, "args": args })
        })
        .collect();
    json!({ "prefix": prefix, "verbs": verbs })
}

fn arg_json(arg: &Arg, policy: &Policy) -> Json {
    let mut json = json!({
        "name": arg.name,
        "hint": arg.hint,
        "kind": arg.kind.word(),
        "required": arg.needed == Needed::Yes,
        "named": arg.named,
    });
    // People are the room's own list: it knows their names and roles.
    let choices = match arg.kind {
        Kind::Person | Kind::PersonOrNone => Vec::new(),
        kind => kind.choices(policy),
    };
    if !choices.is_empty() {
        json["choices"] = choices.into_iter().map(|(word, _)| Json::from(word)).collect();
    }
    json
}

/// The table of the README, grouped by command.
pub fn markdown_table() -> String {
    let cell = |text: &str| text.replace('|', "\\|");
    let mut table = String::new();
    for root in roots() {
        let word = root.word;
        table.push_str(&format!("#### `/{word}`\n\n| Type | Also | What it does |\n| --- | --- | --- |\n"));
        for verb in root.verbs {
            let usage = verb.usage("/");
            let usage = usage.strip_prefix(&format!("/{word} ")).unwrap_or(&usage);
            let aliases: Vec<String> = verb.aliases.iter().map(|alias| format!("`{alias}`")).collect();
            table.push_str(&format!("| `{}` | {} | {} |\n", cell(usage), aliases.join(", "), cell(verb.about)));
        }
        table.push('\n');
    }
    table
}
