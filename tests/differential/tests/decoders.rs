//! The cursor of session-core beside solc's decoders, which run in the EVM: the same calldata is accepted, and gives
//! the same values.
//!
//! `PROPTEST_CASES=100000 cargo test --profile host -p differential --test decoders` is the long run; the default is 3,000
//! cases of each kind.
//!
//! # The one divergence
//! solc compares the offset of a dynamic field of a *calldata* struct or array (`op.callData`, an element of
//! `bytes[] calldata`) as a signed number, and follows a negative one to before the struct. The cursor refuses it. Only a
//! direct caller of a module can send one: EntryPoint and account encode the userOp anew. [`Lazy`] models solc's rule,
//! so that the tests prove that nothing else differs.

use std::{
    cell::Cell,
    io::{Write, stderr},
};

use alloy::{
    primitives::{Address, Bytes, FixedBytes, I256, U256},
    rpc::types::TransactionRequest,
    sol_types::SolValue,
};
use devnode::{CallError, Devnode};
use differential::{
    artefact::Artefact,
    calldata::{Choices, Node, change, encode},
};
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, TestRunner},
};
use session_core::{
    Malformed,
    abi::{Array, Tuple},
    execution::{self, Batch},
    user_op::{BatchedSession, ManagerSignature, RouterSignature, Session, UserOp},
};

const CASES: u32 = 3_000;
const GAS: u64 = 20_000_000;
const SELECTOR: usize = 4;
const WORD: usize = 32;

/// Decoded values, encoded anew; `None` is a refusal.
type Answer = Option<Vec<u8>>;

/// A contract on a chain of its own.
struct Contract {
    node: Devnode,
    at: Address,
    artefact: Artefact,
}

impl Contract {
    fn new(name: &str) -> Self {
        let mut node = Devnode::default();
        let at = Address::repeat_byte(0xc0);
        let artefact = Artefact::load(name);
        node.set_code(at, artefact.deployed_bytecode.clone())
            .unwrap();
        Self { node, at, artefact }
    }

    fn call(&self, function: &str, arguments: &[u8]) -> Result<Vec<u8>, CallError> {
        let input = [&self.artefact.selector(function), arguments].concat();
        let request = TransactionRequest::default()
            .to(self.at)
            .gas_limit(GAS)
            .input(Bytes::from(input).into());
        self.node
            .call(&request, alloy::eips::BlockId::latest())
            .map(Into::into)
    }

