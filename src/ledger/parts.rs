//! A record taken apart into facts, which stay, and words, which can be erased; and put together again.
//!
//! Facts are the record's own JSON with two kinds of stand-in: `{"w":3}` for the value at place 3 of the words, a JSON array,
//! and `{"p":"00ff00ff00ff00ff"}` for the subject of that pseudonym. Which is which, types say by marks
//! ([`crate::domain::mark`]); a text without a mark is words. A key that reads `w` or `p`, with any number of `$` before it, is
//! written with one more `$`, so that no object can be taken for a stand-in.

mod join;
mod key;
mod split;
#[cfg(test)]
mod tests;

pub use join::{JoinError, erased_subject, join, mentions, pseudonym_of_erased};
pub use split::{Naming, SplitError, split};

/// A record in its two parts, both JSON on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The record with stand-ins.
    pub facts: String,
    /// An array of what they stand for; none where there are no words.
    pub words: Option<String>,
}
