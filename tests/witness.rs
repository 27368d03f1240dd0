//! Heads that others cosign: two whole bots witness each other over HTTP on this machine, one of them is started from an older copy
//! of its folder, and witnesses answer as badly as witnesses can.

mod kit;
#[path = "kit/machine.rs"]
mod machine;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier, Mutex};

use axum::body::Body;
use axum::http::{HeaderMap, Response};
use axum::routing::post;
use countersign::app::config::{Config, Given};
use countersign::app::serve::{self, Running};
use countersign::domain::policy::Policy;
use countersign::domain::{Actor, Span};
use countersign::evidence::bundle;
use countersign::ledger::folder::{self, Folder};
use countersign::seal::{AddCheckpoint, Checkpoint, Cosigned, Cosigner, Frontier, Hash, Signer, TrustPolicy};
use countersign::witness::kept::{AddError, Kept, name_of};
use kit::bot::{self, until};
use kit::house::MONDAY;
use kit::written::{self, Written};
use machine::Machine;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

const BANK: &str = include_str!("stories/bank.toml");

/// A bot, and what it was started from.
struct Side {
    running: Running,
    folder: tempfile::TempDir,
}

impl Side {
    async fn start() -> Side {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("policy.toml"), BANK).expect("a policy");
        let running = Side::run(folder.path()).await;
        Side { running, folder }
    }

    async fn run(folder: &Path) -> Running {
        // Fails only where one was chosen already.
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let listen = Some("127.0.0.1:0".parse().expect("an address"));
        let policy = Some(folder.join("policy.toml"));
        let given = Given { data: Some(folder.join("data")), listen, policy, ..Given::default() };
        let config = Config::read(None, |_| None, given).expect("settings");
        serve::start_at(&config, MONDAY).await.expect("it starts")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn origin(&self) -> String {
        folder::verifier(&self.data()).expect("a key").name().to_owned()
    }

    /// What stands in the policy of whoever has this one as a witness.
    fn as_witness(&self, name: &str) -> String {
        let vkey = folder::cosigner(&self.data()).expect("a key").expect("it is there").key().to_string();
        witness(name, &vkey, &format!("http://{}/witness", self.running.address))
    }

    /// What stands in the policy of whoever cosigns its heads.
    fn as_log(&self, name: &str) -> String {
        let vkey = folder::verifier(&self.data()).expect("a key").to_string();
        format!("[witness.logs.{name}]\nvkey = {vkey:?}\n")
    }

    /// Another policy takes force.
    async fn agree(&self, further: &str) {
        let text = format!("{BANK}\n{further}");
        std::fs::write(self.folder.path().join("policy.toml"), &text).expect("a policy");
        let told = self.running.app.reception.reload(Actor::Operator, None).await.expect("it is read");
        let wanted = Policy::read(&text).unwrap_or_else(|errors| panic!("{}", errors.show("policy"))).hash;
        assert_eq!(self.running.desk.shown().policy.hash, wanted, "{told:?}");
    }

    async fn say(&self, text: &str) {
        let room = bot::Room::at(&format!("http://{}", self.running.address));
        room.say("maya", "credit", text).await.ok();
    }

    /// A head over everything that was said.
    async fn sign(&self) -> u64 {
        self.running.desk.checkpoint().await.expect("a head");
        self.running.desk.shown().signed.expect("there is one")
    }

    fn pass(&self, span: Span) {
        let clock = &self.running.desk.clock;
        assert!(clock.move_to(clock.now() + span));
    }

    fn cosigned_file(&self) -> Option<(u64, String)> {
        let note = folder::cosigned_file(&self.data()).expect("it can be read")?;
        Some((Checkpoint::unverified(&note).expect("a head").size, note))
    }

    async fn cosigned(&self, size: u64) -> String {
        until("it is cosigned", async || self.cosigned_file().is_some_and(|(there, _)| there >= size)).await;
        self.cosigned_file().expect("it is there").1
    }

    async fn count(&self, kind: &str) -> usize {
        Written::of(&self.running.app.reader).await.count(kind)
    }

    async fn recorded(&self, kind: &str, times: usize) {
        until(kind, async || self.count(kind).await >= times).await;
        assert_eq!(self.count(kind).await, times, "{kind}");
    }

    /// What was said in the operators' channel.
    async fn operators_hear(&self, text: &str) {
        let lane = "local/ops".parse().expect("a lane");
        let stretch = countersign::store::Stretch::Before(None);
        until(text, async || {
            let all = self.running.app.reader.messages(&lane, stretch, 50).await.expect("messages");
            all.iter().any(|message| message.bodies().any(|body| body.contains(text)))
        })
        .await;
    }

    async fn health(&self) -> Value {
        bot::Room::at(&format!("http://{}", self.running.address)).healthz().await.body["witnesses"].clone()
    }

    async fn stop(self) -> tempfile::TempDir {
        let Side { running, folder } = self;
        running.stop().await.expect("it stops well");
        until("the folder is free", async || !folder::is_at_work(&folder.path().join("data"))).await;
        folder
    }

    /// It ends, and its ledger is as it should be.
    async fn strike(self) {
        let folder = self.stop().await;
        written::verifies(&folder.path().join("data")).await;
    }
}

