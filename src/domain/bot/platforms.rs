//! The chat platforms as the bot last knew them: who is in their groups, whose account is gone, and from which nothing is heard.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling};
use crate::domain::notice::To;
use crate::domain::policy::Group;
use crate::domain::ruling::Then;
use crate::domain::{Lane, PersonId, Platform, Policy, RoleId, mark, text};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Platforms {
    /// Those that nothing is heard from, as the operators were told.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub cut_off: BTreeSet<Platform>,
    /// What works there only in part, as the operators were told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lacks: BTreeMap<Platform, BTreeSet<Lack>>,
    /// Who is on each, as it was last seen.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rosters: BTreeMap<Platform, KnownRoster>,
}

/// What works on a platform only in part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lack {
    /// A channel that the bot isn't in, or may not speak in.
    Channel(Lane),
    /// A channel that the bot doesn't see.
    Sight(Lane),
    /// Threads in a channel.
    Threads(Lane),
    /// The bot's commands can't be registered.
    Commands,
    /// Words or members aren't told to the bot.
    Intents,
    /// Messages can't be pinned.
    Pins,
    /// Who is in which group can't be read.
    Roster,
    /// The bot's token can't be renewed.
    Token,
    /// A group of the platform isn't as the policy wants it to be.
    Group(#[serde(serialize_with = "mark::id")] String),
}

impl Lack {
    /// The channel that it is about.
    pub fn lane(&self) -> Option<&Lane> {
        match self {
            Lack::Channel(lane) | Lack::Sight(lane) | Lack::Threads(lane) => Some(lane),
            Lack::Commands | Lack::Intents | Lack::Pins | Lack::Roster | Lack::Token | Lack::Group(_) => None,
        }
    }
}

/// Who is on a platform.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownRoster {
    /// Members of the groups that roles draw on, by the platform's id of the group.
    pub groups: BTreeMap<String, Vec<PersonId>>,
    /// People whose account there is gone.
    pub gone: Vec<PersonId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "platform.")]
pub enum Event {
    /// Nothing is heard from it any more.
    CutOff {
        platform: Platform,
        why: String,
    },
    Reconnected {
        platform: Platform,
    },
    /// Something works there only in part: a channel that the bot isn't in, members that it isn't told of.
    Lacks {
        platform: Platform,
        what: Lack,
        why: String,
    },
    /// That is mended, or doesn't matter any more.
    Mended {
        platform: Platform,
        what: Lack,
    },
    /// Members of the groups that the policy names there, and people whose account is gone.
    Roster {
        platform: Platform,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        groups: BTreeMap<String, Vec<PersonId>>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<PersonId>,
    },
    /// The bot changed who is in a group there, to whoever holds its role.
    GroupSet(GroupSet),
}

/// A group of a platform as the bot made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupSet {
    pub platform: Platform,
    /// The platform's own id.
    #[serde(serialize_with = "mark::id")]
    pub group: String,
    pub role: RoleId,
    /// Who is in it now.
    pub members: Vec<PersonId>,
    /// How many were taken out of it whom the policy doesn't know.
    #[serde(default, skip_serializing_if = "is_none")]
    pub strangers_out: u32,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Platforms {
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::CutOff { platform, why: _ } => {
                self.cut_off.insert(platform.clone());
            }
            Event::Reconnected { platform } => {
                self.cut_off.remove(platform);
            }
            Event::Lacks { platform, what, why: _ } => {
                self.lacks.entry(platform.clone()).or_default().insert(what.clone());
            }
            Event::Mended { platform, what } => {
                if let Some(lacks) = self.lacks.get_mut(platform) {
                    lacks.remove(what);
                }
                self.lacks.retain(|_, lacks| !lacks.is_empty());
            }
            Event::Roster { platform, groups, gone } => {
                let known = KnownRoster { groups: groups.clone(), gone: gone.clone() };
                self.rosters.insert(platform.clone(), known);
            }
            // What is there now, the platform says whenever it matters.
            Event::GroupSet(_) => {}
        }
    }

    /// Whether it is known who is in a group that makes people hold a role.
    pub fn knows(&self, group: &Group) -> bool {
        self.rosters.get(&group.platform).is_some_and(|known| known.groups.contains_key(&group.id))
    }

    /// Whether a person's account on a platform is known to be gone.
    pub(super) fn is_gone(&self, person: &PersonId, platform: &Platform) -> bool {
        self.rosters.get(platform).is_some_and(|known| known.gone.contains(person))
    }

    /// The policy with the members that its roles draw from groups added to those that it names.
    #[must_use]
    pub(super) fn with_group_members(&self, policy: &Policy) -> Policy {
        let mut with_group_members = policy.clone();
        for role in with_group_members.roles.values_mut() {
            for group in &role.groups {
                let members = self.rosters.get(&group.platform).and_then(|known| known.groups.get(&group.id));
                for member in members.into_iter().flatten().filter(|it| policy.people.contains_key(*it)) {
                    if !role.members.contains(member) {
                        role.members.push(member.clone());
                    }
                }
            }
        }
        with_group_members
    }
}

