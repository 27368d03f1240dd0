//! What there is on a platform to be named in a policy: accounts, channels, groups. Whoever sets a bot up copies no ids by hand.

/// One server, or one workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// How it calls itself.
    pub name: String,
    pub people: Vec<Listed>,
    pub channels: Vec<ListedChannel>,
    pub groups: Vec<ListedGroup>,
    /// What could not be read, and what to do.
    pub unread: Vec<String>,
}

/// Somebody who has an account. All names are their own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub account: String,
    /// The first is the one to show.
    pub names: Vec<String>,
    /// How they are called when they are mentioned, without the sign before it.
    pub handle: String,
    /// An IANA time zone, where the platform knows it.
    pub zone: Option<String>,
    pub kind: ListedAs,
}

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListedAs {
    Member,
    Guest,
    /// Of another organisation.
    Outsider,
    Bot,
    /// Deactivated.
    Gone,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedChannel {
    pub id: String,
    pub name: String,
    pub private: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    pub id: String,
    pub name: String,
    /// How it is mentioned, without the sign before it.
    pub handle: String,
}