fn witness(name: &str, vkey: &str, url: &str) -> String {
    format!("[witness.witnesses.{name}]\nvkey = {vkey:?}\nurl = {url:?}\ninternal = true\nsilent_after = \"2h\"\n")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("a name"));
        match from.is_dir() {
            true => copy(&from, &to),
            false => drop(std::fs::copy(&from, &to).expect("a copy")),
        }
    }
}

/// Both cosign for the other; whoever has the policy file alone sees it. Then one of them is started from an older copy of its
/// folder: its witness says no, and both sides hear of it. Nothing of it stops anybody's work.
#[tokio::test(flavor = "multi_thread")]
async fn two_bots_witness_each_other_and_an_older_copy_is_found_out() {
    let (client, vendor) = (Side::start().await, Side::start().await);
    // Whoever is asked has to know whose heads these are.
    client.agree(&vendor.as_log("vendor")).await;
    vendor.agree(&client.as_log("client")).await;
    client.agree(&format!("{}{}", vendor.as_witness("vendor"), vendor.as_log("vendor"))).await;
    vendor.agree(&format!("{}{}", client.as_witness("client"), client.as_log("client"))).await;
    for (side, name, file) in [(&client, "vendor", "policy.toml"), (&vendor, "client", "policy.toml")] {
        side.say("/approval request credit \"Ship v7\"").await;
        let size = side.sign().await;
        let note = side.cosigned(size).await;
        // As anybody would who has the policy file and this head alone.
        let (file, data) = (side.folder.path().join(file), side.data());
        let (file, data) = (file.to_str().expect("text"), data.to_str().expect("text"));
        let printed = bot::run(&["witness", "policy", "--policy", file, "--data", data]);
        assert!(printed.status.success(), "{}", bot::words(&printed));
        let trusted: TrustPolicy = String::from_utf8(printed.stdout).expect("text").parse().expect("a policy");
        let judged = trusted.judge(&note).expect("it is signed");
        assert!(judged.holds && judged.checkpoint.size >= size, "{note}");
        assert!(matches!(judged.witnesses[name], Cosigned::At { .. }), "{note}");
        // Without the cosignature it doesn't hold, and the file that is compared at a start has none.
        let plain = folder::checkpoint_file(data.as_ref()).expect("it can be read").expect("a head");
        assert!(!trusted.judge(&plain).expect("it is signed").holds, "{plain}");
        let health = side.health().await;
        assert_eq!(health[name]["well"], true, "{health}");
        assert!(health[name]["size"].as_u64() >= Some(size), "{health}");
    }
    // What was cosigned last, as a monitor reads it.
    let room = bot::Room::at(&format!("http://{}", vendor.running.address));
    let path = format!("/witness/{}/checkpoint", name_of(&client.origin()));
    let kept = room.get(&path).await.expect("an answer");
    assert_eq!((kept.status, kept.kind.as_str()), (200, "text/plain; charset=utf-8"));
    let key = folder::cosigner(&vendor.data()).expect("a key").expect("it is there").key().clone();
    assert!(matches!(key.of(&kept.text), Ok(Cosigned::At { .. })), "{}", kept.text);
    assert_eq!(room.get(&format!("/witness/{}/checkpoint", name_of("other"))).await.expect("an answer").status, 404);
    // The bundle has it too, and can be checked as its README says, by whoever has the trust policy as well.
    let out = client.folder.path().join("bundle");
    bundle::export(&client.data(), "APR-1".parse().expect("a case"), &out).await.expect("a bundle");
    let verdict = bundle::verify(&out, None).expect("a verdict");
    assert!(verdict.is_good(), "{verdict}");
    as_its_readme_says(&out);
    let trust = client.folder.path().join("trust.txt");
    let (file, data) = (client.folder.path().join("policy.toml"), client.data());
    let args = ["witness", "policy", "--policy", file.to_str().expect("text"), "--data", data.to_str().expect("text")];
    std::fs::write(&trust, bot::run(&args).stdout).expect("written");
    let (out, trust) = (out.to_str().expect("text"), trust.to_str().expect("text"));
    let verified = bot::run(&["verify", out, "--policy", trust]);
    assert!(verified.status.success() && bot::words(&verified).contains("is met"), "{}", bot::words(&verified));
    let verified = bot::run(&["verify", "--data", data.to_str().expect("text"), "--policy", trust]);
    assert!(verified.status.success() && bot::words(&verified).contains("is met"), "{}", bot::words(&verified));
    // A policy that asks for somebody else too.
    let other = Cosigner::from_seed("w.example", &[9; 32]).expect("a key");
    let other = format!("witness other {}\ngroup witnesses all vendor other", other.key());
    let stricter = std::fs::read_to_string(trust).expect("text").replace("group witnesses all vendor", &other);
    std::fs::write(trust, stricter).expect("written");
    let verified = bot::run(&["verify", out, "--policy", trust]);
    assert!(!verified.status.success() && bot::words(&verified).contains("NOT met"), "{}", bot::words(&verified));
    // No entry for any of it.
    assert_eq!(client.count("witness.back").await + client.count("witness.silent").await, 0);

    // An older copy of the client's whole folder is started.
    let old = client.stop().await;
    let backup = tempfile::tempdir().expect("a temporary folder");
    copy(old.path(), backup.path());
    let client = Side { running: Side::run(old.path()).await, folder: old };
    // It has another address now, and the vendor is told.
    let of_the_vendor = vendor.as_witness("vendor");
    client.agree(&format!("{of_the_vendor}{}", vendor.as_log("vendor"))).await;
    for number in 0..8 {
        client.say(&format!("/approval request credit \"Ship v{number}\"")).await;
    }
    let size = client.sign().await;
    client.cosigned(size).await;
    let newer = client.stop().await;
    let client = Side { running: Side::run(backup.path()).await, folder: backup };
    client.agree(&format!("{of_the_vendor}{}", vendor.as_log("vendor"))).await;
    client.sign().await;
    client.recorded("witness.split", 1).await;
    client.operators_hear("saw another history").await;
    vendor.recorded("witness.log-went-back", 1).await;
    vendor.operators_hear("have cosigned one over").await;
    let health = client.health().await;
    assert_eq!(health["vendor"]["well"], false, "{health}");
    // It goes on, and grows past what was cosigned: that is another tree, and never cosigned.
    for number in 0..12 {
        client.say(&format!("/approval request credit \"Ship w{number}\"")).await;
    }
    assert!(client.sign().await > size);
    client.pass(Span::minutes(61));
    vendor.recorded("witness.log-split", 1).await;
    vendor.operators_hear("doesn't go on from").await;
    let kept = room.get(&path).await.expect("an answer");
    let kept = Checkpoint::unverified(&kept.text).expect("a head");
    assert_eq!(kept.size, size, "what was cosigned stands");
    assert!(client.cosigned_file().expect("it is there").0 < size);
    // The right folder is put back.
    let lost = client.stop().await;
    let client = Side { running: Side::run(newer.path()).await, folder: newer };
    client.agree(&format!("{of_the_vendor}{}", vendor.as_log("vendor"))).await;
    let size = client.sign().await;
    client.cosigned(size).await;
    vendor.recorded("witness.log-back", 1).await;
    written::verifies(&lost.path().join("data")).await;
    client.strike().await;
    vendor.strike().await;
}

