//! The fake Slack itself: it must refuse what Slack refuses, remember it, and deliver as Slack delivers, or the tests that
//! stand on it prove nothing.

#[path = "fakes/mod.rs"]
mod fakes;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use fakes::slack::{
    APP_TOKEN, Addresses, Allowed, BOT_TOKEN, BOT_USER, Disturbance, FakeSlack, Harm, Kind, On, SIGNING_SECRET, Sort,
    Submitted, Tamper, User, assert_no_injection, schema, sign,
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message as Frame;

const C: &str = "C0OPS";

async fn workspace() -> FakeSlack {
    let fake = FakeSlack::start().await;
    fake.add_user(User::new("U0MAYA", "maya", "Maya Ito", "Europe/Berlin"));
    fake.add_user(User::new("U0DEV", "dev", "Dev Rao", "UTC"));
    fake.add_user(User::new("U0GUEST", "guest", "A Guest", "UTC").guest(true));
    fake.add_user(User::new("U0OTHER", "other", "Of Another Company", "UTC").stranger("T0OTHER"));
    fake.add_channel(C, "ops", Sort::Public, &[BOT_USER, "U0MAYA", "U0DEV"]);
    fake.add_channel("C0AWAY", "away", Sort::Public, &["U0MAYA"]);
    fake.add_channel("C0SECRET", "secret", Sort::Private, &["U0MAYA"]);
    fake.add_group("S0RISK", "risk", &["U0DEV"]);
    fake
}

/// Somebody who speaks to the Web API.
struct Caller {
    http: reqwest::Client,
    api: String,
}

impl Caller {
    fn of(fake: &FakeSlack) -> Caller {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Caller { http, api: fake.api_url() }
    }

    async fn send(&self, method: &str, args: &Value) -> Result<reqwest::Response, reqwest::Error> {
        let request =
            self.http.post(format!("{}/{method}", self.api)).header("content-type", "application/json; charset=utf-8");
        let token = if method == "apps.connections.open" { APP_TOKEN } else { BOT_TOKEN };
        request.header("authorization", format!("Bearer {token}")).body(args.to_string()).send().await
    }

    async fn call(&self, method: &str, args: Value) -> Value {
        let text = self.send(method, &args).await.expect("an answer").text().await.expect("a body");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }

    /// As methods that only read want it.
    async fn get(&self, method: &str, query: &str) -> Value {
        let request = self.http.get(format!("{}/{method}?{query}", self.api));
        let response = request.header("authorization", format!("Bearer {BOT_TOKEN}")).send().await.expect("an answer");
        serde_json::from_str(&response.text().await.expect("a body")).expect("JSON")
    }

    async fn post(&self, text: &str) -> String {
        let done = self.call("chat.postMessage", json!({ "channel": C, "text": text })).await;
        assert_eq!(done["ok"], true, "{done}");
        done["ts"].as_str().expect("a ts").to_owned()
    }
}

fn long(characters: usize) -> String {
    "ü".repeat(characters)
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

fn button(action_id: &str, label: &str, value: &str) -> Value {
    json!({ "type": "button", "action_id": action_id, "value": value, "text": { "type": "plain_text", "text": label } })
}

fn actions(elements: Vec<Value>) -> Value {
    json!({ "type": "actions", "elements": elements })
}

fn select(options: usize, text: usize, value: usize) -> Value {
    let option = |n: usize| {
        let value = format!("{n:0>value$}");
        json!({ "text": { "type": "plain_text", "text": long(text) }, "value": value })
    };
    let options: Vec<Value> = (0..options).map(option).collect();
    actions(vec![json!({ "type": "static_select", "action_id": "s", "options": options })])
}

fn input(block_id: &str) -> Value {
    json!({
        "type": "input", "block_id": block_id, "label": { "type": "plain_text", "text": "Title" },
        "element": { "type": "plain_text_input", "action_id": format!("{block_id}.text") }
    })
}

fn modal(blocks: Vec<Value>) -> Value {
    json!({
        "type": "modal", "callback_id": "open", "title": { "type": "plain_text", "text": "Open" },
        "submit": { "type": "plain_text", "text": "Send" }, "blocks": blocks
    })
}

fn with(mut value: Value, name: &str, part: Value) -> Value {
    value[name] = part;
    value
}

/// Only Slack's schemas find these; without them they pass.
const BY_SCHEMA: &[&str] =
    &["an unknown argument", "an unknown field", "an unknown block", "text that is an object", "header in mrkdwn"];

fn bad_messages() -> Vec<(&'static str, &'static str, Value)> {
    let say = |blocks: Value| json!({ "channel": C, "text": "x", "blocks": blocks });
    let fields = |n: usize, length: usize| json!([{ "type": "section", "fields": vec![json!({ "type": "mrkdwn", "text": long(length) }); n] }]);
    let header = |length: usize| json!([{ "type": "header", "text": { "type": "plain_text", "text": long(length) } }]);
    let context =
        |n: usize| json!([{ "type": "context", "elements": vec![json!({ "type": "mrkdwn", "text": "x" }); n] }]);
    let many = |n: usize| actions((0..n).map(|n| button(&format!("b{n}"), "Go", "v")).collect());
    vec![
        ("an unknown argument", "invalid_arguments", json!({ "channel": C, "text": "x", "colour": "red" })),
        ("text that is an object", "invalid_arguments", json!({ "channel": C, "text": { "a": 1 } })),
        ("nothing to say", "no_text", json!({ "channel": C, "text": "" })),
        ("text over 40,000", "msg_too_long", json!({ "channel": C, "text": long(40_001) })),
        ("an unknown field", "invalid_blocks", say(json!([with(section("x"), "colour", json!("red"))]))),
        ("an unknown block", "invalid_blocks", say(json!([{ "type": "sektion" }]))),
        (
            "header in mrkdwn",
            "invalid_blocks",
            say(json!([{ "type": "header", "text": { "type": "mrkdwn", "text": "x" } }])),
        ),
        ("51 blocks", "invalid_blocks", say(json!(vec![section("x"); 51]))),
        ("section text of 3001", "invalid_blocks", say(json!([section(&long(3001))]))),
        ("an empty section", "invalid_blocks", say(json!([section("")]))),
        ("11 fields", "invalid_blocks", say(fields(11, 1))),
        ("a field of 2001", "invalid_blocks", say(fields(1, 2001))),
        ("a header of 151", "invalid_blocks", say(header(151))),
        ("11 context elements", "invalid_blocks", say(context(11))),
        ("26 buttons", "invalid_blocks", say(json!([many(26)]))),
        ("no buttons", "invalid_blocks", say(json!([many(0)]))),
        ("a label of 76", "invalid_blocks", say(json!([actions(vec![button("a", &long(76), "v")])]))),
        ("a value of 2001", "invalid_blocks", say(json!([actions(vec![button("a", "Go", &long(2001))])]))),
        ("an action_id of 256", "invalid_blocks", say(json!([actions(vec![button(&long(256), "Go", "v")])]))),
        ("a block_id of 256", "invalid_blocks", say(json!([with(section("x"), "block_id", json!(long(256)))]))),
        ("one block_id twice", "invalid_blocks", say(json!(vec![with(section("x"), "block_id", json!("b")); 2]))),
        ("one action_id twice", "invalid_blocks", say(json!(vec![actions(vec![button("a", "Go", "v")]); 2]))),
        ("101 options", "invalid_blocks", say(json!([select(101, 5, 4)]))),
        ("an option text of 76", "invalid_blocks", say(json!([select(1, 76, 4)]))),
        ("an option value of 151", "invalid_blocks", say(json!([select(1, 5, 151)]))),
        ("13,201 characters", "msg_blocks_too_long", say(json!(vec![section(&long(2641)); 5]))),
        (
            "metadata without payload",
            "invalid_metadata_format",
            json!({ "channel": C, "text": "x", "metadata": { "event_type": "x" } }),
        ),
    ]
}

#[tokio::test]
async fn bad_messages_are_refused_and_remembered() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    for (name, error, args) in bad_messages() {
        if schema::shared().is_none() && BY_SCHEMA.contains(&name) {
            continue;
        }
        let refused = caller.call("chat.postMessage", args).await;
        assert_eq!(refused["error"], error, "{name}: {refused}");
        let remembered = fake.take_violations();
        assert!(!remembered.is_empty() || error == "no_text", "{name} was not remembered");
    }
    assert!(fake.messages(C).is_empty(), "a refused message was posted");
}

#[tokio::test]
async fn messages_at_every_limit_are_taken() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let full = |n: usize| vec![json!({ "type": "mrkdwn", "text": long(1) }); n];
    let good = [
        json!({ "channel": C, "text": long(40_000) }),
        json!({ "channel": C, "text": "x", "blocks": vec![section("x"); 50] }),
        json!({ "channel": C, "text": "x", "blocks": [section(&long(3000))] }),
        json!({ "channel": C, "text": "x", "blocks": [{ "type": "section", "fields": full(10) }] }),
        json!({ "channel": C, "text": "x", "blocks": [{ "type": "context", "elements": full(10) }] }),
        json!({ "channel": C, "text": "x", "blocks": [actions((0..25).map(|n| button(&format!("b{n}"), &long(75), &long(2000))).collect())] }),
        json!({ "channel": C, "text": "x", "blocks": [select(100, 75, 150)] }),
        json!({ "channel": C, "text": "x", "blocks": [{ "type": "divider" }], "unfurl_links": false, "unfurl_media": false,
                "metadata": { "event_type": "told", "event_payload": { "id": "17", "n": 3 } } }),
    ];
    for args in good {
        let done = caller.call("chat.postMessage", args.clone()).await;
        assert_eq!(done["ok"], true, "{done} to {args}");
    }
    fake.assert_clean();
}

