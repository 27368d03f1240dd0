//! The transcript: every entry of a case in its order, to read. In Markdown and in HTML, from the same items.
//!
//! People's words stand to the letter, with hidden characters made visible, and never become markup: fenced in Markdown,
//! escaped in HTML, which also forbids scripts and anything from elsewhere. Times are UTC.

use serde::Deserialize;
use serde_json::Value as Json;

use super::derive::{OwnedEnvelope, Sealed, Source, iso};
use crate::card::{self, Card, Speaker, Wording};
use crate::domain::mark::{ERASED, Words};
use crate::domain::{At, Case, Event, PersonId, Policy};
use crate::grammar::{Means, clean};
use crate::ledger::heard::{Account, File, What};
use crate::ledger::record::{HeardRecord, NotToldBecause, Record, Ruled, Told, Who};

/// One entry.
pub(super) struct Item {
    seq: u64,
    when: String,
    /// What it is, in one line.
    head: String,
    parts: Vec<Part>,
}

enum Part {
    /// A line of the program's, with people's words in it perhaps.
    Line(String),
    /// What somebody wrote, to the letter.
    Words { what: &'static str, text: String },
}

pub(super) fn items(source: &Source<'_>, case: Option<&Case>, policy: Option<&Policy>) -> Vec<Item> {
    let wording = Wording::embedded();
    let teller = Teller { case, policy, speaker: policy.map(|policy| Speaker::new(&wording, policy)) };
    source.entries.iter().map(|entry| teller.item(entry)).collect()
}

struct Teller<'a> {
    case: Option<&'a Case>,
    policy: Option<&'a Policy>,
    speaker: Option<Speaker<'a>>,
}

