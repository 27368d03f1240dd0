//! Red flags: what a policy allows although it is unwise (SPEC 10). Each says where, why it matters, and what to write
//! instead. They are warnings; mistakes are in [`super::written`].
//!
//! Only what the policy alone shows is here. What shows from what happened (one person who decides everything, drills
//! that are overdue) needs the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::super::calendar::Falls;
use super::super::text::{list, skeleton};
use super::super::{At, Duty, PersonId, RoleId, Severity, Span, WorkflowId, WorkflowStage};
use super::written::Lines;
use super::{Channel, Person, Policy, TimeIsUp, WitnessQuorum, Workflow};

mod layers;
mod owed;

/// What EU AI Act Art. 19(1) (providers) and 26(6) (deployers) ask logs to be kept for at least: six months, in days.
const SIX_MONTHS_IN_DAYS: u32 = 183;

const WAIVED_BY_ANYONE: &str = "Whoever is late can let themselves off.";
const SETTLED_BY_ANYONE: &str = "The figures then say what the last person wanted them to say.";

/// The party that bought the AI system goes by this key (the doc comment of `[parties]` says so).
const CLIENT: &str = "client";

/// Something in a policy that is allowed and unwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RedFlag {
    /// A name that stays, for whoever counts or mutes them: `silence-approves`.
    pub id: &'static str,
    /// The one workflow that it is about; `None`: it concerns more than one, or all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<WorkflowId>,
    /// 1-based line of the file, where it is known.
    pub line: Option<usize>,
    /// What is so, as a sentence without its full stop.
    pub what: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to write instead; completes “write …”.
    pub write: String,
}

impl RedFlag {
    /// For a terminal, without a line break at the end.
    pub fn show(&self, file_name: &str) -> String {
        let line = self.line.map_or(String::new(), |line| format!(":{line}"));
        format!("{file_name}{line}: {}\n    {}\n    write {}", self.what, self.why, self.write)
    }
}

impl fmt::Display for RedFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show("policy.toml"))
    }
}

/// All red flags of a policy, by line. `text` is the file it was read from: without it only flags of targets and paths
/// have a line, and working days can't be told from days.
pub fn flags(policy: &Policy, text: Option<&str>) -> Vec<RedFlag> {
    let mut check = Check { policy, lines: text.map(Lines::of), workflow: None, flags: Vec::new() };
    check.head();
    check.roles();
    for (id, workflow) in policy.workflows.iter().filter(|(_, flow)| flow.stage == WorkflowStage::Production) {
        check.workflow = Some(id);
        check.production(id, workflow);
        check.layers(id);
        check.way_back(id);
        check.handed_over(id);
    }
    check.workflow = None;
    check.ladders();
    check.paths();
    check.expiries();
    check.excepted();
    check.answers();
    check.people();
    check.channels();
    check.calendars();
    check.digests();
    check.witnesses();
    let mut flags = check.flags;
    flags.sort_by(|one, other| (one.line, one.id, &one.what).cmp(&(other.line, other.id, &other.what)));
    flags.dedup();
    flags
}

/// What is missing or unwise for a workflow in production: the red flags that the policy has with it there, without those that
/// are another workflow's alone. The six layers of governance are defined for it where there are none.
pub fn lacks_for_production(policy: &Policy, workflow: &WorkflowId) -> Vec<RedFlag> {
    let mut flags = flags(&policy.with_in_production(workflow), None);
    flags.retain(|flag| flag.workflow.as_ref().is_none_or(|it| it == workflow));
    flags
}

struct Check<'p> {
    policy: &'p Policy,
    lines: Option<Lines<'p>>,
    /// What is looked at now is this one's alone.
    workflow: Option<&'p WorkflowId>,
    flags: Vec<RedFlag>,
}

impl<'p> Check<'p> {
    fn add(
        &mut self,
        id: &'static str,
        line: Option<usize>,
        what: String,
        why: &'static str,
        write: impl Into<String>,
    ) {
        self.flags.push(RedFlag { id, workflow: self.workflow.cloned(), line, what, why, write: write.into() });
    }

