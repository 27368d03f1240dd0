//! Calls over real HTTP, to a small server on this machine.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::send::{Answer, Call, Endpoint, Sender, Tried};
use super::signature::Keys;
use crate::domain::Span;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Answers each request with the next of `answers`, and keeps what it was sent.
async fn server(answers: &[&str]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (kept, mut answers) = (heard.clone(), answers.iter().map(ToString::to_string).collect::<VecDeque<_>>());
    tokio::spawn(async move {
        while let Some(answer) = answers.pop_front() {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = Vec::new();
            let mut some = [0; 4096];
            while !String::from_utf8_lossy(&request).contains("\r\n\r\n{}") {
                match stream.read(&mut some).await {
                    Ok(read) if read > 0 => request.extend_from_slice(&some[..read]),
                    _ => break,
                }
            }
            kept.lock().expect("a list").push(String::from_utf8_lossy(&request).into_owned());
            // Whoever called may have gone away.
            let _sent = stream.write_all(answer.as_bytes()).await;
        }
    });
    (url, heard)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

async fn tried(url: &str, internal: bool) -> Tried {
    // Fails only where one was chosen already.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let to = Endpoint { url: url.parse().expect("an address"), internal, keys: Keys::read(KEY).expect("a key") };
    let call = Call { id: "msg_1", timestamp_s: 1_614_265_330, body: b"{}" };
    Sender::default().send(&to, &call).await
}

#[tokio::test]
async fn what_is_answered_is_what_it_came_to() {
    let again = |why: &str, after| Tried::Again { why: why.to_owned(), after };
    let table = [
        (answer("200 OK", "", ""), Tried::Answered(Answer::Done(String::new()))),
        (answer("204 No Content", "", ""), Tried::Answered(Answer::Done(String::new()))),
        (
            answer("200 OK", "", r#"{"outcome":"blocked","note":"locked"}"#),
            Tried::Answered(Answer::Blocked("locked".to_owned())),
        ),
        (answer("202 Accepted", "", ""), Tried::Begun),
        (
            answer("429 Too Many Requests", "retry-after: 90\r\n", ""),
            again("it answered 429 Too Many Requests", Some(Span::seconds(90))),
        ),
        (answer("503 Service Unavailable", "", ""), again("it answered 503 Service Unavailable", None)),
        (
            answer("302 Found", "location: http://169.254.169.254/latest\r\n", ""),
            again("it answered 302 Found; redirects aren't followed", None),
        ),
        (answer("410 Gone", "", ""), Tried::Never { why: "it answered 410: it takes no calls any more".to_owned() }),
    ];
    for (answer, expected) in table {
        let (url, heard) = server(&[&answer]).await;
        assert_eq!(tried(&url, true).await, expected, "{answer}");
        assert_eq!(heard.lock().expect("a list").len(), 1, "one request, nowhere else: {answer}");
    }
}

#[tokio::test]
async fn a_call_carries_the_standards_headers_over_the_very_bytes() {
    let (url, heard) = server(&[&answer("200 OK", "", "")]).await;
    assert!(matches!(tried(&url, true).await, Tried::Answered(_)));
    let request = heard.lock().expect("a list").pop().expect("a request").to_lowercase();
    let signature = Keys::read(KEY).expect("a key").sign("msg_1", 1_614_265_330, b"{}").to_lowercase();
    for header in [
        "webhook-id: msg_1\r\n".to_owned(),
        "webhook-timestamp: 1614265330\r\n".to_owned(),
        format!("webhook-signature: {signature}\r\n"),
        "content-type: application/json\r\n".to_owned(),
    ] {
        assert!(request.contains(&header), "{header} in {request}");
    }
    assert!(request.starts_with("post /hook http/1.1") && request.ends_with("\r\n\r\n{}"), "{request}");
}

/// Names that lead inside are caught where they are looked up, whatever they look like.
#[tokio::test]
async fn nothing_inside_is_called_unless_the_policy_says_so() {
    let (url, heard) = server(&[]).await;
    let port = url.rsplit(':').next().expect("a port").to_owned();
    for outside in [url.replace("http:", "https:"), format!("https://localhost:{port}")] {
        let why = match tried(&outside, false).await {
            Tried::Never { why } => why,
            tried => panic!("{outside}: {tried:?}"),
        };
        assert!(why.contains("its address is inside (this machine)"), "{outside}: {why}");
    }
    assert!(heard.lock().expect("a list").is_empty());
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/token-in-the-path", listener.local_addr().expect("an address"));
    drop(listener);
    let Tried::Again { why, after: None } = tried(&url, true).await else { panic!("nobody is there") };
    assert!(!why.contains("token-in-the-path"), "{why}");
}
