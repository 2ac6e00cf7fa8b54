//! The state before the first block.

use alloy::primitives::{Address, Bytes, address, hex};
use devnode_evm::arbos::Genesis;
use revm::state::{AccountInfo, Bytecode};

use crate::{NodeConfig, history::History, state::State};

/// The deterministic deployment proxy: calldata is a salt and init code, the answer the 20 bytes
/// of the new contract's address. Value goes to the contract; a failure reverts without data.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// Ours, of the same behaviour as the contract that public chains have there.
///
/// ```text
/// n := calldatasize - 32; calldatacopy(0, 32, n); at := create2(callvalue, 0, n, calldataload(0))
/// if !at { revert(0, 0) }; mstore(0, at << 96); return(0, 20)
/// ```
const CREATE2_FACTORY_CODE: [u8; 32] =
    hex!("602036038060205f375f35905f34f580601657" "5f5ffd5b60601b5f5260145ff3");

/// The state of block 0: ArbOS, the funded accounts, the CREATE2 factory.
pub(crate) fn state(config: &NodeConfig) -> State {
    let mut state = State::new(config.history);
    let mut arbos = Genesis::new(config.arb(), vec![config.owner.address()]);
    arbos.min_base_fee_wei = config.base_fee;
    for (address, info, words) in arbos.accounts() {
        state.set_account(address, info);
        for (key, value) in words {
            state.set_slot(address, key, value);
        }
    }
    for signer in config.accounts.iter().chain([&config.owner]) {
        state.set_account(signer.address(), AccountInfo::from_balance(config.balance));
    }
    let code = Bytecode::new_legacy(Bytes::from_static(&CREATE2_FACTORY_CODE));
    state.set_account(
        CREATE2_FACTORY,
        AccountInfo::from_bytecode(code).with_nonce(1),
    );
    state.history = History::new(config.history); // there is no state before
    state
}
