//! Transfers, approvals and mints.

use alloy::{
    primitives::{Address, U256},
    sol,
    sol_types::SolCall,
};
use session_keys::session_data::{Erc20Approval, Erc20Transfer, Erc1155Mint};
use world::{abi::Token, to};

use super::{AMOUNT, CONTRACT, Case, OTHER, RECIPIENT, TOKEN, also, argument, check, common, word};

sol! {
    function mintTo(address to, uint256 tokenId, uint256 amount);
}

#[test]
fn erc20_transfer() {
    check(
        "erc20-transfer",
        "IERC20TransferSVM",
        "ERC20SV Invalid Selector",
        |session_key| {
            let grant = Erc20Transfer {
                session_key,
                token: TOKEN,
                recipient: RECIPIENT,
                max_amount: AMOUNT,
            };
            let session = grant.encode();
            let transfer = Token::transferCall {
                to: RECIPIENT,
                amount: AMOUNT,
            };
            let approve = Token::approveCall {
                spender: RECIPIENT,
                amount: AMOUNT,
            };
            let mut cases = Vec::new();
            for data in [transfer.abi_encode(), approve.abi_encode()] {
                let good = to(TOKEN, data);
                cases.extend(common(
                    &session,
                    &good,
                    [
                        "ERC20SV Wrong Token",
                        "ERC20SV Invalid Token",
                        "ERC20SV Malformed Session",
                        "ERC20SV Non Zero Value",
                        "ERC20SV Invalid Method",
                        "ERC20SV Malformed Call",
                    ],
                ));
                also(
                    &mut cases,
                    &session,
                    vec![
                        (argument(&good, 0, U256::MAX), "ERC20SV Malformed Call"),
                        (argument(&good, 0, OTHER), "ERC20SV Wrong Recipient"),
                        (
                            argument(&good, 1, AMOUNT + U256::ONE),
                            "ERC20SV Max Amount Exceeded",
                        ),
                    ],
                );
            }
            cases
        },
    );
}

#[test]
fn erc20_approval() {
    check(
        "erc20-approval",
        "IERC20ApprovalSVM",
        "ERC20AV Invalid Selector",
        |session_key| {
            let grant = Erc20Approval {
                session_key,
                token: TOKEN,
                spender: RECIPIENT,
                max_amount: AMOUNT,
            };
            let session = grant.encode().unwrap();
            let approve = Token::approveCall {
                spender: RECIPIENT,
                amount: AMOUNT,
            };
            let good = to(TOKEN, approve.abi_encode());
            let mut cases = common(
                &session,
                &good,
                [
                    "ERC20AV Wrong Token",
                    "ERC20AV Wrong Token",
                    "ERC20AV Malformed Session",
                    "ERC20AV Non Zero Value",
                    "ERC20AV Invalid Method",
                    "ERC20AV Malformed Call",
                ],
            );
            let nobody = word(&session, 64, Address::ZERO);
            cases.push(Case(
                nobody,
                good.clone(),
                Some(["ERC20AV Malformed Session"; 2]),
            ));
            also(
                &mut cases,
                &session,
                vec![
                    (argument(&good, 0, U256::MAX), "ERC20AV Malformed Call"),
                    (argument(&good, 0, OTHER), "ERC20AV Wrong Spender"),
                    (
                        argument(&good, 1, AMOUNT + U256::ONE),
                        "ERC20AV Max Amount Exceeded",
                    ),
                ],
            );
            cases
        },
    );
}

#[test]
fn erc1155_mint() {
    check(
        "erc1155-mint",
        "IERC1155MintSVM",
        "ERC1155MT Invalid Selector",
        |session_key| {
            let grant = Erc1155Mint {
                session_key,
                nft: CONTRACT,
                recipient: RECIPIENT,
                token_id: U256::from(7),
            };
            let session = grant.encode();
            let mint = mintToCall {
                to: RECIPIENT,
                tokenId: U256::from(7),
                amount: U256::ONE,
            };
            let good = to(CONTRACT, mint.abi_encode());
            let mut cases = common(
                &session,
                &good,
                [
                    "ERC1155MT Wrong Token",
                    "ERC1155MT Wrong Token",
                    "ERC1155MT Malformed Session",
                    "ERC1155MT Non Zero Value",
                    "ERC1155MT Invalid Method",
                    "ERC1155MT Malformed Call",
                ],
            );
            also(
                &mut cases,
                &session,
                vec![
                    (argument(&good, 0, U256::MAX), "ERC1155MT Malformed Call"),
                    (argument(&good, 0, OTHER), "ERC1155MT Wrong Recipient"),
                    (argument(&good, 1, U256::from(8)), "ERC1155MT Wrong Token"),
                    (argument(&good, 2, U256::ZERO), "ERC1155MT Wrong Amount"),
                    (argument(&good, 2, U256::from(2)), "ERC1155MT Wrong Amount"),
                    (argument(&good, 2, U256::MAX), "ERC1155MT Wrong Amount"),
                ],
            );
            cases
        },
    );
}
