//! What somebody who joins late reads of a case: from the ledger, so that words that were erased stay erased.

use super::Answers;
use crate::card::{self, Happened, Speaker, StoryLine};
use crate::domain::{At, Case, Event, PersonId};
use crate::grammar::Since;
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
                let heard = entries.iter().rfind(|(_, record)| record.as_ref().is_ok_and(|it| it.is_word_of(by)));
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
