//! The packs as a document.

use std::fmt::Write as _;

use super::{CAVEAT, Clock, Counting, OpenDays, Pack, Start, packs};
use crate::domain::kinds::incident::Verb;
use crate::domain::line::Named;
use crate::domain::{CaseId, CaseKind};

/// docs/regulation.md: every clock with its words, source, and the day somebody last looked.
pub fn markdown() -> String {
    let mut text = head() + "| regime | law | reports | law from | last checked |\n| --- | --- | --- | --- | --- |\n";
    for Pack { regime, name, clocks, applies_from, last_checked, .. } in packs() {
        let reports: Vec<String> = clocks.iter().map(|clock| format!("`{}`", clock.id)).collect();
        let _ = writeln!(text, "| `{regime}` | {name} | {} | {applies_from} | {last_checked} |", reports.join(", "));
    }
    packs().iter().for_each(|pack| section(&mut text, pack));
    text
}

/// What stands before the tables.
fn head() -> String {
    let inc = CaseId { kind: CaseKind::Incident, number: 1 };
    let applies = Verb::Applies.on(inc).with("gdpr-33").typed("/");
    let moment = Verb::Moment.on(inc).with("aware 09:40").typed("/");
    format!(
        "# Clocks of law

Generated from the folder `packs`, one file for each regime: `UPDATE=1 cargo test --test house` writes this page anew.

A policy says under `[regulation.WORKFLOW]` which of these regimes concern a workflow, which role owes the reports, whose word it takes
to set a clock aside, and what is counted before it is law. A clock runs once somebody says that the report is owed (`{applies}`) and the
moment that it begins with is recorded (`{moment}`). The *target* is what people are held to: a day is 24 hours, a business day ends at
the time of day at which it began, and no rule that gives more time is used. The *last moment* is how the law itself counts, and stands
beside it. A corrected moment moves both, and it is said what they were before.

{CAVEAT}

"
    )
}

fn section(text: &mut String, pack: &Pack) {
    let Pack { regime, name, authority, source, reading, retrieved_on, last_checked, applies_from, caveat, .. } = pack;
    let _ = write!(
        text,
        "\n## {name} (`{regime}`)\n\n\
         To {authority}. Law from {applies_from}. {}\n\n\
         Source: {source}. Quotes: {reading}; retrieved {retrieved_on}, last checked {last_checked}. {caveat}\n\n\
         | report | how long | of which the law says | if |\n| --- | --- | --- | --- |\n",
        counting(pack)
    );
    for clock in &pack.clocks {
        let Clock { id, name, paragraph, quote, applies_if, forbids_altering, .. } = clock;
        let forbids = forbids_altering.as_ref().map(|rule| format!(". {rule}")).unwrap_or_default();
        let long = how_long(clock);
        let _ = writeln!(text, "| `{id}`: {name} | {long} | {paragraph}: “{quote}” | {applies_if}{forbids} |");
    }
}

fn how_long(clock: &Clock) -> String {
    let from = match &clock.starts {
        Start::Moment(which) => format!("*{}*", which.word()),
        Start::Submitted { report, latest: false } => format!("the submission of `{report}`"),
        Start::Submitted { report, latest: true } => format!("the latest submission of `{report}`"),
    };
    let target = clock.target.map(|target| format!(", target {target}")).unwrap_or_default();
    let latest = clock.at_latest.map(|(which, within)| format!(", at the latest {within} from *{}*", which.word()));
    let again = clock.again_until.map(|which| format!(", then again after each one until *{}*", which.word()));
    format!("{} from {from}{target}{}{}", clock.within, latest.unwrap_or_default(), again.unwrap_or_default())
}

fn counting(pack: &Pack) -> String {
    let by = match pack.counting {
        Counting::Plain => "Counted from moment to moment",
        Counting::Eu => "Counted by Regulation (EEC, Euratom) No 1182/71, public holidays of Member States left out",
    };
    let days = match pack.open_days {
        None => "",
        Some(OpenDays::UsFederal) => "; business days are those without federal holidays of the United States",
        Some(OpenDays::England) => "; working days are those without bank holidays of England and Wales",
        Some(OpenDays::Weekdays) => "; business days are Monday to Friday",
    };
    let ends = pack.day_ends.map(|time| format!(", and end at {}", time.format("%H:%M"))).unwrap_or_default();
    format!("{by}, in {}{days}{ends}.", pack.zone)
}
