//! A message that somebody points at, to have it kept with a case as evidence: which one it is, and of which case.

use super::turn::Turn;
use super::{Desk, DeskError};
use crate::domain::every_case::{Command, KeptMessage};
use crate::domain::line::{Evidence, say};
use crate::domain::{Audience, CaseId, Lane, PersonId, Place, Refusal};
use crate::grammar::{Asked, Pin, Pointed};
use crate::ledger::projection::text_in;
use crate::store::StoredMessage;

impl Desk {
    /// What a pin asks of its case. Whoever may not read the message gets the same refusal as where there is none.
    pub(super) async fn pinned(
        &mut self,
        turn: &mut Turn,
        lane: &Lane,
        by: &PersonId,
        here: Option<CaseId>,
        pin: Pin,
    ) -> Result<Result<Asked, Refusal>, DeskError> {
        let Pin { message: pointed, case, off, because } = pin;
        let Some((stands_in, said)) = self.pointed_at(turn, &pointed, lane, by).await? else {
            return Ok(Err(Refusal::missing(
                "there is no such message that you can see here. Copy the message's link from its own menu; what was \
                 deleted can't be pinned."
                    .to_owned(),
            )));
        };
        let Some(id) = case.or(said.case).or(here) else {
            let line = if off { Evidence::Unpin } else { Evidence::Pin }.line().with("…").with("of=INC-1");
            return Ok(Err(Refusal::missing(say![
                "that message was said of no case. Name the one that it belongs to: ",
                line,
                "."
            ])));
        };
        // What is said among a few isn't shown to many.
        if id != said.case.unwrap_or(id) || stands_in.own_of().is_some_and(|own| own != id) {
            for of in said.case.into_iter().chain(stands_in.own_of()).filter(|of| *of != id) {
                if self.load(turn, of).await?.is_some_and(|case| case.is_apart()) {
                    return Ok(Err(Refusal::missing(format!(
                        "that message is seen by the people of {of} alone, so it can be pinned on {of} only."
                    ))));
                }
            }
        }
        let Some(text) = said.body.as_deref().and_then(text_in) else {
            return Ok(Err(Refusal::missing(
                "that message tells of several cases, and each keeps its own part of it already.".to_owned(),
            )));
        };
        let (person, author, said) = (said.person, said.author, said.said);
        let message = KeptMessage { lane: stands_in, message: pointed.message, person, author, said, text };
        let command = match off {
            true => Command::Unpin { message, reason: because },
            false => Command::Pin { message, reason: because },
        };
        Ok(Ok(Asked::Case { id, command: command.into() }))
    }

    /// The message that is meant, and where it stands: in the lane in which it was asked for before others.
    async fn pointed_at(
        &mut self,
        turn: &mut Turn,
        pointed: &Pointed,
        asked_in: &Lane,
        by: &PersonId,
    ) -> Result<Option<(Lane, StoredMessage)>, DeskError> {
        let Pointed { channel, message } = pointed;
        let mut lanes = self.writer.lanes_with(message, channel.as_deref()).await?;
        // What came in this very turn isn't stored yet.
        lanes.extend(turn.projection.commit.messages.iter().filter(|it| it.id == *message).map(|it| it.lane.clone()));
        lanes.sort_by_key(|lane| lane != asked_in);
        for lane in lanes {
            // What is said to the bot alone, or by it to one person, is nobody else's.
            if matches!(lane.place, Place::Direct(_)) || !self.may_read(turn, &lane, by).await? {
                continue;
            }
            if let Some(said) = self.stood(turn, &lane, message).await?.filter(|said| !said.deleted) {
                return Ok(Some((lane, said)));
            }
        }
        Ok(None)
    }

    async fn may_read(&mut self, turn: &mut Turn, lane: &Lane, by: &PersonId) -> Result<bool, DeskError> {
        let case = match lane.own_of() {
            Some(id) => self.load(turn, id).await?,
            None => None,
        };
        let policy = self.policy_now(turn);
        let people = self.bot_now(turn).people(&policy, turn.at);
        Ok(Audience::of(lane, &people).includes(by, lane, case.as_ref(), &people))
    }
}
