//! Searching what is kept: whoever asks finds everything that they may see and nothing else, as a slow look through the same past
//! says; and the index is made of the ledger alone, so that it can be lost, damaged, or left behind.

use std::collections::BTreeSet;
use std::path::Path;

use countersign::answers::search::Found;
use countersign::domain::mark::Words;
use countersign::domain::policy::EXAMPLE;
use countersign::domain::{PersonId, Span};
use countersign::grammar::Search;
use countersign::ledger::folder::Folder;
use countersign::ledger::heard::{Heard, What};

use super::house::{House, START, erase};

const PEOPLE: [&str; 6] = ["maya", "jonas", "dev", "lena", "arjun", "priya"];
const VOCABULARY: [&str; 8] = ["drift", "Vendor", "Café", "batch", "salary", "ROLLBACK", "noon", "naïve"];

/// What was said or typed, and who may find it.
struct Past {
    text: String,
    seen_by: BTreeSet<&'static str>,
}

/// Numbers that look like chance, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % most
    }
}

/// As a person reads a text: capitals and accents aside, a word at a time.
fn words_of(text: &str) -> BTreeSet<String> {
    let plain = text.to_lowercase().replace('é', "e").replace('ï', "i");
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn everybody() -> BTreeSet<&'static str> {
    PEOPLE.into_iter().collect()
}

/// Messages in channels, in direct messages, in a thread and in a restricted case's own channel, some of them edited and deleted;
/// notes on an open case and on a restricted one.
async fn past(house: &mut House, seed: u64) -> Vec<Past> {
    let mut dice = Dice(seed);
    let mut said = Vec::new();
    house.say("maya", "/incident open credit-scoring sev2 \"drift of the batch 9001\"").await;
    house.say("maya", "/incident open credit-scoring sev2 restricted=yes \"salary of the batch 9002\"").await;
    let mut of_two = BTreeSet::new();
    for who in PEOPLE {
        if house.ask(who, "/incident status INC-2").await.contains("9002") {
            of_two.insert(who);
        }
    }
    assert!(of_two.contains("maya") && !of_two.contains("jonas"), "{of_two:?}");
    said.push(Past { text: "drift of the batch 9001".to_owned(), seen_by: everybody() });
    said.push(Past { text: "salary of the batch 9002".to_owned(), seen_by: of_two.clone() });
    let thread = house.thread("INC-1").await;
    for number in 0..240 {
        let chosen: Vec<&str> = (0..1 + dice.below(3)).map(|_| VOCABULARY[dice.below(VOCABULARY.len())]).collect();
        let text = format!("{} {number}", chosen.join(" "));
        let who = PEOPLE[dice.below(PEOPLE.len())];
        let (lane, thread, seen_by) = match dice.below(8) {
            0 => (format!("local/@{who}"), None, BTreeSet::from([who])),
            1 => ("local/inc-2".to_owned(), None, of_two.clone()),
            2 => ("local/claims-pilot".to_owned(), None, everybody()),
            3 => ("local/credit-ai".to_owned(), Some(thread.clone()), everybody()),
            // A channel that nobody keeps.
            4 => ("local/elsewhere".to_owned(), None, BTreeSet::new()),
            5 => {
                let who = if dice.below(2) == 0 { "maya" } else { "dev" };
                let case = if who == "maya" { "INC-2" } else { "INC-1" };
                house.say(who, &format!("/incident note {case} {text}")).await;
                let seen_by = if who == "maya" { of_two.clone() } else { everybody() };
                said.push(Past { text, seen_by });
                continue;
            }
            _ => ("local/credit-ai".to_owned(), None, everybody()),
        };
        let message = format!("p-{number}");
        let what = What::Said { message: message.clone(), text: text.clone(), files: Words::default() };
        let heard = house.heard(&lane, who, what);
        house.hand_in(Heard { thread: thread.clone(), ..heard }).await;
        let text = match dice.below(10) {
            0 => {
                let heard = house.heard(&lane, who, What::Deleted { message });
                house.hand_in(Heard { thread, ..heard }).await;
                continue;
            }
            1 => {
                let other = format!("{} {}", VOCABULARY[dice.below(VOCABULARY.len())], number + 1_000);
                let heard = house.heard(&lane, who, What::Edited { message, text: other.clone() });
                house.hand_in(Heard { thread, ..heard }).await;
                other
            }
            _ => text,
        };
        said.push(Past { text, seen_by });
        if number % 60 == 0 {
            house.advance(Span::minutes(1)).await;
        }
    }
    said
}

