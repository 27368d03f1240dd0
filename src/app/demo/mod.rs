//! The guided start: a day of one workflow, told into the room through the same HTTP API that its page and any script can use,
//! and told along in the terminal; then what to look at, and what to type.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use chrono::{Days, NaiveDate, NaiveTime, TimeZone as _};
use chrono_tz::Tz;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::app::serve::Running;
use crate::card::{Card, plain, wall};
use crate::desk::DeskHandle;
use crate::domain::policy::{self, Policy};
use crate::domain::{At, CaseId, PersonId};
use crate::evidence::bundle;

mod story;

use self::story::{STORY, Scene};

/// Where the story is told.
const CHANNEL: &str = "credit-ai";
/// Where most of its people work: its times of day are of this zone.
const ZONE: Tz = chrono_tz::Asia::Kolkata;
/// Whose page sees what the bot says in the channel.
const READER: &str = "maya";
/// How wide a line in the terminal gets, and where what somebody says begins in it.
const WIDTH: usize = 110;
const INDENT: usize = 14;

/// The first folder of this name, or of the name with a number, that isn't there yet: a story is never told over another.
pub fn free(name: &Path) -> PathBuf {
    let numbered = |n: u32| PathBuf::from(format!("{}-{n}", name.display()));
    let names = std::iter::once(name.to_owned()).chain((2..).map(numbered));
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| name.to_owned())
}

/// When the story begins: on the morning of a day that is over, so that nothing of it lies in the future. On that day and on the
/// next one everybody works.
pub fn begins(now: At) -> Option<At> {
    let policy = Policy::read(policy::EXAMPLE).ok()?;
    let today = now.utc()?.with_timezone(&ZONE).date_naive();
    let is_open = |at: At| policy.calendars.values().all(|calendar| calendar.is_open(at));
    let work = |day: NaiveDate| moment(day, "14:00").is_some_and(is_open);
    let mut days = (2..60).filter_map(|ago| today.checked_sub_days(Days::new(ago)));
    let day = days.find(|day| work(*day) && day.succ_opt().is_some_and(work))?;
    moment(day, "09:30")
}

/// A time of a day, in the story's zone.
fn moment(day: NaiveDate, time: &str) -> Option<At> {
    let time = NaiveTime::parse_from_str(time, "%H:%M").ok()?;
    Some(ZONE.from_local_datetime(&day.and_time(time)).single()?.to_utc().into())
}

/// The story, and the bot that it is told to.
pub struct Story {
    router: Router,
    desk: DeskHandle,
    host: String,
    data: PathBuf,
    pace: Duration,
    /// Up to which entry the channel was read.
    read: i64,
    /// Up to which moment that is known: what the bot says later it says because time has passed.
    seen: At,
}

impl Story {
    /// `data` is the folder of the bot, as it is typed at the command line.
    pub fn of(running: &Running, data: &Path, pace: Duration) -> Story {
        Story {
            router: running.router.clone(),
            desk: running.desk.clone(),
            host: running.address.to_string(),
            data: data.to_owned(),
            pace,
            read: 0,
            seen: At(0),
        }
    }

    /// Tells it at a watchable pace. Tells nothing in a room in which something was said before.
    ///
    /// # Errors
    /// What the room refused; the story is held by a test, so that says something about the folder or the policy.
    pub async fn told(mut self) -> anyhow::Result<()> {
        if self.news().await?.is_empty() {
            line(&format!("The story is told in the room as well. Watch it there as Maya: {}", self.link(READER)));
            for scene in STORY {
                self.scene(scene).await?;
                tokio::time::sleep(self.pace).await;
            }
            line("\nThe story is told, and the room is yours. Its time stands still until you move it.");
            self.what_next();
        } else {
            line(
                "This room has a story already, and is as it was left. For a new one, name another folder with --data.",
            );
            line(&format!("Go on there as Lena: {}", self.link("lena")));
        }
        Ok(())
    }

