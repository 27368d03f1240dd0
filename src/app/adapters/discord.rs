//! Discord in the program: one adapter, for all of the bot's servers.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use futures_util::future::{BoxFuture, LocalBoxFuture};

use super::{Adapter, Made};
use crate::app::config::{Config, DiscordConfig};
use crate::chat::discord::{self, Discord};
use crate::chat::listing::Listing;
use crate::chat::reception::Door;
use crate::chat::{Chats, Finding, Taken};
use crate::domain::policy::Policy;
use crate::domain::{At, Platform};

struct Servers {
    discord: Arc<Discord>,
    settings: DiscordConfig,
}

pub fn adapter(settings: &DiscordConfig) -> Made {
    Ok(Box::new(Servers { discord: Discord::new(settings)?, settings: settings.clone() }))
}

impl Adapter for Servers {
    fn platform(&self) -> Platform {
        discord::platform()
    }
    fn join(&self, chats: Chats) -> Chats {
        chats.with(self.discord.clone())
    }
    /// Discord calls nobody here: all of it comes over the gateway.
    fn called(&self) -> Option<(Router, Option<SocketAddr>)> {
        None
    }
    fn run(&self, door: Door) -> BoxFuture<'static, ()> {
        Box::pin(self.discord.clone().run(door))
    }
    fn take(&self, config: &Config) -> Option<Taken> {
        config.discord.as_ref().map(|new| self.discord.take_settings(new))
    }
    fn listings<'a>(&'a self, server: Option<&'a str>, _now: At) -> LocalBoxFuture<'a, Result<Vec<Listing>, String>> {
        Box::pin(discord::listings(&self.settings, server))
    }
    fn doctor<'a>(&'a self, policy: &'a Policy, now: At) -> LocalBoxFuture<'a, Vec<Finding>> {
        Box::pin(discord::doctor(&self.settings, policy, now))
    }
}
