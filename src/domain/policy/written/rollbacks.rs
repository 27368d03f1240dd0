//! How a workflow goes back, as it is written: who authorises, the steps, who is downstream, and whether that can work at all.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::{LadderId, RoleId, Span, SystemId, WebhookId, WorkflowId};
use super::super::rollbacks::{RollbackRule, RollbackTimes, StepRule, Way};
use super::finding::Place;
use super::resolve::Resolve;
use super::word::{Placed, Word, Words, kind};

const AUTHORISE_WITHIN: Span = Span::minutes(15);
const GO_WITHIN: Span = Span::minutes(15);
const STEP_WITHIN: Span = Span::minutes(30);
const CONFIRM_WITHIN: Span = Span::hours(1);
const DRILL_WITHIN: Span = Span::days(7);
const WHOLE_WITHIN: Span = Span::hours(2);

/// How a workflow is rolled back. Without it nobody can propose that.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RollbackTable {
    /// The roles that authorise. The first owes it, the others may as well; whoever proposed it never does.
    authorise: Words<kind::Role>,
    /// The role that runs it: it answers for what is in flight, for the look-back and the source of truth, and confirms. The
    /// first of `authorise` if left out.
    run_by: Option<Word<kind::Role>>,
    /// The roles that say go or no-go, each for itself. Nobody need if left out.
    #[serde(default)]
    go: Words<kind::Role>,
    /// How long authorising has. `15m` if left out.
    authorise_within: Option<Word<kind::Length>>,
    /// How long each go or no-go has. `15m` if left out.
    go_within: Option<Word<kind::Length>>,
    /// How long each step has that says nothing else. `30m` if left out.
    step_within: Option<Word<kind::Length>>,
    /// How long each answer has once the steps are done. `1h` if left out.
    confirm_within: Option<Word<kind::Length>>,
    /// From being asked for to being confirmed, for the figures. `2h` if left out.
    target: Option<Word<kind::Length>>,
    /// The ladder; that of `[policy]` if left out.
    ladder: Option<Word<kind::Ladder>>,
    /// Nudges do not wait for anybody's quiet hours.
    #[serde(default)]
    urgent: bool,
    /// What has to be looked at, and ticked one by one, before anybody authorises.
    #[serde(default)]
    criteria: Vec<Word<kind::Text>>,
    /// The other ways out that have to be compared before anybody authorises: `["contain", "stay"]`. None if left out.
    #[serde(default)]
    compare: Vec<Placed<Way>>,
    /// The steps, in their order.
    #[serde(default)]
    steps: Vec<Placed<StepTable>>,
    /// The systems that work with what this one says, each with the role that answers for it: `{ ledger = "product" }`.
    #[serde(default)]
    downstream: BTreeMap<Word<kind::Key>, Word<kind::Role>>,
    /// How often it is drilled: `90d`. Nobody has to if left out.
    drill_every: Option<Word<kind::Length>>,
    /// How long holding a drill takes, from when it is due. `7d` if left out.
    drill_within: Option<Word<kind::Length>>,
    /// Without a drill on record, one of the last `drill_every` if that is there, the workflow does not go into production. `true` if left
    /// out.
    #[serde(default = "asked_for")]
    drill_for_production: bool,
    /// For how long a confirmed rollback holds changes of the workflow. It does not if left out.
    freeze_after: Option<Word<kind::Length>>,
}

const fn asked_for() -> bool {
    true
}

/// One step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct StepTable {
    /// What is to be done.
    text: Word<kind::Text>,
    /// The role that does it.
    role: Word<kind::Role>,
    /// How long it has; `step_within` if left out.
    within: Option<Word<kind::Length>>,
    /// The way out that it belongs to: `roll-back` (if left out), `contain` or `fix-forward`.
    way: Option<Placed<Way>>,
    /// There is no way back after it, so whoever authorises is asked once more before it.
    #[serde(default)]
    point_of_no_return: bool,
    /// The machine of `[webhooks]` that is told to do it. Whoever holds `role` owes the step all the same, and may do it by hand.
    webhook: Option<Word<kind::Webhook>>,
}

