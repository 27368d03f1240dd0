//! Bundles in all their forms and scopes: the same bytes again, nothing half done, nothing strange taken in, nothing left unsaid.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono_tz::Tz;
use countersign::domain::policy::EXAMPLE;
use countersign::domain::{Actor, At, BotCommand, CaseId, Policy, Span, WhyNotKept};
use countersign::evidence::bundle::{self, BundleError, Exported, Progress, Scope, Wanted};
use countersign::ledger::heard::{Heard, NotKept, What};
use serde_json::Value;

use super::house::{House, START, copy, erase, keep, past};
use super::{commands, inc_1, key, must_say, read_all, run};

async fn exported(data: &Path, scope: Scope, out: &Path) -> Exported {
    bundle::export_wanted(&Wanted::of(data, scope, out)).await.expect("a bundle")
}

async fn refused(wanted: &Wanted<'_>) -> BundleError {
    let refused = bundle::export_wanted(wanted).await.expect_err("no bundle");
    assert!(!wanted.out.exists(), "{refused}");
    refused
}

/// The files of an archive, without the folder that they lie in.
fn inside(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = std::fs::File::open(archive).expect("an archive");
    let mut all = BTreeMap::new();
    let mut put = |name: &str, mut from: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        std::io::copy(&mut from, &mut bytes).expect("bytes");
        all.insert(name.split_once('/').expect("a folder").1.to_owned(), bytes);
    };
    if archive.extension().is_some_and(|end| end == "zip") {
        let mut zip = zip::ZipArchive::new(file).expect("a zip");
        for place in 0..zip.len() {
            let mut entry = zip.by_index(place).expect("an entry");
            let name = entry.name().expect("a name").into_owned();
            put(&name, &mut entry);
        }
        return all;
    }
    let mut tar = tar::Archive::new(zstd::Decoder::new(file).expect("a zstd"));
    for entry in tar.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        put(&entry.path().expect("a name").display().to_string(), &mut entry);
    }
    all
}

/// A folder as somebody else packs it.
fn packed(folder: &Path, into: &Path) {
    let file = std::fs::File::create(into).expect("a file");
    let files = read_all(folder);
    if into.extension().is_some_and(|end| end == "zip") {
        let mut zip = zip::ZipWriter::new(file);
        for (name, bytes) in files {
            zip.start_file(format!("bag/{name}"), zip::write::SimpleFileOptions::default()).expect("a file");
            zip.write_all(&bytes).expect("bytes");
        }
        zip.finish().expect("a zip");
        return;
    }
    let mut tar = tar::Builder::new(zstd::Encoder::new(file, 1).expect("a zstd"));
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        tar.append_data(&mut header, format!("bag/{name}"), &*bytes).expect("a file");
    }
    tar.into_inner().and_then(zstd::Encoder::finish).expect("a tar");
}

/// Two workflows, a case that only its own people know of, and words that a spreadsheet would compute.
async fn busy(data: &Path) {
    let mut house = House::open(data, START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"=1+1 declined\"").await;
    house.say("maya", "/incident open credit-scoring sev3 \"Insider at the cards desk\" restricted=yes").await;
    house.say("maya", "/approval request credit-scoring \"Roll back to release 41\"").await;
    let opened = house.say("maya", "/incident open claims-triage sev3 \"Claims are stuck\"").await;
    assert!(opened.contains("INC-3"), "{opened}");
    let thread = house.thread("INC-1").await;
    let file = keep(data, b"pune;0.31\n", "@SUM(1).csv");
    house.say_in("dev", Some(&thread), "=HYPERLINK(\"http://x\")", vec![file]).await;
    house.say_in("dev", Some(&thread), "+49 30 1234", Vec::new()).await;
    let message = house.last_message();
    house.edit("dev", &thread, &message, "-2 degrees").await;
    house.say("dev", "/incident ack INC-1").await;
    house.say("priya", "/approval approve APR-1 @all: looks right").await;
    let paused = house.say("priya", "/approval pause APR-1 waiting on the requester: test report").await;
    assert!(paused.contains("pause") || paused.contains("stands still"), "{paused}");
    house.advance(Span::days(10)).await;
    house.say("dev", "/incident note INC-3 \"later\"").await;
    house.stop().await;
}

fn workflow() -> Scope {
    Scope::Workflow("credit-scoring".into())
}

