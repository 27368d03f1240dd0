//! Bundles and heads are time-stamped by an authority that OpenSSL plays, behind a small server that can hurt.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::domain::{Duty, Span};
use countersign::evidence::audit;
use countersign::evidence::backup::backup;
use countersign::evidence::bundle::{self, BundleError, Exported, Scope, Wanted};
use countersign::stamp::Authority;
use countersign::stamp::heads::Stamper;

use crate::house::{House, START};
use crate::{inc_1, must_say, run};

/// How the authority answers.
#[derive(Clone, Copy, PartialEq)]
enum How {
    Well,
    /// The second time.
    Late,
    OtherNonce,
    OtherImprint,
    Garbage,
    Refused,
    Failing,
    Slow,
    /// By a certificate that has ended.
    Ended,
}

struct Served {
    url: String,
    /// Where the authority has its keys, and how it answers from now on.
    now: Arc<Mutex<(PathBuf, How)>>,
    calls: Arc<AtomicUsize>,
}

const MAKE: &str = r#"set -e
cat > ts.cnf <<'CNF'
[ tsa ]
default_tsa = it
[ it ]
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[ ext ]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
CNF
echo 01 > serial
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj "/CN=The root" -days 3650
openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj "/CN=The authority"
openssl x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days "$DAYS" -extfile ts.cnf -extensions ext
"#;

/// Whether there is an OpenSSL here that can make one.
fn authority(dir: &Path, days: i32) -> bool {
    if !run(dir, "command -v openssl").0 {
        println!("skipped: openssl is not installed");
        return false;
    }
    let (good, said) = run(dir, &format!("DAYS={days}\n{MAKE}"));
    assert!(good, "{said}");
    true
}

fn reply(dir: &Path, query: &str) -> Vec<u8> {
    let (good, said) = run(dir, &format!("openssl ts -reply -config ts.cnf -queryfile {query} -out reply.tsr"));
    assert!(good, "{said}");
    std::fs::read(dir.join("reply.tsr")).expect("an answer")
}

/// Answers one call after the other, for as long as the test runs.
fn serve(dir: PathBuf, how: How) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/tsr", listener.local_addr().expect("an address"));
    let calls = Arc::new(AtomicUsize::new(0));
    let now = Arc::new(Mutex::new((dir, how)));
    let (count, answers) = (calls.clone(), now.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let nth = count.fetch_add(1, Ordering::SeqCst);
            let (mut asked, mut buffer) = (Vec::new(), [0; 4096]);
            let query = loop {
                let read = stream.read(&mut buffer).expect("a request");
                asked.extend(&buffer[..read]);
                let text = String::from_utf8_lossy(&asked).to_ascii_lowercase();
                let length: Option<usize> =
                    text.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
                let begins = asked.windows(4).position(|at| at == b"\r\n\r\n").map(|at| at + 4);
                if let (Some(length), Some(begins)) = (length, begins)
                    && asked.len() == begins + length
                {
                    break asked[begins..].to_vec();
                }
                assert!(read > 0, "it breaks off");
            };
            let (dir, how) = answers.lock().expect("nobody broke off").clone();
            std::fs::write(dir.join("query.tsq"), query).expect("written");
            let (status, body) = match how {
                How::Failing => ("503 No", Vec::new()),
                How::Late if nth == 0 => ("503 No", Vec::new()),
                How::Well | How::Late | How::Ended => ("200 OK", reply(&dir, "query.tsq")),
                How::Garbage => ("200 OK", b"<html>Welcome</html>".to_vec()),
                How::Refused => {
                    std::fs::write(dir.join("bad.tsq"), "no request").expect("written");
                    ("200 OK", reply(&dir, "bad.tsq"))
                }
                How::OtherNonce | How::OtherImprint => {
                    let of = if how == How::OtherNonce {
                        dir.join("../bag/tagmanifest-sha256.txt")
                    } else {
                        dir.join("ts.cnf")
                    };
                    // The imprint is the right one where it can be had.
                    let of = if of.exists() { of } else { dir.join("manifest") };
                    let (good, said) =
                        run(&dir, &format!("openssl ts -query -data {} -sha256 -cert -out other.tsq", of.display()));
                    assert!(good, "{said}");
                    ("200 OK", reply(&dir, "other.tsq"))
                }
                How::Slow => {
                    std::thread::sleep(Duration::from_secs(2));
                    ("200 OK", Vec::new())
                }
            };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _gone = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    Served { url, now, calls }
}

