//! Stakes, deposits and supplies.

use alloy::{
    primitives::{Address, B256, U256},
    sol,
    sol_types::SolCall,
};
use session_keys::session_data::Erc20Stake;
use world::{abi::Vault, to};

use super::{AMOUNT, CONTRACT, Case, OTHER, RECIPIENT, TOKEN, also, argument, check, common, word};

sol! {
    function stake(uint256 amount);
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode);
}

#[test]
fn erc20_stake() {
    check(
        "erc20-stake",
        "IERC20StakeSVM",
        "ERC20STV Invalid Selector",
        |session_key| {
            let (staking, nobody) = (CONTRACT, Address::ZERO);
            let stake = Erc20Stake::stake(session_key, staking, AMOUNT);
            let deposit = Erc20Stake::deposit(session_key, staking, RECIPIENT, AMOUNT);
            let supply = Erc20Stake::supply(session_key, staking, TOKEN, RECIPIENT, AMOUNT);
            let by_stake = stakeCall { amount: AMOUNT };
            let by_deposit = Vault::depositCall {
                assets: AMOUNT,
                receiver: RECIPIENT,
            };
            let by_supply = supplyCall {
                asset: TOKEN,
                amount: AMOUNT,
                onBehalfOf: RECIPIENT,
                referralCode: u16::MAX,
            };
            let mut cases = Vec::new();
            for (grant, data, amount) in [
                (&stake, by_stake.abi_encode(), 0),
                (&deposit, by_deposit.abi_encode(), 0),
                (&supply, by_supply.abi_encode(), 1),
            ] {
                let (session, good) = (grant.encode().unwrap(), to(staking, data));
                cases.extend(common(
                    &session,
                    &good,
                    [
                        "ERC20STV Wrong Staking",
                        "ERC20STV Wrong Staking",
                        "ERC20STV Malformed Session",
                        "ERC20STV Non Zero Value",
                        "ERC20STV Invalid Method",
                        "ERC20STV Malformed Call",
                    ],
                ));
                let more = argument(&good, amount, AMOUNT + U256::ONE);
                also(
                    &mut cases,
                    &session,
                    vec![(more, "ERC20STV Max Amount Exceeded")],
                );
                let other_method = word(
                    &session,
                    160,
                    B256::right_padding_from(&[0x69, 0x32, 0x8d, 0xec]),
                );
                cases.push(Case(
                    other_method,
                    good,
                    Some(["ERC20STV Malformed Session"; 2]),
                ));
            }
            let good = to(staking, by_deposit.abi_encode());
            also(
                &mut cases,
                &deposit.encode().unwrap(),
                vec![
                    (argument(&good, 1, OTHER), "ERC20STV Wrong Receiver"),
                    (argument(&good, 1, nobody), "ERC20STV Wrong Receiver"),
                ],
            );
            let good = to(staking, by_supply.abi_encode());
            also(
                &mut cases,
                &supply.encode().unwrap(),
                vec![
                    (argument(&good, 0, OTHER), "ERC20STV Wrong Token"),
                    (argument(&good, 2, OTHER), "ERC20STV Wrong Receiver"),
                    (
                        argument(&good, 3, U256::from(0x1_0000)),
                        "ERC20STV Malformed Call",
                    ),
                ],
            );
            for (grant, index) in [(&stake, 2), (&stake, 3), (&deposit, 2)] {
                let session = word(&grant.encode().unwrap(), 32 * index, OTHER);
                let text = "ERC20STV Malformed Session";
                cases.push(Case(session, cases[0].1.clone(), Some([text; 2])));
            }
            cases
        },
    );
}
