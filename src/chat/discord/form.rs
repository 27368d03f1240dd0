//! Forms as modals: five text inputs at most, since serenity loses what other inputs hold. What has no place in the
//! modal is kept here until it is sent, and so is what somebody typed in vain.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::words::{cut, length, plain};
use crate::domain::every_case::OpenedFrom;
use crate::grammar::{Field, FieldKind, Form};

const TITLE: usize = 45;
const LABEL: usize = 45;
const PLACEHOLDER: usize = 100;
/// Of one input.
const INPUT: usize = 4_000;
const INPUTS: usize = 5;
/// As long as an interaction lives.
const KEPT: Duration = Duration::from_secs(15 * 60);
const KEPT_AT_MOST: usize = 1_000;
/// What a modal's id begins with; with the second one, something is kept here that belongs to it.
const MODAL: &str = "form|";
const MODAL_AND_MORE: &str = "form+|";
/// What the button begins with that opens a form again.
const AGAIN: &str = "again|";

/// Forms that are open somewhere, by a mark of their own.
#[derive(Default)]
pub struct Forms {
    kept: BTreeMap<String, Kept>,
}

struct Kept {
    at: Instant,
    form: Form,
    message: Option<About>,
}

/// What came in with a modal.
/// The message that a form is about.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// As Discord told it.
    pub raw: Value,
    /// As the card of a case shows it that is opened from it.
    pub opened_from: Option<Box<OpenedFrom>>,
}

#[derive(Debug, PartialEq)]
pub enum Sent {
    /// The form's id, and everything that belongs to it.
    Whole { mark: String, form: String, values: BTreeMap<String, String>, message: Option<About> },
    /// What was given beside the modal is forgotten: the bot was started again meanwhile.
    Forgotten { form: String },
}

impl Forms {
    /// The modal of a form, which is kept meanwhile.
    pub fn open(&mut self, form: &Form) -> Value {
        self.open_with(form, None)
    }

    /// The modal of a form that is about a message, which is kept with it.
    pub fn open_with(&mut self, form: &Form, message: Option<About>) -> Value {
        let mark = mark();
        let shown = shown(form);
        let hides = form.fields.iter().any(|field| field.value.is_some() && !shown.contains(&field));
        self.keep(&mark, form.clone(), message);
        let head = if hides { MODAL_AND_MORE } else { MODAL };
        let left_out = form.fields.len() - shown.len();
        let last = shown.len().saturating_sub(1);
        let rows = shown.iter().enumerate().map(|(at, field)| {
            let more = (at == last && left_out > 0).then_some(left_out);
            json!({ "type": 1, "components": [input(field, form, more)] })
        });
        json!({
            "custom_id": format!("{head}{mark}|{}", form.id),
            "title": cut(&form.title, TITLE),
            "components": rows.collect::<Vec<_>>(),
        })
    }

