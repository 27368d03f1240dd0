//! Slack, as far as it goes without Slack: a whole house on one side, a fake that keeps Slack's rules on the other, and people
//! who type, press and fill in between them.

mod fakes;
mod kit;
#[path = "kit/slack_house.rs"]
mod slack_house;

use std::time::Duration;

use countersign::card::Card;
use countersign::chat::{CaseChannel, Chat as _, Post, Undelivered};
use countersign::domain::Lane;
use countersign::grammar::Word;
use countersign::heard::Account;
use countersign::heard::What;
use countersign::record::{HeardRecord, key_of};
use fakes::slack::{Allowed, BOT_USER, Disturbance, FakeSlack, Harm, Kind, On, Shown, Sort, Submitted, User};
use kit::bot::until;
use slack_house::SlackHouse;

const POLICY: &str = r#"
[policy]
name = "Slack bank"
operators_channel = "slack:C0OPS"
batch_within = "0m"
ladder = "plain"
refuse = ["guests"]

[parties.bank]
name = "Bank"

[people.maya]
name = "Maya"
party = "bank"
zone = "Europe/Berlin"
slack = "U0MAYA"

[people.dev]
name = "Dev"
party = "bank"
zone = "UTC"
slack = "U0DEV"

[people.gwen]
name = "Gwen"
party = "bank"
zone = "UTC"
slack = "U0GUEST"

[roles.triage]
name = "Triage"
party = "bank"
members = ["dev"]

[roles.risk]
name = "Model risk"
party = "bank"
members = ["dev"]

[roles.seniors]
name = "Seniors"
party = "bank"
members = ["maya"]
groups = ["slack:S0SENIORS"]

[ladders.plain]
nudge_at_percent = [50]

[severities.sev1]
about = "Everything"

[severities.sev2]
about = "Some of it"

[workflows.credit]
name = "Credit scoring"
stage = "production"
channel = "slack:C0CREDIT"
approval_path = "change"

[workflows.claims]
name = "Claims"
stage = "pilot"
channel = "slack:C0CLAIMS"
approval_path = "change"

[[targets]]
duty = "acknowledge"
holder = "triage"
within = "2h"
urgent = true

[paths.change]
name = "Change"
stages = [{ role = "risk", within = "2h" }]
"#;

async fn workspace() -> FakeSlack {
    let fake = FakeSlack::start().await;
    fake.add_user(User::new("U0MAYA", "maya.b", "Maya Brandt", "Europe/Berlin"));
    fake.add_user(User::new("U0DEV", "dev", "Dev Rao", "UTC"));
    fake.add_user(User::new("U0GUEST", "gwen", "Gwen Guest", "UTC").guest(false));
    fake.add_user(User::new("U0EVE", "eve", "<!channel> *Eve*", "UTC"));
    fake.add_user(User::new("U0OTHERBOT", "otherbot", "Other bot", "UTC").bot());
    let all = ["U0MAYA", "U0DEV", "U0GUEST", "U0EVE", "U0OTHERBOT", BOT_USER];
    for (id, name) in [("C0CREDIT", "credit-ai"), ("C0CLAIMS", "claims-ai"), ("C0OPS", "ops"), ("C0LOUNGE", "lounge")] {
        fake.add_channel(id, name, Sort::Public, &all);
    }
    fake.add_group("S0SENIORS", "seniors", &["U0MAYA", "U0DEV"]);
    // A slow machine is no slow person.
    fake.trigger_life(Duration::from_secs(20));
    fake
}

struct Scene {
    fake: FakeSlack,
    folder: tempfile::TempDir,
    house: SlackHouse,
}

async fn scene() -> Scene {
    let fake = workspace().await;
    let folder = tempfile::tempdir().expect("a folder");
    let house = SlackHouse::open(&fake, folder.path(), POLICY).await;
    Scene { fake, folder, house }
}

/// Whether it is about this message of Slack's.
fn says(heard: &HeardRecord, ts: &str) -> bool {
    matches!(&heard.what, What::Said { message, .. } if message == ts)
}

/// Whether it records that nothing was heard in a lane for a while.
fn is_gap(heard: &HeardRecord, lane: &str) -> bool {
    matches!(heard.what, What::Gap { .. }) && heard.lane.to_string() == lane
}

/// Whose word it was.
fn account(heard: &HeardRecord) -> &Account {
    heard.from.get().expect("an account")
}

