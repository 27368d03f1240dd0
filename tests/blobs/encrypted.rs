//! Files that lie encrypted: what the settings switch on, what lies there then, and what nobody can read any more.

use std::path::{Path, PathBuf};

use countersign::blobs::{self, BlobError, Blobs, Checked};
use countersign::ledger::folder as data_folder;
use serde_json::Value;

use super::kit::bot::{self, Bot, until, words};
use super::{BANK, Kept, Lie, contract, hash, incident, remove, upload};

/// Every file below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => all.extend(files_below(&path)),
            false => all.push(path),
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encrypted_folder_keeps_the_same_promises_and_tells_nothing() {
    let kept = Kept::in_folder(Lie::Encrypted);
    contract(&kept, Lie::Encrypted).await;
    let (text, folder) = (b"Anna Berg has no credit".repeat(4_000), kept.folder.path());
    let sha256 = kept.blobs.keep(text.clone()).await.expect("it is kept");
    let all = files_below(&folder.join("blobs"));
    assert_eq!(all.len(), 11, "{all:?}");
    for path in &all {
        let bytes = std::fs::read(path).expect("it is there");
        assert!(!bytes.windows(9).any(|window| window == b"Anna Berg"), "{}", path.display());
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        assert_ne!(name, sha256, "the name tells the content");
        assert_ne!(hash(&bytes), sha256);
    }
    // What was kept before lies as it came, and is found.
    let before = blobs::folder::keep_blob(folder, b"from before").expect("it is kept");
    assert_eq!(kept.blobs.read(&before).await.expect("it is read").as_deref(), Some(&b"from before"[..]));
    remove(&kept.blobs, &before).await.expect("it goes");
    assert!(!kept.blobs.has(&before).await.expect("it is looked for"));
    // A part of a file that is cut off is no file.
    let place = PathBuf::from(kept.blobs.place(&sha256));
    let whole = std::fs::read(&place).expect("it is there");
    std::fs::write(&place, &whole[..whole.len() - 1]).expect("written");
    let broken = kept.blobs.read(&sha256).await.expect_err("it can't be opened");
    assert!(matches!(&broken, BlobError::NotSealedSo { .. }) && !broken.may_pass(), "{broken}");
    assert_eq!(kept.blobs.check(&sha256).await.expect("it is read"), Checked::NotOpened);
    // Neither another secret nor none opens it.
    std::fs::write(&place, &whole).expect("written");
    let keys = folder.join("keys");
    let (secret, mark) = (keys.join("files.secret"), folder.join("files.mark"));
    let of = || Blobs::of(folder).map(drop).map_err(|error| error.to_string());
    let kept_secret = std::fs::read(&secret).expect("a secret");
    std::fs::write(&secret, "00".repeat(32)).expect("another");
    assert!(of().expect_err("it is another").contains("files.secret is missing or another one"), "{:?}", of());
    std::fs::remove_file(&secret).expect("it goes");
    assert!(of().expect_err("it is lost").contains("Restore it from your backup of the keys"), "{:?}", of());
    assert!(data_folder::encrypt_files(folder).is_err(), "no other takes its place unasked");
    std::fs::write(&secret, kept_secret).expect("restored");
    // The process died between the two: it is as good.
    std::fs::remove_file(&mark).expect("it goes");
    assert_eq!(Blobs::of(folder).expect("files").check(&sha256).await.expect("it is read"), Checked::Good);
    data_folder::encrypt_files(folder).expect("it is the same");
    assert!(mark.exists() && of().is_ok());
}

