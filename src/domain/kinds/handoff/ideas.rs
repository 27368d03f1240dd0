//! What people said that a receiver must not have to find out anew: which ideas were ruled out, and what nobody knows yet. They
//! say themselves which of the two it is, with the words that a note or a decision begins with; nothing is guessed.

/// What a note or a decision says of how far something is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idea {
    /// It isn't that: nobody need look there again.
    RuledOut,
    Unknown,
}

const BEGINNINGS: [(&str, Idea); 3] =
    [("ruled out:", Idea::RuledOut), ("ruled-out:", Idea::RuledOut), ("unknown:", Idea::Unknown)];

impl Idea {
    /// Which it is, and what; `None`: it is neither.
    pub fn of(said: &str) -> Option<(Idea, &str)> {
        let said = said.trim();
        let (idea, what) = BEGINNINGS.iter().find_map(|(beginning, idea)| {
            let (first, rest) = said.split_at_checked(beginning.len())?;
            first.eq_ignore_ascii_case(beginning).then_some((*idea, rest.trim()))
        })?;
        (!what.is_empty()).then_some((idea, what))
    }
}
