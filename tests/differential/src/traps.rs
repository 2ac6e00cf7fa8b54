//! Sees programs that trap: to their callers, a trap is an empty revert like any other.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

/// Counts what the embedded chain warns of, from now on and in this thread: traps, and programs that it can not run.
#[derive(Debug)]
pub struct Traps {
    count: Arc<AtomicU64>,
    _guard: DefaultGuard,
}

impl Traps {
    /// Begins to count.
    pub fn watch() -> Self {
        let count = Arc::default();
        let guard = tracing::subscriber::set_default(Warnings(Arc::clone(&count)));
        Self {
            count,
            _guard: guard,
        }
    }

    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }
}

struct Warnings(Arc<AtomicU64>);

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Relaxed);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
