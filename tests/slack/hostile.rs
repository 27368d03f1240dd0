//! Somebody who isn't in the policy, in a channel that the bot keeps, with nothing to do but to press and to mention.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::fakes::slack::{FakeSlack, Spoken};
use crate::kit::bot::until;
use crate::slack_house::{Scene, in_slack};

/// How many presses, and how many mentions.
const STORM: usize = 500;

fn told(fake: &FakeSlack, user: &str) -> usize {
    fake.ephemerals(user).len() + fake.responses(user).len()
}

/// How many of them Slack got an acknowledgement for.
async fn taken(presses: Vec<impl Future<Output = Spoken>>) -> usize {
    join_all(presses).await.iter().filter(|press| !press.failed()).count()
}

/// What was taken is answered. (To Slack, what wasn't taken is still open.)
async fn at_rest(scene: &Scene) {
    until("all is answered", async || scene.house.slack.is_at_rest()).await;
}

/// Whatever a stranger does, the card of what Maya opens stands in the channel before the stranger is answered to the end, and
/// what approvers press and type is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_holds_up_nobody() {
    in_slack(async |scene, fake| {
        let card = scene.incident("sev2 Drift").await;
        let mut presses = Vec::new();
        for at in 0..STORM {
            presses.push(fake.press("U0EVE", "C0CREDIT", &card.ts, "Acknowledge"));
            fake.say("U0EVE", "C0CREDIT", &format!("@countersign incident list {at}"), None);
        }
        let storm = taken(presses);
        let opens = async {
            let begun = Instant::now();
            let spoken = fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev1 Salaries in the logs").await;
            assert!(!spoken.failed() && spoken.took() < Duration::from_secs(3), "{spoken:?}");
            scene.card("C0CREDIT", "Salaries in the logs").await;
            let stood = begun.elapsed();
            let spoken = fake.press("U0DEV", "C0CREDIT", &card.ts, "Acknowledge").await;
            assert!(!spoken.failed(), "{spoken:?}");
            (stood, told(fake, "U0EVE"))
        };
        let (taken, (stood, told_by_then)) = tokio::join!(storm, opens);
        println!(
            "the card stood after {stood:?}; of {STORM} presses {taken} were taken; {told_by_then} answers by then"
        );
        // Not a matter of the clock: at one message a second, a card that waited behind the answers would have let dozens of
        // them out first.
        assert!(told_by_then <= 8, "{told_by_then} answers to a stranger before the card of a sev1");
        // What was said is evidence, all of it, and each word is answered once in a while.
        let last = format!("incident list {}", STORM - 1);
        scene.heard("the last mention", |heard| format!("{:?}", heard.what).contains(&last)).await;
        at_rest(scene).await;
        let told = told(fake, "U0EVE");
        assert!((1..=8).contains(&told), "a stranger got {told} answers");
    })
    .await;
}

/// Whoever asks for more at a time than one person does is told by Slack that it didn't work; a colleague's press is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_the_policy_has_a_few_asks_at_a_time() {
    in_slack(async |scene, fake| {
        let card = scene.incident("sev2 Drift").await;
        let presses: Vec<_> = (0..200).map(|_| fake.press("U0DEV", "C0CREDIT", &card.ts, "Timeline")).collect();
        let spoken = fake.press("U0MAYA", "C0CREDIT", &card.ts, "Acknowledge").await;
        assert!(!spoken.failed(), "{spoken:?}");
        let taken = taken(presses).await;
        println!("{taken} of 200 presses were taken");
        assert!((8..200).contains(&taken), "{taken}");
        at_rest(scene).await;
    })
    .await;
}