    fn decode(&self, function: &str, arguments: &[u8]) -> Answer {
        match self.call(function, arguments) {
            Ok(output) => Some(output),
            Err(CallError::Revert(_) | CallError::Halt { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Runs a property of calldata, and counts for how much of it it is true (accepted).
fn count(
    name: &str,
    fields: fn(&mut Choices<'_>) -> Vec<Node>,
    is_accepted: impl Fn(&[u8]) -> bool,
) {
    let mut config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = CASES;
    }
    let cases = config.cases;
    let accepted = Cell::new(0);
    TestRunner::new(config)
        .run(&vec(any::<u32>(), 0..200), |numbers| {
            let mut choices = Choices::new(&numbers);
            // First, so that a short list has them.
            let changes: Vec<_> = (0..20).map(|_| choices.number()).collect();
            let encoding = encode(&fields(&mut choices), &mut choices);
            let input = change(encoding, &mut Choices::new(&changes));
            accepted.set(accepted.get() + u32::from(is_accepted(&input)));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let percent = 100 * u64::from(accepted.get()) / u64::from(cases.max(1));
    writeln!(stderr(), "{name}: {cases} cases, {percent} % accepted").unwrap();
    assert!(percent >= 30, "{name}: too few inputs are accepted");
}

/// How the oracle's function is given the input.
#[derive(Clone, Copy, PartialEq, Eq)]
enum As {
    /// As its arguments.
    Arguments,
    /// As the content of its only argument, a `bytes`.
    Bytes,
}

/// What a reading is tested with: an oracle's function, and whether solc reads negative offsets there.
struct Kind {
    function: &'static str,
    input: As,
    fields: fn(&mut Choices<'_>) -> Vec<Node>,
    /// The same input without negative offsets, if there are any that solc follows.
    positive: Option<fn(&Lazy) -> Option<Vec<Node>>>,
}

impl Kind {
    const fn new(
        function: &'static str,
        input: As,
        fields: fn(&mut Choices<'_>) -> Vec<Node>,
    ) -> Self {
        Self {
            function,
            input,
            fields,
            positive: None,
        }
    }

    const fn lazy(mut self, positive: fn(&Lazy) -> Option<Vec<Node>>) -> Self {
        self.positive = Some(positive);
        self
    }

    fn test(&self, ours: impl Fn(&[u8]) -> Result<Vec<u8>, Malformed>) {
        let oracle = Contract::new("DecoderOracle");
        let negative = Cell::new(0);
        count(self.function, self.fields, |input| {
            let theirs = match self.input {
                As::Arguments => oracle.decode(self.function, input),
                As::Bytes => oracle.decode(
                    self.function,
                    &(Bytes::copy_from_slice(input),).abi_encode_params(),
                ),
            };
            let answer = ours(input).ok();
            if answer.is_none() && theirs.is_some() && self.is_negative(input, &theirs, &ours) {
                negative.set(negative.get() + 1);
            } else {
                assert_eq!(
                    answer.map(hex::encode),
                    theirs.as_ref().map(hex::encode),
                    "{} (left: cursor, right: solc) of {}",
                    self.function,
                    hex::encode(input)
                );
            }
            theirs.is_some()
        });
        if negative.get() > 0 {
            writeln!(
                stderr(),
                "{}: {} negative offsets",
                self.function,
                negative.get()
            )
            .unwrap();
        }
    }

    /// Does solc accept the input only because of negative offsets? Then the cursor reads the same from the input
    /// without them.
    fn is_negative(
        &self,
        input: &[u8],
        theirs: &Answer,
        ours: impl Fn(&[u8]) -> Result<Vec<u8>, Malformed>,
    ) -> bool {
        let selector = Artefact::load("DecoderOracle").selector(self.function);
        let lazy = Lazy {
            calldata: [&selector, input].concat(),
            negative: Cell::new(false),
        };
        let Some(fields) = self.positive.and_then(|positive| positive(&lazy)) else {
            return false;
        };
        let plain = encode(&fields, &mut Choices::new(&[])).bytes;
        lazy.negative.get() && ours(&plain).ok() == *theirs
    }
}

/// solc's access to calldata structs and arrays (`access_calldata_tail` in its Yul). Positions are those of the whole
/// calldata; they may lie far out of it, where zeros are.
struct Lazy {
    calldata: Vec<u8>,
    /// Was an offset negative?
    negative: Cell<bool>,
}

impl Lazy {
    fn arguments(&self, words: usize) -> Option<Tuple<'_>> {
        Tuple::new(&self.calldata[SELECTOR..], words).ok()
    }

    /// Where an argument begins: its offset is unsigned.
    fn argument(&self, index: usize) -> Option<U256> {
        let offset = U256::from_be_bytes(*self.arguments(index + 1)?.word(index).ok()?);
        offset.checked_add(U256::from(SELECTOR))
    }

    fn load(&self, at: U256) -> U256 {
        let rest = usize::try_from(at)
            .ok()
            .and_then(|at| self.calldata.get(at..))
            .unwrap_or(&[]);
        let mut word = [0; WORD];
        let len = rest.len().min(WORD);
        word[..len].copy_from_slice(&rest[..len]);
        U256::from_be_bytes(word)
    }

    fn word(&self, base: U256, index: usize) -> Node {
        Node::Word(
            self.load(base.wrapping_add(U256::from(index * WORD)))
                .to_be_bytes(),
        )
    }

    /// What the offset in a word points to, of which so many bytes have to be there.
    fn tail(&self, base: U256, index: usize, needed: usize) -> Option<U256> {
        let offset = self.load(base.wrapping_add(U256::from(index * WORD)));
        let size = U256::from(self.calldata.len());
        let end = size.wrapping_sub(base).wrapping_sub(U256::from(needed - 1));
        if I256::from_raw(offset) >= I256::from_raw(end) {
            return None;
        }
        if offset.bit(255) {
            self.negative.set(true);
        }
        Some(base.wrapping_add(offset))
    }

    /// Beginning and length of a `bytes` or an array.
    fn counted(&self, base: U256, index: usize, stride: usize) -> Option<(U256, usize)> {
        let at = self.tail(base, index, WORD)?;
        let len = u64::try_from(self.load(at)).ok()?;
        let start = at.wrapping_add(U256::from(WORD));
        let last =
            U256::from(self.calldata.len()).wrapping_sub(U256::from(len) * U256::from(stride));
        if I256::from_raw(start) > I256::from_raw(last) {
            return None;
        }
        Some((start, usize::try_from(len).ok()?))
    }

    fn bytes(&self, base: U256, index: usize) -> Option<Node> {
        let (start, len) = self.counted(base, index, 1)?;
        let position = usize::try_from(start).ok();
        let bytes = position.and_then(|start| self.calldata.get(start..start + len));
        // Out of the calldata there are only zeros, so nothing but a length of zero.
        Some(Node::Bytes(bytes.unwrap_or(&[]).to_vec()))
    }

    fn words(&self, base: U256, index: usize) -> Option<Node> {
        let (start, len) = self.counted(base, index, WORD)?;
        Some(Node::Array(
            (0..len).map(|index| self.word(start, index)).collect(),
        ))
    }

    /// The userOp that is argument 0. What is out of bounds in it is left empty: it does not matter, or solc refuses.
    fn user_op(&self) -> Option<Node> {
        let base = self.argument(0)?;
        let field = |index| match index {
            2 | 3 | 9 | 10 => self.bytes(base, index).unwrap_or(Node::Bytes(Vec::new())),
            _ => self.word(base, index),
        };
        Some(Node::Tuple((0..11).map(field).collect()))
    }
}

/// `(UserOperation, bytes32)`.
fn positive_user_op(lazy: &Lazy) -> Option<Vec<Node>> {
    let hash = lazy.arguments(2)?.word(1).ok()?;
    Some(vec![lazy.user_op()?, Node::Word(*hash)])
}

/// `(UserOperation, bytes32, bytes, bytes)`.
fn positive_svm_user_op(lazy: &Lazy) -> Option<Vec<Node>> {
    let arguments = lazy.arguments(4)?;
    let bytes = |index| {
        arguments
            .bytes(index)
            .ok()
            .map(|bytes| Node::Bytes(bytes.to_vec()))
    };
    Some(vec![
        lazy.user_op()?,
        Node::Word(*arguments.word(1).ok()?),
        bytes(2)?,
        bytes(3)?,
    ])
}

/// `(address[], uint256[], bytes[])`.
fn positive_batch(lazy: &Lazy) -> Option<Vec<Node>> {
    let arguments = lazy.arguments(3)?;
    let words = |index| {
        let array = arguments.array(index).ok()?;
        let words = (0..array.len()).map(|index| array.word(index).ok().copied().map(Node::Word));
        words.collect::<Option<_>>().map(Node::Array)
    };
    let base = lazy.argument(2)?.checked_add(U256::from(WORD))?;
    let data = (0..arguments.array(2).ok()?.len()).map(|index| lazy.bytes(base, index));
    Some(vec![
        words(0)?,
        words(1)?,
        Node::Array(data.collect::<Option<_>>()?),
    ])
}

/// `(address, SessionData[])`.
fn positive_sessions(lazy: &Lazy) -> Option<Vec<Node>> {
    let arguments = lazy.arguments(2)?;
    let base = lazy.argument(1)?.checked_add(U256::from(WORD))?;
    let session = |index| {
        let base = lazy.tail(base, index, 6 * WORD)?;
        let word = |index| lazy.word(base, index);
        Some(Node::Tuple(vec![
            word(0),
            word(1),
            word(2),
            lazy.bytes(base, 3)?,
            lazy.words(base, 4)?,
            lazy.bytes(base, 5)?,
        ]))
    };
    let sessions = (0..arguments.array(1).ok()?.len()).map(session);
    Some(vec![
        Node::Word(*arguments.word(0).ok()?),
        Node::Array(sessions.collect::<Option<_>>()?),
    ])
}

// What is encoded

fn any_word(choices: &mut Choices<'_>) -> Node {
    Node::number(choices, WORD)
}

fn any_address(choices: &mut Choices<'_>) -> Node {
    Node::number(choices, 20)
}

fn any_secs(choices: &mut Choices<'_>) -> Node {
    Node::number(choices, 6)
}

/// The first five fields of a session, and the bytes that follow them.
fn session_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![
        any_secs(choices),
        any_secs(choices),
        any_address(choices),
        Node::bytes(choices),
        Node::array(choices, 4, any_word),
        Node::bytes(choices),
    ]
}

fn any_session(choices: &mut Choices<'_>) -> Node {
    Node::Tuple(session_fields(choices))
}

fn router_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![
        any_address(choices),
        Node::array(choices, 4, any_session),
        Node::bytes(choices),
    ]
}

fn execute_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![
        any_address(choices),
        any_word(choices),
        Node::bytes(choices),
    ]
}

fn batch_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let len = choices.below(5);
    // Rarely the arrays differ in length.
    let to = if choices.one_in(16) {
        choices.below(5)
    } else {
        len
    };
    vec![
        Node::array_of(choices, to, any_address),
        Node::array_of(choices, len, any_word),
        Node::array_of(choices, len, Node::bytes),
    ]
}

fn user_op_with(choices: &mut Choices<'_>, call_data: Node, signature: Node) -> Node {
    let mut fields = vec![
        any_address(choices),
        any_word(choices),
        Node::bytes(choices),
        call_data,
    ];
    fields.extend((0..5).map(|_| any_word(choices)));
    fields.extend([Node::bytes(choices), signature]);
    Node::Tuple(fields)
}

fn user_op_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let (call_data, signature) = (Node::bytes(choices), Node::bytes(choices));
    vec![
        user_op_with(choices, call_data, signature),
        any_word(choices),
    ]
}

fn signed_user_op(choices: &mut Choices<'_>, call_data: Node, module_signature: Node) -> Vec<Node> {
    let signature = Node::Encoded(Vec::new(), vec![module_signature, any_address(choices)]);
    vec![
        user_op_with(choices, call_data, signature),
        any_word(choices),
    ]
}

fn module_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let (call_data, signature) = (Node::bytes(choices), Node::bytes(choices));
    signed_user_op(choices, call_data, signature)
}

fn manager_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let (call_data, signature) = (Node::bytes(choices), session_fields(choices));
    signed_user_op(choices, call_data, Node::Encoded(Vec::new(), signature))
}

fn batch_user_op_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let call_data = Node::Encoded(execution::EXECUTE_BATCH.to_vec(), batch_fields(choices));
    let signature = router_fields(choices);
    signed_user_op(choices, call_data, Node::Encoded(Vec::new(), signature))
}

