//! The brief of a handoff.

use serde_json::{Value as Json, json};

use super::super::tell::about_as_seen;
use super::super::wording::typed_here;
use super::{private, samples};
use crate::card::{Card, Speaker};
use crate::domain::kinds::handoff::{Action, Contingency, Illness, OnCase};
use crate::domain::obligation::About;
use crate::domain::{At, CaseId, CaseKind, Duty, Label, Severity, WorkflowId};

/// So many open answers of a case are told one by one, late ones first; of so many more what it is and by when, and the rest is counted.
const ACTIONS_AT_MOST: usize = 4;
/// So many of those that go to the receiver are told one by one, what runs out first first.
const MOVES_AT_MOST: usize = 12;
const SHORTLY_AT_MOST: usize = 12;

/// What a receiver has to know of what is handed over.
pub struct HandoffBrief {
    pub case: CaseId,
    pub title: String,
    /// Its reader mustn't read yet which case it is.
    pub hidden: bool,
    /// What goes to the receiver, by when it runs out.
    pub moves: Vec<Moving>,
    /// What else there is on the cases, the most ill first.
    pub told: Vec<BriefOnCase>,
    pub more: usize,
    /// So many workflows that it reaches to aren't told of.
    pub more_workflows: usize,
    /// What its reader is asked to say back.
    pub asked: Vec<Label>,
    /// Cases of it that only their own people may read of, by now.
    pub restricted: Vec<CaseId>,
    /// What people noted on the handoff itself.
    pub ruled_out: Vec<String>,
    pub unknown: Vec<String>,
    /// Exceptions in force on its workflows, and until when.
    pub in_force: Vec<(CaseId, String, Option<At>)>,
    /// What is excepted from again and again: where, which class, how often.
    pub recurs: Vec<(WorkflowId, String, usize)>,
    /// When the way back of its workflows was last gone for practice, and when that is due.
    pub drills: Vec<DrilledOn>,
    /// Its workflows that a law forbids altering now, because of which incidents.
    pub unaltered: Vec<(WorkflowId, Vec<CaseId>)>,
    /// What the policy wants to be known, and whether it was shown by use.
    pub knowledge: Vec<(String, bool)>,
}

/// The drills of a workflow.
pub struct DrilledOn {
    pub workflow: WorkflowId,
    pub last: Option<At>,
    pub due: Option<At>,
    pub late: bool,
}

/// An open answer that goes to the receiver.
pub struct Moving {
    pub case: CaseId,
    pub action: Action,
}

/// One case of it.
pub struct BriefOnCase {
    pub on: OnCase,
    /// What of it is handed over in person: seats, and how many answers were owed when it was offered.
    pub seats: Vec<Label>,
    pub answers: u32,
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
        let on = &it.on;
        let rest = on.actions.iter().skip(ACTIONS_AT_MOST).take(SHORTLY_AT_MOST).map(|action| {
            json!({
                "duty": action.duty.word(), "about": about_as_seen(action.about.as_ref()), "late": action.late,
                "due": action.due.0,
            })
        });
        let actions = on.actions.iter().take(ACTIONS_AT_MOST).map(action_as_seen);
        json!({
            "case": on.case.to_string(), "title": on.title, "illness": on.illness.word(), "state": on.state,
            "severity": on.severity.map(Severity::word), "impact_unknown": on.unknown,
            "actions": actions.collect::<Vec<_>>(), "rest": rest.collect::<Vec<_>>(),
            "more": on.actions.len().saturating_sub(ACTIONS_AT_MOST + SHORTLY_AT_MOST),
            "seats": it.seats, "answers": it.answers,
            "ruled_out": typed(&it.ruled_out), "unknown": typed(&it.unknown),
        })
    });
    let moves = brief.moves.iter().take(MOVES_AT_MOST).map(|it| {
        let mut seen = action_as_seen(&it.action);
        seen["case"] = it.case.to_string().into();
        seen
    });
    let moves: Vec<Json> = moves.collect();
    let drills = brief.drills.iter().map(|it| {
        json!({ "workflow": it.workflow, "last": it.last.map(|at| at.0), "due": it.due.map(|at| at.0), "late": it.late })
    });
    let ids = |all: &[CaseId]| all.iter().map(CaseId::to_string).collect::<Vec<_>>();
    let unaltered =
        brief.unaltered.iter().map(|(workflow, cases)| json!({ "workflow": workflow, "cases": ids(cases) }));
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
        "case": brief.case.to_string(), "title": brief.title, "hidden": brief.hidden, "more": brief.more, "asked": brief.asked,
        "more_moves": brief.moves.len().saturating_sub(MOVES_AT_MOST), "moves": moves, "more_workflows": brief.more_workflows,
        "told": told.collect::<Vec<_>>(), "in_force": in_force.collect::<Vec<_>>(),
        "recurs": recurs.collect::<Vec<_>>(), "knowledge": knowledge.collect::<Vec<_>>(),
        "restricted": ids(&brief.restricted), "ruled_out": typed(&brief.ruled_out), "unknown": typed(&brief.unknown),
        "drills": drills.collect::<Vec<_>>(), "unaltered": unaltered.collect::<Vec<_>>(),
    })
}

