//! What is posted: what Slack takes, what it refuses, and what may or may not stand there.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_whose_fate_is_unknown_is_looked_for_and_stands_there_once() {
    in_slack(async |scene, fake| {
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
            let ts =
                post(scene, "slack/C0CREDIT", &words, &words).await.unwrap_or_else(|why| panic!("{harm:?}: {why}"));
            assert_eq!(saying(fake, "C0CREDIT", &words), 1, "{harm:?}");
            assert!(fake.message("C0CREDIT", &ts).is_some_and(|it| it.text == words), "{harm:?}");
            fake.clear_faults();
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_that_is_a_moment_behind_makes_no_second_message() {
    in_slack(async |scene, fake| {
        fake.fault(On::method("chat.postMessage").channel("C0CREDIT"), Harm::DropAfterEffect);
        fake.fault(On::method("conversations.history").channel("C0CREDIT"), Harm::Behind);
        post(scene, "slack/C0CREDIT", "8", "eight").await.expect("it is found");
        assert_eq!(saying(fake, "C0CREDIT", "eight"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_slack_does_not_take_goes_back_to_the_courier() {
    in_slack(async |scene, fake| {
        fake.fault(On::method("chat.postMessage").channel("C0CREDIT").times(12), Harm::ServerError { status: 503 });
        let refused = post(scene, "slack/C0CREDIT", "9", "nine").await;
        assert!(
            matches!(refused, Err(Undelivered::Later { after: None, perhaps_sent: true, .. })),
            "the last try may have reached it: {refused:?}"
        );
        fake.clear_faults();
        post(scene, "slack/C0CREDIT", "9", "nine").await.expect("it goes when it comes again");
        assert_eq!(saying(fake, "C0CREDIT", "nine"), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_an_earlier_process_may_have_sent_is_looked_for() {
    let scene = Stopped::new().await.start().await;
    let first = post(&scene, "slack/C0CREDIT", "7", "once").await.expect("it goes");
    let scene = scene.stop().await.start().await;
    let (lane, card) = ("slack/C0CREDIT".parse().expect("a lane"), card("once"));
    let post = Post { perhaps_sent: true, ..post_of("7", &lane, &card) };
    assert_eq!(scene.house.slack.post(post).await.expect("it stands there").message, first);
    assert_eq!(saying(&scene.fake, "C0CREDIT", "once"), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_are_for_now_or_for_good() {
    in_slack(async |scene, fake| {
        fake.fault(On::method("chat.postMessage").channel("C0CREDIT"), Harm::RateLimited { retry_after: 40 });
        let limited = post(scene, "slack/C0CREDIT", "1", "one").await;
        let Err(Undelivered::Later { after: Some(after), .. }) = limited else { panic!("{limited:?}") };
        assert!(after.0 >= 40_000_000, "{after:?}");
        // Nobody else waits for that.
        post(scene, "slack/C0CLAIMS", "2", "two").await.expect("another channel goes on");
        fake.fault(On::method("chat.postMessage"), Harm::Error("is_archived".to_owned()));
        let refused = post(scene, "slack/C0CREDIT", "3", "three").await;
        assert!(matches!(refused, Err(Undelivered::Never { .. })), "{refused:?}");
        // So Slack calls a private channel that the bot was taken out of; it may come back.
        fake.fault(On::method("chat.postMessage"), Harm::Error("channel_not_found".to_owned()));
        let refused = post(scene, "slack/C0CREDIT", "3", "three").await;
        assert!(matches!(refused, Err(Undelivered::Later { .. })), "{refused:?}");
        let trouble = scene.house.slack.link().trouble.expect("the operator is told");
        assert!(trouble.contains("slack/C0CREDIT"), "{trouble}");
        post(scene, "slack/C0CREDIT", "3", "three").await.expect("it is back");
        assert_eq!(scene.house.slack.link().trouble, None);
        // A person has to mend these, and nobody knows when: the courier's pauses grow from seconds.
        for why in ["restricted_action", "missing_scope", "not_in_channel", "invalid_auth"] {
            fake.fault(On::method("chat.postMessage").times(2), Harm::Error(why.to_owned()));
            fake.fault(
                On::method("conversations.join"),
                Harm::Error("method_not_supported_for_channel_type".to_owned()),
            );
            let refused = post(scene, "slack/C0CREDIT", "3a", "three").await;
            assert!(
                matches!(refused, Err(Undelivered::Later { after: None, perhaps_sent: false, .. })),
                "{why}: {refused:?}"
            );
            let trouble = scene.house.slack.link().trouble.expect("the operator is told");
            assert!(trouble.contains("slack/C0CREDIT") || trouble.contains(why), "{why}: {trouble}");
            fake.clear_faults();
        }
        post(scene, "slack/C0CREDIT", "3a", "three").await.expect("it was mended");
        fake.fault(On::method("conversations.open"), Harm::Error("user_not_found".to_owned()));
        let gone = post(scene, "slack/@U0NOBODY", "4", "four").await;
        assert!(matches!(gone, Err(Undelivered::Never { .. })), "{gone:?}");
        fake.revoke_token();
        let revoked = post(scene, "slack/C0CREDIT", "5", "five").await;
        assert!(matches!(revoked, Err(Undelivered::Later { .. })), "{revoked:?}");
        let trouble = scene.house.slack.link().trouble.expect("the operator is told");
        assert!(trouble.contains("token_revoked"), "{trouble}");
        assert!(!scene.house.slack.link().up, "whoever can't speak isn't up");
        fake.restore_token();
        post(scene, "slack/C0CREDIT", "5", "five").await.expect("the token was mended");
        assert!(scene.house.slack.link().up);
        assert_eq!(scene.house.slack.link().trouble, None);
        fake.remove_bot("C0CREDIT");
        post(scene, "slack/C0CREDIT", "6", "six").await.expect("it comes back into a public channel by itself");
        assert!(!fake.calls("conversations.join").is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_cards_go_on_in_the_thread_and_long_code_as_a_file() {
    in_slack(async |scene, fake| {
        let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
        let code = "let x = \"<!channel>\";\n".repeat(400);
        let lines = (0..300).map(|at| vec![Word::from(format!("line {at} {}", "x".repeat(60)))]);
        let long = Card {
            title: vec![Word::from("Long")],
            lines: lines.chain([vec![Word::Code(code.clone())]]).collect(),
            ..Card::default()
        };
        let post = post_of("long", &lane, &long);
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
        scene
            .house
            .slack
            .edit(Edit { lane: &lane, message: &ts, thread: None, left: None, card: &long })
            .await
            .expect("it is brought up to date");
        assert_eq!(fake.thread("C0CREDIT", &ts).iter().flat_map(|it| &it.files).count(), 1);
    })
    .await;
}

/// A message that became shorter leaves no part behind that says what isn't so any more; also one that an earlier process posted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn further_parts_are_edited_with_their_message() {
    let card = |words: &str, lines: usize| {
        let lines = (0..lines).map(|at| vec![Word::from(format!("{words} {at} {}", "x".repeat(60)))]);
        Card { title: vec![Word::from(words)], lines: lines.collect(), ..Card::default() }
    };
    let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
    let mut scene = Stopped::new().await.start().await;
    for again in [false, true] {
        let nonce = format!("long {again}");
        let slack = &scene.house.slack;
        let ts = slack.post(post_of(&nonce, &lane, &card("asks", 300))).await.expect("it goes").message;
        let parts = scene.fake.thread("C0CREDIT", &ts).len();
        assert!(parts >= 2, "{parts}");
        if again {
            scene = scene.stop().await.start().await;
        }
        let slack = &scene.house.slack;
        let shows = |words: &str| {
            let thread = scene.fake.thread("C0CREDIT", &ts);
            thread.iter().filter(|it| scene.read(&it.blocks).contains(words)).count()
        };
        let ended = card("ended", 200);
        slack
            .edit(Edit { lane: &lane, message: &ts, thread: None, left: None, card: &ended })
            .await
            .expect("it is edited");
        assert_eq!((shows("asks"), shows("ended") + shows("What stood here is over")), (0, parts));
        let calls = scene.fake.calls("chat.update").len();
        slack
            .edit(Edit { lane: &lane, message: &ts, thread: None, left: None, card: &ended })
            .await
            .expect("it is edited");
        assert_eq!(scene.fake.calls("chat.update").len(), calls + 1, "what says so already isn't edited again");
        slack
            .edit(Edit { lane: &lane, message: &ts, thread: None, left: None, card: &card("short", 1) })
            .await
            .expect("it is edited");
        assert_eq!((shows("ended"), shows("What stood here is over")), (0, parts));
        slack
            .edit(Edit { lane: &lane, message: &ts, thread: None, left: None, card: &card("long again", 450) })
            .await
            .expect("it is edited");
        assert!(shows("long again") > parts && shows("What stood here is over") == 0);
    }
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_was_begun_is_marked_as_perhaps_sent() {
    in_slack(async |scene, fake| {
        let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
        let lines = (0..300).map(|at| vec![Word::from(format!("line {at} {}", "x".repeat(60)))]);
        let long = Card { title: vec![Word::from("Long")], lines: lines.collect(), ..Card::default() };
        let refuse = |after: u32| {
            let on = On::method("chat.postMessage").channel("C0CREDIT").after(after);
            fake.fault(on, Harm::RateLimited { retry_after: 1 });
        };
        refuse(0);
        let refused = scene.house.slack.post(post_of("long", &lane, &long)).await;
        assert!(matches!(refused, Err(Undelivered::Later { perhaps_sent: false, .. })), "{refused:?}");
        fake.clear_faults();
        tokio::time::sleep(Duration::from_secs(1)).await;
        refuse(1);
        let refused = scene.house.slack.post(post_of("long", &lane, &long)).await;
        assert!(matches!(refused, Err(Undelivered::Later { perhaps_sent: true, .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_and_names_stay_words() {
    in_slack(async |scene, fake| {
        let hostile = "<!channel> <@U0DEV> <https://evil.example|your bank> *b* `c` ```d``` &lt;!here&gt;";
        let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
        let words = || vec![Word::from(hostile), Word::Strong(hostile.to_owned()), Word::Code(hostile.to_owned())];
        let nobody = Word::Person { id: "nobody".into(), name: hostile.to_owned() };
        let card = Card { title: words(), lines: vec![words(), vec![nobody]], ..Card::default() };
        let post = post_of("h", &lane, &card);
        let ts = scene.house.slack.post(post).await.expect("it goes").message;
        let message = fake.message("C0CREDIT", &ts).expect("it stands there");
        let allowed = Allowed::default();
        fakes::slack::assert_no_injection(&serde_json::json!(message.blocks), &allowed);
        fakes::slack::assert_no_injection(&serde_json::json!(message.text), &allowed);
        assert!(scene.read(&message.blocks).contains(hostile), "{}", scene.read(&message.blocks));
        assert!(fake.read(&message.text, chrono_tz::UTC).contains("<!channel>"), "{}", message.text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_gone_is_said_anew_and_a_lost_thread_goes_on_in_the_channel() {
    in_slack(async |scene, fake| {
        let slack = &scene.house.slack;
        let ts = post(scene, "slack/C0CREDIT", "1", "the card").await.expect("it goes");
        let lane: Lane = "slack/C0CREDIT".parse().expect("a lane");
        fake.delete("U0ADMIN", "C0CREDIT", &ts);
        let edited = slack
            .edit(Edit { lane: &lane, message: &ts, thread: None, left: None, card: &card("the card, later") })
            .await;
        assert!(matches!(edited, Err(Undelivered::Gone { .. })), "{edited:?}");
        let card = card("a word in its thread");
        let in_thread = Post { thread: Some(&ts), ..post_of("2", &lane, &card) };
        let said = slack.post(in_thread).await.expect("it is said all the same").message;
        assert_eq!(fake.message("C0CREDIT", &said).expect("it stands there").thread_ts, None);
        // A case's own channel that somebody archived is made anew before the next word.
        let mut own = case_channel("INC-51", "inc-51");
        let first = slack.ensure_channel(&own).await.expect("it is made");
        own.channel = Some(first.clone());
        fake.archive_channel(&first);
        let refused = post(scene, "slack/inc-51", "3", "a word").await;
        assert!(matches!(refused, Err(Undelivered::Later { .. })), "{refused:?}");
        let second = slack.ensure_channel(&own).await.expect("it is made anew");
        post(scene, "slack/inc-51", "3", "a word").await.expect("it goes");
        assert_eq!((second != first, saying(fake, &second, "a word")), (true, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_waits_where_slack_says_so_and_goes_nowhere_else() {
    in_slack(async |scene, fake| {
        let slow = Harm::Slow(Duration::from_millis(200));
        let harms = [Harm::RateLimited { retry_after: 1 }, Harm::DropAfterEffect, Harm::SilenceAfterEffect, slow];
        for (before, harm) in harms.into_iter().enumerate() {
            fake.fault(On::method("chat.postEphemeral"), harm.clone());
            fake.say("U0MAYA", "C0LOUNGE", "@countersign sla mine", None);
            fake.find("the answer", |fake| (fake.ephemerals("U0MAYA").len() > before).then_some(())).await;
            scene.rest().await;
            assert_eq!(fake.ephemerals("U0MAYA").len(), before + 1, "{harm:?}: it was given twice");
            assert_eq!(fake.messages(&fake.im("U0MAYA")).len(), 0, "{harm:?}: it went elsewhere too");
        }
        // A slow desk answers a command by its address; Slack may want a pause there as well.
        fake.fault(On::method("response_url"), Harm::RateLimited { retry_after: 1 });
        let held = scene.hold_the_database().await;
        let spoken = fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Slow").await;
        assert!(!spoken.failed() && spoken.took() > Duration::from_secs(1), "it waits for the desk: {spoken:?}");
        held.let_go().await;
        fake.find("the answer", |fake| {
            fake.responses("U0MAYA").into_iter().find(|it| it.source == fakes::slack::Source::ResponseUrl)
        })
        .await;
        assert_eq!(fake.messages(&fake.im("U0MAYA")).len(), 0);
    })
    .await;
}
