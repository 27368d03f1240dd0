//! A card as Block Kit: its title, what it says, its fields in two columns, and buttons. Words become elements of rich text,
//! which Slack reads no markup in, so nobody's words can mention a channel, forge a link or break out of code; columns are
//! Slack's own markup, so only words that can't be any stand in them. What is too long for one message continues in the next,
//! and code that is too long goes along as a file: nothing is cut.

use serde_json::{Value as Json, json};

use super::words::{cut, escaped, pieces};
use crate::card::{Card, Field, Style, Tone, plain};
use crate::domain::{At, CaseId, PersonId};
use crate::grammar::Word;

/// How many characters all blocks of a message hold together; Slack takes about 13,200.
const MESSAGE_AT_MOST: usize = 9_000;
/// How many blocks a message has. Slack takes 50; the rest is for the buttons.
const BLOCKS_AT_MOST: usize = 40;
/// What one block of rich text holds, so that a break between messages never falls far from the limit.
const BLOCK_AT_MOST: usize = 2_800;
/// Longer code goes along as a file.
const CODE_AT_MOST: usize = 2_800;
const HEADER_AT_MOST: usize = 150;
/// Columns stand side by side; what is longer breaks too often there.
const COLUMN_AT_MOST: usize = 40;
const COLUMNS_AT_MOST: usize = 10;
/// About how long a moment is as Slack shows it.
const DATE_LENGTH: usize = 20;
const BUTTONS_AT_MOST: usize = 25;
const CONFIRM_TITLE: usize = 100;
const CONFIRM_TEXT: usize = 300;
const CONFIRM_BUTTON: usize = 30;
const BUTTON_TEXT: usize = 75;
const BUTTON_VALUE: usize = 2_000;
/// In the reader's own zone and words.
const DATE: &str = "{date_short_pretty} {time}";
/// What notifications show; Slack cuts at 40,000.
const TEXT_AT_MOST: usize = 3_900;

/// Who and what is where in the workspace.
pub(super) trait Directory {
    /// The account of a person, if it can be mentioned.
    fn account(&self, person: &PersonId) -> Option<String>;
    /// The address of a case: its own channel, or its card.
    fn address(&self, case: CaseId) -> Option<String>;
    /// Whether a case stands somewhere else than where this is read.
    fn is_elsewhere(&self, case: CaseId) -> bool;
}

/// A card, ready to go.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// Never empty. The first is the message; the others follow in its thread.
    pub messages: Vec<Message>,
    pub files: Vec<NewFile>,
}

