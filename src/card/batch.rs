//! Several messages to one person as one.

use super::{Card, Tone};

/// How many buttons one message holds; the rest is a command away.
const BUTTONS_AT_MOST: usize = 10;

impl Card {
    /// The parts of a message as one card, in order. `None` if there are none.
    pub fn of_parts(parts: impl IntoIterator<Item = Card>) -> Option<Card> {
        parts.into_iter().reduce(Card::joined)
    }

    /// This card, with what `other` says below it.
    fn joined(mut self, other: Card) -> Card {
        self.tone = if other.tone == Tone::Late { Tone::Late } else { self.tone };
        self.lines.push(other.title);
        self.lines.extend(other.lines);
        self.fields.extend(other.fields);
        let known = self.buttons.clone();
        self.buttons.extend(other.buttons.into_iter().filter(|button| !known.contains(button)));
        self.buttons.truncate(BUTTONS_AT_MOST);
        self.due_us = self.due_us.into_iter().chain(other.due_us).min();
        self
    }
}
