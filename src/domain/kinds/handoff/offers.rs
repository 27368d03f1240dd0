//! Offers that nobody has answered yet, when the same is offered once more. To somebody else as well it may be offered: whoever accepts
//! first has it, and whoever offers it is told. Twice to the same receiver says nothing that the first doesn't.

use super::scope::Offering;
use super::{Handed, Handoff, HandoffState, Item};
use crate::domain::every_case;
use crate::domain::line::{Named, Sentence, say};
use crate::domain::obligation::Receiver;
use crate::domain::{Ask, Body, Case, Duty, PersonId, Refusal, text};

/// What of these items is offered already; nothing where none of it is.
///
/// # Errors
/// [`Refusal::Missing`], where it is the same offer to the same receiver.
pub(super) fn offered_already(
    offering: &Offering<'_>,
    items: &[Item],
    offers: &[&Case],
    (by, ask): (&PersonId, &Ask),
) -> Result<Sentence, Refusal> {
    let world = offering.world;
    let mut remark = Sentence::default();
    for case in offers.iter().filter(|case| case.is_visible_to(by, &world.people)) {
        let Body::Handoff(other) = &case.body else { continue };
        if other.state != HandoffState::Offered || !is_of(other, offering) {
            continue;
        }
        let twice: Vec<String> = other
            .open_items()
            .filter(|item| items.iter().any(|wanted| is_same(&wanted.what, &item.what)))
            .map(|item| if case.restricted { "it".to_owned() } else { item.what.called() })
            .collect();
        if twice.is_empty() {
            continue;
        }
        let to = match &other.to {
            Receiver::Person(person) => world.policy.name_of(person),
            Receiver::Role(role) => role.to_string(),
        };
        let due = case.owed(Duty::AcceptHandoff).map_or(String::new(), |owed| match owed.is_late() {
            true => format!(", who is late since {}", world.moment(owed.terms.due, ask)),
            false => format!(" until {}", world.moment(owed.terms.due, ask)),
        });
        let withdraw = || every_case::Verb::Withdraw.on(case.id).with("…");
        let (id, twice) = (case.id, text::list(twice.iter()));
        if other.scope == *offering.scope && other.to == *offering.to {
            return Err(Refusal::missing(say![
                format!("{id} already offers {twice} to {to}{due}. "),
                withdraw(),
                " first, or offer it to somebody else."
            ]));
        }
        remark = say![
            remark,
            format!(". {id} offers {twice} to {to} as well{due}: whoever accepts first has it, and "),
            withdraw(),
            " takes that one back"
        ];
    }
    Ok(remark)
}

/// Whether it is from the same: from one person, or from a party on one workflow.
fn is_of(other: &Handoff, offering: &Offering<'_>) -> bool {
    match other.is_between_parties() {
        true => other.scope == *offering.scope,
        false => other.giver == *offering.giver,
    }
}

fn is_same(one: &Handed, other: &Handed) -> bool {
    match (one, other) {
        (Handed::Case { case, .. }, Handed::Case { case: other, .. }) => case == other,
        (Handed::Role { role, workflow }, Handed::Role { role: other, workflow: elsewhere }) => {
            role == other && (workflow.is_none() || elsewhere.is_none() || workflow == elsewhere)
        }
        (Handed::Shift { rota, starts, ends }, Handed::Shift { rota: other, starts: from, ends: to }) => {
            rota == other && starts < to && from < ends
        }
        (Handed::Case { .. } | Handed::Role { .. } | Handed::Shift { .. }, _) => false,
    }
}