fn days(from: At, days: i64) -> Scope {
    Scope::Period { from, to: from + Span::days(days), workflow: None }
}

const FORMS: [&str; 3] = ["bag", "bag.zip", "bag.tar.zst"];

fn bytes_of(path: &Path) -> Vec<u8> {
    match path.is_dir() {
        true => read_all(path).into_iter().flat_map(|(name, bytes)| [name.into_bytes(), bytes].concat()).collect(),
        false => std::fs::read(path).expect("a file"),
    }
}

/// Also where the ledger went on meanwhile, if the head is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_scope_under_the_same_head_gives_the_same_bytes_in_every_form() {
    let data = tempfile::tempdir().expect("a folder");
    busy(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    for (n, scope) in [Scope::Case(inc_1()), workflow(), days(START - Span::days(1), 3)].into_iter().enumerate() {
        let at = |round: &str, form: &str| out.path().join(format!("{n}-{round}")).join(form);
        let mut head = 0;
        for round in ["one", "two"] {
            for form in FORMS {
                head = exported(data.path(), scope.clone(), &at(round, form)).await.head;
            }
        }
        let folder = read_all(&at("one", "bag"));
        for form in FORMS {
            let (one, two) = (at("one", form), at("two", form));
            assert!(bytes_of(&one) == bytes_of(&two), "{scope}: {form} is made twice, and differs");
            let verdict = bundle::verify(&one, Some(&key(data.path()))).expect("a verdict");
            must_say(&verdict, true, true, &[&scope.to_string()]);
            if one.is_file() {
                assert!(inside(&one) == folder, "{scope}: {form} has other files than the folder");
            }
        }
        // An entry is appended, and a head signed over it.
        let mut house = House::open(data.path(), START + Span::days(20 + n as i64)).await.expect("the bot goes on");
        house.say("dev", "/incident note INC-1 \"said afterwards\"").await;
        house.stop().await;
        for form in FORMS {
            let (later, then) = (at("later", form), at("then", form));
            let now = exported(data.path(), scope.clone(), &later).await;
            let wanted = Wanted { head: Some(head), ..Wanted::of(data.path(), scope.clone(), &then) };
            let as_before = bundle::export_wanted(&wanted).await.expect("a bundle");
            assert!(now.head > head && as_before.head == head && as_before.later > 0, "{now}\n{as_before}");
            assert!(bytes_of(&then) == bytes_of(&at("one", form)), "{scope}: {form} differs under the same head");
            assert!(bytes_of(&then) != bytes_of(&later), "{scope}: {form} says nothing of what came later");
        }
    }
    let none = out.path().join("none");
    let wanted = Wanted { head: Some(7), ..Wanted::of(data.path(), workflow(), &none) };
    assert!(refused(&wanted).await.to_string().contains("Ledger-Head-Size"));
}

/// In a folder of one case and in one of many, all of what VERIFY.md says to type runs, and notices what was changed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_verify_md_runs_as_it_stands() {
    let data = tempfile::tempdir().expect("a folder");
    busy(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let signer = bundle::keys(data.path()).await.expect("keys").allowed_signers;
    std::fs::write(out.path().join("allowed_signers"), format!("{signer}\n")).expect("written");
    for (name, scope) in [("case", Scope::Case(inc_1())), ("workflow", workflow()), ("period", days(START, 1))] {
        let bag = out.path().join(name);
        exported(data.path(), scope, &bag).await;
        let commands = commands(&bag);
        assert!(commands.len() >= 7, "{commands:#?}");
        for block in &commands {
            let tool = block.split_whitespace().next().expect("a word");
            if ["bagit.py", "ssh-keygen"].contains(&tool) && !run(&bag, &format!("command -v {tool}")).0 {
                println!("skipped: {tool} is not installed");
                continue;
            }
            let (good, said) = run(&bag, &format!("set -e\n{block}"));
            assert!(good, "{name}: {block}\n{said}");
        }
        let case = if name == "case" { bag.join("data") } else { bag.join("data/cases/INC-1") };
        let words = read_all(&case).into_keys().find(|path| path.ends_with(".words")).expect("words");
        let spoiled = case.join(&words);
        let mut bytes = std::fs::read(&spoiled).expect("words");
        bytes[3] ^= 1;
        std::fs::write(&spoiled, bytes).expect("written");
        for (what, notices) in [("sha256sum", true), ("python3", true), ("openssl pkeyutl", false)] {
            let block = commands.iter().find(|block| block.contains(what)).expect("a command");
            assert_eq!(!run(&bag, &format!("set -e\n{block}")).0, notices, "{name}: {block}");
        }
    }
}

