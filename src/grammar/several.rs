//! One command in a message. Where another one stands in what would be the first one's text, or the text asks a question where
//! an answer is wanted, nothing is done and that is said: half of what somebody meant is worse than none of it.

use super::deal::bad;
use super::read::{addressed, case_ahead};
use super::value::{Raw, Wrong, quoted};
use super::verbs::{self, Arg, Kind, Needed, Verb, WORDS};
use super::{Context, clean};
use crate::domain::CaseId;
use crate::domain::text::nearest;

/// What joins two commands or two cases.
const JOINS: [&str; 9] = ["and", "then", "also", "plus", "&", "&&", "+", ";", ","];

/// # Errors
/// There is another command or another case in the text, or it is a question where only a statement counts.
pub(super) fn refuse(
    verb: &'static Verb,
    arg: &'static Arg,
    text: &str,
    raw: &Raw,
    context: &Context<'_>,
) -> Result<(), Wrong> {
    if let Some(line) = command_in(verb, arg, text, context) {
        return Err(another(line));
    }
    if let Some(other) = case_in(arg, text, raw) {
        let sentence = format!("send one command for each case: that names {other} as well, and nothing was done.");
        return Err(bad("", sentence));
    }
    if arg.stated && asks(text) {
        return Err(bad("", question(verb, context.prefix)));
    }
    Ok(())
}

/// As [`refuse`], for what stands on a line of its own after a command that needs no words.
///
/// # Errors
/// The line is a command of its own.
pub(super) fn refuse_line(verb: &'static Verb, line: &str) -> Result<(), Wrong> {
    let let_pass = verb.args.iter().any(|arg| arg.name == WORDS.name);
    match let_pass && begins_verb(verb, line, false) {
        true => Err(another(line.lines().next().unwrap_or_default())),
        false => Ok(()),
    }
}

fn another(line: &str) -> Wrong {
    let sentence = format!(
        "send each command by itself: there is another one in that message, {}, and nothing was done. If it belongs to the text, \
         put the text in quotes.",
        quoted(line)
    );
    bad("", sentence)
}

/// What is said to a question where a statement was wanted.
pub(super) fn question(verb: &'static Verb, prefix: &str) -> String {
    format!(
        "with a question mark that is a question, so nothing was done. `{prefix}{} {}` without it counts; a reason may stand in \
         quotes.",
        verb.root, verb.verb
    )
}

/// Whether a word ends with a question mark.
pub(super) fn asks(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let end = word.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_question_mark(c));
        end.ends_with(is_question_mark)
    })
}

pub(super) fn is_question_mark(c: char) -> bool {
    matches!(c, '?' | '？' | '¿' | '؟' | '⁇' | '⁈' | '⁉' | '‽')
}

/// The line that is a command of its own.
fn command_in<'t>(verb: &'static Verb, arg: &Arg, text: &'t str, context: &Context<'_>) -> Option<&'t str> {
    let mut code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            code = !code;
            continue;
        }
        // A quotation is somebody else's.
        if code || line.trim_start().starts_with(['>', '`']) {
            continue;
        }
        let first = number == 0;
        let bare = line.trim_start_matches(|c: char| c.is_whitespace() || "-*•".contains(c));
        let bare = if arg.stated && first { joined(bare) } else { bare };
        let next_verb = || arg.name == WORDS.name && (!first || bare.len() < line.trim_start().len());
        if begins_command(bare, context) || (next_verb() && begins_verb(verb, bare, first)) {
            return Some(line.trim());
        }
        // Words that are let pass hold no command at all.
        if arg.name == WORDS.name
            && let Some(at) =
                line.split_whitespace().position(|word| is_root(word, context) || addressed(word).is_some())
        {
            return line.split_whitespace().nth(at);
        }
    }
    None
}

/// What follows the words that join it to what stands before.
fn joined(text: &str) -> &str {
    let mut rest = text;
    while let Some(word) = rest.split_whitespace().next().filter(|word| JOINS.contains(&word.to_lowercase().as_str())) {
        rest = rest.trim_start()[word.len()..].trim_start();
    }
    rest
}

/// `/incident`, also with a slip in it.
fn is_root(word: &str, context: &Context<'_>) -> bool {
    let Some(bare) = word.strip_prefix(context.prefix).or_else(|| word.strip_prefix('/')) else { return false };
    let letters = !bare.is_empty() && bare.chars().all(|c| c.is_alphabetic() || c == '-');
    letters && nearest(bare, verbs::roots().map(|root| root.word)).is_some()
}

fn begins_command(line: &str, context: &Context<'_>) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    if is_root(first, context) || addressed(line).is_some_and(|rest| !rest.trim().is_empty()) {
        return true;
    }
    // `incident resolve INC-1 …`, `resolve INC-1 …`, `INC-1 resolve …`
    let rest = match verbs::root(first) {
        Some(_) => line.trim_start()[first.len()..].trim_start(),
        None => line.trim_start(),
    };
    let mut words = rest.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let case = |word: &str| matches!(case_ahead(word), Ok(Some(_)));
    let is_verb = |word: &str| verbs::all().any(|verb| verb.case && verb.is_called(word));
    let both = format!("{first}-{second}");
    (is_verb(first) && case(second))
        || (case(first) && is_verb(second))
        || (is_verb(&both) && words.next().is_some_and(case))
}

/// Another verb of the same command; on the same line only one that needs words of its own.
fn begins_verb(verb: &'static Verb, line: &str, same_line: bool) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let needs_words = |other: &Verb| other.args.iter().any(|arg| arg.needed == Needed::Yes);
    let mut others = verbs::all().filter(|other| other.root == verb.root && *other != verb && other.is_called(word));
    others.any(|other| !same_line || needs_words(other))
}

/// A case besides the one that is meant: `approve APR-1 and APR-2`.
fn case_in(arg: &Arg, text: &str, raw: &Raw) -> Option<CaseId> {
    let meant = raw.case?;
    let as_case = |word: &str| match case_ahead(word) {
        Ok(Some((id, _))) => Some(id),
        Ok(None) | Err(_) => None,
    };
    let other = |word: &str| as_case(word).filter(|id| *id != meant);
    if arg.stated {
        return joined(text).split_whitespace().next().and_then(other);
    }
    let nothing_else = arg.kind == Kind::Rest
        && text.split_whitespace().all(|word| as_case(word).is_some() || JOINS.contains(&clean::folded(word).as_str()));
    text.split_whitespace().find_map(other).filter(|_| nothing_else)
}
