//! An export of a Slack workspace as it lies in a folder: which conversations there are, and what a file of one says. Nobody vouches for
//! any of it: what doesn't look as Slack writes it is left out, and counted.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::ImportError;
use crate::domain::At;
use crate::domain::WhyNotKept;
use crate::domain::mark::Words;
use crate::grammar::clean;
use crate::ledger::heard::{Account, Belongs, NotKept, What};

/// A day of one channel is never so large.
const FILE: u64 = 64 << 20;
/// Slack's own limit is 40,000 characters.
const TEXT: usize = 200_000;
/// Slack's ids are about a dozen characters.
const ID: usize = 32;
const NAME: usize = 80;
/// Written by people and bots.
const WORDS: [&str; 5] = ["", "bot_message", "file_share", "me_message", "thread_broadcast"];
/// Fields of a message that are kept for what they are, or say nothing of what was said.
const UNDERSTOOD: [&str; 9] =
    ["type", "subtype", "user", "text", "ts", "thread_ts", "client_msg_id", "team", "user_profile"];

pub(super) struct Export {
    users: BTreeMap<String, User>,
    pub conversations: Vec<Conversation>,
    /// Folders of conversations that the export's own lists don't name.
    pub unlisted: usize,
}

struct User {
    name: String,
    bot: bool,
    guest: bool,
}

pub(super) struct Conversation {
    /// Slack's id of it.
    pub id: String,
    /// A private channel, or direct messages.
    pub private: bool,
    /// Its days, the oldest first.
    pub days: Vec<PathBuf>,
    /// Files in its folder that are no day's.
    pub strange: usize,
}

/// What one message of an export comes to.
#[derive(Debug)]
pub(super) struct Said {
    /// As the platform's own history would tell it, without the platform's name.
    pub cause: String,
    /// The platform's id of the message.
    pub ts: String,
    pub at: At,
    pub from: Account,
    pub thread: Option<String>,
    pub what: What,
    pub not_kept: Vec<NotKept>,
    /// As the export has it, where that says more.
    pub raw: Option<String>,
    pub edited: bool,
}

impl Export {
    /// # Errors
    /// [`ImportError::NotAnExport`].
    pub fn open(unpacked: &Path, archive: &Path) -> Result<Export, ImportError> {
        let no_export = || ImportError::NotAnExport(archive.to_owned());
        let root = match unpacked.join("channels.json").is_file() {
            true => unpacked.to_owned(),
            // Some archivers put everything into one folder.
            false => match &folders(unpacked)[..] {
                [one] if one.join("channels.json").is_file() => one.clone(),
                _ => return Err(no_export()),
            },
        };
        let list = |name: &str| match root.join(name) {
            path if path.is_file() => read(&path).map_err(|_| no_export()),
            _ => Ok(Vec::new()),
        };
        let mut conversations: Vec<(PathBuf, Conversation)> = Vec::new();
        for (name, private) in
            [("channels.json", false), ("groups.json", true), ("mpims.json", true), ("dms.json", true)]
        {
            for listed in list(name)? {
                let Some(id) = id(&listed["id"]) else { continue };
                // The folder of direct messages has no name but their id.
                let folder = listed["name"].as_str().filter(|name| is_one_name(name)).unwrap_or(&id);
                let folder = root.join(folder);
                let (days, strange) = days(&folder);
                if folder.is_dir() && conversations.iter().all(|(known, _)| *known != folder) {
                    conversations.push((folder, Conversation { id, private, days, strange }));
                }
            }
        }
        let is_listed = |folder: &PathBuf| conversations.iter().any(|(known, _)| known == folder);
        let unlisted = folders(&root).iter().filter(|folder| !is_listed(folder)).count();
        let users = list("users.json")?.iter().filter_map(user).collect();
        Ok(Export { users, conversations: conversations.into_iter().map(|(_, it)| it).collect(), unlisted })
    }

    /// What a message says; `None`: it doesn't look like one of Slack's.
    pub fn said(&self, channel: &str, message: &Json) -> Option<Said> {
        let text = |name: &str| message[name].as_str().unwrap_or_default();
        let ts = text("ts");
        let at = moment(ts)?;
        if text("type") != "message" || text("text").chars().count() > TEXT {
            return None;
        }
        let subtype = text("subtype");
        let thread = message["thread_ts"].as_str().filter(|thread| moment(thread).is_some() && *thread != ts);
        let from = self.account(message);
        let presence =
            |what: &str| format!("{what}:{channel}:{}:{}", from.id, ts.split('.').next().unwrap_or_default());
        let (cause, what) = match subtype {
            "channel_join" | "group_join" => (presence("join"), What::Joined),
            "channel_leave" | "group_leave" => (presence("left"), What::Left),
            subtype if WORDS.contains(&subtype) => {
                let what =
                    What::Said { message: ts.to_owned(), text: text("text").to_owned(), files: Words::default() };
                (format!("msg:{channel}:{ts}"), what)
            }
            other => {
                let kind = clean::line(other).chars().take(NAME).collect();
                (format!("event:{channel}:{ts}"), What::Other { kind })
            }
        };
        let is_more = message.as_object().is_some_and(|it| it.keys().any(|key| !UNDERSTOOD.contains(&key.as_str())));
        let is_more = is_more || matches!(what, What::Other { .. });
        let files = message["files"].as_array().into_iter().flatten().chain(message.get("file"));
        Some(Said {
            cause,
            ts: ts.to_owned(),
            at,
            thread: thread.map(str::to_owned),
            what,
            not_kept: files.filter_map(file).collect(),
            raw: is_more.then(|| message.to_string()),
            edited: message["edited"].is_object(),
            from,
        })
    }

