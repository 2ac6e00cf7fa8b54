//! What the tests share: requests, keys, and contracts by hand.
#![allow(dead_code, reason = "each test binary uses a part")]

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TypedTransaction},
    eips::{BlockId, BlockNumberOrTag, Encodable2718},
    primitives::{Address, Bytes, U256, address, hex},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
};
use devnode::{Devnode, NodeConfig, Receipt};

pub const LATEST: BlockNumberOrTag = BlockNumberOrTag::Latest;
pub const PENDING: BlockNumberOrTag = BlockNumberOrTag::Pending;
/// The first dev account.
pub const ALICE: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
pub const BOB: Address = Address::repeat_byte(0xb0);

/// Calldata: store it in slot 0. No calldata: return slot 0.
pub const STORE: &[u8] = &hex!("36600c575f545f5260205ff35b5f355f5500");
/// Emits its calldata as a log with topic 0xaa.
pub const LOGGER: &[u8] = &hex!("365f5f3760aa365fa100");
/// Reverts with its calldata.
pub const REVERTER: &[u8] = &hex!("365f5f37365ffd");
/// Returns NUMBER, TIMESTAMP, BASEFEE, COINBASE, GASPRICE, PREVRANDAO, SELFBALANCE, BLOCKHASH(1).
pub const WITNESS: &[u8] =
    &hex!("435f524260205248604052416060523a6080524460a0524760c05260014060e0526101005ff3");
/// Reverts if less than 100,000 gas is left.
pub const HUNGRY: &[u8] = &hex!("5a620186a011600a57005b5f5ffd");

pub fn node() -> Devnode {
    Devnode::default()
}

/// Blocks are mined only when a test says so.
pub fn manual() -> Devnode {
    Devnode::new(NodeConfig {
        automine: false,
        ..NodeConfig::default()
    })
}

pub fn key(node: &Devnode, index: usize) -> PrivateKeySigner {
    node.signer(node.accounts()[index])
        .expect("a dev account")
        .clone()
}

pub fn word(value: u64) -> Bytes {
    U256::from(value).to_be_bytes_vec().into()
}

pub fn request(to: Address) -> TransactionRequest {
    TransactionRequest::default().from(ALICE).to(to)
}

pub fn transfer(wei: u64) -> TransactionRequest {
    request(BOB).value(U256::from(wei)).gas_limit(21_000)
}

pub fn with_data(to: Address, data: impl Into<Bytes>) -> TransactionRequest {
    request(to).input(data.into().into())
}

/// Sets `code` at an address of its own.
pub fn place(node: &mut Devnode, at: u8, code: &[u8]) -> Address {
    let address = Address::repeat_byte(at);
    node.set_code(address, code.to_vec().into())
        .expect("valid code");
    address
}

/// Code that calls `target` with all its gas and reverts if that fails.
pub fn caller_of(target: Address) -> Vec<u8> {
    [
        &hex!("5f5f5f5f5f73")[..],
        target.as_slice(),
        &hex!("5af16022575f5ffd5b00"),
    ]
    .concat()
}

/// Init code that returns `code`.
pub fn init(code: &[u8]) -> Bytes {
    let len = u8::try_from(code.len()).expect("short code");
    [
        &[0x60, len, 0x60, 0x0a, 0x5f, 0x39, 0x60, len, 0x5f, 0xf3][..],
        code,
    ]
    .concat()
    .into()
}

pub fn sign(signer: &PrivateKeySigner, tx: impl Into<TypedTransaction>) -> TxEnvelope {
    let tx = tx.into();
    let signature = signer.sign_hash_sync(&tx.signature_hash()).expect("signed");
    tx.into_envelope(signature)
}

pub fn raw(signer: &PrivateKeySigner, tx: impl Into<TypedTransaction>) -> Vec<u8> {
    sign(signer, tx).encoded_2718()
}

pub fn run(node: &mut Devnode, request: TransactionRequest) -> Receipt {
    node.execute(request).expect("valid")
}

pub fn balance(node: &Devnode, address: Address, at: impl Into<BlockId>) -> U256 {
    node.balance(address, at).expect("state")
}

pub fn stored(node: &Devnode, address: Address, at: impl Into<BlockId>) -> U256 {
    node.storage_at(address, U256::ZERO, at).expect("state")
}
