//! Whether the workspace is as the settings and the policy suppose, in sentences that say what to do.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::api::Api;
use super::manifest::{SCOPES, Scope};
use super::{Trouble, rotation, word};
use crate::app::config::{SlackConfig, SlackMode};
use crate::chat::Finding;
use crate::chat::rights::{Use, Uses};
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
    if config.rotation.is_some() {
        match rotation::token_of(config, &api, now).await {
            Ok(()) => found.good("the bot token runs out, and the bot renews it before"),
            Err(why) => {
                found.bad(format!("the bot token can't be renewed: {why}"));
                return found.all;
            }
        }
    }
    let Some(scopes) = token(&api, now, &mut found).await else { return found.all };
    let private = channels(&api, config, policy, &scopes, &mut found).await;
    let uses = Uses::of(policy, &config.platform);
    rights(&scopes, &if private { uses.and(Use::PrivateChannels) } else { uses }, &mut found);
    people(&api, config, policy, &mut found).await;
    groups(&api, config, policy, &mut found).await;
    found.all
}

/// The token and the clock, from one answer and its headers. Returns the token's scopes, if it is worth going on.
async fn token(api: &Api, now: At, found: &mut Findings) -> Option<BTreeSet<String>> {
    let url = format!("{}/auth.test", api.url);
    let answer = match api.plain.post(url).bearer_auth(api.bot().token_value.0).send().await {
        Ok(answer) => answer,
        Err(_) => {
            found.bad(format!("{} can't be reached. Is a proxy needed (HTTPS_PROXY)?", api.url));
            return None;
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
        return None;
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
    if scopes.is_none() {
        found.bad("Slack didn't say which scopes the token has");
    }
    Some(scopes.iter().flat_map(|all| all.split(',')).map(|scope| scope.trim().to_owned()).collect())
}

/// What this policy needs and the token lacks; and what it has besides.
fn rights(has: &BTreeSet<String>, uses: &Uses, found: &mut Findings) {
    // Whether it is invited or comes by itself, its channels say.
    let of_its_own = |scope: &&Scope| scope.used != [Use::Joining];
    let (needed, others): (Vec<&Scope>, Vec<&Scope>) =
        SCOPES.iter().filter(of_its_own).partition(|scope| uses.any(scope.used));
    let missing: Vec<&&Scope> = needed.iter().filter(|scope| !has.contains(scope.name)).collect();
    for (at, scope) in missing.iter().enumerate() {
        let to_do = match at + 1 == missing.len() {
            true => ". Put what `countersign manifest slack` prints under “App Manifest”, and install the app again",
            false => "",
        };
        found.bad(format!("the scope {} is missing; it is needed to {}{to_do}", scope.name, scope.what_for));
    }
    if missing.is_empty() {
        found.good("every scope that this policy needs is there");
    }
    let others: Vec<&str> = others.iter().map(|scope| scope.name).filter(|name| has.contains(*name)).collect();
    if !others.is_empty() {
        found.good(format!(
            "this policy needs less than the token has: it makes no use of {}. `countersign manifest slack` asks for the rest alone",
            others.join(", ")
        ));
    }
}

/// Returns whether one of them is private.
async fn channels(
    api: &Api,
    config: &SlackConfig,
    policy: &Policy,
    scopes: &BTreeSet<String>,
    found: &mut Findings,
) -> bool {
    let mut private = false;
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
                private |= is("is_private");
                if is("is_archived") {
                    found.bad(format!("#{name} ({id}) is archived: nothing can be posted there"));
                } else if !is("is_member") && is("is_private") {
                    found.bad(format!("the bot isn't in #{name} ({id}): invite it there"));
                } else if !is("is_member") {
                    let how = match scopes.contains("channels:join") {
                        true => "Invite it, or start it: it comes in by itself",
                        false => "Invite it: it has no right to come in by itself (channels:join)",
                    };
                    found.bad(format!("the bot isn't in #{name} ({id}): what is said there isn't kept. {how}"));
                } else {
                    found.good(format!("#{name} ({id}) is there, and the bot is in it"));
                }
            }
            Err(trouble) if trouble.is(&["channel_not_found"]) => {
                let blind = match scopes.contains("groups:read") {
                    true => "",
                    false => {
                        ". To keep private channels the app needs groups:read and groups:history: `countersign manifest slack --private-channels`"
                    }
                };
                found.bad(format!(
                    "there is no channel {id}, or it is private and the bot was not invited to it{blind}"
                ));
            }
            Err(trouble) => found.bad(format!("the channel {id} can't be looked at: {trouble}")),
        }
    }
    private
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
    let mirrors = policy.roles.iter().flat_map(|(role, it)| it.mirrors.iter().map(move |group| (role, group)));
    for (role, group) in mirrors.filter(|(_, group)| group.platform == config.platform) {
        let id = &group.id;
        match api.patiently("usergroups.users.list", &[("usergroup", id.clone())]).await {
            Ok(_) => found.good(format!(
                "the user group {id} is there, to be kept to whoever holds {role}. Slack takes that from a bot where the workspace's \
                 settings let everybody change user groups"
            )),
            Err(trouble) => found.bad(format!("the user group {id}, to be kept to {role}, can't be looked at: {trouble}")),
        }
    }
}
