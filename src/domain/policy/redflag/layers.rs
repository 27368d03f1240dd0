//! Red flags of the layers beside incidents and approvals: whether exceptions are defined, owed and end, whether there is a way
//! back, and whether what somebody holds can be handed over.

use std::collections::BTreeSet;

use super::super::super::{Duty, WorkflowId, WorkflowStage};
use super::super::{ExceptionClass, Way};
use super::{CLIENT, Check};

impl<'p> Check<'p> {
    /// What every workflow has in common.
    pub(super) fn excepted(&mut self) {
        let policy = self.policy;
        let in_production = policy.workflows.values().any(|flow| flow.stage == WorkflowStage::Production);
        let exceptions = &policy.exceptions;
        let line = self.line(&["exceptions"]).or_else(|| self.line(&["policy"]));
        if in_production && exceptions.classes.is_empty() {
            self.add(
                "no-exception-classes",
                line,
                "nothing may be excepted from, so nobody can ask for it".to_owned(),
                "People who need to depart from a rule do it anyway, and nobody reads of it.",
                "[exceptions.classes.…] with about, rules and longest",
            );
        }
        if !exceptions.classes.is_empty() && in_production {
            if exceptions.control_owner.is_none() {
                self.add(
                    "no-control-owner",
                    line,
                    "nobody hears when an exception runs out, is suspended, or is asked for again and again".to_owned(),
                    "What recurs is a rule that doesn't fit, and only the owner of the control can change it.",
                    format!("control_owner = \"{}\" under [exceptions]", self.governing_role()),
                );
            }
            if exceptions.queue.is_none() {
                self.add(
                    "exception-queue-unwatched",
                    line,
                    "nobody hears when more exceptions come in than are ruled on".to_owned(),
                    "A queue that stalls is seen when its first answer is late, and then all of them are.",
                    "queue = { short = \"2h\", long = \"2d\", at_least = 6, ahead = \"1d\", recovered_after = \"4h\", severity = \"sev3\" } under [exceptions]",
                );
            }
            let by_client = |class: &ExceptionClass| {
                class.rules.iter().all(|role| policy.roles.get(role).is_some_and(|it| it.party.as_str() == CLIENT))
            };
            if exceptions.classes.values().all(by_client) {
                self.add(
                    "exceptions-owed-by-client-alone",
                    line,
                    "only the client rules on exceptions".to_owned(),
                    "Those who answer for the system's risk have no part in what is let through.",
                    "a role of another party into rules",
                );
            }
        }
        for (id, class) in &exceptions.classes {
            let line =
                |check: &Self, key| check.line(&["exceptions", "classes", id.as_str(), key]).or(Some(class.line));
            if let Some(role) = &class.until_revoked {
                let line = line(self, "until_revoked");
                self.add(
                    "exception-without-end",
                    line,
                    format!("{role} may grant an exception of {id} that doesn't end"),
                    "What is granted until somebody revokes it is asked about by nobody.",
                    format!("no until_revoked: a grant then lasts {} at most, and is renewed", class.longest),
                );
            }
            if class.warn_before.is_empty() {
                let line = line(self, "about");
                self.add(
                    "exception-ends-unwarned",
                    line,
                    format!("nobody is warned before an exception of {id} runs out"),
                    "It is out of force at its last moment, and work that relied on it goes on.",
                    "warn_before = [\"3d\", \"1d\"] in the class",
                );
            }
            let rulers: BTreeSet<_> = class.rules.iter().flat_map(|role| self.people_of(role)).collect();
            let advisers: BTreeSet<_> = class.specialist.iter().flat_map(|role| self.people_of(role)).collect();
            if let Some(specialist) = &class.specialist
                && rulers.is_subset(&advisers)
            {
                let line = line(self, "rules");
                self.add(
                    "specialists-rule",
                    line,
                    format!("everybody who rules on {id} is of {specialist}, who recommend"),
                    "Whoever recommends may not rule: with one of them away, nobody can.",
                    "a role with other people into rules",
                );
            }
        }
    }

