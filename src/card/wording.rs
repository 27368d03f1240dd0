//! Templates → words. The first line that a template says is the title, the others are lines; filters mark what is a
//! person, a moment, a case or code.
//!
//! Filters: `time` (a moment), `who` (a mention, of one or several people; `who("or")` for another last word), `name`
//! (people without mentioning them), `must` (who must approve, and how far it is), `case`, `code`, `typed` (a line to type), `link` (an address), `strong`, `span` (a length of time), `duty` (what an answer is called),
//! `capital`, `listed` (words with commas), `sentence` (what the rules say, with lines to type in it), `lines` (a draft of the
//! bot's own that has lines).
//! `{{ field("Name") }}value` on a line of its own is a field of the card. What a line says is trimmed, and an empty line is
//! left out.
//!
//! `{{ line("ack", case) }}` is the line to type that does it to a case, with what commands begin with where it is read. More
//! that is given to it follows: `line("role", case, seat)`. Where no case says whose verb it is, the command stands before it:
//! `line("sla health")`. A verb that isn't there is a mistake in the template.
//!
//! A filter's mark is a private-use character. Those are taken out of every value before a template sees it, so people's
//! words can say anything and still be nothing but words.
//!
//! What people typed is always seen to be theirs: a value named `title`, `text`, `reason` or `question`, or handed over as
//! `{"said": …}`, stands between quotation marks wherever a template puts it, each of its lines on a line that begins with
//! one. Nothing else has lines of its own, and no quotation mark inside can end it.
//!
//! A telling's first line says the case, what is asked and by when: a phone shows no more of it. Then comes who, then why, and
//! what to type on a line of its own. A deadline ahead is `by 11:00` after what is owed or asked; a sentence that is about the
//! deadline alone says that it `is due at 11:00`. One that has passed is `late, due 11:00`. `until` is for what lasts, such as
//! a pause. Once it is one of several who answers, `or` stands between their names; `and` where each of them must.

use std::fmt;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use minijinja::value::{Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};
use serde_json::Value as Json;

use crate::domain::line::{Part, Sentence};
use crate::domain::policy::Policy;
use crate::domain::text::{nearest, quoted_lines};
use crate::domain::{At, CaseId, CaseKind, Duty, PersonId, Span};
use crate::grammar::{clean, find, verbs};

use super::{Card, Field, Word, samples};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// The folders of templates: what is told of any case, of the bot itself and of each kind of case, and answers.
fn folders() -> impl Iterator<Item = &'static str> + Clone {
    ["answer", "bot", "case"].into_iter().chain(CaseKind::ALL.into_iter().map(|kind| kind.word()))
}

/// Begins a piece; the letter after it says which kind.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';
/// A line break in people's words, as against one of the template.
const BREAK: char = '\u{E002}';
const TIME: char = 't';
const PERSON: char = 'p';
const NAME: char = 'n';
const CASE: char = 'c';
const CODE: char = 'd';
const LINE: char = 'e';
const LINK: char = 'u';
const STRONG: char = 's';
const FIELD: char = 'f';
const SAID: char = 'w';
const LINES: char = 'l';

/// The only name in an object that hands a text over as typed.
const TYPED_HERE: &str = "said";

/// The value of this name is shown to the letter: it is what somebody is to approve.
const TO_THE_LETTER: &str = "action";

/// Values of these names are what people typed.
const TYPED: [&str; 4] = ["title", "text", "reason", "question"];

/// The bot's words.
pub struct Wording {
    embedded: Environment<'static>,
    overlay: Option<Environment<'static>>,
    prefix: String,
}

/// A template of the operator's that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum WordingError {
    /// The folder or a file in it can't be read.
    #[error("can't read {}: {error}", path.display())]
    Unreadable {
        /// What can't be read.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Nothing is said with a template of that name.
    #[error("{} is no template that I use.{hint} Templates are named as in the folder `templates` of the source.", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The nearest known one.
        hint: String,
    },
    /// It has a mistake.
    #[error("{}:{line}: {error}", path.display())]
    Mistake {
        /// The file.
        path: PathBuf,
        /// Counts from 1; 0 where the place isn't known.
        line: usize,
        /// What is wrong.
        error: String,
    },
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Wording {{ overlay: {}, prefix: {:?} }}", self.overlay.is_some(), self.prefix)
    }
}

