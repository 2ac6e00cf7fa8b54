//! Session key data, against words written by hand, the programs' decoders and Biconomy's client.

use alloy::primitives::{Address, B256, Bytes, FixedBytes, I256, U256, address, hex, keccak256};
use session_core::rules::{
    Rules, abi, dex_swap, erc20_approval, erc20_stake, erc20_transfer, erc1155_mint,
};
use session_keys::session_data::{
    AbiRule, AbiRules, Condition, DEPOSIT, DexSwap, Erc20Approval, Erc20Stake, Erc20Transfer,
    Erc1155Mint, STAKE, SUPPLY, SessionDataError, Value,
};

const KEY: Address = Address::repeat_byte(0xa1);
const CONTRACT: Address = Address::repeat_byte(0xa2);
const OTHER: Address = Address::repeat_byte(0xa3);
const TOKEN: Address = Address::repeat_byte(0xa4);

/// Addresses and numbers, each in a word.
fn words(fields: &[&[u8]]) -> Bytes {
    let words: Vec<_> = fields
        .iter()
        .map(|field| B256::left_padding_from(field))
        .collect();
    words.concat().into()
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
    assert_eq!(
        SUPPLY,
        keccak256("supply(address,uint256,address,uint16)")[..4]
    );
    let withdraw = FixedBytes(hex!("69328dec"));
    for selector in [STAKE, DEPOSIT, SUPPLY, withdraw, FixedBytes::ZERO] {
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
    let supply = Erc20Stake::supply(KEY, CONTRACT, TOKEN, OTHER, U256::from(5));
    assert!(stake.encode().is_ok() && deposit.encode().is_ok() && supply.encode().is_ok());
    assert_eq!((supply.selector, supply.staking), (SUPPLY, CONTRACT));
    assert_eq!((supply.token, supply.on_behalf_of), (TOKEN, OTHER));
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
        selector: withdraw,
        ..stake
    };
    let error = SessionDataError::UnknownSelector { selector: withdraw };
    assert_eq!(unknown.encode(), Err(error));
}

#[test]
fn erc20_transfers() {
    let grant = Erc20Transfer {
        session_key: KEY,
        token: TOKEN,
        recipient: OTHER,
        max_amount: U256::from(0x1234),
    };
    let raw = words(&[&KEY[..], &TOKEN[..], &OTHER[..], &[0x12, 0x34]]);
    same_refusals::<erc20_transfer::Grant<'_>>(&Ok(grant.encode()), &raw);
}

#[test]
fn erc1155_mints() {
    let grant = Erc1155Mint {
        session_key: KEY,
        nft: CONTRACT,
        recipient: OTHER,
        token_id: U256::from(0x1234),
    };
    let raw = words(&[&KEY[..], &CONTRACT[..], &OTHER[..], &[0x12, 0x34]]);
    same_refusals::<erc1155_mint::Grant<'_>>(&Ok(grant.encode()), &raw);
}

/// By `getSessionDatum` of @biconomy/account 4.6.3, with the fields of its unit test. The second offset is no argument's.
#[test]
fn abi_rules_by_biconomys_client() {
    let recipient = address!("3079B249DFDE4692D7844aA261f8cf7D927A0DA5");
    let amount = U256::from(10_000_000);
    let grant = AbiRules {
        session_key: address!("FA66E705cf2582cF56528386Bb9dFCA119767262"),
        contract: address!("747A4168DB14F57871fa8cda8B5455D8C2a8e90a"),
        selector: FixedBytes(hex!("a9059cbb")),
        max_value: amount,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, recipient).unwrap(),
            AbiRule {
                offset: 1,
                condition: Condition::AtMost,
                reference: amount.into(),
            },
        ],
    };
    let expected = hex!(
        "FA66E705cf2582cF56528386Bb9dFCA119767262747A4168DB14F57871fa8cda8B5455D8C2a8e90aa9059cbb000000000000000000000000009896800002"
        "0000000000000000000000000000003079b249dfde4692d7844aa261f8cf7d927a0da5"
        "0001010000000000000000000000000000000000000000000000000000000000989680"
    );
    assert_eq!(grant.encode().unwrap(), Bytes::from(expected));
}

fn abi_rules(max_value: U256, rules: Vec<AbiRule>) -> AbiRules {
    AbiRules {
        session_key: KEY,
        contract: CONTRACT,
        selector: FixedBytes([1, 2, 3, 4]),
        max_value,
        rules,
    }
}

