//! Every file of a bundle is changed in every way that somebody could think of, as it lies there and with all hashes and the signature
//! made anew by whoever changed it: `verify` must say so, and name the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::domain::Span;
use countersign::domain::records::Scope;
use countersign::evidence::bundle::{self, Wanted};

use super::house::{House, START, copy, keep};
use super::{key, read_all, remake_manifests, sign_manifests};

const MANIFESTS: [&str; 3] = ["manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig"];
/// How many files are changed at once: each must be named by itself.
const AT_ONCE: usize = 12;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Unsound,
    Incomplete,
}

struct Mutation {
    what: String,
    /// What becomes of which files; `None`: it is gone.
    files: Vec<(String, Option<Vec<u8>>)>,
    class: Class,
    named: String,
}

/// A short incident with words, an edit and a file, and somebody who is late.
async fn short(data: &Path) {
    let mut house = House::open(data, START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    let thread = house.thread("INC-1").await;
    house.say_in("dev", Some(&thread), "Looking at it.", Vec::new()).await;
    let first = house.last_message();
    house.edit("dev", &thread, &first, "Looking at the batch.").await;
    let file = keep(data, b"pune;0.31\nothers;0.12\n", "rates.csv");
    house.say_in("dev", Some(&thread), "The rates.", vec![file]).await;
    house.say("dev", "/incident ack INC-1").await;
    house.stop().await;
}

/// What a file can become.
fn spoiled(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let flip = |at: usize| {
        let mut all = bytes.to_vec();
        if let Some(byte) = all.get_mut(at) {
            *byte ^= 1;
        }
        all
    };
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let middle = lines.len() / 2;
    let mut all = vec![
        ("its first byte flipped", flip(0)),
        ("its middle byte flipped", flip(bytes.len() / 2)),
        ("its last byte flipped", flip(bytes.len().saturating_sub(1))),
        ("its last byte gone", bytes[..bytes.len().saturating_sub(1)].to_vec()),
        ("half of it gone", bytes[..bytes.len() / 2].to_vec()),
        ("nothing in it", Vec::new()),
        ("an empty line below it", [bytes, b"\n"].concat()),
        ("all of it twice", [bytes, bytes].concat()),
    ];
    if lines.len() > 1 {
        let without = |at: usize| {
            let kept = lines.iter().enumerate().filter(|(line, _)| *line != at);
            kept.flat_map(|(_, line)| line.iter().copied()).collect()
        };
        let mut twice = lines.clone();
        twice.insert(middle, lines[middle]);
        let mut reordered = lines.clone();
        reordered.swap(middle - 1, middle);
        all.push(("a line dropped", without(middle)));
        all.push(("its first line dropped", without(0)));
        all.push(("a line doubled", twice.concat()));
        all.push(("two lines reordered", reordered.concat()));
    }
    let mut seen = BTreeSet::from([bytes.to_vec()]);
    all.retain(|(_, to)| seen.insert(to.clone()));
    all
}

fn mutations(files: &BTreeMap<String, Vec<u8>>) -> Vec<Mutation> {
    let mut all = Vec::new();
    let names: Vec<&String> = files.keys().collect();
    for (at, (path, bytes)) in files.iter().enumerate() {
        let mut add = |what: &str, files: Vec<(String, Option<Vec<u8>>)>, class: Class, named: &str| {
            all.push(Mutation { what: format!("{path}: {what}"), files, class, named: named.to_owned() });
        };
        for (what, to) in spoiled(bytes) {
            add(what, vec![(path.clone(), Some(to))], Class::Unsound, path);
        }
        add("removed", vec![(path.clone(), None)], Class::Incomplete, path);
        // The tags are at the top, and a payload file is wherever it is.
        let other = format!("{path}.old");
        add("copied", vec![(other.clone(), Some(bytes.clone()))], Class::Incomplete, &other);
        add("renamed", vec![(path.clone(), None), (other.clone(), Some(bytes.clone()))], Class::Incomplete, path);
        let next = names[(at + 1) % names.len()];
        let is_manifest = |path: &str| MANIFESTS.contains(&path);
        if files[next] != *bytes && !is_manifest(path) && !is_manifest(next) {
            let swapped = vec![(path.clone(), Some(files[next].clone())), (next.clone(), Some(bytes.clone()))];
            add("swapped with the next file", swapped, Class::Unsound, path);
        }
    }
    all
}

fn put(dir: &Path, files: &[(String, Option<Vec<u8>>)]) {
    for (path, bytes) in files {
        match bytes {
            Some(bytes) => std::fs::write(dir.join(path), bytes).expect("written"),
            None => std::fs::remove_file(dir.join(path)).expect("removed"),
        }
    }
}

struct Spoiled<'a> {
    dir: tempfile::TempDir,
    files: &'a BTreeMap<String, Vec<u8>>,
    key: &'a str,
    signers: &'a str,
}

