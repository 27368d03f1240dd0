//! The words after a verb, dealt out to its arguments: by name, by place, between quotes, as code. Every step is linear in
//! the length of the text.

use crate::domain::text::nearest;

use super::read::case_ahead;
use super::value::{Raw, Wrong, person, short};
use super::verbs::{Arg, Kind, Needed, Verb};
use super::{Context, moment};

/// A key is at most this long, in bytes.
const KEY_AT_MOST: usize = 24;

/// A value between quotes ends within this many bytes; an action may be as long as the message.
const VALUE_AT_MOST: usize = 1_000;

/// Deals the words out to the arguments.
pub(super) fn deal(verb: &'static Verb, text: &str, raw: &mut Raw, context: &Context<'_>) -> Result<(), Wrong> {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some((arg, value, after)) = named(verb, rest, context) {
            if raw.said.insert(arg.name, value.to_owned()).is_some() {
                return Err(bad(arg.name, format!("“{}” is said twice.", arg.name)));
            }
            rest = after.trim_start();
            continue;
        }
        let token = token(rest);
        if let Some(after) = bare_name(verb, &token, rest, raw, context) {
            rest = after.trim_start();
            continue;
        }
        if verb.case && raw.case.is_none() && !token.quoted {
            match case_ahead(rest) {
                Ok(Some((id, after))) => {
                    raw.case = Some(id);
                    rest = after.trim_start();
                    continue;
                }
                Ok(None) => {}
                Err(sentence) => return Err(bad("case", sentence)),
            }
        }
        match place(verb, rest, &token, raw, context)? {
            Some(after) => rest = after.trim_start(),
            None => {
                let sentence =
                    format!("“{}” has no place there: `{}`.", short(token.value), verb.usage(context.prefix));
                return Err(bad("", sentence));
            }
        }
    }
    Ok(())
}

fn bad(field: &'static str, sentence: String) -> Wrong {
    Wrong { field, missing: false, sentence }
}

/// Puts what stands at the beginning of `rest` in the first place that it fits. `None`: it fits nowhere.
fn place<'t>(
    verb: &'static Verb,
    rest: &'t str,
    token: &Token<'t>,
    raw: &mut Raw,
    context: &Context<'_>,
) -> Result<Option<&'t str>, Wrong> {
    for arg in verb.args.iter().filter(|arg| !arg.named && arg.kind != Kind::Flag) {
        if raw.said.contains_key(arg.name) {
            continue;
        }
        if arg.kind.is_rest() {
            // At the beginning of a text to the letter it is a slip; further on it is the text's own.
            if arg.kind == Kind::Rest && !token.quoted {
                no_slip(verb, token.value)?;
            }
            take_rest(verb, arg, rest, raw, context)?;
            return Ok(Some(""));
        }
        // `until friday`, `into INC-1`: the argument's own name may stand before it.
        let named =
            !token.quoted && token.value.eq_ignore_ascii_case(arg.name) && !rest[token.end..].trim_start().is_empty();
        if named && matches!(arg.kind, Kind::Case | Kind::Until | Kind::Moment | Kind::Person | Kind::Role) {
            return Ok(Some(&rest[token.end..]));
        }
        if let Some((value, end)) = fit(arg, rest, token, context).map_err(|sentence| bad(arg.name, sentence))? {
            raw.said.insert(arg.name, value);
            return Ok(Some(&rest[end..]));
        }
    }
    Ok(None)
}

