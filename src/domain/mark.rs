//! How a type says what the ledger may keep for ever and what can be erased.
//!
//! An entry's record is kept in two parts. *Facts* stay: ids, states, moments, numbers, pseudonyms. *Words* can go: what people
//! typed, names, titles, reasons. A plain text counts as words, so a field that nobody marked can be erased rather than never.
//! What is a fact, a subject or wholly words says so by the name of a newtype (`serialize_newtype_struct`), which JSON and
//! every other format pass over. The ledger reads the names: `crate::ledger::parts`.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Inside, texts are facts.
pub const FACT: &str = "$fact";
/// Inside is the name of a person or an account, for which the ledger keeps a pseudonym.
pub const SUBJECT: &str = "$subject";
/// Inside, everything is words: one value, erased as a whole.
pub const WORDS: &str = "$words";

/// What is read in the place of words that were erased.
pub const ERASED: &str = "⟨erased⟩";
/// What is read in the place of a subject whom nobody knows any more begins so; the pseudonym follows.
pub const ERASED_SUBJECT: &str = "erased-";

/// For `serialize_with`: the field's texts are facts.
///
/// # Errors
/// The serializer's.
pub fn fact<T: Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_newtype_struct(FACT, value)
}

/// The longest id that is a fact, in bytes.
const ID_AT_MOST: usize = 100;

/// For `serialize_with`: the id that a platform has of a message or channel. It is a fact as long as it looks like an id: at most
/// 100 visible ASCII characters. Anything else that came in its place is words, so that no text stays for ever by standing there.
///
/// # Errors
/// The serializer's.
pub fn id<S: Serializer>(id: &str, to: S) -> Result<S::Ok, S::Error> {
    match id.len() <= ID_AT_MOST && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => to.serialize_newtype_struct(FACT, id),
        false => to.serialize_str(id),
    }
}

/// [`id`], where there may be none.
///
/// # Errors
/// The serializer's.
pub fn maybe_id<S: Serializer>(maybe: &Option<String>, to: S) -> Result<S::Ok, S::Error> {
    match maybe {
        Some(text) => id(text, to),
        None => to.serialize_none(),
    }
}

/// What is wholly words: a card, the values of a form, an account. `None` once they are erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<T>(pub Option<T>);

impl<T> Words<T> {
    /// Words that are there.
    pub fn of(words: T) -> Words<T> {
        Words(Some(words))
    }

    /// There are none, as where nothing is said.
    pub fn is_default(&self) -> bool
    where
        T: Default + PartialEq,
    {
        self.0.as_ref().is_some_and(|words| *words == T::default())
    }

    /// The words, unless they are erased.
    pub fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T: Default> Default for Words<T> {
    fn default() -> Words<T> {
        Words::of(T::default())
    }
}

impl<T: Serialize> Serialize for Words<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(words) => to.serialize_newtype_struct(WORDS, words),
            None => to.serialize_newtype_struct(WORDS, ERASED),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Words<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Words<T>, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "words of another shape")]
        enum Read<T> {
            Gone(Gone),
            There(T),
        }
        match Read::deserialize(from)? {
            Read::Gone(Gone) => Ok(Words(None)),
            Read::There(words) => Ok(Words(Some(words))),
        }
    }
}

/// Reads [`ERASED`] and nothing else.
struct Gone;

impl<'de> Deserialize<'de> for Gone {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Gone, D::Error> {
        match &*std::borrow::Cow::<'de, str>::deserialize(from)? {
            ERASED => Ok(Gone),
            _ => Err(D::Error::custom("not erased")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Told {
        #[serde(serialize_with = "fact")]
        message: Option<String>,
        card: Words<Vec<u8>>,
        name: Words<String>,
    }

    #[test]
    fn plain_json_passes_over_marks() {
        let told = Told { message: Some("m1".into()), card: Words::of(vec![1, 2]), name: Words::of("Maya".into()) };
        let text = r#"{"message":"m1","card":[1,2],"name":"Maya"}"#;
        assert_eq!(serde_json::to_string(&told).unwrap(), text);
        assert_eq!(serde_json::from_str::<Told>(text).unwrap(), told);
    }

    #[test]
    fn erased_words_read_as_none() {
        let text = format!(r#"{{"message":null,"card":"{ERASED}","name":"{ERASED}"}}"#);
        let told = Told { message: None, card: Words(None), name: Words(None) };
        assert_eq!(serde_json::from_str::<Told>(&text).unwrap(), told);
        assert_eq!(serde_json::to_string(&told).unwrap(), text);
        let other = r#"{"message":null,"card":"something","name":""}"#;
        assert!(serde_json::from_str::<Told>(other).is_err(), "a card that is neither there nor erased");
    }
}
