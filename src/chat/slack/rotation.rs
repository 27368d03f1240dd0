//! A bot token that runs out: renewed at half of its life, kept before it is used, and given up to nobody.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::time::Instant;

use super::api::Api;
use super::{PAUSES, Slack, Trouble, lock, word};
use crate::app::config::{Rotation, Secret, SlackConfig};
use crate::chat::tokens::{TokenFile, Tokens, Unkept};
use crate::domain::{At, Lack, Span};

/// How long a wait may be before the clock is looked at again: a machine may have slept.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Where Slack doesn't say how long a token lives. It says twelve hours.
const LIVES: i64 = 43_200;

/// Longer than any call is under way.
const UNDER_WAY: Duration = Duration::from_secs(20);
/// How long a word of refusal stands before it is asked again.
const REFUSED: Duration = Duration::from_secs(5 * 60);

/// Why there is no new token.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotRenewed {
    #[error("{0}")]
    Trouble(#[from] Trouble),
    #[error("{0}")]
    Unkept(#[from] Unkept),
    #[error("{0} isn't there yet. Start the bot once, or name its folder with --data")]
    NotBegun(PathBuf),
}

/// The newest tokens that are known of.
fn newest(rotation: &Rotation, bot: &Secret) -> Result<Tokens, Unkept> {
    let first = Tokens::first(bot.reveal(), rotation.refresh_token.reveal());
    TokenFile(&rotation.kept).newest(&first)
}

/// Renews the newest tokens, if it is time; `at_once`: whatever the time. What comes back is on the disk.
async fn renewed(api: &Api, rotation: &Rotation, bot: &Secret, now: At, at_once: bool) -> Result<Tokens, NotRenewed> {
    let file = TokenFile(&rotation.kept);
    let held = file.hold()?;
    let tokens = newest(rotation, bot)?;
    if !at_once && now < tokens.renew_at {
        return Ok(tokens);
    }
    let arguments = [
        ("grant_type", "refresh_token"),
        ("client_id", &rotation.client_id),
        ("client_secret", rotation.client_secret.reveal()),
        ("refresh_token", &tokens.refresh),
    ];
    let answer: Json = api.anonymous("oauth.v2.access", &arguments).await?;
    let (access, refresh) = (word(&answer, "access_token"), word(&answer, "refresh_token"));
    if access.is_empty() || refresh.is_empty() {
        return Err(Trouble::Said("no token in the answer".to_owned()).into());
    }
    let lives = answer["expires_in"].as_i64().filter(|seconds| *seconds > 0).unwrap_or(LIVES);
    let next = tokens.next(access, refresh, now + Span(lives.saturating_mul(500_000)));
    file.keep(&held, &next)?;
    Ok(next)
}

/// Goes on with the token that an earlier process kept, before anything is asked with the one of the settings.
pub(super) fn begin(config: &SlackConfig, api: &Api) {
    let Some(rotation) = &config.rotation else { return };
    // What can't be read is told of when it is to be renewed.
    if let Ok(tokens) = newest(rotation, &config.bot_token) {
        api.take_token(&Secret::new(tokens.access));
    }
}

/// The token to ask with, for a command that only looks. It renews nothing that a bot at work renews by itself, and begins no
/// chain: in another folder than the bot's, its outcome would be lost to the bot.
pub(super) async fn token_of(config: &SlackConfig, api: &Api, now: At) -> Result<(), NotRenewed> {
    let Some(rotation) = &config.rotation else { return Ok(()) };
    let known = newest(rotation, &config.bot_token)?;
    let tokens = match known.is_first() {
        true if known.access.is_empty() => return Err(NotRenewed::NotBegun(rotation.kept.clone())),
        true => known,
        false => renewed(api, rotation, &config.bot_token, now, false).await?,
    };
    api.take_token(&Secret::new(tokens.access));
    Ok(())
}

impl Slack {
    /// Keeps the bot's token good for as long as the bot runs.
    pub(super) async fn keep_token(self: Arc<Slack>) {
        let mut pauses = PAUSES;
        let mut refused = false;
        let mut last: Option<Instant> = None;
        loop {
            let Some((rotation, bot)) = self.rotation() else { return };
            let now = self.now();
            let known = newest(&rotation, &bot);
            if let Ok(tokens) = &known {
                // Another process may have renewed it, and while it can't be renewed, this one may still be good.
                self.api.take_token(&Secret::new(tokens.access.clone()));
                if now < tokens.renew_at && !std::mem::take(&mut refused) {
                    let left = Duration::from_micros((tokens.renew_at - now).0.unsigned_abs());
                    tokio::select! {
                        () = tokio::time::sleep(left.min(LOOK_AGAIN)) => {}
                        // A call that was under way when the token changed says nothing of the new one.
                        () = self.token_refused.notified() => {
                            refused = last.is_none_or(|last| last.elapsed() > UNDER_WAY);
                        }
                    }
                    continue;
                }
            }
            let why = match renewed(&self.api, &rotation, &bot, now, true).await {
                Ok(tokens) => {
                    self.api.take_token(&Secret::new(tokens.access));
                    self.lacks.clear(&Lack::Token);
                    last = Some(Instant::now());
                    tracing::info!(platform = %self.platform, "the bot's token was renewed");
                    pauses.reset();
                    self.mended();
                    continue;
                }
                Err(why) => why,
            };
            self.lacks.set(Lack::Token, not_renewed(&why));
            let pause = match &why {
                NotRenewed::Trouble(Trouble::Said(_)) => REFUSED,
                NotRenewed::Trouble(trouble) => pauses.grow_or(trouble.asks_to_wait()),
                NotRenewed::Unkept(_) | NotRenewed::NotBegun(_) => pauses.grow(),
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.settings_changed.notified() => pauses.reset(),
            }
        }
    }

    fn rotation(&self) -> Option<(Rotation, Secret)> {
        let settings = lock(&self.settings);
        settings.rotation.clone().map(|rotation| (rotation, settings.bot_token.clone()))
    }
}

/// For the operators.
fn not_renewed(why: &NotRenewed) -> String {
    let to_do = match why {
        NotRenewed::Trouble(trouble) if trouble.is(&["invalid_refresh_token", "token_revoked", "invalid_grant"]) => {
            ". Install the app again, and give me its new refresh token: what I have works for some hours at most"
        }
        NotRenewed::Trouble(trouble)
            if trouble.is(&["bad_client_secret", "invalid_client_id", "oauth_authorization_url_mismatch"]) =>
        {
            ". Look at the client id and the client secret"
        }
        NotRenewed::Trouble(_) | NotRenewed::Unkept(Unkept::Elsewhere(_)) | NotRenewed::NotBegun(_) => "; trying again",
        NotRenewed::Unkept(Unkept::Folder(_) | Unkept::Unread { .. } | Unkept::NoTokens(_)) => {
            ". Nothing is renewed meanwhile, since the next token would be lost; see to that file"
        }
    };
    format!("the bot's token can't be renewed: {why}{to_do}")
}
