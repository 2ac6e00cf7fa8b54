use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue as _,
};

/// erc20-transfer: `transfer` and `approve` to one recipient, with the session key data of Biconomy's deployed ERC20
/// module (§5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erc20Transfer {
    /// Who signs.
    pub session_key: Address,
    /// The only contract that may be called.
    pub token: Address,
    /// Who may get tokens, **or be approved to take them**.
    pub recipient: Address,
    /// Most raw units of one transfer or approval.
    pub max_amount: U256,
}

impl Erc20Transfer {
    /// The four words. There is nothing to refuse.
    pub fn encode(&self) -> Bytes {
        let fields = (
            self.session_key,
            self.token,
            self.recipient,
            self.max_amount,
        );
        fields.abi_encode().into()
    }
}
