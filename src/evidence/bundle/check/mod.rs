//! The check of a bundle without the database it came from: is it what was sealed, and is all of it there?

mod against;
mod case;
mod keys;
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use self::case::Explaining;
use super::bag::{self, DECLARATION, MANIFEST, SIGNATURE, STAMP, TAG_MANIFEST};
use super::derive::{self, Sealed};
use super::instructions::{self, Example};
use super::lacking::Lack;
use super::readings::{self, About, FORMAT, Numbers, OfLedger};
use super::scope::Scope;
use super::shelf::Shelf;
use super::table::Cell;
use super::{AGENT, BundleError, NAMESPACE, layout};
use crate::clock::Clock;
use crate::domain::text::counted;
use crate::domain::{At, CaseId};
use crate::evidence::audit::{Key, KeyFrom, Place, Verdict};
use crate::ledger::Subjects;
use crate::seal::{AllowedSigner, AllowedSigners, Checkpoint, SshKey, Verifier, timestamp, verify_ssh};

/// Checks a bundle: a folder, a zip or a tar.zst. `key` is the ledger's public key as text, got from elsewhere than the bundle.
///
/// # Errors
/// [`BundleError`] where nothing can be said; what is wrong with the bundle is in the verdict.
pub fn verify(path: &Path, key: Option<&str>) -> Result<Verdict, BundleError> {
    verify_signed(path, key, None)
}

/// What whoever checks has from elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The ledger's public key.
    pub key: Option<&'a str>,
    /// Who may sign bundles: the text of an `allowed_signers` file.
    pub signers: Option<&'a str>,
    /// A head of the ledger that was kept.
    pub head: Option<&'a str>,
}

/// As [`verify`], and it must have been signed by one of these: the text of an `allowed_signers` file, got from elsewhere.
///
/// # Errors
/// As [`verify`]; [`BundleError::Signers`].
pub fn verify_signed(path: &Path, key: Option<&str>, signers: Option<&str>) -> Result<Verdict, BundleError> {
    verify_given(path, Given { key, signers, head: None }).map(|(verdict, _)| verdict)
}

/// As [`verify_signed`], and whether the bundle's head goes on from one that was kept; with the signed head as it stands in the bundle: for
/// whoever asks who else signed it.
///
/// # Errors
/// As [`verify_signed`].
pub fn verify_given(path: &Path, given: Given<'_>) -> Result<(Verdict, Option<String>), BundleError> {
    let signers = given.signers.map(|text| AllowedSigners::parse(text, NAMESPACE)).transpose();
    let signers = signers.map_err(BundleError::Signers)?;
    let pinned = given.key.map(|key| key.trim().parse::<Verifier>()).transpose()?;
    let mut shelf = Shelf::open(path)?;
    let strange = std::mem::take(&mut shelf.strange);
    let unclaimed = shelf.names().clone();
    let mut check = Check { shelf, unclaimed, verdict: Verdict::default() };
    for path in strange {
        check.unsound(&path, format!("{path} is neither a file nor a folder."));
    }
    check.bag()?;
    check.signature(signers.as_ref())?;
    check.stamp()?;
    check.evidence(pinned, given.head)?;
    let head = check.shelf.bytes("data/checkpoint")?.and_then(|head| String::from_utf8(head).ok());
    Ok((check.verdict, head))
}

struct Check {
    shelf: Shelf,
    /// Files that nothing has asked for yet.
    unclaimed: BTreeSet<String>,
    verdict: Verdict,
}

/// What the bundle is of, and under which key and head.
struct Frame {
    scope: Scope,
    cases: Vec<CaseId>,
    about: Option<About>,
    verifier: Option<Verifier>,
    /// The key that was given, got from elsewhere.
    pinned: Option<Verifier>,
    note: Option<String>,
    head: Option<Checkpoint>,
    /// The texts of policies, by hash.
    policies: BTreeMap<String, String>,
    /// The hashes of the attachments that are there.
    attached: BTreeSet<String>,
}

