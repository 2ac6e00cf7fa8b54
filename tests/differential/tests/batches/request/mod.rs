//! Requests: valid ones here, what is changed in them in `changes`, their calldata in `encoding`, and in `compact` that of
//! their compact form.

mod changes;
pub mod compact;
mod encoding;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::SignerSync,
    sol_types::SolCall,
};
use differential::calldata::{Choices, Node, change_times, encode};
use session_keys::UserOp;

use crate::{
    oracle::{CURVE_ORDER, ENTRY_POINTS, Programs},
    rules::{
        ExactInputSingleParams, NoDeadlineParams, Svm, SwapRouter02, approveCall, depositCall,
        exactInputSingleCall, stakeCall, supplyCall, swapExactTokensForTokensCall,
    },
    scene::{Grant, Leaf, Scene, number},
};

/// The lane of every other userOp.
pub const LANE: u64 = 77;
/// Most that some sessions allow: one userOp in four has one wei more.
pub const MAX_FEE_WEI: u64 = 100;

/// Who is called, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    Router,
    Manager,
    Keys,
    Key,
}

impl Entry {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Router => "router.validateUserOp",
            Self::Manager => "manager.validateUserOp",
            Self::Keys => "manager.validateSessionKeys",
            Self::Key => "manager.validateSessionKey",
        }
    }

    /// Who is called.
    pub const fn program(self, scene: &Scene) -> Address {
        match self {
            Self::Router => scene.job.programs.router,
            _ => scene.job.programs.manager,
        }
    }

    pub const fn selector(self) -> [u8; 4] {
        match self {
            Self::Router | Self::Manager => Programs::validateUserOpCall::SELECTOR,
            Self::Keys => Programs::validateSessionKeysCall::SELECTOR,
            Self::Key => Programs::validateSessionKeyCall::SELECTOR,
        }
    }
}

/// What is sent.
pub struct Input {
    pub entry: Entry,
    pub calldata: Vec<u8>,
    pub value: u64,
    /// Is all of it as solc encodes it?
    pub is_canonical: bool,
}

/// A session as a signature carries it.
#[derive(Clone, Debug)]
struct Item {
    /// Of the leaf that it was made from.
    leaf: usize,
    until: B256,
    after: B256,
    svm: B256,
    data: Vec<u8>,
    proof: Vec<B256>,
    specific: Vec<u8>,
}

impl Item {
    fn new(leaf: usize, leaves: &[Leaf]) -> Self {
        let session = &leaves[leaf];
        Self {
            leaf,
            until: number(session.valid_until_secs),
            after: number(session.valid_after_secs),
            svm: session.svm.into_word(),
            data: session.data.clone(),
            proof: session.proof.clone(),
            specific: Vec::new(),
        }
    }
}

/// The session key's signature.
#[derive(Clone, Copy, Debug)]
enum Signing {
    Key,
    OtherKey,
    /// Of another hash.
    Other,
    Length(usize),
    V(u8),
    /// The other valid form.
    HighS,
    Zero,
}

struct Request<'a> {
    scene: &'a Scene,
    entry: Entry,
    account: B256,
    selector: [u8; 4],
    to: Vec<B256>,
    values: Vec<B256>,
    data: Vec<Vec<u8>>,
    items: Vec<Item>,
    manager: B256,
    signing: Signing,
    value: u64,
    /// Nothing but noise.
    is_garbage: bool,
    /// Changes of bytes: of callData, of the module signature, of the whole.
    changes: [usize; 3],
}

/// The calldata that a list of numbers stands for; without any, a valid batch of one action.
pub fn input(scene: &Scene, numbers: &[u32]) -> Input {
    let mut choices = Choices::new(numbers);
    let (request, _) = request(scene, &mut choices);
    request.encode(&mut choices)
}

