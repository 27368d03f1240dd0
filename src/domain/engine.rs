//! What is the same for every kind of case: being woken, pausing, waiving, contesting, notes, links, invitations.

use super::command::Command;
use super::event::Event;
use super::notice::{ClockItem, Telling, To};
use super::obligation::{Attribution, Climbed, Contest, Holder, Obligation, Standing, State, Terms, Wants};
use super::ruling::persons;
use super::{
    Actor, Ask, Body, Case, Draft, Duty, PersonId, Policy, Refusal, RoleId, Ruling, Span, World, approval, incident,
    list,
};

/// Longest text that is taken in one go, in characters. Longer words are evidence all the same, but not a command.
pub const TEXT_AT_MOST: usize = 8_000;

/// Longest post-incident review, in characters: it tells the whole story of the incident.
pub const REVIEW_AT_MOST: usize = 400_000;

/// `None`: it is the kind's own rulebook that answers.
pub fn decide(case: &Case, ask: &Ask, world: &World<'_>) -> Option<Result<Ruling, Refusal>> {
    Some(match &ask.command {
        Command::Wake => Ok(wake(case, ask, world)),
        Command::Pause { duty, reason } => pause(case, *duty, reason, ask, world),
        Command::Resume { duty } => resume(case, *duty, ask, world),
        Command::Waive { duty, reason } => waive(case, *duty, reason, ask, world),
        Command::Contest { duty, says, reason } => contest(case, *duty, says, reason, ask, world),
        Command::Settle { duty, to, reason } => settle(case, *duty, to, reason, ask, world),
        Command::Note { text } => said(case, ask, world, "note", text, |by, text| Event::Noted { by, text }),
        Command::Link { url, text } => link(case, url, text, ask, world),
        Command::Invite { person } => invite(case, person, ask, world),
        _ => return None,
    })
}

/// The case wanted to be woken, and the moment has come. One message for everything that fell due: after downtime, one
/// true thing instead of several stale ones.
fn wake(case: &Case, ask: &Ask, world: &World<'_>) -> Ruling {
    let mut draft = Draft::new(case, ask, world);
    rehold(&mut draft);
    let mut items: Vec<ClockItem> = Vec::new();
    for number in case.obligations.iter().map(|it| it.number) {
        let Some(obligation) = draft.case.obligation(number).cloned() else { continue };
        match obligation.next() {
            Some((at, Wants::Climb)) if at <= ask.at => {
                let attributed = || attribution(case, &obligation, world.policy);
                let Some(climbed) = obligation.climb(ask.at, attributed) else { continue };
                draft.push(Event::Climbed(climbed.clone()));
                match &case.body {
                    Body::Incident(_) => incident::climbed(&mut draft, &obligation, &climbed),
                    Body::Approval(_) => approval::climbed(&mut draft, &obligation, &climbed),
                }
                items.extend(item(&draft, number, climbed));
            }
            Some((at, Wants::Resume)) if at <= ask.at => {
                draft.resume(number);
                let due = draft.case.obligation(number).map_or(ask.at, |it| it.terms.due);
                let (case, title) = (case.id, case.title.clone());
                // Where the bot was down meanwhile and a rung has passed since, the next wake tells that, and only that.
                if draft.case.obligation(number).and_then(Obligation::next).is_none_or(|(at, _)| at > ask.at) {
                    let people = draft.waiting_on(number);
                    let telling = Telling::Resumed { case, title, duty: obligation.duty, by: None, due };
                    draft.tell_case_and(&people, telling, vec![number], obligation.terms.urgent);
                }
            }
            Some((at, Wants::AskStillWorking)) if at <= ask.at => incident::ask_still_working(&mut draft, &obligation),
            Some(_) | None => {}
        }
    }
    if let Body::Approval(_) = &case.body {
        approval::look_for_slowness(&mut draft);
    }
    tell_clock(&mut draft, items);
    draft.ruling
}