#[test]
fn programs_decode_abi_rules() {
    let conditions = [
        Condition::Equal,
        Condition::AtMost,
        Condition::Less,
        Condition::AtLeast,
        Condition::More,
        Condition::NotEqual,
    ];
    let rules: Vec<_> = conditions
        .into_iter()
        .enumerate()
        .map(|(index, condition)| AbiRule::argument(index, condition, 7).unwrap())
        .collect();
    let encoded = abi_rules(U256::from(u128::MAX), rules).encode().unwrap();
    let grant = abi::Grant::decode(&encoded).unwrap();
    assert_eq!(grant.session_key, &KEY);
    assert_eq!(grant.contract, &CONTRACT);
    assert_eq!(grant.selector, &[1, 2, 3, 4]);
    assert_eq!(grant.max_value, &[0xff; 16]);
    assert_eq!(grant.rule_count, 6);
    let (rules, rest) = grant.rules.as_chunks::<35>();
    assert!(rest.is_empty());
    for (index, rule) in (0..).zip(rules) {
        assert_eq!(rule[..3], [0, 32 * index, index]);
        assert_eq!(rule[3..], *B256::with_last_byte(7));
    }
}

/// Never zeros where something was meant (7.2-G).
#[test]
fn values_are_words_as_solc_makes_them() {
    let last = B256::with_last_byte;
    let words: [(Value, B256); 9] = [
        (true.into(), last(1)),
        (false.into(), B256::ZERO),
        (0x12.into(), last(0x12)),
        (U256::MAX.into(), B256::repeat_byte(0xff)),
        (I256::MINUS_ONE.into(), B256::repeat_byte(0xff)),
        (I256::ONE.into(), last(1)),
        (I256::MIN.into(), B256::right_padding_from(&[0x80])),
        (OTHER.into(), B256::left_padding_from(&[0xa3; 20])),
        (B256::repeat_byte(9).into(), B256::repeat_byte(9)),
    ];
    for (value, word) in words {
        assert_eq!(value.word(), word, "{value:?}");
        let rule = AbiRule::argument(1, Condition::Equal, value).unwrap();
        let encoded = abi_rules(U256::ZERO, vec![rule]).encode().unwrap();
        assert_eq!(encoded[62..], [&[0, 32, 0][..], &word[..]].concat());
    }
}

#[test]
fn abi_rules_that_are_refused() {
    let max_value = U256::from(u128::MAX) + U256::ONE;
    let wide = abi_rules(max_value, vec![]).encode();
    assert_eq!(wide, Err(SessionDataError::MaxValue { max_value }));

    let rule = AbiRule::argument(0, Condition::Equal, true).unwrap();
    assert!(abi_rules(U256::ZERO, vec![rule; 0xffff]).encode().is_ok());
    let many = abi_rules(U256::ZERO, vec![rule; 0x1_0000]).encode();
    assert_eq!(
        many,
        Err(SessionDataError::TooManyRules { rules: 0x1_0000 })
    );

    for argument in [2048, usize::MAX] {
        let far = AbiRule::argument(argument, Condition::Equal, true);
        assert_eq!(far, Err(SessionDataError::FarArgument { argument }));
    }
    let last = AbiRule::argument(2047, Condition::Equal, true).unwrap();
    assert_eq!(last.offset, 65_504);

    for condition in [
        Condition::AtMost,
        Condition::Less,
        Condition::AtLeast,
        Condition::More,
    ] {
        let signed = AbiRule::argument(0, condition, I256::ONE).unwrap();
        let error = SessionDataError::SignedOrder { rule: 1, condition };
        let refused = abi_rules(U256::ZERO, vec![rule, signed]).encode();
        assert_eq!(refused, Err(error));
    }
    for condition in [Condition::Equal, Condition::NotEqual] {
        let signed = AbiRule::argument(0, condition, I256::ONE).unwrap();
        assert!(abi_rules(U256::ZERO, vec![signed]).encode().is_ok());
    }
}

/// Which field, what was expected, what to do.
#[test]
fn refusals_help() {
    for (error, field) in [
        (SessionDataError::ZeroSpender, "spender"),
        (SessionDataError::ZeroMinOut, "min_out_num and min_out_den"),
        (
            SessionDataError::SpecialRecipient { recipient: OTHER },
            "recipient",
        ),
        (
            SessionDataError::UnknownSelector {
                selector: FixedBytes::ZERO,
            },
            "selector",
        ),
        (SessionDataError::UnusedToken, "token"),
        (SessionDataError::UnusedOnBehalfOf, "on_behalf_of"),
        (
            SessionDataError::MaxValue {
                max_value: U256::MAX,
            },
            "max_value",
        ),
        (SessionDataError::TooManyRules { rules: 70_000 }, "rules"),
        (SessionDataError::FarArgument { argument: 9 }, "argument"),
        (
            SessionDataError::SignedOrder {
                rule: 3,
                condition: Condition::Less,
            },
            "rules[3]",
        ),
    ] {
        let text = error.to_string();
        let expected = format!("{field}: expected ");
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.contains(". "), "{text}: what to do?");
    }
}
