//! Slack, as far as it goes without Slack: a whole house on one side, a fake that keeps Slack's rules on the other, and people
//! who type, press and fill in between them.

#[path = "slack/case_channels.rs"]
mod case_channels;
#[path = "slack/delivery.rs"]
mod delivery;
#[path = "kit/disk.rs"]
mod disk;
#[path = "kit/export.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod export;
mod fakes;
#[path = "slack/files.rs"]
mod files;
#[path = "slack/getting_in.rs"]
mod getting_in;
#[path = "slack/history.rs"]
mod history;
#[path = "slack/hostile.rs"]
mod hostile;
mod kit;
#[path = "kit/slack_house.rs"]
mod slack_house;

use std::time::Duration;

use countersign::card::Card;
use countersign::chat::{CaseChannel, Chat as _, Edit, Post, Undelivered};
use countersign::domain::Lane;
use countersign::grammar::Word;
use countersign::ledger::heard::{Account, What};
use countersign::ledger::record::HeardRecord;
use fakes::slack::{Allowed, BOT_USER, Disturbance, FakeSlack, Harm, Kind, On, Sort, Submitted, User};
use kit::bot::until;
use slack_house::{POLICY, Scene, SlackHouse, Stopped, in_slack, workspace};

/// Whether it is about this message of Slack's.
fn says(heard: &HeardRecord, ts: &str) -> bool {
    matches!(&heard.what, What::Said { message, .. } if message == ts)
}

/// Whether it is this message as it came in from a channel.
fn is_message(scene: &Scene, channel: &str, ts: &str) -> impl Fn(&HeardRecord) -> bool + use<> {
    let key = scene.house.desk.causes.key_of(&format!("slack:msg:{channel}:{ts}"));
    move |heard| heard.key == key
}

