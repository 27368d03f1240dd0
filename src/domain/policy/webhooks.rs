//! Machines outside that may be called: where, and whether that is inside the bot's own network. What calls are signed with is no
//! part of the agreement: it is the operator's, and stands in no policy.

/// A machine that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Begins with `https://`; with `http://` only where it is inside.
    pub url: String,
    /// It is inside the bot's own network. Otherwise an address there is never called.
    pub internal: bool,
    /// It is called in drills too, and does nothing real when it is told that it is one.
    pub in_drills: bool,
}
