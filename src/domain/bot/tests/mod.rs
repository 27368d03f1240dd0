//! Stories of the bot on a manual clock.

mod condition;
mod delegations;
mod digests;
mod files;
mod heads;
mod platforms;
mod policies;
mod properties;
mod queues;
mod recurrence;
mod rotas;
mod slow_paths;

use super::*;
use crate::domain::bot::slow_paths::SlowPath;
use crate::domain::kinds::Kind;
use crate::domain::kinds::approval::tests::{at, channel, p, policy as people_and_paths, r};
use crate::domain::policy::DigestSchedule;
use crate::domain::{BotCommand, BotEvent, Case, Event, Label, PathId, Reply, Severity, WorkflowId};

const DAY: i64 = 24 * 60;

fn policy() -> Policy {
    let mut policy = people_and_paths();
    policy.may.delegate_for_others = vec![r("head")];
    policy.may.reload_policy = vec![r("head")];
    policy.digests = vec![schedule("weekly", "0 0 8 * * Mon *")];
    policy
}

fn schedule(name: &str, cron: &str) -> DigestSchedule {
    DigestSchedule {
        name: name.to_owned(),
        cron: cron.to_owned(),
        zone: chrono_tz::Europe::Berlin,
        channel: channel("managers"),
        workflows: Vec::new(),
    }
}

/// A bot and its desk.
struct Hall {
    bot: Bot,
    policy: Policy,
    events: Vec<(BotEvent, At)>,
    last: Ruling,
}

fn start(was_down: Option<Span>) -> BotCommand {
    let (version, clock) = (Label::from("1"), Label::from("manual"));
    BotCommand::Start(crate::domain::bot::condition::Start {
        version,
        clock,
        was_down,
        signed: None,
        causes: Label::from("0011"),
    })
}

impl Hall {
    /// Running on the policy since Monday 09:00 UTC.
    fn new() -> Hall {
        let mut hall = Hall { bot: Bot::default(), policy: policy(), events: Vec::new(), last: Ruling::default() };
        hall.ask(0, Actor::Operator, start(None)).unwrap();
        hall.load(0, Actor::Operator, policy()).unwrap();
        hall
    }

    fn ask(&mut self, minutes: i64, by: Actor, command: BotCommand) -> Result<String, Refusal> {
        self.ask_at(at(minutes), by, command)
    }

    fn ask_at(&mut self, at: At, by: Actor, command: BotCommand) -> Result<String, Refusal> {
        let loads = match &command {
            BotCommand::LoadPolicy { policy, .. } => Some((**policy).clone()),
            _ => None,
        };
        self.last = decide(&self.bot, &Ask { by, at, command }, &self.policy)?;
        for event in &self.last.events {
            self.bot.apply(event, at);
            self.events.push((event.clone(), at));
        }
        if let Some(policy) = loads {
            self.policy = policy;
        }
        Ok(match &self.last.reply {
            Some(Reply { telling: crate::domain::Telling::Bot(Telling::Sentence { text }), .. }) => text.to_string(),
            None => String::new(),
            Some(other) => panic!("{other:?}"),
        })
    }

    fn engine(&mut self, minutes: i64, command: BotCommand) {
        self.ask(minutes, Actor::Engine, command).unwrap();
    }

    fn load(&mut self, minutes: i64, by: Actor, policy: Policy) -> Result<String, Refusal> {
        self.ask(minutes, by, BotCommand::LoadPolicy { policy: Box::new(policy), text: "toml".to_owned() })
    }

    /// Asked at a minute, for the time from a minute to a minute.
    fn delegate(
        &mut self,
        minutes: i64,
        by: &str,
        who: (&str, Option<&str>),
        roles: &[&str],
        when: (i64, i64),
    ) -> Result<String, Refusal> {
        let command = BotCommand::Delegate {
            from: p(who.0),
            to: who.1.map(p),
            roles: roles.iter().map(|it| r(it)).collect(),
            starts: Some(at(when.0)),
            ends: at(when.1),
            reason: "a holiday".to_owned(),
        };
        self.ask(minutes, Actor::Person(p(by)), command)
    }

    fn wake(&mut self, minutes: i64) {
        self.engine(minutes, BotCommand::Wake);
    }

    /// Until nothing is due, as the desk does.
    fn wake_all(&mut self, minutes: i64) {
        while self.bot.wake(&self.policy).is_some_and(|due| due <= at(minutes)) {
            self.wake(minutes);
        }
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.last.events.iter().map(BotEvent::kind).collect()
    }

    fn told(&self) -> Vec<(&'static str, String)> {
        let who = |to: &To| match to {
            To::Person(person) => person.to_string(),
            To::Operators => "operators".to_owned(),
            To::Channel(channel) => channel.id.clone(),
            To::Case => "case".to_owned(),
        };
        self.last.notices.iter().map(|it| (it.telling.template().trim_start_matches("bot/"), who(&it.to))).collect()
    }

    fn sits(&self, minutes: i64, role: &str) -> Vec<String> {
        let people = self.bot.people(&self.policy, at(minutes));
        people.seats(&[r(role)], &[]).into_iter().map(|seat| seat.person.to_string()).collect()
    }
}

fn wake_holders(roles: &[&str], people: &[&str]) -> Vec<Then> {
    let (roles, people) = (roles.iter().map(|it| r(it)).collect(), people.iter().map(|it| p(it)).collect());
    vec![Then::WakeHolders { roles, people }]
}
