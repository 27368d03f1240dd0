//! Red flags of how an agreement is lived (SPEC 10): what happened in the last [`LOOKED_AT`], and what is unwise in it. What is
//! unwise in the file alone is in [`redflag`](super::policy::redflag).
//!
//! Figures come in, flags go out. A habit takes a few times to be one: each rule says from how many on it speaks.

use std::collections::BTreeMap;

use super::kinds::approval;
use super::kinds::rollback::Verb;
use super::line::{Named, Sentence};
use super::text::moment_utc;
use super::{At, CaseId, CaseKind, PartyId, PathId, PersonId, Policy, Span, WorkflowId};

/// How far back it is looked.
pub const LOOKED_AT: Span = Span::days(90);

/// So many decisions of a path, or breaches of a workflow, say something.
const SAYS_SOMETHING_FROM: u32 = 5;
/// In hundredths: this many of them are most.
const MOST_PERCENT: u32 = 80;

/// What happened, counted. Nothing of a restricted case is in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Happened {
    pub paths: BTreeMap<PathId, Decided>,
    pub late: BTreeMap<WorkflowId, Late>,
    /// Acknowledgements that expired with nobody saying that the work goes on, and the last case that it happened to.
    pub lapsed: BTreeMap<WorkflowId, (u32, CaseId)>,
    /// Handoffs that were late and that nobody accepted, and the last of them.
    pub unaccepted: BTreeMap<WorkflowId, (u32, CaseId)>,
    /// By when the way back was to be drilled, and wasn't.
    pub undrilled: BTreeMap<WorkflowId, At>,
    /// What the policy file alone put into production, and since when.
    pub unagreed: BTreeMap<WorkflowId, At>,
    /// Stretches of time in which something may have been said that isn't evidence.
    pub gaps: u64,
}

/// Requests of a path that were decided by people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    pub requests: u32,
    /// In how many of them each person had a vote.
    pub by: BTreeMap<PersonId, u32>,
}

/// Answers that came late or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Late {
    pub breaches: u32,
    /// Whose slowness it was, where that is recorded.
    pub by: BTreeMap<PartyId, u32>,
}

/// Something that happens, and is unwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A name that stays, for whoever counts or mutes them: `one-person-decides`.
    pub id: &'static str,
    /// What is so, with its figure, as a sentence without its full stop.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do, as a sentence.
    pub then: String,
}

/// What is unwise in what happened.
pub fn findings(happened: &Happened, policy: &Policy) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, decided) in &happened.paths {
        let most = decided.by.iter().max_by_key(|(_, count)| **count);
        if let Some((person, &count)) = most.filter(|(_, count)| are_most(**count, decided.requests)) {
            found.push(Finding {
                id: "one-person-decides",
                what: format!("{} had a vote in {count} of {} on {path}", policy.name_of(person), decided.requests),
                why: "A path that stands on one person stops with them, and nobody else learns to decide.",
                then: format!("Ask the others of {path} first for some weeks, or name more people."),
            });
        }
    }
    for (workflow, late) in &happened.late {
        let most = late.by.iter().max_by_key(|(_, count)| **count);
        if let Some((party, &count)) = most.filter(|(_, count)| are_most(**count, late.breaches)) {
            found.push(Finding {
                id: "late-on-one-side",
                what: format!("{count} of {} breaches of {workflow} are put down to {party}", late.breaches),
                why: "Either that side has too much to answer, or the others say whose breach it was.",
                then: format!("Look at the targets that {party} owes, and at who settled these."),
            });
        }
    }
    for (workflow, (count, last)) in happened.lapsed.iter().filter(|(_, (count, _))| *count > 1) {
        found.push(Finding {
            id: "acknowledged-without-work",
            what: format!("{count} acknowledgements of {workflow} expired with no answer, the last on {last}"),
            why: "An acknowledgement that nothing follows stops the clock and helps nobody.",
            then: format!("Ask what became of {last}, and give its work to somebody else with a page."),
        });
    }
    for (workflow, (count, last)) in happened.unaccepted.iter().filter(|(_, (count, _))| *count > 1) {
        found.push(Finding {
            id: "handoffs-not-accepted",
            what: format!("{count} handoffs of {workflow} were late and not accepted, the last is {last}"),
            why: "What was to change hands stays with people who wanted to give it up.",
            then: format!("Ask why nobody accepted {last}, and name who takes over on {workflow}."),
        });
    }
    for (workflow, due) in &happened.undrilled {
        let plan = Verb::Drill.of(CaseKind::Rollback).with(workflow).with("from=…").with("to=…");
        found.push(Finding {
            id: "way-back-not-drilled",
            what: format!("the way back of {workflow} was to be drilled by {}", moment_utc(*due)),
            why: "A way back that nobody has gone for a long time may not be there when it is needed.",
            then: format!("Hold the drill that is due, or call another: {}.", Sentence::from(plan)),
        });
    }
    for (workflow, since) in &happened.unagreed {
        let promote = approval::Verb::Promote.of(CaseKind::Approval).with(workflow).with("…");
        found.push(Finding {
            id: "production-unagreed",
            what: format!("{workflow} is in production since {}, and nobody agreed to that", moment_utc(*since)),
            why: "What the six layers lack there was looked at by nobody.",
            then: format!(
                "Set stage = \"pilot\" again, or have it agreed to after the fact: {}.",
                Sentence::from(promote)
            ),
        });
    }
    if happened.gaps > 0 {
        let (gaps, them) = match happened.gaps {
            1 => ("1 gap".to_owned(), "it"),
            gaps => (format!("{gaps} gaps"), "them"),
        };
        found.push(Finding {
            id: "evidence-gaps",
            what: format!("the evidence has {gaps}: the bot was cut off while people could speak"),
            why: "What was said, edited or deleted meanwhile can't be proven.",
            then: format!("Look at the platforms' connections around {them}; the ledger has each as “capture.gap”."),
        });
    }
    found
}

