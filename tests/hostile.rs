//! What people, pages of other sites and scripts may try: to be somebody else, to look where they may not, to break what is
//! shown, to break the bot. Whatever comes, the answer is a sentence, nothing leaks, and nothing panics.

mod kit;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, Once};

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};
use countersign::app::config::{Config, Given};
use countersign::app::serve::{self, Running};
use countersign::chat::{Roster, local};
use countersign::domain::{CaseKind, Platform};
use countersign::evidence::{bundle, exports};
use countersign::grammar::verbs;
use countersign::ledger::heard::What;
use futures_util::StreamExt as _;
use kit::bot::until;
use kit::dice::Dice;
use kit::house::MONDAY;
use kit::written::{self, Written};
use serde_json::{Value, json};
use tower::ServiceExt as _;

/// Panics of tasks, which their runtime would swallow.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());
static HOOK: Once = Once::new();

struct Stage {
    running: Running,
    folder: tempfile::TempDir,
    host: String,
}

#[derive(Clone, Debug, PartialEq)]
struct Reply {
    status: u16,
    headers: axum::http::HeaderMap,
    bytes: Vec<u8>,
    body: Value,
}

impl Reply {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    #[track_caller]
    fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.body
    }

    fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Stage {
    async fn set() -> Stage {
        Stage::under(include_str!("../src/domain/policy/example.toml")).await
    }

    async fn under(policy: &str) -> Stage {
        HOOK.call_once(|| {
            let before = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // This file's own failures show by themselves.
                if panic.location().is_none_or(|place| !place.file().starts_with("tests/")) {
                    PANICS.lock().expect("a list").push(panic.to_string());
                }
                before(panic);
            }));
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listen = Some("127.0.0.1:0".parse().expect("an address"));
        let file = folder.path().join("policy.toml");
        std::fs::write(&file, policy).expect("the policy's file");
        let data = Some(folder.path().join("data"));
        let given = Given { data, listen, policy: Some(file), ..Given::default() };
        let config = Config::read(None, |_| None, given).expect("settings");
        let running = serve::start_at(&config, MONDAY).await.expect("it starts");
        let host = running.address.to_string();
        Stage { running, folder, host }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header(header::HOST, &self.host)
    }

    /// Sends a request; whatever is turned down is turned down in the room's own form, and never as a fault.
    async fn send(&self, request: Request<Body>) -> Reply {
        let what = format!("{} {}", request.method(), request.uri().to_string().chars().take(200).collect::<String>());
        let response = self.running.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("a body").to_vec();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let reply = Reply { status: parts.status.as_u16(), headers: parts.headers, bytes, body };
        if !parts.status.is_success() {
            assert!(parts.status.is_client_error(), "{what}: {} {}", reply.status, reply.text());
            let said = |name: &str| reply.body[name].as_str().is_some_and(|it| !it.is_empty());
            assert!(said("code") && said("sentence"), "{what}: {} {:?}", reply.status, reply.text());
        }
        reply
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(self.request("GET", path).body(Body::empty()).expect("a request")).await
    }

    async fn raw(&self, path: &str, kind: &str, body: impl Into<Body>) -> Reply {
        let request = self.request("POST", path).header(header::CONTENT_TYPE, kind).body(body.into());
        self.send(request.expect("a request")).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.raw(&format!("/room/api/{path}"), "application/json", body.to_string()).await
    }

    async fn say(&self, who: &str, channel: &str, text: &str) -> Reply {
        self.post("say", &json!({ "as": who, "channel": channel, "text": text })).await
    }

    async fn upload(&self, who: &str, channel: &str, name: &str, bytes: &[u8]) -> Reply {
        self.upload_with(&[("as", who), ("channel", channel), ("text", "see the file")], name, bytes).await
    }

    async fn upload_with(&self, fields: &[(&str, &str)], name: &str, bytes: &[u8]) -> Reply {
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(
                format!("--frontier\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n")
                    .into_bytes(),
            );
        }
        let name = name.replace(['"', '\r', '\n'], "_");
        body.extend(
            format!("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
                .into_bytes(),
        );
        body.extend(bytes);
        body.extend(b"\r\n--frontier--\r\n");
        self.raw("/room/api/upload", "multipart/form-data; boundary=frontier", body).await
    }

    async fn messages(&self, who: &str, channel: &str) -> Vec<Value> {
        let channel = channel.replace('@', "%40");
        let found = self.get(&format!("/room/api/messages?as={who}&channel={channel}")).await.ok();
        found["messages"].as_array().expect("messages").clone()
    }

    /// Waits until all that is due is told.
    async fn quiet(&self) {
        let desk = &self.running.desk;
        until("quiet", async || {
            let now = desk.clock.now();
            let told = self.running.app.reader.outbox_next(&[]).await.expect("a moment").is_none_or(|at| at > now);
            told && desk.shown().next_wake.is_none_or(|at| at > now)
        })
        .await;
    }

    /// What is never erased of what was written so far.
    async fn facts(&self) -> Vec<String> {
        let reader = &self.running.app.reader;
        let size = reader.size().await.expect("a size");
        reader.entries(0, size).map(|entry| entry.expect("an entry").facts).collect().await
    }

    /// Stops, and holds what was written against its seal.
    async fn strike(self) -> Written {
        let data = self.data();
        let healthz = self.get("/healthz").await;
        assert_eq!(healthz.status, 200, "{}", healthz.text());
        self.running.stop().await.expect("it stops well");
        written::verifies(&data).await;
        let panics = PANICS.lock().expect("a list").clone();
        assert!(panics.is_empty(), "{panics:#?}");
        Written::read(&data).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_sites_are_turned_away() {
    let stage = Stage::set().await;
    let body = json!({ "as": "maya", "channel": "credit-ai", "text": "hello from elsewhere" }).to_string();
    let port = stage.running.address.port();
    let say =
        || Request::builder().method("POST").uri("/room/api/say").header(header::CONTENT_TYPE, "application/json");
    let foreign_hosts =
        ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1", "localhost:1", "", "[::1"];
    for host in foreign_hosts
        .map(str::to_owned)
        .into_iter()
        .chain([format!("evil.example:{port}"), format!("x@127.0.0.1:{port}")])
    {
        let reply =
            stage.send(say().header(header::HOST, &host).body(Body::from(body.clone())).expect("a request")).await;
        assert_eq!((reply.status, reply.code()), (403, "foreign_host"), "{host}");
        let reply = stage
            .send(Request::builder().uri("/").header(header::HOST, &host).body(Body::empty()).expect("a request"))
            .await;
        assert_eq!(reply.status, 403, "{host}");
    }
    let reply = stage.send(say().body(Body::from(body.clone())).expect("a request")).await;
    assert_eq!((reply.status, reply.code()), (403, "foreign_host"), "no Host at all");
    let origins = ["http://evil.example", "null", "https://127.0.0.1", "file://", "http://127.0.0.1.evil.example", ""];
    for origin in origins.map(str::to_owned).into_iter().chain([format!("http://evil.example:{port}")]) {
        let from = || say().header(header::HOST, &stage.host).header(header::ORIGIN, &origin);
        let reply = stage.send(from().body(Body::from(body.clone())).expect("a request")).await;
        assert_eq!((reply.status, reply.code()), (403, "foreign_origin"), "{origin}");
        // A form of another site needs no permission of the browser's to be sent: the origin is what tells.
        let upload = from().uri("/room/api/upload").body(Body::from("--x--")).expect("a request");
        assert_eq!(stage.send(upload).await.code(), "foreign_origin", "{origin}");
        let look =
            Request::builder().uri("/room/api/messages?as=maya&channel=credit-ai").header(header::HOST, &stage.host);
        let reply = stage.send(look.header(header::ORIGIN, &origin).body(Body::empty()).expect("a request")).await;
        assert_eq!(reply.code(), "foreign_origin", "{origin}");
    }
    let twice = say().header(header::HOST, &stage.host).header(header::HOST, "evil.example");
    assert_eq!(stage.send(twice.body(Body::from(body.clone())).expect("a request")).await.code(), "foreign_host");
    let no_text = HeaderValue::from_bytes("http://évil.example".as_bytes()).expect("a value");
    let odd = say().header(header::HOST, &stage.host).header(header::ORIGIN, no_text);
    assert_eq!(stage.send(odd.body(Body::from(body.clone())).expect("a request")).await.code(), "foreign_origin");
    let fetched = say().header(header::HOST, &stage.host).header("sec-fetch-site", "cross-site");
    assert_eq!(stage.send(fetched.body(Body::from(body.clone())).expect("a request")).await.code(), "foreign_origin");
    for kind in [
        "text/plain",
        "text/plain;charset=utf-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ] {
        for path in ["say", "edit", "delete", "press", "form", "clock"] {
            let reply = stage.raw(&format!("/room/api/{path}"), kind, body.clone()).await;
            assert_eq!((reply.status, reply.code()), (415, "not_json"), "{path} as {kind:?}");
        }
    }
    let own = say().header(header::HOST, &stage.host).header(header::ORIGIN, format!("http://{}", stage.host));
    let reply = stage.send(own.body(Body::from(body)).expect("a request")).await;
    assert_eq!(reply.status, 200, "the room's own page: {}", reply.text());
    assert!(reply.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none());
    let page = stage.get("/").await;
    let policy =
        page.headers.get(header::CONTENT_SECURITY_POLICY).expect("a policy").to_str().expect("text").to_owned();
    assert!(
        policy.contains("default-src 'self'")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("unsafe"),
        "{policy}"
    );
    let written = stage.strike().await;
    assert_eq!(written.count("said.message"), 1, "only the room's own page was heard");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_leads_out_of_the_room() {
    let stage = Stage::set().await;
    let sent =
        stage.upload("maya", "credit-ai", "../../keys/<b>é\u{202e}.html", b"<script>alert(1)</script>").await.ok();
    assert!(sent["message"].is_string());
    let message = stage.messages("maya", "credit-ai").await.pop().expect("a message");
    let url = message["files"][0]["url"].as_str().expect("an address").to_owned();
    assert!(!message["files"][0]["name"].as_str().expect("a name").contains(['/', '\\', '\u{202e}']), "{message}");
    let file = stage.get(&url).await;
    assert_eq!(file.bytes, b"<script>alert(1)</script>");
    assert_eq!(file.headers[header::CONTENT_TYPE], "application/octet-stream");
    assert!(file.headers[header::CONTENT_DISPOSITION].to_str().expect("text").starts_with("attachment;"));
    assert_eq!(file.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let hash = url.split('/').nth(4).expect("a hash").to_owned();
    let asked_with = url.split_once('?').expect("who asks, and for which message").1.to_owned();
    let (up, keys) = ("../".repeat(6), stage.data().join("keys/ledger.seed").display().to_string());
    let encoded = keys.replace('/', "%2F");
    let paths = [
        format!("/room/assets/{up}etc/passwd"),
        "/room/assets/..%2f..%2f..%2f..%2fetc%2fpasswd".to_owned(),
        "/room/assets/%2e%2e/%2e%2e/Cargo.toml".to_owned(),
        format!("/room/assets/{encoded}"),
        "/room/assets/".to_owned(),
        "/room/assets/index.html%00.css".to_owned(),
        "/room/assets/%ff%fe".to_owned(),
        format!("/room/api/files/{}/x", "../".repeat(21)),
        "/room/api/files/..%2f..%2fkeys%2fledger.seed/x".to_owned(),
        format!("/room/api/files/{encoded}/x"),
        format!("/room/api/files/{}/x", "0".repeat(64)),
        format!("/room/api/files/{}/x", "é".repeat(32)),
        format!("/room/api/files/{}%2f../x", &hash[..61]),
        format!("/room/api/files/{hash}"),
        format!("/room/api/files/{hash}/"),
        "/room/api/files/%ff/%ff".to_owned(),
        "/../../etc/passwd".to_owned(),
        "//etc/passwd".to_owned(),
        "/room/api/".to_owned(),
        "/nowhere".to_owned(),
        "/keys/ledger.seed".to_owned(),
    ];
    let seed = std::fs::read_to_string(stage.data().join("keys/ledger.seed")).expect("a seed");
    for path in paths {
        let Ok(request) = stage.request("GET", &path).body(Body::empty()) else { continue };
        let reply = stage.send(request).await;
        assert!(
            reply.status >= 400 && !reply.text().contains(&seed) && !reply.text().contains("root:"),
            "{path}: {}",
            reply.text()
        );
    }
    // Names of downloads can't break the header.
    let mut fetched = 1;
    for name in ["a%22%0d%0aSet-Cookie:%20x=1", "%E2%80%AE.exe", "..%2f..%2fx", "%00"] {
        let reply = stage.get(&format!("/room/api/files/{hash}/{name}?{asked_with}")).await;
        assert!(reply.headers.get(header::SET_COOKIE).is_none(), "{name}");
        fetched += usize::from(reply.status == 200);
    }
    assert!(fetched > 1, "some of these are names");
    // Who fetched it is evidence; who got nothing is not.
    assert_eq!(stage.strike().await.count("evidence.file-read"), fetched);
}

/// A stream of events, as the page reads it.
async fn events(stage: &Stage, who: &str) -> tokio::sync::mpsc::UnboundedReceiver<String> {
    let request = stage.request("GET", &format!("/room/api/events?as={who}")).body(Body::empty()).expect("a request");
    let response = stage.running.router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let mut stream = response.into_body().into_data_stream();
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(Ok(bytes)) = stream.next().await {
            if send.send(String::from_utf8_lossy(&bytes).into_owned()).is_err() {
                return;
            }
        }
    });
    receive
}

/// What is heard until a channel is named.
async fn heard_until(events: &mut tokio::sync::mpsc::UnboundedReceiver<String>, named: &str) -> String {
    let mut all = String::new();
    let wait = async {
        while !all.contains(named) {
            all.push_str(&events.recv().await.expect("the stream goes on"));
        }
    };
    tokio::time::timeout(kit::bot::PATIENCE, wait).await.expect("it comes");
    all
}

/// What one message says of two cases lies in two rows; the room shows the message once, and whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_several_cases_is_shown_whole() {
    let stage = Stage::set().await;
    for title in ["Scores drift", "Reports come late"] {
        let line = format!("/incident open credit-scoring sev3 \"{title}\"");
        stage.say("maya", "credit-ai", &line).await.ok();
    }
    stage.post("clock", &json!({ "advance": "3m" })).await.ok();
    let shown = stage.messages("dev", "@dev").await;
    let [message] = &shown[..] else { panic!("one message: {shown:#?}") };
    let card = message["card"].to_string();
    assert!(card.contains("Scores drift") && card.contains("Reports come late"), "{card}");
    let told = stage.strike().await;
    let parts = told.told().filter(|told| told.lane.to_string() == "local/@dev");
    assert_eq!(parts.map(|told| (told.part, told.outbox.len())).collect::<Vec<_>>(), [(0, 1), (1, 1)]);
}

/// Which message was pressed, edited or deleted is a fact, so nothing may come to stand there that was not looked up.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_messages_id_is_never_recorded_as_one() {
    let stage = Stage::set().await;
    let text = "Maya was late again";
    for (path, more) in [
        ("press", json!({ "action": "mine" })),
        ("press", json!({ "action": "mine", "channel": "credit-ai" })),
        ("edit", json!({ "text": "x" })),
        ("edit", json!({ "text": "x", "channel": "credit-ai" })),
        ("delete", json!({})),
        ("say", json!({ "text": "x", "channel": "credit-ai", "thread": text })),
        ("form", json!({ "form": "incident.open", "values": {}, "channel": "credit-ai", "thread": text })),
    ] {
        let mut body = json!({ "as": "maya" });
        if !matches!(path, "say" | "form") {
            body["message"] = text.into();
        }
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let reply = stage.post(path, &body).await;
        assert_eq!(reply.status, 404, "{path}: {}", reply.text());
        assert!(["unknown_message", "unknown_thread"].contains(&reply.code()), "{path}: {}", reply.text());
    }
    // A form that nobody knows is heard as it came, and can be erased.
    stage.post("form", &json!({ "as": "maya", "form": text, "values": {} })).await.ok();
    stage.post("press", &json!({ "as": "maya", "message": null, "action": text })).await.ok();
    let facts = stage.facts().await;
    assert!(facts.iter().any(|facts| facts.contains("\"other\":{\"w\"")), "the form was heard");
    assert!(!facts.iter().any(|facts| facts.contains(text)), "{facts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_or_speaks_in_somebody_elses_direct_messages() {
    let stage = Stage::set().await;
    let mut jonas = events(&stage, "jonas").await;
    let mut maya = events(&stage, "maya").await;
    stage.say("maya", "@maya", "a word to myself").await.ok();
    let mine =
        stage.messages("maya", "@maya").await.pop().expect("a message")["id"].as_str().expect("an id").to_owned();
    let looks = stage.get("/room/api/messages?as=jonas&channel=%40maya").await;
    let absent = stage.get("/room/api/messages?as=jonas&channel=%40nobody").await;
    assert_eq!((looks.status, looks.code()), (404, "unknown_channel"));
    assert_eq!(looks.text().replace("maya", "nobody"), absent.text());
    assert_eq!(stage.say("jonas", "@maya", "hello").await.code(), "unknown_channel");
    assert_eq!(stage.upload("jonas", "@maya", "x.txt", b"x").await.code(), "unknown_channel");
    let form = json!({ "as": "jonas", "form": "incident.open", "values": {}, "channel": "@maya" });
    assert_eq!(stage.post("form", &form).await.code(), "unknown_channel");
    // Neither can anybody tell whether a message stands there.
    for (id, nothing) in [(mine.as_str(), "m0123456789abcdef0123")] {
        for (path, more) in
            [("press", json!({ "action": "ack:INC-1" })), ("edit", json!({ "text": "x" })), ("delete", json!({}))]
        {
            let mut body = json!({ "as": "jonas", "message": id });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            let there = stage.post(path, &body).await;
            body["message"] = nothing.into();
            let gone = stage.post(path, &body).await;
            assert_eq!((there.status, there.text()), (gone.status, gone.text()), "{path} tells what stands where");
        }
    }
    let reply = stage.post("say", &json!({ "as": "jonas", "channel": "credit-ai", "text": "x", "thread": mine })).await;
    assert_eq!(reply.code(), "unknown_thread");
    stage.say("jonas", "credit-ai", "for everybody").await.ok();
    let heard = heard_until(&mut jonas, "credit-ai").await;
    assert!(!heard.contains("@maya"), "{heard}");
    assert!(heard_until(&mut maya, "credit-ai").await.contains("@maya"));
    stage.strike().await;
}

/// A line with every case in it called something else.
fn case_ids_as(line: &str, other: &str) -> String {
    let is_case = |word: &str| {
        let digits = word.split_once('-').filter(|(kind, _)| CaseKind::by_prefix(kind).is_some()).map(|(_, rest)| rest);
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()))
    };
    line.split(' ').map(|word| if is_case(word) { other } else { word }).collect::<Vec<_>>().join(" ")
}

