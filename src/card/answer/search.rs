//! What a search found, for the person who searched: by case, each with where it stands and what stands around it.

use serde_json::{Value as Json, json};

use super::private;
use crate::card::{Card, Speaker, Word};
use crate::domain::text::quoted;
use crate::domain::{At, CaseId};
use crate::grammar::clean;

/// What was found, and for what.
pub struct Searched<'a> {
    /// As typed.
    pub words: &'a str,
    /// What was found, by case.
    pub groups: &'a [SearchGroup],
    /// There is more before this entry.
    pub older: Option<i64>,
    /// So many entries can't be found yet.
    pub missing: u64,
}

/// What was found of one case.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchGroup {
    /// Which, with its title; `None`: of none.
    pub case: Option<(CaseId, String)>,
    /// The newest first.
    pub hits: Vec<SearchHit>,
}

/// One entry that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchHit {
    /// Its number in the ledger.
    pub entry: i64,
    /// When it was recorded.
    pub at: At,
    /// Who said it, as people call them.
    pub by: Option<String>,
    /// Where it was said.
    pub place: Option<String>,
    /// What it was, where it wasn't said but ruled: `case.noted`.
    pub kind: Option<String>,
    /// What became of the message: `edited`, `deleted`.
    pub since: Option<&'static str>,
    /// What stands there, and which of it was searched for.
    pub pieces: Vec<(String, bool)>,
}

/// What was found.
pub fn searched(speaker: &Speaker<'_>, found: &Searched<'_>) -> Card {
    let mut card = private(speaker, "answer/search.txt", facts(found));
    // What was found stands before what can be done about it.
    let after = std::mem::take(&mut card.lines);
    for group in found.groups {
        card.lines.push(match &group.case {
            Some((id, title)) => vec![Word::Case(*id), Word::Text(format!(" · {}", quoted(&clean::line(title))))],
            None => vec![Word::from("Of no case")],
        });
        card.lines.extend(group.hits.iter().map(line));
    }
    card.lines.extend(after);
    card
}

fn line(hit: &SearchHit) -> Vec<Word> {
    let mut words = vec![Word::from("– "), Word::Time(hit.at)];
    // What somebody calls themselves is theirs, too.
    words.extend(hit.by.iter().map(|by| Word::Text(format!(" · {}", quoted(&clean::line(by))))));
    words.extend(hit.place.iter().map(|place| Word::Text(format!(" in {}", clean::line(place)))));
    if let Some(kind) = &hit.kind {
        words.extend([Word::from(" · "), Word::Code(kind.clone())]);
    }
    words.extend(hit.since.iter().map(|since| Word::Text(format!(" · {since} since"))));
    words.push(Word::from(": “"));
    let last = hit.pieces.len().saturating_sub(1);
    for (place, (text, is_hit)) in hit.pieces.iter().enumerate() {
        let text = inside(text, place == 0, place == last);
        if !text.is_empty() {
            words.push(if *is_hit { Word::Strong(text) } else { Word::Text(text) });
        }
    }
    words.push(Word::from("”"));
    words
}

/// A piece of somebody's words on one line, none of which can end the quotation marks around it. Blanks at its ends stay where
/// something stands beside it.
fn inside(text: &str, is_first: bool, is_last: bool) -> String {
    let blank = |edge: Option<char>| edge.is_some_and(char::is_whitespace);
    let (before, after) = (blank(text.chars().next()) && !is_first, blank(text.chars().next_back()) && !is_last);
    let marked = quoted(&clean::line(text));
    let inner = marked.strip_prefix('“').and_then(|rest| rest.strip_suffix('”')).unwrap_or_default();
    let (before, after) = (if before { " " } else { "" }, if after && !inner.is_empty() { " " } else { "" });
    format!("{before}{inner}{after}")
}

fn facts(found: &Searched<'_>) -> Json {
    let count: usize = found.groups.iter().map(|group| group.hits.len()).sum();
    json!({ "text": found.words, "found": count, "older": found.older, "missing": found.missing })
}

/// Something, something with more, nothing, and an index that isn't whole yet.
pub(super) fn samples() -> Vec<Json> {
    let facts = |found: usize, older: Option<i64>, missing: u64| json!({ "text": super::samples::words(), "found": found, "older": older, "missing": missing });
    vec![facts(1, None, 0), facts(10, Some(812), 0), facts(0, None, 0), facts(2, None, 4_000)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Wording;
    use crate::domain::Policy;

    fn shown(hit: SearchHit) -> String {
        let (wording, policy) = (Wording::embedded(), Policy::read(crate::domain::policy::EXAMPLE).unwrap());
        let title = "Ω” · Ω".to_owned();
        let groups = [SearchGroup { case: Some(("INC-1".parse().unwrap(), title)), hits: vec![hit] }];
        let found = Searched { words: "Ω” Ω", groups: &groups, older: Some(7), missing: 0 };
        searched(&Speaker::new(&wording, &policy), &found).plain(chrono_tz::UTC, At(0))
    }

    #[test]
    fn nothing_that_was_found_leaves_its_quotation_marks() {
        let pieces =
            vec![("Ω” · Ω\nΩ ".to_owned(), false), ("Ω”„Ω″".to_owned(), true), (" \u{202E}Ω``".to_owned(), false)];
        let hit = SearchHit {
            entry: 3,
            at: At(0),
            by: Some("Ω” said Ω".to_owned()),
            place: Some("#credit".to_owned()),
            kind: None,
            since: Some("edited"),
            pieces,
        };
        for line in shown(hit).lines() {
            let mut outside = String::new();
            let mut rest = line;
            while let Some((before, after)) = rest.split_once('“') {
                outside.push_str(before);
                rest = after.split_once('”').map_or("", |(_, after)| after);
            }
            assert!(!(outside + rest).contains(['Ω', '”']), "{line}");
        }
    }

    #[test]
    fn blanks_between_pieces_stay() {
        let hit = SearchHit {
            entry: 3,
            at: At(0),
            by: Some("Ravi".to_owned()),
            place: Some("#credit".to_owned()),
            kind: None,
            since: None,
            pieces: vec![("the ".to_owned(), false), ("vendor".to_owned(), true), (" agreed".to_owned(), false)],
        };
        let said = shown(hit);
        assert!(said.contains("in #credit: “the vendor agreed”"), "{said}");
    }
}
