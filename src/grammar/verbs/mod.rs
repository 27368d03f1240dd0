//! The one table of what can be typed, a part for each kind of case. Parsing, help, completion, forms and the README read it,
//! so they cannot disagree.

use crate::domain::policy::Policy;
use crate::domain::{CaseKind, Duty, RegimeId, Severity, regulation};

use super::Asked;
use super::moment::Lean;
use super::value::{Values, Wrong};

mod approval;
mod every_case;
mod evidence;
mod exception;
mod groups;
mod handoff;
mod incident;
mod rollback;
mod rota;
mod sla;
mod table;

pub(in crate::grammar) use approval::NEARLY_VOTES;
pub use groups::{GROUPS, Group};
pub(in crate::grammar) use rota::WORD as ROTA;
pub use table::{completion, markdown_table};

/// A command with its verbs: `/incident`.
#[derive(Debug)]
pub struct Root {
    /// What is typed.
    pub word: &'static str,
    /// What it is for, in half a sentence.
    pub about: &'static str,
    /// What it can be asked, in the order of help.
    pub verbs: &'static [Verb],
    /// What a message's own menu offers of it.
    pub on_message: &'static [OnMessage],
}

/// A verb in a message's own menu: its form opens, filled in with what the message says.
#[derive(Debug, PartialEq, Eq)]
pub struct OnMessage {
    /// What the menu shows.
    pub label: &'static str,
    /// What it is for, in half a sentence.
    pub about: &'static str,
    /// Where a platform has a menu beside messages, it is offered there too, and is for this. `None`: it needs a message.
    pub alone: Option<&'static str>,
    /// What goes into the form.
    pub takes: Takes,
    root: &'static str,
    verb: &'static str,
}

/// What a form takes from a message, by the names of its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Its first line and when it was said: a case begins with it.
    Beginning { title: &'static str, at: &'static str },
    /// Its first line alone: a case begins with it.
    Title { title: &'static str },
    /// All of it with its author and where it stands: the message itself is kept.
    Whole { text: &'static str },
}

impl OnMessage {
    /// The verb whose form it opens.
    pub fn verb(&self) -> Option<&'static Verb> {
        find(self.root, self.verb)
    }

    /// Whether a case is opened from the message. It is kept with that case or with another, beside what the form says.
    pub const fn opens(&self) -> bool {
        match self.takes {
            Takes::Beginning { .. } | Takes::Title { .. } => true,
            Takes::Whole { .. } => false,
        }
    }
}

/// What a message's own menu offers.
pub fn on_message() -> impl Iterator<Item = &'static OnMessage> {
    roots().flat_map(|root| root.on_message)
}

/// The command that acts on a kind of case.
pub const fn of_kind(kind: CaseKind) -> &'static Root {
    match kind {
        CaseKind::Incident => &incident::ROOT,
        CaseKind::Approval => &approval::ROOT,
        CaseKind::Exception => &exception::ROOT,
        CaseKind::Handoff => &handoff::ROOT,
        CaseKind::Rollback => &rollback::ROOT,
    }
}

/// The commands, in the order of help.
pub fn roots() -> impl Iterator<Item = &'static Root> + Clone {
    CaseKind::ALL.into_iter().map(of_kind).chain([&sla::ROOT, &rota::ROOT, &evidence::ROOT])
}

/// The command that is called this, whatever the letters' case.
pub fn root(word: &str) -> Option<&'static Root> {
    roots().find(|root| root.word.eq_ignore_ascii_case(word))
}

/// Every verb. Aliases of one root never collide; a test holds that.
pub fn all() -> impl Iterator<Item = &'static Verb> + Clone {
    roots().flat_map(|root| root.verbs)
}

/// The verb that a root calls this, by name or alias.
pub fn find(root: &str, word: &str) -> Option<&'static Verb> {
    all().find(|verb| verb.root == root && verb.is_called(word))
}

/// One thing that can be asked for.
#[derive(Clone, Copy)]
pub struct Verb {
    /// The command it belongs to: `incident`.
    pub root: &'static str,
    /// The word that help and completion show.
    pub verb: &'static str,
    /// On buttons and forms.
    pub label: &'static str,
    /// Other words for the same.
    pub aliases: &'static [&'static str],
    /// What it does, in half a sentence.
    pub about: &'static str,
    /// Whether it acts on a case, whose id may stand first, after the verb, or be left out in the case's own thread.
    pub case: bool,
    /// What can be said with it, in the order of typing.
    pub args: &'static [Arg],
    /// A line that works, without the prefix.
    pub example: &'static str,
    pub(super) make: fn(&Values<'_>) -> Result<Asked, Wrong>,
}

