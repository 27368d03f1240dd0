use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;

use super::super::super::calendar::Running;
use super::super::super::duty::Owed;
use super::super::super::{At, Duty, PersonId, Platform, RoleId, Severity, Span, WorkflowId};
use super::super::{EXAMPLE, Policy, TimeIsUp, redflag};
use super::value;
use super::{PolicyErrors, read, schema};

fn example() -> Policy {
    read(EXAMPLE).unwrap_or_else(|errors| panic!("{}", errors.show("example.toml")))
}

/// `14: unknown role “triag” | “triage”, or add [roles.triag]`, for each mistake.
fn lines(errors: &PolicyErrors) -> Vec<String> {
    let write = |write: &Option<String>| write.as_ref().map_or(String::new(), |write| format!(" | {write}"));
    errors.errors.iter().map(|error| format!("{}: {}{}", error.line, error.what, write(&error.write))).collect()
}

/// Each file of `tests/policies` says at its top, in lines that begin with `#=`, exactly what is wrong with it.
#[test]
fn every_mistake_is_told_with_its_line_and_what_to_write() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/policies");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder that could be opened can be listed").path())
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let text = fs::read_to_string(file).expect("a policy is text");
        let expected: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("#= ")).collect();
        assert!(!expected.is_empty(), "{}: says nothing of what is wrong with it", file.display());
        let told = read(&text).map_or_else(|errors| lines(&errors), |_| vec!["nothing".to_string()]);
        if told != expected {
            wrong.push(format!("{}\n  expected {expected:#?}\n  was told {told:#?}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files.len() >= 60, "only {} bad policies were found in {}", files.len(), folder.display());
}

#[test]
fn an_error_shows_its_line_with_carets_under_the_place() {
    let text = EXAMPLE.replacen("holder = \"triage\"", "  holder = \"triag\"", 1);
    let line = 1 + text.lines().position(|line| line.contains("\"triag\"")).expect("it was put there");
    let errors = read(&text).expect_err("nobody is triag");
    let expected = format!(
        "policy.toml:{line}: unknown role “triag”\n    holder = \"triag\"\n             ^^^^^^^\n    write “triage”, or add [roles.triag]\n\n1 mistake"
    );
    assert_eq!(errors.to_string(), expected);
    assert_eq!(errors.errors[0].column, Some(12));
}

#[test]
fn carets_stand_under_the_place_in_long_and_foreign_lines() {
    let carets = |text: &str| {
        let shown = read(text).expect_err("it is wrong").show("p");
        let lines: Vec<Vec<char>> = shown.lines().map(|line| line.chars().collect()).collect();
        let under = lines.iter().position(|line| line.contains(&'^')).expect("there is a place");
        let marked = lines[under].iter().zip(&lines[under - 1]).filter(|(caret, _)| **caret == '^');
        marked.map(|(_, letter)| *letter).collect::<String>()
    };
    let long = "nobody-".repeat(60);
    let list = format!("{}\"x\", \"dve\", {}", "\"dev\", ".repeat(40), "\"dev\", ".repeat(40));
    let member = |list: &str| EXAMPLE.replacen("members = [\"dev\", \"lena\"]", &format!("members = [{list}]"), 1);
    assert_eq!(carets(&member("\"Jürgen Müller\"")), "\"Jürgen Müller\"");
    assert_eq!(carets(&member("\t\"\u{1F600}\", \"dve\"")), "\"\u{1F600}\"");
    assert!(carets(&member(&format!("\"{long}\""))).starts_with("\"nobody-nobody"));
    assert!(read(&member(&list)).expect_err("they are there many times").errors.iter().all(|it| it.column.is_some()));
}

#[test]
fn a_name_with_letters_of_its_own_is_wanted_in_quotes() {
    for (line, name) in [
        ("josé = { name = \"José\", zone = \"UTC\", party = \"operations\" }", "josé"),
        ("[people.jürgen]", "jürgen"),
        ("[people.jose\u{301}]", "jose\u{301}"),
        ("people.太郎.zone = \"UTC\"", "太郎"),
        ("a = { näme = 1 }", "näme"),
    ] {
        let errors = read(&format!("[people]\n{line}\n")).expect_err("a bare name is ASCII");
        let written: Vec<_> = errors.errors.iter().filter_map(|error| error.write.as_deref()).collect();
        assert!(written.contains(&format!("it in quotes: \"{name}\"").as_str()), "{line}: {errors}");
    }
}

#[test]
fn shown_text_steers_no_terminal() {
    let text = "[policy]\nname = \"\u{1b}[31m\"\nladdder = \"x\" # \u{1b}]0;owned\u{7}\n";
    let shown = read(text).expect_err("it is wrong").show("policy.toml");
    assert!(shown.chars().all(|letter| letter == '\n' || !letter.is_control()), "{shown:?}");
    // Also where a name, a value or the parser's own word has one in it: those of the second block are no less obeyed.
    for text in [
        "na\u{9b}me = 1",
        "[people.a\u{9b}b]\nname = 1",
        "[policy]\n\"\u{9b}31m\" = 1",
        "[policy]\nname = \u{9b}",
        "[[targets]]\nduty = \"a\u{9b}31mb\"",
        "[workflows.x]\nstage = \"a\u{9b}31mb\"",
        "[policy]\nrefuse = [\"\u{85}\"]",
        "[workflows.\"a\u{9b}31mb\"]\nname = \"x\"\nstage = \"pilot\"",
        "[paths.\"a\u{9b}31mb\"]\nname = \"x\"",
    ] {
        let shown = read(text).expect_err("it is wrong").show("policy.toml");
        assert!(shown.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}: {shown:?}");
    }
    // The stand-in for a missing key can't be used to have a mistake passed over.
    for forged in ["holder = \"\\u0000\"", "holder = \"triage\"\npause = { reasons = [\"\\u0000\"], at_most = \"1h\" }"]
    {
        assert!(read(&EXAMPLE.replacen("holder = \"triage\"", forged, 1)).is_err(), "{forged}");
    }
}

#[test]
fn the_example_is_a_policy_without_red_flags() {
    let flags = redflag::flags(&example(), Some(EXAMPLE));
    assert!(flags.is_empty(), "{flags:#?}");
}

#[test]
fn the_example_means_what_it_says() {
    let policy = example();
    let scoring = WorkflowId::from("credit-scoring");
    let pilot = WorkflowId::from("claims-triage");
    let target = |duty, flow: &WorkflowId, severity| policy.target(duty, flow, severity);

    let grave = target(Duty::Acknowledge, &scoring, Some(Severity::Sev1)).expect("sev1 is acknowledged");
    assert_eq!(grave.holder, Some(RoleId::from("triage")));
    assert_eq!(grave.terms.within, Span::minutes(15));
    assert_eq!(grave.terms.expires_after, Some(Span::hours(4)));
    assert!(grave.terms.urgent && grave.terms.calendar.is_none());
    assert_eq!(EXAMPLE.lines().nth(grave.line - 1), Some("[[targets]]"));

    let light = target(Duty::Acknowledge, &scoring, Some(Severity::Sev4)).expect("sev4 is acknowledged");
    assert_eq!(light.terms.within, Span::hours(3));
    // Tuesday 2026-11-24 is a holiday in Mumbai, so Monday 17:30 and three hours of business time is Wednesday 11:30.
    let monday = At(1_795_435_200_000_000);
    let due = policy.running(light.terms.calendar.as_ref()).add(monday, light.terms.within);
    assert_eq!(due, Some(monday + Span::hours(42)));
    assert!(matches!(policy.running(None), Running::Always));

    assert_eq!(target(Duty::Acknowledge, &pilot, Some(Severity::Sev1)).map(|it| it.terms.within), Some(Span::hours(4)));
    assert_eq!(target(Duty::Update, &scoring, Some(Severity::Sev3)), None);
    let by_targets = |duty: &Duty| matches!(duty.row().owed, Owed::ByHolder | Owed::ByThem(_));
    let duties = Duty::ALL.into_iter().filter(by_targets);
    let unowed: Vec<_> = duties.filter(|duty| target(*duty, &scoring, Some(Severity::Sev1)).is_none()).collect();
    assert!(unowed.is_empty(), "production owes every duty, but {unowed:?}");

    let change = &policy.paths[policy.workflows[&scoring].path.as_ref().expect("it has a path")];
    assert_eq!((change.stages.len(), change.stages[0].quorum), (1, 2));
    assert_eq!(change.when_time_is_up, TimeIsUp::Widen(RoleId::from("chief-risk")));
    assert_eq!(policy.paths["go-live"].stages.len(), 2);
    assert_eq!(policy.people["maya"].accounts[&Platform::from("local")], "maya");
    assert_eq!(policy.people.values().filter(|person| person.quiet.is_some()).count(), 2);
    assert!(policy.may.open_incident.is_empty(), "anyone may open an incident");
    assert_eq!(policy.roles["triage"].members, [PersonId::from("dev"), PersonId::from("lena")]);
    assert_eq!(policy.classes.len(), super::CLASSES.len() + 2);
    assert_eq!(
        policy.digests.iter().map(|digest| digest.zone.name()).collect::<Vec<_>>(),
        ["Asia/Kolkata", "Europe/Berlin"]
    );
    assert_eq!(policy.hash, example().hash);
    assert_ne!(policy.hash, read(&format!("{EXAMPLE}\n")).expect("a line break changes no meaning").hash);
}

#[test]
fn windows_files_and_bare_dates_are_policies_too() {
    let windows = read(&EXAMPLE.replace('\n', "\r\n")).expect("line breaks of Windows are line breaks");
    let mut bare = EXAMPLE.to_string();
    for year in ["2026-", "2027-"] {
        bare = bare.replace(&format!("\"{year}"), year);
    }
    let bare: String = bare
        .lines()
        .map(|line| match line.starts_with("    202") {
            true => line.replacen("\",", ",", 1) + "\n",
            false => line.to_string() + "\n",
        })
        .collect();
    let bare = read(&bare).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(windows.calendars, example().calendars);
    assert_eq!(bare.calendars, example().calendars);
}

#[test]
fn every_mistake_is_counted_and_the_first_hundred_are_shown() {
    let channels: String = (0..197).map(|n| format!("\"#wrong name {n}\", ")).collect();
    let text = EXAMPLE.replacen("channel = \"credit-ai\"", &format!("channels = [{channels}]"), 1);
    let shown = read(&text).expect_err("no such channels").show("p");
    assert!(shown.ends_with("197 mistakes, of which the first 100 are shown"), "{}", &shown[shown.len() - 60..]);
}

#[test]
fn spans_are_read_as_people_write_them() {
    let check = |text: &str, expected: Result<Span, &str>| {
        let read = value::span(text).map_err(|wrong| wrong.write.unwrap_or_default());
        assert_eq!(read, expected.map_err(str::to_string), "{text}");
    };
    const ANY: Result<Span, &str> = Err("a span such as “15m”, “2h”, “3d” or “1h30m”");
    check("15m", Ok(Span::minutes(15)));
    check("1h30m", Ok(Span::minutes(90)));
    check("2w1d", Ok(Span::days(15)));
    check("90s", Ok(Span::seconds(90)));
    check("0m", Ok(Span::ZERO));
    check("15 minutes", Err("“15m”"));
    check("2 Hours", Err("“2h”"));
    check("1 h", Err("“1h”"));
    check("1h 30m", Err("“1h30m”"));
    check("1.5h", Err("“1h30m”"));
    check("0,5d", Err("“12h”"));
    check("PT2H", Err("“2h”"));
    check("P1DT2H", Err("“1d2h”"));
    check("30m1h", ANY);
    check("1h1h", ANY);
    check("", ANY);
    check("h", ANY);
    check("-5m", ANY);
    check("99999999999999999999h", ANY);
    check("9999999999h", Err("a shorter span"));
    check("9999999h", Err("a shorter span"));
    check("４h", ANY);
}

#[test]
fn hours_days_and_channels_are_read_or_refused() {
    let hours = |text| value::hours(text).ok().map(|it| (it.from_minute, it.to_minute));
    assert_eq!(hours("09:30-18:30"), Some((570, 1110)));
    assert_eq!(hours("9:30 – 24:00"), Some((570, 1440)));
    for wrong in
        ["", "-", "9-17", "09:60-10:00", "24:01-25:00", "09:00", "09:00-17:00-18:00", "+9:00-10:00", "9:0-10:00"]
    {
        assert_eq!(hours(wrong), None, "{wrong}");
    }
    assert_eq!(value::days("mon-fri"), Ok(vec![0, 1, 2, 3, 4]));
    assert_eq!(value::days("sat-mon"), Ok(vec![5, 6, 0]));
    assert_eq!(value::days("sun"), Ok(vec![6]));
    assert!(value::days("mon-").is_err() && value::days("").is_err());
    let channel = |text| value::channel(text).ok().map(|it| (it.platform.to_string(), it.id));
    assert_eq!(channel("credit-ai"), Some(("local".to_string(), "credit-ai".to_string())));
    assert_eq!(channel("slack:C024BE91L"), Some(("slack".to_string(), "C024BE91L".to_string())));
    assert_eq!(channel("slack-vendor:C024BE91L"), Some(("slack-vendor".to_string(), "C024BE91L".to_string())));
    for wrong in [
        "",
        ":",
        "slack:",
        "slack-:C024BE91L",
        "slack-x:general",
        "slack:general",
        "discord:general",
        "teams:x",
        "#credit-ai",
        "Credit AI",
    ] {
        assert_eq!(channel(wrong), None, "{wrong}");
    }
}

/// An editor that follows the schema accepts what is accepted here, and offers the words that are known here.
#[test]
fn the_schema_knows_the_tables_and_the_words() {
    let schema = schema();
    assert_eq!(schema["title"], "Countersign policy");
    assert_eq!(schema["additionalProperties"], false);
    let tables = [
        "policy",
        "parties",
        "people",
        "roles",
        "rotas",
        "calendars",
        "ladders",
        "severities",
        "classes",
        "workflows",
        "targets",
        "paths",
        "may",
        "exceptions",
        "handoff",
        "records",
        "retention",
        "digests",
        "regulation",
        "webhooks",
        "rollback",
        "witness",
        "heads",
    ];
    for table in tables {
        assert!(schema["properties"][table]["description"].is_string(), "{table} has no description");
    }
    assert_eq!(schema["properties"].as_object().map(|all| all.len()), Some(tables.len()));
    assert_eq!(schema["required"], serde_json::json!(["policy"]));
    let text = schema.to_string();
    let missing: Vec<_> =
        Duty::ALL.into_iter().map(|duty| format!("\"{duty}\"")).filter(|duty| !text.contains(duty)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(text.contains("sev4") && text.contains("still working on it?"));
    let target = &schema["$defs"]["TargetTable"];
    assert_eq!(target["required"], serde_json::json!(["duty", "within"]));
}

#[test]
fn a_hundred_kilobytes_of_garbage_are_refused() {
    let kilobytes = |unit: &str| unit.repeat(100_000 / unit.len() + 1);
    let units = [
        "[",
        "a.",
        "x = {",
        "[[targets]]\n",
        "\"",
        "\u{0}",
        "é",
        "\n",
        "a=1\n",
        "=",
        "[policy]\n",
        "'''",
        "#",
        "[[targets]]\nduty = \"acknowledge\"\nholder = \"x\"\nwithin = \"1m\"\n",
        "[[targets]]\nduty = \"acknowledge\"\nholder = \"triage\"\nwithin = \"1m\"\n",
    ];
    for unit in units {
        let text = kilobytes(unit);
        let errors = read(&text).expect_err("garbage is no policy");
        hold(&text, &errors);
        let behind = format!("{EXAMPLE}\n{text}");
        if let Err(errors) = read(&behind) {
            hold(&behind, &errors);
        }
    }
    let people: String =
        (0..2_000).map(|n| format!("[people.p{n}]\nname = \"P\"\nparty = \"y\"\nzone = \"UTC\"\n")).collect();
    let errors = read(&people).expect_err("there is no such party");
    hold(&people, &errors);
    assert_eq!(errors.errors.len() + errors.unlisted, 2_002, "all of them, and what the file lacks");
    assert!(errors.show("p").ends_with("2002 mistakes, of which the first 100 are shown"));
}

/// What holds of all errors: there are some, each is in the file, and can be shown.
fn hold(text: &str, errors: &PolicyErrors) {
    let lines = text.lines().count().max(1);
    assert!(!errors.errors.is_empty());
    for error in &errors.errors {
        assert!((1..=lines).contains(&error.line), "line {} of {lines}: {error:?}", error.line);
        assert!(!error.what.is_empty());
    }
    assert!(errors.show("p").chars().all(|letter| letter == '\n' || !letter.is_control()));
}

fn check(text: &str) {
    match read(text) {
        Ok(policy) => {
            let with_lines = redflag::flags(&policy, Some(text));
            assert!(with_lines.iter().all(|flag| flag.line.is_some()));
            let without: Vec<_> = redflag::flags(&policy, None).into_iter().map(|flag| flag.id).collect();
            assert!(without.iter().all(|id| with_lines.iter().any(|flag| flag.id == *id)));
        }
        Err(errors) => hold(text, &errors),
    }
}

/// A slip of whoever edits the example: a line or a letter that is gone, doubled, moved or another one.
fn slip(text: &mut Vec<String>, (kind, at, other, letter): (u8, Index, Index, char)) {
    if text.is_empty() {
        return;
    }
    let (line, other_line) = (at.index(text.len()), other.index(text.len()));
    let place = text[line].char_indices().map(|(place, _)| place).nth(other.index(text[line].chars().count().max(1)));
    match (kind, place) {
        (0, _) => drop(text.remove(line)),
        (1, _) => text.insert(line, text[line].clone()),
        (2, _) => text.swap(line, other_line),
        (3, _) => text[line] = text[other_line].clone(),
        (4, Some(place)) => drop(text[line].remove(place)),
        (5, Some(place)) => text[line].insert(place, letter),
        (6, Some(place)) => text[line].truncate(place),
        (7, Some(place)) => {
            text[line].remove(place);
            text[line].insert(place, letter);
        }
        _ => text[line].push(letter),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_example_is_read_or_refused_and_never_a_panic(
        slips in prop::collection::vec((0u8..9, any::<Index>(), any::<Index>(), prop::char::any()), 1..6)
    ) {
        let mut lines: Vec<String> = EXAMPLE.lines().map(str::to_string).collect();
        for it in slips {
            slip(&mut lines, it);
        }
        check(&(lines.join("\n") + "\n"));
    }

    #[test]
    fn made_up_text_is_refused_and_never_a_panic(text in "([a-z]{1,9}|\\[{1,2}(people|roles|targets|policy)(\\.[a-z]{1,3})?\\]{1,2}|[ =.\"'{}\\[\\]#,\n0-9:-]|\\PC){0,80}") {
        check(&text);
    }
}

/// However it is written: with colons, in somebody's colour, as a sign or by its name on Slack.
#[test]
fn a_reaction_is_one_however_it_is_written() {
    let told = |note: &str, follow_up: &str| {
        let as_given = r#"reactions = { note = ["pushpin", "📌"], follow_up = ["fast_forward", "⏩"] }"#;
        let line = format!("reactions = {{ note = [{note}], follow_up = [{follow_up}] }}");
        assert!(EXAMPLE.contains(as_given));
        read(&EXAMPLE.replacen(as_given, &line, 1)).map_or_else(|errors| errors.show("p"), |_| String::new())
    };
    for vote in ["+1", ":+1:", ":+1::skin-tone-3:", "+1::skin-tone-6", "👍🏽", "👍\u{FE0F}", "✅\u{FE0E}"] {
        assert!(told(&format!("\"{vote}\""), "").contains("looks like somebody's consent"), "{vote}");
    }
    for (one, other) in [("pushpin", ":pushpin:"), ("📌", "📌\u{FE0F}"), ("wave", ":wave::skin-tone-2:"), ("👋", "👋🏿")]
    {
        let (one, other) = (format!("\"{one}\""), format!("\"{other}\""));
        for told in [told(&format!("{one}, {other}"), ""), told(&one, &other)] {
            assert!(told.contains("is the same reaction as"), "{one} {other}: {told}");
        }
    }
    assert_eq!(told(r#""pushpin", "📌""#, r#""eyes", "👀""#), "");
}
