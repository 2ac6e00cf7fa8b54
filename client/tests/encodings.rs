//! Calls and session key data, against words written by hand; dummy signatures against real ones.

mod common;

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, Signature, U256, address, hex, keccak256},
    signers::local::PrivateKeySigner,
    sol_types::SolEvent as _,
};
use common::sessions;
use session_core::{
    execution, proof,
    rules::{Rules, dex_swap, erc20_approval, erc20_stake},
    signature, user_op,
};
use session_keys::{
    Action, DUMMY_SIGNATURE, Deployment, Item, NativeKeccak, SessionKey, Tree, UserOp,
    calls::{self, SessionKeyManager},
    execute, execute_batch, manager_signature, router_signature,
    session_data::{DEPOSIT, DexSwap, Erc20Approval, Erc20Stake, STAKE, SessionDataError},
};

const KEY: Address = Address::repeat_byte(0xa1);
const CONTRACT: Address = Address::repeat_byte(0xa2);
const OTHER: Address = Address::repeat_byte(0xa3);

/// Addresses and numbers, each in a word.
fn words(fields: &[&[u8]]) -> Bytes {
    let words: Vec<_> = fields
        .iter()
        .map(|field| B256::left_padding_from(field))
        .collect();
    words.concat().into()
}

#[test]
fn calls_to_manager_and_account() {
    let (one, two) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let set = [&hex!("7cb64759")[..], &one[..]].concat();
    assert_eq!(calls::set_merkle_root(one), set);
    let head = [&hex!("84c0bced")[..], &one[..], &two[..]].concat();
    let tail = words(&[&[0x60], &[3], &[]]);
    let mut set_if = [&head[..], &tail[..]].concat();
    set_if[132..135].copy_from_slice(b"abc");
    assert_eq!(
        calls::set_merkle_root_if(one, two, Bytes::from_static(b"abc")),
        set_if
    );
    let enable = [&hex!("610b5925")[..], &words(&[&CONTRACT[..]])].concat();
    assert_eq!(calls::enable_module(CONTRACT), enable);
}

#[test]
fn topics_of_the_manager() {
    let updated = hex!("2d3b238aa223af835b06f5ddeb56c45951f7cf4a29ab728434765ef33cb7598f");
    let published = hex!("adc922d5934587ab4252ac855b87177c18c746f7bea5c8ada693fa238ba7a3c0");
    assert_eq!(
        SessionKeyManager::MerkleRootUpdated::SIGNATURE_HASH,
        updated
    );
    assert_eq!(
        SessionKeyManager::SessionsPublished::SIGNATURE_HASH,
        published
    );
}

#[test]
fn programs_decode_what_accounts_are_asked() {
    let action = |byte: u8| Action {
        to: Address::repeat_byte(byte),
        value: U256::from(byte),
        data: vec![byte; usize::from(byte)].into(),
    };
    let same = |decoded: execution::Action<'_>, action: &Action| {
        assert_eq!(decoded.to, &action.to);
        assert_eq!(decoded.value, &action.value.to_be_bytes());
        assert_eq!(decoded.data, &action.data[..]);
    };
    let call_data = execute(&action(5));
    let (selector, arguments) = execution::split(&call_data).unwrap();
    assert_eq!(*selector, execution::EXECUTE_OPTIMIZED);
    same(execution::execute(arguments).unwrap(), &action(5));
    let actions = [action(0), action(33), action(7)];
    let call_data = execute_batch(&actions);
    let (selector, arguments) = execution::split(&call_data).unwrap();
    assert_eq!(*selector, execution::EXECUTE_BATCH_OPTIMIZED);
    let batch = execution::Batch::decode(arguments).unwrap();
    assert_eq!(batch.check_len(3), Ok(3));
    for (index, action) in actions.iter().enumerate() {
        same(batch.action(index).unwrap(), action);
    }
}