/// Runs what VERIFY.md of a bundle says of the signature on its head, where there is OpenSSL.
fn as_its_readme_says(bundle: &Path) {
    let readme = std::fs::read_to_string(bundle.join("VERIFY.md")).expect("what to type");
    let lines =
        readme.lines().skip_while(|line| !line.contains("T=$(mktemp")).take_while(|line| !line.starts_with("```"));
    let script: Vec<&str> = lines.collect();
    assert!(script.last().is_some_and(|line| line.contains("openssl pkeyutl -verify")), "{script:?}");
    let Ok(_) = std::process::Command::new("openssl").arg("version").output() else {
        return println!("SKIPPED: there is no openssl here");
    };
    let ran =
        std::process::Command::new("sh").args(["-ec", &script.join("\n")]).current_dir(bundle).output().expect("sh");
    assert!(ran.status.success(), "{}", bot::words(&ran));
}

/// A witness that answers as it is told to.
#[derive(Clone)]
struct Witness {
    key: Arc<Cosigner>,
    answers: Arc<Mutex<Vec<Answer>>>,
    asked: Arc<Mutex<Vec<AddCheckpoint>>>,
    url: String,
}

#[derive(Clone, Debug)]
enum Answer {
    /// As it should, whatever was asked.
    Cosigns,
    /// Under the same name, with another key.
    WithAnotherKey,
    /// Of another head.
    AnotherHead,
    Says(u16, &'static str, String),
    /// 429, for so many seconds.
    Later(u32),
    /// Never.
    Nothing,
}

impl Witness {
    async fn start() -> Witness {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/w", listener.local_addr().expect("an address"));
        let key = Arc::new(Cosigner::from_seed("witness.example/w1", &[7; 32]).expect("a key"));
        let witness = Witness { key, answers: Arc::default(), asked: Arc::default(), url };
        let told = witness.clone();
        let answer = move |headers: HeaderMap, body: String| {
            let witness = told.clone();
            async move { witness.answer(&headers, &body).await }
        };
        let router = axum::Router::new().route("/w/add-checkpoint", post(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        witness
    }

    async fn answer(&self, headers: &HeaderMap, body: &str) -> Response<Body> {
        assert!(headers["user-agent"].to_str().expect("text").starts_with("countersign/"));
        let ask = AddCheckpoint::read(body.as_bytes()).expect("it can be read");
        self.asked.lock().expect("a list").push(ask.clone());
        let next = {
            let mut answers = self.answers.lock().expect("a list");
            if answers.len() > 1 { answers.remove(0) } else { answers.first().cloned().unwrap_or(Answer::Cosigns) }
        };
        let note = &ask.checkpoint;
        let reply = |status: u16, kind: &str, text: String| {
            Response::builder().status(status).header("content-type", kind).body(Body::from(text)).expect("an answer")
        };
        match next {
            Answer::Cosigns => reply(200, "text/plain", self.key.cosign(note, 77).expect("a line")),
            Answer::WithAnotherKey => {
                let other = Cosigner::from_seed(self.key.key().name(), &[8; 32]).expect("a key");
                reply(200, "text/plain", other.cosign(note, 77).expect("a line"))
            }
            Answer::AnotherHead => {
                let other = self.key.cosign(&format!("another.{note}"), 77);
                reply(200, "text/plain", other.expect("a line"))
            }
            Answer::Says(status, kind, text) => reply(status, kind, text),
            Answer::Later(seconds) => {
                let mut response = reply(429, "text/plain", String::new());
                response.headers_mut().insert("retry-after", seconds.to_string().parse().expect("a header"));
                response
            }
            Answer::Nothing => std::future::pending().await,
        }
    }

    fn answers(&self, answers: &[Answer]) {
        *self.answers.lock().expect("a list") = answers.to_vec();
    }

    fn times_asked(&self) -> usize {
        self.asked.lock().expect("a list").len()
    }

    async fn asked(&self, times: usize) {
        until("it is asked", async || self.times_asked() >= times).await;
    }
}

impl Side {
    async fn with(witness_of_it: &Witness) -> Side {
        let side = Side::start().await;
        let vkey = witness_of_it.key.key().to_string();
        side.agree(&witness("auditor", &vkey, &witness_of_it.url)).await;
        side
    }

    /// Waits until that is why its witness didn't cosign.
    async fn troubled_by(&self, why: &str) {
        until(why, async || {
            let look = self.running.app.health.look().await;
            look.witnesses.iter().any(|(_, it)| it.trouble.as_deref().is_some_and(|trouble| trouble.contains(why)))
        })
        .await;
    }

    async fn cosignatures(&self) -> usize {
        let reader = &self.running.app.reader;
        reader.last_cosigned(&self.origin()).await.expect("rows").len()
    }
}

/// Whatever a witness says, nothing but its own signature on the very head is kept, and it is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_cosignature_is_not_kept_and_asked_for_again() {
    let auditor = Witness::start().await;
    let says = |status, kind, text: &str| Answer::Says(status, kind, text.to_owned());
    auditor.answers(&[says(503, "text/plain", "")]);
    let side = Side::with(&auditor).await;
    side.sign().await;
    side.troubled_by("503 Service Unavailable").await;
    let no_signature = "something that is no signature";
    let garbage = [
        (says(200, "text/html", "<html>Welcome</html>\n"), no_signature),
        (Answer::AnotherHead, "doesn't fit the head"),
        (says(200, "text/plain", ""), no_signature),
        (says(409, "text/x.tlog.size", "05\n"), "a size that makes no sense"),
        (says(302, "text/plain", ""), "302 Found"),
        (says(409, "text/x.tlog.size", "0\n"), "a size that makes no sense"),
        (says(500, "text/plain", ""), "500 Internal Server Error"),
    ];
    for (answer, why) in garbage {
        auditor.answers(std::slice::from_ref(&answer));
        side.pass(Span::minutes(15));
        side.troubled_by(why).await;
        assert_eq!(side.cosignatures().await, 0, "{answer:?}");
    }
    assert!(side.cosigned_file().is_none());
    assert_eq!(side.health().await["auditor"]["well"], false);
    assert_eq!(side.count("witness.silent").await, 0, "it may be silent for two hours");
    // It was silent for longer than the policy lets it be; that is told once.
    side.pass(Span::minutes(30));
    side.recorded("witness.silent", 1).await;
    side.operators_hear("The witness auditor has cosigned no head").await;
    // As long as it asks for time, it gets it.
    auditor.answers(&[Answer::Later(2 * 60 * 60)]);
    side.pass(Span::minutes(15));
    side.troubled_by("429 Too Many Requests").await;
    auditor.answers(&[Answer::Cosigns]);
    let before = auditor.times_asked();
    side.pass(Span::minutes(119));
    side.say("/approval request credit \"Ship v7\"").await;
    side.sign().await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(auditor.times_asked(), before, "it isn't asked before its time");
    side.pass(Span::minutes(2));
    let size = side.sign().await;
    side.cosigned(size).await;
    side.recorded("witness.back", 1).await;
    // What it doesn't want is told at once: another key, a ledger that it doesn't know.
    auditor.answers(&[Answer::WithAnotherKey]);
    side.say("/approval request credit \"Ship v8\"").await;
    side.sign().await;
    side.recorded("witness.refused", 1).await;
    side.operators_hear("it signed with another key").await;
    auditor.answers(&[says(404, "text/plain", "")]);
    side.pass(Span::minutes(15));
    side.troubled_by("doesn't know the ledger").await;
    side.recorded("witness.refused", 1).await;
    // Worse is told again: both ways in which witnesses say that they saw another tree of this size.
    auditor.answers(&[says(409, "text/plain", "conflict")]);
    side.pass(Span::minutes(15));
    side.recorded("witness.split", 1).await;
    auditor.answers(&[Answer::Cosigns]);
    side.pass(Span::minutes(61));
    side.recorded("witness.back", 2).await;
    auditor.answers(&[says(422, "text/plain", "")]);
    side.say("/approval request credit \"Ship v9\"").await;
    side.sign().await;
    side.recorded("witness.split", 2).await;
    // A second time of silence is a matter of its own, and one that never answers keeps nobody waiting.
    auditor.answers(&[Answer::Nothing]);
    side.pass(Span::minutes(61));
    side.say("/approval request credit \"Ship v10\"").await;
    side.strike().await;
}

/// While nothing new is recorded, it is asked from time to time; it says which size it has, and is asked from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_witness_is_asked_by_time_and_from_what_it_has() {
    let auditor = Witness::start().await;
    let side = Side::with(&auditor).await;
    let first = side.sign().await;
    side.cosigned(first).await;
    // It has lost what it had, and then it has more than is known.
    let before = auditor.times_asked();
    side.pass(Span::minutes(59));
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(auditor.times_asked(), before, "nothing is new, and it isn't time");
    auditor.answers(&[Answer::Says(409, "text/x.tlog.size", "0\n".to_owned()), Answer::Cosigns]);
    side.pass(Span::minutes(2));
    auditor.asked(before + 2).await;
    let asked = auditor.asked.lock().expect("a list").clone();
    let olds: Vec<u64> = asked[before..].iter().map(|ask| ask.old).collect();
    assert!(olds[0] > 0 && olds[1] == 0, "{olds:?}");
    assert!(asked[before + 1].proof.is_empty(), "there is nothing to prove from an empty tree");
    for ask in &asked {
        assert_eq!(ask.origin().expect("a head"), side.origin());
    }
    side.strike().await;
}

/// The disk refuses: the witness is asked for nothing again, and what it said is kept once that works.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_witness_said_is_kept_as_soon_as_the_disk_takes_it() {
    let auditor = Witness::start().await;
    let side = Side::with(&auditor).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(side.data().join(Folder::DATABASE));
    let disk = async |statement: &str| {
        let mut db = options.connect().await.expect("the database opens");
        sqlx::query(AssertSqlSafe(statement)).execute(&mut db).await.expect("it is done");
        db.close().await.expect("closed");
    };
    let before = side.sign().await;
    side.cosigned(before).await;
    disk("create trigger refused before insert on cosignature begin select raise(abort, 'the disk refuses'); end")
        .await;
    side.say("/approval request credit \"Ship v7\"").await;
    let size = side.sign().await;
    until("it is in trouble", async || side.running.desk.shown().trouble.is_some()).await;
    disk("drop trigger refused").await;
    side.cosigned(size).await;
    // People were answered all the while.
    side.say("/approval request credit \"Ship v8\"").await;
    side.strike().await;
}

