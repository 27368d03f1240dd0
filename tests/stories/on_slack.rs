//! A Slack workspace as a story's platform: who and what the story calls by plain names is there under Slack's ids, the policy
//! is written with them, and what people see there is read back in the words that stories are written in.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use countersign::app::config::{Secret, SlackConfig, SlackMode};
use countersign::card::{Card, Tone, wall};
use countersign::chat::slack::Slack;
use countersign::domain::{At, Platform};
use countersign::grammar::Word;
use serde_json::{Value as Json, json};

use super::script::{Speaker, Trouble};
use super::workspace::{Again, Screen, bare};
use crate::fakes::slack::{
    APP_TOKEN, Allowed, BOT_TOKEN, BOT_USER, FakeSlack, Harm, Kind, Message, On, OpenView, Shown, Sort, Submitted,
    User, assert_no_injection,
};

/// A story's messages needn't wait for one another.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(1_000).expect("more than none");
/// A slow machine is no slow person.
const TRIGGER_LIFE: Duration = Duration::from_secs(60);

pub struct Team {
    pub platform: Platform,
    pub fake: FakeSlack,
    zone: Tz,
}

impl Team {
    /// With these people in it, all of them in all of these channels.
    pub async fn open(platform: &str, zone: Tz, people: &BTreeSet<String>, channels: &BTreeSet<String>) -> Team {
        let fake = FakeSlack::start().await;
        fake.trigger_life(TRIGGER_LIFE);
        let accounts: Vec<String> = people.iter().map(|who| account(who)).collect();
        for who in people {
            fake.add_user(User::new(&account(who), who, who, zone.name()));
        }
        let members: Vec<&str> = accounts.iter().map(String::as_str).chain([BOT_USER]).collect();
        for name in channels {
            fake.add_channel(&channel(name), name, Sort::Public, &members);
        }
        Team { platform: Platform::from(platform), fake, zone }
    }

    pub fn adapter(&self) -> Result<Arc<Slack>, String> {
        let config = SlackConfig {
            platform: self.platform.clone(),
            mode: SlackMode::Socket { app_token: Secret::new(APP_TOKEN) },
            bot_token: Secret::new(BOT_TOKEN),
            rotation: None,
            api_url: self.fake.api_url(),
            listen: None,
            messages_per_second: AT_ONCE,
        };
        Slack::new(&config).map_err(|error| error.to_string())
    }

    pub fn account(&self, who: &str) -> String {
        account(who)
    }

    pub fn channel(&self, name: &str) -> String {
        channel(name)
    }

    pub fn name_of(&self, account: &str) -> Option<String> {
        self.fake.user(account).map(|user| user.name)
    }

    pub fn channel_name(&self, id: &str) -> Option<String> {
        self.fake.channel(id).map(|there| there.name)
    }

    pub fn direct(&self, account: &str) -> String {
        self.fake.im(account)
    }

    pub fn set_time(&self, now: At) {
        self.fake.set_time(now.0.div_euclid(1_000_000));
    }

    pub fn has(&self, who: &str) -> bool {
        self.fake.user(&account(who)).is_some()
    }

    /// Somebody's account is of another kind from now on. Says whether that is something new.
    pub fn becomes(&self, who: &str, is: Speaker) -> bool {
        let user = User::new(&account(who), who, who, self.zone.name());
        let user = match is {
            Speaker::Member => user,
            Speaker::Bot => user.bot(),
            Speaker::Guest => user.guest(false),
            Speaker::Outsider => user.stranger("T0OTHER"),
        };
        let (told, before) = (user.json(), self.fake.user(&user.id).map(|before| before.json()));
        if before.as_ref() == Some(&told) {
            return false;
        }
        self.fake.add_user(user);
        self.fake.emit(
            json!({ "type": "user_change", "user": told, "cache_ts": 1_700_000_000, "event_ts": "1700000000.000100" }),
        );
        true
    }

