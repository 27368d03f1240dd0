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

/// As it was written, with hidden characters made visible (`⟨U+202E⟩`): for transcripts.
pub fn unhidden(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || is_joiner(c) || (is_break(c) && c != '\n') {
            shown.push_str(&written_out(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

fn written_out(c: char) -> String {
    format!("⟨U+{:04X}⟩", c as u32)
}

/// The longest run of blanks, and of line breaks, that is shown as it is.
const BLANKS_AT_MOST: usize = 40;
const BREAKS_AT_MOST: usize = 3;

/// To the letter, for actions that somebody is to approve: a character that doesn't show by itself what it is, is written out
/// (`⟨U+202E⟩`), and so is a run of blanks or line breaks behind which something could be out of sight (`⟨3000 blanks⟩`). Two texts
/// that differ look different: the bracket that begins all this is written out too.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let (most, what) = match c {
            ' ' => (BLANKS_AT_MOST, "blanks"),
            '\n' => (BREAKS_AT_MOST, "line breaks"),
            _ if shows_itself(c) => {
                shown.push(c);
                continue;
            }
            _ => {
                shown.push_str(&written_out(c));
                continue;
            }
        };
        let mut run = 1;
        while rest.next_if_eq(&c).is_some() {
            run += 1;
        }
        match run > most {
            true => shown.push_str(&format!("⟨{run} {what}⟩")),
            false => shown.extend(std::iter::repeat_n(c, run)),
        }
    }
    shown
}

/// Whether whoever sees a character knows that it is there: letters, marks, numbers, punctuation and symbols, as Unicode's
/// general categories say, without those that leave no trace.
fn shows_itself(c: char) -> bool {
    use unicode_properties::GeneralCategoryGroup as Group;
    let group = unicode_properties::UnicodeGeneralCategory::general_category_group(c);
    let has_a_look = matches!(group, Group::Letter | Group::Mark | Group::Number | Group::Punctuation | Group::Symbol);
    // The blank of Braille and the filler of the Khitan script are no exception in Unicode's own list.
    has_a_look && !is_ignorable(c) && !matches!(c, '⟨' | '\u{2800}' | '\u{16FE4}')
}

/// Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties.txt): without a font that knows better, it leaves no trace.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFF8}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
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
        assert_eq!(visible("old\u{E000}/x"), "old⟨U+E000⟩/x");
        assert_eq!(visible("a\u{FE0F}b\u{A0}c\u{2800}d\te"), "a⟨U+FE0F⟩b⟨U+00A0⟩c⟨U+2800⟩d⟨U+0009⟩e");
        assert_eq!(visible("⟨U+202E⟩"), "⟨U+27E8⟩U+202E⟩", "what only says so isn't it");
        assert_eq!(visible(&format!("rm{}-rf /", " ".repeat(3_000))), "rm⟨3000 blanks⟩-rf /");
        assert_eq!(visible(&format!("ok{}rm", "\n".repeat(300))), "ok⟨300 line breaks⟩rm");
        assert_eq!(visible("if x {\n    naïve(“é”);\n}\n\nक्ष 値 €"), "if x {\n    naïve(“é”);\n}\n\nक्ष 値 €");
    }

    proptest::proptest! {
        /// What is shown tells any two actions apart, whatever is in them.
        #[test]
        fn what_differs_looks_different(
            one in "[a-c \\n⟨⟩U+0-3\u{E000}\u{FE0F}\u{A0}\u{200D}\u{2800}blanks]{0,60}",
            other in "[a-c \\n⟨⟩U+0-3\u{E000}\u{FE0F}\u{A0}\u{200D}\u{2800}blanks]{0,60}",
            any in proptest::prelude::any::<String>(),
        ) {
            proptest::prop_assert_eq!(visible(&one) == visible(&other), one == other);
            proptest::prop_assert!(visible(&any).chars().all(|c| c == '⟨' || c == ' ' || c == '\n' || shows_itself(c)));
            // Read back, it is the same again: so no two can look the same.
            proptest::prop_assert_eq!(read_back(&visible(&any)), any);
            proptest::prop_assert_eq!(read_back(&visible(&one)), one);
        }
    }

    /// The other way round, as slowly as it can be said.
    fn read_back(shown: &str) -> String {
        let mut text = String::new();
        let mut rest = shown;
        while let Some((before, after)) = rest.split_once('⟨') {
            let (inside, tail) = after.split_once('⟩').expect("every bracket is closed");
            text.push_str(before);
            match inside.strip_prefix("U+") {
                Some(number) => text.extend(u32::from_str_radix(number, 16).ok().and_then(char::from_u32)),
                None => {
                    let (run, what) = inside.split_once(' ').expect("a run");
                    let c = if what == "blanks" { " " } else { "\n" };
                    text.push_str(&c.repeat(run.parse().expect("a number")));
                }
            }
            rest = tail;
        }
        text + rest
    }
}
