//! Approvals as stories on a manual clock: each rule with something that must not happen beside it.

mod break_glass;
mod deputies;
mod opening;
mod outcome;
mod properties;
mod question;
mod stages;
mod votes;

use std::collections::BTreeSet;

use super::*;
use crate::domain::every_case::{self, Command as Any};
use crate::domain::kinds::incident;
use crate::domain::notice::{Notice, To};
use crate::domain::obligation::{Attribution, Holder, State};
use crate::domain::people::{Delegation, People};
use crate::domain::policy::{Channel, Policy, TimeIsUp};
use crate::domain::{Actor, CaseKind, Command as All, PartyId, Platform, RoleId, Severity, Then, WorkflowId, World};

/// Monday 2 March 2026, 09:00 UTC.
pub const NINE: At = At(1_772_442_000_000_000);

pub fn at(minutes: i64) -> At {
    NINE + Span::minutes(minutes)
}

pub fn p(name: &str) -> PersonId {
    PersonId::from(name)
}

pub fn r(name: &str) -> RoleId {
    RoleId::from(name)
}

pub fn channel(id: &str) -> Channel {
    Channel { platform: Platform::from("local"), id: id.to_owned() }
}

/// Maya asks. Model-risk is Dev, Lena and Maya herself; legal is Nia and Lena; Omar backs up, Olga heads it all. Tess
/// holds nothing. Each decision is owed within two hours, nudged at 50 and 80 %, and the head hears an hour after.
const POLICY: &str = r#"
[policy]
name = "test"
operators_channel = "ops"
ladder = "slow"
batch_within = "0m"

[parties]
vendor = { name = "vendor" }
client = { name = "client" }

[people]
maya = { name = "maya", party = "vendor", zone = "Europe/Berlin" }
dev = { name = "dev", party = "client", zone = "Europe/Berlin" }
lena = { name = "lena", party = "client", zone = "Europe/Berlin" }
nia = { name = "nia", party = "client", zone = "Europe/Berlin" }
omar = { name = "omar", party = "client", zone = "Europe/Berlin" }
olga = { name = "olga", party = "client", zone = "Europe/Berlin" }
tess = { name = "tess", party = "vendor", zone = "Europe/Berlin" }

[roles]
model-risk = { name = "model-risk", party = "client", members = ["dev", "lena", "maya"] }
legal = { name = "legal", party = "client", members = ["nia", "lena"] }
backup = { name = "backup", party = "client", members = ["omar"] }
head = { name = "head", party = "client", members = ["olga"] }
engineers = { name = "engineers", party = "client", members = ["maya", "tess", "dev"] }

[ladders.slow]
nudge_at_percent = [50, 80]
escalate = [{ after = "1h", tell = "head" }]
repeat = { every = "6h", at_most = 2 }

[workflows]
credit = { name = "A workflow", stage = "production", channel = "credit-ai", approval_path = "two" }
bare = { name = "A workflow", stage = "production", channel = "credit-ai" }

[paths.two]
name = "Two stages"
when_time_is_up = "hold"
break_glass = ["head"]
question_pauses = true
bottleneck = { pending_over = "8h", p90_over = "3h", severity = "sev3" }
stages = [
    { role = "model-risk", quorum = 2, within = "2h", pause = { reasons = ["a regulator's hold"], at_most = "3h" } },
    { role = "legal", alternatives = ["head"], within = "2h", pause = { reasons = ["a regulator's hold"], at_most = "3h" } },
]

[paths.reasoned]
name = "An approval says why"
reason_on_approve = true
when_time_is_up = "hold"
stages = [{ role = "model-risk", within = "2h" }]

[paths.lapsing]
name = "Two answers, or none"
when_time_is_up = "lapse"
stages = [{ role = "model-risk", quorum = 2, within = "2h" }]

[paths.widening]
name = "Somebody else may answer then"
when_time_is_up = { widen = "backup" }
stages = [{ role = "model-risk", within = "2h" }]

[paths.silent]
name = "Silence approves"
when_time_is_up = "approve"
stages = [{ role = "model-risk", within = "2h" }]

[paths.wide]
name = "More answers than people"
when_time_is_up = "hold"
stages = [{ role = "model-risk", quorum = 3, within = "2h" }]

[may]
request_approval = ["engineers"]
waive_duty = ["head"]
"#;

pub fn policy() -> Policy {
    policy_with("")
}

/// With more tables at its end.
fn policy_with(more: &str) -> Policy {
    Policy::read(&format!("{POLICY}{more}")).unwrap_or_else(|errors| panic!("{errors}"))
}

pub fn away(number: u32, from: &str, to: Option<&str>, ends: i64) -> Delegation {
    Delegation {
        number,
        from: p(from),
        to: to.map(p),
        roles: Vec::new(),
        starts: NINE - Span::days(1),
        ends: at(ends),
        reason: "a holiday".to_owned(),
        by: p(from),
    }
}

/// What the desk does: wakes first, decides, folds, and keeps what was recorded and said.
pub struct Room {
    pub policy: Policy,
    pub delegations: Vec<Delegation>,
    pub case: Option<Case>,
    pub events: Vec<(crate::domain::Event, At)>,
    pub notices: Vec<Notice>,
    pub then: Vec<Then>,
}

impl Room {
    fn new() -> Room {
        let (delegations, events, notices, then) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Room { policy: policy(), delegations, case: None, events, notices, then }
    }

    /// With Maya's request on a path, at 09:00.
    fn asked(path: &str) -> Room {
        let mut room = Room::new();
        room.request("maya", path).unwrap();
        room
    }

