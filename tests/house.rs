//! The house keeps its order: who may know whom, who may speak SQL, read the time or post, and that what stands in the
//! README is what the program does. Reads the source as text; whoever adds a room adds its line here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use countersign::domain::CaseKind;

/// Which rooms a room may use. The rules stand at the bottom and know nobody.
const ARROWS: &[(&str, &str)] = &[
    ("domain", ""),
    ("seal", ""),
    ("csv", ""),
    ("clock", "domain seal"),
    ("grammar", "domain"),
    ("card", "domain grammar"),
    ("heard", "card domain grammar"),
    // The local room looks at what the desk shows, and so does whoever keeps a roster; files are kept in the data folder.
    ("chat", "blobs card desk domain folder grammar heard"),
    ("slack", "card chat config domain grammar heard reception"),
    ("discord", "card chat config domain grammar heard reception"),
    ("record", "card domain heard seal"),
    ("store", "domain seal"),
    ("folder", "seal"),
    ("blobs", "clock folder seal"),
    ("ledger", "domain heard record seal store"),
    ("projection", "card domain heard record store"),
    ("desk", "card clock domain folder grammar heard ledger projection record seal store"),
    ("digest", "card clock csv domain folder grammar ledger projection seal store"),
    ("health", "chat desk domain store"),
    ("answers", "card clock desk digest domain erasure grammar health heard ledger record seal store"),
    ("courier", "card chat desk digest domain grammar ledger record store"),
    ("reception", "answers blobs card chat desk domain exports grammar heard store"),
    (
        "web",
        "answers blobs card chat clock desk domain exports folder grammar health heard projection reception seal slack store webhook witness",
    ),
    ("config", "blobs domain grammar web"),
    ("attest", "audit bundle domain folder seal store"),
    ("audit", "blobs domain folder heard keys ledger rebuild record seal stamp store"),
    ("backup", "blobs erasure exports folder stamp store"),
    ("bundle", "audit blobs card clock csv digest domain folder grammar heard keys ledger record seal stamp store"),
    ("erasure", "blobs clock desk domain exports folder heard ledger rebuild record seal store"),
    ("exports", "bundle desk domain folder stamp store"),
    ("import", "audit bundle domain folder grammar heard ledger projection rebuild record store"),
    ("keys", "domain folder ledger rebuild record seal store"),
    ("rebuild", "clock domain folder ledger projection record seal store"),
    ("adapters", "chat config discord domain reception slack web"),
    (
        "serve",
        "adapters answers blobs card chat clock config courier desk domain erasure exports folder health keys projection reception stamp store web webhook webhooks witness",
    ),
    ("demo", "bundle card desk domain serve"),
    ("doctor", "chat folder"),
    ("webhooks", "config domain webhook"),
    ("stamp", "desk domain folder seal store webhook"),
    ("webhook", "clock desk domain record store"),
    ("witness", "clock desk domain folder health seal store webhook"),
    ("people", "chat domain grammar"),
    // These hold rooms and nothing else.
    ("evidence", ""),
    ("app", ""),
];

/// Folders that hold rooms of their own beside what stands in them directly.
const FLOORS: &[(&str, &[&str])] = &[
    ("ledger", &["folder", "heard", "projection", "record"]),
    ("chat", &["courier", "discord", "reception", "slack"]),
    ("evidence", &["attest", "audit", "backup", "bundle", "erasure", "exports", "import", "keys", "rebuild"]),
    ("app", &["adapters", "config", "demo", "doctor", "health", "people", "serve", "webhooks"]),
];

