//! Ledgers that are whole, and ledgers that were tampered with, cut and patched.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::*;
use crate::seal::{Actor, Clock, Column, Envelope, Fault, LeafError, Part, V1, commitment, leaf_hash};

/// A ledger as a store keeps it, to be tampered with.
#[derive(Clone, Default)]
struct Ledger {
    rows: Vec<Kept>,
    nodes: Vec<Node>,
    checkpoints: Vec<Checkpoint>,
}

#[derive(Clone)]
struct Kept {
    leaf: Vec<u8>,
    facts: (Option<Vec<u8>>, Option<Vec<u8>>),
    words: (Option<Vec<u8>>, Option<Vec<u8>>),
    seq: u64,
    case: Option<String>,
    case_seq: Option<i64>,
    kind: String,
    at_us: i64,
    leaf_hash: Vec<u8>,
}

impl Kept {
    fn row(&self, with_copies: bool) -> Row<'_> {
        let copies = Copies {
            seq: self.seq,
            case: self.case.as_deref(),
            case_seq: self.case_seq,
            kind: &self.kind,
            at_us: self.at_us,
            leaf_hash: &self.leaf_hash,
        };
        fn salted((text, salt): &(Option<Vec<u8>>, Option<Vec<u8>>)) -> Salted<'_> {
            Salted { text: text.as_deref(), salt: salt.as_deref() }
        }
        Row {
            leaf: &self.leaf,
            facts: salted(&self.facts),
            words: salted(&self.words),
            copies: with_copies.then_some(copies),
        }
    }

    /// Seals the entry anew after a change, as one who can write the database but not the checkpoints.
    fn reseal(&mut self, change: impl FnOnce(&mut Envelope<'_>)) {
        let mut envelope = Envelope::parse(&self.leaf).unwrap();
        change(&mut envelope);
        let (case, kind) = (envelope.case.as_deref().map(str::to_owned), envelope.kind.to_string());
        let (at_us, case_seq) = (envelope.at_us, envelope.case_seq.map(u64::cast_signed));
        let leaf = envelope.encode().unwrap();
        (self.case, self.case_seq, self.kind, self.at_us) = (case, case_seq, kind, at_us);
        self.leaf_hash = leaf_hash(&leaf).0.to_vec();
        self.leaf = leaf;
    }
}

impl Ledger {
    fn of(entries: u64) -> Ledger {
        let mut ledger = Ledger::default();
        let mut tree = Frontier::new();
        let mut prev = Hash::ZERO;
        for seq in 0..entries {
            let salt = [seq as u8; 32];
            let facts = format!("{{\"entry\":{seq},\"text\":{{\"w\":0}}}}").into_bytes();
            // Every fifth has no words.
            let words = (seq % 5 > 0).then(|| format!("[\"entry {seq}\"]").into_bytes());
            // Two of three are of the case.
            let case_seq = (seq % 3 > 0).then(|| seq - seq / 3);
            let envelope = Envelope {
                actor: Actor::Bot,
                also: Vec::new(),
                at_us: 1_000_000 + seq as i64,
                case: case_seq.map(|_| Cow::from("INC-1")),
                case_seq,
                clock: Clock::Manual,
                facts: commitment(&salt, &facts),
                kind: "incident.noted".into(),
                prev,
                said_us: None,
                schema: 1,
                seq,
                source: "local".into(),
                v: V1,
                words: words.as_ref().map(|words| commitment(&salt, words)),
            };
            let leaf = envelope.encode().unwrap();
            prev = leaf_hash(&leaf);
            tree.append(prev, |node| ledger.nodes.push(node));
            ledger.rows.push(Kept {
                facts: (Some(facts), Some(salt.to_vec())),
                words: (words.clone(), words.map(|_| salt.to_vec())),
                seq,
                case: envelope.case.map(Cow::into_owned),
                case_seq: case_seq.map(u64::cast_signed),
                kind: "incident.noted".into(),
                at_us: envelope.at_us,
                leaf_hash: prev.0.to_vec(),
                leaf,
            });
            ledger.checkpoints.push(Checkpoint {
                origin: "example.com/log".into(),
                size: seq + 1,
                root: tree.root(),
                extensions: Vec::new(),
            });
        }
        ledger
    }

