//! 7.2-H: no session becomes the owner.

use alloy::{
    primitives::{Address, Bytes, U256, address},
    rpc::types::trace::geth::CallFrame,
    sol_types::{SolCall, SolValue},
};
use session_keys::{Action, calls, execute_batch, session_data::Erc20Approval};
use world::{
    abi::{Account, Token},
    to,
};

use crate::scene::{
    AA23, Answer, IS_MODULE_ENABLED, Kind, Layout, Scene, SessionData, aa23, answer, calls_to,
    frames, key, leaf, question, returns, reverts, text, word,
};

const ENTRY_POINTS: [Address; 4] = [
    address!("5FF137D4b0FDCD49DcA30c7CF57E578a026d2789"),
    address!("0000000071727De22E5E9d8BAf0edAc6f37da032"),
    address!("4337084D9E255Ff0702461CF8895CE9E3b5Ff108"),
    address!("433709009B8330FDa32311DF1C2AFA402eD8D009"),
];

fn forbidden<T>(prefix: &str) -> Result<T, Bytes> {
    Err(text(&format!("{prefix} Forbidden Target")))
}

fn call(to: Address) -> Action {
    world::to(to, [])
}

/// Both paths refuse this target, for a session of the MockSVM.
fn assert_forbidden(scene: &mut Scene, mock: &SessionData, target: Address) {
    let single = scene.single(&call(target), mock);
    assert_eq!(scene.refused(&single), aa23("SKM Forbidden Target"));
    let harmless = scene.harmless();
    for place in 0..2 {
        let mut actions = vec![harmless.clone(); 2];
        actions[place] = call(target);
        let batch = scene.batch(&actions, &[mock.clone(), mock.clone()]);
        assert_eq!(scene.refused(&batch), aa23("SR Forbidden Target"));
    }
}

fn account_entry_points_and_enabled_modules_are_no_targets(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let module = scene.scripted([0; 4], word(0));
    scene.enable(module);
    let programs = scene.job.programs;
    let own = [
        scene.account,
        programs.manager,
        programs.router,
        scene.job.world.ecdsa_module,
        module,
    ];
    for target in own.into_iter().chain(ENTRY_POINTS) {
        assert_forbidden(&mut scene, &mock, target);
    }
}

fn the_account_can_not_be_told_to_enable_a_module(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let action = to(scene.account, calls::enable_module(scene.job.world.trader));
    let single = scene.single(&action, &mock);
    assert_eq!(scene.refused(&single), aa23("SKM Forbidden Target"));
    let batch = scene.batch(&[action], &[mock]);
    assert_eq!(scene.refused(&batch), aa23("SR Forbidden Target"));
}

fn contracts_that_are_no_modules_are_targets(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let module = scene.scripted([0; 4], word(0));
    let never = call(module);
    scene.executed(&scene.single(&never, &mock));
    scene.enable(module);
    assert_forbidden(&mut scene, &mock, module);
    let disable = Account::disableModuleCall {
        prevModule: address!("0000000000000000000000000000000000000001"),
        module,
    };
    let disable = to(scene.account, disable.abi_encode());
    scene.job.as_owner(&[disable]).unwrap();
    let actions = [never.clone(), scene.harmless(), never.clone()];
    scene.executed(&scene.single(&never, &mock));
    scene.executed(&scene.batch(&actions, &[mock.clone(), mock.clone(), mock]));
}

/// A typed session whose token is one of these: the SVM has nothing against it, and the account is not asked about
/// modules.
fn a_typed_session_does_not_reach_account_programs_or_entry_points(mut scene: Scene) {
    let programs = scene.job.programs;
    let own = [scene.account, programs.manager, programs.router];
    for target in own.into_iter().chain(ENTRY_POINTS) {
        let grant = Erc20Approval {
            session_key: scene.job.key.address(),
            token: target,
            spender: scene.job.world.trader,
            max_amount: U256::MAX,
        };
        let [typed] = scene.grant([SessionData {
            sessionValidationModule: programs.erc20_approval,
            sessionKeyData: grant.encode().unwrap(),
            ..SessionData::default()
        }]);
        let action = to(target, scene.harmless().data);
        let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(&typed));
        assert_eq!(scene.refused(&batch), aa23("SR Forbidden Target"));
        // The manager's list has not the router, which has no such function.
        if target != programs.router {
            let single = scene.single(&action, &typed);
            assert_eq!(scene.refused(&single), aa23("SKM Forbidden Target"));
        }
    }
}