/// What of `rest` belongs to an argument: the value as typed, and how many bytes it takes. `None`: nothing, look further.
fn fit(arg: &Arg, rest: &str, token: &Token<'_>, context: &Context<'_>) -> Result<Option<(String, usize)>, String> {
    let whole = || Some((token.value.to_owned(), token.end));
    let reads = || super::value::read(arg.kind, token.value, context);
    match arg.kind {
        Kind::Moment | Kind::Until => {
            let lean = if arg.kind == Kind::Moment { moment::Lean::Past } else { moment::Lean::Future };
            if token.quoted {
                return Ok(whole());
            }
            match moment::moment_ahead(rest, context.at, context.zone, lean) {
                Some((_, end)) => Ok(Some((rest[..end].to_owned(), end))),
                None if token.value.bytes().any(|b| b.is_ascii_digit()) => Ok(whole()),
                None => Ok(None),
            }
        }
        Kind::Person | Kind::PersonOrNone => match name_ahead(rest, context) {
            Some(end) => Ok(Some((rest[..end].to_owned(), end))),
            None => Ok(whole()),
        },
        // Passed over, these leave their word to the next: but a slip of the fingers is no title.
        Kind::Workflow if arg.needed != Needed::Yes => match reads() {
            Ok(_) => Ok(whole()),
            Err(_) if token.quoted => Ok(None),
            Err(sentence) => {
                let near = nearest(token.value, context.policy.workflows.keys().map(|id| id.as_str()));
                match near {
                    Some(_) => Err(format!("{sentence} If it belongs to the title, put the title in quotes.")),
                    None => Ok(None),
                }
            }
        },
        Kind::Severity if arg.needed != Needed::Yes => {
            let lower = token.value.to_ascii_lowercase();
            let level = lower.strip_prefix("sev").map(|level| level.trim_start_matches('-'));
            let meant = level.is_some_and(|level| !level.is_empty() && level.bytes().all(|b| b.is_ascii_digit()));
            match meant {
                true => reads().map(|_| whole()),
                false => Ok(None),
            }
        }
        Kind::Choice(_) | Kind::Range if arg.needed != Needed::Yes => Ok(reads().ok().and_then(|_| whole())),
        Kind::Word | Kind::Number | Kind::Url | Kind::Choice(_) | Kind::Workflow | Kind::Role | Kind::Roles => {
            Ok(whole())
        }
        Kind::Case | Kind::Severity | Kind::Duty | Kind::Class | Kind::Path | Kind::Attribution | Kind::Range => {
            Ok(whole())
        }
        Kind::Flag | Kind::Title | Kind::Rest | Kind::Action => Ok(None),
    }
}

/// A person's full name, unquoted: how many bytes it takes.
fn name_ahead(rest: &str, context: &Context<'_>) -> Option<usize> {
    let at = usize::from(rest.starts_with('@'));
    let bare = &rest[at..];
    let names = context.policy.people.values().map(|person| person.name.as_str()).filter(|name| name.contains(' '));
    names
        .filter_map(|name| {
            let ahead = bare.get(..name.len())?;
            let ends = bare[name.len()..].chars().next().is_none_or(char::is_whitespace);
            (ends && ahead.to_lowercase() == name.to_lowercase()).then_some(at + name.len())
        })
        .max()
        // Where the key alone is somebody's, it is the key: `@maya Send it`.
        .filter(|end| person(&rest[..*end], context).is_ok())
}

/// `restricted`, and `as-of 2026-11-01` where no text follows: names that are said without `=`.
fn bare_name<'t>(
    verb: &'static Verb,
    token: &Token<'t>,
    rest: &'t str,
    raw: &mut Raw,
    context: &Context<'_>,
) -> Option<&'t str> {
    if token.quoted {
        return None;
    }
    let arg = verb.arg(token.value).filter(|arg| !raw.said.contains_key(arg.name))?;
    let after = &rest[token.end..];
    match arg.kind {
        Kind::Flag => {
            raw.said.insert(arg.name, "yes".to_owned());
            Some(after)
        }
        Kind::Moment if arg.named && !verb.args.iter().any(|arg| arg.kind.is_rest()) => {
            let after = after.trim_start();
            let (_, end) = moment::moment_ahead(after, context.at, context.zone, moment::Lean::Past)?;
            raw.said.insert(arg.name, after[..end].to_owned());
            Some(&after[end..])
        }
        _ => None,
    }
}

