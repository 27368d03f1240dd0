//! From proposed to authorised: the criteria looked at, the ways out compared, the parties' go, and whoever authorises. Which
//! step is possible in which state is the match in [`super::rules`]; here the state is taken as right.
//!
//! Silence is never go, and a change of what it goes from or to voids everything that was said.

use super::rules::{are_versions, has_steps};
use super::running::{ask, go_on};
use super::{Before, Change, Command, Event, Retargeted, Rollback, RollbackState, Telling, Verb};
use crate::domain::every_case;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{About, Holder};
use crate::domain::people::Seat;
use crate::domain::policy::Way;
use crate::domain::ruling::{Then, persons};
use crate::domain::scene::Scene;
use crate::domain::{Body, Draft, Duty, Label, PersonId, Refusal, RoleId, Ruling, Span, WorkflowId, World, text};

impl Rollback {
    pub(super) fn tick(
        &self,
        scene: &Scene<'_>,
        criterion: u32,
        met: bool,
        words: Option<&str>,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        self.require_part(scene, "looking at the criteria")?;
        let all = self.rule.criteria.len() as u32;
        let Some(what) = self.rule.criteria.get((criterion as usize).saturating_sub(1)).filter(|_| criterion > 0)
        else {
            return Err(Refusal::missing(match all {
                0 => format!("{} has no criteria: the policy names none.", scene.case.id),
                all => format!("name a criterion from 1 to {all}: {} has no more.", scene.case.id),
            }));
        };
        let words = words.map(|words| text::text("what you saw", words)).transpose()?;
        let mut draft = scene.draft();
        draft.push(Event::CriterionTicked { by, criterion, met, text: words });
        let Body::Rollback(now) = &draft.case.body else { return Ok(draft.ruling) };
        let open = now.criteria_open().count();
        let left = match open {
            0 => "; all of them are looked at".to_owned(),
            open => format!("; {open} of {all} still open"),
        };
        let met = if met { "met" } else { "not met" };
        Ok(draft.done(format!("criterion {criterion}, {}: {met}{left}", text::quoted(what))))
    }

    /// The criteria that nobody has looked at, by their numbers.
    pub fn criteria_open(&self) -> impl Iterator<Item = u32> {
        (1..=self.rule.criteria.len() as u32).filter(|number| !self.ticks.contains_key(number))
    }

    /// The criteria that somebody looked at and found not met, by their numbers.
    pub fn criteria_unmet(&self) -> impl Iterator<Item = u32> {
        self.ticks.iter().filter(|(_, tick)| !tick.met).map(|(number, _)| *number)
    }

    fn before(&self, world: &World<'_>, workflow: &WorkflowId) -> Before {
        let law = !self.is_drill() && !self.laws_in_the_way(world, workflow).is_empty();
        Before { criteria: self.criteria_open().count() as u32, compare: self.ways_open().collect(), law }
    }

    /// The ways out that have to be compared with the one that is taken. Going back is one of them, wherever any are.
    fn ways_to_compare(&self) -> impl Iterator<Item = Way> {
        let back = (!self.rule.compare.is_empty()).then_some(Way::RollBack);
        back.into_iter().chain(self.rule.compare.iter().copied()).filter(|way| *way != self.way)
    }

    /// Those of them that nobody has compared.
    pub fn ways_open(&self) -> impl Iterator<Item = Way> {
        let compared = |way: &Way| self.compared.iter().any(|it| it.way == *way);
        self.ways_to_compare().filter(move |way| !compared(way))
    }

