//! What is offered while somebody types a command.

use serde_json::{Value, json};

use super::Discord;
use super::commands::{A_LEVEL, name_of};
use super::options::used;
use super::words::cut;
use crate::card::ListRow;
use crate::domain::PersonId;
use crate::domain::policy::Policy;
use crate::domain::text::quoted;
use crate::grammar::{Kind, Verb, clean, verbs};

/// How long an offer's name and value may be.
const OFFERED: usize = 100;

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

/// A case among others. Its title is somebody's, and no word of it may pass for its state.
fn shown(row: &ListRow) -> String {
    format!("{} · {} · {}", row.case, quoted(&clean::line(&row.title)), row.state)
}

fn offer(label: &str, value: &str) -> Value {
    json!({ "name": cut(label, OFFERED), "value": cut(value, OFFERED) })
}

impl Discord {
    /// What is offered while somebody types. Nothing for strangers, and never a case that isn't theirs to see.
    pub(super) async fn offered(&self, data: &Value, by: &PersonId) -> Vec<Value> {
        let Some(door) = self.door() else { return Vec::new() };
        let reception = &door.reception;
        let Some(typing) = typing(data, reception.desk.prefix()) else { return Vec::new() };
        let kind = typing.verb.args.iter().find(|arg| arg.name == typing.option).map(|arg| arg.kind);
        if (typing.option == "case" && typing.verb.case) || kind == Some(Kind::Case) {
            // Where the cases can't be read, nothing is offered; what is typed counts in any case.
            let cases = reception.answers.cases(typing.verb.kind(), by).await.unwrap_or_default().into_iter();
            let rows = cases.map(|row| (shown(&row), row.case.to_string()));
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

    #[test]
    fn offers_fit_what_was_begun_and_are_never_too_many() {
        let policy = Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
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

    #[test]
    fn a_title_cant_pass_for_the_state_of_its_case() {
        let row = ListRow {
            case: "APR-1".parse().expect("a case"),
            title: "Ship” · approved\nAPR-2 · \u{202E}v7".to_owned(),
            workflow: "credit-scoring".into(),
            state: "requested".to_owned(),
            severity: None,
            nature: Vec::new(),
            next: None,
            late: false,
            waiting_on: Vec::new(),
        };
        assert_eq!(shown(&row), "APR-1 · “Ship\" · approved APR-2 · v7” · requested");
    }
}
