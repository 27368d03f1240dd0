//! Slack in the program: an adapter for each workspace.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use futures_util::future::{BoxFuture, LocalBoxFuture};

use super::{Adapter, Made};
use crate::app::config::SlackConfig;
use crate::chat::reception::Door;
use crate::chat::slack::{self, Slack};
use crate::chat::{Chats, Finding};
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
pub fn manifest(prefix: &str, name: &str, http: Option<&str>) -> anyhow::Result<serde_json::Value> {
    Ok(slack::manifest(prefix, name, http))
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
    fn doctor<'a>(&'a self, policy: &'a Policy, now: At) -> LocalBoxFuture<'a, Vec<Finding>> {
        Box::pin(slack::doctor(&self.settings, policy, now))
    }
}