/// Crates that bring a database, a network or a runtime with them, and the rooms that may name them.
const CRATES: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("object_store", &["blobs"]),
    ("axum", &["adapters", "demo", "serve", "web"]),
    ("tower", &["web", "demo", "slack"]),
    ("reqwest", &["config", "discord", "health", "serve", "slack", "stamp", "webhook", "witness"]),
    ("rustls", &[]),
    ("serenity", &["discord"]),
    ("slack_morphism", &["slack"]),
    ("minijinja", &["card", "digest"]),
    ("plotters", &["digest"]),
    ("png", &["digest"]),
    ("include_dir", &["card", "web"]),
    ("flate2", &["web"]),
    ("icalendar", &["answers"]),
    ("zip", &["bundle"]),
    ("tar", &["bundle"]),
    ("zstd", &["bundle"]),
    ("coset", &["seal"]),
];

/// Rooms that take bytes and values and give bytes and values: no file, no network, no thread, no chance, no runtime.
const PURE: &[&str] = &["domain", "seal", "grammar"];

/// What lies outside a pure room.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "std::env",
    "std::time",
    "io::stdin",
    "io::stdout",
    "io::stderr",
    "tokio",
    "getrandom",
    "tracing",
    "futures_util",
];

/// Where a stopwatch runs. Everything else that has to do with time is handed it.
const STOPWATCHES: &[&str] = &["clock", "discord", "erasure", "health", "slack", "web"];

#[test]
fn rooms_know_only_whom_they_may() {
    let allowed: BTreeMap<&str, Vec<&str>> =
        ARROWS.iter().map(|(room, may)| (*room, may.split_whitespace().collect())).collect();
    let mut strays = Vec::new();
    for file in sources() {
        if file.room == "lib" || file.room == "main" {
            continue;
        }
        let Some(may) = allowed.get(file.room.as_str()) else {
            strays.push(format!("{}: the room `{}` has no line in ARROWS", file.name, file.room));
            continue;
        };
        for (line, uses) in file.rooms_used() {
            if uses != file.room && !may.contains(&uses.as_str()) {
                strays.push(format!("{}:{line}: `{}` may not use `{uses}`", file.name, file.room));
            }
        }
    }
    assert!(strays.is_empty(), "stray arrows:\n{}", strays.join("\n"));
    let rooms: BTreeSet<String> = sources().into_iter().map(|file| file.room).collect();
    let gone: Vec<&str> = ARROWS.iter().map(|(room, _)| *room).filter(|room| !rooms.contains(*room)).collect();
    assert!(gone.is_empty(), "ARROWS names rooms that are gone: {gone:?}");
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut strays = Vec::new();
    for file in sources() {
        for (name, rooms) in CRATES {
            let entry = file.room == "main" && *name == "rustls";
            if !rooms.contains(&file.room.as_str()) && !entry {
                strays.extend(file.lines_with(&format!("{name}::")).map(|at| format!("{}:{at}: {name}", file.name)));
            }
        }
        if PURE.contains(&file.room.as_str()) {
            for name in IMPURE {
                strays.extend(file.lines_with(name).map(|at| format!("{}:{at}: {name}", file.name)));
            }
        }
    }
    assert!(strays.is_empty(), "these belong elsewhere:\n{}", strays.join("\n"));
}

#[test]
fn only_the_clock_reads_the_time() {
    let mut strays = Vec::new();
    for file in sources() {
        if file.room != "clock" {
            for call in ["Utc::now", "Local::now", "SystemTime"] {
                strays.extend(file.lines_with(call).map(|at| format!("{}:{at}: {call}", file.name)));
            }
        }
        if !STOPWATCHES.contains(&file.room.as_str()) {
            strays.extend(file.lines_with("Instant").map(|at| format!("{}:{at}: Instant", file.name)));
        }
    }
    assert!(strays.is_empty(), "only src/clock.rs reads the time:\n{}", strays.join("\n"));
}

#[test]
fn only_the_courier_posts() {
    let mut strays = Vec::new();
    for file in sources().into_iter().filter(|file| !["chat", "courier", "slack", "discord"].contains(&&*file.room)) {
        for name in ["Chat", "Post"] {
            strays.extend(file.lines_with(name).map(|at| format!("{}:{at}: {name}", file.name)));
        }
    }
    assert!(strays.is_empty(), "only the courier hands messages to a platform:\n{}", strays.join("\n"));
}

