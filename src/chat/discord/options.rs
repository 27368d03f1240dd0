//! A command that was used, with the options that were given.

use std::collections::BTreeMap;

use serde_json::Value;

use super::commands::{GROUP, name_of};
use crate::grammar::{Filled, Verb, find, verbs};

/// A command that was used, with what stands in its options. `None`: it is none of ours.
pub fn filled(data: &Value, prefix: &str, read: &dyn Fn(&str) -> String) -> Option<Filled> {
    let name = data.get("name")?.as_str()?;
    let root = verbs::roots().map(|root| root.word).find(|root| name_of(root, prefix) == name)?;
    let (verb, given) = used(root, data)?;
    let value = |option: &Value| {
        let name = option.get("name")?.as_str()?.to_owned();
        let value = match option.get("value")? {
            Value::String(text) => read(text),
            Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            other => other.to_string(),
        };
        Some((name, value))
    };
    let values: BTreeMap<String, String> = given.iter().filter_map(value).collect();
    Some(Filled::options(verb, values))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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

    #[test]
    fn options_are_handed_in_by_their_names() {
        let check = |data: &Value, id: &str, values: &[(&str, &str)]| {
            let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            let found = filled(data, "/", &|text| text.to_owned()).expect("one of ours");
            assert_eq!((found.verb.as_str(), found.values.get()), (id, Some(&values)));
        };
        let given = [("case", json!("INC-1")), ("reason", json!("waiting, “until” friday"))];
        let data = command("incident", Some("clock"), "pause", &given);
        check(&data, "incident.pause", &[("case", "INC-1"), ("reason", "waiting, “until” friday")]);
        let data = command("incident", None, "done", &[("case", json!("INC-1")), ("number", json!(2))]);
        check(&data, "incident.done", &[("case", "INC-1"), ("number", "2")]);
        let data =
            command("incident", None, "open", &[("restricted", json!(true)), ("workflow", json!("credit-scoring"))]);
        check(&data, "incident.open", &[("restricted", "yes"), ("workflow", "credit-scoring")]);
        assert_eq!(filled(&command("other", None, "open", &[]), "/", &|text| text.to_owned()), None);
        assert_eq!(filled(&command("incident", None, "open", &[]), "/cs-", &|text| text.to_owned()), None);
    }
}
