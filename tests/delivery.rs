//! What becomes of a message when the platform hurts: refuses for now or for good, is slow, or took it while the process
//! died. The platform is a fake that can do all of that; desk, courier and store are the real ones.

mod kit;

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign::card::Card;
use countersign::chat::{Chats, local};
use countersign::clock::Clock;
use countersign::domain::policy::Policy;
use countersign::domain::{Actor, At, BotCommand, OutboxId, Place, Span};
use countersign::ledger::record::Record;
use kit::bot::until;
use kit::house::{House, MONDAY};
use kit::platform::{Ill, Taken, Try, is_message};
use kit::scene::{CLAIMS, DEV, LENDING, OPS, POLICY, Scene};
use kit::written::{self, Written};

/// What became of the try before isn't known, whatever becomes of the next ones.
#[tokio::test]
async fn what_was_perhaps_sent_still_is_after_it_was_put_off() {
    let mut scene = Scene::new().await;
    for (ill, line) in [
        (Ill::TakesCardsAndIsSilent, "/approval request lending \"Ship it\""),
        (Ill::TakesAndIsSilent, "/approval note APR-1 the drift report is attached"),
    ] {
        let before = scene.fake.taken(LENDING).len();
        scene.fake.falls_ill(LENDING, ill);
        scene.house.command(line, "maya", line).await;
        until("the platform has it", async || scene.fake.taken(LENDING).len() == before + 1).await;
        // The next process is refused, and the one after that finds the lane put off.
        scene.fake.falls_ill(LENDING, Ill::Later(Some(Span::seconds(30))));
        scene = scene.restart().await;
        scene.quiet().await;
        scene.fake.is_well(LENDING);
        scene = scene.restart().await;
        scene.quiet().await;
        assert_eq!(scene.fake.taken(LENDING).len(), before + 1, "the platform said 30 seconds, and none has passed");
        scene.pass(Span::seconds(30)).await;
        let taken = scene.fake.taken(LENDING).split_off(before);
        assert!(
            taken[1].nonce == taken[0].nonce && taken[1].perhaps_sent,
            "the adapter is told to look first: {taken:#?}"
        );
    }
    let written = scene.end().await;
    // Others may have been on their way to another place when a process was ended.
    let perhaps: Vec<_> = written.told().filter(|told| told.perhaps_twice).collect();
    assert_eq!(perhaps.iter().filter(|told| told.lane.to_string() == LENDING).count(), 2, "{perhaps:#?}");
}

/// Whether it stands there was known to nobody but the process that is gone.
#[tokio::test]
async fn what_the_platform_may_have_taken_is_marked_as_such_in_the_database() {
    let mut scene = Scene::new().await;
    for line in ["/approval request lending \"Ship it\"", "/approval note APR-1 the drift report is attached"] {
        let before = scene.fake.taken(LENDING).len();
        scene.fake.falls_ill(LENDING, Ill::TakesAndIsUnheard);
        scene.house.command(line, "maya", line).await;
        until("the platform has it", async || scene.fake.taken(LENDING).len() == before + 1).await;
        scene.quiet().await;
        scene.fake.is_well(LENDING);
        scene = scene.restart().await;
        scene.pass(Span::minutes(1)).await;
        let taken = scene.fake.taken(LENDING).split_off(before);
        assert!(
            taken[1].nonce == taken[0].nonce && taken[1].perhaps_sent,
            "the adapter is told to look first: {taken:#?}"
        );
    }
    let written = scene.end().await;
    assert_eq!(written.told().filter(|told| told.perhaps_twice).count(), 2);
}

