//! From text to the written tables, with every mistake in their shape: TOML's own errors, unknown keys, wrong kinds of
//! value, missing keys. What names and spans mean is not looked at here.
//!
//! serde stops at the first mistake. So the tree is kept apart from the tables: what serde refused is *struck out* of
//! the tree, and it reads on, until it has read everything that is left.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::super::super::text::nearest;
use super::finding::{Findings, Place, line_of, line_starts, quote, some_of};
use super::word::{Kind, kind};
use super::{Document, value};

/// The names that each of the file's tables defines, also where the entry itself is faulty: a faulty person is still
/// known, and isn't reported a second time as unknown.
pub(super) type Names = BTreeMap<String, Vec<String>>;

/// Stands where a key is missing, or was struck out, so that the rest of its table is still read. Whoever meets it says
/// nothing, since that has been said. Nobody can write it themselves to have a mistake passed over: see [`forged`].
pub(super) const MISSING: &str = "\0";

/// The written tables and the names in them. `None` where too little is left to go on.
pub(super) fn document(text: &str, found: &mut Findings<'_>) -> Option<(Document, Names)> {
    let (mut root, broken) = DeTable::parse_recoverable(text);
    if !broken.is_empty() {
        tell_syntax(text, &broken, found);
        return None;
    }
    forged(root.get_ref(), found);
    let names = names(root.get_ref());
    // The keys, by where their table begins, of which all has been said.
    let mut told = BTreeSet::new();
    let mut filled = BTreeSet::new();
    while !found.full() {
        let error = match Document::deserialize(toml::de::Deserializer::from(root.clone())) {
            Ok(document) => return Some((document, names)),
            Err(error) => error,
        };
        let message = error.message();
        let at = Place::from(error.span().unwrap_or(0..0));
        if let Some(missing) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            let key = (at, missing.to_string());
            if filled.insert(key.clone()) && fill(root.get_mut(), at, missing) {
                if told.insert(key) {
                    tell_missing(text, at, missing, &for_example(missing, &names, root.get_ref()), found);
                }
                continue;
            }
        }
        let Some(struck) = strike(root.get_mut(), at, message.starts_with("unknown field")) else {
            found.say(at, shape(message));
            return None;
        };
        // What failed was a filling, or a table that can't be filled.
        let known = message.contains(MISSING) || message.contains("\\0") || message.starts_with("missing field");
        if !known {
            let meant = tell(text, message, &struck, found);
            told.extend(meant.map(|meant| (struck.table, meant)));
        }
        told.insert((struck.table, struck.key));
    }
    None
}

/// Refuses [`MISSING`] where it comes from the file, as "\u0000".
fn forged(table: &DeTable<'_>, found: &mut Findings<'_>) {
    fn look(value: &Spanned<DeValue<'_>>, found: &mut Findings<'_>) {
        match value.get_ref() {
            DeValue::String(text) if text == MISSING => {
                found.add(value.span().into(), "this is no text", "a few words")
            }
            DeValue::Array(list) => list.iter().for_each(|value| look(value, found)),
            DeValue::Table(table) => forged(table, found),
            _ => {}
        }
    }
    for (key, value) in table {
        if key.get_ref() == MISSING {
            found.add(key.span().into(), "this is no name", "a short name");
        }
        look(value, found);
    }
}

/// What was struck out: a key of a table, known by where the table begins.
struct Struck {
    table: Place,
    key: String,
    at: Place,
}

/// Puts serde's message into words for a person. Returns the key that an unknown one was probably meant to be.
fn tell(text: &str, message: &str, struck: &Struck, found: &mut Findings<'_>) -> Option<String> {
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    if !unknown {
        let what = format!("`{}` {}", struck.key, shape(message));
        let written = text.get(struck.at.from..struck.at.to).unwrap_or_default();
        match in_shape(&struck.key, message, written) {
            Some(write) => found.add(struck.at, what, write),
            None => found.say(struck.at, what),
        }
        return None;
    }
    let mut ticked = message.split('`').skip(1).step_by(2);
    let given = ticked.next().unwrap_or_default();
    let known: Vec<&str> = ticked.collect();
    let near = nearest(given, known.iter().copied());
    let write = match near {
        Some(near) => format!("“{near}”"),
        None => format!("one of {}", some_of(known)),
    };
    let what = match (message.starts_with("unknown field"), struck.key.as_str()) {
        (true, _) => format!("unknown key {}", quote(given)),
        (false, key @ ("duty" | "stage")) => format!("unknown {key} {}", quote(given)),
        (false, key) => format!("`{key}` cannot be {}", quote(given)),
    };
    found.add(struck.at, what, write);
    near.map(str::to_string)
}

