//! A case's own channel on Discord: made, named, let in, pinned and closed; doing it again changes nothing.

use reqwest::Method;
use serde_json::{Value, json};
use serenity::model::Permissions;

use super::Discord;
use super::api::{Call, Trouble};
use super::deliver::{code, undelivered};
use super::directory::platform;
use super::doctor::PIN_MESSAGES;
use super::embed::{self, For};
use super::errands::Errand;
use super::wire::{Channel, Id, Overwrite, TEXT, permissions};
use super::words::{cut, escaped};
use crate::card;
use crate::chat::{CaseChannel, Undelivered};
use crate::domain::{CaseId, Lack};

/// How long a channel's topic may be.
const TOPIC: usize = 1_024;
/// Where the policy names no channel on Discord, and so no server.
const NOWHERE: &str =
    "the policy names no Discord channel that the bot can see, so it doesn't know on which server to make one";

fn nowhere() -> Undelivered {
    Undelivered::later(NOWHERE, None)
}

/// What somebody may do who is let in.
fn insider() -> Permissions {
    Permissions::VIEW_CHANNEL
        | Permissions::SEND_MESSAGES
        | Permissions::SEND_MESSAGES_IN_THREADS
        | Permissions::READ_MESSAGE_HISTORY
        | Permissions::ADD_REACTIONS
        | Permissions::ATTACH_FILES
        | Permissions::EMBED_LINKS
        | Permissions::CREATE_PUBLIC_THREADS
        | Permissions::USE_APPLICATION_COMMANDS
}

/// What the bot itself must keep, whatever everybody else is denied.
fn own() -> Permissions {
    insider() | Permissions::MANAGE_CHANNELS | PIN_MESSAGES | Permissions::MANAGE_THREADS
}

/// What nobody may do any more in a channel that is closed.
fn speech() -> Permissions {
    Permissions::SEND_MESSAGES | Permissions::SEND_MESSAGES_IN_THREADS | Permissions::CREATE_PUBLIC_THREADS
}

/// Where a case's own channel belongs.
struct Near {
    channel: Id,
    server: Id,
    category: Option<Id>,
}

const ROLE: u8 = 0;
const MEMBER: u8 = 1;

impl Discord {
    pub(super) async fn ensure_case_channel(&self, wanted: &CaseChannel) -> Result<String, Undelivered> {
        let theirs = wanted.converted.as_deref().and_then(Id::read);
        let recorded = wanted.channel.as_deref().and_then(Id::read);
        // People's own channel, where the case is in it, or was until now.
        let shared = theirs.filter(|_| theirs == recorded);
        if let Some(id) = shared.filter(|_| wanted.archived && !wanted.private) {
            self.give_back(id, wanted).await?;
            return Ok(id.to_string());
        }
        let Near { channel, server, category } = self.near(wanted).await?;
        let near = match wanted.private {
            true => None,
            false => Some(self.channel_now(channel).await?.ok_or_else(nowhere)?),
        };
        let of_near = near.and_then(|near| near.permission_overwrites).unwrap_or_default();
        let overwrites = self.overwrites(wanted, server, &of_near).await.map_err(undelivered)?;
        let topic = topic(wanted);
        let known = recorded.or_else(|| self.directory().case_channel(wanted.case));
        // A case that is restricted goes on in a channel of its own.
        let known = known.filter(|id| !wanted.private || theirs != Some(*id));
        let there = match known {
            Some(id) if theirs == Some(id) => self.take_up(id, wanted, &topic).await?,
            Some(id) => self.channel_now(id).await?,
            None => None,
        };
        let there = match there {
            Some(there) => Some(there),
            // It may have been made by a process that died before it could say so.
            None => self.made_before(wanted, server).await.map_err(undelivered)?,
        };
        let id = match there {
            None => self.make(wanted, server, category, &topic, &overwrites).await.map_err(undelivered)?,
            Some(there) => {
                let id = there.id.ok_or(Undelivered::later("the channel has no id", None))?;
                if theirs != Some(id) {
                    self.bring_up_to_date(id, &there, wanted, &topic, &overwrites).await.map_err(undelivered)?;
                }
                id
            }
        };
        self.directory_mut().learn_case_channel(&wanted.lane, id);
        let card = wanted.pinned.as_deref().and_then(Id::read);
        if let Some(left) = theirs.filter(|left| wanted.private && *left != id) {
            // The card stands there still, until it is recorded that the case goes on elsewhere.
            self.leave(left, card.filter(|_| shared == Some(left)), wanted).await?;
        }
        if let Some(card) = card.filter(|_| shared.is_none() || shared == Some(id)) {
            self.pin(id, card).await.map_err(undelivered)?;
            if theirs == Some(id) {
                let (case, lane) = (wanted.case, wanted.lane.clone());
                self.order_once(Errand::Conversation { case, lane, channel: id, card });
            }
        }
        Ok(id.to_string())
    }

