//! A Discord server as a story's platform: its people, channels and roles under Discord's ids, what people do there as its client
//! lets them, and what stands on their screens.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use countersign::app::config::{DiscordConfig, Secret};
use countersign::card::{Card, wall};
use countersign::chat::discord::Discord;
use countersign::domain::{At, CaseId, Policy};
use countersign::grammar::{BOT, Word};
use serde_json::{Map, Value as Json, json};

use super::script::{Speaker, Trouble};
use super::typed;
use super::workspace::{Again, Screen, bare};
use crate::fakes::discord::faults::Fault;
use crate::fakes::discord::render::buttons;
use crate::fakes::discord::world::Id;
use crate::fakes::discord::{FakeDiscord, TOKEN};

/// A story's messages needn't wait for one another.
const AT_ONCE: std::num::NonZeroU32 = std::num::NonZeroU32::new(10_000).expect("more than none");
/// A slow machine is no slow bot.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// What opens a form again that could not be taken.
const AGAIN: &str = "Open again";

pub struct Server {
    pub fake: FakeDiscord,
    zone: Tz,
    known: Mutex<Known>,
}

/// Who and what is there by its plain name.
#[derive(Default)]
struct Known {
    people: BTreeMap<String, Id>,
    channels: BTreeMap<String, Id>,
    roles: BTreeMap<String, Id>,
    bots: BTreeSet<String>,
    /// Who holds which role.
    holders: BTreeMap<String, Vec<String>>,
    /// The last command that somebody used: where, and with what.
    used: BTreeMap<String, (Id, String, Map<String, Json>)>,
}

/// Groups of subcommands beside those of incidents.
const OTHER_GROUPS: [(&str, &str); 7] = [
    ("approval", "clock"),
    ("approval", "people"),
    ("approval", "details"),
    ("exception", "ruling"),
    ("rollback", "before"),
    ("rollback", "after"),
    ("rollback", "promotions"),
];

impl Server {
    /// With these people on it, all of them in all of these channels.
    pub async fn open(zone: Tz, start: At, people: &BTreeSet<String>, channels: &BTreeSet<String>) -> Server {
        // Two crates bring a provider each; a process has to choose. Another story of this process may have chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let fake = FakeDiscord::start().await;
        fake.set_answer_within(ANSWER_WITHIN);
        fake.unhurried();
        let server = Server { fake, zone, known: Mutex::default() };
        server.set_time(start);
        for who in people {
            let id = server.fake.person(who);
            server.known().people.insert(who.clone(), id);
        }
        for name in channels {
            server.channel_id(name);
        }
        server
    }

