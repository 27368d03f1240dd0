//! The rulebook: how an exception is raised, and which step is possible in which state. What a step needs and does is in the
//! modules beside this one.

use super::review::{ask_to_rule, ask_to_triage};
use super::{Command, Event, Exception, ExceptionState, Opening, Raised, Turned, Verb};
use crate::domain::kinds::Began;
use crate::domain::line::{Named, Sentence, say};
use crate::domain::policy::ExceptionClass;
use crate::domain::scene::Scene;
use crate::domain::text::{did_you_mean, quoted};
use crate::domain::{Ask, CaseId, CaseKind, Draft, ExceptionClassId, Refusal, Ruling, World, every_case, text};

/// Raises an exception with the number that the desk reserved for it.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn open(id: CaseId, wanted: &Opening, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let by = world.asker(ask)?;
    world.require("raising an exception", &world.policy.may_in(&wanted.workflow).raise_exception, &ask.by)?;
    let workflow = world.workflow(&wanted.workflow)?;
    let class = known_class(&wanted.class, world)?;
    let title = text::title(&wanted.title, || {
        let example = Verb::Raise.of(CaseKind::Exception).with(&wanted.workflow).with(&wanted.class);
        say!["say in one line what is to be excepted, as in ", example.with("…"), ": the title is missing."]
    })?;
    if wanted.until.is_some_and(|until| until <= ask.at) {
        return Err(Refusal::NotAfter("the end that you want", "now"));
    }
    if wanted.on.is_some_and(|on| on.kind == CaseKind::Exception) {
        return Err(Refusal::missing(say![
            "name an incident or an approval: an exception isn't about another one. ",
            Verb::Renew.of(CaseKind::Exception).with("EXC-…"),
            " renews one."
        ]));
    }
    let reason = wanted.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| text::text("why it is needed", reason)).transpose()?;
    let began = Began {
        by: Some(by.clone()),
        workflow: wanted.workflow.clone(),
        homes: workflow.channels.clone(),
        announced: Vec::new(),
        policy: world.policy.hash.clone(),
        title,
        restricted: false,
        converted: None,
        from: wanted.from.clone(),
    };
    let raised = Raised {
        began,
        class: wanted.class.clone(),
        reason,
        until: wanted.until,
        on: wanted.on,
        watch: world.policy.exceptions.queue.map(|rule| rule.windows),
        usual: class.recurrence,
    };
    let mut draft =
        Draft::begin(id, Event::Raised(Box::new(raised)).into(), ask, world).expect("an exception begins with Raised");
    let number = match ask_to_triage(&mut draft) {
        Some(number) => number,
        // Nobody is asked to triage here, so it is of the class that was named.
        None => {
            draft.push(Event::Triaged { by, class: wanted.class.clone() });
            ask_to_rule(&mut draft, class, None)
        }
    };
    let (names, due) = (world.names(&draft.waiting_on(number)), world.moment(draft.due_of(number), ask));
    let noun = draft.case.obligation(number).map_or("answer", |it| it.duty.noun());
    Ok(draft.done(format!("raised; the {noun} is due by {due} from {names}. {}", every_case::PUBLIC)))
}

/// # Errors
/// [`Refusal::Missing`] with the nearest name.
pub(super) fn known_class<'a>(class: &ExceptionClassId, world: &World<'a>) -> Result<&'a ExceptionClass, Refusal> {
    let classes = &world.stamped.exceptions.classes;
    if classes.is_empty() {
        return Err(Refusal::missing(
            "ask an operator to define what may be excepted from, under [exceptions]: this policy has no class of exceptions."
                .to_owned(),
        ));
    }
    classes.get(class).ok_or_else(|| {
        let hint = did_you_mean(class.as_str(), classes.keys().map(|name| name.as_str()));
        Refusal::missing(format!("there is no class of exceptions {} in the policy.{hint}", quoted(class.as_str())))
    })
}

