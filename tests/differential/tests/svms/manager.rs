//! Our manager beside Biconomy's `SessionKeyManager`, which has the same sessions.

pub mod request;

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256, address, keccak256},
    rpc::types::TransactionRequest,
    sol,
    sol_types::{Revert, SolCall, SolError, SolEvent, SolValue},
};

use crate::{
    chain::{Answer, CALLER, Chain, Done, MAX_GAS},
    decoders::*,
    fields::Fields,
    grants,
    keys::Keys,
    run,
    table::{ACCEPTED, ANOTHER_KEY, ECDSA, EMPTY, LISTED, shown},
    without_panic,
};

use request::{Call, Entry};

sol! {
    event MerkleRootUpdated(address account, bytes32 root);
    function setMerkleRoot(bytes32 root);
    function isModuleEnabled(address module) returns (bool);
}

/// The account, which has one module.
pub const ACCOUNT: Address = Address::repeat_byte(0xac);
const MODULE: Address = Address::repeat_byte(0x33);
const TOKEN: Address = Address::repeat_byte(0x70);
const SPENDER: Address = Address::repeat_byte(0x71);
/// Most of an approval.
const MAX: U256 = U256::from_limbs([1_000_000, 0, 0, 0]);
/// 2^48 - 1.
const FOREVER_SECS: u64 = 0xffff_ffff_ffff;
/// The first bit of a window that ours refuses.
const BIT_47: u64 = 1 << 47;
/// EntryPoints v0.6 to v0.9.
const ENTRY_POINTS: [Address; 4] = [
    address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789"),
    address!("0000000071727De22E5E9d8BAf0edAc6f37da032"),
    address!("4337084D9E255Ff0702461CF8895CE9E3b5Ff108"),
    address!("433709009B8330FDa32311DF1C2AFA402eD8D009"),
];
const EXECUTE: [[u8; 4]; 2] = [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]];
/// Bytes of an envelope of `bounded` before the inner data; the last 20 of them are the inner SVM.
const ENVELOPE: usize = 0x72;

/// A session in the account's tree.
pub struct Leaf {
    until_secs: u64,
    after_secs: u64,
    pub svm: Address,
    data: Vec<u8>,
    proof: Vec<B256>,
    /// Does its SVM accept the valid action?
    is_good: bool,
}

/// Two managers with the same sessions.
pub struct Scene {
    pub chain: Chain,
    pub keys: Keys,
    pub ours: Address,
    pub theirs: Address,
    /// `erc20-approval`, the only typed SVM here.
    approval: Address,
    pub bounded: Address,
    pub leaves: Vec<Leaf>,
}

#[test]
fn manager() {
    let scene = Scene::new();
    let mut labels: Vec<_> = [
        "SessionNotApproved",
        "SKM Invalid Selector",
        "SKM Forbidden Target",
        "BND Max Fee",
        "ERC20AV Max Amount Exceeded",
        ACCEPTED,
        ANOTHER_KEY,
        EMPTY,
    ]
    .map(String::from)
    .into();
    labels.extend(ECDSA.map(String::from));
    let columns = Entry::ALL.map(Entry::name);
    run("session-key-manager", &columns, &labels, |choices| {
        let call = request::any(&scene, choices);
        (call.entry.name(), scene.compare(&call))
    });
}

impl Scene {
    pub fn new() -> Self {
        let mut chain = Chain::new();
        grants::place_inner_svms(&mut chain);
        let ours = chain.program("session-key-manager");
        let theirs = chain.deploy("SessionKeyManager", &[]);
        let (approval, bounded) = (chain.program("erc20-approval"), chain.program("bounded"));
        chain.place("AccountStub", ACCOUNT);
        let module = MODULE.into_word().into();
        chain.node.set_storage_at(ACCOUNT, U256::ZERO, module);
        let keys = Keys::new();
        let mut leaves = leaves(keys.address, approval, bounded);
        let root = grow(&mut leaves);
        chain
            .node
            .set_balance(ACCOUNT, U256::from(10).pow(U256::from(18)));
        chain.node.impersonate(ACCOUNT);
        for manager in [ours, theirs] {
            let request = TransactionRequest::default()
                .from(ACCOUNT)
                .to(manager)
                .input(Bytes::from(setMerkleRootCall { root }.abi_encode()).into());
            assert!(chain.node.execute(request).unwrap().status());
        }
        Self {
            chain,
            keys,
            ours,
            theirs,
            approval,
            bounded,
            leaves,
        }
    }