/// One message to the case's thread, and one to each person with what concerns them. An obligation that the same wake
/// closed (a lapse) has no item any more.
fn tell_clock(draft: &mut Draft<'_>, mut items: Vec<ClockItem>) {
    items.retain(|item| draft.case.obligation(item.climbed.number).is_some_and(Obligation::is_open));
    if items.is_empty() {
        return;
    }
    // The gravest first; among equals the one due first.
    items.sort_by_key(|item| (item.climbed.breach.is_none(), item.climbed.called.is_empty(), item.due));
    let (case, title) = (draft.case.id, draft.case.title.clone());
    let numbers = |items: &[ClockItem]| items.iter().map(|item| item.climbed.number).collect::<Vec<_>>();
    let everything = Telling::Clock { case, title: title.clone(), items: items.clone() };
    draft.tell_while(To::Case, everything, numbers(&items), None);
    let mut people: Vec<PersonId> = Vec::new();
    let hearers: Vec<Vec<PersonId>> = items.iter().map(|item| hearers(draft, item)).collect();
    for person in hearers.iter().flatten() {
        if !people.contains(person) {
            people.push(person.clone());
        }
    }
    for person in people {
        let theirs = items.iter().zip(&hearers).filter(|(_, hearers)| hearers.contains(&person));
        let theirs: Vec<ClockItem> = theirs.map(|(item, _)| item.clone()).collect();
        let urgent =
            theirs.iter().any(|item| draft.case.obligation(item.climbed.number).is_some_and(|it| it.terms.urgent));
        let while_owed = numbers(&theirs);
        draft.tell_person(&person, Telling::Clock { case, title: title.clone(), items: theirs }, while_owed, urgent);
    }
}

/// Whose answer is awaited, and who was called in just now; at a repetition the last rung hears again.
fn hearers(draft: &Draft<'_>, item: &ClockItem) -> Vec<PersonId> {
    let mut hearers: Vec<PersonId> = item.waiting_on.iter().chain(&item.called_people).cloned().collect();
    if item.climbed.repeat.is_some()
        && let Some(obligation) = draft.case.obligation(item.climbed.number)
    {
        let last: Vec<RoleId> = obligation.called().last().cloned().into_iter().collect();
        hearers.extend(persons(draft.world.people.called(&last, &draft.case.excluded(obligation))));
    }
    hearers
}

fn item(draft: &Draft<'_>, number: u32, climbed: Climbed) -> Option<ClockItem> {
    let obligation = draft.case.obligation(number)?;
    let called_people = persons(draft.world.people.called(&climbed.called, &draft.case.excluded(obligation)));
    Some(ClockItem {
        duty: obligation.duty,
        about: obligation.about.clone(),
        holder: obligation.holder.clone(),
        waiting_on: draft.waiting_on(number),
        due: obligation.terms.due,
        now: draft.at,
        have: have(obligation),
        need: obligation.terms.quorum,
        climbed,
        called_people,
        revision: draft.case.revision(),
    })
}

/// How many of the needed answers are there. Standing in for somebody is one answer, not two.
pub fn have(obligation: &Obligation) -> u32 {
    match obligation.standing {
        Standing::Met { .. } => obligation.terms.quorum,
        _ => obligation.votes,
    }
}

