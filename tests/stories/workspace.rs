//! A platform of a story, whichever it is: who and what the story calls by plain names is there under the platform's ids, people
//! do there what the story says, and what they see is read back in the words that stories are written in.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono_tz::Tz;
use countersign::card::Card;
use countersign::chat::Chat;
use countersign::chat::discord::Discord;
use countersign::chat::reception::Door;
use countersign::chat::slack::Slack;
use countersign::domain::{At, CaseId, Lane, Place, Platform, Policy};
use serde_json::Value as Json;

use super::on_discord::Server;
use super::on_slack::Team;
use super::script::{Speaker, Trouble};
use crate::fakes::slack::Message;

pub enum Workspace {
    Slack(Team),
    Discord(Server),
}

/// What connects the bot with it.
#[derive(Clone)]
pub enum Adapter {
    Slack(Arc<Slack>),
    Discord(Arc<Discord>),
}

/// A message as somebody sees it, with its buttons.
#[derive(Clone)]
pub enum Seen {
    Slack(Box<Message>),
    Discord(Json),
}

/// What stood on somebody's screen before they did something.
pub struct Screen {
    pub private: usize,
    pub direct: BTreeSet<String>,
    pub form: Option<(String, String)>,
}

/// What a platform tells once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// What was asked of the bot.
    Asks,
    /// What happened in channels.
    Events,
}

macro_rules! there {
    ($space:expr, $it:ident => $does:expr) => {
        match $space {
            Workspace::Slack($it) => $does,
            Workspace::Discord($it) => $does,
        }
    };
}

impl Workspace {
    /// The address of a message, as the platform's own menu copies it.
    pub fn link(&self, (conversation, message): &(String, String)) -> String {
        match self {
            Workspace::Slack(_) => {
                format!("https://acme.slack.com/archives/{conversation}/p{}", message.replace('.', ""))
            }
            Workspace::Discord(_) => format!("https://discord.com/channels/1/{conversation}/{message}"),
        }
    }

    /// With these people in it, all of them in all of these channels.
    pub async fn open(
        platform: &str,
        zone: Tz,
        start: At,
        people: &BTreeSet<String>,
        channels: &BTreeSet<String>,
    ) -> Workspace {
        match platform {
            "discord" => Workspace::Discord(Server::open(zone, start, people, channels).await),
            platform => Workspace::Slack(Team::open(platform, zone, people, channels).await),
        }
    }

    pub fn adapter(&self) -> Result<Adapter, String> {
        match self {
            Workspace::Slack(team) => team.adapter().map(Adapter::Slack),
            Workspace::Discord(server) => server.adapter().map(Adapter::Discord),
        }
    }

    pub fn platform(&self) -> Platform {
        match self {
            Workspace::Slack(team) => team.platform.clone(),
            Workspace::Discord(_) => Platform::from("discord"),
        }
    }

    /// The platform's id of somebody.
    pub fn account(&self, who: &str) -> String {
        there!(self, it => it.account(who))
    }

    /// The platform's id of a channel.
    pub fn channel(&self, name: &str) -> String {
        there!(self, it => it.channel(name))
    }

    /// The platform's id of a group of people, as a policy names it.
    fn group(&self, name: &str) -> String {
        match self {
            Workspace::Slack(_) => name.to_owned(),
            Workspace::Discord(server) => server.role(name).to_string(),
        }
    }

    /// `#credit`, `#inc-1`, `@dev`.
    pub fn lane(&self, name: &str) -> Lane {
        let place = match name.strip_prefix('@') {
            Some(who) => Place::Direct(self.account(who)),
            None => {
                let name = name.trim_start_matches('#');
                Place::Channel(if name.parse::<CaseId>().is_ok() { name.to_owned() } else { self.channel(name) })
            }
        };
        Lane { platform: self.platform(), place }
    }

