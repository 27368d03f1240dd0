//! An export as Slack makes one, with whatever is put into it.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// A small workspace: a channel of the policy's and another, a private one, direct messages.
pub fn lists() -> Vec<(String, Vec<u8>)> {
    let file = |name: &str, value: Value| (name.to_owned(), value.to_string().into_bytes());
    vec![
        file(
            "channels.json",
            json!([{ "id": "C0CREDIT", "name": "credit-ai" }, { "id": "C0RANDOM", "name": "random" }]),
        ),
        file("groups.json", json!([{ "id": "G0SECRET", "name": "secret" }])),
        file("dms.json", json!([{ "id": "D0MAYADEV", "members": ["U0MAYA", "U0DEV"] }])),
        file("mpims.json", json!([])),
        file("integration_logs.json", json!([{ "service_type": "Travis CI" }])),
        file(
            "users.json",
            json!([
                { "id": "U0MAYA", "name": "maya", "profile": { "real_name": "Maya Krishnan" } },
                { "id": "U0DEV", "name": "dev", "profile": { "display_name": "dev", "real_name": "Dev" } },
                { "id": "U0ROBOT", "name": "robot", "is_bot": true },
            ]),
        ),
    ]
}

pub fn day(path: &str, messages: &[Value]) -> (String, Vec<u8>) {
    (path.to_owned(), Value::from(messages.to_vec()).to_string().into_bytes())
}

pub fn said(user: &str, ts: &str, text: &str) -> Value {
    json!({ "type": "message", "user": user, "ts": ts, "text": text })
}

/// The same with more fields.
pub fn with(mut message: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().into_iter().flatten() {
        message[name] = value.clone();
    }
    message
}

pub fn zipped(folder: &Path, name: &str, files: &[(String, Vec<u8>)]) -> PathBuf {
    let path = folder.join(name);
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("a file"));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a file");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("a zip");
    path
}