/// Who holds a role may have changed since people were told: a delegation began or ended, or the policy's members changed.
fn rehold(draft: &mut Draft<'_>) {
    let open: Vec<Obligation> = draft.case.open_obligations().cloned().collect();
    for obligation in open {
        let now = persons(draft.world.people.holders(&obligation.holder, &draft.case.excluded(&obligation)));
        if now == obligation.held_by || now.is_empty() {
            continue;
        }
        // Who keeps a seat that has answered already has nothing to do there.
        let mut joined = draft.waiting_on(obligation.number);
        joined.retain(|it| !obligation.held_by.contains(it));
        draft.push(Event::Moved { number: obligation.number, from: obligation.held_by.clone(), to: now.clone() });
        if joined.is_empty() {
            continue;
        }
        let telling = Telling::Moved {
            case: draft.case.id,
            title: draft.case.title.clone(),
            duty: obligation.duty,
            about: obligation.about.clone(),
            due: obligation.terms.due,
            from: obligation.held_by.iter().filter(|it| !now.contains(it)).cloned().collect(),
            to: joined.clone(),
            revision: draft.case.revision(),
        };
        draft.tell_case_and(&joined, telling, vec![obligation.number], obligation.terms.urgent);
    }
}

/// Whose slowness a missed deadline is, until somebody contests it.
pub fn attribution(case: &Case, obligation: &Obligation, policy: &Policy) -> Attribution {
    // The approvers wait for whoever asked them: that side is told apart from every party that decides.
    if let (Body::Approval(_), Duty::AnswerQuestion) = (&case.body, obligation.duty) {
        return Attribution::Requester;
    }
    let party = match &obligation.holder {
        holder @ Holder::Roles(_) => holder.role().and_then(|role| policy.roles.get(role)).map(|role| &role.party),
        Holder::Person(person) => policy.people.get(person).map(|person| &person.party),
    };
    party.cloned().map_or(Attribution::ThirdParty, Attribution::Holder)
}

/// The obligation that is meant: the one named, else the one that the asker owes, else the only one there.
fn meant<'c>(
    case: &'c Case,
    duty: Option<Duty>,
    ask: &Ask,
    world: &World<'_>,
    verb: &str,
    fits: impl Fn(&Obligation) -> bool,
) -> Result<&'c Obligation, Refusal> {
    let candidates: Vec<&Obligation> = case.obligations.iter().filter(|it| fits(it)).collect();
    if let Some(duty) = duty {
        let named = candidates.into_iter().rfind(|it| it.duty == duty);
        return named.ok_or_else(|| match verb {
            "contest" | "settle" => {
                Refusal::Missing(format!("“{duty}” on {} isn't late, so there is nothing to {verb}.", case.id))
            }
            "resume" => Refusal::Missing(format!("the clock of “{duty}” on {} isn't paused.", case.id)),
            _ => Refusal::NothingOwed { case: case.id, duty },
        });
    }
    let own =
        |it: &&&Obligation| ask.by.person().is_some_and(|person| case.may_answer(it, person, &world.people).is_some());
    let owned: Vec<&&Obligation> = candidates.iter().filter(own).collect();
    match (owned.as_slice(), candidates.as_slice()) {
        ([one], _) => Ok(one),
        (_, [one]) => Ok(one),
        (_, []) => Err(Refusal::Missing(format!("there is nothing on {} that this could be meant for.", case.id))),
        (_, [first, ..]) => Err(Refusal::WhichDuty {
            case: case.id,
            choices: list(candidates.iter().map(|it| it.duty)),
            example: format!("/{} {verb} {} duty={} …", case.kind(), case.id, first.duty),
        }),
    }
}

fn pause(case: &Case, duty: Option<Duty>, reason: &str, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let open = meant(case, duty, ask, world, "pause", Obligation::is_open)?;
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    if case.may_answer(open, &by, &world.people).is_none() {
        world.require("pausing this clock", &world.policy.may.waive_duty, &ask.by)?;
    }
    match open.state() {
        State::Owed => {}
        state => {
            let instead = match state {
                State::Late => "A deadline that has passed can't be paused; contest the breach instead.",
                _ => "Resume it with `resume`.",
            };
            return Err(Refusal::DutyState { case: case.id, duty: open.duty, state, instead: instead.to_owned() });
        }
    }
    let allowed = &open.terms.pause.reasons;
    if allowed.is_empty() {
        return Err(Refusal::NoPause);
    }
    let reason = reason.trim();
    let known = allowed.iter().find(|it| reason.to_lowercase().starts_with(&it.to_lowercase()));
    if known.is_none() {
        return Err(Refusal::NotAPauseReason(list(allowed.iter().map(|it| format!("“{it}”")))));
    }
    let left = open.pause_left();
    if left == Span::ZERO {
        return Err(Refusal::PauseUsedUp(open.terms.pause.at_most));
    }
    let (number, duty, ends) = (open.number, open.duty, ask.at + left);
    draft.push(Event::Paused { number, reason: reason.to_owned(), by: by.clone(), ends });
    let title = case.title.clone();
    draft.tell_case(Telling::Paused { case: case.id, title, duty, reason: reason.to_owned(), by, ends });
    Ok(draft.done(format!("the clock of “{duty}” is paused")))
}

