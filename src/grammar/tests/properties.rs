//! Whatever is typed, nothing panics and nothing takes long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[test]
fn four_times_the_text_takes_four_times_as_long() {
    for piece in [
        "a ",
        "\"",
        "\" \"",
        "“x ",
        "'",
        "path=a ",
        "path=\"a ",
        "action=\"a ",
        "`",
        "` `",
        "```",
        "class=",
        "@maya ",
        "INC-1 ",
        "\n",
        "é",
        "‘a b ",
        "key=value ",
        "\u{202E}",
        "2h ",
        "@Dev Malhotra ",
        "=",
        "x=\"",
        "restricted ",
        "credit-scoring ",
        "sev1 ",
        "path=a x ",
        "occurred=1 x ",
        "class=a technical=1 impact=known x ",
        "``` x ",
    ] {
        for head in [
            "/incident open credit-scoring sev2 ",
            "/incident ",
            "/approval request credit-scoring ",
            "/approval request credit-scoring \"t\" ",
            "/approval request credit-scoring action=\"x\" Ship ",
            "/incident note INC-1 ",
            "/incident followup INC-1 ",
            "/approval delegate ",
            "/sla digest ",
            "/",
            "",
            "/incident help ",
        ] {
            assert_linear(head, piece);
        }
    }
}

/// Four times the text may take ten times as long, and not sixteen. Both are measured together, and the least of as many tries
/// as fit into half a minute counts, so that a busy machine doesn't matter; what takes no time at all isn't judged.
#[track_caller]
fn assert_linear(head: &str, piece: &str) {
    let takes = |bytes: usize| {
        let tail = piece.repeat(bytes / piece.len());
        let (line, said) = (format!("{head}{tail}"), format!("@countersign {tail}"));
        let begun = Instant::now();
        let _ = read(&line, How::Slash, &context());
        let _ = read(&said, How::Said, &context());
        begun.elapsed()
    };
    let (mut short, mut long) = (Duration::MAX, Duration::MAX);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(30) {
        (short, long) = (short.min(takes(25_000)), long.min(takes(100_000)));
        if long <= 10 * short.max(Duration::from_millis(5)) {
            return;
        }
    }
    panic!("{head}{piece}… takes {short:?}, and four times as much of it {long:?}");
}

fn pieces() -> impl Strategy<Value = String> {
    let fixed = vec![
        "/",
        "/incident",
        "/approval",
        "/sla",
        "@countersign",
        "@maya",
        "@",
        "INC-1",
        "APR-2",
        "INC-0",
        "INC-99999999999",
        "credit-scoring",
        "sev1",
        "sev9",
        "\"",
        "“",
        "”",
        "‘",
        "’",
        "'",
        "`",
        "```",
        "```sh\n",
        "> ",
        "\n",
        "\t",
        "  ",
        "=",
        "class=perf.drift",
        "class=",
        "duty=resolve",
        "action=\"x",
        "path=",
        "restricted",
        "restricted=yes",
        "14:05",
        "in 2h",
        "tomorrow",
        "2026-11-23",
        "..",
        "2026-11-01..2026-11-30",
        "as-of",
        "friday",
        "1h30m",
        "until",
        "into",
        "by",
        "to",
        "from=",
        "for=@dev",
        "roles=model-risk,",
        "lead",
        "none",
        "accept",
        "#2",
        "-1",
        "0",
        "18446744073709551616",
        "https://a.example",
        "😀",
        "👩‍👩‍👧",
        "\u{202E}",
        "\u{200B}",
        "\u{FEFF}",
        "\u{E000}",
        "\u{0}",
        "İ",
        "ß",
        "ﬀ",
        "क्‍ष",
        "<!channel>",
        "@everyone",
        "*b*",
        "{{ 7 * 7 }}",
        "Dev Malhotra",
        "@Dev Malhotra",
        "\u{2028}",
    ];
    let verb = (0..verbs::all().count()).prop_map(|at| verbs::all().nth(at).expect("it is there").verb.to_owned());
    prop_oneof![
        4 => proptest::sample::select(fixed).prop_map(str::to_owned),
        2 => verb,
        1 => any::<String>(),
        1 => "[a-z]{1,9}",
        1 => ("[a-zA-Z_-]{1,6}", any::<String>()).prop_map(|(key, value)| format!("{key}={value}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is typed: no panic, and what is read again from its own form's id is the same verb.
    #[test]
    fn no_line_breaks_it(words in proptest::collection::vec(pieces(), 0..12), glue in prop_oneof![Just(" "), Just("")], here in any::<bool>(), start in 0..5usize) {
        let start = ["/incident ", "/approval ", "/sla ", "@countersign ", ""][start];
        let text = format!("{start}{}", words.join(glue));
        let context = if here { within("INC-7") } else { context() };
        for how in [How::Slash, How::Said] {
            match read(&text, how, &context) {
                Ok(Some(Asked::Form { verb, case, given })) => {
                    prop_assert_eq!(how, How::Slash, "a mention opens no form");
                    let form = form(verb, case, &given, &context);
                    prop_assert!(form.id.len() <= 100);
                    let _ = submitted(&form.id, &given, &context);
                }
                Ok(Some(Asked::New(Opening::Incident(opened)))) => {
                    prop_assert!(!opened.title.is_empty());
                    prop_assert!(!opened.title.chars().any(clean::is_hidden), "{:?}", opened.title);
                }
                Ok(_) => {}
                Err(misread) => {
                    let sentence = misread.to_string();
                    prop_assert!(!sentence.is_empty() && sentence.len() < 2_000);
                    // What is quoted of a script that runs from right to left keeps to itself.
                    let bare = sentence.replace("“\u{2068}", "“").replace("\u{2069}”", "”");
                    prop_assert!(!bare.chars().any(clean::is_hidden), "{sentence:?}");
                }
            }
        }
        let _ = pressed(&text, &context);
        let _ = submitted(&text, &BTreeMap::from([("title".to_owned(), text.clone()), ("text".to_owned(), text.clone())]), &context);
    }
}
