//! A digest as a page of its own, and as Markdown: both from templates.

use chrono_tz::Tz;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use serde_json::{Value as Json, json};

use super::super::Digest;
use super::super::chart::{Chart, Palette};
use super::{COLUMNS, HOW_COUNTED, UNHEARD_NEXT, capital, cells, how_it_stands, moment, noun};

const HTML: &str = include_str!("../../../templates/digest/report.html");
const MARKDOWN: &str = include_str!("../../../templates/digest/report.md");

/// Why a digest can't be written as a page. It says what the template or the chart said.
#[derive(Debug, thiserror::Error)]
#[error("the digest can't be written: {0}")]
pub struct PageError(String);

impl Digest {
    /// A page that needs nothing beside it; moments in `zone`.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn html(&self, zone: Tz) -> Result<String, PageError> {
        let mut facts = self.facts(zone);
        if let Some(chart) = Chart::of(self, zone) {
            let draw = |palette| chart.svg(palette).map_err(|error| PageError(error.to_string()));
            facts["chart"] =
                json!({ "light": draw(Palette::Light)?, "dark": draw(Palette::Dark)?, "words": chart.words() });
        }
        render("report.html", HTML, &facts)
    }

    /// # Errors
    /// [`PageError`].
    pub fn markdown(&self, zone: Tz) -> Result<String, PageError> {
        let mut facts = self.facts(zone);
        if let Some(chart) = Chart::of(self, zone) {
            facts["chart"] = json!({ "words": chart.words() });
        }
        render("report.md", MARKDOWN, &facts)
    }

    fn facts(&self, zone: Tz) -> Json {
        let workflow = |of: &super::OfWorkflow| {
            let layers = of.layers().map(|layer| {
                let rows: Vec<Vec<String>> = layer.lines.iter().map(|line| cells(line).to_vec()).collect();
                json!({ "words": layer.words(), "rows": rows })
            });
            json!({
                "name": of.workflow,
                "layers": layers.collect::<Vec<_>>(),
                "counts": of.count_lines().map(|line| capital(&line)).collect::<Vec<_>>(),
            })
        };
        let old = |item: &super::OldItem| {
            [
                item.case.to_string(),
                capital(noun(&item.duty)),
                item.holder.clone(),
                moment(item.due, zone),
                how_it_stands(item),
            ]
        };
        let (entries, signed) = self.head_words(zone);
        let lead = self.in_time_words();
        json!({
            "title": self.title(zone),
            "as_of": moment(self.as_of, zone),
            "quiet": self.quiet.then(|| self.quiet_words()),
            "lead": lead,
            "notes": self.with_and_without().into_iter().chain(self.restricted_words()).collect::<Vec<_>>(),
            "next": self.next.iter().map(|advice| &advice.words).collect::<Vec<_>>(),
            "columns": COLUMNS,
            "workflows": self.workflows.iter().map(workflow).collect::<Vec<_>>(),
            "old": self.old.items.iter().map(old).collect::<Vec<_>>(),
            "old_count": self.old.count,
            "old_more": self.old.count - self.old.items.len() as u64,
            "bot": self.bot_words(),
            "unheard": self.bot.unheard.words().map(|words| format!("{words}. {UNHEARD_NEXT}")),
            "entries": entries,
            "signed": signed,
            "how": HOW_COUNTED,
            "chart": null,
        })
    }
}

fn render(name: &'static str, template: &'static str, facts: &Json) -> Result<String, PageError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let lines = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    environment.set_syntax(lines.map_err(|error| PageError(error.to_string()))?);
    environment.set_auto_escape_callback(|name| match name.ends_with(".html") {
        true => AutoEscape::Html,
        false => AutoEscape::None,
    });
    environment
        .add_template(name, template)
        .and_then(|()| environment.get_template(name)?.render(Value::from(Serde(facts))))
        .map_err(|error| PageError(format!("{error:#}")))
}
