//! What can be wanted of an approval. Whether it is possible is in [`super::rules`].
//!
//! Declining stands beside approving wherever that is offered. Breaking the glass is offered by the menu alone, and to those
//! alone who may; it stands on no card.

use super::{Approval, Command, Opening, Verb, Wanted};
use crate::domain::act::{Act, words};
use crate::domain::every_case;
use crate::domain::scene::Scene;
use crate::domain::{CaseId, WorkflowId};

pub(super) fn acts(approval: &Approval, scene: &Scene<'_>) -> Vec<Act> {
    use Command as C;
    let id = scene.case.id;
    vec![
        Act::of(Verb::Approve, C::Approve { reason: Some(words()), revision: Some(approval.revision) }),
        Act::of(Verb::Answer, C::AnswerQuestion { text: words() }),
        Act::of(Verb::CarryOut, C::EraseNow),
        Act::of(Verb::GlassReview, C::ReviewBreakGlass { text: words() }),
        Act::of(Verb::Ask, C::AskRequester { question: words() }),
        Act::of(Verb::TakeBack, C::TakeBack),
        Act::of(Verb::Amend, C::Amend { action: words() }),
        Act::of(Verb::Breakglass, C::BreakGlass { reason: words() }),
        // Which other it is, only the person knows.
        Act::of(Verb::Supersede, C::Supersede { by: CaseId { number: id.number + 1, ..id } }),
        Act::of(every_case::Verb::Withdraw, C::Withdraw { reason: words() }),
    ]
}

pub(super) fn example(workflow: &WorkflowId) -> Opening {
    let wanted = Wanted::Action { action: words(), path: None };
    Opening { workflow: workflow.clone(), title: words(), wanted }
}