/// The example of a verb without its command.
fn example_words(verb: &verbs::Verb) -> &'static str {
    verb.example.split_once(' ').map_or("", |(_, words)| words)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restricted_incident_does_not_exist_for_others() {
    let stage = Stage::set().await;
    let mut jonas = events(&stage, "jonas").await;
    let secret = "Zebrafinch";
    let opened = stage
        .say(
            "maya",
            "credit-ai",
            &format!("/incident open credit-scoring sev2 {secret} scores leak restricted=yes class=output.bias"),
        )
        .await
        .ok();
    assert!(opened.to_string().contains("INC-1"), "{opened}");
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev3 Reports come late").await.ok();
    stage.quiet().await;
    stage.say("maya", "inc-1", &format!("between us: {secret}")).await.ok();
    stage.upload("maya", "inc-1", "zebrafinch.txt", secret.as_bytes()).await.ok();
    stage.say("maya", "inc-1", &format!("/incident note INC-1 {secret} again")).await.ok();
    // What is about it is as hidden as it is; Jonas has a part in going back, and Tomáš in nothing.
    let hidden_too = "Kestrel";
    let about = format!("/rollback propose credit-scoring from=r2 to=r1 \"{hidden_too} goes back\" on=INC-1");
    let proposed = stage.say("maya", "inc-1", &about).await.ok();
    assert!(proposed.to_string().contains("RBK-1"), "{proposed}");
    stage.say("arjun", "inc-1", "/incident role INC-1 lead").await.ok();
    let offered = stage
        .say("arjun", "inc-1", &format!("/handoff offer INC-1 to=@lena reason=\"{hidden_too} is hers\""))
        .await
        .ok();
    assert!(offered.to_string().contains("HOF-1"), "{offered}");
    stage.post("clock", &json!({ "advance": "3h" })).await.ok();
    stage.quiet().await;
    let inside = stage.messages("maya", "inc-1").await;
    assert!(inside.len() > 3, "its own people see it: {inside:#?}");
    let file = inside.iter().find_map(|it| it["files"][0]["url"].as_str()).expect("the file").to_owned();
    let hash = file.split('/').nth(4).expect("a hash").to_owned();
    let ids: Vec<String> = inside.iter().map(|it| it["id"].as_str().expect("an id").to_owned()).collect();

    // One channel has one name.
    for name in ["INC-1", "Inc-1", "inc-01", "inc-1 "] {
        assert_eq!(stage.say("maya", name, "x").await.code(), "unknown_channel", "{name:?}");
    }

    // Whatever an outsider tries is answered as for an incident that isn't there.
    let absent = "INC-777";
    let outsider = "jonas";
    // Every verb that takes a case, as its example has it, and with each further argument that can name one.
    let mut texts: Vec<String> =
        ["/incident review {}", "@countersign incident note {} hello", "/incident merge INC-2 into {}"]
            .map(str::to_owned)
            .to_vec();
    let mut without: Vec<String> = Vec::new();
    for verb in verbs::all() {
        let example = case_ids_as(&verb.example("/"), "{}");
        let named = verb.args.iter().filter(|arg| arg.kind == verbs::Kind::Case);
        texts.extend(named.map(|arg| format!("/{} {} {}={{}}", verb.root, example_words(verb), arg.name)));
        match example.contains("{}") {
            true => texts.push(example),
            // It makes the channel an incident's own.
            false if verb.verb == "convert" => {}
            false => without.push(example),
        }
    }
    assert!(texts.len() > 60 && without.len() > 15, "{texts:?} {without:?}");
    let mut all_he_got = String::new();
    let mut no_part_in_it = String::new();
    // Of all three, whoever has no part in any.
    for (kind, text) in texts.iter().flat_map(|text| ["RBK", "HOF"].map(|kind| (kind, text))) {
        let (hidden, absent) = (format!("{kind}-1"), format!("{kind}-777"));
        let there = stage.say("tomas", "credit-ai", &text.replace("{}", &hidden)).await;
        let gone = stage.say("tomas", "credit-ai", &text.replace("{}", &absent)).await;
        no_part_in_it.push_str(&there.text());
        let words = |reply: &Reply| {
            let mut body = reply.body.clone();
            body["message"] = Value::Null;
            body.to_string().replace(&absent, &hidden)
        };
        assert_eq!((there.status, words(&there)), (gone.status, words(&gone)), "{text} of {hidden}");
    }
    for text in &without {
        let answer = stage.say("tomas", "credit-ai", text).await.text();
        let names = |id: &str| answer.contains(&format!("\"{id}\"")) && !text.contains(id);
        assert!(!names("RBK-1") && !names("HOF-1") && !names("INC-1"), "{text}: {answer}");
        no_part_in_it.push_str(&answer);
    }
    for hidden in [secret, hidden_too, "inc-1\""] {
        assert!(!no_part_in_it.contains(hidden), "{hidden} is spoken of in {no_part_in_it}");
    }
    for text in texts {
        let there = stage.say(outsider, "credit-ai", &text.replace("{}", "INC-1")).await;
        let gone = stage.say(outsider, "credit-ai", &text.replace("{}", absent)).await;
        all_he_got.push_str(&there.text());
        let words = |reply: &Reply| {
            let mut body = reply.body.clone();
            body["message"] = Value::Null;
            body.to_string().replace(absent, "INC-1")
        };
        assert_eq!((there.status, words(&there)), (gone.status, words(&gone)), "{text}");
    }
    let posts = |case: &str| {
        let channel = case.to_lowercase();
        let card = local::message_id(&format!("{case}@local/{channel}"));
        vec![
            ("say", json!({ "channel": channel, "text": "hello" })),
            ("press", json!({ "message": null, "channel": "credit-ai", "action": format!("ack:{case}") })),
            ("press", json!({ "message": null, "channel": "credit-ai", "action": format!("form:resolve:{case}") })),
            ("press", json!({ "message": null, "channel": channel, "action": format!("ack:{case}") })),
            ("press", json!({ "message": card, "action": format!("ack:{case}") })),
            ("form", json!({ "form": format!("incident.resolve:{case}"), "values": { "text": "over" } })),
            ("form", json!({ "form": format!("incident.note:{case}"), "values": { "text": "x" }, "channel": channel })),
            ("edit", json!({ "message": card, "text": "x" })),
            ("edit", json!({ "message": card, "channel": channel, "text": "x" })),
            ("delete", json!({ "message": card })),
            ("delete", json!({ "message": card, "channel": channel })),
            ("say", json!({ "channel": "credit-ai", "text": "x", "thread": card })),
        ]
    };
    for ((path, there), (_, gone)) in posts("INC-1").into_iter().zip(posts(absent)) {
        let send = async |mut body: Value| {
            body["as"] = outsider.into();
            stage.post(path, &body).await
        };
        let (there_reply, gone_reply) = (send(there.clone()).await, send(gone).await);
        all_he_got.push_str(&there_reply.text());
        assert_eq!(
            (there_reply.status, there_reply.text()),
            (gone_reply.status, gone_reply.text().replace(absent, "INC-1").replace("inc-777", "inc-1")),
            "{path} {there}"
        );
    }
    for id in &ids {
        for path in ["press", "edit", "delete"] {
            let mut body = json!({ "as": outsider, "message": id });
            match path {
                "press" => body["action"] = "ack:INC-5".into(),
                "edit" => body["text"] = "x".into(),
                _ => {}
            }
            let there = stage.post(path, &body).await;
            body["message"] = "b123".into();
            let gone = stage.post(path, &body).await;
            assert_eq!((there.status, there.text()), (gone.status, gone.text()), "{path} {id}");
            all_he_got.push_str(&there.text());
        }
    }
    let there = stage.get("/room/api/messages?as=jonas&channel=inc-1").await;
    let gone = stage.get("/room/api/messages?as=jonas&channel=inc-777").await;
    assert_eq!((there.status, there.text()), (gone.status, gone.text().replace("inc-777", "inc-1")));
    assert_eq!(stage.upload(outsider, "inc-1", "x.txt", b"x").await.code(), "unknown_channel");

    // Nor does anything that he may see speak of it, where it does for its own people.
    let hers = stage.say("maya", "credit-ai", "/incident list").await.text();
    assert!(hers.contains("INC-1") && hers.contains(secret), "{hers}");
    let lists = verbs::roots().flat_map(|root| {
        ["list", "list all", "list mine", "help", "mine"].map(|words| format!("/{} {words}", root.word))
    });
    for text in without.into_iter().chain(lists) {
        let reply = stage.say(outsider, "credit-ai", &text).await;
        all_he_got.push_str(&reply.text());
    }
    stage.quiet().await;
    for channel in ["credit-ai", "claims-pilot", "countersign-ops", "@jonas"] {
        all_he_got.push_str(&Value::from(stage.messages(outsider, channel).await).to_string());
    }
    all_he_got.push_str(&stage.get("/room/api/mine?as=jonas").await.text());
    // What is new in many channels is asked for with one call: those that aren't his are as if they weren't there.
    let after = json!({ "inc-1": 0, "INC-1": 0, "inc-777": 0, "@maya": 0, "@nobody": 0, "credit-ai": 0, "@jonas": 0 });
    let news = stage.post("news", &json!({ "as": outsider, "after": after })).await;
    all_he_got.push_str(&news.text());
    let news = news.ok();
    let told: Vec<&String> = news["channels"].as_object().expect("channels").keys().collect();
    assert_eq!(told, ["@jonas", "credit-ai"]);
    let after = json!({ "inc-1": null, "inc-777": null });
    let news = stage.post("news", &json!({ "as": outsider, "after": after })).await.ok();
    assert_eq!(news, json!({ "channels": {}, "views": {} }), "not even how far it is");
    all_he_got.push_str(&stage.get("/room/api/people").await.text());
    all_he_got.push_str(&stage.get("/room/api/verbs").await.text());
    stage.say("maya", "credit-ai", "for everybody").await.ok();
    let heard = heard_until(&mut jonas, "credit-ai").await;
    for hidden in [secret, &secret.to_lowercase(), hash.as_str()] {
        assert!(!all_he_got.contains(hidden), "{hidden} is spoken of in {all_he_got}");
    }
    assert!(!heard.contains("INC-1"), "{heard}");

    // Let in by name, he sees it; and an insider always did.
    assert!(stage.get("/room/api/messages?as=dev&channel=inc-1").await.status == 200, "dev is on triage");
    let news = stage.post("news", &json!({ "as": "dev", "after": { "inc-1": 0 } })).await.ok();
    assert!(news["channels"]["inc-1"].to_string().contains(secret) && news["views"]["INC-1"].is_object());
    stage.say("maya", "inc-1", "/incident invite INC-1 @jonas").await.ok();
    assert_eq!(stage.get("/room/api/messages?as=jonas&channel=inc-1").await.status, 200);
    stage.strike().await;
}