    pub(super) fn compare(&self, scene: &Scene<'_>, wanted: &Command) -> Result<Ruling, Refusal> {
        let Command::Compare { way, decides, takes, undone, reason } = wanted else { return Err(Refusal::Stranger) };
        let by = scene.asker()?;
        self.require_part(scene, "comparing the ways out")?;
        let reason = text::text("why it is taken or not", reason)?;
        let undone = undone.as_deref().map(|words| text::text("what can't be undone", words)).transpose()?;
        if takes.is_some_and(|takes| takes <= Span::ZERO) {
            return Err(Refusal::missing("say how long it takes as a span such as 30m.".to_owned()));
        }
        let compared = super::Compared { way: *way, by, decides: decides.clone(), takes: *takes, undone, reason };
        let mut draft = scene.draft();
        draft.push(Event::WayCompared(Box::new(compared)));
        let Body::Rollback(now) = &draft.case.body else { return Ok(draft.ruling) };
        let open: Vec<&str> = now.ways_open().map(Way::word).collect();
        let left = match open.is_empty() {
            true => String::new(),
            false => format!("; still to compare: {}", text::list(open.iter())),
        };
        Ok(draft.done(format!("{} stands beside {} on the card{left}", way.word(), self.way.word())))
    }

    /// Whoever may propose a rollback, or has a part in this one.
    pub(super) fn require_part(&self, scene: &Scene<'_>, what: &str) -> Result<(), Refusal> {
        let may = &scene.may().propose_rollback;
        if may.is_empty() || scene.ask.by.person().is_some_and(|by| self.proposed_by.as_ref() == Some(by)) {
            return scene.asker().map(drop);
        }
        let parts = self.rule.authorise.iter().chain([&self.rule.run_by]).chain(&self.rule.go);
        let roles: Vec<RoleId> = may.iter().chain(parts).cloned().collect();
        scene.require(&format!("{what} of {}", scene.case.id), &roles)
    }

    pub(super) fn retarget(
        &self,
        scene: &Scene<'_>,
        way: Option<Way>,
        changes: (&Change, &Change),
        reason: &str,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        self.require_part(scene, "changing the target")?;
        let reason = text::text("the reason", reason)?;
        let way = way.unwrap_or(self.way);
        let (from, to) = (changes.0.of(&self.from), changes.1.of(&self.to));
        // What runs may have changed under it: then the same target is a word that it still holds.
        let is_shaken = self.altered_since_authorised(scene.world, &scene.case.workflow).is_some();
        if (way, &from, &to) == (self.way, &self.from, &self.to) && !is_shaken {
            return Err(Refusal::missing(say![
                "say what changes, as in ",
                Verb::Retarget.on(scene.case.id).with("to=v6").with("to-digest=…").with("why"),
                format!(
                    ": {} goes from {} to {} already.",
                    scene.case.id,
                    text::quoted(&self.from.name),
                    text::quoted(&self.to.name)
                )
            ]));
        }
        are_versions(&from, &to)?;
        has_steps(&self.rule, way, &scene.case.workflow)?;
        let was_authorised = self.state == RollbackState::Authorised;
        let retargeted = Retargeted {
            by: by.clone(),
            revision: self.revision + 1,
            way,
            from: from.clone(),
            to: to.clone(),
            reason: reason.clone(),
        };
        let mut draft = scene.draft();
        draft.push(Event::Retargeted(Box::new(retargeted)));
        draft.meet(|it| it.duty == Duty::AnswerNoGo);
        draft.void("it goes to something else now", |it| {
            matches!(it.duty, Duty::AuthoriseRollback | Duty::SayGo | Duty::StartRollback)
        });
        let before = match &draft.case.body {
            Body::Rollback(now) => now.before(scene.world, &scene.case.workflow),
            Body::Incident(_) | Body::Approval(_) | Body::Exception(_) | Body::Handoff(_) => Before::default(),
        };
        let number = owe_authorisation(&mut draft);
        let (people, due) = (draft.waiting_on(number), draft.due_of(number));
        let telling = Telling::Retargeted {
            drill: self.is_drill(),
            by,
            revision: self.revision + 1,
            way,
            from: from.clone(),
            to: to.clone(),
            reason,
            before,
            people: people.clone(),
            due,
        };
        draft.tell_news(&people, telling, vec![number], self.rule.urgent);
        ask_for_go(&mut draft);
        if let Body::Rollback(now) = &draft.case.body {
            let now = now.clone();
            now.tell_what_it_is_about(&mut draft, "has another target, and is proposed anew");
        }
        let void = if was_authorised { "the authorisation is void; " } else { "" };
        let (names, due) = (scene.names(&people), scene.moment(due));
        let (from, to) = (text::quoted(&from.name), text::quoted(&to.name));
        Ok(draft.done(format!("it goes from {from} to {to} now; {void}{names} authorises by {due}")))
    }

