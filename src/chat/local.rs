//! The local room as a platform. The room keeps no messages of its own: its page shows the transcript, and the
//! transcript is written with the receipt. So a message is delivered when its receipt is on the disk, and posting the
//! same nonce twice is the same as posting it once.

use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::{CaseChannel, Chat, Delivery, Edit, Link, Post, Receipt, Undelivered};
use crate::desk::Shown;
use crate::domain::policy::{Channel, Policy};
use crate::domain::{CaseId, LOCAL, Lane, Place, Platform};
use crate::grammar::How;

pub struct Local {
    shown: watch::Receiver<Shown>,
}

impl Local {
    pub fn new(shown: watch::Receiver<Shown>) -> Local {
        Local { shown }
    }

    fn require(&self, lane: &Lane) -> Result<(), Undelivered> {
        let policy = self.shown.borrow().policy.clone();
        match &lane.place {
            Place::Channel(id)
                if id.parse::<CaseId>().is_ok() || channels(&policy).any(|channel| &channel.id == id) =>
            {
                Ok(())
            }
            Place::Channel(id) => Err(Undelivered::Never { why: format!("the room has no channel #{id}") }),
            Place::Direct(person) if policy.people.contains_key(person.as_str()) => Ok(()),
            Place::Direct(person) => {
                Err(Undelivered::Never { why: format!("there is nobody called {person} in the policy") })
            }
        }
    }
}

/// The room's channels: every one that the policy names on this platform.
pub fn channels(policy: &Policy) -> impl Iterator<Item = &Channel> {
    policy.channels().filter(|channel| channel.platform.as_str() == LOCAL)
}

/// The id of the message with this nonce. It is made of the nonce, and doesn't have it in it: that names the channel, and an id
/// is a fact of visible ASCII.
pub fn message_id(nonce: &str) -> String {
    format!("b{}", hex::encode(&Sha256::digest(nonce)[..8]))
}

impl Chat for Local {
    fn platform(&self) -> Platform {
        Platform::from(LOCAL)
    }

    fn is_idempotent(&self) -> bool {
        true
    }

    fn in_threads(&self) -> How {
        How::Slash
    }

    fn post<'a>(&'a self, post: Post<'a>) -> Delivery<'a, Receipt> {
        Box::pin(async move {
            self.require(post.lane)?;
            Ok(Receipt::once(message_id(&post.nonce)))
        })
    }

    fn edit<'a>(&'a self, edit: Edit<'a>) -> Delivery<'a, ()> {
        Box::pin(async move { self.require(edit.lane) })
    }

    /// On the page, a reply in a thread would be out of sight.
    fn replies_to_one(&self) -> bool {
        false
    }

    /// A case's own channel in the room is there as soon as the case is.
    fn ensure_channel<'a>(&'a self, wanted: &'a CaseChannel) -> Delivery<'a, String> {
        Box::pin(async move { Ok(wanted.case.to_string().to_lowercase()) })
    }

    fn link(&self) -> Link {
        Link { up: true, ..Link::default() }
    }
}
