//! A time-stamping authority (RFC 3161) is asked over HTTP for a stamp of a hash. What could go wrong, and what then:
//! - nobody answers in time, or it says that it can't now: asked twice more, after a pause;
//! - it refuses, or what it answers isn't a stamp of this hash to this very request, or its certificate had ended: nothing is kept of it,
//!   and whoever wanted it is told why.
//!
//! Whether its signature holds, and whose certificate that is, isn't looked at here: `openssl ts -verify` does so with a certificate that
//! was got from elsewhere.

pub mod heads;
pub mod kept;

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header, redirect};

use crate::seal::TimeStamp;
use crate::seal::timestamp::{QUERY_TYPE, read, request};
use crate::webhook::send::{body, chain};

/// How long an answer may take.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Before each try.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(3)];
/// Stamps with long chains of certificates have some 10 kB.
const ANSWER_BYTES: usize = 256 * 1024;

/// Where stamps are had. Cheap to clone.
#[derive(Clone)]
pub struct Authority {
    url: Url,
    client: Client,
}

/// A stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// The authority's answer, byte by byte.
    pub reply: Vec<u8>,
    pub says: TimeStamp,
}

enum Failed {
    Again(String),
    Never(String),
}

impl Authority {
    /// # Errors
    /// What calls can't be made.
    pub fn at(url: Url, patience: Duration) -> Result<Authority, reqwest::Error> {
        let client = Client::builder().redirect(redirect::Policy::none()).timeout(patience).build()?;
        Ok(Authority { url, client })
    }

    /// A stamp of what has this SHA-256.
    ///
    /// # Errors
    /// Why there is none, for people.
    pub async fn stamp(&self, imprint: [u8; 32]) -> Result<Stamped, String> {
        let mut last = String::new();
        for pause in PAUSES {
            tokio::time::sleep(pause).await;
            match self.ask(&imprint).await {
                Ok(stamped) => return Ok(stamped),
                Err(Failed::Never(why)) => return Err(why),
                Err(Failed::Again(why)) => last = why,
            }
        }
        Err(last)
    }

    async fn ask(&self, imprint: &[u8; 32]) -> Result<Stamped, Failed> {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce)
            .map_err(|error| Failed::Never(format!("the system gives no random numbers: {error}")))?;
        let nonce = u64::from_be_bytes(nonce);
        let again =
            |error: reqwest::Error| Failed::Again(format!("it can't be reached: {}", chain(&error.without_url())));
        let asked = self.client.post(self.url.clone()).header(header::CONTENT_TYPE, QUERY_TYPE);
        let response = asked.body(request(imprint, nonce)).send().await.map_err(again)?;
        let status = response.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(Failed::Again(format!("it answered {status}")));
        }
        if status != StatusCode::OK {
            return Err(Failed::Never(format!("it answered {status}")));
        }
        let reply = body(response, ANSWER_BYTES).await.map_err(again)?;
        let says = read(&reply, imprint, Some(nonce)).map_err(|error| Failed::Never(error.to_string()))?;
        match says.certificate_ends_s {
            Some(ends) if ends <= says.at_s => {
                Err(Failed::Never("its certificate had ended when it signed, so the stamp shows nothing".to_owned()))
            }
            _ => Ok(Stamped { reply, says }),
        }
    }
}
