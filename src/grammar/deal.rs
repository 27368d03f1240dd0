//! The words after a verb, dealt out to its arguments: by name, by place, between quotes, as code. Every step is linear in
//! the length of the text.

use crate::domain::text::nearest;

use super::read::case_ahead;
use super::slip::{self, Looks};
use super::value::{self, Raw, Wrong, person};
use super::verbs::{Arg, Kind, Needed, Verb};
use super::{Context, clean, moment, several};
use crate::domain::text::TEXT_AT_MOST;

/// A key is at most this long, in bytes.
const KEY_AT_MOST: usize = 24;

/// A value between quotes ends within this many bytes; an action may be as long as the message.
const VALUE_AT_MOST: usize = 1_000;

/// Options are looked for in a text of at most so many bytes; a longer one is refused for its length.
const LOOKED_AT: usize = 5 * TEXT_AT_MOST;

/// Options that were taken: the argument and its value as typed.
type Found = Vec<(&'static str, String)>;

/// Deals the words out to the arguments.
pub(super) fn deal(verb: &'static Verb, text: &str, raw: &mut Raw, context: &Context<'_>) -> Result<(), Wrong> {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some((arg, value, after)) = named(verb, rest, raw, context)? {
            if raw.said.insert(arg.name, value.to_owned()).is_some() {
                return Err(bad(arg.name, format!("“{}” is said twice.", arg.name)));
            }
            rest = after.trim_start();
            continue;
        }
        let token = token(rest);
        if let Some(after) = bare_name(verb, &token, rest, raw, context)? {
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
        let before = &text[..text.len() - rest.len()];
        if before[before.trim_end().len()..].contains('\n') {
            several::refuse_line(verb, rest)?;
        }
        match place(verb, rest, &token, raw, context)? {
            Some(after) => rest = after.trim_start(),
            None => {
                let sentence =
                    format!("{} has no place there: `{}`.", value::quoted(token.value), verb.usage(context.prefix));
                return Err(bad("", sentence));
            }
        }
    }
    Ok(())
}

pub(super) fn bad(field: &'static str, sentence: String) -> Wrong {
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
            take_text(verb, arg, rest, raw, context)?;
            return Ok(Some(""));
        }
        // `until friday`, `into INC-1`: the argument's own name may stand before it.
        let named =
            !token.quoted && token.value.eq_ignore_ascii_case(arg.name) && !rest[token.end..].trim_start().is_empty();
        if named && (arg.kind.lean().is_some() || matches!(arg.kind, Kind::Case | Kind::Person | Kind::Role)) {
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
    if let Some(lean) = arg.kind.lean() {
        if token.quoted {
            return Ok(whole());
        }
        return match moment::moment_ahead(rest, context.at, context.zone, lean)? {
            Some((_, end)) => Ok(Some((moment::without_comma(&rest[..end]).to_owned(), end))),
            None if token.value.bytes().any(|b| b.is_ascii_digit()) => Ok(whole()),
            None => Ok(None),
        };
    }
    match arg.kind {
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
        // Where there is one alone, what stands in its place may be the next.
        Kind::Rota => match reads() {
            Ok(_) => Ok(whole()),
            Err(_) if context.policy.rotas.len() == 1 && arg.needed != Needed::No => Ok(None),
            Err(sentence) => Err(sentence),
        },
        // Left out, it leaves its word to the title.
        Kind::ExceptionClass if arg.needed != Needed::Yes => Ok(reads().ok().and_then(|_| whole())),
        Kind::Case | Kind::Severity | Kind::Duty | Kind::Class | Kind::ExceptionClass | Kind::Path => Ok(whole()),
        Kind::Attribution | Kind::Range | Kind::Law | Kind::Report => Ok(whole()),
        Kind::Flag | Kind::Title | Kind::Rest | Kind::Action => Ok(None),
        Kind::Moment | Kind::Start | Kind::Until | Kind::Due => Ok(None),
    }
}

/// A person's full name, unquoted: how many bytes it takes.
fn name_ahead(rest: &str, context: &Context<'_>) -> Option<usize> {
    let at = usize::from(rest.starts_with('@'));
    let bare = &rest[at..];
    // As many words as the name has; how many bytes they take depends on how they were typed.
    let ahead = |words: usize| {
        let last = bare.split_whitespace().take(words).last()?;
        let end = last.as_ptr() as usize - bare.as_ptr() as usize + last.len();
        (end <= VALUE_AT_MOST).then_some(end)
    };
    let names = context.policy.people.values().map(|person| person.name.as_str()).filter(|name| name.contains(' '));
    names
        .filter_map(|name| {
            let end = ahead(name.split_whitespace().count())?;
            (clean::folded(&bare[..end]) == clean::folded(name)).then_some(at + end)
        })
        .max()
        // Where the key alone is somebody's, it is the key: `@maya Send it`.
        .filter(|end| person(&rest[..*end], context).is_ok())
}

/// Names that are said without `=`: `restricted`, and where no title follows that could hold the words, `from monday`,
/// `for @dev`, `roles model-risk`.
fn bare_name<'t>(
    verb: &'static Verb,
    token: &Token<'t>,
    rest: &'t str,
    raw: &mut Raw,
    context: &Context<'_>,
) -> Result<Option<&'t str>, Wrong> {
    if token.quoted {
        return Ok(None);
    }
    if let Some(arg) = slip::flag(verb, rest).filter(|arg| !raw.said.contains_key(arg.name)) {
        raw.said.insert(arg.name, "yes".to_owned());
        return Ok(Some(&rest[token.end..]));
    }
    let titled = verb.args.iter().any(|arg| arg.kind == Kind::Title);
    let named = verb.arg(token.value).filter(|arg| arg.named && !titled && !raw.said.contains_key(arg.name));
    let Some(arg) = named else { return Ok(None) };
    // Any word would do for it, also one of somebody's sentence: `takes too long`.
    if arg.kind == Kind::Word && verb.args.iter().any(|arg| !arg.named && arg.kind.is_rest()) {
        return Ok(None);
    }
    let after = rest[token.end..].trim_start();
    let end = match arg.kind.lean() {
        Some(lean) => {
            let ahead = moment::moment_ahead(after, context.at, context.zone, lean);
            ahead.map_err(|sentence| bad(arg.name, sentence))?.map(|(_, end)| end)
        }
        None if arg.kind == Kind::Person && !after.starts_with('@') => None,
        None => {
            let end = name_ahead(after, context).filter(|_| arg.kind == Kind::Person).unwrap_or(self::token(after).end);
            super::value::read(arg.kind, &after[..end], context).is_ok().then_some(end)
        }
    };
    let Some(end) = end.filter(|_| !arg.kind.is_rest()) else { return Ok(None) };
    raw.said.insert(arg.name, moment::without_comma(&after[..end]).to_owned());
    Ok(Some(&after[end..]))
}

