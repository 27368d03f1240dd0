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
use crate::chat::rights::{Use, Uses};
use crate::domain::policy::Workflow;
use crate::domain::{At, Policy, Span};

/// A right that the bot may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    pub bits: Permissions,
    /// Discord's own word.
    pub name: &'static str,
    /// What it is asked for with: one of these is enough.
    pub used: &'static [Use],
    pub what_for: &'static str,
}

const fn permission(bits: Permissions, name: &'static str, used: &'static [Use], what_for: &'static str) -> Permission {
    Permission { bits, name, used, what_for }
}

/// A channel of its own, for every incident or for restricted ones.
const OWN: &[Use] = &[Use::IncidentChannels, Use::RestrictedIncidents];
const ALWAYS: &[Use] = &[Use::Always];

/// Every right, when it is asked for, and why. The link that invites the bot asks for those that a policy makes use of; `doctor`
/// misses the same ones by name.
pub const PERMISSIONS: [Permission; 13] = [
    permission(Permissions::VIEW_CHANNEL, "View Channels", ALWAYS, "hearing what is said in it"),
    permission(Permissions::SEND_MESSAGES, "Send Messages", ALWAYS, "cards and nudges"),
    permission(
        Permissions::SEND_MESSAGES_IN_THREADS,
        "Send Messages in Threads",
        ALWAYS,
        "what follows on a case, in its thread",
    ),
    permission(Permissions::CREATE_PUBLIC_THREADS, "Create Public Threads", ALWAYS, "a thread for each case"),
    permission(Permissions::EMBED_LINKS, "Embed Links", ALWAYS, "cards with fields and colours"),
    permission(Permissions::ATTACH_FILES, "Attach Files", ALWAYS, "long actions to the letter"),
    permission(
        Permissions::READ_MESSAGE_HISTORY,
        "Read Message History",
        ALWAYS,
        "what was said while the bot was down, and sending nothing twice",
    ),
    permission(
        Permissions::ADD_REACTIONS,
        "Add Reactions",
        &[Use::IncidentChannels, Use::RestrictedIncidents, Use::Reactions],
        "marking what a reaction kept, and letting people in an incident's own channel react",
    ),
    permission(
        Permissions::USE_APPLICATION_COMMANDS,
        "Use Application Commands",
        OWN,
        "letting people in an incident's own channel use commands",
    ),
    permission(Permissions::MANAGE_CHANNELS, "Manage Channels", OWN, "an incident's own channel"),
    permission(
        Permissions::MANAGE_ROLES,
        "Manage Roles",
        &[Use::IncidentChannels, Use::RestrictedIncidents, Use::Mirrors],
        "who may see an incident's own channel (there it is called “Manage Permissions”), and Discord roles that follow a role",
    ),
    permission(PIN_MESSAGES, "Pin Messages", OWN, "an incident's card on top of its own channel"),
    permission(
        Permissions::MANAGE_THREADS,
        "Manage Threads",
        OWN,
        "opening an archived thread of an incident's own channel again",
    ),
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

/// The rights that are asked for where a policy makes use of these, as one number for the link that invites the bot.
pub fn permissions(uses: &Uses) -> Permissions {
    needed(uses).fold(Permissions::empty(), |all, one| all | one.bits)
}

fn needed(uses: &Uses) -> impl Iterator<Item = &'static Permission> + use<'_> {
    PERMISSIONS.iter().filter(|one| uses.any(one.used))
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
    let uses = Uses::of(policy, &platform());
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
        permissions(&uses).bits()
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
            findings.push(self.look_at_channel(channel, &rights_in(policy, channel), me, &roles).await);
        }
        let servers: Vec<Id> = guilds.iter().map(|guild| guild.id).collect();
        for person in policy.people.values() {
            let Some(account) = person.accounts.get(&platform()) else { continue };
            findings.extend(self.look_at_person(&person.name, account, &servers).await);
        }
        let known: BTreeSet<String> = roles.values().flatten().map(|role| role.id.to_string()).collect();
        for (key, role) in &policy.roles {
            for mirror in role.mirrors.iter().filter(|group| group.platform == platform()) {
                findings.push(self.look_at_mirror(key.as_str(), &mirror.id, me, &roles).await);
            }
            for group in role.groups.iter().filter(|group| group.platform == platform() && !known.contains(&group.id)) {
                findings.push(bad(format!(
                    "the role {key} names the Discord role {}, which isn't on any of its servers",
                    group.id
                )));
            }
        }
        findings
    }

    /// Whether the bot can give a Discord role: by its rights on the server, and by what stands above what.
    async fn look_at_mirror(&self, key: &str, group: &str, me: Id, roles: &BTreeMap<Id, Vec<Role>>) -> Finding {
        let found = roles
            .iter()
            .find_map(|(guild, all)| Some((*guild, all, all.iter().find(|it| it.id.to_string() == group)?)));
        let Some((guild, all, role)) = found else {
            return bad(format!(
                "the role {key} is to fill the Discord role {group}, which isn't on any of its servers"
            ));
        };
        let member = match self.member_of(guild, me).await {
            Ok(Some(member)) => member,
            Ok(None) => return bad(format!("the bot is not on the server of the Discord role “{}”", role.name)),
            Err(trouble) => return bad(format!("whether the bot may give “{}” can't be read: {trouble}", role.name)),
        };
        let may = allowed(guild, me, &member, all, &[]);
        let own = all.iter().filter(|it| member.roles.contains(&it.id)).map(|it| it.position).max().unwrap_or(0);
        let name = &role.name;
        if role.managed || role.id == guild {
            bad(format!(
                "the Discord role “{name}” ({group}) is an application's or everybody's: nobody can be put into it"
            ))
        } else if !may.contains(Permissions::MANAGE_ROLES) {
            bad(format!("the bot lacks “Manage Roles” on the server, for keeping “{name}” to whoever holds {key}"))
        } else if own <= role.position {
            bad(format!(
                "the Discord role “{name}” stands above the bot's own: in the server's settings under “Roles”, drag the bot's role \
                 above it, or it can't be kept to whoever holds {key}"
            ))
        } else {
            good(format!("the bot may keep the Discord role “{name}” to whoever holds {key}"))
        }
    }

    async fn look_at_channel(&self, channel: &str, uses: &Uses, me: Id, roles: &BTreeMap<Id, Vec<Role>>) -> Finding {
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
        let missing: Vec<String> = needed(uses)
            .filter(|one| !may.contains(one.bits))
            .map(|one| format!("“{}” (for {})", one.name, one.what_for))
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

/// What the bot needs in a channel: of the rest what its workflows use there.
fn rights_in(policy: &Policy, channel: &str) -> Uses {
    let is_here = |flow: &&Workflow| flow.channels.iter().any(|it| it.platform == platform() && it.id == channel);
    let flows: Vec<&Workflow> = policy.workflows.values().filter(is_here).collect();
    let mut uses = Uses::of(policy, &platform()).without(Use::Mirrors);
    if !flows.iter().any(|flow| flow.own_channels.incidents) {
        uses = uses.without(Use::IncidentChannels);
    }
    if !flows.iter().any(|flow| flow.own_channels.restricted) {
        uses = uses.without(Use::RestrictedIncidents);
    }
    uses
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
    fn the_link_asks_for_what_the_policy_uses() {
        let example = crate::domain::policy::EXAMPLE;
        let bits = |text: &str| {
            let policy = Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("p")));
            permissions(&Uses::of(&policy, &platform()))
        };
        let flows = ["[workflows.credit-scoring]\n", "[workflows.claims-triage]\n"];
        let open = flows.iter().fold(example.to_owned(), |text, flow| {
            text.replacen(flow, &format!("{flow}restricted_incidents = false\n"), 1)
        });
        let managing = Permissions::MANAGE_CHANNELS | Permissions::MANAGE_ROLES | Permissions::MANAGE_THREADS;
        assert!(bits(example).contains(managing | PIN_MESSAGES), "restricted incidents have channels of their own");
        assert!(!bits(&open).intersects(managing | PIN_MESSAGES));
        assert!(bits(&open).contains(Permissions::SEND_MESSAGES | Permissions::READ_MESSAGE_HISTORY));
        let role = "[roles.model-risk]\n";
        let mirrored = open.replacen(role, &format!("{role}mirrors = [\"discord:41771983423143936\"]\n"), 1);
        assert_eq!(bits(&mirrored) - bits(&open), Permissions::MANAGE_ROLES);
    }

    #[test]
    fn what_an_intent_is_for_is_said_where_it_is_missing() {
        let findings = intents(gateway::allowed(&serde_json::json!({ "flags": 1 << 15 })));
        assert!(!findings[0].ok && findings[0].text.contains("not kept as evidence"), "{findings:?}");
        assert!(findings[1].ok);
    }
}
