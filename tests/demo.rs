//! The demo, as somebody sees it who starts it and does what it prints.

mod kit;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        // A test that failed leaves no process behind.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
fn what_the_demo_prints_at_its_end_works_while_it_runs() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = kit::bot::countersign(&["demo", "--data", "story", "--listen", "127.0.0.1:0", "--pace", "0"]);
    command.current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut demo = Demo(command.spawn().expect("the binary starts"));
    let mut lines = BufReader::new(demo.0.stdout.take().expect("a pipe")).lines();
    let mut printed = Vec::new();
    // It goes on when the story is told, so it is read up to its last line.
    while !printed.last().is_some_and(|line: &String| line.contains(" digest week --data")) {
        printed.push(lines.next().expect("it tells its story to the end").expect("text"));
    }
    let text = printed.join("\n");
    let watch = printed.iter().find_map(|line| line.strip_prefix("Watch the story as Maya: ")).expect("a link");
    assert!(watch.starts_with("http://127.0.0.1:") && watch.ends_with("/?as=maya&channel=credit-ai"), "{watch}");
    assert!(text.contains("/sla digest answers lena, in private:\n  SLA digest"), "{text}");
    assert!(text.contains("decide: 1 opened, 1 late"), "{text}");

    let typed = printed.iter().filter_map(|line| line.strip_prefix("  ")?.split_once("countersign "));
    let typed: Vec<&str> = typed.map(|(_, arguments)| arguments).collect();
    assert_eq!(typed.len(), 4, "{text}");
    for line in typed {
        let arguments: Vec<&str> = line.split(' ').collect();
        let done = Command::new(env!("CARGO_BIN_EXE_countersign")).args(&arguments).current_dir(folder.path()).output();
        let done = done.expect("the binary runs");
        assert!(done.status.success(), "{line}: {}", kit::bot::words(&done));
    }
}
