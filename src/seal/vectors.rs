//! What the standards, and those who wrote the first programs for them, publish as examples. Each says where it stands. Further ones
//! stand with the module that they are about: the roots of Certificate Transparency, Go's note, a head of the Go checksum database, the
//! cosignature of c2sp.org/tlog-cosignature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::leaf::tests::of_kind as leaf;
use super::tree::tests::{CT_ROOTS, Shelf, ct_leaf, merkle_tree_hash};
use super::*;

fn hash(hex: &str) -> Hash {
    hex.parse().expect(hex)
}

fn hashes(hex: &[&str]) -> Vec<Hash> {
    hex.iter().map(|it| hash(it)).collect()
}

fn of_base64(lines: &[&str]) -> Vec<Hash> {
    lines.iter().map(|line| Hash::from_base64(line).expect(line)).collect()
}

/// RFC 8785 §3.2.2: the sample as it is given.
const SAMPLE: &str = r#"{
  "numbers": [333333333.33333329, 1E30, 4.50,
              2e-3, 0.000000000000000000000000001],
  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
  "literals": [null, true, false]
}"#;

/// RFC 8785 §3.2.4: the bytes that the sample becomes.
const SAMPLE_BYTES: &str = "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a\
                            5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d\
                            2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d";

/// RFC 8785 §3.2.3: names that UTF-16 sorts otherwise than UTF-8, with their values in the order that must come out.
const SORTED: [(&str, &str); 7] = [
    ("\r", "Carriage Return"),
    ("1", "One"),
    ("\u{80}", "Control"),
    ("\u{f6}", "Latin Small Letter O With Diaeresis"),
    ("\u{20ac}", "Euro Sign"),
    ("\u{1f600}", "Emoji: Grinning Face"),
    ("\u{fb33}", "Hebrew Letter Dalet With Dagesh"),
];

/// RFC 8785, appendix B: the bits of a number, and how it is written; nothing where it can't be.
const NUMBERS: [(u64, Option<&str>); 26] = [
    (0x0000000000000000, Some("0")),
    (0x8000000000000000, Some("0")),
    (0x0000000000000001, Some("5e-324")),
    (0x8000000000000001, Some("-5e-324")),
    (0x7fefffffffffffff, Some("1.7976931348623157e+308")),
    (0xffefffffffffffff, Some("-1.7976931348623157e+308")),
    (0x4340000000000000, Some("9007199254740992")),
    (0xc340000000000000, Some("-9007199254740992")),
    (0x4430000000000000, Some("295147905179352830000")),
    (0x7fffffffffffffff, None),
    (0x7ff0000000000000, None),
    (0x44b52d02c7e14af5, Some("9.999999999999997e+22")),
    (0x44b52d02c7e14af6, Some("1e+23")),
    (0x44b52d02c7e14af7, Some("1.0000000000000001e+23")),
    (0x444b1ae4d6e2ef4e, Some("999999999999999700000")),
    (0x444b1ae4d6e2ef4f, Some("999999999999999900000")),
    (0x444b1ae4d6e2ef50, Some("1e+21")),
    (0x3eb0c6f7a0b5ed8c, Some("9.999999999999997e-7")),
    (0x3eb0c6f7a0b5ed8d, Some("0.000001")),
    (0x41b3de4355555553, Some("333333333.3333332")),
    (0x41b3de4355555554, Some("333333333.33333325")),
    (0x41b3de4355555555, Some("333333333.3333333")),
    (0x41b3de4355555556, Some("333333333.3333334")),
    (0x41b3de4355555557, Some("333333333.33333343")),
    (0xbecbf647612f3696, Some("-0.0000033333333333333333")),
    (0x43143ff3c1cb0959, Some("1424953923781206.2")),
];

