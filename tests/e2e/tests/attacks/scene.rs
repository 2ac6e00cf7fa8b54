//! The account of the main job, and what an attacker has at hand: userOps with any array of sessions in them, signed or
//! not, and contracts that answer as they are told.

use alloy::{
    primitives::{
        Address, B256, Bytes, U256,
        aliases::{U48, U192},
    },
    rpc::types::{TransactionRequest, trace::geth::CallFrame},
    signers::local::PrivateKeySigner,
    sol,
    sol_types::{Revert, SolCall, SolError, SolValue},
};
use devnode::CallError;
use session_core::merkle;
use session_keys::{
    Action, NativeKeccak, Session, UserOp, account_signature, calls, execute, execute_batch,
    session_data::{Bounds, Erc20Approval, PaymasterRule},
    sign,
};
use world::{
    ChainError, MainJob,
    abi::{Account, EntryPoint, Token},
    to,
};

sol! {
    /// As the client encodes it, but with whatever a test puts in it.
    #[derive(Debug, Default)]
    struct SessionData {
        uint48 validUntil;
        uint48 validAfter;
        address sessionValidationModule;
        bytes sessionKeyData;
        bytes32[] merkleProof;
        bytes callSpecificData;
    }

    interface Manager {
        function validateSessionKeys(address account, SessionData[] sessions) external returns (bytes32 approval);
        function validateSessionKey(address account, uint48 validUntil, uint48 validAfter, address svm, bytes sessionKeyData, bytes32[] proof) external returns (bytes32 approval);
        function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
        function isValidSignatureUnsafe(bytes32 hash, bytes signature) external view returns (bytes4);
        function NAME() external view returns (string);
        function VERSION() external view returns (string);
    }

    interface Svm {
        function validateSessionParams(address to, uint256 value, bytes data, bytes sessionKeyData, bytes callSpecificData) external returns (address sessionKey);
        function EXECUTE_SELECTOR() external view returns (bytes4);
        function EXECUTE_OPTIMIZED_SELECTOR() external view returns (bytes4);
    }

    interface Router {
        function EXECUTE_BATCH_SELECTOR() external view returns (bytes4);
        function EXECUTE_BATCH_OPTIMIZED_SELECTOR() external view returns (bytes4);
    }

    interface Scripted {
        enum Kind { None, Return, Revert, Echo, Relay }
        struct Answer {
            Kind kind;
            address to;
            bytes call;
            bytes data;
        }
        function script(bytes question, Answer answer) external;
    }
}

pub(crate) use Scripted::{Answer, Kind};

/// `validateUserOp(UserOperation,bytes32)` of a module.
pub(crate) const VALIDATE_USER_OP: [u8; 4] = [0xff, 0xf3, 0x5b, 0x72];
/// `validateUserOp(UserOperation,bytes32,uint256)` of the account.
const ACCOUNT_VALIDATE_USER_OP: [u8; 4] = [0x3a, 0x87, 0x1c, 0xdd];
/// `validateSessionUserOp` of an SVM.
pub(crate) const VALIDATE_SESSION_USER_OP: [u8; 4] = [0x84, 0xf1, 0x6a, 0x4d];
/// `validateSessionParams` of an SVM.
pub(crate) const VALIDATE_SESSION_PARAMS: [u8; 4] = [0xc2, 0x0b, 0xcc, 0xb9];
/// `validateSessionKeys` of the manager.
pub(crate) const VALIDATE_SESSION_KEYS: [u8; 4] = [0xac, 0xb8, 0xf7, 0x12];
/// `isModuleEnabled` of the account.
pub(crate) const IS_MODULE_ENABLED: [u8; 4] = [0x2d, 0x9a, 0xd5, 0x3d];

/// What the EntryPoint makes of revert data that is no text.
pub(crate) const AA23: &str = "AA23 reverted (or OOG)";
pub(crate) const AA24: &str = "AA24 signature error";

/// 2^48 - 1.
pub(crate) const FOREVER_SECS: u64 = 0xffff_ffff_ffff;

/// What the EntryPoint makes of a text.
pub(crate) fn aa23(text: &str) -> String {
    format!("AA23 reverted: {text}")
}

