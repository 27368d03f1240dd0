//! How the queues of exceptions stand: their running figures, and how old what waits in them is. The ages are counted when somebody
//! asks, since that takes the longer the more wait.

use super::Answers;
use crate::card::QueueRow;
use crate::desk::Shown;
use crate::domain::bot::queues::holders_of;
use crate::domain::{At, Duty, QueueId, WorkflowId};
use crate::store::{Ages, StoreError};

/// The answers that an exception waits for in its queue.
const WAITED_FOR: [Duty; 3] = [Duty::TriageException, Duty::Recommend, Duty::RuleException];

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
                workflow: id.clone(),
                depth: ages.under_half + ages.under_four_fifths + ages.under_due + ages.late + ages.paused,
                ages: [ages.under_half, ages.under_four_fifths, ages.under_due, ages.late],
                paused: ages.paused,
                outlook: shown.bot.queues.figures.get(&queue).map(|figures| figures.outlook(now)),
                incident: shown.bot.queues.incidents.get(&queue).map(|alarm| alarm.case),
                holders: holders_of(&queue, &people),
            }
        });
        Ok(rows.collect())
    }
}
