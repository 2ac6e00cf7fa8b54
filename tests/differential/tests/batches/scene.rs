//! An account with its sessions, and who answers in other ways than our SVMs.

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolValue},
};
use devnode::{CallError, ExecutionResult};
use revm::inspector::NoOpInspector;
use session_keys::calls;
use world::{A, B, MainJob, to};

use crate::{
    oracle::ENTRY_POINTS,
    rules::{Approval, Stake, Svm, Swap, depositCall, stakeCall, supplyCall},
};

/// 2^48 - 1.
pub const FOREVER_SECS: u64 = 0xffff_ffff_ffff;
/// Most that a call may use: far more than any of these costs, far less than a trap burns.
const GAS: u64 = 10_000_000;

/// A session in the account's tree.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub valid_until_secs: u64,
    pub valid_after_secs: u64,
    pub svm: Address,
    pub data: Vec<u8>,
    pub proof: Vec<B256>,
    /// What it allows, unless nothing.
    pub grant: Grant,
}

/// A call without ether.
#[derive(Clone, Debug)]
pub struct One {
    pub to: Address,
    pub data: Vec<u8>,
}

/// What a session allows.
#[derive(Clone, Debug)]
pub enum Grant {
    Approval(Approval),
    Swap(Swap),
    Stake(Stake),
    /// Everything.
    Any,
    /// A call.
    One(One),
    /// Its SVM, if it is one of ours, calls its data malformed.
    Malformed(Svm),
    /// A stake with whom no session may call, by a session of ours.
    Forbidden(Stake),
    /// Other reasons.
    Odd,
}

impl Leaf {
    pub fn hash(&self) -> B256 {
        leaf(
            self.valid_until_secs,
            self.valid_after_secs,
            self.svm,
            &self.data,
        )
    }
}

impl Grant {
    pub const fn svm(&self) -> Option<Svm> {
        match self {
            Self::Approval(_) => Some(Svm::Approval),
            Self::Swap(_) => Some(Svm::Swap),
            Self::Stake(_) => Some(Svm::Stake),
            _ => None,
        }
    }
}

/// The chain, and what is on it. Nothing of it changes while it is asked.
pub struct Scene {
    pub job: MainJob,
    /// `DecoderOracle`.
    pub decoders: Address,
    pub leaves: Vec<Leaf>,
    pub root: B256,
    /// A key that has a session too.
    pub other_key: PrivateKeySigner,
    /// Answers 1 to everything. An enabled module of the account.
    pub yes: Address,
}

impl Scene {
    /// With sessions of three SVMs of ours, and of others.
    pub fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// With more sessions.
    pub fn with(more: impl Fn(&mut MainJob, &mut Vec<Leaf>)) -> Self {
        let mut job = MainJob::new().unwrap();
        let decoders = Address::repeat_byte(0xc0);
        let code = world::artefact("DecoderOracle").unwrap().deployed_bytecode;
        let node = job.world.embedded_mut().unwrap();
        node.set_code(decoders, code).unwrap();
        let yes = answering(&mut job, 1, number(1), 32, false);
        let other_key = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x07)).unwrap();
        let mut leaves = leaves(&mut job, &other_key, yes);
        more(&mut job, &mut leaves);
        let root = grow(&mut leaves);
        let (account, manager) = (job.account, job.programs.manager);
        job.as_owner(&[
            to(account, calls::enable_module(yes)),
            to(manager, calls::set_merkle_root(root)),
        ])
        .unwrap();
        Self {
            job,
            decoders,
            leaves,
            root,
            other_key,
            yes,
        }
    }

    /// The address of one of our SVMs.
    pub const fn address(&self, svm: Svm) -> Address {
        match svm {
            Svm::Approval => self.job.programs.erc20_approval,
            Svm::Swap => self.job.programs.dex_swap,
            Svm::Stake => self.job.programs.erc20_stake,
        }
    }

    /// Calls a program, and counts the gas.
    pub fn call(&self, to: Address, input: &[u8], value: u64) -> (ExecutionResult, u64) {
        let world = &self.job.world;
        let request = request(to, input)
            .from(world.trader)
            .value(U256::from(value))
            .gas_limit(GAS);
        let node = world.embedded().unwrap();
        let called = node.inspect_call(&request, Latest, NoOpInspector);
        let (result, _) = called.unwrap();
        let gas = result.tx_gas_used();
        (result, gas)
    }

    /// What a contract answers or reverts with; nothing if it burns its gas.
    pub fn ask(&self, to: Address, input: &[u8]) -> Result<Bytes, Option<Bytes>> {
        match self
            .job
            .world
            .embedded()
            .unwrap()
            .call(&request(to, input), Latest)
        {
            Ok(answer) => Ok(answer),
            Err(CallError::Revert(revert)) => Err(Some(revert.data)),
            Err(CallError::Halt { .. }) => Err(None),
            Err(error) => panic!("{error}"),
        }
    }

    /// What solc's decoder makes of arguments; `None` if it refuses them.
    pub fn decode<C: SolCall>(&self, arguments: &[u8]) -> Option<C::Return> {
        let answer = self.ask(self.decoders, &[&C::SELECTOR, arguments].concat());
        Some(C::abi_decode_returns(&answer.ok()?).unwrap())
    }
}