impl Wording {
    /// The words that the program comes with.
    pub fn embedded() -> Wording {
        let mut environment = environment();
        for (name, source) in embedded() {
            // A test compiles every embedded template, so this can't fail in a program that passed its tests; if it did,
            // the telling would be said without its template.
            let _ = environment.add_template(name, source);
        }
        Wording { embedded: environment, overlay: None, prefix: "/".to_owned() }
    }

    /// As [`Wording::embedded`], with the files of a folder (`case/clock.txt` …) in the place of those of the same name.
    /// Each is tried on samples of everything that it will see, so that a mistake is found now and not at the moment when
    /// something must be told.
    ///
    /// # Errors
    /// A file that can't be read, that no template is named as, or that has a mistake, with its line.
    pub fn with_overlay(folder: &Path) -> Result<Wording, WordingError> {
        let mut wording = Wording::embedded();
        let mut environment = environment();
        let known: Vec<&str> = Wording::names().collect();
        for path in entries(folder)? {
            let kind = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let files = match folders().any(|known| known == kind) {
                true => entries(&path)?,
                // Something beside the folders is left alone, as a README is; a template at the wrong place is not.
                false if path.is_dir() || is_template(&path) => return Err(unknown(path, &kind, &known)),
                false => continue,
            };
            for path in files.into_iter().filter(|path| is_template(path)) {
                let name = format!("{kind}/{}", path.file_name().unwrap_or_default().to_string_lossy());
                if !known.contains(&name.as_str()) {
                    return Err(unknown(path, &name, &known));
                }
                let source = std::fs::read_to_string(&path)
                    .map_err(|error| WordingError::Unreadable { path: path.clone(), error })?;
                let mistake = |error: Error| WordingError::Mistake {
                    path: path.clone(),
                    line: error.line().unwrap_or_default(),
                    error: said(&error),
                };
                check_lines(&source, CaseKind::by_word(&kind).map(CaseKind::word))
                    .map_err(|(line, error)| WordingError::Mistake { line, path: path.clone(), error: said(&error) })?;
                check_names(&environment, &source).map_err(|(line, error)| WordingError::Mistake {
                    line,
                    path: path.clone(),
                    error: said(&error),
                })?;
                environment.add_template_owned(name.clone(), source).map_err(mistake)?;
                try_out(&environment, &name).map_err(mistake)?;
            }
        }
        wording.overlay = Some(environment);
        Ok(wording)
    }

    /// With another prefix for the commands that are shown, such as `/cs-`.
    pub fn with_prefix(self, prefix: &str) -> Wording {
        Wording { prefix: clean::line(prefix), ..self }
    }

    /// What commands begin with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What is wrong with the program's own templates: nothing, in a program that passed its tests.
    #[cfg(test)]
    pub(super) fn mistakes() -> Vec<String> {
        let own = Wording::embedded().embedded;
        let checked = embedded().filter_map(|(name, source)| {
            let tried = check_names(&own, source).map_err(|(_, error)| error).and_then(|()| try_out(&own, name));
            Some(format!("{name}: {}", said(&tried.err()?)))
        });
        checked.collect()
    }

    /// The names of all templates: `case/clock.txt` …
    pub fn names() -> impl Iterator<Item = &'static str> {
        embedded().map(|(name, _)| name)
    }

    /// Renders a template. An overlay's that fails gives way to the embedded one, and that one's failure to a plain sentence:
    /// something that must be told is told.
    pub(super) fn render(&self, name: &str, mut facts: Json, prefix: &str, policy: &Policy) -> Card {
        if let Some(map) = facts.as_object_mut() {
            map.insert("prefix".to_owned(), Json::from(prefix));
        }
        let facts_value = value(&facts);
        let of_the_operator = self.overlay.as_ref().and_then(|it| it.get_template(name).ok());
        let own = self.embedded.get_template(name);
        let rendered = of_the_operator.into_iter().map(Ok).chain([own]).find_map(|template| {
            let said = template.and_then(|it| it.render(&facts_value));
            said.inspect_err(|error| tracing::error!(template = name, %error, "a template failed")).ok()
        });
        rendered.map_or_else(|| without_words(name, &facts, prefix), |said| card(&said, policy))
    }
}