    /// The other way round.
    pub fn place_of(&self, lane: &Lane) -> String {
        match &lane.place {
            Place::Direct(account) => {
                format!("@{}", there!(self, it => it.name_of(account)).unwrap_or(account.clone()))
            }
            Place::Channel(id) => format!("#{}", there!(self, it => it.channel_name(id)).unwrap_or(id.clone())),
        }
    }

    pub fn has(&self, who: &str) -> bool {
        there!(self, it => it.has(who))
    }

    /// The conversation with somebody alone.
    pub fn direct(&self, account: &str) -> String {
        there!(self, it => it.direct(account))
    }

    pub fn set_time(&self, now: At) {
        there!(self, it => it.set_time(now));
    }

    /// Whether the bot has all that the platform told, and has dealt with it.
    pub fn is_calm(&self, adapter: &Adapter) -> bool {
        match (self, adapter) {
            (Workspace::Slack(team), Adapter::Slack(slack)) => team.fake.quiet() && slack.is_at_rest(),
            (Workspace::Discord(server), Adapter::Discord(discord)) => {
                server.fake.dispatched() == Some(discord.taken()) && discord.is_at_rest()
            }
            _ => false,
        }
    }

    /// Somebody's account is of another kind from now on. Says whether that is something new.
    pub fn becomes(&self, who: &str, is: Speaker) -> Result<bool, String> {
        match self {
            Workspace::Slack(team) => Ok(team.becomes(who, is)),
            Workspace::Discord(server) => server.becomes(who, is),
        }
    }

    pub fn trouble(&self, name: &str, trouble: Option<Trouble>) {
        there!(self, it => it.trouble(name, trouble));
    }

    pub fn sees(&self, who: &str, conversation: &str) -> bool {
        there!(self, it => it.sees(who, conversation))
    }

    /// Holds a card against the message that it became.
    ///
    /// # Errors
    /// It isn't there, or says something else.
    pub fn shows(&self, conversation: &str, message: &str, card: &Card, at: At) -> Result<(), String> {
        there!(self, it => it.shows(conversation, message, card, at))
    }

    /// Whether people are in its groups, and whose account is gone.
    pub fn roster(&self, groups: &[(String, Vec<String>)], gone: &[String]) {
        there!(self, it => it.roster(groups, gone));
    }

    // ── What people do ────────────────────────────────────────────────────────────────────────────────────────────────

    /// A message. Says which one it became.
    pub fn say(&self, who: &str, conversation: &str, thread: Option<&str>, text: &str) -> String {
        there!(self, it => it.say(who, conversation, thread, text))
    }

    /// A command, with its slash.
    pub async fn command(
        &self,
        who: &str,
        conversation: &str,
        thread: Option<&str>,
        text: &str,
        policy: &Policy,
    ) -> Result<(), String> {
        match self {
            Workspace::Slack(team) => team.command(who, conversation, text).await,
            Workspace::Discord(server) => server.command(who, conversation, thread, text, policy),
        }
    }

    pub fn edit(&self, who: &str, (conversation, message): &(String, String), text: &str) {
        there!(self, it => it.edit(who, conversation, message, text));
    }

    pub fn react(&self, who: &str, (conversation, message): &(String, String), sign: &str, on: bool) {
        there!(self, it => it.react(who, conversation, message, sign, on));
    }

    /// Whether the bot has set a reaction on it.
    pub fn is_marked(&self, (conversation, message): &(String, String)) -> bool {
        there!(self, it => it.is_marked(conversation, message))
    }

    pub fn delete(&self, who: &str, (conversation, message): &(String, String)) {
        there!(self, it => it.delete(who, conversation, message));
    }

    /// An entry of the platform's menu, or of a message's.
    pub async fn menu(&self, who: &str, name: &str, on: Option<&(String, String)>) -> Result<(), String> {
        match self {
            Workspace::Slack(team) => team.menu(who, name, on).await,
            Workspace::Discord(server) => server.menu(who, name, on),
        }
    }

    pub fn take_no_direct(&self, who: &str) -> Result<(), String> {
        match self {
            Workspace::Slack(_) => Err("Slack has no such setting".to_owned()),
            Workspace::Discord(server) => {
                server.fake.set_dms(server.id(who), false);
                Ok(())
            }
        }
    }