    /// What was changed since somebody read it, they say nothing about.
    pub(super) fn is_what_they_saw(&self, scene: &Scene<'_>, revision: Option<u32>, verb: Verb) -> Result<(), Refusal> {
        match revision {
            Some(seen) if seen != self.revision => Err(Refusal::Changed(scene.case.id)),
            Some(_) => Ok(()),
            // What was proposed at first is all that they can have read.
            None if self.revision == 1 => Ok(()),
            None => {
                let line = verb.on(scene.case.id).with(format!("rev={}", self.revision));
                // These two need no words.
                let line = if matches!(verb, Verb::Start | Verb::Go) { line } else { line.with("…") };
                Err(Refusal::missing(say![
                    "read it again with ",
                    every_case::Verb::Status.on(scene.case.id),
                    ", then type ",
                    line,
                    format!(
                        ": {} is another than it was at first, and goes from {} to {}.",
                        scene.case.id,
                        text::quoted(&self.from.name),
                        text::quoted(&self.to.name)
                    )
                ]))
            }
        }
    }

    pub(super) fn say_go(
        &self,
        scene: &Scene<'_>,
        go: bool,
        reason: Option<&str>,
        revision: Option<u32>,
    ) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let (role, seat) = self.party_of(scene, &by, go)?;
        self.is_what_they_saw(scene, revision, if go { Verb::Go } else { Verb::NoGo })?;
        let Seat { person: by, stands_in_for } = seat;
        let before = self.said.iter().find(|said| said.role == role);
        let no_of_another = before.filter(|said| !said.go && said.word.by.as_ref() != Some(&by));
        let reason = match (go, reason.map(str::trim).filter(|reason| !reason.is_empty()), no_of_another) {
            (_, Some(reason), _) => Some(text::text("the reason", reason)?),
            (true, None, None) => None,
            (true, None, Some(said)) => return Err(self.says_no_go(scene, said)),
            (false, None, _) => return Err(Refusal::ReasonNeeded(Verb::NoGo.on(scene.case.id).with("…"))),
        };
        let mut draft = scene.draft();
        let said = (by.clone(), role.clone(), reason.clone());
        draft.push(Event::GoSaid { by: said.0, stands_in_for, role: said.1, go, reason: said.2 });
        draft.meet(|it| it.duty == Duty::SayGo && it.is_about(role.as_str()));
        let mut people = persons(scene.world.people.holders(&Holder::Roles(vec![self.rule.run_by.clone()]), &[]));
        people.retain(|person| *person != by);
        let telling = Telling::GoSaid { drill: self.is_drill(), role: role.clone(), by, go, reason };
        draft.tell_case_and(&people, telling, Vec::new(), self.rule.urgent && !go);
        ask_what_comes_next(&mut draft);
        let Body::Rollback(now) = &draft.case.body else { return Ok(draft.ruling) };
        let missing = now.without_go();
        let word = if go { "go" } else { "no-go" };
        let left = match missing.is_empty() {
            true => "every party says go".to_owned(),
            false => format!("it doesn't start without the go of {}", text::list(missing.iter())),
        };
        Ok(draft.done(format!("{role} says {word}; {left}")))
    }

    /// A party's no is taken back by whoever said it, or with a reason.
    fn says_no_go(&self, scene: &Scene<'_>, said: &super::Said) -> Refusal {
        let by = said.word.by.as_ref().map(|by| scene.name(by)).unwrap_or_default();
        let words = said.word.text.as_deref().map(text::quoted).unwrap_or_default();
        Refusal::missing(say![
            "say why it goes along now, as in ",
            Verb::Go.on(scene.case.id).with("…"),
            format!(": {by} said no-go for {}, {words}.", said.role)
        ])
    }

    /// For which party somebody speaks: one whose word they take back themselves, or the first of theirs that hasn't said the same yet.
    /// Nobody speaks for two, as long as the other has somebody else.
    fn party_of(&self, scene: &Scene<'_>, by: &PersonId, go: bool) -> Result<(RoleId, Seat), Refusal> {
        let people = &scene.world.people;
        let seats = |role: &RoleId| people.seats(std::slice::from_ref(role), &[]);
        let asked = |role: &RoleId| {
            scene.case.open_obligations().find(|it| it.duty == Duty::SayGo && it.holder.role() == Some(role))
        };
        let seat = |role: &RoleId| match asked(role) {
            Some(owed) => scene.case.may_answer(owed, by, people),
            None => seats(role).into_iter().find(|it| it.person == *by),
        };
        let said = |role: &RoleId| self.said.iter().find(|it| it.role == *role);
        let is_theirs = |it: &super::Said| it.word.by.as_ref() == Some(by);
        let theirs: Vec<(&RoleId, Seat)> = self.rule.go.iter().filter_map(|role| Some((role, seat(role)?))).collect();
        let take_back = theirs.iter().find(|(role, _)| said(role).is_some_and(|it| is_theirs(it) && it.go != go));
        if let Some((role, seat)) = take_back {
            return Ok(((*role).clone(), seat.clone()));
        }
        let others = |role: &RoleId| -> Vec<String> {
            seats(role).iter().filter(|it| it.person != *by).map(|it| scene.name(&it.person)).collect()
        };
        let spoke_for = self.said.iter().find(|it| is_theirs(it)).map(|it| &it.role);
        let open: Vec<_> = theirs.iter().filter(|(role, _)| said(role).is_none_or(|it| it.go != go)).collect();
        let may = |role: &RoleId| spoke_for.is_none_or(|other| other == role) || others(role).is_empty();
        if let Some((role, seat)) = open.iter().find(|(role, _)| may(role)) {
            return Ok(((*role).clone(), seat.clone()));
        }
        if let (Some((role, _)), Some(other)) = (open.first(), spoke_for) {
            return Err(Refusal::missing(format!(
                "ask {} for the word of {role}: you speak for {other} on {}, and nobody speaks for two.",
                text::or(others(role).iter()),
                scene.case.id
            )));
        }
        // The same once more.
        let again = theirs.iter().find(|(role, _)| said(role).is_some_and(is_theirs)).or(theirs.first());
        if let Some((role, seat)) = again {
            return Ok(((*role).clone(), seat.clone()));
        }
        let names: Vec<String> = people.seats(&self.rule.go, &[]).iter().map(|seat| scene.name(&seat.person)).collect();
        match self.rule.go.is_empty() {
            true => Err(Refusal::missing(format!("nobody is asked for a go on {}.", scene.case.id))),
            false => {
                let roles = text::list(self.rule.go.iter());
                Err(Refusal::not_yours(format!("the go or no-go on {}", scene.case.id), roles, &names))
            }
        }
    }

    pub(super) fn authorise(&self, scene: &Scene<'_>, reason: &str, revision: Option<u32>) -> Result<Ruling, Refusal> {
        scene.asker()?;
        let seat = scene.answering(scene.owed(Duty::AuthoriseRollback)?)?;
        self.is_what_they_saw(scene, revision, Verb::Authorise)?;
        self.is_ready_to_authorise(scene)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        let Seat { person: by, stands_in_for } = seat;
        let revision = self.revision;
        draft.push(Event::Authorised { by: by.clone(), stands_in_for, revision, reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::AuthoriseRollback);
        let missing: Vec<RoleId> = self.without_go().into_iter().cloned().collect();
        let starts = persons(scene.world.people.holders(&Holder::Roles(vec![self.rule.run_by.clone()]), &[]));
        let unmet: Vec<u32> = self.criteria_unmet().collect();
        let not_met = match unmet.as_slice() {
            [] => String::new(),
            [one] => format!(" although criterion {one} isn't met"),
            several => format!(" although criteria {} aren't met", text::list(several.iter())),
        };
        // Whoever starts it is asked for that, once it can be started.
        let mut told: Vec<PersonId> = self.proposed_by.iter().cloned().collect();
        if !missing.is_empty() {
            told.extend(starts.iter().cloned());
        }
        told_once(&draft, &mut told);
        let telling = Telling::Authorised {
            drill: self.is_drill(),
            by,
            revision,
            reason,
            unmet,
            missing: missing.clone(),
            people: starts.clone(),
        };
        draft.tell_case_and(&told, telling, Vec::new(), self.rule.urgent);
        self.tell_what_it_is_about(&mut draft, "is authorised");
        ask_what_comes_next(&mut draft);
        let due = draft.case.owed(Duty::StartRollback).map(|owed| draft.due_of(owed.number));
        Ok(draft.done(match due {
            Some(due) => {
                let (names, due) = (scene.names(&starts), scene.moment(due));
                say![format!("authorised{not_met}; {names} starts it by {due}: "), Verb::Start.on(scene.case.id)]
            }
            None => {
                let missing = text::list(missing.iter());
                say![format!("authorised{not_met}; it doesn't start without the go of {missing}")]
            }
        }))
    }

    /// Every criterion is looked at, and the other ways out are compared.
    fn is_ready_to_authorise(&self, scene: &Scene<'_>) -> Result<(), Refusal> {
        let way = self.ways_open().next().map(|way| {
            let open = text::list(self.ways_open().map(Way::word));
            (Verb::Compare.on(scene.case.id).with(way.word()).with("why not"), open)
        });
        let criterion = self.criteria_open().next().map(|open| {
            let what = self.rule.criteria.get(open as usize - 1).map(|it| text::quoted(it)).unwrap_or_default();
            (Verb::Tick.on(scene.case.id).with(open).with("yes"), format!("no. {open}, {what}"))
        });
        match (criterion, way) {
            (None, None) => Ok(()),
            (Some((tick, what)), None) => Err(Refusal::missing(say![
                "look at every criterion first: ",
                tick,
                format!(". Nobody has looked at {what}.")
            ])),
            (None, Some((compare, open))) => Err(Refusal::missing(say![
                "compare it with the other ways out first: ",
                compare,
                format!(". Nobody has compared {open}.")
            ])),
            (Some((tick, what)), Some((compare, open))) => Err(Refusal::missing(say![
                "look at every criterion first, ",
                tick,
                ", and compare the other ways out, ",
                compare,
                format!(". Nobody has looked at {what}, or compared {open}.")
            ])),
        }
    }

    pub(super) fn refuse(&self, scene: &Scene<'_>, reason: &str, revision: Option<u32>) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::AuthoriseRollback)?)?;
        self.is_what_they_saw(scene, revision, Verb::Deny)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Refused { by: by.clone(), reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::AuthoriseRollback);
        draft.void("it was refused", |it| it.duty != Duty::CloseGap);
        self.tell_what_it_is_about(&mut draft, "is refused");
        self.tell_ended(&mut draft, RollbackState::Refused, by, reason);
        Ok(draft.done(format!("refused; {} hears why", scene.names(&self.proposers()))))
    }

    /// The case that it is about says how it stands with it. What only its own people see is told nowhere else, nor is a drill.
    pub(super) fn tell_what_it_is_about(&self, draft: &mut Draft<'_>, what: &str) {
        let Some(on) = self.on.filter(|_| !draft.case.restricted && !self.is_drill()) else { return };
        let (id, from, to) = (draft.case.id, text::quoted(&self.from.name), text::quoted(&self.to.name));
        let seen = format!("{id}, {} from {from} to {to}, {what}", self.way.word());
        draft.then(Then::Case(on, every_case::Command::Observe { seen }.into()));
    }

    pub(super) fn tell_ended(&self, draft: &mut Draft<'_>, state: RollbackState, by: PersonId, reason: String) {
        let mut people: Vec<PersonId> = self.proposed_by.iter().cloned().collect();
        let parts = self.rule.authorise.iter().chain([&self.rule.run_by]).chain(&self.rule.go);
        people.extend(persons(draft.world.people.holders(&Holder::Roles(parts.cloned().collect()), &[])));
        told_once(draft, &mut people);
        let telling = Telling::Ended { drill: self.is_drill(), state: Label::from(state.word()), by, reason };
        draft.tell_case_and(&people, telling, Vec::new(), self.rule.urgent);
    }

    /// Where a law forbids altering the system before its authority is told, doing it all the same is a decision of its own.
    pub(super) fn alter_anyway(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let seats = scene.world.people.seats(&self.rule.authorise, &self.proposers());
        if !seats.iter().any(|seat| seat.person == by) {
            let names: Vec<String> = seats.iter().map(|seat| scene.name(&seat.person)).collect();
            let roles = text::list(self.rule.authorise.iter());
            return Err(Refusal::not_yours(format!("deciding that on {}", scene.case.id), roles, &names));
        }
        let forbidding = scene.world.releases.forbidding(&scene.case.workflow);
        if forbidding.is_empty() {
            let (next, does) = match scene.case.owed(Duty::AgreePoint) {
                Some(_) => (Verb::AgreePoint.on(scene.case.id).with("…"), " lets the step be taken."),
                None if self.state == RollbackState::Running => (Verb::Done.on(scene.case.id), " reports the step."),
                None => (Verb::Start.on(scene.case.id), " starts it."),
            };
            return Err(Refusal::missing(say![
                "no law is known to forbid altering it now, so there is nothing to decide. ",
                next,
                does
            ]));
        }
        let reason = text::text("the reason", reason)?;
        let (clocks, cases, unnamed) = (forbidding.clocks(), forbidding.named(), forbidding.has_unnamed());
        let mut draft = scene.draft();
        let decided = (clocks.clone(), reason.clone());
        draft.push(Event::AlteringDecided { by: by.clone(), clocks: decided.0, cases, unnamed, reason: decided.1 });
        draft.tell_case(Telling::AlteringDecided { drill: self.is_drill(), by, clocks, unnamed, reason });
        let mut what =
            format!("recorded: it is altered although {} that before the authority is told", forbidding.forbids());
        // A step that was held for the law alone is asked for now.
        let for_the_law = self.next_step().is_some_and(|(_, rule)| !rule.point_of_no_return);
        if for_the_law && scene.case.owed(Duty::AgreePoint).is_some() {
            draft.meet(|it| it.duty == Duty::AgreePoint);
            let next = go_on(&mut draft, scene);
            what.push_str(&format!("; {next}"));
        }
        Ok(draft.done(what))
    }
}

