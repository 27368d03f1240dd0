//! The app's manifest, made from what can be typed, so that a verb that is added is offered too.

use serde_json::{Value as Json, json};

use super::menu;
use super::words::cut;
use crate::chat::rights::Use::{
    self, Always, Approvals, Channels, Groups, IncidentChannels, Joining, Mirrors, PrivateChannels, Reactions,
    RestrictedIncidents,
};
use crate::chat::rights::Uses;
use crate::grammar::verbs;

/// A right that the bot may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    pub name: &'static str,
    /// What it is asked for with: one of these is enough.
    pub used: &'static [Use],
    /// What it is needed for, as an administrator would ask.
    pub what_for: &'static str,
}

const fn scope(name: &'static str, used: &'static [Use], what_for: &'static str) -> Scope {
    Scope { name, used, what_for }
}

/// What is private on Slack, and what the bot makes so.
const PRIVATE: &[Use] = &[PrivateChannels, RestrictedIncidents];

/// What incidents have channels of their own for.
const OWN: &[Use] = &[IncidentChannels, RestrictedIncidents];

/// Every right, when it is asked for, and why. The manifest asks for those that a policy makes use of; `doctor` misses the
/// same ones by name.
pub const SCOPES: &[Scope] = &[
    scope("app_mentions:read", &[Always], "hear what is said to the bot in channels that are not kept"),
    scope("bookmarks:read", OWN, "see what is bookmarked in an incident's channel already"),
    scope("bookmarks:write", OWN, "bookmark an incident's card and its links in its channel"),
    scope(
        "channels:history",
        &[Channels],
        "keep what is said in public channels of the policy as evidence, and read what was missed",
    ),
    scope("channels:join", &[Joining], "come into public channels of the policy by itself"),
    scope("channels:manage", &[IncidentChannels], "make, name and archive the channels of incidents"),
    scope("channels:read", &[Channels], "find the policy's public channels, and hear who comes and goes"),
    scope("chat:write", &[Always], "post cards, nudges and answers"),
    scope("commands", &[Always], "take slash commands and shortcuts"),
    scope("files:read", &[Channels], "keep files that are shared in kept channels as evidence"),
    scope("files:write", &[Approvals], "post actions that are too long for a message as a file"),
    scope(
        "groups:history",
        PRIVATE,
        "keep what is said in private channels of the policy as evidence, and read what was missed",
    ),
    scope("groups:read", PRIVATE, "find the policy's private channels, and hear who comes and goes"),
    scope("groups:write", &[RestrictedIncidents], "make private channels for restricted incidents"),
    scope("im:history", &[Always], "hear what is said to the bot in direct messages"),
    scope("im:read", &[Always], "know whose direct messages they are"),
    scope("im:write", &[Always], "nudge people by direct message"),
    scope("pins:write", OWN, "pin an incident's card in its channel"),
    scope("reactions:read", &[Channels], "keep reactions in kept channels as evidence"),
    scope("reactions:write", &[Reactions], "mark a message that a reaction kept with its case"),
    scope("usergroups:read", &[Groups, Mirrors], "know who is in the user groups that hold roles, or follow them"),
    scope("usergroups:write", &[Mirrors], "keep user groups to whoever holds a role"),
    scope("users:read", &[Always], "know people's names, and whether they are guests or have left"),
];

/// The rights that are asked for where a policy makes use of these.
pub fn scopes(uses: &Uses) -> impl Iterator<Item = &'static Scope> + use<'_> {
    SCOPES.iter().filter(|scope| uses.any(scope.used))
}

/// What the bot listens to, and the right by which Slack tells it; empty where it takes none. An event is only asked for with
/// its right.
const EVENTS: &[(&str, &str)] = &[
    ("app_home_opened", ""),
    ("app_mention", "app_mentions:read"),
    ("app_uninstalled", ""),
    ("channel_archive", "channels:read"),
    ("channel_deleted", "channels:read"),
    ("channel_id_changed", "channels:read"),
    ("channel_left", "channels:read"),
    ("channel_rename", "channels:read"),
    ("channel_unarchive", "channels:read"),
    ("file_deleted", "files:read"),
    ("group_archive", "groups:read"),
    ("group_deleted", "groups:read"),
    ("group_left", "groups:read"),
    ("group_rename", "groups:read"),
    ("group_unarchive", "groups:read"),
    ("member_joined_channel", "channels:read"),
    ("member_left_channel", "channels:read"),
    ("message.channels", "channels:history"),
    ("message.groups", "groups:history"),
    ("message.im", "im:history"),
    ("reaction_added", "reactions:read"),
    ("reaction_removed", "reactions:read"),
    ("subteam_members_changed", "usergroups:read"),
    ("subteam_updated", "usergroups:read"),
    ("team_join", "users:read"),
    ("tokens_revoked", ""),
    ("user_change", "users:read"),
];

