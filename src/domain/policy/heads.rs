//! Where signed heads are published, so that somebody outside has them.

use super::super::{Span, WebhookId};
use super::Channel;

/// Where, and how often.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadsRule {
    pub every: Span,
    pub channel: Option<Channel>,
    pub webhook: Option<WebhookId>,
    /// As a file, where the operator's settings say.
    pub file: bool,
}

impl HeadsRule {
    pub const EVERY: Span = Span::days(1);
}
