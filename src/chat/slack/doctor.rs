//! Whether the workspace is as the settings and the policy suppose, in sentences that say what to do.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::api::Api;
use super::manifest::SCOPES;
use super::{Trouble, word};
use crate::app::config::{SlackConfig, SlackMode};
use crate::chat::Finding;
use crate::chat::roster::Named;
use crate::domain::policy::Policy;
use crate::domain::{At, Span};

/// How far clocks may be apart. Beyond it Slack's signatures are refused and people see wrong times.
const CLOCKS_APART: Span = Span::seconds(30);

/// What was found so far.
struct Findings {
    platform: String,
    all: Vec<Finding>,
}

impl Findings {
    fn good(&mut self, text: impl std::fmt::Display) {
        self.all.push(Finding { ok: true, text: format!("{}: {text}", self.platform) });
    }
    fn bad(&mut self, text: impl std::fmt::Display) {
        self.all.push(Finding { ok: false, text: format!("{}: {text}", self.platform) });
    }
}

/// Looks, and changes nothing. `now` is this machine's time.
pub async fn doctor(config: &SlackConfig, policy: &Policy, now: At) -> Vec<Finding> {
    let mut found = Findings { platform: config.platform.to_string(), all: Vec::new() };
    let api = match Api::new(&config.api_url, &config.bot_token) {
        Ok(api) => api,
        Err(error) => {
            found.bad(error);
            return found.all;
        }
    };
    if let SlackMode::Socket { app_token } = &config.mode {
        match api.post_with(app_token, "apps.connections.open", &json!({})).await {
            Ok(_) => found.good("the app-level token can open a connection"),
            Err(trouble) => found.bad(format!(
                "the app-level token can't open a connection ({trouble}). It needs the scope connections:write, and Socket \
                 Mode must be switched on in the app's settings"
            )),
        }
    } else {
        found.good(
            "HTTP mode: Slack must reach /slack/events, /slack/commands and /slack/interactions from the internet, and \
             Socket Mode must be switched off in the app's settings",
        );
    }
    if !token(&api, config, now, &mut found).await {
        return found.all;
    }
    channels(&api, config, policy, &mut found).await;
    people(&api, config, policy, &mut found).await;
    groups(&api, config, policy, &mut found).await;
    found.all
}

/// The token, its scopes and the clock, from one answer and its headers. Whether it is worth going on.
async fn token(api: &Api, config: &SlackConfig, now: At, found: &mut Findings) -> bool {
    let url = format!("{}/auth.test", api.url);
    let answer = match api.plain.post(url).bearer_auth(config.bot_token.reveal()).send().await {
        Ok(answer) => answer,
        Err(_) => {
            found.bad(format!("{} can't be reached. Is a proxy needed (HTTPS_PROXY)?", api.url));
            return false;
        }
    };
    let header = |name: &str| answer.headers().get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
    let (date, scopes) = (header("date"), header("x-oauth-scopes"));
    let said: Json = answer.text().await.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    if said["ok"].as_bool() != Some(true) {
        found.bad(format!(
            "Slack refuses the bot token ({}). Install the app again and use the new one",
            word(&said, "error")
        ));
        return false;
    }
    if word(&said, "bot_id").is_empty() {
        found.bad("the token is a person's, not a bot's. It is the “Bot User OAuth Token” under “OAuth & Permissions”");
    } else {
        found.good(format!("the bot is {} in {}", word(&said, "user"), word(&said, "team")));
    }
    if let Some(date) = date.and_then(|date| chrono::DateTime::parse_from_rfc2822(&date).ok()) {
        let apart = now - At::from(date.to_utc());
        match apart.0.abs() > CLOCKS_APART.0 {
            true => found.bad(format!("this machine's clock and Slack's are {apart} apart. Is NTP running?")),
            false => found.good("this machine's clock agrees with Slack's"),
        }
    }
    match scopes {
        None => found.bad("Slack didn't say which scopes the token has"),
        Some(scopes) => {
            let has: BTreeSet<&str> = scopes.split(',').map(str::trim).collect();
            let missing: Vec<_> = SCOPES.iter().filter(|scope| !has.contains(scope.name)).collect();
            for scope in &missing {
                found.bad(format!(
                    "the scope {} is missing; it is needed to {}. Add it under “OAuth & Permissions” and install the app again",
                    scope.name, scope.what_for
                ));
            }
            if missing.is_empty() {
                found.good("every scope is there");
            }
        }
    }
    true
}

