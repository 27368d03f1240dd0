//! What happens in a story, done as people do it on a platform: typed, pressed and filled in there, and read there.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::time::Instant;

use countersign::domain::mark::Words;
use countersign::domain::{At, Lane};
use countersign::ledger::record::Record;

use super::script::{Deed, On, Place, Story, What};
use super::stage::{Entry, Extent};
use super::teller::{Teller, Voice, indent, named, with_links};
use super::workspace::{Again, Screen, Seen, Workspace, home_of};

/// What people wrote and were shown.
#[derive(Default)]
pub struct There {
    /// What they were shown alone since the last deed of theirs.
    pub heard: HashMap<String, String>,
    /// The conversation and timestamp of their last message.
    said: HashMap<String, (String, String)>,
    /// Messages as they looked at them, by person and case.
    seen: HashMap<(String, String), Seen>,
    /// When the last deed began that the platform can tell again, and when the first one did.
    last: Option<Instant>,
    first: Option<Instant>,
}

/// The platforms of a story, with everybody and every channel that it or its policy names.
///
/// # Errors
/// The policy can't be read.
pub async fn spaces(story: &Story, start: At, policy: &Path, voice: &Voice) -> Result<Vec<Workspace>, String> {
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
            What::Do(Deed::Use { who, .. } | Deed::React { who, .. } | Deed::OpenHome { who }) => {
                people.insert(who.clone());
            }
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
        let is_here = |who: &&String| story.both.contains(who) || homes.get(*who).copied().unwrap_or(0) == at;
        let people = people.iter().filter(is_here).cloned().collect();
        spaces.push(Workspace::open(named(platform), story.zone, start, &people, &channels).await);
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
                if self.space(&lane).becomes(who, *is)? {
                    self.stage.calm().await?;
                }
                let text = &with_links(text, &|of| Ok(self.space(&lane).link(&self.said(of)?)))?;
                let screen = self.begin(&lane, who).await;
                let command =
                    text.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
                let thread = thread.as_deref();
                if command {
                    let policy = self.stage.policy()?;
                    self.space(&lane).command(who, &conversation, thread, text, &policy).await?;
                } else {
                    let message = self.space(&lane).say(who, &conversation, thread, text);
                    self.there.said.insert(who.clone(), (conversation, message));
                }
                self.end(&[(lane, who.clone(), screen)]).await?;
            }
            Deed::Look { who, case } => {
                let (lane, message) = self.stage.card_of(case, None).await?;
                let conversation = self.stage.conversation(&lane).await?;
                let seen = self.space(&lane).message(&conversation, &message);
                let seen = seen.ok_or_else(|| format!("{case} has no card in {lane}"))?;
                self.there.seen.insert((who.clone(), case.clone()), seen);
            }
            Deed::Press { who, label, on } => self.press_there(who, label, on).await?,
            Deed::Submit { who, values } => self.submit_there(who, values).await?,
            Deed::Edit { who, .. } | Deed::Delete { who } => {
                let said = self.said(who)?;
                let lane = self.home(who);
                let screen = self.begin(&lane, who).await;
                match deed {
                    Deed::Edit { text, .. } => self.space(&lane).edit(who, &said, text),
                    _ => self.space(&lane).delete(who, &said),
                }
                self.end(&[(lane, who.clone(), screen)]).await?;
            }
            Deed::React { who, sign, of, on } => {
                let said = self.said(of)?;
                self.space(&self.home(who)).react(who, &said, sign, *on);
                self.stage.calm().await?;
            }
            Deed::Use { who, name, of } => {
                let on = of.as_ref().map(|of| self.said(of)).transpose()?;
                let lane = self.home(who);
                let screen = self.begin(&lane, who).await;
                self.space(&lane).menu(who, name, on.as_ref()).await?;
                self.end(&[(lane, who.clone(), screen)]).await?;
            }
            Deed::OpenHome { who } => {
                let lane = self.home(who);
                self.begin(&lane, who).await;
                self.space(&lane).open_home(who)?;
                self.stage.calm().await?;
                let shown = self.space(&lane).home(who, self.stage.now()).ok_or("there is no home tab")?;
                self.there.heard.insert(who.clone(), shown);
            }
            Deed::TakeNoDirect { who } => self.space(&self.home(who)).take_no_direct(who)?,
            Deed::Again => {
                let since = self.there.last.ok_or("nothing happened that could be told again")?;
                for space in &self.stage.spaces {
                    space.tell_again_since(since, Again::Asks);
                    space.tell_again_since(since, Again::Events);
                }
                // What the first telling showed still stands on the screen.
                self.stage.calm().await?;
            }
            Deed::Roster { platform, groups, gone } => {
                let space = self.stage.spaces.iter().find(|space| space.platform().as_str() == platform);
                space.ok_or_else(|| format!("the story isn't told on {platform}"))?.roster(groups, gone);
                self.stage.calm().await?;
            }
            _ => return Ok(None),
        }
        Ok(Some(()))
    }

    pub fn is_marked_there(&self, who: &str) -> Result<bool, String> {
        let said = self.said(who)?;
        Ok(self.space(&self.home(who)).is_marked(&said))
    }

    fn said(&self, who: &str) -> Result<(String, String), String> {
        self.there.said.get(who).cloned().ok_or_else(|| format!("{who} has written no message"))
    }

    async fn press_there(&mut self, who: &[String], label: &str, on: &On) -> Result<(), String> {
        let (mut screens, mut seen) = (Vec::new(), Vec::new());
        for who in who {
            let (lane, message) = self.button_there(who, label, on).await?;
            let screen = self.begin(&lane, who).await;
            let labels = self.space(&lane).labels(&message);
            if !labels.iter().any(|it| it == label) {
                return Err(format!("there is no such button; there are {}", labels.join(", ")));
            }
            screens.push((lane, who.clone(), screen));
            seen.push(message);
        }
        let pressed =
            screens.iter().zip(&seen).map(|((lane, who, _), message)| self.space(lane).press(who, message, label));
        futures_util::future::join_all(pressed).await.into_iter().collect::<Result<(), String>>()?;
        self.end(&screens).await
    }

    /// The message whose button is to be pressed, as its reader sees it.
    async fn button_there(&self, who: &str, label: &str, on: &On) -> Result<(Lane, Seen), String> {
        let direct = self.stage.lane(&format!("@{who}")).ok_or("nobody is called that")?;
        match on {
            On::Card { case, as_seen: true, .. } => {
                let seen = self.there.seen.get(&(who.to_owned(), case.clone()));
                let seen = seen.cloned().ok_or_else(|| format!("{who} hasn't looked at {case}"))?;
                Ok((self.home(who), seen))
            }
            On::Card { case, as_seen: false, platform } => {
                let (lane, message) = self.stage.card_of(case, platform.as_deref()).await?;
                let conversation = self.stage.conversation(&lane).await?;
                let seen = self.space(&lane).message(&conversation, &message);
                Ok((lane.clone(), seen.ok_or_else(|| format!("{case} has no card in {lane}"))?))
            }
            On::Message => {
                let found = self.space(&direct).direct_with(who, label);
                Ok((direct, found.ok_or_else(|| format!("{who} has no message with that button"))?))
            }
            On::Answer => {
                let lane = self.home(who);
                let found = self.space(&lane).answer_with(who, label);
                Ok((lane, found.ok_or("nothing was answered with that button")?))
            }
        }
    }

    async fn submit_there(&mut self, who: &str, values: &[(String, String)]) -> Result<(), String> {
        let lane = self.home(who);
        let screen = self.space(&lane).screen(who);
        self.there.last = Some(Instant::now());
        self.there.heard.clear();
        let beside = self.space(&lane).submit(who, values).await?;
        self.end(&[(lane, who.to_owned(), screen)]).await?;
        let heard = self.there.heard.entry(who.to_owned()).or_default();
        heard.extend(beside.into_iter().map(|line| line + "\n"));
        Ok(())
    }

    /// The usual channel, on the platform that somebody is on.
    fn home(&self, who: &str) -> Lane {
        let channel = format!("#{}", self.story.channel);
        let spaces = &self.stage.spaces;
        spaces.iter().find(|space| space.has(who)).unwrap_or(&spaces[0]).lane(&channel)
    }

    fn space(&self, lane: &Lane) -> &Workspace {
        self.stage.space_of(&lane.platform).unwrap_or(&self.stage.spaces[0])
    }

    /// Somebody is about to do something: forms that they didn't send are closed.
    async fn begin(&mut self, lane: &Lane, who: &str) -> Screen {
        self.there.last = Some(Instant::now());
        self.there.first = self.there.first.or(self.there.last);
        self.there.heard.clear();
        self.space(lane).close_forms(who).await;
        self.space(lane).screen(who)
    }

    /// Waits until it is dealt with, and reads what came onto the screens.
    async fn end(&mut self, screens: &[(Lane, String, Screen)]) -> Result<(), String> {
        self.stage.calm().await?;
        let now = self.stage.now();
        for (lane, who, before) in screens {
            let space = self.space(lane);
            let direct = Lane::direct(&lane.platform, &space.account(who));
            // What was told in direct messages unasked isn't an answer.
            let told = self.stage.log.iter().filter_map(Entry::told).filter(|told| told.lane == direct);
            let told: BTreeSet<&str> = told.map(|told| told.message.as_str()).collect();
            let lines = space.came(who, before, &told, now);
            self.there.heard.insert(who.clone(), lines.join("\n"));
        }
        Ok(())
    }

    /// Tells everything again: asks to the bot that heard them, and what happened in channels to one that was started anew, as
    /// a platform does that got no receipt.
    pub async fn told_again_there(&mut self) -> Result<(), String> {
        for space in &self.stage.spaces {
            space.assert_clean();
        }
        let Some(since) = self.there.first else { return Ok(()) };
        if !self.stage.is_up() {
            self.stage.begin().await?;
        }
        self.again_adds_nothing(since, Again::Asks).await?;
        for space in &self.stage.spaces {
            if let Some(broken) = space.broken() {
                return Err(format!("told again, the platform's rules were broken: {broken}"));
            }
        }
        self.stage.mend_policy()?;
        self.stage.stop().await?;
        self.stage.begin().await?;
        self.again_adds_nothing(since, Again::Events).await?;
        for space in &self.stage.spaces {
            space.assert_clean();
        }
        Ok(())
    }

    async fn again_adds_nothing(&mut self, since: Instant, what: Again) -> Result<(), String> {
        self.stage.calm().await?;
        let before = self.stage.extent().await?;
        for space in &self.stage.spaces {
            space.tell_again_since(since, what);
        }
        self.stage.calm().await?;
        let after = self.stage.extent().await?;
        let new = &self.stage.log[before.entries..];
        // A question about what is is heard again, and nothing else comes of it.
        let question = |entry: &Entry| match &entry.record {
            // So is a form that was refused: whoever sends it again as it is means it.
            Record::Heard(heard)
                if heard.answer.as_ref().and_then(Words::get).is_some_and(|answer| answer.errors.is_some()) =>
            {
                true
            }
            Record::Heard(heard) => heard.answer.is_none() && self.was_heard(&heard.key, before.entries),
            _ => false,
        };
        if new.iter().all(question) && after == (Extent { entries: after.entries, ..before.clone() }) {
            return Ok(());
        }
        let new: Vec<&str> = new.iter().flat_map(Entry::kinds).collect();
        Err(format!("{what:?} told again changed {before:?} to {after:?}: {}", indent(&new.join(", "))))
    }

    fn was_heard(&self, key: &str, before: usize) -> bool {
        self.stage.log[..before].iter().any(|entry| matches!(&entry.record, Record::Heard(heard) if heard.key == key))
    }
}