    /// Takes out of people's own channel, which the case leaves for a private one, what tells of it on its face: the card and the
    /// topic. What isn't there any more, or what Discord refuses, doesn't hold up the move.
    async fn leave(&self, channel: Id, card: Option<Id>, wanted: &CaseChannel) -> Result<(), Undelivered> {
        if let Some(card) = card {
            let moved = card::moved_away(wanted.case);
            let map = self.map(std::slice::from_ref(&moved)).await;
            let map = map.ok_or_else(|| Undelivered::later("the connection to Discord isn't open yet", None))?;
            let drafts = embed::drafts(&moved, &map, For::Channel);
            unless_refused(self.rewrite(channel, card, &drafts).await).map_err(undelivered)?;
            unless_refused(self.unpin(channel, card).await).map_err(undelivered)?;
        }
        self.order_once(clearing(channel, wanted));
        Ok(())
    }

    /// The case is over, and all about it is said: nothing of it stands on top of people's own channel any more, and what they say
    /// there from now on is theirs.
    async fn give_back(&self, channel: Id, wanted: &CaseChannel) -> Result<(), Undelivered> {
        if self.directory().case_channel(wanted.case) != Some(channel) {
            return Ok(());
        }
        if let Some(card) = wanted.pinned.as_deref().and_then(Id::read) {
            unless_refused(self.unpin(channel, card).await).map_err(undelivered)?;
        }
        self.directory_mut().forget_case_channel(&wanted.lane);
        self.order(clearing(channel, wanted));
        Ok(())
    }

    /// Clears the topic of people's own channel, where it is the bot's. Not if the case has taken the channel up again meanwhile.
    ///
    /// # Errors
    /// Discord's, and it may pass. What it refuses for good stays as it is.
    pub(super) async fn clear_topic(&self, case: CaseId, channel: Id, sign: &str) -> Result<(), Trouble> {
        let path = format!("/channels/{channel}");
        let cleared = async {
            let there: Channel = self.api.read(&path).await?;
            if there.topic.as_deref().is_some_and(|topic| topic.trim_end().ends_with(sign))
                && self.directory().case_channel(case) != Some(channel)
            {
                self.api.patient(&Call::with(Method::PATCH, &path, &json!({ "topic": "" }))).await?;
            }
            Ok(())
        };
        unless_refused(cleared.await)
    }

    /// A channel of the same workflow; else the first channel that the policy names.
    async fn near(&self, wanted: &CaseChannel) -> Result<Near, Undelivered> {
        let policy = self.door().map(|door| door.reception.desk.shown().policy);
        let near = wanted.near.as_deref().and_then(Id::read);
        let others: Vec<Id> = policy
            .iter()
            .flat_map(|policy| policy.channels())
            .filter(|channel| channel.platform == platform())
            .filter_map(|channel| Id::read(&channel.id))
            .collect();
        for channel in near.into_iter().chain(others) {
            if let Some(place) = self.place(channel).await
                && let Some(server) = place.guild
            {
                return Ok(match place.parent {
                    // A thread has no permissions of its own; its channel has.
                    Some(parent) if place.is_thread() => Near { channel: parent, server, category: None },
                    category => Near { channel, server, category },
                });
            }
        }
        Err(nowhere())
    }