/// `key=value` of a key that the verb knows, with dashes before it or without: the argument, the value, what follows.
///
/// # Errors
/// The value goes on in a way that can't be read, or holds what was meant for another argument.
fn named<'t>(
    verb: &'static Verb,
    rest: &'t str,
    raw: &Raw,
    context: &Context<'_>,
) -> Result<Option<(&'static Arg, &'t str, &'t str)>, Wrong> {
    let bare = rest.trim_start_matches(slip::is_dash);
    let length =
        bare.bytes().take(KEY_AT_MOST).take_while(|b| b.is_ascii_alphabetic() || *b == b'-' || *b == b'_').count();
    if length == 0 || bare.as_bytes().get(length) != Some(&b'=') {
        return Ok(None);
    }
    let key = &bare[..length];
    let Some(arg) = verb.arg(key).or_else(|| verb.arg(&key.replace('_', "-"))) else { return Ok(None) };
    let value = &bare[length + 1..];
    if value.is_empty() || value.starts_with(char::is_whitespace) {
        return Ok(None);
    }
    let limit = if arg.kind.is_rest() { usize::MAX } else { VALUE_AT_MOST };
    if let Some((inner, end)) = quoted(value, limit) {
        return Ok(Some((arg, inner, &value[end..])));
    }
    if arg.kind.is_rest() {
        if let Some((inner, end)) = block(value).filter(|_| arg.kind == Kind::Action) {
            return Ok(Some((arg, inner, &value[end..])));
        }
        // Without quotes it goes on to the end.
        several::refuse(verb, arg, value, raw, context)?;
        slip::none_in(verb, arg, value, raw)?;
        return Ok(Some((arg, value.trim_end(), "")));
    }
    if let Some(lean) = arg.kind.lean() {
        let ahead = moment::moment_ahead(value, context.at, context.zone, lean);
        if let Some((_, end)) = ahead.map_err(|sentence| bad(arg.name, sentence))? {
            return Ok(Some((arg, moment::without_comma(&value[..end]), &value[end..])));
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    Ok(Some((arg, &value[..end], &value[end..])))
}

/// A text: what stands between quotes or as code is it to the letter. Without them, options may follow it, and what looks like
/// one where none can be taken is asked about.
fn take_text(
    verb: &'static Verb,
    arg: &'static Arg,
    rest: &str,
    raw: &mut Raw,
    context: &Context<'_>,
) -> Result<(), Wrong> {
    let code = if arg.kind == Kind::Action { block(rest) } else { None };
    let marked = code.or_else(|| quoted(rest, usize::MAX));
    if let Some((inner, end)) = marked
        && let Some(found) = tail(verb, arg, &rest[end..], true, raw, context)?
    {
        raw.said.insert(arg.name, inner.to_owned());
        raw.said.extend(found);
        return Ok(());
    }
    // `restricted - Salary data`
    let rest = match (arg.kind, rest.split_once(char::is_whitespace)) {
        (Kind::Title, Some((dash, after))) if dash.chars().all(slip::is_dash) => after.trim_start(),
        (_, _) => rest,
    };
    several::refuse(verb, arg, rest, raw, context)?;
    // What stands between quotes at the beginning is text, whatever it looks like.
    let from = marked.map_or(0, |(_, end)| end);
    let (text, found) = match options_at(verb, arg, rest, from, raw, context)? {
        Some((at, found)) => (&rest[..at], found),
        None => (rest, Found::new()),
    };
    let text = match (arg.kind, found.is_empty()) {
        (Kind::Title, false) => {
            text.trim_end_matches(|c: char| c.is_whitespace() || slip::is_dash(c) || ",;([".contains(c))
        }
        (_, _) => text.trim_end(),
    };
    let text = match quoted(text, usize::MAX) {
        Some((inner, end)) if end == text.len() => inner,
        _ => text,
    };
    raw.said.insert(arg.name, text.to_owned());
    raw.said.extend(found);
    Ok(())
}

/// Where the text ends and options follow to the end, and which.
///
/// # Errors
/// Something that looks like an option stands where it can't be taken for one.
fn options_at(
    verb: &'static Verb,
    arg: &'static Arg,
    rest: &str,
    from: usize,
    raw: &Raw,
    context: &Context<'_>,
) -> Result<Option<(usize, Found)>, Wrong> {
    if rest.len() > LOOKED_AT || slip::options(verb, arg, raw).next().is_none() {
        return Ok(None);
    }
    // A flag that may be a word of the text is no longer in doubt once it is said by name.
    let mut doubts: Vec<(&'static Arg, Wrong)> = Vec::new();
    let mut at = from + rest[from..].len() - rest[from..].trim_start().len();
    let mut before = "";
    let found = loop {
        let ahead = &rest[at..];
        if ahead.is_empty() {
            break None;
        }
        let follows = |text: &str| tail(verb, arg, text, false, raw, context);
        match slip::looks(verb, arg, ahead, raw) {
            Looks::Words => {
                let action = arg.kind == Kind::Title && ahead.starts_with('`');
                if let Some(found) = if action { follows(ahead)? } else { None } {
                    break Some((at, found));
                }
            }
            Looks::Key(sentence) => match follows(ahead)? {
                Some(found) => break Some((at, found)),
                None => return Err(bad("", sentence)),
            },
            Looks::Flag(flag, sentence) => match follows(ahead)? {
                Some(found) if !slip::belongs_to(before) => break Some((at, found)),
                _ => doubts.push((flag, bad("", sentence))),
            },
            Looks::Perhaps(sentence) => {
                let word = ahead.find(char::is_whitespace).unwrap_or(ahead.len());
                if at == 0 || follows(&ahead[word..])?.is_some() {
                    return Err(bad("", sentence));
                }
            }
            Looks::Lost(sentence) => return Err(bad("", sentence)),
        }
        let word = ahead.find(char::is_whitespace).unwrap_or(ahead.len());
        before = &ahead[..word];
        at += word + ahead[word..].len() - ahead[word..].trim_start().len();
    };
    let said = |flag: &Arg| found.iter().flat_map(|(_, found)| found).any(|(name, _)| *name == flag.name);
    match doubts.into_iter().find(|(flag, _)| !said(flag)) {
        Some((_, doubt)) => Err(doubt),
        None => Ok(found),
    }
}

/// Everything to the end as options and, after a title, one action. `None`: there is something else.
fn tail(
    verb: &'static Verb,
    filling: &Arg,
    text: &str,
    after_quotes: bool,
    raw: &Raw,
    context: &Context<'_>,
) -> Result<Option<Found>, Wrong> {
    let mut found = Found::new();
    let mut rest = text.trim_start();
    let action = verb.args.iter().find(|arg| arg.kind == Kind::Action && filling.kind == Kind::Title);
    while !rest.is_empty() {
        let open = |name: &str, found: &[(&str, String)]| {
            name != filling.name && !raw.said.contains_key(name) && found.iter().all(|(known, _)| *known != name)
        };
        // The key first: a value is only looked at if its key isn't said yet, so that a text full of them is read once.
        let bare = rest.trim_start_matches(slip::is_dash);
        let key = bare.bytes().take(KEY_AT_MOST).position(|b| b == b'=').map_or("", |end| &bare[..end]);
        if verb.arg(key).or_else(|| verb.arg(&key.replace('_', "-"))).is_some_and(|arg| !open(arg.name, &found)) {
            return Ok(None);
        }
        if let Some((arg, value, after)) = named(verb, rest, raw, context)? {
            found.push((arg.name, value.to_owned()));
            rest = after.trim_start();
            continue;
        }
        if let Some(flag) = slip::flag(verb, rest).filter(|flag| open(flag.name, &found)) {
            found.push((flag.name, "yes".to_owned()));
            rest = rest.split_once(char::is_whitespace).map_or("", |(_, after)| after.trim_start());
            continue;
        }
        let action = action.filter(|arg| open(arg.name, &found));
        let in_quotes = || if after_quotes { quoted(rest, usize::MAX) } else { None };
        match (action, action.and_then(|_| block(rest).or_else(in_quotes))) {
            (Some(arg), Some((inner, end))) => {
                found.push((arg.name, inner.to_owned()));
                rest = rest[end..].trim_start();
            }
            _ => return Ok(None),
        }
    }
    Ok(Some(found))
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
