//! Witnesses (c2sp.org/tlog-witness): both ends of `add-checkpoint`. Two ledgers that witness each other can't be written anew
//! without the other side holding the proof of it.
//!
//! [`kept`] is this bot as a witness: what it cosigned last of each log, in a file of its own, so that a restored database takes
//! nothing back. Whom it is asked by is decided by the log's own signature. [`ask`] has this bot's own heads cosigned, and [`publish`] brings them where the policy says. What both
//! rest on, without network and files, is in [`seal`](crate::seal); where it is called, in [`web`](crate::web).

pub mod ask;
pub mod kept;
pub mod publish;
mod trust;

pub use trust::{Trusted, judge, trust_policy};
