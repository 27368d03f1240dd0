//! Values handed in by name: the fields of a form that was sent, or the options of a command. What stands in one of them is
//! its value to the letter, and nothing is split or unquoted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::mark::Words;
use crate::domain::{CaseId, CaseKind, Label};

use super::read::{choose, finish, help, misread};
use super::slip::flag_in;
use super::value::{Raw, Value, Wrong, conclude, quoted, read};
use super::verbs::{self, Kind, Needed, Verb};
use super::{Asked, Context, How, Misread, capital};

/// What was handed in, for which verb.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// How it was handed in.
    pub by: Means,
    pub verb: VerbId,
    /// The case, where the form or the command is of one. A case that is typed in stands among the values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The revision that the form was drawn for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// By the argument's name; `case` for the case itself.
    pub values: Words<BTreeMap<String, String>>,
}

/// Which verb values are for. Decided when they come in: what a later version calls its verbs changes nothing in a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerbId {
    /// A [`Verb::id`] of that time: `incident.resolve`.
    Known(Label),
    /// Came from outside and was no verb's, so it can be erased.
    Other(String),
}

impl VerbId {
    fn of(id: &str) -> VerbId {
        match verb_of(id) {
            Some(verb) => VerbId::Known(Label::from(verb.id())),
            None => VerbId::Other(id.to_owned()),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            VerbId::Known(id) => id.as_str(),
            VerbId::Other(id) => id,
        }
    }
}

/// How values are handed in: it decides how what is wrong with them is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A form, which stays open until everything in it is right.
    Form,
    /// The options of a command. What is missing is asked for with a form; the rest is answered as a typed line is.
    Options,
}

/// Why values can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// Field → sentence. The name is empty where it is about the form as a whole.
    Fields(BTreeMap<String, String>),
    /// As of a typed line.
    Line(Misread),
}

fn verb_of(id: &str) -> Option<&'static Verb> {
    let (root, verb) = id.split_once('.')?;
    verbs::find(root, verb)
}

impl Filled {
    /// A form that was sent, by its [`Form::id`](super::Form::id).
    pub fn form(id: &str, values: BTreeMap<String, String>) -> Filled {
        let (verb, case, revision) = target(id).unwrap_or((id, None, None));
        Filled { by: Means::Form, verb: VerbId::of(verb), case, revision, values: Words::of(values) }
    }

    /// As a form comes back that somebody filled in, whatever they wrote: each text that is needed and not given is `…`. For
    /// asking what would become of it.
    pub fn somehow(verb: &Verb, case: CaseId, given: &BTreeMap<String, String>) -> Filled {
        let mut values = given.clone();
        let revision = values.remove("revision").and_then(|revision| revision.parse().ok());
        let wanted = verb.args.iter().filter(|arg| arg.needed != Needed::No && arg.kind.is_rest());
        for arg in wanted {
            values.entry(arg.name.to_owned()).or_insert_with(|| "…".to_owned());
        }
        let verb = VerbId::Known(Label::from(verb.id()));
        Filled { by: Means::Form, verb, case: Some(case), revision, values: Words::of(values) }
    }

    /// A command that was used with options.
    pub fn options(verb: &Verb, values: BTreeMap<String, String>) -> Filled {
        Filled {
            by: Means::Options,
            verb: VerbId::Known(Label::from(verb.id())),
            case: None,
            revision: None,
            values: Words::of(values),
        }
    }

    /// The case that it is about, wherever it stands. `None` where none is named, or none that can be one.
    pub fn named_case(&self) -> Option<CaseId> {
        self.case.or_else(|| self.values.get()?.get("case")?.trim().parse().ok())
    }

    /// What it is for, to read: `incident resolve INC-1`.
    pub fn title(&self) -> String {
        let verb = self.verb.as_str().replacen('.', " ", 1);
        self.case.map_or_else(|| verb.clone(), |case| format!("{verb} {case}"))
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`Unread`], in the way in which whoever handed it in can be shown it.
    pub fn read(&self, context: &Context<'_>) -> Result<Asked, Unread> {
        let empty = BTreeMap::new();
        let values = self.values.get().unwrap_or(&empty);
        let said = values.iter().filter(|(_, value)| !value.trim().is_empty());
        match self.by {
            Means::Form => self.sent(said, context).map_err(Unread::Fields),
            Means::Options => self.given(said, context).map_err(Unread::Line),
        }
    }