    pub fn open_home(&self, who: &str) -> Result<(), String> {
        match self {
            Workspace::Slack(team) => {
                team.fake.open_home(&team.account(who));
                Ok(())
            }
            Workspace::Discord(_) => Err("Discord has no such page".to_owned()),
        }
    }

    pub fn home(&self, who: &str, now: At) -> Option<String> {
        match self {
            Workspace::Slack(team) => team.home(who, now),
            Workspace::Discord(_) => None,
        }
    }

    pub fn message(&self, conversation: &str, message: &str) -> Option<Seen> {
        match self {
            Workspace::Slack(team) => team.fake.message(conversation, message).map(Box::new).map(Seen::Slack),
            Workspace::Discord(server) => server.message(message).map(Seen::Discord),
        }
    }

    /// A direct message that has this button: the last one, or the first.
    pub fn direct_with(&self, who: &str, label: &str) -> Option<Seen> {
        match self {
            Workspace::Slack(team) => team.direct_with(who, label).map(Box::new).map(Seen::Slack),
            Workspace::Discord(server) => server.direct_with(who, label).map(Seen::Discord),
        }
    }

    /// The last private answer that has this button.
    pub fn answer_with(&self, who: &str, label: &str) -> Option<Seen> {
        match self {
            Workspace::Slack(team) => team.answer_with(who, label).map(Box::new).map(Seen::Slack),
            Workspace::Discord(server) => server.answer_with(who, label).map(Seen::Discord),
        }
    }

    pub fn labels(&self, seen: &Seen) -> Vec<String> {
        match (self, seen) {
            (Workspace::Slack(team), Seen::Slack(message)) => team.labels(&message.blocks),
            (_, Seen::Discord(message)) => Server::labels(message),
            _ => Vec::new(),
        }
    }

    pub async fn press(&self, who: &str, seen: &Seen, label: &str) -> Result<(), String> {
        match (self, seen) {
            (Workspace::Slack(team), Seen::Slack(message)) => team.press(who, message, label).await,
            (Workspace::Discord(server), Seen::Discord(message)) => server.press(who, message, label),
            _ => Err("the message is on another platform".to_owned()),
        }
    }

    /// The form that somebody was shown last. Says what stands beside its fields then.
    pub async fn submit(&self, who: &str, values: &[(String, String)]) -> Result<Vec<String>, String> {
        match self {
            Workspace::Slack(team) => team.submit(who, values).await,
            Workspace::Discord(server) => server.submit(who, values).await,
        }
    }

    pub async fn close_forms(&self, who: &str) {
        match self {
            Workspace::Slack(team) => team.close_forms(who).await,
            Workspace::Discord(server) => server.fake.dismiss(server.id(who)),
        }
    }

    // ── What people see ───────────────────────────────────────────────────────────────────────────────────────────────

    pub fn screen(&self, who: &str) -> Screen {
        there!(self, it => it.screen(who))
    }

    /// What came onto somebody's screen since, unless it was told them unasked.
    pub fn came(&self, who: &str, before: &Screen, told: &BTreeSet<&str>, now: At) -> Vec<String> {
        there!(self, it => it.came(who, before, told, now))
    }

    /// Writes what stands there as a page to look at.
    ///
    /// # Errors
    /// The disk's.
    pub fn draw(&self, folder: &Path, story: &str) -> std::io::Result<()> {
        let name = Path::new(story).file_stem().unwrap_or_default().to_string_lossy();
        let title = format!("{name}, on {}", self.platform());
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(format!("{name}-{}.html", self.platform())), there!(self, it => it.drawn(&title)))
    }

    pub fn tell_again_since(&self, since: Instant, what: Again) {
        there!(self, it => it.tell_again_since(since, what));
    }

    pub fn assert_clean(&self) {
        there!(self, it => it.fake.assert_clean());
    }

    /// A rule of the platform that was broken, but for what can't be helped where old things are told again.
    pub fn broken(&self) -> Option<String> {
        there!(self, it => it.broken())
    }
}

