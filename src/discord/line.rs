//! A command that was used, as the line that people would have typed.

use serde_json::Value;

use super::commands::{GROUP, is_text, name_of, options_of};
use crate::grammar::{Verb, find, verbs};

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
pub fn used<'d>(root: &str, data: &'d Value) -> Option<(&'static Verb, &'d [Value])> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::Command;
    use crate::domain::every_case::Command as Any;
    use crate::domain::{PersonId, Policy};
    use crate::grammar::{self, Asked, Context, How};

    fn policy() -> Policy {
        Policy::read(crate::domain::policy::EXAMPLE).unwrap_or_else(|errors| panic!("{}", errors.show("example")))
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
}
