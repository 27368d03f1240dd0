//! Files that people share: fetched, and kept with their message; which of them were deleted since.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::api::{Trouble, Unfetched};
use super::hear::FromSlack;
use super::{PAUSES, Slack, lock, moment, word};
use crate::chat::files::{Announced, keep, require_size};
use crate::chat::retry::{Again, patiently};
use crate::domain::Lane;
use crate::domain::WhyNotKept;
use crate::ledger::heard::{File, Heard, NotKept, What};

/// How often a file is asked for before its message is heard without it.
const TRIES: u32 = 6;
/// How long the files of one message may take together. Their channel waits meanwhile, so that what is said there keeps
/// its order.
const WITHIN: Duration = Duration::from_secs(4 * 60);

/// Where a file was shared.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    channel: String,
    message: String,
    thread: Option<String>,
    name: String,
}

impl Slack {
    /// The files of a message, kept; and those that couldn't be.
    pub(super) async fn files(&self, message: &Json, channel: &str) -> (Vec<File>, Vec<NotKept>) {
        let (mut kept, mut not_kept) = (Vec::new(), Vec::new());
        let until = Instant::now() + WITHIN;
        let Some(door) = self.door() else { return (kept, not_kept) };
        for file in message["files"].as_array().into_iter().flatten() {
            let id = word(file, "id");
            let name = match word(file, "name") {
                "" => id,
                name => name,
            };
            let shared = Shared {
                channel: channel.to_owned(),
                message: word(message, "ts").to_owned(),
                thread: super::hear::thread_of(message),
                name: name.to_owned(),
            };
            lock(&self.shared).put(id.to_owned(), shared);
            let why = match self.fetched(file, until).await {
                Ok(bytes) => match keep(&door.blobs, name, bytes).await {
                    Ok(file) => {
                        kept.push(file);
                        continue;
                    }
                    Err(error) => {
                        tracing::error!(platform = %self.platform, %error, "a file can't be kept");
                        WhyNotKept::Unwritten
                    }
                },
                Err(why) => why,
            };
            tracing::warn!(platform = %self.platform, file = id, %why, "a file isn't kept");
            not_kept.push(NotKept { file: id.to_owned(), name: name.to_owned(), bytes: file["size"].as_u64(), why });
        }
        (kept, not_kept)
    }

