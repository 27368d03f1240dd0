//! Rulings: granted for a time and under a control, refused, or what is wrong corrected; renewed within the policy's caps.
//! Whoever raised it, recommended on it or asked for the renewal is not among those who may: see [`Exception::may_not_rule`].

use super::control::owe_proof;
use super::review::owe_ruling;
use super::{Control, Event, Exception, ExceptionState, FOLLOW_WITHIN, Grant, Telling, Verb, Wanted, WantedControl};
use crate::domain::every_case;
use crate::domain::line::{Named, say};
use crate::domain::obligation::{Holder, Under};
use crate::domain::people::Seat;
use crate::domain::policy::ExceptionClass;
use crate::domain::ruling::persons;
use crate::domain::scene::Scene;
use crate::domain::text::{did_you_mean, quoted};
use crate::domain::{At, Body, Draft, Duty, Label, PersonId, Refusal, RoleId, Ruling, Then, text};

impl Exception {
    pub(super) fn grant_first(&self, scene: &Scene<'_>, wanted: &Wanted) -> Result<Ruling, Refusal> {
        scene.asker()?;
        let class = self.class_of(scene)?;
        let seat = match wanted.until {
            Some(_) => scene.answering(scene.owed(Duty::RuleException)?)?,
            None => self.may_leave_open(scene, class)?,
        };
        self.recommended_on(scene, class)?;
        let grant = self.granted(scene, class, wanted, seat, None)?;
        let mut draft = scene.draft();
        let taken = self.end_anothers_lease(scene, &grant.by);
        draft.push(Event::Granted(Box::new(grant.clone())));
        draft.meet(|it| it.duty == Duty::RuleException);
        in_force_from_now(&mut draft, class, &grant);
        Ok(draft.done(format!("granted {}{taken}", until_words(scene, grant.until))))
    }