    fn keep(&mut self, mark: &str, form: Form, message: Option<About>) {
        self.kept.retain(|_, kept| kept.at.elapsed() < KEPT);
        if self.kept.len() >= KEPT_AT_MOST {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.at).map(|(mark, _)| mark.clone());
            oldest.map(|mark| self.kept.remove(&mark));
        }
        self.kept.insert(mark.to_owned(), Kept { at: Instant::now(), form, message });
    }

    fn get(&self, mark: &str) -> Option<&Kept> {
        self.kept.get(mark).filter(|kept| kept.at.elapsed() < KEPT)
    }

    /// Reads a modal that was sent. `None`: it is no form of ours.
    pub fn sent(&mut self, data: &Value) -> Option<Sent> {
        let id = data.get("custom_id")?.as_str()?;
        let (rest, has_more) = match id.strip_prefix(MODAL) {
            Some(rest) => (rest, false),
            None => (id.strip_prefix(MODAL_AND_MORE)?, true),
        };
        let (mark, form) = rest.split_once('|')?;
        let mut values = BTreeMap::new();
        let mut message = None;
        match self.get(mark) {
            Some(Kept { form, message: about, .. }) => {
                message.clone_from(about);
                let shown: Vec<String> = shown(form).iter().map(|field| field.name.clone()).collect();
                let hidden = form.fields.iter().filter(|field| !shown.contains(&field.name));
                values.extend(hidden.filter_map(|field| Some((field.name.clone(), field.value.clone()?))));
            }
            None if has_more => return Some(Sent::Forgotten { form: form.to_owned() }),
            None => {}
        }
        for component in data.get("components")?.as_array()?.iter().flat_map(inputs) {
            let name = component.get("custom_id").and_then(Value::as_str);
            let value = component.get("value").and_then(Value::as_str);
            if let (Some(name), Some(value)) = (name, value) {
                values.insert(name.to_owned(), value.to_owned());
            }
        }
        // Opened again, it holds what was typed.
        if let Some(kept) = self.kept.get_mut(mark) {
            for field in &mut kept.form.fields {
                field.value = values.get(&field.name).cloned().filter(|value| !value.is_empty());
            }
        }
        Some(Sent::Whole { mark: mark.to_owned(), form: form.to_owned(), values, message })
    }

    /// The button's id that opens a form again with what was typed.
    pub fn again(mark: &str) -> String {
        format!("{AGAIN}{mark}")
    }

    /// Keeps a form for a button, where it can't be opened at once.
    pub fn offer(&mut self, form: &Form) -> String {
        let mark = mark();
        self.keep(&mark, form.clone(), None);
        Forms::again(&mark)
    }

    /// What a button asks for, if it is one that opens a form again; inside, the form if it is still known, and the message
    /// that it is about.
    pub fn asked_again(&self, action: &str) -> Option<Option<(Form, Option<About>)>> {
        let mark = action.strip_prefix(AGAIN)?;
        Some(self.get(mark).map(|kept| (kept.form.clone(), kept.message.clone())))
    }
}

fn inputs(row: &Value) -> Vec<&Value> {
    let own = row.get("component").into_iter();
    row.get("components").and_then(Value::as_array).into_iter().flatten().chain(own).collect()
}

fn mark() -> String {
    let mut bytes = [0u8; 8];
    // Without chance, two forms could be mistaken for one another only if they were opened in the same instant.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = (std::process::id() as u64).to_be_bytes();
    }
    hex::encode(bytes)
}

/// The fields that the modal shows: what must be answered, then what isn't answered yet, each in the form's order.
fn shown(form: &Form) -> Vec<&Field> {
    let mut fields: Vec<&Field> = form.fields.iter().collect();
    if fields.len() > INPUTS {
        fields.sort_by_key(|field| (!field.required, field.value.is_some()));
        fields.truncate(INPUTS);
        let place = |field: &&Field| form.fields.iter().position(|other| other.name == field.name);
        fields.sort_by_key(place);
    }
    fields
}