const NAME: usize = 35;
const USAGE_HINT: usize = 1_000;

/// The manifest of an app, with the fewest rights that do. `prefix` is what slash commands begin with; `http`: the public
/// address under which Slack reaches `/commands`, `/interactions` and `/events` in HTTP mode, without which the app uses Socket
/// Mode.
pub fn manifest(uses: &Uses, prefix: &str, name: &str, http: Option<&str>) -> Json {
    let asked: Vec<&str> = scopes(uses).map(|scope| scope.name).collect();
    let told = EVENTS.iter().filter(|(_, scope)| scope.is_empty() || asked.contains(scope));
    let events: Vec<&str> = told.map(|(event, _)| *event).collect();
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
            "description": "Keeps the clock on every answer that somebody owes: incidents, exceptions, rollbacks, approvals, handoffs.",
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
        "oauth_config": { "scopes": { "bot": asked } },
        "settings": {
            "event_subscriptions": { "bot_events": events },
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
    use strum::VariantArray as _;

    use super::*;

    #[test]
    fn the_manifest_is_what_slack_takes() {
        let folder = std::env::var("COUNTERSIGN_SHARED").unwrap_or_else(|_| "../shared/data".to_owned());
        let path = format!("{folder}/schemas/slack/manifest.schema.2.0.0.json");
        let Ok(text) = std::fs::read_to_string(path) else { return eprintln!("SKIPPED: no shared data") };
        let schema: Json = serde_json::from_str(&text).expect("a schema");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        let policy = crate::domain::Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
        let uses = Uses::of(&policy, &"slack".into());
        for (prefix, http) in [("/", None), ("/cs-", Some("https://countersign.example"))] {
            let manifest = super::manifest(&uses, prefix, "Countersign, with a name that is far too long", http);
            let wrong: Vec<String> =
                schema.iter_errors(&manifest).map(|it| format!("{} at {}", it, it.instance_path())).collect();
            assert!(wrong.is_empty(), "{wrong:#?}");
        }
    }

    #[test]
    fn every_root_is_a_command_and_no_scope_stands_twice() {
        let policy = crate::domain::Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
        let uses = Uses::of(&policy, &"slack".into());
        let manifest = super::manifest(&uses, "/cs-", "Countersign", None);
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
    /// The least that a policy can ask for, and what each use adds to it.
    #[test]
    fn a_right_and_its_events_are_asked_for_with_its_use_alone() {
        let nothing = crate::domain::Policy::read(crate::domain::policy::EXAMPLE).expect("the example");
        let mut nothing = Uses::of(&nothing, &"slack".into());
        for used in Use::VARIANTS.iter().filter(|used| **used != Always) {
            nothing = nothing.without(*used);
        }
        let of = |uses: &Uses| {
            let manifest = super::manifest(uses, "/", "Countersign", None);
            let list = |at: &str| -> Vec<String> {
                let all = manifest.pointer(at).and_then(Json::as_array).expect("a list");
                all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
            };
            (list("/oauth_config/scopes/bot"), list("/settings/event_subscriptions/bot_events"))
        };
        let (least, least_events) = of(&nothing);
        assert_eq!(
            least,
            ["app_mentions:read", "chat:write", "commands", "im:history", "im:read", "im:write", "users:read"]
        );
        let table: [(Use, &[&str], &[&str]); 9] = [
            (
                Channels,
                &["channels:history", "channels:read", "files:read", "reactions:read"],
                &["message.channels", "member_joined_channel", "reaction_added", "file_deleted"],
            ),
            (PrivateChannels, &["groups:history", "groups:read"], &["message.groups", "group_left"]),
            (Joining, &["channels:join"], &[]),
            (IncidentChannels, &["bookmarks:read", "bookmarks:write", "channels:manage", "pins:write"], &[]),
            (
                RestrictedIncidents,
                &["bookmarks:read", "bookmarks:write", "groups:history", "groups:read", "groups:write", "pins:write"],
                &["message.groups", "group_left"],
            ),
            (Approvals, &["files:write"], &[]),
            (Reactions, &["reactions:write"], &[]),
            (Groups, &["usergroups:read"], &["subteam_members_changed"]),
            (Mirrors, &["usergroups:read", "usergroups:write"], &["subteam_members_changed"]),
        ];
        assert_eq!(table.len() + 1, Use::VARIANTS.len(), "each use is here");
        for (used, scopes, events) in table {
            let (asked, told) = of(&nothing.clone().and(used));
            let more: Vec<&String> = asked.iter().filter(|it| !least.contains(it)).collect();
            assert_eq!(more, scopes, "{used:?}");
            assert!(events.iter().all(|it| told.iter().any(|told| told == it)), "{used:?}: {told:?}");
            assert!(told.len() - least_events.len() >= events.len(), "{used:?}");
        }
    }
}