/// `key=value` of a key that the verb knows: the argument, the value, what follows.
fn named<'t>(verb: &'static Verb, rest: &'t str, context: &Context<'_>) -> Option<(&'static Arg, &'t str, &'t str)> {
    let length =
        rest.bytes().take(KEY_AT_MOST).take_while(|b| b.is_ascii_alphabetic() || *b == b'-' || *b == b'_').count();
    if length == 0 || rest.as_bytes().get(length) != Some(&b'=') {
        return None;
    }
    let key = &rest[..length];
    let arg = verb.arg(key).or_else(|| verb.arg(&key.replace('_', "-")))?;
    let value = &rest[length + 1..];
    if value.is_empty() || value.starts_with(char::is_whitespace) {
        return None;
    }
    let limit = if arg.kind.is_rest() { usize::MAX } else { VALUE_AT_MOST };
    if let Some((inner, end)) = quoted(value, limit) {
        return Some((arg, inner, &value[end..]));
    }
    if arg.kind.is_rest() {
        return Some(match block(value).filter(|_| arg.kind == Kind::Action) {
            Some((inner, end)) => (arg, inner, &value[end..]),
            None => (arg, value.trim_end(), ""),
        });
    }
    if matches!(arg.kind, Kind::Moment | Kind::Until) {
        let lean = if arg.kind == Kind::Moment { moment::Lean::Past } else { moment::Lean::Future };
        if let Some((_, end)) = moment::moment_ahead(value, context.at, context.zone, lean) {
            return Some((arg, &value[..end], &value[end..]));
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    Some((arg, &value[..end], &value[end..]))
}

/// `sevrity=sev1` in the place of a title or a reason was meant for an argument, and would be lost among the words.
fn no_slip(verb: &'static Verb, text: &str) -> Result<(), Wrong> {
    for word in text.split_whitespace() {
        let Some((key, value)) = word.split_at_checked(KEY_AT_MOST).unwrap_or((word, "")).0.split_once('=') else {
            continue;
        };
        let is_name = |c: char| c.is_ascii_alphabetic() || c == '-' || c == '_';
        if value.is_empty() || key.len() < 3 || !key.chars().all(is_name) || verb.arg(key).is_some() {
            continue;
        }
        let meant = verb.args.iter().filter(|arg| arg.named || !arg.kind.is_rest()).map(|arg| arg.name);
        if let Some(near) = nearest(key, meant) {
            let sentence = format!(
                "I don't know “{}=”. Did you mean `{near}=…`? If it belongs to the text, put the text in quotes.",
                short(key)
            );
            return Err(bad("", sentence));
        }
    }
    Ok(())
}

fn take_rest(
    verb: &'static Verb,
    arg: &'static Arg,
    rest: &str,
    raw: &mut Raw,
    context: &Context<'_>,
) -> Result<(), Wrong> {
    let marked = match arg.kind {
        Kind::Title => return take_title(verb, arg, rest, raw, context),
        Kind::Action => block(rest).or_else(|| quoted(rest, usize::MAX)),
        _ => quoted(rest, usize::MAX),
    };
    // Marks count only where they hold all of it.
    let text = match marked {
        Some((inner, end)) if rest[end..].trim().is_empty() => inner,
        _ => rest.trim_end(),
    };
    raw.said.insert(arg.name, text.to_owned());
    Ok(())
}

/// The title, and what may follow it: `key=value` of known keys, and an action as code.
fn take_title(
    verb: &'static Verb,
    arg: &'static Arg,
    rest: &str,
    raw: &mut Raw,
    context: &Context<'_>,
) -> Result<(), Wrong> {
    if let Some((title, end)) = quoted(rest, usize::MAX)
        && let Some(found) = tail(verb, &rest[end..], true, raw, context)
    {
        raw.said.insert(arg.name, title.to_owned());
        raw.said.extend(found);
        return Ok(());
    }
    // What stands between quotes at the beginning is text, whatever it looks like.
    let unquoted = quoted(rest, usize::MAX).map_or(0, |(_, end)| end);
    // Each attempt is short: a verb knows few keys, and takes each once.
    let mut from = 0;
    while let Some(blank) = rest[from..].find(char::is_whitespace) {
        let after = &rest[from + blank..];
        let at = rest.len() - after.trim_start().len();
        if at == rest.len() {
            break;
        }
        if let Some(found) = tail(verb, &rest[at..], false, raw, context) {
            no_slip(verb, rest.get(unquoted..at).unwrap_or_default())?;
            raw.said.insert(arg.name, rest[..at].trim_end().to_owned());
            raw.said.extend(found);
            return Ok(());
        }
        from = at + rest[at..].find(char::is_whitespace).unwrap_or(rest.len() - at);
    }
    no_slip(verb, &rest[unquoted..])?;
    raw.said.insert(arg.name, rest.trim_end().to_owned());
    Ok(())
}

/// Everything to the end as `key=value` and one action. `None`: there is something else.
fn tail(
    verb: &'static Verb,
    text: &str,
    after_quotes: bool,
    raw: &Raw,
    context: &Context<'_>,
) -> Option<Vec<(&'static str, String)>> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let mut rest = text.trim_start();
    let action = verb.args.iter().find(|arg| arg.kind == Kind::Action);
    while !rest.is_empty() {
        let open = |name: &str, found: &[(&str, String)]| {
            !raw.said.contains_key(name) && found.iter().all(|(known, _)| *known != name)
        };
        // The key first: a value is only looked at if its key isn't said yet, so that a text full of them is read once.
        let key = rest.bytes().take(KEY_AT_MOST).position(|b| b == b'=').map_or("", |end| &rest[..end]);
        let closed =
            |key: &str| verb.args.iter().any(|arg| arg.name.eq_ignore_ascii_case(key) && !open(arg.name, &found));
        if closed(key) {
            return None;
        }
        if let Some((arg, value, after)) = named(verb, rest, context).filter(|(arg, ..)| open(arg.name, &found)) {
            found.push((arg.name, value.to_owned()));
            rest = after.trim_start();
            continue;
        }
        let action = action.filter(|arg| open(arg.name, &found));
        let in_quotes = || if after_quotes { quoted(rest, usize::MAX) } else { None };
        match (action, action.and_then(|_| block(rest).or_else(in_quotes))) {
            (Some(arg), Some((inner, end))) => {
                found.push((arg.name, inner.to_owned()));
                rest = rest[end..].trim_start();
            }
            _ => return None,
        }
    }
    Some(found)
}

/// A word, or what stands between quotes.
struct Token<'t> {
    value: &'t str,
    quoted: bool,
    /// Where it ends in the text that it begins.
    end: usize,
}

fn token(text: &str) -> Token<'_> {
    match quoted(text, VALUE_AT_MOST) {
        Some((value, end)) => Token { value, quoted: true, end },
        None => {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            Token { value: &text[..end], quoted: false, end }
        }
    }
}