impl Draft<'_> {
    /// Recorded where it changed. Duties move to who holds them now, and the operators hear whose account went.
    pub(super) fn roster(
        mut self,
        platform: &Platform,
        groups: &BTreeMap<String, Vec<PersonId>>,
        gone: &[PersonId],
    ) -> Ruling {
        let before = self.bot.platforms.rosters.get(platform).cloned().unwrap_or_default();
        if &before.groups == groups && before.gone == gone {
            return self.ruling;
        }
        self.push(Event::Roster { platform: platform.clone(), groups: groups.clone(), gone: gone.to_vec() });
        let with_group_members = self.bot.with_group_members(self.policy);
        let changed: Vec<RoleId> = with_group_members
            .roles
            .iter()
            .filter(|(_, role)| {
                role.groups.iter().any(|group| {
                    let of = |groups: &BTreeMap<String, Vec<PersonId>>| groups.get(&group.id).cloned();
                    &group.platform == platform && of(&before.groups) != of(groups)
                })
            })
            .map(|(id, _)| id.clone())
            .collect();
        for role in changed.iter().filter(|role| with_group_members.may_hold(role).is_empty()) {
            let text = format!(
                "Add somebody to {role}: nobody holds it any more, since its groups on {platform} are empty. What it owes reaches nobody."
            );
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        if !changed.is_empty() {
            self.ruling.then.push(Then::WakeHolders { roles: changed, people: Vec::new() });
        }
        for person in gone.iter().filter(|person| !before.gone.contains(person)) {
            let roles: Vec<&RoleId> = with_group_members
                .roles
                .keys()
                .filter(|role| with_group_members.may_hold(role).contains(&person))
                .collect();
            let holds = if roles.is_empty() { "no role".to_owned() } else { text::list(roles.iter()) };
            let name = self.name(person);
            let text = format!(
                "{name}'s account on {platform} is gone: deactivated, or they left. In the policy they hold {holds}: give it to somebody else."
            );
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        self.ruling
    }

    /// Recorded and told once. That it is mended is recorded, and told by what works again.
    pub(super) fn lacks(mut self, lacks: &BTreeMap<Platform, BTreeMap<Lack, String>>) -> Ruling {
        for (platform, now) in lacks {
            let before = self.bot.platforms.lacks.get(platform).cloned().unwrap_or_default();
            for (what, why) in now.iter().filter(|(what, _)| !before.contains(*what)) {
                self.push(Event::Lacks { platform: platform.clone(), what: what.clone(), why: why.clone() });
                let text = format!("On {platform} something needs an operator: {why}.");
                self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
            }
            for what in before.into_iter().filter(|what| !now.contains_key(what)) {
                self.push(Event::Mended { platform: platform.clone(), what });
            }
        }
        self.ruling
    }

    /// Recorded and told once when a platform falls silent, and once when it speaks again.
    pub(super) fn links(mut self, cut_off: &BTreeMap<Platform, String>) -> Ruling {
        let before = self.bot.platforms.cut_off.clone();
        for (platform, why) in cut_off.iter().filter(|(platform, _)| !before.contains(*platform)) {
            self.push(Event::CutOff { platform: platform.clone(), why: why.clone() });
            let text =
                format!("I am cut off from {platform}: {why}. The clocks run on; what I have to tell there waits.");
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        for platform in before.into_iter().filter(|platform| !cut_off.contains_key(platform)) {
            let text = format!("I am connected to {platform} again.");
            self.push(Event::Reconnected { platform });
            self.tell(To::Operators, Telling::Sentence { text: text.into() }, None);
        }
        self.ruling
    }
}