    fn request(&mut self, by: &str, path: &str) -> Result<String, Refusal> {
        let path = Some(path).filter(|it| !it.is_empty()).map(PathId::from);
        let wanted = Opening {
            workflow: WorkflowId::from("credit"),
            title: "Ship v7".to_owned(),
            wanted: Wanted::Action { action: "deploy v7 ".to_owned(), path },
        };
        self.open(by, &wanted)
    }

    /// The private reply, in words.
    fn open(&mut self, by: &str, wanted: &Opening) -> Result<String, Refusal> {
        let ask = Ask { by: Actor::Person(p(by)), at: at(0) };
        let opening = crate::domain::Opening::Approval(wanted.clone());
        let ruling = crate::domain::open(apr(1), &opening, &ask, &self.world(ask.at))?;
        Ok(self.done(ruling, ask.at))
    }

    /// The private reply, in words.
    fn ask(&mut self, minutes: i64, by: &str, command: impl Into<All>) -> Result<String, Refusal> {
        self.wake(minutes);
        let ask = Ask { by: Actor::Person(p(by)), at: at(minutes) };
        let ruling = crate::domain::decide(self.case(), &command.into(), &ask, &self.world(ask.at))?;
        Ok(self.done(ruling, ask.at))
    }

    fn done(&mut self, ruling: Ruling, at: At) -> String {
        self.take(&ruling, at);
        match ruling.reply.expect("every accepted command has a reply").telling {
            crate::domain::Telling::Case(every_case::Telling::Done { what }) => what.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn world(&self, at: At) -> World<'_> {
        let people = People {
            policy: &self.policy,
            delegations: &self.delegations,
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at,
        };
        World {
            policy: &self.policy,
            stamped: &self.policy,
            people,
            releases: crate::domain::Releases::NONE,
            holds: crate::domain::Holds::NONE,
            retention: crate::domain::Retention::NONE,
        }
    }

    fn take(&mut self, ruling: &Ruling, at: At) {
        for event in &ruling.events {
            match &mut self.case {
                None => self.case = Case::begin("APR-1".parse().unwrap(), event, at),
                Some(case) => case.apply(event, at),
            }
            self.events.push((event.clone(), at));
        }
        self.notices.extend(ruling.notices.iter().cloned());
        self.then.extend(ruling.then.iter().cloned());
    }

    /// Everything that was due by then, each at its own moment.
    fn wake(&mut self, minutes: i64) {
        while let Some(due) = self.case.as_ref().and_then(Case::wake).filter(|&due| due <= at(minutes)) {
            self.wake_at(due);
        }
    }

    fn wake_at(&mut self, at: At) {
        let ask = Ask { by: Actor::Engine, at };
        let ruling = crate::domain::decide(self.case(), &Any::Wake.into(), &ask, &self.world(at)).unwrap();
        assert!(!ruling.events.is_empty(), "woken at {at:?} for nothing");
        self.take(&ruling, at);
    }

    fn case(&self) -> &Case {
        self.case.as_ref().unwrap()
    }

    fn approval(&self) -> &Approval {
        let crate::domain::Body::Approval(approval) = &self.case().body else { panic!("no approval") };
        approval
    }

    /// What people hear from now on.
    fn hush(&mut self) {
        self.notices.clear();
    }

    /// Who was told something by direct message, by the template's name.
    fn told(&self, template: &str) -> Vec<String> {
        let fits = self.notices.iter().filter(|it| it.telling.template().rsplit('/').next() == Some(template));
        fits.filter_map(|it| match &it.to {
            To::Person(person) => Some(person.to_string()),
            To::Case | To::Channel(_) | To::Operators => None,
        })
        .collect()
    }

    fn told_case(&self, template: &str) -> usize {
        self.notices
            .iter()
            .filter(|it| it.to == To::Case && it.telling.template().rsplit('/').next() == Some(template))
            .count()
    }

    fn told_operators(&self, template: &str) -> bool {
        self.notices
            .iter()
            .any(|it| it.to == To::Operators && it.telling.template().rsplit('/').next() == Some(template))
    }

    fn waiting(&self, minutes: i64) -> Vec<String> {
        let people = People {
            policy: &self.policy,
            delegations: &self.delegations,
            rotas: crate::domain::bot::rotas::Rotas::NONE,
            handed: crate::domain::people::Handed::NONE,
            at: at(minutes),
        };
        let owed = self.case().owed(Duty::Decide);
        owed.into_iter()
            .flat_map(|it| self.case().waiting_on(it, &people))
            .map(|seat| seat.person.to_string())
            .collect()
    }
}

fn approve() -> Command {
    Command::Approve { reason: None, revision: None }
}

fn decline(reason: &str) -> Command {
    Command::Decline { reason: reason.to_owned(), revision: None }
}

fn amend(action: &str) -> Command {
    Command::Amend { action: action.to_owned() }
}

fn question() -> Command {
    Command::AskRequester { question: "Which data?".to_owned() }
}

fn answer() -> Command {
    Command::AnswerQuestion { text: "The new set.".to_owned() }
}

fn withdraw() -> Command {
    Command::Withdraw { reason: "not needed".to_owned() }
}

fn break_glass() -> Command {
    Command::BreakGlass { reason: "it leaks".to_owned() }
}

fn review() -> Command {
    Command::ReviewBreakGlass { text: "it was right".to_owned() }
}

fn apr(number: u32) -> CaseId {
    CaseId { kind: CaseKind::Approval, number }
}