    /// A way back that is defined, can be gone, and is gone for practice.
    pub(super) fn way_back(&mut self, id: &'p WorkflowId) {
        let Some(rule) = self.policy.rollbacks.get(id) else {
            self.add(
                "no-way-back",
                self.line(&["workflows", id.as_str()]),
                format!("nobody may take {id} back to an older version"),
                "When it does harm, the first hour goes into finding out who may stop it.",
                format!("[rollback.{id}] with authorise and [[rollback.{id}.steps]]"),
            );
            return;
        };
        let line = |check: &Self, key| check.line(&["rollback", id.as_str(), key]).or(Some(rule.line));
        if rule.drill_every.is_none() {
            self.add(
                "way-back-not-drilled",
                line(self, "authorise"),
                format!("nobody has to drill the way back of {id}"),
                "A way back that nobody has gone for a long time may not be there when it is needed.",
                format!("drill_every = \"90d\" under [rollback.{id}]"),
            );
        }
        if !rule.drill_for_production {
            self.add(
                "production-without-drill",
                line(self, "drill_for_production"),
                format!("{id} may go into production although nobody has gone its way back"),
                "Whether there is a way back is learnt on the day on which it is needed.",
                format!("drill_for_production = true under [rollback.{id}]"),
            );
        }
        let authorise: BTreeSet<_> = rule.authorise.iter().flat_map(|role| self.people_of(role)).collect();
        if authorise.len() == 1 {
            self.add(
                "one-person-authorises",
                line(self, "authorise"),
                format!("one person alone authorises a rollback of {id}"),
                "Whoever proposes it can't authorise it, and on their day off nobody can.",
                "another role into authorise",
            );
        }
        if rule.steps.iter().any(|step| step.way == Way::RollBack) && rule.criteria.is_empty() {
            self.add(
                "rollback-without-criteria",
                line(self, "authorise"),
                format!("nothing says when {id} is rolled back"),
                "What was decided under pressure can't be told from what was agreed.",
                format!("criteria = [\"wrong decisions reach customers\"] under [rollback.{id}]"),
            );
        }
    }

    /// What whoever takes over must know, and who answers for what goes wrong with it.
    pub(super) fn handed_over(&mut self, id: &WorkflowId) {
        let policy = self.policy;
        let line = self.line(&["workflows", id.as_str()]);
        if policy.handoffs.knowledge.get(id).is_none_or(Vec::is_empty) {
            self.add(
                "handoff-undefined",
                self.line(&["handoff", "knowledge"]).or(line),
                format!("nothing says what whoever takes over {id} must know"),
                "What only the old holder knew is missed in the first night without them.",
                format!("knowledge = {{ {id} = [\"how it is rolled back\"] }} under [handoff]"),
            );
        }
        for (flag, duty, what, why) in [
            (
                "no-acceptance-duty",
                Duty::AcceptHandoff,
                "accepting a handoff has no target",
                "An offer is then due when the bot's default says so, which nobody agreed to.",
            ),
            (
                "refused-handoff-without-holder",
                Duty::PlaceRefused,
                "nobody has to find a place for what a receiver refuses",
                "It stays with whoever wanted to hand it over, and they may be leaving.",
            ),
            (
                "take-without-review",
                Duty::ReviewTake,
                "nobody of the agreement looks at what was taken over in an emergency",
                "Taking without asking becomes the ordinary way.",
            ),
        ] {
            if policy.target(duty, id, None).is_none() {
                let write = format!("[[targets]] with duty = \"{duty}\" that fits it");
                self.add(flag, line, format!("{what} on {id}"), why, write);
            }
        }
    }

    /// What a workflow in production must have beside answers to incidents and approvals.
    pub(super) fn layers(&mut self, id: &'p WorkflowId) {
        let policy = self.policy;
        if policy.exceptions.classes.is_empty() {
            return;
        }
        let line = self.line(&["workflows", id.as_str()]);
        let asks = |of: fn(&ExceptionClass) -> bool| policy.exceptions.classes.values().any(of);
        let duties = [
            (
                "no-triage-of-exceptions",
                Duty::TriageException,
                true,
                "An exception can lie there with nobody having read it, and nothing is late.",
            ),
            (
                "no-ruling-duty",
                Duty::RuleException,
                true,
                "Exceptions that nobody has to rule on get slower until people go round them.",
            ),
            (
                "no-recommend-duty",
                Duty::Recommend,
                asks(|class| class.specialist.is_some()),
                "The ruling waits for the specialist, and nothing is late while it does.",
            ),
            (
                "no-expiry-duty",
                Duty::AnswerExpiry,
                true,
                "When an exception has run out, nobody has to renew it, end the work or close it.",
            ),
        ];
        for (flag, duty, wanted, why) in duties {
            if wanted && policy.target(duty, id, None).is_none() {
                self.add(
                    flag,
                    line,
                    format!("nobody owes “{duty}” for exceptions of {id}"),
                    why,
                    format!("[[targets]] with duty = \"{duty}\" that fits it"),
                );
            }
        }
    }
}