    fn audit(&self, with_copies: bool) -> Report {
        let mut audit = self.joined(with_copies);
        audit.check_nodes(self.nodes.iter().copied());
        audit.finish()
    }

    fn joined(&self, with_copies: bool) -> Audit {
        let mut audit = Audit::against(self.checkpoints.clone());
        for nth in 0..3 {
            let mut segment = audit.segment(nth);
            let seqs = segment.seqs();
            let begin = self.rows.partition_point(|kept| kept.seq < seqs.start);
            for kept in self.rows[begin..].iter().take_while(|kept| kept.seq < seqs.end) {
                segment.check(&kept.row(with_copies));
            }
            audit.join(segment);
        }
        audit
    }
}

static SMALL: LazyLock<Ledger> = LazyLock::new(|| Ledger::of(300));

/// A whole segment and the beginning of another, with a checkpoint round every place where something may go wrong.
static LARGE: LazyLock<Ledger> = LazyLock::new(|| {
    let mut ledger = Ledger::of(SEGMENT_ENTRIES + 300);
    let sizes = [1, 255, 256, 257, 65_535, 65_536, 65_537, 65_791, 65_792, 65_793, 65_836];
    ledger.checkpoints.retain(|checkpoint| sizes.contains(&checkpoint.size));
    ledger
});

/// Audits a ledger after tampering: all faults, and whether a checkpoint disagrees.
fn check(ledger: &Ledger, tamper: impl FnOnce(&mut Ledger), expected: &[(u64, What)], heads_agree: bool) {
    let mut ledger = ledger.clone();
    tamper(&mut ledger);
    let report = ledger.audit(true);
    let found: Vec<_> = report.faults.kept().iter().map(|fault| (fault.seq, fault.what.clone())).collect();
    assert_eq!(found, expected);
    assert_eq!(report.heads.iter().all(|head| head.verdict.is_ok()), heads_agree, "heads");
    assert_eq!(report.is_intact(), expected.is_empty() && heads_agree);
}

fn copy(column: Column, kept: &str, sealed: &str) -> What {
    What::CopyDiffers { column, kept: kept.into(), sealed: sealed.into() }
}

#[test]
fn an_untouched_ledger_is_in_order() {
    for (ledger, with_copies) in [(&*SMALL, true), (&*SMALL, false), (&*LARGE, true), (&Ledger::default(), true)] {
        let report = ledger.audit(with_copies);
        assert_eq!(report.faults.kept(), []);
        assert!(report.is_intact());
        assert_eq!(report.root, Some(ledger.checkpoints.last().map_or(Frontier::new().root(), |last| last.root)));
        let size = ledger.rows.len() as u64;
        assert_eq!((report.size, report.entries, report.gone.len()), (size, size, 0));
    }
}

#[test]
fn several_checkpoints_of_one_size_each_get_a_verdict() {
    let mut ledger = SMALL.clone();
    let root = Hash([9; 32]);
    let forged = Checkpoint { size: 8, root, ..ledger.checkpoints[7].clone() };
    ledger.checkpoints = vec![ledger.checkpoints[7].clone(), forged, ledger.checkpoints[8].clone()];
    let verdicts: Vec<_> = ledger.audit(true).heads.into_iter().map(|head| head.verdict).collect();
    let found = SMALL.checkpoints[7].root;
    assert_eq!(verdicts, [Ok(()), Err(HeadFault::OtherRoot { size: 8, signed: root, found }), Ok(())]);
}

#[test]
fn a_row_of_another_segment_is_out_of_place() {
    let audit = Audit::against(Vec::new());
    let mut segment = audit.segment(0);
    let row = Kept { seq: SEGMENT_ENTRIES, ..SMALL.rows[0].clone() };
    segment.check(&row.row(true));
    assert_eq!(segment.faults.kept(), [Fault { seq: SEGMENT_ENTRIES, what: What::OutOfPlace { expected: 0 } }]);
    assert_eq!(segment.entries, 0);
}