/// Opens the authorisation and tells those whose it is. Returns its number.
fn owe_authorisation(draft: &mut Draft<'_>) -> u32 {
    let Body::Rollback(rollback) = &draft.case.body else { return 0 };
    let holder = Holder::Roles(rollback.rule.authorise.clone());
    let terms = draft.stamp(&rollback.rule.terms(rollback.rule.times.authorise), 1);
    draft.owe(Duty::AuthoriseRollback, holder, terms, None)
}

/// Asks whoever authorises, and each party for its go. Returns the number of the authorisation.
pub(super) fn ask_to_authorise(draft: &mut Draft<'_>) -> u32 {
    let number = owe_authorisation(draft);
    let (people, due) = (draft.waiting_on(number), draft.due_of(number));
    let Body::Rollback(rollback) = &draft.case.body else { return number };
    let urgent = rollback.rule.urgent;
    let telling = Telling::Proposed {
        drill: rollback.is_drill(),
        by: rollback.proposed_by.clone().unwrap_or_else(|| PersonId::from("nobody")),
        workflow: draft.case.workflow.clone(),
        revision: rollback.revision,
        way: rollback.way,
        from: rollback.from.clone(),
        to: rollback.to.clone(),
        reason: rollback.reason.clone(),
        on: rollback.on,
        before: rollback.before(draft.world, &draft.case.workflow),
        people: people.clone(),
        due,
    };
    draft.tell_case_and(&people, telling, vec![number], urgent);
    ask_for_go(draft);
    number
}

