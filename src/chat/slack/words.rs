//! Slack's markup as plain words, and plain words so that Slack sees no markup in them.

use crate::chat::mention_of_stranger;
use crate::grammar::BOT;

/// Looks a person of the workspace up: their mention, with the `@`.
pub(super) type NameOf<'a> = &'a dyn Fn(&str) -> String;

/// The accounts that a text mentions.
pub(super) fn mentioned(text: &str) -> Vec<String> {
    let tokens = text.split('<').skip(1).filter_map(|rest| rest.split_once('>'));
    let ids = tokens.filter_map(|(token, _)| token.strip_prefix('@'));
    ids.map(|id| id.split('|').next().unwrap_or(id).to_owned()).filter(|id| !id.is_empty()).collect()
}

/// In a channel only a mention speaks to the bot. Its name as somebody typed or pasted it, or as a link's label, is
/// quoted, so that it can't be taken for one.
pub(super) fn with_typed_mentions_quoted(text: &str) -> String {
    let at_bot = |rest: &str| {
        let name = rest.strip_prefix('@').or_else(|| rest.strip_prefix('＠'))?;
        let begins = name.get(..BOT.len()).is_some_and(|name| name.eq_ignore_ascii_case(BOT));
        begins.then_some(rest.len() - name.len() + BOT.len())
    };
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // The mention of an account is a token of Slack's: its id, and perhaps a label that nobody reads.
        if let Some(end) = rest.starts_with("<@").then(|| rest.find('>')).flatten() {
            words.push_str(&rest[..=end]);
            rest = &rest[end + 1..];
        } else if let Some(length) = at_bot(rest) {
            words.push_str(&format!("“{}”", &rest[..length]));
            rest = &rest[length..];
        } else {
            words.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    words
}

/// What somebody wrote, as they see it: mentions by name, links with their address, no escapes.
pub(super) fn plain(text: &str, me: &str, name_of: NameOf<'_>) -> String {
    let mut words = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        words.push_str(&unescaped(before));
        let Some((token, tail)) = after.split_once('>') else {
            // Slack writes a lone `<` as an escape, so one that comes bare was meant.
            words.push('<');
            rest = after;
            continue;
        };
        words.push_str(&meant(token, me, name_of));
        rest = tail;
    }
    words.push_str(&unescaped(rest));
    words
}

