//! Who and what there is in a workspace, for whoever writes the policy.

use serde_json::Value as Json;

use super::api::{Api, Called};
use super::{people, rotation, word};
use crate::app::config::SlackConfig;
use crate::chat::listing::{Listed, ListedAs, ListedChannel, ListedGroup, Listing};
use crate::domain::At;
use crate::ledger::heard::Belongs;

/// How many pages of 200 are read of each list.
const PAGES: usize = 100;

/// Asks, and changes nothing. `now` is this machine's time.
///
/// # Errors
/// Slack can't be asked at all, in words for the operator.
pub async fn listing(config: &SlackConfig, now: At) -> Result<Listing, String> {
    let api = Api::new(&config.api_url, &config.bot_token).map_err(|error| error.to_string())?;
    rotation::token_of(config, &api, now).await.map_err(|error| error.to_string())?;
    let me = api.post("auth.test", &serde_json::json!({})).await;
    let me = me.map_err(|trouble| format!("Slack doesn't say who the bot is: {trouble}"))?;
    let mut listing = Listing { name: word(&me, "team").to_owned(), ..Listing::default() };
    let pages = [("limit", "200".to_owned())];
    let people = api.first_pages("users.list", &pages, "members", PAGES).await;
    for user in listing.read("people", "users:read", people) {
        listing.people.extend(listed(&user, word(&me, "team_id")));
    }
    let of = |types: &str| {
        [("types", types.to_owned()), ("exclude_archived", "true".to_owned()), ("limit", "200".to_owned())]
    };
    let both = api.first_pages("conversations.list", &of("public_channel,private_channel"), "channels", PAGES).await;
    let channels = match both {
        // Private ones take a right of their own.
        Err(trouble) if trouble.is(&["missing_scope"]) => {
            api.first_pages("conversations.list", &of("public_channel"), "channels", PAGES).await
        }
        other => other,
    };
    for channel in listing.read("channels", "channels:read", channels) {
        let (id, name) = (word(&channel, "id").to_owned(), word(&channel, "name").to_owned());
        listing.channels.push(ListedChannel { id, name, private: channel["is_private"].as_bool() == Some(true) });
    }
    match api.patiently("usergroups.list", &[]).await {
        Ok(groups) => listing.groups.extend(groups["usergroups"].as_array().into_iter().flatten().map(|group| {
            let of = |name: &str| word(group, name).to_owned();
            ListedGroup { id: of("id"), name: of("name"), handle: of("handle") }
        })),
        // Most policies use none, and ask for no right to see them.
        Err(trouble) if trouble.is(&["missing_scope"]) => {}
        Err(trouble) => listing.unread.push(format!("user groups can't be read: {trouble}")),
    }
    Ok(listing)
}

impl Listing {
    /// What was read; what wasn't is said.
    fn read(&mut self, what: &str, scope: &str, read: Called<(Vec<Json>, bool)>) -> Vec<Json> {
        match read {
            Ok((all, true)) => all,
            Ok((all, false)) => {
                self.unread.push(format!("there are more {what} than the {} that are listed here", all.len()));
                all
            }
            Err(trouble) => {
                let why = match trouble.is(&["missing_scope"]) {
                    true => format!("{what} can't be read without the scope {scope}"),
                    false => format!("{what} can't be read: {trouble}"),
                };
                self.unread.push(why);
                Vec::new()
            }
        }
    }
}

fn listed(user: &Json, team: &str) -> Option<Listed> {
    let profile = &user["profile"];
    let names = [&profile["real_name"], &user["real_name"], &profile["display_name"]];
    let mut names: Vec<String> = names.into_iter().filter_map(Json::as_str).map(str::to_owned).collect();
    names.retain(|name| !name.is_empty());
    names.dedup();
    let account = word(user, "id").to_owned();
    let is = |what: &str| user[what].as_bool() == Some(true);
    let kind = if is("is_bot") || account == "USLACKBOT" {
        ListedAs::Bot
    } else if is("deleted") {
        ListedAs::Gone
    } else {
        match people::belongs(user, team) {
            Belongs::Member => ListedAs::Member,
            Belongs::Guest => ListedAs::Guest,
            Belongs::Outside => ListedAs::Outsider,
        }
    };
    let zone = user["tz"].as_str().filter(|zone| !zone.is_empty()).map(str::to_owned);
    (!account.is_empty()).then(|| Listed { account, names, handle: word(user, "name").to_owned(), zone, kind })
}
