//! Countersign.
//!
//! The map: see the rooms below.

pub mod answers;
pub mod audit;
pub mod bundle;
pub mod card;
pub mod chat;
pub mod clock;
pub mod config;
pub mod courier;
pub mod csv;
pub mod demo;
pub mod desk;
pub mod digest;
pub mod domain;
pub mod folder;
pub mod grammar;
pub mod health;
pub mod ledger;
pub mod projection;
pub mod rebuild;
pub mod reception;
pub mod record;
pub mod seal;
pub mod serve;
pub mod store;
pub mod web;