/// The canonicalizer that leaves are held against (`leaf.rs`) does what the RFC says.
#[test]
fn the_judge_of_leaves_writes_the_examples_of_rfc_8785() {
    let canonical = |value: &Json| String::from_utf8(serde_json_canonicalizer::to_vec(value).unwrap()).unwrap();
    let sample: Json = serde_json::from_str(SAMPLE).unwrap();
    assert_eq!(hex::encode(canonical(&sample)), SAMPLE_BYTES);
    let unsorted: Json = SORTED.iter().rev().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let sorted = canonical(&unsorted);
    let places: Vec<usize> = SORTED.iter().map(|(_, value)| sorted.find(value).expect(value)).collect();
    assert!(places.is_sorted(), "{sorted}");
    for (bits, written) in NUMBERS {
        let number = f64::from_bits(bits);
        match (serde_json_canonicalizer::to_vec(&number), written) {
            (Ok(bytes), Some(written)) => assert_eq!(String::from_utf8(bytes).unwrap(), written, "{bits:x}"),
            (Err(_), None) => {}
            (found, expected) => panic!("{bits:x}: {found:?} for {expected:?}"),
        }
    }
}

/// Leaves have texts and whole numbers alone, so of the RFC's examples these apply to them.
#[test]
fn leaves_write_texts_and_numbers_as_the_examples_of_rfc_8785() {
    let sample: Json = serde_json::from_str(SAMPLE).unwrap();
    let text = sample["string"].as_str().unwrap();
    let bytes = hex::decode(SAMPLE_BYTES).unwrap();
    let written = std::str::from_utf8(&bytes).unwrap().split_once("\"string\":").unwrap().1.trim_end_matches('}');
    let whole = String::from_utf8(leaf(text).encode().unwrap()).unwrap();
    assert!(whole.contains(&format!("\"kind\":{written},")), "{whole}");
    // As the sample spells it, it is the same text, and no leaf.
    let as_given = SAMPLE.lines().find_map(|line| line.trim().strip_prefix("\"string\": ")).unwrap();
    let other = whole.replace(written, as_given.trim_end_matches(','));
    assert_eq!(serde_json::from_str::<Json>(&other).unwrap(), serde_json::from_str::<Json>(&whole).unwrap());
    assert_eq!(Envelope::parse(other.as_bytes()), Err(LeafError::NotCanonical));
    for (_, text) in SORTED.iter().flat_map(|(name, value)| [(0, name), (1, value)]) {
        let bytes = leaf(text).encode().unwrap();
        assert_eq!(bytes, serde_json_canonicalizer::to_vec(&leaf(text)).unwrap());
        assert_eq!(Envelope::parse(&bytes).unwrap().kind, *text);
    }
    // Of the table's numbers a leaf can hold the zero alone.
    let whole = String::from_utf8(leaf("a").encode().unwrap()).unwrap();
    for written in NUMBERS.iter().filter_map(|(_, written)| *written) {
        for field in ["at_us", "seq"] {
            let other = whole.replace(&format!("\"{field}\":0"), &format!("\"{field}\":{written}"));
            match (written, Envelope::parse(other.as_bytes())) {
                ("0", read) => assert_eq!(read, Ok(leaf("a"))),
                ("9007199254740992", Err(LeafError::Inexact { .. })) => {}
                ("-9007199254740992", Err(LeafError::Inexact { .. })) if field == "at_us" => {}
                (_, Err(LeafError::Malformed(_))) => {}
                (_, read) => panic!("{field} {written}: {read:?}"),
            }
        }
    }
    for spelt in ["-0", "0.0", "0e0", "00", "+0", "NaN", "Infinity", "null", "\"0\""] {
        let other = whole.replace("\"seq\":0", &format!("\"seq\":{spelt}"));
        assert!(matches!(Envelope::parse(other.as_bytes()), Err(LeafError::Malformed(_))), "{spelt}");
    }
    // §3.2.2.3 and appendix D: up to these, whole numbers are exact.
    for last in [9_007_199_254_740_991, -9_007_199_254_740_991] {
        let bytes = Envelope { at_us: last, ..leaf("a") }.encode().unwrap();
        assert!(std::str::from_utf8(&bytes).unwrap().contains(&format!("\"at_us\":{last},")));
        assert_eq!(Envelope::parse(&bytes).unwrap().at_us, last);
    }
}

