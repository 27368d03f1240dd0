//! Who may do what: for every workflow, and for one alone.

use super::super::super::RoleId;
use super::super::May;
use super::MayTable;
use super::finding::quote;
use super::resolve::Resolve;
use super::word::{Words, kind};

impl Resolve<'_, '_> {
    /// What the table says, and `otherwise` where it is silent.
    pub(super) fn may(&mut self, table: &MayTable, otherwise: &May) -> May {
        let mut said = |written: &Option<Words<kind::RoleOrAnyone>>| written.as_ref().map(|words| self.allowed(words));
        let (hand_over, take_over) = (said(&table.hand_over), said(&table.take_over));
        let export_evidence = said(&table.export_evidence);
        let mut may = |written: &Option<Words<kind::RoleOrAnyone>>, otherwise: &Vec<RoleId>| match written {
            Some(words) => self.allowed(words),
            None => otherwise.clone(),
        };
        May {
            open_incident: may(&table.open_incident, &otherwise.open_incident),
            request_approval: may(&table.request_approval, &otherwise.request_approval),
            raise_exception: may(&table.raise_exception, &otherwise.raise_exception),
            propose_rollback: may(&table.propose_rollback, &otherwise.propose_rollback),
            freeze_promotions: may(&table.freeze_promotions, &otherwise.freeze_promotions),
            request_erasure: may(&table.request_erasure, &otherwise.request_erasure),
            place_hold: may(&table.place_hold, &otherwise.place_hold),
            change_severity: may(&table.change_severity, &otherwise.change_severity),
            close_incident: may(&table.close_incident, &otherwise.close_incident),
            waive_duty: may(&table.waive_duty, &otherwise.waive_duty),
            settle_attribution: may(&table.settle_attribution, &otherwise.settle_attribution),
            reload_policy: may(&table.reload_policy, &otherwise.reload_policy),
            delegate_for_others: may(&table.delegate_for_others, &otherwise.delegate_for_others),
            search_evidence: may(&table.search_evidence, &otherwise.search_evidence),
            export_evidence: export_evidence.or_else(|| otherwise.export_evidence.clone()),
            hand_over: hand_over.or_else(|| otherwise.hand_over.clone()),
            take_over: take_over.or_else(|| otherwise.take_over.clone()),
        }
    }

    /// Who may do what with the cases of one workflow. What concerns no single case isn't one workflow's to say.
    pub(super) fn may_there(&mut self, table: &MayTable) -> May {
        for (key, written) in [
            ("reload_policy", &table.reload_policy),
            ("delegate_for_others", &table.delegate_for_others),
            ("request_erasure", &table.request_erasure),
            ("place_hold", &table.place_hold),
        ] {
            if let Some(first) = written.as_ref().and_then(|Words(words)| words.first()) {
                self.found.add(first.at, format!("{key} concerns every workflow"), "it under [may]");
            }
        }
        let everywhere = self.policy.may.clone();
        self.may(table, &everywhere)
    }

    /// An empty list means everybody to the rules, so it must not be what somebody wrote who meant nobody.
    fn allowed(&mut self, Words(words): &Words<kind::RoleOrAnyone>) -> Vec<RoleId> {
        if let Some(anyone) = words.iter().find(|word| word.text == "anyone") {
            if words.len() > 1 {
                self.found.add(
                    anyone.at,
                    "“anyone” makes the other roles of this list meaningless",
                    "either “anyone” or roles",
                );
            }
            return Vec::new();
        }
        self.distinct(words);
        let mut allowed = Vec::new();
        for word in words {
            let everybody = ["everyone", "everybody", "all", "any", "*"].contains(&word.text.to_lowercase().as_str());
            match everybody && self.names.get("roles").is_none_or(|roles| !roles.contains(&word.text)) {
                true => self.found.add(word.at, format!("unknown role {}", quote(&word.text)), "“anyone”"),
                false => allowed.extend(self.name(word).map(RoleId::from)),
            }
        }
        allowed
    }
}
