//! Accounts, code and storage as they are now.

use std::convert::Infallible;

use revm::{
    DatabaseCommit, DatabaseRef,
    database::CacheDB,
    primitives::{
        Address, AddressMap, B256, B256Map, KECCAK_EMPTY, StorageKeyMap, U256, keccak256,
    },
    state::{Account, AccountInfo, Bytecode},
};

use crate::history::{History, Undo};

#[derive(Debug, Default)]
struct Entry {
    /// Its `code` is `None`: code is kept by hash.
    info: AccountInfo,
    /// Slots that are not zero.
    storage: StorageKeyMap<U256>,
}

/// The state of the chain, with what is needed to undo its changes.
#[derive(Debug)]
pub(crate) struct State {
    accounts: AddressMap<Entry>,
    /// Code by hash. It is never removed: a revert keeps it for the next deployment of the same.
    code: B256Map<Bytecode>,
    /// Hashes of all blocks.
    pub(crate) block_hashes: Vec<B256>,
    pub(crate) history: History,
}

impl State {
    pub(crate) fn new(history: u64) -> Self {
        Self {
            accounts: AddressMap::default(),
            code: B256Map::default(),
            block_hashes: Vec::new(),
            history: History::new(history),
        }
    }

    /// An account as it is now, without code; the empty one if there is none.
    pub(crate) fn account(&self, address: Address) -> AccountInfo {
        self.accounts.get(&address).map_or_else(
            || AccountInfo::default().without_code(),
            |entry| entry.info.clone(),
        )
    }

    /// A slot as it is now.
    pub(crate) fn slot(&self, address: Address, key: U256) -> U256 {
        let entry = self.accounts.get(&address);
        entry
            .and_then(|entry| entry.storage.get(&key))
            .copied()
            .unwrap_or_default()
    }

    /// All accounts, without code, each with its slots that are not zero.
    pub(crate) fn accounts(
        &self,
    ) -> impl Iterator<Item = (Address, &AccountInfo, &StorageKeyMap<U256>)> {
        self.accounts
            .iter()
            .map(|(address, entry)| (*address, &entry.info, &entry.storage))
    }

    pub(crate) fn set_account(&mut self, address: Address, mut info: AccountInfo) {
        if let Some(code) = info.code.take()
            && info.code_hash != KECCAK_EMPTY
        {
            self.code.entry(info.code_hash).or_insert(code);
        }
        let known = self.accounts.get(&address);
        if known.is_some_and(|entry| entry.info == info) {
            return;
        }
        self.history
            .open()
            .note_account(address, || known.map(|entry| entry.info.clone()));
        self.accounts.entry(address).or_default().info = info;
    }

    pub(crate) fn set_slot(&mut self, address: Address, key: U256, value: U256) {
        let before = self.slot(address, key);
        if before == value {
            return;
        }
        let undo = self.history.open();
        if !self.accounts.contains_key(&address) {
            undo.note_account(address, || None);
        }
        undo.note_slot(address, key, before);
        write_slot(
            &mut self.accounts.entry(address).or_default().storage,
            key,
            value,
        );
    }

    fn clear_storage(&mut self, address: Address) {
        let Some(entry) = self.accounts.get_mut(&address) else {
            return;
        };
        let undo = self.history.open();
        for (key, before) in std::mem::take(&mut entry.storage) {
            undo.note_slot(address, key, before);
        }
    }

    fn remove(&mut self, address: Address) {
        self.clear_storage(address);
        if let Some(entry) = self.accounts.remove(&address) {
            self.history
                .open()
                .note_account(address, || Some(entry.info));
        }
    }

    /// Undoes everything from `position` on.
    pub(crate) fn rewind(&mut self, position: u64) {
        while let Some(undo) = self.history.pop(position) {
            for (address, before) in undo.accounts {
                match before {
                    Some(info) => self.accounts.entry(address).or_default().info = info,
                    None => drop(self.accounts.remove(&address)),
                }
            }
            for (address, slots) in undo.slots {
                let Some(entry) = self.accounts.get_mut(&address) else {
                    continue;
                };
                for (key, before) in slots {
                    write_slot(&mut entry.storage, key, before);
                }
            }
        }
    }

