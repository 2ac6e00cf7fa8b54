//! Guarded functions, ether, and calls of functions that there are not.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::trace::geth::CallFrame,
    sol_types::{SolCall, SolValue},
};
use session_keys::calls::SessionKeyManager as Roots;

use crate::scene::{
    Answer, Manager, Router, Scene, SessionData, Svm, VALIDATE_SESSION_PARAMS,
    VALIDATE_SESSION_USER_OP, frames, question, word,
};

/// What a contract got from the only call that it made.
fn outcome(tree: &CallFrame, caller: Address) -> Result<Bytes, Bytes> {
    let frames = frames(tree);
    let mut calls = frames.into_iter().filter(|frame| frame.from == caller);
    let call = calls.next().expect("it calls");
    assert!(calls.next().is_none());
    let output = call.output.clone().unwrap_or_default();
    match &call.error {
        None => Ok(output),
        Some(error) => {
            assert_eq!(error, "execution reverted");
            Err(output)
        }
    }
}

/// Every function that may not be entered twice, with arguments that it takes, and some that may.
struct Functions {
    guarded: Vec<(Address, Bytes)>,
    open: Vec<(Address, Bytes)>,
}

fn functions(scene: &Scene, typed: &SessionData) -> Functions {
    let programs = scene.job.programs;
    let (manager, router) = (programs.manager, programs.router);
    let action = scene.job.approve(U256::ONE);
    let single = scene.single(&action, typed);
    let batch = scene.batch(&[action], std::slice::from_ref(typed));
    let hash = |op| scene.job.world.hash(op);
    let [one, all] = scene.approvals(std::slice::from_ref(typed));
    let set = Roots::setMerkleRootCall {
        root: B256::repeat_byte(1),
    };
    let set_if = Roots::setMerkleRootIfCall {
        expected: B256::ZERO,
        next: B256::repeat_byte(1),
        data: Bytes::new(),
    };
    let get = Roots::getSessionKeysCall {
        account: scene.account,
    };
    let (hash_of_text, signature) = (B256::ZERO, Bytes::new());
    let is_valid = Manager::isValidSignatureCall {
        hash: hash_of_text,
        signature: signature.clone(),
    };
    let is_valid_unsafe = Manager::isValidSignatureUnsafeCall {
        hash: hash_of_text,
        signature,
    };
    Functions {
        guarded: vec![
            (manager, question(&single, hash(&single))),
            (router, question(&batch, hash(&batch))),
            (manager, all),
            (manager, one),
            (manager, set.abi_encode().into()),
            (manager, set_if.abi_encode().into()),
        ],
        open: vec![
            (manager, get.abi_encode().into()),
            (manager, Manager::NAMECall {}.abi_encode().into()),
            (manager, Manager::VERSIONCall {}.abi_encode().into()),
            (manager, is_valid.abi_encode().into()),
            (manager, is_valid_unsafe.abi_encode().into()),
            (router, is_valid.abi_encode().into()),
            (
                router,
                Router::EXECUTE_BATCH_SELECTORCall {}.abi_encode().into(),
            ),
            (
                router,
                Router::EXECUTE_BATCH_OPTIMIZED_SELECTORCall {}
                    .abi_encode()
                    .into(),
            ),
        ],
    }
}

/// A session whose SVM can be told what to call in the course of its validation, and a typed one.
fn hostile(scene: &mut Scene) -> [SessionData; 2] {
    let hostile = scene.hostile(scene.key_word(), word(1));
    let typed = scene.typed()[0].clone();
    scene.grant([hostile, typed])
}

/// A validation: of one action by the manager, or of a batch by the router.
#[derive(Clone, Copy)]
enum Path {
    Single,
    Batch,
}

impl Path {
    fn program(self, scene: &Scene) -> Address {
        match self {
            Self::Single => scene.job.programs.manager,
            Self::Batch => scene.job.programs.router,
        }
    }
}

/// What the SVM gets from a call in the course of a validation.
fn from_within(
    scene: &mut Scene,
    svm: &SessionData,
    path: Path,
    to: Address,
    call: &Bytes,
) -> Result<Bytes, Bytes> {
    let address = svm.sessionValidationModule;
    let call_first = |answer| Answer {
        to,
        call: call.clone(),
        ..answer
    };
    let key = scene.key_word();
    scene.script(address, VALIDATE_SESSION_PARAMS, call_first(key));
    scene.script(address, VALIDATE_SESSION_USER_OP, call_first(word(1)));
    let action = scene.harmless();
    let op = match path {
        Path::Single => scene.single(&action, svm),
        Path::Batch => scene.batch(&[action], std::slice::from_ref(svm)),
    };
    let tree = scene.trace(path.program(scene), &op);
    assert!(tree.error.is_none());
    outcome(&tree, address)
}

