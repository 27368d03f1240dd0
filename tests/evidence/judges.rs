//! Other people's programs for the same standards, as judges of ours.

use std::path::Path;
use std::process::Command;

use countersign::evidence::bundle;

use super::house::past;
use super::{copy, inc_1, key};

/// What Go's own note and tlog say of a bundle. None where they aren't installed (Debian: golang-go, golang-golang-x-mod-dev).
fn go(vkey: &str, bag: &Path, cache: &Path) -> Option<(bool, String)> {
    if !Path::new("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog").exists()
        || Command::new("go").arg("version").output().is_err()
    {
        return None;
    }
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/tlog.go");
    let mut run = Command::new("go");
    run.arg("run").arg(judge).arg(vkey.trim()).arg(bag);
    run.env("GOPATH", "/usr/share/gocode").env("GO111MODULE", "off").env("GOCACHE", cache);
    let done = run.output().expect("Go runs");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    Some((done.status.success(), text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gos_own_note_and_tlog_open_our_heads_and_follow_our_proofs() {
    let (data, out) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    past(data.path()).await;
    let bag = out.path().join("bag");
    bundle::export(data.path(), inc_1(), &bag).await.expect("a bundle");
    let (vkey, cache) = (key(data.path()), out.path().join("cache"));
    let Some((good, said)) = go(&vkey, &bag, &cache) else {
        println!("SKIPPED: golang-go and golang-golang-x-mod-dev are not installed");
        return;
    };
    let leaves = |folder: &str| {
        let all = std::fs::read_dir(bag.join(folder)).expect("a folder");
        all.filter(|it| it.as_ref().is_ok_and(|it| it.path().extension().is_some_and(|end| end == "leaf"))).count()
    };
    let count = leaves("data/entries") + leaves("data/context");
    assert!(good && count > 10 && said.contains(&format!("proven: {count}\n")), "{said}");
    // It is a judge: what was changed it refuses.
    for (file, words) in [("data/entries", "entry "), ("data/proofs", ""), ("data/checkpoint", "the head:")] {
        let spoiled = copy(&bag);
        let mut path = spoiled.path().join(file);
        if path.is_dir() {
            let mut all: Vec<_> =
                std::fs::read_dir(&path).expect("a folder").map(|it| it.expect("a file").path()).collect();
            all.retain(|it| it.extension().is_some_and(|end| end == "leaf" || end == "tlog-proof"));
            all.sort();
            path = all.swap_remove(0);
        }
        let mut bytes = std::fs::read(&path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).expect("written");
        let (good, said) = go(&vkey, spoiled.path(), &cache).expect("Go is there");
        assert!(!good && said.contains(words), "{}: {said}", path.display());
    }
}
