use super::*;

fn read(text: &str, given: Given) -> Result<Config, String> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), text).expect("it can be written");
    let path = file.path().display().to_string();
    Config::read(Some(file.path()), |_| None, given).map_err(|error| error.to_string().replace(&path, "c.toml"))
}

#[test]
fn mistakes_name_the_line_and_what_to_write() {
    let cases = [
        ("listen = \"127.0.0.1:1\"\nlisten_on = 3\n", "c.toml:2: unknown field `listen_on`"),
        ("\nlisen = \"127.0.0.1:1\"\n", "Did you mean `listen`?"),
        ("listen = \"here\"\n", "c.toml:1: “here” is not an address; write one such as \"127.0.0.1:7311\""),
        ("\n\ncheckpoint_every = \"soon\"\n", "c.toml:3: “soon” is not a span; write one such as \"1m\""),
        ("[heartbeat]\nurl = \"ftp://x\"\n", "c.toml:2: `url` must be an http or https address"),
        ("listen = \"0.0.0.0:7311\"\n", "whoever reaches it can speak as anybody"),
        ("\n[blobs]\nurl = \"evidence\"\n", "c.toml:2: “evidence” names no bucket: write it as url = \"s3://BUCKET\""),
        ("[blobs]\nurl = \"s3://evidence\"\nlock = \"compliance\"\n", "such as lock_days = 365"),
        ("[blobs]\nurl = \"s3://evidence\"\nlock_day = 3\n", "Did you mean `lock_days`?"),
        ("[blobs]\nendpoint = \"https://s3.example.org\"\n", "missing field `url`"),
        ("listen = ", "c.toml:1: "),
    ];
    for (text, expected) in cases {
        let error = read(text, Given::default()).expect_err(text);
        assert!(error.contains(expected), "{text:?} gave {error:?}, expected {expected:?}");
    }
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_the_file() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), "data = \"from-file\"\nlisten = \"127.0.0.1:1\"\n").expect("it can be written");
    let environment = |name: &str| (name == "COUNTERSIGN_DATA").then(|| "from-environment".to_owned());
    let read = |given| Config::read(Some(file.path()), environment, given).expect("it is right");
    assert_eq!(read(Given::default()).data, Path::new("from-environment"));
    assert_eq!(read(Given::default()).listen.port(), 1);
    let given = Given { data: Some("from-line".into()), ..Given::default() };
    assert_eq!(read(given).data, Path::new("from-line"));
}

