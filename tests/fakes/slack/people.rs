//! People at work: they type, press, fill in, react, come and go, and see what Slack's client would show and let them do.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::oneshot;

use super::deliver::{Ack, Kind};
use super::limits::{self, list};
use super::look::Source;
use super::views::{OpenView, option};
use super::world::{APP, BOT_USER, Message, TEAM};
use super::{FakeSlack, PATIENCE, ResponseUrl, State};

/// What became of a slash command, of a press or a shortcut.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// None where Slack told the person that the app doesn't respond.
    pub ack: Option<Ack>,
    pub trigger_id: String,
    pub response_url: String,
}

impl Spoken {
    /// How long the person waited for the first sign of life.
    #[track_caller]
    pub fn took(&self) -> Duration {
        self.ack.as_ref().expect("the bot acknowledged it").took
    }

    pub fn failed(&self) -> bool {
        self.ack.as_ref().is_none_or(|ack| ack.status.is_some_and(|status| status != 200))
    }

    /// What was answered with the acknowledgement itself, as it was written.
    pub fn text(&self) -> &str {
        let payload = self.ack.as_ref().and_then(|ack| ack.payload.as_ref());
        payload.and_then(|payload| payload["text"].as_str()).unwrap_or_default()
    }
}

/// What became of a form that somebody sent off.
#[derive(Clone, Debug, PartialEq)]
pub enum Submitted {
    /// The modal is gone; the one below it is seen again.
    Closed,
    /// All modals are gone.
    Cleared,
    /// The bot's words beside its blocks, by block_id.
    Errors(BTreeMap<String, String>),
    /// The modal shows something else; its id.
    Updated(String),
    /// Another modal is on top of it; its id.
    Pushed(String),
    /// Slack's client didn't send it: what is missing or doesn't fit, by block_id.
    Held(BTreeMap<String, String>),
    /// “We had some trouble connecting. Try again?”
    Trouble,
}

impl FakeSlack {
    // ——— what is said ———

    /// Types a slash command in a channel. `@name` and `#channel` become what Slack makes of them.
    pub async fn slash(&self, user: &str, channel: &str, command: &str, text: &str) -> Spoken {
        let (spoken, answer) = {
            let mut state = self.state();
            let who = state.person(user, channel);
            let trigger_id = state.new_trigger(user, None);
            let about = state.response_url_to(user, channel);
            let response_url = state.new_response_url("commands", about);
            let there = &state.world.channels[channel];
            let payload = json!({
                "token": "verification-token", "team_id": who.team_id, "team_domain": "fake", "channel_id": channel,
                "channel_name": there.name_in_commands(), "user_id": user, "user_name": who.name, "command": command,
                "text": state.typed(text, true), "api_app_id": APP, "is_enterprise_install": "false",
                "response_url": response_url, "trigger_id": trigger_id
            });
            (Spoken { ack: None, trigger_id, response_url }, state.ask(Kind::Command, payload))
        };
        let ack = self.acknowledged(answer).await;
        if let Some(payload) =
            ack.as_ref().filter(|ack| ack.status.is_none_or(|status| status == 200)).and_then(|ack| ack.payload.clone())
        {
            self.state().shown_with_ack(user, channel, &payload);
        }
        self.sound();
        Spoken { ack, ..spoken }
    }

