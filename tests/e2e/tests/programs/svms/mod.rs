//! Every text of every SVM, from both of its entry points, and every action that it allows.

mod abi;
mod stakes;
mod swaps;
mod tokens;

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::local::PrivateKeySigner,
    sol,
    sol_types::{Revert, SolCall, SolError, SolValue},
};
use session_core::execution::{EXECUTE, EXECUTE_BATCH, EXECUTE_OPTIMIZED};
use session_keys::{Action, UserOp, sign};
use world::{MainJob, to};

use crate::{
    calls::{End, address, job, run},
    interface::texts,
};

sol! {
    function validateSessionParams(address to, uint256 value, bytes data, bytes sessionKeyData, bytes callSpecificData) returns (address);
}

/// `validateSessionUserOp(UserOperation,bytes32,bytes,bytes)`.
const VALIDATE_SESSION_USER_OP: [u8; 4] = [0x84, 0xf1, 0x6a, 0x4d];
const HASH: B256 = B256::repeat_byte(9);
const CONTRACT: Address = Address::repeat_byte(0xc0);
const TOKEN: Address = Address::repeat_byte(0x70);
const OTHER: Address = Address::repeat_byte(0x71);
const RECIPIENT: Address = Address::repeat_byte(0xaa);
const AMOUNT: U256 = U256::from_limbs([1000, 0, 0, 0]);

/// Session key data, an action, and what `validateSessionUserOp` and `validateSessionParams` say: nothing, or the text of
/// their revert, which is empty if that is.
struct Case(Bytes, Action, Option<[&'static str; 2]>);

/// An SVM's bench: where it is, and who has the session key.
struct Bench<'a> {
    job: &'a MainJob,
    svm: Address,
    signer: PrivateKeySigner,
    /// Texts that were seen.
    seen: BTreeSet<String>,
}

fn revert(text: &str) -> End {
    match text {
        "" => End::Revert(Bytes::new()),
        text => End::Revert(Revert::from(text).abi_encode().into()),
    }
}

impl Bench<'_> {
    fn run(&mut self, calldata: Vec<u8>) -> End {
        let (end, _) = run(&self.job.world, self.svm, U256::ZERO, calldata);
        if let End::Revert(data) = &end
            && !data.is_empty()
        {
            self.seen.insert(Revert::abi_decode(data).unwrap().reason);
        }
        end
    }

    fn by_user_op(&mut self, call_data: Vec<u8>, session: &Bytes, signature: Bytes) -> End {
        let op = UserOp {
            callData: call_data.into(),
            ..UserOp::default()
        };
        let arguments = (op, HASH, session.clone(), signature).abi_encode_params();
        self.run([&VALIDATE_SESSION_USER_OP[..], &arguments].concat())
    }

    fn by_params(&mut self, action: &Action, session: &Bytes) -> End {
        let call = validateSessionParamsCall {
            to: action.to,
            value: action.value,
            data: action.data.clone(),
            sessionKeyData: session.clone(),
            callSpecificData: [1].into(),
        };
        self.run(call.abi_encode())
    }

    fn signature(&self) -> Bytes {
        sign(&self.signer, HASH).unwrap()
    }

    fn check(&mut self, Case(session, action, expected): &Case) {
        let [by_user_op, by_params] = match expected {
            None => [true.abi_encode(), self.signer.address().abi_encode()]
                .map(|answer| End::Answer(answer.into())),
            Some(texts) => texts.map(revert),
        };
        for outer in [EXECUTE, EXECUTE_OPTIMIZED] {
            let signature = self.signature();
            let end = self.by_user_op(execute(outer, action), session, signature);
            assert_eq!(end, by_user_op, "{action:?}");
        }
        assert_eq!(self.by_params(action, session), by_params, "{action:?}");
    }

    /// What has to do with userOps only: callData and signature.
    fn check_user_ops(&mut self, session: &Bytes, action: &Action, invalid_selector: &str) {
        let (good, signature) = (execute(EXECUTE, action), self.signature());
        let batch = execute(EXECUTE_BATCH, action);
        let end = self.by_user_op(batch, session, signature.clone());
        assert_eq!(end, revert(invalid_selector));
        for len in [0, 3, 4, 4 + 96, 4 + 128 + action.data.len() - 1] {
            let end = self.by_user_op(good[..len].to_vec(), session, signature.clone());
            assert_eq!(end, revert(""), "{len} bytes");
        }
        let mut dirty = good.clone();
        dirty[4] = 1;
        assert_eq!(
            self.by_user_op(dirty, session, signature.clone()),
            revert("")
        );

        let other = PrivateKeySigner::from_bytes(&B256::repeat_byte(0x77)).unwrap();
        let end = self.by_user_op(good.clone(), session, sign(&other, HASH).unwrap());
        assert_eq!(end, End::Answer(false.abi_encode().into()));
        for (byte, value, text) in [
            (32, 0xff, "ECDSA: invalid signature 's' value"),
            (64, 29, "ECDSA: invalid signature"),
        ] {
            let mut bad = signature.to_vec();
            bad[byte] = value;
            let end = self.by_user_op(good.clone(), session, bad.into());
            assert_eq!(end, revert(text));
        }
        let short = signature.slice(..64);
        let text = "ECDSA: invalid signature length";
        assert_eq!(self.by_user_op(good, session, short), revert(text));
    }
}

