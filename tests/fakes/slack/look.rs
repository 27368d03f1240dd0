//! What a test sees: messages as they stand, what somebody was shown in private, which calls were made, what was wrong.

use std::time::Instant;

use chrono_tz::Tz;
use serde_json::Value;

use super::render::{self, Button, Eyes};
use super::views::OpenView;
use super::world::Message;
use super::{FakeSlack, PATIENCE};

/// A call of a Web API method, or of a response URL (`response_url`).
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    pub args: Value,
    pub at: Instant,
    /// What was answered; nothing yet while it is under way, or where no answer was given.
    pub answer: Option<Value>,
}

impl Call {
    /// Slack's refusal.
    pub fn error(&self) -> Option<&str> {
        self.answer.as_ref()?["error"].as_str()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// chat.postEphemeral
    Ephemeral,
    /// With the acknowledgement of a command.
    Ack,
    /// Through a response URL.
    ResponseUrl,
}

/// What one person alone was shown.
#[derive(Clone, Debug)]
pub struct Shown {
    pub user: String,
    pub channel: String,
    pub ts: String,
    pub thread_ts: Option<String>,
    pub text: String,
    pub blocks: Vec<Value>,
    pub source: Source,
    /// How many times it was replaced in place.
    pub replaced: u32,
}

impl FakeSlack {
    /// A channel as it stands, in the order of its timestamps, replies included.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        self.state().world.channel(channel).map(|channel| channel.messages.clone()).unwrap_or_default()
    }

    pub fn message(&self, channel: &str, ts: &str) -> Option<Message> {
        self.state().world.message(channel, ts).cloned()
    }

    pub fn last_message(&self, channel: &str) -> Message {
        self.messages(channel).pop().unwrap_or_else(|| panic!("nothing was said in {channel}"))
    }

    /// The replies of a thread, without its first message.
    pub fn thread(&self, channel: &str, ts: &str) -> Vec<Message> {
        self.state().world.replies(channel, ts).into_iter().cloned().collect()
    }

    /// A channel's id, by its name.
    pub fn channel_named(&self, name: &str) -> Option<String> {
        let state = self.state();
        state.world.channels.values().find(|channel| channel.name == name).map(|channel| channel.id.clone())
    }

    pub fn channel(&self, id: &str) -> Option<super::world::Channel> {
        self.state().world.channel(id).cloned()
    }

    pub fn user(&self, id: &str) -> Option<super::world::User> {
        self.state().world.users.get(id).cloned()
    }

    /// The timestamps that are pinned.
    pub fn pins(&self, channel: &str) -> Vec<String> {
        let pins = self.channel(channel).map(|channel| channel.pins).unwrap_or_default();
        pins.into_iter().map(|(ts, _)| ts).collect()
    }

    /// What is bookmarked: titles and addresses.
    pub fn bookmarks(&self, channel: &str) -> Vec<(String, String)> {
        self.channel(channel).map(|channel| channel.bookmarks).unwrap_or_default()
    }

    /// What chat.postEphemeral showed somebody.
    pub fn ephemerals(&self, user: &str) -> Vec<Shown> {
        self.shown(user, |source| source == Source::Ephemeral)
    }

    /// What somebody was answered, with an acknowledgement or through a response URL.
    pub fn responses(&self, user: &str) -> Vec<Shown> {
        self.shown(user, |source| source != Source::Ephemeral)
    }

    /// Everything that somebody alone was shown.
    pub fn private(&self, user: &str) -> Vec<Shown> {
        self.shown(user, |_| true)
    }

    fn shown(&self, user: &str, from: impl Fn(Source) -> bool) -> Vec<Shown> {
        let state = self.state();
        state.shown.iter().filter(|shown| shown.user == user && from(shown.source)).cloned().collect()
    }

    /// Somebody's open modals, the topmost last.
    pub fn views(&self, user: &str) -> Vec<OpenView> {
        self.state().views.get(user).cloned().unwrap_or_default()
    }

