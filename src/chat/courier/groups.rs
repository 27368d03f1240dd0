//! Groups of platforms that the policy wants to be whoever holds a role now: a Slack user group, a Discord role.
//!
//! What they should be follows from the policy, the delegations and the platforms' rosters; whenever one of these changes, and
//! now and then besides, each group is compared with it and set where it differs. What could go wrong, and what then:
//! - nobody holds the role, or none of its holders has an account there: the group is left as it is, and the operators hear of
//!   it. It is never emptied;
//! - who is in a group that makes people hold the role isn't known yet: it waits, or people would be taken out for a moment;
//! - the platform refuses: tried again with growing pauses, or when the platform says, and the operators hear why;
//! - the process dies before the change is recorded: the log has it alone, and the group is as it should be.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;

use super::retry;
use crate::chat::{Chats, GroupChange, Undelivered};
use crate::desk::{DeskHandle, RETRY_PAUSE, Shown};
use crate::domain::obligation::Holder;
use crate::domain::policy::Group;
use crate::domain::{Actor, At, BotCommand, GroupSet, PersonId, RoleId, Span, text};

/// How often a group is looked at where nothing has changed here: somebody may have changed it there.
const LOOK_EVERY: Span = Span::minutes(10);
/// However often it was refused, it is tried again within this time.
const AGAIN_WITHIN: Span = Span::minutes(10);

pub(super) struct Groups {
    desk: DeskHandle,
    chats: Chats,
    /// What came of each group when it was looked at last.
    looked: BTreeMap<Group, Looked>,
}

/// Who should be in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Wanted {
    /// Account → its person.
    accounts: BTreeMap<String, PersonId>,
    /// People who hold the role and have no account there.
    without: Vec<PersonId>,
}

struct Looked {
    wanted: Wanted,
    /// When it is looked at again, whatever happens.
    again: At,
    /// How often it was refused in a row.
    refused: u32,
}

impl Groups {
    pub fn new(desk: DeskHandle, chats: Chats) -> Groups {
        Groups { desk, chats, looked: BTreeMap::new() }
    }

    /// Runs until the desk is gone.
    pub async fn run(mut self) {
        let mut commits = self.desk.watch();
        loop {
            let shown = commits.borrow_and_update().clone();
            let next = self.round(&shown).await;
            let changed = async {
                while commits.changed().await.is_ok() {
                    let now = commits.borrow_and_update();
                    if !std::sync::Arc::ptr_eq(&now.bot, &shown.bot)
                        || !std::sync::Arc::ptr_eq(&now.policy, &shown.policy)
                    {
                        return true;
                    }
                }
                false
            };
            tokio::select! {
                goes_on = changed => if !goes_on { return },
                () = self.desk.clock.wait_until(next) => {}
            }
        }
    }

    /// Sees to every group that isn't known to be as it should be. Returns when the next one is to be looked at again.
    async fn round(&mut self, shown: &Shown) -> Option<At> {
        let now = self.desk.clock.now();
        let mirrored = shown.policy.roles.iter().flat_map(|(id, role)| role.mirrors.iter().map(move |it| (id, it)));
        let mirrored: BTreeMap<&Group, &RoleId> = mirrored.map(|(role, group)| (group, role)).collect();
        let dropped: Vec<Group> = self.looked.keys().filter(|group| !mirrored.contains_key(group)).cloned().collect();
        for group in dropped {
            self.looked.remove(&group);
            self.lacks(&group, None);
        }
        let due = mirrored.into_iter().filter_map(|(group, role)| {
            let wanted = wanted(shown, group, role, now)?;
            let is_known = self.looked.get(group).is_some_and(|looked| looked.wanted == wanted && now < looked.again);
            (!is_known).then_some((group, role, wanted))
        });
        let due: Vec<_> = due.collect();
        // One platform's limit holds up no other group.
        let seen_to = join_all(due.iter().map(|(group, role, wanted)| self.fill(shown, group, role, wanted))).await;
        for ((group, _, wanted), outcome) in due.into_iter().zip(seen_to) {
            let before = self.looked.get(group).map_or(0, |looked| looked.refused);
            let (again, refused) = match outcome {
                Ok(()) => (LOOK_EVERY, 0),
                Err(after) => {
                    let pause = after.unwrap_or_else(|| retry::pause(before + 1, &[now.0]));
                    (pause.min(AGAIN_WITHIN), before + 1)
                }
            };
            let again = self.desk.clock.now() + again;
            self.looked.insert(group.clone(), Looked { wanted, again, refused });
        }
        self.looked.values().map(|looked| looked.again).min()
    }

