//! The fake Discord is itself held to account.
#[path = "fakes/mod.rs"]
mod fakes;
#[tokio::test]
async fn starts() { let f = fakes::discord::FakeDiscord::start().await; f.assert_clean(); }