fn resume(case: &Case, duty: Option<Duty>, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let paused = meant(case, duty, ask, world, "resume", |it| it.state() == State::Paused)?;
    let (number, duty) = (paused.number, paused.duty);
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    let paused_it = matches!(&paused.standing, Standing::Paused { by: Some(who), .. } if who == &by);
    if !paused_it && case.may_answer(paused, &by, &world.people).is_none() {
        world.require("letting this clock run again", &world.policy.may.waive_duty, &ask.by)?;
    }
    draft.resume(number);
    let due = draft.case.obligation(number).map_or(ask.at, |it| it.terms.due);
    draft.tell_case(Telling::Resumed { case: case.id, title: case.title.clone(), duty, by: Some(by), due });
    Ok(draft.done(format!("the clock of “{duty}” runs again")))
}

fn waive(case: &Case, duty: Duty, reason: &str, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    world.require("waiving a duty", &world.policy.may.waive_duty, &ask.by)?;
    let reason = text("the reason", reason)?;
    if matches!(duty, Duty::Decide) {
        return Err(Refusal::Missing(format!(
            "a decision can't be waived. `/approval withdraw {}` takes the request back.",
            case.id
        )));
    }
    let number = case.owed(duty).ok_or(Refusal::NothingOwed { case: case.id, duty })?.number;
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    draft.resume(number);
    draft.push(Event::Waived { number, by: by.clone(), reason: reason.clone() });
    draft.tell_case(Telling::Waived { case: case.id, title: case.title.clone(), duty, by, reason });
    Ok(draft.done(format!("“{duty}” is waived")))
}

fn contest(
    case: &Case,
    duty: Option<Duty>,
    says: &Attribution,
    reason: &str,
    ask: &Ask,
    world: &World<'_>,
) -> Result<Ruling, Refusal> {
    let reason = text("the reason", reason)?;
    let breached = meant(case, duty, ask, world, "contest", |it| it.breach.is_some())?;
    let (number, duty) = (breached.number, breached.duty);
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    let contest = Contest { by: by.clone(), says: says.clone(), reason: reason.clone() };
    draft.push(Event::Contested { number, contest });
    draft.tell_case(Telling::Contested {
        case: case.id,
        title: case.title.clone(),
        duty,
        by,
        says: says.to_string(),
        reason,
    });
    Ok(draft.done("your objection stands beside the breach until it is settled"))
}

fn settle(
    case: &Case,
    duty: Option<Duty>,
    to: &Attribution,
    reason: &str,
    ask: &Ask,
    world: &World<'_>,
) -> Result<Ruling, Refusal> {
    world.require("settling whose breach it was", &world.policy.may.settle_attribution, &ask.by)?;
    let reason = text("the reason", reason)?;
    let breached = meant(case, duty, ask, world, "settle", |it| it.breach.is_some())?;
    let (number, duty) = (breached.number, breached.duty);
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    let own = breached.breach.as_ref().and_then(|it| it.contested.as_ref()).is_some_and(|contest| contest.by == by);
    if own {
        return Err(Refusal::OnlyFor { case: case.id, who: "somebody who didn't raise the objection".to_owned() });
    }
    draft.push(Event::Settled { number, by: by.clone(), to: to.clone(), reason: reason.clone() });
    let (title, to) = (case.title.clone(), to.to_string());
    draft.tell_case(Telling::Settled { case: case.id, title, duty, by, to, reason });
    Ok(draft.done("settled"))
}