/// `execute` with an outer selector.
fn execute(selector: [u8; 4], action: &Action) -> Vec<u8> {
    let arguments = (action.to, action.value, action.data.clone()).abi_encode_params();
    [&selector[..], &arguments].concat()
}

/// Checks an SVM: all its cases, and that each text of its interface is among them.
fn check(
    program: &str,
    interface: &str,
    invalid_selector: &str,
    cases: impl Fn(Address) -> Vec<Case>,
) {
    let job = job();
    let mut bench = Bench {
        svm: address(&job, program),
        signer: job.key.signer.clone(),
        job: &job,
        seen: BTreeSet::new(),
    };
    let cases = cases(job.key.address());
    for case in &cases {
        bench.check(case);
    }
    let Case(session, action, expected) = &cases[0];
    assert!(expected.is_none());
    bench.check_user_ops(session, action, invalid_selector);
    assert_eq!(bench.seen, texts(interface), "{program}");
}

fn word(bytes: &Bytes, at: usize, value: impl SolValue) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[at..at + 32].copy_from_slice(&value.abi_encode());
    bytes.into()
}

fn argument(action: &Action, index: usize, value: impl SolValue) -> Action {
    let data = word(&action.data, 4 + 32 * index, value);
    to(action.to, data)
}

fn longer(bytes: &Bytes) -> Bytes {
    [&bytes[..], &[0]].concat().into()
}

/// What a typed SVM says before it reads the arguments. `texts`: of another target, then in the order of the checks.
fn common(session: &Bytes, good: &Action, texts: [&'static str; 6]) -> Vec<Case> {
    let [
        target,
        target_of_params,
        malformed_session,
        value,
        method,
        call,
    ] = texts;
    let elsewhere = to(OTHER, good.data.clone());
    let paid = Action {
        value: U256::ONE,
        ..good.clone()
    };
    let other_method = {
        let mut data = good.data.to_vec();
        data[3] ^= 1;
        to(good.to, data)
    };
    let refused =
        |session: &Bytes, action: Action, text| Case(session.clone(), action, Some([text; 2]));
    vec![
        Case(session.clone(), good.clone(), None),
        Case(session.clone(), elsewhere, Some([target, target_of_params])),
        refused(&longer(session), good.clone(), malformed_session),
        refused(&session.slice(1..), good.clone(), malformed_session),
        refused(&Bytes::new(), good.clone(), malformed_session),
        refused(
            &word(session, 0, U256::MAX),
            good.clone(),
            malformed_session,
        ),
        refused(session, paid, value),
        refused(session, other_method, method),
        refused(session, to(good.to, Bytes::new()), method),
        refused(session, to(good.to, good.data.slice(..3)), method),
        refused(session, to(good.to, longer(&good.data)), call),
        refused(
            session,
            to(good.to, good.data.slice(..good.data.len() - 1)),
            call,
        ),
    ]
}

fn also(cases: &mut Vec<Case>, session: &Bytes, refused: Vec<(Action, &'static str)>) {
    let refused = refused
        .into_iter()
        .map(|(action, text)| Case(session.clone(), action, Some([text; 2])));
    cases.extend(refused);
}
