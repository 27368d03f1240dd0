//! The guided start: a short story, told into the room through the same HTTP API that its page and any script can use; then
//! what to look at, and what to type.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::serve::Running;
use crate::card::Card;
use crate::domain::At;

/// One step of the story.
enum Step {
    Say(&'static str, &'static str, &'static str),
    /// In the thread of the newest case of a channel.
    Reply(&'static str, &'static str, &'static str),
    /// Press the button with this label on the newest case's card.
    Press(&'static str, &'static str, &'static str),
    /// Answered in private, so shown where the story is watched.
    Ask(&'static str, &'static str, &'static str),
    NextWake,
    Advance(&'static str),
}

use Step::{Advance, Ask, NextWake, Press, Reply, Say};

/// Where the story is told.
const CHANNEL: &str = "credit-ai";

/// An incident, an approval with a nudge and a breach, a delegation, the votes, a resolution, and how all of that was kept.
const STORY: &[Step] = &[
    Say("maya", CHANNEL, "Morning. The overnight batch scored 4,100 applications; decline rate looks high to me."),
    Say("dev", CHANNEL, "How high?"),
    Say("maya", CHANNEL, "31 % for Pune, 12 % everywhere else. Nothing in the release notes explains that."),
    Say(
        "maya",
        CHANNEL,
        "/incident open credit-scoring sev2 \"Decline rate for Pune three times the average\" class=output.bias impact=unclear",
    ),
    Press("dev", CHANNEL, "Acknowledge"),
    Say("dev", CHANNEL, "/incident role INC-1 lead @dev"),
    Reply(
        "dev",
        CHANNEL,
        "Pulling last night's feature values. Looks like the branch code is being used as income band.",
    ),
    Say(
        "dev",
        CHANNEL,
        "/incident update INC-1 Scoring for Pune is held back; the rest goes on. Next word within the hour.",
    ),
    Say("maya", CHANNEL, "/approval request credit-scoring \"Roll the feature store back to release 41\""),
    // Seats are nagged about, the approvers are nudged, and nobody answers.
    NextWake,
    NextWake,
    Say(
        "priya",
        CHANNEL,
        "/incident assess INC-1 312 applications from Pune were declined that should not have been. Nobody else is affected.",
    ),
    Say("tomas", CHANNEL, "/approval delegate @henrik tomorrow 18:00 at the regulator's all day"),
    Advance("2h"),
    Say("priya", CHANNEL, "/approval approve APR-1 checked against release 41's validation report"),
    Press("anika", CHANNEL, "Approve"),
    Say("dev", CHANNEL, "/incident contain INC-1 The feature store is back on release 41; Pune is scored as before."),
    Say(
        "dev",
        CHANNEL,
        "/incident followup INC-1 @ravi tomorrow 17:00 a test that fails when a branch code reads as an income",
    ),
    Say("dev", CHANNEL, "/incident resolve INC-1 The 312 applications were scored again; 268 of them are approved."),
    Ask("lena", CHANNEL, "/sla digest"),
];

/// Plays the story at a watchable pace. Does nothing in a folder in which something was said before. `data` is that folder, as
/// it is typed at the command line.
///
/// # Errors
/// What the room refused; the story is held by a test, so that says something about the folder or the policy.
pub async fn play(running: &Running, data: &Path, pace: Duration) -> anyhow::Result<()> {
    let mut script = Script { router: running.router.clone(), host: running.address.to_string() };
    let before = script.get(&format!("/room/api/messages?as=maya&channel={CHANNEL}")).await?;
    if before["last"].as_i64().unwrap_or(0) > 0 {
        say("This room has a story already. For a new one, name another folder with --data.");
        return Ok(());
    }
    say(&format!("Watch the story as Maya: {}", link(running, "maya")));
    for step in STORY {
        tokio::time::sleep(pace).await;
        script.step(step).await?;
    }
    // Exported at once, it is under a signed head at once.
    running.desk.checkpoint().await?;
    say(&format!(
        "\nThe story is told; the room is yours. Go on as Lena, who owes its review: {}",
        link(running, "lena")
    ));
    say("\nIts evidence, in another terminal while this one runs:");
    let program = std::env::args().next().unwrap_or_else(|| "countersign".to_owned());
    let data = data.display();
    for line in [
        format!("export APR-1 --data {data} --out {data}-APR-1"),
        format!("verify {data}-APR-1"),
        format!("verify --data {data}"),
        format!("digest week --data {data}"),
    ] {
        say(&format!("  {program} {line}"));
    }
    Ok(())
}

/// Where somebody sees the story.
fn link(running: &Running, who: &str) -> String {
    format!("http://{}/?as={who}&channel={CHANNEL}", running.address)
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
            Ask(who, channel, text) => {
                let said = self.post("/room/api/say", json!({ "as": who, "channel": channel, "text": text })).await?;
                let cards: Vec<Card> = serde_json::from_value(said["answers"].clone())?;
                let now = self.get("/room/api/clock").await?["now_us"].as_i64().map_or(At(0), At);
                for card in cards {
                    let answer = card.plain(chrono_tz::UTC, now).replace('\n', "\n  ");
                    say(&format!("\n{text} answers {who}, in private:\n  {answer}"));
                }
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