    pub(super) fn refuse(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::RuleException)?)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::Refused { by: by.clone(), reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::RuleException);
        draft.void("it was refused", |_| true);
        self.tell_ruled(&mut draft, ExceptionState::Refused.word(), by, reason, None);
        Ok(draft.done(format!("refused; {} hears why", scene.name(&self.raised_by))))
    }

    /// No exception is made, and whoever asked for one puts right what is wrong.
    pub(super) fn correct(&self, scene: &Scene<'_>, text: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        scene.answering(scene.owed(Duty::RuleException)?)?;
        let text = text::text("what is to be put right", text)?;
        let mut draft = scene.draft();
        draft.push(Event::Corrected { by: by.clone(), text: text.clone() });
        draft.meet(|it| it.duty == Duty::RuleException);
        let holder = Holder::Person(self.answers_for().clone());
        let number = draft.owe_anyway(Duty::CorrectException, None, holder, None, FOLLOW_WITHIN);
        let due = draft.due_of(number);
        self.tell_ruled(&mut draft, ExceptionState::Corrected.word(), by, text, Some((number, due)));
        let due = scene.moment(due);
        Ok(draft.done(format!("no exception: {} puts it right by {due}", scene.name(self.answers_for()))))
    }

    fn tell_ruled(&self, draft: &mut Draft<'_>, outcome: &str, by: PersonId, reason: String, owed: Option<(u32, At)>) {
        let (asks, due) = (owed.map(|(number, _)| number).into_iter().collect(), owed.map(|(_, due)| due));
        let (outcome, raised_by) = (Label::from(outcome), self.raised_by.clone());
        let telling = Telling::Ruled { outcome, by, reason, raised_by, due };
        draft.tell_news(std::slice::from_ref(&self.raised_by), telling, asks, false);
    }

    /// By somebody who may rule, a ruling; by anybody else, the wish for one.
    pub(super) fn renew(&self, scene: &Scene<'_>, wanted: &Wanted) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let class = self.class_of(scene)?;
        let roles = self.who_renews(scene, class)?;
        let seat = match wanted.until {
            Some(_) => self.seat_to_rule(scene, &roles, &by),
            None => Some(self.may_leave_open(scene, class)?),
        };
        match seat {
            Some(seat) => self.renewed(scene, class, wanted, seat),
            None => self.ask_for_renewal(scene, roles, wanted, by),
        }
    }

    /// Within the cap those who rule on its class, past it the next role.
    fn who_renews(&self, scene: &Scene<'_>, class: &ExceptionClass) -> Result<Vec<RoleId>, Refusal> {
        if self.renewals() < class.renewals {
            return Ok(class.rules.clone());
        }
        let next = class.past_renewals.clone().map(|role| vec![role]);
        next.ok_or_else(|| {
            let times = match class.renewals {
                0 => "exceptions of its class are not renewed".to_owned(),
                1 => "it was renewed once, and its class allows no more".to_owned(),
                times => format!("it was renewed {times} times, and its class allows no more"),
            };
            Refusal::missing(say![
                "put right what it was asked for: ",
                Verb::Close.on(scene.case.id).with("…"),
                format!(" says how. {} can't be renewed: {times}.", scene.case.id)
            ])
        })
    }

    fn seat_to_rule(&self, scene: &Scene<'_>, roles: &[RoleId], by: &PersonId) -> Option<Seat> {
        let people = &scene.world.people;
        let called = scene.case.owed(Duty::RuleException).and_then(|owed| scene.case.may_answer(owed, by, people));
        let seats = || people.seats(roles, &self.may_not_rule());
        called.or_else(|| seats().into_iter().find(|seat| &seat.person == by))
    }

    fn renewed(
        &self,
        scene: &Scene<'_>,
        class: &ExceptionClass,
        wanted: &Wanted,
        seat: Seat,
    ) -> Result<Ruling, Refusal> {
        let asked = self.renewal.as_ref().map(|renewal| renewal.by.clone());
        let grant = self.granted(scene, class, wanted, seat, asked)?;
        let mut draft = scene.draft();
        draft.push(Event::Renewed(Box::new(grant.clone())));
        draft.meet(|it| matches!(it.duty, Duty::RuleException | Duty::AnswerExpiry));
        in_force_from_now(&mut draft, class, &grant);
        let times = self.renewals() + 1;
        Ok(draft.done(format!("renewed {}; that is renewal {times}", until_words(scene, grant.until))))
    }

    fn ask_for_renewal(
        &self,
        scene: &Scene<'_>,
        roles: Vec<RoleId>,
        wanted: &Wanted,
        by: PersonId,
    ) -> Result<Ruling, Refusal> {
        scene.require("asking for a renewal", &scene.may().raise_exception)?;
        if let Some(asked) = &self.renewal {
            let who = scene.name(&asked.by);
            return Err(Refusal::missing(format!(
                "wait for the ruling: {who} asked for a renewal of {} at {} already.",
                scene.case.id,
                scene.moment(asked.at)
            )));
        }
        if wanted.until.is_some_and(|until| until <= scene.ask.at) {
            return Err(Refusal::NotAfter("the end that you want", "now"));
        }
        self.ends_later(scene, wanted.until)?;
        let reason = text::text("the reason", &wanted.reason)?;
        let mut draft = scene.draft();
        draft.push(Event::RenewalAsked { by: by.clone(), until: wanted.until, reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::AnswerExpiry);
        let number = owe_ruling(&mut draft, roles, Some((by, reason, None)));
        let (names, due) = (scene.names(&draft.waiting_on(number)), scene.moment(draft.due_of(number)));
        let stands = match (super::in_force(self, scene.ask.at), self.grant().and_then(|grant| grant.until)) {
            (true, Some(until)) => format!("without one it is in force until {}, as granted", scene.moment(until)),
            (true, None) => "it stays in force meanwhile".to_owned(),
            (false, _) => "it is not in force meanwhile".to_owned(),
        };
        Ok(draft.done(format!("asked for; {names} rules on the renewal by {due}, and {stands}")))
    }

    pub(super) fn refuse_renewal(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let by = scene.asker()?;
        let Some(renewal) = &self.renewal else {
            return Err(Refusal::missing(say![
                "nobody asks for a renewal. ",
                Verb::Suspend.on(scene.case.id).with("why"),
                " takes it out of force, ",
                Verb::Close.on(scene.case.id).with("why"),
                " ends it."
            ]));
        };
        scene.answering(scene.owed(Duty::RuleException)?)?;
        let reason = text::text("the reason", reason)?;
        let mut draft = scene.draft();
        draft.push(Event::RenewalRefused { by: by.clone(), reason: reason.clone() });
        draft.meet(|it| it.duty == Duty::RuleException);
        let mut owed = None;
        if self.state == ExceptionState::Expired {
            // What follows from the expiry is to be answered after all, and renewing is no answer any more.
            let holder = Holder::Person(self.answers_for().clone());
            let number = draft.owe_anyway(Duty::AnswerExpiry, None, holder, None, FOLLOW_WITHIN);
            owed = Some((number, draft.due_of(number)));
        }
        let telling = Telling::Ruled {
            outcome: Label::from("renewal-refused"),
            by,
            reason,
            raised_by: self.raised_by.clone(),
            due: owed.map(|(_, due)| due),
        };
        let mut people = vec![self.raised_by.clone()];
        people.extend(Some(renewal.by.clone()).filter(|asked| *asked != self.raised_by));
        draft.tell_news(&people, telling, owed.map(|(number, _)| number).into_iter().collect(), false);
        Ok(draft.done(match self.state == ExceptionState::Expired {
            true => "the renewal is refused; what was granted before is over",
            false => "the renewal is refused; what was granted before stays as it is",
        }))
    }

    /// Where its class asks for a specialist, somebody of that role must have recommended: another role's advice is no substitute.
    fn recommended_on(&self, scene: &Scene<'_>, class: &ExceptionClass) -> Result<(), Refusal> {
        match &class.specialist {
            Some(role) if !self.recommendations.iter().any(|it| it.role == *role) => Err(Refusal::missing(say![
                "ask a specialist first: ",
                Verb::Specialist.on(scene.case.id),
                format!(". The class {} is granted only after {role} has recommended.", self.class)
            ])),
            Some(_) | None => Ok(()),
        }
    }

    /// Terms aren't rewritten: what is in force ends when it was agreed to, and a renewal is for the time after that.
    fn ends_later(&self, scene: &Scene<'_>, until: Option<At>) -> Result<(), Refusal> {
        let ends = self.grant().and_then(|grant| grant.until).filter(|_| super::in_force(self, scene.ask.at));
        match ends.zip(until) {
            Some((ends, until)) if until <= ends => Err(Refusal::missing(say![
                format!("it runs until {} already: name a later end. ", scene.moment(ends)),
                Verb::Close.on(scene.case.id).with("why"),
                " ends it now."
            ])),
            Some(_) | None => Ok(()),
        }
    }

    /// The grant that is wanted, if the class allows it.
    fn granted(
        &self,
        scene: &Scene<'_>,
        class: &ExceptionClass,
        wanted: &Wanted,
        seat: Seat,
        asked: Option<PersonId>,
    ) -> Result<Grant, Refusal> {
        let (now, reason) = (scene.ask.at, text::text("the reason", &wanted.reason)?);
        match wanted.until {
            Some(until) if until <= now => return Err(Refusal::NotAfter("the end of an exception", "now")),
            Some(until) if until > now + class.longest => {
                let latest = scene.moment(now + class.longest);
                return Err(Refusal::missing(format!(
                    "name an end of {latest} or earlier: the class {} is granted for {} at most, and can be renewed.",
                    self.class, class.longest
                )));
            }
            // Without an end, the authority that its class names has been asked for.
            Some(_) | None => {}
        }
        self.ends_later(scene, wanted.until)?;
        let control = self.control_wanted(scene, class, &wanted.control)?;
        let warn =
            wanted.until.map(|until| class.warn_before.iter().map(|before| until - *before).collect::<Vec<At>>());
        let warn = warn.unwrap_or_default().into_iter().filter(|at| *at > now).collect();
        let Seat { person: by, stands_in_for } = seat;
        Ok(Grant { by, stands_in_for, asked, from: now, until: wanted.until, reason, control, warn })
    }

    /// The asker's seat in the authority that may grant without an end.
    fn may_leave_open(&self, scene: &Scene<'_>, class: &ExceptionClass) -> Result<Seat, Refusal> {
        match &class.until_revoked {
            Some(role) => {
                let by = scene.asker()?;
                let holder = Holder::Roles(vec![role.clone()]);
                let seats = scene.world.people.holders(&holder, &self.may_not_rule());
                if let Some(seat) = seats.iter().find(|seat| seat.person == by) {
                    return Ok(seat.clone());
                }
                let names: Vec<String> = seats.iter().map(|seat| scene.name(&seat.person)).collect();
                Err(Refusal::not_yours("granting an exception without an end", role.to_string(), &names))
            }
            None => Err(Refusal::missing(format!(
                "say until when: exceptions of the class {} always expire, after {} at most.",
                self.class, class.longest
            ))),
        }
    }

    /// What isn't said is as it was, or else as the class has it.
    fn control_wanted(
        &self,
        scene: &Scene<'_>,
        class: &ExceptionClass,
        wanted: &WantedControl,
    ) -> Result<Option<Control>, Refusal> {
        let before = self.grant().and_then(|grant| grant.control.as_ref());
        let text = wanted.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let text = match (text, before) {
            (Some(text), _) => text::text("the control", text)?,
            (None, Some(before)) => before.text.clone(),
            (None, None) => {
                return match &class.control {
                    None => Ok(None),
                    Some(rule) => Err(Refusal::missing(say![
                        "say which control takes its place: ",
                        Verb::Grant.on(scene.case.id).with("7d").with("control=\"…\"").with("…"),
                        format!(
                            ". Exceptions of the class {} need one, and {} shows that it works.",
                            self.class, rule.holder
                        )
                    ])),
                };
            }
        };
        let role = wanted.holder.clone().or_else(|| before.map(|it| it.holder.clone()));
        let role = role.or_else(|| class.control.as_ref().map(|rule| rule.holder.clone()));
        let holder = role.ok_or_else(|| {
            Refusal::missing(format!(
                "say who shows that the control works, as `holder=…`: {} needs a role.",
                self.class
            ))
        })?;
        let roles = &scene.world.policy.roles;
        if !roles.contains_key(&holder) {
            let hint = did_you_mean(holder.as_str(), roles.keys().map(|name| name.as_str()));
            return Err(Refusal::missing(format!("there is no role {} in the policy.{hint}", quoted(holder.as_str()))));
        }
        let at_most = class.control.as_ref().map(|rule| rule.every);
        let every = wanted.every.or_else(|| before.map(|it| it.every)).or(at_most).ok_or_else(|| {
            Refusal::missing("say how often that has to be shown, as `every=7d`: the class has no cadence.".to_owned())
        })?;
        if let Some(most) = at_most.filter(|most| every > *most) {
            return Err(Refusal::missing(format!(
                "ask for it every {most} or more often: that is how often the class {} has its control shown.",
                self.class
            )));
        }
        Ok(Some(Control { text, holder, every }))
    }
}

