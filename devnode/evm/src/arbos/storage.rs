//! Where ArbOS keeps its words: Nitro's tree of storage spaces in one account.

use revm::{
    Database, Journal,
    context::JournalTr,
    primitives::{Address, B256, U256, address, keccak256},
};

/// The account whose storage is the state of ArbOS. Its nonce is 1, so that it never counts as
/// empty (EIP-161).
pub const ARBOS_ADDRESS: Address = address!("A4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");

/// A node of the tree: the key that its slots and children are hashed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Space(Option<B256>);

impl Space {
    /// The root, whose key is empty.
    pub(crate) const ROOT: Self = Self(None);

    fn hash(self, tail: &[u8]) -> B256 {
        match self.0 {
            None => keccak256(tail),
            Some(key) => keccak256([key.as_slice(), tail].concat()),
        }
    }

    /// The child `id`: keccak(key ++ id).
    pub(crate) fn child(self, id: u8) -> Self {
        Self(Some(self.hash(&[id])))
    }

    /// Where the word `key` of this space lies in the account: the last byte of the key is kept,
    /// what is before it is hashed, so that 256 neighbours stay together.
    pub(crate) fn slot(self, key: B256) -> U256 {
        let mut slot = self.hash(&key[..31]);
        slot[31] = key[31];
        slot.into()
    }

    /// [`slot`](Self::slot) of a small number.
    pub(crate) fn slot_at(self, index: u64) -> U256 {
        self.slot(B256::from(U256::from(index)))
    }
}

/// Reads and writes words of [`ARBOS_ADDRESS`].
pub(crate) trait Store {
    /// What may go wrong.
    type Error;

    /// The word at `slot`.
    fn get(&mut self, slot: U256) -> Result<U256, Self::Error>;

    /// Writes the word at `slot`.
    fn set(&mut self, slot: U256, word: U256) -> Result<(), Self::Error>;
}

/// Without gas: what the chain itself does.
impl<DB: Database> Store for Journal<DB> {
    type Error = DB::Error;

    fn get(&mut self, slot: U256) -> Result<U256, DB::Error> {
        // Past the journal's access list: what the chain reads for itself warms nothing.
        let account = self.inner.state.get(&ARBOS_ADDRESS);
        match account.and_then(|account| account.storage.get(&slot)) {
            Some(slot) => Ok(slot.present_value),
            None => self.database.storage(ARBOS_ADDRESS, slot),
        }
    }

    fn set(&mut self, slot: U256, word: U256) -> Result<(), DB::Error> {
        self.load_account(ARBOS_ADDRESS)?;
        self.sstore(ARBOS_ADDRESS, slot, word)?;
        Ok(())
    }
}

/// A set of addresses: its size at 0, its members from 1 on, and in child 0 each member's place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddressSet(pub(crate) Space);

impl AddressSet {
    fn place(self, member: Address) -> U256 {
        self.0.child(0).slot(member.into_word())
    }

    fn size<S: Store>(self, store: &mut S) -> Result<u64, S::Error> {
        Ok(store.get(self.0.slot_at(0))?.saturating_to())
    }

    /// Is `member` in it?
    pub(crate) fn contains<S: Store>(
        self,
        store: &mut S,
        member: Address,
    ) -> Result<bool, S::Error> {
        Ok(!store.get(self.place(member))?.is_zero())
    }

    /// The members, at most 65,536.
    pub(crate) fn members<S: Store>(self, store: &mut S) -> Result<Vec<Address>, S::Error> {
        let size = self.size(store)?.min(65_536);
        (1..=size)
            .map(|index| Ok(Address::from_word(store.get(self.0.slot_at(index))?.into())))
            .collect()
    }

    /// Adds a member; nothing happens if it is in already.
    pub(crate) fn insert<S: Store>(self, store: &mut S, member: Address) -> Result<(), S::Error> {
        if self.contains(store, member)? {
            return Ok(());
        }
        let size = self.size(store)? + 1;
        store.set(self.place(member), U256::from(size))?;
        store.set(self.0.slot_at(size), member.into_word().into())?;
        self.size(store)?; // Nitro reads it once more, and charges for that
        store.set(self.0.slot_at(0), U256::from(size))
    }

    /// Removes a member; the last one takes its place.
    pub(crate) fn remove<S: Store>(self, store: &mut S, member: Address) -> Result<(), S::Error> {
        let place: u64 = store.get(self.place(member))?.saturating_to();
        if place == 0 {
            return Ok(());
        }
        store.set(self.place(member), U256::ZERO)?;
        let size = self.size(store)?;
        if place < size {
            let last = store.get(self.0.slot_at(size))?;
            store.set(self.0.slot_at(place), last)?;
            store.set(
                self.place(Address::from_word(last.into())),
                U256::from(place),
            )?;
        }
        store.set(self.0.slot_at(size), U256::ZERO)?;
        store.set(self.0.slot_at(0), U256::from(size.saturating_sub(1)))
    }
}