/// A line of the case's story that changes no state: recorded and told.
pub fn said(
    case: &Case,
    ask: &Ask,
    world: &World<'_>,
    what: &str,
    words: &str,
    event: impl FnOnce(PersonId, String) -> Event,
) -> Result<Ruling, Refusal> {
    let words = text(what, words)?;
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    draft.push(event(by.clone(), words.clone()));
    draft.tell_case(Telling::Said { case: case.id, title: case.title.clone(), what: what.to_owned(), by, text: words });
    Ok(draft.done(format!("{what} recorded")))
}

fn link(case: &Case, url: &str, words: &str, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let (url, words) = (url.trim().to_owned(), words.trim().to_owned());
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.chars().any(char::is_whitespace) {
        return Err(Refusal::Missing("a link begins with https:// and has no spaces.".to_owned()));
    }
    let shown = if words.is_empty() { url.clone() } else { format!("{words} {url}") };
    said(case, ask, world, "link", &shown, |by, _| Event::Linked { by, url, text: words })
}

fn invite(case: &Case, person: &PersonId, ask: &Ask, world: &World<'_>) -> Result<Ruling, Refusal> {
    let mut draft = Draft::new(case, ask, world);
    let by = draft.person()?;
    draft.push(Event::Invited { by: by.clone(), person: person.clone() });
    let name = world.policy.name_of(person);
    let telling = Telling::Said {
        case: case.id,
        title: case.title.clone(),
        what: "invitation".to_owned(),
        by,
        text: format!("{name} was let in"),
    };
    draft.tell_case_and(std::slice::from_ref(person), telling, Vec::new(), false);
    Ok(draft.done(format!("{name} can see it now")))
}

/// A text that people wrote, trimmed, neither empty nor endless.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::TooLong`].
pub fn text(what: &str, words: &str) -> Result<String, Refusal> {
    text_up_to(TEXT_AT_MOST, what, words)
}

/// As [`text`], for documents.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::TooLong`].
pub fn text_up_to(most: usize, what: &str, words: &str) -> Result<String, Refusal> {
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::Missing(format!("{what} is missing: write it after the command.")));
    }
    let have = words.chars().count();
    if have > most {
        return Err(Refusal::TooLong { what: "the text", have, most });
    }
    Ok(words.to_owned())
}

/// The terms of the same duty if it were opened now, or `None` where the policy has none.
pub fn terms_now(draft: &Draft<'_>, duty: Duty, severity: super::Severity) -> Option<Terms> {
    let target = draft.world.stamped.target(duty, &draft.case.workflow, Some(severity))?;
    Some(draft.stamp(&target.terms, 1))
}

/// Who asks, when it must be somebody who may answer this obligation.
///
/// # Errors
/// [`Refusal::NotYours`] with the people who can.
pub fn answering(
    case: &Case,
    obligation: &Obligation,
    ask: &Ask,
    world: &World<'_>,
) -> Result<super::people::Seat, Refusal> {
    let Actor::Person(person) = &ask.by else { return Err(Refusal::Stranger) };
    case.may_answer(obligation, person, &world.people).ok_or_else(|| {
        let waiting = persons(case.waiting_on(obligation, &world.people));
        let roles = match &obligation.holder {
            Holder::Roles(roles) => list(roles.iter()),
            Holder::Person(person) => world.policy.name_of(person),
        };
        Refusal::NotYours {
            what: format!("“{}” on {}", obligation.duty, case.id),
            roles,
            people: world.names(&waiting),
        }
    })
}