/// What a grant brings with it, the first or a renewal: the proof of its control is owed, the clocks that it stops stand still,
/// and its people hear of it.
fn in_force_from_now(draft: &mut Draft<'_>, class: &ExceptionClass, grant: &Grant) {
    let Body::Exception(exception) = &draft.case.body else { return };
    let (raised_by, renewals) = (exception.raised_by.clone(), exception.renewals());
    let due = grant.control.as_ref().map(|control| exception.proof_due(grant, control));
    let before = exception.grants.iter().rev().nth(1).and_then(|grant| grant.control.clone());
    if before != grant.control {
        draft.void("another control takes its place", |it| it.duty == Duty::ProveControl);
    }
    let proof = grant.control.as_ref().zip(due).and_then(|(control, due)| owe_proof(draft, control, due));
    stop_clocks(draft, class, grant);
    let mut people = vec![raised_by.clone()];
    people.extend(holders_of(draft, grant.control.as_ref()));
    told_once(draft, &mut people);
    let telling = Telling::Granted {
        by: grant.by.clone(),
        until: grant.until,
        reason: grant.reason.clone(),
        control: grant.control.clone(),
        proof,
        renewals,
        raised_by,
    };
    draft.tell_case_and(&people, telling, Vec::new(), false);
}

/// The clocks of the case that it is about stand still while it is in force, as far as its class says so.
pub(super) fn stop_clocks(draft: &mut Draft<'_>, class: &ExceptionClass, grant: &Grant) {
    let Body::Exception(exception) = &draft.case.body else { return };
    let Some(on) = exception.on.filter(|_| !class.pauses.is_empty()) else { return };
    // Without an end of its own, no clock stands still for longer than a grant may last.
    let ends = grant.until.unwrap_or(grant.from + class.longest);
    let under = Under { exception: draft.case.id, at_end: class.at_end };
    let command = every_case::Command::Except { under, by: Some(grant.by.clone()), duties: class.pauses.clone(), ends };
    draft.then(Then::Case(on, command.into()));
}

