//! Makes the calls that cases want made, and says what they came to. A case that wants one says so itself
//! ([`Case::body`]`.call`), so nothing is kept here: after a start, what was under way is called again under the same id.
//!
//! What could go wrong, and what then:
//! - nobody answers, or not with 2xx: tried again by the schedule, and each failed try is recorded with its reason;
//! - the process dies between the call and the record of it: it is called again, and whoever is called knows it by its id;
//! - it answers 202: it isn't called again, and answers at the address that it was given, once;
//! - somebody has it called again: whoever is called knows it by its id, unless they said no last, and what they say to either counts;
//! - a try breaks off: that is recorded as any failed try, and the others go on;
//! - somebody did it by hand meanwhile: what it came to is refused by the case, and logged.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use tokio::task::{Id, JoinError, JoinSet};

use super::schedule;
use super::send::{Answer, Call as Sent, Endpoint, Sender, Tried};
use super::signature::Keys;
use crate::clock::Clock;
use crate::desk::{DeskHandle, RETRY_PAUSE};
use crate::domain::{At, Call, Called, Case, CaseId, CaseKind, Span, WebhookId};
use crate::ledger::record::Causes;
use crate::store::{Reader, StoreError};

/// How many open cases of a kind are looked at.
const LOOKED_AT: u32 = 1_000;

/// Where the keys come from that calls to a webhook are signed with; or why there are none.
pub type KeysOf = Arc<dyn Fn(&WebhookId) -> Result<Keys, String> + Send + Sync>;

/// Which call of which case: tries of one never overlap.
type Which = (CaseId, u32, u32);

/// The tries that are under way.
#[derive(Default)]
struct Tries {
    tasks: JoinSet<Called>,
    /// Which each of them is, and how many of that failed before.
    which: HashMap<Id, (Which, u32)>,
}

impl Tries {
    fn is_under_way(&self, which: Which) -> bool {
        self.which.values().any(|(it, _)| *it == which)
    }

    fn begin(&mut self, which: Which, failed: u32, tried: impl Future<Output = Called> + Send + 'static) {
        let id = self.tasks.spawn(tried).id();
        self.which.insert(id, (which, failed));
    }

    /// The next that ends: which it is, how many of that failed before, and what it came to. `None`: none is under way.
    async fn ended(&mut self) -> Option<(Which, u32, Result<Called, JoinError>)> {
        let (id, came_to) = match self.tasks.join_next_with_id().await? {
            Ok((id, called)) => (id, Ok(called)),
            Err(error) => (error.id(), Err(error)),
        };
        let (which, failed) = self.which.get(&id).copied()?;
        self.which.remove(&id);
        Some((which, failed, came_to))
    }
}

pub struct Caller {
    pub desk: DeskHandle,
    pub reader: Reader,
    pub sender: Sender,
    pub keys: KeysOf,
    /// Under which address the bot itself is reached from outside. `None`: it can't be, so nobody can answer later.
    pub public_url: Option<String>,
}

/// What is under the address at which a call is answered later, after `/webhook/`: which call, and what only whoever was called knows.
pub fn token(causes: &Causes, case: CaseId, number: u32, round: u32) -> String {
    causes.key_of(&format!("\0the answer to a call\0{case}\0{number}\0{round}"))
}