/// One thing that is said with a verb.
#[derive(Debug)]
pub struct Arg {
    /// The key in `key=value`, and the field's name in forms.
    pub name: &'static str,
    /// What a form calls it.
    pub label: &'static str,
    /// What can stand there.
    pub kind: Kind,
    /// Whether it can be left out.
    pub needed: Needed,
    /// A word of help beside the input.
    pub hint: &'static str,
    /// Only as `key=value`, never by its place.
    pub named: bool,
    /// No form asks for it, unless it was said already: a form that asks for everything is filled in by nobody.
    pub unasked: bool,
    /// The bot drafts it from the ledger: a form opens with the draft in it.
    pub drafted: bool,
    /// The most characters that it may have, where they aren't those of its kind.
    pub at_most: Option<usize>,
    /// Other words that people say for it. They are not taken for it: whoever types one is asked.
    pub also: &'static [&'static str],
    /// It goes with an answer that counts, so a question in it is no such answer.
    pub stated: bool,
    /// Of which kind the case is that it names. `None`: of any.
    pub names: Option<CaseKind>,
}

/// Whether an argument can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    /// Yes.
    No,
    /// A form asks for it when the line doesn't hold it. Others may stand in its place, so it can be passed over.
    Asked,
    /// A line without it is incomplete.
    Yes,
}

/// What can stand in an argument's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One word, or several between quotes.
    Word,
    /// A whole number from 1.
    Number,
    /// The rest of the message as one line; `key=value` may follow it.
    Title,
    /// The rest of the message, to the letter.
    Rest,
    /// As `Rest`; a code block around it is taken off.
    Action,
    /// An address.
    Url,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A workflow of the policy.
    Workflow,
    /// A person of the policy.
    Person,
    /// A person of the policy, or `none`.
    PersonOrNone,
    /// A role of the policy.
    Role,
    /// Roles of the policy, with commas between them.
    Roles,
    /// A case.
    Case,
    /// A moment that has come.
    Moment,
    /// A moment to come at which something begins, or a span from now.
    Start,
    /// A moment to come at which something ends, or a span from now.
    Until,
    /// A moment to come by which something is due, or a span from now.
    Due,
    /// Yes or no; the bare name is yes.
    Flag,
    /// A governance severity.
    Severity,
    /// A kind of answer that somebody owes.
    Duty,
    /// An incident class of the policy.
    Class,
    /// A class of exceptions of the policy.
    ExceptionClass,
    /// An approval path of the policy.
    Path,
    /// A law that asks for reports, or one of the reports.
    Law,
    /// A report that a law asks for.
    Report,
    /// A rota of the policy.
    Rota,
    /// Whose slowness a breach is: `requester`, `third-party`, or a party of the policy.
    Attribution,
    /// `week`, `month`, `quarter`, or two days with `..` between them.
    Range,
}

impl Kind {
    /// A moment, and which way it leans.
    pub(super) const fn lean(self) -> Option<Lean> {
        match self {
            Kind::Moment => Some(Lean::Past),
            Kind::Start => Some(Lean::Begins),
            Kind::Until => Some(Lean::Ends),
            Kind::Due => Some(Lean::Due),
            Kind::Word | Kind::Number | Kind::Title | Kind::Rest | Kind::Action | Kind::Url | Kind::Choice(_) => None,
            Kind::Workflow | Kind::Person | Kind::PersonOrNone | Kind::Role | Kind::Roles | Kind::Case => None,
            Kind::Flag | Kind::Severity | Kind::Duty | Kind::Class | Kind::ExceptionClass | Kind::Path => None,
            Kind::Attribution | Kind::Range | Kind::Law | Kind::Report | Kind::Rota => None,
        }
    }

    /// Takes the rest of the line.
    pub(super) const fn is_rest(self) -> bool {
        matches!(self, Kind::Title | Kind::Rest | Kind::Action)
    }

