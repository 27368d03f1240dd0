//! Machines outside that may be called, as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::WebhookId;
use super::super::address;
use super::super::webhooks::Webhook;
use super::resolve::Resolve;
use super::word::{Word, kind};

/// A machine outside that a step of a rollback can call. What calls are signed with stands in the settings or the environment, and
/// never here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookTable {
    /// Where it is called: `https://deploy.example.com/countersign`.
    url: Word<kind::Text>,
    /// Its address is inside the bot's own network. Without it no such address is called, wherever the name may lead.
    #[serde(default)]
    internal: bool,
    /// It is called in drills too. It is told that it is one, and must do nothing real then. Without it, such a step of a drill is done
    /// by hand.
    #[serde(default)]
    in_drills: bool,
}

impl Resolve<'_, '_> {
    pub(super) fn webhook(&mut self, key: &Word<kind::Key>, table: &WebhookTable) {
        let named = self.key(key);
        let without = "the address without it: calls are signed with keys from the settings";
        if let (Some(url), Some(())) = (self.address(&table.url, table.internal, without), named) {
            let webhook = Webhook { url, internal: table.internal, in_drills: table.in_drills };
            self.policy.webhooks.insert(WebhookId::from(key.text.as_str()), webhook);
        }
    }

    /// An address outside that may be called, or inside where the policy says so by name. `without`: what to write where a
    /// password stands in it.
    pub(super) fn address(&mut self, word: &Word<kind::Text>, internal: bool, without: &str) -> Option<String> {
        let url = self.text(word)?;
        let (scheme, rest) = url.split_once("://").unwrap_or(("", &url));
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let inside = address::inside_host(host).filter(|_| !internal);
        let said = inside
            .map(|what| format!("this address is inside ({what}), and nothing inside is called unless you say so"));
        let wrong = match scheme {
            _ if url.chars().any(|c| c.is_whitespace() || c.is_control()) => {
                Some(("an address has no blanks", "it without"))
            }
            "https" | "http" if host.is_empty() => {
                Some(("this address names no machine", "“https://deploy.example.com/…”"))
            }
            "https" | "http" if host.contains('@') => {
                Some(("a password in an address is read by everybody who reads this file", without))
            }
            "https" | "http" if said.is_some() => {
                said.as_deref().map(|said| (said, "internal = true beside it, where that is meant"))
            }
            "https" => None,
            "http" if internal => None,
            "http" => Some((
                "what is outside is called by https alone",
                "“https://…”, or internal = true where it is inside your own network",
            )),
            _ => Some(("this is no address that can be called", "“https://deploy.example.com/…”")),
        };
        match wrong {
            None => Some(url),
            Some((what, write)) => {
                self.found.add(word.at, what, write);
                None
            }
        }
    }
}