/// Who acts once it is authorised: whoever runs it starts it as soon as every party goes along, and where one doesn't, whoever
/// authorises says what becomes of it.
fn ask_what_comes_next(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    if rollback.state != RollbackState::Authorised {
        return;
    }
    let rollback = rollback.clone();
    let owes = |draft: &Draft<'_>, duty| draft.case.owed(duty).is_some();
    if rollback.said.iter().any(|said| !said.go) {
        draft.void("a party doesn't go along", |it| it.duty == Duty::StartRollback);
        if !owes(draft, Duty::AnswerNoGo) {
            let authorise = Holder::Roles(rollback.rule.authorise.clone());
            ask(draft, Duty::AnswerNoGo, authorise, rollback.rule.times.go, None);
        }
        return;
    }
    draft.void("no party says no-go any more", |it| it.duty == Duty::AnswerNoGo);
    if rollback.without_go().is_empty() && !owes(draft, Duty::StartRollback) {
        // Where a law forbids it, those are asked as well who may decide that it is done all the same.
        let law = !rollback.laws_in_the_way(draft.world, &draft.case.workflow).is_empty();
        let decide = rollback.rule.authorise.iter().filter(|role| law && **role != rollback.rule.run_by);
        let roles = [&rollback.rule.run_by].into_iter().chain(decide).cloned().collect();
        ask(draft, Duty::StartRollback, Holder::Roles(roles), rollback.rule.times.step, None);
    }
}

