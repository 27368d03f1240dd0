//! Files that people share: fetched, and kept with their message.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::api::Unfetched;
use super::{PAUSES, Slack, word};
use crate::chat::files::{keep, require_size};
use crate::chat::retry::{Again, patiently};
use crate::ledger::heard::File;

/// How often a file is asked for before its message is heard without it.
const TRIES: u32 = 6;
/// How long the files of one message may take together. Their channel waits meanwhile, so that what is said there keeps
/// its order.
const WITHIN: Duration = Duration::from_secs(4 * 60);

impl Slack {
    /// The files of a message, kept; and why some are not.
    pub(super) async fn files(&self, message: &Json) -> (Vec<File>, Vec<Json>) {
        let (mut kept, mut not_kept) = (Vec::new(), Vec::new());
        let until = Instant::now() + WITHIN;
        let Some(door) = self.door() else { return (kept, not_kept) };
        for file in message["files"].as_array().into_iter().flatten() {
            let name = match word(file, "name") {
                "" => word(file, "id"),
                name => name,
            };
            match self.fetched(file, until).await {
                Ok(bytes) => match keep(&door.data, name, bytes).await {
                    Ok(file) => kept.push(file),
                    Err(error) => {
                        tracing::error!(%error, "a file can't be kept");
                        not_kept.push(json!({ "name": name, "why": "it couldn't be written" }));
                    }
                },
                Err(why) => not_kept.push(json!({ "name": name, "why": why })),
            }
        }
        (kept, not_kept)
    }

    /// The bytes of a file; tries again until a moment.
    async fn fetched(&self, file: &Json, until: Instant) -> Result<Vec<u8>, String> {
        let again = |why: &Unfetched| {
            let Unfetched::ForNow(trouble) = why else { return Again::Stop };
            let asked = trouble.asks_to_wait();
            if asked.is_some_and(|asked| Instant::now() + asked >= until) {
                return Again::Stop;
            }
            tracing::warn!(platform = %self.platform, %trouble, "a file can't be fetched yet");
            Again::Try(asked)
        };
        match tokio::time::timeout_at(until, patiently(PAUSES, TRIES, again, || self.bytes_of(file))).await {
            Ok(fetched) => fetched.map_err(|why| why.to_string()),
            Err(_) => Err("it took too long".to_owned()),
        }
    }

    async fn bytes_of(&self, file: &Json) -> Result<Vec<u8>, Unfetched> {
        let mut file = file.clone();
        let never = |why: &str| Err(Unfetched::Never(why.to_owned()));
        // Files from another company's workspace come as an id alone.
        if word(&file, "file_access") == "check_file_info" || file["url_private"].is_null() && file["mode"].is_null() {
            let asked = self.api.get("files.info", &[("file", word(&file, "id").to_owned())]).await;
            file = asked.map_err(Unfetched::of)?["file"].take();
        }
        match word(&file, "mode") {
            "tombstone" => return never("it was deleted"),
            "hidden_by_limit" => return never("Slack hides it: the workspace's plan has run out of room"),
            _ => {}
        }
        if file["is_external"].as_bool() == Some(true) {
            return never("it lies outside Slack");
        }
        require_size(file["size"].as_u64().unwrap_or(0))?;
        let url = file["url_private_download"].as_str().or(file["url_private"].as_str()).unwrap_or_default();
        self.api.download(url, word(&file, "mimetype") == "text/html").await
    }
}
