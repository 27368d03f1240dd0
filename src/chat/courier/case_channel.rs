//! A case's own channel: made before anything is said in it, kept as the case wants it, archived when all is said.

use super::lane::{Hold, LaneRun};
use crate::chat::{CaseChannel, Chat, Undelivered};
use crate::desk::Report;
use crate::domain::policy::Channel;
use crate::domain::{CaseId, PersonId, Span, text};
use crate::grammar::clean;
use crate::ledger::record::ChannelMade;
use crate::store::StoreError;

/// Every platform takes a channel's name of this length.
const NAME_AT_MOST: usize = 60;

/// When a channel that couldn't be seen to is looked at again.
const AGAIN: Span = Span::minutes(1);

impl LaneRun {
    /// Lets into a case's own channel, and out of it, who may see the case now. Returns until when the lane is to be left
    /// alone.
    pub(super) async fn see_to_members(mut self) -> Result<Option<Hold>, StoreError> {
        let (Some(chat), Some(case)) = (self.chat.clone(), self.lane.own_of()) else { return Ok(None) };
        if self.reader.case_channel(&self.lane).await?.is_none() {
            return Ok(None);
        }
        let Err(undelivered) = self.ensure_channel(&*chat, case, false).await? else { return Ok(None) };
        tracing::warn!(%case, lane = %self.lane, %undelivered, "who is in the case's channel can't be changed; trying again");
        Ok(Some(Hold { until: self.desk.clock.now() + AGAIN, one_may_try: true }))
    }

    /// Makes a case's own channel as the case wants it now; before everything is `said` it isn't archived. Which channel it
    /// is is recorded once. Inside, what the platform refuses.
    pub(super) async fn ensure_channel(
        &mut self,
        chat: &dyn Chat,
        id: CaseId,
        said: bool,
    ) -> Result<Result<(), Undelivered>, StoreError> {
        let Some(case) = self.case(id).await? else { return Ok(Ok(())) };
        let known = self.reader.case_channel(&self.lane).await?;
        let pinned = match self.roots.get(&id) {
            Some(card) => Some(card.clone()),
            None => self.reader.card(id, &self.lane).await?.and_then(|card| card.message),
        };
        let shown = self.desk.shown();
        let people = shown.bot.people(&shown.policy, self.desk.clock.now());
        let workflow = shown.policy.workflows.get(&case.workflow);
        let of_people = |person: &PersonId| {
            let account = shown.policy.people.get(person)?.accounts.get(&self.lane.platform)?;
            (!shown.bot.is_gone(person, &self.lane.platform)).then(|| account.clone())
        };
        let here = |channel: &&Channel| channel.platform == self.lane.platform;
        let converted = case.converted.as_ref().filter(here).map(|channel| channel.id.clone());
        // What the bot didn't make it gives back.
        let is_theirs = known.is_some() && known == converted;
        let channel = CaseChannel {
            case: id,
            lane: self.lane.clone(),
            channel: known.clone(),
            near: workflow
                .and_then(|flow| flow.channels.iter().find(here))
                .map(|channel| channel.id.clone())
                .or_else(|| converted.clone()),
            converted,
            name: channel_name(id, &case.title),
            topic: topic(id, case.state(), &case.title),
            private: case.is_apart(),
            people: case.company(&people).iter().filter_map(of_people).collect(),
            barred: match case.restricted {
                true => {
                    let barred = shown.policy.people.iter().filter(|(person, _)| !case.is_visible_to(person, &people));
                    barred.filter_map(|(_, known)| known.accounts.get(&self.lane.platform).cloned()).collect()
                }
                false => Vec::new(),
            },
            pinned,
            links: case.links.clone(),
            archived: said
                && case.closed.is_some()
                && (is_theirs || workflow.is_some_and(|flow| flow.own_channels.archived)),
        };
        let channel = match chat.ensure_channel(&channel).await {
            Ok(channel) => channel,
            Err(undelivered) => return Ok(Err(undelivered)),
        };
        if known.as_ref() != Some(&channel) {
            let made = ChannelMade { lane: self.lane.clone(), channel };
            self.reports.push(Report::ChannelMade { case: id, made });
            self.flush().await?;
        }
        Ok(Ok(()))
    }
}

/// The title is somebody's, and no word of it may pass for the bot's.
fn topic(case: CaseId, state: &str, title: &str) -> String {
    format!("{case} · {state} · {}", text::quoted(&clean::line(title)))
}

/// `inc-12-scores-drift`: what every platform takes as a channel's name.
fn channel_name(case: CaseId, title: &str) -> String {
    let mut name = case.to_string().to_lowercase();
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        if name.len() + 1 + word.len() > NAME_AT_MOST {
            break;
        }
        name.push('-');
        name.push_str(&word.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_says_nothing_of_the_state_of_its_case() {
        let case = "INC-1".parse().expect("a case");
        assert_eq!(
            topic(case, "open", "Drift” · INC-2 is closed\n„all good“"),
            "INC-1 · open · “Drift\" · INC-2 is closed \"all good\"”"
        );
        assert_eq!(channel_name(case, "Drift” · INC-2\nis closed"), "inc-1-drift-inc-2-is-closed");
    }
}