/// In a channel, to a machine outside and as a file: once each time it is due, also after another process took over.
#[tokio::test(flavor = "multi_thread")]
async fn heads_are_published_where_the_policy_says() {
    let machine = Machine::start(&[(503, ""), (200, "")]).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = machine.settings(folder.path());
    let heads = folder.path().join("heads");
    let text = std::fs::read_to_string(&settings).expect("settings");
    let apart = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    let witness = format!("[witness]\nlisten = \"{apart}\"\n");
    std::fs::write(&settings, format!("heads_dir = {heads:?}\n{text}{witness}")).expect("settings");
    let bank = std::fs::read_to_string(folder.path().join("policy.toml")).expect("a policy");
    let publishes = "[heads]\nevery = \"1d\"\nchannel = \"ops\"\nwebhook = \"deploy\"\nfile = true\n";
    std::fs::write(folder.path().join("policy.toml"), format!("{bank}\n{publishes}")).expect("a policy");
    let run = async || {
        let listen = Some("127.0.0.1:0".parse().expect("an address"));
        let given = Given { data: Some(folder.path().join("data")), listen, ..Given::default() };
        let config = Config::read(Some(&settings), |_| None, given).expect("settings");
        serve::start_at(&config, MONDAY).await.expect("it starts")
    };
    let running = run().await;
    let count = async |running: &Running, kind: &str| Written::of(&running.app.reader).await.count(kind);
    until("it is published", async || count(&running, "head.published").await == 1).await;
    // Where other ledgers are cosigned, apart from the room: that and nothing else.
    let room = bot::Room::at(&format!("http://{apart}"));
    let none = room.get(&format!("/witness/{}/checkpoint", name_of("other"))).await.expect("an answer");
    assert_eq!((none.status, none.text.as_str()), (404, "no head of this log was cosigned here\n"));
    assert_eq!(room.get("/healthz").await.expect("an answer").failed(404), "not_found");
    // The machine wasn't there at first; it is told again under the same id.
    machine.called(1).await;
    until("it is told again", async || {
        running.desk.clock.move_to(running.desk.clock.now() + Span::seconds(6));
        machine.calls() >= 2
    })
    .await;
    let (first, second) = (machine.call(0), machine.call(1));
    assert_eq!(first.0["webhook-id"], second.0["webhook-id"]);
    assert_eq!(second.1["type"], "head.signed");
    let note = second.1["data"]["checkpoint"].as_str().expect("a head").to_owned();
    let verifier = folder::verifier(&folder.path().join("data")).expect("a key");
    let head = Checkpoint::open(&note, &verifier).expect("it is signed");
    until("the file is there", async || heads.join("checkpoint").exists()).await;
    assert_eq!(std::fs::read_to_string(heads.join("checkpoint")).expect("a file"), note);
    assert_eq!(std::fs::read_to_string(heads.join(format!("checkpoint-{}", head.size))).expect("a file"), note);
    // Another process, on the same day: nothing of it again.
    running.stop().await.expect("it stops well");
    until("the folder is free", async || !folder::is_at_work(&folder.path().join("data"))).await;
    let running = run().await;
    running.desk.checkpoint().await.expect("a head");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(count(&running, "head.published").await, 1);
    // A day later it is due again. The place for files is in the way, and the machine takes nothing: both are told.
    std::fs::remove_dir_all(&heads).expect("removed");
    std::fs::write(&heads, "a file").expect("in the way");
    let calls = machine.calls();
    running.desk.clock.move_to(running.desk.clock.now() + Span::days(1));
    until("it is published", async || count(&running, "head.published").await == 2).await;
    until("both are told", async || {
        // As it is tried again.
        running.desk.clock.move_to(running.desk.clock.now() + Span::minutes(20));
        count(&running, "head.not-published").await == 2
    })
    .await;
    assert_eq!(machine.calls(), calls + 4, "it is told so often");
    running.stop().await.expect("it stops well");
    written::verifies(&folder.path().join("data")).await;
}