fn are_most(count: u32, of: u32) -> bool {
    of >= SAYS_SOMETHING_FROM && u64::from(count) * 100 >= u64::from(of) * u64::from(MOST_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::EXAMPLE;

    fn ids(happened: &Happened) -> Vec<&'static str> {
        findings(happened, &Policy::read(EXAMPLE).unwrap()).into_iter().map(|it| it.id).collect()
    }

    fn decided(requests: u32, priya: u32) -> Happened {
        let by = BTreeMap::from([("priya".into(), priya), ("tomas".into(), requests - priya)]);
        Happened { paths: BTreeMap::from([("model-change".into(), Decided { requests, by })]), ..Happened::default() }
    }

    fn late(breaches: u32, risk: u32) -> Happened {
        let late = Late { breaches, by: BTreeMap::from([("risk".into(), risk)]) };
        Happened { late: BTreeMap::from([("credit-scoring".into(), late)]), ..Happened::default() }
    }

    fn lapsed(count: u32) -> Happened {
        let last = CaseId { kind: CaseKind::Incident, number: 7 };
        Happened { lapsed: BTreeMap::from([("credit-scoring".into(), (count, last))]), ..Happened::default() }
    }

    fn unaccepted(count: u32) -> Happened {
        let last = CaseId { kind: CaseKind::Handoff, number: 3 };
        Happened { unaccepted: BTreeMap::from([("credit-scoring".into(), (count, last))]), ..Happened::default() }
    }

    #[test]
    fn a_habit_takes_a_few_times() {
        let none: [&str; 0] = [];
        assert_eq!(ids(&Happened::default()), none);
        assert_eq!(ids(&decided(4, 4)), none, "four are too few");
        assert_eq!(ids(&decided(5, 3)), none, "60 % aren't most");
        assert_eq!(ids(&decided(5, 4)), ["one-person-decides"]);
        assert_eq!(ids(&late(4, 4)), none);
        assert_eq!(ids(&late(10, 7)), none);
        assert_eq!(ids(&late(10, 8)), ["late-on-one-side"]);
        assert_eq!(ids(&lapsed(1)), none, "once is no habit");
        assert_eq!(ids(&lapsed(2)), ["acknowledged-without-work"]);
        assert_eq!(ids(&unaccepted(1)), none, "once is no habit");
        assert_eq!(ids(&unaccepted(2)), ["handoffs-not-accepted"]);
        let undrilled = BTreeMap::from([("credit-scoring".into(), At(0))]);
        assert_eq!(ids(&Happened { undrilled, ..Happened::default() }), ["way-back-not-drilled"]);
        let unagreed = BTreeMap::from([("credit-scoring".into(), At(0))]);
        assert_eq!(ids(&Happened { unagreed, ..Happened::default() }), ["production-unagreed"]);
        assert_eq!(ids(&Happened { gaps: 1, ..Happened::default() }), ["evidence-gaps"]);
    }

    #[test]
    fn a_finding_says_the_figure_and_what_to_do() {
        let policy = Policy::read(EXAMPLE).unwrap();
        let [finding] = &findings(&decided(6, 6), &policy)[..] else { panic!("one") };
        assert_eq!(finding.what, "Priya Iyer had a vote in 6 of 6 on model-change");
        let [finding] = &findings(&lapsed(3), &policy)[..] else { panic!("one") };
        assert_eq!(finding.then, "Ask what became of INC-7, and give its work to somebody else with a page.");
    }
}