/// A request, and how many things are changed in it.
fn request<'a>(scene: &'a Scene, choices: &mut Choices<'_>) -> (Request<'a>, usize) {
    // First, so that a short list has them.
    let kinds: Vec<_> = (0..choices.pick(&[0, 0, 1, 1, 1, 2, 2, 3]))
        .map(|_| choices.below(8))
        .collect();
    let mut request = Request::valid(scene, choices);
    for kind in &kinds {
        match kind {
            0..=2 => request.violate(choices),
            3..=5 => request.disorder(choices),
            _ => request.changes[choices.below(3)] += 1,
        }
    }
    (request, kinds.len())
}

impl<'a> Request<'a> {
    fn valid(scene: &'a Scene, choices: &mut Choices<'_>) -> Self {
        let entry = match choices.below(16) {
            0..=8 => Entry::Router,
            9..=13 => Entry::Manager,
            14 => Entry::Keys,
            _ => Entry::Key,
        };
        let is_batch = matches!(entry, Entry::Router | Entry::Keys);
        let len = if is_batch { 1 + choices.below(6) } else { 1 };
        let selectors = if is_batch {
            [[0x00, 0x00, 0x46, 0x80], [0x47, 0xe1, 0xda, 0x2a]]
        } else {
            [[0x00, 0x00, 0x18, 0x9a], [0xb6, 0x1d, 0x27, 0xf6]]
        };
        let mut request = Self {
            scene,
            entry,
            account: scene.job.account.into_word(),
            selector: choices.pick(&selectors),
            to: Vec::new(),
            values: Vec::new(),
            data: Vec::new(),
            items: Vec::new(),
            manager: scene.job.programs.manager.into_word(),
            signing: Signing::Key,
            value: 0,
            is_garbage: false,
            changes: [0; 3],
        };
        for _ in 0..len {
            let last = request.items.last().map(|item| item.leaf);
            let leaf = last
                .filter(|_| choices.one_in(4))
                .unwrap_or_else(|| request.good_leaf(choices));
            request.push(leaf, choices);
        }
        request
    }

    /// One more item, and a call that it allows.
    fn push(&mut self, leaf: usize, choices: &mut Choices<'_>) {
        let leaves = &self.scene.leaves;
        let mut item = Item::new(leaf, leaves);
        item.specific = if choices.one_in(4) {
            let len = choices.below(40);
            choices.fill(len)
        } else {
            Vec::new()
        };
        let (to, value, data) = allowed(self.scene, &leaves[leaf].grant, choices);
        self.items.push(item);
        self.to.push(to.into_word());
        self.values.push(value);
        self.data.push(data);
    }

    fn good_leaf(&self, choices: &mut Choices<'_>) -> usize {
        let [approval, swap, stake] = Svm::ALL.map(Some);
        let svm = choices.pick(&[approval, swap, stake, None]);
        let is_one = |leaf: &Leaf| matches!(leaf.grant, Grant::One(_));
        if choices.one_in(5) && self.scene.leaves.iter().any(is_one) {
            return self.any_leaf(choices, is_one);
        }
        self.any_leaf(choices, |leaf| match leaf.grant {
            Grant::Any => svm.is_none(),
            Grant::One(_) | Grant::Malformed(_) | Grant::Forbidden(_) | Grant::Odd => false,
            _ => leaf.grant.svm() == svm,
        })
    }

    fn any_leaf(&self, choices: &mut Choices<'_>, is_it: impl Fn(&Leaf) -> bool) -> usize {
        let leaves = self.scene.leaves.iter().enumerate();
        let fitting: Vec<_> = leaves
            .filter(|(_, leaf)| is_it(leaf))
            .map(|(at, _)| at)
            .collect();
        choices.pick(&fitting)
    }

    fn any_address(&self, choices: &mut Choices<'_>) -> Address {
        let (world, programs) = (&self.scene.job.world, &self.scene.job.programs);
        choices.pick(&[
            world.token_b,
            world.vault,
            world.swap_router,
            world.token_a,
            self.scene.yes,
            world.ecdsa_module,
            self.scene.job.account,
            programs.manager,
            programs.router,
            ENTRY_POINTS[0],
            ENTRY_POINTS[1],
            ENTRY_POINTS[2],
            ENTRY_POINTS[3],
            Address::ZERO,
            Address::with_last_byte(1),
            Address::with_last_byte(4),
            Address::repeat_byte(0x99),
        ])
    }

