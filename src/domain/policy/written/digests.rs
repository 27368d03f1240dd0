//! Digests as they are written.

use super::super::super::WorkflowId;
use super::super::DigestSchedule;
use super::DigestTable;
use super::resolve::Resolve;
use super::value;

impl Resolve<'_, '_> {
    pub fn digest(&mut self, table: &DigestTable) {
        let name = self.text(&table.name);
        let cron = self.value(&table.cron, value::cron);
        let zone = self.value(&table.zone, value::zone);
        let channel = self.value(&table.channel, value::channel);
        self.distinct(&table.workflows);
        let workflows = table.workflows.iter().filter_map(|word| self.name(word)).map(WorkflowId::from).collect();
        if let (Some(name), Some(()), Some(zone), Some(channel)) = (name, cron, zone, channel) {
            let cron = table.cron.text.trim().to_string();
            self.policy.digests.push(DigestSchedule { name, cron, zone, channel, workflows });
        }
    }
}