/// Revert data that is a text.
pub(crate) fn text(text: &str) -> Bytes {
    Revert::from(text).abi_encode().into()
}

/// An answer of the word of a number.
pub(crate) fn word(number: u64) -> Answer {
    returns(U256::from(number).abi_encode())
}

pub(crate) fn returns(data: impl Into<Bytes>) -> Answer {
    answer(Kind::Return, data)
}

pub(crate) fn reverts(data: impl Into<Bytes>) -> Answer {
    answer(Kind::Revert, data)
}

pub(crate) fn answer(kind: Kind, data: impl Into<Bytes>) -> Answer {
    let data = data.into();
    Answer {
        kind,
        to: Address::ZERO,
        call: Bytes::new(),
        data,
    }
}

/// The answer of somebody else.
pub(crate) fn relays(to: Address, call: impl Into<Bytes>) -> Answer {
    let call = call.into();
    Answer {
        kind: Kind::Relay,
        to,
        call,
        data: Bytes::new(),
    }
}

pub(crate) fn key(byte: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(byte)).unwrap()
}

/// The session as the client has it.
pub(crate) fn client(data: &SessionData) -> Session {
    Session {
        valid_until_secs: data.validUntil.to(),
        valid_after_secs: data.validAfter.to(),
        svm: data.sessionValidationModule,
        session_key_data: data.sessionKeyData.clone(),
    }
}

/// Bounds that bound nothing.
pub(crate) fn unlimited() -> Bounds {
    Bounds {
        lane: None,
        paymaster: PaymasterRule::Any,
        max_op_cost_wei: 0,
        max_fee_per_gas_wei: 0,
        max_gas: u64::MAX,
        serves_several_actions: false,
    }
}

/// The session with these bounds.
pub(crate) fn bound(data: &SessionData, bounds: &Bounds) -> SessionData {
    self::data(&bounds.wrap(&client(data)).unwrap())
}

pub(crate) fn data(session: &Session) -> SessionData {
    SessionData {
        validUntil: U48::from(session.valid_until_secs),
        validAfter: U48::from(session.valid_after_secs),
        sessionValidationModule: session.svm,
        sessionKeyData: session.session_key_data.clone(),
        ..SessionData::default()
    }
}

pub(crate) fn leaf(data: &SessionData) -> B256 {
    client(data).leaf()
}

pub(crate) fn parent(a: B256, b: B256) -> B256 {
    merkle::parent(&NativeKeccak, &a, &b).into()
}

/// Fills in the proofs of a tree that nobody checks: each leaf in turn is joined to all before it. Gives the root.
pub(crate) fn plant(sessions: &mut [SessionData]) -> B256 {
    let leaves: Vec<B256> = sessions.iter().map(leaf).collect();
    let mut root = leaves[0];
    for (index, session) in sessions.iter_mut().enumerate() {
        let mut proof = Vec::new();
        if index > 0 {
            proof.push(root);
            root = parent(root, leaves[index]);
        }
        proof.extend(&leaves[(index + 1).max(1)..]);
        session.merkleProof = proof;
    }
    root
}

/// The router's module signature.
pub(crate) fn router_signature(
    manager: Address,
    sessions: &[SessionData],
    signature: &[u8],
) -> Bytes {
    let signature = Bytes::copy_from_slice(signature);
    (manager, sessions.to_vec(), signature)
        .abi_encode_params()
        .into()
}

/// The manager's module signature.
pub(crate) fn manager_signature(session: &SessionData, signature: &[u8]) -> Bytes {
    SessionData {
        callSpecificData: Bytes::copy_from_slice(signature),
        ..session.clone()
    }
    .abi_encode_params()
    .into()
}

/// The calldata by which an account asks a module.
pub(crate) fn question(op: &UserOp, hash: B256) -> Bytes {
    let arguments = (op.clone(), hash).abi_encode_params();
    [&VALIDATE_USER_OP[..], &arguments].concat().into()
}

/// All calls of a trace, in their order.
pub(crate) fn frames(tree: &CallFrame) -> Vec<&CallFrame> {
    let inner = tree.calls.iter().flat_map(frames);
    std::iter::once(tree).chain(inner).collect()
}

