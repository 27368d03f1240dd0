//! An operator's own words, and an operator's mistakes in them.

use std::path::{Path, PathBuf};

use super::*;

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
    assert_eq!(tell(&speaker, None, &bot::Telling::CaughtUp {}.into()).plain(KOLKATA, NOW), "Wieder da\n/sla health");
    let sentence = bot::Telling::Sentence { text: "x".to_owned() }.into();
    assert_eq!(tell(&speaker, None, &sentence).plain(KOLKATA, NOW), "x", "the others stay");
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
    check("place", "sentence.txt", "x", "is no template that I use");
    check("name", "bot/sentense.txt", "x", "Did you mean bot/sentence.txt?");
    let missing =
        Wording::with_overlay(Path::new("/nonexistent/folder")).expect_err("there is no such folder").to_string();
    assert!(missing.contains("/nonexistent/folder"), "{missing}");
}
