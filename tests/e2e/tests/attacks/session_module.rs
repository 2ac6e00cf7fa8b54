//! What is the session module's alone: how it chooses between the two payloads, and that it is manager and router of
//! itself. The rest of these attacks runs with it too.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::trace::geth::CallFrame,
    sol_types::{SolCall, SolValue},
};
use session_keys::{
    UserOp, account_signature, calls, execute, execute_batch,
    session_data::{Bounds, Erc20Approval, PaymasterRule},
};
use world::{abi::Account, to};

use crate::scene::{
    AA23, Answer, IS_MODULE_ENABLED, Layout, Manager, Scene, SessionData, VALIDATE_SESSION_KEYS,
    VALIDATE_SESSION_PARAMS, VALIDATE_SESSION_USER_OP, aa23, bound, frames, manager_signature,
    question, returns, router_signature, text, word,
};

const EXECUTE: [[u8; 4]; 2] = [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]];
const EXECUTE_BATCH: [[u8; 4]; 2] = [[0x47, 0xe1, 0xda, 0x2a], [0x00, 0x00, 0x46, 0x80]];

fn empty<T>() -> Result<T, Bytes> {
    Err(Bytes::new())
}

fn module(scene: &Scene) -> Address {
    assert_eq!(scene.job.programs.manager, scene.job.programs.router);
    scene.manager
}

fn scene() -> Scene {
    Scene::new(Layout::Module)
}

fn with_selector(call_data: &Bytes, selector: [u8; 4]) -> Bytes {
    let mut call_data = call_data.to_vec();
    call_data[..4].copy_from_slice(&selector);
    call_data.into()
}

#[test]
fn the_signed_selector_alone_chooses_the_decoder() {
    let mut scene = scene();
    let module = module(&scene);
    let [mock] = scene.grant([scene.mock()]);
    let one = std::slice::from_ref(&mock);
    let single = execute(&scene.harmless());
    let batch = execute_batch(&[scene.harmless()]);
    for selector in EXECUTE {
        let call_data = with_selector(&single, selector);
        assert_eq!(
            scene.by_manager(&scene.managed(call_data.clone(), &mock)),
            Ok(U256::ZERO)
        );
        assert_eq!(scene.by_router(&scene.routed(call_data, one)), empty());
    }
    for selector in EXECUTE_BATCH {
        let call_data = with_selector(&batch, selector);
        assert!(
            scene
                .by_router(&scene.routed(call_data.clone(), one))
                .is_ok()
        );
        assert_eq!(scene.by_manager(&scene.managed(call_data, &mock)), empty());
    }
    // Everything else is of one action, and refused as the manager refuses it, once the session is proven.
    let mut forged = mock.clone();
    forged.merkleProof = vec![B256::ZERO];
    let neighbours = EXECUTE_BATCH.iter().chain(&EXECUTE).flat_map(|selector| {
        (0..32).map(|bit| {
            let mut near = *selector;
            near[bit / 8] ^= 0x80 >> (bit % 8);
            near
        })
    });
    for selector in neighbours.chain([[0; 4], [0xff; 4]]) {
        let call_data = with_selector(&batch, selector);
        let op = scene.managed(call_data.clone(), &mock);
        assert_eq!(
            scene.by_manager(&op),
            Err(text("SKM Invalid Selector")),
            "{selector:?}"
        );
        let op = scene.managed(call_data.clone(), &forged);
        assert_eq!(
            scene.by_manager(&op),
            Err(text("SessionNotApproved")),
            "{selector:?}"
        );
        let op = scene.routed(call_data, one);
        assert_eq!(scene.validate(module, &op), empty(), "{selector:?}");
    }
}

/// callData of less than four bytes has no selector: it is not a batch.
#[test]
fn short_call_data_is_read_as_one_action() {
    let mut scene = scene();
    let [mock] = scene.grant([scene.mock()]);
    let mut forged = mock.clone();
    forged.merkleProof = vec![B256::ZERO];
    for selector in EXECUTE_BATCH.iter().chain(&EXECUTE) {
        for len in 0..4 {
            let call_data = Bytes::copy_from_slice(&selector[..len]);
            // The session is looked at before callData.
            let op = scene.managed(call_data.clone(), &forged);
            assert_eq!(scene.by_manager(&op), Err(text("SessionNotApproved")));
            let op = scene.managed(call_data.clone(), &mock);
            assert_eq!(scene.by_manager(&op), empty());
            assert_eq!(scene.refused(&op), AA23);
            let op = scene.routed(call_data, std::slice::from_ref(&mock));
            assert_eq!(scene.by_router(&op), empty());
        }
    }
}

/// The account's own selector decides, wherever the field of callData points.
#[test]
fn a_payload_of_both_shapes_is_read_as_the_selector_says() {
    let mut scene = scene();
    let module = module(&scene);
    let [mock] = scene.grant([scene.mock()]);
    let action = scene.harmless();
    // The other payload stands behind each, unread.
    let glued = |op: &mut UserOp, first: Bytes, second: Bytes| {
        op.signature = account_signature(&[first, second].concat(), module);
    };
    let mut single = scene.single(&action, &mock);
    let mut batch = scene.batch(&[action], std::slice::from_ref(&mock));
    let signature = scene.sign(&single);
    let of_one = manager_signature(&mock, &signature);
    let of_batch = router_signature(module, std::slice::from_ref(&mock), &signature);
    glued(&mut single, of_one.clone(), of_batch.clone());
    assert_eq!(scene.by_manager(&single), Ok(U256::ZERO));
    glued(&mut single, of_batch, of_one);
    assert_eq!(scene.by_manager(&single), empty());
    let signature = scene.sign(&batch);
    let of_one = manager_signature(&mock, &signature);
    let of_batch = router_signature(module, std::slice::from_ref(&mock), &signature);
    glued(&mut batch, of_batch.clone(), of_one.clone());
    assert!(scene.by_router(&batch).is_ok());
    glued(&mut batch, of_one, of_batch);
    assert_eq!(scene.by_router(&batch), empty());
}