#[test]
fn adapters_do_not_know_one_another() {
    // What else lies in `chat` is there for all of them.
    let is_one = |file: &&SourceFile| file.code.contains("impl Chat for ");
    let adapters: BTreeSet<String> = sources().iter().filter(is_one).filter_map(SourceFile::adapter).collect();
    assert_eq!(adapters.iter().map(String::as_str).collect::<Vec<_>>(), ["discord", "local", "slack"]);
    let mut strays = Vec::new();
    for file in sources() {
        let Some(own) = file.adapter() else { continue };
        for other in adapters.iter().filter(|other| **other != own) {
            for path in [format!("chat::{other}"), format!("super::{other}")] {
                strays.extend(file.lines_with(&path).map(|at| format!("{}:{at}: {path}", file.name)));
            }
        }
    }
    assert!(strays.is_empty(), "adapters know only the house:\n{}", strays.join("\n"));
}

/// Whoever adds a kind of case need not look there: these go by the kinds' table.
#[test]
fn the_loop_and_the_adapters_name_no_kind() {
    const ROOMS: &[&str] = &[
        "chat",
        "courier",
        "desk",
        "digest",
        "discord",
        "folder",
        "heard",
        "ledger",
        "projection",
        "reception",
        "record",
        "slack",
        "store",
        "web",
    ];
    let mut named = Vec::new();
    for file in sources().into_iter().filter(|file| ROOMS.contains(&&*file.room)) {
        // SQL has the word for a thing of its own.
        let is_sql = |kind: &CaseKind| file.room == "store" && *kind == CaseKind::Rollback;
        for kind in CaseKind::ALL.into_iter().filter(|kind| !is_sql(kind)) {
            let types = [format!("{kind:?}"), kind.word().to_owned()];
            let lines = types.iter().flat_map(|name| file.lines_with(name).map(move |at| (at, name.clone())));
            named.extend(lines.map(|(at, name)| format!("{}:{at}: {name}", file.name)));
            let texts = quoted(&file.text).filter(|text| text == kind.word() || text == kind.prefix());
            named.extend(texts.map(|text| format!("{}: “{text}”", file.name)));
        }
    }
    assert!(named.is_empty(), "the kinds' table says it:\n{}", named.join("\n"));
}

/// What a person is to type is a `Line` of the rules or of a template, with a verb that is looked up and a beginning that
/// works where it is read.
#[test]
fn no_line_to_type_is_spelt_out() {
    const MAY: &[&str] = &["grammar", "demo"];
    let mut spelt = Vec::new();
    let rooms = sources().into_iter().filter(|file| !MAY.contains(&&*file.room));
    for file in rooms {
        for (at, line) in file.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            spelt.extend(spelt_command(line).map(|command| format!("{}:{}: {command}", file.name, at + 1)));
        }
    }
    let templates = root().join("templates");
    for path in files(&templates).into_iter().filter(|path| path.extension().is_some_and(|it| it == "txt")) {
        let text = fs::read_to_string(&path).expect("a template");
        for (at, line) in text.lines().enumerate() {
            let command = line.contains("prefix ~ \"").then(|| "prefix ~ \"…\"".to_owned()).or(spelt_command(line));
            spelt.extend(command.map(|command| format!("{}:{}: {command}", shown(&path), at + 1)));
        }
    }
    assert!(spelt.is_empty(), "written as text, so nobody looks whether it works:\n{}", spelt.join("\n"));
}

/// `/incident ` or `/{kind} `, as text.
fn spelt_command(line: &str) -> Option<String> {
    let commands = countersign::grammar::verbs::roots().map(|root| root.word);
    let commands = commands.chain(["{kind}", "{}"]).map(|command| format!("/{command} "));
    commands.into_iter().find(|command| line.contains(command.as_str()))
}

