//! What was missed while the bot was away, cut off or slow, and is read from history.

use countersign::domain::{At, Platform};
use countersign::evidence::import::{self, Wanted};

use super::*;

/// Whether it records that nothing was heard in a lane for a while.
fn is_gap(heard: &HeardRecord, lane: &str) -> bool {
    matches!(heard.what, What::Gap { .. }) && heard.lane.to_string() == lane
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_while_nobody_listened_is_read_from_history() {
    let scene = Stopped::new().await.start().await;
    let before = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", None);
    scene.heard("it", |heard| says(heard, &before)).await;
    let stopped = scene.stop().await;
    let fake = &stopped.fake;
    // Slack gives up telling after a while.
    let lost = || fake.disturb(Some(Kind::Event), Disturbance::Lost);
    lost();
    let missed = fake.say("U0MAYA", "C0CREDIT", "said to nobody", None);
    lost();
    let reply = fake.say("U0DEV", "C0CREDIT", "answered to nobody", Some(&before));
    lost();
    fake.edit("U0MAYA", "C0CREDIT", &before, "heard live, then changed");
    let scene = stopped.start().await;
    let heard = scene.heard("what was missed", is_message(&scene, "C0CREDIT", &missed)).await;
    assert!(heard.backfilled);
    scene.heard("the reply", is_message(&scene, "C0CREDIT", &reply)).await;
    scene.heard("the edit", |heard| matches!(&heard.what, What::Edited { message, .. } if *message == before)).await;
    scene.heard("the gap", |heard| is_gap(heard, "slack/C0CREDIT")).await;
    let written = scene.house.written().await;
    assert!(!written.heard().any(|heard| is_gap(heard, "slack/C0CLAIMS")), "nothing was missed there");
    for ts in [&before, &missed, &reply] {
        let said = is_message(&scene, "C0CREDIT", ts);
        let count = written.heard().filter(|heard| said(heard)).count();
        assert_eq!(count, 1, "{ts}");
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_nobody_heard_in_time_is_not_acted_on_and_its_author_is_told() {
    let scene = Stopped::new().await.start().await;
    let card = scene.incident("sev2 Drift").await;
    let before = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", Some(&card.ts));
    scene.heard("it", |heard| says(heard, &before)).await;
    let stopped = scene.stop().await;
    let fake = &stopped.fake;
    let lost = |user: &str, text: &str, thread: Option<&str>| {
        // A mention is told twice, as a message and as a mention.
        for _ in 0..=usize::from(text.contains("@countersign")) {
            fake.disturb(Some(Kind::Event), Disturbance::Lost);
        }
        fake.say(user, "C0CREDIT", text, thread)
    };
    lost("U0DEV", "@countersign ack", Some(&card.ts));
    lost("U0EVE", "@countersign ack INC-1", None);
    lost("U0MAYA", "well, who has seen this?", Some(&card.ts));
    let scene = stopped.start().await;
    let told = scene.shown("U0DEV", "did not act on").await;
    let told = scene.read(&told.blocks);
    assert!(told.contains("I was away at ") && told.contains("did not act on “@countersign ack”"), "{told}");
    scene.heard("what else was said", |heard| format!("{:?}", heard.what).contains("who has seen this")).await;
    scene.rest().await;
    assert_eq!(scene.fake.private("U0DEV").len(), 1);
    assert!(scene.fake.private("U0MAYA").iter().all(|it| !scene.read(&it.blocks).contains("did not act on")));
    assert!(scene.fake.private("U0EVE").is_empty(), "nothing would have been done for a stranger");
    let card = scene.fake.message("C0CREDIT", &card.ts).expect("the card");
    assert!(scene.fake.buttons(&card.blocks).iter().any(|button| button.label == "Acknowledge"), "nobody acknowledged");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_history_has_beyond_reach_is_said_to_be_missing() {
    let scene = Stopped::new().await.start().await;
    let (direct, greeting) = scene.fake.whisper("U0DEV", "hello");
    scene.heard("it", |heard| says(heard, &greeting)).await;
    let before = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", None);
    scene.heard("it", |heard| says(heard, &before)).await;
    let stopped = scene.stop().await;
    let fake = &stopped.fake;
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
    let looked = asked(fake);
    let scene = stopped.start().await;
    let heard = |ts: &str| format!("slack:msg:C0CREDIT:{ts}");
    let last = heard(missed.last().expect("some"));
    scene.heard("the last of it", |it| it.key == scene.house.desk.causes.key_of(&last)).await;
    scene.heard("that more is missing", |it| format!("{it:?}").contains("more was said than is read")).await;
    let first = heard(&missed[0]);
    assert!(!scene.house.written().await.heard().any(|it| it.key == scene.house.desk.causes.key_of(&first)));
    scene.rest().await;
    assert_eq!(asked(&scene.fake) - looked, 1, "a silent conversation of two costs one question");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connection_is_up_before_the_old_one_ends_and_a_lost_one_leaves_a_gap() {
    in_slack(async |scene, fake| {
        let opened = fake.sockets_opened();
        for reason in ["warning", "refresh_requested"] {
            fake.disconnect(reason);
        }
        fake.find("another connection", |fake| (fake.sockets_opened() > opened).then_some(())).await;
        let ts = fake.say("U0MAYA", "C0CREDIT", "over the new one", None);
        let said = is_message(scene, "C0CREDIT", &ts);
        scene.heard("it", |heard| said(heard) && !heard.backfilled).await;
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_that_cant_be_read_holds_up_no_other_gap() {
    in_slack(async |scene, fake| {
        fake.fault(
            On::method("conversations.history").channel("C0CLAIMS").times(1_000),
            Harm::ServerError { status: 503 },
        );
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_slack_held_back_by_the_minute_is_read_from_history() {
    in_slack(async |scene, fake| {
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_is_taken_out_of_a_channel_and_brought_back() {
    in_slack(async |scene, fake| {
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
    })
    .await;
}

/// What is known of `C0CREDIT` when the bot stops, and then six messages that nobody tells.
async fn six_missed() -> (Stopped, String, Vec<String>) {
    let scene = Stopped::new().await.start().await;
    let before = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", None);
    scene.heard("it", |heard| says(heard, &before)).await;
    scene.rest().await;
    let stopped = scene.stop().await;
    let missed = (0..6).map(|at| {
        stopped.fake.disturb(Some(Kind::Event), Disturbance::Lost);
        stopped.fake.say("U0MAYA", "C0CREDIT", &format!("said to nobody {at}"), None)
    });
    let missed = missed.collect();
    (stopped, before, missed)
}

/// The disk takes only so many messages of history; meanwhile somebody speaks live. The next process begins where the first one did,
/// not after what came live, and claims no other gap.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_of_history_that_was_cut_short_is_taken_up_again() {
    for taken in 0..=6 {
        let (stopped, before, missed) = six_missed().await;
        disk::takes_of_history(stopped.folder.path(), taken).await;
        let scene = stopped.start().await;
        let live = scene.fake.say("U0DEV", "C0CREDIT", "said live meanwhile", None);
        scene.heard("what came live", |heard| says(heard, &live) && !heard.backfilled).await;
        until("the disk is full", || async { disk::backfilled(scene.folder.path()).await == taken as i64 }).await;
        let stopped = scene.stop().await;
        disk::is_mended(stopped.folder.path()).await;
        let scene = stopped.start().await;
        scene.heard("the last that was missed", |heard| says(heard, &missed[5])).await;
        until("it is read to its end", || async { scene.house.desk.shown().bot.fills.open.is_empty() }).await;
        scene.rest().await;
        let written = scene.house.written().await;
        for ts in missed.iter().chain([&before, &live]) {
            let said: Vec<_> = written.heard().filter(|heard| says(heard, ts)).collect();
            assert_eq!(said.len(), 1, "{taken}: {ts}");
            assert_eq!(said[0].backfilled, missed.contains(ts), "{taken}: {ts}");
        }
        let gaps: Vec<_> = written.heard().filter(|heard| is_gap(heard, "slack/C0CREDIT")).collect();
        assert_eq!(gaps.len(), 1, "{taken}: {gaps:#?}");
        assert_eq!(written.count("fill.ended"), 2, "{taken}: {:?}", written.kinds());
        // As they were said; what came live stands where it was heard.
        let rows = scene.house.transcript("slack/C0CREDIT", "everything", |rows| rows.len() == 8).await;
        let kept: Vec<&str> = rows.iter().map(|row| &*row.id).filter(|id| *id != live).collect();
        let expected: Vec<&str> = [&before].into_iter().chain(&missed).map(String::as_str).collect();
        assert_eq!(kept, expected, "{taken}: in Slack's order");
        scene.end().await;
    }
}

/// What was to be read when the process died is gone from Slack by the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_slack_gives_no_more_ends_as_a_gap_that_says_so() {
    let (stopped, _, missed) = six_missed().await;
    disk::takes_of_history(stopped.folder.path(), 2).await;
    let scene = stopped.start().await;
    until("the disk is full", || async { disk::backfilled(scene.folder.path()).await == 2 }).await;
    let stopped = scene.stop().await;
    disk::is_mended(stopped.folder.path()).await;
    let refused = On::method("conversations.history").channel("C0CREDIT").times(1_000);
    stopped.fake.fault(refused, Harm::Error("not_in_channel".to_owned()));
    let scene = stopped.start().await;
    let says_so =
        |heard: &HeardRecord| matches!(&heard.what, What::Gap { why, .. } if why.contains("history can't be read"));
    let gap = scene.heard("a gap that says so", |heard| is_gap(heard, "slack/C0CREDIT") && says_so(heard)).await;
    let What::Gap { from, to, .. } = gap.what else { panic!("{gap:?}") };
    let moment = |ts: &str| At((ts.parse::<f64>().expect("a moment") * 1e6) as i64);
    assert!(from < moment(&missed[0]) && moment(&missed[5]) < to, "{from:?} {to:?}");
    until("nothing is to come", || async { scene.house.desk.shown().bot.fills.open.is_empty() }).await;
    assert_eq!(disk::backfilled(scene.folder.path()).await, 2);
    let stopped = scene.stop().await;
    // A start for which nothing is left to read claims nothing.
    stopped.fake.clear_faults();
    let gaps = |written: &kit::written::Written| {
        written.heard().filter(|heard| matches!(heard.what, What::Gap { .. })).count()
    };
    let scene = stopped.start().await;
    scene.heard("what Slack gives again", |heard| says(heard, &missed[5])).await;
    until("it is read", || async { scene.house.desk.shown().bot.fills.open.is_empty() }).await;
    let before = gaps(&scene.house.written().await);
    scene.rest().await;
    let scene = scene.stop().await.start().await;
    until("nothing is to be read", || async { scene.house.desk.shown().bot.fills.open.is_empty() }).await;
    scene.rest().await;
    assert_eq!(gaps(&scene.house.written().await), before);
    scene.end().await;
}

/// What was heard live isn't imported, what was imported isn't heard again, and what an export says of a conversation doesn't keep the
/// bot from reading what Slack says of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_and_slack_itself_say_the_same_once() {
    let scene = Stopped::new().await.start().await;
    let live = scene.fake.say("U0MAYA", "C0CREDIT", "heard live", None);
    scene.heard("it", |heard| says(heard, &live)).await;
    scene.rest().await;
    let stopped = scene.stop().await;
    let lost = |text: &str| {
        stopped.fake.disturb(Some(Kind::Event), Disturbance::Lost);
        stopped.fake.say("U0DEV", "C0CREDIT", text, None)
    };
    let (missed, exported) = (lost("missed"), lost("missed, and in the export"));
    let older = "1452800000.000001";
    let day = export::day(
        "credit-ai/2016-01-14.json",
        &[
            export::said("U0MAYA", older, "before the bot"),
            export::said("U0MAYA", &live, "heard live"),
            export::said("U0DEV", &exported, "missed, and in the export"),
        ],
    );
    let files: Vec<_> = export::lists().into_iter().chain([day]).collect();
    let archive = export::zipped(stopped.folder.path(), "export.zip", &files);
    let data = stopped.folder.path().join("data");
    let platform = Platform::from("slack");
    let wanted = Wanted { data: &data, archive: &archive, platform, workflow: "credit".into(), private: false };
    let outcome = import::slack(&wanted).await.expect("it is imported");
    assert_eq!((outcome.kept, outcome.known), (2, 1), "{outcome}");
    let scene = stopped.start().await;
    scene.heard("what the export lacked", |heard| says(heard, &missed) && heard.backfilled).await;
    scene.rest().await;
    let written = scene.house.written().await;
    for (ts, imported) in [(older, true), (&*live, false), (&*missed, false), (&*exported, true)] {
        let said: Vec<_> = written.heard().filter(|heard| says(heard, ts)).collect();
        assert_eq!(said.len(), 1, "{ts}");
        assert_eq!(said[0].imported.is_some(), imported, "{ts}");
        // By Slack's account it is Maya; an export's word is no person's.
        assert_eq!(said[0].who.person().is_some(), !imported, "{ts}");
    }
    scene.end().await;
}