    fn what_next(&self) {
        line(&format!("Go on as Lena, who leads the incident and owes its review: {}", self.link("lena")));
        line("There, for example:");
        for (typed, what) in [
            ("/incident review INC-1", "the review, drafted from the ledger"),
            ("/incident timeline INC-1", "what happened, in order"),
            ("/rollback status RBK-1", "what the way back took"),
            ("/sla mine", "what Lena owes"),
            ("/sla redflags", "what is unwise, on paper and in what happened"),
        ] {
            line(&format!("  {typed:<26} {what}"));
        }
        line("The evidence, in another terminal, while this one runs:");
        let (program, data) = (program(), self.data.display());
        for typed in [
            format!("verify --data {data}"),
            format!("export APR-1 --data {data} --out {}", free(&self.bundle("APR-1")).display()),
            format!("digest week --data {data}"),
        ] {
            line(&format!("  {program} {typed}"));
        }
        line("An agreement of your own begins with the example, which explains every table:");
        line(&format!("  {program} policy example"));
    }

    /// Where somebody sees the story.
    fn link(&self, who: &str) -> String {
        format!("http://{}/?as={who}&channel={CHANNEL}", self.host)
    }

    fn bundle(&self, case: &str) -> PathBuf {
        PathBuf::from(format!("{}-{case}", self.data.display()))
    }

    async fn scene(&mut self, scene: &Scene) -> anyhow::Result<()> {
        match scene {
            Scene::Chapter(title, about) => {
                line(&format!("\n── {title} {}", "─".repeat(WIDTH.saturating_sub(title.chars().count() + 4))));
                wrapped("", about);
                line("");
            }
            Scene::Say(at, who, text) => {
                self.until(at).await?;
                self.says(at, who, text);
                let body = json!({ "as": who, "channel": CHANNEL, "text": text });
                self.acts(who, "/room/api/say", body).await?;
            }
            Scene::Reply(at, who, case, text) => {
                self.until(at).await?;
                self.says(at, who, &format!("(in the thread of {case}) {text}"));
                let card = self.card_of(who, case).await?;
                let body = json!({ "as": who, "channel": CHANNEL, "text": text, "thread": card["id"] });
                self.acts(who, "/room/api/say", body).await?;
            }
            Scene::Press(at, who, case, label) => {
                self.until(at).await?;
                self.says(at, who, &format!("presses [{label}] on {case}"));
                let card = self.card_of(who, case).await?;
                let buttons = card["card"]["buttons"].as_array().cloned().unwrap_or_default();
                let button = buttons.iter().find(|button| button["label"] == *label);
                let action = button.with_context(|| format!("{case} has no button “{label}”"))?["action"].clone();
                let body = json!({ "as": who, "message": card["id"], "action": action });
                self.acts(who, "/room/api/press", body).await?;
            }
            Scene::Until(at) => self.until(at).await?,
            Scene::Evidence(case) => self.evidence(case).await?,
        }
        Ok(())
    }

    fn says(&self, at: &str, who: &str, text: &str) {
        wrapped(&format!("{at}  {who:<6} "), text);
    }

    /// What somebody does, and what the bot answers in private: in the times of whoever reads it.
    async fn acts(&mut self, who: &str, path: &str, body: Value) -> anyhow::Result<()> {
        let said = self.post(path, body).await?;
        let cards: Vec<Card> = serde_json::from_value(said["answers"].clone()).unwrap_or_default();
        let shown = self.desk.shown();
        let zone = shown.policy.people.get(&PersonId::from(who)).map_or(ZONE, |person| person.zone);
        for card in cards {
            wrapped(&format!("{:INDENT$}", ""), &format!("→ {}", card.plain(zone, self.seen)));
        }
        Ok(())
    }