fn meant(token: &str, me: &str, name_of: NameOf<'_>) -> String {
    let (what, label) = match token.split_once('|') {
        Some((what, label)) => (what, Some(label).filter(|label| !label.is_empty())),
        None => (token, None),
    };
    if let Some(id) = what.strip_prefix('@') {
        return if id == me { format!("@{BOT}") } else { name_of(id) };
    }
    if let Some(id) = what.strip_prefix('#') {
        return mention_of_stranger(&unescaped(label.unwrap_or(id))).replacen('@', "#", 1);
    }
    if let Some(special) = what.strip_prefix('!') {
        // A group's handle is a name that somebody chose, as a stranger's is.
        return match label.map(unescaped) {
            Some(label) => label.strip_prefix('@').map_or(label.clone(), mention_of_stranger),
            None => mention_of_stranger(special.split('^').nth(1).unwrap_or(special)),
        };
    }
    let address = unescaped(what);
    let shown = label.map(unescaped);
    let bare = address.strip_prefix("mailto:").or_else(|| address.strip_prefix("tel:")).unwrap_or(&address);
    match shown {
        None => bare.to_owned(),
        Some(shown) if shown == bare || shown == address => shown,
        // `example.org` for `http://example.org`: Slack made the link itself.
        Some(shown) if address.split_once("://").is_some_and(|(_, rest)| rest.trim_end_matches('/') == shown) => shown,
        Some(shown) => format!("{shown} ({address})"),
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// For the places where Slack does read markup: notifications, and the text beside the blocks.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// [`escaped`], and at most `at_most` characters of it. No escape is cut in two.
pub(super) fn escaped_within(text: &str, at_most: usize) -> String {
    let whole = escaped(text);
    if whole.chars().count() <= at_most {
        return whole;
    }
    let (mut short, mut length) = (String::new(), 1);
    for piece in text.chars().map(|c| escaped(c.encode_utf8(&mut [0; 4]))) {
        length += piece.chars().count();
        if length > at_most {
            break;
        }
        short.push_str(&piece);
    }
    short.push('…');
    short
}

/// At most `at_most` characters. What is cut ends in `…`.
pub(super) fn cut(text: &str, at_most: usize) -> String {
    if text.chars().count() <= at_most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(at_most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Pieces of at most `at_most` characters, none of it lost: cut at a line's end where there is one, else at a blank,
/// else anywhere.
pub(super) fn pieces(text: &str, at_most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((end, _)) = rest.char_indices().nth(at_most) {
        let head = &rest[..end];
        let at = head.rfind('\n').or_else(|| head.rfind(' ')).map_or(end, |at| at + 1);
        let (piece, tail) = rest.split_at(at);
        pieces.push(piece);
        rest = tail;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        plain(text, "UBOT", &|id| if id == "U1" { "@lena".to_owned() } else { format!("@?{id}") })
    }

    #[test]
    fn markup_becomes_what_people_see() {
        let cases = [
            ("<@UBOT> approve APR-1", "@countersign approve APR-1"),
            ("to <@U1> and <@U2|someone>", "to @lena and @?U2"),
            ("in <#C1|credit-ai> or <#C2>", "in #credit-ai or #C2"),
            ("<https://a.example/x?a=1&amp;b=2|the run book>", "the run book (https://a.example/x?a=1&b=2)"),
            ("<https://a.example>", "https://a.example"),
            ("<http://a.example|a.example>", "a.example"),
            ("<mailto:a@b.example|a@b.example>", "a@b.example"),
            ("<!here> <!subteam^S1|@risk> <!subteam^S1>", "@here @risk @S1"),
            ("<!date^1392734382^{date}|Feb 18>", "Feb 18"),
            ("<!subteam^S1|@countersign> yes <#C1|countersign>", "“@countersign” yes “#countersign”"),
            ("1 &lt; 2 &amp;&amp; &amp;lt;", "1 < 2 && &lt;"),
            ("```\nif a &lt; b {}\n```", "```\nif a < b {}\n```"),
            ("&gt; quoted\nmine", "> quoted\nmine"),
            ("a < b", "a < b"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), expected, "{text:?}");
        }
        assert_eq!(mentioned("<@U1> x <@U2|y> <#C1> <@>"), ["U1", "U2"]);
    }

    #[test]
    fn only_a_mention_speaks_to_the_bot() {
        let cases = [
            ("@countersign approve APR-1", "“@countersign” approve APR-1"),
            ("x\n@Countersign yes", "x\n“@Countersign” yes"),
            ("<https://a.example|@countersign approve APR-1>", "“@countersign” approve APR-1 (https://a.example)"),
            ("<@UBOT|countersign> approve APR-1", "@countersign approve APR-1"),
            ("<@UBOT> @countersign", "@countersign “@countersign”"),
            ("<@UBOT", "<@UBOT"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(&with_typed_mentions_quoted(text)), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn words_go_there_and_back(text in "[ -~é\\n]{0,80}") {
            prop_assert_eq!(read(&escaped(&text)), text);
        }

        #[test]
        fn escapes_are_cut_whole(text in "[&<>a é]{0,60}", at_most in 1usize..80) {
            let short = escaped_within(&text, at_most);
            prop_assert!(short.chars().count() <= at_most);
            prop_assert!(text.starts_with(unescaped(&short).trim_end_matches('…')), "{}", short);
        }

        #[test]
        fn nothing_is_lost_in_pieces(text in "[a-z é\\n]{0,200}", at_most in 1usize..40) {
            let pieces = pieces(&text, at_most);
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= at_most));
            prop_assert_eq!(pieces.concat(), text);
        }

        #[test]
        fn nothing_makes_it_fall_over(text in "[<>@#!|&;^a-zU1 ]{0,60}") {
            let _words = read(&text);
        }
    }
}