// ── As a witness ───────────────────────────────────────────────────────────────────────────────────────────────────

/// A log of somebody else's, with a tree of its own.
struct Log {
    signer: Signer,
    leaves: Vec<Hash>,
}

impl Log {
    fn new(seed: u8, leaves: u8) -> Log {
        let signer = Signer::from_seed("log.example/1", &[seed; 32]).expect("a key");
        Log { signer, leaves: (0..leaves).map(|number| Hash([number; 32])).collect() }
    }

    fn policy(&self) -> countersign::domain::policy::Witnessing {
        let text = format!("{BANK}\n[witness.logs.vendor]\nvkey = \"{}\"\n", self.signer.verifier());
        Policy::read(&text).unwrap_or_else(|errors| panic!("{}", errors.show("policy"))).witnessing
    }

    /// The head over so many of its leaves.
    fn head(&self, size: usize) -> String {
        let mut tree = Frontier::default();
        self.leaves[..size].iter().for_each(|leaf| tree.append(*leaf, drop));
        Checkpoint::of(&self.signer, size as u64, tree.root()).sign(&self.signer).expect("a head")
    }

    fn ask(&self, old: usize, new: usize) -> AddCheckpoint {
        AddCheckpoint { old: old as u64, proof: proof(old, &self.leaves[..new], true), checkpoint: self.head(new) }
    }
}

