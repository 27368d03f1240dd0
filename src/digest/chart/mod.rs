//! The picture of a digest: layer by layer, what was answered in time and late over the last weeks, and how long answers took of
//! what was promised. As PNG for chats, and as SVG for pages, in light and in dark.

mod draw;

use chrono_tz::Tz;

use self::draw::Row;
use super::{Digest, Layer};

/// The colours of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    Light,
    Dark,
}

/// What a picture shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    rows: Vec<Row>,
    /// Below the weeks: the day on which each begins.
    weeks: Vec<String>,
    /// Above it all.
    title: String,
}

/// Why there is no picture. It says what the library said.
#[derive(Debug, thiserror::Error)]
#[error("the digest's chart can't be drawn: {0}")]
pub struct ChartError(String);

impl Chart {
    /// Days are named in `zone`. `None`: nothing was answered or late in all these weeks.
    pub fn of(digest: &Digest, zone: Tz) -> Option<Chart> {
        let day = |week: &super::Week| {
            week.from.utc().map_or_else(String::new, |at| at.with_timezone(&zone).format("%-d %b").to_string())
        };
        let row = |layer: Layer| {
            let of = digest.weeks.iter().map(|week| week.layers.iter().find(|it| it.layer == layer));
            let week = |of: Option<&super::OfWeek>| draw::Week {
                kept: of.map_or(0, |of| of.kept),
                late: of.map_or(0, |of| of.late),
                percent: of.and_then(|of| of.p90_permille).map(|permille| permille.div_ceil(10)),
            };
            Row { name: layer.name(), weeks: of.map(week).collect() }
        };
        let rows: Vec<Row> = Layer::ALL.into_iter().map(row).filter(|row| !row.is_empty()).collect();
        let title = format!("Answers week by week; each week begins on the day below it ({zone})");
        (!rows.is_empty()).then(|| Chart { rows, weeks: digest.weeks.iter().map(day).collect(), title })
    }

    /// # Errors
    /// [`ChartError`].
    pub fn svg(&self, palette: Palette) -> Result<String, ChartError> {
        draw::svg(self, palette).map_err(ChartError)
    }

    /// On a light ground, whatever the chat's own is.
    ///
    /// # Errors
    /// [`ChartError`].
    pub fn png(&self) -> Result<Vec<u8>, ChartError> {
        draw::png(self).map_err(ChartError)
    }

    /// The same in words, for whoever doesn't see it.
    pub fn words(&self) -> String {
        let week = |(begins, week): (&String, &draw::Week)| {
            let took =
                week.percent.map_or_else(String::new, |percent| format!(", 90 % took at most {percent} % of the time"));
            format!("from {begins} {} in time, {} late{took}", week.kept, week.late)
        };
        let row = |row: &Row| {
            let weeks: Vec<String> =
                self.weeks.iter().zip(&row.weeks).filter(|(_, week)| !week.is_empty()).map(week).collect();
            format!("{}: {}", row.name, weeks.join("; "))
        };
        format!("{}. {}.", self.title, self.rows.iter().map(row).collect::<Vec<_>>().join(". "))
    }
}
