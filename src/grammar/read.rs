//! A line, or a button, → what it asks for. Splits, deals the words out to the arguments of the table, and complains
//! kindly. No input may panic, and every step is linear in the length of the text.

use crate::domain::{CaseId, CaseKind};

use super::value::{Raw, Wrong, conclude, nearest, person, short};
use super::verbs::{self, Arg, Kind, Needed, Verb};
use super::{Asked, BOT, Context, How, MENTION, Misread, Query, moment};

/// A verb is at most this long, in bytes.
const VERB_AT_MOST: usize = 40;
/// A key is at most this long, in bytes.
const KEY_AT_MOST: usize = 24;
/// A value between quotes ends within this many bytes; an action may be as long as the message.
const VALUE_AT_MOST: usize = 1_000;

/// Reads a message. `Ok(None)`: it isn't a command.
///
/// # Errors
/// A command that can't be understood, with what to type instead.
pub fn read(text: &str, how: How, context: &Context<'_>) -> Result<Option<Asked>, Misread> {
    match how {
        How::Slash => {
            let Some(rest) = text.trim_start().strip_prefix(context.prefix) else { return Ok(None) };
            let word = rest.split(char::is_whitespace).next().unwrap_or_default();
            let lower = word.to_ascii_lowercase();
            match verbs::roots().map(|root| root.word).find(|root| *root == lower) {
                Some(root) => line(&rest[word.len()..], Some(root), how, context).map(Some),
                None => no_such_root(word, context),
            }
        }
        How::Said => {
            let Some(rest) = addressed(text) else { return Ok(None) };
            // Whoever is used to the slash may type it here too.
            let rest = rest.trim_start();
            let word = rest.split(char::is_whitespace).next().unwrap_or_default();
            let bare = word.strip_prefix(context.prefix).or_else(|| word.strip_prefix('/')).unwrap_or(word);
            let root = verbs::root(bare).map(|root| root.word);
            let rest = if root.is_some() { &rest[word.len()..] } else { rest };
            line(rest, root, how, context).map(Some)
        }
    }
}

/// What follows the mention of the bot that a message begins with.
fn addressed(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix('@')?;
    let name = rest.get(..BOT.len()).filter(|name| name.eq_ignore_ascii_case(BOT))?;
    let rest = &rest[name.len()..];
    match rest.chars().next() {
        None => Some(rest),
        Some(c) if c.is_whitespace() => Some(rest),
        Some(':' | ',') => Some(&rest[1..]),
        Some(_) => None,
    }
}

/// Whether a text is meant for the bot, if only by its look. What isn't is chatter.
pub fn looks_like_command(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|rest| could_be_root(rest.split(char::is_whitespace).next().unwrap_or_default()))
}

/// `/etc/hosts is wrong` is a sentence; `/incidnet open` is a slip.
fn could_be_root(word: &str) -> bool {
    !word.is_empty() && word.len() <= VERB_AT_MOST && word.chars().all(|c| c.is_alphabetic() || c == '-')
}

fn no_such_root(word: &str, context: &Context<'_>) -> Result<Option<Asked>, Misread> {
    if !could_be_root(word) {
        return Ok(None);
    }
    let prefix = context.prefix;
    let sentence = match nearest(word, verbs::roots().map(|root| root.word)) {
        Some(root) => format!("I don't know `{prefix}{word}`. Did you mean `{prefix}{root}`?"),
        None => match verbs::all().find(|verb| verb.is_called(word)) {
            Some(verb) => format!("I don't know `{prefix}{word}`. Did you mean `{prefix}{} {}`?", verb.root, verb.verb),
            None => format!(
                "I don't know `{prefix}{word}`. I know {}.",
                verbs::roots().map(|root| format!("`{prefix}{}`", root.word)).collect::<Vec<_>>().join(", ")
            ),
        },
    };
    Err(Misread { sentence, example: Some(format!("{prefix}incident help")), root: None })
}

/// What commands begin with, so that they work where they are read: Slack takes no slash command in a thread.
pub fn prefix_for(how: How, prefix: &str) -> &str {
    match how {
        How::Slash => prefix,
        How::Said => MENTION,
    }
}

