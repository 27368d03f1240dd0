//! Characters that nobody sees and that change what others see: controls, directions, zero widths, tags. They are taken
//! out of names and lines, and made visible where every letter counts.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Private-use characters that the wording of cards uses between a template and its words. They are taken out of
/// everything that people type, so that no word of theirs can pass for one.
pub(crate) const SENTINELS: std::ops::RangeInclusive<char> = '\u{E000}'..='\u{E00F}';

/// Does this character show nothing while it changes what is shown around it?
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        _ if c.is_control() => true,
        _ if SENTINELS.contains(&c) => true,
        // Soft hyphen, combining grapheme joiner, Arabic letter mark, Hangul fillers, Khmer vowels, Mongolian separators.
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{3164}' => true,
        '\u{180B}'..='\u{180F}' | '\u{FFA0}' => true,
        // Zero widths and directions; the joiners are looked at together with their neighbours.
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => true,
        '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => false,
    }
}

/// Zero-width joiner and non-joiner: letters of many scripts, and of emoji; between Latin letters only a disguise.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// People's words as they may be shown: line breaks stay (`\n`), hidden characters go.
pub fn lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_hidden(c) || is_joiner(c) || (is_break(c) && c != '\n')) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut all = text.chars().peekable();
    let mut before = '\0';
    while let Some(c) = all.next() {
        match c {
            '\r' => {
                all.next_if_eq(&'\n');
                clean.push('\n');
            }
            _ if is_break(c) => clean.push('\n'),
            _ if is_joiner(c) => {
                let joins = !before.is_ascii() && all.peek().is_some_and(|next| !next.is_ascii() && !is_hidden(*next));
                if joins {
                    clean.push(c);
                }
            }
            _ if is_hidden(c) => continue,
            _ => clean.push(c),
        }
        before = c;
    }
    Cow::Owned(clean)
}

/// A name, a title or a value: one line, no hidden characters, single blanks, trimmed.
pub fn line(text: &str) -> String {
    let clean = lines(text);
    let mut one = String::with_capacity(clean.len());
    for word in clean.split_whitespace() {
        if !one.is_empty() {
            one.push(' ');
        }
        one.push_str(word);
    }
    one
}

/// With each letter in one form, however it was typed: `é` as one character, digits and signs of full width as plain ones.
pub fn composed(text: &str) -> String {
    text.nfkc().collect()
}

/// As names are compared: [`composed`], and without regard to capitals (`STRASSE` is `Straße`).
pub fn folded(text: &str) -> String {
    composed(&composed(text).to_uppercase().to_lowercase())
}

/// To the letter, with hidden characters made visible (`⟨U+202E⟩`): for actions that somebody is to approve.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || is_joiner(c) || (is_break(c) && c != '\n') {
            shown.push_str(&format!("⟨U+{:04X}⟩", c as u32));
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_go_and_letters_stay() {
        assert_eq!(line("\u{202E}evil\u{202C}\t name\n\nof\u{200B} it \u{7}"), "evil name of it");
        assert_eq!(lines("a\r\nb\rc\u{2028}d"), "a\nb\nc\nd");
        assert_eq!(line("a\u{200D}b pa\u{200C}y"), "ab pay", "between Latin letters a joiner is a disguise");
        for kept in ["👩‍👩‍👧 family", "क्‍ष", "می‌خواهم", "naïve — “quoted”", "line\nbreak"]
        {
            assert_eq!(lines(kept), kept);
        }
    }

    #[test]
    fn a_name_is_the_same_in_every_form() {
        for (one, other) in [
            ("José", "jose\u{301}"),
            ("STRASSE", "Straße"),
            ("ﬁona", "Fiona"),
            ("ＤＥＶ", "dev"),
            ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("José"), folded("Jose"), "an accent is a letter of its own");
    }

    #[test]
    fn every_letter_of_an_action_is_seen() {
        assert_eq!(visible("rm -rf \u{202E}/tmp\nnext"), "rm -rf ⟨U+202E⟩/tmp\nnext");
        assert_eq!(visible("a\rb"), "a⟨U+000D⟩b");
    }
}
