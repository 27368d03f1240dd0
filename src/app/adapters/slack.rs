//! Slack in the program: an adapter for each workspace.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use futures_util::future::{BoxFuture, LocalBoxFuture};

use super::{Adapter, Made, Uses};
use crate::app::config::{Config, SlackConfig};
use crate::chat::listing::Listing;
use crate::chat::reception::Door;
use crate::chat::slack::{self, Slack};
use crate::chat::{Chats, Finding, Taken};
use crate::domain::policy::Policy;
use crate::domain::{At, Platform};

struct Workspace {
    slack: Arc<Slack>,
    settings: SlackConfig,
}

pub fn adapter(settings: &SlackConfig) -> Made {
    Ok(Box::new(Workspace { slack: Slack::new(settings)?, settings: settings.clone() }))
}

/// The manifest of an app, as [`slack::manifest`] has it.
///
/// # Errors
/// This program was built without Slack.
pub fn manifest(uses: &Uses, prefix: &str, name: &str, http: Option<&str>) -> anyhow::Result<serde_json::Value> {
    Ok(slack::manifest(uses, prefix, name, http))
}

impl Adapter for Workspace {
    fn platform(&self) -> Platform {
        self.settings.platform.clone()
    }
    fn join(&self, chats: Chats) -> Chats {
        chats.with(self.slack.clone())
    }
    fn called(&self) -> Option<(Router, Option<SocketAddr>)> {
        let intake = self.slack.intake()?;
        Some((crate::web::slack::router(&self.settings.platform, intake), self.settings.listen))
    }
    fn run(&self, door: Door) -> BoxFuture<'static, ()> {
        Box::pin(self.slack.clone().run(door))
    }
    fn take(&self, config: &Config) -> Option<Taken> {
        let new = config.slack.iter().find(|it| it.platform == self.settings.platform)?;
        Some(self.slack.take_settings(new))
    }
    fn listings<'a>(&'a self, _server: Option<&'a str>, now: At) -> LocalBoxFuture<'a, Result<Vec<Listing>, String>> {
        Box::pin(async move { slack::listing(&self.settings, now).await.map(|listing| vec![listing]) })
    }
    fn doctor<'a>(&'a self, policy: &'a Policy, now: At) -> LocalBoxFuture<'a, Vec<Finding>> {
        Box::pin(slack::doctor(&self.settings, policy, now))
    }
}
