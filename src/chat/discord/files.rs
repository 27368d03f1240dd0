//! Files that come with messages: fetched, kept, and remembered, because Discord doesn't say when one is taken off a
//! message.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::wire::{Attachment, Id, Message};
use super::{Discord, PAUSES, lock};
use crate::chat::files::{keep, require_size};
use crate::chat::retry::{Again, patiently};
use crate::ledger::heard::File;

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

impl Discord {
    /// The files of a message, their bytes kept; and whether all of them were.
    pub(super) async fn files(&self, message: Id, attachments: &[Attachment]) -> (Vec<File>, bool) {
        let mut files = Vec::new();
        for attachment in attachments {
            match self.file(attachment).await {
                Ok(file) => {
                    self.files.remember(message, attachment.id, file.sha256.clone());
                    files.push(file);
                }
                Err(why) => tracing::warn!(why, bytes = attachment.size, "a file from Discord was not kept"),
            }
        }
        let all_kept = files.len() == attachments.len();
        (files, all_kept)
    }

    async fn file(&self, attachment: &Attachment) -> Result<File, String> {
        let door = self.door().ok_or("the bot has stopped")?;
        require_size(attachment.size).map_err(|why| why.to_string())?;
        let again = |_: &String| Again::Try(None);
        let bytes = patiently(PAUSES, TRIES, again, || self.api.fetch(&attachment.url)).await?;
        keep(&door.data, &attachment.filename, bytes).await.map_err(|error| error.to_string())
    }

    /// The files that a message has after an edit: one may have been taken off, and nothing else would say so. Their
    /// bytes are kept, and each is named with their hash. `None`: it has none, and none of them was known.
    pub(super) async fn files_after(&self, message: &Message) -> Option<Value> {
        let attachments = message.attachments.as_ref()?;
        let had_some = self.files.knows(message.id);
        if attachments.is_empty() && !had_some {
            return None;
        }
        let mut files = Vec::new();
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
                Err(why) => {
                    tracing::warn!(why, bytes = attachment.size, "a file from Discord was not kept");
                    file["not_kept"] = json!(why);
                }
            }
            files.push(file);
        }
        Some(Value::Array(files))
    }
}
