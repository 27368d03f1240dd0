//! Who is who: what Slack says of an account, how somebody is called, and how their words look to people.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::{Slack, lock, word, words};
use crate::chat::mention_of_stranger;
use crate::domain::{Lane, Place};
use crate::ledger::heard::{Account, Belongs};

/// How long a name is waited for. Without it the account's id is the name.
const NAME_WITHIN: Duration = Duration::from_secs(5);
/// How long a profile counts before Slack is asked again: no event tells when people of other organisations change.
/// While Slack can't be asked, an older profile goes on counting.
const PROFILE_FOR: Duration = Duration::from_secs(10 * 60);

/// What Slack says of an account.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub name: String,
    pub bot: bool,
    pub belongs: Belongs,
    since: Instant,
}

impl Slack {
    /// Who a message or an event is from.
    pub(super) async fn account(&self, of: &Json) -> Account {
        let (user, bot) = (word(of, "user"), word(of, "bot_id"));
        let id = if user.is_empty() { bot } else { user };
        if user.is_empty() {
            let names = [of["username"].as_str(), of["bot_profile"]["name"].as_str()];
            let name = names.into_iter().flatten().next().unwrap_or(if bot.is_empty() { "Slack" } else { bot });
            let id = if id.is_empty() { "slack" } else { id };
            return Account { id: id.to_owned(), name: name.to_owned(), bot: true, belongs: Belongs::Member };
        }
        let profile = self.profile_or_guess(user).await;
        // What an app writes in somebody's name is the app's word, whichever of its marks Slack gives.
        let of_an_app = !bot.is_empty() || !word(of, "app_id").is_empty() || of["bot_profile"].is_object();
        let bot = of_an_app || profile.bot || user == "USLACKBOT";
        Account { id: user.to_owned(), name: profile.name, bot, belongs: profile.belongs }
    }

    /// What Slack says of an account: from memory where it was asked within [`PROFILE_FOR`], or where it doesn't answer
    /// now.
    pub(super) async fn profile(&self, id: &str) -> Option<Profile> {
        let known = lock(&self.people).get(id).cloned();
        if known.as_ref().is_some_and(|profile| profile.since.elapsed() < PROFILE_FOR) {
            return known;
        }
        let arguments = [("user", id.to_owned())];
        let asked = tokio::time::timeout(NAME_WITHIN, self.api.patiently("users.info", &arguments)).await;
        match asked {
            Ok(Ok(answer)) => Some(self.remember(&answer["user"])),
            _ => known,
        }
    }

    /// Takes in what Slack says of a person.
    pub(super) fn remember(&self, user: &Json) -> Profile {
        let team = self.me().map(|me| me.team).unwrap_or_default();
        let profile = read(user, &team);
        lock(&self.people).put(word(user, "id").to_owned(), profile.clone());
        profile
    }

    /// Where Slack doesn't answer in time, and the policy refuses guests or outsiders, the account counts as a guest's.
    async fn profile_or_guess(&self, id: &str) -> Profile {
        let guess = || {
            let belongs = if self.policy_refuses_some() { Belongs::Guest } else { Belongs::Member };
            Profile { name: id.to_owned(), bot: false, belongs, since: Instant::now() }
        };
        self.profile(id).await.unwrap_or_else(guess)
    }

    /// Whether it matters to the policy how somebody belongs to the workspace.
    fn policy_refuses_some(&self) -> bool {
        self.door().is_some_and(|door| !door.reception.desk.shown().policy.refuse.is_empty())
    }

    /// Whether the policy refuses an account, though it may know its person. Where Slack doesn't say now how it belongs to the
    /// workspace, it is refused as long as that matters.
    pub(super) async fn is_refused(&self, id: &str) -> bool {
        let Some(door) = self.door().filter(|_| self.policy_refuses_some()) else { return false };
        let asked = tokio::time::timeout(super::asks::NAMES_WITHIN, self.profile(id)).await;
        let policy = door.reception.desk.shown().policy;
        asked.ok().flatten().is_none_or(|profile| profile.belongs.is_refused(&policy))
    }

