//! What ArbOS keeps, by name. Slots are Nitro's.

use revm::{
    Database, Journal,
    primitives::{B256, U256},
};

use super::{
    params::StylusParams,
    program::{Inactive, ProgramRecord},
    storage::{AddressSet, Space, Store},
};

/// ArbOS version, in the root.
pub(crate) fn version_slot() -> U256 {
    Space::ROOT.slot_at(0)
}

/// ArbOS version of a planned upgrade, in the root.
pub(crate) fn upgrade_version_slot() -> U256 {
    Space::ROOT.slot_at(1)
}

/// Second of a planned upgrade, in the root.
pub(crate) fn upgrade_time_slot() -> U256 {
    Space::ROOT.slot_at(2)
}

/// The account that fees go to, in the root.
pub(crate) fn network_fee_account_slot() -> U256 {
    Space::ROOT.slot_at(3)
}

/// The chain id, in the root.
pub(crate) fn chain_id_slot() -> U256 {
    Space::ROOT.slot_at(4)
}

/// Wei for a unit of L1 data.
pub(crate) fn l1_price_slot() -> U256 {
    Space::ROOT.child(0).slot_at(7)
}

/// Gas that the chain aims at a second.
pub(crate) fn speed_limit_slot() -> U256 {
    Space::ROOT.child(1).slot_at(0)
}

/// Gas that a block may use.
pub(crate) fn block_gas_limit_slot() -> U256 {
    Space::ROOT.child(1).slot_at(1)
}

/// The least wei for a unit of gas.
pub(crate) fn min_base_fee_slot() -> U256 {
    Space::ROOT.child(1).slot_at(3)
}

/// The chain owners.
pub(crate) fn chain_owners() -> AddressSet {
    AddressSet(Space::ROOT.child(4))
}

fn programs() -> Space {
    Space::ROOT.child(8)
}

/// The slot of [`StylusParams::to_word`] in [`ARBOS_ADDRESS`](super::ARBOS_ADDRESS).
pub fn params_slot() -> U256 {
    programs().child(0).slot_at(0)
}

/// The slot of [`ProgramRecord::to_word`] in [`ARBOS_ADDRESS`](super::ARBOS_ADDRESS).
pub fn program_slot(code_hash: B256) -> U256 {
    programs().child(1).slot(code_hash)
}

/// The hash of the module that a program was translated to.
pub(crate) fn module_hash_slot(code_hash: B256) -> U256 {
    programs().child(2).slot(code_hash)
}

/// A word of the data pricer: 0 demand, 1 bytes a second, 2 last update, 3 price, 4 inertia.
pub(crate) fn pricer_slot(index: u64) -> U256 {
    programs().child(3).slot_at(index)
}

/// Who may pin programs.
pub(crate) fn cache_managers() -> AddressSet {
    AddressSet(programs().child(4))
}

/// Gas that every activation costs in addition, from ArbOS 60 on.
pub(crate) fn activation_gas_slot() -> U256 {
    programs().child(5).slot_at(0)
}

/// The chain's Stylus parameters.
///
/// # Errors
/// The database's.
pub fn stylus_params<DB: Database>(journal: &mut Journal<DB>) -> Result<StylusParams, DB::Error> {
    Ok(StylusParams::from_word(journal.get(params_slot())?))
}

/// Sets the chain's Stylus parameters, as an ArbOS upgrade would: with a higher
/// [`version`](StylusParams::version), every program of an older one stops.
///
/// Nitro has no transaction for that: `ArbOwner.scheduleArbOSUpgrade` names an ArbOS version, and
/// the node's code does the rest at the given time. Here the node's test control calls this, on the
/// journal of an EVM that it then commits, or writes [`params_slot`] itself.
///
/// # Errors
/// The database's.
pub fn set_stylus_params<DB: Database>(
    journal: &mut Journal<DB>,
    params: &StylusParams,
) -> Result<(), DB::Error> {
    journal.set(params_slot(), params.to_word())
}

/// The record of the program with this code hash, active or not.
///
/// # Errors
/// The database's.
pub fn program_record<DB: Database>(
    journal: &mut Journal<DB>,
    code_hash: B256,
) -> Result<ProgramRecord, DB::Error> {
    Ok(ProgramRecord::from_word(
        journal.get(program_slot(code_hash))?,
    ))
}

/// Writes a program's record, for tests that need a certain one.
///
/// # Errors
/// The database's.
pub fn set_program_record<DB: Database>(
    journal: &mut Journal<DB>,
    code_hash: B256,
    record: &ProgramRecord,
) -> Result<(), DB::Error> {
    journal.set(program_slot(code_hash), record.to_word())
}

/// The record of the program with this code hash if it runs, or why it does not.
///
/// # Errors
/// The database's.
pub fn active_program<DB: Database>(
    journal: &mut Journal<DB>,
    code_hash: B256,
    params: &StylusParams,
    now_secs: u64,
) -> Result<Result<ProgramRecord, Inactive>, DB::Error> {
    Ok(program_record(journal, code_hash)?.active(params, now_secs))
}