#[test]
fn facts_and_words_are_held_against_their_commitments() {
    type Kept = (Option<Vec<u8>>, Option<Vec<u8>>);
    for part in [Part::Facts, Part::Words] {
        let check = |change: fn(&mut Kept), what: What| {
            let tamper = |ledger: &mut Ledger| match part {
                Part::Facts => change(&mut ledger.rows[7].facts),
                Part::Words => change(&mut ledger.rows[7].words),
            };
            check(&SMALL, tamper, &[(7, what)], true);
        };
        check(|kept| kept.0 = Some(b"other".to_vec()), What::PartChanged(part));
        check(|kept| kept.1 = Some(vec![8; 32]), What::PartChanged(part));
        check(|kept| kept.1 = Some(vec![7; 31]), What::SaltLength(part, 31));
        check(|kept| kept.1 = None, What::SaltMissing(part));
        check(|kept| kept.0 = None, What::PartMissing(part));
    }
    check(&SMALL, |ledger| ledger.rows[7].facts = (None, None), &[(7, What::FactsGone)], true);
    let put = |ledger: &mut Ledger| ledger.rows[5].words = (Some(b"[\"more\"]".to_vec()), Some(vec![5; 32]));
    check(&SMALL, put, &[(5, What::WordsAdded)], true);
    check(&SMALL, |ledger| ledger.rows[5].words.1 = Some(vec![5; 32]), &[(5, What::WordsAdded)], true);
    // Erased is what had words and has none now.
    let erase = |ledger: &mut Ledger| ledger.rows.iter_mut().take(8).for_each(|kept| kept.words = (None, None));
    check(&SMALL, erase, &[], true);
    let mut erased = SMALL.clone();
    erase(&mut erased);
    assert!(erased.audit(true).gone.iter().eq([1, 2, 3, 4, 6, 7]));
}

#[test]
fn the_entries_of_a_case_are_numbered_without_gaps() {
    let renumber = |row: usize, number: u64| {
        move |ledger: &mut Ledger| ledger.rows[row].reseal(|envelope| envelope.case_seq = Some(number))
    };
    let step = |expected, found, before| What::CaseOutOfStep { case: "INC-1".into(), expected, found, before };
    // The last row, so that no chain is broken beside it: entry 299 is no. 200.
    check(&SMALL, renumber(299, 201), &[(299, step(Some(200), 201, 199))], false);
    check(&SMALL, renumber(299, 199), &[(299, step(Some(200), 199, 199))], false);
    let of_another = |ledger: &mut Ledger| {
        ledger.rows[299].reseal(|envelope| (envelope.case, envelope.case_seq) = (Some("INC-2".into()), Some(200)));
    };
    let first = What::CaseOutOfStep { case: "INC-2".into(), expected: Some(1), found: 200, before: 0 };
    check(&SMALL, of_another, &[(299, first)], false);
    // What is missing explains a gap, and nothing but a gap.
    let missing = (7, What::Missing { through: 8 });
    check(&SMALL, |ledger| drop(ledger.rows.drain(7..=8)), std::slice::from_ref(&missing), false);
    let repeat = |ledger: &mut Ledger| {
        ledger.rows.drain(297..=298);
        ledger.rows[297].reseal(|envelope| envelope.case_seq = Some(198));
    };
    check(&SMALL, repeat, &[(297, What::Missing { through: 298 }), (299, step(None, 198, 198))], false);
}

#[test]
fn copies_are_held_against_the_leaf() {
    check(&SMALL, |l| l.rows[7].case = None, &[(7, copy(Column::Case, "(no case)", "INC-1"))], true);
    check(&SMALL, |l| l.rows[9].case = Some("none".into()), &[(9, copy(Column::Case, "none", "(no case)"))], true);
    let number = |kept| copy(Column::CaseSeq, kept, "5");
    check(&SMALL, |l| l.rows[7].case_seq = Some(6), &[(7, number("6"))], true);
    check(&SMALL, |l| l.rows[7].case_seq = None, &[(7, number("(no number)"))], true);
    check(&SMALL, |l| l.rows[7].kind = "x".into(), &[(7, copy(Column::Kind, "x", "incident.noted"))], true);
    check(&SMALL, |l| l.rows[7].at_us = 0, &[(7, copy(Column::AtUs, "0", "1000007"))], true);
    let sealed = hex::encode(&SMALL.rows[7].leaf_hash);
    check(&SMALL, |l| l.rows[7].leaf_hash = vec![7], &[(7, copy(Column::LeafHash, "07", &sealed))], true);
}