/// The events of somebody's calendar, as another program reads them: when each begins and ends, and what it says.
async fn calendar(stage: &Stage, address: &str) -> Vec<(String, String, String)> {
    use icalendar::{CalendarDateTime, Component as _, DatePerhapsTime};
    let path = address.split_once("/calendar/").map(|(_, secret)| format!("/calendar/{secret}")).expect("an address");
    // Whatever service fetches it comes under its own name.
    let request = Request::builder().uri(path).header(header::HOST, "bot.example").body(Body::empty());
    let reply = stage.send(request.expect("a request")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
    let text = reply.text();
    assert!(text.lines().all(|line| line.len() <= 75) && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let read: icalendar::Calendar = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
    let moment = |at: Option<DatePerhapsTime>| match at {
        Some(DatePerhapsTime::DateTime(CalendarDateTime::Utc(at))) => at.format("%Y-%m-%d %H:%M").to_string(),
        other => panic!("{other:?} is no moment: {text}"),
    };
    let events = read.events().map(|event| {
        let uid = event.get_uid().unwrap_or_default();
        let is_apart = event.get_summary() == Some("Something is due");
        assert!(uid.ends_with(".countersign") && !(is_apart && uid.contains("INC")), "{text}");
        assert!(event.get_timestamp().is_some(), "{text}");
        // Cases have the same numbers everywhere, and what is due keeps nobody from meeting.
        assert!(uid.split_once('@').is_some_and(|(_, here)| here.len() > ".countersign".len()), "{text}");
        let is_shift = event.get_summary().is_some_and(|it| it.starts_with("On shift"));
        assert_eq!(event.property_value("TRANSP"), (!is_shift).then_some("TRANSPARENT"), "{text}");
        let summary = event.get_summary().unwrap_or_default().to_owned();
        (moment(event.get_start()), moment(event.get_end()), summary)
    });
    events.collect()
}

/// An address of a calendar is in a private answer and nowhere else. What it leads to can be read by any calendar, is its owner's
/// alone, and tells the service that fetches it no restricted title.
#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_is_its_owners_alone() {
    let stage = Stage::set().await;
    let address = async |who: &str, line: &str| {
        let said = stage.say(who, "credit-ai", line).await.ok().to_string();
        let secret = said.split("/calendar/").nth(1).unwrap_or_else(|| panic!("no address: {said}"));
        let secret = &secret[..secret.find(".ics").expect("an address")];
        assert_eq!(secret.len(), 64, "{said}");
        format!("/calendar/{secret}.ics")
    };
    let lena = address("lena", "/rota calendar").await;
    let priya = address("priya", "/rota calendar").await;
    stage
        .say("maya", "credit-ai", "/incident open credit-scoring sev2 \"Scores drift, badly; see \\\\ notes\"")
        .await
        .ok();
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 \"Zebrafinch leak\" restricted").await.ok();
    stage.quiet().await;

    let events = calendar(&stage, &lena).await;
    // Mondays at 18:00 in Berlin, in January: 17:00 UTC; by night only, so each night is a shift.
    let first = ("2027-01-04 17:00".to_owned(), "2027-01-05 07:00".to_owned(), "On shift: Triage at night".to_owned());
    assert!(events.contains(&first), "{events:#?}");
    let says = |what: &str| events.iter().any(|(_, _, summary)| summary == what);
    assert!(says("INC-1: acknowledgement is due · Scores drift, badly; see \\\\ notes"), "{events:#?}");
    assert!(says("Something is due"), "{events:#?}");
    assert!(events.iter().all(|(_, _, summary)| !summary.contains("INC-2")), "nor that there is one: {events:#?}");
    assert!(events.iter().all(|(starts, ends, _)| starts < ends), "{events:#?}");
    let theirs = calendar(&stage, &priya).await;
    assert!(theirs.iter().all(|(_, _, summary)| !summary.contains("On shift")), "{theirs:#?}");

    // Another address, and the old one leads nowhere.
    let renewed = address("lena", "/rota calendar renew").await;
    assert_eq!(calendar(&stage, &renewed).await, events);
    let guess = format!("/calendar/{}.ics", "0".repeat(64));
    for gone in [lena.as_str(), &guess, "/calendar/.ics", "/calendar/lena.ics", &renewed.replace(".ics", "")] {
        assert_eq!(stage.get(gone).await.status, 404, "{gone}");
    }
    let secret = renewed.trim_start_matches("/calendar/").trim_end_matches(".ics").to_owned();
    let data = stage.data();
    stage.running.stop().await.expect("it stops well");
    for file in std::fs::read_dir(&data).expect("the data folder").map(|it| it.expect("a file").path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!is_there, "{} has the address", file.display());
    }
}