/// From the settings to the erasure, in the data folder alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_encrypts_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, config) = (folder.path().join("data"), folder.path().join("countersign.toml"));
    let of = |path: &Path| path.to_str().expect("text").to_owned();
    std::fs::write(folder.path().join("policy.toml"), BANK).expect("a policy");
    let policy = of(&folder.path().join("policy.toml"));
    let start = |settings: &str| {
        std::fs::write(&config, settings).expect("settings");
        let arguments =
            ["--data", &of(&data), "--config", &of(&config), "--policy", &policy, "--listen", "127.0.0.1:0"];
        let mut command = bot::countersign(&arguments);
        command.args(["--clock", "manual"]);
        Bot::from(command)
    };
    let bot = start("encrypt_files = true").expect("it starts");
    let thread = incident(&bot, ("claims", "claims")).await;
    let (status, said) = upload(&bot, ("claims", &thread), b"Anna Berg\n").await;
    assert_eq!(status, 200, "{said}");
    let (message, sha256) = (serde_json::from_str::<Value>(&said).expect("JSON"), hash(b"Anna Berg\n"));
    let message = message["message"].as_str().expect("its id");
    let address = format!("{}/room/api/files/{sha256}/rates.csv?as=dev&message={message}", bot.room.base);
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let fetched = client.get(&address).send().await.expect("an answer").bytes().await.expect("bytes");
    assert_eq!(fetched, &b"Anna Berg\n"[..]);
    assert!(bot.stop().0.success());
    // Once on, it stays on.
    let bot = start("").expect("it starts");
    let (status, said) = upload(&bot, ("claims", &thread), b"Anna Berg, again\n").await;
    assert_eq!(status, 200, "{said}");
    assert!(bot.stop().0.success());
    let in_blobs = || {
        let files = files_below(&data.join("blobs"));
        files.into_iter().map(|path| std::fs::read(path).expect("a file")).collect::<Vec<_>>()
    };
    assert_eq!(in_blobs().len(), 2);
    let tells = |bytes: &Vec<u8>| bytes.windows(9).any(|window| window == b"Anna Berg");
    assert!(!in_blobs().iter().any(tells));
    let verified = bot::run(&["verify", "--data", &of(&data)]);
    assert!(verified.status.success() && words(&verified).contains("2 files"), "{}", words(&verified));
    for form in ["bag", "bag.zip"] {
        let out = of(&folder.path().join(form));
        let exported = bot::run(&["export", "INC-1", "--data", &of(&data), "-o", &out]);
        assert!(exported.status.success(), "{}", words(&exported));
        let verified = bot::run(&["verify", &out]);
        assert!(verified.status.success(), "{}", words(&verified));
    }
    let attached = folder.path().join("bag/data/attachments").join(hash(b"Anna Berg\n"));
    assert_eq!(std::fs::read(attached).expect("it is in the bundle"), b"Anna Berg\n");
    let copy = of(&folder.path().join("copy"));
    let backup = bot::run(&["backup", &copy, "--data", &of(&data)]);
    assert!(backup.status.success(), "{}", words(&backup));
    let verified = bot::run(&["verify", "--data", &copy]);
    assert!(verified.status.success() && words(&verified).contains("2 files"), "{}", words(&verified));

    // Without its secret it doesn't start, and the rest of the evidence can be checked all the same.
    let secret = data.join("keys/files.secret");
    let kept = std::fs::read(&secret).expect("a secret");
    std::fs::remove_file(&secret).expect("it goes");
    for settings in ["encrypt_files = true", ""] {
        let refused = start(settings).map(Bot::stop).expect_err("it must not start");
        assert!(refused.log.contains("files.secret is missing or another one"), "{}", refused.log);
    }
    let verified = words(&bot::run(&["verify", "--data", &of(&data)]));
    assert!(
        verified.contains("Integrity: good") && verified.contains("No file that came with a message was looked at"),
        "{verified}"
    );
    std::fs::write(&secret, kept).expect("it is restored");

    let bot = start("").expect("it starts");
    for (who, line) in [
        ("sofia", "/incident withdraw INC-1 It was a test"),
        ("dev", "/evidence erase INC-1 because A claimant is named in it"),
        ("henrik", "/approval approve APR-1"),
    ] {
        let reply = bot.room.say(who, "claims", line).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    until("its files are gone", async || in_blobs().is_empty()).await;
    assert!(bot.stop().0.success());
    // What they were encrypted under is made of their hashes, which stand nowhere any more, though somebody fetched one.
    for path in files_below(&data) {
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!bytes.windows(64).any(|window| window == sha256.as_bytes()), "{}", path.display());
    }
}
