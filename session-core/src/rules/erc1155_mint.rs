//! `erc1155-mint`: one token of one id, minted to one recipient (§5.6, §10.6).
//!
//! One per action: how many actions there are is not limited.

use super::{Rules, is_number};
use crate::{
    Address, Malformed, Reject, Word,
    execution::Action,
    reject,
    words::{address, exact, is_same, is_same_address},
};

/// `mintTo(address to, uint256 tokenId, uint256 amount)`.
pub const MINT_TO: [u8; 4] = [0x2b, 0xaf, 0x2a, 0xcb];

/// `abi.encode(address sessionKey, address nft, address recipient, uint256 tokenId)`, 128 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant<'a> {
    /// Who may sign.
    pub session_key: &'a Address,
    /// The ERC-1155 contract.
    pub nft: &'a Address,
    /// Who gets the token.
    pub recipient: &'a Address,
    /// Which token.
    pub token_id: &'a Word,
}

impl<'a> Rules<'a> for Grant<'a> {
    fn invalid_selector() -> Reject {
        reject!("ERC1155MT Invalid Selector")
    }

    fn decode(session_key_data: &'a [u8]) -> Result<Self, Reject> {
        decode(session_key_data).map_err(|_| reject!("ERC1155MT Malformed Session"))
    }

    fn target(&self) -> &'a Address {
        self.nft
    }

    fn wrong_target(_: bool) -> Reject {
        reject!("ERC1155MT Wrong Token")
    }

    fn check(&self, action: &Action<'_>) -> Result<&'a Address, Reject> {
        if !action.has_no_value() {
            return Err(reject!("ERC1155MT Non Zero Value"));
        }
        let arguments = match action.data.split_first_chunk() {
            Some((selector, arguments)) if *selector == MINT_TO => arguments,
            _ => return Err(reject!("ERC1155MT Invalid Method")),
        };
        let Ok(mint) = mint_to(arguments) else {
            return Err(reject!("ERC1155MT Malformed Call"));
        };
        if !is_same_address(mint.recipient, self.recipient) {
            return Err(reject!("ERC1155MT Wrong Recipient"));
        }
        if !is_same(mint.token_id, self.token_id) {
            return Err(reject!("ERC1155MT Wrong Token"));
        }
        if !mint.is_one {
            return Err(reject!("ERC1155MT Wrong Amount"));
        }
        Ok(self.session_key)
    }
}

fn decode(data: &[u8]) -> Result<Grant<'_>, Malformed> {
    let [session_key, nft, recipient, token_id] = exact(data)?;
    Ok(Grant {
        session_key: address(session_key)?,
        nft: address(nft)?,
        recipient: address(recipient)?,
        token_id,
    })
}

/// What the rules look at.
struct Mint<'a> {
    recipient: &'a Address,
    token_id: &'a Word,
    is_one: bool,
}

fn mint_to(arguments: &[u8]) -> Result<Mint<'_>, Malformed> {
    let [recipient, token_id, amount] = exact(arguments)?;
    Ok(Mint {
        recipient: address(recipient)?,
        token_id,
        is_one: is_number(amount, 1),
    })
}