    /// Whose word it was, by the export.
    fn account(&self, message: &Json) -> Account {
        let (user, bot) = (id(&message["user"]), id(&message["bot_id"]));
        let known = user.as_ref().and_then(|id| self.users.get(id));
        let shown = message["username"].as_str().or_else(|| message["user_profile"]["real_name"].as_str());
        let name = match known {
            Some(known) => known.name.clone(),
            None => name(shown.unwrap_or_default()),
        };
        let is_bot = known.is_some_and(|it| it.bot) || bot.is_some();
        let belongs = if known.is_some_and(|it| it.guest) { Belongs::Guest } else { Belongs::Member };
        Account { id: user.or(bot).unwrap_or_else(|| "unknown".to_owned()), name, bot: is_bot, belongs }
    }
}

/// The messages of a file, or why it is none of an export.
pub(super) fn read(path: &Path) -> Result<Vec<Json>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    file.take(FILE + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > FILE {
        return Err("it is too large".to_owned());
    }
    // A file that was cut off is as little worth as one that never was any.
    serde_json::from_slice(&text).map_err(|error| format!("it is no list of messages: {error}"))
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut all: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    all.sort();
    all
}

/// The files of days in a conversation's folder, the oldest first, and how many others there are.
fn days(folder: &Path) -> (Vec<PathBuf>, usize) {
    let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_day = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let day = name.strip_suffix(".json").filter(|day| day.len() == 10);
        path.is_file() && day.is_some_and(|day| chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok())
    };
    let (mut days, others): (Vec<PathBuf>, Vec<PathBuf>) = files.partition(is_day);
    days.sort();
    (days, others.len())
}

fn user(listed: &Json) -> Option<(String, User)> {
    let profile = &listed["profile"];
    let shown = [&profile["display_name"], &profile["real_name"], &listed["real_name"], &listed["name"]];
    let shown = shown.into_iter().filter_map(Json::as_str).find(|name| !name.trim().is_empty());
    let guest = listed["is_restricted"] == true || listed["is_ultra_restricted"] == true;
    let bot = listed["is_bot"] == true;
    Some((id(&listed["id"])?, User { name: name(shown.unwrap_or_default()), bot, guest }))
}

fn file(file: &Json) -> Option<NotKept> {
    let shown = [&file["name"], &file["title"]].into_iter().find_map(Json::as_str).unwrap_or_default();
    let bytes = file["size"].as_u64();
    Some(NotKept { file: id(&file["id"])?, name: name(shown), bytes, why: WhyNotKept::NotExported })
}

/// A name of somebody else's.
fn name(shown: &str) -> String {
    match clean::line(shown).chars().take(NAME).collect::<String>() {
        nameless if nameless.trim().is_empty() => "nobody by the export".to_owned(),
        name => name,
    }
}

/// One of Slack's ids. `None`: anything else that stands in the place of one.
fn id(value: &Json) -> Option<String> {
    let id = value.as_str()?;
    let is_id =
        (1..=ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_id.then(|| id.to_owned())
}

/// Names a folder beside the lists, and nothing elsewhere.
fn is_one_name(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\', '\0'])
}

/// `1452883510.000007` is a moment and an id at once.
fn moment(ts: &str) -> Option<At> {
    let (seconds, micros) = ts.split_once('.')?;
    let digits =
        |text: &str, at_most: usize| (1..=at_most).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(seconds, 11) || !digits(micros, 6) {
        return None;
    }
    let micros: i64 = format!("{micros:0<6}").parse().ok()?;
    Some(At(seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_no_id_and_no_moment_of_slacks_is_none() {
        assert_eq!(moment("1452883510.000007"), Some(At(1_452_883_510_000_007)));
        for wrong in ["", "1", "1.", ".1", "-1.000000", "1.0000001", "1e9.000000", "999999999999.000000", "1.00000a"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
        assert_eq!(id(&json!("U0BMQB6JE")).as_deref(), Some("U0BMQB6JE"));
        for wrong in
            [json!(""), json!("maya"), json!("../x"), json!("a b"), json!(5), json!("x".repeat(40)), json!("U1\u{0}")]
        {
            assert_eq!(id(&wrong), None, "{wrong}");
        }
        assert!(is_one_name("général") && !is_one_name("..") && !is_one_name("a/b") && !is_one_name(""));
    }
}