impl Frame {
    /// The program that says it made it.
    fn made_by(&self) -> &str {
        self.about.as_ref().map_or("nobody", |about| &about.made_by)
    }
}

/// What was counted on the way.
#[derive(Default)]
struct Tally {
    entries: usize,
    proven: usize,
    lacks: Vec<Lack>,
    rows: Vec<Vec<Cell>>,
    example: Option<Example>,
    /// Attachments that entries name.
    named: BTreeSet<String>,
    /// Entries that were made on a manual clock.
    manual: u64,
    /// Something couldn't be made again, so that what follows from it can't be compared either.
    gave_up: bool,
}

impl Check {
    fn unsound(&mut self, place: impl Into<Place>, fault: impl Into<String>) {
        self.verdict.integrity.add(place, fault);
    }

    fn incomplete(&mut self, place: impl Into<Place>, fault: impl Into<String>) {
        self.verdict.completeness.add(place, fault);
    }

    /// It belongs here, whether or not it is there.
    fn claim(&mut self, path: &str) {
        self.unclaimed.remove(path);
    }

    /// A file that must be there and be text.
    fn text(&mut self, path: &str) -> Result<Option<String>, BundleError> {
        self.claim(path);
        match self.shelf.bytes(path)?.map(String::from_utf8) {
            Some(Ok(text)) => return Ok(Some(text)),
            Some(Err(_)) => self.unsound(path, format!("{path} is not text.")),
            None => self.incomplete(path, format!("{path} is missing.")),
        }
        Ok(None)
    }

    /// Whether the bag is the one that was written (RFC 8493 §3).
    fn bag(&mut self) -> Result<(), BundleError> {
        if self.text("bagit.txt")?.is_some_and(|text| text != DECLARATION) {
            self.unsound("bagit.txt", "bagit.txt doesn't say BagIt 1.0 in UTF-8.");
        }
        self.manifest(MANIFEST, true)?;
        self.manifest(TAG_MANIFEST, false)?;
        if let Some(info) = self.text("bag-info.txt")? {
            let (bytes, count) = self.payload()?;
            let said = info.lines().find_map(|line| line.strip_prefix("Payload-Oxum: "));
            if said.is_some_and(|said| said.trim() != format!("{bytes}.{count}")) {
                self.incomplete(
                    "bag-info.txt",
                    format!("bag-info.txt speaks of another payload than {count} files of {bytes} bytes."),
                );
            }
        }
        Ok(())
    }

    /// How large the payload is, and how many files it has.
    fn payload(&self) -> Result<(u64, u64), BundleError> {
        let (mut bytes, mut count) = (0, 0);
        for path in self.shelf.below("data/") {
            bytes += self.shelf.length(path)?.unwrap_or_default();
            count += 1;
        }
        Ok((bytes, count))
    }

    /// Whether somebody signed for the bag as it is, and who.
    fn signature(&mut self, signers: Option<&AllowedSigners>) -> Result<(), BundleError> {
        let (Some(signature), Some(manifest)) = (self.text(SIGNATURE)?, self.shelf.bytes(TAG_MANIFEST)?) else {
            return Ok(());
        };
        if !signature.ends_with("\n-----END SSH SIGNATURE-----\n") {
            self.unsound(
                SIGNATURE,
                format!("{SIGNATURE} doesn't end where the signature does: something was put below it."),
            );
        }
        let by = match verify_ssh(&signature, NAMESPACE, &manifest) {
            Ok(by) => by,
            Err(error) => {
                self.unsound(SIGNATURE, format!("{SIGNATURE}: {error}."));
                return Ok(());
            }
        };
        match signers {
            Some(signers) => self.signed_by(&by, signers)?,
            None => self.verdict.notes.push(format!(
                "The bundle was signed by the key {}. Whose that is, nobody here has said: give the allowed signers, got from elsewhere, \
                 with --signers.",
                by.fingerprint()
            )),
        }
        Ok(())
    }