#[tokio::test]
async fn blocks_without_text_beside_them_are_remembered() {
    let fake = workspace().await;
    let done = Caller::of(&fake).call("chat.postMessage", json!({ "channel": C, "blocks": [section("x")] })).await;
    assert_eq!(done["ok"], true, "{done}");
    assert!(fake.take_violations()[0].contains("without text"));
}

#[tokio::test]
async fn bad_modals_are_refused_and_remembered() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let mut client = Client::connect(&fake).await;
    let text = |length: usize| json!({ "type": "plain_text", "text": long(length) });
    let plain = || modal(vec![input("a")]);
    let mut without_submit = plain();
    without_submit.as_object_mut().expect("a view").remove("submit");
    let bad = [
        ("inputs but no submit", without_submit),
        ("a title of 25", with(plain(), "title", text(25))),
        ("submit of 25", with(plain(), "submit", text(25))),
        ("close of 25", with(plain(), "close", text(25))),
        ("private_metadata of 3001", with(plain(), "private_metadata", json!(long(3001)))),
        ("a callback_id of 256", with(plain(), "callback_id", json!(long(256)))),
        ("101 blocks", modal(vec![section("x"); 101])),
        ("one block_id twice", modal(vec![input("a"), input("a")])),
        ("a home tab", json!({ "type": "home", "blocks": [] })),
    ];
    for (name, view) in bad {
        let (spoken, ()) = tokio::join!(fake.slash("U0MAYA", C, "/incident", "open"), client.acknowledge_one(None));
        let refused = caller.call("views.open", json!({ "trigger_id": spoken.trigger_id, "view": view })).await;
        assert_eq!(refused["error"], "invalid_arguments", "{name}: {refused}");
        assert!(!fake.take_violations().is_empty(), "{name} was not remembered");
    }
    assert!(fake.views("U0MAYA").is_empty());
}

#[tokio::test]
async fn refusals_have_slacks_names() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let ours = caller.post("ours").await;
    let theirs = fake.say("U0MAYA", C, "theirs", None);
    let reply = fake.say("U0MAYA", C, "a reply", Some(&ours));
    fake.add_channel("C0OLD", "old", Sort::Public, &[BOT_USER]);
    fake.archive_channel("C0OLD");
    fake.add_user(User::new("U0GONE", "gone", "Gone", "UTC"));
    fake.deactivate("U0GONE");
    let say = |channel: &str| json!({ "channel": channel, "text": "x" });
    let table = [
        ("chat.postMessage", say("C0NONE"), "channel_not_found"),
        ("chat.postMessage", say("C0AWAY"), "not_in_channel"),
        ("chat.postMessage", say("C0SECRET"), "channel_not_found"),
        ("chat.postMessage", say("C0OLD"), "is_archived"),
        ("chat.postMessage", json!({ "channel": C, "text": "x", "thread_ts": "1.000001" }), "thread_not_found"),
        ("chat.postMessage", json!({ "channel": C, "text": "x", "thread_ts": reply }), "thread_not_found"),
        ("chat.update", json!({ "channel": C, "ts": "1.000001", "text": "x" }), "message_not_found"),
        ("chat.update", json!({ "channel": C, "ts": theirs, "text": "x" }), "cant_update_message"),
        ("chat.delete", json!({ "channel": C, "ts": theirs }), "cant_delete_message"),
        ("chat.postEphemeral", json!({ "channel": C, "user": "U0GUEST", "text": "x" }), "user_not_in_channel"),
        ("conversations.create", json!({ "name": "ops" }), "name_taken"),
        ("conversations.create", json!({ "name": "Not Good" }), "invalid_name_specials"),
        ("conversations.create", json!({ "name": "x".repeat(81) }), "invalid_name_maxlength"),
        ("conversations.invite", json!({ "channel": C, "users": "U0NOBODY" }), "user_not_found"),
        ("conversations.invite", json!({ "channel": C, "users": BOT_USER }), "cant_invite_self"),
        ("conversations.invite", json!({ "channel": C, "users": "U0MAYA" }), "already_in_channel"),
        ("conversations.invite", json!({ "channel": C, "users": "U0GUEST" }), "ura_max_channels"),
        ("conversations.invite", json!({ "channel": C, "users": "U0OTHER" }), "user_not_found"),
        ("conversations.open", json!({ "users": "U0GONE" }), "user_disabled"),
        ("conversations.archive", json!({ "channel": "C0OLD" }), "already_archived"),
        ("conversations.history", json!({ "channel": "C0AWAY" }), "not_in_channel"),
        ("conversations.setTopic", json!({ "channel": C, "topic": long(251) }), "too_long"),
        ("pins.remove", json!({ "channel": C, "timestamp": ours }), "no_pin"),
        ("reactions.add", json!({ "channel": C, "timestamp": "1.000001", "name": "eyes" }), "message_not_found"),
        ("views.open", json!({ "trigger_id": "1.2.x", "view": modal(vec![]) }), "invalid_trigger_id"),
        ("chat.shout", json!({}), "unknown_method"),
    ];
    for (method, args, error) in table {
        let refused = caller.call(method, args.clone()).await;
        assert_eq!(refused["error"], error, "{method} {args}: {refused}");
    }
    let pin = json!({ "channel": C, "timestamp": ours });
    assert_eq!(caller.call("pins.add", pin.clone()).await["ok"], true);
    assert_eq!(caller.call("pins.add", pin).await["error"], "already_pinned");
    assert_eq!(fake.pins(C), [ours]);
}