    fn line(&self, path: &[&str]) -> Option<usize> {
        self.lines.as_ref()?.line(path)
    }

    fn witnesses(&mut self) {
        let witnessing = &self.policy.witnessing;
        if witnessing.quorum == WitnessQuorum::Nobody && !witnessing.witnesses.is_empty() {
            let names = list(witnessing.witnesses.keys());
            self.add(
                "witnesses-count-for-nothing",
                self.line(&["witness", "quorum"]).or_else(|| self.line(&["witness"])),
                format!("{names} cosigns the heads, and a head counts without it"),
                "Whoever holds the database and its key can then write another history, and it is taken for good.",
                "quorum = \"all\"",
            );
        }
    }

    fn head(&mut self) {
        if self.policy.operators.is_none() {
            self.add(
                "no-operators-channel",
                self.line(&["policy"]),
                "nobody is told when the bot itself fails or runs late".to_string(),
                "A clock that stops unseen looks like a quiet week.",
                "operators_channel = \"countersign-ops\"",
            );
        }
        let may = &self.policy.may;
        let rights = [
            ("waive_duty", may.waive_duty.is_empty(), "waive a duty", WAIVED_BY_ANYONE),
            (
                "settle_attribution",
                may.settle_attribution.is_empty(),
                "settle whose lateness it was",
                SETTLED_BY_ANYONE,
            ),
            (
                "reload_policy",
                may.reload_policy.is_empty(),
                "put a new policy in force",
                "The agreement can change by anybody's hand.",
            ),
            (
                "delegate_for_others",
                may.delegate_for_others.is_empty(),
                "hand over somebody else's duties",
                "Answers can be moved to people who never agreed to owe them.",
            ),
        ];
        for (id, workflow) in &self.policy.workflows {
            let there = &workflow.may;
            for (key, everywhere, there, right, why) in [
                ("waive_duty", &may.waive_duty, &there.waive_duty, "waive a duty", WAIVED_BY_ANYONE),
                (
                    "settle_attribution",
                    &may.settle_attribution,
                    &there.settle_attribution,
                    "settle whose lateness it was",
                    SETTLED_BY_ANYONE,
                ),
            ] {
                // Said once where it holds everywhere.
                if there.is_empty() && !everywhere.is_empty() {
                    self.add(
                        "anyone-may",
                        self.line(&["workflows", id.as_str(), "may", key]),
                        format!("anybody may {right} on {id}"),
                        why,
                        format!("{key} = [\"{}\"] there, or nothing", self.governing_role()),
                    );
                }
            }
        }
        for (key, anyone, right, why) in rights {
            if anyone {
                let what = format!("anybody may {right}");
                self.add(
                    "anyone-may",
                    self.line(&["may", key]),
                    what,
                    why,
                    format!("{key} = [\"{}\"] under [may]", self.governing_role()),
                );
            }
        }
    }

