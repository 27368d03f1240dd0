//! What kind of harm an incident did, and what caused it: fields of its own beside class and severity, each of which can be
//! left out and said later.
//!
//! Levels and types of harm follow the OECD's terms for AI incidents (2024), causes the causal taxonomy of the MIT AI Risk
//! Repository (2024). What a class means is the policy's.

use serde::{Deserialize, Serialize};

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $choice:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $choice,)*
        }

        impl $name {
            /// What can be typed.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// As it is typed, shown and stored.
            pub const fn word(self) -> &'static str {
                match self {
                    $($name::$choice => $word,)*
                }
            }

            /// The choice that a word means.
            pub fn read(word: &str) -> Option<$name> {
                [$($name::$choice),*].into_iter().find(|it| it.word().eq_ignore_ascii_case(word))
            }
        }
    )*};
}

choices! {
    /// How far it went.
    Harm {
        /// Somebody or something was harmed.
        Event = "event",
        /// It nearly came to harm.
        NearMiss = "near-miss",
        /// Something is wrong that could do harm.
        Issue = "issue",
        /// No harm, and none to be expected.
        None = "none",
        /// Nobody can say yet.
        Unclear = "unclear",
    }

    /// What was harmed, or could have been.
    HarmType {
        /// People's health, body or mind.
        Health = "health",
        /// The running of critical infrastructure.
        Infrastructure = "infrastructure",
        /// Rights that law protects: fundamental, labour, intellectual property.
        Rights = "rights",
        /// Property, communities or the environment.
        Property = "property-or-environment",
    }

    /// Who or what caused it.
    Entity {
        /// A decision or act of people.
        Human = "human",
        /// A decision or act of the system.
        Ai = "ai",
        /// Neither, or it can't be told.
        Other = "other",
    }

    /// Whether it was the aim.
    Intent {
        /// What was expected to come of it.
        Intentional = "intentional",
        /// What came of it against expectation.
        Unintentional = "unintentional",
        /// It can't be told.
        Other = "other",
    }

    /// When the cause was laid.
    Timing {
        /// Before the system was in use.
        Before = "pre-deployment",
        /// While it was in use.
        After = "post-deployment",
        /// It can't be told.
        Other = "other",
    }
}

/// What is known of harm and cause; what isn't said is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nature {
    /// How far it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<Harm>,
    /// What was harmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm_type: Option<HarmType>,
    /// Who or what caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<Entity>,
    /// Whether it was the aim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<Intent>,
    /// When the cause was laid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timing: Option<Timing>,
}

impl Nature {
    /// Takes over what the later one says; the rest stays.
    pub fn amend(&mut self, later: &Nature) {
        self.harm = later.harm.or(self.harm);
        self.harm_type = later.harm_type.or(self.harm_type);
        self.entity = later.entity.or(self.entity);
        self.intent = later.intent.or(self.intent);
        self.timing = later.timing.or(self.timing);
    }

    /// What is said, by the name that it is typed under.
    pub fn said(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = [
            ("harm", self.harm.map(Harm::word)),
            ("harm-type", self.harm_type.map(HarmType::word)),
            ("entity", self.entity.map(Entity::word)),
            ("intent", self.intent.map(Intent::word)),
            ("timing", self.timing.map(Timing::word)),
        ];
        all.into_iter().filter_map(|(name, word)| Some((name, word?)))
    }
}