/// RFC 9162 §2.1.5 (RFC 6962 §2.1.3): the tree of seven leaves, its nodes by the letters that they have there.
#[test]
fn the_example_tree_of_rfc_9162() {
    let d: Vec<Hash> = (0..7).map(ct_leaf).collect();
    let [a, b, c, dd, e, f, j] = d[..] else { unreachable!() };
    let (g, h, i) = (node_hash(&a, &b), node_hash(&c, &dd), node_hash(&e, &f));
    let (k, l) = (node_hash(&g, &h), node_hash(&i, &j));
    let root = node_hash(&k, &l);
    assert_eq!(root, hash(CT_ROOTS[6]));
    let build = |plan: Plan| {
        let shelf = Shelf { leaves: d.clone(), ..Shelf::default() };
        plan.build(&plan.needs().iter().map(|run| shelf.fetch(run)).collect::<Vec<_>>()).unwrap()
    };
    for (index, path) in [(0, vec![b, h, l]), (3, vec![c, g, l]), (4, vec![f, j, k]), (6, vec![i, k])] {
        assert_eq!(build(Plan::inclusion(index, 7).unwrap()), path, "d{index}");
        assert_eq!(verify_inclusion(d[index as usize], index, 7, &path, root), Ok(()), "d{index}");
    }
    // hash0, hash1 and hash2 of the tree as it grew.
    let grown = [(3, node_hash(&g, &c), vec![c, dd, g, l]), (4, k, vec![l]), (6, node_hash(&k, &i), vec![i, j, k])];
    for (old, old_root, path) in grown {
        assert_eq!(merkle_tree_hash(&d[..old as usize]), old_root);
        assert_eq!(build(Plan::consistency(old, 7).unwrap()), path, "PROOF({old}, D[7])");
        assert_eq!(verify_consistency(old, 7, &path, old_root, root), Ok(()), "PROOF({old}, D[7])");
    }
}

const A: &str = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7";
const B: &str = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e";
const C: &str = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4";
const D: &str = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b";
const E: &str = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0";
const F: &str = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a";
const G: &str = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f";

/// github.com/transparency-dev/merkle, proof/verify_test.go: every inclusion and consistency proof there over the reference tree, and
/// what becomes of each when a part of it is another.
#[test]
fn the_proofs_of_the_reference_tree() {
    let root = |size: u64| size.checked_sub(1).map_or(merkle_tree_hash(&[]), |at| hash(CT_ROOTS[at as usize]));
    let some = hash("abacaba000000000000000000000000000000000000000000060061e00123456");
    let inclusions: [(u64, u64, &[&str]); 5] = [
        (0, 1, &[]),
        (0, 8, &[A, B, C]),
        (5, 8, &[D, E, CT_ROOTS[3]]),
        (2, 3, &[CT_ROOTS[1]]),
        (1, 5, &[CT_ROOTS[0], B, D]),
    ];
    for (index, size, path) in inclusions {
        let (path, leaf) = (hashes(path), ct_leaf(index as usize));
        let check = |index: u64, size, leaf, path: &[Hash], root| verify_inclusion(leaf, index, size, path, root);
        assert_eq!(check(index, size, leaf, &path, root(size)), Ok(()), "{index} of {size}");
        let mut refused = vec![
            check(index.wrapping_sub(1), size, leaf, &path, root(size)),
            check(index + 1, size, leaf, &path, root(size)),
            check(index ^ 2, size, leaf, &path, root(size)),
            check(index, size * 2, leaf, &path, root(size)),
            check(index, size / 2, leaf, &path, root(size)),
            check(index, size, some, &path, root(size)),
            check(index, size, leaf, &path, root(0)),
            check(index, size, leaf, &path, some),
            check(index, size, leaf, &[&path[..], &[root(size)]].concat(), root(size)),
            check(index, size, leaf, &[&[root(size)], &path[..]].concat(), root(size)),
        ];
        if let [first, rest @ ..] = &path[..] {
            refused.push(check(index, size, leaf, &path[..path.len() - 1], root(size)));
            refused.push(check(index, size, leaf, &[&[*first, some], rest].concat(), root(size)));
        }
        for at in 0..path.len() {
            let mut other = path.clone();
            other[at].0[0] ^= 8;
            refused.push(check(index, size, leaf, &other, root(size)));
        }
        assert!(refused.iter().all(Result::is_err), "{index} of {size}: {refused:?}");
    }
    let consistencies: [(u64, u64, &[&str]); 5] =
        [(1, 1, &[]), (1, 8, &[A, B, C]), (6, 8, &[F, E, CT_ROOTS[3]]), (2, 5, &[B, D]), (6, 7, &[F, G, CT_ROOTS[3]])];
    for (old, new, path) in consistencies {
        let path = hashes(path);
        let check = |old: u64, new, path: &[Hash], before, after| verify_consistency(old, new, path, before, after);
        assert_eq!(check(old, new, &path, root(old), root(new)), Ok(()), "{old} to {new}");
        let [first, ..] = path[..] else { continue };
        let mut refused = vec![
            check(old - 1, new, &path, root(old), root(new)),
            check(old + 1, new, &path, root(old), root(new)),
            check(old ^ 2, new, &path, root(old), root(new)),
            check(old, new * 2, &path, root(old), root(new)),
            check(old, new / 2, &path, root(old), root(new)),
            check(old, new, &path, some, root(new)),
            check(old, new, &path, root(old), some),
            check(old, new, &path, root(new), root(old)),
            check(old, new, &[], root(old), root(new)),
            check(old, new, &path[..path.len() - 1], root(old), root(new)),
        ];
        for more in [root(old), root(new), first] {
            refused.push(check(old, new, &[&path[..], &[more]].concat(), root(old), root(new)));
            refused.push(check(old, new, &[&[more], &path[..]].concat(), root(old), root(new)));
        }
        for at in 0..path.len() {
            let mut other = path.clone();
            other[at].0[0] ^= 16;
            refused.push(check(old, new, &other, root(old), root(new)));
        }
        assert!(refused.iter().all(Result::is_err), "{old} to {new}: {refused:?}");
    }
}