#[test]
fn a_changed_leaf_breaks_the_chain_its_node_and_the_head() {
    let hash = |ledger: &Ledger, seq: usize| Hash(ledger.rows[seq].leaf_hash[..].try_into().unwrap());
    let tamper = |ledger: &mut Ledger| ledger.rows[7].reseal(|envelope| envelope.kind = "incident.closed".into());
    let mut tampered = SMALL.clone();
    tamper(&mut tampered);
    let broken = What::BrokenChain { named: hash(&SMALL, 7), found: hash(&tampered, 7) };
    check(&SMALL, tamper, &[(8, broken), (0, What::NodeDiffers { height: 8 })], false);
    let heads = tampered.audit(true).heads;
    assert_eq!(heads.iter().filter(|head| head.verdict.is_ok()).count(), 7, "those before it still hold");
    assert!(matches!(heads[7].verdict, Err(HeadFault::OtherRoot { size: 8, .. })));

    // With the chain, the copies and the nodes made good, only the signed heads still know.
    let rewrite = |ledger: &mut Ledger| {
        tamper(ledger);
        let mut tree = Frontier::new();
        ledger.nodes.clear();
        for seq in 0..ledger.rows.len() {
            if seq > 0 {
                let prev = hash(ledger, seq - 1);
                ledger.rows[seq].reseal(|envelope| envelope.prev = prev);
            }
            tree.append(hash(ledger, seq), |node| ledger.nodes.push(node));
        }
    };
    check(&SMALL, rewrite, &[], false);

    let tamper = |ledger: &mut Ledger| {
        ledger.rows[299].leaf.push(b' ');
        ledger.rows[299].leaf_hash = leaf_hash(&ledger.rows[299].leaf).0.to_vec();
    };
    check(&SMALL, tamper, &[(299, What::Unreadable(LeafError::NotCanonical))], false);
}

#[test]
fn time_does_not_go_back() {
    let tamper = |ledger: &mut Ledger| ledger.rows[299].reseal(|envelope| envelope.at_us = 5);
    check(&SMALL, tamper, &[(299, What::TimeWentBack { at_us: 5, before_us: 1_000_298 })], false);
}

#[test]
fn rows_that_are_missing_doubled_or_swapped_are_named() {
    let node = (0, What::NodeDiffers { height: 8 });
    check(&SMALL, |ledger| drop(ledger.rows.drain(7..=9)), &[(7, What::Missing { through: 9 })], false);
    check(&SMALL, |ledger| drop(ledger.rows.remove(0)), &[(0, What::Missing { through: 0 })], false);
    let double = |ledger: &mut Ledger| ledger.rows.insert(7, ledger.rows[7].clone());
    check(&SMALL, double, &[(7, What::OutOfPlace { expected: 8 })], true);
    let swap = |ledger: &mut Ledger| ledger.rows.swap(7, 8);
    check(&SMALL, swap, &[(7, What::Missing { through: 7 }), (7, What::OutOfPlace { expected: 9 })], false);

    // Exchanging two leaves under their columns is seen as well.
    let exchange = |ledger: &mut Ledger| {
        let (left, right) = ledger.rows.split_at_mut(8);
        std::mem::swap(&mut left[7].leaf, &mut right[0].leaf);
    };
    let mut exchanged = SMALL.clone();
    exchange(&mut exchanged);
    let report = exchanged.audit(true);
    let found = |seq, what| report.faults.kept().iter().any(|fault| fault.seq == seq && fault.what == what);
    assert!(found(7, copy(Column::Seq, "7", "8")) && found(8, copy(Column::Seq, "8", "7")) && found(node.0, node.1));
}

#[test]
fn without_copies_the_leaf_says_which_entry_it_is() {
    let mut ledger = SMALL.clone();
    ledger.rows.remove(7);
    let report = ledger.audit(false);
    assert_eq!((report.faults.kept()[0].seq, &report.faults.kept()[0].what), (7, &What::Missing { through: 7 }));
    assert_eq!((report.faults.total(), report.size, report.entries, report.root), (1, 300, 299, None));
    assert_eq!(report.heads[6].verdict, Ok(()));
    assert_eq!(report.heads[7].verdict, Err(HeadFault::Unknowable { size: 8, missing: 7 }));
}

