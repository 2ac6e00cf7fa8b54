//! 7.2-B: an answer counts only with the exact value expected.

use alloy::{
    primitives::{Address, Bytes, U256, address},
    sol_types::{SolCall, SolValue},
};
use session_core::approval::approval;
use session_keys::NativeKeccak;

use crate::scene::{
    AA23, Answer, FOREVER_SECS, IS_MODULE_ENABLED, Kind, Layout, Manager, Scene, SessionData,
    VALIDATE_SESSION_KEYS, aa23, answer, leaf, relays, returns, reverts, text, word,
};

const NOBODY: Address = address!("00000000000000000000000000000000000e0a01");

/// The answer to a batch that is valid for ever.
fn valid() -> Result<U256, Bytes> {
    Ok(U256::from(FOREVER_SECS) << 160usize)
}

fn refused<T>(reason: Bytes) -> Result<T, Bytes> {
    Err(reason)
}

fn invalid_manager<T>() -> Result<T, Bytes> {
    refused(text("SR Invalid SKM"))
}

fn not_words() -> [Answer; 3] {
    [returns([]), returns([1; 31]), answer(Kind::None, [])]
}

/// 5,000 bytes.
fn long() -> Bytes {
    (0..5_000u32).map(|byte| byte as u8).collect()
}

fn digest(scene: &Scene, sessions: &[SessionData]) -> Vec<u8> {
    let leaves: Vec<u8> = sessions.iter().flat_map(leaf).collect();
    approval(&NativeKeccak, &scene.account, &leaves).to_vec()
}

/// The answer of the session key's batch of two, when the manager that it names is another enabled module.
fn under(scene: &mut Scene, manager: Address, answer: Answer) -> Result<U256, Bytes> {
    scene.script(manager, VALIDATE_SESSION_KEYS, answer);
    scene.manager = manager;
    let action = scene.harmless();
    let op = scene.batch(&[action.clone(), action], &[scene.mock(), scene.mock()]);
    scene.by_router(&op)
}

#[test]
fn a_manager_must_answer_the_digest_of_what_the_router_enforces() {
    let mut scene = Scene::new(Layout::Separate);
    let manager = scene.scripted(VALIDATE_SESSION_KEYS, word(1));
    scene.enable(manager);
    let right = digest(&scene, &[scene.mock(), scene.mock()]);
    assert_eq!(under(&mut scene, manager, returns(right.clone())), valid());
    let trailing = [&right[..], &[7; 33]].concat();
    assert_eq!(under(&mut scene, manager, returns(trailing)), valid());

    for nothing in not_words() {
        assert_eq!(under(&mut scene, manager, nothing), invalid_manager());
    }
    let twice = digest(&scene, &[scene.mock()]);
    let other = digest(&scene, &[scene.mock(), SessionData::default()]);
    let behind = [&[0; 32], &right[..]].concat();
    let flipped: Vec<u8> = right.iter().map(|byte| byte ^ 1).collect();
    let short = right[..31].to_vec();
    let wrong = [
        twice,
        other,
        behind,
        flipped,
        short,
        vec![0; 32],
        vec![0xff; 32],
    ];
    for wrong in wrong {
        assert_eq!(
            under(&mut scene, manager, returns(wrong)),
            invalid_manager()
        );
    }
    assert_eq!(under(&mut scene, manager, word(1)), invalid_manager());
}

#[test]
fn a_managers_revert_is_passed_on_whole() {
    let mut scene = Scene::new(Layout::Separate);
    let manager = scene.scripted(VALIDATE_SESSION_KEYS, word(1));
    scene.enable(manager);
    for data in [Bytes::new(), [1, 2, 3].into(), text("no"), long()] {
        assert_eq!(
            under(&mut scene, manager, reverts(data.clone())),
            refused(data)
        );
    }
    under(&mut scene, manager, reverts(text("not today"))).unwrap_err();
    let op = scene.batch(&[scene.harmless()], &[scene.mock()]);
    assert_eq!(scene.refused(&op), aa23("not today"));
}

