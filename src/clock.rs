//! The only place that reads the time. Rules are handed it; everybody who waits, waits here.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use chrono::Utc;
use tokio::sync::watch;

use crate::domain::{At, Span};
use crate::seal;

/// How the room's time runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The system's time.
    Real,
    /// A time that people move, for trying, demonstrating and testing. Ledger entries made on it say so.
    Manual,
}

/// A clock that everybody in the process shares. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    inner: Arc<Inner>,
}

struct Inner {
    mode: Mode,
    speed: u32,
    dial: Mutex<Dial>,
    moved: watch::Sender<()>,
}

/// Where a clock that isn't the system's stands: at `shown` when it was `since`.
struct Dial {
    shown: At,
    since: Instant,
}

impl Clock {
    /// The system's time.
    pub fn real() -> Clock {
        Clock::new(Mode::Real, 1, At::from(Utc::now()))
    }

    /// A clock that starts at `from` and runs `speed` times as fast as the world; at 0 it stands still until it is moved.
    pub fn manual(from: At, speed: u32) -> Clock {
        Clock::new(Mode::Manual, speed, from)
    }

    fn new(mode: Mode, speed: u32, shown: At) -> Clock {
        let dial = Mutex::new(Dial { shown, since: Instant::now() });
        Clock { inner: Arc::new(Inner { mode, speed, dial, moved: watch::Sender::new(()) }) }
    }

    /// What the system's clock says, whatever this process runs on.
    pub fn system() -> At {
        At::from(Utc::now())
    }

    pub fn now(&self) -> At {
        match self.inner.mode {
            Mode::Real => Clock::system(),
            Mode::Manual => self.dial().now(self.inner.speed),
        }
    }

    pub fn mode(&self) -> Mode {
        self.inner.mode
    }

    pub fn speed(&self) -> u32 {
        self.inner.speed
    }

    /// What ledger entries say about the clock that they were made on.
    pub fn seal(&self) -> seal::Clock {
        match self.inner.mode {
            Mode::Real => seal::Clock::Real,
            Mode::Manual => seal::Clock::Manual,
        }
    }

    /// Moves a manual clock to a moment. Returns false for the system's clock, and for a moment that has passed.
    pub fn move_to(&self, to: At) -> bool {
        if self.inner.mode == Mode::Real {
            return false;
        }
        {
            let mut dial = self.dial();
            if to < dial.now(self.inner.speed) {
                return false;
            }
            *dial = Dial { shown: to, since: Instant::now() };
        }
        self.inner.moved.send_replace(());
        true
    }

    /// Sets a manual clock to any moment, also an earlier one: for tests of a clock that jumps.
    pub fn set(&self, to: At) {
        *self.dial() = Dial { shown: to, since: Instant::now() };
        self.inner.moved.send_replace(());
    }

    /// Told whenever a manual clock is moved.
    pub fn moved(&self) -> watch::Receiver<()> {
        self.inner.moved.subscribe()
    }

    /// Waits until the clock shows `at`, or until it is moved; whoever waits then looks again.
    pub async fn wait_until(&self, at: Option<At>) {
        let mut moved = self.inner.moved.subscribe();
        let pause = at.and_then(|at| self.real_time_until(at));
        match pause {
            Some(pause) => {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = moved.changed() => {}
                }
            }
            // `changed` fails only when the clock is gone, and `self` holds it.
            None => drop(moved.changed().await),
        }
    }

    /// How long the world must wait until this clock shows `at`. `None`: it never will by itself.
    fn real_time_until(&self, at: At) -> Option<Duration> {
        let left = u64::try_from((at - self.now()).0).unwrap_or(0);
        match (left, self.inner.speed) {
            (0, _) => Some(Duration::ZERO),
            (_, 0) => None,
            // A step of a minute at most, so that a system clock which is set is noticed.
            (left, speed) => Some(Duration::from_micros(left / u64::from(speed)).min(Duration::from_secs(60))),
        }
    }

    /// Waits until the system's clock shows `at`, whatever this process runs on. After a minute at most whoever waits looks
    /// again: a system clock may be set. `None`: for ever.
    pub async fn wait_for_the_system(at: Option<At>) {
        let Some(at) = at else { return std::future::pending().await };
        let left = u64::try_from((at - Clock::system()).0).unwrap_or(0);
        tokio::time::sleep(Duration::from_micros(left).min(Duration::from_secs(60))).await;
    }

    /// The hand is never left half moved, so a poisoned lock still holds a good one.
    fn dial(&self) -> MutexGuard<'_, Dial> {
        self.inner.dial.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Dial {
    fn now(&self, speed: u32) -> At {
        let passed = i64::try_from(self.since.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.shown + Span(passed.saturating_mul(i64::from(speed)))
    }
}
