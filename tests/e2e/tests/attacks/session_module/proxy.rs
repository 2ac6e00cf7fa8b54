//! Behind a proxy: delegated to, it is manager, router and storage of the proxy's address.

use alloy::{
    primitives::{Address, Bytes, U256, hex},
    sol_types::SolCall,
};
use session_keys::calls;
use world::to;

use super::{empty, module, ops, scene};
use crate::scene::{
    AA23, Answer, Scene, SessionData, VALIDATE_SESSION_PARAMS, VALIDATE_SESSION_USER_OP, aa23,
    bound, frames, text, unlimited, word,
};

const PROXY: Address = Address::repeat_byte(0x67);

/// A scene whose manager and router is a minimal proxy (ERC-1167) of the session module; and where that is.
fn behind_a_proxy() -> (Scene, Address) {
    let mut scene = scene();
    let module = module(&scene);
    let code = [
        &hex!("363d3d373d3d3d363d73")[..],
        module.as_slice(),
        &hex!("5af43d82803e903d91602b57fd5bf3"),
    ];
    let node = scene.job.world.embedded_mut().unwrap();
    node.set_code(PROXY, code.concat().into()).unwrap();
    scene.enable(PROXY);
    scene.manager = PROXY;
    scene.job.programs.manager = PROXY;
    scene.job.programs.router = PROXY;
    (scene, module)
}

#[test]
fn its_root_is_the_proxy_s_alone() {
    e2e::embedded_only!("code is placed");
    let (mut scene, module) = behind_a_proxy();
    let granted = calls::SessionKeyManager::getSessionKeysCall {
        account: scene.account,
    };
    let of_module = |scene: &Scene| scene.call(module, granted.abi_encode());
    let before = of_module(&scene);
    let [mock] = scene.grant([scene.mock()]);
    assert_eq!(of_module(&scene), before);
    let op = scene.batch(&[scene.harmless()], std::slice::from_ref(&mock));
    assert_eq!(
        scene.validate(module, &op),
        Err(text("SR Invalid SKM")),
        "it is another manager"
    );
    scene.executed(&op);
    let op = scene.single(&scene.harmless(), &mock);
    assert_eq!(
        scene.validate(module, &op),
        Err(text("SessionNotApproved")),
        "the account has no such session there"
    );
    scene.executed(&op);
    // Nor does the proxy take a payload for what it delegates to.
    scene.manager = module;
    let op = scene.batch(&[scene.harmless()], &[mock]);
    assert_eq!(scene.refused(&op), aa23("SR Invalid SKM"));
}

#[test]
fn neither_is_a_target_or_an_svm() {
    e2e::embedded_only!("code is placed");
    let (mut scene, module) = behind_a_proxy();
    let typed = scene.typed_on(PROXY);
    let itself = SessionData {
        sessionValidationModule: PROXY,
        ..scene.mock()
    };
    let inside = bound(&itself, &unlimited());
    let [typed, mock, itself, inside] = scene.grant([typed, scene.mock(), itself, inside]);
    // The module is enabled too: generic rules do not reach it.
    for (session, target) in [(&typed, PROXY), (&mock, PROXY), (&mock, module)] {
        let action = to(target, scene.harmless().data);
        let single = scene.single(&action, session);
        assert_eq!(scene.refused(&single), aa23("SKM Forbidden Target"));
        let batch = scene.batch(std::slice::from_ref(&action), std::slice::from_ref(session));
        assert_eq!(scene.refused(&batch), aa23("SR Forbidden Target"));
    }
    for session in [&itself, &inside] {
        for op in ops(&scene, session) {
            assert_eq!(scene.validate(PROXY, &op), empty());
            assert_eq!(scene.refused(&op), AA23);
            let trace = scene.trace(PROXY, &op);
            let asked = frames(&trace)[1..].iter().any(|f| f.to == Some(PROXY));
            assert!(!asked);
        }
    }
}

/// The proxy's address is open while it validates.
#[test]
fn an_svm_can_not_come_back_into_it() {
    e2e::embedded_only!("code is placed");
    let (mut scene, _) = behind_a_proxy();
    let svm = scene.hostile(scene.key_word(), word(1));
    let [svm] = scene.grant([svm]);
    let address = svm.sessionValidationModule;
    let approvals = scene.approvals(std::slice::from_ref(&svm));
    let set = calls::set_merkle_root(U256::ONE.into());
    for call in approvals.into_iter().chain([set]) {
        assert!(scene.call(PROXY, call.clone()).is_ok());
        let back = |answer: Answer| Answer {
            to: PROXY,
            call: call.clone(),
            ..answer
        };
        let key = scene.key_word();
        scene.script(address, VALIDATE_SESSION_PARAMS, back(key));
        scene.script(address, VALIDATE_SESSION_USER_OP, back(word(1)));
        for op in ops(&scene, &svm) {
            let trace = scene.trace(PROXY, &op);
            assert!(trace.error.is_none());
            let frames = frames(&trace);
            let inner = frames.iter().find(|frame| frame.from == address).unwrap();
            assert_eq!(inner.to, Some(PROXY));
            assert!(inner.error.is_some());
            assert_eq!(inner.output.clone().unwrap_or_default(), Bytes::new());
        }
    }
}
