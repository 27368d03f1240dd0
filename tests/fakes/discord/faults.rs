//! What goes wrong on demand, and how fast one may ask. Chooses; `rest` carries it out.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::world::Id;

/// What happens to a request instead of, or besides, its effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// 429 of this route alone.
    RateLimited { retry_after: Duration },
    /// 429 shared with others on the resource; it doesn't count towards the ban.
    SharedRateLimited { retry_after: Duration },
    /// 429 of the whole application.
    GloballyRateLimited { retry_after: Duration },
    /// 429 from the network in front, as a page and without Discord's headers.
    CloudflareRateLimited { retry_after: Duration },
    /// A page or a short body with this status.
    Server { status: u16 },
    /// The connection breaks; nothing happened.
    DropBefore,
    /// It happened; the connection breaks before the answer.
    EffectThenDrop,
    /// It happened; no answer comes, and after this long the connection breaks.
    EffectThenSilence(Duration),
    /// It happens after this long.
    Slow(Duration),
    /// It happened; the answer is cut in the middle.
    Malformed,
    /// Discord's own refusal with this status and code.
    Refuse { status: u16, code: u64, message: &'static str },
}

impl Fault {
    pub const EXPIRED_INTERACTION: Self = Self::Refuse { status: 404, code: 10062, message: "Unknown interaction" };
    pub const ALREADY_ACKNOWLEDGED: Self =
        Self::Refuse { status: 400, code: 40060, message: "Interaction has already been acknowledged." };
    pub const UNKNOWN_CHANNEL: Self = Self::Refuse { status: 404, code: 10003, message: "Unknown Channel" };
    pub const UNKNOWN_MESSAGE: Self = Self::Refuse { status: 404, code: 10008, message: "Unknown Message" };
    pub const MISSING_ACCESS: Self = Self::Refuse { status: 403, code: 50001, message: "Missing Access" };
    pub const MISSING_PERMISSIONS: Self = Self::Refuse { status: 403, code: 50013, message: "Missing Permissions" };
    pub const CLOSED_DMS: Self =
        Self::Refuse { status: 403, code: 50007, message: "Cannot send messages to this user" };
    pub const ARCHIVED: Self = Self::Refuse { status: 400, code: 50083, message: "Thread is archived" };
    pub const OLD_MESSAGE_EDITED_TOO_OFTEN: Self = Self::Refuse {
        status: 429,
        code: 30046,
        message: "Maximum number of edits to messages older than 1 hour reached. Try again later",
    };
    pub const UNAUTHORIZED: Self = Self::Refuse { status: 401, code: 0, message: "401: Unauthorized" };
}

struct Planned {
    route: String,
    channel: Option<Id>,
    left: usize,
    fault: Fault,
}

#[derive(Default)]
pub struct Faults(Vec<Planned>);

impl Faults {
    /// `route` is a method and a published path, such as `POST /channels/{channel_id}/messages`; `*` is any.
    pub fn plan(&mut self, route: &str, channel: Option<Id>, times: usize, fault: Fault) {
        self.0.push(Planned { route: route.to_owned(), channel, left: times, fault });
    }

    pub fn forget(&mut self) {
        self.0.clear();
    }

    pub fn take(&mut self, route: &str, channel: Option<Id>) -> Option<Fault> {
        let fits = |planned: &&mut Planned| {
            planned.left > 0
                && (planned.route == "*" || planned.route == route)
                && (planned.channel.is_none() || planned.channel == channel)
        };
        let planned = self.0.iter_mut().find(fits)?;
        planned.left -= 1;
        Some(planned.fault.clone())
    }
}

/// Sends into one channel within five seconds.
const SENDS: usize = 5;
const WINDOW: Duration = Duration::from_secs(5);
/// Requests in all within one second.
const IN_ALL: usize = 50;

/// Counts requests as Discord does; refuses only once a test asks for it.
#[derive(Default)]
pub struct Rates {
    pub strict: bool,
    /// Channels are never full, as if each message came long after the one before.
    pub unhurried: bool,
    sends: HashMap<(String, Id), VecDeque<Instant>>,
    all: VecDeque<Instant>,
    /// Until when nothing at all is served, after a planned global limit.
    closed_until: Option<Instant>,
    /// Until when one route and channel aren't served, after a planned limit.
    route_closed_until: HashMap<(String, Option<Id>), Instant>,
    /// Requests that came while the client had been told to wait.
    pub impatient: usize,
}