/// What asked for an answer says what became of it, also where the platform wasn't there when the answer came, and where the
/// process died of telling it.
#[tokio::test]
async fn what_asked_is_changed_when_it_is_answered() {
    let mut scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.pass(Span::minutes(3)).await;
    assert!(scene.fake.words(DEV)[0].contains("asks model-risk to decide"));
    scene.fake.falls_ill(DEV, Ill::Later(None));
    scene.house.command("v", "dev", "/approval approve APR-1").await;
    scene.quiet().await;
    assert_eq!(scene.fake.changed_to(DEV), [""; 0]);
    scene.fake.falls_ill(DEV, Ill::ChangesAndIsSilent);
    scene = scene.restart().await;
    scene.clock.move_to(scene.clock.now() + Span::minutes(5));
    until("it is changed", async || scene.fake.edits(DEV) == 1).await;
    scene.fake.is_well(DEV);
    // Nobody heard that it is, so it is done once more: to the same words.
    scene = scene.restart().await;
    scene.pass(Span::minutes(5)).await;
    let changed = scene.fake.changed_to(DEV);
    assert!(changed.len() == 2 && changed[0] == changed[1], "{changed:#?}");
    assert!(changed[0].starts_with("APR-1 · approved ") && changed[0].contains(" by Dev"), "{changed:#?}");
    let written = scene.end().await;
    let edited: Vec<_> = written.told().filter(|told| told.edit && told.card_shows.is_none()).collect();
    assert!(edited.iter().any(|told| told.lane.to_string() == DEV), "{edited:#?}");
}

/// A message that somebody deleted asks nobody anything: it is left alone, and nothing waits for it.
#[tokio::test]
async fn what_was_deleted_is_not_changed() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.pass(Span::minutes(3)).await;
    scene.fake.falls_ill(DEV, Ill::Deleted);
    scene.house.command("v", "dev", "/approval approve APR-1").await;
    scene.quiet().await;
    let asked = scene.fake.asked(DEV);
    scene.pass(Span::hours(30)).await;
    assert_eq!((scene.fake.edits(DEV), scene.fake.asked(DEV)), (0, asked));
    assert_eq!(scene.house.reader.outbox_next(&[]).await.expect("a look"), None, "nothing waits");
    scene.end().await;
}

/// A message that the platform won't have changed for a day is left as it is. What came of it later is tried anew.
#[tokio::test]
async fn an_edit_that_is_refused_for_a_day_is_given_up() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.pass(Span::minutes(3)).await;
    // The message is old, so that only the edit's own age can be meant.
    scene.pass(Span::days(2)).await;
    let (edits, refused) = (scene.fake.edits(DEV), scene.clock.now());
    scene.fake.falls_ill(DEV, Ill::Later(None));
    scene.house.command("v", "dev", "/approval approve APR-1").await;
    scene.quiet().await;
    for _ in 0..3_000 {
        let Some(next) = scene.house.reader.outbox_next(&[]).await.expect("a moment") else { break };
        scene.clock.move_to(next.max(scene.clock.now() + Span::seconds(1)));
        scene.quiet().await;
    }
    let whole = scene.clock.now() - refused;
    assert!(whole > Span::hours(23) && whole < Span::hours(26), "it is tried for a day: {whole}");
    let asked = scene.fake.asked(DEV);
    scene.fake.is_well(DEV);
    scene.pass(Span::days(2)).await;
    assert_eq!((scene.fake.edits(DEV), scene.fake.asked(DEV)), (edits, asked), "no more");
    scene.end().await;
}

/// It may be the message and not the channel.
#[tokio::test]
async fn a_message_that_is_refused_silences_no_channel() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    let before = scene.fake.words(LENDING).len();
    scene.fake.falls_ill(LENDING, Ill::RefusesOne);
    for nth in 0..4 {
        scene.house.command(&format!("n{nth}"), "maya", &format!("/approval note APR-1 word {nth}")).await;
        scene.quiet().await;
    }
    let words = scene.fake.words(LENDING).split_off(before);
    assert!(words.len() == 3 && (1..4).all(|nth| words[nth - 1].contains(&format!("word {nth}"))), "{words:#?}");
    scene.fake.is_well(LENDING);
    scene.pass(Span::seconds(3)).await;
    let words = scene.fake.words(LENDING).split_off(before);
    assert!(words.len() == 4 && words[3].contains("word 0"), "{words:#?}");
    scene.end().await;
}

