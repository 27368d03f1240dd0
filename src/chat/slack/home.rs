//! The app's own page: what its reader owes and asked for, what is open, and what they may open.

use serde_json::{Value as Json, json};

use super::answer::{NOT_KNOWN_NOW, note};
use super::{Slack, word};

impl Slack {
    /// Shows it, unless another tab was opened.
    pub(super) async fn show_home(&self, event: &Json) {
        let Some(door) = self.door() else { return };
        if word(event, "tab") == "messages" {
            return;
        }
        let person = word(event, "user");
        let cards = match self.asker(person).await {
            None => vec![note(NOT_KNOWN_NOW)],
            Some(from) => match door.reception.home_of(&from, &self.platform).await {
                Ok(cards) => cards,
                Err(fault) => vec![self.fault(&fault.reference)],
            },
        };
        let mut drawn: Vec<Json> = Vec::new();
        for card in &cards {
            if !drawn.is_empty() {
                drawn.push(json!({ "type": "divider" }));
            }
            // Each has few rows, so that a page never comes near the 100 blocks that a view holds.
            drawn.extend(self.draw(card, None).await.messages.into_iter().flat_map(|message| message.blocks));
        }
        renumber(&mut drawn);
        let view = json!({ "type": "home", "blocks": drawn });
        if let Err(trouble) = self.call("views.publish", &json!({ "user_id": person, "view": view })).await {
            tracing::warn!(platform = %self.platform, %trouble, "somebody's page could not be shown");
        }
    }
}

/// An action's id is its own in all of a view.
fn renumber(blocks: &mut [Json]) {
    let elements = blocks.iter_mut().filter(|block| block["type"] == "actions");
    let elements = elements.filter_map(|block| block["elements"].as_array_mut()).flatten();
    for (at, element) in elements.enumerate() {
        element["action_id"] = format!("press:{at}").into();
    }
}
