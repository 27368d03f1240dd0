//! What the survival tests share: dice that can be thrown again, the bot as a process of its own, people who speak to it over
//! HTTP, and a reading of what it wrote.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod bot;
pub mod dice;
pub mod house;
pub mod platform;
pub mod scene;
pub mod written;