impl Resolve<'_, '_> {
    pub(super) fn rollback(
        &mut self,
        key: &Word<kind::Workflow>,
        table: &RollbackTable,
        default: Option<&Word<kind::Ladder>>,
    ) {
        let workflow = self.name(key).map(WorkflowId::from);
        self.distinct(&table.authorise.0);
        let authorise: Vec<RoleId> =
            table.authorise.0.iter().filter_map(|word| self.held(word, "authorises rollbacks")).collect();
        if table.authorise.0.is_empty() {
            self.found.add(
                key.at,
                format!("nobody authorises a rollback of {}", key.text),
                "authorise = [\"…\"], with a role that does",
            );
        }
        let run_by = match &table.run_by {
            Some(word) => self.held(word, "runs rollbacks"),
            None => authorise.first().cloned(),
        };
        self.distinct(&table.go.0);
        let go = table.go.0.iter().filter_map(|word| self.held(word, "says go or no-go")).collect();
        let times = RollbackTimes {
            authorise: self.time_or(&table.authorise_within, AUTHORISE_WITHIN),
            go: self.time_or(&table.go_within, GO_WITHIN),
            step: self.time_or(&table.step_within, STEP_WITHIN),
            confirm: self.time_or(&table.confirm_within, CONFIRM_WITHIN),
            whole: self.time_or(&table.target, WHOLE_WITHIN),
        };
        let ladder = match table.ladder.as_ref().or(default) {
            Some(word) => self.name(word).map(LadderId::from),
            None if self.headless => None,
            None => {
                self.found.add(
                    key.at,
                    "no ladder: nothing would happen as time passes",
                    "ladder = \"…\", here or in [policy]",
                );
                None
            }
        };
        let criteria = table.criteria.iter().filter_map(|word| self.text(word)).collect();
        let compare = self.ways_to_compare(&table.compare);
        let steps: Vec<StepRule> = table.steps.iter().filter_map(|it| self.step(&it.value)).collect();
        if table.steps.is_empty() {
            self.found.add(
                key.at,
                format!("a rollback of {} has no step, so nobody would do anything", key.text),
                format!("[[rollback.{}.steps]], with its text and role", key.text),
            );
        }
        let mut downstream = BTreeMap::new();
        for (system, role) in &table.downstream {
            self.key(system);
            if let Some(role) = self.held(role, "answers for a system downstream") {
                downstream.insert(SystemId::from(system.text.as_str()), role);
            }
        }
        let drill_every = table.drill_every.as_ref().and_then(|word| self.some_time(word));
        if let Some(word) = &table.drill_every
            && drill_every.is_some_and(|every| every < Span::days(1))
        {
            self.found.add(word.at, "a drill more often than once a day is no drill", "“90d”");
        }
        let drill_within = self.time_or(&table.drill_within, DRILL_WITHIN);
        let freeze_after = table.freeze_after.as_ref().and_then(|word| self.some_time(word));
        let (Some(workflow), Some(run_by), Some(ladder)) = (workflow, run_by, ladder) else { return };
        let rule = RollbackRule {
            authorise,
            run_by,
            go,
            times,
            ladder,
            urgent: table.urgent,
            criteria,
            compare,
            steps,
            downstream,
            drill_every,
            drill_within,
            drill_for_production: table.drill_for_production,
            freeze_after,
            line: self.found.line(key.at),
        };
        self.policy.rollbacks.insert(workflow, rule);
    }

    fn time_or(&mut self, word: &Option<Word<kind::Length>>, otherwise: Span) -> Span {
        word.as_ref().and_then(|word| self.some_time(word)).unwrap_or(otherwise)
    }

    /// Each once, and not the rollback itself: that is what they are compared with.
    fn ways_to_compare(&mut self, written: &[Placed<Way>]) -> Vec<Way> {
        let mut seen: BTreeSet<Way> = BTreeSet::new();
        let mut ways = Vec::new();
        for Placed { value: way, at } in written {
            if *way == Way::RollBack {
                self.found.add(*at, "“roll-back” is what the others are compared with", "the other ways out");
            } else if !seen.insert(*way) {
                self.found.add(*at, format!("“{}” is there twice", way.word()), "it once");
            } else {
                ways.push(*way);
            }
        }
        ways
    }

    fn step(&mut self, table: &StepTable) -> Option<StepRule> {
        let text = self.text(&table.text);
        let role = self.held(&table.role, "does a step of a rollback");
        let within = table.within.as_ref().and_then(|word| self.some_time(word));
        let way = table.way.map_or(Way::RollBack, |it| self.way_of_step(it.value, it.at));
        let webhook = table.webhook.as_ref().and_then(|word| self.name(word)).map(WebhookId::from);
        let webhook_in_drills =
            webhook.as_ref().and_then(|it| self.policy.webhooks.get(it)).is_some_and(|it| it.in_drills);
        Some(StepRule {
            text: text?,
            role: role?,
            within,
            way,
            point_of_no_return: table.point_of_no_return,
            webhook,
            webhook_in_drills,
        })
    }

    fn way_of_step(&mut self, way: Way, at: Place) -> Way {
        if way == Way::Stay {
            self.found.add(at, "whoever stays does nothing, so no step belongs to that", "another way out");
        }
        way
    }
}
