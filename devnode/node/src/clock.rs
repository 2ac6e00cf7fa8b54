//! Time of L2 blocks, and the L1 block numbers that go with it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::{Clock, ControlError};

/// Seconds between two L1 blocks.
const L1_BLOCK_SECS: u64 = 12;

/// The next block's timestamp.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    clock: Clock,
    /// Seconds that the next block is later than the clock says (`Step`), or all blocks are
    /// (`Wall`; negative after the time was set back).
    ahead: i64,
    /// What the next block must have.
    next: Option<u64>,
}

impl Time {
    pub(crate) const fn new(clock: Clock) -> Self {
        Self {
            clock,
            ahead: 0,
            next: None,
        }
    }

    /// How far it was moved past what the configuration says, in seconds.
    pub(crate) const fn ahead(&self) -> i64 {
        self.ahead
    }

    pub(crate) const fn with_ahead(self, ahead: i64) -> Self {
        Self { ahead, ..self }
    }

    /// The timestamp of the block after one at `parent`.
    pub(crate) fn peek(&self, parent: u64) -> u64 {
        if let Some(next) = self.next {
            return next;
        }
        let clock = match self.clock {
            Clock::Step(secs) => parent.saturating_add(secs),
            Clock::Wall => wall(),
        };
        clock.saturating_add_signed(self.ahead).max(parent)
    }

    /// A block was mined: what was set for one block only is over.
    pub(crate) const fn mined(&mut self) {
        self.next = None;
        if let Clock::Step(_) = self.clock {
            self.ahead = 0;
        }
    }

    pub(crate) fn increase(&mut self, secs: u64) {
        self.next = self.next.map(|next| next.saturating_add(secs));
        self.ahead = self.ahead.saturating_add_unsigned(secs);
    }

    pub(crate) fn set_next(&mut self, timestamp: u64, parent: u64) -> Result<(), ControlError> {
        if timestamp < parent {
            return Err(ControlError::TimeGoesBack { timestamp, parent });
        }
        self.next = Some(timestamp);
        // A clock that runs goes on from there.
        if self.clock == Clock::Wall {
            let ahead = i128::from(timestamp) - i128::from(wall());
            self.ahead = i64::try_from(ahead).unwrap_or(i64::MAX);
        }
        Ok(())
    }

    pub(crate) fn set(&mut self, timestamp: u64, parent: u64) -> Result<(), ControlError> {
        self.set_next(timestamp, parent)?;
        if self.clock == Clock::Wall {
            self.next = None;
        }
        Ok(())
    }
}

fn wall() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The L1 block number of L2 blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct L1Clock {
    pub(crate) number: u64,
    /// The time from which on `number` is right.
    pub(crate) since: u64,
}

impl L1Clock {
    pub(crate) const fn at(&self, timestamp: u64) -> u64 {
        let blocks = timestamp.saturating_sub(self.since) / L1_BLOCK_SECS;
        self.number.saturating_add(blocks)
    }
}