/// What people typed stands in the page that says what to type, and is no command there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_words_of_people_become_commands() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Stuck\"").await;
    let lane = "local/credit-ai".parse().expect("a lane");
    let why = "down\n```sh\ntouch /tmp/owned\n```\n<script>alert(1)</script> $(reboot)".to_owned();
    let gap = What::Gap { from: START, to: START + Span::minutes(2), why };
    let gap = Heard { lane, ..house.heard("local/credit-ai", "maya", gap) };
    house.hand_in(gap).await;
    house.advance(Span::minutes(30)).await;
    house.stop().await;
    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("bag");
    exported(data.path(), Scope::Case(inc_1()), &bag).await;
    let how = std::fs::read_to_string(bag.join("VERIFY.md")).expect("a file");
    assert!(how.contains("touch /tmp/owned") && how.contains("nothing was heard in local/credit-ai"), "{how}");
    assert!(commands(&bag).iter().all(|block| !block.contains("owned")), "{how}");
    assert!(!how.contains("<script>"), "{how}");
    must_say(&bundle::verify(&bag, None).expect("a verdict"), true, true, &[]);
}

/// The cells of a table, as RFC 4180 has them.
fn cells(table: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut letters) = (false, table.chars().peekable());
    while let Some(c) = letters.next() {
        let row = rows.last_mut().expect("a row");
        match c {
            '"' if quoted && letters.peek() == Some(&'"') => row.last_mut().expect("a cell").extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            c => row.last_mut().expect("a cell").push(c),
        }
    }
    rows.pop();
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_have_the_same_rows_in_both_forms_and_nothing_that_a_spreadsheet_computes() {
    let data = tempfile::tempdir().expect("a folder");
    busy(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("bag");
    exported(data.path(), workflow(), &bag).await;
    let files = read_all(&bag);
    let mut guarded: BTreeMap<String, usize> = BTreeMap::new();
    let mut tables = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".csv")) {
        tables += 1;
        let rows = cells(str::from_utf8(bytes).expect("text"));
        let json: Vec<Value> = serde_json::from_slice(&files[&path.replace(".csv", ".json")]).expect("JSON");
        assert_eq!(rows.len(), json.len() + 1, "{path}");
        for (row, object) in rows[1..].iter().zip(&json) {
            assert_eq!(row.len(), rows[0].len(), "{path}: {row:?}");
            for (column, cell) in rows[0].iter().zip(row) {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{path}, {column}: {cell}");
                let plain = match &object[column] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    Value::Bool(flag) => if *flag { "yes" } else { "no" }.to_owned(),
                    other => other.to_string(),
                };
                if cell.starts_with('\'') && *cell == format!("'{plain}") {
                    *guarded.entry(path.rsplit('/').next().expect("a name").to_owned()).or_default() += 1;
                } else {
                    assert_eq!(*cell, plain, "{path}, {column}");
                }
            }
        }
    }
    assert_eq!(tables, 3 * 6 + 2, "each case has six tables, and the whole has two");
    for table in ["messages.csv", "attachments.csv"] {
        assert!(guarded.contains_key(table), "{table} has a cell that would be computed: {guarded:?}");
    }
    let text = |path: &str| String::from_utf8(files[path].clone()).expect("text");
    let votes = text("data/cases/APR-1/decisions.csv");
    assert!(votes.contains("approval.voted") && votes.contains("looks right"), "{votes}");
    let clocks = text("data/cases/APR-1/clocks.csv");
    assert!(clocks.contains(",paused,") && clocks.contains("waiting on the requester: test report"), "{clocks}");
    let clocks = text("data/cases/INC-1/clocks.csv");
    assert!(clocks.contains(",began,") && clocks.contains(",answered,"), "{clocks}");
    let messages = text("data/cases/INC-1/messages.csv");
    assert!(
        messages.contains("said.edit") && messages.contains("-2 degrees") && messages.contains("+49 30"),
        "{messages}"
    );
}