/// Which step is possible in which state.
///
/// # Errors
/// A [`Refusal`] for the person who asked.
pub(super) fn decide(exception: &Exception, command: &Command, scene: &Scene<'_>) -> Result<Ruling, Refusal> {
    use Command as C;
    use ExceptionState::{
        Closed, Corrected, Expired, Granted, InReview, Raised, Refused, Suspended, Triaged, WithSpecialist, Withdrawn,
    };
    match (exception.state, command) {
        (Raised, C::Triage { class }) => exception.triage(scene, class.as_ref()),
        (Triaged | InReview | WithSpecialist, C::Triage { .. }) => Err(exception.already(scene, next_step(scene))),

        (Raised | Triaged | InReview | WithSpecialist | Granted | Expired, C::Take) => exception.take(scene),
        (Raised | Triaged | InReview | WithSpecialist | Granted | Expired, C::HandBack { reason }) => {
            exception.hand_back(scene, reason.as_deref())
        }

        (Raised | Triaged | InReview, C::AskSpecialist { role, question }) => {
            exception.ask_specialist(scene, role.as_ref(), question.as_deref())
        }
        (WithSpecialist, C::AskSpecialist { .. }) => Err(exception.already(scene, next_step(scene))),
        (WithSpecialist, C::Recommend { advice, reason }) => exception.recommend(scene, *advice, reason),
        (WithSpecialist, C::SendBack { reason }) => exception.send_back(scene, reason),
        (Raised | Triaged | InReview, C::Recommend { .. } | C::SendBack { .. }) => Err(Refusal::missing(say![
            "send it to a specialist first: ",
            Verb::Specialist.on(scene.case.id),
            match exception.recommendations.last() {
                None => format!(". Nobody was asked to recommend on {}.", scene.case.id),
                Some(last) => format!(
                    ". {} recommended to {} it at {}, and nobody was asked again.",
                    scene.name(&last.by),
                    last.advice.word(),
                    scene.moment(last.at)
                ),
            }
        ])),

        (Triaged | InReview, C::Grant(wanted)) => exception.grant_first(scene, wanted),
        (Triaged | InReview, C::Refuse { reason }) => exception.refuse(scene, reason),
        (Triaged | InReview, C::Correct { text }) => exception.correct(scene, text),
        (Raised, C::Grant(_) | C::Refuse { .. } | C::Correct { .. }) => Err(Refusal::missing(say![
            "triage it first: ",
            Verb::Triage.on(scene.case.id),
            " says what it is, and then it can be ruled on."
        ])),
        (WithSpecialist, C::Grant(_) | C::Refuse { .. } | C::Correct { .. }) => Err(Refusal::missing(say![
            format!("wait for the specialist: nobody has recommended on {} yet. ", scene.case.id),
            Verb::SendBack.on(scene.case.id).with("why"),
            " brings it back without a recommendation."
        ])),

        // Whoever rules on a renewal that was asked for says the same words as for the first grant.
        (Granted | Expired, C::Renew(wanted) | C::Grant(wanted)) => exception.renew(scene, wanted),
        (Granted | Expired, C::Refuse { reason }) => exception.refuse_renewal(scene, reason),
        (Suspended, C::Renew(_) | C::Grant(_)) => Err(Refusal::missing(say![
            "lift the suspension first: ",
            Verb::Lift.on(scene.case.id).with("why"),
            format!(". {} is suspended.", scene.case.id)
        ])),

        (Granted, C::Suspend { reason }) => exception.suspend(scene, reason),
        (Suspended, C::Lift { reason }) => exception.lift(scene, reason),
        (Granted | Suspended, C::Prove { text, link }) => exception.prove(scene, text, link.as_deref()),
        (Suspended, C::Suspend { .. }) => Err(exception.already(scene, next_step(scene))),
        (Granted, C::Lift { .. }) => {
            Err(Refusal::missing(format!("{} is not suspended, so there is nothing to lift.", scene.case.id)))
        }

        (Granted | Suspended | Expired | Corrected, C::Close { text }) => exception.close(scene, text),
        (Raised | Triaged | InReview | WithSpecialist, C::Withdraw { reason }) => exception.withdraw(scene, reason),

        (
            Raised | Triaged | InReview | WithSpecialist,
            C::Renew(_) | C::Suspend { .. } | C::Lift { .. } | C::Prove { .. },
        ) => Err(Refusal::missing(format!("nobody has granted {} yet.", scene.case.id))),
        (Raised | Triaged | InReview | WithSpecialist, C::Close { .. }) => Err(Refusal::missing(say![
            "end it with ",
            every_case::Verb::Withdraw.on(scene.case.id).with("why"),
            ": nobody has ruled on it yet."
        ])),

        (
            Granted | Suspended | Expired | Corrected,
            C::Triage { .. } | C::AskSpecialist { .. } | C::Recommend { .. } | C::SendBack { .. } | C::Withdraw { .. },
        )
        | (Suspended, C::Take | C::HandBack { .. } | C::Refuse { .. })
        | (Granted | Suspended | Expired, C::Correct { .. })
        | (Expired, C::Suspend { .. } | C::Lift { .. } | C::Prove { .. })
        | (
            Corrected,
            C::Take
            | C::HandBack { .. }
            | C::Grant(_)
            | C::Refuse { .. }
            | C::Correct { .. }
            | C::Renew(_)
            | C::Suspend { .. }
            | C::Lift { .. }
            | C::Prove { .. },
        ) => Err(exception.already(scene, next_step(scene))),

        (
            Refused | Closed | Withdrawn,
            C::Triage { .. }
            | C::Take
            | C::HandBack { .. }
            | C::AskSpecialist { .. }
            | C::Recommend { .. }
            | C::SendBack { .. }
            | C::Grant(_)
            | C::Refuse { .. }
            | C::Correct { .. }
            | C::Renew(_)
            | C::Prove { .. }
            | C::Suspend { .. }
            | C::Lift { .. }
            | C::Close { .. }
            | C::Withdraw { .. },
        ) => {
            let raise = Verb::Raise.of(CaseKind::Exception).with(&scene.case.workflow).with(&exception.class);
            let note = every_case::Verb::Note.on(scene.case.id).with("…");
            let instead = say![raise.with("…"), " asks anew; ", note, " adds a line."];
            Err(exception.already(scene, instead))
        }
    }
}

/// What can be done in the state that it is in.
fn next_step(scene: &Scene<'_>) -> Sentence {
    say![every_case::Verb::Status.on(scene.case.id), " shows what comes next."]
}

impl Exception {
    /// It has come further already: by whom, and when.
    pub(super) fn already(&self, scene: &Scene<'_>, instead: Sentence) -> Refusal {
        let since = self.turned.as_ref().map(|Turned { at, by, .. }| {
            let when = scene.moment(*at);
            match by {
                Some(by) => format!(" ({}, {when})", scene.name(by)),
                None => format!(" ({when})"),
            }
        });
        let state = self.state.word().to_owned();
        Refusal::WrongState { case: scene.case.id, state, since: since.unwrap_or_default(), instead }
    }
}
