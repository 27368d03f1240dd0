//! What becomes of records: erasures, and legal holds. Whose words are meant may be nobody's whom the policy knows any more, so it is read
//! here, and not as a name of the policy's.

use super::{BECAUSE, WORD};
use crate::domain::kinds::approval::{self, Wanted};
use crate::domain::policy::is_key;
use crate::domain::records::{HoldScope, Preview, RecordsAct, Whose};
use crate::domain::text::quoted;
use crate::domain::{AccountId, BotCommand, CaseId, LOCAL, Opening, PersonId, WorkflowId};
use crate::grammar::value::{Values, Wrong};
use crate::grammar::verbs::{Arg, Kind, Verb, because};
use crate::grammar::{Asked, Query};

const WHOSE: Arg =
    Arg::new("whose", "Whose words", Kind::Word, "@somebody, slack/U024BE7LH, INC-12, or entries such as 120-140");
const OVER: Arg = Arg::new("over", "Over what", Kind::Word, "INC-12, a workflow, @somebody, or everything");
const MATTER: Arg = Arg::new("matter", "For which matter", Kind::Word, "the number of the lawsuit or inquiry");
const HOLD: Arg = Arg::new("hold", "Which hold", Kind::Number, "its number");

pub(super) const ERASE: Verb = Verb {
    root: WORD,
    verb: "erase",
    label: "Ask for an erasure",
    aliases: &["forget", "redact"],
    about: "Ask that somebody's words are erased; others approve what that takes",
    case: false,
    args: &[WHOSE, BECAUSE],
    example: "evidence erase @pavel because He left and asks for it",
    make: |values| {
        let whose = whose(values)?;
        ask(values, RecordsAct::Erase { whose, preview: Preview::default(), reason: because(values) })
    },
};

pub(super) const PREVIEW: Verb = Verb {
    root: WORD,
    verb: "preview",
    label: "What an erasure would take",
    aliases: &["dry-run"],
    about: "Show what an erasure would take, and what stays; nothing is asked for",
    case: false,
    args: &[WHOSE],
    example: "evidence preview @pavel",
    make: |values| Ok(Asked::Query(Query::Erasure(whose(values)?))),
};

pub(super) const PLACE: Verb = Verb {
    root: WORD,
    verb: "hold",
    label: "Place a hold",
    aliases: &["legal-hold"],
    about: "Place a legal hold: nothing that it covers is erased until somebody else agrees that it ends",
    case: false,
    args: &[OVER, MATTER, BECAUSE],
    example: "evidence hold credit-scoring 2026-17 because The regulator asks for it",
    make: |values| {
        Ok(Asked::Bot(BotCommand::PlaceHold {
            scope: scope(values)?,
            matter: values.text(MATTER.name),
            reason: because(values),
        }))
    },
};

pub(super) const RELEASE: Verb = Verb {
    root: WORD,
    verb: "release",
    label: "Ask that a hold ends",
    aliases: &["lift"],
    about: "Ask that a legal hold ends; somebody else approves it",
    case: false,
    args: &[HOLD, BECAUSE],
    example: "evidence release 2 because The matter is settled",
    make: |values| {
        let hold = values.number(HOLD.name)?;
        ask(values, RecordsAct::Release { hold, reason: because(values) })
    },
};

pub(super) const HOLDS: Verb = Verb {
    root: WORD,
    verb: "holds",
    label: "Holds",
    aliases: &[],
    about: "Show the legal holds that stand",
    case: false,
    args: &[],
    example: "evidence holds",
    make: |_| Ok(Asked::Query(Query::Holds)),
};

pub(super) const PURGE: Verb = Verb {
    root: WORD,
    verb: "purge",
    label: "Ask for a purge",
    aliases: &["dispose"],
    about: "Ask that the words of closed cases go whose time is over; others approve which",
    case: false,
    args: &[BECAUSE],
    example: "evidence purge because Their seven years are over",
    make: |values| {
        let whose = Whose::Ended(std::collections::BTreeSet::new());
        ask(values, RecordsAct::Erase { whose, preview: Preview::default(), reason: because(values) })
    },
};

pub(super) const CALENDAR: Verb = Verb {
    root: WORD,
    verb: "calendar",
    label: "What need not be kept",
    aliases: &["ending", "disposition"],
    about: "Show which closed cases need not be kept any longer, or end within 30 days",
    case: false,
    args: &[],
    example: "evidence calendar",
    make: |_| Ok(Asked::Query(Query::Ending)),
};

