//! Getting in: who and what there is on a server, rights by the policy, a token that is another, and Discord roles that follow
//! a role.

use countersign::app::config::{DiscordConfig, Secret};
use countersign::chat::discord::{doctor, listings};
use countersign::chat::listing::ListedAs;
use countersign::domain::Policy;

use super::*;

fn read(text: &str) -> Policy {
    Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("p")))
}

async fn wrong(fake: &FakeDiscord, policy: &str) -> Vec<String> {
    let findings = doctor(&config(fake), &read(policy), countersign::clock::Clock::system()).await;
    findings.into_iter().filter(|it| !it.ok).map(|it| it.text).collect()
}

/// The role of the policy is kept to whoever holds `triage`, in place of making people hold it.
fn mirrored(policy: &str) -> String {
    policy.replacen("groups = [", "mirrors = [", 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_and_what_there_is_on_a_server_can_be_listed() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let fake = FakeDiscord::start().await;
    let (maya, bot) = (fake.person("Maya K"), fake.other_bot("Deploy"));
    let (open, hidden) = (fake.channel("credit-ai"), fake.private_channel("secret", &[maya]));
    let role = fake.role(fake.guild(), "Model risk", 0);
    fake.add_guild("Elsewhere");
    let list = async |server: Option<&str>| listings(&config(&fake), server).await;
    let all = list(None).await.expect("both servers");
    assert_eq!(all.len(), 2);
    let [acme] = &list(Some("Acme")).await.expect("one")[..] else { panic!("one server") };
    let kind = |id: Id| acme.people.iter().find(|it| it.account == id.to_string()).map(|it| it.kind);
    assert_eq!((kind(maya), kind(bot)), (Some(ListedAs::Member), Some(ListedAs::Bot)));
    let private = |id: Id| acme.channels.iter().find(|it| it.id == id.to_string()).map(|it| it.private);
    assert_eq!((private(open), private(hidden)), (Some(false), Some(true)));
    assert!(acme.groups.iter().any(|it| it.id == role.to_string() && it.name == "Model risk"), "{:?}", acme.groups);
    assert!(acme.groups.iter().all(|it| it.id != fake.guild().to_string()), "everybody is no group");
    assert_eq!(acme.unread, Vec::<String>::new());
    let nowhere = list(Some("Nowhere")).await.expect_err("there is no such server");
    assert!(nowhere.contains("Acme") && nowhere.contains("Elsewhere"), "{nowhere}");
    fake.set_privileged_intents(0);
    let acme = list(Some(&fake.guild().to_string())).await.expect("one");
    assert!(acme[0].unread[0].contains("Server Members Intent") && acme[0].people.is_empty(), "{:?}", acme[0]);
    assert!(!acme[0].channels.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_asks_for_the_rights_that_the_policy_uses() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let fake = FakeDiscord::start().await;
    let (maya, dev, channel) = (fake.person("Maya K"), fake.person("Dev M"), fake.channel("credit-ai"));
    let role = fake.role(fake.guild(), "Triage", 0);
    let whole = policy(maya, dev, channel, role);
    let least = whole.replacen("stage = \"production\"\n", "stage = \"production\"\nrestricted_incidents = false\n", 1);
    let managing = may::MANAGE_CHANNELS | may::MANAGE_ROLES | may::MANAGE_THREADS | may::PIN_MESSAGES;
    fake.set_bot_permissions(may::BOT & !managing);
    let none: [String; 0] = [];
    assert_eq!(wrong(&fake, &least).await, none);
    let found = wrong(&fake, &whole).await;
    assert!(
        found.len() == 1 && found[0].contains("“Manage Channels”") && found[0].contains("“Manage Roles”"),
        "{found:?}"
    );
    let found = wrong(&fake, &mirrored(&least)).await;
    assert!(found.len() == 1 && found[0].contains("lacks “Manage Roles” on the server"), "{found:?}");
    fake.set_bot_permissions(may::BOT);
    let found = wrong(&fake, &mirrored(&least)).await;
    assert!(found.len() == 1 && found[0].contains("stands above the bot's own"), "{found:?}");
    fake.raise_bot(fake.guild());
    assert_eq!(wrong(&fake, &mirrored(&least)).await, none);
    let gone = mirrored(&least).replace(&role.to_string(), "41771983423143936");
    assert!(wrong(&fake, &gone).await[0].contains("isn't on any of its servers"));
}

async fn holds(fake: &FakeDiscord, what: &str, role: Id, holders: &[Id]) {
    let wanted: std::collections::BTreeSet<Id> = holders.iter().copied().collect();
    fake.wait_for(what, |fake| (fake.holders(role) == wanted).then_some(())).await;
}

impl Stage {
    /// The policy takes force in which the role is a mirror, and the bot may give it.
    async fn mirror(&self) -> Id {
        let role = self.role();
        self.fake.raise_bot(self.fake.guild());
        let text = mirrored(&self.policy);
        let command = BotCommand::LoadPolicy { policy: Box::new(read(&text)), text };
        self.house.desk.ask_bot(command, Actor::Engine, None).await.expect("the house works").expect("it is taken");
        role
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_role_follows_its_role() {
    let stage = stage().await;
    let (fake, eve) = (&stage.fake, stage.fake.person("Eve"));
    fake.grant(eve, stage.role());
    let role = stage.mirror().await;
    holds(fake, "its holder, and no stranger", role, &[stage.dev]).await;
    let say = |words: &str| fake.say(stage.dev, stage.channel, &format!("<@{}> {words}", fake.bot()));
    say("approval delegate @maya until 2d roles=triage Holiday");
    holds(fake, "the deputy", role, &[stage.maya]).await;
    say("approval undelegate 1");
    holds(fake, "its holder again", role, &[stage.dev]).await;
    let written = fake.calls_to("PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}").len();
    assert_eq!(written, 3, "what is as it should be is written by nobody");
    let mut commits = stage.house.desk.watch();
    let sets = async || stage.house.records().await.iter().filter(|it| format!("{it:?}").contains("GroupSet")).count();
    while sets().await < 3 {
        commits.changed().await.expect("the desk works");
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_role_that_stands_too_high_is_told_of() {
    let stage = stage().await;
    let fake = &stage.fake;
    let role = fake.role(fake.guild(), "High", 0);
    stage
        .reload(&format!(
            "[roles.second]\nname = \"Second\"\nparty = \"bank\"\nmembers = [\"dev\"]\nmirrors = [\"discord:{role}\"]\n"
        ))
        .await;
    let lack = || stage.house.discord.link().lacks.get(&Lack::Group(role.to_string())).cloned();
    let why = fake.wait_for("the operators' word", |_| lack()).await;
    assert!(why.contains("Manage Roles") && why.contains("stands above"), "{why}");
    fake.raise_bot(fake.guild());
    holds(fake, "its holder once it may", role, &[stage.dev]).await;
    fake.wait_for("it is mended", |_| lack().is_none().then_some(())).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_intent_for_members_strangers_in_a_role_are_told_of() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.grant(stage.maya, stage.role());
    fake.set_privileged_intents(fakes::discord::gateway::intent::MESSAGE_CONTENT);
    let role = stage.mirror().await;
    holds(fake, "its holder, and nobody else of the policy", role, &[stage.dev]).await;
    let lack = |_: &FakeDiscord| stage.house.discord.link().lacks.get(&Lack::Group(role.to_string())).cloned();
    let why = fake.wait_for("the operators' word", lack).await;
    assert!(why.contains("GUILD_MEMBERS"), "{why}");
    stage.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_token_counts_without_a_start() {
    let stage = stage().await;
    let fake = &stage.fake;
    let take = |token: &str| {
        let taken = stage.house.discord.take_settings(&DiscordConfig { token: Secret::new(token), ..config(fake) });
        (taken.now, taken.at_a_start)
    };
    assert_eq!(take(fakes::discord::TOKEN), (vec![], vec![]), "the same");
    assert_eq!(take("wrong"), (vec!["the bot token"], vec![]));
    let lane: Lane = format!("discord/{}", stage.channel).parse().expect("a lane");
    let card = Card { title: vec![Word::from("a word")], ..Card::default() };
    let post = async |nonce: &str| {
        let post =
            Post { nonce: nonce.to_owned(), lane: &lane, thread: None, card: &card, made: At(0), perhaps_sent: false };
        stage.house.discord.post(post).await
    };
    assert!(matches!(post("n1").await, Err(Undelivered::Later { .. })));
    assert_eq!(take(fakes::discord::TOKEN), (vec!["the bot token"], vec![]));
    post("n2").await.expect("it is said at once, though the other one was refused a moment ago");
    stage.house.stop().await;
}