/// A bundle is made for whoever may, is recorded before its address is told, and is fetched once. Of a case that somebody can't see it
/// says the same as of one that doesn't exist.
#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_is_fetched_once_by_whoever_may_have_it() {
    let stage = Stage::set().await;
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 \"Scores drift\"").await.ok();
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 \"Zebrafinch leak\" restricted").await.ok();
    stage.quiet().await;
    let asks = async |who: &str, line: &str| stage.say(who, "credit-ai", line).await.ok().to_string();
    let recorded = async |kind: &str| stage.facts().await.iter().filter(|facts| facts.contains(kind)).count();

    let refused = asks("maya", "/evidence export INC-1").await;
    assert!(refused.contains("exporting evidence is for") && !refused.contains("/evidence/"), "{refused}");
    assert_eq!((recorded("export-refused").await, recorded("\"exported\"").await), (1, 0));
    let (hidden, missing) =
        (asks("anika", "/evidence export INC-2").await, asks("anika", "/evidence export INC-7").await);
    assert_eq!(hidden.replace("INC-2", "INC-7"), missing);
    let wrong = asks("anika", "/evidence export 2026-13").await;
    assert!(wrong.contains("2026-11-01..2026-11-30"), "{wrong}");
    assert_eq!(recorded("\"exported\"").await, 0);

    let address = async |line: &str| {
        let said = asks("anika", line).await;
        let secret = said.split("/evidence/").nth(1).unwrap_or_else(|| panic!("no address: {said}"));
        let secret = &secret[..secret.find(".zip").expect("an address")];
        assert_eq!(secret.len(), 64, "{said}");
        format!("/evidence/{secret}.zip")
    };
    let of_case = address("/evidence export INC-1").await;
    let of_workflow = address("/evidence export credit-scoring").await;
    assert_eq!(recorded("\"exported\"").await, 2, "before it is fetched");
    // Programs that check links take nothing away.
    let look = Request::builder().method("HEAD").uri(of_case.as_str()).header(header::HOST, &stage.host);
    assert_eq!(stage.send(look.body(Body::empty()).expect("a request")).await.status, 204);
    let fetched = tempfile::tempdir().expect("a folder");
    for (address, name) in [(&of_case, "case.zip"), (&of_workflow, "workflow.zip")] {
        // Whatever fetches it comes under its own name.
        let request = Request::builder().uri(address.as_str()).header(header::HOST, "bot.example").body(Body::empty());
        let reply = stage.send(request.expect("a request")).await;
        assert_eq!((reply.status, &reply.headers[header::CONTENT_TYPE]), (200, &"application/zip".parse().unwrap()));
        let path = fetched.path().join(name);
        std::fs::write(&path, &reply.bytes).expect("written");
        let verdict = bundle::verify(&path, None).expect("it is read");
        assert!(verdict.is_good(), "{verdict}");
        assert_eq!(stage.get(address).await.status, 404, "once");
    }
    let guess = format!("/evidence/{}.zip", "0".repeat(64));
    for gone in [guess.as_str(), "/evidence/.zip", "/evidence/..%2Fledger.seed", &of_case.replace(".zip", "")] {
        assert_eq!(stage.get(gone).await.status, 404, "{gone}");
    }
    let all = texts_of(&fetched.path().join("workflow.zip"));
    assert!(all.contains("Scores drift") && !all.contains("Zebrafinch"), "a restricted case is only counted");
    let _unfetched = address("/evidence export INC-1").await;
    let secrets = [of_case, of_workflow].map(|it| it["/evidence/".len()..][..64].to_owned());
    let data = stage.data();
    stage.running.stop().await.expect("it stops well");
    written::verifies(&data).await;
    assert_eq!(std::fs::read_dir(data.join("exports")).expect("a folder").count(), 1);
    for file in std::fs::read_dir(&data).expect("the data folder").map(|it| it.expect("a file").path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let has = |secret: &String| bytes.windows(64).any(|window| window == secret.as_bytes());
        assert!(!secrets.iter().any(has), "{} has an address", file.display());
    }
}

/// Everything in an archive, one after the other.
fn texts_of(archive: &std::path::Path) -> String {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(archive).expect("a file")).expect("an archive");
    let mut all = Vec::new();
    for at in 0..archive.len() {
        std::io::copy(&mut archive.by_index(at).expect("a file"), &mut all).expect("it is read");
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// A period takes in every workflow, so it is for those alone who may have the evidence of each.
#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_no_way_around_a_workflow() {
    let policy = include_str!("../src/domain/policy/example.toml");
    let narrow = "[workflows.claims-triage]\nmay = { export_evidence = [\"chief-risk\"] }";
    let stage = Stage::under(&policy.replacen("[workflows.claims-triage]", narrow, 1)).await;
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 \"Scores drift\"").await.ok();
    stage.quiet().await;
    let asks = async |who: &str, line: &str| stage.say(who, "credit-ai", line).await.ok().to_string();
    let period = asks("lena", "/evidence export 2020-01-01..2030-12-31").await;
    assert!(
        period.contains("exporting evidence of claims-triage, which a period takes in, is for chief-risk"),
        "{period}"
    );
    let own = asks("lena", "/evidence export 2020-01-01..2030-12-31 workflow=credit-scoring").await;
    assert!(own.contains("/evidence/"), "{own}");
    let all = asks("henrik", "/evidence export 2020-01-01..2030-12-31").await;
    assert!(all.contains("/evidence/"), "{all}");
    assert_eq!(stage.strike().await.count("evidence.export-refused"), 1);
}

