//! Modals and home tabs: what is open for whom, what was filled in, and what Slack's client lets through.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::limits::{self, list};
use super::web_api::{Refused, refuse};
use super::world::{APP, BOT_ID, TEAM};
use super::{State, word};

/// Slack keeps three modals on top of each other.
const STACK: usize = 3;

#[derive(Clone, Debug)]
pub struct OpenView {
    pub id: String,
    pub root: String,
    pub previous: Option<String>,
    pub hash: String,
    /// As the bot sent it, with the names that Slack gives to blocks and elements.
    pub view: Value,
}

impl OpenView {
    pub fn title(&self) -> &str {
        self.view["title"]["text"].as_str().unwrap_or_default()
    }

    pub fn blocks(&self) -> &[Value] {
        list(&self.view["blocks"])
    }

    /// As Slack tells it, with what is filled in.
    pub fn json(&self, values: &Value) -> Value {
        let mut told = self.view.clone();
        let more = json!({
            "id": self.id, "team_id": TEAM, "app_id": APP, "app_installed_team_id": TEAM, "bot_id": BOT_ID, "hash": self.hash,
            "root_view_id": self.root, "previous_view_id": self.previous, "state": { "values": values }
        });
        let object = told.as_object_mut().expect("a view is an object");
        object.extend(more.as_object().expect("an object").clone());
        for (name, otherwise) in [
            ("callback_id", json!("")),
            ("private_metadata", json!("")),
            ("external_id", json!("")),
            ("clear_on_close", json!(false)),
            ("notify_on_close", json!(false)),
            ("close", Value::Null),
            ("submit", Value::Null),
        ] {
            object.entry(name).or_insert(otherwise);
        }
        told
    }

    /// What stands in the form after somebody filled it in: Slack's `state.values`; or what its client holds back, by block.
    pub fn fill(&self, given: &BTreeMap<String, String>) -> Result<Value, BTreeMap<String, String>> {
        let mut values = Map::new();
        let mut held = BTreeMap::new();
        let mut used = Vec::new();
        for block in self.blocks() {
            let element = if block["type"] == "input" { &block["element"] } else { &block["accessory"] };
            let rest = if block["type"] == "actions" { list(&block["elements"]) } else { &[] };
            for element in
                rest.iter().chain([element]).filter(|element| element.is_object() && element["type"] != "button")
            {
                let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let (block_id, action_id) = (id(&block["block_id"]), id(&element["action_id"]));
                let named = [&block_id, &action_id].into_iter().find_map(|name| {
                    let value = given.get(name)?;
                    used.push(name.clone());
                    Some(value.as_str())
                });
                match filled(element, named) {
                    Ok(None) if block["type"] == "input" && block["optional"] != true => {
                        held.insert(block_id, "Please complete this required field.".to_owned());
                    }
                    Ok(value) => {
                        let kind = element["type"].as_str().unwrap_or_default();
                        let mut told = value.unwrap_or_else(|| empty(kind));
                        told["type"] = json!(kind);
                        let block = values.entry(block_id).or_insert_with(|| json!({}));
                        block[action_id] = told;
                    }
                    Err(why) => {
                        held.insert(block_id, why);
                    }
                }
            }
        }
        let astray: Vec<&String> = given.keys().filter(|name| !used.contains(name)).collect();
        assert!(astray.is_empty(), "the form {:?} has no field {astray:?}", self.title());
        if held.is_empty() { Ok(Value::Object(values)) } else { Err(held) }
    }
}

/// An element nothing is filled into.
fn empty(kind: &str) -> Value {
    match kind {
        "static_select" | "external_select" | "radio_buttons" => json!({ "selected_option": null }),
        "multi_static_select" | "checkboxes" => json!({ "selected_options": [] }),
        "users_select" => json!({ "selected_user": null }),
        "multi_users_select" => json!({ "selected_users": [] }),
        "conversations_select" => json!({ "selected_conversation": null }),
        "channels_select" => json!({ "selected_channel": null }),
        "datepicker" => json!({ "selected_date": null }),
        "timepicker" => json!({ "selected_time": null }),
        "datetimepicker" => json!({ "selected_date_time": null }),
        _ => json!({ "value": null }),
    }
}

