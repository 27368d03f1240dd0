//! What the policy says of witnesses, as a file that any program for c2sp.org/tlog-policy reads.

use std::fmt;

use crate::domain::At;
use crate::domain::policy::{WitnessQuorum, Witnessing};
use crate::domain::text::moment_utc;
use crate::seal::{Cosigned, Judgement, Quorum, TrustPolicy, TrustedLog, TrustedWitness, Verifier, WitnessGroup};

/// The group of all witnesses. The policy takes no witness of this name.
const ALL: &str = "witnesses";

/// The trust policy of whoever checks the heads of this log.
///
/// # Errors
/// A key in the policy can't be read, in words.
pub fn trust_policy(witnessing: &Witnessing, log: &Verifier) -> Result<TrustPolicy, String> {
    let mut witnesses = Vec::new();
    for (id, witness) in &witnessing.witnesses {
        let key = witness.vkey.parse().map_err(|error| format!("the vkey of the witness {id}: {error}"))?;
        witnesses.push(TrustedWitness { name: id.to_string(), key, url: Some(witness.url.clone()) });
    }
    let members: Vec<String> = witnesses.iter().map(|witness| witness.name.clone()).collect();
    let at_least = match witnessing.quorum {
        WitnessQuorum::All => members.len(),
        WitnessQuorum::AtLeast(number) => number as usize,
        WitnessQuorum::Nobody => 0,
    };
    let (groups, quorum) = match at_least.min(members.len()) {
        0 => (Vec::new(), Quorum::Nobody),
        at_least => (vec![WitnessGroup { name: ALL.to_owned(), at_least, members }], Quorum::Named(ALL.to_owned())),
    };
    Ok(TrustPolicy { logs: vec![TrustedLog { key: log.clone(), url: None }], witnesses, groups, quorum })
}

/// What a head comes to under a trust policy. Shown as text for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    pub judged: Judgement,
}

/// Judges a head with its cosignatures by the text of a trust policy.
///
/// # Errors
/// The policy can't be read, or the head isn't one of its logs'; in words.
pub fn judge(policy: &str, note: &str) -> Result<Trusted, String> {
    let policy: TrustPolicy = policy.parse().map_err(|error| format!("the trust policy can't be read: {error}"))?;
    let judged = policy.judge(note).map_err(|error| format!("the head is of no log of the trust policy: {error}"))?;
    Ok(Trusted { judged })
}

impl fmt::Display for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Judgement { checkpoint, holds, witnesses, wanted } = &self.judged;
        let met = if *holds { "met" } else { "NOT met" };
        write!(f, "Witnesses: the quorum ({wanted}) is {met} for the head over {} entries.", checkpoint.size)?;
        for (name, said) in witnesses {
            match said {
                Cosigned::At { seconds, .. } => {
                    let at = At(i64::try_from(*seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000));
                    write!(f, "\n  {name} cosigned it at {}", moment_utc(at))?;
                }
                Cosigned::Not => write!(f, "\n  {name} didn't cosign it")?,
                Cosigned::Forged => {
                    write!(f, "\n  a signature in the name of {name} isn't its own, or is of another head")?
                }
                Cosigned::Unread => write!(f, "\n  {name} signs in a way that isn't checked here, and doesn't count")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Witness;
    use crate::domain::{Span, WitnessId};
    use crate::seal::{Checkpoint, Cosigner, Hash, Signer, with_lines};

    #[test]
    fn a_head_is_judged_in_words() {
        let log = Signer::from_seed("example.com/log", &[1; 32]).expect("a key");
        let witness = Cosigner::from_seed("w.example", &[7; 32]).expect("a key");
        let note = Checkpoint::of(&log, 5, Hash([3; 32])).sign(&log).expect("a head");
        let policy = format!("log {}\nwitness client {}\nquorum client\n", log.verifier(), witness.key());
        let alone = judge(&policy, &note).expect("it is judged");
        assert!(!alone.judged.holds && alone.to_string().contains("(client) is NOT met"), "{alone}");
        let line = witness.cosign(&note, 1_795_424_400).expect("a line");
        let both = judge(&policy, &with_lines(&note, [line.as_str()])).expect("it is judged");
        let text = both.to_string();
        assert!(both.judged.holds && text.contains("is met for the head over 5 entries"), "{text}");
        assert!(text.contains("client cosigned it at"), "{text}");
        assert!(judge("quorum x", &note).expect_err("no policy").contains("line 1"));
        assert!(judge("quorum none", &note).expect_err("no log").contains("no log of the trust policy"));
    }

    #[test]
    fn what_the_policy_says_is_what_the_file_says() {
        let log = Signer::from_seed("example.com/log", &[1; 32]).expect("a key");
        let witness = |number: u8| {
            let key = Cosigner::from_seed(&format!("w{number}.example"), &[number; 32]).expect("a key");
            let vkey = key.key().to_string();
            let id = WitnessId::from(format!("w{number}"));
            (
                id,
                Witness {
                    vkey,
                    url: "https://w.example/witness".to_owned(),
                    internal: false,
                    silent_after: Span::days(1),
                },
            )
        };
        let file = |quorum, witnesses: &[u8]| {
            let witnesses = witnesses.iter().map(|number| witness(*number)).collect();
            let policy = trust_policy(&Witnessing { quorum, witnesses, ..Witnessing::default() }, log.verifier());
            let policy = policy.expect("a policy");
            assert_eq!(policy.to_string().parse().as_ref(), Ok(&policy));
            policy.to_string().lines().skip(1 + policy.witnesses.len()).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(file(WitnessQuorum::All, &[]), "quorum none");
        assert_eq!(file(WitnessQuorum::Nobody, &[1, 2]), "quorum none");
        assert_eq!(file(WitnessQuorum::All, &[1]), "group witnesses all w1\nquorum witnesses");
        assert_eq!(file(WitnessQuorum::All, &[1, 2]), "group witnesses all w1 w2\nquorum witnesses");
        assert_eq!(file(WitnessQuorum::AtLeast(1), &[1, 2]), "group witnesses any w1 w2\nquorum witnesses");
        assert_eq!(file(WitnessQuorum::AtLeast(2), &[1, 2, 3]), "group witnesses 2 w1 w2 w3\nquorum witnesses");
    }
}
