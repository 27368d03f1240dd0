//! A trust policy (c2sp.org/tlog-policy): which logs and witnesses count, and how many of them have to have cosigned a head.
//!
//! The same file serves whoever publishes heads and whoever checks them. It says nothing of what is in a log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::{Checkpoint, Cosigned, CosignerKey, NoteError, Verifier};

/// The word for a quorum that asks for nobody.
const NONE: &str = "none";
/// Files with more lines than this aren't read.
const LINES_MAX: usize = 10_000;

/// Shown and parsed as the text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPolicy {
    pub logs: Vec<TrustedLog>,
    /// In the order of the file.
    pub witnesses: Vec<TrustedWitness>,
    pub groups: Vec<WitnessGroup>,
    pub quorum: Quorum,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedLog {
    pub key: Verifier,
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedWitness {
    /// Within the file; the key has a name of its own.
    pub name: String,
    pub key: CosignerKey,
    pub url: Option<String>,
}

/// Cosigned where so many of its members have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessGroup {
    pub name: String,
    pub at_least: usize,
    /// Witnesses, and groups of lines before.
    pub members: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quorum {
    /// The log's own signature is enough.
    Nobody,
    /// A witness or a group.
    Named(String),
}

/// What is wrong in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct PolicyLineError {
    /// From 1. For what is missing altogether, the last one.
    pub line: usize,
    pub what: String,
}

/// What a head comes to under a trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub checkpoint: Checkpoint,
    /// The quorum is met.
    pub holds: bool,
    /// By the name of each witness in the file.
    pub witnesses: BTreeMap<String, Cosigned>,
    /// What the quorum asks for, as the file has it.
    pub wanted: String,
}

impl Judgement {
    /// Witnesses that cosigned, with the moment in seconds since 1970.
    pub fn cosigned(&self) -> impl Iterator<Item = (&str, u64)> {
        self.witnesses.iter().filter_map(|(name, said)| match said {
            Cosigned::At { seconds, .. } => Some((name.as_str(), *seconds)),
            Cosigned::Not | Cosigned::Forged | Cosigned::Unread => None,
        })
    }
}

impl TrustPolicy {
    /// Judges a head with its cosignatures.
    ///
    /// # Errors
    /// It isn't signed by a log of the policy, or is no head: then nothing else counts.
    pub fn judge(&self, note: &str) -> Result<Judgement, NoteError> {
        let mut unsigned = NoteError::NotACheckpoint("the policy names no log that could have signed it");
        let mut checkpoint = None;
        for log in &self.logs {
            match Checkpoint::open(note, &log.key) {
                Ok(opened) => {
                    checkpoint = Some(opened);
                    break;
                }
                // A signature that was changed says more than that somebody else signed.
                Err(error) if !matches!(unsigned, NoteError::Forged(_)) => unsigned = error,
                Err(_) => {}
            }
        }
        let checkpoint = checkpoint.ok_or(unsigned)?;
        let mut witnesses = BTreeMap::new();
        for witness in &self.witnesses {
            witnesses.insert(witness.name.clone(), witness.key.of(note)?);
        }
        let cosigned = |name: &str| matches!(witnesses.get(name), Some(Cosigned::At { .. }));
        // A group names only what stands before it, so one pass over them in order is enough.
        let mut met: BTreeSet<&str> =
            self.witnesses.iter().map(|it| it.name.as_str()).filter(|name| cosigned(name)).collect();
        for group in &self.groups {
            if group.members.iter().filter(|member| met.contains(member.as_str())).count() >= group.at_least {
                met.insert(&group.name);
            }
        }
        let holds = match &self.quorum {
            Quorum::Nobody => true,
            Quorum::Named(name) => met.contains(name.as_str()),
        };
        let wanted = match &self.quorum {
            Quorum::Nobody => NONE.to_owned(),
            Quorum::Named(name) => match self.groups.iter().find(|group| group.name == *name) {
                Some(group) => format!("{} of {}", group.at_least, group.members.join(", ")),
                None => name.clone(),
            },
        };
        Ok(Judgement { checkpoint, holds, witnesses, wanted })
    }

