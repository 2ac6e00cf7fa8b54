//! What a session allows, and how it is proven and signed: every text, every word, every boundary.

mod abi;
mod approval;
mod batch;
mod bounded;
mod by_name;
mod compact;
mod dex_limits;
mod dex_swap;
mod erc1155_mint;
mod erc20_approval;
mod erc20_stake;
mod erc20_transfer;
mod multiproof;
mod oracle;
mod order;
mod price;
mod proof;
mod router_signature;
mod signature;
mod small;
mod support;
mod target;
mod words;
