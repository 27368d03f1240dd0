//! A card as messages: embeds within Discord's limits, buttons in rows, mentions where they ping. Nothing is cut: what has
//! no room in one message goes into the next.

use serde_json::{Value, json};

use super::api::Upload;
use super::wire::Id;
use super::words::{Pen, Places, countdown, cut, escaped, length, plain};
use crate::card::{Card, Field, Style, Tone};
use crate::domain::At;
use crate::grammar::Word;

const TITLE: usize = 256;
const DESCRIPTION: usize = 4_096;
const FIELD_NAME: usize = 256;
const FIELD_VALUE: usize = 1_024;
const FIELDS: usize = 25;
/// Of all that an embed says, with room for its footer.
const EMBED: usize = 6_000 - 100;
const CONTENT: usize = 2_000;
/// Of the line that begins a message, with room for mentions after it.
const LEAD: usize = 900;
const ROW: usize = 5;
const ROWS: usize = 5;
const LABEL: usize = 80;
const FILES: usize = 10;
/// Of people who are mentioned in one message.
const PINGS: usize = 100;
/// Of those, as many as a line of that length can name.
const PINGS_IN_THE_LEAD: usize = 40;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub body: Value,
    pub files: Vec<Upload>,
}

/// For whom a card is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Everybody in a channel: people who are named are told.
    Channel,
    /// One person: who is named is named, and nobody is told.
    One,
}

/// What a page holds so far.
#[derive(Default)]
struct Page {
    title: Option<String>,
    description: String,
    fields: Vec<(String, String)>,
}

impl Page {
    fn length(&self) -> usize {
        let fields: usize = self.fields.iter().map(|(name, value)| length(name) + length(value)).sum();
        length(self.title.as_deref().unwrap_or_default()) + length(&self.description) + fields
    }
    fn is_empty(&self) -> bool {
        self.title.is_none() && self.description.is_empty() && self.fields.is_empty()
    }
}

struct Pages {
    done: Vec<Page>,
    open: Page,
}

impl Pages {
    fn turn(&mut self) {
        let page = std::mem::take(&mut self.open);
        if !page.is_empty() {
            self.done.push(page);
        }
    }

    /// Adds pieces that don't break inside, each short.
    fn write(&mut self, pieces: &[String]) {
        for piece in pieces {
            let more = length(piece);
            let full = length(&self.open.description) + more > DESCRIPTION || self.open.length() + more > EMBED;
            // What follows fields stands below them only in another message.
            if full || !self.open.fields.is_empty() {
                self.turn();
            }
            self.open.description.push_str(piece);
        }
    }

    fn line(&mut self, pieces: &[String]) {
        if !self.open.description.is_empty() && self.open.fields.is_empty() {
            self.write(&["\n".to_owned()]);
        }
        self.write(pieces);
    }

    fn field(&mut self, name: String, value: String) {
        let more = length(&name) + length(&value);
        if self.open.fields.len() == FIELDS || self.open.length() + more > EMBED {
            self.turn();
        }
        self.open.fields.push((name, value));
    }
}