/// What stands between quotes at the beginning, and where they end. The closing quote is one that no letter follows, so
/// that `don't` and `"a":1` hold none.
fn quoted(text: &str, limit: usize) -> Option<(&str, usize)> {
    let mut letters = text.char_indices();
    let (_, open) = letters.next()?;
    let closes: &[char] = match open {
        '"' => &['"', '”'],
        '“' | '„' => &['”', '“', '"'],
        '‘' | '‚' => &['’', '‘'],
        '\'' => &['\'', '’'],
        '«' => &['»'],
        _ => return None,
    };
    let start = open.len_utf8();
    for (at, letter) in letters.take_while(|(at, _)| *at <= limit) {
        if closes.contains(&letter) {
            let end = at + letter.len_utf8();
            if text[end..].chars().next().is_none_or(char::is_whitespace) {
                return Some((&text[start..at], end));
            }
        }
    }
    None
}

/// What stands in a code block or between backticks at the beginning, and where it ends.
fn block(text: &str) -> Option<(&str, usize)> {
    if let Some(body) = text.strip_prefix("```") {
        let length = body.find("```")?;
        let end = 3 + length + 3;
        let inner = &body[..length];
        // The language that chats colour it by is no part of the action.
        let inner = match inner.split_once('\n') {
            Some((language, code)) if language.chars().all(|c| c.is_ascii_alphanumeric() || "+-_.\r".contains(c)) => {
                code
            }
            _ => inner,
        };
        let inner = inner.strip_suffix('\n').unwrap_or(inner);
        return Some((inner.strip_suffix('\r').unwrap_or(inner), end));
    }
    let body = text.strip_prefix('`')?;
    let length = body.find('`')?;
    let inner = &body[..length];
    let ends = body[length + 1..].chars().next().is_none_or(char::is_whitespace);
    (ends && length > 0 && !inner.contains('\n')).then_some((inner, length + 2))
}