impl Adapter {
    pub fn chat(&self) -> Arc<dyn Chat> {
        match self {
            Adapter::Slack(slack) => slack.clone(),
            Adapter::Discord(discord) => discord.clone(),
        }
    }

    pub async fn run(self, door: Door) {
        match self {
            Adapter::Slack(slack) => slack.run(door).await,
            Adapter::Discord(discord) => discord.run(door).await,
        }
    }

    pub fn is_at_rest(&self) -> bool {
        match self {
            Adapter::Slack(slack) => slack.is_at_rest(),
            Adapter::Discord(discord) => discord.is_at_rest(),
        }
    }
}

/// The policy with everybody's account and every channel's id.
pub fn translated(spaces: &[Workspace], both: &[String], policy: &str) -> String {
    let Some(first) = spaces.first() else { return policy.to_owned() };
    let mut section = "";
    let lines = policy.lines().map(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let Some((key, value)) = line.split_once(" = ") else { return line.to_owned() };
        let there = |space: &Workspace, name: &str| {
            format!("\"{}:{}\"", space.platform(), space.channel(name.trim_matches('"')))
        };
        match key {
            who if section == "[people]" => match value.strip_suffix(" }") {
                Some(open) => {
                    let theirs = |space: &&Workspace| both.iter().any(|it| it == who) || space.has(who);
                    let mut homes: Vec<&Workspace> = spaces.iter().filter(theirs).collect();
                    if homes.is_empty() {
                        homes.push(first);
                    }
                    let accounts = homes.into_iter().map(|home| {
                        let (platform, account) = (home.platform(), home.account(who));
                        match platform.as_str().split_once('-') {
                            None => format!(", {platform} = {account:?}"),
                            Some((_, name)) => format!(", workspaces = {{ {name} = {account:?} }}"),
                        }
                    });
                    format!("{who} = {open}{} }}", accounts.collect::<String>())
                }
                None => line.to_owned(),
            },
            "channel" if section.starts_with("[workflows.") && spaces.len() > 1 => {
                let all: Vec<String> = spaces.iter().map(|space| there(space, value)).collect();
                format!("channels = [{}]", all.join(", "))
            }
            "announcements" => format!("{key} = [{}]", there(first, value.trim_matches(['[', ']']))),
            "channel" | "operators_channel" => format!("{key} = {}", there(first, value)),
            _ => with_groups(spaces, line),
        }
    });
    lines.map(|line| line + "\n").collect()
}

/// Groups by their ids: `"discord:TRIAGE"`.
fn with_groups(spaces: &[Workspace], line: &str) -> String {
    let Some((before, groups)) = line.split_once("groups = [") else { return line.to_owned() };
    let Some((groups, after)) = groups.split_once(']') else { return line.to_owned() };
    let groups = groups.split(", ").map(|group| {
        let named = group.trim_matches('"').split_once(':');
        let space = named.and_then(|(platform, _)| spaces.iter().find(|it| it.platform().as_str() == platform));
        match (named, space) {
            (Some((platform, name)), Some(space)) => format!("\"{platform}:{}\"", space.group(name)),
            _ => group.to_owned(),
        }
    });
    format!("{before}groups = [{}]{after}", groups.collect::<Vec<_>>().join(", "))
}

/// Which of several platforms somebody is on: that of their party's name, else the first. A platform is written
/// `slack-vendor`, where its name says the party, or `vendor on discord`.
pub fn home_of<'a>(mut platforms: impl Iterator<Item = &'a str>, person: &str) -> usize {
    let is_theirs = |platform: &str| {
        let party = platform.split_once(" on ").map(|(party, _)| party);
        let party = party.or(platform.split_once('-').map(|(_, party)| party));
        party.is_some_and(|party| person.contains(&format!("party = {party:?}")))
    };
    platforms.position(is_theirs).unwrap_or(0)
}

/// Without what only moves words about.
pub fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