/// A restricted case is left out of a wider export, and counted; whoever holds the folder can ask for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wider_than_a_case_has_each_case_whole_and_counts_what_it_leaves_out() {
    let data = tempfile::tempdir().expect("a folder");
    busy(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let secret = "Insider at the cards desk";
    let says = |bag: &Path, words: &str| {
        read_all(bag)
            .into_iter()
            .find(|(_, bytes)| String::from_utf8_lossy(bytes).contains(words))
            .map(|(path, _)| path)
    };
    let cases = |bag: &Path| -> Vec<String> {
        let about: Value = serde_json::from_slice(&read_all(bag)["data/bundle.json"]).expect("JSON");
        about["cases"].as_array().expect("cases").iter().map(|it| it.as_str().expect("a case").to_owned()).collect()
    };
    let bag = out.path().join("workflow");
    let done = exported(data.path(), workflow(), &bag).await;
    // The last one the bot opened by itself, since the approval took long.
    assert_eq!(cases(&bag), ["INC-1", "INC-4", "APR-1"], "{done}");
    assert_eq!(says(&bag, secret), None);
    let lacking = String::from_utf8(read_all(&bag)["data/lacking.csv"].clone()).expect("text");
    assert!(lacking.contains(",restricted cases,1,"), "{lacking}");
    assert!(done.to_string().contains("restricted cases (1)") && done.cases == 3, "{done}");
    must_say(&bundle::verify(&bag, Some(&key(data.path()))).expect("a verdict"), true, true, &["3 cases"]);

    let all = out.path().join("all");
    let wanted = Wanted { restricted: true, ..Wanted::of(data.path(), workflow(), &all) };
    bundle::export_wanted(&wanted).await.expect("a bundle");
    assert_eq!(cases(&all), ["INC-1", "INC-2", "INC-4", "APR-1"]);
    assert!(says(&all, secret).is_some());
    must_say(&bundle::verify(&all, Some(&key(data.path()))).expect("a verdict"), true, true, &["4 cases"]);

    // A period has the cases in which something happened in it, whole, and no other.
    let (first, later) = (out.path().join("first"), out.path().join("later"));
    exported(data.path(), days(START, 1), &first).await;
    assert_eq!(cases(&first), ["INC-1", "INC-3", "APR-1"]);
    let scope = Scope::read("2026-W49", None, START, Tz::UTC).expect("a period");
    let done = exported(data.path(), scope, &later).await;
    assert!(cases(&later).contains(&"INC-3".to_owned()), "{done}");
    let lacking = String::from_utf8(read_all(&later)["data/lacking.csv"].clone()).expect("text");
    assert!(lacking.contains("entries of no case"), "{lacking}");
    let read = bundle::scope(data.path(), "2026-11", Some("claims-triage"), Tz::UTC).await.expect("a scope");
    let claims = out.path().join("claims");
    exported(data.path(), read, &claims).await;
    assert_eq!(cases(&claims), ["INC-3"]);
    for bag in [&first, &later, &claims] {
        must_say(&bundle::verify(bag, Some(&key(data.path()))).expect("a verdict"), true, true, &[]);
    }

    // What can't be had says why.
    let none = out.path().join("none");
    for (scope, words) in [
        (Scope::Workflow("no-such".into()), "the id of a workflow"),
        (days(START - Span::days(90), 2), "in which something happened"),
    ] {
        let why = refused(&Wanted::of(data.path(), scope, &none)).await.to_string();
        assert!(why.contains(words), "{why}");
    }
    let few = Wanted { at_most: 10, ..Wanted::of(data.path(), workflow(), &none) };
    let why = refused(&few).await.to_string();
    assert!(why.contains("a bundle takes 10") && why.contains("--workflow"), "{why}");
    let why = bundle::scope(data.path(), "2026-13", None, Tz::UTC).await.expect_err("no period").to_string();
    assert!(why.contains("is no period"), "{why}");
}

