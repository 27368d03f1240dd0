//! What an adapter lacks to do all of its work, for the operators: a channel that it isn't in, messages that it may not pin.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::lock::lock;
use crate::domain::{Lack, Lane, Platform, Policy};

pub struct Lacks {
    platform: Platform,
    all: Mutex<BTreeMap<Lack, String>>,
}

impl Lacks {
    pub fn on(platform: Platform) -> Lacks {
        Lacks { platform, all: Mutex::default() }
    }

    /// What is lacking, and what to do about it; logged when that is new.
    pub fn set(&self, what: Lack, why: impl Into<String>) {
        let (why, mut all) = (why.into(), lock(&self.all));
        if all.get(&what) != Some(&why) {
            match what.lane().is_some_and(|lane| lane.as_channel().is_none()) {
                // Who takes no direct messages is their own matter.
                true => tracing::info!(platform = %self.platform, why, "somebody can't be reached"),
                false => tracing::error!(platform = %self.platform, why, "the platform works only in part"),
            }
        }
        all.insert(what, why);
    }

    /// It works as it should.
    pub fn clear(&self, what: &Lack) {
        lock(&self.all).remove(what);
    }

    /// What concerns the operators: of channels, those that the policy names. A case's own channel may be one that hardly
    /// anybody knows of, who takes no direct messages is their own matter, and what the policy names no more is mended.
    pub fn of_operators(&self, policy: &Policy) -> BTreeMap<Lack, String> {
        let named = |lane: &Lane| policy.channels().any(|channel| Lane::channel(channel) == *lane);
        let all = lock(&self.all).clone();
        all.into_iter().filter(|(what, _)| what.lane().is_none_or(named)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::EXAMPLE;

    #[test]
    fn operators_hear_of_the_policys_channels_alone() {
        let policy = Policy::read(EXAMPLE).expect("the example");
        let lacks = Lacks::on("local".into());
        let lane = |text: &str| -> Lane { text.parse().expect("a lane") };
        for unnamed in ["local/inc-12", "local/@maya", "local/no-longer-named"] {
            lacks.set(Lack::Channel(lane(unnamed)), "it isn't there");
            lacks.set(Lack::Threads(lane(unnamed)), "none");
        }
        assert_eq!(lacks.of_operators(&policy), BTreeMap::new());
        let named = Lack::Channel(lane("local/credit-ai"));
        lacks.set(named.clone(), "it isn't there");
        lacks.set(Lack::Pins, "no scope");
        assert_eq!(lacks.of_operators(&policy).into_keys().collect::<Vec<_>>(), [named.clone(), Lack::Pins]);
        lacks.clear(&named);
        assert_eq!(lacks.of_operators(&policy).into_keys().collect::<Vec<_>>(), [Lack::Pins]);
    }
}