fn tell_missing(text: &str, table: Place, missing: &str, example: &str, found: &mut Findings<'_>) {
    let header = text.get(table.from..table.to).filter(|header| header.starts_with('['));
    let what = match header {
        Some(header) => format!("{header} has no `{missing}`"),
        None => format!("`{missing}` is missing here"),
    };
    found.add(table, what, format!("{missing} = {example}"));
}

/// `invalid type: integer 15, expected …`, said as people would.
fn shape(message: &str) -> String {
    const WORDS: [(&str, &str); 11] = [
        ("unit variant", "a plain word"),
        ("newtype variant", "a table such as { widen = \"…\" }"),
        ("floating point", "number"),
        ("integer", "number"),
        ("string", "text"),
        ("boolean", "the value"),
        ("a sequence", "a list in [ ]"),
        ("sequence", "a list"),
        ("map", "a table"),
        ("u32", "a whole number, 0 or more"),
        ("i64", "a whole number"),
    ];
    let in_words = |part: &str| {
        let known = WORDS.iter().find(|(theirs, _)| part.starts_with(theirs));
        known.map_or(part.to_string(), |(theirs, ours)| part.replacen(theirs, ours, 1)).replace('`', "")
    };
    match given_and_taken(message) {
        Some((given, "a boolean")) => format!("takes true or false, not {}", in_words(given)),
        Some((given, taken)) if taken.starts_with("struct ") => {
            format!("takes a table of keys, not {}", in_words(given))
        }
        Some((given, taken)) => format!("takes {}, not {}", in_words(taken), in_words(given)),
        None => format!("cannot be read: {}", message.replace('`', "")),
    }
}

/// What stood there and what would be taken, of serde's message.
fn given_and_taken(message: &str) -> Option<(&str, &str)> {
    let wrong = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    wrong.split_once(", expected ")
}