    fn read_line(&mut self, read: &mut Read, line: &str) -> Result<(), String> {
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let Some(first) = words.next() else { return Ok(()) };
        let rest: Vec<&str> = words.collect();
        match (first, &rest[..]) {
            (comment, _) if comment.starts_with('#') => {}
            ("log", [vkey, url @ ..]) if url.len() < 2 => {
                let key: Verifier = vkey.parse().map_err(|error| format!("{error}"))?;
                if self.logs.iter().any(|log| log.key.key() == key.key()) {
                    return Err("this log's key stands in a line before already".to_owned());
                }
                self.logs.push(TrustedLog { key, url: url.first().map(|url| (*url).to_owned()) });
            }
            ("witness", [name, vkey, url @ ..]) if url.len() < 2 => {
                read.takes(name)?;
                let key: CosignerKey = vkey.parse().map_err(|error| format!("{error}"))?;
                if let Some(other) = self.witnesses.iter().find(|it| it.key.bytes() == key.bytes()) {
                    return Err(format!("this key is that of {} already: one witness would count twice", other.name));
                }
                let url = url.first().map(|url| (*url).to_owned());
                self.witnesses.push(TrustedWitness { name: (*name).to_owned(), key, url });
            }
            ("group", [name, threshold, members @ ..]) => {
                if members.is_empty() {
                    return Err(format!("the group {name} has no members"));
                }
                for member in members {
                    if !read.names.contains(*member) {
                        return Err(format!("{member} is no witness and no group of a line before"));
                    }
                    if !read.members.insert((*member).to_owned()) {
                        return Err(format!("{member} is a member already: it would count twice"));
                    }
                }
                let at_least = match *threshold {
                    "all" => members.len(),
                    "any" => 1,
                    number => {
                        decimal(number).filter(|number| (1..=members.len()).contains(number)).ok_or_else(|| {
                            format!("“{number}” is not all, any, or a number from 1 to {}", members.len())
                        })?
                    }
                };
                read.takes(name)?;
                let members = members.iter().map(|member| (*member).to_owned()).collect();
                self.groups.push(WitnessGroup { name: (*name).to_owned(), at_least, members });
            }
            ("quorum", [name]) => {
                if read.has_quorum {
                    return Err("there is a quorum in a line before already".to_owned());
                }
                read.has_quorum = true;
                self.quorum = match *name {
                    NONE => Quorum::Nobody,
                    name if read.names.contains(name) => Quorum::Named(name.to_owned()),
                    name => return Err(format!("{name} is no witness and no group of a line before")),
                };
            }
            ("log", _) => return Err("write: log VKEY [URL]".to_owned()),
            ("witness", _) => return Err("write: witness NAME VKEY [URL]".to_owned()),
            ("group", _) => return Err("write: group NAME all|any|NUMBER MEMBER…".to_owned()),
            ("quorum", _) => return Err("write: quorum NAME, or quorum none".to_owned()),
            (other, _) => return Err(format!("“{other}” begins no line: log, witness, group and quorum do")),
        }
        Ok(())
    }
}

/// What the lines before have named.
#[derive(Default)]
struct Read {
    names: BTreeSet<String>,
    members: BTreeSet<String>,
    has_quorum: bool,
}

impl Read {
    fn takes(&mut self, name: &str) -> Result<(), String> {
        if name == NONE {
            return Err("“none” stands for nobody, and can't be a name".to_owned());
        }
        match self.names.insert(name.to_owned()) {
            true => Ok(()),
            false => Err(format!("{name} is named in a line before already")),
        }
    }
}

fn decimal(digits: &str) -> Option<usize> {
    super::checkpoint::parse_decimal(digits).and_then(|number| usize::try_from(number).ok())
}

impl FromStr for TrustPolicy {
    type Err = PolicyLineError;