impl Spoiled<'_> {
    /// What isn't told of these, with what was said instead.
    fn unfound(&self, mutations: &[&Mutation], remade: bool) -> Vec<String> {
        let dir = self.dir.path();
        mutations.iter().for_each(|mutation| put(dir, &mutation.files));
        let is_of_info = mutations.iter().flat_map(|it| &it.files).any(|(path, _)| path == "bag-info.txt");
        match remade {
            true if is_of_info => sign_manifests(dir),
            true => remake_manifests(dir),
            false => {}
        }
        // Whoever makes the hashes anew can't sign as the one who exported it.
        let signers = (!remade).then_some(self.signers);
        let found = bundle::verify_signed(dir, Some(self.key), signers);
        let undo = |path: &String| match self.files.get(path) {
            Some(bytes) => std::fs::write(dir.join(path), bytes).expect("written"),
            None => std::fs::remove_file(dir.join(path)).expect("removed"),
        };
        mutations.iter().flat_map(|mutation| &mutation.files).for_each(|(path, _)| undo(path));
        if remade {
            MANIFESTS.iter().for_each(|path| undo(&(*path).to_owned()));
            undo(&"bag-info.txt".to_owned());
        }
        let verdict = match found {
            Ok(verdict) => verdict,
            // What isn't even a bag isn't checked.
            Err(error) if mutations.len() == 1 && error.to_string().contains("bagit.txt") => return Vec::new(),
            Err(error) => return mutations.iter().map(|it| format!("{}: no verdict: {error}", it.what)).collect(),
        };
        let text = verdict.to_string();
        let is_told = |mutation: &&&Mutation| {
            let is_right = match mutation.class {
                Class::Unsound => verdict.integrity.total() > 0,
                Class::Incomplete => verdict.completeness.total() > 0,
            };
            // In a remade bag what follows from a changed file may be named only, where the file itself is what others are held against.
            is_right || (remade && !verdict.is_good())
        };
        let is_named = |mutation: &&&Mutation| text.contains(&mutation.named) || entry_of(&mutation.named, &text);
        let unfound = mutations.iter().filter(|mutation| !is_told(mutation) || !is_named(mutation));
        unfound
            .map(|mutation| format!("{} ({remade}): “{}” is not in\n{text}", mutation.what, mutation.named))
            .collect()
    }
}

/// `data/entries/7.words` may be told as the words of entry 7.
fn entry_of(path: &str, text: &str) -> bool {
    let Some(name) = path.rsplit('/').next() else { return false };
    let Some((seq, part)) = name.split_once('.') else { return false };
    ["leaf", "facts", "words", "tlog-proof"].contains(&part)
        && [format!("Entry {seq} "), format!("Entry {seq}:"), format!("entry {seq},"), format!("entry {seq} ")]
            .iter()
            .any(|it| text.contains(it))
}