    /// What a time stamp says of the bag as it is, where there is one.
    fn stamp(&mut self) -> Result<(), BundleError> {
        self.claim(STAMP);
        let (Some(stamp), Some(manifest)) = (self.shelf.bytes(STAMP)?, self.shelf.bytes(TAG_MANIFEST)?) else {
            return Ok(());
        };
        match timestamp::read(&stamp, &Sha256::digest(&manifest).into(), None) {
            Ok(stamp) => self.verdict.notes.push(format!(
                "{}. Whose stamp that is, and whether it holds, `openssl ts -verify` tells, as VERIFY.md says.",
                super::in_words(&stamp)
            )),
            Err(error) => self.unsound(STAMP, format!("{STAMP}: {error}.")),
        }
        Ok(())
    }

    /// Whether a key is one of those that may sign, now or on the day that the bag says it is of.
    fn signed_by(&mut self, by: &SshKey, signers: &AllowedSigners) -> Result<(), BundleError> {
        let now = stamp(Clock::system());
        let info = self.shelf.bytes("bag-info.txt")?.and_then(|info| String::from_utf8(info).ok()).unwrap_or_default();
        let day = info.lines().find_map(|line| line.strip_prefix("Bagging-Date: ")).filter(|date| is_date(date));
        let known: Vec<&AllowedSigner> = signers.of(by).collect();
        let of_now = known.iter().find(|signer| signer.counts_within(&now, &now));
        let of_its_day = day.and_then(|day| {
            let day = day.replace('-', "");
            known.iter().find(|signer| signer.counts_within(&format!("{day}000000"), &format!("{day}235959")))
        });
        let shown = |at: &Option<String>| at.as_ref().map_or_else(|| "ever".to_owned(), |at| format!("{at}Z"));
        match (of_now, of_its_day, known.first()) {
            (Some(signer), _, _) => self
                .verdict
                .notes
                .push(format!("The bundle was signed by {}, one of the signers given.", signer.principal)),
            (None, Some(signer), _) => self.verdict.notes.push(format!(
                "The bundle was signed by {}, one of the signers given, with a key that counted until {}. It says that it is of {}: that it was \
                 made before then, only a time stamp or a witness can show.",
                signer.principal,
                shown(&signer.valid_before),
                day.unwrap_or_default()
            )),
            (None, None, Some(signer)) => self.unsound(SIGNATURE, format!(
                "{SIGNATURE} is by the key {} of {}, which the signers given let sign from {} to {}; the bundle says that it is of {}.",
                by.fingerprint(),
                signer.principal,
                shown(&signer.valid_after),
                shown(&signer.valid_before),
                day.unwrap_or("no day")
            )),
            (None, None, None) => self.unsound(SIGNATURE, format!(
                "{SIGNATURE} is by the key {}, which is none of the signers given for bundles. Where the keys of the ledger were changed since you \
                 got them, ask for what `countersign keys --allowed-signers` prints now.",
                by.fingerprint()
            )),
        }
        Ok(())
    }

    /// Compares a manifest with the files it is about.
    fn manifest(&mut self, name: &str, payload: bool) -> Result<(), BundleError> {
        let Some(text) = self.text(name)? else { return Ok(()) };
        let (listed, wrong) = bag::read_manifest(&text);
        for wrong in wrong {
            self.unsound(name, format!("{name}: {wrong}."));
        }
        for (path, hash) in &listed {
            match self.shelf.sha256(path)? {
                None => self.incomplete(path, format!("{path} is missing, but {name} names it.")),
                Some(found) if found == *hash => {}
                Some(found) => {
                    self.unsound(path, format!("{path} was changed: its hash is {found}, {name} says {hash}."));
                }
            }
        }
        let about = |path: &&String| {
            path.starts_with("data/") == payload && ![TAG_MANIFEST, SIGNATURE, STAMP].contains(&path.as_str())
        };
        let names = self.shelf.names().iter();
        let extra: Vec<String> = names.filter(about).filter(|path| !listed.contains_key(*path)).cloned().collect();
        for path in extra {
            self.incomplete(&path, format!("{path} is not named in {name}: it was added."));
        }
        Ok(())
    }

