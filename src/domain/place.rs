//! Where something is said: a channel, or one person's direct messages, on one platform.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::policy::{Channel, is_key};
use super::{AccountId, CaseId, PersonId, Platform, mark};

/// The platform that the bot brings itself: the local room.
pub const LOCAL: &str = "local";

/// A channel, or one person's direct messages, on one platform: what one platform's trouble is confined to.
/// Written `local/credit-ai`, `slack/C024BE91L`, `local/@maya`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "Written")]
pub struct Lane {
    pub platform: Platform,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Channel(String),
    /// The platform's id of the person whose direct messages these are.
    Direct(String),
}

/// Where a case stands on a platform: the channel, and its card there once it is posted.
pub type CaseStands = (Lane, Option<String>);

impl Lane {
    pub fn channel(channel: &Channel) -> Lane {
        Lane { platform: channel.platform.clone(), place: Place::Channel(channel.id.clone()) }
    }
    /// As the policy would name it; `None` for direct messages.
    pub fn as_channel(&self) -> Option<Channel> {
        match &self.place {
            Place::Channel(id) => Some(Channel { platform: self.platform.clone(), id: id.clone() }),
            Place::Direct(_) => None,
        }
    }
    /// The case whose own channel this is.
    pub fn own_of(&self) -> Option<CaseId> {
        match &self.place {
            Place::Channel(id) => id.parse().ok(),
            Place::Direct(_) => None,
        }
    }
    pub fn direct(platform: &Platform, account: &str) -> Lane {
        Lane { platform: platform.clone(), place: Place::Direct(account.to_owned()) }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Channel(id) => write!(f, "{}/{id}", self.platform),
            Place::Direct(account) => write!(f, "{}/@{account}", self.platform),
        }
    }
}

/// A lane in a record: a channel is a fact, an account is a subject.
impl Serialize for Lane {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Lane { platform, place } = self;
        let mut written = to.serialize_struct("Lane", 2)?;
        written.serialize_field("platform", platform)?;
        match place {
            Place::Channel(id) => written.serialize_field("channel", &ChannelId { platform, id })?,
            Place::Direct(account) => written.serialize_field("account", &AccountId::on(platform, account))?,
        }
        written.end()
    }
}

/// A channel's id in a record.
struct ChannelId<'a> {
    platform: &'a Platform,
    id: &'a str,
}

impl Serialize for ChannelId<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // The local room's channels are named by the policy, in letters of any script.
        match self.platform.as_str() == LOCAL && is_key(self.id) {
            true => mark::fact(&self.id, to),
            false => mark::id(self.id, to),
        }
    }
}

#[derive(Deserialize)]
struct Written {
    platform: Platform,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    account: Option<AccountId>,
}

impl TryFrom<Written> for Lane {
    type Error = NotALane;
    fn try_from(written: Written) -> Result<Lane, NotALane> {
        let Written { platform, channel, account } = written;
        match (channel, account) {
            (Some(id), None) => Ok(Lane { platform, place: Place::Channel(id) }),
            (None, Some(account)) => {
                let place = Place::Direct(account.id_on(&platform).to_owned());
                Ok(Lane { platform, place })
            }
            (None, None) | (Some(_), Some(_)) => Err(NotALane(platform.to_string())),
        }
    }
}

/// Not `platform/channel` or `platform/@account`.
#[derive(Debug, thiserror::Error)]
#[error("“{0}” is not a lane such as local/credit-ai")]
pub struct NotALane(String);

impl std::str::FromStr for Lane {
    type Err = NotALane;
    fn from_str(text: &str) -> Result<Lane, NotALane> {
        let (platform, place) = text.split_once('/').ok_or_else(|| NotALane(text.to_owned()))?;
        let place = match place.strip_prefix('@') {
            Some(account) => Place::Direct(account.to_owned()),
            None => Place::Channel(place.to_owned()),
        };
        Ok(Lane { platform: Platform::from(platform), place })
    }
}

/// Where a person is told something by direct message: on a platform that the case lives on if they have an account
/// there, else wherever they have one.
pub fn direct_lane(
    person: &PersonId,
    accounts: &BTreeMap<Platform, String>,
    homes: &[Channel],
    connected: &[Platform],
) -> Option<Lane> {
    let reach = |platform: &Platform| {
        if !connected.contains(platform) {
            return None;
        }
        match accounts.get(platform) {
            Some(account) => Some(Lane::direct(platform, account)),
            // In the local room a person's key is their account.
            None if platform.as_str() == LOCAL => Some(Lane::direct(platform, person.as_str())),
            None => None,
        }
    };
    homes.iter().map(|home| &home.platform).chain(connected).find_map(reach)
}
