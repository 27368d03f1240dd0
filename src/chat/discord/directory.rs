//! What is known of Discord's servers: who we are, which channel is where, and what things are called.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serenity::model::Permissions;

use super::wire::{self, Channel, Guild, Id, Overwrite, PRIVATE_THREAD, Role, permissions};
use crate::domain::{CaseId, Lane, Place, Platform};

pub const PLATFORM: &str = "discord";

pub fn platform() -> Platform {
    Platform::from(PLATFORM)
}

/// The bot, as Discord knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    pub user: Id,
    pub application: Id,
    pub name: String,
}

/// What Discord said of a channel.
#[derive(Clone, Debug, Default)]
pub struct KnownChannel {
    pub guild: Option<Id>,
    pub parent: Option<Id>,
    /// Discord's number for what kind of channel it is.
    pub kind: u64,
    pub name: String,
    /// Who may do more or less in it than on the whole server. `None`: Discord didn't say.
    pub overwrites: Option<Vec<Overwrite>>,
    /// The newest message as Discord said when the connection began: what is newer comes by itself.
    pub last: Option<Id>,
}

impl KnownChannel {
    pub fn is_thread(&self) -> bool {
        wire::is_thread(self.kind)
    }
}

#[derive(Default)]
pub struct Directory {
    pub me: Option<Me>,
    /// The servers that the bot is on, and their roles.
    pub servers: BTreeMap<Id, BTreeMap<Id, Role>>,
    /// Servers that the bot is on and that haven't come yet, or are out of order: who is on them can't be said.
    absent: BTreeSet<Id>,
    places: HashMap<Id, KnownChannel>,
    /// Person → the channel of their direct messages.
    directs: HashMap<Id, Id>,
    /// A case's own channel, by its name in a lane (`inc-12`).
    case_channels: BTreeMap<String, Id>,
    /// Registered commands, by their names.
    pub commands: BTreeMap<String, Id>,
}

impl Directory {
    /// A session began, and these are the servers that the bot is on. Each of them comes by itself.
    pub fn expect(&mut self, servers: &[Id]) {
        let left: Vec<Id> = self.servers.keys().copied().filter(|known| !servers.contains(known)).collect();
        left.into_iter().for_each(|server| self.leave(server));
        self.absent = servers.iter().copied().collect();
    }

    /// The bot was put out of a server.
    pub fn leave(&mut self, server: Id) {
        self.servers.remove(&server);
        self.absent.remove(&server);
        self.places.retain(|_, place| place.guild != Some(server));
    }

    /// A server is out of order.
    pub fn lose(&mut self, server: Id) {
        self.absent.insert(server);
    }

    /// The servers that the bot is on. `None`: not all of them are there.
    pub fn all_servers(&self) -> Option<Vec<Id>> {
        self.absent.is_empty().then(|| self.servers.keys().copied().collect())
    }

    pub fn enter(&mut self, guild: &Guild) {
        let roles = guild.roles.0.iter().map(|role| (role.id, role.clone())).collect();
        self.absent.remove(&guild.id);
        self.servers.insert(guild.id, roles);
        for channel in guild.channels.0.iter().chain(&guild.threads.0) {
            self.learn(channel, Some(guild.id));
        }
    }

    pub fn learn(&mut self, channel: &Channel, guild: Option<Id>) {
        let Some(id) = channel.id else { return };
        let known = self.places.get(&id);
        let place = KnownChannel {
            guild: channel.guild_id.or(guild).or(known.and_then(|known| known.guild)),
            parent: channel.parent_id.or(known.and_then(|known| known.parent)),
            kind: channel.kind,
            name: channel.name.clone().unwrap_or_else(|| known.map(|known| known.name.clone()).unwrap_or_default()),
            overwrites: channel
                .permission_overwrites
                .clone()
                .or_else(|| known.and_then(|known| known.overwrites.clone())),
            last: channel.last_message_id.or(known.and_then(|known| known.last)),
        };
        self.places.insert(id, place);
    }

    pub fn forget(&mut self, channel: Id) {
        self.places.remove(&channel);
        self.directs.retain(|_, direct| *direct != channel);
    }

    pub fn learn_role(&mut self, guild: Id, role: &Role) {
        if let Some(roles) = self.servers.get_mut(&guild) {
            roles.insert(role.id, role.clone());
        }
    }

    pub fn role(&self, id: Id) -> Option<String> {
        self.servers.values().find_map(|roles| roles.get(&id)).map(|role| role.name.clone())
    }

    pub fn place(&self, channel: Id) -> Option<&KnownChannel> {
        self.places.get(&channel)
    }

    /// The channel that a thread belongs to; any other channel itself.
    pub fn outer_channel(&self, channel: Id) -> Id {
        self.place(channel).filter(|place| place.is_thread()).and_then(|place| place.parent).unwrap_or(channel)
    }

    /// Whether everybody on the server can read what is said in a channel. One of which too little is known counts as closed.
    pub fn is_open(&self, channel: Id) -> bool {
        let is_private = self.place(channel).is_none_or(|place| place.kind == PRIVATE_THREAD);
        let outer = self.place(self.outer_channel(channel)).filter(|outer| !is_private && !outer.is_thread());
        let Some((server, overwrites)) = outer.and_then(|outer| outer.guild.zip(outer.overwrites.as_ref())) else {
            return false;
        };
        // The role of everybody has the server's own id.
        let Some(everybody) = self.servers.get(&server).and_then(|roles| roles.get(&server)) else { return false };
        let may = permissions(&everybody.permissions);
        let here = overwrites.iter().find(|one| one.id == server);
        let (allow, deny) = here.map_or_else(Default::default, |one| (permissions(&one.allow), permissions(&one.deny)));
        may.administrator() || ((may - deny) | allow).contains(Permissions::VIEW_CHANNEL)
    }