/// What is exported at the command line is recorded by the bot as soon as it sees it, or at its next start.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_at_the_command_line_is_recorded() {
    let stage = Stage::set().await;
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 \"Scores drift\"").await.ok();
    stage.quiet().await;
    stage.running.desk.checkpoint().await.expect("a head");
    let out = tempfile::tempdir().expect("a folder");
    let exported = bundle::export(&stage.data(), "INC-1".parse().expect("a case"), &out.path().join("bag")).await;
    exports::note(&stage.data(), &exports::recorded(&exported.expect("a bundle"))).expect("it is noted");
    let attested = exports::attested("APR-1".parse().expect("a case"), b"{}\n");
    exports::note(&stage.data(), &attested).expect("it is noted");
    let facts_with = async |what: &str| stage.facts().await.iter().filter(|facts| facts.contains(what)).count();
    let recorded = async || facts_with("\"exported\"").await;
    assert_eq!(recorded().await, 0);
    let reception = &stage.running.app.reception;
    reception.exports.record_noted().await.expect("recorded");
    reception.exports.record_noted().await.expect("nothing is left");
    assert_eq!(recorded().await, 1);
    // printf '{}\n' | sha256sum
    assert_eq!(facts_with("ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356").await, 1);
    // As after a power cut between the two: what was taken is recorded, and what can't be read is passed over.
    std::fs::write(stage.data().join("exported.taken"), "nonsense\n").expect("written");
    reception.exports.record_noted().await.expect("passed over");
    assert_eq!(recorded().await, 1);
    assert!(!stage.data().join("exported.taken").exists());
    stage.strike().await;
}

/// A subscription outlives the account that it was made with: whoever has left reads nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_ends_with_the_last_account() {
    let policy = include_str!("../src/domain/policy/example.toml").replacen(
        "[people.lena]\n",
        "[people.lena]\nslack = \"U0LENA\"\ndiscord = \"80351110224678912\"\n",
        1,
    );
    let stage = Stage::under(&policy).await;
    let said = stage.say("lena", "credit-ai", "/rota calendar").await.ok().to_string();
    let secret = said.split("/calendar/").nth(1).unwrap_or_else(|| panic!("no address: {said}"));
    let address = format!("/calendar/{}.ics", &secret[..secret.find(".ics").expect("an address")]);
    let gone = async |platform: &str, account: Option<&str>| {
        let roster = Roster { gone: account.map(str::to_owned).into_iter().collect(), ..Roster::default() };
        stage.running.app.reception.roster(&Platform::from(platform), &roster).await.expect("it is heard");
        stage.get(&address).await.status
    };
    assert_eq!(gone("slack", None).await, 200);
    assert_eq!(gone("slack", Some("U0LENA")).await, 200, "they are still on Discord");
    assert_eq!(gone("discord", Some("80351110224678912")).await, 404);
    assert_eq!(gone("slack", None).await, 200, "they are back");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_its_author_changes_a_message() {
    let stage = Stage::set().await;
    let said = stage.say("maya", "credit-ai", "mine").await.ok();
    let message = said["message"].as_str().expect("an id").to_owned();
    let change = async |path: &str, who: &str, id: &str| {
        let mut body = json!({ "as": who, "message": id });
        if path == "edit" {
            body["text"] = "changed".into();
        }
        stage.post(path, &body).await
    };
    stage.say("maya", "credit-ai", "/approval request credit-scoring \"Ship v1\"").await.ok();
    stage.quiet().await;
    let card =
        stage.messages("maya", "credit-ai").await.into_iter().find(|it| it["author"]["bot"] == true).expect("a card");
    let card = card["id"].as_str().expect("an id").to_owned();
    for path in ["edit", "delete"] {
        assert_eq!(change(path, "jonas", &message).await.code(), "not_yours");
        assert_eq!(change(path, "maya", &card).await.code(), "not_yours", "the bot's words are the bot's");
        assert_eq!(change(path, "countersign", &card).await.code(), "unknown_person");
        assert_eq!(change(path, "maya", "nothing").await.code(), "unknown_message");
    }
    let forged = change("edit", "Ω” in the policy.\n“Ω\u{202E}", &message).await;
    let sentence = forged.body["sentence"].as_str().expect("a sentence");
    assert_eq!(sentence, "there is nobody called “Ω\" in the policy. \"Ω” in the policy.");
    assert_eq!(stage.messages("jonas", "credit-ai").await[0]["raw"], "mine");
    change("edit", "maya", &message).await.ok();
    change("delete", "maya", &message).await.ok();
    assert_eq!(change("edit", "maya", &message).await.code(), "unknown_message", "what is deleted is not changed");
    assert_eq!(change("delete", "maya", &message).await.code(), "unknown_message");
    let stands = stage.messages("jonas", "credit-ai").await[0].clone();
    assert!(stands["deleted"] == true && stands["raw"].is_null() && stands["text"] == json!([]), "{stands}");
    let written = stage.strike().await;
    let was: Vec<_> = written.heard().filter_map(|heard| heard.was.clone()).collect();
    assert_eq!(was.len(), 2, "what stood before is kept: {was:?}");
    assert!(was[0].contains("mine") && was[1].contains("changed"), "{was:?}");
}

/// Texts that try to be more than text.
fn nasty() -> Vec<String> {
    let mut all: Vec<String> = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<!channel> <!here> <@U123> @everyone @here <#C1>",
        "*bold* _it_ ~no~ `code` ```block``` [a](javascript:alert(1)) ||spoiler|| > quote",
        "{{ 7 * 7 }} {% for x in y %} {# c #}",
        "\u{202e}desrever\u{202c} \u{2066}x\u{2069}",
        "zero\u{200b}width\u{feff} \u{ad}soft",
        "nul\0 bell\u{7} esc\u{1b}[31mred\u{1b}[0m",
        "\u{e000}sentinel\u{e00f}",
        "é́́́́ z̷̢̧̛̛̗̪̤̈́a̸l̷g̶o̶",
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "مرحبا بالعالم שלום",
        "line\nbreak\r\nand\u{2028}more",
        "INC-1 APR-1 INC-99999999999999999999",
        "@countersign",
        "@countersign approval approve APR-1",
        "/approval approve APR-1",
        "/",
        "//",
        "/ 2",
        "/\u{202e}",
        "/approval",
        "/nothing at all",
        "'; drop table ledger; --",
        "\\u0000 \\x00 %s %n %00 ../../etc/passwd",
        "\"",
        "“",
        "key=value key= =value ==",
        "\u{10ffff}\u{fffe}",
        "2026-13-45T99:99",
        "due=9999999999999999999d",
        "1e999",
        "-1",
        "null",
        "NaN",
    ]
    .map(str::to_owned)
    .into();
    all.push("x".repeat(100_000));
    all.push("\u{202e}ä\n".repeat(20_000));
    all.push("@maya ".repeat(15_000));
    all.push("[".repeat(100_000));
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_typed_stays_text() {
    let stage = Stage::set().await;
    stage.say("maya", "credit-ai", "/approval request credit-scoring \"Ship v1\"").await.ok();
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 Drift").await.ok();
    let mut chatter = Vec::new();
    for text in nasty() {
        let quoted = text.replace('"', "'");
        let reply = stage.say("maya", "credit-ai", &text).await;
        if let Some(id) = reply.body["message"].as_str().filter(|_| reply.status == 200) {
            chatter.push((id.to_owned(), text.clone()));
        }
        for line in [
            format!("/approval request credit-scoring \"{quoted}\""),
            format!("/approval request credit-scoring \"Ship\" {text}"),
            format!("/incident open credit-scoring sev3 {text}"),
            format!("/approval note APR-1 {text}"),
            format!("/incident note INC-1 {text}"),
            format!("/incident {text}"),
            format!("/approval decline APR-2 {text}"),
            format!("/approval delegate @{text}"),
            format!("/sla digest {text}"),
            format!("@countersign {text}"),
        ] {
            stage.say("maya", "credit-ai", &line).await;
        }
        for form in ["incident.open", "approval.request", "incident.note:INC-1", "approval.decline:APR-1:1", &quoted] {
            let values = json!({ "workflow": "credit-scoring", "severity": "sev3", "title": text, "text": text, "reason": text, "action": text, &quoted: text });
            stage.post("form", &json!({ "as": "maya", "form": form, "values": values, "channel": "credit-ai" })).await;
        }
        for action in [
            text.clone(),
            format!("approve:{text}"),
            format!("form:{text}"),
            format!("ack:INC-1:{text}"),
            format!("approval.decline:APR-1:{text}"),
        ] {
            stage
                .post("press", &json!({ "as": "priya", "message": null, "channel": "credit-ai", "action": action }))
                .await;
        }
        for body in [
            json!({ "as": text, "channel": "credit-ai", "text": "x" }),
            json!({ "as": "maya", "channel": text, "text": "x" }),
            json!({ "as": "maya", "channel": format!("@{text}"), "text": "x" }),
            json!({ "as": "maya", "channel": "credit-ai", "text": "x", "thread": text }),
            json!({ "as": "maya", "channel": "credit-ai", "text": "/sla mine", "key": text }),
        ] {
            stage.post("say", &body).await;
        }
        stage.post("edit", &json!({ "as": "maya", "message": text, "text": text })).await;
        stage.post("delete", &json!({ "as": "maya", "message": text })).await;
        stage.post("clock", &json!({ "advance": text })).await;
        stage.post("clock", &json!({ "to": text })).await;
        stage.upload("maya", "credit-ai", &text.chars().take(2_000).collect::<String>(), text.as_bytes()).await;
    }
    for text in ["", " ", "\n\n", "\u{a0}\u{2003}"] {
        assert_eq!(stage.say("maya", "credit-ai", text).await.code(), "empty", "{text:?}");
    }
    assert_eq!(stage.say("maya", "credit-ai", &"x".repeat(200_001)).await.code(), "too_long");
    stage.quiet().await;
    stage.post("clock", &json!({ "advance": "1d" })).await.ok();
    stage.quiet().await;

    // What people said is kept to the letter, and shown without what hides in it; the bot's cards too.
    let shown: BTreeMap<String, Value> = all_messages(&stage, "maya", "credit-ai").await;
    for (id, text) in &chatter {
        let message = &shown[id];
        assert_eq!(message["raw"].as_str(), Some(text.as_str()), "kept to the letter");
        assert!(!hides_something(&message["text"].to_string()), "{}", message["text"]);
    }
    let mut templates = 0;
    for message in shown.values().filter(|it| !it["card"].is_null()) {
        // Where people's words run from right to left, the bot puts marks of its own around them; theirs are taken out.
        let card = message["card"].to_string().replace(['\u{2068}', '\u{2069}'], "");
        assert!(!hides_something(&card), "{card}");
        templates += usize::from(card.contains("{{ 7 * 7 }}"));
        assert!(!card.contains("\"49 "), "a template ran on people's words: {card}");
    }
    assert!(templates > 0, "titles are shown as they were typed");
    stage.strike().await;
}