/// Does it call this function?
pub(crate) fn calls_to(frame: &CallFrame, to: Address, selector: [u8; 4]) -> bool {
    frame.to == Some(to) && frame.input.starts_with(&selector)
}

/// What the tests run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Manager and router, each at its address.
    Separate,
    /// The session module, as manager and router.
    Module,
}

/// Makes tests of functions that take a scene, one for each layout. They expect the same in both, but for what they say
/// of `scene.layout`; a test of one layout is an ordinary one.
macro_rules! in_both_layouts {
    ($($test:ident),+ $(,)?) => {
        mod separate {
            $(#[test]
            fn $test() {
                super::$test($crate::scene::Scene::new($crate::scene::Layout::Separate));
            })+
        }

        mod module {
            $(#[test]
            fn $test() {
                super::$test($crate::scene::Scene::new($crate::scene::Layout::Module));
            })+
        }
    };
}

pub(crate) struct Scene {
    pub(crate) layout: Layout,
    pub(crate) job: MainJob,
    /// Who signs the userOps.
    pub(crate) signer: PrivateKeySigner,
    /// Whose userOps they are.
    pub(crate) account: Address,
    /// The manager that they name.
    pub(crate) manager: Address,
}

impl Scene {
    pub(crate) fn new(layout: Layout) -> Self {
        let job = match layout {
            Layout::Separate => e2e::job(),
            Layout::Module => e2e::job_with_module(),
        };
        let job = job.unwrap();
        Self {
            layout,
            signer: job.key.signer.clone(),
            account: job.account,
            manager: job.programs.manager,
            job,
        }
    }

    /// A session of the MockSVM: everything is allowed.
    pub(crate) fn mock(&self) -> SessionData {
        SessionData {
            sessionValidationModule: self.job.world.mock_svm,
            sessionKeyData: self.job.key.address().to_vec().into(),
            ..SessionData::default()
        }
    }

    /// The sessions of the main job, not proven: approve, swap, deposit.
    pub(crate) fn typed(&self) -> [SessionData; 3] {
        let sessions = self.job.sessions().unwrap();
        std::array::from_fn(|index| data(&sessions[index]))
    }

    /// A session of ours with typed rules: any amount of this token may be approved.
    pub(crate) fn typed_on(&self, token: Address) -> SessionData {
        let grant = Erc20Approval {
            session_key: self.job.key.address(),
            token,
            spender: self.job.world.trader,
            max_amount: U256::MAX,
        };
        SessionData {
            sessionValidationModule: self.job.programs.erc20_approval,
            sessionKeyData: grant.encode().unwrap(),
            ..SessionData::default()
        }
    }

    /// The account's tree has these sessions; fills in their proofs.
    pub(crate) fn grant<const N: usize>(
        &mut self,
        mut sessions: [SessionData; N],
    ) -> [SessionData; N] {
        let root = plant(&mut sessions);
        self.set_root(root);
        sessions
    }

    pub(crate) fn set_root(&mut self, root: B256) {
        let manager = self.job.programs.manager;
        if self.account == self.job.account {
            let action = to(manager, calls::set_merkle_root(root));
            self.job.as_owner(&[action]).unwrap();
            return;
        }
        let call = calls::SessionKeyManager::setMerkleRootCall { root };
        let node = self.job.world.embedded_mut().unwrap();
        node.impersonate(self.account);
        node.set_balance(self.account, U256::MAX >> 8);
        self.job.world.send(self.account, manager, call).unwrap();
    }

    /// The owner enables a module.
    pub(crate) fn enable(&mut self, module: Address) {
        let action = to(self.job.account, calls::enable_module(module));
        self.job.as_owner(&[action]).unwrap();
    }

    /// A contract that answers every call of a function so.
    pub(crate) fn scripted(&mut self, selector: [u8; 4], answer: Answer) -> Address {
        let contract = self.job.world.deploy("Scripted", &[]).unwrap();
        let why = "has its answers in its storage, and gives any";
        self.job.world.excused.insert(contract, why);
        self.script(contract, selector, answer);
        contract
    }

