//! A message as a person reads it, and whether people's words got out of hand in it. Knows Discord's markdown as far as cards
//! use it.

use serde_json::Value;

/// Content, then each embed's title, description, fields and footer; one line each as they stand. `moment` turns a Unix time
/// and its style into what the reader's own clock shows; `name` an id into a name.
pub fn render(message: &Value, moment: &dyn Fn(i64, char) -> String, name: &dyn Fn(&str, u64) -> String) -> String {
    let mut lines = Vec::new();
    let mut say = |text: &Value| {
        if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
            lines.push(plain(text, moment, name));
        }
    };
    say(&message["content"]);
    for embed in message["embeds"].as_array().into_iter().flatten() {
        say(&embed["author"]["name"]);
        say(&embed["title"]);
        say(&embed["description"]);
        for field in embed["fields"].as_array().into_iter().flatten() {
            let text = |name: &str| field[name].as_str().unwrap_or_default();
            say(&Value::String(format!("{}: {}", text("name"), text("value"))));
        }
        say(&embed["footer"]["text"]);
    }
    lines.join("\n")
}

/// Undoes markdown: marks for bold, italics, underline, strike and code go, escapes are resolved, moments and mentions are
/// spelt out, a masked link reads as its text and address.
pub fn plain(text: &str, moment: &dyn Fn(i64, char) -> String, name: &dyn Fn(&str, u64) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix('\\') {
            let escaped = after.chars().next();
            match escaped.filter(char::is_ascii_punctuation) {
                Some(mark) => {
                    out.push_str(CODE);
                    out.push(mark);
                    rest = &after[mark.len_utf8()..];
                }
                None => {
                    out.push('\\');
                    rest = after;
                }
            }
        } else if let Some(inner) =
            rest.strip_prefix('<').and_then(|inner| inner.split_once('>')).map(|(inner, _)| inner)
        {
            match spelt(inner, moment, name) {
                Some(spelt) => {
                    out.push_str(&spelt);
                    rest = &rest[inner.len() + 2..];
                }
                None => {
                    out.push('<');
                    rest = &rest[1..];
                }
            }
        } else if let Some((code, length)) = code(rest) {
            // What looks like a heading or a quote there is none.
            out.extend(code.split_inclusive('\n').flat_map(|line| [CODE, line]));
            rest = &rest[length..];
        } else if let Some(mark) =
            ["```", "***", "**", "__", "~~", "||", "*", "`"].iter().find(|mark| rest.starts_with(**mark))
        {
            rest = &rest[mark.len()..];
        } else if rest.starts_with('_') && emphasis(&out, &rest[1..]) {
            rest = &rest[1..];
        } else if let Some((label, address, length)) = masked_link(rest) {
            out.push_str(&format!("{} ({address})", plain(label, moment, name)));
            rest = &rest[length..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    // The zero-width marks with which pings are broken up are not read either.
    let visible = out.replace(['\u{200b}', '\u{200c}'], "");
    let unmarked = |line: &str| {
        let heading = line.trim_start_matches('#');
        let quote = line.strip_prefix("> ");
        match (heading.strip_prefix(' ').filter(|_| heading.len() < line.len()), quote) {
            (Some(heading), _) => heading.to_owned(),
            (None, Some(quote)) => quote.to_owned(),
            (None, None) => line.strip_prefix("-# ").unwrap_or(line).to_owned(),
        }
    };
    visible.lines().map(unmarked).collect::<Vec<_>>().join("\n").replace('\u{2060}', "")
}

/// What stands before a mark that is none until all is read.
const CODE: &str = "\u{2060}";

/// Between marks of code everything stands as it is: the code, and how long it is with its marks.
fn code(text: &str) -> Option<(&str, usize)> {
    let fence = &text[..text.len() - text.trim_start_matches('`').len()];
    let inner = &text[fence.len()..];
    let end = inner.find(fence).filter(|_| !fence.is_empty())?;
    Some((&inner[..end], end + 2 * fence.len()))
}

/// An underscore inside a word is a letter.
fn emphasis(before: &str, after: &str) -> bool {
    let inside = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    !(inside(before.chars().last()) && inside(after.chars().next()))
}

fn spelt(inner: &str, moment: &dyn Fn(i64, char) -> String, name: &dyn Fn(&str, u64) -> String) -> Option<String> {
    if let Some(time) = inner.strip_prefix("t:") {
        let (seconds, style) = time.split_once(':').unwrap_or((time, "f"));
        return Some(moment(seconds.parse().ok()?, style.chars().next()?));
    }
    for (mark, kind) in [("@&", "role"), ("@!", "user"), ("@", "user"), ("#", "channel")] {
        if let Some(id) = inner.strip_prefix(mark) {
            let sign = if kind == "channel" { '#' } else { '@' };
            return Some(format!("{sign}{}", name(kind, id.parse().ok()?)));
        }
    }
    if let Some(command) = inner.strip_prefix('/') {
        return command.rsplit_once(':').map(|(command, _)| format!("/{command}"));
    }
    // An address in angle brackets shows no preview.
    inner.starts_with("http").then(|| inner.to_owned())
}

/// The text, the address, and how long it all is.
fn masked_link(text: &str) -> Option<(&str, &str, usize)> {
    let label = text.strip_prefix('[')?;
    let (label, rest) = label.split_once("](")?;
    if label.contains(['[', '\n']) {
        return None;
    }
    let (address, _) = rest.split_once(')')?;
    let whole = 1 + label.len() + 2 + address.len() + 1;
    let bare = address.trim_start_matches('<').trim_end_matches('>');
    (bare.starts_with("http://") || bare.starts_with("https://")).then_some((label, bare, whole))
}

/// What in a message would act as more than words, although people wrote it: pings, mentions and masked links out of `words`.
/// `None` where all is well.
pub fn injected(message: &Value, allowed: &Value, words: &[String]) -> Option<String> {
    let parse = allowed["parse"].as_array();
    match parse {
        None => return Some("the send doesn't say whom it may ping".to_owned()),
        Some(parse) if !parse.is_empty() => return Some(format!("its text may ping {parse:?}, whoever wrote it")),
        Some(_) => {}
    }
    let mut texts = Vec::new();
    let mut collect = |text: &Value| texts.extend(text.as_str().map(str::to_owned));
    collect(&message["content"]);
    for embed in message["embeds"].as_array().into_iter().flatten() {
        for text in [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]] {
            collect(text);
        }
        for field in embed["fields"].as_array().into_iter().flatten() {
            collect(&field["name"]);
            collect(&field["value"]);
        }
    }
    let named =
        |kind: &str, id: &str| allowed[kind].as_array().is_some_and(|named| named.iter().any(|known| known == id));
    for live in words.iter().flat_map(|words| live(words)) {
        let inner = live.trim_start_matches('<').trim_end_matches('>');
        let meant = match (inner.strip_prefix("@&"), inner.trim_start_matches("@!").strip_prefix('@')) {
            (Some(role), _) => named("roles", role),
            (None, Some(user)) => named("users", user),
            (None, None) => false,
        };
        if !meant && texts.iter().any(|text| stands_unescaped(text, &live)) {
            return Some(format!("“{live}” acts in it, and it comes from what somebody wrote"));
        }
    }
    None
}

/// The parts of a text that Discord would act upon.
fn live(text: &str) -> Vec<String> {
    let mut found: Vec<_> =
        ["@everyone", "@here"].iter().filter(|ping| text.contains(**ping)).map(|p| (*p).to_owned()).collect();
    for (at, _) in text.match_indices('<') {
        let Some((inner, _)) = text[at + 1..].split_once('>') else { continue };
        if ["@", "#", "t:", "/", ":", "a:", "id:"].iter().any(|mark| inner.starts_with(mark))
            && !inner.contains(char::is_whitespace)
        {
            found.push(format!("<{inner}>"));
        }
    }
    for (at, _) in text.match_indices('[') {
        if let Some((_, _, length)) = masked_link(&text[at..]) {
            found.push(text[at..at + length].to_owned());
        }
    }
    found
}

fn stands_unescaped(text: &str, live: &str) -> bool {
    let escaped = |at: usize| text[..at].chars().rev().take_while(|letter| *letter == '\\').count() % 2 == 1;
    let in_code = |at: usize| text[..at].matches('`').count() % 2 == 1;
    text.match_indices(live).any(|(at, _)| !escaped(at) && !in_code(at))
}

/// What can be pressed, as label and identifier.
pub fn buttons(message: &Value) -> Vec<(String, String)> {
    let components = message["components"].as_array().cloned().unwrap_or_default();
    let all = super::interactions::components_of(&components).into_iter().filter(|component| component["type"] == 2);
    all.map(|button| {
        let text = |name: &str| button[name].as_str().unwrap_or_default().to_owned();
        (text("label"), text("custom_id"))
    })
    .collect()
}