/// golang.org/x/mod, sumdb/tlog/testdata/argon2020: what a real log of nearly a thousand million entries answered.
#[test]
fn the_proofs_of_a_real_log_of_certificates() {
    let size = 961_984_013;
    let root = Hash::from_base64("dwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM=").unwrap();
    let entry = leaf_hash(&STANDARD.decode(ARGON_ENTRY).unwrap());
    let path = of_base64(&ARGON_PATH);
    assert_eq!(verify_inclusion(entry, 10_000, size, &path, root), Ok(()));
    assert_eq!(verify_inclusion(entry, 10_001, size, &path, root), Err(PathError::Root));
    let old = Hash::from_base64("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=").unwrap();
    let path = of_base64(&ARGON_CONSISTENCY);
    assert_eq!(verify_consistency(3_654_490, size, &path, old, root), Ok(()));
    assert!(verify_consistency(3_654_491, size, &path, old, root).is_err());
}

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH: &str =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

/// golang.org/x/mod, sumdb/note/note_test.go, TestNewVerifier: no piece of a key is one, and none with a byte changed.
#[test]
fn no_mangled_key_of_go_is_taken() {
    let refused = |vkey: &[u8]| std::str::from_utf8(vkey).is_ok_and(|vkey| vkey.parse::<Verifier>().is_err());
    for vkey in [PETER, ENOCH] {
        assert!(vkey.parse::<Verifier>().is_ok());
        let bytes = vkey.as_bytes();
        for from in 0..bytes.len() {
            for to in from + 1..=bytes.len() {
                assert!(to - from == bytes.len() || refused(&bytes[from..to]), "{from} to {to}");
            }
            let mut other = bytes.to_vec();
            other[from] += 1;
            assert!(refused(&other), "another byte at {from}");
        }
    }
    // Too long, in base64 that isn't canonical either; and of a kind that nobody knows. Their ids are right.
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_eq!(long.parse::<Verifier>(), Err(KeyError::Shape));
    let unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(unknown.parse::<Verifier>(), Err(KeyError::NotEd25519));
}