/// `one_of`: of so many mutations, one is tried, in turn.
fn must_find_all(good: &Path, key: &str, signers: &str, one_of: usize) -> usize {
    let files = read_all(good);
    let all: Vec<Mutation> = mutations(&files).into_iter().step_by(one_of).collect();
    // As it lies there: several at once, of different files.
    let mut jobs: Vec<(Vec<&Mutation>, bool)> = Vec::new();
    for mutation in &all {
        let touches =
            |other: &Mutation| other.files.iter().any(|(path, _)| mutation.files.iter().any(|(it, _)| it == path));
        let is_alone =
            |it: &Mutation| it.files.iter().any(|(path, _)| path == "bagit.txt" || MANIFESTS.contains(&path.as_str()));
        let fits = |(batch, _): &&mut (Vec<&Mutation>, bool)| {
            batch.len() < AT_ONCE && !batch.iter().any(|other| touches(other) || is_alone(other))
        };
        match jobs.iter_mut().find(fits).filter(|_| !is_alone(mutation)) {
            Some((batch, _)) => batch.push(mutation),
            None => jobs.push((vec![mutation], false)),
        }
    }
    // Made anew around it: alone, since what follows from it differs too.
    let made_anew =
        |it: &&Mutation| it.files.iter().all(|(path, _)| !MANIFESTS.iter().any(|name| path.starts_with(name)));
    // In turn, so that each way meets many files: such a bag is checked whole for each.
    let mut nth = 0;
    let some = all.iter().filter(made_anew).filter(|_| {
        nth += 1;
        nth % 9 == 0
    });
    jobs.extend(some.map(|mutation| (vec![mutation], true)));
    let next = AtomicUsize::new(0);
    let work = || {
        let spoiled = Spoiled { dir: copy(good), files: &files, key, signers };
        let mut unfound = Vec::new();
        while let Some((batch, remade)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let told = spoiled.unfound(batch, *remade);
            if told.is_empty() {
                continue;
            }
            unfound.extend(batch.iter().flat_map(|mutation| spoiled.unfound(&[mutation], *remade)));
        }
        assert!(bundle::verify_signed(spoiled.dir.path(), Some(key), Some(signers)).expect("a verdict").is_good());
        unfound
    };
    let (one, two): (Vec<String>, Vec<String>) = std::thread::scope(|scope| {
        let (one, two) = (scope.spawn(work), scope.spawn(work));
        (one.join().expect("a thread"), two.join().expect("a thread"))
    });
    let unfound: Vec<String> = one.into_iter().chain(two).collect();
    assert!(
        unfound.is_empty(),
        "{} are not found:\n\n{}",
        unfound.len(),
        unfound[..unfound.len().min(30)].join("\n\n")
    );
    let mutations = jobs.iter().map(|(batch, _)| batch.len()).sum();
    println!("{} files, {mutations} mutations, checked {} times", files.len(), jobs.len());
    mutations
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_changed_in_any_file_of_a_bundle_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    short(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let good = out.path().join("case");
    bundle::export(data.path(), super::inc_1(), &good).await.expect("a bundle");
    let signers = bundle::keys(data.path()).await.expect("keys").allowed_signers;
    let key = key(data.path());
    let found = tokio::task::spawn_blocking(move || must_find_all(&good, &key, &signers, 1)).await.expect("done");
    assert!(found >= 1_000, "{found}");
}

/// A workflow, and a period in which a case is of another one: what belongs to several cases is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_changed_in_a_bundle_of_several_cases_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    short(data.path()).await;
    let mut house = House::open(data.path(), START + Span::hours(1)).await.expect("the folder");
    let opened = house.say("maya", "/incident open credit-scoring sev3 \"Scores drift\"").await;
    assert!(opened.contains("INC-2"), "{opened}");
    house.say("dev", "/incident note INC-2 The batch is late").await;
    house.stop().await;
    let out = tempfile::tempdir().expect("a folder");
    let signers = bundle::keys(data.path()).await.expect("keys").allowed_signers;
    let key = key(data.path());
    let period = Scope::Period { from: START - Span::hours(1), to: START + Span::hours(5), workflow: None };
    for (name, scope) in [("workflow", Scope::Workflow("credit-scoring".into())), ("period", period)] {
        let good = out.path().join(name);
        let exported = bundle::export_wanted(&Wanted::of(data.path(), scope, &good)).await.expect("a bundle");
        assert_eq!(exported.cases, 2, "{name}");
        let (key, signers) = (key.clone(), signers.clone());
        let found = tokio::task::spawn_blocking(move || must_find_all(&good, &key, &signers, 12)).await.expect("done");
        assert!(found >= 200, "{name}: {found}");
    }
}