fn ask_for_go(draft: &mut Draft<'_>) {
    let Body::Rollback(rollback) = &draft.case.body else { return };
    let rollback = rollback.clone();
    for role in &rollback.rule.go {
        let terms = draft.stamp(&rollback.rule.terms(rollback.rule.times.go), 1);
        let about = Some(About::named(role.as_str()));
        let number = draft.owe(Duty::SayGo, Holder::Roles(vec![role.clone()]), terms, about);
        let (people, due) = (draft.waiting_on(number), draft.due_of(number));
        let telling = Telling::GoAsked {
            drill: rollback.is_drill(),
            role: role.clone(),
            revision: rollback.revision,
            way: rollback.way,
            from: rollback.from.clone(),
            to: rollback.to.clone(),
            people: people.clone(),
            due,
        };
        draft.tell_case_and(&people, telling, vec![number], rollback.rule.urgent);
    }
}

/// Each of them once, and not whoever asked for this: they have the private answer.
pub(super) fn told_once(draft: &Draft<'_>, people: &mut Vec<PersonId>) {
    let mut seen: Vec<PersonId> = draft.by.person().cloned().into_iter().collect();
    people.retain(|person| {
        let new = !seen.contains(person);
        seen.push(person.clone());
        new
    });
}

/// How a rollback is left that can't be refused any more.
pub(super) fn note_instead(scene: &Scene<'_>) -> crate::domain::line::Sentence {
    say![every_case::Verb::Note.on(scene.case.id).with("…"), " adds a line."]
}
