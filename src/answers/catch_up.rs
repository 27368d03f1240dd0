//! What somebody who joins late reads of a case: from the ledger, so that words that were erased stay erased.

use super::Answers;
use crate::card::{self, Happened, Speaker, StoryLine};
use crate::domain::{At, Case, Event, PersonId};
use crate::grammar::{Since, is_addressed};
use crate::ledger::record::Record;
use crate::store::StoreError;

/// How many lines of what happened are shown: how it began, and the last ones.
const LINES_AT_MOST: usize = 20;

impl Answers {
    /// What happened on a case, as far as somebody must know who joins late.
    pub(super) async fn happened(
        &self,
        speaker: &Speaker<'_>,
        case: &Case,
        by: &PersonId,
        since: Since,
    ) -> Result<Happened, StoreError> {
        let entries = self.records(case).await?;
        let since = match since {
            Since::Beginning => None,
            Since::Moment(at) => Some(at),
            Since::LastHeard => {
                let heard = entries.iter().rfind(|(_, record)| record.as_ref().is_ok_and(|it| is_word_of(it, by)));
                heard.map(|(at, _)| *at)
            }
        };
        let mut lines: Vec<StoryLine> = Vec::new();
        for (at, record) in entries.into_iter().filter(|(at, _)| since.is_none_or(|since| *at > since)) {
            match record {
                Ok(record) => {
                    let events = record.ruled().into_iter().flat_map(|ruled| &ruled.events);
                    let brief = events.filter(|event| card::is_brief(event));
                    lines.extend(brief.filter_map(|it| story_line(speaker, case, it, at)));
                }
                Err(gap) => lines.push(StoryLine { at, words: gap }),
            }
        }
        let more = lines.len().saturating_sub(LINES_AT_MOST);
        lines.drain(1.min(more)..more + 1.min(more));
        Ok(Happened { since, lines, more })
    }
}

fn story_line(speaker: &Speaker<'_>, case: &Case, event: &Event, at: At) -> Option<StoryLine> {
    Some(StoryLine { at, words: card::story(speaker, case, event, at)? })
}

/// Whether somebody did something to the case there, or said something where it is told. To ask how it stands is neither.
fn is_word_of(record: &Record, person: &PersonId) -> bool {
    if let Some(ruled) = record.ruled() {
        return ruled.by.as_ref() == Some(person);
    }
    record.said_by(person).is_some_and(|text| !is_addressed(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mark::Words;
    use crate::ledger::heard::{Account, What};
    use crate::ledger::record::{HeardRecord, Who};

    #[test]
    fn who_speaks_to_somebody_else_was_there_and_who_only_asks_the_bot_was_not() {
        let said = |text: &str| {
            let (message, text) = ("1".to_owned(), text.to_owned());
            Record::Heard(Box::new(HeardRecord {
                key: "k".to_owned(),
                who: Who::Person("maya".into()),
                from: Words::of(Account::member("U1", "Maya")),
                lane: "local/credit".parse().expect("a lane"),
                thread: None,
                what: What::Said { message, text, files: Words::of(Vec::new()) },
                not_kept: Vec::new(),
                was: None,
                backfilled: false,
                imported: None,
                raw: None,
                answer: None,
            }))
        };
        let counts = |text: &str| is_word_of(&said(text), &"maya".into());
        assert!(counts("@lena the batch is back") && counts("@countersigned by both") && counts("look"));
        assert!(!counts("@countersign catch-up new") && !counts("  @Countersign, status"));
        assert!(!is_word_of(&said("look"), &"dev".into()));
    }
}
