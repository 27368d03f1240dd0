//! Somebody puts off being reminded of what they owe on a case: recorded, for as long as the policy allows, and only theirs. No
//! deadline moves by it. What is late is told all the same, and so is what the policy calls urgent.

use super::wake::item;
use super::{Event, Telling};
use crate::domain::line::say;
use crate::domain::notice::To;
use crate::domain::obligation::{Obligation, Passed, Standing};
use crate::domain::scene::Scene;
use crate::domain::{At, Refusal, Ruling, Span};

/// How long it is where nobody says.
const UNLESS_SAID: Span = Span::minutes(30);

/// # Errors
/// [`Refusal::Missing`] where the policy doesn't allow it, and where there would be nothing left to be reminded of.
pub fn snooze(scene: &Scene<'_>, until: Option<At>) -> Result<Ruling, Refusal> {
    let by = scene.asker()?;
    let (id, at) = (scene.case.id, scene.ask.at);
    let most = scene.world.policy.snooze_at_most;
    if most == Span::ZERO {
        return Err(Refusal::missing("the policy doesn't let reminders be put off."));
    }
    let theirs = |it: &&Obligation| it.standing == Standing::Owed && scene.waiting_on(it).contains(&by);
    let owed: Vec<&Obligation> = scene.case.open_obligations().filter(theirs).collect();
    if owed.is_empty() {
        return Err(Refusal::missing(format!("you owe nothing on {id} now, so nobody reminds you of it.")));
    }
    let quiet: Vec<&Obligation> = owed.iter().filter(|it| it.may_be_put_off(at)).copied().collect();
    let Some(last) = quiet.iter().map(|it| it.terms.due).max() else {
        return Err(Refusal::missing(format!(
            "what you owe on {id} is late or urgent, so reminders of it can't be put off."
        )));
    };
    let until = match until {
        Some(until) if until <= at => return Err(Refusal::NotAfter("the reminder", "now")),
        Some(until) if until - at > most => {
            let latest = scene.moment(at + most);
            return Err(Refusal::missing(format!("reminders can be put off for {most} at most, until {latest}.")));
        }
        Some(until) if until >= last => {
            let due = scene.moment(last);
            return Err(Refusal::missing(format!(
                "name an earlier time: it is due at {due}, and you are reminded before that."
            )));
        }
        Some(until) => until,
        // Where it is due sooner than that, halfway there; on the minute, as it is said.
        None => {
            let until = (at + UNLESS_SAID.min(most)).min(at + (last - at).percent(50));
            Some(At(until.0 - until.0.rem_euclid(Span::minutes(1).0))).filter(|it| *it > at).unwrap_or(until)
        }
    };
    let mut draft = scene.draft();
    let numbers = quiet.iter().map(|it| it.number).collect();
    draft.push(Event::Snoozed { by: by.clone(), until, numbers });
    let later = quiet.iter().filter(|it| until < it.terms.due);
    let reminder = |it: &&Obligation| Passed {
        through: it.passed,
        nudge: None,
        breach: None,
        called: Vec::new(),
        repeat: None,
        scheduled: until,
        behind: None,
    };
    let items: Vec<_> = later.filter_map(|it| item(&draft, it.number, reminder(it))).collect();
    let numbers = items.iter().map(|item| item.number).collect();
    let not_before = scene.world.quiet_until(&by, until).unwrap_or(until);
    draft.tell_while(To::Person(by), Telling::Clock { items }, numbers, Some(not_before));
    let due = quiet.iter().map(|it| it.terms.due).min().unwrap_or(last);
    let deadline =
        format!("you are reminded again at {}; the deadline stays {}", scene.moment(not_before), scene.moment(due));
    let all_the_same = if quiet.len() < owed.len() { ". You still hear of what is late or urgent" } else { "" };
    Ok(draft.done(say![deadline, all_the_same]))
}
