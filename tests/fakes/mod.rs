//! Chat platforms that run on loopback, for tests that want to be hurt as the real ones hurt.
#![allow(dead_code, unused_imports, reason = "each test binary uses its own part")]

pub mod discord;
pub mod draw;
pub mod slack;
