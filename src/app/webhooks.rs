//! What calls to the policy's webhooks are signed with: found in the environment or in files, read anew for each call, so that keys can be
//! changed while the bot runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::app::config::webhook_variable;
use crate::domain::WebhookId;
use crate::webhook::signature::Keys;

/// The keys of a webhook. Those in the environment count, where there are any; `files` is by the names of webhooks.
///
/// # Errors
/// For the operator: where there should be some, or what is wrong with those that are there. None of it shows a key.
pub fn keys_of(
    webhook: &WebhookId,
    environment: impl Fn(&str) -> Option<String>,
    files: &BTreeMap<String, PathBuf>,
) -> Result<Keys, String> {
    let variable = webhook_variable(webhook.as_str());
    let (from, text) = match (environment(&variable), files.get(webhook.as_str())) {
        (Some(text), _) => (variable, text),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
            (file.display().to_string(), text)
        }
        (None, None) => {
            return Err(format!(
                "calls to {webhook} have no key to be signed with: set {variable}, or `keys_file` under [webhooks.{webhook}] in the settings; \
                 `countersign webhook key` makes one"
            ));
        }
    };
    Keys::read(&text).map_err(|why| format!("{from}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_the_environment_then_in_a_file_and_never_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("deploy.keys");
        std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").expect("it is written");
        let files = BTreeMap::from([("deploy-eu".to_owned(), file.clone())]);
        let webhook = WebhookId::from("deploy-eu");
        let none = BTreeMap::new();
        let own = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=";
        let variable = |name: &str| (name == webhook_variable("deploy-eu")).then(|| own.to_owned());
        let found = keys_of(&webhook, variable, &files).expect("in the environment");
        assert_eq!(found.public().len(), 1, "the environment's, not the file's");
        let found = keys_of(&webhook, |_| None, &files).expect("in the file");
        assert!(found.public().is_empty());
        let missing = keys_of(&webhook, |_| None, &none).expect_err("nowhere");
        assert!(missing.contains("_WEBHOOK_DEPLOY_EU_KEYS") && missing.contains("[webhooks.deploy-eu]"));
        std::fs::write(&file, "MfKQ9r8GKYqr").expect("it is written");
        let wrong = keys_of(&webhook, |_| None, &files).expect_err("no key");
        assert!(wrong.contains("deploy.keys") && !wrong.contains("MfKQ"), "{wrong}");
    }
}
