//! One case of a bundle: is all of it here, does the context explain it, and does what is told of it follow from its entries?

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Frame, Tally};
use crate::domain::CaseId;
use crate::evidence::audit::Place;
use crate::evidence::bundle::delegations::Delegations;
use crate::evidence::bundle::derive::{self, Explained, Sealed};
use crate::evidence::bundle::lacking::numbers;
use crate::evidence::bundle::readings::{self, Numbers, OfCase};
use crate::evidence::bundle::{BundleError, export, layout};
use crate::ledger::Subjects;
use crate::ledger::record::Record;

/// The entries of no case, and which of them some case needs.
pub(super) struct Explaining<'e> {
    context: &'e [Sealed],
    delegations: Delegations<'e>,
    explained: Explained<'e>,
    /// Whether each entry whose words are gone was looked at.
    looked: BTreeSet<u64>,
    /// Those whose words were erased or are withheld, as the context says.
    taken: Vec<u64>,
}

impl<'e> Explaining<'e> {
    pub(super) fn by(context: &'e [Sealed]) -> Explaining<'e> {
        let (delegations, explained) = (Delegations::of(context), Explained::by(context));
        Explaining { context, delegations, explained, looked: BTreeSet::new(), taken: Vec::new() }
    }

    /// Which words were erased or are withheld, for people.
    pub(super) fn without_words(&self) -> Option<String> {
        let words = |which| {
            format!(
                "Of {which} the words were erased or are withheld, and the ledger says why: only the commitments are here."
            )
        };
        (!self.taken.is_empty()).then(|| words(numbers(&self.taken)))
    }

    pub(super) fn nameless(&self) -> Vec<String> {
        self.delegations.nameless()
    }
}

impl Check {
    pub(super) fn case(
        &mut self,
        frame: &Frame,
        case: CaseId,
        subjects: &Subjects,
        explaining: &mut Explaining<'_>,
        tally: &mut Tally,
    ) -> Result<(), BundleError> {
        let folder = layout::of_case(&frame.scope, case);
        let list = format!("{folder}case.json");
        let named = match self.text(&list)?.map(|text| serde_json::from_str::<serde_json::Value>(&text)) {
            Some(Ok(mut about)) => serde_json::from_value::<Numbers>(about["entries"].take()).ok(),
            Some(Err(error)) => {
                self.unsound(&list, format!("{list} can't be read: {error}."));
                None
            }
            None => None,
        };
        let place = |seq| layout::entry(&frame.scope, case, seq);
        let entries = self.entries(&format!("{folder}entries"), &list, &place, named.as_ref(), subjects)?;
        if entries.is_empty() {
            self.incomplete(Place::Whole, format!("There is no entry of {case} in it."));
        }
        self.chain(&entries);
        self.numbering(case, &entries);
        tally.entries += entries.len();
        let is_manual = |entry: &&Sealed| entry.envelope.as_ref().is_some_and(|envelope| envelope.manual);
        tally.manual += entries.iter().filter(is_manual).count() as u64;
        tally.proven += self.proofs(frame, &entries)?;
        tally.example = export::example(tally.example, case, &entries);
        if let Some((seq, schema)) = derive::strange(entries.iter().chain(explaining.context)) {
            self.incomplete(seq, format!(
                "Entry {seq} is of schema {schema}, which this version of Countersign doesn't know: the seals were checked, and what the entries \
                 say was not. The bundle says that {} made it: check it with that version.",
                frame.made_by()
            ));
            self.give_up(&folder, tally);
            return Ok(());
        }
        let moments = entries.iter().filter_map(|entry| entry.envelope.as_ref()).map(|envelope| envelope.at);
        if !frame.scope.reaches(moments) {
            self.incomplete(
                Place::Whole,
                format!("Nothing of {case} is of the period that the bundle is of: it was added."),
            );
        }
        let own = explaining.explained.add(case, &entries);
        let context: Vec<&Sealed> = explaining.context.iter().filter(|entry| own.contains(&entry.seq())).collect();
        self.context(case, &entries, &context, explaining);
        self.story(frame, case, &entries, &context, tally)
    }

    /// Whatever is told of the case isn't looked at.
    fn give_up(&mut self, folder: &str, tally: &mut Tally) {
        tally.gave_up = true;
        let told: Vec<String> = self.shelf.below(folder).map(str::to_owned).collect();
        let is_told = |path: &&String| !path[folder.len()..].contains('/');
        told.iter().filter(is_told).for_each(|path| self.claim(path));
    }