    pub fn trouble(&self, name: &str, trouble: Option<Trouble>) {
        let word = match trouble {
            None => return self.fake.clear_faults(),
            Some(Trouble::Gone) => "is_archived",
            Some(Trouble::Unreachable) => "service_unavailable",
        };
        for method in ["chat.postMessage", "chat.update"] {
            let on = On::method(method).channel(&channel(name)).times(u32::MAX);
            self.fake.fault(on, Harm::Error(word.to_owned()));
        }
    }

    pub fn sees(&self, who: &str, conversation: &str) -> bool {
        let there = self.fake.channel(conversation);
        there.is_some_and(|there| matches!(there.sort, Sort::Public) || there.has(&account(who)))
    }

    pub fn roster(&self, groups: &[(String, Vec<String>)], gone: &[String]) {
        for (group, members) in groups {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            self.fake.add_group(group, &group.to_lowercase(), &[]);
            self.fake.change_group(group, &members);
        }
        gone.iter().for_each(|user| self.fake.deactivate(user));
    }

    // ── What people do ────────────────────────────────────────────────────────────────────────────────────────────────

    pub fn say(&self, who: &str, conversation: &str, thread: Option<&str>, text: &str) -> String {
        self.fake.say(&account(who), conversation, text, thread)
    }

    pub async fn command(&self, who: &str, conversation: &str, text: &str) -> Result<(), String> {
        let (command, rest) = text.split_once(' ').unwrap_or((text, ""));
        if is_command(command) {
            let spoken = self.fake.slash(&account(who), conversation, command, rest).await;
            if spoken.failed() {
                return Err(format!("the bot is down, or doesn't take {command}: {spoken:?}"));
            }
        }
        Ok(())
    }

    pub fn edit(&self, who: &str, conversation: &str, message: &str, text: &str) {
        self.fake.edit(&account(who), conversation, message, text);
    }

    pub fn react(&self, who: &str, conversation: &str, message: &str, sign: &str, on: bool) {
        let name = match sign {
            "📌" => "pushpin",
            "⏩" => "fast_forward",
            "✅" => "white_check_mark",
            other => other,
        };
        match on {
            true => self.fake.react(&account(who), conversation, message, name),
            false => self.fake.unreact(&account(who), conversation, message, name),
        }
    }

    pub fn is_marked(&self, conversation: &str, message: &str) -> bool {
        self.fake.reactions_of_the_bot(conversation, message) > 0
    }

    pub fn delete(&self, who: &str, conversation: &str, message: &str) {
        self.fake.delete(&account(who), conversation, message);
    }

    pub async fn menu(&self, who: &str, name: &str, on: Option<&(String, String)>) -> Result<(), String> {
        let kind = if on.is_some() { "message" } else { "global" };
        let id = shortcut(name, kind).ok_or_else(|| format!("the {kind} menu has no “{name}”"))?;
        match on {
            Some((conversation, ts)) => drop(self.fake.message_shortcut(&account(who), &id, conversation, ts).await),
            None => drop(self.fake.global_shortcut(&account(who), &id).await),
        }
        Ok(())
    }

    pub fn home(&self, who: &str, now: At) -> Option<String> {
        self.fake.home(&account(who)).map(|home| self.read(home.blocks(), now))
    }

    pub fn labels(&self, blocks: &[Json]) -> Vec<String> {
        self.fake.buttons(blocks).into_iter().map(|button| button.label).collect()
    }

    fn has_button(&self, blocks: &[Json], label: &str) -> bool {
        self.fake.buttons(blocks).iter().any(|button| button.label == label)
    }

    pub fn direct_with(&self, who: &str, label: &str) -> Option<Message> {
        let mut messages = self.fake.messages(&self.fake.im(&account(who))).into_iter();
        let fits = |message: &Message| message.by_bot && self.has_button(&message.blocks, label);
        messages.rfind(fits)
    }

