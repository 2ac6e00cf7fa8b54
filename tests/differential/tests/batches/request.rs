//! Requests: valid ones, what is changed in them, and their encodings.

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
        ExactInputSingleParams, Svm, approveCall, depositCall, exactInputSingleCall, stakeCall,
    },
    scene::{Grant, Leaf, Scene, number},
};

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

    /// As a tuple of six words, the last being call specific data or a signature.
    fn fields(&self, last: Vec<u8>) -> Vec<Node> {
        vec![
            word(self.until),
            word(self.after),
            word(self.svm),
            Node::Bytes(self.data.clone()),
            Node::Array(self.proof.iter().copied().map(word).collect()),
            Node::Bytes(last),
        ]
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
    // First, so that a short list has them.
    let kinds: Vec<_> = (0..choices.pick(&[0, 0, 1, 1, 1, 2, 2, 3]))
        .map(|_| choices.below(8))
        .collect();
    let mut request = Request::valid(scene, &mut choices);
    for kind in kinds {
        match kind {
            0..=2 => request.violate(&mut choices),
            3..=5 => request.disorder(&mut choices),
            _ => request.changes[choices.below(3)] += 1,
        }
    }
    request.encode(&mut choices)
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
        self.any_leaf(choices, |leaf| match leaf.grant {
            Grant::Any => svm.is_none(),
            Grant::Malformed(_) | Grant::Forbidden(_) | Grant::Odd => false,
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

    /// Breaks one rule of the session of one item, by as little as can be.
    fn violate(&mut self, choices: &mut Choices<'_>) {
        let Some(at) = self.any_item(choices) else {
            return;
        };
        let leaf = self.items[at].leaf;
        let grant = &self.scene.leaves[leaf].grant;
        let (amount, max, addresses, minimum): (_, _, &[usize], _) = match grant {
            Grant::Approval(grant) => (1, grant.maxAmount, &[0], None),
            Grant::Swap(grant) => (5, grant.maxAmountIn, &[0, 1, 3, 3], Some(6)),
            Grant::Stake(grant) if grant.selector.0 == depositCall::SELECTOR => {
                (0, grant.maxAmount, &[1], None)
            }
            Grant::Stake(grant) => (0, grant.maxAmount, &[], None),
            _ => {
                self.to[at] = self.any_address(choices).into_word();
                return;
            }
        };
        let svm = grant.svm();
        let data = &mut self.data[at];
        let argument = |index: usize| 4 + 32 * index..36 + 32 * index;
        match choices.below(12) {
            0 => set(data, argument(amount), (max + U256::ONE).into()),
            1 => self.to[at] = self.any_address(choices).into_word(),
            2 => self.values[at] = U256::ONE.into(),
            3 => {
                let selectors = [
                    approveCall::SELECTOR,
                    exactInputSingleCall::SELECTOR,
                    stakeCall::SELECTOR,
                    depositCall::SELECTOR,
                    // supply, increaseAllowance
                    [0x61, 0x7b, 0xa0, 0x37],
                    [0x39, 0x50, 0x93, 0x51],
                ];
                let selector = choices.pick(&selectors);
                data.splice(..data.len().min(4), selector);
                if choices.one_in(4) {
                    data.truncate(choices.below(4));
                }
            }
            4 => {
                let by = choices.pick(&[1, 4, 31, 32]);
                if choices.one_in(2) {
                    data.extend(choices.fill(by));
                } else {
                    data.truncate(data.len().saturating_sub(by));
                }
            }
            5 => match choices.below(3) {
                // A dirty address, fee or price limit.
                0 | 1 => {
                    let fields = [addresses, minimum.map_or(&[], |_| &[2, 7])].concat();
                    if let Some(byte) = (!fields.is_empty())
                        .then(|| argument(choices.pick(&fields)).start)
                        .and_then(|at| data.get_mut(at + choices.below(12)))
                    {
                        *byte |= 1 << choices.below(8);
                    }
                }
                _ => set(data, argument(amount), B256::ZERO),
            },
            6 | 7 => {
                let address = self.any_address(choices).into_word();
                if !addresses.is_empty() {
                    let at_argument = argument(choices.pick(addresses));
                    set(&mut self.data[at], at_argument, address);
                }
            }
            8 | 9 => {
                if let Some(minimum) = minimum {
                    let old = data.get(argument(minimum)).map(U256::from_be_slice);
                    let less = old.unwrap_or_default().saturating_sub(U256::ONE);
                    let new = choices.pick(&[less, U256::ZERO, less >> 1]);
                    set(data, argument(minimum), new.into());
                }
            }
            10 => {
                let leaf = self.any_leaf(
                    choices,
                    |leaf| matches!(leaf.grant, Grant::Malformed(kind) if Some(kind) == svm),
                );
                self.items[at] = Item::new(leaf, &self.scene.leaves);
            }
            _ => {
                let index = choices.below(data.len() / 32 + 1);
                let old = data.get(argument(index)).map(U256::from_be_slice);
                let old = old.unwrap_or_default();
                let news = [
                    old.wrapping_add(U256::ONE),
                    old.wrapping_sub(U256::ONE),
                    U256::ZERO,
                    U256::MAX,
                    U256::ONE << choices.below(256),
                ];
                set(data, argument(index), choices.pick(&news).into());
            }
        }
    }

    /// Breaks what holds the items together.
    fn disorder(&mut self, choices: &mut Choices<'_>) {
        let dirt = B256::from(U256::ONE << choices.pick(&[160, 48, 64, 47, 255, 161, 200]));
        match choices.below(27) {
            0..=4 | 15 if self.entry == Entry::Manager => self.other_selector(choices),
            0 => {
                let is_double = choices.one_in(2);
                for array in 0..4 {
                    self.resize(array, is_double);
                }
            }
            1 => {
                let (array, is_double) = (choices.below(4), choices.one_in(2));
                self.resize(array, is_double);
            }
            2 => {
                // The arrays are all empty, or those of the calls.
                self.to.clear();
                if !choices.one_in(4) {
                    self.values.clear();
                    self.data.clear();
                }
                if choices.one_in(2) {
                    self.items.clear();
                }
            }
            3 if self.items.len() > 1 => {
                let by = 1 + choices.below(self.items.len() - 1);
                self.items.rotate_left(by);
            }
            4 => self.manager = self.any_address(choices).into_word(),
            5 => self.signing = Signing::Other,
            6 => self.signing = Signing::OtherKey,
            7 => self.signing = Signing::Length(choices.pick(&[64, 66, 0, 1, 97])),
            8 => self.signing = Signing::V(choices.pick(&[0, 1, 26, 29, 255])),
            9 => self.signing = Signing::HighS,
            10 => self.signing = Signing::Zero,
            11 => {
                let others = [
                    Address::repeat_byte(0x99),
                    self.scene.yes,
                    self.any_address(choices),
                ];
                self.account = choices.pick(&others).into_word();
            }
            12 => self.other_selector(choices),
            13 => self.is_garbage = choices.one_in(2),
            14 => self.account |= dirt,
            15 => self.manager |= dirt,
            16 if choices.one_in(4) => self.value = 1,
            17..=19 => self.forbidden_target(choices),
            _ => {
                if let Some(at) = self.any_item(choices) {
                    self.disorder_item(at, dirt, choices);
                }
            }
        }
    }

    /// Whom no session may call is called, by a session that allows everything, or just this.
    fn forbidden_target(&mut self, choices: &mut Choices<'_>) {
        let Some(at) = self.any_item(choices) else {
            return;
        };
        let is_any = choices.one_in(2);
        let leaf = self.any_leaf(choices, |leaf| match leaf.grant {
            Grant::Any => is_any,
            Grant::Forbidden(_) => !is_any,
            _ => false,
        });
        let leaves = &self.scene.leaves;
        self.items[at] = Item::new(leaf, leaves);
        let (to, value, data) = allowed(self.scene, &leaves[leaf].grant, choices);
        let to = if is_any {
            self.any_address(choices)
        } else {
            to
        };
        (self.to[at], self.values[at], self.data[at]) = (to.into_word(), value, data);
    }

    fn disorder_item(&mut self, at: usize, dirt: B256, choices: &mut Choices<'_>) {
        let leaves = &self.scene.leaves;
        let other = choices.below(leaves.len());
        let odd = self.any_leaf(choices, |leaf| matches!(leaf.grant, Grant::Odd));
        let item = &mut self.items[at];
        match choices.below(10) {
            0 => item.proof = leaves[other].proof.clone(),
            1 => {
                let len = item.proof.len();
                match choices.below(4) {
                    0 => drop(item.proof.pop()),
                    1 => item.proof.push(dirt),
                    2 => item.proof.clear(),
                    _ if len > 0 => item.proof[choices.below(len)] ^= dirt,
                    _ => {}
                }
            }
            2 => {
                let secs = [0, 1, 1_900_000_001, (1 << 48) - 1, 1 << 47];
                let new = number(choices.pick(&secs));
                if choices.one_in(2) {
                    item.until = new;
                } else {
                    item.after = new;
                }
            }
            3 => item.svm = leaves[other].svm.into_word(),
            4 => match choices.below(3) {
                0 => item.data.extend(choices.fill(1)),
                1 => drop(item.data.pop()),
                _ => {
                    let byte = choices.below(item.data.len().max(1));
                    item.data
                        .iter_mut()
                        .skip(byte)
                        .take(1)
                        .for_each(|byte| *byte ^= 1);
                }
            },
            5 => {
                let word = match choices.below(3) {
                    0 => &mut item.until,
                    1 => &mut item.after,
                    _ => &mut item.svm,
                };
                *word |= dirt;
            }
            6 => self.to[at] |= dirt,
            _ => *item = Item::new(odd, leaves),
        }
    }

    /// Takes the last element of an array away, or doubles it.
    fn resize(&mut self, array: usize, is_double: bool) {
        fn resize<T: Clone>(list: &mut Vec<T>, is_double: bool) {
            if let Some(last) = list.pop().filter(|_| is_double) {
                list.extend([last.clone(), last]);
            }
        }
        match array {
            0 => resize(&mut self.to, is_double),
            1 => resize(&mut self.values, is_double),
            2 => resize(&mut self.data, is_double),
            _ => resize(&mut self.items, is_double),
        }
    }

    /// The account's call is another one.
    fn other_selector(&mut self, choices: &mut Choices<'_>) {
        let any = self.any_leaf(choices, |leaf| matches!(leaf.grant, Grant::Any));
        if self.entry == Entry::Manager && choices.one_in(3) && !self.items.is_empty() {
            self.items[0] = Item::new(any, &self.scene.leaves);
        }
        self.selector = choices.pick(&[
            [0xde, 0xad, 0xbe, 0xef],
            if self.entry == Entry::Manager {
                [0x00, 0x00, 0x46, 0x80]
            } else {
                [0x00, 0x00, 0x18, 0x9a]
            },
            [0, 0, 0, 0],
        ]);
    }

    fn encode(&self, choices: &mut Choices<'_>) -> Input {
        let mut all = Encoder {
            choices,
            is_canonical: true,
        };
        let in_all = self.changes.iter().sum();
        let arguments = match self.entry {
            _ if self.is_garbage => {
                let len = all.choices.below(1_000);
                all.is_canonical = false;
                all.choices.fill(len)
            }
            Entry::Router | Entry::Manager => {
                let fields = self.user_op(&mut all);
                all.encode(&fields, self.changes[2])
            }
            Entry::Keys => {
                let fields = [word(self.account), self.items()];
                all.encode(&fields, in_all)
            }
            Entry::Key => {
                let mut fields = self.item().fields(Vec::new());
                fields.pop();
                fields.insert(0, word(self.account));
                all.encode(&fields, in_all)
            }
        };
        let mut calldata = [&self.entry.selector()[..], &arguments].concat();
        if self.is_garbage && all.choices.one_in(4) {
            calldata = calldata.split_off(all.choices.below(calldata.len()));
        }
        Input {
            entry: self.entry,
            calldata,
            value: self.value,
            is_canonical: all.is_canonical,
        }
    }

    fn items(&self) -> Node {
        let item = |item: &Item| Node::Tuple(item.fields(item.specific.clone()));
        Node::Array(self.items.iter().map(item).collect())
    }

    /// The only item; an odd one if it is gone.
    fn item(&self) -> Item {
        let first = self.items.first().cloned();
        first.unwrap_or_else(|| Item::new(self.scene.leaves.len() - 1, &self.scene.leaves))
    }

    /// The arguments of `validateUserOp`. What is signed is the userOp with its callData as it is sent.
    fn user_op(&self, encoder: &mut Encoder<'_, '_>) -> Vec<Node> {
        let words = |words: &[B256]| Node::Array(words.iter().copied().map(word).collect());
        let bytes = |bytes: &Vec<u8>| Node::Bytes(bytes.clone());
        let call = if self.entry == Entry::Router {
            let data = self.data.iter().map(bytes).collect();
            vec![words(&self.to), words(&self.values), Node::Array(data)]
        } else {
            let first = |words: &[B256]| word(words.first().copied().unwrap_or_default());
            let data = self.data.first().cloned().unwrap_or_default();
            vec![first(&self.to), first(&self.values), Node::Bytes(data)]
        };
        let call = encoder.encode(&call, self.changes[0]);
        let choices = &mut *encoder.choices;
        let mut call_data = [&self.selector[..], &call].concat();
        if self.selector == [0; 4] {
            // Too short for a selector, or nearly.
            call_data.truncate(choices.below(5));
        }

        let world = &self.scene.job.world;
        let op = UserOp {
            sender: Address::from_word(self.account),
            nonce: U256::from(choices.number()),
            callData: call_data.clone().into(),
            callGasLimit: U256::from(choices.number()),
            paymasterAndData: Bytes::from(if choices.one_in(8) {
                choices.fill(52)
            } else {
                Vec::new()
            }),
            ..UserOp::default()
        };
        let hash = world.hash(&op);
        let signature = self.sign(hash, choices);
        let module_signature = if self.entry == Entry::Router {
            vec![word(self.manager), self.items(), Node::Bytes(signature)]
        } else {
            self.item().fields(signature)
        };
        let module_signature = encoder.encode(&module_signature, self.changes[1]);
        let module = self.scene.job.programs.router.into_word();
        let fields = vec![Node::Bytes(module_signature), word(module)];
        let op = Node::Tuple(vec![
            word(self.account),
            word(op.nonce.into()),
            Node::Bytes(Vec::new()),
            Node::Bytes(call_data),
            word(op.callGasLimit.into()),
            word(B256::ZERO),
            word(B256::ZERO),
            word(B256::ZERO),
            word(B256::ZERO),
            Node::Bytes(op.paymasterAndData.to_vec()),
            Node::Encoded(Vec::new(), fields),
        ]);
        vec![op, word(hash)]
    }

    fn sign(&self, hash: B256, choices: &mut Choices<'_>) -> Vec<u8> {
        let key = match self.signing {
            Signing::OtherKey => &self.scene.other_key,
            _ => &self.scene.job.key.signer,
        };
        let hash = match self.signing {
            Signing::Other => hash ^ B256::repeat_byte(1),
            _ => hash,
        };
        let signature = key.sign_message_sync(hash.as_slice()).unwrap();
        let mut bytes = signature.as_bytes().to_vec();
        match self.signing {
            Signing::Key | Signing::OtherKey | Signing::Other => {}
            Signing::Length(len) => bytes.resize(len, 0),
            Signing::V(v) => bytes[64] = v,
            Signing::HighS => {
                bytes[32..64].copy_from_slice(&(CURVE_ORDER - signature.s()).to_be_bytes::<32>());
                bytes[64] = 27 + 28 - bytes[64];
            }
            // r, s or both.
            Signing::Zero => {
                let (start, end) = choices.pick(&[(0, 32), (32, 64), (0, 64)]);
                bytes[start..end].fill(0);
            }
        }
        bytes
    }
}

/// Encodes, and changes what is encoded.
struct Encoder<'a, 'b> {
    choices: &'a mut Choices<'b>,
    /// Has all been encoded as solc does, so far?
    is_canonical: bool,
}

impl Encoder<'_, '_> {
    fn encode(&mut self, fields: &[Node], changes: usize) -> Vec<u8> {
        let encoding = encode(fields, self.choices);
        let bytes = change_times(encoding, changes, self.choices);
        self.is_canonical &= bytes == encode(fields, &mut Choices::new(&[])).bytes;
        bytes
    }
}

fn word(word: B256) -> Node {
    Node::Word(word.0)
}

/// Overwrites a word, if it is there.
fn set(data: &mut [u8], at: std::ops::Range<usize>, word: B256) {
    if let Some(place) = data.get_mut(at) {
        place.copy_from_slice(word.as_slice());
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
            let call = exactInputSingleCall { params };
            (grant.dex, B256::ZERO, call.abi_encode())
        }
        Grant::Stake(grant) | Grant::Forbidden(grant) => {
            let amount = amount(grant.maxAmount, choices);
            let data = if grant.selector.0 == depositCall::SELECTOR {
                let receiver = grant.onBehalfOf;
                let assets = amount;
                depositCall { assets, receiver }.abi_encode()
            } else {
                stakeCall { amount }.abi_encode()
            };
            (grant.staking, B256::ZERO, data)
        }
        _ => {
            let world = &scene.job.world;
            let random = Address::from_slice(&choices.fill(20));
            let to = choices.pick(&[world.token_b, world.vault, world.swap_router, random]);
            let len = choices.below(70);
            (to, number(choices.pick(&[0, 5])), choices.fill(len))
        }
    }
}
