//! Who may speak to the room. It has no passwords: whoever reaches it can speak as anybody. So it listens on loopback, and
//! a page of another site, which reaches loopback through the visitor's browser, is turned away by its `Host` (DNS
//! rebinding) and `Origin` (cross-site requests).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Failure;

/// What the page may load: itself, and nothing from anywhere else.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

pub struct Guard {
    /// `Host` headers that are ours, lower case.
    hosts: Vec<String>,
}

impl Guard {
    /// `also`: further names under which the room is reached, for a room that was opened to the network.
    pub fn new(listening: SocketAddr, also: &[String]) -> Guard {
        let port = listening.port();
        let mut hosts: Vec<String> =
            ["localhost", "127.0.0.1", "[::1]"].iter().map(|name| format!("{name}:{port}")).collect();
        hosts.push(listening.to_string());
        if port == 80 {
            // A browser leaves the port out where it is the scheme's own.
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
            hosts.push(listening.ip().to_string());
        }
        for name in also {
            hosts.push(name.to_ascii_lowercase());
            hosts.push(format!("{}:{port}", name.to_ascii_lowercase()));
        }
        Guard { hosts }
    }

    fn knows(&self, host: &str) -> bool {
        self.hosts.contains(&host.to_ascii_lowercase())
    }

    fn turns_away(&self, request: &Request) -> Option<Failure> {
        // What is there twice, or is no text, is nobody's own.
        let header = |name: HeaderName| {
            let mut values = request.headers().get_all(name).iter();
            let first = values.next()?.to_str().unwrap_or_default();
            Some(values.next().map_or(first, |_again| ""))
        };
        if !self.knows(header(header::HOST).unwrap_or_default()) {
            let sentence = "this room is only served under its own address; open the one that `serve` printed.";
            return Some(Failure::new(StatusCode::FORBIDDEN, "foreign_host", sentence));
        }
        let foreign = |origin: &str| origin.split_once("://").is_none_or(|(_, site)| !self.knows(site));
        let site = HeaderName::from_static("sec-fetch-site");
        // A link from elsewhere opens the room. What is in it is asked for by its own page alone.
        let is_the_page = request.method() == Method::GET && request.uri().path() == "/";
        let cross = header(site).is_some_and(|site| matches!(site, "cross-site" | "")) && !is_the_page;
        if cross || header(header::ORIGIN).is_some_and(foreign) {
            let sentence = "a page of another site can't speak in this room.";
            return Some(Failure::new(StatusCode::FORBIDDEN, "foreign_origin", sentence));
        }
        None
    }
}

/// Whether an address can be reached from this machine only.
pub fn is_loopback(address: IpAddr) -> bool {
    address.is_loopback()
}

pub(super) async fn check(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    if let Some(failure) = guard.turns_away(&request) {
        return failure.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
