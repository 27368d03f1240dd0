//! Calls to machines outside, as Standard Webhooks 1.0.0 has them: how they are signed ([`signature`]), where they may go
//! ([`crate::domain::policy::address`]), one try of one ([`send`]), and when the next try is ([`schedule`]). The [`caller`] makes those that cases want.

pub mod caller;
pub mod schedule;
pub mod send;
pub mod signature;
#[cfg(test)]
mod tests;
