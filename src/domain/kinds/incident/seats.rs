//! The seats of an incident: lead, communications, scribe.

use super::rules::known_name;
use super::steps::may_close;
use super::{Event, Incident, SeatName, Telling};
use crate::domain::obligation::About;
use crate::domain::scene::Scene;
use crate::domain::{Duty, PersonId, Refusal, Ruling};

impl Incident {
    pub(super) fn take_seat(
        &self,
        scene: &Scene<'_>,
        seat: SeatName,
        person: Option<&PersonId>,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let id = scene.case.id;
        let sits = self.seats.get(&seat);
        if let Some(person) = person {
            known_name(person, scene.world)?;
        }
        match (sits, person) {
            (None, None) => {
                return Err(Refusal::missing(format!("the {} seat of {id} is empty already.", seat.word())));
            }
            (Some(sits), Some(person)) if sits == person => {
                let who = if sits == &by { "you have".to_owned() } else { format!("{} has", scene.name(sits)) };
                return Err(Refusal::missing(format!("{who} the {} seat of {id} already.", seat.word())));
            }
            (Some(sits), _) if sits != &by && !self.leads(&by) && !may_close(scene) => {
                let what = format!("changing the {} seat of {id}", seat.word());
                return Err(Refusal::not_yours(what, "whoever sits in it, and for the lead", &[scene.name(sits)]));
            }
            // An empty seat may be given or taken by anybody who sees the case.
            (Some(_), _) | (None, Some(_)) => {}
        }
        let mut draft = scene.draft();
        match person {
            Some(person) => {
                draft.push(Event::SeatTaken { by: by.clone(), seat, person: person.clone() });
                draft.meet(|it| matches!(it.duty, Duty::FillSeat | Duty::HandOverLead) && it.is_about(seat.word()));
                let telling = Telling::SeatTaken { seat, person: person.clone(), by: by.clone() };
                draft.tell_case(telling.clone());
                if person == &by {
                    return Ok(draft.done(format!("the {} seat is yours", seat.word())));
                }
                draft.tell_person(person, telling, Vec::new(), false);
                let name = scene.name(person);
                Ok(draft.done(format!("{name} has the {} seat now", seat.word())))
            }
            None => {
                draft.push(Event::SeatLeft { by: by.clone(), seat });
                draft.meet(|it| it.duty == Duty::HandOverLead && it.is_about(seat.word()));
                let owed = self.awaits(Duty::FillSeat).then(|| {
                    draft.owe_by_policy(Duty::FillSeat, Some(self.severity), None, Some(About::named(seat.word())))
                });
                let asks = owed.flatten().into_iter().collect();
                draft.tell_news(&[], Telling::SeatLeft { seat, by }, asks, false);
                Ok(draft.done(format!("the {} seat is empty now", seat.word())))
            }
        }
    }
}
