//! Killed at any moment: no acknowledged word is lost, none counts twice, whatever was due is told once, and the ledger
//! verifies. The bot is the real binary; people speak to it over HTTP with keys, and say again what was not acknowledged.

mod kit;
#[path = "kit/machine.rs"]
mod machine;
#[path = "crash/moments.rs"]
mod moments;
#[path = "crash/steps.rs"]
mod steps;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use countersign::domain::kinds::DutyEvent;
use countersign::ledger::folder::cause_secret;
use countersign::ledger::record::Causes;
use kit::bot::{self, Bot, Reply, Room};
use kit::dice::Dice;
use kit::written::{self, Written};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const DEATHS: usize = 32;
const PEOPLE: [&str; 7] = ["maya", "jonas", "ravi", "arjun", "priya", "tomas", "anika"];
const MAY_REQUEST: [&str; 4] = ["maya", "jonas", "ravi", "arjun"];
const MAY_APPROVE: [&str; 3] = ["priya", "tomas", "anika"];

/// Something that a person does once, however often it has to be said.
#[derive(Clone, Debug)]
struct Act {
    /// Unique, and part of every text.
    nth: u64,
    who: &'static str,
    path: &'static str,
    body: Value,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Request,
    Open,
    Note,
    Vote,
    Chatter,
    /// The room's API has no key for edits, so one that wasn't acknowledged is not said again.
    Edit,
}

impl Act {
    fn key(&self) -> String {
        format!("act-{}", self.nth)
    }

    /// What the bot calls the cause: see `room.rs`.
    fn cause(&self, causes: &Causes) -> String {
        format!("local:{}:{}", self.path, causes.id_of(self.who, &self.key()))
    }
}

/// What everybody knows: cases to speak about, messages to change.
#[derive(Default)]
struct Known {
    cases: Vec<String>,
    messages: Vec<(&'static str, String)>,
}

type Shared = Arc<std::sync::Mutex<Known>>;

fn act(dice: &mut Dice, nth: u64, known: &Shared) -> Act {
    let known = known.lock().expect("nobody panics here");
    let pick = dice.below(100);
    let case = (!known.cases.is_empty()).then(|| dice.one_of(&known.cases).clone());
    let approval = case.clone().filter(|case| case.starts_with("APR"));
    let say = |who: &'static str, text: String, kind| Act {
        nth,
        who,
        path: "say",
        body: json!({ "as": who, "channel": "credit-ai", "text": text, "key": format!("act-{nth}") }),
        kind,
    };
    match (pick, case, approval) {
        (0..7, ..) => {
            say(dice.who(&MAY_REQUEST), format!("/approval request credit-scoring \"Ship v{nth}.\""), Kind::Request)
        }
        (7..10, ..) => {
            say(dice.who(&PEOPLE), format!("/incident open credit-scoring sev2 Scores drift, no. {nth}."), Kind::Open)
        }
        (10..40, Some(case), _) => {
            let root = if case.starts_with("APR") { "approval" } else { "incident" };
            say(dice.who(&PEOPLE), format!("/{root} note {case} looked at it, no. {nth}."), Kind::Note)
        }
        (40..60, _, Some(case)) => {
            let who = dice.who(&MAY_APPROVE);
            let body = json!({ "as": who, "message": null, "channel": "credit-ai", "action": format!("approve:{case}"), "key": format!("act-{nth}") });
            Act { nth, who, path: "press", body, kind: Kind::Vote }
        }
        (60..70, ..) if !known.messages.is_empty() => {
            let (who, message) = dice.one_of(&known.messages).clone();
            let body = json!({ "as": who, "message": message, "text": format!("said better, no. {nth}.") });
            Act { nth, who, path: "edit", body, kind: Kind::Edit }
        }
        _ => say(dice.who(&PEOPLE), format!("the batch of last night looks odd, no. {nth}."), Kind::Chatter),
    }
}

/// What somebody did until the bot died: each act with its answer, or without.
async fn live(
    room: Room,
    mut dice: Dice,
    nth: Arc<std::sync::atomic::AtomicU64>,
    known: Shared,
) -> Vec<(Act, Option<Value>)> {
    let mut done = Vec::new();
    loop {
        let act = act(&mut dice, nth.fetch_add(1, std::sync::atomic::Ordering::Relaxed), &known);
        let answered = acknowledged(&room, &act).await;
        let died = answered.is_none();
        if let Some(answer) = &answered {
            learn(&known, &act, answer);
        }
        done.push((act, answered));
        if died {
            return done;
        }
    }
}

/// The answer, if there was one. A bot that lives answers everybody.
async fn acknowledged(room: &Room, act: &Act) -> Option<Value> {
    let Ok(Reply { status, body, text, .. }) = room.post(act.path, &act.body).await else { return None };
    assert_eq!(status, 200, "{act:?}: {text}");
    Some(body)
}