    /// Lets time pass, and says what the bot says in the channel on the way, as it stands at that moment.
    async fn until(&mut self, at: &str) -> anyhow::Result<()> {
        loop {
            let clock = self.get("/room/api/clock").await?;
            let now = clock["now_us"].as_i64().map(At).context("the room has a clock")?;
            let day = now.utc().context("the clock shows a day")?.with_timezone(&ZONE).date_naive();
            let then = moment(day, at).context("a time of that day")?;
            let next = clock["next_wake_us"].as_i64().map(At).filter(|next| *next > now && *next < then);
            let seconds = ((next.unwrap_or(then) - now).0 + 999_999) / 1_000_000;
            if seconds > 0 {
                self.post("/room/api/clock", json!({ "advance": format!("{seconds}s") })).await?;
            }
            for message in self.news().await? {
                let said = At(message["at_us"].as_i64().unwrap_or(0));
                if message["author"]["bot"] == true && said > self.seen {
                    let card: Card = serde_json::from_value(message["card"].clone())?;
                    self.says(&wall(said, ZONE, said), "bot", &plain(&card.title, ZONE, said));
                }
            }
            self.seen = next.unwrap_or(then).max(now);
            if next.is_none() {
                return Ok(());
            }
        }
    }

    /// Exported at once, it is under a signed head at once.
    async fn evidence(&self, case: &str) -> anyhow::Result<()> {
        self.desk.checkpoint().await?;
        let (data, out) = (&self.data, free(&self.bundle(case)));
        let typed = format!("{} export {case} --data {} --out {}", program(), data.display(), out.display());
        line(&format!("$ {typed}"));
        let id: CaseId = case.parse().map_err(|_| anyhow::anyhow!("{case} is no case"))?;
        wrapped("", &bundle::export(data, id, &out).await?.to_string());
        let key = self.data.join("keys/ledger.vkey");
        let typed = format!("{} verify {} --key \"$(cat {})\"", program(), out.display(), key.display());
        line(&format!("$ {typed}"));
        let verdict = bundle::verify(&out, Some(tokio::fs::read_to_string(key).await?.trim()))?;
        wrapped("", &verdict.to_string());
        line("");
        Ok(())
    }

    /// What came into the channel since it was read last.
    async fn news(&mut self) -> anyhow::Result<Vec<Value>> {
        let after = self.read;
        let found = self.get(&format!("/room/api/messages?as={READER}&channel={CHANNEL}&after={after}")).await?;
        self.read = found["last"].as_i64().unwrap_or(after);
        Ok(found["messages"].as_array().cloned().unwrap_or_default())
    }

    /// The card of a case, as somebody sees it. It is posted a moment after its case is opened.
    async fn card_of(&self, who: &str, case: &str) -> anyhow::Result<Value> {
        let begins = |message: &Value| message["card"]["title"][0]["case"] == case && message["thread"].is_null();
        for _ in 0..200 {
            let found = self.get(&format!("/room/api/messages?as={who}&channel={CHANNEL}")).await?;
            let messages = found["messages"].as_array().cloned().unwrap_or_default();
            if let Some(card) = messages.into_iter().find(begins) {
                return Ok(card);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        bail!("no card of {case} came in #{CHANNEL}")
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Request::get(path), Body::empty()).await
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        self.send(request, Body::from(body.to_string())).await
    }

    async fn send(&self, request: axum::http::request::Builder, body: Body) -> anyhow::Result<Value> {
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

/// As it was called: what is printed can be typed as it is.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "countersign".to_owned())
}

/// For whoever watches the terminal; the story goes on where nobody does.
fn line(text: &str) {
    let _nobody_reads = writeln!(std::io::stdout(), "{text}");
}

/// Lines that are broken between words, each part below the first one's beginning.
fn wrapped(begin: &str, text: &str) {
    let indent = " ".repeat(begin.chars().count());
    let mut begin = begin.to_owned();
    for text in text.lines() {
        let mut row = String::new();
        for word in text.split(' ') {
            if !row.is_empty() && begin.chars().count() + row.chars().count() + 1 + word.chars().count() > WIDTH {
                line(&format!("{begin}{row}"));
                (begin, row) = (indent.clone(), String::new());
            }
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(word);
        }
        line(&format!("{begin}{row}"));
        begin.clone_from(&indent);
    }
}