/// One element's state. Nothing given leaves what the bot put in; an empty text clears it.
fn filled(element: &Value, given: Option<&str>) -> Result<Option<Value>, String> {
    let kind = element["type"].as_str().unwrap_or_default();
    let initial = |name: &str, tell: &str| {
        let there = element.get(name).filter(|value| !value.is_null() && **value != "");
        there.map(|value| json!({ tell: value }))
    };
    let many = |text: &str| {
        text.split(['\n', ',']).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    match (kind, given) {
        (_, Some("")) => Ok(None),
        ("static_select" | "radio_buttons", None) => Ok(initial("initial_option", "selected_option")),
        ("multi_static_select" | "checkboxes", None) => Ok(initial("initial_options", "selected_options")),
        ("users_select", None) => Ok(initial("initial_user", "selected_user")),
        ("multi_users_select", None) => Ok(initial("initial_users", "selected_users")),
        ("conversations_select", None) => Ok(initial("initial_conversation", "selected_conversation")),
        ("channels_select", None) => Ok(initial("initial_channel", "selected_channel")),
        ("datepicker", None) => Ok(initial("initial_date", "selected_date")),
        ("timepicker", None) => Ok(initial("initial_time", "selected_time")),
        ("datetimepicker", None) => Ok(initial("initial_date_time", "selected_date_time")),
        (_, None) => Ok(initial("initial_value", "value")),
        ("static_select" | "radio_buttons", Some(text)) => {
            Ok(Some(json!({ "selected_option": option(element, text)? })))
        }
        ("multi_static_select" | "checkboxes", Some(text)) => {
            let chosen: Result<Vec<Value>, String> = many(text).iter().map(|one| option(element, one)).collect();
            let chosen = chosen?;
            if element["max_selected_items"].as_u64().is_some_and(|most| chosen.len() as u64 > most) {
                return Err("Too many items are selected.".into());
            }
            Ok(Some(json!({ "selected_options": chosen })))
        }
        ("users_select", Some(user)) if user.starts_with(['U', 'W']) => Ok(Some(json!({ "selected_user": user }))),
        ("multi_users_select", Some(text)) => Ok(Some(json!({ "selected_users": many(text) }))),
        ("conversations_select", Some(id)) => Ok(Some(json!({ "selected_conversation": id }))),
        ("channels_select", Some(id)) if id.starts_with('C') => Ok(Some(json!({ "selected_channel": id }))),
        ("datepicker", Some(date)) => match chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d") {
            Ok(_) => Ok(Some(json!({ "selected_date": date }))),
            Err(_) => Err("Enter a valid date.".into()),
        },
        ("timepicker", Some(time)) => match chrono::NaiveTime::parse_from_str(time, "%H:%M") {
            Ok(_) => Ok(Some(json!({ "selected_time": time }))),
            Err(_) => Err("Enter a valid time.".into()),
        },
        ("datetimepicker", Some(unix)) => match unix.parse::<i64>() {
            Ok(unix) => Ok(Some(json!({ "selected_date_time": unix }))),
            Err(_) => Err("Enter a valid date and time.".into()),
        },
        ("number_input", Some(number)) => match number.parse::<f64>() {
            Ok(value) if element["is_decimal_allowed"] == true || value.fract() == 0.0 => {
                Ok(Some(json!({ "value": number })))
            }
            _ => Err("Enter a valid number.".into()),
        },
        ("email_text_input", Some(text)) if text.contains('@') => Ok(Some(json!({ "value": text }))),
        ("url_text_input", Some(text)) if text.starts_with("http") => Ok(Some(json!({ "value": text }))),
        ("plain_text_input", Some(text)) => {
            let length = text.chars().count() as u64;
            let most = element["max_length"].as_u64().unwrap_or(3000);
            let least = element["min_length"].as_u64().unwrap_or(0);
            if length > most {
                return Err(format!("Must be at most {most} characters."));
            }
            if length < least {
                return Err(format!("Must be at least {least} characters."));
            }
            if text.contains('\n') && element["multiline"] != true {
                return Err("One line only.".into());
            }
            Ok(Some(json!({ "value": text })))
        }
        (kind, Some(text)) => Err(format!("{text:?} is nothing that one can enter into {kind}.")),
    }
}

/// One of an element's options, by value or by what people read.
pub fn option(element: &Value, wanted: &str) -> Result<Value, String> {
    let groups = list(&element["option_groups"]).iter().flat_map(|group| list(&group["options"]));
    let mut all = list(&element["options"]).iter().chain(groups);
    let chosen = all.find(|option| option["value"] == wanted || option["text"]["text"] == wanted);
    chosen.cloned().ok_or_else(|| format!("There is no choice {wanted:?}."))
}