#[test]
fn programs_decode_module_signatures() {
    let tree = Tree::new(sessions(5)).unwrap();
    let proofs: Vec<_> = (0..5).map(|index| tree.proof(index).unwrap()).collect();
    let same = |decoded: user_op::Session<'_>, index: usize| {
        let session = &tree.sessions()[index];
        assert_eq!(decoded.valid_until_secs, session.valid_until_secs);
        assert_eq!(decoded.valid_after_secs, session.valid_after_secs);
        assert_eq!(decoded.svm, &session.svm);
        assert_eq!(decoded.session_key_data, &session.session_key_data[..]);
        assert_eq!(
            proof::prove(&NativeKeccak, &tree.root(), &decoded),
            Ok(session.leaf().0)
        );
    };
    let encoded = manager_signature(&tree.sessions()[3], &proofs[3], b"signature").unwrap();
    let decoded = user_op::ManagerSignature::decode(&encoded).unwrap();
    same(decoded.session, 3);
    assert_eq!(decoded.session_key_signature, b"signature");

    let picked = [(4, &b"four"[..]), (0, b""), (4, b"again")];
    let items = picked.map(|(index, call_specific_data)| Item {
        session: &tree.sessions()[index],
        proof: &proofs[index],
        call_specific_data,
    });
    let encoded = router_signature(CONTRACT, &items, b"signature").unwrap();
    let mut items = Vec::new();
    let decoded = user_op::RouterSignature::decode(&encoded, |item| items.push(item)).unwrap();
    assert_eq!(decoded.manager, &CONTRACT);
    assert_eq!(decoded.session_key_signature, b"signature");
    assert_eq!(items.len(), 3);
    for (item, (index, call_specific_data)) in items.into_iter().zip(picked) {
        same(item.session, index);
        assert_eq!(item.call_specific_data, call_specific_data);
    }
}

/// Every field another value, by viem 2.57.20's `getUserOperationHash` for EntryPoint v0.6.
#[test]
fn user_op_hash_by_viem() {
    let op = UserOp {
        sender: Address::repeat_byte(1),
        nonce: U256::from(2),
        initCode: Bytes::from_static(&[3]),
        callData: Bytes::from_static(&[4]),
        callGasLimit: U256::from(5),
        verificationGasLimit: U256::from(6),
        preVerificationGas: U256::from(7),
        maxFeePerGas: U256::from(8),
        maxPriorityFeePerGas: U256::from(9),
        paymasterAndData: Bytes::from_static(&[10]),
        signature: Bytes::from_static(&[11]),
    };
    let entry_point = address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789");
    let expected = hex!("aea35d9c9ba18458f38d1f7f2608d25f32f2fdc02e0001337c8e2f2ae80c7684");
    assert_eq!(op.hash(entry_point, 42161), expected);
}

#[test]
fn dummy_signatures_have_the_shape_of_real_ones() {
    let key = SessionKey {
        signer: PrivateKeySigner::from_slice(&[0x11; 32]).unwrap(),
        deployment: Deployment {
            manager: Address::repeat_byte(1),
            router: Address::repeat_byte(2),
            entry_point: Address::repeat_byte(3),
            chain_id: 1,
        },
    };
    assert_eq!(
        key.address(),
        address!("19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A")
    );
    let tree = Tree::new(sessions(3)).unwrap();
    for (call_data, indices) in [
        (execute(&Action::default()), &[2][..]),
        (execute_batch(&[Action::default()]), &[0]),
        (
            execute_batch(&[Action::default(), Action::default()]),
            &[1, 1],
        ),
    ] {
        let mut real = UserOp {
            callData: call_data,
            ..UserOp::default()
        };
        let mut dummy = real.clone();
        key.sign(&tree, indices, &mut real).unwrap();
        key.sign_dummy(&tree, indices, &mut dummy).unwrap();
        let differing: Vec<_> = (0..real.signature.len())
            .filter(|at| real.signature[*at] != dummy.signature[*at])
            .collect();
        assert_eq!(real.signature.len(), dummy.signature.len());
        assert!(differing.last().unwrap() - differing[0] < 65);
    }
}

/// A program that reverts on a signature costs less than one that answers: the dummy must have a signer.
#[test]
fn the_dummy_signature_recovers() {
    assert!(DUMMY_SIGNATURE[32..64] <= signature::MAX_S[..]);
    let dummy = Signature::from_raw_array(&DUMMY_SIGNATURE).unwrap();
    for byte in 0..8 {
        assert!(
            dummy
                .recover_address_from_prehash(&B256::repeat_byte(byte))
                .is_ok()
        );
    }
}

/// Does the program take exactly what the client makes? `raw` are the grant's words, whatever the client says.
fn same_refusals<'a, R: Rules<'a>>(encoded: &Result<Bytes, SessionDataError>, raw: &'a Bytes) {
    assert_eq!(R::decode(raw).is_ok(), encoded.is_ok(), "{encoded:?}");
    if let Ok(encoded) = encoded {
        assert_eq!(encoded, raw);
    }
}

