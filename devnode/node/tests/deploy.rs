//! The CREATE2 factory and what is deployed.

mod common;

use alloy::primitives::{Address, B256, Bytes, U256, hex, keccak256};
use common::*;
use devnode::{CREATE2_FACTORY, CallError, ProgramError};

const SALT: B256 = B256::repeat_byte(0x5a);

fn factory_data(salt: B256, init: &[u8]) -> Bytes {
    [salt.as_slice(), init].concat().into()
}

#[test]
fn the_factory_deploys_to_the_address_it_returns() {
    let mut node = node();
    let init = init(STORE);
    let address = CREATE2_FACTORY.create2(SALT, keccak256(&init));
    let data = factory_data(SALT, &init);
    let answer = node
        .call(&with_data(CREATE2_FACTORY, data.clone()), LATEST)
        .unwrap();
    assert_eq!(answer[..], *address.as_slice(), "20 bytes, no word");

    let request = with_data(CREATE2_FACTORY, data).value(U256::from(12));
    assert!(run(&mut node, request.clone()).status());
    assert_eq!(node.code(address, LATEST).unwrap()[..], *STORE);
    assert_eq!(
        balance(&node, address, LATEST),
        U256::from(12),
        "the value goes on"
    );
    assert_eq!(balance(&node, CREATE2_FACTORY, LATEST), U256::ZERO);

    // again: there is a contract already
    let again = node.call(&request, LATEST).unwrap_err();
    assert_eq!(again.revert_data(), Some(&Bytes::new()));
}

#[test]
fn the_factory_reverts_without_data() {
    let node = node();
    // init code that reverts with a word of data
    let data = factory_data(SALT, &hex!("60205ffd"));
    let error = node
        .call(&with_data(CREATE2_FACTORY, data), LATEST)
        .unwrap_err();
    assert_eq!(error.revert_data(), Some(&Bytes::new()));
    // no salt: no deployment
    let error = node
        .call(&with_data(CREATE2_FACTORY, vec![0; 31]), LATEST)
        .unwrap_err();
    assert!(matches!(error, CallError::Halt { .. }));
}

#[test]
fn the_factory_deploys_nothing_from_a_salt_alone() {
    let node = node();
    let answer = node
        .call(&with_data(CREATE2_FACTORY, SALT.to_vec()), LATEST)
        .unwrap();
    assert_eq!(
        answer[..],
        *CREATE2_FACTORY.create2(SALT, keccak256([])).as_slice()
    );
}

#[test]
fn contracts_are_deployed_with_and_without_salt() {
    for mut node in [node(), manual()] {
        let plain = node.deploy(ALICE, init(STORE), None).unwrap();
        assert_eq!(plain, ALICE.create(0));
        let salted = node.deploy(ALICE, init(STORE), Some(SALT)).unwrap();
        assert_eq!(salted, CREATE2_FACTORY.create2_from_code(SALT, init(STORE)));
        for address in [plain, salted] {
            assert_eq!(node.code(address, LATEST).unwrap()[..], *STORE);
        }
        let again = node.deploy(ALICE, init(STORE), Some(SALT));
        assert_eq!(again, Err(ProgramError::Exists(salted)));
        let failing = node.deploy(ALICE, hex!("5f5ffd").into(), None);
        assert!(matches!(
            failing,
            Err(ProgramError::Call(CallError::Revert(_)))
        ));
        let stranger = node.deploy(Address::repeat_byte(9), init(STORE), None);
        assert!(matches!(stranger, Err(ProgramError::Refused(_))));
    }
}
