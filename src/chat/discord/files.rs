//! Files that come with messages: fetched, kept, and remembered, because Discord doesn't say when one is taken off a
//! message.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::wire::{Attachment, Id, Message};
use super::{Discord, PAUSES, lock};
use crate::chat::files::{Announced, TooLarge, keep, require_size};
use crate::chat::retry::{Again, patiently};
use crate::domain::WhyNotKept;
use crate::ledger::heard::{File, NotKept};

/// Of how many messages the files are remembered.
const REMEMBERED: usize = 2_000;
/// How often a file is asked for before it is given up.
const TRIES: u32 = 3;

/// Message → its files, and the hash of each.
#[derive(Default)]
pub struct Files {
    by_message: Mutex<BTreeMap<Id, BTreeMap<Id, String>>>,
}

impl Files {
    fn remember(&self, message: Id, file: Id, sha256: String) {
        let mut files = lock(&self.by_message);
        files.entry(message).or_default().insert(file, sha256);
        while files.len() > REMEMBERED {
            files.pop_first();
        }
    }

    fn knows(&self, message: Id) -> bool {
        lock(&self.by_message).contains_key(&message)
    }

    fn hash_of(&self, message: Id, file: Id) -> Option<String> {
        lock(&self.by_message).get(&message)?.get(&file).cloned()
    }
}

/// The files of a message.
#[derive(Default)]
pub struct Kept {
    pub files: Vec<File>,
    pub not_kept: Vec<NotKept>,
}

impl Discord {
    /// The files of a message, their bytes kept; and those that couldn't be.
    pub(super) async fn files(&self, message: &Message) -> Kept {
        let mut kept = Kept::default();
        for attachment in message.files() {
            match self.file(attachment).await {
                Ok(file) => {
                    self.files.remember(message.id, attachment.id, file.sha256.clone());
                    kept.files.push(file);
                }
                Err(why) => kept.not_kept.push(not_kept(attachment, why)),
            }
        }
        kept
    }

    async fn file(&self, attachment: &Attachment) -> Result<File, WhyNotKept> {
        let door = self.door().ok_or(WhyNotKept::Unreachable)?;
        require_size(attachment.size).map_err(|TooLarge| WhyNotKept::TooLarge)?;
        let kind = attachment.content_type.as_deref().unwrap_or_default();
        let announced = Announced { bytes: Some(attachment.size), kind };
        let again = |why: &WhyNotKept| match why {
            WhyNotKept::Unreachable => Again::Try(None),
            WhyNotKept::NotAllowed
            | WhyNotKept::OtherBytes
            | WhyNotKept::Gone
            | WhyNotKept::Hidden
            | WhyNotKept::Elsewhere
            | WhyNotKept::TooLarge
            | WhyNotKept::Unwritten
            | WhyNotKept::NotExported => Again::Stop,
        };
        let bytes = patiently(PAUSES, TRIES, again, || self.api.fetch(&attachment.url, &announced)).await?;
        keep(&door.blobs, &attachment.filename, bytes).await.map_err(|error| {
            tracing::error!(%error, "a file from Discord can't be kept");
            WhyNotKept::Unwritten
        })
    }

    /// The files that a message has after an edit: one may have been taken off, and nothing else would say so. Their
    /// bytes are kept, and each is named with their hash. `None`: it has none, and none of them was known.
    pub(super) async fn files_after(&self, message: &Message) -> Option<(Value, Vec<NotKept>)> {
        let attachments = message.attachments.as_ref()?;
        let had_some = self.files.knows(message.id);
        if attachments.is_empty() && !had_some {
            return None;
        }
        let (mut files, mut lost) = (Vec::new(), Vec::new());
        for attachment in attachments {
            let known = self.files.hash_of(message.id, attachment.id);
            let sha256 = match known {
                Some(sha256) => Ok(sha256),
                None => self.file(attachment).await.map(|file| file.sha256),
            };
            let mut file = json!({ "id": attachment.id, "filename": attachment.filename, "size": attachment.size });
            match sha256 {
                Ok(sha256) => {
                    file["sha256"] = json!(sha256);
                    self.files.remember(message.id, attachment.id, sha256);
                }
                Err(why) => lost.push(not_kept(attachment, why)),
            }
            files.push(file);
        }
        Some((Value::Array(files), lost))
    }
}

fn not_kept(attachment: &Attachment, why: WhyNotKept) -> NotKept {
    tracing::warn!(%why, bytes = attachment.size, "a file from Discord isn't kept");
    let (file, name) = (attachment.id.to_string(), attachment.filename.clone());
    NotKept { file, name, bytes: Some(attachment.size), why }
}