impl Teller<'_> {
    fn item(&self, entry: &Sealed) -> Item {
        let Some(envelope) = &entry.envelope else {
            let parts = vec![Part::Words { what: "leaf", text: String::from_utf8_lossy(&entry.leaf).into_owned() }];
            return Item {
                seq: entry.seq(),
                when: String::new(),
                head: "an entry that can't be read".to_owned(),
                parts,
            };
        };
        let mut when = iso(envelope.at);
        if envelope.manual {
            when.push_str(" (manual clock)");
        }
        let (head, mut parts) = match &entry.record {
            None => {
                let kept = [("facts", &entry.facts), ("words", &entry.words)];
                let text = |text: &Vec<u8>| String::from_utf8_lossy(text).into_owned();
                let parts = kept
                    .into_iter()
                    .filter_map(|(what, kept)| kept.text.as_ref().map(|it| Part::Words { what, text: text(it) }));
                (envelope.kind.clone(), parts.collect())
            }
            Some(Record::Heard(heard)) => self.heard(heard),
            Some(Record::Ruled(ruled)) => self.ruled(ruled, envelope),
            Some(Record::Bot(ruled)) => {
                let events = ruled.events.iter().map(|event| event.kind()).collect::<Vec<_>>();
                (events.join(", "), Vec::new())
            }
            Some(Record::Told(told)) => self.told(told),
            Some(Record::ChannelMade(made)) => {
                (format!("A channel of its own, {}: {} on {}", made.lane, made.channel, made.lane.platform), Vec::new())
            }
            Some(Record::NotTold(not_told)) => match &not_told.why {
                NotToldBecause::Answered => {
                    (format!("Not sent to {}: what it asked for was answered meanwhile", not_told.lane), Vec::new())
                }
                NotToldBecause::NotTheirs => {
                    (format!("Not sent to {}: they may not see the case any more", not_told.lane), Vec::new())
                }
                NotToldBecause::Undeliverable(why) => {
                    let parts = vec![Part::Words { what: "why", text: why.clone() }];
                    (format!("Not delivered to {}", not_told.lane), parts)
                }
            },
            // These belong to no case.
            Some(Record::Introduced(_) | Record::Erased(_)) => (envelope.kind.clone(), Vec::new()),
        };
        if entry.is_erased() {
            parts.push(Part::Line("its words were erased".to_owned()));
        }
        if let Some(said) = envelope.said.filter(|said| *said != envelope.at) {
            parts.push(Part::Line(format!("{} says that it happened at {}", envelope.source, iso(said))));
        }
        Item { seq: envelope.seq, when, head, parts }
    }

    fn heard(&self, heard: &HeardRecord) -> (String, Vec<Part>) {
        let who = self.who(&heard.who, heard.from.get());
        let mut place = format!("in {}", heard.lane);
        if let Some(thread) = &heard.thread {
            place.push_str(&format!(", thread {thread}"));
        }
        let words = |what, text: &str| Part::Words { what, text: text.to_owned() };
        let (head, mut parts) = match &heard.what {
            What::Said { message, text, .. } => {
                let mut parts = vec![words("message", text)];
                parts.extend(heard.what.files().iter().map(|file| Part::Line(file_line(file))));
                (format!("{who} wrote {place} (message {message})"), parts)
            }
            What::Command { text } => (format!("{who} typed a command {place}"), vec![words("command", text)]),
            What::Edited { message, text } => {
                let mut parts: Vec<Part> = heard.was.iter().map(|was| words("it was", &stood(was))).collect();
                parts.push(words("it is now", text));
                (format!("{who} edited message {message} {place}"), parts)
            }
            What::Deleted { message } => {
                let parts = heard.was.iter().map(|was| words("it was", &stood(was))).collect();
                (format!("{who} deleted message {message} {place}"), parts)
            }
            What::FileDeleted { message, file, name } => {
                let parts = vec![words("file", name), Part::Line(format!("the platform's id of it: {file}"))];
                (format!("A file of message {message} {place} was deleted; as far as is known, by {who}"), parts)
            }
            What::Pressed { message, action } => {
                (format!("{who} pressed a button of message {message} {place}"), vec![words("button", action)])
            }
            What::Filled(filled) => {
                let line = |(name, value): (&String, &String)| format!("{name}: {value}\n");
                let values = filled.values.get();
                let text = values.map_or_else(|| ERASED.to_owned(), |values| values.iter().map(line).collect());
                let (did, what) = match filled.by {
                    Means::Form => ("sent a form", "form"),
                    Means::Options => ("used a command", "command"),
                };
                (format!("{who} {did} {place}"), vec![words(what, &filled.title()), words("values", &text)])
            }
            What::Reacted { message, reaction, on } => {
                let did = if *on { "set a reaction on" } else { "took a reaction back from" };
                (format!("{who} {did} message {message} {place}"), vec![words("reaction", reaction)])
            }
            What::Joined => (format!("{who} came in {place}"), Vec::new()),
            What::Left => (format!("{who} went out {place}"), Vec::new()),
            What::Other { kind } => (format!("{who}: {kind} {place}"), Vec::new()),
            What::Gap { from, to, why } => {
                let head = format!("Nothing was heard {place} from {} to {}", iso(*from), iso(*to));
                (head, vec![words("why", why)])
            }
        };
        parts.extend(heard.not_kept.iter().map(|file| Part::Line(file.to_string())));
        if heard.backfilled {
            parts.push(Part::Line("not heard live: found in the platform's history afterwards".to_owned()));
        }
        parts.extend(heard.raw.iter().map(|raw| words("as the platform told it", raw)));
        if let Some(answer) = heard.answer.as_ref().and_then(Words::get) {
            parts.extend(answer.cards.iter().map(|card| words("answered in private", &plain(card))));
            let errors = answer.errors.iter().flatten();
            parts.extend(errors.map(|(field, sentence)| words("form refused", &format!("{field}: {sentence}"))));
        }
        (head, parts)
    }

    fn ruled(&self, ruled: &Ruled, envelope: &OwnedEnvelope) -> (String, Vec<Part>) {
        let by = ruled.by.as_ref().map_or_else(|| "the engine".to_owned(), |by| self.person(by));
        let kinds: Vec<&str> = ruled.events.iter().map(Event::kind).collect();
        let mut parts = Vec::new();
        for event in &ruled.events {
            let told = match (&self.speaker, self.case) {
                (Some(speaker), Some(case)) => card::story(speaker, case, event, envelope.at),
                _ => None,
            };
            if let Some(told) = told {
                parts.push(Part::Line(card::plain(&told, chrono_tz::UTC, At(0))));
            }
            parts.push(Part::Words { what: event.kind(), text: facts(event) });
        }
        (format!("{} by {by}", kinds.join(", ")), parts)
    }

    fn told(&self, told: &Told) -> (String, Vec<Part>) {
        let mut head = match (told.edit, told.card_shows) {
            (true, _) => format!("countersign edited its message {} in {}", told.message, told.lane),
            (false, Some(_)) => format!("countersign put up the card in {} (message {})", told.lane, told.message),
            (false, None) => format!("countersign wrote in {} (message {})", told.lane, told.message),
        };
        if told.part > 0 {
            head.push_str(&format!(", as part {} of it", told.part + 1));
        }
        if told.perhaps_twice {
            head.push_str("; the process died while sending, so people may have it twice");
        }
        (head, vec![Part::Words { what: "message", text: told.card.get().map_or_else(|| ERASED.to_owned(), plain) }])
    }

    fn who(&self, who: &Who, account: Option<&Account>) -> String {
        match (who, account) {
            (Who::Person(person), _) => self.person(person),
            (Who::Stranger(_), Some(account)) if account.bot => format!("the bot {} ({})", account.name, account.id),
            (Who::Stranger(_), Some(account)) => format!("{} ({}, not in the policy)", account.name, account.id),
            (Who::Stranger(account), None) => format!("{account} (not in the policy)"),
        }
    }

    fn person(&self, person: &PersonId) -> String {
        match self.policy.and_then(|policy| policy.people.get(person)) {
            Some(known) => format!("{} ({person})", known.name),
            None => person.to_string(),
        }
    }
}

fn plain(card: &Card) -> String {
    card.plain(chrono_tz::UTC, At(0))
}

fn file_line(file: &File) -> String {
    format!("file {} ({} bytes): attachments/{}", file.name, file.bytes, file.sha256)
}

