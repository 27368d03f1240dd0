//! Which lane is which conversation of Slack.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::blocks::Directory;
use super::hear::is_mine;
use super::{Slack, lock, word};
use crate::card::Card;
use crate::chat::Undelivered;
use crate::domain::place::CaseStands;
use crate::domain::{CaseId, Lane, PersonId, Place};

/// When to come again for a case's channel that is being made.
const SOON: Duration = Duration::from_secs(5);

/// The conversations that are known.
#[derive(Default)]
pub(super) struct Places {
    /// The symbolic lanes of cases' own channels.
    pub own: HashMap<String, Lane>,
    channel_of: HashMap<Lane, String>,
    /// Lanes whose people's earlier conversation is being read, and whether their channel is given back then.
    reading: HashMap<Lane, bool>,
    /// Conversations of two → the person.
    pub direct: HashMap<String, String>,
}

impl Places {
    /// What is said in a channel that the case has left isn't said of it any more, and what is said in one that another case has
    /// by now is said of that one. Whether the lane had no channel until now.
    pub fn is_own(&mut self, lane: &Lane, channel: &str) -> bool {
        self.own.retain(|_, of| of != lane);
        self.own.entry(channel.to_owned()).or_insert_with(|| lane.clone());
        self.reading.entry(lane.clone()).and_modify(|given_back| *given_back = false);
        self.channel_of.insert(lane.clone(), channel.to_owned()).is_none()
    }
    pub fn begins_to_read(&mut self, lane: &Lane) {
        self.reading.insert(lane.clone(), false);
    }
    pub fn has_read(&mut self, lane: &Lane) {
        if self.reading.remove(lane) == Some(true) {
            self.forget(lane);
        }
    }
    /// What is said in the case's channel from now on isn't said of it. While what was said before is still read, it waits.
    pub fn give_back(&mut self, lane: &Lane) {
        match self.reading.get_mut(lane) {
            Some(given_back) => *given_back = true,
            None => self.forget(lane),
        }
    }
    fn forget(&mut self, lane: &Lane) {
        self.own.retain(|_, of| of != lane);
        self.channel_of.remove(lane);
    }
    pub fn is_direct(&mut self, lane: &Lane, channel: &str, person: &str) {
        self.direct.insert(channel.to_owned(), person.to_owned());
        self.channel_of.insert(lane.clone(), channel.to_owned());
    }
}

/// Who and what is where, for cards that name them.
pub(super) struct Map<'a> {
    slack: &'a Slack,
    stand: BTreeMap<CaseId, CaseStands>,
    /// Where the cards are read, if that is a channel or a conversation.
    here: Option<Lane>,
}

impl Directory for Map<'_> {
    fn account(&self, person: &PersonId) -> Option<String> {
        self.slack.account_of(person)
    }

    fn address(&self, case: CaseId) -> Option<String> {
        let (lane, message) = self.stand.get(&case)?;
        let channel = match (lock(&self.slack.places).channel_of.get(lane), &lane.place) {
            (Some(channel), _) => channel.clone(),
            (None, Place::Channel(id)) if lane.own_of().is_none() => id.clone(),
            (None, Place::Channel(_) | Place::Direct(_)) => return None,
        };
        match (lane.own_of(), message) {
            // It leads nowhere but here.
            (Some(_), _) if !self.is_elsewhere(case) => None,
            (Some(_), _) => self.slack.permalink(&channel, None),
            (None, Some(card)) => self.slack.permalink(&channel, Some(card)),
            (None, None) => None,
        }
    }

    fn is_elsewhere(&self, case: CaseId) -> bool {
        self.stand.get(&case).is_some_and(|(lane, _)| self.here.as_ref() != Some(lane))
    }
}

impl Slack {
    /// The address of a channel, or of a message in it, made as Slack's own permalinks are: the timestamp without its point.
    /// Asking Slack for it would cost the time in which a form can be opened.
    pub(super) fn permalink(&self, channel: &str, message: Option<&str>) -> Option<String> {
        let workspace = self.me().map(|me| me.url).filter(|url| !url.is_empty())?;
        let message = message.map(|ts| format!("/p{}", ts.replace('.', ""))).unwrap_or_default();
        Some(format!("{}/archives/{channel}{message}", workspace.trim_end_matches('/')))
    }

