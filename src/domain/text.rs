//! What people type, as rules take it: trimmed, neither empty nor endless; and words for sentences.

use chrono::Datelike as _;
use chrono_tz::Tz;
use unicode_normalization::UnicodeNormalization;

use super::line::Sentence;
use super::{At, Refusal};

/// Longest text that is taken in one go, in characters. Longer words are evidence all the same, but not a command.
pub const TEXT_AT_MOST: usize = 8_000;
/// Longest title, in characters: it has to fit on one line of a card and in a sentence.
pub const TITLE_AT_MOST: usize = 200;
/// Names are looked for up to this length, in characters; longer ones are nobody's.
const NAME_AT_MOST: usize = 80;
/// Among so many names the one that was meant is looked for: a policy may have any number.
const NAMES_AT_MOST: usize = 2_000;
/// How much of a text stands for it where the whole is told elsewhere, in characters.
const SHORT_AT_MOST: usize = 80;

/// A text that people wrote, trimmed, neither empty nor endless.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::TooLong`].
pub fn text(what: &str, words: &str) -> Result<String, Refusal> {
    text_up_to(TEXT_AT_MOST, what, words)
}

/// As [`text`], but what is too long is cut, and nothing is said where there are none.
pub fn cut(words: &str) -> String {
    words.trim().chars().take(TEXT_AT_MOST).collect()
}

/// As [`text`], for documents.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::TooLong`].
pub fn text_up_to(most: usize, what: &str, words: &str) -> Result<String, Refusal> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::missing(format!("{what} is missing: write it after the command.")));
    }
    not_longer("the text", words, most)?;
    Ok(words.to_owned())
}

/// A title: one line that fits on a card. A line break that was pasted along counts as a blank. `missing` says what to do
/// where nothing is left.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::TooLong`].
pub fn title(typed: &str, missing: impl FnOnce() -> Sentence) -> Result<String, Refusal> {
    let parts = typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| !part.is_empty());
    let title = parts.collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(Refusal::missing(missing()));
    }
    not_longer("the title", &title, TITLE_AT_MOST)?;
    Ok(title)
}

/// # Errors
/// [`Refusal::TooLong`].
pub fn not_longer(what: &'static str, words: &str, most: usize) -> Result<(), Refusal> {
    match words.chars().count() {
        have if have > most => Err(Refusal::TooLong { what, have, most }),
        _ => Ok(()),
    }
}

/// The beginning of a text on one line, where the whole is told elsewhere.
pub fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHORT_AT_MOST {
        return line;
    }
    let beginning: String = line.chars().take(SHORT_AT_MOST - 1).collect();
    format!("{}…", beginning.trim_end())
}

/// What somebody typed, between quotation marks and on one line, for a place among the bot's own words. No mark inside can end
/// it, and none begins code, as a backtick does in a sentence.
pub fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("“{}”", isolated(&plain_quotes(&line.replace('`', "'"))))
}

/// The same on lines of its own: each begins with a quotation mark, and the last one ends with one. Empty lines go.
pub fn quoted_lines(text: &str) -> String {
    let lines = text.split('\n').map(str::trim_end).filter(|line| !line.trim().is_empty());
    let lines: Vec<String> = lines.map(|line| format!("“{}", isolated(&plain_quotes(line)))).collect();
    format!("{}”", lines.join("\n"))
}

/// Quotation marks that look like those around them become plain ones, also those that are made of two halves.
fn plain_quotes(text: &str) -> String {
    let plain = |c: char| match c {
        '“' | '”' | '„' | '‟' | '❝' | '❞' | '〝' | '〞' | '〟' | '＂' | '″' | '‶' | '🙶' | '🙷' | '🙸' => {
            '"'
        }
        '‴' | '‷' | '⁗' | 'ʺ' | '˝' | 'ˮ' | '״' | '〃' | '⹂' => '"',
        other => other,
    };
    let plain: String = text.chars().map(plain).collect();
    plain.replace("’’", "\"").replace("‘‘", "\"").replace("‛‛", "\"").replace("′′", "\"")
}