    /// The word that the completion of the room knows it by.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Word | Kind::Number | Kind::Url | Kind::Roles => "word",
            Kind::Title | Kind::Rest | Kind::Action => "rest",
            Kind::Choice(_)
            | Kind::Severity
            | Kind::Duty
            | Kind::Class
            | Kind::ExceptionClass
            | Kind::Path
            | Kind::Law
            | Kind::Report
            | Kind::Rota
            | Kind::Attribution
            | Kind::Range => "choice",
            Kind::Workflow => "workflow",
            Kind::Person | Kind::PersonOrNone => "person",
            Kind::Role => "role",
            Kind::Case => "case",
            Kind::Moment => "moment",
            Kind::Start | Kind::Until | Kind::Due => "span",
            Kind::Flag => "flag",
        }
    }

    /// What can be chosen, each with a word on it where the policy has one.
    pub fn choices(self, policy: &Policy) -> Vec<(String, Option<String>)> {
        let plain = |word: &str| (word.to_owned(), None);
        match self {
            Kind::Choice(words) => words.iter().copied().map(plain).collect(),
            Kind::Range => ["week", "month", "quarter"].into_iter().map(plain).collect(),
            Kind::Severity => Severity::ALL
                .into_iter()
                .map(|it| (it.word().to_owned(), policy.severities.get(&it).map(|words| words.about.clone())))
                .collect(),
            Kind::Duty => Duty::ALL.into_iter().map(|it| plain(it.word())).collect(),
            Kind::Class => policy.classes.iter().map(|(id, about)| (id.to_string(), Some(about.clone()))).collect(),
            Kind::ExceptionClass => {
                let classes = policy.exceptions.classes.iter();
                classes.map(|(id, class)| (id.to_string(), Some(class.about.clone()))).collect()
            }
            Kind::Path => policy.paths.iter().map(|(id, path)| (id.to_string(), Some(path.name.clone()))).collect(),
            Kind::Law => {
                let laws = packs_of(policy).map(|pack| (pack.regime.to_string(), Some(pack.name.clone())));
                laws.chain(reports_of(policy)).collect()
            }
            Kind::Report => reports_of(policy).collect(),
            Kind::Rota => policy.rotas.iter().map(|(id, rota)| (id.to_string(), Some(rota.name.clone()))).collect(),
            Kind::Workflow => {
                policy.workflows.iter().map(|(id, flow)| (id.to_string(), Some(flow.name.clone()))).collect()
            }
            Kind::Role | Kind::Roles => {
                policy.roles.iter().map(|(id, role)| (id.to_string(), Some(role.name.clone()))).collect()
            }
            Kind::Person => policy.people.iter().map(|(id, it)| (id.to_string(), Some(it.name.clone()))).collect(),
            Kind::PersonOrNone => {
                let people = policy.people.iter().map(|(id, it)| (id.to_string(), Some(it.name.clone())));
                people.chain([("none".to_owned(), Some("nobody".to_owned()))]).collect()
            }
            Kind::Attribution => [plain("requester"), plain("third-party")]
                .into_iter()
                .chain(policy.parties.iter().map(|(id, party)| (id.to_string(), Some(party.name.clone()))))
                .collect(),
            Kind::Word
            | Kind::Number
            | Kind::Title
            | Kind::Rest
            | Kind::Action
            | Kind::Url
            | Kind::Case
            | Kind::Moment
            | Kind::Start
            | Kind::Until
            | Kind::Due
            | Kind::Flag => Vec::new(),
        }
    }
}

/// The packs of the laws that the policy watches, each once.
fn packs_of(policy: &Policy) -> impl Iterator<Item = &'static regulation::Pack> {
    let watched = |regime: &RegimeId| policy.regulation.values().any(|it| it.regimes.contains(regime));
    regulation::packs().iter().filter(move |pack| watched(&pack.regime))
}

fn reports_of(policy: &Policy) -> impl Iterator<Item = (String, Option<String>)> {
    packs_of(policy).flat_map(|pack| &pack.clocks).map(|clock| (clock.id.to_string(), Some(clock.name.clone())))
}

impl Arg {
    const fn new(name: &'static str, label: &'static str, kind: Kind, hint: &'static str) -> Arg {
        let needed = Needed::Yes;
        let (named, unasked, drafted, at_most) = (false, false, false, None);
        Arg { name, label, kind, needed, hint, named, unasked, drafted, at_most, also: &[], stated: false, names: None }
    }
    const fn optional(self) -> Arg {
        Arg { needed: Needed::No, ..self }
    }
    const fn asked(self) -> Arg {
        Arg { needed: Needed::Asked, ..self }
    }
    const fn named(self) -> Arg {
        Arg { named: true, ..self }
    }
    const fn unasked(self) -> Arg {
        Arg { unasked: true, ..self }
    }

