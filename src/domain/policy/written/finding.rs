//! What is wrong with a policy file, and how it is shown: line, a sentence, the place, and what to write instead.
//!
//! It knows nothing of what a policy means.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

/// At most this many mistakes are told at once. Whoever has more of them is better served by mending these first, and a file of
/// garbage stays cheap.
const MOST: usize = 100;

/// At most this many characters of a source line are shown.
const WIDTH: usize = 110;

/// Bytes of the file, from and to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub from: usize,
    pub to: usize,
}

impl From<Range<usize>> for Place {
    fn from(bytes: Range<usize>) -> Place {
        Place { from: bytes.start, to: bytes.end }
    }
}

/// One mistake in a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters. `None` where the whole file is meant.
    pub column: Option<usize>,
    /// What is wrong, as a sentence without its full stop.
    pub what: String,
    /// What to write instead; completes “write …”.
    pub write: Option<String>,
    /// The source line, with a row of carets under the place. Control characters are taken out, so that showing a file
    /// cannot steer a terminal.
    excerpt: Option<(String, String)>,
}

impl PolicyError {
    /// As [`PolicyErrors::show`] shows it, without a line break at the end.
    pub fn show(&self, file_name: &str) -> String {
        let mut shown = format!("{file_name}:{}: {}", self.line, self.what);
        if let Some((source, carets)) = &self.excerpt {
            shown += &format!("\n    {source}\n    {carets}");
        }
        if let Some(write) = &self.write {
            shown += &format!("\n    write {write}");
        }
        shown
    }
}

/// Every mistake found in a policy file, in the order of the file. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PolicyErrors {
    pub errors: Vec<PolicyError>,
    /// How many more there are than are listed.
    pub unlisted: usize,
}

impl PolicyErrors {
    /// For a terminal: each error with its line, its source and what to write instead, then how many there are.
    ///
    /// ```text
    /// policy.toml:14: unknown role “triag”
    ///     holder = "triag"
    ///              ^^^^^^^
    ///     write “triage”, or add [roles.triag]
    /// ```
    pub fn show(&self, file_name: &str) -> String {
        let mut shown: String = self.errors.iter().map(|error| error.show(file_name) + "\n\n").collect();
        shown += &match (self.errors.len(), self.unlisted) {
            (1, 0) => "1 mistake".to_string(),
            (all, 0) => format!("{all} mistakes"),
            (listed, more) => format!("{} mistakes, of which the first {listed} are shown", listed + more),
        };
        shown
    }
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show("policy.toml"))
    }
}

/// Collects mistakes while a file is read.
pub(super) struct Findings<'t> {
    text: &'t str,
    starts: Vec<usize>,
    found: Vec<(Place, PolicyError)>,
    unlisted: usize,
}

impl<'t> Findings<'t> {
    pub fn new(text: &'t str) -> Self {
        Findings { text, starts: line_starts(text), found: Vec::new(), unlisted: 0 }
    }

    pub fn none(&self) -> bool {
        self.found.is_empty()
    }

    /// A mistake at a place, and what to write instead. Past [`MOST`] mistakes the two are not even put into words.
    pub fn add(&mut self, at: Place, what: impl Into<String>, write: impl Into<String>) {
        self.push(at, what.into(), Some(write.into()));
    }

    /// A mistake whose sentence already says what to do.
    pub fn say(&mut self, at: Place, what: impl Into<String>) {
        self.push(at, what.into(), None);
    }

    /// Something that the file lacks as a whole: line 1, and no place in it.
    pub fn lacks(&mut self, what: &str, write: &str) {
        let error = PolicyError { line: 1, column: None, what: what.into(), write: Some(write.into()), excerpt: None };
        self.keep(Place { from: 0, to: 0 }, error);
    }

    /// Whether further mistakes are only counted. Costly advice can be spared then.
    pub fn full(&self) -> bool {
        self.found.len() >= MOST
    }

    /// The line of a place, counted from 1.
    pub fn line(&self, at: Place) -> usize {
        line_of(&self.starts, at.from)
    }

    pub fn into_errors(self) -> PolicyErrors {
        let mut found = self.found;
        found.sort_by_key(|(at, _)| *at);
        let mut seen = BTreeSet::new();
        found.retain(|(_, error)| seen.insert((error.line, error.what.clone())));
        PolicyErrors { errors: found.into_iter().map(|(_, error)| error).collect(), unlisted: self.unlisted }
    }

    fn push(&mut self, at: Place, what: String, write: Option<String>) {
        if self.full() {
            self.unlisted += 1;
            return;
        }
        let line = self.line(at);
        let start = self.starts[line - 1];
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        let source = self.text.get(start..end).unwrap_or_default().trim_end_matches('\r');
        let before = self.text.get(start..at.from.clamp(start, end)).unwrap_or_default().chars().count();
        let marked = self.text.get(at.from..at.to.min(end)).unwrap_or_default().chars().count();
        let excerpt = (!source.trim().is_empty()).then(|| excerpt(source, before, marked));
        // Whatever a parser or a rule puts into its sentence.
        let (what, write) = (without_controls(what.chars()), write.map(|it| without_controls(it.chars())));
        self.keep(at, PolicyError { line, column: Some(before + 1), what, write, excerpt });
    }

    fn keep(&mut self, at: Place, error: PolicyError) {
        match self.full() {
            true => self.unlisted += 1,
            false => self.found.push((at, error)),
        }
    }
}

/// A terminal obeys none of it.
fn without_controls(letters: impl Iterator<Item = char>) -> String {
    letters.map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A source line and the carets under it, cut to [`WIDTH`] around the place.
fn excerpt(source: &str, before: usize, marked: usize) -> (String, String) {
    let indent = source.chars().take_while(|letter| letter.is_whitespace()).count().min(before);
    let all = source.chars().count();
    let skip = match all - indent > WIDTH {
        true => before.saturating_sub(WIDTH / 2).max(indent),
        false => indent,
    };
    let shown = without_controls(source.chars().skip(skip).take(WIDTH));
    let under = before - skip;
    let carets = marked.clamp(1, (WIDTH - under.min(WIDTH - 1)).max(1));
    (shown.trim_end().to_string(), " ".repeat(under) + &"^".repeat(carets))
}

/// The byte at which each line begins. The empty line after a last line break is none.
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(breaks.filter(|start| *start < text.len())).collect()
}

/// The line of a byte, counted from 1. A byte after the end belongs to the last line.
pub(super) fn line_of(starts: &[usize], byte: usize) -> usize {
    starts.partition_point(|start| *start <= byte).max(1)
}

/// “a”, “b”, “c”: some of the names that would do, for a sentence.
pub(super) fn some_of<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = known.into_iter().take(9).map(|name| format!("“{name}”")).collect();
    if quoted.len() > 8 {
        quoted[8] = "…".to_string();
    }
    quoted.join(", ")
}

/// Text from the file for use in a sentence: short, on one line, and without control characters.
pub(super) fn quote(text: &str) -> String {
    let mut short = without_controls(text.chars().take(60));
    if text.chars().nth(60).is_some() {
        short.push('…');
    }
    format!("“{short}”")
}