/// The messages that say a card. At least one; the first holds the buttons.
pub fn drafts(card: &Card, places: &dyn Places, whom: For) -> Vec<Draft> {
    let mut pen = Pen::new(places);
    let mut pages = Pages { done: Vec::new(), open: Page::default() };
    let sign = card.tone.sign().map_or_else(String::new, |sign| format!("{sign} "));
    let strong = |word: &Word| match word {
        Word::Text(text) => Word::Strong(text.clone()),
        other => other.clone(),
    };
    let title: Vec<Word> = card.title.iter().map(strong).collect();
    // Titles of embeds show no mention and no moment.
    let simple = !card.title.iter().any(|word| matches!(word, Word::Person { .. }));
    let of_embed = || plain(&card.title).map(|title| format!("{sign}{}", escaped(&title)));
    let mut lead = None;
    match of_embed().filter(|title| simple && length(title) <= TITLE && !title.trim().is_empty()) {
        // A table has its name on top of it. What is said in a line or two is a message's own text: a notification shows that.
        Some(title) if !card.fields.is_empty() => pages.open.title = Some(title),
        _ => {
            let pieces = pen.line(&title);
            let line = format!("{sign}{}", pieces.concat());
            let short = length(&line) <= LEAD && pen.pings.len() <= PINGS_IN_THE_LEAD;
            match card.fields.is_empty() && short && !line.trim().is_empty() {
                true => lead = Some(line),
                false => {
                    pages.line(&[sign]);
                    pages.write(&pieces);
                }
            }
        }
    }
    let named_in_the_lead = if lead.is_some() { pen.pings.len() } else { 0 };
    for line in &card.lines {
        pages.line(&pen.line(line));
    }
    for Field { name, value } in &card.fields {
        let pieces = pen.line(value);
        let (name, value) = (escaped(name), pieces.concat());
        if length(&name) <= FIELD_NAME && length(&value) <= FIELD_VALUE && !name.is_empty() && !value.trim().is_empty()
        {
            pages.field(name, value);
        } else {
            pages.line(&[format!("**{}** ", cut(&name, FIELD_NAME))]);
            pages.write(&pieces);
        }
    }
    if let Some(due) = card.due_us {
        let last = pages.open.description.len();
        let pieces = [format!("⏳ {}", countdown(At(due)))];
        // Below the words, above the fields, where it fits.
        if !pages.open.fields.is_empty() && last + 30 < DESCRIPTION && pages.open.length() + 30 < EMBED {
            let line = if pages.open.description.is_empty() { "" } else { "\n" };
            pages.open.description.push_str(&format!("{line}{}", pieces[0]));
        } else {
            pages.line(&pieces);
        }
    }
    pages.turn();
    for line in &card.more {
        pages.line(&pen.line(line));
    }
    pages.turn();
    let mut pages = pages.done;
    if pages.is_empty() {
        let description = if lead.is_some() { String::new() } else { "…".to_owned() };
        pages.push(Page { description, ..Page::default() });
    }
    let attached =
        card.files.iter().map(|file| Upload { name: file.name.clone(), bytes: file.text.clone().into_bytes() });
    let mut files = pen.files.into_iter().chain(attached).peekable();
    let pings = if whom == For::Channel { pen.pings } else { Vec::new() };
    let of = pages.len();
    let mut drafts: Vec<Draft> = Vec::new();
    for (at, page) in pages.into_iter().enumerate() {
        let is_empty = page.is_empty();
        let mut embed = json!({ "color": color(card.tone) });
        if let Some(title) = page.title {
            embed["title"] = json!(title);
        }
        if !page.description.is_empty() {
            embed["description"] = json!(page.description);
        }
        if !page.fields.is_empty() {
            let inline = |value: &str| length(value) <= 40 && !value.contains('\n');
            let fields = page.fields.iter();
            let fields = fields.map(|(name, value)| json!({ "name": name, "value": value, "inline": inline(value) }));
            embed["fields"] = fields.collect();
        }
        if of > 1 {
            embed["footer"] = json!({ "text": format!("{} of {of}", at + 1) });
        }
        let embeds = if is_empty { Vec::new() } else { vec![embed] };
        let body = json!({
            "content": "",
            "embeds": embeds,
            "components": if at == 0 { rows(card) } else { Vec::new() },
            "allowed_mentions": { "parse": [], "users": [] },
        });
        let files = if at + 1 == of { files.by_ref().take(FILES).collect() } else { Vec::new() };
        drafts.push(Draft { body, files });
    }
    let empty =
        json!({ "content": "", "embeds": [], "components": [], "allowed_mentions": { "parse": [], "users": [] } });
    while files.peek().is_some() {
        drafts.push(Draft { body: empty.clone(), files: files.by_ref().take(FILES).collect() });
    }
    let (in_the_lead, pings) = pings.split_at(named_in_the_lead.min(pings.len()));
    if let Some(lead) = lead {
        drafts[0].body["content"] = json!(lead);
        drafts[0].body["allowed_mentions"]["users"] = json!(in_the_lead);
    }
    for (at, (content, users)) in mentions(pings).into_iter().enumerate() {
        if at == drafts.len() {
            drafts.push(Draft { body: empty.clone(), files: Vec::new() });
        }
        let body = &mut drafts[at].body;
        let before = body["content"].as_str().filter(|lead| !lead.is_empty()).map(|lead| format!("{lead}\n"));
        body["content"] = json!(before.unwrap_or_default() + &content);
        let named = body["allowed_mentions"]["users"].as_array().cloned().unwrap_or_default();
        body["allowed_mentions"]["users"] =
            named.into_iter().chain(users.into_iter().map(|user| json!(user))).collect();
    }
    let picture = card.picture.as_ref().filter(|picture| !picture.png.is_empty());
    if let (Some(picture), Some(first)) = (picture, drafts.first_mut()) {
        if let Some(embed) = first.body["embeds"].get_mut(0) {
            embed["image"] = json!({ "url": format!("attachment://{}", picture.name) });
        }
        first.files.push(Upload { name: picture.name.clone(), bytes: picture.png.clone() });
    }
    for draft in drafts.iter_mut() {
        let named = draft.files.iter().enumerate().map(|(at, file)| json!({ "id": at, "filename": file.name }));
        draft.body["attachments"] = named.collect();
    }
    drafts
}