/// The manager that the signature names, when it is another than ours.
#[test]
fn the_manager_that_is_named_is_no_target_even_of_a_typed_session() {
    let mut scene = Scene::new(Layout::Separate);
    let ours = scene.job.programs.manager;
    let grant = |token| Erc20Approval {
        session_key: key(0x5e).address(),
        token,
        spender: ours,
        max_amount: U256::MAX,
    };
    let manager = scene.scripted([0; 4], word(0));
    scene.enable(manager);
    scene.manager = manager;
    let typed = SessionData {
        sessionValidationModule: scene.job.programs.erc20_approval,
        sessionKeyData: grant(manager).encode().unwrap(),
        ..SessionData::default()
    };
    let approval = session_core::approval::approval(
        &session_keys::NativeKeccak,
        &scene.account,
        leaf(&typed).as_slice(),
    );
    scene.script(
        manager,
        crate::scene::VALIDATE_SESSION_KEYS,
        returns(approval),
    );
    let approve = Token::approveCall {
        spender: ours,
        amount: U256::ONE,
    };
    let op = scene.batch(&[to(manager, approve.abi_encode())], &[typed]);
    assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
}

/// Validation of one call of the target, in both paths, by an account that answers so about it.
fn about(
    scene: &mut Scene,
    mock: &SessionData,
    target: Address,
    answer: Answer,
) -> [Result<U256, Bytes>; 2] {
    let question = Account::isModuleEnabledCall { module: target }.abi_encode();
    scene.script(scene.account, question, answer);
    let action = call(target);
    let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(mock));
    let single = scene.single(&action, mock);
    [scene.by_router(&batch), scene.by_manager(&single)]
}

fn an_account_must_answer_zero_for_the_target(mut scene: Scene) {
    e2e::embedded_only!("impersonation");
    let target = scene.job.world.token_a;
    scene.account = scene.scripted(IS_MODULE_ENABLED, word(1));
    let [mock] = scene.grant([scene.mock()]);
    let zero = U256::ZERO.abi_encode();
    let mut about = |answer| about(&mut scene, &mock, target, answer);
    for passes in [zero.clone(), [&zero[..], &[1; 40]].concat()] {
        assert!(about(returns(passes)).iter().all(Result::is_ok));
    }
    let both = [forbidden("SR"), forbidden("SKM")];
    for wrong in [1, 2, 256, 1 << 40] {
        assert_eq!(about(word(wrong)), both);
    }
    for dirty in [0, 11, 12, 30] {
        let mut word = zero.clone();
        word[dirty] = 1;
        assert_eq!(about(returns(word)), both);
    }
    for short in [vec![0; 31], vec![0], vec![]] {
        assert_eq!(about(returns(short)), both);
    }
    for data in [Bytes::new(), text("no"), zero.into()] {
        assert_eq!(about(reverts(data)), both);
    }
    assert_eq!(about(answer(Kind::Echo, [])), both);
}

/// How often a program asks the account about a module.
fn queries(tree: &CallFrame, account: Address, module: Address) -> usize {
    let question = Account::isModuleEnabledCall { module }.abi_encode();
    let frames = frames(tree);
    // A proxy's implementation gets the same calldata.
    let asked = frames.iter().filter(|frame| {
        frame.typ == "STATICCALL" && frame.to == Some(account) && frame.input == question
    });
    asked.count()
}

fn the_account_is_asked_once_for_each_target(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    let [mock] = scene.grant([scene.mock()]);
    let world = &scene.job.world;
    let (a, b) = (world.token_a, world.token_b);
    let calls = [a, a, b, a, b].map(call);
    let op = scene.batch(&calls, &[0; 5].map(|_| mock.clone()));
    let tree = scene.trace(scene.job.programs.router, &op);
    for (module, times) in [(a, 1), (b, 1), (scene.manager, 1)] {
        assert_eq!(queries(&tree, scene.account, module), times);
    }
    let op = scene.single(&call(a), &mock);
    let tree = scene.trace(scene.manager, &op);
    assert_eq!(queries(&tree, scene.account, a), 1);
    assert_eq!(queries(&tree, scene.account, scene.manager), 0);
}

