//! What happens in a story, done as people do it on a platform: typed, pressed and filled in there, and read there.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::Instant;

use countersign::chat::{Lane, Spot};
use countersign::record::Record;
use serde_json::Value;

use super::script::{Deed, On, Place, Story, What};
use super::stage::{Entry, Extent};
use super::teller::{Teller, Voice, indent};
use super::workspace::{Workspace, account, home_of};
use crate::fakes::slack::{Allowed, Kind, Message, Shown, Submitted, assert_no_injection};

/// What people wrote and were shown.
#[derive(Default)]
pub struct There {
    /// What they were shown alone since the last deed of theirs.
    pub heard: HashMap<String, String>,
    /// The conversation and timestamp of their last message.
    said: HashMap<String, (String, String)>,
    /// Messages as they looked at them, by person and case.
    seen: HashMap<(String, String), Message>,
    /// When the last deed began that the platform can tell again, and when the first one did.
    last: Option<Instant>,
    first: Option<Instant>,
}

/// What stood on somebody's screen before they did something.
struct Screen {
    private: usize,
    direct: BTreeSet<String>,
    view: Option<(String, String)>,
}

fn manifest() -> Value {
    countersign::slack::manifest(countersign::grammar::PREFIX, "Countersign", None)
}

/// Slack's client sends no command that no app has.
fn is_command(command: &str) -> bool {
    let manifest = manifest();
    let all = manifest["features"]["slash_commands"].as_array();
    all.into_iter().flatten().any(|it| it["command"] == command)
}

/// What an entry of Slack's menus is called inside, as it was installed.
fn shortcut(name: &str, kind: &str) -> Option<String> {
    let manifest = manifest();
    let all = manifest["features"]["shortcuts"].as_array()?;
    let found = all.iter().find(|it| it["name"] == name && it["type"] == kind)?;
    found["callback_id"].as_str().map(str::to_owned)
}

/// The platforms of a story, with everybody and every channel that it or its policy names.
///
/// # Errors
/// The policy can't be read.
pub async fn spaces(story: &Story, policy: &Path, voice: &Voice) -> Result<Vec<Workspace>, String> {
    let policy = std::fs::read_to_string(policy).map_err(|error| format!("{}: {error}", policy.display()))?;
    let mut people = BTreeSet::new();
    let mut channels = BTreeSet::from([story.channel.clone()]);
    for step in &story.steps {
        match &step.what {
            What::Do(Deed::Say { who, place, .. }) => {
                people.insert(who.clone());
                if let Place::Channel(name) = place {
                    channels.extend(name.split_once('#').map(|(_, name)| name.to_owned()));
                }
            }
            What::Do(Deed::Press { who, .. }) => people.extend(who.iter().cloned()),
            What::Do(Deed::Use { who, .. } | Deed::OpenHome { who }) => drop(people.insert(who.clone())),
            _ => {}
        }
    }
    let mut homes = HashMap::new();
    let mut of_people = false;
    for line in policy.lines() {
        if line.starts_with('[') {
            of_people = line == "[people]";
        }
        match line.split_once(" = ") {
            Some((who, person)) if of_people => {
                people.insert(who.to_owned());
                let home = home_of(voice.platforms().iter().map(String::as_str), person);
                homes.insert(who.to_owned(), home);
            }
            Some(("channel" | "operators_channel", name)) => drop(channels.insert(name.trim_matches('"').to_owned())),
            _ => {}
        }
    }
    // A case's own channel is made by the bot.
    channels.retain(|name| name.parse::<countersign::domain::CaseId>().is_err());
    let mut spaces = Vec::new();
    for (at, platform) in voice.platforms().iter().enumerate() {
        let people = people.iter().filter(|who| homes.get(*who).copied().unwrap_or(0) == at).cloned().collect();
        spaces.push(Workspace::open(platform, story.zone, &people, &channels).await);
    }
    Ok(spaces)
}