#[tokio::test]
async fn tokens_and_scopes_are_looked_at() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let as_whom = |method: &str, token: &str| {
        let request =
            caller.http.post(format!("{}/{method}", caller.api)).header("authorization", format!("Bearer {token}"));
        async {
            serde_json::from_str::<Value>(&request.send().await.expect("an answer").text().await.expect("a body"))
                .expect("JSON")
        }
    };
    assert_eq!(as_whom("apps.connections.open", BOT_TOKEN).await["error"], "not_allowed_token_type");
    assert_eq!(as_whom("users.list", APP_TOKEN).await["error"], "not_allowed_token_type");
    assert_eq!(as_whom("auth.test", "xoxb-wrong").await["error"], "invalid_auth");
    let answer = caller.send("auth.test", &json!({})).await.expect("an answer");
    assert!(answer.headers()["x-oauth-scopes"].to_str().expect("text").contains("chat:write"));
    fake.without_scope("chat:write");
    let refused = caller.call("chat.postMessage", json!({ "channel": C, "text": "x" })).await;
    assert_eq!((&refused["error"], &refused["needed"]), (&json!("missing_scope"), &json!("chat:write")));
    fake.revoke_token();
    assert_eq!(caller.call("auth.test", json!({})).await["error"], "token_revoked");
    fake.deactivate_bot();
    assert_eq!(caller.call("auth.test", json!({})).await["error"], "account_inactive");
}

#[tokio::test]
async fn methods_that_read_overlook_json() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let overlooked = caller.call("users.info", json!({ "user": "U0MAYA" })).await;
    assert_eq!(overlooked["ok"], false, "{overlooked}");
    assert!(fake.take_violations()[0].contains("takes no JSON"));
    assert_eq!(caller.get("users.info", "user=U0MAYA").await["user"]["tz"], "Europe/Berlin");
    fake.assert_clean();
}

#[tokio::test]
async fn history_comes_in_pages_with_threads_apart() {
    let fake = workspace().await;
    fake.set_time(1_760_000_000);
    let caller = Caller::of(&fake);
    let metadata = json!({ "event_type": "told", "event_payload": { "key": "k1" } });
    let done = caller.call("chat.postMessage", json!({ "channel": C, "text": "root", "metadata": metadata })).await;
    let root = done["ts"].as_str().expect("a ts").to_owned();
    assert!(root.starts_with("1760000000."), "{root}");
    for n in 0..4 {
        fake.say("U0MAYA", C, &format!("reply {n}"), Some(&root));
        fake.say("U0DEV", C, &format!("beside {n}"), None);
    }
    fake.small_pages(2);
    let (mut texts, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = caller
            .get("conversations.history", &format!("channel={C}&limit=200&include_all_metadata=true&cursor={cursor}"))
            .await;
        let messages = page["messages"].as_array().expect("messages").clone();
        texts.extend(messages.iter().map(|message| message["text"].as_str().expect("text").to_owned()));
        if page["has_more"] == false {
            assert_eq!(messages.last().expect("the root")["metadata"], metadata);
            assert_eq!(messages.last().expect("the root")["reply_count"], 4);
            break;
        }
        cursor = page["response_metadata"]["next_cursor"].as_str().expect("a cursor").replace('=', "%3D");
    }
    assert_eq!(texts, ["beside 3", "beside 2", "beside 1", "beside 0", "root"]);
    fake.small_pages(1000);
    let thread = caller.get("conversations.replies", &format!("channel={C}&ts={root}")).await;
    let texts: Vec<&str> =
        thread["messages"].as_array().expect("messages").iter().map(|m| m["text"].as_str().expect("text")).collect();
    assert_eq!(texts, ["root", "reply 0", "reply 1", "reply 2", "reply 3"]);
    assert!(thread["messages"][0]["metadata"].is_null(), "metadata comes only where it is asked for");
    let later = caller.get("conversations.history", &format!("channel={C}&oldest={root}&inclusive=false")).await;
    assert_eq!(later["messages"].as_array().expect("messages").len(), 4);
    let ts: Vec<String> = fake.messages(C).into_iter().map(|message| message.ts).collect();
    assert!(ts.is_sorted() && ts.windows(2).all(|two| two[0] != two[1]), "{ts:?}");
    fake.assert_clean();
}

#[tokio::test]
async fn faults_hurt() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let say = json!({ "channel": C, "text": "x" });
    let post = || caller.send("chat.postMessage", &say);
    let count = || fake.messages(C).len();

    fake.fault(On::method("chat.postMessage").channel(C), Harm::RateLimited { retry_after: 7 });
    let limited = post().await.expect("an answer");
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"], count()),
        (429, &"7".parse().expect("a value"), 0)
    );

    fake.fault(On::method("*").times(2), Harm::ServerError { status: 503 });
    assert_eq!(post().await.expect("an answer").status().as_u16(), 503);
    assert_eq!(post().await.expect("an answer").status().as_u16(), 503);
    assert_eq!(count(), 0);

    fake.fault(On::method("chat.postMessage"), Harm::DropBeforeEffect);
    assert!(post().await.is_err());
    assert_eq!(count(), 0);

    fake.fault(On::method("chat.postMessage"), Harm::DropAfterEffect);
    assert!(post().await.is_err());
    assert_eq!(count(), 1);

    fake.fault(On::method("chat.postMessage"), Harm::SilenceAfterEffect);
    let silent = post();
    tokio::select! {
        answered = silent => panic!("it was answered: {answered:?}"),
        () = fake.wait_for("the effect", |fake| fake.messages(C).len() == 2) => {}
    }

    fake.fault(On::method("chat.postMessage"), Harm::Truncated);
    let half = post().await.expect("an answer").text().await.expect("a body");
    assert!(serde_json::from_str::<Value>(&half).is_err(), "{half}");

    fake.fault(On::method("chat.postMessage").after(1), Harm::Html);
    assert!(post().await.expect("an answer").text().await.expect("a body").starts_with('{'));
    assert!(post().await.expect("an answer").text().await.expect("a body").starts_with("<html>"));

    fake.fault(On::method("chat.postMessage"), Harm::RemoveBotFirst);
    assert_eq!(caller.call("chat.postMessage", say.clone()).await["error"], "not_in_channel");
    fake.invite("U0MAYA", BOT_USER, C);
    fake.fault(On::method("chat.postMessage"), Harm::ArchiveFirst);
    assert_eq!(caller.call("chat.postMessage", say.clone()).await["error"], "is_archived");
    fake.fault(On::method("chat.postMessage"), Harm::RevokeFirst);
    assert_eq!(caller.call("chat.postMessage", say.clone()).await["error"], "token_revoked");
    fake.assert_clean();
}

#[tokio::test]
async fn rates_are_kept_per_channel() {
    let fake = workspace().await;
    fake.add_channel("C0TWO", "two", Sort::Public, &[BOT_USER]);
    fake.strict_rates(true);
    // So slow that no machine gains a message while the test runs.
    fake.rates(0.0001, 3.0);
    let caller = Caller::of(&fake);
    for _ in 0..3 {
        caller.post("x").await;
    }
    let refused = caller.send("chat.postMessage", &json!({ "channel": C, "text": "x" })).await.expect("an answer");
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (429, true));
    assert_eq!(caller.call("chat.postMessage", json!({ "channel": "C0TWO", "text": "x" })).await["ok"], true);
}

