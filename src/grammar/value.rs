//! Words → values: what was typed in an argument's place, read against the policy and the clock. An unknown name gets the
//! nearest known one.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::domain::bot::rotas::Meant;
use crate::domain::kinds::incident::{
    Entity, Harm, HarmType, Impact, Intent, Lawful, Nature, Reached, SeatName, Timing, Which,
};
use crate::domain::obligation::Attribution;
use crate::domain::policy::{Channel, Policy};
use crate::domain::text::{self, nearest};
use crate::domain::{
    At, CaseId, ClassId, ClockId, Command, Duty, ExceptionClassId, Lane, PathId, PersonId, RegimeId, RoleId, RotaId,
    Severity, WorkflowId, regulation,
};

use super::moment::{Lean, NoMoment};
use super::verbs::{Arg, Kind, Needed, Verb};
use super::{Asked, Context, Range, clean, moment};

/// Names are compared up to this length; longer ones are nobody's.
const NAME_AT_MOST: usize = 80;
/// How many names are listed in a sentence before it says “…”.
const LISTED: usize = 8;
/// Moments to come, as they can be written.
const TO_COME: &str = "`17:00`, `17:00 UTC`, `tomorrow 09:00`, `3d` or `2026-12-01 17:00`";

/// What is wrong with one argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The argument's name; `case` for the case itself.
    pub field: &'static str,
    /// Nothing was said, rather than something wrong.
    pub missing: bool,
    /// For the person who typed it.
    pub sentence: String,
}

/// An argument, read.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(u32),
    Workflow(WorkflowId),
    Person(PersonId),
    Nobody,
    Role(RoleId),
    Roles(Vec<RoleId>),
    Case(CaseId),
    At(At),
    Flag(bool),
    Severity(Severity),
    Duty(Duty),
    Class(ClassId),
    ExceptionClass(ExceptionClassId),
    Path(PathId),
    Law(Lawful),
    Rota(RotaId),
    Attribution(Attribution),
    Range(Range),
}

/// What was said with a verb, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Raw {
    pub case: Option<CaseId>,
    /// The revision that a button or a form was drawn for.
    pub revision: Option<u32>,
    pub said: BTreeMap<&'static str, String>,
}

/// What was said with a verb, read: what a verb's `make` builds from.
pub(super) struct Values<'a> {
    pub verb: &'static Verb,
    pub context: &'a Context<'a>,
    pub revision: Option<u32>,
    case: Option<CaseId>,
    map: BTreeMap<&'static str, Value>,
    /// Of the moments, those that were said as a day alone.
    days: Vec<&'static str>,
    /// In which days alone are read: the rota's that is meant, or the asker's own.
    zone: Tz,
}

/// Reads everything that was said with a verb and makes of it what is asked.
///
/// # Errors
/// Everything that is wrong or missing, in the order of the arguments.
pub(super) fn conclude(verb: &'static Verb, raw: &Raw, context: &Context<'_>) -> Result<Asked, Vec<Wrong>> {
    let mut map = BTreeMap::new();
    let mut wrongs = Vec::new();
    let mut days = Vec::new();
    // A day of a rota is the rota's day, wherever whoever names it may be.
    let mut zone = context.zone;
    if verb.case && raw.case.is_none() {
        wrongs.push(Wrong { field: "case", missing: true, sentence: no_case(verb) });
    }
    for arg in verb.args {
        match raw.said.get(arg.name).filter(|said| !said.trim().is_empty()) {
            Some(said) => {
                let is_day = arg.kind.lean().is_some() && moment::day_alone(said, context.at, zone).is_some();
                let there = Context { zone: if is_day { zone } else { context.zone }, ..*context };
                match read(arg.kind, said, &there) {
                    Ok(value) => {
                        zone = zone_of_rota(&value, context).unwrap_or(zone);
                        map.insert(arg.name, value);
                        if arg.kind == Kind::Start && is_day {
                            days.push(arg.name);
                        }
                    }
                    Err(sentence) => wrongs.push(Wrong { field: arg.name, missing: false, sentence }),
                }
            }
            None => match default(arg, context) {
                Some(value) => {
                    zone = zone_of_rota(&value, context).unwrap_or(zone);
                    map.insert(arg.name, value);
                }
                None if arg.needed == Needed::No => {}
                None => wrongs.push(missing(arg)),
            },
        }
    }
    if !wrongs.is_empty() {
        return Err(wrongs);
    }
    let values = Values { verb, context, revision: raw.revision, case: raw.case, map, days, zone };
    (verb.make)(&values).map_err(|wrong| vec![wrong])
}

