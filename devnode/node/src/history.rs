//! What blocks changed, so that it can be undone.
//!
//! The chain's state is kept once, as it is now. Beside it lies a log of undo records: the values
//! that a block (or a snapshot's part of one) replaced. Older states are read through them, and a
//! snapshot is a position in the log. So a snapshot costs nothing, reverting costs what was
//! changed since, and a block costs what it changed until [`NodeConfig::history`] blocks are above
//! it. Records that only a snapshot holds are merged: they never exceed what was touched.
//!
//! [`NodeConfig::history`]: crate::NodeConfig::history

use std::collections::VecDeque;

use revm::{
    primitives::{Address, AddressMap, StorageKeyMap, U256},
    state::AccountInfo,
};

/// Values before a change: the first one that is noted counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Undo {
    /// Position in the log; snapshots refer to it.
    pub(crate) seq: u64,
    /// The block that made the changes; those of test controls belong to the newest block.
    pub(crate) block: u64,
    pub(crate) accounts: AddressMap<Option<AccountInfo>>,
    pub(crate) slots: AddressMap<StorageKeyMap<U256>>,
}

impl Undo {
    pub(crate) fn note_account(
        &mut self,
        address: Address,
        before: impl FnOnce() -> Option<AccountInfo>,
    ) {
        self.accounts.entry(address).or_insert_with(before);
    }

    pub(crate) fn note_slot(&mut self, address: Address, key: U256, before: U256) {
        self.slots
            .entry(address)
            .or_default()
            .entry(key)
            .or_insert(before);
    }

    /// Adds the values before a later record, where this one has none.
    fn append(&mut self, later: Self) {
        for (address, before) in later.accounts {
            self.accounts.entry(address).or_insert(before);
        }
        for (address, slots) in later.slots {
            let own = self.slots.entry(address).or_default();
            for (key, before) in slots {
                own.entry(key).or_insert(before);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.accounts.is_empty() && self.slots.is_empty()
    }

    fn len(&self) -> usize {
        self.accounts.len() + self.slots.values().map(|slots| slots.len()).sum::<usize>()
    }
}

/// The log of undo records, oldest first; the last one is open.
#[derive(Debug)]
pub(crate) struct History {
    log: VecDeque<Undo>,
    next_seq: u64,
    /// Blocks below the newest that keep their state.
    window: u64,
    /// The oldest block whose state can be read.
    floor: u64,
}

impl History {
    pub(crate) fn new(window: u64) -> Self {
        Self {
            log: VecDeque::from([Undo::default()]),
            next_seq: 1,
            window,
            floor: 0,
        }
    }

    /// Of a chain whose oldest known state is that after `block`.
    pub(crate) fn starting(window: u64, block: u64) -> Self {
        Self {
            log: VecDeque::from([Undo {
                block,
                ..Undo::default()
            }]),
            floor: block,
            ..Self::new(window)
        }
    }

    /// The record that changes go to.
    pub(crate) fn open(&mut self) -> &mut Undo {
        if self.log.is_empty() {
            self.begin(0, &[]);
        }
        let last = self.log.len() - 1;
        &mut self.log[last]
    }

    /// Opens a record for changes of `block`; `pins` are the snapshots' positions.
    pub(crate) fn begin(&mut self, block: u64, pins: &[u64]) {
        if let Some(last) = self.log.back_mut()
            && last.is_empty()
        {
            last.block = block;
            return;
        }
        self.log.push_back(Undo {
            seq: self.next_seq,
            block,
            ..Undo::default()
        });
        self.next_seq += 1;
        self.compact(block, pins);
    }

    /// The position of a snapshot that is made now, `block` being the newest.
    pub(crate) fn mark(&mut self, block: u64, pins: &[u64]) -> u64 {
        self.begin(block, pins);
        self.open().seq
    }

    /// Takes the newest record out if it is at or after `position`.
    pub(crate) fn pop(&mut self, position: u64) -> Option<Undo> {
        self.log.pop_back_if(|undo| undo.seq >= position)
    }

    /// `head` is the newest block again.
    pub(crate) fn rewound(&mut self, head: u64) {
        self.floor = self.floor.min(head);
    }

    pub(crate) const fn floor(&self) -> u64 {
        self.floor
    }

    /// What to lay over the state to see it as it was after `block`.
    pub(crate) fn since(&self, block: u64) -> Undo {
        let first = self.log.partition_point(|undo| undo.block <= block);
        let mut undo = Undo::default();
        for later in self.log.range(first..) {
            undo.append(later.clone());
        }
        undo
    }

    /// Values held, of all records.
    pub(crate) fn len(&self) -> usize {
        self.log.iter().map(Undo::len).sum()
    }

    /// Drops records below the window that no snapshot needs, and merges those that one does.
    fn compact(&mut self, head: u64, pins: &[u64]) {
        let old = |undo: &Undo| undo.block.saturating_add(self.window) <= head;
        let oldest_pin = pins.iter().min().copied().unwrap_or(u64::MAX);
        while let Some(undo) = self
            .log
            .pop_front_if(|undo| old(undo) && undo.seq < oldest_pin)
        {
            self.floor = self.floor.max(undo.block);
        }
        let mut last = self
            .log
            .partition_point(|undo| undo.block.saturating_add(self.window) <= head);
        while last >= 2 {
            let (below, above) = (self.log[last - 2].seq, self.log[last - 1].seq);
            if pins.iter().any(|pin| below < *pin && *pin <= above) {
                break;
            }
            let Some(later) = self.log.remove(last - 1) else {
                break;
            };
            self.floor = self.floor.max(later.block);
            let merged = &mut self.log[last - 2];
            merged.block = later.block;
            merged.append(later);
            last -= 1;
        }
    }
}