#[derive(Debug, Default)]
pub(super) struct Message {
    pub blocks: Vec<Json>,
    /// For notifications, and readers that can't show blocks. Escaped already.
    pub text: String,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct NewFile {
    pub name: String,
    pub bytes: Vec<u8>,
    /// A picture in words.
    pub words: Option<String>,
}

impl NewFile {
    fn text(name: String, text: &str) -> NewFile {
        NewFile { name, bytes: text.as_bytes().to_vec(), words: None }
    }
}

pub(super) fn draw(card: &Card, directory: &dyn Directory) -> Drawn {
    let mut pen = Pen::new(directory);
    pen.title(card);
    // What can be typed instead of pressing a button is small print.
    let (lines, to_type) = match card.lines.split_last() {
        Some((last, lines)) if card.fields.is_empty() => match small(last) {
            Some(small) => (lines, Some(small)),
            None => (&card.lines[..], None),
        },
        _ => (&card.lines[..], None),
    };
    for line in lines {
        // A heading of what follows it.
        if matches!(line[..], [Word::Strong(_)]) {
            pen.close_block();
        }
        pen.line(line, false);
    }
    pen.close_block();
    pen.blocks.extend(to_type);
    pen.fields(&card.fields);
    // What lies beneath begins a message of its own, which goes into the thread.
    let beneath = pen.blocks.len();
    for line in &card.more {
        if matches!(line[..], [Word::Strong(_)]) {
            pen.close_block();
        }
        pen.line(line, false);
    }
    pen.close_block();
    let mut messages = vec![Message::default()];
    let mut size = 0;
    for (place, (block, characters)) in pen.blocks.into_iter().enumerate() {
        let full = size + characters > MESSAGE_AT_MOST
            || place == beneath
            || messages.last().is_some_and(|message| message.blocks.len() >= BLOCKS_AT_MOST);
        if full && size > 0 {
            messages.push(Message::default());
            size = 0;
        }
        if let Some(message) = messages.last_mut() {
            message.blocks.push(block);
        }
        size += characters;
    }
    let count = messages.len();
    for (at, message) in messages.iter_mut().enumerate() {
        message.text = match at {
            0 => beside(card, directory),
            _ => format!("({} of {count})", at + 1),
        };
    }
    // Buttons stand under the message itself: the rest lies in its thread.
    if let Some(first) = messages.first_mut() {
        first.blocks.extend(actions(card));
    }
    let attached = card.files.iter().map(|file| NewFile::text(file.name.clone(), &file.text));
    let picture = card.picture.iter().filter(|picture| !picture.png.is_empty()).map(|picture| {
        let (name, bytes, words) = (picture.name.clone(), picture.png.clone(), Some(picture.words.clone()));
        NewFile { name, bytes, words }
    });
    Drawn { messages, files: pen.files.into_iter().chain(attached).chain(picture).collect() }
}

/// The card in Slack's markup, for notifications: people's words escaped, moments in the reader's zone.
fn beside(card: &Card, directory: &dyn Directory) -> String {
    let mut text = String::new();
    let fields = card.fields.iter().map(|field| (Some(&field.name), &field.value));
    let lines = std::iter::once(&card.title).chain(&card.lines).map(|line| (None, line));
    for (name, words) in lines.chain(fields) {
        let mut line = name.map(|name| escaped(&format!("{name}: "))).unwrap_or_default();
        for word in words {
            match word {
                Word::Text(text) | Word::Strong(text) | Word::Code(text) | Word::Line(text) | Word::Link(text) => {
                    line.push_str(&escaped(text));
                }
                Word::Case(case) => line.push_str(&case.to_string()),
                Word::Time(at) => line.push_str(&date(*at)),
                Word::Person { id, name } => match directory.account(id) {
                    Some(account) => line.push_str(&format!("<@{account}>")),
                    None => line.push_str(&escaped(name)),
                },
            }
        }
        // Cut between lines, so that no escape is halved; the blocks have all of it.
        if text.chars().count() + line.chars().count() > TEXT_AT_MOST {
            if text.is_empty() {
                text = escaped(&cut(&plain(words, chrono_tz::UTC, At(0)), TEXT_AT_MOST / 5));
            }
            text.push_str("\n…");
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

fn in_utc(at: At) -> String {
    format!("{} UTC", plain(&[Word::Time(at)], chrono_tz::UTC, At(0)))
}

/// One line, for places that hold nothing else: a block of rich text.
pub(super) fn line(words: &[Word], directory: &dyn Directory) -> Vec<Json> {
    let mut pen = Pen::new(directory);
    pen.line(words, false);
    pen.close_block();
    pen.blocks.into_iter().map(|(block, _)| block).collect()
}

/// A table has its name on top of it, in large letters. Nothing in them is a link, a mention or a moment of the reader's own
/// zone, so what has one of these, or is too long, stands in bold words instead.
fn header(card: &Card, directory: &dyn Directory) -> Option<(Json, usize)> {
    let mut text = card.tone.sign().map_or_else(String::new, |sign| format!("{sign} "));
    for word in &card.title {
        match word {
            Word::Text(words) | Word::Strong(words) => text.push_str(words),
            Word::Case(case) if !directory.is_elsewhere(*case) => text.push_str(&case.to_string()),
            Word::Case(_) | Word::Time(_) | Word::Person { .. } | Word::Code(_) | Word::Line(_) | Word::Link(_) => {
                return None;
            }
        }
    }
    let count = text.chars().count();
    let fits = !card.fields.is_empty() && !text.trim().is_empty() && count <= HEADER_AT_MOST;
    fits.then(|| {
        let text = json!({ "type": "plain_text", "text": text, "emoji": false });
        (json!({ "type": "header", "text": text }), count)
    })
}

/// A line that is nothing but a command to type.
fn small(line: &[Word]) -> Option<(Json, usize)> {
    let [Word::Line(command)] = line else { return None };
    let fits = !command.contains(['`', '\n']) && command.chars().count() <= BLOCK_AT_MOST / 2;
    fits.then(|| small_print(&format!("`{}`", escaped(command)), command.chars().count() + 2))
}

/// A field that is compared letter by letter, if at all: a checksum.
fn small_field(field: &Field) -> Option<(Json, usize)> {
    let mut text = format!("{}: ", field.name);
    let mut compared = false;
    for word in &field.value {
        match word {
            Word::Text(words) if is_no_markup(words) => text.push_str(words),
            Word::Code(code) if is_checksum(code) => {
                compared = true;
                text.push_str(&format!("`{code}`"));
            }
            Word::Time(at) => text.push_str(&date(*at)),
            Word::Text(_)
            | Word::Code(_)
            | Word::Strong(_)
            | Word::Case(_)
            | Word::Person { .. }
            | Word::Line(_)
            | Word::Link(_) => return None,
        }
    }
    let length = text.chars().count();
    (compared && is_no_markup(&field.name) && length <= BLOCK_AT_MOST / 2).then(|| small_print(&text, length))
}

/// In hexadecimal, or as base 64.
fn is_checksum(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
}

fn small_print(markup: &str, length: usize) -> (Json, usize) {
    let text = json!({ "type": "mrkdwn", "text": markup, "verbatim": true });
    (json!({ "type": "context", "elements": [text] }), length)
}

/// Whether no letter of it means anything to Slack.
fn is_no_markup(text: &str) -> bool {
    let harmless = |c: char| c.is_alphanumeric() || " ·,.;()/%+-–—“”’'\"!?=".contains(c);
    !text.trim().is_empty() && text.chars().all(harmless)
}

/// A field as a column, with how long it is; `None`: it is too long for one, or its words might be more than words there.
fn column(field: &Field, directory: &dyn Directory) -> Option<(String, usize)> {
    let (mut value, mut length) = (String::new(), 0);
    let bold = |text: &str| (text.trim() == text).then(|| format!("*{text}*"));
    for word in &field.value {
        let (text, more) = match word {
            Word::Text(text) if is_no_markup(text) => (text.clone(), text.chars().count()),
            Word::Strong(text) if is_no_markup(text) => (bold(text)?, text.chars().count()),
            Word::Time(at) => (date(*at), DATE_LENGTH),
            Word::Person { id, name } => match directory.account(id) {
                Some(account) => (format!("<@{account}>"), name.chars().count()),
                None if is_no_markup(name) => (bold(name)?, name.chars().count()),
                None => return None,
            },
            Word::Text(_) | Word::Strong(_) | Word::Case(_) | Word::Code(_) | Word::Line(_) | Word::Link(_) => {
                return None;
            }
        };
        value.push_str(&text);
        length += more;
    }
    let fits = length > 0 && length <= COLUMN_AT_MOST && is_no_markup(&field.name);
    fits.then(|| (format!("*{}*\n{value}", field.name.trim()), length + field.name.chars().count()))
}

/// A moment in Slack's markup: in the reader's own zone.
fn date(at: At) -> String {
    format!("<!date^{}^{DATE}|{}>", at.0.div_euclid(1_000_000), in_utc(at))
}

/// How a card feels, in a sign: never by colour alone.
fn mark(tone: Tone) -> Option<&'static str> {
    match tone {
        Tone::Calm | Tone::Private => None,
        Tone::Nudge => Some("bell"),
        Tone::Late => Some("alarm_clock"),
        Tone::Done => Some("white_check_mark"),
        Tone::Declined => Some("x"),
        Tone::Lapsed => Some("hourglass"),
        Tone::Withdrawn => Some("leftwards_arrow_with_hook"),
        Tone::Replaced => Some("arrow_right_hook"),
    }
}

fn actions(card: &Card) -> Vec<Json> {
    let buttons: Vec<Json> = card
        .buttons
        .iter()
        .filter(|button| button.action.chars().count() <= BUTTON_VALUE)
        .enumerate()
        .map(|(at, button)| {
            let mut drawn = json!({
                "type": "button",
                "action_id": format!("press:{at}"),
                "text": { "type": "plain_text", "text": cut(&button.label, BUTTON_TEXT), "emoji": false },
                "value": button.action,
            });
            match button.style {
                Style::Primary => drawn["style"] = "primary".into(),
                Style::Danger => drawn["style"] = "danger".into(),
                Style::Plain => {}
            }
            if let Some(question) = &button.confirm {
                let text =
                    |text: &str, at_most| json!({ "type": "plain_text", "text": cut(text, at_most), "emoji": false });
                drawn["confirm"] = json!({
                    "title": text(&button.label, CONFIRM_TITLE),
                    "text": text(question, CONFIRM_TEXT),
                    "confirm": text(&button.label, CONFIRM_BUTTON),
                    "deny": text("Not now", CONFIRM_BUTTON),
                });
            }
            drawn
        })
        .collect();
    buttons.chunks(BUTTONS_AT_MOST).map(|row| json!({ "type": "actions", "elements": row })).collect()
}

struct Pen<'a> {
    directory: &'a dyn Directory,
    blocks: Vec<(Json, usize)>,
    files: Vec<NewFile>,
    /// Inline elements of the line that is being written.
    section: Vec<Json>,
    size: usize,
}

impl<'a> Pen<'a> {
    fn new(directory: &'a dyn Directory) -> Pen<'a> {
        Pen { directory, blocks: Vec::new(), files: Vec::new(), section: Vec::new(), size: 0 }
    }

    /// Stands by itself, so that it is seen as one.
    fn title(&mut self, card: &Card) {
        if let Some(header) = header(card, self.directory) {
            return self.blocks.push(header);
        }
        if let Some(emoji) = mark(card.tone) {
            self.section.push(json!({ "type": "emoji", "name": emoji }));
            self.section.push(json!({ "type": "text", "text": " ", "style": { "bold": true } }));
        }
        // With nothing below it, it is no headline but a sentence.
        self.line(&card.title, !card.lines.is_empty() || !card.fields.is_empty());
        self.close_block();
    }

    /// Short ones side by side; the order stays.
    fn fields(&mut self, fields: &[Field]) {
        let mut columns: Vec<(&Field, (String, usize))> = Vec::new();
        for field in fields {
            match column(field, self.directory) {
                Some(column) => columns.push((field, column)),
                None => {
                    self.columns(std::mem::take(&mut columns));
                    match small_field(field) {
                        Some(small) => {
                            self.close_block();
                            self.blocks.push(small);
                        }
                        None => self.row(field),
                    }
                }
            }
        }
        self.columns(columns);
        self.close_block();
    }

    fn columns(&mut self, columns: Vec<(&Field, (String, usize))>) {
        if let [(field, _)] = columns.as_slice() {
            return self.row(field);
        }
        for several in columns.chunks(COLUMNS_AT_MOST) {
            self.close_block();
            let text = |text: &String| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
            let fields: Vec<Json> = several.iter().map(|(_, (words, _))| text(words)).collect();
            let length = several.iter().map(|(_, (_, length))| length).sum();
            self.blocks.push((json!({ "type": "section", "fields": fields }), length));
        }
    }

    fn row(&mut self, field: &Field) {
        self.text(&format!("{}: ", field.name), true);
        self.line(&field.value, false);
    }

    fn line(&mut self, words: &[Word], strong: bool) {
        // A line is broken between two blocks only where none would hold it.
        let length: usize = words.iter().map(length).sum();
        if length <= BLOCK_AT_MOST && self.size + length > BLOCK_AT_MOST {
            self.close_block();
        }
        for word in words {
            match word {
                Word::Text(text) => self.text(text, strong),
                Word::Strong(text) => self.text(text, true),
                Word::Case(case) => match self.directory.address(*case) {
                    Some(address) => self.link(&address, Some(&case.to_string())),
                    None => self.text(&case.to_string(), true),
                },
                Word::Link(address) if is_web(address) => self.link(address, None),
                Word::Code(code) | Word::Line(code) | Word::Link(code) => self.code(code),
                Word::Time(at) => self.time(*at, strong),
                Word::Person { id, name } => match self.directory.account(id) {
                    Some(account) => {
                        self.room_for(DATE_LENGTH);
                        self.section.push(json!({ "type": "user", "user_id": account }));
                    }
                    None => self.text(name, true),
                },
            }
        }
        self.end_line();
    }

    fn text(&mut self, text: &str, strong: bool) {
        for piece in pieces(text, BLOCK_AT_MOST).into_iter().filter(|piece| !piece.is_empty()) {
            self.room_for(piece.chars().count());
            let mut element = json!({ "type": "text", "text": piece });
            if strong {
                element["style"] = json!({ "bold": true });
            }
            self.section.push(element);
        }
    }

    /// Only the bot's own addresses have words of their own.
    fn link(&mut self, address: &str, words: Option<&str>) {
        self.room_for(words.unwrap_or(address).chars().count());
        let mut element = json!({ "type": "link", "url": address });
        if let Some(words) = words {
            element["text"] = words.into();
            element["style"] = json!({ "bold": true });
        }
        self.section.push(element);
    }

    fn time(&mut self, at: At, strong: bool) {
        self.room_for(2 * DATE_LENGTH);
        let mut element = json!({
            "type": "date",
            "timestamp": at.0.div_euclid(1_000_000),
            "format": DATE,
            "fallback": in_utc(at),
        });
        if strong {
            element["style"] = json!({ "bold": true });
        }
        self.section.push(element);
    }

    fn code(&mut self, code: &str) {
        let count = code.chars().count();
        if count == 0 {
            return;
        }
        if count > CODE_AT_MOST {
            let name = format!("text-{}.txt", digest(code));
            self.text(&format!("(the whole of it, {count} characters, is in the file {name} beside it)"), true);
            if !self.files.iter().any(|file| file.name == name) {
                self.files.push(NewFile::text(name, code));
            }
        } else if code.contains('\n') {
            self.end_line();
            self.close_block();
            let block = json!({
                "type": "rich_text",
                "elements": [{ "type": "rich_text_preformatted", "elements": [{ "type": "text", "text": code }] }],
            });
            self.blocks.push((block, count));
        } else {
            self.room_for(count);
            self.section.push(json!({ "type": "text", "text": code, "style": { "code": true } }));
        }
    }

    fn room_for(&mut self, characters: usize) {
        if self.size + characters > BLOCK_AT_MOST {
            self.close_block();
        }
        self.size += characters;
    }

    fn end_line(&mut self) {
        if !self.section.is_empty() {
            self.section.push(json!({ "type": "text", "text": "\n" }));
            self.size += 1;
        }
    }

    fn close_block(&mut self) {
        let mut elements = std::mem::take(&mut self.section);
        if elements.last().is_some_and(|last| last["text"] == "\n") {
            elements.pop();
        }
        let size = std::mem::take(&mut self.size);
        if !elements.is_empty() {
            let section = json!({ "type": "rich_text_section", "elements": elements });
            self.blocks.push((json!({ "type": "rich_text", "elements": [section] }), size));
        }
    }
}

/// About how long a word is as it is read.
fn length(word: &Word) -> usize {
    match word {
        Word::Text(text) | Word::Strong(text) | Word::Code(text) | Word::Line(text) | Word::Link(text) => {
            text.chars().count()
        }
        Word::Person { name, .. } => name.chars().count().max(DATE_LENGTH),
        Word::Time(_) => 2 * DATE_LENGTH,
        Word::Case(_) => DATE_LENGTH,
    }
}

/// An address that a browser opens.
fn is_web(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Eight characters that are the same for the same text.
pub(super) fn digest(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(&sha2::Sha256::digest(text.as_bytes())[..6])
}

#[cfg(test)]
mod tests;