    /// Tells a scripted contract how to answer a calldata, or a function.
    pub(crate) fn script(&mut self, contract: Address, question: impl Into<Bytes>, answer: Answer) {
        let question = question.into();
        let call = Scripted::scriptCall { question, answer };
        let trader = self.job.world.trader;
        self.job.world.send(trader, contract, call).unwrap();
    }

    /// A session of an SVM that answers the two questions so, for any key.
    pub(crate) fn hostile(&mut self, params: Answer, user_op: Answer) -> SessionData {
        let svm = self.scripted(VALIDATE_SESSION_PARAMS, params);
        self.script(svm, VALIDATE_SESSION_USER_OP, user_op);
        SessionData {
            sessionValidationModule: svm,
            ..SessionData::default()
        }
    }

    /// The word of the session key.
    pub(crate) fn key_word(&self) -> Answer {
        returns(self.job.key.address().abi_encode())
    }

    pub(crate) fn user_op(&self, call_data: Bytes) -> UserOp {
        let world = &self.job.world;
        world.user_op(self.account, U192::ZERO, call_data).unwrap()
    }

    /// What the session key signs of a userOp.
    pub(crate) fn sign(&self, op: &UserOp) -> Bytes {
        sign(&self.signer, self.job.world.hash(op)).unwrap()
    }

    /// A batch through the router.
    pub(crate) fn batch(&self, actions: &[Action], sessions: &[SessionData]) -> UserOp {
        self.routed(execute_batch(actions), sessions)
    }

    /// Any callData through the router.
    pub(crate) fn routed(&self, call_data: Bytes, sessions: &[SessionData]) -> UserOp {
        let mut op = self.user_op(call_data);
        let signature = router_signature(self.manager, sessions, &self.sign(&op));
        op.signature = account_signature(&signature, self.job.programs.router);
        op
    }

    /// One action through the manager.
    pub(crate) fn single(&self, action: &Action, session: &SessionData) -> UserOp {
        self.managed(execute(action), session)
    }

    /// Any callData through the manager.
    pub(crate) fn managed(&self, call_data: Bytes, session: &SessionData) -> UserOp {
        let mut op = self.user_op(call_data);
        let signature = manager_signature(session, &self.sign(&op));
        op.signature = account_signature(&signature, self.job.programs.manager);
        op
    }

    /// An action that the MockSVM's session allows.
    pub(crate) fn harmless(&self) -> Action {
        let spender = self.job.world.trader;
        let call = Token::approveCall {
            spender,
            amount: U256::ONE,
        };
        to(self.job.world.token_a, call.abi_encode())
    }

    /// Calls a contract: what it returns, or reverts with.
    pub(crate) fn call(&self, to: Address, data: impl Into<Bytes>) -> Result<Bytes, Bytes> {
        self.request(&self.asking(to, data.into()))
    }

    pub(crate) fn request(&self, request: &TransactionRequest) -> Result<Bytes, Bytes> {
        match self.job.world.chain.call(request) {
            Ok(answer) => Ok(answer),
            Err(ChainError::Call(CallError::Revert(revert))) => Err(revert.data),
            Err(error) => panic!("neither an answer nor a revert: {error}"),
        }
    }

    pub(crate) fn asking(&self, to: Address, data: Bytes) -> TransactionRequest {
        TransactionRequest::default()
            .from(self.account)
            .to(to)
            .input(data.into())
    }

    /// What a module answers to a userOp, or reverts with.
    pub(crate) fn validate(&self, module: Address, op: &UserOp) -> Result<U256, Bytes> {
        let answer = self.call(module, question(op, self.job.world.hash(op)))?;
        assert_eq!(answer.len(), 32);
        Ok(U256::from_be_slice(&answer))
    }

    pub(crate) fn by_router(&self, op: &UserOp) -> Result<U256, Bytes> {
        self.validate(self.job.programs.router, op)
    }

    pub(crate) fn by_manager(&self, op: &UserOp) -> Result<U256, Bytes> {
        self.validate(self.job.programs.manager, op)
    }