#[test]
fn tokens_come_from_the_environment_or_from_files_and_are_never_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let token = folder.path().join("vendor.token");
    std::fs::write(&token, "xoxb-vendor\n").expect("it can be written");
    let file = folder.path().join("c.toml");
    let text = format!(
        "prefix = \"/cs-\"\n[slack]\napi_url = \"http://127.0.0.1:9/api/\"\n[workspaces.vendor]\nmode = \"http\"\nbot_token_file = {token:?}\n[discord]\n"
    );
    std::fs::write(&file, text).expect("it can be written");
    let environment = |name: &str| {
        let known = [
            ("COUNTERSIGN_SLACK_BOT_TOKEN", "xoxb-own"),
            ("COUNTERSIGN_SLACK_APP_TOKEN", "xapp-own"),
            ("COUNTERSIGN_SLACK_VENDOR_SIGNING_SECRET", "s3cret"),
            ("COUNTERSIGN_DISCORD_TOKEN", "d1sc"),
        ];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let config = Config::read(Some(&file), environment, Given::default()).expect("it is right");
    assert_eq!(config.prefix, "/cs-");
    let [own, vendor] = config.slack.as_slice() else { panic!("two workspaces: {:?}", config.slack) };
    assert_eq!((own.platform.as_str(), own.api_url.as_str()), ("slack", "http://127.0.0.1:9/api"));
    assert_eq!(own.mode, SlackMode::Socket { app_token: Secret::new("xapp-own") });
    assert_eq!(vendor.platform.as_str(), "slack-vendor");
    assert_eq!((vendor.bot_token.reveal(), vendor.api_url.as_str()), ("xoxb-vendor", "https://slack.com/api"));
    assert_eq!(vendor.mode, SlackMode::Http { signing_secret: Secret::new("s3cret") });
    assert_eq!(config.discord.as_ref().map(|it| it.token.reveal()), Some("d1sc"));
    let shown = format!("{config:?}");
    for secret in ["xoxb", "xapp", "s3cret", "d1sc"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_platform_without_its_token_says_what_to_set() {
    let cases = [
        (
            "\n[slack]\n",
            "c.toml:2: slack needs its bot token: set COUNTERSIGN_SLACK_BOT_TOKEN, or `bot_token_file` to a file",
        ),
        ("[workspaces.vendor]\n", "set COUNTERSIGN_SLACK_VENDOR_BOT_TOKEN"),
        ("[workspaces.\"Big Vendor\"]\n", "c.toml:1: a workspace's name is small letters"),
        ("[discord]\n", "c.toml:1: discord needs its bot token: set COUNTERSIGN_DISCORD_TOKEN"),
        ("prefix = \"cs\"\n", "c.toml:1: `prefix` is a slash"),
        ("[slack]\nbot_token = \"xoxb-1\"\n", "c.toml:2: unknown field `bot_token`"),
    ];
    for (text, expected) in cases {
        let error = read(text, Given::default()).expect_err(text);
        assert!(error.contains(expected), "{text:?} gave {error:?}, expected {expected:?}");
    }
    let with = |text: &str, token: &str| {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("it can be written");
        Config::read(
            Some(file.path()),
            |name| name.ends_with("TOKEN").then(|| token.to_owned()),
            Given { listen: Some(([127, 0, 0, 1], 1).into()), ..Given::default() },
        )
        .expect_err(text)
        .to_string()
    };
    let error = with("[slack]\n", "xapp-swapped");
    assert!(error.contains("the bot token in it doesn't begin with “xoxb-”") && !error.contains("swapped"), "{error}");
    let error = with("[slack]\napi_url = \"http://slack.example\"\nmode = \"http\"\n", "xoxb-1");
    assert!(error.contains("needs its signing secret"), "{error}");
    let text = "discord = { token_file = \"Cargo.toml\", api_url = \"http://discord.example\" }\n";
    let error = read(text, Given::default()).expect_err(text);
    assert!(error.contains("plain http is taken on this machine only"), "{error}");
}

#[test]
fn a_token_that_runs_out_comes_with_what_renews_it() {
    type Known = &'static [(&'static str, &'static str)];
    let of = |known: Known, text: &str| {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("it can be written");
        let environment = move |name: &str| {
            let name = name.strip_prefix("COUNTERSIGN_SLACK_")?;
            known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let given = Given { data: Some("folder".into()), ..Given::default() };
        Config::read(Some(file.path()), environment, given).map_err(|error| error.to_string())
    };
    let whole = of(
        &[("REFRESH_TOKEN", "xoxe-1"), ("CLIENT_SECRET", "s3cret"), ("CLIENT_ID", "1.2"), ("APP_TOKEN", "xapp-1")],
        "",
    );
    let whole = whole.expect("it is right");
    let rotation = whole.slack[0].rotation.clone().expect("it is renewed");
    assert_eq!((rotation.client_id.as_str(), rotation.kept.as_path()), ("1.2", Path::new("folder/tokens/slack.json")));
    assert_eq!(whole.slack[0].bot_token.reveal(), "", "the first renewal brings one");
    assert!(!format!("{whole:?}").contains("s3cret") && !format!("{whole:?}").contains("xoxe"));
    let cases: [(Known, &str, &str); 3] = [
        (
            &[("BOT_TOKEN", "xoxe.xoxb-1"), ("APP_TOKEN", "xapp-1")],
            "",
            "runs out after twelve hours: give the client id",
        ),
        (
            &[("CLIENT_SECRET", "s3cret"), ("APP_TOKEN", "xapp-1")],
            "[slack]\nclient_id = \"1.2\"\n",
            "needs its refresh token",
        ),
        (
            &[("REFRESH_TOKEN", "xoxe-1"), ("CLIENT_SECRET", "s3cret")],
            "",
            "no client id: set COUNTERSIGN_SLACK_CLIENT_ID",
        ),
    ];
    for (known, text, expected) in cases {
        let error = of(known, text).expect_err(expected);
        assert!(error.contains(expected) && !error.contains("s3cret") && !error.contains("xoxb-1"), "{error}");
    }
}

#[test]
fn settings_are_read_where_no_secret_is() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let text = "policy = \"p.toml\"\nprefix = \"/cs-\"\n[slack]\nbot_token_file = \"not-here\"\nclient_secret_file = \"nor-here\"\n[discord]\ntoken_file = \"nor-here\"\n";
    std::fs::write(file.path(), text).expect("it can be written");
    let config = Config::without_secrets(Some(file.path()), |_| None, Given::default()).expect("it is right");
    assert_eq!((config.prefix.as_str(), config.policy.as_deref()), ("/cs-", Some(Path::new("p.toml"))));
}

#[test]
fn where_heads_of_others_are_taken_and_ours_are_written() {
    let config =
        read("heads_dir = \"heads\"\n[witness]\nlisten = \"0.0.0.0:7313\"\n", Given::default()).expect("it is right");
    assert_eq!(config.witness_listen, Some("0.0.0.0:7313".parse().expect("an address")));
    assert_eq!(config.heads_dir.as_deref(), Some(Path::new("heads")));
    let wrong = read("[witness]\nlisten = \"7313\"\n", Given::default()).expect_err("no address");
    assert!(wrong.to_string().contains("is not an address"), "{wrong}");
}

#[test]
fn the_network_is_opened_only_in_so_many_words() {
    let given = Given { open_to_network: true, ..Given::default() };
    assert!(read("listen = \"0.0.0.0:7311\"\n", given).is_ok());
    assert!(read("listen = \"0.0.0.0:7311\"\n[room]\nopen_to_network = true\n", Given::default()).is_ok());
}

#[test]
fn an_access_key_is_whole_and_comes_from_the_environment_or_from_files() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("secret");
    std::fs::write(&file, "s3cret\n").expect("it can be written");
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").expect("it can be written");
    let path = |file: &Path| file.display().to_string();
    let (file, empty) = (path(&file), path(&empty));
    let read = |known: &[(&str, &str)]| {
        let find = |name: &str| known.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
        bucket_credentials(find).map_err(|error| error.to_string())
    };
    let id = ("COUNTERSIGN_S3_ACCESS_KEY_ID", "AKID");
    let secret = ("COUNTERSIGN_S3_SECRET_ACCESS_KEY_FILE", &*file);
    assert!(read(&[]).expect("there is none").is_none());
    let whole = read(&[id, secret, ("COUNTERSIGN_S3_SESSION_TOKEN", "t")]).expect("it is whole").expect("a key");
    assert_eq!((&*whole.key_id, &**whole.secret), ("AKID", "s3cret"));
    assert_eq!(whole.session.as_deref().map(String::as_str), Some("t"));
    let wrong: [(&[(&str, &str)], &str); 4] = [
        (&[id], "set COUNTERSIGN_S3_SECRET_ACCESS_KEY too"),
        (&[secret], "set COUNTERSIGN_S3_ACCESS_KEY_ID too"),
        (&[id, ("COUNTERSIGN_S3_SECRET_ACCESS_KEY_FILE", &*empty)], "write the access key"),
        (&[id, ("COUNTERSIGN_S3_SECRET_ACCESS_KEY_FILE", "nowhere")], "nowhere can't be read"),
    ];
    for (known, says) in wrong {
        let why = read(known).err().unwrap_or_else(|| panic!("{known:?} was taken"));
        assert!(why.contains(says) && !why.contains("AKID") && !why.contains("s3cret"), "{why}");
    }
    let find = |name: &str| (name == secret.0).then(|| secret.1.to_owned());
    let config = Config::read(None, find, Given::default()).expect("settings");
    assert_eq!(config.secret_files, [PathBuf::from(&file)], "whether others may read it is looked at");
}