    /// The error is how long the platform asks to wait, where it says so.
    async fn fill(&self, shown: &Shown, group: &Group, role: &RoleId, wanted: &Wanted) -> Result<(), Option<Span>> {
        let Some(chat) = self.chats.get(&group.platform) else { return Ok(()) };
        let names = |people: &[PersonId]| text::list(people.iter().map(|person| shown.policy.name_of(person)));
        if wanted.accounts.is_empty() {
            let why = match wanted.without.as_slice() {
                [] => format!("nobody holds {role}, so the group {} is left as it is", group.id),
                without => format!(
                    "nobody of those who hold {role} ({}) has an account there that works, so the group {} is left as it is",
                    names(without),
                    group.id
                ),
            };
            chat.group_lacks(&group.id, Some(why));
            return Ok(());
        }
        let accounts: BTreeSet<String> = wanted.accounts.keys().cloned().collect();
        let GroupChange { added, removed, lacking } = match chat.fill_group(&group.id, &accounts).await {
            Ok(change) => change,
            Err(undelivered) => {
                let after = match &undelivered {
                    Undelivered::Later { after, .. } => *after,
                    Undelivered::Closed { .. } | Undelivered::Gone { .. } | Undelivered::Never { .. } => None,
                };
                let why = format!("the group {} can't be kept to whoever holds {role}: {undelivered}", group.id);
                chat.group_lacks(&group.id, Some(why));
                return Err(after);
            }
        };
        let without = (!wanted.without.is_empty()).then(|| {
            let names = names(&wanted.without);
            format!("the group {} is without {names}: they hold {role} and have no account there that works", group.id)
        });
        let lacking = lacking.map(|why| format!("the group {} isn't exactly whoever holds {role}: {why}", group.id));
        let lacks: Vec<String> = without.into_iter().chain(lacking).collect();
        chat.group_lacks(&group.id, (!lacks.is_empty()).then(|| lacks.join("; ")));
        if !added.is_empty() || !removed.is_empty() {
            tracing::info!(platform = %group.platform, group = group.id, %role, ?added, ?removed, "a group follows its role");
            let stranger = |account: &&String| self.desk.person(account, &group.platform).is_none();
            let set = GroupSet {
                platform: group.platform.clone(),
                group: group.id.clone(),
                role: role.clone(),
                members: wanted.accounts.values().cloned().collect(),
                strangers_out: u32::try_from(removed.iter().filter(stranger).count()).unwrap_or(u32::MAX),
            };
            self.record(set).await;
        }
        Ok(())
    }

    /// What happened is recorded until it is.
    async fn record(&self, set: GroupSet) {
        loop {
            match self.desk.ask_bot(BotCommand::GroupSet(set.clone()), Actor::Engine, None).await {
                Ok(Ok(_)) => return,
                Ok(Err(refusal)) => {
                    return tracing::error!(refusal = refusal.code(), "that a group was changed isn't recorded");
                }
                Err(fault) if fault.is_stopped() => return,
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
    }

    fn lacks(&self, group: &Group, why: Option<String>) {
        if let Some(chat) = self.chats.get(&group.platform) {
            chat.group_lacks(&group.id, why);
        }
    }
}

/// `None`: it isn't known yet.
fn wanted(shown: &Shown, group: &Group, role: &RoleId, now: At) -> Option<Wanted> {
    let sources = shown.policy.roles.get(role).map_or(&[][..], |role| &role.groups);
    if !sources.iter().all(|source| shown.bot.platforms.knows(source)) {
        return None;
    }
    let mut wanted = Wanted::default();
    for seat in shown.bot.people(&shown.policy, now).holders(&Holder::Roles(vec![role.clone()]), &[]) {
        let account = shown.policy.people.get(&seat.person).and_then(|known| known.accounts.get(&group.platform));
        match account.filter(|_| !shown.bot.is_gone(&seat.person, &group.platform)) {
            Some(account) => drop(wanted.accounts.insert(account.clone(), seat.person)),
            None => wanted.without.push(seat.person),
        }
    }
    Some(wanted)
}
