//! Forms, made from the same table as everything else that people type.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use serde::{Deserialize, Serialize};

use crate::domain::policy::Policy;
use crate::domain::text::{TEXT_AT_MOST, TITLE_AT_MOST};
use crate::domain::{At, CaseId};

use super::Context;
use super::value::{Value, read};
use super::verbs::{Arg, Kind, Needed, Verb};
use super::word::Word;

/// A form, to be shown by any platform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// `incident.open`, `incident.resolve:INC-1`, `approval.decline:APR-1:2`: what [`Filled::form`](super::Filled::form) is told.
    pub id: String,
    /// What it is for.
    pub title: String,
    /// On the button that sends it.
    pub submit: String,
    /// Lines above the fields: the policy's own words.
    pub intro: Vec<Vec<Word>>,
    /// What is asked.
    pub fields: Vec<Field>,
}

/// One question of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// The key of the answer.
    pub name: String,
    /// What it asks for.
    pub label: String,
    /// How it is answered.
    pub kind: FieldKind,
    /// Whether it must be answered.
    pub required: bool,
    /// What can be chosen. Empty for a person: everybody whom the policy knows.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// A word of help.
    #[serde(default)]
    pub hint: Option<String>,
    /// What is filled in already. Moments are RFC 3339, flags `true` or `false`.
    #[serde(default)]
    pub value: Option<String>,
    /// Most characters.
    #[serde(default)]
    pub max: Option<usize>,
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// How a field is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    Long,
    /// One of its choices.
    Choice,
    /// Somebody of the policy.
    Person,
    /// A moment.
    Moment,
    /// Yes or no.
    Flag,
}

/// The form of a verb, filled in with what is known. `given` is by argument; `revision` goes into the form's id.
pub fn form(
    verb: &'static Verb,
    case: Option<CaseId>,
    given: &BTreeMap<String, String>,
    context: &Context<'_>,
) -> Form {
    let mut id = verb.id();
    if let Some(case) = case {
        id.push_str(&format!(":{case}"));
        if let Some(revision) = given.get("revision").and_then(|it| it.parse::<u32>().ok()) {
            id.push_str(&format!(":{revision}"));
        }
    }
    let asks_case = verb.case && case.is_none();
    let case_field = asks_case.then(|| Field {
        name: "case".to_owned(),
        label: "Case".to_owned(),
        kind: FieldKind::Text,
        required: true,
        choices: Vec::new(),
        hint: Some(format!("such as {}", verb.example_case())),
        value: context.here.filter(|here| verb.kind() == Some(here.kind)).map(|here| here.to_string()),
        max: Some(20),
    });
    let title = match case {
        Some(case) => format!("{} · {case}", verb.label),
        None => verb.label.to_owned(),
    };
    let fields = verb.args.iter().filter(|arg| asked(arg, given)).map(|arg| field(arg, given.get(arg.name), context));
    Form {
        id,
        title,
        submit: verb.label.to_owned(),
        intro: intro(verb, context.policy),
        fields: case_field.into_iter().chain(fields).collect(),
    }
}

/// Whether a form asks for it: a choice of one word (`accept`) is what sending the form says.
fn asked(arg: &Arg, given: &BTreeMap<String, String>) -> bool {
    (!arg.unasked || given.contains_key(arg.name))
        && arg.name != super::verbs::WORDS.name
        && !matches!(arg.kind, Kind::Choice([_]))
}

/// The policy's own words on what counts as which.
fn intro(verb: &Verb, policy: &Policy) -> Vec<Vec<Word>> {
    if !verb.args.iter().any(|arg| arg.kind == Kind::Severity && !arg.named) || verb.verb == "list" {
        return Vec::new();
    }
    let line = |word: &str, about: &str| vec![Word::Strong(word.to_owned()), Word::Text(format!(" · {about}"))];
    policy.severities.iter().map(|(severity, words)| line(severity.word(), &super::clean::line(&words.about))).collect()
}

fn field(arg: &'static Arg, given: Option<&String>, context: &Context<'_>) -> Field {
    let kind = match arg.kind {
        Kind::Rest | Kind::Action => FieldKind::Long,
        Kind::Word | Kind::Number | Kind::Title | Kind::Url | Kind::Case | Kind::Roles | Kind::Range => FieldKind::Text,
        Kind::Choice(_) | Kind::Workflow | Kind::Role | Kind::Severity | Kind::Duty => FieldKind::Choice,
        Kind::Class | Kind::ExceptionClass | Kind::Path | Kind::Rota => FieldKind::Choice,
        Kind::Law | Kind::Report | Kind::Attribution => FieldKind::Choice,
        Kind::Person | Kind::PersonOrNone => FieldKind::Person,
        Kind::Moment | Kind::Start | Kind::Until | Kind::Due => FieldKind::Moment,
        Kind::Flag => FieldKind::Flag,
    };
    let choices = match kind {
        FieldKind::Choice => arg.kind.choices(context.policy),
        FieldKind::Text | FieldKind::Long | FieldKind::Person | FieldKind::Moment | FieldKind::Flag => Vec::new(),
    };
    let choices = choices.into_iter().map(|(value, about)| {
        let about = about.filter(|about| *about != value);
        let label = about.map_or_else(|| value.clone(), |about| format!("{value} · {}", super::clean::line(&about)));
        Choice { value, label }
    });
    Field {
        name: arg.name.to_owned(),
        label: arg.label.to_owned(),
        kind,
        required: arg.needed != Needed::No && kind != FieldKind::Flag,
        choices: choices.collect(),
        hint: Some(arg.hint.to_owned()).filter(|hint| !hint.is_empty()),
        value: filled(arg, given, context),
        max: arg.at_most.or(match arg.kind {
            Kind::Title => Some(TITLE_AT_MOST),
            Kind::Rest | Kind::Action => Some(TEXT_AT_MOST),
            _ => None,
        }),
    }
}

/// What was said already, as the field wants it; what can't be read is left for the person to see.
fn filled(arg: &Arg, given: Option<&String>, context: &Context<'_>) -> Option<String> {
    let Some(given) = given.filter(|given| !given.trim().is_empty()) else {
        return match arg.kind {
            Kind::Workflow if arg.needed != Needed::No => context.workflow.map(|id| id.to_string()),
            Kind::Choice(words) if arg.name == "impact" => words.first().map(|word| (*word).to_owned()),
            _ => None,
        };
    };
    match (arg.kind, read(arg.kind, given, context)) {
        (kind, Ok(Value::At(at))) if kind.lean().is_some() => rfc3339(at, context),
        (kind, _) if kind.lean().is_some() => None,
        (_, Ok(Value::Workflow(id))) => Some(id.to_string()),
        (_, Ok(Value::Person(id))) => Some(id.to_string()),
        (_, Ok(Value::Role(id))) => Some(id.to_string()),
        (_, Ok(Value::Class(id))) => Some(id.to_string()),
        (_, Ok(Value::ExceptionClass(id))) => Some(id.to_string()),
        (_, Ok(Value::Path(id))) => Some(id.to_string()),
        (_, Ok(Value::Severity(severity))) => Some(severity.word().to_owned()),
        (_, Ok(Value::Flag(flag))) => Some(flag.to_string()),
        _ => Some(given.clone()),
    }
}

fn rfc3339(at: At, context: &Context<'_>) -> Option<String> {
    Some(at.utc()?.with_timezone(&context.zone).to_rfc3339_opts(SecondsFormat::Secs, true))
}