    const fn also(self, words: &'static [&'static str]) -> Arg {
        Arg { also: words, ..self }
    }

    const fn stated(self) -> Arg {
        Arg { stated: true, ..self }
    }

    /// The case that it names is of this kind.
    const fn naming(self, kind: CaseKind) -> Arg {
        Arg { names: Some(kind), ..self }
    }
    const fn drafted(self) -> Arg {
        Arg { drafted: true, ..self }
    }

    const fn up_to(self, characters: usize) -> Arg {
        Arg { at_most: Some(characters), ..self }
    }

    fn usage(&self) -> String {
        let dots = if self.kind.is_rest() { "…" } else { "" };
        let shown = match (self.named, self.kind) {
            (true, Kind::Choice(words)) => format!("{}={}", self.name, words.join("|")),
            (true, Kind::Flag) => format!("{}=yes", self.name),
            (true, _) => format!("{}=…", self.name),
            (false, Kind::Choice(words)) if words.len() <= 3 => words.join("|"),
            (false, Kind::Person | Kind::PersonOrNone) => format!("@{}", self.name),
            (false, _) => format!("{}{dots}", self.name),
        };
        if self.needed == Needed::Yes { shown } else { format!("[{shown}]") }
    }
}

impl Verb {
    /// The verb or one of its aliases, whatever the letters' case.
    pub fn is_called(&self, word: &str) -> bool {
        self.verb.eq_ignore_ascii_case(word) || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(word))
    }

    /// The kind of case that it acts on.
    pub fn kind(&self) -> Option<CaseKind> {
        CaseKind::by_word(self.root)
    }

    /// `INC-1`: how the case that it acts on may be written.
    pub fn example_case(&self) -> String {
        self.kind().map_or_else(CaseKind::example_ids, |kind| format!("{}-1", kind.prefix()))
    }

    /// `/incident assess`
    pub fn called(&self, prefix: &str) -> String {
        format!("{prefix}{} {}", self.root, self.verb)
    }

    /// `/incident assess [INC-…] text…`
    pub fn usage(&self, prefix: &str) -> String {
        let mut usage = self.called(prefix);
        if let Some(kind) = self.kind().filter(|_| self.case) {
            usage.push_str(&format!(" [{}-…]", kind.prefix()));
        }
        // `key=value` stands before a text that is taken to the letter.
        let (last, first): (Vec<&Arg>, Vec<&Arg>) =
            self.args.iter().partition(|arg| !arg.named && matches!(arg.kind, Kind::Rest | Kind::Action));
        for arg in first.into_iter().chain(last).filter(|arg| arg.name != WORDS.name) {
            usage.push(' ');
            match (arg.kind, self.kind()) {
                (Kind::Case, Some(kind)) if arg.name == CASE => usage.push_str(&format!("[{}-…]", kind.prefix())),
                _ => {
                    usage.push_str(&arg.usage());
                    usage.extend(arg.names.map(|kind| format!(" {}-…", kind.prefix())));
                }
            }
        }
        usage
    }

    /// The example with the prefix that works here.
    pub fn example(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.example)
    }

    pub(super) fn arg(&self, name: &str) -> Option<&'static Arg> {
        self.args.iter().find(|arg| arg.name.eq_ignore_ascii_case(name))
    }

    /// `incident.open`: how forms and platforms name it.
    pub fn id(&self) -> String {
        format!("{}.{}", self.root, self.verb)
    }
}

impl PartialEq for Verb {
    fn eq(&self, other: &Verb) -> bool {
        (self.root, self.verb) == (other.root, other.verb)
    }
}

impl std::fmt::Debug for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verb({})", self.id())
    }
}

/// The name of an argument that is the case itself, where a verb can do without one.
const CASE: &str = "of";
/// Words typed after a command that needs none, such as “on it!”: they are let pass. No help shows it.
pub(in crate::grammar) const WORDS: Arg =
    Arg::new("words", "Words", Kind::Rest, "said along with it").optional().stated();
const TEXT: Arg = Arg::new("text", "What to say", Kind::Rest, "as much as it takes");
const REASON: Arg = Arg::new("reason", "Reason", Kind::Rest, "kept with the case");
/// Why somebody decides as they do.
const GROUNDS: Arg = Arg { stated: true, ..REASON };
const MAYBE_GROUNDS: Arg = Arg::new("reason", "Reason", Kind::Rest, "kept with your answer").optional().stated();

/// Why, without the word that people begin it with.
fn because(values: &Values<'_>) -> String {
    let text = values.text("because");
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) if word.eq_ignore_ascii_case("because") => rest.trim().to_owned(),
        _ => text,
    }
}

/// Two parts of a command's verbs as one.
const fn joined<const A: usize, const B: usize, const ALL: usize>(one: [Verb; A], other: [Verb; B]) -> [Verb; ALL] {
    assert!(A + B == ALL, "the whole has as many verbs as its parts");
    let mut all = [one[0]; ALL];
    let mut at = 0;
    while at < ALL {
        all[at] = if at < A { one[at] } else { other[at - A] };
        at += 1;
    }
    all
}
