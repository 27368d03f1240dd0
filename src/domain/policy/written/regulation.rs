//! Which laws ask for reports on a workflow's incidents: how it is written, and what it means.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::regulation;
use super::super::super::text::nearest;
use super::super::super::{ClockId, LadderId, RegimeId, RoleId, WorkflowId};
use super::super::{AI_ACT_ROLE, ENTITY, Regulation};
use super::finding::{quote, some_of};
use super::resolve::Resolve;
use super::word::{Word, Words, kind};

/// Which laws ask for reports on a workflow's incidents, and who owes them. No legal advice; confirm with counsel.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegulationTable {
    /// The laws, by the names of their packs: `["dora", "gdpr-33"]`. docs/regulation.md lists them.
    regimes: Words<kind::RegimeName>,
    /// Those of them that are counted although they are not law yet. Without it, such a clock only says from when it is.
    #[serde(default)]
    early: Words<kind::RegimeName>,
    /// The role that owes the reports.
    holder: Word<kind::Role>,
    /// The ladder; that of `[policy]` if left out.
    ladder: Option<Word<kind::Ladder>>,
    /// Nudges do not wait for anybody's quiet hours.
    #[serde(default)]
    urgent: bool,
    /// Targets of your own, shorter than the law's: `{ "gdpr-33.notification" = "48h" }`.
    #[serde(default)]
    within: BTreeMap<Word<kind::ClockName>, Word<kind::Length>>,
    /// The roles whose word it takes to set a clock aside. The holder, if left out.
    #[serde(default)]
    set_aside: Words<kind::Role>,
    /// What the authority asks about you, for drafts: `{ name = "…", lei = "…", country = "DE" }`.
    #[serde(default)]
    entity: BTreeMap<Word<kind::Text>, Word<kind::Text>>,
}

impl Resolve<'_, '_> {
    pub(super) fn regulation(
        &mut self,
        key: &Word<kind::Workflow>,
        table: &RegulationTable,
        default: Option<&Word<kind::Ladder>>,
    ) {
        let workflow = self.name(key).map(WorkflowId::from);
        let regimes = self.regimes(&table.regimes);
        let early = self.regimes(&table.early);
        for (word, regime) in table.early.0.iter().zip(&early) {
            if !regimes.contains(regime) {
                let what = format!("{regime} is none of the regimes here, so nothing is counted early");
                self.found.add(word.at, what, "it under `regimes` as well");
            }
        }
        if table.regimes.0.is_empty() {
            self.found.add(key.at, "no law is named", "regimes = [\"gdpr-33\"], or no such table");
        }
        let holder = self.name(&table.holder).map(RoleId::from);
        if let Some(role) = &holder {
            self.not_empty(role, table.holder.at, "owes reports to authorities");
        }
        let ladder = match table.ladder.as_ref().or(default) {
            Some(word) => self.name(word).map(LadderId::from),
            None if self.headless => None,
            None => {
                let what = "no ladder: nothing would happen as time passes";
                self.found.add(key.at, what, "ladder = \"…\", here or in [policy]");
                None
            }
        };
        let mut within = BTreeMap::new();
        for (name, span) in &table.within {
            let clock = self.clock(name, &regimes);
            if let (Some(clock), Some(span)) = (clock, self.some_time(span)) {
                within.insert(clock, span);
            }
        }
        self.distinct(&table.set_aside.0);
        let set_aside: Vec<RoleId> =
            table.set_aside.0.iter().filter_map(|word| self.name(word)).map(RoleId::from).collect();
        let mut entity = BTreeMap::new();
        for (name, said) in &table.entity {
            if !ENTITY.iter().any(|(known, _)| *known == name.text) {
                let known = || ENTITY.iter().map(|(known, _)| *known);
                let write = nearest(&name.text, known()).map_or_else(|| some_of(known()), |near| format!("“{near}”"));
                self.found.add(name.at, format!("no authority is told {}", quote(&name.text)), write);
            } else if name.text == AI_ACT_ROLE.0 && !AI_ACT_ROLE.1.contains(&said.text.as_str()) {
                let what = format!("under the AI Act nobody is {}", quote(&said.text));
                self.found.add(said.at, what, "provider or deployer");
            } else if let Some(said) = self.text(said) {
                entity.insert(name.text.clone(), said);
            }
        }
        if let (Some(workflow), Some(holder), Some(ladder)) = (workflow, holder, ladder) {
            let set_aside = if set_aside.is_empty() { vec![holder.clone()] } else { set_aside };
            let urgent = table.urgent;
            let regulation = Regulation { regimes, early, holder, ladder, urgent, within, set_aside, entity };
            self.policy.regulation.insert(workflow, regulation);
        }
    }

    fn regimes(&mut self, words: &Words<kind::RegimeName>) -> Vec<RegimeId> {
        let mut regimes = Vec::new();
        for word in &words.0 {
            let regime = RegimeId::from(word.text.as_str());
            let known = || regulation::packs().iter().map(|pack| pack.regime.as_str());
            if regulation::pack(&regime).is_none() {
                let write = nearest(&word.text, known());
                let write = write.map_or_else(|| format!("one of {}", some_of(known())), |near| format!("“{near}”"));
                self.found.add(word.at, format!("there is no pack {}", quote(&word.text)), write);
            } else if regimes.contains(&regime) {
                self.found.add(word.at, format!("{} is there twice", quote(&word.text)), "it once");
            } else {
                regimes.push(regime);
            }
        }
        regimes
    }

    /// A clock of one of the regimes.
    fn clock(&mut self, word: &Word<kind::ClockName>, regimes: &[RegimeId]) -> Option<ClockId> {
        let clock = ClockId::from(word.text.as_str());
        let of_these = regimes.iter().filter_map(regulation::pack).flat_map(|pack| &pack.clocks);
        if of_these.clone().any(|known| known.id == clock) {
            return Some(clock);
        }
        let names: Vec<&str> = of_these.map(|known| known.id.as_str()).collect();
        let write = match nearest(&word.text, names.iter().copied()) {
            Some(near) => format!("“{near}”"),
            None => format!("one of {}", some_of(names.into_iter())),
        };
        self.found.add(word.at, format!("these regimes ask for no report {}", quote(&word.text)), write);
        None
    }
}