fn input(field: &Field, form: &Form, left_out: Option<usize>) -> Value {
    let is_long = field.kind == FieldKind::Long;
    let value = field.value.clone().filter(|value| !value.is_empty());
    let fits = value.as_deref().is_none_or(|value| length(value) <= INPUT);
    let mut help: Vec<String> = Vec::new();
    if !fits {
        help.push("the draft has no room here; left empty, it is taken as it is".to_owned());
    }
    match field.kind {
        FieldKind::Choice => {
            help.push(field.choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(", "));
        }
        FieldKind::Flag => help.push("yes or no".to_owned()),
        FieldKind::Person => help.push("a name or a key of the policy".to_owned()),
        FieldKind::Moment | FieldKind::Text | FieldKind::Long => {}
    }
    help.extend(field.hint.clone());
    // The policy's own words on what counts as which have no place of their own in a modal.
    if field.kind == FieldKind::Choice && help.len() < 2 {
        help.extend(form.intro.iter().filter_map(|line| plain(line)));
    }
    let tail = left_out.map(|count| format!(" · {count} more as options of the command")).unwrap_or_default();
    let help = format!("{}{tail}", cut(&help.join(" · "), PLACEHOLDER - length(&tail)));
    let most = field.max.unwrap_or(INPUT).min(INPUT);
    let mut input = json!({
        "type": 4,
        "custom_id": field.name,
        "style": if is_long { 2 } else { 1 },
        "label": cut(&field.label, LABEL),
        "required": field.required && fits,
        "max_length": most.max(value.as_deref().map_or(0, length).min(INPUT)),
    });
    if !help.is_empty() {
        input["placeholder"] = json!(help);
    }
    if let Some(value) = value.filter(|_| fits) {
        input["value"] = json!(value);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Policy;
    use crate::grammar::{self, Context, verbs};

    fn every_form() -> Vec<Form> {
        let policy =
            Policy::read(crate::domain::policy::EXAMPLE).unwrap_or_else(|errors| panic!("{}", errors.show("e")));
        let by = policy.people.keys().next().cloned().expect("somebody");
        let context = Context::of(&policy, &by, crate::domain::At(1_795_424_400_000_000), None, "/");
        let given =
            |verb: &grammar::Verb| verb.args.iter().map(|arg| (arg.name.to_owned(), "x".repeat(5_000))).collect();
        verbs::all()
            .flat_map(|verb| {
                let empty = grammar::form(verb, None, &BTreeMap::new(), &context);
                let full = grammar::form(verb, None, &given(verb), &context);
                [empty, full]
            })
            .filter(|form| !form.fields.is_empty())
            .collect()
    }

    #[test]
    fn every_verb_has_a_modal_within_the_limits() {
        let mut forms = Forms::default();
        for form in every_form() {
            let modal = forms.open(&form);
            let id = modal["custom_id"].as_str().expect("an id");
            assert!(length(id) <= 100, "{id}");
            assert!((1..=45).contains(&length(modal["title"].as_str().expect("a title"))));
            let rows = modal["components"].as_array().expect("rows");
            assert!((1..=5).contains(&rows.len()), "{}", form.id);
            for row in rows {
                let input = &row["components"][0];
                let of = |key: &str| length(input[key].as_str().unwrap_or_default());
                assert!((1..=45).contains(&of("label")) && of("placeholder") <= 100 && of("value") <= 4_000, "{input}");
                let most = input["max_length"].as_u64().expect("a most");
                assert!((1..=4_000).contains(&most) && of("value") as u64 <= most, "{input}");
            }
            let required = form.fields.iter().filter(|field| field.required);
            for field in required.take(5) {
                assert!(rows.iter().any(|row| row["components"][0]["custom_id"] == field.name.as_str()), "{}", form.id);
            }
        }
    }

    fn sent(id: &str, values: &[(&str, &str)]) -> Value {
        let rows = values.iter().map(
            |(name, value)| json!({ "type": 1, "components": [{ "type": 4, "custom_id": name, "value": value }] }),
        );
        json!({ "custom_id": id, "components": rows.collect::<Vec<_>>() })
    }

    #[test]
    fn what_the_modal_has_no_place_for_comes_back_with_it() {
        let mut forms = Forms::default();
        let mut form = every_form().into_iter().find(|form| form.id == "incident.open").expect("the form");
        assert!(form.fields.len() > 5);
        form.fields.last_mut().expect("a field").value = Some("2026-11-23T08:00:00Z".to_owned());
        let hidden = form.fields.last().expect("a field").name.clone();
        let id = forms.open(&form)["custom_id"].as_str().expect("an id").to_owned();
        let typed = sent(&id, &[("title", "drift"), ("severity", "sev9")]);
        let Some(Sent::Whole { mark, form: of, values, .. }) = forms.sent(&typed) else { panic!("it is known") };
        assert_eq!((of.as_str(), values["title"].as_str()), ("incident.open", "drift"));
        assert_eq!(values[&hidden], "2026-11-23T08:00:00Z");
        // Opened again, everything typed is there.
        let again = forms.asked_again(&Forms::again(&mark)).expect("the button is ours").expect("it is known");
        let value = |name: &str| again.0.fields.iter().find(|field| field.name == name).and_then(|it| it.value.clone());
        assert_eq!((value("title").as_deref(), value("severity").as_deref()), (Some("drift"), Some("sev9")));
        // After a start nothing is known: better said than lost.
        assert_eq!(Forms::default().sent(&typed), Some(Sent::Forgotten { form: "incident.open".to_owned() }));
    }

    #[test]
    fn other_apps_modals_are_not_ours() {
        assert_eq!(Forms::default().sent(&sent("survey", &[])), None);
        assert_eq!(Forms::default().asked_again("ack:INC-1"), None);
    }
}
