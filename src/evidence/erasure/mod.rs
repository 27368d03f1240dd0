//! Erasure: what it would take ([`plan`]), the note of it outside the database ([`journal`]), and how it is carried out while the bot works
//! ([`carry_out`]); and the calendar of what need not be kept any longer.

mod calendar;
pub mod carry_out;
pub mod journal;
pub mod plan;