fn action_as_seen(action: &Action) -> Json {
    json!({
        "duty": action.duty.word(), "about": about_as_seen(action.about.as_ref()), "late": action.late,
        "waiting_on": action.waiting_on, "due": action.due.0,
        "then": action.then.as_ref().map(|then| json!({ "at": then.at.0, "to": then.to })),
    })
}

/// One with everything, and one that its reader may not see into yet.
pub(super) fn sample(hidden: bool) -> Json {
    let id = |kind, number| CaseId { kind, number };
    let action = |about: Option<About>, late, then| Action {
        duty: Duty::Resolve,
        about,
        waiting_on: samples::whom(),
        due: samples::DUE,
        late,
        then,
    };
    let then = Contingency { at: samples::DUE, to: samples::role() };
    let on = |illness, severity, unknown, actions| OnCase {
        case: id(CaseKind::Incident, 2),
        title: samples::TITLE.to_owned(),
        illness,
        state: Label::from("open"),
        severity,
        actions,
        unknown,
    };
    let full = || BriefOnCase {
        on: on(
            Illness::Unstable,
            Some(Severity::Sev1),
            true,
            std::iter::repeat_n(action(Some(About::Words(samples::words())), true, Some(then.clone())), 5)
                .chain(std::iter::repeat_n(action(None, false, None), SHORTLY_AT_MOST))
                .collect(),
        ),
        seats: vec![Label::from("lead")],
        answers: 2,
        ruled_out: vec![samples::words()],
        unknown: vec![samples::words()],
    };
    let calm = || BriefOnCase {
        on: on(Illness::Stable, None, false, vec![action(None, false, None)]),
        seats: Vec::new(),
        answers: 1,
        ruled_out: Vec::new(),
        unknown: Vec::new(),
    };
    let drill = |last, due, late| DrilledOn { workflow: "credit-scoring".into(), last, due, late };
    let exception = |until| (id(CaseKind::Exception, 3), samples::TITLE.to_owned(), until);
    facts(&HandoffBrief {
        case: id(CaseKind::Handoff, 1),
        title: samples::TITLE.to_owned(),
        hidden,
        moves: match hidden {
            true => Vec::new(),
            false => std::iter::once(action(Some(About::Words(samples::words())), true, Some(then.clone())))
                .chain(std::iter::repeat_n(action(None, false, None), MOVES_AT_MOST))
                .map(|action| Moving { case: id(CaseKind::Incident, 2), action })
                .collect(),
        },
        told: if hidden { Vec::new() } else { vec![full(), calm()] },
        more: usize::from(!hidden),
        more_workflows: usize::from(!hidden),
        asked: if hidden { Vec::new() } else { ["first", "next", "unaltered"].map(Label::from).to_vec() },
        restricted: if hidden { Vec::new() } else { vec![id(CaseKind::Incident, 5)] },
        ruled_out: if hidden { Vec::new() } else { vec![samples::words()] },
        unknown: if hidden { Vec::new() } else { vec![samples::words()] },
        in_force: if hidden { Vec::new() } else { vec![exception(Some(samples::DUE)), exception(None)] },
        recurs: if hidden { Vec::new() } else { vec![("credit-scoring".into(), "late-report".to_owned(), 4)] },
        drills: match hidden {
            true => Vec::new(),
            false => vec![
                drill(Some(samples::NOW), Some(samples::DUE), false),
                drill(None, Some(samples::NOW), true),
                drill(None, None, false),
            ],
        },
        unaltered: if hidden { Vec::new() } else { vec![("credit-scoring".into(), vec![id(CaseKind::Incident, 2)])] },
        knowledge: vec![(samples::words(), true), (samples::words(), false)],
    })
}