fn request(to: Address, input: &[u8]) -> TransactionRequest {
    TransactionRequest::default()
        .to(to)
        .input(Bytes::copy_from_slice(input).into())
}

pub fn number(value: u64) -> B256 {
    U256::from(value).into()
}

/// The parent of two nodes.
pub fn node(a: B256, b: B256) -> B256 {
    keccak256((a.min(b), a.max(b)).abi_encode())
}

/// The leaf's hash.
pub fn leaf(until_secs: u64, after_secs: u64, svm: Address, data: &[u8]) -> B256 {
    let secs = |secs: u64| secs.to_be_bytes()[2..].to_vec();
    keccak256([&secs(until_secs), &secs(after_secs), svm.as_slice(), data].concat())
}

/// The nodes over some leaves, from these up to the root.
pub fn levels(leaves: Vec<B256>) -> Vec<Vec<B256>> {
    let mut levels = vec![leaves];
    while let Some(level) = levels.last().filter(|level| level.len() > 1) {
        let parent = |pair: &[B256]| pair.iter().copied().reduce(node).unwrap();
        levels.push(level.chunks(2).map(parent).collect());
    }
    levels
}

/// Builds the tree: fills in the proofs, returns the root.
fn grow(leaves: &mut [Leaf]) -> B256 {
    let levels = levels(leaves.iter().map(Leaf::hash).collect());
    for (index, leaf) in leaves.iter_mut().enumerate() {
        let levels = levels.iter().enumerate();
        let siblings = levels.filter_map(|(height, level)| level.get((index >> height) ^ 1));
        leaf.proof = siblings.copied().collect();
    }
    levels.concat().pop().unwrap()
}

/// A contract that answers, or reverts with, the first bytes of a word with zeros behind it.
fn answering(job: &mut MainJob, byte: u8, word: B256, len: u8, is_revert: bool) -> Address {
    let at = Address::repeat_byte(0xd0).with_last(byte);
    let end = if is_revert { 0xfd } else { 0xf3 };
    let code = [
        &[0x7f][..],
        word.as_slice(),
        &[0x60, 0, 0x52, 0x60, len, 0x60, 0, end],
    ]
    .concat();
    let node = job.world.embedded_mut().unwrap();
    node.set_code(at, code.into()).unwrap();
    at
}

trait WithLast {
    fn with_last(self, byte: u8) -> Self;
}

impl WithLast for Address {
    fn with_last(mut self, byte: u8) -> Self {
        self.0[19] = byte;
        self
    }
}