/// Mentions notify only in a message's own text, not in its embeds. Who no longer fits into one is mentioned in the next.
fn mentions(pings: &[Id]) -> Vec<(String, Vec<Id>)> {
    let mut messages: Vec<(String, Vec<Id>)> = Vec::new();
    for ping in pings {
        let mention = format!("<@{ping}>");
        let is_full = |(content, users): &(String, Vec<Id>)| {
            content.len() + mention.len() + 1 > CONTENT - LEAD || users.len() == PINGS - PINGS_IN_THE_LEAD
        };
        if messages.last().is_none_or(is_full) {
            messages.push(Default::default());
        }
        let Some((content, users)) = messages.last_mut() else { continue };
        if !content.is_empty() {
            content.push(' ');
        }
        content.push_str(&mention);
        users.push(*ping);
    }
    messages
}

fn rows(card: &Card) -> Vec<Value> {
    let mut seen = std::collections::BTreeSet::new();
    let buttons: Vec<Value> = card
        .buttons
        .iter()
        .filter(|button| seen.insert(button.action.as_str()))
        .take(ROW * ROWS)
        .map(|button| self::button(&button.action, &button.label, button.style))
        .collect();
    buttons.chunks(ROW).map(|row| json!({ "type": 1, "components": row })).collect()
}

/// A button of a message.
pub fn button(action: &str, label: &str, style: Style) -> Value {
    let style = match style {
        Style::Primary => 1,
        Style::Plain => 2,
        Style::Danger => 4,
    };
    json!({ "type": 2, "style": style, "label": cut(label, LABEL), "custom_id": action })
}