/// What waits behind a message wasn't tried, so it isn't given up with it.
#[tokio::test]
async fn only_what_was_tried_is_given_up() {
    let scene = Scene::new().await;
    let [first, second] = ["lending", "claims"].map(|workflow| format!("/approval request {workflow} \"Ship it\""));
    scene.fake.falls_ill(OPS, Ill::Later(Some(Span::minutes(10))));
    scene.fake.falls_ill(LENDING, Ill::Never);
    scene.house.command("first", "maya", &first).await;
    scene.fake.falls_ill(CLAIMS, Ill::Never);
    scene.house.command("second", "maya", &second).await;
    until("the operators are to hear of both", async || scene.house.health.look().await.given_up >= 2).await;
    scene.quiet().await;
    for _ in 0..150 {
        scene.pass(Span::minutes(10)).await;
    }
    let tried: std::collections::BTreeSet<String> = scene.fake.tries(OPS).into_iter().map(|it| it.nonce).collect();
    assert!(tried.len() < 4, "each is tried before it is given up: {tried:?}");
    let written = Written::of(&scene.house.reader).await;
    let given_up = written.not_told().filter(|it| it.lane.to_string() == OPS).count();
    assert!(given_up > 0 && given_up <= tried.len(), "{given_up} of {tried:?}");
    scene.fake.is_well(OPS);
    scene.pass(Span::minutes(30)).await;
    assert!(!scene.fake.words(OPS).is_empty(), "what waited behind it arrives");
    scene.end().await;
}

#[tokio::test]
async fn a_lane_that_is_asked_to_wait_holds_up_no_other() {
    let scene = Scene::new().await;
    scene.fake.falls_ill(LENDING, Ill::Later(Some(Span::seconds(30))));
    scene.request("lending", "Ship lending").await;
    scene.request("claims", "Ship claims").await;
    until("claims heard", async || !scene.fake.taken(CLAIMS).is_empty()).await;
    scene.quiet().await;
    assert!(scene.fake.taken(LENDING).is_empty());
    scene.fake.is_well(LENDING);
    scene.quiet().await;
    assert!(scene.fake.taken(LENDING).is_empty(), "the platform said 30 seconds, and none has passed");
    scene.pass(Span::seconds(29)).await;
    assert!(scene.fake.taken(LENDING).is_empty(), "the platform said 30 seconds");
    scene.pass(Span::seconds(1)).await;
    assert!(!scene.fake.taken(LENDING).is_empty());
    scene.end().await;
}

#[tokio::test]
async fn words_of_a_lane_keep_their_order_however_often_it_refuses() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    let before = scene.fake.words(LENDING).len();
    scene.fake.falls_ill(LENDING, Ill::Later(None));
    for nth in 0..3 {
        scene.house.command(&format!("n{nth}"), "maya", &format!("/approval note APR-1 word {nth}")).await;
    }
    scene.pass(Span::seconds(3)).await;
    scene.house.command("n3", "maya", "/approval note APR-1 word 3").await;
    // It refuses the first word only as long as it is the first: what came later must not slip past it.
    scene.quiet().await;
    scene.fake.is_well(LENDING);
    scene.house.command("n4", "maya", "/approval note APR-1 word 4").await;
    for _ in 0..40 {
        scene.pass(Span::seconds(1)).await;
    }
    let words = scene.fake.words(LENDING).split_off(before);
    let order: Vec<usize> =
        (0..5).map(|nth| words.iter().position(|it| it.contains(&format!("word {nth}"))).expect("told")).collect();
    assert!(order.is_sorted() && words.len() == 5, "{words:#?}");
    scene.end().await;
}

