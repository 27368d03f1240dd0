//! Erasure: what it would take ([`plan`]), the note of it outside the database ([`journal`]), how it is carried out while the bot works
//! ([`carry_out`]), and files that are still to go ([`left_over`]); and the calendar of what need not be kept any longer.

mod calendar;
pub mod carry_out;
pub mod journal;
pub mod left_over;
pub mod plan;