/// golang.org/x/mod, sumdb/note/note_test.go, TestOpen.
#[test]
fn the_notes_of_go_open_and_its_broken_ones_do_not() {
    let [peter, enoch] = [PETER, ENOCH].map(|vkey| vkey.parse::<Verifier>().unwrap());
    let both = format!("{TEXT}\n{BY_PETER}{BY_ENOCH}");
    assert_eq!((peter.open(&both), enoch.open(&both)), (Ok(TEXT), Ok(TEXT)));
    let one = format!("{TEXT}\n{BY_PETER}");
    assert_eq!(peter.open(&one), Ok(TEXT));
    assert_eq!(enoch.open(&one), Err(NoteError::Unsigned(ENOCH.to_owned())));
    let many = format!("{TEXT}\n{}", BY_PETER.repeat(101));
    assert_eq!(peter.open(&many), Err(NoteError::TooManySignatures(101)));
    assert_eq!(peter.open(&format!("{TEXT}\n{}", BY_PETER.repeat(100))), Ok(TEXT));
    // “ABCD” put into a signature: it stays base64, and isn't what was signed.
    let longer = |line: &str| {
        let at = line.char_indices().map(|(at, _)| at).find(|at| *at >= 60).unwrap();
        format!("{}ABCD{}", &line[..at], &line[at..])
    };
    let broken = format!("{TEXT}\n{}", longer(BY_PETER));
    assert_eq!(peter.open(&broken), Err(NoteError::Forged("PeterNeumann".into())));
    let among = format!("{TEXT}\n{BY_PETER}{BY_PETER}{BY_ENOCH}{BY_ENOCH}{}", longer(BY_ENOCH));
    assert_eq!(peter.open(&among), Ok(TEXT), "what others signed isn't looked at");
    assert_eq!(enoch.open(&among), Err(NoteError::Forged("EnochRoot".into())));
    let named = BY_PETER.replace("PeterNeumann", "CarmenSandiego");
    assert!(peter.open(&format!("{TEXT}\n{named}")).is_err());
    assert!(peter.open(&format!("{TEXT}\n{}", BY_PETER.replace("x08g", "xxxx"))).is_err());
    for malformed in [
        TEXT.to_owned(),
        format!("{TEXT}\n"),
        one.trim_end().to_owned(),
        format!("\u{1}{one}"),
        format!("{TEXT}\n{}", BY_PETER.replace("PeterNeumann", "Bad Name")),
        format!("{one}Unexpected line.\n"),
    ] {
        let error = peter.open(&malformed).expect_err(&malformed);
        assert!(matches!(error, NoteError::Malformed(_) | NoteError::SignatureLine(_)), "{error}: {malformed:?}");
    }
}

/// The example of c2sp.org/signed-note. Its key was never published, so it can't be opened; its form is the one that is read here.
#[test]
fn the_note_of_the_standard_has_the_form_that_is_read() {
    let note = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n\
                — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
    let read = note::SignedNote::parse(note).unwrap();
    assert_eq!(read.text.lines().count(), 4, "the last empty line separates, not the first");
    let [line] = &read.signatures[..] else { panic!("one signature") };
    assert_eq!((line.name, hex::encode(line.id())), ("quasimodo.example/salvatore", "367ba04b".to_owned()));
    assert_eq!((line.signature().len(), line.to_string()), (64, note.split_once("sera.\n\n").unwrap().1.to_owned()));
    let signer = Signer::from_seed("quasimodo.example/salvatore", &[1; 32]).unwrap();
    assert!(matches!(signer.verifier().open(note), Err(NoteError::Unsigned(_))));
}

