//! How long closed cases are kept, as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::kinds::CaseKind;
use super::super::super::text::nearest;
use super::super::super::{Label, WorkflowId};
use super::super::retention::RetentionClass;
use super::finding::{Place, quote, some_of};
use super::resolve::Resolve;
use super::word::{Placed, Word, Words, kind};
use super::yes;

/// A century: whatever is kept for longer is kept for ever.
const MOST_DAYS: u32 = 36_525;

/// A class of cases that are kept for as long once they are closed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetentionTable {
    /// How the class is called.
    class: Word<kind::Key>,
    /// How many days after it was closed a case is kept. Longer ones count for cases that are closed already, shorter ones don't.
    #[schemars(range(min = 1, max = 36525))]
    days: Placed<u32>,
    /// The kinds of cases; all of them if left out.
    kind: Option<Words<kind::CaseKindWord>>,
    /// The workflows; all of them if left out.
    workflow: Option<Words<kind::Workflow>>,
    /// Whether an erasure waits until then, whoever asks for it. `true` if left out: say `false` where no law asks for the words.
    #[serde(default = "yes")]
    erasure_waits: bool,
}

impl Resolve<'_, '_> {
    pub(super) fn retention(&mut self, written: &[Placed<RetentionTable>]) {
        let mut names: BTreeMap<Label, Place> = BTreeMap::new();
        for Placed { value: table, at } in written {
            let days = self.days_kept(table.days);
            let name = self.key(&table.class).map(|()| Label::from(table.class.text.as_str()));
            let (kinds, workflows) =
                (self.kinds_kept(table.kind.as_ref()), self.workflows_kept(table.workflow.as_ref()));
            let (Some(name), Some(kinds), Some(workflows)) = (name, kinds, workflows) else { continue };
            if let Some(first) = names.insert(name.clone(), table.class.at) {
                let what = format!("there is a class “{name}” on line {} already", self.found.line(first));
                self.found.add(table.class.at, what, "another name: closed cases remember it");
            }
            let class = RetentionClass { name, days, kinds, workflows, erasure_waits: table.erasure_waits };
            if let Some(earlier) = self.policy.retention.iter().find(|earlier| takes_all_of(earlier, &class)) {
                let what = format!("“{}” above fits every case that this would", earlier.name);
                self.found.add(*at, what, "this one above it, or less in that one");
            }
            self.policy.retention.push(class);
        }
    }

    /// # Errors
    /// Found: less than a day, or more than a century.
    pub(super) fn days_kept(&mut self, Placed { value: days, at }: Placed<u32>) -> u32 {
        if !(1..=MOST_DAYS).contains(&days) {
            self.found.add(
                at,
                "evidence is kept for some days, and at most for a century",
                "the days, such as 2555 for seven years",
            );
        }
        days
    }

    fn kinds_kept(&mut self, written: Option<&Words<kind::CaseKindWord>>) -> Option<Vec<CaseKind>> {
        let Some(Words(words)) = written else { return Some(Vec::new()) };
        let mut kinds: Vec<CaseKind> = Vec::new();
        for word in words {
            let Some(kind) = CaseKind::by_word(word.text.trim()) else {
                let known = || CaseKind::ALL.into_iter().map(CaseKind::word);
                let write = match nearest(&word.text, known()) {
                    Some(near) => format!("“{near}”"),
                    None => format!("one of {}", some_of(known())),
                };
                self.found.add(word.at, format!("{} is no kind of case", quote(&word.text)), write);
                return None;
            };
            match kinds.contains(&kind) {
                true => self.found.add(word.at, format!("{} is there twice", quote(&word.text)), "it once"),
                false => kinds.push(kind),
            }
        }
        Some(kinds)
    }

    fn workflows_kept(&mut self, written: Option<&Words<kind::Workflow>>) -> Option<Vec<WorkflowId>> {
        let Some(Words(words)) = written else { return Some(Vec::new()) };
        self.distinct(words);
        words.iter().map(|word| self.name(word).map(WorkflowId::from)).collect()
    }
}

/// Whether no case is left for a later class.
fn takes_all_of(earlier: &RetentionClass, later: &RetentionClass) -> bool {
    fn all<T: PartialEq>(earlier: &[T], later: &[T]) -> bool {
        earlier.is_empty() || (!later.is_empty() && later.iter().all(|it| earlier.contains(it)))
    }
    all(&earlier.kinds, &later.kinds) && all(&earlier.workflows, &later.workflows)
}