    /// Whether what is in the bag was in the ledger. Doesn't rely on the bag's hashes.
    fn evidence(&mut self, pinned: Option<Verifier>, kept: Option<&str>) -> Result<(), BundleError> {
        let Some(frame) = self.frame(pinned)? else { return Ok(()) };
        let named = frame.about.as_ref().map(|about| &about.context);
        let place = |seq| layout::context(&frame.scope, seq);
        let context = self.entries("data/context", "data/bundle.json", &place, named, &Subjects::default())?;
        let (context, subjects) = derive::with_names(context);
        let mut tally = Tally::default();
        tally.proven += self.proofs(&frame, &context)?;
        self.handed_on(&frame, &context)?;
        let mut explaining = Explaining::by(&context);
        for hole in explaining.nameless() {
            self.incomplete(Place::Whole, hole);
        }
        for case in frame.cases.iter().copied() {
            self.case(&frame, case, &subjects, &mut explaining, &mut tally)?;
        }
        if let Some(kept) = kept {
            self.goes_on(&frame, &context, kept)?;
        }
        self.verdict.notes.extend(explaining.without_words());
        if tally.manual > 0 {
            let were = counted(tally.manual, "entry was", "entries were");
            let why = "times are a demonstration's or a test's";
            self.verdict.notes.push(format!("{were} made on a manual clock: {why}."));
        }
        if !tally.gave_up {
            self.surplus_context(&context, explaining);
        }
        self.surplus(&frame, &context, &tally);
        let is_made_again = self.whole(&frame, &mut tally)?;
        self.belongings(is_made_again);
        let cases = if frame.scope.is_case() {
            String::new()
        } else {
            format!("{}, ", counted(frame.cases.len() as u64, "case", "cases"))
        };
        let under = |head: &Checkpoint| format!(" {} under its head over {} entries", head.origin, head.size);
        self.verdict.head = frame.head.clone();
        self.verdict.counts = vec![
            ("cases", frame.cases.len() as u64),
            ("entries", tally.entries as u64),
            ("context", context.len() as u64),
            ("proven", tally.proven as u64),
            ("files", frame.attached.len() as u64),
        ];
        self.missed(&context);
        self.verdict.checked = format!(
            "Checked the bundle of {} with {cases}{} and {} that explain them, {} of them proven to be in the ledger{}.",
            frame.scope,
            counted(tally.entries as u64, "entry", "entries"),
            context.len(),
            tally.proven,
            frame.head.as_ref().map(under).unwrap_or_default()
        );
        Ok(())
    }

    /// What the bundle is of. `None`: nobody can tell.
    fn frame(&mut self, pinned: Option<Verifier>) -> Result<Option<Frame>, BundleError> {
        let note = self.text("data/checkpoint")?;
        let verifier = self.key(pinned.as_ref(), note.as_deref())?;
        let head = match note.as_deref().zip(verifier.as_ref()).map(|(note, key)| Checkpoint::open(note, key)) {
            Some(Ok(head)) => Some(head),
            Some(Err(error)) => {
                self.unsound("data/checkpoint", format!("data/checkpoint: {error}."));
                None
            }
            None => None,
        };
        let about = match self.text("data/bundle.json")?.map(|text| serde_json::from_str::<About>(&text)) {
            Some(Ok(about)) => Some(about),
            Some(Err(error)) => {
                self.unsound("data/bundle.json", format!("data/bundle.json can't be read: {error}."));
                None
            }
            None => None,
        };
        if let Some(about) = &about
            && about.format != FORMAT
        {
            self.unsound("data/bundle.json", format!(
                "data/bundle.json says that the bundle is of the form “{}”, and this version of Countersign knows {FORMAT}: check it with the \
                 version that made it, {}.",
                about.format, about.made_by
            ));
        }
        let told = about.as_ref().map(|about| (about.scope.clone(), about.cases.clone()));
        let Some((scope, cases)) = told.or_else(|| self.guessed()) else {
            self.verdict.checked = "Nobody can tell what this bundle is of.".to_owned();
            return Ok(None);
        };
        if let Scope::Case(case) = &scope
            && cases != [*case]
        {
            self.unsound(
                "data/bundle.json",
                format!("data/bundle.json lists other cases than {case}, which the bundle is of."),
            );
        }
        if !cases.is_sorted_by(|one, next| one < next) {
            self.unsound("data/bundle.json", "data/bundle.json doesn't list the cases in their order, each once.");
        }
        let policies = self.policies()?;
        let attached = self.shelf.below("data/attachments/").filter_map(|path| path.strip_prefix("data/attachments/"));
        let attached = attached.map(str::to_owned).collect();
        Ok(Some(Frame { scope, cases, about, verifier, pinned, note, head, policies, attached }))
    }