    /// A role of this policy for a right that not everybody should have: the one that has most of the others.
    fn governing_role(&self) -> &'p str {
        let may = &self.policy.may;
        let rights = [&may.waive_duty, &may.settle_attribution, &may.reload_policy, &may.delegate_for_others];
        let named = |role: &RoleId| rights.iter().filter(|roles| roles.contains(role)).count();
        let roles = self.policy.roles.keys().filter(|id| !self.policy.may_hold(id).is_empty());
        // Of several with as many, the first.
        roles.rev().filter(|id| named(id) > 0).max_by_key(|id| named(id)).map_or("…", RoleId::as_str)
    }

    fn roles(&mut self) {
        for (id, role) in &self.policy.roles {
            let line = self.line(&["roles", id.as_str()]);
            let members: BTreeSet<&PersonId> = self.policy.may_hold(id).into_iter().collect();
            match members.len() {
                0 => self.add(
                    "empty-role",
                    line,
                    format!("nobody holds {id}"),
                    "Whatever is given to this role one day falls on the floor.",
                    "members = [\"…\", \"…\"], or take the role out",
                ),
                1 => self.add(
                    "single-holder",
                    line,
                    format!("{id} stands on {} alone", list(members.iter().map(|it| self.policy.name_of(it)))),
                    "One holiday, illness or notice, and its answers stop.",
                    "a second person into members",
                ),
                _ => {}
            }
            let strangers: Vec<&Person> = members
                .iter()
                .filter_map(|member| self.policy.people.get(*member))
                .filter(|person| person.party != role.party)
                .collect();
            // A seat that two parties share has people of both.
            if let Some(first) = strangers.first().filter(|_| strangers.len() * 2 > members.len()) {
                let names = list(strangers.iter().map(|person| &person.name));
                let all = strangers.len() == members.len() && strangers.iter().all(|it| it.party == first.party);
                self.add(
                    "members-of-another-party",
                    self.line(&["roles", id.as_str(), "members"]),
                    format!("{id} is a seat of {}, and most who hold it are not: {names}", role.party),
                    "What the role answers late is put down to its party, whoever was late.",
                    match all {
                        true => format!("party = \"{}\"", first.party),
                        false => "a role of each party".to_owned(),
                    },
                );
            }
            if self.policy.people.contains_key(id.as_str()) {
                self.add(
                    "person-as-role",
                    line,
                    format!("the role {id} is a person by another name"),
                    "Duties outlast people; a seat named after one is lost when they leave.",
                    "a role named after what it does: “triage”",
                );
            }
        }
    }

    /// What a workflow in production must have.
    fn production(&mut self, id: &WorkflowId, workflow: &Workflow) {
        let line = self.line(&["workflows", id.as_str()]);
        for (flag, duty, why) in [
            (
                "no-acknowledge-duty",
                Duty::Acknowledge,
                "An incident can lie there with nobody having seen it, and nothing is late.",
            ),
            ("no-resolve-duty", Duty::Resolve, "An incident can stay open for ever, and nothing is late."),
        ] {
            let missing = self.severities_without(duty, id);
            if !missing.is_empty() {
                let what = format!("nobody owes “{duty}” for {id} {missing}");
                self.add(flag, line, what, why, format!("[[targets]] with duty = \"{duty}\" that fits it"));
            }
        }
        if workflow.path.is_none() {
            self.add(
                "no-approval-duty",
                line,
                format!("no approval of {id} has a path, so nobody owes a decision"),
                "Approvals that nobody owes get slower until people go round them.",
                "approval_path = \"…\", and [paths.…] with a stage",
            );
        }
        if self.gravest_owes(Duty::Assess, id).is_none() {
            self.add(
                "no-assess-duty",
                line,
                format!("nobody owes an assessment when the impact of an incident of {id} is unclear"),
                "“Impact unclear” is where governance risk grows while every server is up.",
                "[[targets]] with duty = \"assess\" that fits it",
            );
        }
        if self.gravest_owes(Duty::Update, id).is_none() {
            self.add(
                "no-update-duty",
                line,
                format!("nobody owes updates while a sev1 of {id} is open"),
                "Those who must decide learn how it stands by asking, or too late.",
                "[[targets]] with duty = \"update\" and severity = \"sev1\"",
            );
        }
        if self.gravest_owes(Duty::Review, id).is_none() {
            self.add(
                "no-review-duty",
                line,
                format!("nobody owes a review after a sev1 of {id}"),
                "What isn't reviewed recurs, and an auditor finds no lesson.",
                "[[targets]] with duty = \"review\" and severity = \"sev1\"",
            );
        }
        let governs = [Duty::Assess, Duty::Review].iter().any(|duty| self.gravest_owes(*duty, id).is_some());
        if !governs && workflow.path.is_none() {
            self.add(
                "mostly-uptime",
                line,
                format!("all that is owed for {id} is what any server needs"),
                "A live AI system can be up while its governance is failing.",
                "targets for assess and review, and an approval_path",
            );
        }
        // Where one workflow's clocks are watched, the law reaches this organisation.
        if !self.policy.regulation.is_empty() && !self.policy.regulation.contains_key(id) {
            self.add(
                "no-regulation",
                line,
                format!("nobody owes a report to an authority for {id}"),
                "The clocks of law run whether anybody watches them or not.",
                format!("[regulation.{id}] with its regimes and the role that owes the reports"),
            );
        }
        let evidence = self.line(&["workflows", id.as_str(), "keep_evidence_days"]).or(line);
        match workflow.evidence_days {
            None => self.add(
                "evidence-retention-absent",
                line,
                format!("{id} does not say how long evidence is kept"),
                "What isn't kept by agreement is gone when it is asked for; EU AI Act Art. 19(1) and 26(6) ask for six months of logs.",
                "keep_evidence_days = 2555, or what your law asks for",
            ),
            Some(days) if days < SIX_MONTHS_IN_DAYS => self.add(
                "evidence-retention-short",
                evidence,
                format!("{id} keeps evidence for {days} days"),
                "EU AI Act Art. 19(1) and 26(6) ask for at least six months of logs, and banks are asked for years.",
                "keep_evidence_days = 183 or more",
            ),
            Some(_) => {}
        }
        for severity in Severity::ALL {
            if !self.policy.severities.contains_key(&severity) {
                self.add(
                    "severity-without-words",
                    self.line(&["severities"]),
                    format!("nothing says what counts as {severity}"),
                    "People then argue about the word while the clock of the wrong one runs.",
                    format!("[severities.{severity}] with about = \"…\""),
                );
            }
        }
    }

    /// The severities at which nobody owes a duty, in words; empty if there are none.
    fn severities_without(&self, duty: Duty, id: &WorkflowId) -> String {
        let owed = |severity: &Severity| self.policy.target(duty, id, Some(*severity)).is_some();
        let missing: Vec<&str> =
            Severity::ALL.into_iter().filter(|severity| !owed(severity)).map(Severity::word).collect();
        match missing.len() {
            0 => String::new(),
            4 => "at any severity".to_string(),
            _ => format!("at {}", missing.join(", ")),
        }
    }

    fn gravest_owes(&self, duty: Duty, id: &WorkflowId) -> Option<&'p super::Target> {
        self.policy.target(duty, id, Some(Severity::Sev1))
    }

    fn ladders(&mut self) {
        for (id, ladder) in &self.policy.ladders {
            if ladder.nudge_at_percent.is_empty() {
                self.add(
                    "ladder-without-nudge",
                    self.line(&["ladders", id.as_str()]),
                    format!("the ladder {id} says nothing before the deadline"),
                    "A nudge in time costs a moment; a breach costs a conversation.",
                    "nudge_at_percent = [50, 80]",
                );
            }
        }
    }

    fn paths(&mut self) {
        let policy = self.policy;
        for (id, path) in &policy.paths {
            let line = Some(path.line);
            let mut answering: BTreeSet<&RoleId> =
                path.stages.iter().flat_map(|stage| stage.alternatives.iter().chain([&stage.role])).collect();
            match &path.when_time_is_up {
                TimeIsUp::Approve => self.add(
                    "silence-approves",
                    self.line(&["paths", id.as_str(), "when_time_is_up"]).or(line),
                    format!("silence approves on the path {id}"),
                    "An approval that nobody gave is no control, and an auditor will say so.",
                    "“hold”, “lapse” or { widen = \"…\" }",
                ),
                TimeIsUp::Widen(role) => {
                    let people: BTreeSet<_> = answering.iter().flat_map(|role| self.people_of(role)).collect();
                    if self.people_of(role).all(|person| people.contains(person)) {
                        self.add(
                            "widen-adds-nobody",
                            self.line(&["paths", id.as_str(), "when_time_is_up"]).or(line),
                            format!("when time is up, {id} widens to {role}, who could answer all along"),
                            "The fallback is the people who did not answer.",
                            "a role with other people in it",
                        );
                    }
                    answering.insert(role);
                }
                TimeIsUp::Hold | TimeIsUp::Lapse => {}
            }
            let of_client = |role: &&RoleId| policy.roles.get(*role).is_some_and(|role| role.party.as_str() == CLIENT);
            if !answering.is_empty() && answering.iter().all(of_client) {
                self.add(
                    "approval-owed-by-client-alone",
                    line,
                    format!("only the client decides on the path {id}"),
                    "Those who know the system best, and those who answer for its risk, have no part in the decision.",
                    "a stage or an alternative from another party",
                );
            }
            for (index, stage) in path.stages.iter().enumerate() {
                let step = index.to_string();
                let at = self.line(&["paths", id.as_str(), "stages", &step]).or(line);
                let roles: Vec<&RoleId> = stage.alternatives.iter().chain([&stage.role]).collect();
                let people: BTreeSet<_> = roles.iter().flat_map(|role| self.people_of(role)).collect();
                let may_ask = &policy.may.request_approval;
                if stage.quorum == 1 && path.stages.len() == 1 && may_ask.len() == 1 && roles == [&may_ask[0]] {
                    self.add(
                        "own-role-approves",
                        at,
                        format!("{} asks and approves: one colleague's yes is enough on {id}", stage.role),
                        "People of one seat share a boss and a deadline; that is no second pair of eyes.",
                        "another role, or a quorum of 2",
                    );
                } else if people.len() > 1 && people.len() == stage.quorum as usize {
                    self.add(
                        "quorum-needs-everybody",
                        at,
                        format!("{id} needs all {} people who could approve", people.len()),
                        "If one of them asks, or is away, it can't be approved.",
                        "a smaller quorum, or more people into the role",
                    );
                }
                if path.question_pauses && stage.terms.pause.at_most <= Span::ZERO {
                    self.add(
                        "question-pauses-without-cap",
                        at,
                        format!("a question stops the clock of {id}, and nothing says for how long at most"),
                        "A question on the last minute could stop the clock for ever.",
                        "pause = { reasons = [\"waiting on the requester\"], at_most = \"8h\" } in the stage",
                    );
                }
            }
            for (flow, _) in policy.workflows.iter().filter(|(_, flow)| flow.path.as_ref() == Some(id)) {
                if !path.break_glass.is_empty() && policy.target(Duty::ReviewBreakGlass, flow, None).is_none() {
                    self.add(
                        "break-glass-without-review",
                        line,
                        format!("nobody owes a look at a break-glass approval of {flow}"),
                        "An emergency that nobody looks at afterwards becomes the ordinary way.",
                        "[[targets]] with duty = \"review-break-glass\" that fits it",
                    );
                }
                if path.question_pauses && policy.target(Duty::AnswerQuestion, flow, None).is_none() {
                    self.add(
                        "question-without-clock",
                        line,
                        format!("a question about an approval of {flow} stops the clock, and nobody owes the answer"),
                        "The request then waits with no clock running at all.",
                        "[[targets]] with duty = \"answer-question\" that fits it",
                    );
                }
            }
        }
    }

    /// Acknowledgements that expire into nothing.
    fn expiries(&mut self) {
        let policy = self.policy;
        for target in policy.targets.iter().filter(|target| target.terms.expires_after.is_some()) {
            let severity = target.severities.first().copied();
            let unasked = policy.workflows.keys().find(|id| {
                let counts = policy.target(target.duty, id, severity) == Some(target);
                counts && policy.target(Duty::StillWorking, id, severity).is_none()
            });
            if let Some(id) = unasked {
                self.add(
                    "expiry-without-question",
                    Some(target.line),
                    format!("an acknowledgement for {id} expires, and nobody owes an answer to “still working on it?”"),
                    "Work that stopped quietly looks like work that goes on.",
                    "[[targets]] with duty = \"still-working\" that fits it",
                );
            }
        }
    }

    /// A name in a sentence must mean one person: a quorum of two by one human with two keys can't be told.
    fn people(&mut self) {
        let mut seen: BTreeMap<String, &PersonId> = BTreeMap::new();
        for (id, person) in &self.policy.people {
            if let Some(first) = seen.insert(skeleton(&person.name), id) {
                self.add(
                    "names-look-the-same",
                    self.line(&["people", id.as_str(), "name"]),
                    format!("{first} and {id} have names that look the same: {}", person.name),
                    "Nobody can tell from a card whether one of them decided, or both.",
                    "a name that tells them apart, or one person with all their accounts",
                );
            }
        }
    }

    fn channels(&mut self) {
        let mut seen: BTreeMap<&Channel, &WorkflowId> = BTreeMap::new();
        for (id, workflow) in &self.policy.workflows {
            for channel in &workflow.channels {
                if let Some(first) = seen.insert(channel, id) {
                    self.add(
                        "workflows-share-a-channel",
                        self.line(&["workflows", id.as_str()]),
                        format!("{first} and {id} share the channel {}", channel.id),
                        "Whoever opens something there must say for which of them, each time.",
                        "a channel of its own",
                    );
                }
            }
        }
    }

    fn calendars(&mut self) {
        for (id, calendar) in &self.policy.calendars {
            if calendar.has_no_holidays() {
                self.add(
                    "calendar-without-holidays",
                    self.line(&["calendars", id.as_str()]),
                    format!("the calendar {id} has no holidays"),
                    "On the first one, answers are late that nobody could give.",
                    "holidays = [\"2026-12-25\"], and the others of the place",
                );
            }
        }
        let people = self.policy.people.iter().map(|(id, person)| ("people", id.as_str(), person.zone));
        let calendars = self.policy.calendars.iter().map(|(id, calendar)| ("calendars", id.as_str(), calendar.zone()));
        let zones: Vec<_> = people.chain(calendars).collect();
        for (table, id, zone) in zones {
            // `EST`, `Etc/GMT-5`: what stands still all year is seldom where somebody works.
            if zone.name().starts_with("Etc/GMT") || ["EST", "MST", "HST"].contains(&zone.name()) {
                self.add(
                    "zone-without-a-place",
                    self.line(&[table, id, "zone"]),
                    format!("the zone {} of {id} is no place", zone.name()),
                    "Its clocks are never put forward, so half of the year its hours are an hour off.",
                    match zone.name() {
                        "EST" => "a place: “America/New_York”",
                        "MST" => "a place: “America/Denver”",
                        "HST" => "a place: “Pacific/Honolulu”",
                        _ => "a place of that zone, such as “Asia/Kolkata” for +05:30",
                    },
                );
            }
        }
    }

    fn digests(&mut self) {
        for (index, digest) in self.policy.digests.iter().enumerate() {
            let line = self.line(&["digests", &index.to_string(), "cron"]);
            let Ok(falls) = Falls::read(&digest.cron) else { continue };
            let first: Vec<At> = falls.upcoming(digest.zone, At(0)).take(50).collect();
            let last = falls.last(digest.zone);
            let (what, why) = match (first.as_slice(), last) {
                ([], _) => (format!("the digest {} never falls", digest.name), "Nobody misses what never came."),
                (_, Some(last)) => {
                    let day = last.utc().map_or_else(String::new, |it| format!(" on {}", it.format("%Y-%m-%d")));
                    (format!("the digest {} falls last{day}", digest.name), "Nobody hears when figures stop coming.")
                }
                (falls, None) if falls.windows(2).any(|two| two[1] - two[0] < Span::hours(1)) => (
                    format!("the digest {} falls more than once an hour", digest.name),
                    "What comes all the time isn't read.",
                ),
                (_, None) => continue,
            };
            self.add("digest-at-odd-times", line, what, why, "cron = \"0 9 * * Mon\", Mondays at nine");
        }
    }

    fn people_of(&self, role: &RoleId) -> impl Iterator<Item = &'p PersonId> + use<'p> {
        self.policy.may_hold(role).into_iter()
    }
}

#[cfg(test)]
mod tests;
