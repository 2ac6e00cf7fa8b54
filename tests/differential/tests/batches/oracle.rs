//! What is due: solc's decoder, in the EVM, reads what the reference decodes, and the rules are said once more, in the
//! order of §10.2 and §10.3. Contracts that are not ours are asked.

use std::cell::Cell;

use alloy::{
    primitives::{Address, B256, Bytes, Signature, U256, eip191_hash_message, keccak256, uint},
    sol,
    sol_types::{Revert, SolCall, SolError, SolValue},
};

use crate::{
    rules::{Action, Svm},
    scene::{FOREVER_SECS, Scene, leaf, node},
};

sol! {
    struct UserOperation {
        address sender; uint256 nonce; bytes initCode; bytes callData; uint256 callGasLimit;
        uint256 verificationGasLimit; uint256 preVerificationGas; uint256 maxFeePerGas;
        uint256 maxPriorityFeePerGas; bytes paymasterAndData; bytes signature;
    }
    struct SessionData {
        uint48 validUntil; uint48 validAfter; address svm; bytes data; bytes32[] proof; bytes callSpecificData;
    }

    interface Decoders {
        function userOpWords(UserOperation op, bytes32 hash) returns (address, uint256, uint256, uint256, uint256, uint256, bytes32);
        function userOpCallData(UserOperation op, bytes32 hash) returns (bytes);
        function moduleSignature(UserOperation op, bytes32 hash) returns (bytes, address);
        function managerSignature(bytes raw) returns (uint48, uint48, address, bytes, bytes32[], bytes);
        function routerSignature(bytes raw) returns (address, SessionData[], bytes);
        function decodedExecute(bytes raw) returns (address, uint256, bytes);
        function decodedBatch(bytes raw) returns (address[], uint256[], bytes[]);
        function sessionKey(address account, uint48 validUntil, uint48 validAfter, address svm, bytes data, bytes32[] proof)
            returns (address, uint48, uint48, address, bytes, bytes32[]);
        function sessionKeys(address account, SessionData[] sessions) returns (address, SessionData[]);
    }

    interface Programs {
        function validateUserOp(UserOperation op, bytes32 hash) returns (uint256);
        function validateSessionKey(address account, uint48 validUntil, uint48 validAfter, address svm, bytes data, bytes32[] proof)
            returns (bytes32);
        function validateSessionKeys(address account, SessionData[] sessions) returns (bytes32);
        function validateSessionParams(address to, uint256 value, bytes data, bytes sessionKeyData, bytes callSpecificData)
            returns (address);
        function validateSessionUserOp(UserOperation op, bytes32 hash, bytes sessionKeyData, bytes signature) returns (bool);
        function isModuleEnabled(address module) returns (bool);
    }
}

use Decoders::*;
use Programs::{isModuleEnabledCall, validateSessionParamsCall, validateSessionUserOpCall};

const EXECUTE: [[u8; 4]; 2] = [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]];
pub const EXECUTE_BATCH: [[u8; 4]; 2] = [[0x47, 0xe1, 0xda, 0x2a], [0x00, 0x00, 0x46, 0x80]];

/// EntryPoints v0.6 to v0.9.
pub const ENTRY_POINTS: [Address; 4] = [
    alloy::primitives::address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789"),
    alloy::primitives::address!("0000000071727De22E5E9d8BAf0edAc6f37da032"),
    alloy::primitives::address!("4337084D9E255Ff0702461CF8895CE9E3b5Ff108"),
    alloy::primitives::address!("433709009B8330FDa32311DF1C2AFA402eD8D009"),
];

/// The order of the curve's group.
pub const CURVE_ORDER: U256 =
    uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

/// The word of the answer, or revert data.
pub type Answer = Result<B256, Bytes>;

/// Revert data of a text.
pub fn text(text: &str) -> Bytes {
    Revert::from(text).abi_encode().into()
}

const fn empty() -> Bytes {
    Bytes::new()
}

/// A session that was decoded.
struct Session {
    until_secs: u64,
    after_secs: u64,
    svm: Address,
    data: Bytes,
    proof: Vec<B256>,
}

impl Session {
    fn leaf(&self) -> B256 {
        leaf(self.until_secs, self.after_secs, self.svm, &self.data)
    }
}

impl From<&SessionData> for Session {
    fn from(session: &SessionData) -> Self {
        Self {
            until_secs: session.validUntil.to(),
            after_secs: session.validAfter.to(),
            svm: session.svm,
            data: session.data.clone(),
            proof: session.proof.clone(),
        }
    }
}