fn zone_of_rota(value: &Value, context: &Context<'_>) -> Option<Tz> {
    let Value::Rota(rota) = value else { return None };
    context.policy.rotas.get(rota).map(|rota| rota.zone)
}

/// What goes without saying: the channel's workflow, or the only one there is; the only rota.
fn default(arg: &Arg, context: &Context<'_>) -> Option<Value> {
    if arg.needed == Needed::No {
        return None;
    }
    if arg.kind == Kind::Rota {
        let only = context.policy.rotas.keys().next().filter(|_| context.policy.rotas.len() == 1);
        return only.cloned().map(Value::Rota);
    }
    if arg.kind == Kind::ExceptionClass {
        let classes = &context.policy.exceptions.classes;
        return classes.keys().next().filter(|_| classes.len() == 1).cloned().map(Value::ExceptionClass);
    }
    if arg.kind != Kind::Workflow {
        return None;
    }
    let only = || Some(context.policy.workflows.keys().next()?).filter(|_| context.policy.workflows.len() == 1);
    context.workflow.or_else(only).cloned().map(Value::Workflow)
}

fn no_case(verb: &Verb) -> String {
    let (kind, example) = match verb.kind() {
        Some(kind) => (kind.word(), format!("{}-1", kind.prefix())),
        None => ("case", "INC-1".to_owned()),
    };
    format!("which {kind}? Name it, such as {example}, or say it in its own thread.")
}

fn missing(arg: &Arg) -> Wrong {
    let label = arg.label.split(':').next().unwrap_or(arg.label).to_lowercase();
    let sentence = format!("“{label}” is missing: {}.", arg.hint);
    Wrong { field: arg.name, missing: true, sentence }
}