    /// Some item that still has a call.
    fn any_item(&self, choices: &mut Choices<'_>) -> Option<usize> {
        let lens = [
            self.items.len(),
            self.to.len(),
            self.values.len(),
            self.data.len(),
        ];
        let len = lens.into_iter().min()?;
        (len > 0).then(|| choices.below(len))
    }
}

/// A call that a session allows: target, value, calldata.
fn allowed(scene: &Scene, grant: &Grant, choices: &mut Choices<'_>) -> (Address, B256, Vec<u8>) {
    let amount = |max: U256, choices: &mut Choices<'_>| {
        let any = U256::from(choices.number());
        choices.pick(&[max, max - U256::ONE, U256::ONE, any])
    };
    match grant {
        Grant::Approval(grant) => {
            let call = approveCall {
                spender: grant.spender,
                amount: amount(grant.maxAmount, choices),
            };
            (grant.token, B256::ZERO, call.abi_encode())
        }
        Grant::Swap(grant) => {
            let amount_in = amount(grant.maxAmountIn, choices).max(U256::ONE);
            let product = amount_in.widening_mul::<256, 4, 512, 8>(grant.minOutNum);
            let least = product.div_ceil(alloy::primitives::U512::from(grant.minOutDen));
            let more = U256::from(choices.pick(&[0, 0, 1, 1_000_000]));
            let params = ExactInputSingleParams {
                tokenIn: grant.tokenIn,
                tokenOut: grant.tokenOut,
                fee: choices.pick(&[3_000, 0, 0xff_ffff]).try_into().unwrap(),
                recipient: grant.recipient,
                deadline: choices.pick(&[U256::MAX, U256::ZERO]),
                amountIn: amount_in,
                amountOutMinimum: least.to::<U256>() + more,
                sqrtPriceLimitX96: U256::from(choices.number()).to(),
            };
            (grant.dex, B256::ZERO, swap_call(params, choices))
        }
        Grant::Stake(grant) | Grant::Forbidden(grant) => {
            let amount = amount(grant.maxAmount, choices);
            let receiver = grant.onBehalfOf;
            let data = match grant.selector.0 {
                depositCall::SELECTOR => {
                    let assets = amount;
                    depositCall { assets, receiver }.abi_encode()
                }
                supplyCall::SELECTOR => supplyCall {
                    asset: grant.token,
                    amount,
                    onBehalfOf: receiver,
                    referralCode: choices.pick(&[0, 1, u16::MAX]),
                }
                .abi_encode(),
                _ => stakeCall { amount }.abi_encode(),
            };
            (grant.staking, B256::ZERO, data)
        }
        Grant::One(call) => (call.to, B256::ZERO, call.data.clone()),
        _ => {
            let world = &scene.job.world;
            let random = Address::from_slice(&choices.fill(20));
            let to = choices.pick(&[world.token_b, world.vault, world.swap_router, random]);
            let len = choices.below(70);
            (to, number(choices.pick(&[0, 5])), choices.fill(len))
        }
    }
}

/// The same swap in one of the three forms.
fn swap_call(params: ExactInputSingleParams, choices: &mut Choices<'_>) -> Vec<u8> {
    match choices.below(3) {
        0 => exactInputSingleCall { params }.abi_encode(),
        1 => {
            let params = NoDeadlineParams {
                tokenIn: params.tokenIn,
                tokenOut: params.tokenOut,
                fee: params.fee,
                recipient: params.recipient,
                amountIn: params.amountIn,
                amountOutMinimum: params.amountOutMinimum,
                sqrtPriceLimitX96: params.sqrtPriceLimitX96,
            };
            SwapRouter02::exactInputSingleCall { params }.abi_encode()
        }
        _ => swapExactTokensForTokensCall {
            amountIn: params.amountIn,
            amountOutMin: params.amountOutMinimum,
            path: vec![params.tokenIn, params.tokenOut],
            to: params.recipient,
            deadline: params.deadline,
        }
        .abi_encode(),
    }
}