/// Is it a module of the account? The account's word, if it is a bool, or its revert data.
type IsModule = Result<Option<bool>, Bytes>;

/// Knows what is due.
pub struct Oracle<'a> {
    scene: &'a Scene,
    has_burnt: Cell<bool>,
}

impl<'a> Oracle<'a> {
    pub const fn new(scene: &'a Scene) -> Self {
        Self {
            scene,
            has_burnt: Cell::new(false),
        }
    }

    /// Has a contract that is not ours burnt the gas that it was given? An "account" may be a precompile that takes no
    /// such input.
    pub const fn has_burnt(&self) -> bool {
        self.has_burnt.get()
    }

    fn ask(&self, to: Address, input: &[u8]) -> Result<Bytes, Bytes> {
        self.scene.ask(to, input).map_err(|data| {
            data.unwrap_or_else(|| {
                self.has_burnt.set(true);
                empty()
            })
        })
    }

    /// `validateUserOp` of the router.
    pub fn router(&self, arguments: &[u8]) -> Answer {
        let call_data = self.call_data(arguments)?;
        let (selector, call) = split(&call_data)?;
        if !EXECUTE_BATCH.contains(&selector) {
            return Err(text("SR Invalid Selector"));
        }
        let signature = self.module_signature(arguments)?;
        let decoded = self.decode_bytes::<routerSignatureCall>(&signature)?;
        let (manager, sessions, session_key_signature) = (decoded._0, decoded._1, decoded._2);
        let (account, hash) = self.sender_and_hash(arguments)?;
        if self.is_enabled(account, manager)? != Some(true) {
            return Err(text("SR Invalid SKM"));
        }
        let signer = recover(hash, &session_key_signature)?;
        let batch = self.decode_bytes::<decodedBatchCall>(call)?;
        let (to, values, data) = (batch._0, batch._1, batch._2);
        if to.is_empty() {
            return Err(text("SR Empty Batch"));
        }
        if [values.len(), data.len(), sessions.len()] != [to.len(); 3] {
            return Err(text("Lengths mismatch"));
        }

        let decoded: Vec<Session> = sessions.iter().map(Into::into).collect();
        let leaves: Vec<_> = decoded.iter().map(Session::leaf).collect();
        if manager == self.scene.job.programs.manager {
            for session in &decoded {
                self.prove(account, session)?;
            }
        } else {
            let at = U256::from_be_slice(&signature[32..64]).to::<usize>();
            let input = [
                &Programs::validateSessionKeysCall::SELECTOR[..],
                &(account, U256::from(64)).abi_encode_params(),
                &signature[at..],
            ];
            let answer = self.ask(manager, &input.concat())?;
            if answer.get(..32) != Some(approval(account, &leaves).as_slice()) {
                return Err(text("SR Invalid SKM"));
            }
        }

        let own = [account, manager, self.scene.job.programs.router];
        let (mut is_signed, mut until_secs, mut after_secs) = (true, FOREVER_SECS, 0);
        for (index, session) in decoded.iter().enumerate() {
            let action = Action {
                to: to[index],
                value: values[index],
                data: data[index].clone(),
            };
            let specific = &sessions[index].callSpecificData;
            is_signed &= self.params(session, &action, specific)? == signer;
            if self.is_forbidden(account, action.to, session.svm, &own) {
                return Err(text("SR Forbidden Target"));
            }
            if session.until_secs != 0 {
                until_secs = until_secs.min(session.until_secs);
            }
            after_secs = after_secs.max(session.after_secs);
        }
        if !is_signed {
            return Ok(U256::ONE.into());
        }
        Ok(pack(false, until_secs, after_secs))
    }

    /// `validateUserOp` of the manager.
    pub fn manager(&self, arguments: &[u8]) -> Answer {
        let signature = self.module_signature(arguments)?;
        let decoded = self.decode_bytes::<managerSignatureCall>(&signature)?;
        let session = Session {
            until_secs: decoded._0.to(),
            after_secs: decoded._1.to(),
            svm: decoded._2,
            data: decoded._3,
            proof: decoded._4,
        };
        let (account, hash) = self.sender_and_hash(arguments)?;
        self.prove(account, &session)?;
        let is_signed = self.user_op(arguments, &session, hash, &decoded._5)?;
        let call_data = self.call_data(arguments)?;
        let (selector, call) = split(&call_data)?;
        if !EXECUTE.contains(&selector) {
            return Err(text("SKM Invalid Selector"));
        }
        let to = self.decode_bytes::<decodedExecuteCall>(call)?._0;
        let own = [account, self.scene.job.programs.manager];
        if self.is_forbidden(account, to, session.svm, &own) {
            return Err(text("SKM Forbidden Target"));
        }
        Ok(pack(!is_signed, session.until_secs, session.after_secs))
    }