fn session_key_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let mut fields = session_fields(choices);
    fields.pop();
    fields.insert(0, any_address(choices));
    fields
}

fn session_keys_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    vec![any_address(choices), Node::array(choices, 5, any_session)]
}

fn svm_user_op_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let mut fields = user_op_fields(choices);
    fields.extend([Node::bytes(choices), Node::bytes(choices)]);
    fields
}

fn svm_params_fields(choices: &mut Choices<'_>) -> Vec<Node> {
    let mut fields = execute_fields(choices);
    fields.extend([Node::bytes(choices), Node::bytes(choices)]);
    fields
}

// What the cursor reads, as the oracle answers it

type Read = Result<Vec<u8>, Malformed>;
type SessionValue = (U256, U256, Address, Bytes, Vec<FixedBytes<32>>, Bytes);

fn bytes(slice: &[u8]) -> Bytes {
    Bytes::copy_from_slice(slice)
}

fn collect<T>(
    array: &Array<'_>,
    item: impl Fn(usize) -> Result<T, Malformed>,
) -> Result<Vec<T>, Malformed> {
    (0..array.len()).map(item).collect()
}

fn proof(array: &Array<'_>) -> Result<Vec<FixedBytes<32>>, Malformed> {
    collect(array, |index| Ok(array.word(index)?.into()))
}

