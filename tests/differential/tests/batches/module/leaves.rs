//! Sessions of all our SVMs, bounded or not.

use alloy::{
    primitives::{Address, Bytes, U256, aliases::U192},
    sol_types::SolCall,
};
use session_core::rules::erc1155_mint::MINT_TO;
use session_keys::{
    Session,
    session_data::{
        AbiRule, AbiRules, Bounds, Condition, Erc20Transfer, Erc1155Mint, Lane, PaymasterRule,
    },
};
use world::{A, MainJob, abi::Token};

use crate::{
    request::{LANE, MAX_FEE_WEI},
    scene::{Grant, Leaf, One},
};

/// Adds them, and some of all twice.
pub fn more_leaves(job: &mut MainJob, leaves: &mut Vec<Leaf>) {
    let [abi, mint, transfer] = ["abi", "erc1155-mint", "erc20-transfer"]
        .map(|program| job.world.deploy_program(program).unwrap());
    for (svm, data, call) in [abi_rules(job), one_mint(job), one_transfer(job)]
        .into_iter()
        .zip([abi, mint, transfer])
        .map(|((data, call), svm)| (svm, data, call))
    {
        leaves.push(Leaf {
            valid_until_secs: 0,
            valid_after_secs: 0,
            svm,
            data: data.to_vec(),
            proof: Vec::new(),
            grant: Grant::One(call),
        });
    }
    let plain = leaves.clone();
    let is_good = |leaf: &&Leaf| !matches!(leaf.grant, Grant::Malformed(_) | Grant::Forbidden(_));
    for (leaf, bounds) in plain.iter().filter(is_good).zip(bounds().iter().cycle()) {
        leaves.push(bound(leaf, bounds));
    }
    // Programs that are no SVMs, the module itself among them.
    let other = plain.last().unwrap();
    for svm in [job.programs.manager, job.programs.router, job.account] {
        let none = Leaf {
            svm,
            grant: Grant::Odd,
            ..other.clone()
        };
        leaves.push(bound(&none, &bounds()[0]));
    }
    // A second time, with another proof.
    let twice = leaves.iter().filter(is_good).step_by(3).cloned();
    leaves.extend(twice.collect::<Vec<_>>());
}

/// Each holds for some userOps and not for others, but for the first.
fn bounds() -> [Bounds; 7] {
    let none = Bounds {
        lane: None,
        paymaster: PaymasterRule::Any,
        max_op_cost_wei: 0,
        max_fee_per_gas_wei: 0,
        max_gas: 0,
        serves_several_actions: false,
    };
    let several = Bounds {
        serves_several_actions: true,
        ..none
    };
    let lane = Lane {
        key: U192::from(LANE),
        max_uses: 4,
    };
    let half_of_all_gas = 1 << 31;
    [
        none,
        several,
        Bounds {
            lane: Some(lane),
            ..several
        },
        Bounds {
            paymaster: PaymasterRule::Nobody,
            ..several
        },
        Bounds {
            max_fee_per_gas_wei: MAX_FEE_WEI.into(),
            ..several
        },
        Bounds {
            max_gas: half_of_all_gas,
            ..several
        },
        Bounds {
            max_op_cost_wei: u128::from(MAX_FEE_WEI * half_of_all_gas),
            ..several
        },
    ]
}

fn bound(leaf: &Leaf, bounds: &Bounds) -> Leaf {
    let session = Session {
        svm: leaf.svm,
        session_key_data: Bytes::copy_from_slice(&leaf.data),
        ..Session::default()
    };
    let wrapped = bounds.wrap(&session).unwrap();
    Leaf {
        svm: wrapped.svm,
        data: wrapped.session_key_data.to_vec(),
        ..leaf.clone()
    }
}

fn transfer(to: Address) -> Vec<u8> {
    let amount = A;
    Token::transferCall { to, amount }.abi_encode()
}

fn abi_rules(job: &MainJob) -> (Bytes, One) {
    let (to, contract) = (job.world.trader, job.world.token_b);
    let grant = AbiRules {
        session_key: job.key.address(),
        contract,
        selector: Token::transferCall::SELECTOR.into(),
        max_value: U256::ZERO,
        rules: vec![
            AbiRule::argument(0, Condition::Equal, to).unwrap(),
            AbiRule::argument(1, Condition::AtMost, A).unwrap(),
        ],
    };
    let data = transfer(to);
    (grant.encode().unwrap(), One { to: contract, data })
}

fn one_mint(job: &MainJob) -> (Bytes, One) {
    let (recipient, token_id) = (job.account, U256::from(7));
    let grant = Erc1155Mint {
        session_key: job.key.address(),
        nft: job.world.token_b,
        recipient,
        token_id,
    };
    let words = [recipient.into_word(), token_id.into(), U256::ONE.into()];
    let data = [&MINT_TO[..], words.concat().as_slice()].concat();
    let to = grant.nft;
    (grant.encode(), One { to, data })
}

fn one_transfer(job: &MainJob) -> (Bytes, One) {
    let (recipient, to) = (job.world.trader, job.world.token_b);
    let grant = Erc20Transfer {
        session_key: job.key.address(),
        token: to,
        recipient,
        max_amount: A,
    };
    let data = transfer(recipient);
    (grant.encode(), One { to, data })
}
