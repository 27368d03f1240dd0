//! Ways in which the fake hurts on demand: by method, by channel, a number of times.

use std::time::Duration;

/// Which calls are hurt.
#[derive(Clone, Debug)]
pub struct On {
    /// `*` is every method.
    pub method: String,
    pub channel: Option<String>,
    /// How many matching calls are let through first.
    pub after: u32,
    pub times: u32,
}

impl On {
    pub fn method(method: &str) -> On {
        On { method: method.to_owned(), channel: None, after: 0, times: 1 }
    }

    pub fn channel(mut self, channel: &str) -> On {
        self.channel = Some(channel.to_owned());
        self
    }

    pub fn after(mut self, calls: u32) -> On {
        self.after = calls;
        self
    }

    pub fn times(mut self, times: u32) -> On {
        self.times = times;
        self
    }

    fn meets(&self, method: &str, channel: Option<&str>) -> bool {
        (self.method == "*" || self.method == method)
            && self.channel.as_deref().is_none_or(|only| channel == Some(only))
    }
}

/// How.
#[derive(Clone, Debug, PartialEq)]
pub enum Harm {
    /// 429 with Retry-After, in seconds. Nothing is done.
    RateLimited { retry_after: u64 },
    /// 500, 503. Nothing is done.
    ServerError { status: u16 },
    /// Slack's own refusal by name. Nothing is done.
    Error(String),
    /// The work is done and no answer ever comes; the connection stays open.
    SilenceAfterEffect,
    /// The work is done and the connection is cut.
    DropAfterEffect,
    /// The connection is cut and nothing is done.
    DropBeforeEffect,
    /// History doesn't have yet what was said last.
    Behind,
    /// The answer comes late.
    Slow(Duration),
    /// The work is done and the answer is half a JSON text.
    Truncated,
    /// The work is done and the answer is a page, with 200, as some proxy would.
    Html,
    /// The work is done, and the answer is 500 all the same.
    ServerErrorAfterEffect { status: u16 },
    /// The answer leads to another address.
    Redirect(String),
    /// The channel is archived just before.
    ArchiveFirst,
    /// The bot is removed from the channel just before.
    RemoveBotFirst,
    /// The bot's token is revoked just before, and stays so.
    RevokeFirst,
}

#[derive(Debug, Default)]
pub struct Faults(Vec<(On, Harm)>);

impl Faults {
    pub fn add(&mut self, on: On, harm: Harm) {
        self.0.push((on, harm));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What becomes of this call; counts it.
    pub fn next(&mut self, method: &str, channel: Option<&str>) -> Option<Harm> {
        for (on, harm) in &mut self.0 {
            if on.times == 0 || !on.meets(method, channel) {
                continue;
            }
            if on.after > 0 {
                on.after -= 1;
                continue;
            }
            on.times -= 1;
            return Some(harm.clone());
        }
        None
    }
}

/// What happens to the next deliveries on their way to the bot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Disturbance {
    /// It comes twice, under one event id.
    Duplicate,
    /// It comes after the one that follows it; so one must follow.
    Overtaken,
    /// It comes late.
    Slow(Duration),
    /// It never comes.
    Lost,
}
