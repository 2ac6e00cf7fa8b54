//! userOps of the fixture account, for both EntryPoints.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::path::{Path, PathBuf};

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    signers::{SignerSync, local::PrivateKeySigner},
    sol,
    sol_types::{SolCall, SolValue},
};
use devnode::{CallError, Devnode, EntryPointVersion, NodeConfig, Receipt};

sol! {
    #![sol(all_derives, ignore_unlinked)]

    /// ERC-4337 v0.6
    interface EntryPointV06 {
        struct UserOperation {
            address sender; uint256 nonce; bytes initCode; bytes callData;
            uint256 callGasLimit; uint256 verificationGasLimit; uint256 preVerificationGas;
            uint256 maxFeePerGas; uint256 maxPriorityFeePerGas; bytes paymasterAndData; bytes signature;
        }
        function handleOps(UserOperation[] ops, address beneficiary);
        function getUserOpHash(UserOperation op) view returns (bytes32);
    }

    /// ERC-4337 v0.7
    interface EntryPointV07 {
        struct PackedUserOperation {
            address sender; uint256 nonce; bytes initCode; bytes callData; bytes32 accountGasLimits;
            uint256 preVerificationGas; bytes32 gasFees; bytes paymasterAndData; bytes signature;
        }
        function handleOps(PackedUserOperation[] ops, address beneficiary);
        function getUserOpHash(PackedUserOperation op) view returns (bytes32);
    }

    /// What both have.
    interface EntryPoint {
        event UserOperationEvent(bytes32 indexed userOpHash, address indexed sender, address indexed paymaster,
            uint256 nonce, bool success, uint256 actualGasCost, uint256 actualGasUsed);
        event UserOperationRevertReason(bytes32 indexed userOpHash, address indexed sender, uint256 nonce, bytes revertReason);
        error FailedOp(uint256 opIndex, string reason);
        error FailedOpWithRevert(uint256 opIndex, string reason, bytes inner);
        function getNonce(address sender, uint192 key) view returns (uint256);
        function balanceOf(address account) view returns (uint256);
    }

    interface Account {
        function init(address owner, address entryPoint);
        function execute(address target, uint256 value, bytes data);
        function owner() view returns (address);
    }

    interface Counter {
        event Changed(address indexed by, uint256 previous, uint256 current);
        error Overflow(uint256 number, uint256 amount);
        function number() view returns (uint256);
        function setNumber(uint256 number);
        function increment();
        function addFrom(address other);
        function bumpOther(address other);
    }
}

pub const VERIFICATION_GAS: u64 = 150_000;
pub const CALL_GAS: u64 = 200_000;
const PRE_VERIFICATION_GAS: u64 = 50_000;

pub const VERSIONS: [EntryPointVersion; 2] = [EntryPointVersion::V06, EntryPointVersion::V07];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The module of a fixture program.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = root()
        .join("target/programs")
        .join(name)
        .with_extension("wasm");
    std::fs::read(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; scripts/build-programs makes it", path.display()))
}

/// The artefact of an EntryPoint.
pub fn artefact(version: EntryPointVersion) -> PathBuf {
    let package = match version {
        EntryPointVersion::V06 => "account-abstraction-v06",
        EntryPointVersion::V07 => "account-abstraction-v07",
        EntryPointVersion::V08 => "account-abstraction-v08",
    };
    let path = root()
        .join("contracts/node_modules")
        .join(package)
        .join("artifacts/EntryPoint.json");
    assert!(
        path.exists(),
        "{}: scripts/setup fetches it",
        path.display()
    );
    path
}

/// A chain with an EntryPoint, and a funded account of the fixture with a key of its own.
pub struct World {
    pub node: Devnode,
    pub version: EntryPointVersion,
    pub account: Address,
    pub owner: PrivateKeySigner,
    pub bundler: Address,
}

impl World {
    pub fn new(version: EntryPointVersion) -> Self {
        Self::with_config(version, NodeConfig::default())
    }

    pub fn with_config(version: EntryPointVersion, config: NodeConfig) -> Self {
        let mut node = Devnode::new(config);
        let bundler = node.accounts()[0];
        node.deploy_entry_point(version, &artefact(version))
            .expect("deployed");
        let owner = PrivateKeySigner::from_bytes(&keccak256("owner")).expect("a key");
        let mut world = Self {
            node,
            version,
            account: Address::ZERO,
            owner,
            bundler,
        };
        world.account = world.deploy("fixture_account");
        let init = Account::initCall {
            owner: world.owner.address(),
            entryPoint: version.address(),
        };
        assert!(world.send(world.account, &init).status());
        world
            .node
            .set_balance(world.account, U256::from(10).pow(U256::from(18)));
        world
    }

    /// Deploys a fixture program, and activates its code if it isn't yet.
    pub fn deploy(&mut self, name: &str) -> Address {
        let program = self
            .node
            .deploy_program(self.bundler, &fixture(name), None)
            .expect("deployed");
        let hash = self.node.code_hash(program, BlockNumberOrTag::Latest);
        if self.node.program_record(hash.expect("state")).version == 0 {
            self.node.activate(program).expect("activated");
        }
        program
    }