#[test]
fn an_enabled_manager_without_code_approves_nothing() {
    let mut scene = Scene::new(Layout::Separate);
    scene.enable(NOBODY);
    scene.manager = NOBODY;
    scene.job.world.unchecked = Some("the router calls a manager without code: OP-041");
    let op = scene.batch(&[scene.harmless()], &[scene.mock()]);
    assert_eq!(scene.refused(&op), aa23("SR Invalid SKM"));
}

#[test]
fn another_enabled_module_is_no_manager() {
    let mut scene = Scene::new(Layout::Separate);
    let [mock] = scene.grant([scene.mock()]);
    for module in [scene.job.world.ecdsa_module, scene.job.programs.router] {
        scene.manager = module;
        let op = scene.batch(&[scene.harmless()], std::slice::from_ref(&mock));
        assert_eq!(scene.by_router(&op), refused(Bytes::new()));
        assert_eq!(scene.refused(&op), AA23);
    }
}

fn a_manager_that_is_not_enabled_is_not_asked(mut scene: Scene) {
    let right = digest(&scene, &[scene.mock()]);
    let disabled = scene.scripted(VALIDATE_SESSION_KEYS, returns(right));
    let sentinel = address!("0000000000000000000000000000000000000001");
    for manager in [disabled, NOBODY, sentinel, Address::ZERO] {
        scene.manager = manager;
        let op = scene.batch(&[scene.harmless()], &[scene.mock()]);
        assert_eq!(scene.refused(&op), aa23("SR Invalid SKM"));
    }
}

fn an_echo_that_is_enabled_is_no_manager(mut scene: Scene) {
    let echo = scene.scripted(VALIDATE_SESSION_KEYS, answer(Kind::Echo, []));
    scene.enable(echo);
    scene.manager = echo;
    let op = scene.batch(&[scene.harmless()], &[scene.mock()]);
    assert_eq!(scene.by_router(&op), invalid_manager());
    assert_eq!(scene.refused(&op), aa23("SR Invalid SKM"));
}

#[test]
fn two_readings_of_one_array_are_noticed() {
    e2e::embedded_only!("impersonation");
    let mut scene = Scene::new(Layout::Separate);
    let [mock] = scene.grant([scene.mock()]);
    let ours = scene.job.programs.manager;
    let call =
        |account, sessions| Manager::validateSessionKeysCall { account, sessions }.abi_encode();
    // The account approved two harmless items; the router is shown others.
    let approved = relays(ours, call(scene.account, vec![mock.clone(), mock.clone()]));
    let manager = scene.scripted(VALIDATE_SESSION_KEYS, approved);
    scene.enable(manager);
    scene.manager = manager;
    let action = scene.harmless();
    let batch = |scene: &Scene, session: &SessionData| {
        let op = scene.batch(
            &[action.clone(), action.clone()],
            &[mock.clone(), session.clone()],
        );
        scene.by_router(&op)
    };
    assert_eq!(batch(&scene, &mock), valid());

    let wider = SessionData {
        sessionKeyData: [scene.job.key.address().as_slice(), b"wider"]
            .concat()
            .into(),
        ..mock.clone()
    };
    assert_eq!(batch(&scene, &wider), invalid_manager());
    // The digest is of account, number and order too.
    let other = scene
        .job
        .world
        .create_account(&crate::scene::key(0xa2), 0)
        .unwrap();
    scene.account = other;
    let [mock, wider] = scene.grant([mock.clone(), wider]);
    let readings = [
        call(other, vec![mock.clone(), wider.clone()]),
        call(other, vec![wider.clone(), mock.clone()]),
        call(other, vec![wider.clone()]),
        call(other, vec![mock.clone(), wider.clone(), mock.clone()]),
    ];
    scene.account = scene.job.account;
    let [mock, wider] = scene.grant([mock, wider]);
    for reading in readings {
        scene.script(manager, VALIDATE_SESSION_KEYS, relays(ours, reading));
        let actions = [scene.harmless(), scene.harmless()];
        let op = scene.batch(&actions, &[mock.clone(), wider.clone()]);
        assert_eq!(scene.by_router(&op), invalid_manager());
    }
}