    /// Sends it to both; what came of it.
    fn compare(&self, call: &Call) -> String {
        let [ours, theirs] = [self.ours, self.theirs].map(|to| self.send(to, call));
        let is_cheap = ours.gas < MAX_GAS || theirs.gas > MAX_GAS;
        let described = |what: &str| {
            let (entry, wei, calldata) = (call.entry.name(), call.wei, hex::encode(&call.calldata));
            let (ours, theirs) = (shown(&ours.answer), shown(&theirs.answer));
            format!("{what}: {ours}, Biconomy's says {theirs}: {entry}, {wei} wei, {calldata}")
        };
        assert!(is_cheap, "{}", described("gas"));
        assert_eq!(ours.writes, theirs.writes, "{}", described("storage"));
        assert!(theirs.logs.is_empty(), "{}", described("Biconomy's logs"));
        let logs: Vec<_> = ours.logs.iter().map(|log| log.data.clone()).collect();
        assert_eq!(logs, self.due_logs(call, &ours), "{}", described("logs"));

        let Some(due) = self.due(call, &theirs.answer) else {
            return LISTED.into();
        };
        assert_eq!(ours.answer, due, "{}", described("answer"));
        match &due {
            Ok(word) if call.entry == Entry::UserOp && word[12..] != [0; 20] => ANOTHER_KEY.into(),
            Ok(_) => ACCEPTED.into(),
            Err(_) => shown(&due),
        }
    }

    fn send(&self, to: Address, call: &Call) -> Done {
        let from = if call.entry == Entry::SetRoot {
            ACCOUNT
        } else {
            CALLER
        };
        self.chain.call(from, to, &call.calldata, call.wei)
    }

    /// Ours tells of every new root.
    fn due_logs(&self, call: &Call, ours: &Done) -> Vec<LogData> {
        if call.entry != Entry::SetRoot || ours.answer.is_err() {
            return Vec::new();
        }
        let root = B256::from_slice(&call.calldata[4..36]);
        let event = MerkleRootUpdated {
            account: ACCOUNT,
            root,
        };
        vec![event.encode_log_data()]
    }

    /// What ours has to answer, from what theirs does and what docs/specification.md lists; `None` if that is not known.
    fn due(&self, call: &Call, theirs: &Answer) -> Option<Answer> {
        let theirs = theirs.clone().map_err(without_panic);
        let Some(arguments) = call.arguments() else {
            return Some(theirs);
        };
        match call.entry {
            Entry::UserOp => self.due_of_user_op(arguments, theirs),
            Entry::Key => Some(self.due_of_key(arguments, theirs)),
            Entry::IsValidSignature => {
                let never = [&[0xff; 4][..], &[0; 28]].concat();
                Some(Ok(never.into()))
            }
            Entry::SetRoot | Entry::GetRoot => Some(theirs),
        }
    }

    fn due_of_user_op(&self, arguments: &[u8], theirs: Answer) -> Option<Answer> {
        let empty = || Some(Err(Bytes::new()));
        let Some(read) = self.chain.decode::<managerUserOpCall>(arguments) else {
            return empty();
        };
        let op = U256::from_be_slice(&arguments[..32]).to::<usize>();
        let is_negative = |field: usize| arguments[op + 32 * field] >= 0x80;
        if is_negative(10) {
            return empty();
        }
        if is_refused_leaf(read._1.to(), read._2.to(), &read._4) {
            return Some(Err(text("SessionNotApproved")));
        }
        if theirs == Err(text("SessionNotApproved")) {
            return Some(theirs);
        }
        // Theirs reads all of the userOp when it hands it on, ours what it needs.
        let forwarded = self.chain.decode::<userOpForwardedCall>(arguments)?;
        if [2, 3, 9].into_iter().any(is_negative) {
            return None;
        }
        if theirs.is_err() {
            return Some(theirs);
        }
        let account = forwarded._0.sender;
        let call_data = forwarded._0.callData;
        let Some((selector, raw)) = call_data.split_first_chunk() else {
            return empty();
        };
        if !EXECUTE.contains(selector) {
            return Some(Err(text("SKM Invalid Selector")));
        }
        let wrapped = (Bytes::copy_from_slice(raw),).abi_encode_params();
        let Some(execute) = self.chain.decode::<decodedExecuteCall>(&wrapped) else {
            return empty();
        };
        let is_forbidden = [account, self.ours].contains(&execute._0)
            || ENTRY_POINTS.contains(&execute._0)
            || !self.is_typed(read._3, &read._4) && !self.is_no_module(account, execute._0);
        if is_forbidden {
            return Some(Err(text("SKM Forbidden Target")));
        }
        Some(theirs)
    }

