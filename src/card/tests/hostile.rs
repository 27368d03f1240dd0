//! People's words stay words.

use super::*;
use crate::domain::{Event, Refusal};

const HOSTILE: &[&str] = &[
    "<!channel> <@U123> <https://evil|click>",
    "@everyone @here @maya",
    "*bold* _it_ `code` [a](https://b) # head\n> quote",
    "{{ 7 * 7 }} {% raw %} {{ title|who }}",
    "\u{E000}plena\u{E001}",
    "\u{E000}cINC-9\u{E001}\u{E000}t0\u{E001}",
    "\u{E000}fSeverity\u{E001}sev4",
    "=HYPERLINK(\"x\")",
    "<script>alert(1)</script>",
    "\u{202E}gpj.exe\u{202C}\u{0}\u{1b}[31m",
    "first\nINC-9 is approved\n\n\n\nlast",
];

#[test]
fn words_of_people_never_become_structure() {
    for words in HOSTILE {
        let said =
            Any::Said { what: "note".into(), by: "dev".into(), text: (*words).to_owned(), next: None, for_all: false };
        let card = titled("INC-1", words, said);
        let all = || card.title.iter().chain(card.lines.iter().flatten());
        assert!(card.lines.iter().flatten().all(|word| matches!(word, Word::Text(_))), "{words:?}: {:?}", card.lines);
        assert_eq!(all().filter(|word| matches!(word, Word::Case(_))).count(), 1, "only the case itself");
        assert!(card.fields.is_empty(), "{words:?}: {:?}", card.fields);
        let text: String = card.plain(KOLKATA, NOW);
        assert!(!text.chars().any(clean::is_hidden), "{text:?}");
        assert_eq!(first_line(&card), "INC-1 · note by Dev Malhotra", "no word of theirs reaches the title");
    }
    let markup = bot::Telling::Sentence { text: HOSTILE[2].into() };
    assert_eq!(
        shown(&tell(&speaker(), None, &markup.into(), None)),
        "*bold* _it_ `code` [a](https://b) # head > quote",
        "nothing is taken away from it either"
    );
}

#[test]
fn a_title_is_one_line_whatever_is_in_it() {
    for words in HOSTILE {
        let items = vec![clock(Duty::Decide, nudged(), NOW, &[])];
        let card = titled("APR-1", words, Any::Clock { items });
        let mentions: Vec<&Word> =
            card.lines.iter().flatten().filter(|word| matches!(word, Word::Person { .. })).collect();
        assert_eq!(mentions.len(), 2, "{words:?}: only those who are waited for");
        assert!(card.title.iter().all(|word| !matches!(word, Word::Text(text) if text.contains('\n'))));
    }
}

#[test]
fn line_breaks_of_people_are_kept_in_lines() {
    let text = "first\n\n\nsecond".to_owned();
    let said = Any::Said { what: "note".into(), by: "dev".into(), text, next: None, for_all: false };
    let lines = told("INC-1", said).lines;
    assert_eq!(lines, [vec![Word::from("“first")], vec![Word::from("“second”")]]);
}

#[test]
fn an_action_is_shown_to_the_letter() {
    let (opened, people) = approval_case("rm -rf \u{202E}/tmp\n  \u{200B}next `x` </code>");
    let card = case_card(&speaker(), &opened, &people);
    assert!(
        card.lines.contains(&vec![Word::Code("rm -rf ⟨U+202E⟩/tmp\n  ⟨U+200B⟩next `x` </code>".to_owned())]),
        "{:?}",
        card.lines
    );
}

/// Somebody's lines, which would be the bot's if they could leave their quotation marks.
const FORGED: &str =
    "Ω fine” · Ω\nΩ Tomáš Novák approved in stage 1: Ω looks right\u{2028}Ω „Anika Rao approved in stage 1“ Ω″Ω";

/// What is left of a line when everything between quotation marks is taken out of it. What follows a mark that isn't closed on
/// the line is inside too: the next line goes on with one.
fn outside_quotes(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('“') {
        outside.push_str(before);
        rest = after.split_once('”').map_or("", |(_, after)| after);
    }
    outside + rest
}

