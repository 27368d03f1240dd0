//! What is wrong with the bot's set-up on Discord, found before somebody misses a message.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use serenity::all::GatewayIntents;
use serenity::model::Permissions;

use super::api::Trouble;
use super::deliver::code;
use super::directory::platform;
use super::gateway::{self, LOST_CONTENT, LOST_MEMBERS};
use super::wire::{Channel, Guild, Id, Member, Overwrite, Role};
use super::{Discord, TOKEN_REFUSED};
use crate::app::config::DiscordConfig;
use crate::chat::Finding;
use crate::domain::{At, Policy, Span};

/// What the bot needs of a channel, and what for. The permission's name is Discord's.
pub const PERMISSIONS: [(Permissions, &str, &str); 13] = [
    (Permissions::VIEW_CHANNEL, "View Channels", "hearing what is said in it"),
    (Permissions::SEND_MESSAGES, "Send Messages", "cards and nudges"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", "what follows on a case, in its thread"),
    (Permissions::CREATE_PUBLIC_THREADS, "Create Public Threads", "a thread for each case"),
    (Permissions::EMBED_LINKS, "Embed Links", "cards with fields and colours"),
    (Permissions::ATTACH_FILES, "Attach Files", "long actions to the letter"),
    (
        Permissions::READ_MESSAGE_HISTORY,
        "Read Message History",
        "what was said while the bot was down, and sending nothing twice",
    ),
    (Permissions::ADD_REACTIONS, "Add Reactions", "letting people in private channels react"),
    (
        Permissions::USE_APPLICATION_COMMANDS,
        "Use Application Commands",
        "letting people in private channels use commands",
    ),
    (Permissions::MANAGE_CHANNELS, "Manage Channels", "a case's own channel"),
    (Permissions::MANAGE_ROLES, "Manage Permissions", "who may see a case's own channel"),
    (PIN_MESSAGES, "Pin Messages", "a case's card on top of its own channel"),
    (Permissions::MANAGE_THREADS, "Manage Threads", "opening an archived thread again"),
];

/// Apart from “Manage Messages” since 2026; serenity doesn't know it.
pub(super) const PIN_MESSAGES: Permissions = Permissions::from_bits_retain(1 << 51);

/// A clock that is further off makes deadlines late.
const SKEW: Span = Span::seconds(5);

fn good(text: impl Into<String>) -> Finding {
    Finding { ok: true, text: text.into() }
}

fn bad(text: impl Into<String>) -> Finding {
    Finding { ok: false, text: text.into() }
}

/// All permissions as one number, for the link that invites the bot.
pub fn permissions() -> Permissions {
    PERMISSIONS.iter().fold(Permissions::empty(), |all, (one, ..)| all | *one)
}

/// Looks at everything; changes nothing. `now` is this machine's time.
pub async fn doctor(config: &DiscordConfig, policy: &Policy, now: At) -> Vec<Finding> {
    let discord = match Discord::new(config) {
        Ok(discord) => discord,
        Err(error) => return vec![bad(error.to_string())],
    };
    let me = match discord.ask_who().await {
        Ok(me) => me,
        Err(trouble) if trouble.is_unauthorized() => return vec![bad(format!("Discord: {TOKEN_REFUSED}"))],
        Err(trouble) => return vec![bad(format!("Discord: {trouble}"))],
    };
    let mut findings = vec![good(format!("Discord knows the bot as {}", me.name))];
    discord.directory_mut().me = Some(me.clone());
    match discord.api.get("/applications/@me").await {
        Ok(application) => {
            findings.extend(intents(gateway::allowed(&application)));
            // Discord switches it on for every new application.
            findings.push(match application.get("bot_public").and_then(Value::as_bool) {
                Some(false) => good("nobody else can put the bot on a server"),
                _ => bad(
                    "anybody can put the bot on a server of theirs; switch off “Public Bot” in the developer portal \
                     under “Bot”",
                ),
            });
        }
        Err(trouble) => findings.push(bad(format!("which intents are allowed can't be read: {trouble}"))),
    }
    findings.push(good(format!(
        "invite it with https://discord.com/oauth2/authorize?client_id={}&scope=bot+applications.commands&permissions={}",
        me.application,
        permissions().bits()
    )));
    match discord.api.clock().await {
        Some(theirs) if Span((theirs - now).0.abs()) > SKEW + Span::seconds(1) => {
            let by = Span((theirs - now).0.abs());
            findings.push(bad(format!(
                "this machine's clock is {by} off Discord's; set it by NTP, or deadlines are wrong"
            )));
        }
        Some(_) => findings.push(good("this machine's clock agrees with Discord's")),
        None => findings.push(bad("Discord doesn't say what time it is")),
    }
    match discord.api.read::<Vec<Guild>>("/users/@me/guilds").await {
        Ok(guilds) if guilds.is_empty() => {
            findings.push(bad("the bot is on no server; open the link above and choose yours"));
        }
        Ok(guilds) => {
            let names: Vec<&str> = guilds.iter().map(|guild| guild.name.as_str()).collect();
            findings.push(good(format!("it is on {}", names.join(", "))));
            findings.extend(discord.look_at(&guilds, policy, me.user).await);
        }
        Err(trouble) => findings.push(bad(format!("on which servers the bot is can't be read: {trouble}"))),
    }
    findings
}

fn intents(allowed: GatewayIntents) -> Vec<Finding> {
    let portal = "allow it in the developer portal under “Bot”, “Privileged Gateway Intents”";
    let one = |intent: GatewayIntents, name: &str, lost: &str| match allowed.contains(intent) {
        true => good(format!("the intent {name} is allowed")),
        false => bad(format!("{lost}; {portal}")),
    };
    vec![
        one(GatewayIntents::MESSAGE_CONTENT, "MESSAGE_CONTENT", LOST_CONTENT),
        one(GatewayIntents::GUILD_MEMBERS, "GUILD_MEMBERS", LOST_MEMBERS),
    ]
}

impl Discord {
    async fn look_at(&self, guilds: &[Guild], policy: &Policy, me: Id) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut roles: BTreeMap<Id, Vec<Role>> = BTreeMap::new();
        for guild in guilds {
            match self.api.read::<Vec<Role>>(&format!("/guilds/{}/roles", guild.id)).await {
                Ok(found) => drop(roles.insert(guild.id, found)),
                Err(trouble) => findings.push(bad(format!("the roles of {} can't be read: {trouble}", guild.name))),
            }
        }
        let channels: BTreeSet<&str> = policy
            .channels()
            .filter(|channel| channel.platform == platform())
            .map(|channel| channel.id.as_str())
            .collect();
        for channel in channels {
            findings.push(self.look_at_channel(channel, me, &roles).await);
        }
        let servers: Vec<Id> = guilds.iter().map(|guild| guild.id).collect();
        for person in policy.people.values() {
            let Some(account) = person.accounts.get(&platform()) else { continue };
            findings.extend(self.look_at_person(&person.name, account, &servers).await);
        }
        let known: BTreeSet<String> = roles.values().flatten().map(|role| role.id.to_string()).collect();
        for (key, role) in &policy.roles {
            for group in role.groups.iter().filter(|group| group.platform == platform() && !known.contains(&group.id)) {
                findings.push(bad(format!(
                    "the role {key} names the Discord role {}, which isn't on any of its servers",
                    group.id
                )));
            }
        }
        findings
    }

    async fn look_at_channel(&self, channel: &str, me: Id, roles: &BTreeMap<Id, Vec<Role>>) -> Finding {
        let Some(id) = Id::read(channel) else {
            return bad(format!("“{channel}” is not the id of a channel; turn on developer mode and copy the id"));
        };
        let found = match self.api.read::<Channel>(&format!("/channels/{id}")).await {
            Ok(found) => found,
            Err(Trouble::Refused { code: code::UNKNOWN_CHANNEL, .. }) => {
                return bad(format!(
                    "the channel {id} of the policy doesn't exist, or is on a server that the bot isn't on"
                ));
            }
            Err(Trouble::Refused { code: code::MISSING_ACCESS | code::MISSING_PERMISSIONS, .. }) => {
                return bad(format!("the bot can't see the channel {id}: give it “View Channels” there"));
            }
            Err(trouble) => return bad(format!("the channel {id} can't be read: {trouble}")),
        };
        let name = found.name.clone().unwrap_or_else(|| id.to_string());
        let Some(guild) = found.guild_id else { return bad(format!("the channel {id} belongs to no server")) };
        let member = match self.member_of(guild, me).await {
            Ok(Some(member)) => member,
            Ok(None) => return bad(format!("the bot is not on the server of #{name}")),
            Err(trouble) => return bad(format!("what the bot may do in #{name} can't be read: {trouble}")),
        };
        let overwrites = found.permission_overwrites.unwrap_or_default();
        let may = allowed(guild, me, &member, roles.get(&guild).map_or(&[][..], Vec::as_slice), &overwrites);
        let missing: Vec<String> = PERMISSIONS
            .iter()
            .filter(|(one, ..)| !may.contains(*one))
            .map(|(_, name, what_for)| format!("“{name}” (for {what_for})"))
            .collect();
        match missing.is_empty() {
            true => good(format!("the bot may do in #{name} what it needs to")),
            false => bad(format!("in #{name} the bot lacks {}", missing.join(", "))),
        }
    }

    async fn look_at_person(&self, name: &str, account: &str, servers: &[Id]) -> Option<Finding> {
        let Some(id) = Id::read(account) else {
            return Some(bad(format!(
                "{name}: “{account}” is not the id of an account; copy it with developer mode on"
            )));
        };
        for server in servers {
            match self.member_of(*server, id).await {
                Ok(Some(_)) => return None,
                Ok(None) => {}
                Err(trouble) => return Some(bad(format!("{name}: whether they are there can't be read: {trouble}"))),
            }
        }
        Some(bad(format!("{name} (account {account}) is on none of the bot's servers: wrong id, or they left")))
    }
}