/// What is said where a template failed: which case it is about, what it was to say, and where more is to be seen.
fn without_words(name: &str, facts: &Json, prefix: &str) -> Card {
    let what = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".txt").replace('-', " ");
    let mut title: Vec<Word> = Vec::new();
    let case = facts.get("case").and_then(|id| id.as_str()?.parse::<CaseId>().ok());
    if let Some(case) = case {
        title.extend([Word::Case(case), Word::from(" · ")]);
    }
    if let Some(called) = facts.get("title").and_then(Json::as_str) {
        title.push(Word::Text(format!("{} · ", quoted_lines(&clean::line(called)))));
    }
    title.push(Word::Text(format!("{what}: I have no words for it, and the log says why")));
    if let Some(case) = case {
        title.extend([
            Word::from(". "),
            Word::Line(format!("{prefix}{} status {case}", case.kind)),
            Word::from(" shows how it stands"),
        ]);
    }
    Card { title, ..Card::default() }
}

/// Draws a template with everything that it will see.
fn try_out(environment: &Environment<'_>, name: &str) -> Result<(), Error> {
    let template = environment.get_template(name)?;
    samples::of(name).try_for_each(|facts| template.render(value(facts)).map(drop))
}

/// Every filter, test and function that a template names is looked up, also those that no sample comes to.
fn check_names(environment: &Environment<'_>, source: &str) -> Result<(), (usize, Error)> {
    for (at, used) in names_used(source) {
        let asked = match used {
            Used::Filter(name) => format!("0|{name}"),
            Used::Test(name) => format!("0 is {name}"),
            Used::Function(name) => format!("{name}()"),
        };
        // Without its arguments most of them fail; only that nobody knows them counts.
        let unknown = |error: &Error| {
            matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction)
        };
        let error = environment.compile_expression(&asked).and_then(|it| it.eval(())).err();
        if let Some(error) = error.filter(unknown) {
            return Err((source[..at].matches('\n').count() + 1, error));
        }
    }
    Ok(())
}