/// SUBPROOF of RFC 6962 §2.1.2.
fn proof(m: usize, d: &[Hash], whole: bool) -> Vec<Hash> {
    let root = |d: &[Hash]| {
        let mut tree = Frontier::default();
        d.iter().for_each(|leaf| tree.append(*leaf, drop));
        tree.root()
    };
    if m == 0 || m == d.len() {
        return if whole || m == 0 { Vec::new() } else { vec![root(d)] };
    }
    let (left, right) = d.split_at(1 << (d.len() - 1).ilog2());
    let (mut below, sibling) = match m.checked_sub(left.len()) {
        None | Some(0) => (proof(m, left, whole), right),
        Some(m) => (proof(m, right, false), left),
    };
    below.push(root(sibling));
    below
}

fn folder_with_keys() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(Folder::open(folder.path(), true).expect("a folder"));
    folder
}

fn sent(kept: &Kept, log: &Log, ask: &AddCheckpoint) -> Result<String, AddError> {
    kept.add(&log.policy(), ask.to_string().as_bytes(), 77).outcome
}

fn status(outcome: &Result<String, AddError>) -> u16 {
    match outcome {
        Ok(_) => 200,
        Err(AddError::NotCosigned(refused)) => refused.status(),
        Err(other) => panic!("{other}"),
    }
}

