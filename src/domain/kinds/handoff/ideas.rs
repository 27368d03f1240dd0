//! What people said that a receiver must not have to find out anew: which ideas were ruled out, and what nobody knows yet.

/// What a note or a decision says of how far it is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idea {
    /// It isn't that: nobody need look there again.
    RuledOut,
    Unknown,
}

const RULED_OUT: [&str; 8] = [
    "ruled out",
    "rules out",
    "rule out",
    "not the cause",
    "isn't the cause",
    "isn’t the cause",
    "it wasn't",
    "it isn't",
];
const UNKNOWN: [&str; 7] = ["unknown", "unclear", "not known", "don't know", "don’t know", "no idea", "not sure"];

impl Idea {
    /// By what was said, in so many words; `None`: it says neither.
    pub fn of(said: &str) -> Option<Idea> {
        let said = said.trim().to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
        match (says(&RULED_OUT), says(&UNKNOWN) || said.ends_with('?')) {
            (true, _) => Some(Idea::RuledOut),
            (false, true) => Some(Idea::Unknown),
            (false, false) => None,
        }
    }
}