    pub fn answer_with(&self, who: &str, label: &str) -> Option<Message> {
        let shown =
            self.fake.private(&account(who)).into_iter().rfind(|shown| self.has_button(&shown.blocks, label))?;
        let Shown { channel, ts, blocks, thread_ts, .. } = shown;
        Some(Message { channel, ts, blocks, thread_ts, ..Message::default() })
    }

    pub async fn press(&self, who: &str, seen: &Message, label: &str) -> Result<(), String> {
        let spoken = self.fake.press_as_seen(&account(who), seen, label).await;
        if spoken.failed() { Err(format!("the press failed: {spoken:?}")) } else { Ok(()) }
    }

    pub async fn submit(&self, who: &str, values: &[(String, String)]) -> Result<Vec<String>, String> {
        let view = self.fake.views(&account(who)).pop().ok_or_else(|| format!("{who} was shown no form"))?;
        let mut filled = Vec::new();
        for (name, value) in values {
            let input = view.blocks().iter().find(|block| block["block_id"] == **name);
            let input = input.ok_or_else(|| format!("the form has no field {name}"))?;
            let value = match value.parse::<chrono::DateTime<chrono::Utc>>() {
                Ok(at) if input["element"]["type"] == "datetimepicker" => at.timestamp().to_string(),
                _ => value.clone(),
            };
            filled.push((name.as_str(), value));
        }
        let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
        match self.fake.submit(&account(who), &view.id, &filled).await {
            Submitted::Errors(errors) | Submitted::Held(errors) => {
                Ok(errors.into_iter().map(|(field, sentence)| format!("{field}: {sentence}")).collect())
            }
            Submitted::Trouble => Err("Slack had trouble with the form".to_owned()),
            Submitted::Closed | Submitted::Cleared | Submitted::Updated(_) | Submitted::Pushed(_) => Ok(Vec::new()),
        }
    }

    pub async fn close_forms(&self, who: &str) {
        while !self.fake.views(&account(who)).is_empty() {
            self.fake.close_view(&account(who)).await;
        }
    }

    pub fn tell_again_since(&self, since: Instant, what: Again) {
        let kinds: &[Kind] = match what {
            Again::Asks => &[Kind::Command, Kind::Interaction],
            Again::Events => &[Kind::Event],
        };
        self.fake.tell_again_since(since, kinds);
    }

    /// A bot that was started anew since doesn't know that an address for answers is old by now.
    pub fn broken(&self) -> Option<String> {
        self.fake.take_violations().into_iter().find(|it| !it.starts_with("a response URL was used"))
    }

    // ── What people see ───────────────────────────────────────────────────────────────────────────────────────────────

    pub fn drawn(&self, title: &str) -> String {
        self.fake.drawn(title, self.zone)
    }

    /// Blocks as a story writes them: moments short, names of fields with a colon, buttons in brackets at the end.
    fn read(&self, blocks: &[Json], now: At) -> String {
        let blocks = self.in_short(blocks, now);
        let mut text = self.fake.render(&blocks, self.zone);
        for button in self.fake.buttons(&blocks) {
            text.push_str(&format!(" [{}]", button.label));
        }
        text
    }

    pub fn screen(&self, who: &str) -> Screen {
        let (fake, user) = (&self.fake, account(who));
        Screen {
            private: fake.private(&user).len(),
            direct: fake.messages(&fake.im(&user)).into_iter().map(|message| message.ts).collect(),
            form: fake.views(&user).pop().map(|view| (view.id, view.hash)),
        }
    }

    pub fn came(&self, who: &str, before: &Screen, told: &BTreeSet<&str>, now: At) -> Vec<String> {
        let (fake, user) = (&self.fake, account(who));
        let private = fake.private(&user);
        let private = &private[before.private..];
        for shown in private {
            assert_no_injection(&Json::from(shown.blocks.clone()), &Allowed::default());
            assert_no_injection(&Json::from(shown.text.clone()), &Allowed::default());
        }
        let mut lines: Vec<String> = private.iter().map(|shown| self.read(&shown.blocks, now)).collect();
        let direct = fake.messages(&fake.im(&user)).into_iter();
        let direct = direct.filter(|it| it.by_bot && !before.direct.contains(&it.ts) && !told.contains(it.ts.as_str()));
        lines.extend(direct.map(|message| self.read(&message.blocks, now)));
        if let Some(view) = fake.views(&user).pop()
            && before.form.as_ref() != Some(&(view.id.clone(), view.hash.clone()))
        {
            lines.push(self.form(&view, now));
        }
        lines
    }