    /// Accounts, slots and undo values that are held.
    pub(crate) fn len(&self) -> (usize, usize, usize) {
        let slots = self
            .accounts
            .values()
            .map(|entry| entry.storage.len())
            .sum();
        (self.accounts.len(), slots, self.history.len())
    }
}

fn write_slot(storage: &mut StorageKeyMap<U256>, key: U256, value: U256) {
    if value.is_zero() {
        storage.remove(&key);
    } else {
        storage.insert(key, value);
    }
}

impl DatabaseCommit for State {
    fn commit(&mut self, changes: AddressMap<Account>) {
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            if account.is_selfdestructed() {
                self.remove(address);
                continue;
            }
            if account.is_created() {
                self.clear_storage(address);
            }
            let empty = account.info.is_empty();
            self.set_account(address, account.info);
            for (key, slot) in account.storage {
                if slot.is_changed() {
                    self.set_slot(address, key, slot.present_value());
                }
            }
            // EIP-161: an empty account is none
            if empty
                && self
                    .accounts
                    .get(&address)
                    .is_some_and(|entry| entry.storage.is_empty())
            {
                self.remove(address);
            }
        }
    }
}

impl DatabaseRef for State {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.accounts.get(&address).map(|entry| entry.info.clone()))
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, Infallible> {
        Ok(self.code.get(&hash).cloned().unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Infallible> {
        Ok(self.slot(address, key))
    }

    /// An L2 block's hash; of other numbers, that is of L1's, a made-up one.
    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        let known = usize::try_from(number)
            .ok()
            .and_then(|index| self.block_hashes.get(index));
        Ok(known
            .copied()
            .unwrap_or_else(|| keccak256(number.to_be_bytes())))
    }
}

/// The state after some block, or after the transactions that wait for the next one.
#[derive(Debug)]
pub struct View<'a>(Kind<'a>);

#[derive(Debug)]
enum Kind<'a> {
    Head(&'a State),
    /// With the values before what has changed since.
    Past(&'a State, Box<Undo>),
    Pending(Box<CacheDB<&'a State>>),
}

impl<'a> View<'a> {
    pub(crate) const fn head(state: &'a State) -> Self {
        Self(Kind::Head(state))
    }

    /// As it was after `block`, which is not below the history's floor.
    pub(crate) fn past(state: &'a State, block: u64) -> Self {
        Self(Kind::Past(state, Box::new(state.history.since(block))))
    }

    pub(crate) fn pending(pending: CacheDB<&'a State>) -> Self {
        Self(Kind::Pending(Box::new(pending)))
    }
}

impl DatabaseRef for View<'_> {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        match &self.0 {
            Kind::Head(head) => head.basic_ref(address),
            Kind::Past(head, undo) => match undo.accounts.get(&address) {
                Some(before) => Ok(before.clone()),
                None => head.basic_ref(address),
            },
            Kind::Pending(pending) => pending.basic_ref(address),
        }
    }

    fn code_by_hash_ref(&self, hash: B256) -> Result<Bytecode, Infallible> {
        match &self.0 {
            Kind::Head(head) | Kind::Past(head, _) => head.code_by_hash_ref(hash),
            Kind::Pending(pending) => pending.code_by_hash_ref(hash),
        }
    }

    fn storage_ref(&self, address: Address, key: U256) -> Result<U256, Infallible> {
        match &self.0 {
            Kind::Head(head) => head.storage_ref(address, key),
            Kind::Past(head, undo) => {
                match undo.slots.get(&address).and_then(|slots| slots.get(&key)) {
                    Some(before) => Ok(*before),
                    None => head.storage_ref(address, key),
                }
            }
            Kind::Pending(pending) => pending.storage_ref(address, key),
        }
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Infallible> {
        match &self.0 {
            Kind::Head(head) | Kind::Past(head, _) => head.block_hash_ref(number),
            Kind::Pending(pending) => pending.block_hash_ref(number),
        }
    }
}