    pub fn adapter(&self) -> Result<Arc<Discord>, String> {
        let config = DiscordConfig {
            token: Secret::new(TOKEN),
            api_url: Some(self.fake.rest_url()),
            gateway_url: Some(self.fake.gateway_url()),
            requests_per_second: AT_ONCE,
        };
        Discord::new(&config).map_err(|error| error.to_string())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody's id; whom a story names for the first time is on Discord, and not on this server.
    pub fn id(&self, who: &str) -> Id {
        *self.known().people.entry(who.to_owned()).or_insert_with(|| self.fake.stranger(who))
    }

    fn channel_id(&self, name: &str) -> Id {
        *self.known().channels.entry(name.to_owned()).or_insert_with(|| self.fake.channel(name))
    }

    pub fn role(&self, name: &str) -> Id {
        let guild = self.fake.guild();
        *self.known().roles.entry(name.to_owned()).or_insert_with(|| self.fake.role(guild, name, 0))
    }

    pub fn account(&self, who: &str) -> String {
        self.id(who).to_string()
    }

    pub fn channel(&self, name: &str) -> String {
        self.channel_id(name).to_string()
    }

    pub fn name_of(&self, account: &str) -> Option<String> {
        let id: Id = account.parse().ok()?;
        self.known().people.iter().find(|(_, known)| **known == id).map(|(who, _)| who.clone())
    }

    pub fn channel_name(&self, id: &str) -> Option<String> {
        self.fake.name(id.parse().ok()?)
    }

    pub fn has(&self, who: &str) -> bool {
        let id = self.known().people.get(who).copied();
        id.is_some_and(|id| self.fake.is_member(id))
    }

    pub fn direct(&self, account: &str) -> String {
        self.fake.dm(number(account)).to_string()
    }

    pub fn set_time(&self, now: At) {
        self.fake.set_time(now.0.div_euclid(1_000).unsigned_abs());
    }

    pub fn becomes(&self, who: &str, is: Speaker) -> Result<bool, String> {
        match is {
            Speaker::Member | Speaker::Bot => {
                self.fake.set_bot(self.id(who), is == Speaker::Bot);
                match is {
                    Speaker::Bot => drop(self.known().bots.insert(who.to_owned())),
                    _ => drop(self.known().bots.remove(who)),
                }
                Ok(false)
            }
            Speaker::Guest | Speaker::Outsider => Err("Discord knows no such accounts".to_owned()),
        }
    }

    pub fn trouble(&self, name: &str, trouble: Option<Trouble>) {
        let fault = match trouble {
            None => return self.fake.heal(),
            Some(Trouble::Gone) => Fault::UNKNOWN_CHANNEL,
            Some(Trouble::Unreachable) => Fault::Server { status: 503 },
        };
        let channel = self.channel_id(name);
        for route in ["POST /channels/{channel_id}/messages", "PATCH /channels/{channel_id}/messages/{message_id}"] {
            self.fake.fail(route, Some(channel), usize::MAX, fault.clone());
        }
    }

    pub fn sees(&self, who: &str, conversation: &str) -> bool {
        self.fake.can_see(self.id(who), number(conversation))
    }

    pub fn roster(&self, groups: &[(String, Vec<String>)], gone: &[String]) {
        for (name, members) in groups {
            let role = self.role(name);
            let before = self.known().holders.insert(name.clone(), members.clone()).unwrap_or_default();
            before.iter().filter(|who| !members.contains(who)).for_each(|who| self.fake.revoke(self.id(who), role));
            members.iter().filter(|who| !before.contains(who)).for_each(|who| self.fake.grant(self.id(who), role));
        }
        let guild = self.fake.guild();
        gone.iter().for_each(|who| self.fake.leave(guild, self.id(who)));
    }

    // ── What people do ────────────────────────────────────────────────────────────────────────────────────────────────

    pub fn say(&self, who: &str, conversation: &str, thread: Option<&str>, text: &str) -> String {
        let user = self.id(who);
        let text = self.mentioning(text);
        self.fake.say(user, self.place(user, conversation, thread), &text).to_string()
    }

    /// A thread is begun by whoever writes in it first.
    fn place(&self, user: Id, conversation: &str, thread: Option<&str>) -> Id {
        match thread.map(number) {
            Some(thread) if self.fake.exists(thread) => thread,
            Some(root) => self.fake.thread_from(user, root, "What I think"),
            None => number(conversation),
        }
    }

    /// The client offers the bot's name while somebody types it.
    fn mentioning(&self, text: &str) -> String {
        match text.strip_prefix(&format!("@{BOT}")) {
            Some(rest) => format!("<@{}>{rest}", self.fake.bot()),
            None => text.to_owned(),
        }
    }

    /// What the options can't carry is said to the bot instead.
    pub fn command(
        &self,
        who: &str,
        conversation: &str,
        thread: Option<&str>,
        text: &str,
        policy: &Policy,
    ) -> Result<(), String> {
        // No bot uses another's commands.
        if !typed::is_command(text) || self.known().bots.contains(who) {
            return Ok(());
        }
        if !self.fake.connected() {
            return Err("the bot is down".to_owned());
        }
        let user = self.id(who);
        let thread = thread.filter(|thread| self.fake.exists(number(thread)));
        let place = thread.map_or_else(|| number(conversation), number);
        let command = typed::command(text, &self.fake.registered(None), policy).filter(|command| command.whole);
        if let Some(command) = command {
            let options = Json::from(command.options.clone());
            if self.fake.try_slash(user, place, &command.path, options).is_ok() {
                self.known().used.insert(who.to_owned(), (place, command.path, command.options));
                return Ok(());
            }
        }
        self.fake.say(user, place, &format!("<@{}> {}", self.fake.bot(), text.trim_start_matches('/')));
        Ok(())
    }

    pub fn edit(&self, _who: &str, _conversation: &str, message: &str, text: &str) {
        self.fake.edit(number(message), &self.mentioning(text));
    }

    pub fn react(&self, who: &str, _conversation: &str, message: &str, sign: &str, on: bool) {
        match on {
            true => self.fake.react(self.id(who), number(message), sign),
            false => self.fake.unreact(self.id(who), number(message), sign),
        }
    }

    pub fn is_marked(&self, _conversation: &str, message: &str) -> bool {
        let message = self.fake.message(number(message)).unwrap_or_default();
        message["reactions"].as_array().is_some_and(|all| all.iter().any(|it| it["me"] == true))
    }

    pub fn delete(&self, _who: &str, _conversation: &str, message: &str) {
        self.fake.delete(number(message));
    }

    pub fn menu(&self, who: &str, name: &str, on: Option<&(String, String)>) -> Result<(), String> {
        let (_, message) = on.ok_or("Discord has menus of messages only")?;
        self.fake.message_menu(self.id(who), name, number(message));
        Ok(())
    }

    pub fn drawn(&self, title: &str) -> String {
        self.fake.drawn(title, self.zone)
    }

    pub fn message(&self, message: &str) -> Option<Json> {
        self.fake.message(number(message))
    }

    pub fn labels(message: &Json) -> Vec<String> {
        buttons(message).into_iter().map(|(label, _)| label).collect()
    }

    pub fn direct_with(&self, who: &str, label: &str) -> Option<Json> {
        let mut messages = self.fake.messages(self.fake.dm(self.id(who))).into_iter();
        let fits = |message: &Json| self.is_bots(message) && has_button(message, label);
        messages.rfind(fits)
    }

    pub fn answer_with(&self, who: &str, label: &str) -> Option<Json> {
        self.fake.replies(self.id(who)).into_iter().rfind(|message| has_button(message, label))
    }

    /// Discord refuses a press on a button that the message has no more; its client doesn't even show it.
    pub fn press(&self, who: &str, seen: &Json, label: &str) -> Result<(), String> {
        let action = buttons(seen).into_iter().find(|(it, _)| it == label).map(|(_, action)| action);
        let action = action.ok_or("there is no such button")?;
        self.fake.try_press_as_seen(self.id(who), seen, &action).map(drop)
    }

    /// What the form has no place for are options of the command, which is used again with them.
    /// Says what the client says of a field that must not be empty.
    pub async fn submit(&self, who: &str, values: &[(String, String)]) -> Result<Vec<String>, String> {
        let user = self.id(who);
        if self.fake.modals(user).is_none() {
            let again = self.answer_with(who, AGAIN).ok_or_else(|| format!("{who} was shown no form"))?;
            self.press(who, &again, AGAIN)?;
            self.fake.wait_for("the form", |fake| fake.modals(user)).await;
        }
        let form = self.fake.modals(user).ok_or("there is no form")?;
        let names: Vec<String> = inputs(&form).iter().map(|input| text(input, "custom_id").to_owned()).collect();
        let (shown, beside): (Vec<_>, Vec<_>) = values.iter().partition(|(name, _)| names.contains(name));
        let mut form = form;
        if !beside.is_empty() {
            let used = self.known().used.get(who).cloned();
            let (place, path, mut options) = used.ok_or("the form has no such field, and no command opened it")?;
            for (name, value) in &beside {
                let number = value.parse::<u64>().ok().map(Json::from);
                options.insert(name.clone(), number.unwrap_or_else(|| json!(value)));
            }
            self.fake.dismiss(user);
            self.fake.try_slash(user, place, &path, options.into())?;
            form = self.fake.wait_for("the form", |fake| fake.modals(user)).await;
        }
        let shown: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match self.fake.try_submit(user, text(&form, "custom_id"), &shown) {
            Ok(_) => Ok(Vec::new()),
            Err(why) => match why.split_once(" must be filled in") {
                Some((field, _)) => Ok(vec![format!("{field}: must be filled in")]),
                None => Err(why),
            },
        }
    }

    pub fn tell_again_since(&self, since: Instant, what: Again) {
        self.fake.tell_again_since(since, what == Again::Asks);
    }

    pub fn broken(&self) -> Option<String> {
        self.fake.take_violations().into_iter().next()
    }

    // ── What people see ───────────────────────────────────────────────────────────────────────────────────────────────

    pub fn screen(&self, who: &str) -> Screen {
        let user = self.id(who);
        Screen {
            private: self.fake.replies(user).len(),
            direct: self.fake.messages(self.fake.dm(user)).iter().map(|it| id_of(it).to_string()).collect(),
            form: self.fake.modals(user).map(|form| (text(&form, "custom_id").to_owned(), String::new())),
        }
    }

    pub fn came(&self, who: &str, before: &Screen, told: &BTreeSet<&str>, now: At) -> Vec<String> {
        let user = self.id(who);
        let private = self.fake.replies(user).split_off(before.private);
        let direct = self.fake.messages(self.fake.dm(user)).into_iter().filter(|message| {
            let id = id_of(message).to_string();
            self.is_bots(message) && !before.direct.contains(&id) && !told.contains(id.as_str())
        });
        let answers: Vec<Json> = private.into_iter().chain(direct).collect();
        answers.iter().for_each(|message| self.fake.assert_no_injection(id_of(message)));
        let mut lines: Vec<String> = answers.iter().map(|message| self.read(message, now)).collect();
        if let Some(form) = self.fake.modals(user)
            && before.form.as_ref().map(|(id, _)| id.as_str()) != Some(text(&form, "custom_id"))
        {
            lines.push(self.form(&form, now));
        }
        lines
    }

    fn is_bots(&self, message: &Json) -> bool {
        number(message["author"]["id"].as_str().unwrap_or_default()) == self.fake.bot()
    }

    /// A message as a story writes it: moments short, buttons in brackets at the end.
    fn read(&self, message: &Json, now: At) -> String {
        let mut shown = self.words(message, now);
        for (label, _) in buttons(message) {
            shown.push_str(&format!(" [{label}]"));
        }
        shown
    }

    /// Without the mentions that only notify, the count of pages, and how long something lasts.
    fn words(&self, message: &Json, now: At) -> String {
        let mut message = message.clone();
        let embeds = message["embeds"].as_array_mut();
        let has_embeds = embeds.is_some_and(|embeds| {
            embeds.iter_mut().for_each(|embed| embed["footer"] = Json::Null);
            !embeds.is_empty()
        });
        if has_embeds {
            // Whom it pings stands in a line of its own.
            let pings = |line: &&str| !line.trim().is_empty() && line.split(' ').all(|word| word.starts_with("<@"));
            let content = text(&message, "content").to_owned();
            message["content"] = json!(content.lines().filter(|line| !pings(line)).collect::<Vec<_>>().join("\n"));
        }
        let moment = |seconds: i64, style: char| match style {
            'R' => String::new(),
            _ => wall(At(seconds * 1_000_000), self.zone, now),
        };
        let mut shown = self.fake.render(&message, moment);
        // A command that stands in a group is called so, and does the same.
        let groups = ["clock", "people", "details"].map(|group| ("incident", group));
        for (root, group) in groups.into_iter().chain(OTHER_GROUPS) {
            shown = shown.replace(&format!("/{root} {group} "), &format!("/{root} "));
        }
        without_links(&shown.lines().filter(|line| line.trim() != "⏳").collect::<Vec<_>>().join("\n"))
    }

    fn form(&self, form: &Json, now: At) -> String {
        let fields = inputs(form).into_iter().map(|input| {
            let value = text(&input, "value").to_owned();
            let moment = value.parse::<chrono::DateTime<chrono::Utc>>();
            let value = moment.map_or(value, |at| wall(At(at.timestamp_micros()), self.zone, now));
            (format!("{}={value}", text(&input, "custom_id")), text(&input, "placeholder").to_owned())
        });
        let (fields, help): (Vec<String>, Vec<String>) = fields.unzip();
        let id = text(form, "custom_id").rsplit('|').next().unwrap_or_default().to_owned();
        format!("form {id}: {}\n{}", fields.join("; "), help.join("\n"))
    }

    /// Holds a card against the message that it became.
    ///
    /// # Errors
    /// It isn't there, or says something else.
    pub fn shows(&self, conversation: &str, message: &str, card: &Card, at: At) -> Result<(), String> {
        let stands = self.message(message).ok_or_else(|| format!("{conversation} has no message {message}"))?;
        self.fake.assert_no_injection(id_of(&stands));
        let mut shown = self.words(&stands, at);
        let sign = card.tone.sign().unwrap_or_default();
        shown = match shown.strip_prefix(sign) {
            Some(signed) => signed.trim_start().to_owned(),
            None => return Err(format!("{shown} doesn't begin with {sign}")),
        };
        // What was too long for one message goes on in replies to it.
        let place = number(text(&stands, "channel_id"));
        for reply in self.fake.messages(place).iter().filter(|it| self.is_bots(it)) {
            if reply["message_reference"]["message_id"] == stands["id"] {
                shown.push_str(&self.words(reply, at));
            }
        }
        let shown = without_channels(&bare(&shown));
        let wanted = without_channels(&bare(&self.written(card, at)));
        if shown != wanted {
            return Err(format!("{conversation} shows\n{shown}\nand not\n{wanted}"));
        }
        let labels = Server::labels(&stands);
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
                && !self.has(id.as_str())
            {
                *word = Word::Text(name.clone());
            }
        }
        card.plain(self.zone, at)
    }
}

