//! The transcript: every entry of a case in its order, to read. In Markdown and in HTML, from the same items.
//!
//! People's words stand to the letter, with hidden characters made visible, and never become markup: fenced in Markdown,
//! escaped in HTML, which also forbids scripts and anything from elsewhere. Times are UTC.

use serde::Deserialize;
use serde_json::Value as Json;

use super::derive::{OwnedEnvelope, Sealed, iso};
use super::lacking::Lack;
use super::readings::OfCase;
use crate::card::{self, Card, Speaker, Wording};
use crate::domain::mark::{ERASED, Words};
use crate::domain::text::in_html;
use crate::domain::{At, Case, Event, PersonId, Policy};
use crate::grammar::{Filled, Means, clean};
use crate::ledger::heard::{Account, File, What};
use crate::ledger::record::{HeardRecord, Imported, NotToldBecause, Record, Ruled, Told, Who};

/// One entry.
pub(super) struct Item {
    seq: u64,
    when: String,
    /// What it is, in one line.
    head: String,
    /// How a page sets it apart.
    tone: Option<&'static str>,
    parts: Vec<Part>,
}

/// Above what stood in a message until it was edited or deleted.
const WAS: &str = "it was";

enum Part {
    /// A line of the program's, with people's words in it perhaps.
    Line(String),
    /// What somebody wrote, to the letter.
    Words { what: &'static str, text: String },
    /// What an event says, a fact a line.
    Facts { what: &'static str, text: String },
}

/// Tells what entries say, with the names of the policy that the case was opened under, where its text is there.
pub(super) struct Teller<'a> {
    case: Option<&'a Case>,
    policy: Option<&'a Policy>,
    speaker: Option<Speaker<'a>>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(wording: &'a Wording, case: Option<&'a Case>, policy: Option<&'a Policy>) -> Teller<'a> {
        Teller { case, policy, speaker: policy.map(|policy| Speaker::new(wording, policy)) }
    }

    pub(super) fn name(&self, person: &PersonId) -> String {
        self.policy.map_or_else(|| person.to_string(), |policy| policy.name_of(person))
    }

    /// An event in a line. `None`: no reader misses it, or nobody can tell it without the policy.
    pub(super) fn story(&self, event: &Event, at: At) -> Option<String> {
        let told = card::story(self.speaker.as_ref()?, self.case?, event, at)?;
        Some(card::plain(&told, chrono_tz::UTC, At(0)))
    }

    pub(super) fn item(&self, entry: &Sealed) -> Item {
        let Some(envelope) = &entry.envelope else {
            let parts = vec![Part::Words { what: "leaf", text: String::from_utf8_lossy(&entry.leaf).into_owned() }];
            return Item {
                seq: entry.seq(),
                when: String::new(),
                head: "an entry that can't be read".to_owned(),
                tone: None,
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
            Some(Record::Bot(ruled)) => (counted(ruled.events.iter().map(|event| event.kind())), Vec::new()),
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
            Some(Record::Introduced(_) | Record::Withheld(_) | Record::Erased(_)) => {
                (envelope.kind.clone(), Vec::new())
            }
        };
        if entry.is_without_words() {
            parts.push(Part::Line("its words are gone".to_owned()));
        }
        if let Some(said) = envelope.said.filter(|said| *said != envelope.at) {
            parts.push(Part::Line(format!("{} says that it happened at {}", envelope.source, iso(said))));
        }
        Item { seq: envelope.seq, when, head, tone: tone(entry), parts }
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
                let mut parts: Vec<Part> = heard.was.iter().map(|was| words(WAS, &stood(was))).collect();
                parts.push(words("it is now", text));
                (format!("{who} edited message {message} {place}"), parts)
            }
            What::Deleted { message } => {
                let parts = heard.was.iter().map(|was| words(WAS, &stood(was))).collect();
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
                let (did, what) = match filled.by {
                    Means::Form => ("sent a form", "form"),
                    Means::Options => ("used a command", "command"),
                };
                (
                    format!("{who} {did} {place}"),
                    vec![words(what, &filled.title()), words("values", &self::filled(filled))],
                )
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
        if heard.imported.is_some() {
            parts.push(Part::Line(format!("imported: {}", Imported::UNPROVEN)));
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
        let kinds = counted(ruled.events.iter().map(Event::kind));
        let mut parts = Vec::new();
        for event in &ruled.events {
            parts.extend(self.story(event, envelope.at).map(Part::Line));
            parts.push(Part::Facts { what: event.kind(), text: facts(event) });
        }
        (format!("{kinds} by {by}"), parts)
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
        (head, vec![Part::Words { what: "message", text: self::told(told) }])
    }

    pub(super) fn who(&self, who: &Who, account: Option<&Account>) -> String {
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

/// `incident.opened, duty.opened ×3`
fn counted(kinds: impl Iterator<Item = &'static str>) -> String {
    let mut all: Vec<(&str, u32)> = Vec::new();
    for kind in kinds {
        match all.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => all.push((kind, 1)),
        }
    }
    let shown = |(kind, count): (&str, u32)| if count == 1 { kind.to_owned() } else { format!("{kind} ×{count}") };
    all.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// People's words, what was changed or taken back of them, what was ruled, what is lacking.
fn tone(entry: &Sealed) -> Option<&'static str> {
    match entry.record.as_ref()? {
        Record::Heard(heard) => match heard.what {
            What::Edited { .. } => Some("said edited"),
            What::Deleted { .. } | What::FileDeleted { .. } => Some("said deleted"),
            What::Gap { .. } => Some("gap"),
            What::Said { .. } | What::Command { .. } | What::Pressed { .. } | What::Filled(_) => Some("said"),
            What::Reacted { .. } | What::Joined | What::Left | What::Other { .. } => Some("said"),
        },
        Record::Ruled(_) => Some("ruled"),
        Record::Told(_) | Record::NotTold(_) | Record::ChannelMade(_) => Some("told"),
        Record::Bot(_) | Record::Introduced(_) | Record::Withheld(_) | Record::Erased(_) => None,
    }
}

/// What a message of the bot's says.
pub(super) fn told(told: &Told) -> String {
    told.card.get().map_or_else(|| ERASED.to_owned(), plain)
}

/// What was filled in, a line a field.
pub(super) fn filled(filled: &Filled) -> String {
    let line = |(name, value): (&String, &String)| format!("{name}: {value}\n");
    filled.values.get().map_or_else(|| ERASED.to_owned(), |values| values.iter().map(line).collect())
}

fn plain(card: &Card) -> String {
    card.plain(chrono_tz::UTC, At(0))
}

fn file_line(file: &File) -> String {
    format!("file {} ({} bytes): attachments/{}", file.name, file.bytes, file.sha256)
}

/// What stood in a message, as the transcript table keeps it: words, files, or a card.
pub(super) fn stood(body: &str) -> String {
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

fn about(of: &OfCase<'_>) -> String {
    format!(
        "{} entries of the ledger {}, under its head over {} entries with the root {}.",
        of.entries.len(),
        of.head.origin,
        of.head.size,
        of.head.root.to_base64()
    )
}

const HOW: &str = "Times are UTC. The numbers are those of the ledger's entries.";
const LACKING: &str = "What this bundle does not hold";
const LACKS_NOTHING: &str = "Nothing of this case is known to be lacking up to that head.";

pub(super) fn markdown(title: &str, of: &OfCase<'_>, lacks: &[Lack], items: &[Item]) -> String {
    let mut text = format!("# {}\n\n{}\n\n{HOW}\n\n## {LACKING}\n\n", md(title), md(&about(of)));
    match lacks.is_empty() {
        true => text.push_str(&format!("{LACKS_NOTHING}\n")),
        false => lacks.iter().for_each(|lack| text.push_str(&format!("- {}\n", md(&lack.to_string())))),
    }
    for item in items {
        text.push_str(&format!("\n## {} · {}\n\n{}\n", item.seq, item.when, md(&item.head)));
        for part in &item.parts {
            match part {
                Part::Line(line) => text.push_str(&format!("\n- {}\n", md(line))),
                Part::Words { what, text: words } | Part::Facts { what, text: words } => {
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

const STYLE: &str = include_str!("../../../templates/bundle/transcript.css");

pub(super) fn html(title: &str, of: &OfCase<'_>, lacks: &[Lack], items: &[Item]) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1 dir=\"auto\">{0}</h1>\n<p class=\"about\">{1}</p>\n\
         <p>{HOW}</p>\n<section class=\"lacking\">\n<h2>{LACKING}</h2>\n",
        escaped(title),
        escaped(&about(of))
    );
    match lacks.is_empty() {
        true => page.push_str(&format!("<p>{LACKS_NOTHING}</p>\n")),
        false => {
            let line = |lack: &Lack| format!("<li dir=\"auto\">{}</li>\n", escaped(&lack.to_string()));
            page.push_str(&format!("<ul>\n{}</ul>\n", lacks.iter().map(line).collect::<String>()));
        }
    }
    page.push_str("</section>\n<main>\n");
    for item in items {
        page.push_str(&format!(
            "<article id=\"e{0}\"{3}>\n<header><a href=\"#e{0}\">{0}</a> · <time>{1}</time></header>\n<p class=\"head\" dir=\"auto\">{2}</p>\n",
            item.seq,
            escaped(&item.when),
            escaped(&item.head),
            item.tone.map(|tone| format!(" class=\"{tone}\"")).unwrap_or_default()
        ));
        for part in &item.parts {
            match part {
                Part::Line(line) => page.push_str(&format!("<p dir=\"auto\">{}</p>\n", escaped(line))),
                // What an edit or a deletion took away stands there, and is seen to be gone.
                Part::Words { what: what @ WAS, text } => page.push_str(&format!(
                    "<div class=\"what\">{what}</div>\n<pre dir=\"auto\"><del>{}</del></pre>\n",
                    escaped(text.trim_end_matches('\n'))
                )),
                Part::Words { what, text } => page.push_str(&format!(
                    "<div class=\"what\">{what}</div>\n<pre dir=\"auto\">{}</pre>\n",
                    escaped(text.trim_end_matches('\n'))
                )),
                Part::Facts { what, text } => page.push_str(&format!(
                    "<div class=\"what\">{what}</div>\n<pre class=\"facts\">{}</pre>\n",
                    escaped(text.trim_end_matches('\n'))
                )),
            }
        }
        page.push_str("</article>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn escaped(text: &str) -> String {
    in_html(&clean::unhidden(text))
}