    async fn channel_now(&self, id: Id) -> Result<Option<Channel>, Undelivered> {
        match self.api.read::<Channel>(&format!("/channels/{id}")).await {
            Ok(channel) => Ok(Some(channel)),
            Err(Trouble::Refused { code: code::UNKNOWN_CHANNEL, .. }) => Ok(None),
            Err(trouble) => Err(undelivered(trouble)),
        }
    }

    /// A channel of people's own, that became the case's: it gets a topic if it has none. `None`: the bot can't see it.
    async fn take_up(&self, id: Id, wanted: &CaseChannel, topic: &str) -> Result<Option<Channel>, Undelivered> {
        let there = match self.api.read::<Channel>(&format!("/channels/{id}")).await {
            Ok(channel) => channel,
            Err(Trouble::Refused { code: code::UNKNOWN_CHANNEL | code::MISSING_ACCESS, .. }) => return Ok(None),
            Err(trouble) => return Err(undelivered(trouble)),
        };
        let has = there.topic.as_deref().unwrap_or_default();
        if has != topic && (has.trim().is_empty() || has.ends_with(&sign(wanted))) {
            let (path, topic) = (format!("/channels/{id}"), json!({ "topic": topic }));
            match self.api.call(&Call::with(Method::PATCH, &path, &topic)).await {
                Ok(_) | Err(Trouble::Refused { code: code::MISSING_PERMISSIONS | code::MISSING_ACCESS, .. }) => {}
                Err(trouble) => return Err(undelivered(trouble)),
            }
        }
        Ok(Some(there))
    }

    async fn made_before(&self, wanted: &CaseChannel, server: Id) -> Result<Option<Channel>, Trouble> {
        let channels: Vec<Channel> = self.api.read(&format!("/guilds/{server}/channels")).await?;
        let sign = sign(wanted);
        let theirs = wanted.converted.as_deref().and_then(Id::read);
        let is_ours = |channel: &Channel| {
            let signed = channel.topic.as_ref().is_some_and(|it| it.contains(&sign));
            channel.kind == TEXT && signed && (theirs.is_none() || channel.id != theirs)
        };
        Ok(channels.into_iter().find(is_ours))
    }

    async fn make(
        &self,
        wanted: &CaseChannel,
        server: Id,
        category: Option<Id>,
        topic: &str,
        overwrites: &[Value],
    ) -> Result<Id, Trouble> {
        let mut body = json!({
            "name": cut(&wanted.name, 100), "type": TEXT, "topic": topic, "permission_overwrites": overwrites,
        });
        if let Some(category) = category {
            body["parent_id"] = json!(category);
        }
        let made = self.api.call(&Call::with(Method::POST, &format!("/guilds/{server}/channels"), &body)).await?;
        let channel: Channel = serde_json::from_value(made).unwrap_or_default();
        self.directory_mut().learn(&channel, Some(server));
        channel.id.ok_or(Trouble::Unknown { why: "the channel has no id".to_owned() })
    }