    /// The same of a message in a thread.
    pub(super) fn permalink_in(&self, channel: &str, ts: &str, thread: Option<&str>) -> String {
        let link = self.permalink(channel, Some(ts)).unwrap_or_default();
        match thread.filter(|thread| *thread != ts) {
            Some(thread) => format!("{link}?thread_ts={thread}&cid={channel}"),
            None => link,
        }
    }

    /// Without the places of cases: for forms, which are shown within moments or not at all.
    pub(super) fn map(&self) -> Map<'_> {
        Map { slack: self, stand: BTreeMap::new(), here: None }
    }

    /// With the places of all cases that these cards name, for whoever reads them `here`. Where those can't be read, a card goes
    /// without.
    pub(super) async fn map_of(&self, cards: &[Card], here: Option<&Lane>) -> Map<'_> {
        let stand = match self.door() {
            Some(door) => door.reception.where_they_stand(&self.platform, cards).await,
            None => BTreeMap::new(),
        };
        Map { slack: self, stand, here: here.cloned() }
    }

    /// The lane of a conversation, if it can be told without asking.
    pub(super) fn lane_of(&self, channel: &str) -> Lane {
        let places = lock(&self.places);
        if let Some(lane) = places.own.get(channel) {
            return lane.clone();
        }
        let place = match places.direct.get(channel) {
            Some(person) => Place::Direct(person.clone()),
            None => Place::Channel(channel.to_owned()),
        };
        Lane { platform: self.platform.clone(), place }
    }

    /// Where an ask came from. Whatever is said in a conversation of two is between the bot and that person.
    pub(super) fn lane_of_ask(&self, channel: &str, person: &str) -> Lane {
        if channel.is_empty() || channel.starts_with('D') {
            return Lane::direct(&self.platform, person);
        }
        self.lane_of(channel)
    }

    /// The lane of an event's conversation. One of two people is the other person's.
    pub(super) async fn lane_with(&self, event: &Json, channel: &str, message: &Json) -> Lane {
        let two = word(event, "channel_type") == "im" || channel.starts_with('D');
        if !two || lock(&self.places).direct.contains_key(channel) {
            return self.lane_of(channel);
        }
        let mine = self.me().is_some_and(|me| is_mine(message, &me));
        let author = word(message, "user");
        let person = if author.is_empty() || mine {
            let asked = self.api.get("conversations.info", &[("channel", channel.to_owned())]).await;
            asked.ok().and_then(|it| it["channel"]["user"].as_str().map(str::to_owned))
        } else {
            Some(author.to_owned())
        };
        if let Some(person) = person {
            let lane = Lane::direct(&self.platform, &person);
            lock(&self.places).is_direct(&lane, channel, &person);
        }
        self.lane_of(channel)
    }

    /// The conversation that a lane is.
    pub(super) async fn channel_of(&self, lane: &Lane) -> Result<String, Undelivered> {
        if let Some(channel) = lock(&self.places).channel_of.get(lane) {
            return Ok(channel.clone());
        }
        match &lane.place {
            Place::Channel(_) if lane.own_of().is_some() => {
                Err(Undelivered::later("the case's own channel isn't made yet", Some(SOON)))
            }
            Place::Channel(id) => Ok(id.clone()),
            Place::Direct(person) => {
                let opened = self.call("conversations.open", &json!({ "users": person })).await;
                let opened = opened.map_err(|trouble| self.undelivered(&trouble, lane))?;
                let channel = word(&opened["channel"], "id").to_owned();
                lock(&self.places).is_direct(lane, &channel, person);
                Ok(channel)
            }
        }
    }

    pub(super) fn keeps(&self, lane: &Lane) -> bool {
        self.door().is_some_and(|door| door.reception.keeps(lane))
    }
}
