//! What looks like an option where words are wanted: `—class=perf.drift`, `restricted: yes`, `sevrity=sev1` in a title. Taken for
//! words it would be lost, and an incident that was meant to be restricted would be told to everybody; so it is asked about.

use super::clean;
use super::deal::bad;
use super::value::{Raw, Wrong, quoted};
use super::verbs::{self, Arg, Kind, Verb, WORDS};
use crate::domain::text::nearest;

/// No name of an option is longer, in bytes, with what is put around it.
const WORD_AT_MOST: usize = 64;
/// A word after one of these belongs to a sentence: “access is restricted”.
const JOINS: [&str; 16] = [
    "is", "isn't", "are", "aren't", "was", "were", "be", "been", "being", "stays", "became", "not", "never", "no",
    "too", "the",
];
const IN_QUOTES: &str = "If it belongs to the text, put the text in quotes.";

/// What the beginning of a text looks like.
pub(super) enum Looks {
    Words,
    /// `key=…` of the verb's own: taken where nothing but options follows, or else the sentence.
    Key(String),
    /// The bare name of a flag, likewise.
    Flag(&'static Arg, String),
    /// A word that people use for a flag or mistype it with: a slip where a flag could stand.
    Perhaps(String),
    /// A slip wherever it stands.
    Lost(String),
}

/// Dashes that people, telephones and word processors put before an option.
pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

/// Whether a word after this one belongs to its sentence.
pub(super) fn belongs_to(before: &str) -> bool {
    JOINS.contains(&clean::folded(before).replace('’', "'").as_str())
}

/// The flag whose bare name the text begins with, in brackets or with a full stop or not.
pub(super) fn flag(verb: &'static Verb, text: &str) -> Option<&'static Arg> {
    let word = Word::ahead(text)?;
    let taken = word.mark == Mark::Bare && word.after.chars().all(|c| ".,;!)]}>*_~\"'”’`".contains(c));
    verb.arg(&word.key).filter(|arg| arg.kind == Kind::Flag && taken)
}

/// What the text begins with, while `filling` is being filled.
pub(super) fn looks(verb: &'static Verb, filling: &Arg, text: &str, raw: &Raw) -> Looks {
    let title = filling.kind == Kind::Title;
    let own = || options(verb, filling, raw);
    if own().next().is_none() {
        return Looks::Words;
    }
    let Some(word) = Word::ahead(text) else { return Looks::Words };
    let shown = word.shown(text);
    let key = word.key.as_str();
    let exact = own().find(|arg| arg.name == key);
    let likewise = || own().find(|arg| arg.also.contains(&key));
    let among = |name: &str| {
        format!(
            "{shown} looks like the option `{name}=…`, and I can't take it for that where it stands. Write it before the text or \
             after it. {IN_QUOTES}"
        )
    };
    let flag = |arg: &'static Arg| {
        let name = arg.name;
        let sentence = format!(
            "is {shown} the option or a word of the text? As an option write `{name}=yes` or `{name}=no`. {IN_QUOTES}"
        );
        if raw.said.contains_key(name) { Looks::Words } else { Looks::Flag(arg, sentence) }
    };
    match (word.mark, exact) {
        (Mark::None, _) => own().find(|arg| arg.kind == Kind::Flag && word.holds(arg.name)).map_or(Looks::Words, flag),
        (Mark::Equals { apart: false }, Some(arg)) => Looks::Key(among(arg.name)),
        (Mark::Equals { apart: true }, Some(arg)) => Looks::Lost(among(arg.name)),
        (Mark::Colon, Some(arg)) if key.len() >= 4 => Looks::Lost(among(arg.name)),
        (Mark::Bare, Some(arg)) if arg.kind == Kind::Flag => flag(arg),
        (Mark::Bare, Some(arg)) if word.dashed => Looks::Lost(among(arg.name)),
        (Mark::Equals { .. }, None) => {
            let near = if key.len() >= 3 { nearest(key, own().map(|arg| arg.name)) } else { None };
            let meant = near.or(likewise().map(|arg| arg.name));
            let says = || own().find(|arg| arg.kind == Kind::Flag && names(arg, &word.value));
            match (meant, says()) {
                (Some(name), _) => Looks::Lost(format!(
                    "I don't know {}. Did you mean `{name}=…`? {IN_QUOTES}",
                    quoted(&format!("{key}="))
                )),
                (None, Some(flag)) => {
                    Looks::Lost(format!("I don't know {shown}. Did you mean `{}=yes`? {IN_QUOTES}", flag.name))
                }
                (None, None) => elsewhere(verb, key).filter(|_| title).map_or(Looks::Words, Looks::Lost),
            }
        }
        (Mark::Bare, None) => {
            if let Some(held) = own().find(|arg| arg.kind == Kind::Flag && word.holds(arg.name)) {
                return flag(held);
            }
            let meant = own().find(|arg| arg.kind == Kind::Flag && (names(arg, key) || mistyped(key, arg.name)));
            let near = || if word.dashed { nearest(key, own().map(|arg| arg.name)) } else { None };
            match (meant, near()) {
                (Some(flag), _) => {
                    let name = flag.name;
                    let sentence =
                        format!("is {shown} meant as `{name}`? Write `{name}=yes` or `{name}=no`. {IN_QUOTES}");
                    if word.dashed { Looks::Lost(sentence) } else { Looks::Perhaps(sentence) }
                }
                (None, Some(name)) => Looks::Lost(among(name)),
                (None, None) => {
                    let flag = elsewhere(verb, key).filter(|_| title && is_flag_elsewhere(verb, key));
                    flag.map_or(Looks::Words, Looks::Perhaps)
                }
            }
        }
        (Mark::Colon, None) => match (likewise(), own().find(|arg| arg.kind == Kind::Flag && word.holds(arg.name))) {
            (Some(arg), _) => Looks::Lost(among(arg.name)),
            (None, Some(held)) => flag(held),
            (None, None) => Looks::Words,
        },
        (Mark::Colon | Mark::Bare, Some(_)) => Looks::Words,
    }
}

/// A text that goes on to the end without quotes holds nothing that was meant for another argument.
///
/// # Errors
/// It does.
pub(super) fn none_in(verb: &'static Verb, filling: &Arg, text: &str, raw: &Raw) -> Result<(), Wrong> {
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let after = rest[end..].trim_start();
        let sentence = match (filling.kind, looks(verb, filling, rest, raw)) {
            (_, Looks::Words) => None,
            // Commands have options of their own: only what could be nothing else is a slip.
            (Kind::Action, Looks::Key(sentence)) if !rest.starts_with(is_dash) => Some(sentence),
            (Kind::Action, _) => None,
            (_, Looks::Perhaps(sentence)) => Some(sentence).filter(|_| after.is_empty()),
            (_, Looks::Key(sentence) | Looks::Flag(_, sentence) | Looks::Lost(sentence)) => Some(sentence),
        };
        if let Some(sentence) = sentence {
            return Err(bad("", sentence));
        }
        rest = after;
    }
    Ok(())
}