/// Beside the words, never instead of them.
fn color(tone: Tone) -> u32 {
    match tone {
        Tone::Calm => 0x3b_82_f6,
        Tone::Nudge => 0xf5_9e_0b,
        Tone::Late => 0xdc_26_26,
        Tone::Done => 0x16_a3_4a,
        Tone::Declined => 0x9f_12_39,
        Tone::Lapsed => 0x78_71_6c,
        Tone::Withdrawn => 0x94_a3_b8,
        Tone::Replaced => 0x64_74_8b,
        Tone::Private => 0x6b_72_80,
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::Command;
    use super::*;
    use crate::card::Button;
    use crate::domain::{CaseId, PersonId};

    struct Everybody;

    impl Places for Everybody {
        fn account(&self, person: &PersonId) -> Option<Id> {
            person.as_str().strip_prefix('p').and_then(Id::read)
        }
        fn channel(&self, _: CaseId) -> Option<Id> {
            None
        }
        fn card(&self, _: CaseId) -> Option<String> {
            None
        }
        fn command(&self, _: &str) -> Option<Command> {
            None
        }
    }

    fn text(at: usize) -> Vec<Word> {
        vec![Word::Text(format!("line {at} "))]
    }

    /// Discord's limits, as its documentation has them.
    fn holds_to_the_limits(draft: &Draft) {
        let body = &draft.body;
        assert!(length(body["content"].as_str().expect("content")) <= 2_000);
        let embeds = body["embeds"].as_array().expect("embeds");
        assert!(embeds.len() <= 10);
        let mut all = 0;
        for embed in embeds {
            let of = |value: &Value| length(value.as_str().unwrap_or_default());
            let fields = embed["fields"].as_array().cloned().unwrap_or_default();
            assert!(of(&embed["title"]) <= 256 && of(&embed["description"]) <= 4_096 && fields.len() <= 25);
            all += of(&embed["title"]) + of(&embed["description"]) + of(&embed["footer"]["text"]);
            for field in &fields {
                assert!((1..=256).contains(&of(&field["name"])) && (1..=1_024).contains(&of(&field["value"])));
                all += of(&field["name"]) + of(&field["value"]);
            }
        }
        assert!(all <= 6_000, "{all} characters in all");
        let rows = body["components"].as_array().expect("components");
        assert!(rows.len() <= 5);
        let mut ids = std::collections::BTreeSet::new();
        for row in rows {
            let buttons = row["components"].as_array().expect("buttons");
            assert!((1..=5).contains(&buttons.len()));
            for button in buttons {
                assert!((1..=80).contains(&length(button["label"].as_str().expect("label"))));
                let id = button["custom_id"].as_str().expect("custom_id");
                assert!((1..=100).contains(&length(id)) && ids.insert(id.to_owned()), "{id}");
            }
        }
        assert!(draft.files.len() <= 10);
        assert_eq!(body["allowed_mentions"]["parse"], json!([]));
        let users = body["allowed_mentions"]["users"].as_array().map_or(0, Vec::len);
        assert!(users <= 100);
    }

    fn said(drafts: &[Draft]) -> String {
        drafts.iter().map(|draft| draft.body["embeds"].to_string()).collect()
    }

    #[test]
    fn nothing_is_cut_and_every_message_is_within_the_limits() {
        let long = Card {
            title: vec![Word::Text("t".repeat(400))],
            lines: (0..900).map(text).collect(),
            fields: (0..70)
                .map(|at| Field {
                    name: format!("field {at}"),
                    value: vec![Word::Text(format!("value-{at}-")), Word::Text("v".repeat(at * 30))],
                })
                .collect(),
            buttons: (0..30)
                .map(|at| Button {
                    action: format!("a{}", at / 2),
                    label: "l".repeat(100),
                    style: Style::Plain,
                    confirm: None,
                })
                .collect(),
            due_us: Some(1_795_424_400_000_000),
            ..Card::default()
        };
        let drafts = drafts(&long, &Everybody, For::Channel);
        assert!(drafts.len() > 3);
        drafts.iter().for_each(holds_to_the_limits);
        let said = said(&drafts);
        assert!((0..900).all(|at| said.contains(&format!("line {at} "))));
        assert!((0..70).all(|at| said.contains(&format!("value-{at}-"))));
        assert!(said.contains("<t:1795424400:R>"));
    }

    #[test]
    fn people_are_told_in_a_channel_and_only_named_to_one() {
        let person = |at: usize| Word::Person { id: PersonId::from(format!("p{at}")), name: "x".to_owned() };
        let card = Card { title: (1..=120).map(person).collect(), ..Card::default() };
        let channel = drafts(&card, &Everybody, For::Channel);
        channel.iter().for_each(holds_to_the_limits);
        let mut told = Vec::new();
        for draft in &channel {
            let content = draft.body["content"].as_str().expect("content");
            for user in draft.body["allowed_mentions"]["users"].as_array().into_iter().flatten() {
                let user = user.as_str().expect("an id");
                assert!(content.contains(&format!("<@{user}>")));
                told.push(user.to_owned());
            }
        }
        let all: Vec<String> = (1..=120).map(|at| at.to_string()).collect();
        assert_eq!(told, all, "everybody is told, once");
        let one = drafts(&card, &Everybody, For::One);
        assert_eq!((&one[0].body["content"], &one[0].body["allowed_mentions"]["users"]), (&json!(""), &json!([])));
    }

    #[test]
    fn code_that_has_no_room_goes_as_a_file() {
        let lines = (0..23).map(|at| vec![Word::Code(format!("{at} ```") + &"z".repeat(9_000))]).collect();
        let card = Card { title: vec![Word::from("APR-1")], lines, ..Card::default() };
        let drafts = drafts(&card, &Everybody, For::Channel);
        drafts.iter().for_each(holds_to_the_limits);
        assert_eq!(drafts.iter().map(|draft| draft.files.len()).sum::<usize>(), 23);
    }

    #[test]
    fn files_of_a_card_go_with_it() {
        let files = vec![crate::card::Attached { name: "INC-1-dora.json".to_owned(), text: "{}".to_owned() }];
        let drafts = drafts(&Card { title: vec![Word::from("INC-1")], files, ..Card::default() }, &Everybody, For::One);
        let [Draft { files, body }] = &drafts[..] else { panic!("{drafts:?}") };
        assert_eq!((files[0].name.as_str(), &files[0].bytes[..]), ("INC-1-dora.json", &b"{}"[..]));
        assert_eq!(body["attachments"], json!([{ "id": 0, "filename": "INC-1-dora.json" }]));
    }

    #[test]
    fn an_empty_card_is_still_a_message() {
        let drafts = drafts(&Card::default(), &Everybody, For::One);
        assert_eq!(drafts.len(), 1);
        holds_to_the_limits(&drafts[0]);
    }
}
