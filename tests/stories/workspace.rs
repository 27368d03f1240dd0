//! A Slack workspace as a story's platform: who and what the story calls by plain names is there under Slack's ids, the policy
//! is written with them, and what people see there is read back in the words that stories are written in.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use countersign::card::{Card, wall};
use countersign::chat::{Lane, Spot};
use countersign::config::{Secret, SlackConfig, SlackMode};
use countersign::domain::{At, CaseId, Platform};
use countersign::grammar::Word;
use countersign::slack::Slack;
use serde_json::{Value as Json, json};

use super::script::{Speaker, Trouble};
use crate::fakes::slack::{
    APP_TOKEN, Allowed, BOT_TOKEN, BOT_USER, FakeSlack, Harm, On, OpenView, Sort, User, assert_no_injection,
};

/// A story's messages needn't wait for one another.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(1_000).expect("more than none");
/// A slow machine is no slow person.
const TRIGGER_LIFE: Duration = Duration::from_secs(60);

pub struct Workspace {
    pub platform: Platform,
    pub fake: FakeSlack,
    zone: Tz,
}

impl Workspace {
    /// With these people in it, all of them in all of these channels.
    pub async fn open(platform: &str, zone: Tz, people: &BTreeSet<String>, channels: &BTreeSet<String>) -> Workspace {
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
        Workspace { platform: Platform::from(platform), fake, zone }
    }

    pub fn adapter(&self) -> Result<Arc<Slack>, String> {
        let config = SlackConfig {
            platform: self.platform.clone(),
            mode: SlackMode::Socket { app_token: Secret::new(APP_TOKEN) },
            bot_token: Secret::new(BOT_TOKEN),
            api_url: self.fake.api_url(),
            listen: None,
            messages_per_second: AT_ONCE,
        };
        Slack::new(&config).map_err(|error| error.to_string())
    }

    /// `#credit`, `#inc-1`, `@dev`.
    pub fn lane(&self, name: &str) -> Lane {
        let place = match name.strip_prefix('@') {
            Some(who) => Spot::Direct(account(who)),
            None => {
                let name = name.trim_start_matches('#');
                Spot::Channel(if name.parse::<CaseId>().is_ok() { name.to_owned() } else { channel(name) })
            }
        };
        Lane { platform: self.platform.clone(), place }
    }

    /// The other way round.
    pub fn place_of(&self, lane: &Lane) -> String {
        match &lane.place {
            Spot::Direct(account) => format!("@{}", self.fake.user(account).map_or(account.clone(), |user| user.name)),
            Spot::Channel(id) => format!("#{}", self.fake.channel(id).map_or(id.clone(), |there| there.name)),
        }
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

    // ── What people see ───────────────────────────────────────────────────────────────────────────────────────────────

    /// Blocks as a story writes them: moments short, names of fields with a colon, buttons in brackets at the end.
    pub fn read(&self, blocks: &[Json], now: At) -> String {
        let blocks = self.in_short(blocks, now);
        let mut text = self.fake.render(&blocks, self.zone);
        for button in self.fake.buttons(&blocks) {
            text.push_str(&format!(" [{}]", button.label));
        }
        text
    }

    fn in_short(&self, blocks: &[Json], now: At) -> Vec<Json> {
        let mut blocks = blocks.to_vec();
        // The sign of how the card feels, and its word.
        if let Some(first) = blocks.first_mut().and_then(|block| block["elements"][0]["elements"].as_array_mut())
            && first.first().is_some_and(|sign| sign["type"] == "emoji")
        {
            first.drain(..2.min(first.len()));
        }
        blocks.iter_mut().for_each(|block| self.shorten(block, now));
        blocks
    }

    fn shorten(&self, part: &mut Json, now: At) {
        if part["type"] == "date" {
            let at = At(part["timestamp"].as_i64().unwrap_or_default() * 1_000_000);
            *part = json!({ "type": "text", "text": wall(at, self.zone, now) });
        } else if part["type"] == "text" && part["style"]["bold"] == true {
            // `Due  11:00`
            if let Some(name) = part["text"].as_str().and_then(|text| text.strip_suffix("  ")) {
                part["text"] = format!("{name}: ").into();
            }
        }
        if let Some(parts) = part.get_mut("elements").and_then(Json::as_array_mut) {
            parts.iter_mut().for_each(|part| self.shorten(part, now));
        }
    }

    /// A form, or what stands where one was.
    pub fn form(&self, view: &OpenView, now: At) -> String {
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
            blocks.extend(rest.skip(second).take_while(|it| it.text.starts_with('(')).flat_map(|it| it.blocks));
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

/// The policy with everybody's account and every channel's id.
pub fn translated(spaces: &[Workspace], policy: &str) -> String {
    let Some(first) = spaces.first() else { return policy.to_owned() };
    let mut section = "";
    let lines = policy.lines().map(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let Some((key, value)) = line.split_once(" = ") else { return line.to_owned() };
        let there =
            |space: &Workspace, name: &str| format!("\"{}:{}\"", space.platform, channel(name.trim_matches('"')));
        match key {
            who if section == "[people]" => match value.strip_suffix(" }") {
                Some(open) => {
                    let home = &spaces[home_of(spaces.iter().map(|space| space.platform.as_str()), value)].platform;
                    let account = match home.as_str().split_once('-') {
                        None => format!("{home} = {:?}", account(who)),
                        Some((_, name)) => format!("workspaces = {{ {name} = {:?} }}", account(who)),
                    };
                    format!("{who} = {open}, {account} }}")
                }
                None => line.to_owned(),
            },
            "channel" if section.starts_with("[workflows.") && spaces.len() > 1 => {
                let all: Vec<String> = spaces.iter().map(|space| there(space, value)).collect();
                format!("channels = [{}]", all.join(", "))
            }
            "channel" | "operators_channel" => format!("{key} = {}", there(first, value)),
            _ => line.to_owned(),
        }
    });
    lines.map(|line| line + "\n").collect()
}

/// Which of several platforms somebody is on: that of their party's name, else the first.
pub fn home_of<'a>(mut platforms: impl Iterator<Item = &'a str>, person: &str) -> usize {
    let is_theirs = |platform: &str| {
        platform.split_once('-').is_some_and(|(_, party)| person.contains(&format!("party = {party:?}")))
    };
    platforms.position(is_theirs).unwrap_or(0)
}

/// Without what only moves words about.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// `U0MAYA`
pub fn account(who: &str) -> String {
    match who.starts_with(char::is_uppercase) {
        true => who.to_owned(),
        false => format!("U0{}", who.to_uppercase().replace('-', "")),
    }
}

/// `C0CREDIT`
pub fn channel(name: &str) -> String {
    format!("C0{}", name.to_uppercase().replace('-', ""))
}
