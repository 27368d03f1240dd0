//! Publishes signed heads where the policy says: in a channel, to a machine outside, as a file. What was published last is known to
//! the bot, so a process that dies in between publishes at most one head twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::clock::Clock;
use crate::desk::{DeskHandle, Gone, RETRY_PAUSE};
use crate::domain::bot::heads::Command as Seen;
use crate::domain::policy::HeadsRule;
use crate::domain::{At, Label, Span, WebhookId};
use crate::ledger::folder;
use crate::seal::Checkpoint;
use crate::store::{Reader, StoreError};
use crate::webhook::caller::KeysOf;
use crate::webhook::schedule;
use crate::webhook::send::{Call, Endpoint, Sender, Tried};

/// How often a machine outside is told one head, where it doesn't take it.
const TRIES: u32 = 4;

pub struct Publisher {
    pub desk: DeskHandle,
    pub reader: Reader,
    /// The data folder.
    pub data: PathBuf,
    pub sender: Sender,
    pub keys: KeysOf,
    /// Where files of heads go. `None`: the operator gave no place.
    pub heads_dir: Option<PathBuf>,
}

impl Publisher {
    /// Runs until the desk is gone. Boxed, because it is large.
    pub fn run(self) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(self.look_on())
    }

    async fn look_on(self) {
        let mut changes = self.desk.watch();
        let publisher = Arc::new(self);
        loop {
            changes.mark_unchanged();
            let shown = publisher.desk.shown();
            let due = shown.policy.heads.as_ref().filter(|_| shown.signed.is_some()).map(|rule| {
                let last = shown.bot.heads.published.as_ref();
                (rule.clone(), last.map_or(publisher.desk.clock.now(), |last| last.at + rule.every))
            });
            match due {
                Some((rule, at)) if at <= publisher.desk.clock.now() => match publisher.publish(&rule).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::error!(%error, "the head to be published can't be read; trying again");
                        tokio::time::sleep(RETRY_PAUSE).await;
                    }
                    Err(Gone) => return,
                },
                due => tokio::select! {
                    changed = changes.changed() => if changed.is_err() { return },
                    () = publisher.desk.clock.wait_until(due.as_ref().map(|(_, at)| *at)), if due.is_some() => {}
                },
            }
        }
    }

    /// Publishes the last head: recorded and posted first, then told outside, while the next one is waited for.
    async fn publish(self: &Arc<Self>, rule: &HeadsRule) -> Result<Result<(), StoreError>, Gone> {
        let note = match self.note().await {
            Ok(note) => note,
            Err(error) => return Ok(Err(error)),
        };
        let Ok(head) = Checkpoint::unverified(&note) else {
            // The database doesn't have it yet.
            tokio::time::sleep(RETRY_PAUSE).await;
            return Ok(Ok(()));
        };
        let names = note.lines().filter_map(|line| line.strip_prefix("— ")?.split(' ').next());
        let by = names.filter(|name| *name != head.origin).map(Label::from).collect();
        let (root, shown) = (Label::from(head.root.to_string()), head.root.to_base64());
        let published = Seen::Publish { origin: head.origin.clone(), size: head.size, root, shown, by };
        self.desk.say_of_heads(published).await?;
        if let Some(webhook) = rule.webhook.clone() {
            let (publisher, note) = (self.clone(), note.clone());
            tokio::spawn(async move { publisher.call(&webhook, &head, &note).await });
        }
        if rule.file {
            let why = match &self.heads_dir {
                None => Some("the settings have no `heads_dir`".to_owned()),
                Some(place) => write(place, &note).await.err().map(|error| error.to_string()),
            };
            if let Some(why) = why {
                self.desk.say_of_heads(Seen::NotPublished { to: Label::from("file"), why }).await?;
            }
        }
        Ok(Ok(()))
    }

    /// The last head; where no witness has cosigned it yet, the last one that they did, if nobody has that one.
    async fn note(&self) -> Result<String, StoreError> {
        let Some((_, _, last)) = self.reader.last_checkpoint().await? else { return Ok(String::new()) };
        let note = self.reader.with_cosignatures(&last).await?;
        let shown = self.desk.shown();
        if note != last || shown.policy.witnessing.witnesses.is_empty() {
            return Ok(note);
        }
        let had = shown.bot.heads.published.as_ref().map_or(0, |published| published.size);
        let cosigned = folder::cosigned_file(&self.data).ok().flatten();
        let is_new = |cosigned: &String| {
            let (ours, head) = (Checkpoint::unverified(&last), Checkpoint::unverified(cosigned));
            ours.is_ok_and(|ours| head.is_ok_and(|head| head.origin == ours.origin && head.size > had))
        };
        Ok(cosigned.filter(is_new).unwrap_or(note))
    }

    /// Tells a machine outside, some times over; then the operators hear that it doesn't take it.
    async fn call(&self, webhook: &WebhookId, head: &Checkpoint, note: &str) {
        let id = format!("msg_{}", self.desk.causes.id_of("\0heads", note));
        let body = json!({
            "type": "head.signed",
            "timestamp": self.desk.clock.now().rfc3339(),
            "data": { "origin": head.origin, "size": head.size, "root": head.root.to_base64(), "checkpoint": note },
        })
        .to_string();
        let mut tries = 0;
        let why = loop {
            let after = match self.endpoint(webhook) {
                Err(why) => break why,
                Ok(endpoint) => {
                    let timestamp_s = Clock::system().0.div_euclid(1_000_000);
                    let call = Call { id: &id, timestamp_s, body: body.as_bytes() };
                    match self.sender.send(&endpoint, &call).await {
                        Tried::Answered(_) | Tried::Begun => return,
                        Tried::Never { why } => break why,
                        Tried::Again { why, after: _ } if tries + 1 == TRIES => break why,
                        Tried::Again { why: _, after } => after,
                    }
                }
            };
            tries += 1;
            let pause: Span = schedule::pause(tries, after, 0).unwrap_or(Span::hours(1));
            let until: At = self.desk.clock.now() + pause;
            while self.desk.clock.now() < until {
                self.desk.clock.wait_until(Some(until)).await;
            }
        };
        // A desk that is gone hears nothing, and that is all there is to it.
        let _gone =
            self.desk.say_of_heads(Seen::NotPublished { to: Label::from(webhook.as_str()), why }).await.is_err();
    }

    fn endpoint(&self, webhook: &WebhookId) -> Result<Endpoint, String> {
        let policy = self.desk.shown().policy;
        let known =
            policy.webhooks.get(webhook).ok_or_else(|| format!("the policy has no webhook {webhook} any more"))?;
        let url = known.url.parse().map_err(|_| format!("the address of {webhook} in the policy can't be read"))?;
        Ok(Endpoint { url, internal: known.internal, keys: (self.keys)(webhook)? })
    }
}

/// Writes a head as `checkpoint` and under its size, so that a folder keeps all of them.
async fn write(place: &Path, note: &str) -> anyhow::Result<()> {
    let (place, note) = (place.to_owned(), note.to_owned());
    let size = Checkpoint::unverified(&note)?.size;
    tokio::task::spawn_blocking(move || {
        folder::make_private_folder(&place)?;
        folder::replace(&place.join(format!("checkpoint-{size}")), note.as_bytes())?;
        folder::replace(&place.join("checkpoint"), note.as_bytes())
    })
    .await??;
    Ok(())
}