fn an_array_whose_elements_overlap_is_read_alike_by_both(mut scene: Scene) {
    let [mock] = scene.grant([scene.mock()]);
    let action = scene.harmless();
    let actions = [action.clone(), action];
    let mut op = scene.batch(&actions, &[mock.clone(), mock]);
    // Both elements' offsets name the first.
    let signature = op.signature.to_vec();
    let outer = 3 * 32;
    let array = outer + 3 * 32;
    let mut changed = signature.clone();
    changed.copy_within(array + 32..array + 64, array + 64);
    assert_ne!(changed, signature);
    op.signature = changed.into();
    assert_eq!(scene.by_router(&op), valid());
    scene.executed(&op);
}

/// A contract in the account's place, with the session of a key that everything is allowed to.
fn stub(scene: &mut Scene, enabled: Answer) -> SessionData {
    scene.account = scene.scripted(IS_MODULE_ENABLED, enabled);
    // For what is not the manager.
    let call = world::abi::Account::isModuleEnabledCall {
        module: scene.job.world.token_a,
    };
    let question = call.abi_encode();
    scene.script(scene.account, question, word(0));
    let [mock] = scene.grant([scene.mock()]);
    mock
}

fn an_account_must_answer_one_for_the_manager(mut scene: Scene) {
    e2e::embedded_only!("impersonation");
    let mock = stub(&mut scene, word(1));
    let batch = |scene: &mut Scene, answer| {
        scene.script(scene.account, IS_MODULE_ENABLED, answer);
        scene.by_router(&scene.batch(&[scene.harmless()], std::slice::from_ref(&mock)))
    };
    let one = U256::ONE.abi_encode();
    assert_eq!(batch(&mut scene, word(1)), valid());
    for trailing in [1, 32, 100] {
        let longer = [&one[..], &vec![0xff; trailing]].concat();
        assert_eq!(batch(&mut scene, returns(longer)), valid());
    }
    for nothing in not_words() {
        assert_eq!(batch(&mut scene, nothing), invalid_manager());
    }
    for wrong in [0, 2, 3, 256, 257, 1 << 32] {
        assert_eq!(batch(&mut scene, word(wrong)), invalid_manager());
    }
    for dirty in [0, 11, 12, 23, 30] {
        let mut word = one.clone();
        word[dirty] = 1;
        assert_eq!(batch(&mut scene, returns(word)), invalid_manager());
    }
    assert_eq!(batch(&mut scene, answer(Kind::Echo, [])), invalid_manager());
    for data in [Bytes::new(), text("no"), long()] {
        assert_eq!(batch(&mut scene, reverts(data.clone())), refused(data));
    }
}

fn an_account_without_code_enables_no_manager(mut scene: Scene) {
    e2e::embedded_only!("impersonation");
    scene.account = NOBODY;
    let [mock] = scene.grant([scene.mock()]);
    let op = scene.batch(&[scene.harmless()], &[mock]);
    assert_eq!(scene.by_router(&op), invalid_manager());
}

/// Grants a session of an SVM that answers so in both paths; the answers of router and manager.
fn asked(scene: &mut Scene, answer: Answer) -> [Result<U256, Bytes>; 2] {
    let session = scene.hostile(answer.clone(), answer);
    by_session(scene, session)
}

fn by_session(scene: &mut Scene, session: SessionData) -> [Result<U256, Bytes>; 2] {
    let [session] = scene.grant([session]);
    let action = scene.harmless();
    let batch = scene.batch(
        std::slice::from_ref(&action),
        std::slice::from_ref(&session),
    );
    [
        scene.by_router(&batch),
        scene.by_manager(&scene.single(&action, &session)),
    ]
}

