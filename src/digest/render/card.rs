//! A digest in chat: what matters first, and everything beneath.

use super::super::chart::{Chart, ChartError, Palette};
use super::super::{Digest, Line};
use super::{Share, UNHEARD_NEXT, also, cells, noun, target};
use crate::card::{Card, Field, Picture, Tone, Word};
use crate::domain::Span;
use crate::domain::line::Sla;

/// A card names at most this many old items; the others are counted.
const OLD_ON_CARD: usize = 10;
/// Of them, so many stand above what is beneath.
const OLD_FIRST: usize = 3;

impl Digest {
    /// For a channel or for whoever asked. Mentions nobody: a digest is to be read, not to buzz. Commands that it names begin
    /// with `prefix`.
    pub fn card(&self, prefix: &str) -> Card {
        let mut card = Card { title: vec![Word::from(self.title(self.period.zone))], ..Card::default() };
        if self.quiet {
            card.lines.push(vec![Word::from(self.quiet_words())]);
        }
        card.lines.extend(self.in_time_words().map(|words| vec![Word::Strong(words)]));
        let more = self.with_and_without().into_iter().chain(self.restricted_words());
        card.lines.extend(more.map(|words| vec![Word::Text(words)]));
        for of in &self.workflows {
            let layers: Vec<String> = of.layers().map(|layer| layer.words()).collect();
            if !layers.is_empty() {
                let mut line = vec![Word::Strong(of.workflow.clone())];
                line.push(Word::Text(format!(" · {}", layers.join(" · "))));
                card.lines.push(line);
            }
        }
        if !self.next.is_empty() {
            card.lines.push(vec![Word::Strong("What would help most".to_owned())]);
        }
        for (place, advice) in (1..).zip(&self.next) {
            card.lines.push(vec![Word::Text(format!("{place}. {}", advice.words))]);
        }
        card.lines.extend(self.old_lines(OLD_FIRST, prefix));
        for of in &self.workflows {
            card.more.push(vec![Word::Strong(of.workflow.clone())]);
            for layer in of.layers() {
                card.more.push(vec![Word::Strong(layer.words())]);
                card.more.extend(layer.lines.iter().map(|line| vec![Word::Text(sentence(line))]));
            }
            card.more.extend(of.count_lines().map(|line| vec![Word::Text(line)]));
        }
        if self.old.items.len() > OLD_FIRST {
            card.more.extend(self.old_lines(OLD_ON_CARD, prefix));
        }
        let field = |name: &str, value: Vec<Word>| Field { name: name.to_owned(), value };
        card.fields.push(field("The bot itself", vec![Word::from(self.bot_words())]));
        if let Some(words) = self.bot.unheard.words() {
            card.fields.push(field("Not heard", vec![Word::Text(format!("{words}. {UNHEARD_NEXT}"))]));
        }
        let mut head =
            vec![Word::from(format!("{} entries, root ", self.ledger.entries)), Word::Code(self.ledger.root.clone())];
        match &self.ledger.signed {
            Some(signed) => {
                head.push(Word::from(format!("; signed over {} of them, root ", signed.size)));
                head.push(Word::Code(signed.root.clone()));
                head.push(Word::from(format!(", by {} at ", signed.origin)));
                head.push(Word::Time(signed.at));
                head.extend(signed.cosigned_words().map(Word::Text));
            }
            None => head.push(Word::from("; not signed yet")),
        }
        card.fields.push(field("Ledger head", head));
        card.fields.push(field("As of", vec![Word::Time(self.as_of)]));
        card.tone = Tone::Calm;
        card.picture = Chart::of(self, self.period.zone).and_then(|chart| match picture(&chart) {
            Ok(picture) => Some(picture),
            Err(error) => {
                tracing::error!(%error, "the digest is said without its chart");
                None
            }
        });
        card
    }

    fn old_lines(&self, at_most: usize, prefix: &str) -> Vec<Vec<Word>> {
        if self.old.count == 0 {
            return Vec::new();
        }
        let mut lines = vec![vec![Word::Strong(format!("Late or old, and still owed: {}", self.old.count))]];
        for item in self.old.items.iter().take(at_most) {
            let mut line =
                vec![Word::Case(item.case), Word::from(format!(" {}, {}, due ", noun(&item.duty), item.holder))];
            line.push(Word::Time(item.due));
            line.push(Word::from(match (item.late_by, item.paused) {
                (Some(late_by), _) => format!(", late by {late_by}"),
                (None, true) => ", paused".to_owned(),
                (None, false) => String::new(),
            }));
            lines.push(line);
        }
        let more = self.old.count - self.old.items.len().min(at_most) as u64;
        if more > 0 {
            lines.push(vec![
                Word::from(format!("… and {more} more; ")),
                Word::Line(Sla::Status.line().typed(prefix)),
                Word::from(" shows them."),
            ]);
        }
        lines
    }
}

fn picture(chart: &Chart) -> Result<Picture, ChartError> {
    Ok(Picture {
        name: "sla-digest.png".to_owned(),
        words: chart.words(),
        light: chart.svg(Palette::Light)?,
        dark: chart.svg(Palette::Dark)?,
        png: chart.png()?,
    })
}

/// A line in words, without what is zero.
fn sentence(line: &Line) -> String {
    let [name, ..] = cells(line);
    let share = Share::of([line]);
    let mut clauses = Vec::new();
    if share.all() > 0 {
        clauses.push(format!("{} of {} in time", share.kept, share.all()));
    }
    if let Some(latency) = line.latency {
        let against = line.target.map(|it| format!(", promised {}", target(it))).unwrap_or_default();
        clauses.push(match latency.answers {
            1 => format!("took {}{against}", latency.p50),
            _ => format!(
                "half within {}, 90 % within {}, 99 % within {}{against}",
                latency.p50, latency.p90, latency.p99
            ),
        });
    }
    if let Some(before) = line.before {
        let p90 = before.latency.map_or_else(String::new, |latency| format!(", 90 % within {}", latency.p90));
        clauses.push(format!("before: {} of {} in time{p90}", before.kept, before.kept + before.late));
    }
    let also = also(line);
    if !also.is_empty() {
        clauses.push(also);
    }
    if clauses.is_empty() && line.opened > 0 {
        clauses.push(format!("{} opened", line.opened));
    }
    if line.paused > Span::ZERO && clauses.is_empty() {
        clauses.push(format!("paused {}", line.paused));
    }
    format!("{name}: {}", clauses.join(" · "))
}