/// The flag that a text names among its words, or by what people say for it at its end.
pub(super) fn flag_in(verb: &'static Verb, text: &str) -> Option<&'static Arg> {
    let folded = clean::folded(&clean::line(text));
    let words = || folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let last = words().next_back().unwrap_or_default();
    let mut flags = verb.args.iter().filter(|arg| arg.kind == Kind::Flag);
    flags.find(|flag| words().any(|word| word == flag.name) || names(flag, last) || mistyped(last, flag.name))
}

/// What can be said besides the text that is being filled.
pub(super) fn options(verb: &'static Verb, filling: &Arg, raw: &Raw) -> impl Iterator<Item = &'static Arg> {
    let (filling, title) = (filling.name, filling.kind == Kind::Title);
    let said: Vec<&'static str> = raw.said.keys().copied().collect();
    verb.args.iter().filter(move |arg| {
        let place = title || arg.named || !said.contains(&arg.name);
        arg.name != filling && arg.name != WORDS.name && !matches!(arg.kind, Kind::Choice([_]) | Kind::Rest) && place
    })
}

fn names(flag: &Arg, word: &str) -> bool {
    flag.name == word || flag.also.contains(&word)
}

/// One or two slips of the fingers.
fn mistyped(word: &str, name: &str) -> bool {
    let length = word.chars().count();
    (6..=WORD_AT_MOST).contains(&length) && strsim::osa_distance(word, name) <= 2
}

/// What opens something else knows this option.
fn elsewhere(verb: &'static Verb, key: &str) -> Option<String> {
    let (other, arg) = openings(verb).find(|(_, arg)| arg.name == key)?;
    Some(format!(
        "`{}` is an option of `{} {}`, and `{} {}` has none like it. {IN_QUOTES}",
        arg.name, other.root, other.verb, verb.root, verb.verb
    ))
}

fn is_flag_elsewhere(verb: &'static Verb, key: &str) -> bool {
    openings(verb).any(|(_, arg)| arg.name == key && arg.kind == Kind::Flag)
}

/// The options of the other verbs that take a title.
fn openings(verb: &'static Verb) -> impl Iterator<Item = (&'static Verb, &'static Arg)> {
    let titled = |other: &&'static Verb| other.args.iter().any(|arg| arg.kind == Kind::Title);
    let others = verbs::all().filter(move |other| *other != verb).filter(titled);
    let options = |arg: &&Arg| arg.named || arg.kind == Kind::Flag;
    others.flat_map(move |other| other.args.iter().filter(options).map(move |arg| (other, arg)))
}

/// A word as an option might be written.
struct Word {
    dashed: bool,
    /// In small letters, with hyphens.
    key: String,
    mark: Mark,
    /// After the mark.
    value: String,
    /// After the bare key.
    after: String,
    /// All of it, as it is compared.
    folded: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Equals {
        apart: bool,
    },
    Colon,
    /// The name alone, whatever signs follow it.
    Bare,
    /// No option is written like this.
    None,
}

impl Word {
    fn ahead(text: &str) -> Option<Word> {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        if end == 0 || end > 4 * WORD_AT_MOST {
            return None;
        }
        let folded = clean::folded(&clean::line(&text[..end]));
        let opened = folded.trim_start_matches(|c: char| "([{<*_~\"'“„‘‚«`#/".contains(c));
        let bare = opened.trim_start_matches(is_dash);
        let length = bare.bytes().take_while(|b| b.is_ascii_alphabetic() || *b == b'-' || *b == b'_').count();
        let (key, after) = bare.split_at(length);
        let next = text[end..].trim_start();
        let (mark, value) = match after.chars().next() {
            _ if key.is_empty() => (Mark::None, ""),
            Some('=') => (Mark::Equals { apart: false }, &after[1..]),
            Some(':') if after.starts_with(":=") => (Mark::Equals { apart: true }, &after[2..]),
            Some(':') => (Mark::Colon, &after[1..]),
            None if next.starts_with(['=', '＝']) && !next.starts_with("==") => (Mark::Equals { apart: true }, ""),
            None if next.starts_with(": ") => (Mark::Colon, ""),
            Some(_) if after.chars().any(char::is_alphanumeric) => (Mark::None, ""),
            Some(_) | None => (Mark::Bare, ""),
        };
        let value = value.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        let dashed = bare.len() < opened.len();
        let (key, after) = (key.replace('_', "-"), after.to_owned());
        Some(Word { dashed, key, mark, value, after, folded })
    }

    /// Whether a name stands in it, beside other letters and signs.
    fn holds(&self, name: &str) -> bool {
        self.folded.contains(name) && self.folded.split(|c: char| !c.is_alphanumeric()).any(|part| part == name)
    }

    /// As it was typed, in quotation marks.
    fn shown(&self, text: &str) -> String {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        quoted(&text[..end])
    }
}
