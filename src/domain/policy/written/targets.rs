//! Targets and approval paths: the terms under which answers are owed, and whether they can be kept at all.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::duty::Owed;
use super::super::super::kinds::{CaseKind, incident};
use super::super::super::line::{Named, say};
use super::super::super::text::nearest;
use super::super::super::{
    CalendarId, Duty, LadderId, PathId, PersonId, RoleId, Severity, Span, WorkflowId, WorkflowStage,
};
use super::super::{Bottleneck, Path, PathStage, PauseRule, Target, TargetTerms, TimeIsUp};
use super::finding::{Place, quote, some_of};
use super::resolve::Resolve;
use super::word::{Placed, Word, Words, kind};
use super::{BottleneckTable, PathTable, PauseTable, StageTable, TargetTable, WhenTimeIsUp, value};

/// Deadlines further away than this in a calendar's open hours are a slip, and computing them is slow.
const MOST_WEEKS: i64 = 500;

/// The keys that a target and a stage share.
struct Terms<'w> {
    at: Place,
    within: &'w Word<kind::Length>,
    calendar: Option<&'w Word<kind::Calendar>>,
    ladder: Option<&'w Word<kind::Ladder>>,
    urgent: bool,
    pause: Option<&'w PauseTable>,
    expires_after: Option<&'w Word<kind::Length>>,
}

impl Resolve<'_, '_> {
    pub fn targets(&mut self, written: &[Placed<TargetTable>], default: Option<&Word<kind::Ladder>>) {
        let mut all: Vec<(Target, Place)> = Vec::new();
        for Placed { value: table, at } in written {
            if let Some(target) = self.target(table, *at, default) {
                all.push((target, *at));
            }
        }
        self.never_counting(&all);
        self.policy.targets = all.into_iter().map(|(target, _)| target).collect();
    }

    fn target(&mut self, table: &TargetTable, at: Place, default: Option<&Word<kind::Ladder>>) -> Option<Target> {
        let Placed { value: duty, at: duty_at } = table.duty;
        let holder = table.holder.as_ref().and_then(|word| self.name(word)).map(RoleId::from);
        match (duty.row().owed, &table.holder) {
            (Owed::ByHolder, Some(word)) => {
                if let Some(role) = &holder {
                    self.not_empty(role, word.at, &format!("owes “{duty}” here"));
                }
            }
            (Owed::ByHolder, None) => {
                let what = format!("nobody owes this: “{duty}” needs a holder");
                self.found.add(duty_at, what, "holder = \"…\", with the role that owes it");
            }
            (Owed::ByThem(_), None) => {}
            (Owed::ByThem(whom), Some(word)) => {
                let what = format!("“{duty}” is owed by {whom}, so it takes no holder");
                self.found.add(word.at, what, "the target without `holder`");
            }
            (Owed::ByPromise, _) => {
                let what = format!("“{duty}” is due on the day that was promised, so a target for it has no effect");
                let line = incident::Verb::Followup.of(CaseKind::Incident);
                let write = say!["no such target: ", line, " asks for the day"].to_string();
                self.found.add(duty_at, what, write);
            }
            (Owed::ByLaw, _) => {
                let what = format!("“{duty}” is due as the law says, so a target for it has no effect");
                self.found.add(duty_at, what, "[regulation.…], with the regimes and the role that owes the reports");
            }
            (Owed::InPlans, _) => {
                let what =
                    format!("“{duty}” has its time in the plan of the rollback, so a target for it has no effect");
                self.found.add(duty_at, what, "[rollback.…], with `authorise_within`, `step_within` and the others");
            }
            (Owed::InPaths, _) => {
                let what = "approvals have their targets in their path, not here";
                self.found.add(duty_at, what, "`role` and `within` under [[paths.….stages]]");
            }
        }
        if let Some(expires) = &table.expires_after
            && duty != Duty::Acknowledge
        {
            self.found.add(expires.at, "only an acknowledgement expires", "the target without `expires_after`");
        }
        if let Some(next) = &table.next_at_most
            && duty != Duty::Update
        {
            self.found.add(next.at, "only an update has a next one", "the target without `next_at_most`");
        }
        let next_at_most = table.next_at_most.as_ref().map(|word| (word.at, self.some_time(word)));
        let severities = self.severities(duty, table.severity.as_ref());
        let workflows = self.fitting_workflows(table);
        let terms = self.terms(Terms {
            at,
            within: &table.within,
            calendar: table.calendar.as_ref(),
            ladder: table.ladder.as_ref().or(default),
            urgent: table.urgent,
            pause: table.pause.as_ref(),
            expires_after: table.expires_after.as_ref(),
        });
        Some(Target {
            duty,
            workflows: workflows?,
            severities: severities?,
            stage: table.stage.map(|stage| stage.value),
            tier: table.tier.as_ref().map(|tier| tier.text.trim().to_string()),
            holder,
            next_at_most: match (next_at_most, terms.as_ref()) {
                (Some((at, Some(most))), Some(terms)) if most < terms.within => {
                    let what = format!("the next update would have to come before it is owed ({})", terms.within);
                    self.found.add(at, what, "`next_at_most` as long as `within`, or longer");
                    None
                }
                (next, _) => next.and_then(|(_, most)| most),
            },
            terms: terms?,
            line: self.found.line(at),
        })
    }