fn session_value(session: &Session<'_>, last: &[u8]) -> Result<SessionValue, Malformed> {
    Ok((
        U256::from(session.valid_until_secs),
        U256::from(session.valid_after_secs),
        session.svm.into(),
        bytes(session.session_key_data),
        proof(&session.proof)?,
        bytes(last),
    ))
}

fn sessions_value(array: &Array<'_>) -> Result<Vec<SessionValue>, Malformed> {
    collect(array, |index| {
        let item = BatchedSession::at(array, index)?;
        session_value(&item.session, item.call_specific_data)
    })
}

type BatchValue = (Vec<Address>, Vec<U256>, Vec<Bytes>);

/// All of the arrays, whatever their lengths.
fn batch_value(arguments: &[u8]) -> Result<BatchValue, Malformed> {
    let is_batch = Batch::decode(arguments).is_ok();
    let value = arrays_value(arguments);
    assert_eq!(
        is_batch,
        value.is_ok(),
        "Batch::decode checks every element of {}",
        hex::encode(arguments)
    );
    value
}

fn arrays_value(arguments: &[u8]) -> Result<BatchValue, Malformed> {
    let tuple = Tuple::new(arguments, 3)?;
    let (to, values, data) = (tuple.array(0)?, tuple.array(1)?, tuple.array(2)?);
    Ok((
        collect(&to, |index| Ok(to.address(index)?.into()))?,
        collect(&values, |index| {
            Ok(U256::from_be_bytes(*values.word(index)?))
        })?,
        collect(&data, |index| Ok(bytes(data.bytes(index)?)))?,
    ))
}