fn leaves(job: &mut MainJob, other_key: &PrivateKeySigner, yes: Address) -> Vec<Leaf> {
    let key = job.key.address();
    let word = |address: Address| address.into_word();
    let stubs: Vec<_> = [
        (2, word(key), 64, false),
        (3, B256::repeat_byte(0xff), 32, false),
        (4, word(key), 31, false),
        (5, number(2), 32, false),
        (6, B256::repeat_byte(0xee), 7, true),
        // One bit too many for an address.
        (7, word(key) | (B256::from(U256::ONE << 160)), 32, false),
        (8, B256::ZERO, 32, false),
    ]
    .into_iter()
    .map(|(byte, word, len, is_revert)| answering(job, byte, word, len, is_revert))
    .collect();
    let (world, programs) = (&job.world, &job.programs);
    let mut list = Vec::new();
    let mut add = |window: (u64, u64), svm: Address, data: Vec<u8>, grant: Grant| {
        list.push(Leaf {
            valid_until_secs: window.0,
            valid_after_secs: window.1,
            svm,
            data,
            proof: Vec::new(),
            grant,
        });
    };

    let approval = Approval {
        sessionKey: key,
        token: world.token_a,
        spender: world.swap_router,
        maxAmount: U256::from(10) * A,
    };
    let swap = Swap {
        sessionKey: key,
        dex: world.swap_router,
        tokenIn: world.token_a,
        tokenOut: world.token_b,
        recipient: job.account,
        maxAmountIn: U256::from(10) * A,
        minOutNum: U256::from(1_980) * B,
        minOutDen: A,
    };
    // Its products need more than 256 bits.
    let wide_swap = Swap {
        minOutNum: U256::MAX,
        minOutDen: U256::MAX - U256::ONE,
        ..swap.clone()
    };
    let deposit = Stake {
        sessionKey: key,
        staking: world.vault,
        token: Address::ZERO,
        onBehalfOf: job.account,
        maxAmount: U256::from(30_000) * B,
        selector: depositCall::SELECTOR.into(),
    };
    let stake = Stake {
        staking: Address::repeat_byte(0x57),
        onBehalfOf: Address::ZERO,
        selector: stakeCall::SELECTOR.into(),
        ..deposit.clone()
    };

    let supply = Stake {
        token: world.token_b,
        selector: supplyCall::SELECTOR.into(),
        ..deposit.clone()
    };

    let windows = [
        (0, 0),
        (FOREVER_SECS, 0),
        (1_900_000_000, 1_700_000_000),
        (1_800_000_000, 5),
        ((1 << 47) - 1, (1 << 47) - 1),
    ];
    for window in windows {
        let data = approval.abi_encode();
        add(
            window,
            programs.erc20_approval,
            data,
            Grant::Approval(approval.clone()),
        );
        for swap in [&swap, &wide_swap] {
            let data = swap.abi_encode();
            add(window, programs.dex_swap, data, Grant::Swap(swap.clone()));
        }
        for stake in [&deposit, &stake, &supply] {
            let data = stake.abi_encode();
            add(
                window,
                programs.erc20_stake,
                data,
                Grant::Stake(stake.clone()),
            );
        }
        add(window, world.mock_svm, key.to_vec(), Grant::Any);
    }

    let always = (0, 0);
    let own = [job.account, programs.manager, programs.router];
    for staking in own.into_iter().chain(ENTRY_POINTS) {
        let grant = Stake {
            staking,
            ..stake.clone()
        };
        let data = grant.abi_encode();
        add(always, programs.erc20_stake, data, Grant::Forbidden(grant));
    }
    let mut malformed = |svm: Svm, data: Vec<u8>| {
        let at = match svm {
            Svm::Approval => programs.erc20_approval,
            Svm::Swap => programs.dex_swap,
            Svm::Stake => programs.erc20_stake,
        };
        add(always, at, data, Grant::Malformed(svm));
    };
    let whole = [
        (Svm::Approval, approval.abi_encode(), 3),
        (Svm::Swap, swap.abi_encode(), 5),
        (Svm::Stake, stake.abi_encode(), 4),
    ];
    for (svm, data, addresses) in whole {
        malformed(svm, [&data[..], &[0; 32]].concat());
        malformed(svm, data[..data.len() - 1].to_vec());
        for index in 0..addresses {
            let mut data = data.clone();
            data[32 * index + 11] = 1;
            malformed(svm, data);
        }
    }
    let zero_spender = Approval {
        spender: Address::ZERO,
        ..approval.clone()
    };
    malformed(Svm::Approval, zero_spender.abi_encode());
    let special = (0..=2)
        .map(Address::with_last_byte)
        .chain([world.swap_router]);
    for recipient in special {
        let grant = Swap {
            recipient,
            ..swap.clone()
        };
        malformed(Svm::Swap, grant.abi_encode());
    }
    for (num, den) in [(0, 1), (1, 0)] {
        let grant = Swap {
            minOutNum: U256::from(num),
            minOutDen: U256::from(den),
            ..swap.clone()
        };
        malformed(Svm::Swap, grant.abi_encode());
    }
    let unknown = Stake {
        selector: [0xde, 0xad, 0xbe, 0xef].into(),
        ..deposit.clone()
    };
    malformed(Svm::Stake, unknown.abi_encode());
    for grant in [&deposit, &stake] {
        let grant = Stake {
            token: world.token_b,
            ..grant.clone()
        };
        malformed(Svm::Stake, grant.abi_encode());
        let mut data = grant.abi_encode();
        data[2 * 32..3 * 32].fill(0);
        data[191] = 1;
        malformed(Svm::Stake, data);
    }
    let for_another = Stake {
        onBehalfOf: job.account,
        ..stake
    };
    malformed(Svm::Stake, for_another.abi_encode());

    let mut odd = |window, svm, data| add(window, svm, data, Grant::Odd);
    let data = || approval.abi_encode();
    for window in [
        (1 << 47, 0),
        (0, 1 << 47),
        (FOREVER_SECS - 1, 0),
        (0, FOREVER_SECS),
    ] {
        odd(window, programs.erc20_approval, data());
        odd(window, world.mock_svm, key.to_vec());
    }
    let of_another = Approval {
        sessionKey: other_key.address(),
        ..approval.clone()
    };
    odd(always, programs.erc20_approval, of_another.abi_encode());
    odd(always, world.mock_svm, other_key.address().to_vec());
    // A leaf that could be a node, and one that could not: its key is none.
    odd(always, world.mock_svm, [&key[..], &[9; 12]].concat());
    odd(always, world.mock_svm, word(key).to_vec());
    odd(always, yes, word(key).to_vec());
    let others = [
        world.token_a,
        programs.manager,
        programs.router,
        Address::repeat_byte(0x99),
        yes,
    ];
    for svm in stubs.into_iter().chain(others) {
        odd(always, svm, data());
    }
    odd(always, world.mock_svm, key[..19].to_vec());
    list
}
