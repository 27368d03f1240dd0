//! Several messages to one person as one.

use std::collections::BTreeSet;

use super::{Button, Card, Tone, Word};
use crate::domain::CaseId;

/// How many buttons one message holds: what Discord puts in five rows. The rest is a command away.
const BUTTONS_AT_MOST: usize = 25;

impl Card {
    /// The parts of a message as one card, in order. `None` if there are none.
    pub fn of_parts(parts: impl IntoIterator<Item = Card>) -> Option<Card> {
        let mut parts: Vec<Card> = parts.into_iter().collect();
        let of_buttons = parts.iter().flat_map(|part| &part.buttons).filter_map(Button::case);
        let of_titles = parts.iter().filter_map(|part| part.title.iter().find_map(Word::case));
        let cases: BTreeSet<CaseId> = of_buttons.chain(of_titles).collect();
        if cases.len() > 1 {
            // Side by side, “Approve” and “Approve” would be a guess.
            parts.iter_mut().flat_map(|part| &mut part.buttons).for_each(Button::name_its_case);
        }
        parts.into_iter().reduce(Card::joined)
    }

    /// This card, with what `other` says below it.
    fn joined(mut self, other: Card) -> Card {
        self.tone = if other.tone == Tone::Late { Tone::Late } else { self.tone };
        self.lines.push(other.title);
        self.lines.extend(other.lines);
        self.fields.extend(other.fields);
        self.files.extend(other.files);
        let known = self.buttons.clone();
        self.buttons.extend(other.buttons.into_iter().filter(|button| !known.contains(button)));
        self.buttons.truncate(BUTTONS_AT_MOST);
        self.due_us = self.due_us.into_iter().chain(other.due_us).min();
        self
    }
}
