//! The workspace as Slack's client shows it. See [`crate::fakes::draw`].

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use serde_json::Value;

use super::FakeSlack;
use super::limits::list;
use super::look::Shown;
use super::render::Eyes;
use super::views::OpenView;
use super::world::{Message, Sort};
use crate::fakes::draw::{self, Page, escaped, tag};

impl FakeSlack {
    /// Everything that stands there and that anybody was shown.
    pub fn drawn(&self, title: &str, zone: Tz) -> String {
        let names = self.names();
        let state = self.state();
        let now = DateTime::from_timestamp(state.world.now_s(), 0).unwrap_or_default();
        let pen = Pen { eyes: Eyes { zone, names: &names }, today: now.with_timezone(&zone).date_naive() };
        let mut page = Page::new(title, "slack");
        for channel in state.world.channels.values().filter(|channel| !channel.messages.is_empty()) {
            let name = match channel.sort {
                Sort::Public => format!("#{}", channel.name),
                Sort::Private | Sort::Mpim => format!("🔒 {}", channel.name),
                Sort::Im => {
                    let with = channel.members.iter().filter(|it| *it != super::BOT_USER).map(|it| names(it));
                    format!("Direct messages: {}", with.collect::<Vec<_>>().join(", "))
                }
            };
            let mut about = Vec::new();
            about.extend(Some(pen.mrkdwn(&channel.topic)).filter(|topic| !topic.is_empty()));
            about.extend(channel.archived.then(|| "archived".to_owned()));
            about.extend(
                channel.bookmarks.iter().map(|(title, link)| format!("🔖 {} ({})", escaped(title), escaped(link))),
            );
            let pinned = |message: &Message| channel.pins.iter().any(|(ts, _)| *ts == message.ts);
            let mut inside = String::new();
            let is_reply = |it: &&Message| it.thread_ts.as_ref().is_some_and(|thread| *thread != it.ts);
            for message in channel.messages.iter().filter(|it| !is_reply(it) || it.broadcast) {
                inside += &pen.message(message, pinned(message));
                let replies =
                    channel.messages.iter().filter(|it| is_reply(it) && it.thread_ts.as_ref() == Some(&message.ts));
                let replies: String = replies.map(|reply| pen.message(reply, pinned(reply))).collect();
                if !replies.is_empty() {
                    inside += &tag("div", "thread", &replies);
                }
            }
            page.place(&name, &about, &inside);
        }
        for user in state.world.users.values() {
            let shown: String = state
                .shown
                .iter()
                .filter(|it| it.user == user.id)
                .map(|it| pen.shown(it, &names(&it.channel)))
                .collect();
            if !shown.is_empty() {
                page.place(&format!("Only visible to {}", user.name), &[], &shown);
            }
            if let Some(home) = state.homes.get(&user.id) {
                page.place(&format!("Home tab of {}", user.name), &[], &pen.blocks(home.blocks()));
            }
            let modals: String = state.views.get(&user.id).into_iter().flatten().map(|view| pen.modal(view)).collect();
            if !modals.is_empty() {
                page.place(&format!("Open before {}", user.name), &[], &modals);
            }
        }
        page.done()
    }
}

struct Pen<'a> {
    eyes: Eyes<'a>,
    today: NaiveDate,
}

