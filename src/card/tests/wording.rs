//! An operator's own words, and an operator's mistakes in them.

use std::path::{Path, PathBuf};

use super::*;
use crate::domain::line::{Line, say};

struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Folder {
        let folder = std::env::temp_dir().join(format!("countersign-wording-{}-{name}", std::process::id()));
        for (path, text) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a temporary folder can be made");
            std::fs::write(path, text).expect("a temporary file can be written");
        }
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_operator_can_lay_other_words_over_them() {
    let folder = Folder::with(
        "good",
        &[("bot/caught-up.txt", "Wieder da\n{{ prefix }}sla health"), ("bot/README.md", "ignored")],
    );
    let wording = Wording::with_overlay(&folder.0).expect("it is right");
    let speaker = Speaker::new(&wording, policy());
    assert_eq!(
        tell(&speaker, None, &bot::Telling::CaughtUp {}.into(), None).plain(KOLKATA, NOW),
        "Wieder da\n/sla health"
    );
    let sentence = bot::Telling::Sentence { text: "x".into() }.into();
    assert_eq!(tell(&speaker, None, &sentence, None).plain(KOLKATA, NOW), "x", "the others stay");
}

/// What an operator begins with is a copy of the program's own.
#[test]
fn the_programs_own_words_can_be_laid_over_themselves() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let text = |name| std::fs::read_to_string(own.join(name)).expect("a template");
    let files: Vec<(&str, String)> = Wording::names().map(|name| (name, text(name))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let folder = Folder::with("own", &files);
    let wording = Wording::with_overlay(&folder.0);
    assert!(wording.is_ok(), "{}", wording.map_or_else(|error| error.to_string(), |_| String::new()));
}

#[test]
fn a_template_names_lines_that_can_be_typed() {
    let folder = Folder::with(
        "lines",
        &[("incident/paged.txt", "{{ line(\"role\", case, \"lead\") }}\n{{ line(\"sla health\") }}")],
    );
    let wording = Wording::with_overlay(&folder.0).expect("it is right").with_prefix("/cs-");
    let paged = crate::domain::kinds::incident::Telling::Paged {
        role: "model-risk".into(),
        by: "maya".into(),
        reason: "we need you".to_owned(),
        people: vec!["dev".into()],
        due: DUE,
    };
    let about = CaseTitle { case: case("INC-1"), title: "Drift".to_owned() };
    let told = |speaker: Speaker<'_>| shown(&tell(&speaker, Some(&about), &paged.clone().into(), None));
    let speaker = Speaker::new(&wording, policy());
    assert_eq!(told(speaker), "/cs-incident role INC-1 lead\n/cs-sla health");
    assert_eq!(told(speaker.to(How::Said)), "@countersign incident role INC-1 lead\n@countersign sla health");
    let what = say!["see ", Line::answering(about.case, Duty::Acknowledge), "."];
    let done: Telling = Any::Done { what }.into();
    let card = tell(&speaker.to(How::Said), Some(&about), &done, None);
    assert!(card.title.contains(&Word::Line("@countersign incident ack INC-1".to_owned())), "{:?}", card.title);
}

#[test]
fn an_operators_mistake_is_named_with_file_and_line() {
    let check = |name: &str, path: &str, text: &str, expected: &str| {
        let folder = Folder::with(name, &[(path, text)]);
        let error = Wording::with_overlay(&folder.0).expect_err("it is wrong").to_string();
        assert!(error.contains(path) && error.contains(expected), "{error}");
    };
    check("syntax", "bot/sentence.txt", "ok\n{{ text", ".txt:2: ");
    check("filter", "bot/sentence.txt", "ok\nok\n{{ text|nothing }}", ".txt:3: ");
    check("field", "bot/sentence.txt", "{{ txet }}", ".txt:1: ");
    check("kind", "case/said.txt", "{{ case|case }}\n{{ case|time }}", ".txt:2: ");
    // In branches that no sample comes to, and in what isn't told but asked for.
    check("branch", "incident/paged.txt", "x\n{% if false %}{{ case|nothing }}{% endif %}", ".txt:2: ");
    check("test", "incident/paged.txt", "{% if false and case is not odder %}{% endif %}", ".txt:1: ");
    check("function", "incident/paged.txt", "{% if false %}{{ now() }}{% endif %}", ".txt:1: ");
    check("health", "answer/health.txt", "{% for link in links %}{{ link.trouble|code|span }}{% endfor %}", ".txt:1: ");
    check("card", "incident/card.txt", "{{ severity }}\n{{ severty }}", ".txt:2: ");
    check("story", "case/story.txt", "{% if kind == \"duty.settled\" %}{{ by|span }}{% endif %}", ".txt:1: ");
    // A verb that isn't there, in a branch that no sample comes to, and of another kind of case.
    check("verb", "incident/paged.txt", "x\n{% if false %}{{ line(\"hree\", case) }}{% endif %}", ".txt:2: ");
    check("near", "incident/paged.txt", "{{ line(\"hree\", case) }}", "Did you mean “here”?");
    check("other", "incident/paged.txt", "{{ line(\"approve\", case) }}", "“approve” is no verb of incident");
    check("answer", "answer/mine.txt", "{{ line(\"sla minne\") }}", "Did you mean “mine”?");
    check("place", "sentence.txt", "x", "is no template that I use");
    check("name", "bot/sentense.txt", "x", "Did you mean bot/sentence.txt?");
    let missing =
        Wording::with_overlay(Path::new("/nonexistent/folder")).expect_err("there is no such folder").to_string();
    assert!(missing.contains("/nonexistent/folder"), "{missing}");
}

#[test]
fn what_has_no_words_is_told_all_the_same() {
    let facts = json!({ "case": "INC-1", "title": "Drift\nAPR-2 approved", "by": 7 });
    let card = speaker().render("incident/paged.txt", facts);
    let plain = shown(&card);
    assert_eq!(
        plain,
        "INC-1 · “Drift APR-2 approved” · paged: I have no words for it, and the log says why. /incident status INC-1 shows how it stands"
    );
    let plain = shown(&speaker().render("answer/sla-status.txt", json!({})));
    assert_eq!(plain, "sla status: I have no words for it, and the log says why");
}