/// Reads one value.
///
/// # Errors
/// A sentence that says what is wrong and what is possible.
pub(super) fn read(kind: Kind, said: &str, context: &Context<'_>) -> Result<Value, String> {
    let policy = context.policy;
    // A key, or what things are called, among those of the policy.
    let named = |what: &str, said: &str| -> Result<String, String> {
        let typed = clean::line(said);
        let choices = kind.choices(policy);
        by_name(&typed, &choices).map(str::to_owned).ok_or_else(|| unknown(what, &typed, &choices))
    };
    match kind {
        Kind::Word | Kind::Title => Ok(Value::Text(clean::line(said))).and_then(|value| match &value {
            Value::Text(text) if text.is_empty() => Err("there are no letters in it that one could see.".to_owned()),
            _ => Ok(value),
        }),
        Kind::Rest => Ok(Value::Text(said.trim().to_owned())),
        Kind::Action => Ok(Value::Text(said.to_owned())),
        Kind::Url => Ok(Value::Text(said.trim().trim_start_matches('<').trim_end_matches('>').to_owned())),
        Kind::Number => {
            let digits = said.trim().trim_start_matches('#');
            let number = digits.parse().ok().filter(|&it: &u32| it > 0 && digits.bytes().all(|b| b.is_ascii_digit()));
            number.map(Value::Number).ok_or_else(|| format!("{} is not a number such as 2.", quoted(said)))
        }
        Kind::Choice(words) => {
            let typed = clean::line(said);
            let found = words.iter().find(|word| word.eq_ignore_ascii_case(&typed));
            found
                .map(|word| Value::Text((*word).to_owned()))
                .ok_or_else(|| format!("{} is not one of {}.", quoted(&typed), or(words.iter().copied())))
        }
        Kind::Workflow => named("workflow", said).map(|id| Value::Workflow(id.into())),
        Kind::Person => person(said, context).map(Value::Person),
        Kind::PersonOrNone => match clean::line(said).to_ascii_lowercase().as_str() {
            "none" | "nobody" | "-" => Ok(Value::Nobody),
            _ => person(said, context).map(Value::Person),
        },
        Kind::Role => named("role", said.trim_start_matches('@')).map(|id| Value::Role(id.into())),
        Kind::Roles => {
            let roles = said.split(',').map(str::trim).filter(|name| !name.is_empty());
            roles
                .map(|name| named("role", name.trim_start_matches('@')).map(RoleId::from))
                .collect::<Result<_, _>>()
                .map(Value::Roles)
        }
        Kind::Case => {
            let typed = clean::line(said);
            typed.parse().map(Value::Case).map_err(|not| format!("{not}."))
        }
        Kind::Moment => {
            let possible = "`14:05`, `14:05 UTC`, `yesterday 23:10`, `2h ago` or `2026-11-23 14:05`";
            when(said, Lean::Past, possible, context)
        }
        Kind::Start => when(said, Lean::Begins, TO_COME, context),
        Kind::Until => when(said, Lean::Ends, TO_COME, context),
        Kind::Due => when(said, Lean::Due, TO_COME, context),
        Kind::Flag => match clean::line(said).to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "1" | "y" => Ok(Value::Flag(true)),
            "no" | "false" | "off" | "0" | "n" => Ok(Value::Flag(false)),
            other => Err(format!("{} is neither yes nor no.", quoted(other))),
        },
        Kind::Severity => Severity::read(&clean::line(said))
            .map(Value::Severity)
            .ok_or_else(|| format!("{} is not a severity: sev1 (the most serious) to sev4.", quoted(said))),
        Kind::Duty => {
            let typed = clean::line(said);
            Duty::read(&typed.replace([' ', '_'], "-"))
                .map(Value::Duty)
                .ok_or_else(|| unknown("duty", &typed, &kind.choices(policy)))
        }
        Kind::Class => named("class", said).map(|id| Value::Class(id.into())),
        Kind::ExceptionClass => named("class of exceptions", said).map(|id| Value::ExceptionClass(id.into())),
        Kind::Path => named("approval path", said).map(|id| Value::Path(id.into())),
        Kind::Law | Kind::Report => law(kind, said, policy).map(Value::Law),
        Kind::Rota => named("rota", said).map(|id| Value::Rota(id.into())),
        Kind::Attribution => named("party", said).map(|id| {
            Value::Attribution(match id.as_str() {
                "requester" => Attribution::Requester,
                "third-party" => Attribution::ThirdParty,
                _ => Attribution::Holder(id.into()),
            })
        }),
        Kind::Range => range(said, context).map(Value::Range),
    }
}

/// A law or a report, also one that the policy watches no more: the clocks of a case go on.
fn law(kind: Kind, said: &str, policy: &Policy) -> Result<Lawful, String> {
    let typed = clean::line(said).to_lowercase();
    let choices = kind.choices(policy);
    let typed = by_name(&typed, &choices).map_or(typed.clone(), str::to_owned);
    let (regime, clock) = (RegimeId::from(typed.as_str()), ClockId::from(typed.as_str()));
    if regulation::clock(&clock).is_some() {
        return Ok(Lawful::Clock(clock));
    }
    match (kind, regulation::pack(&regime)) {
        (Kind::Law, Some(_)) => Ok(Lawful::Regime(regime)),
        // Where a law asks for one report alone, its name is enough.
        (_, Some(pack)) if pack.clocks.len() == 1 => Ok(Lawful::Clock(pack.clocks[0].id.clone())),
        (_, Some(pack)) => Err(format!(
            "`{regime}` asks for several reports: {}.",
            or(pack.clocks.iter().map(|clock| format!("`{}`", clock.id)))
        )),
        (_, None) => Err(unknown("law or report", &typed, &choices)),
    }
}