#[tokio::test]
async fn files_come_and_go_with_the_token() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let asked = caller.get("files.getUploadURLExternal", "filename=log.txt&length=5").await;
    let (url, id) = (asked["upload_url"].as_str().expect("a URL"), asked["file_id"].as_str().expect("an id"));
    let early = json!({ "files": [{ "id": id, "title": "Log" }], "channel_id": C, "initial_comment": "here" });
    assert_eq!(caller.call("files.completeUploadExternal", early.clone()).await["error"], "file_not_found");
    let short = caller.http.post(url).body("four").send().await.expect("an answer");
    assert_eq!(short.status().as_u16(), 400);
    assert_eq!(fake.take_violations().len(), 1);
    assert!(caller.http.post(url).body("bytes").send().await.expect("an answer").status().is_success());
    let done = caller.call("files.completeUploadExternal", early).await;
    assert_eq!(done["ok"], true, "{done}");
    assert_eq!(fake.last_message(C).files, [id]);

    let (_, theirs) = fake.upload("U0MAYA", C, "proof.pdf", b"%PDF", "look", None);
    let info = caller.get("files.info", &format!("file={theirs}")).await;
    let url = info["file"]["url_private_download"].as_str().expect("a URL");
    let page = caller.http.get(url).send().await.expect("an answer");
    assert_eq!(page.status().as_u16(), 200);
    assert!(page.text().await.expect("a page").contains("Sign in"));
    let file =
        caller.http.get(url).header("authorization", format!("Bearer {BOT_TOKEN}")).send().await.expect("an answer");
    assert_eq!(file.bytes().await.expect("bytes").as_ref(), b"%PDF");
    fake.assert_clean();
}

// ——— Socket Mode ———

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// The smallest client: it reads frames, and acknowledges when it is told to.
struct Client {
    socket: Socket,
}

impl Client {
    async fn connect(fake: &FakeSlack) -> Client {
        let opened = Caller::of(fake).call("apps.connections.open", json!({})).await;
        let (socket, _) =
            tokio_tungstenite::connect_async(opened["url"].as_str().expect("a URL")).await.expect("a connection");
        let mut client = Client { socket };
        assert_eq!(client.next().await.expect("a greeting")["type"], "hello");
        // The greeting comes before the connection is in use.
        fake.wait_for("the connection", |fake| fake.sockets() > 0).await;
        client
    }