    /// Without a list that can be read, what lies where says what the bundle is of.
    fn guessed(&self) -> Option<(Scope, Vec<CaseId>)> {
        let folders = self.shelf.below("data/cases/").filter_map(|path| path.split('/').nth(2));
        let cases: BTreeSet<CaseId> = folders.filter_map(|name| name.parse().ok()).collect();
        if !cases.is_empty() {
            return Some((Scope::Workflow("?".into()), cases.into_iter().collect()));
        }
        let text = self.shelf.bytes("data/case.json").ok().flatten()?;
        let about: serde_json::Value = serde_json::from_slice(&text).ok()?;
        let case: CaseId = about["case"].as_str()?.parse().ok()?;
        Some((Scope::Case(case), vec![case]))
    }

    /// The policies that are there, each of which is named after its hash.
    fn policies(&mut self) -> Result<BTreeMap<String, String>, BundleError> {
        let below = self.shelf.below("data/policies/").filter_map(|path| {
            let hash = path.strip_prefix("data/policies/")?.strip_suffix(".toml")?;
            Some((path.to_owned(), hash.to_owned()))
        });
        let mut policies = BTreeMap::new();
        for (path, hash) in below.collect::<Vec<_>>() {
            let Some(text) = self.text(&path)? else { continue };
            if bag::sha256(text.as_bytes()) != hash {
                self.unsound(&path, format!("{path} is not the policy with that hash."));
            }
            policies.insert(hash, text);
        }
        Ok(policies)
    }

    /// The key that the head is checked with: the one given, where that one signed; or else the bundle's own, and then it must be seen
    /// whether the one given was handed on to it ([`Check::handed_on`]).
    fn key(&mut self, pinned: Option<&Verifier>, note: Option<&str>) -> Result<Option<Verifier>, BundleError> {
        let text = self.text("data/ledger.vkey")?;
        let own = match text.as_deref().map(|text| text.trim().parse::<Verifier>()) {
            Some(Ok(own)) => {
                if text.is_some_and(|text| text != format!("{own}\n")) {
                    self.unsound("data/ledger.vkey", "data/ledger.vkey has more in it than the key.");
                }
                Some(own)
            }
            Some(Err(error)) => {
                self.unsound("data/ledger.vkey", format!("data/ledger.vkey is no key: {error}."));
                None
            }
            None => None,
        };
        let Some(pinned) = pinned else {
            self.verdict.notes.push(
                "Checked with the key that lies in the bundle itself, which whoever made the bundle chose. Give the ledger's key, \
                 got from elsewhere, with --key."
                    .to_owned(),
            );
            self.verdict.key = own.as_ref().map(|own| Key::new(own, KeyFrom::Beside));
            return Ok(own);
        };
        self.verdict.key = Some(Key::new(pinned, KeyFrom::Given));
        let signed = note.is_some_and(|note| Checkpoint::open(note, pinned).is_ok());
        Ok(if signed { Some(pinned.clone()) } else { own.or_else(|| Some(pinned.clone())) })
    }

