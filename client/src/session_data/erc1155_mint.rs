use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue as _,
};

/// erc1155-mint: `mintTo(recipient, tokenId, 1)` on one ERC-1155 contract, and nothing else (§10.6).
///
/// One token per action: nothing counts the actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erc1155Mint {
    /// Who signs.
    pub session_key: Address,
    /// The only contract that may be called.
    pub nft: Address,
    /// Who gets the token. Set it to the account (7.2-J).
    pub recipient: Address,
    /// The only token.
    pub token_id: U256,
}

impl Erc1155Mint {
    /// The four words. There is nothing to refuse.
    pub fn encode(&self) -> Bytes {
        let fields = (self.session_key, self.nft, self.recipient, self.token_id);
        fields.abi_encode().into()
    }
}
