//! Servers that stand in for the chat platforms in tests.

pub mod discord;