fn learn(known: &Shared, act: &Act, answer: &Value) {
    let mut known = known.lock().expect("nobody panics here");
    match act.kind {
        Kind::Request | Kind::Open => {
            let case = case_of(&answer.to_string()).unwrap_or_else(|| panic!("{act:?} got no case: {answer}"));
            known.cases.push(case);
        }
        Kind::Chatter => {
            known.messages.push((act.who, answer["message"].as_str().expect("a message has an id").to_owned()));
        }
        Kind::Note | Kind::Vote | Kind::Edit => {}
    }
}

/// The first case that is named.
fn case_of(text: &str) -> Option<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.into_iter().find(|word| word.parse::<countersign::domain::CaseId>().is_ok()).map(str::to_owned)
}

/// Moves the time on until the bot dies.
async fn time(room: Room, mut dice: Dice) {
    loop {
        let minutes = 1 + dice.below(25);
        if room.post("clock", &json!({ "advance": format!("{minutes}m") })).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(dice.below(60))).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_counts_twice() {
    let mut dice = Dice::thrown("crash");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let nth = Arc::new(std::sync::atomic::AtomicU64::new(1));
    let known = Shared::default();
    let mut acknowledged_acts: Vec<(Act, Value)> = Vec::new();
    // Edits that may or may not have happened.
    let mut perhaps: Vec<Act> = Vec::new();
    let mut again: Vec<Act> = Vec::new();
    for death in 0..DEATHS {
        let bot = Bot::start(&data);
        let room = bot.room.clone();
        for act in std::mem::take(&mut again) {
            let answer = acknowledged(&room, &act).await.expect("the bot lives");
            learn(&known, &act, &answer);
            let twice = acknowledged(&room, &act).await.expect("the bot lives");
            assert_eq!(answer, twice, "said again, {act:?} got another answer");
            acknowledged_acts.push((act, answer));
        }
        // Platforms also tell again what was acknowledged long ago.
        for _ in 0..4.min(acknowledged_acts.len()) {
            let (act, answer) = dice.one_of(&acknowledged_acts);
            if act.kind != Kind::Edit {
                let twice = acknowledged(&room, act).await.expect("the bot lives");
                assert_eq!(answer, &twice, "said again, {act:?} got another answer");
            }
        }
        // Where people speak, a slow machine may come to nothing else before the bot dies. In some lives only time passes.
        let only_time = death % 8 == 7;
        if only_time {
            room.post("clock", &json!({ "advance": "5m" })).await.expect("the bot lives").ok();
        }
        let mut people = JoinSet::new();
        for _ in PEOPLE.iter().filter(|_| !only_time) {
            people.spawn(live(room.clone(), dice.other(), nth.clone(), known.clone()));
        }
        let passing = tokio::spawn(time(room, dice.other()));
        // No limit is tested here: any moment will do.
        tokio::time::sleep(Duration::from_millis(dice.below(if only_time { 150 } else { 500 }))).await;
        bot.kill();
        for (act, answer) in people.join_all().await.into_iter().flatten() {
            match answer {
                Some(answer) => acknowledged_acts.push((act, answer)),
                None if act.kind == Kind::Edit => perhaps.push(act),
                None => again.push(act),
            }
        }
        passing.await.expect("time passed");
        written::verifies(&data).await;
        let causes = Causes::new(cause_secret(&data).expect("the secret"));
        let heard = check(&Written::read(&data).await, &causes, &acknowledged_acts, &again, &perhaps);
        let (known, unsure) = (acknowledged_acts.len(), again.len());
        println!(
            "death {}: {known} acts acknowledged, {unsure} to be said again, of which {heard} were heard",
            death + 1
        );
    }

    // The last life ends well.
    let bot = Bot::start(&data);
    for act in std::mem::take(&mut again) {
        let answer = acknowledged(&bot.room, &act).await.expect("the bot lives");
        acknowledged_acts.push((act, answer));
    }
    let clock = bot.room.post("clock", &json!({ "advance": "1m" })).await.expect("an answer").ok();
    let now = countersign::domain::At(clock["now_us"].as_i64().expect("a moment"));
    assert!(clock["next_wake_us"].as_i64().is_none_or(|next| next > now.0), "something due was not told: {clock}");
    let (status, log) = bot.stop();
    assert!(status.success(), "{log}");
    let written = Written::read(&data).await;
    let causes = Causes::new(cause_secret(&data).expect("the secret"));
    check(&written, &causes, &acknowledged_acts, &again, &perhaps);
    let told = written.check_told_once(now);
    // A message of the room stands there once.
    let mut messages = BTreeSet::new();
    for told in written.told() {
        assert!(!told.perhaps_twice, "the room recognises a repetition: {told:?}");
        let what = (told.lane.to_string(), told.message.clone(), told.part);
        assert!(told.edit || messages.insert(what), "told twice: {told:?}");
    }
    let nudges = check_steps(&written);
    println!(
        "{} acts, {} entries, {told} told, {nudges} of them because time passed",
        acknowledged_acts.len(),
        written.entries.len()
    );
    assert!(acknowledged_acts.len() > 150 && nudges > 10, "too little happened for this test to mean something");

    let data = data.to_str().expect("a name");
    for command in [&["verify", "--data", data][..], &["rebuild", "--compare", "--data", data]] {
        let output = bot::run(command);
        assert!(output.status.success(), "{command:?}: {}", bot::words(&output));
    }
}

/// Every acknowledged act is in the ledger once, with what it brought about; the others once at most. How many of those that
/// will be said again were heard already: the bot died between the commit and its answer.
#[track_caller]
fn check(written: &Written, causes: &Causes, acknowledged: &[(Act, Value)], again: &[Act], perhaps: &[Act]) -> usize {
    let key = |act: &Act| causes.key_of(&act.cause(causes));
    let mut heard_times: HashMap<&str, usize> = HashMap::new();
    for heard in written.heard() {
        *heard_times.entry(&heard.key).or_default() += 1;
    }
    if let Some((cause, times)) = heard_times.iter().find(|(_, times)| **times > 1) {
        panic!("cause {cause} was heard {times} times");
    }
    // Titles and notes end in their number, so each is some text's own.
    let mut opened: HashMap<&str, usize> = HashMap::new();
    let mut noted: HashMap<&str, usize> = HashMap::new();
    let mut votes: HashMap<(Option<&String>, String), usize> = HashMap::new();
    for (entry, event) in written.events() {
        use countersign::domain::kinds::{approval, incident};
        use countersign::domain::{Event, every_case};
        match event {
            Event::Approval(approval::Event::Requested(it)) => *opened.entry(&it.began.title).or_default() += 1,
            Event::Incident(incident::Event::Opened(it)) => *opened.entry(&it.began.title).or_default() += 1,
            Event::Case(every_case::Event::Noted { text, .. }) => *noted.entry(text).or_default() += 1,
            Event::Approval(approval::Event::Voted(vote)) => {
                *votes.entry((entry.case.as_ref(), vote.by.to_string())).or_default() += 1
            }
            _ => {}
        }
    }
    if let Some((vote, times)) = votes.iter().find(|(_, times)| **times > 1) {
        panic!("{vote:?} counted {times} times");
    }
    let mut said: HashMap<&str, usize> = HashMap::new();
    for heard in written.heard() {
        use countersign::ledger::heard::What;
        if let What::Said { text, .. } | What::Edited { text, .. } = &heard.what {
            *said.entry(text).or_default() += 1;
        }
    }
    let times = |act: &Act| {
        let of = |all: &HashMap<&str, usize>, text: String| all.get(text.as_str()).copied().unwrap_or(0);
        let nth = act.nth;
        match act.kind {
            Kind::Request => of(&opened, format!("Ship v{nth}.")),
            Kind::Open => of(&opened, format!("Scores drift, no. {nth}.")),
            Kind::Note => of(&noted, format!("looked at it, no. {nth}.")),
            Kind::Vote => heard_times.get(key(act).as_str()).copied().unwrap_or(0),
            Kind::Chatter => of(&said, format!("the batch of last night looks odd, no. {nth}.")),
            Kind::Edit => of(&said, format!("said better, no. {nth}.")),
        }
    };
    for (act, answer) in acknowledged {
        assert_eq!(times(act), 1, "acknowledged with {answer}: {act:?}");
        if act.kind != Kind::Edit {
            assert_eq!(heard_times.get(key(act).as_str()), Some(&1), "{act:?}");
        }
    }
    for act in again.iter().chain(perhaps) {
        assert!(times(act) <= 1, "{act:?}");
    }
    again.iter().filter(|act| heard_times.contains_key(key(act).as_str())).count()
}

/// No step of a ladder was taken twice. How many were taken.
#[track_caller]
fn check_steps(written: &Written) -> usize {
    let mut through = BTreeMap::new();
    let mut steps = 0;
    for (entry, event) in written.events() {
        let countersign::domain::Event::Duty(DutyEvent { number, change }) = event else { continue };
        let Some(passed) = change.passed() else { continue };
        let now = (passed.through, passed.repeat);
        let before = through.insert((entry.case.as_ref(), *number), now);
        assert!(before.is_none_or(|before| before < now), "{:?} went from {before:?} to {now:?}", entry.case);
        steps += 1;
    }
    steps
}