/// The example of c2sp.org/tlog-proof, with its signatures, which are cut short there, left out: nobody can check it, and it has the form
/// that is read and written here. And the proofs that github.com/transparency-dev/merkle refuses (proof/tlog_proof_test.go).
#[test]
fn the_proof_of_the_standard_has_the_form_that_is_read_and_others_do_not() {
    let text = "c2sp.org/tlog-proof@v1\n\
                extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ\n\
                index 73894\n\
                gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n\
                B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n\
                EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n\
                RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n\
                AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n\
                \n\
                example.com/fancylog\n\
                109482\n\
                sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\
                \n";
    let proof: Proof = text.parse().unwrap();
    assert_eq!((proof.index, proof.path.len(), proof.to_string()), (73_894, 5, text.to_owned()));
    assert!(proof.extra.as_deref().is_some_and(|extra| extra.starts_with(b"age-v1.2.1-darwin-arm64.tar.gz")));
    assert_eq!(proof.checkpoint.lines().nth(1), Some("109482"));

    let long = STANDARD.encode([0; 64]);
    for (text, expected) in [
        ("wrong-header\nindex 0\n\ncheckpoint\n".to_owned(), "first line"),
        ("c2sp.org/tlog-proof@v1\nextra !!notbase64!!\nindex 0\n\ncheckpoint\n".to_owned(), "extra data"),
        ("c2sp.org/tlog-proof@v1\n\n\ncheckpoint\n".to_owned(), "index"),
        ("c2sp.org/tlog-proof@v1\nindex notanumber\n\ncheckpoint\n".to_owned(), "index"),
        ("c2sp.org/tlog-proof@v1\nindex -5\n\ncheckpoint\n".to_owned(), "index"),
        ("c2sp.org/tlog-proof@v1\nindex 0\n!!notbase64!!\n\ncheckpoint\n".to_owned(), "path"),
        (format!("c2sp.org/tlog-proof@v1\nindex 0\n{long}\n\ncheckpoint\n"), "path"),
    ] {
        let error = text.parse::<Proof>().expect_err(&text);
        assert!(error.to_string().contains(expected), "{error}: {text}");
    }
}

/// `get-entries?start=10000&end=10000`: `leaf_input`, a certificate.
const ARGON_ENTRY: &str = "\
    AAAAAAFelPhqUwAAAAViMIIFXjCCBEagAwIBAgIRAOodHzZdqWIFzYyl/SovhCMwDQYJKoZIhvcNAQELBQAwgZAxCzAJBgNVBAYTAkdCMRswGQ\
    YDVQQIExJHcmVhdGVyIE1hbmNoZXN0ZXIxEDAOBgNVBAcTB1NhbGZvcmQxGjAYBgNVBAoTEUNPTU9ETyBDQSBMaW1pdGVkMTYwNAYDVQQDEy1D\
    T01PRE8gUlNBIERvbWFpbiBWYWxpZGF0aW9uIFNlY3VyZSBTZXJ2ZXIgQ0EwHhcNMTcwMjE1MDAwMDAwWhcNMjAwNDE2MjM1OTU5WjBfMSEwHw\
    YDVQQLExhEb21haW4gQ29udHJvbCBWYWxpZGF0ZWQxHTAbBgNVBAsTFFBvc2l0aXZlU1NMIFdpbGRjYXJkMRswGQYDVQQDDBIqLmxhbmRsb3Jk\
    cy5jb20uYXUwggEiMA0GCSqGSIb3DQEBAQUAA4IBDwAwggEKAoIBAQCtPBKKHj4zdrGlCjgTHzb5gx9JCs97DwvBz60f14gDufF2haWbOxyJ0a\
    3opAMsZnOr8HkARVCwxdqG/PTfACcb0QM7FOlzvxGqxataTYiChwvkkif8F9GlJw69HuHgzhusPf1Ytfk3ps1PRC14MkyrS4kwPrk/Le4XdkqR\
    pRw62wG4V6IkbzsNMEOl1H8EgUbfyapdOcVxHjIzvBVy56fBRKG05Fr5wNq3Acak5kYZdNsLhhmlrqAfAjiombW3hb3V5blJdRC0BDdYHv2+zK\
    ey6LqJ1FDoXo6IzbzPpC+aifZy47YX+/N1U64Qn5xlDg7mOP8JXfkNJHbU1TJZHif5AgMBAAGjggHhMIIB3TAfBgNVHSMEGDAWgBSQr2o6lFoL\
    2JDqElZz30O0Oija5zAdBgNVHQ4EFgQUNQSLjkoz01I+iuuoC5lgEp0anhcwDgYDVR0PAQH/BAQDAgWgMAwGA1UdEwEB/wQCMAAwHQYDVR0lBB\
    YwFAYIKwYBBQUHAwEGCCsGAQUFBwMCME8GA1UdIARIMEYwOgYLKwYBBAGyMQECAgcwKzApBggrBgEFBQcCARYdaHR0cHM6Ly9zZWN1cmUuY29t\
    b2RvLmNvbS9DUFMwCAYGZ4EMAQIBMFQGA1UdHwRNMEswSaBHoEWGQ2h0dHA6Ly9jcmwuY29tb2RvY2EuY29tL0NPTU9ET1JTQURvbWFpblZhbG\
    lkYXRpb25TZWN1cmVTZXJ2ZXJDQS5jcmwwgYUGCCsGAQUFBwEBBHkwdzBPBggrBgEFBQcwAoZDaHR0cDovL2NydC5jb21vZG9jYS5jb20vQ09N\
    T0RPUlNBRG9tYWluVmFsaWRhdGlvblNlY3VyZVNlcnZlckNBLmNydDAkBggrBgEFBQcwAYYYaHR0cDovL29jc3AuY29tb2RvY2EuY29tMC8GA1\
    UdEQQoMCaCEioubGFuZGxvcmRzLmNvbS5hdYIQbGFuZGxvcmRzLmNvbS5hdTANBgkqhkiG9w0BAQsFAAOCAQEACyHqxUzrexToY7tOv4+kyGPP\
    2D27P1tQpyzeAl1bPObiMhNK2b9vvBLDWAaqm8c0YL1h+DBdLoWzf3xFsIkTCVCjWJTNSNlcYtgRk6or1s7jWsfXzWqsnPjPPmTIOCw7EfH7Ym\
    e3oxPs3UUsmShAgPwNohAtL9GqlqMiKM6v1WU3NHt01jEoNP23LRa6KeNK6AH6WHJykzL223IlhgXjHTeuQj6lR+TNrQXJuhwTXYe+20rrpPQx\
    c1Pn7AqnvfWgmicRQ7gdIcr4V6+ecTvLfNOaJ0ZYe5G5giuAAdTm7F57pk04f4gyZNYKrj88mvbkoriN8b6jcWExtrYO6bm2TwAA";

