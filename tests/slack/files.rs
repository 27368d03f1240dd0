//! Files of people: what Slack gives is held against what it announced, and what isn't kept, or is deleted, is said.

use countersign::domain::{Lack, WhyNotKept};
use countersign::ledger::heard::What;

use super::*;

fn names(heard: &HeardRecord, name: &str) -> bool {
    heard.not_kept.iter().any(|file| file.name == name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_isnt_the_file_that_was_announced_is_not_kept_and_that_is_said() {
    in_slack(async |scene, fake| {
        let card = scene.incident("sev2 Drift").await;
        // A server of somebody else's, to which an address leads.
        let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}/secrets", elsewhere.local_addr().expect("an address"));
        let table = [
            ("page.png", Harm::Html, WhyNotKept::NotAllowed),
            ("half.png", Harm::Truncated, WhyNotKept::OtherBytes),
            ("away.png", Harm::Redirect(address), WhyNotKept::NotAllowed),
            ("none.png", Harm::Error("404".to_owned()), WhyNotKept::Gone),
        ];
        for (name, harm, why) in table {
            // Once more after Slack was asked whether the file is another one now.
            fake.fault(On::method("download").times(2), harm);
            let (_, id) = fake.upload("U0DEV", "C0CREDIT", name, &[7; 72], name, Some(&card.ts));
            let heard = scene.heard(name, |heard| names(heard, name)).await;
            let lost = &heard.not_kept[0];
            assert_eq!((lost.why, lost.file.as_str(), lost.bytes), (why, id.as_str(), Some(72)), "{name}");
            assert!(heard.what.files().is_empty(), "{name}: {:?}", heard.what);
            fake.clear_faults();
        }
        let asked = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept()).await;
        assert!(asked.is_err(), "nobody but Slack is asked for a file");
        assert_eq!(scene.house.written().await.count("files.not-kept"), 3, "the operators hear of each reason once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_file_leaves_one_entry() {
    in_slack(async |scene, fake| {
        let (ts, id) = fake.upload("U0DEV", "C0CREDIT", "scores.csv", b"a,b", "the scores", None);
        scene.heard("the file", is_message(scene, "C0CREDIT", &ts)).await;
        fake.delete_file(&id);
        let is_deletion = |heard: &HeardRecord| matches!(&heard.what, What::FileDeleted { .. });
        let heard = scene.heard("its deletion", is_deletion).await;
        let expected = What::FileDeleted { message: ts, file: id, name: "scores.csv".to_owned() };
        assert_eq!(heard.what, expected);
        let marker = fake.say("U0MAYA", "C0CREDIT", "after it", None);
        scene.heard("what came after", is_message(scene, "C0CREDIT", &marker)).await;
        fake.find("everything is told", |fake| fake.quiet().then_some(())).await;
        assert_eq!(scene.house.written().await.heard().filter(|heard| is_deletion(heard)).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_card_comes_back() {
    in_slack(async |scene, fake| {
        let card = scene.incident("sev2 Drift").await;
        fake.delete("U0ADMIN", "C0CREDIT", &card.ts);
        fake.slash("U0DEV", "C0CREDIT", "/incident", "ack INC-1").await;
        let again = fake
            .find("the card again", |fake| {
                let mut all = fake.messages("C0CREDIT").into_iter();
                all.find(|it| {
                    it.by_bot && it.thread_ts.is_none() && it.ts != card.ts && scene.read(&it.blocks).contains("Drift")
                })
            })
            .await;
        assert_ne!(again.ts, card.ts);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_real_mention_by_a_person_is_a_command() {
    in_slack(async |scene, fake| {
        let event = |ts: &str, text: &str, more: serde_json::Value| {
            let mut event = serde_json::json!({
                "type": "message", "channel": "C0CREDIT", "channel_type": "channel", "user": "U0MAYA", "ts": ts,
                "event_ts": ts, "text": text
            });
            event.as_object_mut().expect("an event").extend(more.as_object().expect("more").clone());
            event
        };
        let open = "incident open sev2 Forged";
        let none = serde_json::json!({});
        fake.emit_unknown(event("1767225600.000100", &format!("@countersign {open}"), none.clone()));
        let link = format!("<https://a.example|@countersign {open}>");
        fake.emit_unknown(event("1767225600.000200", &link, none));
        let mention = format!("<@{BOT_USER}> {open}");
        fake.emit_unknown(event("1767225600.000300", &mention, serde_json::json!({ "app_id": "A0OTHER" })));
        let profile = serde_json::json!({ "bot_profile": { "id": "B0X", "name": "x" } });
        fake.emit_unknown(event("1767225600.000400", &mention, profile));
        for ts in ["000100", "000200", "000300", "000400"] {
            let ts = format!("1767225600.{ts}");
            scene.heard("each of them", is_message(scene, "C0CREDIT", &ts)).await;
        }
        assert_eq!(scene.open_cases().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shortcut_of_somebody_who_is_refused_opens_no_form() {
    in_slack(async |scene, fake| {
        fake.global_shortcut("U0GUEST", "open_incident").await;
        fake.find("a refusal", |fake| {
            let direct = fake.im("U0GUEST");
            fake.messages(&direct).pop()
        })
        .await;
        assert!(fake.views("U0GUEST").is_empty());
        assert_eq!(scene.open_cases().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_of_the_policy_is_joined_or_said_to_be_missing() {
    let stopped = Stopped::new().await;
    stopped.fake.remove_bot("C0CREDIT");
    let scene = stopped.start().await;
    let fake = &scene.fake;
    fake.wait_for("the bot joins", |fake| fake.channel("C0CREDIT").is_some_and(|it| it.has(BOT_USER))).await;
    fake.emit_unknown(serde_json::json!({
        "type": "channel_id_changed", "old_channel_id": "C0CLAIMS", "new_channel_id": "C0NEW", "event_ts": "1767225600.000100"
    }));
    until("the new id is said", || async {
        let lacks = scene.house.slack.link().lacks;
        lacks
            .get(&Lack::Channel("slack/C0CLAIMS".parse().expect("a channel")))
            .is_some_and(|why| why.contains("slack/C0NEW"))
    })
    .await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_channel_of_the_policy_is_said_to_be_missing_until_the_bot_is_invited() {
    let stopped = Stopped::new().await;
    stopped.fake.add_channel("C0CLAIMS", "claims-ai", Sort::Private, &["U0MAYA"]);
    let scene = stopped.start().await;
    let missing = Lack::Channel("slack/C0CLAIMS".parse().expect("a channel"));
    let lacks = || scene.house.slack.link().lacks;
    until("it is said", || async { lacks().get(&missing).is_some_and(|why| why.contains("invite it")) }).await;
    scene.fake.invite("U0MAYA", BOT_USER, "C0CLAIMS");
    until("it is mended", || async { !lacks().contains_key(&missing) }).await;
    scene.end().await;
}