async fn export(data: &Path, out: &Path, url: &str) -> Result<Exported, BundleError> {
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let authority = Authority::at(url.parse().expect("an address"), Duration::from_millis(500)).expect("a client");
    let wanted = Wanted { authority: Some(&authority), ..Wanted::of(data, Scope::Case(inc_1()), out) };
    bundle::export_wanted(&wanted).await
}

async fn small(data: &Path) {
    let mut house = House::open(data, START).await.expect("a new folder");
    house.say("maya", "/incident open credit-scoring sev2 \"Decline rate in Pune doubled\"").await;
    house.advance(Span::minutes(2)).await;
    house.stop().await;
}

const STAMP: &str = "tagmanifest-sha256.txt.tsr";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_is_time_stamped_and_openssl_checks_it() {
    let (data, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let tsa = place.path().join("tsa");
    std::fs::create_dir(&tsa).expect("a folder");
    if !authority(&tsa, 400) {
        return;
    }
    small(data.path()).await;
    for how in [How::Well, How::Late] {
        let served = serve(tsa.clone(), how);
        let bag = place.path().join(format!("bag{}", how as u8));
        let exported = export(data.path(), &bag, &served.url).await.expect("a bundle");
        assert_eq!(served.calls.load(Ordering::SeqCst), if how == How::Well { 1 } else { 2 });
        assert!(exported.to_string().contains("its certificate ends on"), "{exported}");
        must_say(
            &bundle::verify(&bag, None).expect("a verdict"),
            true,
            true,
            &["time-stamped at", "under its policy 1.2.3.4.1"],
        );
        std::fs::copy(tsa.join("ca.pem"), place.path().join("authority.pem")).expect("a certificate");
        let how = std::fs::read_to_string(bag.join("VERIFY.md")).expect("a file");
        let line = how.lines().find(|line| line.contains("openssl ts -verify")).expect("a command");
        let (good, said) = run(&bag, line);
        assert!(good && said.contains("Verification: OK"), "{said}");
        // Of another list, the stamp is none.
        let path = bag.join("tagmanifest-sha256.txt");
        let list = std::fs::read_to_string(&path).expect("a list");
        std::fs::write(&path, list.lines().rev().map(|line| format!("{line}\n")).collect::<String>()).expect("written");
        assert!(!run(&bag, line).0, "OpenSSL notices");
        let verdict = bundle::verify(&bag, None).expect("a verdict").to_string();
        assert!(verdict.contains("tagmanifest-sha256.txt.tsr: it is a stamp of something else"), "{verdict}");
        std::fs::write(&path, list).expect("written");
        std::fs::write(bag.join(STAMP), "no stamp").expect("written");
        must_say(&bundle::verify(&bag, None).expect("a verdict"), false, true, &["tsr: it is no answer"]);
        // Without a stamp it is a good bundle too.
        std::fs::remove_file(bag.join(STAMP)).expect("a file");
        must_say(&bundle::verify(&bag, None).expect("a verdict"), true, true, &[]);
        assert!(run(&bag, line).0, "nothing to check");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_stamp_of_the_bundle_is_not_kept() {
    let (data, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (tsa, ended) = (place.path().join("tsa"), place.path().join("ended"));
    for (dir, days) in [(&tsa, 400), (&ended, -1)] {
        std::fs::create_dir(dir).expect("a folder");
        if !authority(dir, days) {
            return;
        }
    }
    small(data.path()).await;
    // Without a stamp, to know what it will be of: the same bytes come again.
    bundle::export(data.path(), inc_1(), &place.path().join("bag")).await.expect("a bundle");
    for (how, calls, why) in [
        (How::OtherNonce, 1, "the answer to another request"),
        (How::OtherImprint, 1, "a stamp of something else"),
        (How::Garbage, 1, "no answer of a time-stamping authority"),
        (How::Refused, 1, "the authority refused (status 2)"),
        (How::Failing, 3, "it answered 503"),
        (How::Slow, 3, "it can't be reached"),
        (How::Ended, 1, "its certificate had ended"),
    ] {
        let served = serve(if how == How::Ended { ended.clone() } else { tsa.clone() }, how);
        let bag = place.path().join(format!("none{}", how as u8));
        let exported = export(data.path(), &bag, &served.url).await.expect("a bundle all the same").to_string();
        assert!(exported.contains("Not in it: a time stamp") && exported.contains(why), "{exported}");
        assert_eq!(served.calls.load(Ordering::SeqCst), calls, "{why}");
        assert!(!bag.join(STAMP).exists(), "{why}");
        must_say(&bundle::verify(&bag, None).expect("a verdict"), true, true, &[]);
    }
    let nobody = export(data.path(), &place.path().join("nobody"), "http://127.0.0.1:9/").await.expect("a bundle");
    assert!(nobody.to_string().contains("Not in it: a time stamp"), "{nobody}");
}

async fn number(data: &Path, sql: &str) -> i64 {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join("countersign.db")).read_only(true);
    let mut db = options.connect().await.expect("the database");
    let found = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut db).await.expect("a number");
    db.close().await.expect("closed");
    found
}

/// How many entries of a kind there are, once it is so many.
async fn counted(data: &Path, kind: &str, count: i64) {
    let mut found = 0;
    for _ in 0..2_000 {
        let sql = format!(
            "select count(*) from ledger where json_extract(leaf, '$.kind') = '{kind}'
             or exists (select 1 from json_each(leaf, '$.also') where value = '{kind}')"
        );
        found = number(data, &sql).await;
        if found >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(found, count, "{kind}");
}

/// How many messages had these words, once one was delivered.
async fn told(house: &House, data: &Path, words: &str) -> i64 {
    house.calm().await;
    number(data, &format!("select count(*) from ledger where kind = 'told.message' and words like '%{words}%'")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heads_are_stamped_and_renewed_before_the_certificate_ends() {
    let (data, place) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (tsa, newer) = (place.path().join("tsa"), place.path().join("newer"));
    for (dir, days) in [(&tsa, 400), (&newer, 4_000)] {
        std::fs::create_dir(dir).expect("a folder");
        if !authority(dir, days) {
            return;
        }
    }
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let served = serve(tsa.clone(), How::Well);
    let mut house = House::open(data.path(), START).await.expect("a new folder");
    let asks = || {
        let url = served.url.parse().expect("an address");
        let authority = Authority::at(url, Duration::from_secs(20)).expect("a client");
        let (desk, reader, data) = (house.desk.clone(), house.reader.clone(), data.path().to_owned());
        tokio::spawn(Stamper { desk, reader, data, authority, every: Span::days(7) }.run())
    };
    let stamper = asks();
    house.advance(Span::minutes(2)).await;
    counted(data.path(), "head.stamped", 1).await;
    // Another process on the same day asks for none.
    stamper.abort();
    let stamper = asks();
    house.advance(Span::days(6)).await;
    counted(data.path(), "head.stamped", 1).await;
    house.advance(Span::days(1)).await;
    counted(data.path(), "head.stamped", 2).await;
    // It gives none for some hours: told once, and asked for again.
    served.now.lock().expect("nobody broke off").1 = How::Garbage;
    house.advance(Span::days(7)).await;
    counted(data.path(), "head.not-stamped", 1).await;
    let calls = served.calls.load(Ordering::SeqCst);
    for _ in 0..3 {
        house.advance(Span::minutes(61)).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(served.calls.load(Ordering::SeqCst), calls + 3);
    counted(data.path(), "head.not-stamped", 1).await;
    // Now it does, and the disk doesn't take it: asked again as well.
    served.now.lock().expect("nobody broke off").1 = How::Well;
    let (there, away) = (data.path().join("stamps"), place.path().join("stamps"));
    std::fs::rename(&there, &away).expect("moved");
    std::fs::write(&there, "in the way").expect("written");
    house.advance(Span::minutes(61)).await;
    for _ in 0..2_000 {
        if served.calls.load(Ordering::SeqCst) == calls + 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    counted(data.path(), "head.stamped", 2).await;
    std::fs::remove_file(&there).expect("removed");
    std::fs::rename(&away, &there).expect("moved back");
    house.advance(Span::minutes(61)).await;
    counted(data.path(), "head.stamped", 3).await;
    assert_eq!(told(&house, data.path(), "stamps this ledger''s heads again").await, 1);
    // Its certificate ends in 59 days, and it has no other.
    let until = house.desk.shown().bot.heads.stamps.until.expect("the certificate ends");
    house.advance(until - Span::days(59) - house.now()).await;
    counted(data.path(), "head.stamped", 4).await;
    counted(data.path(), "head.stamps-end", 1).await;
    // Somebody owes it: on the workflow of [records], a week before the end.
    house.calm().await;
    let about = house.desk.shown().bot.heads.stamps.incident.expect("an incident about it");
    let status = house.ask("lena", &format!("/incident status {about}")).await;
    let found = house.reader.case(about).await.expect("a read").expect("the incident");
    let owed = found.owed(Duty::Resolve).map(|it| it.terms.due);
    assert_eq!(owed, Some(until - Span::days(7)), "{status}");
    assert!(status.contains("· Arjun Nair or Lena Hoffmann") && !status.contains("is it owed?"), "{status}");
    house.advance(Span::days(1)).await;
    counted(data.path(), "head.stamped", 5).await;
    counted(data.path(), "head.stamps-end", 1).await;
    for day in 6..12 {
        house.advance(Span::days(1)).await;
        counted(data.path(), "head.stamped", day).await;
    }
    counted(data.path(), "head.stamps-end", 2).await;
    // It has another one.
    served.now.lock().expect("nobody broke off").0 = newer.clone();
    house.advance(Span::days(1)).await;
    counted(data.path(), "head.stamped", 12).await;
    // The operators hear it, and whoever has the incident.
    assert_eq!(told(&house, data.path(), "It covers all older ones").await, 2);
    assert_eq!(told(&house, data.path(), "The time stamps are renewed").await, 1);
    house.ask("arjun", &format!("/incident resolve {about} The authority has a new certificate")).await;
    assert_eq!(house.desk.shown().bot.heads.stamps.incident, None);
    house.advance(Span::days(6)).await;
    counted(data.path(), "head.stamped", 12).await;
    house.say("maya", "said after all of it").await;
    stamper.abort();
    house.stop().await;

    let verdict = audit::verify(data.path()).await.expect("a verdict");
    must_say(&verdict, true, true, &["has a time stamp: `openssl ts -verify"]);
    let said = verdict.to_string();
    let command = said.split('`').find(|part| part.starts_with("openssl ts")).expect("a command");
    std::fs::copy(newer.join("ca.pem"), data.path().join("authority.pem")).expect("a certificate");
    let (good, printed) = run(data.path(), command);
    assert!(good && printed.contains("Verification: OK"), "{command}: {printed}");
    std::fs::remove_file(data.path().join("authority.pem")).expect("removed");
    let copied = place.path().join("backup");
    backup(data.path(), &copied).await.expect("a backup");
    must_say(&audit::verify(&copied).await.expect("a verdict"), true, true, &[]);

    // What becomes of the files is noticed.
    let reply = command.split_whitespace().find(|word| word.ends_with(".tsr")).expect("a file").to_owned();
    let note = reply.replace(".tsr", ".checkpoint");
    let others: Vec<PathBuf> = std::fs::read_dir(copied.join("stamps"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "checkpoint") && !path.ends_with(&note))
        .collect();
    let bytes = |path: &str| std::fs::read(data.path().join(path)).expect("a file");
    let (right_reply, right_note) = (bytes(&reply), bytes(&note));
    let mut spoilt = right_reply.clone();
    let middle = spoilt.len() / 2;
    spoilt[middle] ^= 1;
    std::fs::write(copied.join(&reply), &spoilt).expect("written");
    let words = format!("{reply} is not the time stamp that entry");
    must_say(&audit::verify(&copied).await.expect("a verdict"), false, true, &[&words]);
    std::fs::write(copied.join(&reply), &right_reply).expect("written");
    // Each is over more than the one before.
    assert_eq!(others.len(), 11);
    let other = std::fs::read(&others[0]).expect("another head");
    assert_ne!(other, right_note);
    std::fs::write(copied.join(&note), other).expect("written");
    let words = format!("{note} is not the head that {reply} was given for");
    must_say(&audit::verify(&copied).await.expect("a verdict"), false, true, &[&words]);
    for gone in [&note, &reply] {
        std::fs::write(copied.join(&note), &right_note).expect("written");
        std::fs::remove_file(copied.join(gone)).expect("removed");
        let words = format!("{reply} or {note} is missing: the time stamp that entry");
        must_say(&audit::verify(&copied).await.expect("a verdict"), true, false, &[&words]);
        std::fs::write(copied.join(&reply), &right_reply).expect("written");
    }
}
