//! What a chain starts with.

use alloy::{
    primitives::{B256, U256, b256},
    signers::local::PrivateKeySigner,
};
use devnode_evm::ArbConfig;

/// Nitro's development key, the chain's owner by default.
const OWNER: B256 = b256!("b6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659");

/// The first ten keys of the mnemonic "test test test test test test test test test test test junk".
const ACCOUNTS: [B256; 10] = [
    b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// Where a block's timestamp comes from when no test control says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Every block is this many seconds after its parent: the same run gives the same chain.
    Step(u64),
    /// The machine's clock, never before the parent.
    Wall,
}

/// What a chain starts with. Change what you need of the default:
///
/// ```
/// use devnode::{Devnode, NodeConfig};
/// let node = Devnode::new(NodeConfig { automine: false, ..NodeConfig::default() });
/// assert_eq!(node.chain_id(), 412_346);
/// ```
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// ArbOS version, 30 or more.
    pub arbos_version: u64,
    /// Console hostios and ArbDebug work.
    pub debug: bool,
    /// Accounts that hold `balance` at genesis and may send unsigned transactions.
    pub accounts: Vec<PrivateKeySigner>,
    /// The chain owner, who holds `balance` too.
    pub owner: PrivateKeySigner,
    /// Wei of each account at genesis.
    pub balance: U256,
    /// Wei per gas; it stays until a test control changes it.
    pub base_fee: u64,
    /// Timestamp of block 0.
    pub genesis_timestamp: u64,
    /// Where timestamps come from.
    pub clock: Clock,
    /// Mine a block for each transaction as soon as it is sent.
    pub automine: bool,
    /// How many blocks before the newest one keep their state for calls.
    pub history: u64,
    /// How many blocks are kept with their transactions, receipts and logs, beside the genesis
    /// block and what a live snapshot needs: 1,024 by default, so that memory stays flat. `None`
    /// keeps all, for about 5 KB a transaction.
    pub kept_blocks: Option<u64>,
    /// L1 block number (what `NUMBER` gives) at genesis; another one follows every 12 seconds.
    pub l1_block_number: u64,
}

impl Default for NodeConfig {
    /// Nitro's dev chain at ArbOS 51 with the usual ten test accounts, automined, deterministic.
    fn default() -> Self {
        Self {
            chain_id: 412_346,
            arbos_version: 51,
            debug: true,
            accounts: ACCOUNTS.iter().filter_map(signer).collect(),
            owner: signer(&OWNER).unwrap_or_else(PrivateKeySigner::random),
            balance: U256::from(10_000) * U256::from(10).pow(U256::from(18)),
            base_fee: 100_000_000,
            genesis_timestamp: 1_750_000_000,
            clock: Clock::Step(1),
            automine: true,
            history: 256,
            kept_blocks: Some(1_024),
            l1_block_number: 20_000_000,
        }
    }
}

impl NodeConfig {
    /// The part of it that the EVM needs.
    pub(crate) const fn arb(&self) -> ArbConfig {
        ArbConfig {
            chain_id: self.chain_id,
            arbos_version: self.arbos_version,
            debug: self.debug,
        }
    }
}

fn signer(key: &B256) -> Option<PrivateKeySigner> {
    PrivateKeySigner::from_bytes(key).ok()
}
