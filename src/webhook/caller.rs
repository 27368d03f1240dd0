//! Makes the calls that cases want made, and says what they came to. A case that wants one says so itself
//! ([`Case::body`]`.call`), so nothing is kept here: after a start, what was under way is called again under the same id.
//!
//! What could go wrong, and what then:
//! - nobody answers, or not with 2xx: tried again by the schedule, and each failed try is recorded with its reason;
//! - the process dies between the call and the record of it: it is called again, and whoever is called knows it by its id;
//! - it answers 202: it isn't called again, and answers at the address that it was given, once;
//! - somebody did it by hand meanwhile: what it came to is refused by the case, and logged.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

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
        let mut tries: JoinSet<(Which, Called)> = JoinSet::new();
        let mut under_way: BTreeMap<Which, ()> = BTreeMap::new();
        loop {
            changes.mark_unchanged();
            let next = match self.look(&mut tries, &mut under_way).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "cases that want calls made can't be read; trying again");
                    tokio::time::sleep(RETRY_PAUSE).await;
                    continue;
                }
            };
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                Some(ended) = tries.join_next() => match ended {
                    Ok((which, called)) => {
                        self.say(which, &called).await;
                        under_way.remove(&which);
                    }
                    // What it was isn't known any more; it is called again under the same id.
                    Err(error) => {
                        tracing::error!(%error, "a call broke off");
                        under_way.clear();
                        tries.abort_all();
                    }
                },
                () = self.desk.clock.wait_until(next), if next.is_some() => {}
            }
        }
    }

    /// Makes the calls that are due. When the next one is.
    async fn look(
        &self,
        tries: &mut JoinSet<(Which, Called)>,
        under_way: &mut BTreeMap<Which, ()>,
    ) -> Result<Option<At>, StoreError> {
        let now = self.desk.clock.now();
        let mut next: Option<At> = None;
        for kind in CaseKind::ALL.into_iter().filter(|kind| kind.called(1, 1, &Called::Begun).is_some()) {
            for case in self.reader.list(kind, None, false, LOOKED_AT).await? {
                let Some(call) = case.body.call(&case).filter(|call| !call.begun) else { continue };
                let which = (case.id, call.number, call.round);
                if under_way.contains_key(&which) {
                    continue;
                }
                if call.not_before > now {
                    next = Some(next.map_or(call.not_before, |next| next.min(call.not_before)));
                    continue;
                }
                under_way.insert(which, ());
                let tried = self.tried(&case, call);
                tries.spawn(async move { (which, tried.await) });
            }
        }
        Ok(next)
    }

    /// One try, from now to what it came to.
    fn tried(&self, case: &Case, call: Call) -> impl Future<Output = Called> + Send + 'static {
        let (sender, clock) = (self.sender.clone(), self.desk.clock.clone());
        let endpoint = self.endpoint(&call.webhook);
        let id = self.id(case.id, &call);
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
                Tried::Again { why, after } => {
                    let chance = id.bytes().fold(u64::from(call.tries), |mixed, byte| {
                        (mixed ^ u64::from(byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    });
                    let pause = schedule::pause(call.tries + 1, after, chance);
                    Called::Failed { why, again: pause.map(|pause: Span| clock.now() + pause) }
                }
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
    fn id(&self, case: CaseId, call: &Call) -> String {
        let what = format!("{case}\0{}\0{}", call.number, call.round);
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
                    tracing::info!(%case, number, %refusal, "what a call came to isn't waited for any more");
                    return;
                }
                Err(fault) if fault.is_stopped() => return,
                Err(_) => tokio::time::sleep(RETRY_PAUSE).await,
            }
        }
    }
}
