//! Where what lies in a bundle. A bundle of one case has its files at the top; in a wider one each case has a folder of its own, and
//! what may be many files lies in folders by the thousand.

use super::scope::Scope;
use crate::domain::CaseId;

/// How many entries share a folder of a bundle of many cases.
const IN_A_FOLDER: u64 = 1_000;

pub(super) fn of_case(scope: &Scope, case: CaseId) -> String {
    match scope.is_case() {
        true => "data/".to_owned(),
        false => format!("data/cases/{case}/"),
    }
}

/// Without its ending.
pub(super) fn entry(scope: &Scope, case: CaseId, seq: u64) -> String {
    format!("{}entries/{seq}", of_case(scope, case))
}

/// Without its ending.
pub(super) fn context(scope: &Scope, seq: u64) -> String {
    format!("data/context/{}{seq}", sharded(scope, seq))
}

pub(super) fn proof(scope: &Scope, seq: u64) -> String {
    format!("data/proofs/{}{seq}.tlog-proof", sharded(scope, seq))
}

/// That both keys agreed to a change of the heads' key.
pub(super) fn agreed(seq: u64) -> String {
    format!("data/keys/{seq}.tlog-proof")
}

pub(super) fn attachment(sha256: &str) -> String {
    format!("data/attachments/{sha256}")
}

pub(super) fn policy(hash: &str) -> String {
    format!("data/policies/{hash}.toml")
}

fn sharded(scope: &Scope, seq: u64) -> String {
    if scope.is_case() { String::new() } else { format!("{}/", seq / IN_A_FOLDER) }
}