fn op<'a>(arguments: &'a [u8]) -> Result<UserOp<'a>, Malformed> {
    UserOp::new(&Tuple::new(arguments, 2)?, 0)
}

fn read_one(slice: &[u8]) -> Vec<u8> {
    (bytes(slice),).abi_encode_params()
}

#[test]
fn user_op_words() {
    Kind::new("userOpWords", As::Arguments, user_op_fields).test(|input| {
        let arguments = Tuple::new(input, 2)?;
        let op = UserOp::new(&arguments, 0)?;
        let number = |word: &[u8; 32]| U256::from_be_bytes(*word);
        Ok((
            Address::from(op.sender()?),
            number(op.nonce()?),
            number(op.call_gas_limit()?),
            number(op.verification_gas_limit()?),
            number(op.pre_verification_gas()?),
            number(op.max_fee_per_gas()?),
            number(arguments.word(1)?),
        )
            .abi_encode_params())
    });
}

#[test]
fn user_op_call_data() {
    Kind::new("userOpCallData", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| Ok(read_one(op(input)?.call_data()?)));
}

#[test]
fn user_op_paymaster_and_data() {
    Kind::new("userOpPaymasterAndData", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| Ok(read_one(op(input)?.paymaster_and_data()?)));
}

#[test]
fn user_op_signature() {
    Kind::new("userOpSignature", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| Ok(read_one(op(input)?.signature()?)));
}

#[test]
fn user_op_forwarded() {
    Kind::new("userOpForwarded", As::Arguments, user_op_fields)
        .lazy(positive_user_op)
        .test(|input| {
            let arguments = Tuple::new(input, 2)?;
            let op = UserOp::new(&arguments, 0)?;
            let tuple = arguments.tuple(0, 11)?;
            op.sender()?;
            let mut fields = Vec::new();
            for index in 0..11 {
                fields.push(match index {
                    2 => Node::Bytes(tuple.bytes(2)?.to_vec()),
                    3 => Node::Bytes(op.call_data()?.to_vec()),
                    9 => Node::Bytes(op.paymaster_and_data()?.to_vec()),
                    10 => Node::Bytes(op.signature()?.to_vec()),
                    _ => Node::Word(*tuple.word(index)?),
                });
            }
            let fields = [Node::Tuple(fields), Node::Word(*arguments.word(1)?)];
            Ok(encode(&fields, &mut Choices::new(&[])).bytes)
        });
}

#[test]
fn module_signature() {
    Kind::new("moduleSignature", As::Arguments, module_fields)
        .lazy(positive_user_op)
        .test(|input| {
            let op = op(input)?;
            let module = Tuple::new(op.signature()?, 2)?.address(1)?;
            Ok((bytes(op.module_signature()?), Address::from(module)).abi_encode_params())
        });
}

fn manager_value(signature: &[u8]) -> Result<SessionValue, Malformed> {
    let ManagerSignature {
        session,
        session_key_signature,
    } = ManagerSignature::decode(signature)?;
    session_value(&session, session_key_signature)
}

fn read_manager_user_op(input: &[u8]) -> Read {
    let op = op(input)?;
    let (until, after, svm, data, proof, signature) = manager_value(op.module_signature()?)?;
    Ok((
        Address::from(op.sender()?),
        until,
        after,
        svm,
        data,
        proof,
        signature,
    )
        .abi_encode_params())
}

#[test]
fn manager_user_op() {
    Kind::new("managerUserOp", As::Arguments, manager_fields)
        .lazy(positive_user_op)
        .test(read_manager_user_op);
}

#[test]
fn router_user_op() {
    Kind::new("routerUserOp", As::Arguments, batch_user_op_fields)
        .lazy(positive_user_op)
        .test(|input| {
            let op = op(input)?;
            let (selector, arguments) = execution::split(op.call_data()?)?;
            let signature = RouterSignature::decode(op.module_signature()?)?;
            let (to, values, data) = batch_value(arguments)?;
            Ok((
                FixedBytes::from(selector),
                Address::from(signature.manager),
                sessions_value(&signature.sessions)?,
                bytes(signature.session_key_signature),
                to,
                values,
                data,
            )
                .abi_encode_params())
        });
}

