//! The table of verbs, and what is made of it.

use strum::VariantNames;

use super::*;
use crate::domain::line::{Evidence, Shift, Sla};

#[test]
fn no_two_words_of_a_root_mean_different_verbs() {
    for root in verbs::roots() {
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for verb in root.verbs {
            for word in std::iter::once(verb.verb).chain(verb.aliases.iter().copied()) {
                assert_eq!(word, word.to_lowercase(), "words of the table are lower case");
                let before = seen.insert(word, verb.verb);
                assert_eq!(
                    before,
                    None,
                    "/{} {word} means {} and {}",
                    root.word,
                    before.unwrap_or_default(),
                    verb.verb
                );
            }
        }
    }
}

#[test]
fn every_example_reads_as_its_own_verb() {
    for verb in verbs::all() {
        let line = verb.example("/");
        let asked = read(&line, How::Slash, &context());
        assert!(matches!(asked, Ok(Some(ref asked)) if !matches!(asked, Asked::Form { .. })), "{line}: {asked:?}");
        let spoken = read(&verb.example("@countersign "), How::Said, &context());
        assert_eq!(asked, spoken, "{line} means the same in a mention");
        for alias in verb.aliases {
            let by_alias = line.replacen(&format!(" {}", verb.verb), &format!(" {alias}"), 1);
            assert_eq!(read(&by_alias, How::Slash, &context()), asked, "{by_alias}");
        }
    }
}

#[test]
fn every_root_of_a_verb_is_listed_and_its_arguments_have_names_of_their_own() {
    for verb in verbs::all() {
        assert!(verbs::root(verb.root).is_some(), "{verb:?}");
        for (at, arg) in verb.args.iter().enumerate() {
            assert!(verb.args[..at].iter().all(|other| other.name != arg.name), "{verb:?} has {} twice", arg.name);
            assert!(arg.name != "case" && arg.name != "revision", "{verb:?}: forms use that name themselves");
        }
        let placed: Vec<&Arg> = verb.args.iter().filter(|arg| !arg.named && arg.kind != Kind::Flag).collect();
        let rest = placed.iter().position(|arg| arg.kind.is_rest());
        assert!(rest.is_none_or(|at| at + 1 == placed.len()), "{verb:?}: nothing can stand behind a text");
    }
}

#[test]
fn the_table_of_the_readme_has_every_verb_once() {
    let table = markdown_table();
    for verb in verbs::all() {
        let begin = table.find(&format!("#### `/{}`", verb.root)).expect("the root has a heading");
        assert!(table[begin..].contains(&format!("| `{}", verb.verb)), "{verb:?}");
    }
    assert_eq!(table.lines().filter(|line| line.starts_with("| `")).count(), verbs::all().count());
    assert!(
        table
            .lines()
            .filter(|line| line.starts_with('|'))
            .all(|line| line.replace("\\|", "").matches('|').count() == 4)
    );
}

#[test]
fn completion_holds_the_names_of_the_policy() {
    let json = completion("/", policy());
    let verbs = json["verbs"].as_array().expect("a list");
    assert_eq!(verbs.len(), verbs::all().count());
    let open = &verbs[0];
    assert_eq!(open["root"], "incident");
    assert_eq!(open["args"][0]["kind"], "workflow");
    assert_eq!(open["args"][0]["choices"], serde_json::json!(["claims-triage", "credit-scoring"]));
    let ack = verbs.iter().find(|verb| verb["verb"] == "ack").expect("it is there");
    assert_eq!(
        ack["args"][0],
        serde_json::json!({"name": "case", "hint": "left out in its own thread", "kind": "case", "required": false, "named": false})
    );
    for arg in verbs.iter().flat_map(|verb| verb["args"].as_array().expect("a list")) {
        let kind = arg["kind"].as_str().expect("a word");
        assert!(
            ["word", "rest", "choice", "workflow", "person", "role", "case", "moment", "span", "flag"].contains(&kind)
        );
    }
}

#[test]
fn every_verb_that_people_are_told_to_type_is_there() {
    let of_kinds = CaseKind::ALL.into_iter().flat_map(|kind| kind.verbs_named().map(move |verb| (kind.word(), verb)));
    let of_duties = Duty::ALL.into_iter().map(|duty| (duty.row().kind.word(), duty.row().verb));
    let of_sla = Sla::VARIANTS.iter().map(|verb| ("sla", *verb));
    let of_shifts = Shift::VARIANTS.iter().map(|verb| ("rota", *verb));
    let of_evidence = Evidence::VARIANTS.iter().map(|verb| ("evidence", *verb));
    for (command, verb) in of_kinds.chain(of_duties).chain(of_sla).chain(of_shifts).chain(of_evidence) {
        assert_eq!(find(command, verb).map(|found| found.verb), Some(verb), "/{command} {verb}");
    }
}

#[test]
fn what_a_messages_menu_offers_can_be_filled_in() {
    assert!(on_message().count() > 0);
    for entry in on_message() {
        let verb = entry.verb().unwrap_or_else(|| panic!("{entry:?} has no verb"));
        let form = form(verb, None, &BTreeMap::new(), &context());
        let filled = match entry.takes {
            Takes::Beginning { title, at } => vec![title, at],
            Takes::Title { title } => vec![title],
            Takes::Whole { text } => vec![text],
        };
        let asks = |name: &&str| form.fields.iter().any(|field| field.name == **name);
        assert!(filled.iter().all(asks), "{entry:?} fills in what {} doesn't ask for", verb.id());
        // Without a message there is no case yet that it could be about.
        assert!(entry.alone.is_none() || !verb.case, "{entry:?}");
    }
}

/// What is left out where a channel becomes an incident's own is what `classify` says later, and no more.
#[test]
fn converting_takes_what_opening_does_but_for_its_nature() {
    let args = |verb: &str| find("incident", verb).expect("a verb").args.iter().map(|arg| arg.name).collect::<Vec<_>>();
    let (open, convert) = (args("open"), args("convert"));
    assert_eq!(open[..convert.len()], convert);
    let later = args("classify");
    assert!(open[convert.len()..].iter().all(|name| later.contains(name)), "{open:?}, {later:?}");
}