impl Caller {
    /// Runs until the desk is gone.
    pub async fn run(self) {
        let mut changes = self.desk.watch();
        let mut tries = Tries::default();
        loop {
            changes.mark_unchanged();
            let next = match self.look(&mut tries).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "cases that want calls made can't be read; trying again");
                    tokio::time::sleep(RETRY_PAUSE).await;
                    continue;
                }
            };
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                Some((which, failed, came_to)) = tries.ended() => {
                    let called = came_to.unwrap_or_else(|error| {
                        tracing::error!(%error, case = %which.0, "a call broke off");
                        let why = "it broke off; whether it got there isn't known".to_owned();
                        again(&self.desk.clock, &self.id(which), failed, why, None)
                    });
                    self.say(which, &called).await;
                }
                () = self.desk.clock.wait_until(next), if next.is_some() => {}
            }
        }
    }

    /// Makes the calls that are due. When the next one is.
    async fn look(&self, tries: &mut Tries) -> Result<Option<At>, StoreError> {
        let now = self.desk.clock.now();
        let mut next: Option<At> = None;
        for kind in CaseKind::ALL.into_iter().filter(|kind| kind.called(1, 1, &Called::Begun).is_some()) {
            for case in self.reader.list(kind, None, false, LOOKED_AT).await? {
                let Some(call) = case.body.call(&case).filter(|call| !call.begun) else { continue };
                let which = (case.id, call.number, call.round);
                if tries.is_under_way(which) {
                    continue;
                }
                if call.not_before > now {
                    next = Some(next.map_or(call.not_before, |next| next.min(call.not_before)));
                    continue;
                }
                tries.begin(which, call.tries, self.tried(&case, call));
            }
        }
        Ok(next)
    }

    /// One try, from now to what it came to.
    fn tried(&self, case: &Case, call: Call) -> impl Future<Output = Called> + Send + 'static {
        let (sender, clock) = (self.sender.clone(), self.desk.clock.clone());
        let endpoint = self.endpoint(&call.webhook);
        let id = self.id((case.id, call.number, call.round));
        let body = self.body(case, &call).to_string();
        async move {
            let tried = match endpoint {
                Ok(endpoint) => {
                    let timestamp_s = Clock::system().0.div_euclid(1_000_000);
                    let sent = Sent { id: &id, timestamp_s, body: body.as_bytes() };
                    sender.send(&endpoint, &sent).await
                }
                // The operator may set it right meanwhile.
                Err(why) => Tried::Again { why, after: None },
            };
            match tried {
                Tried::Answered(Answer::Done(text)) => Called::Done { text },
                Tried::Answered(Answer::Blocked(text)) => Called::Blocked { text },
                Tried::Begun => Called::Begun,
                Tried::Never { why } => Called::Failed { why, again: None },
                Tried::Again { why, after } => again(&clock, &id, call.tries, why, after),
            }
        }
    }

    /// Where a webhook is called, by the policy in force.
    fn endpoint(&self, webhook: &WebhookId) -> Result<Endpoint, String> {
        let policy = self.desk.shown().policy;
        let known =
            policy.webhooks.get(webhook).ok_or_else(|| format!("the policy has no webhook {webhook} any more"))?;
        let url = known.url.parse().map_err(|_| format!("the address of {webhook} in the policy can't be read"))?;
        Ok(Endpoint { url, internal: known.internal, keys: (self.keys)(webhook)? })
    }

    /// The same for every try, and no other call's.
    fn id(&self, (case, number, round): Which) -> String {
        let what = format!("{case}\0{number}\0{round}");
        format!("msg_{}", self.desk.causes.id_of("\0calls", &what))
    }

    fn body(&self, case: &Case, call: &Call) -> serde_json::Value {
        let mut data = json!(call.data);
        if let Some(base) = &self.public_url {
            let token = token(&self.desk.causes, case.id, call.number, call.round);
            let base = base.trim_end_matches('/');
            data["callback_url"] = json!(format!("{base}/webhook/{}/{}/{}/{token}", case.id, call.number, call.round));
        }
        json!({ "type": call.about, "timestamp": call.since.rfc3339(), "data": data })
    }

    /// Says what a try came to, until that is recorded.
    async fn say(&self, (case, number, round): Which, called: &Called) {
        let Some(command) = case.kind.called(number, round, called) else { return };
        loop {
            match self.desk.called(case, command.clone()).await {
                Ok(Ok(())) => return,
                Ok(Err(refusal)) => {
                    tracing::info!(%case, number, refusal = refusal.code(), "what a call came to isn't waited for any more");
                    return;
                }
                Err(fault) if fault.is_stopped() => return,
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
    }
}

/// A try that came to nothing, of a call that did so often before: when the next one is.
fn again(clock: &Clock, id: &str, before: u32, why: String, after: Option<Span>) -> Called {
    let chance =
        id.bytes().fold(u64::from(before), |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let pause = schedule::pause(before + 1, after, chance);
    Called::Failed { why, again: pause.map(|pause| clock.now() + pause) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that breaks off takes no other along, and is itself told from them.
    #[tokio::test]
    async fn a_try_that_breaks_off_leaves_the_others_alone() {
        let which = |number| (CaseId { kind: CaseKind::Rollback, number }, 1, 1);
        let mut tries = Tries::default();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        tries.begin(which(1), 2, async { panic!("on purpose") });
        tries.begin(which(2), 0, async move {
            wait.await.expect("a word");
            Called::Begun
        });
        let (broken, failed, came_to) = tries.ended().await.expect("the first");
        assert_eq!((broken, failed, came_to.is_err()), (which(1), 2, true));
        assert!(!tries.is_under_way(which(1)) && tries.is_under_way(which(2)));
        go.send(()).expect("it waits");
        let (other, _, came_to) = tries.ended().await.expect("the second");
        assert_eq!((other, came_to.ok()), (which(2), Some(Called::Begun)));
        assert!(tries.ended().await.is_none());
    }
}
