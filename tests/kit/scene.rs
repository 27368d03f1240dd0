//! A house whose people are told on a platform that can hurt.

use std::path::Path;
use std::sync::Arc;

use countersign::chat::Chats;
use countersign::clock::Clock;
use countersign::domain::Span;

use super::house::{House, MONDAY};
use super::platform::Fake;
use super::written::{self, Written};

/// Workflows, each in a channel of its own on a platform that people can be told on; operators in another.
pub const POLICY: &str = r#"
[policy]
name = "Deliveries"
operators_channel = "slack:C0OPS"
ladder = "plain"

[parties.bank]
name = "Bank"

[people.maya]
name = "Maya"
party = "bank"
zone = "UTC"
slack = "U0MAYA"

[people.dev]
name = "Dev"
party = "bank"
zone = "UTC"
slack = "U0DEV"

[people.lena]
name = "Lena"
party = "bank"
zone = "UTC"
slack = "U0LENA"

[roles.model-risk]
name = "Model risk"
party = "bank"
members = ["dev"]

[roles.claims-risk]
name = "Claims risk"
party = "bank"
members = ["lena"]

[roles.lead]
name = "Lead"
party = "bank"
members = ["lena"]

[ladders.plain]
nudge_at_percent = [50]
escalate = [{ after = "30m", tell = "lead" }]

[severities.sev1]
about = "Everything"

[workflows.lending]
name = "Lending"
stage = "production"
channel = "slack:C0LENDING"
approval_path = "lending"
keep_evidence_days = 365

[workflows.claims]
name = "Claims"
stage = "production"
channel = "slack:C0CLAIMS"
approval_path = "claims"
keep_evidence_days = 365

[workflows.fraud]
name = "Fraud"
stage = "production"
channel = "slack:C0FRAUD"
approval_path = "claims"
keep_evidence_days = 365
incident_channels = true

[paths.lending]
name = "Lending"
when_time_is_up = "hold"

[[paths.lending.stages]]
role = "model-risk"
quorum = 1
within = "1h"

[paths.claims]
name = "Claims"
when_time_is_up = "hold"

[[paths.claims.stages]]
role = "claims-risk"
quorum = 1
within = "1h"

[may]
open_incident = "anyone"
request_approval = "anyone"
"#;

pub const LENDING: &str = "slack/C0LENDING";
pub const CLAIMS: &str = "slack/C0CLAIMS";
pub const OPS: &str = "slack/C0OPS";
pub const DEV: &str = "slack/@U0DEV";

pub async fn open(data: &Path, fake: &Fake, clock: &Clock) -> House {
    fake.state().clock = Some(clock.clone());
    let chats = Chats::default().with(Arc::new(fake.clone()));
    House::open(data, POLICY, clock.clone(), chats).await
}

pub struct Scene {
    pub folder: tempfile::TempDir,
    pub fake: Fake,
    pub clock: Clock,
    pub house: House,
}

impl Scene {
    pub async fn new() -> Scene {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (fake, clock) = (Fake::new(MONDAY), Clock::manual(MONDAY, 0));
        let house = open(folder.path(), &fake, &clock).await;
        Scene { folder, fake, clock, house }
    }

    /// Waits until nothing is left to be told now.
    pub async fn quiet(&self) {
        self.house.quiet().await;
    }

    pub async fn pass(&self, span: Span) {
        self.clock.move_to(self.clock.now() + span);
        self.quiet().await;
    }

    /// Another process takes over the folder; the courier of the last one died where it stood.
    pub async fn restart(self) -> Scene {
        let Scene { folder, fake, clock, house } = self;
        house.stop().await;
        let house = open(folder.path(), &fake, &clock).await;
        Scene { folder, fake, clock, house }
    }

    pub async fn request(&self, workflow: &str, title: &str) {
        self.house.command(title, "maya", &format!("/approval request {workflow} \"{title}\"")).await;
    }

    pub async fn end(self) -> Written {
        let now = self.clock.now();
        self.house.stop().await;
        written::verifies(self.folder.path()).await;
        let written = Written::read(self.folder.path()).await;
        written.check_told_once(now);
        written
    }
}
