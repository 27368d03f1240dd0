//! The server as Discord's client shows it. See [`crate::fakes::draw`].

use chrono::DateTime;
use chrono_tz::Tz;
use serde_json::Value;

use super::world::{Id, Message, World};
use super::{FakeDiscord, interactions};
use crate::fakes::draw::{self, Page, escaped, tag};

impl FakeDiscord {
    /// Everything that stands there and that anybody was shown.
    pub fn drawn(&self, title: &str, zone: Tz) -> String {
        self.act(|world| Pen { world, zone }.page(title))
    }
}

/// The message that a thread was made from, shown in it once more.
const BEGINS_A_THREAD: u64 = 21;

struct Pen<'a> {
    world: &'a World,
    zone: Tz,
}

impl Pen<'_> {
    fn page(&self, title: &str) -> String {
        let mut page = Page::new(title, "discord");
        for channel in self.world.channels.values().filter(|it| it.thread.is_none()) {
            let said: Vec<&Message> = channel.messages.values().filter(|it| it.visible_to.is_none()).collect();
            if said.is_empty() {
                continue;
            }
            let everybody = channel.guild.is_none_or(|guild| {
                let all = self.world.guilds[&guild].members.keys();
                all.into_iter().all(|member| self.world.can_view(*member, channel.id))
            });
            let name = match channel.recipient {
                Some(with) => format!("Direct messages: {}", self.user(with)),
                None if everybody => format!("# {}", channel.name),
                None => format!("🔒 {}", channel.name),
            };
            let topic = channel.topic.iter().map(|topic| escaped(topic));
            let mut inside: String = said.iter().map(|it| self.message(it) + &self.thread(it.id)).collect();
            for thread in self.world.channels.values().filter(|it| it.thread.is_some() && it.parent == Some(channel.id))
            {
                if !said.iter().any(|it| it.id == thread.id) {
                    inside += &self.thread(thread.id);
                }
            }
            page.place(&name, &topic.collect::<Vec<_>>(), &inside);
        }
        for user in self.world.users.values() {
            let all = self.world.channels.values().flat_map(|channel| channel.messages.values());
            let mut shown: Vec<&Message> = all.filter(|it| it.visible_to == Some(user.id)).collect();
            shown.sort_by_key(|it| it.id);
            let shown: String = shown.into_iter().map(|it| self.message(it)).collect();
            if !shown.is_empty() {
                page.place(&format!("Only {} can see this", user.name), &[], &shown);
            }
            if let Some((_, form)) = self.world.forms.get(&user.id) {
                page.place(&format!("Open before {}", user.name), &[], &self.modal(form));
            }
        }
        page.done()
    }

    fn thread(&self, id: Id) -> String {
        let Some(thread) = self.world.channels.get(&id).filter(|it| it.thread.is_some()) else { return String::new() };
        let said = thread.messages.values().filter(|it| it.visible_to.is_none() && it.kind != BEGINS_A_THREAD);
        let said = said.map(|it| self.message(it));
        tag("div", "thread", &(tag("b", "", &format!("🧵 {}", escaped(&thread.name))) + &said.collect::<String>()))
    }

    fn message(&self, message: &Message) -> String {
        let at =
            DateTime::from_timestamp_millis(message.written_ms as i64).unwrap_or_default().with_timezone(&self.zone);
        let mut more: Vec<&str> = Vec::new();
        more.extend(message.pinned_ms.map(|_| "📌 pinned"));
        more.extend(message.edited_ms.map(|_| "(edited)"));
        more.extend(message.reply_to.map(|_| "↩ reply"));
        more.extend(message.visible_to.map(|_| "👁 only you can see this"));
        let mut body = tag("div", "block", &self.markdown(&message.content));
        body.extend(message.embeds.iter().map(|embed| self.embed(embed)));
        body += &self.components(&message.components);
        body.extend(message.attachments.iter().map(|it| tag("div", "block", &format!("📎 {}", escaped(&it.name)))));
        let reaction = |(sign, who): &(String, std::collections::BTreeSet<Id>)| {
            tag("span", "reaction", &format!("{} {}", escaped(sign), who.len()))
        };
        body.extend(message.reactions.iter().map(reaction));
        let bot = message.author == self.world.bot;
        draw::message(&self.user(message.author), bot, &at.format("%a %H:%M").to_string(), &more.join(" · "), &body)
    }

    fn user(&self, id: Id) -> String {
        self.world.users.get(&id).map_or_else(|| id.to_string(), |user| user.name.clone())
    }

    fn embed(&self, embed: &Value) -> String {
        let text = |name: &str| self.markdown(embed[name].as_str().unwrap_or_default());
        let mut inside = tag("div", "title", &text("title")) + &tag("div", "", &text("description"));
        let fields = embed["fields"].as_array().into_iter().flatten().map(|field| {
            let part = |name: &str| self.markdown(field[name].as_str().unwrap_or_default());
            let class = if field["inline"] == true { "" } else { "wide" };
            tag("div", class, &(tag("div", "fname", &part("name")) + &part("value")))
        });
        inside += &tag("div", "efields", &fields.collect::<String>());
        inside += &tag("div", "footer", &escaped(embed["footer"]["text"].as_str().unwrap_or_default()));
        let color = embed["color"].as_u64().unwrap_or(0x1e_1f22);
        format!("<div class=\"embed\" style=\"border-color:#{color:06x}\">{inside}</div>")
    }

    fn components(&self, rows: &[Value]) -> String {
        let row = |row: &Value| {
            let parts = row["components"].as_array().into_iter().flatten();
            tag("div", "block buttons", &parts.map(|part| self.component(part)).collect::<String>())
        };
        rows.iter().map(row).collect()
    }

    fn component(&self, part: &Value) -> String {
        let word = |name: &str| escaped(part[name].as_str().unwrap_or_default());
        match part["type"].as_u64() {
            Some(2) => {
                let style = match part["style"].as_u64() {
                    Some(1) => "primary",
                    Some(3) => "success",
                    Some(4) => "danger",
                    _ => "",
                };
                tag("span", &format!("button {style}"), &word("label"))
            }
            Some(3) => tag("span", "button", &format!("{} ▾", word("placeholder"))),
            _ => String::new(),
        }
    }

    fn modal(&self, form: &Value) -> String {
        let mut inside = format!("<h3>{}</h3>", escaped(form["title"].as_str().unwrap_or_default()));
        let rows = form["components"].as_array().cloned().unwrap_or_default();
        for row in &rows {
            inside += &self.markdown(row["content"].as_str().unwrap_or_default());
            let label = row["label"].as_str();
            let within = row.get("component").unwrap_or(row);
            for part in interactions::components_of(std::slice::from_ref(within)) {
                let word = |name: &str| part[name].as_str().unwrap_or_default();
                let options = part["options"].as_array().into_iter().flatten().filter_map(|it| it["label"].as_str());
                let options = options.collect::<Vec<_>>().join(" | ");
                inside += &tag(
                    "div",
                    "input",
                    &format!(
                        "<b>{}</b><div class=\"box\">{}</div><div class=\"hint\">{}{}</div>",
                        escaped(label.unwrap_or(word("label"))),
                        escaped(word("value")),
                        escaped(word("placeholder")),
                        escaped(&options),
                    ),
                );
            }
        }
        tag("div", "modal", &inside)
    }

    /// Discord's markdown, as far as cards use it.
    fn markdown(&self, text: &str) -> String {
        let mut out = String::new();
        let mut open: Vec<&str> = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some((code, tail)) = rest.strip_prefix("```").and_then(|it| it.split_once("```")) {
                out += &tag("pre", "", &escaped(code.trim_matches('\n')));
                rest = tail;
            } else if let Some((code, tail)) = rest.strip_prefix('`').and_then(|it| {
                let marks = 1 + it.chars().take_while(|c| *c == '`').count();
                it[marks - 1..].split_once(&"`".repeat(marks))
            }) {
                out += &tag("code", "", &escaped(code));
                rest = tail;
            } else if let Some(after) =
                rest.strip_prefix('\\').filter(|it| it.starts_with(|c: char| c.is_ascii_punctuation()))
            {
                out += &escaped(&after[..1]);
                rest = &after[1..];
            } else if let Some((token, tail)) =
                rest.strip_prefix('<').and_then(|it| it.split_once('>')).filter(|(it, _)| self.token(it).is_some())
            {
                out += &self.token(token).unwrap_or_default();
                rest = tail;
            } else if let Some((label, tail)) = masked(rest) {
                out += &tag("span", "link", &self.markdown(label));
                rest = tail;
            } else if let Some((mark, name)) =
                [("**", "b"), ("__", "u"), ("~~", "s"), ("*", "i")].into_iter().find(|(mark, _)| rest.starts_with(mark))
            {
                match open.last() == Some(&mark) {
                    true => {
                        open.pop();
                        out += &format!("</{name}>");
                    }
                    false => {
                        open.push(mark);
                        out += &format!("<{name}>");
                    }
                }
                rest = &rest[mark.len()..];
            } else {
                out += &escaped(&c.to_string());
                rest = &rest[c.len_utf8()..];
            }
        }
        out
    }

    fn token(&self, token: &str) -> Option<String> {
        let id = |text: &str| text.parse::<Id>().ok();
        let named = |name: String| tag("span", "mention", &escaped(&name));
        if let Some(moment) = token.strip_prefix("t:") {
            let (unix, style) = moment.split_once(':').unwrap_or((moment, "f"));
            let at = DateTime::from_timestamp(unix.parse().ok()?, 0)?.with_timezone(&self.zone);
            let at = at.format(if style == "t" { "%H:%M" } else { "%-d %b %H:%M" });
            let relative = if style == "R" { "until/since " } else { "" };
            return Some(tag("span", "when", &format!("{relative}{at}")));
        }
        if let Some(role) = token.strip_prefix("@&") {
            let roles = self.world.guilds.values().flat_map(|guild| guild.roles.values());
            let role = id(role)?;
            return Some(named(format!("@{}", roles.into_iter().find(|it| it.id == role)?.name)));
        }
        if let Some(user) = token.strip_prefix("@!").or(token.strip_prefix('@')) {
            return Some(named(format!("@{}", self.user(id(user)?))));
        }
        if let Some(channel) = token.strip_prefix('#') {
            return Some(named(format!("#{}", self.world.channels.get(&id(channel)?)?.name)));
        }
        if let Some((command, _)) = token.strip_prefix('/').and_then(|it| it.split_once(':')) {
            return Some(named(format!("/{command}")));
        }
        token.starts_with("http").then(|| tag("span", "link", &escaped(token)))
    }
}

/// `[label](address)`: the label.
fn masked(text: &str) -> Option<(&str, &str)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, tail) = rest.split_once(')')?;
    let is_web = address.trim_start_matches('<').starts_with("http");
    (!label.contains(['[', '\n']) && is_web).then_some((label, tail))
}
