//! What only a test may do.
//!
//! Changes of the state are those of the newest block: a call after it sees them, a call after an
//! older block does not. They do not change its hash.

use alloy::primitives::{Address, B256, Bytes, U256};
use devnode_evm::arbos::{ARBOS_ADDRESS, ProgramRecord, StylusParams, params_slot, program_slot};
use revm::state::{AccountInfo, Bytecode};

use crate::{ControlError, Devnode, clock::L1Clock};

impl Devnode {
    /// Sets an account's wei.
    pub fn set_balance(&mut self, address: Address, balance: U256) {
        let info = self.state.account(address);
        self.write_account(address, AccountInfo { balance, ..info });
    }

    /// Sets an account's nonce. The pool drops what is below.
    pub fn set_nonce(&mut self, address: Address, nonce: u64) {
        let info = self.state.account(address);
        self.write_account(address, AccountInfo { nonce, ..info });
        let state = &self.state;
        self.pool.prune(|sender| state.account(sender).nonce);
    }

    /// Sets an account's code: EVM's, a Stylus program's, an EIP-7702 delegation, or none.
    ///
    /// # Errors
    /// If it is a malformed delegation.
    pub fn set_code(&mut self, address: Address, code: Bytes) -> Result<(), ControlError> {
        let code = Bytecode::new_raw_checked(code)
            .map_err(|error| ControlError::Code(error.to_string()))?;
        let mut info = self.state.account(address);
        info.set_code(code);
        self.write_account(address, info);
        Ok(())
    }

    /// Sets a storage slot.
    pub fn set_storage_at(&mut self, address: Address, key: U256, value: U256) {
        self.state.set_slot(address, key, value);
    }

    /// The chain's Stylus parameters.
    pub fn stylus_params(&self) -> StylusParams {
        StylusParams::from_word(self.state.slot(ARBOS_ADDRESS, params_slot()))
    }

    /// Sets the chain's Stylus parameters. With a higher version, every program of an older one
    /// stops, as after an ArbOS upgrade.
    pub fn set_stylus_params(&mut self, params: &StylusParams) {
        self.set_storage_at(ARBOS_ADDRESS, params_slot(), params.to_word());
    }

    /// What the chain knows of the program with this code hash.
    pub fn program_record(&self, code_hash: B256) -> ProgramRecord {
        ProgramRecord::from_word(self.state.slot(ARBOS_ADDRESS, program_slot(code_hash)))
    }

    /// Sets what the chain knows of a program: its age, say, so that it expires.
    pub fn set_program_record(&mut self, code_hash: B256, record: &ProgramRecord) {
        self.set_storage_at(ARBOS_ADDRESS, program_slot(code_hash), record.to_word());
    }

    /// Lets unsigned transactions of an account through; it may be a contract.
    pub fn impersonate(&mut self, address: Address) {
        self.impersonated.insert(address);
    }

    /// Ends [`Self::impersonate`].
    pub fn stop_impersonating(&mut self, address: Address) {
        self.impersonated.remove(&address);
    }

    /// Lets unsigned transactions of every account through, or no longer.
    pub fn impersonate_all(&mut self, on: bool) {
        self.impersonate_all = on;
    }

    /// Is a block mined for each transaction?
    pub const fn automine(&self) -> bool {
        self.automine
    }

    /// Mine a block for each transaction from now on, or only when told. What is in the pool stays
    /// there.
    pub const fn set_automine(&mut self, on: bool) {
        self.automine = on;
    }

    /// Wei per gas in the next block.
    pub const fn base_fee(&self) -> u64 {
        self.base_fee
    }

    /// Sets the base fee from the next block on.
    pub const fn set_base_fee(&mut self, wei_per_gas: u64) {
        self.base_fee = wei_per_gas;
    }

    /// Sets what `NUMBER` gives from the next block on; it goes on counting by time from there.
    pub fn set_l1_block_number(&mut self, number: u64) {
        let since = self.time.peek(self.head().timestamp());
        self.l1 = L1Clock { number, since };
    }

    /// The timestamp that a block mined now would have.
    pub fn next_timestamp(&self) -> u64 {
        self.next_env().timestamp
    }

    /// Sets the timestamp of the next block. With [`Clock::Wall`](crate::Clock::Wall) the clock goes on from it.
    ///
    /// # Errors
    /// If it is before the newest block's.
    pub fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), ControlError> {
        self.time.set_next(timestamp, self.head().timestamp())
    }

    /// Makes it `secs` later: the next block, and those after it.
    pub fn increase_time(&mut self, secs: u64) {
        self.time.increase(secs);
    }

    /// Sets the time. With [`Clock::Step`](crate::Clock::Step) the next block has this timestamp,
    /// with [`Clock::Wall`](crate::Clock::Wall) the clock goes on from it.
    ///
    /// # Errors
    /// If it is before the newest block's.
    pub fn set_time(&mut self, timestamp: u64) -> Result<(), ControlError> {
        self.time.set(timestamp, self.head().timestamp())
    }

    fn write_account(&mut self, address: Address, info: AccountInfo) {
        self.state.set_account(address, info);
    }
}