#[test]
fn manager_signature() {
    Kind::new("managerSignature", As::Bytes, session_fields)
        .test(|input| Ok(manager_value(input)?.abi_encode_params()));
}

#[test]
fn router_signature() {
    Kind::new("routerSignature", As::Bytes, router_fields).test(|input| {
        let signature = RouterSignature::decode(input)?;
        Ok((
            Address::from(signature.manager),
            sessions_value(&signature.sessions)?,
            bytes(signature.session_key_signature),
        )
            .abi_encode_params())
    });
}

fn read_execute(input: &[u8]) -> Read {
    let action = execution::execute(input)?;
    let value = U256::from_be_bytes(*action.value);
    Ok((Address::from(action.to), value, bytes(action.data)).abi_encode_params())
}

#[test]
fn decoded_execute() {
    Kind::new("decodedExecute", As::Bytes, execute_fields).test(read_execute);
}

#[test]
fn decoded_batch() {
    Kind::new("decodedBatch", As::Bytes, batch_fields)
        .test(|input| Ok(batch_value(input)?.abi_encode_params()));
}

/// What the account executes is what the modules have read.
#[test]
fn execute() {
    Kind::new("execute", As::Arguments, execute_fields).test(read_execute);
}

/// What the account executes is what the modules have read.
#[test]
fn execute_batch() {
    Kind::new("executeBatch", As::Arguments, batch_fields)
        .lazy(positive_batch)
        .test(|input| {
            let batch = Batch::decode(input)?;
            let len = Tuple::new(input, 3)?.array(0)?.len();
            batch.check_len(len).map_err(|_| Malformed)?;
            let actions: Vec<_> = (0..len)
                .map(|index| batch.action(index))
                .collect::<Result<_, _>>()?;
            let to: Vec<Address> = actions.iter().map(|action| action.to.into()).collect();
            let values: Vec<U256> = actions
                .iter()
                .map(|action| U256::from_be_bytes(*action.value))
                .collect();
            let data: Vec<Bytes> = actions.iter().map(|action| bytes(action.data)).collect();
            Ok((to, values, data).abi_encode_params())
        });
}

fn read_session_key(input: &[u8]) -> Read {
    let tuple = Tuple::new(input, 6)?;
    Ok((
        Address::from(tuple.address(0)?),
        U256::from(tuple.uint48(1)?),
        U256::from(tuple.uint48(2)?),
        Address::from(tuple.address(3)?),
        bytes(tuple.bytes(4)?),
        proof(&tuple.array(5)?)?,
    )
        .abi_encode_params())
}

#[test]
fn session_key() {
    Kind::new("sessionKey", As::Arguments, session_key_fields).test(read_session_key);
}

#[test]
fn session_key_calldata() {
    Kind::new("sessionKeyCalldata", As::Arguments, session_key_fields).test(read_session_key);
}

fn read_session_keys(input: &[u8]) -> Read {
    let tuple = Tuple::new(input, 2)?;
    let account = Address::from(tuple.address(0)?);
    Ok((account, sessions_value(&tuple.array(1)?)?).abi_encode_params())
}

#[test]
fn session_keys() {
    Kind::new("sessionKeys", As::Arguments, session_keys_fields).test(read_session_keys);
}

#[test]
fn session_keys_calldata() {
    Kind::new("sessionKeysCalldata", As::Arguments, session_keys_fields)
        .lazy(positive_sessions)
        .test(read_session_keys);
}

#[test]
fn svm_user_op() {
    Kind::new("svmUserOp", As::Arguments, svm_user_op_fields)
        .lazy(positive_svm_user_op)
        .test(|input| {
            let tuple = Tuple::new(input, 4)?;
            let call_data = bytes(UserOp::new(&tuple, 0)?.call_data()?);
            let hash = FixedBytes::from(*tuple.word(1)?);
            Ok((
                call_data,
                hash,
                bytes(tuple.bytes(2)?),
                bytes(tuple.bytes(3)?),
            )
                .abi_encode_params())
        });
}

#[test]
fn svm_params() {
    Kind::new("svmParams", As::Arguments, svm_params_fields).test(|input| {
        let tuple = Tuple::new(input, 5)?;
        let to = Address::from(tuple.address(0)?);
        let value = U256::from_be_bytes(*tuple.word(1)?);
        let slice = |index| tuple.bytes(index).map(bytes);
        Ok((to, value, slice(2)?, slice(3)?, slice(4)?).abi_encode_params())
    });
}
