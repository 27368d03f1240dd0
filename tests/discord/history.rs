//! What was missed and is read from history, by one process after another.

use countersign::store::Stretch;

use super::*;

/// What is known of a channel when the bot stops, and then four messages that nobody tells.
async fn four_missed(stage: Stage, place: impl Fn(&Stage) -> Id) -> (Stopped, Id) {
    let place = place(&stage);
    stage.fake.say(stage.maya, place, "heard live");
    stage.house.heard_text("heard live").await;
    let Stage { house, fake, maya, dev, channel: _, folder, policy } = stage;
    until_read(&house).await;
    house.stop().await;
    for at in 0..4 {
        fake.say(maya, place, &format!("missed {at}"));
    }
    (Stopped { fake, maya, dev, folder, policy }, place)
}

/// A house whose bot doesn't run.
struct Stopped {
    fake: FakeDiscord,
    maya: Id,
    dev: Id,
    folder: tempfile::TempDir,
    policy: String,
}

impl Stopped {
    async fn start(&self) -> DiscordHouse {
        DiscordHouse::open(&self.fake, self.folder.path(), &self.policy, BTreeMap::new()).await.ready().await
    }
}

/// Everything that was missed is read.
async fn until_read(house: &DiscordHouse) {
    let desk = &house.desk;
    house.fake.wait_for("the end of history", |_| desk.shown().bot.fills.open.is_empty().then_some(())).await;
}

async fn until_full(stopped: &Stopped, taken: usize) {
    while disk::backfilled(stopped.folder.path()).await < taken as i64 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// When nothing was heard in a lane.
fn gaps(heard: &[HeardRecord], lane: &Lane) -> Vec<(At, At)> {
    let gap = |heard: &HeardRecord| match &heard.what {
        What::Gap { from, to, .. } if heard.lane == *lane => Some((*from, *to)),
        _ => None,
    };
    heard.iter().filter_map(gap).collect()
}

/// When each message of a lane was said, by its words.
async fn moments(house: &DiscordHouse, lane: &Lane) -> Vec<(At, String)> {
    let rows = house.reader.messages(lane, Stretch::Before(None), 20).await.expect("the transcript");
    rows.into_iter().map(|row| (At(row.said_us), row.body)).collect()
}

/// The disk takes only so many messages of history; meanwhile somebody speaks live: in the same direct messages, whose channel a new
/// process doesn't know yet, so that nothing holds that word back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_of_history_that_was_cut_short_is_taken_up_again() {
    for taken in 0..=4 {
        for is_direct in [false, true] {
            let place = |stage: &Stage| if is_direct { stage.fake.dm(stage.maya) } else { stage.channel };
            let (stopped, place) = four_missed(stage().await, place).await;
            disk::takes_of_history(stopped.folder.path(), taken).await;
            let house = stopped.start().await;
            until_full(&stopped, taken).await;
            stopped.fake.say(stopped.maya, place, "said live meanwhile");
            // In the channel it waits behind what was missed.
            let is_free = is_direct || taken == 4;
            if is_free {
                assert!(!house.heard_text("said live meanwhile").await.backfilled);
            }
            let elsewhere = stopped.fake.dm(stopped.dev);
            stopped.fake.say(stopped.dev, elsewhere, "elsewhere");
            assert!(!house.heard_text("elsewhere").await.backfilled, "one lane holds up no other");
            house.stop().await;
            disk::is_mended(stopped.folder.path()).await;
            let house = stopped.start().await;
            house.heard_text("missed 3").await;
            house.heard_text("said live meanwhile").await;
            until_read(&house).await;
            let heard = house.heard().await;
            let texts: Vec<&str> = heard
                .iter()
                .filter_map(|heard| match &heard.what {
                    What::Said { text, .. } => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            let kept: Vec<&str> = texts.iter().copied().filter(|text| text.starts_with("missed")).collect();
            assert_eq!(kept, ["missed 0", "missed 1", "missed 2", "missed 3"], "{taken}: {texts:?}");
            for once in ["heard live", "said live meanwhile", "elsewhere"] {
                assert_eq!(texts.iter().filter(|text| **text == once).count(), 1, "{taken}: {texts:?}");
            }
            let lane: Lane = match is_direct {
                true => format!("discord/@{}", stopped.maya),
                false => format!("discord/{place}"),
            }
            .parse()
            .expect("a lane");
            let (gaps, moments) = (gaps(&heard, &lane), moments(&house, &lane).await);
            let of = |words: &str| moments.iter().find(|(_, body)| body.contains(words)).expect(words).0;
            let within = |at: At| gaps.iter().filter(|(from, to)| *from < at && at < *to).count();
            for missed in ["missed 0", "missed 3"] {
                assert_eq!(within(of(missed)), 1, "{taken} {is_direct}: {gaps:?} {moments:?}");
            }
            // Where it waited, it was missed itself.
            let live = of("said live meanwhile");
            assert_eq!(within(live), usize::from(!is_free), "{taken} {is_direct}: {gaps:?} {moments:?}");
            house.stop().await;
        }
    }
}

/// What was to be read when the process died is gone from Discord by the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_that_discord_gives_no_more_ends_as_a_gap_that_says_so() {
    let (stopped, channel) = four_missed(stage().await, |stage| stage.channel).await;
    disk::takes_of_history(stopped.folder.path(), 2).await;
    let house = stopped.start().await;
    until_full(&stopped, 2).await;
    house.stop().await;
    disk::is_mended(stopped.folder.path()).await;
    let refused = Fault::MISSING_PERMISSIONS;
    stopped.fake.fail("GET /channels/{channel_id}/messages", Some(channel), 10, refused);
    let house = stopped.start().await;
    let says_so =
        |heard: &HeardRecord| matches!(&heard.what, What::Gap { why, .. } if why.contains("history can't be read"));
    house.heard_that("a gap that says so", says_so).await;
    until_read(&house).await;
    assert_eq!(disk::backfilled(stopped.folder.path()).await, 2);
    house.stop().await;
}