fn when(said: &str, lean: Lean, possible: &str, context: &Context<'_>) -> Result<Value, String> {
    moment::moment(&clean::line(said), context.at, context.zone, lean).map(Value::At).map_err(|not| match not {
        NoMoment::Unclear(sentence) => sentence,
        NoMoment::Other => format!("{} is not a time that I can read. Try {possible}.", quoted(said)),
    })
}

/// The key that is meant: as written, or by what it is called.
fn by_name<'c>(typed: &str, choices: &'c [(String, Option<String>)]) -> Option<&'c str> {
    if typed.chars().count() > NAME_AT_MOST {
        return None;
    }
    let typed = clean::folded(typed);
    let same = |known: &str| known.len() <= NAME_AT_MOST * 4 && clean::folded(known) == typed;
    let key = choices.iter().find(|(key, _)| same(key));
    key.or_else(|| choices.iter().find(|(_, name)| name.as_deref().is_some_and(same))).map(|(key, _)| key.as_str())
}

/// A person by key, by name, or by a first name that only one has.
pub(super) fn person(said: &str, context: &Context<'_>) -> Result<PersonId, String> {
    let typed = clean::line(said);
    let typed = typed.strip_prefix('@').unwrap_or(&typed).trim_matches(['"', '“', '”']);
    let people = Kind::Person.choices(context.policy);
    if let Some(key) = by_name(typed, &people) {
        return Ok(key.into());
    }
    let mut called: Vec<&str> = Vec::new();
    if typed.len() <= NAME_AT_MOST * 4 {
        let folded = clean::folded(typed);
        let first = |name: &str| name.split_whitespace().next().is_some_and(|it| clean::folded(it) == folded);
        let fits = |(_, name): &&(String, Option<String>)| name.as_deref().is_some_and(first);
        called = people.iter().filter(fits).map(|(key, _)| key.as_str()).collect();
    }
    match called.as_slice() {
        [one] => Ok((*one).into()),
        [] => Err(unknown("person", typed, &people)),
        several => Err(format!(
            "several people are called {}: {}.",
            quoted(typed),
            or(several.iter().map(|it| format!("@{it}")))
        )),
    }
}

fn range(said: &str, context: &Context<'_>) -> Result<Range, String> {
    let typed = clean::line(said);
    let unreadable =
        || format!("{} is not a time for a digest: week, month, quarter, or 2026-11-01..2026-11-30.", quoted(&typed));
    match typed.to_ascii_lowercase().as_str() {
        "week" | "weekly" | "7d" => return Ok(Range::Week),
        "month" | "monthly" => return Ok(Range::Month),
        "quarter" | "quarterly" => return Ok(Range::Quarter),
        _ => {}
    }
    let (from, to) = typed.split_once("..").ok_or_else(unreadable)?;
    let day = |text: &str| {
        let day = moment::day_alone(text, context.at, context.zone)?;
        moment::whole_day(day, context.zone)
    };
    let exact = |text: &str| moment::moment(text, context.at, context.zone, Lean::Past).ok();
    // The last day belongs to it.
    let from = day(from).map(|(first, _)| first).or_else(|| exact(from));
    let to = day(to).map(|(_, next)| next).or_else(|| exact(to));
    match (from, to) {
        (Some(from), Some(to)) if from < to => Ok(Range::Between { from, to }),
        (Some(_), Some(_)) => Err("that time ends before it begins; the earlier day comes first.".to_owned()),
        _ => Err(unreadable()),
    }
}