impl Pen<'_> {
    fn when(&self, ts: &str) -> String {
        let seconds = ts.split('.').next().and_then(|it| it.parse().ok()).unwrap_or_default();
        let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        at.with_timezone(&self.eyes.zone).format("%a %H:%M").to_string()
    }

    /// Slack calls today so where the format is a pretty one.
    fn date(&self, unix: i64, format: &str) -> String {
        let day = DateTime::from_timestamp(unix, 0).unwrap_or_default().with_timezone(&self.eyes.zone).date_naive();
        let format = if day == self.today { format.replace("{date_short_pretty}", "today") } else { format.to_owned() };
        self.eyes.date(unix, &format)
    }

    fn message(&self, message: &Message, pinned: bool) -> String {
        let mut more: Vec<&str> = Vec::new();
        more.extend(pinned.then_some("📌 pinned"));
        more.extend(message.edited.is_some().then_some("(edited)"));
        more.extend(message.broadcast.then_some("also sent to the conversation"));
        let mut body = match message.blocks.is_empty() {
            true => self.mrkdwn(&message.text),
            false => self.blocks(&message.blocks),
        };
        let reaction = |(name, users): (&String, &Vec<String>)| {
            tag("span", "reaction", &format!("{} {}", emoji(name), users.len()))
        };
        body.extend(message.reactions.iter().map(reaction));
        draw::message(
            &(self.eyes.names)(&message.user),
            message.by_bot,
            &self.when(&message.ts),
            &more.join(" · "),
            &body,
        )
    }

    fn shown(&self, shown: &Shown, channel: &str) -> String {
        let body = if shown.blocks.is_empty() { self.mrkdwn(&shown.text) } else { self.blocks(&shown.blocks) };
        draw::message(
            "countersign",
            true,
            &self.when(&shown.ts),
            &format!("👁 only visible to you, in {channel}"),
            &body,
        )
    }

    fn modal(&self, view: &OpenView) -> String {
        let button = |part: &str, class: &str| {
            let text = view.view[part]["text"].as_str();
            text.map(|text| tag("span", class, &escaped(text))).unwrap_or_default()
        };
        let buttons = tag("div", "buttons", &(button("submit", "button primary") + &button("close", "button")));
        tag("div", "modal", &format!("<h3>{}</h3>{}{buttons}", escaped(view.title()), self.blocks(view.blocks())))
    }

    fn blocks(&self, blocks: &[Value]) -> String {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: &Value) -> String {
        let elements = || list(&block["elements"]).iter();
        match block["type"].as_str().unwrap_or_default() {
            "header" => tag("div", "header", &self.object(&block["text"])),
            "section" => {
                let fields: String =
                    list(&block["fields"]).iter().map(|it| tag("div", "field", &self.object(it))).collect();
                let fields = if fields.is_empty() { fields } else { tag("div", "fields", &fields) };
                tag("div", "block", &(self.object(&block["text"]) + &fields + &self.element(&block["accessory"])))
            }
            "context" => {
                let parts: Vec<String> = elements().map(|part| self.object(part)).collect();
                tag("div", "block context", &parts.join(" "))
            }
            "rich_text" => tag("div", "block", &elements().map(|part| self.rich(part)).collect::<String>()),
            "actions" => tag("div", "block buttons", &elements().map(|it| self.element(it)).collect::<String>()),
            "divider" => tag("div", "divider", ""),
            "input" => {
                let optional = if block["optional"] == true { " <span class=\"hint\">(optional)</span>" } else { "" };
                let label = tag("b", "", &self.object(&block["label"]));
                let hint = tag("div", "hint", &self.object(&block["hint"]));
                tag("div", "input", &format!("{label}{optional}{}{hint}", self.element(&block["element"])))
            }
            other => tag("div", "block", &format!("[{other}]")),
        }
    }

    fn object(&self, object: &Value) -> String {
        let text = object["text"].as_str().unwrap_or_default();
        if object["type"] == "mrkdwn" { self.mrkdwn(text) } else { escaped(text) }
    }

    fn element(&self, element: &Value) -> String {
        let boxed = |text: &str| tag("div", "box", &escaped(text));
        match element["type"].as_str().unwrap_or_default() {
            "button" => {
                let style = element["style"].as_str().unwrap_or_default();
                let asks = element["confirm"]["text"]["text"].as_str();
                let asks =
                    asks.map(|asks| tag("span", "asks", &format!("asks: {}", escaped(asks)))).unwrap_or_default();
                tag("span", &format!("button {style}"), &self.object(&element["text"])) + &asks
            }
            "static_select" | "radio_buttons" => {
                let grouped = list(&element["option_groups"]).iter().flat_map(|group| list(&group["options"]));
                let options = list(&element["options"]).iter().chain(grouped);
                let options: Vec<&str> = options.filter_map(|it| it["text"]["text"].as_str()).collect();
                let chosen = element["initial_option"]["text"]["text"].as_str().unwrap_or("Choose");
                boxed(&format!("{chosen} ▾")) + &tag("div", "hint", &escaped(&options.join(" | ")))
            }
            "checkboxes" => {
                let on = !element["initial_options"].is_null();
                let all = list(&element["options"]).iter().map(|it| it["text"]["text"].as_str().unwrap_or_default());
                all.map(|text| format!("{} {}<br>", if on { "☑" } else { "☐" }, escaped(text))).collect()
            }
            "datetimepicker" => {
                let at = element["initial_date_time"].as_i64();
                boxed(&at.map(|at| self.when(&at.to_string())).unwrap_or_else(|| "📅 date and time".to_owned()))
            }
            "" => String::new(),
            _ => boxed(element["initial_value"].as_str().unwrap_or_default()),
        }
    }

    fn rich(&self, element: &Value) -> String {
        let inner = || list(&element["elements"]).iter().map(|part| self.rich(part)).collect::<String>();
        let part = |name: &str| element[name].as_str().unwrap_or_default();
        let mention =
            |mark: &str, id: &str| tag("span", "mention", &escaped(&format!("{mark}{}", (self.eyes.names)(id))));
        let styled = |mut text: String| {
            for (style, name) in [("code", "code"), ("bold", "b"), ("italic", "i"), ("strike", "s")] {
                if element["style"][style] == true {
                    text = tag(name, "", &text);
                }
            }
            text
        };
        match part("type") {
            "text" => styled(escaped(part("text"))),
            "link" => styled(tag("span", "link", &escaped(element["text"].as_str().unwrap_or(part("url"))))),
            "user" => mention("@", part("user_id")),
            "usergroup" => mention("@", part("usergroup_id")),
            "channel" => mention("#", part("channel_id")),
            "broadcast" => mention("@", part("range")),
            "emoji" => emoji(part("name")),
            "date" => styled(escaped(&self.date(element["timestamp"].as_i64().unwrap_or_default(), part("format")))),
            "rich_text_preformatted" => tag("pre", "", &inner()),
            "rich_text_quote" => tag("blockquote", "", &inner()),
            "rich_text_list" => list(&element["elements"]).iter().map(|it| tag("li", "", &self.rich(it))).collect(),
            _ => inner(),
        }
    }

    /// Slack's own markup: pairs of marks, and what stands between angle brackets.
    fn mrkdwn(&self, text: &str) -> String {
        let mut out = String::new();
        let mut open: Vec<char> = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let after = &rest[c.len_utf8()..];
            if c == '<'
                && let Some((_, tail)) = after.split_once('>')
            {
                let token = &rest[..rest.len() - tail.len()];
                let mut date = token.strip_prefix("<!date^").into_iter().flat_map(|it| it.split('^'));
                out += &match (date.next().and_then(|unix| unix.parse().ok()), date.next()) {
                    (Some(unix), Some(format)) => escaped(&self.date(unix, format.split('|').next().unwrap_or(format))),
                    _ if token.starts_with("<@") || token.starts_with("<#") => {
                        tag("span", "mention", &escaped(&self.eyes.mrkdwn(token)))
                    }
                    _ => tag("span", "link", &escaped(&self.eyes.mrkdwn(token))),
                };
                rest = tail;
                continue;
            }
            let name = match c {
                '*' => "b",
                '`' => "code",
                '~' => "s",
                _ => "",
            };
            match name {
                "" => out += &escaped(&self.entity(rest, c)),
                name if open.last() == Some(&c) => {
                    open.pop();
                    out += &format!("</{name}>");
                }
                name if after.contains(c) => {
                    open.push(c);
                    out += &format!("<{name}>");
                }
                _ => out.push(c),
            }
            rest = &rest[self.entity_length(rest, c)..];
        }
        out
    }

    fn entity(&self, rest: &str, c: char) -> String {
        let known = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        let found = known.iter().find(|(entity, _)| rest.starts_with(entity));
        found.map_or_else(|| c.to_string(), |(_, means)| (*means).to_owned())
    }

    fn entity_length(&self, rest: &str, c: char) -> usize {
        ["&lt;", "&gt;", "&amp;"].iter().find(|it| rest.starts_with(**it)).map_or(c.len_utf8(), |it| it.len())
    }
}

fn emoji(name: &str) -> String {
    let known = [
        ("bell", "🔔"),
        ("alarm_clock", "⏰"),
        ("white_check_mark", "✅"),
        ("x", "❌"),
        ("hourglass", "⌛"),
        ("leftwards_arrow_with_hook", "↩️"),
        ("arrow_right_hook", "↪️"),
        ("memo", "📝"),
        ("pushpin", "📌"),
        ("fast_forward", "⏩"),
    ];
    known
        .iter()
        .find(|(it, _)| *it == name)
        .map_or_else(|| format!(":{}:", escaped(name)), |(_, sign)| (*sign).to_owned())
}