/// A case of a wider bundle is taken out, put in, or said to be elsewhere; each shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_a_wider_bundle_is_named_in_every_form() {
    let data = tempfile::tempdir().expect("a folder");
    busy(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    let (good, claims) = (out.path().join("good"), out.path().join("claims"));
    exported(data.path(), workflow(), &good).await;
    exported(data.path(), Scope::Workflow("claims-triage".into()), &claims).await;
    let key = key(data.path());
    let files = read_all(&good);
    let some = |begins: &str, ends: &str| {
        files.keys().find(|path| path.starts_with(begins) && path.ends_with(ends)).expect("a file").clone()
    };
    let spoilt = [
        "VERIFY.md".to_owned(),
        "data/cases.csv".to_owned(),
        "data/lacking.json".to_owned(),
        "data/cases/INC-1/transcript.html".to_owned(),
        "data/cases/APR-1/decisions.json".to_owned(),
        "data/cases/INC-1/clocks.csv".to_owned(),
        some("data/cases/INC-1/entries/", ".words"),
        some("data/cases/APR-1/entries/", ".leaf"),
        some("data/context/", ".facts"),
        some("data/proofs/", ".tlog-proof"),
        some("data/policies/", ".toml"),
        some("data/attachments/", ""),
    ];
    for (n, path) in spoilt.iter().enumerate() {
        for gone in [false, true] {
            let spoiled = copy(&good);
            let place = spoiled.path().join(path);
            match gone {
                true => std::fs::remove_file(&place).expect("a file"),
                false => {
                    let mut bytes = files[path].clone();
                    let at = bytes.len() / 2;
                    bytes[at] ^= 1;
                    std::fs::write(&place, bytes).expect("a file");
                }
            }
            let found = bundle::verify(spoiled.path(), Some(&key)).expect("a verdict");
            assert!(!found.is_good() && found.to_string().contains(path.as_str()), "{path}:\n{found}");
            // In whatever it is packed, it is said in the same words.
            let archive = out.path().join(if n % 2 == 0 { "spoiled.zip" } else { "spoiled.tar.zst" });
            packed(spoiled.path(), &archive);
            let same = bundle::verify(&archive, Some(&key)).expect("a verdict");
            assert_eq!(same.to_string(), found.to_string(), "{path}");
        }
    }
    // Another case's folder is put beside.
    let spoiled = copy(&good);
    for (path, bytes) in read_all(&claims).into_iter().filter(|(path, _)| path.starts_with("data/cases/INC-3/")) {
        let place = spoiled.path().join(path);
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        std::fs::write(place, bytes).expect("a file");
    }
    super::remake_manifests(spoiled.path());
    let found = bundle::verify(spoiled.path(), Some(&key)).expect("a verdict");
    must_say(&found, true, false, &["data/cases/INC-3/case.json doesn't belong"]);
    // And said to be a part of it.
    let list = spoiled.path().join("data/bundle.json");
    let text = std::fs::read_to_string(&list).expect("a list");
    std::fs::write(&list, text.replace("\"INC-1\",", "\"INC-1\",\n    \"INC-3\",")).expect("a list");
    super::remake_manifests(spoiled.path());
    let found = bundle::verify(spoiled.path(), Some(&key)).expect("a verdict");
    assert!(found.to_string().contains("INC-3 is of another workflow"), "{found}");
    // One is left out, and the list fits.
    let spoiled = copy(&good);
    std::fs::remove_dir_all(spoiled.path().join("data/cases/APR-1")).expect("a folder");
    super::remake_manifests(spoiled.path());
    let found = bundle::verify(spoiled.path(), Some(&key)).expect("a verdict");
    assert!(!found.is_good() && found.to_string().contains("There is no entry of APR-1"), "{found}");
}