    pub(super) async fn name_of(&self, id: &str) -> String {
        self.profile(id).await.map_or_else(|| id.to_owned(), |profile| profile.name)
    }

    /// Somebody who typed, pressed or sent a form. `None`: the policy refuses guests or outsiders, and Slack doesn't say
    /// now whether this is one.
    pub(super) async fn asker(&self, id: &str) -> Option<Account> {
        if let Some(Profile { name, bot, belongs, .. }) = self.profile(id).await {
            return Some(Account { id: id.to_owned(), name, bot, belongs });
        }
        (!self.policy_refuses_some()).then(|| Account::member(id, id))
    }

    /// The words of a message as people see them.
    pub(super) async fn text_in(&self, message: &Json, lane: &Lane) -> String {
        let text = word(message, "text");
        match lane.place {
            Place::Channel(_) => self.as_seen(&words::with_typed_mentions_quoted(text)).await,
            // Whatever is said to the bot alone is meant for it.
            Place::Direct(_) => self.as_seen(text).await,
        }
    }

    pub(super) async fn as_seen(&self, text: &str) -> String {
        let mut names = HashMap::new();
        let me = self.me().map(|me| me.user).unwrap_or_default();
        for id in words::mentioned(text) {
            if id != me && !names.contains_key(&id) {
                let key = self.door().and_then(|door| door.reception.desk.person(&id, &self.platform));
                let mention = match key {
                    Some(key) => format!("@{key}"),
                    None => mention_of_stranger(&self.name_of(&id).await),
                };
                names.insert(id, mention);
            }
        }
        words::plain(text, &me, &|id| names.get(id).cloned().unwrap_or_else(|| mention_of_stranger(id)))
    }
}

/// What Slack says of a person.
fn read(user: &Json, team: &str) -> Profile {
    let profile = &user["profile"];
    let names = [&profile["display_name"], &profile["real_name"], &user["real_name"], &user["name"], &user["id"]];
    let name = names.into_iter().filter_map(Json::as_str).find(|name| !name.is_empty()).unwrap_or_default();
    Profile {
        name: name.to_owned(),
        bot: user["is_bot"].as_bool() == Some(true),
        belongs: belongs(user, team),
        since: Instant::now(),
    }
}

/// How somebody belongs to the workspace `team`.
pub(super) fn belongs(user: &Json, team: &str) -> Belongs {
    let is = |what: &str| user[what].as_bool() == Some(true);
    let elsewhere = user["team_id"].as_str().is_some_and(|it| !team.is_empty() && it != team);
    // In an Enterprise Grid a colleague may be at home in another workspace of the same company.
    let of_the_grid = user["enterprise_user"]["teams"]
        .as_array()
        .is_some_and(|teams| teams.iter().any(|it| it.as_str() == Some(team)));
    if is("is_stranger") || elsewhere && !of_the_grid {
        Belongs::Outside
    } else if is("is_restricted") || is("is_ultra_restricted") {
        Belongs::Guest
    } else {
        Belongs::Member
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn guests_and_strangers_are_known_by_their_marks() {
        let of = |more: Json| {
            let mut user =
                json!({ "id": "U1", "team_id": "T1", "name": "lena", "profile": { "display_name": "Lena" } });
            user.as_object_mut().expect("a user").extend(more.as_object().expect("marks").clone());
            read(&user, "T1").belongs
        };
        assert_eq!(of(json!({})), Belongs::Member);
        assert_eq!(of(json!({ "is_restricted": true })), Belongs::Guest);
        assert_eq!(of(json!({ "is_restricted": true, "is_ultra_restricted": true })), Belongs::Guest);
        assert_eq!(of(json!({ "is_stranger": true })), Belongs::Outside);
        assert_eq!(of(json!({ "team_id": "T2" })), Belongs::Outside);
        assert_eq!(of(json!({ "team_id": "T2", "enterprise_user": { "teams": ["T1", "T2"] } })), Belongs::Member);
    }
}