/// Two threads ask at the very same time, again and again: for two trees of one size, and for a smaller one after a larger one.
#[test]
fn two_at_once_never_get_two_roots_of_one_size_and_nothing_goes_back() {
    let folder = folder_with_keys();
    let log = Log::new(1, 40);
    let mut forked = Log::new(1, 40);
    forked.leaves[0] = Hash([99; 32]);
    let kept = Kept::at(folder.path());
    let file = folder.path().join("witness").join(name_of("log.example/1"));
    assert_eq!(status(&sent(&kept, &log, &log.ask(0, 1))), 200);
    let mut last = 1;
    for round in 1..13 {
        let both = [log.ask(last, last + 2), log.ask(last, last + 3)];
        let barrier = Barrier::new(2);
        let outcomes: Vec<u16> = std::thread::scope(|scope| {
            let threads = both.each_ref().map(|ask| {
                let (barrier, kept, log) = (&barrier, &kept, &log);
                scope.spawn(move || {
                    barrier.wait();
                    status(&sent(kept, log, ask))
                })
            });
            threads.map(|thread| thread.join().expect("it ends")).to_vec()
        });
        assert!(outcomes == [200, 409] || outcomes == [409, 200], "{outcomes:?}");
        last += if outcomes[0] == 200 { 2 } else { 3 };
        let there = Checkpoint::unverified(&std::fs::read_to_string(&file).expect("a file")).expect("a head");
        assert_eq!(there.size as usize, last, "round {round}");
        // Another tree of the same size, signed by the same log.
        let split = AddCheckpoint { old: last as u64, proof: Vec::new(), checkpoint: forked.head(last) };
        assert_eq!(status(&sent(&kept, &log, &split)), 409);
        assert!(kept.add(&log.policy(), split.to_string().as_bytes(), 77).is_split());
        assert!(kept.add(&log.policy(), log.ask(0, 1).to_string().as_bytes(), 77).went_back());
        if last > 34 {
            break;
        }
    }
}

/// A log whose key was changed keeps its name, and what was cosigned of it binds the new key too.
#[test]
fn a_log_goes_on_under_another_key_once_the_policy_names_it() {
    let folder = folder_with_keys();
    let (before, after) = (Log::new(1, 20), Log::new(2, 20));
    let mut forked = Log::new(2, 20);
    forked.leaves[0] = Hash([99; 32]);
    let kept = Kept::at(folder.path());
    let under =
        |policy: &Log, ask: &AddCheckpoint| status(&kept.add(&policy.policy(), ask.to_string().as_bytes(), 77).outcome);
    assert_eq!(under(&before, &before.ask(0, 5)), 200);
    assert_eq!(under(&before, &after.ask(5, 8)), 403, "the policy has the old key");
    // The head that both keys signed is good for either policy.
    let (old, new) = (before.head(6), after.head(6));
    let line = old.lines().last().expect("a signature");
    let both = AddCheckpoint { checkpoint: format!("{new}{line}\n"), ..after.ask(5, 6) };
    assert_eq!(under(&before, &both), 200);
    assert_eq!(under(&after, &AddCheckpoint { old: 6, proof: Vec::new(), ..both }), 200);
    assert_eq!(under(&after, &before.ask(6, 8)), 403, "the old key counts no more");
    assert_ne!(under(&after, &forked.ask(6, 8)), 200, "another history");
    assert_eq!(under(&after, &after.ask(6, 8)), 200);
}