    /// `validateSessionKey` of the manager.
    pub fn key(&self, arguments: &[u8]) -> Answer {
        let decoded = self.scene.decode::<sessionKeyCall>(arguments);
        let decoded = decoded.ok_or_else(empty)?;
        let session = Session {
            until_secs: decoded._1.to(),
            after_secs: decoded._2.to(),
            svm: decoded._3,
            data: decoded._4,
            proof: decoded._5,
        };
        self.prove(decoded._0, &session)?;
        Ok(approval(decoded._0, &[session.leaf()]))
    }

    /// `validateSessionKeys` of the manager.
    pub fn keys(&self, arguments: &[u8]) -> Answer {
        let decoded = self.scene.decode::<sessionKeysCall>(arguments);
        let decoded = decoded.ok_or_else(empty)?;
        let sessions: Vec<Session> = decoded._1.iter().map(Into::into).collect();
        if sessions.is_empty() {
            return Err(text("SessionNotApproved"));
        }
        for session in &sessions {
            self.prove(decoded._0, session)?;
        }
        let leaves: Vec<_> = sessions.iter().map(Session::leaf).collect();
        Ok(approval(decoded._0, &leaves))
    }

    fn prove(&self, account: Address, session: &Session) -> Result<(), Bytes> {
        let is_allowed = is_allowed(session.until_secs, session.after_secs, &session.data);
        let root = session.proof.iter().copied().fold(session.leaf(), node);
        // No other account has sessions.
        let is_in_tree = account == self.scene.job.account && root == self.scene.root;
        if is_allowed && is_in_tree {
            return Ok(());
        }
        Err(text("SessionNotApproved"))
    }

    fn ours(&self, svm: Address) -> Option<Svm> {
        let mut all = Svm::ALL.into_iter();
        all.find(|kind| self.scene.address(*kind) == svm)
    }

    /// The session key that may do this.
    fn params(
        &self,
        session: &Session,
        action: &Action,
        specific: &Bytes,
    ) -> Result<Address, Bytes> {
        if let Some(svm) = self.ours(session.svm) {
            let key = svm.check(&session.data, || Some(action.clone()));
            return key.map_err(|reason| reason.map_or_else(empty, |reason| text(&reason)));
        }
        let call = validateSessionParamsCall {
            to: action.to,
            value: action.value,
            data: action.data.clone(),
            sessionKeyData: session.data.clone(),
            callSpecificData: specific.clone(),
        };
        let answer = self.ask(session.svm, &call.abi_encode())?;
        let word = answer.get(..32).ok_or_else(empty)?;
        if word[..12] != [0; 12] {
            return Err(empty());
        }
        Ok(Address::from_slice(&word[12..]))
    }

    /// Has the session key signed, and may it do this?
    fn user_op(
        &self,
        arguments: &[u8],
        session: &Session,
        hash: B256,
        signature: &Bytes,
    ) -> Result<bool, Bytes> {
        if let Some(svm) = self.ours(session.svm) {
            let call_data = self.call_data(arguments)?;
            let (selector, call) = split(&call_data)?;
            if !EXECUTE.contains(&selector) {
                return Err(text(&svm.text("Invalid Selector")));
            }
            let key = svm.check(&session.data, || {
                let decoded = self.decode_bytes::<decodedExecuteCall>(call).ok()?;
                Some(Action {
                    to: decoded._0,
                    value: decoded._1,
                    data: decoded._2,
                })
            });
            let key = key.map_err(|reason| reason.map_or_else(empty, |reason| text(&reason)))?;
            return Ok(recover(hash, signature)? == key);
        }
        // The userOp stands behind what is encoded here.
        let fields = |at: usize| {
            (
                U256::from(at),
                hash,
                session.data.clone(),
                signature.clone(),
            )
        };
        let head = fields(fields(0).abi_encode_params().len()).abi_encode_params();
        let at = U256::from_be_slice(&arguments[..32]).to::<usize>();
        let selector = validateSessionUserOpCall::SELECTOR;
        let input = [&selector[..], &head, &arguments[at..]].concat();
        let answer = self.ask(session.svm, &input)?;
        match answer.get(..32).map(U256::from_be_slice) {
            Some(word) if word <= U256::ONE => Ok(word == U256::ONE),
            _ => Err(empty()),
        }
    }

