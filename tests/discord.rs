//! The bot on Discord: every way in and out, and what happens when Discord hurts. Discord is a fake; everything else is real.

#[path = "kit/discord_house.rs"]
mod discord_house;
#[path = "kit/disk.rs"]
mod disk;
mod fakes;
#[path = "discord/getting_in.rs"]
mod getting_in;
#[path = "discord/history.rs"]
mod history;

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::card::{Card, Word};
use countersign::chat::Newest;
use countersign::chat::{CaseChannel, Chat, Edit, Post, Undelivered};
use countersign::domain::Lane;
use countersign::domain::WhyNotKept;
use countersign::domain::{Actor, At, PersonId, Platform, Span};
use countersign::domain::{BotCommand, Lack};
use countersign::ledger::heard::{Account, What};
use countersign::ledger::record::{HeardRecord, Record, Who};
use discord_house::{DiscordHouse, config};
use fakes::discord::FakeDiscord;
use fakes::discord::faults::Fault;
use fakes::discord::world::{Id, may};
use serde_json::{Value, json};

/// Two people of a policy on a server, in the channel of their workflow.
struct Stage {
    house: DiscordHouse,
    fake: FakeDiscord,
    maya: Id,
    dev: Id,
    channel: Id,
    folder: tempfile::TempDir,
    policy: String,
}

fn policy(maya: Id, dev: Id, channel: Id, role: Id) -> String {
    format!(
        r#"
[policy]
name = "Discord"
ladder = "plain"

[parties.bank]
name = "Bank"

[people.maya]
name = "Maya"
party = "bank"
zone = "UTC"
discord = "{maya}"

[people.dev]
name = "Dev"
party = "bank"
zone = "UTC"
discord = "{dev}"

[roles.triage]
name = "Triage"
party = "bank"
members = ["dev"]
groups = ["discord:{role}"]

[ladders.plain]
nudge_at_percent = [50]
escalate = [{{ after = "30m", tell = "triage" }}]

[severities.sev1]
about = "Grave"

[severities.sev2]
about = "Less grave"

[classes]
"lending.drift" = {{ about = "Scores drift" }}

[workflows.lending]
name = "Lending"
stage = "production"
channel = "discord:{channel}"
approval_path = "lending"
keep_evidence_days = 365

[[targets]]
duty = "acknowledge"
stage = "production"
holder = "triage"
within = "30m"

[paths.lending]
name = "Lending"
when_time_is_up = "hold"

[[paths.lending.stages]]
role = "triage"
quorum = 1
within = "1h"

[may]
open_incident = "anyone"
request_approval = "anyone"
"#
    )
}

/// Whose word it was.
fn account(heard: &HeardRecord) -> &Account {
    heard.from.get().expect("an account")
}

async fn stage() -> Stage {
    let fake = FakeDiscord::start().await;
    stage_on(fake, |_| BTreeMap::new()).await
}

async fn stage_on(fake: FakeDiscord, newest: impl FnOnce(&FakeDiscord) -> BTreeMap<Lane, Newest>) -> Stage {
    let (maya, dev) = (fake.person("Maya K"), fake.person("Dev M"));
    let channel = fake.channel("credit-ai");
    let role = fake.role(fake.guild(), "Triage", 0);
    let folder = tempfile::tempdir().expect("a folder");
    let policy = policy(maya, dev, channel, role);
    let newest = newest(&fake);
    let house = DiscordHouse::open(&fake, folder.path(), &policy, newest).await.ready().await;
    Stage { house, fake, maya, dev, channel, folder, policy }
}

impl Stage {
    /// The policy takes force with some more in it.
    async fn reload(&self, more: &str) {
        let text = format!("{}\n{more}", self.policy);
        let policy = countersign::domain::Policy::read(&text).unwrap_or_else(|errors| panic!("{}", errors.show("p")));
        let command = BotCommand::LoadPolicy { policy: Box::new(policy), text };
        let loaded = self.house.desk.ask_bot(command, Actor::Engine, None).await.expect("the house works");
        loaded.expect("the policy is taken");
    }

    /// Waits until the house knows that Maya is in a group.
    async fn maya_is_in(&self, group: Id) {
        let (desk, platform) = (&self.house.desk, Platform::from("discord"));
        let is_in = |_: &FakeDiscord| {
            let house = desk.shown().bot;
            let members = house.platforms.rosters.get(&platform)?.groups.get(&group.to_string())?.clone();
            members.contains(&PersonId::from("maya")).then_some(())
        };
        self.fake.wait_for("the role", is_in).await;
    }

    /// The role of the policy's `triage`.
    fn role(&self) -> Id {
        let rest = self.policy.split("groups = [\"discord:").nth(1).and_then(|rest| rest.split('"').next());
        rest.and_then(|id| id.parse().ok()).expect("the role")
    }

    /// Discord forgets the session; what is said until the next one begins, nobody tells the bot.
    async fn lose_the_session(&self) {
        self.fake.invalidate_sessions(false);
        self.fake.wait_for("the end of the session", |fake| (!fake.connected()).then_some(())).await;
    }

    fn lane(&self) -> Lane {
        format!("discord/{}", self.channel).parse().expect("a lane")
    }

    /// What an interaction is answered with, as text.
    async fn answer(&self, interaction: Id) -> String {
        shown(&self.fake.answer(interaction).await)
    }

    /// Opens an incident; the message of its card.
    async fn incident(&self) -> Id {
        let options = json!({ "workflow": "lending", "severity": "sev2", "title": "Scores drift" });
        let opened = self.fake.slash(self.maya, self.channel, "incident open", options);
        let answer = self.answer(opened).await;
        assert!(answer.contains("INC-1"), "{answer}");
        self.card("INC-1").await
    }

    /// Waits for the message of a case's card in the channel.
    async fn card(&self, case: &str) -> Id {
        let card = |fake: &FakeDiscord| {
            let mut cards = fake.messages(self.channel).into_iter().filter(|message| shown(message).contains(case));
            cards
                .find(|message| !message["components"].as_array().is_none_or(Vec::is_empty))
                .map(|message| id(&message))
        };
        self.fake.wait_for("the card", card).await
    }

    /// The bot has asked nothing of Discord that Discord doesn't take.
    async fn end(self) {
        self.fake.assert_clean();
        self.house.stop().await;
    }
}

