//! Stories: what people see in chat, on a clock that the story moves. Each file of `tests/stories/` is one test; its first
//! line says what it shows. Every step and every expectation is listed in `stories/script.rs`.
//!
//! After its last line, each story also
//! - tells every line again with the same cause: nothing may be added to the ledger, the outbox or the transcript, and the
//!   stored answer comes again;
//! - stops the bot, has the whole ledger verified, and every other table made anew from it and compared.
//!
//! `STORY_TAPE=1 cargo test --test stories -- NAME` prints all that was said to anybody, with the moment.

#[path = "stories/script.rs"]
mod script;
#[path = "stories/stage.rs"]
mod stage;
#[path = "stories/teller.rs"]
mod teller;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

/// Fewer would mean that files were lost, or that this looks in the wrong folder.
const STORIES_AT_LEAST: usize = 45;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let stories = files(&folder);
    let trials = stories.iter().map(|path| {
        let (name, path) = (path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), path.clone());
        Trial::test(name, move || told(&path).map_err(Failed::from))
    });
    let found = stories.len();
    let mut trials: Vec<Trial> = trials.collect();
    trials.push(Trial::test("the_runner::finds_the_stories", move || match found {
        STORIES_AT_LEAST.. => Ok(()),
        few => Err(format!("{few} stories in {}, expected {STORIES_AT_LEAST} at least", folder.display()).into()),
    }));
    trials.extend(
        teller::notices()
            .into_iter()
            .map(|(name, check)| Trial::test(format!("the_runner::{name}"), move || check().map_err(Failed::from))),
    );
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path())
        .filter(|path| path.extension().is_some_and(|it| it == "story"))
        .collect();
    files.sort();
    files
}

fn told(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display().to_string();
    teller::tell(&name, &text)
}
