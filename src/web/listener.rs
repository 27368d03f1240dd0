//! Connections: how many there are at a time, and how long each part of a request may take, so that whoever holds them open
//! keeps nobody else out. The room is behind this, and so is what Slack calls.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{BoxError, Router};
use futures_util::{StreamExt as _, stream};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::Failure;
use crate::chat::lock::lock;

/// How long the head of a request may take, and how long a connection may wait for its next one.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// How long a body may take at least; a large one gets more.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// What a body has to bring each second after that, in bytes.
const BODY_PER_SECOND: u64 = 64 * 1024;
/// How many connections a listener has at a time. What comes beyond that waits until one ends.
pub const CONNECTIONS: usize = 512;
/// How many of them one peer may have, other than this machine itself: there a proxy brings everybody's.
const OF_ONE_PEER: usize = 64;
/// The pause after a connection could not be taken: the machine has no room for one more.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);

/// Serves until `stopped` says so; then answers what is under way and ends.
///
/// # Errors
/// None today: what goes wrong with one connection ends that one.
pub async fn serve(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> io::Result<()> {
    let router = router.layer(axum::middleware::from_fn(body_in_time));
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let peers = Peers::default();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = async {
                let room = room.clone().acquire_owned().await;
                (room, listener.accept().await)
            } => accepted,
            Some(_ended) = connections.join_next() => continue,
            () = told_to_stop(&mut stopped) => break,
        };
        let (Ok(room), taken) = accepted else { break };
        let (stream, peer) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(AFTER_TROUBLE).await;
                continue;
            }
        };
        let Some(of_peer) = peers.begin(peer) else {
            tracing::debug!(%peer, "a peer has too many connections");
            continue;
        };
        let (router, stopped) = (router.clone(), stopped.clone());
        connections.spawn(async move {
            one(stream, router, stopped).await;
            drop((room, of_peer));
        });
    }
    while connections.join_next().await.is_some() {}
    Ok(())
}

async fn one(stream: TcpStream, router: Router, mut stopped: watch::Receiver<bool>) {
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told_to_stop(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // An error says that whoever could stop it is gone, and that is the end too.
    let _gone = stopped.wait_for(|stop| *stop).await.map(drop);
}

async fn body_in_time(request: Request, next: Next) -> Response {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    // Whoever doesn't say how long it is has no time for a large one.
    let bytes: u64 = length.unwrap_or(0).min(super::UPLOAD_AT_MOST as u64);
    let within = BODY_WITHIN + Duration::from_secs(bytes / BODY_PER_SECOND);
    body_within(within, request, next).await
}

/// A request's body comes in time, or what reads it is told that it broke off. What is done with a whole one takes as long as
/// it takes.
async fn body_within(within: Duration, request: Request, next: Next) -> Response {
    let late = Arc::new(AtomicBool::new(false));
    let (said, until) = (late.clone(), Instant::now() + within);
    let request = request.map(|body| {
        Body::from_stream(stream::unfold(Some(body.into_data_stream()), move |body| {
            let said = said.clone();
            async move {
                let mut body = body?;
                match timeout_at(until, body.next()).await {
                    Ok(part) => part.map(|part| (part.map_err(BoxError::from), Some(body))),
                    Err(elapsed) => {
                        said.store(true, Ordering::SeqCst);
                        Some((Err(BoxError::from(elapsed)), None))
                    }
                }
            }
        }))
    });
    let response = next.run(request).await;
    if !late.load(Ordering::SeqCst) {
        return response;
    }
    let sentence = "the request did not come in time. Try again.";
    let mut response = Failure::new(StatusCode::REQUEST_TIMEOUT, "too_slow", sentence).into_response();
    response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}

/// How many connections each peer has. One without any isn't there.
#[derive(Clone, Default)]
struct Peers(Arc<Mutex<HashMap<IpAddr, usize>>>);

struct OfPeer(Peers, IpAddr);

impl Peers {
    fn begin(&self, peer: SocketAddr) -> Option<OfPeer> {
        let address = peer.ip();
        let mut counts = lock(&self.0);
        let count = counts.entry(address).or_default();
        if *count >= OF_ONE_PEER && !address.is_loopback() {
            return None;
        }
        *count += 1;
        Some(OfPeer(self.clone(), address))
    }
}

impl Drop for OfPeer {
    fn drop(&mut self) {
        let mut counts = lock(&self.0.0);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use hyper::service::Service as _;

    use super::*;

    /// What a handler that reads the body, and then takes ten times the body's time, answers to this body.
    async fn asked(body: Body) -> StatusCode {
        const WITHIN: Duration = Duration::from_millis(20);
        let slow = async |_body: String| tokio::time::sleep(WITHIN * 10).await;
        let in_time = axum::middleware::from_fn(|request, next| body_within(WITHIN, request, next));
        let router = Router::new().route("/", post(slow)).layer(in_time);
        let request = Request::post("/").body(body).expect("a request");
        TowerToHyperService::new(router).call(request).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn a_body_has_so_much_time_and_what_is_done_with_it_has_all() {
        assert_eq!(asked(Body::from("whole")).await, StatusCode::OK);
        let begun = stream::iter([Ok::<_, std::io::Error>("the beginning")]);
        assert_eq!(asked(Body::from_stream(begun.chain(stream::pending()))).await, StatusCode::REQUEST_TIMEOUT);
        // Each part comes in time, and all of them together don't.
        let trickle = stream::repeat(" and").then(async |part| {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Ok::<_, std::io::Error>(part)
        });
        assert_eq!(asked(Body::from_stream(trickle)).await, StatusCode::REQUEST_TIMEOUT);
    }

    #[test]
    fn a_peer_has_its_share_and_this_machine_has_all() {
        let peers = Peers::default();
        let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let taken: Vec<OfPeer> = (0..OF_ONE_PEER).filter_map(|_| peers.begin(at("192.0.2.1:4000"))).collect();
        assert_eq!(taken.len(), OF_ONE_PEER);
        assert!(peers.begin(at("192.0.2.1:5000")).is_none());
        assert!(peers.begin(at("192.0.2.2:5000")).is_some());
        drop(taken);
        assert!(peers.begin(at("192.0.2.1:5000")).is_some());
        let here: Vec<OfPeer> = (0..CONNECTIONS).filter_map(|_| peers.begin(at("127.0.0.1:4000"))).collect();
        assert_eq!(here.len(), CONNECTIONS);
        drop(here);
        assert!(lock(&peers.0).is_empty());
    }
}
