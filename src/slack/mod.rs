//! Slack as a platform: from its events, commands and forms to what the house hears, and from cards to Block Kit.