/// Whose word it was.
fn account(heard: &HeardRecord) -> &Account {
    heard.from.get().expect("an account")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_opens_an_incident_whose_card_is_pressed() {
    in_slack(async |scene, fake| {
        let spoken =
            fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Scores drift for <b>new</b> customers").await;
        assert!(!spoken.failed() && spoken.took() < Duration::from_secs(3));
        scene.shown("U0MAYA", "INC-1").await;
        let card = scene.card("C0CREDIT", "INC-1").await;
        assert!(
            scene.read(&card.blocks).contains("Scores drift for <b>new</b> customers"),
            "{}",
            scene.read(&card.blocks)
        );
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_opened_filled_in_wrongly_and_then_right() {
    in_slack(async |scene, fake| {
        fake.slash("U0MAYA", "C0LOUNGE", "/incident", "open").await;
        let view = scene.form("U0MAYA").await;
        assert_eq!(view.title(), "Open incident");
        let values = [("workflow", "credit"), ("severity", "sev2"), ("title", "Drift"), ("occurred", "1767225600")];
        assert_eq!(fake.submit("U0MAYA", &view.id, &values).await, Submitted::Closed);
        scene.card("C0CREDIT", "Drift").await;
        scene.shown("U0MAYA", "INC-1").await;
        wrong_then_right(scene).await;
    })
    .await;
}

/// A note without words; the form stays open, with the reason at its field, and what is right then counts.
async fn wrong_then_right(scene: &Scene) {
    let fake = &scene.fake;
    let ts = fake.say("U0DEV", "C0CREDIT", "worth keeping", None);
    fake.message_shortcut("U0MAYA", "keep_as_evidence", "C0CREDIT", &ts).await;
    let view = scene.form("U0MAYA").await;
    for wrong in [" ", " ", "\u{a0}"] {
        let sent = fake.submit("U0MAYA", &view.id, &[("case", "INC-1"), ("text", wrong)]).await;
        let Submitted::Errors(errors) = sent else { panic!("{wrong:?} was taken: {sent:?}") };
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["text"], "{errors:?}");
    }
    // An open case is chosen, and no other can be.
    assert!(matches!(fake.submit("U0MAYA", &view.id, &[("case", "APR-1")]).await, Submitted::Held(_)));
    let text = view.view["blocks"].as_array().into_iter().flatten().find(|block| block["block_id"] == "text");
    let text = text.and_then(|block| block["element"]["initial_value"].as_str()).expect("what the message says");
    let sent = fake.submit("U0MAYA", &view.id, &[("case", "INC-1"), ("text", text)]).await;
    assert_eq!(sent, Submitted::Closed);
    scene
        .heard("the note", |heard| {
            format!("{heard:?}").contains("INC-1") && format!("{heard:?}").contains("worth keeping\\nhttps")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_is_kept_edited_and_deleted_where_it_counts() {
    in_slack(async |scene, fake| {
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
        let said = scene.heard("the first message", is_message(scene, "C0CREDIT", &first)).await;
        let words = serde_json::to_string(&said).expect("a record");
        assert!(words.contains("@dev please look, 1 < 2 & `code`"), "{words}");
        let edited = rows.iter().find(|row| row.id == first).expect("the first message");
        assert!(edited.body.contains("please look again") && edited.edited_us.is_some(), "{edited:?}");
        let deleted = rows.iter().find(|row| row.id == reply).expect("the reply");
        assert!(deleted.deleted_us.is_some() && deleted.thread.as_deref() == Some(&*first), "{deleted:?}");
        scene
            .heard("the stone", |heard| {
                heard.key == scene.house.desk.causes.key_of(&format!("slack:del:C0CREDIT:{root}"))
            })
            .await;
        scene.heard("the other bot", |heard| account(heard).bot && account(heard).id == "U0OTHERBOT").await;
        let with_file =
            scene.heard("the file", |heard| serde_json::to_string(heard).is_ok_and(|it| it.contains("sha256"))).await;
        let text = serde_json::to_value(&with_file).expect("a record").to_string();
        let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(fake.file_bytes(&file).expect("a file")));
        assert!(text.contains(&sha256), "{text}");
        let kept = countersign::blobs::folder::blob_path(&scene.folder.path().join("data"), &sha256);
        assert_eq!(std::fs::read(kept).expect("the bytes"), b"a,b\n1,2\n");
        for what in ["reacted {", "what: joined", "what: left"] {
            scene.heard(what, |heard| format!("{heard:?}").to_lowercase().contains(what)).await;
        }
        let written = scene.house.written().await;
        assert!(
            !written.heard().any(|heard| format!("{heard:?}").contains("lunch?")),
            "the lounge is nobody's evidence"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_counts_once_and_is_answered_in_private() {
    in_slack(async |scene, fake| {
        // The message comes twice, and once more as a mention.
        fake.disturb(Some(Kind::Event), Disturbance::Duplicate);
        let ts = fake.say("U0MAYA", "C0CREDIT", "@countersign incident open sev2 Drift", None);
        fake.find("an answer", |fake| fake.ephemerals("U0MAYA").pop()).await;
        fake.find("everything is told", |fake| fake.quiet().then_some(())).await;
        let marker = fake.say("U0MAYA", "C0CREDIT", "after it", None);
        scene.heard("what came after", |heard| says(heard, &marker)).await;
        let written = scene.house.written().await;
        let said = is_message(scene, "C0CREDIT", &ts);
        assert_eq!(written.heard().filter(|heard| said(heard)).count(), 1);
        assert_eq!(scene.open_cases().await, 1);
        assert_eq!(fake.ephemerals("U0MAYA").len(), 1, "{:?}", fake.ephemerals("U0MAYA"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_that_overtakes_its_message_counts() {
    in_slack(async |scene, fake| {
        fake.disturb(Some(Kind::Event), Disturbance::Overtaken);
        let ts = fake.say("U0MAYA", "C0CREDIT", "as it was", None);
        fake.edit("U0MAYA", "C0CREDIT", &ts, "as it is");
        scene.heard("the message", is_message(scene, "C0CREDIT", &ts)).await;
        scene
            .house
            .transcript("slack/C0CREDIT", "the edit", |rows| {
                rows.iter().any(|it| it.id == ts && it.body.contains("as it is"))
            })
            .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guests_are_refused_and_strangers_get_a_kind_word() {
    in_slack(async |scene, fake| {
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
        assert_eq!(scene.open_cases().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shortcuts_open_forms_with_the_message_in_them() {
    in_slack(async |scene, fake| {
        let ts = fake.say("U0DEV", "C0CREDIT", "Scores look odd since noon\nmore words", None);
        fake.message_shortcut("U0MAYA", "open_incident_from_message", "C0CREDIT", &ts).await;
        let view = scene.form("U0MAYA").await;
        assert!(serde_json::to_string(&view.view).expect("text").contains("Scores look odd since noon"));
        assert_eq!(fake.submit("U0MAYA", &view.id, &[("severity", "sev2")]).await, Submitted::Closed);
        scene.card("C0CREDIT", "Scores look odd since noon").await;
        fake.message_shortcut("U0MAYA", "keep_as_evidence", "C0CREDIT", &ts).await;
        let view = scene.form("U0MAYA").await;
        let text = serde_json::to_string(&view.view).expect("text");
        assert!(
            text.contains("dev, ") && text.contains("more words") && text.contains("/archives/C0CREDIT/p"),
            "{text}"
        );
        assert_eq!(fake.submit("U0MAYA", &view.id, &[("case", "INC-1")]).await, Submitted::Closed);
        scene.heard("the note", |heard| format!("{heard:?}").contains("incident.note")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_home_tab_shows_what_one_owes() {
    in_slack(async |scene, fake| {
        scene.incident("sev2 Drift").await;
        fake.open_home("U0DEV");
        let home = fake.find("the home tab", |fake| fake.home("U0DEV")).await;
        assert!(scene.read(home.blocks()).contains("INC-1"), "{}", scene.read(home.blocks()));
        fake.open_home("U0EVE");
        fake.find("a stranger's home tab", |fake| fake.home("U0EVE")).await;
    })
    .await;
}

/// What can be opened stands first, then the most urgent of what one owes; and how much more there is, with what shows it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_home_tab_has_room_for_much_and_says_what_it_leaves_out() {
    in_slack(async |scene, fake| {
        let home = async |what: &str, so: &str| {
            fake.open_home("U0DEV");
            let shown = |fake: &FakeSlack| fake.home("U0DEV").filter(|it| scene.read(it.blocks()).contains(so));
            fake.find(what, shown).await
        };
        let labels = |view: &fakes::slack::OpenView| -> Vec<String> {
            fake.buttons(view.blocks()).into_iter().map(|button| button.label).collect()
        };
        let none = home("a home with nothing", "You owe nothing").await;
        assert_eq!(labels(&none), ["Open incident", "Request approval", "Hand over"]);
        let read = scene.read(none.blocks());
        assert!(!read.contains("You asked for") && read.contains("/incident help shows"), "{read}");
        scene.incident("sev2 Drift").await;
        let one = home("what is owed", "You owe 1 answer").await;
        assert_eq!(labels(&one), ["Open incident", "Request approval", "Hand over", "Acknowledge", "INC-1"]);
        for at in 2..=40 {
            fake.slash("U0MAYA", "C0CREDIT", "/incident", &format!("open sev2 Drift {at}")).await;
        }
        let many = home("all that is owed", "You owe 40 answers").await;
        let read = scene.read(many.blocks());
        assert!(read.contains("30 more: /sla mine") && read.contains("35 more: /incident list"), "{read}");
        assert_eq!(read.matches("acknowledgement on").count(), 10, "{read}");
        assert_eq!(labels(&many)[..4], ["Open incident", "Request approval", "Hand over", "Acknowledge INC-1"]);
        fake.slash("U0DEV", "C0CREDIT", "/sla", "mine").await;
        scene.shown("U0DEV", "You owe 40 answers").await;
        // Whoever opened them all.
        fake.open_home("U0MAYA");
        let asked = "30 more: /incident list mine or /approval list mine";
        fake.find(asked, |fake| {
            let home = fake.home("U0MAYA")?;
            scene.read(home.blocks()).contains(asked).then_some(())
        })
        .await;
    })
    .await;
}

/// How it stands, when the next word comes, and a reminder that comes later: over Slack's own forms and buttons.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_is_a_form_and_a_reminder_can_come_later() {
    in_slack(async |scene, fake| {
        let card = scene.incident("sev2 Drift").await;
        fake.slash("U0MAYA", "C0CREDIT", "/approval", "request credit Ship v7").await;
        scene.card("C0CREDIT", "APR-1").await;
        fake.slash("U0DEV", "C0CREDIT", "/approval", "snooze APR-1 20m").await;
        scene.shown("U0DEV", "you are reminded again at").await;
        assert_eq!(scene.house.written().await.count("case.snoozed"), 1);
        fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge").await;
        fake.find("it is acknowledged", |fake| {
            let card = fake.message("C0CREDIT", &card.ts)?;
            scene.read(&card.blocks).contains("acknowledged").then_some(())
        })
        .await;
        assert!(!fake.press("U0DEV", "C0CREDIT", &card.ts, "Update").await.failed());
        let view = scene.form("U0DEV").await;
        let fields: Vec<&str> =
            view.blocks().iter().filter(|it| it["type"] == "input").filter_map(|it| it["block_id"].as_str()).collect();
        assert!(["text", "state", "severity", "next"].iter().all(|it| fields.contains(it)), "{fields:?}");
        let next = (chrono::Utc::now() + Duration::from_secs(7_200)).timestamp().to_string();
        let values = [("text", "It is the export"), ("state", "contained"), ("severity", "sev1"), ("next", &next)];
        assert_eq!(fake.submit("U0DEV", &view.id, &values).await, Submitted::Closed);
        fake.find("the card says so", |fake| {
            let read = scene.read(&fake.message("C0CREDIT", &card.ts)?.blocks);
            ["sev1", "contained", "It is the export"].iter().all(|it| read.contains(it)).then_some(())
        })
        .await;
    })
    .await;
}

/// The bot reacts back, so that whoever set it sees that it was taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reaction_keeps_a_message_with_its_case() {
    let reactions = "refuse = [\"guests\"]\nreactions = { note = [\"pushpin\"] }\n";
    let policy = POLICY.replacen("refuse = [\"guests\"]\n", reactions, 1);
    let scene = Stopped::new().await.start_under(&policy).await;
    let fake = &scene.fake;
    let card = scene.incident("sev2 Drift").await;
    // What is said beneath the card belongs to the case once it is known that it stands there.
    scene.house.transcript("slack/C0CREDIT", "the card", |rows| rows.iter().any(|row| row.id == card.ts)).await;
    let said = fake.say("U0DEV", "C0CREDIT", "the batch of nine never came", Some(&card.ts));
    scene.heard("the message", is_message(&scene, "C0CREDIT", &said)).await;
    fake.react("U0MAYA", "C0CREDIT", &said, "pushpin");
    fake.find("the bot reacts back", |fake| (fake.reactions_of_the_bot("C0CREDIT", &said) == 1).then_some(())).await;
    assert_eq!(scene.house.written().await.count("case.kept"), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restricted_incident_lets_in_who_asks_and_is_invited() {
    let ana = "[people.ana]\nname = \"Ana\"\nparty = \"bank\"\nzone = \"UTC\"\nslack = \"U0ANA\"\n\n[people.gwen]";
    let stopped = Stopped::new().await;
    stopped.fake.add_user(User::new("U0ANA", "ana", "Ana Silva", "UTC"));
    stopped.fake.join("U0ANA", "C0CREDIT");
    let scene = stopped.start_under(&POLICY.replacen("[people.gwen]", ana, 1)).await;
    let fake = &scene.fake;
    scene.incident("sev2 Drift").await;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "restrict INC-1 Names are among it").await;
    let own = fake
        .find("its private channel", |fake| {
            let id = fake.channel_named("inc-1-drift")?;
            fake.channel(&id).is_some_and(|it| it.has("U0MAYA")).then_some(id)
        })
        .await;
    fake.find("its card there", |fake| fake.pins(&own).pop()).await;
    assert!(!fake.channel(&own).expect("a channel").has("U0ANA"));
    fake.slash("U0ANA", "C0CREDIT", "/incident", "request-access INC-1 I keep the minutes").await;
    scene.shown("U0ANA", "If INC-1 is a restricted case").await;
    let asks = fake
        .find("its people are asked", |fake| {
            let direct = fake.messages(&fake.im("U0MAYA"));
            direct.into_iter().find(|it| fake.buttons(&it.blocks).iter().any(|button| button.label == "Invite"))
        })
        .await;
    assert!(!fake.press("U0MAYA", &asks.channel, &asks.ts, "Invite").await.failed());
    fake.find("she is in", |fake| fake.channel(&own)?.has("U0ANA").then_some(())).await;
    scene.end().await;
}

fn card(text: &str) -> Card {
    Card { title: vec![Word::from(text)], ..Card::default() }
}

fn post_of<'a>(nonce: &str, lane: &'a Lane, card: &'a Card) -> Post<'a> {
    let (nonce, made) = (nonce.to_owned(), countersign::domain::At(0));
    Post { nonce, lane, thread: None, card, made, perhaps_sent: false }
}

async fn post(scene: &Scene, lane: &str, nonce: &str, text: &str) -> Result<String, Undelivered> {
    let lane: Lane = lane.parse().expect("a lane");
    let card = card(text);
    let post = post_of(nonce, &lane, &card);
    scene.house.slack.post(post).await.map(|receipt| receipt.message)
}

fn saying(fake: &FakeSlack, channel: &str, words: &str) -> usize {
    fake.messages(channel).iter().filter(|it| it.text.contains(words)).count()
}

fn case_channel(case: &str, name: &str) -> CaseChannel {
    CaseChannel {
        case: case.parse().expect("a case"),
        lane: format!("slack/{}", case.to_lowercase()).parse().expect("a lane"),
        channel: None,
        near: None,
        converted: None,
        name: name.to_owned(),
        topic: format!("{case} · open · Drift"),
        private: false,
        people: vec!["U0MAYA".to_owned()],
        barred: Vec::new(),
        pinned: None,
        links: Vec::new(),
        archived: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rosters_follow_the_workspace() {
    in_slack(async |scene, fake| {
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_that_make_no_sense_are_counted_and_the_rest_goes_on() {
    in_slack(async |scene, fake| {
        fake.raw_frame("{not json");
        fake.emit_unknown(
            serde_json::json!({ "type": "brand_new", "channel": "C0CREDIT", "event_ts": "1.000000", "x": { "y": 1 } }),
        );
        let heard = scene.heard("the unknown event", |heard| format!("{heard:?}").contains("brand_new")).await;
        assert!(heard.raw.is_some_and(|raw| raw.contains(r#""y":1"#)));
        until("the frame was counted", || async { scene.house.slack.link().unread == 1 }).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_is_slow_holds_up_no_acknowledgement_and_loses_nothing() {
    in_slack(async |scene, fake| {
        fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
        let view = scene.form("U0MAYA").await;
        let held = scene.hold_the_database().await;
        let values = [("workflow", "credit"), ("severity", "sev2"), ("title", "Slow")];
        let submitted = fake.submit("U0MAYA", &view.id, &values).await;
        held.let_go().await;
        let Submitted::Updated(id) = submitted else { panic!("{submitted:?}") };
        fake.find("what became of it", |fake| {
            let view = fake.views("U0MAYA").into_iter().find(|view| view.id == id)?;
            scene.read(view.blocks()).contains("INC-1").then_some(())
        })
        .await;
        scene.card("C0CREDIT", "Slow").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_slack_would_not_open_is_explained() {
    in_slack(async |scene, fake| {
        fake.fault(On::method("views.open"), Harm::Error("expired_trigger_id".to_owned()));
        fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
        scene.shown("U0MAYA", "Please try once more").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clicks_are_two_questions_and_one_answer_counts() {
    in_slack(async |scene, fake| {
        let card = scene.incident("sev2 Drift").await;
        fake.disturb(Some(Kind::Interaction), Disturbance::Duplicate);
        let one = fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge");
        let two = fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge");
        let (one, two) = tokio::join!(one, two);
        assert!(!one.failed() && !two.failed());
        fake.find("both are answered", |fake| (fake.ephemerals("U0DEV").len() == 2).then_some(())).await;
        let written = scene.house.written().await;
        let acknowledged = written.kinds().iter().filter(|kind| **kind == "incident.acknowledged").count();
        assert_eq!(acknowledged, 1, "{:?}", written.kinds());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn direct_messages_are_between_two() {
    in_slack(async |scene, fake| {
        let (channel, ts) = fake.whisper("U0DEV", "@countersign sla mine");
        let heard = scene.heard("it", is_message(scene, &channel, &ts)).await;
        assert_eq!(heard.lane.to_string(), "slack/@U0DEV");
        fake.find("an answer", |fake| fake.messages(&channel).into_iter().find(|it| it.by_bot)).await;
        post(scene, "slack/@U0MAYA", "1", "a nudge").await.expect("it goes");
        assert_eq!(saying(fake, &fake.im("U0MAYA"), "a nudge"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_acknowledged_when_it_is_kept() {
    in_slack(async |scene, fake| {
        scene.rest().await;
        let held = scene.hold_the_database().await;
        let ts = fake.say("U0MAYA", "C0CREDIT", "to be kept", None);
        let ack = fake.find("an acknowledgement", |fake| fake.acks_of(&ts).first().cloned()).await;
        held.let_go().await;
        assert!(ack.took > Duration::from_secs(1), "acknowledged before it was kept: {ack:?}");
        scene.heard("it", |heard| says(heard, &ts)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_strangers_name_is_no_command() {
    in_slack(async |scene, fake| {
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
        scene.rest().await;
        assert_eq!(fake.private("U0MAYA").len(), 0, "{:?}", fake.private("U0MAYA"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_on_the_home_tab_changes_the_home_tab() {
    in_slack(async |scene, fake| {
        scene.incident("sev2 Drift").await;
        fake.open_home("U0DEV");
        let home = fake.find("the home tab", |fake| fake.home("U0DEV")).await;
        let spoken = fake.press_in_view("U0DEV", &home.id, "Acknowledge").await;
        assert!(!spoken.failed());
        fake.find("it isn't owed any more", |fake| {
            let home = fake.home("U0DEV")?;
            fake.buttons(home.blocks()).iter().all(|button| button.label != "Acknowledge").then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_colleagues_do_to_their_profiles_asks_slack_nothing() {
    in_slack(async |scene, fake| {
        scene.rest().await;
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
        scene.rest().await;
        assert_eq!(asked(), before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cant_be_looked_up_is_asked_to_come_again() {
    let stopped = Stopped::new().await;
    stopped.fake.fault(On::method("users.info").times(1_000), Harm::ServerError { status: 503 });
    let scene = stopped.start().await;
    scene.fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    scene.shown("U0MAYA", "try again in a moment").await;
    assert_eq!(scene.open_cases().await, 0);
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
    let scene = Stopped::new().await.start().await;
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
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_as_evidence_is_the_message_itself() {
    in_slack(async |scene, fake| {
        scene.incident("sev2 Drift").await;
        // In a channel that nobody keeps, and as a reply.
        let root = fake.say("U0DEV", "C0LOUNGE", "odd scores", None);
        let (ts, _) = fake.upload("U0DEV", "C0LOUNGE", "scores.csv", b"a,b\n1,2\n", "see the table", Some(&root));
        for ts in [&root, &ts] {
            fake.message_shortcut("U0MAYA", "keep_as_evidence", "C0LOUNGE", ts).await;
            let view = scene.form("U0MAYA").await;
            assert_eq!(fake.submit("U0MAYA", &view.id, &[("case", "INC-1")]).await, Submitted::Closed);
            let heard = scene.heard("the message", is_message(scene, "C0LOUNGE", ts)).await;
            assert!(heard.backfilled && account(&heard).id == "U0DEV", "{heard:?}");
        }
        scene.heard("its file", |heard| serde_json::to_string(heard).is_ok_and(|it| it.contains("sha256"))).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_cant_be_recorded_stays_open() {
    in_slack(async |scene, fake| {
        fake.slash("U0MAYA", "C0CREDIT", "/incident", "open").await;
        let view = scene.form("U0MAYA").await;
        scene.house.desk.stop().await;
        let values =
            [("workflow", "credit"), ("severity", "sev2"), ("title", "Typed for long"), ("occurred", "1767225600")];
        let sent = fake.submit("U0MAYA", &view.id, &values).await;
        let Submitted::Errors(errors) = sent else { panic!("{sent:?}") };
        assert!(errors.values().any(|it| it.contains("could not be recorded (reference ")), "{errors:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_persons_own_token_is_no_loss() {
    in_slack(async |scene, fake| {
        let revoked =
            |tokens| serde_json::json!({ "type": "tokens_revoked", "tokens": tokens, "event_ts": "1.000000" });
        fake.emit_unknown(revoked(serde_json::json!({ "oauth": ["U0MAYA"], "bot": [] })));
        scene.rest().await;
        assert_eq!(scene.house.slack.link().trouble, None);
        // Or a call that is under way would show that the token still counts.
        fake.revoke_token();
        fake.emit_unknown(revoked(serde_json::json!({ "oauth": [], "bot": [BOT_USER] })));
        until("the operator is told", || async { !scene.house.slack.link().up }).await;
    })
    .await;
}

/// The bot's address for HTTP mode, as the house's listener has it.
async fn listen(slack: &std::sync::Arc<countersign::chat::slack::Slack>) -> String {
    let intake = slack.intake().expect("HTTP mode");
    let router = countersign::web::slack::router(&"slack".into(), intake);
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
    let view = scene.form("U0MAYA").await;
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
    // Slack looks at the certificate, by either method and without a signature.
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let address = |rest: &str| format!("{base}/commands{rest}");
    for rest in ["?ssl_check=1&token=x", ""] {
        let answer = match rest {
            "" => client.post(address(rest)).body("ssl_check=1&token=x").send().await,
            rest => client.get(address(rest)).send().await,
        };
        assert_eq!(answer.expect("an answer").status(), 200, "{rest:?}");
    }
    for (method, status) in [("GET", 405), ("POST", 401)] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let answer = client.request(method, address("")).body("ssl_check=1&command=%2Fincident").send().await;
        assert_eq!(answer.expect("an answer").status(), status);
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let fake = workspace().await;
    let policy = countersign::domain::policy::Policy::read(POLICY).expect("a policy");
    let config = slack_house::config(&fake, slack_house::socket());
    let look =
        || async { countersign::chat::slack::doctor(&config, &policy, countersign::clock::Clock::real().now()).await };
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
