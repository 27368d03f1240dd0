//! The program around the bot: its settings, how it is put together, started and stopped, and how it fares.

pub mod adapters;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod health;
pub mod people;
pub mod process;
pub mod serve;
pub mod webhooks;
