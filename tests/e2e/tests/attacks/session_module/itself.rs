//! It is no SVM and no target, and is not entered twice.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolValue},
};
use session_keys::{UserOp, calls};
use world::{abi::Account, to};

use super::{empty, module, ops, scene};
use crate::scene::{
    AA23, Answer, IS_MODULE_ENABLED, Manager, Scene, SessionData, VALIDATE_SESSION_PARAMS,
    VALIDATE_SESSION_USER_OP, aa23, bound, frames, question, returns, unlimited, word,
};

#[test]
fn it_is_no_svm_of_a_session() {
    let mut scene = scene();
    e2e::traces_only!(scene.job.world.chain);
    let module = module(&scene);
    let key = scene.job.key.address();
    let itself = SessionData {
        sessionValidationModule: module,
        sessionKeyData: key.to_vec().into(),
        ..SessionData::default()
    };
    let inside = bound(&itself, &unlimited());
    let [itself, inside, mock] = scene.grant([itself, inside, scene.mock()]);
    for session in [&itself, &inside] {
        let [single, batch] = ops(&scene, session);
        for op in [&single, &batch] {
            assert_eq!(scene.validate(module, op), empty());
            assert_eq!(scene.refused(op), AA23);
        }
        // Nobody has been called: of one action, nobody at all.
        assert!(scene.trace(module, &single).calls.is_empty());
        let trace = scene.trace(module, &batch);
        assert!(
            !frames(&trace)[1..]
                .iter()
                .any(|frame| frame.to == Some(module))
        );
        // Behind a session that is fine.
        let actions = [scene.harmless(), scene.harmless()];
        let op = scene.batch(&actions, &[mock.clone(), session.clone()]);
        assert_eq!(scene.refused(&op), AA23);
    }
}

#[test]
fn it_does_not_answer_as_an_svm() {
    let mut scene = scene();
    let module = module(&scene);
    let [typed, ..] = scene.grant(scene.typed());
    let action = scene.job.approve(U256::ONE);
    let op = scene.single(&action, &typed);
    let data = typed.sessionKeyData.clone();
    let params = (
        action.to,
        action.value,
        action.data,
        data.clone(),
        Bytes::new(),
    );
    let user_op = (op.clone(), scene.job.world.hash(&op), data, scene.sign(&op));
    for (selector, arguments) in [
        (VALIDATE_SESSION_PARAMS, params.abi_encode_params()),
        (VALIDATE_SESSION_USER_OP, user_op.abi_encode_params()),
    ] {
        let question = [&selector[..], &arguments].concat();
        // An SVM does.
        let svm = typed.sessionValidationModule;
        assert!(scene.call(svm, question.clone()).is_ok());
        assert_eq!(scene.call(module, question), empty());
    }
}

/// Whatever the rules are.
#[test]
fn it_is_no_target() {
    let mut scene = scene();
    let module = module(&scene);
    let typed = scene.typed_on(module);
    let sessions = scene.grant([typed, scene.mock()]);
    let action = to(module, scene.harmless().data);
    for session in &sessions {
        let single = scene.single(&action, session);
        assert_eq!(scene.refused(&single), aa23("SKM Forbidden Target"));
        let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(session));
        assert_eq!(scene.refused(&batch), aa23("SR Forbidden Target"));
    }
}

/// What the caller gets from the only call that it makes in the course of a validation.
fn from_within(scene: &Scene, caller: Address, op: &UserOp) -> Result<Bytes, Bytes> {
    let tree = scene.trace(module(scene), op);
    assert!(tree.error.is_none());
    let frames = frames(&tree);
    // The first is the validation, which the account asks for itself.
    let mut calls = frames
        .into_iter()
        .skip(1)
        .filter(|frame| frame.from == caller);
    let call = calls.next().expect("it calls");
    assert!(calls.next().is_none());
    let output = call.output.clone().unwrap_or_default();
    match call.error {
        None => Ok(output),
        Some(_) => Err(output),
    }
}

/// A hostile account is asked whether the module is enabled, and comes back into it.
#[test]
fn an_account_can_not_come_back_into_the_module_that_asks_it() {
    e2e::embedded_only!("impersonation");
    let mut scene = scene();
    let module = module(&scene);
    let account = scene.scripted(IS_MODULE_ENABLED, word(1));
    scene.account = account;
    let not = Account::isModuleEnabledCall {
        module: scene.harmless().to,
    };
    scene.script(account, not.abi_encode(), word(0));
    let [mock] = scene.grant([scene.mock()]);
    let [single, batch] = ops(&scene, &mock);
    let hash = |op: &UserOp| scene.job.world.hash(op);
    let [one, all] = scene.approvals(std::slice::from_ref(&mock));
    let get = calls::SessionKeyManager::getSessionKeysCall { account };
    let guarded = [
        question(&single, hash(&single)),
        question(&batch, hash(&batch)),
        one,
        all,
        calls::set_merkle_root(B256::ZERO),
    ];
    let open: [Bytes; 2] = [
        get.abi_encode().into(),
        Manager::NAMECall {}.abi_encode().into(),
    ];
    let root = scene.root(account);
    // In a batch it is asked about the module, and of one action about the target.
    let enabled = Account::isModuleEnabledCall { module }.abi_encode();
    for (op, asked, answer) in [
        (&batch, enabled, returns(U256::ONE.to_be_bytes::<32>())),
        (&single, not.abi_encode(), returns([0; 32])),
    ] {
        let is_open = open.iter().map(|call| (call, true));
        for (call, is_open) in guarded.iter().map(|call| (call, false)).chain(is_open) {
            let comes_back = Answer {
                to: module,
                call: call.clone(),
                ..answer.clone()
            };
            scene.script(account, asked.clone(), comes_back);
            // Outside of a validation it is answered.
            assert!(scene.call(module, call.clone()).is_ok());
            let inside = from_within(&scene, account, op);
            assert_eq!(inside.is_ok(), is_open, "{call}");
            if !is_open {
                assert_eq!(inside, empty());
            }
        }
        scene.script(account, asked, answer);
    }
    assert_eq!(scene.root(account), root);
}