    /// The next frame with words in it; none when the line is gone.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(fakes::slack::PATIENCE, self.socket.next()).await.expect("a frame in time")? {
                Ok(Frame::Text(text)) => return Some(serde_json::from_str(&text).expect("JSON")),
                Ok(Frame::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    async fn acknowledge(&mut self, frame: &Value, payload: Option<Value>) {
        let mut ack = json!({ "envelope_id": frame["envelope_id"] });
        if let Some(payload) = payload {
            ack["payload"] = payload;
        }
        self.socket.send(Frame::Text(ack.to_string().into())).await.expect("the line is there");
    }

    async fn acknowledge_one(&mut self, payload: Option<Value>) {
        let frame = self.next().await.expect("a frame");
        self.acknowledge(&frame, payload).await;
    }

    /// Takes this many events. Their inner events.
    async fn events(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::new();
        while events.len() < count {
            let frame = self.next().await.expect("an event");
            self.acknowledge(&frame, None).await;
            assert_eq!(frame["type"], "events_api", "{frame}");
            events.push(frame["payload"]["event"].clone());
        }
        events
    }
}

#[tokio::test]
async fn an_event_is_acknowledged_or_told_again() {
    let fake = workspace().await;
    fake.redeliver_after(Duration::from_millis(20), 3);
    let mut client = Client::connect(&fake).await;
    fake.say("U0MAYA", C, "hello", None);
    let first = client.next().await.expect("an event");
    let again = client.next().await.expect("it is told again");
    assert_eq!((&first["retry_attempt"], &again["retry_attempt"]), (&json!(0), &json!(1)));
    assert_eq!(again["retry_reason"], "timeout");
    assert_eq!(first["payload"]["event_id"], again["payload"]["event_id"]);
    assert_ne!(first["envelope_id"], again["envelope_id"]);
    // Acknowledge what comes until nothing does any more.
    client.acknowledge(&again, None).await;
    fake.wait_for("the acknowledgement", |fake| !fake.acks().is_empty()).await;
    let ack = fake.acks().remove(0);
    assert_eq!((ack.kind, ack.what.as_str()), (Kind::Event, "message"));
    fake.assert_clean();

    client.acknowledge(&again, None).await;
    client.acknowledge(&json!({ "envelope_id": "made-up" }), None).await;
    fake.wait_for("two breaches", |fake| fake.violations().len() == 2).await;
    let breaches = fake.take_violations();
    assert!(breaches[0].contains("twice") && breaches[1].contains("never sent"), "{breaches:?}");
}

#[tokio::test]
async fn a_broken_line_gives_its_events_to_the_next() {
    let fake = workspace().await;
    fake.redeliver_after(Duration::from_secs(3600), 3);
    let mut client = Client::connect(&fake).await;
    fake.say("U0MAYA", C, "hello", None);
    let first = client.next().await.expect("an event");
    fake.drop_sockets();
    assert_eq!(client.next().await, None);
    fake.wait_for("the line to be gone", |fake| fake.sockets() == 0).await;
    fake.say("U0MAYA", C, "while you were away", None);
    assert!(fake.slash("U0MAYA", C, "/incident", "open").await.failed(), "nobody listens");

    fake.refuse_sockets(true);
    let opened = Caller::of(&fake).call("apps.connections.open", json!({})).await;
    assert!(tokio_tungstenite::connect_async(opened["url"].as_str().expect("a URL")).await.is_err());
    fake.refuse_sockets(false);
    let mut client = Client::connect(&fake).await;
    let again = client.next().await.expect("the first, told again");
    assert_eq!((&again["payload"]["event_id"], &again["retry_attempt"]), (&first["payload"]["event_id"], &json!(1)));
    client.acknowledge(&again, None).await;
    assert_eq!(client.events(1).await[0]["text"], "while you were away");
    fake.ping().await_with(&mut client).await;
    fake.wait_for("quiet", |fake| fake.quiet()).await;
    fake.assert_clean();
}

/// A client answers pings only while it reads.
trait AwaitWith: Future<Output = ()> + Sized {
    async fn await_with(self, client: &mut Client) {
        tokio::select! {
            () = self => {}
            frame = client.next() => panic!("a frame nobody waits for: {frame:?}"),
        }
    }
}

impl<F: Future<Output = ()>> AwaitWith for F {}

#[tokio::test]
async fn a_farewell_moves_to_the_new_connection() {
    let fake = workspace().await;
    let mut old = Client::connect(&fake).await;
    fake.disconnect("warning");
    assert_eq!(old.next().await.expect("a warning")["reason"], "warning");
    fake.disconnect("refresh_requested");
    assert_eq!(old.next().await.expect("a farewell")["reason"], "refresh_requested");
    let mut new = Client::connect(&fake).await;
    assert_eq!(old.next().await, None, "the old one is closed once the new one is there");
    fake.say("U0MAYA", C, "hello", None);
    assert_eq!(new.events(1).await[0]["text"], "hello");
    fake.disconnect("link_disabled");
    assert_eq!(new.next().await.expect("a farewell")["reason"], "link_disabled");
    assert_eq!(new.next().await, None);
}

#[tokio::test]
async fn an_address_opens_one_connection_and_ten_are_the_most() {
    let fake = workspace().await;
    let url =
        Caller::of(&fake).call("apps.connections.open", json!({})).await["url"].as_str().expect("a URL").to_owned();
    let (_kept, _) = tokio_tungstenite::connect_async(&url).await.expect("a connection");
    assert!(tokio_tungstenite::connect_async(&url).await.is_err());
    assert!(fake.take_violations()[0].contains("twice"));
    fake.wait_for("it", |fake| fake.sockets() == 1).await;
    let mut all = Vec::new();
    for more in 2..=10 {
        all.push(Client::connect(&fake).await);
        fake.wait_for("it", |fake| fake.sockets() == more).await;
    }
    let url =
        Caller::of(&fake).call("apps.connections.open", json!({})).await["url"].as_str().expect("a URL").to_owned();
    let (socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a connection");
    assert_eq!(Client { socket }.next().await.expect("a word")["reason"], "too_many_websockets");
}

#[tokio::test]
async fn events_are_those_that_slack_sends() {
    let fake = workspace().await;
    let mut client = Client::connect(&fake).await;
    let ts = fake.say("U0MAYA", C, "@countersign approve <b> & https://x.example/?a=1&b=2", None);
    let events = client.events(2).await;
    assert_eq!((&events[0]["type"], &events[1]["type"]), (&json!("message"), &json!("app_mention")));
    assert_eq!(events[0]["ts"], events[1]["ts"]);
    assert_eq!(events[0]["text"], "<@U0BOT> approve &lt;b&gt; &amp; <https://x.example/?a=1&amp;b=2>");
    fake.edit("U0MAYA", C, &ts, "changed");
    let edit = client.events(1).await.remove(0);
    assert_eq!((&edit["subtype"], &edit["message"]["text"]), (&json!("message_changed"), &json!("changed")));
    assert!(edit["message"]["channel"].is_null(), "Slack says the channel outside only");
    fake.react("U0DEV", C, &ts, "eyes");
    fake.unreact("U0DEV", C, &ts, "eyes");
    fake.upload("U0DEV", C, "a.txt", b"abc", "a file", None);
    fake.delete("U0MAYA", C, &ts);
    fake.join("U0GUEST", C);
    fake.leave("U0GUEST", C);
    fake.deactivate("U0DEV");
    fake.change_group("S0RISK", &["U0MAYA"]);
    fake.open_home("U0MAYA");
    fake.whisper("U0MAYA", "hello @countersign");
    fake.say("U0MAYA", "C0AWAY", "the bot isn't here", None);
    let events = client.events(13).await;
    let kinds: Vec<&str> =
        events.iter().map(|event| event["subtype"].as_str().or(event["type"].as_str()).expect("a type")).collect();
    let expected = [
        "reaction_added",
        "reaction_removed",
        "file_share",
        "file_shared",
        "message_deleted",
        "channel_join",
        "member_joined_channel",
        "member_left_channel",
        "user_change",
        "subteam_updated",
        "subteam_members_changed",
        "app_home_opened",
        "message",
    ];
    assert_eq!(kinds, expected);
    let ts = fake.say("U0MAYA", C, "with an answer", None);
    fake.say("U0MAYA", C, "the answer", Some(&ts));
    fake.edit("U0MAYA", C, &ts, "hey @countersign");
    fake.delete("U0MAYA", C, &ts);
    let events = client.events(5).await;
    assert_eq!((&events[2]["subtype"], &events[3]["type"]), (&json!("message_changed"), &json!("app_mention")));
    let stone = &events[4];
    assert_eq!((&stone["subtype"], &stone["message"]["subtype"]), (&json!("message_changed"), &json!("tombstone")));
    assert_eq!(stone["previous_message"]["text"], "hey <@U0BOT>");
    // What the bot does comes back to it too.
    let caller = Caller::of(&fake);
    let ts = caller.post("mine").await;
    caller.call("chat.update", json!({ "channel": C, "ts": ts, "text": "mine, changed" })).await;
    caller.call("conversations.setTopic", json!({ "channel": C, "topic": "on call: maya" })).await;
    fake.archive_channel(C);
    let events = client.events(4).await;
    assert_eq!((&events[0]["bot_id"], &events[1]["subtype"]), (&json!("B0BOT"), &json!("message_changed")));
    assert_eq!((&events[2]["subtype"], &events[3]["type"]), (&json!("channel_topic"), &json!("channel_archive")));
    fake.assert_clean();
}

#[tokio::test]
#[should_panic(expected = "the fake would send a wrong event")]
async fn a_wrong_event_of_the_fakes_own_fails_the_test() {
    if schema::shared().is_none() {
        panic!("SKIPPED: no shared data; the fake would send a wrong event");
    }
    workspace().await.emit(json!({ "type": "message", "channel": C }));
}

#[tokio::test]
async fn delivery_can_be_doubled_overtaken_and_lost() {
    let fake = workspace().await;
    let mut client = Client::connect(&fake).await;
    for disturbance in [Disturbance::Overtaken, Disturbance::Duplicate, Disturbance::Lost] {
        fake.disturb(Some(Kind::Event), disturbance);
    }
    for text in ["overtaken", "doubled", "lost", "plain"] {
        fake.say("U0MAYA", C, text, None);
    }
    let events = client.events(4).await;
    let texts: Vec<&str> = events.iter().map(|event| event["text"].as_str().expect("text")).collect();
    assert_eq!(texts, ["doubled", "doubled", "plain", "overtaken"]);
}

#[tokio::test]
async fn a_command_is_answered_with_its_acknowledgement_and_five_times_after() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let mut client = Client::connect(&fake).await;
    let asking = fake.slash("U0MAYA", C, "/incident", "open @dev <!channel>");
    let answering = async {
        let frame = client.next().await.expect("a command");
        assert_eq!((&frame["type"], &frame["accepts_response_payload"]), (&json!("slash_commands"), &json!(true)));
        assert_eq!(frame["payload"]["text"], "open <@U0DEV|dev> &lt;!channel&gt;");
        client.acknowledge(&frame, Some(json!({ "text": "Working on it" }))).await;
    };
    let (spoken, ()) = tokio::join!(asking, answering);
    assert_eq!(spoken.text(), "Working on it");
    assert_eq!(fake.responses("U0MAYA")[0].text, "Working on it");
    let respond = |body: Value| {
        let request =
            caller.http.post(&spoken.response_url).header("content-type", "application/json").body(body.to_string());
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    for n in 0..5 {
        assert_eq!(respond(json!({ "text": format!("answer {n}") })).await, 200);
    }
    assert_eq!(respond(json!({ "text": "one too many" })).await, 404);
    assert_eq!(fake.responses("U0MAYA").len(), 6);
    assert!(fake.take_violations()[0].contains("more than five"));

    let (spoken, ()) = tokio::join!(fake.slash("U0MAYA", C, "/incident", "x"), client.acknowledge_one(None));
    fake.set_time(4_000_000_000);
    let late = caller
        .http
        .post(&spoken.response_url)
        .body(json!({ "text": "late" }).to_string())
        .send()
        .await
        .expect("an answer");
    assert_eq!(late.status().as_u16(), 404);
    assert!(fake.take_violations()[0].contains("30 minutes"));
}

#[tokio::test]
async fn buttons_are_pressed_and_what_they_stand_on_is_replaced() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let mut client = Client::connect(&fake).await;
    let blocks = json!([
        section("*APR-1* is due"),
        actions(vec![button("approve", "Approve", "APR-1"), button("decline", "Decline", "APR-1d")])
    ]);
    let posted = caller.call("chat.postMessage", json!({ "channel": C, "text": "APR-1", "blocks": blocks })).await;
    client.events(1).await;
    let ts = posted["ts"].as_str().expect("a ts");
    let seen = async {
        let frame = client.next().await.expect("a press");
        client.acknowledge(&frame, None).await;
        frame
    };
    let (spoken, frame) = tokio::join!(fake.press("U0MAYA", C, ts, "decline"), seen);
    let payload = &frame["payload"];
    assert_eq!((&payload["type"], &payload["actions"][0]["value"]), (&json!("block_actions"), &json!("APR-1d")));
    assert_eq!((&payload["message"]["ts"], &payload["container"]["is_ephemeral"]), (&json!(ts), &json!(false)));
    let body = json!({ "replace_original": true, "text": "declined" });
    caller.http.post(&spoken.response_url).body(body.to_string()).send().await.expect("an answer");
    assert_eq!(fake.message(C, ts).expect("it is there").text, "declined");
    client.events(1).await;

    let private = json!({ "channel": C, "user": "U0DEV", "text": "for you", "blocks": [actions(vec![button("mine", "Mine", "1")])] });
    let shown = caller.call("chat.postEphemeral", private).await["message_ts"].as_str().expect("a ts").to_owned();
    let (spoken, ()) = tokio::join!(fake.press("U0DEV", C, &shown, "Mine"), client.acknowledge_one(None));
    let body = json!({ "replace_original": true, "text": "done" });
    caller.http.post(&spoken.response_url).body(body.to_string()).send().await.expect("an answer");
    let shown = fake.ephemerals("U0DEV").remove(0);
    assert_eq!((shown.text.as_str(), shown.replaced), ("done", 1));

    // An acknowledgement with words in it does nothing, and that is remembered.
    let body = json!({ "channel": C, "text": "x", "blocks": [actions(vec![button("z", "Z", "1")])] });
    let ts = caller.call("chat.postMessage", body).await["ts"].as_str().expect("a ts").to_owned();
    client.events(1).await;
    fake.assert_clean();
    tokio::join!(
        fake.press("U0DEV", C, &ts, "z"),
        client.acknowledge_one(Some(json!({ "text": "nobody reads this" })))
    );
    assert!(fake.take_violations()[0].contains("doesn't take"));
}

#[tokio::test]
async fn forms_are_filled_in_as_slacks_client_lets_one() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let mut client = Client::connect(&fake).await;
    let option =
        |value: &str| json!({ "text": { "type": "plain_text", "text": value.to_uppercase() }, "value": value });
    let label = json!({ "type": "plain_text", "text": "Severity" });
    let severity = json!({
        "type": "input", "block_id": "severity", "label": label,
        "element": { "type": "static_select", "action_id": "pick", "options": [option("high"), option("low")], "initial_option": option("low") }
    });
    let day = json!({
        "type": "input", "block_id": "day", "label": label, "optional": true,
        "element": { "type": "datepicker", "action_id": "date" }
    });
    let (spoken, ()) = tokio::join!(fake.slash("U0MAYA", C, "/incident", "open"), client.acknowledge_one(None));
    let opening = json!({ "trigger_id": spoken.trigger_id, "view": modal(vec![input("title"), severity, day]) });
    let opened = caller.call("views.open", opening.clone()).await;
    assert_eq!(opened["ok"], true, "{opened}");
    assert_eq!(caller.call("views.open", opening).await["error"], "exchanged_trigger_id");
    let view = fake.views("U0MAYA").remove(0);

