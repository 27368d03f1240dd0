//! Legal holds: what may not be destroyed until somebody else agrees that it may. One person places a hold at once; it ends by an
//! approval alone. What it keeps is asked here, by whoever asks for an erasure and again in the turn that would carry it out.

use serde::{Deserialize, Serialize};

use super::{Draft, Ruling, Telling};
use crate::domain::bot::Event as BotEvent;
use crate::domain::line::{Evidence, say};
use crate::domain::notice::To;
use crate::domain::records::{Extent, HoldScope};
use crate::domain::text::{did_you_mean, quoted};
use crate::domain::{At, CaseId, PersonId, Refusal, text};

/// Those that stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Holds {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<Hold>,
    /// The highest number ever given to one.
    #[serde(default)]
    pub last: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// Counts from 1.
    pub number: u32,
    pub scope: HoldScope,
    /// What it is for, as those who asked for it call it: the number of a lawsuit or an inquiry.
    pub matter: String,
    pub reason: String,
    pub by: PersonId,
    pub since: At,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", prefix = "hold.")]
pub enum Event {
    Placed(Hold),
    /// The approval that ended it.
    Released {
        number: u32,
        scope: HoldScope,
        approval: CaseId,
    },
    /// It kept what an approved erasure would have taken.
    Refused {
        numbers: Vec<u32>,
        case: CaseId,
    },
}

impl Holds {
    pub const NONE: &'static Holds = &Holds { all: Vec::new(), last: 0 };

    /// The holds that cover any of it, by their numbers. Whoever is about to destroy something asks this, and nothing else.
    pub fn over(&self, extent: &Extent) -> Vec<u32> {
        self.all.iter().filter(|hold| hold.scope.covers(extent)).map(|hold| hold.number).collect()
    }

    pub fn get(&self, number: u32) -> Option<&Hold> {
        self.all.iter().find(|hold| hold.number == number)
    }

    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Placed(hold) => {
                self.last = self.last.max(hold.number);
                self.all.push(hold.clone());
            }
            Event::Released { number, scope: _, approval: _ } => self.all.retain(|hold| hold.number != *number),
            Event::Refused { numbers: _, case: _ } => {}
        }
    }
}

impl From<Event> for BotEvent {
    fn from(event: Event) -> BotEvent {
        BotEvent::Hold(event)
    }
}

impl Draft<'_> {
    /// Counts at once: what it is about may be destroyed by nobody from this very turn on.
    pub(super) fn place_hold(mut self, scope: &HoldScope, matter: &str, reason: &str) -> Result<Ruling, Refusal> {
        let by = self.ask.by.person().cloned().ok_or(Refusal::Stranger)?;
        self.require("placing a hold", &self.policy.may.place_hold)?;
        self.is_known(scope)?;
        let matter = text::text("the matter", matter)?;
        let reason = text::text("the reason", reason)?;
        if let Some(same) = self.bot.holds.all.iter().find(|hold| hold.scope == *scope && hold.matter == matter) {
            let number = same.number;
            return Err(Refusal::missing(format!("hold {number} is over {scope} for {} already.", quoted(&matter))));
        }
        let number = self.bot.holds.last + 1;
        let hold = Hold { number, scope: scope.clone(), matter, reason, by, since: self.ask.at };
        self.push(Event::Placed(hold.clone()));
        self.tell_of_hold(Telling::HoldPlaced(hold));
        let release = Evidence::Release.line().with(number).with("because …");
        Ok(self.reply(say![
            format!("Hold {number} is over {scope}: nothing of it is erased or purged from now on. "),
            release,
            " asks somebody else to end it."
        ]))
    }

    /// A case that doesn't exist, or that the asker can't see, holds nothing: its number is no answer, so any case can be held.
    fn is_known(&self, scope: &HoldScope) -> Result<(), Refusal> {
        let HoldScope::Workflow(workflow) = scope else { return Ok(()) };
        if self.policy.workflows.contains_key(workflow) {
            return Ok(());
        }
        let hint = did_you_mean(workflow.as_str(), self.policy.workflows.keys().map(|name| name.as_str()));
        Err(Refusal::NoSuchWorkflow(workflow.to_string(), hint))
    }

    pub(super) fn release_hold(mut self, number: u32, approval: CaseId) -> Ruling {
        let Some(hold) = self.bot.holds.get(number).cloned() else { return self.ruling };
        self.push(Event::Released { number, scope: hold.scope.clone(), approval });
        self.tell_of_hold(Telling::HoldReleased { hold, approval });
        self.ruling
    }

    /// Recorded each time that an approved erasure meets them anew.
    pub(super) fn hold_refused(mut self, numbers: &[u32], case: CaseId) -> Ruling {
        self.push(Event::Refused { numbers: numbers.to_vec(), case });
        self.ruling
    }

    /// Where records are decided about; where nothing says where that is, the operators'.
    fn tell_of_hold(&mut self, telling: Telling) {
        let records = self.policy.records.as_ref().and_then(|records| self.policy.workflows.get(&records.workflow));
        match records {
            None => self.tell(To::Operators, telling, None),
            Some(workflow) => {
                for channel in &workflow.channels {
                    self.tell(To::Channel(channel.clone()), telling.clone(), None);
                }
            }
        }
    }
}
