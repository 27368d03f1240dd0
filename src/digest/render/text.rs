//! A digest for a terminal.

use chrono_tz::Tz;

use super::super::Digest;
use super::{COLUMNS, HOW_COUNTED, UNHEARD_NEXT, cells, how_it_stands, moment, noun};

impl Digest {
    /// In aligned columns; moments in `zone`.
    pub fn text(&self, zone: Tz) -> String {
        let mut text = format!("{}\n", self.title(zone));
        text.push_str(&format!("as of {}\n", moment(self.as_of, zone)));
        if self.quiet {
            text.push_str(&format!("\n{}\n", self.quiet_words()));
        }
        if let Some(words) = self.in_time_words() {
            text.push_str(&format!("\n{words}\n"));
        }
        self.with_and_without().into_iter().chain(self.restricted_words()).for_each(|words| {
            text.push_str(&format!("{words}\n"));
        });
        if !self.next.is_empty() {
            text.push_str("\nWhat would help most\n");
        }
        for (place, advice) in (1..).zip(&self.next) {
            text.push_str(&format!("  {place}. {}\n", advice.words));
        }
        for of in &self.workflows {
            text.push_str(&format!("\n{}\n", of.workflow));
            // The columns stand below each other through all layers of a workflow.
            let mut table = vec![COLUMNS.map(str::to_owned)];
            let mut headings = Vec::new();
            for layer in of.layers() {
                headings.push((table.len(), layer.words()));
                table.extend(layer.lines.iter().map(cells));
            }
            let aligned = aligned(&table.iter().map(|row| row.to_vec()).collect::<Vec<_>>());
            for (place, row) in aligned.lines().enumerate() {
                if let Some((_, words)) = headings.iter().find(|(at, _)| *at == place) {
                    text.push_str(&format!("  {words}\n"));
                }
                if place > 0 || table.len() > 1 {
                    text.push_str(&format!("  {row}\n"));
                }
            }
            of.count_lines().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        if self.old.count > 0 {
            text.push_str(&format!("\nLate or old, and still owed: {}\n", self.old.count));
            let row = |item: &super::OldItem| {
                let due = format!("due {}", moment(item.due, zone));
                vec![item.case.to_string(), noun(&item.duty).to_owned(), item.holder.clone(), due, how_it_stands(item)]
            };
            text.push_str(&aligned(&self.old.items.iter().map(row).collect::<Vec<_>>()));
            let more = self.old.count - self.old.items.len() as u64;
            if more > 0 {
                text.push_str(&format!("  … and {more} more\n"));
            }
        }
        text.push_str(&format!("\nThe bot itself {}.\n", self.bot_words()));
        match self.bot.unheard.words() {
            Some(words) => text.push_str(&format!("Not heard: {words}. {UNHEARD_NEXT}\n")),
            None => text.push_str("Nothing is known that was not heard.\n"),
        }
        let (entries, signed) = self.head_words(zone);
        text.push_str(&format!("Ledger: {entries}\n  {signed}\n{HOW_COUNTED}\n"));
        text
    }
}

/// The first column to the left, cells that begin with a digit or are a dash to the right; the last one is words.
fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| table.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in table {
        let mut line = String::from(" ");
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let figure =
                place > 0 && place + 1 < columns && (cell == "–" || cell.starts_with(|c: char| c.is_ascii_digit()));
            match figure {
                true => line.push_str(&format!(" {cell:>width$} ")),
                false => line.push_str(&format!(" {cell:<width$} ")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
