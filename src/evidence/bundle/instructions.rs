//! VERIFY.md: how to check the bundle that it lies in with ordinary tools, with commands that run as they stand there, and what the
//! bundle doesn't hold.

use super::lacking::Lack;
use super::layout;
use super::scope::Scope;
use crate::domain::CaseId;
use crate::grammar::clean;
use crate::seal::Checkpoint;

pub(super) const NAME: &str = "VERIFY.md";
const TEMPLATE: &str = include_str!("../../../templates/bundle/VERIFY.md");

/// So many lines of what is lacking; the table has all.
const LISTED: usize = 40;

/// An entry to show the checks with: one with words, if there is such.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Example {
    pub case: CaseId,
    pub seq: u64,
    pub has_words: bool,
}

pub(super) fn text(scope: &Scope, head: &Checkpoint, example: Example, cases: usize, lacks: &[Lack]) -> String {
    let folder = layout::of_case(scope, example.case);
    let folder = folder.trim_end_matches('/');
    let read = match scope.is_case() {
        true => "open `data/transcript.html` or `data/transcript.md`.".to_owned(),
        false => format!(
            "`data/cases.csv` lists the cases in it ({cases}); of each, open `transcript.html` or `transcript.md` in its folder below \
             `data/cases`. What is said here of `{folder}` holds for each of these folders."
        ),
    };
    let listed = lacks.iter().take(LISTED).map(|lack| format!("- {}\n", plain(&lack.to_string())));
    let mut lacking: String = listed.collect();
    match lacks.len() {
        0 => lacking.push_str("Nothing is known to be lacking up to the signed head.\n"),
        more if more > LISTED => {
            lacking.push_str(&format!("- … and {} lines more, in `data/lacking.csv`.\n", more - LISTED));
        }
        _ => {}
    }
    let filled = [
        ("@SCOPE@", plain(&scope.to_string())),
        ("@ORIGIN@", head.origin.clone()),
        ("@READ@", read),
        ("@CASE@", folder.to_owned()),
        ("@SIZE@", head.size.to_string()),
        ("@N@", example.seq.to_string()),
        // Last, since it has people's words.
        ("@LACKING@\n", lacking),
    ];
    filled.into_iter().fold(TEMPLATE.to_owned(), |text, (mark, with)| text.replace(mark, &with))
}

/// In one line, in which nothing is markup.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean::unhidden(text).chars() {
        match c {
            '\n' => safe.push(' '),
            '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '\\' | '!' | '&' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}