/// `get-proof-by-hash`: `audit_path` of entry 10,000.
const ARGON_PATH: [&str; 30] = [
    "T46AmJsuOM/gFiGlUp+IJJebp+1Z5qratFNW7U0JyOQ=",
    "9Jj1Feodn42uRYEfffkV4HF/EIPFQ5Zo9IwkxbQ2uhk=",
    "D53/1oCNebF4J59HHgioovKZxrmrKcVuCVhy3Izg8Ck=",
    "wSFDgGSrsXRPA+1c8WHoAFCsWeUv8NDyP/Q/SgsyVyY=",
    "516/RcwsgdwdzHn18v1dJHqBkgFUbNhmCIWOGjsMJaE=",
    "naTFY2ajLFgrgs5XUl+zJYZnnlJksLGsA1VYwpLfqbY=",
    "mKBRJo6qao+0Kdh/rhGkZUbHUAxMhrtrclrTpIbNjIg=",
    "Co4ueOFE7lpifLio94irxxsv1wFMMaK3tPu2ZQkHlro=",
    "yRgy800K6JMYCC05sWfqF2kvCg2riT/pVM+nEa6V5+0=",
    "n2O38XJZC8/Wpbwi9HhgVizlUyeUHVZvYyQB1607MRc=",
    "go3tAjuNfNSCj87y2Rg1xOroDknGN1eaf3cgvzObf7Q=",
    "8D0Mj3/J7ySSnFb0afIHYXv6rlOhECnsebY6XKi1IR8=",
    "6rcez46ZU8M5vPiWVMAUfJfAOV0pPP/mch/lYzZhj/M=",
    "2rtIeXrPvSdUyHc5maIgSAVB2BzaKaupWxSAiVayDE4=",
    "nniW/IMFQPN5xw8UsHFn7CRStYbm1gLu7NNa6kkRqJQ=",
    "mRPPi7sQS22MduIEyvcNzCNFqIt6kLwYPkNKrVtIcu8=",
    "JvTivzESNS9wHI8aph5a7uieVmtS/p9PciMZ5D6GyOo=",
    "UTyQd+Ym0wY4zG+qK806bBORwi1CSVvFQ/KknnqoZj8=",
    "hXODrqN+ff+U6zPqRQ+ZQKs6im1fPcxIerDSfNwflhE=",
    "II6GE+WY/DrpZzfHztLwkR46o37zVkNLCyPYlf68zA0=",
    "d609kWWcNBllbA8Jb/ad4XAVVGnScLRmtP8FYyr+Dck=",
    "rikBsP0G0gioXRpBFED2CzQdSLrGPvRd0bEcbEZw1rI=",
    "GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0=",
    "pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=",
    "f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA=",
    "WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=",
    "f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ=",
    "NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=",
    "C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI=",
    "nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=",
];