    let held = |block: &str, why: &str| Submitted::Held(BTreeMap::from([(block.to_owned(), why.to_owned())]));
    assert_eq!(fake.submit("U0MAYA", &view.id, &[]).await, held("title", "Please complete this required field."));
    let wrong = fake.submit("U0MAYA", &view.id, &[("title", "x"), ("severity", "medium")]).await;
    assert_eq!(wrong, held("severity", "There is no choice \"medium\"."));
    let wrong = fake.submit("U0MAYA", &view.id, &[("title", "x"), ("day", "tomorrow")]).await;
    assert_eq!(wrong, held("day", "Enter a valid date."));

    let errors = json!({ "response_action": "errors", "errors": { "title": "Too vague" } });
    let answering = async {
        let frame = client.next().await.expect("a submission");
        let values = &frame["payload"]["view"]["state"]["values"];
        assert_eq!(values["title"]["title.text"], json!({ "type": "plain_text_input", "value": "x" }));
        assert_eq!(values["severity"]["pick"]["selected_option"]["value"], "low");
        assert_eq!(values["day"]["date"]["selected_date"], Value::Null);
        client.acknowledge(&frame, Some(errors)).await;
    };
    let (submitted, ()) = tokio::join!(fake.submit("U0MAYA", &view.id, &[("title", "x")]), answering);
    assert_eq!(submitted, Submitted::Errors(BTreeMap::from([("title".to_owned(), "Too vague".to_owned())])));

    let astray = json!({ "response_action": "errors", "errors": { "titel": "?" } });
    let (submitted, ()) =
        tokio::join!(fake.submit("U0MAYA", &view.id, &[("title", "x")]), client.acknowledge_one(Some(astray)));
    assert_eq!((submitted, fake.take_violations().len()), (Submitted::Trouble, 1));

    let update = json!({ "response_action": "update", "view": modal(vec![input("more")]) });
    let (submitted, ()) =
        tokio::join!(fake.submit("U0MAYA", &view.id, &[("title", "x")]), client.acknowledge_one(Some(update)));
    assert_eq!(submitted, Submitted::Updated(view.id.clone()));
    let update = json!({ "view_id": view.id, "hash": view.hash, "view": modal(vec![input("other")]) });
    assert_eq!(caller.call("views.update", update).await["error"], "hash_conflict");
    let push = json!({ "response_action": "push", "view": modal(vec![input("above")]) });
    let (submitted, ()) =
        tokio::join!(fake.submit("U0MAYA", &view.id, &[("more", "HIGH")]), client.acknowledge_one(Some(push)));
    assert!(matches!(submitted, Submitted::Pushed(_)), "{submitted:?}");
    assert_eq!(fake.views("U0MAYA").len(), 2);
    let top = fake.views("U0MAYA").remove(1);
    let (submitted, ()) = tokio::join!(fake.submit("U0MAYA", &top.id, &[("above", "x")]), client.acknowledge_one(None));
    assert_eq!((submitted, fake.views("U0MAYA").len()), (Submitted::Closed, 1));

    fake.trigger_life(Duration::ZERO);
    let (spoken, ()) = tokio::join!(fake.global_shortcut("U0MAYA", "open"), client.acknowledge_one(None));
    let late = caller.call("views.open", json!({ "trigger_id": spoken.trigger_id, "view": modal(vec![]) })).await;
    assert_eq!(late["error"], "expired_trigger_id");
    let home =
        json!({ "user_id": "U0MAYA", "view": { "type": "home", "blocks": [actions(vec![button("go", "Go", "1")])] } });
    assert_eq!(caller.call("views.publish", home).await["ok"], true);
    let home = fake.home("U0MAYA").expect("a home tab");
    tokio::join!(fake.press_in_view("U0MAYA", &home.id, "go"), client.acknowledge_one(None));
    fake.assert_clean();
}

// ——— over HTTP ———

/// What the bot's listener was sent.
#[derive(Debug)]
struct Taken {
    headers: HeaderMap,
    body: String,
}