/// The same in the shape that is taken, where the guess is a safe one.
fn in_shape(key: &str, message: &str, written: &str) -> Option<String> {
    let (given, taken) = given_and_taken(message)?;
    let text = given.starts_with("string ");
    let number = given.starts_with("integer ") || given.starts_with("floating point ");
    let bare = written.trim_matches(['"', '\'']).trim();
    let digits = !bare.is_empty() && bare.len() <= 9 && bare.bytes().all(|byte| byte.is_ascii_digit());
    match taken {
        "struct AboutTable" if text => Some(format!("{{ about = {written} }}")),
        kind::Length::EXPECTED if number && digits => Some(format!("“{bare}m”, “{bare}h” or “{bare}d”")),
        kind::DiscordId::EXPECTED | kind::Text::EXPECTED if number => Some(format!("it in quotes: \"{bare}\"")),
        "u32" if text && digits => Some(bare.to_owned()),
        "u32" if key.ends_with("percent") => {
            let share = bare.parse().ok().filter(|share: &f64| number && (0.0..1.0).contains(share))?;
            Some(format!("{:.0}, in hundredths", share * 100.0)).filter(|_| share >= 0.01)
        }
        "a boolean" if text => match bare.to_lowercase().as_str() {
            "true" | "yes" | "on" => Some("true".to_owned()),
            "false" | "no" | "off" => Some("false".to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// TOML's own errors.
fn tell_syntax(text: &str, errors: &[toml::de::Error], found: &mut Findings<'_>) {
    // Where a whole table stands twice, its keys do as well, which is no news.
    let mut twice_until = 0;
    for error in errors {
        let at = Place::from(error.span().unwrap_or(text.len()..text.len()));
        let bare = error.message().replace('`', "");
        if bare == "duplicate key" {
            if at.from < twice_until {
                continue;
            }
            let line = text.get(..at.from).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
            if line.trim_start().starts_with('[') {
                let rest = text.get(at.to..).and_then(|rest| rest.find("\n["));
                twice_until = rest.map_or(text.len(), |rest| at.to + rest);
            }
            let what = "this stands here a second time; TOML takes each name once in its table";
            found.add(at, what, "both as one, or another name");
        } else if bare.starts_with("string values must be quoted") || bare.starts_with("invalid boolean") {
            found.add(at, "a value is missing here, or its quotes", "text in quotes: \"…\"");
        } else if bare.starts_with("invalid unquoted key") {
            let (at, name) = name_around(text, at);
            let what = "a name without quotes is made of a to z, A to Z, 0 to 9, - and _";
            found.add(at, what, format!("it in quotes: \"{name}\""));
        } else {
            found.say(at, format!("not TOML: {bare}"));
        }
    }
}

/// The name that stands around a place, without what TOML puts about it.
fn name_around(text: &str, at: Place) -> (Place, String) {
    let ends = |c: char| c.is_whitespace() || "[]{}=,.#\"'".contains(c);
    let (before, after) = text.split_at_checked(at.from).unwrap_or((text, ""));
    let from = before.rfind(ends).map_or(0, |end| end + before[end..].chars().next().map_or(0, char::len_utf8));
    let to = before.len() + after.find(ends).unwrap_or(after.len());
    let shown = text[from..to].chars().filter(|letter| !letter.is_control()).take(60).collect();
    (Place { from, to }, shown)
}

/// What a key might look like, for whoever left it out: with the names of this very file, where it has some.
fn for_example(key: &str, names: &Names, root: &DeTable<'_>) -> String {
    let named = |table: &str| {
        let known = names.get(table).into_iter().flatten().find(|name| value::key(name).is_ok());
        known.map_or_else(|| format!("\"…\", a key of [{table}]"), |name| format!("\"{name}\""))
    };
    let written = |key: &str, fits: fn(&str) -> bool| {
        let found = texts(root, key).into_iter().find(|text| fits(text));
        found.map(|text| format!("\"{text}\""))
    };
    match key {
        "zone" => written("zone", |zone| value::zone(zone).is_ok()).unwrap_or_else(|| "\"Europe/Berlin\"".to_owned()),
        "party" => named("parties"),
        "within" | "after" | "every" | "at_most" => "\"2h\"".to_owned(),
        "tell" | "role" => named("roles"),
        "stage" => "\"production\"".to_owned(),
        "duty" => "\"acknowledge\"".to_owned(),
        "hours" => "{ mon-fri = [\"09:00-17:00\"] }".to_owned(),
        "reasons" => "[\"waiting on the requester\"]".to_owned(),
        "cron" => "\"0 0 9 * * Mon\"".to_owned(),
        "channel" => {
            written("channel", |channel| value::channel(channel).is_ok()).unwrap_or_else(|| "\"…\"".to_owned())
        }
        _ => "\"…\"".to_owned(),
    }
}

/// The texts that stand under a key, anywhere in the file.
fn texts<'r>(table: &'r DeTable<'_>, key: &str) -> Vec<&'r str> {
    fn within<'r>(value: &'r DeValue<'_>, key: &str) -> Vec<&'r str> {
        match value {
            DeValue::Table(inner) => texts(inner, key),
            DeValue::Array(list) => list.iter().flat_map(|value| within(value.get_ref(), key)).collect(),
            _ => Vec::new(),
        }
    }
    let here = |name: &Spanned<_>, value: &'r Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::String(text) if *name.get_ref() == key => vec![text.as_ref()],
        inner => within(inner, key),
    };
    table.iter().flat_map(|(name, value)| here(name, value)).collect()
}

/// Takes the innermost thing at a place out of the tree. `None` if nothing stands exactly there.
fn strike(table: &mut DeTable<'_>, at: Place, by_key: bool) -> Option<Struck> {
    strike_in(table, Place { from: 0, to: 0 }, at, by_key)
}

fn strike_in(table: &mut DeTable<'_>, stands: Place, at: Place, by_key: bool) -> Option<Struck> {
    for (key, value) in table.iter_mut() {
        let here = Place::from(value.span());
        let inner = match value.get_mut() {
            DeValue::Table(inner) => strike_in(inner, here, at, by_key),
            DeValue::Array(list) => strike_from_list(list, key.get_ref(), here, at, by_key),
            _ => None,
        };
        if inner.is_some() {
            return inner;
        }
    }
    let is_it = |key: Place, value: Place| if by_key { key == at } else { value == at };
    let key = table.iter().find(|(key, value)| is_it(key.span().into(), value.span().into()))?.0;
    let key = key.get_ref().to_string();
    table.remove(key.as_str());
    Some(Struck { table: stands, key, at })
}

fn strike_from_list(list: &mut DeArray<'_>, name: &str, here: Place, at: Place, by_key: bool) -> Option<Struck> {
    for value in list.iter_mut() {
        let stands = Place::from(value.span());
        let inner = match value.get_mut() {
            DeValue::Table(inner) => strike_in(inner, stands, at, by_key),
            DeValue::Array(inner) => strike_from_list(inner, name, stands, at, by_key),
            _ => None,
        };
        if inner.is_some() {
            return inner;
        }
    }
    let index = list.iter().position(|value| !by_key && Place::from(value.span()) == at)?;
    let mut left = DeArray::new();
    for (_, value) in list.iter().enumerate().filter(|(other, _)| *other != index) {
        left.push(value.clone());
    }
    *list = left;
    Some(Struck { table: here, key: name.to_string(), at })
}

/// Puts [`MISSING`] under a key of the innermost table at a place. `false` if no table begins there.
fn fill(table: &mut DeTable<'_>, at: Place, key: &str) -> bool {
    table.iter_mut().any(|(_, value)| fill_in(value, at, key))
}

fn fill_in(value: &mut Spanned<DeValue<'_>>, at: Place, key: &str) -> bool {
    let span = value.span();
    match value.get_mut() {
        DeValue::Array(list) => list.iter_mut().any(|value| fill_in(value, at, key)),
        DeValue::Table(table) => {
            let inside = table.iter_mut().any(|(_, value)| fill_in(value, at, key));
            if !inside && Place::from(span.clone()) == at {
                let missing = DeValue::String(MISSING.into());
                table.insert(Spanned::new(span.clone(), key.to_string().into()), Spanned::new(span, missing));
                return true;
            }
            inside
        }
        _ => false,
    }
}

fn names(root: &DeTable<'_>) -> Names {
    root.iter()
        .filter_map(|(table, value)| match value.get_ref() {
            DeValue::Table(entries) => {
                Some((table.get_ref().to_string(), entries.keys().map(|key| key.get_ref().to_string()).collect()))
            }
            _ => None,
        })
        .collect()
}

/// Where things stand in a policy file that has been read before: for red flags, which come from the policy as meant.
pub(in super::super) struct Lines<'t> {
    root: DeTable<'t>,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Self {
        Lines { root: DeTable::parse_recoverable(text).0.into_inner(), starts: line_starts(text) }
    }

    /// The line of a key, counted from 1, or of the nearest table above it that the file has. Elements of lists go by
    /// their index: `["targets", "0", "within"]`.
    pub fn line(&self, path: &[&str]) -> Option<usize> {
        let (first, rest) = path.split_first()?;
        let (key, value) = self.root.get_key_value(*first)?;
        let mut at = key.span().start;
        let mut value = value;
        for step in rest {
            let inner = match value.get_ref() {
                DeValue::Table(table) => table.get_key_value(*step).map(|(key, value)| (key.span().start, value)),
                DeValue::Array(list) => {
                    step.parse().ok().and_then(|index: usize| list.get(index)).map(|value| (value.span().start, value))
                }
                _ => None,
            };
            let Some((start, inner)) = inner else { break };
            (at, value) = (start, inner);
        }
        Some(line_of(&self.starts, at))
    }

    /// The text that stands at a path, as it was written.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let (first, rest) = path.split_first()?;
        let start = self.root.get(*first)?;
        let value = rest.iter().try_fold(start, |value, step| match value.get_ref() {
            DeValue::Table(table) => table.get(*step),
            DeValue::Array(list) => step.parse().ok().and_then(|index: usize| list.get(index)),
            _ => None,
        })?;
        match value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => None,
        }
    }
}
