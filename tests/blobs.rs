//! Files in a bucket, and in the data folder: both keep the same promises. The server is a real one; where none is installed, what needs
//! it is skipped, and says so.

#![cfg(unix)]

#[path = "blobs/encrypted.rs"]
mod encrypted;
mod kit;
#[path = "blobs/server.rs"]
mod server;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use countersign::blobs::{self, BlobError, Blobs, Checked, Credentials, WrittenPlace, give_credentials};
use countersign::evidence::audit;
use countersign::ledger::folder as data_folder;
use kit::bot::{Bot, NotReady, until, words};
use kit::written::Written;
use serde_json::Value;
use server::{KEY_ID, SECRET, Server, server};
use sha2::{Digest as _, Sha256};

const BANK: &str = include_str!("stories/bank.toml");

/// A data folder, and where its files lie.
struct Kept {
    folder: tempfile::TempDir,
    blobs: Blobs,
    bucket: Option<(Arc<Server>, String)>,
}

/// Whether files lie as they came, or encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    Plain,
    Encrypted,
}

impl Lie {
    fn folder(self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        if self == Lie::Encrypted {
            std::fs::create_dir(folder.path().join("keys")).expect("a folder for keys");
            data_folder::encrypt_files(folder.path()).expect("a secret");
        }
        folder
    }
}

impl Kept {
    fn in_folder(lie: Lie) -> Kept {
        let folder = lie.folder();
        Kept { blobs: Blobs::of(folder.path()).expect("files"), folder, bucket: None }
    }

    /// `lock`: as it stands in the settings.
    async fn in_bucket(server: &Arc<Server>, lie: Lie, locks: bool, lock: &str) -> Kept {
        let folder = lie.folder();
        let bucket = server.bucket("kept", locks).await;
        let written: WrittenPlace = toml::from_str(&settings(server, &bucket, lock)).expect("settings");
        blobs::settle(folder.path(), Some(&written.place().expect("a place"))).expect("it is noted");
        let blobs = Blobs::of(folder.path()).expect("files");
        Kept { blobs, folder, bucket: Some((server.clone(), bucket)) }
    }

    /// Somebody else changes what lies there.
    async fn overwrite(&self, sha256: &str, bytes: &[u8]) {
        let place = self.blobs.place(sha256);
        match &self.bucket {
            None => std::fs::write(place, bytes).expect("written"),
            Some((server, _)) => {
                let put = server.ask("PUT", key_of(&place), "", &[], bytes).await.expect("an answer");
                assert_eq!(put.status, 200, "{}", put.text);
            }
        }
    }

    async fn delete(&self, sha256: &str) {
        let place = self.blobs.place(sha256);
        match &self.bucket {
            None => std::fs::remove_file(place).expect("it goes"),
            Some((server, _)) => {
                server.ask("DELETE", key_of(&place), "", &[], b"").await.expect("an answer");
            }
        }
    }
}

fn settings(server: &Server, bucket: &str, more: &str) -> String {
    format!("url = \"s3://{bucket}/house/one\"\nendpoint = \"{}\"\n{more}\n", server.endpoint)
}

fn key(bucket: &str, sha256: &str) -> String {
    format!("{bucket}/house/one/{}/{sha256}", &sha256[..2])
}