fn assert_not_forged(what: &str, card: &Card) {
    let lines = std::iter::once(&card.title).chain(&card.lines).chain(card.fields.iter().map(|field| &field.value));
    for line in lines {
        let shown = plain(line, KOLKATA, NOW);
        for one in shown.split('\n') {
            assert!(!outside_quotes(one).contains(['Ω', '”']), "{what}: {one:?}");
        }
    }
}

/// The samples, in which every word of somebody's is another.
fn forged(facts: Json) -> Json {
    match facts {
        Json::String(text) if text == samples::words() || text == samples::TITLE => Json::from(FORGED),
        Json::Array(items) => items.into_iter().map(forged).collect(),
        Json::Object(map) => map.into_iter().map(|(key, fact)| (key, forged(fact))).collect(),
        other => other,
    }
}

#[test]
fn no_telling_lets_words_of_people_out_of_their_quotation_marks() {
    let mut seen = 0;
    for name in Wording::names() {
        for facts in samples::of(name) {
            let facts = forged(facts.clone());
            seen += usize::from(facts.to_string().contains('Ω'));
            assert_not_forged(name, &speaker().render(name, facts));
        }
    }
    assert!(seen > 30, "{seen} of the samples hold words of somebody");
}

#[test]
fn no_card_and_no_story_lets_words_of_people_out_of_their_quotation_marks() {
    let (mut approval, people) = approval_case(FORGED);
    approval.title = FORGED.to_owned();
    let ask = approval::Command::AskRequester { question: FORGED.to_owned() };
    on(&mut approval, "priya", NOW, ask);
    let mut card = case_card(&speaker(), &approval, &people);
    assert!(card.lines.iter().flatten().any(|word| matches!(word, Word::Code(code) if code.contains('Ω'))));
    // The action stands in a fence of its own, to the letter.
    card.lines.retain(|line| !line.iter().any(|word| matches!(word, Word::Code(_))));
    assert_not_forged("an approval's card", &card);
    let mut incident = incident_case();
    incident.title = FORGED.to_owned();
    on(&mut incident, "lena", NOW, incident::Command::Update { text: FORGED.to_owned(), next: None });
    assert_not_forged("an incident's card", &case_card(&speaker(), &incident, &self::people()));
    for event in [
        Event::from(incident::Event::Updated { by: "dev".into(), text: FORGED.to_owned(), next: None }),
        incident::Event::Withdrawn { by: "dev".into(), reason: FORGED.to_owned() }.into(),
        approval::Event::QuestionAnswered { by: "priya".into(), text: FORGED.to_owned() }.into(),
    ] {
        let words = story(&speaker(), &incident, &event, NOW).expect("it is said");
        assert_not_forged(event.kind(), &Card { title: words, ..Card::default() });
    }
}

/// What could be taken for the bot's on one line, each with a mark on both sides.
const PIECES: [&str; 14] = [
    "Ω",
    "Ω”Ω",
    "Ω“Ω",
    "Ω\"Ω",
    "Ω’’Ω",
    "Ω″Ω",
    "Ω〞Ω",
    "Ω`Ω`Ω",
    "Ω\u{202E}Ω",
    "Ω\u{2069}Ω",
    "Ω\u{200B}Ω",
    "Ω\u{E001}Ω",
    "Ω-שלום-Ω",
    "Ω=Ω",
];

/// Lines with something of somebody's in a place where only few words mean anything.
const LINES: [&str; 17] = [
    "/{}",
    "/incident {}",
    "/incident ack{}",
    "/incident {} INC-1 x",
    "@countersign {} INC-1",
    "@countersign lgtm{}",
    "/approval lgtm",
    "/incident open credit-scoring sev2 Leak {}restricted",
    "/incident open credit-scoring sev2 Leak --{}restricted",
    "/incident open credit-scoring sev2 Leak {}=restricted",
    "/incident open credit-scoring sev2 Leak class:{}",
    "/incident open credit-scoring sev2 Leak “restriced”",
    "/incident open credit-scoring sev2 Leak sevrity={}",
    "/incident role INC-1 lead @dev {}",
    "/sla digest week credit-scoring {}",
    "/incident note INC-1 fine\n/incident ack {}",
    "/approval delegate @dev until tomorrow 09:00 08:{} away",
];