    fn severities(&mut self, duty: Duty, written: Option<&Words<kind::SeverityWord>>) -> Option<Vec<Severity>> {
        let Some(Words(words)) = written else {
            return Some(Vec::new());
        };
        let mut severities: Vec<Severity> = Vec::new();
        for word in words {
            if !duty.has_severity() {
                let kind = duty.row().kind;
                let what = format!("“{duty}” belongs to {kind}s, and those have no severity");
                self.found.add(word.at, what, "the target without `severity`");
                return None;
            }
            let severity = self.value(word, value::severity)?;
            match severities.contains(&severity) {
                true => self.found.add(word.at, format!("{severity} is there twice"), "it once"),
                false => severities.push(severity),
            }
        }
        Some(severities)
    }

    /// The workflows of a target, each of which must be at the stage and of the tier that the target asks for.
    fn fitting_workflows(&mut self, table: &TargetTable) -> Option<Vec<WorkflowId>> {
        let tiers: BTreeSet<String> = self.policy.workflows.values().filter_map(|flow| flow.tier.clone()).collect();
        if let Some(word) = &table.tier
            && !tiers.contains(word.text.trim())
        {
            let known = || tiers.iter().map(String::as_str);
            let write = match (nearest(&word.text, known()), tiers.is_empty()) {
                (Some(near), _) => format!("“{near}”"),
                (None, false) => format!("one of {}", some_of(known())),
                (None, true) => "tier = \"…\" in a workflow first".to_string(),
            };
            self.found.add(word.at, format!("no workflow is of the tier {}", quote(&word.text)), write);
            return None;
        }
        let Some(Words(words)) = &table.workflow else {
            return Some(Vec::new());
        };
        self.distinct(words);
        let mut workflows = Vec::new();
        for word in words {
            let id = WorkflowId::from(self.name(word)?);
            if let Some(flow) = self.policy.workflows.get(&id) {
                let stage = flow.stage;
                let of_tier = table.tier.as_ref().is_none_or(|tier| flow.tier.as_deref() == Some(tier.text.trim()));
                if table.stage.is_some_and(|asked| asked.value != stage) {
                    let what = format!("{id} is in {stage}, so this target does not fit it");
                    self.found.add(word.at, what, format!("the target without `stage`, or stage = \"{stage}\""));
                } else if !of_tier {
                    let what = format!("{id} is not of that tier, so this target does not fit it");
                    self.found.add(word.at, what, "the target without `tier`");
                }
            }
            workflows.push(id);
        }
        Some(workflows)
    }