enum Used<'s> {
    Filter(&'s str),
    Test(&'s str),
    Function(&'s str),
}

/// The names in a template's `{{ … }}` and `{% … %}`, with their places.
fn names_used(source: &str) -> Vec<(usize, Used<'_>)> {
    let mut used = Vec::new();
    let (mut at, mut inside, mut quote, mut before) = (0, false, None, "");
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        let name = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
        let step = match (inside, quote) {
            (false, _) => {
                inside = rest.starts_with("{{") || rest.starts_with("{%");
                if inside { 2 } else { c.len_utf8() }
            }
            (true, Some(mark)) => {
                quote = quote.filter(|_| c != mark);
                c.len_utf8()
            }
            (true, None) if rest.starts_with("}}") || rest.starts_with("%}") => {
                inside = false;
                2
            }
            (true, None) if name > 0 => {
                let word = &rest[..name];
                match before {
                    "|" => used.push((at, Used::Filter(word))),
                    "is" if word == "not" => {}
                    "is" => used.push((at, Used::Test(word))),
                    "." => {}
                    _ if rest[name..].starts_with('(') => used.push((at, Used::Function(word))),
                    _ => {}
                }
                // `is not` asks for a test as `is` does.
                before = if before == "is" && word == "not" { "is" } else { word };
                name
            }
            (true, None) => {
                quote = Some(c).filter(|c| matches!(c, '"' | '\''));
                if !c.is_whitespace() {
                    before = &rest[..c.len_utf8()];
                }
                c.len_utf8()
            }
        };
        at += step;
    }
    used
}

fn said(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// Every embedded template, by name.
fn embedded() -> impl Iterator<Item = (&'static str, &'static str)> {
    static ALL: std::sync::OnceLock<Vec<(String, &'static str)>> = std::sync::OnceLock::new();
    let all = ALL.get_or_init(|| {
        let files = folders().filter_map(|name| TEMPLATES.get_dir(name)).flat_map(Dir::files);
        files
            .filter(|file| file.path().extension().is_some_and(|it| it == "txt"))
            .filter_map(|file| Some((file.path().display().to_string(), file.contents_utf8()?)))
            .collect()
    });
    all.iter().map(|(name, source)| (name.as_str(), *source))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, WordingError> {
    let unreadable = |error| WordingError::Unreadable { path: folder.to_owned(), error };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    // Folders give them in no order, and the first mistake that is named should be the same each time.
    entries.sort();
    Ok(entries)
}

fn is_template(path: &Path) -> bool {
    path.extension().is_some_and(|it| it == "txt")
}

fn unknown(path: PathBuf, name: &str, known: &[&'static str]) -> WordingError {
    let near = nearest(name, known.iter().copied().chain(folders()));
    let hint = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    WordingError::Unknown { path, hint }
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_filter("time", |at: i64| piece(TIME, &at.to_string()));
    environment.add_filter("who", |who: Value, last: Option<String>| people(PERSON, &who, last.as_deref()));
    environment.add_filter("name", |who: Value, last: Option<String>| people(NAME, &who, last.as_deref()));
    environment.add_filter("must", |who: Value, have: u32, need: u32, how: Option<String>| must(&who, have, need, how));
    environment.add_filter("case", |id: String| piece(CASE, &id));
    environment.add_filter("code", |text: String| match text.contains(OPEN) {
        true => text,
        false => code(&text.replace(BREAK, "\n")),
    });
    environment.add_filter("typed", |text: String| typed_line(&text));
    environment.add_filter("link", |url: String| piece(LINK, &url));
    environment.add_filter("lines", |text: String| piece(LINES, &text));
    environment.add_filter("strong", |text: String| piece(STRONG, &text));
    environment.add_filter("sentence", |said: Value| sentence(&said));
    environment.add_filter("span", |span: i64| Span(span).to_string());
    environment.add_filter("gone", |percent: u32| match percent {
        50 => "half".to_owned(),
        percent => format!("{percent} %"),
    });
    environment.add_filter("duty", |duty: String| Duty::read(&duty).map_or(duty, |duty| duty.noun().to_owned()));
    environment.add_filter("capital", |text: String| crate::grammar::capital(&text));
    environment.add_filter("listed", |words: Vec<String>| crate::domain::text::list(words.into_iter()));
    environment
        .add_function("line", |state: &State<'_, '_>, verb: String, rest: Rest<Value>| line(state, &verb, &rest));
    environment.add_function("field", |name: String, _rest: Rest<Value>| piece(FIELD, &name));
    environment
}

/// Every letter of it, also of those that have no look of their own.
fn code(text: &str) -> String {
    piece(CODE, &clean::visible(text).replace('\n', &BREAK.to_string()))
}

/// A line to type. What people typed in it stays theirs.
fn typed_line(text: &str) -> String {
    piece(LINE, &clean::visible(text))
}

fn piece(kind: char, payload: &str) -> String {
    // What holds pieces already stays as it is: a piece in a piece would be torn.
    if payload.contains([OPEN, CLOSE]) {
        return payload.to_owned();
    }
    format!("{OPEN}{kind}{payload}{CLOSE}")
}

/// A sentence of the rules, for the filter of that name.
pub(super) fn sentence_as_seen(sentence: &Sentence, prefix: &str) -> Json {
    let parts = sentence.parts().iter().map(|part| match part {
        Part::Text(text) => serde_json::json!({ "words": text }),
        Part::Line(line) => serde_json::json!({ "line": line.typed(prefix) }),
    });
    parts.collect()
}

fn sentence(said: &Value) -> Result<String, Error> {
    let mut written = String::new();
    for part in said.try_iter()? {
        let line = part.get_attr("line")?;
        match line.as_str() {
            Some(line) => written.push_str(&typed_line(line)),
            None => written.push_str(part.get_attr("words")?.as_str().unwrap_or_default()),
        }
    }
    Ok(written)
}

/// A line to type. Where the verb has no command before it, that of the case's kind is meant.
fn line(state: &State<'_, '_>, verb: &str, rest: &[Value]) -> Result<String, Error> {
    let case = || rest.first().and_then(|id| id.as_str()?.parse::<CaseId>().ok()).map(|id| id.kind.word());
    let (command, verb) = match verb.split_once(' ') {
        Some((command, verb)) => (command, verb),
        None => (case().ok_or_else(|| no_verb(verb, None))?, verb),
    };
    let verb = find(command, verb).ok_or_else(|| no_verb(verb, Some(command)))?;
    let prefix = state.lookup("prefix").unwrap_or_default();
    let rest: String = rest.iter().map(|word| format!(" {word}")).collect();
    Ok(typed_line(&format!("{prefix}{} {}{rest}", verb.root, verb.verb)))
}

/// The verbs that a template names are looked at before it is used, also those that no sample comes to. `command` is that of
/// the kind of case whose folder it lies in.
fn check_lines(source: &str, command: Option<&str>) -> Result<(), (usize, Error)> {
    for (at, called) in source.match_indices("line(") {
        let named = source[at + called.len()..].trim_start();
        let quote = named.chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some((named, _)) = quote.and_then(|quote| named[1..].split_once(quote)) else { continue };
        let (command, verb) = match named.trim_end().split_once(' ') {
            Some((command, verb)) => (Some(command), verb),
            None => (command, named),
        };
        let mut commands = verbs::roots().map(|root| root.word).filter(|root| command.is_none_or(|it| it == *root));
        if !commands.any(|root| find(root, verb).is_some_and(|it| it.verb == verb)) {
            return Err((source[..at].matches('\n').count() + 1, no_verb(verb, command)));
        }
    }
    Ok(())
}

fn no_verb(verb: &str, command: Option<&str>) -> Error {
    let known = verbs::roots().filter(|root| command.is_none_or(|it| it == root.word));
    let near = nearest(verb, known.flat_map(|root| root.verbs).map(|verb| verb.verb));
    let hint = near.map_or_else(String::new, |near| format!(" Did you mean “{near}”?"));
    let whose = command.map_or_else(String::new, |command| format!(" of {command}"));
    Error::new(ErrorKind::InvalidOperation, format!("“{verb}” is no verb{whose}.{hint}"))
}

/// One person, or several with commas and a last word (`and`) between them.
fn people(kind: char, who: &Value, last: Option<&str>) -> Result<String, Error> {
    let not_people = || Error::new(ErrorKind::InvalidOperation, "`who` and `name` want a person or a list of people");
    if let Some(one) = who.as_str() {
        return Ok(piece(kind, one));
    }
    if who.kind() != ValueKind::Seq {
        return Err(not_people());
    }
    let all: Vec<String> = who
        .try_iter()?
        .map(|one| one.as_str().map(|one| piece(kind, one)).ok_or_else(not_people))
        .collect::<Result<_, _>>()?;
    Ok(match all.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [rest @ .., end] => format!("{} {} {end}", rest.join(", "), last.unwrap_or("and")),
    })
}

/// Who must approve, how many of them, and how far it is: “2 of these 3 must approve: …”, then “1 more of these 2 must approve:
/// … (1 of 2 so far)”. `have` of the `need` have approved, and `who` are the others. Without `how`, they are mentioned; with
/// `"name"` they are named, and where one answer is enough, nothing else is said.
fn must(who: &Value, have: u32, need: u32, how: Option<String>) -> Result<String, Error> {
    let kind = if how.as_deref() == Some("name") { NAME } else { PERSON };
    let left = need.saturating_sub(have);
    let there = who.len().unwrap_or(1) as u32;
    let named = |last| people(kind, who, Some(last));
    let so_far = match have {
        0 => String::new(),
        have => format!(" ({have} of {need} so far)"),
    };
    Ok(match (need, left, there) {
        (_, _, 0) => format!("nobody is left who may approve{so_far}"),
        (1, _, _) if kind == NAME => named("or")?,
        (1, _, _) => format!("{} decides", named("or")?),
        (_, 1, 1) => format!("{} must approve too{so_far}", named("and")?),
        (_, left, there) if left == there && there == 2 => format!("both must approve: {}{so_far}", named("and")?),
        (_, left, there) if left == there => format!("all {there} must approve: {}{so_far}", named("and")?),
        (_, left, there) if have == 0 => format!("{left} of these {there} must approve: {}{so_far}", named("and")?),
        (_, left, there) => format!("{left} more of these {there} must approve: {}{so_far}", named("and")?),
    })
}

/// Facts as templates see them: no marks, and line breaks that can't be taken for the template's own.
fn value(facts: &Json) -> Value {
    match facts {
        Json::Null => Value::from(()),
        Json::Bool(yes) => Value::from(*yes),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(number), _) => Value::from(number),
            (None, Some(number)) => Value::from(number),
            (None, None) => Value::from(number.as_f64()),
        },
        Json::String(text) => Value::from(unmarked(text)),
        Json::Array(items) => items.iter().map(value).collect(),
        Json::Object(map) => match map.get(TYPED_HERE) {
            Some(Json::String(text)) => typed(text),
            _ => Value::from_pairs(map.iter().map(|(key, fact)| (key.clone(), named(key, fact)))),
        },
    }
}

fn named(key: &str, fact: &Json) -> Value {
    match fact {
        Json::String(text) if TYPED.contains(&key) => typed(text),
        Json::String(text) if key == TO_THE_LETTER => Value::from(code(text)),
        other => value(other),
    }
}

/// What somebody typed. Nothing stays nothing, so that a template can ask whether there is any.
fn typed(text: &str) -> Value {
    match text.trim() {
        "" => Value::from(""),
        text => Value::from(piece(SAID, &unmarked(text))),
    }
}

/// A value of another name, as what somebody typed.
pub(super) fn typed_here(text: &str) -> Json {
    serde_json::json!({ TYPED_HERE: text })
}

fn unmarked(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\n' => clean.push(BREAK),
            _ if clean::SENTINELS.contains(&c) => {}
            _ => clean.push(c),
        }
    }
    clean
}