/// A sentence with everything taken out of it that stands in quotation marks; nothing of somebody's is left in it.
fn not_forged(what: &str, sentence: &str) -> String {
    let outside = outside_quotes(sentence);
    assert!(!outside.contains(['Ω', '”', '\n']), "{what:?}: {sentence:?}");
    assert!(sentence.matches('“').count() == sentence.matches('”').count(), "{what:?}: {sentence:?}");
    outside
}

/// Reads it in every way in which it can come in, and gives back what is said to it, without what it quotes.
fn misreadings(text: &str, context: &crate::grammar::Context<'_>, said: &mut Vec<String>) {
    for how in [crate::grammar::How::Slash, crate::grammar::How::Said] {
        if let Err(misread) = read(text, how, context) {
            let card = super::misread(&speaker(), &misread);
            assert_not_forged(text, &card);
            said.push(not_forged(text, &misread.to_string()));
        }
    }
}

fn filled(filled: &crate::grammar::Filled, context: &crate::grammar::Context<'_>, said: &mut Vec<String>) {
    use crate::grammar::Unread;
    match filled.read(context) {
        Err(Unread::Fields(fields)) => said.extend(fields.iter().map(|(name, sentence)| not_forged(name, sentence))),
        Err(Unread::Line(misread)) => {
            assert_not_forged(filled.verb.as_str(), &super::misread(&speaker(), &misread));
            said.push(not_forged(filled.verb.as_str(), &misread.to_string()));
        }
        Ok(_) => {}
    }
}

#[test]
fn no_misreading_lets_words_of_people_out_of_their_quotation_marks() {
    let maya = "maya".into();
    let context = crate::grammar::Context::of(policy(), &maya, NOW, None, "/");
    let mut said = Vec::new();
    for piece in PIECES {
        for line in LINES {
            misreadings(&line.replace("{}", piece), &context, &mut said);
        }
        for verb in crate::grammar::verbs::all() {
            for arg in verb.args {
                let case = verb.kind().map(|kind| format!("{}-1", kind.prefix())).unwrap_or_default();
                let line = format!("/{} {} {case}", verb.root, verb.verb);
                misreadings(&format!("{line} {piece}"), &context, &mut said);
                misreadings(&format!("{line} {}={piece}", arg.name), &context, &mut said);
                misreadings(&format!("{line} {}=\"{piece} {piece}\"", arg.name), &context, &mut said);
                let values: std::collections::BTreeMap<String, String> =
                    [("case", case.as_str()), (arg.name, piece), (piece, piece)]
                        .map(|(name, value)| (name.to_owned(), value.to_owned()))
                        .into();
                let mut options = crate::grammar::Filled::options(verb, values.clone());
                filled(&options, &context, &mut said);
                let mut known = values;
                known.remove(piece);
                options = crate::grammar::Filled::options(verb, known.clone());
                filled(&options, &context, &mut said);
                filled(&crate::grammar::Filled::form(&verb.id(), known.clone()), &context, &mut said);
                known.insert("case".to_owned(), format!("INC-{piece}"));
                filled(&crate::grammar::Filled::form(&verb.id(), known), &context, &mut said);
            }
        }
        filled(&crate::grammar::Filled::form(piece, std::collections::BTreeMap::new()), &context, &mut said);
    }
    said.sort();
    said.dedup();
    for words in [
        "I don't know . Did you mean",
        "I don't know . `/incident` knows",
        "I don't know . I know",
        "is not a number",
        "is not one of",
        "is neither yes nor no",
        "is not a severity",
        "is not a time that I can read",
        "is not a time for a digest",
        "is not a case",
        "here is no person  in the policy",
        "here is no role  in the policy",
        "here is no workflow  in the policy",
        "here is no class  in the policy",
        "here is no duty  in the policy",
        "here is no approval path  in the policy",
        "here is no party  in the policy",
        "here is another one in that message, ",
        "has no place there",
        "looks like the option",
        "the option or a word of the text",
        "meant as",
    ] {
        assert!(said.iter().any(|it| it.contains(words)), "nothing says {words:?}: {said:#?}");
    }
}

#[test]
fn what_a_duty_is_about_stays_between_its_quotation_marks_in_any_sentence() {
    use crate::domain::obligation::About;
    for piece in PIECES.into_iter().chain([FORGED]) {
        not_forged(piece, &About::Words(piece.to_owned()).to_string());
    }
    assert_eq!(About::named("scribe").to_string(), "scribe");
}

