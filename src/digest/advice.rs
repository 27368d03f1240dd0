//! What would help most, by rule: at most three things, those first that concern most answers. Each says its figures, and what to do.

use serde::{Deserialize, Serialize};

use super::{Digest, Line};
use crate::domain::{Duty, Span};
use crate::grammar::capital;

/// At most so many are given.
const AT_MOST: usize = 3;

/// One thing that would help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// By which rule: `late-now`, `late-by-one`, `late`, `close`, `paused`, `unattributed`, `bot-late`, `undelivered`, `unheard`.
    pub rule: String,
    /// How many answers it concerns: the more, the earlier it stands.
    pub answers: u64,
    /// What is the case, and what to do about it.
    pub words: String,
}

pub(super) fn of(digest: &Digest) -> Vec<Advice> {
    let mut all = Vec::new();
    let mut add = |rule: &str, answers: u64, words: String| {
        if answers > 0 {
            all.push(Advice { rule: rule.to_owned(), answers, words });
        }
    };
    let late_now = digest.old.late;
    if let Some(oldest) = digest.old.items.first().filter(|item| item.late_by.is_some()) {
        let late_by = oldest.late_by.unwrap_or(Span::ZERO);
        add(
            "late-now",
            late_now,
            format!(
                "Answer what is late now ({late_now}). First {}, {}: {} owes it, late by {late_by}.",
                oldest.case,
                Duty::read(&oldest.duty).map_or_else(|| oldest.duty.clone(), Duty::the),
                oldest.holder,
            ),
        );
    }
    for of in &digest.workflows {
        for line in &of.lines {
            let what = format!("{} of {}", noun(line), of.workflow);
            // Somebody accounts for most of it: talk to them, before the target is touched.
            match most_of_it(line) {
                Some((whose, times)) => add(
                    "late-by-one",
                    line.late,
                    format!(
                        "{} {}: {} of {} came too late, {}by {whose}. Agree with {whose} on who answers, or on more people for it.",
                        capital(&what),
                        figures(line),
                        line.late,
                        line.late + line.kept,
                        match (line.late, times) {
                            (1, _) => String::new(),
                            (late, times) if late == times => "all ".to_owned(),
                            (_, times) => format!("{times} of them "),
                        },
                    ),
                ),
                None => add(
                    "late",
                    line.late,
                    format!(
                        "{} {}: {} of {} came too late. Look at who holds it, and when they work.",
                        capital(&what),
                        figures(line),
                        line.late,
                        line.late + line.kept,
                    ),
                ),
            }
            if line.near_misses * 2 >= line.kept && line.near_misses > 1 {
                add(
                    "close",
                    line.near_misses,
                    format!(
                        "{} {}: {} of {} that were in time came only after the last nudge. They are late next: more people, or more time.",
                        capital(&what),
                        figures(line),
                        line.near_misses,
                        line.kept,
                    ),
                );
            }
            let unattributed = line.attributed.get("open").copied().unwrap_or_default();
            add(
                "unattributed",
                unattributed,
                format!(
                    "{}: of {unattributed} late it isn't said yet whose slowness that was. Settle it while people remember.",
                    capital(&what)
                ),
            );
            let stopped = line.kept_paused + line.late_paused;
            if stopped * 2 > line.kept + line.late {
                add(
                    "paused",
                    stopped,
                    format!(
                        "{}: the clock of {stopped} of {} stood in a pause. Look at whether what they waited for can come sooner.",
                        capital(&what),
                        line.kept + line.late,
                    ),
                );
            }
        }
    }
    let bot = &digest.bot;
    add(
        "bot-late",
        bot.told_late,
        format!(
            "The bot itself spoke late about {}, by {} at worst. Look at its health and its log.",
            bot.told_late, bot.worst
        ),
    );
    add(
        "undelivered",
        bot.undelivered,
        format!("{} could not be delivered. The operators' channel says which, and why.", messages(bot.undelivered)),
    );
    let unheard = bot.unheard.gaps.times + bot.unheard.down.times;
    add(
        "unheard",
        unheard,
        "Something may have been said that nobody heard. Ask there, and say it again where it counts.".to_owned(),
    );
    all.sort_by(|one, other| other.answers.cmp(&one.answers).then_with(|| rank(&one.rule).cmp(&rank(&other.rule))));
    all.truncate(AT_MOST);
    all
}

/// What is to be done first where as many answers are concerned.
fn rank(rule: &str) -> usize {
    let order =
        ["late-now", "late-by-one", "late", "close", "undelivered", "unheard", "bot-late", "unattributed", "paused"];
    order.iter().position(|it| *it == rule).unwrap_or(order.len())
}

/// The party that most of what is late is put down to, and how often.
fn most_of_it(line: &Line) -> Option<(&str, u64)> {
    let (whose, times) = line.attributed.iter().max_by_key(|(_, times)| **times)?;
    (whose != "open" && times * 2 > line.late).then_some((whose, *times))
}

/// `(90 % within 3 h, promised 1 h)`; nothing where no answer was measured.
fn figures(line: &Line) -> String {
    match (line.latency, line.target) {
        (Some(latency), Some(target)) => format!("(90 % within {}, promised {})", latency.p90, target.longest),
        (_, _) => "(no answer yet)".to_owned(),
    }
}

fn noun(line: &Line) -> String {
    Duty::read(&line.duty).map_or_else(|| line.duty.clone(), |duty| duty.noun().to_owned())
}

fn messages(count: u64) -> String {
    match count {
        1 => "One message".to_owned(),
        count => format!("{count} messages"),
    }
}