/// The clocks that it had stopped go on as the policy says.
pub(super) fn release_clocks(draft: &mut Draft<'_>) {
    let Body::Exception(exception) = &draft.case.body else { return };
    if let Some(on) = exception.on {
        let command = every_case::Command::ExceptNoMore { exception: draft.case.id };
        draft.then(Then::Case(on, command.into()));
    }
}

/// The people who show that a control works.
pub(super) fn holders_of(draft: &Draft<'_>, control: Option<&Control>) -> Vec<PersonId> {
    let holder = control.map(|control| Holder::Roles(vec![control.holder.clone()]));
    holder.map(|holder| persons(draft.world.people.holders(&holder, &[]))).unwrap_or_default()
}

/// The people who answer for the controls that are excepted from.
pub(super) fn control_owners(draft: &Draft<'_>) -> Vec<PersonId> {
    let owner = draft.world.policy.exceptions.control_owner.clone();
    let holder = owner.map(|role| Holder::Roles(vec![role]));
    holder.map(|holder| persons(draft.world.people.holders(&holder, &[]))).unwrap_or_default()
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

fn until_words(scene: &Scene<'_>, until: Option<At>) -> String {
    match until {
        Some(until) => format!("until {}", scene.moment(until)),
        None => "until somebody revokes it".to_owned(),
    }
}