    fn sent<'v>(
        &self,
        said: impl Iterator<Item = (&'v String, &'v String)>,
        context: &Context<'_>,
    ) -> Result<Asked, BTreeMap<String, String>> {
        let known = verb_of(self.verb.as_str()).filter(|verb| self.case.is_none_or(|id| verb.kind() == Some(id.kind)));
        let Some(verb) = known else {
            let old = "That form is from another version of me. Please open it again.";
            return Err([(String::new(), old.to_owned())].into());
        };
        let mut raw = Raw { case: self.case, revision: self.revision, ..Raw::default() };
        let mut wrongs: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in said {
            if let Some(arg) = verb.arg(name) {
                raw.said.insert(arg.name, value.replace("\r\n", "\n"));
            } else if name == "case" && verb.case && raw.case.is_none() {
                match read(Kind::Case, value, context) {
                    Ok(Value::Case(id)) if verb.kind() == Some(id.kind) => raw.case = Some(id),
                    Ok(_) => drop(wrongs.insert(
                        name.clone(),
                        format!("This is for {}.", verb.kind().map_or(verb.root, CaseKind::with_article)),
                    )),
                    Err(sentence) => drop(wrongs.insert(name.clone(), capital(&sentence))),
                }
            }
        }
        // In a form every field is asked for, so a list of several answers has the first say.
        match conclude(verb, &raw, context) {
            Ok(asked) if wrongs.is_empty() => Ok(asked),
            Ok(_) => Err(wrongs),
            Err(more) => {
                for wrong in more {
                    wrongs.entry(wrong.field.to_owned()).or_insert_with(|| capital(&wrong.sentence));
                }
                Err(wrongs)
            }
        }
    }

    fn given<'v>(
        &self,
        said: impl Iterator<Item = (&'v String, &'v String)>,
        context: &Context<'_>,
    ) -> Result<Asked, Misread> {
        let Some(verb) = verb_of(self.verb.as_str()) else {
            let sentence = format!("I don't know {}.", quoted(self.verb.as_str()));
            return Err(Misread { sentence, example: None, root: None });
        };
        let mut values: BTreeMap<&str, &str> = said.map(|(name, value)| (&**name, &**value)).collect();
        if verb.verb == "help" {
            let word = values.get("verb").copied().unwrap_or_default();
            return Ok(Asked::Query(help(word, Some(verb.root))));
        }
        let wrong = |verb: &'static Verb, field, sentence| {
            misread(verb, &Wrong { field, missing: false, sentence }, context.prefix)
        };
        let mut raw = Raw { case: self.case, ..Raw::default() };
        if let Some(typed) = values.remove("case").filter(|_| verb.case) {
            match read(Kind::Case, typed, context) {
                Ok(Value::Case(id)) => raw.case = Some(id),
                Ok(_) => {}
                Err(sentence) => return Err(wrong(verb, "case", sentence)),
            }
        }
        let verb = choose(verb.verb, Some(verb.root), raw.case, How::Slash, context)?;
        for (name, value) in values {
            match verb.arg(name) {
                Some(arg) => drop(raw.said.insert(arg.name, value.to_owned())),
                None => return Err(wrong(verb, "", format!("I don't know {}.", quoted(name)))),
            }
        }
        if let Some(sentence) = undecided(verb, &raw) {
            return Err(wrong(verb, "title", sentence));
        }
        finish(verb, raw, How::Slash, context)
    }
}

/// A title that names a flag which was left out. In a form the flag stands before one's eyes; among options it may be meant.
fn undecided(verb: &'static Verb, raw: &Raw) -> Option<String> {
    let title = verb.args.iter().find(|arg| arg.kind == Kind::Title).and_then(|arg| raw.said.get(arg.name))?;
    let flag = flag_in(verb, title).filter(|flag| !raw.said.contains_key(flag.name))?;
    Some(format!(
        "does {} mean `{}`? Choose yes or no for it: the title alone leaves it open.",
        quoted(title),
        flag.name
    ))
}

