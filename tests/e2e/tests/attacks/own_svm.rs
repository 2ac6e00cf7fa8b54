//! An SVM that is not ours: the template, in Rust and in Solidity, through our manager and router.

use alloy::{
    eips::BlockNumberOrTag::Latest,
    primitives::{Address, U256},
    sol_types::SolValue,
};
use proptest::{prelude::*, test_runner::Config};
use session_keys::{Action, UserOp, calls, execute_batch};

use crate::scene::{AA23, AA24, Layout, Scene, SessionData, aa23, key};

const RECIPIENT: Address = Address::repeat_byte(0x33);
const MAX_WEI: u64 = 1_000;

/// Its session, of the template in each language.
fn sessions(scene: &mut Scene) -> [SessionData; 2] {
    let rust = scene.job.world.deploy_program("ether-transfer").unwrap();
    let solidity = scene.job.world.deploy("EtherTransferSVM", &[]).unwrap();
    let account = scene.account;
    let node = scene.job.world.embedded_mut().unwrap();
    node.set_balance(account, U256::from(1_000_000));
    let grant = (scene.job.key.address(), RECIPIENT, U256::from(MAX_WEI));
    scene.grant([rust, solidity].map(|svm| SessionData {
        sessionValidationModule: svm,
        sessionKeyData: grant.abi_encode_params().into(),
        ..SessionData::default()
    }))
}

fn pay(to: Address, wei: u64) -> Action {
    Action {
        to,
        value: U256::from(wei),
        ..Action::default()
    }
}

/// What both paths say to one action.
fn ops(scene: &Scene, session: &SessionData, action: &Action) -> [UserOp; 2] {
    let batch = scene.batch(std::slice::from_ref(action), std::slice::from_ref(session));
    [scene.single(action, session), batch]
}

fn a_template_pays_its_recipient_and_nobody_else(mut scene: Scene) {
    e2e::embedded_only!("an account with ether");
    let mut paid = 0;
    for session in sessions(&mut scene) {
        let call = Action {
            data: vec![1].into(),
            ..pay(RECIPIENT, 1)
        };
        for (action, text) in [
            (pay(RECIPIENT, MAX_WEI + 1), "ETHSV Max Amount Exceeded"),
            (pay(scene.job.world.trader, 1), "ETHSV Wrong Recipient"),
            (pay(scene.account, 1), "ETHSV Wrong Recipient"),
            (call, "ETHSV Call Data"),
        ] {
            for op in ops(&scene, &session, &action) {
                assert_eq!(scene.refused(&op), aa23(text));
            }
        }
        let op = scene.managed(calls::enable_module(RECIPIENT), &session);
        assert_eq!(scene.refused(&op), aa23("ETHSV Invalid Selector"));
        let op = scene.managed(execute_batch(&[pay(RECIPIENT, 1)]), &session);
        let refusal = match scene.layout {
            Layout::Separate => aa23("ETHSV Invalid Selector"),
            // A batch: what is encoded for one action is no signature of it.
            Layout::Module => AA23.into(),
        };
        assert_eq!(scene.refused(&op), refusal);
        let signer = std::mem::replace(&mut scene.signer, key(0x77));
        for op in ops(&scene, &session, &pay(RECIPIENT, 1)) {
            assert_eq!(scene.refused(&op), AA24);
        }
        scene.signer = signer;
        for path in 0..2 {
            let op = &ops(&scene, &session, &pay(RECIPIENT, MAX_WEI))[path];
            scene.executed(op);
            paid += MAX_WEI;
            let balance = scene
                .job
                .world
                .embedded()
                .unwrap()
                .balance(RECIPIENT, Latest)
                .unwrap();
            assert_eq!(balance, U256::from(paid));
        }
        // Limits are per action.
        let actions = vec![pay(RECIPIENT, MAX_WEI); 3];
        let op = scene.batch(&actions, &vec![session.clone(); 3]);
        scene.executed(&op);
        paid += 3 * MAX_WEI;
    }
}

/// For rules that are not ours, the manager and the router look at the target themselves (7.2-H).
fn a_recipient_that_is_a_module_is_forbidden(mut scene: Scene) {
    e2e::embedded_only!("an account with ether");
    let [rust, solidity] = sessions(&mut scene);
    for forbidden in [
        scene.account,
        scene.job.world.ecdsa_module,
        scene.job.world.entry_point,
    ] {
        let grant = (scene.job.key.address(), forbidden, U256::from(MAX_WEI));
        let sessions = [&rust, &solidity].map(|session| SessionData {
            sessionKeyData: grant.abi_encode_params().into(),
            ..session.clone()
        });
        for session in scene.grant(sessions) {
            let [single, batch] = ops(&scene, &session, &pay(forbidden, 1));
            assert_eq!(scene.refused(&single), aa23("SKM Forbidden Target"));
            assert_eq!(scene.refused(&batch), aa23("SR Forbidden Target"));
        }
    }
}

/// Whatever they are asked, the two say the same.
fn the_two_templates_agree(mut scene: Scene) {
    e2e::embedded_only!("an account with ether");
    let [rust, solidity] = sessions(&mut scene);
    let word = || {
        prop_oneof![
            any::<[u8; 32]>(),
            Just(RECIPIENT.into_word().0),
            (0u64..2_000).prop_map(|n| U256::from(n).to_be_bytes())
        ]
    };
    let data = proptest::collection::vec(word(), 0..5).prop_map(|words| words.concat());
    let to = prop_oneof![3 => Just(RECIPIENT), 1 => any::<[u8; 20]>().prop_map(Address::from)];
    let call = proptest::collection::vec(any::<u8>(), 0..3);
    let key = scene.job.key.address();
    let session_key_data = prop_oneof![
        2 => (0u64..2_000).prop_map(move |max| (key, RECIPIENT, U256::from(max)).abi_encode_params()),
        1 => data,
    ];
    let mut runner = proptest::test_runner::TestRunner::new(Config::with_cases(300));
    runner
        .run(
            &(to, 0u64..2_000, call, session_key_data),
            |(to, value, call, data)| {
                let arguments = (to, U256::from(value), call, data, Vec::<u8>::new());
                let question = [
                    &crate::scene::VALIDATE_SESSION_PARAMS[..],
                    &encode(arguments),
                ]
                .concat();
                let [rust, solidity] = [&rust, &solidity]
                    .map(|session| scene.call(session.sessionValidationModule, question.clone()));
                prop_assert_eq!(rust, solidity);
                Ok(())
            },
        )
        .unwrap();
}

fn encode((to, value, call, data, extra): (Address, U256, Vec<u8>, Vec<u8>, Vec<u8>)) -> Vec<u8> {
    use alloy::primitives::Bytes;
    let [call, data, extra] = [call, data, extra].map(Bytes::from);
    (to, value, call, data, extra).abi_encode_params()
}

in_both_layouts! {
    a_template_pays_its_recipient_and_nobody_else,
    a_recipient_that_is_a_module_is_forbidden,
    the_two_templates_agree,
}