    /// Threads of a channel that weren't archived when the connection began.
    pub fn threads_of(&self, channel: Id) -> Vec<(Id, Option<Id>)> {
        let of = self.places.iter().filter(|(_, place)| place.is_thread() && place.parent == Some(channel));
        of.map(|(id, place)| (*id, place.last)).collect()
    }

    pub fn learn_direct(&mut self, person: Id, channel: Id) {
        self.directs.insert(person, channel);
    }

    pub fn direct(&self, person: Id) -> Option<Id> {
        self.directs.get(&person).copied()
    }

    /// Whose direct messages a channel is.
    pub fn person_of(&self, channel: Id) -> Option<Id> {
        self.directs.iter().find(|(_, direct)| **direct == channel).map(|(person, _)| *person)
    }

    pub fn learn_case_channel(&mut self, lane: &Lane, channel: Id) {
        if let Place::Channel(name) = &lane.place {
            // A channel that a case gave back may be another's by now.
            self.case_channels.retain(|_, known| *known != channel);
            self.case_channels.insert(name.clone(), channel);
        }
    }

    /// The case has given its channel back: what is said there is its people's own.
    pub fn forget_case_channel(&mut self, lane: &Lane) {
        if let Place::Channel(name) = &lane.place {
            self.case_channels.remove(name);
        }
    }

    pub fn case_channel(&self, case: CaseId) -> Option<Id> {
        self.case_channels.get(&case.to_string().to_lowercase()).copied()
    }

    /// How the bot calls a channel: a case's own by the case, any other by Discord's id.
    pub fn lane(&self, channel: Id) -> Lane {
        let own = self.case_channels.iter().find(|(_, id)| **id == channel).map(|(name, _)| name.clone());
        Lane { platform: platform(), place: Place::Channel(own.unwrap_or_else(|| channel.to_string())) }
    }

    /// The channel of a lane, if it is one and known.
    pub fn channel(&self, lane: &Lane) -> Option<Id> {
        match &lane.place {
            Place::Channel(name) => self.case_channels.get(name).copied().or_else(|| Id::read(name)),
            Place::Direct(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cases_own_channel_is_called_by_the_case() {
        let mut directory = Directory::default();
        let lane: Lane = "discord/inc-12".parse().expect("a lane");
        assert_eq!(directory.channel(&lane), None);
        directory.learn_case_channel(&lane, Id(77));
        assert_eq!((directory.lane(Id(77)), directory.channel(&lane)), (lane, Some(Id(77))));
        assert_eq!(directory.lane(Id(78)).to_string(), "discord/78");
    }

    #[test]
    fn a_channel_that_changed_keeps_what_the_change_does_not_say() {
        let mut directory = Directory::default();
        let channel = |json| serde_json::from_value::<Channel>(json).expect("a channel");
        directory
            .learn(&channel(serde_json::json!({ "id": "5", "type": 11, "parent_id": "4", "name": "t" })), Some(Id(1)));
        directory.learn(&channel(serde_json::json!({ "id": "5", "type": 11 })), None);
        let place = directory.place(Id(5)).expect("it is known");
        assert_eq!((place.guild, place.parent, place.is_thread(), &*place.name), (Some(Id(1)), Some(Id(4)), true, "t"));
        assert_eq!(directory.threads_of(Id(4)), [(Id(5), None)]);
    }

    #[test]
    fn open_is_what_everybody_on_the_server_can_read() {
        let view = Permissions::VIEW_CHANNEL.bits().to_string();
        let guild = |base: &str, allow: &str, deny: &str| -> Guild {
            serde_json::from_value(serde_json::json!({
                "id": "1", "roles": [{ "id": "1", "permissions": base }, { "id": "9", "permissions": view }],
                "channels": [{ "id": "4", "type": 0, "permission_overwrites": [
                    { "id": "9", "type": 0, "allow": view, "deny": "0" }, { "id": "1", "type": 0, "allow": allow, "deny": deny },
                ] }],
                "threads": [{ "id": "5", "type": 11, "parent_id": "4", "permission_overwrites": [] },
                            { "id": "6", "type": 12, "parent_id": "4", "permission_overwrites": [] },
                            { "id": "7", "type": 11, "permission_overwrites": [] }],
            }))
            .expect("a server")
        };
        let open = |base: &str, allow: &str, deny: &str| {
            let mut directory = Directory::default();
            directory.enter(&guild(base, allow, deny));
            [4, 5, 6, 7, 8].map(|id| directory.is_open(Id(id)))
        };
        // A private thread is closed in an open channel; what isn't known is closed.
        assert_eq!(open(&view, "0", "0"), [true, true, false, false, false]);
        assert_eq!(open("0", &view, "0"), [true, true, false, false, false]);
        assert_eq!(open(&view, "0", &view), [false; 5]);
        // The server keeps everybody out, and lets them in role by role.
        assert_eq!(open("0", "0", "0"), [false; 5]);
    }

    #[test]
    fn a_channel_is_one_cases_own_at_a_time() {
        let mut directory = Directory::default();
        let lane = |name: &str| -> Lane { format!("discord/{name}").parse().expect("a lane") };
        directory.learn_case_channel(&lane("inc-10"), Id(77));
        directory.learn_case_channel(&lane("inc-12"), Id(77));
        assert_eq!(
            (directory.lane(Id(77)), directory.case_channel("INC-10".parse().expect("a case"))),
            (lane("inc-12"), None)
        );
        directory.forget_case_channel(&lane("inc-12"));
        assert_eq!(directory.lane(Id(77)).to_string(), "discord/77");
    }
}
