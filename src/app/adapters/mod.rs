//! The platforms that this program was built with, and what it does with each whose settings are there. The features `slack`
//! and `discord` bring them in; no other place in the program asks which of them it has.

use std::net::SocketAddr;

use axum::Router;
use futures_util::future::{BoxFuture, LocalBoxFuture};

use crate::app::config::Config;
use crate::chat::listing::Listing;
use crate::chat::reception::Door;
use crate::chat::rights::Uses;
use crate::chat::{Chats, Finding, Taken};
use crate::domain::policy::Policy;
use crate::domain::{At, Platform};

#[cfg(feature = "discord")]
mod discord;
#[cfg(feature = "slack")]
mod slack;

pub use slack::manifest as slack_manifest;

/// A platform whose settings are there.
pub trait Adapter: Send + Sync {
    fn platform(&self) -> Platform;
    /// Where the courier finds it.
    fn join(&self, chats: Chats) -> Chats;
    /// What the platform itself calls, and where that is listened for, if apart from the room.
    fn called(&self) -> Option<(Router, Option<SocketAddr>)>;
    /// Listens and hands in until it is aborted.
    fn run(&self, door: Door) -> BoxFuture<'static, ()>;
    /// Goes on with the secrets of settings that were read again. `None`: they name this platform no more.
    fn take(&self, config: &Config) -> Option<Taken>;
    /// What there is on the platform to be named in a policy; of one server alone, where it is named.
    fn listings<'a>(&'a self, server: Option<&'a str>, now: At) -> LocalBoxFuture<'a, Result<Vec<Listing>, String>>;
    /// Whether settings, platform and policy fit together.
    fn doctor<'a>(&'a self, policy: &'a Policy, now: At) -> LocalBoxFuture<'a, Vec<Finding>>;
}

type Made = anyhow::Result<Box<dyn Adapter>>;

/// One for each platform that the settings name. Touches no network.
///
/// # Errors
/// An adapter can't be made, or this program was built without it.
pub fn of(config: &Config) -> anyhow::Result<Vec<Box<dyn Adapter>>> {
    config.slack.iter().map(slack::adapter).chain(config.discord.iter().map(discord::adapter)).collect()
}

/// To go on without a word would leave a team waiting for a bot that never comes.
#[cfg(not(all(feature = "slack", feature = "discord")))]
fn left_out(feature: &str) -> anyhow::Error {
    anyhow::anyhow!(
        "this program was built without {feature}. Build it with `cargo build --release --features {feature}`, or leave \
         {feature} out of the settings and the environment."
    )
}

#[cfg(not(feature = "discord"))]
mod discord {
    use crate::app::{adapters, config::DiscordConfig};

    pub fn adapter(_: &DiscordConfig) -> adapters::Made {
        Err(adapters::left_out("discord"))
    }
}

#[cfg(not(feature = "slack"))]
mod slack {
    use crate::app::{adapters, config::SlackConfig};

    pub fn adapter(_: &SlackConfig) -> adapters::Made {
        Err(adapters::left_out("slack"))
    }
    pub fn manifest(
        _uses: &adapters::Uses,
        _prefix: &str,
        _name: &str,
        _http: Option<&str>,
    ) -> anyhow::Result<serde_json::Value> {
        Err(adapters::left_out("slack"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::Given;

    #[test]
    fn a_platform_takes_another_token_and_is_kept_where_settings_name_it_no_more() {
        let settings = |bot: &'static str| {
            let environment = move |variable: &str| match variable {
                "COUNTERSIGN_SLACK_BOT_TOKEN" if cfg!(feature = "slack") => Some(format!("xoxb-{bot}")),
                "COUNTERSIGN_SLACK_APP_TOKEN" => Some("xapp-1".to_owned()),
                "COUNTERSIGN_DISCORD_TOKEN" if cfg!(feature = "discord") => Some(bot.to_owned()),
                _ => None,
            };
            Config::read(None, environment, Given::default()).expect("settings")
        };
        let none = Config::read(None, |_| None, Given::default()).expect("settings");
        for adapter in of(&settings("1")).expect("adapters") {
            assert_eq!(adapter.take(&settings("1")), Some(Taken::default()));
            assert_eq!(adapter.take(&settings("2")), Some(Taken { now: vec!["the bot token"], at_a_start: vec![] }));
            assert_eq!(adapter.take(&settings("2")), Some(Taken::default()), "once");
            assert_eq!(adapter.take(&none), None);
        }
    }

    #[test]
    fn a_platform_is_there_or_refused_with_what_to_do() {
        let platforms =
            [("slack", "SLACK", cfg!(feature = "slack")), ("discord", "DISCORD", cfg!(feature = "discord"))];
        for (feature, name, is_built_in) in platforms {
            let environment = |variable: &str| {
                let token = if variable.ends_with("_APP_TOKEN") { "xapp-1" } else { "xoxb-1" };
                let is_token = variable.ends_with("_TOKEN") && !variable.ends_with("_REFRESH_TOKEN");
                (is_token && variable.starts_with(&format!("COUNTERSIGN_{name}_"))).then(|| token.to_owned())
            };
            let config = Config::read(None, environment, Given::default()).expect("settings");
            match of(&config) {
                Ok(adapters) => {
                    let platforms: Vec<Platform> = adapters.iter().map(|adapter| adapter.platform()).collect();
                    assert_eq!(platforms, [Platform::from(feature)]);
                    assert!(is_built_in);
                }
                Err(refused) => {
                    assert!(refused.to_string().contains(&format!("--features {feature}`")), "{refused}");
                    assert!(!is_built_in, "{refused}");
                }
            }
        }
    }
}