#[tokio::test]
async fn pauses_between_tries_grow_and_a_day_is_enough() {
    let scene = Scene::new().await;
    scene.fake.falls_ill(DEV, Ill::Later(None));
    scene.request("lending", "Ship it").await;
    scene.clock.move_to(MONDAY + Span::minutes(30));
    until("it is tried", async || !scene.fake.tries(DEV).is_empty()).await;
    let nonce = scene.fake.tries(DEV)[0].nonce.split('+').next().expect("a number").to_owned();
    scene.quiet().await;
    for _ in 0..2_000 {
        let Some(next) = scene.house.reader.outbox_next(&[]).await.expect("a moment") else { break };
        scene.clock.move_to(next.max(scene.clock.now() + Span::seconds(1)));
        scene.quiet().await;
    }
    // By itself, or as the first of several that go together.
    let with_it = |it: &&Try| it.nonce.split('+').next() == Some(nonce.as_str());
    let tries: Vec<At> = scene.fake.tries(DEV).iter().filter(with_it).map(|it| it.at).collect();
    let pauses: Vec<Span> = tries.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(tries.len() > 10, "{pauses:?}");
    for (nth, pause) in pauses.iter().enumerate() {
        let whole = Span::seconds(2 << nth.min(20)).min(Span::minutes(1));
        // Up to a quarter of jitter, and the second by which this test steps.
        let most = Span(whole.0 + whole.0 / 4) + Span::seconds(1);
        assert!(*pause >= whole && *pause <= most, "pause {nth} was {pause}, expected {whole} to {most}");
    }
    let whole = *tries.last().expect("one") - tries[0];
    assert!(whole > Span::hours(23) && whole < Span::hours(25), "it is tried for a day: {whole}");
    let report = scene.house.health.look().await;
    assert!(report.given_up >= 1, "{report:?}");
    let heard = scene.fake.words(OPS);
    assert!(heard.iter().any(|it| it.contains("it is ill")), "the operators hear: {heard:#?}");
    let written = scene.end().await;
    assert!(written.not_told().any(|it| it.outbox.to_string() == nonce), "given up is recorded");
}

#[tokio::test]
async fn a_channel_that_is_gone_is_given_up_and_the_operators_hear() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    let told = scene.fake.words(LENDING).len();
    scene.fake.falls_ill(LENDING, Ill::Never);
    scene.house.command("n", "maya", "/approval note APR-1 the drift report").await;
    until("given up", async || scene.house.health.look().await.given_up == 1).await;
    scene.quiet().await;
    assert_eq!(scene.fake.words(LENDING).len(), told);
    let heard = scene.fake.words(OPS);
    let mine: Vec<&String> = heard.iter().filter(|it| it.contains("the channel is gone")).collect();
    assert_eq!(mine.len(), 1, "{heard:#?}");

    // The operators' own channel gone too: recorded, and no message about a message about a message.
    scene.fake.falls_ill(OPS, Ill::Never);
    scene.house.command("n2", "maya", "/approval note APR-1 and the bias report").await;
    until("given up", async || scene.house.health.look().await.given_up == 3).await;
    scene.quiet().await;
    assert_eq!(scene.house.health.look().await.given_up, 3, "the note, and what was to be said about it");
    let written = scene.end().await;
    assert_eq!(written.count("told.undeliverable"), 3);
    assert_eq!(written.count("bot.gave-up"), 3);
    let given_up: Vec<OutboxId> = written.not_told().map(|it| it.outbox).collect();
    assert!(written.told().all(|told| told.outbox.iter().all(|id| !given_up.contains(id))), "never counted as sent");
}

