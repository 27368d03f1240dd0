//! What was typed → what it asks for: which verb is meant, of which case, and what to type instead. No input may panic, and
//! every step is linear in the length of the text.

use crate::domain::text::nearest;
use crate::domain::{CaseId, CaseKind};

use super::deal::deal;
use super::value::{Raw, Wrong, conclude, quoted};
use super::verbs::{self, Kind, NEARLY_VOTES, Verb};
use super::{Asked, BOT, Context, How, MENTION, Misread, Query, several};

/// A verb is at most this long, in bytes.
const VERB_AT_MOST: usize = 40;

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
pub(super) fn addressed(text: &str) -> Option<&str> {
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

/// Whether a message begins with a mention of the bot. One that begins with somebody else's is said to them.
pub fn is_addressed(text: &str) -> bool {
    addressed(text).is_some()
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
    let shown = quoted(&format!("{prefix}{word}"));
    let sentence = match nearest(word, verbs::roots().map(|root| root.word)) {
        Some(root) => format!("I don't know {shown}. Did you mean `{prefix}{root}`?"),
        None => match verbs::all().find(|verb| verb.is_called(word)) {
            Some(verb) => format!("I don't know {shown}. Did you mean `{prefix}{} {}`?", verb.root, verb.verb),
            None => format!(
                "I don't know {shown}. I know {}.",
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
            None => alone(root, context),
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
    // `approve?`, `approve ?` and `approve APR-1? why`: whoever asks has not decided.
    let head = &text[..text.len() - rest.len()];
    let (marks, rest) = question_marks(rest);
    let ahead = case_ahead(rest.trim_start()).ok().flatten();
    let named = ahead.map_or("", |(_, after)| &rest[..rest.len() - after.len()]);
    let asks = marks || several::asks(head) || several::asks(named);
    let peeked = raw.case.or(ahead.map(|(id, _)| id));
    let verb = choose(name, root, peeked, how, context)?;
    if verb.verb == "help" {
        return Ok(Asked::Query(help(rest, root)));
    }
    deal(verb, rest, &mut raw, context).map_err(|wrong| misread(verb, &wrong, prefix))?;
    let everywhere = root.is_none() && peeked.is_none() && context.here.is_none() && verb.verb == "list";
    match finish(verb, raw, how, context)? {
        Asked::Query(Query::List { filter, .. }) if everywhere => Ok(Asked::Query(Query::List { kind: None, filter })),
        asked @ (Asked::Query(_) | Asked::Form { .. }) => Ok(asked),
        Asked::New(_) | Asked::Case { .. } | Asked::Bot(_) | Asked::Pin(_) | Asked::ReloadPolicy if asks => {
            Err(plain_misread(&several::question(verb, prefix), Some(verb.root)))
        }
        Asked::Calendar { .. } | Asked::Export(_) if asks => {
            Err(plain_misread(&several::question(verb, prefix), Some(verb.root)))
        }
        asked @ (Asked::New(_) | Asked::Case { .. } | Asked::Bot(_) | Asked::Pin(_)) => Ok(asked),
        asked @ (Asked::ReloadPolicy | Asked::Calendar { .. } | Asked::Export(_)) => Ok(asked),
    }
}

/// A command without a verb: what can be done now, in a case's own channel or thread with that case.
fn alone(root: Option<&'static str>, context: &Context<'_>) -> Query {
    let kind = root.map(CaseKind::by_word);
    let among_people = context.is_among_people();
    match kind {
        Some(None) if root == Some(verbs::ROTA) => Query::Rota { rota: None },
        Some(None) => Query::Help { root, verb: None },
        Some(Some(kind)) => {
            Query::Menu { case: context.here.filter(|here| here.kind == kind), kind: Some(kind), among_people }
        }
        None => Query::Menu { case: context.here, kind: None, among_people },
    }
}

/// Whether a text begins with question marks that stand alone, and what follows them.
fn question_marks(text: &str) -> (bool, &str) {
    let rest = text.trim_start();
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let alone = !word.is_empty() && !word.contains(char::is_alphanumeric) && several::asks(word);
    if alone { (true, &rest[word.len()..]) } else { (false, text) }
}

/// A verb as typed, without what people put after a word: `ack!`, `status?`
fn tidy(word: &str) -> &str {
    let bare =
        word.trim_end_matches(|c| several::is_question_mark(c) || matches!(c, '.' | ',' | '!' | ':' | ';' | '…'));
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
                let needs = first.kind().map_or(first.root, CaseKind::with_article);
                let sentence = format!("{id} is {}, and `{}` is for {needs}.", kind.with_article(), first.verb);
                return Err(Misread { sentence, example: Some(first.example(prefix)), root: Some(kind.word()) });
            }
            _ => {}
        }
    }
    match found.as_slice() {
        [] => Err(unknown_verb(name, root, context.here.map(|id| id.kind), prefix)),
        [one] => Ok(one),
        [first, ..] if root.is_some() || first.verb == "help" || first.verb == "list" => Ok(first),
        several => match several.iter().find(|verb| verb.root == "sla").or_else(|| owner(several, name)) {
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

/// Of verbs of a case, the one whose own name it is, where others have it as an alias only.
fn owner<'v>(several: &'v [&'static Verb], name: &str) -> Option<&'v &'static Verb> {
    let mut owners = several.iter().filter(|verb| verb.verb.eq_ignore_ascii_case(name));
    match (owners.next(), owners.next()) {
        (Some(owner), None) if several.iter().all(|verb| verb.case) => Some(owner),
        _ => None,
    }
}

fn unknown_verb(name: &str, root: Option<&'static str>, here: Option<CaseKind>, prefix: &str) -> Misread {
    let shown = quoted(name);
    let help = match root {
        Some(root) => format!("{prefix}{root} help"),
        None => format!("{prefix}help"),
    };
    let approvals = root.or(here.map(CaseKind::word)).is_none_or(|word| word == CaseKind::Approval.word());
    if let Some(vote) = nearly_vote(name).filter(|_| approvals) {
        let sentence =
            format!("{shown} is no vote, so nothing was done. To vote, type `{prefix}{} {}`.", vote.root, vote.verb);
        return Misread { sentence, example: Some(vote.example(prefix)), root: Some(vote.root) };
    }
    let of_root = verbs::all().filter(|verb| root.is_none_or(|root| verb.root == root));
    // In a case's thread its own verbs are meant before others.
    let near = here.map(CaseKind::word).filter(|_| root.is_none()).and_then(|word| nearest_verb(name, Some(word)));
    let sentence = match (near.or_else(|| nearest_verb(name, root)), root) {
        (Some((near, verb)), _) => {
            format!("I don't know {shown}. Did you mean `{prefix}{} {near}`? `{help}` shows everything.", verb.root)
        }
        (None, Some(root)) => {
            let all: Vec<&str> = of_root.map(|verb| verb.verb).collect();
            format!("I don't know {shown}. `{prefix}{root}` knows {}. `{help}` explains them.", all.join(", "))
        }
        (None, None) => format!("I don't know {shown}. `{help}` shows what I can do."),
    };
    Misread { sentence, example: None, root }
}

fn nearest_verb(name: &str, root: Option<&'static str>) -> Option<(&'static str, &'static Verb)> {
    let of_root = verbs::all().filter(|verb| root.is_none_or(|root| verb.root == root));
    let near = nearest(name, of_root.flat_map(|verb| std::iter::once(verb.verb).chain(verb.aliases.iter().copied())))?;
    // The name as the table has it, for it outlives what was typed.
    let verb = candidates(root, near).next()?;
    Some((near, verb))
}

/// The verb that a word such as `lgtm` is nearly.
fn nearly_vote(word: &str) -> Option<&'static Verb> {
    let bare = |c: char| c == '\u{FE0F}' || ('\u{1F3FB}'..='\u{1F3FF}').contains(&c);
    let word = word.to_lowercase().replace(bare, "");
    let word = word.trim_matches(':');
    let (vote, _) = NEARLY_VOTES.iter().find(|(_, words)| words.contains(&word))?;
    verbs::find(CaseKind::Approval.word(), vote)
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
pub(super) fn case_ahead(text: &str) -> Result<Option<(CaseId, &str)>, String> {
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    let bare =
        word.trim_end_matches(|c| several::is_question_mark(c) || matches!(c, ':' | ',' | '.' | ';' | '!' | '…'));
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

pub(super) fn form_for(verb: &'static Verb, raw: &Raw) -> Asked {
    let said = raw.said.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let revision = raw.revision.map(|revision| ("revision".to_owned(), revision.to_string()));
    Asked::Form { verb, case: raw.case, given: said.chain(revision).collect() }
}

pub(super) fn misread(verb: &'static Verb, wrong: &Wrong, prefix: &str) -> Misread {
    Misread { sentence: wrong.sentence.clone(), example: Some(verb.example(prefix)), root: Some(verb.root) }
}

pub(super) fn plain_misread(sentence: &str, root: Option<&'static str>) -> Misread {
    Misread { sentence: sentence.to_owned(), example: None, root }
}