impl Teller {
    /// `None`: nothing that happens on a platform.
    pub async fn deed_there(&mut self, deed: &Deed) -> Result<Option<()>, String> {
        match deed {
            Deed::Say { who, is, place, text } => {
                let (lane, thread) = self.place(who, place).await?;
                let conversation = self.stage.conversation(&lane).await?;
                if self.space(&lane).becomes(who, *is) {
                    self.stage.calm().await?;
                }
                let screen = self.begin(&lane, who).await;
                let (user, fake) = (account(who), self.space(&lane).fake.clone());
                let command =
                    text.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
                if command {
                    let (command, rest) = text.split_once(' ').unwrap_or((text, ""));
                    if is_command(command) {
                        let spoken = fake.slash(&user, &conversation, command, rest).await;
                        if spoken.failed() {
                            return Err(format!("the bot is down, or doesn't take {command}: {spoken:?}"));
                        }
                    }
                } else {
                    let ts = fake.say(&user, &conversation, text, thread.as_deref());
                    self.there.said.insert(who.clone(), (conversation, ts));
                }
                self.end(&lane, vec![(who.clone(), screen)]).await?;
            }
            Deed::Look { who, case } => {
                let (lane, message) = self.stage.card_of(case, None).await?;
                let conversation = self.stage.conversation(&lane).await?;
                let seen = self.space(&lane).fake.message(&conversation, &message);
                let seen = seen.ok_or_else(|| format!("{case} has no card in {lane}"))?;
                self.there.seen.insert((who.clone(), case.clone()), seen);
            }
            Deed::Press { who, label, on } => self.press_there(who, label, on).await?,
            Deed::Submit { who, values } => self.submit_there(who, values).await?,
            Deed::Edit { who, .. } | Deed::Delete { who } => {
                let (conversation, ts) =
                    self.there.said.get(who).cloned().ok_or_else(|| format!("{who} has written no message"))?;
                let lane = self.home();
                let screen = self.begin(&lane, who).await;
                let fake = &self.space(&lane).fake;
                match deed {
                    Deed::Edit { text, .. } => fake.edit(&account(who), &conversation, &ts, text),
                    _ => fake.delete(&account(who), &conversation, &ts),
                }
                self.end(&lane, vec![(who.clone(), screen)]).await?;
            }
            Deed::Use { who, name, of } => {
                let on = match of {
                    None => None,
                    Some(of) => {
                        Some(self.there.said.get(of).cloned().ok_or_else(|| format!("{of} has written no message"))?)
                    }
                };
                let kind = if on.is_some() { "message" } else { "global" };
                let lane = self.home();
                let screen = self.begin(&lane, who).await;
                let fake = self.space(&lane).fake.clone();
                let id = shortcut(name, kind).ok_or_else(|| format!("the {kind} menu has no “{name}”"))?;
                match on {
                    Some((conversation, ts)) => fake.message_shortcut(&account(who), &id, &conversation, &ts).await,
                    None => fake.global_shortcut(&account(who), &id).await,
                };
                self.end(&lane, vec![(who.clone(), screen)]).await?;
            }
            Deed::OpenHome { who } => {
                let lane = self.home();
                self.begin(&lane, who).await;
                self.space(&lane).fake.open_home(&account(who));
                self.stage.calm().await?;
                let home = self.space(&lane).fake.home(&account(who)).ok_or("there is no home tab")?;
                let shown = self.space(&lane).read(home.blocks(), self.stage.now());
                self.there.heard.insert(who.clone(), shown);
            }
            Deed::Again => {
                let since = self.there.last.ok_or("nothing happened that could be told again")?;
                for space in &self.stage.spaces {
                    space.fake.tell_again_since(since, &[Kind::Event, Kind::Command, Kind::Interaction]);
                }
                // What the first telling showed still stands on the screen.
                self.stage.calm().await?;
            }
            Deed::Roster { platform, groups, gone } => {
                let space = self.stage.spaces.iter().find(|space| space.platform.as_str() == platform);
                let fake = space.ok_or_else(|| format!("the story isn't told on {platform}"))?.fake.clone();
                for (group, members) in groups {
                    let members: Vec<&str> = members.iter().map(String::as_str).collect();
                    fake.add_group(group, &group.to_lowercase(), &[]);
                    fake.change_group(group, &members);
                }
                gone.iter().for_each(|user| fake.deactivate(user));
                self.stage.calm().await?;
            }
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    async fn press_there(&mut self, who: &[String], label: &str, on: &On) -> Result<(), String> {
        let mut pressed = Vec::new();
        let (mut screens, mut last) = (Vec::new(), self.home());
        for who in who {
            let (lane, seen) = self.button_there(who, label, on).await?;
            let screen = self.begin(&lane, who).await;
            let fake = self.space(&lane).fake.clone();
            let labels: Vec<String> = fake.buttons(&seen.blocks).into_iter().map(|button| button.label).collect();
            if !labels.iter().any(|it| it == label) {
                return Err(format!("there is no such button; there are {}", labels.join(", ")));
            }
            let user = account(who);
            pressed.push(async move { fake.press_as_seen(&user, &seen, label).await });
            screens.push((who.clone(), screen));
            last = lane;
        }
        for spoken in futures_util::future::join_all(pressed).await {
            if spoken.failed() {
                return Err(format!("the press failed: {spoken:?}"));
            }
        }
        self.end(&last, screens).await
    }

    /// The message whose button is to be pressed, as its reader sees it.
    async fn button_there(&self, who: &str, label: &str, on: &On) -> Result<(Lane, Message), String> {
        let direct = self.stage.lane(&format!("@{who}")).ok_or("nobody is called that")?;
        let fake = &self.space(&direct).fake;
        let has = |blocks: &[Value]| fake.buttons(blocks).iter().any(|button| button.label == label);
        match on {
            On::Card { case, as_seen: true, .. } => {
                let seen = self.there.seen.get(&(who.to_owned(), case.clone()));
                let seen = seen.cloned().ok_or_else(|| format!("{who} hasn't looked at {case}"))?;
                Ok((self.home(), seen))
            }
            On::Card { case, as_seen: false, platform } => {
                let (lane, message) = self.stage.card_of(case, platform.as_deref()).await?;
                let conversation = self.stage.conversation(&lane).await?;
                let seen = self.space(&lane).fake.message(&conversation, &message);
                Ok((lane.clone(), seen.ok_or_else(|| format!("{case} has no card in {lane}"))?))
            }
            On::Message { first } => {
                let mut messages = fake.messages(&fake.im(&account(who))).into_iter();
                let fits = |message: &Message| message.by_bot && has(&message.blocks);
                let found = if *first { messages.find(fits) } else { messages.rfind(fits) };
                Ok((direct, found.ok_or_else(|| format!("{who} has no message with that button"))?))
            }
            On::Answer => {
                let shown = fake.private(&account(who)).into_iter().rfind(|shown| has(&shown.blocks));
                let Shown { channel, ts, blocks, thread_ts, .. } =
                    shown.ok_or("nothing was answered with that button")?;
                Ok((self.home(), Message { channel, ts, blocks, thread_ts, ..Message::default() }))
            }
        }
    }

    async fn submit_there(&mut self, who: &str, values: &[(String, String)]) -> Result<(), String> {
        let lane = self.home();
        let fake = self.space(&lane).fake.clone();
        let view = fake.views(&account(who)).pop().ok_or_else(|| format!("{who} was shown no form"))?;
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
        let screen = self.screen(&lane, who);
        self.there.last = Some(Instant::now());
        self.there.heard.clear();
        let submitted = fake.submit(&account(who), &view.id, &filled).await;
        self.end(&lane, vec![(who.to_owned(), screen)]).await?;
        let heard = self.there.heard.entry(who.to_owned()).or_default();
        match submitted {
            Submitted::Errors(errors) | Submitted::Held(errors) => {
                let lines = errors.into_iter().map(|(field, sentence)| format!("{field}: {sentence}\n"));
                heard.extend(lines);
            }
            Submitted::Trouble => return Err("Slack had trouble with the form".to_owned()),
            Submitted::Closed | Submitted::Cleared | Submitted::Updated(_) | Submitted::Pushed(_) => {}
        }
        Ok(())
    }

    fn home(&self) -> Lane {
        self.stage.spaces[0].lane(&format!("#{}", self.story.channel))
    }

    fn space(&self, lane: &Lane) -> &Workspace {
        self.stage.space_of(&lane.platform).unwrap_or(&self.stage.spaces[0])
    }

    /// Somebody is about to do something: forms that they didn't send are closed.
    async fn begin(&mut self, lane: &Lane, who: &str) -> Screen {
        self.there.last = Some(Instant::now());
        self.there.first = self.there.first.or(self.there.last);
        self.there.heard.clear();
        let fake = self.space(lane).fake.clone();
        while !fake.views(&account(who)).is_empty() {
            fake.close_view(&account(who)).await;
        }
        self.screen(lane, who)
    }

    fn screen(&self, lane: &Lane, who: &str) -> Screen {
        let (fake, user) = (&self.space(lane).fake, account(who));
        Screen {
            private: fake.private(&user).len(),
            direct: fake.messages(&fake.im(&user)).into_iter().map(|message| message.ts).collect(),
            view: fake.views(&user).pop().map(|view| (view.id, view.hash)),
        }
    }

    /// Waits until it is dealt with, and reads what came onto the screens.
    async fn end(&mut self, lane: &Lane, screens: Vec<(String, Screen)>) -> Result<(), String> {
        self.stage.calm().await?;
        let now = self.stage.now();
        for (who, before) in screens {
            let space = self.space(lane);
            let (fake, user) = (&space.fake, account(&who));
            let direct = Lane { platform: lane.platform.clone(), place: Spot::Direct(user.clone()) };
            let told: BTreeSet<&str> = self
                .stage
                .log
                .iter()
                .filter_map(Entry::told)
                .filter(|told| told.lane == direct)
                .map(|told| told.message.as_str())
                .collect();
            let mut lines: Vec<String> =
                fake.private(&user)[before.private..].iter().map(|shown| space.read(&shown.blocks, now)).collect();
            // What was told in direct messages unasked isn't an answer.
            for shown in &fake.private(&user)[before.private..] {
                assert_no_injection(&Value::from(shown.blocks.clone()), &Allowed::default());
                assert_no_injection(&Value::from(shown.text.clone()), &Allowed::default());
            }
            lines.extend(
                fake.messages(&fake.im(&user))
                    .iter()
                    .filter(|it| it.by_bot && !before.direct.contains(&it.ts) && !told.contains(it.ts.as_str()))
                    .map(|message| space.read(&message.blocks, now)),
            );
            if let Some(view) = fake.views(&user).pop()
                && before.view.as_ref() != Some(&(view.id.clone(), view.hash.clone()))
            {
                lines.push(space.form(&view, now));
            }
            self.there.heard.insert(who, lines.join("\n"));
        }
        Ok(())
    }

    /// Tells everything again: asks to the bot that heard them, and what happened in channels to one that was started anew, as
    /// a platform does that got no receipt.
    pub async fn told_again_there(&mut self) -> Result<(), String> {
        for space in &self.stage.spaces {
            space.fake.assert_clean();
        }
        let Some(since) = self.there.first else { return Ok(()) };
        if !self.stage.is_up() {
            self.stage.begin().await?;
        }
        self.again_adds_nothing(since, &[Kind::Command, Kind::Interaction]).await?;
        // A bot that was started anew since doesn't know that an address for answers is old by now.
        for space in &self.stage.spaces {
            let broken = space.fake.take_violations();
            if let Some(other) = broken.into_iter().find(|it| !it.starts_with("a response URL was used")) {
                return Err(format!("told again, Slack's rules were broken: {other}"));
            }
        }
        self.stage.mend_policy()?;
        self.stage.stop().await?;
        self.stage.begin().await?;
        self.again_adds_nothing(since, &[Kind::Event]).await?;
        for space in &self.stage.spaces {
            space.fake.assert_clean();
        }
        Ok(())
    }

    async fn again_adds_nothing(&mut self, since: Instant, kinds: &[Kind]) -> Result<(), String> {
        self.stage.calm().await?;
        let before = self.stage.extent().await?;
        for space in &self.stage.spaces {
            space.fake.tell_again_since(since, kinds);
        }
        self.stage.calm().await?;
        let after = self.stage.extent().await?;
        let new = &self.stage.log[before.entries..];
        // A question about what is is heard again, and nothing else comes of it.
        let question = |entry: &Entry| match &entry.record {
            // So is a form that was refused: whoever sends it again as it is means it.
            Record::Heard(heard) if heard.answer.as_ref().is_some_and(|answer| answer.errors.is_some()) => true,
            Record::Heard(heard) => heard.answer.is_none() && self.was_heard(&heard.cause, before.entries),
            _ => false,
        };
        if new.iter().all(question) && after == (Extent { entries: after.entries, ..before.clone() }) {
            return Ok(());
        }
        let new: Vec<&str> = new.iter().flat_map(Entry::kinds).collect();
        Err(format!("{kinds:?} told again changed {before:?} to {after:?}: {}", indent(&new.join(", "))))
    }

    fn was_heard(&self, cause: &str, before: usize) -> bool {
        self.stage.log[..before]
            .iter()
            .any(|entry| matches!(&entry.record, Record::Heard(heard) if heard.cause == cause))
    }
}