async fn search(house: &House, who: &str, words: &str) -> BTreeSet<String> {
    let by = PersonId::from(who);
    let mut texts = BTreeSet::new();
    let mut older = None;
    loop {
        let asked = Search { words: words.to_owned(), older, ..Search::default() };
        let found: Found = house.answers().search(&asked, &by).await.expect("an answer").expect("no refusal");
        assert!(found.count() <= 10 && found.missing == 0, "{found:?}");
        for group in &found.groups {
            for hit in &group.hits {
                let text: String = hit.pieces.iter().map(|(text, _)| text.as_str()).collect();
                assert!(texts.insert(text.clone()), "{who} finds “{text}” twice");
            }
        }
        let Some(next) = found.older else { return texts };
        assert_eq!(found.count(), 10, "a page is full before there is another");
        older = Some(u32::try_from(next).expect("a number"));
    }
}

/// Every person, every word, and some that begin so: what is found is what they may see of what holds it.
async fn must_find_what_is_seen(house: &House, past: &[Past]) {
    let mut found_at_all = 0;
    for who in PEOPLE {
        for asked in
            ["drift", "VENDOR", "cafe", "batch", "salary", "rollback", "noon", "naive", "drift noon", "sal*", "9002"]
        {
            let found = search(house, who, asked).await;
            let holds = |text: &str| {
                let words = words_of(text);
                asked.to_lowercase().split(' ').all(|asked| match asked.strip_suffix('*') {
                    Some(begins) => words.iter().any(|word| word.starts_with(begins)),
                    None => words.contains(asked),
                })
            };
            let expected: BTreeSet<String> = past
                .iter()
                .filter(|it| it.seen_by.contains(who) && holds(&it.text))
                .map(|it| it.text.clone())
                .collect();
            // What was typed to open a case is found with whatever else its ruling holds.
            let found: BTreeSet<String> = found.iter().map(|text| text.trim().to_owned()).collect();
            assert_eq!(found, expected, "{who} searches for {asked}");
            found_at_all += found.len();
        }
    }
    assert!(found_at_all > 100, "{found_at_all}");
}