/// The parts of a form's id: `incident.open`, `incident.resolve:INC-1`, `approval.decline:APR-1:2`.
fn target(id: &str) -> Option<(&str, Option<CaseId>, Option<u32>)> {
    let mut parts = id.splitn(3, ':');
    let verb = parts.next()?;
    let case = parts.next().map(str::parse).transpose().ok()?;
    let revision = parts.next().map(str::parse).transpose().ok()?;
    Some((verb, case, revision))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::policy::{EXAMPLE, Policy};
    use crate::domain::{At, PersonId};
    use crate::grammar::verbs::{Arg, WORDS};

    fn policy() -> &'static Policy {
        static POLICY: std::sync::OnceLock<Policy> = std::sync::OnceLock::new();
        POLICY.get_or_init(|| Policy::read(EXAMPLE).expect("the example policy has no errors"))
    }

    fn read_by(filled: &Filled, here: Option<CaseId>) -> Result<Asked, Unread> {
        let by = PersonId::from("maya");
        let lane = "slack/C0LOUNGE".parse().expect("a lane");
        filled.read(&Context::of(policy(), &by, At(1_795_424_400_000_000), here, "/").in_lane(&lane))
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn options(root: &str, verb: &str, pairs: &[(&str, &str)]) -> Filled {
        Filled::options(verbs::find(root, verb).expect("a verb"), values(pairs))
    }

    /// Something that the argument takes.
    fn fitting(verb: &Verb, arg: &Arg) -> String {
        match arg.kind {
            Kind::Choice(words) => words.first().copied().unwrap_or_default().to_owned(),
            Kind::Severity => "sev2".to_owned(),
            Kind::Duty => "resolve".to_owned(),
            Kind::Word if arg.name == "count" => "2".to_owned(),
            Kind::Word if arg.name == "over" => "everything".to_owned(),
            Kind::Number => "2".to_owned(),
            Kind::Case => format!("{}-9", verb.kind().map_or("INC", |kind| kind.prefix())),
            Kind::Moment => "2026-11-23 11:00".to_owned(),
            Kind::Start | Kind::Until | Kind::Due => "2026-12-23 11:00".to_owned(),
            Kind::Person | Kind::PersonOrNone => "dev".to_owned(),
            Kind::Flag => "yes".to_owned(),
            Kind::Range => "month".to_owned(),
            Kind::Workflow
            | Kind::Role
            | Kind::Roles
            | Kind::Class
            | Kind::ExceptionClass
            | Kind::Path
            | Kind::Rota
            | Kind::Law
            | Kind::Report
            | Kind::Attribution => arg.kind.choices(policy()).first().map(|(key, _)| key.clone()).unwrap_or_default(),
            Kind::Url => "https://a.example".to_owned(),
            Kind::Word | Kind::Title | Kind::Rest | Kind::Action => "words".to_owned(),
        }
    }

    /// Every argument that takes a text, with its verb.
    fn texts() -> Vec<(&'static Verb, &'static Arg)> {
        let of = |verb: &'static Verb| verb.args.iter().map(move |arg| (verb, arg));
        let takes_text = |arg: &Arg| matches!(arg.kind, Kind::Title | Kind::Rest | Kind::Action);
        verbs::all().flat_map(of).filter(|(_, arg)| takes_text(arg) && arg.name != WORDS.name).collect()
    }

    fn piece() -> impl Strategy<Value = String> {
        let pieces = [
            "\"",
            "”",
            "“",
            "‘",
            "’",
            "'",
            "«",
            "»",
            "‹",
            "```",
            "`",
            "=",
            "duty=resolve",
            "text=\"x\"",
            "INC-3",
            "APR-1",
            "@maya",
            "until friday",
            " ",
            "\n",
            "/incident",
            "@countersign ",
            "yes",
            "none",
            "restricted",
            "é",
            "\\",
        ];
        prop_oneof![prop::sample::select(pieces.to_vec()).prop_map(str::to_owned), any::<String>()]
    }

    proptest! {
        /// Whatever people write into a text arrives as they wrote it.
        #[test]
        fn a_text_in_an_option_arrives_to_the_letter(
            (verb, arg) in prop::sample::select(texts()),
            pieces in prop::collection::vec(piece(), 1..6),
        ) {
            let text = pieces.concat();
            let expected = match arg.kind {
                Kind::Title => super::super::clean::line(&text),
                Kind::Action => text.clone(),
                _ => text.trim().to_owned(),
            };
            prop_assume!(!expected.trim().is_empty());
            // A grant has an end, or the flag that it has none.
            // What is handed over is a case, or something else that is named; and somebody takes it over.
            let needed = |other: &&Arg| other.needed != Needed::No || matches!(other.kind, Kind::Until | Kind::Due | Kind::Case | Kind::Person);
            let needed = verb.args.iter().filter(needed).filter(|other| other.name != arg.name);
            let mut given: BTreeMap<String, String> =
                needed.map(|other| (other.name.to_owned(), fitting(verb, other))).collect();
            given.insert(arg.name.to_owned(), text);
            // A title that names a flag wants it said.
            let flags = verb.args.iter().filter(|arg| arg.kind == Kind::Flag);
            given.extend(flags.map(|flag| (flag.name.to_owned(), "no".to_owned())));
            if verb.case {
                given.insert("case".to_owned(), format!("{}-1", verb.kind().map_or("INC", |kind| kind.prefix())));
            }
            let asked = read_by(&Filled::options(verb, given), None);
            let shown = format!("{asked:?}");
            prop_assert!(asked.is_ok() && shown.contains(&format!("{expected:?}")), "{verb:?} {}: {shown}", arg.name);
        }
    }

    #[test]
    fn what_is_missing_opens_the_form_with_what_was_given() {
        let case = "INC-1".parse().ok();
        let resolve = verbs::find("incident", "resolve").expect("a verb");
        let asked = read_by(&options("incident", "resolve", &[("case", "inc-1")]), None);
        assert_eq!(asked, Ok(Asked::Form { verb: resolve, case, given: BTreeMap::new() }));
        // The case itself is not asked for: its thread knows it, or it has to be named.
        let asked = read_by(&options("incident", "resolve", &[]), case);
        assert_eq!(asked, Ok(Asked::Form { verb: resolve, case, given: BTreeMap::new() }));
        assert!(matches!(read_by(&options("incident", "resolve", &[("text", "x")]), None), Err(Unread::Line(_))));
    }

    #[test]
    fn a_title_that_names_a_flag_which_was_left_out_is_asked_about() {
        let opened = |title: &str, flag: Option<&str>| {
            let mut given = vec![("workflow", "credit-scoring"), ("severity", "sev2"), ("title", title)];
            given.extend(flag.map(|flag| ("restricted", flag)));
            match read_by(&options("incident", "open", &given), None) {
                Ok(Asked::New(crate::domain::Opening::Incident(opened))) => Some((opened.title, opened.restricted)),
                Err(Unread::Line(_)) => None,
                other => panic!("{other:?}"),
            }
        };
        for title in [
            "Leak restricted",
            "A Restricted table",
            "Leak (RESTRICTED)",
            "Leak restricted=yes",
            "Leak, private",
            "Leak restriced",
        ] {
            assert_eq!(opened(title, None), None, "{title}");
            assert_eq!(opened(title, Some("false")), Some((title.to_owned(), false)));
            assert_eq!(opened(title, Some("true")), Some((title.to_owned(), true)));
        }
        assert_eq!(opened("Private keys leaked", None), Some(("Private keys leaked".to_owned(), false)));
    }

    #[test]
    fn a_misreading_is_answered_as_a_typed_line_is() {
        let misread = |filled: &Filled| match read_by(filled, None) {
            Err(Unread::Line(misread)) => misread.to_string(),
            other => panic!("{other:?}"),
        };
        let said = misread(&options("incident", "note", &[("case", "INC-007"), ("text", "x")]));
        assert!(said.contains("INC-007"), "{said}");
        let said = misread(&options("incident", "severity", &[("case", "INC-1"), ("severity", "sev9")]));
        assert!(said.contains("sev9") && said.contains("For example"), "{said}");
        let said = misread(&options("incident", "resolve", &[("case", "APR-1"), ("text", "x")]));
        assert!(said.contains("APR-1"), "{said}");
        let said = misread(&options("incident", "note", &[("case", "INC-1"), ("txet", "x")]));
        assert!(said.contains("txet"), "{said}");
    }

    #[test]
    fn options_mean_what_the_same_words_mean_in_a_line() {
        let same = |filled: Filled, line: &str, here: Option<&str>| {
            let here = here.and_then(|here| here.parse().ok());
            let by = PersonId::from("maya");
            let context = Context::of(policy(), &by, At(1_795_424_400_000_000), here, "/");
            let typed = crate::grammar::read(line, How::Slash, &context).expect("it is read").expect("a command");
            assert_eq!(filled.read(&context), Ok(typed), "{line}");
        };
        // A verb of both kinds goes where the case points.
        same(options("incident", "note", &[("case", "APR-2"), ("text", "so")]), "/incident note APR-2 so", None);
        // In a case's own thread, the one that is named is the other one.
        same(options("incident", "merge", &[("case", "INC-1")]), "/incident merge INC-1", Some("INC-3"));
        same(options("incident", "help", &[("verb", "pause")]), "/incident help pause", None);
        same(options("incident", "help", &[]), "/incident help", None);
        same(options("sla", "mine", &[]), "/sla mine", None);
    }

    #[test]
    fn a_forms_id_is_taken_apart_and_another_is_kept_as_it_came() {
        let parts = |id: &str| {
            let Filled { verb, case, revision, .. } = Filled::form(id, BTreeMap::new());
            (verb.as_str().to_owned(), case.map(|case| case.to_string()), revision)
        };
        assert_eq!(parts("incident.open"), ("incident.open".to_owned(), None, None));
        let decline = ("approval.decline".to_owned(), Some("APR-1".to_owned()), Some(2));
        assert_eq!(parts("approval.decline:APR-1:2"), decline);
        for strange in ["", ":", "incident.resolve:7", "approval.decline:APR-1:x", "incident.resolve:INC-1:2:3"] {
            assert_eq!(parts(strange), (strange.to_owned(), None, None));
            assert!(matches!(read_by(&Filled::form(strange, BTreeMap::new()), None), Err(Unread::Fields(_))));
        }
    }
}