/// Asked about an item of a foreign SVM, not about one of ours before or after it.
fn a_typed_item_does_not_answer_for_a_foreign_one(mut scene: Scene) {
    // The same target, as a typed session's token: it is an enabled module.
    let module = scene.scripted([0; 4], word(0));
    scene.enable(module);
    let typed = scene.typed_on(module);
    let [typed, mock] = scene.grant([typed, scene.mock()]);
    let action = to(module, scene.harmless().data);
    let actions = [action.clone(), action];
    for sessions in [[typed.clone(), mock.clone()], [mock, typed]] {
        let op = scene.batch(&actions, &sessions);
        assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
    }
}

fn our_own_svms_need_no_question_about_the_target(mut scene: Scene) {
    e2e::traces_only!(scene.job.world.chain);
    let sessions = scene.grant(scene.typed());
    let actions = scene.job.actions();
    let asked = |tree: &CallFrame| {
        frames(tree)
            .iter()
            .filter(|frame| calls_to(frame, scene.account, IS_MODULE_ENABLED))
            .count()
    };
    let tree = scene.trace(scene.job.programs.router, &scene.batch(&actions, &sessions));
    assert_eq!(queries(&tree, scene.account, scene.manager), 1);
    assert_eq!(asked(&tree), 1);
    for (action, session) in actions.iter().zip(&sessions) {
        let tree = scene.trace(scene.manager, &scene.single(action, session));
        assert_eq!(asked(&tree), 0);
    }
}

fn the_svms_own_text_comes_first(mut scene: Scene) {
    let svm = scene.hostile(reverts(text("mine")), reverts(text("mine")));
    let typed = scene.typed()[0].clone();
    let [svm, typed, mock] = scene.grant([svm, typed, scene.mock()]);
    for (session, says) in [(svm, "mine"), (typed, "ERC20AV Wrong Token")] {
        let action = to(scene.account, scene.harmless().data);
        let single = scene.single(&action, &session);
        assert_eq!(scene.refused(&single), aa23(says));
        let batch = scene.batch(
            std::slice::from_ref(&action),
            std::slice::from_ref(&session),
        );
        assert_eq!(scene.refused(&batch), aa23(says));
        // A target of the first item comes before the SVM of the second.
        let op = scene.batch(&[action.clone(), action], &[mock.clone(), session]);
        assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
    }
    let svm = scene.hostile(reverts(text("mine")), reverts(text("mine")));
    let [svm] = scene.grant([svm]);
    let op = scene.managed(calls::enable_module(scene.manager), &svm);
    assert_eq!(scene.refused(&op), aa23("mine"));
}

fn a_wrong_signature_does_not_hide_a_forbidden_target(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    scene.signer = key(0x77);
    for target in [scene.account, scene.job.world.ecdsa_module] {
        assert_forbidden(&mut scene, &mock, target);
    }
    let op = scene.managed(calls::enable_module(scene.manager), &mock);
    assert_eq!(scene.refused(&op), aa23("SKM Invalid Selector"));
}

fn the_manager_lets_only_execute_through(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let batch = execute_batch(&[scene.harmless()]);
    let enable = calls::enable_module(scene.job.world.trader);
    let mut plain_batch = batch.to_vec();
    plain_batch[..4].copy_from_slice(&[0x47, 0xe1, 0xda, 0x2a]);
    let mut near_miss = session_keys::execute(&scene.harmless()).to_vec();
    near_miss[3] ^= 1;
    for call_data in [enable, near_miss.into(), [0; 4].into()] {
        let op = scene.managed(call_data, &mock);
        assert_eq!(scene.refused(&op), aa23("SKM Invalid Selector"));
    }
    let refusal = match scene.layout {
        Layout::Separate => aa23("SKM Invalid Selector"),
        // What is encoded for one action is no signature of a batch.
        Layout::Module => AA23.into(),
    };
    for call_data in [batch, plain_batch.into()] {
        let op = scene.managed(call_data, &mock);
        assert_eq!(scene.refused(&op), refusal);
    }
    for short in 0..4 {
        let op = scene.managed(Bytes::from(vec![0; short]), &mock);
        assert_eq!(scene.by_manager(&op), Err(Bytes::new()));
        assert_eq!(scene.refused(&op), AA23);
    }
    for selector in [[0xb6, 0x1d, 0x27, 0xf6], [0x00, 0x00, 0x18, 0x9a]] {
        let mut call_data = session_keys::execute(&scene.harmless()).to_vec();
        call_data[..4].copy_from_slice(&selector);
        scene.executed(&scene.managed(call_data.into(), &mock));
    }
}

