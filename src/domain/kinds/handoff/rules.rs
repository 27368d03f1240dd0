//! The rulebook: which step is possible in which state. What a step needs and does is in the modules beside this one.

use super::{Command, Handoff, HandoffState, Remark, Verb};
use crate::domain::line::{Named, Sentence, say};
use crate::domain::scene::Scene;
use crate::domain::{CaseKind, Refusal, Ruling, every_case};

/// Which step is possible in which state.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn decide(handoff: &Handoff, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
    use Command as C;
    use HandoffState::{Accepted, Declined, Offered, Taken, Withdrawn};
    match (handoff.state, command) {
        (Offered, C::Accept(accepting)) => handoff.accept(scene, accepting),
        (Offered, C::Prove { item, on, text, cases }) => handoff.prove(scene, *item, (*on, cases.as_deref()), text),
        (Offered, C::Refuse { item, reason, cases }) => handoff.refuse(scene, *item, reason, cases.as_deref()),
        (Offered, C::Decline { reason, cases }) => handoff.decline(scene, reason, cases.as_deref()),
        (Offered, C::Withdraw { reason, cases }) => handoff.withdraw(scene, reason, cases.as_deref()),
        (Offered, C::Confirm { .. } | C::Correct { .. }) => Err(Refusal::missing(say![
            format!("wait for the receiver: nobody has accepted {} yet. ", scene.case.id),
            Verb::Accept.on(scene.case.id),
            " does."
        ])),

        (Accepted, C::Confirm { text }) => handoff.confirm(scene, text.as_deref()),
        (Accepted, C::Correct { text }) => handoff.correct(scene, text),
        // What was refused before the rest was accepted is placed afterwards as well.
        (Offered | Accepted | Declined, C::Place { item, text }) => handoff.place(scene, *item, text),
        (Taken, C::ReviewTake { text }) => handoff.review_take(scene, text),

        (Offered | Accepted | Declined | Withdrawn, C::ReviewTake { .. }) => {
            Err(Refusal::missing(format!("nobody took over {}, so there is nothing to review.", scene.case.id)))
        }
        (Taken | Withdrawn, C::Place { .. }) => {
            Err(Refusal::missing(format!("nothing of {} was refused, so it has its place.", scene.case.id)))
        }
        (
            Accepted | Declined | Withdrawn | Taken,
            C::Accept(_) | C::Prove { .. } | C::Refuse { .. } | C::Decline { .. } | C::Withdraw { .. },
        )
        | (Declined | Withdrawn | Taken, C::Confirm { .. } | C::Correct { .. }) => {
            Err(handoff.already(scene, offer_anew()))
        }
    }
}

fn offer_anew() -> Sentence {
    say![Verb::Offer.of(CaseKind::Handoff).with("…"), " hands something over anew."]
}

impl Handoff {
    /// It has come further already: by whom, and when.
    fn already(&self, scene: &Scene<'_>, instead: Sentence) -> Refusal {
        let since = self.moved.as_ref().or(self.turned.as_ref());
        let since = since.map(|Remark { at, by, .. }| format!(" ({}, {})", scene.name(by), scene.moment(*at)));
        let note = every_case::Verb::Note.on(scene.case.id).with("…");
        let instead = say![note, " adds a line; ", instead];
        let state = self.state.word().to_owned();
        Refusal::WrongState { case: scene.case.id, state, since: since.unwrap_or_default(), instead }
    }
}