    fn terms(&mut self, written: Terms<'_>) -> Option<TargetTerms> {
        let within = self.some_time(written.within);
        let calendar = written.calendar.and_then(|word| self.name(word)).map(CalendarId::from);
        let calendar_is_known = written.calendar.is_some() == calendar.is_some();
        if let (Some(within), Some(calendar)) = (within, &calendar)
            && let Some(open) = self.open_minutes.get(calendar.as_str()).copied()
            && open > 0
            && within.in_minutes() / open > MOST_WEEKS
        {
            let what = format!("{calendar} opens too few hours for that: it would take more than {MOST_WEEKS} weeks");
            self.found.add(written.within.at, what, "a shorter span, or a calendar with longer hours");
        }
        let ladder = match written.ladder {
            Some(word) => self.name(word).map(LadderId::from),
            None if self.headless => None,
            None => {
                self.found.add(
                    written.at,
                    "no ladder: nothing would happen as time passes",
                    "ladder = \"…\", here or in [policy]",
                );
                None
            }
        };
        let pause = written.pause.map(|pause| self.pause(pause));
        let expires_after = written.expires_after.map(|word| self.some_time(word));
        Some(TargetTerms {
            within: within?,
            calendar: if calendar_is_known { calendar } else { return None },
            ladder: ladder?,
            urgent: written.urgent,
            pause: match pause {
                Some(pause) => pause?,
                None => PauseRule::default(),
            },
            expires_after: match expires_after {
                Some(span) => Some(span?),
                None => None,
            },
        })
    }

    fn pause(&mut self, table: &PauseTable) -> Option<PauseRule> {
        let mut reasons: Vec<String> = Vec::new();
        for word in &table.reasons {
            match self.text(word) {
                Some(reason) if reasons.contains(&reason) => {
                    self.found.add(word.at, format!("{} is there twice", quote(&reason)), "it once");
                }
                Some(reason) => reasons.push(reason),
                None => {}
            }
        }
        let at_most = self.some_time(&table.at_most);
        if table.reasons.is_empty() {
            let what = "a pause without any reason that is allowed can never be taken";
            self.found.add(table.at_most.at, what, "reasons = [\"waiting on the requester\"], or no `pause`");
        }
        Some(PauseRule { reasons, at_most: at_most? })
    }

    /// A span that isn't nothing.
    pub(super) fn some_time(&mut self, word: &Word<kind::Length>) -> Option<Span> {
        match self.value(word, value::span)? {
            Span::ZERO => {
                self.found.add(word.at, format!("{} leaves no time at all", quote(&word.text)), "a span such as “15m”");
                None
            }
            span => Some(span),
        }
    }

    pub fn path(&mut self, key: &Word<kind::Key>, table: &PathTable, default: Option<&Word<kind::Ladder>>) {
        self.value(key, value::key);
        let name = self.text(&table.name);
        let when_time_is_up = match &table.when_time_is_up {
            None | Some(WhenTimeIsUp::Hold) => Some(TimeIsUp::Hold),
            Some(WhenTimeIsUp::Lapse) => Some(TimeIsUp::Lapse),
            Some(WhenTimeIsUp::Approve) => Some(TimeIsUp::Approve),
            Some(WhenTimeIsUp::Widen(word)) => {
                let role = self.name(word).map(RoleId::from);
                if let Some(role) = &role {
                    self.not_empty(role, word.at, "is to answer when time is up");
                }
                role.map(TimeIsUp::Widen)
            }
        };
        self.distinct(&table.break_glass);
        let mut break_glass = Vec::new();
        for word in &table.break_glass {
            if let Some(role) = self.name(word).map(RoleId::from) {
                self.not_empty(&role, word.at, "may break the glass");
                break_glass.push(role);
            }
        }
        let bottleneck = table.bottleneck.as_ref().and_then(|it| self.bottleneck(&it.value, it.at));
        let queue = table.queue.as_ref().and_then(|it| self.queue(it));
        if table.stages.is_empty() {
            self.found.add(key.at, "nobody decides: this path has no stage", format!("[[paths.{}.stages]]", key.text));
        }
        let stages: Vec<_> = table.stages.iter().filter_map(|stage| self.stage(stage, default)).collect();
        if stages.len() == table.stages.len() {
            self.enough_people(&stages, key);
        }
        if let (Some(name), Some(when_time_is_up)) = (name, when_time_is_up) {
            let path = Path {
                name,
                stages,
                when_time_is_up,
                reason_on_approve: table.reason_on_approve,
                break_glass,
                question_pauses: table.question_pauses,
                held_by_freeze: table.held_by_freeze.unwrap_or(true),
                bottleneck,
                queue,
                line: self.found.line(key.at),
            };
            self.policy.paths.insert(PathId::from(key.text.as_str()), path);
        }
    }

