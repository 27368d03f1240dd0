//! What of an entry people search for: their own words in it, and where it belongs. Of what was heard, messages and what they were
//! edited to, with the names of their files; of what was ruled on a case, everything that somebody typed for it: titles, reasons,
//! notes. What was typed as a command, pressed or filled in is its author's own until a ruling has it, and isn't looked at; nor is
//! what the bot said.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::domain::{CaseId, LOCAL, Lane};
use crate::store::Doc;

/// The words that say of an entry where it belongs. Each is one word to the index.
pub mod place {
    use super::{CaseId, Digest, Lane, Sha256};

    /// Ruled on a case.
    pub const RULED: &str = "ruled";
    /// Said in a case's own channel.
    pub const OWN: &str = "own";

    /// Said in a channel.
    pub fn channel(lane: &Lane) -> String {
        format!("l{}", hex::encode(&Sha256::digest(lane.to_string())[..8]))
    }
    /// Said in the direct messages of an account, by its pseudonym.
    pub fn direct(pseudonym: &str) -> String {
        format!("d{pseudonym}")
    }
    /// By somebody, by their pseudonym.
    pub fn by(pseudonym: &str) -> String {
        format!("w{pseudonym}")
    }
    pub fn case(case: CaseId) -> String {
        format!("c{}{}", case.kind.prefix().to_ascii_lowercase(), case.number)
    }
}

/// What the index takes in of an entry. `None`: nothing.
pub fn doc(seq: i64, case: Option<&str>, facts: &str, words: Option<&str>) -> Option<Doc> {
    // Most entries are none of these, and their facts needn't be read.
    if !(facts.starts_with(r#"{"record":"heard""#) || facts.starts_with(r#"{"record":"ruled""#)) {
        return None;
    }
    let words: Vec<Json> = serde_json::from_str(words?).ok()?;
    let facts: Json = serde_json::from_str(facts).ok()?;
    let (mut text, mut places) = (String::new(), Vec::new());
    match facts["record"].as_str()? {
        "heard" => {
            let what = &facts["what"];
            if !matches!(what["what"].as_str()?, "said" | "edited") {
                return None;
            }
            said(&what["text"], &words, &mut text);
            said(&what["files"], &words, &mut text);
            for file in facts["not_kept"].as_array().into_iter().flatten() {
                said(&file["name"], &words, &mut text);
            }
            places.push(stands_in(&facts["lane"])?);
            places.extend(by(&facts["who"]));
        }
        "ruled" => {
            said(&facts["events"], &words, &mut text);
            places.push(place::RULED.to_owned());
            places.extend(facts["by"]["p"].as_str().map(place::by));
        }
        _ => return None,
    }
    places.extend(case.and_then(|case| case.parse().ok()).map(place::case));
    (!text.is_empty()).then(|| Doc { seq, text, place: places.join(" ") })
}

/// All words that some facts point at, on lines of their own.
fn said(facts: &Json, words: &[Json], to: &mut String) {
    match facts {
        Json::Object(fields) => match fields.get("w").and_then(Json::as_u64) {
            Some(place) if fields.len() == 1 => {
                let place = usize::try_from(place).ok();
                place.and_then(|place| words.get(place)).into_iter().for_each(|said| texts(said, to));
            }
            Some(_) | None => fields.values().for_each(|field| self::said(field, words, to)),
        },
        Json::Array(items) => items.iter().for_each(|item| said(item, words, to)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Texts of words that are more than one: a file has a name, a sentence parts.
fn texts(words: &Json, to: &mut String) {
    match words {
        Json::String(text) => {
            if !to.is_empty() {
                to.push('\n');
            }
            to.push_str(text);
        }
        Json::Array(items) => items.iter().for_each(|item| texts(item, to)),
        Json::Object(fields) => {
            fields.iter().filter(|(name, _)| *name != "sha256").for_each(|(_, field)| texts(field, to));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn stands_in(lane: &Json) -> Option<String> {
    if let Some(pseudonym) = lane["account"]["p"].as_str() {
        return Some(place::direct(pseudonym));
    }
    let lane: Lane = serde_json::from_value(lane.clone()).ok()?;
    Some(if lane.own_of().is_some() { place::OWN.to_owned() } else { place::channel(&lane) })
}

fn by(who: &Json) -> Option<String> {
    let who = who.get("person").or_else(|| who.get("stranger"))?;
    who["p"].as_str().map(place::by)
}

/// The subjects by whose pseudonyms somebody's direct messages are known.
pub fn direct_subjects<'a>(
    person: &'a str,
    accounts: impl Iterator<Item = (&'a str, &'a str)>,
) -> impl Iterator<Item = String> {
    let there = accounts.map(|(platform, account)| format!("{platform}/{account}"));
    [person.to_owned(), format!("{LOCAL}/{person}")].into_iter().chain(there.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_looked_at_with_its_files_and_a_command_is_not() {
        let facts = r#"{"record":"heard","key":"k","who":{"person":{"p":"aa"}},"from":{"w":0},"lane":{"platform":"local","channel":"credit"},"what":{"what":"said","message":"m1","text":{"w":1},"files":{"w":2}}}"#;
        let words = r#"[{"id":"dev","name":"Dev"},"Scores drift",[{"name":"rates.csv","bytes":1,"sha256":"ab"}]]"#;
        let found = doc(4, Some("INC-1"), facts, Some(words)).unwrap();
        assert_eq!(found.text, "Scores drift\nrates.csv");
        let lane: Lane = "local/credit".parse().unwrap();
        assert_eq!(found.place, format!("{} waa cinc1", place::channel(&lane)));
        assert_eq!(doc(4, None, facts, None), None, "erased");
        let typed = facts.replace(r#""what":"said""#, r#""what":"command""#);
        assert_eq!(doc(4, None, &typed, Some(words)), None);
    }

    #[test]
    fn a_ruling_is_looked_at_with_what_was_typed_and_not_with_what_was_told() {
        let facts = r#"{"record":"ruled","by":{"p":"aa"},"events":[{"incident":{"opened":{"title":{"w":0},"severity":"sev2"}}},{"case":{"noted":{"by":{"p":"aa"},"text":{"w":1}}}}],"tell":[{"notice":{"text":{"w":2}}}]}"#;
        let found = doc(9, Some("INC-12"), facts, Some(r#"["Drift","a note","told"]"#)).unwrap();
        assert_eq!((found.text.as_str(), found.place.as_str()), ("Drift\na note", "ruled waa cinc12"));
    }
}