    fn from_str(text: &str) -> Result<TrustPolicy, PolicyLineError> {
        let mut policy =
            TrustPolicy { logs: Vec::new(), witnesses: Vec::new(), groups: Vec::new(), quorum: Quorum::Nobody };
        let mut read = Read::default();
        let mut last = 1;
        for (line, number) in text.strip_suffix('\n').unwrap_or(text).split('\n').zip(1..) {
            let wrong = |what: String| PolicyLineError { line: number, what };
            if number > LINES_MAX {
                return Err(wrong(format!("a policy of more than {LINES_MAX} lines isn't read")));
            }
            if let Some(control) = line.chars().find(|c| c.is_ascii_control() && *c != '\t') {
                return Err(wrong(format!("there is a control character in it (U+{:04X})", u32::from(control))));
            }
            policy.read_line(&mut read, line).map_err(wrong)?;
            last = number;
        }
        match read.has_quorum {
            true => Ok(policy),
            false => Err(PolicyLineError {
                line: last,
                what: "there is no quorum: write “quorum NAME”, or “quorum none” where no witness is asked for"
                    .to_owned(),
            }),
        }
    }
}

impl fmt::Display for TrustPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| url.as_ref().map_or(String::new(), |url| format!(" {url}"));
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key, url(&log.url))?;
        }
        for witness in &self.witnesses {
            writeln!(f, "witness {} {}{}", witness.name, witness.key, url(&witness.url))?;
        }
        for WitnessGroup { name, at_least, members } in &self.groups {
            let threshold = match *at_least {
                all if all == members.len() => "all".to_owned(),
                1 => "any".to_owned(),
                number => number.to_string(),
            };
            writeln!(f, "group {name} {threshold} {}", members.join(" "))?;
        }
        match &self.quorum {
            Quorum::Nobody => writeln!(f, "quorum {NONE}"),
            Quorum::Named(name) => writeln!(f, "quorum {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cosigner, Hash, Signer, with_lines};
    use super::*;
    use proptest::prelude::*;

    fn log() -> Signer {
        Signer::from_seed("example.com/log", &[1; 32]).unwrap()
    }

    fn witness(number: u8) -> Cosigner {
        Cosigner::from_seed(&format!("w{number}.example"), &[number; 32]).unwrap()
    }

    fn head(by: &[u8]) -> String {
        let note = Checkpoint::of(&log(), 5, Hash([3; 32])).sign(&log()).unwrap();
        let lines: Vec<String> = by.iter().map(|number| witness(*number).cosign(&note, 77).unwrap()).collect();
        with_lines(&note, lines.iter().map(String::as_str))
    }

    /// The example of the standard: two of X and any of Y.
    fn example() -> String {
        let mut text = format!("# Who counts\n\n  log\t{} https://log.example/ \n", log().verifier());
        for (number, name) in (11..=16).zip(["X1", "X2", "X3", "Y1", "Y2", "Y3"]) {
            text.push_str(&format!("witness {name} {}\n", witness(number).key()));
            match name {
                "X3" => text.push_str("group X-witnesses 2 X1 X2 X3\n"),
                "Y3" => text.push_str("group Y-witnesses any Y1 Y2 Y3\n"),
                _ => {}
            }
        }
        text + "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
    }

    #[test]
    fn two_of_three_and_any_of_three() {
        let policy: TrustPolicy = example().parse().unwrap();
        assert_eq!(policy.to_string().parse::<TrustPolicy>().unwrap(), policy);
        let table: [(&[u8], bool); 8] = [
            (&[], false),
            (&[11, 12], false),
            (&[14, 15, 16], false),
            (&[11, 14], false),
            (&[11, 12, 14], true),
            (&[13, 11, 16], true),
            (&[11, 12, 13, 14, 15, 16], true),
            // One whom nobody named.
            (&[11, 14, 17], false),
        ];
        for (by, holds) in table {
            let judged = policy.judge(&head(by)).unwrap();
            assert_eq!((judged.holds, judged.checkpoint.size), (holds, 5), "{by:?}");
            assert_eq!(judged.cosigned().count(), by.iter().filter(|number| **number < 17).count());
        }
        // A cosignature of another head counts for nothing.
        let moved = head(&[11, 12, 14]).replace("\n5\n", "\n6\n");
        assert!(matches!(policy.judge(&moved), Err(NoteError::Forged(_))));
        let mut forged = head(&[11, 12]);
        let other = Checkpoint::of(&log(), 6, Hash([4; 32])).sign(&log()).unwrap();
        forged.push_str(&witness(14).cosign(&other, 77).unwrap());
        let judged = policy.judge(&forged).unwrap();
        assert_eq!((judged.holds, &judged.witnesses["Y1"]), (false, &Cosigned::Forged));
    }

    #[test]
    fn a_head_of_no_log_of_the_policy_proves_nothing() {
        let policy: TrustPolicy = example().parse().unwrap();
        let other = Signer::from_seed("example.com/log", &[2; 32]).unwrap();
        let note = Checkpoint::of(&other, 5, Hash([3; 32])).sign(&other).unwrap();
        assert!(matches!(policy.judge(&note), Err(NoteError::Unsigned(_))));
        let alone: TrustPolicy = "quorum none\n".parse().unwrap();
        assert!(alone.judge(&head(&[])).is_err());
        let one: TrustPolicy = format!("log {}\nquorum none", log().verifier()).parse().unwrap();
        assert!(one.judge(&head(&[])).unwrap().holds);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let (log, w) = (log().verifier().to_string(), witness(11).key().to_string());
        let check = |text: String, line: usize, holds: &str| {
            let error = text.parse::<TrustPolicy>().expect_err(&text);
            assert!(error.line == line && error.what.contains(holds), "{text}: {error}");
        };
        check(String::new(), 1, "no quorum");
        check(format!("log {log}\n\n"), 2, "no quorum");
        check("quorum X\n".into(), 1, "no witness");
        check("quorum none\nquorum none\n".into(), 2, "already");
        check("logs x\n".into(), 1, "begins no line");
        check("log\n".into(), 1, "write: log");
        check(format!("log {log} a b\n"), 1, "write: log");
        check(format!("log {w}\n"), 1, "type 1");
        check(format!("witness A {log}\n"), 1, "key of a log");
        check(format!("log {log}\nlog {log}\n"), 2, "before already");
        check(format!("witness A {w}\nwitness A {}\n", witness(12).key()), 2, "named in a line before");
        check(format!("witness A {w}\nwitness B {w}\n"), 2, "count twice");
        check(format!("witness none {w}\n"), 1, "can't be a name");
        check(format!("witness A {w}\ngroup G any A B\n"), 2, "B is no witness");
        check("group G any G\n".into(), 1, "G is no witness");
        check(format!("witness A {w}\ngroup G any A A\n"), 2, "already");
        check(format!("witness A {w}\ngroup G any A\ngroup H any A\n"), 3, "count twice");
        check(format!("witness A {w}\ngroup G any\n"), 2, "no members");
        check(format!("witness A {w}\ngroup A any A\n"), 2, "named in a line before");
        for number in ["0", "2", "01", "+1", "half", "18446744073709551616"] {
            check(format!("witness A {w}\ngroup G {number} A\n"), 2, "from 1 to 1");
        }
        check("quorum none\r\n".into(), 1, "control character");
        check("quorum none\n\u{1}\n".into(), 2, "control character");
        // Other blanks than space and tab are part of a word.
        check("quorum\u{a0}none\n".into(), 1, "begins no line");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_stumble(lines in prop::collection::vec(
            "(log|witness|group|quorum|#)?[ \t]?[A-C]?[ ]?(all|any|[0-9]{1,3}|none)?[ ][A-Ca-z+0-9=/]{0,40}", 0..8)) {
            if let Ok(policy) = lines.join("\n").parse::<TrustPolicy>() {
                prop_assert_eq!(&policy.to_string().parse::<TrustPolicy>().unwrap(), &policy);
                let _judged = policy.judge(&head(&[11]));
            }
        }
    }
}