    pub fn home(&self, user: &str) -> Option<OpenView> {
        self.state().homes.get(user).cloned()
    }

    /// Who is in a user group.
    pub fn group(&self, group: &str) -> Vec<String> {
        self.state().world.groups.get(group).expect("a user group").members.clone()
    }

    pub fn calls(&self, method: &str) -> Vec<Call> {
        self.state().calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    pub fn all_calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// The bytes of a file that was uploaded, by the bot or by somebody.
    pub fn file_bytes(&self, id: &str) -> Option<Vec<u8>> {
        self.state().world.files.get(id).map(|file| file.bytes.clone())
    }

    /// Waits until it is so. The limit only ends a test that would hang.
    #[track_caller]
    pub fn wait_for(&self, what: &str, mut so: impl FnMut(&FakeSlack) -> bool) -> impl Future<Output = ()> {
        let asked = std::panic::Location::caller();
        async move {
            let begun = Instant::now();
            loop {
                self.sound();
                if so(self) {
                    return;
                }
                assert!(begun.elapsed() < PATIENCE, "{asked}: it never came: {what}\n{}", self.story());
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }

    /// Like [`FakeSlack::wait_for`]; gives what it found.
    #[track_caller]
    pub fn find<T>(&self, what: &str, mut found: impl FnMut(&FakeSlack) -> Option<T>) -> impl Future<Output = T> {
        let asked = std::panic::Location::caller();
        async move {
            let begun = Instant::now();
            loop {
                self.sound();
                if let Some(found) = found(self) {
                    return found;
                }
                assert!(begun.elapsed() < PATIENCE, "{asked}: it never came: {what}\n{}", self.story());
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        }
    }

    /// The last calls, with what they were answered: what one wants to read when a test fails.
    pub fn story(&self) -> String {
        let state = self.state();
        let calls = state.calls.iter().rev().take(20).rev();
        let lines = calls.map(|call| {
            let short = |value: &Value| value.to_string().chars().take(300).collect::<String>();
            format!("  {} {} → {}", call.method, short(&call.args), call.answer.as_ref().map(short).unwrap_or_default())
        });
        lines.chain(state.violations.iter().map(|what| format!("  BREACH {what}"))).collect::<Vec<_>>().join("\n")
    }

    /// Breaches of Slack's rules by the bot, so far.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// Takes them, for a test that provoked them.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.state().violations)
    }

    #[track_caller]
    pub fn assert_clean(&self) {
        self.sound();
        let violations = self.violations();
        assert!(violations.is_empty(), "Slack's rules were broken:\n- {}", violations.join("\n- "));
    }

    /// Panics where the fake itself did something that Slack would not.
    #[track_caller]
    pub fn sound(&self) {
        let own = self.state().own.clone();
        assert!(own.is_empty(), "{}", own.join("\n"));
    }

    /// Blocks as somebody in that zone reads them.
    pub fn render(&self, blocks: &[Value], zone: Tz) -> String {
        let names = self.names();
        Eyes { zone, names: &names }.blocks(blocks)
    }

    /// Text with Slack's markup as somebody in that zone reads it.
    pub fn read(&self, text: &str, zone: Tz) -> String {
        let names = self.names();
        Eyes { zone, names: &names }.mrkdwn(text)
    }

    pub fn buttons(&self, blocks: &[Value]) -> Vec<Button> {
        render::buttons(blocks)
    }

    pub(super) fn names(&self) -> impl Fn(&str) -> String + use<> {
        let state = self.state();
        let users = state.world.users.values().map(|user| (user.id.clone(), user.name.clone()));
        let groups = state.world.groups.values().map(|group| (group.id.clone(), group.handle.clone()));
        let channels = state.world.channels.values().map(|channel| (channel.id.clone(), channel.name.clone()));
        let names: std::collections::BTreeMap<String, String> = users.chain(groups).chain(channels).collect();
        move |id: &str| names.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }
}