fn the_router_lets_only_execute_batch_through(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let single = session_keys::execute(&scene.harmless());
    let enable = calls::enable_module(scene.job.world.trader);
    let refusal = match scene.layout {
        Layout::Separate => aa23("SR Invalid Selector"),
        // What is encoded for a batch is no signature of anything else.
        Layout::Module => AA23.into(),
    };
    for call_data in [single, enable, [0; 4].into()] {
        let op = scene.routed(call_data, std::slice::from_ref(&mock));
        assert_eq!(scene.refused(&op), refusal);
    }
    for short in 0..4 {
        let op = scene.routed(Bytes::from(vec![0; short]), std::slice::from_ref(&mock));
        assert_eq!(scene.by_router(&op), Err(Bytes::new()));
    }
    for selector in [[0x47, 0xe1, 0xda, 0x2a], [0x00, 0x00, 0x46, 0x80]] {
        let mut call_data = execute_batch(&[scene.harmless()]).to_vec();
        call_data[..4].copy_from_slice(&selector);
        scene.executed(&scene.routed(call_data.into(), std::slice::from_ref(&mock)));
    }
}

/// What the account would refuse, or read otherwise, is not a target that is compared.
fn a_target_with_dirty_bytes_is_refused(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let mut call_data = session_keys::execute(&call(scene.account)).to_vec();
    call_data[4 + 11] = 1;
    let op = scene.managed(call_data.into(), &mock);
    assert_eq!(scene.by_manager(&op), Err(Bytes::new()));
    let mut call_data = execute_batch(&[call(scene.account)]).to_vec();
    call_data[4 + 4 * 32 + 11] = 1;
    let op = scene.routed(call_data.into(), &[mock]);
    assert_eq!(scene.by_router(&op), Err(Bytes::new()));
}

/// A target may not be hidden behind an offset that the account follows and the programs do not.
fn a_target_behind_an_odd_offset_is_seen(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let batch = execute_batch(&[scene.harmless()]);
    // The array of targets stands at the end once more, with another target in it.
    let mut call_data = batch.to_vec();
    let offset = U256::from(call_data.len() - 4);
    call_data[4..36].copy_from_slice(&offset.to_be_bytes::<32>());
    call_data.extend((U256::ONE, scene.account).abi_encode());
    let op = scene.routed(call_data.into(), &[mock]);
    assert_eq!(scene.refused(&op), aa23("SR Forbidden Target"));
}

/// Whoever asks: the answer is about the userOp's sender.
fn validation_is_the_same_whoever_calls(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let op = scene.single(&call(scene.account), &mock);
    let data = question(&op, scene.job.world.hash(&op));
    scene.account = scene.job.world.trader;
    assert_eq!(scene.call(scene.manager, data), forbidden("SKM"));
}

in_both_layouts! {
    account_entry_points_and_enabled_modules_are_no_targets,
    the_account_can_not_be_told_to_enable_a_module,
    contracts_that_are_no_modules_are_targets,
    a_typed_session_does_not_reach_account_programs_or_entry_points,
    an_account_must_answer_zero_for_the_target,
    the_account_is_asked_once_for_each_target,
    a_typed_item_does_not_answer_for_a_foreign_one,
    our_own_svms_need_no_question_about_the_target,
    the_svms_own_text_comes_first,
    a_wrong_signature_does_not_hide_a_forbidden_target,
    the_manager_lets_only_execute_through,
    the_router_lets_only_execute_batch_through,
    a_target_with_dirty_bytes_is_refused,
    a_target_behind_an_odd_offset_is_seen,
    validation_is_the_same_whoever_calls,
}