/// “There is no role …”, with the nearest known name, or all of them where they are few.
fn unknown(what: &str, typed: &str, choices: &[(String, Option<String>)]) -> String {
    let keys = choices.iter().map(|(key, _)| key.as_str());
    match nearest(typed, keys.clone()) {
        Some(near) => format!("there is no {what} {} in the policy. Did you mean `{near}`?", quoted(typed)),
        None if choices.is_empty() => format!("the policy has no {what} yet, so {} can't be one.", quoted(typed)),
        None => {
            let dots = if choices.len() > LISTED { ", …" } else { "" };
            let some: Vec<&str> = keys.take(LISTED).collect();
            format!("there is no {what} {} in the policy. It has: {}{dots}.", quoted(typed), some.join(", "))
        }
    }
}

/// What somebody typed, cut to what a sentence can hold, between quotation marks.
pub(super) fn quoted(typed: &str) -> String {
    let beginning: String = typed.chars().take(200).collect();
    let line = clean::line(&beginning);
    let mut cut: String = line.chars().take(40).collect();
    if cut.chars().count() < line.chars().count() || beginning.len() < typed.len() {
        cut.push('…');
    }
    text::quoted(&cut)
}

fn or(words: impl Iterator<Item = impl ToString>) -> String {
    let mut words: Vec<String> = words.map(|it| it.to_string()).collect();
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// A row says under which name a kind of value is read where it is `needed`, and under which where there is `maybe` none.
macro_rules! values {
    ($($variant:ident($kind:ty): $(needed $needed:ident)? $(, maybe $and_maybe:ident)? $(maybe $maybe:ident)?;)*) => {$(
        $(pub fn $needed(&self, name: &'static str) -> Result<$kind, Wrong> {
            match self.map.get(name) {
                Some(Value::$variant(value)) => Ok(value.clone()),
                _ => Err(self.missing(name)),
            }
        })?
        $(values! { @maybe $and_maybe $variant($kind) })?
        $(values! { @maybe $maybe $variant($kind) })?
    )*};
    (@maybe $name:ident $variant:ident($kind:ty)) => {
        pub fn $name(&self, name: &str) -> Option<$kind> {
            match self.map.get(name) {
                Some(Value::$variant(value)) => Some(value.clone()),
                _ => None,
            }
        }
    };
}

impl Values<'_> {
    values! {
        Number(u32): needed number, maybe maybe_number;
        Workflow(WorkflowId): needed workflow, maybe maybe_workflow;
        Person(PersonId): needed person, maybe maybe_person;
        Role(RoleId): needed role, maybe maybe_role;
        At(At): needed moment, maybe maybe_moment;
        Severity(Severity): needed severity, maybe maybe_severity;
        Attribution(Attribution): needed attribution;
        Case(CaseId): needed other, maybe maybe_other;
        Duty(Duty): maybe duty;
        Class(ClassId): maybe class;
        ExceptionClass(ExceptionClassId): needed exception_class, maybe maybe_exception_class;
        Path(PathId): maybe path;
        Rota(RotaId): needed rota, maybe maybe_rota;
    }

    pub fn missing(&self, name: &'static str) -> Wrong {
        match self.verb.arg(name) {
            Some(arg) => missing(arg),
            None => Wrong { field: name, missing: true, sentence: format!("“{name}” is missing.") },
        }
    }

    pub fn case(&self) -> Result<CaseId, Wrong> {
        self.case.ok_or_else(|| Wrong { field: "case", missing: true, sentence: no_case(self.verb) })
    }

    /// The command, asked of the case that was named.
    pub fn on(&self, command: impl Into<Command>) -> Result<Asked, Wrong> {
        Ok(Asked::Case { id: self.case()?, command: command.into() })
    }

    pub fn maybe_text(&self, name: &str) -> Option<String> {
        match self.map.get(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    pub fn text(&self, name: &str) -> String {
        self.maybe_text(name).unwrap_or_default()
    }

    /// The channel in which it was said, that is to become a case's own.
    pub fn this_channel(&self) -> Result<Channel, Wrong> {
        let channel = self.context.lane.and_then(Lane::as_channel);
        channel.ok_or_else(|| Wrong {
            field: "",
            missing: false,
            sentence: format!(
                "there is no channel here that could become the incident's own. Say `{}` in the channel in which people talk \
                 already.",
                self.verb.called(self.context.prefix)
            ),
        })
    }

    /// Which shift is meant: by a moment in it, or by the day on which it begins.
    pub fn shift(&self, name: &str) -> Meant {
        let Some(at) = self.maybe_moment(name) else { return Meant::Next };
        let zone = self.zone;
        let day = at.utc().filter(|_| self.days.contains(&name)).map(|at| at.with_timezone(&zone).date_naive());
        match day.and_then(|day| moment::whole_day(day, zone)) {
            Some((starts, ends)) => Meant::Day { at, starts, ends },
            None => Meant::At(at),
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        self.map.get(name) == Some(&Value::Flag(true))
    }

    pub fn impact(&self, name: &str) -> Impact {
        match self.maybe_text(name).as_deref() {
            Some("unclear") => Impact::Unclear,
            _ => Impact::Known,
        }
    }

    pub fn technical(&self) -> Option<u8> {
        self.maybe_text("technical").and_then(|it| it.parse().ok())
    }

    pub fn nature(&self) -> Nature {
        let said = |name: &str| self.maybe_text(name);
        Nature {
            harm: said("harm").and_then(|it| Harm::read(&it)),
            harm_type: said("harm-type").and_then(|it| HarmType::read(&it)),
            entity: said("entity").and_then(|it| Entity::read(&it)),
            intent: said("intent").and_then(|it| Intent::read(&it)),
            timing: said("timing").and_then(|it| Timing::read(&it)),
        }
    }

    pub fn reached(&self, name: &str) -> Option<Reached> {
        self.maybe_text(name).and_then(|it| Reached::read(&it))
    }

    pub fn which(&self, name: &'static str) -> Result<Which, Wrong> {
        let word = self.maybe_text(name);
        Which::ALL.into_iter().find(|it| Some(it.word()) == word.as_deref()).ok_or_else(|| self.missing(name))
    }

    pub fn law(&self, name: &'static str) -> Result<Lawful, Wrong> {
        match self.map.get(name) {
            Some(Value::Law(law)) => Ok(law.clone()),
            _ => Err(self.missing(name)),
        }
    }

    pub fn report(&self, name: &'static str) -> Result<ClockId, Wrong> {
        match self.map.get(name) {
            Some(Value::Law(Lawful::Clock(clock))) => Ok(clock.clone()),
            _ => Err(self.missing(name)),
        }
    }

    pub fn seat(&self, name: &'static str) -> Result<SeatName, Wrong> {
        let word = self.maybe_text(name);
        SeatName::ALL.into_iter().find(|it| Some(it.word()) == word.as_deref()).ok_or_else(|| self.missing(name))
    }

    pub fn roles(&self, name: &str) -> Vec<RoleId> {
        match self.map.get(name) {
            Some(Value::Roles(roles)) => roles.clone(),
            _ => Vec::new(),
        }
    }

    pub fn range(&self, name: &str) -> Range {
        match self.map.get(name) {
            Some(Value::Range(range)) => *range,
            _ => Range::Week,
        }
    }

    /// Whoever asks, when nobody is named.
    pub fn person_or_by(&self, name: &'static str) -> Result<PersonId, Wrong> {
        self.maybe_person(name).or_else(|| self.context.by.cloned()).ok_or_else(|| self.missing(name))
    }

    /// As [`Values::person_or_by`]; `none` is nobody.
    pub fn person_or_me(&self, name: &'static str) -> Result<Option<PersonId>, Wrong> {
        match self.map.get(name) {
            Some(Value::Nobody) => Ok(None),
            _ => self.person_or_by(name).map(Some),
        }
    }
}