/// What stood in a message, as the transcript table keeps it: words, files, or a card.
fn stood(body: &str) -> String {
    let Ok(Json::Object(fields)) = serde_json::from_str(body) else { return body.to_owned() };
    let mut text = fields.get("text").and_then(Json::as_str).unwrap_or_default().to_owned();
    for file in fields.get("files").and_then(Json::as_array).into_iter().flatten() {
        if let Ok(file) = File::deserialize(file) {
            text.push_str(&format!("\n{}", file_line(&file)));
        }
    }
    if let Some(card) = fields.get("card").and_then(|card| Card::deserialize(card).ok()) {
        text.push_str(&plain(&card));
    }
    text
}

/// Everything that an event says, one fact a line. Numbers that are moments are written out as well.
fn facts(event: &Event) -> String {
    let Ok(json) = serde_json::to_value(event) else { return String::new() };
    let mut lines = String::new();
    list("", &json, &mut lines);
    lines
}

/// Later than 2001 in microseconds: no count and no span in an event is as large.
const SURELY_A_MOMENT: i64 = 1_000_000_000_000_000;

fn list(name: &str, value: &Json, lines: &mut String) {
    let inner = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Json::Object(fields) => {
            for (key, value) in fields {
                list(&inner(key), value, lines);
            }
        }
        Json::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                list(&inner(&(place + 1).to_string()), item, lines);
            }
        }
        Json::String(text) => lines.push_str(&format!("{name}: {text}\n")),
        Json::Number(number) => match number.as_i64().filter(|number| *number >= SURELY_A_MOMENT) {
            Some(at) => lines.push_str(&format!("{name}: {at} ({})\n", iso(At(at)))),
            None => lines.push_str(&format!("{name}: {number}\n")),
        },
        Json::Bool(_) | Json::Null => lines.push_str(&format!("{name}: {value}\n")),
    }
}

fn about(source: &Source<'_>) -> String {
    format!(
        "{} entries of the ledger {}, under its head over {} entries with the root {}.",
        source.entries.len(),
        source.head.origin,
        source.head.size,
        source.head.root.to_base64()
    )
}

pub(super) fn markdown(title: &str, source: &Source<'_>, items: &[Item]) -> String {
    let mut text = format!(
        "# {}\n\n{}\n\nTimes are UTC. The numbers are those of the ledger's entries.\n",
        md(title),
        md(&about(source))
    );
    for item in items {
        text.push_str(&format!("\n## {} · {}\n\n{}\n", item.seq, item.when, md(&item.head)));
        for part in &item.parts {
            match part {
                Part::Line(line) => text.push_str(&format!("\n- {}\n", md(line))),
                Part::Words { what, text: words } => {
                    let words = clean::unhidden(words);
                    let longest = words.split(|c| c != '`').map(str::len).max().unwrap_or(0);
                    let fence = "`".repeat(longest.max(2) + 1);
                    text.push_str(&format!("\n{what}:\n\n{fence}text\n{}\n{fence}\n", words.trim_end_matches('\n')));
                }
            }
        }
    }
    text
}

/// A line in which no character means anything.
fn md(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for c in clean::unhidden(line).chars() {
        match c {
            '\n' => text.push(' '),
            c if c.is_ascii_punctuation()
                && !matches!(c, ',' | '.' | ':' | ';' | '/' | '(' | ')' | '-' | '\'' | '"' | '?' | '=' | '%') =>
            {
                text.push('\\');
                text.push(c);
            }
            c => text.push(c),
        }
    }
    text
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1b1b1f;background:#fff}\
h1{font-size:1.4rem}article{border-top:1px solid #d8d8de;padding:.75rem 0}header{color:#5b5b66;font-size:.85rem}\
p{margin:.25rem 0}.what{color:#5b5b66;font-size:.85rem;margin-top:.5rem}\
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.15rem 0;padding:.5rem .75rem;background:#f4f4f7;border-radius:4px;font:inherit}\
@media(prefers-color-scheme:dark){body{color:#e7e7ec;background:#17171a}article{border-color:#34343a}pre{background:#222227}header,.what{color:#a0a0ac}}";

pub(super) fn html(title: &str, source: &Source<'_>, items: &[Item]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1 dir=\"auto\">{0}</h1>\n<p>{1}</p>\n<p>Times are UTC. The numbers are those of the ledger's entries.</p>\n",
        escaped(title),
        escaped(&about(source))
    );
    for item in items {
        page.push_str(&format!(
            "<article id=\"e{0}\">\n<header>{0} · {1}</header>\n<p dir=\"auto\">{2}</p>\n",
            item.seq,
            escaped(&item.when),
            escaped(&item.head)
        ));
        for part in &item.parts {
            match part {
                Part::Line(line) => page.push_str(&format!("<p dir=\"auto\">{}</p>\n", escaped(line))),
                Part::Words { what, text } => page.push_str(&format!(
                    "<div class=\"what\">{what}</div>\n<pre dir=\"auto\">{}</pre>\n",
                    escaped(text.trim_end_matches('\n'))
                )),
            }
        }
        page.push_str("</article>\n");
    }
    page.push_str("</body>\n</html>\n");
    page
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in clean::unhidden(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}