/// Though it is enabled, and has approved the very sessions: it is not even asked.
#[test]
fn a_payload_that_names_another_manager_is_refused() {
    let mut scene = scene();
    let manager = scene
        .job
        .world
        .deploy_program("session-key-manager")
        .unwrap();
    scene.enable(manager);
    let mut sessions = [scene.mock()];
    let root = crate::scene::plant(&mut sessions);
    let grant = to(manager, calls::set_merkle_root(root));
    scene.job.as_owner(&[grant]).unwrap();
    let sessions = scene.grant(sessions);
    let ours = scene.manager;
    let near = |bit: usize| {
        let mut near = ours;
        near[bit / 8] ^= 0x80 >> (bit % 8);
        near
    };
    let others = [manager, Address::ZERO, scene.account, near(0), near(159)];
    for other in others {
        scene.manager = other;
        let op = scene.batch(&[scene.harmless()], &sessions);
        assert_eq!(scene.refused(&op), aa23("SR Invalid SKM"));
        if scene.job.world.chain.has_traces() {
            let trace = scene.trace(ours, &op);
            assert!(trace.calls.is_empty());
        }
    }
    scene.manager = ours;
    scene.executed(&scene.batch(&[scene.harmless()], &sessions));
}

/// What is wrong with the sessions is said before who is to prove them.
#[test]
fn every_session_is_decoded_before_the_manager_is_looked_at() {
    let mut scene = scene();
    let [mock] = scene.grant([scene.mock()]);
    scene.manager = scene.account;
    let mut op = scene.batch(&[scene.harmless()], &[mock]);
    assert_eq!(scene.by_router(&op), Err(text("SR Invalid SKM")));
    // validUntil of the session: behind signature's head and length, the payload's head, the array's length and offset.
    let mut signature = op.signature.to_vec();
    let until = 3 * 32 + 3 * 32 + 2 * 32;
    assert_eq!(signature[until..until + 32], [0; 32]);
    signature[until] = 1;
    op.signature = signature.into();
    assert_eq!(scene.by_router(&op), empty());
}

#[test]
fn it_must_be_enabled_for_a_batch() {
    let mut scene = scene();
    let [mock] = scene.grant([scene.mock()]);
    let op = scene.batch(&[scene.harmless()], std::slice::from_ref(&mock));
    let disable = Account::disableModuleCall {
        prevModule: Address::with_last_byte(1),
        module: scene.manager,
    };
    let disable = to(scene.account, disable.abi_encode());
    assert!(scene.by_router(&op).is_ok());
    scene.job.as_owner(&[disable]).unwrap();
    assert_eq!(scene.by_router(&op), Err(text("SR Invalid SKM")));
    // The account does not ask a module that it has not enabled.
    let refusal = scene.refused(&scene.batch(&[scene.harmless()], &[mock]));
    assert!(refusal.starts_with("AA23"), "{refusal}");
}

/// The ops of one action and of a batch with this session.
fn ops(scene: &Scene, session: &SessionData) -> [UserOp; 2] {
    let action = scene.harmless();
    let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(session));
    [scene.single(&action, session), batch]
}

#[test]
fn it_is_no_svm_of_a_session() {
    let mut scene = scene();
    e2e::traces_only!(scene.job.world.chain);
    let module = module(&scene);
    let key = scene.job.key.address();
    let bounds = Bounds {
        lane: None,
        paymaster: PaymasterRule::Any,
        max_op_cost_wei: 0,
        max_fee_per_gas_wei: 0,
        max_gas: u64::MAX,
        serves_several_actions: false,
    };
    let itself = SessionData {
        sessionValidationModule: module,
        sessionKeyData: key.to_vec().into(),
        ..SessionData::default()
    };
    let inside = bound(&itself, &bounds);
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
    let grant = Erc20Approval {
        session_key: scene.job.key.address(),
        token: module,
        spender: scene.job.world.trader,
        max_amount: U256::MAX,
    };
    let typed = SessionData {
        sessionValidationModule: scene.job.programs.erc20_approval,
        sessionKeyData: grant.encode().unwrap(),
        ..SessionData::default()
    };
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

/// `validateSessionKeys` is for routers of others: the module's own batches don't call it, nor anybody's.
#[test]
fn it_proves_its_sessions_itself() {
    let mut scene = scene();
    e2e::traces_only!(scene.job.world.chain);
    let module = module(&scene);
    let sessions = scene.grant(scene.typed());
    let op = scene.batch(&scene.job.actions(), &sessions);
    let trace = scene.trace(module, &op);
    let asked = |frame: &&CallFrame| {
        frame.input.starts_with(&VALIDATE_SESSION_KEYS) || frame.to == Some(module)
    };
    assert!(!frames(&trace)[1..].iter().any(asked));
}
