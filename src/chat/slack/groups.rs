//! User groups that the policy wants to be whoever holds a role.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Slack, Trouble};
use crate::chat::{GroupChange, Undelivered};

impl Slack {
    pub(super) async fn fill_user_group(
        &self,
        group: &str,
        accounts: &BTreeSet<String>,
    ) -> Result<GroupChange, Undelivered> {
        let asked = self.api.patiently("usergroups.users.list", &[("usergroup", group.to_owned())]).await;
        let there = asked.map_err(|trouble| refused(&trouble))?;
        let there: BTreeSet<String> =
            there["users"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect();
        if there == *accounts {
            return Ok(GroupChange::default());
        }
        let users: Vec<&str> = accounts.iter().map(String::as_str).collect();
        let body = json!({ "usergroup": group, "users": users.join(",") });
        self.call("usergroups.users.update", &body).await.map_err(|trouble| refused(&trouble))?;
        Ok(GroupChange {
            added: accounts.difference(&there).cloned().collect(),
            removed: there.difference(accounts).cloned().collect(),
            lacking: None,
        })
    }
}

/// What to do about it, for the operators.
fn refused(trouble: &Trouble) -> Undelivered {
    let why = |what: &str| Undelivered::never(format!("{trouble}: {what}"));
    match trouble {
        Trouble::Limited { after } => Undelivered::later(trouble, *after),
        Trouble::Unreached(_) | Trouble::Unknown(_) => Undelivered::later(trouble, None),
        Trouble::Said(word) => match word.as_str() {
            "missing_scope" => why("add the scopes usergroups:read and usergroups:write, and install the app again"),
            "permission_denied" => why(
                "in the workspace's settings under “Permissions”, “User Groups”, let everybody change user groups: Slack takes it \
                 from a bot only then",
            ),
            "no_such_subteam" | "subteam_disabled" => why("there is no such user group, or it is switched off"),
            "paid_teams_only" | "plan_upgrade_required" => why("the workspace's plan has no user groups"),
            _ => Undelivered::never(trouble),
        },
    }
}
