//! The command line.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::{Parser, ValueEnum};
use devnode::EntryPointVersion;

use super::Failure;

/// npm's packages, from which the EntryPoints come.
const PACKAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contracts/node_modules");

/// An Arbitrum chain that runs Stylus programs, for tests and development.
#[derive(Clone, Debug, Parser)]
#[command(name = "devnode", version)]
pub struct Options {
    /// Port of HTTP and WebSocket; 0 takes a free one. 8547 is where Nitro's dev node and
    /// cargo-stylus have it
    #[arg(long, default_value_t = 8547)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Lets --host be reached from other machines: whoever reaches it controls the chain
    #[arg(long)]
    allow_remote: bool,
    /// EIP-155 chain id
    #[arg(long, default_value_t = 412_346)]
    pub chain_id: u64,
    /// ArbOS version, 30 to 60
    #[arg(long, default_value_t = 51, value_parser = clap::value_parser!(u64).range(30..=60))]
    pub arbos_version: u64,
    /// Mine a block every so many seconds, instead of one for each transaction
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub block_time: Option<u64>,
    /// Newest blocks to keep with transactions, receipts and logs; 0 keeps all, for about 5 KB a transaction
    #[arg(long, value_name = "BLOCKS", default_value_t = 1_024)]
    pub keep_blocks: u64,
    /// File to load the state from, if it exists, and to save it to at the end
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Test accounts with 10,000 ETH, of the mnemonic "test test ... junk"; the chain owner, whose
    /// key is Nitro's development key, comes besides
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(0..=10))]
    pub accounts: u8,
    /// EntryPoints to deploy, separated by commas
    #[arg(long, value_name = "CONTRACTS", value_delimiter = ',')]
    pub predeploy: Vec<Predeploy>,
    /// Folder of the npm packages that --predeploy takes contracts from
    #[arg(long, value_name = "FOLDER", default_value = PACKAGES, hide_default_value = true)]
    pub packages: PathBuf,
    /// Print nothing but the address and errors
    #[arg(long, conflicts_with = "verbose")]
    pub silent: bool,
    /// Print every request
    #[arg(long, short)]
    pub verbose: bool,
}

/// What --predeploy takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Predeploy {
    /// EntryPoint 0.6.0 at 0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789
    #[value(name = "entry-point-v0.6")]
    EntryPointV06,
    /// EntryPoint 0.7.0 at 0x0000000071727De22E5E9d8BAf0edAc6f37da032
    #[value(name = "entry-point-v0.7")]
    EntryPointV07,
    /// EntryPoint 0.8.0 at 0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108
    #[value(name = "entry-point-v0.8")]
    EntryPointV08,
}

impl Predeploy {
    /// The release, and its package's folder in contracts/node_modules.
    pub const fn entry_point(self) -> (EntryPointVersion, &'static str) {
        match self {
            Self::EntryPointV06 => (EntryPointVersion::V06, "account-abstraction-v06"),
            Self::EntryPointV07 => (EntryPointVersion::V07, "account-abstraction-v07"),
            Self::EntryPointV08 => (EntryPointVersion::V08, "account-abstraction-v08"),
        }
    }
}

impl Options {
    /// Where to listen.
    ///
    /// # Errors
    /// If other machines could reach it and that is not allowed.
    pub fn address(&self) -> Result<SocketAddr, Failure> {
        if self.host.is_loopback() || self.allow_remote {
            Ok(SocketAddr::new(self.host, self.port))
        } else {
            Err(Failure::Remote(self.host))
        }
    }
}
