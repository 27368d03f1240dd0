//! The app's manifest, made from what can be typed, so that a verb that is added is offered too.

use serde_json::{Value as Json, json};

use super::menu;
use super::words::cut;
use crate::grammar::verbs;

/// A right that the bot asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    pub name: &'static str,
    /// What it is needed for, as an administrator would ask.
    pub what_for: &'static str,
}

const fn scope(name: &'static str, what_for: &'static str) -> Scope {
    Scope { name, what_for }
}

/// Every right, and why. The manifest asks for these, `doctor` misses them by name.
pub const SCOPES: &[Scope] = &[
    scope("app_mentions:read", "hear what is said to the bot in channels that are not kept"),
    scope(
        "channels:history",
        "keep what is said in public channels of the policy as evidence, and read what was missed",
    ),
    scope("channels:join", "come into public channels of the policy by itself"),
    scope("channels:manage", "make, name and archive the channels of incidents"),
    scope("channels:read", "find the policy's public channels, and hear who comes and goes"),
    scope("chat:write", "post cards, nudges and answers"),
    scope("commands", "take slash commands and shortcuts"),
    scope("files:read", "keep files that are shared in kept channels as evidence"),
    scope("files:write", "post actions that are too long for a message as a file"),
    scope(
        "groups:history",
        "keep what is said in private channels of the policy as evidence, and read what was missed",
    ),
    scope("groups:read", "find the policy's private channels, and hear who comes and goes"),
    scope("groups:write", "make private channels for restricted incidents"),
    scope("im:history", "hear what is said to the bot in direct messages"),
    scope("im:read", "know whose direct messages they are"),
    scope("im:write", "nudge people by direct message"),
    scope("pins:write", "pin an incident's card in its channel"),
    scope("reactions:read", "keep reactions in kept channels as evidence"),
    scope("reactions:write", "mark a message that a reaction kept with its case"),
    scope("usergroups:read", "know who is in the user groups that hold roles"),
    scope("users:read", "know people's names, and whether they are guests or have left"),
];

/// What the bot listens to.
const EVENTS: &[&str] = &[
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_deleted",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_unarchive",
    "file_deleted",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
    "subteam_members_changed",
    "subteam_updated",
    "team_join",
    "tokens_revoked",
    "user_change",
];

const NAME: usize = 35;
const USAGE_HINT: usize = 1_000;

/// The manifest of an app. `prefix` is what slash commands begin with; `http`: the public address under which Slack reaches
/// `/commands`, `/interactions` and `/events` in HTTP mode, without which the app uses Socket Mode.
pub fn manifest(prefix: &str, name: &str, http: Option<&str>) -> Json {
    let address = |kind: &str| http.map(|base| format!("{}/{kind}", base.trim_end_matches('/')));
    let commands = verbs::roots().map(|root| {
        let of_root: Vec<&str> = root.verbs.iter().map(|verb| verb.verb).collect();
        let mut command = json!({
            "command": format!("{prefix}{}", root.word),
            "description": root.about,
            "usage_hint": cut(&of_root.join(" | "), USAGE_HINT),
            "should_escape": true,
        });
        if let Some(url) = address("commands") {
            command["url"] = url.into();
        }
        command
    });
    let shortcuts = menu::shortcuts().map(|shortcut| {
        json!({
            "name": shortcut.entry.label,
            "type": if shortcut.on_message { "message" } else { "global" },
            "callback_id": shortcut.callback,
            "description": shortcut.about,
        })
    });
    let mut manifest = json!({
        "display_information": {
            "name": cut(name, NAME),
            "description": "Keeps the clock on every answer that somebody owes: incidents and approvals for AI systems.",
            "background_color": "#1b3a4b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": true,
                "messages_tab_enabled": true,
                "messages_tab_read_only_enabled": false,
            },
            "bot_user": { "display_name": cut(name, 80), "always_online": true },
            "slash_commands": commands.collect::<Vec<Json>>(),
            "shortcuts": shortcuts.collect::<Vec<Json>>(),
        },
        "oauth_config": { "scopes": { "bot": SCOPES.iter().map(|scope| scope.name).collect::<Vec<_>>() } },
        "settings": {
            "event_subscriptions": { "bot_events": EVENTS },
            "interactivity": { "is_enabled": true },
            "org_deploy_enabled": false,
            "socket_mode_enabled": http.is_none(),
            "token_rotation_enabled": false,
        },
    });
    if let (Some(events), Some(interactions)) = (address("events"), address("interactions")) {
        manifest["settings"]["event_subscriptions"]["request_url"] = events.into();
        manifest["settings"]["interactivity"]["request_url"] = interactions.into();
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_is_what_slack_takes() {
        let folder = std::env::var("COUNTERSIGN_SHARED").unwrap_or_else(|_| "../shared/data".to_owned());
        let path = format!("{folder}/schemas/slack/manifest.schema.2.0.0.json");
        let Ok(text) = std::fs::read_to_string(path) else { return eprintln!("SKIPPED: no shared data") };
        let schema: Json = serde_json::from_str(&text).expect("a schema");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        for (prefix, http) in [("/", None), ("/cs-", Some("https://countersign.example"))] {
            let manifest = super::manifest(prefix, "Countersign, with a name that is far too long", http);
            let wrong: Vec<String> =
                schema.iter_errors(&manifest).map(|it| format!("{} at {}", it, it.instance_path())).collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }

    #[test]
    fn every_root_is_a_command_and_no_scope_stands_twice() {
        let manifest = super::manifest("/cs-", "Countersign", None);
        let commands = manifest["features"]["slash_commands"].as_array().expect("commands");
        let names: Vec<&str> = commands.iter().filter_map(|it| it["command"].as_str()).collect();
        assert_eq!(names, verbs::roots().map(|root| format!("/cs-{}", root.word)).collect::<Vec<_>>());
        assert!(names.contains(&"/cs-incident"));
        assert!(commands.iter().all(|it| it["usage_hint"].as_str().is_some_and(|it| !it.is_empty())));
        let mut scopes: Vec<&str> = SCOPES.iter().map(|it| it.name).collect();
        let count = scopes.len();
        scopes.dedup();
        assert_eq!(scopes.len(), count);
        assert!(scopes.is_sorted());
    }
}