/// Words of a script that runs from right to left keep to themselves: what stands beside them isn't drawn among them. Nor by
/// marks of direction, which go.
fn isolated(text: &str) -> String {
    let directs =
        |c: char| matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let text = text.replace(directs, "");
    let runs_left = |c: char| matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}' | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}');
    match text.chars().any(runs_left) {
        true => format!("\u{2068}{text}\u{2069}"),
        false => text,
    }
}

/// `a, b and c`, for sentences.
pub fn list(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    joined(items, "and")
}

/// `one entry`, `12 entries`.
pub fn counted(count: u64, one: &str, more: &str) -> String {
    match count {
        1 => format!("one {one}"),
        count => format!("{count} {more}"),
    }
}

/// `a, b or c`, for sentences.
pub fn or(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    joined(items, "or")
}

fn joined(items: impl Iterator<Item = impl std::fmt::Display>, last_with: &str) -> String {
    let mut words: Vec<String> = items.map(|it| it.to_string()).collect();
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} {last_with} {last}", words.join(", ")),
    }
}

/// ` Did you mean “credit-scoring”?`, or else the names that there are; begins with a space, empty where there are none.
pub fn did_you_mean<'a>(typed: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(typed, known.clone()) {
        Some(name) => format!(" Did you mean “{name}”?"),
        None if known.clone().next().is_none() => String::new(),
        None => format!(" There are {}.", list(known)),
    }
}

/// The known name that somebody most likely meant: a slip of the fingers away, more of them the longer it is, or one that
/// begins with the other.
pub fn nearest<'n>(typed: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let length = typed.chars().count();
    if length == 0 || length > NAME_AT_MOST {
        return None;
    }
    let typed = typed.to_lowercase();
    let near = known.into_iter().take(NAMES_AT_MOST).filter_map(|name| {
        let lower = name.to_lowercase();
        let long = lower.chars().count();
        let begins = length.min(long) >= 3 && (lower.starts_with(&typed) || typed.starts_with(&lower));
        let slips = match length.max(long) {
            0..=2 => 0,
            3..=5 => 1,
            6..=8 => 2,
            _ => 3,
        };
        if !begins && length.abs_diff(long) > slips {
            return None;
        }
        let distance = strsim::osa_distance(&typed, &lower);
        (begins || distance <= slips).then_some((distance, name))
    });
    near.min().map(|(_, name)| name)
}

/// A moment as a reader in `zone` reads it, the one way in which times are written: `15:04`; `Tue 24 Nov 15:04` where that
/// isn't the day of `now` there; with the year in another year.
pub fn moment(at: At, now: At, zone: Tz) -> String {
    let (Some(at), Some(now)) = (at.utc(), now.utc()) else {
        return "an unknown time".to_owned();
    };
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let shape = match (at.year() == now.year(), at.ordinal() == now.ordinal()) {
        (true, true) => "%H:%M",
        (true, false) => "%a %-d %b %H:%M",
        (false, _) => "%a %-d %b %Y %H:%M",
    };
    at.format(shape).to_string()
}