/// A listener that answers each request with the next of its answers.
async fn listener(answers: Vec<(u16, &'static str)>) -> (String, mpsc::UnboundedReceiver<Taken>) {
    type Held =
        std::sync::Arc<(mpsc::UnboundedSender<Taken>, std::sync::Mutex<std::vec::IntoIter<(u16, &'static str)>>)>;
    async fn take(Shared(held): Shared<Held>, headers: HeaderMap, body: String) -> (axum::http::StatusCode, String) {
        held.0.send(Taken { headers, body: body.clone() }).expect("the test listens");
        let (status, answer) = held.1.lock().expect("nobody panics with it").next().unwrap_or((200, ""));
        let answer = if answer == "ECHO" { body } else { answer.to_owned() };
        (axum::http::StatusCode::from_u16(status).expect("a status"), answer)
    }
    let (sender, taken) = mpsc::unbounded_channel();
    let held: Held = std::sync::Arc::new((sender, std::sync::Mutex::new(answers.into_iter())));
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", socket.local_addr().expect("it is bound"));
    let router = axum::Router::new().fallback(take).with_state(held);
    tokio::spawn(async move { axum::serve(socket, router).await });
    (address, taken)
}

fn over_http(fake: &FakeSlack, address: &str) {
    let at = |path: &str| format!("{address}/{path}");
    fake.use_http(Addresses { commands: at("commands"), interactions: at("interactions"), events: at("events") });
}

fn signed_well(taken: &Taken) -> bool {
    let header = |name: &str| taken.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header("x-slack-signature") == sign(SIGNING_SECRET, header("x-slack-request-timestamp"), &taken.body)
}

#[test]
fn signatures_are_those_of_the_vectors() {
    let Some(shared) = schema::shared() else { return println!("SKIPPED: no shared data") };
    let text = std::fs::read_to_string(shared.join("signature_vectors.json")).expect("the vectors");
    let vectors: Value = serde_json::from_str(&text).expect("JSON");
    let vectors = vectors["slack"].as_array().expect("Slack's vectors");
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let part = |name: &str| vector[name].as_str().expect("text");
        assert_eq!(sign(part("secret"), part("timestamp"), part("body")), part("signature"), "{}", vector["name"]);
    }
}

#[tokio::test]
async fn events_over_http_are_signed_and_told_again() {
    let fake = workspace().await;
    let (address, mut taken) = listener(vec![(500, ""), (503, ""), (200, "")]).await;
    over_http(&fake, &address);
    fake.say("U0MAYA", C, "hello", None);
    for attempt in 0..3 {
        let request = taken.recv().await.expect("a request");
        assert!(signed_well(&request), "{request:?}");
        let retry = request.headers.get("x-slack-retry-num").map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(retry, (attempt > 0).then(|| attempt.to_string()));
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        assert_eq!(body["event"]["text"], "hello");
    }
    fake.wait_for("the acknowledgement", |fake| fake.acks().len() == 3).await;
    let statuses: Vec<Option<u16>> = fake.acks().iter().map(|ack| ack.status).collect();
    assert_eq!(statuses, [Some(500), Some(503), Some(200)]);
}

#[tokio::test]
async fn commands_and_presses_over_http_are_forms() {
    let fake = workspace().await;
    let caller = Caller::of(&fake);
    let (address, mut taken) = listener(vec![(200, "plain words"), (200, "")]).await;
    over_http(&fake, &address);
    let spoken = fake.slash("U0MAYA", C, "/incident", "open ü & more").await;
    assert_eq!(spoken.text(), "plain words");
    let request = taken.recv().await.expect("a command");
    assert!(signed_well(&request));
    let form = fakes::slack::web_api::fields(&request.body);
    assert_eq!((&form["command"], &form["text"]), (&json!("/incident"), &json!("open ü &amp; more")));

    let blocks = json!([actions(vec![button("approve", "Approve", "APR-1")])]);
    let (address, mut taken) = listener(vec![]).await;
    over_http(&fake, &address);
    let posted = caller.call("chat.postMessage", json!({ "channel": C, "text": "x", "blocks": blocks })).await;
    taken.recv().await.expect("the bot's own message");
    fake.press("U0MAYA", C, posted["ts"].as_str().expect("a ts"), "Approve").await;
    let form = fakes::slack::web_api::fields(&taken.recv().await.expect("a press").body);
    let payload: Value = serde_json::from_str(form["payload"].as_str().expect("a payload")).expect("JSON");
    assert_eq!(payload["actions"][0]["action_id"], "approve");
    fake.assert_clean();
}

#[tokio::test]
async fn tampered_requests_can_be_told_from_good_ones() {
    let fake = workspace().await;
    let (address, mut taken) = listener(vec![]).await;
    over_http(&fake, &address);
    for tamper in [Tamper::WrongSignature, Tamper::NoSignature, Tamper::ChangedBody, Tamper::OldTimestamp] {
        fake.tamper(tamper);
        fake.slash("U0MAYA", C, "/incident", "open").await;
        let request = taken.recv().await.expect("a request");
        assert_eq!(signed_well(&request), tamper == Tamper::OldTimestamp, "{tamper:?}");
    }
    fake.slash("U0MAYA", C, "/incident", "open").await;
    assert!(signed_well(&taken.recv().await.expect("a request")));
    let (address, _taken) = listener(vec![(200, "ECHO"), (200, "3eZ")]).await;
    assert_eq!(fake.verify_address(&address).await, (200, true));
    assert_eq!(fake.verify_address(&address).await, (200, false));
}

// ——— what people read ———

#[tokio::test]
async fn messages_read_as_people_read_them() {
    let fake = workspace().await;
    let blocks = json!([
        { "type": "header", "text": { "type": "plain_text", "text": "INC-1 *not bold*" } },
        section("*<@U0MAYA>* in <#C0OPS|ops>: `x` is _due_ <!date^1760000000^{time}|soon>, snake_case &lt;b&gt;"),
        { "type": "section", "fields": [{ "type": "mrkdwn", "text": "*By*\n<!date^1760000000^{date_short} {time}|soon>" }] },
        { "type": "divider" },
        { "type": "context", "elements": [{ "type": "mrkdwn", "text": "<!subteam^S0RISK> <https://x.example|more>" }] },
        { "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [
            { "type": "text", "text": "said " }, { "type": "user", "user_id": "U0DEV" }, { "type": "link", "url": "https://y.example" }
        ] }] },
        actions(vec![button("approve", "Approve", "APR-1")])
    ]);
    let blocks = blocks.as_array().expect("blocks");
    let read = fake.render(blocks, chrono_tz::Europe::Berlin);
    let expected = "INC-1 *not bold*\n@maya in #ops: x is due 10:53, snake_case <b>\nBy\nOct 9, 2025 10:53\n@risk more\nsaid @devhttps://y.example";
    assert_eq!(read, expected);
    assert!(fake.render(blocks, chrono_tz::UTC).contains("due 08:53"));
    assert_eq!(fake.buttons(blocks)[0].value, "APR-1");
}

#[test]
fn injected_markup_is_found() {
    let allowed = Allowed { groups: vec!["S0RISK".into()], links: vec!["https://bot.example/".into()] };
    let check = |value: Value| std::panic::catch_unwind(|| assert_no_injection(&value, &allowed)).is_ok();
    let good = [
        json!("<@U0MAYA> in <#C0OPS|ops> by <!date^1760000000^{time}|soon> &lt;!channel&gt;"),
        json!("<!subteam^S0RISK> <https://bot.example/x|case>"),
        json!([{ "type": "section", "text": { "type": "plain_text", "text": "<!channel>" } }]),
    ];
    let bad = [
        json!("<!channel>"),
        json!("a <!here|here> b"),
        json!("<!everyone>"),
        json!("<!subteam^S0OTHER>"),
        json!("<https://evil.example|https://bot.example/>"),
        json!([section("<!channel>")]),
        json!([{ "type": "context", "elements": [{ "type": "mrkdwn", "text": "<mailto:x@evil.example|x>" }] }]),
        json!([{ "type": "rich_text", "elements": [{ "type": "rich_text_section", "elements": [{ "type": "broadcast", "range": "here" }] }] }]),
    ];
    assert!(good.into_iter().all(check));
    for value in bad {
        assert!(!check(value.clone()), "{value}");
    }
}