    fn in_short(&self, blocks: &[Json], now: At) -> Vec<Json> {
        let mut blocks = blocks.to_vec();
        // The sign of how the card feels, and its word.
        let first = blocks.first_mut();
        let header = first.as_ref().and_then(|block| block["text"]["text"].as_str()).map(without_sign);
        match (first, header) {
            (Some(block), Some(text)) => block["text"]["text"] = text.into(),
            (Some(block), None) => {
                if let Some(first) = block["elements"][0]["elements"].as_array_mut()
                    && first.first().is_some_and(|sign| sign["type"] == "emoji")
                {
                    first.drain(..2.min(first.len()));
                }
            }
            (None, _) => {}
        }
        blocks.iter_mut().for_each(|block| self.shorten(block, now));
        blocks
    }

    fn shorten(&self, part: &mut Json, now: At) {
        if part["type"] == "date" {
            let at = At(part["timestamp"].as_i64().unwrap_or_default() * 1_000_000);
            *part = json!({ "type": "text", "text": wall(at, self.zone, now) });
        }
        if part["type"] == "mrkdwn" {
            part["text"] = self.shorten_markup(part["text"].as_str().unwrap_or_default(), now).into();
        }
        for parts in ["elements", "fields"] {
            let parts = part.get_mut(parts).and_then(Json::as_array_mut);
            parts.into_iter().flatten().for_each(|part| self.shorten(part, now));
        }
    }

    /// A column: its name, bold, and what stands below it.
    fn shorten_markup(&self, text: &str, now: At) -> String {
        let mut text = match text.strip_prefix('*').and_then(|it| it.split_once("*\n")) {
            Some((name, value)) => format!("{name}: {value}"),
            None => text.to_owned(),
        };
        while let Some((before, rest)) = text.split_once("<!date^")
            && let Some((date, after)) = rest.split_once('>')
        {
            let unix: i64 = date.split('^').next().and_then(|unix| unix.parse().ok()).unwrap_or_default();
            text = format!("{before}{}{after}", wall(At(unix * 1_000_000), self.zone, now));
        }
        text
    }

    /// A form, or what stands where one was.
    fn form(&self, view: &OpenView, now: At) -> String {
        let memory: Json =
            view.view["private_metadata"].as_str().and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default();
        let inputs: Vec<&Json> = view.blocks().iter().filter(|block| block["type"] == "input").collect();
        let words: Vec<Json> = view.blocks().iter().filter(|block| block["type"] != "input").cloned().collect();
        let words = self.read(&words, now);
        if inputs.is_empty() {
            return words;
        }
        let fields = inputs.iter().map(|input| {
            let element = &input["element"];
            let given = [
                &element["initial_value"],
                &element["initial_option"]["value"],
                &element["initial_options"][0]["value"],
            ];
            let value = match element["initial_date_time"].as_i64() {
                Some(unix) => wall(At(unix * 1_000_000), self.zone, now),
                None => given.into_iter().find_map(Json::as_str).unwrap_or_default().to_owned(),
            };
            format!("{}={value}", input["block_id"].as_str().unwrap_or_default())
        });
        let fields: Vec<String> = fields.collect();
        format!("form {}: {}\n{words}", memory["form"].as_str().unwrap_or_default(), fields.join("; "))
    }

