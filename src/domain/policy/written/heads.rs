//! Where heads are published, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::super::WebhookId;
use super::super::heads::HeadsRule;
use super::resolve::Resolve;
use super::value;
use super::word::{Placed, Word, kind};

/// Signed heads are published, so that somebody outside has what the ledger was. Each says how many entries there were, the root over
/// them, and who signed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadsTable {
    /// How often. `1d` if left out.
    every: Option<Word<kind::Length>>,
    /// The channel where each is posted.
    channel: Option<Word<kind::ChannelName>>,
    /// The machine outside that is told each.
    webhook: Option<Word<kind::Webhook>>,
    /// Each is written as a file, where the operator's settings say (`heads_dir`).
    #[serde(default)]
    file: bool,
}

impl Resolve<'_, '_> {
    pub(super) fn publishing(&mut self, table: &Placed<HeadsTable>) {
        let HeadsTable { every, channel, webhook, file } = &table.value;
        let every = every.as_ref().map_or(Some(HeadsRule::EVERY), |word| self.some_time(word));
        let channel_named = channel.as_ref().map(|word| self.value(word, value::channel));
        let webhook_named = webhook.as_ref().map(|word| self.name(word).map(WebhookId::from));
        if channel.is_none() && webhook.is_none() && !file {
            self.found.add(
                table.at,
                "this says nowhere where heads are published",
                "channel = \"…\", webhook = \"…\" or file = true",
            );
        }
        let (Some(every), false) = (every, channel_named == Some(None) || webhook_named == Some(None)) else { return };
        let (channel, webhook) = (channel_named.flatten(), webhook_named.flatten());
        self.policy.heads = Some(HeadsRule { every, channel, webhook, file: *file });
    }
}