    /// The bytes of a file; tries again until a moment.
    async fn fetched(&self, file: &Json, until: Instant) -> Result<Vec<u8>, WhyNotKept> {
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
            Ok(Err(Unfetched::Never(why))) => Err(why),
            Ok(Err(Unfetched::ForNow(_))) | Err(_) => Err(WhyNotKept::Unreachable),
            Ok(Ok(bytes)) => Ok(bytes),
        }
    }

    async fn bytes_of(&self, file: &Json) -> Result<Vec<u8>, Unfetched> {
        // Files from another company's workspace come as an id alone.
        if word(file, "file_access") == "check_file_info" || file["url_private"].is_null() && file["mode"].is_null() {
            return self.downloaded(&self.file_as_it_is(file).await?).await;
        }
        match self.downloaded(file).await {
            // A file can be edited between the message and now: then Slack announces another size.
            Err(Unfetched::Never(WhyNotKept::OtherBytes)) => self.downloaded(&self.file_as_it_is(file).await?).await,
            downloaded => downloaded,
        }
    }

    async fn file_as_it_is(&self, file: &Json) -> Result<Json, Unfetched> {
        let asked = self.api.get("files.info", &[("file", word(file, "id").to_owned())]).await;
        Ok(asked.map_err(Unfetched::of)?["file"].take())
    }

    async fn downloaded(&self, file: &Json) -> Result<Vec<u8>, Unfetched> {
        match word(file, "mode") {
            "tombstone" => return Err(Unfetched::Never(WhyNotKept::Gone)),
            "hidden_by_limit" => return Err(Unfetched::Never(WhyNotKept::Hidden)),
            _ => {}
        }
        if file["is_external"].as_bool() == Some(true) {
            return Err(Unfetched::Never(WhyNotKept::Elsewhere));
        }
        let announced = Announced { bytes: file["size"].as_u64(), kind: word(file, "mimetype") };
        require_size(announced.bytes.unwrap_or(0))?;
        let url = file["url_private_download"].as_str().or(file["url_private"].as_str()).unwrap_or_default();
        self.api.download(url, &announced).await
    }

    /// The files that an edit shows as deleted, as many entries: whoever takes evidence away leaves a trace.
    pub(super) async fn deleted_files(&self, source: &FromSlack<'_>, channel: &str, lane: &Lane) -> Vec<Heard> {
        let (new, old) = (&source.event["message"], &source.event["previous_message"]);
        let files = |message: &Json| message["files"].as_array().cloned().unwrap_or_default();
        let is_gone = |file: &Json| word(file, "mode") == "tombstone";
        let stands = |id: &str| files(new).iter().any(|file| word(file, "id") == id && !is_gone(file));
        let mut gone: Vec<(String, String)> = Vec::new();
        // Its name stands in the message as it was; of a file that was deleted before, neither has one.
        for file in
            files(old).iter().filter(|file| !is_gone(file)).chain(files(new).iter().filter(|file| is_gone(file)))
        {
            let id = word(file, "id");
            if !stands(id) && !gone.iter().any(|(known, _)| known == id) {
                gone.push((id.to_owned(), word(file, "name").to_owned()));
            }
        }
        let mut all = Vec::new();
        for (file, name) in gone {
            let shared = Shared {
                channel: channel.to_owned(),
                message: word(new, "ts").to_owned(),
                thread: super::hear::thread_of(new),
                name,
            };
            let from = self.account(new).await;
            let heard = Heard { backfilled: source.backfilled, ..self.file_deleted(&file, shared, from, lane.clone()) };
            all.push(Heard { said: moment(word(source.event, "event_ts")), ..heard });
        }
        all
    }

    /// `file_deleted` says which file, and neither where nor whose. `None`: no message is known that had it.
    pub(super) async fn deleted_file(&self, event: &Json) -> Option<Heard> {
        let file = word(event, "file_id");
        let shared = lock(&self.shared).get(file).cloned()?;
        let lane = self.lane_of(&shared.channel);
        let from = self.account(&json!({ "user": word(event, "user_id") })).await;
        self.keeps(&lane)
            .then(|| Heard { said: moment(word(event, "event_ts")), ..self.file_deleted(file, shared, from, lane) })
    }

    fn file_deleted(&self, file: &str, shared: Shared, from: crate::ledger::heard::Account, lane: Lane) -> Heard {
        let name = match shared.name.as_str() {
            "" => lock(&self.shared).get(file).map(|known| known.name.clone()).unwrap_or_default(),
            name => name.to_owned(),
        };
        // Slack tells it twice, by the file and by its message; both have this cause.
        let cause = format!("{}:file-del:{}:{}:{file}", self.platform, shared.channel, shared.message);
        let what = What::FileDeleted { message: shared.message, file: file.to_owned(), name };
        Heard { thread: shared.thread, ..Heard::live(cause, from, lane, what) }
    }
}

impl Unfetched {
    pub(super) fn of(trouble: Trouble) -> Unfetched {
        match &trouble {
            Trouble::Said(_)
                if trouble.is(&["missing_scope", "no_permission", "access_denied", "not_authed", "invalid_auth"]) =>
            {
                Unfetched::Never(WhyNotKept::NotAllowed)
            }
            Trouble::Said(_) => Unfetched::Never(WhyNotKept::Gone),
            Trouble::Limited { .. } | Trouble::Unreached(_) | Trouble::Unknown(_) => Unfetched::ForNow(trouble),
        }
    }
}
