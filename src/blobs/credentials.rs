//! With what the bot gets into a bucket. It is given once, by the program, which has it from the environment: it stands in no settings and
//! in no data folder.

use std::sync::RwLock;

use zeroize::Zeroizing;

/// An access key as S3 has them.
#[derive(Clone)]
pub struct Credentials {
    pub key_id: String,
    pub secret: Zeroizing<String>,
    /// Of credentials that run out.
    pub session: Option<Zeroizing<String>>,
}

static GIVEN: RwLock<Option<Credentials>> = RwLock::new(None);

/// For every bucket that this process opens from now on.
pub fn give_credentials(credentials: Credentials) {
    *GIVEN.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(credentials);
}

pub(super) fn given() -> Option<Credentials> {
    GIVEN.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
}