// ——— a client from the field ———

/// slack-morphism reads Slack strictly; what it can't read here, it could not read there.
#[tokio::test]
async fn a_real_client_understands_it() {
    use slack_morphism::prelude::*;
    let fake = workspace().await;
    let mut wire = Client::connect(&fake).await;
    let connector = hyper_util::client::legacy::connect::HttpConnector::new();
    let connector = SlackClientHyperConnector::with_connector(connector).with_slack_api_url(&fake.api_url());
    let client = SlackClient::new(connector);
    let token = SlackApiToken::new(BOT_TOKEN.into());
    let session = client.open_session(&token);

    let content = SlackMessageContent::new().with_text("hello".into());
    let request = SlackApiChatPostMessageRequest::new(C.into(), content.clone());
    let posted = session.chat_post_message(&request).await.expect("posted");
    session
        .chat_update(&SlackApiChatUpdateRequest::new(C.into(), content.clone(), posted.ts.clone()))
        .await
        .expect("updated");
    let alone = SlackApiChatPostEphemeralRequest::new(C.into(), "U0MAYA".into(), content);
    session.chat_post_ephemeral(&alone).await.expect("shown");
    session
        .chat_get_permalink(&SlackApiChatGetPermalinkRequest::new(C.into(), posted.ts.clone()))
        .await
        .expect("a link");
    fake.say("U0MAYA", C, "in the thread", Some(posted.ts.value()));
    fake.react("U0MAYA", C, posted.ts.value(), "eyes");
    let (_, file) = fake.upload("U0MAYA", C, "a.txt", b"abc", "a file", None);
    session.auth_test().await.expect("who am I");
    session.team_info(&SlackApiTeamInfoRequest::new()).await.expect("the team");
    session.users_info(&SlackApiUsersInfoRequest::new("U0MAYA".into())).await.expect("somebody");
    assert_eq!(session.users_list(&SlackApiUsersListRequest::new()).await.expect("everybody").members.len(), 5);
    session.users_conversations(&SlackApiUsersConversationsRequest::new()).await.expect("channels");
    session.conversations_info(&SlackApiConversationsInfoRequest::new(C.into())).await.expect("a channel");
    session.conversations_list(&SlackApiConversationsListRequest::new()).await.expect("channels");
    let members = SlackApiConversationsMembersRequest::new().with_channel(C.into());
    assert_eq!(session.conversations_members(&members).await.expect("members").members.len(), 3);
    let history = SlackApiConversationsHistoryRequest::new().with_channel(C.into());
    assert_eq!(session.conversations_history(&history).await.expect("history").messages.len(), 2);
    let thread = SlackApiConversationsRepliesRequest::new(C.into(), posted.ts.clone());
    assert_eq!(session.conversations_replies(&thread).await.expect("a thread").messages.len(), 2);
    session.usergroups_list(&SlackApiUserGroupsListRequest::new()).await.expect("groups");
    session.usergroups_users_list(&SlackApiUserGroupsUsersListRequest::new("S0RISK".into())).await.expect("a group");
    session.pins_add(&SlackApiPinsAddRequest::new(C.into(), posted.ts.clone())).await.expect("pinned");
    session.pins_list(&SlackApiPinsListRequest::new(C.into())).await.expect("pins");
    session.files_info(&SlackApiFilesInfoRequest::new(file.into())).await.expect("a file");
    session
        .get_upload_url_external(&SlackApiFilesGetUploadUrlExternalRequest::new("a.txt".into(), 3))
        .await
        .expect("an address");
    let made = session
        .conversations_create(&SlackApiConversationsCreateRequest::new("inc-1".into()))
        .await
        .expect("a channel");
    let guests = SlackApiConversationsInviteRequest::new(made.channel.id, vec!["U0MAYA".into(), "U0DEV".into()]);
    session.conversations_invite(&guests).await.expect("invited");
    let direct = SlackApiConversationsOpenRequest::new().with_users(vec!["U0MAYA".into()]);
    session.conversations_open(&direct).await.expect("a direct message");
    fake.assert_clean();

    // Every frame that was sent along the way, and those of people who press and fill in.
    fake.edit("U0MAYA", C, &fake.thread(C, posted.ts.value())[0].ts, "changed");
    fake.delete("U0MAYA", C, &fake.thread(C, posted.ts.value())[0].ts.clone());
    fake.change_group("S0RISK", &["U0MAYA"]);
    fake.open_home("U0MAYA");
    fake.archive_channel("C0AWAY");
    fake.say("U0MAYA", C, "@countersign status", None);
    let blocks = json!([actions(vec![button("approve", "Approve", "APR-1")])]);
    let posted =
        Caller::of(&fake).call("chat.postMessage", json!({ "channel": C, "text": "x", "blocks": blocks })).await;
    let ts = posted["ts"].as_str().expect("a ts").to_owned();
    let people = async {
        fake.press("U0MAYA", C, &ts, "approve").await;
        fake.message_shortcut("U0MAYA", "report", C, &ts).await;
        fake.global_shortcut("U0MAYA", "open").await;
        let spoken = fake.slash("U0MAYA", C, "/incident", "open").await;
        let view = with(modal(vec![input("a")]), "notify_on_close", json!(true));
        let opened =
            Caller::of(&fake).call("views.open", json!({ "trigger_id": spoken.trigger_id, "view": view })).await;
        assert_eq!(opened["ok"], true, "{opened}");
        let view = fake.views("U0MAYA").remove(0);
        let submitted = fake.submit("U0MAYA", &view.id, &[("a", "x")]).await;
        assert_eq!(submitted, Submitted::Closed);
        let spoken = fake.slash("U0MAYA", C, "/incident", "open").await;
        let view = with(modal(vec![input("a")]), "notify_on_close", json!(true));
        Caller::of(&fake).call("views.open", json!({ "trigger_id": spoken.trigger_id, "view": view })).await;
        fake.close_view("U0MAYA").await;
        fake.disconnect("warning");
    };
    let reading = async {
        let (mut unread, mut unknown) = (Vec::new(), BTreeSet::new());
        loop {
            let frame = wire.next().await.expect("a frame");
            let payload = frame["payload"].clone();
            let read = match frame["type"].as_str().expect("a type") {
                "events_api" => serde_json::from_value::<SlackPushEventCallback>(payload).map(|read| {
                    if let SlackEventCallbackBody::Unknown(event) = read.event {
                        unknown.insert(event["type"].as_str().unwrap_or_default().to_owned());
                    }
                }),
                "interactive" => serde_json::from_value::<SlackInteractionEvent>(payload).map(drop),
                "slash_commands" => serde_json::from_value::<SlackCommandEvent>(payload).map(drop),
                _ => Ok(()),
            };
            unread.extend(read.err().map(|error| format!("{error}: {frame}")));
            if frame["type"] == "disconnect" {
                return (unread, unknown);
            }
            wire.acknowledge(&frame, None).await;
        }
    };
    let ((), (unread, unknown)) = tokio::join!(people, reading);
    assert!(unread.is_empty(), "{}", unread.join("\n"));
    // What it has no type for; a message among them would be one that it could not read.
    let unknown: Vec<&str> = unknown.iter().map(String::as_str).collect();
    assert_eq!(unknown, ["subteam_members_changed", "subteam_updated"]);
    fake.assert_clean();
}
