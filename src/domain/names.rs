//! The names that people give to things, and the numbers that cases get. A name of one kind can't be passed for another, and
//! each says whether the ledger keeps it as a fact or by a pseudonym.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::kinds::CaseKind;
use super::mark;
use super::text::quoted;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident as $mark:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_newtype_struct(mark::$mark, &self.0)
            }
        }

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self(name.into())
            }
        }
        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name.into())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    )*};
}

names! {
    /// A person of the policy, by the key they are written under: `maya`.
    PersonId as SUBJECT;
    /// An account on a platform, as `platform/account`: `slack/U024BE7LH`. No person's key has a `/` in it.
    AccountId as SUBJECT;
    /// A durable seat of a party: `model-risk`.
    RoleId as FACT;
    /// An organisation or team: `vendor`.
    PartyId as FACT;
    /// One AI system in use: `credit-scoring`.
    WorkflowId as FACT;
    /// A named calendar of business hours.
    CalendarId as FACT;
    /// A named ladder.
    LadderId as FACT;
    /// A named approval path.
    PathId as FACT;
    /// A named rota.
    RotaId as FACT;
    /// A machine outside that may be called, as the policy calls it.
    WebhookId as FACT;
    /// Somebody who cosigns heads of this ledger, as the policy calls them.
    WitnessId as FACT;
    /// A ledger of somebody else whose heads are cosigned here, as the policy calls it.
    LogId as FACT;
    /// Where a platform's own ids come from: `local`, `slack`, `discord`.
    Platform as FACT;
    /// An incident class such as `output.bias` (SPEC 6); the policy may add its own.
    ClassId as FACT;
    /// A class of exceptions, as the policy calls it.
    ExceptionClassId as FACT;
    /// A system downstream of a workflow, as the policy calls it.
    SystemId as FACT;
    /// SHA-256 of a policy file, in hexadecimal: which terms a case was opened under.
    PolicyHash as FACT;
    /// A law that asks for reports, by the name of its pack: `gdpr-33`.
    RegimeId as FACT;
    /// A report that a law asks for, and its clock: `dora.initial`.
    ClockId as FACT;
    /// A fixed name that rules compare and nobody typed in chat: a seat, a state, a stage's role, the name of a schedule.
    Label as FACT;
}

impl AccountId {
    /// An account by its platform's own id of it. What was read as erased has no platform in it, and gets none.
    pub fn on(platform: &Platform, id: &str) -> AccountId {
        match id.starts_with(mark::ERASED_SUBJECT) {
            true => AccountId::from(id),
            false => AccountId::from(format!("{platform}/{id}")),
        }
    }

    /// The platform's own id of it.
    pub fn id_on(&self, platform: &Platform) -> &str {
        self.0.strip_prefix(platform.as_str()).and_then(|id| id.strip_prefix('/')).unwrap_or(&self.0)
    }
}

/// `INC-12`, `APR-41`. Numbers count from 1 for each kind and are never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CaseId {
    pub kind: CaseKind,
    pub number: u32,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.prefix(), self.number)
    }
}

/// What was typed isn't a case id such as `INC-12`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{typed} is not a case; cases look like {example}", typed = quoted(.0), example = CaseKind::example_ids())]
pub struct NotACase(pub String);

/// Reads `INC-12` in either case of letters. No leading zeros, so that one case has one spelling.
impl FromStr for CaseId {
    type Err = NotACase;
    fn from_str(text: &str) -> Result<CaseId, NotACase> {
        let refuse = || NotACase(text.chars().take(40).collect());
        let (prefix, number) = text.split_once('-').ok_or_else(refuse)?;
        let kind = CaseKind::by_prefix(prefix).ok_or_else(refuse)?;
        if number.starts_with('0') || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        Ok(CaseId { kind, number: number.parse().map_err(|_| refuse())? })
    }
}

impl Serialize for CaseId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_newtype_struct(mark::FACT, &self.to_string())
    }
}

impl<'de> Deserialize<'de> for CaseId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<CaseId, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Governance severity: how much the handling matters, apart from how broken the machine is. `sev1` is the gravest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Sev1,
    Sev2,
    Sev3,
    Sev4,
}

impl Severity {
    pub const ALL: [Severity; 4] = [Severity::Sev1, Severity::Sev2, Severity::Sev3, Severity::Sev4];

    pub const fn word(self) -> &'static str {
        match self {
            Severity::Sev1 => "sev1",
            Severity::Sev2 => "sev2",
            Severity::Sev3 => "sev3",
            Severity::Sev4 => "sev4",
        }
    }
    /// `sev1`, `SEV-1`, `1`: people type all of them.
    pub fn read(text: &str) -> Option<Severity> {
        let text = text.to_ascii_lowercase();
        let digit = text.strip_prefix("sev").unwrap_or(&text).trim_start_matches('-');
        Severity::ALL.into_iter().find(|severity| &severity.word()[3..] == digit)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Where a workflow is in its life. A pilot may have lighter duties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WorkflowStage {
    Pilot,
    Production,
}

impl fmt::Display for WorkflowStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WorkflowStage::Pilot => "pilot",
            WorkflowStage::Production => "production",
        })
    }
}