/// What the rate limiter says about one request.
pub struct Rate {
    pub headers: Vec<(&'static str, String)>,
    /// How long to wait, and whether all of the application must.
    pub refused: Option<(Duration, bool)>,
}

impl Rates {
    pub fn close(&mut self, wait: Duration) {
        self.closed_until = Some(Instant::now() + wait);
    }

    pub fn close_route(&mut self, route: &str, channel: Option<Id>, wait: Duration) {
        self.route_closed_until.insert((route.to_owned(), channel), Instant::now() + wait);
    }

    pub fn count(&mut self, route: &str, channel: Option<Id>, now: Instant) -> Rate {
        // The answers to interactions have a limit of their own, which nobody reaches.
        let exempt = route.contains("/interactions/") || route.contains("/webhooks/");
        let told = self.route_closed_until.get(&(route.to_owned(), channel)).is_some_and(|until| now < *until);
        if told || (!exempt && self.closed_until.is_some_and(|until| now < until)) {
            self.impatient += 1;
        }
        let closed = self.closed_until.and_then(|until| until.checked_duration_since(now));
        if let Some(wait) = closed.filter(|_| self.strict && !exempt) {
            return Rate { headers: global(wait), refused: Some((wait, true)) };
        }
        self.all.retain(|at| now.duration_since(*at) < Duration::from_secs(1));
        if !exempt {
            if self.all.len() >= IN_ALL && self.strict {
                let wait = Duration::from_secs(1) - now.duration_since(self.all[0]);
                return Rate { headers: global(wait), refused: Some((wait, true)) };
            }
            self.all.push_back(now);
        }
        if self.unhurried {
            return Rate { headers: Vec::new(), refused: None };
        }
        let (Some(channel), true) = (channel, route == "POST /channels/{channel_id}/messages") else {
            return Rate { headers: Vec::new(), refused: None };
        };
        let sends = self.sends.entry((route.to_owned(), channel)).or_default();
        sends.retain(|at| now.duration_since(*at) < WINDOW);
        let full = sends.len() >= SENDS;
        let reset = WINDOW - sends.front().map_or(Duration::ZERO, |first| now.duration_since(*first));
        if !full {
            sends.push_back(now);
        }
        let remaining = SENDS.saturating_sub(sends.len());
        let refused = (full && self.strict).then_some((reset, false));
        Rate { headers: bucket(SENDS, remaining, reset), refused }
    }
}

/// The headers of a bucket, as the real ones read.
pub fn bucket(limit: usize, remaining: usize, reset: Duration) -> Vec<(&'static str, String)> {
    let at = std::time::SystemTime::now() + reset;
    let at = at.duration_since(std::time::UNIX_EPOCH).expect("the clock is past 1970").as_secs_f64();
    vec![
        ("x-ratelimit-limit", limit.to_string()),
        ("x-ratelimit-remaining", remaining.to_string()),
        ("x-ratelimit-reset", format!("{at:.3}")),
        ("x-ratelimit-reset-after", format!("{:.3}", reset.as_secs_f64())),
        ("x-ratelimit-bucket", "80c17d2f203122d936070c88c8d10f33".to_owned()),
    ]
}

pub fn global(wait: Duration) -> Vec<(&'static str, String)> {
    vec![
        ("retry-after", whole_seconds(wait)),
        ("x-ratelimit-global", "true".to_owned()),
        ("x-ratelimit-scope", "global".to_owned()),
    ]
}

/// `Retry-After` counts whole seconds, rounded up; the body has the exact figure.
pub fn whole_seconds(wait: Duration) -> String {
    wait.as_secs_f64().ceil().to_string()
}

pub fn rate_body(wait: Duration, global: bool) -> Value {
    json!({ "message": "You are being rate limited.", "retry_after": wait.as_secs_f64(), "global": global })
}
