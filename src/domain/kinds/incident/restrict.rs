//! Who sees an incident is changed while it goes on. What was posted in the open before can't be unsaid; from then on nothing is.

use super::Incident;
use super::rules::{announced, homes, may_be_restricted};
use crate::domain::every_case::{Event, Telling};
use crate::domain::line::{Named, say};
use crate::domain::notice::{Notice, To};
use crate::domain::policy::Channel;
use crate::domain::scene::Scene;
use crate::domain::{Draft, PersonId, Refusal, Ruling, Telling as Told, every_case, text};

/// Of those who still see it, so many are named.
const NAMED_AT_MOST: usize = 12;

impl Incident {
    /// From now on its own people alone see it, in a channel of its own.
    pub(super) fn restrict(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let id = scene.case.id;
        if scene.case.restricted {
            return Err(Refusal::missing(format!("{id} is restricted already.")));
        }
        let by = self.opener_lead_or_closer(scene, "restricting this incident")?;
        let reason = text::text("the reason", reason)?;
        let workflow = scene.world.workflow(&scene.case.workflow)?;
        may_be_restricted(workflow, &scene.case.workflow, "so it stays open to everybody in its channels")?;
        let homes = homes(id, true, workflow, scene.case.converted.as_ref());
        let shown_in = scene.case.homes.iter().chain(&scene.case.announced);
        let left: Vec<Channel> = shown_in.filter(|home| !homes.contains(home)).cloned().collect();
        let mut draft = scene.draft();
        draft.push(Event::Restricted { by: by.clone(), reason: reason.clone(), homes, left: left.clone() });
        // Whoever restricts it stays in it.
        if !draft.case.is_visible_to(&by, &scene.world.people) {
            draft.push(Event::Invited { by: by.clone(), person: by.clone() });
        }
        draft.tell_all("restricted", by, reason);
        // It goes on in a channel that the bot makes, and people's own channel is theirs again.
        let converted = scene.case.converted.as_ref().filter(|_| !scene.case.was_restricted);
        for channel in scene.case.homes.iter().filter(|home| left.contains(home)).chain(converted) {
            tell_outside(&mut draft, channel.clone());
        }
        let sees = |person: &&PersonId| draft.case.is_visible_to(person, &scene.world.people);
        let mut see_it: Vec<String> =
            scene.world.policy.people.keys().filter(sees).map(|person| scene.name(person)).collect();
        let more = see_it.len().saturating_sub(NAMED_AT_MOST);
        see_it.truncate(NAMED_AT_MOST);
        see_it.extend((more > 0).then(|| format!("{more} more")));
        Ok(draft.done(say![
            format!(
                "restricted: from now on only {} see it. What was posted before stays where it is. ",
                text::list(see_it.iter())
            ),
            super::Verb::Invite.on(id).with("@…"),
            " invites somebody, ",
            super::Verb::Uninvite.on(id).with("@…"),
            " takes somebody out"
        ]))
    }

    /// Everybody in the workflow's channels may see it again, with everything that was said of it meanwhile.
    pub(super) fn unrestrict(&self, scene: &Scene<'_>, reason: &str) -> Result<Ruling, Refusal> {
        let id = scene.case.id;
        if !scene.case.restricted {
            return Err(Refusal::missing(format!("{id} isn't restricted.")));
        }
        let by = self.opener_lead_or_closer(scene, "taking the restriction of this incident away")?;
        let reason = text::text("the reason", reason)?;
        let workflow = scene.world.workflow(&scene.case.workflow)?;
        let mut homes = scene.case.homes.clone();
        homes.extend(workflow.channels.iter().filter(|channel| !scene.case.homes.contains(channel)).cloned());
        let mut draft = scene.draft();
        let announced = announced(false, scene.world);
        draft.push(Event::Unrestricted { by: by.clone(), reason: reason.clone(), homes, announced });
        draft.tell_all("restriction taken away", by, reason);
        Ok(draft.done(format!("not restricted any more. {}, and its whole story with it", every_case::PUBLIC)))
    }
}

/// Where it was told until now it is said that it isn't any more, and of which nothing.
fn tell_outside(draft: &mut Draft<'_>, channel: Channel) {
    let text =
        "An incident that was told here is restricted now: only its people see it. What was posted here before stays.";
    let telling = Told::Case(Telling::Sentence { text: text.into() });
    let notice = Notice {
        to: To::Channel(channel),
        about: None,
        telling,
        while_owed: Vec::new(),
        is_news: false,
        not_before: None,
    };
    draft.ruling.notices.push(notice);
}