fn an_svm_can_not_come_back_into_the_program_that_asks_it(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    let [svm, typed] = hostile(&mut scene);
    let functions = functions(&scene, &typed);
    for path in [Path::Single, Path::Batch] {
        let program = path.program(&scene);
        for (to, call) in &functions.guarded {
            // Of use to an attacker, if it were let through.
            assert!(scene.call(*to, call.clone()).is_ok() || call[..4] == [0x84, 0xc0, 0xbc, 0xed]);
            if *to == program {
                let answer = from_within(&mut scene, &svm, path, *to, call);
                assert_eq!(answer, Err(Bytes::new()));
            }
        }
        for (to, call) in &functions.open {
            let answer = from_within(&mut scene, &svm, path, *to, call);
            assert_eq!(answer, scene.call(*to, call.clone()));
            assert!(answer.is_ok());
        }
    }
    // The router asks the manager, which is still open.
    let (router, batch) = functions.guarded[1].clone();
    let answer = from_within(&mut scene, &svm, Path::Single, router, &batch);
    assert_eq!(answer, Err(Bytes::new()));
}

fn an_svm_reads_the_root_of_the_account_that_is_validated(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    let [svm, typed] = hostile(&mut scene);
    let (manager, get) = functions(&scene, &typed).open[0].clone();
    let root = scene.root(scene.account);
    let answer = from_within(&mut scene, &svm, Path::Single, manager, &get);
    assert_eq!(answer, Ok(root.0.into()));
}

/// Calldata of every function of an SVM.
fn of_svms(scene: &Scene, typed: &[SessionData]) -> Vec<(Address, Bytes)> {
    let actions = scene.job.actions();
    let mut calls = Vec::new();
    for (session, action) in typed.iter().zip(actions) {
        let svm = session.sessionValidationModule;
        let params = Svm::validateSessionParamsCall {
            to: action.to,
            value: action.value,
            data: action.data.clone(),
            sessionKeyData: session.sessionKeyData.clone(),
            callSpecificData: Bytes::new(),
        };
        let op = scene.single(&action, session);
        let hash = scene.job.world.hash(&op);
        let arguments = (
            op.clone(),
            hash,
            session.sessionKeyData.clone(),
            scene.sign(&op),
        );
        let user_op = [
            &VALIDATE_SESSION_USER_OP[..],
            &arguments.abi_encode_params(),
        ]
        .concat();
        let own: [Bytes; 4] = [
            params.abi_encode().into(),
            user_op.into(),
            Svm::EXECUTE_SELECTORCall {}.abi_encode().into(),
            Svm::EXECUTE_OPTIMIZED_SELECTORCall {}.abi_encode().into(),
        ];
        calls.extend(own.map(|call| (svm, call)));
    }
    calls
}

fn no_function_takes_ether(mut scene: Scene) {
    let sessions = scene.grant(scene.typed());
    let Functions { guarded, open } = functions(&scene, &sessions[0]);
    let calls = [guarded, open, of_svms(&scene, &sessions)].concat();
    // No function of the caller's has an effect on the root that it expects.
    scene.account = scene.job.world.deployer;
    for (to, call) in calls {
        let free = scene.asking(to, call);
        assert!(scene.request(&free).is_ok());
        let paid = free.value(U256::ONE);
        assert_eq!(scene.request(&paid), Err(Bytes::new()));
    }
    for program in scene.job.programs.all() {
        let gift = scene.asking(program, Bytes::new()).value(U256::ONE);
        assert_eq!(scene.request(&gift), Err(Bytes::new()));
    }
}

fn unknown_selectors_and_short_calldata_are_empty_reverts(scene: Scene) {
    for program in scene.job.programs.all() {
        for short in 0..4 {
            for byte in [0, 0x7c, 0xff] {
                assert_eq!(scene.call(program, vec![byte; short]), Err(Bytes::new()));
            }
        }
        let selectors = [
            [0; 4],
            [0xff; 4],
            [0xde, 0xad, 0xbe, 0xef],
            [0x61, 0x0b, 0x59, 0x25],
        ];
        for selector in selectors {
            assert_eq!(scene.call(program, selector), Err(Bytes::new()));
            let padded = [&selector[..], &[0; 640]].concat();
            assert_eq!(scene.call(program, padded), Err(Bytes::new()));
        }
        // A known selector, and no arguments.
        for selector in [
            [0xff, 0xf3, 0x5b, 0x72],
            [0xac, 0xb8, 0xf7, 0x12],
            VALIDATE_SESSION_USER_OP,
            VALIDATE_SESSION_PARAMS,
        ] {
            assert_eq!(scene.call(program, selector), Err(Bytes::new()));
        }
    }
}

in_both_layouts! {
    an_svm_can_not_come_back_into_the_program_that_asks_it,
    an_svm_reads_the_root_of_the_account_that_is_validated,
    no_function_takes_ether,
    unknown_selectors_and_short_calldata_are_empty_reverts,
}
