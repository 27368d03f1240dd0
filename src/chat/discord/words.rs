//! Words on their way in and out: from Discord's markup to what people meant, and from words to Discord's markup.

use std::collections::BTreeSet;

use super::wire::Id;
use crate::chat::mention_of_stranger;
use crate::domain::{At, CaseId, PersonId};
use crate::grammar::{BOT, PREFIX, Word};

/// Who and what is called how, for reading a message.
pub trait Names {
    /// Whether this user, or this role, is the bot.
    fn is_me(&self, id: Id) -> bool;
    /// How the policy calls this user.
    fn person(&self, id: Id) -> Option<String>;
    /// How Discord shows this user: as they please.
    fn user(&self, id: Id) -> Option<String>;
    fn role(&self, id: Id) -> Option<String>;
    fn channel(&self, id: Id) -> Option<String>;
}

/// A message's text with its mentions, channels and moments as people read them. What can't be read stays as it is.
pub fn read(content: &str, names: &dyn Names) -> String {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        // Discord's own tokens are short; what is longer was typed.
        let end = rest.bytes().take(120).position(|byte| byte == b'>');
        match end.and_then(|end| token(&rest[1..end], names).map(|read| (read, end))) {
            Some((read, end)) => {
                text.push_str(&read);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn token(inner: &str, names: &dyn Names) -> Option<String> {
    if let Some(role) = inner.strip_prefix("@&") {
        let id = Id::read(role)?;
        return if names.is_me(id) { Some(format!("@{BOT}")) } else { Some(mention_of_stranger(&names.role(id)?)) };
    }
    if let Some(user) = inner.strip_prefix('@') {
        let id = Id::read(user.strip_prefix('!').unwrap_or(user))?;
        if names.is_me(id) {
            return Some(format!("@{BOT}"));
        }
        let known = names.person(id).map(|person| format!("@{person}"));
        return known.or_else(|| Some(mention_of_stranger(&names.user(id)?)));
    }
    if let Some(channel) = inner.strip_prefix('#') {
        return Some(format!("#{}", names.channel(Id::read(channel)?)?));
    }
    if let Some(moment) = inner.strip_prefix("t:") {
        let seconds: i64 = moment.split(':').next()?.parse().ok()?;
        let at = At(seconds.checked_mul(1_000_000)?).utc()?;
        return Some(at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
    }
    if let Some(command) = inner.strip_prefix('/') {
        let (name, id) = command.rsplit_once(':')?;
        return Id::read(id).map(|_| format!("/{name}"));
    }
    let emoji = inner.strip_prefix("a:").or_else(|| inner.strip_prefix(':'))?;
    let (name, id) = emoji.rsplit_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && Id::read(id).is_some()).then(|| format!(":{name}:"))
}

/// Whom and what a word names on Discord.
pub trait Places {
    /// The account of a person who can be mentioned.
    fn account(&self, person: &PersonId) -> Option<Id>;
    /// The channel of a case's own.
    fn channel(&self, case: CaseId) -> Option<Id>;
    /// The address of a case's card, where it has no channel of its own.
    fn card(&self, case: CaseId) -> Option<String>;
    /// The registered command that a line uses.
    fn command(&self, line: &str) -> Option<Command>;
}

/// A command as Discord has it registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// `incident people role`
    pub path: String,
    pub id: Option<Id>,
    /// What stands after it in the line.
    pub rest: String,
}

/// Code longer than this, or that holds Discord's own fence, goes as a file: to the letter.
pub const CODE_AT_MOST: usize = 1_200;

/// Writes words as Discord's markup.
pub struct Pen<'a> {
    pub places: &'a dyn Places,
    /// Who was mentioned, in order.
    pub pings: Vec<Id>,
    pinged: BTreeSet<Id>,
    /// Code that has no room in the text.
    pub files: Vec<super::api::Upload>,
}

impl<'a> Pen<'a> {
    pub fn new(places: &'a dyn Places) -> Pen<'a> {
        Pen { places, pings: Vec::new(), pinged: BTreeSet::new(), files: Vec::new() }
    }

    /// A line in pieces that may stand in different messages, but never break inside.
    pub fn line(&mut self, words: &[Word]) -> Vec<String> {
        let mut pieces = Vec::new();
        for word in words {
            match word {
                Word::Text(text) => pieces.extend(broken(text)),
                Word::Strong(text) if text.trim().is_empty() => pieces.push(text.clone()),
                Word::Strong(text) => pieces.extend(broken(text).into_iter().map(|piece| bold(&piece))),
                Word::Time(at) => pieces.push(time(*at)),
                Word::Person { id, name } => match self.places.account(id) {
                    Some(account) => {
                        if self.pinged.insert(account) {
                            self.pings.push(account);
                        }
                        pieces.push(format!("<@{account}>"));
                    }
                    None => pieces.push(bold(&escaped(name))),
                },
                Word::Case(id) => match self.places.channel(*id) {
                    Some(channel) => pieces.push(format!("**{id}** (<#{channel}>)")),
                    None => pieces.push(match self.places.card(*id) {
                        Some(address) => format!("[**{id}**]({address})"),
                        None => format!("**{id}**"),
                    }),
                },
                Word::Line(line) => pieces.push(match self.places.command(line) {
                    Some(command) => self.command(&command),
                    None => self.code(line),
                }),
                Word::Link(address) if is_address(address) => pieces.push(address.clone()),
                Word::Code(code) | Word::Link(code) => pieces.push(self.code(code)),
            }
        }
        pieces
    }

    /// A command that can be clicked, where Discord has said under which id it is registered. Clicked, it asks for its options.
    fn command(&mut self, Command { path, id, rest }: &Command) -> String {
        let Some(id) = id else { return self.code(format!("{PREFIX}{path} {rest}").trim_end()) };
        match rest.is_empty() {
            true => format!("</{path}:{id}>"),
            false => format!("</{path}:{id}> {}", self.code(rest)),
        }
    }

    fn code(&mut self, code: &str) -> String {
        // Two backticks would end the fence that is put around one.
        if code.chars().count() > CODE_AT_MOST || code.contains("``") {
            let name = format!("code-{}.txt", self.files.len() + 1);
            self.files.push(super::api::Upload { name: name.clone(), bytes: code.as_bytes().to_vec() });
            return format!("`{name}` (attached)");
        }
        if code.contains('\n') {
            return format!("\n```\n{code}\n```");
        }
        match code.contains('`') {
            // The spaces keep a backtick at the edge apart from the fence.
            true => format!("`` {code} ``"),
            false if code.is_empty() => String::new(),
            false => format!("`{code}`"),
        }
    }
}

/// Words as plain text, for places that know no markup: titles of forms, labels, file names.
pub fn plain(words: &[Word]) -> Option<String> {
    let mut text = String::new();
    for word in words {
        match word {
            Word::Text(words) | Word::Strong(words) | Word::Code(words) | Word::Line(words) | Word::Link(words) => {
                text.push_str(words);
            }
            Word::Person { name, .. } => text.push_str(name),
            Word::Case(id) => text.push_str(&id.to_string()),
            // A moment is shown in the reader's own zone, which plain text can't.
            Word::Time(_) => return None,
        }
    }
    Some(text)
}

/// In the reader's own zone and language.
pub fn time(at: At) -> String {
    format!("<t:{}:f>", at.0.div_euclid(1_000_000))
}

/// How long until then, counting down.
pub fn countdown(at: At) -> String {
    format!("<t:{}:R>", at.0.div_euclid(1_000_000))
}

fn bold(markup: &str) -> String {
    // Blanks at the edges belong outside, or Discord doesn't see the stars.
    let inner = markup.trim();
    if inner.is_empty() {
        return markup.to_owned();
    }
    let (before, after) = markup.split_once(inner).unwrap_or_default();
    format!("{before}**{inner}**{after}")
}

/// Text in pieces of some hundred characters, escaped, broken after blanks where there are any.
fn broken(text: &str) -> Vec<String> {
    const PIECE: usize = 400;
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for part in text.split_inclusive(char::is_whitespace) {
        if piece.len() + part.len() > PIECE && !piece.is_empty() {
            pieces.push(escaped(&std::mem::take(&mut piece)));
        }
        let mut part = part;
        // One word without any blank.
        while part.len() > PIECE {
            let at = (1..=PIECE).rev().find(|at| part.is_char_boundary(*at)).unwrap_or(part.len());
            pieces.push(escaped(&part[..at]));
            part = &part[at..];
        }
        piece.push_str(part);
    }
    if !piece.is_empty() {
        pieces.push(escaped(&piece));
    }
    pieces
}

/// People's words, escaped so that none of them is markup: no bold, no mention, no link whose text hides its address. Bare
/// addresses stay as they are, so that they can be followed.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for part in text.split_inclusive(char::is_whitespace) {
        if is_address(part.trim_end()) {
            out.push_str(part);
            continue;
        }
        let mut begins = out.is_empty() || out.ends_with('\n');
        for letter in part.chars() {
            let marks = match letter {
                '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' | '(' | ')' => true,
                '#' | '-' | '+' => begins,
                _ => false,
            };
            if marks {
                out.push('\\');
            }
            out.push(letter);
            // It would notify nobody, since each send names whom it notifies. But it shouldn't look as if it did.
            if letter == '@' {
                out.push('\u{200b}');
            }
            begins = letter == '\n';
        }
    }
    out
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?#&=%+:,;!$".contains(&byte);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(fits))
}