fn line(text: &str, root: Option<&'static str>, how: How, context: &Context<'_>) -> Result<Asked, Misread> {
    let prefix = prefix_for(how, context.prefix);
    let mut rest = text.trim_start();
    let mut raw = Raw::default();
    if let Some((id, after)) = case_ahead(rest).map_err(|not| plain_misread(&not, root))? {
        raw.case = Some(id);
        rest = after.trim_start();
    }
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    if word.is_empty() {
        return Ok(Asked::Query(match raw.case {
            Some(id) => Query::Status(id),
            None => Query::Help { root, verb: None },
        }));
    }
    // `still working` and `break glass` are one verb in two words.
    let after = &rest[word.len()..];
    let second = after.split_whitespace().next().unwrap_or_default();
    let joined = if word.len() + second.len() < VERB_AT_MOST {
        format!("{}-{}", tidy(word), tidy(second))
    } else {
        String::new()
    };
    let is_verb = |name: &str| !name.is_empty() && candidates(root, name).next().is_some();
    let (name, rest) = if !second.is_empty() && is_verb(&joined) {
        let start = after.len() - after.trim_start().len();
        (joined.as_str(), &after[start + second.len()..])
    } else {
        (tidy(word), after)
    };
    let peeked = match raw.case {
        Some(id) => Some(id),
        None => case_ahead(rest.trim_start()).ok().flatten().map(|(id, _)| id),
    };
    let verb = choose(name, root, peeked, how, context)?;
    if verb.verb == "help" {
        return Ok(Asked::Query(help(rest, root)));
    }
    deal(verb, rest, &mut raw, context).map_err(|wrong| misread(verb, &wrong, prefix))?;
    let everywhere = root.is_none() && peeked.is_none() && context.here.is_none() && verb.verb == "list";
    match finish(verb, raw, how, context)? {
        Asked::Query(Query::List { filter, .. }) if everywhere => Ok(Asked::Query(Query::List { kind: None, filter })),
        asked => Ok(asked),
    }
}

/// A verb as typed, without what people put after a word: `ack!`, `status?`
fn tidy(word: &str) -> &str {
    let bare = word.trim_end_matches(['.', ',', '!', '?', ':', ';', '…']);
    if bare.is_empty() { word } else { bare }
}

fn candidates(root: Option<&'static str>, name: &str) -> impl Iterator<Item = &'static Verb> {
    verbs::all().filter(move |verb| root.is_none_or(|root| verb.root == root) && verb.is_called(name))
}

/// The verb that is meant. Without a root, the case says whose verb it is.
pub(super) fn choose(
    name: &str,
    root: Option<&'static str>,
    case: Option<CaseId>,
    how: How,
    context: &Context<'_>,
) -> Result<&'static Verb, Misread> {
    let prefix = prefix_for(how, context.prefix);
    let found: Vec<&'static Verb> = candidates(root, name).collect();
    let kind = case.map(|id| id.kind).or(if root.is_none() { context.here.map(|id| id.kind) } else { None });
    let of_kind = |kind: CaseKind| verbs::find(kind.word(), name);
    if let Some(kind) = kind {
        if let Some(&verb) = found.iter().find(|verb| verb.kind() == Some(kind)) {
            return Ok(verb);
        }
        match (found.first(), of_kind(kind)) {
            // Shared verbs go where the id points, whichever root was typed.
            (Some(first), Some(verb)) if first.verb == verb.verb => return Ok(verb),
            (None, Some(verb)) => {
                let id = case.map(|id| format!(" {id}")).unwrap_or_default();
                let sentence = format!("`{name}` belongs to {}: `{prefix}{} {}{id}`.", verb.root, verb.root, verb.verb);
                return Err(Misread { sentence, example: None, root: Some(verb.root) });
            }
            (Some(first), _) if first.case && case.is_some() => {
                let id = case.map(|id| id.to_string()).unwrap_or_default();
                let sentence = format!("{id} is an {}, and `{}` is for an {}.", kind.word(), first.verb, first.root);
                return Err(Misread { sentence, example: Some(first.example(prefix)), root: Some(kind.word()) });
            }
            _ => {}
        }
    }
    match found.as_slice() {
        [] => Err(unknown_verb(name, root, prefix)),
        [one] => Ok(one),
        [first, ..] if root.is_some() || first.verb == "help" || first.verb == "list" => Ok(first),
        several => match several.iter().find(|verb| verb.root == "sla") {
            Some(verb) => Ok(verb),
            None => {
                let both: Vec<String> =
                    several.iter().map(|verb| format!("`{prefix}{} {}`", verb.root, verb.verb)).collect();
                let sentence = match several.iter().all(|verb| verb.case) {
                    true => format!("which case? Name it: `{prefix}{name} INC-1`, or say it in its own thread."),
                    false => format!("`{name}` of what? {}.", both.join(" or ")),
                };
                Err(Misread { sentence, example: None, root: None })
            }
        },
    }
}

