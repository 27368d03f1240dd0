//! What the digest says was not heard, against a slow count of the whole ledger.

use std::collections::BTreeSet;

use countersign::digest::{Digest, Stretches, Unheard};

use super::*;

const MINUTE: i64 = 60_000_000;

/// Counts each minute by itself, from the entries of a time; `left_out` are the lanes that aren't counted.
async fn recounted(reader: &store::Reader, from: At, to: At, left_out: &[&str]) -> Unheard {
    let size = reader.size().await.expect("a size");
    let entries: Vec<EntryRead> = reader.entries(0, size).try_collect().await.expect("the ledger");
    let subjects = ledger::subjects_in(reader, entries.iter().map(|it| &*it.facts)).await.expect("subjects");
    let (mut gaps, mut down, mut clock_went_back) = (BTreeSet::new(), BTreeSet::new(), 0);
    for entry in entries.iter().filter(|entry| (from.0..to.0).contains(&entry.at_us)) {
        let minutes = |from: i64, to: i64| (from..to).step_by(MINUTE as usize).map(|at| at / MINUTE);
        match ledger::read(&entry.leaf, &entry.facts, entry.words.as_deref(), &subjects).expect("a record") {
            Record::Heard(heard) => {
                let What::Gap { from, to, .. } = &heard.what else { continue };
                if !left_out.contains(&&*heard.lane.to_string()) {
                    gaps.extend(minutes(from.0, to.0));
                }
            }
            Record::Bot(ruled) => {
                for event in &ruled.events {
                    match event {
                        countersign::domain::BotEvent::Bot(Event::Started { was_down: Some(span), .. }) => {
                            down.extend(minutes(entry.at_us - span.0, entry.at_us));
                        }
                        countersign::domain::BotEvent::Bot(Event::ClockWentBack { .. }) => clock_went_back += 1,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Unheard { gaps: stretches(&gaps), down: stretches(&down), clock_went_back }
}

/// Runs of minutes without a hole.
fn stretches(minutes: &BTreeSet<i64>) -> Stretches {
    let mut runs: Vec<i64> = Vec::new();
    let mut last = None;
    for minute in minutes {
        match last == Some(minute - 1) {
            true => *runs.last_mut().expect("a run") += 1,
            false => runs.push(1),
        }
        last = Some(*minute);
    }
    Stretches {
        times: runs.len() as u64,
        total: Span::minutes(runs.iter().sum()),
        longest: Span::minutes(runs.iter().copied().max().unwrap_or(0)),
    }
}

async fn digest(reader: &store::Reader, from: At, to: At) -> Digest {
    let period = Period { from, to, zone: chrono_tz::UTC, rolling: false };
    digest::compute(reader, &period, &[], to).await.expect("a digest")
}

async fn gap(house: &mut House, lane: &str, from: i64, to: i64) {
    let at = |minutes: i64| START + Span::minutes(minutes);
    let what = What::Gap { from: at(from), to: at(to), why: "the connection was lost".to_owned() };
    let heard = house.heard(lane, "dev", what);
    house.hand_in(heard).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_digest_says_how_often_and_how_long_nothing_was_heard() {
    let data = tempfile::tempdir().expect("a folder");
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 restricted=yes \"Names are among it\"").await;
    house.advance(Span::minutes(60)).await;
    // One connection is lost: two conversations are not heard, at nearly the same time. Then once more.
    gap(&mut house, "local/credit-ai", 10, 14).await;
    gap(&mut house, "local/claims-ai", 12, 22).await;
    gap(&mut house, "local/credit-ai", 40, 43).await;
    // Of a restricted case's own channel nothing is counted.
    gap(&mut house, "local/inc-1", 50, 59).await;
    house.stop().await;
    let mut house = House::open(data.path(), START + Span::minutes(180)).await.expect("the bot goes on");
    house.advance(Span::minutes(30)).await;
    gap(&mut house, "local/claims-ai", 190, 195).await;
    house.advance(Span::minutes(30)).await;
    let at = |minutes: i64| START + Span::minutes(minutes);
    let left_out = ["local/inc-1"];
    for (from, to) in [(0, 100), (100, 240), (0, 240), (0, 30)] {
        let found = digest(&house.reader, at(from), at(to)).await.bot.unheard;
        assert_eq!(found, recounted(&house.reader, at(from), at(to), &left_out).await, "{from} to {to}");
    }
    let whole = digest(&house.reader, at(0), at(240)).await;
    let Unheard { gaps, down, clock_went_back } = whole.bot.unheard;
    assert_eq!((gaps.times, gaps.total, gaps.longest), (3, Span::minutes(20), Span::minutes(12)));
    assert_eq!((down.times, down.total, clock_went_back), (1, Span::minutes(120), 0));
    let words = "3 gaps in what was heard (20 min in all, 12 min at longest); one time without the bot (2 h). What was agreed meanwhile";
    for form in [whole.text(chrono_tz::UTC), whole.card("/").plain(chrono_tz::UTC, at(240)), whole.json()] {
        assert!(form.contains(words) || form.contains("\"longest_us\": 720000000"), "{form}");
    }
    // A time without any says so, and its card says nothing.
    let quiet = digest(&house.reader, at(235), at(240)).await;
    assert!(quiet.bot.unheard.is_nothing());
    assert!(quiet.text(chrono_tz::UTC).contains("Nothing is known that was not heard."));
    assert!(!quiet.card("/").plain(chrono_tz::UTC, at(240)).contains("Not heard"));
    house.stop().await;
}