/// What was cosigned is on the disk before anybody hears of it: where it can't be, nobody gets a signature.
#[test]
fn nothing_is_cosigned_that_is_not_on_the_disk() {
    let folder = folder_with_keys();
    let (kept, log) = (Kept::at(folder.path()), Log::new(1, 9));
    assert_eq!(status(&sent(&kept, &log, &log.ask(0, 4))), 200);
    let file = folder.path().join("witness").join(name_of("log.example/1"));
    let before = std::fs::read(&file).expect("a file");
    let draft = file.with_extension("new");
    std::fs::create_dir(&draft).expect("in the way");
    assert!(matches!(sent(&kept, &log, &log.ask(4, 6)), Err(AddError::Folder(_))));
    assert_eq!(std::fs::read(&file).expect("a file"), before);
    std::fs::remove_dir(&draft).expect("out of the way");
    assert_eq!(status(&sent(&kept, &log, &log.ask(4, 6))), 200);
    // A file that is something else is nobody's first head.
    for other in ["", "rubbish", &Log::new(2, 3).head(3).replace("log.example/1", "log.example/2")] {
        std::fs::write(&file, other).expect("written");
        assert!(matches!(sent(&kept, &log, &log.ask(0, 6)), Err(AddError::Broken(_))), "{other}");
        assert!(matches!(kept.last(&log.policy(), &name_of("log.example/1")), Err(AddError::Broken(_))));
    }
}

/// Killed between the disk and the answer: the log knows less than its witness, is told so, and gets its signature.
#[test]
fn a_witness_that_dies_before_it_answers_says_the_same_again() {
    let folder = folder_with_keys();
    let log = Log::new(1, 9);
    assert_eq!(status(&sent(&Kept::at(folder.path()), &log, &log.ask(0, 4))), 200);
    drop(sent(&Kept::at(folder.path()), &log, &log.ask(4, 6)));
    let kept = Kept::at(folder.path());
    let told = sent(&kept, &log, &log.ask(4, 6)).expect_err("it has more");
    assert_eq!(told.to_string(), "6");
    let again = sent(&kept, &log, &log.ask(6, 6)).expect("it is the same head");
    let key = folder::cosigner(folder.path()).expect("a key").expect("it is there");
    assert!(matches!(key.key().of(&format!("{}{again}", log.head(6))), Ok(Cosigned::At { seconds: 77, .. })));
    // A copy of the folder knows it too.
    let copied = tempfile::tempdir().expect("a temporary folder");
    copy(folder.path(), copied.path());
    assert_eq!(status(&sent(&Kept::at(copied.path()), &log, &log.ask(4, 6))), 409);
}

/// The answers over HTTP, as the standard has them: none of them in the room's own form.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_answered_as_the_standard_says() {
    let side = Side::start().await;
    let log = Log::new(1, 9);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("http://{}/witness/add-checkpoint", side.running.address);
    let post = async |body: String| {
        let response = client.post(&url).body(body).send().await.expect("an answer");
        let kind = response.headers()["content-type"].to_str().expect("text").to_owned();
        (response.status().as_u16(), kind, response.text().await.expect("text"))
    };
    let (unknown, _, text) = post(log.ask(0, 4).to_string()).await;
    assert_eq!((unknown, text.as_str()), (404, "no log of this name is known here\n"));
    side.agree(&format!("[witness.logs.vendor]\nvkey = \"{}\"\n", log.signer.verifier())).await;
    let (status, _, line) = post(log.ask(0, 4).to_string()).await;
    assert_eq!(status, 200, "{line}");
    let key = folder::cosigner(&side.data()).expect("a key").expect("it is there");
    let Ok(Cosigned::At { seconds, .. }) = key.key().of(&format!("{}{line}", log.head(4))) else { panic!("{line}") };
    assert!(seconds > 1_700_000_000, "the world's time");
    let text = "text/plain; charset=utf-8";
    for (body, expected) in [
        (log.ask(2, 6).to_string(), (409, "text/x.tlog.size", "4\n")),
        (String::new(), (400, text, "the request can't be read")),
        ("x".repeat(16 * 1024 + 1), (400, text, "larger than 16 KiB")),
        (Log::new(2, 9).ask(4, 6).to_string(), (403, text, "no signature is by log.example/1")),
        (AddCheckpoint { old: 9, ..log.ask(4, 6) }.to_string(), (400, text, "the old size is larger")),
        (AddCheckpoint { proof: Vec::new(), ..log.ask(4, 6) }.to_string(), (422, text, "the proof doesn't lead")),
    ] {
        let (status, kind, answer) = post(body.clone()).await;
        assert_eq!((status, kind.as_str()), (expected.0, expected.1), "{body}: {answer}");
        assert!(answer.contains(expected.2), "{body}: {answer}");
    }
    let (status, ..) = post("x".repeat(64 * 1024)).await;
    assert_eq!(status, 413);
    side.recorded("witness.log-split", 1).await;
    assert_eq!(post(log.ask(4, 6).to_string()).await.0, 200);
    side.recorded("witness.log-back", 1).await;
    assert!(json!(side.health().await).as_object().expect("an object").is_empty(), "it has no witness itself");
    side.strike().await;
}
