//! Stories: what people see in chat, on a clock that the story moves. Each file of `tests/stories/` is one test; its first
//! line says what it shows. Every step and every expectation is listed in `stories/script.rs`.
//!
//! A story is told in the local room and, as `slack::NAME` and `discord::NAME`, before a fake Slack and a fake Discord, where
//! people type, press and fill in what the story says, and what they see is read from the screen. It says in its head where it isn't told on one of them, and why.
//!
//! After its last line, each story also
//! - tells every line again with the same cause: nothing may be added to the ledger, the outbox or the transcript, and the
//!   stored answer comes again;
//! - stops the bot, has the whole ledger verified, and every other table made anew from it and compared.
//!
//! `STORY_TAPE=1 cargo test --test stories -- NAME` prints all that was said to anybody, with the moment;
//! `COUNTERSIGN_PICTURES=FOLDER` draws there what stands on the fake platforms at the end, a page for each.

mod fakes;
#[path = "stories/on_discord.rs"]
mod on_discord;
#[path = "stories/on_platform.rs"]
mod on_platform;
#[path = "stories/on_slack.rs"]
mod on_slack;
#[path = "stories/script.rs"]
mod script;
#[path = "stories/stage.rs"]
mod stage;
#[path = "stories/teller.rs"]
mod teller;
#[path = "stories/typed.rs"]
mod typed;
#[path = "stories/workspace.rs"]
mod workspace;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use teller::Voice;

/// Fewer would mean that files were lost, or that this looks in the wrong folder.
const STORIES_AT_LEAST: usize = 45;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let stories = files(&folder);
    let found = stories.len();
    let mut trials = Vec::new();
    for path in stories {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match teller::voices(&path) {
            Ok(voices) => trials.extend(voices.into_iter().map(|voice| {
                let (name, path) = (format!("{}{name}", voice.prefix()), path.clone());
                Trial::test(name, move || told(&path, &voice).map_err(Failed::from))
            })),
            Err(why) => trials.push(Trial::test(name, move || Err(why.into()))),
        }
    }
    trials.push(Trial::test("the_runner::finds_the_stories", move || match found {
        STORIES_AT_LEAST.. => Ok(()),
        few => Err(format!("{few} stories in {}, expected {STORIES_AT_LEAST} at least", folder.display()).into()),
    }));
    trials.extend(
        teller::notices()
            .into_iter()
            .map(|(name, check)| Trial::test(format!("the_runner::{name}"), move || check().map_err(Failed::from))),
    );
    let mut arguments = Arguments::from_args();
    // As every other test program takes it.
    let threads = || std::env::var("RUST_TEST_THREADS").ok()?.parse().ok();
    arguments.test_threads = arguments.test_threads.or_else(threads);
    libtest_mimic::run(&arguments, trials).exit();
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

fn told(path: &Path, voice: &Voice) -> Result<(), String> {
    let text = teller::text(path)?;
    let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display().to_string();
    teller::tell(&name, &text, voice)
}