    fn due_of_key(&self, arguments: &[u8], theirs: Answer) -> Answer {
        let read = self.chain.decode::<sessionKeyCall>(arguments);
        let Some(read) = read.filter(|_| theirs != Err(Bytes::new())) else {
            return Err(Bytes::new());
        };
        if is_refused_leaf(read._1.to(), read._2.to(), &read._4) {
            return Err(text("SessionNotApproved"));
        }
        theirs?;
        // Theirs answers nothing; ours, what it has approved (§10.1).
        let leaf = leaf(read._1.to(), read._2.to(), read._3, &read._4);
        let domain = keccak256("SESSION_APPROVED_V1");
        let words = [domain, read._0.into_word(), leaf];
        Ok(keccak256(words.concat()).to_vec().into())
    }

    /// Are the rules of the SVM typed, or, if it is `bounded`, of the one inside?
    fn is_typed(&self, svm: Address, data: &[u8]) -> bool {
        let inner = || Address::from_slice(&data[ENVELOPE - 20..ENVELOPE]);
        svm == self.approval || svm == self.bounded && inner() == self.approval
    }

    fn is_no_module(&self, account: Address, module: Address) -> bool {
        let answer = self
            .chain
            .ask(account, &isModuleEnabledCall { module }.abi_encode());
        answer.is_some_and(|answer| answer.get(..32) == Some(&[0; 32]))
    }
}

/// 7.2-D and §10.8: a leaf that ours does not accept.
fn is_refused_leaf(until_secs: u64, after_secs: u64, data: &[u8]) -> bool {
    let is_node = data.len() == 32 && data[..12] != [0; 12];
    let is_block = until_secs >= BIT_47 && until_secs != FOREVER_SECS;
    is_node || is_block || after_secs >= BIT_47
}

fn text(text: &str) -> Bytes {
    Revert::from(text).abi_encode().into()
}

fn leaf(until_secs: u64, after_secs: u64, svm: Address, data: &[u8]) -> B256 {
    let secs = |secs: u64| secs.to_be_bytes()[2..].to_vec();
    keccak256([&secs(until_secs), &secs(after_secs), svm.as_slice(), data].concat())
}

fn node(a: B256, b: B256) -> B256 {
    keccak256((a.min(b), a.max(b)).abi_encode())
}

/// Builds the tree: fills in the proofs, returns the root.
fn grow(leaves: &mut [Leaf]) -> B256 {
    let hash = |l: &Leaf| leaf(l.until_secs, l.after_secs, l.svm, &l.data);
    let mut level: Vec<_> = leaves.iter().map(hash).collect();
    let mut height = 0;
    while level.len() > 1 {
        for (index, leaf) in leaves.iter_mut().enumerate() {
            leaf.proof.extend(level.get((index >> height) ^ 1));
        }
        let parent = |pair: &[B256]| pair.iter().copied().reduce(node).unwrap();
        level = level.chunks(2).map(parent).collect();
        height += 1;
    }
    level[0]
}

fn leaves(key: Address, approval: Address, bounded: Address) -> Vec<Leaf> {
    let grant = Fields::default()
        .word(key.into_word())
        .word(TOKEN.into_word())
        .word(SPENDER.into_word())
        .word(MAX);
    // No lane, no paymaster, at most 100 wei per gas.
    let envelope = |inner: Address, data: &[u8]| {
        let fee = 100_u128.to_be_bytes();
        let fields: [&[u8]; 6] = [&[1, 2], &[0; 48], &fee, &[0; 28], inner.as_slice(), data];
        fields.concat()
    };
    let mock = grants::MOCK;
    let mut list = Vec::new();
    let mut add = |(until_secs, after_secs), svm, data: &[u8], is_good| {
        list.push(Leaf {
            until_secs,
            after_secs,
            svm,
            data: data.to_vec(),
            proof: Vec::new(),
            is_good,
        });
    };
    let always = (0, 0);
    for window in [
        always,
        (FOREVER_SECS, 0),
        (1_900_000_000, 5),
        (BIT_47 - 1, BIT_47 - 1),
    ] {
        add(window, approval, grant.bytes(), true);
        add(window, bounded, &envelope(approval, grant.bytes()), true);
        add(window, mock, key.as_slice(), true);
        add(window, bounded, &envelope(mock, key.as_slice()), true);
    }
    for window in [
        (BIT_47, 0),
        (0, BIT_47),
        (FOREVER_SECS - 1, 0),
        (0, FOREVER_SECS),
    ] {
        add(window, approval, grant.bytes(), false);
        add(window, mock, key.as_slice(), false);
    }
    // A leaf that could be a node, and one that could not: its key is none.
    add(always, mock, &[key.as_slice(), &[9; 12]].concat(), false);
    add(always, mock, key.into_word().as_slice(), false);
    add(always, mock, &key[..19], false);
    for number in 0..6 {
        add(always, grants::odd(number), key.as_slice(), false);
    }
    for svm in [approval, bounded] {
        add(always, svm, &grant.bytes()[..127], false);
    }
    list
}