#[test]
fn erc20_approvals() {
    let grant = |spender| Erc20Approval {
        session_key: KEY,
        token: CONTRACT,
        spender,
        max_amount: U256::from(0x1234),
    };
    for spender in [OTHER, Address::with_last_byte(1), Address::ZERO] {
        let raw = words(&[&KEY[..], &CONTRACT[..], &spender[..], &[0x12, 0x34]]);
        same_refusals::<erc20_approval::Grant<'_>>(&grant(spender).encode(), &raw);
    }
    assert!(grant(OTHER).encode().is_ok());
    assert_eq!(
        grant(Address::ZERO).encode(),
        Err(SessionDataError::ZeroSpender)
    );
}

#[test]
fn dex_swaps() {
    let grant = |recipient, num: u8, den: u8| DexSwap {
        session_key: KEY,
        dex: CONTRACT,
        token_in: Address::repeat_byte(0xb1),
        token_out: Address::repeat_byte(0xb2),
        recipient,
        max_amount_in: U256::from(7),
        min_out_num: U256::from(num),
        min_out_den: U256::from(den),
    };
    let (token_in, token_out) = ([0xb1; 20], [0xb2; 20]);
    let small = [0, 1, 2, 3].map(Address::with_last_byte);
    for recipient in small.into_iter().chain([OTHER, CONTRACT]) {
        for (num, den) in [(8, 9), (0, 9), (8, 0), (0, 0)] {
            let raw = words(&[
                &KEY[..],
                &CONTRACT[..],
                &token_in,
                &token_out,
                &recipient[..],
                &[7],
                &[num],
                &[den],
            ]);
            let encoded = grant(recipient, num, den).encode();
            same_refusals::<dex_swap::Grant<'_>>(&encoded, &raw);
        }
    }
    assert!(grant(OTHER, 8, 9).encode().is_ok());
    let zero = Err(SessionDataError::ZeroMinOut);
    assert_eq!(grant(OTHER, 0, 9).encode(), zero);
    assert_eq!(grant(OTHER, 8, 0).encode(), zero);
    for recipient in small.into_iter().take(3).chain([CONTRACT]) {
        let special = Err(SessionDataError::SpecialRecipient { recipient });
        assert_eq!(grant(recipient, 8, 9).encode(), special);
    }
}

#[test]
fn erc20_stakes() {
    assert_eq!(STAKE, keccak256("stake(uint256)")[..4]);
    assert_eq!(DEPOSIT, keccak256("deposit(uint256,address)")[..4]);
    let supply = FixedBytes(hex!("617ba037"));
    for selector in [STAKE, DEPOSIT, supply, FixedBytes::ZERO] {
        for token in [Address::ZERO, OTHER] {
            for on_behalf_of in [Address::ZERO, OTHER] {
                let grant = Erc20Stake {
                    session_key: KEY,
                    staking: CONTRACT,
                    token,
                    on_behalf_of,
                    max_amount: U256::from(5),
                    selector,
                };
                let last = [&selector[..], &[0; 28]].concat();
                let raw = words(&[
                    &KEY[..],
                    &CONTRACT[..],
                    &token[..],
                    &on_behalf_of[..],
                    &[5],
                    &last,
                ]);
                same_refusals::<erc20_stake::Grant<'_>>(&grant.encode(), &raw);
            }
        }
    }
    let stake = Erc20Stake::stake(KEY, CONTRACT, U256::from(5));
    let deposit = Erc20Stake::deposit(KEY, CONTRACT, OTHER, U256::from(5));
    assert!(stake.encode().is_ok() && deposit.encode().is_ok());
    assert_eq!((stake.selector, deposit.selector), (STAKE, DEPOSIT));
    assert_eq!((deposit.on_behalf_of, deposit.staking), (OTHER, CONTRACT));

    let token = |grant: &Erc20Stake| {
        Erc20Stake {
            token: OTHER,
            ..grant.clone()
        }
        .encode()
    };
    assert_eq!(token(&stake), Err(SessionDataError::UnusedToken));
    assert_eq!(token(&deposit), Err(SessionDataError::UnusedToken));
    let credit = Erc20Stake {
        on_behalf_of: OTHER,
        ..stake.clone()
    };
    assert_eq!(credit.encode(), Err(SessionDataError::UnusedOnBehalfOf));
    let unknown = Erc20Stake {
        selector: supply,
        ..stake
    };
    let error = SessionDataError::UnknownSelector { selector: supply };
    assert_eq!(unknown.encode(), Err(error));
}