/// What a template said, as a card: the title, lines, and fields.
fn card(said: &str, policy: &Policy) -> Card {
    let mut card = Card::default();
    let mut lines = said.split('\n').map(str::trim).filter(|line| !line.is_empty());
    if let Some(title) = lines.next() {
        card.title = words(title, policy).into_iter().map(on_one_line).collect();
    }
    for line in lines {
        match field_name(line) {
            Some((name, value)) => {
                let value = words(value, policy);
                if !value.is_empty() {
                    card.fields.push(Field { name: clean::line(name), value });
                }
            }
            None => card.lines.extend(split_lines(words(line, policy))),
        }
    }
    card
}

fn field_name(line: &str) -> Option<(&str, &str)> {
    let inner = line.strip_prefix(OPEN)?.strip_prefix(FIELD)?;
    let (name, value) = inner.split_once(CLOSE)?;
    Some((name, value.trim()))
}

/// Marks → words. Line breaks of what people typed stay in text as `\n`.
fn words(line: &str, policy: &Policy) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut push = |word: Word| match (words.last_mut(), word) {
        (Some(Word::Text(before)), Word::Text(after)) => before.push_str(&after),
        (_, word) => words.push(word),
    };
    let mut rest = line;
    while !rest.is_empty() {
        let (before, after) = match rest.split_once(OPEN) {
            Some((before, after)) => (before, Some(after)),
            None => (rest, None),
        };
        let text = clean::lines(&before.replace(BREAK, " ")).replace(['\u{E001}', '\u{E002}'], "");
        if !text.is_empty() {
            push(Word::Text(text));
        }
        let Some((inner, tail)) = after.and_then(|after| after.split_once(CLOSE)) else { break };
        if let Some(word) = word(inner, policy) {
            push(word);
        }
        rest = tail;
    }
    words
}

