//! The channel that a case has of its own: made once, found again, opened anew, and closed to strangers.

use countersign::domain::case::Link;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cases_own_channel_is_made_once_and_is_its_lane() {
    in_slack(async |scene, fake| {
        let mut wanted = CaseChannel {
            case: "INC-12".parse().expect("a case"),
            lane: "slack/inc-12".parse().expect("a lane"),
            channel: None,
            near: None,
            converted: None,
            name: "inc-12-drift".to_owned(),
            topic: "INC-12 · Drift <!channel>".to_owned(),
            private: false,
            people: vec!["U0MAYA".to_owned(), "U0NOBODY".to_owned(), "U0DEV".to_owned()],
            barred: Vec::new(),
            pinned: None,
            links: Vec::new(),
            archived: false,
        };
        let slack = &scene.house.slack;
        let early = post(scene, "slack/inc-12", "1", "too early").await;
        assert!(matches!(early, Err(Undelivered::Later { .. })), "{early:?}");
        let channel = slack.ensure_channel(&wanted).await.expect("it is made");
        assert_eq!(fake.channel_named("inc-12-drift"), Some(channel.clone()));
        let there = fake.channel(&channel).expect("a channel");
        assert!(there.has("U0MAYA") && there.has("U0DEV"), "one who can't come keeps nobody out: {:?}", there.members);
        let ts = post(scene, "slack/inc-12", "2", "the card").await.expect("it goes there");
        wanted.pinned = Some(ts.clone());
        wanted.channel = Some(channel.clone());
        let runbook = "https://wiki.example/runbook".to_owned();
        wanted.links = vec![Link { url: runbook.clone(), text: "Runbook".to_owned() }];
        slack.ensure_channel(&wanted).await.expect("the card is pinned");
        let card = format!("https://fake.slack.com/archives/{channel}/p{}", ts.replace('.', ""));
        let bookmarked = [("The card of INC-12".to_owned(), card), ("Runbook".to_owned(), runbook)];
        assert_eq!((fake.pins(&channel), fake.bookmarks(&channel)), (vec![ts], bookmarked.to_vec()));
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_goes_on_in_a_new_channel_where_slack_wont_open_the_archived_one() {
    let mut scene = Stopped::new().await.start().await;
    for (case, private, again) in
        [("INC-21", false, false), ("INC-22", true, false), ("INC-23", false, true), ("INC-24", true, true)]
    {
        let name = format!("{}-drift", case.to_lowercase());
        let mut wanted = CaseChannel { private, archived: true, ..case_channel(case, &name) };
        let old = scene.house.slack.ensure_channel(&wanted).await.expect("it is made and archived");
        assert!(scene.fake.channel(&old).expect("a channel").archived);
        wanted.channel = Some(old.clone());
        if again {
            scene = scene.stop().await.start().await;
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
    in_slack(async |scene, fake| {
        let slack = &scene.house.slack;
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_slack_wont_have_holds_up_nothing() {
    in_slack(async |scene, fake| {
        let slack = &scene.house.slack;
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_incident_goes_on_where_its_archived_channel_was() {
    let policy = POLICY.replacen("[workflows.credit]\n", "[workflows.credit]\nincident_channels = true\n", 1);
    let scene = Stopped::new().await.start_under(&policy).await;
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

/// Slack lets nobody make an open channel private, so the incident goes on in a new one. What told of it on the old one's face is
/// gone from there; what was said stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_channel_that_its_incident_leaves_shows_nothing_of_it() {
    let policy = POLICY.replacen("[workflows.credit]\n", "[workflows.credit]\nincident_channels = true\n", 1);
    let scene = Stopped::new().await.start_under(&policy).await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Scores drift").await;
    let open = fake.find("its channel", |fake| fake.channel_named("inc-1-scores-drift")).await;
    let card = fake.find("the card is pinned", |fake| fake.pins(&open).pop()).await;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "link INC-1 https://wiki.example/scores Scores").await;
    fake.find("the link is bookmarked", |fake| (fake.bookmarks(&open).len() == 2).then_some(())).await;
    let kept = fake.say("U0DEV", &open, "we looked at the logs", None);
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "restrict INC-1 Names are among it").await;
    let private =
        fake.find("a private channel", |fake| fake.channel_named("inc-1-scores-drift").filter(|it| *it != open)).await;
    fake.find("the card stands there", |fake| fake.pins(&private).pop()).await;
    scene.rest().await;
    assert_eq!(fake.channel(&private).expect("a channel").sort, Sort::Private);
    let there = fake.channel(&open).expect("a channel");
    assert_eq!((there.name.as_str(), there.topic.as_str()), ("inc-1-moved", "Restricted now: only its people see it."));
    assert_eq!((fake.pins(&open), fake.bookmarks(&open)), (Vec::new(), Vec::new()));
    let moved = "INC-1 · restricted now: only its people see it";
    let shown = fake.message(&open, &card).expect("it stands there");
    assert_eq!(
        (scene.read(&shown.blocks).as_str(), shown.text.as_str()),
        ("INC-1 · restricted now: only its people see it", moved)
    );
    assert!(fake.buttons(&shown.blocks).is_empty());
    assert_eq!(saying(fake, &open, moved), 2, "the card, and a line below what was said");
    assert!(fake.message(&open, &kept).is_some(), "what people said stands");
    // What asked for an answer there asks nobody any more, also when it is given elsewhere.
    fake.slash("U0DEV", "C0CREDIT", "/incident", "ack INC-1").await;
    fake.find("it is told where the case is", |fake| {
        fake.messages(&private).iter().any(|it| it.text.contains("acknowledged")).then_some(())
    })
    .await;
    scene.rest().await;
    let beneath = fake.thread(&open, &card).into_iter().filter(|it| it.by_bot).chain(fake.messages(&open));
    for said in beneath.filter(|it| it.by_bot) {
        let words = scene.read(&said.blocks);
        assert!(!words.contains("Scores drift") && !words.contains("acknowledge"), "{words}");
        assert!(fake.buttons(&said.blocks).is_empty(), "{words}");
    }
    let links: Vec<String> = fake.bookmarks(&private).into_iter().map(|(_, link)| link).collect();
    assert!(links.iter().any(|link| link == "https://wiki.example/scores"), "{links:?}");
    assert!(!links.iter().any(|link| link.ends_with(&card.replace('.', ""))), "a card that isn't there: {links:?}");
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_in_which_people_talk_becomes_an_incidents_own() {
    in_slack(async |scene, fake| {
        let before = fake.say("U0DEV", "C0LOUNGE", "it began at nine", None);
        let reply = fake.say("U0EVE", "C0LOUNGE", "or at eight", Some(&before));
        fake.remove_bot("C0LOUNGE");
        fake.slash("U0MAYA", "C0LOUNGE", "/incident", "convert credit sev2 Scores drift").await;
        let card = scene.card("C0LOUNGE", "Scores drift").await;
        fake.find("the card is pinned", |fake| (fake.pins("C0LOUNGE") == [card.ts.clone()]).then_some(())).await;
        let topic = || fake.channel("C0LOUNGE").expect("a channel").topic;
        assert!(topic().starts_with("INC-1 · open"), "{}", topic());
        let kept = |rows: &[countersign::store::MessageRead]| {
            [&before, &reply].iter().all(|ts| rows.iter().any(|row| row.id == **ts))
        };
        scene.house.transcript("slack/inc-1", "what was said before", kept).await;
        let taken = fake.slash("U0DEV", "C0LOUNGE", "/incident", "convert credit sev2 Another").await;
        assert!(!taken.failed());
        scene.shown("U0DEV", "This channel is INC-1's own").await;
        // A topic that people gave it stays, and a case that is restricted doesn't take the channel away from them.
        fake.set_topic("C0CLAIMS", "Claims, all day");
        let mut wanted = CaseChannel {
            converted: Some("C0CLAIMS".to_owned()),
            channel: Some("C0CLAIMS".to_owned()),
            ..case_channel("INC-9", "inc-9-claims")
        };
        let slack = &scene.house.slack;
        assert_eq!(slack.ensure_channel(&wanted).await.as_deref(), Ok("C0CLAIMS"));
        wanted.private = true;
        let apart = slack.ensure_channel(&wanted).await.expect("it goes on elsewhere");
        assert_eq!(fake.channel(&apart).map(|it| it.sort), Some(Sort::Private));
        let claims = fake.channel("C0CLAIMS").expect("a channel");
        assert_eq!((claims.topic.as_str(), claims.sort, claims.archived), ("Claims, all day", Sort::Public, false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_the_bot_may_not_enter_is_none_that_it_can_take() {
    in_slack(async |scene, fake| {
        fake.add_channel("C0APART", "apart", Sort::Private, &["U0MAYA", "U0DEV"]);
        fake.slash("U0MAYA", "C0APART", "/incident", "convert credit sev2 Scores drift").await;
        let made = fake.find("a channel of its own", |fake| fake.channel_named("inc-1-scores-drift")).await;
        scene.card(&made, "Scores drift").await;
        assert!(fake.messages("C0APART").is_empty());
    })
    .await;
}

/// The bot may write a topic where people gave none. It takes it away again, with everything else on the channel's face.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peoples_own_channel_that_a_restricted_incident_leaves_shows_nothing_of_it() {
    in_slack(async |scene, fake| {
        fake.slash("U0MAYA", "C0LOUNGE", "/incident", "convert credit sev2 Scores drift").await;
        let card = fake.find("the card is pinned", |fake| fake.pins("C0LOUNGE").pop()).await;
        let topic = || fake.channel("C0LOUNGE").expect("a channel").topic;
        assert!(topic().contains("Scores drift"), "{}", topic());
        fake.slash("U0MAYA", "C0LOUNGE", "/incident", "link INC-1 https://wiki.example/scores Scores").await;
        fake.find("the link is bookmarked", |fake| (fake.bookmarks("C0LOUNGE").len() == 2).then_some(())).await;
        fake.slash("U0MAYA", "C0CREDIT", "/incident", "restrict INC-1 Names are among it").await;
        let private = fake.find("a private channel", |fake| fake.channel_named("inc-1-scores-drift")).await;
        fake.find("the card stands there", |fake| fake.pins(&private).pop()).await;
        fake.slash("U0DEV", "C0CREDIT", "/incident", "ack INC-1").await;
        fake.find("it is told where the case is", |fake| {
            fake.messages(&private).iter().any(|it| it.text.contains("acknowledged")).then_some(())
        })
        .await;
        scene.rest().await;
        let there = fake.channel("C0LOUNGE").expect("a channel");
        assert_eq!((there.name.as_str(), there.topic.as_str(), there.sort), ("lounge", "", Sort::Public));
        assert_eq!((fake.pins("C0LOUNGE"), fake.bookmarks("C0LOUNGE")), (Vec::new(), Vec::new()));
        let moved = "INC-1 · restricted now: only its people see it";
        assert_eq!(fake.message("C0LOUNGE", &card).expect("it stands there").text, moved);
        assert_eq!(saying(fake, "C0LOUNGE", moved), 1, "the card says it, and the adapter says it nowhere else");
        let told = "An incident that was told here is restricted now";
        fake.find("the case says it", |fake| (saying(fake, "C0LOUNGE", told) == 1).then_some(())).await;
        let beneath = fake.thread("C0LOUNGE", &card).into_iter().chain(fake.messages("C0LOUNGE"));
        for said in beneath.filter(|it| it.by_bot) {
            let words = scene.read(&said.blocks);
            assert!(!words.contains("Scores drift"), "{words}");
            assert!(fake.buttons(&said.blocks).is_empty(), "{words}");
        }
    })
    .await;
}

/// An app that may not join channels is invited into them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_may_join_nothing_takes_the_channel_that_it_was_invited_to() {
    in_slack(async |scene, fake| {
        fake.fault(On::method("conversations.join").times(1_000), Harm::Error("missing_scope".to_owned()));
        fake.slash("U0MAYA", "C0LOUNGE", "/incident", "convert credit sev2 Scores drift").await;
        scene.card("C0LOUNGE", "Scores drift").await;
        fake.add_channel("C0APART", "apart", Sort::Private, &["U0MAYA", "U0DEV", BOT_USER]);
        fake.slash("U0MAYA", "C0APART", "/incident", "convert credit sev2 Names leak").await;
        scene.card("C0APART", "Names leak").await;
        fake.add_channel("C0WAR", "war-room", Sort::Public, &["U0MAYA", "U0DEV"]);
        fake.slash("U0MAYA", "C0WAR", "/incident", "convert credit sev2 Batch is late").await;
        let made = fake.find("a channel of its own", |fake| fake.channel_named("inc-3-batch-is-late")).await;
        scene.card(&made, "Batch is late").await;
        assert_eq!((fake.channel_named("inc-1-scores-drift"), fake.channel_named("inc-2-names-leak")), (None, None));
        // What can't be seen either is found out by what follows.
        let hidden = Harm::Error("missing_scope".to_owned());
        fake.fault(On::method("conversations.info").times(1_000), hidden);
        for (case, channel, enters) in [("INC-8", "C0CLAIMS", true), ("INC-9", "C0WAR", false)] {
            let wanted = CaseChannel {
                converted: Some(channel.to_owned()),
                channel: Some(channel.to_owned()),
                people: ["U0MAYA", "U0EVE"].map(str::to_owned).to_vec(),
                ..case_channel(case, &case.to_lowercase())
            };
            let is_in = scene.house.slack.ensure_channel(&wanted).await.expect("it has a channel");
            assert_eq!(is_in == channel, enters, "{case} is in {is_in}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_was_not_read_before_the_bot_stopped_is_read_afterwards_once() {
    let scene = Stopped::new().await.start().await;
    let before = scene.fake.say("U0DEV", "C0LOUNGE", "it began at nine", None);
    let reply = scene.fake.say("U0EVE", "C0LOUNGE", "or at eight", Some(&before));
    let unread = Harm::ServerError { status: 503 };
    scene.fake.fault(On::method("conversations.history").channel("C0LOUNGE").times(1_000), unread);
    scene.fake.slash("U0MAYA", "C0LOUNGE", "/incident", "convert credit sev2 Scores drift").await;
    let card = scene.fake.find("the card is pinned", |fake| fake.pins("C0LOUNGE").pop()).await;
    scene.house.transcript("slack/inc-1", "the card is told", |rows| !rows.is_empty()).await;
    let stopped = scene.stop().await;
    stopped.fake.clear_faults();
    let scene = stopped.start().await;
    scene.fake.slash("U0DEV", "C0LOUNGE", "/incident", "ack INC-1").await;
    let kept = |rows: &[countersign::store::MessageRead]| {
        [&before, &reply].iter().all(|ts| rows.iter().any(|row| row.id == **ts))
    };
    scene.house.transcript("slack/inc-1", "what was said before", kept).await;
    let is_gap = |heard: &HeardRecord| format!("{:?}", heard.what).contains("the case's own only then");
    scene.heard("the gap", is_gap).await;
    scene.rest().await;
    // What was said before the card; the bot may look there for what it said itself as well.
    let looked = |fake: &FakeSlack| {
        let calls = fake.calls("conversations.history");
        calls.iter().filter(|call| call.args["latest"] == *card && call.args["inclusive"].is_null()).count()
    };
    let asked = looked(&scene.fake);
    assert!(asked > 0);
    let scene = scene.stop().await.start().await;
    scene.fake.slash("U0DEV", "C0LOUNGE", "/incident", "note INC-1 The export ran twice").await;
    scene
        .house
        .transcript("slack/inc-1", "the note", |rows| rows.iter().any(|row| row.body.contains("ran twice")))
        .await;
    scene.rest().await;
    assert_eq!(looked(&scene.fake), asked, "it is read once");
    assert_eq!(scene.house.written().await.heard().filter(|heard| is_gap(heard)).count(), 1);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peoples_own_channel_is_given_back_and_taken_up_again() {
    in_slack(async |scene, fake| {
        let mut wanted = CaseChannel {
            converted: Some("C0LOUNGE".to_owned()),
            channel: Some("C0LOUNGE".to_owned()),
            links: vec![Link { url: "https://wiki.example/runbook".to_owned(), text: "Runbook".to_owned() }],
            ..case_channel("INC-9", "inc-9-lounge")
        };
        let slack = &scene.house.slack;
        let ensured = async |wanted: &CaseChannel| {
            assert_eq!(slack.ensure_channel(wanted).await.as_deref(), Ok("C0LOUNGE"));
        };
        let topic = || fake.channel("C0LOUNGE").expect("a channel").topic;
        let kept = async |ts: &str, what: &str| {
            scene.house.transcript("slack/inc-9", what, |rows| rows.iter().any(|row| row.id == ts)).await;
        };
        ensured(&wanted).await;
        let card = post(scene, "slack/inc-9", "1", "the card").await.expect("it goes there");
        wanted.pinned = Some(card.clone());
        ensured(&wanted).await;
        kept(&fake.say("U0MAYA", "C0LOUNGE", "here it is", None), "what is said while it is open").await;
        assert_eq!((fake.pins("C0LOUNGE"), fake.bookmarks("C0LOUNGE").len()), (vec![card.clone()], 2));
        assert!(topic().starts_with("INC-9 · "), "{}", topic());
        wanted.archived = true;
        ensured(&wanted).await;
        scene.rest().await;
        assert_eq!((fake.pins("C0LOUNGE"), topic().as_str()), (Vec::new(), ""));
        let bookmarks = fake.bookmarks("C0LOUNGE");
        assert!(matches!(&*bookmarks, [(_, link)] if link.ends_with("/runbook")), "{bookmarks:?}");
        assert!(!fake.channel("C0LOUNGE").expect("a channel").archived);
        let calls = fake.all_calls().len();
        ensured(&wanted).await;
        assert_eq!(fake.all_calls().len(), calls, "once is enough");
        let lunch = fake.say("U0MAYA", "C0LOUNGE", "lunch?", None);
        scene.rest().await;
        // Taken up again, also by a bot that lost its connection then, it counts from there.
        wanted.archived = false;
        ensured(&wanted).await;
        assert_eq!(fake.pins("C0LOUNGE"), vec![card]);
        assert!(topic().starts_with("INC-9 · "), "{}", topic());
        fake.refuse_sockets(true);
        fake.drop_sockets();
        until("the connection is gone", || async { !slack.link().up }).await;
        fake.refuse_sockets(false);
        until("it is back", || async { slack.link().up }).await;
        scene.rest().await;
        let again = fake.say("U0MAYA", "C0LOUNGE", "it is back", None);
        kept(&again, "what is said when it is open again").await;
        let rows = scene.house.transcript("slack/inc-9", "all of it", |_| true).await;
        assert!(!rows.iter().any(|row| row.id == lunch), "{rows:#?}");
        // A topic that people gave it meanwhile stays.
        fake.set_topic("C0LOUNGE", "Lounging");
        wanted.archived = true;
        ensured(&wanted).await;
        assert_eq!(topic(), "Lounging");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_starts_listens_in_no_channel_that_was_given_back() {
    let scene = Stopped::new().await.start().await;
    scene.fake.slash("U0MAYA", "C0LOUNGE", "/incident", "convert credit sev2 Scores drift").await;
    scene.card("C0LOUNGE", "Scores drift").await;
    scene.fake.slash("U0MAYA", "C0LOUNGE", "/incident", "withdraw INC-1 It was the load test").await;
    let told = |rows: &[countersign::store::MessageRead]| rows.iter().any(|row| row.body.contains("withdrawn"));
    scene.house.transcript("slack/inc-1", "it is withdrawn", told).await;
    until("all is told", || async { scene.house.reader.outbox_next(&[]).await.is_ok_and(|next| next.is_none()) }).await;
    scene.rest().await;
    let scene = scene.stop().await.start().await;
    let lunch = scene.fake.say("U0MAYA", "C0LOUNGE", "lunch?", None);
    scene.rest().await;
    let rows = scene.house.transcript("slack/inc-1", "what was told", told).await;
    assert!(!rows.iter().any(|row| row.id == lunch), "{rows:#?}");
    scene.end().await;
}