/// Whatever comes from elsewhere is looked at before any of it lies anywhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn archives_that_nobody_would_make_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let options = || zip::write::SimpleFileOptions::default();
    type Zip = zip::ZipWriter<std::io::Cursor<Vec<u8>>>;
    let zip_of = |name: &str, fill: &dyn Fn(&mut Zip)| -> PathBuf {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("bag/bagit.txt", options()).expect("a file");
        zip.write_all(b"BagIt-Version: 1.0\n").expect("bytes");
        fill(&mut zip);
        std::fs::write(at(name), zip.finish().expect("a zip").into_inner()).expect("a file");
        at(name)
    };
    let raw = |name: &str| {
        // The writer cleans names, so one of the same length is put in its place.
        let stand_in = "x".repeat(name.len());
        let made = zip_of("raw.zip", &|zip| zip.start_file(&*stand_in, options()).expect("a file"));
        let bytes = std::fs::read(&made).expect("a zip");
        let mut changed = bytes.clone();
        let found = (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(stand_in.as_bytes()));
        for at in found.collect::<Vec<_>>() {
            changed[at..at + name.len()].copy_from_slice(name.as_bytes());
        }
        std::fs::write(&made, changed).expect("a file");
        made
    };
    let tar_of = |kind: tar::EntryType, name: &str, link: &str| -> PathBuf {
        let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).expect("a zstd"));
        let mut header = tar::Header::new_old();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_size(0);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, std::io::empty()).expect("an entry");
        let bytes = tar.into_inner().and_then(zstd::Encoder::finish).expect("a tar");
        std::fs::write(at("odd.tar.zst"), bytes).expect("a file");
        at("odd.tar.zst")
    };
    let refused = |archive: &Path, words: &str| {
        let why = bundle::verify(archive, None).expect_err("it is refused");
        assert!(why.to_string().contains(words) && why.to_string().contains("countersign"), "{why}");
    };
    for name in [
        "bag/../../../owned",
        "/tmp/owned-by-a-bag",
        "bag//owned",
        "bag/./owned",
        "bag\\owned",
        "C:/owned",
        "~/owned",
        "bag/a\nb",
    ] {
        refused(&raw(name), "leads elsewhere");
        refused(&tar_of(tar::EntryType::Regular, name, ""), "leads elsewhere");
    }
    refused(&raw("bag/bagit.txt"), "two files of one name");
    let twice = |name: &str| {
        let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).expect("a zstd"));
        for name in ["bag/bagit.txt", name] {
            let mut header = tar::Header::new_gnu();
            header.set_size(1);
            tar.append_data(&mut header, name, &b"x"[..]).expect("a file");
        }
        std::fs::write(at("twice.tar.zst"), tar.into_inner().and_then(zstd::Encoder::finish).expect("a tar"))
            .expect("written");
        at("twice.tar.zst")
    };
    refused(&twice("bag/bagit.txt"), "is in it twice");
    refused(&twice("bag/bagit.txt/inside"), "a file's and a folder's");
    refused(
        &zip_of("link.zip", &|zip| zip.add_symlink("bag/link", "/etc/passwd", options()).expect("a link")),
        "no ordinary file",
    );
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Char, tar::EntryType::Fifo] {
        refused(&tar_of(kind, "bag/link", "/etc/passwd"), "no ordinary file");
    }
    // What is no bundle at all, and what breaks off.
    std::fs::write(at("words.zip"), "only words").expect("a file");
    refused(&at("words.zip"), "is not a bundle");
    let empty = zip::ZipWriter::new(std::io::Cursor::new(Vec::new())).finish().expect("a zip").into_inner();
    std::fs::write(at("empty.zip"), empty).expect("a file");
    refused(&at("empty.zip"), "is not a bundle");
    let data = tempfile::tempdir().expect("a folder");
    past(data.path()).await;
    for form in ["whole.zip", "whole.tar.zst"] {
        exported(data.path(), Scope::Case(inc_1()), &at(form)).await;
        let bytes = std::fs::read(at(form)).expect("a file");
        let short = at(&form.replace("whole", "short"));
        std::fs::write(&short, &bytes[..bytes.len() * 2 / 3]).expect("a file");
        refused(&short, "can't be read to its end");
    }
    assert!(!Path::new("/tmp/owned-by-a-bag").exists());
}

fn inc_1_told<'w>(data: &'w Path, out: &'w Path, progress: Progress<'w>) -> Wanted<'w> {
    Wanted { progress, ..Wanted::of(data, Scope::Case(inc_1()), out) }
}