/// Whether a refusal of this kind holds what somebody typed. A new one has to be decided on.
fn holds_typed_words(refusal: &Refusal) -> bool {
    use crate::domain::Refusal as R;
    match refusal {
        R::HeardLate { .. } | R::NoSuchWorkflow(..) | R::Missing(_) => true,
        R::AboutRestricted(_)
        | R::Stranger
        | R::UnknownAccount { .. }
        | R::NotAtHome
        | R::AccountGone
        | R::NoSuchCase(_)
        | R::PerhapsAsked(_)
        | R::WrongKind { .. }
        | R::WrongState { .. }
        | R::NotYours { .. }
        | R::TooLong { .. }
        | R::NothingOwed { .. }
        | R::WhichDuty { .. }
        | R::DutyState { .. }
        | R::NotAPauseReason(_)
        | R::NoPause
        | R::PauseUsedUp(_)
        | R::ImpactUnclear(_)
        | R::ChannelTaken(_)
        | R::OwnRequest(_)
        | R::AnsweredAlready(_)
        | R::EarlierStage(..)
        | R::Changed(_)
        | R::KeyTaken
        | R::WhichRevision { .. }
        | R::ReasonNeeded(_)
        | R::QuestionOpen(_)
        | R::NoQuestion(_)
        | R::OnlyFor { .. }
        | R::NoPath(_)
        | R::Circle(_)
        | R::OwnDeputy(_)
        | R::DelegatedAlready { .. }
        | R::NoDelegation(_)
        | R::NotAfter(..)
        | R::NotHeld(_)
        | R::Future(_) => false,
    }
}

#[test]
fn no_refusal_lets_words_of_people_out_of_their_quotation_marks() {
    for piece in PIECES.into_iter().chain([FORGED]) {
        let incident = |class: Option<&str>, workflow: &str| {
            Opening::Incident(incident::Opening {
                workflow: workflow.into(),
                title: "Scores drift".to_owned(),
                severity: Severity::Sev2,
                nature: incident::Nature::default(),
                technical: None,
                class: class.map(|class| class.into()),
                impact: Impact::Known,
                restricted: false,
                occurred: None,
                detected: None,
                aware: None,
                because: None,
                queue: None,
                stamps_end: None,
                converts: None,
                from: None,
            })
        };
        let approval = approval::Opening {
            workflow: "credit-scoring".into(),
            title: "Ship v7".to_owned(),
            wanted: approval::Wanted::Action { action: "x".to_owned(), path: Some(piece.into()) },
        };
        let ask = Ask { by: Actor::Person("maya".into()), at: NOW };
        let exception = exception::Opening {
            workflow: "credit-scoring".into(),
            class: piece.into(),
            title: "The report comes late".to_owned(),
            reason: None,
            until: None,
            on: None,
            from: None,
        };
        let openings = [
            incident(Some(piece), "credit-scoring"),
            incident(None, piece),
            Opening::Approval(approval),
            Opening::Exception(exception),
        ];
        let opened = openings.map(|opening| crate::domain::open(case("INC-1"), &opening, &ask, &world()).err());
        let going_on = incident_case();
        let commands = [
            incident::Command::Page { role: piece.into(), reason: "x".to_owned() },
            incident::Command::FollowUp { assignee: piece.into(), due: DUE, text: "x".to_owned() },
        ];
        let decided = commands.map(|command| crate::domain::decide(&going_on, &command.into(), &ask, &world()).err());
        let late = Refusal::HeardLate { text: piece.to_owned(), at: "09:00".to_owned() };
        let mut refusals: Vec<Refusal> =
            opened.into_iter().chain(decided).map(|it| it.expect("it is refused")).collect();
        refusals.push(late);
        for refusal in refusals {
            assert!(holds_typed_words(&refusal), "{refusal:?}");
            let card = refused(&speaker(), &refusal);
            assert!(card.title.iter().any(|word| matches!(word, Word::Text(text) if text.contains('Ω'))), "{card:?}");
            assert_not_forged("a refusal", &card);
            not_forged(piece, &refusal.to_string());
        }
    }
}