/// What a member may do in a channel: everybody's role, their roles, then the channel's own exceptions.
fn allowed(guild: Id, user: Id, member: &Member, roles: &[Role], overwrites: &[Overwrite]) -> Permissions {
    let bits = |text: &str| Permissions::from_bits_retain(text.parse().unwrap_or(0));
    let own = roles.iter().filter(|role| role.id == guild || member.roles.contains(&role.id));
    let mut may = own.fold(Permissions::empty(), |all, role| all | bits(&role.permissions));
    if may.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    let of = |id: Id| overwrites.iter().find(move |one| one.id == id);
    let mut apply = |deny: Permissions, allow: Permissions| may = (may - deny) | allow;
    if let Some(all) = of(guild) {
        apply(bits(&all.deny), bits(&all.allow));
    }
    let of_roles: Vec<&Overwrite> = member.roles.iter().filter_map(|role| of(*role)).collect();
    let denied = of_roles.iter().fold(Permissions::empty(), |all, one| all | bits(&one.deny));
    let granted = of_roles.iter().fold(Permissions::empty(), |all, one| all | bits(&one.allow));
    apply(denied, granted);
    if let Some(mine) = of(user) {
        apply(bits(&mine.deny), bits(&mine.allow));
    }
    may
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn exceptions_of_a_channel_come_last() {
        let role = |id: u64, bits: Permissions| {
            serde_json::from_value::<Role>(json!({ "id": id.to_string(), "permissions": bits.bits().to_string() }))
                .expect("a role")
        };
        let over = |id: u64, allow: Permissions, deny: Permissions| Overwrite {
            id: Id(id),
            allow: allow.bits().to_string(),
            deny: deny.bits().to_string(),
            kind: json!(0),
        };
        let none = Permissions::empty();
        let (view, send) = (Permissions::VIEW_CHANNEL, Permissions::SEND_MESSAGES);
        let roles = [role(1, view), role(5, send), role(6, none)];
        let member = Member { roles: vec![Id(5), Id(6)], ..Member::default() };
        let may = |overwrites: &[Overwrite]| allowed(Id(1), Id(9), &member, &roles, overwrites);
        assert_eq!(may(&[]), view | send);
        assert_eq!(may(&[over(1, none, view)]), send);
        assert_eq!(may(&[over(1, none, view), over(6, view, none)]), view | send);
        assert_eq!(may(&[over(6, view, none), over(9, none, view)]), send);
        let admin = [role(1, Permissions::ADMINISTRATOR)];
        assert_eq!(allowed(Id(1), Id(9), &member, &admin, &[over(9, none, view)]), Permissions::all());
    }

    #[test]
    fn what_an_intent_is_for_is_said_where_it_is_missing() {
        let findings = intents(gateway::allowed(&serde_json::json!({ "flags": 1 << 15 })));
        assert!(!findings[0].ok && findings[0].text.contains("not kept as evidence"), "{findings:?}");
        assert!(findings[1].ok);
    }
}