    fn bottleneck(&mut self, table: &BottleneckTable, at: Place) -> Option<Bottleneck> {
        if table.pending_over.is_none() && table.p90_over.is_none() {
            self.found.add(
                at,
                "a bottleneck without a limit is never seen",
                "pending_over = \"8h\", or p90_over, or both",
            );
        }
        let pending_over = table.pending_over.as_ref().and_then(|word| self.some_time(word));
        let p90_over = table.p90_over.as_ref().and_then(|word| self.some_time(word));
        let severity = match &table.severity {
            Some(word) => self.value(word, value::severity)?,
            None => Severity::Sev3,
        };
        Some(Bottleneck { pending_over, p90_over, severity })
    }

    fn stage(&mut self, written: &Placed<StageTable>, default: Option<&Word<kind::Ladder>>) -> Option<PathStage> {
        let table = &written.value;
        let role = self.name(&table.role).map(RoleId::from);
        if let Some(role) = &role {
            self.not_empty(role, table.role.at, "decides here");
        }
        self.distinct(&table.alternatives);
        let mut alternatives = Vec::new();
        for word in &table.alternatives {
            if word.text == table.role.text {
                self.found.add(word.at, format!("{} is this stage's role already", quote(&word.text)), "it once");
            }
            alternatives.extend(self.name(word).map(RoleId::from));
        }
        let terms = self.terms(Terms {
            at: written.at,
            within: &table.within,
            calendar: table.calendar.as_ref(),
            ladder: table.ladder.as_ref().or(default),
            urgent: table.urgent,
            pause: table.pause.as_ref(),
            expires_after: None,
        });
        let quorum = table.quorum.map_or(1, |quorum| quorum.value);
        let mut possible = true;
        if let (Some(role), Some(Placed { at, .. })) = (&role, table.quorum) {
            let roles: Vec<&RoleId> = std::iter::once(role).chain(&alternatives).collect();
            let known = alternatives.len() == table.alternatives.len() && roles.iter().all(|role| self.is_sure(role));
            let people = roles.iter().flat_map(|role| self.holders(role)).collect::<BTreeSet<_>>().len();
            if quorum == 0 {
                self.found.add(at, "a quorum of 0 would approve everything", "1 or more");
                possible = false;
            } else if known && quorum as usize > people && people > 0 {
                let what = format!("{quorum} must approve, and only {people} could");
                self.found.add(at, what, format!("{people} or less, or more people into the role"));
                possible = false;
            }
        }
        if !possible {
            return None;
        }
        Some(PathStage { role: role?, alternatives, quorum, terms: terms? })
    }

    /// Approvers are distinct across the stages of a path, so all its quorums must be filled by different people at
    /// once. Each of them is a seat; people are seated one by one, moving others where that makes room (Kuhn's matching).
    fn enough_people(&mut self, stages: &[PathStage], key: &Word<kind::Key>) {
        let seats: Vec<BTreeSet<PersonId>> = stages
            .iter()
            .flat_map(|stage| {
                let roles = || std::iter::once(&stage.role).chain(&stage.alternatives);
                let people: BTreeSet<PersonId> = roles().flat_map(|role| self.holders(role)).cloned().collect();
                std::iter::repeat_n(people, (stage.quorum as usize).min(100))
            })
            .take(100)
            .collect();
        let unclear = stages.iter().flat_map(|it| it.alternatives.iter().chain([&it.role])).any(|it| !self.is_sure(it));
        // A stage without anybody has been told already.
        if unclear || stages.len() < 2 || seats.iter().any(BTreeSet::is_empty) {
            return;
        }
        let mut seated: BTreeMap<&PersonId, usize> = BTreeMap::new();
        let filled =
            (0..seats.len()).take_while(|seat| seat_at(*seat, &seats, &mut seated, &mut BTreeSet::new())).count();
        if filled < seats.len() {
            let what = format!(
                "this path needs {} different people across its stages, and never finds more than {filled}",
                seats.len()
            );
            self.found.add(key.at, what, "more people into its roles, or a smaller quorum");
        }
    }

