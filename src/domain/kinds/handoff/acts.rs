//! What can be wanted of a handoff. Whether it is possible is in [`super::rules`].

use super::{Accepting, Command, Handoff, Opening, Scope, Verb};
use crate::domain::act::{Act, words};
use crate::domain::every_case;
use crate::domain::scene::Scene;

pub(super) fn acts(handoff: &Handoff, scene: &Scene<'_>) -> Vec<Act> {
    use Command as C;
    let mut acts = vec![
        Act::of(Verb::Accept, C::Accept(Accepting::default())),
        Act::of(Verb::Confirm, C::Confirm { text: None }),
        Act::of(Verb::Correct, C::Correct { text: words() }),
        Act::of(Verb::TakeReview, C::ReviewTake { text: words() }),
    ];
    let refused = handoff.to_place(scene.case).map(|(_, item)| item);
    acts.extend(refused.map(|item| {
        let act = Act::of(Verb::Place, C::Place { item, text: words() });
        match item {
            Some(item) => act.with(item),
            None => act,
        }
    }));
    let unproven = handoff.unproven();
    let proves = |item| C::Prove { item, on: None, text: words(), cases: None };
    acts.extend(unproven.map(|item| Act::of(Verb::Prove, proves(item)).with(item)));
    let items = handoff.open_items().map(|item| item.number);
    acts.extend(items.map(|item| Act::of(Verb::Refuse, C::Refuse { item, reason: words(), cases: None }).with(item)));
    acts.push(Act::of(Verb::Decline, C::Decline { reason: words(), cases: None }));
    acts.push(Act::of(every_case::Verb::Withdraw, C::Withdraw { reason: words(), cases: None }));
    acts
}

/// Whatever it is about: no case has been looked at.
pub(super) fn example() -> Opening {
    Opening {
        scope: Scope::Leaving {},
        giver: None,
        to: None,
        to_party: None,
        reason: None,
        takes: false,
        asked_by: None,
        cases: None,
    }
}
