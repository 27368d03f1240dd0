//! Discord roles that the policy wants to be whoever holds a role of its own.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;

use super::Discord;
use super::api::{Call, Trouble};
use super::deliver::{code, undelivered};
use super::wire::{Guild, Id, Member, Role};
use crate::chat::{GroupChange, Undelivered};

/// The most members that Discord gives at a time.
const PAGE: usize = 1_000;
/// How many members are looked through on one server.
const PAGES: usize = 200;

/// Who has the role, as far as it can be seen.
struct There {
    holders: BTreeSet<Id>,
    /// Those of the wanted accounts that aren't on the server.
    absent: BTreeSet<Id>,
    /// Strangers can have it without its being seen.
    partly: bool,
}

impl Discord {
    pub(super) async fn fill_role(&self, group: &str, accounts: &BTreeSet<String>) -> Result<GroupChange, Undelivered> {
        let role = Id::read(group).ok_or_else(|| Undelivered::never("that is not the id of a Discord role"))?;
        let server = self.server_of(role).await.map_err(undelivered)?;
        let server = server.ok_or_else(|| Undelivered::never("the role is on none of the bot's servers"))?;
        let wanted: BTreeSet<Id> = accounts.iter().filter_map(|account| Id::read(account)).collect();
        let there = self.holders_of(server, role, &wanted).await.map_err(undelivered)?;
        let mut change = GroupChange::default();
        let missing = wanted.iter().filter(|id| !there.holders.contains(id) && !there.absent.contains(id));
        let surplus = there.holders.iter().filter(|id| !wanted.contains(id));
        let steps = missing.map(|id| (Method::PUT, *id)).chain(surplus.map(|id| (Method::DELETE, *id)));
        for (method, user) in steps.collect::<Vec<_>>() {
            let path = format!("/guilds/{server}/members/{user}/roles/{role}");
            match self.api.patient(&Call::new(method.clone(), &path)).await {
                Ok(_) if method == Method::PUT => change.added.push(user.to_string()),
                Ok(_) => change.removed.push(user.to_string()),
                // They left meanwhile, and their roles with them.
                Err(Trouble::Refused { code: code::UNKNOWN_MEMBER | code::UNKNOWN_USER, .. }) => {}
                // What was done already is told, and tried no second time.
                Err(trouble) if !change.added.is_empty() || !change.removed.is_empty() => {
                    change.lacking = Some(refused(trouble).to_string());
                    return Ok(change);
                }
                Err(trouble) => return Err(refused(trouble)),
            }
        }
        let absent: Vec<String> = there.absent.iter().map(ToString::to_string).collect();
        let absent = (!absent.is_empty())
            .then(|| format!("these accounts of the policy aren't on the role's server: {}", absent.join(", ")));
        let partly = there.partly.then(|| {
            "without the intent GUILD_MEMBERS it can't be seen who else has it; allow it in the developer portal under “Bot”"
                .to_owned()
        });
        let lacking: Vec<String> = absent.into_iter().chain(partly).collect();
        change.lacking = (!lacking.is_empty()).then(|| lacking.join("; "));
        Ok(change)
    }

    async fn server_of(&self, role: Id) -> Result<Option<Id>, Trouble> {
        for guild in self.api.read::<Vec<Guild>>("/users/@me/guilds").await? {
            let roles: Vec<Role> = self.api.read(&format!("/guilds/{}/roles", guild.id)).await?;
            if roles.iter().any(|it| it.id == role) {
                return Ok(Some(guild.id));
            }
        }
        Ok(None)
    }

    async fn holders_of(&self, server: Id, role: Id, wanted: &BTreeSet<Id>) -> Result<There, Trouble> {
        let (mut there, partly) = match self.members_of(server).await {
            Ok(members) => (members, false),
            Err(Trouble::Refused { status: 403, .. }) => (self.known_members_of(server, wanted).await?, true),
            Err(trouble) => return Err(trouble),
        };
        let absent = wanted.iter().filter(|id| !there.contains_key(id)).copied().collect();
        there.retain(|_, member| member.roles.contains(&role));
        Ok(There { holders: there.into_keys().collect(), absent, partly })
    }

    /// Everybody on a server. Discord refuses it without the intent for members.
    pub(super) async fn members_of(&self, server: Id) -> Result<BTreeMap<Id, Member>, Trouble> {
        let mut all = BTreeMap::new();
        let mut after = Id(0);
        for _ in 0..PAGES {
            let page: Vec<Member> =
                self.api.read(&format!("/guilds/{server}/members?limit={PAGE}&after={after}")).await?;
            let count = page.len();
            let members = page.into_iter().filter_map(|member| Some((member.user.as_ref()?.id, member)));
            all.extend(members);
            after = all.last_key_value().map_or(after, |(last, _)| *last);
            if count < PAGE {
                return Ok(all);
            }
        }
        Err(Trouble::Unknown { why: format!("the server has more than {} members", PAGE * PAGES) })
    }

    /// Those people of the policy, and of the wanted accounts, who are on a server.
    async fn known_members_of(&self, server: Id, wanted: &BTreeSet<Id>) -> Result<BTreeMap<Id, Member>, Trouble> {
        let policy = self.door().map(|door| door.reception.desk.shown().policy);
        let people = policy.iter().flat_map(|policy| policy.people.values());
        let accounts = people.filter_map(|person| Id::read(person.accounts.get(&super::platform())?));
        let accounts: BTreeSet<Id> = accounts.chain(wanted.iter().copied()).collect();
        let mut members = BTreeMap::new();
        for account in accounts {
            if let Some(member) = self.member_of(server, account).await? {
                members.insert(account, member);
            }
        }
        Ok(members)
    }
}

/// What to do about it, for the operators.
fn refused(trouble: Trouble) -> Undelivered {
    match trouble {
        Trouble::Refused { code: code::MISSING_PERMISSIONS | code::MISSING_ACCESS, .. } => Undelivered::never(
            "the bot may not give that Discord role. It needs “Manage Roles”, and a role of its own that stands above it in the \
             server's settings",
        ),
        other => undelivered(other),
    }
}
