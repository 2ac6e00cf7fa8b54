//! What a session allows, and how it is proven and signed: every text, every word, every boundary.

mod approval;
mod batch;
mod bounded;
mod dex_swap;
mod erc20_approval;
mod erc20_stake;
mod oracle;
mod order;
mod price;
mod proof;
mod router_signature;
mod signature;
mod support;
mod target;
mod words;