impl State {
    pub fn views_open(&mut self, args: &Map<String, Value>, push: bool) -> Result<Value, Refused> {
        let trigger = word(args, "trigger_id").unwrap_or_default().to_owned();
        let life = self.settings.trigger_life;
        let Some(found) = self.triggers.get_mut(&trigger) else { return refuse("invalid_trigger_id") };
        if found.used {
            return refuse("exchanged_trigger_id");
        }
        if found.born.elapsed() > life {
            return refuse("expired_trigger_id");
        }
        let (user, from) = (found.user.clone(), found.view.clone());
        if push && from.is_none() {
            return refuse("invalid_trigger_id");
        }
        self.checked_view(args, "modal")?;
        if let Some(found) = self.triggers.get_mut(&trigger) {
            found.used = true;
        }
        let stack = self.views.entry(user.clone()).or_default();
        if push && stack.len() >= STACK {
            return refuse("push_limit_reached");
        }
        if !push {
            stack.clear();
        }
        let opened = self.put_on_top(&user, &args["view"]);
        Ok(json!({ "ok": true, "view": opened.json(&json!({})) }))
    }

    /// A new modal on top of somebody's.
    pub fn put_on_top(&mut self, user: &str, view: &Value) -> OpenView {
        let id = self.world.next_id("V");
        let below = self.views.get(user).and_then(|stack| stack.last()).map(|top| (top.root.clone(), top.id.clone()));
        let (root, previous) = below.map_or_else(|| (id.clone(), None), |(root, top)| (root, Some(top)));
        let opened = self.kept(id, root, previous, view);
        self.views.entry(user.to_owned()).or_default().push(opened.clone());
        opened
    }

    fn kept(&mut self, id: String, root: String, previous: Option<String>, view: &Value) -> OpenView {
        let mut view = view.clone();
        view["blocks"] = Value::Array(self.named(&view["blocks"]));
        let hash = format!("{}.{}", self.world.now_s(), &self.world.next_token()[..8]);
        OpenView { id, root, previous, hash, view }
    }

    fn checked_view(&mut self, args: &Map<String, Value>, kind: &str) -> Result<(), Refused> {
        let mut findings = limits::view(&args["view"]);
        if args["view"]["type"] != kind {
            let what = format!("a {kind} was expected, not {}", args["view"]["type"]);
            findings.push(limits::Finding { error: Some("invalid_arguments"), what });
        }
        self.judge("view", findings)
    }

    pub fn views_update(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let wanted = |view: &OpenView| match (word(args, "view_id"), word(args, "external_id")) {
            (Some(id), _) => view.id == id,
            (None, Some(id)) => view.view["external_id"] == id,
            (None, None) => false,
        };
        let found = self.views.iter().find_map(|(user, stack)| {
            let at = stack.iter().position(wanted)?;
            Some((user.clone(), at, stack[at].clone()))
        });
        let Some((user, at, old)) = found else { return refuse("not_found") };
        if word(args, "hash").is_some_and(|hash| hash != old.hash) {
            return refuse("hash_conflict");
        }
        self.checked_view(args, "modal")?;
        let new = self.kept(old.id, old.root, old.previous, &args["view"]);
        if let Some(place) = self.views.get_mut(&user).and_then(|stack| stack.get_mut(at)) {
            *place = new.clone();
        }
        Ok(json!({ "ok": true, "view": new.json(&json!({})) }))
    }

    /// An open modal gets another content, in an acknowledgement.
    pub fn replace_view(&mut self, user: &str, id: &str, view: &Value) {
        let Some(old) = self.views.get(user).and_then(|stack| stack.iter().find(|open| open.id == id)).cloned() else {
            return;
        };
        let new = self.kept(old.id, old.root, old.previous, view);
        let place = self.views.get_mut(user).and_then(|stack| stack.iter_mut().find(|open| open.id == id));
        *place.expect("it was there") = new;
    }

    pub fn views_publish(&mut self, args: &Map<String, Value>) -> Result<Value, Refused> {
        let user = word(args, "user_id").unwrap_or_default().to_owned();
        if !self.world.users.contains_key(&user) {
            return refuse("user_not_found");
        }
        let old = self.homes.get(&user).cloned();
        if let (Some(hash), Some(old)) = (word(args, "hash"), &old)
            && hash != old.hash
        {
            return refuse("hash_conflict");
        }
        self.checked_view(args, "home")?;
        let id = old.map_or_else(|| self.world.next_id("V"), |old| old.id);
        let home = self.kept(id.clone(), id, None, &args["view"]);
        self.homes.insert(user, home.clone());
        Ok(json!({ "ok": true, "view": home.json(&json!({})) }))
    }
}