fn unknown_verb(name: &str, root: Option<&'static str>, prefix: &str) -> Misread {
    let shown = short(name);
    let of_root = verbs::all().filter(|verb| root.is_none_or(|root| verb.root == root));
    let names = of_root.clone().flat_map(|verb| std::iter::once(verb.verb).chain(verb.aliases.iter().copied()));
    let near = nearest(name, names).and_then(|near| candidates(root, near).next().map(|verb| (near, verb)));
    let help = match root {
        Some(root) => format!("{prefix}{root} help"),
        None => format!("{prefix}help"),
    };
    let sentence = match (near, root) {
        (Some((near, verb)), _) => {
            format!("I don't know “{shown}”. Did you mean `{prefix}{} {near}`? `{help}` shows everything.", verb.root)
        }
        (None, Some(root)) => {
            let all: Vec<&str> = of_root.map(|verb| verb.verb).collect();
            format!("I don't know “{shown}”. `{prefix}{root}` knows {}. `{help}` explains them.", all.join(", "))
        }
        (None, None) => format!("I don't know “{shown}”. `{help}` shows what I can do."),
    };
    Misread { sentence, example: None, root }
}

pub(super) fn help(rest: &str, root: Option<&'static str>) -> Query {
    let mut words = rest.split_whitespace().map(tidy).filter(|word| word.len() <= VERB_AT_MOST).take(2).peekable();
    let named = words.next_if(|word| verbs::root(word).is_some());
    let root = named.and_then(|word| verbs::root(word).map(|root| root.word)).or(root);
    let verb = words.next().and_then(|word| candidates(root, word).next());
    Query::Help { root: root.or(verb.map(|verb| verb.root)), verb }
}

/// A case id at the beginning, and what follows it.
///
/// # Errors
/// Something that was meant for one and can't be: `INC-007`.
fn case_ahead(text: &str) -> Result<Option<(CaseId, &str)>, String> {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let bare = word.trim_end_matches([':', ',', '.', ';']);
    let looks = bare.split_once('-').is_some_and(|(prefix, number)| {
        let known = CaseKind::by_prefix(prefix).is_some();
        known && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    });
    if !looks {
        return Ok(None);
    }
    bare.parse().map(|id| Some((id, &text[word.len()..]))).map_err(|not: crate::domain::NotACase| format!("{not}."))
}

/// Fills in the case of the thread, concludes, and turns what is missing into a form where one can be shown.
pub(super) fn finish(verb: &'static Verb, mut raw: Raw, how: How, context: &Context<'_>) -> Result<Asked, Misread> {
    let here = context.here.filter(|here| verb.kind() == Some(here.kind));
    if verb.case {
        match (raw.case, here) {
            (None, Some(here)) => raw.case = Some(here),
            // `merge INC-1` in the thread of INC-3: the one that was named is the other one.
            (Some(named), Some(here)) if named != here => {
                let other = verb.args.iter().find(|arg| arg.kind == Kind::Case && !raw.said.contains_key(arg.name));
                if let Some(other) = other {
                    raw.said.insert(other.name, named.to_string());
                    raw.case = Some(here);
                }
            }
            _ => {}
        }
    }
    match conclude(verb, &raw, context) {
        Ok(asked) => Ok(asked),
        Err(wrongs) if how == How::Slash && wrongs.iter().all(|wrong| wrong.missing && wrong.field != "case") => {
            Ok(form_for(verb, &raw))
        }
        Err(wrongs) => {
            let first = wrongs.iter().find(|wrong| !wrong.missing).or(wrongs.first());
            Err(first.map_or_else(
                || plain_misread("that can't be read.", Some(verb.root)),
                |wrong| misread(verb, wrong, prefix_for(how, context.prefix)),
            ))
        }
    }
}

