//! Who is who on Discord, and how people's words read.

use super::Discord;
use super::directory::platform;
use super::wire::{Id, Member, User};
use super::words::{self, Names};
use crate::ledger::heard::{Account, Belongs};

/// How a message's words are read.
struct Reading<'a> {
    discord: &'a Discord,
    mentions: &'a [User],
}

impl Names for Reading<'_> {
    fn is_me(&self, id: Id) -> bool {
        let directory = self.discord.directory();
        let Some(me) = &directory.me else { return false };
        // A bot has a role of its own name. People who pick that from the list mean the bot.
        me.user == id || directory.role(id).is_some_and(|role| role == me.name)
    }
    fn person(&self, id: Id) -> Option<String> {
        let known = self.discord.door()?.reception.desk.person(&id.to_string(), &platform())?;
        Some(known.to_string())
    }
    fn user(&self, id: Id) -> Option<String> {
        self.mentions.iter().find(|user| user.id == id).map(|user| user.shown().to_owned())
    }
    fn role(&self, id: Id) -> Option<String> {
        self.discord.directory().role(id)
    }
    fn channel(&self, id: Id) -> Option<String> {
        self.discord.directory().place(id).map(|place| place.name.clone()).filter(|name| !name.is_empty())
    }
}

impl Discord {
    pub(super) fn is_me(&self, user: Id) -> bool {
        self.directory().me.as_ref().is_some_and(|me| me.user == user)
    }

    pub(super) fn read_words(&self, text: &str, mentions: &[User]) -> String {
        words::read(text, &Reading { discord: self, mentions })
    }

    pub(super) fn account(user: &User, member: Option<&Member>, is_webhook: bool) -> Account {
        let nick = member.and_then(|member| member.nick.as_deref()).filter(|nick| !nick.is_empty());
        Account {
            id: user.id.to_string(),
            name: nick.unwrap_or(user.shown()).to_owned(),
            bot: user.bot == Some(true) || is_webhook,
            belongs: Belongs::Member,
        }
    }
}

/// Where Discord doesn't say who did it.
pub fn nobody() -> Account {
    Account { bot: true, ..Account::member("discord", "Discord") }
}