    /// Whether the context says of everybody who is meant, of everybody who stood in for somebody that they did, and of all words
    /// that are gone that they were erased or withheld.
    fn context(&mut self, case: CaseId, entries: &[Sealed], context: &[&Sealed], explaining: &mut Explaining<'_>) {
        for hole in explaining.delegations.holes(entries) {
            self.incomplete(Place::Whole, hole);
        }
        let policy = derive::fold(case, entries).case.map(|case| case.policy);
        let loads = |entry: &&&Sealed| policy.as_ref().is_some_and(|policy| derive::loads(entry, policy));
        let taken: BTreeSet<u64> = explaining.context.iter().flat_map(derive::taken_by).collect();
        let gone =
            entries.iter().chain(context.iter().copied()).filter(|entry| entry.is_without_words()).map(Sealed::seq);
        for seq in gone.collect::<BTreeSet<u64>>() {
            if !explaining.looked.insert(seq) {
                continue;
            }
            match taken.contains(&seq) {
                true => explaining.taken.push(seq),
                false => self.unsound(seq, format!(
                    "The words of entry {seq} are gone without a recorded erasure: no entry in data/context records it."
                )),
            }
        }
        if let Some(policy) = &policy
            && context.iter().find(loads).is_none()
        {
            self.incomplete(Place::Whole, format!("No entry in data/context loads the policy with the hash {policy}."));
        }
        let mut in_force = None;
        let loaded = context.iter().filter_map(|entry| Some((entry.seq(), derive::loaded(entry)?)));
        for (seq, (hash, replaces)) in loaded {
            if let (Some(before), Some(replaces)) = (in_force.replace(hash), replaces)
                && before != replaces
            {
                self.incomplete(seq, format!(
                    "Entry {seq} replaces the policy with the hash {replaces}, which no entry in data/context loads."
                ));
            }
        }
        let of_the_bot = context.iter().copied().filter(|entry| {
            !matches!(entry.record, Some(Record::Introduced(_) | Record::Withheld(_) | Record::Erased(_)) | None)
        });
        let mentioned = derive::mentioned(entries.iter().chain(of_the_bot));
        let introduced: BTreeSet<_> = context.iter().filter_map(|entry| derive::introduces(entry)).collect();
        for pseudonym in mentioned.difference(&introduced) {
            self.incomplete(Place::Whole, format!("No entry in data/context says who is meant by {pseudonym}."));
        }
    }

    /// Entries of no case that nothing needs were put there.
    pub(super) fn surplus_context(&mut self, context: &[Sealed], explaining: Explaining<'_>) {
        let needed = explaining.explained.all();
        for entry in context.iter().filter(|entry| !needed.contains(&entry.seq())) {
            let seq = entry.seq();
            match &entry.record {
                Some(_) => {
                    self.incomplete(seq, format!("Entry {seq} in data/context explains nothing here: it was added."))
                }
                None => self.unsound(seq, format!("Entry {seq} in data/context can't be read.")),
            }
        }
    }

    /// What was made from the entries is made again and compared; what the entries name must be there.
    fn story(
        &mut self,
        frame: &Frame,
        case: CaseId,
        entries: &[Sealed],
        context: &[&Sealed],
        tally: &mut Tally,
    ) -> Result<(), BundleError> {
        let folded = derive::fold(case, entries);
        for hole in folded.holes {
            self.incomplete(Place::Whole, hole);
        }
        if let Some(workflow) = frame.scope.workflow().filter(|_| frame.about.is_some())
            && folded.case.as_ref().is_some_and(|case| case.workflow != *workflow)
        {
            self.incomplete(
                Place::Whole,
                format!("{case} is of another workflow than the bundle is of: it was added."),
            );
        }
        for (seq, file) in derive::not_kept(entries) {
            self.verdict.never_kept(format!("Entry {seq}: {file}."));
        }
        let lacks_policy = self.loaded_policies(frame, context);
        if let Some(case) = &folded.case
            && !frame.policies.contains_key(case.policy.as_str())
            && !lacks_policy.contains(case.policy.as_str())
        {
            let note =
                format!("The text of the policy that {} was opened under was erased, so it shows no names.", case.id);
            self.verdict.notes.push(note);
        }
        self.attachments(frame, entries, tally)?;
        let Some(head) = frame.head.as_ref().filter(|_| lacks_policy.is_empty()) else {
            self.give_up(&layout::of_case(&frame.scope, case), tally);
            return Ok(());
        };
        let of = OfCase { case, entries, context, head, policies: &frame.policies, attached: &frame.attached };
        let told = readings::of_case(&of, &frame.scope, &mut |path, bytes| self.compare(frame, &path, &bytes))?;
        tally.lacks.extend(told.lacks);
        tally.rows.push(told.row);
        Ok(())
    }

    /// The hashes of policies whose text should be here and isn't.
    fn loaded_policies(&mut self, frame: &Frame, context: &[&Sealed]) -> BTreeSet<String> {
        let mut erased: BTreeMap<&str, bool> = BTreeMap::new();
        for entry in context {
            if let Some((hash, _)) = derive::loaded(entry) {
                *erased.entry(hash.as_str()).or_default() |= entry.is_without_words();
            }
        }
        let lacking = erased.into_iter().filter(|(hash, is_erased)| !is_erased && !frame.policies.contains_key(*hash));
        let lacking: BTreeSet<String> = lacking.map(|(hash, _)| hash.to_owned()).collect();
        for hash in &lacking {
            self.incomplete(&layout::policy(hash), format!("{} is missing.", layout::policy(hash)));
        }
        lacking
    }

    fn attachments(&mut self, frame: &Frame, entries: &[Sealed], tally: &mut Tally) -> Result<(), BundleError> {
        for file in derive::attachments(entries) {
            let path = layout::attachment(&file.sha256);
            if !frame.attached.contains(&file.sha256) {
                self.incomplete(
                    &path,
                    format!("The file “{}” of entry {} is not in the bundle: {path} is missing.", file.name, file.seq),
                );
            } else if tally.named.insert(file.sha256.clone())
                && self.shelf.sha256(&path)?.is_some_and(|found| found != file.sha256)
            {
                self.unsound(
                    &path,
                    format!("{path}, the file “{}” of entry {}, is not what it was.", file.name, file.seq),
                );
            }
        }
        Ok(())
    }
}