fn form_for(verb: &'static Verb, raw: &Raw) -> Asked {
    let said = raw.said.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let revision = raw.revision.map(|revision| ("revision".to_owned(), revision.to_string()));
    Asked::Form { verb, case: raw.case, given: said.chain(revision).collect() }
}

pub(super) fn misread(verb: &'static Verb, wrong: &Wrong, prefix: &str) -> Misread {
    Misread { sentence: wrong.sentence.clone(), example: Some(verb.example(prefix)), root: Some(verb.root) }
}

fn plain_misread(sentence: &str, root: Option<&'static str>) -> Misread {
    Misread { sentence: sentence.to_owned(), example: None, root }
}

/// Deals the words out to the arguments.
fn deal(verb: &'static Verb, text: &str, raw: &mut Raw, context: &Context<'_>) -> Result<(), Wrong> {
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

/// What a button does, in at most 100 characters: `approve:APR-1:2`, `ack:INC-1`, `sla.mine`. `more` is the revision for a
/// vote, else the verb's first argument that isn't a text.
pub fn action(verb: &Verb, case: Option<CaseId>, more: Option<&str>) -> String {
    let mut action = match case {
        Some(id) => format!("{}:{id}", verb.verb),
        None => verb.id(),
    };
    if let Some(more) = more {
        action.push(':');
        action.extend(more.chars().take(40));
    }
    action
}

/// As [`action`], for a button that opens the verb's form: `form:resolve:INC-1`.
pub fn form_action(verb: &Verb, case: Option<CaseId>, more: Option<&str>) -> String {
    format!("form:{}", action(verb, case, more))
}

/// Reads a button.
///
/// # Errors
/// One that this version doesn't know, with what to type instead.
pub fn pressed(action: &str, context: &Context<'_>) -> Result<Asked, Misread> {
    let old = || {
        plain_misread(
            &format!(
                "that button is from another version of me. `{}incident help` shows what to type instead.",
                context.prefix
            ),
            None,
        )
    };
    let (form, rest) = match action.strip_prefix("form:") {
        Some(rest) => (true, rest),
        None => (false, action),
    };
    let (verb, raw) = target(rest).ok_or_else(old)?;
    if form {
        return Ok(form_for(verb, &raw));
    }
    match conclude(verb, &raw, context) {
        Ok(asked) => Ok(asked),
        Err(wrongs) if wrongs.iter().all(|wrong| wrong.missing && wrong.field != "case") => Ok(form_for(verb, &raw)),
        Err(wrongs) => Err(wrongs.first().map_or_else(old, |wrong| misread(verb, wrong, context.prefix))),
    }
}

/// `resolve:INC-1`, `incident.resolve:INC-1`, `approval.decline:APR-1:2`, `incident.open`.
fn target(text: &str) -> Option<(&'static Verb, Raw)> {
    if text.len() > 100 {
        return None;
    }
    let mut parts = text.splitn(3, ':');
    let name = parts.next()?;
    let case: Option<CaseId> = match parts.next() {
        None | Some("") => None,
        Some(id) => Some(id.parse().ok()?),
    };
    let verb = match (name.split_once('.'), case) {
        (Some((root, verb)), _) => verbs::find(root, verb)?,
        (None, Some(id)) => verbs::find(id.kind.word(), name)?,
        (None, None) => return None,
    };
    if case.is_some_and(|id| verb.kind() != Some(id.kind)) {
        return None;
    }
    let mut raw = Raw { case, ..Raw::default() };
    if let Some(more) = parts.next().filter(|more| !more.is_empty()) {
        match verb.args.iter().find(|arg| !arg.kind.is_rest()) {
            Some(arg) => {
                raw.said.insert(arg.name, more.to_owned());
            }
            None => raw.revision = Some(more.parse().ok()?),
        }
    }
    Some((verb, raw))
}