impl Scene {
    async fn heard(&self, what: &str, so: impl Fn(&HeardRecord) -> bool) -> HeardRecord {
        let begun = std::time::Instant::now();
        loop {
            let written = self.house.written().await;
            if let Some(heard) = written.heard().find(|heard| so(heard)) {
                return heard.clone();
            }
            let all: Vec<&HeardRecord> = written.heard().collect();
            assert!(begun.elapsed() < Duration::from_secs(30), "never heard: {what}\n{all:#?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn shown(&self, user: &str, words: &str) -> Shown {
        self.fake
            .find(words, |fake| {
                fake.private(user)
                    .into_iter()
                    .find(|it| self.read(&it.blocks).contains(words) || it.text.contains(words))
            })
            .await
    }

    fn read(&self, blocks: &[serde_json::Value]) -> String {
        self.fake.render(blocks, chrono_tz::UTC)
    }

    /// The case's card in a channel, once it stands there.
    async fn card(&self, channel: &str, words: &str) -> fakes::slack::Message {
        self.fake
            .find(words, |fake| {
                fake.messages(channel)
                    .into_iter()
                    .find(|it| it.by_bot && it.thread_ts.is_none() && self.read(&it.blocks).contains(words))
            })
            .await
    }

    async fn end(self) {
        self.fake.assert_clean();
        self.house.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_opens_an_incident_whose_card_is_pressed() {
    let scene = scene().await;
    let fake = &scene.fake;
    let spoken = fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Scores drift for <b>new</b> customers").await;
    assert!(!spoken.failed() && spoken.took() < Duration::from_secs(3));
    scene.shown("U0MAYA", "INC-1").await;
    let card = scene.card("C0CREDIT", "INC-1").await;
    assert!(scene.read(&card.blocks).contains("Scores drift for <b>new</b> customers"), "{}", scene.read(&card.blocks));
    let spoken = fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge").await;
    assert!(!spoken.failed() && spoken.took() < Duration::from_secs(3));
    let heard = scene.heard("the press", |heard| account(heard).id == "U0DEV").await;
    assert_eq!(heard.thread.as_deref(), Some(&*card.ts), "a press belongs to its card's thread");
    let answer = fake.find("an answer", |fake| fake.ephemerals("U0DEV").pop()).await;
    assert_eq!(answer.thread_ts, None, "and is answered where it was pressed");
    // The card follows what is true.
    fake.find("the card says so", |fake| {
        let card = fake.message("C0CREDIT", &card.ts)?;
        fake.buttons(&card.blocks).iter().all(|button| button.label != "Acknowledge").then_some(())
    })
    .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_opened_filled_in_wrongly_and_then_right() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0LOUNGE", "/incident", "open").await;
    let view = fake.find("the form", |fake| fake.views("U0MAYA").pop()).await;
    assert_eq!(view.title(), "Open incident");
    let values = [("workflow", "credit"), ("severity", "sev2"), ("title", "Drift"), ("occurred", "1767225600")];
    assert_eq!(fake.submit("U0MAYA", &view.id, &values).await, Submitted::Closed);
    scene.card("C0CREDIT", "Drift").await;
    scene.shown("U0MAYA", "INC-1").await;
    wrong_then_right(&scene).await;
    scene.end().await;
}

/// A note about a case that can't have it; the form stays open, with the reason at its field, and what is right then counts.
async fn wrong_then_right(scene: &Scene) {
    let fake = &scene.fake;
    let ts = fake.say("U0DEV", "C0CREDIT", "worth keeping", None);
    fake.message_shortcut("U0MAYA", "keep_as_evidence", "C0CREDIT", &ts).await;
    let view = fake.find("the note's form", |fake| fake.views("U0MAYA").pop()).await;
    for wrong in ["APR-1", "APR-1", "nonsense"] {
        let sent = fake.submit("U0MAYA", &view.id, &[("case", wrong)]).await;
        let Submitted::Errors(errors) = sent else { panic!("{wrong} was taken: {sent:?}") };
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["case"], "{errors:?}");
    }
    assert_eq!(fake.submit("U0MAYA", &view.id, &[("case", "INC-1")]).await, Submitted::Closed);
    scene
        .heard("the note", |heard| {
            format!("{heard:?}").contains("INC-1") && format!("{heard:?}").contains("worth keeping\\nhttps")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_is_kept_edited_and_deleted_where_it_counts() {
    let scene = scene().await;
    let fake = &scene.fake;
    let first = fake.say("U0MAYA", "C0CREDIT", "@dev please look, 1 < 2 & `code`", None);
    let reply = fake.say("U0DEV", "C0CREDIT", "looking", Some(&first));
    fake.say("U0MAYA", "C0LOUNGE", "lunch?", None);
    fake.edit("U0MAYA", "C0CREDIT", &first, "please look again");
    fake.react("U0DEV", "C0CREDIT", &first, "eyes");
    fake.delete("U0DEV", "C0CREDIT", &reply);
    fake.say("U0OTHERBOT", "C0CREDIT", "deploy done", None);
    let (_, file) = fake.upload("U0MAYA", "C0CREDIT", "scores.csv", b"a,b\n1,2\n", "the scores", None);
    // Of a message with replies Slack leaves a stone.
    let root = fake.say("U0MAYA", "C0CREDIT", "begins a thread", None);
    fake.say("U0DEV", "C0CREDIT", "goes on", Some(&root));
    fake.delete("U0MAYA", "C0CREDIT", &root);
    fake.leave("U0EVE", "C0CREDIT");
    fake.join("U0EVE", "C0CREDIT");
    let rows = scene
        .house
        .transcript("slack/C0CREDIT", "the file's message", |rows| {
            rows.iter().any(|row| row.body.contains("the scores"))
        })
        .await;
    let said =
        scene.heard("the first message", |heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{first}"))).await;
    let words = serde_json::to_string(&said).expect("a record");
    assert!(words.contains("@dev please look, 1 < 2 & `code`"), "{words}");
    let edited = rows.iter().find(|row| row.id == first).expect("the first message");
    assert!(edited.body.contains("please look again") && edited.edited_us.is_some(), "{edited:?}");
    let deleted = rows.iter().find(|row| row.id == reply).expect("the reply");
    assert!(deleted.deleted_us.is_some() && deleted.thread.as_deref() == Some(&*first), "{deleted:?}");
    scene.heard("the stone", |heard| heard.key == key_of(&format!("slack:del:C0CREDIT:{root}"))).await;
    scene.heard("the other bot", |heard| account(heard).bot && account(heard).id == "U0OTHERBOT").await;
    let with_file =
        scene.heard("the file", |heard| serde_json::to_string(heard).is_ok_and(|it| it.contains("sha256"))).await;
    let text = serde_json::to_value(&with_file).expect("a record").to_string();
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(fake.file_bytes(&file).expect("a file")));
    assert!(text.contains(&sha256), "{text}");
    let kept = countersign::folder::blob_path(&scene.folder.path().join("data"), &sha256);
    assert_eq!(std::fs::read(kept).expect("the bytes"), b"a,b\n1,2\n");
    for what in ["reacted {", "what: joined", "what: left"] {
        scene.heard(what, |heard| format!("{heard:?}").to_lowercase().contains(what)).await;
    }
    let written = scene.house.written().await;
    assert!(!written.heard().any(|heard| format!("{heard:?}").contains("lunch?")), "the lounge is nobody's evidence");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_counts_once_and_is_answered_in_private() {
    let scene = scene().await;
    let fake = &scene.fake;
    // The message comes twice, and once more as a mention.
    fake.disturb(Some(Kind::Event), Disturbance::Duplicate);
    let ts = fake.say("U0MAYA", "C0CREDIT", "@countersign incident open sev2 Drift", None);
    fake.find("an answer", |fake| fake.ephemerals("U0MAYA").pop()).await;
    fake.find("everything is told", |fake| fake.quiet().then_some(())).await;
    let marker = fake.say("U0MAYA", "C0CREDIT", "after it", None);
    scene.heard("what came after", |heard| says(heard, &marker)).await;
    let written = scene.house.written().await;
    assert_eq!(written.heard().filter(|heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{ts}"))).count(), 1);
    assert_eq!(scene.house.reader.open_cases().await.expect("a count"), 1);
    assert_eq!(fake.ephemerals("U0MAYA").len(), 1, "{:?}", fake.ephemerals("U0MAYA"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_overtakes_its_message_counts() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.disturb(Some(Kind::Event), Disturbance::Overtaken);
    let ts = fake.say("U0MAYA", "C0CREDIT", "as it was", None);
    fake.edit("U0MAYA", "C0CREDIT", &ts, "as it is");
    scene.heard("the message", |heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{ts}"))).await;
    scene
        .house
        .transcript("slack/C0CREDIT", "the edit", |rows| {
            rows.iter().any(|it| it.id == ts && it.body.contains("as it is"))
        })
        .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_are_refused_and_strangers_get_a_kind_word() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0GUEST", "C0CREDIT", "/incident", "open sev1 Something").await;
    let refused = fake.find("a refusal", |fake| fake.private("U0GUEST").pop()).await;
    assert!(!scene.read(&refused.blocks).contains("INC-1"), "{}", scene.read(&refused.blocks));
    fake.slash("U0EVE", "C0CREDIT", "/incident", "open").await;
    fake.find("a kind word", |fake| fake.private("U0EVE").pop()).await;
    assert!(fake.views("U0EVE").is_empty());
    fake.global_shortcut("U0EVE", "open_incident").await;
    fake.find("the same kind word", |fake| {
        let direct = fake.im("U0EVE");
        fake.messages(&direct).pop()
    })
    .await;
    assert_eq!(scene.house.reader.open_cases().await.expect("a count"), 0);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shortcuts_open_forms_with_the_message_in_them() {
    let scene = scene().await;
    let fake = &scene.fake;
    let ts = fake.say("U0DEV", "C0CREDIT", "Scores look odd since noon\nmore words", None);
    fake.message_shortcut("U0MAYA", "open_incident_from_message", "C0CREDIT", &ts).await;
    let view = fake.find("the form", |fake| fake.views("U0MAYA").pop()).await;
    assert!(serde_json::to_string(&view.view).expect("text").contains("Scores look odd since noon"));
    assert_eq!(fake.submit("U0MAYA", &view.id, &[("severity", "sev2")]).await, Submitted::Closed);
    scene.card("C0CREDIT", "Scores look odd since noon").await;
    fake.message_shortcut("U0MAYA", "keep_as_evidence", "C0CREDIT", &ts).await;
    let view = fake.find("the note's form", |fake| fake.views("U0MAYA").pop()).await;
    let text = serde_json::to_string(&view.view).expect("text");
    assert!(text.contains("dev, ") && text.contains("more words") && text.contains("/archives/C0CREDIT/p"), "{text}");
    assert_eq!(fake.submit("U0MAYA", &view.id, &[("case", "INC-1")]).await, Submitted::Closed);
    scene.heard("the note", |heard| format!("{heard:?}").contains("incident.note")).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_home_tab_shows_what_one_owes() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    scene.card("C0CREDIT", "INC-1").await;
    fake.open_home("U0DEV");
    let home = fake.find("the home tab", |fake| fake.home("U0DEV")).await;
    assert!(scene.read(home.blocks()).contains("INC-1"), "{}", scene.read(home.blocks()));
    fake.open_home("U0EVE");
    fake.find("a stranger's home tab", |fake| fake.home("U0EVE")).await;
    scene.end().await;
}

fn card(text: &str) -> Card {
    Card { title: vec![Word::from(text)], ..Card::default() }
}

async fn post(scene: &Scene, lane: &str, nonce: &str, text: &str) -> Result<String, Undelivered> {
    let lane: Lane = lane.parse().expect("a lane");
    let card = card(text);
    let post = Post {
        nonce: nonce.to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    scene.house.slack.post(post).await.map(|receipt| receipt.message)
}

fn saying(fake: &FakeSlack, channel: &str, words: &str) -> usize {
    fake.messages(channel).iter().filter(|it| it.text.contains(words)).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_fate_is_unknown_is_looked_for_and_stands_there_once() {
    let scene = scene().await;
    let fake = &scene.fake;
    let harms = [
        Harm::DropAfterEffect,
        Harm::DropBeforeEffect,
        Harm::Truncated,
        Harm::ServerErrorAfterEffect { status: 502 },
        Harm::ServerError { status: 500 },
        Harm::SilenceAfterEffect,
    ];
    for (at, harm) in harms.into_iter().enumerate() {
        let words = format!("message {at}");
        fake.fault(On::method("chat.postMessage").channel("C0CREDIT"), harm.clone());
        // History can't be asked at first, either.
        fake.fault(On::method("conversations.history").channel("C0CREDIT"), Harm::ServerError { status: 503 });
        let ts = post(&scene, "slack/C0CREDIT", &words, &words).await.unwrap_or_else(|why| panic!("{harm:?}: {why}"));
        assert_eq!(saying(fake, "C0CREDIT", &words), 1, "{harm:?}");
        assert!(fake.message("C0CREDIT", &ts).is_some_and(|it| it.text == words), "{harm:?}");
        fake.clear_faults();
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_that_is_a_moment_behind_makes_no_second_message() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.fault(On::method("chat.postMessage").channel("C0CREDIT"), Harm::DropAfterEffect);
    fake.fault(On::method("conversations.history").channel("C0CREDIT"), Harm::Behind);
    post(&scene, "slack/C0CREDIT", "8", "eight").await.expect("it is found");
    assert_eq!(saying(fake, "C0CREDIT", "eight"), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_slack_does_not_take_goes_back_to_the_courier() {
    let scene = scene().await;
    scene.fake.fault(On::method("chat.postMessage").channel("C0CREDIT").times(12), Harm::ServerError { status: 503 });
    let refused = post(&scene, "slack/C0CREDIT", "9", "nine").await;
    assert!(matches!(refused, Err(Undelivered::Later { after: None, .. })), "{refused:?}");
    scene.fake.clear_faults();
    post(&scene, "slack/C0CREDIT", "9", "nine").await.expect("it goes when it comes again");
    assert_eq!(saying(&scene.fake, "C0CREDIT", "nine"), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_an_earlier_process_may_have_sent_is_looked_for() {
    let scene = scene().await;
    let first = post(&scene, "slack/C0CREDIT", "7", "once").await.expect("it goes");
    let Scene { fake, folder, house } = scene;
    house.stop().await;
    let house = SlackHouse::open(&fake, folder.path(), POLICY).await;
    let scene = Scene { fake, folder, house };
    let (lane, card) = ("slack/C0CREDIT".parse().expect("a lane"), card("once"));
    let post = Post {
        nonce: "7".to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: true,
    };
    assert_eq!(scene.house.slack.post(post).await.expect("it stands there").message, first);
    assert_eq!(saying(&scene.fake, "C0CREDIT", "once"), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_for_now_or_for_good() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.fault(On::method("chat.postMessage").channel("C0CREDIT"), Harm::RateLimited { retry_after: 40 });
    let limited = post(&scene, "slack/C0CREDIT", "1", "one").await;
    let Err(Undelivered::Later { after: Some(after), .. }) = limited else { panic!("{limited:?}") };
    assert!(after.0 >= 40_000_000, "{after:?}");
    // Nobody else waits for that.
    post(&scene, "slack/C0CLAIMS", "2", "two").await.expect("another channel goes on");
    fake.fault(On::method("chat.postMessage"), Harm::Error("is_archived".to_owned()));
    let refused = post(&scene, "slack/C0CREDIT", "3", "three").await;
    assert!(matches!(refused, Err(Undelivered::Never { .. })), "{refused:?}");
    // So Slack calls a private channel that the bot was taken out of; it may come back.
    fake.fault(On::method("chat.postMessage"), Harm::Error("channel_not_found".to_owned()));
    let refused = post(&scene, "slack/C0CREDIT", "3", "three").await;
    assert!(matches!(refused, Err(Undelivered::Later { .. })), "{refused:?}");
    let trouble = scene.house.slack.link().trouble.expect("the operator is told");
    assert!(trouble.contains("slack/C0CREDIT"), "{trouble}");
    post(&scene, "slack/C0CREDIT", "3", "three").await.expect("it is back");
    assert_eq!(scene.house.slack.link().trouble, None);
    fake.fault(On::method("conversations.open"), Harm::Error("user_not_found".to_owned()));
    let gone = post(&scene, "slack/@U0NOBODY", "4", "four").await;
    assert!(matches!(gone, Err(Undelivered::Never { .. })), "{gone:?}");
    fake.revoke_token();
    let revoked = post(&scene, "slack/C0CREDIT", "5", "five").await;
    assert!(matches!(revoked, Err(Undelivered::Later { .. })), "{revoked:?}");
    let trouble = scene.house.slack.link().trouble.expect("the operator is told");
    assert!(trouble.contains("token_revoked"), "{trouble}");
    assert!(!scene.house.slack.link().up, "whoever can't speak isn't up");
    fake.restore_token();
    post(&scene, "slack/C0CREDIT", "5", "five").await.expect("the token was mended");
    assert!(scene.house.slack.link().up);
    assert_eq!(scene.house.slack.link().trouble, None);
    fake.remove_bot("C0CREDIT");
    post(&scene, "slack/C0CREDIT", "6", "six").await.expect("it comes back into a public channel by itself");
    assert!(!fake.calls("conversations.join").is_empty());
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_cards_go_on_in_the_thread_and_long_code_as_a_file() {
    let scene = scene().await;
    let fake = &scene.fake;
    let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
    let code = "let x = \"<!channel>\";\n".repeat(400);
    let lines = (0..300).map(|at| vec![Word::from(format!("line {at} {}", "x".repeat(60)))]);
    let long = Card {
        title: vec![Word::from("Long")],
        lines: lines.chain([vec![Word::Code(code.clone())]]).collect(),
        ..Card::default()
    };
    let post = Post {
        nonce: "long".to_owned(),
        lane: &lane,
        thread: None,
        card: &long,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    let ts = scene.house.slack.post(post.clone()).await.expect("it goes").message;
    let thread = fake.thread("C0CREDIT", &ts);
    let mut whole = scene.read(&fake.message("C0CREDIT", &ts).expect("the card").blocks);
    thread.iter().for_each(|message| whole.push_str(&scene.read(&message.blocks)));
    assert!((0..300).all(|at| whole.contains(&format!("line {at} "))));
    let files: Vec<&String> = thread.iter().flat_map(|message| &message.files).collect();
    assert_eq!(files.len(), 1, "{thread:?}");
    assert_eq!(fake.file_bytes(files[0]).expect("the file"), code.as_bytes());
    // Again is the same as once.
    assert_eq!(scene.house.slack.post(post).await.expect("it stands there").message, ts);
    scene.house.slack.edit(&lane, &ts, &long).await.expect("it is brought up to date");
    assert_eq!(fake.thread("C0CREDIT", &ts).iter().flat_map(|it| &it.files).count(), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cases_own_channel_is_made_once_and_is_its_lane() {
    let scene = scene().await;
    let fake = &scene.fake;
    let mut wanted = CaseChannel {
        case: "INC-12".parse().expect("a case"),
        lane: "slack/inc-12".parse().expect("a lane"),
        channel: None,
        near: None,
        name: "inc-12-drift".to_owned(),
        topic: "INC-12 · Drift <!channel>".to_owned(),
        private: false,
        people: vec!["U0MAYA".to_owned(), "U0NOBODY".to_owned(), "U0DEV".to_owned()],
        barred: Vec::new(),
        pinned: None,
        archived: false,
    };
    let slack = &scene.house.slack;
    let early = post(&scene, "slack/inc-12", "1", "too early").await;
    assert!(matches!(early, Err(Undelivered::Later { .. })), "{early:?}");
    let channel = slack.ensure_channel(&wanted).await.expect("it is made");
    assert_eq!(fake.channel_named("inc-12-drift"), Some(channel.clone()));
    let there = fake.channel(&channel).expect("a channel");
    assert!(there.has("U0MAYA") && there.has("U0DEV"), "one who can't come keeps nobody out: {:?}", there.members);
    let ts = post(&scene, "slack/inc-12", "2", "the card").await.expect("it goes there");
    wanted.pinned = Some(ts.clone());
    wanted.channel = Some(channel.clone());
    slack.ensure_channel(&wanted).await.expect("the card is pinned");
    assert_eq!(fake.pins(&channel), [ts]);
    let calls = fake.all_calls().len();
    slack.ensure_channel(&wanted).await.expect("nothing is to be done");
    assert_eq!(fake.all_calls().len(), calls, "doing it again is free");
    let said = fake.say("U0MAYA", &channel, "in its own channel", None);
    let rows = scene
        .house
        .transcript("slack/inc-12", "what is said there", |rows| rows.iter().any(|row| row.id == said))
        .await;
    assert!(rows.iter().any(|row| row.body.contains("in its own channel")));
    wanted.archived = true;
    slack.ensure_channel(&wanted).await.expect("it is archived");
    assert!(fake.channel(&channel).expect("a channel").archived);
    // What an earlier try made is found by its name.
    let again = CaseChannel {
        channel: None,
        case: "INC-13".parse().expect("a case"),
        lane: "slack/inc-13".parse().expect("a lane"),
        name: "inc-13-x".to_owned(),
        archived: false,
        pinned: None,
        people: Vec::new(),
        ..wanted
    };
    fake.fault(On::method("conversations.create"), Harm::DropAfterEffect);
    let found = slack.ensure_channel(&again).await.expect("it is found");
    assert_eq!(fake.channel_named("inc-13-x"), Some(found));
    scene.end().await;
}

fn case_channel(case: &str, name: &str) -> CaseChannel {
    CaseChannel {
        case: case.parse().expect("a case"),
        lane: format!("slack/{}", case.to_lowercase()).parse().expect("a lane"),
        channel: None,
        near: None,
        name: name.to_owned(),
        topic: format!("{case} · open · Drift"),
        private: false,
        people: vec!["U0MAYA".to_owned()],
        barred: Vec::new(),
        pinned: None,
        archived: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_goes_on_in_a_new_channel_where_slack_wont_open_the_archived_one() {
    let mut scene = scene().await;
    for (case, private, again) in
        [("INC-21", false, false), ("INC-22", true, false), ("INC-23", false, true), ("INC-24", true, true)]
    {
        let name = format!("{}-drift", case.to_lowercase());
        let mut wanted = CaseChannel { private, archived: true, ..case_channel(case, &name) };
        let old = scene.house.slack.ensure_channel(&wanted).await.expect("it is made and archived");
        assert!(scene.fake.channel(&old).expect("a channel").archived);
        wanted.channel = Some(old.clone());
        if again {
            let Scene { fake, folder, house } = scene;
            house.stop().await;
            let house = SlackHouse::open(&fake, folder.path(), POLICY).await;
            scene = Scene { fake, folder, house };
            let same = scene.house.slack.ensure_channel(&wanted).await.expect("it stays archived");
            assert_eq!(same, old);
        }
        let slack = &scene.house.slack;
        wanted.archived = false;
        let new = slack.ensure_channel(&wanted).await.unwrap_or_else(|why| panic!("{case}: {why}"));
        assert_ne!(new, old, "{case}");
        let there = scene.fake.channel(&new).expect("a channel");
        assert_eq!((there.name.as_str(), there.has("U0MAYA")), (format!("{name}-2").as_str(), true));
        assert!(there.topic.contains(&format!("before: <#{old}>")), "{}", there.topic);
        wanted.channel = Some(new.clone());
        assert_eq!(slack.ensure_channel(&wanted).await.as_ref(), Ok(&new), "{case}: once is enough");
        post(&scene, &wanted.lane.to_string(), case, "it goes on").await.expect("it goes there");
        assert_eq!(saying(&scene.fake, &new, "it goes on"), 1);
    }
    // Somebody opened it, and the bot comes back by itself.
    let mut wanted = CaseChannel { archived: true, ..case_channel("INC-25", "inc-25-drift") };
    let slack = &scene.house.slack;
    let channel = slack.ensure_channel(&wanted).await.expect("it is made and archived");
    wanted.channel = Some(channel.clone());
    wanted.archived = false;
    scene.fake.unarchive_channel(&channel);
    assert_eq!(slack.ensure_channel(&wanted).await, Ok(channel));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restricted_case_takes_no_channel_that_only_has_the_right_name() {
    let scene = scene().await;
    let (fake, slack) = (&scene.fake, &scene.house.slack);
    let other = slack.ensure_channel(&case_channel("INC-31", "inc-3-drift")).await.expect("another case's");
    let restricted = CaseChannel { private: true, ..case_channel("INC-3", "inc-3-drift") };
    let own = slack.ensure_channel(&restricted).await.expect("it is made");
    assert_ne!(own, other);
    assert_eq!(fake.channel(&own).expect("a channel").sort, Sort::Private);
    // Whoever may not see it any more is put out, also by a process that doesn't know who let them in.
    let people = ["U0MAYA", "U0DEV"].map(str::to_owned).to_vec();
    slack.ensure_channel(&CaseChannel { people, ..restricted.clone() }).await.expect("they are let in");
    fake.invite("U0MAYA", "U0GUEST", &own);
    let there = |who: &str| fake.channel(&own).expect("a channel").has(who);
    assert!(there("U0MAYA") && there("U0DEV") && there("U0GUEST"));
    let barred = CaseChannel {
        people: vec!["U0MAYA".to_owned()],
        barred: ["U0DEV", "U0GUEST"].map(str::to_owned).to_vec(),
        channel: Some(own.clone()),
        ..restricted.clone()
    };
    slack.ensure_channel(&barred).await.expect("they are put out");
    assert!(there("U0MAYA") && !there("U0DEV") && !there("U0GUEST"));
    // Of the same sort, and still another case's.
    let third = slack.ensure_channel(&case_channel("INC-32", "inc-3-drift")).await.expect("it is made");
    assert!(third != own && third != other);
    // What an earlier try made is found, if it is as private as it should be.
    fake.fault(On::method("conversations.create"), Harm::DropAfterEffect);
    let found = slack
        .ensure_channel(&CaseChannel { private: true, ..case_channel("INC-33", "inc-33") })
        .await
        .expect("it is found");
    assert_eq!(fake.channel_named("inc-33"), Some(found));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_slack_wont_have_holds_up_nothing() {
    let scene = scene().await;
    let (fake, slack) = (&scene.fake, &scene.house.slack);
    let long = CaseChannel { topic: "INC-41 · a < b & c > d ".repeat(20), ..case_channel("INC-41", "inc-41") };
    let channel = slack.ensure_channel(&long).await.expect("it is made");
    let topic = fake.channel(&channel).expect("a channel").topic;
    assert!(topic.chars().count() > 240 && topic.starts_with("INC-41 · a &lt; b &amp; c"), "{topic}");
    for error in ["too_long", "restricted_action", "internal_error"] {
        fake.fault(On::method("conversations.setTopic"), Harm::Error(error.to_owned()));
        fake.fault(On::method("pins.add"), Harm::Error("too_many_pins".to_owned()));
        let case = CaseChannel {
            topic: error.to_owned(),
            pinned: Some("1.000100".to_owned()),
            channel: Some(channel.clone()),
            ..long.clone()
        };
        assert_eq!(slack.ensure_channel(&case).await, Ok(channel.clone()), "{error}");
        fake.clear_faults();
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_while_nobody_listened_is_read_from_history() {
    let scene = scene().await;
    let before = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", None);
    scene.heard("it", |heard| says(heard, &before)).await;
    let Scene { fake, folder, house } = scene;
    house.stop().await;
    // Slack gives up telling after a while.
    let lost = || fake.disturb(Some(Kind::Event), Disturbance::Lost);
    lost();
    let missed = fake.say("U0MAYA", "C0CREDIT", "said to nobody", None);
    lost();
    let reply = fake.say("U0DEV", "C0CREDIT", "answered to nobody", Some(&before));
    lost();
    fake.edit("U0MAYA", "C0CREDIT", &before, "heard live, then changed");
    let house = SlackHouse::open(&fake, folder.path(), POLICY).await;
    let scene = Scene { fake, folder, house };
    let heard =
        scene.heard("what was missed", |heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{missed}"))).await;
    assert!(heard.backfilled);
    scene.heard("the reply", |heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{reply}"))).await;
    scene.heard("the edit", |heard| matches!(&heard.what, What::Edited { message, .. } if *message == before)).await;
    scene.heard("the gap", |heard| is_gap(heard, "slack/C0CREDIT")).await;
    let written = scene.house.written().await;
    assert!(!written.heard().any(|heard| is_gap(heard, "slack/C0CLAIMS")), "nothing was missed there");
    for ts in [&before, &missed, &reply] {
        let count = written.heard().filter(|heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{ts}"))).count();
        assert_eq!(count, 1, "{ts}");
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_history_has_beyond_reach_is_said_to_be_missing() {
    let scene = scene().await;
    let (direct, greeting) = scene.fake.whisper("U0DEV", "hello");
    scene.heard("it", |heard| says(heard, &greeting)).await;
    let before = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", None);
    scene.heard("it", |heard| says(heard, &before)).await;
    let Scene { fake, folder, house } = scene;
    house.stop().await;
    fake.small_pages(1);
    let missed: Vec<String> = (0..25)
        .map(|at| {
            fake.disturb(Some(Kind::Event), Disturbance::Lost);
            fake.say("U0MAYA", "C0CREDIT", &format!("said to nobody {at}"), None)
        })
        .collect();
    let asked = |fake: &FakeSlack| {
        fake.calls("conversations.history").iter().filter(|call| call.args["channel"] == direct.as_str()).count()
    };
    let looked = asked(&fake);
    let house = SlackHouse::open(&fake, folder.path(), POLICY).await;
    let scene = Scene { fake, folder, house };
    let heard = |ts: &str| format!("slack:msg:C0CREDIT:{ts}");
    let last = heard(missed.last().expect("some"));
    scene.heard("the last of it", |it| it.key == key_of(&last)).await;
    scene.heard("that more is missing", |it| format!("{it:?}").contains("more was said than is read")).await;
    let first = heard(&missed[0]);
    assert!(!scene.house.written().await.heard().any(|it| it.key == key_of(&first)));
    until("everything is read", || async { scene.house.slack.is_at_rest() }).await;
    assert_eq!(asked(&scene.fake) - looked, 1, "a silent conversation of two costs one question");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_incident_goes_on_where_its_archived_channel_was() {
    let fake = workspace().await;
    let folder = tempfile::tempdir().expect("a folder");
    let policy = POLICY.replacen("[workflows.credit]\n", "[workflows.credit]\nincident_channels = true\n", 1);
    let house = SlackHouse::open(&fake, folder.path(), &policy).await;
    let scene = Scene { fake, folder, house };
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    let first = fake.find("its channel", |fake| fake.channel_named("inc-1-drift")).await;
    scene.card(&first, "INC-1").await;
    fake.archive_channel(&first);
    fake.slash("U0DEV", "C0CREDIT", "/incident", "ack INC-1").await;
    let second = fake.find("another channel", |fake| fake.channel_named("inc-1-drift-2")).await;
    // The card stands there anew, is pinned, and what is said there counts for the case.
    let pinned = fake.find("the card is pinned", |fake| fake.pins(&second).pop()).await;
    let card = fake.message(&second, &pinned).expect("it stands there");
    assert!(scene.read(&card.blocks).contains("acknowledged"), "{}", scene.read(&card.blocks));
    let said = fake.say("U0MAYA", &second, "we go on here", None);
    scene.house.transcript("slack/inc-1", "what is said there", |rows| rows.iter().any(|row| row.id == said)).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rosters_follow_the_workspace() {
    let scene = scene().await;
    let fake = &scene.fake;
    let known = |who: &str, gone: bool| {
        let (house, who) = (&scene.house, who.to_owned());
        async move { house.desk.shown().bot.is_gone(&who.as_str().into(), &"slack".into()) == gone }
    };
    until("the first roster", || async {
        scene
            .house
            .desk
            .shown()
            .bot
            .platforms
            .rosters
            .values()
            .any(|it| it.groups.values().any(|group| group.len() == 2))
    })
    .await;
    fake.change_group("S0SENIORS", &["U0DEV"]);
    until("the group changed", || async {
        scene
            .house
            .desk
            .shown()
            .bot
            .platforms
            .rosters
            .values()
            .any(|it| it.groups.values().any(|group| group.len() == 1))
    })
    .await;
    fake.deactivate("U0GUEST");
    until("somebody is gone", || known("gwen", true)).await;
    assert!(known("maya", false).await);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_and_names_stay_words() {
    let scene = scene().await;
    let fake = &scene.fake;
    let hostile = "<!channel> <@U0DEV> <https://evil.example|your bank> *b* `c` ```d``` &lt;!here&gt;";
    let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
    let words = || vec![Word::from(hostile), Word::Strong(hostile.to_owned()), Word::Code(hostile.to_owned())];
    let nobody = Word::Person { id: "nobody".into(), name: hostile.to_owned() };
    let card = Card { title: words(), lines: vec![words(), vec![nobody]], ..Card::default() };
    let post = Post {
        nonce: "h".to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    let ts = scene.house.slack.post(post).await.expect("it goes").message;
    let message = fake.message("C0CREDIT", &ts).expect("it stands there");
    let allowed = Allowed::default();
    fakes::slack::assert_no_injection(&serde_json::json!(message.blocks), &allowed);
    fakes::slack::assert_no_injection(&serde_json::json!(message.text), &allowed);
    assert!(scene.read(&message.blocks).contains(hostile), "{}", scene.read(&message.blocks));
    assert!(fake.read(&message.text, chrono_tz::UTC).contains("<!channel>"), "{}", message.text);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connection_is_up_before_the_old_one_ends_and_a_lost_one_leaves_a_gap() {
    let scene = scene().await;
    let fake = &scene.fake;
    let opened = fake.sockets_opened();
    for reason in ["warning", "refresh_requested"] {
        fake.disconnect(reason);
    }
    fake.find("another connection", |fake| (fake.sockets_opened() > opened).then_some(())).await;
    let ts = fake.say("U0MAYA", "C0CREDIT", "over the new one", None);
    scene.heard("it", |heard| heard.key == key_of(&format!("slack:msg:C0CREDIT:{ts}")) && !heard.backfilled).await;
    assert!(!scene.house.written().await.heard().any(|heard| matches!(heard.what, What::Gap { .. })));
    fake.refuse_sockets(true);
    let dropped = scene.house.desk.clock.now();
    fake.drop_sockets();
    until("the connection is gone", || async { !scene.house.slack.link().up }).await;
    assert!(scene.house.slack.link().trouble.is_some_and(|it| it.contains("reconnecting since")));
    fake.disturb(Some(Kind::Event), Disturbance::Lost);
    let missed = fake.say("U0MAYA", "C0CREDIT", "in between", None);
    fake.refuse_sockets(false);
    let heard = scene.heard("what was missed", |heard| says(heard, &missed)).await;
    assert!(heard.backfilled);
    let gap = scene.heard("the gap", |heard| is_gap(heard, "slack/C0CREDIT")).await;
    let What::Gap { from, .. } = gap.what else { panic!("{gap:?}") };
    assert!(from < dropped, "the gap begins with the last word, and not where its end was noticed");
    assert_eq!(scene.house.slack.link().trouble, None);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_make_no_sense_are_counted_and_the_rest_goes_on() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.raw_frame("{not json");
    fake.emit_unknown(
        serde_json::json!({ "type": "brand_new", "channel": "C0CREDIT", "event_ts": "1.000000", "x": { "y": 1 } }),
    );
    let heard = scene.heard("the unknown event", |heard| format!("{heard:?}").contains("brand_new")).await;
    assert!(heard.raw.is_some_and(|raw| raw.contains(r#""y":1"#)));
    until("the frame was counted", || async { scene.house.slack.link().unread == 1 }).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_is_slow_holds_up_no_acknowledgement_and_loses_nothing() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
    let view = fake.find("the form", |fake| fake.views("U0MAYA").pop()).await;
    // Somebody else writes to the database for a while.
    let database = scene.folder.path().join("data").join(countersign::folder::Folder::DATABASE);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.expect("the database");
    sqlx::query("begin immediate").execute(&mut other).await.expect("it is held");
    let values = [("workflow", "credit"), ("severity", "sev2"), ("title", "Slow")];
    let submitted = fake.submit("U0MAYA", &view.id, &values).await;
    sqlx::query("rollback").execute(&mut other).await.expect("it is let go");
    let Submitted::Updated(id) = submitted else { panic!("{submitted:?}") };
    fake.find("what became of it", |fake| {
        let view = fake.views("U0MAYA").into_iter().find(|view| view.id == id)?;
        scene.read(view.blocks()).contains("INC-1").then_some(())
    })
    .await;
    scene.card("C0CREDIT", "Slow").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_slack_would_not_open_is_explained() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.fault(On::method("views.open"), Harm::Error("expired_trigger_id".to_owned()));
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
    scene.shown("U0MAYA", "Please try once more").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clicks_are_two_questions_and_one_answer_counts() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    let card = scene.card("C0CREDIT", "INC-1").await;
    fake.disturb(Some(Kind::Interaction), Disturbance::Duplicate);
    let one = fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge");
    let two = fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge");
    let (one, two) = tokio::join!(one, two);
    assert!(!one.failed() && !two.failed());
    fake.find("both are answered", |fake| (fake.ephemerals("U0DEV").len() == 2).then_some(())).await;
    let written = scene.house.written().await;
    let acknowledged = written.kinds().iter().filter(|kind| **kind == "incident.acknowledged").count();
    assert_eq!(acknowledged, 1, "{:?}", written.kinds());
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn direct_messages_are_between_two() {
    let scene = scene().await;
    let fake = &scene.fake;
    let (channel, ts) = fake.whisper("U0DEV", "@countersign sla mine");
    let heard = scene.heard("it", |heard| heard.key == key_of(&format!("slack:msg:{channel}:{ts}"))).await;
    assert_eq!(heard.lane.to_string(), "slack/@U0DEV");
    fake.find("an answer", |fake| fake.messages(&channel).into_iter().find(|it| it.by_bot)).await;
    post(&scene, "slack/@U0MAYA", "1", "a nudge").await.expect("it goes");
    assert_eq!(saying(fake, &fake.im("U0MAYA"), "a nudge"), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_is_said_anew_and_a_lost_thread_goes_on_in_the_channel() {
    let scene = scene().await;
    let (fake, slack) = (&scene.fake, &scene.house.slack);
    let ts = post(&scene, "slack/C0CREDIT", "1", "the card").await.expect("it goes");
    let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
    fake.delete("U0ADMIN", "C0CREDIT", &ts);
    let edited = slack.edit(&lane, &ts, &card("the card, later")).await;
    assert!(matches!(edited, Err(Undelivered::Gone { .. })), "{edited:?}");
    let card = card("a word in its thread");
    let made = countersign::domain::At(0);
    let in_thread =
        Post { nonce: "2".to_owned(), lane: &lane, thread: Some(&ts), card: &card, made, perhaps_sent: false };
    let said = slack.post(in_thread).await.expect("it is said all the same").message;
    assert_eq!(fake.message("C0CREDIT", &said).expect("it stands there").thread_ts, None);
    // A case's own channel that somebody archived is made anew before the next word.
    let mut own = case_channel("INC-51", "inc-51");
    let first = slack.ensure_channel(&own).await.expect("it is made");
    own.channel = Some(first.clone());
    fake.archive_channel(&first);
    let refused = post(&scene, "slack/inc-51", "3", "a word").await;
    assert!(matches!(refused, Err(Undelivered::Later { .. })), "{refused:?}");
    let second = slack.ensure_channel(&own).await.expect("it is made anew");
    post(&scene, "slack/inc-51", "3", "a word").await.expect("it goes");
    assert_eq!((second != first, saying(fake, &second, "a word")), (true, 1));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_cant_be_read_holds_up_no_other_gap() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.fault(On::method("conversations.history").channel("C0CLAIMS").times(1_000), Harm::ServerError { status: 503 });
    let mut claimed = None;
    for round in ["once", "twice"] {
        let before = fake.say("U0MAYA", "C0CREDIT", round, None);
        scene.heard("what came live", |heard| says(heard, &before)).await;
        fake.refuse_sockets(true);
        fake.drop_sockets();
        until("the connection is gone", || async { !scene.house.slack.link().up }).await;
        for _ in 0..2 {
            fake.disturb(Some(Kind::Event), Disturbance::Lost);
        }
        let missed = fake.say("U0MAYA", "C0CREDIT", "in between", None);
        claimed = claimed.or(Some(fake.say("U0MAYA", "C0CLAIMS", "in between", None)));
        fake.refuse_sockets(false);
        until("it is back", || async { scene.house.slack.link().up }).await;
        // What is said live meanwhile moves the newest past the gap.
        let live = fake.say("U0MAYA", "C0CREDIT", "live again", None);
        scene.heard("it", |heard| says(heard, &live)).await;
        let heard = scene.heard("what was missed", |heard| says(heard, &missed)).await;
        assert!(heard.backfilled, "{round}");
    }
    fake.clear_faults();
    let claimed = claimed.expect("said");
    scene.heard("what could not be read at first", |heard| says(heard, &claimed) && heard.backfilled).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_slack_held_back_by_the_minute_is_read_from_history() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.disturb(Some(Kind::Event), Disturbance::Lost);
    let missed = fake.say("U0MAYA", "C0CREDIT", "one too many", None);
    let live = fake.say("U0MAYA", "C0CREDIT", "heard again", None);
    scene.heard("it", |heard| says(heard, &live)).await;
    let at: f64 = missed.parse().expect("a moment");
    let payload = serde_json::json!({
        "type": "app_rate_limited", "token": "t", "team_id": "T0FAKE", "api_app_id": "A0FAKE",
        "minute_rate_limited": at as i64 - 90,
    });
    fake.raw_frame(&serde_json::json!({ "type": "events_api", "payload": payload }).to_string());
    let heard = scene.heard("what was held back", |heard| says(heard, &missed)).await;
    assert!(heard.backfilled);
    scene.heard("the gap", |heard| is_gap(heard, "slack/C0CREDIT")).await;
    assert_eq!(scene.house.slack.link().unread, 0);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_waits_where_slack_says_so_and_goes_nowhere_else() {
    let scene = scene().await;
    let fake = &scene.fake;
    let slow = Harm::Slow(Duration::from_millis(200));
    let harms = [Harm::RateLimited { retry_after: 1 }, Harm::DropAfterEffect, Harm::SilenceAfterEffect, slow];
    for (before, harm) in harms.into_iter().enumerate() {
        fake.fault(On::method("chat.postEphemeral"), harm.clone());
        fake.say("U0MAYA", "C0LOUNGE", "@countersign sla mine", None);
        fake.find("the answer", |fake| (fake.ephemerals("U0MAYA").len() > before).then_some(())).await;
        until("it is done with", || async { scene.house.slack.is_at_rest() }).await;
        assert_eq!(fake.ephemerals("U0MAYA").len(), before + 1, "{harm:?}: it was given twice");
        assert_eq!(fake.messages(&fake.im("U0MAYA")).len(), 0, "{harm:?}: it went elsewhere too");
    }
    // A slow desk answers a command by its address; Slack may want a pause there as well.
    fake.fault(On::method("response_url"), Harm::RateLimited { retry_after: 1 });
    let database = scene.folder.path().join("data").join(countersign::folder::Folder::DATABASE);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.expect("the database");
    sqlx::query("begin immediate").execute(&mut other).await.expect("it is held");
    let spoken = fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Slow").await;
    assert!(!spoken.failed() && spoken.took() > Duration::from_secs(1), "it waits for the desk: {spoken:?}");
    sqlx::query("rollback").execute(&mut other).await.expect("it is let go");
    fake.find("the answer", |fake| {
        fake.responses("U0MAYA").into_iter().find(|it| it.source == fakes::slack::Source::ResponseUrl)
    })
    .await;
    assert_eq!(fake.messages(&fake.im("U0MAYA")).len(), 0);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_acknowledged_when_it_is_kept() {
    let scene = scene().await;
    let fake = &scene.fake;
    let database = scene.folder.path().join("data").join(countersign::folder::Folder::DATABASE);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.expect("the database");
    until("the beginning is over", || async { fake.quiet() && scene.house.slack.is_at_rest() }).await;
    let before = fake.acks().len();
    sqlx::query("begin immediate").execute(&mut other).await.expect("it is held");
    let ts = fake.say("U0MAYA", "C0CREDIT", "to be kept", None);
    let ack = fake.find("an acknowledgement", |fake| fake.acks().get(before).cloned()).await;
    sqlx::query("rollback").execute(&mut other).await.expect("it is let go");
    assert!(ack.took > Duration::from_secs(1), "acknowledged before it was kept: {ack:?}");
    scene.heard("it", |heard| says(heard, &ts)).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_name_is_no_command() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.add_user(User::new("U0MEAN", "countersign sla mine", "Mean", "UTC"));
    fake.add_group("S0MEAN", "countersign", &["U0MEAN"]);
    fake.say("U0MAYA", "C0CREDIT", "<@U0MEAN>", None);
    let ts = fake.say("U0MAYA", "C0CREDIT", "<@U0MEAN>, see <@U0DEV>", None);
    scene
        .heard("it", |heard| says(heard, &ts) && format!("{heard:?}").contains("“@countersign sla mine”, see @dev"))
        .await;
    // A group of that handle, as Slack writes it.
    fake.emit(serde_json::json!({
        "type": "message", "channel": "C0CREDIT", "channel_type": "channel", "user": "U0MAYA", "ts": "1767225600.000100",
        "event_ts": "1767225600.000100", "text": "<!subteam^S0MEAN|@countersign> sla mine",
    }));
    scene.heard("it", |heard| says(heard, "1767225600.000100")).await;
    until("it is done with", || async { scene.house.slack.is_at_rest() }).await;
    assert_eq!(fake.private("U0MAYA").len(), 0, "{:?}", fake.private("U0MAYA"));
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_on_the_home_tab_changes_the_home_tab() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    scene.card("C0CREDIT", "INC-1").await;
    fake.open_home("U0DEV");
    let home = fake.find("the home tab", |fake| fake.home("U0DEV")).await;
    let spoken = fake.press_in_view("U0DEV", &home.id, "Acknowledge").await;
    assert!(!spoken.failed());
    fake.find("it isn't owed any more", |fake| {
        let home = fake.home("U0DEV")?;
        fake.buttons(home.blocks()).iter().all(|button| button.label != "Acknowledge").then_some(())
    })
    .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_colleagues_do_to_their_profiles_asks_slack_nothing() {
    let scene = scene().await;
    let fake = &scene.fake;
    until("the beginning is over", || async { scene.house.slack.is_at_rest() }).await;
    let asked = || fake.calls("users.info").len() + fake.calls("usergroups.users.list").len();
    let before = asked();
    for at in 0..20 {
        let user = serde_json::json!({
            "id": "U0EVE", "team_id": "T0FAKE", "name": "eve", "deleted": false, "profile": { "display_name": format!("Eve {at}") },
        });
        fake.emit_unknown(serde_json::json!({ "type": "user_change", "user": user, "event_ts": "1.000000" }));
    }
    fake.deactivate("U0GUEST");
    let (shown, gwen) = (|| scene.house.desk.shown(), "gwen".into());
    until("somebody is gone", || async { shown().bot.is_gone(&gwen, &"slack".into()) }).await;
    until("all is told", || async { fake.quiet() && scene.house.slack.is_at_rest() }).await;
    assert_eq!(asked(), before);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cant_be_looked_up_is_asked_to_come_again() {
    let fake = workspace().await;
    fake.fault(On::method("users.info").times(1_000), Harm::ServerError { status: 503 });
    let folder = tempfile::tempdir().expect("a folder");
    let house = SlackHouse::open(&fake, folder.path(), POLICY).await;
    let scene = Scene { fake, folder, house };
    scene.fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    scene.shown("U0MAYA", "try again in a moment").await;
    assert_eq!(scene.house.reader.open_cases().await.expect("a count"), 0);
    scene.fake.clear_faults();
    scene.fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    scene.card("C0CREDIT", "INC-1").await;
    // Known once is known while Slack can't be asked.
    scene.fake.fault(On::method("users.info").times(1_000), Harm::ServerError { status: 503 });
    scene.fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Again").await;
    scene.card("C0CREDIT", "INC-2").await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_doesnt_come_is_fetched_again_and_holds_up_only_its_channel() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.fault(On::method("download"), Harm::ServerError { status: 503 });
    fake.fault(On::method("download"), Harm::RateLimited { retry_after: 1 });
    fake.upload("U0MAYA", "C0CREDIT", "scores.csv", b"a,b\n", "at the third try", None);
    scene.heard("the file", |heard| serde_json::to_string(heard).is_ok_and(|it| it.contains("sha256"))).await;
    fake.clear_faults();
    // One that hangs, and a word in each of more channels than there could be shared queues.
    fake.fault(On::method("download").times(1_000), Harm::SilenceAfterEffect);
    fake.upload("U0MAYA", "C0CREDIT", "slow.csv", b"a,b\n", "hangs", None);
    for at in 0..12 {
        let channel = format!("C0MORE{at}");
        fake.add_channel(&channel, &format!("more-{at}"), Sort::Public, &["U0MAYA", BOT_USER]);
        fake.say("U0MAYA", &channel, "@countersign sla mine", None);
    }
    fake.find("all are answered", |fake| (fake.ephemerals("U0MAYA").len() == 12).then_some(())).await;
    fake.assert_clean();
    scene.house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_as_evidence_is_the_message_itself() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    scene.card("C0CREDIT", "INC-1").await;
    // In a channel that nobody keeps, and as a reply.
    let root = fake.say("U0DEV", "C0LOUNGE", "odd scores", None);
    let (ts, _) = fake.upload("U0DEV", "C0LOUNGE", "scores.csv", b"a,b\n1,2\n", "see the table", Some(&root));
    for ts in [&root, &ts] {
        fake.message_shortcut("U0MAYA", "keep_as_evidence", "C0LOUNGE", ts).await;
        let view = fake.find("the note's form", |fake| fake.views("U0MAYA").pop()).await;
        assert_eq!(fake.submit("U0MAYA", &view.id, &[("case", "INC-1")]).await, Submitted::Closed);
        let heard = scene.heard("the message", |heard| heard.key == key_of(&format!("slack:msg:C0LOUNGE:{ts}"))).await;
        assert!(heard.backfilled && account(&heard).id == "U0DEV", "{heard:?}");
    }
    scene.heard("its file", |heard| serde_json::to_string(heard).is_ok_and(|it| it.contains("sha256"))).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_cant_be_recorded_stays_open() {
    let scene = scene().await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
    let view = fake.find("the form", |fake| fake.views("U0MAYA").pop()).await;
    scene.house.desk.stop().await;
    let values =
        [("workflow", "credit"), ("severity", "sev2"), ("title", "Typed for long"), ("occurred", "1767225600")];
    let sent = fake.submit("U0MAYA", &view.id, &values).await;
    let Submitted::Errors(errors) = sent else { panic!("{sent:?}") };
    assert!(errors.values().any(|it| it.contains("could not be recorded (reference ")), "{errors:?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_own_token_is_no_loss() {
    let scene = scene().await;
    let fake = &scene.fake;
    let revoked = |tokens| serde_json::json!({ "type": "tokens_revoked", "tokens": tokens, "event_ts": "1.000000" });
    fake.emit_unknown(revoked(serde_json::json!({ "oauth": ["U0MAYA"], "bot": [] })));
    until("it is told", || async { fake.quiet() && scene.house.slack.is_at_rest() }).await;
    assert_eq!(scene.house.slack.link().trouble, None);
    fake.emit_unknown(revoked(serde_json::json!({ "oauth": [], "bot": [BOT_USER] })));
    until("the operator is told", || async { !scene.house.slack.link().up }).await;
    scene.end().await;
}

/// The bot's address for HTTP mode, as the house's listener has it.
async fn listen(slack: &std::sync::Arc<countersign::slack::Slack>) -> String {
    let intake = slack.intake().expect("HTTP mode");
    let router: axum::Router = countersign::web::slack::router([("slack".into(), intake)]);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/slack", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_over_http_too_if_it_is_signed() {
    let fake = workspace().await;
    let folder = tempfile::tempdir().expect("a folder");
    let house = SlackHouse::start(&fake, folder.path(), POLICY, slack_house::http()).await;
    house.up().await;
    let base = listen(&house.slack).await;
    assert_eq!(fake.verify_address(&format!("{base}/events")).await, (200, true));
    fake.use_http(fakes::slack::Addresses {
        commands: format!("{base}/commands"),
        interactions: format!("{base}/interactions"),
        events: format!("{base}/events"),
    });
    let scene = Scene { fake, folder, house };
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
    let view = fake.find("the form", |fake| fake.views("U0MAYA").pop()).await;
    let values = [("workflow", "credit"), ("severity", "sev2"), ("title", "Over HTTP"), ("occurred", "1767225600")];
    assert_eq!(fake.submit("U0MAYA", &view.id, &values).await, Submitted::Closed);
    let card = scene.card("C0CREDIT", "Over HTTP").await;
    wrong_then_right(&scene).await;
    fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge").await;
    let ts = fake.say("U0MAYA", "C0CREDIT", "said over HTTP", None);
    scene.heard("it", |heard| says(heard, &ts)).await;
    use fakes::slack::Tamper;
    for how in [Tamper::WrongSignature, Tamper::NoSignature, Tamper::OldTimestamp, Tamper::ChangedBody] {
        fake.tamper(how);
        let spoken = fake.slash("U0DEV", "C0CREDIT", "/sla", "mine").await;
        assert!(spoken.failed(), "{how:?} was taken");
    }
    assert!(fake.private("U0DEV").iter().all(|it| !it.text.contains("sla")), "nothing was done");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let fake = workspace().await;
    let policy = countersign::domain::policy::Policy::read(POLICY).expect("a policy");
    let config = slack_house::config(&fake, slack_house::socket());
    let look = || async { countersign::slack::doctor(&config, &policy, countersign::clock::Clock::real().now()).await };
    let wrong = |found: &[countersign::chat::Finding]| -> Vec<String> {
        found.iter().filter(|it| !it.ok).map(|it| it.text.clone()).collect()
    };
    let found = wrong(&look().await);
    assert!(found.iter().all(|it| it.contains("guest")), "a well workspace: {found:#?}");
    fake.without_scope("users:read");
    fake.without_scope("pins:write");
    fake.archive_channel("C0CLAIMS");
    fake.remove_bot("C0CREDIT");
    fake.change_group("S0SENIORS", &[]);
    let found = wrong(&look().await).join("\n");
    for expected in [
        "the scope users:read is missing; it is needed to know people's names",
        "the scope pins:write is missing",
        "#claims-ai (C0CLAIMS) is archived",
        "the bot isn't in #credit-ai (C0CREDIT)",
        "nobody is in the user group S0SENIORS",
    ] {
        assert!(found.contains(expected), "no “{expected}” in\n{found}");
    }
    fake.revoke_token();
    let found = wrong(&look().await).join("\n");
    assert!(found.contains("token_revoked"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_is_taken_out_of_a_channel_and_brought_back() {
    let scene = scene().await;
    let fake = &scene.fake;
    let before = fake.say("U0MAYA", "C0CREDIT", "before", None);
    scene.heard("it", |heard| says(heard, &before)).await;
    fake.remove_bot("C0CREDIT");
    scene.heard("that it was taken out", |heard| format!("{heard:?}").contains("channel_left")).await;
    until("the operator is told", || async {
        scene.house.slack.link().trouble.is_some_and(|it| it.contains("the bot isn't in slack/C0CREDIT"))
    })
    .await;
    let missed = fake.say("U0MAYA", "C0CREDIT", "behind its back", None);
    fake.invite("U0MAYA", BOT_USER, "C0CREDIT");
    let heard = scene.heard("what was missed", |heard| says(heard, &missed)).await;
    assert!(heard.backfilled);
    scene.heard("the gap", |heard| is_gap(heard, "slack/C0CREDIT")).await;
    assert_eq!(scene.house.slack.link().trouble, None);
    scene.end().await;
}