#[test]
fn a_cut_off_end_is_seen_against_the_head() {
    check(&SMALL, |ledger| ledger.rows.truncate(299), &[], false);
    let mut ledger = SMALL.clone();
    ledger.rows.truncate(299);
    let last = ledger.audit(true).heads.pop().unwrap();
    assert_eq!(last.verdict, Err(HeadFault::Shorter { signed: 300, found: 299 }));
    let unknown = [(0, What::NodeUnknown { height: 8 })];
    check(&SMALL, |ledger| ledger.rows.truncate(255), &unknown, false);
    check(&SMALL, |ledger| ledger.rows.clear(), &unknown, false);
}

#[test]
fn kept_nodes_are_compared() {
    let joined = LARGE.joined(true);
    let check = |tamper: &dyn Fn(&mut Vec<Node>), seq, what| {
        let (mut audit, mut nodes) = (joined.clone(), LARGE.nodes.clone());
        tamper(&mut nodes);
        audit.check_nodes(nodes);
        assert_eq!(audit.finish().faults.kept(), [Fault { seq, what }]);
    };
    for (height, index, seq) in [(8, 0, 0), (8, 200, 200 << 8), (8, 256, 65_536), (16, 0, 0)] {
        let at = LARGE.nodes.iter().position(|node| (node.height, node.index) == (height, index)).unwrap();
        check(&|nodes| nodes[at].hash.0[31] ^= 1, seq, What::NodeDiffers { height });
        check(&|nodes| nodes.retain(|node| *node != LARGE.nodes[at]), seq, What::NodeMissing { height });
    }
    for (height, index, seq) in
        [(8, 257, 257 << 8), (16, 1, 65_536), (24, 0, 0), (0, 5, 5), (12, 0, 0), (64, 1, u64::MAX)]
    {
        let node = Node { height, index, hash: Hash::ZERO };
        check(&|nodes| nodes.push(node), seq, What::NodeUnknown { height });
    }
}

#[test]
fn the_seams_between_segments_are_checked() {
    let seam = SEGMENT_ENTRIES as usize;
    let found = Hash(LARGE.rows[seam - 1].leaf_hash[..].try_into().unwrap());
    let before_us = LARGE.rows[seam - 1].at_us;
    let tear = |ledger: &mut Ledger| {
        ledger.rows.truncate(seam + 1);
        ledger.nodes.pop();
        ledger.checkpoints.retain(|checkpoint| checkpoint.size <= SEGMENT_ENTRIES);
        ledger.rows[seam].reseal(|envelope| {
            (envelope.prev, envelope.at_us, envelope.case_seq) = (Hash::ZERO, 5, Some(7));
        });
    };
    let before = SEGMENT_ENTRIES - SEGMENT_ENTRIES / 3 - 1;
    let torn = [
        What::BrokenChain { named: Hash::ZERO, found },
        What::TimeWentBack { at_us: 5, before_us },
        What::CaseOutOfStep { case: "INC-1".into(), expected: Some(before + 1), found: 7, before },
    ];
    check(&LARGE, tear, &torn.map(|what| (SEGMENT_ENTRIES, what)), true);

    let gap = [(65_534, What::Missing { through: 65_535 }), (65_536, What::Missing { through: 65_537 })];
    check(&LARGE, |ledger| drop(ledger.rows.drain(seam - 2..seam + 2)), &gap, false);

    let mut skipping = SMALL.clone();
    let mut row = skipping.rows[299].clone();
    row.seq = 2 * SEGMENT_ENTRIES;
    row.reseal(|envelope| (envelope.seq, envelope.case, envelope.case_seq) = (2 * SEGMENT_ENTRIES, None, None));
    skipping.rows.push(row);
    let audit = skipping.joined(true);
    assert_eq!((audit.tree.size(), audit.nodes[0].len(), audit.nodes[1].len()), (131_073, 512, 2));
    let report = audit.finish();
    assert_eq!(report.faults.kept(), [Fault { seq: 300, what: What::Missing { through: 131_071 } }]);
    assert!(report.heads.iter().all(|head| head.verdict.is_ok()), "the heads up to the gap hold");
}

#[test]
#[should_panic(expected = "segments are joined in order")]
fn segments_are_joined_in_order() {
    let mut audit = Audit::against(Vec::new());
    audit.join(audit.segment(1));
}