#[tokio::test]
async fn who_takes_no_direct_messages_hears_it_in_the_case_s_thread() {
    let scene = Scene::new().await;
    scene.fake.falls_ill(DEV, Ill::Closed);
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    // Direct messages wait a little for company.
    scene.pass(Span::minutes(3)).await;
    let mention = "For @dev, whose direct messages are closed.";
    let card = scene.fake.taken(LENDING).into_iter().find(|it| !is_message(&it.nonce)).expect("the case's card");
    let said = scene.fake.taken(LENDING).into_iter().filter(|it| it.text.contains(mention)).collect::<Vec<_>>();
    let [said] = said.as_slice() else { panic!("told once: {said:?}") };
    assert!(said.thread.is_some() && card.thread.is_none(), "under the card: {said:?}");
    assert!(scene.fake.words(OPS).iter().all(|text| !text.contains("could not be delivered")), "nothing was given up");
    // Two cases at once find each its own thread.
    scene.request("lending", "Ship two").await;
    scene.request("lending", "Ship three").await;
    scene.quiet().await;
    scene.pass(Span::minutes(3)).await;
    assert_eq!(scene.fake.words(LENDING).iter().filter(|text| text.contains(mention)).count(), 3);
    // A nudge finds the same way.
    scene.pass(Span::minutes(31)).await;
    scene.pass(Span::minutes(3)).await;
    let told = scene.fake.words(LENDING).into_iter().filter(|text| text.contains(mention)).collect::<Vec<_>>();
    assert_eq!(told.iter().filter(|text| text.contains("is due at")).count(), 3, "{told:#?}");
    scene.end().await;
}

#[tokio::test]
async fn a_card_that_somebody_deleted_comes_back_and_the_thread_hangs_under_it() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    let cards = || scene.fake.taken(LENDING).into_iter().filter(|it| !is_message(&it.nonce)).count();
    assert_eq!(cards(), 1);
    scene.fake.falls_ill(LENDING, Ill::Deleted);
    scene.house.command("n", "maya", "/approval note APR-1 the report is attached").await;
    until("the card is posted again", async || cards() == 2).await;
    scene.fake.is_well(LENDING);
    scene.quiet().await;
    let said = scene.fake.taken(LENDING);
    let again = said.iter().rposition(|it| !is_message(&it.nonce)).expect("the card");
    let note = said.iter().rposition(|it| it.text.contains("the report is attached")).expect("the note");
    assert!(again < note, "the card goes first: {said:#?}");
    let old = said.iter().find_map(|it| it.thread.clone()).expect("the first thread");
    assert!(said[note].thread.as_ref().is_some_and(|thread| *thread != old), "under the new card: {said:#?}");
    scene.end().await;
}

#[tokio::test]
async fn a_slow_platform_holds_up_neither_answers_nor_other_lanes() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship lending").await;
    scene.request("claims", "Ship claims").await;
    scene.quiet().await;
    scene.fake.falls_ill(LENDING, Ill::Slow);
    let tried = scene.fake.tries(LENDING).len();
    scene.house.command("n1", "maya", "/approval note APR-1 a word that takes long").await;
    until("the slow platform has been called", async || scene.fake.tries(LENDING).len() > tried).await;
    let heard = scene.fake.words(CLAIMS).len();
    let answer = scene.house.command("n2", "maya", "/approval note APR-2 a word for the others").await;
    assert!(!answer.cards.is_empty(), "the desk answers meanwhile");
    until("the others hear meanwhile", async || scene.fake.words(CLAIMS).len() > heard).await;
    scene.fake.is_well(LENDING);
    scene.quiet().await;
    scene.end().await;
}

#[tokio::test]
async fn what_was_answered_meanwhile_is_not_sent() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    let (lending, dev) = (scene.fake.words(LENDING).len(), scene.fake.words(DEV).len());
    scene.fake.falls_ill(LENDING, Ill::Later(Some(Span::minutes(20))));
    scene.fake.falls_ill(DEV, Ill::Later(Some(Span::minutes(20))));
    scene.pass(Span::minutes(30)).await;
    assert!(scene.fake.tries(DEV).len() + scene.fake.tries(LENDING).len() > lending + dev, "there was a nudge");
    scene.house.command("v", "dev", "/approval approve APR-1").await;
    scene.fake.is_well(LENDING);
    scene.fake.is_well(DEV);
    scene.pass(Span::minutes(21)).await;
    let said: Vec<String> =
        scene.fake.words(LENDING).split_off(lending).into_iter().chain(scene.fake.words(DEV).split_off(dev)).collect();
    assert!(
        said.iter().all(|it| !it.contains("left") && !it.contains("is due")),
        "no nudge for what is answered: {said:#?}"
    );
    let written = scene.end().await;
    let dropped: Vec<OutboxId> = written.not_told().map(|it| it.outbox).collect();
    assert!(written.count("told.not-needed") >= 1 && !dropped.is_empty());
    assert!(written.told().all(|told| told.outbox.iter().all(|id| !dropped.contains(id))));
}

