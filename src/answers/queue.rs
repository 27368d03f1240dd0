//! How the queues stand: their running figures, and how old what waits among the exceptions is. Those ages are counted when somebody
//! asks, since that takes the longer the more wait.

use super::Answers;
use crate::card::QueueRow;
use crate::desk::Shown;
use crate::domain::bot::queues::holders_of;
use crate::domain::{At, Duty, People, QueueId, WorkflowId};
use crate::store::{Ages, StoreError};

/// The answers that an exception waits for in its queue.
const WAITED_FOR: [Duty; 3] = [Duty::TriageException, Duty::Recommend, Duty::RuleException];

/// The queues of the approval paths that the policy has watched.
pub(super) fn path_queues(shown: &Shown, people: &People<'_>) -> impl Iterator<Item = QueueRow> {
    let now = people.at;
    let watched = shown.policy.paths.iter().filter(|(_, path)| path.queue.is_some());
    watched.map(move |(id, _)| {
        let queue = QueueId::Path(id.clone());
        let outlook = shown.bot.queues.figures.get(&queue).map(|figures| figures.outlook(now));
        QueueRow {
            what: format!("path {id}"),
            depth: outlook.map_or(0, |outlook| outlook.depth),
            ages: None,
            outlook,
            incident: shown.bot.queues.incidents.get(&queue).map(|alarm| alarm.case),
            holders: holders_of(&queue, people),
        }
    })
}

impl Answers {
    pub(super) async fn queues(
        &self,
        shown: &Shown,
        workflow: Option<&WorkflowId>,
        now: At,
    ) -> Result<Vec<QueueRow>, StoreError> {
        let ages = self.reader.ages(&WAITED_FOR.map(Duty::word), now).await?;
        let people = shown.bot.people(&shown.policy, now);
        let wanted = |id: &&WorkflowId| workflow.is_none_or(|wanted| wanted == *id);
        let rows = shown.policy.workflows.keys().filter(wanted).map(|id| {
            let queue = QueueId::Exceptions(id.clone());
            let ages = ages.iter().find(|ages| ages.workflow == id.as_str()).cloned();
            let ages = ages.unwrap_or_else(|| Ages::none(id.as_str()));
            QueueRow {
                what: id.to_string(),
                depth: ages.under_half + ages.under_four_fifths + ages.under_due + ages.late + ages.paused,
                ages: Some([ages.under_half, ages.under_four_fifths, ages.under_due, ages.late, ages.paused]),
                outlook: shown.bot.queues.figures.get(&queue).map(|figures| figures.outlook(now)),
                incident: shown.bot.queues.incidents.get(&queue).map(|alarm| alarm.case),
                holders: holders_of(&queue, &people),
            }
        });
        Ok(rows.collect())
    }
}
