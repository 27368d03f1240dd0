//! The post-incident review, drafted from the ledger.

use super::{Answers, CASES_AT_MOST};
use crate::card::{self, Speaker};
use crate::domain::kinds::Drafted;
use crate::domain::obligation::Holder;
use crate::domain::text::{moment_utc, quoted};
use crate::domain::{Body, Case, CaseId, CaseKind, PersonId, RoleId, Span};
use crate::grammar::clean;
use crate::store::StoreError;

impl Answers {
    /// The post-incident review of a case the person may see, drafted from the ledger.
    ///
    /// # Errors
    /// The database's.
    pub async fn review_draft(&self, id: CaseId, by: &PersonId) -> Result<Option<Drafted>, StoreError> {
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let speaker = Speaker::new(&self.desk.wording, &shown.policy);
        match self.visible(id, by, &people).await? {
            Ok(case) => Ok(Some(self.draft(&speaker, &case).await?)),
            Err(_) => Ok(None),
        }
    }

    /// Timeline, durations, duties kept and missed, follow-ups, what recurs. Markdown, in UTC: it is a document.
    pub(super) async fn draft(&self, speaker: &Speaker<'_>, case: &Case) -> Result<Drafted, StoreError> {
        let Body::Incident(incident) = &case.body else { return Ok(Drafted::default()) };
        let (story, entries) = self.story(speaker, case).await?;
        let policy = speaker.policy;
        let quoted = |words: &str| quoted(&clean::line(words));
        let mut text = format!("# Review of {}: {}\n\n", case.id, quoted(&case.title));
        text += &format!(
            "Workflow {}, {}, opened {}.\n\n## What happened\n\n",
            case.workflow,
            incident.severity,
            moment_utc(case.opened)
        );
        for line in story {
            text += &format!("- {} {}\n", moment_utc(line.at), card::plain(&line.words, chrono_tz::UTC, line.at));
        }
        text += "\n## Duties\n\n";
        for it in &case.obligations {
            let about = it.about.as_ref().map(|about| format!(" ({about})")).unwrap_or_default();
            let holder = match &it.holder {
                Holder::Roles(roles) => roles.first().map(RoleId::to_string).unwrap_or_default(),
                Holder::Person(person) => policy.name_of(person),
            };
            let how = match it.closed() {
                Some(closed) => format!("{} after {}", it.state().word(), closed - it.opened),
                None => format!("{}, due {}", it.state().word(), moment_utc(it.terms.due)),
            };
            text += &format!("- {}{about}, {holder}: {how} (target {})\n", it.duty, it.terms.target);
        }
        text += "\n## Follow-ups\n\n";
        if incident.follow_ups.is_empty() {
            text += "None were agreed.\n";
        }
        for it in &incident.follow_ups {
            let done =
                it.done.map_or_else(|| format!("due {}", moment_utc(it.due)), |at| format!("done {}", moment_utc(at)));
            text += &format!("- {}: {} ({done})\n", policy.name_of(&it.assignee), quoted(&it.text));
        }
        if let Some(class) = &incident.class {
            let like = self.like(case, class.as_str()).await?;
            text += "\n## Recurring\n\n";
            text += &match like {
                0 => format!("No other incident of class {class} on {} in the 90 days before.\n", case.workflow),
                n => format!(
                    "{n} other incident{} of class {class} on {} in the 90 days before.\n",
                    if n == 1 { "" } else { "s" },
                    case.workflow
                ),
            };
        }
        text += "\n## What we change\n\n…\n";
        Ok(Drafted { text, entries })
    }

    /// How many incidents of the same class the workflow had in the 90 days before; restricted ones are left out.
    async fn like(&self, case: &Case, class: &str) -> Result<usize, StoreError> {
        let since = case.opened - Span::days(90);
        let all = self.reader.list(CaseKind::Incident, Some(&case.workflow), true, CASES_AT_MOST).await?;
        let same = all.iter().filter(|other| {
            let Body::Incident(incident) = &other.body else { return false };
            let of_class = incident.class.as_ref().is_some_and(|it| it.as_str() == class);
            other.id != case.id && !other.restricted && of_class && other.opened >= since && other.opened <= case.opened
        });
        Ok(same.count())
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::CaseKind;
    use crate::grammar::verbs;

    #[test]
    fn what_a_verb_takes_as_drafted_is_drafted_here() {
        let drafted = verbs::all().filter(|verb| verb.args.iter().any(|arg| arg.drafted));
        let kinds: Vec<_> = drafted.map(verbs::Verb::kind).collect();
        assert_eq!(kinds, [Some(CaseKind::Incident)], "`draft` writes a document for incidents alone");
    }
}
