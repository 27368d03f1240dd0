//! What the bot says to one person: in the acknowledgement, at the address that Slack gave for it, where they asked, or
//! else in their direct messages.

use serde_json::{Value as Json, json};

use super::acknowledge::Acknowledgement;
use super::{PAUSES, Slack, Trouble};
use crate::card::{self, Card, Speaker};
use crate::chat::retry::patiently;
use crate::domain::{Lane, Place};
use crate::grammar;
use crate::ledger::heard::Answer;

/// How often an answer is tried before it goes another way.
const TRIES: u32 = 5;
/// For somebody of whom Slack doesn't tell, where the policy refuses guests or outsiders.
pub(super) const NOT_KNOWN_NOW: &str = "Slack doesn't tell me just now who you are. Please try again in a moment.";

/// Where the answer to an ask goes.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub person: String,
    pub lane: Lane,
    pub thread: Option<String>,
    /// Good for half an hour and five answers.
    pub response_url: Option<String>,
    /// The acknowledgement, while it waits for the answer.
    pub says: Acknowledgement,
}

impl Slack {
    pub(super) fn fault(&self, reference: &str) -> Card {
        let Some(door) = self.door() else { return Card::default() };
        let desk = &door.reception.desk;
        let shown = desk.shown();
        card::fault(&Speaker::new(&desk.wording, &shown.policy), reference)
    }

    /// What was said in a channel is answered where only its author sees it.
    pub(super) async fn answer_in_place(&self, person: &str, lane: &Lane, thread: Option<&str>, answer: Answer) {
        if let Some(message) = &answer.marks {
            self.mark(lane, message).await;
        }
        let errors = answer.errors.into_iter().flatten().map(|(_, sentence)| note(&sentence));
        let mut cards: Vec<Card> = answer.cards.into_iter().chain(errors).collect();
        if answer.form.is_some() && cards.is_empty() {
            // A message can't open a form.
            cards.push(note(
                "Something is missing there. Type the command with a slash, and I'll ask for it in a form.",
            ));
        }
        let way = Way {
            person: person.to_owned(),
            lane: lane.clone(),
            thread: thread.map(str::to_owned),
            response_url: None,
            says: Acknowledgement::default(),
        };
        self.tell(&way, &cards).await;
    }

    /// Sets the bot's own reaction on a message. It can do without: what was kept is kept.
    async fn mark(&self, lane: &Lane, message: &str) {
        let Ok(channel) = self.channel_of(lane).await else { return };
        let mark = json!({ "channel": channel, "timestamp": message, "name": "memo" });
        match self.call("reactions.add", &mark).await {
            Ok(_) => {}
            Err(trouble) if trouble.is(&["already_reacted"]) => {}
            Err(trouble) => tracing::warn!(platform = %self.platform, %trouble, "a kept message could not be marked"),
        }
    }

    /// Says it to one person: where they asked, else in their direct messages. Whoever is turned away gets what an
    /// acknowledgement takes along, and a message of their own only once in a while.
    pub(super) async fn tell(&self, way: &Way, cards: &[Card]) {
        let mut uses = 0;
        let mut may_cost = None;
        for card in cards {
            let drawn = self.draw(card, None).await;
            for message in drawn.messages {
                let body = json!({ "text": message.text, "blocks": message.blocks });
                let mut answer = body.clone();
                answer["response_type"] = "ephemeral".into();
                if way.says.take_along(&answer) {
                    continue;
                }
                let may_cost = match may_cost {
                    Some(known) => known,
                    None => *may_cost
                        .insert(self.is_obeyed(&way.person).await || self.accounts.may_be_told_why(&way.person)),
                };
                if !may_cost {
                    return tracing::debug!(platform = %self.platform, account = way.person, "turned away without a word");
                }
                if let Some(url) = way.response_url.as_deref().filter(|_| uses < 5) {
                    uses += 1;
                    answer["replace_original"] = false.into();
                    match self.respond(url, &answer).await {
                        Ok(()) | Err(Trouble::Unknown(_)) => continue,
                        Err(trouble) => {
                            tracing::warn!(platform = %self.platform, %trouble, "an answer goes another way");
                        }
                    }
                }
                self.tell_one(way, body).await;
            }
            for file in drawn.files {
                if let Err(trouble) = self.share_with(&way.person, &file).await {
                    tracing::warn!(platform = %self.platform, %trouble, "a file could not be handed over");
                }
            }
        }
    }

    /// Tries again where Slack asks to wait or isn't reached. What may have got there isn't sent once more.
    async fn respond(&self, url: &str, answer: &Json) -> Result<(), Trouble> {
        patiently(PAUSES, TRIES, Trouble::unless_it_may_be_there, || self.api.respond(url, answer)).await
    }

    /// The same for what is said with the token, and no faster to one person than a channel would take it. It doesn't wait in
    /// the channel's own pace, where cards and nudges go: `chat.postEphemeral` has a limit of its own.
    async fn say_to_one(&self, person: &str, method: &str, body: &Json) -> Result<(), Trouble> {
        let person = person.to_owned();
        let call = async || {
            self.pace.until_key_ready(&person).await;
            self.call(method, body).await.map(drop)
        };
        patiently(PAUSES, TRIES, Trouble::unless_it_may_be_there, call).await
    }

    async fn tell_one(&self, way: &Way, mut body: Json) {
        if let Place::Channel(_) = way.lane.place
            && let Ok(channel) = self.channel_of(&way.lane).await
        {
            let mut here = body.clone();
            here["channel"] = channel.into();
            here["user"] = way.person.clone().into();
            if let Some(thread) = &way.thread {
                here["thread_ts"] = thread.clone().into();
            }
            match self.say_to_one(&way.person, "chat.postEphemeral", &here).await {
                Ok(()) => return,
                Err(trouble @ Trouble::Unknown(_)) => {
                    return tracing::warn!(platform = %self.platform, %trouble, "an answer may have reached nobody");
                }
                Err(trouble) => {
                    tracing::debug!(platform = %self.platform, %trouble, "an answer goes by direct message");
                }
            }
        }
        let lane = Lane::direct(&self.platform, &way.person);
        let channel = match self.channel_of(&lane).await {
            Ok(channel) => channel,
            Err(why) => {
                tracing::warn!(platform = %self.platform, %why, "an answer reached nobody");
                return;
            }
        };
        body["channel"] = channel.into();
        body["unfurl_links"] = false.into();
        body["unfurl_media"] = false.into();
        if let (Place::Direct(_), Some(thread)) = (&way.lane.place, &way.thread) {
            body["thread_ts"] = thread.clone().into();
        }
        if let Err(trouble) = self.say_to_one(&way.person, "chat.postMessage", &body).await {
            tracing::warn!(platform = %self.platform, %trouble, "an answer reached nobody");
        }
    }
}

/// A word of the adapter's own: about Slack, not about the product.
pub(super) fn note(text: &str) -> Card {
    Card { tone: card::Tone::Private, title: vec![grammar::Word::Text(text.to_owned())], ..Card::default() }
}