fn word(inner: &str, policy: &Policy) -> Option<Word> {
    let kind = inner.chars().next()?;
    let payload = &inner[kind.len_utf8()..];
    let name = |id: &str| clean::line(&policy.name_of(&PersonId::from(id)));
    Some(match kind {
        TIME => Word::Time(At(payload.parse().ok()?)),
        PERSON => Word::Person { id: clean::line(payload).into(), name: name(payload) },
        NAME => Word::Text(name(payload)),
        CASE => match payload.parse() {
            Ok(id) => Word::Case(id),
            Err(_) => Word::Text(clean::line(payload)),
        },
        CODE => Word::Code(payload.replace(BREAK, "\n")),
        LINE => Word::Line(clean::line(payload)),
        LINK => Word::Link(clean::line(payload)),
        SAID => Word::Text(quoted_lines(&clean::lines(&payload.replace(BREAK, "\n")))),
        LINES => Word::Text(clean::lines(&payload.replace(BREAK, "\n")).into_owned()),
        STRONG => Word::Strong(clean::line(&payload.replace(BREAK, " "))),
        _ => return None,
    })
}

fn on_one_line(word: Word) -> Word {
    match word {
        // The lines of what somebody typed each begin with a quotation mark; on one line, one is enough.
        Word::Text(text) => Word::Text(text.replace("\n“", " ").replace('\n', " ")),
        Word::Code(code) => Word::Code(code.replace('\n', " ")),
        other => other,
    }
}

/// A line of the template that holds several lines that somebody typed becomes several lines.
fn split_lines(words: Vec<Word>) -> Vec<Vec<Word>> {
    let mut lines: Vec<Vec<Word>> = vec![Vec::new()];
    for word in words {
        let Word::Text(text) = &word else {
            if let Some(line) = lines.last_mut() {
                line.push(word);
            }
            continue;
        };
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut().filter(|_| !part.is_empty()) {
                line.push(Word::from(part));
            }
        }
    }
    lines
}