    async fn acknowledged(&self, answer: oneshot::Receiver<Ack>) -> Option<Ack> {
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(ack) => ack.ok(),
            Err(_) => None,
        }
    }

    /// Writes a message, in a thread if one is named. Its timestamp.
    #[track_caller]
    pub fn say(&self, user: &str, channel: &str, text: &str, thread: Option<&str>) -> String {
        let ts = self.state().say(user, channel, text, thread);
        self.sound();
        ts
    }

    /// Writes to the bot in private. The channel and the message's timestamp.
    #[track_caller]
    pub fn whisper(&self, user: &str, text: &str) -> (String, String) {
        let channel = self.im(user);
        let ts = self.say(user, &channel, text, None);
        (channel, ts)
    }

    #[track_caller]
    pub fn edit(&self, user: &str, channel: &str, ts: &str, text: &str) {
        {
            let mut state = self.state();
            let old = state.world.message(channel, ts).expect("a message of the channel").clone();
            assert_eq!(old.user, user, "only whoever wrote it can edit it");
            let text = state.typed(text, false);
            let new = Message { blocks: vec![rich(&text)], text, ..old.clone() };
            let new = Message { blocks: state.named(&Value::Array(new.blocks.clone())), ..new };
            state.changed(&old, new, user);
        }
        self.sound();
    }

    #[track_caller]
    pub fn delete(&self, user: &str, channel: &str, ts: &str) {
        {
            let mut state = self.state();
            let old = state.world.message(channel, ts).expect("a message of the channel");
            assert!(old.user == user || user == "U0ADMIN", "only whoever wrote it can delete it");
            state.removed(channel, ts);
        }
        self.sound();
    }

    #[track_caller]
    pub fn react(&self, user: &str, channel: &str, ts: &str, name: &str) {
        assert!(self.state().reaction(channel, ts, user, name, true), "there was this reaction already, or no message");
        self.sound();
    }

    /// How many reactions the bot has set on a message.
    pub fn reactions_of_the_bot(&self, channel: &str, ts: &str) -> usize {
        let state = self.state();
        let message = state.world.message(channel, ts);
        message.map_or(0, |it| it.reactions.values().filter(|users| users.iter().any(|user| user == BOT_USER)).count())
    }

    #[track_caller]
    pub fn unreact(&self, user: &str, channel: &str, ts: &str, name: &str) {
        assert!(self.state().reaction(channel, ts, user, name, false), "there was no such reaction");
        self.sound();
    }

    /// Uploads a file, with words beside it. The message's timestamp and the file's id.
    #[track_caller]
    pub fn upload(
        &self,
        user: &str,
        channel: &str,
        name: &str,
        bytes: &[u8],
        text: &str,
        thread: Option<&str>,
    ) -> (String, String) {
        let made = {
            let mut state = self.state();
            state.person(user, channel);
            let text = state.typed(text, false);
            let id = state.new_file(user, name, None, bytes);
            (state.share_files(user, channel, std::slice::from_ref(&id), &text, thread.map(str::to_owned)), id)
        };
        self.sound();
        made
    }

    /// Whoever uploaded it deletes it, wherever it was shared. Slack shows a stone in its place, and says of the file alone that it
    /// is gone.
    pub fn delete_file(&self, id: &str) {
        self.state().file_removed(id);
        self.sound();
    }

    #[track_caller]
    pub fn join(&self, user: &str, channel: &str) {
        self.state().join(channel, user, None);
        self.sound();
    }

    /// Somebody brings somebody in; the bot too.
    #[track_caller]
    pub fn invite(&self, by: &str, user: &str, channel: &str) {
        self.state().join(channel, user, Some(by));
        self.sound();
    }

    #[track_caller]
    pub fn leave(&self, user: &str, channel: &str) {
        self.state().leave(channel, user);
        self.sound();
    }

    /// An account is closed.
    #[track_caller]
    pub fn deactivate(&self, user: &str) {
        {
            let mut state = self.state();
            let who = state.world.users.get_mut(user).expect("somebody of the workspace");
            who.deleted = true;
            // The event still knows the zone; users.info has forgotten it.
            let told = super::world::User { deleted: false, ..who.clone() }.json();
            let told = told.as_object().expect("an object").clone();
            let told: Map<String, Value> = told.into_iter().chain([("deleted".to_owned(), json!(true))]).collect();
            state.event_now(json!({ "type": "user_change", "user": told, "cache_ts": 1_700_000_000 }));
        }
        self.sound();
    }

    /// A user group has other members.
    #[track_caller]
    pub fn change_group(&self, group: &str, members: &[&str]) {
        self.state().set_group(group, members.iter().map(|member| (*member).to_owned()).collect());
        self.sound();
    }

    // ——— what is pressed ———

    /// Presses a button of a message, or of something that only this person was shown. `which` is an action_id, a value or a label.
    #[track_caller]
    pub fn press(&self, user: &str, channel: &str, ts: &str, which: &str) -> impl Future<Output = Spoken> {
        let (spoken, answer) = self.state().press(user, channel, ts, which, None);
        self.finish(spoken, answer)
    }

    /// Presses a button of a message as this person still sees it, whatever it shows by now.
    #[track_caller]
    pub fn press_as_seen(&self, user: &str, seen: &Message, which: &str) -> impl Future<Output = Spoken> {
        let (spoken, answer) = self.state().press_on(user, &seen.channel, &seen.ts, &seen.blocks, which);
        self.finish(spoken, answer)
    }

    /// Picks an option of a menu in a message, by value or label.
    #[track_caller]
    pub fn pick(
        &self,
        user: &str,
        channel: &str,
        ts: &str,
        action_id: &str,
        choice: &str,
    ) -> impl Future<Output = Spoken> {
        let (spoken, answer) = self.state().press(user, channel, ts, action_id, Some(choice));
        self.finish(spoken, answer)
    }

    /// Presses a button of an open modal, or of the home tab.
    #[track_caller]
    pub fn press_in_view(&self, user: &str, view_id: &str, which: &str) -> impl Future<Output = Spoken> {
        let (spoken, answer) = self.state().press_in_view(user, view_id, which);
        self.finish(spoken, answer)
    }

    async fn finish(&self, spoken: Spoken, answer: oneshot::Receiver<Ack>) -> Spoken {
        let ack = self.acknowledged(answer).await;
        self.sound();
        Spoken { ack, ..spoken }
    }

    pub async fn global_shortcut(&self, user: &str, callback_id: &str) -> Spoken {
        let (spoken, answer) = {
            let mut state = self.state();
            let mut payload = state.interaction("shortcut", user, None);
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.world.next_ts());
            state.interact(payload, String::new())
        };
        self.finish(spoken, answer).await
    }

    pub async fn message_shortcut(&self, user: &str, callback_id: &str, channel: &str, ts: &str) -> Spoken {
        let (spoken, answer) = {
            let mut state = self.state();
            state.person(user, channel);
            let about = state.response_url_to(user, channel);
            let response_url = state.new_response_url("app", about);
            let message = state.world.message(channel, ts).expect("a message of the channel").clone();
            let mut payload = state.interaction("message_action", user, None);
            payload["callback_id"] = json!(callback_id);
            payload["action_ts"] = json!(state.world.next_ts());
            payload["message_ts"] = json!(ts);
            payload["response_url"] = json!(response_url);
            payload["channel"] = json!({ "id": channel, "name": state.world.channels[channel].name_in_commands() });
            payload["message"] = state.world.message_in_history(&message, &state.base, false);
            state.interact(payload, response_url)
        };
        self.finish(spoken, answer).await
    }

    /// Looks at the bot's home tab.
    #[track_caller]
    pub fn open_home(&self, user: &str) {
        {
            let mut state = self.state();
            let channel = state.world.im(user);
            let mut event = json!({ "type": "app_home_opened", "user": user, "channel": channel, "tab": "home" });
            if let Some(home) = state.homes.get(user) {
                event["view"] = home.json(&json!({}));
            }
            event["event_ts"] = json!(state.world.next_ts());
            // The view that Slack sends along has more fields than the types of a view that one sends.
            let mut checked = event.clone();
            checked.as_object_mut().expect("an object").remove("view");
            for wrong in super::schema::event(&checked) {
                state.own.push(format!("the fake would send a wrong event: {wrong}"));
            }
            state.unchecked_event(event);
        }
        self.sound();
    }

    /// Fills in a modal and sends it off. Values by block_id or action_id; what isn't named stays as the bot put it.
    #[track_caller]
    pub fn submit(&self, user: &str, view_id: &str, values: &[(&str, &str)]) -> impl Future<Output = Submitted> {
        let values: BTreeMap<String, String> =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let open = self.views(user).pop().filter(|top| top.id == view_id);
        let open = open.unwrap_or_else(|| panic!("{view_id} is not on top of {user}'s screen"));
        assert!(!open.view["submit"].is_null(), "the modal {:?} has no button to send it off", open.title());
        let user = user.to_owned();
        async move {
            let filled = match open.fill(&values) {
                Ok(filled) => filled,
                Err(held) => return Submitted::Held(held),
            };
            let answer = {
                let mut state = self.state();
                let mut payload = state.interaction("view_submission", &user, Some(&open.id));
                payload["view"] = open.json(&filled);
                payload["response_urls"] = json!([]);
                state.ask(Kind::Interaction, payload)
            };
            let ack = self.acknowledged(answer).await;
            let submitted = match ack {
                Some(ack) if ack.status.is_none_or(|status| status == 200) => {
                    self.state().submitted(&user, &open, ack.payload.as_ref())
                }
                _ => Submitted::Trouble,
            };
            self.sound();
            submitted
        }
    }

    /// Closes the topmost modal. The bot hears of it where it asked to.
    pub async fn close_view(&self, user: &str) {
        let answer = {
            let mut state = self.state();
            let open = state.views.get_mut(user).and_then(Vec::pop).expect("an open modal");
            if open.view["notify_on_close"] != true {
                return;
            }
            let mut payload = state.interaction("view_closed", user, Some(&open.id));
            payload["view"] = open.json(&json!({}));
            payload["is_cleared"] = json!(false);
            payload.as_object_mut().expect("an object").remove("trigger_id");
            state.ask(Kind::Interaction, payload)
        };
        self.acknowledged(answer).await;
        self.sound();
    }
}