    /// Policies and attachments that no entry names.
    fn surplus(&mut self, frame: &Frame, context: &[Sealed], tally: &Tally) {
        let loaded: BTreeSet<&str> =
            context.iter().filter_map(|entry| derive::loaded(entry)).map(|(hash, _)| hash.as_str()).collect();
        for hash in frame.policies.keys().filter(|hash| !loaded.contains(hash.as_str())) {
            self.incomplete(
                &layout::policy(hash),
                format!("data/policies/{hash}.toml is named by no entry: it was added."),
            );
        }
        for hash in &frame.attached {
            self.claim(&layout::attachment(hash));
            if !tally.named.contains(hash) && !tally.gave_up {
                self.incomplete(
                    &layout::attachment(hash),
                    format!("data/attachments/{hash} is named by no entry: it was added."),
                );
            }
        }
    }

    /// What is said of the bundle as a whole, made again and compared. Whether it could be.
    fn whole(&mut self, frame: &Frame, tally: &mut Tally) -> Result<bool, BundleError> {
        let (Some(about), Some(head), Some(example), false) = (&frame.about, &frame.head, tally.example, tally.gave_up)
        else {
            return Ok(false);
        };
        tally.lacks.extend(about.left_out.lacks());
        let mut made: Vec<(String, Vec<u8>)> = Vec::new();
        let put = &mut |path, bytes| -> Result<(), BundleError> {
            made.push((path, bytes));
            Ok(())
        };
        readings::of_all(&frame.scope, std::mem::take(&mut tally.rows), &tally.lacks, put)?;
        if about.ledger != OfLedger::of(head) {
            self.unsound("data/bundle.json", "data/bundle.json names another head than data/checkpoint is.");
        }
        let mut numbers = about.context.numbers.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let counted = Numbers::of(numbers);
        made.push(("data/bundle.json".to_owned(), about.with_context(counted).text().into_bytes()));
        let info = self.text("bag-info.txt")?.unwrap_or_default();
        let date = info.lines().find_map(|line| line.strip_prefix("Bagging-Date: ")).filter(|date| is_date(date));
        let info = bag::about(&about.made_by, date, &frame.scope, head, self.payload()?);
        made.push(("bag-info.txt".to_owned(), info.into_bytes()));
        let how = instructions::text(&frame.scope, head, example, frame.cases.len(), &tally.lacks);
        made.push((instructions::NAME.to_owned(), how.into_bytes()));
        made.into_iter().try_for_each(|(path, bytes)| self.compare(frame, &path, &bytes))?;
        Ok(true)
    }

    /// Whether a file is what follows from the entries.
    fn compare(&mut self, frame: &Frame, path: &str, bytes: &[u8]) -> Result<(), BundleError> {
        self.claim(path);
        match self.shelf.is(path, bytes)? {
            None => self.incomplete(path, format!("{path} is missing.")),
            Some(true) => {}
            Some(false) if frame.made_by() == AGENT => {
                self.unsound(path, format!("{path} is not what follows from the entries."));
            }
            // What another version made may differ and be right. Nobody can say so here, so it isn't good.
            Some(false) => self.unsound(path, format!(
                "{path} is not what {AGENT} makes of the entries. The bundle says that {} made it: only that version can tell whether it was \
                 rewritten.",
                frame.made_by()
            )),
        }
        Ok(())
    }

    /// Whatever else lies in the bundle was put there.
    fn belongings(&mut self, is_made_again: bool) {
        for tag in ["bagit.txt", "bag-info.txt", instructions::NAME, MANIFEST, TAG_MANIFEST, SIGNATURE] {
            self.claim(tag);
        }
        // What is said of the whole wasn't made again, so nobody knows whether it belongs.
        let is_of_the_whole =
            |path: &String| ["data/cases.", "data/lacking."].iter().any(|name| path.starts_with(name));
        let known = |path: &String| is_made_again || !is_of_the_whole(path);
        for path in std::mem::take(&mut self.unclaimed).into_iter().filter(known) {
            self.incomplete(&path, format!("{path} doesn't belong in a bundle: it was added."));
        }
    }
}

/// As allowed signers have it: `20261123090000`.
pub(super) fn stamp(at: At) -> String {
    at.utc().map_or_else(String::new, |at| at.format("%Y%m%d%H%M%S").to_string())
}

/// `2026-11-23`
fn is_date(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok_and(|date| date.format("%Y-%m-%d").to_string() == text)
}
