//! Forms as Slack shows them: opened within three seconds of what asked for them, and brought up to date while they are
//! open.

use serde_json::{Value as Json, json};

use super::answer::note;
use super::modal::{self, Memory};
use super::{Slack, Trouble, word};
use crate::card::Card;
use crate::grammar::Form;

/// A modal that is open.
pub(super) struct Opened {
    pub id: String,
    pub form: Form,
}

impl Slack {
    pub(super) fn view(&self, form: &Form, memory: &Memory) -> Json {
        let Some(door) = self.door() else { return json!({}) };
        let shown = door.reception.desk.shown();
        modal::view(form, memory, &[], &shown.policy, &self.map())
    }

    pub(super) async fn open(&self, form: Form, memory: &Memory, trigger: &str) -> Result<Opened, Trouble> {
        let view = self.view(&form, memory);
        let opened = self.call("views.open", &json!({ "trigger_id": trigger, "view": view })).await;
        match opened {
            Ok(answer) => Ok(Opened { id: word(&answer["view"], "id").to_owned(), form }),
            Err(trouble) => {
                tracing::warn!(platform = %self.platform, %trouble, form = form.id, "a form could not be opened");
                Err(trouble)
            }
        }
    }

    /// Whether it is still open, and says so now.
    pub(super) async fn update(&self, id: &str, view: &Json) -> bool {
        match self.call("views.update", &json!({ "view_id": id, "view": view })).await {
            Ok(_) => true,
            Err(trouble) => {
                tracing::debug!(platform = %self.platform, %trouble, "a form could not be brought up to date");
                false
            }
        }
    }

    pub(super) fn form_lost(&self, trouble: &Trouble) -> Card {
        match trouble.is(&["expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"]) {
            true => note("Slack took too long, so the form could not be opened. Please try once more."),
            false => note("Slack would not open the form. Please try once more, or type the command with its words."),
        }
    }
}
