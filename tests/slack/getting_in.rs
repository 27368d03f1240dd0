//! Getting in: who and what there is, the fewest rights, tokens that run out or are others, and groups that follow a role.

use countersign::app::config::{Rotation, SlackConfig, SlackMode};
use countersign::chat::rights::Uses;
use countersign::chat::slack::{doctor, listing, manifest};
use countersign::chat::tokens::{TokenFile, Tokens};
use countersign::chat::{Chat as _, Finding, Undelivered};
use countersign::domain::policy::Policy;
use countersign::domain::{BotEvent, Platform};
use countersign::ledger::record::Record;

use super::*;
use crate::fakes::slack::{CLIENT_ID, CLIENT_SECRET};

fn uses(policy: &str) -> Uses {
    let policy = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
    Uses::of(&policy, &Platform::from("slack"))
}

fn scopes_of(policy: &str) -> Vec<String> {
    let manifest = manifest(&uses(policy), "/", "Countersign", None);
    let scopes = manifest.pointer("/oauth_config/scopes/bot").and_then(serde_json::Value::as_array).expect("scopes");
    scopes.iter().filter_map(|scope| scope.as_str().map(str::to_owned)).collect()
}

/// Without anything that takes a right of its own.
fn plain_policy() -> String {
    POLICY
        .replace("groups = [\"slack:S0SENIORS\"]\n", "")
        .replace("\nstage = \"production\"\nchannel", "\nstage = \"production\"\nrestricted_incidents = false\nchannel")
        .replace("\nstage = \"pilot\"\nchannel", "\nstage = \"pilot\"\nrestricted_incidents = false\nchannel")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_with_the_manifests_rights_alone_does_its_work() {
    let fake = workspace().await;
    let policy = plain_policy();
    let scopes = scopes_of(&policy);
    for left_out in [
        "bookmarks:read",
        "bookmarks:write",
        "groups:read",
        "groups:write",
        "usergroups:read",
        "usergroups:write",
        "channels:manage",
        "pins:write",
    ] {
        assert!(!scopes.iter().any(|scope| scope == left_out), "{left_out} in {scopes:?}");
    }
    fake.scopes(&scopes.iter().map(String::as_str).collect::<Vec<_>>());
    let config = slack_house::config(&fake, slack_house::socket());
    let read = Policy::read(&policy).expect("a policy");
    let found = doctor(&config, &read, countersign::clock::Clock::real().now()).await;
    let wrong: Vec<&Finding> = found.iter().filter(|it| !it.ok && !it.text.contains("guest")).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let stopped = Stopped { fake, folder: tempfile::tempdir().expect("a folder") };
    let scene = stopped.start_under(&policy).await;
    scene.incident("sev2 Drift").await;
    let fake = &scene.fake;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev1 restricted Somebody's data").await;
    let refused = scene.shown("U0MAYA", "takes no restricted incidents").await;
    assert!(scene.read(&refused.blocks).contains("restricted_incidents"), "{}", scene.read(&refused.blocks));
    assert_eq!(scene.open_cases().await, 1);
    fake.say("U0DEV", "C0CREDIT", "@countersign ack INC-1", None);
    scene.rest().await;
    let refused: Vec<String> = fake
        .all_calls()
        .into_iter()
        .filter(|call| call.answer.as_ref().is_some_and(|answer| answer["error"] == "missing_scope"))
        .map(|call| call.method)
        .collect();
    assert!(refused.is_empty(), "rights that the manifest should have asked for: {refused:?}");
    assert_eq!(scene.house.slack.link().lacks, std::collections::BTreeMap::new());
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_misses_what_this_policy_needs_and_nothing_else() {
    let fake = workspace().await;
    let config = slack_house::config(&fake, slack_house::socket());
    let look = async |policy: &str| {
        let policy = Policy::read(policy).unwrap_or_else(|errors| panic!("{}", errors.show("policy")));
        doctor(&config, &policy, countersign::clock::Clock::real().now()).await
    };
    for scope in ["channels:manage", "groups:write", "usergroups:read", "usergroups:write"] {
        fake.without_scope(scope);
    }
    let missing = |found: &[Finding]| -> Vec<String> {
        let scopes = found.iter().filter(|it| !it.ok).filter_map(|it| it.text.split("the scope ").nth(1));
        scopes.filter_map(|rest| rest.split(' ').next().map(str::to_owned)).collect()
    };
    let none: [String; 0] = [];
    assert_eq!(missing(&look(&plain_policy()).await), none);
    assert_eq!(missing(&look(POLICY).await), ["groups:write", "usergroups:read"]);
    let own = POLICY.replacen("[workflows.credit]\n", "[workflows.credit]\nincident_channels = true\n", 1);
    assert_eq!(missing(&look(&own).await), ["channels:manage", "groups:write", "usergroups:read"]);
    let mirrors = plain_policy().replacen("[roles.risk]\n", "[roles.risk]\nmirrors = [\"slack:S0RISK\"]\n", 1);
    assert_eq!(missing(&look(&mirrors).await), ["usergroups:read", "usergroups:write"]);
    let found = look(&plain_policy()).await;
    let less = found.iter().find(|it| it.text.contains("needs less")).expect("what it has besides");
    assert!(less.ok && less.text.contains("groups:history") && !less.text.contains("chat:write"), "{}", less.text);
    // A private channel that the bot is in takes rights of its own.
    fake.add_channel("C0SECRET", "secret", Sort::Private, &["U0MAYA", BOT_USER]);
    let private = plain_policy().replacen("channel = \"slack:C0CLAIMS\"", "channel = \"slack:C0SECRET\"", 1);
    fake.without_scope("groups:history");
    assert_eq!(missing(&look(&private).await), ["groups:history"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_and_what_there_is_can_be_listed() {
    use countersign::chat::listing::ListedAs;
    let fake = workspace().await;
    fake.small_pages(2);
    fake.add_user(User::new("U0FAR", "far", "Far Away", "UTC").stranger("T0ELSEWHERE"));
    fake.add_channel("C0SECRET", "secret", Sort::Private, &["U0MAYA", BOT_USER]);
    fake.deactivate("U0GUEST");
    let config = slack_house::config(&fake, slack_house::socket());
    let list = async || listing(&config, countersign::clock::Clock::real().now()).await.expect("a listing");
    let found = list().await;
    let kind = |account: &str| found.people.iter().find(|it| it.account == account).map(|it| it.kind);
    assert_eq!(kind("U0MAYA"), Some(ListedAs::Member));
    assert_eq!(kind("U0FAR"), Some(ListedAs::Outsider));
    assert_eq!(kind("U0GUEST"), Some(ListedAs::Gone));
    assert_eq!(kind("U0OTHERBOT"), Some(ListedAs::Bot));
    let secret = found.channels.iter().find(|it| it.id == "C0SECRET").expect("the private channel");
    assert!(secret.private && found.channels.len() == 5, "{:?}", found.channels);
    assert_eq!(found.groups.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["S0SENIORS"]);
    assert_eq!(found.unread, Vec::<String>::new());
    fake.without_scope("groups:read");
    fake.without_scope("usergroups:read");
    let found = list().await;
    assert!(found.unread.is_empty() && found.groups.is_empty(), "most apps have no right to these: {found:?}");
    fake.without_scope("users:read");
    assert_eq!(list().await.unread, ["people can't be read without the scope users:read"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_told_once_what_their_operator_has_to_write() {
    in_slack(async |scene, fake| {
        let ts = fake.say("U0MAYA", "C0CREDIT", "worth keeping", None);
        fake.message_shortcut("U0EVE", "keep_as_evidence", "C0CREDIT", &ts).await;
        let told = fake.find("a kind word", |fake| fake.private("U0EVE").pop()).await;
        let read = scene.read(&told.blocks);
        assert!(read.contains("slack = \"U0EVE\"") && read.contains("[people]"), "{read}");
        scene.rest().await;
        assert_eq!(fake.private("U0EVE").len(), 1, "{:?}", fake.private("U0EVE"));
        assert!(!read.contains("Which"), "{read}");
        // Nor is a slip of theirs explained with names of the policy.
        fake.slash("U0EVE", "C0CREDIT", "/incident", "opne credti sev9").await;
        fake.find("the same word", |fake| (fake.private("U0EVE").len() == 2).then_some(())).await;
        let told = scene.read(&fake.private("U0EVE")[1].blocks);
        assert!(told.contains("slack = \"U0EVE\"") && !told.contains("credit"), "{told}");
    })
    .await;
}

fn rotating(fake: &FakeSlack, folder: &std::path::Path) -> SlackConfig {
    SlackConfig {
        bot_token: countersign::app::config::Secret::new("xoxe.xoxb-0"),
        rotation: Some(Rotation {
            client_id: CLIENT_ID.to_owned(),
            client_secret: countersign::app::config::Secret::new(CLIENT_SECRET),
            refresh_token: countersign::app::config::Secret::new("xoxe-0"),
            kept: folder.join("data/tokens/slack.json"),
        }),
        ..slack_house::config(fake, slack_house::socket())
    }
}

async fn renewed(fake: &FakeSlack, times: u32) {
    fake.find("a renewal", |fake| (fake.renewals() >= times).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_runs_out_is_renewed_and_outlives_the_process() {
    let Stopped { fake, folder } = Stopped::new().await;
    fake.rotate_tokens(43_200);
    let start = async |fake: &FakeSlack| {
        let house = SlackHouse::start_as(&rotating(fake, folder.path()), folder.path(), POLICY).await;
        house.up().await;
        house
    };
    let house = start(&fake).await;
    renewed(&fake, 1).await;
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    fake.find("a card", |fake| fake.messages("C0CREDIT").pop()).await;
    let file = TokenFile(&folder.path().join("data/tokens/slack.json")).newest(&Tokens::first("xoxe.xoxb-0", "xoxe-0"));
    assert_eq!(file.expect("it is kept").refresh, "xoxe-1");
    house.stop().await;
    // Another process goes on with the pair that is kept, and spends no token on it.
    fake.expire_older_tokens();
    let house = start(&fake).await;
    assert_eq!(fake.renewals(), 1);
    let refused =
        fake.all_calls().into_iter().find(|it| it.answer.as_ref().is_some_and(|it| it["error"] == "token_expired"));
    assert!(refused.is_none(), "the settings' token was shown, which has run out: {refused:?}");
    // Slack says before its time that it has run out.
    fake.expire_tokens();
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift again").await;
    renewed(&fake, 2).await;
    fake.find("another card", |fake| {
        fake.messages("C0CREDIT").iter().any(|it| it.text.contains("Drift again")).then_some(())
    })
    .await;
    house.stop().await;
    // A command that only looks begins no chain, which would be lost to the bot,
    let mut elsewhere = rotating(&fake, &folder.path().join("elsewhere"));
    elsewhere.bot_token = countersign::app::config::Secret::new("");
    let not_begun = listing(&elsewhere, countersign::clock::Clock::real().now()).await.expect_err("there is no token");
    assert!(not_begun.contains("name its folder with --data"), "{not_begun}");
    // and renews nothing that is good still.
    let now = countersign::clock::Clock::real().now();
    let policy = Policy::read(POLICY).expect("a policy");
    let found = doctor(&rotating(&fake, folder.path()), &policy, now).await;
    assert!(found.iter().any(|it| it.ok && it.text.contains("the bot renews it before")), "{found:#?}");
    assert!(listing(&rotating(&fake, folder.path()), now).await.is_ok());
    assert_eq!(fake.renewals(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_renewed_at_half_of_its_life() {
    let Stopped { fake, folder } = Stopped::new().await;
    fake.rotate_tokens(2);
    let house = SlackHouse::start_as(&rotating(&fake, folder.path()), folder.path(), POLICY).await;
    renewed(&fake, 3).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_not_renewed_goes_on_as_long_as_it_can_and_the_operators_hear_of_it() {
    use countersign::domain::Lack;
    let Stopped { fake, folder } = Stopped::new().await;
    fake.rotate_tokens(43_200);
    // Its newest pair was lost between Slack's answer and the disk.
    let mut config = rotating(&fake, folder.path());
    let rotation = config.rotation.as_mut().expect("it rotates");
    rotation.refresh_token = countersign::app::config::Secret::new("xoxe-lost");
    let house = SlackHouse::start_as(&config, folder.path(), POLICY).await;
    house.up().await;
    let lacks = |_: &FakeSlack| house.slack.link().lacks.get(&Lack::Token).cloned();
    let why = fake.find("the operators' word", lacks).await;
    assert!(why.contains("invalid_refresh_token") && why.contains("Install the app again"), "{why}");
    assert!(!why.contains("xoxe"), "{why}");
    fake.slash("U0MAYA", "C0CREDIT", "/incident", "open sev2 Drift").await;
    fake.find("a card all the same", |fake| fake.messages("C0CREDIT").pop()).await;
    // Somebody puts the new one into its file, and has the settings read again.
    let taken = house.slack.take_settings(&rotating(&fake, folder.path()));
    assert_eq!((taken.now, taken.at_a_start), (vec!["what renews the bot token"], vec![]));
    renewed(&fake, 1).await;
    fake.find("it is mended", |_| house.slack.link().lacks.is_empty().then_some(())).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_token_counts_without_a_start() {
    in_slack(async |scene, fake| {
        let good = slack_house::config(fake, slack_house::socket());
        let secret = countersign::app::config::Secret::new;
        let wrong = SlackConfig { bot_token: secret("xoxb-wrong"), ..good.clone() };
        let none = (Vec::<&str>::new(), Vec::<&str>::new());
        let take = |config: &SlackConfig| {
            let taken = scene.house.slack.take_settings(config);
            (taken.now, taken.at_a_start)
        };
        assert_eq!(take(&good), none, "the same");
        assert_eq!(take(&wrong), (vec!["the bot token"], vec![]));
        let refused = post(scene, "slack/C0CREDIT", "n1", "with a wrong token").await;
        assert!(matches!(refused, Err(Undelivered::Later { .. })), "{refused:?}");
        assert_eq!(take(&good), (vec!["the bot token"], vec![]));
        post(scene, "slack/C0CREDIT", "n2", "with a good one again").await.expect("it is said");
        let http = SlackConfig { mode: slack_house::http(), bot_token: secret("xoxb-other"), ..good.clone() };
        assert_eq!(take(&http), (vec![], vec!["mode"]), "half of it is taken by nobody");
        post(scene, "slack/C0CREDIT", "n3", "and nothing has changed").await.expect("it is said");
        let app = SlackConfig { mode: SlackMode::Socket { app_token: secret("xapp-other") }, ..good };
        assert_eq!(take(&app), (vec!["the app-level token"], vec![]));
    })
    .await;
}

/// `risk` is Dev's seat, and the user group `S0RISK` is to be whoever holds it.
fn mirrored() -> String {
    let policy = POLICY.replacen("[roles.risk]\n", "[roles.risk]\nmirrors = [\"slack:S0RISK\"]\n", 1);
    policy.replacen(
        "[people.gwen]\n",
        "[people.noa]\nname = \"Noa\"\nparty = \"bank\"\nzone = \"UTC\"\n\n[people.gwen]\n",
        1,
    )
}

async fn group_is(fake: &FakeSlack, what: &str, members: &[&str]) {
    fake.find(what, |fake| (fake.group("S0RISK") == members).then_some(())).await;
}

impl Scene {
    /// What the ledger says of groups that were filled: who is in them now, and how many strangers went.
    async fn groups_set(&self) -> Vec<(Vec<String>, u32)> {
        let written = self.house.written().await;
        let bot = written.entries.iter().filter_map(|entry| match &entry.record {
            Record::Bot(bot) => Some(&bot.events),
            _ => None,
        });
        bot.flatten()
            .filter_map(|event| match event {
                BotEvent::Platform(countersign::domain::bot::platforms::Event::GroupSet(set)) => {
                    Some((set.members.iter().map(ToString::to_string).collect(), set.strangers_out))
                }
                _ => None,
            })
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_group_follows_its_role() {
    let stopped = Stopped::new().await;
    stopped.fake.add_group("S0RISK", "risk", &["U0EVE", "U0MAYA"]);
    let scene = stopped.start_under(&mirrored()).await;
    let fake = &scene.fake;
    group_is(fake, "its holder", &["U0DEV"]).await;
    // Maya stands in for Dev, until he is back.
    fake.slash("U0DEV", "C0CREDIT", "/approval", "delegate @maya until 2d roles=risk Holiday").await;
    group_is(fake, "the deputy", &["U0MAYA"]).await;
    fake.slash("U0DEV", "C0CREDIT", "/approval", "undelegate 1").await;
    group_is(fake, "its holder again", &["U0DEV"]).await;
    let one = |who: &str, strangers| (vec![who.to_owned()], strangers);
    let expected = [one("dev", 1), one("maya", 0), one("dev", 0)];
    until("each change is in the ledger", || async { scene.groups_set().await == expected }).await;
    // What is as it should be is read and not written.
    let writes = fake.calls("usergroups.users.update").len();
    assert_eq!(writes, 3);
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_group_is_never_emptied_and_who_is_missing_is_told() {
    use countersign::domain::Lack;
    let stopped = Stopped::new().await;
    stopped.fake.add_group("S0RISK", "risk", &["U0MAYA"]);
    let of_noa = mirrored().replacen(
        "mirrors = [\"slack:S0RISK\"]\nname = \"Model risk\"\nparty = \"bank\"\nmembers = [\"dev\"]",
        "mirrors = [\"slack:S0RISK\"]\nname = \"Model risk\"\nparty = \"bank\"\nmembers = [\"noa\"]",
        1,
    );
    assert_ne!(of_noa, mirrored());
    let scene = stopped.start_under(&of_noa).await;
    let fake = &scene.fake;
    let lack = |_: &FakeSlack| scene.house.slack.link().lacks.get(&Lack::Group("S0RISK".to_owned())).cloned();
    let why = fake.find("the operators' word", lack).await;
    assert!(why.contains("Noa") && why.contains("left as it is"), "{why}");
    assert_eq!(fake.group("S0RISK"), ["U0MAYA"]);
    // Dev holds it too: he comes in, and Noa is still missing.
    let both = of_noa.replacen("members = [\"noa\"]", "members = [\"noa\", \"dev\"]", 1);
    std::fs::write(scene.folder.path().join("policy.toml"), &both).expect("the policy is written");
    fake.slash("U0MAYA", "C0CREDIT", "/sla", "reload").await;
    group_is(fake, "its holder with an account", &["U0DEV"]).await;
    let without = |fake: &FakeSlack| lack(fake).filter(|why| why.contains("is without Noa"));
    fake.find("who is missing", without).await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_group_that_slack_refuses_is_tried_again_and_told_of() {
    use countersign::domain::Lack;
    let stopped = Stopped::new().await;
    stopped.fake.add_group("S0RISK", "risk", &["U0MAYA"]);
    let times = |harm, times| (On::method("usergroups.users.update").times(times), harm);
    let (on, harm) = times(Harm::Error("permission_denied".to_owned()), 1);
    stopped.fake.fault(on, harm);
    let (on, harm) = times(Harm::RateLimited { retry_after: 1 }, 1);
    stopped.fake.fault(on, harm);
    let scene = stopped.start_under(&mirrored()).await;
    let lack = |_: &FakeSlack| scene.house.slack.link().lacks.get(&Lack::Group("S0RISK".to_owned())).cloned();
    let why = scene.fake.find("the operators' word", lack).await;
    assert!(why.contains("permission_denied") && why.contains("let everybody change user groups"), "{why}");
    group_is(&scene.fake, "its holder in the end", &["U0DEV"]).await;
    scene.fake.find("it is mended", |fake| lack(fake).is_none().then_some(())).await;
    scene.end().await;
}

/// Who holds a role by a group isn't known before that group was read; what follows the role waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_group_loses_nobody_while_it_is_not_known_who_holds_its_role() {
    let stopped = Stopped::new().await;
    stopped.fake.add_group("S0RISK", "risk", &["U0DEV", "U0MAYA"]);
    let policy = POLICY.replacen("[roles.seniors]\n", "[roles.seniors]\nmirrors = [\"slack:S0RISK\"]\n", 1);
    let scene = stopped.start_under(&policy).await;
    let fake = &scene.fake;
    let looked = |fake: &FakeSlack| {
        let calls = fake.calls("usergroups.users.list");
        calls.iter().any(|call| call.args["usergroup"] == "S0RISK").then_some(())
    };
    fake.find("a look at the group", looked).await;
    scene.rest().await;
    assert!(fake.calls("usergroups.users.update").is_empty(), "Dev was in it, and is");
    fake.change_group("S0SENIORS", &["U0MAYA"]);
    group_is(fake, "who holds it by the policy alone", &["U0MAYA"]).await;
    scene.end().await;
}
