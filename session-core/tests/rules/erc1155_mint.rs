//! `erc1155-mint` (§5.6, §10.6).

use crate::support::{MAX, Request, ZERO, account, flip_bit, number};
use alloy_sol_types::{SolCall, sol};
use session_core::{
    Address, Reject, reject,
    rules::erc1155_mint::{Grant, MINT_TO},
};

sol! {
    function mintTo(address to, uint256 tokenId, uint256 amount);
    function mint(address to, uint256 tokenId, uint256 amount);
    function burn(address from, uint256 tokenId, uint256 amount);
}

const TOKEN_ID: usize = 3;

/// One of token 7.
pub fn good() -> Request {
    let session = [account(0x51), account(0x1f), account(0xaa), number(7)];
    let arguments = [account(0xaa), number(7), number(1)];
    Request::new(&session, account(0x1f), MINT_TO, &arguments)
}

fn answer(request: &Request) -> Result<Address, Reject> {
    request.answer::<Grant>()
}

#[test]
fn the_selector_is_that_of_mint_to() {
    assert_eq!(MINT_TO, mintToCall::SELECTOR);
}

#[test]
fn other_methods_with_the_same_arguments_are_refused() {
    for selector in [mintCall::SELECTOR, burnCall::SELECTOR, [0; 4], [0xff; 4]] {
        let mut request = good();
        request.inner[..4].copy_from_slice(&selector);
        assert_eq!(answer(&request), Err(reject!("ERC1155MT Invalid Method")));
    }
}

#[test]
fn no_neighbour_of_the_recipient_gets_the_token() {
    for bit in 96..256 {
        let mut recipient = account(0xaa);
        flip_bit(&mut recipient, bit);
        let answer = answer(&good().argument(0, recipient));
        assert_eq!(
            answer,
            Err(reject!("ERC1155MT Wrong Recipient")),
            "bit {bit}"
        );
    }
}

#[test]
fn no_neighbour_of_the_token_is_minted() {
    for granted in [ZERO, number(7), MAX] {
        let good = good().session_word(TOKEN_ID, granted).argument(1, granted);
        assert!(answer(&good).is_ok());
        for bit in 0..256 {
            let mut token_id = granted;
            flip_bit(&mut token_id, bit);
            let answer = answer(&good.argument(1, token_id));
            assert_eq!(answer, Err(reject!("ERC1155MT Wrong Token")), "bit {bit}");
        }
    }
}

#[test]
fn one_is_minted_no_more_and_no_less() {
    for bit in 0..256 {
        let mut amount = number(1);
        flip_bit(&mut amount, bit);
        let answer = answer(&good().argument(2, amount));
        assert_eq!(answer, Err(reject!("ERC1155MT Wrong Amount")), "bit {bit}");
    }
    assert_eq!(
        answer(&good().argument(2, MAX)),
        Err(reject!("ERC1155MT Wrong Amount"))
    );
}