    /// Calldata of the manager's two approving functions: validateSessionKey of the first, validateSessionKeys of all.
    pub(crate) fn approvals(&self, sessions: &[SessionData]) -> [Bytes; 2] {
        let first = &sessions[0];
        let one = Manager::validateSessionKeyCall {
            account: self.account,
            validUntil: first.validUntil,
            validAfter: first.validAfter,
            svm: first.sessionValidationModule,
            sessionKeyData: first.sessionKeyData.clone(),
            proof: first.merkleProof.clone(),
        };
        let all = Manager::validateSessionKeysCall {
            account: self.account,
            sessions: sessions.to_vec(),
        };
        [one.abi_encode().into(), all.abi_encode().into()]
    }

    /// What they answer for one session.
    pub(crate) fn approved(&self, session: &SessionData) -> [Result<Bytes, Bytes>; 2] {
        self.approvals(std::slice::from_ref(session))
            .map(|data| self.call(self.job.programs.manager, data))
    }

    /// The call tree of a module's validation.
    pub(crate) fn trace(&self, module: Address, op: &UserOp) -> CallFrame {
        let request = self.asking(module, question(op, self.job.world.hash(op)));
        self.job.world.chain.trace_call(&request).unwrap()
    }

    /// The call tree of the account's validation, as the EntryPoint asks for it.
    pub(crate) fn trace_account(&self, op: &UserOp) -> CallFrame {
        let arguments = (op.clone(), self.job.world.hash(op), U256::ZERO).abi_encode_params();
        let data = [&ACCOUNT_VALIDATE_USER_OP[..], &arguments].concat();
        let request = TransactionRequest::default()
            .from(self.job.world.entry_point)
            .to(self.account)
            .input(Bytes::from(data).into());
        self.job.world.chain.trace_call(&request).unwrap()
    }

    /// Why the EntryPoint refuses the userOp. Nothing is changed by it.
    pub(crate) fn refused(&mut self, op: &UserOp) -> String {
        let before = self.state();
        let bundle = self.job.world.handle_ops(std::slice::from_ref(op)).unwrap();
        let refusal = bundle.refusal().expect("it is refused").to_string();
        assert!(bundle.receipt.logs().is_empty());
        assert_eq!(self.state(), before);
        refusal
    }

    /// The EntryPoint executes the userOp.
    pub(crate) fn executed(&mut self, op: &UserOp) {
        let bundle = self.job.world.handle_ops(std::slice::from_ref(op)).unwrap();
        bundle.succeeded().unwrap();
    }

    /// All that a session could change: the root, what the account has, its nonce and deposit, and how many storage
    /// words there are on the embedded chain.
    pub(crate) fn state(&self) -> State {
        let world = &self.job.world;
        let account = self.job.account;
        let tokens = [world.token_a, world.token_b, world.vault];
        let modules = [
            self.job.programs.manager,
            self.job.programs.router,
            world.ecdsa_module,
            world.mock_svm,
        ];
        let nonce = EntryPoint::getNonceCall {
            sender: account,
            key: U192::ZERO,
        };
        let deposit = EntryPoint::balanceOfCall { account };
        State {
            root: self.root(account),
            balances: tokens.map(|token| world.balance_of(token, account).unwrap()),
            allowance: world
                .view(
                    world.token_a,
                    Token::allowanceCall {
                        owner: account,
                        spender: world.swap_router,
                    },
                )
                .unwrap(),
            modules: modules.map(|module| {
                let call = Account::isModuleEnabledCall { module };
                world.view(account, call).unwrap()
            }),
            nonce: world.view(world.entry_point, nonce).unwrap(),
            deposit: world.view(world.entry_point, deposit).unwrap(),
            slots: world.embedded().ok().map(|node| node.sizes().slots),
        }
    }

    pub(crate) fn root(&self, account: Address) -> B256 {
        let call = calls::SessionKeyManager::getSessionKeysCall { account };
        let manager = self.job.programs.manager;
        self.job.world.view(manager, call).unwrap()
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    root: B256,
    balances: [U256; 3],
    allowance: U256,
    modules: [bool; 4],
    nonce: U256,
    deposit: U256,
    slots: Option<usize>,
}
