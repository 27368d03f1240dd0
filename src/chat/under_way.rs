//! How much an adapter has taken in and not dealt with yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is going on.
#[derive(Clone, Default)]
pub struct UnderWay(Arc<AtomicUsize>);

/// One thing that is going on, for as long as this lives.
pub struct Going(Arc<AtomicUsize>);

impl UnderWay {
    pub fn begin(&self) -> Going {
        self.0.fetch_add(1, Ordering::SeqCst);
        Going(self.0.clone())
    }

    pub fn is_idle(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