    async fn bring_up_to_date(
        &self,
        id: Id,
        there: &Channel,
        wanted: &CaseChannel,
        topic: &str,
        overwrites: &[Value],
    ) -> Result<(), Trouble> {
        let mut change = json!({});
        if there.name.as_deref() != Some(&*wanted.name) {
            change["name"] = json!(cut(&wanted.name, 100));
        }
        if there.topic.as_deref() != Some(topic) {
            change["topic"] = json!(topic);
        }
        let has = there.permission_overwrites.clone().unwrap_or_default();
        let barred: Vec<Id> = match wanted.private {
            true => wanted.barred.iter().filter_map(|account| Id::read(account)).collect(),
            false => Vec::new(),
        };
        let is_barred = |other: &Overwrite| barred.contains(&other.id);
        if has.iter().any(is_barred) || overwrites.iter().any(|one| !has.iter().any(|other| is_same(other, one))) {
            // People who were let in by hand stay, unless the policy says that they may not see it.
            let key = |value: &Value| value.get("id").and_then(Value::as_str).and_then(Id::read);
            let named: Vec<Option<Id>> = overwrites.iter().map(key).collect();
            // One that was open until now has the roles of the workflow's channel, and none of them was let in by hand.
            let closes = wanted.private && !has.iter().any(is_closed);
            let stays = |other: &&Overwrite| !closes || kind_of(other) == u64::from(MEMBER);
            let others = has.iter().filter(|other| !named.contains(&Some(other.id)) && !is_barred(other));
            let others = others.filter(stays).map(written);
            change["permission_overwrites"] = overwrites.iter().cloned().chain(others).collect();
        }
        if change.as_object().is_some_and(|change| !change.is_empty()) {
            self.api.call(&Call::with(Method::PATCH, &format!("/channels/{id}"), &change)).await?;
        }
        Ok(())
    }

    /// Who may see it and speak in it. Discord can't archive a channel, so an archived one is one in which nobody speaks.
    async fn overwrites(&self, wanted: &CaseChannel, server: Id, near: &[Overwrite]) -> Result<Vec<Value>, Trouble> {
        let me = self.directory().me.as_ref().map(|me| me.user);
        let mut all = match wanted.private {
            true => vec![overwrite(server, ROLE, Permissions::empty(), Permissions::VIEW_CHANNEL | hushed(wanted))],
            // People who may not see the workflow's channel may not see the case's channel either.
            false => as_near(near, server, me, hushed(wanted)),
        };
        if let Some(me) = me {
            all.push(overwrite(me, MEMBER, own(), Permissions::empty()));
        }
        if !wanted.private {
            return Ok(all);
        }
        let (allowed, denied) = match wanted.archived {
            true => (insider() - speech(), speech()),
            false => (insider(), Permissions::empty()),
        };
        for person in wanted.people.iter().filter_map(|person| Id::read(person)) {
            // Discord refuses the whole channel for one who isn't there.
            if self.member_of(server, person).await?.is_some() {
                all.push(overwrite(person, MEMBER, allowed, denied));
            }
        }
        Ok(all)
    }