    /// A transaction of the bundler.
    pub fn send(&mut self, to: Address, call: &impl SolCall) -> Receipt {
        let request = TransactionRequest::default().from(self.bundler).to(to);
        self.node
            .execute(request.input(call.abi_encode().into()))
            .expect("valid")
    }

    pub fn view<C: SolCall>(&self, to: Address, call: &C) -> C::Return {
        let request = TransactionRequest::default().from(self.bundler).to(to);
        let request = request.input(call.abi_encode().into());
        let answer = self
            .node
            .call(&request, BlockNumberOrTag::Latest)
            .expect("answers");
        C::abi_decode_returns(&answer).expect("well-formed")
    }

    pub fn nonce(&self) -> U256 {
        let call = EntryPoint::getNonceCall {
            sender: self.account,
            key: Default::default(),
        };
        self.view(self.version.address(), &call)
    }

    /// Calldata of a `handleOps` with one userOp that makes the account call `target`.
    pub fn handle_ops(
        &self,
        nonce: U256,
        target: Address,
        data: Bytes,
        signer: &PrivateKeySigner,
    ) -> Bytes {
        let call_data: Bytes = Account::executeCall {
            target,
            value: U256::ZERO,
            data,
        }
        .abi_encode()
        .into();
        let beneficiary = Address::repeat_byte(0xbe);
        let fee = u128::from(self.node.base_fee());
        match self.version {
            EntryPointVersion::V06 => {
                let mut op = EntryPointV06::UserOperation {
                    sender: self.account,
                    nonce,
                    initCode: Bytes::new(),
                    callData: call_data,
                    callGasLimit: U256::from(CALL_GAS),
                    verificationGasLimit: U256::from(VERIFICATION_GAS),
                    preVerificationGas: U256::from(PRE_VERIFICATION_GAS),
                    maxFeePerGas: U256::from(fee),
                    maxPriorityFeePerGas: U256::from(fee),
                    paymasterAndData: Bytes::new(),
                    signature: Bytes::new(),
                };
                let packed = (
                    op.sender,
                    op.nonce,
                    keccak256(&op.initCode),
                    keccak256(&op.callData),
                    op.callGasLimit,
                    op.verificationGasLimit,
                    op.preVerificationGas,
                    op.maxFeePerGas,
                    op.maxPriorityFeePerGas,
                    keccak256(&op.paymasterAndData),
                );
                op.signature = self.sign(packed.abi_encode(), signer);
                EntryPointV06::handleOpsCall {
                    ops: vec![op],
                    beneficiary,
                }
                .abi_encode()
                .into()
            }
            _ => {
                let pack =
                    |high: u128, low: u128| B256::from(U256::from(high) << 128 | U256::from(low));
                let gas = pack(VERIFICATION_GAS.into(), CALL_GAS.into());
                let mut op = EntryPointV07::PackedUserOperation {
                    sender: self.account,
                    nonce,
                    initCode: Bytes::new(),
                    callData: call_data,
                    accountGasLimits: gas,
                    preVerificationGas: U256::from(PRE_VERIFICATION_GAS),
                    gasFees: pack(fee, fee),
                    paymasterAndData: Bytes::new(),
                    signature: Bytes::new(),
                };
                let packed = (
                    op.sender,
                    op.nonce,
                    keccak256(&op.initCode),
                    keccak256(&op.callData),
                    op.accountGasLimits,
                    op.preVerificationGas,
                    op.gasFees,
                    keccak256(&op.paymasterAndData),
                );
                op.signature = self.sign(packed.abi_encode(), signer);
                EntryPointV07::handleOpsCall {
                    ops: vec![op],
                    beneficiary,
                }
                .abi_encode()
                .into()
            }
        }
    }

    /// ERC-4337's hash of a packed userOp, signed as EIP-191 says.
    fn sign(&self, packed: Vec<u8>, signer: &PrivateKeySigner) -> Bytes {
        let chain = U256::from(self.node.chain_id());
        let hash = keccak256((keccak256(packed), self.version.address(), chain).abi_encode());
        signer
            .sign_message_sync(hash.as_slice())
            .expect("signed")
            .as_bytes()
            .to_vec()
            .into()
    }

    fn to_entry_point(&self, data: Bytes) -> TransactionRequest {
        let request = TransactionRequest::default()
            .from(self.bundler)
            .to(self.version.address());
        request.input(data.into()).gas_limit(2_000_000)
    }

    /// Sends a `handleOps` transaction, whatever comes of it.
    pub fn bundle(&mut self, data: Bytes) -> Receipt {
        let request = self.to_entry_point(data);
        self.node.execute(request).expect("valid")
    }

    /// What `handleOps` would give.
    pub fn simulate(&self, data: Bytes) -> Result<Bytes, CallError> {
        self.node
            .call(&self.to_entry_point(data), BlockNumberOrTag::Latest)
    }
}
