//! The brief of a handoff.

use serde_json::{Value as Json, json};

use super::super::wording::typed_here;
use super::{private, samples};
use crate::card::{Card, Speaker};
use crate::domain::{At, CaseId, CaseKind, WorkflowId};

/// What a receiver has to know of what is handed over.
pub struct HandoffBrief {
    pub case: CaseId,
    pub title: String,
    /// Its reader mustn't read yet which case it is.
    pub hidden: bool,
    /// The most ill first.
    pub told: Vec<BriefOnCase>,
    pub more: usize,
    /// Exceptions in force on its workflows, and until when.
    pub in_force: Vec<(CaseId, String, Option<At>)>,
    /// What is excepted from again and again: where, which class, how often.
    pub recurs: Vec<(WorkflowId, String, usize)>,
    /// What the policy wants to be known, and whether it was shown by use.
    pub knowledge: Vec<(String, bool)>,
}

/// One case of it.
pub struct BriefOnCase {
    pub case: CaseId,
    pub title: String,
    pub illness: &'static str,
    pub state: String,
    pub ruled_out: Vec<String>,
    pub unknown: Vec<String>,
}

/// The brief of a handoff.
pub fn handoff_brief(speaker: &Speaker<'_>, brief: &HandoffBrief) -> Card {
    private(speaker, "answer/handoff-brief.txt", facts(brief))
}

pub(super) fn facts(brief: &HandoffBrief) -> Json {
    let typed = |all: &[String]| all.iter().map(|it| typed_here(it)).collect::<Vec<_>>();
    let told = brief.told.iter().map(|it| {
        json!({
            "case": it.case.to_string(), "title": it.title, "illness": it.illness, "state": it.state,
            "ruled_out": typed(&it.ruled_out), "unknown": typed(&it.unknown),
        })
    });
    let in_force = brief
        .in_force
        .iter()
        .map(|(case, title, until)| json!({ "case": case.to_string(), "title": title, "until": until.map(|at| at.0) }));
    let recurs = brief
        .recurs
        .iter()
        .map(|(workflow, class, times)| json!({ "workflow": workflow, "class": class, "times": times }));
    let knowledge = brief.knowledge.iter().map(|(what, shown)| json!({ "what": typed_here(what), "shown": shown }));
    json!({
        "case": brief.case.to_string(), "title": brief.title, "hidden": brief.hidden, "more": brief.more,
        "told": told.collect::<Vec<_>>(), "in_force": in_force.collect::<Vec<_>>(),
        "recurs": recurs.collect::<Vec<_>>(), "knowledge": knowledge.collect::<Vec<_>>(),
    })
}

/// One with everything, and one that its reader may not see into yet.
pub(super) fn sample(hidden: bool) -> Json {
    let id = |kind, number| CaseId { kind, number };
    let on = |ruled_out: Vec<String>, unknown| BriefOnCase {
        case: id(CaseKind::Incident, 2),
        title: samples::TITLE.to_owned(),
        illness: "unstable",
        state: "open".to_owned(),
        ruled_out,
        unknown,
    };
    let exception = |until| (id(CaseKind::Exception, 3), samples::TITLE.to_owned(), until);
    facts(&HandoffBrief {
        case: id(CaseKind::Handoff, 1),
        title: samples::TITLE.to_owned(),
        hidden,
        told: if hidden {
            Vec::new()
        } else {
            vec![on(vec![samples::words()], vec![samples::words()]), on(vec![], vec![])]
        },
        more: usize::from(!hidden),
        in_force: if hidden { Vec::new() } else { vec![exception(Some(samples::DUE)), exception(None)] },
        recurs: if hidden { Vec::new() } else { vec![("credit-scoring".into(), "late-report".to_owned(), 4)] },
        knowledge: vec![(samples::words(), true), (samples::words(), false)],
    })
}