/// At each of its files an export dies; under the name that was asked for there is nothing then, and the next one is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_breaks_off_leaves_nothing_under_its_name() {
    let data = tempfile::tempdir().expect("a folder");
    busy(data.path()).await;
    let out = tempfile::tempdir().expect("a folder");
    for form in FORMS {
        let place = out.path().join(form);
        let draft = out.path().join(format!("{form}.unfinished"));
        let steps = AtomicUsize::new(0);
        let count = |_: &str, _: u64| {
            steps.fetch_add(1, Ordering::Relaxed);
            assert!(!place.exists() && draft.exists(), "nothing stands under the name before the end");
        };
        bundle::export_wanted(&inc_1_told(data.path(), &place, &count)).await.expect("a bundle");
        assert!(place.exists() && !draft.exists());
        let whole = bytes_of(&place);
        let (steps, before) = (steps.load(Ordering::Relaxed), bundle::verify(&place, None).expect("a verdict"));
        assert!(before.is_good() && steps > 50, "{before}");
        let remove =
            |place: &Path| if place.is_dir() { std::fs::remove_dir_all(place) } else { std::fs::remove_file(place) };
        remove(&place).expect("gone");
        for dies_at in [1, 2, 3, steps / 2, steps - 4, steps - 3, steps - 2, steps - 1, steps] {
            // It fails in the middle, and the process lives on.
            let step = AtomicUsize::new(0);
            let fails = |_: &str, _: u64| assert!(step.fetch_add(1, Ordering::Relaxed) + 1 < dies_at, "no more");
            let failing = inc_1_told(data.path(), &place, &fails);
            let failed = futures_util::FutureExt::catch_unwind(AssertUnwindSafe(bundle::export_wanted(&failing))).await;
            assert!(failed.is_err() && !place.exists() && !draft.exists(), "{form}, {dies_at}");
            // It is killed: what it had written lies there, and is known for what it is.
            let step = AtomicUsize::new(0);
            let left = tempfile::tempdir().expect("a folder");
            let kept = left.path().join("kept");
            let killed = |_: &str, _: u64| {
                if step.fetch_add(1, Ordering::Relaxed) + 1 == dies_at {
                    match draft.is_dir() {
                        true => std::fs::rename(copy(&draft).keep(), &kept).expect("kept"),
                        false => drop(std::fs::copy(&draft, &kept).expect("kept")),
                    }
                }
            };
            bundle::export_wanted(&inc_1_told(data.path(), &place, &killed)).await.expect("a bundle");
            remove(&place).expect("gone");
            std::fs::rename(&kept, &draft).expect("it lies there");
            bundle::export_wanted(&inc_1_told(data.path(), &place, &|_, _| {})).await.expect("a bundle");
            assert!(bytes_of(&place) == whole && !draft.exists(), "{form}, {dies_at}");
            remove(&place).expect("gone");
        }
    }
    // What only is called like that is left alone, and so is whatever stands under the name.
    let bag = out.path().join("mine");
    std::fs::create_dir(out.path().join("mine.unfinished")).expect("a folder");
    std::fs::write(out.path().join("mine.unfinished/letter.txt"), "mine").expect("a file");
    let wanted = Wanted::of(data.path(), Scope::Case(inc_1()), &bag);
    assert!(matches!(refused(&wanted).await, BundleError::NotEmpty(_)));
    assert!(out.path().join("mine.unfinished/letter.txt").exists());
    let zip = out.path().join("mine.zip");
    std::fs::write(&zip, "mine").expect("a file");
    let error =
        bundle::export_wanted(&Wanted::of(data.path(), Scope::Case(inc_1()), &zip)).await.expect_err("it is there");
    assert!(matches!(error, BundleError::Exists(_)) && std::fs::read(&zip).expect("a file") == b"mine", "{error}");
    // Two at once.
    let zip = out.path().join("two.zip");
    let busy = std::sync::Mutex::new(None);
    let meanwhile = |_: &str, _: u64| {
        let mut busy = busy.lock().expect("a lock");
        if busy.is_none() {
            let (data, zip) = (data.path().to_owned(), zip.clone());
            let other = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(bundle::export(&data, inc_1(), &zip)).map(drop)
            });
            *busy = Some(other.join().expect("a thread"));
        }
    };
    let one = Wanted { progress: &meanwhile, ..Wanted::of(data.path(), Scope::Case(inc_1()), &zip) };
    bundle::export_wanted(&one).await.expect("a bundle");
    let other = busy.into_inner().expect("a lock").expect("it ran");
    assert!(matches!(other, Err(BundleError::BeingWritten(_))), "{other:?}");
    must_say(&bundle::verify(&zip, None).expect("a verdict"), true, true, &[]);
}