fn hides_something(json: &str) -> bool {
    // Newlines are escaped in JSON, so no control character stands in it as itself; hidden ones would.
    let decoded: Value = serde_json::from_str(json).expect("JSON");
    fn any(value: &Value) -> bool {
        match value {
            Value::String(text) => text.chars().any(countersign::grammar::clean::is_hidden),
            Value::Array(all) => all.iter().any(any),
            Value::Object(all) => all.values().any(any),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    any(&decoded)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_can_be_read_to_its_beginning() {
    let stage = Stage::set().await;
    let mut said = Vec::new();
    for nth in 0..2_100 {
        let id = stage.say("maya", "credit-ai", &format!("line {nth}")).await.ok()["message"].clone();
        said.push(id.as_str().expect("an id").to_owned());
    }
    let mut pages = Vec::new();
    let mut before = String::new();
    loop {
        let page = stage.get(&format!("/room/api/messages?as=maya&channel=credit-ai{before}")).await.ok();
        let messages: Vec<Value> = page["messages"].as_array().expect("messages").clone();
        // What changes while somebody reads backwards is passed over by no page.
        if pages.is_empty() {
            stage.post("edit", &json!({ "as": "maya", "message": said[3], "text": "line 3, mended" })).await.ok();
        }
        pages.push(messages);
        match page["earlier"].as_i64() {
            Some(earlier) => before = format!("&before={earlier}"),
            None => break,
        }
    }
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [1_000, 1_000, 99], "the one that was edited meanwhile is news for `after`");
    let read: Vec<&str> = pages.iter().rev().flatten().map(|it| it["id"].as_str().expect("an id")).collect();
    let expected: Vec<&str> = said.iter().enumerate().filter(|(nth, _)| *nth != 3).map(|(_, id)| &**id).collect();
    assert_eq!(read, expected);
    let after = pages[0].iter().map(|it| it["change"].as_i64().expect("a number")).max().expect("one at least");
    let news = stage.get(&format!("/room/api/messages?as=maya&channel=credit-ai&after={after}")).await.ok();
    assert_eq!(news["messages"][0]["raw"], "line 3, mended");
    assert_eq!(news.get("earlier"), None);
    let both = stage.get("/room/api/messages?as=maya&channel=credit-ai&after=5&before=9").await;
    assert_eq!((both.status, both.code()), (400, "malformed"));
    stage.strike().await;
}

/// One call tells of many channels what each would tell by itself, as long as that is little.
#[tokio::test(flavor = "multi_thread")]
async fn news_of_many_channels_are_what_each_would_tell() {
    let stage = Stage::set().await;
    let ask = async |after: Value| stage.post("news", &json!({ "as": "maya", "after": after })).await;
    stage.say("maya", "credit-ai", "/approval request credit-scoring \"Ship v1\"").await.ok();
    stage.say("dev", "claims-pilot", "Anybody here?").await.ok();
    stage.quiet().await;
    let news = ask(json!({ "credit-ai": 0, "claims-pilot": 0, "@maya": 0 })).await.ok();
    for channel in ["credit-ai", "claims-pilot", "@maya"] {
        let page = stage.get(&format!("/room/api/messages?as=maya&channel={channel}&after=1")).await.ok();
        let (told, alone) = (&news["channels"][channel], &page["messages"]);
        assert_eq!(&told["messages"], alone, "{channel}");
        assert_eq!(told["more"], false);
    }
    let last = news["channels"]["claims-pilot"]["last"].clone();
    let again = ask(json!({ "claims-pilot": last, "credit-ai": null })).await.ok();
    assert_eq!(again["channels"]["claims-pilot"], json!({ "messages": [], "last": last, "more": false }));
    assert_eq!(again["channels"]["credit-ai"]["last"], news["channels"]["credit-ai"]["last"]);
    // From beyond the end, as after another data folder: the answer says how far it really is.
    let beyond = ask(json!({ "claims-pilot": 1_000_000 })).await.ok();
    assert_eq!(beyond["channels"]["claims-pilot"]["last"], last);
    for nth in 0..101 {
        stage.say("dev", "claims-pilot", &format!("line {nth}")).await.ok();
    }
    let many = ask(json!({ "claims-pilot": last, "credit-ai": 0 })).await.ok();
    assert_eq!(
        (&many["channels"]["claims-pilot"]["more"], &many["channels"]["credit-ai"]["more"]),
        (&json!(true), &json!(false))
    );
    let all: serde_json::Map<String, Value> = (0..1_001).map(|nth| (format!("c{nth}"), json!(0))).collect();
    assert_eq!(ask(Value::Object(all)).await.code(), "malformed");
    let stranger = stage.post("news", &json!({ "as": "nobody", "after": {} })).await;
    assert_eq!(stranger.code(), "unknown_person");
    let head = stage.get("/room/api/head").await.ok();
    assert!(head["size"].is_u64(), "{head}");
    stage.strike().await;
}

/// What a card leaves out for a reader is what the rules turn down when that reader asks for it all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_card_leaves_out_is_turned_down() {
    let stage = Stage::set().await;
    for (who, line) in [
        ("maya", "/incident open credit-scoring sev2 Drift impact=unclear"),
        ("maya", "/approval request credit-scoring \"Ship v1\""),
        ("priya", "/approval approve APR-1"),
    ] {
        stage.say(who, "credit-ai", line).await.ok();
    }
    stage.quiet().await;
    let cards = async || {
        let messages = stage.messages("maya", "credit-ai").await;
        messages.into_iter().filter(|it| it["thread"].is_null()).map(|it| it["card"].clone()).collect::<Vec<Value>>()
    };
    let before = cards().await;
    let everybody = stage.get("/room/api/people").await.ok()["people"].as_array().expect("people").clone();
    let mut turned_down = 0;
    for person in &everybody {
        let who = person["id"].as_str().expect("an id");
        let page = stage.get(&format!("/room/api/messages?as={who}&channel=credit-ai")).await.ok();
        for (case, view) in page["views"].as_object().expect("views") {
            let root = if case.starts_with("INC") { "incident" } else { "approval" };
            for action in view["not_theirs"].as_array().expect("actions").iter().filter_map(Value::as_str) {
                let said = match action.strip_prefix("form:") {
                    Some(form) => {
                        let values = json!({ "text": "x", "reason": "x" });
                        let form = json!({ "as": who, "form": format!("{root}.{form}"), "values": values });
                        stage.post("form", &form).await.ok()["errors"].clone()
                    }
                    None => {
                        let press = json!({ "as": who, "message": null, "channel": "credit-ai", "action": action });
                        stage.post("press", &press).await.ok()["answers"].clone()
                    }
                };
                assert!(
                    said.as_object().is_some_and(|it| !it.is_empty()) || said[0].is_object(),
                    "{who} {action}: {said}"
                );
                turned_down += 1;
            }
        }
    }
    assert!(turned_down > 30, "only {turned_down} were tried");
    stage.quiet().await;
    assert_eq!(cards().await, before, "nothing of it was done");
    stage.strike().await;
}

/// The files of the page are small on the line, are asked about again each time, and come again only where they changed.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_small_and_kept_by_the_browser() {
    use std::io::Read as _;
    let stage = Stage::set().await;
    let ask = async |path: &str, headers: &[(header::HeaderName, &str)]| {
        let mut request = stage.request("GET", path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let response = stage.running.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let (parts, body) = response.expect("an answer").into_parts();
        (parts, axum::body::to_bytes(body, 1 << 20).await.expect("a body").to_vec())
    };
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/room");
    let names = std::fs::read_dir(folder).expect("the page").map(|entry| entry.expect("an entry").file_name());
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    let mut sizes = (0, 0);
    for name in &names {
        let path = if name == "index.html" { "/".to_owned() } else { format!("/room/assets/{name}") };
        let (_, whole) = ask(&path, &[]).await;
        let (parts, small) = ask(&path, &[(header::ACCEPT_ENCODING, "gzip, deflate, br")]).await;
        assert_eq!(parts.headers[header::CACHE_CONTROL], "no-cache");
        assert_eq!(parts.headers[header::VARY], "accept-encoding");
        if whole.len() >= 1_024 {
            assert_eq!(parts.headers[header::CONTENT_ENCODING], "gzip", "{name}");
            let mut read = Vec::new();
            flate2::read::GzDecoder::new(&small[..]).read_to_end(&mut read).expect("gzip");
            assert!(read == whole, "{name} is the same");
        }
        let tag = parts.headers[header::ETAG].to_str().expect("text").to_owned();
        for (known, status) in [(&*tag, 304), ("W/\"other\"", 200), (&*format!("\"x\", {tag}"), 304)] {
            let (parts, body) = ask(&path, &[(header::IF_NONE_MATCH, known)]).await;
            assert_eq!((parts.status.as_u16(), body.is_empty()), (status, status == 304), "{name}");
        }
        sizes = (sizes.0 + whole.len(), sizes.1 + small.len());
    }
    assert!(sizes.1 * 5 < sizes.0 * 2, "{} files, {} bytes, {} on the line", names.len(), sizes.0, sizes.1);
    // The page names all its modules, so that they are fetched at once and not one after the other; and it says at once
    // that it is coming.
    let (_, index) = ask("/", &[]).await;
    let index = String::from_utf8(index).expect("text");
    for module in names.iter().filter(|name| name.ends_with(".js") && *name != "theme.js") {
        assert!(index.contains(&format!("rel=\"modulepreload\" href=\"/room/assets/{module}\"")), "{module}");
    }
    assert!(index.contains("Opening the room…"));
    // What is said is small too; events are told as they come.
    for nth in 0..30 {
        stage.say("maya", "credit-ai", &format!("line {nth} of many that are much alike")).await.ok();
    }
    let path = "/room/api/messages?as=maya&channel=credit-ai";
    let (parts, small) = ask(path, &[(header::ACCEPT_ENCODING, "gzip")]).await;
    assert_eq!(parts.headers[header::CONTENT_ENCODING], "gzip");
    assert_eq!(parts.headers[header::CACHE_CONTROL], "no-store");
    assert!(small.len() * 5 < ask(path, &[]).await.1.len());
    let request = stage.request("GET", "/room/api/events?as=maya").header(header::ACCEPT_ENCODING, "gzip");
    let events = stage.running.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
    assert!(!events.expect("an answer").headers().contains_key(header::CONTENT_ENCODING));
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_told_again_is_one_message() {
    let stage = Stage::set().await;
    let upload = async |who: &str, key: &str, bytes: &[u8]| {
        let fields = [("as", who), ("channel", "credit-ai"), ("key", key)];
        stage.upload_with(&fields, "figures.csv", bytes).await
    };
    let first = upload("maya", "k1", b"1,2").await.ok();
    let again = upload("maya", "k1", b"1,2").await.ok();
    assert_eq!(first["message"], again["message"]);
    assert_eq!(stage.messages("maya", "credit-ai").await.len(), 1);
    upload("maya", "k2", b"1,2").await.ok();
    upload("jonas", "k1", b"1,2").await.ok();
    assert_eq!(stage.messages("maya", "credit-ai").await.len(), 3);
    assert_eq!(upload("maya", "", b"1,2").await.code(), "malformed");
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_all_of_it_says_so() {
    let stage = Stage::set().await;
    let ask = async |text: &str| {
        let reply = stage.say("priya", "credit-ai", text).await.ok();
        reply["answers"].to_string()
    };
    let request = async |nth: usize| {
        let text = format!("/approval request credit-scoring \"Ship v{nth}\"");
        stage.say("maya", "credit-ai", &text).await.ok();
    };
    for nth in 0..500 {
        request(nth).await;
    }
    for (line, whole) in
        [("/approval list", "500 approvals"), ("/sla mine", "You owe 500 answers"), ("/sla status", "500 ")]
    {
        let answer = ask(line).await;
        assert!(answer.contains(whole) && !answer.contains("t least") && !answer.contains("older"), "{line}: {answer}");
    }
    request(500).await;
    for (line, part) in [
        ("/approval list", "At least 500 approvals"),
        ("/approval list", "older ones were not searched"),
        ("/sla mine", "You owe at least 500 answers"),
        ("/sla status", "there are older ones"),
    ] {
        let answer = ask(line).await;
        assert!(answer.contains(part), "{line}: {answer}");
    }
    stage.strike().await;
}

async fn all_messages(stage: &Stage, who: &str, channel: &str) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    // Without `after`, the last thousand; from an entry on, all that changed since.
    let mut after = 1;
    loop {
        let page = stage.get(&format!("/room/api/messages?as={who}&channel={channel}&after={after}")).await.ok();
        let messages = page["messages"].as_array().expect("messages");
        if messages.is_empty() {
            return all;
        }
        for message in messages {
            all.insert(message["id"].as_str().expect("an id").to_owned(), message.clone());
        }
        after = page["last"].as_i64().expect("a number");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_lines_get_an_answer() {
    let mut dice = Dice::thrown("hostile");
    let stage = Stage::set().await;
    let people = ["maya", "priya", "tomas", "dev", "lena", "arjun", "anika", "henrik"];
    let words: Vec<String> = verbs::all()
        .flat_map(|verb| verb.args.iter().map(|arg| format!("{}=", arg.name)).chain([verb.verb.to_owned()]))
        .chain(
            [
                "INC-1",
                "APR-1",
                "INC-2",
                "APR-3",
                "INC-0",
                "APR-4294967296",
                "credit-scoring",
                "claims-triage",
                "sev1",
                "sev9",
                "@maya",
                "@nobody",
                "model-risk",
                "2h",
                "0m",
                "99999999999d",
                "tomorrow",
                "until",
                "2027-02-30",
                "none",
                "accept",
                "week",
                "2026-01-01..2020-01-01",
                "\"",
                "“two words”",
                "=",
                "==",
                "key=value",
                "\u{202e}",
                "https://example.org",
                "vendor",
                "requester",
                "1",
                "-1",
                "yes",
                "…",
                "x",
            ]
            .map(str::to_owned),
        )
        .collect();
    for _ in 0..500 {
        let root = *dice.one_of(&[
            "/incident",
            "/approval",
            "/sla",
            "@countersign",
            "@countersign incident",
            "/incident INC-1",
            "/approval APR-1",
        ]);
        let mut line = root.to_owned();
        if dice.below(10) > 0 {
            let verbs: Vec<&str> = verbs::all().filter(|verb| root.contains(verb.root)).map(|verb| verb.verb).collect();
            let verb = if verbs.is_empty() { "help" } else { dice.who(&verbs) };
            line.push_str(&format!(" {verb}"));
        }
        for _ in 0..dice.below(7) {
            let word = dice.one_of(&words).clone();
            line.push_str(if dice.below(12) == 0 { "" } else { " " });
            line.push_str(&word);
        }
        let who = dice.who(&people);
        let reply = stage.say(who, "credit-ai", &line).await;
        assert_eq!(reply.status, 200, "{line}: {}", reply.text());
        let answered = !reply.body["answers"].as_array().expect("answers").is_empty() || !reply.body["form"].is_null();
        assert!(
            answered || !reply.body["message"].is_null(),
            "it is answered, or stands in the room: {line}: {}",
            reply.text()
        );
    }
    stage.post("clock", &json!({ "advance": "5d" })).await.ok();
    stage.quiet().await;
    stage.strike().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_answered_in_json() {
    let stage = Stage::set().await;
    let say = json!({ "as": "maya", "channel": "credit-ai", "text": "x" });
    let with = |key: &str, value: Value| {
        let mut body = say.clone();
        body[key] = value;
        body.to_string().into_bytes()
    };
    let mut bodies: Vec<Vec<u8>> = [
        "",
        "null",
        "true",
        "1",
        "\"x\"",
        "[]",
        "{}",
        "{",
        "[[",
        "{\"as\":",
        "{\"as\":\"maya\",\"as\":\"dev\"}",
        "\u{feff}{}",
        "nonsense",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    bodies.push(vec![0xff, 0xfe, 0x00]);
    bodies.push(b"{\"as\":\"ma\xffya\"}".to_vec());
    bodies.push("[".repeat(500_000).into_bytes());
    bodies.push(format!("{{\"as\":\"{}\"}}", "x".repeat(2 << 20)).into_bytes());
    bodies.push(b"{\"as\":\"maya\",\"channel\":\"credit-ai\",\"text\":\"\\ud800\"}".to_vec());
    for key in
        ["as", "channel", "text", "thread", "key", "message", "action", "form", "values", "advance", "to", "unknown"]
    {
        for value in [
            json!(null),
            json!(1),
            json!(true),
            json!([]),
            json!({}),
            json!(1e308),
            json!([["x"]]),
            json!({ "a": { "b": [] } }),
        ] {
            bodies.push(with(key, value));
        }
    }
    for path in ["say", "edit", "delete", "press", "form", "clock", "upload", "news"] {
        for body in &bodies {
            for kind in [
                "application/json",
                "multipart/form-data; boundary=x",
                "multipart/form-data",
                "application/json; charset=latin1",
                "nonsense",
            ] {
                if path == "upload" || kind.starts_with("application/json") {
                    stage.raw(&format!("/room/api/{path}"), kind, body.clone()).await;
                }
            }
        }
    }
    let values = json!({ "a": 1, "b": null, "c": true, "title": 3 });
    stage.post("form", &json!({ "as": "maya", "form": "incident.open", "values": values })).await.ok();
    for value in [json!([]), json!({})] {
        let reply =
            stage.post("form", &json!({ "as": "maya", "form": "incident.open", "values": { "title": value } })).await;
        assert_eq!(reply.code(), "malformed");
    }
    for query in [
        "",
        "?as=",
        "?as=maya",
        "?channel=x",
        "?as=maya&channel=credit-ai&after=x",
        "?as=maya&channel=credit-ai&after=99999999999999999999",
        "?as=%ff&channel=%ff",
        "?as[]=maya",
        "?as=maya&as=dev&channel=x",
        "?&&&=&",
    ] {
        for path in ["messages", "mine", "events", "people", "clock", "verbs", "head"] {
            if path == "events" && query.starts_with("?as=maya") && !query.contains("&as=") {
                continue;
            }
            stage.get(&format!("/room/api/{path}{query}")).await;
        }
    }
    for after in ["-1", "0", "9223372036854775807", "-9223372036854775808"] {
        stage.get(&format!("/room/api/messages?as=maya&channel=credit-ai&after={after}")).await.ok();
    }
    for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"] {
        for path in [
            "/room/api/say",
            "/room/api/messages",
            "/room/api/nothing",
            "/",
            "/nothing",
            "/healthz",
            "/room/assets/index.html",
            "/room",
        ] {
            let reply = stage.send(stage.request(method, path).body(Body::empty()).expect("a request")).await;
            assert!(method == "GET" || reply.status >= 400, "{method} {path}: {}", reply.status);
        }
    }
    for span in ["0m", "-1h", "9999999999d", "1y", "", "soon", "367d"] {
        assert_eq!(stage.post("clock", &json!({ "advance": span })).await.code(), "malformed", "{span}");
    }
    assert_eq!(stage.post("clock", &json!({})).await.code(), "malformed");
    assert_eq!(stage.post("clock", &json!({ "advance": "1h", "to": "next-wake" })).await.code(), "malformed");
    let written = stage.strike().await;
    assert!(written.heard().all(|heard| !matches!(heard.what, What::Edited { .. } | What::Deleted { .. })));
}

/// An hour of a real meeting, with brackets, pings, links and its own bot's commands, around a story.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_conversation_holds_no_command() {
    let shared = std::env::var_os("COUNTERSIGN_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")));
    let Ok(text) = std::fs::read(shared.join("conversations/ubuntu-meeting.0.ascii.txt")) else {
        return println!("skipped: no shared data");
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let people = ["maya", "jonas", "dev", "lena", "arjun", "priya", "tomas", "anika", "henrik", "ravi", "elena"];
    let mut nicks: BTreeMap<String, &str> = BTreeMap::new();
    let stage = Stage::set().await;
    stage.say("maya", "credit-ai", "/approval request credit-scoring \"Ship v1\"").await.ok();
    let mut said: Vec<(String, String, String)> = Vec::new();
    for line in text.lines() {
        // `channel day [hh:mm] <nick> words`, or `=== nick joined`.
        let Some((nick, words)) = line.split_once("] <").and_then(|(_, rest)| rest.split_once("> ")) else { continue };
        if words.trim().is_empty() {
            continue;
        }
        let known = nicks.len();
        let who = *nicks.entry(nick.to_owned()).or_insert(people[known % people.len()]);
        let reply = stage.say(who, "credit-ai", words).await.ok();
        assert_eq!(reply["answers"], json!([]), "taken for a command: {words}");
        assert!(reply["form"].is_null() && reply["errors"].is_null(), "taken for a command: {words}");
        let id = reply["message"].as_str().unwrap_or_else(|| panic!("not in the transcript: {words}"));
        said.push((id.to_owned(), who.to_owned(), words.to_owned()));
        if said.len() == 400 {
            stage.say("priya", "credit-ai", "@countersign approve APR-1").await.ok();
        }
        if said.len() == 800 {
            stage.say("tomas", "credit-ai", "/approval approve APR-1").await.ok();
            stage.post("clock", &json!({ "advance": "2h" })).await.ok();
        }
    }
    assert!(said.len() > 1_000, "{} lines", said.len());
    stage.quiet().await;
    let shown = all_messages(&stage, "maya", "credit-ai").await;
    for (id, who, words) in &said {
        assert_eq!(
            (shown[id]["author"]["id"].as_str(), shown[id]["raw"].as_str()),
            (Some(who.as_str()), Some(words.as_str()))
        );
    }
    let order: Vec<i64> = said.iter().map(|(id, ..)| shown[id]["order"].as_i64().expect("a number")).collect();
    assert!(order.is_sorted(), "in the order in which it was said");
    let written = stage.strike().await;
    let kept: Vec<(&str, &str)> = written
        .heard()
        .filter_map(|heard| match &heard.what {
            What::Said { text, .. } => Some((heard.who.person().expect("a persona").as_str(), text.as_str())),
            _ => None,
        })
        .filter(|(_, text)| !text.starts_with("@countersign"))
        .collect();
    let expected: Vec<(&str, &str)> = said.iter().map(|(_, who, words)| (who.as_str(), words.as_str())).collect();
    assert_eq!(kept, expected, "whole, and in order");
    assert_eq!(written.count("approval.voted"), 2, "{:?}", written.kinds());
}

/// A person's pages are many, and not without end; nobody else is kept out by them, and one that is closed makes room.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_so_many_event_streams_and_no_more() {
    let stage = Stage::set().await;
    let open = async |who: &str| {
        let request =
            stage.request("GET", &format!("/room/api/events?as={who}")).body(Body::empty()).expect("a request");
        stage.running.router.clone().oneshot(request).await.expect("an answer")
    };
    let mut streams = Vec::new();
    for _ in 0..countersign::web::STREAMS_OF_ONE {
        streams.push(open("maya").await);
    }
    assert!(streams.iter().all(|stream| stream.status() == StatusCode::OK));
    assert_eq!(open("maya").await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(open("jonas").await.status(), StatusCode::OK);
    streams.pop();
    until("there is room again", async || open("maya").await.status() == StatusCode::OK).await;
    drop(streams);
    stage.strike().await;
}

/// Nobody fills the disk with words, or with thousands of files in one upload; others go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_brings_so_much_a_minute() {
    let stage = Stage::set().await;
    let long = "x".repeat(200_000);
    let mut taken = 0;
    let refused = loop {
        let reply = stage.say("maya", "credit-ai", &long).await;
        if reply.status != 200 {
            break reply;
        }
        taken += 1;
        assert!(taken < 100, "there is an end to it");
    };
    assert_eq!((refused.status, refused.code()), (429, "too_much"));
    assert!(taken >= 40, "{taken} messages were taken");
    let press = json!({ "as": "jonas", "channel": "credit-ai", "action": "mine ".repeat(500) });
    assert_eq!(stage.post("press", &press).await.code(), "malformed");
    stage.say("jonas", "credit-ai", "good morning").await.ok();
    let files: String = (0..21)
        .map(|at| {
            format!("--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{at}.txt\"\r\n\r\nx\r\n")
        })
        .collect();
    let body = format!(
        "--frontier\r\nContent-Disposition: form-data; name=\"as\"\r\n\r\njonas\r\n--frontier\r\n\
         Content-Disposition: form-data; name=\"channel\"\r\n\r\ncredit-ai\r\n{files}--frontier--\r\n"
    );
    let reply = stage.raw("/room/api/upload", "multipart/form-data; boundary=frontier", body.into_bytes()).await;
    assert_eq!(reply.code(), "too_many_files");
    stage.strike().await;
}

/// A page of somebody who may not know of a restricted case isn't told that anything happens on it; the others' are, and so is
/// everybody's where a case is everybody's.
#[tokio::test(flavor = "multi_thread")]
async fn event_streams_tell_of_what_one_may_see() {
    let stage = Stage::set().await;
    let open = async |who: &str| {
        let request =
            stage.request("GET", &format!("/room/api/events?as={who}")).body(Body::empty()).expect("a request");
        stage.running.router.clone().oneshot(request).await.expect("an answer").into_body().into_data_stream()
    };
    let (mut maya, mut jonas) = (open("maya").await, open("jonas").await);
    // Everything that was told up to an event that both get.
    let up_to = async |stream: &mut axum::body::BodyDataStream, last: &str| {
        let mut told = String::new();
        while !told.contains(last) {
            let part = stream.next().await.expect("it goes on").expect("it can be read");
            told.push_str(std::str::from_utf8(&part).expect("text"));
        }
        told
    };
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev2 Insider at the desk restricted=yes").await.ok();
    up_to(&mut maya, "event: mine").await;
    stage.say("maya", "inc-1", "nobody else is to know").await.ok();
    stage.say("maya", "inc-1", "/incident note INC-1 not yet").await.ok();
    // Who may know of it has heard of both, so whoever else was told has too.
    up_to(&mut maya, "inc-1").await;
    up_to(&mut maya, "event: mine").await;
    stage.say("maya", "credit-ai", "good morning").await.ok();
    let told = up_to(&mut jonas, "credit-ai").await;
    assert!(!told.contains("mine") && !told.contains("inc-1"), "{told}");
    stage.say("maya", "credit-ai", "/incident open credit-scoring sev3 Scores drift").await.ok();
    up_to(&mut jonas, "event: mine").await;
    drop((maya, jonas));
    stage.strike().await;
}

/// A key is said once: the same words under it get the same answer, and other words are refused, not dropped without a word.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_stands_for_what_was_said_under_it_first() {
    let stage = Stage::set().await;
    let say = async |text: &str| {
        let body = json!({ "as": "maya", "channel": "credit-ai", "text": text, "key": "k-1" });
        stage.post("say", &body).await.ok()
    };
    let first = say("/approval request credit-scoring \"Ship v1\"").await;
    assert_eq!(say("/approval request credit-scoring \"Ship v1\"").await["answers"], first["answers"]);
    let other = say("/approval request credit-scoring \"Ship v2\"").await;
    assert!(other.to_string().contains("stands for something else that was said before"), "{other}");
    let written = stage.strike().await;
    assert_eq!(written.count("approval.requested"), 1);
}

/// What another site's page asks for without an `Origin`, by an image or a link, isn't served, but for the page itself.
#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_gets_nothing_but_the_rooms_own_page() {
    let stage = Stage::set().await;
    for (path, status) in
        [("/", 200), ("/room/api/people", 403), ("/room/assets/room.js", 403), ("/room/api/events?as=maya", 403)]
    {
        let request = stage.request("GET", path).header("sec-fetch-site", "cross-site").body(Body::empty());
        let reply = stage.send(request.expect("a request")).await;
        assert_eq!(reply.status, status, "{path}");
        let policy = reply.headers.get("cross-origin-resource-policy").and_then(|it| it.to_str().ok());
        assert!(status == 403 || policy == Some("same-origin"), "{path}: {policy:?}");
    }
    stage.strike().await;
}