async fn channels(api: &Api, config: &SlackConfig, policy: &Policy, found: &mut Findings) {
    let named: BTreeSet<&str> = policy
        .channels()
        .filter(|channel| channel.platform == config.platform && channel.own_of().is_none())
        .map(|channel| channel.id.as_str())
        .collect();
    for id in named {
        match api.patiently("conversations.info", &[("channel", id.to_owned())]).await {
            Ok(answer) => {
                let channel = &answer["channel"];
                let (name, is) = (word(channel, "name"), |what: &str| channel[what].as_bool() == Some(true));
                if is("is_archived") {
                    found.bad(format!("#{name} ({id}) is archived: nothing can be posted there"));
                } else if !is("is_member") && is("is_private") {
                    found.bad(format!("the bot isn't in #{name} ({id}): invite it there"));
                } else if !is("is_member") {
                    found.bad(format!(
                        "the bot isn't in #{name} ({id}): what is said there isn't kept. Invite it; to post, it comes in by itself"
                    ));
                } else {
                    found.good(format!("#{name} ({id}) is there, and the bot is in it"));
                }
            }
            Err(trouble) if trouble.is(&["channel_not_found"]) => {
                found.bad(format!("there is no channel {id}, or it is private and the bot was not invited to it"));
            }
            Err(trouble) => found.bad(format!("the channel {id} can't be looked at: {trouble}")),
        }
    }
}

async fn people(api: &Api, config: &SlackConfig, policy: &Policy, found: &mut Findings) {
    let mut well = 0;
    for (key, person) in &policy.people {
        let Some(account) = person.accounts.get(&config.platform) else { continue };
        match api.patiently("users.info", &[("user", account.clone())]).await {
            Ok(answer) => {
                let user = &answer["user"];
                let is = |what: &str| user[what].as_bool() == Some(true);
                if is("deleted") {
                    found.bad(format!("{key}'s account {account} is deactivated: nobody can be nudged there"));
                } else if is("is_bot") {
                    found.bad(format!("{key}'s account {account} is a bot: what it says doesn't count"));
                } else if is("is_restricted") || is("is_ultra_restricted") {
                    found.bad(format!(
                        "{key}'s account {account} is a guest's: whether guests count, the policy's `refuse` says"
                    ));
                } else if is("is_stranger") {
                    found.bad(format!("{key}'s account {account} is of another organisation: whether they count, the policy's `refuse` says"));
                } else {
                    well += 1;
                }
            }
            Err(trouble) if trouble.is(&["user_not_found", "user_not_visible"]) => {
                found.bad(format!("there is no account {account}; the policy says that it is {key}'s"));
            }
            Err(trouble @ Trouble::Said(_)) if trouble.is(&["missing_scope"]) => {
                return found.bad("people can't be looked at without the scope users:read");
            }
            Err(trouble) => found.bad(format!("{key}'s account {account} can't be looked at: {trouble}")),
        }
    }
    if well > 0 {
        found.good(format!("{well} of the policy's people have an account that works"));
    }
}

async fn groups(api: &Api, config: &SlackConfig, policy: &Policy, found: &mut Findings) {
    for group in Named::by(policy, &config.platform).groups {
        match api.patiently("usergroups.users.list", &[("usergroup", group.clone())]).await {
            Ok(answer) => {
                let members = answer["users"].as_array().map_or(0, Vec::len);
                match members {
                    0 => {
                        found.bad(format!("nobody is in the user group {group}: whoever it stands for is never nudged"))
                    }
                    _ => found.good(format!("{members} are in the user group {group}")),
                }
            }
            Err(trouble) => found.bad(format!("the user group {group} can't be looked at: {trouble}")),
        }
    }
}
