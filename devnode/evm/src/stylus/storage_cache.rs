//! The storage cache of a frame (embedded-chain.md §1.2): reads are remembered, writes wait for a
//! flush. It belongs to one frame: another frame of the same contract doesn't see it.

use std::collections::BTreeMap;

use revm::primitives::{B256, U256};

#[derive(Clone, Copy, Debug)]
struct Word {
    value: U256,
    /// What the chain's storage holds, if that is known.
    known: Option<U256>,
}

/// Slots by key. They are flushed in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct StorageCache {
    slots: BTreeMap<B256, Word>,
    reads: u32,
    writes: u32,
}

impl StorageCache {
    /// Gas of one more read: 0 for the first 32, then 2 up to the 128th, then 10.
    pub(super) fn read_gas(&mut self) -> u64 {
        self.reads = self.reads.saturating_add(1);
        match self.reads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Gas of one more write: 0 for the first 8, then 7 up to the 64th, then 10.
    pub(super) fn write_gas(&mut self) -> u64 {
        self.writes = self.writes.saturating_add(1);
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    /// The value of a slot that was read or written before.
    pub(super) fn get(&self, key: &B256) -> Option<U256> {
        self.slots.get(key).map(|word| word.value)
    }

    /// Remembers what the chain's storage holds.
    pub(super) fn insert_known(&mut self, key: B256, value: U256) {
        self.slots.insert(
            key,
            Word {
                value,
                known: Some(value),
            },
        );
    }

    /// Writes to the cache.
    pub(super) fn set(&mut self, key: B256, value: U256) {
        self.slots
            .entry(key)
            .or_insert(Word { value, known: None })
            .value = value;
    }

    /// Slots that differ from what the chain's storage is known to hold; they count as written.
    pub(super) fn take_dirty(&mut self) -> Vec<(B256, U256)> {
        let dirty = self
            .slots
            .iter_mut()
            .filter(|(_, word)| word.known != Some(word.value));
        dirty
            .map(|(key, word)| {
                word.known = Some(word.value);
                (*key, word.value)
            })
            .collect()
    }

    /// Forgets the slots, not the counts.
    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: B256 = B256::ZERO;

    #[test]
    fn gas_steps_up_at_the_counts_of_the_fact_sheet() {
        let mut cache = StorageCache::default();
        let reads: Vec<u64> = (0..130).map(|_| cache.read_gas()).collect();
        assert_eq!(
            (reads[31], reads[32], reads[127], reads[128]),
            (0, 2, 2, 10)
        );
        let writes: Vec<u64> = (0..66).map(|_| cache.write_gas()).collect();
        assert_eq!(
            (writes[7], writes[8], writes[63], writes[64]),
            (0, 7, 7, 10)
        );
    }

    #[test]
    fn a_slot_is_dirty_until_it_is_flushed_or_set_back() {
        let mut cache = StorageCache::default();
        cache.insert_known(KEY, U256::from(1));
        assert!(cache.take_dirty().is_empty());
        cache.set(KEY, U256::from(2));
        cache.set(KEY, U256::from(1));
        assert!(cache.take_dirty().is_empty(), "set back to what is known");
        cache.set(KEY, U256::from(3));
        assert_eq!(cache.take_dirty(), [(KEY, U256::from(3))]);
        assert!(cache.take_dirty().is_empty(), "flushed");
    }

    #[test]
    fn a_blind_write_is_dirty_whatever_the_value() {
        let mut cache = StorageCache::default();
        cache.set(KEY, U256::ZERO);
        assert_eq!(cache.take_dirty().len(), 1);
    }

    #[test]
    fn clearing_keeps_the_counts() {
        let mut cache = StorageCache::default();
        assert_eq!((0..32).map(|_| cache.read_gas()).sum::<u64>(), 0);
        cache.clear();
        assert_eq!(cache.read_gas(), 2);
    }
}