    async fn pin(&self, channel: Id, message: Id) -> Result<(), Trouble> {
        let path = format!("/channels/{channel}/messages/pins/{message}");
        match self.api.call(&Call::new(Method::PUT, &path)).await {
            Ok(_) => {
                self.lacks(Lack::Pins, None);
                Ok(())
            }
            // The card may stand in another channel, or be gone; the channel is there all the same.
            Err(Trouble::Refused { code: code::UNKNOWN_MESSAGE, .. }) => Ok(()),
            Err(Trouble::Refused { code: code::MISSING_PERMISSIONS | code::MISSING_ACCESS, .. }) => {
                self.lacks(Lack::Pins, Some("the bot may not pin messages, so cards don't stand on top".to_owned()));
                Ok(())
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn unpin(&self, channel: Id, message: Id) -> Result<(), Trouble> {
        let path = format!("/channels/{channel}/messages/pins/{message}");
        self.api.call(&Call::new(Method::DELETE, &path)).await.map(drop)
    }
}

/// What Discord refuses for good is done without.
fn unless_refused(done: Result<(), Trouble>) -> Result<(), Trouble> {
    match done {
        Err(trouble @ Trouble::Refused { .. }) if !trouble.is_unauthorized() => {
            tracing::warn!(%trouble, "something of a case stays in a channel that it has left");
            Ok(())
        }
        done => done,
    }
}

/// Topics can be changed twice in ten minutes, so nothing waits for it.
fn clearing(channel: Id, wanted: &CaseChannel) -> Errand {
    Errand::Topic { case: wanted.case, channel, sign: sign(wanted) }
}

/// What is denied to everybody.
fn hushed(wanted: &CaseChannel) -> Permissions {
    if wanted.archived { speech() } else { Permissions::empty() }
}

/// The exceptions of another channel, except the bot's own, with some more denied to everybody. Only what the bot may do
/// itself is copied: Discord refuses the rest.
fn as_near(near: &[Overwrite], server: Id, me: Option<Id>, denied: Permissions) -> Vec<Value> {
    let bits = |text: &str| permissions(text) & own();
    let of_all = near.iter().find(|one| one.id == server);
    let (allow, deny) = of_all.map_or_else(Default::default, |one| (bits(&one.allow), bits(&one.deny)));
    // The role of everybody has the server's own id.
    let mut all = vec![overwrite(server, ROLE, allow - denied, deny | denied)];
    for one in near.iter().filter(|one| one.id != server && Some(one.id) != me) {
        let kind = if kind_of(one) == u64::from(MEMBER) { MEMBER } else { ROLE };
        all.push(overwrite(one.id, kind, bits(&one.allow) - denied, bits(&one.deny)));
    }
    all
}

/// What a topic carries, so that the channel is found again.
fn sign(wanted: &CaseChannel) -> String {
    format!("[{}]", wanted.case)
}

fn topic(wanted: &CaseChannel) -> String {
    let sign = sign(wanted);
    let state = if wanted.archived { "Closed. " } else { "" };
    let line = escaped(&wanted.topic.replace(['[', ']'], " "));
    format!("{state}{} {sign}", cut(line.trim(), TOPIC - state.len() - sign.len() - 1))
}

fn overwrite(id: Id, kind: u8, allow: Permissions, deny: Permissions) -> Value {
    json!({ "id": id, "type": kind, "allow": allow.bits().to_string(), "deny": deny.bits().to_string() })
}

fn written(present: &Overwrite) -> Value {
    json!({ "id": present.id, "type": kind_of(present), "allow": present.allow, "deny": present.deny })
}

/// Whether it keeps everybody out: nobody else's exception does, since those deny nothing but speech.
fn is_closed(present: &Overwrite) -> bool {
    kind_of(present) == u64::from(ROLE) && permissions(&present.deny).contains(Permissions::VIEW_CHANNEL)
}

fn kind_of(present: &Overwrite) -> u64 {
    match &present.kind {
        Value::Number(number) => number.as_u64().unwrap_or(0),
        Value::String(text) if text == "member" || text == "1" => 1,
        _ => 0,
    }
}

fn is_same(present: &Overwrite, overwrites: &Value) -> bool {
    let same = |key: &str, value: &str| overwrites.get(key).and_then(Value::as_str) == Some(value);
    same("id", &present.id.to_string())
        && overwrites.get("type").and_then(Value::as_u64) == Some(kind_of(present))
        && same("allow", &present.allow)
        && same("deny", &present.deny)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(topic: &str, archived: bool) -> CaseChannel {
        CaseChannel {
            case: "INC-12".parse().expect("a case"),
            lane: "discord/inc-12".parse().expect("a lane"),
            near: None,
            converted: None,
            channel: None,
            name: "inc-12-drift".to_owned(),
            topic: topic.to_owned(),
            private: true,
            people: Vec::new(),
            barred: Vec::new(),
            pinned: None,
            links: Vec::new(),
            archived,
        }
    }

    #[test]
    fn a_topic_carries_its_case_and_nobody_elses() {
        for text in ["drift", "see [INC-1] [INC-13]", &"ü".repeat(3_000), ""] {
            let topic = topic(&wanted(text, true));
            assert!(topic.ends_with("[INC-12]") && topic.starts_with("Closed. "), "{topic}");
            assert!(topic.encode_utf16().count() <= TOPIC);
            assert!(!topic.contains("[INC-1]"));
        }
    }
}