fn ask(values: &Values<'_>, act: RecordsAct) -> Result<Asked, Wrong> {
    // Where the policy says nothing of records, the rules say what to write there.
    let workflow = values.context.policy.records.as_ref().map(|records| records.workflow.clone());
    let workflow = workflow.or_else(|| values.context.policy.workflows.keys().next().cloned());
    Ok(Asked::New(Opening::Approval(approval::Opening {
        workflow: workflow.unwrap_or_else(|| WorkflowId::from("")),
        title: because(values),
        wanted: Wanted::Records(act),
    })))
}

/// A person by their key, with or without `@`; or an account, as a platform mentions it or as the ledger calls it.
fn somebody(values: &Values<'_>, text: &str) -> Option<Whose> {
    if let Some(id) = text.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>')) {
        let id = id.trim_start_matches('!').split('|').next().unwrap_or_default();
        let platform = &values.context.lane?.platform;
        let is_theirs =
            |person: &crate::domain::policy::Person| person.accounts.get(platform).is_some_and(|it| it == id);
        let known = values.context.policy.people.iter().find(|(_, person)| is_theirs(person));
        return Some(match known {
            Some((person, _)) => Whose::Person(person.clone()),
            None => Whose::Account(AccountId::on(platform, id)),
        });
    }
    if let Some((platform, id)) = text.split_once('/') {
        let is_one = platform != LOCAL
            && !id.is_empty()
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        return is_one.then(|| Whose::Account(AccountId::from(text)));
    }
    let key = text.strip_prefix('@').unwrap_or(text);
    is_key(key).then(|| Whose::Person(PersonId::from(key)))
}

fn whose(values: &Values<'_>) -> Result<Whose, Wrong> {
    let text = values.text(WHOSE.name);
    let text = text.trim();
    if let Ok(case) = text.parse::<CaseId>() {
        return Ok(Whose::Case(case));
    }
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return entries(text).map(Whose::Entries).ok_or_else(|| Wrong {
            field: WHOSE.name,
            missing: false,
            sentence: format!("{} are no numbers of entries: write them as `120-140,155`.", quoted(text)),
        });
    }
    somebody(values, text).ok_or_else(|| Wrong {
        field: WHOSE.name,
        missing: false,
        sentence: format!(
            "{} is nobody whose words could be meant: write `@somebody`, an account such as `slack/U024BE7LH`, a case such as `INC-12`, \
             or entries such as `120-140`.",
            quoted(text)
        ),
    })
}

/// How many entries can be named by their numbers.
const NAMED_AT_MOST: u64 = 10_000;

/// `120-140,155`, ascending and each once.
fn entries(text: &str) -> Option<Vec<u64>> {
    let mut all = std::collections::BTreeSet::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (first.trim().parse::<u64>().ok()?, last.trim().parse::<u64>().ok()?);
        if last < first || last - first >= NAMED_AT_MOST || all.len() as u64 >= NAMED_AT_MOST {
            return None;
        }
        all.extend(first..=last);
    }
    Some(all.into_iter().collect())
}

fn scope(values: &Values<'_>) -> Result<HoldScope, Wrong> {
    let text = values.text(OVER.name);
    let text = text.trim();
    if text.eq_ignore_ascii_case("everything") {
        return Ok(HoldScope::Everything);
    }
    if let Ok(case) = text.parse::<CaseId>() {
        return Ok(HoldScope::Case(case));
    }
    if values.context.policy.workflows.contains_key(text) {
        return Ok(HoldScope::Workflow(WorkflowId::from(text)));
    }
    let is_mentioned =
        text.starts_with('@') || text.starts_with("<@") || values.context.policy.people.contains_key(text);
    match somebody(values, text).filter(|_| is_mentioned) {
        Some(Whose::Person(person)) => Ok(HoldScope::Person(person)),
        Some(Whose::Account(_) | Whose::Case(_) | Whose::Entries(_) | Whose::Ended(_)) | None => Err(Wrong {
            field: OVER.name,
            missing: false,
            sentence: format!(
                "{} is nothing that a hold can be over: write a case such as `INC-12`, a workflow of the policy, `@somebody`, or `everything`.",
                quoted(text)
            ),
        }),
    }
}