fn index(data: &Path) -> std::path::PathBuf {
    data.join(Folder::SEARCH)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_searches_finds_what_they_may_see_and_nothing_else() {
    for seed in [1, 42] {
        let data = tempfile::tempdir().expect("a folder");
        let mut house = House::open(data.path(), START).await.expect("a new folder");
        let past = past(&mut house, seed).await;
        must_find_what_is_seen(&house, &past).await;
        house.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_lost_damaged_or_behind_gives_the_same_answers() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let past = past(&mut house, 7).await;
    search(&house, "maya", "drift").await;
    house.stop().await;
    let whole = std::fs::read(index(data.path())).expect("the index");
    assert!(whole.len() > 4096, "{}", whole.len());
    let mut spoilt: Vec<(&str, Option<Vec<u8>>)> = vec![
        ("gone", None),
        ("empty", Some(Vec::new())),
        ("no database", Some(b"something else altogether".repeat(300))),
        ("cut off", Some(whole[..whole.len() / 2].to_vec())),
    ];
    let mut dice = Dice(3);
    for _ in 0..3 {
        let mut bytes = whole.clone();
        for _ in 0..200 {
            let at = 4096 + dice.below(bytes.len() - 4096);
            bytes[at] ^= 0xff;
        }
        spoilt.push(("scribbled over", Some(bytes)));
    }
    for (what, bytes) in spoilt {
        for end in ["-wal", "-shm"] {
            let mut beside = index(data.path()).into_os_string();
            beside.push(end);
            let _not_there = std::fs::remove_file(beside);
        }
        match bytes {
            Some(bytes) => std::fs::write(index(data.path()), bytes).expect("a file"),
            None => std::fs::remove_file(index(data.path())).expect("the index goes"),
        }
        let house = House::open(data.path(), START + Span::hours(1)).await.expect("the folder");
        println!("{what}");
        must_find_what_is_seen(&house, &past).await;
        house.stop().await;
    }
    // Of an older day, as after a crash between a commit and the index, and of another ledger.
    std::fs::write(index(data.path()), &whole).expect("a file");
    let mut house = House::open(data.path(), START + Span::hours(1)).await.expect("the folder");
    house.say("dev", "the newest noon 7777").await;
    house.stop().await;
    std::fs::write(index(data.path()), &whole).expect("a file");
    let house = House::open(data.path(), START + Span::hours(1)).await.expect("the folder");
    assert!(search(&house, "dev", "7777").await.contains("the newest noon 7777"));
    house.stop().await;
    let other = tempfile::tempdir().expect("a folder");
    std::fs::write(index(other.path()), &whole).expect("a file");
    let mut house = House::open(other.path(), START).await.expect("a new folder");
    house.say("dev", "one word 1").await;
    assert_eq!(search(&house, "dev", "drift").await, BTreeSet::new());
    assert_eq!(search(&house, "dev", "word").await, BTreeSet::from(["one word 1".to_owned()]));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_found_no_more_and_leaves_no_trace_once_the_index_is_made_anew() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("dev", "the swordfish is a password").await;
    house.say("dev", "the trout is none").await;
    assert_eq!(search(&house, "lena", "swordfish").await.len(), 1);
    house.stop().await;
    assert!(erase(data.path(), "words like '%swordfish%'").await > 0);
    // The index that is there still has the word; what is shown is read from the ledger.
    let house = House::open(data.path(), START + Span::hours(1)).await.expect("the folder");
    assert_eq!(search(&house, "lena", "swordfish").await, BTreeSet::new());
    house.answers().search_index().forget().await.expect("the index goes");
    assert_eq!(search(&house, "lena", "swordfish").await, BTreeSet::new());
    assert_eq!(search(&house, "lena", "trout").await.len(), 1);
    house.stop().await;
    for end in ["", "-wal", "-shm"] {
        let mut file = index(data.path()).into_os_string();
        file.push(end);
        let Ok(bytes) = std::fs::read(file) else { continue };
        assert!(!bytes.windows(9).any(|it| it == b"swordfish"), "{end}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_is_narrowed_by_case_person_and_time() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"drift one\"").await;
    let thread = house.thread("INC-1").await;
    house.say_in("dev", Some(&thread), "drift two", Vec::new()).await;
    house.advance(Span::hours(2)).await;
    house.say("lena", "drift three").await;
    let of = async |asked: Search| -> Vec<String> {
        let asked = Search { words: "drift".to_owned(), ..asked };
        let found = house.answers().search(&asked, &"jonas".into()).await.expect("an answer").expect("no refusal");
        let hits = found.groups.iter().flat_map(|group| &group.hits);
        hits.map(|hit| hit.pieces.iter().map(|(text, _)| text.as_str()).collect()).collect()
    };
    assert_eq!(of(Search::default()).await, ["drift three", "drift two", "drift one"]);
    let case = Some("INC-1".parse().expect("a case"));
    assert_eq!(of(Search { case, ..Search::default() }).await, ["drift two", "drift one"]);
    assert_eq!(of(Search { from: Some("dev".into()), ..Search::default() }).await, ["drift two"]);
    assert_eq!(of(Search { from: Some("greta".into()), ..Search::default() }).await, [] as [&str; 0]);
    let noon = Some(START + Span::hours(1));
    assert_eq!(of(Search { since: noon, ..Search::default() }).await, ["drift three"]);
    assert_eq!(of(Search { until: noon, ..Search::default() }).await, ["drift two", "drift one"]);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_policy_names_finds_what_was_edited_and_deleted_since_and_others_nothing() {
    let data = tempfile::tempdir().expect("a folder");
    let policy = EXAMPLE.replacen("reload_policy = ", "search_evidence = [\"governance-lead\"]\nreload_policy = ", 1);
    assert_ne!(policy, EXAMPLE);
    let mut house = House::open_with(data.path(), START, &policy, None).await.expect("a new folder");
    let said =
        |message: &str, text: &str| What::Said { message: message.into(), text: text.into(), files: Words::default() };
    for what in [
        said("a", "drift before"),
        What::Edited { message: "a".into(), text: "drift after".into() },
        said("b", "drift gone"),
        What::Deleted { message: "b".into() },
    ] {
        let heard = house.heard("local/credit-ai", "dev", what);
        house.hand_in(heard).await;
    }
    let asked = Search { words: "drift".to_owned(), ..Search::default() };
    let holder = house.holder_of("governance-lead");
    let found = house.answers().search(&asked, &holder).await.expect("an answer").expect("they may");
    let hits: Vec<(String, Option<&str>)> = found
        .groups
        .iter()
        .flat_map(|group| &group.hits)
        .map(|hit| (hit.pieces.iter().map(|(text, _)| text.as_str()).collect(), hit.since))
        .collect();
    let expected = [("drift gone", Some("deleted")), ("drift after", None), ("drift before", Some("edited"))];
    assert_eq!(hits, expected.map(|(text, since)| (text.to_owned(), since)));
    let refused = house.answers().search(&asked, &"dev".into()).await.expect("an answer").expect_err("they may not");
    assert!(refused.is_for_others(), "{refused}");
    house.stop().await;
}