/// Of two nudges that go as one message, one is answered while the platform refuses both: it is found not to be needed once,
/// and the other goes on being tried.
#[tokio::test]
async fn what_was_answered_meanwhile_is_left_out_of_a_message_that_is_refused() {
    let scene = Scene::new().await;
    scene.fake.falls_ill(DEV, Ill::Later(Some(Span::minutes(1))));
    scene.request("lending", "Ship one").await;
    scene.request("lending", "Ship two").await;
    scene.quiet().await;
    scene.pass(Span::minutes(3)).await;
    scene.house.command("v", "dev", "/approval approve APR-1").await;
    // Still refused, with one row less; then taken.
    scene.pass(Span::minutes(2)).await;
    scene.pass(Span::minutes(2)).await;
    scene.fake.is_well(DEV);
    scene.pass(Span::minutes(2)).await;
    let said = scene.fake.words(DEV);
    assert!(said.len() == 1 && said[0].contains("APR-2") && !said[0].contains("APR-1"), "{said:#?}");
    let written = scene.end().await;
    let not_needed = written.not_told().filter(|it| it.lane.to_string() == DEV).count();
    assert_eq!(not_needed, 1, "recorded once");
}

/// One message to a person is an entry for each case that it tells of; read together, they are what was sent.
#[tokio::test]
async fn a_message_of_several_cases_is_an_entry_of_each() {
    let scene = Scene::new().await;
    scene.fake.falls_ill(DEV, Ill::TakesAndIsSilent);
    for title in ["Ship one", "Ship two"] {
        scene.request("lending", title).await;
    }
    scene.quiet().await;
    scene.clock.move_to(scene.clock.now() + Span::minutes(3));
    until("the platform has it", async || scene.fake.words(DEV).len() == 1).await;
    scene.fake.is_well(DEV);
    // The process dies before the receipt: all of it is sent again, and every part says that it may stand there twice.
    let scene = scene.restart().await;
    scene.quiet().await;
    let taken = scene.fake.taken(DEV);
    assert!(taken.len() == 2 && taken[0].nonce == taken[1].nonce && taken[1].perhaps_sent, "{taken:#?}");
    let written = scene.end().await;
    let entries = written.entries.iter().filter_map(|entry| match &entry.record {
        Record::Told(told) if told.lane.to_string() == DEV => Some((entry.case.as_deref().expect("a case"), told)),
        _ => None,
    });
    let [(first, one), (second, two)] = &entries.collect::<Vec<_>>()[..] else { panic!("two entries: {taken:#?}") };
    assert_eq!((*first, one.part, *second, two.part), ("APR-1", 0, "APR-2", 1));
    assert_eq!(one.message, two.message);
    assert!(one.perhaps_twice && two.perhaps_twice);
    let said = [one, two].map(|told| told.card.get().cloned().expect("its words"));
    let whole = Card::of_parts(said).expect("a card");
    assert_eq!(whole.plain(chrono_tz::UTC, MONDAY), taken[1].text);
}

#[tokio::test]
async fn nothing_that_waits_is_lost_or_reordered_by_a_restart() {
    let scene = Scene::new().await;
    scene.request("lending", "Ship it").await;
    scene.quiet().await;
    let before = scene.fake.words(LENDING).len();
    scene.fake.falls_ill(LENDING, Ill::Later(Some(Span::minutes(1))));
    for nth in 0..3 {
        scene.house.command(&format!("n{nth}"), "maya", &format!("/approval note APR-1 word {nth}")).await;
    }
    scene.quiet().await;
    scene.fake.is_well(LENDING);
    let scene = scene.restart().await;
    scene.house.command("n3", "maya", "/approval note APR-1 word 3").await;
    scene.quiet().await;
    scene.pass(Span::minutes(2)).await;
    let words = scene.fake.words(LENDING).split_off(before);
    let order: Vec<usize> =
        (0..4).map(|nth| words.iter().position(|it| it.contains(&format!("word {nth}"))).expect("told")).collect();
    assert!(order.is_sorted() && words.len() == 4, "{words:#?}");
    scene.end().await;
}