    fn is_forbidden(&self, account: Address, to: Address, svm: Address, own: &[Address]) -> bool {
        own.contains(&to)
            || ENTRY_POINTS.contains(&to)
            || self.ours(svm).is_none() && self.is_enabled(account, to) != Ok(Some(false))
    }

    fn is_enabled(&self, account: Address, module: Address) -> IsModule {
        let call = isModuleEnabledCall { module };
        let answer = self.ask(account, &call.abi_encode())?;
        let word = answer.get(..32).map(U256::from_be_slice);
        let is_bool = word.filter(|word| *word <= U256::ONE);
        Ok(is_bool.map(|word| word == U256::ONE))
    }

    pub fn sender_and_hash(&self, arguments: &[u8]) -> Result<(Address, B256), Bytes> {
        let words = self.scene.decode::<userOpWordsCall>(arguments);
        let words = words.ok_or_else(empty)?;
        Ok((words._0, words._6))
    }

    pub fn call_data(&self, arguments: &[u8]) -> Result<Bytes, Bytes> {
        let call_data = self.scene.decode::<userOpCallDataCall>(arguments);
        call_data
            .filter(|_| !is_negative(arguments, 3))
            .ok_or_else(empty)
    }

    pub fn module_signature(&self, arguments: &[u8]) -> Result<Bytes, Bytes> {
        let decoded = self.scene.decode::<moduleSignatureCall>(arguments);
        decoded
            .filter(|_| !is_negative(arguments, 10))
            .map(|decoded| decoded._0)
            .ok_or_else(empty)
    }

    /// What `abi.decode` makes of bytes.
    pub fn decode_bytes<C: SolCall>(&self, raw: &[u8]) -> Result<C::Return, Bytes> {
        let arguments = (Bytes::copy_from_slice(raw),).abi_encode_params();
        self.scene.decode::<C>(&arguments).ok_or_else(empty)
    }
}

/// Is the offset in this word of the userOp negative? solc follows it, ours does not: the divergence that the tests of
/// the decoders describe.
fn is_negative(arguments: &[u8], word: usize) -> bool {
    let op = U256::from_be_slice(&arguments[..32]).to::<usize>();
    arguments[op + 32 * word] >= 0x80
}

/// May a session stand in a tree?
pub fn is_allowed(until_secs: u64, after_secs: u64, data: &[u8]) -> bool {
    let bit_47 = |secs: u64| secs >= 1 << 47;
    let is_window = !bit_47(after_secs) && (!bit_47(until_secs) || until_secs == FOREVER_SECS);
    let is_node = data.len() == 32 && data[..12] != [0; 12];
    is_window && !is_node
}

fn split(call_data: &[u8]) -> Result<([u8; 4], &[u8]), Bytes> {
    let (selector, rest) = call_data.split_first_chunk().ok_or_else(empty)?;
    Ok((*selector, rest))
}

fn approval(account: Address, leaves: &[B256]) -> B256 {
    let domain = keccak256("SESSION_APPROVED_V1");
    let words = [&[domain, account.into_word()], leaves].concat();
    keccak256(words.concat())
}

fn pack(failed: bool, until_secs: u64, after_secs: u64) -> B256 {
    let (after, until) = (U256::from(after_secs) << 208, U256::from(until_secs) << 160);
    B256::from(after | until | U256::from(failed))
}

/// OpenZeppelin's `ECDSA.recover` (§5.1).
fn recover(hash: B256, signature: &[u8]) -> Result<Address, Bytes> {
    let [rs @ .., v] = signature else {
        return Err(text("ECDSA: invalid signature length"));
    };
    if rs.len() != 64 {
        return Err(text("ECDSA: invalid signature length"));
    }
    let (r, s) = (
        U256::from_be_slice(&rs[..32]),
        U256::from_be_slice(&rs[32..]),
    );
    if s > CURVE_ORDER >> 1 {
        return Err(text("ECDSA: invalid signature 's' value"));
    }
    let signer = match v {
        27 | 28 => Signature::new(r, s, *v == 28)
            .recover_address_from_prehash(&eip191_hash_message(hash))
            .ok(),
        _ => None,
    };
    signer.ok_or_else(|| text("ECDSA: invalid signature"))
}