#[test]
fn the_map_names_every_room() {
    let map = read("src/lib.rs");
    let docs: String = map.lines().filter(|line| line.starts_with("//!")).collect();
    let rooms: BTreeSet<String> = sources().into_iter().map(|file| file.room).collect();
    let missing: Vec<String> = rooms
        .into_iter()
        .filter(|room| room != "lib" && room != "main")
        .filter(|room| !docs.contains(&format!("[`{room}`]")) && !docs.contains(&format!("::{room}`]")))
        .collect();
    assert!(missing.is_empty(), "the map in src/lib.rs does not name {missing:?}");
}

/// `UPDATE=1 cargo test --test house` writes the tables anew.
#[test]
fn the_readme_has_the_tables_that_the_program_has() {
    use countersign::chat::rights::when;
    let scopes = countersign::chat::slack::SCOPES.iter().map(|it| (it.name, it.what_for, when(it.used)));
    let permissions = countersign::chat::discord::PERMISSIONS.iter().map(|it| (it.name, it.what_for, when(it.used)));
    let tables = [
        ("verbs", countersign::grammar::markdown_table().trim().to_owned()),
        ("slack scopes", what_for("Scope", scopes)),
        ("discord permissions", what_for("Permission", permissions)),
    ];
    let mut readme = read("README.md");
    let mut stale = Vec::new();
    for (name, table) in tables {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let (before, rest) =
            readme.split_once(&begin).unwrap_or_else(|| panic!("the README has a place for the {name}"));
        let (written, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the place for the {name} has an end"));
        let expected = format!("\n{table}\n\n");
        if written != expected {
            stale.push(name);
            readme = format!("{before}{begin}{expected}{end}{after}");
        }
    }
    if !stale.is_empty() && std::env::var_os("UPDATE").is_some() {
        return fs::write(root().join("README.md"), readme).expect("the README can be written");
    }
    assert!(stale.is_empty(), "out of date in the README: {stale:?}. UPDATE=1 cargo test --test house");
}

/// `UPDATE=1 cargo test --test house` writes the page anew.
#[test]
fn the_page_on_clocks_of_law_is_what_the_packs_say() {
    let page = countersign::domain::regulation::markdown();
    if std::env::var_os("UPDATE").is_some() {
        return fs::write(root().join("docs/regulation.md"), page).expect("the page can be written");
    }
    assert!(read("docs/regulation.md") == page, "docs/regulation.md is out of date. UPDATE=1 cargo test --test house");
    let files = files(&root().join("packs"));
    assert_eq!(files.len(), countersign::domain::regulation::packs().len(), "every file in `packs` is built in");
}

/// A table of names, what each is needed for, and when it is asked for.
fn what_for(name: &str, rows: impl Iterator<Item = (&'static str, &'static str, String)>) -> String {
    let rows: Vec<String> = rows.map(|(name, what_for, when)| format!("| `{name}` | {what_for} | {when} |")).collect();
    format!("| {name} | What it is needed for | Asked for |\n| --- | --- | --- |\n{}", rows.join("\n"))
}

#[test]
fn the_readme_names_what_an_operator_can_set_and_call() {
    let readme = read("README.md");
    let mut missing = Vec::new();
    for file in sources() {
        for name in quoted(&file.text).filter(|text| text.starts_with("COUNTERSIGN_")) {
            if !readme.contains(&name) {
                missing.push(format!("the environment variable {name} ({})", file.name));
            }
        }
        for route in quoted(&file.text)
            .filter(|text| text.starts_with("/room/api/") && file.room == "web" && !text.contains('{'))
        {
            if !readme.contains(&route) {
                missing.push(format!("the route {route} ({})", file.name));
            }
        }
    }
    assert!(missing.is_empty(), "the README does not name:\n{}", missing.join("\n"));
}

/// Whoever copies a line out of the README into the chat is understood, under the example policy.
#[test]
fn every_line_to_type_of_the_readme_is_understood() {
    use countersign::domain::policy::{EXAMPLE, Policy};
    use countersign::domain::{At, PersonId};
    use countersign::grammar::{self, Context, How, verbs};
    // How Discord's menu of commands puts verbs together.
    const GROUPS: &[&str] = &["details"];
    let policy = Policy::read(EXAMPLE).expect("the example policy has no errors");
    let dev = PersonId::from("dev");
    let context = Context::of(&policy, &dev, At(1_795_424_400_000_000), None, "/");
    let readme = read("README.md");
    let in_blocks = readme.lines().filter(|line| line.starts_with('/'));
    let in_text = readme.split('`').skip(1).step_by(2).filter(|code| !code.contains('\n'));
    let (mut whole, mut wrong) = (0, Vec::new());
    for line in in_blocks.chain(in_text) {
        // What is said of a line in a block stands apart from it.
        let line = line.split("   ").next().unwrap_or_default().trim();
        let mut words = line.split(' ');
        let root = words.next().and_then(|word| word.strip_prefix('/')).unwrap_or_default();
        let Some(verb) = words.next().filter(|verb| verbs::roots().any(|it| it.word == root) && *verb != "…") else {
            continue;
        };
        if GROUPS.contains(&verb) {
            continue;
        }
        if grammar::find(root, verb).is_none() {
            wrong.push(format!("{line}: there is no {verb}"));
        } else if words.next().is_some() {
            whole += 1;
            match grammar::read(line, How::Slash, &context) {
                Ok(Some(_)) => {}
                other => wrong.push(format!("{line}: {other:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "can't be typed:\n{}", wrong.join("\n"));
    assert!(whole > 15, "the README was read: {whole}");
}

#[test]
fn nothing_speaks_of_the_machine_that_it_was_written_on() {
    // In halves, so that this file isn't found.
    let words: Vec<String> = [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/tmp/", "h-")]
        .iter()
        .map(|(a, b)| format!("{a}{b}"))
        .collect();
    let mut found = Vec::new();
    for path in files(&root()) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| line.contains(word.as_str())) {
                found.push(format!("{}:{}: {word}", shown(&path), at + 1));
            }
        }
    }
    assert!(found.is_empty(), "paths of a machine:\n{}", found.join("\n"));
}

/// The review of advisories is of the versions that are locked: each row names all versions of its crates, and no others.
#[test]
fn the_review_of_advisories_is_of_what_is_locked() {
    let lock: toml::Table = read("Cargo.lock").parse().expect("a lock file");
    let mut locked: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let [name, version] = ["name", "version"].map(|key| package[key].as_str().expect("a name and a version"));
        locked.entry(name).or_default().insert(version);
    }
    let review = read("docs/advisories.md");
    let mut rows = 0;
    let mut stale = Vec::new();
    for row in review.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let cells: Vec<&str> = row.split(" | ").collect();
        let named = |cell: usize| cells[cell].split('`').skip(1).step_by(2).collect::<Vec<_>>();
        let (crates, versions) = (named(1), named(2).into_iter().collect::<BTreeSet<_>>());
        assert!(!crates.is_empty() && !versions.is_empty(), "a crate and its versions: {row}");
        rows += 1;
        let expected: BTreeSet<&str> = crates.iter().filter_map(|name| locked.get(name)).flatten().copied().collect();
        if versions != expected {
            stale.push(format!("{}: {} names {versions:?}, locked are {expected:?}", cells[0], crates.join(", ")));
        }
    }
    assert!(rows > 10, "the tables were read: {rows}");
    assert!(stale.is_empty(), "docs/advisories.md wants to be reviewed:\n{}", stale.join("\n"));
}

/// Licences of what is built into the binary, and of what only the tests use.
#[test]
fn everything_built_in_has_a_licence_that_allows_it() {
    const BUILT_IN: &[&str] = &[
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSL-1.0",
        "CC0-1.0",
        "CDLA-Permissive-2.0",
        "ISC",
        "MIT",
        "Unicode-3.0",
        "Unlicense",
        "Zlib",
    ];
    const IN_TESTS: &[&str] = &["MIT-0", "MPL-2.0"];
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let built_in = built_in(&metadata);
    assert!(built_in.len() > 50, "the tree was read");
    let mut wrong = Vec::new();
    for package in packages {
        let name = format!(
            "{} {}",
            package["name"].as_str().unwrap_or_default(),
            package["version"].as_str().unwrap_or_default()
        );
        let Some(licence) = package["license"].as_str() else {
            wrong.push(format!("{name} has no licence"));
            continue;
        };
        let expression = match spdx::Expression::parse_mode(licence, spdx::ParseMode::LAX) {
            Ok(expression) => expression,
            Err(error) => {
                wrong.push(format!("{name}: {licence} can't be read: {error}"));
                continue;
            }
        };
        let inside = built_in.contains(package["id"].as_str().unwrap_or_default());
        let fits = expression.evaluate(|wanted| {
            let id = wanted.license.id().map(|id| id.name).unwrap_or_default();
            BUILT_IN.contains(&id) || (!inside && IN_TESTS.contains(&id))
        });
        if !fits {
            wrong.push(format!("{name}: {licence}{}", if inside { "" } else { " (only in tests)" }));
        }
        let registry = package["source"].as_str().is_none_or(|source| source.starts_with("registry+"));
        if !registry {
            wrong.push(format!("{name} is not from the registry: {}", package["source"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ids of all packages that end up in the binary.
fn built_in(metadata: &serde_json::Value) -> BTreeSet<String> {
    let nodes: BTreeMap<&str, &serde_json::Value> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut next = vec![metadata["resolve"]["root"].as_str().expect("a root").to_owned()];
    while let Some(id) = next.pop() {
        if !seen.insert(id.clone()) {
            continue;
        }
        for dependency in nodes.get(id.as_str()).and_then(|node| node["deps"].as_array()).into_iter().flatten() {
            // `null` is an ordinary dependency; the others run while building or testing.
            let ordinary =
                dependency["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()));
            if ordinary && let Some(id) = dependency["pkg"].as_str() {
                next.push(id.to_owned());
            }
        }
    }
    seen
}

fn metadata() -> serde_json::Value {
    let run = |program: String, arguments: &[&str]| {
        let done = std::process::Command::new(&program).args(arguments).current_dir(root()).output();
        let done = done.unwrap_or_else(|error| panic!("{program} can't be started: {error}"));
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text")
    };
    let about = run(std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned()), &["-vV"]);
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let metadata = run(cargo, &["metadata", "--format-version=1", "--locked", "--filter-platform", host]);
    serde_json::from_str(&metadata).expect("cargo writes JSON")
}

// ── Reading the source ─────────────────────────────────────────────────────────────────────────────────────────────

/// One file of `src`, without its tests.
struct SourceFile {
    /// `src/desk/rule.rs`
    name: String,
    /// `desk`
    room: String,
    /// As written.
    text: String,
    /// Without comments and what stands in quotes; lines keep their numbers.
    code: String,
}

impl SourceFile {
    /// The lines in which a path or name stands as a word of its own.
    fn lines_with(&self, name: &str) -> impl Iterator<Item = usize> {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        self.code
            .lines()
            .enumerate()
            .filter(move |(_, line)| {
                line.match_indices(name).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    let after = line[at + name.len()..].chars().next();
                    let ends = name.ends_with(':') || !after.is_some_and(word);
                    ends && !before.is_some_and(|c| word(c) || (c == ':' && name.ends_with("::")))
                })
            })
            .map(|(at, _)| at + 1)
    }

    /// The other rooms that it names: `crate::store`, `crate::{card, chat::Chat}`, and `super::` as far as it leads.
    fn rooms_used(&self) -> Vec<(usize, String)> {
        let mut used = Vec::new();
        let mut name = |at: usize, path: &str, within: &[&str]| {
            let line = self.code[..at].matches('\n').count() + 1;
            used.extend(names(path, within).into_iter().filter(|it| !it.is_empty()).map(|it| (line, it)));
        };
        for (at, begin) in self.code.match_indices("crate::") {
            name(at, &self.code[at + begin.len()..], &[]);
        }
        let module = module_of(&self.name);
        for (at, begin) in self.code.match_indices("super::") {
            if self.code[..at].ends_with("super::") {
                continue;
            }
            let (mut rest, mut within) = (&self.code[at..], &module[..]);
            while let Some(further) = rest.strip_prefix(begin) {
                (rest, within) = (further, &within[..within.len().saturating_sub(1)]);
            }
            name(at, rest, within);
        }
        used
    }

    /// The adapter that it would be a part of: `slack` for everything below `src/chat/slack/`, `local` for
    /// `src/chat/local.rs`.
    fn adapter(&self) -> Option<String> {
        if ["courier", "reception"].contains(&&*self.room) {
            return None;
        }
        let rest = self.name.strip_prefix("src/chat/")?;
        let name = rest.split('/').next()?.trim_end_matches(".rs");
        (name != "mod").then(|| name.to_owned())
    }
}

/// `chat`, `slack` and `api` for `src/chat/slack/api.rs`, `chat` for `src/chat/mod.rs`.
fn module_of(file: &str) -> Vec<&str> {
    let within = file.strip_prefix("src/").unwrap_or(file).trim_end_matches(".rs");
    within.strip_suffix("/mod").unwrap_or(within).split('/').collect()
}

/// `slack` for `src/chat/slack/mod.rs`, `chat` for `src/chat/files.rs`.
fn room_of(file: &str) -> String {
    room_at(&module_of(file))
}

/// The room that a module stands in.
fn room_at(module: &[&str]) -> String {
    let (first, second) = (module.first().copied().unwrap_or_default(), module.get(1).copied().unwrap_or_default());
    let inner = FLOORS.iter().any(|(floor, rooms)| *floor == first && rooms.contains(&second));
    if inner { second.to_owned() } else { first.to_owned() }
}

/// The rooms of what is imported from within a module: `store::Reader` gives `store`, `{card, chat::{Chat, Post}}` gives
/// `card` and `chat`, and `ledger::{record::Record}` gives `record`.
fn names(path: &str, within: &[&str]) -> Vec<String> {
    if let Some(group) = path.strip_prefix('{') {
        return members(group).into_iter().flat_map(|member| names(member, within)).collect();
    }
    let end = path.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(path.len());
    let (word, rest) = path.split_at(end);
    let module = [within, &[word]].concat();
    match rest.strip_prefix("::") {
        // Which room it is shows in the first two names.
        Some(rest) if module.len() < 2 => names(rest, &module),
        _ => vec![room_at(&module)],
    }
}

/// What stands between the commas of a group whose brace was just opened.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                found.push(group[begin..at].trim());
                begin = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|member| !member.is_empty());
    found
}

fn sources() -> Vec<SourceFile> {
    let src = root().join("src");
    let mut sources = Vec::new();
    for path in files(&src) {
        let name = shown(&path);
        let test = name.ends_with("/tests.rs") || name.contains("/tests/") || name.ends_with("/samples.rs");
        if test || path.extension().is_none_or(|it| it != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        let room = room_of(&name);
        let text = without_tests(&text);
        let code = bare(&text);
        sources.push(SourceFile { name, room, text, code });
    }
    assert!(sources.len() > 50, "the source was read");
    sources
}

/// Up to the first test module of the file: they stand at the end.
fn without_tests(text: &str) -> String {
    let ends = ["mod tests {", "pub(super) mod tests {"].map(|begin| text.find(&format!("#[cfg(test)]\n{begin}")));
    text[..ends.into_iter().flatten().min().unwrap_or(text.len())].to_owned()
}

/// Blanks out comments, strings and characters, so that what is left is code. Line breaks stay.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let blank = |out: &mut String, gone: &str| out.extend(gone.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            'r' if rest.starts_with("r\"") || rest.starts_with("r#") => {
                let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
                match rest[1 + hashes..].strip_prefix('"') {
                    Some(inside) => {
                        let end = format!("\"{}", "#".repeat(hashes));
                        inside.find(&end).map_or(rest.len(), |at| 2 + hashes + at + end.len())
                    }
                    // `r#type` is a name.
                    None => 0,
                }
            }
            '"' => quote_length(rest),
            // A lifetime has no closing quote.
            '\'' => match rest[1..].chars().next() {
                Some('\\') => rest[3..].find('\'').map_or(0, |at| at + 4),
                Some(c) if rest[1 + c.len_utf8()..].starts_with('\'') => 2 + c.len_utf8(),
                _ => 0,
            },
            _ => 0,
        };
        if length == 0 {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            blank(&mut out, &rest[..length]);
            rest = &rest[length..];
        }
    }
    out
}

/// The length of the string that begins here, quotes included.
fn quote_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// What stands in quotes, one line at a time.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .map(str::to_owned)
}

fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from)
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Every file below a folder, in order; what is built, what is generated and what belongs to version control is left out.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", ".git"].contains(&name.as_str()) && !name.starts_with("countersign-") {
                found.extend(files(&path));
            }
        } else if name != "Cargo.lock" {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn the_reader_of_the_source_reads_it_right() {
    let text = "use crate::{card::{Card, Word}, chat}; // crate::store\nlet a = \"crate::web \\\" crate::desk\"; 'a: loop {}\n\
                let b = r#\"crate::seal\"#; let c = '\"'; crate::clock::now(); let d = '\\''; let r#type = crate::csv;";
    let code = bare(text);
    let file = SourceFile { name: "src/x/y.rs".to_owned(), room: "x".to_owned(), text: text.to_owned(), code };
    let used: Vec<(usize, String)> = file.rooms_used();
    let expected =
        [(1, "card"), (1, "card"), (1, "chat"), (3, "clock"), (3, "csv")].map(|(line, room)| (line, room.to_owned()));
    assert_eq!(used, expected);
    let inside = |name: &str, text: &str| {
        let (name, room, text) = (name.to_owned(), room_of(name), text.to_owned());
        let file = SourceFile { code: bare(&text), name, room, text };
        file.rooms_used().into_iter().map(|(_, room)| room).collect::<Vec<_>>()
    };
    let grouped = "use crate::{chat::{self, slack::Api, files}, ledger::{record::Record, Ledger}};";
    assert_eq!(inside("src/x.rs", grouped), ["chat", "slack", "chat", "record", "ledger"]);
    let upwards = "use super::{Chat, slack::Api}; use super::super::store::{self, Reader};";
    assert_eq!(inside("src/chat/courier/mod.rs", upwards), ["chat", "slack", "store", "store"]);
    assert_eq!(inside("src/chat/courier/lane.rs", upwards), ["courier", "courier", "chat"]);
    assert_eq!(inside("src/chat/mod.rs", "use super::store;"), ["store"]);
    assert_eq!(file.lines_with("clock::now").collect::<Vec<_>>(), [3]);
    assert_eq!(file.lines_with("now::").count() + file.lines_with("ard").count(), 0);
    assert_eq!(quoted("a(\"b\"); // \"c\"\n// \"d\"").take(1).collect::<Vec<_>>(), ["b"]);
}