/// Connections that send half a request and wait.
async fn half_a_request(address: std::net::SocketAddr, half: &str) -> tokio::net::TcpStream {
    use tokio::io::AsyncWriteExt as _;
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    stream.write_all(half.as_bytes()).await.expect("it is written");
    stream
}

/// Half a head, half a body, or nothing at all: none of them is waited for for ever, and meanwhile others are served.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_holds_connections_open_keeps_nobody_out() {
    use tokio::io::AsyncReadExt as _;
    let stage = Stage::set().await;
    let address = stage.running.address;
    let body = format!(
        "POST /room/api/say HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    let halves = ["GET /room/api/hello HTTP/1.1\r\nHost: x", body.as_str(), ""];
    let mut held = Vec::new();
    for at in 0..400 {
        held.push(half_a_request(address, halves[at % halves.len()]).await);
    }
    let mut other =
        half_a_request(address, &format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))
            .await;
    let mut answer = String::new();
    other.read_to_string(&mut answer).await.expect("others are served");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    // The far end closes each of them: reading comes to an end, with an answer or without.
    let closed = async {
        for stream in &mut held {
            let mut rest = Vec::new();
            let _broken_off = stream.read_to_end(&mut rest).await;
            let said = String::from_utf8_lossy(&rest);
            assert!(rest.is_empty() || said.starts_with("HTTP/1.1 408 "), "{said}");
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(120), closed).await.expect("all are closed");
    stage.strike().await;
}

/// There is room for so many connections. Who comes after waits until one of them ends, and is served then.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_too_many_waits_for_room() {
    use tokio::io::AsyncReadExt as _;
    let stage = Stage::set().await;
    let address = stage.running.address;
    let mut held = Vec::new();
    for _ in 0..countersign::web::listener::CONNECTIONS {
        held.push(half_a_request(address, "").await);
    }
    let asks = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    let mut other = half_a_request(address, &asks).await;
    let mut first = [0; 12];
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), other.read_exact(&mut first)).await;
    assert!(early.is_err(), "there is no room for it yet");
    held.pop();
    other.read_exact(&mut first).await.expect("it is served");
    assert_eq!(&first, b"HTTP/1.1 200");
    drop(held);
    stage.strike().await;
}
