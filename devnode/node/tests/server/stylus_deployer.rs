//! The stand-in for StylusDeployer, as `cargo stylus deploy` calls it.

use alloy::{
    primitives::{Address, B256, Bytes, U256, hex, keccak256},
    rpc::types::TransactionRequest,
    sol,
    sol_types::{SolCall, SolError, SolEvent},
};
use devnode::{Receipt, STYLUS_DEPLOYER, arbos::ArbWasm};

use crate::{
    common::{ALICE, LATEST, REVERTER, balance, init, run, stored, with_data, word},
    predeploys::{init_code, node, refusal},
};

sol! {
    event ContractDeployed(address deployedContract);
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        public payable returns (address);
    error ContractDeploymentError(bytes bytecode);
    error ContractInitializationError(address newContract, bytes data);
    error EmptyBytecode();
    error InitValueButNotInitData();
}

const ETHER: u64 = 1_000_000_000_000_000_000;

fn deploy(init_data: Bytes, init_value: u64, salt: B256) -> TransactionRequest {
    let call = deployCall {
        bytecode: init_code(),
        initData: init_data,
        initValue: U256::from(init_value),
        salt,
    };
    with_data(STYLUS_DEPLOYER, call.abi_encode()).value(U256::from(ETHER))
}

fn deployed(receipt: &Receipt) -> Address {
    assert!(receipt.status());
    let mut events = receipt
        .logs()
        .iter()
        .filter_map(|log| ContractDeployed::decode_log(&log.inner).ok());
    let event = events.next().unwrap();
    assert_eq!(event.address, STYLUS_DEPLOYER);
    event.deployedContract
}

#[test]
fn a_constructor_runs_in_the_transaction_that_deploys() {
    let mut node = node();
    let before = balance(&node, ALICE, LATEST);
    let receipt = run(&mut node, deploy(word(42), 5, B256::ZERO));
    let program = deployed(&receipt);
    assert_eq!(program, STYLUS_DEPLOYER.create(1));
    assert_eq!(stored(&node, program, LATEST), U256::from(42));
    assert_eq!(balance(&node, program, LATEST), U256::from(5));
    assert_eq!(balance(&node, STYLUS_DEPLOYER, LATEST), U256::ZERO);

    // gas, the value, and the data fee of the activation are all that it cost
    let activated = receipt
        .logs()
        .iter()
        .find_map(|log| ArbWasm::ProgramActivated::decode_log(&log.inner).ok());
    let gas = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    let after = balance(&node, ALICE, LATEST);
    assert_eq!(
        before - after,
        gas + U256::from(5) + activated.unwrap().dataFee
    );

    // the same code again is active already
    let again = run(&mut node, deploy(word(7), 0, B256::ZERO));
    assert_ne!(deployed(&again), program);
    assert_eq!(stored(&node, deployed(&again), LATEST), U256::from(7));
    assert!(
        again
            .logs()
            .iter()
            .all(|log| ArbWasm::ProgramActivated::decode_log(&log.inner).is_err())
    );
}

#[test]
fn a_salt_and_the_constructor_arguments_make_the_address() {
    let mut node = node();
    let salt = B256::repeat_byte(9);
    let program = deployed(&run(&mut node, deploy(word(1), 0, salt)));
    let mixed = keccak256([salt.as_slice(), &word(1)].concat());
    assert_eq!(
        program,
        STYLUS_DEPLOYER.create2_from_code(mixed, init_code())
    );
    let taken = refusal(&node, &deploy(word(1), 0, salt));
    assert_eq!(taken[..4], ContractDeploymentError::SELECTOR);
    let other = deployed(&run(&mut node, deploy(word(2), 0, salt)));
    assert_ne!(other, program);
}

#[test]
fn without_constructor_nothing_is_called() {
    let mut node = node();
    let program = deployed(&run(&mut node, deploy(Bytes::new(), 0, B256::ZERO)));
    assert_eq!(stored(&node, program, LATEST), U256::ZERO);
    let evm = deployCall {
        bytecode: init(&[0x00]),
        initData: Bytes::new(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    let contract = deployed(&run(
        &mut node,
        with_data(STYLUS_DEPLOYER, evm.abi_encode()),
    ));
    assert_eq!(node.code(contract, LATEST).unwrap()[..], [0x00]);
}

#[test]
fn bad_deployments_are_refused_with_their_errors() {
    let node = node();
    let value = refusal(&node, &deploy(Bytes::new(), 1, B256::ZERO));
    assert_eq!(value, InitValueButNotInitData {}.abi_encode());
    let call = |bytecode: Bytes, init_data: &[u8]| {
        let call = deployCall {
            bytecode,
            initData: init_data.to_vec().into(),
            initValue: U256::ZERO,
            salt: B256::ZERO,
        };
        with_data(STYLUS_DEPLOYER, call.abi_encode())
    };
    let empty = refusal(&node, &call(Bytes::new(), b""));
    assert_eq!(empty, EmptyBytecode {}.abi_encode());
    let failed = refusal(&node, &call(hex!("5f5ffd").into(), b""));
    let bytecode = hex!("5f5ffd").into();
    assert_eq!(failed, ContractDeploymentError { bytecode }.abi_encode());
    let reverts = refusal(&node, &call(init(REVERTER), b"why"));
    let why = ContractInitializationError {
        newContract: STYLUS_DEPLOYER.create(1),
        data: b"why".into(),
    };
    assert_eq!(reverts, why.abi_encode());
    let poor = refusal(&node, &deploy(word(1), 0, B256::ZERO).value(U256::ONE));
    assert_eq!(poor[..4], ArbWasm::ProgramInsufficientValue::SELECTOR);
}
