//! A message as a person reads it, so that a test says what stands on the screen and not how it was written down.

use chrono::{DateTime, Datelike as _};
use chrono_tz::Tz;
use serde_json::Value;

use super::limits::list;

/// Whose eyes: where they sit, and how they call people and groups.
pub struct Eyes<'a> {
    pub zone: Tz,
    pub names: &'a dyn Fn(&str) -> String,
}

/// Where a token stood; of the private use area, which nobody types.
const ASIDE: char = '\u{E000}';

#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    pub label: String,
    pub action_id: String,
    pub value: String,
    pub url: Option<String>,
}

impl Eyes<'_> {
    pub fn blocks(&self, blocks: &[Value]) -> String {
        blocks.iter().map(|block| self.block(block)).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn block(&self, block: &Value) -> String {
        let mut lines = Vec::new();
        match block["type"].as_str().unwrap_or_default() {
            "section" => {
                lines.push(self.object(&block["text"]));
                lines.extend(list(&block["fields"]).iter().map(|field| self.object(field)));
            }
            "header" => lines.push(self.object(&block["text"])),
            "context" => {
                let parts: Vec<String> = list(&block["elements"]).iter().map(|part| self.object(part)).collect();
                lines.push(parts.join(" "));
            }
            "rich_text" => lines.extend(list(&block["elements"]).iter().map(|part| self.rich(part))),
            "input" => {
                lines.push(self.object(&block["label"]));
                lines.push(self.object(&block["hint"]));
            }
            "image" => lines.push(block["alt_text"].as_str().unwrap_or_default().to_owned()),
            "markdown" => lines.push(block["text"].as_str().unwrap_or_default().to_owned()),
            // Buttons are listed apart; a divider says nothing.
            _ => {}
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    fn object(&self, object: &Value) -> String {
        let text = object["text"].as_str().unwrap_or_default();
        match object["type"].as_str() {
            Some("mrkdwn") => self.mrkdwn(text),
            Some("image") => object["alt_text"].as_str().unwrap_or_default().to_owned(),
            _ => text.to_owned(),
        }
    }

    fn rich(&self, element: &Value) -> String {
        let inner = || list(&element["elements"]).iter().map(|part| self.rich(part));
        let word = |name: &str| element[name].as_str().unwrap_or_default().to_owned();
        match element["type"].as_str().unwrap_or_default() {
            "rich_text_list" => inner().map(|line| format!("• {line}")).collect::<Vec<_>>().join("\n"),
            "text" => word("text"),
            "user" => format!("@{}", (self.names)(&word("user_id"))),
            "usergroup" => format!("@{}", (self.names)(&word("usergroup_id"))),
            "channel" => format!("#{}", (self.names)(&word("channel_id"))),
            "broadcast" => format!("@{}", word("range")),
            "emoji" => format!(":{}:", word("name")),
            "link" if element["text"].is_string() => word("text"),
            "link" => word("url"),
            "date" => self.date(element["timestamp"].as_i64().unwrap_or_default(), &word("format")),
            _ => inner().collect(),
        }
    }

    /// Slack's own markup, without its marks. Bold may reach round a mention, so tokens stand aside while marks are taken off.
    pub fn mrkdwn(&self, text: &str) -> String {
        let (mut outside, mut tokens) = (String::new(), Vec::new());
        let mut rest = text;
        while let Some((before, token, after)) = rest
            .split_once('<')
            .and_then(|(before, after)| after.split_once('>').map(|(token, after)| (before, token, after)))
        {
            outside += before;
            outside.push(ASIDE);
            tokens.push(self.token(token));
            rest = after;
        }
        outside += rest;
        let mut read = String::new();
        let mut tokens = tokens.into_iter();
        for (number, part) in bare(&outside).split(ASIDE).enumerate() {
            if number > 0 {
                read += &tokens.next().unwrap_or_default();
            }
            read += part;
        }
        read
    }

    fn token(&self, token: &str) -> String {
        let (what, label) = token.split_once('|').map_or((token, None), |(what, label)| (what, Some(label)));
        if let Some(date) = what.strip_prefix("!date^") {
            let mut parts = date.splitn(3, '^');
            let unix = parts.next().and_then(|unix| unix.parse().ok());
            return match (unix, parts.next()) {
                (Some(unix), Some(format)) => self.date(unix, format),
                _ => label.unwrap_or_default().to_owned(),
            };
        }
        let named =
            |id: &str| label.map_or_else(|| (self.names)(id), |label| label.trim_start_matches(['@', '#']).to_owned());
        if let Some(id) = what.strip_prefix('@') {
            format!("@{}", (self.names)(id))
        } else if let Some(id) = what.strip_prefix('#') {
            format!("#{}", named(id))
        } else if let Some(id) = what.strip_prefix("!subteam^") {
            format!("@{}", named(id))
        } else if let Some(range) = what.strip_prefix('!') {
            format!("@{range}")
        } else {
            entities(label.unwrap_or(what))
        }
    }

    pub fn date(&self, unix: i64, format: &str) -> String {
        let Some(moment) = DateTime::from_timestamp(unix, 0) else { return format.to_owned() };
        let at = moment.with_timezone(&self.zone);
        let nth = match at.day() {
            1 | 21 | 31 => "st",
            2 | 22 => "nd",
            3 | 23 => "rd",
            _ => "th",
        };
        let day = |pattern: &str| at.format(pattern).to_string();
        let mut said = format.to_owned();
        for (token, text) in [
            ("{date_num}", day("%Y-%m-%d")),
            ("{date_short_pretty}", day("%b %-d, %Y")),
            ("{date_short}", day("%b %-d, %Y")),
            ("{date_long_pretty}", day(&format!("%A, %B %-d{nth}, %Y"))),
            ("{date_long}", day(&format!("%A, %B %-d{nth}, %Y"))),
            ("{date_pretty}", day(&format!("%B %-d{nth}, %Y"))),
            ("{date}", day(&format!("%B %-d{nth}, %Y"))),
            ("{time_secs}", day("%H:%M:%S")),
            ("{time}", day("%H:%M")),
        ] {
            said = said.replace(token, &text);
        }
        said
    }
}

/// Text between tokens: bold, strike and code lose their marks, entities become what they stand for.
fn bare(text: &str) -> String {
    let mut marks = text.replace("```", "");
    for mark in ['*', '~', '`', '_'] {
        marks = without_pairs(&marks, mark);
    }
    entities(&marks)
}

/// A pair counts where Slack sees one: it opens before a word and closes after one. `snake_case` and `2 * 3` stay.
fn without_pairs(text: &str, mark: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let edge = |c: Option<&char>| c.is_none_or(|c| !c.is_alphanumeric());
    let opens = |i: usize| {
        chars[i] == mark
            && edge(i.checked_sub(1).and_then(|i| chars.get(i)))
            && chars.get(i + 1).is_some_and(|c| !c.is_whitespace())
    };
    let closes = |i: usize| chars[i] == mark && !chars[i - 1].is_whitespace() && edge(chars.get(i + 1));
    let (mut out, mut i) = (String::new(), 0);
    while i < chars.len() {
        if opens(i) {
            let line = (i + 1..chars.len()).take_while(|at| chars[*at] != '\n');
            if let Some(end) = line.into_iter().filter(|at| *at > i + 1).find(|at| closes(*at)) {
                out.extend(&chars[i + 1..end]);
                i = end + 1;
                continue;
            }
        }
        out.push(chars[i]);
        i += 1;
    }
    out
}

fn entities(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Every button of a message, a modal or a home tab.
pub fn buttons(blocks: &[Value]) -> Vec<Button> {
    let mut found = Vec::new();
    for block in blocks {
        let elements = list(&block["elements"]).iter().chain(block.get("accessory"));
        for element in elements.filter(|element| element["type"] == "button") {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            found.push(Button {
                label: word(&element["text"]["text"]),
                action_id: word(&element["action_id"]),
                value: word(&element["value"]),
                url: element["url"].as_str().map(str::to_owned),
            });
        }
    }
    found
}

/// What the bot means to say in markup. Everything else in angle brackets came from somebody's words.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// User groups that may be mentioned.
    pub groups: Vec<String>,
    /// Beginnings of links that the bot makes.
    pub links: Vec<String>,
}

/// Messages and channels of the workspace, as Slack links them.
const ARCHIVES: &str = "https://fake.slack.com/archives/";

impl Allowed {
    fn injected(&self, text: &str) -> Vec<String> {
        let tokens = text.split('<').skip(1).filter_map(|rest| Some(rest.split_once('>')?.0));
        tokens
            .filter(|token| {
                let what = token.split('|').next().unwrap_or_default();
                if let Some(group) = what.strip_prefix("!subteam^") {
                    return !self.groups.iter().any(|allowed| allowed == group);
                }
                if what.starts_with("!date^") || what.starts_with('@') || what.starts_with('#') {
                    return false;
                }
                what.starts_with('!') || !self.links.iter().any(|allowed| what.starts_with(allowed.as_str()))
            })
            .map(|token| format!("<{token}>"))
            .collect()
    }

    fn search(&self, value: &Value, found: &mut Vec<String>) {
        match value {
            // Only what Slack reads as markup: plain text stays plain.
            Value::Object(object) => {
                let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
                let text = object.get("text").and_then(Value::as_str);
                match kind {
                    "plain_text" | "text" => {}
                    "broadcast" => found.push(format!("broadcast {}", object["range"])),
                    "usergroup" if !self.groups.iter().any(|group| object["usergroup_id"] == **group) => {
                        found.push(format!("group {}", object["usergroup_id"]));
                    }
                    "link" => {
                        let url = object["url"].as_str().unwrap_or_default();
                        // An address that is shown as it is hides nothing, and a message of this workspace can be named.
                        let hides = text.is_some_and(|text| text != url);
                        if hides
                            && !url.starts_with(ARCHIVES)
                            && !self.links.iter().any(|allowed| url.starts_with(allowed.as_str()))
                        {
                            found.push(format!("link {url}"));
                        }
                    }
                    _ => found.extend(text.map(|text| self.injected(text)).unwrap_or_default()),
                }
                for inner in object.values().filter(|inner| !inner.is_string()) {
                    self.search(inner, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|inner| self.search(inner, found)),
            Value::String(text) => found.extend(self.injected(text)),
            _ => {}
        }
    }
}

/// Fails where mentions, groups or links stand that the bot didn't make. A string is read as markup, blocks by their types.
#[track_caller]
pub fn assert_no_injection(value: &Value, allowed: &Allowed) {
    let mut found = Vec::new();
    allowed.search(value, &mut found);
    assert!(found.is_empty(), "somebody's words became markup: {found:?} in {value}");
}