impl State {
    /// Somebody who may speak there.
    #[track_caller]
    fn person(&self, user: &str, channel: &str) -> super::world::User {
        let who = self.world.users.get(user).unwrap_or_else(|| panic!("there is no {user}"));
        assert!(!who.deleted, "{user} is deactivated and can't do anything");
        let there = self.world.channel(channel).unwrap_or_else(|| panic!("there is no channel {channel}"));
        assert!(there.has(user), "{user} is not in {channel}");
        assert!(!there.archived, "{channel} is archived, nobody can speak there");
        who.clone()
    }

    #[track_caller]
    fn say(&mut self, user: &str, channel: &str, text: &str, thread: Option<&str>) -> String {
        let who = self.person(user, channel);
        let text = self.typed(text, false);
        let blocks = self.named(&json!([rich(&text)]));
        let id = self.world.next_uuid();
        self.said(Message {
            channel: channel.to_owned(),
            user: user.to_owned(),
            text,
            blocks: if who.is_bot { Vec::new() } else { blocks },
            thread_ts: thread.map(str::to_owned),
            client_msg_id: (!who.is_bot).then_some(id),
            ..Message::default()
        })
    }

    /// What Slack makes of what is typed: entities, mentions, links. A mention in Slack's own form stays one, if it names
    /// somebody; nothing else that people type becomes markup.
    fn typed(&self, text: &str, command: bool) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let made = self.mention(rest, command);
            if let Some((token, length)) = made.filter(|_| !out.ends_with(char::is_alphanumeric)) {
                out += &token;
                rest = &rest[length..];
                continue;
            }
            if !command && (rest.starts_with("https://") || rest.starts_with("http://")) {
                let length =
                    rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '|' | '"')).unwrap_or(rest.len());
                out += &format!("<{}>", rest[..length].replace('&', "&amp;"));
                rest = &rest[length..];
                continue;
            }
            match c {
                '&' => out += "&amp;",
                '<' => out += "&lt;",
                '>' => out += "&gt;",
                other => out.push(other),
            }
            rest = &rest[c.len_utf8()..];
        }
        out
    }

    /// The token for what a text begins with, and the length that it replaces.
    fn mention(&self, text: &str, command: bool) -> Option<(String, usize)> {
        let user = |id: &str, name: &str| if command { format!("<@{id}|{name}>") } else { format!("<@{id}>") };
        if let Some(id) = text.strip_prefix("<@").and_then(|rest| Some(rest.split_once('>')?.0)) {
            let who = self.world.users.get(id)?;
            return Some((user(id, &who.name), id.len() + 3));
        }
        let name = |rest: &str| {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(rest.len());
            rest[..end].trim_end_matches('.').to_owned()
        };
        if let Some(rest) = text.strip_prefix('@') {
            let name = name(rest);
            if !command && ["here", "channel", "everyone"].contains(&name.as_str()) {
                return Some((format!("<!{name}>"), name.len() + 1));
            }
            if let Some(who) = self.world.users.values().find(|who| who.name == name) {
                return Some((user(&who.id, &name), name.len() + 1));
            }
            let group = self.world.groups.values().find(|group| group.handle == name)?;
            return Some((format!("<!subteam^{}|@{name}>", group.id), name.len() + 1));
        }
        let name = name(text.strip_prefix('#')?);
        let there = self.world.channels.values().find(|channel| channel.name == name && !name.is_empty())?;
        Some((format!("<#{}|{name}>", there.id), name.len() + 1))
    }

    /// The message that came with a command's acknowledgement.
    fn shown_with_ack(&mut self, user: &str, channel: &str, payload: &Value) {
        let Some(args) = payload.as_object() else {
            return self.violation(format!("a command was acknowledged with what is no message: {payload}"));
        };
        if self.judge("acknowledgement of a command", limits::message(args)).is_err() {
            return;
        }
        if args.get("response_type").is_some_and(|kind| kind == "in_channel") {
            let blocks = self.named(args.get("blocks").unwrap_or(&Value::Null));
            let text = super::word(args, "text").unwrap_or_default().to_owned();
            let user = BOT_USER.to_owned();
            self.said(Message { channel: channel.to_owned(), user, by_bot: true, text, blocks, ..Message::default() });
        } else {
            self.show(user, channel, args, None, Source::Ack);
        }
    }

    /// What every interaction says.
    fn interaction(&mut self, kind: &str, user: &str, view: Option<&str>) -> Value {
        let who = self.world.users.get(user).unwrap_or_else(|| panic!("there is no {user}")).clone();
        assert!(!who.deleted, "{user} is deactivated and can't do anything");
        let trigger = self.new_trigger(user, view);
        json!({
            "type": kind, "token": "verification-token", "api_app_id": APP, "team": { "id": TEAM, "domain": "fake" },
            "user": { "id": user, "username": who.name, "name": who.name, "team_id": who.team_id },
            "enterprise": null, "is_enterprise_install": false, "trigger_id": trigger
        })
    }

    fn interact(&mut self, payload: Value, response_url: String) -> (Spoken, oneshot::Receiver<Ack>) {
        let trigger_id = payload["trigger_id"].as_str().unwrap_or_default().to_owned();
        (Spoken { ack: None, trigger_id, response_url }, self.ask(Kind::Interaction, payload))
    }

    #[track_caller]
    fn press(
        &mut self,
        user: &str,
        channel: &str,
        ts: &str,
        which: &str,
        choice: Option<&str>,
    ) -> (Spoken, oneshot::Receiver<Ack>) {
        let private = self.shown.iter().find(|shown| shown.ts == ts && shown.user == user && shown.channel == channel);
        let blocks = match (self.world.message(channel, ts), private) {
            (Some(message), _) => message.blocks.clone(),
            (None, Some(shown)) => shown.blocks.clone(),
            (None, None) => panic!("{user} sees no message {ts} in {channel}"),
        };
        let action = self.action(&blocks, which, choice);
        self.pressed(user, channel, ts, action)
    }

    #[track_caller]
    fn press_on(
        &mut self,
        user: &str,
        channel: &str,
        ts: &str,
        blocks: &[Value],
        which: &str,
    ) -> (Spoken, oneshot::Receiver<Ack>) {
        let action = self.action(blocks, which, None);
        self.pressed(user, channel, ts, action)
    }

    #[track_caller]
    fn pressed(&mut self, user: &str, channel: &str, ts: &str, action: Value) -> (Spoken, oneshot::Receiver<Ack>) {
        self.person(user, channel);
        let public = self.world.message(channel, ts).cloned();
        let private =
            self.shown.iter().find(|shown| shown.ts == ts && shown.user == user && shown.channel == channel).cloned();
        let (thread, ephemeral) = match (&public, &private) {
            (Some(message), _) => (message.thread_ts.clone(), false),
            (None, Some(shown)) => (shown.thread_ts.clone(), true),
            (None, None) => panic!("{user} sees no message {ts} in {channel}"),
        };
        let about = ResponseUrl {
            ts: Some(ts.to_owned()),
            ephemeral,
            thread_ts: thread.clone(),
            ..self.response_url_to(user, channel)
        };
        let response_url = self.new_response_url("actions", about);
        let mut payload = self.interaction("block_actions", user, None);
        let mut container =
            json!({ "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": ephemeral });
        if let Some(thread) = thread {
            container["thread_ts"] = json!(thread);
        }
        payload["container"] = container;
        payload["channel"] = json!({ "id": channel, "name": self.world.channels[channel].name_in_commands() });
        if let Some(message) = public {
            payload["message"] = self.world.message_in_history(&message, &self.base, false);
        }
        payload["state"] = json!({ "values": {} });
        payload["response_url"] = json!(response_url);
        payload["actions"] = json!([action]);
        self.interact(payload, response_url)
    }

    #[track_caller]
    fn press_in_view(&mut self, user: &str, view_id: &str, which: &str) -> (Spoken, oneshot::Receiver<Ack>) {
        let stack = self.views.get(user).and_then(|stack| stack.last());
        let open =
            stack.filter(|top| top.id == view_id).or(self.homes.get(user).filter(|home| home.id == view_id)).cloned();
        let open = open.unwrap_or_else(|| panic!("{user} doesn't see {view_id}"));
        let action = self.action(open.blocks(), which, None);
        let home = open.view["type"] == "home";
        let mut payload = self.interaction("block_actions", user, (!home).then_some(view_id));
        payload["container"] = json!({ "type": "view", "view_id": view_id });
        payload["view"] = open.json(&open.fill(&BTreeMap::new()).unwrap_or_else(|_| json!({})));
        payload["actions"] = json!([action]);
        self.interact(payload, String::new())
    }

    /// The action of one element: a button pressed, an option picked.
    #[track_caller]
    fn action(&mut self, blocks: &[Value], which: &str, choice: Option<&str>) -> Value {
        let mut seen = Vec::new();
        for block in blocks {
            for element in list(&block["elements"]).iter().chain(block.get("accessory")) {
                let named = [&element["action_id"], &element["value"], &element["text"]["text"]];
                if element["action_id"].is_null() || block["type"] == "rich_text" {
                    continue;
                }
                seen.push(format!(
                    "{} ({})",
                    element["text"]["text"].as_str().unwrap_or_default(),
                    element["action_id"]
                ));
                if !named.iter().any(|name| **name == which) {
                    continue;
                }
                let mut action = Map::new();
                for part in ["action_id", "type", "value", "text", "style"] {
                    action.extend(element.get(part).map(|value| (part.to_owned(), value.clone())));
                }
                action.insert("block_id".into(), block["block_id"].clone());
                action.insert("action_ts".into(), json!(self.world.next_ts()));
                if let Some(choice) = choice {
                    let many =
                        element["type"].as_str().is_some_and(|kind| kind.starts_with("multi_") || kind == "checkboxes");
                    let users = element["type"] == "users_select";
                    let picked = if users {
                        json!(choice)
                    } else {
                        option(element, choice).unwrap_or_else(|why| panic!("{why}"))
                    };
                    let (name, picked) = match (many, users) {
                        (true, _) => ("selected_options", json!([picked])),
                        (_, true) => ("selected_user", picked),
                        _ => ("selected_option", picked),
                    };
                    action.insert(name.into(), picked);
                }
                return Value::Object(action);
            }
        }
        panic!("there is nothing {which:?} to press; there is: {}", seen.join(", "))
    }

    /// What the acknowledgement of a form does to the screen.
    fn submitted(&mut self, user: &str, open: &OpenView, payload: Option<&Value>) -> Submitted {
        let Some(payload) = payload else {
            self.views.entry(user.to_owned()).or_default().retain(|view| view.id != open.id);
            return Submitted::Closed;
        };
        let view = &payload["view"];
        match payload["response_action"].as_str() {
            Some("clear") => {
                self.views.remove(user);
                Submitted::Cleared
            }
            Some("errors") => {
                let errors = payload["errors"].as_object().cloned().unwrap_or_default();
                let input = |id: &String| {
                    open.blocks().iter().any(|block| block["type"] == "input" && block["block_id"] == id.as_str())
                };
                let astray: Vec<&String> = errors.keys().filter(|id| !input(id)).collect();
                if errors.is_empty() || !astray.is_empty() {
                    self.violation(format!("errors must stand at inputs of the modal: {payload}"));
                    return Submitted::Trouble;
                }
                Submitted::Errors(
                    errors.into_iter().map(|(id, why)| (id, why.as_str().unwrap_or_default().to_owned())).collect(),
                )
            }
            Some(action @ ("update" | "push")) => {
                if self.judge(&format!("response_action {action}"), limits::view(view)).is_err() {
                    return Submitted::Trouble;
                }
                if action == "push" {
                    return Submitted::Pushed(self.put_on_top(user, view).id);
                }
                self.replace_view(user, &open.id, view);
                Submitted::Updated(open.id.clone())
            }
            other => {
                self.violation(format!("there is no response_action {other:?}: {payload}"));
                Submitted::Trouble
            }
        }
    }
}

/// The block that Slack's client makes of what somebody types.
fn rich(text: &str) -> Value {
    let mut parts = Vec::new();
    let mut rest = text;
    let plain = |text: &str| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    while let Some(open) = rest.find('<') {
        if open > 0 {
            parts.push(json!({ "type": "text", "text": plain(&rest[..open]) }));
        }
        let Some(length) = rest[open..].find('>') else { break };
        let token = &rest[open + 1..open + length];
        let what = token.split('|').next().unwrap_or_default();
        parts.push(if let Some(id) = what.strip_prefix('@') {
            json!({ "type": "user", "user_id": id })
        } else if let Some(id) = what.strip_prefix('#') {
            json!({ "type": "channel", "channel_id": id })
        } else if let Some(id) = what.strip_prefix("!subteam^") {
            json!({ "type": "usergroup", "usergroup_id": id })
        } else if let Some(range) = what.strip_prefix('!') {
            json!({ "type": "broadcast", "range": range })
        } else {
            json!({ "type": "link", "url": plain(what) })
        });
        rest = &rest[open + length + 1..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(json!({ "type": "text", "text": plain(rest) }));
    }
    json!({ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": parts }] })
}