/// Of an object, where it lies for people.
fn key_of(place: &str) -> &str {
    place.strip_prefix("s3://").expect("it is in a bucket")
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn remove(blobs: &Blobs, sha256: &str) -> Result<(), BlobError> {
    let mut removed = Ok(());
    for name in blobs.names(sha256) {
        removed = removed.and(blobs.remove(&name).await);
    }
    removed
}

/// What holds wherever files lie.
async fn contract(kept: &Kept, lie: Lie) {
    let blobs = &kept.blobs;
    blobs.look().await.expect("it is good");
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    for bytes in [&b""[..], b"pune;0.31\n", &large] {
        let sha256 = hash(bytes);
        assert_eq!(blobs.read(&sha256).await.expect("it is looked for"), None);
        assert!(!blobs.has(&sha256).await.expect("it is looked for"));
        remove(blobs, &sha256).await.expect("what isn't there is gone");
        for _ in 0..2 {
            assert_eq!(blobs.keep(bytes.to_vec()).await.expect("it is kept"), sha256);
            assert!(blobs.read(&sha256).await.expect("it is read").as_deref() == Some(bytes), "other bytes came back");
        }
        let content = blobs.open(&sha256).await.expect("it is read").expect("it is there");
        assert_eq!(content.bytes().expect("a length"), bytes.len() as u64);
        assert_eq!(content.hash().await.expect("it is read"), sha256);
    }
    let both: Vec<Vec<u8>> = (0..8_u8).map(|n| vec![n; 300_000]).collect();
    for bytes in &both {
        let all = (0..8).map(|_| blobs.keep(bytes.clone()));
        for kept in futures_util::future::join_all(all).await {
            assert_eq!(kept.expect("whoever else keeps it"), hash(bytes));
        }
        assert_eq!(blobs.check(&hash(bytes)).await.expect("it is read"), Checked::Good);
    }
    let sha256 = hash(&large);
    for other in [&b"damaged"[..], &vec![7; 3_000_000]] {
        kept.overwrite(&sha256, other).await;
        let damaged = if lie == Lie::Plain { Checked::Changed(hash(other)) } else { Checked::NotOpened };
        assert_eq!(blobs.check(&sha256).await.expect("it is read"), damaged);
        blobs.keep(large.clone()).await.expect("it is kept");
        assert_eq!(blobs.check(&sha256).await.expect("it is read"), Checked::Good, "damage is replaced");
    }
    kept.delete(&sha256).await;
    assert!(!blobs.has(&sha256).await.expect("it is looked for"));
    blobs.keep(large.clone()).await.expect("it is kept again");
    assert_eq!(blobs.check(&sha256).await.expect("it is read"), Checked::Good);
    remove(blobs, &sha256).await.expect("it goes");
    assert!(!blobs.has(&sha256).await.expect("it is looked for"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_keeps_its_promises() {
    let kept = Kept::in_folder(Lie::Plain);
    contract(&kept, Lie::Plain).await;
    assert_eq!(kept.blobs.in_bucket().await.expect("there is none"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_keeps_the_same_promises() {
    let Some(server) = server().await else { return };
    for lie in [Lie::Plain, Lie::Encrypted] {
        let kept = Kept::in_bucket(&server, lie, false, "").await;
        contract(&kept, lie).await;
        let (url, files) = kept.blobs.in_bucket().await.expect("it is counted").expect("a bucket");
        assert!(url.starts_with("s3://kept-") && url.ends_with("/house/one"), "{url}");
        assert_eq!(files, 10, "the empty one, the small one, and eight");
        assert!(!kept.folder.path().join("blobs").exists(), "nothing is kept in the folder");
    }
}

/// A plain removal in a bucket with versions removes nothing: it hides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_removed_is_removed_with_every_version() {
    let Some(server) = server().await else { return };
    let kept = Kept::in_bucket(&server, Lie::Plain, true, "").await;
    let (bytes, bucket) = (b"pune;0.31\n", kept.bucket.as_ref().expect("a bucket").1.clone());
    let sha256 = kept.blobs.keep(bytes.to_vec()).await.expect("it is kept");
    kept.overwrite(&sha256, b"another").await;
    kept.delete(&sha256).await;
    assert!(!kept.blobs.has(&sha256).await.expect("it is looked for"), "it is hidden");
    let versions = async || {
        let listed = server.ask("GET", &bucket, "versions=", &[], b"").await.expect("an answer").text;
        listed.matches("<VersionId>").count()
    };
    assert_eq!(versions().await, 3, "and there");
    remove(&kept.blobs, &sha256).await.expect("it goes");
    assert_eq!(versions().await, 0, "it is gone");
}

/// A file that was kept before there was a bucket is found where it is, and new ones go to the bucket.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_from_before_there_was_a_bucket_are_found() {
    let Some(server) = server().await else { return };
    let before = Kept::in_folder(Lie::Plain);
    let old = before.blobs.keep(b"from before".to_vec()).await.expect("it is kept");
    let bucket = server.bucket("kept", false).await;
    let written: WrittenPlace = toml::from_str(&settings(&server, &bucket, "")).expect("settings");
    blobs::settle(before.folder.path(), Some(&written.place().expect("a place"))).expect("it is noted");
    let blobs = Blobs::of(before.folder.path()).expect("files");
    let new = blobs.keep(b"from now on".to_vec()).await.expect("it is kept");
    assert_eq!(blobs.read(&old).await.expect("it is read").as_deref(), Some(&b"from before"[..]));
    assert_eq!(blobs.read(&new).await.expect("it is read").as_deref(), Some(&b"from now on"[..]));
    assert!(blobs.place(&old).contains("blobs/") && blobs.place(&new).starts_with("s3://"), "{}", blobs.place(&old));
    for sha256 in [&old, &new] {
        remove(&blobs, sha256).await.expect("it goes");
        assert!(!blobs.has(sha256).await.expect("it is looked for"));
    }
}

/// Somebody who took a bucket for a file that is missing would say that evidence is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_not_there_is_not_a_missing_file() {
    let Some(server) = server().await else { return };
    let place = |text: &str| toml::from_str::<WrittenPlace>(text).expect("settings").place().expect("a place");
    let at = |text: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        blobs::settle(folder.path(), Some(&place(text))).expect("it is noted");
        Blobs::of(folder.path()).expect("files")
    };
    let none = at(&settings(&server, "nobody-made-this", ""));
    for failed in [none.look().await.err(), none.read(&hash(b"x")).await.err(), remove(&none, &hash(b"x")).await.err()]
    {
        assert!(matches!(failed, Some(BlobError::NoBucket(_))), "{failed:?}");
    }
    let bucket = server.bucket("plain", false).await;
    let unlocked = at(&settings(&server, &bucket, "lock_days = 30"));
    let refused = unlocked.look().await.expect_err("it can't lock");
    assert!(matches!(refused, BlobError::NotLockable(_)) && refused.to_string().contains("object-lock"), "{refused}");
    let kept = unlocked.keep(b"x".to_vec()).await.expect_err("not without the lock that was asked for");
    assert!(matches!(kept, BlobError::NotLockable(_)), "{kept}");
    let nobody = at("url = \"s3://evidence\"\nendpoint = \"http://127.0.0.1:9\"");
    for failed in
        [nobody.look().await.err(), nobody.read(&hash(b"x")).await.err(), remove(&nobody, &hash(b"x")).await.err()]
    {
        assert!(failed.as_ref().is_some_and(BlobError::may_pass), "{failed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_not_shortened_and_a_removal_says_until_when_it_holds() {
    let Some(server) = server().await else { return };
    for mode in ["governance", "compliance"] {
        let long = format!("lock = \"{mode}\"\nlock_days = 400");
        let kept = Kept::in_bucket(&server, Lie::Plain, true, &long).await;
        kept.blobs.look().await.expect("it locks");
        let bucket = kept.bucket.as_ref().expect("a bucket").1.clone();
        let sha256 = kept.blobs.keep(b"pune;0.31\n".to_vec()).await.expect("it is kept");
        let retention = async || {
            let asked = server.ask("GET", &key(&bucket, &sha256), "retention=", &[], b"").await.expect("an answer");
            let date = asked.text.split_once("<RetainUntilDate>").map(|(_, rest)| rest[..20].to_owned());
            assert!(asked.text.contains(&mode.to_uppercase()), "{}", asked.text);
            date.unwrap_or_else(|| panic!("no date: {}", asked.text))
        };
        let until = retention().await;
        let least = chrono::Utc::now() + chrono::Days::new(400);
        assert!(until >= least.format("%Y-%m-%dT%H:%M:%SZ").to_string(), "{until}");
        // Whoever has fewer days in the settings by now keeps it again: it stays as it was.
        let short: WrittenPlace = toml::from_str(&settings(&server, &bucket, "lock_days = 3")).expect("settings");
        blobs::settle(kept.folder.path(), Some(&short.place().expect("a place"))).expect("the same place");
        let shorter = Blobs::of(kept.folder.path()).expect("files");
        shorter.keep(b"pune;0.31\n".to_vec()).await.expect("it is there");
        assert_eq!(retention().await, until);
        let refused = remove(&shorter, &sha256).await.expect_err("it is locked");
        assert!(matches!(&refused, BlobError::Locked { until: told, .. } if *told == until), "{refused}");
        assert!(refused.to_string().contains(&until) && refused.to_string().contains(&sha256), "{refused}");
        assert_eq!(shorter.check(&sha256).await.expect("it is read"), Checked::Good, "nothing hides it");
        let put = server
            .ask("PUT", &key(&bucket, &sha256), "legal-hold=", &[], b"<LegalHold><Status>ON</Status></LegalHold>")
            .await
            .expect("an answer");
        assert_eq!(put.status, 200, "{}", put.text);
        let held = remove(&shorter, &sha256).await.expect_err("it is held").to_string();
        assert!(held.contains("legal hold"), "{held}");
    }
}

/// A whole bot, with its files in a bucket.
struct House {
    folder: tempfile::TempDir,
    server: Arc<Server>,
    bucket: String,
}

impl House {
    /// `lock`: as it stands in the settings.
    async fn new(server: Arc<Server>, lie: Lie, lock: &str) -> House {
        let bucket = server.bucket("house", !lock.is_empty()).await;
        let house = House { folder: tempfile::tempdir().expect("a folder"), server, bucket };
        std::fs::write(house.folder.path().join("policy.toml"), BANK).expect("a policy");
        let encrypt = if lie == Lie::Encrypted { "encrypt_files = true\n" } else { "" };
        house.set(&format!("{encrypt}[blobs]\n{}", settings(&house.server, &house.bucket, lock)));
        house
    }

    /// Where a file lies in the bucket, for people.
    fn place(&self, sha256: &str) -> String {
        Blobs::of(&self.data()).expect("files").place(sha256)
    }

    fn set(&self, settings: &str) {
        std::fs::write(self.folder.path().join("countersign.toml"), settings).expect("settings");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = kit::bot::countersign(args);
        command.env("COUNTERSIGN_S3_ACCESS_KEY_ID", KEY_ID);
        let secret = self.folder.path().join("secret");
        std::fs::write(&secret, format!("{SECRET}\n")).expect("a secret");
        command.env("COUNTERSIGN_S3_SECRET_ACCESS_KEY_FILE", secret);
        command
    }

    fn try_start(&self) -> Result<Bot, NotReady> {
        let (data, config) = (self.data(), self.folder.path().join("countersign.toml"));
        let policy = self.folder.path().join("policy.toml");
        let of = |path: &Path| path.to_str().expect("text").to_owned();
        Bot::from(self.command(&[
            "--data",
            &of(&data),
            "--config",
            &of(&config),
            "--policy",
            &of(&policy),
            "--listen",
            "127.0.0.1:0",
            "--clock",
            "manual",
        ]))
    }

    fn start(&self) -> Bot {
        self.try_start().unwrap_or_else(|not_ready| panic!("it did not start: {not_ready:?}"))
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("the binary runs")
    }
}

async fn upload(bot: &Bot, (channel, thread): (&str, &str), bytes: &[u8]) -> (u16, String) {
    let part = |name: &str, value: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields = [part("as", "dev"), part("channel", channel), part("thread", thread), part("text", "The rates.")];
    let begin = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rates.csv\"\r\n\r\n";
    let body = [fields.concat().as_bytes(), begin.as_bytes(), bytes, b"\r\n--edge--\r\n"].concat();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let sent = client
        .post(format!("{}/room/api/upload", bot.room.base))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(body)
        .send()
        .await
        .expect("an answer");
    (sent.status().as_u16(), sent.text().await.expect("text"))
}

/// An incident, and the message that its thread begins with.
async fn incident(bot: &Bot, (workflow, channel): (&str, &str)) -> String {
    bot.room
        .say("maya", channel, &format!("/incident open {workflow} sev2 \"Decline rate in Pune doubled\""))
        .await
        .ok();
    let found = Mutex::new(None);
    until("the case has a card", async || {
        let page =
            bot.room.get(&format!("/room/api/messages?as=maya&channel={channel}")).await.expect("an answer").ok();
        let all = page["messages"].as_array().cloned().unwrap_or_default();
        let card = all.iter().find(|it| it["card"] != Value::Null && it.to_string().contains("INC-1"));
        *found.lock().expect("nobody panics with it") = card.and_then(|it| it["id"].as_str()).map(str::to_owned);
        found.lock().expect("nobody panics with it").is_some()
    })
    .await;
    found.into_inner().expect("nobody panics with it").expect("it was found")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_has_its_files_in_a_bucket() {
    let Some(server) = server().await else { return };
    for lie in [Lie::Plain, Lie::Encrypted] {
        files_in_a_bucket(server.clone(), lie).await;
    }
}

async fn files_in_a_bucket(server: Arc<Server>, lie: Lie) {
    let house = House::new(server.clone(), lie, "").await;
    let data = house.data();
    let at = data.to_str().expect("text");
    let bot = house.start();
    let thread = incident(&bot, ("claims", "claims")).await;
    // Longer than what is in memory of one at a time.
    let bytes: Vec<u8> = (0..2_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sha256 = hash(&bytes);
    let (status, said) = upload(&bot, ("claims", &thread), &bytes).await;
    assert_eq!(status, 200, "{said}");
    let message = serde_json::from_str::<Value>(&said).expect("JSON")["message"].as_str().expect("its id").to_owned();
    let address = format!("{}/room/api/files/{sha256}/rates.csv?as=dev&message={message}", bot.room.base);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let fetched = client.get(&address).send().await.expect("an answer").bytes().await.expect("bytes");
    assert!(fetched == bytes, "the room's page has it from the bucket");
    assert!(!data.join("blobs").join(&sha256[..2]).exists(), "it isn't in the folder");
    let (status, log) = bot.stop();
    assert!(status.success() && !log.contains(SECRET), "{log}");
    assert!(!std::fs::read_to_string(data.join("bucket.toml")).expect("it is noted").contains(SECRET));

    // The folder says where its files are: nobody needs the settings for that.
    let verified = house.run(&["verify", "--data", at]);
    assert!(verified.status.success(), "{}", words(&verified));
    assert!(words(&verified).contains("one file"), "{}", words(&verified));
    let without = kit::bot::run(&["verify", "--data", at]);
    assert!(
        !without.status.success() && words(&without).contains("COUNTERSIGN_S3_ACCESS_KEY_ID"),
        "{}",
        words(&without)
    );
    for form in ["bag", "bag.zip", "bag.tar.zst"] {
        let out = house.folder.path().join(form);
        let out = out.to_str().expect("text");
        let exported = house.run(&["export", "INC-1", "--data", at, "-o", out]);
        assert!(exported.status.success(), "{}", words(&exported));
        let verified = house.run(&["verify", out]);
        assert!(verified.status.success(), "{}", words(&verified));
    }
    let attached = house.folder.path().join("bag/data/attachments").join(&sha256);
    assert!(std::fs::read(attached).expect("it is in the bundle") == bytes);
    let copy = house.folder.path().join("copy");
    let backup = house.run(&["backup", copy.to_str().expect("text"), "--data", at]);
    assert!(backup.status.success(), "{}", words(&backup));
    assert!(words(&backup).contains(&format!("One file is in s3://{}/house/one", house.bucket)), "{}", words(&backup));
    let verified = house.run(&["verify", "--data", copy.to_str().expect("text")]);
    assert!(verified.status.success(), "the copy finds the bucket: {}", words(&verified));

    // Somebody else is at the bucket.
    let place = house.place(&sha256);
    assert_eq!(place == format!("s3://{}", key(&house.bucket, &sha256)), lie == Lie::Plain, "{place}");
    let put = server.ask("PUT", key_of(&place), "", &[], b"other rates").await.expect("an answer");
    assert_eq!(put.status, 200);
    let changed = house.run(&["verify", "--data", at]);
    assert!(!changed.status.success(), "{}", words(&changed));
    let said = words(&changed);
    assert!(said.contains("“rates.csv”") && said.contains("was changed") && said.contains(&place), "{said}");
    server.ask("DELETE", key_of(&place), "", &[], b"").await.expect("an answer");
    let missing = words(&house.run(&["verify", "--data", at]));
    assert!(missing.contains("“rates.csv”") && missing.contains(&format!("{place} is not there")), "{missing}");
    let out = house.folder.path().join("lacking");
    let lacking = house.run(&["export", "INC-1", "--data", at, "-o", out.to_str().expect("text")]);
    assert!(lacking.status.success() && words(&lacking).contains(&place), "{}", words(&lacking));
}

/// A server that answers as it is told, and with 200 after that. What it was asked.
async fn bad(answers: &[u16]) -> (Blobs, Arc<Mutex<Vec<String>>>, tempfile::TempDir) {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    give_credentials(Credentials { key_id: KEY_ID.to_owned(), secret: SECRET.to_owned().into(), session: None });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (answers, noted) = (Arc::new(Mutex::new(VecDeque::from(answers.to_vec()))), asked.clone());
    let answer = move |request: axum::extract::Request| {
        let none_of_it = request.headers().get("if-none-match").is_some_and(|it| it == "*");
        noted.lock().expect("a list").push(format!("{} {none_of_it}", request.method()));
        let status = answers.lock().expect("a list").pop_front().unwrap_or(200);
        async move {
            let body = if status == 200 { "" } else { "<Error><Code>SlowDown</Code></Error>" };
            let answer = axum::http::Response::builder().status(status).header("etag", "\"x\"");
            answer.body(axum::body::Body::from(body)).expect("an answer")
        }
    };
    let router = axum::Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("url = \"s3://evidence\"\nendpoint = \"http://{address}\"");
    let written: WrittenPlace = toml::from_str(&text).expect("settings");
    blobs::settle(folder.path(), Some(&written.place().expect("a place"))).expect("it is noted");
    (Blobs::of(folder.path()).expect("files"), asked, folder)
}

/// Each try says that nothing may be written over, and there is an end to them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_asks_for_patience_gets_some() {
    let (blobs, asked, _folder) = bad(&[503, 429, 500]).await;
    assert_eq!(blobs.keep(b"x".to_vec()).await.expect("it is kept in the end"), hash(b"x"));
    assert_eq!(*asked.lock().expect("a list"), ["PUT true"; 4]);
    let (blobs, asked, _folder) = bad(&[503; 50]).await;
    let begun = std::time::Instant::now();
    let gave_up = blobs.keep(b"x".to_vec()).await.expect_err("there is an end to it");
    assert!(gave_up.may_pass() && gave_up.to_string().contains("SlowDown"), "{gave_up}");
    assert!(!gave_up.to_string().contains(SECRET) && begun.elapsed().as_secs() < 60, "{gave_up}");
    assert_eq!(asked.lock().expect("a list").len(), 6);
    let (blobs, asked, _folder) = bad(&[403; 50]).await;
    let refused = blobs.keep(b"x".to_vec()).await.expect_err("it isn't let in");
    assert!(matches!(refused, BlobError::Denied { .. }) && refused.to_string().contains("rights"), "{refused}");
    assert_eq!(asked.lock().expect("a list").len(), 1, "nothing is gained by another try");
}

/// The words go, the lock holds: whoever reads the log knows which file is still there, and until when.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_under_a_lock_says_until_when_it_holds() {
    let Some(server) = server().await else { return };
    let cases =
        [("", false, Lie::Plain), ("lock_days = 30", true, Lie::Plain), ("lock_days = 30", true, Lie::Encrypted)];
    for (lock, stays, lie) in cases {
        let house = House::new(server.clone(), lie, lock).await;
        let bot = house.start();
        let thread = incident(&bot, ("claims", "claims")).await;
        let sha256 = hash(b"Anna Berg\n");
        let (status, said) = upload(&bot, ("claims", &thread), b"Anna Berg\n").await;
        assert_eq!(status, 200, "{said}");
        for (who, line) in [
            ("dev", "/evidence erase INC-1 because A claimant is named in it"),
            ("henrik", "/approval approve APR-1"),
            ("sofia", "/incident withdraw INC-1 It was a test"),
        ] {
            let reply = bot.room.say(who, "claims", line).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        until("it is carried out", async || {
            let page = bot.room.get("/room/api/messages?as=maya&channel=claims").await.expect("an answer");
            page.text.contains(" is carried out")
        })
        .await;
        let place = house.place(&sha256);
        let object = async || server.ask("GET", key_of(&place), "", &[], b"").await.expect("an answer").status;
        match stays {
            true => until("the log says so", async || bot.logged().contains("is under Object Lock until 20")).await,
            false => until("it is gone", async || object().await == 404).await,
        }
        let (status, log) = bot.stop();
        assert!(status.success(), "{log}");
        assert_eq!(log.contains(&format!("{place} is under Object Lock until 20")), stays, "{log}");
        assert_eq!(object().await, if stays { 200 } else { 404 });
        // What opens it was made of a hash that stands nowhere any more.
        assert_eq!(log.contains("Nobody can read it"), lie == Lie::Encrypted, "{log}");
        let left = server.ask("GET", key_of(&place), "", &[], b"").await.expect("an answer").text;
        assert_eq!(left.contains("Anna Berg"), stays && lie == Lie::Plain, "{left}");
        let data = house.data();
        let verified = house.run(&["verify", "--data", data.to_str().expect("text")]);
        assert!(verified.status.success() && words(&verified).contains("0 files"), "{}", words(&verified));
        assert!(house.start().stop().0.success(), "a start goes on without it");
    }
}

/// A start that would look for the files elsewhere than where they are is refused, and changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_is_not_started_beside_its_bucket() {
    let Some(server) = server().await else { return };
    let house = House::new(server.clone(), Lie::Plain, "").await;
    assert!(house.start().stop().0.success());
    let noted = std::fs::read(house.data().join("bucket.toml")).expect("it is noted");
    let other = settings(&server, "nobody-made-this", "");
    for (text, says) in [
        ("", "the settings name no bucket"),
        (&*format!("[blobs]\n{other}"), "and the settings name s3://nobody-made-this"),
        ("[blobs]\nurl = \"s3://x\"", "names no bucket"),
        (&*format!("[blobs]\n{}", settings(&server, &house.bucket, "lock_days = 2")), "made without Object Lock"),
    ] {
        house.set(text);
        let refused = house.try_start().map(Bot::stop).expect_err("it must not start");
        assert!(refused.log.contains(says), "{text}: {}", refused.log);
    }
    house.set(&format!("[blobs]\n{}", settings(&server, &house.bucket, "")));
    assert!(house.start().stop().0.success(), "as before it starts");
    assert_eq!(std::fs::read(house.data().join("bucket.toml")).expect("it is noted"), noted);
}

/// Nobody answers where the bucket should be: the words are kept, the file is named as not kept, and it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_nobody_answers_for_stops_nothing_else() {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().expect("a folder");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let config = folder.path().join("countersign.toml");
    let text = format!("[blobs]\nurl = \"s3://evidence\"\nendpoint = \"http://127.0.0.1:{free}\"");
    std::fs::write(&config, text).expect("settings");
    let data = folder.path().join("data");
    let of = |path: &Path| path.to_str().expect("text").to_owned();
    let mut command =
        kit::bot::countersign(&["--data", &of(&data), "--config", &of(&config), "--listen", "127.0.0.1:0"]);
    command.args(["--clock", "manual"]);
    command.env("COUNTERSIGN_S3_ACCESS_KEY_ID", KEY_ID).env("COUNTERSIGN_S3_SECRET_ACCESS_KEY", SECRET);
    let bot = Bot::from(command).expect("it starts all the same");
    let thread = incident(&bot, ("credit-scoring", "credit-ai")).await;
    let (status, said) = upload(&bot, ("credit-ai", &thread), b"pune;0.31\n").await;
    assert!(status == 503 && said.contains("could not be kept"), "{status} {said}");
    bot.room.say("dev", "credit-ai", "/incident ack INC-1").await.ok();
    let (status, log) = bot.stop();
    assert!(status.success() && log.contains("Look whether the server of the bucket is up"), "{log}");
    assert!(log.contains("onnection refused"), "what the system says is told: {log}");
    let verdict = audit::verify(&data).await.expect("no entry names a file");
    assert!(verdict.is_good(), "{verdict}");
    let written = Written::read(&data).await;
    assert_eq!(written.count("files.not-kept"), 1, "the operators hear of it");
}