fn id(message: &Value) -> Id {
    message["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

/// Everything that a message says.
fn shown(message: &Value) -> String {
    format!("{} {}", message["content"].as_str().unwrap_or_default(), message["embeds"])
}

fn plain(text: &str) -> Card {
    Card { title: vec![Word::from(text)], ..Card::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incident_from_a_command_to_its_card_and_thread() {
    let stage = stage().await;
    let card = stage.incident().await;
    stage.fake.assert_no_injection(card);
    // The acknowledgement is pressed on the card, and the card follows.
    let buttons = fakes::discord::render::buttons(&stage.fake.message(card).expect("the card"));
    let (_, action) = buttons.iter().find(|(_, action)| action.starts_with("ack")).expect("an acknowledge button");
    let pressed = stage.fake.press(stage.dev, card, action);
    stage.answer(pressed).await;
    let acked = stage.house.heard_that("the press", |heard| matches!(&heard.what, What::Pressed { .. })).await;
    assert_eq!(acked.who, Who::Person("dev".into()));
    // What follows on the case stands in the thread of its card.
    let replies = |fake: &FakeDiscord| {
        fake.calls_to("POST /channels/{channel_id}/messages/{message_id}/threads").pop().map(|call| call.status)
    };
    stage.fake.wait_for("the thread", replies).await;
    let in_thread = |fake: &FakeDiscord| {
        let there = fake.calls_to("POST /channels/{channel_id}/messages");
        there.iter().any(|call| call.params["channel_id"] == card.to_string()).then_some(())
    };
    stage.fake.wait_for("a message in the thread", in_thread).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_registered_once() {
    let stage = stage().await;
    let puts = |fake: &FakeDiscord| fake.calls_to("PUT /applications/{application_id}/commands").len();
    assert_eq!(puts(&stage.fake), 1);
    let Stage { house, fake, folder, policy, .. } = stage;
    house.stop().await;
    fake.wait_for("the connection to be closed", |fake| (!fake.connected()).then_some(())).await;
    let house = DiscordHouse::open(&fake, folder.path(), &policy, BTreeMap::new()).await.ready().await;
    // The commands are compared before the gateway's first guild is looked at for its roles.
    let compared =
        |fake: &FakeDiscord| (fake.calls_to("GET /applications/{application_id}/commands").len() >= 2).then_some(());
    fake.wait_for("the comparison", compared).await;
    house.stop().await;
    assert_eq!(puts(&fake), 1);
    fake.assert_clean();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_say_is_kept_with_what_became_of_it() {
    let stage = stage().await;
    let (fake, maya, channel) = (&stage.fake, stage.maya, stage.channel);
    let said = fake.say(maya, channel, &format!("ask <@{}> about <#{channel}>", stage.dev));
    let heard = stage.house.heard_text("ask @dev about #credit-ai").await;
    assert_eq!(heard.key, stage.house.desk.causes.key_of(&format!("discord:msg:{said}")));
    assert_eq!((heard.who.subject(), account(&heard).name.as_str()), ("maya", "Maya K"));
    fake.edit(said, "ask nobody");
    stage.house.heard_that("the edit", |heard| {
        matches!(&heard.what, What::Edited { text, .. } if text == "ask nobody" && heard.was.as_deref().is_some_and(|it| it.contains("ask @dev about #credit-ai")))
    }).await;
    fake.react(stage.dev, said, "👀");
    stage
        .house
        .heard_that(
            "the reaction",
            |heard| matches!(&heard.what, What::Reacted { reaction, on: true, .. } if reaction == "👀"),
        )
        .await;
    fake.unreact(stage.dev, said, "👀");
    stage
        .house
        .heard_that("the reaction taken back", |heard| matches!(&heard.what, What::Reacted { on: false, .. }))
        .await;
    fake.delete(said);
    let deleted = stage.house.heard_that("the deletion", |heard| matches!(&heard.what, What::Deleted { .. })).await;
    // Discord's deletion carries only ids: the words are those that were captured.
    assert!(deleted.was.as_deref().is_some_and(|it| it.contains("ask nobody")), "{:?}", deleted.was);
    // Many at once are one each.
    let (one, two) = (fake.say(maya, channel, "one"), fake.say(maya, channel, "two"));
    stage.house.heard_text("two").await;
    fake.bulk_delete(channel, &[one, two]);
    for wanted in ["one", "two"] {
        stage
            .house
            .heard_that(
                wanted,
                |heard| matches!(&heard.what, What::Deleted { .. } if heard.was.as_deref().is_some_and(|it| it.contains(wanted))),
            )
            .await;
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_bots_and_channels_that_are_nobodys_business() {
    let stage = stage().await;
    let fake = &stage.fake;
    let root = fake.say(stage.maya, stage.channel, "a root");
    let thread = fake.thread_from(stage.dev, root, "aside");
    fake.say(stage.dev, thread, "in the thread");
    let heard = stage.house.heard_text("in the thread").await;
    assert_eq!((heard.lane, heard.thread.as_deref()), (stage.lane(), Some(root.to_string().as_str())));
    let bot = fake.other_bot("Monitor");
    fake.post_as_bot(bot, stage.channel, &json!({ "content": "disk full", "embeds": [{ "title": "node 7" }] }));
    let heard = stage.house.heard_text("disk full").await;
    assert!(account(&heard).bot && heard.raw.is_some_and(|raw| raw.contains("node 7")));
    fake.post_as_webhook(stage.channel, "CI", &json!({ "content": "build 7 failed" }));
    assert!(account(&stage.house.heard_text("build 7 failed").await).bot);
    let elsewhere = fake.channel("random");
    fake.say(stage.maya, elsewhere, "lunch?");
    fake.say(stage.maya, elsewhere, &format!("<@{}> sla health", fake.bot()));
    stage.house.heard_text("@countersign sla health").await;
    let heard = stage.house.heard().await;
    assert!(!heard.iter().any(|heard| matches!(&heard.what, What::Said { text, .. } if text == "lunch?")));
    // The answer to what everybody could read is for its author alone.
    let dm = fake.dm(stage.maya);
    fake.wait_for("the answer by direct message", |fake| (!fake.messages(dm).is_empty()).then_some(())).await;
    assert!(fake.messages(elsewhere).len() == 2);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_kept_before_their_links_expire() {
    let stage = stage().await;
    stage.fake.upload(stage.maya, stage.channel, "scores.csv", b"id,score\n1,7\n", "the scores");
    let heard = stage.house.heard_text("the scores").await;
    let files = heard.what.files();
    let kept = countersign::blobs::folder::blob_path(&stage.house.data, &files[0].sha256);
    assert_eq!((files[0].name.as_str(), files[0].bytes), ("scores.csv", 13));
    assert_eq!(std::fs::read(kept).expect("the bytes are kept"), b"id,score\n1,7\n");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_opens_takes_nothing_wrong_and_opens_again() {
    let stage = stage().await;
    let fake = &stage.fake;
    let asked = fake.slash(stage.maya, stage.channel, "incident open", json!({ "class": "lending.drift" }));
    let opened = fake.answered(asked).await.acknowledged.expect("an answer");
    assert_eq!(opened.kind, 9, "a form is the first answer");
    let form = fake.modals(stage.maya).expect("a form stands open");
    let form_id = form["custom_id"].as_str().expect("an id").to_owned();
    let wrong = [("workflow", "lending"), ("severity", "sev9"), ("title", "Scores *drift* @everyone")];
    let sent = fake.submit(stage.maya, &form_id, &wrong);
    let answer = fake.answer(sent).await;
    assert!(shown(&answer).contains("sev9") && shown(&answer).contains("severity"), "{}", shown(&answer));
    let (_, again) = fakes::discord::render::buttons(&answer).pop().expect("a button opens it again");
    let pressed = fake.press(stage.maya, id(&answer), &again);
    assert_eq!(fake.answered(pressed).await.acknowledged.expect("an answer").kind, 9);
    let form = fake.modals(stage.maya).expect("it stands open again").to_string();
    assert!(form.contains("Scores *drift* @everyone") && form.contains("sev9"), "what was typed is there: {form}");
    let form_id = fake.modals(stage.maya).expect("a form")["custom_id"].as_str().expect("an id").to_owned();
    let right = [("workflow", "lending"), ("severity", "sev2"), ("title", "Scores *drift* @everyone")];
    let sent = fake.submit(stage.maya, &form_id, &right);
    assert!(stage.answer(sent).await.contains("INC-1"));
    let card = stage.card("INC-1").await;
    fake.assert_no_injection(card);
    // What was given with the command came along, though the form had a place for it or not.
    let opened =
        stage.house.reader.case("INC-1".parse().expect("a case")).await.expect("it is read").expect("it is there");
    assert!(format!("{:?}", opened.body).contains("lending.drift"), "{:?}", opened.body);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_becomes_an_incident_and_evidence() {
    let stage = stage().await;
    let fake = &stage.fake;
    // Nothing else of what is said there is the bot's business.
    let lounge = fake.channel("lounge");
    let said = fake.say(stage.dev, lounge, "Everybody in Pune is declined");
    let used = fake.message_menu(stage.maya, "Open incident", said);
    fake.answered(used).await;
    let form = fake.modals(stage.maya).expect("a form stands open");
    assert!(form.to_string().contains("Everybody in Pune is declined"), "{form}");
    let form_id = form["custom_id"].as_str().expect("an id").to_owned();
    let values = [("workflow", "lending"), ("severity", "sev1"), ("title", "Everybody in Pune is declined")];
    let sent = fake.submit(stage.maya, &form_id, &values);
    assert!(stage.answer(sent).await.contains("INC-1"));
    let kept = stage.house.heard_text("Everybody in Pune is declined").await;
    assert_eq!((account(&kept).id.clone(), kept.backfilled), (stage.dev.to_string(), true));
    let card = shown(&fake.message(stage.card("INC-1").await).expect("the card"));
    assert!(card.contains("“Everybody in Pune is declined”") && card.contains(&format!("{lounge}/{said}")), "{card}");
    let used = fake.message_menu(stage.dev, "Keep as evidence", said);
    fake.answered(used).await;
    let form = fake.modals(stage.dev).expect("a form stands open");
    let text = form.to_string();
    assert!(text.contains("Dev M, ") && text.contains(&said.to_string()), "{text}");
    stage.end().await;
}

impl Stage {
    /// Opens an incident from a message, with a title of its own; what its card shows.
    async fn opened_from(&self, message: Id, case: &str) -> String {
        let used = self.fake.message_menu(self.maya, "Open incident", message);
        self.fake.answered(used).await;
        let form = self.fake.modals(self.maya).expect("a form stands open");
        let form_id = form["custom_id"].as_str().expect("an id").to_owned();
        let values = [("workflow", "lending"), ("severity", "sev2"), ("title", "Something else")];
        let sent = self.fake.submit(self.maya, &form_id, &values);
        assert!(self.answer(sent).await.contains(case));
        shown(&self.fake.message(self.card(case).await).expect("the card"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_among_a_few_is_not_shown_to_many() {
    let stage = stage().await;
    let fake = &stage.fake;
    let few = fake.private_channel("few", &[stage.maya, stage.dev, fake.bot()]);
    let card = stage.opened_from(fake.say(stage.dev, few, "Between us"), "INC-1").await;
    assert!(!card.contains("Between us"), "{card}");
    // A private thread of an open channel.
    let lounge = fake.channel("lounge");
    let aside = fake.thread(stage.dev, lounge, "aside", true);
    fake.add_to_thread(aside, stage.maya);
    let card = stage.opened_from(fake.say(stage.dev, aside, "Between us"), "INC-2").await;
    assert!(!card.contains("Between us"), "{card}");
    let open = fake.thread(stage.dev, lounge, "not aside", false);
    let card = stage.opened_from(fake.say(stage.dev, open, "Among all"), "INC-3").await;
    assert!(card.contains("“Among all”"), "{card}");
    // A server that shows nobody anything, and opens its channels to one after another.
    let by_name = fake.channel("by-name");
    for person in [stage.maya, stage.dev, fake.bot()] {
        fake.overwrite(by_name, person, 1, may::VIEW_CHANNEL, 0);
    }
    fake.overwrite(lounge, fake.guild(), 0, may::VIEW_CHANNEL, 0);
    fake.set_role(fake.guild(), fake.guild(), may::MEMBER & !may::VIEW_CHANNEL);
    let card = stage.opened_from(fake.say(stage.dev, by_name, "Between us"), "INC-4").await;
    assert!(!card.contains("Between us"), "{card}");
    let card = stage.opened_from(fake.say(stage.dev, lounge, "Among all"), "INC-5").await;
    assert!(card.contains("“Among all”"), "{card}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_messages_menu_waits_for_nothing_that_discord_is_asked() {
    let stage = stage().await;
    let fake = &stage.fake;
    let lounge = fake.channel("lounge");
    let said = fake.say(stage.dev, lounge, "Everybody in Pune is declined");
    let later = Fault::RateLimited { retry_after: Duration::from_secs(600) };
    fake.fail("GET /channels/{channel_id}", None, usize::MAX, later);
    fake.set_answer_within(Duration::from_secs(3));
    let used = fake.message_menu(stage.maya, "Open incident", said);
    assert_eq!(fake.answered(used).await.acknowledged.map(|answer| answer.kind), Some(9));
    assert!(!fake.interaction(used).late);
    fake.heal();
    // And it is known all the same that everybody can read it.
    let card = stage.opened_from(said, "INC-1").await;
    assert!(card.contains("“Everybody in Pune is declined”"), "{card}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_fits_and_leaks_nothing() {
    let stage = stage().await;
    let fake = &stage.fake;
    stage.incident().await;
    let options = json!({ "workflow": "lending", "severity": "sev1", "title": "Secret matter", "restricted": true });
    let opened = fake.slash(stage.maya, stage.channel, "incident open", options);
    stage.answer(opened).await;
    let values = |offers: Vec<Value>| -> Vec<String> {
        offers.iter().map(|it| it["value"].as_str().unwrap_or("").to_owned()).collect()
    };
    let offers = fake.autocomplete(stage.maya, stage.channel, "incident ack", json!({}), "case", "drift").await;
    assert_eq!(values(offers), ["INC-1"]);
    let offers = fake.autocomplete(stage.maya, stage.channel, "incident open", json!({}), "workflow", "len").await;
    assert_eq!(values(offers), ["lending"]);
    let offers = fake.autocomplete(stage.maya, stage.channel, "incident ack", json!({}), "case", "Secret").await;
    assert_eq!(values(offers), ["INC-2"]);
    // Somebody of the policy to whom the restricted one doesn't exist.
    let lee = fake.person("Lee");
    stage
        .reload(&format!("[people.lee]\nname = \"Lee\"\nparty = \"bank\"\nzone = \"UTC\"\ndiscord = \"{lee}\"\n"))
        .await;
    let offers = fake.autocomplete(lee, stage.channel, "incident ack", json!({}), "case", "drift").await;
    assert_eq!(values(offers), ["INC-1"]);
    for begun in ["Secret", "INC-2", ""] {
        let offers = fake.autocomplete(lee, stage.channel, "incident ack", json!({}), "case", begun).await;
        assert!(!json!(offers).to_string().contains("INC-2"), "{begun}: {offers:?}");
    }
    let stranger = fake.person("Stranger");
    let offers = fake.autocomplete(stranger, stage.channel, "incident ack", json!({}), "case", "").await;
    assert_eq!(values(offers), Vec::<String>::new());
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_are_one_vote_and_a_repeated_event_is_none() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.duplicate_events(3);
    fake.say(stage.maya, stage.channel, "said once");
    fake.say(stage.maya, stage.channel, "said after it");
    stage.house.heard_text("said after it").await;
    fake.duplicate_events(0);
    let card = stage.incident().await;
    let clicks = [fake.press(stage.dev, card, "ack:INC-1"), fake.press(stage.dev, card, "ack:INC-1")];
    for click in clicks {
        stage.answer(click).await;
    }
    let heard = stage.house.heard().await;
    let said = heard.iter().filter(|heard| matches!(&heard.what, What::Said { text, .. } if text == "said once"));
    assert_eq!(said.count(), 1);
    assert_eq!(heard.iter().filter(|heard| matches!(&heard.what, What::Pressed { .. })).count(), 2);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_resumed_and_nothing_is_missed() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.drop_gateway();
    fake.say(stage.maya, stage.channel, "while it was broken");
    let heard = stage.house.heard_text("while it was broken").await;
    assert!(!heard.backfilled, "the resumed session told it");
    assert_eq!((fake.identifies().len(), fake.resumes().is_empty()), (1, false));
    let heard = stage.house.heard().await;
    assert!(!heard.iter().any(|heard| matches!(heard.what, What::Gap { .. })), "there was no gap");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_lost_leaves_a_gap_that_history_fills() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.say(stage.maya, stage.channel, "before");
    let root = fake.say(stage.maya, stage.channel, "the root");
    stage.house.heard_text("the root").await;
    fake.refuse_resumes(10);
    fake.drop_gateway();
    let thread = fake.thread_from(stage.dev, root, "aside");
    for at in 0..120 {
        fake.say(stage.maya, stage.channel, &format!("missed {at}"));
    }
    fake.upload(stage.dev, thread, "log.txt", b"a line", "missed in the thread");
    let last = stage.house.heard_text("missed in the thread").await;
    assert!(last.backfilled);
    assert!(last.what.files().len() == 1, "{:?}", last.what);
    let heard = stage.house.heard().await;
    let texts: Vec<&str> = heard
        .iter()
        .filter_map(|heard| match &heard.what {
            What::Said { text, .. } => Some(text.as_str()),
            What::Gap { .. } => Some("GAP"),
            _ => None,
        })
        .collect();
    let begins = texts.iter().position(|text| *text == "GAP").expect("a gap is told");
    let expected: Vec<String> = (0..120).map(|at| format!("missed {at}")).collect();
    let missed: Vec<&str> =
        texts[begins + 1..].iter().copied().filter(|text| text.starts_with("missed ")).take(120).collect();
    assert_eq!(missed, expected, "the oldest first, after the gap");
    assert_eq!(texts.iter().filter(|text| **text == "GAP").count(), 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_while_the_bot_was_down_is_found_at_the_start() {
    let stage = stage().await;
    let Stage { house, fake, maya, channel, folder, policy, .. } = stage;
    let known = fake.say(maya, channel, "known");
    house.heard_text("known").await;
    house.stop().await;
    fake.say(maya, channel, "while it was down");
    let at = At(countersign::clock::Clock::system().0);
    let lane: Lane = format!("discord/{channel}").parse().expect("a lane");
    let newest = BTreeMap::from([(lane, Newest { message: known.to_string(), said: at - Span::minutes(1) })]);
    let house = DiscordHouse::open(&fake, folder.path(), &policy, newest).await.ready().await;
    assert!(house.heard_text("while it was down").await.backfilled);
    let gap = house.heard_that("the gap", |heard| matches!(heard.what, What::Gap { .. })).await;
    assert_eq!(gap.lane.to_string(), format!("discord/{channel}"));
    fake.assert_clean();
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_nobody_heard_in_time_is_not_acted_on_and_its_author_is_told() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.say(stage.maya, stage.channel, "before");
    stage.house.heard_text("before").await;
    fake.refuse_resumes(10);
    fake.drop_gateway();
    fake.say(stage.maya, stage.channel, "@countersign incident open sev2 Drift");
    fake.say(stage.maya, stage.channel, "nothing else");
    assert!(stage.house.heard_text("nothing else").await.backfilled);
    let direct = fake.dm(stage.maya);
    let words = |fake: &FakeDiscord| {
        let said = fake.messages(direct);
        said.iter().any(|it| it.to_string().contains("did not act on")).then_some(said)
    };
    let told = fake.wait_for("she is told", words).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].to_string().contains("incident open sev2 Drift"), "{told:?}");
    assert!(fake.messages(stage.channel).iter().all(|it| !it.to_string().contains("INC-1")), "nothing was opened");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_to_read_words_it_goes_on_and_says_what_is_lost() {
    let fake = FakeDiscord::start().await;
    fake.set_privileged_intents(fakes::discord::gateway::intent::GUILD_MEMBERS);
    let stage = stage_on(fake, |_| BTreeMap::new()).await;
    let link = stage.house.discord.link();
    assert!(link.up && link.trouble.as_deref().is_some_and(|it| it.contains("MESSAGE_CONTENT")), "{link:?}");
    assert!(link.lacks.get(&Lack::Intents).is_some_and(|it| it.contains("MESSAGE_CONTENT")), "{link:?}");
    // Commands need no such right.
    stage.incident().await;
    // A connection that stands is not dropped to ask again, until the application is allowed more.
    let (fake, clock) = (&stage.fake, &stage.house.desk.clock);
    let looked = |fake: &FakeDiscord| fake.calls_to("GET /applications/@me").len();
    let (connections, looks) = (fake.identifies().len(), looked(fake));
    clock.move_to(clock.now() + Span::minutes(6));
    fake.wait_for("a look at the application", |fake| (looked(fake) > looks).then_some(())).await;
    assert_eq!(fake.identifies().len(), connections);
    assert!(stage.house.discord.link().up && fake.connected(), "it stands as before");
    fake.set_privileged_intents(u64::MAX);
    let all = |_: &FakeDiscord| {
        clock.move_to(clock.now() + Span::minutes(1));
        let link = stage.house.discord.link();
        (link.up && !link.lacks.contains_key(&Lack::Intents)).then_some(())
    };
    fake.wait_for("all intents", all).await;
    assert_eq!(fake.identifies().len(), connections + 1);
    fake.say(stage.maya, stage.channel, "heard again");
    stage.house.heard_text("heard again").await;
    stage.end().await;
}

async fn post(stage: &Stage, nonce: &str, text: &str, perhaps_sent: bool) -> Result<String, Undelivered> {
    let lane = stage.lane();
    let card = plain(text);
    let post = Post {
        nonce: nonce.to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent,
    };
    stage.house.discord.post(post).await.map(|receipt| {
        assert!(!receipt.perhaps_twice);
        receipt.message
    })
}

/// As the courier does: not before Discord wants to hear of it again.
async fn post_in_time(stage: &Stage, nonce: &str, text: &str, perhaps_sent: bool) -> String {
    loop {
        match post(stage, nonce, text, perhaps_sent).await {
            Ok(message) => return message,
            Err(Undelivered::Later { after: Some(after), .. }) => {
                tokio::time::sleep(Duration::from_micros(after.0.unsigned_abs())).await;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn said_times(stage: &Stage, text: &str) -> usize {
    stage.fake.messages(stage.channel).iter().filter(|message| shown(message).contains(text)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_waited_for_and_holds_up_nobody_else() {
    let stage = stage().await;
    let fake = &stage.fake;
    const SEND: &str = "POST /channels/{channel_id}/messages";
    fake.fail(SEND, Some(stage.channel), 1, Fault::RateLimited { retry_after: Duration::from_secs(30) });
    let later = post(&stage, "a", "limited", false).await.expect_err("it is limited");
    assert!(matches!(&later, Undelivered::Later { after: Some(after), .. } if *after > Span::seconds(25)), "{later:?}");
    // Asked again at once, it isn't even sent.
    let calls = fake.calls_to(SEND).len();
    post(&stage, "a", "limited", false).await.expect_err("it is still limited");
    assert_eq!(fake.calls_to(SEND).len(), calls);
    let lane = Lane::direct(&"discord".into(), &stage.dev.to_string());
    let card = plain("elsewhere");
    let other = Post {
        nonce: "b".to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    stage.house.discord.post(other).await.expect("another channel goes on");
    // A limit of everything holds up everything. What is read of the history when it connects is done with by then.
    let is_read = |record: &Record| record.kinds().is_some_and(|kinds| kinds.kind == "fill.ended");
    for _ in 0..500 {
        if stage.house.records().await.iter().any(is_read) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    fake.fail(SEND, None, 1, Fault::GloballyRateLimited { retry_after: Duration::from_secs(20) });
    let card = plain("all of it");
    let other = Post {
        nonce: "c".to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    let later = stage.house.discord.post(other).await.expect_err("everything is limited");
    assert!(matches!(&later, Undelivered::Later { after: Some(after), .. } if *after > Span::seconds(15)), "{later:?}");
    assert_eq!(fake.impatient_requests(), 0);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_been_sent_is_there_once() {
    let stage = stage().await;
    let fake = &stage.fake;
    const SEND: &str = "POST /channels/{channel_id}/messages";
    // It happened, and the answer is lost: the same nonce is the same message.
    fake.fail(SEND, Some(stage.channel), 1, Fault::EffectThenDrop);
    post(&stage, "a", "sent and lost", false).await.expect("it is sent again");
    assert_eq!(said_times(&stage, "sent and lost"), 1);
    fake.fail(SEND, Some(stage.channel), 2, Fault::Server { status: 502 });
    post(&stage, "b", "after errors", false).await.expect("it is sent again");
    assert_eq!(said_times(&stage, "after errors"), 1);
    // Long after, when Discord has forgotten the nonce, it is looked for.
    fake.fail(SEND, Some(stage.channel), 3, Fault::EffectThenDrop);
    loop {
        match post(&stage, "c", "unknown to the end", false).await.expect_err("its outcome is unknown") {
            Undelivered::Later { after: None, perhaps_sent, .. } => {
                assert!(perhaps_sent, "it may stand there");
                break;
            }
            // The channel is full for now.
            Undelivered::Later { after: Some(after), .. } => {
                tokio::time::sleep(Duration::from_micros(after.0.unsigned_abs())).await;
            }
            other => panic!("{other:?}"),
        }
    }
    let standing = said_times(&stage, "unknown to the end");
    fake.heal();
    fake.set_time(countersign::clock::Clock::system().0 as u64 / 1_000 + 3_600_000);
    let found = post_in_time(&stage, "c", "unknown to the end", false).await;
    assert_eq!((standing, said_times(&stage, "unknown to the end")), (1, 1));
    assert!(fake.message(found.parse().expect("an id")).is_some());
    // Another with the same words is another message.
    post_in_time(&stage, "d", "unknown to the end", true).await;
    assert_eq!(said_times(&stage, "unknown to the end"), 2);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delivered_says_whether_trying_again_helps() {
    let stage = stage().await;
    let fake = &stage.fake;
    let discord = &stage.house.discord;
    fake.overwrite(stage.channel, fake.bot(), 1, may::VIEW_CHANNEL, may::SEND_MESSAGES);
    let later = post(&stage, "a", "denied", false).await.expect_err("it may not be sent");
    assert!(matches!(&later, Undelivered::Later { after: None, perhaps_sent: false, .. }), "{later:?}");
    assert!(discord.link().trouble.is_some_and(|it| it.contains("#credit-ai")), "{:?}", discord.link());
    fake.overwrite(stage.channel, fake.bot(), 1, may::VIEW_CHANNEL | may::SEND_MESSAGES, 0);
    post(&stage, "a", "allowed", false).await.expect("it may be sent now");
    assert_eq!(discord.link().trouble, None);
    // Direct messages that are closed.
    fake.set_dms(stage.dev, false);
    let lane = Lane::direct(&"discord".into(), &stage.dev.to_string());
    let card = plain("for you alone");
    let direct = Post {
        nonce: "b".to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    let closed = discord.post(direct).await.expect_err("their direct messages are closed");
    assert!(matches!(&closed, Undelivered::Closed { .. }), "{closed:?}");
    // A channel and a message that are gone.
    let message = post(&stage, "c", "soon gone", false).await.expect("it is sent");
    fake.delete(message.parse().expect("an id"));
    let lane = stage.lane();
    let gone = discord
        .edit(Edit { lane: &lane, message: &message, thread: None, left: None, card: &card })
        .await
        .expect_err("it is gone");
    assert!(matches!(&gone, Undelivered::Gone { .. }), "{gone:?}");
    fake.delete_channel(stage.channel);
    let gone = post(&stage, "d", "nowhere", false).await.expect_err("the channel is gone");
    assert!(matches!(&gone, Undelivered::Never { .. }), "{gone:?}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_an_interaction_that_expired_comes_by_direct_message() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.fail("POST /interactions/{interaction_id}/{interaction_token}/callback", None, 1, Fault::EXPIRED_INTERACTION);
    fake.fail("PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original", None, 1, Fault::EXPIRED_INTERACTION);
    fake.slash(stage.maya, stage.channel, "sla health", json!({}));
    let dm = fake.dm(stage.maya);
    fake.wait_for("the answer", |fake| (!fake.messages(dm).is_empty()).then_some(())).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_cards_are_several_messages_and_are_redrawn_as_one() {
    let stage = stage().await;
    let (fake, lane) = (&stage.fake, stage.lane());
    let card = |lines: usize, word: &str| Card {
        title: vec![Word::from("A long card")],
        lines: (0..lines).map(|at| vec![Word::Text(format!("{word} {at} ").repeat(30))]).collect(),
        ..Card::default()
    };
    let first = card(60, "old");
    let post = Post {
        nonce: "long".to_owned(),
        lane: &lane,
        thread: None,
        card: &first,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    let message = stage.house.discord.post(post).await.expect("it is sent").message;
    let count = fake.messages(stage.channel).len();
    assert!(count > 1);
    let all = |fake: &FakeDiscord| fake.messages(stage.channel).iter().map(shown).collect::<String>();
    assert!((0..60).all(|at| all(fake).contains(&format!("old {at} "))));
    stage
        .house
        .discord
        .edit(Edit { lane: &lane, message: &message, thread: None, left: None, card: &card(60, "new") })
        .await
        .expect("it is redrawn");
    assert_eq!(fake.messages(stage.channel).len(), count);
    assert!((0..60).all(|at| all(fake).contains(&format!("new {at} "))) && !all(fake).contains("old 1 "));
    stage
        .house
        .discord
        .edit(Edit { lane: &lane, message: &message, thread: None, left: None, card: &plain("Short now") })
        .await
        .expect("it is redrawn");
    assert_eq!(fake.messages(stage.channel).len(), 1, "what it has no use for is gone");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_incident_has_a_channel_that_only_its_people_see() {
    let Stage { house, fake, maya, dev, channel: home, folder, policy, .. } = stage().await;
    let wanted = |archived: bool, channel: Option<String>, people: &[Id]| CaseChannel {
        case: "INC-7".parse().expect("a case"),
        lane: "discord/inc-7".parse().expect("a lane"),
        near: Some(home.to_string()),
        converted: None,
        channel,
        name: "inc-7-drift".to_owned(),
        topic: "Scores drift".to_owned(),
        private: true,
        people: people.iter().map(Id::to_string).collect(),
        barred: Vec::new(),
        pinned: None,
        links: Vec::new(),
        archived,
    };
    let made = house.discord.ensure_channel(&wanted(false, None, &[maya])).await.expect("it is made");
    let channel: Id = made.parse().expect("an id");
    // The process dies before it can say so: the next one finds the channel, and makes no second.
    house.stop().await;
    let house = DiscordHouse::open(&fake, folder.path(), &policy, BTreeMap::new()).await.ready().await;
    let discord = &house.discord;
    let again = discord.ensure_channel(&wanted(false, None, &[maya])).await.expect("it is found");
    assert_eq!(again, made);
    assert_eq!(fake.calls_to("POST /guilds/{guild_id}/channels").len(), 1);
    let other = fake.person("Nosy");
    let sees = |who: Id| fake.with(|world| world.can_view(who, channel));
    assert!(sees(maya) && sees(fake.bot()) && !sees(dev) && !sees(other));
    discord.ensure_channel(&wanted(false, Some(made.clone()), &[maya, dev])).await.expect("somebody is let in");
    assert!(sees(dev) && !sees(other));
    let changes = fake.calls_to("PATCH /channels/{channel_id}").len();
    discord.ensure_channel(&wanted(false, Some(made.clone()), &[maya, dev])).await.expect("nothing changes");
    assert_eq!(fake.calls_to("PATCH /channels/{channel_id}").len(), changes);
    // Whoever may not see the case any more is put out.
    let barred = CaseChannel { barred: vec![dev.to_string()], ..wanted(false, Some(made.clone()), &[maya]) };
    discord.ensure_channel(&barred).await.expect("somebody is put out");
    assert!(!sees(dev) && sees(maya));
    discord.ensure_channel(&wanted(false, Some(made.clone()), &[maya, dev])).await.expect("and let in again");
    // What is said in it is the case's, by the case's own name.
    fake.say(maya, channel, "between us");
    let heard = house.heard_text("between us").await;
    assert_eq!(heard.lane.to_string(), "discord/inc-7");
    // A message goes there by that name too, and is pinned.
    let lane: Lane = "discord/inc-7".parse().expect("a lane");
    let card = plain("the card");
    let post = Post {
        nonce: "p".to_owned(),
        lane: &lane,
        thread: None,
        card: &card,
        made: countersign::domain::At(0),
        perhaps_sent: false,
    };
    let message = discord.post(post).await.expect("it is sent").message;
    let pinned = CaseChannel { pinned: Some(message.clone()), ..wanted(true, Some(made.clone()), &[maya, dev]) };
    discord.ensure_channel(&pinned).await.expect("it is pinned and closed");
    assert_eq!(fake.message(message.parse().expect("an id")).expect("the card")["pinned"], true);
    let speaks = |who: Id| fake.with(|world| world.permissions(who, channel) & may::SEND_MESSAGES != 0);
    assert!(!speaks(maya) && speaks(fake.bot()) && sees(maya));
    fake.assert_clean();
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_in_which_people_talk_becomes_an_incidents_own() {
    let stage = stage().await;
    let fake = &stage.fake;
    let room = fake.channel("war-room");
    let before = fake.say(stage.dev, room, "it began at nine");
    let thread = fake.thread_from(stage.dev, before, "since when");
    let reply = fake.say(stage.maya, thread, "or at eight");
    let options = json!({ "workflow": "lending", "severity": "sev2", "title": "Scores drift" });
    let used = fake.slash(stage.maya, room, "incident details convert", options.clone());
    assert!(stage.answer(used).await.contains("This channel becomes its own"));
    let card = fake
        .wait_for("the card is pinned", |fake| {
            fake.messages(room).into_iter().find(|message| message["pinned"] == true)
        })
        .await;
    assert!(card.to_string().contains("Scores drift"), "{card}");
    let channel = fake.with(|world| world.channels[&room].clone());
    assert!(
        channel.topic.as_deref().is_some_and(|topic| topic.contains("[INC-1]")) && channel.name == "war-room",
        "{channel:?}"
    );
    for said in ["it began at nine", "or at eight"] {
        assert_eq!(stage.house.heard_text(said).await.lane.to_string(), "discord/inc-1");
    }
    assert!(fake.message(reply).is_some());
    let used = fake.slash(stage.dev, room, "incident details convert", options);
    assert!(stage.answer(used).await.contains("This channel is INC-1's own"));
    stage.end().await;
}

/// A channel in which people talk, as the case wants it whose own it became.
fn converted(stage: &Stage, room: Id, card: Id) -> CaseChannel {
    CaseChannel {
        case: "INC-1".parse().expect("a case"),
        lane: "discord/inc-1".parse().expect("a lane"),
        near: Some(stage.channel.to_string()),
        converted: Some(room.to_string()),
        channel: Some(room.to_string()),
        name: "inc-1-drift".to_owned(),
        topic: "Scores drift".to_owned(),
        private: false,
        people: vec![stage.maya.to_string()],
        barred: Vec::new(),
        pinned: Some(card.to_string()),
        links: Vec::new(),
        archived: false,
    }
}

impl Stage {
    /// Makes a channel in which people talk an incident's own; its card.
    async fn convert(&self, room: Id) -> Id {
        let options = json!({ "workflow": "lending", "severity": "sev2", "title": "Scores drift" });
        let used = self.fake.slash(self.maya, room, "incident details convert", options);
        assert!(self.answer(used).await.contains("This channel becomes its own"));
        let pinned = |fake: &FakeDiscord| fake.messages(room).into_iter().find(|message| message["pinned"] == true);
        id(&self.fake.wait_for("the card is pinned", pinned).await)
    }

    fn topic(&self, channel: Id) -> String {
        self.fake.with(|world| world.channels[&channel].topic.clone()).unwrap_or_default()
    }

    async fn topic_is_gone(&self, channel: Id) {
        self.fake.wait_for("the topic is gone", |_| self.topic(channel).is_empty().then_some(())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_restricted_leaves_nothing_on_the_face_of_peoples_own_channel() {
    let stage = stage().await;
    let fake = &stage.fake;
    let room = fake.channel("war-room");
    let card = stage.convert(room).await;
    assert!(stage.topic(room).contains("Scores drift"));
    let wanted = CaseChannel { private: true, ..converted(&stage, room, card) };
    // Topics can be changed twice in ten minutes; the move doesn't wait for that.
    let later = Fault::RateLimited { retry_after: Duration::from_millis(1_500) };
    fake.fail("PATCH /channels/{channel_id}", Some(room), 1, later);
    let apart: Id = stage.house.discord.ensure_channel(&wanted).await.expect("it is made").parse().expect("an id");
    assert_ne!(apart, room);
    let left = fake.message(card).expect("it stands");
    assert!(!left.to_string().contains("Scores drift") && shown(&left).contains("restricted now"), "{left}");
    assert!(left["components"].as_array().is_none_or(Vec::is_empty) && left["pinned"] == false, "{left}");
    assert!(stage.topic(room).contains("Scores drift"), "it can't be cleared yet");
    stage.topic_is_gone(room).await;
    let other = fake.person("Nosy");
    assert!(fake.with(|world| world.can_view(other, room) && !world.can_view(other, apart)));
    assert_eq!(fake.name(room).as_deref(), Some("war-room"));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_card_is_gone_and_people_have_a_topic_of_their_own_the_case_leaves_all_the_same() {
    let stage = stage().await;
    let fake = &stage.fake;
    let room = fake.channel("war-room");
    fake.with(|world| world.channels.get_mut(&room).expect("the room").topic = Some("Be kind".to_owned()));
    let card = stage.convert(room).await;
    fake.delete(card);
    let wanted = CaseChannel { private: true, ..converted(&stage, room, card) };
    let apart: Id = stage.house.discord.ensure_channel(&wanted).await.expect("it is made").parse().expect("an id");
    assert_ne!(apart, room);
    fake.wait_for("the bot to rest", |_| stage.house.discord.is_at_rest().then_some(())).await;
    assert_eq!(stage.topic(room), "Be kind");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn peoples_own_channel_is_given_back_and_taken_up_again() {
    let stage = stage().await;
    let fake = &stage.fake;
    let room = fake.channel("war-room");
    let card = stage.convert(room).await;
    let wanted = |archived: bool| CaseChannel { archived, ..converted(&stage, room, card) };
    let ensure = async |archived: bool| {
        let ensured = stage.house.discord.ensure_channel(&wanted(archived)).await;
        assert_eq!(ensured.expect("it is as it should be"), room.to_string());
    };
    let is_pinned = || fake.message(card).expect("the card")["pinned"] == true;
    ensure(true).await;
    assert!(!is_pinned());
    stage.topic_is_gone(room).await;
    let everybody = fake.with(|world| world.permissions(stage.dev, room));
    assert!(everybody & may::SEND_MESSAGES != 0 && fake.name(room).as_deref() == Some("war-room"));
    // What people say there is theirs again.
    fake.say(stage.dev, room, "lunch?");
    fake.say(stage.dev, room, &format!("<@{}> sla health", fake.bot()));
    let heard = stage.house.heard_text("@countersign sla health").await;
    assert_eq!(heard.lane.to_string(), format!("discord/{room}"));
    let is_lunch = |heard: &HeardRecord| matches!(&heard.what, What::Said { text, .. } if text == "lunch?");
    assert!(!stage.house.heard().await.iter().any(is_lunch));
    // Once more changes nothing. The answer to the mention may come at any time meanwhile.
    let changes = |fake: &FakeDiscord| {
        let all = fake.calls();
        let answers = |route: &str| route.ends_with("/typing") || route == "POST /channels/{channel_id}/messages";
        let is_change =
            |route: &str| !route.starts_with("GET ") && route.contains("/channels/{channel_id}") && !answers(route);
        all.iter().filter(|call| is_change(&call.route) && call.channel() == Some(room)).count()
    };
    let before = changes(fake);
    ensure(true).await;
    assert_eq!(changes(fake), before);
    // It is open again.
    ensure(false).await;
    assert!(is_pinned() && stage.topic(room).contains("[INC-1]"));
    fake.say(stage.dev, room, "it is back");
    assert_eq!(stage.house.heard_text("it is back").await.lane.to_string(), "discord/inc-1");
    ensure(true).await;
    assert!(!is_pinned());
    stage.topic_is_gone(room).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_comes_before_the_conversation_which_is_read_once() {
    let stage = stage().await;
    let fake = &stage.fake;
    let room = fake.channel("war-room");
    fake.say(stage.dev, room, "it began at nine");
    fake.say(stage.maya, room, &format!("<@{}> ack INC-99", fake.bot()));
    stage.house.heard_text("@countersign ack INC-99").await;
    let direct = fake.dm(stage.maya);
    let is_answer = |call: &fakes::discord::rest::Call| call.channel() == Some(direct);
    let sends = |fake: &FakeDiscord| fake.calls_to("POST /channels/{channel_id}/messages");
    let answers = |fake: &FakeDiscord| sends(fake).iter().filter(|call| is_answer(call)).count();
    fake.wait_for("the answer by direct message", |fake| (answers(fake) > 0).then_some(())).await;
    let read = |call: &fakes::discord::rest::Call| {
        call.route == "GET /channels/{channel_id}/messages" && call.channel() == Some(room)
    };
    let later = Fault::RateLimited { retry_after: Duration::from_secs(2) };
    fake.fail("GET /channels/{channel_id}/messages", Some(room), 1, later);
    stage.convert(room).await;
    let heard = |heard: &HeardRecord| matches!(&heard.what, What::Said { text, .. } if text == "it began at nine");
    assert!(!stage.house.heard().await.iter().any(heard), "the card doesn't wait for it");
    assert_eq!(stage.house.heard_text("it began at nine").await.lane.to_string(), "discord/inc-1");
    let used = fake.slash(stage.dev, room, "incident ack", json!({}));
    stage.answer(used).await;
    let is_acknowledged =
        |fake: &FakeDiscord| fake.messages(room).iter().any(|it| shown(it).contains("acknowledged")).then_some(());
    fake.wait_for("the card to follow", is_acknowledged).await;
    assert_eq!(fake.calls().iter().filter(|call| read(call)).count(), 2, "one that was to wait, and one");
    // What was said to the bot then was answered then.
    fake.wait_for("the bot to rest", |_| stage.house.discord.is_at_rest().then_some(())).await;
    assert_eq!(answers(fake), 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_an_archived_thread_is_edited_all_the_same() {
    let stage = stage().await;
    let fake = &stage.fake;
    let root = fake.say(stage.maya, stage.channel, "it began");
    let (lane, card) = (
        Lane::channel(&countersign::domain::policy::Channel {
            platform: Platform::from("discord"),
            id: stage.channel.to_string(),
        }),
        plain("please look"),
    );
    let thread = root.to_string();
    let post = Post {
        nonce: "asks".to_owned(),
        lane: &lane,
        thread: Some(&thread),
        card: &card,
        made: At(0),
        perhaps_sent: false,
    };
    let message = stage.house.discord.post(post).await.expect("it is sent").message;
    fake.archive(root, true, false);
    let card = plain("somebody did");
    let edit = Edit { lane: &lane, message: &message, thread: Some(&thread), left: None, card: &card };
    stage.house.discord.edit(edit).await.expect("it is edited");
    let stands = fake.message(message.parse().expect("an id")).expect("it stands");
    assert!(stands.to_string().contains("somebody did"), "{stands}");
    let opened = |call: &fakes::discord::rest::Call| call.body["archived"] == false;
    assert_eq!(fake.calls_to("PATCH /channels/{channel_id}").iter().filter(|call| opened(call)).count(), 1);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_was_sent_as_words_is_answered_with_the_one_to_pick() {
    let stage = stage().await;
    let fake = &stage.fake;
    stage.incident().await;
    let told = |who: Id| {
        let direct = fake.dm(who);
        fake.messages(direct).into_iter().map(|message| message.to_string()).collect::<String>()
    };
    fake.say(stage.dev, stage.channel, "/etc/hosts is wrong");
    fake.say(stage.dev, stage.channel, "/incident people invite INC-1");
    fake.say(stage.maya, stage.channel, "/incident role INC-1 lead");
    let picked =
        fake.wait_for("the answer", |_| Some(told(stage.maya)).filter(|told| told.contains("sent as words"))).await;
    assert!(picked.contains("</incident people role:") && picked.contains("INC-1 lead"), "{picked}");
    fake.say(stage.dev, stage.channel, "/incident ack INC-1");
    let picked =
        fake.wait_for("the answer", |_| Some(told(stage.dev)).filter(|told| told.contains("sent as words"))).await;
    assert_eq!(picked.matches("sent as words").count(), 1, "{picked}");
    assert!(picked.contains("</incident ack:"), "{picked}");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_out_of_order_and_other_ends_of_a_session() {
    let stage = stage().await;
    let fake = &stage.fake;
    // The deletion comes before the message that it deletes.
    fake.swap_events();
    let said = fake.say(stage.maya, stage.channel, "gone before it came");
    fake.delete(said);
    stage.house.heard_text("gone before it came").await;
    stage.house.heard_that("its deletion", |heard| matches!(&heard.what, What::Deleted { .. })).await;
    // Discord asks to come again: the session goes on.
    fake.reconnect_gateway();
    fake.wait_for("a resume", |fake| (!fake.resumes().is_empty()).then_some(())).await;
    fake.say(stage.maya, stage.channel, "after op 7");
    assert!(!stage.house.heard_text("after op 7").await.backfilled);
    // Discord forgets the session: a new one begins, and what was said meanwhile is found.
    fake.invalidate_sessions(false);
    fake.wait_for("the end of the session", |fake| (!fake.connected()).then_some(())).await;
    fake.say(stage.maya, stage.channel, "in between");
    stage.house.heard_text("in between").await;
    let twice = |fake: &FakeDiscord| (fake.identifies().len() == 2 && fake.connected()).then_some(());
    fake.wait_for("a second session", twice).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_is_said_and_not_shown_again_and_again() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.fail("*", None, 1_000, Fault::UNAUTHORIZED);
    let before = fake.invalid_responses();
    for at in 0..20 {
        let later = post(&stage, &format!("n{at}"), "refused", false).await.expect_err("the token is refused");
        assert!(matches!(&later, Undelivered::Later { why, .. } if why.contains("token is refused")), "{later:?}");
    }
    assert!(fake.invalid_responses() - before <= 2, "{} refusals", fake.invalid_responses() - before);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_answered_in_their_direct_messages() {
    let stage = stage().await;
    let fake = &stage.fake;
    let dm = fake.dm(stage.maya);
    fake.say(stage.maya, dm, &format!("<@{}> sla mine", fake.bot()));
    let heard = stage.house.heard_text("@countersign sla mine").await;
    assert_eq!(heard.lane.to_string(), format!("discord/@{}", stage.maya));
    fake.wait_for("the answer", |fake| (fake.messages(dm).len() == 2).then_some(())).await;
    let stranger = fake.person("Stranger");
    let asked = fake.slash(stranger, stage.channel, "sla mine", json!({}));
    assert!(!stage.answer(asked).await.is_empty(), "a stranger is told what to do");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_act_is_mentioned_and_nobody_else() {
    let stage = stage().await;
    let fake = &stage.fake;
    let options = json!({ "workflow": "lending", "title": format!("<@{}> @everyone ship [it](https://evil.example)", stage.maya) });
    let asked = fake.slash(stage.maya, stage.channel, "approval request", options);
    assert!(stage.answer(asked).await.contains("APR-1"));
    let dev = format!("<@{}>", stage.dev);
    let told = fake
        .wait_for("the one who decides to be mentioned", |fake| {
            let channels = [Some(stage.channel), None];
            let calls = fake.calls_to("POST /channels/{channel_id}/messages").into_iter();
            let of = calls.filter(|call| channels.contains(&call.channel()) || call.channel().is_some());
            of.map(|call| call.body).find(|body| body["content"].as_str().is_some_and(|it| it.contains(&dev)))
        })
        .await;
    assert_eq!(told["allowed_mentions"]["parse"], json!([]));
    let users = told["allowed_mentions"]["users"].as_array().expect("users");
    assert!(users.contains(&json!(stage.dev.to_string())), "{told}");
    for message in fake.messages(stage.channel) {
        fake.assert_no_injection(id(&message));
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_and_people_who_left_are_known() {
    let stage = stage().await;
    let fake = &stage.fake;
    let role =
        stage.policy.split("groups = [\"discord:").nth(1).and_then(|rest| rest.split('"').next()).expect("the role");
    fake.grant(stage.maya, role.parse().expect("an id"));
    let desk = stage.house.desk.clone();
    let maya = countersign::domain::PersonId::from("maya");
    let platform = countersign::domain::Platform::from("discord");
    fake.wait_for("the role", |_| {
        let shown = desk.shown();
        shown
            .bot
            .platforms
            .rosters
            .get(&platform)
            .is_some_and(|known| known.groups.values().any(|held| held.contains(&maya)))
            .then_some(())
    })
    .await;
    assert!(!desk.shown().bot.is_gone(&maya, &platform));
    fake.leave(fake.guild(), stage.maya);
    fake.wait_for("the leaving", |_| desk.shown().bot.is_gone(&maya, &platform).then_some(())).await;
    stage.house.heard_that("somebody left", |heard| matches!(heard.what, What::Left)).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_is_wrong() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let fake = FakeDiscord::start().await;
    let (maya, channel) = (fake.person("Maya K"), fake.channel("credit-ai"));
    let stranger = fake.stranger("Dev M");
    let role = fake.role(fake.guild(), "Triage", 0);
    let read =
        |text: &str| countersign::domain::Policy::read(text).unwrap_or_else(|errors| panic!("{}", errors.show("p")));
    let now = countersign::clock::Clock::system();
    let well = read(&policy(maya, fake.person("Dev N"), channel, role));
    let findings = countersign::chat::discord::doctor(&config(&fake), &well, now).await;
    let wrong: Vec<&str> = findings.iter().filter(|it| !it.ok).map(|it| it.text.as_str()).collect();
    assert_eq!(wrong, Vec::<&str>::new());
    fake.set_privileged_intents(0);
    fake.set_public(true);
    fake.overwrite(channel, fake.bot(), 1, 0, may::EMBED_LINKS | may::READ_MESSAGE_HISTORY);
    let ill = read(&policy(maya, stranger, channel, 41_771_983_423_143_936));
    let findings = countersign::chat::discord::doctor(&config(&fake), &ill, now + Span::hours(1)).await;
    let wrong: Vec<&str> = findings.iter().filter(|it| !it.ok).map(|it| it.text.as_str()).collect();
    for expected in [
        "MESSAGE_CONTENT",
        "GUILD_MEMBERS",
        "“Embed Links”",
        "“Read Message History”",
        "Dev (account",
        "41771983423143936",
        "clock",
        "“Public Bot”",
    ] {
        assert!(wrong.iter().any(|text| text.contains(expected)), "{expected} is missing from {wrong:#?}");
    }
    let refused = countersign::app::config::DiscordConfig {
        token: countersign::app::config::Secret::new("wrong"),
        ..config(&fake)
    };
    let findings = countersign::chat::discord::doctor(&refused, &well, now).await;
    assert!(matches!(&findings[..], [only] if !only.ok && only.text.contains("token is refused")), "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_the_bot_was_put_out_of_stops_nothing() {
    let stage = stage().await;
    let fake = &stage.fake;
    let elsewhere = fake.add_guild("Elsewhere");
    let asked = |fake: &FakeDiscord| {
        let calls = fake.calls_to("GET /guilds/{guild_id}/members/{user_id}");
        calls.iter().any(|call| call.params["guild_id"] == elsewhere.to_string()).then_some(())
    };
    fake.wait_for("a look at the other server", asked).await;
    fake.expel_bot(elsewhere);
    fake.grant(stage.maya, stage.role());
    stage.maya_is_in(stage.role()).await;
    assert_eq!(stage.house.discord.link().trouble, None);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_gone_before_every_server_is_there() {
    let fake = FakeDiscord::start().await;
    let (maya, dev) = (fake.person("Maya K"), fake.stranger("Dev M"));
    let second = fake.add_guild("Second");
    fake.join(second, dev);
    let (channel, role) = (fake.channel("credit-ai"), fake.role(second, "Triage", 0));
    let folder = tempfile::tempdir().expect("a folder");
    fake.withhold_guild(second);
    let house = DiscordHouse::open(&fake, folder.path(), &policy(maya, dev, channel, role), BTreeMap::new()).await;
    fake.wait_for("the gateway", |fake| (house.discord.link().up && fake.connected()).then_some(())).await;
    fake.say(maya, channel, "the first server is there");
    house.heard_text("the first server is there").await;
    let looks = |fake: &FakeDiscord| fake.calls_to("GET /guilds/{guild_id}/members/{user_id}").pop();
    // Nothing tells that a look will not come: a wrong one comes within two seconds.
    let look = tokio::time::timeout(Duration::from_secs(4), fake.wait_for("a look", looks)).await;
    assert!(look.is_err(), "it looked while a server was missing");
    fake.let_guild_come(second);
    let platform = Platform::from("discord");
    let known = |_: &FakeDiscord| house.desk.shown().bot.platforms.rosters.get(&platform).cloned();
    let roster = fake.wait_for("the roster", known).await;
    assert!(roster.gone.is_empty(), "{roster:?}");
    fake.assert_clean();
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_who_are_nobody_of_the_policy_call_for_no_look() {
    let stage = stage().await;
    let fake = &stage.fake;
    let looks = |fake: &FakeDiscord| fake.calls_to("GET /guilds/{guild_id}/members/{user_id}").len();
    fake.wait_for("the first look", |fake| (looks(fake) == 2).then_some(())).await;
    let stranger = fake.person("Stranger");
    fake.grant(stranger, stage.role());
    let again = fake.wait_for("another look", |fake| (looks(fake) > 2).then_some(()));
    // Nothing tells that a look will not come: a needless one comes within two seconds.
    assert!(tokio::time::timeout(Duration::from_secs(4), again).await.is_err(), "{} looks", looks(fake));
    fake.grant(stage.maya, stage.role());
    stage.maya_is_in(stage.role()).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_a_new_policy_names_is_looked_at_at_once() {
    let stage = stage().await;
    let fake = &stage.fake;
    let role = fake.role(fake.guild(), "Risk", 0);
    fake.grant(stage.maya, role);
    let platform = Platform::from("discord");
    let known = |_: &FakeDiscord| stage.house.desk.shown().bot.platforms.rosters.contains_key(&platform).then_some(());
    fake.wait_for("the first look", known).await;
    // It can't be looked at once; that is made good within seconds, not minutes.
    let refused = Fault::Refuse { status: 403, code: 0, message: "Not now" };
    fake.fail("GET /guilds/{guild_id}/members/{user_id}", None, 1, refused);
    stage.reload(&format!("[roles.risk]\nname = \"Risk\"\nparty = \"bank\"\ngroups = [\"discord:{role}\"]\n")).await;
    stage.maya_is_in(role).await;
    fake.wait_for("the trouble to end", |_| stage.house.discord.link().trouble.is_none().then_some(())).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_read_back_though_somebody_spoke_since() {
    let stage = stage().await;
    let fake = &stage.fake;
    let root = fake.say(stage.maya, stage.channel, "the root");
    let thread = fake.thread_from(stage.dev, root, "aside");
    fake.say(stage.dev, thread, "in the thread before");
    stage.house.heard_text("in the thread before").await;
    // The channel is busy for some seconds: Discord must be asked for what this message says, and doesn't answer.
    fake.fail("GET /channels/{channel_id}/messages/{message_id}", None, 4, Fault::Server { status: 502 });
    let bot = fake.other_bot("Monitor");
    let built = json!({ "flags": 1 << 15, "components": [{ "type": 10, "content": "built of components" }] });
    fake.post_as_bot(bot, stage.channel, &built);
    let asked = |fake: &FakeDiscord| fake.calls_to("GET /channels/{channel_id}/messages/{message_id}").pop();
    fake.wait_for("the channel to be busy", asked).await;
    stage.lose_the_session().await;
    fake.say(stage.maya, stage.channel, "missed");
    let twice = |fake: &FakeDiscord| (fake.identifies().len() == 2 && fake.connected()).then_some(());
    fake.wait_for("a second session", twice).await;
    fake.say(stage.dev, thread, "in the thread after");
    stage.house.heard_text("in the thread after").await;
    assert!(stage.house.heard_text("missed").await.backfilled);
    // serenity's types know nothing of such a message, so Discord is asked for it.
    let is_built = |heard: &HeardRecord| heard.raw.as_deref().is_some_and(|raw| raw.contains("built of components"));
    stage.house.heard_that("what is built of components", is_built).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_in_which_only_the_bot_spoke_is_read_back_too() {
    let stage = stage().await;
    post(&stage, "a", "the bot was first", false).await.expect("it is sent");
    stage.lose_the_session().await;
    stage.fake.say(stage.maya, stage.channel, "missed");
    assert!(stage.house.heard_text("missed").await.backfilled);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn private_threads_that_were_archived_meanwhile_are_read_back() {
    let stage = stage().await;
    let fake = &stage.fake;
    fake.say(stage.maya, stage.channel, "before");
    stage.house.heard_text("before").await;
    stage.lose_the_session().await;
    let thread = fake.thread(stage.dev, stage.channel, "between us", true);
    fake.say(stage.dev, thread, "missed in private");
    fake.archive(thread, true, false);
    assert!(stage.house.heard_text("missed in private").await.backfilled);
    fake.assert_clean();
    // Where they can't be read, that is told: nobody may take silence for nothing.
    let refused = Fault::MISSING_PERMISSIONS;
    fake.fail("GET /channels/{channel_id}/threads/archived/private", None, 1, refused);
    stage.lose_the_session().await;
    fake.say(stage.maya, stage.channel, "missed again");
    let told = |heard: &HeardRecord| matches!(&heard.what, What::Gap { why, .. } if why.contains("private threads can't be read"));
    stage.house.heard_that("a gap that says so", told).await;
    stage.house.heard_text("missed again").await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_private_is_given_once_and_not_lost() {
    let stage = stage().await;
    let fake = &stage.fake;
    const SEND: &str = "POST /channels/{channel_id}/messages";
    let dm = fake.dm(stage.maya);
    fake.fail(SEND, Some(dm), 1, Fault::EffectThenDrop);
    fake.say(stage.maya, stage.channel, &format!("<@{}> sla health", fake.bot()));
    let sent = |fake: &FakeDiscord| {
        fake.calls_to(SEND).iter().any(|call| call.channel() == Some(dm) && call.status == Some(200)).then_some(())
    };
    fake.wait_for("the answer to be sent again", sent).await;
    fake.wait_for("the answer", |fake| (!fake.messages(dm).is_empty()).then_some(())).await;
    assert_eq!(fake.messages(dm).len(), 1, "its outcome was unknown, and it stands there once");
    // Somebody who takes no direct messages, in a channel that is full for now.
    fake.set_dms(stage.dev, false);
    fake.fail(SEND, Some(stage.channel), 1, Fault::RateLimited { retry_after: Duration::from_secs(1) });
    fake.say(stage.dev, stage.channel, &format!("<@{}> sla health", fake.bot()));
    let told = |fake: &FakeDiscord| {
        let mention = format!("<@{}>", stage.dev);
        let said = fake.messages(stage.channel);
        said.iter().any(|message| shown(message).contains(&mention)).then_some(())
    };
    fake.wait_for("the word that direct messages are closed", told).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_no_command_in_somebody_elses_mouth() {
    let stage = stage().await;
    let fake = &stage.fake;
    let asked =
        fake.slash(stage.maya, stage.channel, "approval request", json!({ "workflow": "lending", "title": "Ship" }));
    assert!(stage.answer(asked).await.contains("APR-1"));
    let eve = fake.person("countersign yes APR-1");
    fake.say(stage.dev, stage.channel, &format!("<@{eve}> did you see this?"));
    let is_it =
        |heard: &HeardRecord| matches!(&heard.what, What::Said { text, .. } if text.contains("did you see this?"));
    let heard = stage.house.heard_that("the mention", is_it).await;
    assert!(
        matches!(&heard.what, What::Said { text, .. } if text == "“@countersign yes APR-1” did you see this?"),
        "{:?}",
        heard.what
    );
    let case =
        stage.house.reader.case("APR-1".parse().expect("a case")).await.expect("it is read").expect("it is there");
    assert!(!format!("{:?}", case.body).contains("Approve"), "nobody decided: {:?}", case.body);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cases_own_channel_is_no_more_open_than_the_workflows() {
    let stage = stage().await;
    let fake = &stage.fake;
    let nosy = fake.person("Nosy");
    let home = fake.private_channel("credit-core", &[stage.maya, stage.dev, fake.bot()]);
    fake.overwrite(home, stage.dev, 1, may::VIEW_CHANNEL, may::SEND_MESSAGES | may::MENTION_EVERYONE);
    let wanted = |archived: bool, channel: Option<String>| CaseChannel {
        case: "INC-8".parse().expect("a case"),
        lane: "discord/inc-8".parse().expect("a lane"),
        near: Some(home.to_string()),
        converted: None,
        channel,
        name: "inc-8-drift".to_owned(),
        topic: "Scores drift".to_owned(),
        private: false,
        people: Vec::new(),
        barred: Vec::new(),
        pinned: None,
        links: Vec::new(),
        archived,
    };
    let made = stage.house.discord.ensure_channel(&wanted(false, None)).await.expect("it is made");
    let channel: Id = made.parse().expect("an id");
    let sees = |who: Id| fake.with(|world| world.can_view(who, channel));
    let speaks = |who: Id| fake.with(|world| world.permissions(who, channel) & may::SEND_MESSAGES != 0);
    assert!(sees(stage.maya) && sees(stage.dev) && sees(fake.bot()) && !sees(nosy));
    assert!(speaks(stage.maya) && !speaks(stage.dev) && speaks(fake.bot()));
    let changes = fake.calls_to("PATCH /channels/{channel_id}").len();
    stage.house.discord.ensure_channel(&wanted(false, Some(made.clone()))).await.expect("nothing changes");
    assert_eq!(fake.calls_to("PATCH /channels/{channel_id}").len(), changes);
    stage.house.discord.ensure_channel(&wanted(true, Some(made.clone()))).await.expect("it is closed");
    assert!(sees(stage.maya) && !sees(nosy) && !speaks(stage.maya) && speaks(fake.bot()));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_slow_holds_up_no_first_answer() {
    let stage = stage().await;
    let fake = &stage.fake;
    let asked = fake.slash(stage.maya, stage.channel, "incident open", json!({}));
    fake.answered(asked).await;
    let form = fake.modals(stage.maya).expect("a form stands open")["custom_id"].as_str().expect("an id").to_owned();
    fake.set_answer_within(Duration::from_secs(3));
    // Somebody else writes to the database for a while.
    let database = stage.house.data.join(countersign::ledger::folder::Folder::DATABASE);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.expect("the database");
    sqlx::query("begin immediate").execute(&mut other).await.expect("it is held");
    let sent = fake.submit(stage.maya, &form, &[("workflow", "lending"), ("severity", "sev2"), ("title", "Slow")]);
    let typed = fake.slash(stage.dev, stage.channel, "sla health", json!({}));
    assert_eq!(fake.answered(sent).await.acknowledged.map(|answer| answer.kind), Some(5));
    assert!(!fake.interaction(sent).late, "it was deferred within three seconds");
    assert!(!fake.interaction(typed).late);
    sqlx::query("rollback").execute(&mut other).await.expect("it is let go");
    assert!(stage.answer(sent).await.contains("INC-1"));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_elsewhere_is_kept_whole_with_a_case() {
    let stage = stage().await;
    let fake = &stage.fake;
    stage.incident().await;
    let elsewhere = fake.channel("random");
    let said = fake.upload(stage.dev, elsewhere, "scores.csv", b"id,score\n1,7\n", "look at row 1");
    let used = fake.message_menu(stage.maya, "Keep as evidence", said);
    fake.answered(used).await;
    let form = fake.modals(stage.maya).expect("a form")["custom_id"].as_str().expect("an id").to_owned();
    // Nothing is kept for a case that isn't there; asked again, it is the same message.
    let sent = fake.submit(stage.maya, &form, &[("case", "INC-99")]);
    let answer = fake.answer(sent).await;
    let (_, again) = fakes::discord::render::buttons(&answer).pop().expect("a button opens it again");
    fake.answered(fake.press(stage.maya, id(&answer), &again)).await;
    let form = fake.modals(stage.maya).expect("a form")["custom_id"].as_str().expect("an id").to_owned();
    let sent = fake.submit(stage.maya, &form, &[("case", "INC-1")]);
    stage.answer(sent).await;
    let kept = stage.house.heard_text("look at row 1").await;
    assert_eq!(
        (&*kept.key, &*account(&kept).id, kept.backfilled),
        (&*stage.house.desk.causes.key_of(&format!("discord:msg:{said}")), &*stage.dev.to_string(), true)
    );
    let story = stage.house.reader.entries_of("INC-1".parse().expect("a case")).await.expect("it is read");
    assert!(story.iter().any(|entry| entry.facts.contains(&kept.key)), "it is part of the case's story");
    let files = kept.what.files();
    let bytes = std::fs::read(countersign::blobs::folder::blob_path(&stage.house.data, &files[0].sha256));
    assert_eq!(bytes.expect("the bytes are kept"), b"id,score\n1,7\n");
    // What else is said there stays nobody's business.
    fake.say(stage.dev, elsewhere, "lunch?");
    fake.say(stage.maya, stage.channel, "back to it");
    stage.house.heard_text("back to it").await;
    let heard = stage.house.heard().await;
    assert!(!heard.iter().any(|heard| matches!(&heard.what, What::Said { text, .. } if text == "lunch?")));
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_somebody_deleted_comes_back() {
    let stage = stage().await;
    let fake = &stage.fake;
    let card = stage.incident().await;
    let title = fake.message(card).expect("the card")["embeds"][0]["title"].clone();
    fake.delete(card);
    let acked = fake.slash(stage.dev, stage.channel, "incident ack", json!({ "case": "INC-1" }));
    stage.answer(acked).await;
    let again = |fake: &FakeDiscord| {
        fake.messages(stage.channel).into_iter().find(|it| it["embeds"][0]["title"] == title).map(|it| id(&it))
    };
    assert_ne!(fake.wait_for("the card again", again).await, card);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_sent_is_neither_left_behind_nor_mistaken() {
    let first = stage().await;
    let lane = first.lane();
    let long = Card {
        title: vec![Word::from("A long card")],
        lines: (0..60).map(|at| vec![Word::Text(format!("old {at} ").repeat(30))]).collect(),
        ..Card::default()
    };
    let now = countersign::clock::Clock::system();
    let card =
        Post { nonce: "long".to_owned(), lane: &lane, thread: None, card: &long, made: now, perhaps_sent: false };
    let message = first.house.discord.post(card).await.expect("it is sent").message;
    assert!(first.fake.messages(first.channel).len() > 1);
    let Stage { house, fake, folder, policy, maya, dev, channel } = first;
    house.stop().await;
    let house = DiscordHouse::open(&fake, folder.path(), &policy, BTreeMap::new()).await.ready().await;
    let stage = Stage { house, fake, folder, policy, maya, dev, channel };
    // A card that has become shorter takes its old words with it.
    stage
        .house
        .discord
        .edit(Edit { lane: &lane, message: &message, thread: None, left: None, card: &plain("Short now") })
        .await
        .expect("it is redrawn");
    assert_eq!(stage.fake.messages(channel).len(), 1, "its tail is gone");
    // What was made later can't be what stands there already, though it says the same.
    let short = plain("Short now");
    let try_again = |made: At| Post {
        nonce: made.0.to_string(),
        lane: &lane,
        thread: None,
        card: &short,
        made,
        perhaps_sent: true,
    };
    let sent = stage.house.discord.post(try_again(now + Span::minutes(5))).await.expect("it is sent").message;
    assert_ne!(sent, message);
    let found = stage.house.discord.post(try_again(now)).await.expect("it is found").message;
    assert_eq!(found, message);
    assert_eq!(said_times(&stage, "Short now"), 2);
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_an_edit_takes_off_or_puts_on_leave_a_trace() {
    let stage = stage().await;
    let fake = &stage.fake;
    let said = fake.upload(stage.maya, stage.channel, "wrong.csv", b"wrong", "the scores");
    stage.house.heard_text("the scores").await;
    fake.change_files(said, Some(("right.csv", b"right")));
    let files = |heard: &HeardRecord| -> Option<Value> {
        let raw: Value = serde_json::from_str(heard.raw.as_deref()?).ok()?;
        matches!(heard.what, What::Edited { .. }).then(|| raw["attachments"].clone())
    };
    let is_on = |heard: &HeardRecord| files(heard).is_some_and(|it| it[0]["filename"] == "right.csv");
    let put_on = files(&stage.house.heard_that("another file", is_on).await).expect("files");
    let kept =
        countersign::blobs::folder::blob_path(&stage.house.data, put_on[0]["sha256"].as_str().expect("its hash"));
    assert_eq!(std::fs::read(kept).expect("the bytes are kept"), b"right");
    fake.change_files(said, None);
    stage.house.heard_that("no file any more", |heard| files(heard) == Some(json!([]))).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_discord_doesnt_give_as_announced_is_not_kept_and_that_is_said() {
    let stage = stage().await;
    let fake = &stage.fake;
    let said = fake.upload(stage.maya, stage.channel, "scores.csv", b"a,b", "the scores");
    stage.house.heard_text("the scores").await;
    let there = fake.message(said).expect("the message")["attachments"][0].clone();
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/secrets", elsewhere.local_addr().expect("an address"));
    let url = there["url"].as_str().expect("its address").to_owned();
    let table = [
        ("size", there["url"].clone(), 99, WhyNotKept::OtherBytes),
        ("host", json!(address), 3, WhyNotKept::Elsewhere),
        ("gone", json!(url.replace("scores.csv", "other.csv")), 3, WhyNotKept::Gone),
        ("large", there["url"].clone(), 60 << 20, WhyNotKept::TooLarge),
    ];
    for (text, url, size, why) in table {
        let mut file = there.clone();
        (file["url"], file["size"]) = (url, json!(size));
        fake.say_with(stage.maya, stage.channel, text, &json!({ "attachments": [file] }));
        let heard = stage.house.heard_text(text).await;
        let lost = heard.not_kept.first().unwrap_or_else(|| panic!("{text}: {heard:?}"));
        assert_eq!((lost.why, lost.name.as_str(), lost.bytes), (why, "scores.csv", Some(size)), "{text}");
        assert!(heard.what.files().is_empty(), "{text}");
    }
    let asked = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept()).await;
    assert!(asked.is_err(), "nobody but Discord is asked for a file");
    let told = stage
        .house
        .records()
        .await
        .into_iter()
        .filter_map(|record| record.kinds())
        .filter(|kinds| kinds.kind == "files.not-kept");
    assert_eq!(told.count(), 4, "the operators hear of each reason");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forwarded_is_kept_with_its_files_and_stickers_with_their_words() {
    let stage = stage().await;
    let fake = &stage.fake;
    let said = fake.upload(stage.maya, stage.channel, "scores.csv", b"a,b", "the scores");
    stage.house.heard_text("the scores").await;
    let files = fake.message(said).expect("the message")["attachments"].clone();
    let more = json!({
        "message_snapshots": [{ "message": {
            "type": 0, "content": "as it was said there", "embeds": [], "attachments": files, "components": [],
            "timestamp": "2026-11-23T09:00:00.000000+00:00", "edited_timestamp": null, "flags": 0, "mentions": [],
            "mention_roles": []
        } }],
        "sticker_items": [{ "id": "1", "name": "Agreed", "format_type": 1 }]
    });
    let forwarded = fake.say_with(stage.maya, stage.channel, "", &more);
    let is_it =
        |heard: &HeardRecord| matches!(&heard.what, What::Said { message, .. } if *message == forwarded.to_string());
    let heard = stage.house.heard_that("what is forwarded", is_it).await;
    let [file] = heard.what.files() else { panic!("{heard:?}") };
    let kept = countersign::blobs::folder::blob_path(&stage.house.data, &file.sha256);
    assert_eq!((file.name.as_str(), std::fs::read(kept).expect("the bytes")), ("scores.csv", b"a,b".to_vec()));
    let raw = heard.raw.expect("the platform's own words");
    for words in ["as it was said there", "Agreed"] {
        assert!(raw.contains(words), "{raw}");
    }
    // A poll is what people were asked and could answer, not a vote of anybody's.
    let answers = ["Now", "After the weekend"].into_iter().enumerate();
    let answers: Vec<_> =
        answers.map(|(at, text)| json!({ "answer_id": at + 1, "poll_media": { "text": text } })).collect();
    let more = json!({ "poll": {
        "question": { "text": "When do we ship v7?" }, "answers": answers, "expiry": "2026-11-24T09:00:00+00:00",
        "allow_multiselect": false, "layout_type": 1, "results": { "answer_counts": [], "is_finalized": false }
    } });
    let poll = fake.say_with(stage.maya, stage.channel, "", &more);
    let is_it = |heard: &HeardRecord| matches!(&heard.what, What::Said { message, .. } if *message == poll.to_string());
    let raw = stage.house.heard_that("the poll", is_it).await.raw.expect("the platform's own words");
    for words in ["When do we ship v7?", "Now", "After the weekend"] {
        assert!(raw.contains(words), "{raw}");
    }
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_is_posted_anew_under_the_same_name() {
    let stage = stage().await;
    let (lane, card) = (stage.lane(), plain("the card"));
    let first = post(&stage, "INC-9@x", "the card", false).await.expect("it is sent");
    stage.fake.delete(first.parse().expect("an id"));
    let gone = stage
        .house
        .discord
        .edit(Edit { lane: &lane, message: &first, thread: None, left: None, card: &card })
        .await
        .expect_err("it is gone");
    assert!(matches!(gone, Undelivered::Gone { .. }), "{gone:?}");
    let again = post(&stage, "INC-9@x", "the card", false).await.expect("it is sent anew");
    assert_ne!(again, first);
    assert!(stage.fake.message(again.parse().expect("an id")).is_some(), "it stands there");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_the_policy_that_the_bot_doesnt_see_is_said() {
    let fake = FakeDiscord::start().await;
    let stage = stage_on(fake, |_| BTreeMap::new()).await;
    stage.fake.overwrite(stage.channel, stage.fake.bot(), 1, 0, may::VIEW_CHANNEL);
    stage.reload("").await;
    let lane = stage.lane();
    let is_said = |_: &FakeDiscord| {
        let lacks = stage.house.discord.link().lacks;
        lacks.values().any(|why| why.contains(&lane.to_string())).then_some(())
    };
    stage.fake.wait_for("the operators' word", is_said).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_turned_away_is_told_so_a_few_times_and_all_of_it_is_kept() {
    let stage = stage().await;
    let fake = &stage.fake;
    let stranger = fake.person("Stranger");
    for at in 0..30 {
        fake.say(stranger, stage.channel, &format!("<@{}> incident list {at}", fake.bot()));
    }
    for at in 0..30 {
        stage.house.heard_text(&format!("@countersign incident list {at}")).await;
    }
    let direct = fake.dm(stranger);
    let at_rest = |fake: &FakeDiscord| {
        (stage.house.discord.is_at_rest() && !fake.messages(direct).is_empty()).then(|| fake.messages(direct).len())
    };
    let told = fake.wait_for("all is answered", at_rest).await;
    assert!((1..=8).contains(&told), "a stranger got {told} answers");
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_the_policy_has_a_few_asks_at_a_time() {
    use countersign::chat::quota::ASKS_OF_ONE;
    let stage = stage().await;
    let fake = &stage.fake;
    // While somebody else writes to the database nothing is answered to the end.
    let database = stage.house.data.join(countersign::ledger::folder::Folder::DATABASE);
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut other = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.expect("the database");
    sqlx::query("begin immediate").execute(&mut other).await.expect("it is held");
    let many: Vec<Id> =
        (0..2 * ASKS_OF_ONE).map(|_| fake.slash(stage.dev, stage.channel, "incident list", json!({}))).collect();
    let colleagues = fake.slash(stage.maya, stage.channel, "incident list", json!({}));
    fake.answered(colleagues).await;
    sqlx::query("rollback").execute(&mut other).await.expect("it is let go");
    fake.wait_for("all is answered", |_| stage.house.discord.is_at_rest().then_some(())).await;
    let taken = many.iter().filter(|asked| fake.interaction(**asked).acknowledged.is_some()).count();
    assert_eq!(taken, ASKS_OF_ONE as usize);
    stage.end().await;
}
