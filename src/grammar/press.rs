//! What was pressed: what a button carries, and what that asks for.

use crate::domain::CaseId;

use super::read::{form_for, misread, plain_misread};
use super::value::{Raw, conclude};
use super::verbs::{self, Verb};
use super::{Asked, Context, Misread};

/// What a button does, in at most 100 characters: `approve:APR-1:2`, `ack:INC-1`, `sla.mine`. `more` is the revision for a
/// vote, else the verb's first argument that isn't a text.
pub fn action(verb: &Verb, case: Option<CaseId>, more: Option<&str>) -> String {
    let mut action = match case {
        Some(id) => format!("{}:{id}", verb.verb),
        // What follows isn't the case.
        None if more.is_some() => format!("{}:", verb.id()),
        None => verb.id(),
    };
    if let Some(more) = more {
        action.push(':');
        action.extend(more.chars().take(40));
    }
    action
}

/// As [`action`], for a button that opens the verb's form: `form:resolve:INC-1`.
pub fn form_action(verb: &Verb, case: Option<CaseId>, more: Option<&str>) -> String {
    format!("form:{}", action(verb, case, more))
}

/// Reads a button.
///
/// # Errors
/// One that this version doesn't know, with what to type instead.
pub fn pressed(action: &str, context: &Context<'_>) -> Result<Asked, Misread> {
    let old = || {
        plain_misread(
            &format!(
                "that button is from another version of me. `{}incident help` shows what to type instead.",
                context.prefix
            ),
            None,
        )
    };
    let (form, rest) = match action.strip_prefix("form:") {
        Some(rest) => (true, rest),
        None => (false, action),
    };
    let (verb, raw) = target(rest).ok_or_else(old)?;
    if form {
        return Ok(form_for(verb, &raw));
    }
    match conclude(verb, &raw, context) {
        Ok(asked) => Ok(asked),
        Err(wrongs) if wrongs.iter().all(|wrong| wrong.missing && wrong.field != "case") => Ok(form_for(verb, &raw)),
        Err(wrongs) => Err(wrongs.first().map_or_else(old, |wrong| misread(verb, wrong, context.prefix))),
    }
}

/// `resolve:INC-1`, `incident.resolve:INC-1`, `approval.decline:APR-1:2`, `incident.open`.
pub(super) fn target(text: &str) -> Option<(&'static Verb, Raw)> {
    if text.len() > 100 {
        return None;
    }
    let mut parts = text.splitn(3, ':');
    let name = parts.next()?;
    let case: Option<CaseId> = match parts.next() {
        None | Some("") => None,
        Some(id) => Some(id.parse().ok()?),
    };
    let verb = match (name.split_once('.'), case) {
        (Some((root, verb)), _) => verbs::find(root, verb)?,
        (None, Some(id)) => verbs::find(id.kind.word(), name)?,
        (None, None) => return None,
    };
    if case.is_some_and(|id| verb.kind() != Some(id.kind)) {
        return None;
    }
    let mut raw = Raw { case, ..Raw::default() };
    if let Some(more) = parts.next().filter(|more| !more.is_empty()) {
        match verb.args.iter().find(|arg| !arg.unasked && !arg.kind.is_rest()) {
            Some(arg) => {
                raw.said.insert(arg.name, more.to_owned());
            }
            None => raw.revision = Some(more.parse().ok()?),
        }
    }
    Some((verb, raw))
}