fn an_svm_must_answer_the_router_a_clean_address(mut scene: Scene) {
    let key = scene.job.key.address().abi_encode();
    let mut router = |answer| asked(&mut scene, answer)[0].clone();
    assert_eq!(router(returns(key.clone())), valid());
    assert_eq!(router(returns([&key[..], &key].concat())), valid());
    assert_eq!(router(returns([&key[..], &[0xff]].concat())), valid());
    for dirty in 0..12 {
        let mut word = key.clone();
        word[dirty] = 1;
        assert_eq!(router(returns(word)), refused(Bytes::new()));
    }
    let behind = [&[0; 32], &key[..]].concat();
    assert_eq!(router(returns(behind)), Ok(U256::ONE));
}

fn an_svm_must_answer_the_manager_a_bool(mut scene: Scene) {
    let mut manager = |answer| asked(&mut scene, answer)[1].clone();
    assert_eq!(manager(word(1)), Ok(U256::ZERO));
    assert_eq!(manager(word(0)), Ok(U256::ONE));
    let two_words = [U256::ONE.abi_encode(), U256::MAX.abi_encode()].concat();
    assert_eq!(manager(returns(two_words)), Ok(U256::ZERO));
    for wrong in [2, 3, 255, 256, 257, 1 << 63] {
        assert_eq!(manager(word(wrong)), refused(Bytes::new()));
    }
    for dirty in 0..31 {
        let mut word = U256::ONE.abi_encode();
        word[dirty] = 1;
        assert_eq!(manager(returns(word)), refused(Bytes::new()));
    }
}

fn an_svm_without_a_word_to_say_allows_nothing(mut scene: Scene) {
    for nothing in not_words() {
        assert_eq!(
            asked(&mut scene, nothing),
            [refused(Bytes::new()), refused(Bytes::new())]
        );
    }
    let short = returns(scene.job.key.address().abi_encode()[..31].to_vec());
    assert_eq!(
        asked(&mut scene, short),
        [refused(Bytes::new()), refused(Bytes::new())]
    );
    let echo = answer(Kind::Echo, []);
    assert_eq!(
        asked(&mut scene, echo),
        [refused(Bytes::new()), refused(Bytes::new())]
    );
}

fn an_svm_without_code_allows_nothing(mut scene: Scene) {
    scene.job.world.unchecked = Some("a module without code is called: OP-041");
    for svm in [NOBODY, Address::ZERO, scene.job.world.trader] {
        let session = SessionData {
            sessionValidationModule: svm,
            ..scene.mock()
        };
        assert_eq!(
            by_session(&mut scene, session.clone()),
            [refused(Bytes::new()), refused(Bytes::new())]
        );
        let [session] = scene.grant([session]);
        let op = scene.single(&scene.harmless(), &session);
        assert_eq!(scene.refused(&op), AA23);
        let op = scene.batch(&[scene.harmless()], &[session]);
        assert_eq!(scene.refused(&op), AA23);
    }
}

fn an_svms_revert_is_passed_on_whole(mut scene: Scene) {
    for data in [Bytes::new(), [0xde, 0xad].into(), text("not today"), long()] {
        let answers = asked(&mut scene, reverts(data.clone()));
        assert_eq!(answers, [refused(data.clone()), refused(data)]);
    }
}

in_both_layouts! {
    a_manager_that_is_not_enabled_is_not_asked,
    an_echo_that_is_enabled_is_no_manager,
    an_array_whose_elements_overlap_is_read_alike_by_both,
    an_account_must_answer_one_for_the_manager,
    an_account_without_code_enables_no_manager,
    an_svm_must_answer_the_router_a_clean_address,
    an_svm_must_answer_the_manager_a_bool,
    an_svm_without_a_word_to_say_allows_nothing,
    an_svm_without_code_allows_nothing,
    an_svms_revert_is_passed_on_whole,
}