#[tokio::test]
async fn every_case_has_one_card_and_its_words_hang_under_it() {
    let scene = Scene::new().await;
    for nth in 0..20 {
        scene.request(if nth % 2 == 0 { "lending" } else { "claims" }, &format!("Ship v{nth}")).await;
    }
    scene.quiet().await;
    scene.pass(Span::minutes(30)).await;
    let cards: BTreeMap<String, usize> = scene.fake.state().taken.iter().fold(BTreeMap::new(), |mut all, it| {
        if !is_message(&it.nonce) {
            *all.entry(it.nonce.clone()).or_default() += 1;
        }
        all
    });
    assert_eq!(cards.len(), 20);
    assert!(cards.values().all(|times| *times == 1), "one card a case: {cards:?}");
    assert!(scene.fake.taken(LENDING).iter().filter(|it| is_message(&it.nonce)).all(|it| it.thread.is_some()));
    scene.end().await;
}

/// More cards than a round looks at are due at once, each with words that belong under it.
#[tokio::test]
async fn no_words_stand_before_the_card_that_they_belong_under() {
    let scene = Scene::new().await;
    scene.fake.falls_ill(LENDING, Ill::Slow);
    for nth in 0..530 {
        scene.request("lending", &format!("Ship v{nth}")).await;
    }
    // Those that are wanted first are changed, so that their cards are wanted last: their words are as old as before.
    for nth in 1..=530 {
        let text = format!("/approval note APR-{nth} still wanted");
        scene.house.command(&format!("note {nth}"), "maya", &text).await;
    }
    scene.fake.is_well(LENDING);
    scene.quiet().await;
    let taken = scene.fake.taken(LENDING);
    let (words, cards): (Vec<&Taken>, Vec<&Taken>) = taken.iter().partition(|it| is_message(&it.nonce));
    assert_eq!((words.len(), cards.len()), (1_060, 530));
    let loose = words.iter().filter(|it| it.thread.is_none()).count();
    assert_eq!(loose, 0, "words that stand under no card");
    scene.end().await;
}

#[tokio::test]
async fn a_channel_that_the_policy_no_longer_names_is_given_up_in_the_room() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = |text: &str| {
        text.replace("slack:C0LENDING", "lending").replace("slack:C0CLAIMS", "claims").replace("slack:C0OPS", "ops")
    };
    let before = here(POLICY);
    let after = before.replace("channel = \"lending\"", "channel = \"credit\"");
    let clock = Clock::manual(MONDAY, 0);
    let house = House::try_open(folder.path(), &before, clock.clone(), |desk| {
        Chats::default().with(Arc::new(local::Local::new(desk.watch())))
    })
    .await
    .expect("the desk opens");
    house.command("r", "maya", "/approval request lending \"Ship it\"").await;
    let policy = Box::new(Policy::read(&after).expect("it reads"));
    house
        .desk
        .ask_bot(BotCommand::LoadPolicy { policy, text: after }, Actor::Operator, None)
        .await
        .expect("no fault")
        .expect("loaded");
    house.command("n", "maya", "/approval note APR-1 the drift report").await;
    until("given up", async || house.health.look().await.given_up >= 1).await;
    until("the operators heard", async || {
        Written::of(&house.reader).await.told().any(|told| {
            matches!(&told.lane.place, Place::Channel(id) if id == "ops")
                && told.card.get().expect("a card").plain(chrono_tz::UTC, MONDAY).contains("no channel #lending")
        })
    })
    .await;
    house.stop().await;
    written::verifies(folder.path()).await;
}
