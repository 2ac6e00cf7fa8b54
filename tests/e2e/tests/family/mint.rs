//! `erc1155-mint`, on an ERC-1155 contract.

use alloy::{primitives::U256, sol};
use session_keys::{Action, session_data::Erc1155Mint};

use crate::scene::{Scene, call, with_argument};

sol! {
    interface Mintable {
        function mintTo(address to, uint256 tokenId, uint256 amount) external;
        function balanceOf(address account, uint256 tokenId) external view returns (uint256);
    }
}

const TOKEN_ID: U256 = U256::from_limbs([7, 0, 0, 0]);

/// The account may get one of token 7 at a time. With that mint.
fn scene() -> (Scene, Action) {
    let mut scene = Scene::new();
    let nft = scene.world.deploy("TestMintable", &[]).unwrap();
    let grant = Erc1155Mint {
        session_key: scene.key.address(),
        nft,
        recipient: scene.account,
        token_id: TOKEN_ID,
    };
    scene.grant(&[("erc1155-mint", grant.encode())]);
    let mint = Mintable::mintToCall {
        to: scene.account,
        tokenId: TOKEN_ID,
        amount: U256::ONE,
    };
    let mint = call(nft, &mint);
    (scene, mint)
}

#[test]
fn one_token_is_minted_by_each_action() {
    let (mut scene, mint) = scene();
    let nft = mint.to;
    scene.act(std::slice::from_ref(&mint), &[0]);
    scene.act(&[mint.clone(), mint.clone(), mint], &[0, 0, 0]);
    let held = Mintable::balanceOfCall {
        account: scene.account,
        tokenId: TOKEN_ID,
    };
    assert_eq!(scene.world.view(nft, held).unwrap(), U256::from(4));
}

#[test]
fn nothing_else_is_minted() {
    let (mut scene, good) = scene();
    let elsewhere = Action {
        to: scene.stranger,
        ..good.clone()
    };
    let to_stranger = with_argument(&good, 0, scene.stranger);
    for (action, text) in [
        (elsewhere, "ERC1155MT Wrong Token"),
        (to_stranger, "ERC1155MT Wrong Recipient"),
        (
            with_argument(&good, 1, U256::from(8)),
            "ERC1155MT Wrong Token",
        ),
        (
            with_argument(&good, 2, U256::from(2)),
            "ERC1155MT Wrong Amount",
        ),
        (
            with_argument(&good, 2, U256::ZERO),
            "ERC1155MT Wrong Amount",
        ),
    ] {
        scene.refused_with(&action, 0, (&good, 0), text);
    }
}