    /// Holds a card against the message that it became.
    ///
    /// # Errors
    /// It isn't there, or says something else.
    pub fn shows(&self, conversation: &str, message: &str, card: &Card, at: At) -> Result<(), String> {
        let stands = self.fake.message(conversation, message);
        let stands = stands.ok_or_else(|| format!("{conversation} has no message {message}"))?;
        assert_no_injection(&json!(stands.blocks), &Allowed::default());
        assert_no_injection(&json!(stands.text), &Allowed::default());
        let mut blocks = self.in_short(&stands.blocks, at);
        // What was too long for one message goes on in its thread.
        let rest = self.fake.thread(conversation, message).into_iter().filter(|it| it.by_bot);
        let begins = format!("({} of ", 2);
        if let Some(second) = rest.clone().position(|it| it.text.starts_with(&begins)) {
            let more = rest.skip(second).take_while(|it| it.text.starts_with('('));
            blocks.extend(more.flat_map(|it| self.in_short(&it.blocks, at)));
        }
        let shown = bare(&self.fake.render(&blocks, self.zone));
        let wanted = bare(&self.written(card, at));
        if shown != wanted {
            return Err(format!("{conversation} shows\n{shown}\nand not\n{wanted}"));
        }
        let labels: Vec<String> = self.fake.buttons(&stands.blocks).into_iter().map(|button| button.label).collect();
        let wanted: Vec<&String> = card.buttons.iter().map(|button| &button.label).collect();
        match labels.iter().eq(wanted.iter().copied()) {
            true => Ok(()),
            false => Err(format!("{conversation} has the buttons {labels:?} and not {wanted:?}")),
        }
    }

    /// Whose account is gone is named, not mentioned.
    fn written(&self, card: &Card, at: At) -> String {
        let mut card = card.clone();
        let lines = card.lines.iter_mut().chain([&mut card.title]);
        let words = lines.chain(card.fields.iter_mut().map(|field| &mut field.value)).flatten();
        for word in words {
            if let Word::Person { id, name } = word
                && self.fake.user(&account(id.as_str())).is_none_or(|user| user.deleted)
            {
                *word = Word::Text(name.clone());
            }
        }
        card.plain(self.zone, at)
    }
}

/// A header without the sign of how the card feels, and its word.
fn without_sign(header: &str) -> String {
    let tones = [Tone::Nudge, Tone::Late, Tone::Done, Tone::Declined, Tone::Lapsed, Tone::Withdrawn, Tone::Replaced];
    let sign = tones.into_iter().filter_map(Tone::sign).find_map(|sign| header.strip_prefix(sign));
    sign.map_or(header, |rest| rest.trim_start().trim_start_matches("Late · ")).to_owned()
}

/// The app as it was installed: which rights it has is no matter here.
static MANIFEST: std::sync::LazyLock<Json> = std::sync::LazyLock::new(|| {
    use countersign::chat::rights::Uses;
    let policy = countersign::domain::Policy::read(countersign::domain::policy::EXAMPLE).expect("the example");
    let uses = Uses::of(&policy, &Platform::from("slack"));
    countersign::chat::slack::manifest(&uses, countersign::grammar::PREFIX, "Countersign", None)
});

/// Slack's client sends no command that no app has.
fn is_command(command: &str) -> bool {
    let all = MANIFEST["features"]["slash_commands"].as_array();
    all.into_iter().flatten().any(|it| it["command"] == command)
}

/// What an entry of Slack's menus is called inside, as it was installed.
fn shortcut(name: &str, kind: &str) -> Option<String> {
    let all = MANIFEST["features"]["shortcuts"].as_array()?;
    let found = all.iter().find(|it| it["name"] == name && it["type"] == kind)?;
    found["callback_id"].as_str().map(str::to_owned)
}

/// `U0MAYA`
fn account(who: &str) -> String {
    match who.starts_with(char::is_uppercase) {
        true => who.to_owned(),
        false => format!("U0{}", who.to_uppercase().replace('-', "")),
    }
}

/// `C0CREDIT`
fn channel(name: &str) -> String {
    format!("C0{}", name.to_uppercase().replace('-', ""))
}