    fn holders(&self, role: &RoleId) -> impl Iterator<Item = &PersonId> {
        self.policy.roles.get(role).into_iter().flat_map(|role| &role.members)
    }

    /// Whether all members of a role could be read.
    fn is_sure(&self, role: &RoleId) -> bool {
        self.policy.roles.contains_key(role) && !self.unsure.contains(role)
    }

    /// A target that an earlier one covers in every case that there can be is a mistake in the order, and a quiet one:
    /// somebody believes in terms that never hold. Tried on every workflow, on workflows that might be added at each
    /// stage and tier, and on each severity and none.
    fn never_counting(&mut self, all: &[(Target, Place)]) {
        let tiers: BTreeSet<&str> = self.policy.workflows.values().filter_map(|flow| flow.tier.as_deref()).collect();
        let known = self.policy.workflows.iter().map(|(id, flow)| (Some(id), flow.stage, flow.tier.as_deref()));
        let to_come = [WorkflowStage::Pilot, WorkflowStage::Production]
            .into_iter()
            .flat_map(|stage| tiers.iter().map(|tier| Some(*tier)).chain([None]).map(move |tier| (None, stage, tier)));
        let cases: Vec<_> = known
            .chain(to_come)
            .flat_map(|flow| Severity::ALL.map(Some).into_iter().chain([None]).map(move |severity| (flow, severity)))
            .collect();
        let mut taken: BTreeMap<Duty, Vec<Option<usize>>> = BTreeMap::new();
        let mut told = Vec::new();
        for (target, at) in all {
            let taken = taken.entry(target.duty).or_insert_with(|| vec![None; cases.len()]);
            let mut earlier = BTreeSet::new();
            let mut fits_something = false;
            let mut counts = false;
            for (((id, stage, tier), severity), taken) in cases.iter().zip(taken.iter_mut()) {
                let fits = (target.workflows.is_empty() || id.is_some_and(|id| target.workflows.contains(id)))
                    && (target.severities.is_empty() || severity.is_some_and(|it| target.severities.contains(&it)))
                    && target.stage.is_none_or(|asked| asked == *stage)
                    && (target.tier.is_none() || target.tier.as_deref() == *tier);
                if fits {
                    fits_something = true;
                    match taken {
                        Some(line) => {
                            earlier.insert(*line);
                        }
                        None => {
                            *taken = Some(target.line);
                            counts = true;
                        }
                    }
                }
            }
            if fits_something && !counts {
                told.push((*at, earlier));
            }
        }
        for (at, earlier) in told {
            let lines: Vec<String> = earlier.iter().map(usize::to_string).collect();
            let what = match lines.as_slice() {
                [line] => format!("never counts: line {line} comes first and fits the same"),
                lines => format!("never counts: lines {} come first and fit the same", lines.join(", ")),
            };
            self.found.add(at, what, "it above, since the first that fits counts, or take it out");
        }
    }
}

/// Finds somebody for a seat, and says whether that was possible. `tried` are the people who were asked to move before.
fn seat_at<'p>(
    seat: usize,
    seats: &'p [BTreeSet<PersonId>],
    seated: &mut BTreeMap<&'p PersonId, usize>,
    tried: &mut BTreeSet<&'p PersonId>,
) -> bool {
    for person in &seats[seat] {
        if !tried.insert(person) {
            continue;
        }
        let free = match seated.get(person).copied() {
            None => true,
            Some(other) => seat_at(other, seats, seated, tried),
        };
        if free {
            seated.insert(person, seat);
            return true;
        }
    }
    false
}