/// `2026-11-23T09:00:00.000000Z`
pub fn iso(at: At) -> String {
    at.utc().map_or_else(|| format!("{} µs", at.0), |at| at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
}

/// A moment for readers in several zones: `2026-03-02 09:00 UTC`.
pub fn moment_utc(at: At) -> String {
    at.utc().map_or_else(|| at.0.to_string(), |utc| utc.format("%Y-%m-%d %H:%M UTC").to_string())
}

/// What a name looks like: the same for names that nobody can tell apart on a card. Letters of Cyrillic and Greek that look
/// Latin are taken for it (Unicode TR 39 has many more).
pub fn skeleton(name: &str) -> String {
    const LOOK_ALIKE: [(&str, &str); 2] =
        [("аеорсухіјѕһԁвкмнтгαικνορτυχ", "aeopcyxijshdbkmhtraiknoptux"), ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx")];
    let latin = |letter: char| {
        LOOK_ALIKE.iter().find_map(|(others, latin)| {
            let at = others.chars().position(|other| other == letter)?;
            latin.chars().nth(at)
        })
    };
    let composed = name.nfkc().filter(|letter| !letter.is_control());
    // Greek capitals look otherwise than their small letters do.
    let seen = composed.flat_map(|it| latin(it).unwrap_or(it).to_lowercase());
    let letters: String = seen.map(|it| latin(it).unwrap_or(it)).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text as it stands in a page of HTML, also between quotation marks of an attribute.
pub fn in_html(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_the_same_are_the_same() {
        let check =
            |one: &str, other: &str, same: bool| assert_eq!(skeleton(one) == skeleton(other), same, "{one} {other}");
        check("Priya Iyer", "priya  iyer", true);
        check("Anika Rao", "Anik\u{430} R\u{430}o", true);
        check("Priya Iyer", "\u{420}riya Iyer", true);
        check("Henrik", "\u{397}enrik", true);
        check("José", "Jose\u{301}", true);
        check("Priya Iyer", "Priya Iver", false);
        check("Анна", "Инна", false);
    }

    #[test]
    fn titles_are_one_line() {
        let title = |typed: &str| title(typed, || "say something".into());
        assert_eq!(title("  Scores\n drift\u{7}away ").as_deref(), Ok("Scores drift away"));
        assert_eq!(title(" \n\u{0}"), Err(Refusal::missing("say something".to_owned())));
        assert_eq!(title(&"x".repeat(TITLE_AT_MOST)).map(|it| it.len()), Ok(TITLE_AT_MOST));
        let long = Refusal::TooLong { what: "the title", have: TITLE_AT_MOST + 1, most: TITLE_AT_MOST };
        assert_eq!(title(&"ä".repeat(TITLE_AT_MOST + 1)), Err(long));
    }

    #[test]
    fn a_long_text_is_told_by_its_beginning() {
        assert_eq!(short("one\n  two"), "one two");
        assert_eq!(short(&"é".repeat(80)), "é".repeat(80));
        assert_eq!(short(&format!("{} and more", "é".repeat(78))), format!("{}…", "é".repeat(78)));
    }

    #[test]
    fn a_quotation_ends_where_its_own_mark_stands() {
        assert_eq!(quoted("fine"), "“fine”");
        assert_eq!(quoted(" one\n two\u{2028}three "), "“one two three”");
        assert_eq!(quoted("a” b `c` ″d‴ ’’e‘‘ „f"), "“a\" b 'c' \"d\" \"e\" \"f”");
        assert_eq!(quoted("x\u{2069}\u{202E}y"), "“xy”", "what would turn the rest of the line around");
        assert_eq!(quoted("שלום\u{2069}"), "“\u{2068}שלום\u{2069}”");
        assert_eq!(quoted_lines("“a\n\n` b”"), "“\"a\n“` b\"”", "on lines of its own a backtick is a letter");
    }

    #[test]
    fn the_nearest_name_is_a_slip_away_or_begins_alike() {
        let known = ["credit-scoring", "chat", "triage", "ops"];
        let nearest = |typed: &str| nearest(typed, known);
        assert_eq!(nearest("Credit-Scorign"), Some("credit-scoring"));
        assert_eq!(nearest("credit"), Some("credit-scoring"));
        assert_eq!(nearest("tirage"), Some("triage"));
        assert_eq!(nearest("chta"), Some("chat"));
        assert_eq!(nearest("cat"), Some("chat"));
        assert_eq!(nearest("op"), Some("ops"));
        assert_eq!(nearest("o"), None, "too short to begin a name, and two letters away");
        assert_eq!(nearest("payments"), None);
        assert_eq!(nearest(""), None);
        assert_eq!(nearest(&"credit-scoring".repeat(6)), None, "no name is as long");
        assert_eq!(did_you_mean("chta", known.into_iter()), " Did you mean “chat”?");
        let all = " There are credit-scoring, chat, triage and ops.";
        assert_eq!(did_you_mean("payments", known.into_iter()), all);
        assert_eq!(did_you_mean("payments", [].into_iter()), "");
    }

    #[test]
    fn names_in_a_sentence() {
        assert_eq!(list(["a"].iter()), "a");
        assert_eq!(list(["a", "b", "c"].iter()), "a, b and c");
        assert_eq!(or(["a", "b"].iter()), "a or b");
        assert_eq!(list([""; 0].iter()), "");
    }
}