/// A case's name leads to its card.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split(" (https://discord.com/channels/").enumerate() {
        out.push_str(if at == 0 { part } else { part.split_once(')').map_or("", |(_, after)| after) });
    }
    out
}

/// `INC-1 (#inc-1-drift)`: where a case has a channel of its own, it stands beside it. One in which people talked before has
/// the name that they gave it.
fn without_channels(text: &str) -> String {
    let named = |before: &str| {
        let id = before.trim_end_matches(|c: char| c.is_ascii_digit());
        id.len() < before.len() && id.ends_with("INC-")
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("(#") {
        out.push_str(before);
        let name = after.split_once(')');
        let is_case = |name: &str| {
            let mut parts = name.splitn(3, '-');
            let id = format!("{}-{}", parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            id.to_uppercase().parse::<CaseId>().is_ok()
        };
        match name.filter(|(name, _)| is_case(name) || named(before)) {
            Some((_, after)) => rest = after,
            None => {
                out.push_str("(#");
                rest = after;
            }
        }
    }
    out + rest
}

fn number(id: &str) -> Id {
    id.parse().unwrap_or_default()
}

fn id_of(message: &Json) -> Id {
    number(text(message, "id"))
}

fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json[key].as_str().unwrap_or_default()
}

fn has_button(message: &Json, label: &str) -> bool {
    buttons(message).iter().any(|(it, _)| it == label)
}

fn inputs(form: &Json) -> Vec<Json> {
    let rows = form["components"].as_array().into_iter().flatten();
    rows.map(|row| row["components"][0].clone()).collect()
}
