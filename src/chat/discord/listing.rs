//! Who and what there is on the bot's servers, for whoever writes the policy.

use serenity::model::Permissions;

use super::Discord;
use super::api::Trouble;
use super::wire::{Channel, Guild, Member, Role, TEXT};
use crate::app::config::DiscordConfig;
use crate::chat::listing::{Listed, ListedAs, ListedChannel, ListedGroup, Listing};

/// Channels for announcements, which speak as text channels do.
const NEWS: u64 = 5;

/// Asks, and changes nothing: one listing for each server, or for the one with this id or name.
///
/// # Errors
/// Discord can't be asked at all, or knows no such server, in words for the operator.
pub async fn listings(config: &DiscordConfig, server: Option<&str>) -> Result<Vec<Listing>, String> {
    let discord = Discord::new(config).map_err(|error| error.to_string())?;
    let guilds: Vec<Guild> =
        discord.api.read("/users/@me/guilds").await.map_err(|trouble| match trouble.is_unauthorized() {
            true => super::TOKEN_REFUSED.to_owned(),
            false => trouble.to_string(),
        })?;
    let is_meant = |guild: &&Guild| server.is_none_or(|it| guild.id.to_string() == it || guild.name == it);
    let meant: Vec<&Guild> = guilds.iter().filter(is_meant).collect();
    if meant.is_empty() {
        let names: Vec<String> = guilds.iter().map(|guild| format!("{} ({})", guild.name, guild.id)).collect();
        return Err(match names.is_empty() {
            true => "the bot is on no server; `countersign doctor` prints the link that invites it".to_owned(),
            false => format!("the bot is on no such server; it is on {}", names.join(", ")),
        });
    }
    let mut listings = Vec::new();
    for guild in meant {
        listings.push(discord.listing(guild).await);
    }
    Ok(listings)
}

impl Discord {
    async fn listing(&self, guild: &Guild) -> Listing {
        let mut listing = Listing { name: guild.name.clone(), ..Listing::default() };
        match self.members_of(guild.id).await {
            Ok(members) => listing.people.extend(members.into_values().filter_map(listed)),
            Err(Trouble::Refused { status: 403, .. }) => listing.unread.push(
                "Discord gives no list of members without the intent GUILD_MEMBERS: allow “Server Members Intent” in the \
                 developer portal under “Bot”, and try again"
                    .to_owned(),
            ),
            Err(trouble) => listing.unread.push(format!("members can't be read: {trouble}")),
        }
        match self.api.read::<Vec<Channel>>(&format!("/guilds/{}/channels", guild.id)).await {
            Ok(channels) => listing.channels.extend(channels.into_iter().filter_map(|channel| {
                let can_be_named = channel.kind == TEXT || channel.kind == NEWS;
                let private = is_hidden(&channel, guild);
                let id = channel.id.filter(|_| can_be_named)?.to_string();
                Some(ListedChannel { id, name: channel.name.unwrap_or_default(), private })
            })),
            Err(trouble) => listing.unread.push(format!("channels can't be read: {trouble}")),
        }
        match self.api.read::<Vec<Role>>(&format!("/guilds/{}/roles", guild.id)).await {
            // Everybody's role has the server's own id; those of applications are given by nobody.
            Ok(roles) => listing.groups.extend(
                roles.into_iter().filter(|role| role.id != guild.id && !role.managed).map(|role| ListedGroup {
                    id: role.id.to_string(),
                    handle: role.name.clone(),
                    name: role.name,
                }),
            ),
            Err(trouble) => listing.unread.push(format!("roles can't be read: {trouble}")),
        }
        listing
    }
}

/// Whether not everybody on the server sees a channel.
fn is_hidden(channel: &Channel, guild: &Guild) -> bool {
    let view = Permissions::VIEW_CHANNEL.bits();
    let of_all = channel.permission_overwrites.iter().flatten().filter(|one| one.id == guild.id);
    of_all.map(|one| one.deny.parse::<u64>()).any(|deny| deny.is_ok_and(|deny| deny & view != 0))
}

fn listed(member: Member) -> Option<Listed> {
    let user = member.user?;
    let names = [member.nick, user.global_name.clone(), Some(user.username.clone())];
    let mut names: Vec<String> = names.into_iter().flatten().filter(|name| !name.is_empty()).collect();
    names.dedup();
    let kind = if user.bot == Some(true) { ListedAs::Bot } else { ListedAs::Member };
    Some(Listed { account: user.id.to_string(), names, handle: user.username, zone: None, kind })
}