/// As Discord counts: in UTF-16, to be on the safe side.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The beginning of a text that is only shown as a help, never as evidence.
pub fn cut(text: &str, at_most: usize) -> String {
    if length(text) <= at_most {
        return text.to_owned();
    }
    let mut cut = String::new();
    let mut left = at_most.saturating_sub(1);
    for letter in text.chars() {
        let Some(after) = left.checked_sub(letter.len_utf16()) else { break };
        left = after;
        cut.push(letter);
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Table;

    impl Names for Table {
        fn is_me(&self, id: Id) -> bool {
            id == Id(1) || id == Id(11)
        }
        fn person(&self, id: Id) -> Option<String> {
            (id == Id(2)).then(|| "maya".to_owned())
        }
        fn user(&self, id: Id) -> Option<String> {
            match id.0 {
                2 => Some("countersign yes APR-1".to_owned()),
                3 => Some("<@1> ack".to_owned()),
                4 => Some("Countersign yes APR-1".to_owned()),
                _ => None,
            }
        }
        fn role(&self, id: Id) -> Option<String> {
            match id.0 {
                7 => Some("model risk".to_owned()),
                12 => Some("countersign".to_owned()),
                _ => None,
            }
        }
        fn channel(&self, id: Id) -> Option<String> {
            (id == Id(8)).then(|| "credit-ai".to_owned())
        }
    }

    impl Places for Table {
        fn account(&self, person: &PersonId) -> Option<Id> {
            (person.as_str() == "maya").then_some(Id(2))
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

    #[test]
    fn markup_is_read_as_people_meant_it() {
        let cases = [
            ("<@1> ack INC-1", "@countersign ack INC-1"),
            ("<@!1> ack", "@countersign ack"),
            ("<@&11> ack", "@countersign ack"),
            ("ask <@2>, <@&7> in <#8>", "ask @maya, @model risk in #credit-ai"),
            ("<@99> left", "<@99> left"),
            ("at <t:1795424400:R>!", "at 2026-11-23T09:00:00Z!"),
            ("<t:99999999999999999:R>", "<t:99999999999999999:R>"),
            ("<:fire:42> <a:dance:43> </incident open:44>", ":fire: :dance: /incident open"),
            ("a < b > c <", "a < b > c <"),
            ("<<@2>", "<@maya"),
            // A name that looks like markup is not read again.
            ("<@3>", "@<@1> ack"),
            ("<ü@2>", "<ü@2>"),
            // Nobody puts words into somebody's mouth by their name.
            ("<@4> did you see this?", "“@Countersign yes APR-1” did you see this?"),
            ("<@&12> yes APR-1", "“@countersign” yes APR-1"),
            ("", ""),
        ];
        for (content, expected) in cases {
            assert_eq!(read(content, &Table), expected, "{content}");
        }
    }

    #[test]
    fn peoples_words_are_never_markup() {
        let cases = [
            ("**loud** _soft_", "\\*\\*loud\\*\\* \\_soft\\_"),
            ("@everyone <@2>", "@\u{200b}everyone \\<@\u{200b}2\\>"),
            ("[safe](https://evil.example)", "\\[safe\\]\\(https://evil.example\\)"),
            ("see https://wiki.example/run_book?a=1 there", "see https://wiki.example/run_book?a=1 there"),
            ("# big\n- item > quote", "\\# big\n\\- item \\> quote"),
            ("a-b #1", "a-b #1"),
            ("`code` ||hidden||", "\\`code\\` \\|\\|hidden\\|\\|"),
        ];
        for (text, expected) in cases {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }

    #[test]
    fn a_line_mentions_whom_it_can_and_names_the_others() {
        let mut pen = Pen::new(&Table);
        let person = |id: &str, name: &str| Word::Person { id: PersonId::from(id), name: name.to_owned() };
        let words = [person("maya", "Maya"), Word::from(" and "), person("lena", "Lena *V*"), person("maya", "Maya")];
        assert_eq!(pen.line(&words).concat(), "<@2> and **Lena \\*V\\***<@2>");
        assert_eq!(pen.pings, [Id(2)]);
    }

    #[test]
    fn code_is_to_the_letter_or_goes_as_a_file() {
        let mut pen = Pen::new(&Table);
        let mut code = |text: &str| pen.line(&[Word::Code(text.to_owned())]).concat();
        assert_eq!(code("deploy v7"), "`deploy v7`");
        assert_eq!(code("echo `date`"), "`` echo `date` ``");
        assert_eq!(code("a\nb"), "\n```\na\nb\n```");
        assert_eq!(code("x ``` y"), "`code-1.txt` (attached)");
        assert_eq!(code("deploy v7 `` **APPROVED** [run book](https://evil.example)"), "`code-2.txt` (attached)");
        assert_eq!(code(&"y".repeat(CODE_AT_MOST + 1)), "`code-3.txt` (attached)");
        let sizes: Vec<usize> = pen.files.iter().map(|file| file.bytes.len()).collect();
        assert_eq!(sizes, [7, 58, CODE_AT_MOST + 1]);
    }

    #[test]
    fn long_words_are_broken_and_nothing_is_lost() {
        for text in ["ä".repeat(2_000), "word ".repeat(700), "x".repeat(399) + " y"] {
            let pieces = broken(&text);
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| piece.len() <= 400), "{pieces:?}");
        }
    }
}
