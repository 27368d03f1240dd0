//! The guided start: a short story, told into the room through the same HTTP API that its page and any script can use.

use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::serve::Running;

/// One step of the story.
enum Step {
    Say(&'static str, &'static str, &'static str),
    /// In the thread of the newest case of a channel.
    Reply(&'static str, &'static str, &'static str),
    /// Press the button with this label on the newest case's card.
    Press(&'static str, &'static str, &'static str),
    NextWake,
    Advance(&'static str),
}

use Step::{Advance, NextWake, Press, Reply, Say};

/// An incident, an approval with a nudge and a breach, a delegation, a resolution.
const STORY: &[Step] = &[
    Say("maya", "credit-ai", "Morning. The overnight batch scored 4,100 applications; decline rate looks high to me."),
    Say("dev", "credit-ai", "How high?"),
    Say("maya", "credit-ai", "31 % for Pune, 12 % everywhere else. Nothing in the release notes explains that."),
    Say(
        "maya",
        "credit-ai",
        "/incident open credit-scoring sev2 \"Decline rate for Pune three times the average\" class=output.bias impact=unclear",
    ),
    Press("dev", "credit-ai", "Acknowledge"),
    Say("dev", "credit-ai", "/incident role INC-1 lead @dev"),
    Reply(
        "dev",
        "credit-ai",
        "Pulling last night's feature values. Looks like the branch code is being used as income band.",
    ),
    Say(
        "dev",
        "credit-ai",
        "/incident update INC-1 Scoring for Pune is held back; the rest goes on. Next word within the hour.",
    ),
    Say("maya", "credit-ai", "/approval request credit-scoring \"Roll the feature store back to release 41\""),
    // Seats are nagged about, the approvers are nudged, and nobody answers.
    NextWake,
    NextWake,
    Say(
        "priya",
        "credit-ai",
        "/incident assess INC-1 312 applications from Pune were declined that should not have been. Nobody else is affected.",
    ),
    Say("tomas", "credit-ai", "/approval delegate @henrik tomorrow 18:00 at the regulator's all day"),
    Advance("2h"),
    Say("priya", "credit-ai", "/approval approve APR-1 checked against release 41's validation report"),
    Press("anika", "credit-ai", "Approve"),
    Say(
        "dev",
        "credit-ai",
        "/incident contain INC-1 The feature store is back on release 41; Pune is scored as before.",
    ),
    Say(
        "dev",
        "credit-ai",
        "/incident followup INC-1 @ravi tomorrow 17:00 a test that fails when a branch code reads as an income",
    ),
    Say(
        "dev",
        "credit-ai",
        "/incident resolve INC-1 The 312 applications were scored again; 268 of them are approved.",
    ),
];

/// Plays the story at a watchable pace. Does nothing in a folder in which something was said before.
///
/// # Errors
/// What the room refused; the story is held by a test, so that says something about the folder or the policy.
pub async fn play(running: &Running, pace: Duration) -> anyhow::Result<()> {
    let mut script = Script { router: running.router.clone(), host: running.address.to_string() };
    let before = script.get("/room/api/messages?as=maya&channel=credit-ai").await?;
    if before["last"].as_i64().unwrap_or(0) > 0 {
        say("This room has a story already. For a new one, name another folder with --data.");
        return Ok(());
    }
    for step in STORY {
        tokio::time::sleep(pace).await;
        script.step(step).await?;
    }
    say("The story is told; the room is yours.");
    Ok(())
}

/// For whoever watches the terminal; the story goes on where nobody does.
fn say(sentence: &str) {
    let _nobody_reads = writeln!(std::io::stdout(), "{sentence}");
}

struct Script {
    router: Router,
    host: String,
}

impl Script {
    async fn step(&mut self, step: &Step) -> anyhow::Result<()> {
        match step {
            Say(who, channel, text) => {
                self.post("/room/api/say", json!({ "as": who, "channel": channel, "text": text })).await?;
            }
            Reply(who, channel, text) => {
                let card = self.newest_card(who, channel).await?;
                let body = json!({ "as": who, "channel": channel, "text": text, "thread": card["id"] });
                self.post("/room/api/say", body).await?;
            }
            Press(who, channel, label) => {
                let card = self.newest_card(who, channel).await?;
                let buttons = card["card"]["buttons"].as_array().cloned().unwrap_or_default();
                let button = buttons.iter().find(|button| button["label"] == *label);
                let action = button.with_context(|| format!("the card has no button “{label}”"))?["action"].clone();
                self.post("/room/api/press", json!({ "as": who, "message": card["id"], "action": action })).await?;
            }
            NextWake => {
                self.post("/room/api/clock", json!({ "to": "next-wake" })).await?;
            }
            Advance(span) => {
                self.post("/room/api/clock", json!({ "advance": span })).await?;
            }
        }
        Ok(())
    }

    /// The card of the case that was opened last. It is posted a moment after its case is opened.
    async fn newest_card(&mut self, who: &str, channel: &str) -> anyhow::Result<Value> {
        for _ in 0..200 {
            let found = self.get(&format!("/room/api/messages?as={who}&channel={channel}")).await?;
            let messages = found["messages"].as_array().cloned().unwrap_or_default();
            if let Some(card) = messages.into_iter().rev().find(|it| it["thread"].is_null() && !it["card"].is_null()) {
                return Ok(card);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        bail!("no card came in #{channel}")
    }

    async fn get(&mut self, path: &str) -> anyhow::Result<Value> {
        self.send(Request::get(path), Body::empty()).await
    }

    async fn post(&mut self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    async fn send(&mut self, request: axum::http::request::Builder, body: Body) -> anyhow::Result<Value> {
        let request = request.header(header::HOST, &self.host).body(body)?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 16 * 1024 * 1024).await?;
        let answer: Value = serde_json::from_slice(&bytes)?;
        if !status.is_success() {
            bail!("the room refused a step of the story: {}", answer["sentence"].as_str().unwrap_or_default());
        }
        Ok(answer)
    }
}
