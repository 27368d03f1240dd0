//! Keys that are sealed with a passphrase, through the program itself, since it is given by the environment.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::house::past;

const WORDS: &str = "correct-horse-battery";
const SECRETS: [&str; 4] = ["ledger.seed", "bundles.seed", "witness.seed", "causes.secret"];

fn countersign(args: &[&str], passphrase: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(args).env_remove("COUNTERSIGN_KEYS_PASSPHRASE").env_remove("COUNTERSIGN_KEYS_PASSPHRASE_FILE");
    if let Some(passphrase) = passphrase {
        command.env("COUNTERSIGN_KEYS_PASSPHRASE", passphrase);
    }
    command
}

/// Whether it went well, and what it said, in which the passphrase never is.
fn run(args: &[&str], passphrase: Option<&str>) -> (bool, String) {
    let done = countersign(args, passphrase).output().expect("the binary runs");
    let said = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(passphrase.is_none_or(|words| words.is_empty() || !said.contains(words)), "{said}");
    (done.status.success(), said)
}

/// Starts a bot and stops it once it is ready. What it logged.
fn serve(mut command: Command) -> (bool, String) {
    let mut bot = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    let mut lines = BufReader::new(bot.stdout.take().expect("a pipe"));
    let mut line = String::new();
    lines.read_line(&mut line).expect("text");
    let ready = line.contains("is ready");
    if ready {
        let sent = Command::new("kill").args(["-TERM", &bot.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }
    let mut log = String::new();
    bot.stderr.take().expect("a pipe").read_to_string(&mut log).expect("text");
    let ended = bot.wait().expect("it ends");
    assert_eq!(ended.success(), ready, "{log}");
    assert!(!log.contains(WORDS), "{log}");
    (ready, log)
}

fn bot(data: &Path) -> [&str; 6] {
    ["--data", data.to_str().expect("text"), "--listen", "127.0.0.1:0", "--clock", "manual"]
}

fn sealed(data: &Path) -> usize {
    let is_sealed = |name: &&&str| {
        let file = data.join("keys").join(name);
        let mode = std::fs::metadata(&file).expect("a key").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
        std::fs::read_to_string(file).expect("text").starts_with("countersign-sealed-key/1 ")
    };
    SECRETS.iter().filter(is_sealed).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sealed_keys_want_their_passphrase() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    past(&data).await;
    let text = data.to_str().expect("text");
    let plain = std::fs::read_to_string(data.join("keys/ledger.seed")).expect("a seed");
    let wants = "Set COUNTERSIGN_KEYS_PASSPHRASE, or COUNTERSIGN_KEYS_PASSPHRASE_FILE to a file";
    let (good, said) = run(&["keys", "seal", "--data", text], None);
    assert!(!good && said.contains("nothing was changed") && said.contains(wants), "{said}");
    let (good, said) = run(&["keys", "seal", "--data", text], Some(""));
    assert!(!good && said.contains("there is no passphrase in it"), "{said}");
    let (good, said) = serve(countersign(&bot(&data), Some(WORDS)));
    assert!(good && said.contains("`countersign keys seal` to seal it"), "{said}");
    assert_eq!(sealed(&data), 0);
    let (good, said) = run(&["keys", "seal", "--data", text], Some(WORDS));
    assert!(good && said.contains("4 keys are sealed now"), "{said}");
    assert_eq!(sealed(&data), 4);
    let (good, said) = run(&["keys", "seal", "--data", text], Some(WORDS));
    assert!(good && said.contains("sealed already"), "{said}");
    for entry in std::fs::read_dir(data.join("keys")).expect("a folder") {
        let path = entry.expect("a file").path();
        let kept = std::fs::read_to_string(&path).expect("text");
        assert!(!kept.contains(plain.trim()) && !kept.contains(WORDS), "{}", path.display());
    }

    // Without it nothing that signs goes on; whoever checks needs none.
    let (good, said) = serve(countersign(&bot(&data), None));
    assert!(
        !good && said.contains("is sealed with a passphrase, and none was given") && said.contains(wants),
        "{said}"
    );
    let (good, said) = serve(countersign(&bot(&data), Some("wrong horse")));
    assert!(!good && said.contains("doesn't open") && !said.contains("wrong horse"), "{said}");
    let out = folder.path().join("bag");
    let export = ["export", "INC-1", "--data", text, "-o", out.to_str().expect("text")];
    let (good, said) = run(&export, None);
    assert!(!good && said.contains(wants) && !out.exists(), "{said}");
    let (good, said) = run(&["verify", "--data", text], None);
    assert!(good && said.contains("sealed with a passphrase that wasn't given"), "{said}");

    // With it, here from a file, everything does, and new keys are sealed too.
    let file = folder.path().join("passphrase");
    std::fs::write(&file, format!("{WORDS}\n")).expect("written");
    let mut command = countersign(&bot(&data), None);
    command.env("COUNTERSIGN_KEYS_PASSPHRASE_FILE", &file);
    assert!(serve(command).0);
    let (good, said) = run(&export, Some(WORDS));
    assert!(good, "{said}");
    let (good, said) = run(&["keys", "rotate", "--data", text], Some(WORDS));
    assert!(good && sealed(&data) == 4, "{said}");
    assert!(serve(countersign(&bot(&data), Some(WORDS))).0);
    let (good, said) = run(&["verify", "--data", text], Some(WORDS));
    assert!(good && !said.contains("passphrase"), "{said}");
    let (good, said) = run(&["keys", "unseal", "--data", text], Some(WORDS));
    assert!(good && said.contains("4 keys are unsealed now") && sealed(&data) == 0, "{said}");
    assert!(serve(countersign(&bot(&data), None)).0);

    // A new folder's are sealed from the start.
    let fresh = folder.path().join("fresh");
    assert!(serve(countersign(&bot(&fresh), Some(WORDS))).0);
    assert_eq!(sealed(&fresh), 4);
}