/// Whatever isn't in it is said with count and reason: in the table, in VERIFY.md and in the transcript.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_says_what_it_does_not_hold() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Stuck\"").await;
    let thread = house.thread("INC-1").await;
    let said = What::Said {
        message: "m-large".to_owned(),
        text: "the recording".to_owned(),
        files: countersign::domain::mark::Words::of(Vec::new()),
    };
    let not_kept = NotKept {
        file: "F1".to_owned(),
        name: "call.wav".to_owned(),
        bytes: Some(9_000_000_000),
        why: WhyNotKept::TooLarge,
    };
    let heard = house.heard("local/credit-ai", "dev", said);
    house.hand_in(Heard { thread: Some(thread.clone()), not_kept: vec![not_kept], ..heard }).await;
    let lost = keep(data.path(), b"it was here\n", "lost.csv");
    house.say_in("dev", Some(&thread), "The rates.", vec![lost.clone()]).await;
    house.say_in("dev", Some(&thread), "My telephone number", Vec::new()).await;
    // Nothing was heard where the case is told, and elsewhere, which is no matter of the case.
    for lane in ["local/credit-ai", "local/somewhere-else"] {
        let gap = What::Gap { from: START, to: START + Span::minutes(3), why: "the connection was lost".to_owned() };
        let heard = house.heard(lane, "dev", gap);
        house.hand_in(heard).await;
    }
    house.stop().await;
    // The bot was down while the case went on.
    let mut house = House::open(data.path(), START + Span::hours(2)).await.expect("the bot goes on");
    house.say("dev", "/incident ack INC-1").await;
    let policy = format!("{EXAMPLE}\n# another\n");
    let load = BotCommand::LoadPolicy {
        policy: Box::new(Policy::read(&policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")))),
        text: policy,
    };
    house.desk.ask_bot(load, Actor::Engine, None).await.expect("the desk decides").expect("it isn't refused");
    house.say("dev", "/incident note INC-1 \"under the other policy\"").await;
    house.stop().await;
    erase(data.path(), "words like '%telephone%'").await;
    std::fs::remove_file(countersign::blobs::folder::blob_path(data.path(), &lost.sha256)).expect("a blob");

    let out = tempfile::tempdir().expect("a folder");
    let bag = out.path().join("bag");
    let done = exported(data.path(), Scope::Case(inc_1()), &bag).await;
    let files = read_all(&bag);
    let text = |path: &str| String::from_utf8(files[path].clone()).expect("text");
    let rows: Vec<Value> = serde_json::from_str(&text("data/lacking.json")).expect("JSON");
    let expected = [
        ("words of entries", 1, "were erased, as entry"),
        ("files that were never kept", 1, "it is too large"),
        ("files that were lost", 1, "the data folder"),
        ("gaps in what was heard", 1, "local/credit-ai"),
        ("times without the bot", 1, "the bot was down"),
    ];
    let found: Vec<&str> = rows.iter().map(|row| row["what"].as_str().expect("what")).collect();
    assert_eq!(found, expected.map(|(what, ..)| what), "{rows:#?}");
    for ((what, count, because), row) in expected.into_iter().zip(&rows) {
        assert!(row["count"] == count && row["because"].as_str().expect("why").contains(because), "{row:#}");
        assert!(row["entries"].as_array().is_some_and(|entries| !entries.is_empty()), "{row:#}");
        for place in ["VERIFY.md", "data/transcript.md", "data/transcript.html", "data/lacking.csv"] {
            assert!(text(place).contains(what), "{place} says nothing of {what}");
        }
    }
    assert!(done.lacking.iter().any(|line| line.contains("lost.csv") && line.contains("is not there")), "{done}");
    let policies: Vec<Value> = serde_json::from_str(&text("data/policies.json")).expect("JSON");
    let under: Vec<bool> = policies.iter().map(|row| row["opened_under"].as_bool().expect("a flag")).collect();
    assert_eq!(under, [true, false], "{policies:#?}");
    for policy in &policies {
        assert!(files.contains_key(&format!("data/policies/{}.toml", policy["sha256"].as_str().expect("a hash"))));
        assert!(policy["in_force_from"].as_str().is_some_and(|at| at.starts_with("2026-")), "{policy:#}");
    }
    // A file that was lost is missed; what is said to be lacking otherwise is no fault.
    must_say(
        &bundle::verify(&bag, None).expect("a verdict"),
        true,
        false,
        &["lost.csv", "never kept: it is too large"],
    );
}

#[test]
fn a_case_alone_can_be_named_by_whoever_holds_the_folder() {
    assert_eq!(Scope::read("INC-2", None, START, Tz::UTC), Ok(Scope::Case("INC-2".parse::<CaseId>().expect("a case"))));
}