/// `get-sth-consistency?first=3654490`.
const ARGON_CONSISTENCY: [&str; 30] = [
    "80Sfbj6UQEdVSZCSIgh9NMPj3vCBzcc1A48B2crJSWg=",
    "FZcrgAHUk6nNPviJZq8kEK6jCG1d18pJOFE45ZDc1TQ=",
    "Q67reWXmPBo1UfmwBap4Xi9PMPfFdUSSw3WGlRZdG7k=",
    "eJ7CyhR4PxzBxDIsWgrVYW1eFUb9ndgf46tFmiqVrxA=",
    "QrDwp062Grm5WY8KdrhFsBuuNjGzRox2Jb8PmVL5OYw=",
    "XM4YMjMEdLH/XJam/ZWyaP14k3cmsOtnPsOWQ54lW1s=",
    "SGiBh+jOTGccXU48ZzgQ88lRcBmtB4wz4oSDndv2QTg=",
    "WAS6txqNLYKGL1GdBdpqmV42TTfn6cJsuDsqLXuTCNI=",
    "QFmRS0rirUA7ZN3lxFjDncV+E1OCrn3NUB4RCp+5fzc=",
    "Hdbp7It2XBNZmNDBpCN/KPd7vfVqxgzwOosqVIaEA9E=",
    "mxvHL0ZiblBdD7j7pIa1jlfB0gSqfJ6oX0UGo7L0VsU=",
    "q5hjyvoW6TL/PThgcitpDcSTrnKX2p1+aqscqH2euRA=",
    "jTOWDqt3IHj2NVFeezyBz2ofpru+ztEywqKUAfFclKI=",
    "GIRn0w3HqJdvU9j1WVD//eR6lk2AaTVjyzjsJNP8U88=",
    "x52GJvxG81fnQBrgOTbll1A5tz95/LXK0Ag1NhB0r1I=",
    "6/0OqrcTgc3o5dD5PymmoC96lB9yLPFuTHVvLy8fSGk=",
    "Gf+iKLfcXO5l4JEFmsZvSdG5q1uEeWPfYLrds6pmjz0=",
    "DGuaco+McyM3AfRSF6qX7RwSetwe2ieYJmxw5e9rVx0=",
    "2tQJ9V32hnYp+fdpP6TcjmgJmLeNVOMKM0Ml1kk4cNU=",
    "3PapK+IkyJr8I9yAErAmzuZezzLMzsg+PfeRCgNW8NQ=",
    "s6xiYeejb+wtqHA+URJZ2I/SCPyIW8coP6aB00FJbMY=",
    "z9lSpmdTcr5M5ZzKlc4EPh3SrSypKFdk6JUF/UccaZU=",
    "GXIElfmnRuWfbA4z7ubV/UwlpSRUbUeec7oL5HDDnh0=",
    "pR0SH/NYP6s9+8azWwaeUXA4Ze/3WCIgMfh5YW6wvcE=",
    "f3GuAKYVrF8RBg3s15jvA/YvV9oAliWtzP/imwPhQVA=",
    "WHn8zDxlVgkV+lSlmzaOdfSBrTHoRr5nT3d76q0KKWE=",
    "f2uV2ZxVgULzLPKuZcowRY3ZY7fRlX59iDBjV1R8kNQ=",
    "NzQVjJsvQwbi7WStMr9oFkh9VbHfK7LB6o7WwAqwNTs=",
    "C0LttBeYHZHgL+032JIcJC3CTBIyza/hsbmJUgJfmDI=",
    "nixU5CWTFVDlF4BGdcU6kA7WSYurEpe9jRWc+F/7sOc=",
];
